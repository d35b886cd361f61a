//! The working side: what each thread does with its jobs.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
};

use super::{
    Error, Event, Job, JobId, LoadFn, OpenFn, SampleFn, SaveJob, Target, WakeFn, client::Ticket,
};
use crate::{
    disk, import,
    model::{self, Task},
    prediction::{LabelIdx, Method},
    privacy::Phi,
    render::picture::{OverlayRequest, overlay_png},
    score::{self, Loaded},
};

/// Where a thread puts its answers.
#[derive(Clone)]
pub(super) struct Outbox {
    pub(super) events: SyncSender<(JobId, Event)>,
    pub(super) wake: WakeFn,
}

/// Nobody reads the events any more: the thread ends.
struct Gone;

impl Outbox {
    fn send(&self, id: JobId, event: Event) -> Result<(), Gone> {
        let sent = self.events.send((id, event));
        (self.wake)();
        sent.map_err(|_closed| Gone)
    }
}

/// Serves `Open`, `OpenSample` and `Save` until the queue closes.
pub(super) fn run_files(
    jobs: &Receiver<Ticket>,
    mut open: OpenFn,
    mut sample: SampleFn,
    outbox: &Outbox,
) {
    while let Ok(ticket) = jobs.recv() {
        let end = guarded(&ticket, || match &ticket.job {
            Job::Open(paths) => open_all(paths, &ticket, &mut open, outbox),
            Job::OpenSample => open_all(&sample()?, &ticket, &mut open, outbox),
            Job::Save(save) => write(save).map(|()| Some(Event::Saved(Phi::new(save.to.clone())))),
            Job::LoadModels | Job::Score { .. } | Job::Explain { .. } | Job::CheckMap { .. } => {
                Ok(None)
            }
        });
        if finish(&ticket, end, outbox).is_err() {
            return;
        }
    }
}

/// Serves `LoadModels`, `Score`, `Explain` and `CheckMap` until the queue closes. Owns every model.
pub(super) fn run_models(
    jobs: &Receiver<Ticket>,
    mut load: LoadFn,
    folders: &[PathBuf],
    outbox: &Outbox,
) {
    let mut models: Vec<Loaded> = Vec::new();
    let mut is_poisoned = false;
    while let Ok(ticket) = jobs.recv() {
        if is_poisoned {
            // A panic may have left a network half-way through; nothing of it is used again.
            models = folders.iter().filter_map(|it| load(it).ok()).collect();
        }
        let end = guarded(&ticket, || match &ticket.job {
            Job::LoadModels => load_all(folders, &ticket, &mut load, outbox).map(|loaded| {
                models = loaded;
                None
            }),
            Job::Score {
                target,
                model,
                gate,
            } => score_one(target, *gate, find(&mut models, model)?),
            Job::Explain {
                target,
                model,
                label,
                method,
            } => explain_one(
                target,
                (*label, *method),
                find(&mut models, model)?,
                &ticket.task,
            ),
            Job::CheckMap {
                target,
                model,
                explanation,
            } => {
                let (target, loaded) = (target.as_score_target(), find(&mut models, model)?);
                let found = score::check_map(target, explanation, loaded, &ticket.task)?;
                Ok(Some(Event::MapChecked(found)))
            }
            Job::Open(_) | Job::OpenSample | Job::Save(_) => Ok(None),
        });
        is_poisoned = matches!(end, Err(Error::Panicked { .. }));
        if finish(&ticket, end, outbox).is_err() {
            return;
        }
    }
}

/// Does the work of a ticket; a panic becomes an error.
fn guarded(
    ticket: &Ticket,
    work: impl FnOnce() -> Result<Option<Event>, Error>,
) -> Result<Option<Event>, Error> {
    if ticket.task.is_cancelled() {
        return Ok(None);
    }
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let cause = panic_text(payload.as_ref());
        Err(Error::Panicked {
            job: ticket.job.name(),
            cause,
        })
    })
}

