//! Figures of one label against its absence.

use super::{
    SEED,
    cases::{Case, estimate, pick, units},
    n_draws,
    report::{Benefit, CalibrationFigures, Elsewhere, OneLabel, Point, ReliabilityBin, Share},
    truth::Asked,
};
use crate::{
    prediction::Estimate,
    stats::{self, Counts, CurvePoint},
};

/// Bins of the calibration error.
const N_BINS: usize = 15;
/// Bins of the histogram.
const N_COLUMNS: usize = 20;
/// Points that are enough to draw a curve.
const N_DRAWN: usize = 200;
/// Draws behind the band of the decision curve, which has many places.
const N_BAND_DRAWS: usize = 400;
/// Prevalences that predictive values are told for.
const PREVALENCES: [f64; 4] = [0.01, 0.05, 0.2, 0.5];
/// How near 0 and 1 a probability may come before its log odds are taken.
const EDGE: f64 = 1e-9;

/// Probability and truth of each case.
struct Answers<'a> {
    cases: &'a [Case],
    p: Vec<f64>,
    is_true: Vec<bool>,
}

impl Answers<'_> {
    fn estimate(&self, figure: impl Fn(&[f64], &[bool]) -> Option<f64>) -> Option<Estimate> {
        estimate(self.cases, |at| {
            figure(&pick(&self.p, at), &pick(&self.is_true, at))
        })
    }
}

/// Measures everything about the label.
pub(super) fn measure(label: &Asked, cases: &[Case]) -> OneLabel {
    let answers = Answers {
        cases,
        p: cases.iter().map(Case::probability).collect(),
        is_true: cases.iter().map(Case::is_positive).collect(),
    };
    let (p, is_true) = (&answers.p, &answers.is_true);
    let n_positive = is_true.iter().filter(|it| **it).count();
    OneLabel {
        label: label.name.clone(),
        n_positive,
        n_negative: cases.len() - n_positive,
        auroc: answers.estimate(|p, t| stats::auroc(p, t).map(|it| it.value)),
        auroc_delong: stats::auroc(p, is_true).map(stats::Auroc::interval),
        average_precision: answers.estimate(stats::average_precision),
        points: points(label, &answers),
        calibration: calibration(&answers),
        decision_curve: decision_curve(&answers),
        roc: thinned(&stats::roc_curve(p, is_true)),
        precision_recall: thinned(&stats::precision_recall_curve(p, is_true)),
        histogram: histogram(p, is_true),
    }
}

/// The bundle's own operating point first; those that are chosen by these very cases say so.
fn points(label: &Asked, answers: &Answers<'_>) -> Vec<Point> {
    let (p, is_true) = (&answers.p, &answers.is_true);
    let places = [
        ("operating point of the model", false, label.threshold),
        ("even odds", false, Some(0.5)),
        (
            "95 % sensitivity",
            true,
            stats::threshold_for_sensitivity(p, is_true, 0.95),
        ),
        (
            "greatest sensitivity + specificity",
            true,
            stats::threshold_of_youden(p, is_true),
        ),
    ];
    let point = |(name, is_chosen_here, threshold): (&str, bool, Option<f64>)| {
        let threshold = threshold?;
        let counts = Counts::at(threshold, p, is_true);
        let balanced =
            |p: &[f64], t: &[bool]| Some(Counts::at(threshold, p, t).balanced_accuracy());
        Some(Point {
            name: name.to_owned(),
            is_chosen_here,
            threshold,
            true_above: counts.true_above,
            false_above: counts.false_above,
            false_below: counts.false_below,
            true_below: counts.true_below,
            sensitivity: Share::of(counts.true_above, counts.n_positive()),
            specificity: Share::of(counts.true_below, counts.n_negative()),
            predictive_above: Share::of(counts.true_above, counts.n_above()),
            predictive_below: Share::of(counts.true_below, counts.n_below()),
            balanced_accuracy: answers.estimate(balanced),
            score1: answers.estimate(|p, t| {
                Some(Counts::at(threshold, p, t).score1()).filter(|it| it.is_finite())
            }),
            elsewhere: PREVALENCES.map(|it| elsewhere(counts, it)).to_vec(),
        })
    };
    places.into_iter().filter_map(point).collect()
}

