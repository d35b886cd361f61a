//! What is asked of the thread that owns the records, and what it answers.

use std::path::PathBuf;

use super::{Deed, Effect, Kept, Sitting, State, Tone};
use crate::{
    deid::Secret,
    failure::Failure,
    privacy::Phi,
    store::{Entry, Error, Filter, Passphrase, Person, RecoveryKey},
    words::{Part, Words},
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
    /// A portion of what is kept, from where the one before ended.
    ListCases {
        /// Told again with the answer.
        asked: u64,
        before: Option<i64>,
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
    Cases {
        asked: u64,
        answer: Result<Kept, Error>,
    },
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
    /// What was open the last time.
    pub sitting: Option<Sitting>,
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
            Told::Cases { asked, answer } => return self.cases_came(asked, answer),
        }
        Vec::new()
    }

    /// A deed that could not be written is told at once, or after the next sign-in; the same words once.
    fn not_kept(&mut self, error: &Error) {
        let mut failure = failure_of(&self.words, error);
        let what = lower_first(&failure.headline);
        failure.headline = self
            .words
            .say_with("not-kept", &[("what", Part::Text(&what))]);
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
                    headline: self.words.say("notice-glass"),
                    remedy: self.words.say("notice-glass-remedy"),
                    cause: String::new(),
                };
                self.tell(Tone::Done, done, None, None);
            }
            Ok(_) => {}
            Err(error) => {
                let failure = failure_of(&self.words, &error);
                self.tell(Tone::Failure, failure, None, None);
            }
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

/// What went wrong with the records, in the language of the window; the cause stays as programs say it.
pub(super) fn failure_of(words: &Words, error: &Error) -> Failure {
    let (headline, remedy) = match error {
        Error::NotThere => (
            words.say("store-not-there"),
            words.say("store-not-there-remedy"),
        ),
        Error::AlreadyThere => (
            words.say("store-already-there"),
            words.say("store-already-there-remedy"),
        ),
        Error::WrongNameOrPassphrase => (words.say("store-wrong"), words.say("store-wrong-remedy")),
        Error::Wait { .. } => (words.say("store-wait"), words.say("store-wait-remedy")),
        Error::Newer { .. } => (words.say("store-newer"), words.say("store-newer-remedy")),
        Error::InUse => (words.say("store-in-use"), words.say("store-in-use-remedy")),
        Error::Damaged { .. } => (
            words.say("store-damaged"),
            words.say("store-damaged-remedy"),
        ),
        Error::Tampered { .. } => (
            words.say("store-tampered"),
            words.say("store-tampered-remedy"),
        ),
        Error::NotAllowed { .. } => (
            words.say("store-not-allowed"),
            words.say("store-not-allowed-remedy"),
        ),
        Error::Mismatch { .. } => (
            words.say("store-mismatch"),
            words.say("store-mismatch-remedy"),
        ),
        Error::Weak { .. } => (words.say("store-weak"), words.say("store-weak-remedy")),
        Error::Unknown { .. } => (
            words.say("store-unknown"),
            words.say("store-unknown-remedy"),
        ),
        Error::Refused { .. } => (
            words.say("store-refused"),
            words.say("store-refused-remedy"),
        ),
        Error::Full => (words.say("store-full"), words.say("store-full-remedy")),
        Error::ReadOnly => (
            words.say("store-read-only"),
            words.say("store-read-only-remedy"),
        ),
        Error::Io { .. } | Error::Unflushed | Error::Database { .. } | Error::Disk(_) => (
            words.say("store-storage"),
            words.say("store-storage-remedy"),
        ),
        Error::Crypto { .. } => (words.say("store-crypto"), words.say("store-crypto-remedy")),
    };
    Failure::new(headline, remedy, error)
}
