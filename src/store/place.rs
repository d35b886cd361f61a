//! A folder that is a store, or may become one: making it, signing in, and the door for when a passphrase is forgotten.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    disk::{self, Sha256},
    privacy::Phi,
};

use super::{
    Error,
    audit::{self, Action, Head, Outcome, Record},
    database, inbox,
    key_file::{self, KeyFile, Slot},
    passphrase::Passphrase,
    people,
    records::{Records, Secrets},
    rights::{Person, PersonId, Role, Roles},
    seal::{self, Cost, DataKey, RecoveryKey},
    throttle::Attempts,
};

/// Where a store lies, and where the head of its log does.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    state: PathBuf,
}

/// What a new store starts with: one local person, who holds every role but `service`. Give roles to others, and take them
/// from the first, when there are others.
#[derive(Debug)]
pub struct NewStore<'a> {
    pub name: &'a Phi<String>,
    pub passphrase: &'a Passphrase,
    /// [`Cost::STANDARD`] but for tests.
    pub cost: Cost,
}

impl Place {
    /// A store in `folder`, with the head of its log in `state`: two folders, so that who puts back one does not put back
    /// the other by the same stroke.
    pub fn new(folder: &Path, state: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            state: state.to_owned(),
        }
    }

    /// Whether a store is there.
    pub fn exists(&self) -> bool {
        self.folder.join(key_file::NAME).exists()
    }

    /// Where the store lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// Makes a store and signs its first person in. The recovery key is told this once.
    ///
    /// # Errors
    /// There is a store already, a weak passphrase, or the disk.
    pub fn create(&self, new: &NewStore<'_>) -> Result<(Records, RecoveryKey), Error> {
        if self.exists() {
            return Err(Error::AlreadyThere);
        }
        let name = new.name.reveal(); // for the encrypted database and a keyed look-up
        people::judge_name(name)?;
        new.passphrase
            .judge(name)
            .map_err(|weakness| Error::Weak { weakness })?;
        self.make_folders()?;
        let lock = self.lock()?;
        let data_key = DataKey::random()?;
        let (recovery, recovery_recipient) = seal::new_identity();
        let (mut keys, inbox) = KeyFile::new(&recovery_recipient, &data_key)?;
        let id = PersonId(seal::reference()?);
        keys.slots.push(Slot::new(
            &keys.store,
            &id,
            name,
            new.passphrase,
            new.cost,
            &data_key,
        )?);
        // A database without a key file is no store: one that an interrupted attempt left is made anew.
        remove_database(&self.folder, &keys.database);
        let mut database = database::open(&self.folder.join(&keys.database), &data_key)?;
        database::migrate(&mut database)?;
        let roles: Roles = Role::ALL
            .into_iter()
            .filter(|it| *it != Role::Service)
            .collect();
        people::insert(&database, &id, name, &roles)?;
        let secrets = Secrets::draw(&database, inbox.reveal())?;
        let hash = Sha256::of(&keys.bytes());
        put_secret(&database, "key_file", &hash.to_string())?;
        self.put_key_file(&keys)?;
        let person = Person {
            id,
            name: new.name.clone(),
            roles,
            is_emergency: false,
        };
        let records = Records::new(
            self, database, data_key, keys, new.cost, person, &secrets, lock,
        );
        records
            .note(Action::StoreCreated, Outcome::Success, Value::Null)
            .and_then(|()| records.note(Action::SignedIn, Outcome::Success, Value::Null))
            .inspect_err(|_why| self.drop_key_file())?;
        Ok((records, recovery))
    }

    /// The last step, which makes a folder a store. Where it fails, no store is left.
    pub(super) fn put_key_file(&self, keys: &KeyFile) -> Result<(), Error> {
        disk::write_atomic(&self.folder.join(key_file::NAME), &keys.bytes())
            .inspect_err(|_why| self.drop_key_file())?;
        Ok(())
    }

    /// A store whose recovery key nobody has seen is none.
    fn drop_key_file(&self) {
        // A disk that does not do this either keeps a store that can be signed in to.
        std::fs::remove_file(self.folder.join(key_file::NAME)).ok();
    }

    /// Signs a person in. Takes the cost of the passphrase, also for a name that does not exist.
    ///
    /// # Errors
    /// A pair that does not fit, a pause after such, a store that is open elsewhere, newer, damaged or tampered with.
    pub fn sign_in(&self, name: &Phi<String>, passphrase: &Passphrase) -> Result<Records, Error> {
        self.enter(name, passphrase, Copy::MustBeNewest)
    }

    /// Signs an administrator in to a store that [`Error::Tampered`] refused, and takes it as it is from now on: for a
    /// store that was moved to another computer or put back by other means than `restore`.
    ///
    /// # Errors
    /// As [`Place::sign_in`]; or the person is no administrator.
    pub fn accept_copy(
        &self,
        name: &Phi<String>,
        passphrase: &Passphrase,
    ) -> Result<Records, Error> {
        self.enter(name, passphrase, Copy::IsAccepted)
    }

    fn enter(
        &self,
        name: &Phi<String>,
        passphrase: &Passphrase,
        copy: Copy,
    ) -> Result<Records, Error> {
        if !self.exists() {
            return Err(Error::NotThere);
        }
        let attempts = Attempts::load(&self.folder);
        attempts.check()?;
        let lock = self.lock()?;
        let (keys, hash) = KeyFile::load(&self.folder)?;
        let slot = keys.slot_of(name.reveal()); // for a keyed look-up
        // A name that is not there takes as long as one that is.
        let opened = slot
            .or(keys.slots.first())
            .and_then(|it| it.open(&keys.store, passphrase));
        let (Some(slot), Some(identity)) = (slot, opened) else {
            attempts.failed(&self.folder)?;
            let record = Record::now(Action::SignInFailed, Outcome::MinorFailure, "");
            inbox::put(&self.folder, &keys.inbox, &inbox::Letter::Audit(record))?;
            return Err(Error::WrongNameOrPassphrase);
        };
        let data_key = slot.data_key(&identity)?;
        let (id, cost) = (slot.person.clone(), slot.cost);
        let who = |database: &rusqlite::Connection| {
            people::find(database, &id)?.ok_or(Error::WrongNameOrPassphrase)
        };
        let records = self.open(keys, hash, data_key, cost, copy, who, lock)?;
        Attempts::clear(&self.folder);
        records.note(Action::SignedIn, Outcome::Success, Value::Null)?;
        Ok(records)
    }

    /// Opens the store by its printed key, as an administrator for this once: to give a forgotten passphrase anew.
    ///
    /// # Errors
    /// A key that does not fit, or as [`Place::sign_in`].
    pub fn recover(&self, key: &RecoveryKey) -> Result<Records, Error> {
        if !self.exists() {
            return Err(Error::NotThere);
        }
        let lock = self.lock()?;
        let (keys, hash) = KeyFile::load(&self.folder)?;
        let identity = key.identity().ok_or(Error::WrongNameOrPassphrase)?;
        let data_key = keys.recovery.data_key(&identity)?;
        let person = Person {
            id: PersonId("recovery".to_owned()),
            name: Phi::new("Recovery key".to_owned()),
            roles: [Role::Administrator].into(),
            is_emergency: false,
        };
        let cost = keys.slots.first().map_or(Cost::STANDARD, |it| it.cost);
        let copy = Copy::MustBeNewest;
        let records = self.open(
            keys,
            hash,
            data_key,
            cost,
            copy,
            |_database| Ok(person),
            lock,
        )?;
        Attempts::clear(&self.folder);
        records.note(Action::Recovered, Outcome::Success, Value::Null)?;
        Ok(records)
    }

    #[expect(clippy::too_many_arguments, reason = "the last step of three ways in")]
    fn open(
        &self,
        keys: KeyFile,
        hash: Sha256,
        data_key: DataKey,
        cost: Cost,
        copy: Copy,
        who: impl FnOnce(&rusqlite::Connection) -> Result<Person, Error>,
        lock: File,
    ) -> Result<Records, Error> {
        let path = self.folder.join(&keys.database);
        if !path.exists() {
            return Err(Error::Damaged { what: "database" });
        }
        let mut database = database::open(&path, &data_key)?;
        let from_version = database::migrate(&mut database)?;
        let secrets = Secrets::load(&database)?;
        let person = who(&database)?;
        let head = Head::new(&self.state, &keys.store, secrets.head());
        let intact = check_key_file(&database, hash)
            .and_then(|()| audit::check_newest(&database))
            .and_then(|()| head.check(&database));
        let is_administrator = person.roles.contains(&Role::Administrator);
        let was_tampered_with = match (intact, copy) {
            (Ok(()), _) => false,
            (Err(Error::Tampered { .. }), Copy::IsAccepted) if is_administrator => {
                put_secret(&database, "key_file", &hash.to_string())?;
                true
            }
            (Err(why), _) => {
                let mut record = Record::now(
                    Action::TamperingFound,
                    Outcome::SeriousFailure,
                    &person.id.0,
                );
                let found = match &why {
                    Error::Tampered { what } => (*what).to_owned(),
                    other => other.to_string(),
                };
                record.detail = json!({ "found": found });
                // The refusal stands, whether or not the letter can be left.
                inbox::put(&self.folder, &keys.inbox, &inbox::Letter::Audit(record)).ok();
                return Err(why);
            }
        };
        self.make_folders()?;
        sweep(&self.folder, &keys.database);
        let records = Records::new(self, database, data_key, keys, cost, person, &secrets, lock);
        if was_tampered_with {
            records.note(Action::CopyAccepted, Outcome::Success, Value::Null)?;
        }
        if from_version != database::VERSION {
            let versions = json!({ "from": from_version, "to": database::VERSION });
            records.note(Action::Upgraded, Outcome::Success, versions)?;
        }
        records.empty_inbox(&secrets.inbox()?)?;
        Ok(records)
    }

    /// The folders of a store, which only its owner may enter. Also those that a copy by other means left out.
    pub(super) fn make_folders(&self) -> Result<(), Error> {
        for folder in [
            self.folder.clone(),
            self.folder.join("blobs"),
            self.folder.join("inbox"),
        ] {
            disk::create_folder(&folder)?;
            disk::restrict(&folder, 0o700)?;
        }
        Ok(())
    }

    /// Holds the store for this program, until the file is closed.
    pub(super) fn lock(&self) -> Result<File, Error> {
        let path = self.folder.join("lock");
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        let file = options.open(path).map_err(Error::io("open the store"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::InUse),
            Err(TryLockError::Error(source)) => Err(Error::io("lock the store")(source)),
        }
    }
}

