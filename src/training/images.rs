//! Training an image model.

use std::path::Path;

use super::{
    Assets, Error, Fitted, Job, Recipe, Result, Split, Steps, Trainer,
    data::{Case, Content},
};
use crate::{
    case::Scan,
    model::{self, Task},
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
    /// 0 where there is none; such cases are never trained on.
    classes: Vec<usize>,
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
        let classes = cases.iter().map(|it| it.class.unwrap_or(0)).collect();
        Ok(Self {
            recipe,
            spec,
            knobs,
            augment,
            inputs,
            classes,
        })
    }

    fn images(&self, cases: &[usize]) -> Result<images::Images> {
        let inputs: Vec<&ImageInput> = cases.iter().filter_map(|it| self.inputs.get(*it)).collect();
        let labels = cases
            .iter()
            .filter_map(|it| self.classes.get(*it).copied())
            .collect();
        Ok(images::Images::new(&inputs, labels)?)
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
