//! What an answer would be where the label is rarer or more frequent than among the cases behind the calibration.

use super::{Manifest, calibration, manifest::Output};
use crate::{
    prediction::{Adjusted, Score},
    stats,
};

/// How near 0 and 1 a probability may come before its log odds are taken.
const EDGE: f64 = 1e-12;

/// The answer at the prevalence `local`, by Bayes' rule. `None` for a model with several labels, for one that does not
/// tell its own prevalence, and for a prevalence that is not between 0 and 1.
pub fn adjusted(manifest: &Manifest, scores: &[Score], local: f64) -> Option<Adjusted> {
    let ([score], Output::Sigmoid) = (scores, manifest.output) else {
        return None;
    };
    let trained = manifest.prevalence?;
    let is_part = 0.0 < local && local < 1.0;
    let calibrated = calibration::probability(&manifest.calibration, f64::from(score.logit));
    let p = calibrated.clamp(EDGE, 1.0 - EDGE);
    let log_odds = (p / (1.0 - p)).ln();
    let point = score.operating_point.as_ref();
    let measured = point.and_then(|it| Some((it.sensitivity?.value, it.specificity?.value)));
    let (predictive_above, predictive_below) = measured.map_or((None, None), |(found, passed)| {
        stats::predictive_values(found, passed, local)
    });
    is_part.then(|| Adjusted {
        label: score.label.clone(),
        trained,
        local,
        as_trained: score.probability,
        probability: stats::sigmoid(stats::shift_prior(log_odds, trained, local)) as f32,
        predictive_above,
        predictive_below,
    })
}
