//! A clinical text taken apart by rules: sections, sentences, concepts and what is said of them, identifiers, dialogue, answers.
//!
//! Every range is of bytes of the text that was given, on character boundaries. Nothing is learned and nothing generated:
//! each thing told has its place in the text.

mod answer;
mod assertion;
mod dialogue;
mod evidence;
mod heads;
mod identifiers;
mod lexicon;
mod names;
mod patterns;
mod patterns_zh;
mod questions;
mod ranking;
mod sections;
mod sentences;
mod topics;
mod vocabulary;
mod words;

use std::ops::Range;

use self::{
    answer::Asking,
    assertion::Cues,
    topics::Topics,
    words::{Hit, is_han, words},
};
pub use self::{
    answer::{Answer, Basis, QuestionKind, Reply, Verdict, answer},
    assertion::{Assertion, Status},
    dialogue::{IntakeLine, Speaker, Turn, intake, turns},
    identifiers::{Finder, Identifier, IdentifierKind, Why},
    lexicon::{Concept, ConceptKind, Lexicon},
    sections::{Section, SectionKind, sections},
    sentences::sentences,
};

/// The language that most of a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// Chinese, if Han characters are at least a fifth of the letters: a hanzi says as much as a word.
    pub fn of(text: &str) -> Self {
        let n_han = text.chars().filter(|it| is_han(*it)).count();
        let n_letters = text.chars().filter(|it| it.is_alphabetic()).count();
        if 0 < n_han && n_letters <= 5 * n_han {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// Its code by ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

/// What reading a text needs to know.
#[derive(Debug)]
pub struct Rules {
    pub lexicon: Lexicon,
    pub identifiers: Finder,
    cues: Cues,
    topics: Topics,
    asking: Asking,
}

impl Rules {
    /// The built-in rules. Building them takes some tens of milliseconds: build once.
    pub fn built_in() -> Self {
        Self {
            lexicon: Lexicon::built_in(),
            identifiers: Finder::built_in(),
            cues: Cues::built_in(),
            topics: Topics::built_in(),
            asking: Asking::built_in(),
        }
    }

    fn kind_of(&self, mention: &Mention) -> Option<ConceptKind> {
        self.lexicon.concept(mention.concept_idx).map(|it| it.kind)
    }
}

/// A text taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub language: Language,
    /// They cover the text.
    pub sections: Vec<Section>,
    pub sentences: Vec<Sentence>,
    pub mentions: Vec<Mention>,
}

/// A sentence, and the section that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub span: Range<usize>,
    pub section_idx: usize,
}

/// A concept at its place in the text, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Index into the lexicon.
    pub concept_idx: usize,
    pub span: Range<usize>,
    pub assertion: Assertion,
    pub sentence_idx: usize,
    pub section_idx: usize,
}

impl Mention {
    /// The strongest that is said of it.
    pub fn status(&self) -> Status {
        self.assertion.status()
    }

    /// The words that decided the status, unless nothing or the section did.
    pub fn cue(&self) -> Option<Range<usize>> {
        self.assertion.cue()
    }
}

/// Reads a text: sections, their sentences, the concepts in each and what is said of them, all in order of the text.
pub fn read(rules: &Rules, text: &str) -> Reading {
    let sections = sections(text);
    let mut found_sentences = Vec::new();
    let mut mentions = Vec::new();
    for (section_idx, section) in sections.iter().enumerate() {
        for span in sentences(text, section.body.clone()) {
            let sentence_idx = found_sentences.len();
            for mut mention in mentions_of_sentence(rules, text, span.clone(), section.kind) {
                mention.sentence_idx = sentence_idx;
                mention.section_idx = section_idx;
                mentions.push(mention);
            }
            found_sentences.push(Sentence { span, section_idx });
        }
    }
    Reading {
        language: Language::of(text),
        sections,
        sentences: found_sentences,
        mentions,
    }
}

/// The concepts in a part of a text that stands under one head.
fn mentions_of(
    rules: &Rules,
    text: &str,
    part: Range<usize>,
    kind: SectionKind,
    section_idx: usize,
) -> Vec<Mention> {
    let mut mentions = Vec::new();
    for (sentence_idx, span) in sentences(text, part).into_iter().enumerate() {
        for mut mention in mentions_of_sentence(rules, text, span, kind) {
            mention.sentence_idx = sentence_idx;
            mention.section_idx = section_idx;
            mentions.push(mention);
        }
    }
    mentions
}

fn mentions_of_sentence(
    rules: &Rules,
    text: &str,
    sentence: Range<usize>,
    kind: SectionKind,
) -> Vec<Mention> {
    let found = words(text, sentence);
    let concepts = rules.lexicon.find(text, &found);
    if concepts.is_empty() {
        return Vec::new();
    }
    let cues = outside(rules.cues.find(text, &found), &concepts);
    let mention = |concept: Hit<usize>| Mention {
        concept_idx: concept.value,
        assertion: rules
            .cues
            .assertion(text, &found, &cues, &concept.words)
            .in_section(kind),
        span: concept.span,
        sentence_idx: 0,
        section_idx: 0,
    };
    concepts.into_iter().map(mention).collect()
}

/// What a text says of the words at `span`, be they a known concept or not.
pub fn assertion(rules: &Rules, text: &str, span: Range<usize>) -> Assertion {
    for section in sections(text) {
        for sentence in sentences(text, section.body.clone()) {
            if span.start < sentence.start || sentence.end <= span.start {
                continue;
            }
            let found = words(text, sentence);
            let concept = found.partition_point(|it| it.span.end <= span.start)
                ..found.partition_point(|it| it.span.start < span.end);
            let cues = rules.cues.find(text, &found);
            return rules
                .cues
                .assertion(text, &found, &cues, &concept)
                .in_section(section.kind);
        }
    }
    Assertion::default()
}

/// The cues that are no part of a concept: the first character of a Chinese "weakness" says "no".
fn outside(cues: Vec<Hit<usize>>, concepts: &[Hit<usize>]) -> Vec<Hit<usize>> {
    let is_inside = |cue: &Hit<usize>| {
        let at = concepts.partition_point(|it| it.words.end <= cue.words.start);
        concepts
            .get(at)
            .is_some_and(|it| it.words.start <= cue.words.start && cue.words.end <= it.words.end)
    };
    cues.into_iter().filter(|it| !is_inside(it)).collect()
}
