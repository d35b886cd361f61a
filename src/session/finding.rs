//! From one finding to the next: through the places of the map that is shown, the classes above their operating points, and
//! the slices that were scored.

use super::{Effect, ItemId, Reading, ScanItem, State, Tone, beside::Slot};
use crate::{
    failure::Failure,
    prediction::{LabelIdx, Prediction},
    render::picture::places,
};

impl State {
    /// Goes to the next place of the map, else to the next class of this frame that lies above its operating point, else to
    /// the next slice with such a class, round and round.
    pub(super) fn next_finding(&mut self) -> Vec<Effect> {
        let Some((id, scan)) = self.scan() else {
            self.tell_no_finding();
            return Vec::new();
        };
        let is_shown = self.is_overlay_shown;
        if let Some((place, at)) = next_place(scan).filter(|_| is_shown) {
            self.go_to_place(id, place, at);
            return Vec::new();
        }
        let now = scan.asked(id);
        let classes = now.prediction.map(above).unwrap_or_default();
        let explained = now.reading.label;
        let at = classes.iter().position(|it| Some(*it) == explained);
        let next = classes.get(at.map_or(0, |it| it + 1)).copied();
        if let Some(label) = next {
            return self.explain_label(id, label);
        }
        if let Some((at, label)) = self.next_slice_found(id) {
            self.show_slice(at);
            return self.turn_to_class(label);
        }
        match classes.first() {
            Some(label) => self.turn_to_class(*label),
            None => {
                self.tell_no_finding();
                Vec::new()
            }
        }
    }

    /// Explains a class of the frame in the middle, unless that is what is explained: then its places come anew.
    fn turn_to_class(&mut self, label: LabelIdx) -> Vec<Effect> {
        let Some((id, frame_idx)) = self.scan().map(|(id, it)| (id, it.view.frame_idx)) else {
            return Vec::new();
        };
        let reading = self.slot_mut(id, frame_idx, Slot::First);
        let is_explained = |it: &Reading| it.label == Some(label);
        match reading.filter(|it| is_explained(it)) {
            Some(reading) => {
                reading.place = None;
                let next = self.scan().and_then(|(_, it)| next_place(it));
                if let Some((place, at)) = next.filter(|_| self.is_overlay_shown) {
                    self.go_to_place(id, place, at);
                }
                Vec::new()
            }
            None => self.explain_label(id, label),
        }
    }

    /// Marks a place of the map; a picture that is zoomed in moves there.
    fn go_to_place(&mut self, item: ItemId, place: usize, (x, y): (f32, f32)) {
        self.edit_scan(|scan| {
            let pixels = &scan.scan.header.pixels;
            let share = |at: f32, edge: usize| at / edge.max(1) as f32;
            let middle = (share(x, pixels.columns), share(y, pixels.rows));
            if 1.0 < scan.view.zoom {
                scan.view.look_at(middle, scan.view.zoom);
            }
        });
        let frame_idx = self.frame_on_screen(item);
        if let Some(reading) = self.slot_mut(item, frame_idx, Slot::First) {
            reading.place = Some(place);
        }
    }

    /// The next slice in their order that was scored and has a class above its operating point.
    fn next_slice_found(&self, id: ItemId) -> Option<(usize, LabelIdx)> {
        let (now, n) = self.position(id);
        let others = (1..n).map(|step| (now + step) % n);
        let mut found = others.filter_map(|at| {
            let slice = self.slice_at(id, at)?;
            let item = ItemId(slice.file);
            let reading = self.scan_of(item)?.1.readings.get(&slice.frame_idx)?;
            let subject = self.target(item, slice.frame_idx)?.subject();
            let prediction = reading.prediction.ready();
            let prediction = prediction.filter(|it| it.about == subject)?;
            Some((at, *above(prediction).first()?))
        });
        found.next()
    }

    fn tell_no_finding(&mut self) {
        let failure = Failure {
            headline: self.words.say("notice-no-finding"),
            remedy: self.words.say("notice-no-finding-remedy"),
            cause: "wanted a class above its operating point, found none".to_owned(),
        };
        self.tell(Tone::Failure, failure, None, None);
    }
}

/// The classes above their operating points, by excess.
fn above(prediction: &Prediction) -> Vec<LabelIdx> {
    let scores = prediction.by_excess().into_iter();
    let above = scores.filter(|(_, it)| it.is_above() == Some(true));
    above.map(|it| it.0).collect()
}

/// The place of the map on screen after the one that the reader was led to, if its class lies above its operating point.
fn next_place(scan: &ScanItem) -> Option<(usize, (f32, f32))> {
    scan.explained_score()?.is_above().filter(|it| *it)?;
    let next = scan.reading()?.place.map_or(0, |it| it + 1);
    let at = places(scan.explanation()?).get(next).copied()?;
    Some((next, at))
}
