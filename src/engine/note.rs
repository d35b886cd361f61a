//! A note taken apart by rules, and its answers to questions, as plain values that outlive the rules.

use std::ops::Range;

use crate::{
    case::Note,
    language::{self, Identifier, Mention, Rules, Section, SectionKind, Status, Verdict},
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
    /// The history that a conversation of doctor and patient gives; empty for any other text.
    pub history: Vec<HistoryLine>,
}

/// A part of a history, in the patient's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    pub section: SectionKind,
    /// From 0.
    pub turn_idx: usize,
    /// The words quoted.
    pub span: Range<usize>,
    /// What is said of which concepts, those of the question included where the words only answer it.
    pub mentions: Vec<Spoken>,
}

/// What a note answers to a question, by rules. Without answers it does not say.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteReply {
    pub about: Subject,
    /// To a question of yes or no.
    pub verdict: Option<Verdict>,
    /// The best first.
    pub answers: Vec<NoteAnswer>,
}

/// Words of the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteAnswer {
    pub span: Range<usize>,
    pub section: SectionKind,
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
    NoteParts {
        about: Subject::file(note.file_sha256),
        mentions: spoken(rules, &reading.mentions),
        sections: reading.sections,
        identifiers: rules.identifiers.find(text),
        history: language::intake(rules, text)
            .into_iter()
            .map(|it| HistoryLine {
                section: it.section,
                turn_idx: it.turn_idx,
                span: it.span,
                mentions: spoken(rules, &it.mentions),
            })
            .collect(),
    }
}

fn spoken(rules: &Rules, mentions: &[Mention]) -> Vec<Spoken> {
    let found = mentions.iter().filter_map(|it| {
        Some(Spoken {
            span: it.span.clone(),
            status: it.status(),
            term: rules.lexicon.concept(it.concept_idx)?.term,
        })
    });
    found.collect()
}

/// Answers a question by rules, in the words of the note.
pub(super) fn reply(rules: &Rules, note: &Note, question: &str) -> NoteReply {
    // The words are shown where they stand, to the person who asked.
    let text = note.text.reveal();
    let reading = language::read(rules, text);
    let found = language::answer(rules, text, &reading, question);
    let answers = found.answers.into_iter().filter_map(|it| {
        Some(NoteAnswer {
            section: reading.sections.get(it.section_idx)?.kind,
            span: it.span,
        })
    });
    NoteReply {
        about: Subject::file(note.file_sha256),
        verdict: found.verdict,
        answers: answers.collect(),
    }
}
