//! Records that are safe: an encrypted store of cases and answers, the people who may use it, and the log of what they did.
//!
//! A store is a folder:
//!
//! | file | holds |
//! |---|---|
//! | `keys.json` | the data key, wrapped for each person and for the recovery key; nothing in it is secret without a passphrase |
//! | `records-N.db` | the database, encrypted by SQLCipher under a key derived from the data key |
//! | `blobs/` | sealed files, each to the key of its patient, which stands in the database |
//! | `inbox/` | what was sealed to the store while nobody was signed in: failed sign-ins, results of a batch |
//! | `lock` | held by the one program that has the store open; the kernel lets go of it when that program dies |
//!
//! Outside it, in the state folder, the head of the audit log is kept (`audit::Head`), so that an older copy of the whole
//! store is noticed.
//!
//! ```text
//! passphrase ─Argon2id─▶ key ─XChaCha20-Poly1305─▶ identity of the person ─age─▶ data key ─SQLCipher─▶ database
//! ```
//!
//! [`Place`] is a folder that is or may become a store. [`Records`] is an open store as one signed-in person sees it: each of
//! its methods asks [`Person::may`] first and writes what was done to the audit log in the same transaction.

pub mod audit;
mod backup;
mod blob;
mod cases;
mod check;
mod database;
mod erase;
mod error;
mod identity;
mod inbox;
mod key_file;
mod listing;
mod passphrase;
mod people;
mod place;
mod readings;
mod records;
mod rekey;
mod rights;
mod seal;
mod search;
mod throttle;
mod time;

pub use audit::{Action, Entry, Filter, Outcome};
pub use backup::{Opener, restore};
pub use cases::{Annotation, Answer, ItemRow, Kind, NewItem, WorklistRow};
pub use check::Checked;
pub use error::Error;
pub use identity::{Identity, Patient};
pub use inbox::Inbox;
pub use listing::{Listed, Listing};
pub use passphrase::{Passphrase, Weakness};
pub use place::{NewStore, Place};
pub use readings::{REASON_CHARS, Reading, Verdict};
pub use records::Records;
pub use rights::{Person, PersonId, Right, Role, Roles};
pub use seal::{Cost, RecoveryKey};
pub use search::Found;
