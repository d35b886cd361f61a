//! How far an answer can be trusted: its calibration, what cannot be excluded, by whose cases, at which prevalence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a probability was adjusted to observed frequencies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Calibration {
    /// Never fitted: the number is a score, not a probability.
    None,
    /// Logits are divided by `temperature` (Guo et al. 2017), fitted on `n` held-out cases.
    Temperature { temperature: f32, n: usize },
    /// Log odds are `slope` x logit + `intercept` (Platt 1999), for one label that stands alone.
    Platt {
        slope: f64,
        intercept: f64,
        n: usize,
    },
    /// Straight lines between the probabilities `y` at the logits `x`, and the first and the last of them beyond
    /// (Zadrozny and Elkan 2002), for one label that stands alone.
    Isotonic { x: Vec<f64>, y: Vec<f64>, n: usize },
}

impl Calibration {
    /// Cases that it was fitted on; `None` for none.
    pub const fn n_cases(&self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Temperature { n, .. } | Self::Platt { n, .. } | Self::Isotonic { n, .. } => {
                Some(*n)
            }
        }
    }
}

/// For people: which, and how it was fitted.
impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "none: scores are no probabilities"),
            Self::Temperature { temperature, n } => {
                write!(f, "temperature {temperature:.3}, fitted on {n} cases")
            }
            Self::Platt {
                slope,
                intercept,
                n,
            } => write!(
                f,
                "Platt (slope {slope:.3}, intercept {intercept:.3}), fitted on {n} cases"
            ),
            Self::Isotonic { x, n, .. } => {
                write!(f, "isotonic with {} knots, fitted on {n} cases", x.len())
            }
        }
    }
}

/// What stands beside the probabilities of an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// Whose cases set calibration, threshold and label sets; `None` for the bundle's own.
    pub site: Option<SiteRef>,
    /// What cannot be excluded: one for each label that stands alone, or one for all; empty for a model without.
    pub sets: Vec<LabelSet>,
    /// The answer at another prevalence, if one was entered.
    pub adjusted: Option<Adjusted>,
}

/// A place whose own labelled cases set calibration and threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRef {
    pub site: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Cases that were fitted on.
    pub n: usize,
}

impl fmt::Display for SiteRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "site {} ({}, {} cases)", self.site, self.date, self.n)
    }
}

/// What split conformal prediction (Vovk et al. 2005) leaves open about one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSet {
    /// The label that it is about, or `None` where all labels exclude each other.
    pub label: Option<String>,
    /// What is not excluded: names of labels, or `not` and the name of the only one.
    pub members: Vec<String>,
    /// Nothing is excluded, or everything: the model should not be asked to decide.
    pub is_undecided: bool,
    /// Part of new cases, of each kind, whose set holds what is true, if they are like those that were fitted on.
    pub coverage: f64,
    /// The 5th percentile of that part over calibration sets of this size.
    pub worst_coverage: f64,
    /// Calibration cases of the rarest kind.
    pub n: usize,
}

impl LabelSet {
    /// The promise in one sentence, with its finite-sample worst case and what makes it void.
    pub fn guarantee(&self) -> String {
        format!(
            "Sets hold the truth for {} of new cases of each kind (with {} calibration cases at worst {}), not for each \
             patient, and void where patients or scanners differ.",
            whole_percent(self.coverage),
            self.n,
            whole_percent(self.worst_coverage)
        )
    }
}

/// In words: "at 90 %: pneumonia or not - undecided".
impl fmt::Display for LabelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = match (&self.label, self.members.as_slice()) {
            (_, []) => "unlike every kind that it was fitted on".to_owned(),
            (Some(label), [_, _]) => format!("{label} or not"),
            (_, members) => members.join(" or "),
        };
        let end = if self.is_undecided {
            " - undecided"
        } else {
            ""
        };
        write!(f, "at {}: {named}{end}", whole_percent(self.coverage))
    }
}

/// The answer for the only label where it is rarer or more frequent than in training. It never replaces the model's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjusted {
    pub label: String,
    /// Part of the cases behind the calibration that have the label.
    pub trained: f64,
    /// Part of the patients that were entered.
    pub local: f64,
    /// The model's own.
    pub as_trained: f32,
    /// By Bayes' rule; the threshold does not apply to it.
    pub probability: f32,
    /// PPV there, from the measured sensitivity and specificity of the operating point.
    pub predictive_above: Option<f64>,
    /// NPV there.
    pub predictive_below: Option<f64>,
}

/// In words: "at a prevalence of 5 %: 0.31 (as trained, at 74 %: 0.74)".
impl fmt::Display for Adjusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at a prevalence of {}: {:.2} (as trained, at {}: {:.2})",
            as_entered(self.local),
            self.probability,
            whole_percent(self.trained),
            self.as_trained
        )?;
        if let (Some(above), Some(below)) = (self.predictive_above, self.predictive_below) {
            write!(
                f,
                "; there, of those above the threshold {} have it (PPV), of those below {} do not (NPV)",
                whole_percent(above),
                whole_percent(below)
            )?;
        }
        Ok(())
    }
}

/// Per cents with up to two decimals, as a person would have typed them.
pub fn as_entered(part: f64) -> String {
    format!("{} %", (1e4 * part).round() / 100.0)
}

/// Whole per cents, with a decimal where the whole would mislead.
pub fn whole_percent(part: f64) -> String {
    let per_cent = 100.0 * part;
    let is_whole = (per_cent - per_cent.round()).abs() < 1e-9;
    if is_whole || (1.0..=99.0).contains(&per_cent) {
        format!("{per_cent:.0} %")
    } else {
        format!("{per_cent:.1} %")
    }
}
