//! DICOMDIR: the files that a basic directory names, PS3.3 F.3 and PS3.10 8.6. Only their names leave the worker.

use dicom::dictionary_std::{tags, uids};

use super::{MAGIC, PREAMBLE_BYTES, inflated, is_part10, parse, syntax_and_body};
use crate::{
    import::{Refusal, wire::Directory},
    privacy::Phi,
    warnings::Warnings,
};

/// Most records that are read.
const RECORDS_LIMIT: usize = 200_000;
/// Parts of a file's name, PS3.10 8.2.
const PARTS_LIMIT: usize = 8;

/// Whether the meta group says that the file is a directory.
pub(in crate::import) fn is_directory(bytes: &[u8]) -> bool {
    let rest = bytes.get(PREAMBLE_BYTES + MAGIC.len()..);
    let Some(rest) = rest.filter(|_| is_part10(bytes)) else {
        return false;
    };
    parse::meta(rest, &Warnings::default()).is_ok_and(|(meta, _)| {
        let kind = meta.text(tags::MEDIA_STORAGE_SOP_CLASS_UID);
        kind.as_deref() == Some(uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
    })
}

/// Reads the names, in the order of the records, each once.
pub(in crate::import) fn directory(bytes: &[u8]) -> Result<Directory, Refusal> {
    let warnings = Warnings::default();
    let (syntax, body) = syntax_and_body(bytes, &warnings)?;
    let body = inflated(&syntax, body)?;
    let set = parse::dataset(&body, syntax.encoding, &warnings)?;
    let records = set.items(tags::DIRECTORY_RECORD_SEQUENCE);
    if RECORDS_LIMIT < records.len() {
        let (limit, found) = (RECORDS_LIMIT as u64, records.len() as u64);
        return Err(Refusal::too_large("a DICOMDIR in records", limit, found));
    }
    let mut files: Vec<Phi<Vec<String>>> = Vec::new();
    for record in records {
        let parts = record.texts(tags::REFERENCED_FILE_ID);
        // A record of a patient, a study or a series names no file.
        if !parts.is_empty() && parts.len() <= PARTS_LIMIT {
            files.push(Phi::new(parts));
        } else if PARTS_LIMIT < parts.len() {
            // Too many parts: kept as a name that nothing can have.
            files.push(Phi::new(Vec::new()));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|it| seen.insert(it.clone()));
    Ok(Directory { files })
}
