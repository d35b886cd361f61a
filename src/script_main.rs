//! `wardlight-script`: the process that runs TorchScript modules. Started by `wardlight`, not by a person.

use std::{alloc::System, process::ExitCode};

use wardlight::privacy::process;
use zeroizing_alloc::ZeroAlloc;

/// What is given back to the heap is wiped.
#[global_allocator]
static HEAP: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    process::silence_panics();
    process::close();
    wardlight::nn::script::worker::serve()
}
