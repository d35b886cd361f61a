//! What kind of file it is, told by its content.

use super::{Refusal, dicom, document, wire::Aside};
use crate::case::{note, scan::Format};

/// A kind of file that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Dicom,
    Picture(Format),
    Document(note::Format),
    Fhir,
    Text,
}

/// First bytes of files that are not for us, so that a refusal can name them.
const STRANGERS: &[(&[u8], &str)] = &[
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a program (Windows)"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (WebP, WAV or AVI)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (
        b"\xd0\xcf\x11\xe0",
        "an office document that is old (DOC) or protected by a password",
    ),
    (b"SQLite format 3", "a database"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture outside DICOM"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture outside DICOM"),
];

/// Tells the kind of file.
pub(super) fn content(bytes: &[u8]) -> Result<Content, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if dicom::is_part10(bytes) {
        return Ok(Content::Dicom);
    }
    let pictures: &[(&[u8], Format)] = &[
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"\xff\xd8\xff", Format::Jpeg),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
    ];
    if let Some((_, format)) = pictures.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Ok(Content::Picture(*format));
    }
    // A ZIP archive may turn out to be something other than a document, which the reader says.
    let documents: &[(&[u8], note::Format)] = &[
        (b"{\\rtf", note::Format::Rtf),
        (b"PK\x03\x04", note::Format::Docx),
        (b"%PDF-", note::Format::Pdf),
    ];
    if let Some((_, format)) = documents.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Ok(Content::Document(*format));
    }
    if is_bmp(bytes) {
        return Ok(Content::Picture(Format::Bmp));
    }
    if dicom::is_without_preamble(bytes) {
        return Ok(Content::Dicom);
    }
    match STRANGERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        Some((_, found)) => Err(Refusal::NotRecognised {
            found: (*found).to_owned(),
        }),
        None if document::is_fhir(bytes) => Ok(Content::Fhir),
        None => Ok(Content::Text),
    }
}

/// What a file is that is no image, given what [`content`] made of it or of its beginning.
pub(super) fn aside(bytes: &[u8], content: Option<Content>) -> Aside {
    match content {
        Some(Content::Document(note::Format::Docx)) => Aside::Archive,
        Some(Content::Document(_) | Content::Fhir) => Aside::Chart,
        // Anything may have got here; a text has no zero bytes unless it is in UTF-16, which begins with a mark.
        Some(Content::Text) if is_marked(bytes) || !bytes.contains(&0) => Aside::Chart,
        _ => Aside::Other,
    }
}

fn is_marked(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// `BM`, then the size of the file, two reserved words that are zero, and an offset inside the file.
fn is_bmp(bytes: &[u8]) -> bool {
    let word = |at: usize| {
        bytes
            .get(at..at + 4)
            .and_then(|it| it.try_into().ok())
            .map(u32::from_le_bytes)
    };
    bytes.starts_with(b"BM")
        && word(6) == Some(0)
        && word(10).is_some_and(|it| (26..bytes.len() as u64).contains(&u64::from(it)))
}

#[cfg(test)]
mod tests {
    use super::{Content, content};
    use crate::{
        case::{note, scan::Format},
        import::Refusal,
    };

    #[test]
    fn content_decides_and_strangers_are_named() {
        assert_eq!(
            content(b"\x89PNG\r\n\x1a\n...."),
            Ok(Content::Picture(Format::Png))
        );
        assert_eq!(
            content(b"BM is how this note begins, and it is not a bitmap"),
            Ok(Content::Text)
        );
        assert_eq!(content(b"Chest pain."), Ok(Content::Text));
        assert_eq!(content(br#"{"resourceType":"Bundle"}"#), Ok(Content::Fhir));
        assert_eq!(content(b"{a resourceType}"), Ok(Content::Text));
        assert_eq!(content(b""), Err(Refusal::Empty));
        assert_eq!(
            content(b"%PDF-1.7"),
            Ok(Content::Document(note::Format::Pdf))
        );
        assert_eq!(
            content(b"GIF89a"),
            Err(Refusal::NotRecognised {
                found: "a GIF picture".to_owned()
            })
        );
    }
}
