//! Learning to put courses and sequences into classes.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use tch::{Tensor, no_grad};

use super::{
    super::{
        Result,
        layer::Mode,
        rnn::{Recurrent, Steps},
    },
    Knobs, Learner, Random,
};
use crate::{model::manifest::Output, prep::StepInput};

/// Inputs in a forward pass without gradient.
const EVAL_BATCH: usize = 256;

/// How courses are changed while training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endings {
    /// This part of the batches ends early, each at a step of its own: the network learns to answer at any time.
    pub early: f64,
    /// Not before this step.
    pub from_step: usize,
}

/// Inputs of one size with their labels.
pub struct Courses<'a> {
    pub inputs: Vec<&'a StepInput>,
    /// For each the position of its label; for one sigmoid label, 1 means that it holds.
    pub labels: Vec<usize>,
}

/// A network that learns from some inputs and is tried on others.
pub struct StepLearner<'a> {
    pub net: &'a Recurrent,
    pub train: Courses<'a>,
    pub held_out: Option<Courses<'a>>,
    pub output: Output,
    pub endings: Endings,
    pub knobs: Knobs,
}

/// Logits of inputs, one row for each, in their order.
pub fn logits(net: &Recurrent, inputs: &[&StepInput]) -> Result<Vec<Vec<f64>>> {
    let mut all = Vec::with_capacity(inputs.len());
    for alike in inputs.chunk_by(|a, b| a.n_steps == b.n_steps) {
        for part in alike.chunks(EVAL_BATCH) {
            let steps = Steps::new(part.iter().copied())?;
            let logits = no_grad(|| net.logits(&net.features(&steps, Mode::Eval)?))?;
            all.extend(super::rows(&logits)?);
        }
    }
    Ok(all)
}

impl StepLearner<'_> {
    /// Some courses, perhaps ended early, all with as many steps: what a shorter one lacks was not measured.
    fn batch(&self, cases: &[usize], random: &mut Random) -> Result<(Tensor, Vec<usize>)> {
        let known = cases.iter().filter_map(|it| {
            let labels = &self.train.labels;
            self.train
                .inputs
                .get(*it)
                .copied()
                .zip(labels.get(*it).copied())
        });
        let (inputs, labels): (Vec<&StepInput>, Vec<usize>) = known.unzip();
        let mut n_steps = inputs.iter().map(|it| it.n_steps).max().unwrap_or(0);
        let Endings { early, from_step } = self.endings;
        if from_step < n_steps && random.random_bool(early.clamp(0.0, 1.0)) {
            n_steps = random.random_range(from_step.max(1)..=n_steps);
        }
        let inputs: Vec<StepInput> = inputs.iter().map(|it| it.lasting(n_steps)).collect();
        let mode = Mode::Train {
            dropout: self.knobs.dropout,
        };
        let features = self.net.features(&Steps::new(&inputs)?, mode)?;
        Ok((self.net.own_logits(&features)?, labels))
    }
}

impl Learner for StepLearner<'_> {
    fn n_cases(&self) -> usize {
        self.train.labels.len()
    }

    fn loss(&mut self, cases: &[usize], random: &mut Random) -> Result<Tensor> {
        let (logits, labels) = self.batch(cases, random)?;
        let learned = (&self.knobs, self.train.labels.as_slice());
        super::classification_loss(&logits, (&labels, None), self.output, learned)
    }

    fn validate(&mut self) -> Result<Option<f64>> {
        let Some(Courses { inputs, labels }) = &self.held_out else {
            return Ok(None);
        };
        Ok(super::figure(
            &logits(self.net, inputs)?,
            labels,
            self.output,
        ))
    }
}
