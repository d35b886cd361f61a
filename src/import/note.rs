//! A note from bytes: which encoding it is in, and its text.
//!
//! 1. a byte-order mark decides (UTF-8, UTF-16);
//! 2. valid UTF-8 is UTF-8;
//! 3. valid GB18030 whose wide characters are nearly all everyday hanzi is GB18030, with a warning;
//! 4. anything else without forbidden bytes is windows-1252, with a warning; the rest is refused.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Refusal;
use crate::{
    case::{Note, note::is_forbidden},
    disk::Sha256,
    warnings::{Warning, WarningKind},
};

/// Largest note. A megabyte is 150,000 words; sixteen leave room for wide encodings.
pub(super) const LIMIT_BYTES: u64 = 16 << 20;

/// Reads a note.
pub(super) fn read(bytes: &[u8]) -> Result<Note, Refusal> {
    let n_bytes = bytes.len() as u64;
    if LIMIT_BYTES < n_bytes {
        return Err(Refusal::too_large("a note in bytes", LIMIT_BYTES, n_bytes));
    }
    let (encoding, is_guess) = encoding(bytes)?;
    let (text, _, has_loss) = encoding.decode(bytes);
    let mut warnings = Vec::new();
    let mut warn = |text: String| {
        warnings.push(Warning {
            kind: WarningKind::Text,
            text,
        })
    };
    if is_guess {
        warn(format!(
            "the note does not say its encoding: read as {}",
            encoding.name()
        ));
    }
    if has_loss {
        warn("some characters of the note could not be decoded".to_owned());
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.chars().any(is_forbidden) {
        return Err(unknown());
    }
    Ok(Note {
        file_sha256: Sha256::of(bytes),
        encoding: encoding.name().to_owned(),
        warnings,
        ..Note::plain(text)
    })
}

/// The encoding, and whether it is a guess.
fn encoding(bytes: &[u8]) -> Result<(&'static Encoding, bool), Refusal> {
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(Refusal::NotRecognised {
            found: "text in UTF-32".to_owned(),
        });
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        let is_utf16 = encoding == UTF_16LE || encoding == UTF_16BE;
        return if is_utf16 && !bytes.len().is_multiple_of(2) {
            Err(Refusal::NotRecognised {
                found: "UTF-16 text cut in half a character".to_owned(),
            })
        } else {
            Ok((encoding, false))
        };
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok((UTF_8, false));
    }
    if bytes
        .iter()
        .any(|it| is_forbidden(char::from(*it)) && *it < 0x80)
    {
        return Err(unknown());
    }
    if is_gb18030(bytes) {
        return Ok((GB18030, true));
    }
    // The five code points that windows-1252 leaves undefined.
    if bytes
        .iter()
        .any(|it| matches!(it, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d))
    {
        return Err(unknown());
    }
    Ok((WINDOWS_1252, true))
}

fn unknown() -> Refusal {
    Refusal::NotRecognised {
        found: "binary data or text in an unknown encoding".to_owned(),
    }
}

/// Valid GB18030 in which nine of ten wide characters stand in the first level of GB 2312: the 3,755 hanzi of
/// daily use in rows 16 to 55, and punctuation in rows 1 and 3. Two accented Latin letters in a row are rare
/// in windows-1252, and three such pairs do not happen.
fn is_gb18030(bytes: &[u8]) -> bool {
    let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes) else {
        return false;
    };
    let n_wide = text.chars().filter(|it| !it.is_ascii()).count();
    let mut n_everyday = 0;
    let mut rest = bytes;
    while let [lead, tail @ ..] = rest {
        rest = match (lead, tail) {
            (0xa1 | 0xa3 | 0xb0..=0xd7, [0xa1..=0xfe, after @ ..]) => {
                n_everyday += 1;
                after
            }
            (0x80.., [_, after @ ..]) => after,
            _ => tail,
        };
    }
    3 <= n_wide && n_wide * 9 <= n_everyday * 10
}

#[cfg(test)]
mod tests {
    use encoding_rs::{GB18030, WINDOWS_1252};

    use super::read;
    use crate::import::Refusal;

    #[track_caller]
    fn check(bytes: &[u8], encoding: &str, text: &str, n_warnings: usize) {
        let note = read(bytes).unwrap();
        assert_eq!(
            (
                note.encoding.as_str(),
                note.text.reveal().as_str(),
                note.warnings.len()
            ),
            (encoding, text, n_warnings)
        );
    }

    #[test]
    fn each_encoding_is_told_by_its_bytes() {
        check(
            "Fièvre\r\n38.5 °C".as_bytes(),
            "UTF-8",
            "Fièvre\n38.5 °C",
            0,
        );
        check(b"\xef\xbb\xbfcough", "UTF-8", "cough", 0);
        check(b"\xff\xfec\0o\0", "UTF-16LE", "co", 0);
        check(b"\xfe\xff\0c\0o", "UTF-16BE", "co", 0);
        check(
            &WINDOWS_1252
                .encode("Übelkeit, Fieber 39 °C – naïve Größe")
                .0,
            "windows-1252",
            "Übelkeit, Fieber 39 °C – naïve Größe",
            1,
        );
        check(
            &GB18030.encode("患者咳嗽,发热三天。No dyspnoea.").0,
            "gb18030",
            "患者咳嗽,发热三天。No dyspnoea.",
            1,
        );
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for bytes in [
            b"\0\x01\x02\x03".as_slice(),
            b"\xff\xfe\0\0a\0\0\0",
            b"\xff\xfea",
            b"\x90\x01\xff",
        ] {
            assert!(
                matches!(read(bytes), Err(Refusal::NotRecognised { .. })),
                "{bytes:?}"
            );
        }
    }
}
