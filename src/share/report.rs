//! What became of each input: as JSON, and in words. Neither names a patient or a file.

use serde::Serialize;

use crate::{
    deid::Policy,
    deid::dicom::{FaceRisk, Facts, Hold},
};

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Done,
    /// A person must look at it.
    Held,
    /// The policy or the file forbids it.
    Refused,
    /// Something went wrong.
    Error,
    /// The run was stopped before.
    NotReached,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Done,
        Self::Held,
        Self::Refused,
        Self::Error,
        Self::NotReached,
    ];

    /// Whether there is no result.
    pub const fn is_failure(self) -> bool {
        !matches!(self, Self::Done | Self::Held)
    }

    /// In the text of a run.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Held => "held",
            Self::Refused => "refused",
            Self::Error => "failed",
            Self::NotReached => "not reached",
        }
    }
}

/// One input.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its number among all inputs sorted by path, from one.
    pub input: usize,
    pub status: Status,
    /// The new UID, after which the result is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Why it is not done, or by whose word it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceRisk>,
    /// Rectangles that were filled.
    #[serde(skip_serializing_if = "is_zero")]
    pub n_masks: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Row {
    /// A result that was written.
    pub fn written(input: usize, facts: &Facts, hold: Option<Hold>) -> Self {
        let reason = hold.map(|it| match it {
            Hold::NobodyLooked => "nobody has looked for text in the picture",
            Hold::TextCovered => {
                "text was found and covered: nobody has looked whether that was all, and no anatomy"
            }
            Hold::MayCarryText => "pictures of this kind may carry text that a network misses",
        });
        Self {
            input,
            status: match hold {
                Some(_) => Status::Held,
                None => Status::Done,
            },
            uid: Some(facts.instance_uid.clone()),
            reason: reason.map(str::to_owned),
            face: facts.face,
            n_masks: facts.n_masks,
        }
    }

    /// A result by the word of a person, who looked at the picture or read the note.
    pub fn by_word(input: usize, uid: &str, n_masks: usize, face: Option<FaceRisk>) -> Self {
        Self {
            input,
            status: Status::Done,
            uid: Some(uid.to_owned()),
            reason: Some("a person has looked".to_owned()),
            face,
            n_masks,
        }
    }

    /// A note that somebody must read.
    pub fn note(input: usize, uid: &str, n_replaced: usize) -> Self {
        Self {
            input,
            status: Status::Held,
            uid: Some(uid.to_owned()),
            reason: Some(format!(
                "rules replaced {n_replaced} places in the note and may miss others: nobody has read it"
            )),
            face: None,
            n_masks: 0,
        }
    }

    /// No result, and why.
    pub fn failed(input: usize, status: Status, reason: &str) -> Self {
        Self {
            input,
            status,
            uid: None,
            reason: Some(reason.to_owned()),
            face: None,
            n_masks: 0,
        }
    }

    /// The run ended before.
    pub fn not_reached(input: usize) -> Self {
        Self::failed(input, Status::NotReached, "the run was stopped before")
    }
}

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    program: &'static str,
    /// What was asked.
    pub policy: Policy,
    /// Whether the secret of the pseudonyms is kept by the person who ran this.
    is_key_kept: bool,
    /// In order of the inputs.
    pub rows: Vec<Row>,
}

impl Report {
    /// A run without rows yet.
    pub fn new(policy: &Policy, is_key_kept: bool) -> Self {
        Self {
            program: concat!("wardlight ", env!("CARGO_PKG_VERSION")),
            policy: policy.clone(),
            is_key_kept,
            rows: Vec::new(),
        }
    }
}
