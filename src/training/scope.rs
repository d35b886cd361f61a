//! What the bundle will refuse: fitted on the training pictures, limited by the held-out ones, and tried on pictures
//! of other kinds.

use std::{fs, path::Path};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde::{Deserialize, Serialize};

use super::{Error, Job, Recipe, Result, Trainer, data::Case};
use crate::{
    disk::Sha256,
    model::{
        Task,
        manifest::{FileRef, Metric},
        scope::{HeaderScope, LayoutScope, LungScope, Scope, write_layout},
    },
    prediction::Estimate,
    prep::{
        ImageInput, ImageSpec, Input, Spec,
        layout::{Turn, layout, turned},
        prepare_scan,
    },
    stats::{self, Gaussian, Interval},
    warnings::Warnings,
};

/// The file that holds the fitted distance.
pub(super) const FILE: &str = "scope.safetensors";
/// Pictures of another kind that are looked at.
const N_STRANGERS: usize = 500;
const SEED: u64 = 20_261_124;

/// What a bundle refuses, `[scope]` of a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeRecipe {
    #[serde(default)]
    pub header: HeaderScope,
    /// Part of the held-out pictures that may look too unusual; sets the limit of the layout distance.
    pub refuse: f64,
    /// For a crop in Hounsfield units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lung: Option<LungScope>,
    /// Pictures of other kinds, by what they are called: folders below the data folder.
    #[serde(default)]
    pub strangers: std::collections::BTreeMap<String, String>,
}

/// A fitted scope.
pub(super) struct Fitted<'a> {
    recipe: &'a ScopeRecipe,
    spec: &'a ImageSpec,
    fit: Gaussian,
    pub(super) scope: Scope,
    pub(super) file: Vec<u8>,
}

/// Fits the layout distance on all training pictures, and its limit on those of the held-out folds, each fold measured
/// by a fit on all others. `None` for a recipe without a scope.
pub(super) fn fit<'a>(
    recipe: &'a Recipe,
    cases: &[Case],
    pool: &[usize],
    trainer: &dyn Trainer,
) -> Result<Option<Fitted<'a>>> {
    let (Some(scope), Spec::Image(spec)) = (&recipe.scope, &recipe.prep) else {
        return Ok(None);
    };
    let mut layouts = Vec::with_capacity(pool.len());
    for case_idx in pool {
        let fold = cases.get(*case_idx).map_or("", |it| it.fold.as_str());
        layouts.push((fold, layout(&image(trainer.input(*case_idx)?)?, spec)));
    }
    let fit = gaussian(layouts.iter().map(|(_, it)| it))?;
    let mut distances = Vec::new();
    for held_out in &recipe.hold_out {
        let (inside, outside): (Vec<_>, Vec<_>) =
            layouts.iter().partition(|(fold, _)| fold == held_out);
        let others = gaussian(outside.into_iter().map(|(_, it)| it))?;
        distances.extend(inside.iter().filter_map(|(_, it)| others.distance(it)));
    }
    distances.sort_by(f64::total_cmp);
    let n_within = ((1.0 - scope.refuse) * distances.len() as f64).ceil() as usize;
    let limit = distances
        .get(n_within.saturating_sub(1))
        .copied()
        .unwrap_or(0.0) as f32;
    let n_refused = distances
        .iter()
        .filter(|it| f64::from(limit) < **it)
        .count();
    let file = write_layout(&fit)?;
    let layout = LayoutScope {
        fit: FileRef {
            file: FILE.to_owned(),
            sha256: Sha256::of(&file),
        },
        limit,
        n_fitted: layouts.len(),
        n_held_out: distances.len(),
        refused: n_refused as f32 / distances.len().max(1) as f32,
    };
    Ok(Some(Fitted {
        recipe: scope,
        spec,
        fit,
        scope: Scope {
            header: scope.header.clone(),
            layout: Some(layout),
            lung: scope.lung,
        },
        file,
    }))
}

fn gaussian<'a>(layouts: impl Iterator<Item = &'a Vec<f64>>) -> Result<Gaussian> {
    Gaussian::fit(&layouts.cloned().collect::<Vec<_>>()).ok_or_else(|| Error::NoCases {
        part: "the folds that the scope is fitted on".to_owned(),
    })
}

