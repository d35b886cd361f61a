//! Training: one visible loop. What is learned is a [`Learner`]; the knobs of the loop are [`Knobs`].
//!
//! A run that was stopped at any moment goes on from its last whole epoch and gives the same weights as one that
//! was not, given the same number of threads: everything random in an epoch comes from its seed.

pub mod augment;
pub mod images;
pub mod masked;
mod optimizer;
pub mod text;

use std::{collections::BTreeMap, path::Path, time::Instant};

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde::{Deserialize, Serialize};
use tch::{Kind, Reduction, Tensor, nn::VarStore, no_grad};

use self::optimizer::Optimizer;
use super::{
    Result,
    params::{Weights, to_safetensors},
    transformer::MaskedHead,
    tuning,
};
use crate::{
    model::{Error, Task, manifest::Output},
    stats,
};

/// The knobs of a run, saved with the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knobs {
    pub seed: u64,
    pub epochs: usize,
    /// Cases in a step.
    pub batch: usize,
    /// Peak of the one-cycle learning rate (Smith and Topin 2018).
    pub max_lr: f64,
    /// Part of all steps in which the learning rate rises.
    pub warmup: f64,
    /// AdamW's decay (Loshchilov and Hutter 2019); matrices and kernels only.
    pub weight_decay: f64,
    /// Part of the target that is spread over all labels.
    pub label_smoothing: f64,
    pub dropout: f64,
    /// Decay of the averaged weights in each step; the average is what is kept.
    pub average_decay: f64,
    /// Longest gradient in a step.
    pub clip_norm: f64,
}

/// What is learned, on which cases.
pub trait Learner {
    /// Cases in an epoch.
    fn n_cases(&self) -> usize;
    /// The mean loss of some cases, with a gradient.
    fn loss(&mut self, cases: &[usize], random: &mut StdRng) -> Result<Tensor>;
    /// A figure on held-out cases; greater is better. `None` where nothing is held out.
    fn validate(&mut self) -> Result<Option<f64>>;
}

/// Where a run is, after each epoch and now and then within one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// From 1.
    pub epoch: usize,
    pub n_epochs: usize,
    /// Steps of the whole run.
    pub step: usize,
    pub n_steps: usize,
    /// Mean over the epoch so far.
    pub loss: f64,
    /// The learner's figure with the averaged weights, at the end of an epoch.
    pub held_out: Option<f64>,
    pub seconds_left: f64,
}

