//! A clinical note: text, what it was read from, and whom the document says it is about.

use serde::{Deserialize, Serialize};

use super::Subject;
use crate::{disk::Sha256, privacy::Phi, warnings::Warning};

/// A note as text. Byte offsets into `text` are always on character boundaries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// SHA-256 of the file as it was read.
    pub file_sha256: Sha256,
    /// What kind of document it was found to be.
    pub format: Format,
    /// Whom the document itself says it is about, in fields of its own; plain text has none.
    pub subject: Subject,
    /// The title that the document has beside its text.
    pub title: Phi<Option<String>>,
    /// When the document says it was written, `YYYY-MM-DD` with ` HH:MM` as far as known.
    pub date: Phi<Option<String>>,
    /// Exactly what the person sees: Unicode text, line ends `\n`, no byte-order mark.
    pub text: Phi<String>,
    /// The byte of `text` at which each page begins, in order; empty where the format has no pages.
    pub pages: Vec<usize>,
    /// The encoding it was read as: `UTF-8`, `UTF-16LE`, `windows-1252`, `GB18030`…; empty where each font has its own.
    pub encoding: String,
    /// A guess or a loss in decoding, and what of the document is not in the text.
    pub warnings: Vec<Warning>,
}

impl Note {
    /// A note of nothing but text, as it was typed or as a UTF-8 file has it.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            file_sha256: Sha256::of(text.as_bytes()),
            format: Format::Text,
            subject: Subject::default(),
            title: Phi::default(),
            date: Phi::default(),
            text: Phi::new(text),
            pages: Vec::new(),
            encoding: "UTF-8".to_owned(),
            warnings: Vec::new(),
        }
    }
}

/// Control characters that no note has. Form feed and escape occur in printed reports.
pub const fn is_forbidden(char: char) -> bool {
    char.is_ascii_control() && !matches!(char, '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\x1b')
}

/// File formats that can hold a note, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Text,
    /// Rich Text Format 1.9.1.
    Rtf,
    /// Office Open XML, ECMA-376.
    Docx,
    /// ISO 32000.
    Pdf,
    /// HL7 FHIR R4, JSON.
    Fhir,
    /// DICOM structured report, PS3.3 A.35.
    Sr,
}

impl Format {
    /// The name of the format for a person.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Rtf => "RTF",
            Self::Docx => "DOCX",
            Self::Pdf => "PDF",
            Self::Fhir => "FHIR",
            Self::Sr => "DICOM SR",
        }
    }
}
