//! `wardlight [FILE...]`: the window, given its decoder, its models and the sample case.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;

use super::{Decoder, EngineArgs, doctor, load, models_folder, options, sites, store, tool};
use crate::{
    app,
    batch::{self, Batch, Models, Scorer},
    engine::Parts,
    failure::Failure,
    journal::Journal,
    lock::Buses,
    model::{Site, bundle, site},
    nn,
    sample::{self, Sample},
    second_start::{self, Host, Meeting, Start},
    share::{Copier, Look},
};

/// Hands the files to the window that runs; else opens one, and returns when it is closed.
pub(super) fn run(
    files: Vec<PathBuf>,
    is_new_wanted: bool,
    engine: &EngineArgs,
) -> anyhow::Result<ExitCode> {
    let files: Vec<PathBuf> = files
        .into_iter()
        .map(|it| std::path::absolute(&it).unwrap_or(it))
        .collect();
    let Met::Alone(host) = meet(&files, is_new_wanted) else {
        return Ok(ExitCode::SUCCESS);
    };
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let models = models_folder(engine)?;
    let listed = bundle::list(&models)?;
    let folders = directories::ProjectDirs::from("", "", "wardlight");
    let sample_folder = folders
        .as_ref()
        .map(|it| it.data_local_dir().join("sample"));
    let options = options(engine);
    nn::tuning::always_wait_patiently();
    let sandbox = decoder.sandbox().to_string();
    let places = tool::Places {
        program: std::env::current_exe().context("could not find this program's own file")?,
        models: Some(models.clone()),
        work: folders.as_ref().map_or_else(
            || PathBuf::from("wardlight-training"),
            |it| it.data_local_dir().join("training"),
        ),
        threads: engine.threads,
    };
    let decoder = Arc::new(decoder);
    let for_copies = Arc::clone(&decoder);
    let for_survey = engine.clone();
    let (for_batches, batch_models) = (Arc::clone(&decoder), models.clone());
    let parts = Parts {
        open: Box::new(move |paths, cancel, each| decoder.open_given(paths, cancel, each)),
        load: Box::new(move |folder: &Path| load(folder, options)),
        sample: Box::new(move || written_sample(sample_folder.as_deref())),
        tool: Box::new(move |it| tool::command(&places, it)),
        copier: Box::new(move || {
            let networks = Look::own_folder()?;
            Ok(Copier::new(Arc::clone(&for_copies), networks))
        }),
        survey: Box::new(move || doctor::survey(&for_survey)),
        batch: Box::new(move |asked| scorer(asked, &for_batches, &batch_models, options)),
        model_folders: listed.into_iter().map(|it| it.folder).collect(),
    };
    let settings_folder = journal_folder();
    // Another window may stand where this one would; nobody counts them, so that the number of the process chooses.
    let steps_aside = match host {
        None if is_new_wanted => 1 + std::process::id() % (app::window_place::N_STEPS - 1),
        _ => 0,
    };
    let window = app::Options {
        files,
        host,
        parts,
        sandbox,
        sites: readable_sites(),
        settings_folder,
        models_folder: Some(models),
        steps_aside,
        safety: app::Safety {
            // Without a home folder nothing can be kept.
            place: store::own_place().ok(),
            buses: Some(Buses::default()),
            journal: Journal::new(journal_folder()),
            ..app::Safety::default()
        },
    };
    app::run(window)
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| {
            let Failure {
                headline,
                remedy,
                cause,
            } = Failure::from(&error);
            anyhow::anyhow!("{headline}\n  {remedy}\n  Cause: {cause}")
        })
}

/// What a batch is scored with: what `wardlight score` would take, unless a model is named.
fn scorer(
    asked: &Batch,
    decoder: &Arc<Decoder>,
    models: &Path,
    options: nn::Options,
) -> Result<Scorer, batch::Error> {
    let (to_decode, to_list) = (Arc::clone(decoder), Arc::clone(decoder));
    let wanted = asked.model.iter().cloned().collect();
    let load = Box::new(move |folder: &Path| load(folder, options));
    Ok(Scorer {
        decode: Box::new(move |file, cancel| to_decode.open_cancellable(file, cancel)),
        rows: Box::new(move |report, cancel| to_list.open_report(report, cancel)),
        models: Models::new(bundle::list(models)?, wanted, load)?,
    })
}

/// Writes the sample case and says which files of it are opened.
fn written_sample(folder: Option<&Path>) -> Result<Vec<PathBuf>, sample::Error> {
    let sample = sample::write(folder.unwrap_or(Path::new("wardlight-sample")))?;
    let Sample {
        dicom,
        note,
        course,
        ..
    } = sample;
    Ok(vec![dicom, note, course])
}

/// Whether a window runs on this display that has the files now.
enum Met {
    /// No, or one is wanted all the same; with the right to be found by the next start, where it is free.
    Alone(Option<Host>),
    Another,
}

fn meet(files: &[PathBuf], is_new_wanted: bool) -> Met {
    let state = journal_folder();
    let meeting = Meeting::of_environment(|it| std::env::var_os(it), state.as_deref());
    let Some(meeting) = meeting else {
        return Met::Alone(None);
    };
    if is_new_wanted {
        // A window that nobody finds is still a window.
        return Met::Alone(second_start::claim(&meeting).ok().flatten());
    }
    match second_start::start(&meeting, app::VERSION, files) {
        Ok(Start::First(host)) => Met::Alone(Some(host)),
        Ok(Start::HandedOver { is_locked }) => {
            if is_locked {
                eprintln!("wardlight: the window is locked; the files open once you are back in");
            }
            Met::Another
        }
        Err(error) => {
            eprintln!("wardlight: {error}; opening a window of its own");
            Met::Alone(None)
        }
    }
}

/// Where the journal is written: with the settings.
pub(super) fn journal_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "wardlight")?;
    let state = folders.state_dir().unwrap_or(folders.data_local_dir());
    Some(state.to_owned())
}

/// A file that cannot be read is told where sites are listed (`wardlight calibrate --list`); it costs no reading here.
fn readable_sites() -> Vec<Arc<Site>> {
    let folder = sites::folder().ok();
    let listed = folder
        .and_then(|it| site::list(&it).ok())
        .unwrap_or_default();
    let sound = listed.into_iter().filter_map(|it| it.site.ok());
    sound.map(Arc::new).collect()
}

impl From<&app::Error> for Failure {
    fn from(error: &app::Error) -> Self {
        let (headline, remedy) = match error {
            app::Error::NoDisplay { .. } => (
                "There is no display for the window",
                "Start it from a desktop session, or score files with `wardlight score`.",
            ),
            app::Error::NoOpenGl { .. } => (
                "There is no OpenGL for the window",
                "Install Mesa's drivers (libgl1-mesa-dri), or score files with `wardlight score`.",
            ),
            app::Error::Engine(_) => (
                "The window's worker threads could not be started",
                "Close other programs and start again.",
            ),
            app::Error::Fonts { .. } => ("The built-in fonts are damaged", "Reinstall Wardlight."),
            app::Error::Window { .. } => (
                "The window failed",
                "Start it again; if it fails again, report it with the cause.",
            ),
        };
        Self::new(headline, remedy, error)
    }
}
