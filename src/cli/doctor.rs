//! `wardlight doctor`: the self-test of an installation.

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use super::{Decoder, EngineArgs, load, models_folder, options, scripts, window};
use crate::{
    app,
    failure::Failure,
    import::Opened,
    journal::Journal,
    lock::{Bus, Buses, Desktop, Heard},
    model::{self, bundle},
    nn::{self, script},
    sample,
};

/// How long a bus may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs every check and prints a line for each; fails if one failed.
pub(super) fn run(engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    println!("Wardlight {}\n", env!("CARGO_PKG_VERSION"));
    let mut is_well = true;
    let mut tell = |name: &str, found: Result<String, String>| {
        is_well &= found.is_ok();
        let (mark, text) = match found {
            Ok(text) => ("ok    ", text),
            Err(text) => ("FAILED", text),
        };
        println!("{mark}  {name:16}{text}");
    };
    tell("libtorch", Ok(nn::tuning::about()));
    tell("decode worker", decode_worker());
    tell("script worker", script_worker(engine));
    tell("fonts", app::fonts().map_err(|error| error.to_string()));
    tell("display", Ok(display()));
    tell("lock", Ok(lock()));
    tell("journal", Ok(journal()));
    for found in models(engine) {
        tell("model", found);
    }
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Loads every model, which asks each for its known answer.
fn models(engine: &EngineArgs) -> Vec<Result<String, String>> {
    let folder = match models_folder(engine) {
        Ok(folder) => folder,
        Err(error) => return vec![Err(error.to_string())],
    };
    match bundle::list(&folder) {
        Ok(listed) if listed.is_empty() => vec![Err("wanted a model, found none".to_owned())],
        Ok(listed) => listed
            .iter()
            .map(|it| known_answer(&it.folder, engine))
            .collect(),
        Err(error) => vec![Err(error.to_string())],
    }
}

fn known_answer(folder: &Path, engine: &EngineArgs) -> Result<String, String> {
    let name = folder.file_name().unwrap_or_default().display();
    let loaded = load(folder, options(engine))
        .map_err(|error| format!("{name}: {}", Failure::from(&error).cause))?;
    let form = loaded.model.engine();
    Ok(format!(
        "{name}: hashes match, known answer reproduced, {form}"
    ))
}

/// Decodes the sample scan in a real worker.
fn decode_worker() -> Result<String, String> {
    let cause = |error: crate::import::Error| Failure::from(&error).cause;
    let decoder = Decoder::start(Default::default()).map_err(cause)?;
    let bytes = sample::scan_as_dicom().map_err(|error| error.to_string())?;
    match decoder.open_bytes(&bytes).map_err(cause)? {
        Opened::Scan(scan) => Ok(format!(
            "{}; decoded {} x {} pixels",
            decoder.sandbox(),
            scan.header.pixels.columns,
            scan.header.pixels.rows
        )),
        Opened::Chart(chart) => Err(format!("wanted a scan, found {}", chart.summary())),
    }
}

/// Starts a worker for TorchScript modules, without a module.
fn script_worker(engine: &EngineArgs) -> Result<String, String> {
    let cause = |error: model::Error| Failure::from(&error).cause;
    let settings = scripts::settings(options(engine).threads).map_err(cause)?;
    let sandbox = script::confinement(&settings).map_err(cause)?;
    if sandbox.holds_a_program() {
        Ok(sandbox.to_string())
    } else {
        Err(format!("no TorchScript module runs here: {sandbox}"))
    }
}

/// What the window would lock by, beside its own clock.
fn lock() -> String {
    let desktop = Desktop::start(Buses::default(), Arc::new(|| ()));
    let mut words = vec!["idle time".to_owned()];
    let mut missing = Vec::new();
    for heard in desktop.survey(PATIENCE) {
        match heard {
            Heard::Listening(_, what) => words.push(what.to_owned()),
            Heard::Silent(Bus::System) => missing.push("no system bus"),
            Heard::Silent(Bus::Session) => missing.push("no session bus"),
            Heard::Seen(_) => {}
        }
    }
    let mut text = words.join(", ");
    if !missing.is_empty() {
        text.push_str("; ");
        text.push_str(&missing.join(", "));
    }
    text
}

/// Where the journal is, which holds codes and counts only.
fn journal() -> String {
    window::journal_folder().map_or_else(
        || "nowhere: this user has no home folder".to_owned(),
        |it| Journal::file(&it).display().to_string(),
    )
}

fn display() -> String {
    let set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    match (set("WAYLAND_DISPLAY"), set("DISPLAY")) {
        (true, _) => "Wayland".to_owned(),
        (false, true) => "X11".to_owned(),
        (false, false) => "none: the window cannot open here, the commands can".to_owned(),
    }
}
