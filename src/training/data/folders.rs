//! Folders of images: one sub-folder for each class.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Case, Content, class, group_of};
use crate::{
    disk,
    privacy::Phi,
    training::{Error, Result, recipe::Source},
};

/// The images of the source's folder, and those of its folder of test images where it has one.
pub(super) fn read(source: &Source, data: &Path) -> Result<Vec<Case>> {
    let mut cases = of_folder(source, &data.join(&source.folder), false)?;
    if let Some(folder) = &source.test_folder {
        cases.extend(of_folder(source, &data.join(folder), true)?);
    }
    Ok(cases)
}

fn of_folder(source: &Source, folder: &Path, is_test: bool) -> Result<Vec<Case>> {
    let entries = sorted(folder)?;
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let folders: Vec<&PathBuf> = entries.iter().filter(|it| it.is_dir()).collect();
    let names: Vec<String> = folders.iter().map(|it| name(it)).collect();
    for want in source.classes.keys() {
        if !names.contains(want) {
            return Err(Error::Folder {
                want: format!("a folder for each class, {want} among them"),
                found: format!("{} folders of other names", names.len()),
            });
        }
    }
    let mut cases = Vec::new();
    let mut n_unknown = 0;
    for (folder, label) in folders.into_iter().zip(&names) {
        let class = match class(source, label) {
            Ok(Some(class)) => class,
            Ok(None) => continue,
            Err(()) => {
                n_unknown += 1;
                continue;
            }
        };
        // A file that is hidden is none of the images.
        let files = sorted(folder)?.into_iter();
        let images = files.filter(|it| it.is_file() && !name(it).starts_with('.'));
        for (idx, path) in images.enumerate() {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let group = group_of(source, &stem);
            // Without a rule a name is a picture, and pictures of two classes or parts may share one.
            let group = match &source.patient_before {
                Some(_) => group,
                None => format!("{label}/{}{group}", if is_test { "test/" } else { "" }),
            };
            cases.push(Case {
                content: Content::File(path),
                class: Some(class),
                degree: None,
                group,
                is_test,
                fold: String::new(),
                place: format!("file {} of {label}", idx + 1),
            });
        }
    }
    if n_unknown == 0 {
        return Ok(cases);
    }
    // Folders may be called after patients: they are counted, not named.
    Err(Error::Folder {
        want: "folders of the recipe's classes only (or listed as `ignored`)".to_owned(),
        found: format!("{n_unknown} folders of other names"),
    })
}

/// What is in a folder, by name.
pub(super) fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| disk::Error::Io {
        action: "list",
        path: Phi::new(folder.to_owned()),
        source,
    };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    Ok(entries)
}
