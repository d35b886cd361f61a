//! From single values with their times to a collector: hours, and what to do where no unit is written.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::NaiveDate;

use super::{
    POINTS_LIMIT, Refusal,
    clock::{Start, Time},
    number::Cell,
    told,
};
use crate::{
    case::{
        Variable,
        series::{Collector, Place},
    },
    warnings::Warning,
};

/// A value as the file has it.
pub(super) struct Entry<'a> {
    pub(super) place: Place,
    /// `None` if it could not be read.
    pub(super) time: Option<Time>,
    pub(super) variable: Variable,
    pub(super) cell: Cell,
    /// As it is written; `None` where nothing is.
    pub(super) unit: Option<Cow<'a, str>>,
}

pub(super) struct Gathered {
    pub(super) collector: Collector,
    /// ISO 8601.
    pub(super) start: Option<String>,
    pub(super) warnings: Vec<Warning>,
}

/// Hands all values to a collector. Values of days before `birth` are set aside.
pub(super) fn gather(entries: &[Entry<'_>], birth: Option<NaiveDate>) -> Result<Gathered, Refusal> {
    if POINTS_LIMIT < entries.len() {
        return Err(Refusal::too_large(
            "a number of values",
            POINTS_LIMIT as u64,
            entries.len() as u64,
        ));
    }
    let is_unborn = |time: &Time| {
        birth
            .zip(time.day())
            .is_some_and(|(birth, day)| day < birth)
    };
    let times: Vec<Time> = entries
        .iter()
        .filter(|it| it.cell != Cell::Missing)
        .filter_map(|it| it.time)
        .filter(|it| !is_unborn(it))
        .collect();
    let start = Start::of(&times)?;
    let mut warnings = start.warnings.clone();
    let without_unit = decide(entries, &mut warnings);
    let mut collector = Collector::default();
    let mut n_unborn = 0;
    for entry in entries {
        let collector = collector.at(entry.place);
        let hours = entry.time.map(|it| start.hours(&it));
        let mut aside = |found: &str, reason: &str| {
            collector.set_aside(entry.variable, hours, found.to_owned(), reason.to_owned());
        };
        let value = match entry.cell {
            Cell::Missing => continue,
            Cell::Odd(reason) => {
                aside("text", reason);
                continue;
            }
            Cell::Number(value) => value,
        };
        let (Some(hours), Some(time)) = (hours, entry.time) else {
            aside(&value.to_string(), "its time could not be read");
            continue;
        };
        if is_unborn(&time) {
            n_unborn += 1;
            aside(
                &value.to_string(),
                "it lies before the birth of the patient",
            );
            continue;
        }
        match (&entry.unit, without_unit.get(&entry.variable)) {
            (Some(unit), _) => collector.add(entry.variable, hours, value, unit),
            (None, Some(Err(reason))) => aside(&value.to_string(), reason),
            (None, _) => collector.add(entry.variable, hours, value, entry.variable.unit()),
        }
    }
    if 0 < n_unborn {
        warnings.push(told(format!(
            "values before the birth of the patient: {n_unborn}"
        )));
    }
    Ok(Gathered {
        collector,
        start: start.iso,
        warnings,
    })
}

/// For each variable with values without a unit: whether they are in the canonical one, or why that is not known.
///
/// The canonical unit is assumed only if no other accepted unit could be meant: all values together are plausible in
/// it, and in no other unit (of another size) are they.
fn decide(
    entries: &[Entry<'_>],
    warnings: &mut Vec<Warning>,
) -> BTreeMap<Variable, Result<(), String>> {
    let mut values: BTreeMap<Variable, Vec<f64>> = BTreeMap::new();
    for entry in entries.iter().filter(|it| it.unit.is_none()) {
        if let Cell::Number(value) = entry.cell {
            values.entry(entry.variable).or_default().push(value);
        }
    }
    let mut decided = BTreeMap::new();
    for (variable, values) in values {
        let is_other_size = |it: &crate::case::variable::Unit| it.factor != 1.0 || it.offset != 0.0;
        let others: Vec<_> = variable.units().filter(is_other_size).collect();
        let fits = |unit: &crate::case::variable::Unit| {
            values
                .iter()
                .all(|it| variable.plausible().contains(unit.to_canonical(*it)))
        };
        let canonical = variable.units().next();
        let possible: Vec<_> = canonical
            .iter()
            .chain(&others)
            .filter(|it| fits(it))
            .map(|it| it.code)
            .collect();
        let (name, unit) = (variable.name(), variable.unit());
        if others.is_empty() || possible == [unit] {
            // A number without a dimension needs no unit.
            if !matches!(unit, "{score}" | "[pH]" | "1") {
                warnings.push(told(format!(
                    "{name} has no unit: read as {unit}, for no other unit fits its values"
                )));
            }
            decided.insert(variable, Ok(()));
            continue;
        }
        let meant = if possible.is_empty() {
            "its values fit no unit".to_owned()
        } else {
            format!("it may be {}", possible.join(" or "))
        };
        let short = variable.short();
        warnings.push(told(format!(
            "{name} has no unit and is not used: {meant}; say it in the header, such as `{short} [{unit}]`, in a column `unit`, or with --columns"
        )));
        decided.insert(variable, Err(format!("it has no unit; {meant}")));
    }
    decided
}