/// What to do with a store that is not the one that was written last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copy {
    MustBeNewest,
    IsAccepted,
}

/// The key file must be the one that the database knows, or the one that it was about to be changed for.
fn check_key_file(database: &rusqlite::Connection, found: Sha256) -> Result<(), Error> {
    let known = get_secret(database, "key_file")?;
    let next = get_secret(database, "key_file_next")?;
    let found = found.to_string();
    if known.as_deref() == Some(found.as_str()) {
        Ok(())
    } else if next.as_deref() == Some(found.as_str()) {
        put_secret(database, "key_file", &found)
    } else {
        Err(Error::Tampered { what: "key file" })
    }
}

/// Reads one of the store's own secrets.
pub(super) fn get_secret(
    database: &rusqlite::Connection,
    name: &str,
) -> Result<Option<String>, Error> {
    use rusqlite::OptionalExtension as _;
    database
        .query_row("SELECT value FROM secret WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
        .map_err(Error::sql("read the store's secrets"))
}

/// Keeps one of the store's own secrets.
pub(super) fn put_secret(
    database: &rusqlite::Connection,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    database
        .execute(
            "INSERT INTO secret (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )
        .map_err(Error::sql("keep the store's secrets"))?;
    Ok(())
}

/// Removes a database with its log files. What cannot be removed now is swept at the next sign-in.
pub(super) fn remove_database(folder: &Path, name: &str) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        std::fs::remove_file(folder.join(format!("{name}{suffix}"))).ok();
    }
}

/// Removes what interrupted work left: parts of files, and databases that the key file does not name. Not before the disk
/// keeps that key file.
fn sweep(folder: &Path, database: &str) {
    if disk::flush_folder(folder).is_err() {
        return;
    }
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_part = name.ends_with(".part");
        let is_other_database = name.starts_with("records-") && !name.starts_with(database);
        if is_part || is_other_database {
            std::fs::remove_file(entry.path()).ok(); // harmless where it stays
        }
    }
}
