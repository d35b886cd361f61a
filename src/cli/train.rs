//! `wardlight train`: from a recipe and labelled data to a bundle. JSON lines on stdout, talk on stderr.

mod bars;

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;

use self::bars::Bars;
use super::{Decoder, EngineArgs, lines, options};
use crate::{
    case::Scan,
    import::{Opened, Settings},
    model::{self, Task},
    nn::tuning,
    training::{self, Event, Job, Recipe},
};

/// Decode workers that wait for the next image: images are small, and a start takes longer than a decode.
const N_WARM: usize = 4;

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
    /// Also append the JSON lines to this file.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Seconds between checkpoints within an epoch: what a power cut loses at most.
    #[arg(long, value_name = "SECS", default_value_t = 60)]
    checkpoint_secs: u64,
}

/// Trains. Ctrl-C, or closing the other end of stdout, stops the run at its next step; it can be taken up again.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let done = train(args, engine);
    if let Err(error) = &done {
        lines::failed(error);
    }
    done
}

fn train(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let recipe = Recipe::open(&args.recipe)?.pinned(&args.out)?;
    let settings = Settings {
        n_warm: N_WARM,
        ..Settings::default()
    };
    let decoder = Decoder::start(settings).context("could not start the decode worker")?;
    let open = |path: &Path| scan(&decoder, path);
    let open_arrays = |path: &Path| decoder.open_arrays(path).map_err(|it| it.to_string());
    let threads = options(engine).threads;
    let job = Job {
        recipe,
        data: args.data.clone(),
        out: args.out.clone(),
        work: args.work.clone(),
        threads,
        command: command(args),
        checkpoint_every: Duration::from_secs(args.checkpoint_secs),
        open: &open,
        open_arrays: &open_arrays,
    };
    tuning::set_threads(threads);
    let mut log = args.log.as_deref().map(log_file).transpose()?;
    let task = Task::default();
    stop_on_signal(&task)?;
    let bars = Bars::start(&task)?;
    let mut tell = |event: &Event| {
        bars.tell(event);
        if write(event, log.as_mut()).is_err() {
            task.cancel();
        }
    };
    let trained = training::train(&job, &task, &mut tell);
    bars.finish();
    match trained {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(training::Error::Model(model::Error::Cancelled)) => {
            eprintln!(
                "wardlight: stopped; nothing is lost. The same command goes on from here, with the checkpoints in {}",
                args.work.display()
            );
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

/// One JSON line, on stdout and in the log.
fn write(event: &Event, log: Option<&mut File>) -> io::Result<()> {
    lines::say(event)?;
    match log {
        Some(log) => {
            let line = serde_json::to_string(event).map_err(io::Error::other)?;
            writeln!(log, "{line}")
        }
        None => Ok(()),
    }
}

/// A run that is taken up goes on in the same log.
fn log_file(path: &Path) -> anyhow::Result<File> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.context("could not open the log file")
}

/// The first signal asks the run to stop at its next step; the second ends the program.
fn stop_on_signal(task: &Task) -> anyhow::Result<()> {
    let task = task.clone();
    let stop = move || {
        if task.is_cancelled() {
            #[expect(
                clippy::exit,
                reason = "asked twice: the last checkpoint is whole, nothing else is in the making"
            )]
            std::process::exit(130);
        }
        task.cancel();
        eprintln!("wardlight: stopping at the next step");
    };
    ctrlc::set_handler(stop).context("could not listen for Ctrl-C")
}

fn scan(decoder: &Decoder, path: &Path) -> Result<Scan, String> {
    match decoder.open(path).map_err(|it| it.to_string())? {
        Opened::Scan(scan) => Ok(scan),
        Opened::Chart(chart) => Err(format!("wanted a scan, found {}", chart.summary())),
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
