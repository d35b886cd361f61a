//! `wardlight-decode`: the process that parses untrusted bytes. Started by `wardlight`, not by a person.
//!
//! It compiles the few modules it needs by itself instead of linking the library: the library's networks would
//! bring libtorch with them, 0.2 s and 100 MB before the first byte (`tests/it/tidy.rs` looks at the binary).
#![expect(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "these modules are the library's too; the worker needs one end of them"
)]

mod case;
mod deid;
mod disk;
mod import;
mod language;
mod privacy;
mod sandbox;
mod warnings;

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// What is given back to the heap is wiped.
#[global_allocator]
static HEAP: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    privacy::process::silence_panics();
    privacy::process::close();
    import::worker::serve()
}
