//! The door before what is open: who may see, what locking drops, and what is asked of the place where records are kept.
//!
//! Locking drops everything by making a new [`State`]: a field that is added to it later is forgotten too, unless a
//! line here carries it over.

use serde_json::json;

use super::{Ask, Command, Deed, Effect, Opened, Purpose, Request, State, Tone};
use crate::{
    engine::JobId,
    failure::Failure,
    lock::Reason,
    settings::Keep,
    store::{Action, Error, Person, PersonId, Place, RecoveryKey},
};

/// What can be asked at the door.
#[derive(Clone, Debug, PartialEq)]
pub enum DoorCommand {
    KeepRecords,
    KeepNothing,
    /// The sample case is to be opened, or not, once the question is answered.
    WantSample(bool),
    Back,
    Ask(Ask),
    PrintKey,
    /// The passphrase is lost, the printed key is not.
    Forgot,
    /// The recovery key is written down.
    Noted,
    /// Another person wants to sign in.
    Switch,
    /// Opens a locked window that keeps nothing.
    Reopen,
    /// Nothing is kept so far; choose once more.
    ChooseAgain,
}

/// What stands before the records.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// Nothing: what is open may be seen.
    #[default]
    Open,
    FirstRun,
    NewUser,
    RecoveryKey(RecoveryKey),
    SignIn,
    /// By the printed key.
    Recover,
    Locked(Reason),
}

/// The door, and who is inside.
#[derive(Debug, Default)]
pub struct Door {
    pub stage: Stage,
    /// Who signed in last, while the window is open or locked.
    pub user: Option<Person>,
    /// Of the last try.
    pub trouble: Option<Error>,
    /// Whether the printer took the key.
    pub is_printed: Option<bool>,
    /// Whether the place is being asked.
    pub is_waiting: bool,
    /// Whether records could be kept here at all.
    pub has_place: bool,
    /// What came while nobody was inside, in its order.
    waiting: Vec<Waiting>,
    /// What could not be kept while nobody was inside, told to whoever comes next.
    pub(super) lost: Option<Failure>,
}

/// Files that are opened once somebody may see them.
#[derive(Debug)]
struct Waiting {
    command: Command,
    /// Who was signed in behind the lock; nobody else gets them. `None` for whoever comes.
    of: Option<PersonId>,
}

impl Waiting {
    fn is_sample(&self) -> bool {
        self.command == Command::Act(super::Action::OpenSample)
    }
}

impl Door {
    /// The door of a window that starts. Without a place where records could be kept there is none.
    pub fn new(place: Option<&Place>, keep: Option<Keep>) -> Self {
        let stage = match (place.map(Place::exists), keep) {
            (None, _) | (Some(false), Some(Keep::Nothing)) => Stage::Open,
            (Some(true), _) => Stage::SignIn,
            (Some(false), Some(Keep::Records) | None) => Stage::FirstRun,
        };
        Self {
            stage,
            has_place: place.is_some(),
            ..Self::default()
        }
    }

    /// Whether what is open may be seen.
    pub fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Whether the sample case is among them.
    pub fn is_sample_wanted(&self) -> bool {
        self.waiting.iter().any(Waiting::is_sample)
    }

