//! The command line: what can be asked, and the one place that wires `nn` to the rest.
//!
//! Exit codes: 0 all done, 1 some input failed, 2 could not start. Data goes to stdout, talk to stderr.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command answers by printing"
)]

mod ask;
mod bedside;
mod calibrate;
mod deidentify;
mod doctor;
mod evaluate;
mod explained;
mod failure;
mod inspect;
mod key;
mod lines;
mod model_allow;
mod model_check;
mod model_commands;
mod model_import;
mod model_script;
mod model_time;
mod model_wizard;
mod models;
mod note;
mod note_deidentify;
mod note_opinion;
mod score_course;
mod score_files;
mod scripts;
mod sites;
mod slices;
mod store;
pub mod tool;
mod train;
mod window;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::{
    import::Decoder,
    model::{self, Bundle, Network, scope},
    nn,
    prediction::Precision,
    privacy::process,
    sample,
    score::Loaded,
    warnings::Warnings,
};

pub use crate::batch::NOTICE;

/// Offline clinical decision support: reads a scan and a note with local networks.
///
/// Research use only - not for diagnosis.
#[derive(Parser)]
#[command(name = "wardlight", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Scans and notes to open in the window; told apart by content.
    ///
    /// A window that runs already on this display opens them, and this start ends.
    files: Vec<PathBuf>,
    /// Open a window of its own, though one is running.
    #[arg(long)]
    new_window: bool,
    #[command(flatten)]
    engine: EngineArgs,
    /// End when the process of this number ends, which must have started this one, and step back behind others: how the
    /// window runs long work.
    #[arg(long, value_name = "PID", global = true, hide = true)]
    end_with: Option<u32>,
}

const AFTER_HELP: &str = "Without a command, the window opens.\n\
    Exit codes: 0 all done, 1 some input failed, 2 could not start.\n\n\
    WARDLIGHT_CONFIG names another folder for allowed-models.toml; WARDLIGHT_SCRIPT_TIMEOUT is the seconds that a \
    TorchScript module may take for one request [default: 60].";

#[derive(Subcommand)]
enum Command {
    /// Score scans and notes, and print a table or JSON.
    Score(score_files::Args),
    /// Tell what a file was recognised as, without scoring it.
    Inspect(inspect::Args),
    /// Take a clinical note apart by rules: sections, concepts and their status, identifiers, history, answers.
    ///
    /// Nothing is generated: all that is told stands in the note.
    Note(note::Args),
    /// List the models, with what they are for and how good they are.
    Models(models::Args),
    /// Work on one model.
    #[command(subcommand)]
    Model(model_commands::Command),
    /// Test this installation: libtorch, models, decode worker, fonts.
    Doctor,
    /// Write the synthetic sample case: a scan as DICOM and PNG, and a note.
    Samples {
        /// Where to write; made if need be.
        folder: PathBuf,
    },
    /// Train a model from a recipe and labelled data.
    Train(train::Args),
    /// Measure a model on a table of labelled images: JSON, a page to read, every answer.
    Evaluate(Box<evaluate::Args>),
    /// Fit calibration, threshold and label sets on a site's own labelled images.
    Calibrate(Box<calibrate::Args>),
    /// Work out bedside scores and guideline cards: NEWS2, qSOFA, SIRS, SOFA, CURB-65, MEWS, Brock, VA, Fleischner.
    ///
    /// A missing input is never guessed: the answer gives the least and the greatest result that is still possible.
    Bedside(Box<bedside::Args>),
    /// Look after the encrypted records: people, log, backup, erasure.
    Store(Box<store::Args>),
    /// Take out of DICOM files what identifies the patient, by PS3.15 Annex E. The files themselves stay as they are.
    ///
    /// Pictures that may carry text go to FOLDER/held until a person has looked at them (`deidentify confirm`).
    Deidentify(Box<deidentify::Args>),
    /// Print completions for a shell.
    Completions { shell: clap_complete::Shell },
    /// Print the man page.
    Man,
}

