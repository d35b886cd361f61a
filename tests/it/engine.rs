//! Worker threads: what goes in comes out, a panic costs one job, cancel and shutdown work.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use wardlight::{
    engine::{self, Client, Event, Gate, Job, JobId, Parts, SaveJob, Target},
    prediction::{LabelIdx, Method},
    privacy::Phi,
    render::{Curve, overlay::MapLook},
    score::Loaded,
};

use crate::fake;

fn client(parts: Parts) -> Client {
    Client::start(parts, Arc::new(|| {})).unwrap()
}

/// All events of a job, until its last.
fn events(client: &mut Client, id: JobId) -> Vec<Event> {
    let start = Instant::now();
    let mut found = Vec::new();
    while start.elapsed() < Duration::from_secs(20) {
        let Some((from, event)) = client.poll() else {
            thread::sleep(Duration::from_millis(2));
            continue;
        };
        if from != id {
            continue;
        }
        let is_last = matches!(event, Event::Done | Event::Failed(_) | Event::Cancelled);
        found.push(event);
        if is_last {
            return found;
        }
    }
    panic!("no end of job {id:?} after {found:?}");
}

fn run(client: &mut Client, id: u64, job: Job) -> Vec<Event> {
    client.start_job(JobId(id), job).unwrap();
    events(client, JobId(id))
}

fn scan_target() -> Target {
    Target::Scan {
        scan: Arc::new(fake::scan(1)),
        frame_idx: 0,
        at: None,
        neighbours: None,
    }
}

fn score_job() -> Job {
    Job::Score {
        target: scan_target(),
        model: fake::chest_manifest().model_ref(),
        gate: Gate::Closed,
    }
}

#[test]
fn files_open_one_by_one_and_a_refused_one_does_not_stop_the_rest() {
    let mut client = client(fake::parts());
    let paths = ["a.dcm", "broken", "note.txt"].map(PathBuf::from).to_vec();
    let found = run(&mut client, 1, Job::Open(paths));
    assert!(
        matches!(
            &found[..],
            [
                Event::Opened { .. },
                Event::Refused { .. },
                Event::Opened { .. },
                Event::Done
            ]
        ),
        "{found:?}"
    );
}

#[test]
fn models_load_then_score_and_explain_with_the_identity_of_the_scan() {
    let mut client = client(Parts {
        model_folders: vec!["chest".into(), "broken".into()],
        ..fake::parts()
    });
    let found = run(&mut client, 1, Job::LoadModels);
    assert!(
        matches!(
            &found[..],
            [
                Event::ModelLoaded(_),
                Event::ModelRefused { .. },
                Event::Done
            ]
        ),
        "{found:?}"
    );
    let found = run(&mut client, 2, score_job());
    let [Event::Scored(prediction), Event::Done] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(prediction.about, scan_target().subject());
    let job = Job::Explain {
        target: scan_target(),
        model: prediction.model.clone(),
        label: LabelIdx(0),
        method: Method::GradCam,
    };
    let found = run(&mut client, 3, job);
    let [Event::Explained(explanation), Event::Done] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (explanation.about, explanation.label.as_str()),
        (scan_target().subject(), "pneumonia")
    );
}

#[test]
fn two_versions_of_one_model_each_answer_for_themselves() {
    let of_version = |version: &str| {
        let mut manifest = fake::chest_manifest();
        manifest.version = version.to_owned();
        manifest
    };
    let mut client = client(Parts {
        model_folders: vec!["1.0".into(), "2.0".into()],
        load: Box::new(move |folder| {
            Ok(Loaded {
                model: fake::model(of_version(folder.to_str().unwrap())),
                tokenizer: None,
                layout: None,
                warnings: Vec::new(),
            })
        }),
        ..fake::parts()
    });
    run(&mut client, 1, Job::LoadModels);
    for (id, version) in [(2, "1.0"), (3, "2.0")] {
        let job = Job::Score {
            target: scan_target(),
            model: of_version(version).model_ref(),
            gate: Gate::Closed,
        };
        let found = run(&mut client, id, job);
        let [Event::Scored(prediction), Event::Done] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(prediction.model.version, version);
    }
}

#[test]
fn an_unknown_model_is_named() {
    let mut client = client(fake::parts());
    let found = run(&mut client, 1, score_job());
    assert!(
        matches!(
            &found[..],
            [Event::Failed(engine::Error::NoSuchModel {
                n_loaded: 0,
                ..
            })]
        ),
        "{found:?}"
    );
}

