//! The head of the log outside the store: how long the chain was and how it ended, vouched for by a keyed hash. A store that
//! is shorter or ends otherwise was changed, or put back from an older copy.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    disk::{self, Sha256},
    store::{Error, seal::Key32},
};

use super::chain::{self, Newest};

/// Where the head lies and what it vouches with.
#[derive(Clone)]
pub(in crate::store) struct Head {
    path: PathBuf,
    key: Key32,
    store: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    sequence: u64,
    hash: Sha256,
    proof: Sha256,
}

impl Head {
    /// The head of a store in the state folder.
    pub(in crate::store) fn new(state: &Path, store: &str, key: Key32) -> Self {
        Self {
            path: state.join(format!("{store}.head")),
            key,
            store: store.to_owned(),
        }
    }

    /// Writes where the chain ends now.
    pub(in crate::store) fn keep(&self, newest: Newest) -> Result<(), Error> {
        let kept = Kept {
            sequence: newest.sequence,
            hash: newest.hash,
            proof: self.proof(newest.sequence, newest.hash),
        };
        // Numbers and strings always have a JSON form.
        let bytes = serde_json::to_vec(&kept).unwrap_or_default();
        if let Some(folder) = self.path.parent() {
            disk::create_folder(folder)?;
        }
        Ok(disk::write_atomic(&self.path, &bytes)?)
    }

    /// Compares the chain with the head. The chain may be longer: a program that died after its last commit wrote no head.
    pub(in crate::store) fn check(&self, database: &Connection) -> Result<(), Error> {
        let tampered = || Error::Tampered { what: "store" };
        let bytes = disk::read(&self.path, 4096).map_err(|_absent| tampered())?;
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|_other| tampered())?;
        // Byte for byte as it was written, so that not even a digit's case may change.
        let is_as_written = serde_json::to_vec(&kept).is_ok_and(|it| it == bytes);
        if !is_as_written || kept.proof != self.proof(kept.sequence, kept.hash) {
            return Err(tampered());
        }
        match chain::hash_at(database, kept.sequence)? {
            Some(hash) if hash == kept.hash => Ok(()),
            _ => Err(tampered()),
        }
    }

    fn proof(&self, sequence: u64, hash: Sha256) -> Sha256 {
        let message = format!("{}\n{sequence}\n{hash}", self.store);
        Sha256::of_digest(disk::keyed_hash(&self.key, [message.as_bytes()]))
    }
}
