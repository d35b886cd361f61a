//! What leaves the window: the view to the clipboard, as a picture, or on a page for the printer.

use std::path::PathBuf;

use serde_json::json;

use super::{Action, Deed, Effect, ItemId, Page, Purpose, Sheet, State, Tone, Wanted};
use crate::{
    engine::JobId,
    failure::Failure,
    privacy::Phi,
    render::Picture,
    settings::Paper,
    store::{self, Outcome},
    words::Part,
};

/// What is taken out, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakeOut {
    pub form: Form,
    /// The whole picture, else the part of it that is seen.
    pub is_whole: bool,
    /// Without what lies over it: map, marks, objects.
    pub is_bare: bool,
}

/// As what a view leaves the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Clipboard,
    /// PNG.
    Picture,
    /// PDF.
    Page,
}

/// What can be asked of the sheet for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakeOutCommand {
    Set(TakeOut),
    SetPaper(Paper),
    AskWhere,
    /// Where to write it is chosen in the window.
    TypePath,
    /// Where it is to be written.
    To(PathBuf),
}

impl Form {
    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Page => "pdf",
            Self::Clipboard | Self::Picture => "png",
        }
    }
}

impl State {
    pub(super) fn apply_on_take_out(&mut self, command: TakeOutCommand) -> Vec<Effect> {
        match command {
            TakeOutCommand::Set(take_out) => self.take_out = take_out,
            TakeOutCommand::SetPaper(paper) => {
                self.settings.paper = paper;
                return self.save_settings();
            }
            TakeOutCommand::AskWhere => {
                return vec![Effect::AskForPath(Wanted::View(self.take_out.form))];
            }
            TakeOutCommand::TypePath => return self.open_chooser(Wanted::View(self.take_out.form)),
            TakeOutCommand::To(path) => return self.take_out_to(path),
        }
        Vec::new()
    }

    /// Takes out what is seen, as it is seen.
    pub(super) fn copy_view(&mut self) -> Vec<Effect> {
        self.start_take_out(TakeOut::default(), None)
    }

    /// Asks which part of the view, and what of it.
    pub(super) fn ask_what_to_take_out(&mut self, form: Form) -> Vec<Effect> {
        if self.has_view() {
            self.take_out = TakeOut {
                form,
                ..self.take_out
            };
            self.take_out_of = self.frame_to_take_out();
            self.sheet = Some(Sheet::TakeOut);
        }
        Vec::new()
    }

    fn frame_to_take_out(&self) -> Option<(ItemId, usize)> {
        let (item, scan) = self.scan()?;
        Some((item, scan.view.frame_idx))
    }

    /// A path without an ending is given one.
    fn take_out_to(&mut self, mut to: PathBuf) -> Vec<Effect> {
        let take_out = self.take_out;
        if self.take_out_of.take() != self.frame_to_take_out() {
            // Another picture has come while a place was sought for the view.
            let failure = Failure {
                headline: self.words.say("notice-other-view"),
                remedy: self.words.say("notice-other-view-remedy"),
                cause: String::new(),
            };
            self.sheet = None;
            self.tell(Tone::Failure, failure, None, None);
            return Vec::new();
        }
        if to.extension().is_none() {
            to.set_extension(take_out.form.ending());
        }
        self.sheet = None;
        self.start_take_out(take_out, Some(to))
    }

    fn start_take_out(&mut self, take_out: TakeOut, to: Option<PathBuf>) -> Vec<Effect> {
        let item = self.scan().map(|it| it.0).filter(|_| self.has_view());
        let Some(item) = item else {
            return Vec::new();
        };
        let id = JobId(self.number());
        let form = take_out.form;
        self.jobs.insert(id, Purpose::TakeOut { item, form });
        vec![Effect::TakeOut(id, take_out, to)]
    }

    /// Whether there is a view that can be taken out; if not, says why.
    fn has_view(&mut self) -> bool {
        let remedy = match (self.scan(), &self.planes) {
            (Some(_), None) if self.page == Page::Reading => return true,
            (Some(_), Some(_)) => {
                let key = self.press_words(Action::TogglePlanes);
                let parts = [("key", Part::from(&key))];
                self.words.say_with("notice-no-view-planes", &parts)
            }
            (Some(_), None) => self.words.say("notice-no-view-page"),
            (None, _) => self.words.say("notice-no-view-none"),
        };
        let failure = Failure {
            headline: self.words.say("notice-no-view"),
            remedy,
            cause: String::new(),
        };
        if self.notices.iter().all(|it| it.failure != failure) {
            self.tell(Tone::Failure, failure, None, None);
        }
        false
    }

    /// A view is ready for the clipboard.
    pub(super) fn pictured(&mut self, purpose: &Purpose, picture: Phi<Picture>) -> Vec<Effect> {
        if !matches!(purpose, Purpose::TakeOut { .. }) {
            return Vec::new();
        }
        let told = Failure {
            headline: self.words.say("notice-copied"),
            remedy: self.words.say("notice-copied-remedy"),
            cause: String::new(),
        };
        self.notices.retain(|it| it.failure != told);
        self.tell(Tone::Done, told, None, None);
        let mut effects = vec![Effect::CopyPicture(picture)];
        effects.extend(self.tell_exported(purpose));
        effects
    }

    /// A file stands where it was wanted, or beside one that stood there.
    pub(super) fn saved(&mut self, purpose: &Purpose, path: Phi<PathBuf>) -> Vec<Effect> {
        let words = &self.words;
        let (headline, remedy) = match purpose {
            Purpose::TakeOut {
                form: Form::Page, ..
            } => (words.say("notice-page"), words.say("notice-page-remedy")),
            Purpose::TakeOut { .. } => (
                words.say("notice-picture"),
                words.say("notice-picture-remedy"),
            ),
            Purpose::SaveWorklist { .. } => {
                (words.say("list-written"), words.say("list-written-remedy"))
            }
            _ => (words.say("notice-saved"), words.say("notice-saved-remedy")),
        };
        let told = Failure {
            headline,
            remedy,
            cause: String::new(),
        };
        let mut effects = self.tell_exported(purpose);
        if let Purpose::TakeOut {
            form: Form::Page, ..
        } = purpose
        {
            // To the program that shows and prints it.
            effects.push(Effect::OpenOutside(path.reveal().clone()));
        }
        self.tell(Tone::Done, told, Some(path), None);
        effects
    }

    /// Tells the records that something has left the window.
    fn tell_exported(&self, purpose: &Purpose) -> Vec<Effect> {
        let (item, detail) = match *purpose {
            Purpose::Save { item } => (item, json!({ "what": "overlay and result" })),
            Purpose::TakeOut { item, form } => {
                let detail = match form {
                    Form::Clipboard => json!({ "what": "view to the clipboard" }),
                    Form::Picture => json!({ "what": "view as a picture" }),
                    Form::Page => json!({ "what": "view on a page" }),
                };
                (item, detail)
            }
            Purpose::SaveWorklist { n_rows } => return self.worklist_exported(n_rows),
            _ => return Vec::new(),
        };
        let deed = Deed::Noted {
            action: store::Action::Exported,
            outcome: Outcome::Success,
            item: Some(item),
            detail,
        };
        self.tell_records(deed).into_iter().collect()
    }
}
