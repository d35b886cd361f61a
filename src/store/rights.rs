//! Who may do what: the one table that the window, the command and the services ask.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::privacy::Phi;

/// What a person is to this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks at cases and at answers that were kept.
    Viewer,
    /// Reads: opens, scores, agrees or disagrees, annotates, exports.
    Reader,
    /// Looks after the store: people, models, thresholds, backups, erasure. Sees no case.
    Administrator,
    /// Reads the audit log, and nothing else.
    Auditor,
    /// A program that adds cases and answers and can read none.
    Service,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    OpenCase,
    Search,
    Score,
    OverrideScope,
    Read,
    Annotate,
    Export,
    Deidentify,
    BreakGlass,
    ManagePeople,
    ChangeModel,
    ChangeThreshold,
    Backup,
    Check,
    Rekey,
    ExportPatient,
    ErasePatient,
    ViewAudit,
    ExportAudit,
}

/// The roles that a person has.
pub type Roles = BTreeSet<Role>;

impl Role {
    /// All roles, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Viewer,
        Self::Reader,
        Self::Administrator,
        Self::Auditor,
        Self::Service,
    ];

    /// Its word in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reader => "reader",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }

    /// What it may do: least privilege. A right that is not listed is not there.
    pub const fn rights(self) -> &'static [Right] {
        use Right::{
            Annotate, Backup, BreakGlass, ChangeModel, ChangeThreshold, Check, Deidentify,
            ErasePatient, Export, ExportAudit, ExportPatient, ManagePeople, OpenCase,
            OverrideScope, Read, Rekey, Score, Search, ViewAudit,
        };
        match self {
            Self::Viewer => &[OpenCase, Search, BreakGlass],
            Self::Reader => &[
                OpenCase,
                Search,
                Score,
                OverrideScope,
                Read,
                Annotate,
                Export,
                Deidentify,
            ],
            Self::Administrator => &[
                ManagePeople,
                ChangeModel,
                ChangeThreshold,
                Backup,
                Check,
                Rekey,
                ExportPatient,
                ErasePatient,
                BreakGlass,
            ],
            Self::Auditor => &[ViewAudit, ExportAudit, Check],
            // It writes through the inbox, which needs no right because it can read nothing.
            Self::Service => &[Score],
        }
    }
}

impl Right {
    /// All rights.
    pub const ALL: [Self; 19] = [
        Self::OpenCase,
        Self::Search,
        Self::Score,
        Self::OverrideScope,
        Self::Read,
        Self::Annotate,
        Self::Export,
        Self::Deidentify,
        Self::BreakGlass,
        Self::ManagePeople,
        Self::ChangeModel,
        Self::ChangeThreshold,
        Self::Backup,
        Self::Check,
        Self::Rekey,
        Self::ExportPatient,
        Self::ErasePatient,
        Self::ViewAudit,
        Self::ExportAudit,
    ];

    /// In words, after "the right to".
    pub const fn words(self) -> &'static str {
        match self {
            Self::OpenCase => "open a case",
            Self::Search => "search cases",
            Self::Score => "score a case",
            Self::OverrideScope => "score beyond a model's scope",
            Self::Read => "agree or disagree with an answer",
            Self::Annotate => "annotate a picture",
            Self::Export => "export a case",
            Self::Deidentify => "de-identify a case",
            Self::BreakGlass => "break the glass in an emergency",
            Self::ManagePeople => "manage people",
            Self::ChangeModel => "change the models",
            Self::ChangeThreshold => "change a threshold",
            Self::Backup => "back up or restore",
            Self::Check => "check the store",
            Self::Rekey => "renew the keys",
            Self::ExportPatient => "export a patient's whole record",
            Self::ErasePatient => "erase a patient",
            Self::ViewAudit => "view the audit log",
            Self::ExportAudit => "export the audit log",
        }
    }
}

/// Whom the log means: sixteen random bytes in hexadecimal, never a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

/// Someone who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    /// As it is shown. Staff have a right to privacy too.
    pub name: Phi<String>,
    pub roles: Roles,
    /// Reader for this sign-in alone, after breaking the glass.
    pub is_emergency: bool,
}

impl Person {
    /// Whether any of the person's roles has the right.
    pub fn may(&self, right: Right) -> bool {
        let broken = self.is_emergency && Role::Reader.rights().contains(&right);
        broken || self.roles.iter().any(|it| it.rights().contains(&right))
    }
}

#[cfg(test)]
mod tests {
    use super::{Person, PersonId, Right, Role};
    use crate::privacy::Phi;

    fn may(role: Role) -> Vec<Right> {
        let person = Person {
            id: PersonId(String::new()),
            name: Phi::default(),
            roles: [role].into(),
            is_emergency: false,
        };
        let mut rights = Right::ALL.to_vec();
        rights.retain(|it| person.may(*it));
        rights
    }

    #[test]
    fn every_right_belongs_to_a_role_and_no_role_has_more_than_half() {
        for right in Right::ALL {
            assert!(
                Role::ALL.iter().any(|it| it.rights().contains(&right)),
                "{right:?}"
            );
        }
        for role in Role::ALL {
            assert!(2 * may(role).len() <= Right::ALL.len(), "{role:?}");
        }
    }

    #[test]
    fn who_looks_after_the_store_sees_no_case_and_who_reads_changes_no_rule() {
        let sees = [Right::OpenCase, Right::Search, Right::Export];
        let rules = [
            Right::ManagePeople,
            Right::ChangeThreshold,
            Right::ChangeModel,
        ];
        for right in sees {
            assert!(!may(Role::Administrator).contains(&right));
            assert!(!may(Role::Auditor).contains(&right));
            assert!(!may(Role::Service).contains(&right));
        }
        for right in rules {
            assert!(!may(Role::Reader).contains(&right));
        }
        assert!(!may(Role::Administrator).contains(&Right::ViewAudit));
    }

    #[test]
    fn broken_glass_lets_a_viewer_read_but_not_manage() {
        let viewer = Person {
            id: PersonId(String::new()),
            name: Phi::default(),
            roles: [Role::Viewer].into(),
            is_emergency: true,
        };
        assert!(viewer.may(Right::Score) && viewer.may(Right::Read));
        assert!(!viewer.may(Right::ErasePatient));
    }
}
