//! The working side: what each thread does with its jobs.

use std::{
    any::Any,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
};

use super::{
    Error, Event, Job, JobId, LoadFn, OpenFn, Running, SampleFn, SaveJob, Target, VolumeSlice,
    WakeFn,
    client::Ticket,
    note::{reply, taken_apart},
    take_out::take_out,
};
use crate::{
    case::{Plane, worklist::Row},
    disk,
    import::{Found, Origin},
    language::Rules,
    model::{self, Manifest, Task},
    prediction::{LabelIdx, Method, ModelRef},
    privacy::{Phi, process},
    render::{
        mpr::Volume,
        picture::{OverlayRequest, overlay_png},
    },
    score::{self, Loaded},
    share,
};

/// Rows of a worklist that are said at once.
const N_ROWS: usize = 8_192;
/// The largest evaluation that is read.
const REPORT_BYTES: u64 = 64 << 20;

/// Where a thread puts its answers.
#[derive(Clone)]
pub(super) struct Outbox {
    pub(super) events: SyncSender<(JobId, Event)>,
    pub(super) wake: WakeFn,
}

/// Nobody reads the events any more: the thread ends.
pub(super) struct Gone;

impl Outbox {
    pub(super) fn send(&self, id: JobId, event: Event) -> Result<(), Gone> {
        let sent = self.events.send((id, event));
        (self.wake)();
        sent.map_err(|_closed| Gone)
    }
}

/// Serves `Open`, `OpenSample`, `Save`, `SaveTable`, `TakeOut`, `OpenReport`, `ReadNote` and `AskNote` until the queue closes.
pub(super) fn run_files(
    jobs: &Receiver<Ticket>,
    mut open: OpenFn,
    mut sample: SampleFn,
    outbox: &Outbox,
) {
    // Made when the first note asks for them.
    let mut rules: Option<Rules> = None;
    while let Ok(ticket) = jobs.recv() {
        let end = guarded(&ticket, || match &ticket.job {
            Job::ReadNote(note) => {
                let rules = rules.get_or_insert_with(Rules::built_in);
                Ok(Some(Event::NoteTaken(Box::new(taken_apart(rules, note)))))
            }
            Job::AskNote(note, question) => {
                let rules = rules.get_or_insert_with(Rules::built_in);
                let reply = reply(rules, note, question.reveal());
                Ok(Some(Event::NoteAnswered(Box::new(reply))))
            }
            Job::Open(paths) => Ok(open_all(paths, &ticket, &mut open, outbox)),
            Job::OpenSample => Ok(open_all(&sample()?, &ticket, &mut open, outbox)),
            Job::TakeOut(job) => take_out(job, &ticket.task),
            Job::Save(save) => write(save).map(|()| Some(Event::Saved(save.to.clone()))),
            Job::SaveTable { table, to } => {
                let text = table(&ticket.task);
                if ticket.task.is_cancelled() {
                    return Ok(None);
                }
                // Asked for by a person who may.
                disk::write_atomic(to, text.reveal())?;
                Ok(Some(Event::Saved(Phi::new(to.clone()))))
            }
            Job::MakeVolume(slices) => make_volume(slices, &ticket.task).map(Some),
            Job::OpenReport(folder) => open_report(folder).map(Some),
            // The stack is scrubbed after every job.
            Job::Forget
            | Job::LoadModels
            | Job::Survey
            | Job::AddModel(_)
            | Job::Score { .. }
            | Job::Explain { .. }
            | Job::Running { .. }
            | Job::CheckMap { .. }
            | Job::Preview { .. }
            | Job::WriteCopy { .. }
            | Job::RunBatch(_)
            | Job::ListFolder(_)
            | Job::RunTool(_) => Ok(None),
        });
        if finish(&ticket, end, outbox).is_err() {
            return;
        }
        // A file's path lies on the stack after it was opened. The rules that a later job makes live long, and take what lies
        // there into the gaps between their fields.
        process::scrub_stack();
    }
}

/// Serves `LoadModels`, `AddModel`, `Score`, `Explain`, `Running` and `CheckMap` until the queue closes. Owns every model.
pub(super) fn run_models(
    jobs: &Receiver<Ticket>,
    mut load: LoadFn,
    mut folders: Vec<PathBuf>,
    outbox: &Outbox,
) {
    let mut models: Vec<Loaded> = Vec::new();
    let mut is_poisoned = false;
    while let Ok(ticket) = jobs.recv() {
        if is_poisoned {
            // A panic may have left a network half-way through; nothing of it is used again.
            models.clear();
            for loaded in folders.iter().filter_map(|it| load(it).ok()) {
                add(&mut models, loaded);
            }
        }
        let end = guarded(&ticket, || match &ticket.job {
            Job::LoadModels => {
                // None is there twice, and one that fails now is used no more.
                models.clear();
                load_all(&folders, &ticket, &mut load, outbox).map(|loaded| {
                    models = loaded;
                    None
                })
            }
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
            Job::Running {
                target,
                model,
                label,
            } => run_through(target, *label, find(&mut models, model)?, &ticket.task),
            Job::CheckMap {
                target,
                model,
                explanation,
            } => {
                let (target, loaded) = (target.as_score_target(), find(&mut models, model)?);
                let found = score::check_map(target, explanation, loaded, &ticket.task)?;
                Ok(Some(Event::MapChecked(found)))
            }
            Job::Forget => {
                models.iter_mut().for_each(Loaded::forget);
                process::scrub_stack();
                Ok(None)
            }
            Job::AddModel(folder) => {
                let manifest = add(&mut models, load(folder).map_err(score::Error::from)?);
                if !folders.contains(folder) {
                    folders.push(folder.clone());
                }
                Ok(Some(Event::ModelLoaded(manifest)))
            }
            Job::Open(_)
            | Job::OpenSample
            | Job::Save(_)
            | Job::TakeOut(_)
            | Job::SaveTable { .. }
            | Job::MakeVolume(_)
            | Job::OpenReport(_)
            | Job::ReadNote(_)
            | Job::AskNote(..)
            | Job::Preview { .. }
            | Job::WriteCopy { .. }
            | Job::Survey
            | Job::RunBatch(_)
            | Job::ListFolder(_)
            | Job::RunTool(_) => Ok(None),
        });
        is_poisoned = matches!(end, Err(Error::Panicked { .. }));
        if finish(&ticket, end, outbox).is_err() {
            return;
        }
    }
}

