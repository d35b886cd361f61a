//! ZIP archives of images: members are listed and unpacked in the worker, one at a time, each under limits.
//!
//! Whether a member is wanted is told from its first bytes, so that what is no image is not unpacked. Names are labels: nothing
//! is ever written, and archives inside of archives are not followed.

use std::io::{Cursor, Read as _, Write};

use zip::{ZipArchive, read::ZipFile};

use super::{
    Refusal,
    given::natural_order,
    memory,
    recognise::{self, Content},
    wire::{Aside, Kind, Member, Reply, Tally, Wanted},
};
use crate::privacy::Phi;

/// Most members, folders counted.
const MEMBERS_LIMIT: usize = 50_000;
/// Most bytes that one member unpacks to.
pub(super) const MEMBER_LIMIT_BYTES: u64 = 256 << 20;
/// Most bytes that all members together unpack to.
pub(super) const TOTAL_LIMIT_BYTES: u64 = 8 << 30;
/// Most bytes that a member unpacks to for each of its own, beyond [`FREE_BYTES`]: photographs and scans stay below 20.
pub(super) const RATIO_LIMIT: u64 = 200;
/// Bytes that a member may unpack to whatever its ratio: an empty slice is nothing but zeros.
const FREE_BYTES: u64 = 8 << 20;
/// Bytes that tell what a member is.
const PEEK_BYTES: u64 = 4096;
/// Longest label.
const LABEL_CHARS: usize = 200;

/// Unpacks what is wanted, in the natural order of the names, and says what was left.
pub(super) fn read<W: Write>(
    bytes: &[u8],
    wanted: Wanted,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    memory::allow_archive(bytes.len() as u64, MEMBER_LIMIT_BYTES);
    let broken = |_dropped| Refusal::malformed("a ZIP archive", "one that is cut short or broken");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut tally = Tally {
        is_document: archive.index_for_name("[Content_Types].xml").is_some(),
        ..Tally::default()
    };
    if tally.is_document {
        return reply.json(Kind::Tally, &tally);
    }
    if MEMBERS_LIMIT < archive.len() {
        let (limit, found) = (MEMBERS_LIMIT as u64, archive.len() as u64);
        return Err(Refusal::too_large("an archive in members", limit, found));
    }
    let mut names: Vec<(String, usize)> = (0..archive.len())
        .filter_map(|idx| Some((archive.name_for_index(idx)?.ok()?.into_owned(), idx)))
        .filter(|(name, _)| !name.ends_with(['/', '\\']))
        .collect();
    names.sort_by(|a, b| natural_order(&a.0, &b.0).then(a.1.cmp(&b.1)));
    let n_members = names.len();
    let mut n_left = TOTAL_LIMIT_BYTES;
    for (name, idx) in names {
        if is_hidden(&name) {
            tally.n_hidden += 1;
            continue;
        }
        match unpacked(&mut archive, idx, wanted, n_left) {
            Ok(unpacked) => {
                n_left -= unpacked.len() as u64;
                let member = Member {
                    label: Phi::new(label(&name)),
                    n_bytes: unpacked.len() as u64,
                    n_members,
                };
                reply.json(Kind::Member, &member)?;
                reply.file(&unpacked)?;
            }
            Err(Left::TooLarge) => {
                tally.is_too_large = true;
                break;
            }
            Err(left) => left.count(&mut tally),
        }
    }
    reply.json(Kind::Tally, &tally)
}

/// Why a member does not come.
enum Left {
    Aside(Aside),
    Empty,
    Encrypted,
    Damaged,
    Bomb,
    /// All together are too large.
    TooLarge,
}