/// Trains the variables; at the end they hold the averaged weights.
///
/// With a `checkpoint`, the state is written there after each epoch, and the run goes on from there if it exists.
///
/// # Errors
/// [`Error::Cancelled`] when the task was cancelled, [`Error::NotFinite`] when the loss has no value any more.
pub fn run(
    vars: &VarStore,
    learner: &mut dyn Learner,
    knobs: &Knobs,
    checkpoint: Option<&Path>,
    task: &Task,
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<()> {
    let n_batches = (learner.n_cases() / knobs.batch).max(1);
    let n_steps = n_batches * knobs.epochs;
    let mut optimizer = Optimizer::new(vars, knobs)?;
    let first_epoch = checkpoint.map_or(Ok(0), |it| optimizer.load(it))?;
    let start = Instant::now();
    for epoch in first_epoch..knobs.epochs {
        let mut random = seed_epoch(knobs.seed, epoch);
        let mut order: Vec<usize> = (0..learner.n_cases()).collect();
        order.shuffle(&mut random);
        let mut progress = Progress {
            epoch: epoch + 1,
            n_epochs: knobs.epochs,
            step: epoch * n_batches,
            n_steps,
            loss: 0.0,
            held_out: None,
            seconds_left: 0.0,
        };
        let mut sum = 0.0;
        for (batch_idx, cases) in order.chunks(knobs.batch).take(n_batches).enumerate() {
            if task.is_cancelled() {
                return Err(Error::Cancelled);
            }
            tuning::suit_the_load();
            let loss = learner.loss(cases, &mut random)?;
            loss.f_backward()?;
            sum += finite(loss.f_double_value(&[])?)?;
            optimizer.step(learning_rate(knobs, progress.step, n_steps))?;
            progress.step += 1;
            progress.loss = sum / (batch_idx + 1) as f64;
            let done = progress.step - first_epoch * n_batches;
            progress.seconds_left =
                start.elapsed().as_secs_f64() / done as f64 * (n_steps - progress.step) as f64;
            task.report(progress.step, n_steps);
            if progress.step.is_multiple_of(10) {
                on_progress(&progress);
            }
        }
        optimizer.swap_average()?;
        progress.held_out = learner.validate()?;
        optimizer.swap_average()?;
        if let Some(path) = checkpoint {
            optimizer.save(path, epoch + 1)?;
        }
        on_progress(&progress);
    }
    optimizer.swap_average()
}

/// Cross-entropy with smoothed labels: of one sigmoid label, or of labels that exclude each other.
fn classification_loss(
    logits: &Tensor,
    labels: &[usize],
    output: Output,
    knobs: &Knobs,
) -> Result<Tensor> {
    let labels: Vec<i64> = labels.iter().map(|it| *it as i64).collect();
    let labels = Tensor::f_from_slice(&labels)?;
    let smoothing = knobs.label_smoothing;
    Ok(match output {
        Output::Softmax => logits.f_cross_entropy_loss(
            &labels,
            None::<Tensor>,
            Reduction::Mean,
            -100,
            smoothing,
        )?,
        Output::Sigmoid => sigmoid_loss(logits, &labels.f_to_kind(Kind::Float)?, knobs)?,
    })
}

/// Cross-entropy of one sigmoid label that holds to some degree, smoothed.
fn sigmoid_loss(logits: &Tensor, degrees: &Tensor, knobs: &Knobs) -> Result<Tensor> {
    let smoothing = knobs.label_smoothing;
    let wanted = degrees
        .f_mul_scalar(1.0 - smoothing)?
        .f_add_scalar(smoothing / 2.0)?;
    let logits = logits.f_squeeze_dim(1)?;
    Ok(
        logits.f_binary_cross_entropy_with_logits::<Tensor>(
            &wanted,
            None,
            None,
            Reduction::Mean,
        )?,
    )
}

/// What held-out cases are judged by: the area under the ROC curve of one sigmoid label, or else macro-F1.
fn figure(rows: &[Vec<f64>], labels: &[usize], output: Output) -> Option<f64> {
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
fn rows(logits: &Tensor) -> Result<Vec<Vec<f64>>> {
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

fn finite(loss: f64) -> Result<f64> {
    let odd = || Error::NotFinite {
        found: format!("a loss of {loss}"),
    };
    if loss.is_finite() {
        Ok(loss)
    } else {
        Err(odd())
    }
}

/// Makes the weights of the next network start as they did the last time.
pub fn seed(seed: u64) {
    tch::manual_seed(i64::from_ne_bytes(seed.to_ne_bytes()));
}

/// Gives the variables the values that a weights file has under their names.
///
/// # Errors
/// A file that lacks a variable or has it in another shape.
pub fn start_from(vars: &VarStore, weights: &[u8]) -> Result<()> {
    let weights = Weights::parse(weights)?;
    let variables: BTreeMap<String, Tensor> = vars.variables().into_iter().collect();
    let mut values = Vec::with_capacity(variables.len());
    for (name, variable) in variables {
        let value = weights.get(name, &variable.size())?;
        values.push((variable, value));
    }
    weights.check("that is to be trained", "none")?;
    for (mut variable, value) in values {
        no_grad(|| variable.f_copy_(&value))?;
    }
    Ok(())
}

/// Rounds the variables to float16 and gives them as a safetensors file, so that what was measured with them holds
/// for the file. What only pre-training needs is left out.
pub fn to_half(vars: &mut VarStore) -> Result<Vec<u8>> {
    let named: BTreeMap<String, Tensor> = vars.variables().into_iter().collect();
    let mut kept = Vec::with_capacity(named.len());
    for (name, mut variable) in named {
        if name.starts_with(MaskedHead::PREFIX) {
            continue;
        }
        let half = variable.f_detach()?.f_to_kind(Kind::Half)?;
        no_grad(|| variable.f_copy_(&half))?;
        kept.push((name, half));
    }
    to_safetensors(&kept)
}

/// The random numbers of one epoch, ours and libtorch's.
fn seed_epoch(seed: u64, epoch: usize) -> StdRng {
    let seed = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(epoch as u64);
    tch::manual_seed(i64::from_ne_bytes(seed.to_ne_bytes()));
    StdRng::seed_from_u64(seed)
}

/// Half a cosine up to the peak, half a cosine down to nothing.
fn learning_rate(knobs: &Knobs, step: usize, n_steps: usize) -> f64 {
    let part = step as f64 / n_steps.max(1) as f64;
    let rise = |part: f64| 0.5 - 0.5 * (std::f64::consts::PI * part).cos();
    let height = if part < knobs.warmup {
        0.04 + 0.96 * rise(part / knobs.warmup)
    } else {
        rise((1.0 - part) / (1.0 - knobs.warmup).max(1e-9))
    };
    knobs.max_lr * height
}

#[cfg(test)]
mod tests {
    use super::{Knobs, learning_rate};

    #[test]
    fn the_learning_rate_rises_and_falls_once() {
        let knobs = Knobs {
            seed: 1,
            epochs: 1,
            batch: 1,
            max_lr: 2.0,
            warmup: 0.25,
            weight_decay: 0.0,
            label_smoothing: 0.0,
            dropout: 0.0,
            average_decay: 0.0,
            clip_norm: 1.0,
        };
        let at = |step| learning_rate(&knobs, step, 100);
        assert!((at(0) - 0.08).abs() < 1e-9 && (at(25) - 2.0).abs() < 1e-9 && at(99) < 0.01);
        assert!((0..25).all(|it| at(it) < at(it + 1)) && (25..99).all(|it| at(it + 1) < at(it)));
    }
}
