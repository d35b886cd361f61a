//! The models that files are scored with: which one reads what, each loaded once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::Error;
use crate::{
    case::{Note, Scan, Sequence, Series, Variable, worklist::RowKind},
    failure::Failure,
    model::{self, Manifest, bundle::Listed},
    prep::Spec,
    score::{self, Loaded},
};

/// Loads the bundle in a folder.
pub type LoadFn = Box<dyn FnMut(&Path) -> Result<Loaded, model::Error> + Send>;

/// The models of a run.
pub struct Models {
    /// By folder name.
    listed: Vec<Listed>,
    /// Names; may be none.
    wanted: Vec<String>,
    load: LoadFn,
    loaded: BTreeMap<PathBuf, Loaded>,
}

impl Models {
    /// Nothing is loaded so far.
    ///
    /// # Errors
    /// A model that is wanted is not there.
    pub fn new(listed: Vec<Listed>, wanted: Vec<String>, load: LoadFn) -> Result<Self, Error> {
        let manifests = listed.iter().filter_map(|it| it.manifest.as_ref().ok());
        let names: Vec<&str> = manifests.map(|it| it.name.as_str()).collect();
        let missing = wanted.iter().find(|it| !names.contains(&it.as_str()));
        if let Some(missing) = missing {
            return Err(Error::NoSuchModel {
                wanted: missing.clone(),
                there: names.join(", "),
            });
        }
        Ok(Self {
            listed,
            wanted,
            load,
            loaded: BTreeMap::new(),
        })
    }

    /// The model for a scan.
    ///
    /// # Errors
    /// There is none, or it cannot be loaded; the same for other kinds.
    pub fn for_scan(&mut self, scan: &Scan) -> Result<&mut Loaded, Failure> {
        self.load_first(RowKind::Scan, &|manifest| score::fits(scan, manifest))
    }

    /// The model for a note.
    pub fn for_note(&mut self, note: &Note) -> Result<&mut Loaded, Failure> {
        let forms = score::forms(note);
        self.load_first(RowKind::Note, &|manifest| {
            score::reads_form(&forms, manifest)
        })
    }

    /// The model for a series: one that reads at least half of its variables in it.
    pub fn for_series(&mut self, series: &Series) -> Result<&mut Loaded, Failure> {
        self.load_first(RowKind::Series, &|manifest| {
            let Spec::Series(spec) = &manifest.prep else {
                return false;
            };
            let is_measured = |it: &&Variable| !series.points(**it).is_empty();
            let n = spec.variables.iter().filter(is_measured).count();
            spec.variables.len() <= 2 * n
        })
    }

    /// The model for a sequence: one that reads sequences of its length.
    pub fn for_sequence(&mut self, sequence: &Sequence) -> Result<&mut Loaded, Failure> {
        let length = sequence.letters.as_str().len();
        self.load_first(
            RowKind::Sequence,
            &|manifest| matches!(&manifest.prep, Spec::Sequence(spec) if spec.length == length),
        )
    }

    /// Whether an answer of a model to a kind of case is one that this run would give.
    pub(super) fn would_answer(&self, kind: RowKind, model: &str) -> bool {
        let manifests = self
            .listed
            .iter()
            .filter_map(|it| it.manifest.as_ref().ok());
        let mut wanted = manifests.filter(|it| self.wanted.contains(&it.name) && reads(it, kind));
        self.wanted.iter().any(|it| it == model) || wanted.next().is_none()
    }

    /// Lets go of every model: after a panic nothing of one is used again.
    pub(super) fn drop_all(&mut self) {
        self.loaded.clear();
    }

    /// Lets go of what is left of the cases that were scored.
    pub(super) fn forget(&mut self) {
        self.loaded.values_mut().for_each(Loaded::forget);
    }

    fn load_first(
        &mut self,
        kind: RowKind,
        fits: &dyn Fn(&Manifest) -> bool,
    ) -> Result<&mut Loaded, Failure> {
        let folder = self.find(kind, fits)?;
        if !self.loaded.contains_key(&folder) {
            let loaded = (self.load)(&folder).map_err(|error| Failure::from(&error))?;
            self.loaded.insert(folder.clone(), loaded);
        }
        self.loaded.get_mut(&folder).ok_or_else(|| none_for(kind))
    }

    /// The folder of the model for a kind of file: one that was named, else the first by folder name that fits, else
    /// the first. A manifest that cannot be read is an error, because it may be the one that was meant.
    fn find(&self, kind: RowKind, fits: &dyn Fn(&Manifest) -> bool) -> Result<PathBuf, Failure> {
        let (mut first, mut fitting) = (None, None);
        for Listed { folder, manifest } in &self.listed {
            let manifest = manifest.as_ref().map_err(Failure::from)?;
            if !reads(manifest, kind) {
                continue;
            }
            if self.wanted.contains(&manifest.name) {
                return Ok(folder.clone());
            }
            if fits(manifest) {
                fitting.get_or_insert(folder);
            }
            first.get_or_insert(folder);
        }
        let found = fitting.or(first).cloned();
        found.ok_or_else(|| none_for(kind))
    }
}

const fn reads(manifest: &Manifest, kind: RowKind) -> bool {
    matches!(
        (kind, &manifest.prep),
        (RowKind::Scan, Spec::Image(_))
            | (RowKind::Note, Spec::Text(_))
            | (RowKind::Series, Spec::Series(_))
            | (RowKind::Sequence, Spec::Sequence(_))
    )
}

fn none_for(kind: RowKind) -> Failure {
    let kind = match kind {
        RowKind::Scan => "scan",
        RowKind::Note => "note",
        RowKind::Series => "series",
        RowKind::Sequence => "sequence",
    };
    Failure {
        headline: format!("There is no model that reads a {kind}"),
        remedy: "Name a folder that has one with --models.".to_owned(),
        cause: format!("wanted a bundle for a {kind}, found none"),
    }
}
