//! The thread that owns the open records: it asks the place, writes each deed and looks through the log, so that no frame
//! waits for a disk.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread::{self, Builder, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    deid::Secret,
    disk,
    engine::WakeFn,
    prediction::ModelRef,
    privacy::{Phi, process},
    session::{
        Ask, Credentials, Deed, ItemId, Kept, LOG_ROWS, LogForm, LogRow, MarkId, Opened,
        OpenedFile, PSEUDONYMS, RECENT, REPORTS, Request, SITTING, Told, row_of_kept,
    },
    store::{Action, Cost, Error, Filter, Listing, NewItem, NewStore, Outcome, Place, Records},
};

/// Requests that may wait, and answers.
const N_REQUESTS: usize = 256;
/// Cases that are listed at once: deeds are written in between.
const N_CASES: usize = 2_048;
/// So long what waits may take once the records are to be closed.
const PATIENCE: Duration = Duration::from_secs(1);

/// When what waits must be written.
type Deadline = Arc<Mutex<Option<Instant>>>;

/// The asking side.
pub(super) struct Recorder {
    /// Boxed both ways: a place in a queue is never wiped, and keeps what lay beside a smaller message on the stack.
    requests: Option<SyncSender<Box<Request>>>,
    told: Receiver<Box<Told>>,
    thread: Option<JoinHandle<()>>,
    deadline: Deadline,
    /// The queue was full when the records were to be closed.
    is_close_owed: bool,
}

impl Recorder {
    /// Starts the thread; `None` where the system gives none.
    pub(super) fn start(place: Place, cost: Cost, wake: WakeFn) -> Option<Self> {
        let (requests, asked) = sync_channel(N_REQUESTS);
        let (tell, told) = sync_channel(N_REQUESTS);
        let deadline = Deadline::default();
        let mut keeper = Keeper {
            place,
            cost,
            records: None,
            items: BTreeMap::new(),
            answers: BTreeMap::new(),
            marks: BTreeMap::new(),
            settings: BTreeMap::new(),
        };
        let shared = deadline.clone();
        let work = move || {
            // A window that is gone waits for no answer; what it asked for is done all the same.
            let tell = |answer: Told| {
                tell.send(Box::new(answer)).ok();
                wake();
            };
            while let Some(request) = next(&asked, || {
                keeper.keep_settings().into_iter().for_each(&tell);
            }) {
                let is_late = is_over(&shared);
                let is_close = matches!(*request, Request::Close);
                if let Some(answer) = keeper.answer(*request, is_late) {
                    tell(answer);
                }
                if is_close {
                    set(&shared, None);
                    // What was written last is still on the stack.
                    process::scrub_stack();
                }
            }
        };
        let started = Builder::new().name("records".to_owned()).spawn(work);
        started.ok().map(|thread| Self {
            requests: Some(requests),
            told,
            thread: Some(thread),
            deadline,
            is_close_owed: false,
        })
    }

    /// Hands a request over.
    ///
    /// # Errors
    /// The queue is full, or the thread has ended: what the session is to be told.
    pub(super) fn ask(&mut self, request: Request) -> Result<(), Told> {
        let is_close = matches!(request, Request::Close);
        if is_close {
            set(&self.deadline, Some(Instant::now() + PATIENCE));
        }
        let queue = self.requests.as_ref();
        let is_sent = queue.is_some_and(|it| it.try_send(Box::new(request)).is_ok());
        if is_sent {
            Ok(())
        } else if is_close {
            self.is_close_owed = true;
            Ok(())
        } else {
            Err(Told::NotKept(Error::Io {
                doing: "write to the records",
                kind: ErrorKind::WouldBlock,
            }))
        }
    }

    /// An answer, if there is one.
    pub(super) fn poll(&mut self) -> Option<Told> {
        if std::mem::take(&mut self.is_close_owed) {
            self.ask(Request::Close).ok();
        }
        self.told.try_recv().ok().map(|it| *it)
    }
}

impl Drop for Recorder {
    /// Waits until what waits is written and the thread has ended, at most a second and a bit: the database must not be
    /// open any more when the process ends.
    fn drop(&mut self) {
        let end = Instant::now() + PATIENCE + PATIENCE / 4;
        self.ask(Request::Close).ok();
        self.requests = None;
        let is_running = |it: &JoinHandle<()>| !it.is_finished() && Instant::now() < end;
        while self.thread.as_ref().is_some_and(is_running) {
            // Nobody reads the answers any more, and none may hold the thread up.
            while self.told.try_recv().is_ok() {}
            thread::sleep(Duration::from_millis(2));
        }
        if let Some(thread) = self.thread.take().filter(JoinHandle::is_finished) {
            thread.join().ok(); // a panic was told by the hook
        }
    }
}

