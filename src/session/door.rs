//! The door before what is open: who may see, what locking drops, and what is asked of the place where records are kept.
//!
//! Locking drops everything by making a new [`State`]: a field that is added to it later is forgotten too, unless a
//! line here carries it over.

use std::{fmt, path::PathBuf};

use zeroize::Zeroizing;

use super::{Command, Effect, Item, Purpose, State, Tone};
use crate::{engine::JobId, failure::Failure, lock::Reason, privacy::Phi, settings::Keep};

/// Fewest characters of a passphrase that stands alone, NIST SP 800-63B-4 section 3.1.1.2.
pub const PASSPHRASE_CHARS: usize = 15;
/// Least strength of a passphrase, 0..=4 by zxcvbn: beyond what can be guessed in 10^8 tries.
pub const PASSPHRASE_SCORE: u8 = 3;

/// The place where records are kept; `store` is one.
pub trait Place: Send + Sync {
    /// Whether somebody has made it.
    fn exists(&self) -> bool;

    /// Makes it, with its first person. Takes about a second.
    ///
    /// # Errors
    /// It is there already, or cannot be written.
    fn create(&self, user: &NewUser) -> Result<Opened, Trouble>;

    /// Opens it as a person. Takes about a second.
    ///
    /// # Errors
    /// As [`Trouble`] says.
    fn sign_in(&self, name: &str, passphrase: &Secret) -> Result<Opened, Trouble>;
}

/// A place of records, open as one person. Dropping it closes it and wipes its keys.
pub trait Records: fmt::Debug + Send {
    /// Who has opened it.
    fn user(&self) -> &User;

    /// Writes what is open and not yet kept; called before it is dropped.
    ///
    /// # Errors
    /// It cannot be written.
    fn keep(&mut self, items: &[Item]) -> Result<(), Trouble>;
}

/// A person of this place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// For the person's own eyes.
    pub name: Phi<String>,
    /// Code of the role.
    pub role: String,
}

/// Who is to be the first person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    pub name: Phi<String>,
    pub passphrase: Secret,
}

/// A passphrase or a recovery key: does not print, and is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// What a place answers.
#[derive(Debug)]
pub struct Opened {
    pub records: Box<dyn Records>,
    /// Of a place that was just made; shown once.
    pub recovery_key: Option<Secret>,
}

/// Why a place does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The same for both, so that nobody learns which names there are.
    #[error("wanted a known name and its passphrase, found another")]
    Wrong,
    #[error("wanted a pause after wrong tries, found {seconds} s of it left")]
    Wait { seconds: u64 },
    #[error("wanted records of this version or an older one, found a newer one")]
    Newer,
    #[error("wanted whole records, found damaged ones")]
    Damaged,
    #[error("wanted records that nobody else has open, found them in use")]
    InUse,
    #[error("wanted a place that can be read and written, found none")]
    Storage,
}

/// What is asked of a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    Create(NewUser),
    SignIn {
        name: Phi<String>,
        passphrase: Secret,
    },
}

/// What can be asked at the door.
#[derive(Clone, Debug, PartialEq)]
pub enum DoorCommand {
    KeepRecords,
    KeepNothing,
    Back,
    Ask(Ask),
    PrintKey,
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
    RecoveryKey(Secret),
    SignIn,
    Locked(Reason),
}

/// The door, and who is inside.
#[derive(Debug, Default)]
pub struct Door {
    pub stage: Stage,
    /// Who signed in last, while the window is open or locked.
    pub user: Option<User>,
    /// Of the last try.
    pub trouble: Option<Trouble>,
    /// Whether the printer took the key.
    pub is_printed: Option<bool>,
    /// Whether the place is being asked.
    pub is_waiting: bool,
    /// Whether records could be kept here at all.
    pub has_place: bool,
    /// Open, while somebody is signed in.
    pub records: Option<Box<dyn Records>>,
    /// Named by the command line, opened once somebody may see them.
    pending: Vec<PathBuf>,
    /// Keeping what was open failed when the window locked.
    is_work_lost: bool,
}

