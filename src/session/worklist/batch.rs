//! A batch: files that are scored in the background, whose rows stream into the table of scored files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde_json::json;

use super::{rows, whole_path};
use crate::{
    batch::{Batch, FileTold, Files, Stand},
    case::worklist::{Outcome, Row},
    engine::{Job, JobId},
    failure::Failure,
    session::{Deed, Effect, Page, Purpose, Source, State, Tone},
    store::{Action, Right},
};

/// The batch that runs, ran last, or is about to.
#[derive(Debug, Default)]
pub struct BatchPage {
    pub form: BatchForm,
    /// Whether the form is seen.
    pub is_shown: bool,
    pub job: Option<JobId>,
    pub is_paused: bool,
    pub is_stopping: bool,
    /// Once the files are counted.
    pub stand: Option<Stand>,
    /// Cases of this run.
    pub n_answered: usize,
    pub n_refused: usize,
    pub n_failed: usize,
    /// Of the last run.
    pub failure: Option<Failure>,
    /// Rows that an earlier run had no answer for, by their files, until this one comes to them.
    silent: BTreeMap<PathBuf, usize>,
}

/// What is asked, as typed.
#[derive(Debug, Default)]
pub struct BatchForm {
    pub folder: String,
    /// What is open in this window, instead of a folder.
    pub is_of_open: bool,
    /// By name; else those that `wardlight score` takes.
    pub model: Option<String>,
    pub report: String,
}

/// What can be asked of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchCommand {
    ToggleForm,
    /// What is open in this window, else a folder.
    OfOpen(bool),
    ChooseModel(Option<String>),
    Start,
    Pause,
    GoOn,
    Stop,
    /// What failed in the report that is shown, once more.
    Retry,
}

impl BatchPage {
    /// Files that are still to come.
    pub fn n_left(&self) -> usize {
        self.stand
            .map_or(0, |it| it.n_files.saturating_sub(it.n_done))
    }

    /// Files in a second, once that can be told.
    pub fn rate(&self) -> Option<f64> {
        let stand = self.stand?;
        let n = stand.n_done.saturating_sub(stand.n_known);
        (0 < n && 0.0 < stand.seconds).then(|| n as f64 / stand.seconds)
    }
}

impl State {
    pub(super) fn apply_on_batch(&mut self, command: BatchCommand) -> Vec<Effect> {
        let page = &mut self.worklist.batch;
        match command {
            BatchCommand::ToggleForm => page.is_shown = !page.is_shown,
            BatchCommand::OfOpen(is_of_open) => page.form.is_of_open = is_of_open,
            BatchCommand::ChooseModel(name) => page.form.model = name,
            BatchCommand::Start => return self.start_batch(),
            BatchCommand::Pause => return self.pause_batch(true),
            BatchCommand::GoOn => return self.pause_batch(false),
            BatchCommand::Stop => {
                page.is_stopping = page.job.is_some();
                return page.job.map(Effect::Cancel).into_iter().collect();
            }
            BatchCommand::Retry => {
                let files = Files::These(self.failed_files());
                let report = self.worklist.report.as_ref();
                // For the file system.
                let report = report.map(|it| it.reveal().clone());
                return report.map_or_else(Vec::new, |it| self.run_batch(files, it));
            }
        }
        Vec::new()
    }

    /// The models that a batch can be told to use: those of the folder of models.
    pub fn batch_models(&self) -> impl Iterator<Item = &str> {
        let is_there = |name: &str| {
            let added = self.added.get(name).map(|it| it.parent());
            added.is_none_or(|it| it == self.models_folder.as_deref())
        };
        let names = self.models.iter().map(|it| it.name.as_str());
        names.filter(move |it| is_there(it))
    }

    /// What failed in the report that is shown.
    pub fn failed_files(&self) -> Vec<PathBuf> {
        let rows = self.worklist.of(Source::Scored).rows().iter();
        let failed = rows.filter(|it| matches!(it.outcome, Outcome::Failed(_)));
        // To be opened by it, each once.
        let files: BTreeSet<&PathBuf> = failed.map(|it| it.file.reveal()).collect();
        files.into_iter().cloned().collect()
    }

    /// Whether what was typed is enough to start.
    pub fn is_batch_complete(&self) -> bool {
        let form = &self.worklist.batch.form;
        let has_files = if form.is_of_open {
            !self.items.is_empty()
        } else {
            whole_path(&form.folder).is_some()
        };
        has_files && whole_path(&form.report).is_some()
    }

    fn start_batch(&mut self) -> Vec<Effect> {
        let form = &self.worklist.batch.form;
        let Some(mut report) = whole_path(&form.report) else {
            return Vec::new();
        };
        if report.extension().is_none() {
            report.set_extension("json");
        }
        let files = if form.is_of_open {
            // To be opened by it, each once.
            let open: BTreeSet<&PathBuf> = self.items.iter().map(|it| it.path.reveal()).collect();
            Files::These(open.into_iter().cloned().collect())
        } else if let Some(folder) = whole_path(&form.folder) {
            Files::Folder(folder)
        } else {
            return Vec::new();
        };
        self.run_batch(files, report)
    }

