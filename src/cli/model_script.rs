//! `wardlight model import` for TorchScript modules: a bundle of a module and what its sheet says.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;

use super::{EngineArgs, load, options, print, scripts};
use crate::{
    disk,
    failure::Failure,
    model::{
        self, Allowed,
        allowed::Module,
        bundle,
        sheet::{self, Sheet},
    },
    nn::script,
};

const SHEET_LIMIT_BYTES: u64 = 1 << 20;

/// What is imported.
pub(super) struct Args {
    /// The TorchScript module.
    pub(super) module: PathBuf,
    /// The sheet about it, as `wardlight model wizard` writes it.
    pub(super) manifest: PathBuf,
    /// Folder of the bundle that is written.
    pub(super) out: PathBuf,
}

/// Runs the module on the fixed picture, writes the bundle, and loads it as anyone would.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    import(args, engine).map_err(|error| in_words(&error))?;
    Ok(ExitCode::SUCCESS)
}

fn import(args: &Args, engine: &EngineArgs) -> anyhow::Result<()> {
    let module = admitted(&args.module)?;
    let text = disk::read(&args.manifest, SHEET_LIMIT_BYTES)?;
    let text = String::from_utf8(text).context("wanted a sheet in UTF-8")?;
    let sheet = Sheet::parse(&text).map_err(|it| anyhow::anyhow!("the sheet: {it}"))?;
    // What makes no valid manifest is refused before the module runs.
    sheet.manifest(&module, false, vec![0.0; sheet.labels.len()])?;
    let options = options(engine);
    let settings = scripts::settings(options.threads)?;
    let probe = script::probe(
        module.clone(),
        &sheet.input,
        sheet.axes_exchanged,
        settings.clone(),
    )?;
    script::check_shape(&probe.shape, sheet.labels.len())?;
    let network = sheet.network(probe.has_features.is_ok());
    let known = script::known_logits(
        module.clone(),
        &sheet.input,
        (&network, sheet.output),
        settings,
    )?;
    let manifest = sheet.manifest(&module, probe.has_features.is_ok(), known)?;
    let out = &args.out;
    disk::create_folder(out)?;
    disk::write_atomic(&out.join(sheet::WEIGHTS), module.bytes())?;
    disk::write_atomic(&out.join("card.md"), sheet.card().as_bytes())?;
    // The manifest comes last, so that a bundle that was half written is refused.
    disk::write_atomic(&out.join("manifest.toml"), manifest.to_toml()?.as_bytes())?;
    let loaded = load(out, options)?;
    let mut lines = vec![format!(
        "{}: {}, known answer reproduced, {}",
        out.display(),
        manifest.title,
        loaded.model.engine()
    )];
    lines.extend(
        sheet::pixel_words(&sheet.input)
            .iter()
            .map(|it| format!("  {it}")),
    );
    lines.push(format!("  Explained by {}", method_names(&manifest)));
    if let Err(why) = &probe.has_features {
        lines.push(format!("  No Grad-CAM: {why}"));
    }
    print(&format!("{}\n", lines.join("\n")))
}

/// The file of a module, if it may run.
pub(super) fn admitted(path: &Path) -> anyhow::Result<Module> {
    let allowed = Allowed::open(&scripts::config_folder()?)?;
    let bytes = disk::read(path, bundle::WEIGHTS_LIMIT_BYTES)?;
    Ok(allowed.admit(bytes)?)
}

/// An error of a model as headline, remedy and cause.
pub(super) fn in_words(error: &anyhow::Error) -> anyhow::Error {
    let failure = match (
        error.downcast_ref::<model::Error>(),
        error.downcast_ref::<disk::Error>(),
    ) {
        (Some(error), _) => Failure::from(error),
        (None, Some(error)) => Failure::from(error),
        (None, None) => return anyhow::anyhow!("{error:#}"),
    };
    let Failure {
        headline,
        remedy,
        cause,
    } = failure;
    anyhow::anyhow!("{headline}\n  {remedy}\n  Cause: {cause}")
}

fn method_names(manifest: &model::Manifest) -> String {
    let names: Vec<_> = manifest.methods().iter().map(|it| it.name()).collect();
    names.join(", ")
}
