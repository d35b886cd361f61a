//! Why a file could not be opened: what was wanted and what was found, never what the file says about a patient.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{deid::dicom::Refused, disk, privacy::Phi};

/// Why [`super::Decoder::open`] has no scan and no chart.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read from the disk.
    #[error(transparent)]
    Disk(#[from] disk::Error),
    /// The decode worker read the file and refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The worker took too long and was stopped.
    #[error(
        "wanted the file decoded within {limit_secs} s, found it still at work, and stopped it"
    )]
    Timeout { limit_secs: u64 },
    /// The caller asked to stop.
    #[error("opening the file was cancelled")]
    Cancelled,
    /// The worker ended without an answer: a crash, or a limit on memory or time.
    #[error("wanted an answer from the decode worker, found that it ended ({how})")]
    WorkerDied { how: String },
    /// The worker's answer broke the contract between the two processes.
    #[error("wanted {wanted} from the decode worker, found {found}")]
    Protocol { wanted: &'static str, found: String },
    /// The worker binary could not be started.
    #[error("could not start the decode worker ({kind}): {path}", kind = source.kind())]
    NoWorker {
        path: Phi<PathBuf>,
        source: std::io::Error,
    },
}

/// Why the worker refused a file. It crosses the pipe; its words are ours, with tags and numbers from the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// No bytes at all.
    #[error("wanted an image or a note, found an empty file")]
    Empty,
    /// The content is none of the kinds we read.
    #[error("wanted DICOM, PNG, JPEG, TIFF, BMP, PDF, DOCX, RTF or text, found {found}")]
    NotRecognised { found: String },
    /// A sound DICOM object that holds no image.
    #[error("wanted a DICOM image, found a DICOM object without pixels ({sop_class})")]
    NoPixels { sop_class: String },
    /// A document without a text layer, or without text at all.
    #[error("wanted a document with text, found {found}")]
    NoText { found: String },
    /// A document that opens only with a password.
    #[error("wanted a document that opens without a password, found one that is protected by one")]
    Locked,
    /// The pixels are compressed in a way that nothing here decodes.
    #[error("wanted a transfer syntax that can be decoded, found {name} ({uid})")]
    UnsupportedTransferSyntax { uid: String, name: String },
    /// The file is sound, but this feature of it is not understood.
    #[error("wanted {wanted}, found {found}")]
    Unsupported { wanted: String, found: String },
    /// An element declares more bytes than the file has.
    #[error("wanted {wanted_bytes} bytes for {tag}, found {left_bytes} left in the file")]
    LengthBeyondEnd {
        tag: String,
        wanted_bytes: u64,
        left_bytes: u64,
    },
    /// Sequences inside sequences beyond any real object.
    #[error("wanted sequences nested at most {limit} deep, found more")]
    NestedTooDeep { limit: usize },
    /// The picture that the header promises and the bytes that are there do not agree.
    #[error("wanted {wanted}, found {found}: the pixels do not fit their description")]
    PixelContract { wanted: String, found: String },
    /// A table or a resource of measurements, of which no value can be used, or not without a word from the person.
    #[error("wanted {wanted}, found {found}")]
    Series { wanted: String, found: String },
    /// More than this program takes.
    #[error("wanted {what} of at most {limit}, found {found}")]
    TooLarge {
        what: String,
        limit: u64,
        found: u64,
    },
    /// The bytes do not follow the format.
    #[error("wanted {wanted}, found {found}")]
    Malformed { wanted: String, found: String },
    /// A codec gave up.
    #[error("wanted a sound {codec} stream, found that it {found}")]
    Codec { codec: String, found: String },
    /// The file was read, but not de-identified.
    #[error("{refused}")]
    NotDeidentified { refused: Refused },
    /// The decoder itself failed; a defect here or in a library.
    #[error("wanted an answer from the decoder, found a defect in it at {place}")]
    Defect { place: String },
    /// The reader of the answer went away.
    #[error("wanted a reader for the answer, found a closed pipe")]
    Abandoned,
}

impl Refusal {
    pub(super) fn contract(wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self::PixelContract {
            wanted: wanted.into(),
            found: found.into(),
        }
    }

    pub(super) fn malformed(wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Malformed {
            wanted: wanted.into(),
            found: found.into(),
        }
    }

    pub(super) fn unsupported(wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Unsupported {
            wanted: wanted.into(),
            found: found.into(),
        }
    }

    pub(super) fn series(wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Series {
            wanted: wanted.into(),
            found: found.into(),
        }
    }

    pub(super) fn codec(codec: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Codec {
            codec: codec.into(),
            found: found.into(),
        }
    }

    pub(super) fn too_large(what: impl Into<String>, limit: u64, found: u64) -> Self {
        Self::TooLarge {
            what: what.into(),
            limit,
            found,
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::NotDeidentified { refused }
    }
}

impl From<std::io::Error> for Refusal {
    /// The only I/O of a worker is its pipe.
    fn from(_: std::io::Error) -> Self {
        Self::Abandoned
    }
}
