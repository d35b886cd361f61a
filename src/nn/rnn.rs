//! Recurrent networks over steps of which not all is measured: GRU, LSTM and GRU-D (Che et al. 2018,
//! <https://doi.org/10.1038/s41598-018-24271-9>).
//!
//! 1. `steps` arranges an input: values, what was measured, what was measured last and how long ago;
//! 2. the network standardises by statistics of its own training cases, which are part of its weights;
//! 3. what is not measured is what was measured last or, for GRU-D, decays from there to the mean;
//! 4. the cell goes through the steps, and the head reads its states;
//! 5. where the network has a summary, a logistic regression and, if it has any, boosted trees answer beside it from the
//!    summary of each channel (`summary`), and the logit is the mean of all: an ensemble of unlike models.
//!
//! Parameters of cells have PyTorch's names and its form of the candidate state, `tanh(W x + r * (U h + b))`.

use tch::{Kind, Tensor, nn::Init};

pub use super::steps::Steps;
use super::{
    Result,
    layer::{Activation, Linear, Mode},
    params::Params,
    summary::{Fitting, Statistics, Summary},
};
use crate::model::network::{Cell, Readout, Recurrent as Config};

/// The part of a step's inputs that is hidden while training, in relation to the dropout of the head.
const INPUT_DROPOUT: f64 = 0.25;

/// The network.
pub struct Recurrent {
    values: Statistics,
    facts: Option<(Statistics, Linear)>,
    cell: Cell,
    hidden: i64,
    forwards: Gates,
    backwards: Option<Gates>,
    decay: Option<Decay>,
    readout: Readout,
    summary: Option<Summary>,
    head: Linear,
}

/// Weights of one cell, with PyTorch's names; the gates of all kinds stand one above the other.
struct Gates {
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
}

/// How fast inputs and state decay: `exp(-max(0, w d + b))` of the hours `d` since the last value.
struct Decay {
    input_weight: Tensor,
    input_bias: Tensor,
    state: Linear,
}

impl Gates {
    fn new(
        params: &Params<'_>,
        suffix: &str,
        n_gates: i64,
        (n_in, hidden): (i64, i64),
    ) -> Result<Self> {
        let bound = 1.0 / (hidden as f64).sqrt();
        let start = Init::Uniform {
            lo: -bound,
            up: bound,
        };
        let get =
            |name: &str, shape: &[i64]| params.get(&format!("{name}_l0{suffix}"), shape, start);
        let width = n_gates * hidden;
        Ok(Self {
            weight_ih: get("weight_ih", &[width, n_in])?,
            weight_hh: get("weight_hh", &[width, hidden])?,
            bias_ih: get("bias_ih", &[width])?,
            bias_hh: get("bias_hh", &[width])?,
        })
    }

    fn tensors(&self) -> [&Tensor; 4] {
        [
            &self.weight_ih,
            &self.weight_hh,
            &self.bias_ih,
            &self.bias_hh,
        ]
    }
}

impl Decay {
    fn new(params: &Params<'_>, channels: i64, hidden: i64) -> Result<Self> {
        let small = Init::Const(0.05);
        let state = params.sub("state");
        Ok(Self {
            input_weight: params.get("input_weight", &[channels], small)?,
            input_bias: params.get("input_bias", &[channels], Init::Const(0.0))?,
            state: Linear::head(&state, channels, hidden)?,
        })
    }

    fn of(rate: &Tensor) -> Result<Tensor> {
        Ok(rate.f_relu()?.f_neg()?.f_exp()?)
    }

    /// Of what was measured last. `[n, t, channels]` → the same
    fn of_input(&self, since: &Tensor) -> Result<Tensor> {
        let rate = since.f_mul(&self.input_weight)?.f_add(&self.input_bias)?;
        // What has just been measured has not decayed, whatever the bias.
        Self::of(&rate.f_mul(&since.f_gt(0.0)?.f_to_kind(Kind::Float)?)?)
    }

    /// Of the state. `[n, t, channels]` → `[n, t, hidden]`
    fn of_state(&self, since: &Tensor) -> Result<Tensor> {
        Self::of(&self.state.forward(since)?)
    }
}