/// Sends the answer, if there is one, and the last event of the job.
fn finish(
    ticket: &Ticket,
    outcome: Result<Option<Event>, Error>,
    outbox: &Outbox,
) -> Result<(), Gone> {
    let last = match outcome {
        Err(error @ Error::Panicked { .. }) => Event::Failed(error),
        Err(Error::Score(score::Error::Model(model::Error::Cancelled))) => Event::Cancelled,
        _ if ticket.task.is_cancelled() => Event::Cancelled,
        Err(error) => Event::Failed(error),
        Ok(answer) => {
            answer.map_or(Ok(()), |it| outbox.send(ticket.id, it))?;
            Event::Done
        }
    };
    outbox.send(ticket.id, last)
}

fn open_all(
    paths: &[PathBuf],
    ticket: &Ticket,
    open: &mut OpenFn,
    outbox: &Outbox,
) -> Result<Option<Event>, Error> {
    for (idx, path) in paths.iter().enumerate() {
        if ticket.task.is_cancelled() {
            break;
        }
        ticket.task.report(idx, paths.len());
        let shown = Phi::new(path.clone());
        let event = match open(path, &ticket.decode) {
            Ok(opened) => Event::Opened {
                path: shown,
                opened: Box::new(opened),
            },
            Err(import::Error::Cancelled) => break,
            Err(error) => Event::Refused { path: shown, error },
        };
        if outbox.send(ticket.id, event).is_err() {
            break;
        }
    }
    Ok(None)
}

fn load_all(
    folders: &[PathBuf],
    ticket: &Ticket,
    load: &mut LoadFn,
    outbox: &Outbox,
) -> Result<Vec<Loaded>, Error> {
    let mut models = Vec::new();
    for (idx, folder) in folders.iter().enumerate() {
        ticket.task.report(idx, folders.len());
        let event = match load(folder) {
            Ok(loaded) => {
                let manifest = Arc::new(loaded.model.manifest().clone());
                models.push(loaded);
                Event::ModelLoaded(manifest)
            }
            Err(error) => Event::ModelRefused {
                folder: folder_name(folder),
                error,
            },
        };
        if outbox.send(ticket.id, event).is_err() {
            break;
        }
    }
    Ok(models)
}

fn find<'a>(models: &'a mut [Loaded], name: &str) -> Result<&'a mut Loaded, Error> {
    let n_loaded = models.len();
    let found = models
        .iter_mut()
        .find(|it| it.model.manifest().name == name);
    found.ok_or_else(|| Error::NoSuchModel {
        wanted: name.to_owned(),
        n_loaded,
    })
}

fn score_one(
    target: &Target,
    gate: score::Gate,
    loaded: &mut Loaded,
) -> Result<Option<Event>, Error> {
    let prediction = score::score(target.as_score_target(), loaded, gate)?;
    Ok(Some(Event::Scored(Box::new(prediction))))
}

fn explain_one(
    target: &Target,
    (label, method): (LabelIdx, Method),
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Option<Event>, Error> {
    let explanation = score::explain(target.as_score_target(), label, method, loaded, task)?;
    Ok(Some(Event::Explained(Box::new(explanation))))
}

fn write(save: &SaveJob) -> Result<(), Error> {
    let SaveJob {
        scan,
        window,
        prediction,
        explanation,
        opacity,
        to,
    } = save;
    let png = overlay_png(OverlayRequest {
        scan,
        window,
        prediction,
        explanation,
        opacity: *opacity,
    })?;
    disk::write_atomic(to, &png)?;
    // Plain fields always have a JSON form.
    let json = serde_json::to_vec_pretty(prediction).unwrap_or_default();
    Ok(disk::write_atomic(&to.with_extension("json"), &json)?)
}

fn folder_name(folder: &Path) -> String {
    folder.file_name().map_or_else(
        || "models".to_owned(),
        |it| it.to_string_lossy().into_owned(),
    )
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
