//! The asking side: starts the threads, hands out jobs, collects events, and ends the threads when it goes.

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
};

use super::{
    Busy, Error, Event, Job, JobId, N_EVENTS, N_JOBS, Parts, WakeFn, batches, copy, folder, tool,
    work,
};
use crate::{import::Cancel, model::Task};

/// Nobody waits for the end of forgetting; no question has this number.
const FORGETTING: JobId = JobId(0);

/// A job on its way to a thread.
pub(super) struct Ticket {
    pub(super) id: JobId,
    pub(super) job: Job,
    pub(super) task: Task,
    /// The same wish, for the decoder.
    pub(super) decode: Cancel,
}

/// A face's connection to the worker threads.
pub struct Client {
    files: Option<SyncSender<Ticket>>,
    model: Option<SyncSender<Ticket>>,
    copies: Option<SyncSender<Ticket>>,
    batch: Option<SyncSender<Ticket>>,
    work: Option<SyncSender<Ticket>>,
    folders: Option<SyncSender<Ticket>>,
    events: Option<Receiver<(JobId, Event)>>,
    /// Of the jobs that have not ended.
    tasks: BTreeMap<JobId, (Task, Cancel)>,
    threads: Vec<JoinHandle<()>>,
}

impl Client {
    /// Starts the threads.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start(parts: Parts, wake: WakeFn) -> Result<Self, Error> {
        let Parts {
            open,
            load,
            sample,
            tool: command,
            copier,
            survey,
            batch: scorer,
            model_folders,
        } = parts;
        let (events_in, events) = sync_channel(N_EVENTS);
        let (files, file_jobs) = sync_channel(N_JOBS);
        let (model, model_jobs) = sync_channel(N_JOBS);
        let (copies, copy_jobs) = sync_channel(N_JOBS);
        let (batch, batch_jobs) = sync_channel(N_JOBS);
        let (tools, tool_jobs) = sync_channel(N_JOBS);
        let (folders, folder_jobs) = sync_channel(N_JOBS);
        let outbox = work::Outbox {
            events: events_in,
            wake,
        };
        let (files_outbox, work_outbox) = (outbox.clone(), outbox.clone());
        let (copies_outbox, batch_outbox) = (outbox.clone(), outbox.clone());
        let folders_outbox = outbox.clone();
        let threads = vec![
            spawn("files", move || {
                work::run_files(&file_jobs, open, sample, &files_outbox)
            })?,
            spawn("model", move || {
                work::run_models(&model_jobs, load, model_folders, &outbox)
            })?,
            spawn("copies", move || {
                copy::run_copies(&copy_jobs, (copier, survey), &copies_outbox)
            })?,
            spawn("batch", move || {
                batches::run_batches(&batch_jobs, scorer, &batch_outbox)
            })?,
            spawn("work", move || {
                tool::run_tools(&tool_jobs, command, &work_outbox)
            })?,
        ];
        // Not waited for: a share that does not answer would keep the window from closing. It ends when its queue does.
        drop(spawn("folders", move || {
            folder::run_folders(&folder_jobs, &folders_outbox)
        })?);
        Ok(Self {
            files: Some(files),
            model: Some(model),
            copies: Some(copies),
            batch: Some(batch),
            work: Some(tools),
            folders: Some(folders),
            events: Some(events),
            tasks: BTreeMap::new(),
            threads,
        })
    }

    /// Hands a job over.
    ///
    /// # Errors
    /// Too many jobs wait already.
    pub fn start_job(&mut self, id: JobId, job: Job) -> Result<(), Busy> {
        let queue = match job {
            Job::Open(_)
            | Job::OpenSample
            | Job::Save(_)
            | Job::TakeOut(_)
            | Job::SaveTable { .. }
            | Job::MakeVolume(_)
            | Job::OpenReport(_)
            | Job::ReadNote(_)
            | Job::AskNote(..) => &self.files,
            Job::LoadModels
            | Job::AddModel(_)
            | Job::Score { .. }
            | Job::Explain { .. }
            | Job::Running { .. }
            | Job::CheckMap { .. } => &self.model,
            Job::Preview { .. } | Job::WriteCopy { .. } | Job::Survey => &self.copies,
            Job::RunBatch(_) => &self.batch,
            Job::RunTool(_) | Job::Forget => &self.work,
            Job::ListFolder(_) => &self.folders,
        };
        let (task, decode) = (Task::default(), Cancel::default());
        let ticket = Ticket {
            id,
            job,
            task: task.clone(),
            decode: decode.clone(),
        };
        let queue = queue.as_ref().ok_or(Busy)?;
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = queue.try_send(ticket) {
            return Err(Busy);
        }
        self.tasks.insert(id, (task, decode));
        Ok(())
    }

    /// Makes the threads that hold patients' files wipe what is left of their jobs, after what they do now.
    ///
    /// # Errors
    /// Too many jobs wait; ask again.
    pub fn forget(&self) -> Result<(), Busy> {
        for queue in [&self.files, &self.model, &self.copies, &self.batch] {
            let ticket = Ticket {
                id: FORGETTING,
                job: Job::Forget,
                task: Task::default(),
                decode: Cancel::default(),
            };
            let queue = queue.as_ref().ok_or(Busy)?;
            queue.try_send(ticket).map_err(|_full| Busy)?;
        }
        Ok(())
    }

    /// Asks a job to stop at its next step; a job that has not started never will.
    pub fn cancel(&self, id: JobId) {
        if let Some((task, decode)) = self.tasks.get(&id) {
            task.cancel();
            decode.cancel();
        }
    }

    /// Asks a batch to wait, or to go on.
    pub fn pause(&self, id: JobId, is_paused: bool) {
        if let Some((task, _)) = self.tasks.get(&id) {
            task.pause(is_paused);
        }
    }

    /// Steps done and steps in all of a running job, once it says so.
    pub fn progress(&self, id: JobId) -> Option<(usize, usize)> {
        let (done, total) = self.tasks.get(&id)?.0.progress();
        (0 < total).then_some((done, total))
    }

    /// The next event, if one waits.
    pub fn poll(&mut self) -> Option<(JobId, Event)> {
        let (id, event) = self.events.as_ref()?.try_recv().ok()?;
        if matches!(event, Event::Done | Event::Failed(_) | Event::Cancelled) {
            self.tasks.remove(&id);
        }
        Some((id, event))
    }
}

impl Drop for Client {
    /// Cancels what runs and waits for the threads: none outlives the window.
    fn drop(&mut self) {
        for (task, decode) in self.tasks.values() {
            task.cancel();
            decode.cancel();
        }
        // A thread that waits for room among the events must find the queue closed, not full.
        self.events = None;
        self.files = None;
        self.model = None;
        self.copies = None;
        self.batch = None;
        self.work = None;
        self.folders = None;
        for thread in self.threads.drain(..) {
            // A worker catches the panics of its jobs; there is nobody left to tell of any other.
            thread.join().ok();
        }
    }
}

fn spawn(name: &'static str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|source| Error::Thread {
            name,
            cause: source.to_string(),
        })
}
