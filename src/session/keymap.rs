//! Which keys stand for which action: those of the program, and those that a person chose instead.
//!
//! The settings keep only what differs, by names of actions: [`Keymap::read`] takes nothing from a file that is unknown,
//! reserved or taken. What is asked of the key sheet stands here as well.

use std::{collections::BTreeMap, fmt};

use super::{Action, Effect, State, Tone};
use crate::{
    failure::Failure,
    words::{Part, Words},
};

/// Keys that are pressed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    pub is_ctrl: bool,
    pub is_shift: bool,
    name: &'static str,
}

/// Why keys cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It closes what is open and stops what runs.
    Escape,
    /// It leads from control to control.
    Tab,
    /// It confirms.
    Enter,
    /// Lists and sliders need the arrows.
    Arrow,
    /// Fields with text need them.
    Text,
}

/// What stands against keys for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Reserved(Chord, Reserved),
    /// Another action has them.
    Taken(Chord, Action),
    /// No key that can be kept, or one pressed with Alt.
    Unknown,
}

/// An action that is being given other keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyEdit {
    pub action: Action,
    /// Against what was pressed last.
    pub refusal: Option<Refusal>,
}

/// What can be asked of the key sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCommand {
    /// The next keys that are pressed are for this action.
    Choose(Action),
    /// `None` for what cannot be kept.
    Press(Option<Chord>),
    /// The other action gets the former keys of this one.
    Swap,
    /// No keys at all.
    Clear,
    /// As it was.
    Leave,
}

/// The keys of all actions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    /// Where they are not the program's; `None` for none.
    own: BTreeMap<Action, Option<Chord>>,
}

impl Chord {
    /// Keys that can be kept, as egui names them.
    pub const NAMES: [&str; 79] = [
        "A",
        "B",
        "C",
        "D",
        "E",
        "F",
        "G",
        "H",
        "I",
        "J",
        "K",
        "L",
        "M",
        "N",
        "O",
        "P",
        "Q",
        "R",
        "S",
        "T",
        "U",
        "V",
        "W",
        "X",
        "Y",
        "Z",
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "F1",
        "F2",
        "F3",
        "F4",
        "F5",
        "F6",
        "F7",
        "F8",
        "F9",
        "F10",
        "F11",
        "F12",
        "+",
        "-",
        "=",
        "[",
        "]",
        ".",
        ",",
        ";",
        ":",
        "/",
        "\\",
        "'",
        "`",
        "?",
        "!",
        "|",
        "Space",
        "Escape",
        "Tab",
        "Enter",
        "Backspace",
        "Insert",
        "Delete",
        "Home",
        "End",
        "PageUp",
        "PageDown",
        "ArrowUp",
        "ArrowDown",
        "ArrowLeft",
        "ArrowRight",
    ];

    /// Where the name is one that can be kept. A sign that takes Shift on one keyboard takes none on another.
    pub fn new((is_ctrl, is_shift): (bool, bool), name: &str) -> Option<Self> {
        let name = Self::NAMES.into_iter().find(|it| *it == name)?;
        let is_sign = name.len() == 1 && !name.chars().all(char::is_alphanumeric);
        Some(Self {
            is_ctrl,
            is_shift: is_shift && !is_sign,
            name,
        })
    }

    /// Reads `Ctrl+Shift+O`.
    pub fn parse(text: &str) -> Option<Self> {
        let (is_ctrl, text) = without(text, "Ctrl+");
        let (is_shift, name) = without(text, "Shift+");
        Self::new((is_ctrl, is_shift), name)
    }

    /// The key itself.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// As people read it: `Ctrl O`. The one place that says so.
    pub fn words(self) -> String {
        let name = match self.name {
            "ArrowDown" => "\u{2193}",
            "ArrowUp" => "\u{2191}",
            "ArrowLeft" => "\u{2190}",
            "ArrowRight" => "\u{2192}",
            "PageDown" => "Page\u{2193}",
            "PageUp" => "Page\u{2191}",
            "-" => "\u{2212}",
            other => other,
        };
        let held = [(self.is_ctrl, "Ctrl "), (self.is_shift, "Shift ")];
        let held: String = held.iter().filter(|it| it.0).map(|it| it.1).collect();
        format!("{held}{name}")
    }

