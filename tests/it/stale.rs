//! Nothing stale is ever drawn: a long random walk in which answers come late, in any order, twice, not at all, or about
//! something else, while files are opened and closed, looked through, compared, scored, marked, locked away.
//!
//! Ten thousand steps in the ordinary run; `WARDLIGHT_STEPS=1000000` sets their number. The walk comes in by the front door
//! alone, and plays the engine. What it looks for stands in `witness`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use wardlight::{
    batch::{About, Answered, FileTold, Stand},
    case::{Subject, worklist::RowKind},
    deid::dicom::{Facts, Rect},
    disk::Sha256,
    engine::{Busy, Error, Event, Job, JobId},
    import::{self, Origin, Refusal},
    lock::Reason,
    model::Manifest,
    prediction::{LabelIdx, Method, ModelRef, Subject as Scored},
    privacy::Phi,
    render::mpr::{Axis, Volume},
    score,
    session::{
        Action, Answer, BatchCommand, Command, Consent, Content, DeidentifyCommand, DoorCommand,
        Effect, Field, ItemId, Kind, Layout, Loading, MarkEdit, NoteMarks, PageCommand, Reading,
        ScanItem, State, Tool, Wanted, WorklistCommand,
    },
    settings::Settings,
    share::{Cover, NotePreview, Preview, ScanPreview, Source},
};

use crate::witness::{self, FILES, Known, OBJECTS, Said, Seen, faults, mark, number, path, sha};

/// A job that has not ended.
#[derive(Clone)]
struct Task {
    id: JobId,
    job: Job,
    /// Files or models that are still to come of it.
    left: Vec<usize>,
}

/// A session, the engine that it believes in, and what both are known to have done.
struct Walk {
    state: State,
    random: StdRng,
    known: Known,
    tasks: Vec<Task>,
    /// Jobs that have ended, whose answers come once more.
    old: Vec<(JobId, Job)>,
    models: Vec<Arc<Manifest>>,
    seen: Seen,
    n_runs: u32,
    n_wrong: usize,
    n_late: usize,
    /// The file in the middle when it was asked for its result to be saved.
    to_save: Option<Sha256>,
    /// The last steps, for whoever looks for a fault.
    trail: Vec<String>,
}

/// Files that lie open at once.
const N_OPEN: usize = 40;
const N_TRAIL: usize = 40;

impl Walk {
    fn new(seed: u64) -> Self {
        let mut walk = Self {
            state: State::new(Settings::default()),
            random: StdRng::seed_from_u64(seed),
            known: Known::default(),
            tasks: Vec::new(),
            old: Vec::new(),
            models: witness::models(),
            seen: Seen::default(),
            n_runs: 0,
            n_wrong: 0,
            n_late: 0,
            to_save: None,
            trail: Vec::new(),
        };
        let effects = walk.state.start(Vec::new());
        walk.perform(effects);
        walk
    }

    /// A walk with these files open, and everything answered that was asked.
    fn with(numbers: &[usize]) -> Self {
        let mut walk = Self::new(0);
        walk.answer_all();
        for at in numbers {
            walk.apply(Command::Open(vec![path(*at)]));
            walk.answer_all();
        }
        walk
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.random_range(0..n.max(1))
    }

    fn is_chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn note(&mut self, step: String) {
        if N_TRAIL <= self.trail.len() {
            self.trail.remove(0);
        }
        self.trail.push(step);
    }

    #[track_caller]
    fn check(&mut self) {
        let found = faults(&self.state, &self.known, &mut self.seen);
        assert!(
            found.is_empty(),
            "{found:?} after\n{}",
            self.trail.join("\n")
        );
    }

    fn faults(&mut self) -> Vec<String> {
        faults(&self.state, &self.known, &mut self.seen)
    }

    fn apply(&mut self, command: Command) {
        self.note(format!("{command:?}"));
        let effects = self.state.apply(command);
        self.perform(effects);
    }

    fn act(&mut self, action: Action) {
        self.apply(Command::Act(action));
    }

