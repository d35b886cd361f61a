//! `wardlight calibrate`: a site's own calibration, threshold and label sets, from its own labelled images.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::ValueEnum;
use serde_json::json;

use super::{
    Decoder, EngineArgs, NOTICE,
    evaluate::{content, named, progress},
    print, sites, store,
};
use crate::{
    disk,
    evaluate::{
        Columns, Job, OnMissing, Part, Words,
        site::{Aim, Outcome, Wish, calibrate},
    },
    model::{
        Site, Task,
        calibration::Method,
        manifest::Metric,
        site::{Listed, is_name, list},
    },
    score::Gate,
    store::Action,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The model: its name, or the folder of a bundle.
    #[arg(required_unless_present_any = ["list", "remove"])]
    model: Option<String>,
    /// Comma-separated values with a header: `path` and `label`, and where known `patient_id` and `split`. Paths are
    /// relative to the table.
    #[arg(required_unless_present_any = ["list", "remove"])]
    table: Option<PathBuf>,
    /// What the site is called in results: lower-case letters, digits, hyphens.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["list", "remove"])]
    site: Option<String>,
    #[command(flatten)]
    aim: AimArgs,
    /// How logits become probabilities. A temperature keeps the prevalence of the training; Platt and isotonic regression
    /// (from 1,000 cases on) take that of the table.
    #[arg(long, value_enum, default_value = "temperature")]
    method: MethodArg,
    /// Part of the cases, of each kind, that label sets may leave without what is true.
    #[arg(long, value_name = "PART", default_value = "0.1", value_parser = super::part)]
    alpha: f64,
    /// Where to write [default: among the user's own, where `--site NAME` finds it].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Fit only on rows with this value of the column `split`.
    #[arg(long, value_name = "VALUE")]
    split: Option<String>,
    /// Word of the table that means the label is there [default: the label's name, 1, true, yes, positive].
    #[arg(long, value_name = "WORD")]
    positive: Option<String>,
    /// Word that means it is not; may be repeated [default: 0, false, no, negative or, with --positive, anything else].
    #[arg(long, value_name = "WORD")]
    negative: Vec<String>,
    /// Folder that the paths are relative to [default: that of the table].
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
    /// The column of paths [default: path].
    #[arg(long, value_name = "COLUMN")]
    image_column: Option<String>,
    /// The column of labels [default: label].
    #[arg(long, value_name = "COLUMN")]
    label_column: Option<String>,
    /// The column that tells patients apart [default: patient_id, if there is one].
    #[arg(long, value_name = "COLUMN")]
    patient_column: Option<String>,
    /// Leave out rows whose file is missing, instead of refusing the table.
    #[arg(long)]
    skip_missing: bool,
    /// Score images that the model would refuse as well.
    #[arg(long)]
    beyond_scope: bool,
    /// Print the fit as JSON instead of a summary.
    #[arg(long)]
    json: bool,
    /// List the sites that have a fit.
    #[arg(long, conflicts_with_all = ["model", "site", "remove"])]
    list: bool,
    /// Remove the fits of a site.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["model", "site"])]
    remove: Option<String>,
}

/// What the threshold is for; one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
struct AimArgs {
    /// Threshold with at least this sensitivity on the site's cases [default: 0.95].
    #[arg(long, value_name = "PART", value_parser = super::part)]
    sensitivity: Option<f64>,
    /// Threshold with at least this specificity.
    #[arg(long, value_name = "PART", value_parser = super::part)]
    specificity: Option<f64>,
    /// Threshold above which at least this part has the label.
    #[arg(long, value_name = "PART", value_parser = super::part)]
    ppv: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum MethodArg {
    Temperature,
    Platt,
    Isotonic,
}

impl From<MethodArg> for Method {
    fn from(method: MethodArg) -> Self {
        match method {
            MethodArg::Temperature => Self::Temperature,
            MethodArg::Platt => Self::Platt,
            MethodArg::Isotonic => Self::Isotonic,
        }
    }
}

impl From<&AimArgs> for Aim {
    fn from(args: &AimArgs) -> Self {
        match (args.sensitivity, args.specificity, args.ppv) {
            (_, Some(it), _) => Self::Specificity(it),
            (_, _, Some(it)) => Self::Ppv(it),
            (it, None, None) => Self::Sensitivity(it.unwrap_or(0.95)),
        }
    }
}

/// Fits, lists or removes.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    match (&args.remove, &args.model, &args.table, &args.site) {
        _ if args.list => listed(),
        (Some(name), ..) => removed(name),
        (None, Some(model), Some(table), Some(site)) => fit(args, (model, table, site), engine),
        _ => anyhow::bail!("wanted a model, a table and --site, found less"),
    }
}

