//! `wardlight evaluate`: a model and a table of labelled cases in, `evaluation.json`, `report.html` and
//! `predictions.csv` out.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Decoder, EngineArgs, NOTICE, lines, load, models_folder, options, print};
use crate::{
    case::Variable,
    disk,
    evaluate::{
        self, Columns, Content, Job, OnMissing, Part, Progress, TermFloor, Texts, Words,
        report::{Findings, Report},
    },
    failure::Failure,
    import::{self, Opened},
    model::Task,
    prediction::Estimate,
    score::{Gate, Loaded},
    training,
};

/// The largest file of columns that is read.
const COLUMNS_LIMIT_BYTES: u64 = 1 << 20;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The model: its name, or the folder of a bundle.
    model: String,
    /// Comma-separated values with a header, with tabs (`.tsv`), or JSON lines (`.jsonl`): the case in `path`, `text`,
    /// `sequence` or, with --measurements, `key`; its `label`; and where known `patient_id`, `split`, `age`, `sex`, `view`,
    /// `subtype`. Paths are relative to the table.
    table: PathBuf,
    /// Folder for the report; made if need be.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A second model that reads the same, to compare with on the same cases.
    #[arg(long, value_name = "MODEL")]
    against: Option<String>,
    /// Evaluate only rows with this value of the split column.
    #[arg(long, value_name = "VALUE")]
    split: Option<String>,
    /// Rows that the trivial baselines learn from.
    #[arg(
        long,
        value_name = "VALUE",
        default_value = "train",
        requires = "split"
    )]
    train_split: String,
    /// The split column.
    #[arg(
        long,
        value_name = "COLUMN",
        default_value = "split",
        requires = "split"
    )]
    split_column: String,
    /// Label of the model to ask about, where it has several.
    #[arg(long)]
    label: Option<String>,
    /// Word of the table that means the label is there [default: the label's name, 1, true, yes, positive].
    #[arg(long, value_name = "WORD")]
    positive: Option<String>,
    /// Word that means it is not; may be repeated [default: 0, false, no, negative or, with --positive, anything else].
    #[arg(long, value_name = "WORD")]
    negative: Vec<String>,
    /// What the table calls a label of the model: `CC=Chief complaint`; may be repeated.
    #[arg(long, value_name = "FROM=TO")]
    class: Vec<String>,
    /// Folder that the paths are relative to [default: that of the table].
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
    /// The column of paths [default: path].
    #[arg(long, value_name = "COLUMN")]
    image_column: Option<String>,
    /// The column of notes' texts or of sequences' letters [default: text or sequence, if there is one].
    #[arg(long, value_name = "COLUMN")]
    text_column: Option<String>,
    /// A table of measurements for models that read courses, with the column of keys, `minutes` or `hours`, `parameter`,
    /// `value` and, where known, `unit`; may be repeated.
    #[arg(long, value_name = "FILE")]
    measurements: Vec<PathBuf>,
    /// The column that says which measurements belong to a row [default: key].
    #[arg(long, value_name = "COLUMN", requires = "measurements")]
    key_column: Option<String>,
    /// Say in a TOML file, as to `wardlight inspect`, what names of parameters mean that are not known.
    #[arg(long, value_name = "FILE", requires = "measurements")]
    columns: Option<PathBuf>,
    /// The column of labels [default: label].
    #[arg(long, value_name = "COLUMN")]
    label_column: Option<String>,
    /// The column that tells patients apart [default: patient_id, if there is one].
    #[arg(long, value_name = "COLUMN")]
    patient_column: Option<String>,
    /// A column of numbers to hold against the model, such as a diameter; may be repeated.
    #[arg(long, value_name = "COLUMN")]
    baseline: Vec<String>,
    /// A column that makes subgroups, beside age, sex, view and subtype; may be repeated.
    #[arg(long, value_name = "COLUMN")]
    group: Vec<String>,
    /// A folder of images that the model should refuse; may be repeated.
    #[arg(long, value_name = "DIR")]
    strangers: Vec<PathBuf>,
    /// Damage at most this many of the cases on purpose, each in all ways that its kind suffers; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 200)]
    damage: usize,
    /// Leave out rows whose file is missing, instead of refusing the table.
    #[arg(long)]
    skip_missing: bool,
    /// Score cases that the model would refuse as well.
    #[arg(long)]
    beyond_scope: bool,
    /// Print the report as JSON instead of a summary.
    #[arg(long)]
    json: bool,
    /// Print what happens as JSON lines instead of a summary: progress, then `written` or `failed`.
    #[arg(long, conflicts_with = "json")]
    lines: bool,
}

/// Evaluates. Exits with 1 if some rows got no answer.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let done = evaluate_and_write(args, engine);
    if let (true, Err(error)) = (args.lines, &done) {
        lines::failed(error);
    }
    done
}

