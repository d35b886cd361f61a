//! Which TorchScript modules may run on this machine, by hash. A module is a program: nobody runs it by opening a folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use crate::disk::{self, Sha256};

const FILE: &str = "allowed-models.toml";
const LIMIT_BYTES: u64 = 1 << 20;

/// `allowed-models.toml`, in a folder of its reader's choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    #[serde(default)]
    module: Vec<Entry>,
}

/// One module that may run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub sha256: Sha256,
    /// Name of the file that was allowed, if it was a file.
    pub name: Option<String>,
    /// The day, `YYYY-MM-DD`.
    pub allowed: String,
}

/// The bytes of a module that may run: only [`Allowed::admit`] makes one.
#[derive(Clone)]
pub struct Module {
    bytes: Vec<u8>,
    sha256: Sha256,
}

impl Allowed {
    /// Reads the list of a folder; without a file nothing is allowed.
    ///
    /// # Errors
    /// A file that cannot be read or is not in the agreed form: then nothing is known, and nothing runs.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let bytes = disk::read(&path, LIMIT_BYTES)?;
        let odd = |cause: String| Error::AllowList { cause };
        let text = String::from_utf8(bytes).map_err(|it| odd(it.utf8_error().to_string()))?;
        toml::from_str(&text).map_err(|it| odd(it.message().to_owned()))
    }

    /// Writes the list into a folder that only its owner may enter.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, Error> {
        disk::create_folder(folder)?;
        disk::restrict(folder, 0o700)?;
        let path = folder.join(FILE);
        // Plain fields always have a TOML form.
        let text = toml::to_string(self).unwrap_or_default();
        disk::write_atomic(&path, text.as_bytes())?;
        disk::restrict(&path, 0o600)?;
        Ok(path)
    }

    /// Adds a module; one that is there already keeps its day.
    pub fn add(&mut self, entry: Entry) {
        if self.entries().all(|it| it.sha256 != entry.sha256) {
            self.module.push(entry);
        }
    }

    /// Takes a module off the list; whether it was there.
    pub fn remove(&mut self, sha256: Sha256) -> bool {
        let n_before = self.module.len();
        self.module.retain(|it| it.sha256 != sha256);
        self.module.len() < n_before
    }

    /// Everything on the list, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.module.iter()
    }

    /// Lets the bytes of a module through if their hash is on the list. What comes back is what may run.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] with the hash.
    pub fn admit(&self, bytes: Vec<u8>) -> Result<Module, Error> {
        let sha256 = Sha256::of(&bytes);
        if self.entries().any(|it| it.sha256 == sha256) {
            Ok(Module { bytes, sha256 })
        } else {
            Err(Error::NotAllowed { sha256 })
        }
    }
}

impl Module {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its hash, by which it was let through.
    pub const fn sha256(&self) -> Sha256 {
        self.sha256
    }
}
