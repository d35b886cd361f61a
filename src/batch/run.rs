//! One file after the other: while one is scored, the next ones are decoded.

use std::{
    collections::BTreeMap,
    io::Read as _,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    About, Answer, Answered, Error, FileTold, Models, Silence, Stand, Told,
    ledger::{Ledger, is_silent},
};
use crate::{
    case::worklist::{Row, RowKind},
    disk::{self, Hasher, Sha256},
    failure::Failure,
    import::{self, Cancel, LeftOut, Notice, Opened, walk},
    model::{Site, Task},
    privacy::Phi,
    score::{self, Gate, Loaded, Target},
};

/// Decodes a file, in a process of its own.
pub type DecodeFn = Box<dyn Fn(&Path, &Cancel) -> Result<Opened, import::Error> + Send + Sync>;
/// Reads the rows of a report, in a process of its own.
pub type RowsFn = Box<dyn FnMut(&Path, &Cancel) -> Result<Vec<Row>, import::Error> + Send>;

/// Decoded files that may wait to be scored: pictures are large.
const N_AHEAD: usize = 2;
/// Files are told together, at most once in this time…
const PORTION_TIME: Duration = Duration::from_millis(250);
/// …and so many at most, of which so few with an answer: whoever keeps these must keep up.
const N_FILES: usize = 1_024;
const N_CASES: usize = 48;
const CASES_TIME: Duration = Duration::from_millis(100);
/// Time between two looks at whether to go on.
const STEP: Duration = Duration::from_millis(20);
/// Bytes that are hashed at once.
const PIECE: usize = 1 << 16;

/// What is scored, and where it is told.
#[derive(Clone)]
pub struct Batch {
    pub files: Files,
    /// By name; else those that `wardlight score` takes.
    pub model: Option<String>,
    /// Fits of the site whose thresholds count.
    pub sites: Vec<Arc<Site>>,
    /// A report that is there already is gone on with.
    pub report: PathBuf,
}

/// Where the files are.
#[derive(Clone)]
pub enum Files {
    /// With the folders inside of it.
    Folder(PathBuf),
    These(Vec<PathBuf>),
}

/// What a batch is run with.
pub struct Scorer {
    pub decode: DecodeFn,
    pub rows: RowsFn,
    pub models: Models,
}

/// How a batch hears that it must end.
type Control<'a> = (&'a Task, &'a Cancel);

/// What the report has answers for: of which file, by which model.
type Known = BTreeMap<PathBuf, Vec<(Sha256, RowKind, String)>>;

/// A file on its way to the model.
struct Fetched {
    file: PathBuf,
    /// `None` where the report knows it already.
    opened: Option<Result<Opened, import::Error>>,
}

impl Scorer {
    /// Scores all files that have no answer so far. Between two files it waits or ends, as asked; what was done until then
    /// stands in the report.
    ///
    /// # Errors
    /// The report that is there cannot be gone on with, or it cannot be written.
    pub fn run(
        &mut self,
        batch: &Batch,
        (task, cancel): (&Task, &Cancel),
        tell: &mut dyn FnMut(Told) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let (mut ledger, known) = match batch.report.try_exists() {
            Ok(false) => {
                // Whoever broke off is found by `task`.
                let _is_broken_off = tell(Told::Known(Vec::new()));
                (Ledger::new(&batch.report), Known::new())
            }
            Ok(true) | Err(_) => {
                // A folder of this name would be walked.
                disk::open(&batch.report, u64::MAX)?;
                let rows = (self.rows)(&batch.report, cancel)?;
                let ledger = Ledger::of(&batch.report, &rows)?;
                let known = self.known(&rows);
                let _is_broken_off = tell(Told::Known(rows));
                (ledger, known)
            }
        };
        // A place that cannot be written is better known before than after an hour.
        ledger.write()?;
        let files = list(batch, cancel, tell);
        let mut desk = Desk {
            stand: Stand {
                n_files: files.len(),
                ..Stand::default()
            },
            batch,
            ledger,
            portion: Vec::new(),
            n_cases: 0,
            told: Instant::now(),
        };
        let _is_broken_off = tell(Told::Started(desk.stand));
        let Self { decode, models, .. } = self;
        let (sender, fetched) = sync_channel(N_AHEAD);
        let done = thread::scope(|scope| {
            let (known, decode) = (&known, &*decode);
            let fetch = move || fetch_all(files, known, decode, (task, cancel), &sender);
            let named = thread::Builder::new().name("batch files".to_owned());
            let started = named.spawn_scoped(scope, fetch);
            started.map_err(|source| Error::Thread {
                cause: source.to_string(),
            })?;
            desk.work(fetched, models, task, tell)
        });
        // What is done stands in the report, however it ended.
        desk.ledger.write()?;
        // There is nothing left to break off.
        let _is_broken_off = desk.tell(tell);
        done
    }