    fn tell(&mut self, id: JobId, event: Event) {
        self.note(format!("{id:?}: {}", name(&event)));
        let effects = self.state.on_event(id, event);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => {
                    self.leaves(&job);
                    self.known.running.insert(id);
                    let left = self.files_of(&job);
                    self.tasks.push(Task { id, job, left });
                }
                Effect::AskForPath(Wanted::Overlay) => self.to_save = self.center(),
                _ => {}
            }
        }
    }

    /// The file in the middle.
    fn center(&self) -> Option<Sha256> {
        self.state.center().map(|it| sha(number(it.path.reveal())))
    }

    /// What leaves the program is of one picture: of the one that was in the middle when it was asked for.
    fn leaves(&self, job: &Job) {
        match job {
            Job::Save(save) => {
                let file = save.scan.header.file_sha256;
                assert_eq!(Some(file), self.to_save);
                assert_eq!(save.prediction.about.file_sha256, file);
                assert_eq!(save.explanation.about, save.prediction.about);
                assert_eq!(save.explanation.model, save.prediction.model);
            }
            Job::WriteCopy { wish, decision, .. } => {
                if let Source::Scan { path, scan } = &wish.source {
                    assert_eq!(Some(scan.header.file_sha256), self.center());
                    let number = number(path.reveal());
                    assert!(decision.covered.iter().all(|it| it.x == number));
                }
            }
            _ => {}
        }
    }

    /// In any order.
    fn files_of(&mut self, job: &Job) -> Vec<usize> {
        let mut left: Vec<usize> = match job {
            Job::LoadModels => (0..self.models.len()).collect(),
            Job::Open(paths) => FILES
                .into_iter()
                .chain(OBJECTS)
                .filter(|it| paths.iter().any(|given| path(*it).starts_with(given)))
                .collect(),
            _ => Vec::new(),
        };
        for at in (1..left.len()).rev() {
            let other = self.below(at + 1);
            left.swap(at, other);
        }
        left
    }

    // The engine.

    /// One step of a job: a file, a model, or the answer and then, mostly, the end.
    fn go_on(&mut self, at: usize) {
        let Task { id, job, left } = self.tasks[at].clone();
        match (&job, left.last().copied()) {
            (Job::Open(given), Some(file)) => {
                self.tasks[at].left.pop();
                let event = self.file(file, given);
                self.tell(id, event);
            }
            (Job::LoadModels, Some(model)) => {
                self.tasks[at].left.pop();
                let manifest = self.models[model].clone();
                self.tell(id, Event::ModelLoaded(manifest));
            }
            (Job::RunBatch(batch), _) => {
                let event = self.portion(id, &batch.report);
                self.tell(id, event);
                if self.is_chance(8) {
                    self.end(id, Event::Done);
                }
            }
            _ => {
                if let Some(event) = self.answer(&job) {
                    self.tell(id, event);
                }
                // Else the same answer comes once more.
                if !self.is_chance(4) {
                    self.end(id, Event::Done);
                }
            }
        }
    }

    fn file(&mut self, file: usize, given: &[PathBuf]) -> Event {
        let lies_in = |it: &&PathBuf| path(file).starts_with(it);
        let from = Origin {
            given: Phi::new(given.iter().find(lies_in).unwrap().clone()),
            path: Phi::new(path(file)),
            member: None,
            number: file as u64,
        };
        if OBJECTS.contains(&file) {
            let presentation = Box::new(witness::object(file));
            return Event::Presented { from, presentation };
        }
        if self.is_chance(12) {
            let error = import::Error::Refused(Refusal::Malformed {
                wanted: "a picture".to_owned(),
                found: format!("file {file}"),
            });
            return Event::Refused { from, error };
        }
        let opened = Box::new(witness::opened(file));
        Event::Opened { from, opened }
    }

    /// The true answer to a job.
    fn answer(&mut self, job: &Job) -> Option<Event> {
        let model = |of: &ModelRef| {
            let found = self.models.iter().find(|it| it.model_ref() == *of);
            found.unwrap().clone()
        };
        Some(match job {
            Job::Score {
                target, model: it, ..
            } => {
                let model = model(it);
                self.n_runs += 1;
                let near = witness::near(target, &model);
                let found = witness::prediction((target.subject(), near), &model, self.n_runs);
                Event::Scored(Box::new(found))
            }
            Job::Explain {
                target,
                model: it,
                label,
                method,
            } => {
                let found = witness::explanation(target.subject(), &model(it), *label, *method);
                Event::Explained(Box::new(found))
            }
            Job::Running {
                target,
                model: it,
                label,
            } => Event::Ran(Box::new(witness::running(
                target.subject(),
                &model(it),
                *label,
            ))),
            Job::CheckMap {
                target,
                model,
                explanation,
            } => {
                let (label, method) = (&explanation.label, explanation.method);
                let name = &model.name;
                Event::MapChecked(witness::checked(target.subject(), name, label, method))
            }
            Job::ReadNote(note) => Event::NoteTaken(Box::new(witness::parts(note.file_sha256))),
            Job::AskNote(note, question) => {
                let reply = witness::reply(note.file_sha256, question.reveal());
                Event::NoteAnswered(Box::new(reply))
            }
            Job::Save(save) => Event::Saved(save.to.clone()),
            Job::MakeVolume(slices) => {
                let planes: Vec<_> = slices.iter().map(|it| it.plane).collect();
                let frame = |at: usize| slices[at].scan.frame(slices[at].frame_idx);
                match Volume::new(&planes, frame) {
                    Ok(volume) => Event::VolumeMade(Arc::new(volume)),
                    Err(refused) => Event::Failed(Error::Volume(refused)),
                }
            }
            Job::Preview { wish, .. } => Event::Previewed(Box::new(preview(&wish.source))),
            Job::WriteCopy { folder, .. } => Event::CopyWritten(folder.clone()),
            _ => return None,
        })
    }

    /// Something that a batch says. Its answers carry its number as the frame.
    fn portion(&mut self, id: JobId, report: &Path) -> Event {
        let file = self.below(40);
        let stand = Stand {
            n_files: 40,
            n_done: file,
            ..Stand::default()
        };
        if self.is_chance(4) {
            return Event::BatchStarted(stand);
        }
        if self.is_chance(2) {
            let from = Origin::file(report.to_owned());
            let rows = Vec::new();
            return Event::Listed { from, rows };
        }
        let about = About {
            kind: RowKind::Scan,
            subject: Subject::default(),
            header: None,
            title: Phi::default(),
            record: None,
            content_sha256: sha(file),
        };
        let subject = Scored {
            frame_idx: usize::try_from(id.0).unwrap(),
            ..Scored::file(sha(file))
        };
        let model = self.models[0].clone();
        let prediction = Box::new(witness::prediction((subject, None), &model, 0));
        let told = FileTold {
            file: Phi::new(path(file)),
            cases: vec![Ok(Answered { about, prediction })],
        };
        Event::BatchTold(vec![told], stand)
    }

    /// The failure of a job, marked by what it was for.
    fn failure(&mut self, job: &Job) -> Event {
        let marked = match job {
            Job::Score { target, model, .. } => mark((target.subject(), &model.name, "score")),
            Job::Explain {
                target,
                model,
                label,
                method,
            } => {
                let label = self.label(model, *label);
                mark((target.subject(), &model.name, label, *method, "map"))
            }
            Job::Running {
                target,
                model,
                label,
            } => {
                let label = self.label(model, *label);
                mark((target.subject(), &model.name, label, "hour"))
            }
            Job::CheckMap {
                target,
                model,
                explanation: it,
            } => mark((target.subject(), &model.name, &it.label, it.method, "check")),
            _ => String::new(),
        };
        Event::Failed(match job {
            Job::Score { .. } if self.is_chance(2) => Error::Score(score::Error::OutOfScope {
                reasons: vec![marked],
            }),
            _ => Error::NoSuchModel {
                wanted: marked,
                n_loaded: 0,
            },
        })
    }

    fn label(&self, model: &ModelRef, label: LabelIdx) -> String {
        let model = self.models.iter().find(|it| it.model_ref() == *model);
        let named = model.and_then(|it| it.labels.get(label.0));
        named.map_or_else(String::new, |it| it.name.clone())
    }

    fn end(&mut self, id: JobId, event: Event) {
        let at = self.tasks.iter().position(|it| it.id == id).unwrap();
        let task = self.tasks.remove(at);
        self.tell(id, event);
        self.known.running.remove(&id);
        if 60 <= self.old.len() {
            self.old.remove(0);
        }
        self.old.push((id, task.job));
    }

    /// The answer to one job under the number of another one.
    fn mix_up(&mut self, at: usize) {
        let Task { id, job, .. } = self.tasks[at].clone();
        let others = self.tasks.iter().map(|it| &it.job);
        let others: Vec<Job> = others
            .chain(self.old.iter().map(|it| &it.1))
            .cloned()
            .collect();
        let Some(other) = others.get(self.below(others.len())).cloned() else {
            return;
        };
        let (Some(own), Some(foreign)) = (names(&job), names(&other)) else {
            return;
        };
        if own == foreign && matches!(job, Job::AskNote(..)) {
            return;
        }
        // An answer does not name the slices on both sides: the number of its job says with which it was given.
        if own == foreign && near_of(&job) != near_of(&other) {
            return;
        }
        self.n_wrong += usize::from(own != foreign);
        if let Some(event) = self.answer(&other) {
            self.tell(id, event);
        }
        if self.is_chance(2) {
            self.end(id, Event::Done);
        }
    }

    fn engine_step(&mut self) {
        if self.tasks.is_empty() || self.is_chance(8) {
            return self.late();
        }
        // Opening is fast beside models: planes wait for its end.
        let opening = |it: &Task| matches!(it.job, Job::Open(_));
        let opening = self.tasks.iter().position(opening);
        let any = self.below(self.tasks.len());
        let at = opening.filter(|_| self.is_chance(2)).unwrap_or(any);
        let Task { id, job, .. } = self.tasks[at].clone();
        let is_of_models = matches!(job, Job::LoadModels);
        match self.below(16) {
            0 if !is_of_models => {
                let event = self.failure(&job);
                self.end(id, event);
            }
            1 if !is_of_models => self.end(id, Event::Cancelled),
            2..=4 => self.mix_up(at),
            5 if !is_of_models && self.state.door.is_open() && self.is_chance(4) => {
                self.tasks.remove(at);
                self.note(format!("{id:?}: busy"));
                self.state.on_busy(id, &Busy);
                self.known.running.remove(&id);
            }
            _ => self.go_on(at),
        }
    }

    /// An answer that comes after the end of its job, or of the session that asked.
    fn late(&mut self) {
        let at = self.below(self.old.len());
        let Some((id, job)) = self.old.get(at).cloned() else {
            return;
        };
        self.n_late += 1;
        if let Job::RunBatch(batch) = &job {
            let event = loop {
                match self.portion(id, &batch.report) {
                    // Rows of a report come by opening it as well, and show the page.
                    Event::Listed { .. } => {}
                    event => break event,
                }
            };
            return self.tell(id, event);
        }
        let event = match self.answer(&job) {
            Some(event) if !self.is_chance(4) => event,
            _ => self.failure(&job),
        };
        self.tell(id, event);
    }

    fn answer_all(&mut self) {
        while !self.tasks.is_empty() {
            let at = self.tasks.len() - 1;
            let Task { id, job, left } = self.tasks[at].clone();
            if let (Job::Open(given), Some(file)) = (&job, left.last().copied()) {
                self.tasks[at].left.pop();
                let from = Origin::file(given[0].clone());
                let opened = Box::new(witness::opened(file));
                self.tell(id, Event::Opened { from, opened });
            } else if left.is_empty() {
                if let Some(event) = self.answer(&job) {
                    self.tell(id, event);
                }
                self.end(id, Event::Done);
            } else {
                self.go_on(at);
            }
        }
    }

    // The reader.

    fn any_item(&mut self) -> Option<ItemId> {
        let at = self.below(self.state.items.len());
        self.state.items.get(at).map(|it| it.id)
    }

    /// A scan that is drawn: its item, file and frame.
    fn any_drawn(&mut self) -> Option<(ItemId, usize, usize)> {
        let shown: Vec<ItemId> = self.state.viewports.shown().flatten().collect();
        let id = shown.get(self.below(shown.len())).copied()?;
        let item = self.state.item(id)?;
        match &item.content {
            Content::Scan(scan) if self.state.planes.is_none() => {
                Some((id, number(item.path.reveal()), scan.view.frame_idx))
            }
            _ => None,
        }
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn open(&mut self) -> Option<Command> {
        if N_OPEN <= self.state.items.len() {
            return self.any_item().map(Command::Close);
        }
        let file = self.one_of(&[&FILES[..], &OBJECTS[..]].concat());
        let is_folder = self.is_chance(2);
        let given = if is_folder {
            witness::folder(file)
        } else {
            path(file)
        };
        Some(Command::Open(vec![given]))
    }

    fn moving(&mut self) -> Option<Command> {
        Some(match self.below(12) {
            0 => Command::ShowSlice(self.below(7)),
            1 => Command::ShowFrame(self.below(3)),
            2 | 3 => Command::Activate(self.any_item()?),
            4 => Command::ActivateViewport(self.below(4)),
            5 => Command::SetLayout(self.one_of(&Layout::ALL)),
            6 => Command::PlayOn,
            _ => Command::Act(self.one_of(&[
                Action::NextFrame,
                Action::PreviousFrame,
                Action::FirstFrame,
                Action::LastFrame,
                Action::NextItem,
                Action::PreviousItem,
                Action::NextViewport,
                Action::NextLayout,
                Action::ComparePrior,
                Action::LinkViewports,
                Action::Play,
            ])),
        })
    }

    fn asking(&mut self) -> Option<Command> {
        // A point is seldom set: what is read around it must be seen.
        let waits = self.state.scan().is_some_and(|(_, it)| {
            it.point().is_some() && it.prediction().is_none() && it.reading().is_none()
        });
        if waits && self.is_chance(2) {
            return Some(Command::Act(Action::Score));
        }
        Some(match self.below(22) {
            0..=4 => Command::Act(Action::Score),
            5 => Command::Act(Action::ScoreBeyondScope),
            6 => Command::Act(Action::NextLabel),
            7 => Command::Act(Action::NextMethod),
            8 | 9 => Command::Act(Action::CheckMap),
            10 => Command::ChooseLabel(self.any_item()?, LabelIdx(self.below(2))),
            11 => {
                let methods = [Method::GradCam, Method::Occlusion, Method::Rise];
                Command::ChooseMethod(self.any_item()?, self.one_of(&methods))
            }
            12 => {
                let at = self.below(self.models.len());
                let model = self.models[at].model_ref();
                Command::ChooseModel(Kind::of(&self.models[at])?, model)
            }
            13 | 14 => {
                let (id, _) = self.state.note()?;
                let question = format!("question {}", self.below(5));
                self.known.questions.insert(id, question.clone());
                Command::AskNote(id, Phi::new(question))
            }
            15..=17 => Command::Act(Action::CompareModels),
            18 | 19 => Command::Act(Action::SwapModels),
            20 => Command::Act(Action::NextFinding),
            _ => Command::Act(Action::ToggleOverlay),
        })
    }

    fn drawing(&mut self) -> Option<Command> {
        let salt = self.below(1000);
        let at_point = self.models.iter().find(|it| it.name == "scan at a point");
        let at_point = at_point?.model_ref();
        let can_point = self.state.crop_side_mm().is_some();
        Some(match self.below(9) {
            4 if !can_point => Command::ChooseModel(Kind::Scan, at_point),
            0..=2 => {
                let (id, number, frame_idx) = self.any_drawn()?;
                let stroke = witness::stroke(number, frame_idx, salt as u64);
                Command::EditMarks(id, frame_idx, MarkEdit::Add(stroke))
            }
            3 => {
                // A mark of another frame, that is still held, is no mark of this one.
                let (of, _, at) = self.any_drawn()?;
                let mark = match &self.state.item(of)?.content {
                    Content::Scan(it) => it.marks.of(at).first()?.id,
                    _ => return None,
                };
                let (id, number, frame_idx) = self.any_drawn()?;
                let stroke = witness::stroke(number, frame_idx, salt as u64);
                Command::EditMarks(id, frame_idx, MarkEdit::Change(mark, stroke))
            }
            4 => {
                let item = self.state.center()?;
                let number = number(item.path.reveal());
                let frame_idx = match &item.content {
                    Content::Scan(it) if self.state.planes.is_none() => it.view.frame_idx,
                    _ => return None,
                };
                Command::PointAt(item.id, witness::point(number, frame_idx, salt as u32))
            }
            5 => Command::ChooseModel(Kind::Scan, at_point),
            _ => Command::Act(self.one_of(&[
                Action::RemoveMark,
                Action::Undo,
                Action::Redo,
                Action::PointAt,
                Action::Measure(Tool::Length),
            ])),
        })
    }

    /// A word on the answer that is drawn, known beside the session from now on.
    fn saying(&mut self) -> Option<Command> {
        let asked = self.state.asked()?;
        let (item, prediction) = (asked.item, asked.prediction?);
        let (frame_idx, run) = (prediction.about.frame_idx, prediction.network_ms as u32);
        let class = asked.reading.class()?.to_owned();
        let model = prediction.model.name.clone();
        let key = (item, frame_idx, (model, class));
        let before = self.known.said.get(&key).filter(|it| it.run == run);
        let before = before.cloned();
        if let Some(said) = before.as_ref().filter(|_| self.is_even()) {
            let reason = format!("reason {}", self.below(1000));
            let said = Said {
                reason: reason.clone(),
                ..said.clone()
            };
            self.known.said.insert(key, said);
            return Some(Command::TypeReason(item, frame_idx, Phi::new(reason)));
        }
        let answer = self.one_of(&[Answer::Agree, Answer::Disagree, Answer::Unsure]);
        if before.is_some_and(|it| it.answer == answer) {
            self.known.said.remove(&key);
        } else {
            let reason = String::new();
            let said = Said {
                answer,
                run,
                reason,
            };
            self.known.said.insert(key, said);
        }
        Some(Command::Answer(item, answer))
    }

    const fn is_even(&self) -> bool {
        self.n_runs % 2 == 1
    }

    fn looking(&mut self) -> Option<Command> {
        Some(match self.below(18) {
            0..=4 => Command::Act(Action::TogglePlanes),
            5 => {
                let axis = self.one_of(&[Axis::Axial, Axis::Coronal, Axis::Sagittal]);
                let at = self.below(4) as f64 + 0.5;
                Command::MeetAt(axis, [at, 4.0 - at])
            }
            6 => Command::ActivatePlane(self.one_of(&[Axis::Coronal, Axis::Sagittal])),
            7 => Command::Zoom {
                factor: 1.5,
                about: (0.25, 0.5),
            },
            8 => Command::Pan { x: 0.1, y: -0.1 },
            9 => {
                let at = self.below(self.state.overs.len());
                Command::ToggleOver(self.state.overs.get(at)?.id)
            }
            10 => Command::MarkNotes(self.one_of(&NoteMarks::ALL)),
            11 => Command::ChooseHour(self.below(9) as i64),
            _ => Command::Act(self.one_of(&[
                Action::Invert,
                Action::TurnRight,
                Action::FlipAcross,
                Action::AutoWindow,
                Action::ResetView,
                Action::ToggleOvers,
                Action::ToggleStrength,
                Action::Magnify,
                Action::Palette,
                Action::Escape,
            ])),
        })
    }

    fn paging(&mut self) -> Option<Command> {
        let copies = Command::OnDeidentify;
        let batch = |it| Command::OnWorklist(WorklistCommand::Batch(it));
        let text =
            |field, text: &str| Command::OnPage(PageCommand::SetText(field, text.to_owned()));
        Some(match self.below(27) {
            18 | 19 => text(Field::BatchFolder, "/films"),
            20 | 21 => text(Field::BatchReport, "/films/scores.json"),
            22..=26 => batch(self.one_of(&[
                BatchCommand::Start,
                BatchCommand::Start,
                BatchCommand::Start,
                BatchCommand::Pause,
                BatchCommand::GoOn,
                BatchCommand::Stop,
                BatchCommand::Retry,
            ])),
            0..=2 => Command::Act(Action::Deidentify),
            3 => {
                let number = number(self.state.center()?.path.reveal());
                copies(DeidentifyCommand::Draw(Rect {
                    x: number,
                    y: 1,
                    width: 1,
                    height: 1,
                }))
            }
            4 => copies(DeidentifyCommand::TickCover(self.below(2))),
            5 => copies(DeidentifyCommand::SetLooked(true)),
            6 => copies(DeidentifyCommand::Write),
            7 => copies(self.one_of(&[DeidentifyCommand::Again, DeidentifyCommand::Stop])),
            8 => {
                let folder = "/copies".to_owned();
                Command::OnPage(PageCommand::SetText(Field::Copies, folder))
            }
            9 => Command::SaveTo("/saved.png".into()),
            10 => Command::Retry(self.state.notices.last()?.id),
            11 => Command::Dismiss(self.state.notices.first()?.id),
            12 => Command::SetReadFirst(self.is_chance(2)),
            13 => {
                let consent = self.one_of(&[Consent::Given, Consent::DespiteDifferences]);
                Command::PutTogether(self.any_item()?, consent)
            }
            14 => Command::SetPrevalence(Some(0.1 + 0.1 * self.below(5) as f64)),
            _ => Command::Act(self.one_of(&[
                Action::TakeApart,
                Action::SaveOverlay,
                Action::Evaluate,
                Action::ToggleCourse,
                Action::Escape,
                Action::Escape,
            ])),
        })
    }

    fn reader_step(&mut self) {
        if !self.state.door.is_open() {
            let is_back = self.is_chance(3);
            let command = if is_back {
                Some(Command::AtDoor(DoorCommand::Reopen))
            } else {
                self.asking()
            };
            return command.into_iter().for_each(|it| self.apply(it));
        }
        let command = match self.below(26) {
            0 | 1 => self.open(),
            2..=7 => self.moving(),
            8..=14 => self.asking(),
            15..=17 => self.drawing(),
            18 | 19 => self.saying(),
            20 | 21 => self.looking(),
            22..=24 => self.paging(),
            _ if self.is_chance(12) => {
                self.note("lock".to_owned());
                let effects = self.state.lock(Reason::Asked);
                return self.perform(effects);
            }
            _ => self
                .any_item()
                .filter(|_| self.is_chance(3))
                .map(Command::Close),
        };
        let Some(command) = command else { return };
        // A click is about what was drawn when it was made; meanwhile something may have come.
        let names_its_item = matches!(
            command,
            Command::Answer(..) | Command::TypeReason(..) | Command::EditMarks(..)
        );
        if names_its_item && self.is_chance(2) {
            self.engine_step();
        }
        self.apply(command);
    }

    fn step(&mut self) {
        if 12 < self.tasks.len() || self.below(10) < 6 {
            self.engine_step();
        } else {
            self.reader_step();
        }
        self.check();
    }
}

