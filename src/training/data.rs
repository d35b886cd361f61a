//! The labelled cases of a recipe: which there are, what is true of each, and which part each belongs to.
//!
//! 1. list them: a table of image files, notes, DICOM objects, folders of images, an archive of arrays, courses or
//!    sequences;
//! 2. refuse what does not fit: labels that the recipe does not know, files that are not there;
//! 3. where no column tells the parts, deal patients into test part and folds by a seed (`parts`);
//! 4. [`check`]: no patient in two parts, no part of one class.
//!
//! Refusals name lines of the table or places in a folder, never patients.

mod arrays;
mod courses;
mod folders;
mod objects;
mod parts;
mod sequences;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

pub use self::parts::Parts;
use super::{
    Error, Job, Result,
    recipe::{Source, SourceKind},
};
use crate::{
    case::{Scan, Series, sequence::Letters},
    privacy::Phi,
};

/// How many places an error names.
const N_NAMED: usize = 10;

/// One labelled case.
#[derive(Clone, Debug)]
pub struct Case {
    pub content: Content,
    /// Position of the answer; `None` for a note without a label, which only teaches language.
    pub class: Option<usize>,
    /// How far it speaks for the label, where the recipe names degrees.
    pub degree: Option<f64>,
    pub group: String,
    pub is_test: bool,
    pub fold: String,
    /// Where it stands: "line 7", "file 3 of NORMAL". It names no patient.
    pub place: String,
}

/// What is learned from.
#[derive(Clone, Debug)]
pub enum Content {
    File(PathBuf),
    Text(Phi<String>),
    /// A picture of an archive of arrays.
    Frame {
        scan: Arc<Scan>,
        frame_idx: usize,
    },
    Series(Arc<Series>),
    Sequence(Letters),
}

/// Lists the cases of a source.
///
/// # Errors
/// A table or a folder that cannot be read, a column that is not there, labels that the recipe does not know, files
/// that are missing.
pub fn read(source: &Source, job: &Job<'_>) -> Result<Vec<Case>> {
    let mut cases = match source.kind {
        SourceKind::Images => table::images(source, &job.data)?,
        SourceKind::Notes => table::notes(source, &job.data)?,
        SourceKind::Dicom => objects::read(source, job)?,
        SourceKind::Folders => folders::read(source, &job.data)?,
        SourceKind::Medmnist => arrays::read(source, job)?,
        SourceKind::Series => courses::read(source, &job.data, &job.recipe.prep)?,
        SourceKind::Sequences => sequences::read(source, &job.data)?,
    };
    if let Some(parts) = &source.parts {
        parts.deal(&mut cases)?;
    }
    Ok(cases)
}

/// Refuses cases that cannot give an honest figure: a patient in the test part and in training, or in a held-out fold
/// and in another; a part with cases of one class only.
pub fn check(cases: &[Case], hold_out: &[String], labels: &[String]) -> Result<()> {
    let part = |it: &Case| match (it.is_test, hold_out.contains(&it.fold)) {
        (true, _) => "\0test".to_owned(),
        (false, true) => it.fold.clone(),
        (false, false) => "\0others".to_owned(),
    };
    let named: Vec<(String, &Case)> = cases
        .iter()
        .filter(|it| it.class.is_some())
        .map(|it| (part(it), it))
        .collect();
    let mut parts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (part, case) in &named {
        parts.entry(&case.group).or_default().insert(part);
    }
    let torn: Vec<&str> = cases
        .iter()
        .filter(|it| parts.get(it.group.as_str()).is_some_and(|it| 1 < it.len()))
        .map(|it| it.place.as_str())
        .collect();
    if !torn.is_empty() {
        return Err(Error::Leak {
            n: parts.values().filter(|it| 1 < it.len()).count(),
            places: named_places(&torn),
        });
    }
    for (is_test, part) in [(true, "the test part"), (false, "the training part")] {
        let of_part = cases.iter().filter(|it| it.is_test == is_test);
        let classes: BTreeSet<usize> = of_part.filter_map(|it| it.class).collect();
        if classes.len() == 1 {
            let class = classes.first().copied().unwrap_or(0);
            let label = labels.get(class).filter(|_| 1 < labels.len());
            return Err(Error::OneClass {
                part,
                found: label.map_or_else(|| format!("class {class}"), Clone::clone),
            });
        }
    }
    Ok(())
}

/// The position that a label stands for: `Ok(None)` for one that is to be left out, `Err` for an unknown one.
fn class(source: &Source, label: &str) -> std::result::Result<Option<usize>, ()> {
    match source.classes.get(label) {
        Some(class) => Ok(Some(*class)),
        None if source.ignored.iter().any(|it| it == label) => Ok(None),
        None => Err(()),
    }
}

/// Refuses a source with labels that the recipe does not know.
fn known_labels(source: &Source, unknown: &[String]) -> Result<()> {
    if unknown.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = source.classes.keys().map(String::as_str).collect();
    Err(Error::Labels {
        known: known.join(", "),
        n: unknown.len(),
        places: named_places(&strs(unknown)),
    })
}

/// Refuses a source that names files that are not there.
fn existing(cases: &[Case]) -> Result<()> {
    let is_missing = |it: &&Case| matches!(&it.content, Content::File(path) if !path.is_file());
    let missing: Vec<&str> = cases
        .iter()
        .filter(is_missing)
        .map(|it| it.place.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Missing {
        n: missing.len(),
        places: named_places(&missing),
    })
}

/// Who a picture is of, where no column tells: the start of its name, or nobody else.
fn group_of(source: &Source, stem: &str) -> String {
    let rule = source.patient_before.as_deref().filter(|it| !it.is_empty());
    match rule.and_then(|it| stem.split_once(it)) {
        Some((patient, _)) => patient.to_owned(),
        None => stem.to_owned(),
    }
}

fn strs(places: &[String]) -> Vec<&str> {
    places.iter().map(String::as_str).collect()
}

/// The first places, and how many more.
pub(super) fn named_places(places: &[&str]) -> String {
    let first: Vec<&str> = places.iter().take(N_NAMED).copied().collect();
    let n_more = places.len().saturating_sub(N_NAMED);
    if n_more == 0 {
        first.join(", ")
    } else {
        format!("{} and {n_more} more", first.join(", "))
    }
}
