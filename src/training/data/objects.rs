//! Folders of DICOM objects with a table of labels: the key of a row is a file name or a SOP Instance UID.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    Case, Content, folders,
    table::{self, Row},
};
use crate::training::{Error, Job, Result, recipe::Source};

/// Folders inside folders beyond any export.
const DEPTH_LIMIT: usize = 16;

/// The objects below the source's folder that its table names.
pub(super) fn read(source: &Source, job: &Job<'_>) -> Result<Vec<Case>> {
    let rows = table::rows(source, &job.data)?;
    let mut files = Vec::new();
    list(job.data.join(&source.folder), 0, &mut files)?;
    let mut by_name: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in &files {
        let names = [path.file_name(), path.file_stem()];
        for name in names.into_iter().flatten() {
            by_name.insert(name.to_string_lossy().into_owned(), path.clone());
        }
    }
    let key = |row: &Row| row.key.rsplit('/').next().unwrap_or_default().to_owned();
    // A UID is in the file, and to read it the file has to be opened: only where names do not do.
    if rows.iter().any(|it| !by_name.contains_key(&key(it))) {
        by_name.extend(by_uid(job, &files)?);
    }
    table::cases(source, &rows, |row| {
        by_name.get(&key(row)).cloned().map(Content::File)
    })
}

/// The files by their SOP Instance UID. What is no scan has none.
fn by_uid(job: &Job<'_>, files: &[PathBuf]) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut n_twice = 0;
    for path in files {
        // A file that cannot be read is refused where a row names it.
        let Some(header) = (job.open)(path).ok().and_then(|it| it.header.dicom) else {
            continue;
        };
        // To find the file that the user's own table names.
        let uid = header.instance_uid.reveal().clone();
        if found.insert(uid, path.clone()).is_some() {
            n_twice += 1;
        }
    }
    if n_twice == 0 {
        return Ok(found);
    }
    Err(Error::Folder {
        want: "each SOP Instance UID once".to_owned(),
        found: format!("{n_twice} files that repeat the one of another"),
    })
}

fn list(folder: PathBuf, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    if DEPTH_LIMIT < depth {
        return Err(Error::Folder {
            want: format!("folders nested at most {DEPTH_LIMIT} deep"),
            found: "more".to_owned(),
        });
    }
    for path in folders::sorted(&folder)? {
        if path.is_dir() {
            list(path, depth + 1, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