/// Bayes' rule on sensitivity and specificity.
fn elsewhere(counts: Counts, prevalence: f64) -> Elsewhere {
    let (sensitivity, specificity) = (counts.sensitivity(), counts.specificity());
    let (predictive_above, predictive_below) =
        stats::predictive_values(sensitivity, specificity, prevalence);
    Elsewhere {
        prevalence,
        predictive_above,
        predictive_below,
    }
}

fn calibration(answers: &Answers<'_>) -> CalibrationFigures {
    let (p, is_true) = (&answers.p, &answers.is_true);
    let bins = stats::equal_width_bins(p, is_true, N_BINS);
    let line = |p: &[f64], t: &[bool]| {
        let logits: Vec<f64> = p.iter().map(|it| log_odds(*it)).collect();
        stats::calibration_line(&logits, t)
    };
    let bar = |it: &stats::Bin| ReliabilityBin {
        n: it.n,
        predicted: it.predicted(),
        observed: it.observed(),
        wilson: stats::wilson(it.n_true, it.n),
    };
    CalibrationFigures {
        n_bins: N_BINS,
        equal_width_error: answers
            .estimate(|p, t| Some(stats::expected_gap(&stats::equal_width_bins(p, t, N_BINS)))),
        equal_mass_error: answers
            .estimate(|p, t| Some(stats::expected_gap(&stats::equal_mass_bins(p, t, N_BINS)))),
        greatest_error: stats::greatest_gap(&bins),
        brier: answers.estimate(|p, t| Some(stats::brier(p, t))),
        negative_log_likelihood: answers.estimate(|p, t| Some(stats::mean_surprise(p, t))),
        slope: answers.estimate(|p, t| line(p, t).map(|it| it.slope)),
        intercept: answers.estimate(|p, t| line(p, t).map(|it| it.intercept)),
        bins: bins.iter().filter(|it| 0 < it.n).map(bar).collect(),
    }
}

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(EDGE, 1.0 - EDGE);
    (p / (1.0 - p)).ln()
}

/// Net benefit (Vickers and Elkin 2006) at thresholds from 1 % to 99 %.
fn decision_curve(answers: &Answers<'_>) -> Vec<Benefit> {
    let thresholds: Vec<f64> = (1..100)
        .step_by(2)
        .map(|it| f64::from(it) / 100.0)
        .collect();
    let benefits = |at: &[usize]| -> Vec<Option<f64>> {
        let (p, t) = (pick(&answers.p, at), pick(&answers.is_true, at));
        let one = |it: &f64| Some(Counts::at(*it, &p, &t).net_benefit(*it));
        thresholds.iter().map(one).collect()
    };
    let all: Vec<usize> = (0..answers.cases.len()).collect();
    let n_draws = N_BAND_DRAWS.min(n_draws(answers.cases.len()));
    let bands = stats::bootstrap_all(&units(answers.cases), n_draws, SEED, benefits);
    let n_positive = answers.is_true.iter().filter(|it| **it).count();
    let prevalence = n_positive as f64 / answers.cases.len().max(1) as f64;
    let places = thresholds.iter().zip(benefits(&all)).zip(bands);
    places
        .filter_map(|((threshold, model), interval)| {
            Some(Benefit {
                threshold: *threshold,
                model: model?,
                interval,
                treat_all: prevalence - (1.0 - prevalence) * threshold / (1.0 - threshold),
            })
        })
        .collect()
}

/// Every so many points, and always the last.
pub(super) fn thinned(curve: &[CurvePoint]) -> Vec<(f64, f64)> {
    let step = curve.len().div_ceil(N_DRAWN).max(1);
    let last = curve
        .last()
        .filter(|_| !(curve.len().saturating_sub(1)).is_multiple_of(step));
    let kept = curve.iter().step_by(step).chain(last);
    kept.map(|it| (it.x, it.y)).collect()
}

fn histogram(p: &[f64], is_true: &[bool]) -> Vec<(usize, usize)> {
    let bins = stats::equal_width_bins(p, is_true, N_COLUMNS);
    bins.iter()
        .map(|it| (it.n - it.n_true, it.n_true))
        .collect()
}
