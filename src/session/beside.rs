//! A second model on the same frame: asked beside the first and held against it class by class. Nothing is blended into
//! one number, and each word of the reader stays with the answer that it was said of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::json;

use super::{Content, Deed, Effect, ItemId, Kind, Reading, State, Tone};
use crate::{
    engine::{Gate, JobId, fits},
    failure::Failure,
    model::Manifest,
    prediction::{Calibration, LabelIdx, Prediction, Score},
    store::Action,
};

/// Which of the two readings of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The one whose map is drawn, and that keys are about.
    First,
    Beside,
}

/// What two models say of one class; a model that does not know it says nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair<'a> {
    pub label: &'a str,
    pub scores: [Option<&'a Score>; 2],
    pub sides: Sides,
    /// How far the probabilities lie apart; `None` where one of them is missing or is no probability.
    pub apart: Option<f32>,
}

/// On which sides of their own operating points two models see a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    Above,
    Below,
    FirstAbove,
    SecondAbove,
    /// Only one of them knows the class.
    Alone,
    /// One of them has no operating point for it.
    Open,
}

impl<'a> Pair<'a> {
    /// Every class that one of them knows: those of the first by excess, then what is left of the second.
    pub fn all([first, second]: [&'a Prediction; 2]) -> Vec<Self> {
        let are_probabilities =
            [first, second].map(|it| it.calibration != Calibration::None) == [true; 2];
        let mut named = BTreeSet::new();
        let scores = [first, second].into_iter().flat_map(|it| it.by_excess());
        let labels = scores.map(|(_, it)| it.label.as_str());
        let labels = labels.filter(|it| named.insert(name_of(it)));
        let pair = |label: &'a str| {
            let scores = [first, second].map(|it| score_named(it, label));
            let apart = match scores {
                [Some(one), Some(other)] if are_probabilities => {
                    Some((one.probability - other.probability).abs())
                }
                _ => None,
            };
            Self {
                label,
                scores,
                sides: Sides::of(scores),
                apart,
            }
        };
        labels.map(pair).collect()
    }
}

impl Sides {
    fn of(scores: [Option<&Score>; 2]) -> Self {
        let [Some(first), Some(second)] = scores else {
            return Self::Alone;
        };
        match (first.is_above(), second.is_above()) {
            (Some(true), Some(true)) => Self::Above,
            (Some(false), Some(false)) => Self::Below,
            (Some(true), Some(false)) => Self::FirstAbove,
            (Some(false), Some(true)) => Self::SecondAbove,
            (None, _) | (_, None) => Self::Open,
        }
    }
}

/// A class by its name, however a bundle writes it.
fn name_of(label: &str) -> String {
    label.trim().replace('_', " ").to_lowercase()
}

fn score_named<'a>(prediction: &'a Prediction, label: &str) -> Option<&'a Score> {
    let name = name_of(label);
    let mut scores = prediction.scores.iter();
    scores.find(|it| name_of(&it.label) == name)
}

impl State {
    /// Has the next model that reads the frame in the middle asked beside the one in front; after the last, none.
    pub(super) fn compare_models(&mut self) -> Vec<Effect> {
        let Some((item, frame_idx)) = self.scan().map(|(id, it)| (id, it.view.frame_idx)) else {
            self.tell_none_to_compare();
            return Vec::new();
        };
        let first = self.slot(item, frame_idx, Slot::First);
        let first = first.and_then(|it| it.model.clone());
        let Some(first) = first.or_else(|| self.model_for(Kind::Scan).cloned()) else {
            self.tell_none_to_compare();
            return Vec::new();
        };
        let others = self.others_for(item, &first);
        let now = self.slot(item, frame_idx, Slot::Beside);
        let now = now.and_then(|it| it.model.clone());
        let at = others.iter().position(|it| now.as_ref() == Some(it));
        let next = others.get(at.map_or(0, |it| it + 1)).cloned();
        let mut effects = self.keep_reason(item, frame_idx);
        effects.extend(self.forget(item, frame_idx, Slot::Beside));
        let is_first_asked = |it: &Reading| it.model.is_some();
        let has_first = self
            .slot(item, frame_idx, Slot::First)
            .is_some_and(is_first_asked);
        match (next, self.target(item, frame_idx)) {
            (Some(model), Some(target)) => {
                if !has_first {
                    let place = (item, frame_idx, Slot::First);
                    effects.extend(self.ask_score(place, target.clone(), (first, Gate::Closed)));
                }
                let place = (item, frame_idx, Slot::Beside);
                effects.extend(self.ask_score(place, target, (model, Gate::Closed)));
            }
            _ if now.is_none() => self.tell_none_to_compare(),
            _ => {}
        }
        effects
    }

