//! The log as a person looks through it: filtered, newest first, with the names of people and not of patients.

use rusqlite::params_from_iter;
use serde_json::json;

use crate::{
    disk::Sha256,
    privacy::Phi,
    store::{Error, Right, people, records::Records},
};

use super::event::{Action, Entry, Outcome, Record};

/// What to show of the log. Everything that is `None` is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Milliseconds since 1970, from and before.
    pub from_ms: Option<i64>,
    pub before_ms: Option<i64>,
    pub action: Option<Action>,
    /// The id of a person.
    pub person: Option<String>,
    /// The store's reference of a patient.
    pub patient: Option<String>,
    /// Records older than this one.
    pub before_sequence: Option<u64>,
    /// Only those of which somebody should hear at once.
    pub is_loud_only: bool,
}

impl Records {
    /// Looks through the log, newest first; that is a deed of its own.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn log(&self, filter: &Filter, limit: usize) -> Result<Vec<Entry>, Error> {
        self.must(Right::ViewAudit)?;
        let entries = self.log_entries(filter, limit)?;
        self.note(
            Action::LogViewed,
            Outcome::Success,
            json!({ "n_records": entries.len() }),
        )?;
        Ok(entries)
    }

    /// The name behind an id of the log, also of who was removed.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn name_of(&self, person: &str) -> Result<Option<Phi<String>>, Error> {
        self.must(Right::ViewAudit)?;
        people::name_of(&self.database, person)
    }

    pub(super) fn log_entries(&self, filter: &Filter, limit: usize) -> Result<Vec<Entry>, Error> {
        let (mut wheres, mut values) = (Vec::new(), Vec::<rusqlite::types::Value>::new());
        let mut must = |condition: &str, value: Option<rusqlite::types::Value>| {
            if let Some(value) = value {
                values.push(value);
                wheres.push(condition.replace('?', &format!("?{}", values.len())));
            }
        };
        must("? <= at", filter.from_ms.map(Into::into));
        must("at < ?", filter.before_ms.map(Into::into));
        must("action = ?", filter.action.map(|it| it.name().into()));
        must("person = ?", filter.person.clone().map(Into::into));
        must("patient = ?", filter.patient.clone().map(Into::into));
        let before = filter.before_sequence.map(|it| (it as i64).into());
        must("sequence < ?", before);
        if filter.is_loud_only {
            let loud = Action::ALL.into_iter().filter(|it| it.is_loud());
            let names: Vec<String> = loud.map(|it| format!("'{}'", it.name())).collect();
            wheres.push(format!("action IN ({})", names.join(", ")));
        }
        let condition = if wheres.is_empty() {
            "1".to_owned()
        } else {
            wheres.join(" AND ")
        };
        let sql = format!(
            "SELECT sequence, record, hash FROM audit WHERE {condition} ORDER BY sequence DESC LIMIT {limit}"
        );
        let failed = Error::sql("read the audit log");
        let rows = self
            .database
            .prepare(&sql)
            .and_then(|mut it| {
                it.query_map(params_from_iter(values), |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?))
                })?
                .collect::<Result<Vec<_>, _>>()
            })
            .map_err(failed)?;
        rows.into_iter()
            .map(|(sequence, text, hash)| {
                let record: Record = serde_json::from_str(&text)
                    .map_err(|_other| Error::Damaged { what: "audit log" })?;
                Ok(Entry {
                    sequence: u64::try_from(sequence).unwrap_or(0),
                    record,
                    hash: Sha256::of_digest(hash),
                })
            })
            .collect()
    }

    /// The log as DICOM PS3.15, A.5.1 audit messages, oldest first, in one document. The whole chain is checked first.
    ///
    /// # Errors
    /// No right, a broken chain, or the disk.
    pub fn export_log_dicom(&self, filter: &Filter) -> Result<Vec<u8>, Error> {
        let exported = self.to_export(filter)?;
        super::dicom::document(&exported)
    }

    /// The log as a FHIR R4 bundle of `AuditEvent` resources, oldest first. The whole chain is checked first.
    ///
    /// # Errors
    /// No right, a broken chain, or the disk.
    pub fn export_log_fhir(&self, filter: &Filter) -> Result<Vec<u8>, Error> {
        let exported = self.to_export(filter)?;
        Ok(super::fhir::bundle(&exported))
    }

    fn to_export(&self, filter: &Filter) -> Result<Vec<Exported>, Error> {
        self.must(Right::ExportAudit)?;
        super::check_all(&self.database)?;
        let mut entries = self.log_entries(filter, i64::MAX as usize)?;
        entries.reverse();
        let mut names = std::collections::BTreeMap::new();
        let mut exported = Vec::with_capacity(entries.len());
        for entry in entries {
            let id = entry.record.person.clone();
            if !names.contains_key(&id) {
                let person = people::name_of(&self.database, &id)?;
                names.insert(id.clone(), person.unwrap_or_default());
            }
            let name = names.get(&id).cloned().unwrap_or_default();
            exported.push(Exported { entry, name });
        }
        let n_records = exported.len();
        self.note(
            Action::LogExported,
            Outcome::Success,
            json!({ "n_records": n_records }),
        )?;
        Ok(exported)
    }
}

/// A record with the name of who did it; empty where nobody was signed in.
pub(super) struct Exported {
    pub(super) entry: Entry,
    pub(super) name: Phi<String>,
}
