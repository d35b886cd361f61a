//! Scans side by side, turned and mirrored: which stands where, what goes together, and what a person is told of it.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    disk::Sha256,
    engine::{self, Parts},
    import::{Opened, Origin},
    privacy::Phi,
    session::{Command, Content, Layout, ScanItem, State},
    settings::Settings,
};

use crate::{
    app::{press, wait, window_with},
    fake,
    lock::spoken,
};

/// Scans whose names tell their date, `scan-2026-10-20.dcm`, and their patient, `other-…`.
fn parts() -> Parts {
    Parts {
        open: engine::one_by_one(|path, _| Ok(opened(path))),
        ..fake::parts()
    }
}

fn opened(path: &Path) -> Opened {
    let name = path.to_string_lossy().into_owned();
    let mut scan = fake::scan(if name.contains("stack") { 5 } else { 1 });
    scan.header.file_sha256 = Sha256::of(name.as_bytes());
    if name.contains("other") {
        scan.header.subject.patient_id = Phi::new("SYN-0002".to_owned());
    }
    let date = name.trim_end_matches(".dcm").split_once('-');
    scan.header.acquired = Phi::new(date.map(|it| it.1.to_owned()));
    Opened::Scan(scan)
}

fn window(files: &[&str]) -> Harness<'static, App> {
    let mut harness = window_with([1440.0, 900.0], files, parts());
    let n_files = files.len();
    wait(&mut harness, "the scans", |it| {
        it.state().state().items.len() == n_files
    });
    harness
}

fn state<'h>(harness: &'h Harness<'static, App>) -> &'h State {
    harness.state().state()
}

/// The dates that the viewports show, row by row.
fn shown(state: &State) -> Vec<String> {
    let date = |it: Option<_>| {
        let item = it.and_then(|it| state.item(it));
        match item.map(|it| &it.content) {
            Some(Content::Scan(it)) => it.scan.header.acquired.reveal().clone().unwrap_or_default(),
            _ => String::new(),
        }
    };
    state.viewports.shown().map(date).collect()
}

fn scans(state: &State) -> Vec<&ScanItem> {
    let items = state.items.iter();
    let scans = items.filter_map(|it| match &it.content {
        Content::Scan(scan) => Some(&**scan),
        _ => None,
    });
    scans.collect()
}

#[test]
fn the_scan_before_stands_beside_the_current_one() {
    let files = [
        "scan-2026-11-20.dcm",
        "scan-2025-01-05.dcm",
        "scan-2026-10-20.dcm",
        "other-2026-11-01.dcm",
    ];
    let mut harness = window(&files);
    for _ in 0..3 {
        press(&mut harness, Modifiers::COMMAND, Key::ArrowUp);
    }
    press(&mut harness, Modifiers::NONE, Key::B);
    assert_eq!(shown(state(&harness)), ["2026-11-20", "2026-10-20"]);
    // The current one stays the one that is scored.
    assert_eq!(state(&harness).viewports.active(), 0);
    // One without an earlier scan says so.
    press(&mut harness, Modifiers::NONE, Key::Q);
    press(&mut harness, Modifiers::NONE, Key::B);
    assert_eq!(shown(state(&harness)), ["2025-01-05", "2026-10-20"]);
    press(&mut harness, Modifiers::NONE, Key::Q);
    press(&mut harness, Modifiers::NONE, Key::B);
    assert!(spoken(&harness).contains("No earlier scan of this patient is open"));
}

#[test]
fn viewports_come_and_go_and_no_scan_stands_in_two() {
    let files = ["scan-2026-11-20.dcm", "scan-2026-10-20.dcm"];
    let mut harness = window(&files);
    let mut seen = Vec::new();
    for _ in 0..3 {
        press(&mut harness, Modifiers::NONE, Key::G);
        seen.push((
            state(&harness).viewports.layout,
            shown(state(&harness)).len(),
        ));
        let mut dates = shown(state(&harness));
        dates.retain(|it| !it.is_empty());
        let n = dates.len();
        dates.sort();
        dates.dedup();
        assert_eq!(dates.len(), n);
    }
    assert_eq!(
        seen,
        [(Layout::Two, 2), (Layout::Four, 4), (Layout::One, 1)]
    );
    press(&mut harness, Modifiers::NONE, Key::G);
    press(&mut harness, Modifiers::NONE, Key::G);
    // A vacant viewport can be chosen, and takes what is clicked next.
    let vacant = harness.get_all_by_label("Choose a scan in the list").next();
    vacant.unwrap().click();
    harness.run_steps(3);
    let active = state(&harness).viewports.active();
    assert_eq!(shown(state(&harness))[active], "");
    // Closing one empties its place.
    press(&mut harness, Modifiers::COMMAND, Key::W);
    let left = shown(state(&harness))
        .iter()
        .filter(|it| !it.is_empty())
        .count();
    assert_eq!((state(&harness).items.len(), left), (1, 1));
}

