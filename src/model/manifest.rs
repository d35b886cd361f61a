//! The manifest of a bundle: everything about a model but its weights. After [`Manifest::parse`] it is valid.

use serde::{Deserialize, Serialize};

use super::{Error, Network, check, conformal::Conformal, scope::Scope};
use crate::{
    disk::Sha256,
    prediction::{
        Calibration, Erasure, Estimate, LabelIdx, Method, ModelRef, OperatingPoint, SiteRef,
    },
    prep,
};

/// `manifest.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this file format; 1.
    pub format: u32,
    /// Folder-safe name: lower case letters, digits, hyphens.
    pub name: String,
    pub version: String,
    /// For people: "Pneumonia on chest X-rays of children".
    pub title: String,
    /// One sentence: what, on whom, for what.
    pub intended_use: String,
    /// What it must not be used for, one sentence each.
    pub limits: Vec<String>,
    pub licence: String,
    /// Data it was trained on, with citation and licence.
    pub data: String,
    /// When it was trained, `YYYY-MM-DD`, or `unknown`.
    pub trained: String,
    pub output: Output,
    /// For one label that stands alone: the part of the cases it was trained on that have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prevalence: Option<f64>,
    /// At least one, unique.
    pub labels: Vec<Label>,
    pub network: Network,
    pub prep: prep::Spec,
    pub weights: FileRef,
    /// The weights of further networks of the same kind: an ensemble, whose answer is the mean of all logits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<FileRef>,
    /// For text models.
    pub tokenizer: Option<FileRef>,
    /// For text models that count terms beside their network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsPart>,
    /// For text models: words that name a label, lower case, a star for any ending. Explanations flag them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub naming: Vec<String>,
    pub calibration: Calibration,
    /// What cannot be excluded, fitted on the cases of the calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformal: Option<Conformal>,
    /// Whose fit took the place of the bundle's own ([`super::Site::over`]); never in the file.
    #[serde(skip)]
    pub site: Option<SiteRef>,
    /// torchxrayvision's output step: for each label, the sigmoid that becomes 0.5; straight lines to 0 and to 1. What
    /// comes out is a score, not a probability. Empty for all other models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub op_norm: Vec<f32>,
    pub known_answer: KnownAnswer,
    /// For image models: what they refuse. Without it nothing is refused, and every answer says so.
    pub scope: Option<Scope>,
    /// Measured figures, for the card and the window.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// The randomisation test of each method that was put to it; empty for a model that was not tested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<ExplanationTest>,
    /// For text models: whether the score follows the words that each method names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erasures: Vec<ErasureTest>,
}

/// The linear half of a bundle: logits are those of the network plus `weight` times the margins of a linear model of
/// TF-IDF terms (`prep::terms::tf_idf`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsPart {
    /// The terms, one a line.
    pub list: FileRef,
    /// safetensors: `idf` `[n]`, `weight` `[labels, n]`, `bias` `[labels]`.
    pub weights: FileRef,
    /// Terms in the list.
    pub n: usize,
    pub kinds: prep::terms::TermKinds,
    /// Fitted on held-out answers.
    pub weight: f32,
}

/// How logits become probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Labels exclude each other.
    Softmax,
    /// Each label stands alone.
    Sigmoid,
}

/// One output of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub name: String,
    /// Where to decide, if anywhere.
    pub operating_point: Option<OperatingPoint>,
}

/// A file of the bundle. The name has no folder in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    pub file: String,
    pub sha256: Sha256,
}

/// What the network must answer to a fixed input (an image of a fixed pattern, or fixed token numbers), checked at load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAnswer {
    pub logits: Vec<f32>,
    pub tolerance: f32,
}

/// A measured figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// "AUROC", "accuracy"…
    pub name: String,
    /// What it was measured on.
    pub set: String,
    pub estimate: Estimate,
}

/// Whether a method's maps depend on what the network learned (Adebayo et al. 2018,
/// <https://arxiv.org/abs/1810.03292>): they must lose their likeness when the weights are random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplanationTest {
    pub method: Method,
    /// Structural similarity of the maps before and after all weights were made random, mean over the pictures.
    pub ssim: f64,
    /// The same between the maps of different pictures.
    pub baseline: f64,
    /// The same after each step of the cascade, from the head down; its last is `ssim`. Empty for a slow method, of which
    /// only the end was tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cascade: Vec<f64>,
    /// Held-out pictures.
    pub n: usize,
    /// `ssim` lies below `baseline`.
    pub passes: bool,
}

/// Whether a method names the words that the score rests on: over notes of the test part, against random words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureTest {
    pub method: Method,
    /// Means over the notes.
    pub found: Erasure,
    /// Notes.
    pub n: usize,
    /// Both figures are better than those of random words.
    pub passes: bool,
}

impl TermsPart {
    /// Reads the list.
    ///
    /// # Errors
    /// Bytes that are no list of terms, or one of another length.
    pub fn parse(&self, list: &[u8]) -> Result<prep::Terms, Error> {
        let terms = prep::Terms::parse(list, self.kinds)?;
        if terms.n() == self.n {
            return Ok(terms);
        }
        Err(Error::Manifest {
            cause: format!("wanted {} terms, found {}", self.n, terms.n()),
        })
    }
}

