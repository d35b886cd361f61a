//! A recipe: everything about a run but the data itself, in one TOML file that is saved with the weights.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Error, Result, data::Parts, linear::TermLearning, scope::ScopeRecipe};
use crate::{
    case::Variable,
    disk::{self, Sha256},
    model::{Bundle, Network, calibration::Method, manifest::Output},
    nn::train::{Knobs, augment::Augment, masked::Pretrain, steps::Endings, text::Windows},
    prep::{
        self,
        terms::{LONGEST, TermKinds},
    },
    stats::Growth,
};

/// In `hold_out`: every fold that there is, in turn.
pub const EACH: &str = "*";
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
    /// operating points are fitted on.
    /// [`EACH`] alone stands for all of them.
    pub hold_out: Vec<String>,
    #[serde(default, skip_serializing_if = "Ships::is_all")]
    pub ships: Ships,
    /// Networks of the last run on all folds, each with a seed of its own; several ship as an ensemble.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub seeds: usize,
    /// How logits become probabilities; by a temperature without. Only the evidence out of fold may choose another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Method>,
    /// For one sigmoid label: sensitivity that the default operating point has on the held-out folds.
    pub sensitivity: Option<f64>,
}

/// Which weights make the bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ships {
    /// Those of a last run on all folds.
    #[default]
    All,
    /// Those of the networks that answered for the held-out folds, as an ensemble. For images.
    Folds,
}

impl Ships {
    /// The default, which is not written.
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// A bundle beside the one that is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartFrom {
    /// Its folder.
    pub bundle: String,
    /// Of its weights or, of an ensemble, of those of one network; so that a run means the same tomorrow. Without it
    /// the first network is taken, and [`Recipe::pinned`] fills its hash in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
}

impl StartFrom {
    /// Where it lies, beside the bundle that is written.
    pub(super) fn folder(&self, out: &Path) -> PathBuf {
        out.parent().unwrap_or(Path::new(".")).join(&self.bundle)
    }
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

/// Labelled cases: where they are, and what the columns of their table are called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub kind: SourceKind,
    /// Below the data folder; unused for folders of images.
    #[serde(default)]
    pub table: String,
    /// Below the data folder: where the files of the table are, or a folder for each class. Unused for notes, whose text
    /// is in the table.
    #[serde(default)]
    pub folder: String,
    /// The column with the file name of the image (for DICOM, or its SOP Instance UID), or the identity of the note.
    #[serde(default)]
    pub key: String,
    /// What the file name ends in, where the table leaves that out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ending: String,
    #[serde(default)]
    pub label: String,
    /// For notes: the column of the text.
    #[serde(default = "text", skip_serializing_if = "is_text")]
    pub text: String,
    /// For notes: a column whose words are set in marks where they stand in the text («pain»); where they do not stand
    /// in it, before it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark: String,
    /// For notes: several tables in place of [`Self::table`], each with the part that all its notes are of, in place of
    /// [`Self::split`] and [`Self::fold`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, String>,
    /// Cases of one patient (or near-duplicates of one text) share this; they are never parted. Without it each
    /// picture stands alone, or `patient_before` tells.
    #[serde(default)]
    pub group: String,
    /// What such a group is called: "patients".
    #[serde(default = "pictures")]
    pub group_name: String,
    #[serde(default)]
    pub split: String,
    /// The value of `split` that is evaluated once, at the end.
    #[serde(default)]
    pub test: String,
    /// The column of folds; empty where [`Self::folds`] makes them.
    #[serde(default)]
    pub fold: String,
    /// So many folds, `0`, `1`…, dealt to the groups by a hash of their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
    /// The values of `label` and the position of the answer that each stands for: a label of the model or, for one
    /// sigmoid label, 0 (it does not hold) and 1 (it holds).
    #[serde(default)]
    pub classes: BTreeMap<String, usize>,
    /// Values of `label` whose cases are left out; any other value that is no class is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
    /// For folders of images: the test part, below the data folder, with the same sub-folders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_folder: Option<String>,
    /// For file names like `p17_2.png`: the patient is what stands before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_before: Option<String>,
    /// Test part and folds where no column tells them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// For one sigmoid label: finer than the classes, and what is learned in their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degrees: Option<Degrees>,
    /// For series: what was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measurements: Option<Measurements>,
}

