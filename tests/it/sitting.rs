//! What was open is offered again: to the same person, by one action, and out of the records alone.

use std::{path::Path, thread, time::Duration};

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    session::{Layout, SITTING},
    store::{Passphrase, Role, Roles},
};

use crate::{
    about::start,
    app::{press, wait},
    command::scratch,
    door_store::{OTHER, enter, lock},
    lock::spoken,
    store::{PASSPHRASE, create_in, phi, sign_in},
    store_tamper::copy,
};

const AGAIN: &str = "Open again what was open";

fn wait_for_two(harness: &mut Harness<'static, App>) {
    wait(harness, "two files", |it| {
        let state = it.state().state();
        state.items.len() == 2 && !state.is_opening() && !state.are_models_loading()
    });
    harness.run_steps(3);
}

/// Whether the frame that was left is in the middle, in the layout that was left.
fn is_as_left(harness: &Harness<'static, App>) -> bool {
    let state = harness.state().state();
    let frame = state.scan().map(|(_, it)| it.view.frame_idx);
    frame == Some(2) && state.viewports.layout == Layout::Two
}

/// Signs in as somebody and tells whether the last sitting is offered.
fn is_offered(harness: &mut Harness<'static, App>, name: &str, passphrase: &str) -> bool {
    enter(harness, name, passphrase);
    harness.run_steps(3);
    let state = harness.state().state();
    assert!(state.items.is_empty(), "nothing opens by itself");
    harness.query_by_label(AGAIN).is_some()
}

#[test]
fn what_was_open_is_offered_to_the_same_person_and_opened_by_one_action() {
    let folder = scratch("sitting");
    let (mut records, _recovery) = create_in(&folder);
    let roles: Roles = [Role::Reader].into_iter().collect();
    records
        .add_person(&phi("Vic"), &roles, &Passphrase::typed(OTHER))
        .unwrap();
    drop(records);
    let mut harness = start(&folder, &["stack.dcm", "note.txt"]);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait_for_two(&mut harness);
    for key in [Key::PageDown, Key::PageDown, Key::G] {
        press(&mut harness, Modifiers::NONE, key);
    }
    assert!(is_as_left(&harness));
    lock(&mut harness);
    assert!(!spoken(&harness).contains(AGAIN));
    assert!(is_offered(&mut harness, "Ada", PASSPHRASE));
    // The window closes; what was offered and not taken up stays.
    drop(harness);
    let mut harness = start(&folder, &[]);
    assert!(!is_offered(&mut harness, "Vic", OTHER), "it is Ada's");
    drop(harness);
    let mut harness = start(&folder, &[]);
    assert!(is_offered(&mut harness, "Ada", PASSPHRASE));
    harness.get_by_label(AGAIN).click();
    wait_for_two(&mut harness);
    assert!(is_as_left(&harness));
    drop(harness);
    let settings = std::fs::read_to_string(folder.join("settings/window.json")).unwrap();
    for name in ["stack.dcm", "note.txt"] {
        assert!(!settings.contains(name), "{name} is in {settings}");
    }
}

#[test]
fn after_a_crash_what_was_open_is_offered_as_well() {
    let folder = scratch("sitting-crash");
    let crashed = scratch("sitting-crashed");
    drop(create_in(&folder));
    let mut harness = start(&folder, &["stack.dcm", "note.txt"]);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait_for_two(&mut harness);
    // The disk as a crash leaves it: nothing was closed, and a thread of its own writes.
    let is_written = || {
        copy(&folder, &crashed);
        sign_in(&crashed).is_ok_and(|it| it.setting(SITTING).is_ok_and(|it| it.is_some()))
    };
    for _ in 0..100 {
        harness.step();
        thread::sleep(Duration::from_millis(20));
        if is_written() {
            break;
        }
    }
    let mut after = start(&crashed, &[]);
    assert!(is_offered(&mut after, "Ada", PASSPHRASE));
    press(&mut after, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    wait_for_two(&mut after);
}

#[test]
fn what_was_closed_by_its_reader_is_not_offered() {
    let folder = scratch("sitting-closed");
    drop(create_in(&folder));
    let mut harness = start(&folder, &["note.txt"]);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait(&mut harness, "the note", |it| {
        !it.state().state().items.is_empty()
    });
    press(&mut harness, Modifiers::COMMAND, Key::W);
    assert!(harness.state().state().items.is_empty());
    lock(&mut harness);
    assert!(!is_offered(&mut harness, "Ada", PASSPHRASE));
}

#[test]
fn without_records_nothing_of_what_was_open_is_kept() {
    let folder = scratch("sitting-none");
    let mut harness = start(&folder, &["stack.dcm", "note.txt"]);
    harness.get_by_label("Keep nothing").click();
    wait_for_two(&mut harness);
    drop(harness);
    let mut found = Vec::new();
    read_all(&folder, &mut found);
    let text = String::from_utf8_lossy(&found);
    assert!(text.contains("\"keep\""), "the settings are there");
    for name in ["stack.dcm", "note.txt"] {
        assert!(!text.contains(name), "{name} is on the disk");
    }
    let mut harness = start(&folder, &[]);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    harness.get_by_label("Nothing was open the last time");
}

fn read_all(folder: &Path, found: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, found);
        } else {
            found.extend(std::fs::read(path).unwrap());
        }
    }
}
