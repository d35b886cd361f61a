//! The window with real records: what is done in it stands in the store and in the log, once, and who may not is refused.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    lock::Reason,
    privacy::Phi,
    session::{DoorStage, Page},
    store::{Action, Entry, Filter, Outcome, Passphrase, Records, Role, Roles, Verdict},
};

use crate::{
    app::{press, wait, wait_for_title},
    command::scratch,
    lock::{kept_in, spoken, stage, time_to_lock, type_over, wait_for_records, window},
    store::{PASSPHRASE, create_in, phi, place, sign_in},
};

const OTHER: &str = "marble quince tundra 8 oboe";

pub(crate) fn enter(harness: &mut Harness<'static, App>, name: &str, passphrase: &str) {
    if stage(harness) == DoorStage::SignIn {
        type_over(harness, "Name", name);
    }
    type_over(harness, "Passphrase", passphrase);
    press(harness, Modifiers::NONE, Key::Enter);
    wait(harness, "the door to open", |it| {
        stage(it) == DoorStage::Open
    });
}

pub(crate) fn lock(harness: &mut Harness<'static, App>) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    time_to_lock(harness, Reason::Asked);
}

fn entries(records: &Records, action: Action) -> Vec<Entry> {
    let filter = Filter {
        action: Some(action),
        ..Filter::default()
    };
    records.log(&filter, 100).unwrap()
}

/// A store where Ada looks after everything and Vic has some roles.
fn with_vic(name: &str, roles: &[Role]) -> std::path::PathBuf {
    let folder = scratch(name);
    let (mut records, _recovery) = create_in(&folder);
    let roles: Roles = roles.iter().copied().collect();
    records
        .add_person(&phi("Vic"), &roles, &Passphrase::typed(OTHER))
        .unwrap();
    folder
}

fn window_of(folder: &Path, files: &[&str]) -> Harness<'static, App> {
    let mut harness = window(files, kept_in(folder));
    harness.run_steps(3);
    harness
}

#[test]
fn what_is_done_in_the_window_is_in_the_store_and_in_the_log_once() {
    let folder = scratch("door-once");
    drop(create_in(&folder));
    let mut harness = window_of(&folder, &["chest.dcm"]);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait_for_title(&mut harness, "open");
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    press(&mut harness, Modifiers::NONE, Key::A);
    // Once more takes it back, and then there is another word.
    press(&mut harness, Modifiers::NONE, Key::A);
    press(&mut harness, Modifiers::NONE, Key::D);
    lock(&mut harness);
    let records = wait_for_records(&folder);
    let opened = entries(&records, Action::CaseOpened);
    assert_eq!(opened.len(), 1);
    let item = opened[0].record.item.clone().unwrap();
    let found = records
        .search(&Phi::new("SYNTHETIC".to_owned()), 10)
        .unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].reference, item);
    assert!(found.rows[0].path.reveal().ends_with("chest.dcm"));
    let answers = records.answers(&item).unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].1.model, "chest-pneumonia-paediatric");
    let readings = records.readings(&answers[0].0).unwrap();
    let verdicts: Vec<Verdict> = readings.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts, [Verdict::Agree, Verdict::Disagree]);
    assert_eq!(readings[0].label, "pneumonia");
    let n_of = |action| entries(&records, action).len();
    assert_eq!(n_of(Action::Scored), 1);
    assert_eq!(n_of(Action::ReadingRecorded), 3, "one of them taken back");
    assert_eq!(n_of(Action::Locked), 1);
    let locked = entries(&records, Action::Locked);
    assert_eq!(locked[0].record.detail["reason"], Reason::Asked.code());
    drop(records);
    // The next sitting knows what was open lately, from the store.
    enter(&mut harness, "Ada", PASSPHRASE);
    let recent = &harness.state().state().settings.recent;
    assert_eq!(recent.len(), 1);
    assert!(harness.state().state().items.is_empty());
}

#[test]
fn a_viewer_sees_and_does_not_score_until_the_glass_is_broken() {
    let folder = with_vic("door-viewer", &[Role::Viewer]);
    let mut harness = window_of(&folder, &["chest.dcm"]);
    enter(&mut harness, "Vic", OTHER);
    wait_for_title(&mut harness, "open");
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert!(
        harness
            .state()
            .state()
            .center()
            .unwrap()
            .prediction()
            .is_none()
    );
    harness.get_by_label_contains("Your role does not allow this");
    press(&mut harness, Modifiers::COMMAND, Key::J);
    assert_eq!(harness.state().state().page, Page::Reading, "no log either");
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness
        .get_by_label("Search all actions")
        .type_text("glass");
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness
        .get_by_label("Reason")
        .type_text("stroke, nobody else is here");
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the glass", |it| {
        spoken(it).contains("You read as in an emergency")
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    lock(&mut harness);
    let records = wait_for_records(&folder);
    let refused = entries(&records, Action::AccessRefused);
    let rights: Vec<_> = refused
        .iter()
        .map(|it| &it.record.detail["right"])
        .collect();
    assert_eq!(rights, ["view_audit", "score"]);
    assert!(
        refused
            .iter()
            .all(|it| it.record.outcome == Outcome::MinorFailure)
    );
    let glass = entries(&records, Action::GlassBroken);
    assert_eq!(glass.len(), 1);
    assert_eq!(
        glass[0].record.detail["reason"],
        "stroke, nobody else is here"
    );
    assert_eq!(entries(&records, Action::Scored).len(), 1);
}

