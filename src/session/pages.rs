//! The pages beside the reading view: what is typed on them, and what can be asked there.

use std::path::PathBuf;

use crate::{
    engine::{EvaluateTool, Gate, JobId, TrainTool},
    evaluate::Report,
    failure::Failure,
    model::manifest::Metric,
    privacy::Phi,
};

use super::{Kind, Loading};

/// What the middle of the window is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    #[default]
    Reading,
    Evaluate,
    Train,
    /// The audit log.
    Log,
    Worklist,
    /// A de-identified copy of what is in the middle.
    Deidentify,
    /// Version, models, installation, licences.
    About,
}

/// A field to type in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Table,
    Report,
    Images,
    Measurements,
    /// The column of the cases.
    CaseColumn,
    LabelColumn,
    Part,
    /// The word that means that the finding is there.
    Positive,
    Recipe,
    Data,
    Bundle,
    /// Where de-identified copies go.
    Copies,
    /// Where the worklist goes.
    List,
    /// What a batch scores.
    BatchFolder,
    /// Where the report of a batch goes.
    BatchReport,
}

/// A box to tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    BeyondScope,
    Damage,
}

/// What can be asked on the pages.
#[derive(Clone, Debug, PartialEq)]
pub enum PageCommand {
    SetText(Field, String),
    /// Has a path chosen.
    Browse(Field),
    Flip(Switch),
    EvaluateModel(String),
    /// A second model, or none.
    Against(Option<String>),
    StartEvaluation,
    StopEvaluation,
    /// Puts the report away.
    NewEvaluation,
    OpenReport(PathBuf),
    StartTraining,
    StopTraining,
    /// Loads what was trained and reads with it.
    UseModel,
    /// By the desktop's own program for it.
    OpenOutside(PathBuf),
    /// The desktop has no program for a file.
    NothingThere,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    pub name: String,
    pub done: usize,
    pub total: usize,
    /// Of this stage, once that can be told.
    pub seconds_left: Option<f64>,
}

/// The page that evaluates.
#[derive(Debug, Default)]
pub struct Evaluating {
    pub form: EvaluateForm,
    /// While it runs or waits for its turn.
    pub job: Option<JobId>,
    pub is_stopping: bool,
    /// Once the run has said something.
    pub stage: Option<Stage>,
    /// Of the last run.
    pub failure: Option<Failure>,
    pub report: Loading<ShownReport>,
    pub(super) written: Option<PathBuf>,
}

/// What is asked of an evaluation, as typed.
#[derive(Debug)]
pub struct EvaluateForm {
    /// Name of the model; the one that reads scans where nothing was chosen, if there is one.
    pub model: Option<String>,
    pub table: String,
    pub out: String,
    pub images: String,
    /// For a model that reads series.
    pub measurements: String,
    /// Paths, texts, letters or keys, as the model reads.
    pub case_column: String,
    pub label_column: String,
    pub part: String,
    pub positive: String,
    pub against: Option<String>,
    pub is_beyond_scope: bool,
    pub is_damaged: bool,
    /// The folder of the report follows table and model until it is typed.
    pub(super) is_out_typed: bool,
}

/// A report and where it lies.
#[derive(Debug)]
pub struct ShownReport {
    pub folder: Phi<PathBuf>,
    pub report: Box<Report>,
}

/// The page that trains.
#[derive(Debug, Default)]
pub struct Training {
    pub form: TrainForm,
    /// While it runs or waits for its turn.
    pub job: Option<JobId>,
    pub is_stopping: bool,
    /// Cases to learn from, and of the test part.
    pub n_cases: Option<(usize, usize)>,
    /// The network that learns now.
    pub stage: Option<TrainStage>,
    /// One for each network, in the order in which they were trained.
    pub curves: Vec<Curve>,
    pub failure: Option<Failure>,
    /// It was stopped and can go on.
    pub is_paused: bool,
    /// Figures of the finished bundle.
    pub metrics: Vec<Metric>,
    /// Where the finished bundle lies.
    pub bundle: Option<Phi<PathBuf>>,
}

/// What is asked of a training, as typed.
#[derive(Debug, Default)]
pub struct TrainForm {
    pub recipe: String,
    pub data: String,
    pub out: String,
    pub(super) is_out_typed: bool,
}

/// Where the network is that learns now.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainStage {
    /// `fold-1`, `all`.
    pub run: String,
    pub epoch: usize,
    pub n_epochs: usize,
    pub step: usize,
    pub n_steps: usize,
    pub seconds_left: f64,
}

