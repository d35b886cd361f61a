//! What a step is driven by, and what held-out cases are judged by.

use tch::{Kind, Reduction, Tensor};

use super::{super::Result, Knobs};
use crate::{
    model::{Error, manifest::Output},
    stats,
};

/// Cross-entropy with smoothed labels: of one sigmoid label, or of labels that exclude each other. `degrees` say how far
/// one sigmoid label holds, in place of 0 and 1. `learned` are the labels of all training cases, which balanced weights
/// come from.
pub(super) fn classification_loss(
    logits: &Tensor,
    (labels, degrees): (&[usize], Option<&[f64]>),
    output: Output,
    (knobs, learned): (&Knobs, &[usize]),
) -> Result<Tensor> {
    // A network that works in bfloat16 is judged in float32.
    let logits = logits.f_to_kind(Kind::Float)?;
    let n_classes = match output {
        Output::Sigmoid => 2,
        Output::Softmax => logits.size2()?.1.unsigned_abs() as usize,
    };
    let weights = knobs.class_weights(learned, n_classes);
    let smoothing = knobs.label_smoothing;
    Ok(match output {
        Output::Softmax => {
            let labels: Vec<i64> = labels.iter().map(|it| *it as i64).collect();
            let weights = weights.map(|it| floats(&it)).transpose()?;
            logits.f_cross_entropy_loss(
                &Tensor::f_from_slice(&labels)?,
                weights,
                Reduction::Mean,
                -100,
                smoothing,
            )?
        }
        Output::Sigmoid => {
            let wanted = match degrees {
                Some(degrees) => floats(degrees)?,
                None => floats(&labels.iter().map(|it| *it as f64).collect::<Vec<_>>())?,
            };
            let wanted = wanted
                .f_mul_scalar(1.0 - smoothing)?
                .f_add_scalar(smoothing / 2.0)?;
            let weight_of = |weights: Vec<f64>| {
                let of_case = labels
                    .iter()
                    .map(|it| weights.get(*it).copied().unwrap_or(1.0));
                floats(&of_case.collect::<Vec<_>>())
            };
            let weights = weights.map(weight_of).transpose()?;
            logits
                .f_squeeze_dim(1)?
                .f_binary_cross_entropy_with_logits(&wanted, weights, None, Reduction::Mean)?
        }
    })
}

fn floats(values: &[f64]) -> Result<Tensor> {
    let values: Vec<f32> = values.iter().map(|it| *it as f32).collect();
    Ok(Tensor::f_from_slice(&values)?)
}

/// What held-out cases are judged by: the area under the ROC curve of one sigmoid label, or else macro-F1.
pub(super) fn figure(rows: &[Vec<f64>], labels: &[usize], output: Output) -> Option<f64> {
    match output {
        Output::Sigmoid => {
            let scores: Vec<f64> = rows.iter().filter_map(|it| it.first().copied()).collect();
            let is_positive: Vec<bool> = labels.iter().map(|it| *it == 1).collect();
            stats::auroc(&scores, &is_positive).map(|it| it.value)
        }
        Output::Softmax => {
            let chosen: Vec<usize> = rows.iter().map(|it| stats::greatest(it)).collect();
            Some(stats::macro_f1(
                &chosen,
                labels,
                rows.first().map_or(0, Vec::len),
            ))
        }
    }
}

/// `[n, labels]` → one row for each.
pub(super) fn rows(logits: &Tensor) -> Result<Vec<Vec<f64>>> {
    let (n, n_labels) = logits.size2()?;
    let mut values = vec![0.0_f64; (n * n_labels).unsigned_abs() as usize];
    let n_values = values.len();
    logits
        .f_to_kind(Kind::Double)?
        .f_contiguous()?
        .f_copy_data(&mut values, n_values)?;
    Ok(values
        .chunks(n_labels.unsigned_abs().max(1) as usize)
        .map(<[f64]>::to_vec)
        .collect())
}

/// The loss, unless it has no value any more.
pub(super) fn finite(loss: f64) -> Result<f64> {
    if loss.is_finite() {
        return Ok(loss);
    }
    Err(Error::NotFinite {
        found: format!("a loss of {loss}"),
    })
}
