//! A recipe: everything about a run but the data itself, in one TOML file that is saved with the weights.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use super::{Error, Result, scope::ScopeRecipe};
use crate::{
    disk::{self, Sha256},
    model::{Network, calibration::Method, manifest::Output},
    nn::train::{Knobs, augment::Augment, masked::Pretrain, text::Windows},
    prep,
};

/// The largest recipe that is read.
const RECIPE_LIMIT: u64 = 1 << 20;

/// A recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The name of the bundle.
    pub name: String,
    pub version: String,
    pub card: Card,
    /// What the model answers, in the order of its logits.
    pub labels: Vec<String>,
    pub output: Output,
    pub network: Network,
    pub prep: prep::Spec,
    /// For images: what the bundle refuses.
    pub scope: Option<ScopeRecipe>,
    pub source: Source,
    /// Whose weights the first epoch begins with; fresh ones without.
    pub start_from: Option<StartFrom>,
    /// Other labelled sets, by what they are called: the finished model is measured on their test parts as well.
    #[serde(default)]
    pub external: BTreeMap<String, Source>,
    pub learning: Learning,
    /// Folds that are held out one after the other, each while training on all others: what temperature and
    /// operating points are fitted on. The shipped weights come from a last run on all of them.
    pub hold_out: Vec<String>,
    /// How logits become probabilities; by a temperature without. Only the evidence out of fold may choose another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Method>,
    /// For one sigmoid label: sensitivity that the default operating point has on the held-out folds.
    pub sensitivity: Option<f64>,
}

/// A bundle beside the one that is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartFrom {
    /// Its folder.
    pub bundle: String,
    /// Of its weights, so that a run means the same tomorrow.
    pub sha256: Sha256,
}

/// What the card says beside the figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub title: String,
    pub intended_use: String,
    pub limits: Vec<String>,
    pub failure_modes: Vec<String>,
    pub licence: String,
    pub data: String,
    /// What simpler methods reach on the same test part, and other remarks on the figures.
    pub compare: Vec<String>,
}

/// A table of labelled cases, and what its columns are called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub kind: SourceKind,
    /// Below the data folder.
    pub table: String,
    /// Below the data folder: where the files of the table are. Unused for notes, whose text is in the table.
    #[serde(default)]
    pub folder: String,
    /// File name of the image, or identity of the note.
    pub key: String,
    pub label: String,
    /// Cases of one patient (or near-duplicates of one text) share this; they are never parted.
    pub group: String,
    /// What such a group is called: "patients".
    pub group_name: String,
    pub split: String,
    /// The value of `split` that is evaluated once, at the end.
    pub test: String,
    pub fold: String,
    /// The values of `label` and the position of the answer that each stands for: a label of the model or, for one
    /// sigmoid label, 0 (it does not hold) and 1 (it holds).
    pub classes: BTreeMap<String, usize>,
}

/// The form of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Comma-separated, with a header and without quotes, one image file in each line.
    Images,
    /// JSON lines with a field `text`.
    Notes,
}

/// How it is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Learning {
    Image { knobs: Knobs, augment: Augment },
    Text(TextLearning),
}

/// How notes are learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLearning {
    pub knobs: Knobs,
    /// Kinds of tokens at most.
    pub n_tokens: usize,
    pub windows: Windows,
    pub pretrain: Option<Pretrain>,
    /// Words that name a label, lower case, a star for any ending; a second evaluation hides them.
    pub naming: Vec<String>,
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// A file that cannot be read or is no recipe.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = disk::read(path, RECIPE_LIMIT)?;
        let text = String::from_utf8(bytes).map_err(|it| Error::Recipe {
            cause: it.to_string(),
        })?;
        toml::from_str(&text).map_err(|it| Error::Recipe {
            cause: it.to_string(),
        })
    }

    /// Identity of everything that the weights depend on; runs of different recipes never share a checkpoint.
    pub fn identity(&self) -> Sha256 {
        let parts = (
            &self.labels,
            self.output,
            &self.network,
            &self.prep,
            &self.source,
            &self.learning,
        );
        // Plain fields always have a JSON form.
        let json = match &self.start_from {
            Some(start) => serde_json::to_vec(&(parts, start)),
            None => serde_json::to_vec(&parts),
        };
        Sha256::of(&json.unwrap_or_default())
    }
}
