//! From the names in a DICOMDIR to files: inside of its folder or not at all.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::Notice;
use crate::import::wire::Directory;

/// What became of the names.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// In the order of the records, without those in `known`.
    pub(super) files: Vec<PathBuf>,
    pub(super) notices: Vec<Notice>,
}

/// Looks the files up. `known` are paths, without links, of files that are opened anyway.
pub(super) fn resolve(index: &Path, directory: &Directory, known: &BTreeSet<PathBuf>) -> Resolved {
    let (mut resolved, mut n_missing, mut n_outside) = (Resolved::default(), 0, 0);
    let folder = index.parent().unwrap_or(Path::new("."));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let root = fs::canonicalize(folder);
    let mut seen = known.clone();
    for name in &directory.files {
        // For the file system.
        let parts = name.reveal();
        if parts.is_empty() || !parts.iter().all(|it| is_plain(it)) {
            n_outside += 1;
            continue;
        }
        let Some(path) = found(folder, parts) else {
            n_missing += 1;
            continue;
        };
        // A link may lead out of the folder.
        match (fs::canonicalize(&path), &root) {
            (Ok(real), Ok(root)) if real.starts_with(root) => {
                if seen.insert(real) {
                    resolved.files.push(path);
                }
            }
            _ => n_outside += 1,
        }
    }
    if 0 < n_missing {
        resolved.notices.push(Notice::Missing {
            n: n_missing,
            n_named: directory.files.len(),
        });
    }
    if 0 < n_outside {
        resolved.notices.push(Notice::Outside { n: n_outside });
    }
    resolved
}

/// Whether it names something in a folder and nothing else. PS3.10 8.5 allows capital letters, digits and `_`; real discs
/// have more.
fn is_plain(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !part.contains(['/', '\\', '\0', ':'])
}

/// The file as it is named, or as systems that copy a disc write it: or in small letters.
fn found(folder: &Path, parts: &[String]) -> Option<PathBuf> {
    let joined = |change: fn(&str) -> String| {
        let parts = parts.iter().map(|it| change(it));
        let path = parts.fold(folder.to_owned(), |path, part| path.join(part));
        path.is_file().then_some(path)
    };
    joined(str::to_owned).or_else(|| joined(str::to_ascii_lowercase))
}
