//! A note as windows of tokens.
//!
//! 1. find the words ([`super::words`]);
//! 2. cut the text into tokens with the model's own tokenizer, with byte ranges in the note;
//! 3. refuse a note that is empty or longer than the model may read;
//! 4. lay windows over the tokens that overlap, with `[CLS]` and `[SEP]` around each;
//! 5. find the terms ([`super::terms`]), for a model that counts them.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tokenizers::ModelWrapper;

use super::{Error, Terms, TextInput, TokenWindow, words::words};
use crate::{
    case::Note,
    warnings::{WarningKind, Warnings},
};

/// Part of unknown tokens above which the note is unlike what the tokenizer was made from.
const UNKNOWN_LIMIT: f64 = 0.1;

/// How a note becomes an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSpec {
    /// Tokens in a window, `[CLS]` and `[SEP]` included.
    pub max_tokens: usize,
    /// Tokens that neighbouring windows share.
    pub overlap: usize,
    /// Windows that are read; a longer note is refused, never cut in silence.
    pub max_windows: usize,
    /// A text of another form is refused.
    #[serde(default, skip_serializing_if = "TextForm::is_any")]
    pub form: TextForm,
}

/// What a text looks like, whatever it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextForm {
    #[default]
    Any,
    /// Turns of two or more people, each after its speaker: `Doctor: …`.
    Dialogue,
    /// A few sentences with one finding in marks: `No «edema».`
    Marked,
}

impl TextForm {
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

impl TextSpec {
    /// Tokens of the note in one window.
    fn body(&self) -> usize {
        self.max_tokens.saturating_sub(2).max(1)
    }

    /// Tokens from the start of one window to the start of the next.
    fn stride(&self) -> usize {
        self.body().saturating_sub(self.overlap).max(1)
    }

    /// Tokens in the longest note that is read.
    fn limit(&self) -> usize {
        self.body() + self.stride() * self.max_windows.saturating_sub(1)
    }

    /// Tokens of the note that an input holds, each counted once.
    pub fn n_tokens(&self, input: &TextInput) -> usize {
        let n_before_last = input.windows.len().saturating_sub(1);
        // [CLS] and [SEP] stand around the tokens of each window.
        let in_last = input
            .windows
            .last()
            .map_or(0, |it| it.ids.len().saturating_sub(2));
        self.stride() * n_before_last + in_last
    }
}

/// A loaded `tokenizer.json`, and the terms that the model counts beside its tokens.
pub struct Tokenizer {
    tokenizer: tokenizers::Tokenizer,
    cls: u32,
    sep: u32,
    unk: Option<u32>,
    terms: Option<Terms>,
}

impl Tokenizer {
    /// Reads the bytes of a `tokenizer.json`.
    ///
    /// # Errors
    /// Bytes that the tokenizers crate does not read, or a vocabulary without `[CLS]` or `[SEP]`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let odd = |it: tokenizers::Error| Error::Tokenizer {
            cause: it.to_string(),
        };
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(bytes).map_err(odd)?;
        // A file may ask for its text to be cut or filled up, as it was in training: here windows do that, and nothing
        // of a note is dropped in silence.
        tokenizer
            .with_padding(None)
            .with_truncation(None)
            .map_err(odd)?;
        let id = |token: &str| tokenizer.token_to_id(token);
        let needed = |token: &str| {
            id(token).ok_or_else(|| Error::Tokenizer {
                cause: format!("it has no {token}"),
            })
        };
        let (cls, sep, unk) = (needed("[CLS]")?, needed("[SEP]")?, id("[UNK]"));
        Ok(Self {
            tokenizer,
            cls,
            sep,
            unk,
            terms: None,
        })
    }

    /// The same, for a model that counts terms as well.
    pub fn with_terms(self, terms: Option<Terms>) -> Self {
        Self { terms, ..self }
    }

    /// Forgets the words that it has split so far.
    pub fn forget(&mut self) {
        let mut model = self.tokenizer.get_model().clone();
        if matches!(model, ModelWrapper::BPE(_) | ModelWrapper::Unigram(_)) {
            model.clear_cache();
            self.tokenizer.with_model(model);
        }
    }

    /// Number of tokens it knows.
    pub fn n_tokens(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// The number of a token such as `[MASK]`.
    pub fn id(&self, token: &str) -> Option<i64> {
        self.tokenizer.token_to_id(token).map(i64::from)
    }

    /// The numbers of `[CLS]` and `[SEP]`.
    pub(super) fn ends(&self) -> (i64, i64) {
        (i64::from(self.cls), i64::from(self.sep))
    }

    /// The tokens of a text and where each stands in it, in bytes.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<(u32, Range<usize>)>, Error> {
        let encoding = self
            .tokenizer
            .encode(text, false)
            .map_err(|it| Error::Tokenizer {
                cause: it.to_string(),
            })?;
        Ok(encoding
            .get_ids()
            .iter()
            .zip(encoding.get_offsets())
            .map(|(id, (start, end))| (*id, *start..*end))
            .collect())
    }
}