fn fit(
    args: &Args,
    (model, table, site): (&str, &Path, &str),
    engine: &EngineArgs,
) -> anyhow::Result<ExitCode> {
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let open = |path: &Path| content(&decoder, path);
    let mut loaded = named(model, engine)?;
    let wish = Wish {
        site: site.to_owned(),
        method: args.method.into(),
        aim: (&args.aim).into(),
        alpha: args.alpha,
    };
    let bar = progress()?;
    let job = job(args, table, &open);
    let mut tell = |it| super::evaluate::show(&bar, it);
    let outcome = calibrate(&job, &wish, &mut loaded, &Task::default(), &mut tell)?;
    bar.finish_and_clear();
    let site = &outcome.site;
    let path = match &args.out {
        Some(path) => path.clone(),
        None => {
            let folder = sites::folder()?;
            disk::create_folder(&folder).context("could not make the folder of sites")?;
            folder.join(site.file_name())
        }
    };
    disk::write_atomic(&path, site.to_toml()?.as_bytes())
        .context("could not write the file of the site")?;
    let detail = json!({ "site": site.site, "weights_sha256": site.weights_sha256 });
    store::note(Action::ThresholdChanged, detail)?;
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(site)?))?;
    } else {
        print(&summary(&outcome, &path))?;
    }
    Ok(if outcome.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn job<'a>(args: &Args, table: &Path, open: &'a crate::evaluate::Open<'a>) -> Job<'a> {
    Job {
        table: table.to_owned(),
        images: args.images.clone(),
        measurements: Vec::new(),
        columns: Columns {
            image: args.image_column.clone(),
            label: args.label_column.clone(),
            patient: args.patient_column.clone(),
            ..Columns::default()
        },
        part: args.split.as_ref().map(|it| Part {
            column: "split".to_owned(),
            test: it.clone(),
            // Nothing is learned from other rows.
            train: String::new(),
        }),
        label: None,
        words: Words {
            positive: args.positive.clone(),
            negative: args.negative.clone(),
        },
        on_missing: if args.skip_missing {
            OnMissing::Skip
        } else {
            OnMissing::Refuse
        },
        gate: if args.beyond_scope {
            Gate::Open
        } else {
            Gate::Closed
        },
        n_damaged: 0,
        strangers: Vec::new(),
        command: String::new(),
        date: chrono::Utc::now().format("%Y-%m-%d").to_string(),
        open,
        term_floor: None,
    }
}

fn summary(outcome: &Outcome, path: &Path) -> String {
    let mut lines = words(&outcome.site);
    lines.push("  Before, on the same cases:".to_owned());
    lines.extend(outcome.before.iter().map(figure));
    let refused = outcome.refused.iter();
    lines.extend(refused.map(|it| {
        let n = it.rows.len();
        format!("  {n} rows without an answer: {}", it.headline)
    }));
    lines.extend(outcome.warnings.iter().map(|it| format!("  note: {it}")));
    lines.push(format!("  {}", path.display()));
    lines.push(NOTICE.to_owned());
    lines.join("\n") + "\n"
}

/// A fit in words.
fn words(site: &Site) -> Vec<String> {
    let patients = site.n_patients;
    let patients = patients.map_or_else(String::new, |it| format!(" of {it} patients"));
    let mut lines = vec![
        format!(
            "{} for {} {} (weights {}), {}",
            site.site,
            site.model,
            site.version,
            site.weights_sha256.short(),
            site.date
        ),
        format!(
            "  {} cases{patients}, {} of them with {}",
            site.n, site.n_positive, site.label
        ),
        format!("  Calibration: {}", site.calibration),
        format!(
            "  Threshold {:.4}: {}",
            site.operating_point.threshold, site.operating_point.chosen_by
        ),
        "  On cases that fitted nothing:".to_owned(),
    ];
    lines.extend(site.figures.iter().map(figure));
    lines.extend(site.warnings.iter().map(|it| format!("  note: {it}")));
    lines
}

fn figure(metric: &Metric) -> String {
    let it = &metric.estimate;
    format!(
        "    {:36} {:.3} (95 % interval {:.3} to {:.3}, n = {})",
        metric.name, it.value, it.low, it.high, it.n
    )
}

fn listed() -> anyhow::Result<ExitCode> {
    let mut texts = Vec::new();
    let mut is_sound = true;
    for Listed { path, site } in list(&sites::folder()?)? {
        match site {
            Ok(site) => texts.push(words(&site).join("\n") + "\n"),
            Err(error) => {
                is_sound = false;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                texts.push(format!("{name}: {}\n", sites::told(&error)));
            }
        }
    }
    if texts.is_empty() {
        texts.push("No site has a fit yet.\n".to_owned());
    }
    print(&format!("{}\n{NOTICE}\n", texts.join("\n")))?;
    Ok(if is_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Removes by the names of the files, so that damaged ones go as well.
fn removed(name: &str) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(is_name(name), "wanted the name of a site, found {name:?}");
    let mut n_removed = 0;
    for Listed { path, .. } in list(&sites::folder()?)? {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if file.starts_with(&format!("{name}.")) {
            fs::remove_file(&path).context("could not remove a file of the site")?;
            n_removed += 1;
        }
    }
    anyhow::ensure!(0 < n_removed, "wanted a site that has a fit, found {name}");
    store::note(Action::ThresholdChanged, json!({ "removed_site": name }))?;
    print(&format!("removed {n_removed} fits of {name}\n"))?;
    Ok(ExitCode::SUCCESS)
}
