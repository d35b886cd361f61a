//! Documents: from the bytes of a file to the text of a note, in the worker.
//!
//! 1. [`rtf`], [`docx`], [`pdf`] and [`html`] each give a [`Draft`]: text as it stands, what is beside it, warnings;
//! 2. [`note`] makes every draft keep the rule of a note: line ends `\n`, no control characters, at most 16 MiB;
//! 3. [`fhir`] finds documents inside of a FHIR resource and reads them by the others.
//!
//! Not here: recognition of characters in pictures. What holds only pictures is refused, and says so.

mod beside;
mod code_page;
mod docx;
mod fhir;
mod html;
mod layout;
mod pdf;
mod rtf;
mod word;

pub(super) use fhir::{fhir_notes, is_fhir};

use super::{Refusal, note};
use crate::{
    case::{
        Note, Subject,
        note::{Format, is_forbidden},
    },
    disk::Sha256,
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// Largest file: fonts and pictures come with the text.
const FILE_LIMIT_BYTES: u64 = 64 << 20;

/// What a reader found.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) subject: Subject,
    /// Bytes of `text` at which pages begin.
    pub(super) pages: Vec<usize>,
    /// Empty where there is no one encoding.
    pub(super) encoding: String,
}

/// Reads a document of a known format.
pub(super) fn read(bytes: &[u8], format: Format) -> Result<Note, Refusal> {
    let warnings = Warnings::default();
    let draft = draft(bytes, format, &warnings)?;
    note(draft, format, Sha256::of(bytes), &warnings)
}

fn draft(bytes: &[u8], format: Format, warnings: &Warnings) -> Result<Draft, Refusal> {
    let n_bytes = bytes.len() as u64;
    if FILE_LIMIT_BYTES < n_bytes {
        let what = "a document in bytes";
        return Err(Refusal::too_large(what, FILE_LIMIT_BYTES, n_bytes));
    }
    match format {
        Format::Rtf => rtf::read(bytes, warnings),
        Format::Docx => docx::read(bytes, warnings),
        Format::Pdf => pdf::read(bytes, warnings),
        Format::Text | Format::Fhir | Format::Sr => Err(Refusal::Defect {
            place: "document".to_owned(),
        }),
    }
}

/// Makes a note of a draft: the text is cleaned, and the pages begin where they did.
pub(super) fn note(
    draft: Draft,
    format: Format,
    file_sha256: Sha256,
    warnings: &Warnings,
) -> Result<Note, Refusal> {
    let (text, pages) = clean(&draft.text, &draft.pages, warnings);
    let n_bytes = text.len() as u64;
    if note::LIMIT_BYTES < n_bytes {
        let what = "the text of a document in bytes";
        return Err(Refusal::too_large(what, note::LIMIT_BYTES, n_bytes));
    }
    if text.trim().is_empty() {
        return Err(Refusal::NoText {
            found: "one without any".to_owned(),
        });
    }
    let line = |it: Option<String>| {
        it.map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|it| !it.is_empty())
    };
    Ok(Note {
        file_sha256,
        format,
        subject: draft.subject,
        title: Phi::new(line(draft.title)),
        date: Phi::new(line(draft.date)),
        text: Phi::new(text),
        pages,
        encoding: draft.encoding,
        warnings: warnings.list(),
    })
}

/// The text with line ends `\n`, without control characters and blanks before line ends, and the pages in it.
fn clean(text: &str, pages: &[usize], warnings: &Warnings) -> (String, Vec<usize>) {
    let mut cleaned = String::with_capacity(text.len());
    let mut starts = Vec::with_capacity(pages.len());
    let mut pages = pages.iter().copied().peekable();
    let mut last = None;
    for (at, char) in text.char_indices() {
        if pages.next_if(|it| *it <= at).is_some() {
            starts.push(cleaned.len());
        }
        match char {
            '\n' if last == Some('\r') => {}
            // The vertical tab and the separators are line ends of office programs.
            '\n' | '\r' | '\x0b' | '\x0c' | '\u{2028}' | '\u{2029}' => {
                let kept = cleaned.trim_end_matches([' ', '\t']).len();
                cleaned.truncate(kept.max(starts.last().copied().unwrap_or(0)));
                cleaned.push('\n');
            }
            _ if is_forbidden(char) || char == '\x1b' => warnings.add(
                WarningKind::Text,
                "the document has control characters, which were left out",
            ),
            _ => cleaned.push(char),
        }
        last = Some(char);
    }
    let kept = cleaned.trim_end().len();
    cleaned.truncate(kept);
    // Pages after the last word are empty: they begin at its end.
    starts.extend(pages.map(|_| kept));
    let starts = starts.into_iter().map(|it| it.min(kept)).collect();
    (cleaned, starts)
}

#[cfg(test)]
mod tests {
    use super::clean;
    use crate::warnings::Warnings;

    #[test]
    fn pages_begin_where_they_did_after_cleaning() {
        let warnings = Warnings::default();
        let text = "one \r\ntwo\n\ntwo\x0bthree\u{1}\n\n\n";
        let (cleaned, pages) = clean(text, &[0, 11, 24], &warnings);
        assert_eq!(cleaned, "one\ntwo\n\ntwo\nthree");
        assert_eq!(pages, [0, 9, 18]);
        assert_eq!(warnings.list().len(), 1);
    }
}