/// Puts a model in the place of the one of its name.
fn add(models: &mut Vec<Loaded>, loaded: Loaded) -> Arc<Manifest> {
    let manifest = Arc::new(loaded.model.manifest().clone());
    models.retain(|it| it.model.manifest().name != manifest.name);
    models.push(loaded);
    manifest
}

/// Puts slices together; each is unpacked twice, one at a time.
fn make_volume(slices: &[VolumeSlice], task: &Task) -> Result<Event, Error> {
    let planes: Vec<Plane> = slices.iter().map(|it| it.plane).collect();
    let mut n_read = 0;
    let volume = Volume::new(&planes, |idx| {
        n_read += 1;
        task.report(n_read, 2 * slices.len());
        let slice = slices.get(idx).filter(|_| !task.is_cancelled())?;
        slice.scan.frame(slice.frame_idx)
    })?;
    Ok(Event::VolumeMade(Arc::new(volume)))
}

/// Reads the evaluation in a folder.
fn open_report(folder: &Path) -> Result<Event, Error> {
    let bytes = disk::read(&folder.join("evaluation.json"), REPORT_BYTES)?;
    let report = serde_json::from_slice(&bytes).map_err(|it| Error::Report {
        // Where, not what: the words of a table may be in it.
        cause: format!("{:?} error in line {}", it.classify(), it.line()),
    })?;
    Ok(Event::ReportOpened {
        folder: Phi::new(folder.to_owned()),
        report: Box::new(report),
    })
}

/// Does the work of a ticket; a panic becomes an error.
pub(super) fn guarded(
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
pub(super) fn finish(
    ticket: &Ticket,
    outcome: Result<Option<Event>, Error>,
    outbox: &Outbox,
) -> Result<(), Gone> {
    let last = match outcome {
        Err(error @ Error::Panicked { .. }) => Event::Failed(error),
        Err(Error::Score(score::Error::Model(model::Error::Cancelled))) => Event::Cancelled,
        Err(Error::Share(share::Error::Cancelled)) => Event::Cancelled,
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
) -> Option<Event> {
    open(paths, &ticket.decode, &mut |found| {
        if ticket.task.is_cancelled() {
            return ControlFlow::Break(());
        }
        let event = match found {
            Found::Progress { done, total } => {
                ticket.task.report(done, total);
                return ControlFlow::Continue(());
            }
            Found::Opened { from, opened } => Event::Opened { from, opened },
            Found::Presented { from, presentation } => Event::Presented { from, presentation },
            Found::Listed { from, rows } => return list(&from, rows, ticket, outbox),
            Found::Refused { from, error } => Event::Refused { from, error },
            Found::Noticed { given, notice } => Event::Noticed { given, notice },
        };
        match outbox.send(ticket.id, event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(Gone) => ControlFlow::Break(()),
        }
    });
    None
}

/// Says rows in portions, so that no frame waits for many.
pub(super) fn list(
    from: &Origin,
    mut rows: Vec<Row>,
    ticket: &Ticket,
    outbox: &Outbox,
) -> ControlFlow<()> {
    loop {
        let rest = rows.split_off(rows.len().min(N_ROWS));
        let from = from.clone();
        if outbox
            .send(ticket.id, Event::Listed { from, rows })
            .is_err()
        {
            return ControlFlow::Break(());
        }
        if rest.is_empty() {
            return ControlFlow::Continue(());
        }
        rows = rest;
    }
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

fn find<'a>(models: &'a mut [Loaded], wanted: &ModelRef) -> Result<&'a mut Loaded, Error> {
    let n_loaded = models.len();
    let found = models
        .iter_mut()
        .find(|it| it.model.manifest().model_ref() == *wanted);
    found.ok_or_else(|| Error::NoSuchModel {
        wanted: wanted.name.clone(),
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

/// The answer after each step.
fn run_through(
    target: &Target,
    label: LabelIdx,
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Option<Event>, Error> {
    let answers = score::running(target.as_score_target(), label, loaded, task)?;
    let manifest = loaded.model.manifest();
    let named = manifest.labels.get(label.0);
    Ok(Some(Event::Ran(Box::new(Running {
        about: target.subject(),
        model: manifest.model_ref(),
        label: named.map_or_else(String::new, |it| it.name.clone()),
        answers,
    }))))
}

fn write(save: &SaveJob) -> Result<(), Error> {
    let SaveJob {
        scan,
        curve,
        prediction,
        explanation,
        opacity,
        look,
        to,
    } = save;
    let png = overlay_png(OverlayRequest {
        scan,
        curve,
        prediction,
        explanation,
        opacity: *opacity,
        look: *look,
    })?;
    // Where a person chose.
    let to = to.reveal();
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