/// The next request; `None` once the window is gone. What is put off is done while there is none.
fn next(asked: &Receiver<Box<Request>>, idle: impl FnOnce()) -> Option<Box<Request>> {
    match asked.try_recv() {
        Ok(request) => Some(request),
        Err(TryRecvError::Disconnected) => None,
        Err(TryRecvError::Empty) => {
            idle();
            asked.recv().ok()
        }
    }
}

fn set(deadline: &Deadline, at: Option<Instant>) {
    *deadline.lock().unwrap_or_else(PoisonError::into_inner) = at;
}

fn is_over(deadline: &Deadline) -> bool {
    let at = *deadline.lock().unwrap_or_else(PoisonError::into_inner);
    at.is_some_and(|it| it <= Instant::now())
}

/// What the thread owns.
struct Keeper {
    place: Place,
    cost: Cost,
    records: Option<Records>,
    /// References of the files and answers of this sitting.
    items: BTreeMap<ItemId, String>,
    answers: BTreeMap<(ItemId, usize, ModelRef), String>,
    marks: BTreeMap<MarkId, String>,
    /// Only the last value counts: written when nothing else waits.
    settings: BTreeMap<&'static str, Value>,
}

impl Keeper {
    fn answer(&mut self, request: Request, is_late: bool) -> Option<Told> {
        match request {
            Request::Ask(ask) => Some(Told::Opened(Box::new(self.open(&ask)))),
            Request::Write(_) if is_late => Some(Told::NotKept(Error::Io {
                doing: "write to the records before they were closed",
                kind: ErrorKind::TimedOut,
            })),
            Request::Write(deed) => self.write(&deed).err().map(Told::NotKept),
            Request::BreakGlass(reason) => {
                Some(Told::GlassBroken(self.records_mut().and_then(|it| {
                    it.break_glass(&reason)?;
                    Ok(it.person().clone())
                })))
            }
            Request::ViewLog(filter) => Some(Told::Log(self.log(&filter))),
            Request::ExportLog { filter, form, to } => {
                Some(Told::Exported(self.export(&filter, form, to)))
            }
            Request::ListCases { asked, before } => {
                let answer = self.list(before);
                Some(Told::Cases { asked, answer })
            }
            Request::Close => {
                let told = self.keep_settings();
                // The keys go with them.
                self.records = None;
                self.items.clear();
                self.answers.clear();
                self.marks.clear();
                told
            }
        }
    }

    fn open(&mut self, ask: &Ask) -> Result<Opened, Error> {
        self.records = None;
        let place = &self.place;
        let (records, recovery_key) = match ask {
            Ask::Create(it) => {
                let new = NewStore {
                    name: &it.name,
                    passphrase: &it.passphrase,
                    cost: self.cost,
                };
                let (records, key) = place.create(&new)?;
                (records, Some(key))
            }
            Ask::SignIn(it) => (place.sign_in(&it.name, &it.passphrase)?, None),
            Ask::AcceptCopy(it) => (place.accept_copy(&it.name, &it.passphrase)?, None),
            Ask::Recover(key, it) => {
                give_passphrase(&mut place.recover(key)?, it)?;
                (place.sign_in(&it.name, &it.passphrase)?, None)
            }
        };
        let opened = Opened {
            person: records.person().clone(),
            recovery_key,
            recent: paths(&records, RECENT)?,
            reports: paths(&records, REPORTS)?,
            // Of a version that wrote it in another way: it is not offered.
            sitting: records
                .setting(SITTING)?
                .and_then(|it| serde_json::from_value(it).ok()),
            pseudonyms: pseudonyms(&records)?,
        };
        self.records = Some(records);
        Ok(opened)
    }

    fn records(&self) -> Result<&Records, Error> {
        self.records.as_ref().ok_or(Error::NotThere)
    }

    fn records_mut(&mut self) -> Result<&mut Records, Error> {
        self.records.as_mut().ok_or(Error::NotThere)
    }

