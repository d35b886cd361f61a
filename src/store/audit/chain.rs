//! The chain: `hash = SHA-256(hash before, record)`, from 32 zero bytes.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{disk::Sha256, store::Error};

use super::event::{Action, Outcome, Record};

/// Where the chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Newest {
    pub(in crate::store) sequence: u64,
    pub(in crate::store) hash: Sha256,
    /// When the newest record was written, by the wall clock.
    unix_ms: i64,
}

const NONE: [u8; 32] = [0; 32];
/// A clock may be set back by so much without a word: time servers do.
const SET_BACK_MS: i64 = 120_000;
/// Records that are checked at each sign-in; all are by `store check`.
const N_NEWEST: u64 = 1000;

/// Adds a record within the caller's transaction. A wall clock that went back gets a record of its own first.
pub(in crate::store) fn append(database: &Connection, record: &Record) -> Result<Newest, Error> {
    let newest = newest(database)?;
    if newest.sequence != 0 && record.at.unix_ms < newest.unix_ms - SET_BACK_MS {
        let mut went_back = Record::now(Action::ClockWentBack, Outcome::MinorFailure, "");
        went_back.at = record.at;
        went_back.detail = serde_json::json!({ "by_ms": newest.unix_ms - record.at.unix_ms });
        let newest = insert(database, newest, &went_back)?;
        return insert(database, newest, record);
    }
    insert(database, newest, record)
}

fn insert(database: &Connection, before: Newest, record: &Record) -> Result<Newest, Error> {
    let text = record.canonical();
    let hash = link(before.hash, &text);
    let sequence = before.sequence + 1;
    database
        .prepare_cached("INSERT INTO audit (sequence, record, hash) VALUES (?1, ?2, ?3)")
        .and_then(|mut it| it.execute(params![sequence as i64, text, hash.bytes()]))
        .map_err(Error::sql("write the audit log"))?;
    Ok(Newest {
        sequence,
        hash,
        unix_ms: record.at.unix_ms,
    })
}

fn link(before: Sha256, text: &str) -> Sha256 {
    Sha256::of_parts([before.bytes().as_slice(), text.as_bytes()])
}

/// The end of the chain.
pub(in crate::store) fn newest(database: &Connection) -> Result<Newest, Error> {
    let row = database
        .prepare_cached("SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1")
        .and_then(|mut it| {
            it.query_row([], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, [u8; 32]>(1)?,
                    row.get(2)?,
                ))
            })
            .optional()
        })
        .map_err(Error::sql("read the audit log"))?;
    let (sequence, hash, unix_ms) = row.unwrap_or((0, NONE, i64::MIN));
    Ok(Newest {
        sequence: u64::try_from(sequence).unwrap_or(0),
        hash: Sha256::of_digest(hash),
        unix_ms,
    })
}

/// The hash at a place of the chain, if the chain is so long.
pub(in crate::store) fn hash_at(
    database: &Connection,
    sequence: u64,
) -> Result<Option<Sha256>, Error> {
    if sequence == 0 {
        return Ok(Some(Sha256::of_digest(NONE)));
    }
    database
        .query_row(
            "SELECT hash FROM audit WHERE sequence = ?1",
            [sequence as i64],
            |row| row.get::<_, [u8; 32]>(0),
        )
        .optional()
        .map(|it| it.map(Sha256::of_digest))
        .map_err(Error::sql("read the audit log"))
}

/// Checks the whole chain; says how many records it has.
pub(in crate::store) fn check_all(database: &Connection) -> Result<u64, Error> {
    check_from(database, 1)
}

/// Checks the newest thousand.
pub(in crate::store) fn check_newest(database: &Connection) -> Result<(), Error> {
    let newest = newest(database)?;
    check_from(database, newest.sequence.saturating_sub(N_NEWEST) + 1)?;
    Ok(())
}

