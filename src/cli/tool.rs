//! How the window runs long work: the same program, as a process of its own, with the options of a person.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::engine::{EvaluateTool, Gate, Tool};

/// What every such process is given.
#[derive(Clone)]
pub struct Places {
    /// This program.
    pub program: PathBuf,
    /// Folder of model bundles.
    pub models: Option<PathBuf>,
    /// Where training keeps its checkpoints, so that a stopped run goes on.
    pub work: PathBuf,
    pub threads: Option<u16>,
}

/// The command line of a tool.
pub fn command(places: &Places, tool: &Tool) -> Command {
    let mut command = Command::new(&places.program);
    match tool {
        Tool::Evaluate(it) => evaluate(&mut command, it),
        Tool::Train(it) => {
            command.arg("train");
            option(&mut command, "--data", Some(&it.data));
            option(&mut command, "--out", Some(&it.out));
            option(&mut command, "--work", Some(&places.work));
        }
    }
    option(&mut command, "--models", places.models.as_deref());
    if let Some(threads) = places.threads {
        command.arg("--threads").arg(threads.to_string());
    }
    command
        .arg("--end-with")
        .arg(std::process::id().to_string())
        .arg("--");
    // Last, behind the mark: a name that begins with a hyphen stays a name.
    match tool {
        Tool::Evaluate(it) => command.arg(&it.model).arg(&it.table),
        Tool::Train(it) => command.arg(&it.recipe),
    };
    command
}

fn evaluate(command: &mut Command, tool: &EvaluateTool) {
    command.arg("evaluate").arg("--lines");
    option(command, "--out", Some(&tool.out));
    option(command, "--images", tool.images.as_deref());
    option(command, "--measurements", tool.measurements.as_deref());
    let texts = [
        ("--image-column", &tool.image_column),
        ("--text-column", &tool.text_column),
        ("--key-column", &tool.key_column),
        ("--label-column", &tool.label_column),
        ("--split", &tool.part),
        ("--positive", &tool.positive),
        ("--against", &tool.against),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            // Joined, so that a value that begins with a hyphen stays a value.
            command.arg(format!("{name}={value}"));
        }
    }
    if tool.gate == Gate::Open {
        command.arg("--beyond-scope");
    }
    if !tool.is_damaged {
        command.args(["--damage", "0"]);
    }
}

fn option(command: &mut Command, name: &str, value: Option<&Path>) {
    if let Some(value) = value {
        let mut joined = std::ffi::OsString::from(format!("{name}="));
        joined.push(value);
        command.arg(joined);
    }
}
