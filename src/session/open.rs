//! What is in the study list, and what stands in the middle.

use std::path::PathBuf;

use super::{Command, Content, Effect, Item, ItemId, NoteItem, Purpose, ScanItem, State, Tone};
use crate::{
    case::Chart,
    engine::JobId,
    failure::Failure,
    import::{self, Opened},
    privacy::Phi,
};

impl State {
    pub(super) fn take_in(&mut self, path: Phi<PathBuf>, opened: Opened) -> Vec<Effect> {
        let name = path
            .reveal()
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        let content = match opened {
            Opened::Scan(scan) => ScanItem::new(scan).map(|it| Content::Scan(Box::new(it))),
            Opened::Chart(chart) => match chart.only_note() {
                Some(note) => Some(Content::Note(Box::new(NoteItem::new(note.clone())))),
                None => {
                    self.tell(Tone::Failure, not_shown(&chart), Some(path.clone()), None);
                    None
                }
            },
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

    pub(super) fn refuse(&mut self, path: Phi<PathBuf>, error: &import::Error, purpose: Purpose) {
        let retry = match purpose {
            Purpose::Open(_) => Some(Command::Open(vec![path.reveal().clone()])),
            _ => None,
        };
        self.tell(Tone::Failure, error.into(), Some(path), retry);
    }

    pub(super) fn activate(&mut self, id: ItemId) {
        let Some(item) = self.item(id) else { return };
        if matches!(item.content, Content::Note(_)) {
            self.beside = Some(id);
        }
        self.center = Some(id);
    }

    pub(super) fn close(&mut self, id: ItemId) -> Vec<Effect> {
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

    pub(super) fn step_item(&mut self, by: isize) {
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
}

/// The window has no place for series and sequences.
fn not_shown(chart: &Chart) -> Failure {
    Failure {
        headline: format!(
            "This is {}, which the window does not show",
            chart.summary()
        ),
        remedy: "`wardlight inspect` on the command line tells what is in it.".to_owned(),
        cause: format!("wanted a scan or one note, found {}", chart.summary()),
    }
}
