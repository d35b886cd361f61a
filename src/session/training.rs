//! The page that trains: what starts, what is told, and the model that comes of it.

use std::sync::Arc;

use serde_json::json;

use super::{
    Curve, Deed, Effect, Kind, Page, Purpose, State, Tone, TrainStage, Training,
    evaluating::started,
};
use crate::{
    engine::{Job, Tool},
    failure::Failure,
    model::Manifest,
    privacy::Phi,
    store::Action,
    training,
    words::{Part, Words},
};

impl State {
    pub(super) fn start_training(&mut self) -> Vec<Effect> {
        if self.training.job.is_some() {
            return Vec::new();
        }
        let Some(tool) = self.training.form.tool() else {
            return Vec::new();
        };
        let effect = self.ask(Purpose::Train, Job::RunTool(Tool::Train(tool)));
        let page = &mut self.training;
        // What was drawn before a stop stays: the run goes on from there.
        let curves = if page.is_paused {
            std::mem::take(&mut page.curves)
        } else {
            Vec::new()
        };
        *page = Training {
            form: std::mem::take(&mut page.form),
            job: started(&effect),
            curves,
            ..Training::default()
        };
        vec![effect]
    }

    pub(super) fn stop_training(&mut self) -> Vec<Effect> {
        let Some(id) = self.training.job else {
            return Vec::new();
        };
        if self.does_training_wait() {
            self.jobs.remove(&id);
            self.training.job = None;
        }
        self.training.is_stopping = self.training.job.is_some();
        vec![Effect::Cancel(id)]
    }

    /// Whether the evaluation goes first: one process at a time.
    pub fn does_training_wait(&self) -> bool {
        let (own, other) = (self.training.job, self.evaluating.job);
        self.training.n_cases.is_none() && other.is_some() && other < own
    }

    /// Takes in a line of the run.
    pub(super) fn training_told(&mut self, event: training::Event) {
        let page = &mut self.training;
        match event {
            training::Event::Prepared {
                cases, test_cases, ..
            } => page.n_cases = Some((cases, test_cases)),
            training::Event::Progress { run, progress } => {
                let part = progress.step as f64 / progress.n_steps.max(1) as f64;
                // Whole epochs are whole numbers.
                let epochs = (part * progress.n_epochs as f64 * 1e6).round() / 1e6;
                page.draw(&run, epochs, (progress.loss, progress.held_out));
                page.stage = Some(TrainStage {
                    run,
                    epoch: progress.epoch,
                    n_epochs: progress.n_epochs,
                    step: progress.step,
                    n_steps: progress.n_steps,
                    seconds_left: progress.seconds_left,
                });
            }
            training::Event::Measured { metrics } => page.metrics = metrics,
            training::Event::Written { folder } => page.bundle = Some(Phi::new(folder)),
        }
    }

    /// The run is over.
    pub(super) fn training_ended(&mut self, failure: Option<Failure>) {
        let page = &mut self.training;
        page.is_paused = page.bundle.is_none();
        page.job = None;
        page.stage = None;
        page.is_stopping = false;
        page.failure.clone_from(&failure);
        if self.page == Page::Train {
            return;
        }
        if let Some(failure) = failure {
            self.tell(Tone::Failure, failure, None, None);
        } else if self.training.bundle.is_some() {
            let key = self.press_words(super::Action::Train);
            let done = finished(&self.words, &key);
            self.tell(Tone::Done, done, None, None);
        }
    }

    /// Loads the bundle; once it is there, it reads.
    pub(super) fn use_trained(&mut self) -> Vec<Effect> {
        let Some(folder) = self.training.bundle.as_ref() else {
            return Vec::new();
        };
        // For the file system.
        let folder = folder.reveal().clone();
        vec![self.ask(Purpose::AddModel(folder.clone()), Job::AddModel(folder))]
    }

    /// A model was loaded, in the place of one of its name. One that was just trained is chosen at once.
    pub(super) fn take_model(&mut self, manifest: Arc<Manifest>, purpose: &Purpose) -> Vec<Effect> {
        let kind = Kind::of(&manifest);
        let (name, model) = (manifest.name.clone(), manifest.model_ref());
        self.about.take_tested(name.clone(), None);
        // Two versions of one model stand beside each other, but what is added takes the place of all of its name.
        let is_added = matches!(purpose, Purpose::AddModel(_));
        let is_same = |it: &Arc<Manifest>| it.name == name && (is_added || it.model_ref() == model);
        let place = self.models.iter().position(is_same);
        let mut others = std::mem::take(&mut self.models);
        others.retain(|it| !is_same(it));
        others.insert(place.unwrap_or(others.len()).min(others.len()), manifest);
        self.models = others;
        if let Purpose::AddModel(folder) = purpose {
            self.added.insert(name.clone(), folder.clone());
            self.chosen.extend(kind.map(|it| (it, model)));
            self.turn_to(Page::Reading);
            let deed = Deed::noted(Action::ModelChanged, json!({ "added": name }));
            return self.tell_records(deed).into_iter().collect();
        }
        Vec::new()
    }
}

impl Training {
    fn draw(&mut self, run: &str, epochs: f64, (loss, held_out): (f64, Option<f64>)) {
        let found = self.curves.iter().position(|it| it.run == run);
        let idx = found.unwrap_or(self.curves.len());
        if found.is_none() {
            self.curves.push(Curve {
                run: run.to_owned(),
                loss: Vec::new(),
                held_out: Vec::new(),
            });
        }
        let Some(curve) = self.curves.get_mut(idx) else {
            return;
        };
        // One point for each whole epoch, and one that moves; a run that was taken up again overwrites.
        curve
            .loss
            .retain(|(at, _)| *at < epochs && at.fract() == 0.0);
        curve.loss.push((epochs, loss));
        if let Some(figure) = held_out {
            curve.held_out.retain(|(at, _)| *at < epochs);
            curve.held_out.push((epochs, figure));
        }
    }
}

fn finished(words: &Words, key: &str) -> Failure {
    Failure {
        headline: words.say("notice-trained"),
        remedy: words.say_with("notice-trained-remedy", &[("key", Part::from(key))]),
        cause: String::new(),
    }
}
