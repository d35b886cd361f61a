//! What the reader thinks of an answer, and why: taken in, taken back, and told to the records.

use super::{Deed, Effect, ItemId, State, item::Opinion};
use crate::{privacy::Phi, store::Verdict};

/// What the reader thinks of the model's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Agree,
    Disagree,
    Unsure,
}

impl Answer {
    const fn verdict(self) -> Verdict {
        match self {
            Self::Agree => Verdict::Agree,
            Self::Disagree => Verdict::Disagree,
            Self::Unsure => Verdict::Unsure,
        }
    }
}

impl State {
    /// Takes a word in; the same word once more takes it back.
    pub(super) fn answer(&mut self, item: ItemId, answer: Answer) -> Vec<Effect> {
        let frame_idx = self
            .scan()
            .filter(|(id, _)| *id == item)
            .map_or(0, |(_, it)| it.view.frame_idx);
        // A reason that was typed so far belongs to the word before.
        let mut effects: Vec<Effect> = self.keep_reason(item, frame_idx).into_iter().collect();
        let Some(reading) = self.reading_mut(item, frame_idx) else {
            return effects;
        };
        let Some(prediction) = reading.prediction.ready() else {
            return effects;
        };
        let label = reading.label.unwrap_or_else(|| prediction.primary());
        let label = prediction.scores.get(label.0).map(|it| it.label.clone());
        let (verdict, label) = match (reading.opinion.take(), label) {
            (Some(before), _) if before.answer == answer => (Verdict::Withdrawn, before.label),
            (_, Some(label)) => {
                reading.opinion = Some(Opinion::new(answer, label.clone()));
                (answer.verdict(), label)
            }
            // A prediction without scores has nothing to agree with.
            (_, None) => return effects,
        };
        effects.extend(self.tell_records(Deed::Read {
            item,
            frame_idx,
            label,
            verdict,
            reason: Phi::default(),
        }));
        effects
    }

    pub(super) fn answer_center(&mut self, answer: Answer) -> Vec<Effect> {
        self.center
            .map_or_else(Vec::new, |id| self.answer(id, answer))
    }

    /// Takes in what was typed so far; it is kept when the field is left.
    pub(super) fn type_reason(&mut self, item: ItemId, frame_idx: usize, typed: Phi<String>) {
        let reading = self.reading_mut(item, frame_idx);
        if let Some(opinion) = reading.and_then(|it| it.opinion.as_mut()) {
            opinion.reason = typed;
        }
    }

    /// Tells the records the reason that was typed, unless they have it.
    pub(super) fn keep_reason(&mut self, item: ItemId, frame_idx: usize) -> Option<Effect> {
        let opinion = self.reading_mut(item, frame_idx)?.opinion.as_mut()?;
        // Into the encrypted records.
        let reason = Phi::new(opinion.reason.reveal().trim().to_owned());
        if reason == opinion.kept {
            return None;
        }
        opinion.kept = reason.clone();
        let (label, verdict) = (opinion.label.clone(), opinion.answer.verdict());
        self.tell_records(Deed::Read {
            item,
            frame_idx,
            label,
            verdict,
            reason,
        })
    }

    /// The same for every reason that is still being typed: what was written must not be lost with the field.
    pub(super) fn keep_reasons(&mut self) -> Vec<Effect> {
        let typed: Vec<_> = self.items.iter().flat_map(super::Item::opinions).collect();
        typed
            .into_iter()
            .filter_map(|(item, frame_idx)| self.keep_reason(item, frame_idx))
            .collect()
    }

    /// Closes a file after what was typed about it is told.
    pub(super) fn put_away(&mut self, item: ItemId) -> Vec<Effect> {
        let mut effects = self.keep_reasons();
        effects.extend(self.close(item));
        effects
    }
}
