//! A clinical note: text, and how it was decoded.

use serde::{Deserialize, Serialize};

use crate::{disk::Sha256, privacy::Phi, warnings::Warning};

/// A note as text. Byte offsets into `text` are always on character boundaries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// SHA-256 of the file as it was read.
    pub file_sha256: Sha256,
    /// Unicode text; line ends are `\n`, no byte-order mark.
    pub text: Phi<String>,
    /// The encoding it was read as: `UTF-8`, `UTF-16LE`, `windows-1252`, `GB18030`…
    pub encoding: String,
    /// A guess or a loss in decoding.
    pub warnings: Vec<Warning>,
}