    fn run_batch(&mut self, files: Files, report: PathBuf) -> Vec<Effect> {
        if self.worklist.batch.job.is_some() {
            return Vec::new();
        }
        // It opens files, and its report leaves the program.
        for right in [Right::OpenCase, Right::Export] {
            if !self.may(right) {
                return self.refuse_for(right);
            }
        }
        let chosen = self.settings.site.as_deref();
        let of_site = self.sites.iter();
        let of_site = of_site.filter(|it| Some(it.site.as_str()) == chosen);
        let batch = Batch {
            files,
            model: self.worklist.batch.form.model.clone(),
            sites: of_site.cloned().collect(),
            report,
        };
        let (id, effect) = self.ask_for(Purpose::Batch, Job::RunBatch(Box::new(batch)));
        let page = &mut self.worklist.batch;
        *page = BatchPage {
            form: std::mem::take(&mut page.form),
            job: Some(id),
            ..BatchPage::default()
        };
        vec![effect]
    }

    fn pause_batch(&mut self, is_paused: bool) -> Vec<Effect> {
        let page = &mut self.worklist.batch;
        page.is_paused = is_paused && page.job.is_some();
        let told = page.job.map(|it| Effect::Pause(it, is_paused));
        told.into_iter().collect()
    }

    /// The report can be written: from now on, something leaves the program.
    pub(in crate::session) fn batch_started(&mut self, id: JobId, stand: Stand) -> Vec<Effect> {
        if self.worklist.batch.job != Some(id) {
            return Vec::new();
        }
        if self.worklist.report_job == Some(id) {
            let rows = self.worklist.scored.rows().iter().enumerate();
            let silent = rows
                .filter(|(_, it)| matches!(it.outcome, Outcome::Refused(_) | Outcome::Failed(_)));
            // To be held against what comes.
            let silent = silent.map(|(number, it)| (it.file.reveal().clone(), number));
            self.worklist.batch.silent = silent.collect();
        }
        self.worklist.batch.stand = Some(stand);
        let detail = json!({ "what": "report of a batch", "n_files": stand.n_files });
        let deed = Deed::noted(Action::Exported, detail);
        self.tell_records(deed).into_iter().collect()
    }

    /// Takes in what became of files. Where another report is shown by now, their rows are in the batch's own.
    pub(in crate::session) fn batch_told(
        &mut self,
        id: JobId,
        files: &[FileTold],
        stand: Stand,
    ) -> Vec<Effect> {
        if self.worklist.batch.job != Some(id) {
            return Vec::new();
        }
        self.worklist.batch.stand = Some(stand);
        let mut effects = Vec::new();
        let (mut again, mut fresh) = (Vec::new(), Vec::new());
        for FileTold { file, cases } in files {
            // The row of an earlier run.
            let mut place = self.worklist.batch.silent.remove(file.reveal());
            for case in cases {
                if let Ok(answered) = case {
                    effects.extend(self.tell_batched(file, answered));
                }
                let row = match case {
                    Ok(it) => rows::row_of_batch(file, it, self.now_ms),
                    Err(it) => rows::row_of_silence(file, it, self.now_ms),
                };
                self.worklist.batch.count(&row);
                match place.take() {
                    Some(number) => again.push((number, row)),
                    None => fresh.push(row),
                }
            }
        }
        if self.worklist.report_job == Some(id) {
            let sort = self.settings.worklist.sort;
            self.worklist.scored.put(again);
            self.worklist.scored.extend(fresh, sort);
        }
        effects
    }

    /// The batch is over. Whoever does not look at it is told.
    pub(in crate::session) fn batch_ended(&mut self, failure: Option<Failure>) {
        let page = &mut self.worklist.batch;
        let is_done = page.stand.is_some() && page.n_left() == 0;
        page.job = None;
        page.is_paused = false;
        page.is_stopping = false;
        page.silent.clear();
        page.failure.clone_from(&failure);
        if self.page == Page::Worklist {
            return;
        }
        if let Some(failure) = failure {
            self.tell(Tone::Failure, failure, None, None);
        } else if is_done {
            let done = Failure {
                headline: self.words.say("notice-batch"),
                remedy: self.words.say("notice-batch-remedy"),
                cause: String::new(),
            };
            let report = self.worklist.report.clone();
            self.tell(Tone::Done, done, report, None);
        }
    }
}

impl BatchPage {
    fn count(&mut self, row: &Row) {
        let counter = match row.outcome {
            Outcome::Refused(_) => &mut self.n_refused,
            Outcome::Failed(_) => &mut self.n_failed,
            _ => &mut self.n_answered,
        };
        *counter += 1;
    }
}
