//! Training: one visible loop. What is learned is a [`Learner`]; the knobs of the loop are [`Knobs`].
//!
//! A run that was stopped at any moment goes on from its last checkpoint and gives the same weights as one that was
//! not, given the same number of threads: everything random in an epoch comes from its seed, and a checkpoint knows
//! how far that is.

pub mod augment;
mod checkpoint;
pub mod images;
mod knobs;
mod loss;
pub mod masked;
mod optimizer;
pub mod spans;
pub mod steps;
pub mod text;

use std::{collections::BTreeMap, time::Instant};

use rand::{SeedableRng as _, seq::SliceRandom as _};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor, nn::VarStore, no_grad};

pub use self::{
    checkpoint::Course,
    knobs::{ClassWeights, Knobs, Method, Schedule, WeightRule},
};
use self::{
    checkpoint::State,
    loss::{classification_loss, figure, finite, rows},
    optimizer::Optimizer,
};
use super::{
    Result,
    params::{Weights, to_safetensors},
    shim,
    transformer::MaskedHead,
    tuning,
};
use crate::{
    model::{Error, Task},
    prediction::Precision,
};

/// Our own random numbers: those of `rand::rngs::StdRng`, of which a checkpoint can tell how far they are.
pub type Random = chacha20::ChaCha12Rng;

/// What is learned, on which cases.
pub trait Learner {
    /// Cases in an epoch.
    fn n_cases(&self) -> usize;
    /// The mean loss of some cases, with a gradient.
    fn loss(&mut self, cases: &[usize], random: &mut Random) -> Result<Tensor>;
    /// A figure on held-out cases; greater is better. `None` where nothing is held out.
    fn validate(&mut self) -> Result<Option<f64>>;
}

/// Where a run is, after each epoch and now and then within one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// Trains the variables; at the end they hold the averaged weights, of the best epoch where the knobs have patience.
/// Gives the number of the epoch that they are of, from 1.
///
/// # Errors
/// [`Error::Cancelled`] when the task was cancelled, [`Error::NotFinite`] when the loss has no value any more,
/// [`Error::Checkpoint`] when the state cannot be saved or taken up.
pub fn run(
    vars: &VarStore,
    learner: &mut dyn Learner,
    knobs: &Knobs,
    course: Option<&Course<'_>>,
    task: &Task,
    on_progress: &mut dyn FnMut(&Progress),
) -> Result<usize> {
    tuning::keep_buffers();
    let mut run = Run::new(vars, learner.n_cases(), knobs, course)?;
    while !run.is_over() {
        run.epoch(learner, task, on_progress)?;
    }
    run.optimizer.finish()?;
    Ok(run.state.best.map_or(run.state.epoch, |(epoch, _)| epoch))
}

/// A run on its way.
struct Run<'a> {
    knobs: &'a Knobs,
    course: Option<&'a Course<'a>>,
    optimizer: Optimizer,
    state: State,
    /// Steps in an epoch.
    n_batches: usize,
    started: Instant,
    /// The step that this process began with.
    first_step: usize,
    saved: Instant,
    saved_step: Option<usize>,
}

impl<'a> Run<'a> {
    fn new(
        vars: &VarStore,
        n_cases: usize,
        knobs: &'a Knobs,
        course: Option<&'a Course<'a>>,
    ) -> Result<Self> {
        let mut optimizer = Optimizer::new(vars, knobs)?;
        let state = match course {
            Some(it) => checkpoint::load(it.checkpoint, &mut optimizer)?,
            None => State::default(),
        };
        let mut run = Self {
            knobs,
            course,
            optimizer,
            state,
            n_batches: (n_cases / knobs.batch.max(1)).max(1),
            started: Instant::now(),
            first_step: 0,
            saved: Instant::now(),
            saved_step: None,
        };
        run.first_step = run.step();
        run.saved_step = (0 < run.first_step).then_some(run.first_step);
        Ok(run)
    }

    /// Steps behind it.
    fn step(&self) -> usize {
        self.state.epoch * self.n_batches + self.state.batch
    }

    fn n_steps(&self) -> usize {
        self.n_batches * self.knobs.epochs
    }

    fn is_over(&self) -> bool {
        let last = self.course.and_then(|it| it.last_epoch);
        let n_epochs = last.unwrap_or(self.knobs.epochs).min(self.knobs.epochs);
        self.state.has_ended || n_epochs <= self.state.epoch
    }

    /// Takes the steps of an epoch that are left of it.
    fn epoch(
        &mut self,
        learner: &mut dyn Learner,
        task: &Task,
        on_progress: &mut dyn FnMut(&Progress),
    ) -> Result<()> {
        let mut random = seed_epoch(self.knobs.seed, self.state.epoch);
        let mut order: Vec<usize> = (0..learner.n_cases()).collect();
        order.shuffle(&mut random);
        self.state.restore_random(&mut random)?;
        let batches = order.chunks(self.knobs.batch).take(self.n_batches);
        for cases in batches.skip(self.state.batch) {
            if task.is_cancelled() {
                self.save(Some(&random))?;
                return Err(Error::Cancelled);
            }
            tuning::suit_the_load();
            self.descend(learner, cases, &mut random)?;
            task.report(self.step(), self.n_steps());
            if self.step().is_multiple_of(10) {
                on_progress(&self.progress(self.state.epoch + 1));
            }
            if self
                .course
                .is_some_and(|it| it.every <= self.saved.elapsed())
            {
                self.save(Some(&random))?;
            }
        }
        self.optimizer.swap_average()?;
        let held_out = learner.validate();
        self.optimizer.swap_average()?;
        let mut progress = self.progress(self.state.epoch + 1);
        progress.held_out = held_out?;
        self.end_epoch(progress.held_out)?;
        self.save(None)?;
        on_progress(&progress);
        Ok(())
    }

