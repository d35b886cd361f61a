//! Answers to labelled cases, and the figures and operating points that come from them.

use super::{Recipe, data::Case, recipe::Ships, trust};
use crate::{
    model::{
        self, calibration,
        conformal::Conformal,
        manifest::{Metric, Output},
    },
    prediction::{Calibration, Estimate, OperatingPoint},
    stats::{self, Counts, Interval, Unit},
};

/// What the test part is called, and the same with naming words hidden.
pub(super) const TEST_SETS: [&str; 2] = ["test", "test, words that name a label hidden"];
/// Draws of the bootstrap.
const N_DRAWS: usize = 2000;
const SEED: u64 = 20_261_123;
/// Bins of the expected calibration error.
const N_BINS: usize = 15;

/// Logits of labelled cases.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub rows: Vec<Vec<f64>>,
    pub classes: Vec<usize>,
    /// What the bootstrap draws: patients, apart for each class.
    pub units: Vec<Unit>,
}

/// What was fitted on the held-out answers.
#[derive(Clone, Debug)]
pub struct Calibrated {
    pub calibration: Calibration,
    pub conformal: Option<Conformal>,
    /// The operating points that were looked at; the first is the default.
    pub points: Vec<OperatingPoint>,
}

impl Answers {
    /// Puts rows of logits beside what is true of their cases.
    pub fn new(cases: &[Case], positions: &[usize], rows: Vec<Vec<f64>>) -> Self {
        let known = positions.iter().filter_map(|it| cases.get(*it));
        let classes: Vec<usize> = known.clone().map(|it| it.class.unwrap_or(0)).collect();
        let unit = |(case, class): (&Case, &usize)| Unit {
            stratum: *class,
            patient: case.group.clone(),
        };
        let units = known.zip(&classes).map(unit).collect();
        Self {
            rows,
            classes,
            units,
        }
    }

    /// Other answers to the same cases.
    pub(super) fn with_rows(&self, rows: Vec<Vec<f64>>) -> Self {
        Self {
            rows,
            ..self.clone()
        }
    }

    /// Adds those of another fold.
    pub fn extend(&mut self, more: Self) {
        self.rows.extend(more.rows);
        self.classes.extend(more.classes);
        self.units.extend(more.units);
    }

    pub(super) fn n(&self) -> usize {
        self.classes.len()
    }

    fn n_groups(&self) -> usize {
        self.units
            .iter()
            .map(|it| &it.patient)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }

    /// The probability of the only label, in each case.
    pub(super) fn probabilities(&self, calibration: &Calibration) -> Vec<f64> {
        let first = self
            .rows
            .iter()
            .map(|it| it.first().copied().unwrap_or(0.0));
        first
            .map(|it| calibration::probability(calibration, it))
            .collect()
    }

    pub(super) fn is_positive(&self) -> Vec<bool> {
        self.classes.iter().map(|it| *it == 1).collect()
    }

    fn chosen(&self) -> Vec<usize> {
        self.rows.iter().map(|it| stats::greatest(it)).collect()
    }

    /// The cases at some positions.
    pub(super) fn part(&self, at: &[usize]) -> Self {
        let known = |it: &&usize| **it < self.n();
        let at: Vec<usize> = at.iter().filter(known).copied().collect();
        Self {
            rows: at
                .iter()
                .filter_map(|it| self.rows.get(*it).cloned())
                .collect(),
            classes: pick(&self.classes, &at),
            units: at
                .iter()
                .filter_map(|it| self.units.get(*it).cloned())
                .collect(),
        }
    }

    /// A statistic of all cases, with its interval over draws of patients.
    pub(super) fn estimate(&self, statistic: impl Fn(&[usize]) -> Option<f64>) -> Option<Estimate> {
        let all: Vec<usize> = (0..self.n()).collect();
        let value = statistic(&all)?;
        let Interval { low, high } = stats::bootstrap(&self.units, N_DRAWS, SEED, statistic)?;
        Some(Estimate {
            value,
            low,
            high,
            n: self.n(),
        })
    }
}

/// The values at some positions.
pub(super) fn pick<T: Copy>(values: &[T], at: &[usize]) -> Vec<T> {
    at.iter()
        .filter_map(|it| values.get(*it).copied())
        .collect()
}

