//! `wardlight deidentify`: folders of DICOM files and notes without what identifies the patient, by PS3.15 Annex E.
//!
//! 1. `inputs` finds the regular files; a number in that order stands for each, because names of files name patients;
//! 2. `share` finds text in its picture, and the decode worker cleans it;
//! 3. `share` writes to `done` or `held` under the new UID, never over a file that is there, and reports what became of each;
//! 4. `told` says so in words; `relink` seals what leads back, if it was asked for.

mod confirm;
mod inputs;
mod relink;
mod told;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use self::relink::Relink;
use crate::{
    deid::dicom::{Mask, Rect},
    deid::{Dates, Faces, Policy, Secret, text::Cleaner},
    disk,
    import::{Cancel, Decoder, Deidentified, Error, Opened, Request, Task},
    share::{CleanedNote, Look, Outputs, Report, Row, Status, cleaned, covers_to_masks, findings},
};

/// Largest file.
const LIMIT_BYTES: u64 = 1 << 30;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// DICOM files, notes, and folders of them; links are not followed.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Where to write; made if need be.
    #[arg(long, value_name = "FOLDER", required = true)]
    out: Option<PathBuf>,
    /// Begin with the Basic profile alone instead of what research needs: all four `--option`s, moved dates, patient
    /// characteristics.
    #[arg(long)]
    basic: bool,
    /// Clean instead of remove.
    #[arg(long, value_enum, value_name = "WHAT")]
    option: Vec<CleanArg>,
    /// Keep what would go.
    #[arg(long, value_enum, value_name = "WHAT")]
    retain: Vec<RetainArg>,
    /// File with the secret of the pseudonyms, made if need be: with it the same patient gets the same pseudonym again.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Write what leads back to the patients to this file, sealed by a passphrase (age).
    #[arg(long, value_name = "FILE")]
    relink: Option<PathBuf>,
    /// File whose first line is that passphrase; else it is asked for.
    #[arg(long, value_name = "FILE", requires = "relink")]
    passphrase_file: Option<PathBuf>,
    /// Let pictures through from which a face could be rebuilt; the reason is written into the report.
    #[arg(long, value_name = "REASON")]
    faces_accepted: Option<String>,
    /// Leave what was found wholly within this rectangle of pixels uncovered: it is no text. For one picture, which is held.
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = confirm::rect)]
    leave: Vec<Rect>,
    /// Tell what would become of each file, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also print the paths of files that were not done. They may name patients.
    #[arg(long)]
    paths: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Say that a person has looked at held pictures and that no text in them identifies anybody.
    Confirm(confirm::Args),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CleanArg {
    /// Pictures are held until somebody has looked for text in them.
    PixelData,
    Graphics,
    StructuredContent,
    Descriptors,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RetainArg {
    FullDates,
    /// Dates are moved, all of a patient by the same days.
    ModifiedDates,
    PatientCharacteristics,
    Device,
    Uids,
    SafePrivate,
    Institution,
}

/// De-identifies, or confirms.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(Command::Confirm(args)) = &args.command {
        return confirm::run(args);
    }
    let out = args.out.as_deref().context("wanted --out, found none")?;
    let policy = policy(args)?;
    let secret = secret(args)?;
    let relink = match &args.relink {
        Some(path) => Some(Relink::start(path, args.passphrase_file.as_deref())?),
        None => None,
    };
    let outputs = Outputs::open(out, args.dry_run)?;
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let look = if policy.clean_pixel_data {
        Look::load(&Look::own_folder()?)?
    } else {
        None
    };
    if policy.clean_pixel_data && look.is_none() {
        eprintln!(
            "What finds text in pictures is not installed beside the program: every picture is held for a person."
        );
    }
    let run = Run {
        decoder,
        look,
        cleaner: Cleaner::built_in(),
        outputs,
        policy,
        secret,
        leave: args.leave.clone(),
        cancel: Cancel::default(),
    };
    let cancel = run.cancel.clone();
    ctrlc::set_handler(move || cancel.cancel()).context("could not listen for Ctrl-C")?;
    run.all(args, relink)
}

