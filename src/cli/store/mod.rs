//! `wardlight store`: looks after the encrypted records from the command line, under the same rights as the window.

mod log;
mod people;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Subcommand;

use super::{key, print};
use crate::{
    privacy::Phi,
    store::{Action, Cost, Error, Inbox, ItemRow, NewStore, Opener, Place, Records, restore},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Folder of the store [default: the user's own].
    #[arg(long, value_name = "DIR", global = true, env = "WARDLIGHT_STORE")]
    store: Option<PathBuf>,
    /// Who signs in.
    #[arg(long, value_name = "NAME", global = true, env = "WARDLIGHT_USER")]
    user: Option<String>,
    /// File whose first line is the passphrase, or `-` for standard input [default: asks at the terminal].
    #[arg(long, value_name = "FILE", global = true)]
    passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a store with a first person, and print the recovery key once.
    Init,
    /// Check the database, the log and that every sealed file is there.
    Check {
        /// Open every sealed file too.
        #[arg(long)]
        read_data: bool,
    },
    /// Write the whole store into one sealed file.
    Backup { file: PathBuf },
    /// Put a backup into a folder that holds no store.
    Restore {
        file: PathBuf,
        /// Open it with the recovery key, asked for at the terminal or read from `--passphrase-file`.
        #[arg(long)]
        recovery_key: bool,
    },
    /// List cases whose words begin with these; without words, those opened last.
    Search {
        words: Vec<String>,
        /// The most that are listed.
        #[arg(long, value_name = "N", default_value = "50")]
        limit: usize,
    },
    /// Look through the audit log, or export it.
    Log(log::Args),
    /// Manage who may sign in.
    #[command(subcommand)]
    People(people::Command),
    /// Change your own passphrase.
    Passphrase {
        /// File whose first line is the new passphrase [default: asks at the terminal].
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Give a person a new passphrase by the recovery key, asked for at the terminal or read from `--passphrase-file`.
    Recover {
        /// File whose first line is the new passphrase [default: asks at the terminal].
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Print a new recovery key; the old one opens older backups only.
    RecoveryKey,
    /// Renew the data key: do so after removing a person.
    Rekey,
    /// Write one patient's whole record, plain, into a new folder.
    ExportPatient {
        /// The reference of a case of the patient, as `search` prints it.
        case: String,
        folder: PathBuf,
    },
    /// Erase one patient: rows, keys, sealed files. This cannot be undone.
    ErasePatient {
        /// The reference of a case of the patient, as `search` prints it.
        case: String,
        /// Erase without asking.
        #[arg(long)]
        yes: bool,
    },
    /// Take a store as it is that was moved here or put back by other means than `restore`.
    AcceptCopy,
}

/// The user's own store.
pub(super) fn own_place() -> anyhow::Result<Place> {
    let named = std::env::var_os("WARDLIGHT_STORE").map(PathBuf::from);
    place(named.as_deref())
}

/// Tells the log of the user's own store, where there is one, that a command changed what answers go by.
pub(super) fn note(action: Action, detail: serde_json::Value) -> anyhow::Result<()> {
    let place = own_place()?;
    if place.exists() {
        Inbox::of(place.folder())?.note(action, detail)?;
    }
    Ok(())
}

fn place(named: Option<&Path>) -> anyhow::Result<Place> {
    let folders = directories::ProjectDirs::from("", "", "wardlight")
        .context("wanted a home folder, found none; name a store with --store")?;
    let own = folders.data_local_dir().join("store");
    // The head of the log lies in another folder than the store.
    let state = folders
        .state_dir()
        .unwrap_or_else(|| folders.config_dir())
        .join("heads");
    Ok(Place::new(named.unwrap_or(&own), &state))
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let place = place(args.store.as_deref())?;
    match &args.command {
        Command::Init => init(args, &place)?,
        Command::Check { read_data } => {
            let checked = signed_in(args, &place)?.check(*read_data)?;
            print(&format!(
                "whole: {} patients, {} cases, {} answers, {} sealed files{}, {} log entries\n",
                checked.n_patients,
                checked.n_items,
                checked.n_answers,
                checked.n_blobs,
                if *read_data { " (opened)" } else { "" },
                checked.n_records,
            ))?;
        }
        Command::Backup { file } => signed_in(args, &place)?.back_up(file)?,
        Command::Restore { file, recovery_key } => restore_from(args, &place, file, *recovery_key)?,
        Command::Search { words, limit } => {
            let found = signed_in(args, &place)?.search(&Phi::new(words.join(" ")), *limit)?;
            print(&found.rows.iter().map(line).collect::<String>())?;
            if found.has_more {
                eprintln!("There are more: narrow the words or raise --limit.");
            }
        }
        Command::Log(it) => log::run(it, &signed_in(args, &place)?)?,
        Command::People(it) => people::run(it, &mut signed_in(args, &place)?)?,
        Command::Passphrase {
            new_passphrase_file,
        } => {
            let old = key::passphrase(args.passphrase_file.as_deref(), "Passphrase")?;
            let mut records = place.sign_in(&user(args)?, &old)?;
            records
                .change_passphrase(&old, &key::new_passphrase(new_passphrase_file.as_deref())?)?;
        }
        Command::Recover {
            new_passphrase_file,
        } => {
            let recovery = key::recovery_key(args.passphrase_file.as_deref())?;
            let mut records = place.recover(&recovery)?;
            let id = people::find(&records, &user(args)?)?;
            records.reset_passphrase(&id, &key::new_passphrase(new_passphrase_file.as_deref())?)?;
        }
        Command::RecoveryKey => {
            let key = signed_in(args, &place)?.new_recovery_key()?;
            print(&format!("{}\n", key.reveal()))?; // shown this once, on request
        }
        Command::Rekey => signed_in(args, &place)?.renew_keys()?,
        Command::ExportPatient { case, folder } => {
            let records = signed_in(args, &place)?;
            records.export_patient(&records.patient_of(case)?, folder)?;
        }
        Command::ErasePatient { case, yes } => {
            let records = signed_in(args, &place)?;
            if !*yes && !key::confirms("Erase this patient for good? Type yes")? {
                anyhow::bail!("wanted a yes, found another answer: nothing was erased");
            }
            records.erase_patient(&records.patient_of(case)?)?;
        }
        Command::AcceptCopy => {
            let passphrase = key::passphrase(args.passphrase_file.as_deref(), "Passphrase")?;
            place.accept_copy(&user(args)?, &passphrase)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn init(args: &Args, place: &Place) -> anyhow::Result<()> {
    if place.exists() {
        return Err(Error::AlreadyThere.into());
    }
    let name = user(args)?;
    let passphrase = key::new_passphrase(args.passphrase_file.as_deref())?;
    let (_records, recovery) = place.create(&NewStore {
        name: &name,
        passphrase: &passphrase,
        cost: Cost::STANDARD,
    })?;
    eprintln!(
        "This key opens the store when a passphrase is forgotten. It is shown this once: print it and lock it away."
    );
    print(&format!("{}\n", recovery.reveal())) // shown this once, on request
}

fn restore_from(
    args: &Args,
    place: &Place,
    file: &Path,
    by_recovery_key: bool,
) -> anyhow::Result<()> {
    if by_recovery_key {
        let key = key::recovery_key(args.passphrase_file.as_deref())?;
        restore(file, place, &Opener::Recovery(&key))?;
        return Ok(());
    }
    let passphrase = key::passphrase(args.passphrase_file.as_deref(), "Passphrase")?;
    let name = user(args)?;
    let opener = Opener::Person {
        name: &name,
        passphrase: &passphrase,
    };
    restore(file, place, &opener)?;
    Ok(())
}

fn user(args: &Args) -> anyhow::Result<Phi<String>> {
    let name = args
        .user
        .clone()
        .context("wanted a name, found none; give one with --user")?;
    Ok(Phi::new(name))
}

fn signed_in(args: &Args, place: &Place) -> anyhow::Result<Records> {
    if !place.exists() {
        anyhow::bail!(
            "{}: make one with `wardlight store init`, or name its folder with --store",
            Error::NotThere
        );
    }
    let name = user(args)?;
    let passphrase = key::passphrase(args.passphrase_file.as_deref(), "Passphrase")?;
    Ok(place.sign_in(&name, &passphrase)?)
}

/// One case for a person's eyes, who asked for it: reference, patient, date, description, tab-separated.
fn line(row: &ItemRow) -> String {
    let patient = &row.identity.patient;
    let mut flags = String::new();
    if row.is_conflicting {
        flags.push_str("\tother pixels under the same UID");
    }
    if row.resembles {
        flags.push_str("\tnumber shared with another patient");
    }
    let text = format!(
        "{}\t{}\t{}\t{}\t{}\t{}",
        row.reference,
        patient.number.reveal(),
        patient.name.reveal(),
        patient.birth_date.reveal(),
        row.study_date.reveal(),
        row.description.reveal(),
    );
    // A control character from a file must not steer the terminal.
    let plain: String = text
        .chars()
        .map(|it| {
            if it.is_control() && it != '\t' {
                ' '
            } else {
                it
            }
        })
        .collect();
    format!("{plain}{flags}\n")
}