/// What the answer to a job names; `None` where it names nothing, and its number alone says what it is for.
fn names(job: &Job) -> Option<(Sha256, &str)> {
    match job {
        // A reply names its note and not its question.
        Job::AskNote(note, _) => Some((note.file_sha256, "")),
        Job::ReadNote(note) => Some((note.file_sha256, "parts")),
        Job::Score { target, model, .. }
        | Job::Explain { target, model, .. }
        | Job::Running { target, model, .. } => {
            Some((target.subject().file_sha256, model.name.as_str()))
        }
        _ => None,
    }
}

/// The slices on both sides that a job is about as well.
fn near_of(job: &Job) -> Option<[Option<usize>; 2]> {
    match job {
        Job::Score { target, .. } => witness::near_ids(target),
        _ => None,
    }
}

/// Covers that say which file they are of.
fn preview(source: &Source) -> Preview {
    let Source::Scan { path, .. } = source else {
        return Preview::Note(NotePreview { found: Vec::new() });
    };
    Preview::Scan(Box::new(ScanPreview {
        facts: Facts {
            instance_uid: "2.25.1".to_owned(),
            rule: None,
            says_burned_in: false,
            face: None,
            n_masks: 0,
        },
        changes: Vec::new(),
        by_rule: Vec::new(),
        covers: Some(vec![Cover {
            rect: Rect {
                x: number(path.reveal()),
                y: 0,
                width: 1,
                height: 1,
            },
            text: Phi::default(),
            is_marker: false,
        }]),
    }))
}

