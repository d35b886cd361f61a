//! Scoring and explaining: which job is asked for, and which answer is taken in.

use std::sync::Arc;

use super::{
    Content, Effect, ItemId, Kind, Loading, Purpose, Reading, State, beside::Slot,
    item::primary_label,
};
use crate::{
    engine::{Gate, Job, JobId, NoteParts, Running, Target},
    failure::Failure,
    model::Manifest,
    prediction::{Explanation, Faithfulness, LabelIdx, Method, Prediction},
};

impl State {
    /// Scores what stands on the page, each by the model for its kind; with an open gate, what was refused only.
    pub(super) fn score(&mut self, gate: Gate) -> Vec<Effect> {
        if self.are_models_loading() {
            self.is_score_wanted = true;
            return Vec::new();
        }
        let kinds = [Kind::Scan, Kind::Note, Kind::Series, Kind::Sequence];
        let asked = kinds.into_iter().filter_map(|kind| {
            let item = self.on_page(kind)?;
            let frame_idx = match &item.content {
                Content::Scan(scan) => scan.view.frame_idx,
                Content::Note(_) | Content::Series(_) | Content::Sequence(_) => 0,
            };
            Some((item.id, self.target(item.id, frame_idx)?, frame_idx))
        });
        let mut effects = Vec::new();
        for (id, target, frame_idx) in asked.collect::<Vec<_>>() {
            let is_refused = |it: &mut Reading| it.is_refused;
            if gate == Gate::Closed || self.reading_mut(id, frame_idx).is_some_and(is_refused) {
                // The reader's word was on the answer before, and goes with it.
                effects.extend(self.keep_reason(id, frame_idx));
                effects.extend(self.score_one((id, frame_idx), target, gate));
            }
            if gate == Gate::Open {
                effects.extend(self.open_beside((id, frame_idx)));
            }
        }
        effects
    }

    fn score_one(
        &mut self,
        (item, frame_idx): (ItemId, usize),
        target: Target,
        gate: Gate,
    ) -> Option<Effect> {
        if self
            .reading_mut(item, frame_idx)?
            .prediction
            .waiting()
            .is_some()
        {
            return None;
        }
        let kind = match target {
            Target::Scan { .. } => Kind::Scan,
            Target::Note(_) => Kind::Note,
            Target::Series(_) => Kind::Series,
            Target::Sequence(_) => Kind::Sequence,
        };
        let Some(manifest) = self.model_for(kind).cloned() else {
            let failure = Failure {
                headline: kind.no_model(&self.words),
                remedy: self.words.say("no-model-remedy"),
                cause: format!(
                    "wanted a model for this kind of input, found {} models",
                    self.models.len()
                ),
            };
            self.reading_mut(item, frame_idx)?.prediction = Loading::Failed(failure);
            return None;
        };
        self.keep_apart((item, frame_idx), &manifest);
        self.ask_score((item, frame_idx, Slot::First), target, (manifest, gate))
    }

    /// Asks a model, whose answer takes the place of the one before.
    pub(super) fn ask_score(
        &mut self,
        (item, frame_idx, slot): (ItemId, usize, Slot),
        target: Target,
        (manifest, gate): (Arc<Manifest>, Gate),
    ) -> Option<Effect> {
        let neighbours = match &target {
            Target::Scan { neighbours, .. } => neighbours.as_ref().map(|it| it.ids()),
            Target::Note(_) | Target::Series(_) | Target::Sequence(_) => None,
        };
        let job = Job::Score {
            target,
            model: manifest.model_ref(),
            gate,
        };
        let (id, effect) = self.ask_for(Purpose::Score { item, frame_idx }, job);
        let methods = manifest.methods();
        let reading = self.slot_mut(item, frame_idx, slot)?;
        let kept = reading.method.filter(|it| methods.contains(it));
        *reading = Reading {
            method: kept.or_else(|| methods.first().copied()),
            neighbours: neighbours.filter(|_| manifest.prep.reads_neighbours()),
            model: Some(manifest),
            prediction: Loading::Waiting(id),
            ..Reading::default()
        };
        Some(effect)
    }

