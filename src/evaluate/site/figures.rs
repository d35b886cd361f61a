//! The figures of a site's fit: on cases that fitted nothing, and of the bundle as it is.

use super::{Answers, as_answered, crossed::Crossed};
use crate::{
    evaluate::cases::{estimate, pick},
    model::{Manifest, manifest::Metric},
    prediction::Estimate,
    stats::{self, Counts},
};

/// Bins of the calibration error.
const N_BINS: usize = 15;
pub(super) const SENSITIVITY: &str = "sensitivity at the threshold";
pub(super) const SPECIFICITY: &str = "specificity at the threshold";

/// Everything that was measured on cases that did not fit it.
pub(super) fn figures(label: &str, answers: &Answers<'_>, crossed: &Crossed) -> Vec<Metric> {
    let set = format!(
        "cross-validation in {} parts, no patient in two",
        crossed.n_folds
    );
    let part_of = |hits: &[bool], kind: Option<bool>| {
        let share = |at: &[usize]| {
            let is_kind =
                |it: &&usize| kind.is_none_or(|kind| answers.is_true.get(**it) == Some(&kind));
            let at: Vec<usize> = at.iter().filter(is_kind).copied().collect();
            let n_hits = pick(hits, &at).iter().filter(|it| **it).count();
            (!at.is_empty()).then(|| n_hits as f64 / at.len() as f64)
        };
        let n = answers
            .is_true
            .iter()
            .filter(|it| kind.is_none_or(|kind| **it == kind));
        let n = n.count();
        estimate(answers.cases, share).map(|it| Estimate { n, ..it })
    };
    let is_below: Vec<bool> = crossed.is_above.iter().map(|it| !it).collect();
    let sets = format!("{:.0} % sets", 100.0 * crossed.coverage);
    let mut found = vec![
        (
            SENSITIVITY.to_owned(),
            part_of(&crossed.is_above, Some(true)),
        ),
        (SPECIFICITY.to_owned(), part_of(&is_below, Some(false))),
        (
            format!("coverage of {sets}, with {label}"),
            part_of(&crossed.is_covered, Some(true)),
        ),
        (
            format!("coverage of {sets}, without {label}"),
            part_of(&crossed.is_covered, Some(false)),
        ),
        (
            format!("undecided by {sets}"),
            part_of(&crossed.is_undecided, None),
        ),
    ];
    found.extend(of_probabilities(answers, &crossed.p));
    metrics(found, &set)
}

fn of_probabilities(answers: &Answers<'_>, p: &[f64]) -> Vec<(String, Option<Estimate>)> {
    let is_true = &answers.is_true;
    let error = estimate(answers.cases, |at| {
        let (p, is_true) = (pick(p, at), pick(is_true, at));
        Some(stats::expected_calibration_error(&p, &is_true, N_BINS))
    });
    let brier = estimate(answers.cases, |at| {
        Some(stats::brier(&pick(p, at), &pick(is_true, at)))
    });
    vec![
        (format!("calibration error ({N_BINS} bins)"), error),
        ("Brier score".to_owned(), brier),
    ]
}

/// The same cases by the bundle's own calibration and threshold, and how well the logits rank them.
pub(super) fn before(manifest: &Manifest, answers: &Answers<'_>) -> Vec<Metric> {
    let logits: Vec<f64> = answers.rows.iter().flatten().copied().collect();
    let is_true = &answers.is_true;
    let p: Vec<f64> = logits
        .iter()
        .map(|it| as_answered(&manifest.calibration, *it))
        .collect();
    let auroc = estimate(answers.cases, |at| {
        stats::auroc(&pick(&logits, at), &pick(is_true, at)).map(|it| it.value)
    });
    let mut found = vec![("AUROC".to_owned(), auroc)];
    let label = manifest.labels.first();
    if let Some(point) = label.and_then(|it| it.operating_point.as_ref()) {
        let threshold = f64::from(point.threshold);
        let counts = |at: &[usize]| Counts::at(threshold, &pick(&p, at), &pick(is_true, at));
        let n_positive = is_true.iter().filter(|it| **it).count();
        let of = |n: usize, figure: &dyn Fn(Counts) -> f64| {
            let found = estimate(answers.cases, |at| Some(figure(counts(at))));
            found.map(|it| Estimate { n, ..it })
        };
        let n_negative = is_true.len() - n_positive;
        found.push((SENSITIVITY.to_owned(), of(n_positive, &Counts::sensitivity)));
        found.push((SPECIFICITY.to_owned(), of(n_negative, &Counts::specificity)));
    }
    found.extend(of_probabilities(answers, &p));
    metrics(found, "the bundle as it is")
}

fn metrics(found: Vec<(String, Option<Estimate>)>, set: &str) -> Vec<Metric> {
    let metric = |(name, estimate): (String, Option<Estimate>)| {
        Some(Metric {
            name,
            set: set.to_owned(),
            estimate: estimate?,
        })
    };
    found.into_iter().filter_map(metric).collect()
}
