//! Closing the window: what runs for long and would end with it is told first.

use super::{Effect, Sheet, State};

/// Work that ends with the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongWork {
    /// So many files of a batch are done, of so many, once they are counted.
    Batch(Option<(usize, usize)>),
    Training,
    Evaluation,
}

impl State {
    /// What runs and would end.
    pub fn long_work(&self) -> Vec<LongWork> {
        let batch = &self.worklist.batch;
        let stand = batch.stand.map(|it| (it.n_done, it.n_files));
        [
            batch.job.map(|_| LongWork::Batch(stand)),
            self.training.job.map(|_| LongWork::Training),
            self.evaluating.job.map(|_| LongWork::Evaluation),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Whether the window may close without a question. Before a closed door nothing of what runs is told.
    pub fn may_leave(&self) -> bool {
        self.is_leaving || !self.door.is_open() || self.long_work().is_empty()
    }

    /// Closes the window, or asks first.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        if self.may_leave() {
            vec![Effect::Quit]
        } else {
            self.sheet = Some(Sheet::Leaving);
            Vec::new()
        }
    }

    /// Closes the window whatever runs.
    pub(super) fn leave_all_the_same(&mut self) -> Vec<Effect> {
        self.is_leaving = true;
        vec![Effect::Quit]
    }
}
