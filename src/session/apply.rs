//! What a command does, and what an answer changes.

use std::{path::PathBuf, sync::Arc};

use super::{
<<<<<<< HEAD
    Action, Answer, Command, Content, Effect, Item, ItemId, Kind, Loading, NoteItem, Notice,
    Purpose, Reading, ScanItem, Sheet, State, Tone, item::primary_label,
=======
    Action, Answer, Command, Content, Effect, Item, ItemId, Loading, Notice, Purpose, Reading,
    ScanItem, Sheet, State, Tone,
>>>>>>> main
};
use crate::{
    engine::{Error, Event, Job, JobId, SaveJob, Target},
    failure::Failure,
<<<<<<< HEAD
    import::{self, Opened},
    prediction::{Explanation, LabelIdx, Method, Prediction},
=======
>>>>>>> main
    privacy::Phi,
    render::{Pyramid, auto_window, curve::first_window, preset_window},
    settings::Theme,
};

<<<<<<< HEAD
/// Methods that the chooser offers for scans, in its order.
pub const SCAN_METHODS: [Method; 4] = [
    Method::GradCam,
    Method::HiResCam,
    Method::IntegratedGradients,
    Method::Occlusion,
];
/// Likewise for notes.
pub const NOTE_METHODS: [Method; 2] = [Method::Chefer, Method::IntegratedGradients];

=======
>>>>>>> main
impl State {
    /// Loads the models and opens what the command line named.
    pub fn start(&mut self, files: Vec<PathBuf>) -> Vec<Effect> {
        let mut effects = vec![self.ask(Purpose::LoadModels, Job::LoadModels)];
        if !files.is_empty() {
            effects.extend(self.apply(Command::Open(files)));
        }
        effects
    }

