//! How far the networks of an ensemble lie apart.

use super::answer::calibrated;
use crate::{
    model::{Logits, Manifest, manifest::Output},
    prediction::{LabelIdx, Uncertainty},
    stats::{EnsembleEntropy, ensemble_entropy},
};

/// The spread of the networks' own answers, each calibrated as the answer is; `None` for a single network.
pub(super) fn uncertainty(
    manifest: &Manifest,
    logits: &Logits,
    label: LabelIdx,
) -> Option<Uncertainty> {
    let name = &manifest.labels.get(label.0)?.name;
    let answers = logits.members.iter().map(|it| calibrated(manifest, it));
    let answers: Vec<Vec<f32>> = answers.collect();
    let of_label = answers.iter().filter_map(|it| it.get(label.0).copied());
    let of_label: Vec<f32> = of_label.collect();
    let distributions: Vec<Vec<f64>> = match manifest.output {
        Output::Softmax => answers
            .iter()
            .map(|it| it.iter().copied().map(f64::from).collect())
            .collect(),
        Output::Sigmoid => of_label
            .iter()
            .map(|it| vec![f64::from(*it), 1.0 - f64::from(*it)])
            .collect(),
    };
    let EnsembleEntropy {
        total,
        aleatoric,
        epistemic,
    } = ensemble_entropy(&distributions)?;
    Some(Uncertainty {
        n_members: answers.len(),
        label: name.clone(),
        probability_low: of_label.iter().copied().fold(f32::INFINITY, f32::min),
        probability_high: of_label.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        total,
        aleatoric,
        epistemic,
    })
}