/// What an event is, without what it holds.
fn name(event: &Event) -> String {
    let whole = format!("{event:?}");
    let end = whole.find(|it: char| !it.is_alphanumeric());
    whole[..end.unwrap_or(whole.len())].to_owned()
}

#[test]
fn nothing_stale_is_drawn_however_answers_come() {
    let n_steps: usize = std::env::var("WARDLIGHT_STEPS").map_or(10_000, |it| it.parse().unwrap());
    // A walk of its own on a new session, each time.
    let n_each = 2_500;
    let (mut seen, mut n_wrong, mut n_late) = (Vec::new(), 0, 0);
    for seed in 0..n_steps.div_ceil(n_each) {
        let mut walk = Walk::new(seed as u64);
        for _ in 0..n_each.min(n_steps) {
            walk.step();
        }
        seen.push(walk.seen);
        n_wrong += walk.n_wrong;
        n_late += walk.n_late;
    }
    let sum = |at: usize| seen.iter().map(|it| it.all()[at].1).sum::<usize>();
    let all: Vec<_> = Seen::default().all().iter().map(|it| it.0).collect();
    let told: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(at, it)| (*it, sum(at)))
        .collect();
    println!("{n_steps} steps, {n_wrong} answers about something else, {n_late} late: {told:?}");
    assert!(n_steps / 200 < n_wrong && n_steps / 100 < n_late);
    for (what, n) in told {
        assert!(
            n_steps / 2000 < n,
            "{what} were seen {n} times: that proves nothing"
        );
    }
}

