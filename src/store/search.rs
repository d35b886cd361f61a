//! Finding a case among a million by the beginnings of words: name, number, accession, date, description.

use rusqlite::{Connection, Row, params};
use serde_json::json;

use crate::{disk::Sha256, privacy::Phi};

use super::{
    Error,
    audit::{Action, Outcome},
    cases::{ItemRow, Kind},
    identity::{Identity, Patient},
    records::Records,
    rights::Right,
};

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Newest first.
    pub rows: Vec<ItemRow>,
    /// There are more than were asked for.
    pub has_more: bool,
}

/// Puts a file's words into the index, or in the place of those that were there.
pub(super) fn index(database: &Connection, item: i64, words: &[&str]) -> Result<(), Error> {
    let failed = Error::sql("index a case");
    database
        .prepare_cached("DELETE FROM item_words WHERE rowid = ?1")
        .and_then(|mut it| it.execute([item]))
        .map_err(&failed)?;
    database
        .prepare_cached("INSERT INTO item_words (rowid, words) VALUES (?1, ?2)")
        .and_then(|mut it| it.execute(params![item, spaced(&words.join(" "))]))
        .map_err(&failed)?;
    Ok(())
}

/// Text with every character of a script without spaces as a word of its own, so that two of three are found.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' => {
                out.extend([' ', char, ' ']);
            }
            _ => out.push(char),
        }
    }
    out
}

/// What was typed as a query of FTS5: each word a quoted beginning, so that no character is an operator. Ideographs in a row
/// must stand in that order.
fn query(typed: &str) -> Option<String> {
    let words = typed
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty());
    let terms: Vec<String> = words
        .map(|it| {
            format!(
                "\"{}\"*",
                spaced(it).split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// `other.instance_uid <> ''` is the condition of the index `item_instance`, word for word: without it every row is read.
pub(super) const COLUMNS: &str = "item.reference, item.kind, item.path, item.study_date, item.accession, item.description,
  item.opened_at,
  EXISTS (SELECT 1 FROM item AS other WHERE other.instance_uid = item.instance_uid AND other.instance_uid <> ''
    AND other.content_sha256 <> item.content_sha256),
  EXISTS (SELECT 1 FROM patient AS other WHERE other.number = patient.number AND patient.number <> ''
    AND other.id <> patient.id),
  item.study_uid, item.series_uid, item.instance_uid, item.file_sha256, item.content_sha256,
  patient.number, patient.issuer, patient.name, patient.birth_date, patient.sex";

impl Records {
    /// Files whose words begin with all that was typed, newest kept first; with nothing typed, those opened last.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn search(&self, typed: &Phi<String>, limit: usize) -> Result<Found, Error> {
        self.must(Right::Search)?;
        let query = query(typed.reveal()); // for the encrypted database
        let sql = match query {
            Some(_) => format!(
                "SELECT {COLUMNS} FROM (SELECT rowid AS id FROM item_words WHERE words MATCH ?1
                   ORDER BY rowid DESC LIMIT ?2) AS found
                 JOIN item ON item.id = found.id JOIN patient ON patient.id = item.patient ORDER BY item.id DESC"
            ),
            None => format!(
                "SELECT {COLUMNS} FROM item JOIN patient ON patient.id = item.patient
                 WHERE ?1 IS NULL ORDER BY item.opened_at DESC, item.id DESC LIMIT ?2"
            ),
        };
        let mut rows = self
            .database
            .prepare_cached(&sql)
            .and_then(|mut it| {
                it.query_map(params![query, limit as i64 + 1], row_of)?
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(Error::sql("search"))?;
        let has_more = limit < rows.len();
        rows.truncate(limit);
        let record = self.record(Action::Searched, Outcome::Success);
        self.write(record, |_database, record| {
            record.detail = json!({ "n_found": rows.len(), "has_more": has_more });
            Ok(())
        })?;
        Ok(Found { rows, has_more })
    }

    /// One file's row.
    ///
    /// # Errors
    /// No right, an unknown file, or the disk.
    pub fn item(&self, reference: &str) -> Result<ItemRow, Error> {
        self.must(Right::OpenCase)?;
        use rusqlite::OptionalExtension as _;
        self.database
            .query_row(
                &format!(
                    "SELECT {COLUMNS} FROM item JOIN patient ON patient.id = item.patient WHERE item.reference = ?1"
                ),
                [reference],
                row_of,
            )
            .optional()
            .map_err(Error::sql("read a case"))?
            .ok_or(Error::Unknown { what: "case" })
    }

    /// The small picture of one file, as PNG, if it has one.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn thumbnail(&self, reference: &str) -> Result<Option<Phi<Vec<u8>>>, Error> {
        self.must(Right::OpenCase)?;
        use rusqlite::OptionalExtension as _;
        self.database
            .query_row(
                "SELECT png FROM thumbnail JOIN item ON item.id = thumbnail.item WHERE item.reference = ?1",
                [reference],
                |row| row.get(0).map(Phi::new),
            )
            .optional()
            .map_err(Error::sql("read a thumbnail"))
    }
}

pub(super) fn row_of(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    let kind: String = row.get(1)?;
    Ok(ItemRow {
        reference: row.get(0)?,
        kind: Kind::parse(&kind).unwrap_or(Kind::Scan),
        path: Phi::new(row.get(2)?),
        study_date: Phi::new(row.get(3)?),
        accession: Phi::new(row.get(4)?),
        description: Phi::new(row.get(5)?),
        opened_ms: row.get(6)?,
        is_conflicting: row.get(7)?,
        resembles: row.get(8)?,
        identity: identity_of(row, 9)?,
    })
}

/// Reads an identity from ten columns: three UIDs, two hashes, five of the patient.
pub(super) fn identity_of(row: &Row<'_>, first: usize) -> rusqlite::Result<Identity> {
    let text = |idx: usize| row.get(first + idx).map(Phi::new);
    let hash = |idx: usize| row.get(first + idx).map(Sha256::of_digest);
    Ok(Identity {
        study_uid: text(0)?,
        series_uid: text(1)?,
        instance_uid: text(2)?,
        file_sha256: hash(3)?,
        content_sha256: hash(4)?,
        patient: Patient {
            number: text(5)?,
            issuer: text(6)?,
            name: text(7)?,
            birth_date: text(8)?,
            sex: text(9)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{query, spaced};

    #[test]
    fn what_is_typed_is_never_an_operator() {
        assert_eq!(query("mus eri").unwrap(), "\"mus\"* AND \"eri\"*");
        assert_eq!(query("\" OR * NEAR(").unwrap(), "\"OR\"* AND \"NEAR\"*");
        assert_eq!(query("王小明").unwrap(), "\"王 小 明\"*");
        assert_eq!(query(" - "), None);
        assert_eq!(spaced("a王b"), "a 王 b");
    }
}