#[test]
fn a_panic_costs_one_job_and_nothing_else() {
    let mut is_first = true;
    let open = engine::one_by_one(move |path: &Path, cancel: &wardlight::import::Cancel| {
        assert!(!std::mem::take(&mut is_first), "planted");
        fake::open(path, cancel)
    });
    let mut client = client(Parts {
        open,
        ..fake::parts()
    });
    let found = run(&mut client, 1, Job::Open(vec!["a.dcm".into()]));
    let [Event::Failed(engine::Error::Panicked { job: "open", cause })] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(cause.contains("planted"));
    let found = run(&mut client, 2, Job::Open(vec!["a.dcm".into()]));
    assert!(
        matches!(&found[..], [Event::Opened { .. }, Event::Done]),
        "{found:?}"
    );
}

#[test]
fn a_cancelled_explanation_ends_and_a_waiting_one_never_starts() {
    let mut client = client(fake::parts());
    run(&mut client, 1, Job::LoadModels);
    let job = Job::Explain {
        target: scan_target(),
        model: fake::chest_manifest().model_ref(),
        label: LabelIdx(0),
        method: Method::Occlusion,
    };
    client.start_job(JobId(2), job.clone()).unwrap();
    client.start_job(JobId(3), job).unwrap();
    client.cancel(JobId(2));
    client.cancel(JobId(3));
    assert!(matches!(
        &events(&mut client, JobId(2))[..],
        [Event::Cancelled]
    ));
    assert!(matches!(
        &events(&mut client, JobId(3))[..],
        [Event::Cancelled]
    ));
}

#[test]
fn a_full_queue_says_so_instead_of_growing() {
    let open = engine::one_by_one(|path: &Path, cancel: &wardlight::import::Cancel| {
        thread::sleep(Duration::from_millis(20));
        fake::open(path, cancel)
    });
    let mut client = client(Parts {
        open,
        ..fake::parts()
    });
    let n_taken = (0..200)
        .filter(|it| {
            client
                .start_job(JobId(*it), Job::Open(vec!["a.dcm".into()]))
                .is_ok()
        })
        .count();
    assert!((engine::N_JOBS..100).contains(&n_taken), "{n_taken}");
}

#[test]
fn dropping_the_client_ends_its_threads_even_when_nobody_read_the_events() {
    let mut client = client(fake::parts());
    client
        .start_job(
            JobId(1),
            Job::Open(vec!["note.txt".into(); 2 * engine::N_EVENTS]),
        )
        .unwrap();
    let start = Instant::now();
    drop(client);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_overlay_and_the_result_are_written_beside_each_other() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engine-save");
    std::fs::create_dir_all(&folder).unwrap();
    let mut client = client(fake::parts());
    run(&mut client, 1, Job::LoadModels);
    let found = run(&mut client, 2, score_job());
    let [Event::Scored(prediction), ..] = &found[..] else {
        panic!("{found:?}")
    };
    let explain = Job::Explain {
        target: scan_target(),
        model: prediction.model.clone(),
        label: LabelIdx(0),
        method: Method::GradCam,
    };
    let explained = run(&mut client, 3, explain);
    let [Event::Explained(explanation), ..] = &explained[..] else {
        panic!("{explained:?}")
    };
    let scan = Arc::new(fake::scan(1));
    let save = |to: PathBuf| {
        let curve = Curve::new(&scan.header.windows[0], false);
        let (prediction, explanation) = (prediction.clone(), explanation.clone());
        Job::Save(Box::new(SaveJob {
            scan: scan.clone(),
            curve,
            prediction: *prediction,
            explanation: *explanation,
            opacity: 0.5,
            look: MapLook::default(),
            to: Phi::new(to),
        }))
    };
    let found = run(&mut client, 4, save(folder.join("overlay.png")));
    assert!(
        matches!(&found[..], [Event::Saved(_), Event::Done]),
        "{found:?}"
    );
    assert!(folder.join("overlay.png").is_file() && folder.join("overlay.json").is_file());
    let found = run(&mut client, 5, save(folder.join("missing/overlay.png")));
    assert!(
        matches!(&found[..], [Event::Failed(engine::Error::Disk(_))]),
        "{found:?}"
    );
}
