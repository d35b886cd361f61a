//! The page that evaluates: what starts, what is told, and the report that comes of it.

use std::{path::PathBuf, sync::Arc};

use serde_json::json;

use super::{
    Command, Deed, Effect, Field, Kind, Loading, Page, PageCommand, Purpose, REPORTS, ShownReport,
    Stage, State, Switch, Tone, Wanted,
};
use crate::{
    engine::{Job, JobId, Tool},
    evaluate::{self, Report, report::Findings},
    failure::Failure,
    model::Manifest,
    privacy::Phi,
    store::Action,
    words::{Part, Words},
};

impl State {
    /// Does what was asked on a page.
    pub(super) fn apply_on_page(&mut self, command: PageCommand) -> Vec<Effect> {
        match command {
            PageCommand::SetText(field, text) => self.set_text(field, text),
            PageCommand::Browse(field) => {
                return vec![Effect::AskForPath(Wanted::Field(field))];
            }
            PageCommand::Flip(Switch::BeyondScope) => {
                let form = &mut self.evaluating.form;
                form.is_beyond_scope = !form.is_beyond_scope;
            }
            PageCommand::Flip(Switch::Damage) => {
                let form = &mut self.evaluating.form;
                form.is_damaged = !form.is_damaged;
            }
            PageCommand::EvaluateModel(name) => {
                let before = self.evaluated_kind();
                self.evaluating.form.model = Some(name);
                let is_same_kind = self.evaluated_kind() == before;
                let name = self.evaluated_model().map(str::to_owned);
                let form = &mut self.evaluating.form;
                form.against = form
                    .against
                    .take()
                    .filter(|it| is_same_kind && Some(it) != name.as_ref());
                if !is_same_kind {
                    // The columns of notes are not those of images.
                    form.case_column.clear();
                }
                self.suggest_report();
            }
            PageCommand::Against(name) => self.evaluating.form.against = name,
            PageCommand::StartEvaluation => return self.start_evaluation(),
            PageCommand::StopEvaluation => return self.stop_evaluation(),
            PageCommand::NewEvaluation => {
                self.evaluating.report = Loading::Empty;
                self.evaluating.failure = None;
            }
            PageCommand::OpenReport(folder) => return self.open_report(folder),
            PageCommand::StartTraining => return self.start_training(),
            PageCommand::StopTraining => return self.stop_training(),
            PageCommand::UseModel => return self.use_trained(),
            PageCommand::OpenOutside(path) => return vec![Effect::OpenOutside(path)],
            PageCommand::NothingThere => {
                let failure = nothing_there(&self.words);
                self.tell(Tone::Failure, failure, None, None);
            }
        }
        Vec::new()
    }

    /// Files that were dropped: a recipe goes to the training, a table to the evaluation where that is shown, and all else
    /// is opened. Elsewhere a table is opened as well: it may hold measurements.
    pub(super) fn take_dropped(&mut self, paths: Vec<PathBuf>) -> Vec<Effect> {
        let mut others = Vec::new();
        for path in paths {
            let ending = path.extension().map(|it| it.to_ascii_lowercase());
            let field = match ending.as_ref().and_then(|it| it.to_str()) {
                Some("csv") if self.page == Page::Evaluate => Some((Page::Evaluate, Field::Table)),
                Some("toml") => Some((Page::Train, Field::Recipe)),
                _ => None,
            };
            match field {
                Some((page, field)) => {
                    self.turn_to(page);
                    self.set_text(field, path.to_string_lossy().into_owned());
                }
                None => others.push(path),
            }
        }
        if others.is_empty() {
            return Vec::new();
        }
        self.turn_to(Page::Reading);
        let again = Command::Drop(others.clone());
        vec![self.ask(Purpose::Open(again), Job::Open(others))]
    }

    /// Shows a page; from the evaluation it is seen which models there are.
    pub(super) fn turn_to(&mut self, page: Page) {
        self.page = page;
        self.sheet = None;
    }

    pub(super) fn set_text(&mut self, field: Field, text: String) {
        match field {
            Field::Report => self.evaluating.form.is_out_typed = !text.is_empty(),
            Field::Bundle => self.training.form.is_out_typed = !text.is_empty(),
            Field::Copies => {
                self.deidentify.folder = text;
                return;
            }
            Field::List => {
                self.worklist.out = text;
                return;
            }
            Field::BatchFolder => {
                self.worklist.batch.form.folder = text;
                return;
            }
            Field::BatchReport => {
                self.worklist.batch.form.report = text;
                return;
            }
            _ => {}
        }
        let place = self.evaluating.form.field_mut(field);
        if let Some(place) = place.or_else(|| self.training.form.field_mut(field)) {
            *place = text;
        }
        match field {
            Field::Table => self.suggest_report(),
            Field::Recipe => self.training.form.suggest(self.models_folder.as_deref()),
            _ => {}
        }
    }

    fn suggest_report(&mut self) {
        let model = self.evaluated_model().map(str::to_owned);
        self.evaluating.form.suggest(model.as_deref());
    }

    /// The models that can be evaluated: all but those that answer questions.
    pub fn evaluable_models(&self) -> impl Iterator<Item = &Arc<Manifest>> {
        let is_evaluable = |it: &&Arc<Manifest>| Kind::of(it).is_some();
        self.models.iter().filter(is_evaluable)
    }

    fn evaluated(&self) -> Option<&Arc<Manifest>> {
        let chosen = self.evaluating.form.model.as_ref();
        let named = self.evaluable_models().find(|it| Some(&it.name) == chosen);
        let first = || self.model_for(Kind::Scan);
        named
            .or_else(first)
            .or_else(|| self.evaluable_models().next())
    }

