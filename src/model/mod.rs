//! The [`Model`] trait, its bundle on disk and the manifest that describes it. No network code here.

pub mod allowed;
pub mod bundle;
pub mod calibration;
mod check;
pub mod conformal;
pub mod known_answer;
pub mod manifest;
pub mod network;
pub mod prevalence;
pub mod scope;
pub mod sheet;
pub mod site;
pub mod span;
pub mod tested;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::{
    disk::Sha256,
    prediction::{Engine, LabelIdx, Method},
    prep::{Input, QuestionInput},
};

pub use self::{
    allowed::Allowed, bundle::Bundle, manifest::Manifest, network::Network, site::Site,
};

/// A network with its weights. Not `Sync`: one thread owns it.
pub trait Model: Send {
    fn manifest(&self) -> &Manifest;
    /// The form and the number format that [`Model::logits`] runs in.
    fn engine(&self) -> Engine;
    /// One row for each input.
    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>, Error>;
    /// For a model that marks answers in notes: one row for each window.
    fn spans(&mut self, _: &QuestionInput) -> Result<Vec<SpanLogits>, Error> {
        Err(Error::Input {
            want: "a model that answers questions".to_owned(),
            found: "another".to_owned(),
        })
    }
    /// The influence of the input on one logit; cancel is checked between steps.
    fn explain(
        &mut self,
        input: &Input,
        label: LabelIdx,
        method: Method,
        task: &Task,
    ) -> Result<Attribution, Error>;
    /// Lets go of what is left of the cases it has read, where it keeps any.
    fn forget(&mut self) {}
}

/// A network's answer to one input, before calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Logits {
    /// One for each label; finite.
    pub values: Vec<f32>,
    /// The pooled features before the head; they feed the out-of-distribution distance. Those of an ensemble stand one
    /// network after the other.
    pub features: Vec<f32>,
    /// What each network of an ensemble answered, whose mean is `values`; empty for a single network.
    pub members: Vec<Vec<f32>>,
}

/// A network's answer to one window of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanLogits {
    /// For each token of the window, how far it speaks for being the first of the answer; finite.
    pub start: Vec<f32>,
    /// The same of the last.
    pub end: Vec<f32>,
}

/// Influence on one logit, in the input's own terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    pub values: AttributionValues,
    /// Integrated gradients only.
    pub completeness_gap: Option<f32>,
}

/// What the influence is spread over.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributionValues {
    /// Row by row over the whole input plane, `width` x `height` cells of equal size.
    Map {
        width: usize,
        height: usize,
        values: Vec<f32>,
    },
    /// For each window, one for each token.
    Tokens(Vec<Vec<f32>>),
    Steps(StepAttribution),
}

/// How far the logit falls when something is left out: more than 0 speaks for the label.
#[derive(Clone, Debug, PartialEq)]
pub struct StepAttribution {
    /// Steps in a cell of time; the last may be shorter.
    pub cell_steps: usize,
    /// For each channel, one for each cell; 0 where nothing was measured. For a sequence one row, a cell for each base.
    pub cells: Vec<Vec<f32>>,
    /// For each channel, left out altogether. Empty for a sequence.
    pub channels: Vec<f32>,
    /// For each fact.
    pub facts: Vec<f32>,
}

/// What long work is given: a flag to stop at, and a place to say how far it is.
#[derive(Clone, Debug, Default)]
pub struct Task {
    state: Arc<TaskState>,
    part: Part,
}

/// Which of several equal parts of the work this is.
#[derive(Clone, Copy, Debug)]
struct Part {
    idx: usize,
    n: usize,
}

impl Default for Part {
    fn default() -> Self {
        Self { idx: 0, n: 1 }
    }
}