/// The policy that the options make.
fn policy(args: &Args) -> anyhow::Result<Policy> {
    let mut policy = if args.basic {
        Policy::BASIC
    } else {
        Policy::default()
    };
    for it in &args.option {
        match it {
            CleanArg::PixelData => policy.clean_pixel_data = true,
            CleanArg::Graphics => policy.clean_graphics = true,
            CleanArg::StructuredContent => policy.clean_structured_content = true,
            CleanArg::Descriptors => policy.clean_descriptors = true,
        }
    }
    let has = |it| args.retain.contains(&it);
    if has(RetainArg::FullDates) && has(RetainArg::ModifiedDates) {
        anyhow::bail!("wanted dates either kept or moved, found both");
    }
    for it in &args.retain {
        match it {
            RetainArg::FullDates => policy.dates = Dates::Keep,
            RetainArg::ModifiedDates => policy.dates = Dates::Shift,
            RetainArg::PatientCharacteristics => policy.retain_patient_characteristics = true,
            RetainArg::Device => policy.retain_device = true,
            RetainArg::Uids => policy.retain_uids = true,
            RetainArg::SafePrivate => policy.retain_safe_private = true,
            RetainArg::Institution => policy.retain_institution = true,
        }
    }
    if let Some(reason) = &args.faces_accepted {
        if reason.trim().is_empty() {
            anyhow::bail!("wanted a reason in --faces-accepted, found none");
        }
        policy.faces = Faces::Accept {
            reason: reason.trim().to_owned(),
        };
    }
    Ok(policy)
}

/// The secret of a file, which is made if it is not there; or one that nobody keeps.
fn secret(args: &Args) -> anyhow::Result<Secret> {
    let random = || Secret::random().context("could not draw a secret");
    let Some(path) = &args.key else {
        return random();
    };
    if !path.exists() {
        let secret = random()?;
        if !args.dry_run {
            disk::write_atomic(path, format!("{}\n", secret.to_hex()).as_bytes())?;
            disk::restrict(path, 0o600)?;
        }
        return Ok(secret);
    }
    let text = String::from_utf8(disk::read(path, 1 << 10)?).unwrap_or_default();
    Secret::from_hex(text.trim())
        .context("wanted 64 hexadecimal digits in the file of --key, found something else")
}

/// What covers the text in a picture, but for what is to be left; `None` if nobody looked.
fn masks(
    decoder: &Decoder,
    bytes: &[u8],
    look: Option<&Look>,
    leave: &[Rect],
) -> Option<Vec<Mask>> {
    let look = look?;
    // What cannot be decoded cannot be looked at; a file without a picture needs no look.
    let Ok(Opened::Scan(scan)) = decoder.open_bytes(bytes) else {
        return None;
    };
    // A picture that the networks cannot read was not looked at.
    let mut covers = look.covers(&scan, |_n_frames| true).ok()?;
    covers.retain(|cover| !leave.iter().any(|it| it.holds(cover.rect)));
    Some(covers_to_masks(&covers))
}

/// All that one run goes by.
struct Run {
    decoder: Decoder,
    look: Option<Look>,
    cleaner: Cleaner,
    outputs: Outputs,
    policy: Policy,
    secret: Secret,
    leave: Vec<Rect>,
    cancel: Cancel,
}

