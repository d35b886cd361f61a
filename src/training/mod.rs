//! `wardlight train`: from a recipe and a folder of data to a bundle with its own evaluation inside.
//!
//! 1. read the table, prepare every case as the model will read it;
//! 2. hold out one fold after the other ([`Recipe::hold_out`]), train on the others, keep the answers on it;
//! 3. fit temperature and operating points on those answers;
//! 4. train on all folds, unless the networks of step 2 are what ships ([`recipe::Ships`]), and fit what the bundle
//!    refuses ([`scope`]);
//! 5. write the bundle, load it as anyone would, and evaluate the test part with it, once;
//! 6. put the explanation methods to their randomisation test, and write figures and card.
//!
//! The loop itself is [`crate::nn::train`].

mod aside;
mod bundle;
mod card;
pub mod data;
pub mod evaluate;
mod finished;
mod images;
mod linear;
mod questions;
pub mod recipe;
pub mod scope;
mod steps;
mod terms;
mod text;
pub mod trust;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use self::{
    data::Case,
    evaluate::Answers,
    finished::Finished,
    linear::Linear,
    recipe::{Learning, Ships},
    terms::Half,
};
pub use self::{linear::margins_of_terms, recipe::Recipe};
use crate::{
    case::{LabelledScan, Note, Scan},
    disk,
    model::{
        self, Task,
        manifest::{Metric, Output},
    },
    nn::{
        self, VarStore,
        train::{Course, Knobs, Learner, Progress},
    },
    prep::{self, Input},
    score,
};

/// What every function here returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted a recipe, found an error: {cause}")]
    Recipe { cause: String },
    #[error("wanted a table of cases, found an error in line {line}: {cause}")]
    Table { line: usize, cause: String },
    #[error("wanted cases in {part}, found none")]
    NoCases { part: String },
    #[error("wanted a file for each case, found none for {n}: {places}")]
    Missing { n: usize, places: String },
    #[error(
        "wanted labels among {known} (or listed as `ignored`), found others in {n} cases: {places}"
    )]
    Labels {
        known: String,
        n: usize,
        places: String,
    },
    #[error(
        "wanted cases that can be read, found {n} that cannot: {places}; the first because: {cause}"
    )]
    Unread {
        n: usize,
        places: String,
        cause: String,
    },
    #[error("wanted each patient in one part only, found {n} in several: {places}")]
    Leak { n: usize, places: String },
    #[error("wanted cases of at least two classes in {part}, found {found} only")]
    OneClass { part: &'static str, found: String },
    #[error("wanted {want}, found {found}")]
    Folder { want: String, found: String },
    #[error("wanted a MedMNIST archive, found an error: {cause}")]
    Archive { cause: String },
    #[error(transparent)]
    Prep(#[from] prep::Error),
    #[error(transparent)]
    Model(#[from] model::Error),
    #[error(transparent)]
    Disk(#[from] disk::Error),
}

impl From<score::Error> for Error {
    fn from(error: score::Error) -> Self {
        match error {
            score::Error::Model(error) => error.into(),
            score::Error::Prep(error) => error.into(),
            // A finished bundle is asked what it was made for.
            other => Self::Recipe {
                cause: other.to_string(),
            },
        }
    }
}

/// Opens an image file; several threads do at a time.
pub type Opener<'a> = dyn Fn(&Path) -> std::result::Result<Scan, String> + Sync + 'a;

/// What is to be done, and where.
pub struct Job<'a> {
    pub recipe: Recipe,
    /// The folder that the recipe's table lies below.
    pub data: PathBuf,
    /// The folder of the bundle.
    pub out: PathBuf,
    /// Where checkpoints are kept; a run that was stopped goes on from here.
    pub work: PathBuf,
    pub threads: usize,
    /// How the run was asked for, for the card.
    pub command: String,
    /// How often a checkpoint is written within an epoch.
    pub checkpoint_every: Duration,
    /// Opens an image file of the data.
    pub open: &'a Opener<'a>,
    /// Opens an archive of arrays.
    pub open_arrays: &'a dyn Fn(&Path) -> std::result::Result<Vec<LabelledScan>, String>,
}

impl Job<'_> {
    /// The same job, with the names of all folds where the recipe holds out each in turn.
    fn with_each_fold(&self, cases: &[Case]) -> Self {
        let mut recipe = self.recipe.clone();
        if recipe.hold_out == [recipe::EACH] {
            let pool = cases.iter().filter(|it| !it.is_test && it.class.is_some());
            let folds: std::collections::BTreeSet<&String> = pool.map(|it| &it.fold).collect();
            recipe.hold_out = folds.into_iter().cloned().collect();
        }
        Self {
            recipe,
            data: self.data.clone(),
            out: self.out.clone(),
            work: self.work.clone(),
            command: self.command.clone(),
            ..*self
        }
    }
}

/// What happens, in order; one JSON line each on the command's output, read back by the window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Prepared {
        cases: usize,
        test_cases: usize,
        seconds: f64,
    },
    Progress {
        run: String,
        #[serde(flatten)]
        progress: Progress,
    },
    Measured {
        metrics: Vec<Metric>,
    },
    Written {
        folder: PathBuf,
    },
}

