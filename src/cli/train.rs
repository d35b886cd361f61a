//! `wardlight train`: from a recipe and labelled data to a bundle. JSON lines on stdout, talk on stderr.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;

use super::{Decoder, EngineArgs, lines, options};
use crate::{
    case::Scan,
    import::Opened,
    model::Task,
    training::{self, Event, Job, Recipe},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The recipe: every knob of the run.
    recipe: PathBuf,
    /// Folder that the recipe's table lies below.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder of the bundle that is written.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of the checkpoints; a run that was stopped goes on from here.
    #[arg(long, value_name = "DIR", default_value = "out/training")]
    work: PathBuf,
}

/// Trains. Closing the other end of stdout stops the run at its next step, as a signal does; it can be taken up again.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let done = train(args, engine);
    if let Err(error) = &done {
        lines::failed(error);
    }
    done
}

fn train(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let recipe = Recipe::open(&args.recipe)?;
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let open = |path: &Path| scan(&decoder, path);
    let job = Job {
        recipe,
        data: args.data.clone(),
        out: args.out.clone(),
        work: args.work.clone(),
        threads: options(engine).threads,
        command: command(args),
        open: &open,
    };
    let task = Task::default();
    let mut tell = |event: &Event| {
        if lines::say(event).is_err() {
            task.cancel();
        }
    };
    training::train(&job, &task, &mut tell)?;
    Ok(ExitCode::SUCCESS)
}

fn scan(decoder: &Decoder, path: &Path) -> Result<Scan, String> {
    match decoder.open(path).map_err(|it| it.to_string())? {
        Opened::Scan(scan) => Ok(scan),
        Opened::Note(_) => Err("wanted a scan, found a note".to_owned()),
    }
}

/// The command as the card quotes it; the data folder is a place of this machine and is not named.
fn command(args: &Args) -> String {
    let name = |path: &Path| {
        path.file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    format!(
        "wardlight train models/recipes/{} --data DIR --out models/{}",
        name(&args.recipe),
        name(&args.out)
    )
}
