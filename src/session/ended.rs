//! What a job that failed or was cancelled leaves behind, and what a person is told.

use std::path::PathBuf;

use super::{Command, Effect, Loading, Notice, Purpose, State, Tone};
use crate::{
    engine::{Error, JobId},
    failure::{Failure, InWords as _},
    privacy::Phi,
};

impl State {
    pub(super) fn failed(&mut self, id: JobId, purpose: &Purpose, error: &Error) -> Vec<Effect> {
        self.jobs.remove(&id);
        let failure = error.in_words(&self.words);
        match *purpose {
            Purpose::Score { item, frame_idx } => {
                if let Some(reading) = self
                    .reading_mut(item, frame_idx)
                    .filter(|it| it.prediction.waiting() == Some(id))
                {
                    reading.is_refused = error.is_out_of_scope();
                    reading.prediction = Loading::Failed(failure);
                }
            }
            Purpose::Explain { item, frame_idx } => {
                if let Some(reading) = self
                    .reading_mut(item, frame_idx)
                    .filter(|it| it.explanation.waiting() == Some(id))
                {
                    reading.explanation = Loading::Failed(failure);
                }
            }
            Purpose::Check { item, frame_idx } => {
                if let Some(reading) = self
                    .reading_mut(item, frame_idx)
                    .filter(|it| it.check.waiting() == Some(id))
                {
                    reading.check = Loading::Failed(failure);
                }
            }
            Purpose::Run { item } => {
                let reading = self.reading_mut(item, 0);
                if let Some(reading) = reading.filter(|it| it.running.waiting() == Some(id)) {
                    reading.running = Loading::Failed(failure);
                }
            }
            Purpose::ReadNote { item } => self.note_lost(item, id),
            Purpose::AskNote { item } => {
                self.question_ended(item, id);
                self.tell(Tone::Failure, failure, None, None);
            }
            Purpose::Open(ref again) => {
                self.tell(Tone::Failure, failure, None, Some(again.clone()))
            }
            Purpose::OpenReport => self.evaluating.report = Loading::Failed(failure),
            Purpose::Evaluate => return self.evaluation_ended(Some(failure)),
            Purpose::Train => self.training_ended(Some(failure)),
            Purpose::Preview(_) => self.preview_ended(id, Some((error, failure))),
            Purpose::WriteCopy => self.copy_ended(id, Some(failure)),
            Purpose::LoadModels
            | Purpose::Save { .. }
            | Purpose::Cut { .. }
            | Purpose::AddModel(_) => self.tell(Tone::Failure, failure, None, None),
        }
        Vec::new()
    }

    pub(super) fn cancelled(&mut self, id: JobId, purpose: &Purpose) -> Vec<Effect> {
        self.jobs.remove(&id);
        if let Purpose::Score { item, frame_idx }
        | Purpose::Explain { item, frame_idx }
        | Purpose::Check { item, frame_idx } = *purpose
            && let Some(reading) = self.reading_mut(item, frame_idx)
        {
            if reading.prediction.waiting() == Some(id) {
                reading.prediction = Loading::Empty;
            }
            if reading.explanation.waiting() == Some(id) {
                reading.explanation = Loading::Empty;
            }
            if reading.check.waiting() == Some(id) {
                reading.check = Loading::Empty;
            }
        }
        match purpose {
            Purpose::Run { item } => {
                let reading = self.reading_mut(*item, 0);
                if let Some(reading) = reading.filter(|it| it.running.waiting() == Some(id)) {
                    reading.running = Loading::Empty;
                }
            }
            Purpose::ReadNote { item } => self.note_lost(*item, id),
            Purpose::AskNote { item } => self.question_ended(*item, id),
            Purpose::OpenReport if self.evaluating.report.waiting() == Some(id) => {
                self.evaluating.report = Loading::Empty;
            }
            Purpose::Evaluate => return self.evaluation_ended(None),
            Purpose::Train => self.training_ended(None),
            Purpose::Preview(_) => self.preview_ended(id, None),
            Purpose::WriteCopy => self.copy_ended(id, None),
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn retry(&mut self, id: u64) -> Vec<Effect> {
        let Some(at) = self.notices.iter().position(|it| it.id == id) else {
            return Vec::new();
        };
        let notice = self.notices.remove(at);
        notice.retry.map_or_else(Vec::new, |it| self.apply(it))
    }

    pub(crate) fn tell(
        &mut self,
        tone: Tone,
        failure: Failure,
        subject: Option<Phi<PathBuf>>,
        retry: Option<Command>,
    ) {
        let id = self.number();
        self.notices.push(Notice {
            id,
            tone,
            failure,
            subject,
            n_refused: 0,
            retry,
        });
    }
}