/// Cases as a network reads them, and how it learns from them.
trait Trainer {
    /// Trains on some cases (or takes up where a run of this name stopped), then answers for others.
    fn fit(&self, run: &str, cases: Split<'_>, steps: &mut Steps<'_>) -> Result<Fitted>;
    /// A case as the network reads it.
    fn input(&self, case_idx: usize) -> Result<Input>;
    /// The text of a case; `hide_names` blanks the words that name a label. `None` for images.
    fn note(&self, _case_idx: usize, _hide_names: bool) -> Option<Note> {
        None
    }
    /// The linear model of the terms of some cases, where the recipe has one.
    fn linear(&self, _train: &[usize]) -> Option<Linear> {
        None
    }
    /// Files and settings of the bundle that come from the data.
    fn assets(&self) -> Assets;
}

/// Positions of cases.
#[derive(Clone, Copy)]
struct Split<'a> {
    train: &'a [usize],
    held_out: &'a [usize],
    /// Where the run is to end before the recipe's last epoch.
    last_epoch: Option<usize>,
    /// What is added to the recipe's seed, for the networks of one ensemble.
    seed_shift: u64,
}

/// A trained network.
struct Fitted {
    /// A safetensors file, float16.
    weights: Vec<u8>,
    /// Logits of the held-out cases.
    rows: Vec<Vec<f64>>,
    /// Their margins by the linear model of the training cases, where there is one.
    of_terms: Vec<Vec<f64>>,
    /// The epoch that the weights are of, from 1.
    epoch: usize,
}

/// What the data decide about a bundle.
struct Assets {
    network: model::Network,
    tokenizer: Option<Vec<u8>>,
}

/// Where a run keeps its state, whether to stop, and whom to tell.
struct Steps<'a> {
    work: PathBuf,
    checkpoint_every: Duration,
    task: &'a Task,
    on_event: &'a mut dyn FnMut(&Event),
}

impl Steps<'_> {
    /// Trains the variables under the name of a run, or takes it up where it stopped; gives the epoch that they are of.
    fn run(
        &mut self,
        (run, last_epoch): (&str, Option<usize>),
        vars: &VarStore,
        learner: &mut dyn Learner,
        knobs: &Knobs,
    ) -> Result<usize> {
        let course = Course {
            checkpoint: &self.work.join(format!("{run}.safetensors")),
            every: self.checkpoint_every,
            last_epoch,
        };
        let tell = &mut |progress: &Progress| {
            (self.on_event)(&Event::Progress {
                run: run.to_owned(),
                progress: progress.clone(),
            });
        };
        Ok(nn::train::run(
            vars,
            learner,
            knobs,
            Some(&course),
            self.task,
            tell,
        )?)
    }
}

fn trainer<'a>(
    job: &'a Job<'_>,
    cases: &'a [Case],
    work: &Path,
    task: &Task,
) -> Result<Box<dyn Trainer + 'a>> {
    let recipe = &job.recipe;
    Ok(match &recipe.learning {
        Learning::Image { knobs, augment } => {
            Box::new(images::ImageTrainer::new(job, cases, knobs, augment, task)?)
        }
        Learning::Text(learning) => Box::new(text::TextTrainer::new(job, cases, learning, work)?),
        Learning::Steps(learning) => Box::new(steps::StepTrainer::new(recipe, cases, learning)?),
        // `train` has sent it another way.
        Learning::Questions { .. } => {
            return Err(Error::Recipe {
                cause: "questions are not learned as classes".to_owned(),
            });
        }
    })
}

/// What cases are for, as positions in their list.
struct Roles {
    /// Measured on once, at the end.
    test: Vec<usize>,
    /// Trained on, or held out in turns.
    pool: Vec<usize>,
    /// Without a class, but with a degree: they teach, and nothing is measured on them.
    lessons: Vec<usize>,
}

