//! The case of a row: where it stands, and what it is once it is opened.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Kind, Open};
use crate::{
    case::{Chart, Note, Scan, Sequence, Series, note, sequence::Letters},
    disk::Sha256,
    failure::Failure,
    privacy::Phi,
    score::Target,
};

/// What a file holds.
pub enum Content {
    Scan(Box<Scan>),
    Chart(Chart),
}

/// Where the case of a row stands.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File(PathBuf),
    /// The text of a note, in the row itself.
    Text(Phi<Arc<str>>),
    /// The letters of a sequence, in the row itself.
    Letters(Phi<Arc<str>>),
    /// What the files of measurements have of it; `None` for nothing.
    Course(Option<Arc<Series>>),
}

/// A case that can be scored.
#[derive(Clone)]
pub(super) enum Item {
    Scan(Box<Scan>),
    Note(Box<Note>),
    Series(Arc<Series>),
    Sequence(Sequence),
}

impl Source {
    /// Opens it as a user's file would be. Text of a row has to be what a file of text may be.
    pub(super) fn open(&self, kind: Kind, open: &Open<'_>) -> Result<Item, Failure> {
        match self {
            Self::File(path) => Item::of(open(path)?, kind),
            // To be scored.
            Self::Text(text) => note_of(text.reveal()),
            Self::Letters(text) => sequence_of(text.reveal()),
            Self::Course(Some(series)) => Ok(Item::Series(Arc::clone(series))),
            Self::Course(None) => Err(unread(
                "There are no measurements of this case",
                "wanted a measurement with the key of the row, found none",
            )),
        }
    }

    /// What two rows with the same case have in common; `None` where that cannot be told.
    pub(super) fn identity(&self) -> Option<Sha256> {
        match self {
            Self::File(path) => Some(Sha256::of(path.as_os_str().as_encoded_bytes())),
            // A hash, to compare with other rows; two rows without a text are not one case.
            Self::Text(text) => {
                let text = Some(text.reveal()).filter(|it| !it.trim().is_empty())?;
                Some(Sha256::of(text.as_bytes()))
            }
            // Likewise, in one spelling: `acgu` is `ACGT`.
            Self::Letters(text) => {
                let letters = Letters::parse(text.reveal()).ok()?;
                Some(Sha256::of(letters.as_str().as_bytes()))
            }
            // Two patients of whom nothing was measured are not one patient.
            Self::Course(series) => {
                let series = series.as_ref().filter(|it| 0 < it.n_points())?;
                Some(series.file_sha256)
            }
        }
    }

    /// The text of a note, for a model of terms.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            // To be learned from and scored.
            Self::Text(text) => Some(text.reveal()),
            Self::File(_) | Self::Letters(_) | Self::Course(_) => None,
        }
    }

    /// The file, where it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Text(_) | Self::Letters(_) | Self::Course(_) => None,
        }
    }
}

impl Item {
    /// The one case of this kind that a file holds.
    pub(super) fn of(content: Content, kind: Kind) -> Result<Self, Failure> {
        let found = match content {
            Content::Scan(scan) if kind == Kind::Images => return Ok(Self::Scan(scan)),
            Content::Scan(_) => "an image".to_owned(),
            Content::Chart(chart) => match Self::of_chart(&chart, kind) {
                Some(item) => return Ok(item),
                None => chart.found(),
            },
        };
        let one = kind.one();
        let article = if kind == Kind::Images { "an" } else { "a" };
        Err(unread(
            format!("This is {found}, not {article} {one}"),
            format!("wanted {article} {one}, found {found}"),
        ))
    }

    fn of_chart(chart: &Chart, kind: Kind) -> Option<Self> {
        match kind {
            Kind::Images => None,
            Kind::Notes => chart.only_note().cloned().map(Box::new).map(Self::Note),
            Kind::Courses => match chart.series.as_slice() {
                [one] => Some(Self::Series(Arc::new(one.clone()))),
                _ => None,
            },
            Kind::Sequences => match chart.sequences.as_slice() {
                [one] => Some(Self::Sequence(one.clone())),
                _ => None,
            },
        }
    }

    /// The first frame of a scan, or the whole of anything else.
    pub(super) fn target(&self) -> Target<'_> {
        match self {
            Self::Scan(scan) => Target::Scan {
                scan,
                frame_idx: 0,
                at: None,
                neighbours: None,
            },
            Self::Note(note) => Target::Note(note),
            Self::Series(series) => Target::Series(series),
            Self::Sequence(sequence) => Target::Sequence(sequence),
        }
    }
}

fn note_of(text: &str) -> Result<Item, Failure> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.chars().any(note::is_forbidden) {
        return Err(unread(
            "The text holds signs that no note has",
            "wanted text, found control characters",
        ));
    }
    Ok(Item::Note(Box::new(Note::plain(text))))
}

fn sequence_of(text: &str) -> Result<Item, Failure> {
    let letters = Letters::parse(text)
        .map_err(|error| Failure::new("This is no nucleotide sequence", String::new(), &error))?;
    Ok(Item::Sequence(Sequence {
        file_sha256: Sha256::of(letters.as_str().as_bytes()),
        name: String::new(),
        letters,
    }))
}

fn unread(headline: impl Into<String>, cause: impl Into<String>) -> Failure {
    Failure {
        headline: headline.into(),
        remedy: "Correct the row, or leave it out.".to_owned(),
        cause: cause.into(),
    }
}
