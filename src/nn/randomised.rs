//! The randomisation test of explanation methods (Adebayo et al. 2018, <https://arxiv.org/abs/1810.03292>): weights are
//! made random layer by layer from the head down, and maps must lose their likeness to those of the trained network. A
//! method passes if, with all weights random, its maps are less alike than those of two different pictures (the baseline of
//! Arun et al. 2021, <https://doi.org/10.1148/ryai.2021200267>).

use std::collections::{BTreeMap, BTreeSet};

use tch::Tensor;

use super::{Options, Result, fresh, params::Weights, together, train};
use crate::{
    model::{AttributionValues, Error, Manifest, Model, Task, manifest::ExplanationTest},
    prediction::{Form, LabelIdx, Method},
    prep::Input,
    stats::{Plane, structural_similarity},
};

/// Pictures for a method that costs a few passes through the network, for occlusion, and for RISE.
const N_QUICK: usize = 16;
const N_OCCLUSION: usize = 8;
const N_RISE: usize = 4;
/// Random networks at each step; the pictures take turns.
const N_NETWORKS: usize = 3;
/// Maps are compared at this many cells on a side.
const EDGE: usize = 64;
/// The random networks are the same each time.
const SEED: u64 = 20_261_126;

/// Puts every method of a model to the test, with a weights file for each of its networks, on pictures spread evenly over
/// `inputs`. Each picture is
/// explained for the label that the trained network finds most likely.
///
/// # Errors
/// No pictures, weights that do not fit, or a cancelled task.
pub fn test_explanations(
    manifest: &Manifest,
    files: &[&[u8]],
    inputs: &[Input],
    threads: usize,
    task: &Task,
    on_test: &mut dyn FnMut(&ExplanationTest),
) -> Result<Vec<ExplanationTest>> {
    let weights = files
        .iter()
        .map(|it| Weights::parse(it))
        .collect::<Result<_>>()?;
    let bench = Bench::new(manifest, weights, threads)?;
    let pictures: Vec<&Input> = spread(inputs, N_QUICK);
    if pictures.is_empty() {
        return Err(Error::Input {
            want: "pictures to test explanations on".to_owned(),
            found: "none".to_owned(),
        });
    }
    let mut tests = Vec::new();
    for method in manifest.network.methods() {
        let (n, is_slow) = match method {
            Method::Occlusion => (N_OCCLUSION, true),
            Method::Rise => (N_RISE, true),
            _ => (N_QUICK, false),
        };
        let Some(test) = bench.test(*method, &spread(inputs, n), is_slow, task)? else {
            continue;
        };
        on_test(&test);
        tests.push(test);
    }
    Ok(tests)
}

/// At most `n`, evenly.
fn spread(inputs: &[Input], n: usize) -> Vec<&Input> {
    let step = inputs.len().div_ceil(n.max(1)).max(1);
    inputs.iter().step_by(step).take(n).collect()
}

/// The trained weights of each network, and their names in the order of the cascade.
struct Bench<'a> {
    manifest: &'a Manifest,
    weights: Vec<Weights>,
    /// From the head down; each holds the names of one layer or stage.
    layers: Vec<Vec<String>>,
    options: Options,
}

impl<'a> Bench<'a> {
    fn new(manifest: &'a Manifest, weights: Vec<Weights>, threads: usize) -> Result<Self> {
        let (vars, _) = fresh(&manifest.network, manifest.labels.len())?;
        let mut layers: BTreeMap<Depth, Vec<String>> = BTreeMap::new();
        let names: BTreeSet<String> = vars.variables().into_keys().collect();
        for name in names {
            let depth = Depth::of(&name, manifest.network.head_name());
            layers.entry(depth).or_default().push(name);
        }
        Ok(Self {
            manifest,
            weights,
            layers: layers.into_values().rev().collect(),
            options: Options {
                form: Form::Plain,
                threads,
                ..Options::default()
            },
        })
    }

    /// `None` where no picture gives a map that names anything.
    fn test(
        &self,
        method: Method,
        inputs: &[&Input],
        is_slow: bool,
        task: &Task,
    ) -> Result<Option<ExplanationTest>> {
        let weights = self.weights.iter().map(Weights::share).collect();
        let mut trained = together(self.manifest, (weights, None), self.options)?;
        let mut before = Vec::new();
        for input in inputs {
            let label = most_likely(trained.as_mut(), input)?;
            let map = map(trained.as_mut(), input, label, method, task)?;
            // A blank map cannot lose its likeness.
            before.extend(map.map(|it| (*input, label, it)));
        }
        if before.len() < 2 {
            return Ok(None);
        }
        let first_step = if is_slow { self.layers.len() } else { 1 };
        let mut cascade = Vec::new();
        for n_layers in first_step..=self.layers.len() {
            cascade.push(self.likeness(method, &before, n_layers, task)?);
        }
        let pairs = before.iter().enumerate().flat_map(|(idx, one)| {
            let others = before.iter().skip(idx + 1);
            others.filter_map(|other| structural_similarity(&one.2, &other.2))
        });
        let baseline = mean(pairs);
        let ssim = cascade.last().copied().unwrap_or(1.0);
        Ok(Some(ExplanationTest {
            method,
            ssim,
            baseline,
            cascade: if is_slow { Vec::new() } else { cascade },
            n: before.len(),
            passes: ssim < baseline,
        }))
    }

