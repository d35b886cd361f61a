//! What the held-out answers say about calibrations and label sets, without ever measuring on the cases that fitted them.

use super::{
    Recipe,
    evaluate::{Answers, Calibrated, pick},
};
use crate::{
    model::{
        calibration::{self, Method},
        conformal::Conformal,
        manifest::{Metric, Output},
    },
    prediction::{Calibration, Estimate},
    stats,
};

/// Part of the cases, of each kind, that may be left without what is true.
pub const ALPHA: f64 = 0.1;
/// Parts of the held-out answers that are measured one after the other, by fits to the others.
const N_PARTS: usize = 5;
const SEED: u64 = 20_261_125;
const N_BINS: usize = 15;

/// How the label sets of one set of cases turned out: for each case its class, whether the set holds it, and whether the
/// set leaves it undecided.
#[derive(Default)]
struct Outcome {
    classes: Vec<usize>,
    is_covered: Vec<bool>,
    is_undecided: Vec<bool>,
    size: Vec<f64>,
}

impl Outcome {
    fn add(
        &mut self,
        recipe: &Recipe,
        (calibration, conformal): (&Calibration, &Conformal),
        answers: &Answers,
    ) {
        let names: Vec<&str> = recipe.labels.iter().map(String::as_str).collect();
        for (row, class) in answers.rows.iter().zip(&answers.classes) {
            let p = calibration::probabilities(calibration, recipe.output, row);
            for set in conformal.sets(&names, &p) {
                let truth = match (&set.label, class) {
                    (Some(label), 0) => format!("not {label}"),
                    (Some(label), _) => label.clone(),
                    (None, class) => recipe.labels.get(*class).cloned().unwrap_or_default(),
                };
                self.classes.push(*class);
                self.is_covered.push(set.members.contains(&truth));
                self.is_undecided.push(set.is_undecided);
                self.size.push(set.members.len() as f64);
            }
        }
    }

    /// Coverage of each kind, part that is decided, mean size.
    fn metrics(&self, recipe: &Recipe, answers: &Answers, set: &str) -> Vec<Metric> {
        let sets = format!("{:.0} % sets", 100.0 * (1.0 - ALPHA));
        let part = |values: &[bool], at: &[usize], kind: Option<usize>| {
            let is_kind = |it: &&usize| {
                kind.is_none_or(|kind| self.classes.get(**it).is_some_and(|it| *it == kind))
            };
            let at: Vec<usize> = at.iter().filter(is_kind).copied().collect();
            let hits = pick(values, &at);
            let n_hits = hits.iter().filter(|it| **it).count();
            (!hits.is_empty()).then(|| n_hits as f64 / hits.len() as f64)
        };
        let kinds: Vec<(String, Option<usize>)> = match (recipe.output, recipe.labels.first()) {
            (Output::Sigmoid, Some(label)) => vec![
                (format!("coverage of {sets}, with {label}"), Some(1)),
                (format!("coverage of {sets}, without {label}"), Some(0)),
            ],
            _ => vec![(format!("coverage of {sets}"), None)],
        };
        let mut found: Vec<(String, Option<Estimate>)> = Vec::new();
        for (name, kind) in kinds {
            let n = self
                .classes
                .iter()
                .filter(|it| kind.is_none_or(|kind| **it == kind));
            let n = n.count();
            let estimate = answers.estimate(|at| part(&self.is_covered, at, kind));
            found.push((name, estimate.map(|it| Estimate { n, ..it })));
        }
        let undecided = answers.estimate(|at| part(&self.is_undecided, at, None));
        found.push((format!("undecided by {sets}"), undecided));
        let size = answers.estimate(|at| {
            let sizes = pick(&self.size, at);
            (!sizes.is_empty()).then(|| sizes.iter().sum::<f64>() / sizes.len() as f64)
        });
        found.push((format!("mean size of {sets}"), size));
        let metric = |(name, estimate): (String, Option<Estimate>)| {
            Some(Metric {
                name,
                set: set.to_owned(),
                estimate: estimate?,
            })
        };
        found.into_iter().filter_map(metric).collect()
    }
}

