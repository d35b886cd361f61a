//! De-identified copies for other eyes: a preview that a person corrects, the copy, and the folder where results lie.
//!
//! 1. `look` finds text in a scan, and `notes` what identifies in a note;
//! 2. [`Copier::preview`] tells what would be covered, replaced and changed;
//! 3. a person corrects that, and [`Copier::write`] makes the copy by their word;
//! 4. `outputs` places results under names that say nothing of the inputs, and `report` tells what became of each.

mod copier;
mod look;
mod notes;
mod outputs;
mod report;

use std::io;

use crate::{deid::pixels, disk, import};

pub use self::{
    copier::{Copier, Decision, NotePreview, Preview, ScanPreview, Source, Wish},
    look::{Cover, Look, covers_to_masks},
    notes::{CleanedNote, cleaned, findings, names_patient},
    outputs::Outputs,
    report::{Report, Row, Status},
};

/// Why there is no preview and no copy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Disk(#[from] disk::Error),
    #[error(transparent)]
    Import(#[from] import::Error),
    #[error(transparent)]
    Pixels(#[from] pixels::Error),
    /// It was written since.
    #[error("wanted the file as it was opened, found it changed or another in its place")]
    FileChanged,
    #[error("wanted another name, found a different file under it already: {uid}")]
    NameTaken { uid: String },
    #[error("wanted a UID, found something else")]
    NotAUid,
    #[error("wanted a free name for the report, found none")]
    NoFreeName,
    #[error("could not {doing}: {kind}")]
    Folder {
        doing: &'static str,
        kind: io::ErrorKind,
    },
    #[error("wanted a report in JSON, found values that have none")]
    Json,
    /// Somebody stopped the search.
    #[error("wanted the picture searched to its end, found the search stopped")]
    Cancelled,
}

impl Error {
    fn folder(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Folder {
            doing,
            kind: error.kind(),
        }
    }
}
