//! What may go wrong with a store, in words that name no patient and no person.

use crate::disk;

use super::{passphrase::Weakness, rights::Right};

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds no store.
    #[error("wanted a store, found none in this folder")]
    NotThere,
    /// The folder holds one already.
    #[error("wanted an empty folder for a new store, found one that is in use")]
    AlreadyThere,
    /// One sentence for both, so that it does not tell which names exist.
    #[error("wanted a name and its passphrase, found a pair that does not fit")]
    WrongNameOrPassphrase,
    /// Too many failed attempts.
    #[error("wanted a pause after failed attempts, found {wait_secs} s of it left")]
    Wait { wait_secs: u64 },
    /// Written by a newer version of the program.
    #[error(
        "wanted a store of version {known} or older, found version {found}: update the program"
    )]
    Newer { known: u32, found: u32 },
    /// Another program has it open.
    #[error("wanted the store for this program alone, found it open in another")]
    InUse,
    /// Bytes that cannot be read as what they must be.
    #[error("wanted an intact {what}, found a damaged one")]
    Damaged { what: &'static str },
    /// Bytes that are intact but are not those that were written last.
    #[error(
        "wanted the {what} that was written last, found another: it was changed or put back from an older copy"
    )]
    Tampered { what: &'static str },
    /// The person's roles do not allow it.
    #[error("wanted the right to {}, found a person without it", right.words())]
    NotAllowed { right: Right },
    /// What is to be kept does not belong to the case that it names.
    #[error("wanted {what} of the case it belongs to, found those of another")]
    Mismatch { what: &'static str },
    /// A passphrase that is too easily guessed.
    #[error("wanted a passphrase that is hard to guess, found one that is {}", weakness.words())]
    Weak { weakness: Weakness },
    /// Something that the store does not have.
    #[error("wanted a {what} of this store, found none such")]
    Unknown { what: &'static str },
    /// A request that makes no sense.
    #[error("wanted {wanted}, found {found}")]
    Refused {
        wanted: &'static str,
        found: &'static str,
    },
    /// No space left.
    #[error("wanted space on the disk, found it full: nothing was saved by this step")]
    Full,
    /// The folder cannot be written.
    #[error(
        "wanted a folder that can be written, found it read-only: nothing was saved by this step"
    )]
    ReadOnly,
    /// It is written, but the disk did not promise to keep it.
    #[error("wanted the disk to keep what was written, found that it may lose it with the power")]
    Unflushed,
    /// The operating system said no.
    #[error("could not {doing}: {kind}")]
    Io {
        doing: &'static str,
        kind: std::io::ErrorKind,
    },
    /// The database said no. Its own words may quote values, so only its code is kept.
    #[error("could not {doing}: the database answered with code {code}")]
    Database { doing: &'static str, code: i32 },
    /// A primitive refused its input, which no caller can cause.
    #[error("could not {doing}")]
    Crypto { doing: &'static str },
    /// A file outside the database.
    #[error(transparent)]
    Disk(disk::Error),
}

impl Error {
    /// An error of the operating system while doing something.
    pub(super) fn io(doing: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
                Self::ReadOnly
            }
            kind => Self::Io { doing, kind },
        }
    }

    /// An error of the database while doing something.
    pub(super) fn sql(doing: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
        move |source| match source.sqlite_error_code() {
            Some(DiskFull) => Self::Full,
            Some(ReadOnly) => Self::ReadOnly,
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged { what: "database" },
            _ => Self::Database {
                doing,
                code: source.sqlite_error().map_or(-1, |it| it.extended_code),
            },
        }
    }
}

impl From<disk::Error> for Error {
    fn from(error: disk::Error) -> Self {
        match error {
            disk::Error::Io { source, action, .. } => Self::io(action)(source),
            disk::Error::Unflushed { .. } => Self::Unflushed,
            other => Self::Disk(other),
        }
    }
}
