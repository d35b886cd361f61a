//! Trouble that a window meets on a desk: files that go, workers that are killed, a disk that is full, an end in the middle of
//! work. It tells what it can, tears no file, and goes on.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use wardlight::settings::{Keep, Settings};

use crate::{
    command::scratch,
    train_command::with_little_room,
    window::{Display, Window, folder, wait},
};

/// The processes that a window has started: its decode workers.
fn workers(window: &Window) -> Vec<String> {
    let pid = window.pid().to_string();
    let found = Command::new("pgrep").args(["-P", &pid]).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    found.lines().map(str::to_owned).collect()
}

/// Environment of a window that keeps nothing, has a place for its second start, and finds no dialogs of a desktop.
fn envs<'a>(state: &'a Path, runtime: &'a Path, log: &'a Path) -> [(&'static str, &'a str); 5] {
    let settings = Settings {
        keep: Some(Keep::Nothing),
        ..Settings::default()
    };
    settings.save(&state.join("wardlight")).unwrap();
    [
        ("XDG_STATE_HOME", state.to_str().unwrap()),
        ("XDG_RUNTIME_DIR", runtime.to_str().unwrap()),
        ("WARDLIGHT_FRAME_LOG", log.to_str().unwrap()),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"),
        ("PATH", "/nonexistent"),
    ]
}

#[test]
fn neither_a_file_that_is_gone_nor_a_killed_worker_nor_a_full_disk_ends_the_window() {
    let Some(display) = Display::start() else {
        return;
    };
    let (files, out) = (scratch("trouble"), scratch("trouble-out"));
    let (state, runtime) = (folder("state-trouble"), scratch("trouble-run"));
    let log = files.join("frames.jsonl");
    let sample = wardlight::sample::write(&files).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardlight"));
    command.arg(&sample.dicom);
    let envs = envs(&state, &runtime, &log);
    // No file may grow beyond 256 KiB, as on a disk that is full.
    let mut command = with_little_room(&command, 256);
    command.env("WARDLIGHT_STORE", folder("no-store"));
    let room = display.spawn_as(&mut command, &envs);
    let window = display.shown(room);
    display.wait_for_title(&window, "open");

    // What is open is in memory.
    fs::remove_file(&sample.dicom).unwrap();
    display.key(&window, "space");
    display.wait_for_title(&window, "not scored");
    display.key(&window, "shift+space");
    for (width, height) in [(1280, 720), (900, 600), (1440, 900)] {
        display.resize(&window, width, height);
    }
    display.wait_for_title(&window, "scored and explained");

    // Another worker reads what comes after.
    for pid in workers(&window) {
        Command::new("kill").args(["-9", &pid]).status().unwrap();
    }
    let mut second = display.spawn(Path::new("."), &[&sample.png], &envs);
    assert!(second.wait_for_end().success());
    wait("the second scan", || {
        let told = fs::read_to_string(&log).unwrap();
        told.contains("\"n_scans\":2").then_some(())
    });

    // The view does not fit; what was begun is taken away, and the window says so.
    display.key(&window, "ctrl+shift+s");
    display.key(&window, "Return");
    display.type_text(&window, out.join("view.png").to_str().unwrap());
    display.key(&window, "Return");
    thread::sleep(Duration::from_secs(3));
    display.shoot("trouble-full-disk.png");
    let left: Vec<_> = fs::read_dir(&out).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    display.key(&window, "ctrl+g");
    display.wait_for_title(&window, "worklist");
}

#[test]
fn a_window_that_is_closed_while_models_answer_ends_at_once_and_well() {
    let Some(display) = Display::start() else {
        return;
    };
    let files = scratch("trouble-close");
    let (state, runtime) = (folder("state-trouble-close"), scratch("trouble-close-run"));
    let sample = wardlight::sample::write(&files).unwrap();
    let log = files.join("frames.jsonl");
    let mut window = display.open(
        &[&sample.dicom, &sample.note],
        &envs(&state, &runtime, &log),
    );
    display.wait_for_title(&window, "open");
    display.key(&window, "space");
    display.wait_for_title(&window, "not scored");
    let start = Instant::now();
    display.key(&window, "shift+space");
    display.key(&window, "ctrl+q");
    assert!(window.wait_for_end().success());
    println!("ended {:.1?} after it was asked to answer", start.elapsed());
}
