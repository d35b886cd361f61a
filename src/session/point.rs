//! Pointing: what a model that reads the surroundings of a point is shown.

use serde_json::json;

use super::{Content, Deed, Effect, ItemId, Kind, Reading, State, Tone};
use crate::{failure::Failure, prediction::Pixel, prep::Spec, store::Action};

impl State {
    /// Side of the square that the model for the scan in the middle reads around a point; `None` where it reads all.
    pub fn crop_side_mm(&self) -> Option<f32> {
        match &self.model_for(Kind::Scan)?.prep {
            Spec::Image(spec) => spec.crop.map(|it| it.side_mm),
            Spec::Text(_) | Spec::Series(_) | Spec::Sequence(_) | Spec::Question(_) => None,
        }
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
        let mut stale = None;
        self.edit_scan(|it| {
            let frame_idx = it.view.frame_idx;
            if it.points.insert(frame_idx, at) != Some(at) {
                stale = it.readings.remove(&frame_idx);
            }
        });
        stale.as_ref().and_then(stop).into_iter().collect()
    }

    /// A model that reads all of a scan knows no points.
    pub(super) fn choose_model(&mut self, kind: Kind, name: String) -> Vec<Effect> {
        let deed = Deed::noted(Action::ModelChanged, json!({ "chosen": name }));
        let told = self.tell_records(deed);
        self.chosen.insert(kind, name);
        let mut stale = Vec::new();
        if kind == Kind::Scan && self.crop_side_mm().is_none() {
            self.is_pointing = false;
            for item in &mut self.items {
                if let Content::Scan(scan) = &mut item.content {
                    let points = std::mem::take(&mut scan.points).into_keys();
                    stale.extend(points.filter_map(|it| scan.readings.remove(&it)));
                }
            }
        }
        told.into_iter()
            .chain(stale.iter().filter_map(stop))
            .collect()
    }
}

/// Ends what is still being asked.
fn stop(reading: &Reading) -> Option<Effect> {
    let waiting = reading
        .prediction
        .waiting()
        .or(reading.explanation.waiting());
    waiting.map(Effect::Cancel)
}