    /// The answers that need not be given again.
    fn known(&self, rows: &[Row]) -> Known {
        let mut known = Known::new();
        for row in rows.iter().filter(|it| !is_silent(it)) {
            if let (Some(sha256), Some((model, _))) = (row.file_sha256, &row.model)
                && self.models.would_answer(row.kind, model)
            {
                // To be held against the paths that are scored.
                let of_file = known.entry(row.file.reveal().clone()).or_default();
                of_file.push((sha256, row.kind, model.clone()));
            }
        }
        known
    }
}

/// The files of a batch. The report is none of them.
fn list(
    batch: &Batch,
    cancel: &Cancel,
    tell: &mut dyn FnMut(Told) -> ControlFlow<()>,
) -> Vec<PathBuf> {
    let mut files = match &batch.files {
        Files::These(files) => files.clone(),
        Files::Folder(folder) => {
            let walked = walk(folder, cancel);
            let left_out =
                (walked.left_out != LeftOut::default()).then_some(Notice::LeftOut(walked.left_out));
            let nothing = walked.files.is_empty().then_some(Notice::Nothing);
            for notice in walked.notices.into_iter().chain(left_out).chain(nothing) {
                // Whoever broke off is found by the task.
                let _is_broken_off = tell(Told::Noticed(notice));
            }
            walked.files
        }
    };
    files.retain(|it| *it != batch.report);
    files
}

/// Decodes ahead of the model, until nobody takes any more.
fn fetch_all(
    files: Vec<PathBuf>,
    known: &Known,
    decode: &DecodeFn,
    (task, cancel): Control<'_>,
    to: &SyncSender<Fetched>,
) {
    for file in files {
        if task.is_cancelled() {
            return;
        }
        let of_file = known.get(&file);
        let is_known = of_file.is_some_and(|known| {
            hash_of(&file).is_some_and(|found| known.iter().any(|it| it.0 == found))
        });
        let opened = (!is_known).then(|| decode(&file, cancel));
        if to.send(Fetched { file, opened }).is_err() {
            return;
        }
    }
}

/// The hash of a file; `None` where it cannot be read, which is told when it is decoded.
fn hash_of(file: &Path) -> Option<Sha256> {
    let (mut file, _) = disk::open(file, u64::MAX).ok()?;
    let mut hasher = Hasher::default();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).ok()? {
            0 => return Some(hasher.finish()),
            n => hasher.update(piece.get(..n)?),
        }
    }
}

/// Where what comes of the files is collected.
struct Desk<'a> {
    batch: &'a Batch,
    ledger: Ledger,
    stand: Stand,
    portion: Vec<FileTold>,
    /// Answers in the portion.
    n_cases: usize,
    /// When the last portion went.
    told: Instant,
}

