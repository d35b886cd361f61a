//! `wardlight evaluate`: how good a model is on a table of labelled cases (images, notes, courses, sequences), with
//! intervals, floors and stress.
//!
//! 1. read the table and what its labels mean (`table`, `truth`); refuse leaks and missing files before any work;
//! 2. open each case, files through the decoder, and score it as a user's would be (`cases`);
//! 3. figures (`one_label`, `many_labels`), subgroups, trivial baselines, a second model (`compare`);
//! 4. the same cases damaged by degrees (`robustness`), and images that do not belong (`strangers`);
//! 5. one complete [`Report`], then its page ([`page::html`]) and the answers row by row.
//!
//! Nothing is written here, and of files only tables are parsed: the caller opens all others ([`Job::open`]) and writes.

mod baselines;
mod cases;
mod compare;
mod courses;
mod damage;
mod event;
mod floors;
mod item;
mod kind;
mod many_labels;
mod one_label;
pub mod page;
pub mod report;
mod robustness;
mod sets;
mod sheet;
pub mod site;
mod strangers;
mod stress;
mod subgroups;
mod table;
mod truth;

use std::path::{Path, PathBuf};

use self::{
    cases::{Case, Gathered},
    report::{DataInfo, Findings, LabelCount, ModelInfo, RefusedRows},
    table::Table,
    truth::Question,
};
pub use self::{
    event::Event,
    floors::{TermFloor, Texts},
    item::Content,
    kind::Kind,
    report::Report,
    table::{Columns, Part},
    truth::Words,
};
use crate::{
    disk::{self, Sha256},
    failure::Failure,
    model::{self, Task},
    score::{Gate, Loaded},
};

/// Said on every screen and in every file that carries a result.
const NOTICE: &str = "Research use only - not for diagnosis";
/// Version of `evaluation.json`.
const SCHEMA: &str = "wardlight-evaluation-1";
/// Draws of the bootstrap, and of a table so large that intervals are narrow anyway.
const N_DRAWS: usize = 2000;
const N_DRAWS_OF_MANY: usize = 200;
const MANY: usize = 20_000;
/// What is random is the same each time.
const SEED: u64 = 20_261_124;

/// What every function here returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no evaluation. Rows are lines of the table; the header is line 1.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted a table of comma-separated values, found an error in line {line}: {cause}")]
    Table { line: usize, cause: String },
    #[error("wanted a column {want}, found the columns {found}")]
    Column { want: String, found: String },
    #[error("wanted rows{part}, found none")]
    NoRows { part: String },
    #[error(
        "wanted labels that mean {want}, found {found}; say what they mean with --class, --positive, --negative or --label"
    )]
    Labels { want: String, found: String },
    #[error("wanted one of the model's labels {want}, found {found}")]
    NoSuchLabel { want: String, found: String },
    #[error("wanted rows of both kinds, found {n} rows of one kind only: {kind}")]
    OneKind { n: usize, kind: String },
    #[error(
        "wanted a file for each row, found {n} missing (lines {lines}); check --images, or leave them out with \
         --skip-missing"
    )]
    Missing { n: usize, lines: String },
    #[error(
        "wanted each patient in one part only, found {n} who are in both {test} and {train}, in lines {lines}"
    )]
    Leak {
        n: usize,
        test: String,
        train: String,
        lines: String,
    },
    #[error(
        "wanted each case in one part only, found {n} that are in both {test} and {train}, in lines {lines}"
    )]
    Copies {
        n: usize,
        test: String,
        train: String,
        lines: String,
    },
    #[error("wanted a model that gives labels, found one that answers questions about notes")]
    AnswersQuestions,
    #[error("wanted two models that answer one question, found {found}")]
    Incomparable { found: String },
    #[error("wanted answers of both kinds, found too many rows without an answer: {reasons}")]
    NoAnswers { reasons: String },
    #[error("wanted a model with one label that stands alone, found one with {found}")]
    NotOneLabel { found: usize },
    #[error(
        "wanted a site named by 1 to 64 lower-case letters, digits and hyphens, found {found:?}"
    )]
    SiteName { found: String },
    #[error(
        "wanted at least {want} {what} with the label and {want} without, found {n_positive} and {n_negative}"
    )]
    TooFew {
        want: usize,
        what: &'static str,
        n_positive: usize,
        n_negative: usize,
    },
    #[error("wanted a threshold with {want}, found none on {n} cases")]
    Aim { want: String, n: usize },
    #[error("wanted a part between 0 and 1 that label sets may miss, found {found}")]
    Alpha { found: f64 },
    #[error(transparent)]
    Model(#[from] model::Error),
    #[error(transparent)]
    Disk(#[from] disk::Error),
}

/// Opens a file.
pub type Open<'a> = dyn Fn(&Path) -> std::result::Result<Content, Failure> + 'a;

/// What is to be evaluated, and how.
pub struct Job<'a> {
    /// Comma-separated values with a header, with tabs (`.tsv`), or JSON lines (`.jsonl`).
    pub table: PathBuf,
    /// The folder that paths in the table lie below; `None` for the table's own.
    pub images: Option<PathBuf>,
    /// Tables with one measurement a row, for models that read courses.
    pub measurements: Vec<PathBuf>,
    pub columns: Columns,
    /// Which rows are evaluated and which the baselines learn from; `None` for all and none.
    pub part: Option<Part>,
    /// The label to ask about, of a model with several.
    pub label: Option<String>,
    pub words: Words,
    pub on_missing: OnMissing,
    /// Whether the model may refuse what is out of its scope.
    pub gate: Gate,
    /// Cases that are damaged on purpose, at most; 0 for none.
    pub n_damaged: usize,
    /// Folders of images that the model should refuse.
    pub strangers: Vec<PathBuf>,
    /// How the run was asked for, without places of this machine.
    pub command: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    pub open: &'a Open<'a>,
    /// Learns from texts what can be had by counting their words; `None` for no such floor.
    pub term_floor: Option<&'a TermFloor<'a>>,
}

