//! Files that are scored without being looked at, by `wardlight score` and by the worklist: which model reads which file, what
//! became of each, and the report of it all (`assets/score.schema.json`).
//!
//! 1. [`Models`] finds the model for a case and loads it once;
//! 2. [`Scorer`] decodes and scores one file after the other; a file that fails costs no other;
//! 3. `ledger` keeps the report on the disk whole, whatever happens, and goes on with one that is there already.
//!
//! Deliberately not here: what is printed for people, and explanations; `cli` has both.

mod ledger;
mod models;
mod run;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{
    case::{
        Note, Scan, Sequence, Series, Subject,
        scan::Header,
        worklist::{Row, RowKind},
    },
    disk::{self, Sha256},
    failure::Failure,
    import, model,
    prediction::Prediction,
    privacy::Phi,
    score,
};

pub use self::{
    models::{LoadFn, Models},
    run::{Batch, DecodeFn, Files, RowsFn, Scorer},
};

/// Said on every screen and in every file that carries a result.
pub const NOTICE: &str = "Research use only - not for diagnosis";

/// The report.
#[derive(Serialize)]
pub struct Report<A> {
    pub schema: &'static str,
    pub notice: &'static str,
    pub app_version: &'static str,
    pub results: Vec<A>,
    pub failures: Vec<Refusal>,
}

impl<A> Default for Report<A> {
    fn default() -> Self {
        Self {
            schema: import::SCORE_SCHEMA,
            notice: NOTICE,
            app_version: env!("CARGO_PKG_VERSION"),
            results: Vec::new(),
            failures: Vec::new(),
        }
    }
}

/// An answer in the report, with the explanation and the course that whoever asked adds to it.
#[derive(Serialize)]
pub struct Answer<E, C> {
    pub file: PathBuf,
    pub kind: RowKind,
    pub prediction: Prediction,
    /// The name of the sequence in its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    pub explanation: Option<E>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<C>,
}

/// A file without an answer, in the report.
#[derive(Serialize)]
pub struct Refusal {
    file: PathBuf,
    headline: String,
    remedy: String,
    cause: String,
    /// The file or the case is none for this program or this model; else something went wrong.
    is_refused: bool,
}

/// Why a file has no answer.
#[derive(Clone, Debug)]
pub struct Silence {
    pub failure: Failure,
    pub is_refused: bool,
}

/// What a report and the records must know of a case that was scored; the pixels and the text are gone by then.
#[derive(Clone, Debug)]
pub struct About {
    pub kind: RowKind,
    pub subject: Subject,
    /// Of a scan.
    pub header: Option<Box<Header>>,
    /// Of a note that has one.
    pub title: Phi<String>,
    /// The name of the sequence in its file.
    pub record: Option<String>,
    /// Of the pixels; of the file, for what has none.
    pub content_sha256: Sha256,
}

/// A case with its answer.
#[derive(Clone, Debug)]
pub struct Answered {
    pub about: About,
    pub prediction: Box<Prediction>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct FileTold {
    pub file: Phi<PathBuf>,
    /// One for a scan or a note, one for each series and sequence.
    pub cases: Vec<Result<Answered, Silence>>,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stand {
    /// Files that the folder has.
    pub n_files: usize,
    /// Those of them that are done, whatever became of them.
    pub n_done: usize,
    /// Those of them that the report had an answer for.
    pub n_known: usize,
    /// Time that the others took, without pauses.
    pub seconds: f64,
}

/// What a batch says while it runs.
#[derive(Debug)]
pub enum Told {
    /// What the report has already; empty for a new one.
    Known(Vec<Row>),
    /// Something about the folder as a whole.
    Noticed(import::Notice),
    /// The files are counted, and the report can be written.
    Started(Stand),
    /// The next files.
    Files(Vec<FileTold>, Stand),
}

/// Why a batch did not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted one of the models {there}, found {wanted}")]
    NoSuchModel { wanted: String, there: String },
    #[error(transparent)]
    Model(#[from] model::Error),
    #[error(transparent)]
    Disk(#[from] disk::Error),
    /// The report that is there already.
    #[error(transparent)]
    Report(#[from] import::Error),
    #[error("wanted a report as this program lays it out, found {found}")]
    Layout { found: &'static str },
    #[error("wanted a thread, found an error of the operating system: {cause}")]
    Thread { cause: String },
}

impl Silence {
    /// The file or the case is none for this program or this model.
    pub fn refused(failure: Failure) -> Self {
        Self {
            failure,
            is_refused: true,
        }
    }

    /// As the report has it.
    pub fn of(self, file: &Path) -> Refusal {
        let Failure {
            headline,
            remedy,
            cause,
        } = self.failure;
        Refusal {
            file: file.to_owned(),
            headline,
            remedy,
            cause,
            is_refused: self.is_refused,
        }
    }
}

impl From<Failure> for Silence {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            is_refused: false,
        }
    }
}

impl From<&score::Error> for Silence {
    fn from(error: &score::Error) -> Self {
        Self {
            failure: Failure::from(error),
            is_refused: matches!(error, score::Error::OutOfScope { .. }),
        }
    }
}

impl From<&import::Error> for Silence {
    fn from(error: &import::Error) -> Self {
        Self {
            failure: Failure::from(error),
            is_refused: matches!(error, import::Error::Refused(_)),
        }
    }
}

impl About {
    fn of_scan(scan: &Scan) -> Self {
        Self {
            subject: scan.header.subject.clone(),
            header: Some(Box::new(scan.header.clone())),
            ..Self::of(RowKind::Scan, scan.header.pixel_sha256)
        }
    }

    fn of_note(note: &Note) -> Self {
        Self {
            subject: note.subject.clone(),
            // On its way to the encrypted records.
            title: Phi::new(note.title.reveal().clone().unwrap_or_default()),
            ..Self::of(RowKind::Note, note.file_sha256)
        }
    }

    fn of_series(series: &Series) -> Self {
        Self {
            subject: series.subject.clone(),
            ..Self::of(RowKind::Series, series.file_sha256)
        }
    }

    fn of_sequence(sequence: &Sequence) -> Self {
        Self {
            record: Some(sequence.name.clone()).filter(|it| !it.is_empty()),
            ..Self::of(RowKind::Sequence, sequence.file_sha256)
        }
    }

    fn of(kind: RowKind, content_sha256: Sha256) -> Self {
        Self {
            kind,
            subject: Subject::default(),
            header: None,
            title: Phi::default(),
            record: None,
            content_sha256,
        }
    }
}
