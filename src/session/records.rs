//! What is asked of the thread that owns the records, and what it answers.

use std::path::PathBuf;

use super::{Deed, Effect, State, Tone};
use crate::{
    deid::Secret,
    failure::Failure,
    privacy::Phi,
    store::{Entry, Error, Filter, Passphrase, Person, RecoveryKey},
};

/// A way in.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Make the records, with a first person.
    Create(Credentials),
    SignIn(Credentials),
    /// Take records as they are that are not those that were written last.
    AcceptCopy(Credentials),
    /// Give the named person a new passphrase by the printed key, and sign in with it.
    Recover(RecoveryKey, Credentials),
}

/// Who, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Credentials {
    pub name: Phi<String>,
    pub passphrase: Passphrase,
}

/// In which form the log leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogForm {
    /// DICOM PS3.15, A.5.1, in XML.
    #[default]
    Dicom,
    /// A bundle of FHIR R4 AuditEvent resources, in JSON.
    Fhir,
}

/// What is asked of the thread.
#[derive(Clone, Debug)]
pub enum Request {
    Ask(Ask),
    Write(Deed),
    /// Become a reader until the next lock, for this reason.
    BreakGlass(String),
    ViewLog(Filter),
    ExportLog {
        filter: Filter,
        form: LogForm,
        to: PathBuf,
    },
    /// Write what waits, within a second, and close.
    Close,
}

/// What the thread answers.
#[derive(Debug)]
pub enum Told {
    /// Boxed: far larger than the rest.
    Opened(Box<Result<Opened, Error>>),
    /// A deed that could not be written.
    NotKept(Error),
    GlassBroken(Result<Person, Error>),
    Log(Result<Vec<LogRow>, Error>),
    Exported(Result<PathBuf, Error>),
}

/// Records that were just opened.
#[derive(Debug)]
pub struct Opened {
    pub person: Person,
    /// Of records that were just made; shown once.
    pub recovery_key: Option<RecoveryKey>,
    /// Files and evaluations that were open lately, newest first.
    pub recent: Vec<Phi<PathBuf>>,
    pub reports: Vec<Phi<PathBuf>>,
    /// Under which pseudonyms are given, once there was need of one.
    pub pseudonyms: Option<Secret>,
}

/// A record of the log, with the name of who did it; empty where nobody was signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    pub entry: Entry,
    pub name: Phi<String>,
}

impl State {
    /// Takes in what the thread that owns the records answered.
    pub fn on_records(&mut self, told: Told) -> Vec<Effect> {
        match told {
            Told::Opened(answer) => return self.on_opened(*answer),
            Told::NotKept(error) => self.not_kept(&error),
            Told::GlassBroken(answer) => self.glass_broken(answer),
            Told::Log(answer) => self.log_came(answer),
            Told::Exported(answer) => self.log_exported(answer),
        }
        Vec::new()
    }

    /// A deed that could not be written is told at once, or after the next sign-in; the same words once.
    fn not_kept(&mut self, error: &Error) {
        let mut failure = Failure::from(error);
        failure.headline = format!(
            "Not kept in the records: {}",
            lower_first(&failure.headline)
        );
        if !self.door.is_open() {
            self.door.lost = Some(failure);
        } else if self.notices.iter().all(|it| it.failure != failure) {
            self.tell(Tone::Failure, failure, None, None);
        }
    }

    fn glass_broken(&mut self, answer: Result<Person, Error>) {
        match answer {
            Ok(person) if self.door.user.is_some() => {
                self.door.user = Some(person);
                self.sheet = None;
                let done = Failure {
                    headline: "You read as in an emergency".to_owned(),
                    remedy: "Until the window locks you may do what a reader may. The log says so, with your reason."
                        .to_owned(),
                    cause: String::new(),
                };
                self.tell(Tone::Done, done, None, None);
            }
            Ok(_) => {}
            Err(error) => self.tell(Tone::Failure, (&error).into(), None, None),
        }
    }
}

/// The same with a small first letter, for the middle of a sentence.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let (headline, remedy) = match error {
            Error::Disk(error) => return error.into(),
            Error::NotThere => (
                "There are no records here",
                "Start Wardlight again and choose where records are kept.",
            ),
            Error::AlreadyThere => (
                "There are records here already",
                "Start Wardlight again and sign in to them.",
            ),
            Error::WrongNameOrPassphrase => (
                "The name or the passphrase is wrong",
                "Type both again, or use the recovery key.",
            ),
            Error::Wait { .. } => ("Too many tries", "Wait a little and try again."),
            Error::Newer { .. } => (
                "A newer Wardlight has written these records",
                "Start that version.",
            ),
            Error::InUse => (
                "Another program has the records open",
                "Close the other window or the running command, and try again.",
            ),
            Error::Damaged { .. } => (
                "The records are damaged",
                "Restore the newest backup: wardlight store restore FILE.",
            ),
            Error::Tampered { .. } => (
                "The records are not those that were written last",
                "Ask who looks after them: an older copy was put back, or they were changed.",
            ),
            Error::NotAllowed { .. } => (
                "You may not do this",
                "Ask an administrator for a role that may.",
            ),
            Error::Mismatch { .. } => (
                "It belongs to another case",
                "Open the file again and repeat it.",
            ),
            Error::Weak { .. } => (
                "The passphrase is too easy to guess",
                "Choose a longer one, of words that do not belong together.",
            ),
            Error::Unknown { .. } => (
                "The records do not know it",
                "Open the file again and repeat it.",
            ),
            Error::Refused { .. } => ("Something is missing", "Fill it in and try again."),
            Error::Full => ("The disk is full", "Make room and repeat it."),
            Error::ReadOnly => (
                "The folder of the records cannot be written",
                "Ask who looks after this computer to make it writable.",
            ),
            Error::Io { .. } | Error::Database { .. } => (
                "The records cannot be read or written",
                "Try again; if it fails again, ask who looks after this computer.",
            ),
            Error::Crypto { .. } => (
                "A key could not be used",
                "Start Wardlight again; report this with the cause.",
            ),
        };
        Self::new(headline, remedy, error)
    }
}