/// A session without a window.
fn session(names: &[&str]) -> State {
    let mut state = State::new(Settings::default());
    for name in names {
        let effects = state.apply(Command::Open(vec![name.into()]));
        let wardlight::session::Effect::Start(id, _) = &effects[0] else {
            panic!("opening starts a job");
        };
        let event = engine::Event::Opened {
            from: Origin::file(name.into()),
            opened: Box::new(opened(Path::new(name))),
        };
        state.on_event(*id, event);
        state.on_event(*id, engine::Event::Done);
    }
    state
}

#[test]
fn what_is_done_to_one_is_done_to_all_unless_they_are_apart() {
    use wardlight::session::Action;
    let mut state = session(&["stack-2026-10-20.dcm", "stack-2026-11-20.dcm"]);
    state.apply(Command::SetLayout(Layout::Two));
    let views = |state: &State| {
        let of = |it: &&ScanItem| (it.view.zoom, it.view.center, it.view.frame_idx);
        scans(state).iter().map(of).collect::<Vec<_>>()
    };
    state.apply(Command::Zoom {
        factor: 2.0,
        about: (0.25, 0.25),
    });
    state.apply(Command::Pan { x: 0.1, y: 0.0 });
    state.apply(Command::Act(Action::NextFrame));
    state.apply(Command::Act(Action::NextFrame));
    let both = views(&state);
    assert_eq!(both[0], both[1]);
    assert_eq!((both[0].0, both[0].2), (2.0, 2));
    state.apply(Command::Act(Action::AutoWindow));
    assert_eq!(scans(&state)[0].view.window, scans(&state)[1].view.window);
    // A frame ahead stays a frame ahead.
    state.apply(Command::Act(Action::LinkViewports));
    state.apply(Command::Act(Action::PreviousFrame));
    state.apply(Command::Act(Action::LinkViewports));
    state.apply(Command::Act(Action::NextFrame));
    assert_eq!(
        views(&state).iter().map(|it| it.2).collect::<Vec<_>>(),
        [3, 2]
    );
    // A scan of another unit keeps its window.
    let before = scans(&state)[0].view.window.clone();
    let mut other = session(&["scan-2026-10-20.dcm"]);
    other.apply(Command::SetLayout(Layout::Two));
    assert_eq!(shown(&other), ["2026-10-20", ""]);
    assert_eq!(scans(&state)[0].view.window, before);
}

#[test]
fn letters_and_words_tell_how_a_scan_was_turned() {
    use wardlight::session::Action;
    let mut harness = window(&["scan-2026-11-20.dcm"]);
    press(&mut harness, Modifiers::SHIFT, Key::R);
    press(&mut harness, Modifiers::NONE, Key::H);
    press(&mut harness, Modifiers::NONE, Key::I);
    let view = &scans(state(&harness))[0].view;
    assert!(view.is_changed() && view.turn.is_mirrored());
    let turn = view.turn;
    press(&mut harness, Modifiers::NONE, Key::H);
    press(&mut harness, Modifiers::SHIFT, Key::L);
    press(&mut harness, Modifiers::NONE, Key::I);
    assert!(!scans(state(&harness))[0].view.is_changed());
    press(&mut harness, Modifiers::SHIFT, Key::H);
    assert_ne!(scans(state(&harness))[0].view.turn, turn);
    press(&mut harness, Modifiers::NONE, Key::R);
    assert!(!scans(state(&harness))[0].view.is_changed());
    // A model reads what is stored: its question does not know of the turn.
    let mut state = session(&["scan-2026-11-20.dcm"]);
    let target = scans(&state)[0].target().subject();
    state.apply(Command::Act(Action::TurnRight));
    assert_eq!(scans(&state)[0].target().subject(), target);
}