    /// The name of the model that would be evaluated.
    pub fn evaluated_model(&self) -> Option<&str> {
        Some(self.evaluated()?.name.as_str())
    }

    /// What it reads; scans while there is none.
    pub fn evaluated_kind(&self) -> Kind {
        let manifest = self.evaluated();
        manifest.and_then(|it| Kind::of(it)).unwrap_or(Kind::Scan)
    }

    /// Whether the training goes first: one process at a time.
    pub fn does_evaluation_wait(&self) -> bool {
        let (own, other) = (self.evaluating.job, self.training.job);
        self.evaluating.stage.is_none() && other.is_some() && other < own
    }

    fn start_evaluation(&mut self) -> Vec<Effect> {
        if self.evaluating.job.is_some() {
            return Vec::new();
        }
        let Some(name) = self.evaluated_model() else {
            return Vec::new();
        };
        // A model that was trained a moment ago lies where its training put it.
        let place = self
            .added
            .get(name)
            .map(|it| it.to_string_lossy().into_owned());
        let name = place.unwrap_or_else(|| name.to_owned());
        let Some(mut tool) = self.evaluating.form.tool(name, self.evaluated_kind()) else {
            return Vec::new();
        };
        let place = tool.against.as_ref().and_then(|it| self.added.get(it));
        tool.against = place
            .map(|it| it.to_string_lossy().into_owned())
            .or(tool.against);
        let effect = self.ask(
            Purpose::Evaluate,
            Job::RunTool(Tool::Evaluate(Box::new(tool))),
        );
        let page = &mut self.evaluating;
        page.job = started(&effect);
        page.is_stopping = false;
        page.stage = None;
        page.failure = None;
        page.written = None;
        page.report = Loading::Empty;
        vec![effect]
    }

    fn stop_evaluation(&mut self) -> Vec<Effect> {
        let Some(id) = self.evaluating.job else {
            return Vec::new();
        };
        if self.does_evaluation_wait() {
            // Nobody would say that it was cancelled before the training has ended.
            self.jobs.remove(&id);
            self.evaluating.job = None;
        }
        self.evaluating.is_stopping = self.evaluating.job.is_some();
        vec![Effect::Cancel(id)]
    }

    /// Takes in a line of the run.
    pub(super) fn evaluation_told(&mut self, event: evaluate::Event) {
        match event {
            evaluate::Event::Progress {
                stage,
                done,
                total,
                seconds_left,
            } => {
                self.evaluating.stage = Some(Stage {
                    name: stage,
                    done,
                    total,
                    seconds_left,
                });
            }
            evaluate::Event::Written { folder } => self.evaluating.written = Some(folder),
        }
    }

    /// The run is over; without a failure the report is read.
    pub(super) fn evaluation_ended(&mut self, failure: Option<Failure>) -> Vec<Effect> {
        let page = &mut self.evaluating;
        page.job = None;
        page.stage = None;
        page.is_stopping = false;
        if let Some(failure) = failure {
            page.failure = Some(failure.clone());
            if self.page != Page::Evaluate {
                self.tell(Tone::Failure, failure, None, None);
            }
            return Vec::new();
        }
        match self.evaluating.written.take() {
            Some(folder) => {
                let detail = json!({ "what": "evaluation report" });
                let deed = Deed::noted(Action::Exported, detail);
                let told = self.tell_records(deed);
                told.into_iter().chain(self.open_report(folder)).collect()
            }
            None => Vec::new(),
        }
    }

    fn open_report(&mut self, folder: PathBuf) -> Vec<Effect> {
        let effect = self.ask(Purpose::OpenReport, Job::OpenReport(folder));
        self.evaluating.report = started(&effect).map_or(Loading::Empty, Loading::Waiting);
        self.evaluating.failure = None;
        vec![effect]
    }

    pub(super) fn report_opened(
        &mut self,
        id: JobId,
        folder: Phi<PathBuf>,
        report: Box<Report>,
    ) -> Vec<Effect> {
        if self.evaluating.report.waiting() != Some(id) {
            return Vec::new();
        }
        if self.page != Page::Evaluate {
            let key = self.press_words(super::Action::Evaluate);
            let done = finished(&self.words, &report, &key);
            self.tell(Tone::Done, done, None, None);
        }
        // To be found again; see `Settings`.
        self.settings.remember_report(folder.reveal());
        self.evaluating.report = Loading::Ready(ShownReport { folder, report });
        let mut effects = self.save_settings();
        effects.extend(self.tell_paths(REPORTS));
        effects
    }
}

/// The job that an effect starts.
pub(super) fn started(effect: &Effect) -> Option<JobId> {
    match effect {
        Effect::Start(id, _) => Some(*id),
        _ => None,
    }
}

fn finished(words: &Words, report: &Report, key: &str) -> Failure {
    let key = ("key", Part::from(key));
    let figure = match &report.findings {
        Findings::OneLabel(it) => it.auroc.map(|it| format!("{:.3}", it.value)),
        Findings::ManyLabels(_) => None,
    };
    Failure {
        headline: words.say("notice-evaluated"),
        remedy: match &figure {
            Some(it) => {
                let parts = [("auroc", Part::from(it)), key];
                words.say_with("notice-evaluated-figure", &parts)
            }
            None => words.say_with("notice-evaluated-remedy", &[key]),
        },
        cause: String::new(),
    }
}

fn nothing_there(words: &Words) -> Failure {
    Failure {
        headline: words.say("notice-no-program"),
        remedy: words.say("notice-no-program-remedy"),
        cause: "wanted a program for the file, found none".to_owned(),
    }
}
