//! `wardlight model time`: what an answer and each explanation cost on this machine.

use std::{collections::BTreeSet, process::ExitCode, time::Instant};

use anyhow::ensure;

use super::{EngineArgs, load, models_folder, options, print};
use crate::{
    model::{Model, Task, bundle, known_answer},
    prediction::{LabelIdx, Method},
    prep::{Input, Spec},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Models by name [default: all that read images].
    #[arg(value_name = "MODEL")]
    names: Vec<String>,
    /// Also time occlusion and RISE, which run the network hundreds of times.
    #[arg(long)]
    slow: bool,
}

/// Runs before the clock is looked at, and runs that are timed.
const N_WARM: usize = 5;
const N_RUNS: usize = 30;

/// Prints a table for each model: the least time says most about the program, the median about the machine as it is.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let mut unknown: BTreeSet<&String> = args.names.iter().collect();
    for listed in bundle::list(&models_folder(engine)?)? {
        let manifest = listed.manifest?;
        unknown.remove(&manifest.name);
        let is_wanted = args.names.is_empty() || args.names.contains(&manifest.name);
        if !is_wanted || !matches!(manifest.prep, Spec::Image(_)) {
            continue;
        }
        let mut loaded = load(&listed.folder, options(engine))?;
        let model = loaded.model.as_mut();
        print(&format!("{} · {}\n", manifest.name, model.engine()))?;
        let input = known_answer::input(&manifest);
        let answer = timed(N_RUNS, || {
            model.logits(std::slice::from_ref(&input)).map(drop)
        })?;
        print(&line("one picture", answer, None))?;
        for method in manifest.methods() {
            let is_slow = matches!(method, Method::Occlusion | Method::Rise);
            if is_slow && !args.slow {
                continue;
            }
            let n_runs = if is_slow { 1 } else { N_RUNS };
            let found = timed(n_runs, || explain(model, &input, method))?;
            print(&line(method.name(), found, Some(answer)))?;
        }
    }
    let n_unknown = unknown.len();
    ensure!(
        n_unknown == 0,
        "wanted names of models, found {n_unknown} that are none; `wardlight models` lists them"
    );
    Ok(ExitCode::SUCCESS)
}

fn explain(
    model: &mut dyn Model,
    input: &Input,
    method: Method,
) -> Result<(), crate::model::Error> {
    let found = model.explain(input, LabelIdx(0), method, &Task::default());
    found.map(drop)
}

/// Least and median milliseconds.
#[derive(Clone, Copy)]
struct Times {
    least: f64,
    median: f64,
}

fn timed(
    n_runs: usize,
    mut work: impl FnMut() -> Result<(), crate::model::Error>,
) -> Result<Times, crate::model::Error> {
    for _ in 0..N_WARM.min(n_runs) {
        work()?;
    }
    let mut times = Vec::with_capacity(n_runs);
    for _ in 0..n_runs {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(Times {
        least: times.first().copied().unwrap_or(0.0),
        median: times.get(times.len() / 2).copied().unwrap_or(0.0),
    })
}

fn line(name: &str, Times { least, median }: Times, answer: Option<Times>) -> String {
    let share = answer.map_or_else(String::new, |it| {
        format!("  {:7.2} times one picture", median / it.median.max(1e-9))
    });
    format!("  {name:22} least {least:9.2} ms, median {median:9.2} ms{share}\n")
}
