//! `wardlight note --deidentify`: a note without what tells who the patient is, and a preview of what is replaced.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};

use super::{Decoder, print};
use crate::{
    deid::text::{Cleaner, Found, Known, consistent},
    disk,
    failure::Failure,
    import::Opened,
};

#[derive(clap::Args)]
pub(super) struct DeidentifyArgs {
    /// Replace what tells who the patient is, by rules that miss what they do not foresee: read the preview.
    #[arg(id = "deidentify", long = "deidentify")]
    pub(super) is_asked: bool,
    /// Where the note goes without it.
    #[arg(long, value_name = "FILE", requires = "deidentify")]
    out: Option<PathBuf>,
    /// Shift every date by so many days, the same for all notes of a patient, and number the names; else labels.
    #[arg(
        long,
        value_name = "N",
        requires = "deidentify",
        allow_negative_numbers = true
    )]
    shift_days: Option<i64>,
    /// Print what is replaced: line, kind, reason and the words themselves.
    #[arg(long, requires = "deidentify")]
    preview: bool,
}

/// Days that dates may be shifted by: a century.
const MOST_DAYS: i64 = 36_525;

/// Cleans one note.
pub(super) fn run(args: &DeidentifyArgs, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let [file] = files else {
        bail!(
            "wanted one note to de-identify, found {}; `wardlight deidentify` takes many",
            files.len()
        );
    };
    if args.out.is_none() && !args.preview {
        bail!("wanted --out FILE or --preview with --deidentify, found neither");
    }
    if args.shift_days.is_some_and(|it| MOST_DAYS < it.abs()) {
        bail!("wanted at most {MOST_DAYS} days to shift by, found more");
    }
    if args.out.as_deref().is_some_and(|out| is_same(out, file)) {
        bail!("wanted another file for the cleaned note, found the note itself");
    }
    let text = read(file)?;
    let cleaner = Cleaner::built_in();
    let mut found = cleaner.preview(&text, &Known::default());
    if args.shift_days.is_some() {
        consistent(&text, &mut found, args.shift_days);
    }
    if args.preview {
        // The preview shows what identifies, to the person who asked for it.
        print(&preview(&text, &found))?;
    }
    let cleaned = cleaner.apply(&text, &found);
    if let Some(out) = &args.out {
        disk::write_atomic(out, cleaned.text.as_bytes())
            .context("could not write the cleaned note")?;
    }
    for (kind, n) in &cleaned.counts {
        print(&format!("{:16}{n}\n", kind.name()))?;
    }
    print("Found by rules; there may be more. Read the note before it leaves.\n")?;
    Ok(ExitCode::SUCCESS)
}

fn is_same(out: &Path, file: &Path) -> bool {
    out == file
        || out
            .canonicalize()
            .ok()
            .is_some_and(|it| file.canonicalize().ok() == Some(it))
}

fn read(file: &Path) -> anyhow::Result<String> {
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    match decoder.open(file) {
        Ok(Opened::Chart(chart)) => match chart.only_note() {
            // The words go into the cleaned note and, if asked for, the preview.
            Some(note) => Ok(note.text.reveal().clone()),
            None => bail!("wanted one note, found {}", chart.summary()),
        },
        Ok(Opened::Scan(_)) => bail!("wanted a note, found a scan"),
        Err(error) => {
            let it = Failure::from(&error);
            bail!("{}. {} ({})", it.headline, it.remedy, it.cause)
        }
    }
}

/// One line for each finding.
fn preview(text: &str, found: &[Found]) -> String {
    let mut lines = String::new();
    let (mut at, mut line) = (0, 1);
    for it in found {
        line += text
            .get(at..it.span.start)
            .unwrap_or_default()
            .matches('\n')
            .count();
        at = it.span.start;
        let words = text.get(it.span.clone()).unwrap_or_default();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        // What a terminal would obey is not printed.
        let words = words.replace(char::is_control, "");
        lines += &format!(
            "{line:5}  {:14}{:15}{words} -> {}\n",
            it.kind.name(),
            it.why.name(),
            it.replacement
        );
    }
    lines
}
