//! Training an image model.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{
    Assets, Error, Fitted, Job, Opener, Recipe, Result, Split, Steps, Trainer,
    data::{Case, Content, named_places},
};
use crate::{
    model::{self, Bundle, Task},
    nn::{
        self, Net,
        train::{Knobs, augment::Augment, images},
    },
    prep::{ImageInput, ImageSpec, Input, Spec, prepare_scan},
    warnings::Warnings,
};

/// Images that are read at a time.
const N_READERS: usize = 4;

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

/// Every image as the model will read it, in the order of the cases. Several are read at a time: each goes through a
/// process of its own.
pub(super) fn prepare_all(
    job: &Job<'_>,
    cases: &[Case],
    spec: &ImageSpec,
    task: &Task,
) -> Result<Vec<ImageInput>> {
    let (open, next) = (job.open, AtomicUsize::new(0));
    let read = || {
        let mut done = Vec::new();
        while !task.is_cancelled() {
            let idx = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(idx) else {
                break;
            };
            done.push((idx, prepare(open, &case.content, spec)));
            task.report(done.len() * N_READERS, cases.len());
        }
        done
    };
    let mut prepared = thread::scope(|scope| {
        let start = |_| {
            let builder = thread::Builder::new().name("image reader".to_owned());
            // Where a thread cannot be started, the others read its share.
            builder.spawn_scoped(scope, read).ok()
        };
        let others: Vec<_> = (1..N_READERS).filter_map(start).collect();
        let mut all = read();
        for other in others {
            all.extend(other.join().unwrap_or_default());
        }
        all
    });
    if task.is_cancelled() {
        return Err(model::Error::Cancelled.into());
    }
    prepared.sort_by_key(|(idx, _)| *idx);
    let mut inputs = Vec::with_capacity(cases.len());
    let (mut unread, mut first_cause) = (Vec::new(), None);
    for ((_, prepared), case) in prepared.into_iter().zip(cases) {
        match prepared {
            Ok(input) => inputs.push(input),
            Err(cause) => {
                unread.push(case.place.as_str());
                first_cause.get_or_insert(cause);
            }
        }
    }
    match first_cause {
        None if inputs.len() == cases.len() => Ok(inputs),
        cause => Err(Error::Unread {
            n: cases.len() - inputs.len(),
            places: named_places(&unread),
            cause: cause.unwrap_or_else(|| "a reader came to an early end".to_owned()),
        }),
    }
}

/// The weights that the recipe begins with, if it names any.
fn start(job: &Job<'_>) -> Result<Option<Vec<u8>>> {
    let Some(start) = &job.recipe.start_from else {
        return Ok(None);
    };
    let Bundle {
        manifest,
        weights,
        members,
        ..
    } = Bundle::open(&start.folder(&job.out))?;
    let files = std::iter::once(weights).chain(members);
    let mut networks = manifest.networks().zip(files);
    let first = manifest.weights.sha256;
    let want = start.sha256.unwrap_or(first);
    match networks.find(|(it, _)| it.sha256 == want) {
        Some((_, weights)) => Ok(Some(weights)),
        None => Err(model::Error::Hash {
            what: "the weights to start from",
            want,
            found: first,
        }
        .into()),
    }
}

fn prepare(
    open: &Opener<'_>,
    content: &Content,
    spec: &ImageSpec,
) -> std::result::Result<ImageInput, String> {
    let prepared = match content {
        Content::File(path) => prepare_scan(&open(path)?, 0, spec, &Warnings::default()),
        Content::Frame { scan, frame_idx } => {
            prepare_scan(scan, *frame_idx, spec, &Warnings::default())
        }
        Content::Text(_) | Content::Series(_) | Content::Sequence(_) => {
            return Err("wanted an image, found another kind of case".to_owned());
        }
    };
    prepared.map_err(|it| it.to_string())
}

impl Trainer for ImageTrainer<'_> {
    fn fit(&self, run: &str, cases: Split<'_>, steps: &mut Steps<'_>) -> Result<Fitted> {
        let knobs = self.knobs.with_seed_shift(cases.seed_shift);
        // Weights start from the recipe's seed.
        nn::train::seed(knobs.seed);
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
            knobs: knobs.clone(),
        };
        let epoch = steps.run((run, cases.last_epoch), &vars, &mut learner, &knobs)?;
        let weights = nn::train::to_half(&mut vars)?;
        let rows = match &learner.held_out {
            Some(it) => images::logits(net.as_ref(), &it.pixels)?,
            None => Vec::new(),
        };
        Ok(Fitted {
            weights,
            rows,
            of_terms: Vec::new(),
            epoch,
        })
    }

    fn input(&self, case_idx: usize) -> Result<Input> {
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
