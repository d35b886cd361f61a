//! Sealed files of the store: each to the key of its patient, so that erasing the key erases the file wherever a copy lies.

use std::path::PathBuf;

use age::x25519;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::disk::{self, Sha256};

use super::{
    Error,
    audit::{Action, Outcome},
    records::Records,
    rights::Right,
    seal,
};

/// Largest file that is sealed.
const LIMIT_BYTES: u64 = 4 << 30;

/// The first line of what is sealed: binds the bytes to their place, so that two files cannot be swapped.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    blob: String,
    patient: String,
    kind: String,
}

impl Records {
    /// Seals bytes that belong to the patient of a file. On the disk when this returns.
    ///
    /// # Errors
    /// No right, an unknown file, or the disk: then nothing is kept.
    pub fn keep_blob(&self, item: &str, kind: &str, bytes: &[u8]) -> Result<String, Error> {
        self.must(Right::OpenCase)?;
        let (_id, patient, _identity) = self.item_of(item)?;
        let (row, recipient): (i64, String) = self
            .database
            .query_row(
                "SELECT id, recipient FROM patient WHERE reference = ?1",
                [&patient],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .map_err(Error::sql("read a patient"))?;
        let blob = seal::reference()?;
        let label = Label {
            blob: blob.clone(),
            patient: patient.clone(),
            kind: kind.to_owned(),
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len() + 256));
        // Strings always have a JSON form.
        plain.extend(serde_json::to_vec(&label).unwrap_or_default());
        plain.push(b'\n');
        plain.extend(bytes);
        let sealed = seal::seal_to(&recipient, &plain)?;
        let path = self.blob_path(&blob);
        if let Some(folder) = path.parent() {
            disk::create_folder(folder)?;
        }
        // First the file, then the row: a file without a row is swept, a row without a file would be a loss.
        disk::write_atomic(&path, &sealed)?;
        let mut record = self.record(Action::CaseReceived, Outcome::Success);
        record.patient = Some(patient);
        record.item = Some(item.to_owned());
        record.detail = serde_json::json!({ "kind": kind, "n_bytes": bytes.len() });
        self.write(record, |database, record| {
            database
                .execute(
                    "INSERT INTO blob (id, patient, kind, n_bytes, sealed_sha256, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![blob, row, kind, bytes.len() as i64, Sha256::of(&sealed).bytes(), record.at.unix_ms],
                )
                .map_err(Error::sql("keep a file"))?;
            Ok(())
        })?;
        Ok(blob)
    }

    /// Opens a sealed file.
    ///
    /// # Errors
    /// No right, an unknown file, bytes that were changed or put in the place of others, or the disk.
    pub fn blob(&self, blob: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.must(Right::OpenCase)?;
        self.open_blob(blob)
    }

    /// Opens a sealed file without asking who wants it: for checks and exports that asked already.
    pub(super) fn open_blob(&self, blob: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let tampered = || Error::Tampered {
            what: "sealed file",
        };
        let (identity, patient, kind, hash) = row_of(&self.database, blob)?;
        let sealed =
            disk::read(&self.blob_path(blob), LIMIT_BYTES).map_err(|_absent| tampered())?;
        if Sha256::of(&sealed) != hash {
            return Err(tampered());
        }
        let plain = seal::open_with(&identity, &sealed).ok_or_else(tampered)?;
        let end = plain
            .iter()
            .position(|it| *it == b'\n')
            .ok_or_else(tampered)?;
        let (label, bytes) = plain.split_at_checked(end + 1).ok_or_else(tampered)?;
        let label: Label = serde_json::from_slice(label).map_err(|_other| tampered())?;
        let wanted = Label {
            blob: blob.to_owned(),
            patient,
            kind,
        };
        if label != wanted {
            return Err(tampered());
        }
        Ok(Zeroizing::new(bytes.to_vec()))
    }

    /// Where a sealed file lies.
    pub(super) fn blob_path(&self, blob: &str) -> PathBuf {
        let shelf: String = blob.chars().take(2).collect();
        self.folder
            .join("blobs")
            .join(shelf)
            .join(format!("{blob}.age"))
    }

    /// Removes sealed files that no row names: those of an interrupted step and of erased patients.
    pub(super) fn sweep_blobs(&self) -> Result<usize, Error> {
        let failed = Error::io("sweep the sealed files");
        let mut n_removed = 0;
        for shelf in std::fs::read_dir(self.folder.join("blobs"))
            .map_err(&failed)?
            .flatten()
        {
            for entry in std::fs::read_dir(shelf.path()).map_err(&failed)?.flatten() {
                let path = entry.path();
                let name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let is_known: bool = self
                    .database
                    .query_row(
                        "SELECT EXISTS (SELECT 1 FROM blob WHERE id = ?1)",
                        [name],
                        |row| row.get(0),
                    )
                    .map_err(Error::sql("sweep the sealed files"))?;
                if !is_known {
                    std::fs::remove_file(path).map_err(&failed)?;
                    n_removed += 1;
                }
            }
        }
        Ok(n_removed)
    }
}

type Row = (x25519::Identity, String, String, Sha256);

fn row_of(database: &Connection, blob: &str) -> Result<Row, Error> {
    let row: Option<(String, String, String, [u8; 32])> = database
        .query_row(
            "SELECT identity, reference, kind, sealed_sha256 FROM blob JOIN patient ON patient.id = blob.patient
             WHERE blob.id = ?1",
            [blob],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()
        .map_err(Error::sql("read a sealed file"))?;
    let (identity, patient, kind, hash) = row.ok_or(Error::Unknown {
        what: "sealed file",
    })?;
    let identity = Zeroizing::new(identity);
    let identity = identity
        .parse()
        .map_err(|_not_one| Error::Damaged { what: "database" })?;
    Ok((identity, patient, kind, Sha256::of_digest(hash)))
}
