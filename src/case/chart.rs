//! What one file says of a patient in words and numbers: notes, measurements over time, sequences.

use serde::{Deserialize, Serialize};

use super::{Note, Sequence, Series};
use crate::warnings::Warning;

/// At least one of the lists has a member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    pub notes: Vec<Note>,
    pub series: Vec<Series>,
    pub sequences: Vec<Sequence>,
    /// What was odd about the file as a whole; notes and series have their own.
    pub warnings: Vec<Warning>,
}

impl Chart {
    /// The note of a file that holds one note and nothing else.
    pub fn only_note(&self) -> Option<&Note> {
        match self {
            Self {
                notes,
                series,
                sequences,
                ..
            } if series.is_empty() && sequences.is_empty() => match notes.as_slice() {
                [note] => Some(note),
                _ => None,
            },
            _ => None,
        }
    }

    /// What it holds where something else was wanted: `text`, or as [`Self::summary`] says.
    pub fn found(&self) -> String {
        let is_note = self.only_note().is_some();
        if is_note {
            "text".to_owned()
        } else {
            self.summary()
        }
    }

    /// What it holds, for a person: `a note`, `a series of 37 variables`.
    pub fn summary(&self) -> String {
        let several = |n: usize, one: &str, many: &str| match n {
            0 => None,
            1 => Some(one.to_owned()),
            n => Some(format!("{n} {many}")),
        };
        let variables = |it: &Series| match it.channels.len() {
            1 => "a series of one variable".to_owned(),
            n => format!("a series of {n} variables"),
        };
        let notes = several(self.notes.len(), "a note", "notes");
        let series = match self.series.as_slice() {
            [one] => Some(variables(one)),
            many => several(many.len(), "a series", "series"),
        };
        let sequences = several(
            self.sequences.len(),
            "a nucleotide sequence",
            "nucleotide sequences",
        );
        let all: Vec<String> = [notes, series, sequences].into_iter().flatten().collect();
        if all.is_empty() {
            "nothing".to_owned()
        } else {
            all.join(" and ")
        }
    }
}

impl From<Note> for Chart {
    fn from(note: Note) -> Self {
        Self {
            notes: vec![note],
            ..Self::default()
        }
    }
}

impl From<Series> for Chart {
    fn from(series: Series) -> Self {
        Self {
            series: vec![series],
            ..Self::default()
        }
    }
}
