//! Cross-validation of a site's fit: each case by what was fitted on other patients.

use super::{Answers, FEWEST_PATIENTS, FOLD_SEED, Wish, as_answered, fit};
use crate::{
    evaluate::{Result, cases::units},
    model::calibration,
    stats,
};

/// One entry for each case, in their order.
pub(super) struct Crossed {
    pub(super) n_folds: usize,
    pub(super) coverage: f64,
    pub(super) p: Vec<f64>,
    pub(super) is_above: Vec<bool>,
    pub(super) is_covered: Vec<bool>,
    pub(super) is_undecided: Vec<bool>,
}

/// Fits as often as there are folds.
pub(super) fn measure(wish: &Wish, answers: &Answers<'_>) -> Result<Crossed> {
    let n = answers.rows.len();
    let n_folds = FEWEST_PATIENTS;
    let folds = stats::folds_by_patient(&units(answers.cases), n_folds, FOLD_SEED);
    let mut crossed = Crossed {
        n_folds,
        coverage: 1.0 - wish.alpha,
        p: vec![0.0; n],
        is_above: vec![false; n],
        is_covered: vec![false; n],
        is_undecided: vec![false; n],
    };
    for fold in 0..n_folds {
        let is_measured = |it: &usize| folds.get(*it) == Some(&fold);
        let (measured, fitted): (Vec<usize>, Vec<usize>) = (0..n).partition(is_measured);
        let fit = fit(wish, answers, &fitted)?;
        for idx in measured {
            let row = answers.rows.get(idx).and_then(|it| it.first());
            let (Some(logit), Some(is_true)) = (row, answers.is_true.get(idx)) else {
                continue;
            };
            let exact = calibration::probability(&fit.calibration, *logit);
            let sets = fit.conformal.sets(&["it"], &[exact]);
            let truth = if *is_true { "it" } else { "not it" };
            let answered = as_answered(&fit.calibration, *logit);
            set(&mut crossed.p, idx, exact);
            set(
                &mut crossed.is_above,
                idx,
                f64::from(fit.threshold) <= answered,
            );
            for found in sets {
                let is_covered = found.members.iter().any(|it| it == truth);
                set(&mut crossed.is_covered, idx, is_covered);
                set(&mut crossed.is_undecided, idx, found.is_undecided);
            }
        }
    }
    Ok(crossed)
}

fn set<T>(values: &mut [T], idx: usize, value: T) {
    if let Some(place) = values.get_mut(idx) {
        *place = value;
    }
}
