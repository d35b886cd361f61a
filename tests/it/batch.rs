//! Batches without a window: the report on the disk, what it is gone on with, what the session takes in, and who may start one.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use wardlight::{
    batch::{About, Answered, Batch, Error, FileTold, Files, Models, Scorer, Silence, Stand, Told},
    case::{
        Subject,
        worklist::{Outcome, Row, RowKind},
    },
    disk::Sha256,
    engine::{Client, Event, Job, JobId, TableFn},
    failure::Failure,
    import::{self, Cancel, Origin},
    lock::Reason,
    model::{Task, bundle::Listed},
    privacy::Phi,
    sample,
    session::{
        Action, BatchCommand, Command, Effect, Field, List, LongWork, PageCommand, Sheet, Source,
        State, WorklistCommand,
    },
    settings::{ColumnName, ListSort},
    store::Role,
};

use crate::{
    command::{run, scratch, wardlight, write},
    dicom::decoder,
    fake,
    session::{prediction, ready, started},
    worklist::{answered, ask, inside, requests, with_scored},
};

/// Ten files: four scans, three notes, one that is none, one that is broken, and a course that no model here reads.
pub(crate) fn ten_files(folder: &Path) {
    let made = folder.with_extension("made");
    let sample = sample::write(&made).unwrap();
    let dicom = std::fs::read(&sample.dicom).unwrap();
    write_in(folder, "1.dcm", &dicom);
    write_in(folder, "2.dcm", &dicom);
    write_in(folder, "3.png", &std::fs::read(&sample.png).unwrap());
    write_in(folder, "below/4.dcm", &dicom);
    for name in ["5.txt", "6.txt", "7.txt"] {
        write_in(
            folder,
            name,
            format!("{name}: four days of fever and cough.").as_bytes(),
        );
    }
    write_in(
        folder,
        "8.bin",
        &[0, 159, 146, 150, 1, 2, 3, 255].repeat(40),
    );
    write_in(folder, "9.dcm", &dicom[..dicom.len() / 3]);
    write_in(
        folder,
        "course.csv",
        &std::fs::read(&sample.course).unwrap(),
    );
}

fn write_in(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    write(path, bytes);
}

fn batch_of(folder: &Path, report: &Path) -> Batch {
    Batch {
        files: Files::Folder(folder.to_owned()),
        model: None,
        sites: Vec::new(),
        report: report.to_owned(),
    }
}

/// What a batch with the real decoder said of files, and how far it was at the end.
fn run_batch(asked: &Batch) -> Result<(Vec<FileTold>, Stand), Error> {
    let decoder = decoder();
    let decode = move |file: &Path, cancel: &Cancel| decoder.open_cancellable(file, cancel);
    run_with(asked, Box::new(decode))
}

