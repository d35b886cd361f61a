//! What a path is wanted for: the one list of all that is asked of a file dialog, the desktop's or the program's own.

use std::path::PathBuf;

use super::{Command, Field, Form, PageCommand, TakeOutCommand};
use crate::words::Words;

/// What a path is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Files and folders to open.
    Files,
    /// Where overlay and result are saved.
    Overlay,
    /// Where a view is written.
    View(Form),
    Field(Field),
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    Files,
    File,
    Folder,
    /// A file that need not be there yet.
    New,
}

impl Wanted {
    /// What can be chosen.
    pub const fn choice(self) -> Choice {
        match self {
            Self::Files => Choice::Files,
            Self::Field(Field::Table | Field::Measurements | Field::Recipe) => Choice::File,
            Self::Overlay | Self::View(_) | Self::Field(Field::List | Field::BatchReport) => {
                Choice::New
            }
            Self::Field(_) => Choice::Folder,
        }
    }

    /// The ending of its files, where only one will do.
    pub const fn ending(self) -> Option<&'static str> {
        match self {
            Self::Overlay => Some("png"),
            Self::View(form) => Some(form.ending()),
            Self::Field(Field::Table | Field::Measurements | Field::List) => Some("csv"),
            Self::Field(Field::Recipe) => Some("toml"),
            Self::Field(Field::BatchReport) => Some("json"),
            Self::Files | Self::Field(_) => None,
        }
    }

    /// A name for a file that is not there yet.
    pub fn name(self) -> String {
        match (self, self.ending()) {
            (Self::Overlay, Some(ending)) => format!("overlay.{ending}"),
            (Self::View(_), Some(ending)) => format!("view.{ending}"),
            (Self::Field(Field::List), Some(ending)) => format!("worklist.{ending}"),
            (Self::Field(Field::BatchReport), Some(ending)) => format!("scores.{ending}"),
            _ => String::new(),
        }
    }

    /// What stands over the dialog.
    pub fn title(self, words: &Words) -> String {
        match self {
            Self::Files => words.say("path-title"),
            Self::Overlay => words.say("dialog-save"),
            Self::View(_) => words.say("dialog-view"),
            Self::Field(Field::Table | Field::Measurements) => words.say("dialog-table"),
            Self::Field(Field::Recipe) => words.say("dialog-recipe"),
            Self::Field(Field::List) => words.say("dialog-list"),
            Self::Field(Field::BatchReport) => words.say("batch-report"),
            Self::Field(_) => words.say("dialog-folder"),
        }
    }

    /// What its files are.
    pub fn kind(self, words: &Words) -> String {
        match self {
            Self::Field(Field::Recipe) => words.say("train-recipe"),
            Self::Field(Field::BatchReport) => words.say("dialog-json"),
            Self::Field(_) => words.say("dialog-csv"),
            _ => self.ending().unwrap_or_default().to_uppercase(),
        }
    }

    /// What becomes of the paths that were chosen; nothing where none was.
    pub fn answer(self, paths: Vec<PathBuf>) -> Option<Command> {
        let first = paths.first().cloned()?;
        Some(match self {
            Self::Files => Command::Open(paths),
            Self::Overlay => Command::SaveTo(first),
            Self::View(_) => Command::OnTakeOut(TakeOutCommand::To(first)),
            Self::Field(field) => {
                let text = first.to_string_lossy().into_owned();
                Command::OnPage(PageCommand::SetText(field, text))
            }
        })
    }
}
