//! One patient's whole record: handed out, or erased (GDPR 15, 17, 20).

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use rusqlite::OptionalExtension as _;
use serde_json::{Value, json};

use crate::disk;

use super::{
    Error,
    audit::{Action, Outcome},
    readings::HOLDS,
    records::Records,
    rights::Right,
};

impl Records {
    /// The reference of the patient of a file.
    ///
    /// # Errors
    /// An unknown file, or the disk.
    pub fn patient_of(&self, item: &str) -> Result<String, Error> {
        self.item_of(item).map(|(_id, patient, _identity)| patient)
    }

    /// Writes everything that the store has of one patient into a new folder: `record.json` and the files. It is plain: the
    /// person who asked for it must be able to read it.
    ///
    /// # Errors
    /// No right, an unknown patient, a folder that is there already, or the disk.
    pub fn export_patient(&self, patient: &str, folder: &Path) -> Result<(), Error> {
        self.must(Right::ExportPatient)?;
        let id = self.patient_id(patient)?;
        if folder.exists() {
            return Err(Error::Refused {
                wanted: "a folder that is not there yet",
                found: "one that is",
            });
        }
        disk::create_folder(folder)?;
        disk::restrict(folder, 0o700)?;
        let record = json!({
            "patient": self.rows("SELECT number, issuer, name, birth_date, sex FROM patient WHERE id = ?1", id)?,
            "files": self.rows("SELECT reference, kind, study_uid, series_uid, instance_uid, hex(file_sha256) AS file_sha256,
                hex(content_sha256) AS content_sha256, path, study_date, accession, description, opened_at
                FROM item WHERE patient = ?1 ORDER BY id", id)?,
            "answers": self.rows("SELECT answer.reference, item.reference AS file, frame_idx, model, model_version,
                hex(weights_sha256) AS weights_sha256, app_version, json(body) AS body, at
                FROM answer JOIN item ON item.id = answer.item WHERE item.patient = ?1 ORDER BY answer.id", id)?,
            "readings": self.rows(&format!("SELECT answer.reference AS answer, label, verdict, reason, reading.at, {HOLDS} AS holds
                FROM reading JOIN answer ON answer.id = reading.answer JOIN item ON item.id = answer.item
                WHERE item.patient = ?1 ORDER BY reading.id"), id)?,
            "annotations": self.rows("SELECT item.reference AS file, frame_idx, json(body) AS body, at, withdrawn_at
                FROM annotation JOIN item ON item.id = annotation.item WHERE item.patient = ?1 ORDER BY annotation.id", id)?,
            "sealed_files": self.rows("SELECT id, kind, n_bytes FROM blob WHERE patient = ?1 ORDER BY id", id)?,
        });
        // JSON always has a JSON form.
        let bytes = serde_json::to_vec_pretty(&record).unwrap_or_default();
        disk::write_atomic(&folder.join("record.json"), &bytes)?;
        for blob in self.blobs_of(id)? {
            disk::write_atomic(&folder.join(&blob), &self.open_blob(&blob)?)?;
        }
        let mut record = self.record(Action::PatientExported, Outcome::Success);
        record.patient = Some(patient.to_owned());
        self.write(record, |_database, _record| Ok(()))
    }

    /// Erases one patient: the rows, the key of the sealed files, the files, and what the database's free pages still hold.
    /// The log keeps that a patient of this reference was erased, and nothing else. A backup that is restored later is
    /// erased again ([`super::restore`]).
    ///
    /// # Errors
    /// No right, an unknown patient, or the disk.
    pub fn erase_patient(&self, patient: &str) -> Result<(), Error> {
        self.must(Right::ErasePatient)?;
        self.remember_erasure(patient)?;
        let mut record = self.record(Action::PatientErased, Outcome::Success);
        record.patient = Some(patient.to_owned());
        self.erase_rows(patient, record)?;
        self.tidy_up()
    }

    /// Erases the rows of a patient, with a record of the log.
    pub(super) fn erase_rows(
        &self,
        patient: &str,
        record: super::audit::Record,
    ) -> Result<(), Error> {
        let id = self.patient_id(patient)?;
        let failed = Error::sql("erase a patient");
        self.write(record, |database, _record| {
            // The index is not reached by the cascade.
            database
                .execute(
                    "DELETE FROM item_words WHERE rowid IN (SELECT id FROM item WHERE patient = ?1)",
                    [id],
                )
                .map_err(&failed)?;
            database
                .execute("DELETE FROM patient WHERE id = ?1", [id])
                .map_err(&failed)?;
            Ok(())
        })
    }

    /// Writes the database anew without free pages, empties its log file, and removes sealed files that nothing names.
    pub(super) fn tidy_up(&self) -> Result<(), Error> {
        self.database
            .execute_batch(
                "INSERT INTO item_words (item_words) VALUES ('optimize'); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);",
            )
            .map_err(Error::sql("erase a patient"))?;
        self.sweep_blobs()?;
        Ok(())
    }

    /// The patients that were erased, kept beside the head of the log: a backup made before does not bring them back.
    pub(super) fn erasures_path(state: &Path, store: &str) -> PathBuf {
        state.join(format!("{store}.erased"))
    }

    fn remember_erasure(&self, patient: &str) -> Result<(), Error> {
        let failed = Error::io("remember the erasure");
        disk::create_folder(&self.state)?;
        let path = Self::erasures_path(&self.state, &self.key_file.store);
        let mut file: File = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(&failed)?;
        file.write_all(format!("{patient}\n").as_bytes())
            .map_err(&failed)?;
        file.sync_all().map_err(&failed)
    }

    fn patient_id(&self, patient: &str) -> Result<i64, Error> {
        self.database
            .query_row(
                "SELECT id FROM patient WHERE reference = ?1",
                [patient],
                |row| row.get(0),
            )
            .optional()
            .map_err(Error::sql("read a patient"))?
            .ok_or(Error::Unknown { what: "patient" })
    }

    fn blobs_of(&self, patient: i64) -> Result<Vec<String>, Error> {
        self.database
            .prepare("SELECT id FROM blob WHERE patient = ?1 ORDER BY id")
            .and_then(|mut it| it.query_map([patient], |row| row.get(0))?.collect())
            .map_err(Error::sql("read a patient"))
    }

    /// Rows as JSON objects, a column's name for each key.
    fn rows(&self, sql: &str, patient: i64) -> Result<Vec<Value>, Error> {
        use rusqlite::types::ValueRef;
        let failed = Error::sql("export a patient");
        let mut statement = self.database.prepare(sql).map_err(&failed)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map([patient], |row| {
            let mut object = serde_json::Map::new();
            for (idx, name) in names.iter().enumerate() {
                let value = match row.get_ref(idx)? {
                    ValueRef::Integer(number) if name == "holds" => json!(number != 0),
                    ValueRef::Integer(number) => json!(number),
                    ValueRef::Real(number) => json!(number),
                    ValueRef::Text(text) if name == "body" => {
                        serde_json::from_slice(text).unwrap_or(Value::Null)
                    }
                    ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                    ValueRef::Null | ValueRef::Blob(_) => Value::Null,
                };
                object.insert(name.clone(), value);
            }
            Ok(Value::Object(object))
        });
        rows.and_then(Iterator::collect).map_err(&failed)
    }
}