    /// Does what a person asked.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Act(action) => return self.act(action),
            Command::Open(paths) => {
                self.sheet = None;
                let again = Command::Open(paths.clone());
                return vec![self.ask(Purpose::Open(again), Job::Open(paths))];
            }
            Command::Activate(id) => self.activate(id),
            Command::Close(id) => return self.close(id),
            Command::ChooseModel(kind, name) => {
                self.chosen.insert(kind, name);
            }
            Command::ChooseLabel(id, label) => return self.explain(id, Some(label), None),
            Command::ChooseMethod(id, method) => return self.explain(id, None, Some(method)),
            Command::ShowFrame(frame_idx) => self.show_frame(frame_idx),
            Command::SetWindow(window) => self.edit_scan(|it| it.view.window = window),
            Command::Pan { x, y } => self.edit_scan(|it| it.view.pan((x, y))),
            Command::Zoom { factor, about } => {
                self.edit_scan(|it| it.view.zoom_about(factor, about))
            }
            Command::SetOpacity(opacity) => {
                self.settings.overlay_opacity = opacity.clamp(0.05, 1.0);
                return self.save_settings();
            }
            Command::Answer(id, answer) => self.answer(id, answer),
            Command::SaveTo(path) => return self.save_overlay(path),
            Command::Dismiss(id) => self.notices.retain(|it| it.id != id),
            Command::Retry(id) => return self.retry(id),
            Command::Copy(text) => return vec![Effect::Copy(text)],
            Command::SetTheme(theme) => {
                self.settings.theme = theme;
                return self.save_settings();
            }
            Command::CloseSheet => self.sheet = None,
            Command::NoDialog => self.sheet = Some(Sheet::Path),
        }
        Vec::new()
    }

    /// Takes in what a worker answered. An answer that nobody waits for any more changes nothing.
    pub fn on_event(&mut self, id: JobId, event: Event) -> Vec<Effect> {
        let Some(purpose) = self.jobs.get(&id).cloned() else {
            return Vec::new();
        };
        match event {
<<<<<<< HEAD
            Event::Opened { path, opened } => return self.take_in(path, opened),
=======
            Event::Opened { path, opened } => return self.take_in(path, *opened),
>>>>>>> main
            Event::Refused { path, error } => self.refuse(path, &error, purpose),
            Event::ModelLoaded(manifest) => self.models.push(manifest),
            Event::ModelRefused { folder, error } => {
                let mut failure = Failure::from(&error);
                failure.headline = format!("{} ({folder})", failure.headline);
                self.tell(Tone::Failure, failure, None, None);
            }
<<<<<<< HEAD
            Event::Scored(prediction) => return self.scored(id, &purpose, prediction),
            Event::Explained(explanation) => self.explained(id, &purpose, explanation),
=======
            Event::Scored(prediction) => return self.scored(id, &purpose, *prediction),
            Event::Explained(explanation) => self.explained(id, &purpose, *explanation),
>>>>>>> main
            Event::Saved(path) => {
                let words =
                    "The PNG carries the overlay; the JSON beside it the result.".to_owned();
                let saved = Failure {
                    headline: "Overlay and result saved".to_owned(),
                    remedy: words,
                    cause: String::new(),
                };
                self.tell(Tone::Done, saved, Some(path), None);
            }
            Event::Done => {
                self.jobs.remove(&id);
                if matches!(purpose, Purpose::LoadModels)
                    && std::mem::take(&mut self.is_score_wanted)
                {
                    return self.score();
                }
            }
            Event::Failed(error) => self.failed(id, &purpose, &error),
            Event::Cancelled => self.cancelled(id, &purpose),
        }
        Vec::new()
    }

    /// A job was not taken.
    pub fn on_busy(&mut self, id: JobId, error: &crate::engine::Busy) {
        if let Some(purpose) = self.jobs.remove(&id) {
            self.cancelled(id, &purpose);
        }
        self.tell(Tone::Failure, error.into(), None, None);
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::OpenFiles => return vec![Effect::AskForFiles],
            Action::OpenPath => self.sheet = Some(Sheet::Path),
            Action::OpenSample => {
                self.sheet = None;
                return vec![self.ask(
                    Purpose::Open(Command::Act(Action::OpenSample)),
                    Job::OpenSample,
                )];
            }
            Action::Score => return self.score(),
            Action::ToggleOverlay => self.is_overlay_shown = !self.is_overlay_shown,
            Action::OpacityUp => {
                return self.apply(Command::SetOpacity(self.settings.overlay_opacity + 0.1));
            }
            Action::OpacityDown => {
                return self.apply(Command::SetOpacity(self.settings.overlay_opacity - 0.1));
            }
            Action::NextLabel => return self.next_label(),
            Action::NextMethod => return self.next_method(),
            Action::AutoWindow => {
                self.edit_scan(|it| it.view.window = auto_window(it.pyramid.frame()))
            }
            Action::Window(number) => self.edit_scan(|it| {
                let number = usize::from(number).saturating_sub(1);
                it.view.window =
                    preset_window(&it.scan, number).unwrap_or_else(|| it.view.window.clone());
            }),
            Action::Invert => self.edit_scan(|it| it.view.is_inverted = !it.view.is_inverted),
            Action::ResetView => self.edit_scan(reset_view),
            Action::ZoomIn => self.edit_scan(|it| it.view.zoom_about(1.25, it.view.center)),
            Action::ZoomOut => self.edit_scan(|it| it.view.zoom_about(0.8, it.view.center)),
            Action::NextFrame => self.step_frame(1),
            Action::PreviousFrame => self.step_frame(-1),
            Action::FirstFrame => self.show_frame(0),
            Action::LastFrame => self.show_frame(usize::MAX),
            Action::ToggleTexts => self.are_texts_shown = !self.are_texts_shown,
            Action::ToggleStudyList => self.is_study_list_shown = !self.is_study_list_shown,
            Action::NextItem => self.step_item(1),
            Action::PreviousItem => self.step_item(-1),
            Action::CloseItem => return self.center.map_or_else(Vec::new, |id| self.close(id)),
            Action::Agree => self.answer_center(Answer::Agree),
            Action::Disagree => self.answer_center(Answer::Disagree),
            Action::Unsure => self.answer_center(Answer::Unsure),
            Action::SaveOverlay => return self.ask_where_to_save(),
            Action::ToggleTheme => {
                let theme = match self.settings.theme {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                };
                return self.apply(Command::SetTheme(theme));
            }
            Action::Palette => self.sheet = toggled(self.sheet, Sheet::Palette),
            Action::Keys => self.sheet = toggled(self.sheet, Sheet::Keys),
            Action::Escape => return self.escape(),
            Action::Quit => return vec![Effect::Quit],
        }
        Vec::new()
    }

    /// Closes what lies on top, else stops what runs, else resets the view.
    fn escape(&mut self) -> Vec<Effect> {
        let running: Vec<JobId> = self.busy_jobs().collect();
        if self.sheet.take().is_some() {
            return Vec::new();
        }
        if running.is_empty() {
            self.edit_scan(reset_view);
        }
        self.is_score_wanted = false;
        running.into_iter().map(Effect::Cancel).collect()
    }

