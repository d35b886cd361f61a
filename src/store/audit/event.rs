//! What the log keeps of each deed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{disk::Sha256, store::time::Moment};

/// What was done. The comment gives the event of DICOM PS3.15, A.5.3, under which it is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    // 110100 Application Activity
    Started,
    Stopped,
    StoreCreated,
    Upgraded,
    // 110101 Audit Log Used
    LogViewed,
    LogExported,
    // 110103 DICOM Instances Accessed
    CaseOpened,
    Scored,
    ScopeOverridden,
    ReadingRecorded,
    Annotated,
    Searched,
    WorklistChanged,
    // 110105 DICOM Study Deleted
    PatientErased,
    // 110106 Export
    Exported,
    PatientExported,
    Deidentified,
    BackedUp,
    // 110107 Import
    Restored,
    CaseReceived,
    // 110113 Security Alert
    GlassBroken,
    TamperingFound,
    CopyAccepted,
    ClockWentBack,
    PersonAdded,
    PersonRemoved,
    RolesChanged,
    PassphraseChanged,
    RecoveryKeyChanged,
    KeysRenewed,
    ThresholdChanged,
    ModelChanged,
    StoreChecked,
    AccessRefused,
    // 110114 User Authentication
    SignedIn,
    SignInFailed,
    SignedOut,
    Locked,
    Recovered,
}

/// The group of events that PS3.15, A.5.3 knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    /// Of the coding scheme DCM.
    pub(crate) code: &'static str,
    pub(crate) meaning: &'static str,
    /// `C`reate, `R`ead, `U`pdate, `D`elete, `E`xecute (A.5.1).
    pub(crate) deed: &'static str,
}

impl Action {
    /// All of them, in the order of the groups.
    pub const ALL: [Self; 39] = [
        Self::Started,
        Self::Stopped,
        Self::StoreCreated,
        Self::Upgraded,
        Self::LogViewed,
        Self::LogExported,
        Self::CaseOpened,
        Self::Scored,
        Self::ScopeOverridden,
        Self::ReadingRecorded,
        Self::Annotated,
        Self::Searched,
        Self::WorklistChanged,
        Self::PatientErased,
        Self::Exported,
        Self::PatientExported,
        Self::Deidentified,
        Self::BackedUp,
        Self::Restored,
        Self::CaseReceived,
        Self::GlassBroken,
        Self::TamperingFound,
        Self::CopyAccepted,
        Self::ClockWentBack,
        Self::PersonAdded,
        Self::PersonRemoved,
        Self::RolesChanged,
        Self::PassphraseChanged,
        Self::RecoveryKeyChanged,
        Self::KeysRenewed,
        Self::ThresholdChanged,
        Self::ModelChanged,
        Self::StoreChecked,
        Self::AccessRefused,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::Locked,
        Self::Recovered,
    ];

    /// Its word in text and JSON.
    pub fn name(self) -> String {
        // A plain name always has a JSON form.
        let json = serde_json::to_value(self).unwrap_or_default();
        json.as_str().unwrap_or_default().to_owned()
    }

    /// Which event of PS3.15, A.5.3 it is exported as.
    pub(crate) const fn event(self) -> EventId {
        let (code, meaning, deed) = match self {
            Self::Started | Self::Stopped | Self::StoreCreated | Self::Upgraded => {
                ("110100", "Application Activity", "E")
            }
            Self::LogViewed | Self::LogExported => ("110101", "Audit Log Used", "R"),
            Self::Searched => ("110112", "Query", "E"),
            Self::CaseOpened => ("110103", "DICOM Instances Accessed", "R"),
            Self::Scored
            | Self::ScopeOverridden
            | Self::ReadingRecorded
            | Self::Annotated
            | Self::WorklistChanged => ("110103", "DICOM Instances Accessed", "U"),
            Self::PatientErased => ("110105", "DICOM Study Deleted", "D"),
            Self::Exported | Self::PatientExported | Self::Deidentified | Self::BackedUp => {
                ("110106", "Export", "R")
            }
            Self::Restored | Self::CaseReceived => ("110107", "Import", "C"),
            Self::GlassBroken
            | Self::TamperingFound
            | Self::CopyAccepted
            | Self::ClockWentBack
            | Self::PersonAdded
            | Self::PersonRemoved
            | Self::RolesChanged
            | Self::PassphraseChanged
            | Self::RecoveryKeyChanged
            | Self::KeysRenewed
            | Self::ThresholdChanged
            | Self::ModelChanged
            | Self::StoreChecked
            | Self::AccessRefused => ("110113", "Security Alert", "E"),
            Self::SignedIn
            | Self::SignInFailed
            | Self::SignedOut
            | Self::Locked
            | Self::Recovered => ("110114", "User Authentication", "E"),
        };
        EventId {
            code,
            meaning,
            deed,
        }
    }

    /// Whether somebody should hear of it at once: shown on top of the log.
    pub const fn is_loud(self) -> bool {
        matches!(
            self,
            Self::GlassBroken | Self::TamperingFound | Self::CopyAccepted | Self::Recovered
        )
    }
}

/// How it ended (PS3.15, A.5.1: EventOutcomeIndicator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    /// Refused: the person, not the program, must change something.
    MinorFailure,
    SeriousFailure,
}

impl Outcome {
    /// The number of A.5.1.
    pub(crate) const fn indicator(self) -> &'static str {
        match self {
            Self::Success => "0",
            Self::MinorFailure => "4",
            Self::SeriousFailure => "8",
        }
    }
}

/// One deed. Its JSON text, in this order of fields, is what is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub at: Moment,
    pub action: Action,
    pub outcome: Outcome,
    /// Who: the id of a person, or empty where nobody was signed in.
    pub person: String,
    /// About whom: the store's own reference of a patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// About which file: the store's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// More: codes, counts, model names, a reason in a person's words. Never a patient's name or number.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub detail: Value,
}

impl Record {
    /// A deed of now.
    pub fn now(action: Action, outcome: Outcome, person: &str) -> Self {
        Self {
            at: Moment::now(),
            action,
            outcome,
            person: person.to_owned(),
            patient: None,
            item: None,
            detail: Value::Null,
        }
    }

    /// The text that is hashed.
    pub(crate) fn canonical(&self) -> String {
        // Strings, numbers and JSON always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A record with its place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// From 1, without gaps.
    pub sequence: u64,
    pub record: Record,
    pub hash: Sha256,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Action;

    #[test]
    fn every_action_has_a_name_of_its_own_and_an_event_of_the_standard() {
        let names: BTreeSet<String> = Action::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        let codes: BTreeSet<&str> = Action::ALL.iter().map(|it| it.event().code).collect();
        assert!(codes.iter().all(|it| ("110100"..="110114").contains(it)));
    }
}
