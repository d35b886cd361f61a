//! `wardlight doctor`: the self-test of an installation.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use super::{Decoder, EngineArgs, load, models_folder, options, scripts, store, window};
use crate::{
    app,
    engine::{Check, Installed},
    failure::Failure,
    import::Opened,
    journal::Journal,
    lock::{Bus, Buses, Desktop, Heard},
    model::{self, bundle},
    nn::{self, script},
    sample,
    settings::Settings,
    store::Place,
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
    for part in Installed::ALL {
        tell(name(part), look_at(part, engine));
    }
    for found in models(engine) {
        tell("model", found);
    }
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The same for the window, but for the models, which it tests itself.
pub(super) fn survey(engine: &EngineArgs) -> Vec<Check> {
    let look = |part| Check {
        part,
        found: look_at(part, engine),
    };
    Installed::ALL.into_iter().map(look).collect()
}

const fn name(part: Installed) -> &'static str {
    match part {
        Installed::Libtorch => "libtorch",
        Installed::DecodeWorker => "decode worker",
        Installed::ScriptWorker => "script worker",
        Installed::Fonts => "fonts",
        Installed::Display => "display",
        Installed::Lock => "lock",
        Installed::Settings => "settings",
        Installed::Journal => "journal",
        Installed::Records => "records",
    }
}

fn look_at(part: Installed, engine: &EngineArgs) -> Result<String, String> {
    let state = window::journal_folder();
    match part {
        Installed::Libtorch => Ok(libtorch(engine)),
        Installed::DecodeWorker => decode_worker(),
        Installed::ScriptWorker => script_worker(engine),
        Installed::Fonts => app::fonts().map_err(|error| error.to_string()),
        Installed::Display => Ok(display()),
        Installed::Lock => Ok(lock()),
        Installed::Settings => Ok(lies(state.map(|it| Settings::file(&it)))),
        Installed::Journal => Ok(lies(state.map(|it| Journal::file(&it)))),
        Installed::Records => Ok(records()),
    }
}

fn libtorch(engine: &EngineArgs) -> String {
    let about = nn::tuning::about();
    match engine.threads {
        Some(threads) => format!("{about}, {threads} asked for"),
        None => about,
    }
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

/// Where the records are, if there are any.
fn records() -> String {
    let place = store::own_place().ok();
    let is_kept = place.as_ref().is_some_and(Place::exists);
    let text = lies(place.map(|it| it.folder().to_owned()));
    if is_kept {
        format!("{text}, encrypted")
    } else {
        format!("none yet; they would be in {text}")
    }
}

/// A path, with the home folder as shells write it: its name is a person's.
fn lies(path: Option<PathBuf>) -> String {
    let Some(path) = path else {
        return "nowhere: this user has no home folder".to_owned();
    };
    let home = directories::BaseDirs::new();
    let in_home = home
        .as_ref()
        .and_then(|it| path.strip_prefix(it.home_dir()).ok());
    in_home.map_or_else(
        || path.display().to_string(),
        |it| format!("~/{}", it.display()),
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