<<<<<<< HEAD
    // What is open.

    fn take_in(&mut self, path: Phi<PathBuf>, opened: Opened) -> Vec<Effect> {
        let name = path
            .reveal()
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        let content = match opened {
            Opened::Scan(scan) => ScanItem::new(scan).map(|it| Content::Scan(Box::new(it))),
            Opened::Note(note) => Some(Content::Note(NoteItem::new(note))),
        };
        let Some(content) = content else {
            return Vec::new();
        };
        let id = ItemId(self.number());
        let is_scan = matches!(content, Content::Scan(_));
        self.items.push(Item {
            id,
            name: Phi::new(name),
            content,
        });
        if is_scan {
            self.center = Some(id);
        } else {
            self.beside = Some(id);
            self.center = self.center.or(Some(id));
        }
        self.settings.remember(path.reveal());
        self.save_settings()
    }

    fn refuse(&mut self, path: Phi<PathBuf>, error: &import::Error, purpose: Purpose) {
        let retry = match purpose {
            Purpose::Open(_) => Some(Command::Open(vec![path.reveal().clone()])),
            _ => None,
        };
        self.tell(Tone::Failure, error.into(), Some(path), retry);
    }

    fn activate(&mut self, id: ItemId) {
        let Some(item) = self.item(id) else { return };
        if matches!(item.content, Content::Note(_)) {
            self.beside = Some(id);
        }
        self.center = Some(id);
    }

    fn close(&mut self, id: ItemId) -> Vec<Effect> {
        let of_item = |purpose: &Purpose| matches!(purpose, Purpose::Score { item, .. } | Purpose::Explain { item, .. } if *item == id);
        let stopped: Vec<JobId> = self
            .jobs
            .iter()
            .filter(|(_, it)| of_item(it))
            .map(|(id, _)| *id)
            .collect();
        self.jobs.retain(|id, _| !stopped.contains(id));
        self.items.retain(|it| it.id != id);
        let is_note = |it: &&Item| matches!(it.content, Content::Note(_));
        if self.beside == Some(id) {
            self.beside = self.items.iter().find(is_note).map(|it| it.id);
        }
        if self.center == Some(id) {
            let scan = self.items.iter().find(|it| !is_note(it));
            self.center = scan.or_else(|| self.items.first()).map(|it| it.id);
        }
        stopped.into_iter().map(Effect::Cancel).collect()
    }

    fn step_item(&mut self, by: isize) {
        let at = self
            .items
            .iter()
            .position(|it| Some(it.id) == self.center)
            .unwrap_or(0);
        let next = at
            .saturating_add_signed(by)
            .min(self.items.len().saturating_sub(1));
        if let Some(id) = self.items.get(next).map(|it| it.id) {
            self.activate(id);
        }
    }

=======
>>>>>>> main
    // How it is looked at.

    fn edit_scan(&mut self, edit: impl FnOnce(&mut ScanItem)) {
        let center = self.center;
        if let Some(Item {
            content: Content::Scan(scan),
            ..
        }) = self.items.iter_mut().find(|it| Some(it.id) == center)
        {
            edit(scan);
        }
    }

    fn show_frame(&mut self, frame_idx: usize) {
        self.edit_scan(|it| {
            let frame_idx = frame_idx.min(it.scan.frames.len().saturating_sub(1));
            if let Some(frame) = it.scan.frames.get(frame_idx)
                && frame_idx != it.view.frame_idx
            {
                it.view.frame_idx = frame_idx;
                it.pyramid = Pyramid::new(frame.clone());
            }
        });
    }

    fn step_frame(&mut self, by: isize) {
        if let Some((_, scan)) = self.scan() {
            self.show_frame(scan.view.frame_idx.saturating_add_signed(by));
        }
    }

