//! What leads back to the patients, sealed by a passphrase in the format of age; nobody needs this program to open it.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use age::{Encryptor, secrecy::SecretString};
use anyhow::Context as _;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{cli::key, disk, import::Deidentified, store::Passphrase};

/// What is collected on the way.
pub(super) struct Relink {
    path: PathBuf,
    passphrase: SecretString,
    links: Links,
}

#[derive(Default, Serialize)]
struct Links {
    inputs: Vec<InputLink>,
    /// The number of a patient, and the new one, with the days that the dates were moved.
    patients: BTreeMap<String, PatientLink>,
    uids: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct InputLink {
    input: usize,
    path: PathBuf,
    uid: String,
}

#[derive(Serialize)]
struct PatientLink {
    /// Several if numbers of different issuers are the same.
    was: Vec<String>,
    shift_days: i64,
}

impl Relink {
    /// Asks for the passphrase, or reads it.
    pub(super) fn start(path: &Path, passphrase_file: Option<&Path>) -> anyhow::Result<Self> {
        if path.exists() {
            anyhow::bail!("wanted a new file for --relink, found one that is there");
        }
        let passphrase = key::new_secret(passphrase_file, "Passphrase for the re-link file")?;
        if passphrase.chars().count() < Passphrase::LEAST_CHARS {
            anyhow::bail!(
                "wanted a passphrase of at least {} characters",
                Passphrase::LEAST_CHARS
            );
        }
        Ok(Self {
            path: path.to_owned(),
            passphrase: SecretString::from(passphrase.as_str()),
            links: Links::default(),
        })
    }

    /// Adds what leads back from one result.
    pub(super) fn add(&mut self, input: usize, path: &Path, done: &Deidentified) {
        self.links.inputs.push(InputLink {
            input,
            path: path.to_owned(),
            uid: done.facts.instance_uid.clone(),
        });
        let [was, now] = &done.links.patient;
        let patient = self.links.patients.entry(now.clone());
        let patient = patient.or_insert_with(|| PatientLink {
            was: Vec::new(),
            shift_days: done.links.shift_days,
        });
        if !patient.was.contains(was) {
            patient.was.push(was.clone());
        }
        let uids = done.links.uids.iter();
        self.links
            .uids
            .extend(uids.map(|(old, new)| (old.clone(), new.clone())));
    }

    /// Writes the sealed file.
    pub(super) fn seal(self) -> anyhow::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec_pretty(&self.links)?);
        let mut sealed = Vec::new();
        let mut writer = Encryptor::with_user_passphrase(self.passphrase)
            .wrap_output(&mut sealed)
            .context("could not seal the re-link file")?;
        writer.write_all(&text)?;
        writer.finish()?;
        disk::write_atomic(&self.path, &sealed)?;
        disk::restrict(&self.path, 0o600)?;
        Ok(())
    }
}