impl Run {
    fn all(&self, args: &Args, mut relink: Option<Relink>) -> anyhow::Result<ExitCode> {
        let inputs = inputs::all(&args.inputs, self.outputs.folder());
        if !self.leave.is_empty() && inputs.len() != 1 {
            anyhow::bail!("wanted one picture with --leave, found {}", inputs.len());
        }
        let style = "{prefix} {wide_bar} {pos}/{len} {elapsed} gone, {eta} left";
        let bar = ProgressBar::new(inputs.len() as u64)
            .with_style(ProgressStyle::with_template(style)?)
            .with_prefix("de-identifying");
        let mut report = Report::new(&self.policy, args.key.is_some());
        for (idx, input) in inputs.iter().enumerate() {
            let number = idx + 1;
            let row = match (&input.problem, self.cancel.is_cancelled()) {
                (_, true) => Row::not_reached(number),
                (Some(problem), _) => Row::failed(number, Status::Refused, problem),
                (None, _) => {
                    let found = disk::read(&input.path, LIMIT_BYTES).map_err(Error::from);
                    let (row, done) = self.one(number, found);
                    if let (Some(relink), Some(done)) = (&mut relink, done) {
                        relink.add(number, &input.path, &done);
                    }
                    row
                }
            };
            report.rows.push(row);
            bar.inc(1);
        }
        bar.finish_and_clear();
        if let (Some(relink), false) = (relink, args.dry_run) {
            relink.seal()?;
        }
        let written = self.outputs.report("report", &report)?;
        told::tell(&report, written.as_deref(), args.dry_run)?;
        if args.paths {
            for row in report.rows.iter().filter(|it| it.status.is_failure()) {
                if let Some(input) = inputs.get(row.input - 1) {
                    println!("{}\t{}", row.input, input.path.display());
                }
            }
        }
        Ok(told::exit_code(&report))
    }

    /// The note that a file is, cleaned. A report in DICOM is no note here: its header and its tree go by Annex E.
    fn note(&self, bytes: &[u8]) -> Option<CleanedNote> {
        if bytes.get(128..132) == Some(b"DICM") {
            return None;
        }
        let Ok(Opened::Chart(chart)) = self.decoder.open_bytes(bytes) else {
            return None;
        };
        let note = chart.only_note()?;
        let found = findings(&self.cleaner, note, &self.policy, &self.secret);
        Some(cleaned(&self.cleaner, note, &found, &self.secret))
    }

    /// One file; what was written, if it was.
    fn one(&self, number: usize, bytes: Result<Vec<u8>, Error>) -> (Row, Option<Deidentified>) {
        let done = bytes.and_then(|bytes| {
            if let Some(note) = self.note(&bytes) {
                return Ok(Done::Note(note));
            }
            let masks = masks(&self.decoder, &bytes, self.look.as_ref(), &self.leave);
            let task = match masks {
                // A cover that was left off was left off by guess until somebody has seen the result.
                Some(_) if self.leave.is_empty() => Task::DeidentifyLookedAt,
                Some(_) | None => Task::Deidentify,
            };
            let request = Request {
                task,
                policy: self.policy.clone(),
                secret: self.secret.clone(),
                masks: masks.unwrap_or_default(),
                is_explained: false,
            };
            let done = self.decoder.deidentify(&bytes, &request, &self.cancel)?;
            Ok(Done::Dicom(done, task == Task::DeidentifyLookedAt))
        });
        let (done, is_looked_at) = match done {
            Ok(Done::Dicom(done, is_looked_at)) => (done, is_looked_at),
            Ok(Done::Note(note)) => {
                // It is held: rules miss what they do not foresee.
                let written = self
                    .outputs
                    .write_note(&note.uid, note.text.reveal(), false);
                let row = match written {
                    Ok(()) => Row::note(number, &note.uid, note.n_replaced),
                    Err(error) => Row::failed(number, Status::Error, &error.to_string()),
                };
                return (row, None);
            }
            Err(error) => return (failure(number, &error), None),
        };
        let hold = done.facts.hold(&self.policy, is_looked_at);
        match self.outputs.write(&done, hold) {
            Ok(()) => (Row::written(number, &done.facts, hold), Some(done)),
            Err(error) => {
                let row = Row::failed(number, Status::Error, &error.to_string());
                (row, None)
            }
        }
    }
}

/// What became of a file that was understood.
enum Done {
    /// And whether its picture was looked at.
    Dicom(Deidentified, bool),
    Note(CleanedNote),
}

fn failure(number: usize, error: &Error) -> Row {
    match error {
        Error::Cancelled => Row::not_reached(number),
        Error::Refused(refusal) => Row::failed(number, Status::Refused, &refusal.to_string()),
        other => Row::failed(number, Status::Error, &other.to_string()),
    }
}