/// A session with two films, a note and a course, everything asked and answered, with words and marks on it.
fn whole() -> Walk {
    let mut walk = Walk::with(&[0, 3, 40, 41, 50]);
    let ids: Vec<ItemId> = walk.state.items.iter().map(|it| it.id).collect();
    for id in ids {
        walk.apply(Command::Activate(id));
        walk.act(Action::Score);
        walk.answer_all();
        walk.act(Action::CheckMap);
        walk.answer_all();
        if let Some((id, number, frame_idx)) = walk.any_drawn() {
            let stroke = witness::stroke(number, frame_idx, 1);
            walk.apply(Command::EditMarks(id, frame_idx, MarkEdit::Add(stroke)));
        }
        let said = walk.saying();
        said.into_iter().for_each(|it| walk.apply(it));
    }
    let first = walk.state.items[0].id;
    walk.apply(Command::Activate(first));
    walk.check();
    walk
}

fn scan_mut(state: &mut State, at: usize) -> &mut ScanItem {
    match &mut state.items[at].content {
        Content::Scan(scan) => scan,
        _ => panic!("a scan"),
    }
}

fn reading_mut(state: &mut State) -> &mut Reading {
    scan_mut(state, 0).readings.get_mut(&0).unwrap()
}

/// Puts what was answered about the second film beside the first, with the name of the first on it.
fn swap_answers(state: &mut State) {
    let (first, second) = (sha_of(state, 0), sha_of(state, 1));
    let mut own = std::mem::take(&mut scan_mut(state, 0).readings);
    std::mem::swap(&mut own, &mut scan_mut(state, 1).readings);
    scan_mut(state, 0).readings = own;
    for (at, file) in [(0, first), (1, second)] {
        for reading in scan_mut(state, at).readings.values_mut() {
            if let Loading::Ready(it) = &mut reading.prediction {
                it.about.file_sha256 = file;
            }
            if let Loading::Ready(it) = &mut reading.explanation {
                Arc::make_mut(it).about.file_sha256 = file;
            }
        }
    }
}