/// How one network learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub run: String,
    /// (epochs, mean loss of the epoch so far); the last one moves while its epoch runs.
    pub loss: Vec<(f64, f64)>,
    /// (epochs, figure on held-out cases).
    pub held_out: Vec<(f64, f64)>,
}

impl Default for EvaluateForm {
    fn default() -> Self {
        Self {
            model: None,
            table: String::new(),
            out: String::new(),
            images: String::new(),
            measurements: String::new(),
            case_column: String::new(),
            label_column: String::new(),
            part: String::new(),
            positive: String::new(),
            against: None,
            is_beyond_scope: false,
            is_damaged: true,
            is_out_typed: false,
        }
    }
}

impl EvaluateForm {
    /// What the engine is asked of a model that reads this kind; `None` while something is missing.
    pub(super) fn tool(&self, model: String, kind: Kind) -> Option<EvaluateTool> {
        let gate = if self.is_beyond_scope {
            Gate::Open
        } else {
            Gate::Closed
        };
        let measurements = path(&self.measurements).filter(|_| kind == Kind::Series);
        let column = || text(&self.case_column);
        let (image_column, text_column, key_column) = match (kind, &measurements) {
            (Kind::Note | Kind::Sequence, _) => (None, column(), None),
            (Kind::Series, Some(_)) => (None, None, column()),
            (Kind::Scan, _) | (Kind::Series, None) => (column(), None, None),
        };
        Some(EvaluateTool {
            model,
            table: path(&self.table)?,
            out: path(&self.out)?,
            images: path(&self.images),
            image_column,
            text_column,
            measurements,
            key_column,
            label_column: text(&self.label_column),
            part: text(&self.part),
            positive: text(&self.positive),
            against: self.against.clone(),
            gate,
            is_damaged: self.is_damaged,
        })
    }

    /// Whether a table and a folder for the report are named.
    pub fn is_complete(&self) -> bool {
        path(&self.table).is_some() && path(&self.out).is_some()
    }

    pub(super) fn field_mut(&mut self, field: Field) -> Option<&mut String> {
        Some(match field {
            Field::Table => &mut self.table,
            Field::Report => &mut self.out,
            Field::Images => &mut self.images,
            Field::Measurements => &mut self.measurements,
            Field::CaseColumn => &mut self.case_column,
            Field::LabelColumn => &mut self.label_column,
            Field::Part => &mut self.part,
            Field::Positive => &mut self.positive,
            Field::Recipe
            | Field::Data
            | Field::Bundle
            | Field::Copies
            | Field::List
            | Field::BatchFolder
            | Field::BatchReport => return None,
        })
    }

    /// Beside the table, named for the model, until a person typed another place.
    pub(super) fn suggest(&mut self, model: Option<&str>) {
        if self.is_out_typed {
            return;
        }
        let folder = path(&self.table).and_then(|it| Some(it.parent()?.to_owned()));
        self.out = match (folder, model) {
            (Some(folder), Some(model)) => folder
                .join(format!("evaluation-{model}"))
                .to_string_lossy()
                .into_owned(),
            _ => String::new(),
        };
    }
}

impl TrainForm {
    /// What the engine is asked; `None` while something is missing.
    pub(super) fn tool(&self) -> Option<TrainTool> {
        Some(TrainTool {
            recipe: path(&self.recipe)?,
            data: path(&self.data)?,
            out: path(&self.out)?,
        })
    }

    /// Whether recipe, data and bundle are named.
    pub fn is_complete(&self) -> bool {
        self.tool().is_some()
    }

    pub(super) fn field_mut(&mut self, field: Field) -> Option<&mut String> {
        match field {
            Field::Recipe => Some(&mut self.recipe),
            Field::Data => Some(&mut self.data),
            Field::Bundle => Some(&mut self.out),
            _ => None,
        }
    }

    /// Among the models, named for the recipe, but never the folder of a model that ships.
    pub(super) fn suggest(&mut self, models: Option<&std::path::Path>) {
        if self.is_out_typed {
            return;
        }
        let recipe = path(&self.recipe);
        let name = recipe.as_deref().and_then(|it| it.file_stem());
        self.out = match (models, name) {
            (Some(models), Some(name)) => models
                .join(format!("{}-own", name.to_string_lossy()))
                .to_string_lossy()
                .into_owned(),
            _ => String::new(),
        };
    }
}

/// A path as people paste it.
fn path(typed: &str) -> Option<PathBuf> {
    text(typed.trim().trim_matches('"')).map(PathBuf::from)
}

fn text(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| typed.to_owned())
}
