//! Networks of one kind that answer together (deep ensembles: Lakshminarayanan et al. 2017,
//! <https://arxiv.org/abs/1612.01474>): the mean of their logits, with each one's kept, and the mean of their influences.

use super::Result;
use crate::{
    model::{
        Attribution, AttributionValues, Error, Logits, Manifest, Model, StepAttribution, Task,
    },
    prediction::{Engine, LabelIdx, Method},
    prep::Input,
};

/// At least two networks.
pub(super) struct Ensemble {
    manifest: Manifest,
    engine: Engine,
    networks: Vec<Box<dyn Model>>,
}

impl Ensemble {
    /// One model of the networks that a manifest names; a single one is its own answer.
    pub(super) fn of(manifest: &Manifest, networks: Vec<Box<dyn Model>>) -> Result<Box<dyn Model>> {
        let (want, found) = (manifest.networks().count(), networks.len());
        let (true, Some(first)) = (want == found, networks.first()) else {
            return Err(Error::Input {
                want: format!("{want} weights files, as in the manifest"),
                found: found.to_string(),
            });
        };
        let engine = first.engine();
        Ok(match <[_; 1]>::try_from(networks) {
            Ok([only]) => only,
            Err(networks) => Box::new(Self {
                manifest: manifest.clone(),
                engine,
                networks,
            }),
        })
    }
}

impl Model for Ensemble {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn engine(&self) -> Engine {
        self.engine
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>> {
        let nothing = Logits {
            values: Vec::new(),
            features: Vec::new(),
            members: Vec::new(),
        };
        let mut answers = vec![nothing; inputs.len()];
        for network in &mut self.networks {
            for (answer, one) in answers.iter_mut().zip(network.logits(inputs)?) {
                answer.features.extend(one.features);
                answer.members.push(one.values);
            }
        }
        for answer in &mut answers {
            answer.values = mean(&answer.members);
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
        let n_networks = self.networks.len();
        let each = self.networks.iter_mut().enumerate().map(|(idx, network)| {
            let part = task.part(idx, n_networks);
            network.explain(input, label, method, &part)
        });
        mean_attribution(&each.collect::<Result<Vec<_>>>()?)
    }
}

/// Place by place; all rows have the length of the first.
fn mean(rows: &[Vec<f32>]) -> Vec<f32> {
    let n_places = rows.first().map_or(0, Vec::len);
    let at = |place: usize| {
        let values = rows.iter().filter_map(|it| it.get(place));
        values.map(|it| f64::from(*it)).sum::<f64>() / rows.len() as f64
    };
    (0..n_places).map(|it| at(it) as f32).collect()
}

/// The influence on the mean of the logits. The mean of the completeness gaps is at least the gap of the mean.
fn mean_attribution(each: &[Attribution]) -> Result<Attribution> {
    let gaps: Option<Vec<f32>> = each.iter().map(|it| it.completeness_gap).collect();
    let completeness_gap = gaps.map(|it| it.iter().sum::<f32>() / it.len() as f32);
    let values = match each.first().map(|it| &it.values) {
        Some(AttributionValues::Map { width, height, .. }) => AttributionValues::Map {
            width: *width,
            height: *height,
            values: mean(&maps(each)),
        },
        Some(AttributionValues::Tokens(windows)) => {
            let window = |idx: usize| mean(&tokens(each, idx));
            AttributionValues::Tokens((0..windows.len()).map(window).collect())
        }
        Some(AttributionValues::Steps(first)) => {
            AttributionValues::Steps(mean_of_steps(first, each))
        }
        None => {
            return Err(Error::Input {
                want: "an influence from each network".to_owned(),
                found: "none".to_owned(),
            });
        }
    };
    Ok(Attribution {
        values,
        completeness_gap,
    })
}

/// What all networks give to cells, channels and facts. `first` has the shape of all.
fn mean_of_steps(first: &StepAttribution, each: &[Attribution]) -> StepAttribution {
    let all: Vec<&StepAttribution> = each
        .iter()
        .filter_map(|it| match &it.values {
            AttributionValues::Steps(steps) => Some(steps),
            AttributionValues::Map { .. } | AttributionValues::Tokens(_) => None,
        })
        .collect();
    let of = |part: &dyn Fn(&StepAttribution) -> Vec<f32>| {
        mean(&all.iter().map(|it| part(it)).collect::<Vec<_>>())
    };
    let row = |channel: usize| of(&|it| it.cells.get(channel).cloned().unwrap_or_default());
    StepAttribution {
        cell_steps: first.cell_steps,
        cells: (0..first.cells.len()).map(row).collect(),
        channels: of(&|it| it.channels.clone()),
        facts: of(&|it| it.facts.clone()),
    }
}

/// The maps of all networks. One kind of network on one input gives maps of one size.
fn maps(each: &[Attribution]) -> Vec<Vec<f32>> {
    let map = |it: &Attribution| match &it.values {
        AttributionValues::Map { values, .. } => Some(values.clone()),
        AttributionValues::Tokens(_) | AttributionValues::Steps(_) => None,
    };
    each.iter().filter_map(map).collect()
}

/// What all networks give to the tokens of one window.
fn tokens(each: &[Attribution], window_idx: usize) -> Vec<Vec<f32>> {
    let window = |it: &Attribution| match &it.values {
        AttributionValues::Map { .. } | AttributionValues::Steps(_) => None,
        AttributionValues::Tokens(windows) => windows.get(window_idx).cloned(),
    };
    each.iter().filter_map(window).collect()
}
