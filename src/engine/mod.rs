//! Worker threads: a [`Job`] goes in, [`Event`]s come out. Five named threads, bounded queues, one owner for each thing:
//!
//! | thread | owns | takes |
//! |---|---|---|
//! | `files` | the decoder, the rules of notes | `Open`, `OpenSample`, `Save`, `SaveTable`, `TakeOut`, `OpenReport`, `ReadNote`, `AskNote` |
//! | `model` | every model | `LoadModels`, `AddModel`, `Score`, `Explain`, `Running`, `CheckMap` |
//! | `batch` | the models of a batch, while one runs | `RunBatch` |
//! | `copies` | what finds text in pictures; the look at the installation | `Preview`, `WriteCopy`, `Survey` |
//! | `work` | at most one process | `RunTool` |
//! | `folders` | nothing | `ListFolder` |
//!
//! A job that panics is told as a failure and costs nothing else; after one, the models are loaded again.

mod batches;
mod client;
mod copy;
mod folder;
mod note;
mod survey;
mod take_out;
mod tool;
mod work;

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    batch::{self, Batch, FileTold, Scorer, Stand},
    case::{Note, Plane, Presentation, Scan, Sequence, Series, stack::Neighbours, worklist::Row},
    disk, evaluate,
    failure::Relayed,
    import::{self, Found, Opened, Origin},
    model::{self, Manifest, Task},
    prediction::{
        Explanation, Faithfulness, LabelIdx, Method, ModelRef, Pixel, Prediction, Subject,
    },
    privacy::Phi,
    render::{
        self, Curve, Picture,
        mpr::{self, Volume},
        overlay::MapLook,
    },
    sample, score,
    share::{self, Copier, Decision, Preview, Wish},
};

pub use crate::batch::LoadFn;
pub use client::Client;
pub use folder::{Entry, Listing, N_ENTRIES, Place, PlaceKind};
pub use note::{HistoryLine, NoteAnswer, NoteParts, NoteReply, Spoken};
pub use score::{AtHour, Gate, at_prevalence, fits, forms, reads_form, rescored};
pub use survey::{Check, Installed, SurveyFn};
pub use take_out::TakeOutJob;
pub use tool::{EvaluateTool, Told, Tool, TrainTool};

/// The question that an answer belongs to. Numbered by who asks, so that it is known before the job starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What can be asked.
#[derive(Clone)]
pub enum Job {
    /// Recognise and read files, folders, DICOMDIR and archives: one [`Event::Opened`] or [`Event::Refused`] for each file as
    /// it is decoded, and [`Event::Noticed`] for what concerns the whole.
    Open(Vec<PathBuf>),
    /// Write the synthetic sample case and open it.
    OpenSample,
    /// Load every model anew, each of which gives its known answer; one [`Event::ModelLoaded`] or [`Event::ModelRefused`]
    /// for each.
    LoadModels,
    /// MapLook at the installation.
    Survey,
    Score {
        target: Target,
        model: ModelRef,
        gate: score::Gate,
    },
    Explain {
        target: Target,
        model: ModelRef,
        label: LabelIdx,
        method: Method,
    },
    /// The answer for a label as it was after each step of a series.
    Running {
        target: Target,
        model: ModelRef,
        label: LabelIdx,
    },
    /// Take a note apart by rules.
    ReadNote(Arc<Note>),
    /// Answer a question by the words of a note.
    AskNote(Arc<Note>, Phi<String>),
    /// Take the picture apart by the map, and watch the score.
    CheckMap {
        target: Target,
        model: ModelRef,
        explanation: Arc<Explanation>,
    },
    Save(Box<SaveJob>),
    /// Hand a view out of the window.
    TakeOut(Box<TakeOutJob>),
    /// Write a worklist as it is shown.
    SaveTable {
        table: TableFn,
        to: PathBuf,
    },
    /// Score files without opening them in the window: what the report has is [`Event::Listed`], then comes an
    /// [`Event::BatchStarted`], and an [`Event::BatchTold`] for each portion.
    RunBatch(Box<Batch>),
    /// Put slices together that lie in this order.
    MakeVolume(Vec<VolumeSlice>),
    /// Tell what stands in a folder; in the person's own where there is no path.
    ListFolder(Phi<PathBuf>),
    /// Load one more model, in the place of a loaded one of its name.
    AddModel(PathBuf),
    /// Read the evaluation in a folder.
    OpenReport(PathBuf),
    /// Wipe what is left of jobs that have ended.
    Forget,
    /// Show what would become of a de-identified copy.
    Preview {
        wish: Box<Wish>,
        /// Whether text is looked for in the picture, which takes seconds for each frame.
        is_searched: bool,
    },
    /// Write it to a folder.
    WriteCopy {
        wish: Box<Wish>,
        decision: Decision,
        folder: Phi<PathBuf>,
    },
    /// Run long work as a process of its own; an [`Event::Told`] for each of its lines.
    RunTool(Tool),
}