#[derive(Debug, Default)]
struct TaskState {
    is_cancelled: AtomicBool,
    is_paused: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Task {
    /// Asks the work to stop at its next step.
    pub fn cancel(&self) {
        self.state.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether to stop now.
    pub fn is_cancelled(&self) -> bool {
        self.state.is_cancelled.load(Ordering::Relaxed)
    }

    /// Asks the work to wait at its next step, or to go on. Only a batch can wait.
    pub fn pause(&self, is_paused: bool) {
        self.state.is_paused.store(is_paused, Ordering::Relaxed);
    }

    /// Whether to wait now.
    pub fn is_paused(&self) -> bool {
        self.state.is_paused.load(Ordering::Relaxed)
    }

    /// The same work, one of `n` equal parts of it: what it reports counts as that part.
    pub fn part(&self, idx: usize, n: usize) -> Self {
        let part = Part {
            idx: self.part.idx * n + idx,
            n: self.part.n * n,
        };
        Self {
            state: Arc::clone(&self.state),
            part,
        }
    }

    /// Says how far the work is.
    pub fn report(&self, done: usize, total: usize) {
        let Part { idx, n } = self.part;
        self.state.done.store(idx * total + done, Ordering::Relaxed);
        self.state.total.store(n * total, Ordering::Relaxed);
    }

    /// Steps done and steps in all; (0, 0) before the first report.
    pub fn progress(&self) -> (usize, usize) {
        (
            self.state.done.load(Ordering::Relaxed),
            self.state.total.load(Ordering::Relaxed),
        )
    }
}

/// Why a model cannot be loaded or cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Disk(#[from] crate::disk::Error),
    /// The bundle's tokenizer.
    #[error(transparent)]
    Prep(#[from] crate::prep::Error),
    #[error("the manifest is not valid: {cause}")]
    Manifest { cause: String },
    #[error("the file of the site is not valid: {cause}")]
    Site { cause: String },
    #[error("wanted {what} {want}, for which the site {site} was fitted, found {found}")]
    OtherModel {
        site: String,
        what: &'static str,
        want: Sha256,
        found: Sha256,
    },
    /// Cases that no calibration can be fitted on.
    #[error("wanted {want}, found {found}")]
    Unfit { want: String, found: String },
    #[error("wanted {what} with SHA-256 {want}, found {found}")]
    Hash {
        what: &'static str,
        want: Sha256,
        found: Sha256,
    },
    #[error("wanted weights named and shaped as the network {network}, found {found}")]
    Weights { network: String, found: String },
    #[error("wanted weights for {want} labels as in the manifest, found weights for {found}")]
    LabelCount { want: usize, found: usize },
    #[error("wanted the known answer {want:?} within {tolerance}, found {found:?}")]
    KnownAnswer {
        want: Vec<f32>,
        found: Vec<f32>,
        tolerance: f32,
    },
    #[error("wanted {want}, found {found}")]
    Input { want: String, found: String },
    #[error("wanted finite numbers from the network, found {found}")]
    NotFinite { found: String },
    /// The state of a training that was to be kept or taken up.
    #[error("the checkpoint {file} {trouble}; {remedy}")]
    Checkpoint {
        trouble: String,
        file: String,
        remedy: &'static str,
    },
    #[error("wanted a method that this network offers, found {found}")]
    Method { found: &'static str },
    #[error("wanted a label below {n_labels}, found {found}")]
    Label { n_labels: usize, found: usize },
    #[error("the engine failed: {cause}")]
    Engine { cause: String },
    #[error(
        "wanted a TorchScript module that was allowed to run here, found one with SHA-256 {sha256}"
    )]
    NotAllowed { sha256: Sha256 },
    #[error("wanted a list of allowed modules, found something else: {cause}")]
    AllowList { cause: String },
    #[error("wanted a worker for the TorchScript module, found {found}")]
    NoScriptWorker { found: String },
    #[error("wanted an answer of the TorchScript module within {limit_secs} s, found none")]
    ScriptTimeout { limit_secs: u64 },
    #[error("wanted an answer of the TorchScript module, found that its worker ended: {how}")]
    ScriptDied { how: String },
    #[error("wanted a TorchScript module that {want}, found {found}")]
    Script { want: &'static str, found: String },
    #[error("cancelled")]
    Cancelled,
}
