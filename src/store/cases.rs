//! Cases, what models answered to them, and what was drawn on them: each change stands in one transaction with its log entry.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{disk::Sha256, privacy::Phi};

use super::{
    Error,
    audit::{self, Action, Outcome, Record},
    identity::Identity,
    records::Records,
    rights::Right,
    seal, search, time,
};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Scan,
    Note,
    Series,
    Sequence,
}

/// A file that was opened, as the store lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    /// The store's own reference.
    pub reference: String,
    pub kind: Kind,
    pub identity: Identity,
    /// Where the file was when it was opened last.
    pub path: Phi<String>,
    /// (0008,0020), as it stands.
    pub study_date: Phi<String>,
    /// (0008,0050).
    pub accession: Phi<String>,
    pub description: Phi<String>,
    /// Milliseconds since 1970.
    pub opened_ms: i64,
    /// Another file of the store has this instance UID and other pixels.
    pub is_conflicting: bool,
    /// Another patient of the store has this number.
    pub resembles: bool,
}

/// What is told of a file when it is kept.
#[derive(Clone, Debug)]
pub struct NewItem<'a> {
    pub kind: Kind,
    pub identity: &'a Identity,
    pub path: &'a Phi<String>,
    pub study_date: &'a Phi<String>,
    pub accession: &'a Phi<String>,
    pub description: &'a Phi<String>,
    pub thumbnail_png: Option<&'a [u8]>,
}

/// What a model answered, with everything that the answer belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub frame_idx: usize,
    pub file_sha256: Sha256,
    pub content_sha256: Sha256,
    pub model: String,
    pub model_version: String,
    pub weights_sha256: Sha256,
    pub prep_sha256: Sha256,
    pub app_version: String,
    /// As `wardlight score` writes it.
    pub body: Value,
}

/// Something drawn on a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    pub reference: String,
    pub frame_idx: usize,
    pub body: Value,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub person: String,
}

/// A row of a worklist.
#[derive(Clone, Debug, PartialEq)]
pub struct WorklistRow {
    /// The file's reference.
    pub item: String,
    /// Higher stands further up.
    pub rank: f64,
    pub state: String,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Note => "note",
            Self::Series => "series",
            Self::Sequence => "sequence",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Scan, Self::Note, Self::Series, Self::Sequence]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

impl Answer {
    /// Refuses an answer that belongs to another file.
    pub(super) fn must_be_about(&self, identity: &Identity) -> Result<(), Error> {
        let is_about = self.file_sha256 == identity.file_sha256
            && self.content_sha256 == identity.content_sha256;
        if is_about {
            Ok(())
        } else {
            Err(Error::Mismatch { what: "the answer" })
        }
    }
}