/// Tables with one measurement a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurements {
    /// Below the data folder.
    pub files: Vec<String>,
    /// The column with the key of the case.
    pub key: String,
    /// The column of time since the start, in hours…
    pub hours: Option<String>,
    /// …or in minutes.
    pub minutes: Option<String>,
    pub parameter: String,
    pub value: String,
    /// What the parameters are; others are not read. Without any they are those of the PhysioNet challenge of 2012.
    #[serde(default)]
    pub names: BTreeMap<String, Named>,
}

/// A parameter of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub variable: Variable,
    pub unit: String,
}

/// How far cases speak for the label. One that has a degree but no class teaches and is never measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Degrees {
    pub column: String,
    /// The values of the column, from 0 (it does not hold) to 1 (it holds).
    pub values: BTreeMap<String, f64>,
}

const fn one() -> usize {
    1
}

fn is_one(value: &usize) -> bool {
    *value == 1
}

fn text() -> String {
    "text".to_owned()
}

fn is_text(column: &String) -> bool {
    *column == text()
}

fn pictures() -> String {
    "pictures".to_owned()
}

/// The form of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Comma-separated, with a header, one image file in each line.
    Images,
    /// Texts, as JSON lines or as a table whose cells are parted by commas (`.csv`) or tabs (`.tsv`).
    Notes,
    /// A folder of images for each class.
    Folders,
    /// Comma-separated like `images`; the files are DICOM objects anywhere below the folder.
    Dicom,
    /// A MedMNIST archive, `table`; its labels are numbers, its folds `train` and `val`.
    Medmnist,
    /// Comma-separated like `images`, with the key of a course in each line; its values are in `measurements`.
    Series,
    /// Lines of class, name and nucleotides, as the UCI repository has them; each is a fold of its own.
    Sequences,
}

/// How it is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Learning {
    Image {
        knobs: Knobs,
        augment: Augment,
    },
    Text(TextLearning),
    /// To mark answers in notes, with questions from templates.
    Questions {
        knobs: Knobs,
    },
    Steps(StepLearning),
}

/// How courses and sequences are learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLearning {
    pub knobs: Knobs,
    #[serde(default)]
    pub endings: Endings,
    /// Of the logistic regression of a network with a summary, on the squares of its weights.
    #[serde(default)]
    pub summary_penalty: f64,
    /// Of its trees, if it has any.
    #[serde(default)]
    pub trees: Growth,
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
    /// Further notes that teach language only: those that are not of its test part, whatever their labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Box<Source>>,
    /// A linear model of terms that answers beside the network, and alone as the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermLearning>,
    /// Further texts that teach classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aside: Vec<Aside>,
    /// Words that name a label, lower case, a star for any ending; a second evaluation hides them.
    pub naming: Vec<String>,
}

/// Texts that teach classes and are never measured on: not those of the source's test part, nor those of a group that is
/// measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aside {
    /// How much a text counts beside a case, at most 1: for the linear model as its cost, for the network as the part of
    /// the epochs in which it is read.
    pub weight: f64,
    /// So many of each class at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<usize>,
    /// Each section of a note is a text of its own; the classes of the source are kinds of sections.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sections: bool,
    pub source: Source,
}

impl Source {
    /// Whether any of its cases is to be measured on at the end.
    pub(super) fn has_test(&self) -> bool {
        let may_lack = matches!(self.kind, SourceKind::Notes | SourceKind::Sequences);
        !may_lack || !self.test.is_empty()
    }
}

impl SourceKind {
    /// Whether columns of a table tell the parts.
    const fn is_table(self) -> bool {
        matches!(
            self,
            Self::Images | Self::Notes | Self::Dicom | Self::Series
        )
    }
}

