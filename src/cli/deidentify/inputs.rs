//! The regular files of the inputs, in an order that is the same every time; no link is followed.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders inside folders.
const DEPTH_LIMIT: usize = 64;

/// One file, or what stands in its place.
pub(super) struct Input {
    pub(super) path: PathBuf,
    /// Why it is not read.
    pub(super) problem: Option<&'static str>,
}

/// All files; `out`, where results go, is not looked into.
pub(super) fn all(inputs: &[PathBuf], out: &Path) -> Vec<Input> {
    let mut found = Vec::new();
    let out = fs::canonicalize(out).ok();
    for input in inputs {
        add(input, out.as_deref(), 0, &mut found);
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found.dedup_by(|later, earlier| later.path == earlier.path);
    found
}

fn add(path: &Path, out: Option<&Path>, depth: usize, found: &mut Vec<Input>) {
    let kind = fs::symlink_metadata(path).map(|it| it.file_type());
    let problem = match kind {
        Ok(kind) if kind.is_file() => None,
        Ok(kind) if kind.is_dir() && depth < DEPTH_LIMIT => {
            if out.is_some() && fs::canonicalize(path).ok().as_deref() == out {
                return;
            }
            match fs::read_dir(path) {
                Ok(entries) => {
                    for entry in entries.flatten() {
                        add(&entry.path(), out, depth + 1, found);
                    }
                    return;
                }
                Err(_) => Some("wanted a folder that can be read, found another"),
            }
        }
        Ok(kind) if kind.is_dir() => Some("wanted folders nested at most 64 deep, found more"),
        Ok(kind) if kind.is_symlink() => Some("wanted a file, found a link"),
        Ok(_) => Some("wanted a file, found a device, a pipe or a socket"),
        Err(_) => Some("wanted a file, found none that can be read"),
    };
    found.push(Input {
        path: path.to_owned(),
        problem,
    });
}
