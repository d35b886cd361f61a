//! A note taken apart by rules, as plain values that outlive the rules.

use std::ops::Range;

use crate::{
    case::Note,
    language::{self, Identifier, Rules, Section, Status},
    prediction::Subject,
};

/// What rules find in a note. Every range is of bytes of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteParts {
    pub about: Subject,
    /// They cover the text.
    pub sections: Vec<Section>,
    /// In the order of the text.
    pub mentions: Vec<Spoken>,
    /// What may tell who the patient is; it guarantees nothing.
    pub identifiers: Vec<Identifier>,
}

/// A concept that the note speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub span: Range<usize>,
    pub status: Status,
    /// Its preferred name.
    pub term: &'static str,
}

/// Reads a note by rules.
pub(super) fn taken_apart(rules: &Rules, note: &Note) -> NoteParts {
    // Rules read it; what they find is shown beside the text it came from.
    let text = note.text.reveal();
    let reading = language::read(rules, text);
    let spoken = reading.mentions.iter().filter_map(|it| {
        Some(Spoken {
            span: it.span.clone(),
            status: it.status(),
            term: rules.lexicon.concept(it.concept_idx)?.term,
        })
    });
    NoteParts {
        about: Subject::file(note.file_sha256),
        mentions: spoken.collect(),
        sections: reading.sections,
        identifiers: rules.identifiers.find(text),
    }
}
