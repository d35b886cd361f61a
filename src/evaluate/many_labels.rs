//! Figures of a model with several labels.

use super::{
    cases::{Case, estimate, pick},
    report::{LabelFigures, ManyLabels, Share},
    truth::Question,
};
use crate::{prediction::Estimate, stats};

/// Bins of the calibration error.
const N_BINS: usize = 15;

/// Of chosen and true labels, and how many labels there are.
type Figure<'a> = &'a dyn Fn(&[usize], &[usize], usize) -> f64;

/// Measures every label against the rest and, where labels exclude each other, which one was chosen.
pub(super) fn measure(question: &Question, names: &[String], cases: &[Case]) -> ManyLabels {
    let areas: Vec<Option<Estimate>> = (0..names.len())
        .map(|idx| estimate(cases, |at| auroc(cases, idx, at)))
        .collect();
    let (chosen, truth) = (chosen(cases), truth(cases));
    let label = |(idx, (name, auroc)): (usize, (&String, &Option<Estimate>))| {
        let n = cases.iter().filter(|it| it.truth.get(idx) == Some(&true));
        let found = LabelFigures {
            name: name.clone(),
            n: n.count(),
            auroc: *auroc,
            precision: None,
            recall: None,
            f1: None,
        };
        match question {
            Question::Exclusive => of_choice(found, idx, cases, (&chosen, &truth)),
            Question::OneLabel(_) | Question::Several => found,
        }
    };
    let mut figures = vec![("mean AUROC".into(), estimate(cases, |at| mean(cases, at)))];
    let mut confusion = Vec::new();
    if matches!(question, Question::Exclusive) {
        let of = |figure: Figure<'_>| {
            estimate(cases, |at| {
                Some(figure(&pick(&chosen, at), &pick(&truth, at), names.len()))
            })
        };
        figures.extend([
            ("accuracy".into(), of(&|a, b, _| stats::accuracy(a, b))),
            ("balanced accuracy".into(), of(&stats::balanced_accuracy)),
            ("macro-F1".into(), of(&stats::macro_f1)),
            (
                "calibration error".into(),
                calibration_error(cases, &chosen, &truth),
            ),
        ]);
        confusion = stats::confusion(&chosen, &truth, names.len());
    }
    ManyLabels {
        figures,
        labels: names.iter().zip(&areas).enumerate().map(label).collect(),
        floors: Vec::new(),
        confusion,
    }
}

/// Adds how often the label was chosen rightly.
fn of_choice(
    found: LabelFigures,
    label: usize,
    cases: &[Case],
    (chosen, truth): (&[usize], &[usize]),
) -> LabelFigures {
    let n = |test: &dyn Fn(bool, bool) -> bool| {
        let pairs = chosen.iter().zip(truth);
        pairs
            .filter(|(c, t)| test(**c == label, **t == label))
            .count()
    };
    let (both, n_chosen, n_true) = (n(&|c, t| c && t), n(&|c, _| c), n(&|_, t| t));
    LabelFigures {
        precision: Some(Share::of(both, n_chosen)),
        recall: Some(Share::of(both, n_true)),
        f1: estimate(cases, |at| {
            stats::f1(&pick(chosen, at), &pick(truth, at), label)
        }),
        ..found
    }
}

/// The gap between the probability of the chosen label and how often it is right, over bins of equal width
/// (Guo et al. 2017, <https://arxiv.org/abs/1706.04599>).
fn calibration_error(cases: &[Case], chosen: &[usize], truth: &[usize]) -> Option<Estimate> {
    let is_right: Vec<bool> = chosen.iter().zip(truth).map(|(a, b)| a == b).collect();
    let greatest = |it: &Case| it.probabilities.iter().copied().fold(0.0, f64::max);
    let p: Vec<f64> = cases.iter().map(greatest).collect();
    estimate(cases, |at| {
        let bins = stats::equal_width_bins(&pick(&p, at), &pick(&is_right, at), N_BINS);
        Some(stats::expected_gap(&bins))
    })
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