impl Learning {
    /// The knobs of the loop that learns classes.
    pub const fn knobs(&self) -> &Knobs {
        match self {
            Self::Image { knobs, .. } | Self::Questions { knobs } => knobs,
            Self::Text(text) => &text.knobs,
            Self::Steps(steps) => &steps.knobs,
        }
    }
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
        let recipe: Self = toml::from_str(&text).map_err(|it| Error::Recipe {
            cause: it.to_string(),
        })?;
        recipe.check()?;
        Ok(recipe)
    }

    fn is_chest_x_ray(&self) -> bool {
        let Some(scope) = &self.scope else {
            return false;
        };
        let has = |terms: &[String], wanted: &[&str]| {
            terms.iter().any(|it| wanted.contains(&it.as_str()))
        };
        let header = &scope.header;
        has(&header.modalities, &["CR", "DX"]) && has(&header.body_parts, &["CHEST", "THORAX"])
    }

    /// What the types of the fields cannot say.
    ///
    /// # Errors
    /// Names what was wanted and what was found.
    pub(super) fn check(&self) -> Result<()> {
        let wanted = |is_so: bool, want: &str, found: &dyn Display| {
            let cause = format!("wanted {want}, found {found}");
            is_so.then_some(()).ok_or(Error::Recipe { cause })
        };
        for source in std::iter::once(&self.source).chain(self.external.values()) {
            let has_folds =
                !source.fold.is_empty() || source.parts.is_some() || !source.tables.is_empty();
            match source.folds {
                Some(n) => wanted((2..=100).contains(&n), "2 to 100 folds", &n)?,
                // Where nothing is held out, or the form of the data has its own parts, no column is needed.
                None if !source.kind.is_table() || self.hold_out.is_empty() => {}
                None => wanted(has_folds, "a column of folds", &"none")?,
            }
            let degrees = source.degrees.iter().flat_map(|it| it.values.values());
            for degree in degrees {
                wanted((0.0..=1.0).contains(degree), "degrees of 0 to 1", degree)?;
                let is_sigmoid = self.output == Output::Sigmoid;
                wanted(is_sigmoid, "one sigmoid label for degrees", &"others")?;
            }
        }
        if self.ships == Ships::Folds {
            let is_text = matches!(self.learning, Learning::Text(_));
            wanted(!is_text, "no notes for an ensemble of folds", &"notes")?;
            let folds: BTreeSet<&String> = self.hold_out.iter().collect();
            let n = folds.len();
            wanted(2 <= n, "at least 2 folds held out for an ensemble", &n)?;
            let is_each_once = n == self.hold_out.len();
            wanted(is_each_once, "each fold held out once", &"one twice")?;
            let is_one_seed = self.seeds <= 1;
            wanted(
                is_one_seed,
                "one seed for an ensemble of folds",
                &self.seeds,
            )?;
        }
        if let Learning::Text(text) = &self.learning
            && let Some(terms) = &text.terms
        {
            let is_many = self.output == Output::Softmax;
            wanted(
                is_many,
                "labels that exclude each other for terms",
                &"others",
            )?;
            let TermKinds {
                longest, letters, ..
            } = terms.kinds;
            wanted(
                (1..=LONGEST).contains(&longest),
                "terms of 1 to 5 words",
                &longest,
            )?;
            wanted(
                letters == 0 || (3..=8).contains(&letters),
                "terms of 3 to 8 letters, or 0",
                &letters,
            )?;
            let is_cost = 0.0 < terms.cost && terms.cost.is_finite();
            wanted(is_cost, "a cost above 0", &terms.cost)?;
        }
        if let Learning::Text(text) = &self.learning {
            for aside in &text.aside {
                let is_part = 0.0 < aside.weight && aside.weight <= 1.0;
                wanted(
                    is_part,
                    "texts aside with a weight above 0, at most 1",
                    &aside.weight,
                )?;
            }
        }
        if let Learning::Image { augment, .. } = &self.learning {
            let is_mirrored = !augment.flips.is_empty() && !augment.sides_alike;
            let want = "no `flips` for X-rays of a chest, whose heart is on one side (where the label means the same on \
                        both, say `sides_alike = true`)";
            wanted(!(is_mirrored && self.is_chest_x_ray()), want, &"some")?;
        }
        let n_classes = self.labels.len().max(2);
        let knobs = self.learning.knobs().check(n_classes);
        knobs.map_err(|cause| Error::Recipe { cause })
    }

    /// The recipe with the hash of the weights that it begins with; `out` is the folder of the bundle that is written.
    /// Checkpoints and the card then know what was begun with.
    pub fn pinned(mut self, out: &Path) -> Result<Self> {
        if let Some(start) = self.start_from.as_mut().filter(|it| it.sha256.is_none()) {
            let bundle = Bundle::open(&start.folder(out))?;
            start.sha256 = Some(bundle.manifest.weights.sha256);
        }
        Ok(self)
    }

    /// The folds that are held out, in words.
    pub(super) fn folds_in_words(&self) -> String {
        const MOST: usize = 12;
        match self.hold_out.len() {
            0..=MOST => self.hold_out.join(", "),
            n => format!("each of {n} in turn"),
        }
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
