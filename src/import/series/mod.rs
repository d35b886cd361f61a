//! Measurements over time from files: which kind of table or resource it is, and its values.
//!
//! 1. `table` splits text into cells, `physionet`, `rows` or `fhir` find the time, the variable, the number and the unit
//!    of each value;
//! 2. `clock` turns the times into hours since the first;
//! 3. `gather` decides on missing units and hands everything to [`crate::case::series::Collector`].

mod clock;
mod columns;
pub(super) mod fhir;
mod gather;
mod number;
mod physionet;
mod rows;
mod table;

pub use columns::{Column, Columns, Hints};

use super::Refusal;
use crate::{
    case::{Note, Series},
    disk::Sha256,
    privacy::Phi,
    warnings::{Warning, WarningKind},
};

/// Most cells of a table; a row counts as four at least.
const CELLS_LIMIT: usize = 2 << 20;
/// Most columns of a table.
const COLUMNS_LIMIT: usize = 2000;
/// Most values of a series.
const POINTS_LIMIT: usize = 500_000;

/// What a text that holds a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Physionet2012,
    Physionet2019,
    Table,
    Fhir,
}

/// Whether a text is a series. A note with commas is a note: a table names its columns in the first line, one of them
/// is a time, and its rows have as many cells.
pub(super) fn recognise(text: &str, hints: &Hints) -> Option<Kind> {
    let first = text.lines().map(str::trim).find(|it| !it.is_empty())?;
    if first.starts_with('{') {
        return text.contains("\"resourceType\"").then_some(Kind::Fhir);
    }
    if first.eq_ignore_ascii_case("time,parameter,value") {
        return Some(Kind::Physionet2012);
    }
    let is_2019 = |first: &str| {
        ["HR", "O2Sat", "ICULOS"]
            .iter()
            .all(|it| first.split('|').any(|cell| cell == *it))
    };
    if is_2019(first) {
        return Some(Kind::Physionet2019);
    }
    let is_table = hints.columns.is_some() || table::is_series(text);
    is_table.then_some(Kind::Table)
}

/// Reads the series of a text; FHIR is read by `fhir` itself, for it may hold notes too.
pub(super) fn read(kind: Kind, note: &Note, hints: &Hints) -> Result<Series, Refusal> {
    // For the parser: the text stays in this process.
    let text = note.text.reveal();
    let sha256 = note.file_sha256;
    let mut series = match kind {
        Kind::Physionet2012 => physionet::of_2012(sha256, text)?,
        Kind::Physionet2019 => physionet::of_2019(sha256, text)?,
        Kind::Table => rows::read(sha256, text, hints)?,
        Kind::Fhir => fhir::read(sha256, text, hints)?,
    };
    series.warnings.splice(0..0, note.warnings.iter().cloned());
    if series.channels.is_empty() {
        let found = match series.n_set_aside {
            0 => "none".to_owned(),
            n => format!(
                "none that can be used; {n} set aside, the first because {}",
                first_reason(&series)
            ),
        };
        return Err(Refusal::series("a series with at least one value", found));
    }
    Ok(series)
}

fn first_reason(series: &Series) -> String {
    let first = series.set_aside.first();
    first.map_or_else(String::new, |it| it.reason.clone())
}

/// One sentence about how the file was read.
fn told(text: impl Into<String>) -> Warning {
    Warning {
        kind: WarningKind::File,
        text: text.into(),
    }
}

/// A name out of the file for a warning: short, one line. A header is not about a patient.
fn shown(name: &str) -> String {
    name.chars()
        .filter(|it| !it.is_control())
        .take(40)
        .collect()
}

/// The one patient whose values are read.
fn only_patient(mut patients: Vec<&str>, hints: &Hints) -> Result<Option<String>, Refusal> {
    patients.sort_unstable();
    patients.dedup();
    patients.retain(|it| !it.is_empty());
    // To compare; it is not printed.
    match (hints.patient.reveal(), patients.as_slice()) {
        (Some(wanted), all) if all.contains(&wanted.as_str()) => Ok(Some(wanted.clone())),
        (Some(_), all) => Err(Refusal::series(
            "values of the chosen patient",
            format!("values of {} others", all.len()),
        )),
        (None, []) => Ok(None),
        (None, [one]) => Ok(Some((*one).to_owned())),
        (None, all) => Err(Refusal::series(
            "values of one patient, or the choice of one (--patient)",
            format!("values of {} patients", all.len()),
        )),
    }
}

/// A series of what was gathered.
fn finish(
    sha256: Sha256,
    format: crate::case::series::SeriesFormat,
    gathered: gather::Gathered,
) -> Series {
    let mut series = Series::new(sha256, format, gathered.collector.finish());
    series.start = Phi::new(gathered.start);
    series.warnings.splice(0..0, gathered.warnings);
    series
}