/// Fits the calibration, the label sets and, for one sigmoid label, the operating points.
///
/// # Errors
/// Answers that the recipe's calibration cannot be fitted on.
pub fn calibrate(recipe: &Recipe, answers: &Answers) -> Result<Calibrated, model::Error> {
    let (rows, classes) = (&answers.rows, &answers.classes);
    let method = recipe.calibration.unwrap_or_default();
    // Without a fold that was held out there is nothing to fit on.
    let calibration = if rows.is_empty() {
        Calibration::None
    } else {
        calibration::fit(method, recipe.output, rows, classes)?
    };
    let fitted = (&calibration, recipe.output);
    let conformal = match rows.is_empty() {
        true => None,
        false => Conformal::fit(trust::ALPHA, fitted, rows, classes),
    };
    let (scores, is_positive) = (answers.probabilities(&calibration), answers.is_positive());
    let mut points = Vec::new();
    if let (Output::Sigmoid, Some(wanted)) = (recipe.output, recipe.sensitivity) {
        let (n, n_groups, groups) = (answers.n(), answers.n_groups(), &recipe.source.group_name);
        let place = format!("{n} cases of {n_groups} {groups}, out of fold");
        let candidates = [
            (
                format!("{} % sensitivity", 100.0 * wanted),
                stats::threshold_for_sensitivity(&scores, &is_positive, wanted),
            ),
            (
                "greatest sensitivity + specificity".to_owned(),
                stats::threshold_of_youden(&scores, &is_positive),
            ),
            (
                "greatest min(sensitivity, PPV)".to_owned(),
                stats::threshold_of_score1(&scores, &is_positive),
            ),
            ("even odds".to_owned(), Some(0.5)),
        ];
        for (name, threshold) in candidates {
            let Some(threshold) = threshold else { continue };
            // Stored and compared as f32; rounded down, so that the case that set it stays above.
            let threshold = (threshold as f32).next_down();
            points.push(operating_point(
                answers,
                &scores,
                threshold,
                format!("{name} on {place}"),
            ));
        }
    }
    Ok(Calibrated {
        calibration,
        conformal,
        points,
    })
}

fn operating_point(
    answers: &Answers,
    scores: &[f64],
    threshold: f32,
    chosen_by: String,
) -> OperatingPoint {
    let [sensitivity, specificity] = at_threshold(answers, scores, threshold);
    OperatingPoint {
        threshold,
        chosen_by,
        sensitivity,
        specificity,
    }
}

/// Sensitivity and specificity with their intervals; `n` is the number of cases that each is a part of.
fn at_threshold(answers: &Answers, scores: &[f64], threshold: f32) -> [Option<Estimate>; 2] {
    let is_positive = answers.is_positive();
    let counts = |at: &[usize]| {
        Counts::at(
            f64::from(threshold),
            &pick(scores, at),
            &pick(&is_positive, at),
        )
    };
    let finite = |it: f64| it.is_finite().then_some(it);
    let all = counts(&(0..answers.n()).collect::<Vec<_>>());
    let with_n = |it: Estimate, n| Estimate { n, ..it };
    [
        answers
            .estimate(|at| finite(counts(at).sensitivity()))
            .map(|it| with_n(it, all.n_positive())),
        answers
            .estimate(|at| finite(counts(at).specificity()))
            .map(|it| with_n(it, all.n_negative())),
    ]
}

/// What the held-out folds are called.
pub(super) fn held_out_set(recipe: &Recipe) -> String {
    let folds = recipe.folds_in_words();
    match recipe.ships {
        Ships::All => format!("held out ({folds})"),
        // The ensemble has seen every fold; only its networks alone can answer for one.
        Ships::Folds => format!("held out ({folds}), single networks"),
    }
}

/// All figures of a model: on the held-out folds, then on the test part (and once more with names hidden).
pub fn measure(
    recipe: &Recipe,
    calibrated: &Calibrated,
    held_out: &Answers,
    test: &[Answers],
) -> Vec<Metric> {
    let folds = held_out_set(recipe);
    let mut metrics = Vec::new();
    if !held_out.rows.is_empty() {
        metrics.extend(of_set(recipe, calibrated, held_out, &folds));
        metrics.extend(trust::across_folds(recipe, held_out, &folds));
    }
    let answered = test.iter().zip(TEST_SETS);
    for (answers, set) in answered.filter(|(it, _)| !it.rows.is_empty()) {
        metrics.extend(of_set(recipe, calibrated, answers, set));
        metrics.extend(trust::of_sets(recipe, calibrated, answers, set));
    }
    metrics
}

/// The figures of a model on one set.
pub(super) fn of_set(
    recipe: &Recipe,
    calibrated: &Calibrated,
    answers: &Answers,
    set: &str,
) -> Vec<Metric> {
    let found = match recipe.output {
        Output::Sigmoid => of_one_label(calibrated, answers),
        Output::Softmax => {
            let mut found = choice(recipe, answers);
            found.push(calibration_error(&calibrated.calibration, answers));
            found
        }
    };
    named(found, set)
}

/// How often the right one of many labels was chosen.
pub(super) fn of_choice(recipe: &Recipe, answers: &Answers, set: &str) -> Vec<Metric> {
    named(choice(recipe, answers), set)
}

fn named(found: Vec<(String, Option<Estimate>)>, set: &str) -> Vec<Metric> {
    let metric = |(name, estimate): (String, Option<Estimate>)| {
        Some(Metric {
            name,
            set: set.to_owned(),
            estimate: estimate?,
        })
    };
    found.into_iter().filter_map(metric).collect()
}

