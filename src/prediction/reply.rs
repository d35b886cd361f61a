//! The answer to a question about a note: places in the note, never words of our own.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Engine, ModelRef, NoteRead, Subject};
use crate::warnings::Warning;

/// What a model answers to a question about one note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub about: Subject,
    pub model: ModelRef,
    pub app_version: String,
    pub engine: Engine,
    pub read: NoteRead,
    pub choice: Choice,
    pub warnings: Vec<Warning>,
    /// Milliseconds in the network.
    pub network_ms: f32,
}

/// The spans that may answer, and whether one does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The best spans, best first, each once; they may overlap.
    pub spans: Vec<Span>,
    /// The score of no answer, in logits.
    pub none: f32,
    /// Its part of the probability.
    pub none_probability: f32,
    /// Whether the best span stands: no answer is not ahead of it by more than the model's threshold.
    pub is_answered: bool,
}

/// A place in a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Bytes of the note's text.
    pub bytes: Range<usize>,
    /// Start logit plus end logit.
    pub score: f32,
    /// Softmax over the spans and no answer. It ranks; it is not calibrated.
    pub probability: f32,
}

impl Choice {
    /// The span to show, if the note tells.
    pub fn answer(&self) -> Option<&Span> {
        self.spans.first().filter(|_| self.is_answered)
    }
}
