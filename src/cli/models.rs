//! `wardlight models`: what is installed, what it is for and how good it was measured to be.

use std::process::ExitCode;

use super::{EngineArgs, NOTICE, models_folder};
use crate::model::{Manifest, bundle};

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
        println!("{}", serde_json::to_string_pretty(&manifests)?);
        return Ok(ExitCode::SUCCESS);
    }
    for it in &manifests {
        println!("{} {} · {}", it.name, it.version, it.title);
        println!("  For     {}", it.intended_use);
        for limit in &it.limits {
            println!("  Not     {limit}");
        }
        println!(
            "  Labels  {}",
            it.labels
                .iter()
                .map(|it| it.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        );
        for metric in &it.metrics {
            let estimate = &metric.estimate;
            println!(
                "  {} {:.3} (95 % interval {:.3} to {:.3}, n = {}) on {}",
                metric.name, estimate.value, estimate.low, estimate.high, estimate.n, metric.set
            );
        }
        println!(
            "  Weights {} · trained {} · {}\n",
            it.weights.sha256.short(),
            it.trained,
            it.licence
        );
    }
    println!("{NOTICE}");
    Ok(ExitCode::SUCCESS)
}
