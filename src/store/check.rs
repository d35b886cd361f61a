//! Whether a store is whole.

use serde_json::json;

use super::{
    Error,
    audit::{self, Action, Outcome},
    database,
    records::Records,
    rights::Right,
};

/// What was looked at and found whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    pub n_patients: u64,
    pub n_items: u64,
    pub n_answers: u64,
    pub n_records: u64,
    /// Sealed files that are there; opened too if the data were to be read.
    pub n_blobs: u64,
}

impl Records {
    /// Reads every page of the database and the whole chain of the log, and looks for every sealed file; with `reads_data`
    /// opens each of them too.
    ///
    /// # Errors
    /// The first thing that is wrong; no right.
    pub fn check(&self, reads_data: bool) -> Result<Checked, Error> {
        self.must(Right::Check)?;
        database::check(&self.database)?;
        let n_records = audit::check_all(&self.database)?;
        self.head.check(&self.database)?;
        let failed = Error::sql("check the store");
        let blobs = self
            .database
            .prepare("SELECT id FROM blob ORDER BY id")
            .and_then(|mut it| {
                it.query_map([], |row| row.get(0))?
                    .collect::<Result<Vec<String>, _>>()
            })
            .map_err(&failed)?;
        for blob in &blobs {
            if reads_data {
                self.open_blob(blob)?;
            } else if !self.blob_path(blob).exists() {
                return Err(Error::Tampered {
                    what: "sealed file",
                });
            }
        }
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            let n_rows: i64 = self
                .database
                .query_row(&sql, [], |row| row.get(0))
                .map_err(&failed)?;
            Ok::<u64, Error>(u64::try_from(n_rows).unwrap_or(0))
        };
        let checked = Checked {
            n_patients: count("patient")?,
            n_items: count("item")?,
            n_answers: count("answer")?,
            n_records,
            n_blobs: blobs.len() as u64,
        };
        let detail = json!({ "reads_data": reads_data, "n_records": n_records });
        self.note(Action::StoreChecked, Outcome::Success, detail)?;
        Ok(checked)
    }
}