impl Fitted<'_> {
    /// How many of the test pictures are refused, and how many of each other kind: the test pictures themselves as
    /// negatives and turned, noise, and the recipe's strangers.
    pub(super) fn measure(
        &self,
        job: &Job<'_>,
        test: &[Input],
        task: &Task,
    ) -> Result<Vec<Metric>> {
        let test: Vec<&ImageInput> = test
            .iter()
            .filter_map(|it| match it {
                Input::Image(image) => Some(image),
                Input::Text(_) | Input::Steps(_) => None,
            })
            .collect();
        let own: Vec<f64> = test.iter().filter_map(|it| self.distance(it)).collect();
        let mut metrics = vec![refused("test", &own, 0, self.limit())];
        let turns = [
            (Turn::Negative, "negatives of the test pictures"),
            (Turn::Right, "test pictures turned by 90 degrees clockwise"),
            (
                Turn::Left,
                "test pictures turned by 90 degrees against the clock",
            ),
            (Turn::Half, "test pictures turned by 180 degrees"),
        ];
        // The surroundings of a point have no upper side.
        let n_turns = if self.spec.crop.is_some() {
            1
        } else {
            turns.len()
        };
        for (turn, name) in turns.into_iter().take(n_turns) {
            let inputs = test.iter().filter_map(|it| turned(it, self.spec, turn));
            let found: Vec<f64> = inputs.filter_map(|it| self.distance(&it)).collect();
            metrics.extend(self.against(name, &own, &found, 0));
        }
        let noise: Vec<f64> = self.noise().filter_map(|it| self.distance(&it)).collect();
        metrics.extend(self.against("noise", &own, &noise, 0));
        for (name, folder) in &self.recipe.strangers {
            let (found, n_unread) = self.strangers(job, &job.data.join(folder), task)?;
            metrics.extend(self.against(name, &own, &found, n_unread));
        }
        Ok(metrics)
    }

    fn limit(&self) -> f64 {
        let layout = self.scope.layout.as_ref();
        layout.map_or(f64::INFINITY, |it| f64::from(it.limit))
    }

    fn distance(&self, image: &ImageInput) -> Option<f64> {
        self.fit.distance(&layout(image, self.spec))
    }

    /// Each pixel on its own, evenly over 0..1.
    fn noise(&self) -> impl Iterator<Item = ImageInput> {
        let mut random = StdRng::seed_from_u64(SEED);
        let spec = self.spec;
        (0..N_STRANGERS).map(move |_| ImageInput {
            channels: spec.channels,
            height: spec.height,
            width: spec.width,
            values: (0..spec.channels * spec.height * spec.width)
                .map(|_| (random.random::<f32>() - spec.mean) / spec.std)
                .collect(),
            scan_from_input: crate::prediction::Affine2::IDENTITY,
        })
    }

    /// Distances of the pictures of a folder, evenly spread over their names, and how many could not become an input
    /// at all: colour photographs and blank pictures are refused by `prep` already.
    fn strangers(&self, job: &Job<'_>, folder: &Path, task: &Task) -> Result<(Vec<f64>, usize)> {
        let listed = fs::read_dir(folder).map_err(|source| crate::disk::Error::Io {
            action: "list",
            path: crate::privacy::Phi::new(folder.to_owned()),
            source,
        })?;
        let mut files: Vec<_> = listed.filter_map(|it| Some(it.ok()?.path())).collect();
        files.sort();
        let step = files.len().div_ceil(N_STRANGERS).max(1);
        let (mut found, mut n_unread) = (Vec::new(), 0);
        for file in files.iter().step_by(step) {
            if task.is_cancelled() {
                return Err(crate::model::Error::Cancelled.into());
            }
            let scan = (job.open)(file).ok();
            let input =
                scan.and_then(|it| prepare_scan(&it, 0, self.spec, &Warnings::default()).ok());
            match input.and_then(|it| self.distance(&it)) {
                Some(distance) => found.push(distance),
                None => n_unread += 1,
            }
        }
        Ok((found, n_unread))
    }

    /// How well the distance tells a kind of picture from the test pictures, and how many of it are refused.
    fn against(&self, name: &str, own: &[f64], found: &[f64], n_unread: usize) -> Vec<Metric> {
        let scores = [own, found].concat();
        let is_stranger: Vec<bool> = (0..scores.len()).map(|it| own.len() <= it).collect();
        let auroc = stats::auroc(&scores, &is_stranger).map(|it| {
            let Interval { low, high } = it.interval();
            Metric {
                name: "AUROC of the layout distance".to_owned(),
                set: format!("test against {name}"),
                estimate: Estimate {
                    value: it.value,
                    low,
                    high,
                    n: scores.len(),
                },
            }
        });
        let refused = refused(name, found, n_unread, self.limit());
        auroc.into_iter().chain([refused]).collect()
    }
}

/// The part of pictures that gets no answer, with Wilson's interval.
fn refused(set: &str, distances: &[f64], n_unread: usize, limit: f64) -> Metric {
    let n_refused = n_unread + distances.iter().filter(|it| limit < **it).count();
    let n = n_unread + distances.len();
    let Interval { low, high } = stats::wilson(n_refused, n);
    Metric {
        name: "refused as out of scope".to_owned(),
        set: set.to_owned(),
        estimate: Estimate {
            value: n_refused as f64 / n.max(1) as f64,
            low,
            high,
            n,
        },
    }
}

fn image(input: Input) -> Result<ImageInput> {
    match input {
        Input::Image(image) => Ok(image),
        Input::Text(_) | Input::Steps(_) => Err(Error::Recipe {
            cause: "a scope needs images".to_owned(),
        }),
    }
}
