//! What the reader thinks of an answer, and why: taken in, taken back, and told to the records.

use super::{Deed, Effect, ItemId, State, item::Opinion};
use crate::{privacy::Phi, store::Verdict, words::Words};

/// What the reader thinks of the model's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Agree,
    Disagree,
    Unsure,
}

impl Answer {
    /// What it is called where it stands beside a class.
    pub fn name(self, words: &Words) -> String {
        match self {
            Self::Agree => words.say("opinion-agree"),
            Self::Disagree => words.say("opinion-disagree"),
            Self::Unsure => words.say("opinion-unsure"),
        }
    }

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
        let frame_idx = self.frame_on_screen(item);
        // A reason that was typed so far belongs to the word before.
        let mut effects = self.keep_reason(item, frame_idx);
        let Some(reading) = self.reading_mut(item, frame_idx) else {
            return effects;
        };
        // A prediction without scores has nothing to agree with.
        let Some(label) = reading.class().map(str::to_owned) else {
            return effects;
        };
        let Some(model) = reading.model.as_ref().map(|it| Box::new(it.model_ref())) else {
            return effects;
        };
        let before = reading.opinions.remove(&label);
        let verdict = if before.is_some_and(|it| it.answer == answer) {
            Verdict::Withdrawn
        } else {
            let opinion = Opinion::new(answer);
            reading.opinions.insert(label.clone(), opinion);
            answer.verdict()
        };
        effects.extend(self.tell_records(Deed::Read {
            item,
            frame_idx,
            model,
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

    /// Where the word on the class in sight has its reason, if there is a word.
    pub(super) fn ask_why(&mut self) -> Vec<Effect> {
        let Some((item, frame_idx, reading)) = self.center.and_then(|item| {
            let frame_idx = self.frame_on_screen(item);
            Some((item, frame_idx, self.reading_mut(item, frame_idx)?))
        }) else {
            return Vec::new();
        };
        let model = reading.model.as_ref().map(|it| Box::new(it.model_ref()));
        match (model, reading.class(), reading.opinion()) {
            (Some(model), Some(class), Some(_)) => {
                let class = class.to_owned();
                vec![Effect::FocusReason(item, frame_idx, model, class)]
            }
            _ => Vec::new(),
        }
    }

    /// Takes in what was typed so far; it is kept when the field is left.
    pub(super) fn type_reason(&mut self, item: ItemId, frame_idx: usize, typed: Phi<String>) {
        if let Some(reading) = self.reading_mut(item, frame_idx)
            && let Some(label) = reading.class().map(str::to_owned)
            && let Some(opinion) = reading.opinions.get_mut(&label)
        {
            opinion.reason = typed;
        }
    }

    /// Tells the records the reasons that were typed and that they do not have.
    pub(super) fn keep_reason(&mut self, item: ItemId, frame_idx: usize) -> Vec<Effect> {
        let mut deeds = Vec::new();
        for reading in self.readings_mut(item, frame_idx) {
            let Some(model) = reading.model.as_ref().map(|it| it.model_ref()) else {
                continue;
            };
            for (label, opinion) in &mut reading.opinions {
                // Into the encrypted records.
                let reason = Phi::new(opinion.reason.reveal().trim().to_owned());
                if reason != opinion.kept {
                    opinion.kept = reason.clone();
                    deeds.push(Deed::Read {
                        item,
                        frame_idx,
                        model: Box::new(model.clone()),
                        label: label.clone(),
                        verdict: opinion.answer.verdict(),
                        reason,
                    });
                }
            }
        }
        let told = deeds.into_iter().filter_map(|it| self.tell_records(it));
        told.collect()
    }

    /// The same for every reason that is still being typed: what was written must not be lost with the field.
    pub(super) fn keep_reasons(&mut self) -> Vec<Effect> {
        let typed: Vec<_> = self.items.iter().flat_map(super::Item::opinions).collect();
        typed
            .into_iter()
            .flat_map(|(item, frame_idx)| self.keep_reason(item, frame_idx))
            .collect()
    }

    /// Closes a file after what was typed about it is told.
    pub(super) fn put_away(&mut self, item: ItemId) -> Vec<Effect> {
        let mut effects = self.keep_reasons();
        effects.extend(self.close(item));
        effects
    }
}