impl Left {
    const fn count(&self, tally: &mut Tally) {
        let counter = match self {
            Self::Aside(Aside::Chart) => &mut tally.n_charts,
            Self::Aside(Aside::Archive) => &mut tally.n_archives,
            Self::Aside(Aside::Other | Aside::WithoutPixels) | Self::TooLarge => {
                &mut tally.n_others
            }
            Self::Empty => &mut tally.n_empty,
            Self::Encrypted => &mut tally.n_encrypted,
            Self::Damaged => &mut tally.n_damaged,
            Self::Bomb => &mut tally.n_bombs,
        };
        *counter += 1;
    }
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The bytes of a member that is wanted. What the archive says of its size is not believed.
fn unpacked(
    archive: &mut Archive<'_>,
    idx: usize,
    wanted: Wanted,
    n_left: u64,
) -> Result<Vec<u8>, Left> {
    let raw = archive
        .by_index_raw(idx)
        .map_err(|_dropped| Left::Damaged)?;
    if raw.encrypted() {
        return Err(Left::Encrypted);
    }
    if raw.is_symlink() {
        return Err(Left::Aside(Aside::Other));
    }
    let n_packed = raw.compressed_size();
    drop(raw);
    let mut file = archive.by_index(idx).map_err(|_dropped| Left::Damaged)?;
    let mut bytes = Vec::new();
    take(&mut file, PEEK_BYTES, &mut bytes)?;
    if bytes.is_empty() {
        return Err(Left::Empty);
    }
    match (recognise::content(&bytes), wanted) {
        (Ok(Content::Dicom | Content::Picture(_)), Wanted::All | Wanted::Images) => {}
        (content, _) => match (recognise::aside(&bytes, content.ok()), wanted) {
            (Aside::Chart, Wanted::Charts | Wanted::All) => {}
            (aside, _) => return Err(Left::Aside(aside)),
        },
    }
    let allowed = FREE_BYTES.max(n_packed.saturating_mul(RATIO_LIMIT));
    let allowed = allowed.min(MEMBER_LIMIT_BYTES);
    let more = (allowed.min(n_left) + 1).saturating_sub(bytes.len() as u64);
    take(&mut file, more, &mut bytes)?;
    let n_bytes = bytes.len() as u64;
    if allowed < n_bytes {
        Err(Left::Bomb)
    } else if n_left < n_bytes {
        Err(Left::TooLarge)
    } else {
        Ok(bytes)
    }
}

/// Unpacks at most `n_bytes` more. At the end of a member its checksum is compared.
fn take(
    file: &mut ZipFile<'_, Cursor<&[u8]>>,
    n_bytes: u64,
    into: &mut Vec<u8>,
) -> Result<(), Left> {
    let taken = file.take(n_bytes).read_to_end(into);
    taken.map(|_| ()).map_err(|_dropped| Left::Damaged)
}

/// Whether any part of the name begins with a full stop, or it is what a Mac puts beside a file.
fn is_hidden(name: &str) -> bool {
    let parts = || name.split(['/', '\\']);
    parts().any(|it| it.starts_with('.') && it != "." && it != "..")
        || parts().any(|it| it == "__MACOSX")
}

/// The name as a label: no way up, no root, no drive, no control characters.
fn label(name: &str) -> String {
    let parts = name.split(['/', '\\']);
    let named = parts.filter(|it| !matches!(*it, "" | "." | "..") && !it.ends_with(':'));
    let label = named.collect::<Vec<_>>().join("/");
    let seen = label.chars().filter(|it| !it.is_control());
    let n_chars = label.chars().count();
    seen.skip(n_chars.saturating_sub(LABEL_CHARS)).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, label};

    #[test]
    fn a_name_is_a_label_and_leads_nowhere() {
        assert_eq!(label("../../etc/passwd"), "etc/passwd");
        assert_eq!(label("C:\\scans\\..\\IM1"), "scans/IM1");
        assert_eq!(label("/IM\u{7}1"), "IM1");
        assert_eq!(label(&"x".repeat(500)).len(), 200);
        assert!(is_hidden("a/.DS_Store") && is_hidden("__MACOSX/a/IM1"));
        assert!(!is_hidden("../IM1") && !is_hidden("a.b/IM1"));
    }
}