impl Manifest {
    /// The methods that this model offers, in the order of a chooser; the first is the default. One that failed its
    /// randomisation test is left out.
    pub fn methods(&self) -> Vec<Method> {
        let methods = self.network.methods().iter().copied();
        methods.filter(|it| self.why_not(*it).is_none()).collect()
    }

    /// Why a method is not offered, as a clause; `None` for one that is.
    pub fn why_not(&self, method: Method) -> Option<String> {
        if !self.network.methods().contains(&method) {
            return Some(format!(
                "{} does not explain this kind of network",
                method.name()
            ));
        }
        let failed = self
            .explanations
            .iter()
            .find(|it| it.method == method && !it.passes);
        let Some(failed) = failed else {
            let erased = self.erasures.iter();
            let mut failed = erased.filter(|it| it.method == method && !it.passes);
            return failed.next().map(|it| {
                format!(
                    "the words that it names carry no more of the score than random ones (comprehensiveness {:.2} against {:.2}, \
                     sufficiency {:.2} against {:.2})",
                    it.found.comprehensiveness.own,
                    it.found.comprehensiveness.random,
                    it.found.sufficiency.own,
                    it.found.sufficiency.random
                )
            });
        };
        Some(format!(
            "its maps hardly change when the weights are made random (similarity {:.2}, and {:.2} between maps of different \
             pictures)",
            failed.ssim, failed.baseline
        ))
    }

    /// What the test of a method says, in words.
    pub fn test_words(&self, method: Method) -> String {
        if let Some(it) = self.erasures.iter().find(|it| it.method == method) {
            let Erasure {
                comprehensiveness,
                sufficiency,
            } = it.found;
            return format!(
                "names words that the score rests on: comprehensiveness {:.2} ({:.2} of random words), sufficiency {:.2} \
                 ({:.2}), n = {}",
                comprehensiveness.own,
                comprehensiveness.random,
                sufficiency.own,
                sufficiency.random,
                it.n
            );
        }
        match self.explanations.iter().find(|it| it.method == method) {
            Some(it) => format!(
                "depends on what the model learned: similarity {:.2} after randomisation, {:.2} between pictures, n = {}",
                it.ssim, it.baseline, it.n
            ),
            None => "not tested on this model".to_owned(),
        }
    }

    /// Reads and checks a manifest.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let manifest: Self = toml::from_str(text).map_err(|it| {
            let before = it
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            let line = 1 + before.matches('\n').count();
            Error::Manifest {
                cause: format!("line {line}: {}", it.message()),
            }
        })?;
        check::manifest(&manifest).map_err(|cause| Error::Manifest { cause })?;
        Ok(manifest)
    }

    /// The text of `manifest.toml`. Fails where [`Manifest::parse`] would refuse it.
    pub fn to_toml(&self) -> Result<String, Error> {
        check::manifest(self).map_err(|cause| Error::Manifest { cause })?;
        toml::to_string(self).map_err(|it| Error::Manifest {
            cause: it.to_string(),
        })
    }

    /// The figures to show first: how well it ranks on every set, and everything on the test part. All stand in the card.
    pub fn headlines(&self) -> impl Iterator<Item = &Metric> {
        let is_test = |it: &Metric| it.set == "test" || it.set.starts_with("test,");
        let metrics = self.metrics.iter();
        metrics.filter(move |it| it.name == "AUROC" || is_test(it))
    }

    /// The weights file of each network, one for a single one.
    pub fn networks(&self) -> impl Iterator<Item = &FileRef> {
        std::iter::once(&self.weights).chain(&self.members)
    }

    /// Identity of the weights: the hash of the file or, of an ensemble (or a network with terms), that of the hashes of its weights files, one a line
    /// (`sha256sum FILES | cut -c 1-64 | sha256sum`).
    pub fn weights_sha256(&self) -> Sha256 {
        if self.members.is_empty() && self.terms.is_none() {
            return self.weights.sha256;
        }
        let lines: String = self
            .networks()
            .chain(self.terms.as_ref().map(|it| &it.weights))
            .map(|it| format!("{}\n", it.sha256))
            .collect();
        Sha256::of(lines.as_bytes())
    }

    /// Refuses a label that the model does not have.
    pub fn check_label(&self, label: LabelIdx) -> Result<(), Error> {
        let n_labels = self.labels.len();
        if label.0 < n_labels {
            Ok(())
        } else {
            Err(Error::Label {
                n_labels,
                found: label.0,
            })
        }
    }

    /// The identity that every answer carries.
    pub fn model_ref(&self) -> ModelRef {
        ModelRef {
            name: self.name.clone(),
            version: self.version.clone(),
            weights_sha256: self.weights_sha256(),
            // Plain fields always have a JSON form, in the order of the type.
            prep_sha256: Sha256::of(&serde_json::to_vec(&self.prep).unwrap_or_default()),
        }
    }
}