    /// The models that read a scan as well as one does: its header does not speak against them, and there is a point for
    /// those that read around one.
    fn others_for(&self, item: ItemId, first: &Arc<Manifest>) -> Vec<Arc<Manifest>> {
        let Some((_, scan)) = self.scan_of(item) else {
            return Vec::new();
        };
        let has_point = scan.point().is_some();
        let models = self.models_for(Kind::Scan).filter(|it| *it != first);
        let reads =
            |it: &&Arc<Manifest>| fits(&scan.scan, it) && (has_point || it.prep.crop().is_none());
        models.filter(reads).cloned().collect()
    }

    fn tell_none_to_compare(&mut self) {
        let failure = Failure {
            headline: self.words.say("notice-no-compare"),
            remedy: self.words.say("notice-no-compare-remedy"),
            cause: "wanted a scan and two models that read it".to_owned(),
        };
        self.tell(Tone::Failure, failure, None, None);
    }

    /// Puts the model beside in front, with its map and the words that were said of its answer. It reads what comes next.
    pub(super) fn swap_models(&mut self) -> Vec<Effect> {
        let Some((item, frame_idx)) = self.scan().map(|(id, it)| (id, it.view.frame_idx)) else {
            return Vec::new();
        };
        let mut effects = self.keep_reason(item, frame_idx);
        let mut model = None;
        self.edit_readings(item, |first, beside| {
            let Some(second) = beside.remove(&frame_idx) else {
                return;
            };
            model = second.model.as_ref().map(|it| it.model_ref());
            if let Some(first) = first.insert(frame_idx, second) {
                beside.insert(frame_idx, first);
            }
        });
        let Some(model) = model else {
            self.tell_none_to_compare();
            return effects;
        };
        let detail = json!({ "chosen": model.name, "version": model.version });
        self.chosen.insert(Kind::Scan, model);
        self.is_pointing &= self.crop_side_mm().is_some();
        effects.extend(self.tell_records(Deed::noted(Action::ModelChanged, detail)));
        effects
    }

    /// Has the model beside answer although the case is outside its scope, if it refused.
    pub(super) fn open_beside(&mut self, (item, frame_idx): (ItemId, usize)) -> Option<Effect> {
        let reading = self.slot(item, frame_idx, Slot::Beside)?;
        let model = reading.model.clone().filter(|_| reading.is_refused)?;
        let target = self.target(item, frame_idx)?;
        let place = (item, frame_idx, Slot::Beside);
        self.ask_score(place, target, (model, Gate::Open))
    }

    /// A model that is asked in front no longer stands beside.
    pub(super) fn keep_apart(&mut self, (item, frame_idx): (ItemId, usize), asked: &Manifest) {
        let beside = self.slot(item, frame_idx, Slot::Beside);
        let model = beside.and_then(|it| it.model.as_ref());
        if model.is_some_and(|it| it.model_ref() == asked.model_ref()) {
            self.edit_readings(item, |_, beside| {
                beside.remove(&frame_idx);
            });
        }
    }

    /// Where one of two models explains a class that the other knows too, the label of the other for it.
    pub(super) fn label_beside(
        &self,
        (item, frame_idx, slot): (ItemId, usize, Slot),
        of: &Prediction,
    ) -> Option<LabelIdx> {
        let class = match slot {
            Slot::First => return None,
            Slot::Beside => self.slot(item, frame_idx, Slot::First)?.class()?,
        };
        let name = name_of(class);
        let mut labels = of.scores.iter().map(|it| name_of(&it.label));
        labels.position(|it| it == name).map(LabelIdx)
    }

