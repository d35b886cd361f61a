//! A TorchScript module as a [`Model`]: the module runs in a worker process behind walls, and all else here.
//!
//! 1. `model::allowed` lets the bytes of a module through, or not;
//! 2. `client` hands those bytes to a process (`wardlight-script`, [`worker`]) and asks it, within a time;
//! 3. what comes back is held against the manifest before it is believed.
//!
//! A module keeps its process between requests, and what it remembers of one picture could colour its answer to the
//! next: nothing here can tell.

mod client;
mod said;
mod wire;
pub mod worker;

pub use self::{client::confinement, said::Said};

use std::{path::PathBuf, time::Duration};

use tch::{Kind, Tensor};

use self::{
    client::{Client, Outcome},
    wire::{Array, Work},
};
use super::{
    Result, black_box,
    loaded::{black, checked_image, image_tensor, stack},
    tuning,
};
use crate::{
    model::{
        Attribution, Bundle, Error, Logits, Manifest, Model, Network, Task,
        allowed::{Allowed, Module},
        known_answer,
        manifest::Output,
        network::{Gives, TorchScript},
    },
    prediction::{Engine, Form, LabelIdx, Method, Precision},
    prep::{ImageSpec, Input},
};

/// Images that go through the module together.
const BATCH: usize = 32;
/// How far `head(features(x))` may lie from `forward(x)`.
const PARTS_TOLERANCE: f32 = 1e-4;

/// How to run modules.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The worker binary; `None` looks beside the running one.
    pub worker: Option<PathBuf>,
    /// Longest time for one request: to load the module, or to answer about one batch.
    pub timeout: Duration,
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            worker: None,
            timeout: Duration::from_secs(60),
            threads: tuning::default_threads(),
        }
    }
}

/// Makes a model of a checked bundle whose weights are a TorchScript module, if those very bytes are allowed to run, and
/// asks it for its known answer.
///
/// # Errors
/// [`Error::NotAllowed`]; a worker that cannot be started, a module that cannot be loaded or answers otherwise than
/// its manifest says.
pub fn load(bundle: Bundle, allowed: &Allowed, settings: Settings) -> Result<Box<dyn Model>> {
    let Bundle {
        manifest, weights, ..
    } = bundle;
    let Network::TorchScript(network) = manifest.network.clone() else {
        return Err(Error::Script {
            want: "its manifest calls one",
            found: manifest.network.name().to_owned(),
        });
    };
    let module = allowed.admit(weights)?;
    let mut model = ScriptModel {
        threads: settings.threads,
        client: Client::start(module, settings)?,
        undo: undo(network.gives, manifest.output),
        network,
        manifest,
    };
    let fixed = known_answer::input(&model.manifest);
    let tolerance = model.manifest.known_answer.tolerance;
    for answer in model.logits(std::slice::from_ref(&fixed))? {
        known_answer::check(&model.manifest, &answer, tolerance)?;
    }
    if model.network.has_features {
        let x = image_tensor(checked_image(&model.manifest, &fixed)?)?;
        for answer in model.rows(Work::ByParts, &x)? {
            known_answer::check(&model.manifest, &answer, tolerance)?;
        }
    }
    Ok(Box::new(model))
}

/// What a module says of itself, if it says anything.
///
/// # Errors
/// A worker that cannot be started, or a module that cannot be loaded.
pub fn said(module: Module, settings: Settings) -> Result<Option<Said>> {
    Ok(Client::start(module, settings)?.said().cloned())
}

/// What a module does with the fixed picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Shape of the answer; `[1, labels]` is wanted.
    pub shape: Vec<i64>,
    /// The answer as the module gives it, all of it.
    pub values: Vec<f32>,
    /// Whether `features` and `head` are exported and belong to `forward`; else why not.
    pub has_features: std::result::Result<(), String>,
}