fn evaluate_and_write(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    // Before any work: a folder that cannot be written should not cost an evaluation.
    disk::create_folder(&args.out).context("could not make the folder for the report")?;
    let parameters = match &args.columns {
        Some(file) => parameters(file).context("could not read the file of columns")?,
        None => Parameters::new(),
    };
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let open = |path: &Path| content(&decoder, path);
    let floor = |it: &Texts<'_>| {
        training::margins_of_terms(&it.learned, &it.classes, it.n_classes, &it.asked)
    };
    let floor: TermFloor<'_> = ("TF-IDF of words and word pairs with a linear SVM", &floor);
    let mut loaded = named(&args.model, engine)?;
    let mut against = args
        .against
        .as_ref()
        .map(|it| named(it, engine))
        .transpose()?;
    let bar = progress()?;
    let task = Task::default();
    let mut pace = lines::Pace::new();
    let mut tell = |progress: Progress| {
        if args.lines {
            return pace.tell(&progress, &task);
        }
        show(&bar, progress);
    };
    let outcome = evaluate::run(
        &Job {
            term_floor: Some(&floor),
            ..job(args, parameters, &open)
        },
        &mut loaded,
        against.as_mut(),
        &task,
        &mut tell,
    )?;
    bar.finish_and_clear();
    let report = &outcome.report;
    let json = serde_json::to_string_pretty(report)?;
    let page = evaluate::page::html(report);
    for (name, bytes) in [
        ("evaluation.json", json.as_bytes()),
        ("predictions.csv", &outcome.predictions),
        ("report.html", page.as_bytes()),
    ] {
        disk::write_atomic(&args.out.join(name), bytes).context("could not write the report")?;
    }
    if args.lines {
        let folder = args.out.clone();
        lines::say(&evaluate::Event::Written { folder })?;
    } else if args.json {
        print(&format!("{json}\n"))?;
    } else {
        print(&summary(report, &args.out))?;
    }
    Ok(if report.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A bar with the time that is left.
pub(super) fn progress() -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg:16} {wide_bar} {pos}/{len}, {eta} left")?;
    Ok(ProgressBar::new(0).with_style(style))
}

pub(super) fn show(bar: &ProgressBar, progress: Progress) {
    if bar.message() != progress.stage {
        bar.reset_eta();
        bar.set_message(progress.stage);
    }
    bar.set_length(progress.total as u64);
    bar.set_position(progress.done as u64);
}

/// What names of parameters mean, and their units.
type Parameters = BTreeMap<String, (Variable, Option<String>)>;

/// Reads the file that says so. What else it may say of a table is asked by options here.
fn parameters(file: &Path) -> anyhow::Result<Parameters> {
    let text = String::from_utf8(disk::read(file, COLUMNS_LIMIT_BYTES)?)?;
    let said = import::Columns::parse(&text).map_err(anyhow::Error::msg)?;
    let only = import::Columns {
        columns: said.columns.clone(),
        ..Default::default()
    };
    anyhow::ensure!(
        said == only,
        "wanted only the names under [columns], found time, time_unit, patient, encounter or decimal"
    );
    let columns = said.columns.into_iter();
    Ok(columns
        .map(|(name, it)| (name, (it.variable, it.unit)))
        .collect())
}

fn job<'a>(args: &Args, parameters: Parameters, open: &'a evaluate::Open<'a>) -> Job<'a> {
    Job {
        table: args.table.clone(),
        images: args.images.clone(),
        measurements: args.measurements.clone(),
        columns: Columns {
            image: args.image_column.clone(),
            text: args.text_column.clone(),
            key: args.key_column.clone(),
            parameters,
            label: args.label_column.clone(),
            classes: args.class.clone(),
            patient: args.patient_column.clone(),
            baselines: args.baseline.clone(),
            groups: args.group.clone(),
        },
        part: args.split.as_ref().map(|it| Part {
            column: args.split_column.clone(),
            test: it.clone(),
            train: args.train_split.clone(),
        }),
        label: args.label.clone(),
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
        n_damaged: args.damage,
        strangers: args.strangers.clone(),
        command: command(args),
        date: chrono::Utc::now().format("%Y-%m-%d").to_string(),
        open,
        term_floor: None,
    }
}

/// A model by the name of its folder, or a bundle by its place.
pub(super) fn named(model: &str, engine: &EngineArgs) -> anyhow::Result<Loaded> {
    let place = Path::new(model);
    let folder = if place.join("manifest.toml").is_file() {
        place.to_owned()
    } else {
        models_folder(engine)?.join(model)
    };
    anyhow::ensure!(
        folder.join("manifest.toml").is_file(),
        "wanted the name of a model or the folder of a bundle, found {model}; `wardlight models` lists the names"
    );
    load(&folder, options(engine)).with_context(|| format!("could not load the model {model}"))
}