    /// One step.
    fn descend(
        &mut self,
        learner: &mut dyn Learner,
        cases: &[usize],
        random: &mut Random,
    ) -> Result<()> {
        let loss = match self.knobs.precision {
            Precision::Float32 => learner.loss(cases, random)?,
            Precision::Bfloat16 => shim::in_bfloat16(|| learner.loss(cases, random))?,
        };
        loss.f_backward()?;
        let value = finite(loss.f_double_value(&[])?).map_err(|it| self.diverged(&it))?;
        let sum = f64::from_bits(self.state.loss_sum) + value;
        self.state.loss_sum = sum.to_bits();
        let lr = self.knobs.learning_rate(self.step(), self.n_steps());
        self.optimizer.step(lr)?;
        self.state.batch += 1;
        Ok(())
    }

    /// Counts the epoch, and sees whether it was the best and whether it was the last.
    fn end_epoch(&mut self, held_out: Option<f64>) -> Result<()> {
        let state = &mut self.state;
        state.epoch += 1;
        state.batch = 0;
        state.loss_sum = 0.0_f64.to_bits();
        state.random_words = 0;
        state.torch_random.clear();
        if let (Some(patience), Some(figure)) = (self.knobs.patience, held_out) {
            let best = state.best.map(|(_, it)| f64::from_bits(it));
            if best.is_none_or(|it| it < figure) {
                state.best = Some((state.epoch, figure.to_bits()));
                self.optimizer.keep_best()?;
            } else {
                let since = state.best.map_or(0, |(epoch, _)| state.epoch - epoch);
                state.has_ended = patience.max(1) <= since;
            }
        }
        Ok(())
    }

    fn progress(&self, epoch: usize) -> Progress {
        let (step, n_steps) = (self.step(), self.n_steps());
        let n_done = step.saturating_sub(self.first_step).max(1);
        let seconds_each = self.started.elapsed().as_secs_f64() / n_done as f64;
        Progress {
            epoch,
            n_epochs: self.knobs.epochs,
            step,
            n_steps,
            loss: f64::from_bits(self.state.loss_sum) / self.state.batch.max(1) as f64,
            held_out: None,
            seconds_left: seconds_each * n_steps.saturating_sub(step) as f64,
        }
    }

    /// Writes the checkpoint; with `random` within an epoch. Numbers that are none are not kept.
    fn save(&mut self, random: Option<&Random>) -> Result<()> {
        let Some(course) = self.course else {
            return Ok(());
        };
        if !self.optimizer.is_finite()? {
            let found = "weights without a value".to_owned();
            return Err(self.diverged(&Error::NotFinite { found }));
        }
        if let Some(random) = random {
            self.state.keep_random(random)?;
        }
        self.state.n_steps = self.optimizer.n_steps;
        checkpoint::save(course.checkpoint, &self.state, &self.optimizer)?;
        self.saved = Instant::now();
        self.saved_step = Some(self.step());
        Ok(())
    }

    /// Says at which step numbers were lost, and what is left.
    fn diverged(&self, error: &Error) -> Error {
        let Error::NotFinite { found } = error else {
            return Error::Engine {
                cause: error.to_string(),
            };
        };
        let kept = match (self.course, self.saved_step) {
            (Some(course), Some(step)) => format!(
                "the last good checkpoint, {}, is kept and has step {step}",
                checkpoint::file_name(course.checkpoint)
            ),
            _ => "there was no checkpoint yet".to_owned(),
        };
        let (step, n_steps) = (self.step() + 1, self.n_steps());
        Error::NotFinite {
            found: format!(
                "{found} at step {step} of {n_steps}; {kept}; a lower max_lr or a lower clip_norm may help"
            ),
        }
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

/// Gives embeddings and encoder the values that a weights file has under their names; the head keeps its start.
///
/// # Errors
/// A file that lacks one of these variables or has it in another shape.
pub fn start_encoder(vars: &VarStore, weights: &[u8]) -> Result<()> {
    let weights = Weights::parse(weights)?;
    let variables: BTreeMap<String, Tensor> = vars.variables().into_iter().collect();
    for (name, mut variable) in variables {
        if name.starts_with("embeddings.") || name.starts_with("encoder.") {
            let value = weights.named(&name, &variable.size())?;
            no_grad(|| variable.f_copy_(&value))?;
        }
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
fn seed_epoch(seed: u64, epoch: usize) -> Random {
    let seed = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(epoch as u64);
    tch::manual_seed(i64::from_ne_bytes(seed.to_ne_bytes()));
    Random::seed_from_u64(seed)
}

#[cfg(test)]
mod tests {
    use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

    use super::Random;

    /// Recipes that were trained before go on with the same numbers.
    #[test]
    fn random_numbers_are_those_of_the_standard_generator() {
        let (mut ours, mut standard) = (Random::seed_from_u64(7), StdRng::seed_from_u64(7));
        assert!((0..100).all(|_| ours.next_u64() == standard.next_u64()));
    }
}
