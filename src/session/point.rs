//! Pointing: what a model that reads the surroundings of a point is shown.

use serde_json::json;

use super::{Content, Deed, Effect, ItemId, Kind, Reading, State, Tone, beside::Slot};
use crate::{
    engine::Target,
    failure::Failure,
    prediction::{ModelRef, Pixel},
    store::Action,
};

impl State {
    /// Side of the square that the model for the scan in the middle reads around a point; `None` where it reads all.
    pub fn crop_side_mm(&self) -> Option<f32> {
        let crop = self.model_for(Kind::Scan)?.prep.crop();
        crop.map(|it| it.side_mm)
    }

    /// Lets the next click set the point, or leaves that be.
    pub(super) fn start_pointing(&mut self) {
        if self.scan().is_some() && self.crop_side_mm().is_some() {
            self.is_pointing = !self.is_pointing;
            return;
        }
        let failure = Failure {
            headline: self.words.say("notice-no-point"),
            remedy: self.words.say("notice-no-point-remedy"),
            cause: "wanted a scan and a model that reads around a point".to_owned(),
        };
        self.tell(Tone::Failure, failure, None, None);
    }

    /// Sets the point of the frame on screen. What was asked about another point is forgotten.
    pub(super) fn point_at(&mut self, item: ItemId, at: Pixel) -> Vec<Effect> {
        // Another scan can have taken the middle since the click.
        let is_there = self.scan().is_some_and(|(id, _)| id == item);
        if self.crop_side_mm().is_none() || !is_there {
            return Vec::new();
        }
        self.is_pointing = false;
        let mut moved = None;
        self.edit_scan(|it| {
            let frame_idx = it.view.frame_idx;
            let is_other = it.points.insert(frame_idx, at) != Some(at);
            moved = is_other.then_some(frame_idx);
        });
        moved.map_or_else(Vec::new, |it| self.forget(item, it, Slot::First))
    }

    /// A question about a point, with the slices on both sides of its own, whatever files they lie in.
    pub(super) fn with_neighbours(&self, item: ItemId, target: Target) -> Target {
        match target {
            Target::Scan {
                scan,
                frame_idx,
                at: Some(at),
                ..
            } => Target::Scan {
                scan,
                frame_idx,
                at: Some(at),
                neighbours: self.neighbours(item, frame_idx).map(Box::new),
            },
            other => other,
        }
    }

    /// Forgets what was answered with other slices on both sides than lie there now: one came, or was closed.
    pub(super) fn forget_other_neighbours(&mut self) -> Vec<Effect> {
        let mut stale = Vec::new();
        for item in &self.items {
            let Content::Scan(scan) = &item.content else {
                continue;
            };
            let slots = [(Slot::Beside, &scan.beside), (Slot::First, &scan.readings)];
            for (slot, readings) in slots {
                let read = readings
                    .iter()
                    .filter_map(|(at, it)| Some((*at, it.neighbours?)));
                let others = read.filter(|(frame_idx, read)| {
                    let now = self.neighbours(item.id, *frame_idx);
                    now.map(|it| it.ids()) != Some(*read)
                });
                stale.extend(others.map(|(frame_idx, _)| (item.id, frame_idx, slot)));
            }
        }
        let mut effects = Vec::new();
        for (item, frame_idx, slot) in &stale {
            effects.extend(self.keep_reason(*item, *frame_idx));
            effects.extend(self.forget(*item, *frame_idx, *slot));
        }
        let failure = Failure {
            headline: self.words.say("notice-neighbours"),
            remedy: self.words.say("notice-neighbours-remedy"),
            cause: String::new(),
        };
        if !stale.is_empty() && self.notices.iter().all(|it| it.failure != failure) {
            self.tell(Tone::Failure, failure, None, None);
        }
        effects
    }

    /// A model that reads all of a scan knows no points.
    pub(super) fn choose_model(&mut self, kind: Kind, model: ModelRef) -> Vec<Effect> {
        let detail = json!({ "chosen": model.name, "version": model.version });
        let told = self.tell_records(Deed::noted(Action::ModelChanged, detail));
        self.chosen.insert(kind, model);
        let mut stale = Vec::new();
        if kind == Kind::Scan && self.crop_side_mm().is_none() {
            self.is_pointing = false;
            for item in &mut self.items {
                if let Content::Scan(scan) = &mut item.content {
                    let points = std::mem::take(&mut scan.points).into_keys();
                    let frames =
                        points.flat_map(|it| [scan.readings.remove(&it), scan.beside.remove(&it)]);
                    stale.extend(frames.flatten());
                }
            }
        }
        let stopped = stale.iter().filter_map(Reading::waiting);
        told.into_iter()
            .chain(stopped.map(Effect::Cancel))
            .collect()
    }
}