    pub(super) fn scored(
        &mut self,
        id: JobId,
        purpose: &Purpose,
        prediction: Prediction,
    ) -> Vec<Effect> {
        let Purpose::Score { item, frame_idx } = *purpose else {
            return Vec::new();
        };
        let Some(subject) = self.target(item, frame_idx).map(|it| it.subject()) else {
            return Vec::new();
        };
        let slot = self.slot_of(item, frame_idx, id);
        let Some(reading) = self.slot_mut(item, frame_idx, slot) else {
            return Vec::new();
        };
        let from_model = reading
            .model
            .clone()
            .filter(|it| it.model_ref() == prediction.model);
        let is_awaited = reading.prediction.waiting() == Some(id) && prediction.about == subject;
        let Some(manifest) = from_model.filter(|_| is_awaited) else {
            return Vec::new();
        };
        let shown = self.as_set(&prediction, &manifest);
        let label = self.label_beside((item, frame_idx, slot), &shown);
        let label = label.or_else(|| primary_label(&shown));
        let told = self.tell_scored(item, &shown);
        if let Some(reading) = self.slot_mut(item, frame_idx, slot) {
            reading.answered = Some(prediction);
            reading.prediction = Loading::Ready(shown);
        }
        let mut effects: Vec<Effect> = told.into_iter().collect();
        effects.extend(self.explain_in((item, frame_idx, slot), label, None));
        effects.extend(self.run_through(item));
        effects
    }

    /// Asks for the answer hour by hour, for the label that is explained, unless it is there or on its way.
    fn run_through(&mut self, item: ItemId) -> Vec<Effect> {
        let Some(target @ Target::Series(_)) = self.target(item, 0) else {
            return Vec::new();
        };
        let Some(reading) = self.reading_mut(item, 0) else {
            return Vec::new();
        };
        let (Some(label), Some(manifest)) = (reading.label, reading.model.clone()) else {
            return Vec::new();
        };
        let before = reading.running.waiting();
        let job = Job::Running {
            target,
            model: manifest.model_ref(),
            label,
        };
        let effect = self.ask(Purpose::Run { item }, job);
        if let (Effect::Start(id, _), Some(reading)) = (&effect, self.reading_mut(item, 0)) {
            reading.running = Loading::Waiting(*id);
        }
        before
            .map(Effect::Cancel)
            .into_iter()
            .chain([effect])
            .collect()
    }

    pub(super) fn ran(&mut self, id: JobId, purpose: &Purpose, running: Running) {
        let Purpose::Run { item } = *purpose else {
            return;
        };
        let subject = self.target(item, 0).map(|it| it.subject());
        let Some(reading) = self.reading_mut(item, 0) else {
            return;
        };
        let wanted = reading.model.as_ref().zip(reading.label);
        let is_it = |(model, label): (&Arc<Manifest>, LabelIdx)| {
            let named = model.labels.get(label.0);
            model.model_ref() == running.model && named.is_some_and(|it| it.name == running.label)
        };
        if reading.running.waiting() == Some(id)
            && Some(running.about) == subject
            && wanted.is_some_and(is_it)
        {
            reading.running = Loading::Ready(running);
        }
    }

    /// Asks what rules find in the note of the page, once.
    pub(super) fn read_note(&mut self, item: ItemId) -> Option<Effect> {
        let Content::Note(note) = &self.item(item)?.content else {
            return None;
        };
        if note.parts != Loading::Empty {
            return None;
        }
        let effect = self.ask(Purpose::ReadNote { item }, Job::ReadNote(note.note.clone()));
        if let Effect::Start(id, _) = &effect {
            self.set_parts(item, Loading::Waiting(*id));
        }
        Some(effect)
    }

    pub(super) fn note_taken(&mut self, id: JobId, purpose: &Purpose, parts: NoteParts) {
        let Purpose::ReadNote { item } = *purpose else {
            return;
        };
        let subject = self.target(item, 0).map(|it| it.subject());
        if self.is_reading(item, id) && subject == Some(parts.about) {
            self.set_parts(item, Loading::Ready(Arc::new(parts)));
        }
    }

    /// The rules gave nothing: the note is shown without their marks.
    pub(super) fn note_lost(&mut self, item: ItemId, id: JobId) {
        if self.is_reading(item, id) {
            self.set_parts(item, Loading::Empty);
        }
    }

    fn is_reading(&self, item: ItemId, id: JobId) -> bool {
        let content = self.item(item).map(|it| &it.content);
        matches!(content, Some(Content::Note(it)) if it.parts.waiting() == Some(id))
    }

    fn set_parts(&mut self, item: ItemId, parts: Loading<Arc<NoteParts>>) {
        let item = self.item_mut(item);
        if let Some(Content::Note(note)) = item.map(|it| &mut it.content) {
            note.parts = parts;
        }
    }

    /// Explains the frame on screen, or the note.
    pub(super) fn explain(
        &mut self,
        item: ItemId,
        label: Option<LabelIdx>,
        method: Option<Method>,
    ) -> Vec<Effect> {
        let frame_idx = self.frame_on_screen(item);
        self.explain_in((item, frame_idx, Slot::First), label, method)
    }

    /// The frame of a scan that is on screen, or would be; 0 for anything else.
    pub(super) fn frame_on_screen(&self, item: ItemId) -> usize {
        self.scan_of(item).map_or(0, |(_, it)| it.view.frame_idx)
    }