fn sha_of(state: &mut State, at: usize) -> Sha256 {
    scan_mut(state, at).scan.header.file_sha256
}

#[test]
fn the_witness_sees_whatever_is_put_beside_another_picture() {
    type Forge = fn(&mut State);
    let forgeries: [(&str, Forge); 11] = [
        ("answers of another film beside its own", |state| {
            let other = scan_mut(state, 1).readings.clone();
            let own = sha_of(state, 0);
            let beside = other.into_iter().map(|(at, mut it)| {
                if let Loading::Ready(it) = &mut it.prediction {
                    it.about.file_sha256 = own;
                }
                (at, it)
            });
            scan_mut(state, 0).beside = beside.collect();
        }),
        ("answers of another film", swap_answers),
        ("all of another film", |state| {
            let (first, rest) = state.items.split_at_mut(1);
            std::mem::swap(&mut first[0].content, &mut rest[0].content);
        }),
        ("pixels of the frame before", |state| {
            scan_mut(state, 0).pyramid();
            scan_mut(state, 0).view.frame_idx = 1;
        }),
        ("strokes of another film", |state| {
            let other = scan_mut(state, 1).marks.clone();
            scan_mut(state, 0).marks = other;
        }),
        ("a word that was said of another frame", |state| {
            let said = reading_mut(state).opinions.clone();
            let other = scan_mut(state, 0).readings.entry(1).or_default();
            other.opinions = said;
        }),
        ("a word that is lost", |state| {
            reading_mut(state).opinions.clear()
        }),
        ("a map of another label", |state| {
            let label = reading_mut(state).label.unwrap().0;
            reading_mut(state).label = Some(LabelIdx(1 - label));
        }),
        ("a check of another map", |state| {
            if let Loading::Ready(it) = &mut reading_mut(state).check {
                it.deletion.map += 0.25;
            }
        }),
        ("a probability that is a little off", |state| {
            if let Loading::Ready(it) = &mut reading_mut(state).prediction {
                it.scores[0].probability += 1e-6;
            }
        }),
        ("a question that nobody answers", |state| {
            reading_mut(state).explanation = Loading::Waiting(JobId(999_999));
        }),
    ];
    for (what, forge) in forgeries {
        let mut walk = whole();
        assert_eq!(walk.faults(), Vec::<String>::new(), "{what}, before");
        forge(&mut walk.state);
        assert_ne!(walk.faults(), Vec::<String>::new(), "{what} was not seen");
    }
    // The marks of a note, by the number that its own must have.
    let mut walk = whole();
    let notes: Vec<usize> = (0..walk.state.items.len())
        .filter(|it| matches!(walk.state.items[*it].content, Content::Note(_)))
        .collect();
    let other = sha(number(walk.state.items[notes[1]].path.reveal()));
    let id = walk.state.items[notes[0]].id;
    walk.apply(Command::Activate(id));
    assert_eq!(walk.faults(), Vec::<String>::new());
    if let Content::Note(note) = &mut walk.state.items[notes[0]].content {
        note.parts = Loading::Ready(Arc::new(witness::parts(other)));
    }
    assert_ne!(walk.faults(), Vec::<String>::new());
}

