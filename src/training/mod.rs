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

mod bundle;
mod card;
pub mod data;
pub mod evaluate;
mod images;
mod questions;
pub mod recipe;
pub mod scope;
mod steps;
mod text;
pub mod trust;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

pub use self::recipe::Recipe;
use self::{
    data::Case,
    evaluate::{Answers, Calibrated},
    recipe::{Learning, Ships},
};
use crate::{
    case::{LabelledScan, Scan},
    disk,
    model::{
        self, Model, Task,
        manifest::{Metric, Output},
    },
    nn::train::{Course, Progress},
    prep::{self, Input},
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
    /// A case as the finished model reads it; `hide_names` blanks the words that name a label.
    fn input(&self, case_idx: usize, hide_names: bool) -> Result<Input>;
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
    fn checkpoint(&self, run: &str) -> PathBuf {
        self.work.join(format!("{run}.safetensors"))
    }

    fn course<'b>(&self, checkpoint: &'b Path, last_epoch: Option<usize>) -> Course<'b> {
        Course {
            checkpoint,
            every: self.checkpoint_every,
            last_epoch,
        }
    }

    fn tell(&mut self, run: &str, progress: &Progress) {
        (self.on_event)(&Event::Progress {
            run: run.to_owned(),
            progress: progress.clone(),
        });
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
        Learning::Text(learning) => {
            Box::new(text::TextTrainer::new(recipe, cases, learning, work)?)
        }
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
    fn of(cases: &[Case], source: &recipe::Source) -> Result<Self> {
        let roles = Self {
            test: positions(cases, |it| it.is_test && it.class.is_some()),
            pool: positions(cases, |it| !it.is_test && it.class.is_some()),
            lessons: positions(cases, |it| {
                !it.is_test && it.class.is_none() && it.degree.is_some()
            }),
        };
        // A set without a test part is measured by the folds that are held out.
        let needs_test =
            !source.split.is_empty() || source.parts.is_some() || !source.kind.is_whole();
        let parts = [
            ("the test part", roles.test.is_empty() && needs_test),
            ("the training part", roles.pool.is_empty()),
        ];
        match parts.iter().find(|(_, is_empty)| *is_empty) {
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
    } = Roles::of(&cases, &recipe.source)?;
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
    let (held_out, weights) = networks(
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
        weights,
        (&held_out, scope.as_ref()),
        prevalence(recipe, &cases, &pool),
    )?;
    draft.write(job, &[])?;
    let mut model = bundle::load(&job.out, job.threads)?;
    let passes: &[bool] = match recipe.learning {
        Learning::Text(_) => &[false, true],
        Learning::Image { .. } | Learning::Steps(_) | Learning::Questions { .. } => &[false],
    };
    let mut answers = Vec::new();
    let mut of_scope = Vec::new();
    for hide_names in passes {
        let inputs = test.iter().map(|it| trainer.input(*it, *hide_names));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let rows = bundle::answer(model.as_mut(), &inputs, task)?;
        answers.push(Answers::new(&cases, &test, rows));
        if let Some(scope) = &scope {
            of_scope.extend(scope.measure(job, &inputs, task)?);
        }
    }
    let mut metrics = evaluate::measure(recipe, &draft.calibrated, &held_out, &answers);
    metrics.extend(external(job, &draft.calibrated, model.as_mut(), task)?);
    metrics.extend(of_scope);
    if let Learning::Image { .. } = recipe.learning {
        let inputs = test.iter().map(|it| trainer.input(*it, false));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        draft.test_explanations(&inputs, job.threads, task)?;
    }
    draft.write(job, &metrics)?;
    (steps.on_event)(&Event::Measured {
        metrics: metrics.clone(),
    });
    (steps.on_event)(&Event::Written {
        folder: job.out.clone(),
    });
    Ok(metrics)
}

/// Figures on the test parts of other sets, answered without regard to the scope: this is how far the model carries.
fn external(
    job: &Job<'_>,
    calibrated: &Calibrated,
    model: &mut dyn Model,
    task: &Task,
) -> Result<Vec<Metric>> {
    let prep::Spec::Image(spec) = &job.recipe.prep else {
        return Ok(Vec::new());
    };
    let mut metrics = Vec::new();
    for (name, source) in &job.recipe.external {
        let mut cases = data::read(source, job)?;
        cases.retain(|it| it.is_test && it.class.is_some());
        let inputs: Vec<Input> = images::prepare_all(job, &cases, spec, task)?
            .into_iter()
            .map(Input::Image)
            .collect();
        let rows = bundle::answer(model, &inputs, task)?;
        let positions: Vec<usize> = (0..cases.len()).collect();
        let answers = Answers::new(&cases, &positions, rows);
        metrics.extend(evaluate::of_set(&job.recipe, calibrated, &answers, name));
    }
    Ok(metrics)
}

/// The answers on the held-out folds, and the weights of what ships.
fn networks(
    recipe: &Recipe,
    cases: &[Case],
    (pool, lessons): (&[usize], &[usize]),
    trainer: &dyn Trainer,
    steps: &mut Steps<'_>,
) -> Result<(Answers, Vec<Vec<u8>>)> {
    let (held_out, of_folds, last_epoch) =
        out_of_fold(recipe, cases, (pool, lessons), trainer, steps)?;
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
    Ok((held_out, weights))
}

/// Answers for each held-out fold by a network that never saw it, the weights of these networks and, where the recipe has
/// patience, how many epochs they took in the mean.
fn out_of_fold(
    recipe: &Recipe,
    cases: &[Case],
    (pool, lessons): (&[usize], &[usize]),
    trainer: &dyn Trainer,
    steps: &mut Steps<'_>,
) -> Result<(Answers, Vec<Vec<u8>>, Option<usize>)> {
    let mut all = Answers::default();
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
            weights.push(fit.weights);
        }
        all.extend(Answers::new(cases, &held_out, mean_rows(&rows)));
    }
    let mean = (epochs.iter().sum::<usize>() as f64 / epochs.len().max(1) as f64).round() as usize;
    let is_patient = recipe.learning.knobs().patience.is_some() && !epochs.is_empty();
    Ok((all, weights, is_patient.then_some(mean.max(1))))
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
