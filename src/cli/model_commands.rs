//! `wardlight model …`: what is done with one model.

use std::process::ExitCode;

use super::{EngineArgs, model_allow, model_script, model_wizard};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Allow a TorchScript module to run here, by its hash; list them, or take one back.
    Allow(model_allow::Args),
    /// Make a bundle of a TorchScript module and what a sheet says about it.
    Import(model_script::Args),
    /// Write the sheet about a TorchScript module: asks for what no flag says, and tries the module.
    Wizard(model_wizard::Args),
}

/// Does it.
pub(super) fn run(command: &Command, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    match command {
        Command::Allow(args) => model_allow::run(args),
        Command::Import(args) => model_script::run(args, engine),
        Command::Wizard(args) => model_wizard::run(args, engine),
    }
}