#[test]
fn an_engine_that_puts_the_numbers_of_another_picture_under_the_right_name_is_seen() {
    let mut walk = Walk::with(&[0, 3]);
    walk.act(Action::Score);
    let at = walk
        .tasks
        .iter()
        .position(|it| matches!(it.job, Job::Score { .. }));
    let Task { id, job, .. } = walk.tasks[at.unwrap()].clone();
    let Job::Score { target, model, .. } = &job else {
        panic!("a score")
    };
    let found = |it: &&Arc<Manifest>| it.model_ref() == *model;
    let model = walk.models.iter().find(found).unwrap();
    let mut other = target.subject();
    other.frame_idx += 1;
    let mut lie = witness::prediction((other, None), model, 1);
    lie.about = target.subject();
    walk.tell(id, Event::Scored(Box::new(lie)));
    assert!(!walk.faults().is_empty());
}

#[test]
fn an_answer_about_something_else_leaves_nothing_waiting_and_is_told() {
    let mut walk = Walk::with(&[0]);
    walk.act(Action::Score);
    let Task { id, job, .. } = walk.tasks[0].clone();
    let Job::Score { target, .. } = &job else {
        panic!("a score")
    };
    let mut other = target.subject();
    other.file_sha256 = sha(3);
    let model = walk.models[0].clone();
    let answer = witness::prediction((other, None), &model, 1);
    walk.tell(id, Event::Scored(Box::new(answer)));
    walk.end(id, Event::Done);
    walk.check();
    let asked = walk.state.asked().unwrap();
    assert!(asked.prediction.is_none());
    let Loading::Failed(failure) = &asked.reading.prediction else {
        panic!("{:?}", asked.reading.prediction)
    };
    assert!(failure.headline.contains("something else"));
    // And it can be asked once more.
    walk.act(Action::Score);
    walk.answer_all();
    assert!(walk.state.asked().unwrap().prediction.is_some());
}

