//! `wardlight model …`: what is done with one model.

use std::process::ExitCode;

use super::{EngineArgs, model_allow, model_check, model_import, model_time, model_wizard};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Test which explanation methods depend on what a model learned, and write it into its bundle.
    Check(model_check::Args),
    /// Time one picture and each explanation of it on this machine.
    Time(model_time::Args),
    /// Allow a TorchScript module to run here, by its hash; list them, or take one back.
    Allow(model_allow::Args),
    /// Make a bundle of a model of torchxrayvision, torchvision or MONAI, or of a TorchScript module and its sheet.
    Import(model_import::Args),
    /// Write the sheet about a TorchScript module: asks for what no flag says, and tries the module.
    Wizard(model_wizard::Args),
}

/// Does it.
pub(super) fn run(command: &Command, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check(args) => model_check::run(args, engine),
        Command::Time(args) => model_time::run(args, engine),
        Command::Allow(args) => model_allow::run(args),
        Command::Import(args) => model_import::run(args, engine),
        Command::Wizard(args) => model_wizard::run(args, engine),
    }
}
