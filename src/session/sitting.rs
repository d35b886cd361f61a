//! What is open, kept with the records so that the next sign-in can offer it again: after a crash as after a lock. Where
//! no records are kept nothing is, and no other file ever holds it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Action, Command, Deed, Effect, ItemId, Layout, Page, Purpose, SITTING, State, Tone};
use crate::{engine::Job, failure::Failure, privacy::Phi, store::PersonId};

/// What was open, and how it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sitting {
    /// Whose: nobody else is offered it.
    person: Option<PersonId>,
    /// What was given, in the order in which it was opened.
    given: Vec<Phi<PathBuf>>,
    /// The file in the middle, by its place and by its name: an archive is one place.
    center: Option<(Phi<PathBuf>, Phi<String>)>,
    frame_idx: usize,
    layout: Layout,
    /// The row of the file in the middle. Each slice in it is one too many to be written down while it is passed.
    #[serde(skip)]
    row: Option<ItemId>,
}

/// The last sitting and this one.
#[derive(Debug, Default)]
pub(crate) struct Sittings {
    /// Of the person inside, until it is open again.
    last: Option<Sitting>,
    /// As the records were told last.
    told: Sitting,
}

impl Sitting {
    /// Whether as much is open, in the same row and beside as many.
    fn is_like(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.row, it.layout, it.given.len());
        of(self) == of(other) && self.given == other.given
    }
}

impl State {
    fn sitting(&self) -> Sitting {
        let mut given: Vec<Phi<PathBuf>> = Vec::new();
        for item in &self.items {
            // Slices of a folder stand together.
            if given.last() != Some(&item.given) && !given.contains(&item.given) {
                given.push(item.given.clone());
            }
        }
        let center = self.center();
        Sitting {
            person: self.door.user.as_ref().map(|it| it.id.clone()),
            given,
            center: center.map(|it| (it.path.clone(), it.name.clone())),
            frame_idx: self.scan().map_or(0, |it| it.1.view.frame_idx),
            layout: self.viewports.layout,
            row: self.center.map(|it| self.row_of(it)),
        }
    }

    /// Tells the records what is open, if that is other than they know. While files arrive it changes with each.
    pub(super) fn tell_sitting(&mut self) -> Option<Effect> {
        if self.door.user.is_none() || !self.door.is_open() || self.is_opening() {
            return None;
        }
        let now = self.sitting();
        if now.is_like(&self.sittings.told) {
            return None;
        }
        self.sittings.told = now;
        self.tell_told()
    }

    /// The same at the end, to the slice. Where nothing was opened the last sitting stays as it was.
    pub(super) fn tell_last_sitting(&mut self) -> Option<Effect> {
        if self.items.is_empty() {
            return None;
        }
        self.sittings.told = self.sitting();
        self.tell_told()
    }

    fn tell_told(&self) -> Option<Effect> {
        self.tell_records(Deed::Set {
            name: SITTING,
            value: serde_json::to_value(&self.sittings.told).unwrap_or_default(), // paths of text have a JSON form
        })
    }

    /// Takes in what was open the last time, of whoever comes in now.
    pub(super) fn offer_sitting(&mut self, last: Option<Sitting>) {
        let inside = self.door.user.as_ref().map(|it| &it.id);
        let is_ours = |it: &Sitting| it.person.as_ref() == inside && !it.given.is_empty();
        self.sittings.last = last.filter(is_ours);
    }

    /// Whether what was open the last time can be opened again.
    pub const fn is_sitting_offered(&self) -> bool {
        self.sittings.last.is_some()
    }

    pub(super) fn open_again(&mut self) -> Vec<Effect> {
        let Some(last) = &self.sittings.last else {
            let failure = Failure {
                headline: self.words.say("notice-nothing-again"),
                remedy: self.words.say("notice-nothing-again-remedy"),
                cause: "wanted what was open the last time, found nothing".to_owned(),
            };
            self.tell(Tone::Failure, failure, None, None);
            return Vec::new();
        };
        // For the file system.
        let paths = last.given.iter().map(|it| it.reveal().clone()).collect();
        self.turn_to(Page::Reading);
        let again = Command::Act(Action::OpenAgain);
        vec![self.ask(Purpose::Open(again), Job::Open(paths))]
    }

    /// All that could be opened again is open: what was in the middle comes back there.
    pub(super) fn sit_again(&mut self) {
        let Some(last) = self.sittings.last.take() else {
            return;
        };
        let center = last.center.and_then(|(path, name)| {
            let mut items = self.items.iter();
            items.find(|it| it.path == path && it.name == name)
        });
        if let Some(id) = center.map(|it| it.id) {
            self.activate(id);
            self.edit_scan(|it| it.show_frame(last.frame_idx));
        }
        self.set_layout(last.layout);
    }
}
