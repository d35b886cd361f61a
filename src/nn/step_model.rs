//! A recurrent network as a [`Model`].

use super::{
    Result,
    layer::Mode,
    loaded::{Loaded, rows},
    rnn::{Recurrent, Steps},
    tuning,
};
use crate::{
    model::{
        Attribution, AttributionValues, Error, Logits, Manifest, Model, Network, StepAttribution,
        Task,
    },
    nn::attribute::Steps as Progress,
    prediction::{Engine, LabelIdx, Method},
    prep::{Input, Spec, StepInput},
};

/// Inputs that go through the network together.
const BATCH: usize = 64;
/// Cells of the time axis of an explanation, at most.
const MOST_CELLS: usize = 64;

/// A recurrent network with its weights. There is one form: the plain one.
pub(super) struct StepModel {
    pub(super) loaded: Loaded,
    pub(super) network: Recurrent,
}

impl Model for StepModel {
    fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    fn engine(&self) -> Engine {
        self.loaded.engine
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>> {
        let all = inputs
            .iter()
            .map(|it| self.steps(it))
            .collect::<Result<Vec<_>>>()?;
        let mut answers = Vec::with_capacity(inputs.len());
        // Only what has as many steps goes together.
        for alike in all.chunk_by(|a, b| a.n_steps == b.n_steps) {
            for batch in alike.chunks(BATCH) {
                answers.extend(self.answer(batch.iter().copied())?);
            }
        }
        Ok(answers)
    }

    fn explain(
        &mut self,
        input: &Input,
        label: LabelIdx,
        method: Method,
        task: &Task,
    ) -> Result<Attribution> {
        self.loaded.manifest.check_label(label)?;
        if method != Method::Occlusion {
            return Err(Error::Method {
                found: method.name(),
            });
        }
        let input = self.steps(input)?;
        let values = match &self.loaded.manifest.prep {
            Spec::Sequence(_) => self.without_each_base(input, label, task)?,
            Spec::Series(_) | Spec::Image(_) | Spec::Text(_) | Spec::Question(_) => {
                self.without_each_cell(input, label, task)?
            }
        };
        Ok(Attribution {
            values: AttributionValues::Steps(values),
            completeness_gap: None,
        })
    }
}

impl StepModel {
    /// The steps, if they fit the network.
    fn steps<'a>(&self, input: &'a Input) -> Result<&'a StepInput> {
        let wrong = |want: String, found: String| Error::Input { want, found };
        let (Network::Recurrent(network), Input::Steps(steps)) =
            (&self.loaded.manifest.network, input)
        else {
            return Err(wrong("steps".to_owned(), "another input".to_owned()));
        };
        let (want, found) = (
            [network.channels, network.facts],
            [steps.n_channels, steps.facts.len()],
        );
        if want != found || steps.n_steps == 0 {
            return Err(wrong(
                format!("steps of {want:?} channels and facts"),
                format!("{} steps of {found:?}", steps.n_steps),
            ));
        }
        Ok(steps)
    }

    fn answer<'a>(&self, inputs: impl IntoIterator<Item = &'a StepInput>) -> Result<Vec<Logits>> {
        tuning::suit_the_load();
        let steps = Steps::new(inputs)?;
        let (features, logits) = tch::no_grad(|| -> Result<_> {
            let features = self.network.features(&steps, Mode::Eval)?;
            let logits = self.network.logits(&features)?;
            Ok((features, logits))
        })?;
        let pairs = rows(&logits)?.into_iter().zip(rows(&features)?);
        pairs
            .map(|(values, features)| Logits::single(values, features))
            .collect()
    }

    /// How far the logit of `input` lies above that of each of the others.
    fn falls(
        &self,
        input: &StepInput,
        others: &[StepInput],
        label: LabelIdx,
        task: &Task,
    ) -> Result<Vec<f32>> {
        let mut progress = Progress::new(task, others.len());
        let logit = |it: &Logits| it.values.get(label.0).copied().unwrap_or(f32::NAN);
        let whole = self.answer([input])?.first().map_or(f32::NAN, logit);
        let mut falls = Vec::with_capacity(others.len());
        for batch in others.chunks(BATCH) {
            falls.extend(self.answer(batch)?.iter().map(|it| whole - logit(it)));
            progress.advance(batch.len())?;
        }
        Ok(falls)
    }

    /// Leaves out each channel in each cell of time where it was measured, each channel altogether, and each fact.
    fn without_each_cell(
        &self,
        input: &StepInput,
        label: LabelIdx,
        task: &Task,
    ) -> Result<StepAttribution> {
        let cell_steps = cell_steps(input.n_steps);
        let n_cells = input.n_steps.div_ceil(cell_steps);
        let mut others = Vec::new();
        let mut places = Vec::new();
        for channel in 0..input.n_channels {
            for cell in 0..n_cells {
                let part = cell * cell_steps..(cell + 1) * cell_steps;
                if let Some(other) = without(input, channel, part) {
                    places.push(Place::Cell { channel, cell });
                    others.push(other);
                }
            }
            if let Some(other) = without(input, channel, 0..input.n_steps) {
                places.push(Place::Channel(channel));
                others.push(other);
            }
        }
        for (fact, value) in input.facts.iter().enumerate() {
            if value.is_finite() {
                let mut other = input.clone();
                other
                    .facts
                    .iter_mut()
                    .skip(fact)
                    .take(1)
                    .for_each(|it| *it = f32::NAN);
                places.push(Place::Fact(fact));
                others.push(other);
            }
        }
        let falls = self.falls(input, &others, label, task)?;
        let mut found = StepAttribution {
            cell_steps,
            cells: vec![vec![0.0; n_cells]; input.n_channels],
            channels: vec![0.0; input.n_channels],
            facts: vec![0.0; input.facts.len()],
        };
        for (place, fall) in places.into_iter().zip(falls) {
            let spot = match place {
                Place::Cell { channel, cell } => {
                    found.cells.get_mut(channel).and_then(|it| it.get_mut(cell))
                }
                Place::Channel(channel) => found.channels.get_mut(channel),
                Place::Fact(fact) => found.facts.get_mut(fact),
            };
            if let Some(spot) = spot {
                *spot = fall;
            }
        }
        Ok(found)
    }

    /// Replaces each base by an even mixture of all.
    fn without_each_base(
        &self,
        input: &StepInput,
        label: LabelIdx,
        task: &Task,
    ) -> Result<StepAttribution> {
        let n_channels = input.n_channels;
        let even = 1.0 / n_channels.max(1) as f32;
        let without = |step: usize| {
            let mut other = input.clone();
            let values = other.values.iter_mut().skip(step * n_channels);
            values.take(n_channels).for_each(|it| *it = even);
            other
        };
        let others: Vec<StepInput> = (0..input.n_steps).map(without).collect();
        Ok(StepAttribution {
            cell_steps: 1,
            cells: vec![self.falls(input, &others, label, task)?],
            channels: Vec::new(),
            facts: Vec::new(),
        })
    }
}

/// What was left out.
enum Place {
    Cell { channel: usize, cell: usize },
    Channel(usize),
    Fact(usize),
}

/// A twelfth of the window of 48 hours, or as many as keep the cells few.
fn cell_steps(n_steps: usize) -> usize {
    match n_steps {
        0..=24 => 1,
        _ => 4_usize.max(n_steps.div_ceil(MOST_CELLS)),
    }
}

/// The input without what a channel has in some steps; `None` if it has nothing there.
fn without(input: &StepInput, channel: usize, part: std::ops::Range<usize>) -> Option<StepInput> {
    let mut other = input.clone();
    let rows = other.values.chunks_mut(input.n_channels.max(1));
    let mut has_value = false;
    for row in rows.skip(part.start).take(part.len()) {
        let value = row.get_mut(channel)?;
        has_value |= value.is_finite();
        *value = f32::NAN;
    }
    has_value.then_some(other)
}
