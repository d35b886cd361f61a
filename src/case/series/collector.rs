//! The one way from a number in a file to a point of a series.

use std::collections::BTreeMap;

use super::{Channel, IcuType, Place, Point, SET_ASIDE_LIMIT, SetAside};
use crate::{
    case::Variable,
    warnings::{Warning, WarningKind},
};

/// Takes values in any order and any accepted unit.
#[derive(Debug, Default)]
pub struct Collector {
    channels: BTreeMap<Variable, Vec<Raw>>,
    set_aside: Vec<SetAside>,
    n_set_aside: usize,
    place: Place,
    age_years: Option<f32>,
    sex: Option<String>,
    icu_type: Option<IcuType>,
}

/// What a collector has at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// Sorted by variable, each sorted by time, none empty.
    pub channels: Vec<Channel>,
    /// The first [`SET_ASIDE_LIMIT`].
    pub set_aside: Vec<SetAside>,
    pub n_set_aside: usize,
    pub age_years: Option<f32>,
    /// `F` or `M`.
    pub sex: Option<String>,
    pub icu_type: Option<IcuType>,
    /// Counts of what was set aside, sorted and merged.
    pub warnings: Vec<Warning>,
}

/// A point that may stand at the time of another, and where it came from.
#[derive(Clone, Debug)]
struct Raw {
    point: Point,
    place: Place,
    found: String,
}

impl Collector {
    /// Says where the next values stand.
    pub fn at(&mut self, place: Place) -> &mut Self {
        self.place = place;
        self
    }

    /// Takes a value `hours` after the start, in a unit as it is written (UCUM or a common spelling).
    pub fn add(&mut self, variable: Variable, hours: f64, value: f64, unit: &str) {
        let found = number_with(value, unit);
        if !hours.is_finite() {
            return self.set_aside(variable, None, found, "its time is not a number".to_owned());
        }
        let Some(converted) = variable.unit_of(unit) else {
            let accepted: Vec<_> = variable.units().map(|it| it.code).collect();
            let reason = format!("its unit is none of {}", accepted.join(", "));
            return self.set_aside(variable, Some(hours), found, reason);
        };
        let canonical = converted.to_canonical(value);
        if let Some(reason) = implausible(variable, canonical, value) {
            return self.set_aside(variable, Some(hours), found, reason);
        }
        let (counted_as, factor) = variable.counted_as();
        let value = canonical * factor;
        if !counted_as.plausible().contains(value) {
            let reason = format!("it cannot be true as {}", counted_as.name());
            return self.set_aside(variable, Some(hours), found, reason);
        }
        let point = Point { hours, value };
        let place = self.place;
        let raw = Raw {
            point,
            place,
            found,
        };
        self.channels.entry(counted_as).or_default().push(raw);
    }

    /// Takes a line of the PhysioNet challenge of 2012, in the units that it states; -1 is a missing descriptor.
    /// Returns whether the parameter is known.
    pub fn add_physionet2012(&mut self, parameter: &str, hours: f64, value: f64) -> bool {
        let is_missing = value == -1.0;
        match parameter {
            // An age that is no age stays unknown.
            "Age" => self.age_years = (0.0..=125.0).contains(&value).then_some(value as f32),
            "Gender" if value == 0.0 => self.sex = Some("F".to_owned()),
            "Gender" if value == 1.0 => self.sex = Some("M".to_owned()),
            "ICUType" => self.icu_type = IcuType::of_number(value),
            "RecordID" | "Gender" => {}
            "Height" | "Weight" if is_missing => {}
            _ => {
                let Some(variable) = Variable::of_physionet2012(parameter) else {
                    return false;
                };
                self.add(variable, hours, value, variable.unit());
            }
        }
        true
    }

    /// Keeps a value out of the series. `found` is printed: a number and a unit, or the word `text`.
    pub fn set_aside(
        &mut self,
        variable: Variable,
        hours: Option<f64>,
        found: String,
        reason: String,
    ) {
        self.n_set_aside += 1;
        if self.set_aside.len() < SET_ASIDE_LIMIT {
            self.set_aside.push(SetAside {
                variable,
                found,
                place: self.place,
                hours,
                reason,
            });
        }
    }