/// Runs a module once on the fixed picture of a specification, to see what it does. No patient's picture goes in, so
/// what the module says of itself may be shown.
///
/// # Errors
/// A worker that cannot be started, a module that cannot be loaded or cannot take the picture.
pub fn probe(
    module: Module,
    spec: &ImageSpec,
    axes_exchanged: bool,
    settings: Settings,
) -> Result<Probe> {
    let x = image_tensor(&known_answer::picture(spec))?;
    let x = in_its_axes(&x, axes_exchanged)?;
    let mut client = Client::start(module, settings)?;
    let answer = match client.attempt(Work::Forward, None, &x)? {
        Outcome::Arrays(arrays) => one(arrays)?,
        Outcome::Failed { detail, .. } => {
            return Err(Error::Script {
                want: "takes a picture of the size that was named",
                found: detail,
            });
        }
    };
    Ok(Probe {
        has_features: parts(&mut client, &x, &answer)?,
        shape: answer.shape,
        values: answer.values,
    })
}

/// Whether `features` and `head` can explain what `forward` gives.
fn parts(
    client: &mut Client,
    x: &Tensor,
    whole: &Array,
) -> Result<std::result::Result<(), String>> {
    let by_parts = match client.attempt(Work::ByParts, None, x)? {
        Outcome::Arrays(arrays) => one(arrays)?,
        Outcome::Failed { detail, .. } => return Ok(Err(detail)),
    };
    let mut pairs = whole.values.iter().zip(&by_parts.values);
    let is_close = pairs.all(|(a, b)| (a - b).abs() <= PARTS_TOLERANCE * a.abs().max(1.0));
    if by_parts.shape != whole.shape || !is_close {
        return Ok(Err(
            "`head` after `features` does not give what `forward` gives".to_owned(),
        ));
    }
    match client.attempt(Work::Maps { label: 0 }, None, x)? {
        Outcome::Arrays(arrays) => Ok(pair(arrays)?
            .iter()
            .all(|it| it.shape.len() == 3)
            .then_some(())
            .ok_or_else(|| "`features` gives no maps of shape [n, k, h, w]".to_owned())),
        Outcome::Failed { detail, .. } => Ok(Err(detail)),
    }
}

/// Rows of a module as logits, in the way that [`load`] will have them.
///
/// # Errors
/// As [`probe`].
pub fn known_logits(
    module: Module,
    spec: &ImageSpec,
    (network, output): (&TorchScript, Output),
    settings: Settings,
) -> Result<Vec<f32>> {
    let x = image_tensor(&known_answer::picture(spec))?;
    let x = in_its_axes(&x, network.axes_exchanged)?;
    let mut client = Client::start(module, settings)?;
    let values = one(client.run(Work::Forward, undo(network.gives, output), &x)?)?.values;
    Ok(Logits::single(values, Vec::new())?.values)
}

/// A TorchScript module in its worker.
struct ScriptModel {
    manifest: Manifest,
    network: TorchScript,
    client: Client,
    undo: Option<Output>,
    threads: usize,
}

impl Model for ScriptModel {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn engine(&self) -> Engine {
        Engine {
            form: Form::Plain,
            precision: Precision::Float32,
            threads: self.threads,
        }
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>> {
        let mut answers = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            let images = batch
                .iter()
                .map(|it| checked_image(&self.manifest, it))
                .collect::<Result<Vec<_>>>()?;
            answers.extend(self.rows(Work::Forward, &stack(&images)?)?);
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
        self.manifest.check_label(label)?;
        if !self.manifest.methods().contains(&method) {
            return Err(Error::Method {
                found: method.name(),
            });
        }
        let x = image_tensor(checked_image(&self.manifest, input)?)?;
        let label = label.0;
        if matches!(
            method,
            Method::GradCam | Method::GradCamPlusPlus | Method::HiResCam
        ) {
            let work = Work::Maps { label };
            let [maps, gradients] = pair(self.run(work, &x)?)?;
            let upright = |it| in_its_axes(&tensor(it)?, self.network.axes_exchanged);
            return black_box::class_map(method, &upright(maps)?, &upright(gradients)?);
        }
        let black = black(&self.manifest);
        black_box::explain(method, &x, black, task, |batch| self.logit(batch, label))
    }

    fn forget(&mut self) {
        self.client.forget();
    }
}

impl ScriptModel {
    fn run(&mut self, work: Work, x: &Tensor) -> Result<Vec<Array>> {
        let x = in_its_axes(x, self.network.axes_exchanged)?;
        self.client.run(work, self.undo, &x)
    }