    /// How alike maps are after the first `n_layers` from the head down were made random.
    fn likeness(
        &self,
        method: Method,
        before: &[(&Input, LabelIdx, Plane)],
        n_layers: usize,
        task: &Task,
    ) -> Result<f64> {
        let mut found = Vec::new();
        for network in 0..N_NETWORKS.min(before.len()) {
            let mut model = self.randomised(n_layers, network as u64)?;
            for (input, label, before) in before.iter().skip(network).step_by(N_NETWORKS) {
                let after = map(model.as_mut(), input, *label, method, task)?;
                // A map that names nothing has nothing in common with one that does.
                let likeness = after.and_then(|it| structural_similarity(before, &it));
                found.push(likeness.unwrap_or(0.0));
            }
        }
        Ok(mean(found.into_iter()))
    }

    fn randomised(&self, n_layers: usize, seed: u64) -> Result<Box<dyn Model>> {
        train::seed(SEED + seed);
        let weights = self.weights.iter().map(|it| self.with_random(it, n_layers));
        together(
            self.manifest,
            (weights.collect::<Result<_>>()?, None),
            self.options,
        )
    }

    fn with_random(&self, weights: &Weights, n_layers: usize) -> Result<Weights> {
        let (vars, _) = fresh(&self.manifest.network, self.manifest.labels.len())?;
        let mut variables = vars.variables();
        let names = self.layers.iter().take(n_layers).flatten();
        let random: Vec<(String, Tensor)> = names
            .filter_map(|it| variables.remove_entry(it))
            .map(|(name, tensor)| Ok((name, tensor.f_detach()?.f_contiguous()?)))
            .collect::<Result<_>>()?;
        Ok(weights.with(random))
    }
}

/// How deep a parameter lies: larger is nearer to the head. In half stages, so that it can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Depth(usize);

impl Depth {
    /// By torchvision's names: the stem has none or 0, stages count from 1, and a transition follows its block.
    fn of(name: &str, head: &str) -> Self {
        if name.starts_with(head) {
            return Self(usize::MAX);
        }
        let part = name.strip_prefix("features.").unwrap_or(name);
        let part = part.split('.').next().unwrap_or_default();
        let kind = part.trim_end_matches(|it: char| it.is_ascii_digit());
        let number: usize = part
            .strip_prefix(kind)
            .and_then(|it| it.parse().ok())
            .unwrap_or(0);
        // `conv1` and `bn1` beside `layer1` are the stem.
        let is_stem = matches!(part, "conv1" | "bn1");
        Self(match kind {
            _ if is_stem => 0,
            "transition" => 2 * number + 1,
            _ => 2 * number,
        })
    }
}

fn most_likely(model: &mut dyn Model, input: &Input) -> Result<LabelIdx> {
    let answers = model.logits(std::slice::from_ref(input))?;
    let values = answers
        .into_iter()
        .next()
        .map(|it| it.values)
        .unwrap_or_default();
    let ranked = values
        .iter()
        .enumerate()
        .max_by(|(_, a), (_, b)| a.total_cmp(b));
    Ok(LabelIdx(ranked.map_or(0, |(idx, _)| idx)))
}

/// What speaks for the label, as it is drawn: at one size, from 0 to 1. `None` for a map that names nothing.
fn map(
    model: &mut dyn Model,
    input: &Input,
    label: LabelIdx,
    method: Method,
    task: &Task,
) -> Result<Option<Plane>> {
    let AttributionValues::Map {
        width,
        height,
        values,
    } = model.explain(input, label, method, task)?.values
    else {
        return Ok(None);
    };
    let positive: Vec<f32> = values.iter().map(|it| it.max(0.0)).collect();
    let plane = Plane::new((width, height), &positive).resampled(EDGE, EDGE);
    Ok(plane.in_unit_range())
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), it| (sum + it, n + 1.0));
    sum / f64::max(n, 1.0)
}

#[cfg(test)]
mod tests {
    use super::Depth;

    #[test]
    fn the_cascade_goes_from_the_head_to_the_stem() {
        let order = |names: &[&str], head: &str| {
            let depths: Vec<Depth> = names.iter().map(|it| Depth::of(it, head)).collect();
            assert!(
                depths.windows(2).all(|it| it[1] < it[0]),
                "{names:?}: {depths:?}"
            );
        };
        order(
            &[
                "fc.weight",
                "layer3.0.conv1.weight",
                "layer2.1.bn2.bias",
                "layer1.0.conv1.weight",
                "conv1.weight",
            ],
            "fc",
        );
        order(
            &[
                "classifier.bias",
                "features.norm5.weight",
                "features.denseblock4.denselayer1.conv1.weight",
                "features.transition3.conv.weight",
                "features.denseblock3.denselayer1.conv1.weight",
                "features.norm0.weight",
            ],
            "classifier",
        );
        assert_eq!(
            Depth::of("bn1.weight", "fc"),
            Depth::of("conv1.weight", "fc")
        );
    }
}
