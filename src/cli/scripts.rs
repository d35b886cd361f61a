//! How the commands run TorchScript modules: which are allowed, and within what time.

use std::{env, path::PathBuf, time::Duration};

use crate::{
    model::{Allowed, Bundle, Error, Model},
    nn::{self, script},
    prediction::Precision,
    warnings::{WarningKind, Warnings},
};

/// Names another folder for the list of allowed modules.
pub(super) const CONFIG: &str = "WARDLIGHT_CONFIG";
/// Seconds that a module may take for one request.
pub(super) const TIMEOUT: &str = "WARDLIGHT_SCRIPT_TIMEOUT";

/// Where the list of allowed modules lies.
pub(super) fn config_folder() -> Result<PathBuf, Error> {
    if let Some(folder) = env::var_os(CONFIG).filter(|it| !it.is_empty()) {
        return Ok(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "wardlight");
    folders
        .map(|it| it.config_dir().to_owned())
        .ok_or_else(|| Error::AllowList {
            cause: format!("no home folder; name a folder in {CONFIG}"),
        })
}

/// How modules are run here.
pub(super) fn settings(threads: usize) -> Result<script::Settings, Error> {
    let defaults = script::Settings::default();
    let timeout = match env::var(TIMEOUT) {
        Err(_) => defaults.timeout,
        Ok(text) => match text.parse() {
            Ok(secs @ 1..=3600) => Duration::from_secs(secs),
            _ => {
                return Err(Error::Input {
                    want: format!("1 to 3600 seconds in {TIMEOUT}"),
                    found: format!("{text:?}"),
                });
            }
        },
    };
    Ok(script::Settings {
        timeout,
        threads,
        ..defaults
    })
}

/// Starts the worker of a bundle's module, if it may run.
pub(super) fn load(
    bundle: Bundle,
    options: nn::Options,
    warnings: &Warnings,
) -> Result<Box<dyn Model>, Error> {
    if options.precision != Precision::Float32 {
        warnings.add(
            WarningKind::Model,
            "the model is a TorchScript module, which runs in float32",
        );
    }
    let allowed = Allowed::open(&config_folder()?)?;
    script::load(bundle, &allowed, settings(options.threads)?)
}