<<<<<<< HEAD
    // Scoring and explaining.

    fn score(&mut self) -> Vec<Effect> {
        if self.are_models_loading() {
            self.is_score_wanted = true;
            return Vec::new();
        }
        let scan = self
            .scan()
            .map(|(id, it)| (id, it.target(), it.view.frame_idx));
        let note = self.note().map(|(id, it)| (id, it.target(), 0));
        let mut effects = Vec::new();
        for (id, target, frame_idx) in [scan, note].into_iter().flatten() {
            effects.extend(self.score_one(id, target, frame_idx));
        }
        effects
    }

    fn score_one(&mut self, item: ItemId, target: Target, frame_idx: usize) -> Option<Effect> {
        if self
            .reading_mut(item, frame_idx)?
            .prediction
            .waiting()
            .is_some()
        {
            return None;
        }
        let kind = match target {
            Target::Scan { .. } => Kind::Scan,
            Target::Note(_) => Kind::Note,
        };
        let Some(manifest) = self.model_for(kind).cloned() else {
            let what = match kind {
                Kind::Scan => "scans",
                Kind::Note => "notes",
            };
            let failure = Failure {
                headline: format!("No model for {what} is installed"),
                remedy: "Put a model bundle into the models folder and start Wardlight again."
                    .to_owned(),
                cause: format!(
                    "wanted a model for {what}, found {} models",
                    self.models.len()
                ),
            };
            self.reading_mut(item, frame_idx)?.prediction = Loading::Failed(failure);
            return None;
        };
        let model = manifest.name.clone();
        let effect = self.ask(
            Purpose::Score { item, frame_idx },
            Job::Score { target, model },
        );
        let Effect::Start(id, _) = effect else {
            return None;
        };
        let method = match kind {
            Kind::Scan => Method::GradCam,
            Kind::Note => Method::Chefer,
        };
        let reading = self.reading_mut(item, frame_idx)?;
        let answer = reading.answer;
        let method = reading.method.or(Some(method));
        *reading = Reading {
            model: Some(manifest),
            prediction: Loading::Waiting(id),
            method,
            answer,
            ..Reading::default()
        };
        Some(effect)
    }

    fn scored(&mut self, id: JobId, purpose: &Purpose, prediction: Prediction) -> Vec<Effect> {
        let Purpose::Score { item, frame_idx } = *purpose else {
            return Vec::new();
        };
        let Some(subject) = self.target(item, frame_idx).map(|it| it.subject()) else {
            return Vec::new();
        };
        let Some(reading) = self.reading_mut(item, frame_idx) else {
            return Vec::new();
        };
        let is_from_model = reading
            .model
            .as_ref()
            .is_some_and(|it| it.model_ref() == prediction.model);
        if reading.prediction.waiting() != Some(id) || prediction.about != subject || !is_from_model
        {
            return Vec::new();
        }
        let label = primary_label(&prediction);
        reading.prediction = Loading::Ready(prediction);
        self.explain_frame((item, frame_idx), label, None)
    }

    /// Explains the frame on screen, or the note.
    fn explain(
        &mut self,
        item: ItemId,
        label: Option<LabelIdx>,
        method: Option<Method>,
    ) -> Vec<Effect> {
        let frame_idx = match self.item(item).map(|it| &it.content) {
            Some(Content::Scan(scan)) => scan.view.frame_idx,
            Some(Content::Note(_)) | None => 0,
        };
        self.explain_frame((item, frame_idx), label, method)
    }

    fn explain_frame(
        &mut self,
        (item, frame_idx): (ItemId, usize),
        label: Option<LabelIdx>,
        method: Option<Method>,
    ) -> Vec<Effect> {
        let Some(target) = self.target(item, frame_idx) else {
            return Vec::new();
        };
        let Some(reading) = self.reading_mut(item, frame_idx) else {
            return Vec::new();
        };
        reading.label = label.or(reading.label);
        reading.method = method.or(reading.method);
        let before = reading.explanation.waiting();
        let (Some(label), Some(method), Some(manifest), Loading::Ready(_)) = (
            reading.label,
            reading.method,
            reading.model.clone(),
            &reading.prediction,
        ) else {
            return Vec::new();
        };
        let model = manifest.name.clone();
        let effect = self.ask(
            Purpose::Explain { item, frame_idx },
            Job::Explain {
                target,
                model,
                label,
                method,
            },
        );
        if let (Effect::Start(id, _), Some(reading)) = (&effect, self.reading_mut(item, frame_idx))
        {
            reading.explanation = Loading::Waiting(*id);
        }
        before
            .map(Effect::Cancel)
            .into_iter()
            .chain([effect])
            .collect()
    }

    fn explained(&mut self, id: JobId, purpose: &Purpose, explanation: Explanation) {
        let Purpose::Explain { item, frame_idx } = *purpose else {
            return;
        };
        let Some(subject) = self.target(item, frame_idx).map(|it| it.subject()) else {
            return;
        };
        let Some(reading) = self.reading_mut(item, frame_idx) else {
            return;
        };
        let wanted = reading
            .model
            .as_ref()
            .zip(reading.label)
            .and_then(|(it, label)| it.labels.get(label.0));
        let fits = explanation.about == subject
            && wanted.is_some_and(|it| it.name == explanation.label)
            && reading
                .model
                .as_ref()
                .is_some_and(|it| it.model_ref() == explanation.model)
            && reading.method == Some(explanation.method);
        if reading.explanation.waiting() == Some(id) && fits {
            reading.explanation = Loading::Ready(Arc::new(explanation));
        }
    }

    fn next_label(&mut self) -> Vec<Effect> {
        let Some((item, reading)) = self.center_reading() else {
            return Vec::new();
        };
        let n_labels = reading.model.as_ref().map_or(0, |it| it.labels.len());
        let Some(label) = reading.label.filter(|_| 0 < n_labels) else {
            return Vec::new();
        };
        self.explain(item, Some(LabelIdx((label.0 + 1) % n_labels)), None)
    }

    fn next_method(&mut self) -> Vec<Effect> {
        let methods: &[Method] = if self.scan().is_some() {
            &SCAN_METHODS
        } else {
            &NOTE_METHODS
        };
        let Some((item, reading)) = self.center_reading() else {
            return Vec::new();
        };
        let at = methods
            .iter()
            .position(|it| Some(*it) == reading.method)
            .map_or(0, |it| it + 1);
        self.explain(item, None, methods.get(at % methods.len()).copied())
    }

