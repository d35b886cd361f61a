//! The building blocks of an item: what one input gives, and what it could give where it is missing.

use super::{
    answer::{Item, Range, Reading},
    inputs::{Inputs, Measure},
};

/// One input with what it gives.
pub(super) struct Part {
    pub(super) reading: Reading,
    pub(super) range: Range,
}

/// A measured number that gives points: `points(value)`, or 0 to `most` where it is missing.
pub(super) fn measured(
    measure: &Measure,
    inputs: &Inputs,
    most: u8,
    points: impl Fn(f64) -> u8,
) -> Part {
    let (reading, value) = measure.read(inputs);
    let range = value.map_or(unknown(most), |it| Range::exact(f64::from(points(it))));
    Part { reading, range }
}

/// As [`measured`], by a chart of whole steps: a finer value is rounded to the step, half away from zero, and says so.
/// `bands` gives the points up to and including a value, `beyond` those of greater ones.
pub(super) fn charted(
    (measure, step): (&Measure, Step),
    inputs: &Inputs,
    bands: &[(f64, u8)],
    beyond: u8,
) -> Part {
    let most = bands.iter().fold(beyond, |most, it| most.max(it.1));
    let mut part = measured(measure, inputs, most, |value| {
        up_to(step.round(value), bands, beyond)
    });
    let (_, value) = measure.read(inputs);
    if let Some(value) = value.filter(|it| step.round(*it) != *it) {
        let rounded = measure.text(step.round(value));
        let given = measure.text(value);
        part.reading.given = Some(format!("{given}, rounded to {rounded}"));
    }
    part
}

/// How finely a chart is printed.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Whole,
    Tenth,
}

impl Step {
    pub(super) fn round(self, value: f64) -> f64 {
        match self {
            Self::Whole => value.round(),
            Self::Tenth => (value * 10.0).round() / 10.0,
        }
    }
}

/// The points of the first band that reaches as far as the value.
pub(super) fn up_to(value: f64, bands: &[(f64, u8)], beyond: u8) -> u8 {
    let band = bands.iter().find(|(last, _)| value <= *last);
    band.map_or(beyond, |it| it.1)
}

/// Points or a term for a "yes", 0 for a "no"; either where it is missing.
pub(super) fn noted(name: &'static str, value: Option<bool>, weight: f64) -> Part {
    let given = value.map(|it| if it { "yes" } else { "no" });
    let range = match value {
        Some(true) => Range::exact(weight),
        Some(false) => Range::exact(0.0),
        None => Range {
            least: weight.min(0.0),
            greatest: weight.max(0.0),
        },
    };
    Part {
        reading: said(name, given),
        range,
    }
}

/// A term of a logit that rises or falls with a number all the way; where it is missing, from one end of what is plausible
/// to the other.
pub(super) fn term(measure: &Measure, inputs: &Inputs, of: impl Fn(f64) -> f64) -> Part {
    let (reading, value) = measure.read(inputs);
    let (low, high) = measure.ends(value);
    let (a, b) = (of(low), of(high));
    Part {
        reading,
        range: Range {
            least: a.min(b),
            greatest: a.max(b),
        },
    }
}

/// The reading of an input that is a word.
pub(super) fn said(name: &'static str, given: Option<&str>) -> Reading {
    Reading {
        name,
        given: given.map(str::to_owned),
        refused: None,
    }
}

/// What nothing is known about.
pub(super) fn unknown(most: u8) -> Range {
    Range {
        least: 0.0,
        greatest: f64::from(most),
    }
}

impl Item {
    /// An item of one input.
    pub(super) fn one(name: &'static str, part: Part) -> Self {
        Self::of(name, vec![part.reading], part.range)
    }

    /// An item that counts the worst of several inputs. All are needed, unless the known ones give the most already.
    pub(super) fn worst(name: &'static str, parts: Vec<Part>) -> Self {
        let range = Range {
            least: parts.iter().fold(0.0, |most, it| it.range.least.max(most)),
            greatest: parts
                .iter()
                .fold(0.0, |most, it| it.range.greatest.max(most)),
        };
        Self::of(
            name,
            parts.into_iter().map(|it| it.reading).collect(),
            range,
        )
    }

    /// An item whose inputs together give this.
    pub(super) fn of(name: &'static str, inputs: Vec<Reading>, range: Range) -> Self {
        Self {
            name,
            inputs,
            points: Some(range),
            is_open: range.is_open(),
        }
    }
}
