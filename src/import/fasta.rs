//! FASTA: sequences of nucleotides, each after a line that begins with `>`.

use super::Refusal;
use crate::{
    case::{Chart, Note, Sequence, sequence::Letters},
    warnings::{Warning, WarningKind},
};

/// Most records of a file.
const RECORDS_LIMIT: usize = 100_000;

/// Whether a text is FASTA: the first line names a record, and the second is one word of letters, or there is none.
/// A note that quotes a letter with `>` has spaces there.
pub(super) fn is_fasta(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty() && !it.starts_with(';'));
    let is_named = lines
        .next()
        .is_some_and(|it| it.starts_with('>') && !it.starts_with("> "));
    let is_word = |it: &str| {
        it.chars()
            .all(|it| it.is_ascii_alphabetic() || matches!(it, '*' | '-'))
    };
    is_named
        && lines
            .next()
            .is_none_or(|it| it.starts_with('>') || is_word(it))
}

/// Reads all records, and what the reader of text warned of.
pub(super) fn read(note: &Note) -> Result<Chart, Refusal> {
    // For the parser: the text stays in this process.
    let text = note.text.reveal();
    let mut records: Vec<(usize, &str, String)> = Vec::new();
    for (idx, line) in text
        .lines()
        .enumerate()
        .filter(|(_, it)| !it.starts_with(';'))
    {
        if let Some(title) = line.strip_prefix('>') {
            let name = title.split_whitespace().next().unwrap_or_default();
            records.push((idx + 1, name, String::new()));
        } else if let Some((_, _, letters)) = records.last_mut() {
            letters.push_str(line.trim());
        } else if !line.trim().is_empty() {
            return Err(Refusal::malformed(
                "a record that begins with `>`",
                format!("letters before it in line {}", idx + 1),
            ));
        }
    }
    if RECORDS_LIMIT < records.len() {
        return Err(Refusal::too_large(
            "a number of sequences",
            RECORDS_LIMIT as u64,
            records.len() as u64,
        ));
    }
    let mut sequences = Vec::with_capacity(records.len());
    for (line, name, letters) in records {
        let letters = Letters::parse(&letters).map_err(|it| {
            Refusal::malformed(
                "a nucleotide sequence",
                format!("in the record of line {line}: {it}"),
            )
        })?;
        sequences.push(Sequence {
            file_sha256: note.file_sha256,
            name: name.to_owned(),
            letters,
        });
    }
    let n_ambiguous: usize = sequences.iter().map(|it| it.letters.n_ambiguous()).sum();
    let mut warnings = note.warnings.clone();
    if 0 < n_ambiguous {
        warnings.push(Warning {
            kind: WarningKind::File,
            text: format!("{n_ambiguous} letters mean more than one base"),
        });
    }
    Ok(Chart {
        sequences,
        warnings,
        ..Chart::default()
    })
}
