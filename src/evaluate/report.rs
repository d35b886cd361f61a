//! What an evaluation found, complete: the writers look nothing up. `evaluation.json` is this, as it stands, and is read
//! back by the window.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::{
    disk::Sha256,
    prediction::{Calibration, Engine, Estimate, ModelRef},
    score::Loaded,
    stats::Interval,
};

/// One evaluation of one model on one table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub schema: Cow<'static, str>,
    pub notice: Cow<'static, str>,
    pub app_version: Cow<'static, str>,
    /// `YYYY-MM-DD`.
    pub date: String,
    pub command: String,
    /// Draws of patients behind each bootstrap interval.
    pub n_draws: usize,
    pub model: ModelInfo,
    pub data: DataInfo,
    pub findings: Findings,
    /// `None` for a model without label sets.
    pub sets: Option<SetFigures>,
    pub subgroups: Vec<Subgroup>,
    pub baselines: Option<Baselines>,
    pub against: Option<Comparison>,
    /// Pictures that the model should refuse; empty where it has no test of its scope.
    pub strangers: Vec<Strangers>,
    pub robustness: Option<Robustness>,
    pub refused: Vec<RefusedRows>,
    /// What the model remarked on its inputs, with the number of cases.
    pub remarks: Vec<(String, usize)>,
    /// What was odd about the table.
    pub warnings: Vec<String>,
}

/// The model that answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelInfo {
    #[serde(flatten)]
    pub identity: ModelRef,
    pub title: String,
    pub intended_use: String,
    pub limits: Vec<String>,
    pub trained_on: String,
    pub calibration: Calibration,
    pub engine: Engine,
}

impl ModelInfo {
    pub(super) fn of(loaded: &Loaded) -> Self {
        let manifest = loaded.model.manifest();
        Self {
            identity: manifest.model_ref(),
            title: manifest.title.clone(),
            intended_use: manifest.intended_use.clone(),
            limits: manifest.limits.clone(),
            trained_on: manifest.data.clone(),
            calibration: manifest.calibration.clone(),
            engine: loaded.model.engine(),
        }
    }
}

/// What was evaluated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataInfo {
    /// What the rows are.
    #[serde(default)]
    pub kind: Kind,
    /// SHA-256 of the table's bytes.
    pub table_sha256: Sha256,
    /// SHA-256 over hash and truth of every scored case, in the order of the table.
    #[serde(alias = "images_sha256")]
    pub cases_sha256: Sha256,
    pub part: Option<String>,
    pub n_rows: usize,
    pub n_scored: usize,
    /// `None` where the table does not name patients.
    pub n_patients: Option<usize>,
    /// The column that intervals go by in place of patients: reports, groups of near-duplicates.
    #[serde(default)]
    pub grouped_by: Option<String>,
    pub labels: Vec<LabelCount>,
}

impl DataInfo {
    /// Whom a bootstrap draw takes whole, in the plural.
    pub fn units(&self) -> String {
        match (&self.grouped_by, self.n_patients) {
            (Some(column), _) => format!("groups of one {column}"),
            (None, Some(_)) => "patients".to_owned(),
            (None, None) => self.kind.many().to_owned(),
        }
    }
}

/// How many scored cases have a label.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LabelCount {
    pub name: String,
    pub n: usize,
}

/// The figures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Findings {
    OneLabel(Box<OneLabel>),
    ManyLabels(ManyLabels),
}

/// A part of a count with Wilson's interval, which takes cases for independent.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Share {
    pub k: usize,
    pub n: usize,
    /// `None` for a part of nothing.
    pub value: Option<f64>,
    pub wilson: Interval,
}

impl Share {
    pub(super) fn of(k: usize, n: usize) -> Self {
        Self {
            k,
            n,
            value: (0 < n).then(|| k as f64 / n as f64),
            wilson: crate::stats::wilson(k, n),
        }
    }
}

