//! What the window tells of itself: what it is for, its models and whether they give their known answers, the
//! installation. Nothing of a patient is in it, so that a call for support may carry it.

use super::{Effect, Loading, Page, Purpose, State};
use crate::{
    engine::{Check, Gate, Installed, Job, JobId},
    failure::Failure,
    licences,
    model::Manifest,
    words::{Part, Words},
};

/// What was found out.
#[derive(Debug, Default)]
pub struct About {
    /// In the order in which models were loaded or refused.
    pub tested: Vec<Tested>,
    /// Once somebody wanted to know.
    pub checks: Loading<Vec<Check>>,
}

/// A model that was asked for its known answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// As its manifest has it; of its folder where it was refused.
    pub name: String,
    /// Why it is not used.
    pub failure: Option<Failure>,
}

/// What is told of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutLine {
    pub name: String,
    pub text: String,
    pub is_well: bool,
}

impl About {
    pub(super) fn take_tested(&mut self, name: String, failure: Option<Failure>) {
        self.tested.retain(|it| it.name != name);
        self.tested.push(Tested { name, failure });
    }

    fn n_failed(&self) -> usize {
        let failed = self.tested.iter().filter(|it| it.failure.is_some());
        failed.count()
    }
}

impl State {
    pub(super) fn open_about(&mut self) -> Vec<Effect> {
        self.turn_to(Page::About);
        if self.about.checks.waiting().is_some() {
            return Vec::new();
        }
        let (id, effect) = self.ask_for(Purpose::Survey, Job::Survey);
        self.about.checks = Loading::Waiting(id);
        vec![effect]
    }

    /// Asks for the known answers once more, where they are seen.
    pub(super) fn test_and_tell(&mut self) -> Vec<Effect> {
        let mut effects = self.open_about();
        effects.extend(self.test_models());
        effects
    }

    /// Loads every model, each of which gives its known answer.
    pub(super) fn test_models(&mut self) -> Vec<Effect> {
        if self.are_models_loading() {
            return Vec::new();
        }
        self.about.tested.clear();
        vec![self.ask(Purpose::LoadModels, Job::LoadModels)]
    }

    /// Every model has answered: one that failed now is used no more, and what was to be scored is.
    pub(super) fn models_tested(&mut self) -> Vec<Effect> {
        let tested = &self.about.tested;
        let has_passed = |it: &str| {
            let mut passed = tested.iter().filter(|it| it.failure.is_none());
            passed.any(|one| one.name == it)
        };
        self.models.retain(|it| has_passed(&it.name));
        if std::mem::take(&mut self.is_score_wanted) {
            return self.score(Gate::Closed);
        }
        Vec::new()
    }

    pub(super) fn surveyed(&mut self, id: JobId, checks: Vec<Check>) {
        if self.about.checks.waiting() == Some(id) {
            self.about.checks = Loading::Ready(checks);
        }
    }

    /// How the self-test of the models went.
    pub fn self_test(&self) -> AboutLine {
        let words = &self.words;
        let (n, n_failed) = (self.about.tested.len(), self.about.n_failed());
        let n = ("n", Part::Number(n as u64));
        let failed = ("failed", Part::Number(n_failed as u64));
        let (text, is_well) = if self.are_models_loading() {
            (words.say_with("self-test-running", &[n]), true)
        } else if self.about.tested.is_empty() {
            (words.say("self-test-none"), false)
        } else if n_failed == 0 {
            (words.say_with("self-test-passed", &[n]), true)
        } else {
            (words.say_with("self-test-failed", &[failed, n]), false)
        };
        AboutLine {
            name: words.say("self-test"),
            text,
            is_well,
        }
    }

    /// What is told of each model that was tested, with its manifest where it passed.
    pub fn tested_models(&self) -> impl Iterator<Item = (AboutLine, Option<&Manifest>)> {
        self.about.tested.iter().map(|tested| {
            let manifest = self.models.iter().find(|it| it.name == tested.name);
            let manifest = manifest.filter(|_| tested.failure.is_none());
            let text = match &tested.failure {
                None => self.words.say("known-answer-given"),
                Some(it) => format!("{} {}", it.headline, it.cause),
            };
            let name = match manifest {
                Some(it) => format!("{} {}", it.name, it.version),
                None => tested.name.clone(),
            };
            let line = AboutLine {
                name,
                text,
                is_well: tested.failure.is_none(),
            };
            (line, manifest.map(|it| &**it))
        })
    }

    /// What was found of the installation.
    pub fn installation(&self) -> Vec<AboutLine> {
        let checks = self.about.checks.ready().into_iter().flatten();
        let line = |check: &Check| {
            let (Ok(text) | Err(text)) = &check.found;
            AboutLine {
                name: name_of(&self.words, check.part),
                text: text.clone(),
                is_well: check.found.is_ok(),
            }
        };
        checks.map(line).collect()
    }

    /// Everything above as plain text.
    pub fn about_text(&self) -> String {
        let words = &self.words;
        let version = ("version", Part::Text(env!("CARGO_PKG_VERSION")));
        let mut lines = vec![
            words.say_with("about-version", &[version]),
            words.say("research-use"),
            format!("{}: {}", words.say("about-licence"), licences::OWN),
        ];
        let models = self.tested_models().map(|it| it.0);
        let told = std::iter::once(self.self_test())
            .chain(models)
            .chain(self.installation());
        lines.extend(told.map(|it| {
            let wrong = if it.is_well { "" } else { "! " };
            format!("{wrong}{}: {}", it.name, it.text)
        }));
        lines.push(String::new());
        lines.join("\n")
    }
}

fn name_of(words: &Words, part: Installed) -> String {
    match part {
        Installed::Libtorch => words.say("installed-libtorch"),
        Installed::DecodeWorker => words.say("installed-decode-worker"),
        Installed::ScriptWorker => words.say("installed-script-worker"),
        Installed::Fonts => words.say("installed-fonts"),
        Installed::Display => words.say("installed-display"),
        Installed::Lock => words.say("installed-lock"),
        Installed::Settings => words.say("installed-settings"),
        Installed::Journal => words.say("installed-journal"),
        Installed::Records => words.say("installed-records"),
    }
}