impl Roles {
    fn of(cases: &[Case], has_test: bool) -> Result<Self> {
        let roles = Self {
            test: positions(cases, |it| it.is_test && it.class.is_some()),
            pool: positions(cases, |it| !it.is_test && it.class.is_some()),
            lessons: positions(cases, |it| {
                !it.is_test && it.class.is_none() && it.degree.is_some()
            }),
        };
        let parts = [
            ("the test part", &roles.test),
            ("the training part", &roles.pool),
        ];
        let is_needed = |part: &str| has_test || part != "the test part";
        match parts
            .iter()
            .find(|(part, found)| found.is_empty() && is_needed(part))
        {
            None => Ok(roles),
            Some((part, _)) => Err(Error::NoCases {
                part: (*part).to_owned(),
            }),
        }
    }
}

/// Trains, evaluates and writes a bundle; gives the figures.
///
/// # Errors
/// Data that do not fit the recipe, a folder that cannot be written, or a cancelled task.
pub fn train(job: &Job<'_>, task: &Task, on_event: &mut dyn FnMut(&Event)) -> Result<Vec<Metric>> {
    let start = Instant::now();
    job.recipe.check()?;
    if let Learning::Questions { knobs } = &job.recipe.learning {
        return questions::train(job, knobs, task, on_event);
    }
    let cases = data::read(&job.recipe.source, job)?;
    let job = &job.with_each_fold(&cases);
    let recipe = &job.recipe;
    let Roles {
        test,
        pool,
        lessons,
    } = Roles::of(&cases, recipe.source.has_test())?;
    data::check(&cases, &recipe.hold_out, &recipe.labels)?;
    let work = job
        .work
        .join(format!("{}-{}", recipe.name, recipe.identity().short()));
    disk::create_folder(&work)?;
    let trainer = trainer(job, &cases, &work, task)?;
    let seconds = start.elapsed().as_secs_f64();
    on_event(&Event::Prepared {
        cases: pool.len(),
        test_cases: test.len(),
        seconds,
    });
    let mut steps = Steps {
        work,
        checkpoint_every: job.checkpoint_every,
        task,
        on_event,
    };
    let Learned {
        held_out,
        half,
        of_halves,
        weights,
    } = networks(
        recipe,
        &cases,
        (&pool, &lessons),
        trainer.as_ref(),
        &mut steps,
    )?;
    let scope = scope::fit(recipe, &cases, &pool, trainer.as_ref())?;
    let mut draft = bundle::Draft::new(
        job,
        trainer.assets(),
        (weights, half.as_ref()),
        (&held_out, scope.as_ref()),
        prevalence(recipe, &cases, &pool),
    )?;
    draft.write(job, &[])?;
    let mut finished = Finished {
        job,
        loaded: bundle::load(&job.out, job.threads)?,
        half: half.as_ref(),
        task,
    };
    let mut metrics = finished.test(
        (&cases, &test),
        trainer.as_ref(),
        (&draft.calibrated, &held_out),
    )?;
    metrics.extend(of_halves);
    metrics.extend(finished.early((&cases, &test), trainer.as_ref(), &draft.calibrated)?);
    metrics.extend(finished.external(&draft.calibrated)?);
    // Where no part is for testing, the cases that it learned from must do: what is asked is about explanations.
    let explained = if test.is_empty() { &pool } else { &test };
    metrics.extend(finished.explain(explained, trainer.as_ref(), (&mut draft, scope.as_ref()))?);
    draft.write(job, &metrics)?;
    (steps.on_event)(&Event::Measured {
        metrics: metrics.clone(),
    });
    (steps.on_event)(&Event::Written {
        folder: job.out.clone(),
    });
    Ok(metrics)
}

/// What was learned.
struct Learned {
    /// The answers on the held-out folds.
    held_out: Answers,
    /// The linear half of what ships, where the recipe has one.
    half: Option<Half>,
    /// The figures of either half alone on the held-out folds.
    of_halves: Vec<Metric>,
    /// Of the networks that ship.
    weights: Vec<Vec<u8>>,
}

/// What the networks of the folds gave, each on the fold that it had not seen.
struct OfFolds {
    held_out: Answers,
    /// The margins of the linear models, where the recipe has some.
    of_terms: Vec<Vec<f64>>,
    weights: Vec<Vec<u8>>,
    /// How many epochs they took in the mean, where the recipe has patience.
    last_epoch: Option<usize>,
}