    /// Whether the platform or a field with text needs it.
    pub fn reserved(self) -> Option<Reserved> {
        match self.name {
            "Escape" => Some(Reserved::Escape),
            "Tab" => Some(Reserved::Tab),
            "Enter" => Some(Reserved::Enter),
            "ArrowUp" | "ArrowDown" if !self.is_ctrl => Some(Reserved::Arrow),
            "ArrowLeft" | "ArrowRight" if !self.is_ctrl => Some(Reserved::Arrow),
            "Backspace" | "ArrowLeft" | "ArrowRight" => Some(Reserved::Text),
            "A" | "C" | "V" | "X" | "Y" | "Z" | "Home" | "End" | "Delete" if self.is_ctrl => {
                Some(Reserved::Text)
            }
            _ => None,
        }
    }
}

/// Whether a text begins with a part, and the rest of it.
fn without<'a>(text: &'a str, part: &str) -> (bool, &'a str) {
    match text.strip_prefix(part) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ctrl = if self.is_ctrl { "Ctrl+" } else { "" };
        let shift = if self.is_shift { "Shift+" } else { "" };
        write!(f, "{ctrl}{shift}{}", self.name)
    }
}

impl Reserved {
    fn words(self, words: &Words) -> String {
        match self {
            Self::Escape => words.say("keys-why-escape"),
            Self::Tab => words.say("keys-why-tab"),
            Self::Enter => words.say("keys-why-enter"),
            Self::Arrow => words.say("keys-why-arrow"),
            Self::Text => words.say("keys-why-text"),
        }
    }
}

impl Refusal {
    /// For the person who pressed the keys.
    pub fn words(self, words: &Words) -> String {
        match self {
            Self::Reserved(chord, why) => {
                let (key, why) = (chord.words(), why.words(words));
                let parts = [("key", Part::from(&key)), ("why", Part::from(&why))];
                words.say_with("keys-reserved", &parts)
            }
            Self::Taken(chord, action) => {
                let (key, name) = (chord.words(), action.words(words).name);
                let parts = [("key", Part::from(&key)), ("name", Part::from(&name))];
                words.say_with("keys-taken", &parts)
            }
            Self::Unknown => words.say("keys-unknown"),
        }
    }
}

impl Keymap {
    /// From the settings, by names of actions. Gives the entries that were not taken.
    pub fn read(kept: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        let mut map = Self::default();
        let mut ignored = Vec::new();
        for (code, key) in kept {
            let action = Action::ALL.into_iter().find(|it| it.code() == *code);
            let chord = Chord::parse(key);
            let is_free = |action| chord.is_none_or(|it| Self::is_open_to(action, it));
            let known = chord.is_some() || key.is_empty();
            match action.filter(|it| known && is_free(*it)) {
                Some(action) => map.set(action, chord),
                None => ignored.push(format!("{code}: {key}")),
            }
        }
        // Two may have changed places: only the whole tells what clashes.
        while let Some(action) = map.clashing() {
            if let Some(chord) = map.own.remove(&action) {
                let key = chord.map(|it| it.to_string()).unwrap_or_default();
                ignored.push(format!("{}: {key}", action.code()));
            }
        }
        (map, ignored)
    }

    /// For the settings: what [`Keymap::read`] takes.
    pub fn kept(&self) -> BTreeMap<String, String> {
        let text = |chord: &Option<Chord>| chord.map(|it| it.to_string()).unwrap_or_default();
        let own = self.own.iter();
        own.map(|(action, chord)| (action.code(), text(chord)))
            .collect()
    }

    /// The keys of an action as they are now.
    pub fn chord(&self, action: Action) -> Option<Chord> {
        let own = self.own.get(&action).copied();
        own.unwrap_or_else(|| Chord::parse(action.info().key))
    }

    /// The keys of an action as people read them; empty where there are none.
    pub fn words(&self, action: Action) -> String {
        self.chord(action).map_or_else(String::new, Chord::words)
    }

    /// Whether any are a person's own.
    pub fn is_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// Whether an action can have keys, as far as the platform goes.
    fn is_open_to(action: Action, chord: Chord) -> bool {
        chord.reserved().is_none() || Chord::parse(action.info().key) == Some(chord)
    }

