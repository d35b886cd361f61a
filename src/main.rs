//! The `wardlight` program: window and command.

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// What is given back to the heap is wiped.
#[global_allocator]
static HEAP: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    wardlight::privacy::process::silence_panics();
    wardlight::cli::run()
}