/// Where models are and how they run.
#[derive(clap::Args, Clone)]
pub struct EngineArgs {
    /// Folder of model bundles [default: `models` beside the program].
    #[arg(long, value_name = "DIR", global = true, env = "WARDLIGHT_MODELS")]
    models: Option<PathBuf>,
    /// Threads for the networks [default: one for each core, at most 4].
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Number format of the networks; the result states it.
    #[arg(long, value_enum, default_value = "float32", global = true)]
    precision: PrecisionArg,
}

#[derive(Clone, Copy, ValueEnum)]
enum PrecisionArg {
    Float32,
    Bfloat16,
}

/// Runs what the command line asks for.
pub fn run() -> ExitCode {
    let args = Args::parse();
    // The paths of files need not stand in `ps`.
    process::wipe_arguments();
    process::close();
    if args.end_with.is_some_and(|it| !lines::end_with(it)) {
        return ExitCode::from(2);
    }
    let done = match args.command {
        None => window::run(args.files, args.new_window, &args.engine),
        Some(Command::Score(it)) => score_files::run(&it, &args.engine),
        Some(Command::Inspect(it)) => inspect::run(&it),
        Some(Command::Note(it)) => note::run(&it, &args.engine),
        Some(Command::Models(it)) => models::run(&it, &args.engine),
        Some(Command::Model(it)) => model_commands::run(&it, &args.engine),
        Some(Command::Doctor) => doctor::run(&args.engine),
        Some(Command::Samples { folder }) => samples(&folder),
        Some(Command::Train(it)) => train::run(&it, &args.engine),
        Some(Command::Evaluate(it)) => evaluate::run(&it, &args.engine),
        Some(Command::Calibrate(it)) => calibrate::run(&it, &args.engine),
        Some(Command::Bedside(it)) => bedside::run(&it),
        Some(Command::Store(it)) => store::run(&it),
        Some(Command::Deidentify(it)) => deidentify::run(&it),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Args::command(), "wardlight", &mut io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Man) => man(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("wardlight: {error:#}");
        ExitCode::from(2)
    })
}

fn samples(folder: &Path) -> anyhow::Result<ExitCode> {
    let sample = sample::write(folder).context("could not write the sample case")?;
    for path in [&sample.dicom, &sample.png, &sample.note] {
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn man() -> anyhow::Result<ExitCode> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    io::stdout().write_all(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// Where the models are: named, or beside the program.
fn models_folder(engine: &EngineArgs) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &engine.models {
        return Ok(folder.clone());
    }
    let program = std::env::current_exe().context("could not find this program's own folder")?;
    let folder = program.parent().map(|it| it.join("models"));
    folder
        .filter(|it| it.is_dir())
        .context("wanted a folder `models` beside the program, found none; name one with --models")
}

fn options(engine: &EngineArgs) -> nn::Options {
    let defaults = nn::Options::default();
    nn::Options {
        threads: engine.threads.map_or(defaults.threads, usize::from),
        precision: match engine.precision {
            PrecisionArg::Float32 => Precision::Float32,
            PrecisionArg::Bfloat16 => Precision::Bfloat16,
        },
        ..defaults
    }
}

/// Reads, checks and builds the model of a bundle.
fn load(folder: &Path, options: nn::Options) -> Result<Loaded, model::Error> {
    let bundle = Bundle::open(folder)?;
    let tokenizer = bundle.tokenizer()?;
    let layout = bundle
        .layout
        .as_deref()
        .map(scope::read_layout)
        .transpose()?;
    let warnings = Warnings::default();
    let model = match bundle.manifest.network {
        Network::TorchScript(_) => scripts::load(bundle, options, &warnings)?,
        _ => nn::load(bundle, options, &warnings)?,
    };
    Ok(Loaded {
        model,
        tokenizer,
        layout,
        warnings: warnings.list(),
    })
}

/// A part between 0 and 1, ends excluded.
fn part(text: &str) -> Result<f64, String> {
    let found = text.parse().ok().filter(|it| 0.0 < *it && *it < 1.0);
    found.ok_or_else(|| format!("wanted a number between 0 and 1, found {text}"))
}

/// A reader that has gone away, as `head` does, is a normal end.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("could not print"),
    }
}
