//! `wardlight-script`: the process that runs TorchScript modules. Started by `wardlight`, not by a person.

use std::process::ExitCode;

fn main() -> ExitCode {
    wardlight::nn::script::worker::serve()
}
