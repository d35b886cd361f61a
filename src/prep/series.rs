//! A patient's course as steps of equal length: what was measured in each, and what was not.
//!
//! 1. measurements before hour 0 and after the window are left out, with a warning;
//! 2. in each step the last value of a variable counts; volumes add up;
//! 3. skewed variables are taken as `ln(1 + x)`;
//! 4. what was not measured is NaN. Nothing is filled in here: the network knows what is missing.

use serde::{Deserialize, Serialize};

use super::{Error, StepInput};
use crate::{
    case::{Series, Variable, series::IcuType},
    warnings::{WarningKind, Warnings},
};

/// How a series becomes steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesSpec {
    /// Length of the window that is read, from the first hour of the series.
    pub hours: usize,
    /// Length of a step, in hours; divides the window.
    pub step_hours: usize,
    /// The channels of the network, in this order.
    pub variables: Vec<Variable>,
    /// Those that are taken as `ln(1 + x)`.
    pub logarithms: Vec<Variable>,
    /// What is known of the patient before the first step, in this order.
    #[serde(default)]
    pub facts: Vec<Fact>,
}

/// What is known of a patient without measuring over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// In years.
    Age,
    /// 1 for a man, 0 for a woman.
    IsMale,
    /// The first height, in cm.
    Height,
    /// The first weight, in kg.
    Weight,
    /// 1 where the patient lies in this ward, 0 in another one.
    CoronaryUnit,
    CardiacSurgeryUnit,
    MedicalUnit,
    SurgicalUnit,
}

impl SeriesSpec {
    /// Steps in the window.
    pub const fn n_steps(&self) -> usize {
        match self.step_hours {
            0 => 0,
            step => self.hours / step,
        }
    }
}

impl Fact {
    /// Its name for a person.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::IsMale => "sex",
            Self::Height => "height",
            Self::Weight => "weight",
            Self::CoronaryUnit => "coronary care unit",
            Self::CardiacSurgeryUnit => "cardiac surgery unit",
            Self::MedicalUnit => "medical unit",
            Self::SurgicalUnit => "surgical unit",
        }
    }

    fn of(self, series: &Series) -> Option<f64> {
        let is_ward = |ward: IcuType| {
            let found = series.icu_type;
            found.map(|it| f64::from(u8::from(it == ward)))
        };
        match self {
            Self::Age => series.subject.age_years.map(f64::from),
            Self::IsMale => match series.subject.sex.as_deref() {
                Some("M") => Some(1.0),
                Some("F") => Some(0.0),
                _ => None,
            },
            Self::Height => series.height_cm(),
            Self::Weight => series.weight_kg(),
            Self::CoronaryUnit => is_ward(IcuType::Coronary),
            Self::CardiacSurgeryUnit => is_ward(IcuType::CardiacSurgery),
            Self::MedicalUnit => is_ward(IcuType::Medical),
            Self::SurgicalUnit => is_ward(IcuType::Surgical),
        }
    }
}

/// Makes steps of a series. A course that is shorter than the window gives fewer steps.
///
/// # Errors
/// A series without any value of the variables within the window.
pub fn prepare_series(
    series: &Series,
    spec: &SeriesSpec,
    warnings: &Warnings,
) -> Result<StepInput, Error> {
    let (n_channels, step_hours) = (spec.variables.len(), spec.step_hours.max(1) as f64);
    let mut values = vec![f32::NAN; spec.n_steps() * n_channels];
    let (mut n_used, mut n_outside, mut n_steps) = (0_usize, 0_usize, 0_usize);
    for (channel, variable) in spec.variables.iter().enumerate() {
        for point in series.points(*variable) {
            let Some(step) = step_of(point.hours, step_hours, spec.n_steps()) else {
                n_outside += 1;
                continue;
            };
            let Some(cell) = values.get_mut(step * n_channels + channel) else {
                continue;
            };
            let before = if variable.is_volume() && cell.is_finite() {
                *cell
            } else {
                0.0
            };
            *cell = before + point.value as f32;
            (n_used, n_steps) = (n_used + 1, n_steps.max(step + 1));
        }
    }
    if n_used == 0 {
        return Err(Error::Values {
            want: format!("values of the first {} hours", spec.hours),
            found: "none that the model reads".to_owned(),
        });
    }
    told(series, spec, (n_outside, n_steps), warnings);
    values.truncate(n_steps * n_channels);
    for row in values.chunks_mut(n_channels.max(1)) {
        for (value, variable) in row.iter_mut().zip(&spec.variables) {
            // `max` would make a number of what is missing.
            if spec.logarithms.contains(variable) && value.is_finite() {
                *value = value.max(0.0).ln_1p();
            }
        }
    }
    let facts = spec.facts.iter().map(|it| it.of(series));
    Ok(StepInput {
        n_steps,
        n_channels,
        values,
        facts: facts
            .map(|it| it.map_or(f32::NAN, |it| it as f32))
            .collect(),
    })
}

/// The end of the window belongs to its last step.
fn step_of(hours: f64, step_hours: f64, n_steps: usize) -> Option<usize> {
    let whole = n_steps as f64 * step_hours;
    if !(0.0..=whole).contains(&hours) {
        return None;
    }
    let step = (hours / step_hours).floor() as usize;
    Some(step.min(n_steps.saturating_sub(1)))
}

fn told(
    series: &Series,
    spec: &SeriesSpec,
    (n_outside, n_steps): (usize, usize),
    warnings: &Warnings,
) {
    let warn = |text: String| warnings.add(WarningKind::Scope, text);
    if 0 < n_outside {
        let hours = spec.hours;
        warn(format!(
            "not read, because outside of the first {hours} hours: {n_outside} of the values"
        ));
    }
    let n_hours = n_steps * spec.step_hours;
    if n_hours < spec.hours {
        warn(format!(
            "the course ends after {n_hours} hours, the model was made for {}",
            spec.hours
        ));
    }
    let is_missing = |it: &&Variable| series.points(**it).is_empty();
    let n_missing = spec.variables.iter().filter(is_missing).count();
    if spec.variables.len() < 2 * n_missing {
        let n = spec.variables.len();
        warn(format!(
            "{n_missing} of the {n} variables that the model reads were not measured"
        ));
    }
    let unknown: Vec<&str> = spec
        .facts
        .iter()
        .filter(|it| it.of(series).is_none())
        .map(|it| it.name())
        .collect();
    if !unknown.is_empty() {
        warn(format!("not known of the patient: {}", unknown.join(", ")));
    }
}
