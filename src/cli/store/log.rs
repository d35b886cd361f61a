//! `wardlight store log`: the audit log for a person's eyes, or in a form that other programs read.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;

use super::print;
use crate::{
    disk,
    store::{Action, Entry, Filter, Outcome, Records},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// From this day on, UTC: 2026-11-27.
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<i64>,
    /// Before this day, UTC.
    #[arg(long, value_name = "DAY", value_parser = day)]
    before: Option<i64>,
    /// Only one kind of deed, as the list names it: `case_opened`, `sign_in_failed`.
    #[arg(long, value_name = "ACTION", value_parser = action)]
    action: Option<Action>,
    /// Only what somebody should hear of at once: broken glass, tampering, recovery.
    #[arg(long)]
    loud: bool,
    /// The most that are listed, newest first.
    #[arg(long, value_name = "N", default_value = "100")]
    limit: usize,
    /// Write it whole into this file instead, oldest first.
    #[arg(long, value_name = "FILE", requires = "format")]
    out: Option<PathBuf>,
    /// In which form.
    #[arg(long, value_enum, requires = "out")]
    format: Option<Format>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Audit messages of DICOM PS3.15, A.5.1, in XML.
    Dicom,
    /// A bundle of FHIR R4 AuditEvent resources, in JSON.
    Fhir,
}

pub(super) fn run(args: &Args, records: &Records) -> anyhow::Result<()> {
    let filter = Filter {
        from_ms: args.from,
        before_ms: args.before,
        action: args.action,
        is_loud_only: args.loud,
        ..Filter::default()
    };
    match (&args.out, args.format) {
        (Some(path), Some(format)) => {
            let bytes = match format {
                Format::Dicom => records.export_log_dicom(&filter)?,
                Format::Fhir => records.export_log_fhir(&filter)?,
            };
            Ok(disk::write_atomic(path, &bytes)?)
        }
        _ => {
            let mut text = String::new();
            for entry in records.log(&filter, args.limit)? {
                let name = records.name_of(&entry.record.person)?;
                let name = name.map_or_else(|| "-".to_owned(), |it| it.reveal().clone()); // shown on request
                text.push_str(&line(&entry, &name));
            }
            print(&text)
        }
    }
}

fn line(entry: &Entry, name: &str) -> String {
    let record = &entry.record;
    let outcome = match record.outcome {
        Outcome::Success => "",
        Outcome::MinorFailure | Outcome::SeriousFailure => " refused",
    };
    let item = record.item.as_deref().unwrap_or("-");
    let detail = if record.detail.is_null() {
        String::new()
    } else {
        record.detail.to_string()
    };
    format!(
        "{}\t{}\t{name}\t{}{outcome}\t{item}\t{detail}\n",
        entry.sequence,
        record.at.utc(),
        record.action.name(),
    )
}

/// Milliseconds since 1970 at the start of a day.
fn day(text: &str) -> Result<i64, String> {
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    let start = day.ok().and_then(|it| it.and_hms_opt(0, 0, 0));
    let start = start.with_context(|| format!("wanted a day like 2026-11-27, found {text}"));
    Ok(start
        .map_err(|it| it.to_string())?
        .and_utc()
        .timestamp_millis())
}

fn action(text: &str) -> Result<Action, String> {
    let found = Action::ALL.into_iter().find(|it| it.name() == text);
    found.ok_or_else(|| {
        let names: Vec<String> = Action::ALL.iter().map(|it| it.name()).collect();
        format!("wanted one of {}, found {text}", names.join(", "))
    })
}