    /// What stands against keys for an action.
    fn refusal(&self, action: Action, chord: Chord) -> Option<Refusal> {
        match (chord.reserved(), self.holder(chord, action)) {
            (Some(why), _) if !Self::is_open_to(action, chord) => {
                Some(Refusal::Reserved(chord, why))
            }
            (_, Some(other)) => Some(Refusal::Taken(chord, other)),
            _ => None,
        }
    }

    /// The other action that has the keys.
    fn holder(&self, chord: Chord, except: Action) -> Option<Action> {
        let mut others = Action::ALL.into_iter().filter(|it| *it != except);
        others.find(|it| self.chord(*it) == Some(chord))
    }

    /// An action whose own keys another one has as well.
    fn clashing(&self) -> Option<Action> {
        let is_clashing = |action: &Action| {
            let chord = self.chord(*action);
            chord.is_some_and(|it| self.holder(it, *action).is_some())
        };
        self.own.keys().rev().copied().find(is_clashing)
    }

    fn set(&mut self, action: Action, chord: Option<Chord>) {
        if chord == Chord::parse(action.info().key) {
            self.own.remove(&action);
        } else {
            self.own.insert(action, chord);
        }
    }

    /// Gives an action the keys of another, which gets its former ones where it may have them.
    fn swap(&mut self, action: Action, other: Action) {
        let (former, wanted) = (self.chord(action), self.chord(other));
        self.set(action, wanted);
        self.set(other, former.filter(|it| Self::is_open_to(other, *it)));
    }
}

impl State {
    /// What to press for an action, in a sentence: its keys, or its name where it has none.
    pub fn press_words(&self, action: Action) -> String {
        let keys = self.keys.words(action);
        if keys.is_empty() {
            let name = action.words(&self.words).name;
            return self
                .words
                .say_with("keys-by-name", &[("name", Part::from(&name))]);
        }
        keys
    }

    pub(super) fn apply_on_keys(&mut self, command: KeyCommand) -> Vec<Effect> {
        let edit = self.key_edit.take();
        match (command, edit) {
            (KeyCommand::Choose(action), _) => {
                let refusal = None;
                self.key_edit = Some(KeyEdit { action, refusal });
            }
            (KeyCommand::Press(chord), Some(edit)) => {
                let refusal = match chord {
                    None => Some(Refusal::Unknown),
                    Some(chord) => self.keys.refusal(edit.action, chord),
                };
                if refusal.is_none() {
                    self.keys.set(edit.action, chord);
                    return self.keep_keys();
                }
                self.key_edit = Some(KeyEdit { refusal, ..edit });
            }
            (KeyCommand::Swap, Some(edit)) => {
                if let Some(Refusal::Taken(_, other)) = edit.refusal {
                    self.keys.swap(edit.action, other);
                    return self.keep_keys();
                }
            }
            (KeyCommand::Clear, Some(edit)) => {
                self.keys.set(edit.action, None);
                return self.keep_keys();
            }
            (KeyCommand::Press(_) | KeyCommand::Swap | KeyCommand::Clear, None)
            | (KeyCommand::Leave, _) => {}
        }
        Vec::new()
    }

    /// Gives all actions the program's keys again.
    pub(super) fn usual_keys(&mut self) -> Vec<Effect> {
        self.key_edit = None;
        self.keys = Keymap::default();
        let told = Failure {
            headline: self.words.say("notice-keys-usual"),
            remedy: String::new(),
            cause: String::new(),
        };
        self.notices.retain(|it| it.failure != told);
        self.tell(Tone::Done, told, None, None);
        self.keep_keys()
    }

    fn keep_keys(&mut self) -> Vec<Effect> {
        self.settings.keys = self.keys.kept();
        self.save_settings()
    }

    /// Tells, once somebody is inside, which keys of the settings could not be taken.
    pub(super) fn tell_ignored_keys(&mut self) {
        if self.ignored_keys.is_empty() || !self.door.is_open() {
            return;
        }
        let ignored = std::mem::take(&mut self.ignored_keys);
        let failure = Failure {
            headline: self.words.say("notice-keys-ignored"),
            remedy: self.words.say("notice-keys-ignored-remedy"),
            cause: ignored.join("; "),
        };
        self.tell(Tone::Failure, failure, None, None);
    }
}