fn run_with(
    asked: &Batch,
    decode: wardlight::batch::DecodeFn,
) -> Result<(Vec<FileTold>, Stand), Error> {
    let mut scorer = fake::scorer(asked, decode)?;
    let (mut files, mut last) = (Vec::new(), Stand::default());
    scorer.run(asked, (&Task::default(), &Cancel::default()), &mut |told| {
        match told {
            Told::Files(more, stand) => {
                files.extend(more);
                last = stand;
            }
            Told::Started(stand) => last = stand,
            Told::Known(_) | Told::Noticed(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok((files, last))
}

fn json_of(report: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap()
}

/// Answers and failures in a report.
pub(crate) fn counts(report: &Path) -> (usize, usize) {
    let json = json_of(report);
    let n = |list: &str| json[list].as_array().unwrap().len();
    (n("results"), n("failures"))
}

fn names(told: &[FileTold]) -> Vec<String> {
    let name = |it: &FileTold| it.file.reveal().file_name().unwrap().to_owned();
    told.iter()
        .map(|it| name(it).into_string().unwrap())
        .collect()
}

#[test]
fn a_folder_is_scored_into_a_report_that_opens_as_a_worklist() {
    let folder = scratch("batch-folder");
    ten_files(&folder.join("files"));
    // The report lies among the files and is none of them.
    let report = folder.join("files/scores.json");
    let (told, stand) = run_batch(&batch_of(&folder.join("files"), &report)).unwrap();
    assert_eq!((stand.n_files, stand.n_done, stand.n_known), (10, 10, 0));
    assert_eq!(told.len(), 10);
    let silent = |is_refused: bool| {
        let cases = told.iter().flat_map(|it| &it.cases);
        cases
            .filter(|it| it.as_ref().is_err_and(|it| it.is_refused == is_refused))
            .count()
    };
    assert!(0 < silent(true), "what is no file of ours is refused");
    assert!(0 < silent(false), "a course without a model has failed");
    let (n_answers, n_silent) = counts(&report);
    assert_eq!((n_answers, n_silent), (7, 3));
    let json = json_of(&report);
    assert_eq!(json["schema"], "wardlight-score-1");
    assert_eq!(json["notice"], "Research use only - not for diagnosis");
    let rows = decoder().open_report(&report, &Cancel::default()).unwrap();
    assert_eq!(rows.len(), 10);
    assert!(rows.iter().take(3).all(|it| it.finding.is_none()));
    // As `serde_json` lays it out: what the command would have written of the same values.
    let text = std::fs::read_to_string(&report).unwrap();
    let keeps_order = text.find("\"schema\"") < text.find("\"results\"");
    assert!(keeps_order && text.starts_with("{\n  \"schema\""));
    assert!(text.contains("\n  ],\n  \"failures\": [\n    {") && text.ends_with("\n  ]\n}"));
}

#[test]
fn a_batch_goes_on_with_its_report_and_scores_only_what_is_new() {
    let folder = scratch("batch-on");
    let (files, report) = (folder.join("files"), folder.join("scores.json"));
    ten_files(&files);
    let asked = batch_of(&files, &report);
    run_batch(&asked).unwrap();
    let before = json_of(&report);
    write_in(&files, "5.txt", b"Another note: no fever any more.");
    write_in(&files, "new.txt", b"A new one.");
    let (told, stand) = run_batch(&asked).unwrap();
    assert_eq!((stand.n_files, stand.n_done, stand.n_known), (11, 11, 6));
    // What has no answer is asked again: nobody knows what was wrong with it.
    let mut told = names(&told);
    told.sort();
    assert_eq!(told, ["5.txt", "8.bin", "9.dcm", "course.csv", "new.txt"]);
    let after = json_of(&report);
    let (old, all) = (
        before["results"].as_array().unwrap(),
        after["results"].as_array().unwrap(),
    );
    assert_eq!(
        all.len(),
        9,
        "the answer to the old note stays beside the new one"
    );
    assert_eq!(all[..7], old[..], "answers are copied to the letter");
    assert_eq!(after["failures"].as_array().unwrap().len(), 3);
    // A model that is named for notes leaves the answers to scans as they are.
    let other = Batch {
        model: Some("note-specialty".to_owned()),
        ..asked
    };
    let (_, stand) = run_batch(&other).unwrap();
    assert_eq!(stand.n_known, 8, "the notes have an answer by this one");
}

#[test]
fn a_batch_goes_on_with_what_the_command_has_written() {
    let folder = scratch("batch-command");
    let files = folder.join("files");
    ten_files(&files);
    let report = folder.join("scores.json");
    let mut command = wardlight();
    command
        .arg("score")
        .args(["1.dcm", "3.png", "8.bin"].map(|it| files.join(it)));
    command.arg("--report").arg(&report);
    let (code, _, told) = run(&mut command);
    assert_eq!(code, 1, "one file is refused: {told}");
    let (n_answers, n_silent) = counts(&report);
    assert_eq!(n_answers + n_silent, 3);
    let (_, stand) = run_batch(&batch_of(&files, &report)).unwrap();
    assert_eq!(stand.n_known, n_answers);
    let (after, silent) = counts(&report);
    assert_eq!((after, silent), (7, 3));
}

#[test]
fn what_is_no_report_stays_as_it_is() {
    let folder = scratch("batch-other");
    let files = folder.join("files");
    ten_files(&files);
    for (name, text) in [
        ("letter.txt", "Dear colleague,"),
        (
            "other.json",
            r#"{"schema": "wardlight-score-9", "results": [], "failures": []}"#,
        ),
        (
            "compact.json",
            r#"{"schema":"wardlight-score-1","results":[],"failures":[]}"#,
        ),
    ] {
        let report = folder.join(name);
        write(&report, text);
        assert!(run_batch(&batch_of(&files, &report)).is_err(), "{name}");
        assert_eq!(std::fs::read_to_string(&report).unwrap(), text, "{name}");
    }
    let nowhere = folder.join("no folder/scores.json");
    let found = run_batch(&batch_of(&files, &nowhere));
    assert!(matches!(found, Err(Error::Disk(_))));
    let found = run_batch(&batch_of(&files, &folder));
    assert!(
        matches!(found, Err(Error::Disk(_))),
        "a folder is no report"
    );
}

#[test]
fn a_worker_that_dies_costs_one_file_which_can_be_tried_again() {
    let folder = scratch("batch-dies");
    let (files, report) = (folder.join("files"), folder.join("scores.json"));
    for name in ["a.txt", "dies.txt", "other.txt", "z.txt"] {
        write_in(&files, name, name.as_bytes());
    }
    let n_tries = AtomicUsize::new(0);
    let decode = move |file: &Path, cancel: &Cancel| {
        if file.ends_with("dies.txt") && n_tries.fetch_add(1, Ordering::Relaxed) == 0 {
            return Err(import::Error::WorkerDied {
                how: "signal 9".to_owned(),
            });
        }
        fake::open(file, cancel)
    };
    let decode = Arc::new(decode);
    let again = Arc::clone(&decode);
    let asked = batch_of(&files, &report);
    let first = move |file: &Path, cancel: &Cancel| decode(file, cancel);
    let (told, _) = run_with(&asked, Box::new(first)).unwrap();
    assert_eq!(told.len(), 4);
    assert_eq!(counts(&report), (3, 1));
    let failed = told.iter().find(|it| it.cases[0].is_err()).unwrap();
    assert!(failed.file.reveal().ends_with("dies.txt"));
    // Once more, and that alone.
    let retry = Batch {
        files: Files::These(vec![files.join("dies.txt")]),
        ..asked
    };
    let second = move |file: &Path, cancel: &Cancel| again(file, cancel);
    let (told, stand) = run_with(&retry, Box::new(second)).unwrap();
    assert_eq!((told.len(), stand.n_files), (1, 1));
    assert_eq!(
        counts(&report),
        (4, 0),
        "its failure is gone from the report"
    );
}

#[test]
fn a_panic_costs_one_file_and_the_models_are_loaded_again() {
    let folder = scratch("batch-panics");
    let (files, report) = (folder.join("files"), folder.join("scores.json"));
    for name in ["a.txt", "b.txt", "c.txt"] {
        write_in(&files, name, name.as_bytes());
    }
    let n_loads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&n_loads);
    let load = move |folder: &Path| {
        assert!(0 < counted.fetch_add(1, Ordering::Relaxed), "planted");
        fake::load(folder)
    };
    let listed = Listed {
        folder: "note".into(),
        manifest: Ok(fake::note_manifest()),
    };
    let mut scorer = Scorer {
        decode: Box::new(fake::open),
        rows: Box::new(|_, _| Ok(Vec::new())),
        models: Models::new(vec![listed], Vec::new(), Box::new(load)).unwrap(),
    };
    let control = (&Task::default(), &Cancel::default());
    let asked = batch_of(&files, &report);
    let done = scorer.run(&asked, control, &mut |_| ControlFlow::Continue(()));
    done.unwrap();
    assert_eq!(counts(&report), (2, 1));
    assert_eq!(n_loads.load(Ordering::Relaxed), 2);
    assert_eq!(json_of(&report)["failures"][0]["is_refused"], false);
}

#[test]
fn a_table_tells_how_far_it_is_and_half_a_table_is_not_written() {
    let folder = scratch("batch-table");
    let to = folder.join("list.csv");
    let rows = (0..100_000).map(|it| answered(it, 0.5, 0.4)).collect();
    let mut state = with_scored(rows);
    state.worklist.out = to.to_string_lossy().into_owned();
    let jobs = started(&ask(&mut state, WorklistCommand::Export));
    let [(id, Job::SaveTable { table, .. })] = &jobs[..] else {
        panic!("a job that writes")
    };
    let task = Task::default();
    let text = table(&task);
    let n_lines = text.reveal().iter().filter(|it| **it == b'\n').count();
    assert_eq!(n_lines, 100_001);
    assert_eq!(task.progress().1, 100_000);
    task.cancel();
    assert!(table(&task).reveal().len() < text.reveal().len() / 100);
    // One at a time, and it can be stopped.
    assert!(started(&ask(&mut state, WorklistCommand::Export)).is_empty());
    let effects = ask(&mut state, WorklistCommand::StopExport);
    assert!(matches!(&effects[..], [Effect::Cancel(it)] if it == id));
    let seen = Arc::new(Mutex::new(false));
    let in_table = Arc::clone(&seen);
    let waits: TableFn = Arc::new(move |task: &Task| {
        *in_table.lock().unwrap() = true;
        while !task.is_cancelled() {
            std::thread::yield_now();
        }
        Phi::new(b"half".to_vec())
    });
    let mut client = Client::start(fake::parts(), Arc::new(|| {})).unwrap();
    let job = Job::SaveTable {
        table: waits,
        to: to.clone(),
    };
    client.start_job(JobId(1), job).unwrap();
    while !*seen.lock().unwrap() {
        std::thread::yield_now();
    }
    client.cancel(JobId(1));
    let last = loop {
        if let Some((_, event)) = client.poll() {
            break event;
        }
        std::thread::yield_now();
    };
    assert!(matches!(last, Event::Cancelled));
    assert!(!to.exists());
}

#[test]
fn rows_that_come_one_by_one_stand_where_all_together_would() {
    let mut random = StdRng::seed_from_u64(7);
    let mut rows: Vec<Row> = Vec::new();
    for number in 0..400 {
        let mut row = answered(number, random.random_range(0.0..1.0), 0.4);
        row.since_ms = Some(random.random_range(0..3) * 3_600_000);
        if random.random_range(0..5) == 0 {
            row.finding = None;
            row.outcome = Outcome::Refused("it is no chest".to_owned());
        }
        rows.push(row);
    }
    let mut sorts = vec![None];
    for by in ColumnName::ALL {
        sorts.extend([false, true].map(|is_falling| Some(ListSort { by, is_falling })));
    }
    for sort in sorts {
        let (mut whole, mut grown) = (List::default(), List::default());
        whole.extend(rows.clone(), sort);
        let mut rest = rows.clone();
        while !rest.is_empty() {
            let n = random.random_range(1..9).min(rest.len());
            grown.extend(rest.drain(..n).collect(), sort);
        }
        assert_eq!(whole.shown(), grown.shown(), "{sort:?}");
        assert_eq!(whole.n_silent(), grown.n_silent());
        assert_eq!(whole.findings(), grown.findings());
    }
}

fn told_of(file: &str) -> FileTold {
    let prediction = Box::new(prediction(0));
    let about = About {
        kind: RowKind::Scan,
        subject: Subject::default(),
        header: None,
        title: Phi::default(),
        record: None,
        content_sha256: Sha256::of(b"pixels"),
    };
    FileTold {
        file: Phi::new(PathBuf::from(file)),
        cases: vec![Ok(Answered { about, prediction })],
    }
}

fn failed(file: &str) -> FileTold {
    let silence = Silence {
        failure: Failure {
            headline: "The worker died".to_owned(),
            remedy: String::new(),
            cause: "signal 9".to_owned(),
        },
        is_refused: false,
    };
    FileTold {
        file: Phi::new(PathBuf::from(file)),
        cases: vec![Err(silence)],
    }
}

fn command(it: BatchCommand) -> WorklistCommand {
    WorklistCommand::Batch(it)
}

/// A session with a batch that has started.
fn with_batch(state: &mut State) -> JobId {
    for (field, text) in [
        (Field::BatchFolder, "/scans"),
        (Field::BatchReport, "/scores"),
    ] {
        state.apply(Command::OnPage(PageCommand::SetText(
            field,
            text.to_owned(),
        )));
    }
    let jobs = started(&ask(state, command(BatchCommand::Start)));
    let [(id, Job::RunBatch(batch))] = &jobs[..] else {
        panic!("a job that scores")
    };
    assert_eq!(batch.report, PathBuf::from("/scores.json"));
    listed(state, *id, Vec::new());
    *id
}

fn listed(state: &mut State, id: JobId, rows: Vec<Row>) {
    let from = Origin::file("/scores.json".into());
    state.on_event(id, Event::Listed { from, rows });
}

const STAND: Stand = Stand {
    n_files: 3,
    n_done: 1,
    n_known: 0,
    seconds: 2.0,
};

#[test]
fn who_may_not_score_starts_none_and_the_records_hear_of_each_answer() {
    let mut state = ready();
    inside(&mut state, Role::Viewer);
    for (field, text) in [
        (Field::BatchFolder, "/scans"),
        (Field::BatchReport, "/scores"),
    ] {
        state.apply(Command::OnPage(PageCommand::SetText(
            field,
            text.to_owned(),
        )));
    }
    let effects = ask(&mut state, command(BatchCommand::Start));
    assert!(started(&effects).is_empty());
    assert!(requests(&effects)[0].contains("AccessRefused"));
    inside(&mut state, Role::Reader);
    let id = with_batch(&mut state);
    let effects = state.on_event(id, Event::BatchStarted(STAND));
    assert!(
        requests(&effects)[0].contains("Exported"),
        "a report leaves the program"
    );
    let files = vec![told_of("/scans/1.dcm"), failed("/scans/2.dcm")];
    let effects = state.on_event(id, Event::BatchTold(files, STAND));
    let told = requests(&effects);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("Opened") && told[1].contains("Scored"),
        "{told:?}"
    );
    assert_eq!(state.worklist.of(Source::Scored).rows().len(), 2);
    let page = &state.worklist.batch;
    assert_eq!((page.n_answered, page.n_failed, page.n_left()), (1, 1, 2));
    assert_eq!(page.rate(), Some(0.5));
    assert_eq!(state.failed_files(), [PathBuf::from("/scans/2.dcm")]);
}

#[test]
fn a_failure_that_is_tried_again_gives_its_place_to_the_answer() {
    let mut state = ready();
    let id = with_batch(&mut state);
    state.on_event(id, Event::BatchStarted(STAND));
    let files = vec![failed("/scans/1.dcm"), told_of("/scans/2.dcm")];
    state.on_event(id, Event::BatchTold(files, STAND));
    state.on_event(id, Event::Done);
    assert_eq!(state.worklist.batch.job, None);
    let rows = state.worklist.of(Source::Scored).rows().to_vec();
    let jobs = started(&ask(&mut state, command(BatchCommand::Retry)));
    let [(again, Job::RunBatch(batch))] = &jobs[..] else {
        panic!("a job that scores")
    };
    assert!(matches!(&batch.files, Files::These(it) if it[..] == [PathBuf::from("/scans/1.dcm")]));
    // What an earlier batch says late changes nothing.
    state.on_event(id, Event::BatchTold(vec![told_of("/scans/3.dcm")], STAND));
    listed(&mut state, *again, rows);
    state.on_event(*again, Event::BatchStarted(STAND));
    state.on_event(
        *again,
        Event::BatchTold(vec![told_of("/scans/1.dcm")], STAND),
    );
    let list = state.worklist.of(Source::Scored);
    assert_eq!(list.rows().len(), 2);
    assert!(list.rows().iter().all(|it| it.outcome.is_answered()));
    let mut whole = List::default();
    whole.extend(list.rows().to_vec(), None);
    assert_eq!(list.shown(), whole.shown(), "and stands where it belongs");
    assert!(state.failed_files().is_empty());
}

#[test]
fn locking_ends_a_batch_and_nothing_of_it_stays() {
    let mut state = ready();
    let id = with_batch(&mut state);
    state.on_event(id, Event::BatchStarted(STAND));
    let effects = ask(&mut state, command(BatchCommand::Pause));
    assert!(matches!(&effects[..], [Effect::Pause(it, true)] if *it == id));
    assert!(state.worklist.batch.is_paused);
    state.settings.goes_on_while_locked = true;
    let effects = state.lock(Reason::Asked);
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Cancel(it) if *it == id))
    );
    state.on_event(id, Event::BatchTold(vec![told_of("/scans/1.dcm")], STAND));
    assert!(state.worklist.of(Source::Scored).rows().is_empty());
    assert!(state.worklist.batch.job.is_none() && state.worklist.batch.form.folder.is_empty());
}

#[test]
fn a_window_that_closes_over_a_batch_asks_first() {
    let mut state = ready();
    assert!(state.may_leave());
    let id = with_batch(&mut state);
    state.on_event(id, Event::BatchStarted(STAND));
    for ask in [Command::Act(Action::Quit), Command::Leave] {
        let effects = state.apply(ask);
        assert!(effects.is_empty(), "it stays open");
        assert_eq!(state.sheet, Some(Sheet::Leaving));
        assert_eq!(state.long_work(), [LongWork::Batch(Some((1, 3)))]);
        state.apply(Command::CloseSheet);
        assert!(!state.may_leave());
    }
    let effects = state.apply(Command::LeaveAllTheSame);
    assert!(matches!(effects[..], [Effect::Quit]));
    assert!(state.may_leave());
}

#[test]
fn a_window_closes_at_once_when_its_batch_has_ended() {
    let mut state = ready();
    let id = with_batch(&mut state);
    assert!(!state.may_leave());
    state.on_event(id, Event::Done);
    let effects = state.apply(Command::Act(Action::Quit));
    assert!(matches!(effects[..], [Effect::Quit]));
}