fn of_one_label(calibrated: &Calibrated, answers: &Answers) -> Vec<(String, Option<Estimate>)> {
    let (scores, is_positive) = (
        answers.probabilities(&calibrated.calibration),
        answers.is_positive(),
    );
    let auroc =
        |at: &[usize]| stats::auroc(&pick(&scores, at), &pick(&is_positive, at)).map(|it| it.value);
    let auprc =
        |at: &[usize]| stats::average_precision(&pick(&scores, at), &pick(&is_positive, at));
    let brier = |at: &[usize]| Some(stats::brier(&pick(&scores, at), &pick(&is_positive, at)));
    let ece = |at: &[usize]| {
        Some(stats::expected_calibration_error(
            &pick(&scores, at),
            &pick(&is_positive, at),
            N_BINS,
        ))
    };
    let mut found = vec![
        ("AUROC".to_owned(), answers.estimate(auroc)),
        ("AUPRC".to_owned(), answers.estimate(auprc)),
    ];
    for point in &calibrated.points {
        let [sensitivity, specificity] = at_threshold(answers, &scores, point.threshold);
        found.push((
            format!("sensitivity at {:.3}", point.threshold),
            sensitivity,
        ));
        found.push((
            format!("specificity at {:.3}", point.threshold),
            specificity,
        ));
        let score1 = |at: &[usize]| {
            let threshold = f64::from(point.threshold);
            let counts = Counts::at(threshold, &pick(&scores, at), &pick(&is_positive, at));
            Some(counts.score1()).filter(|it| it.is_finite())
        };
        found.push((
            format!("min(sensitivity, PPV) at {:.3}", point.threshold),
            answers.estimate(score1),
        ));
    }
    found.push(("wrong at even odds".to_owned(), wrong(answers, &scores)));
    found.push(("Brier score".to_owned(), answers.estimate(brier)));
    found.push((
        format!("calibration error ({N_BINS} bins)"),
        answers.estimate(ece),
    ));
    found
}

/// The part of the cases that lies on the wrong side of even odds. The interval is exact where no case shares its group,
/// and drawn by groups where one does.
fn wrong(answers: &Answers, scores: &[f64]) -> Option<Estimate> {
    let is_positive = answers.is_positive();
    let each = scores.iter().zip(&is_positive);
    let is_wrong: Vec<bool> = each.map(|(score, is)| (0.5 <= *score) != *is).collect();
    let n_wrong = |at: &[usize]| pick(&is_wrong, at).into_iter().filter(|it| *it).count();
    let n = answers.n();
    if answers.n_groups() < n {
        return answers.estimate(|at| Some(n_wrong(at) as f64 / at.len() as f64));
    }
    let n_all = is_wrong.iter().filter(|it| **it).count();
    let Interval { low, high } = stats::clopper_pearson(n_all, n);
    Some(Estimate {
        value: n_all as f64 / n as f64,
        low,
        high,
        n,
    })
}

/// Accuracy and macro-F1; of two labels the F1 of the second as well.
fn choice(recipe: &Recipe, answers: &Answers) -> Vec<(String, Option<Estimate>)> {
    let (chosen, classes) = (answers.chosen(), &answers.classes);
    let n_labels = recipe.labels.len();
    let accuracy = |at: &[usize]| Some(stats::accuracy(&pick(&chosen, at), &pick(classes, at)));
    let macro_f1 = |at: &[usize]| {
        Some(stats::macro_f1(
            &pick(&chosen, at),
            &pick(classes, at),
            n_labels,
        ))
    };
    let mut found = vec![
        ("accuracy".to_owned(), answers.estimate(accuracy)),
        ("macro-F1".to_owned(), answers.estimate(macro_f1)),
    ];
    if let [_, second] = recipe.labels.as_slice() {
        let f1 = |at: &[usize]| stats::f1(&pick(&chosen, at), &pick(classes, at), 1);
        found.push((format!("F1 of {second}"), answers.estimate(f1)));
    }
    found
}

fn calibration_error(calibration: &Calibration, answers: &Answers) -> (String, Option<Estimate>) {
    let soft = |row: &Vec<f64>| calibration::probabilities(calibration, Output::Softmax, row);
    let sure: Vec<f64> = answers
        .rows
        .iter()
        .map(|it| soft(it).into_iter().fold(0.0, f64::max))
        .collect();
    let pairs = answers.chosen().into_iter().zip(&answers.classes);
    let is_right: Vec<bool> = pairs.map(|(a, b)| a == *b).collect();
    let ece = |at: &[usize]| {
        Some(stats::expected_calibration_error(
            &pick(&sure, at),
            &pick(&is_right, at),
            N_BINS,
        ))
    };
    (
        format!("calibration error of the chosen label ({N_BINS} bins)"),
        answers.estimate(ece),
    )
}
