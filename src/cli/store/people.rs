//! `wardlight store people`: who may sign in, and as what.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};

use super::super::{key, print};
use crate::{
    privacy::Phi,
    store::{PersonId, Records, Role, Roles},
};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List them.
    List,
    /// Add one, with a first passphrase.
    Add {
        name: String,
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<RoleArg>,
        /// File whose first line is the passphrase [default: asks at the terminal].
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Give one other roles.
    Roles {
        name: String,
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<RoleArg>,
    },
    /// Give one who forgot a new passphrase.
    Reset {
        name: String,
        /// File whose first line is the passphrase [default: asks at the terminal].
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Remove one. Renew the keys afterwards: `wardlight store rekey`.
    Remove { name: String },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleArg {
    /// Looks at cases and kept answers.
    Viewer,
    /// Opens, scores, agrees or disagrees, annotates, exports.
    Reader,
    /// Looks after people, models, thresholds, backups; sees no case.
    Administrator,
    /// Reads the audit log.
    Auditor,
    /// A program that adds and reads nothing.
    Service,
}

pub(super) fn run(command: &Command, records: &mut Records) -> anyhow::Result<()> {
    match command {
        Command::List => {
            let mut text = String::new();
            for person in records.people()? {
                let roles: Vec<&str> = person.roles.iter().map(|it| it.name()).collect();
                // shown on request
                text.push_str(&format!("{}\t{}\n", person.name.reveal(), roles.join(", ")));
            }
            print(&text)
        }
        Command::Add {
            name,
            roles,
            new_passphrase_file,
        } => {
            let passphrase = key::new_passphrase(new_passphrase_file.as_deref())?;
            records.add_person(&Phi::new(name.clone()), &roles_of(roles), &passphrase)?;
            Ok(())
        }
        Command::Roles { name, roles } => {
            let id = find(records, &Phi::new(name.clone()))?;
            Ok(records.set_roles(&id, &roles_of(roles))?)
        }
        Command::Reset {
            name,
            new_passphrase_file,
        } => {
            let id = find(records, &Phi::new(name.clone()))?;
            let passphrase = key::new_passphrase(new_passphrase_file.as_deref())?;
            Ok(records.reset_passphrase(&id, &passphrase)?)
        }
        Command::Remove { name } => {
            let id = find(records, &Phi::new(name.clone()))?;
            records.remove_person(&id)?;
            eprintln!(
                "Renew the keys now, so that a copy they kept opens nothing new: wardlight store rekey"
            );
            Ok(())
        }
    }
}

/// The person of a name, for who may manage people.
pub(super) fn find(records: &Records, name: &Phi<String>) -> anyhow::Result<PersonId> {
    let wanted = name.reveal().to_lowercase(); // compared, not kept
    let people = records.people()?;
    let found = people
        .into_iter()
        .find(|it| it.name.reveal().to_lowercase() == wanted);
    Ok(found
        .context("wanted a person of that name, found none")?
        .id)
}

fn roles_of(roles: &[RoleArg]) -> Roles {
    let role = |it: &RoleArg| match it {
        RoleArg::Viewer => Role::Viewer,
        RoleArg::Reader => Role::Reader,
        RoleArg::Administrator => Role::Administrator,
        RoleArg::Auditor => Role::Auditor,
        RoleArg::Service => Role::Service,
    };
    roles.iter().map(role).collect()
}
