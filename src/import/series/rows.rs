//! Tables with one value a row, or with one time a row and one variable a column.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    Hints, Refusal, clock,
    columns::{Column, Columns},
    finish,
    gather::{self, Entry},
    number::{self, Cell},
    only_patient, shown,
    table::{self, Table},
    told,
};
use crate::{
    case::{
        Series, Variable,
        series::{Place, SeriesFormat},
    },
    disk::Sha256,
    privacy::Phi,
    warnings::Warning,
};

/// Where the columns stand that are no variables.
struct Layout {
    time: usize,
    patient: Option<usize>,
    encounter: Option<usize>,
    /// Name, value and unit, in a table with one value a row.
    long: Option<(usize, usize, Option<usize>)>,
}

/// Reads a table.
pub(super) fn read(sha256: Sha256, text: &str, hints: &Hints) -> Result<Series, Refusal> {
    let said = hints.columns.clone().unwrap_or_default();
    let mut table = Table::parse(text)?.narrow()?;
    let layout = layout(&table, &said)?;
    let at = |idx: Option<usize>| -> Vec<&str> {
        let cells = table.rows.iter().filter_map(|(_, row)| row.get(idx?));
        cells.collect()
    };
    let patient = only_patient(at(layout.patient), hints)?;
    if let (Some(patient), Some(idx)) = (&patient, layout.patient) {
        table
            .rows
            .retain(|(_, row)| row.get(idx) == Some(patient.as_str()));
    }
    let mut encounters: Vec<String> = table
        .rows
        .iter()
        .filter_map(|(_, row)| Some(row.get(layout.encounter?)?.to_owned()))
        .filter(|it| !it.is_empty())
        .collect();
    encounters.sort_unstable();
    encounters.dedup();
    let mut warnings = Vec::new();
    if 1 < encounters.len() {
        warnings.push(told(format!(
            "values of {} encounters stand in one series",
            encounters.len()
        )));
    }
    if table.delimiter != ',' {
        let mark = if table.delimiter == '\t' {
            "tabs"
        } else {
            "semicolons or bars"
        };
        warnings.push(told(format!("cells are separated by {mark}")));
    }
    if 0 < table.n_torn {
        warnings.push(told(format!(
            "{} rows have more or fewer cells than the header",
            table.n_torn
        )));
    }
    let entries = entries(&table, &layout, &said, &mut warnings)?;
    let gathered = gather::gather(&entries, None)?;
    let format = if layout.long.is_some() {
        SeriesFormat::CsvLong
    } else {
        SeriesFormat::CsvWide
    };
    let mut series = finish(sha256, format, gathered);
    series.warnings.splice(0..0, warnings);
    series.subject.patient_id = Phi::new(patient.unwrap_or_default());
    series.encounters = Phi::new(encounters);
    Ok(series)
}

