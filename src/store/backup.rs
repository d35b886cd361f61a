//! Backup and restore: the whole store as one file. Its first line is the key file, which is no secret; the rest is an archive
//! sealed to everybody who could sign in when it was made, and to the recovery key.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
};

use age::x25519;
use serde_json::json;

use crate::{
    disk::{self, Sha256},
    privacy::Phi,
};

use super::{
    Error,
    audit::{self, Action, Head, Outcome, Record},
    database,
    key_file::KeyFile,
    passphrase::Passphrase,
    place::{Place, put_secret},
    records::{Records, Secrets},
    rights::Right,
    seal::{self, DataKey, RecoveryKey},
};

/// The longest key file that a backup may begin with.
const KEYS_LIMIT_BYTES: u64 = 1 << 22;

/// Who opens a backup.
#[derive(Debug)]
pub enum Opener<'a> {
    Person {
        name: &'a Phi<String>,
        passphrase: &'a Passphrase,
    },
    Recovery(&'a RecoveryKey),
}

impl Records {
    /// Writes the whole store into one sealed file. A file that is there already stays until the new one is whole.
    ///
    /// # Errors
    /// No right, a damaged page or sealed file, or the disk: then no backup is left.
    pub fn back_up(&self, path: &Path) -> Result<(), Error> {
        self.must(Right::Backup)?;
        database::check(&self.database)?;
        let part = beside(path, "part")?;
        // A copy of the database under the same key: consistent, and encrypted like the original.
        let snapshot = self.folder.join(format!("{}.part", self.key_file.database));
        let written = self
            .write_snapshot(&snapshot)
            .and_then(|()| self.write_backup(&part, &snapshot));
        fs::remove_file(&snapshot).ok(); // swept at the next sign-in where it stays
        let failed = Error::io("write the backup");
        let done = written.and_then(|()| {
            fs::rename(&part, path).map_err(&failed)?;
            sync_parent(path).map_err(&failed)
        });
        if done.is_err() {
            fs::remove_file(&part).ok(); // harmless where it stays
            return done;
        }
        self.note(Action::BackedUp, Outcome::Success, json!({}))
    }

    fn write_snapshot(&self, snapshot: &Path) -> Result<(), Error> {
        fs::remove_file(snapshot).ok(); // of an interrupted attempt
        database::copy_to(&self.database, snapshot, &self.data_key)
    }

    fn write_backup(&self, path: &Path, snapshot: &Path) -> Result<(), Error> {
        let failed = Error::io("write the backup");
        let file = File::create(path).map_err(&failed)?;
        disk::restrict(path, 0o600)?;
        let mut out = BufWriter::new(file);
        out.write_all(&self.key_file.bytes()).map_err(&failed)?;
        let blobs = self.folder.join("blobs");
        let out = seal::seal_stream(&self.key_file.recipients(), out, |sealed| {
            let mut archive = tar::Builder::new(sealed);
            archive
                .append_path_with_name(snapshot, &self.key_file.database)
                .map_err(&failed)?;
            for path in sealed_files(&blobs).map_err(&failed)? {
                let name = path.strip_prefix(&self.folder).unwrap_or(&path);
                archive
                    .append_path_with_name(&path, name)
                    .map_err(&failed)?;
            }
            archive.finish().map_err(&failed)
        })?;
        let file = out.into_inner().map_err(|it| failed(it.into_error()))?;
        file.sync_all().map_err(&failed)
    }
}

/// Puts a backup into the empty folder of `place` and signs its opener in. Patients who were erased after it was made, as
/// far as this computer knows, are erased again.
///
/// # Errors
/// The folder holds a store, a pair or key that does not fit, a damaged backup, or the disk: then no store is left there.
pub fn restore(backup: &Path, place: &Place, opener: &Opener<'_>) -> Result<Records, Error> {
    if place.exists() {
        return Err(Error::AlreadyThere);
    }
    let (keys, hash, rest) = read_key_line(backup)?;
    let (identity, data_key) = open_keys(&keys, opener)?;
    place.make_folders()?;
    unpack(&identity, rest, place.folder(), &keys)?;
    let path = place.folder().join(&keys.database);
    let mut opened = database::open(&path, &data_key)?;
    database::migrate(&mut opened)?;
    database::check(&opened)?;
    audit::check_all(&opened)?;
    let secrets = Secrets::load(&opened)?;
    put_secret(&opened, "key_file", &hash.to_string())?;
    let mut record = Record::now(Action::Restored, Outcome::Success, "");
    record.detail = json!({ "n_records": audit::newest(&opened)?.sequence });
    let newest = audit::append(&opened, &record)?;
    Head::new(place.state(), &keys.store, secrets.head()).keep(newest)?;
    drop(opened);
    // The last step makes it a store.
    place.put_key_file(&keys)?;
    let records = match opener {
        Opener::Person { name, passphrase } => place.sign_in(name, passphrase)?,
        Opener::Recovery(key) => place.recover(key)?,
    };
    records.erase_again()?;
    Ok(records)
}

