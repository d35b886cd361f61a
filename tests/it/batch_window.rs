//! A batch from the window, with the real threads and the real decoder: pause, go on, stop, go on from the report, retry, CSV.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    engine::Parts,
    import::{self, Cancel, Opened},
    session::{BatchPage, Page, Source},
};

use crate::{
    app::{press, wait, window_with},
    batch::{counts, ten_files},
    command::scratch,
    dicom::decoder,
    fake,
};

/// Lets files pass one by one to the decoder, until it is opened for good.
struct Gate {
    permits: Mutex<Receiver<()>>,
    n_decoded: AtomicUsize,
    decoded: Mutex<Vec<PathBuf>>,
}

impl Gate {
    fn new() -> (Arc<Self>, SyncSender<()>) {
        let (sender, permits) = sync_channel(64);
        let gate = Self {
            permits: Mutex::new(permits),
            n_decoded: AtomicUsize::new(0),
            decoded: Mutex::default(),
        };
        (Arc::new(gate), sender)
    }

    /// The first try at `2.dcm` kills its worker.
    fn decode(
        &self,
        decoder: &import::Decoder,
        file: &Path,
        cancel: &Cancel,
    ) -> Result<Opened, import::Error> {
        let permits = self.permits.lock().unwrap();
        while let Err(RecvTimeoutError::Timeout) = permits.recv_timeout(Duration::from_millis(5)) {
            if cancel.is_cancelled() {
                return Err(import::Error::Cancelled);
            }
        }
        let mut decoded = self.decoded.lock().unwrap();
        let is_first = !decoded.contains(&file.to_owned());
        decoded.push(file.to_owned());
        self.n_decoded.fetch_add(1, Ordering::Relaxed);
        if file.ends_with("2.dcm") && is_first {
            return Err(import::Error::WorkerDied {
                how: "signal 9".to_owned(),
            });
        }
        decoder.open_cancellable(file, cancel)
    }
}

fn window(gate: &Arc<Gate>) -> Harness<'static, App> {
    let gate = Arc::clone(gate);
    let parts = Parts {
        batch: Box::new(move |asked| {
            let (gate, decoder) = (Arc::clone(&gate), decoder());
            fake::scorer(
                asked,
                Box::new(move |file, cancel| gate.decode(&decoder, file, cancel)),
            )
        }),
        ..fake::parts()
    };
    let mut harness = window_with([1440.0, 1000.0], &[], parts);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    press(&mut harness, Modifiers::COMMAND, Key::G);
    harness
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn type_in(harness: &mut Harness<'static, App>, label: &str, path: &Path) {
    let field =
        |it: &Harness<'static, App>| it.get_by_role_and_label(Role::TextInput, label).focus();
    field(harness);
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .type_text(&path.to_string_lossy());
    harness.run_steps(3);
}

fn page<'a>(harness: &'a Harness<'static, App>) -> &'a BatchPage {
    &harness.state().state().worklist.batch
}

fn n_done(harness: &Harness<'static, App>) -> usize {
    page(harness).stand.map_or(0, |it| it.n_done)
}

fn n_rows(harness: &Harness<'static, App>) -> usize {
    let list = harness.state().state().worklist.of(Source::Scored);
    list.rows().len()
}

fn start(harness: &mut Harness<'static, App>, folder: &Path) {
    click(harness, "Score files\u{2026}");
    type_in(harness, "Folder to score", &folder.join("files"));
    type_in(harness, "Write the report to", &folder.join("scores.json"));
    click(harness, "Start scoring");
}

/// A window whose batch of ten files has done three, and waits for permits.
fn with_three_done(folder: &Path) -> (Harness<'static, App>, Arc<Gate>, SyncSender<()>) {
    ten_files(&folder.join("files"));
    let (gate, permits) = Gate::new();
    let mut harness = window(&gate);
    start(&mut harness, folder);
    for _ in 0..3 {
        permits.send(()).unwrap();
    }
    wait(&mut harness, "three files", |it| n_done(it) == 3);
    (harness, gate, permits)
}