impl Secret {
    /// Takes over what was typed or made.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// For the derivation of a key, or for the person's eyes.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl Door {
    /// The door of a window that starts. Without a place where records could be kept there is none.
    pub fn new(place: Option<&dyn Place>, keep: Option<Keep>) -> Self {
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
}

impl State {
    /// Files that must wait until somebody may see them.
    pub(super) fn wait_with(&mut self, files: Vec<PathBuf>) {
        self.door.pending = files;
    }

    /// Drops everything that was open and closes the door. What must not be lost is written before.
    pub fn lock(&mut self, reason: Reason) -> Vec<Effect> {
        if !self.door.is_open() {
            return Vec::new();
        }
        let mut records = self.door.records.take();
        let kept = records.as_mut().map(|it| it.keep(&self.items));
        // The keys go with it.
        drop(records);
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
            is_work_lost: matches!(kept, Some(Err(_))),
            ..Door::default()
        };
        // Nothing of a patient is in these.
        blank.models_folder = self.models_folder.take();
        blank.models = std::mem::take(&mut self.models);
        blank.sites = std::mem::take(&mut self.sites);
        blank.added = std::mem::take(&mut self.added);
        blank.chosen = std::mem::take(&mut self.chosen);
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
        *self = blank;
        let mut effects: Vec<Effect> = ending.into_iter().map(Effect::Cancel).collect();
        effects.push(Effect::Forget);
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
            (DoorCommand::Back, Stage::NewUser) => {
                self.door.trouble = None;
                self.door.stage = Stage::FirstRun;
            }
            (DoorCommand::Ask(ask), Stage::NewUser | Stage::SignIn | Stage::Locked(_))
                if self.door.has_place && !self.door.is_waiting =>
            {
                self.door.trouble = None;
                self.door.is_waiting = true;
                return vec![Effect::AskPlace(ask)];
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
    pub fn on_place(&mut self, answer: Result<Opened, Trouble>) -> Vec<Effect> {
        if !std::mem::take(&mut self.door.is_waiting) || self.door.is_open() {
            return Vec::new();
        }
        let opened = match answer {
            Ok(opened) => opened,
            Err(trouble) => {
                self.door.trouble = Some(trouble);
                return Vec::new();
            }
        };
        self.door.user = Some(opened.records.user().clone());
        self.door.records = Some(opened.records);
        self.settings.keep = Some(Keep::Records);
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
        if std::mem::take(&mut self.door.is_work_lost) {
            let lost = Failure {
                headline: "What was open could not be kept".to_owned(),
                remedy: "Open the files again. Make room on the disk, or ask who looks after this computer."
                    .to_owned(),
                cause: "the records could not be written when the window locked".to_owned(),
            };
            self.tell(Tone::Failure, lost, None, None);
        }
        let mut effects = vec![Effect::Unlocked];
        let files = std::mem::take(&mut self.door.pending);
        if !files.is_empty() {
            effects.extend(self.apply(Command::Open(files)));
        }
        effects
    }
}

impl Command {
    /// Whether it may be asked before a closed door: nothing that shows or changes what is open.
    pub(super) const fn works_at_door(&self) -> bool {
        matches!(
            self,
            Self::AtDoor(_)
                | Self::SetTheme(_)
                | Self::SetLanguage(_)
                | Self::Act(super::Action::Quit | super::Action::ToggleTheme)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, DoorCommand, NewUser, Secret};
    use crate::privacy::Phi;

    #[test]
    fn a_passphrase_does_not_print() {
        let user = NewUser {
            name: Phi::new("Ada".to_owned()),
            passphrase: Secret::new("correct horse battery".to_owned()),
        };
        let command = DoorCommand::Ask(Ask::Create(user));
        let text = format!("{command:?}");
        assert!(!text.contains("horse") && !text.contains("Ada"), "{text}");
    }
}
