//! Passphrases and recovery keys as a command is given them: from a file, from standard input, or typed unseen.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    path::Path,
};

use anyhow::Context as _;
use zeroize::Zeroizing;

use crate::{
    disk,
    store::{Passphrase, RecoveryKey},
};

const LIMIT_BYTES: u64 = 4096;

/// A passphrase that exists.
pub(in crate::cli) fn passphrase(file: Option<&Path>, prompt: &str) -> anyhow::Result<Passphrase> {
    Ok(Passphrase::typed(&secret(file, prompt)?))
}

/// A new one, typed twice where it is typed.
pub(in crate::cli) fn new_passphrase(file: Option<&Path>) -> anyhow::Result<Passphrase> {
    Ok(Passphrase::typed(&new_secret(
        file,
        "New passphrase (15 characters or more)",
    )?))
}

/// A new line that nobody sees, typed twice where it is typed.
pub(in crate::cli) fn new_secret(
    file: Option<&Path>,
    prompt: &str,
) -> anyhow::Result<Zeroizing<String>> {
    let first = secret(file, prompt)?;
    if file.is_none() {
        let second = secret(None, "The same again")?;
        anyhow::ensure!(
            *first == *second,
            "wanted the same twice, found two that differ"
        );
    }
    Ok(first)
}

/// The printed key.
pub(in crate::cli) fn recovery_key(file: Option<&Path>) -> anyhow::Result<RecoveryKey> {
    Ok(RecoveryKey::typed(&secret(file, "Recovery key")?))
}

/// Whether a person at the terminal types yes.
pub(in crate::cli) fn confirms(question: &str) -> anyhow::Result<bool> {
    eprint!("{question}: ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// One line; its end is not part of it.
fn secret(file: Option<&Path>, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let line = match file {
        Some(path) if path == Path::new("-") => {
            let mut line = Zeroizing::new(String::new());
            io::stdin().lock().read_line(&mut line)?;
            line
        }
        Some(path) => {
            let bytes = Zeroizing::new(disk::read(path, LIMIT_BYTES)?);
            let text = std::str::from_utf8(&bytes)
                .ok()
                .context("wanted a passphrase in UTF-8, found other bytes")?;
            Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())
        }
        None => {
            anyhow::ensure!(
                io::stdin().is_terminal(),
                "wanted a terminal to ask at, found none; name a file with --passphrase-file"
            );
            Zeroizing::new(rpassword::prompt_password(format!("{prompt}: "))?)
        }
    };
    Ok(Zeroizing::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}