#[test]
fn a_batch_is_paused_goes_on_and_survives_a_look_at_another_page() {
    let folder = scratch("batch-window");
    let report = folder.join("scores.json");
    let (mut harness, gate, permits) = with_three_done(&folder);
    assert_eq!(n_rows(&harness), 3, "rows stream in");
    // Elsewhere the footer tells of it.
    press(&mut harness, Modifiers::COMMAND, Key::G);
    assert_eq!(harness.state().state().page, Page::Reading);
    harness.get_by_label_contains("Scoring files");
    press(&mut harness, Modifiers::COMMAND, Key::G);
    click(&mut harness, "Pause");
    harness.get_by_label("Paused");
    for _ in 0..4 {
        permits.send(()).unwrap();
    }
    let (written, decoded) = (report.clone(), Arc::clone(&gate));
    wait(&mut harness, "files ahead, and the report", move |_| {
        let (n_answers, n_silent) = counts(&written);
        decoded.n_decoded.load(Ordering::Relaxed) == 7 && n_answers + n_silent == 3
    });
    harness.run_steps(10);
    assert_eq!(n_done(&harness), 3, "a paused batch waits");
    click(&mut harness, "Go on");
    drop(permits);
    wait(&mut harness, "the end", |it| page(it).job.is_none());
    assert_eq!((n_done(&harness), n_rows(&harness)), (10, 10));
    let (answers, silent) = counts(&report);
    assert_eq!((answers, silent), (6, 4), "one worker died");
    harness.get_by_label_contains("10 of 10 files done");
    // The table goes out.
    let csv = folder.join("list.csv");
    type_in(&mut harness, "Write this list to", &csv);
    click(&mut harness, "Write CSV");
    wait(&mut harness, "the table", |it| {
        !it.state().state().notices.is_empty()
    });
    harness.get_by_label("The worklist is written");
    let mut reader = csv::Reader::from_path(&csv).unwrap();
    assert_eq!(reader.records().map(Result::unwrap).count(), 10);
}

#[test]
fn a_stopped_batch_goes_on_from_its_report_and_what_failed_is_tried_again() {
    let folder = scratch("batch-stopped");
    ten_files(&folder.join("files"));
    let report = folder.join("scores.json");
    let (gate, permits) = Gate::new();
    let mut harness = window(&gate);
    start(&mut harness, &folder);
    for _ in 0..4 {
        permits.send(()).unwrap();
    }
    wait(&mut harness, "four files", |it| n_done(it) == 4);
    click(&mut harness, "Stop");
    wait(&mut harness, "the end", |it| page(it).job.is_none());
    let (answers, silent) = counts(&report);
    assert_eq!(answers + silent, 4, "what was done stands in the report");
    drop(permits);
    // The form still has what was typed.
    click(&mut harness, "Score files\u{2026}");
    click(&mut harness, "Start scoring");
    wait(&mut harness, "the end", |it| {
        page(it).job.is_none() && n_done(it) == 10
    });
    assert_eq!(page(&harness).stand.unwrap().n_known, answers);
    let n_of = |name: &str| {
        let decoded = gate.decoded.lock().unwrap();
        decoded.iter().filter(|it| it.ends_with(name)).count()
    };
    assert_eq!(n_of("1.dcm"), 1, "no answer is given twice");
    assert_eq!(n_rows(&harness), 10);
    // By now the file whose worker had died has its answer, and the course still has no model.
    let failed = harness.state().state().failed_files();
    assert_eq!(failed, [folder.join("files/course.csv")]);
    assert_eq!(n_of("course.csv"), 1);
    click(&mut harness, "Try 1 that failed again");
    wait(&mut harness, "the end", |it| {
        page(it).job.is_none()
            && page(it)
                .stand
                .is_some_and(|it| it.n_files == 1 && it.n_done == 1)
    });
    assert_eq!((n_of("course.csv"), n_rows(&harness)), (2, 10));
    assert_eq!(counts(&report), (7, 3));
}

/// Whether a frame asks the desktop for something, among the next few.
fn asks_for(harness: &mut Harness<'static, App>, wanted: &ViewportCommand) -> bool {
    (0..4).any(|_| {
        harness.step();
        let mut viewports = harness.output().viewport_output.values();
        viewports.any(|it| it.commands.contains(wanted))
    })
}

#[test]
fn a_window_that_is_closed_over_a_batch_says_so_and_stays_until_it_is_told_to_go() {
    let folder = scratch("batch-leaving");
    let (mut harness, _gate, permits) = with_three_done(&folder);
    // The window's own button.
    let viewports = &mut harness.input_mut().viewports;
    let root = viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    assert!(asks_for(&mut harness, &ViewportCommand::CancelClose));
    harness.run_steps(3);
    harness.get_by_label("Work is still running");
    harness.get_by_label("Scoring: 3 of 10 files are done.");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.query_by_label("Work is still running").is_none());
    assert!(page(&harness).job.is_some(), "it goes on");
    press(&mut harness, Modifiers::COMMAND, Key::Q);
    harness.get_by_label("Stop and close").click();
    assert!(asks_for(&mut harness, &ViewportCommand::Close));
    drop(permits);
}