/// What a model is to read.
#[derive(Clone, Debug)]
pub enum Target {
    Scan {
        scan: Arc<Scan>,
        frame_idx: usize,
        /// For a model that reads the surroundings of a point.
        at: Option<Pixel>,
        /// For one that reads the slices next to it; without them, those of its file.
        neighbours: Option<Box<Neighbours>>,
    },
    Note(Arc<Note>),
    Series(Arc<Series>),
    Sequence(Arc<Sequence>),
}

/// A slice of a volume.
#[derive(Clone, Debug)]
pub struct VolumeSlice {
    /// Where it lies.
    pub plane: Plane,
    pub scan: Arc<Scan>,
    pub frame_idx: usize,
}

/// What a model made of a series hour by hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    pub about: Subject,
    pub model: ModelRef,
    pub label: String,
    pub answers: Vec<AtHour>,
}

/// The overlay picture and, beside it, the result as JSON.
#[derive(Clone, Debug)]
pub struct SaveJob {
    pub scan: Arc<Scan>,
    pub curve: Curve,
    pub prediction: Prediction,
    pub explanation: Explanation,
    /// 0..1.
    pub opacity: f32,
    pub look: MapLook,
    /// The picture; the JSON takes its place with another ending.
    pub to: Phi<PathBuf>,
}

/// What comes back. The last event of a job is `Done`, `Failed` or `Cancelled`.
#[derive(Debug)]
pub enum Event {
    Opened {
        from: Origin,
        opened: Box<Opened>,
    },
    /// An object that says how images are shown, or lies over them.
    Presented {
        from: Origin,
        presentation: Box<Presentation>,
    },
    /// The report of a batch can be written, and its files are counted.
    BatchStarted(Stand),
    /// What became of the next files of a batch.
    BatchTold(Vec<FileTold>, Stand),
    /// A portion of the rows of a worklist; more may follow from the same place.
    Listed {
        from: Origin,
        rows: Vec<Row>,
    },
    Refused {
        from: Origin,
        error: import::Error,
    },
    /// About a folder, a DICOMDIR or an archive as a whole.
    Noticed {
        given: Phi<PathBuf>,
        notice: import::Notice,
    },
    ModelLoaded(Arc<Manifest>),
    ModelRefused {
        folder: String,
        error: model::Error,
    },
    Scored(Box<Prediction>),
    Explained(Box<Explanation>),
    Ran(Box<Running>),
    NoteTaken(Box<NoteParts>),
    NoteAnswered(Box<NoteReply>),
    MapChecked(Faithfulness),
    Saved(Phi<PathBuf>),
    /// A view for the clipboard.
    Pictured(Phi<Picture>),
    FolderListed(Box<Listing>),
    VolumeMade(Arc<Volume>),
    Previewed(Box<Preview>),
    CopyWritten(Phi<PathBuf>),
    Surveyed(Vec<Check>),
    Told(Told),
    ReportOpened {
        folder: Phi<PathBuf>,
        report: Box<evaluate::Report>,
    },
    Done,
    Failed(Error),
    Cancelled,
}

