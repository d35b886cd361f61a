//! Measurements of many patients in tables with one value a row, as series by the key of the case.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Error, Result,
    sheet::{Sheet, quoted},
};
use crate::{
    case::{
        Series, Variable,
        series::{Collector, Place, SeriesFormat},
    },
    disk::{self, Hasher},
};

/// The largest file of measurements that is read.
const FILE_LIMIT_BYTES: u64 = 1 << 30;
const MINUTES_IN_HOUR: f64 = 60.0;
/// How many unknown parameters are named.
const N_NAMED: usize = 10;

/// What a person says that parameters mean, by name, with the unit if it is not the canonical one.
type Parameters = BTreeMap<String, (Variable, Option<String>)>;

/// What was measured, by key, and what was odd.
pub(super) struct Courses {
    pub(super) by_key: BTreeMap<String, Arc<Series>>,
    pub(super) warnings: Vec<String>,
}

/// One case on the way.
#[derive(Default)]
struct Raw {
    collector: Collector,
    hasher: Hasher,
}

/// Where the columns stand.
struct Places {
    key: usize,
    time: usize,
    /// Of the time's unit.
    in_hour: f64,
    parameter: usize,
    value: usize,
    unit: Option<usize>,
}

impl Places {
    /// The key's column has the name that it has in the table of cases; the others are `minutes` (or `minute`) or
    /// `hours` (or `hour`), `parameter`, `value` and, if there is one, `unit`.
    fn find(sheet: &Sheet, key: &str) -> Result<Self> {
        let first = |names: [&str; 2]| names.into_iter().find_map(|it| sheet.column(it));
        let (time, in_hour) = match (first(["minutes", "minute"]), first(["hours", "hour"])) {
            (Some(at), _) => (at, MINUTES_IN_HOUR),
            (None, Some(at)) => (at, 1.0),
            (None, None) => (sheet.needed("minutes")?, MINUTES_IN_HOUR),
        };
        Ok(Self {
            key: sheet.needed(key)?,
            time,
            in_hour,
            parameter: sheet.needed("parameter")?,
            value: sheet.needed("value")?,
            unit: sheet.column("unit"),
        })
    }
}

/// Reads the files.
///
/// # Errors
/// A file that cannot be read, a column that is not there, a time or a value that is no number.
pub(super) fn read(files: &[PathBuf], key: &str, said: &Parameters) -> Result<Courses> {
    let mut raws: BTreeMap<String, Raw> = BTreeMap::new();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        collect(file, (key, said), &mut raws, &mut unknown)?;
    }
    let series = |raw: Raw| {
        let sha256 = raw.hasher.finish();
        Arc::new(Series::new(
            sha256,
            SeriesFormat::CsvLong,
            raw.collector.finish(),
        ))
    };
    let mut warnings = Vec::new();
    if !unknown.is_empty() {
        let first: Vec<String> = unknown.keys().take(N_NAMED).map(|it| quoted(it)).collect();
        warnings.push(format!(
            "{} measurements are of parameters that are not known, and are not read: {}{}",
            unknown.values().sum::<usize>(),
            first.join(", "),
            if N_NAMED < unknown.len() {
                "\u{2026}"
            } else {
                ""
            }
        ));
    }
    Ok(Courses {
        by_key: raws
            .into_iter()
            .map(|(key, raw)| (key, series(raw)))
            .collect(),
        warnings,
    })
}

fn collect(
    file: &Path,
    (key, said): (&str, &Parameters),
    raws: &mut BTreeMap<String, Raw>,
    unknown: &mut BTreeMap<String, usize>,
) -> Result<()> {
    let bytes = disk::read(file, FILE_LIMIT_BYTES)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let odd = |line: usize, cause: String| {
        let cause = format!("{cause} in {name}");
        Error::Table { line, cause }
    };
    let sheet = Sheet::parse(&bytes, file)?;
    let places = Places::find(&sheet, key)?;
    for row in &sheet.rows {
        let cell = |at: usize| row.cell(at).unwrap_or_default();
        let number = |at: usize| cell(at).parse::<f64>().ok().filter(|it| it.is_finite());
        let (Some(time), Some(value)) = (number(places.time), number(places.value)) else {
            return Err(odd(row.line, "no number for time or value".to_owned()));
        };
        let raw = raws.entry(cell(places.key).to_owned()).or_default();
        let parameter = cell(places.parameter);
        let unit = places.unit.map(cell);
        for part in [cell(places.time), parameter, cell(places.value)] {
            raw.hasher.update(part.as_bytes());
            raw.hasher.update(b"\n");
        }
        let collector = raw.collector.at(Place::Line(row.line));
        let hours = time / places.in_hour;
        if let Some((variable, said)) = said.get(parameter) {
            let unit = unit.filter(|it| !it.is_empty()).or(said.as_deref());
            collector.add(*variable, hours, value, unit.unwrap_or(variable.unit()));
        } else if !add(collector, parameter, hours, value, unit) {
            *unknown.entry(parameter.to_owned()).or_default() += 1;
        }
    }
    Ok(())
}

/// By the names of the PhysioNet challenge of 2012, in its units where no other is told; else by any name that we know, in
/// the unit that is told or the canonical one. Returns whether the parameter is known.
fn add(
    collector: &mut Collector,
    parameter: &str,
    hours: f64,
    value: f64,
    unit: Option<&str>,
) -> bool {
    let unit = unit.filter(|it| !it.is_empty());
    if unit.is_none() && collector.add_physionet2012(parameter, hours, value) {
        return true;
    }
    let Some(variable) = Variable::of_alias(parameter) else {
        // Age and sex have no unit of their own.
        return collector.add_physionet2012(parameter, hours, value);
    };
    collector.add(variable, hours, value, unit.unwrap_or(variable.unit()));
    true
}