=======
>>>>>>> main
    // Answers, saving, failures.

    fn answer(&mut self, item: ItemId, answer: Answer) {
        let frame_idx = self
            .scan()
            .filter(|(id, _)| *id == item)
            .map_or(0, |(_, it)| it.view.frame_idx);
        if let Some(reading) = self.reading_mut(item, frame_idx)
            && reading.prediction.ready().is_some()
        {
            reading.answer = if reading.answer == Some(answer) {
                None
            } else {
                Some(answer)
            };
        }
    }

    fn answer_center(&mut self, answer: Answer) {
        if let Some(id) = self.center {
            self.answer(id, answer);
        }
    }

    fn ask_where_to_save(&mut self) -> Vec<Effect> {
        if self
            .scan()
            .is_some_and(|(_, it)| it.explanation().is_some())
        {
            return vec![Effect::AskWhereToSave];
        }
        let failure = Failure {
            headline: "There is no overlay to save yet".to_owned(),
            remedy: "Score a scan first: press Space.".to_owned(),
            cause: "wanted a scan with an explanation, found none".to_owned(),
        };
        self.tell(Tone::Failure, failure, None, None);
        Vec::new()
    }

    fn save_overlay(&mut self, to: PathBuf) -> Vec<Effect> {
        let opacity = self.settings.overlay_opacity;
        let Some((_, scan)) = self.scan() else {
            return Vec::new();
        };
        let (Some(prediction), Some(explanation)) = (
            scan.prediction().cloned(),
            scan.explanation().map(|it| it.as_ref().clone()),
        ) else {
            return Vec::new();
        };
        let job = SaveJob {
            scan: scan.scan.clone(),
            window: scan.view.window.clone(),
            prediction,
            explanation,
            opacity,
            to,
        };
        vec![self.ask(Purpose::Save, Job::Save(Box::new(job)))]
    }

    fn failed(&mut self, id: JobId, purpose: &Purpose, error: &Error) {
        let failure = Failure::from(error);
        match *purpose {
            Purpose::Score { item, frame_idx } => {
                if let Some(reading) = self
                    .reading_mut(item, frame_idx)
                    .filter(|it| it.prediction.waiting() == Some(id))
                {
                    reading.prediction = Loading::Failed(failure);
                }
            }
            Purpose::Explain { item, frame_idx } => {
                if let Some(reading) = self
                    .reading_mut(item, frame_idx)
                    .filter(|it| it.explanation.waiting() == Some(id))
                {
                    reading.explanation = Loading::Failed(failure);
                }
            }
            Purpose::Open(ref again) => {
                self.tell(Tone::Failure, failure, None, Some(again.clone()))
            }
            Purpose::LoadModels | Purpose::Save => self.tell(Tone::Failure, failure, None, None),
        }
        self.jobs.remove(&id);
    }

    fn cancelled(&mut self, id: JobId, purpose: &Purpose) {
        if let Purpose::Score { item, frame_idx } | Purpose::Explain { item, frame_idx } = *purpose
            && let Some(reading) = self.reading_mut(item, frame_idx)
        {
            if reading.prediction.waiting() == Some(id) {
                reading.prediction = Loading::Empty;
            }
            if reading.explanation.waiting() == Some(id) {
                reading.explanation = Loading::Empty;
            }
        }
        self.jobs.remove(&id);
    }

    fn retry(&mut self, id: u64) -> Vec<Effect> {
        let Some(at) = self.notices.iter().position(|it| it.id == id) else {
            return Vec::new();
        };
        let notice = self.notices.remove(at);
        notice.retry.map_or_else(Vec::new, |it| self.apply(it))
    }

    pub(crate) fn tell(
        &mut self,
        tone: Tone,
        failure: Failure,
        subject: Option<Phi<PathBuf>>,
        retry: Option<Command>,
    ) {
        let id = self.number();
        self.notices.push(Notice {
            id,
            tone,
            failure,
            subject,
            retry,
        });
    }

    // Small things.

