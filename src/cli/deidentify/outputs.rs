//! The folder of results: `done`, `held` and reports, under names that say nothing of the inputs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::report::Report;
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
pub(super) struct Outputs {
    folder: PathBuf,
    is_dry: bool,
}

impl Outputs {
    /// Makes the folders, but for a dry run.
    pub(super) fn open(folder: &Path, is_dry: bool) -> anyhow::Result<Self> {
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

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file to `done` or `held`, unless it is there already.
    pub(super) fn write(&self, done: &Deidentified, hold: Option<Hold>) -> anyhow::Result<()> {
        let to = if hold.is_some() { HELD } else { DONE };
        let uid = &done.facts.instance_uid;
        self.place(&self.path(to, uid)?, uid, &done.file)
    }

    /// Writes a note to `held`, unless it is there already.
    pub(super) fn write_note(&self, uid: &str, text: &str) -> anyhow::Result<()> {
        self.place(&self.note_path(HELD, uid)?, uid, text.as_bytes())
    }

    /// Moves a held note that somebody has read to `done`; whether there is one.
    pub(super) fn confirm_note(&self, uid: &str) -> anyhow::Result<bool> {
        let held = self.note_path(HELD, uid)?;
        if !held.exists() {
            return Ok(false);
        }
        let done = self.note_path(DONE, uid)?;
        self.place(&done, uid, &disk::read(&held, LIMIT_BYTES)?)?;
        fs::remove_file(held).context("could not take the held note away")?;
        Ok(true)
    }

    /// Writes a confirmed file to `done` and takes the held one away.
    pub(super) fn confirm(&self, uid: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.place(&self.path(DONE, uid)?, uid, bytes)?;
        fs::remove_file(self.held(uid)?).context("could not take the held file away")
    }

    /// The path of a held file.
    pub(super) fn held(&self, uid: &str) -> anyhow::Result<PathBuf> {
        self.path(HELD, uid)
    }

    /// The UIDs of held files, sorted.
    pub(super) fn all_held(&self) -> anyhow::Result<Vec<String>> {
        let entries = fs::read_dir(self.folder.join(HELD)).context("could not read the folder")?;
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
    pub(super) fn report(&self, stem: &str, report: &Report) -> anyhow::Result<Option<PathBuf>> {
        if self.is_dry {
            return Ok(None);
        }
        let names = std::iter::once(format!("{stem}.json"))
            .chain((2..).map(|it| format!("{stem}-{it}.json")));
        let mut paths = names.map(|it| self.folder.join(it));
        let path = paths
            .find(|it| !it.exists())
            .context("found no free name for the report")?;
        let text = serde_json::to_string_pretty(report)?;
        disk::write_atomic(&path, text.as_bytes())?;
        Ok(Some(path))
    }

    fn place(&self, path: &Path, uid: &str, bytes: &[u8]) -> anyhow::Result<()> {
        if path.exists() {
            let there = Sha256::of(&disk::read(path, LIMIT_BYTES)?);
            if there != Sha256::of(bytes) {
                anyhow::bail!("wanted a new name, found another file under it: {uid}");
            }
            return Ok(());
        }
        if !self.is_dry {
            disk::write_atomic(path, bytes)?;
        }
        Ok(())
    }

    fn path(&self, folder: &str, uid: &str) -> anyhow::Result<PathBuf> {
        self.named(folder, uid, "dcm")
    }

    fn note_path(&self, folder: &str, uid: &str) -> anyhow::Result<PathBuf> {
        self.named(folder, uid, "txt")
    }

    fn named(&self, folder: &str, uid: &str, ending: &str) -> anyhow::Result<PathBuf> {
        if !is_uid(uid) {
            anyhow::bail!("wanted a UID, found something else");
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
