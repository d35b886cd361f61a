//! An open store, as one signed-in person sees it.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use age::x25519;
use rusqlite::Connection;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::disk::{self, Sha256};

use super::{
    Error,
    audit::{self, Action, Head, Outcome, Record},
    key_file::{self, KeyFile},
    place::{Place, get_secret, put_secret},
    rights::{Person, Right},
    seal::{self, Cost, DataKey, Key32, hex},
};

/// An open store. Dropping it closes the database, wipes its keys and lets other programs in.
pub struct Records {
    pub(super) folder: PathBuf,
    pub(super) state: PathBuf,
    pub(super) database: Connection,
    pub(super) data_key: DataKey,
    pub(super) key_file: KeyFile,
    pub(super) cost: Cost,
    pub(super) person: Person,
    pub(super) head: Head,
    look_up: Key32,
    deidentification: Key32,
    /// Held, not used.
    _lock: File,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

/// The store's own random secrets, kept in the database: they outlive a change of the data key.
pub(super) struct Secrets {
    look_up: Key32,
    audit_head: Key32,
    deidentification: Key32,
    inbox: Zeroizing<String>,
}

impl Secrets {
    /// Draws them for a new store.
    pub(super) fn draw(database: &Connection, inbox: &str) -> Result<Self, Error> {
        let draw = |name| {
            let secret: Key32 = Zeroizing::new(seal::random::<32>()?);
            put_secret(database, name, &Zeroizing::new(hex(secret.as_slice())))?;
            Ok::<Key32, Error>(secret)
        };
        put_secret(database, "inbox", inbox)?;
        Ok(Self {
            look_up: draw("look_up")?,
            audit_head: draw("audit_head")?,
            deidentification: draw("deidentification")?,
            inbox: Zeroizing::new(inbox.to_owned()),
        })
    }

    /// Reads them.
    pub(super) fn load(database: &Connection) -> Result<Self, Error> {
        let damaged = || Error::Damaged { what: "database" };
        let load = |name| {
            let text = Zeroizing::new(get_secret(database, name)?.ok_or_else(damaged)?);
            let digest = Sha256::parse(&text).ok_or_else(damaged)?;
            Ok::<Key32, Error>(Zeroizing::new(*digest.bytes()))
        };
        Ok(Self {
            look_up: load("look_up")?,
            audit_head: load("audit_head")?,
            deidentification: load("deidentification")?,
            inbox: Zeroizing::new(get_secret(database, "inbox")?.ok_or_else(damaged)?),
        })
    }

    /// Opens the inbox.
    pub(super) fn inbox(&self) -> Result<x25519::Identity, Error> {
        self.inbox
            .parse()
            .map_err(|_not_one| Error::Damaged { what: "database" })
    }

    pub(super) fn head(&self) -> Key32 {
        self.audit_head.clone()
    }
}

impl Records {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of an open store, put together in one place"
    )]
    pub(super) fn new(
        place: &Place,
        database: Connection,
        data_key: DataKey,
        key_file: KeyFile,
        cost: Cost,
        person: Person,
        secrets: &Secrets,
        lock: File,
    ) -> Self {
        Self {
            folder: place.folder().to_owned(),
            state: place.state().to_owned(),
            database,
            data_key,
            head: Head::new(place.state(), &key_file.store, secrets.head()),
            key_file,
            cost,
            person,
            look_up: secrets.look_up.clone(),
            deidentification: secrets.deidentification.clone(),
            _lock: lock,
        }
    }

    /// Who is signed in.
    pub const fn person(&self) -> &Person {
        &self.person
    }

    /// Where the store lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The secret by which this store's de-identification keeps UIDs, dates and pseudonyms consistent.
    ///
    /// # Errors
    /// The person may not de-identify.
    pub fn deidentification_secret(&self) -> Result<Zeroizing<[u8; 32]>, Error> {
        self.must(Right::Deidentify)?;
        Ok(self.deidentification.clone())
    }

    /// Whether the person may; a refusal is written to the log.
    ///
    /// # Errors
    /// The person's roles do not have the right.
    pub fn must(&self, right: Right) -> Result<(), Error> {
        if self.person.may(right) {
            return Ok(());
        }
        let detail = serde_json::json!({ "right": right });
        // The refusal stands, whether or not it could be written.
        self.note(Action::AccessRefused, Outcome::MinorFailure, detail)
            .ok();
        Err(Error::NotAllowed { right })
    }

    /// Writes a deed that changes nothing else.
    ///
    /// # Errors
    /// The disk.
    pub fn note(&self, action: Action, outcome: Outcome, detail: Value) -> Result<(), Error> {
        self.write(
            Record {
                detail,
                ..self.record(action, outcome)
            },
            |_database, _record| Ok(()),
        )
    }

    /// A record of now by this person.
    pub(super) fn record(&self, action: Action, outcome: Outcome) -> Record {
        Record::now(action, outcome, &self.person.id.0)
    }

    /// Changes the database and writes the log in one transaction: both or neither.
    pub(super) fn write<T>(
        &self,
        mut record: Record,
        change: impl FnOnce(&Connection, &mut Record) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.write_many(|database| {
            let value = change(database, &mut record)?;
            audit::append(database, &record)?;
            Ok(value)
        })
    }

    /// Several changes in one transaction, each of which writes its own record.
    pub(super) fn write_many<T>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let failed = Error::sql("write to the store");
        let transaction = self.database.unchecked_transaction().map_err(&failed)?;
        let value = change(&transaction)?;
        let newest = audit::newest(&transaction)?;
        transaction.commit().map_err(&failed)?;
        self.head.keep(newest)?;
        Ok(value)
    }

    /// Replaces the key file and what the database says of people, so that a crash at any point leaves the old or the new.
    pub(super) fn change_keys(
        &mut self,
        keys: KeyFile,
        change: impl FnOnce(&Connection) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let bytes = keys.bytes();
        let hash = Sha256::of(&bytes).to_string();
        let failed = Error::sql("change the keys");
        // First the announcement, then the file, then the confirmation: whichever step is the last one, the file that is
        // found is one that the database knows.
        let transaction = self.database.unchecked_transaction().map_err(&failed)?;
        change(&transaction)?;
        put_secret(&transaction, "key_file_next", &hash)?;
        transaction.commit().map_err(&failed)?;
        disk::write_atomic(&self.folder.join(key_file::NAME), &bytes)?;
        put_secret(&self.database, "key_file", &hash)?;
        self.key_file = keys;
        Ok(())
    }

    /// A keyed hash by which an identity is found.
    pub(super) fn look_up(&self, identity: &str) -> [u8; 32] {
        disk::keyed_hash(&self.look_up, [identity.as_bytes()])
    }

    /// Ends the session by a person's wish.
    ///
    /// # Errors
    /// The log cannot be written; the store is closed all the same.
    pub fn sign_out(self) -> Result<(), Error> {
        self.note(Action::SignedOut, Outcome::Success, Value::Null)
    }
}