#[test]
fn locking_writes_what_waits() {
    let folder = scratch("door-queue");
    drop(create_in(&folder));
    let names: Vec<String> = (0..40).map(|it| format!("chest{it}.dcm")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut harness = window_of(&folder, &names);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait(&mut harness, "the files", |it| {
        it.state().state().items.len() == names.len()
    });
    lock(&mut harness);
    let records = wait_for_records(&folder);
    let told = spoken(&harness);
    assert_eq!(
        entries(&records, Action::CaseOpened).len(),
        names.len(),
        "{told}"
    );
    assert_eq!(entries(&records, Action::Locked).len(), 1);
}

#[test]
fn the_page_of_the_log_shows_filters_and_exports() {
    let folder = with_vic("door-log", &[Role::Auditor]);
    let mut harness = window_of(&folder, &[]);
    enter(&mut harness, "Vic", OTHER);
    press(&mut harness, Modifiers::COMMAND, Key::J);
    assert_eq!(harness.state().state().page, Page::Log);
    wait(&mut harness, "rows", |it| {
        !it.state().state().log.rows.is_empty()
    });
    let text = spoken(&harness);
    assert!(
        text.contains("Signed in, done") && text.contains("Records made, done"),
        "{text}"
    );
    // Newest first.
    let rows = &harness.state().state().log.rows;
    assert_eq!(rows[0].entry.record.action, Action::SignedIn);
    assert_eq!(rows[0].name, phi("Vic"));
    type_over(&mut harness, "Day, UTC", "1999-01-01");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "no rows", |it| {
        it.state().state().log.rows.is_empty()
    });
    harness.get_by_label("No record fits.");
    type_over(&mut harness, "Day, UTC", "last week");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    assert!(spoken(&harness).contains("This is no day"));
    harness.get_by_label("Day, UTC").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::A);
    press(&mut harness, Modifiers::NONE, Key::Backspace);
    let out = folder.join("log.xml");
    type_over(&mut harness, "Write to this file", out.to_str().unwrap());
    harness.get_by_label("Export").click();
    wait(&mut harness, "the file", |_| out.exists());
    let xml = std::fs::read_to_string(&out).unwrap();
    assert!(xml.contains("110114"), "{xml}");
    press(&mut harness, Modifiers::NONE, Key::Escape);
}

#[test]
fn the_printed_key_gives_a_new_passphrase() {
    let folder = scratch("door-key");
    let (records, recovery) = create_in(&folder);
    drop(records);
    let mut harness = window_of(&folder, &[]);
    harness
        .get_by_label("Forgot the passphrase? Use the recovery key")
        .click();
    harness.run_steps(3);
    type_over(&mut harness, "Name", "ada");
    type_over(&mut harness, "Recovery key", recovery.reveal());
    type_over(&mut harness, "Passphrase", OTHER);
    type_over(&mut harness, "Passphrase again", OTHER);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the door to open", |it| {
        stage(it) == DoorStage::Open
    });
    lock(&mut harness);
    let start = std::time::Instant::now();
    let opened = loop {
        match place(&folder).sign_in(&phi("Ada"), &Passphrase::typed(OTHER)) {
            Ok(records) => break records,
            Err(error) => assert!(start.elapsed().as_secs() < 2, "{error}"),
        }
    };
    assert_eq!(entries(&opened, Action::Recovered).len(), 1);
    drop(opened);
    assert!(sign_in(&folder).is_err(), "the old one opens nothing");
}

#[test]
fn an_older_copy_is_refused_until_an_administrator_accepts_it() {
    let folder = scratch("door-copy");
    drop(create_in(&folder));
    // The head of another time.
    let state = folder.join("state");
    for entry in std::fs::read_dir(&state).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let mut harness = window_of(&folder, &[]);
    type_over(&mut harness, "Name", "Ada");
    type_over(&mut harness, "Passphrase", PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "an answer", |it| {
        it.state().state().door.trouble.is_some()
    });
    harness.get_by_label_contains("These are not the records that were written last");
    type_over(&mut harness, "Passphrase", PASSPHRASE);
    harness.get_by_label("Accept this copy").click();
    wait(&mut harness, "the door to open", |it| {
        stage(it) == DoorStage::Open
    });
    lock(&mut harness);
    let records = wait_for_records(&folder);
    assert_eq!(entries(&records, Action::CopyAccepted).len(), 1);
    assert_eq!(entries(&records, Action::TamperingFound).len(), 1);
}