    /// Has the model beside explain the class that is explained in front, where it knows it.
    pub(super) fn explain_beside(&mut self, item: ItemId) -> Vec<Effect> {
        let place = (item, self.frame_on_screen(item), Slot::Beside);
        let beside = self.slot(item, place.1, Slot::Beside);
        let answer = beside.and_then(|it| it.prediction.ready());
        let label = answer.and_then(|it| self.label_beside(place, it));
        let is_new = label.is_some() && beside.is_some_and(|it| it.label != label);
        if is_new {
            self.explain_in(place, label, None)
        } else {
            Vec::new()
        }
    }

    /// Forgets what was asked of a model about a frame, and ends what is still being asked. With the one in front goes the one
    /// beside it: a word that is on its way must not find another answer in its place.
    pub(super) fn forget(&mut self, item: ItemId, frame_idx: usize, slot: Slot) -> Vec<Effect> {
        let mut gone = Vec::new();
        self.edit_readings(item, |first, beside| {
            gone.extend(beside.remove(&frame_idx));
            if slot == Slot::First {
                gone.extend(first.remove(&frame_idx));
            }
        });
        let stopped = gone.iter().filter_map(Reading::waiting);
        stopped.map(Effect::Cancel).collect()
    }

    /// What was asked about a frame, by the job that answers.
    pub(super) fn reading_for(
        &mut self,
        item: ItemId,
        frame_idx: usize,
        id: JobId,
    ) -> Option<&mut Reading> {
        let slot = self.slot_of(item, frame_idx, id);
        let reading = self.slot_mut(item, frame_idx, slot)?;
        reading.waits_for(id).then_some(reading)
    }

    /// Which reading of a frame waits for a job.
    pub(super) fn slot_of(&self, item: ItemId, frame_idx: usize, id: JobId) -> Slot {
        let beside = self.slot(item, frame_idx, Slot::Beside);
        if beside.is_some_and(|it| it.waits_for(id)) {
            Slot::Beside
        } else {
            Slot::First
        }
    }

    fn slot(&self, item: ItemId, frame_idx: usize, slot: Slot) -> Option<&Reading> {
        let (_, scan) = self.scan_of(item)?;
        match slot {
            Slot::First => scan.readings.get(&frame_idx),
            Slot::Beside => scan.beside.get(&frame_idx),
        }
    }

    /// Made where there is none yet.
    pub(super) fn slot_mut(
        &mut self,
        item: ItemId,
        frame_idx: usize,
        slot: Slot,
    ) -> Option<&mut Reading> {
        if slot == Slot::First {
            return self.reading_mut(item, frame_idx);
        }
        match &mut self.item_mut(item)?.content {
            Content::Scan(scan) => Some(scan.beside.entry(frame_idx).or_default()),
            Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
        }
    }

    /// All that was asked about a frame, a note, a series or a sequence.
    pub(super) fn readings_mut(&mut self, item: ItemId, frame_idx: usize) -> Vec<&mut Reading> {
        let Some(item) = self.item_mut(item) else {
            return Vec::new();
        };
        match &mut item.content {
            Content::Scan(scan) => {
                let first = scan.readings.get_mut(&frame_idx);
                first
                    .into_iter()
                    .chain(scan.beside.get_mut(&frame_idx))
                    .collect()
            }
            Content::Note(note) => vec![&mut note.reading],
            Content::Series(series) => vec![&mut series.reading],
            Content::Sequence(sequence) => vec![&mut sequence.reading],
        }
    }

    fn edit_readings(&mut self, item: ItemId, edit: impl FnOnce(&mut Readings, &mut Readings)) {
        if let Some(Content::Scan(scan)) = self.item_mut(item).map(|it| &mut it.content) {
            edit(&mut scan.readings, &mut scan.beside);
        }
    }
}

/// By frame.
type Readings = BTreeMap<usize, Reading>;