/// Figures of one label against its absence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OneLabel {
    pub label: String,
    pub n_positive: usize,
    pub n_negative: usize,
    /// With the bootstrap interval of whole patients.
    pub auroc: Option<Estimate>,
    /// DeLong's, on the logit scale; takes cases for independent.
    pub auroc_delong: Option<Interval>,
    pub average_precision: Option<Estimate>,
    pub points: Vec<Point>,
    pub calibration: CalibrationFigures,
    pub decision_curve: Vec<Benefit>,
    /// (1 - specificity, sensitivity), thinned for drawing.
    pub roc: Vec<(f64, f64)>,
    /// (recall, precision), thinned for drawing.
    pub precision_recall: Vec<(f64, f64)>,
    /// Cases without and with the label in 20 bins of the probability.
    pub histogram: Vec<(usize, usize)>,
}

/// Decisions at one threshold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Point {
    pub name: String,
    /// Whether it was chosen by the very cases that are evaluated, which flatters it.
    pub is_chosen_here: bool,
    pub threshold: f64,
    pub true_above: usize,
    pub false_above: usize,
    pub false_below: usize,
    pub true_below: usize,
    pub sensitivity: Share,
    pub specificity: Share,
    /// PPV at the prevalence of the table.
    pub predictive_above: Share,
    /// NPV at the prevalence of the table.
    pub predictive_below: Share,
    pub balanced_accuracy: Option<Estimate>,
    /// The lesser of sensitivity and PPV: Score 1 of the PhysioNet/CinC challenge of 2012
    /// (Silva et al., Computing in Cardiology 39:245, 2012).
    #[serde(default)]
    pub score1: Option<Estimate>,
    pub elsewhere: Vec<Elsewhere>,
}

/// What the same sensitivity and specificity would mean at another prevalence.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Elsewhere {
    pub prevalence: f64,
    pub predictive_above: Option<f64>,
    pub predictive_below: Option<f64>,
}

/// Whether probabilities mean what they say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CalibrationFigures {
    pub n_bins: usize,
    pub equal_width_error: Option<Estimate>,
    pub equal_mass_error: Option<Estimate>,
    pub greatest_error: f64,
    pub brier: Option<Estimate>,
    pub negative_log_likelihood: Option<Estimate>,
    /// Ideally 1.
    pub slope: Option<Estimate>,
    /// Ideally 0.
    pub intercept: Option<Estimate>,
    /// Bins of equal width; empty ones are left out.
    pub bins: Vec<ReliabilityBin>,
}

/// One bar of the reliability plot.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ReliabilityBin {
    pub n: usize,
    pub predicted: f64,
    pub observed: f64,
    pub wilson: Interval,
}

/// What split conformal label sets came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetFigures {
    /// Part of new cases of each kind whose set should hold what is true, if they are like the calibration cases.
    pub promised: f64,
    /// The 5th percentile of that part over calibration sets of this size.
    pub worst: f64,
    /// Calibration cases of the rarest kind.
    pub n_fitted: usize,
    /// For each kind of case, the part whose set holds it.
    pub covered: Vec<(String, Share)>,
    /// Sets that hold everything or nothing.
    pub undecided: Share,
    /// Those of them that hold nothing.
    pub empty: Share,
    pub mean_size: f64,
}

/// One place of the decision curve.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Benefit {
    pub threshold: f64,
    pub model: f64,
    pub interval: Option<Interval>,
    pub treat_all: f64,
}

/// Figures of labels that exclude each other, or of several that do not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManyLabels {
    pub figures: Vec<(Cow<'static, str>, Option<Estimate>)>,
    pub labels: Vec<LabelFigures>,
    /// What can be had without a network, where labels exclude each other and there were rows to learn from.
    #[serde(default)]
    pub floors: Vec<Floor>,
    /// Rows: what is true; columns: what was chosen. Empty where labels do not exclude each other.
    pub confusion: Vec<Vec<usize>>,
}

/// One label of many.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LabelFigures {
    pub name: String,
    pub n: usize,
    /// Against all other cases.
    pub auroc: Option<Estimate>,
    /// Of the cases that got this label, how many have it; where labels exclude each other.
    #[serde(default)]
    pub precision: Option<Share>,
    /// Of the cases that have this label, how many got it.
    #[serde(default)]
    pub recall: Option<Share>,
    /// The harmonic mean of the two.
    #[serde(default)]
    pub f1: Option<Estimate>,
}

/// A choice among labels without a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Floor {
    pub name: String,
    pub n_train: usize,
    pub accuracy: Option<Estimate>,
    pub macro_f1: Option<Estimate>,
    /// The model's accuracy less this one, over the same draws.
    pub difference: Option<Estimate>,
}

