//! `wardlight model allow`: which TorchScript modules may run here.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use chrono::Utc;
use serde_json::json;

use super::{print, scripts, store};
use crate::{
    disk::{self, Sha256},
    model::{Allowed, allowed::Entry, bundle},
    store::Action,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The module, or its SHA-256.
    #[arg(value_name = "FILE_OR_SHA256", required_unless_present = "list")]
    module: Option<String>,
    /// Take it off the list instead.
    #[arg(long, requires = "module")]
    remove: bool,
    /// Print what is allowed.
    #[arg(long, conflicts_with_all = ["module", "remove"])]
    list: bool,
}

/// Changes the list, or prints it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = scripts::config_folder()?;
    let mut allowed = Allowed::open(&folder)?;
    let Some(module) = &args.module else {
        return list(&allowed);
    };
    let (sha256, name) = identify(module)?;
    if args.remove {
        anyhow::ensure!(
            allowed.remove(sha256),
            "wanted a module that is allowed, found {sha256}"
        );
        allowed.save(&folder)?;
        store::note(Action::ModelChanged, json!({ "no_longer_allowed": sha256 }))?;
        print(&format!("no longer allowed: {sha256}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    allowed.add(Entry {
        sha256,
        name,
        allowed: Utc::now().format("%Y-%m-%d").to_string(),
    });
    let path = allowed.save(&folder)?;
    store::note(Action::ModelChanged, json!({ "allowed": sha256 }))?;
    print(&format!(
        "allowed: {sha256}\n  noted in {}\n  A TorchScript module is a program. It will run in a process without files \
         and network, with limits on memory and time; what it answers is still only as good as its source.\n",
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn list(allowed: &Allowed) -> anyhow::Result<ExitCode> {
    let lines: Vec<String> = allowed
        .entries()
        .map(|it| {
            let name = it.name.as_deref().unwrap_or("");
            format!("{}  {}  {name}", it.sha256, it.allowed)
        })
        .collect();
    print(&if lines.is_empty() {
        "No TorchScript module is allowed to run here.\n".to_owned()
    } else {
        format!("{}\n", lines.join("\n"))
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A hash as it is, or that of a file and the file's name.
fn identify(module: &str) -> anyhow::Result<(Sha256, Option<String>)> {
    if let Some(sha256) = Sha256::parse(module) {
        return Ok((sha256, None));
    }
    let path = Path::new(module);
    let bytes = disk::read(path, bundle::WEIGHTS_LIMIT_BYTES)
        .context("wanted a TorchScript module or 64 hexadecimal digits")?;
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
    Ok((Sha256::of(&bytes), name))
}