#[test]
fn a_word_stays_with_the_frame_that_it_was_said_of_when_another_file_takes_the_middle() {
    let mut walk = Walk::with(&[0]);
    for action in [Action::Score, Action::LastFrame, Action::Score] {
        walk.act(action);
        walk.answer_all();
    }
    let said = walk.saying().unwrap();
    // Between the click and its frame, a file comes.
    walk.apply(Command::Open(vec![path(3)]));
    walk.answer_all();
    walk.apply(said);
    walk.check();
    let first = walk.state.items[0].id;
    walk.apply(Command::Activate(first));
    walk.check();
    let asked = walk.state.asked().unwrap();
    assert_eq!(
        (
            asked.prediction.unwrap().about.frame_idx,
            asked.reading.opinions.len()
        ),
        (2, 1)
    );
}

#[test]
fn the_page_of_copies_goes_along_when_a_file_that_is_opened_takes_the_middle() {
    let mut walk = Walk::with(&[0]);
    walk.apply(Command::Open(vec![path(3)]));
    let Task { id, .. } = walk.tasks[0].clone();
    walk.act(Action::Deidentify);
    let preview = walk.tasks[1].clone();
    let event = walk.answer(&preview.job).unwrap();
    walk.tell(preview.id, event);
    walk.end(preview.id, Event::Done);
    walk.check();
    assert!(walk.state.deidentify.draft.ready().is_some());
    let from = Origin::file(path(3));
    let opened = Box::new(witness::opened(3));
    walk.tell(id, Event::Opened { from, opened });
    walk.check();
    assert_eq!(walk.state.deidentify.item, walk.state.center);
    assert!(
        walk.state.deidentify.draft.ready().is_none(),
        "of the file before"
    );
}

#[test]
fn no_scan_comes_to_stand_in_two_viewports_by_a_vacant_one() {
    let mut walk = Walk::with(&[2, 10, 20, 0]);
    walk.apply(Command::SetLayout(Layout::Four));
    let shown: Vec<ItemId> = walk.state.viewports.shown().flatten().collect();
    assert_eq!(shown.len(), 4);
    for (center, vacant) in [(3, 1), (2, 1), (3, 0), (1, 0)] {
        let mut walk = Walk::with(&[2, 10, 20, 0]);
        walk.apply(Command::SetLayout(Layout::Four));
        walk.apply(Command::ActivateViewport(center));
        let shown: Vec<ItemId> = walk.state.viewports.shown().flatten().collect();
        walk.apply(Command::Close(shown[vacant]));
        walk.apply(Command::ActivateViewport(vacant));
        for layout in [Layout::One, Layout::Four, Layout::Two, Layout::Four] {
            walk.apply(Command::SetLayout(layout));
            walk.check();
        }
    }
}

#[test]
fn beside_planes_no_module_speaks_of_a_slice_and_no_key_takes_its_marks() {
    let mut walk = Walk::with(&[10, 11, 12, 40]);
    let ids: Vec<ItemId> = walk.state.items.iter().map(|it| it.id).collect();
    walk.apply(Command::Activate(ids[0]));
    walk.apply(Command::PutTogether(ids[3], Consent::DespiteDifferences));
    walk.act(Action::Score);
    walk.answer_all();
    let (id, number, frame_idx) = walk.any_drawn().unwrap();
    let stroke = witness::stroke(number, frame_idx, 1);
    walk.apply(Command::EditMarks(id, frame_idx, MarkEdit::Add(stroke)));
    let speaks = |walk: &Walk| {
        let modules = walk.state.modules();
        modules
            .iter()
            .filter(|it| it.question.starts_with("scan "))
            .count()
    };
    assert_eq!(speaks(&walk), 1);
    walk.act(Action::TogglePlanes);
    walk.answer_all();
    assert!(walk.state.planes.is_some());
    walk.check();
    assert_eq!(speaks(&walk), 0);
    walk.act(Action::RemoveMark);
    walk.act(Action::TogglePlanes);
    walk.check();
    assert_eq!(speaks(&walk), 1);
    let item = walk.state.item(id).unwrap();
    let Content::Scan(scan) = &item.content else {
        panic!("a scan")
    };
    assert_eq!(scan.marks.of(frame_idx).len(), 1);
}
