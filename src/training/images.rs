//! Training an image model.

use std::path::Path;

use super::{
    Assets, Error, Fitted, Job, Recipe, Result, Split, Steps, Trainer,
    data::{Case, Content},
};
use crate::{
    case::Scan,
    model::{self, Bundle, Task},
    nn::{
        self, Net,
        train::{Knobs, augment::Augment, images},
    },
    prep::{ImageInput, ImageSpec, Input, Spec, prepare_scan},
    warnings::Warnings,
};

/// Every image of the table, prepared once.
pub(super) struct ImageTrainer<'a> {
    recipe: &'a Recipe,
    spec: &'a ImageSpec,
    knobs: &'a Knobs,
    augment: &'a Augment,
    inputs: Vec<ImageInput>,
    /// The weights file to begin with.
    start: Option<Vec<u8>>,
    /// 0 where there is none; such cases are trained on by their degree, if at all.
    classes: Vec<usize>,
    /// What is learned in the place of the classes, where the recipe names degrees.
    degrees: Option<Vec<f64>>,
}

impl<'a> ImageTrainer<'a> {
    pub(super) fn new(
        job: &'a Job<'_>,
        cases: &[Case],
        knobs: &'a Knobs,
        augment: &'a Augment,
        task: &Task,
    ) -> Result<Self> {
        let recipe = &job.recipe;
        let Spec::Image(spec) = &recipe.prep else {
            return Err(Error::Recipe {
                cause: "images need `prep.kind = \"image\"`".to_owned(),
            });
        };
        let inputs = prepare_all(job, cases, spec, task)?;
        let classes = cases.iter().map(|it| it.class.unwrap_or(0)).collect();
        let degree = |it: &Case| it.degree.or(it.class.map(|it| it as f64)).unwrap_or(0.5);
        let degrees = recipe.source.degrees.as_ref();
        let degrees = degrees.map(|_| cases.iter().map(degree).collect());
        Ok(Self {
            recipe,
            spec,
            knobs,
            augment,
            inputs,
            start: start(job)?,
            classes,
            degrees,
        })
    }

    fn images(&self, cases: &[usize]) -> Result<images::Images> {
        let inputs: Vec<&ImageInput> = cases.iter().filter_map(|it| self.inputs.get(*it)).collect();
        let labels = cases
            .iter()
            .filter_map(|it| self.classes.get(*it).copied())
            .collect();
        let degrees = self.degrees.as_ref().map(|degrees| {
            let known = cases.iter().filter_map(|it| degrees.get(*it).copied());
            known.collect()
        });
        Ok(images::Images {
            degrees,
            ..images::Images::new(&inputs, labels)?
        })
    }
}

/// Every image as the model will read it.
pub(super) fn prepare_all(
    job: &Job<'_>,
    cases: &[Case],
    spec: &ImageSpec,
    task: &Task,
) -> Result<Vec<ImageInput>> {
    let mut inputs = Vec::with_capacity(cases.len());
    for (row, case) in cases.iter().enumerate() {
        if task.is_cancelled() {
            return Err(model::Error::Cancelled.into());
        }
        let Content::File(path) = &case.content else {
            return Err(Error::Recipe {
                cause: "images need `source.kind = \"images\"`".to_owned(),
            });
        };
        inputs.push(prepare(job.open, path, spec).map_err(|cause| Error::Case { row, cause })?);
        task.report(row + 1, cases.len());
    }
    Ok(inputs)
}

/// The weights that the recipe begins with, if it names any.
fn start(job: &Job<'_>) -> Result<Option<Vec<u8>>> {
    let Some(start) = &job.recipe.start_from else {
        return Ok(None);
    };
    let beside = job.out.parent().unwrap_or(Path::new("."));
    let Bundle {
        manifest,
        weights,
        members,
        ..
    } = Bundle::open(&beside.join(&start.bundle))?;
    let files = std::iter::once(weights).chain(members);
    let mut networks = manifest.networks().zip(files);
    match networks.find(|(it, _)| it.sha256 == start.sha256) {
        Some((_, weights)) => Ok(Some(weights)),
        None => Err(model::Error::Hash {
            what: "the weights to start from",
            want: start.sha256,
            found: manifest.weights.sha256,
        }
        .into()),
    }
}

fn prepare(
    open: &dyn Fn(&Path) -> std::result::Result<Scan, String>,
    path: &Path,
    spec: &ImageSpec,
) -> std::result::Result<ImageInput, String> {
    prepare_scan(&open(path)?, 0, spec, &Warnings::default()).map_err(|it| it.to_string())
}

impl Trainer for ImageTrainer<'_> {
    fn fit(&self, run: &str, cases: Split<'_>, steps: &mut Steps<'_>) -> Result<Fitted> {
        // Weights start from the recipe's seed.
        nn::train::seed(self.knobs.seed);
        let (mut vars, net) = nn::fresh(&self.recipe.network, self.recipe.labels.len())?;
        if let Some(weights) = &self.start {
            nn::train::start_from(&vars, weights)?;
        }
        let Net::Cnn(net) = &net else {
            return Err(Error::Recipe {
                cause: "images need a convolutional network".to_owned(),
            });
        };
        let held_out = if cases.held_out.is_empty() {
            None
        } else {
            Some(self.images(cases.held_out)?)
        };
        let mut learner = images::ImageLearner {
            net: net.as_ref(),
            train: self.images(cases.train)?,
            held_out,
            output: self.recipe.output,
            augment: self.augment.clone(),
            mean: f64::from(self.spec.mean),
            std: f64::from(self.spec.std),
            knobs: self.knobs.clone(),
        };
        let (checkpoint, task) = (steps.checkpoint(run), steps.task);
        nn::train::run(
            &vars,
            &mut learner,
            self.knobs,
            Some(&checkpoint),
            task,
            &mut |it| steps.tell(run, it),
        )?;
        let weights = nn::train::to_half(&mut vars)?;
        let rows = match &learner.held_out {
            Some(it) => images::logits(net.as_ref(), &it.pixels)?,
            None => Vec::new(),
        };
        Ok(Fitted { weights, rows })
    }

    fn input(&self, case_idx: usize, _hide_names: bool) -> Result<Input> {
        let missing = || Error::NoCases {
            part: format!("row {case_idx}"),
        };
        Ok(Input::Image(
            self.inputs.get(case_idx).ok_or_else(missing)?.clone(),
        ))
    }

    fn assets(&self) -> Assets {
        Assets {
            network: self.recipe.network.clone(),
            tokenizer: None,
        }
    }
}