    pub(super) fn explain_in(
        &mut self,
        (item, frame_idx, slot): (ItemId, usize, Slot),
        label: Option<LabelIdx>,
        method: Option<Method>,
    ) -> Vec<Effect> {
        let Some(target) = self.target(item, frame_idx) else {
            return Vec::new();
        };
        let Some(reading) = self.slot_mut(item, frame_idx, slot) else {
            return Vec::new();
        };
        reading.label = label.or(reading.label);
        reading.method = method.or(reading.method);
        let before = [reading.explanation.waiting(), reading.check.waiting()];
        let (Some(label), Some(method), Some(manifest), Loading::Ready(_)) = (
            reading.label,
            reading.method,
            reading.model.clone(),
            &reading.prediction,
        ) else {
            return Vec::new();
        };
        let job = Job::Explain {
            target,
            model: manifest.model_ref(),
            label,
            method,
        };
        let (id, effect) = self.ask_for(Purpose::Explain { item, frame_idx }, job);
        if let Some(reading) = self.slot_mut(item, frame_idx, slot) {
            reading.explanation = Loading::Waiting(id);
            reading.check = Loading::Empty;
            reading.place = None;
        }
        before
            .into_iter()
            .flatten()
            .map(Effect::Cancel)
            .chain([effect])
            .collect()
    }

    pub(super) fn explained(&mut self, id: JobId, purpose: &Purpose, explanation: Explanation) {
        let Purpose::Explain { item, frame_idx } = *purpose else {
            return;
        };
        let Some(subject) = self.target(item, frame_idx).map(|it| it.subject()) else {
            return;
        };
        let Some(reading) = self.reading_for(item, frame_idx, id) else {
            return;
        };
        let wanted = reading
            .model
            .as_ref()
            .zip(reading.label)
            .and_then(|(it, label)| it.labels.get(label.0));
        let fits = explanation.about == subject
            && wanted.is_some_and(|it| it.name == explanation.label)
            && reading
                .model
                .as_ref()
                .is_some_and(|it| it.model_ref() == explanation.model)
            && reading.method == Some(explanation.method);
        if reading.explanation.waiting() == Some(id) && fits {
            reading.explanation = Loading::Ready(Arc::new(explanation));
        }
    }

    pub(super) fn next_label(&mut self) -> Vec<Effect> {
        let Some((item, reading)) = self.center_reading() else {
            return Vec::new();
        };
        let n_labels = reading.model.as_ref().map_or(0, |it| it.labels.len());
        let Some(label) = reading.label.filter(|_| 0 < n_labels) else {
            return Vec::new();
        };
        self.explain_label(item, LabelIdx((label.0 + 1) % n_labels))
    }

    /// Explains another label; of a series, the answer hour by hour follows it.
    pub(super) fn explain_label(&mut self, item: ItemId, label: LabelIdx) -> Vec<Effect> {
        let mut effects = self.explain(item, Some(label), None);
        effects.extend(self.explain_beside(item));
        effects.extend(self.run_through(item));
        effects
    }

    pub(super) fn next_method(&mut self) -> Vec<Effect> {
        let Some((item, reading)) = self.center_reading() else {
            return Vec::new();
        };
        let methods = reading
            .model
            .as_ref()
            .map_or_else(Vec::new, |it| it.methods());
        let at = methods.iter().position(|it| Some(*it) == reading.method);
        let next = at.map_or(0, |it| (it + 1) % methods.len().max(1));
        self.explain(item, None, methods.get(next).copied())
    }

    /// Checks the map in the middle; a second time while it runs changes nothing.
    pub(super) fn check_map(&mut self) -> Vec<Effect> {
        let Some((item, frame_idx)) = self.scan().map(|(id, it)| (id, it.view.frame_idx)) else {
            return Vec::new();
        };
        let (Some(target), Some(reading)) = (
            self.target(item, frame_idx),
            self.reading_mut(item, frame_idx),
        ) else {
            return Vec::new();
        };
        let (Some(explanation), Some(model), None) = (
            reading.explanation.ready(),
            &reading.model,
            reading.check.waiting(),
        ) else {
            return Vec::new();
        };
        let job = Job::CheckMap {
            target,
            model: model.model_ref(),
            explanation: explanation.clone(),
        };
        let effect = self.ask(Purpose::Check { item, frame_idx }, job);
        if let (Effect::Start(id, _), Some(reading)) = (&effect, self.reading_mut(item, frame_idx))
        {
            reading.check = Loading::Waiting(*id);
        }
        vec![effect]
    }

    pub(super) fn map_checked(&mut self, id: JobId, purpose: &Purpose, found: Faithfulness) {
        if let Purpose::Check { item, frame_idx } = *purpose
            && let Some(reading) = self.reading_for(item, frame_idx, id)
            && reading.check.waiting() == Some(id)
        {
            reading.check = Loading::Ready(found);
        }
    }
}