/// Why a job gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Score(#[from] score::Error),
    #[error(transparent)]
    Render(#[from] render::Error),
    #[error(transparent)]
    Disk(#[from] disk::Error),
    #[error(transparent)]
    Share(#[from] share::Error),
    #[error(transparent)]
    Sample(#[from] sample::Error),
    #[error(transparent)]
    Batch(#[from] batch::Error),
    #[error(transparent)]
    Volume(#[from] mpr::Refused),
    #[error("could not list the folder ({kind}): {path}", kind = source.kind())]
    Folder {
        path: Phi<PathBuf>,
        source: std::io::Error,
    },
    #[error("wanted a loaded model named {wanted}, found {n_loaded} others")]
    NoSuchModel { wanted: String, n_loaded: usize },
    #[error("wanted an answer, found a panic in the {job} job: {cause}")]
    Panicked { job: &'static str, cause: String },
    #[error("wanted an evaluation as this program writes it, found something else: {cause}")]
    Report { cause: String },
    /// A tool said itself why it failed.
    #[error("{}", .0.english.cause)]
    Tool(Box<Relayed>),
    #[error("wanted a process for {tool}, found an error of the operating system: {cause}")]
    ToolStart { tool: &'static str, cause: String },
    #[error("wanted an event of {tool} in JSON, found a line of {n_bytes} bytes that is none")]
    ToolLine { tool: &'static str, n_bytes: usize },
    #[error(
        "wanted a last line of {tool} that tells its end, found the end of its process ({how})"
    )]
    ToolEnded { tool: &'static str, how: String },
    #[error("wanted a thread named {name}, found an error of the operating system: {cause}")]
    Thread { name: &'static str, cause: String },
}

/// The queue is full: the job was not taken.
#[derive(Debug, thiserror::Error)]
#[error("wanted a free place among {N_JOBS} waiting jobs, found none")]
pub struct Busy;

/// Jobs that may wait on each thread.
pub const N_JOBS: usize = 64;
/// Events that may wait to be read.
pub const N_EVENTS: usize = 256;

/// Opens what a person gave and says piece by piece what comes of it; ends early when asked to, or told that nobody listens.
pub type OpenFn =
    Box<dyn FnMut(&[PathBuf], &import::Cancel, &mut dyn FnMut(Found) -> ControlFlow<()>) + Send>;
/// What a batch is scored with, for the models that it wants; called for each.
pub type BatchFn = Box<dyn FnMut(&Batch) -> Result<Scorer, batch::Error> + Send>;
/// Makes the text of a table, row by row; stops early when asked to.
pub type TableFn = Arc<dyn Fn(&Task) -> Phi<Vec<u8>> + Send + Sync>;
/// Writes the sample case and says where it lies.
pub type SampleFn = Box<dyn FnMut() -> Result<Vec<PathBuf>, sample::Error> + Send>;
/// The command line of a tool.
pub type ToolFn = Box<dyn FnMut(&Tool) -> std::process::Command + Send>;
/// Makes what makes copies; called once, when it is needed first.
pub type CopierFn = Box<dyn FnMut() -> Result<Copier, share::Error> + Send>;
/// Called after each event, from any thread: asks the window for a frame.
pub type WakeFn = Arc<dyn Fn() + Send + Sync>;

/// What the threads are given; `cli` wires the decoder and the networks in, tests wire in fakes.
pub struct Parts {
    pub open: OpenFn,
    pub load: LoadFn,
    pub sample: SampleFn,
    pub tool: ToolFn,
    pub copier: CopierFn,
    pub survey: SurveyFn,
    pub batch: BatchFn,
    /// One for each bundle.
    pub model_folders: Vec<PathBuf>,
}

/// Opens files one after the other by something that reads one.
pub fn one_by_one(
    mut open: impl FnMut(&Path, &import::Cancel) -> Result<Opened, import::Error> + Send + 'static,
) -> OpenFn {
    Box::new(move |paths, cancel, each| {
        for (number, path) in paths.iter().enumerate() {
            let from = Origin {
                number: number as u64,
                ..Origin::file(path.clone())
            };
            let found = match open(path, cancel) {
                Ok(opened) => Found::Opened {
                    from,
                    opened: Box::new(opened),
                },
                Err(import::Error::Cancelled) => return,
                Err(error) => Found::Refused { from, error },
            };
            let (done, total) = (number + 1, paths.len());
            if each(found).is_break() || each(Found::Progress { done, total }).is_break() {
                return;
            }
        }
    })
}

impl Error {
    /// Whether the model refused the case and could be told to answer all the same.
    pub const fn is_out_of_scope(&self) -> bool {
        matches!(self, Self::Score(score::Error::OutOfScope { .. }))
    }
}

impl Target {
    /// The identity that the answer must carry.
    pub fn subject(&self) -> Subject {
        self.as_score_target().subject()
    }

    pub(crate) fn as_score_target(&self) -> score::Target<'_> {
        match self {
            Self::Scan {
                scan,
                frame_idx,
                at,
                neighbours,
            } => score::Target::Scan {
                scan,
                frame_idx: *frame_idx,
                at: *at,
                neighbours: neighbours.as_deref(),
            },
            Self::Note(note) => score::Target::Note(note),
            Self::Series(series) => score::Target::Series(series),
            Self::Sequence(sequence) => score::Target::Sequence(sequence),
        }
    }
}

impl Job {
    /// What the job does, for messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::OpenSample => "sample",
            Self::LoadModels => "load",
            Self::Survey => "survey",
            Self::Score { .. } => "score",
            Self::Explain { .. } => "explain",
            Self::Running { .. } => "running",
            Self::ReadNote(_) => "note",
            Self::AskNote(..) => "question",
            Self::CheckMap { .. } => "check",
            Self::Save(_) => "save",
            Self::TakeOut(_) => "view",
            Self::SaveTable { .. } => "table",
            Self::RunBatch(_) => "batch",
            Self::MakeVolume(_) => "volume",
            Self::ListFolder(_) => "folder",
            Self::AddModel(_) => "add",
            Self::OpenReport(_) => "report",
            Self::Preview { .. } => "preview",
            Self::WriteCopy { .. } => "copy",
            Self::Forget => "forget",
            Self::RunTool(tool) => tool.name(),
        }
    }
}