/// What to do about rows whose file is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMissing {
    Refuse,
    /// Counted among the rows that were not scored.
    Skip,
}

/// A finished evaluation.
pub struct Outcome {
    pub report: Report,
    /// `predictions.csv`.
    pub predictions: Vec<u8>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: &'static str,
    /// Cases of this stage.
    pub done: usize,
    pub total: usize,
}

/// What the steps are given: whom to tell how far they are, and whether to stop.
struct Steps<'a> {
    stage: &'static str,
    task: &'a Task,
    tell: &'a mut dyn FnMut(Progress),
}

impl Steps<'_> {
    fn start(&mut self, stage: &'static str) {
        self.stage = stage;
        (self.tell)(Progress {
            stage,
            done: 0,
            total: 0,
        });
    }

    fn advance(&mut self, done: usize, total: usize) -> Result<()> {
        (self.tell)(Progress {
            stage: self.stage,
            done,
            total,
        });
        if self.task.is_cancelled() {
            Err(model::Error::Cancelled.into())
        } else {
            Ok(())
        }
    }
}

/// Evaluates `loaded`, and beside it `against` on the same rows. Stops at the next case when `task` is cancelled.
///
/// # Errors
/// As [`Error`] says. Rows that cannot be read or are refused by the model are no error: the report lists them.
pub fn run(
    job: &Job<'_>,
    loaded: &mut Loaded,
    mut against: Option<&mut Loaded>,
    task: &Task,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    let mut steps = Steps {
        stage: "",
        task,
        tell,
    };
    let kind = Kind::of(&loaded.model.manifest().prep)?;
    let question = Question::of(loaded.model.manifest(), job.label.as_deref())?;
    if let Some(other) = &against {
        let manifests = (loaded.model.manifest(), other.model.manifest());
        compare::check(&question, manifests, job)?;
    }
    let (table, gathered) =
        score_table(job, &question, loaded, against.as_deref_mut(), &mut steps)?;
    steps.start("figures");
    let findings = match &question {
        Question::OneLabel(label) => {
            Findings::OneLabel(Box::new(one_label::measure(label, &gathered.cases)))
        }
        Question::Exclusive | Question::Several => {
            let names = question.names(loaded.model.manifest());
            let mut found = many_labels::measure(&question, &names, &gathered.cases);
            found.floors = floors::measure(&question, job, &names, &gathered);
            Findings::ManyLabels(found)
        }
    };
    let names = question.names(loaded.model.manifest());
    let sets = sets::measure(&question, &names, &gathered.cases);
    let subgroups = subgroups::measure(&question, &gathered.cases);
    let baselines = baselines::measure(&question, (job, kind), &gathered);
    let comparison = against.map(|it| compare::measure(&question, &gathered, loaded, it));
    let strangers = strangers::measure(job, &gathered.cases, loaded, &mut steps)?;
    let robustness = robustness::measure(&question, job, &gathered.cases, loaded, &mut steps)?;
    let predictions = cases::predictions_csv(&names, &gathered.cases, &gathered.refused);
    let report = Report {
        schema: SCHEMA.into(),
        notice: NOTICE.into(),
        app_version: env!("CARGO_PKG_VERSION").into(),
        date: job.date.clone(),
        command: job.command.clone(),
        n_draws: n_draws(gathered.cases.len()),
        model: ModelInfo::of(loaded),
        data: data_info((job, kind), &names, &table, &gathered),
        findings,
        sets,
        subgroups,
        baselines,
        against: comparison.flatten(),
        strangers,
        robustness,
        refused: RefusedRows::grouped(&gathered.refused),
        remarks: gathered.remarks.into_iter().collect(),
        warnings: table.warnings,
    };
    Ok(Outcome {
        report,
        predictions,
    })
}

