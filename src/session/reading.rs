//! Scoring and explaining: which job is asked for, and which answer is taken in.

use std::sync::Arc;

use super::{Content, Effect, ItemId, Kind, Loading, Purpose, Reading, State, item::primary_label};
use crate::{
    engine::{Gate, Job, JobId, Target},
    failure::Failure,
    prediction::{Explanation, Faithfulness, LabelIdx, Method, Prediction},
};

impl State {
    /// Scores what is in the middle and the note beside it; with an open gate, what was refused only.
    pub(super) fn score(&mut self, gate: Gate) -> Vec<Effect> {
        if self.are_models_loading() {
            self.is_score_wanted = true;
            return Vec::new();
        }
        let scan = self
            .scan()
            .map(|(id, it)| (id, it.target(), it.view.frame_idx));
        let note = self.note().map(|(id, it)| (id, it.target(), 0));
        let mut effects = Vec::new();
        for (id, target, frame_idx) in [scan, note].into_iter().flatten() {
            let is_refused = |it: &mut Reading| it.is_refused;
            if gate == Gate::Closed || self.reading_mut(id, frame_idx).is_some_and(is_refused) {
                effects.extend(self.score_one((id, frame_idx), target, gate));
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
        };
        let Some(manifest) = self.model_for(kind).cloned() else {
            let what = kind.plural();
            let failure = Failure {
                headline: format!("No model for {what} is installed"),
                remedy: "Put a model bundle into the models folder and start Wardlight again."
                    .to_owned(),
                cause: format!(
                    "wanted a model for {what}, found {} models",
                    self.models.len()
                ),
            };
            self.reading_mut(item, frame_idx)?.prediction = Loading::Failed(failure);
            return None;
        };
        let model = manifest.name.clone();
        let effect = self.ask(
            Purpose::Score { item, frame_idx },
            Job::Score {
                target,
                model,
                gate,
            },
        );
        let Effect::Start(id, _) = effect else {
            return None;
        };
        let methods = manifest.methods();
        let reading = self.reading_mut(item, frame_idx)?;
        let answer = reading.answer;
        let kept = reading.method.filter(|it| methods.contains(it));
        let method = kept.or_else(|| methods.first().copied());
        *reading = Reading {
            model: Some(manifest),
            prediction: Loading::Waiting(id),
            method,
            answer,
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
        let Some(reading) = self.reading_mut(item, frame_idx) else {
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
        let label = primary_label(&shown);
        if let Some(reading) = self.reading_mut(item, frame_idx) {
            reading.answered = Some(prediction);
            reading.prediction = Loading::Ready(shown);
        }
        self.explain_frame((item, frame_idx), label, None)
    }

    /// Explains the frame on screen, or the note.
    pub(super) fn explain(
        &mut self,
        item: ItemId,
        label: Option<LabelIdx>,
        method: Option<Method>,
    ) -> Vec<Effect> {
        let frame_idx = match self.item(item).map(|it| &it.content) {
            Some(Content::Scan(scan)) => scan.view.frame_idx,
            Some(Content::Note(_)) | None => 0,
        };
        self.explain_frame((item, frame_idx), label, method)
    }

    fn explain_frame(
        &mut self,
        (item, frame_idx): (ItemId, usize),
        label: Option<LabelIdx>,
        method: Option<Method>,
    ) -> Vec<Effect> {
        let Some(target) = self.target(item, frame_idx) else {
            return Vec::new();
        };
        let Some(reading) = self.reading_mut(item, frame_idx) else {
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
        let model = manifest.name.clone();
        let effect = self.ask(
            Purpose::Explain { item, frame_idx },
            Job::Explain {
                target,
                model,
                label,
                method,
            },
        );
        if let (Effect::Start(id, _), Some(reading)) = (&effect, self.reading_mut(item, frame_idx))
        {
            reading.explanation = Loading::Waiting(*id);
            reading.check = Loading::Empty;
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
        let Some(reading) = self.reading_mut(item, frame_idx) else {
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
        self.explain(item, Some(LabelIdx((label.0 + 1) % n_labels)), None)
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
            model: model.name.clone(),
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
            && let Some(reading) = self.reading_mut(item, frame_idx)
            && reading.check.waiting() == Some(id)
        {
            reading.check = Loading::Ready(found);
        }
    }
}
