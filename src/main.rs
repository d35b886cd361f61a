//! The `wardlight` program: window and command.

use std::process::ExitCode;

fn main() -> ExitCode {
    wardlight::cli::run()
}
