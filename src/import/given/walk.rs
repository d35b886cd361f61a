//! The files of a folder and of those inside of it, by name alone: in a stable order, each once, under limits.

use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{LeftOut, Notice};
use crate::{import::Cancel, privacy::Phi};

/// Most files that are opened of one folder: a long whole-body study has some 10,000.
pub(super) const FILES_LIMIT: usize = 100_000;
/// Folders inside of folders: a DICOM tree by patient, study and series has four.
pub(super) const DEPTH_LIMIT: usize = 32;
/// Folders that cannot be read are told one by one up to this many.
const TOLD_LIMIT: usize = 10;

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// In natural order of their names, folders and files together.
    pub files: Vec<PathBuf>,
    pub left_out: LeftOut,
    pub notices: Vec<Notice>,
}

/// Walks a folder.
pub fn walk(folder: &Path, cancel: &Cancel) -> Walked {
    let mut walk = Walk {
        walked: Walked::default(),
        seen: BTreeSet::new(),
        n_deep: 0,
        n_loops: 0,
        is_full: false,
        cancel,
    };
    if let Ok(it) = fs::metadata(folder) {
        walk.seen.insert(identity(&it));
    }
    walk.folder(folder, 0);
    let Walk {
        mut walked,
        n_deep,
        n_loops,
        is_full,
        ..
    } = walk;
    let told = [
        (0 < n_deep).then_some(Notice::TooDeep {
            limit: DEPTH_LIMIT,
            n: n_deep,
        }),
        (0 < n_loops).then_some(Notice::Loops { n: n_loops }),
        is_full.then_some(Notice::TooMany { limit: FILES_LIMIT }),
    ];
    walked.notices.extend(told.into_iter().flatten());
    walked
}

struct Walk<'a> {
    walked: Walked,
    /// Files and folders by device and number, so that a link is not followed twice.
    seen: BTreeSet<(u64, u64)>,
    n_deep: usize,
    n_loops: usize,
    is_full: bool,
    cancel: &'a Cancel,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let names = match names(folder) {
            Ok(names) => names,
            Err(kind) => {
                if self.walked.notices.len() < TOLD_LIMIT {
                    self.walked.notices.push(Notice::Unreadable {
                        kind,
                        path: Phi::new(folder.to_owned()),
                    });
                }
                return;
            }
        };
        for name in names {
            if self.is_full || self.cancel.is_cancelled() {
                return;
            }
            if name.starts_with('.') {
                self.walked.left_out.n_hidden += 1;
                continue;
            }
            self.entry(&folder.join(name.as_path()), depth);
        }
    }

    fn entry(&mut self, path: &Path, depth: usize) {
        // A link is followed here; one that leads nowhere is no file.
        let Ok(found) = fs::metadata(path) else {
            self.walked.left_out.n_others += 1;
            return;
        };
        if !self.seen.insert(identity(&found)) {
            self.n_loops += 1;
        } else if found.is_dir() {
            if DEPTH_LIMIT <= depth {
                self.n_deep += 1;
            } else {
                self.folder(path, depth + 1);
            }
        } else if !found.is_file() {
            self.walked.left_out.n_others += 1;
        } else if found.len() == 0 {
            self.walked.left_out.n_empty += 1;
        } else if self.walked.files.len() < FILES_LIMIT {
            self.walked.files.push(path.to_owned());
        } else {
            self.is_full = true;
        }
    }
}

fn identity(of: &Metadata) -> (u64, u64) {
    (of.dev(), of.ino())
}

/// A name in a folder, with its text for the order.
struct Name {
    text: String,
    path: PathBuf,
}

impl Name {
    fn starts_with(&self, letter: char) -> bool {
        self.text.starts_with(letter)
    }

    fn as_path(&self) -> &Path {
        &self.path
    }
}

/// The names in a folder, in natural order; the kind of error where it cannot be read.
fn names(folder: &Path) -> Result<Vec<Name>, String> {
    let entries = fs::read_dir(folder).map_err(|it| it.kind().to_string())?;
    // More names than files are taken anywhere need not be looked at; which ones are is then up to the file system.
    let entries = entries.filter_map(Result::ok).take(FILES_LIMIT + 1);
    let mut names: Vec<Name> = entries
        .map(|it| Name {
            text: it.file_name().to_string_lossy().into_owned(),
            path: PathBuf::from(it.file_name()),
        })
        .collect();
    names.sort_by(|a, b| natural_order(&a.text, &b.text).then_with(|| a.path.cmp(&b.path)));
    Ok(names)
}

/// Digits by their number, all else by its characters: `IM2` comes before `IM10`.
pub(in crate::import) fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(left), Some(right)) = (a.chars().next(), b.chars().next()) else {
            return a.len().cmp(&b.len());
        };
        let order = if left.is_ascii_digit() && right.is_ascii_digit() {
            let (left, right);
            (left, a) = number(a);
            (right, b) = number(b);
            // Without leading zeros the longer number is the greater one.
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        } else {
            a = a.get(left.len_utf8()..).unwrap_or_default();
            b = b.get(right.len_utf8()..).unwrap_or_default();
            left.cmp(&right)
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The digits at the start, without leading zeros, and the rest.
fn number(text: &str) -> (&str, &str) {
    let end = text.find(|it: char| !it.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::natural_order;

    #[test]
    fn names_are_ordered_as_a_person_counts() {
        let mut names = [
            "IM10",
            "im1",
            "IM2",
            "IM02b",
            "IM",
            "IM9999999999999999999999",
        ];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            names,
            [
                "IM",
                "IM2",
                "IM02b",
                "IM10",
                "IM9999999999999999999999",
                "im1"
            ]
        );
    }
}
