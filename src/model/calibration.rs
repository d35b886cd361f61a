//! From logits to probabilities by a calibration, and how a calibration is fitted. Nobody else does either.

use serde::{Deserialize, Serialize};

use super::{Error, manifest::Output};
use crate::{
    prediction::Calibration,
    stats::{self, Platt},
};

/// Cases below which isotonic regression follows noise; Platt's two numbers are safer there.
pub const FEWEST_FOR_ISOTONIC: usize = 1000;

/// What a calibration is fitted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    #[default]
    Temperature,
    Platt,
    Isotonic,
}

impl Method {
    /// The name in print.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::Platt => "Platt",
            Self::Isotonic => "isotonic",
        }
    }
}

/// The probability of each label of one case. Softmax keeps to the temperature: [`super::Manifest::parse`] refuses others.
pub fn probabilities(calibration: &Calibration, output: Output, logits: &[f64]) -> Vec<f64> {
    match (output, calibration) {
        (Output::Softmax, Calibration::Temperature { temperature, .. }) => {
            let scaled = logits.iter().map(|it| it / f64::from(*temperature));
            stats::softmax(&scaled.collect::<Vec<_>>())
        }
        (Output::Softmax, _) => stats::softmax(logits),
        (Output::Sigmoid, _) => logits
            .iter()
            .map(|it| probability(calibration, *it))
            .collect(),
    }
}

/// The probability of one label that stands alone. It never falls where the logit rises.
pub fn probability(calibration: &Calibration, logit: f64) -> f64 {
    match calibration {
        Calibration::None => stats::sigmoid(logit),
        Calibration::Temperature { temperature, .. } => {
            stats::sigmoid(logit / f64::from(*temperature))
        }
        Calibration::Platt {
            slope, intercept, ..
        } => stats::sigmoid(slope * logit + intercept),
        // A valid one has knots.
        Calibration::Isotonic { x, y, .. } => {
            stats::interpolate(x, y, logit).unwrap_or_else(|| stats::sigmoid(logit))
        }
    }
}

/// Fits a calibration to the logits of labelled cases; `classes` are positions of labels or, for one label that stands
/// alone, 0 (it is not there) and 1.
///
/// # Errors
/// Too few cases for the method, cases of one kind, or logits that rank them the wrong way round.
pub fn fit(
    method: Method,
    output: Output,
    rows: &[Vec<f64>],
    classes: &[usize],
) -> Result<Calibration, Error> {
    let n = classes.len();
    if method == Method::Isotonic && n < FEWEST_FOR_ISOTONIC {
        return Err(unfit(
            &format!("at least {FEWEST_FOR_ISOTONIC} cases for isotonic regression"),
            &format!("{n}; use Platt"),
        ));
    }
    fit_part(method, output, rows, classes)
}

/// Like [`fit`], for a part of cases that are enough as a whole, as cross-validation has it.
///
/// # Errors
/// As [`fit`], but for the number of cases.
pub fn fit_part(
    method: Method,
    output: Output,
    rows: &[Vec<f64>],
    classes: &[usize],
) -> Result<Calibration, Error> {
    let n = classes.len();
    if method == Method::Temperature {
        return Ok(Calibration::Temperature {
            temperature: stats::fit_temperature(rows, classes) as f32,
            n,
        });
    }
    let n_logits = rows.first().map_or(0, Vec::len);
    if output == Output::Softmax || n_logits != 1 {
        return Err(unfit(
            "one label that stands alone",
            &format!("{n_logits} logits; use the temperature"),
        ));
    }
    let logits: Vec<f64> = rows.iter().flatten().copied().collect();
    let is_true: Vec<bool> = classes.iter().map(|it| *it == 1).collect();
    match method {
        Method::Isotonic => isotonic(&logits, &is_true),
        Method::Platt | Method::Temperature => platt(&logits, &is_true),
    }
}

fn platt(logits: &[f64], is_true: &[bool]) -> Result<Calibration, Error> {
    let Some(Platt { slope, intercept }) = stats::fit_platt(logits, is_true) else {
        return Err(unfit("cases of both kinds with logits that differ", "none"));
    };
    if slope <= 0.0 {
        let found = format!("the opposite (a slope of {slope:.3})");
        return Err(unfit("logits that rise with the label", &found));
    }
    Ok(Calibration::Platt {
        slope,
        intercept,
        n: is_true.len(),
    })
}

fn isotonic(logits: &[f64], is_true: &[bool]) -> Result<Calibration, Error> {
    let n = is_true.len();
    let truth: Vec<f64> = is_true.iter().map(|it| f64::from(u8::from(*it))).collect();
    let steps = stats::isotonic(logits, &truth)
        .ok_or_else(|| unfit("logits that are numbers", "one that is not"))?;
    // Laplace's rule of succession: no number of cases makes a probability 0 or 1.
    let least = 1.0 / (n + 2) as f64;
    let clipped: Vec<(f64, f64)> = steps
        .iter()
        .map(|(x, y)| (*x, y.clamp(least, 1.0 - least)))
        .collect();
    let (x, y): (Vec<f64>, Vec<f64>) = stats::knots(&clipped).into_iter().unzip();
    if y.first() == y.last() {
        return Err(unfit("logits that rise with the label", "the opposite"));
    }
    Ok(Calibration::Isotonic { x, y, n })
}

fn unfit(want: &str, found: &str) -> Error {
    Error::Unfit {
        want: want.to_owned(),
        found: found.to_owned(),
    }
}