<<<<<<< HEAD
    fn center_reading(&self) -> Option<(ItemId, &Reading)> {
=======
    pub(super) fn center_reading(&self) -> Option<(ItemId, &Reading)> {
>>>>>>> main
        let item = self.center()?;
        match &item.content {
            Content::Scan(scan) => scan.reading().map(|it| (item.id, it)),
            Content::Note(note) => Some((item.id, &note.reading)),
        }
    }

<<<<<<< HEAD
    fn reading_mut(&mut self, item: ItemId, frame_idx: usize) -> Option<&mut Reading> {
=======
    pub(super) fn reading_mut(&mut self, item: ItemId, frame_idx: usize) -> Option<&mut Reading> {
>>>>>>> main
        match &mut self.items.iter_mut().find(|it| it.id == item)?.content {
            Content::Scan(scan) => Some(scan.readings.entry(frame_idx).or_default()),
            Content::Note(note) => Some(&mut note.reading),
        }
    }

<<<<<<< HEAD
    fn target(&self, item: ItemId, frame_idx: usize) -> Option<Target> {
=======
    pub(super) fn target(&self, item: ItemId, frame_idx: usize) -> Option<Target> {
>>>>>>> main
        Some(match &self.item(item)?.content {
            Content::Scan(scan) => Target::Scan {
                scan: Arc::clone(&scan.scan),
                frame_idx,
            },
            Content::Note(note) => note.target(),
        })
    }

<<<<<<< HEAD
    fn ask(&mut self, purpose: Purpose, job: Job) -> Effect {
=======
    pub(super) fn ask(&mut self, purpose: Purpose, job: Job) -> Effect {
>>>>>>> main
        let id = JobId(self.number());
        self.jobs.insert(id, purpose);
        Effect::Start(id, job)
    }

<<<<<<< HEAD
    fn save_settings(&self) -> Vec<Effect> {
        vec![Effect::SaveSettings(self.settings.clone())]
    }

    const fn number(&mut self) -> u64 {
=======
    pub(super) fn save_settings(&self) -> Vec<Effect> {
        vec![Effect::SaveSettings(self.settings.clone())]
    }

    pub(super) const fn number(&mut self) -> u64 {
>>>>>>> main
        self.next_number += 1;
        self.next_number
    }
}

fn reset_view(item: &mut ScanItem) {
    item.view.fit();
    item.view.is_inverted = false;
    item.view.window = first_window(&item.scan, item.view.frame_idx);
}

fn toggled(sheet: Option<Sheet>, wanted: Sheet) -> Option<Sheet> {
    if sheet == Some(wanted) {
        None
    } else {
        Some(wanted)
    }
}
