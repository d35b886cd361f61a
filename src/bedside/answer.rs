//! What a score or card answers: items with their inputs, the total, and what the source says of it.

use serde::{Serialize, Serializer};

/// What one score or card makes of the inputs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    pub name: &'static str,
    pub title: &'static str,
    pub items: Vec<Item>,
    /// Absent on a card that gives advice and no number.
    pub total: Option<Total>,
    /// What the source says of this total; where parts are missing, of every total that is not excluded.
    pub says: Vec<&'static str>,
    /// Inputs whose absence leaves the answer open, by their names in [`super::Inputs`].
    pub missing: Vec<&'static str>,
    /// Inputs that were refused, and what speaks against using the answer. Lower case, no full stop.
    pub warnings: Vec<String>,
    pub source: &'static str,
    pub audience: &'static str,
}

impl Answer {
    /// Whether any of its inputs was given, plausible or not.
    pub fn has_input(&self) -> bool {
        self.readings().any(|it| it.given.is_some())
    }

    /// Whether an input was given that says more than who the patient is: age and sex alone start no card.
    pub fn is_started(&self) -> bool {
        let mut own = self
            .readings()
            .filter(|it| !["age_years", "sex"].contains(&it.name));
        own.any(|it| it.given.is_some())
    }

    /// Whether at least one of its inputs could be used.
    pub fn is_computed(&self) -> bool {
        self.readings().any(Reading::is_usable)
    }

    fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.items.iter().flat_map(|it| &it.inputs)
    }
}

/// One line of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    pub name: &'static str,
    pub inputs: Vec<Reading>,
    /// Points, or the term of a logit; absent on a card that gives advice and no number.
    pub points: Option<Range>,
    /// Whether what is missing could still change the answer.
    pub is_open: bool,
}

/// One input as it was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// Its name in [`super::Inputs`].
    pub name: &'static str,
    /// The value with its unit; nothing if it is missing.
    pub given: Option<String>,
    /// What was wanted and what was found, where the value cannot be used.
    pub refused: Option<String>,
}

impl Reading {
    /// Whether it was given and not refused.
    pub fn is_usable(&self) -> bool {
        self.given.is_some() && self.refused.is_none()
    }
}

/// The least and the greatest value that is possible; equal where nothing is missing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    #[serde(serialize_with = "plain")]
    pub least: f64,
    #[serde(serialize_with = "plain")]
    pub greatest: f64,
}

impl Range {
    pub(super) fn exact(value: f64) -> Self {
        Self {
            least: value,
            greatest: value,
        }
    }

    pub(super) fn is_open(self) -> bool {
        self.least < self.greatest
    }

    /// The sum of what the items give.
    pub(super) fn sum(items: &[Item]) -> Self {
        let ranges = items.iter().filter_map(|it| it.points);
        ranges.fold(Self::exact(0.0), |sum, it| Self {
            least: sum.least + it.least,
            greatest: sum.greatest + it.greatest,
        })
    }
}

/// The result of a score or model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Total {
    pub unit: Unit,
    #[serde(flatten)]
    pub range: Range,
}

/// What a total counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Points,
    /// From 0 to 1.
    Probability,
}

/// What a card works out; the rest of an [`Answer`] follows from it.
#[derive(Debug)]
pub(super) struct Worked {
    pub(super) items: Vec<Item>,
    pub(super) total: Option<Total>,
    pub(super) says: Vec<&'static str>,
    pub(super) warnings: Vec<String>,
}

impl Worked {
    /// A score: the sum of its items, and the bands of totals that are not excluded, each from its first to its last total.
    pub(super) fn points(items: Vec<Item>, bands: &[(f64, f64, &'static str)]) -> Self {
        let range = Range::sum(&items);
        let possible = bands
            .iter()
            .filter(|(first, last, _)| *first <= range.greatest && range.least <= *last);
        Self {
            says: possible.map(|(_, _, text)| *text).collect(),
            items,
            total: Some(Total {
                unit: Unit::Points,
                range,
            }),
            warnings: Vec::new(),
        }
    }

    /// A logistic model: the items are the terms of its logit.
    pub(super) fn logistic(items: Vec<Item>) -> Self {
        let logit = Range::sum(&items);
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        Self {
            items,
            total: Some(Total {
                unit: Unit::Probability,
                range: Range {
                    least: sigmoid(logit.least),
                    greatest: sigmoid(logit.greatest),
                },
            }),
            says: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Points are whole: 3, not 3.0.
fn plain<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}
