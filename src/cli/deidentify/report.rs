//! What became of each input: as JSON, and in words. Neither names a patient or a file.

use std::{path::Path, process::ExitCode};

use serde::Serialize;

use crate::{
    cli::print,
    deid::Policy,
    deid::dicom::{FaceRisk, Facts, Hold},
};

/// Rows that are told in words.
const TOLD_LIMIT: usize = 20;

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
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
    const ALL: [Self; 5] = [
        Self::Done,
        Self::Held,
        Self::Refused,
        Self::Error,
        Self::NotReached,
    ];

    pub(super) const fn is_failure(self) -> bool {
        !matches!(self, Self::Done | Self::Held)
    }

    const fn word(self) -> &'static str {
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
pub(super) struct Row {
    /// Its number among all inputs sorted by path, from one.
    pub(super) input: usize,
    pub(super) status: Status,
    /// The new UID, after which the result is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) face: Option<FaceRisk>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) n_masks: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Row {
    pub(super) fn written(input: usize, facts: &Facts, hold: Option<Hold>) -> Self {
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

    pub(super) fn note(input: usize, uid: &str, n_replaced: usize) -> Self {
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

    pub(super) fn failed(input: usize, status: Status, reason: &str) -> Self {
        Self {
            input,
            status,
            uid: None,
            reason: Some(reason.to_owned()),
            face: None,
            n_masks: 0,
        }
    }

    pub(super) fn not_reached(input: usize) -> Self {
        Self::failed(input, Status::NotReached, "the run was stopped before")
    }
}

/// A run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    program: &'static str,
    policy: Policy,
    /// Whether the secret of the pseudonyms is kept by the person who ran this.
    is_key_kept: bool,
    pub(super) rows: Vec<Row>,
}

impl Report {
    pub(super) fn new(policy: &Policy, is_key_kept: bool) -> Self {
        Self {
            program: concat!("wardlight ", env!("CARGO_PKG_VERSION")),
            policy: policy.clone(),
            is_key_kept,
            rows: Vec::new(),
        }
    }

    /// 0 if all is done or held, else 1.
    pub(super) fn exit_code(&self) -> ExitCode {
        if self.rows.iter().any(|it| it.status.is_failure()) {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }

    /// Tells the run in words.
    pub(super) fn print(&self, written: Option<&Path>, is_dry: bool) -> anyhow::Result<()> {
        let counts = Status::ALL.map(|status| {
            let n_rows = self.rows.iter().filter(|it| it.status == status).count();
            (n_rows, status)
        });
        let counts = counts.iter().filter(|it| 0 < it.0);
        let counts: Vec<String> = counts
            .map(|(n_rows, status)| format!("{n_rows} {}", status.word()))
            .collect();
        let mut text = format!("{} inputs", self.rows.len());
        if !counts.is_empty() {
            text.push_str(&format!(": {}", counts.join(", ")));
        }
        text.push('\n');
        let failed: Vec<&Row> = self
            .rows
            .iter()
            .filter(|it| it.status.is_failure())
            .collect();
        for row in failed.iter().take(TOLD_LIMIT) {
            let reason = row.reason.as_deref().unwrap_or_default();
            text.push_str(&format!(
                "  input {} {}: {reason}\n",
                row.input,
                row.status.word()
            ));
        }
        if let Some(n_more) = failed.len().checked_sub(TOLD_LIMIT).filter(|it| 0 < *it) {
            text.push_str(&format!("  and {n_more} more\n"));
        }
        if !self.policy.clean_pixel_data {
            text.push_str("pictures were not held: nobody has looked for text in them\n");
        }
        if is_dry {
            text.push_str("nothing was written\n");
        }
        if let Some(written) = written {
            text.push_str(&format!("report: {}\n", written.display()));
        }
        print(&text)
    }
}