impl Records {
    fn erase_again(&self) -> Result<(), Error> {
        let path = Self::erasures_path(&self.state, &self.key_file.store);
        let Ok(bytes) = disk::read(&path, 1 << 28) else {
            return Ok(()); // nobody was erased here
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut n_erased = 0;
        for patient in text.lines() {
            let mut record = self.record(Action::PatientErased, Outcome::Success);
            record.patient = Some(patient.to_owned());
            record.detail = json!({ "after": "restore" });
            match self.erase_rows(patient, record) {
                Ok(()) => n_erased += 1,
                Err(Error::Unknown { .. }) => {}
                Err(why) => return Err(why),
            }
        }
        if n_erased == 0 {
            Ok(())
        } else {
            self.tidy_up()
        }
    }
}

fn read_key_line(backup: &Path) -> Result<(KeyFile, Sha256, BufReader<File>), Error> {
    let failed = Error::io("read the backup");
    let mut reader = BufReader::new(File::open(backup).map_err(&failed)?);
    let mut line = Vec::new();
    reader
        .by_ref()
        .take(KEYS_LIMIT_BYTES)
        .read_until(b'\n', &mut line)
        .map_err(&failed)?;
    let (keys, hash) = KeyFile::parse(&line).map_err(|why| match why {
        Error::Damaged { .. } => Error::Damaged { what: "backup" },
        other => other,
    })?;
    Ok((keys, hash, reader))
}

fn open_keys(keys: &KeyFile, opener: &Opener<'_>) -> Result<(x25519::Identity, DataKey), Error> {
    match opener {
        Opener::Person { name, passphrase } => {
            let slot = keys.slot_of(name.reveal()); // for a keyed look-up
            let slot = slot.ok_or(Error::WrongNameOrPassphrase)?;
            let identity = slot
                .open(&keys.store, passphrase)
                .ok_or(Error::WrongNameOrPassphrase)?;
            let data_key = slot.data_key(&identity)?;
            Ok((identity, data_key))
        }
        Opener::Recovery(key) => {
            let identity = key.identity().ok_or(Error::WrongNameOrPassphrase)?;
            let data_key = keys.recovery.data_key(&identity)?;
            Ok((identity, data_key))
        }
    }
}

/// Unpacks the archive. Only the database and sealed files have a place in it, and only below the folder.
fn unpack(
    identity: &x25519::Identity,
    rest: BufReader<File>,
    folder: &Path,
    keys: &KeyFile,
) -> Result<(), Error> {
    let damaged = |_broken| Error::Damaged { what: "backup" };
    let mut archive = tar::Archive::new(seal::open_stream(identity, rest)?);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = entry.path().map_err(damaged)?.into_owned();
        if !entry.header().entry_type().is_file() || !is_expected(&name, keys) {
            return Err(Error::Damaged { what: "backup" });
        }
        let path = folder.join(&name);
        if let Some(parent) = path.parent() {
            disk::create_folder(parent)?;
        }
        let failed = Error::io("write the restored store");
        let mut file = File::create(&path).map_err(&failed)?;
        copy(&mut entry, &mut file)?;
        file.sync_all().map_err(&failed)?;
    }
    // Reads to the end, so that a backup that was cut is noticed.
    let mut reader = archive.into_inner();
    std::io::copy(&mut reader, &mut std::io::sink()).map_err(damaged)?;
    Ok(())
}

/// Copies, and tells a broken backup from a full disk.
fn copy(from: &mut impl std::io::Read, to: &mut File) -> Result<(), Error> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n_bytes = from
            .read(&mut buffer)
            .map_err(|_broken| Error::Damaged { what: "backup" })?;
        if n_bytes == 0 {
            return Ok(());
        }
        to.write_all(buffer.get(..n_bytes).unwrap_or_default())
            .map_err(Error::io("write the restored store"))?;
    }
}

fn is_expected(name: &Path, keys: &KeyFile) -> bool {
    let parts: Vec<String> = name
        .components()
        .map(|it| it.as_os_str().to_string_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let is_hex = |it: &str| it.chars().all(|it| it.is_ascii_hexdigit());
    match parts.as_slice() {
        [database] => *database == keys.database,
        ["blobs", shelf, file] => is_hex(shelf) && file.strip_suffix(".age").is_some_and(is_hex),
        _ => false,
    }
}

fn sealed_files(blobs: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for shelf in fs::read_dir(blobs)? {
        for entry in fs::read_dir(shelf?.path())? {
            paths.push(entry?.path());
        }
    }
    paths.retain(|it| it.extension().is_some_and(|it| it == "age"));
    paths.sort();
    Ok(paths)
}

fn beside(path: &Path, suffix: &str) -> Result<PathBuf, Error> {
    let name = path.file_name().ok_or(Error::Refused {
        wanted: "the name of a file",
        found: "a folder",
    })?;
    let mut other = std::ffi::OsString::from(".");
    other.push(name);
    other.push(format!(".{suffix}"));
    Ok(path.with_file_name(other))
}

fn sync_parent(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