impl Records {
    /// Keeps a file that was opened and writes that it was. The same bytes of the same patient are one row; the same
    /// instance UID with other pixels is a row beside it, and both are flagged.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn keep_item(&self, new: &NewItem<'_>) -> Result<String, Error> {
        self.must(Right::OpenCase)?;
        self.write_many(|database| self.keep_one(database, new))
    }

    /// Keeps many files, all or none of them, each with its own entry in the log; gives their references in order.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn keep_items(&self, new: &[NewItem<'_>]) -> Result<Vec<String>, Error> {
        self.must(Right::OpenCase)?;
        self.write_many(|database| new.iter().map(|it| self.keep_one(database, it)).collect())
    }

    fn keep_one(&self, database: &Connection, new: &NewItem<'_>) -> Result<String, Error> {
        let failed = Error::sql("keep a case");
        let mut record = self.record(Action::CaseOpened, Outcome::Success);
        let (id, _is_new) = self.insert_item(database, new.identity, &mut record)?;
        // into the encrypted database
        database
            .prepare_cached(
                "UPDATE item SET kind = ?2, path = ?3, study_date = ?4, accession = ?5, description = ?6, opened_at = ?7
                 WHERE id = ?1",
            )
            .and_then(|mut it| {
                it.execute(params![
                    id,
                    new.kind.name(),
                    new.path.reveal(),
                    new.study_date.reveal(),
                    new.accession.reveal(),
                    new.description.reveal(),
                    record.at.unix_ms,
                ])
            })
            .map_err(&failed)?;
        if let Some(png) = new.thumbnail_png {
            database
                .prepare_cached("INSERT OR REPLACE INTO thumbnail (item, png) VALUES (?1, ?2)")
                .and_then(|mut it| it.execute(params![id, png]))
                .map_err(&failed)?;
        }
        let more = [
            new.study_date.reveal().as_str(),
            new.accession.reveal(),
            new.description.reveal(),
        ];
        search::index(
            database,
            id,
            &[new.identity.words(), more.to_vec()].concat(),
        )?;
        audit::append(database, &record)?;
        Ok(record.item.unwrap_or_default())
    }

    /// Adds the rows of a file and of its patient where they are not there, and tells the record whose they are. Gives the
    /// file's row and whether it is new; its words are the caller's to index, once: the index is written out early each time
    /// a row comes twice in a transaction.
    pub(super) fn insert_item(
        &self,
        database: &Connection,
        identity: &Identity,
        record: &mut Record,
    ) -> Result<(i64, bool), Error> {
        let failed = Error::sql("keep a case");
        let (patient, reference) = self.insert_patient(database, identity)?;
        record.patient = Some(reference);
        let found: Option<(i64, String)> = database
            .prepare_cached(
                "SELECT id, reference FROM item WHERE patient = ?1 AND file_sha256 = ?2",
            )
            .and_then(|mut it| {
                it.query_row(params![patient, identity.file_sha256.bytes()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()
            })
            .map_err(&failed)?;
        if let Some((id, reference)) = found {
            record.item = Some(reference);
            return Ok((id, false));
        }
        let reference = seal::reference()?;
        database
            .prepare_cached(
                "INSERT INTO item (reference, patient, kind, study_uid, series_uid, instance_uid, file_sha256,
                   content_sha256, path, study_date, accession, description, added_at, opened_at)
                 VALUES (?1, ?2, 'scan', ?3, ?4, ?5, ?6, ?7, '', '', '', '', ?8, ?8)",
            )
            .and_then(|mut it| {
                it.execute(params![
                    reference,
                    patient,
                    identity.study_uid.reveal(),
                    identity.series_uid.reveal(),
                    identity.instance_uid.reveal(),
                    identity.file_sha256.bytes(),
                    identity.content_sha256.bytes(),
                    record.at.unix_ms,
                ])
            })
            .map_err(&failed)?;
        record.item = Some(reference);
        Ok((database.last_insert_rowid(), true))
    }

    fn insert_patient(
        &self,
        database: &Connection,
        identity: &Identity,
    ) -> Result<(i64, String), Error> {
        let failed = Error::sql("keep a patient");
        let look_up = self.look_up(&identity.of_patient());
        let found = database
            .prepare_cached("SELECT id, reference FROM patient WHERE look_up = ?1")
            .and_then(|mut it| {
                it.query_row([look_up], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(&failed)?;
        if let Some(found) = found {
            return Ok(found);
        }
        let reference = seal::reference()?;
        let (secret, recipient) = seal::new_identity();
        let patient = &identity.patient;
        // into the encrypted database
        database
            .prepare_cached(
                "INSERT INTO patient (reference, look_up, number, issuer, name, birth_date, sex, identity, recipient)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )
            .and_then(|mut it| {
                it.execute(params![
                    reference,
                    look_up,
                    patient.number.reveal().trim(),
                    patient.issuer.reveal().trim(),
                    patient.name.reveal().trim(),
                    patient.birth_date.reveal().trim(),
                    patient.sex.reveal().trim(),
                    secret.reveal(),
                    recipient,
                ])
            })
            .map_err(&failed)?;
        Ok((database.last_insert_rowid(), reference))
    }

    /// Keeps an answer to a file. It must be about that very file.
    ///
    /// # Errors
    /// No right, an unknown file, an answer about another one, or the disk.
    pub fn keep_answer(&self, item: &str, answer: &Answer) -> Result<String, Error> {
        self.must(Right::Score)?;
        let (id, patient, identity) = self.item_of(item)?;
        answer.must_be_about(&identity)?;
        let mut record = self.record(Action::Scored, Outcome::Success);
        record.patient = Some(patient);
        record.item = Some(item.to_owned());
        record.detail = json!({
            "model": answer.model, "version": answer.model_version, "weights_sha256": answer.weights_sha256,
        });
        let person = self.person.id.0.clone();
        self.write(record, |database, _record| {
            self.insert_answer(database, id, answer, &person)
        })
    }

    pub(super) fn insert_answer(
        &self,
        database: &Connection,
        item: i64,
        answer: &Answer,
        person: &str,
    ) -> Result<String, Error> {
        let reference = seal::reference()?;
        database
            .prepare_cached(
                "INSERT INTO answer (reference, item, frame_idx, file_sha256, content_sha256, model, model_version,
                   weights_sha256, prep_sha256, app_version, body, at, person)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )
            .and_then(|mut it| {
                it.execute(params![
                    reference,
                    item,
                    answer.frame_idx as i64,
                    answer.file_sha256.bytes(),
                    answer.content_sha256.bytes(),
                    answer.model,
                    answer.model_version,
                    answer.weights_sha256.bytes(),
                    answer.prep_sha256.bytes(),
                    answer.app_version,
                    answer.body.to_string(),
                    time::Moment::now().unix_ms,
                    person,
                ])
            })
            .map_err(Error::sql("keep an answer"))?;
        Ok(reference)
    }

    /// Every answer to a file, oldest first, with its reference. An answer whose hashes are not the file's is an error.
    ///
    /// # Errors
    /// No right, an unknown file, or the disk.
    pub fn answers(&self, item: &str) -> Result<Vec<(String, Answer)>, Error> {
        self.must(Right::OpenCase)?;
        let (id, _patient, identity) = self.item_of(item)?;
        let failed = Error::sql("read the answers");
        let rows = self
            .database
            .prepare_cached(
                "SELECT reference, frame_idx, file_sha256, content_sha256, model, model_version, weights_sha256,
                   prep_sha256, app_version, body FROM answer WHERE item = ?1 ORDER BY id",
            )
            .and_then(|mut it| it.query_map([id], answer_of)?.collect::<Result<Vec<_>, _>>())
            .map_err(failed)?;
        for (_reference, answer) in &rows {
            answer.must_be_about(&identity)?;
        }
        Ok(rows)
    }

    /// Keeps something drawn on a frame of a file.
    ///
    /// # Errors
    /// No right, an unknown file, hashes of another one, or the disk.
    pub fn keep_annotation(
        &self,
        item: &str,
        identity: &Identity,
        frame_idx: usize,
        body: &Value,
    ) -> Result<String, Error> {
        self.must(Right::Annotate)?;
        let (id, patient, known) = self.item_of(item)?;
        if !known.agrees_with(identity) {
            return Err(Error::Mismatch {
                what: "the annotation",
            });
        }
        let reference = seal::reference()?;
        let mut record = self.record(Action::Annotated, Outcome::Success);
        record.patient = Some(patient);
        record.item = Some(item.to_owned());
        let person = self.person.id.0.clone();
        self.write(record, |database, record| {
            database
                .execute(
                    "INSERT INTO annotation (reference, item, frame_idx, body, at, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![reference, id, frame_idx as i64, body.to_string(), record.at.unix_ms, person],
                )
                .map_err(Error::sql("keep an annotation"))?;
            Ok(())
        })?;
        Ok(reference)
    }

    /// Takes an annotation back. It stays in the database, marked: what a reader once saw is part of the record.
    ///
    /// # Errors
    /// No right, an unknown annotation, or the disk.
    pub fn withdraw_annotation(&self, annotation: &str) -> Result<(), Error> {
        self.must(Right::Annotate)?;
        let record = self.record(Action::Annotated, Outcome::Success);
        self.write(record, |database, record| {
            record.detail = json!({ "withdrawn": true });
            let n_changed = database
                .execute(
                    "UPDATE annotation SET withdrawn_at = ?2 WHERE reference = ?1 AND withdrawn_at IS NULL",
                    params![annotation, record.at.unix_ms],
                )
                .map_err(Error::sql("withdraw an annotation"))?;
            if n_changed == 0 {
                return Err(Error::Unknown { what: "annotation" });
            }
            Ok(())
        })
    }

    /// What is drawn on a file, oldest first.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn annotations(&self, item: &str) -> Result<Vec<Annotation>, Error> {
        self.must(Right::OpenCase)?;
        self.database
            .prepare_cached(
                "SELECT annotation.reference, frame_idx, body, at, person FROM annotation
                 JOIN item ON item.id = annotation.item
                 WHERE item.reference = ?1 AND withdrawn_at IS NULL ORDER BY annotation.id",
            )
            .and_then(|mut it| it.query_map([item], annotation_of)?.collect())
            .map_err(Error::sql("read the annotations"))
    }

    /// The row, the patient's reference and the identity of a file.
    pub(super) fn item_of(&self, item: &str) -> Result<(i64, String, Identity), Error> {
        self.database
            .prepare_cached(
                "SELECT item.id, patient.reference, study_uid, series_uid, instance_uid, file_sha256, content_sha256,
                   number, issuer, name, birth_date, sex
                 FROM item JOIN patient ON patient.id = item.patient WHERE item.reference = ?1",
            )
            .and_then(|mut it| {
                it.query_row([item], |row| {
                    Ok((row.get(0)?, row.get(1)?, search::identity_of(row, 2)?))
                })
                .optional()
            })
            .map_err(Error::sql("read a case"))?
            .ok_or(Error::Unknown { what: "case" })
    }

    /// Replaces a worklist.
    ///
    /// # Errors
    /// No right, an unknown file, or the disk.
    pub fn set_worklist(&self, name: &str, rows: &[WorklistRow]) -> Result<(), Error> {
        self.must(Right::Read)?;
        let failed = Error::sql("keep a worklist");
        let mut record = self.record(Action::WorklistChanged, Outcome::Success);
        record.detail = json!({ "n_rows": rows.len() });
        self.write(record, |database, _record| {
            database
                .execute("DELETE FROM worklist WHERE name = ?1", [name])
                .map_err(&failed)?;
            database
                .execute("INSERT INTO worklist (name) VALUES (?1)", [name])
                .map_err(&failed)?;
            let list = database.last_insert_rowid();
            let mut insert = database
                .prepare_cached(
                    "INSERT INTO worklist_row (worklist, item, rank, state)
                     SELECT ?1, id, ?3, ?4 FROM item WHERE reference = ?2",
                )
                .map_err(&failed)?;
            for row in rows {
                let n_added = insert
                    .execute(params![list, row.item, row.rank, row.state])
                    .map_err(&failed)?;
                if n_added == 0 {
                    return Err(Error::Unknown { what: "case" });
                }
            }
            Ok(())
        })
    }

    /// A worklist, highest rank first.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn worklist(&self, name: &str) -> Result<Vec<WorklistRow>, Error> {
        self.must(Right::Search)?;
        self.database
            .prepare(
                "SELECT item.reference, rank, state FROM worklist_row
                 JOIN worklist ON worklist.id = worklist_row.worklist JOIN item ON item.id = worklist_row.item
                 WHERE worklist.name = ?1 ORDER BY rank DESC, item.id",
            )
            .and_then(|mut it| {
                it.query_map([name], |row| {
                    Ok(WorklistRow {
                        item: row.get(0)?,
                        rank: row.get(1)?,
                        state: row.get(2)?,
                    })
                })?
                .collect()
            })
            .map_err(Error::sql("read a worklist"))
    }

    /// Keeps a setting that may name a patient. No log entry: it is not a deed on a case.
    ///
    /// # Errors
    /// The disk.
    pub fn set_setting(&self, name: &str, value: &Value) -> Result<(), Error> {
        self.database
            .execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, value.to_string()],
            )
            .map_err(Error::sql("keep a setting"))?;
        Ok(())
    }

    /// A setting that was kept.
    ///
    /// # Errors
    /// The disk, or text that is no JSON.
    pub fn setting(&self, name: &str) -> Result<Option<Value>, Error> {
        let text: Option<String> = self
            .database
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()
            .map_err(Error::sql("read a setting"))?;
        text.map(|it| serde_json::from_str(&it))
            .transpose()
            .map_err(|_other| Error::Damaged { what: "setting" })
    }
}

fn answer_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<(String, Answer)> {
    let hash = |idx| row.get(idx).map(Sha256::of_digest);
    let body: String = row.get(9)?;
    let answer = Answer {
        frame_idx: row.get::<_, i64>(1)? as usize,
        file_sha256: hash(2)?,
        content_sha256: hash(3)?,
        model: row.get(4)?,
        model_version: row.get(5)?,
        weights_sha256: hash(6)?,
        prep_sha256: hash(7)?,
        app_version: row.get(8)?,
        body: serde_json::from_str(&body).unwrap_or(Value::Null),
    };
    Ok((row.get(0)?, answer))
}

fn annotation_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Annotation> {
    let body: String = row.get(2)?;
    Ok(Annotation {
        reference: row.get(0)?,
        frame_idx: row.get::<_, i64>(1)? as usize,
        body: serde_json::from_str(&body).unwrap_or(Value::Null),
        at_ms: row.get(3)?,
        person: row.get(4)?,
    })
}
