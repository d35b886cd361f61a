//! Figures of a model with several labels.

use super::{
    cases::{Case, estimate, pick},
    report::{LabelFigures, ManyLabels},
    truth::Question,
};
use crate::{prediction::Estimate, stats};

/// Of chosen and true labels, and how many labels there are.
type Figure<'a> = &'a dyn Fn(&[usize], &[usize], usize) -> f64;

/// Measures every label against the rest and, where labels exclude each other, which one was chosen.
pub(super) fn measure(question: &Question, names: &[String], cases: &[Case]) -> ManyLabels {
    let areas: Vec<Option<Estimate>> = (0..names.len())
        .map(|idx| estimate(cases, |at| auroc(cases, idx, at)))
        .collect();
    let label = |(idx, (name, auroc)): (usize, (&String, &Option<Estimate>))| LabelFigures {
        name: name.clone(),
        n: cases
            .iter()
            .filter(|it| it.truth.get(idx) == Some(&true))
            .count(),
        auroc: *auroc,
    };
    let mut figures = vec![("mean AUROC".into(), estimate(cases, |at| mean(cases, at)))];
    let mut confusion = Vec::new();
    if matches!(question, Question::Exclusive) {
        let (chosen, truth) = (chosen(cases), truth(cases));
        let of = |figure: Figure<'_>| {
            estimate(cases, |at| {
                Some(figure(&pick(&chosen, at), &pick(&truth, at), names.len()))
            })
        };
        figures.extend([
            ("accuracy".into(), of(&|a, b, _| stats::accuracy(a, b))),
            ("balanced accuracy".into(), of(&stats::balanced_accuracy)),
            ("macro-F1".into(), of(&stats::macro_f1)),
        ]);
        confusion = stats::confusion(&chosen, &truth, names.len());
    }
    ManyLabels {
        figures,
        labels: names.iter().zip(&areas).enumerate().map(label).collect(),
        confusion,
    }
}

fn auroc(cases: &[Case], label: usize, at: &[usize]) -> Option<f64> {
    let here = at.iter().filter_map(|it| cases.get(*it));
    let (p, is_true): (Vec<f64>, Vec<bool>) = here
        .filter_map(|it| {
            it.probabilities
                .get(label)
                .copied()
                .zip(it.truth.get(label).copied())
        })
        .unzip();
    stats::auroc(&p, &is_true).map(|it| it.value)
}

/// The mean over the labels that have an area.
pub(super) fn mean_auroc(cases: &[Case]) -> Option<f64> {
    mean(cases, &(0..cases.len()).collect::<Vec<_>>())
}

fn mean(cases: &[Case], at: &[usize]) -> Option<f64> {
    let n_labels = cases.first()?.truth.len();
    let areas = (0..n_labels).filter_map(|idx| auroc(cases, idx, at));
    let found: Vec<f64> = areas.collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// The label that each case got.
pub(super) fn chosen(cases: &[Case]) -> Vec<usize> {
    cases
        .iter()
        .map(|it| stats::greatest(&it.probabilities))
        .collect()
}

/// The label that each case has.
pub(super) fn truth(cases: &[Case]) -> Vec<usize> {
    let first = |it: &Case| it.truth.iter().position(|is_true| *is_true).unwrap_or(0);
    cases.iter().map(first).collect()
}
