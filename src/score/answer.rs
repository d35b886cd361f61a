//! From logits to an answer: probabilities, calls, what cannot be excluded; and the same answer by another site's fit.

use super::Error;
use crate::{
    model::{self, Logits, Manifest, calibration, manifest::Output, prevalence},
    prediction::{Calibration, Call, Prediction, Score, Trust},
    warnings::{Warning, WarningKind},
};

/// Said with every answer of a model without calibration.
pub(super) const UNCALIBRATED: &str =
    "the model is not calibrated: its scores are not probabilities";

/// Checks the logits, then [`scores_of`].
pub(super) fn scores(manifest: &Manifest, logits: &Logits) -> Result<Vec<Score>, Error> {
    if let Some(odd) = logits.values.iter().find(|it| !it.is_finite()) {
        return Err(model::Error::NotFinite {
            found: odd.to_string(),
        }
        .into());
    }
    if logits.values.len() != manifest.labels.len() {
        let want = format!("{} logits", manifest.labels.len());
        return Err(model::Error::Input {
            want,
            found: logits.values.len().to_string(),
        }
        .into());
    }
    Ok(scores_of(manifest, &logits.values))
}

/// Logits to probabilities and calls, by calibration and operating points of the manifest.
fn scores_of(manifest: &Manifest, logits: &[f32]) -> Vec<Score> {
    let raw = probabilities(&Calibration::None, manifest, logits);
    let calibrated = calibrated(manifest, logits);
    let greatest = calibrated.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let labels = manifest.labels.iter().zip(logits);
    let each = labels.zip(raw.iter().zip(&calibrated));
    each.map(|((label, logit), (raw, probability))| Score {
        label: label.name.clone(),
        logit: *logit,
        raw: *raw as f32,
        probability: *probability,
        operating_point: label.operating_point.clone(),
        call: match (&label.operating_point, manifest.output) {
            (Some(point), _) if point.threshold <= *probability => Call::Above,
            (Some(_), _) => Call::Below,
            (None, Output::Softmax) if greatest <= *probability => Call::Chosen,
            (None, _) => Call::None,
        },
    })
    .collect()
}

/// Probabilities as they are shown. Rounded here, for answers; whoever measures takes the `f64` from
/// [`calibration::probabilities`].
pub(super) fn calibrated(manifest: &Manifest, logits: &[f32]) -> Vec<f32> {
    let mut all = probabilities(&manifest.calibration, manifest, logits);
    // A site's own calibration takes the place of what another program did instead of one.
    if manifest.calibration == Calibration::None {
        for (score, threshold) in all.iter_mut().zip(&manifest.op_norm) {
            *score = op_norm(*score, f64::from(*threshold));
        }
    }
    all.into_iter().map(|it| it as f32).collect()
}

/// torchxrayvision's `op_norm`: the threshold becomes 0.5.
fn op_norm(score: f64, threshold: f64) -> f64 {
    if score < threshold {
        score / (2.0 * threshold)
    } else {
        1.0 - (1.0 - score) / (2.0 * (1.0 - threshold))
    }
}

fn probabilities(calibration: &Calibration, manifest: &Manifest, logits: &[f32]) -> Vec<f64> {
    let logits: Vec<f64> = logits.iter().map(|it| f64::from(*it)).collect();
    calibration::probabilities(calibration, manifest.output, &logits)
}

/// What stands beside the probabilities, before a prevalence is entered.
pub(super) fn trust(manifest: &Manifest, logits: &[f32]) -> Trust {
    let names: Vec<&str> = manifest.labels.iter().map(|it| it.name.as_str()).collect();
    let p = probabilities(&manifest.calibration, manifest, logits);
    let conformal = manifest.conformal.as_ref();
    Trust {
        site: manifest.site.clone(),
        sets: conformal.map_or_else(Vec::new, |it| it.sets(&names, &p)),
        adjusted: None,
    }
}

/// The same answer under another calibration and other thresholds of the same weights: those of a site
/// ([`model::Site::over`]). The network is not asked again, and a prevalence has to be entered again.
pub fn rescored(prediction: &Prediction, manifest: &Manifest) -> Prediction {
    let logits: Vec<f32> = prediction.scores.iter().map(|it| it.logit).collect();
    let mut warnings = prediction.warnings.clone();
    if manifest.calibration != Calibration::None {
        warnings.retain(|it| it.text != UNCALIBRATED);
    }
    // The networks' own logits are not kept: how far they lie apart under another calibration is not known.
    let is_same = manifest.calibration == prediction.calibration;
    Prediction {
        scores: scores_of(manifest, &logits),
        uncertainty: prediction.uncertainty.clone().filter(|_| is_same),
        calibration: manifest.calibration.clone(),
        trust: trust(manifest, &logits),
        warnings,
        ..prediction.clone()
    }
}

/// The same answer, and beside it what it would be at another prevalence of the label. Where that cannot be told, a
/// warning says why.
pub fn at_prevalence(prediction: &Prediction, manifest: &Manifest, local: f64) -> Prediction {
    let adjusted = prevalence::adjusted(manifest, &prediction.scores, local);
    let mut found = prediction.clone();
    if adjusted.is_none() {
        let why = match (manifest.labels.len(), manifest.prevalence) {
            (1, None) => "the model does not tell the prevalence behind its probabilities",
            (1, Some(_)) => "a prevalence lies between 0 and 1",
            (_, _) => "the model has several labels",
        };
        found.warnings.push(Warning {
            kind: WarningKind::Model,
            text: format!("no answer at the prevalence that was entered: {why}"),
        });
    }
    found.trust.adjusted = adjusted;
    found
}
