//! The encrypted database: how it is opened, its settings, and its versions.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::{
    Error,
    seal::{DataKey, hex},
};

/// Each entry takes the database from the version of its position to the next.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The version that we write.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Opens a database with its key, or makes an empty one.
///
/// # Errors
/// The key does not fit or the first page is damaged, a newer version, or the disk.
pub(super) fn open(path: &Path, key: &DataKey) -> Result<Connection, Error> {
    // A file name is a path, never a URI; each connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let database =
        Connection::open_with_flags(path, flags).map_err(Error::sql("open the database"))?;
    give_key(&database, key)?;
    // Write-ahead log with a flush for each commit: what was acknowledged survives a loss of power. Nothing in plain text
    // in temporary files; freed pages are overwritten; a database that was tampered with runs no code of its own.
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA temp_store = MEMORY;
             PRAGMA secure_delete = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA foreign_keys = ON;
             PRAGMA cell_size_check = ON;
             PRAGMA busy_timeout = 2000;",
        )
        .map_err(Error::sql("open the database"))?;
    database
        .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)
        .map_err(Error::sql("open the database"))?;
    Ok(database)
}

/// Gives a connection its key. SQLCipher then checks every page that it reads (HMAC-SHA-512).
fn give_key(database: &Connection, key: &DataKey) -> Result<(), Error> {
    let key = raw_key(key);
    let pragma = Zeroizing::new(format!(
        "PRAGMA cipher_log_level = NONE;
         PRAGMA cipher_memory_security = ON;
         PRAGMA key = \"{}\";",
        *key
    ));
    database
        .execute_batch(&pragma)
        .map_err(Error::sql("open the database"))
}

/// The key as SQLCipher takes it: random already, so it is not stretched.
pub(super) fn raw_key(key: &DataKey) -> Zeroizing<String> {
    let key = Zeroizing::new(hex(key.bytes()));
    Zeroizing::new(format!("x'{}'", *key))
}

/// Brings the database to our version, each step wholly or not at all. Says from which version it came.
///
/// # Errors
/// The database is of a newer version of the program, or the disk.
pub(super) fn migrate(database: &mut Connection) -> Result<u32, Error> {
    let found: u32 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(Error::sql("read the version"))?;
    if VERSION < found {
        return Err(Error::Newer {
            known: VERSION,
            found,
        });
    }
    for (idx, step) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let failed = Error::sql("bring the store to this version");
        let transaction = database.transaction().map_err(&failed)?;
        transaction.execute_batch(step).map_err(&failed)?;
        transaction
            .pragma_update(None, "user_version", idx as u32 + 1)
            .map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
    }
    Ok(found)
}

/// Copies the whole database into a new file under another key.
///
/// # Errors
/// The disk, or a page that is damaged.
pub(super) fn copy_to(database: &Connection, path: &Path, key: &DataKey) -> Result<(), Error> {
    let failed = Error::sql("copy the database");
    let path = path.to_str().ok_or(Error::Refused {
        wanted: "a folder whose name is text",
        found: "other bytes",
    })?;
    let key = raw_key(key);
    database
        .execute("ATTACH DATABASE ?1 AS other KEY ?2", [path, key.as_str()])
        .map_err(&failed)?;
    let copied = database
        .execute_batch("PRAGMA other.synchronous = FULL; SELECT sqlcipher_export('other');")
        .and_then(|()| {
            let version: u32 =
                database.pragma_query_value(None, "user_version", |row| row.get(0))?;
            database.pragma_update(Some("other"), "user_version", version)
        })
        .map_err(&failed);
    let detached = database
        .execute_batch("DETACH DATABASE other")
        .map_err(&failed);
    copied.and(detached)
}

/// Reads every page and every row's structure.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn check(database: &Connection) -> Result<(), Error> {
    let failed = Error::sql("check the database");
    let damaged = || Error::Damaged { what: "database" };
    let n_bad: usize = database
        .prepare("PRAGMA cipher_integrity_check")
        .and_then(|mut it| Ok(it.query_map([], |_row| Ok(()))?.count()))
        .map_err(&failed)?;
    if n_bad != 0 {
        return Err(damaged());
    }
    let found: String = database
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(&failed)?;
    if found != "ok" {
        return Err(damaged());
    }
    let n_orphans: usize = database
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut it| Ok(it.query_map([], |_row| Ok(()))?.count()))
        .map_err(&failed)?;
    if n_orphans == 0 {
        Ok(())
    } else {
        Err(damaged())
    }
}