/// Makes the input of a note.
///
/// # Errors
/// A note without a word, or with more tokens than the specification's windows hold.
pub fn prepare_note(
    note: &Note,
    spec: &TextSpec,
    tokenizer: &Tokenizer,
    warnings: &Warnings,
) -> Result<TextInput, Error> {
    // The text goes to the network, not to a log.
    let text = note.text.reveal();
    let words = words(text);
    if words.is_empty() {
        return Err(Error::EmptyNote);
    }
    let tokens = tokenizer.encode(text)?;
    if spec.limit() < tokens.len() {
        return Err(Error::NoteTooLong {
            limit: spec.limit(),
            found: tokens.len(),
        });
    }
    let n_unknown = tokens
        .iter()
        .filter(|(id, _)| Some(*id) == tokenizer.unk)
        .count();
    let part = n_unknown as f64 / tokens.len().max(1) as f64;
    if UNKNOWN_LIMIT < part {
        let percent = (100.0 * part).round();
        warnings.add(
            WarningKind::Scope,
            format!("{percent} % of the note is in words or signs that the model has never seen"),
        );
    }
    let word_of = word_of_each(&tokens, &words);
    Ok(TextInput {
        windows: windows(&tokens, &word_of, spec, tokenizer),
        terms: tokenizer
            .terms
            .as_ref()
            .map(|it| it.find(text, &words))
            .unwrap_or_default(),
        words,
    })
}

/// For each token the first word that it shares a byte with.
fn word_of_each(tokens: &[(u32, Range<usize>)], words: &[Range<usize>]) -> Vec<Option<usize>> {
    let find = |span: &Range<usize>| {
        let word_idx = words.partition_point(|it| it.end <= span.start);
        words
            .get(word_idx)
            .filter(|it| it.start < span.end)
            .map(|_| word_idx)
    };
    tokens.iter().map(|(_, span)| find(span)).collect()
}

fn windows(
    tokens: &[(u32, Range<usize>)],
    word_of: &[Option<usize>],
    spec: &TextSpec,
    tokenizer: &Tokenizer,
) -> Vec<TokenWindow> {
    let (body, stride) = (spec.body(), spec.stride());
    let n_windows = 1 + tokens.len().saturating_sub(body).div_ceil(stride);
    let window = |window_idx: usize| {
        let inside = tokens
            .iter()
            .zip(word_of)
            .skip(window_idx * stride)
            .take(body);
        let (ids, word_idx): (Vec<i64>, Vec<_>) = inside
            .map(|((id, _), word_idx)| (i64::from(*id), *word_idx))
            .unzip();
        TokenWindow {
            ids: [i64::from(tokenizer.cls)]
                .into_iter()
                .chain(ids)
                .chain([i64::from(tokenizer.sep)])
                .collect(),
            word_idx: [None].into_iter().chain(word_idx).chain([None]).collect(),
        }
    };
    (0..n_windows).map(window).collect()
}