impl Recurrent {
    /// Asks `params` for everything.
    pub fn new(params: &Params<'_>, config: &Config, n_labels: usize) -> Result<Self> {
        let [channels, n_facts, hidden] =
            [config.channels, config.facts, config.hidden].map(|it| it as i64);
        let n_gates = match config.cell {
            Cell::Lstm => 4,
            Cell::Gru | Cell::GruD => 3,
        };
        let facts = match n_facts {
            0 => None,
            _ => {
                let start = Init::Randn {
                    mean: 0.0,
                    stdev: 0.1,
                };
                let params = params.sub("facts");
                let linear = Linear::new(&params, 2 * n_facts, hidden, Activation::None, start)?;
                Some((Statistics::new(&params, n_facts)?, linear))
            }
        };
        let size = (2 * channels, hidden);
        let rnn = params.sub("rnn");
        let gates = |suffix| Gates::new(&rnn, suffix, n_gates, size);
        let n_ways = if config.both_ways { 2 } else { 1 };
        let of_states = match config.readout {
            Readout::Last => n_ways * hidden,
            Readout::MeanMax => 2 * n_ways * hidden,
            Readout::Each(n_steps) => n_steps as i64 * n_ways * hidden,
        };
        Ok(Self {
            values: Statistics::new(&params.sub("values"), channels)?,
            facts,
            cell: config.cell,
            hidden,
            forwards: gates("")?,
            backwards: config.both_ways.then(|| gates("_reverse")).transpose()?,
            decay: match config.cell {
                Cell::GruD => Some(Decay::new(&params.sub("decay"), channels, hidden)?),
                Cell::Gru | Cell::Lstm => None,
            },
            readout: config.readout,
            summary: config
                .summary
                .then(|| Summary::new(&params.sub("summary"), (channels, n_facts), config.trees))
                .transpose()?,
            head: Linear::head(&params.sub("classifier"), of_states, n_labels as i64)?,
        })
    }

    /// Takes the statistics of the training cases and fits what is not trained by steps, before the first step.
    pub fn fit(&mut self, steps: &Steps, fitting: &Fitting<'_>) -> Result<()> {
        let rows = |it: &Tensor| it.f_flatten(0, 1);
        self.values
            .fit(&rows(&steps.values)?, &rows(&steps.measured)?)?;
        if let Some((statistics, _)) = &mut self.facts {
            statistics.fit(&steps.facts, &steps.known)?;
        }
        let facts = self.of_facts(steps)?;
        match &mut self.summary {
            Some(summary) => summary.fit(steps, facts.as_ref(), fitting),
            None => Ok(()),
        }
    }

    /// Standardised facts, then which are unknown. → `[n, 2 facts]`
    fn of_facts(&self, steps: &Steps) -> Result<Option<Tensor>> {
        let Some((statistics, _)) = &self.facts else {
            return Ok(None);
        };
        let known = statistics.apply(&steps.facts, &steps.known)?;
        let unknown = steps.known.f_neg()?.f_add_scalar(1.0)?;
        Ok(Some(Tensor::f_cat(&[known, unknown], 1)?))
    }

    /// What the head reads of the states and, where there is a summary, its logits. `n` inputs of `t` steps →
    /// `[n, features]`
    pub fn features(&self, steps: &Steps, mode: Mode) -> Result<Tensor> {
        let facts = self.of_facts(steps)?;
        let start = match (&self.facts, &facts) {
            (Some((_, linear)), Some(facts)) => linear.forward(facts)?.f_tanh()?,
            _ => {
                let n = steps.values.size().first().copied().unwrap_or(0);
                Tensor::f_zeros([n, self.hidden], (Kind::Float, steps.values.device()))?
            }
        };
        let states = self.states(steps, &start, mode)?; // [n, t, ways * hidden]
        let features = mode.dropout(self.read(&states)?)?;
        Ok(match &self.summary {
            Some(summary) => {
                let logits = summary.logits(steps, facts.as_ref())?;
                Tensor::f_cat(&[features, logits], 1)?
            }
            None => features,
        })
    }

    /// `[n, features]` → `[n, labels]`
    pub fn logits(&self, features: &Tensor) -> Result<Tensor> {
        let own = self.own_logits(features)?;
        Ok(match self.n_summaries() {
            0 => own,
            n => {
                let of_summary = features.f_narrow(1, -n, n)?;
                Tensor::f_cat(&[own, of_summary], 1)?.f_mean_dim(
                    [1_i64].as_slice(),
                    true,
                    Kind::Float,
                )?
            }
        })
    }

    /// Of the recurrent part alone, which is what learns. `[n, features]` → `[n, labels]`
    pub fn own_logits(&self, features: &Tensor) -> Result<Tensor> {
        let n_features = features.size2()?.1 - self.n_summaries();
        self.head.forward(&features.f_narrow(1, 0, n_features)?)
    }