    fn write(&mut self, deed: &Deed) -> Result<(), Error> {
        match deed {
            Deed::Opened { item, file } => {
                let reference = self.records()?.keep_item(&new_item(file))?;
                self.items.insert(*item, reference);
                Ok(())
            }
            Deed::Scored {
                item,
                answer,
                beyond_scope,
            } => {
                let reference = self.reference(*item)?;
                if !beyond_scope.is_empty() {
                    let detail = json!({ "item": reference, "model": answer.model, "refused": beyond_scope });
                    self.records()?
                        .note(Action::ScopeOverridden, Outcome::Success, detail)?;
                }
                let kept = self.records()?.keep_answer(reference, answer)?;
                let model = ModelRef {
                    name: answer.model.clone(),
                    version: answer.model_version.clone(),
                    weights_sha256: answer.weights_sha256,
                    prep_sha256: answer.prep_sha256,
                };
                self.answers.insert((*item, answer.frame_idx, model), kept);
                Ok(())
            }
            Deed::Read {
                item,
                frame_idx,
                model,
                label,
                verdict,
                reason,
            } => {
                let key = (*item, *frame_idx, (**model).clone());
                let answer = self.answers.get(&key);
                let answer = answer.ok_or(Error::Unknown { what: "answer" })?;
                self.records()?
                    .keep_reading(answer, label, *verdict, reason)
            }
            Deed::Marked {
                item,
                identity,
                frame_idx,
                mark,
                shape,
            } => {
                if let Some(old) = self.marks.remove(mark) {
                    self.records()?.withdraw_annotation(&old)?;
                }
                if let Some(shape) = shape {
                    let reference = self.reference(*item)?;
                    let records = self.records()?;
                    let kept = records.keep_annotation(reference, identity, *frame_idx, shape)?;
                    self.marks.insert(*mark, kept);
                }
                Ok(())
            }
            Deed::Noted {
                action,
                outcome,
                item,
                detail,
            } => {
                let mut detail = detail.clone();
                if let (Some(item), Value::Object(fields)) = (item, &mut detail) {
                    fields.insert("item".to_owned(), self.reference(*item)?.into());
                }
                self.records()?.note(*action, *outcome, detail)
            }
            Deed::Set { name, value } => {
                self.settings.insert(name, value.clone());
                Ok(())
            }
        }
    }

    fn keep_settings(&mut self) -> Option<Told> {
        let settings = std::mem::take(&mut self.settings);
        let keep = |(name, value): (&str, Value)| self.records()?.set_setting(name, &value);
        settings
            .into_iter()
            .find_map(|it| keep(it).err())
            .map(Told::NotKept)
    }

    fn reference(&self, item: ItemId) -> Result<&str, Error> {
        let found = self.items.get(&item).map(String::as_str);
        found.ok_or(Error::Unknown { what: "case" })
    }

    fn log(&self, filter: &Filter) -> Result<Vec<LogRow>, Error> {
        let records = self.records()?;
        let mut names = BTreeMap::new();
        let entries = records.log(filter, LOG_ROWS)?;
        entries
            .into_iter()
            .map(|entry| {
                let id = &entry.record.person;
                if !names.contains_key(id) {
                    names.insert(id.clone(), records.name_of(id)?.unwrap_or_default());
                }
                let name = names.get(id).cloned().unwrap_or_default();
                Ok(LogRow { entry, name })
            })
            .collect()
    }

    fn list(&self, before: Option<i64>) -> Result<Kept, Error> {
        let Listing { rows, next } = self.records()?.listing(before, N_CASES)?;
        Ok(Kept {
            rows: rows.into_iter().map(row_of_kept).collect(),
            next,
        })
    }

    fn export(&self, filter: &Filter, form: LogForm, to: PathBuf) -> Result<PathBuf, Error> {
        let records = self.records()?;
        let bytes = match form {
            LogForm::Dicom => records.export_log_dicom(filter)?,
            LogForm::Fhir => records.export_log_fhir(filter)?,
        };
        disk::write_atomic(&to, &bytes)?;
        Ok(to)
    }
}

fn new_item(file: &OpenedFile) -> NewItem<'_> {
    NewItem {
        kind: file.kind,
        identity: &file.identity,
        path: &file.path,
        study_date: &file.study_date,
        accession: &file.accession,
        description: &file.description,
        // Into the encrypted records.
        thumbnail_png: file.thumbnail_png.as_ref().map(|it| it.reveal().as_slice()),
    }
}

/// Gives the named person the new passphrase.
fn give_passphrase(records: &mut Records, new: &Credentials) -> Result<(), Error> {
    let wanted = new.name.reveal().to_lowercase(); // compared, not kept
    let mut people = records.people()?.into_iter();
    let person = people.find(|it| it.name.reveal().to_lowercase() == wanted);
    let person = person.ok_or(Error::WrongNameOrPassphrase)?;
    records.reset_passphrase(&person.id, &new.passphrase)
}

/// The secret of the pseudonyms, if there was need of one.
fn pseudonyms(records: &Records) -> Result<Option<Secret>, Error> {
    let kept = records.setting(PSEUDONYMS)?;
    Ok(kept.and_then(|it| Secret::from_hex(it.as_str()?)))
}

/// Paths that were open lately.
fn paths(records: &Records, name: &str) -> Result<Vec<Phi<PathBuf>>, Error> {
    let kept = records.setting(name)?.unwrap_or_default();
    // Of a version that wrote them in another way: they are forgotten, which costs no reading.
    Ok(serde_json::from_value(kept).unwrap_or_default())
}