/// Reads the table, refuses leaks and missing files, and asks the model about each case.
fn score_table(
    job: &Job<'_>,
    question: &Question,
    loaded: &mut Loaded,
    against: Option<&mut Loaded>,
    steps: &mut Steps<'_>,
) -> Result<(Table, Gathered)> {
    let kind = Kind::of(&loaded.model.manifest().prep)?;
    let mut table = Table::read(job, kind)?;
    let truths = truth::read(question, loaded.model.manifest(), &mut table, job)?;
    table.check_parts(job)?;
    let (table, truths, missing) = without_missing(table, truths, job)?;
    let mut gathered = cases::gather(job, (&table, &truths), loaded, against, steps)?;
    gathered.refused.extend(missing);
    gathered.refused.sort_by_key(|it| it.line);
    check_kinds(question, &gathered)?;
    Ok((table, gathered))
}

/// Takes out the rows whose file is not there, and what is true of them.
fn without_missing(
    mut table: Table,
    truths: truth::Truths,
    job: &Job<'_>,
) -> Result<(Table, truth::Truths, Vec<report::RefusedRow>)> {
    let is_there: Vec<bool> = table.rows.iter().map(|it| !it.is_missing()).collect();
    let missing = table.check_files(job)?;
    let kept = truths.into_iter().zip(is_there);
    let truths = kept.filter(|(_, it)| *it).map(|(it, _)| it).collect();
    Ok((table, truths, missing))
}

/// A model that refused every row of one kind leaves nothing to measure.
fn check_kinds(question: &Question, gathered: &Gathered) -> Result<()> {
    let cases = &gathered.cases;
    let n_positive = cases.iter().filter(|it| it.is_positive()).count();
    let has_both = 0 < n_positive && n_positive < cases.len();
    if has_both || !matches!(question, Question::OneLabel(_)) && !cases.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> = RefusedRows::grouped(&gathered.refused)
        .iter()
        .map(|it| format!("{} ({} rows; {})", it.headline, it.rows.len(), it.cause))
        .collect();
    Err(Error::NoAnswers {
        reasons: reasons.join("; "),
    })
}

fn data_info(
    (job, kind): (&Job<'_>, Kind),
    labels: &[String],
    table: &Table,
    gathered: &Gathered,
) -> DataInfo {
    let cases = &gathered.cases;
    let count = |(idx, name): (usize, &String)| LabelCount {
        n: cases
            .iter()
            .filter(|it| it.truth.get(idx) == Some(&true))
            .count(),
        name: name.clone(),
    };
    let identity = |it: &Case| format!("{} {:?}\n", it.file_sha256, it.truth);
    let identities: String = cases.iter().map(identity).collect();
    DataInfo {
        kind,
        table_sha256: table.sha256,
        cases_sha256: Sha256::of(identities.as_bytes()),
        part: job.part.as_ref().map(|it| it.test.clone()),
        n_rows: table.n_evaluated(),
        n_scored: cases.len(),
        n_patients: table.groups.as_ref().map(|_| cases::n_patients(cases)),
        grouped_by: table.groups.clone().filter(|it| !it.contains("patient")),
        labels: labels.iter().enumerate().map(count).collect(),
    }
}

fn n_draws(n_cases: usize) -> usize {
    if n_cases < MANY {
        N_DRAWS
    } else {
        N_DRAWS_OF_MANY
    }
}