fn layout(table: &Table, said: &Columns) -> Result<Layout, Refusal> {
    let find = |said: &Option<String>, names: &[&str]| match said {
        None => Ok(table.column(names)),
        Some(name) => match table.header.iter().position(|it| it == name) {
            Some(idx) => Ok(Some(idx)),
            None => Err(Refusal::series(
                format!("the column `{}`, as --columns says", shown(name)),
                format!("columns {}", listed(table.header.iter())),
            )),
        },
    };
    let Some(time) = find(&said.time, table::TIMES)? else {
        return Err(Refusal::series(
            "a column of times (`time`, `hours`, `minutes`; or say it with --columns)",
            format!("columns {}", listed(table.header.iter())),
        ));
    };
    let long = table.column(table::NAMES).zip(table.column(table::VALUES));
    Ok(Layout {
        time,
        patient: find(&said.patient, table::PATIENTS)?,
        encounter: find(&said.encounter, table::ENCOUNTERS)?,
        long: long.map(|(name, value)| (name, value, table.column(table::UNITS))),
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.take(30).map(shown).collect();
    names.join(", ")
}

/// A variable and its unit where the person or the header says it.
fn meaning<'a>(name: &'a str, said: &'a Columns) -> Option<(Variable, Option<Cow<'a, str>>)> {
    if let Some(Column { variable, unit }) = said.columns.get(name.trim()) {
        let unit = unit.clone().unwrap_or_else(|| variable.unit().to_owned());
        return Some((*variable, Some(Cow::Owned(unit))));
    }
    table::named(name).map(|(variable, unit)| (variable, unit.map(Cow::Borrowed)))
}

/// All values, with what could be read of each.
fn entries<'a>(
    table: &'a Table,
    layout: &Layout,
    said: &'a Columns,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Entry<'a>>, Refusal> {
    let columns = value_columns(table, layout, said, warnings);
    let cells = || {
        let idxs: Vec<usize> = match layout.long {
            Some((_, value, _)) => vec![value],
            None => columns.iter().map(|it| it.0).collect(),
        };
        table
            .rows
            .iter()
            .flat_map(move |(_, row)| idxs.clone().into_iter().filter_map(|it| row.get(it)))
    };
    let (decimal, is_found) = number::decimal(cells(), said.decimal)?;
    if is_found {
        warnings.push(told("numbers have a decimal comma"));
    }
    let unit_row = columns_units(table, layout, &columns, said);
    let header = table.header.get(layout.time).unwrap_or_default();
    let time_unit = said.time_unit.or_else(|| table::time_unit(header));
    let mut all = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    // A name is looked up once, for it may stand in each of many rows.
    let mut meanings = BTreeMap::new();
    let mut n_odd_times = 0;
    for (line, row) in table.rows.iter().skip(usize::from(unit_row.is_some())) {
        let time = clock::parse(row.get(layout.time).unwrap_or_default(), time_unit);
        n_odd_times += usize::from(time.is_none());
        let mut push = |variable, cell: &str, unit| {
            let cell = number::cell(cell, decimal);
            let place = Place::Line(*line);
            // Missing cells are passed over without a word; there are far more of them than values.
            if cell != Cell::Missing {
                all.push(Entry {
                    place,
                    time,
                    variable,
                    cell,
                    unit,
                });
            }
        };
        if let Some((name, value, unit)) = layout.long {
            let written = row.get(name).unwrap_or_default();
            let meant = meanings
                .entry(written)
                .or_insert_with(|| meaning(written, said));
            let Some((variable, stated)) = meant.clone() else {
                unknown.push(written);
                continue;
            };
            let in_row = unit.and_then(|it| row.get(it)).filter(|it| !it.is_empty());
            push(
                variable,
                row.get(value).unwrap_or_default(),
                in_row.map(Cow::Borrowed).or(stated),
            );
            continue;
        }
        for (position, (idx, variable, stated)) in columns.iter().enumerate() {
            let below = unit_row
                .as_ref()
                .and_then(|it| it.get(position))
                .copied()
                .flatten();
            push(
                *variable,
                row.get(*idx).unwrap_or_default(),
                stated.clone().or(below.map(Cow::Borrowed)),
            );
        }
    }
    if all.iter().any(|it| it.time.is_some()) || n_odd_times == 0 {
        tell_of_rows(unknown, n_odd_times, warnings);
        return Ok(all);
    }
    Err(Refusal::series(
        "times as ISO 8601, hh:mm, or numbers whose header says hours or minutes",
        format!("{n_odd_times} rows with other times"),
    ))
}

fn tell_of_rows(mut unknown: Vec<&str>, n_odd_times: usize, warnings: &mut Vec<Warning>) {
    if 0 < n_odd_times {
        warnings.push(told(format!(
            "{n_odd_times} rows have a time that could not be read"
        )));
    }
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        let names = listed(unknown.iter().copied());
        warnings.push(told(format!("names that are not known, not read: {names}")));
    }
}

/// The columns with a value for each time; the others are told.
fn value_columns<'a>(
    table: &'a Table,
    layout: &Layout,
    said: &'a Columns,
    warnings: &mut Vec<Warning>,
) -> Vec<(usize, Variable, Option<Cow<'a, str>>)> {
    if layout.long.is_some() {
        return Vec::new();
    }
    let mut columns: Vec<(usize, Variable, Option<Cow<'_, str>>)> = Vec::new();
    let (mut unknown, mut twice) = (Vec::new(), Vec::new());
    for (idx, name) in table.header.iter().enumerate() {
        let taken = [Some(layout.time), layout.patient, layout.encounter];
        if taken.contains(&Some(idx)) {
            continue;
        }
        match meaning(name, said) {
            None => unknown.push(name),
            Some((variable, _)) if columns.iter().any(|it| it.1 == variable) => twice.push(name),
            Some((variable, unit)) => columns.push((idx, variable, unit)),
        }
    }
    for (names, why) in [
        (unknown, "columns that are not known, not read"),
        (
            twice,
            "columns of a variable that another column has, not read",
        ),
    ] {
        if !names.is_empty() {
            warnings.push(told(format!("{why}: {}", listed(names.into_iter()))));
        }
    }
    columns
}

/// The units of a second row, if it is one: no time, and under each variable nothing or a unit that it can have.
fn columns_units<'a>(
    table: &'a Table,
    layout: &Layout,
    columns: &[(usize, Variable, Option<Cow<'a, str>>)],
    said: &Columns,
) -> Option<Vec<Option<&'a str>>> {
    let (_, row) = table.rows.first().filter(|_| layout.long.is_none())?;
    let time = row.get(layout.time).unwrap_or_default();
    if clock::parse(
        time,
        said.time_unit.or(Some(super::columns::TimeUnit::Hours)),
    )
    .is_some()
    {
        return None;
    }
    let of = |(idx, variable, _): &(usize, Variable, Option<Cow<'_, str>>)| {
        let cell = row.get(*idx).filter(|it| !it.is_empty());
        match cell {
            None => Some(None),
            Some(cell) => variable.unit_of(cell).map(|_| Some(cell)),
        }
    };
    let units: Vec<Option<&str>> = columns.iter().map(of).collect::<Option<_>>()?;
    units.iter().any(Option::is_some).then_some(units)
}
