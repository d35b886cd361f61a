//! The inbox: what may be added while nobody is signed in, sealed to the store so that who adds cannot read. Failed sign-ins
//! and, where that was chosen, the answers of a batch that goes on under lock.

use std::path::{Path, PathBuf};

use age::x25519;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::disk;

use super::{
    Error,
    audit::{Action, Outcome, Record},
    cases::Answer,
    identity::Identity,
    key_file::KeyFile,
    records::Records,
    seal, search,
};

/// What is left for the store.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one letter at a time is in memory"
)]
pub(super) enum Letter {
    Audit(Record),
    /// A case and, where it was scored, the answer.
    Case {
        identity: Identity,
        answer: Option<Answer>,
    },
}

/// More than this is not one letter.
const LIMIT_BYTES: u64 = 64 << 20;
/// Failed sign-ins must not fill a disk.
const MOST_LETTERS: usize = 100_000;

/// The way in for a service: it can add and can read nothing.
#[derive(Clone, Debug)]
pub struct Inbox {
    folder: PathBuf,
    recipient: String,
}

impl Inbox {
    /// The inbox of the store in `folder`. Needs no passphrase, because it gives nothing away.
    ///
    /// # Errors
    /// There is no store, or its key file is damaged.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let (keys, _hash) = KeyFile::load(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            recipient: keys.inbox,
        })
    }

    /// Leaves a deed for the log that needs no sign-in: a command changed what the models go by.
    ///
    /// # Errors
    /// The disk.
    pub fn note(&self, action: Action, detail: Value) -> Result<(), Error> {
        let mut record = Record::now(action, Outcome::Success, "");
        record.detail = detail;
        put(&self.folder, &self.recipient, &Letter::Audit(record))
    }

    /// Leaves a case and its answer. On the disk when this returns.
    ///
    /// # Errors
    /// The answer is about another file, or the disk.
    pub fn leave(&self, identity: &Identity, answer: Option<&Answer>) -> Result<(), Error> {
        if let Some(answer) = answer {
            answer.must_be_about(identity)?;
        }
        let letter = Letter::Case {
            identity: identity.clone(),
            answer: answer.cloned(),
        };
        put(&self.folder, &self.recipient, &letter)
    }
}

/// Seals a letter and puts it into the inbox of a store.
pub(super) fn put(folder: &Path, recipient: &str, letter: &Letter) -> Result<(), Error> {
    let folder = folder.join("inbox");
    // A copy by other means may have left an empty folder out.
    disk::create_folder(&folder)?;
    let entries = std::fs::read_dir(&folder).map_err(Error::io("write to the inbox"))?;
    if MOST_LETTERS <= entries.count() {
        return Err(Error::Refused {
            wanted: "an inbox with room",
            found: "a full one: sign in to empty it",
        });
    }
    // Records and answers always have a JSON form.
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(letter).unwrap_or_default());
    let sealed = seal::seal_to(recipient, &plain)?;
    let at = super::time::Moment::now().unix_ms;
    let name = format!("{at:015}-{}.age", seal::reference()?);
    Ok(disk::write_atomic(&folder.join(name), &sealed)?)
}

/// The letters that lie there, oldest first.
pub(super) fn letters(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(folder.join("inbox")).map_err(Error::io("read the inbox"))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|it| it.path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "age"));
    paths.sort();
    Ok(paths)
}

impl Records {
    /// Reads what was left while nobody was signed in. A letter that cannot be opened was changed or is not ours: it is put
    /// aside and the log tells of it.
    pub(super) fn empty_inbox(&self, identity: &x25519::Identity) -> Result<(), Error> {
        let failed = Error::io("empty the inbox");
        for path in letters(&self.folder)? {
            let sealed = disk::read(&path, LIMIT_BYTES)?;
            let letter = seal::open_with(identity, &sealed)
                .and_then(|plain| serde_json::from_slice::<Letter>(&plain).ok());
            if let Some(letter) = letter {
                let name = path.file_name().unwrap_or_default();
                self.take_in(&name.to_string_lossy(), letter)?;
                std::fs::remove_file(&path).map_err(&failed)?;
            } else {
                std::fs::rename(&path, path.with_extension("refused")).map_err(&failed)?;
                let found = json!({ "found": "a letter of the inbox that cannot be opened" });
                self.note(Action::TamperingFound, Outcome::SeriousFailure, found)?;
            }
        }
        Ok(())
    }

    /// Takes a letter into the database; one that was taken in before, by a program that died before it could remove the
    /// file, changes nothing.
    fn take_in(&self, id: &str, letter: Letter) -> Result<(), Error> {
        let failed = Error::sql("empty the inbox");
        let was_taken: bool = self
            .database
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM letter WHERE id = ?1)",
                [id],
                |row| row.get(0),
            )
            .map_err(&failed)?;
        if was_taken {
            return Ok(());
        }
        let take = |database: &Connection| {
            let mut insert = database.prepare_cached("INSERT INTO letter (id) VALUES (?1)")?;
            insert.execute([id])
        };
        match letter {
            Letter::Audit(record) => self.write(record, |database, _record| {
                take(database).map(drop).map_err(&failed)
            }),
            Letter::Case { identity, answer } => {
                answer
                    .as_ref()
                    .map_or(Ok(()), |it| it.must_be_about(&identity))?;
                let mut record = self.record(Action::CaseReceived, Outcome::Success);
                record.person = "service".to_owned();
                self.write(record, |database, record| {
                    take(database).map_err(&failed)?;
                    let (item, is_new) = self.insert_item(database, &identity, record)?;
                    if is_new {
                        search::index(database, item, &identity.words())?;
                    }
                    answer.map_or(Ok(()), |it| {
                        self.insert_answer(database, item, &it, "service").map(drop)
                    })
                })
            }
        }
    }
}