/// The answers on the held-out folds, and the weights of what ships.
fn networks(
    recipe: &Recipe,
    cases: &[Case],
    (pool, lessons): (&[usize], &[usize]),
    trainer: &dyn Trainer,
    steps: &mut Steps<'_>,
) -> Result<Learned> {
    let OfFolds {
        mut held_out,
        of_terms,
        weights: of_folds,
        last_epoch,
    } = out_of_fold(recipe, cases, (pool, lessons), trainer, steps)?;
    let weights = match recipe.ships {
        Ships::Folds => of_folds,
        Ships::All => {
            let train = [pool, lessons].concat();
            let member = |idx: usize| {
                let split = Split {
                    train: &train,
                    held_out: &[],
                    last_epoch,
                    seed_shift: idx as u64,
                };
                Ok(trainer.fit(&run_name("all", idx), split, steps)?.weights)
            };
            (0..recipe.seeds.max(1))
                .map(member)
                .collect::<Result<_>>()?
        }
    };
    let half = trainer.linear(pool);
    let half = half.map(|it| Half::new(it, &held_out, &of_terms));
    let mut of_halves = Vec::new();
    if let Some(half) = half.as_ref().filter(|_| !held_out.rows.is_empty()) {
        held_out = half.join(&held_out, &of_terms);
        of_halves = half.alone(recipe, &held_out, of_terms, &evaluate::held_out_set(recipe));
    }
    Ok(Learned {
        held_out,
        half,
        of_halves,
        weights,
    })
}

/// Answers for each held-out fold by a network that never saw it.
fn out_of_fold(
    recipe: &Recipe,
    cases: &[Case],
    (pool, lessons): (&[usize], &[usize]),
    trainer: &dyn Trainer,
    steps: &mut Steps<'_>,
) -> Result<OfFolds> {
    let (mut all, mut of_terms) = (Answers::default(), Vec::new());
    let mut weights = Vec::with_capacity(recipe.hold_out.len());
    let mut epochs = Vec::new();
    for fold in &recipe.hold_out {
        let is_held_out = |it: &&usize| cases.get(**it).is_some_and(|case| case.fold == *fold);
        let (held_out, mut train): (Vec<usize>, Vec<usize>) = pool.iter().partition(is_held_out);
        train.extend(lessons.iter().filter(|it| !is_held_out(it)));
        if held_out.is_empty() {
            return Err(Error::NoCases {
                part: format!("fold {fold}"),
            });
        }
        // An ensemble is calibrated on answers of ensembles.
        let n_networks = match recipe.ships {
            Ships::All => recipe.seeds.max(1),
            Ships::Folds => 1,
        };
        let mut rows = Vec::with_capacity(n_networks);
        for idx in 0..n_networks {
            let split = Split {
                train: &train,
                held_out: &held_out,
                last_epoch: None,
                seed_shift: idx as u64,
            };
            let fit = trainer.fit(&run_name(&format!("fold-{fold}"), idx), split, steps)?;
            epochs.push(fit.epoch);
            rows.push(fit.rows);
            if idx == 0 {
                of_terms.extend(fit.of_terms);
            }
            weights.push(fit.weights);
        }
        all.extend(Answers::new(cases, &held_out, mean_rows(&rows)));
    }
    let mean = (epochs.iter().sum::<usize>() as f64 / epochs.len().max(1) as f64).round() as usize;
    let is_patient = recipe.learning.knobs().patience.is_some() && !epochs.is_empty();
    Ok(OfFolds {
        held_out: all,
        of_terms,
        weights,
        last_epoch: is_patient.then_some(mean.max(1)),
    })
}

/// The name of a run and, for the networks of an ensemble after the first, which it is.
fn run_name(run: &str, idx: usize) -> String {
    match idx {
        0 => run.to_owned(),
        _ => format!("{run}-{}", idx + 1),
    }
}

/// The mean of the answers of several networks to the same cases.
fn mean_rows(each: &[Vec<Vec<f64>>]) -> Vec<Vec<f64>> {
    let Some((first, others)) = each.split_first() else {
        return Vec::new();
    };
    let mut sum = first.clone();
    for rows in others {
        for (sum, row) in sum.iter_mut().zip(rows) {
            sum.iter_mut().zip(row).for_each(|(sum, it)| *sum += it);
        }
    }
    let n = each.len() as f64;
    sum.iter_mut().flatten().for_each(|it| *it /= n);
    sum
}

/// The part of the training cases that have the only label; `None` for labels that exclude each other.
fn prevalence(recipe: &Recipe, cases: &[Case], pool: &[usize]) -> Option<f64> {
    if recipe.output != Output::Sigmoid {
        return None;
    }
    let classes = pool.iter().filter_map(|it| cases.get(*it)?.class);
    let n_positive = classes.filter(|it| *it == 1).count();
    let part = n_positive as f64 / pool.len().max(1) as f64;
    (0.0 < part && part < 1.0).then_some(part)
}

fn positions(cases: &[Case], test: impl Fn(&Case) -> bool) -> Vec<usize> {
    cases
        .iter()
        .enumerate()
        .filter(|(_, it)| test(it))
        .map(|(idx, _)| idx)
        .collect()
}