/// Cases that share something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subgroup {
    /// The column.
    pub group: String,
    pub value: String,
    pub n: usize,
    pub n_positive: usize,
    pub against: Against,
    /// AUROC, or accuracy for labels that exclude each other; `None` for too few cases.
    pub figure: Option<Estimate>,
    pub sensitivity: Option<Share>,
    pub specificity: Option<Share>,
}

/// What the positive or the negative cases of a subgroup are ranked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The other kind within the subgroup.
    Itself,
    /// All cases without the label, because the subgroup has it throughout.
    AllNegative,
    /// All cases with the label, because nobody in the subgroup has it.
    AllPositive,
}

/// What can be had without a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Baselines {
    pub part: String,
    pub n_train: usize,
    /// Lambda of lambda / 2 x |weights|², on standardised inputs.
    pub penalty: f64,
    pub rows: Vec<Baseline>,
}

/// A logistic regression on something trivial.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Baseline {
    pub name: String,
    pub n_inputs: usize,
    /// Evaluated cases that have its inputs.
    pub n: usize,
    pub auroc: Option<Estimate>,
    /// The model's area on the same cases less this one, with DeLong's interval.
    pub difference: Option<Estimate>,
    /// Of the difference.
    pub p: Option<f64>,
}

/// A second model on the same rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comparison {
    pub model: ModelRef,
    pub n: usize,
    /// Rows that the second model refused.
    pub n_refused: usize,
    pub auroc: Option<Estimate>,
    /// First less second, with DeLong's interval.
    pub difference: Option<Estimate>,
    pub p: Option<f64>,
    /// Of the second, where labels exclude each other.
    #[serde(default)]
    pub accuracy: Option<Estimate>,
    /// First less second, over the same draws.
    #[serde(default)]
    pub accuracy_difference: Option<Estimate>,
    /// Where each decided about one label, for McNemar's test.
    pub thresholds: (f64, f64),
    pub only_first_right: usize,
    pub only_second_right: usize,
    pub mcnemar_p: f64,
}

/// One kind of picture that the model should notice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Strangers {
    pub name: String,
    /// How well the layout distance tells them from the evaluated images.
    pub auroc: Option<Estimate>,
    /// Refused for any reason, unread ones among them.
    pub refused: Share,
    /// (evaluated called outside, strangers called outside), thinned for drawing.
    pub roc: Vec<(f64, f64)>,
}

/// The same cases, damaged by degrees.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Robustness {
    /// "AUROC" or "accuracy".
    pub metric: Cow<'static, str>,
    pub n: usize,
    pub clean: Option<f64>,
    pub kinds: Vec<Damaged>,
}

/// One kind of damage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Damaged {
    pub name: Cow<'static, str>,
    /// What the parameter of a level is.
    pub parameter: Cow<'static, str>,
    pub levels: Vec<Level>,
}

/// One degree of it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Level {
    pub parameter: f64,
    pub figure: Option<f64>,
    /// For one label at its operating point.
    pub sensitivity: Option<f64>,
    pub specificity: Option<f64>,
    /// Part that the model would refuse.
    pub refused: f64,
}

/// Rows that were not scored for one reason. Lines of the table; never a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusedRows {
    pub headline: String,
    /// The technical cause of the first of them.
    pub cause: String,
    pub rows: Vec<usize>,
}

/// A row that was not scored.
#[derive(Clone, Debug)]
pub(super) struct RefusedRow {
    pub(super) line: usize,
    /// The path, as the table has it; empty for a case that is no file.
    pub(super) shown: String,
    pub(super) outcome: Unanswered,
    pub(super) headline: String,
    pub(super) cause: String,
}

/// Who gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// The model, which does not answer such cases.
    Refused,
    /// The case could not be read or scored.
    Error,
}

impl RefusedRows {
    /// By headline.
    pub(super) fn grouped(refused: &[RefusedRow]) -> Vec<Self> {
        let mut by_headline: BTreeMap<&str, Self> = BTreeMap::new();
        for it in refused {
            let group = by_headline.entry(&it.headline).or_insert_with(|| Self {
                headline: it.headline.clone(),
                cause: it.cause.clone(),
                rows: Vec::new(),
            });
            group.rows.push(it.line);
        }
        by_headline.into_values().collect()
    }
}
