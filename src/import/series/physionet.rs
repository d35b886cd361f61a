//! The text files of the PhysioNet/CinC challenges of 2012 and 2019. Both state their units on their pages.

use super::{Refusal, clock, number, shown, table::Table, told};
use crate::{
    case::{
        Series, Variable,
        series::{Collector, IcuType, Place, SeriesFormat},
    },
    disk::Sha256,
    privacy::Phi,
};

/// `Time,Parameter,Value`, times as `hh:mm` since admission to the unit; -1 is a missing descriptor.
pub(super) fn of_2012(sha256: Sha256, text: &str) -> Result<Series, Refusal> {
    let table = Table::parse(text)?.narrow()?;
    let mut collector = Collector::default();
    let (mut records, mut unknown, mut n_odd) = (Vec::new(), Vec::new(), 0);
    for (line, row) in &table.rows {
        let cell = |idx: usize| row.get(idx).unwrap_or_default();
        let time = clock::parse(cell(0), None);
        let (Some(clock::Time::Elapsed { hours, .. }), number::Cell::Number(value)) =
            (time, number::cell(cell(2), '.'))
        else {
            n_odd += 1;
            continue;
        };
        if cell(1) == "RecordID" {
            records.push(cell(2));
        }
        if !collector
            .at(Place::Line(*line))
            .add_physionet2012(cell(1), hours, value)
        {
            unknown.push(shown(cell(1)));
        }
    }
    records.sort_unstable();
    records.dedup();
    if 1 < records.len() {
        return Err(Refusal::series(
            "values of one patient",
            format!("values of {} patients", records.len()),
        ));
    }
    let mut series = Series::new(sha256, SeriesFormat::Physionet2012, collector.finish());
    series.subject.patient_id = Phi::new(
        records
            .first()
            .map_or_else(String::new, |it| (*it).to_owned()),
    );
    if 0 < n_odd {
        series
            .warnings
            .push(told(format!("{n_odd} lines could not be read")));
    }
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        series.warnings.push(told(format!(
            "parameters that are not known, not read: {}",
            unknown.join(", ")
        )));
    }
    Ok(series)
}

/// Columns of 2019 whose names mean something else to other tables, or whose unit is not the canonical one.
const OF_2019: &[(&str, &str, &str)] = &[
    ("Temp", "temperature", "Cel"),
    ("MAP", "mean_pressure", "mm[Hg]"),
    // The page has mg/dL and mmol/dL; the values are those of mmol/L and mg/dL.
    ("Lactate", "lactate", "mmol/L"),
    ("Magnesium", "magnesium", "mg/dL"),
];
/// Columns that are no measurements. The label of sepsis is the answer of the challenge and is never read.
const IGNORED_2019: &[&str] = &[
    "Age",
    "Gender",
    "Unit1",
    "Unit2",
    "HospAdmTime",
    "ICULOS",
    "SepsisLabel",
];

/// One row an hour between bars; `ICULOS` counts the hours from 1.
pub(super) fn of_2019(sha256: Sha256, text: &str) -> Result<Series, Refusal> {
    let table = Table::parse(text)?.narrow()?;
    let mut collector = Collector::default();
    let mut unknown = Vec::new();
    let mut columns = Vec::new();
    for (idx, name) in table.header.iter().enumerate() {
        let own = OF_2019.iter().find(|it| it.0 == name);
        let variable = own.map_or_else(|| Variable::of_alias(name), |it| Variable::of_key(it.1));
        match variable {
            Some(it) => columns.push((idx, it, own.map_or(it.unit(), |own| own.2))),
            None if IGNORED_2019.contains(&name) => {}
            None => unknown.push(shown(name)),
        }
    }
    let column = |name: &str| table.header.iter().position(|it| it == name);
    let number =
        |row: &csv::StringRecord, idx: Option<usize>| match number::cell(row.get(idx?)?, '.') {
            number::Cell::Number(it) => Some(it),
            _ => None,
        };
    let [iculos, age, gender, medical, surgical] =
        ["ICULOS", "Age", "Gender", "Unit1", "Unit2"].map(column);
    let mut n_odd = 0;
    for (line, row) in &table.rows {
        let Some(hour) = number(row, iculos) else {
            n_odd += 1;
            continue;
        };
        let collector = collector.at(Place::Line(*line));
        for (idx, variable, unit) in &columns {
            match number::cell(row.get(*idx).unwrap_or_default(), '.') {
                number::Cell::Number(value) => collector.add(*variable, hour - 1.0, value, unit),
                number::Cell::Odd(why) => collector.set_aside(
                    *variable,
                    Some(hour - 1.0),
                    "text".to_owned(),
                    why.to_owned(),
                ),
                number::Cell::Missing => {}
            }
        }
        for (name, value) in [("Age", number(row, age)), ("Gender", number(row, gender))] {
            value.map(|it| collector.add_physionet2012(name, 0.0, it));
        }
    }
    let is_in = |unit| table.rows.first().and_then(|(_, row)| number(row, unit)) == Some(1.0);
    let icu_type = is_in(medical)
        .then_some(IcuType::Medical)
        .or(is_in(surgical).then_some(IcuType::Surgical));
    let mut series = Series::new(sha256, SeriesFormat::Physionet2019, collector.finish());
    series.icu_type = icu_type;
    series.warnings.push(told("lactate is read as mmol/L and magnesium as mg/dL, which is not what the page of the challenge says"));
    if 0 < n_odd {
        series
            .warnings
            .push(told(format!("{n_odd} rows have no hour (ICULOS)")));
    }
    if !unknown.is_empty() {
        series.warnings.push(told(format!(
            "columns that are not known, not read: {}",
            unknown.join(", ")
        )));
    }
    Ok(series)
}