/// What a file holds, read by the worker.
pub(super) fn content(decoder: &Decoder, path: &Path) -> Result<Content, Failure> {
    match decoder.open(path).map_err(|error| Failure::from(&error))? {
        Opened::Scan(scan) => Ok(Content::Scan(Box::new(scan))),
        Opened::Chart(chart) => Ok(Content::Chart(chart)),
    }
}

/// The command as the report quotes it: the last names of paths, not places of this machine.
fn command(args: &Args) -> String {
    let last = |path: &Path| {
        let name = path.file_name();
        name.map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let last_two = |path: &Path| match path.parent().map(last) {
        Some(folder) if !folder.is_empty() => format!("{folder}/{}", last(path)),
        _ => last(path),
    };
    let mut words = vec![
        "wardlight evaluate".to_owned(),
        last(Path::new(&args.model)),
        last(&args.table),
    ];
    let mut option = |name: &str, value: Option<&String>| {
        words.extend(value.map(|it| format!("--{name} {it}")));
    };
    option("split", args.split.as_ref());
    if args.split.is_some() {
        option("split-column", Some(&args.split_column));
        option("train-split", Some(&args.train_split));
    }
    option("against", args.against.as_ref());
    option("label", args.label.as_ref());
    option("positive", args.positive.as_ref());
    option("images", args.images.as_deref().map(last_two).as_ref());
    option("image-column", args.image_column.as_ref());
    option("text-column", args.text_column.as_ref());
    for it in &args.measurements {
        option("measurements", Some(&last(it)));
    }
    option("key-column", args.key_column.as_ref());
    option("columns", args.columns.as_deref().map(last).as_ref());
    option("label-column", args.label_column.as_ref());
    option("patient-column", args.patient_column.as_ref());
    for (name, values) in [
        ("negative", &args.negative),
        ("class", &args.class),
        ("baseline", &args.baseline),
        ("group", &args.group),
    ] {
        values.iter().for_each(|it| option(name, Some(it)));
    }
    for it in &args.strangers {
        option("strangers", Some(&last_two(it)));
    }
    option("damage", Some(&args.damage.to_string()));
    words.extend(args.skip_missing.then(|| "--skip-missing".to_owned()));
    words.extend(args.beyond_scope.then(|| "--beyond-scope".to_owned()));
    words.join(" ")
}

/// What to read first, and where the rest is.
fn summary(report: &Report, out: &Path) -> String {
    let figure = |name: &str, it: Option<Estimate>| {
        it.map(|it| {
            format!(
                "  {name:28} {:.3} (95 % interval {:.3} to {:.3}, n = {})",
                it.value, it.low, it.high, it.n
            )
        })
    };
    let mut lines = vec![format!(
        "{} {} on {} {}",
        report.model.identity.name,
        report.model.identity.version,
        report.data.n_scored,
        report.data.kind.many()
    )];
    match &report.findings {
        Findings::OneLabel(found) => {
            lines.extend(figure("AUROC", found.auroc));
            lines.extend(figure("average precision", found.average_precision));
            lines.extend(figure(
                "calibration error",
                found.calibration.equal_width_error,
            ));
            lines.extend(found.points.first().and_then(|it| {
                let (sensitivity, specificity) = (it.sensitivity.value?, it.specificity.value?);
                Some(format!(
                    "  at {:.3} ({}): sensitivity {sensitivity:.3}, specificity {specificity:.3}",
                    it.threshold, it.name
                ))
            }));
        }
        Findings::ManyLabels(found) => {
            lines.extend(
                found
                    .figures
                    .iter()
                    .filter_map(|(name, it)| figure(name, *it)),
            );
            let floors = found.floors.iter();
            lines.extend(floors.filter_map(|it| figure(&it.name, it.accuracy)));
        }
    }
    if let Some(found) = &report.sets {
        let covered = found
            .covered
            .iter()
            .filter_map(|(name, it)| Some((name, it.value?)));
        let covered: Vec<String> = covered
            .map(|(name, it)| format!("{name} {it:.3}"))
            .collect();
        lines.push(format!(
            "  {:.0} % label sets hold the truth: {}; undecided {:.3}",
            100.0 * found.promised,
            covered.join(", "),
            found.undecided.value.unwrap_or(f64::NAN)
        ));
    }
    for it in report.baselines.iter().flat_map(|it| &it.rows) {
        lines.extend(figure(&it.name, it.auroc));
    }
    for it in &report.refused {
        lines.push(format!(
            "  {} rows without an answer: {}",
            it.rows.len(),
            it.headline
        ));
    }
    lines.extend(report.warnings.iter().map(|it| format!("  note: {it}")));
    lines.push(format!("  {}", out.join("report.html").display()));
    lines.push(NOTICE.to_owned());
    lines.join("\n") + "\n"
}