impl Desk<'_> {
    fn work(
        &mut self,
        fetched: Receiver<Fetched>,
        models: &mut Models,
        task: &Task,
        tell: &mut dyn FnMut(Told) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let mut is_over = false;
        let mut mark = Instant::now();
        while !is_over {
            let Fetched { file, opened } = match fetched.recv_timeout(PORTION_TIME) {
                Ok(fetched) => fetched,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    // The next one takes long: what is done need not wait for it.
                    is_over |= !self.portion.is_empty() && self.tell(tell).is_break();
                    continue;
                }
            };
            if task.is_paused() {
                self.ledger.write()?;
                is_over |= self.tell(tell).is_break();
                while task.is_paused() && !task.is_cancelled() {
                    thread::sleep(STEP);
                }
                mark = Instant::now();
            }
            if task.is_cancelled() || matches!(opened, Some(Err(import::Error::Cancelled))) {
                break;
            }
            match opened {
                None => self.stand.n_known += 1,
                Some(opened) => {
                    let cases = cases_of(opened, models, &self.batch.sites);
                    self.take(file, cases);
                    models.forget();
                    self.stand.seconds += mark.elapsed().as_secs_f64();
                }
            }
            self.stand.n_done += 1;
            mark = Instant::now();
            task.report(self.stand.n_done, self.stand.n_files);
            self.ledger.write_in_time()?;
            let is_full = N_FILES <= self.portion.len() || N_CASES <= self.n_cases;
            if is_full {
                thread::sleep(CASES_TIME.saturating_sub(self.told.elapsed()));
            }
            if is_full || PORTION_TIME <= self.told.elapsed() {
                is_over |= self.tell(tell).is_break();
            }
        }
        Ok(())
    }

    /// Into the report, and to whoever listens.
    fn take(&mut self, file: PathBuf, cases: Vec<Result<Answered, Silence>>) {
        self.ledger.forget(&file);
        let mut told = Vec::with_capacity(cases.len());
        for case in cases {
            told.push(match case {
                Ok(Answered { about, prediction }) => {
                    let answer = Answer::<(), ()> {
                        file: file.clone(),
                        kind: about.kind,
                        prediction: *prediction,
                        record: about.record.clone(),
                        explanation: None,
                        course: None,
                    };
                    self.ledger.answer(&answer);
                    let prediction = Box::new(answer.prediction);
                    Ok(Answered { about, prediction })
                }
                Err(silence) => {
                    self.ledger.fail(&file, &silence.clone().of(&file));
                    Err(silence)
                }
            });
        }
        self.n_cases += told.len();
        self.portion.push(FileTold {
            file: Phi::new(file),
            cases: told,
        });
    }

    fn tell(&mut self, tell: &mut dyn FnMut(Told) -> ControlFlow<()>) -> ControlFlow<()> {
        self.told = Instant::now();
        self.n_cases = 0;
        let portion = std::mem::take(&mut self.portion);
        tell(Told::Files(portion, self.stand))
    }
}

/// What becomes of a file. A model that panics costs this one.
fn cases_of(
    opened: Result<Opened, import::Error>,
    models: &mut Models,
    sites: &[Arc<Site>],
) -> Vec<Result<Answered, Silence>> {
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return vec![Err(Silence::from(&error))],
    };
    let scored = catch_unwind(AssertUnwindSafe(|| score_all(&opened, models, sites)));
    scored.unwrap_or_else(|_payload| {
        models.drop_all();
        vec![Err(Silence::from(Failure {
            headline: "The program failed at this file".to_owned(),
            remedy: "Try again; if it fails again, report it.".to_owned(),
            cause: "wanted an answer, found a panic".to_owned(),
        }))]
    })
}

fn score_all(
    opened: &Opened,
    models: &mut Models,
    sites: &[Arc<Site>],
) -> Vec<Result<Answered, Silence>> {
    let chart = match opened {
        Opened::Scan(scan) => {
            let target = Target::Scan {
                scan,
                frame_idx: 0,
                at: None,
                neighbours: None,
            };
            let about = About::of_scan(scan);
            return vec![score_one(about, target, models.for_scan(scan), sites)];
        }
        Opened::Chart(chart) => chart,
    };
    let mut cases = Vec::new();
    for it in &chart.series {
        let (about, target) = (About::of_series(it), Target::Series(it));
        cases.push(score_one(about, target, models.for_series(it), sites));
    }
    for it in &chart.sequences {
        let (about, target) = (About::of_sequence(it), Target::Sequence(it));
        cases.push(score_one(about, target, models.for_sequence(it), sites));
    }
    if cases.is_empty() {
        cases.push(match chart.only_note() {
            Some(note) => {
                let (about, target) = (About::of_note(note), Target::Note(note));
                score_one(about, target, models.for_note(note), sites)
            }
            None => Err(Silence::refused(Failure {
                headline: format!("This is {}, not a case", chart.summary()),
                remedy: "`wardlight inspect` tells what is in it.".to_owned(),
                cause: format!("wanted one note, found {}", chart.summary()),
            })),
        });
    }
    cases
}

fn score_one(
    about: About,
    target: Target<'_>,
    loaded: Result<&mut Loaded, Failure>,
    sites: &[Arc<Site>],
) -> Result<Answered, Silence> {
    let loaded = loaded?;
    let prediction =
        score::score(target, loaded, Gate::Closed).map_err(|error| Silence::from(&error))?;
    let manifest = loaded.model.manifest();
    let site = sites.iter().find(|it| it.is_of(manifest));
    let sited = site.and_then(|it| it.over(manifest).ok()); // `is_of` has compared the hashes
    let prediction = match &sited {
        Some(sited) => score::rescored(&prediction, sited),
        None => prediction,
    };
    Ok(Answered {
        about,
        prediction: Box::new(prediction),
    })
}
