//! Everything that is kept, portion by portion: each file with the last answer to it and the last word on that.

use rusqlite::{Row, params};
use serde_json::{Value, json};

use crate::disk::Sha256;

use super::{
    Error,
    audit::{Action, Outcome},
    cases::{Answer, ItemRow},
    readings::{HOLDS, Verdict},
    records::Records,
    rights::Right,
    search::{COLUMNS, row_of},
};

/// A file, and what was said of it last.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub item: ItemRow,
    pub answer: Option<Answer>,
    /// Of any class, where it holds.
    pub verdict: Option<Verdict>,
}

/// A portion, newest kept first.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    pub rows: Vec<Listed>,
    /// What to ask for the next portion, if there is more.
    pub next: Option<i64>,
}

impl Records {
    /// A portion of what is kept, from the newest on or from where the one before ended. An answer whose hashes are not the
    /// file's is an error.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn listing(&self, before: Option<i64>, limit: usize) -> Result<Listing, Error> {
        self.must(Right::Search)?;
        self.must(Right::OpenCase)?;
        let sql = format!(
            "SELECT {COLUMNS}, item.id, answer.frame_idx, answer.file_sha256, answer.content_sha256, answer.model,
               answer.model_version, answer.weights_sha256, answer.prep_sha256, answer.app_version, answer.body,
               (SELECT reading.verdict FROM reading WHERE reading.answer = answer.id AND {HOLDS}
                ORDER BY reading.id DESC LIMIT 1)
             FROM item JOIN patient ON patient.id = item.patient
             LEFT JOIN answer ON answer.id = (SELECT max(last.id) FROM answer AS last WHERE last.item = item.id)
             WHERE item.id < ?1 ORDER BY item.id DESC LIMIT ?2"
        );
        let before = before.unwrap_or(i64::MAX);
        let mut found = self
            .database
            .prepare_cached(&sql)
            .and_then(|mut it| {
                it.query_map(params![before, limit as i64 + 1], listed)?
                    .collect::<Result<Vec<(i64, Listed)>, _>>()
            })
            .map_err(Error::sql("list the cases"))?;
        let has_more = limit < found.len();
        found.truncate(limit);
        let next = found.last().map(|it| it.0).filter(|_| has_more);
        let rows: Vec<Listed> = found.into_iter().map(|it| it.1).collect();
        for row in &rows {
            if let Some(answer) = &row.answer {
                answer.must_be_about(&row.item.identity)?;
            }
        }
        let record = self.record(Action::Searched, Outcome::Success);
        self.write(record, |_database, record| {
            record.detail = json!({ "n_found": rows.len(), "has_more": has_more });
            Ok(())
        })?;
        Ok(Listing { rows, next })
    }
}

fn listed(row: &Row<'_>) -> rusqlite::Result<(i64, Listed)> {
    const ID: usize = 19;
    let hash = |idx: usize| row.get(ID + idx).map(Sha256::of_digest);
    let frame_idx: Option<i64> = row.get(ID + 1)?;
    let answer = match frame_idx {
        Some(frame_idx) => {
            let body: String = row.get(ID + 9)?;
            Some(Answer {
                frame_idx: usize::try_from(frame_idx).unwrap_or_default(),
                file_sha256: hash(2)?,
                content_sha256: hash(3)?,
                model: row.get(ID + 4)?,
                model_version: row.get(ID + 5)?,
                weights_sha256: hash(6)?,
                prep_sha256: hash(7)?,
                app_version: row.get(ID + 8)?,
                body: serde_json::from_str(&body).unwrap_or(Value::Null),
            })
        }
        None => None,
    };
    let verdict: Option<String> = row.get(ID + 10)?;
    let listed = Listed {
        item: row_of(row)?,
        answer,
        verdict: verdict.as_deref().and_then(Verdict::parse),
    };
    Ok((row.get(ID)?, listed))
}
