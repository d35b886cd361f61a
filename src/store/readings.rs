//! What readers say of answers, and why. Rows are added and never changed: a second thought, a reason that came later and
//! a word that is taken back are rows of their own.

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::privacy::Phi;

use super::{
    Error,
    audit::{Action, Outcome},
    records::Records,
    rights::Right,
};

/// Most characters of a reason.
pub const REASON_CHARS: usize = 2_000;

/// SQL: whether a row of `reading` is the last that its person said of its class, and no withdrawal.
pub(super) const HOLDS: &str = "(reading.verdict <> 'withdrawn' AND NOT EXISTS (
    SELECT 1 FROM reading AS later WHERE later.answer = reading.answer AND later.label = reading.label
    AND later.person = reading.person AND reading.id < later.id))";

/// What a reader says to one class of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Agree,
    Disagree,
    Unsure,
    /// What the same reader said to this class before is taken back.
    Withdrawn,
}

/// A reader's word on an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub label: String,
    pub verdict: Verdict,
    /// In the reader's words, on one line; empty where none was given.
    pub reason: Phi<String>,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub person: String,
    /// The same reader neither took it back nor said anything else to this class afterwards.
    pub holds: bool,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Agree, Self::Disagree, Self::Unsure, Self::Withdrawn];

    /// Its word in the database, in text and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Disagree => "disagree",
            Self::Unsure => "unsure",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Records {
    /// Keeps a reader's word on one class of an answer. The log tells whether a reason was given, never which.
    ///
    /// # Errors
    /// No right, an unknown answer, a reason of more than [`REASON_CHARS`], nothing to take back, or the disk.
    pub fn keep_reading(
        &self,
        answer: &str,
        label: &str,
        verdict: Verdict,
        reason: &Phi<String>,
    ) -> Result<(), Error> {
        self.must(Right::Read)?;
        let reason = one_line(reason)?;
        let failed = Error::sql("keep a reading");
        let found: Option<(i64, String, String)> = self
            .database
            .query_row(
                "SELECT answer.id, patient.reference, item.reference FROM answer
                 JOIN item ON item.id = answer.item JOIN patient ON patient.id = item.patient
                 WHERE answer.reference = ?1",
                [answer],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(&failed)?;
        let (id, patient, item) = found.ok_or(Error::Unknown { what: "answer" })?;
        let mut record = self.record(Action::ReadingRecorded, Outcome::Success);
        record.patient = Some(patient);
        record.item = Some(item);
        record.detail = if reason.reveal().is_empty() {
            json!({ "label": label, "verdict": verdict })
        } else {
            json!({ "label": label, "verdict": verdict, "has_reason": true })
        };
        let person = self.person.id.0.clone();
        self.write(record, |database, record| {
            if verdict == Verdict::Withdrawn {
                let sql = format!(
                    "SELECT EXISTS (SELECT 1 FROM reading WHERE answer = ?1 AND label = ?2 AND person = ?3 AND {HOLDS})"
                );
                let has_word: bool = database
                    .query_row(&sql, params![id, label, person], |row| row.get(0))
                    .map_err(&failed)?;
                if !has_word {
                    return Err(Error::Unknown { what: "reading" });
                }
            }
            database
                .execute(
                    "INSERT INTO reading (answer, label, verdict, reason, at, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    // into the encrypted database
                    params![id, label, verdict.name(), reason.reveal(), record.at.unix_ms, person],
                )
                .map_err(&failed)?;
            Ok(())
        })
    }

    /// Every word of readers on an answer, oldest first, those that hold no longer among them.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn readings(&self, answer: &str) -> Result<Vec<Reading>, Error> {
        self.must(Right::OpenCase)?;
        let sql = format!(
            "SELECT label, verdict, reason, reading.at, reading.person, {HOLDS} FROM reading
             JOIN answer ON answer.id = reading.answer WHERE answer.reference = ?1 ORDER BY reading.id"
        );
        self.database
            .prepare_cached(&sql)
            .and_then(|mut it| it.query_map([answer], reading_of)?.collect())
            .map_err(Error::sql("read the readings"))
    }
}

/// A reason as it is kept: control characters and ends of lines are blanks, and none stand at its ends.
fn one_line(reason: &Phi<String>) -> Result<Phi<String>, Error> {
    let is_break = |it: char| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}');
    // into the encrypted database
    let letters = reason.reveal().chars();
    let line: String = letters
        .map(|it| if is_break(it) { ' ' } else { it })
        .collect();
    let line = line.trim();
    if REASON_CHARS < line.chars().count() {
        return Err(Error::Refused {
            wanted: "a reason of at most 2,000 characters",
            found: "a longer one",
        });
    }
    Ok(Phi::new(line.to_owned()))
}

fn reading_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Reading> {
    let verdict: String = row.get(1)?;
    Ok(Reading {
        label: row.get(0)?,
        // The schema knows no other; to be unsure claims least.
        verdict: Verdict::parse(&verdict).unwrap_or(Verdict::Unsure),
        reason: Phi::new(row.get(2)?),
        at_ms: row.get(3)?,
        person: row.get(4)?,
        holds: row.get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{REASON_CHARS, one_line};
    use crate::privacy::Phi;

    #[test]
    fn a_reason_is_one_line_of_bounded_length() {
        let of = |typed: &str| one_line(&Phi::new(typed.to_owned())).map(|it| it.reveal().clone());
        assert_eq!(
            of("  old\nscar\u{0}\u{1b}\u{2028}seen \t").unwrap(),
            "old scar   seen"
        );
        assert_eq!(of("\n\t ").unwrap(), "");
        assert_eq!(of("左下肺陈旧灶").unwrap(), "左下肺陈旧灶");
        // Counted in characters, not in bytes.
        let long = "肺".repeat(REASON_CHARS);
        assert_eq!(of(&long).unwrap(), long);
        assert!(of(&format!("{long}肺")).is_err());
        assert!(of(&format!("  {long}\n")).is_ok());
    }
}
