//! `wardlight model …`: what is done with one model.

use std::process::ExitCode;

use super::{EngineArgs, model_check, model_time};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Test which explanation methods depend on what a model learned, and write it into its bundle.
    Check(model_check::Args),
    /// Time one picture and each explanation of it on this machine.
    Time(model_time::Args),
}

/// Does it.
pub(super) fn run(command: &Command, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check(args) => model_check::run(args, engine),
        Command::Time(args) => model_time::run(args, engine),
    }
}