    /// One row of finite logits for each image, one logit for each label.
    fn rows(&mut self, work: Work, x: &Tensor) -> Result<Vec<Logits>> {
        let answer = one(self.run(work, x)?)?;
        let (n, n_labels) = (x.size4()?.0, self.manifest.labels.len());
        check_rows(&answer.shape, n, n_labels)?;
        let rows = answer.values.chunks(n_labels.max(1));
        rows.map(|it| Logits::single(it.to_vec(), Vec::new()))
            .collect()
    }

    /// The logit of each image: `[n, c, h, w]` → `[n]`. Where a gradient is wanted, it is the module's own: the answer is
    /// a plane that touches the module's logit in that point.
    fn logit(&mut self, batch: &Tensor, label: usize) -> Result<Tensor> {
        let n = batch.size4()?.0;
        if !batch.requires_grad() {
            let rows = self.rows(Work::Forward, batch)?;
            let column: Option<Vec<f32>> = rows
                .iter()
                .map(|it| it.values.get(label).copied())
                .collect();
            return Ok(Tensor::f_from_slice(&column.unwrap_or_default())?);
        }
        let work = Work::Gradient { label };
        let [logits, gradient] = pair(self.run(work, batch)?)?;
        check_rows(&logits.shape, n, self.manifest.labels.len())?;
        let gradient = in_its_axes(&tensor(gradient)?, self.network.axes_exchanged)?;
        if gradient.size() != batch.size() {
            return Err(Error::Script {
                want: "has a gradient for each pixel",
                found: format!("one of shape {:?}", gradient.size()),
            });
        }
        let logits = tensor(logits)?.f_select(1, label as i64)?;
        let plane = batch.f_mul(&gradient)?.f_flatten(1, -1)?;
        let plane = plane.f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?;
        Ok(plane.f_sub(&plane.f_detach()?)?.f_add(&logits)?)
    }
}

/// A picture or map, or many, with rows and columns exchanged if the module has them so; the same way there and back.
fn in_its_axes(x: &Tensor, axes_exchanged: bool) -> Result<Tensor> {
    Ok(if axes_exchanged {
        x.f_transpose(-2, -1)?.f_contiguous()?
    } else {
        x.shallow_clone()
    })
}

/// Only a module that gives probabilities has something to undo.
fn undo(gives: Gives, output: Output) -> Option<Output> {
    (gives == Gives::Probabilities).then_some(output)
}

/// Whether an answer to one image has one number for each label.
///
/// # Errors
/// [`Error::LabelCount`], or [`Error::Script`] for what is no row of numbers.
pub fn check_shape(shape: &[i64], n_labels: usize) -> Result<()> {
    check_rows(shape, 1, n_labels)
}

fn check_rows(shape: &[i64], n: i64, n_labels: usize) -> Result<()> {
    match shape {
        [rows, found] if *rows == n && *found == n_labels as i64 => Ok(()),
        [rows, found] if *rows == n => Err(Error::LabelCount {
            want: n_labels,
            found: usize::try_from(*found).unwrap_or(0),
        }),
        found => Err(Error::Script {
            want: "answers with one row for each image and one number for each label",
            found: format!("an answer of shape {found:?} to {n} images"),
        }),
    }
}

/// An array that holds finite numbers only.
fn tensor(array: Array) -> Result<Tensor> {
    let Array { shape, values } = array;
    let finite = Logits::single(values, Vec::new())?.values;
    Ok(Tensor::f_from_slice(&finite)?.f_reshape(shape)?)
}

fn one(arrays: Vec<Array>) -> Result<Array> {
    let [array] = exactly(arrays)?;
    Ok(array)
}

fn pair(arrays: Vec<Array>) -> Result<[Array; 2]> {
    exactly(arrays)
}

fn exactly<const N: usize>(arrays: Vec<Array>) -> Result<[Array; N]> {
    arrays.try_into().map_err(|it: Vec<_>| Error::Engine {
        cause: format!(
            "wanted {N} arrays from the script worker, found {}",
            it.len()
        ),
    })
}