    /// Models that read the summary.
    fn n_summaries(&self) -> i64 {
        self.summary.as_ref().map_or(0, Summary::n_models)
    }

    /// What the head reads of the states. `[n, t, k]` → `[n, k]` or `[n, 2 k]`
    fn read(&self, states: &Tensor) -> Result<Tensor> {
        Ok(match (self.readout, &self.backwards) {
            (Readout::Last, None) => states.f_select(1, -1)?,
            // Each way ends at its own end.
            (Readout::Last, Some(_)) => {
                let (end, start) = (states.f_select(1, -1)?, states.f_select(1, 0)?);
                let forwards = end.f_narrow(1, 0, self.hidden)?;
                let backwards = start.f_narrow(1, self.hidden, self.hidden)?;
                Tensor::f_cat(&[forwards, backwards], 1)?
            }
            (Readout::MeanMax, _) => {
                let mean = states.f_mean_dim([1_i64].as_slice(), false, Kind::Float)?;
                Tensor::f_cat(&[mean, states.f_amax([1_i64], false)?], 1)?
            }
            (Readout::Each(_), _) => states.f_flatten(1, 2)?,
        })
    }

    /// The state after each step. → `[n, t, ways * hidden]`
    fn states(&self, steps: &Steps, start: &Tensor, mode: Mode) -> Result<Tensor> {
        let last = self.values.apply(&steps.last, &steps.seen)?;
        let filled = match &self.decay {
            Some(decay) => last.f_mul(&decay.of_input(&steps.since)?)?,
            None => last,
        };
        let inputs = Tensor::f_cat(&[&filled, &steps.measured], 2)?;
        let inputs = match mode {
            Mode::Train { dropout } => Mode::Train {
                dropout: INPUT_DROPOUT * dropout,
            }
            .dropout(inputs)?,
            Mode::Eval => inputs,
        };
        match &self.decay {
            Some(decay) => self.decayed(&inputs, &decay.of_state(&steps.since)?, start),
            None => self.undecayed(&inputs, start),
        }
    }

    /// GRU or LSTM by libtorch's own loop.
    fn undecayed(&self, inputs: &Tensor, start: &Tensor) -> Result<Tensor> {
        let mut tensors = self.forwards.tensors().to_vec();
        let mut starts = vec![start];
        if let Some(backwards) = &self.backwards {
            tensors.extend(backwards.tensors());
            starts.push(start);
        }
        let (both, n) = (self.backwards.is_some(), tensors.len());
        let start = Tensor::f_stack(&starts, 0)?;
        debug_assert!(n == 4 || n == 8, "four tensors for each way");
        Ok(match self.cell {
            Cell::Lstm => {
                let cell = start.f_zeros_like()?;
                let state = [&start, &cell];
                inputs
                    .f_lstm(&state, &tensors, true, 1, 0.0, false, both, true)?
                    .0
            }
            Cell::Gru | Cell::GruD => {
                inputs
                    .f_gru(&start, &tensors, true, 1, 0.0, false, both, true)?
                    .0
            }
        })
    }

    /// GRU whose state decays before each step.
    fn decayed(&self, inputs: &Tensor, decay: &Tensor, start: &Tensor) -> Result<Tensor> {
        let Gates {
            weight_ih,
            weight_hh,
            bias_ih,
            bias_hh,
        } = &self.forwards;
        let of_inputs = inputs.f_linear(weight_ih, Some(bias_ih))?.f_unbind(1)?;
        let mut state = start.shallow_clone();
        let mut states = Vec::with_capacity(of_inputs.len());
        for (of_input, decay) in of_inputs.iter().zip(decay.f_unbind(1)?) {
            let before = state.f_mul(&decay)?;
            let of_state = before.f_linear(weight_hh, Some(bias_hh))?;
            let two = 2 * self.hidden;
            let gates = of_input
                .f_narrow(1, 0, two)?
                .f_add(&of_state.f_narrow(1, 0, two)?)?;
            let gates = gates.f_sigmoid()?;
            let (reset, update) = (
                gates.f_narrow(1, 0, self.hidden)?,
                gates.f_narrow(1, self.hidden, self.hidden)?,
            );
            let candidate = of_state.f_narrow(1, two, self.hidden)?.f_mul(&reset)?;
            let candidate = candidate
                .f_add(&of_input.f_narrow(1, two, self.hidden)?)?
                .f_tanh()?;
            // h = (1 - z) * candidate + z * before
            state = candidate.f_lerp_tensor(&before, &update)?;
            states.push(state.shallow_clone());
        }
        Ok(Tensor::f_stack(&states, 1)?)
    }
}