    /// How many values were kept so far.
    pub fn n_kept(&self) -> usize {
        self.channels.values().map(Vec::len).sum()
    }

    /// Sorts, and keeps one value for each time.
    pub fn finish(mut self) -> Collected {
        let mut counts = Counts::default();
        let mut channels = Vec::new();
        for (variable, raws) in std::mem::take(&mut self.channels) {
            let points = self.one_for_each_time(variable, raws, &mut counts);
            channels.push(Channel { variable, points });
        }
        Collected {
            channels,
            warnings: counts.warnings(self.n_set_aside),
            set_aside: self.set_aside,
            n_set_aside: self.n_set_aside,
            age_years: self.age_years,
            sex: self.sex,
            icu_type: self.icu_type,
        }
    }

    /// Equal values at one time are one; of different ones the last that came is kept, but volumes add up.
    fn one_for_each_time(
        &mut self,
        variable: Variable,
        mut raws: Vec<Raw>,
        counts: &mut Counts,
    ) -> Vec<Point> {
        let is_late = |pair: &[Raw]| matches!(pair, [a, b] if b.point.hours < a.point.hours);
        counts.n_unsorted += raws.windows(2).filter(|it| is_late(it)).count();
        // A stable sort: values of one time stay in the order of the file.
        raws.sort_by(|a, b| a.point.hours.total_cmp(&b.point.hours));
        let mut kept: Vec<Raw> = Vec::with_capacity(raws.len());
        for raw in raws {
            match kept.last_mut() {
                Some(last) if last.point.hours == raw.point.hours => {
                    if last.point.value == raw.point.value {
                        counts.n_repeated += 1;
                    } else if variable.is_volume() {
                        counts.n_added += 1;
                        last.point.value += raw.point.value;
                    } else {
                        counts.n_replaced += 1;
                        let earlier = std::mem::replace(last, raw);
                        self.place = earlier.place;
                        let reason = "another value of the same time came after it".to_owned();
                        self.set_aside(variable, Some(earlier.point.hours), earlier.found, reason);
                    }
                }
                _ => kept.push(raw),
            }
        }
        kept.into_iter().map(|it| it.point).collect()
    }
}

/// Why a value cannot be true, with a hint where a decimal point may have been left out.
fn implausible(variable: Variable, canonical: f64, written: f64) -> Option<String> {
    let limits = variable.plausible();
    if limits.contains(canonical) {
        return None;
    }
    if !canonical.is_finite() {
        return Some("it is not a number".to_owned());
    }
    let unit = variable.unit();
    let mut reason = format!("plausible is {} to {} {unit}", limits.low, limits.high);
    // Only a number without a point can have lost it, and only in the canonical unit are limits tight enough to tell.
    if written.fract() == 0.0 && written == canonical {
        let moved = [10.0, 100.0, 1000.0].map(|it| written / it);
        if let Some(it) = moved.into_iter().find(|it| limits.contains(*it)) {
            reason.push_str(&format!("; {it} with a decimal point?"));
        }
    }
    Some(reason)
}

fn number_with(value: f64, unit: &str) -> String {
    // A unit is a short word; anything else in its place may be anything.
    let is_unit = unit.chars().count() <= 16 && !unit.is_empty();
    if is_unit {
        format!("{value} {unit}")
    } else {
        value.to_string()
    }
}

/// What happened on the way.
#[derive(Default)]
struct Counts {
    n_unsorted: usize,
    n_repeated: usize,
    n_added: usize,
    n_replaced: usize,
}

impl Counts {
    fn warnings(&self, n_set_aside: usize) -> Vec<Warning> {
        let counted = [
            (n_set_aside, "set aside and not used"),
            (self.n_unsorted, "out of order of time: sorted"),
            (self.n_repeated, "repeated at one time: counted once"),
            (self.n_added, "of a volume at one time: added up"),
            (
                self.n_replaced,
                "replaced by a later value of the same time",
            ),
        ];
        let told = counted.into_iter().filter(|(n, _)| 0 < *n);
        told.map(|(n, what)| Warning {
            kind: WarningKind::File,
            text: match n {
                1 => format!("1 value {what}"),
                _ => format!("{n} values {what}"),
            },
        })
        .collect()
    }
}