/// Coverage and size of the label sets on cases that fitted nothing.
pub(super) fn of_sets(
    recipe: &Recipe,
    calibrated: &Calibrated,
    answers: &Answers,
    set: &str,
) -> Vec<Metric> {
    let mut outcome = Outcome::default();
    if let Some(conformal) = &calibrated.conformal {
        outcome.add(recipe, (&calibrated.calibration, conformal), answers);
    }
    if outcome.classes.len() != answers.n() {
        return Vec::new();
    }
    outcome.metrics(recipe, answers, set)
}

/// The held-out answers, each measured by fits to those of other patients: the label sets, and for one sigmoid label what
/// each calibration would do, so that a choice among them can be made without the test part.
pub(super) fn across_folds(recipe: &Recipe, held_out: &Answers, set: &str) -> Vec<Metric> {
    let set = format!("{set}, fitted on the other patients of it");
    let folds = stats::folds_by_patient(&held_out.units, N_PARTS, SEED);
    let mut outcome = Outcome::default();
    let mut order = Vec::new();
    for fold in 0..N_PARTS {
        let (measured, fitted) = parted(&folds, fold);
        let Some((calibration, conformal)) = refitted(recipe, &held_out.part(&fitted)) else {
            return Vec::new();
        };
        outcome.add(
            recipe,
            (&calibration, &conformal),
            &held_out.part(&measured),
        );
        order.extend(measured);
    }
    let shuffled = held_out.part(&order);
    let mut metrics = Vec::new();
    if outcome.classes.len() == shuffled.n() {
        metrics.extend(outcome.metrics(recipe, &shuffled, &set));
    }
    if recipe.output == Output::Sigmoid {
        for method in [Method::Temperature, Method::Platt, Method::Isotonic] {
            metrics.extend(calibration_error(method, held_out, &folds, &set));
        }
    }
    metrics
}

/// Calibration and label sets of a part of the held-out answers; `None` where they refuse it.
fn refitted(recipe: &Recipe, part: &Answers) -> Option<(Calibration, Conformal)> {
    let method = recipe.calibration.unwrap_or_default();
    // What is wrong is told where all answers are fitted.
    let fitted = calibration::fit_part(method, recipe.output, &part.rows, &part.classes).ok()?;
    let as_fitted = (&fitted, recipe.output);
    let conformal = Conformal::fit(ALPHA, as_fitted, &part.rows, &part.classes)?;
    Some((fitted, conformal))
}

/// The calibration error of a method; nothing where it refuses these cases.
fn calibration_error(
    method: Method,
    held_out: &Answers,
    folds: &[usize],
    set: &str,
) -> Vec<Metric> {
    let (rows, classes) = (&held_out.rows, &held_out.classes);
    if calibration::fit(method, Output::Sigmoid, rows, classes).is_err() {
        return Vec::new();
    }
    let (mut order, mut p) = (Vec::new(), Vec::new());
    for fold in 0..N_PARTS {
        let (measured, fitted) = parted(folds, fold);
        let fitted = held_out.part(&fitted);
        let found = calibration::fit_part(method, Output::Sigmoid, &fitted.rows, &fitted.classes);
        let Ok(found) = found else { return Vec::new() };
        p.extend(held_out.part(&measured).probabilities(&found));
        order.extend(measured);
    }
    let answers = held_out.part(&order);
    let is_positive = answers.is_positive();
    let error = answers.estimate(|at| {
        let (p, is_positive) = (pick(&p, at), pick(&is_positive, at));
        Some(stats::expected_calibration_error(&p, &is_positive, N_BINS))
    });
    let surprise =
        answers.estimate(|at| Some(stats::mean_surprise(&pick(&p, at), &pick(&is_positive, at))));
    let figures = [
        (format!("calibration error ({N_BINS} bins)"), error),
        ("negative log-likelihood".to_owned(), surprise),
    ];
    let metric = |(name, estimate): (String, Option<Estimate>)| {
        Some(Metric {
            name: format!("{name} by {}", method.name()),
            set: set.to_owned(),
            estimate: estimate?,
        })
    };
    figures.into_iter().filter_map(metric).collect()
}

/// Positions of the cases of a fold, and of all others.
fn parted(folds: &[usize], fold: usize) -> (Vec<usize>, Vec<usize>) {
    (0..folds.len()).partition(|it| folds.get(*it) == Some(&fold))
}
