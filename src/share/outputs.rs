//! The folder of results: `done`, `held` and reports, under names that say nothing of the inputs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Error, report::Report};
use crate::{
    deid::dicom::Hold,
    disk::{self, Sha256},
    import::Deidentified,
};

/// Folder of what may be shared.
const DONE: &str = "done";
/// Folder of pictures and notes that a person must look at.
const HELD: &str = "held";
/// Largest file that is compared with one that is there already.
const LIMIT_BYTES: u64 = 4 << 30;

/// Where results go.
pub struct Outputs {
    folder: PathBuf,
    is_dry: bool,
}

impl Outputs {
    /// Makes the folders, but for a dry run.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn open(folder: &Path, is_dry: bool) -> Result<Self, Error> {
        if !is_dry {
            for it in [DONE, HELD] {
                disk::create_folder(&folder.join(it))?;
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            is_dry,
        })
    }

    /// The folder that was opened.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file to `done` or `held`, unless it is there already.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn write(&self, done: &Deidentified, hold: Option<Hold>) -> Result<(), Error> {
        let to = if hold.is_some() { HELD } else { DONE };
        let uid = &done.facts.instance_uid;
        self.place(&self.path(to, uid)?, uid, &done.file)
    }

    /// Writes a note to `done` or `held`, unless it is there already.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn write_note(&self, uid: &str, text: &str, is_read: bool) -> Result<(), Error> {
        let to = if is_read { DONE } else { HELD };
        self.place(&self.note_path(to, uid)?, uid, text.as_bytes())
    }

    /// Moves a held note that somebody has read to `done`; whether there is one.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn confirm_note(&self, uid: &str) -> Result<bool, Error> {
        let held = self.note_path(HELD, uid)?;
        if !held.exists() {
            return Ok(false);
        }
        let done = self.note_path(DONE, uid)?;
        self.place(&done, uid, &disk::read(&held, LIMIT_BYTES)?)?;
        fs::remove_file(held).map_err(Error::folder("take the held note away"))?;
        Ok(true)
    }

    /// Writes a confirmed file to `done` and takes the held one away.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn confirm(&self, uid: &str, bytes: &[u8]) -> Result<(), Error> {
        self.place(&self.path(DONE, uid)?, uid, bytes)?;
        fs::remove_file(self.held(uid)?).map_err(Error::folder("take the held file away"))
    }

    /// The path of a file that is done.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn done(&self, uid: &str) -> Result<PathBuf, Error> {
        self.path(DONE, uid)
    }

    /// The path of a note that is done.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn done_note(&self, uid: &str) -> Result<PathBuf, Error> {
        self.note_path(DONE, uid)
    }

    /// The path of a held file.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn held(&self, uid: &str) -> Result<PathBuf, Error> {
        self.path(HELD, uid)
    }

    /// The UIDs of held files, sorted.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn all_held(&self) -> Result<Vec<String>, Error> {
        let entries =
            fs::read_dir(self.folder.join(HELD)).map_err(Error::folder("read the folder"))?;
        let names = entries.flatten().map(|it| it.file_name());
        let names = names.filter_map(|it| it.into_string().ok());
        let mut uids: Vec<String> = names
            .filter_map(|it| {
                let uid = it.strip_suffix(".dcm").or_else(|| it.strip_suffix(".txt"));
                uid.map(str::to_owned)
            })
            .filter(|it| is_uid(it))
            .collect();
        uids.sort();
        Ok(uids)
    }

    /// Writes a report under the first free name of `stem`; where, unless nothing is written.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn report(&self, stem: &str, report: &Report) -> Result<Option<PathBuf>, Error> {
        if self.is_dry {
            return Ok(None);
        }
        let names = std::iter::once(format!("{stem}.json"))
            .chain((2..).map(|it| format!("{stem}-{it}.json")));
        let mut paths = names.map(|it| self.folder.join(it));
        let path = paths.find(|it| !it.exists()).ok_or(Error::NoFreeName)?;
        let text = serde_json::to_string_pretty(report).map_err(|_plain| Error::Json)?;
        disk::write_atomic(&path, text.as_bytes())?;
        Ok(Some(path))
    }

    fn place(&self, path: &Path, uid: &str, bytes: &[u8]) -> Result<(), Error> {
        if path.exists() {
            let there = Sha256::of(&disk::read(path, LIMIT_BYTES)?);
            if there != Sha256::of(bytes) {
                return Err(Error::NameTaken {
                    uid: uid.to_owned(),
                });
            }
            return Ok(());
        }
        if !self.is_dry {
            disk::write_atomic(path, bytes)?;
        }
        Ok(())
    }

    fn path(&self, folder: &str, uid: &str) -> Result<PathBuf, Error> {
        self.named(folder, uid, "dcm")
    }

    fn note_path(&self, folder: &str, uid: &str) -> Result<PathBuf, Error> {
        self.named(folder, uid, "txt")
    }

    fn named(&self, folder: &str, uid: &str, ending: &str) -> Result<PathBuf, Error> {
        if !is_uid(uid) {
            return Err(Error::NotAUid);
        }
        Ok(self.folder.join(folder).join(format!("{uid}.{ending}")))
    }
}

/// Digits and full stops, PS3.5 9.1: nothing that could lead out of a folder.
fn is_uid(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|it: char| it.is_ascii_digit())
        && text.bytes().all(|it| it.is_ascii_digit() || it == b'.')
}
