//! A row of a worklist, wherever it comes from: an open file, the records, or what `wardlight score` has written.
//!
//! Deliberately not here: in which order rows stand and how they are called; `session` has both.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{disk::Sha256, privacy::Phi};

/// A case and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The name, or the number where there is none; empty where nobody says.
    pub patient: Phi<String>,
    /// (0008,0020), as it stands; empty where there is none.
    pub study_date: Phi<String>,
    pub kind: RowKind,
    /// (0008,0060); empty where there is none.
    pub modality: String,
    pub file: Phi<PathBuf>,
    /// Of the file that was answered about, if there is an answer.
    pub file_sha256: Option<Sha256>,
    pub frame_idx: usize,
    /// Name and version.
    pub model: Option<(String, String)>,
    /// The strongest one.
    pub finding: Option<Finding>,
    /// 0..1, see [`uncertainty`].
    pub uncertainty: Option<f32>,
    pub outcome: Outcome,
    /// What the reader says to it.
    pub word: Option<Word>,
    /// Since when it waits for a reader, in milliseconds since 1970.
    pub since_ms: Option<i64>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowKind {
    #[default]
    Scan,
    Note,
    Series,
    Sequence,
}

/// A class and its probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub label: String,
    pub probability: f32,
    /// Its operating point, if it has one.
    pub threshold: Option<f32>,
}

/// What became of the question to a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nobody asked so far.
    #[default]
    Unscored,
    /// Within what the model knows.
    InScope,
    /// The model brings no test of its scope.
    Unchecked,
    /// An answer, although it looks unlike what the model knows.
    Outside,
    /// An answer on request, although the model had refused for these reasons.
    BeyondScope(String),
    /// No answer: the case is none for the model, or the file is none that is understood.
    Refused(String),
    /// No answer: something went wrong.
    Failed(String),
}

/// A reader's word on an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Word {
    Agree,
    Disagree,
    Unsure,
}

impl Finding {
    /// The strongest of an answer's classes: that which lies furthest above its operating point. Classes without one count
    /// only where none has any, by their probability: a class such as "normal" is no suspicion.
    pub fn strongest(scores: impl Iterator<Item = Self>) -> Option<Self> {
        let excess = |it: &Self| it.probability - it.threshold.unwrap_or(0.0);
        let rank = |it: &Self| (it.threshold.is_some(), excess(it));
        scores.max_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    }

    /// Where the probability lies, 0..1, with the operating point at one half, so that classes with different operating
    /// points can be compared.
    pub fn suspicion(&self) -> f32 {
        let probability = self.probability.clamp(0.0, 1.0);
        let threshold = self.threshold.unwrap_or(0.5).clamp(0.0, 1.0);
        if probability < threshold {
            0.5 * probability / threshold
        } else if threshold < 1.0 {
            0.5 + 0.5 * (probability - threshold) / (1.0 - threshold)
        } else {
            1.0
        }
    }
}

/// How uncertain an answer is, 0..1: the entropy in bits that an ensemble tells of it, at most 1; else that of the
/// probability against its opposite.
pub fn uncertainty(probability: f32, of_ensemble: Option<f64>) -> f32 {
    let p = f64::from(probability).clamp(0.0, 1.0);
    let part = |it: f64| if it <= 0.0 { 0.0 } else { -it * it.log2() };
    let entropy = of_ensemble.unwrap_or_else(|| part(p) + part(1.0 - p));
    entropy.clamp(0.0, 1.0) as f32
}

impl Outcome {
    /// Whether there is an answer.
    pub const fn is_answered(&self) -> bool {
        matches!(
            self,
            Self::InScope | Self::Unchecked | Self::Outside | Self::BeyondScope(_)
        )
    }
}