fn check_from(database: &Connection, first: u64) -> Result<u64, Error> {
    let failed = Error::sql("read the audit log");
    let tampered = || Error::Tampered { what: "audit log" };
    let mut hash = hash_at(database, first - 1)?.ok_or_else(tampered)?;
    let mut statement = database
        .prepare("SELECT sequence, record, hash FROM audit WHERE ?1 <= sequence ORDER BY sequence")
        .map_err(&failed)?;
    let mut rows = statement.query([first as i64]).map_err(&failed)?;
    let mut sequence = first;
    while let Some(row) = rows.next().map_err(&failed)? {
        let found: i64 = row.get(0).map_err(&failed)?;
        let text: String = row.get(1).map_err(&failed)?;
        let stored: [u8; 32] = row.get(2).map_err(&failed)?;
        hash = link(hash, &text);
        if found != sequence as i64 || hash != Sha256::of_digest(stored) {
            return Err(tampered());
        }
        sequence += 1;
    }
    Ok(sequence - 1)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use zeroize::Zeroizing;

    use super::{append, check_all, check_newest, newest};
    use crate::{
        disk::Sha256,
        store::{
            Action, Error, Outcome,
            audit::{Head, Record},
        },
    };

    const N_RECORDS: u64 = 40;

    fn chain() -> Connection {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(include_str!("../schema.sql"))
            .unwrap();
        for idx in 0..N_RECORDS {
            let mut record = Record::now(Action::CaseOpened, Outcome::Success, "ada");
            record.detail = serde_json::json!({ "idx": idx });
            append(&database, &record).unwrap();
        }
        database
    }

    /// Someone who has the key and takes the guards away first.
    fn tamper(database: &Connection, sql: &str) {
        database
            .execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted;")
            .unwrap();
        database.execute_batch(sql).unwrap();
    }

    #[test]
    fn the_database_itself_refuses_changes() {
        let database = chain();
        assert!(
            database
                .execute_batch("UPDATE audit SET record = '{}'")
                .is_err()
        );
        assert!(
            database
                .execute_batch("DELETE FROM audit WHERE sequence = 3")
                .is_err()
        );
        assert_eq!(check_all(&database).unwrap(), N_RECORDS);
        check_newest(&database).unwrap();
    }

    #[test]
    fn every_edit_of_every_record_is_noticed() {
        for sequence in 1..N_RECORDS {
            let next = sequence + 1;
            for sql in [
                format!(
                    "UPDATE audit SET record = replace(record, 'ada', 'bob') WHERE sequence = {sequence}"
                ),
                format!("UPDATE audit SET record = record || ' ' WHERE sequence = {sequence}"),
                format!("UPDATE audit SET hash = zeroblob(32) WHERE sequence = {sequence}"),
                format!("DELETE FROM audit WHERE sequence = {sequence}"),
                format!(
                    "DELETE FROM audit WHERE sequence = {sequence};
                    UPDATE audit SET sequence = sequence - 1 WHERE {sequence} < sequence"
                ),
                format!(
                    "UPDATE audit SET sequence = -1 WHERE sequence = {sequence};
                    UPDATE audit SET sequence = {sequence} WHERE sequence = {next};
                    UPDATE audit SET sequence = {next} WHERE sequence = -1"
                ),
            ] {
                let database = chain();
                tamper(&database, &sql);
                let found = check_all(&database);
                assert!(
                    matches!(found, Err(Error::Tampered { .. })),
                    "{sql}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn a_chain_that_was_cut_or_written_anew_is_noticed_by_the_head() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp/audit-head");
        let head = |key| Head::new(&folder, "store", Zeroizing::new([key; 32]));
        let database = chain();
        head(1).keep(newest(&database).unwrap()).unwrap();
        head(1).check(&database).unwrap();
        // Nobody without the store's secret can write one that passes.
        assert!(head(2).check(&database).is_err());
        tamper(
            &database,
            &format!("DELETE FROM audit WHERE sequence = {N_RECORDS}"),
        );
        assert_eq!(check_all(&database).unwrap(), N_RECORDS - 1);
        assert!(matches!(
            head(1).check(&database),
            Err(Error::Tampered { .. })
        ));
        // As long as before, but with another end.
        append(
            &database,
            &Record::now(Action::Exported, Outcome::Success, "eve"),
        )
        .unwrap();
        assert_eq!(check_all(&database).unwrap(), N_RECORDS);
        assert!(matches!(
            head(1).check(&database),
            Err(Error::Tampered { .. })
        ));
    }

    #[test]
    fn a_clock_that_went_back_is_told_and_the_order_stays() {
        let database = chain();
        let mut record = Record::now(Action::Scored, Outcome::Success, "ada");
        record.at.unix_ms -= 10 * 365 * 24 * 3_600_000;
        append(&database, &record).unwrap();
        assert_eq!(check_all(&database).unwrap(), N_RECORDS + 2);
        let told: String = database
            .query_row(
                "SELECT action FROM audit WHERE sequence = ?1",
                [N_RECORDS as i64 + 1],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(told, "clock_went_back");
        assert_ne!(newest(&database).unwrap().hash, Sha256::of(b""));
    }
}
