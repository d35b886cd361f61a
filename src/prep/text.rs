//! A note as windows of tokens.

use serde::{Deserialize, Serialize};

use super::{Error, TextInput};
use crate::{case::Note, warnings::Warnings};

/// How a note becomes an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSpec {
    /// Tokens in a window, `[CLS]` and `[SEP]` included.
    pub max_tokens: usize,
    /// Tokens that neighbouring windows share.
    pub overlap: usize,
    /// Windows that are read; the rest of a longer note is refused, never dropped in silence.
    pub max_windows: usize,
}

/// A loaded `tokenizer.json`.
pub struct Tokenizer(tokenizers::Tokenizer);

impl Tokenizer {
    /// Reads the bytes of a `tokenizer.json`.
    pub fn parse(_bytes: &[u8]) -> Result<Self, Error> {
        todo!()
    }
}

/// Makes the input of a note.
pub fn prepare_note(_note: &Note, _spec: &TextSpec, _tokenizer: &Tokenizer, _warnings: &Warnings) -> Result<TextInput, Error> {
    todo!()
}
