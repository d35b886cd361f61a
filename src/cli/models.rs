//! `wardlight models`: what is installed, what it is for and how good it was measured to be.

use std::process::ExitCode;

use super::{EngineArgs, NOTICE, models_folder, print};
use crate::{
    model::{Manifest, bundle},
    prediction::Estimate,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Print the manifests as JSON.
    #[arg(long)]
    json: bool,
}

/// Lists every bundle in the models folder.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let listed = bundle::list(&models_folder(engine)?)?.into_iter();
    let manifests: Vec<Manifest> = listed.map(|it| it.manifest).collect::<Result<_, _>>()?;
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&manifests)?))?;
    } else {
        let texts: Vec<String> = manifests.iter().map(text).collect();
        print(&format!("{}\n{NOTICE}\n", texts.join("\n")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One model in words.
fn text(manifest: &Manifest) -> String {
    let labels: Vec<&str> = manifest.labels.iter().map(|it| it.name.as_str()).collect();
    let mut lines = vec![
        format!(
            "{} {} · {}",
            manifest.name, manifest.version, manifest.title
        ),
        format!("  For     {}", manifest.intended_use),
    ];
    lines.extend(manifest.limits.iter().map(|it| format!("  Not     {it}")));
    lines.push(format!("  Labels  {}", labels.join(", ")));
    lines.push(format!("  Read by {}", reading(manifest)));
    lines.extend(manifest.headlines().map(|it| {
        let Estimate {
            value,
            low,
            high,
            n,
        } = it.estimate;
        format!(
            "  {} {value:.3} (95 % interval {low:.3} to {high:.3}, n = {n}) on {}",
            it.name, it.set
        )
    }));
    lines.push(format!(
        "  Weights {} · trained {} · {}\n",
        manifest.weights_sha256().short(),
        manifest.trained,
        manifest.licence
    ));
    lines.join("\n")
}

/// What stands between a logit and an answer.
fn reading(manifest: &Manifest) -> String {
    let mut said = vec![manifest.calibration.to_string()];
    said.extend(
        manifest
            .prevalence
            .map(|it| format!("{:.0} % of the training cases have the label", 100.0 * it)),
    );
    said.push(match &manifest.conformal {
        Some(it) => format!("label sets at {:.0} %", 100.0 * (1.0 - it.alpha)),
        None => "no label sets".to_owned(),
    });
    said.join("; ")
}