    /// Whether files wait until somebody may see them.
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl State {
    /// Files that must wait until somebody may see them.
    pub(super) fn wait_with(&mut self, command: Command) {
        let of = self.door.user.as_ref().map(|it| it.id.clone());
        self.door.waiting.push(Waiting { command, of });
    }

    /// Drops everything that was open and closes the door. What must not be lost is written before.
    pub fn lock(&mut self, reason: Reason) -> Vec<Effect> {
        if !self.door.is_open() {
            return Vec::new();
        }
        let mut effects = self.keep_reasons();
        effects.extend(self.tell_last_sitting());
        let locked = Deed::noted(Action::Locked, json!({ "reason": reason.code() }));
        effects.extend(self.tell_records(locked));
        if self.door.user.is_some() {
            // The keys go with them.
            effects.push(Effect::Records(Request::Close));
        }
        let goes_on = |purpose: &Purpose| match purpose {
            Purpose::LoadModels => true,
            Purpose::Evaluate | Purpose::Train => self.settings.goes_on_while_locked,
            _ => false,
        };
        let ending: Vec<JobId> = self
            .jobs
            .iter()
            .filter(|(_, purpose)| !goes_on(purpose))
            .map(|(id, _)| *id)
            .collect();
        self.jobs.retain(|_, purpose| goes_on(purpose));
        let mut blank = Self::new(self.settings.without_paths());
        blank.door = Door {
            stage: Stage::Locked(reason),
            user: self.door.user.take(),
            has_place: self.door.has_place,
            lost: self.door.lost.take(),
            ..Door::default()
        };
        // Nothing of a patient is in these.
        std::mem::swap(&mut blank.words, &mut self.words);
        blank.models_folder = self.models_folder.take();
        blank.models = std::mem::take(&mut self.models);
        blank.sites = std::mem::take(&mut self.sites);
        blank.added = std::mem::take(&mut self.added);
        blank.chosen = std::mem::take(&mut self.chosen);
        blank.about.tested = std::mem::take(&mut self.about.tested);
        // Work that goes on keeps its page, with the paths that were typed there: that is what the setting says.
        if self
            .evaluating
            .job
            .is_some_and(|it| self.jobs.contains_key(&it))
        {
            blank.evaluating = std::mem::take(&mut self.evaluating);
            blank.evaluating.report = super::Loading::Empty;
        }
        if self
            .training
            .job
            .is_some_and(|it| self.jobs.contains_key(&it))
        {
            blank.training = std::mem::take(&mut self.training);
        }
        blank.jobs = std::mem::take(&mut self.jobs);
        // A late answer must not find a new question under its number.
        blank.next_number = self.next_number;
        blank.now_ms = self.now_ms;
        *self = blank;
        effects.extend(ending.into_iter().map(Effect::Cancel));
        effects.push(Effect::Forget);
        effects
    }

    /// The window closes; what is to be written.
    pub fn sign_out(&mut self) -> Vec<Effect> {
        let mut effects = self.keep_reasons();
        effects.extend(self.tell_last_sitting());
        let deed = Deed::noted(Action::SignedOut, serde_json::Value::Null);
        effects.extend(self.tell_records(deed));
        effects
    }

    /// Whether long work goes on behind the closed door.
    pub fn is_working(&self) -> bool {
        self.evaluating.job.is_some() || self.training.job.is_some()
    }

    pub(super) fn at_door(&mut self, command: DoorCommand) -> Vec<Effect> {
        match (command, &self.door.stage) {
            (DoorCommand::KeepRecords, Stage::FirstRun) => self.door.stage = Stage::NewUser,
            (DoorCommand::KeepNothing, Stage::FirstRun) => {
                self.settings.keep = Some(Keep::Nothing);
                let mut effects = self.save_settings();
                effects.extend(self.open_door());
                return effects;
            }
            (DoorCommand::WantSample(is_wanted), Stage::FirstRun) => {
                self.door.waiting.retain(|it| !it.is_sample());
                if is_wanted {
                    self.wait_with(Command::Act(super::Action::OpenSample));
                }
            }
            (DoorCommand::Back, Stage::NewUser) => {
                self.door.trouble = None;
                self.door.stage = Stage::FirstRun;
            }
            (DoorCommand::Forgot, Stage::SignIn | Stage::Locked(_)) => {
                self.door.user = None;
                self.door.trouble = None;
                self.door.stage = Stage::Recover;
            }
            (DoorCommand::Back, Stage::Recover) => {
                self.door.trouble = None;
                self.door.stage = Stage::SignIn;
            }
            (
                DoorCommand::Ask(ask),
                Stage::NewUser | Stage::SignIn | Stage::Recover | Stage::Locked(_),
            ) if self.door.has_place && !self.door.is_waiting => {
                self.door.trouble = None;
                self.door.is_waiting = true;
                return vec![Effect::Records(Request::Ask(ask))];
            }
            (DoorCommand::PrintKey, Stage::RecoveryKey(key)) => {
                return vec![Effect::Print(key.clone())];
            }
            (DoorCommand::Noted, Stage::RecoveryKey(_)) => return self.open_door(),
            (DoorCommand::Switch, Stage::Locked(_)) => {
                self.door.user = None;
                self.door.trouble = None;
                self.door.stage = Stage::SignIn;
            }
            (DoorCommand::Reopen, Stage::Locked(_)) if self.door.user.is_none() => {
                return self.open_door();
            }
            (DoorCommand::ChooseAgain, Stage::Open)
                if self.door.has_place && self.door.user.is_none() =>
            {
                let effects = self.lock(Reason::Asked);
                self.door.stage = Stage::FirstRun;
                return effects;
            }
            // A key that came late, after the stage had changed.
            _ => {}
        }
        Vec::new()
    }

    /// Takes in what the place answered. Nobody waits for an answer that comes after the stage has changed; the records
    /// in it close again.
    pub(super) fn on_opened(&mut self, answer: Result<Opened, Error>) -> Vec<Effect> {
        if !std::mem::take(&mut self.door.is_waiting) || self.door.is_open() {
            return vec![Effect::Records(Request::Close)];
        }
        let opened = match answer {
            Ok(opened) => opened,
            Err(trouble) => {
                self.door.trouble = Some(trouble);
                return Vec::new();
            }
        };
        self.door.user = Some(opened.person);
        self.settings.keep = Some(Keep::Records);
        self.settings.recent = opened.recent;
        self.settings.reports = opened.reports;
        self.deidentify.secret = opened.pseudonyms;
        self.offer_sitting(opened.sitting);
        let mut effects = self.save_settings();
        match opened.recovery_key {
            Some(key) => self.door.stage = Stage::RecoveryKey(key),
            None => effects.extend(self.open_door()),
        }
        effects
    }

    fn open_door(&mut self) -> Vec<Effect> {
        self.door.stage = Stage::Open;
        self.door.trouble = None;
        self.door.is_printed = None;
        if let Some(lost) = self.door.lost.take() {
            self.tell(Tone::Failure, lost, None, None);
        }
        let mut effects = vec![Effect::Unlocked];
        effects.extend(self.open_waiting());
        effects
    }

    /// Opens what came while nobody was inside. What came for a person behind a lock is nobody else's.
    fn open_waiting(&mut self) -> Vec<Effect> {
        let inside = self.door.user.as_ref().map(|it| it.id.clone());
        let waiting = std::mem::take(&mut self.door.waiting);
        let n_came = waiting.len();
        let ours = waiting
            .into_iter()
            .filter(|it| it.of.is_none() || it.of == inside);
        let ours: Vec<Command> = ours.map(|it| it.command).collect();
        if ours.len() < n_came {
            let left = Failure {
                headline: self.words.say("notice-left"),
                remedy: self.words.say("notice-left-remedy"),
                cause: String::new(),
            };
            self.tell(Tone::Failure, left, None, None);
        }
        ours.into_iter().flat_map(|it| self.apply(it)).collect()
    }
}

impl Command {
    /// Whether it may be asked before a closed door: nothing that shows or changes what is open.
    pub(crate) const fn works_at_door(&self) -> bool {
        matches!(
            self,
            Self::AtDoor(_)
                | Self::SetTheme(_)
                | Self::SetLanguage(_)
                | Self::SetLetters(_)
                | Self::SetPlace(_)
                | Self::Act(
                    super::Action::Quit
                        | super::Action::ToggleTheme
                        | super::Action::LettersLarger
                        | super::Action::LettersSmaller
                        | super::Action::LettersUsual
                )
        )
    }
}
