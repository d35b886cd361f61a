//! Courses of patients: a table of cases, and tables with one measurement a row.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{Case, Content, table};
use crate::{
    case::{
        Series,
        series::{Collector, SeriesFormat},
    },
    disk::{self, Sha256},
    prep::{Spec, prepare_series},
    spreadsheet::{Odd, Spreadsheet},
    training::{
        Error, Result,
        recipe::{Measurements, Source},
    },
    warnings::Warnings,
};

/// The largest table that is read.
const TABLE_LIMIT: u64 = 1 << 30;
const MINUTES_IN_HOUR: f64 = 60.0;

/// Cases with their measurements. One without any that the model reads is left out, as the model would refuse it.
pub(super) fn read(source: &Source, data: &Path, spec: &Spec) -> Result<Vec<Case>> {
    let measurements = source.measurements.as_ref().ok_or_else(|| Error::Recipe {
        cause: "wanted `source.measurements` for series, found none".to_owned(),
    })?;
    let mut series = BTreeMap::new();
    for file in &measurements.files {
        let bytes = disk::read(&data.join(file), TABLE_LIMIT)?;
        collect(&bytes, measurements, &mut series)?;
    }
    let mut series: BTreeMap<String, Arc<Series>> = series
        .into_iter()
        .filter_map(|(key, collector)| {
            let identity = Sha256::of(key.as_bytes());
            let series = Series::new(identity, SeriesFormat::CsvLong, collector.finish());
            let is_read = match spec {
                Spec::Series(spec) => prepare_series(&series, spec, &Warnings::default()).is_ok(),
                Spec::Image(_) | Spec::Text(_) | Spec::Sequence(_) | Spec::Question(_) => false,
            };
            is_read.then(|| (key, Arc::new(series)))
        })
        .collect();
    let mut rows = table::rows(source, data)?;
    rows.retain(|it| series.contains_key(&it.key));
    let taken = std::cell::RefCell::new(&mut series);
    table::cases(source, &rows, |row| {
        taken.borrow_mut().remove(&row.key).map(Content::Series)
    })
}

/// Sorts the rows of a table by case.
fn collect(
    bytes: &[u8],
    columns: &Measurements,
    series: &mut BTreeMap<String, Collector>,
) -> Result<()> {
    let sheet =
        Spreadsheet::parse(bytes).map_err(|Odd { line, cause }| Error::Table { line, cause })?;
    let needed = |column: &str| {
        sheet.column(column).ok_or_else(|| Error::Table {
            line: 1,
            cause: format!("wanted a column {column}, found none"),
        })
    };
    let (key, value) = (needed(&columns.key)?, needed(&columns.value)?);
    let parameter = needed(&columns.parameter)?;
    let (time, hour) = match (&columns.hours, &columns.minutes) {
        (Some(column), None) => (needed(column)?, 1.0),
        (None, Some(column)) => (needed(column)?, MINUTES_IN_HOUR),
        _ => {
            return Err(Error::Recipe {
                cause: "wanted a column of hours or one of minutes".to_owned(),
            });
        }
    };
    for (line, record) in &sheet.rows {
        let number = |at: usize| record.get(at).unwrap_or_default().parse::<f64>();
        let (Ok(time), Ok(value)) = (number(time), number(value)) else {
            return Err(Error::Table {
                line: *line,
                cause: "wanted numbers for time and value".to_owned(),
            });
        };
        let collector = series
            .entry(record.get(key).unwrap_or_default().to_owned())
            .or_default();
        let parameter = record.get(parameter).unwrap_or_default();
        if columns.names.is_empty() {
            collector.add_physionet2012(parameter, time / hour, value);
        } else if let Some(named) = columns.names.get(parameter) {
            collector.add(named.variable, time / hour, value, &named.unit);
        }
    }
    Ok(())
}
