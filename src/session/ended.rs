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
        if let Purpose::Score { item, frame_idx } = *purpose
            && let Some(reading) = self.reading_for(item, frame_idx, id)
        {
            reading.is_refused = error.is_out_of_scope();
        }
        self.give_up(id, purpose, Some(&failure));
        match *purpose {
            Purpose::Score { .. }
            | Purpose::Explain { .. }
            | Purpose::Check { .. }
            | Purpose::Run { .. }
            | Purpose::Survey
            | Purpose::ReadNote { .. } => {}
            Purpose::AskNote { .. } => self.tell(Tone::Failure, failure, None, None),
            Purpose::Open(ref again) => {
                self.tell(Tone::Failure, failure, None, Some(again.clone()))
            }
            Purpose::ListFolder => return self.folder_refused(id, failure),
            Purpose::OpenReport => self.evaluating.report = Loading::Failed(failure),
            Purpose::Evaluate => return self.evaluation_ended(Some(failure)),
            Purpose::Train => self.training_ended(Some(failure)),
            Purpose::Batch => self.batch_ended(Some(failure)),
            Purpose::Preview(_) => self.preview_ended(id, Some((error, failure))),
            Purpose::WriteCopy => self.copy_ended(id, Some(failure)),
            Purpose::LoadModels
            | Purpose::Save { .. }
            | Purpose::TakeOut { .. }
            | Purpose::SaveWorklist { .. }
            | Purpose::Cut { .. }
            | Purpose::AddModel(_) => self.tell(Tone::Failure, failure, None, None),
        }
        Vec::new()
    }

    pub(super) fn cancelled(&mut self, id: JobId, purpose: &Purpose) -> Vec<Effect> {
        self.jobs.remove(&id);
        self.give_up(id, purpose, None);
        match purpose {
            Purpose::OpenReport if self.evaluating.report.waiting() == Some(id) => {
                self.evaluating.report = Loading::Empty;
            }
            Purpose::Evaluate => return self.evaluation_ended(None),
            Purpose::Train => self.training_ended(None),
            Purpose::Batch => self.batch_ended(None),
            Purpose::Preview(_) => self.preview_ended(id, None),
            Purpose::WriteCopy => self.copy_ended(id, None),
            _ => {}
        }
        Vec::new()
    }

    /// A job has ended. What still waits for it got an answer about something else, which was not taken in.
    pub(super) fn unanswered(&mut self, id: JobId, purpose: &Purpose) {
        let failure = Failure {
            headline: self.words.say("answer-of-another"),
            remedy: self.words.say("answer-of-another-remedy"),
            cause: "wanted an answer to what was asked, found one about something else".to_owned(),
        };
        self.give_up(id, purpose, Some(&failure));
    }

    /// What waits for a job gets nothing any more: it fails, or is as it was before anybody asked.
    fn give_up(&mut self, id: JobId, purpose: &Purpose, failure: Option<&Failure>) {
        let (item, frame_idx) = match *purpose {
            Purpose::Score { item, frame_idx }
            | Purpose::Explain { item, frame_idx }
            | Purpose::Check { item, frame_idx } => (item, frame_idx),
            Purpose::Run { item } => (item, 0),
            Purpose::ReadNote { item } => return self.note_lost(item, id),
            Purpose::AskNote { item } => return self.question_ended(item, id),
            Purpose::Survey => return self.about.checks.end(id, failure),
            _ => return,
        };
        if let Some(reading) = self.reading_for(item, frame_idx, id) {
            reading.end(id, failure);
        }
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
        // What was told before is told once.
        let is_it = |it: &Notice| (it.tone, &it.failure, &it.subject) == (tone, &failure, &subject);
        self.notices.retain(|it| !is_it(it));
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
