//! The kinds of case that are evaluated, and their names.

use serde::{Deserialize, Serialize};

use super::{Error, Result};
use crate::prep::Spec;

/// What a model reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Images,
    Notes,
    /// Measurements of one patient over time.
    Courses,
    /// Nucleotide sequences.
    Sequences,
}

impl Kind {
    /// What models with this specification read.
    pub(super) fn of(spec: &Spec) -> Result<Self> {
        match spec {
            Spec::Image(_) => Ok(Self::Images),
            Spec::Text(_) => Ok(Self::Notes),
            Spec::Series(_) => Ok(Self::Courses),
            Spec::Sequence(_) => Ok(Self::Sequences),
            Spec::Question(_) => Err(Error::AnswersQuestions),
        }
    }

    /// One of them: `image`.
    pub const fn one(self) -> &'static str {
        match self {
            Self::Images => "image",
            Self::Notes => "note",
            Self::Courses => "course",
            Self::Sequences => "sequence",
        }
    }

    /// Several of them: `images`.
    pub const fn many(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Notes => "notes",
            Self::Courses => "courses",
            Self::Sequences => "sequences",
        }
    }
}
