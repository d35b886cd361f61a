//! A question and a note as windows of tokens: `[CLS]` question `[SEP]` part of the note `[SEP]` (Devlin et al. 2019, 4.2).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Error, Tokenizer, words::words};
use crate::case::Note;

/// How a question and a note become an input, and which spans may answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionSpec {
    /// Tokens in a window, with the question, `[CLS]` and both `[SEP]`.
    pub max_tokens: usize,
    /// Tokens of the note from the start of one window to the start of the next.
    pub stride: usize,
    /// Windows that are read; a longer note is refused, never cut in silence.
    pub max_windows: usize,
    /// Tokens of the longest question.
    pub max_question: usize,
    /// Tokens of the longest answer.
    pub max_answer: usize,
    /// How far no answer must be ahead of the best span, in logits, before the note is said not to tell.
    pub none_above: f32,
}

/// A question and a note; the windows cover the note without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionInput {
    pub windows: Vec<QuestionWindow>,
    /// Tokens of the note.
    pub n_tokens: usize,
}

/// One stretch of the note behind the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionWindow {
    pub ids: Vec<i64>,
    /// Position in `ids` of the first token of the note.
    pub first: usize,
    /// For each token of the note in this window, where it stands in the note, in bytes.
    pub spans: Vec<Range<usize>>,
}

impl QuestionWindow {
    /// 0 for `[CLS]`, the question and its `[SEP]`; 1 for the note and its `[SEP]`.
    pub fn segments(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.ids.len()).map(|it| i64::from(self.first <= it))
    }
}

/// Makes the input of a question about a note.
///
/// # Errors
/// A question or a note without a word, or with more tokens than the specification allows.
pub fn prepare_question(
    note: &Note,
    question: &str,
    spec: &QuestionSpec,
    tokenizer: &Tokenizer,
) -> Result<QuestionInput, Error> {
    // The text goes to the network, not to a log.
    let text = note.text.reveal();
    if words(text).is_empty() {
        return Err(Error::EmptyNote);
    }
    if words(question).is_empty() {
        return Err(Error::EmptyQuestion);
    }
    let question = tokenizer.encode(question)?;
    if spec.max_question < question.len() {
        return Err(Error::QuestionTooLong {
            limit: spec.max_question,
            found: question.len(),
        });
    }
    let tokens = tokenizer.encode(text)?;
    let body = spec.max_tokens.saturating_sub(3 + question.len()).max(1);
    // A stride beyond the window would leave a gap.
    let stride = spec.stride.clamp(1, body);
    let n_windows = 1 + tokens.len().saturating_sub(body).div_ceil(stride);
    if spec.max_windows < n_windows {
        return Err(Error::NoteTooLong {
            limit: body + stride * spec.max_windows.saturating_sub(1),
            found: tokens.len(),
        });
    }
    let (cls, sep) = tokenizer.ends();
    let head: Vec<i64> = [cls]
        .into_iter()
        .chain(question.iter().map(|(id, _)| i64::from(*id)))
        .chain([sep])
        .collect();
    let window = |window_idx: usize| {
        let inside = tokens.iter().skip(window_idx * stride).take(body);
        let (ids, spans): (Vec<i64>, Vec<_>) = inside
            .map(|(id, span)| (i64::from(*id), span.clone()))
            .unzip();
        QuestionWindow {
            ids: head.iter().copied().chain(ids).chain([sep]).collect(),
            first: head.len(),
            spans,
        }
    };
    Ok(QuestionInput {
        windows: (0..n_windows).map(window).collect(),
        n_tokens: tokens.len(),
    })
}
