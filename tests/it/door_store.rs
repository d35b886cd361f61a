//! The window with real records: what is done in it stands in the store and in the log, once, and who may not is refused.

use std::path::Path;

use egui::{Event, Key, Modifiers, accesskit};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use serde_json::{Value, json};
use wardlight::{
    app::App,
    journal::Journal,
    lock::Reason,
    privacy::Phi,
    session::{DoorStage, Page},
    store::{
        Action, Entry, Filter, Outcome, Passphrase, REASON_CHARS, Reading, Records, Right, Role,
        Roles, Verdict,
    },
};

use crate::{
    app::{press, wait, wait_for_title, wait_until_ready},
    command::scratch,
    lock::{kept_in, spoken, stage, time_to_lock, type_over, wait_for_records, window},
    store::{PASSPHRASE, create_in, phi, place, sign_in},
    words::log_fields,
};

pub(crate) const OTHER: &str = "marble quince tundra 8 oboe";
const WHY: &str = "Why? (optional)";

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
pub(crate) fn with_vic(name: &str, roles: &[Role]) -> std::path::PathBuf {
    let folder = scratch(name);
    let (mut records, _recovery) = create_in(&folder);
    let roles: Roles = roles.iter().copied().collect();
    records
        .add_person(&phi("Vic"), &roles, &Passphrase::typed(OTHER))
        .unwrap();
    folder
}

pub(crate) fn window_of(folder: &Path, files: &[&str]) -> Harness<'static, App> {
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
    let thumbnail = records.thumbnail(&item).unwrap().unwrap();
    let thumbnail = image::load_from_memory(thumbnail.reveal()).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (96, 96));
    let answers = records.answers(&item).unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].1.model, "chest-pneumonia-paediatric");
    let readings = records.readings(&answers[0].0).unwrap();
    let verdicts: Vec<Verdict> = readings.iter().map(|it| it.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Agree, Verdict::Withdrawn, Verdict::Disagree]
    );
    let hold: Vec<bool> = readings.iter().map(|it| it.holds).collect();
    assert_eq!(hold, [false, false, true], "the first was taken back");
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

/// The window of Ada with a scored scan.
pub(crate) fn scored(folder: &Path) -> Harness<'static, App> {
    drop(create_in(folder));
    let safety = wardlight::app::Safety {
        journal: Journal::new(Some(folder.join("journal"))),
        ..kept_in(folder)
    };
    let mut harness = window(&["chest.dcm"], safety);
    enter_and_score(&mut harness);
    harness
}

/// Has Ada come in, and the scan that is opened then scored.
pub(crate) fn enter_and_score(harness: &mut Harness<'static, App>) {
    harness.run_steps(3);
    enter(harness, "Ada", PASSPHRASE);
    wait_for_title(harness, "open");
    wait_until_ready(harness, 1);
    press(harness, Modifiers::NONE, Key::Space);
    wait_for_title(harness, "scored and explained");
}

/// Pastes into the field for the reason.
fn paste_reason(harness: &mut Harness<'static, App>, text: &str) {
    harness.get_by_label(WHY).focus();
    harness.run_steps(2);
    harness.event(Event::Paste(text.to_owned()));
    harness.run_steps(3);
}

pub(crate) fn item_of(records: &Records) -> String {
    let opened = entries(records, Action::CaseOpened);
    opened[0].record.item.clone().unwrap()
}

fn readings_of(records: &Records) -> Vec<Reading> {
    let answers = records.answers(&item_of(records)).unwrap();
    records.readings(&answers[0].0).unwrap()
}

#[test]
fn a_reason_is_kept_once_with_its_word_and_nowhere_else() {
    let folder = scratch("door-reason");
    let mut harness = scored(&folder);
    assert!(!spoken(&harness).contains(WHY), "there is no word yet");
    press(&mut harness, Modifiers::NONE, Key::A);
    for part in ["陈旧", "灶 ", "QZREASON"] {
        type_into(&mut harness, part);
    }
    press(&mut harness, Modifiers::NONE, Key::Enter);
    // Left once more without a change: nothing is said twice.
    harness.get_by_label(WHY).focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    press(&mut harness, Modifiers::NONE, Key::A);
    assert!(!spoken(&harness).contains(WHY), "the word was taken back");
    press(&mut harness, Modifiers::NONE, Key::D);
    // Locking keeps what is being typed.
    paste_reason(&mut harness, " one\nline\u{0}two\u{1b}[31m QZREASON ");
    lock(&mut harness);
    assert!(!spoken(&harness).contains("QZREASON"));
    let records = wait_for_records(&folder);
    let readings = readings_of(&records);
    let found: Vec<_> = readings
        .iter()
        .map(|it| (it.verdict, it.reason.reveal().as_str(), it.holds))
        .collect();
    assert_eq!(
        found,
        [
            (Verdict::Agree, "", false),
            (Verdict::Agree, "陈旧灶 QZREASON", false),
            (Verdict::Withdrawn, "", false),
            (Verdict::Disagree, "", false),
            (Verdict::Disagree, "one line two [31m QZREASON", true),
        ]
    );
    // The log tells that there are reasons, in none of its forms which.
    let recorded = entries(&records, Action::ReadingRecorded);
    let told: Vec<_> = recorded
        .iter()
        .map(|it| it.record.detail.to_string())
        .collect();
    assert_eq!(
        told.iter().filter(|it| it.contains("has_reason")).count(),
        2
    );
    let log = records.log(&Filter::default(), 1000).unwrap();
    let fhir = records.export_log_fhir(&Filter::default()).unwrap();
    let dicom = records.export_log_dicom(&Filter::default()).unwrap();
    let journal = std::fs::read_to_string(Journal::file(&folder.join("journal"))).unwrap();
    assert!(journal.contains("asked"), "{journal}");
    for text in [
        format!("{log:?}"),
        String::from_utf8(fhir).unwrap(),
        String::from_utf8(dicom).unwrap(),
        journal,
    ] {
        assert!(
            !text.contains("QZREASON") && !text.contains("陈旧"),
            "{text}"
        );
    }
    // Who asks for the whole record of the patient gets the words with their reasons, and what holds.
    let out = folder.join("out");
    let patient = records.patient_of(&item_of(&records)).unwrap();
    records.export_patient(&patient, &out).unwrap();
    let record = std::fs::read_to_string(out.join("record.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    let of = |name: &str| -> Vec<Value> {
        let readings = record["readings"].as_array().unwrap();
        readings.iter().map(|it| it[name].clone()).collect()
    };
    assert_eq!(
        of("verdict"),
        ["agree", "agree", "withdrawn", "disagree", "disagree"]
    );
    assert_eq!(of("reason")[1], "陈旧灶 QZREASON");
    assert_eq!(of("holds"), [false, false, false, false, true]);
}

fn type_into(harness: &mut Harness<'static, App>, text: &str) {
    harness.get_by_label(WHY).focus();
    harness.run_steps(2);
    harness.get_by_label(WHY).type_text(text);
    harness.run_steps(3);
}

#[test]
fn a_reason_that_is_too_long_ends_where_the_words_say() {
    let folder = scratch("door-long-reason");
    let mut harness = scored(&folder);
    press(&mut harness, Modifiers::NONE, Key::U);
    paste_reason(&mut harness, &"肺".repeat(5 * REASON_CHARS / 2));
    harness.get_by_label_contains("A reason holds at most 2,000 characters");
    // Closing the file leaves the field as well.
    press(&mut harness, Modifiers::COMMAND, Key::W);
    assert!(harness.state().state().items.is_empty());
    lock(&mut harness);
    let records = wait_for_records(&folder);
    let readings = readings_of(&records);
    assert_eq!(readings.len(), 2);
    assert_eq!(*readings[1].reason.reveal(), "肺".repeat(REASON_CHARS));
    assert_eq!(
        (readings[1].verdict, readings[1].holds),
        (Verdict::Unsure, true)
    );
}

/// Rows of the page of the log, as they are spoken, newest first.
fn rows(harness: &Harness<'static, App>) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    let rows = nodes.filter(|it| it.accesskit_node().role() == accesskit::Role::Row);
    rows.filter_map(|it| it.accesskit_node().label()).collect()
}

/// Writes every field that the program writes, and every code that stands in its sources or in one of its closed lists;
/// gives them as the page must not show them.
fn note_everything(records: &Records) -> Vec<String> {
    let note = |action, detail: Value| records.note(action, Outcome::Success, detail).unwrap();
    let fields = log_fields();
    let all: serde_json::Map<String, Value> =
        fields.keys().map(|name| (name.clone(), json!(1))).collect();
    note(Action::StoreChecked, Value::Object(all));
    let mut raw: Vec<String> = fields.keys().map(|it| format!("{it}：")).collect();
    let mut code = |action, name: &str, code: &str| {
        note(action, json!({ name: code }));
        raw.push(format!("：{code}"));
    };
    for (name, codes) in &fields {
        for it in codes {
            code(Action::Exported, name, it);
        }
    }
    for right in Right::ALL {
        let name = serde_json::to_value(right).unwrap();
        code(Action::AccessRefused, "right", name.as_str().unwrap());
    }
    for verdict in Verdict::ALL {
        code(Action::ReadingRecorded, "verdict", verdict.name());
    }
    for reason in Reason::ALL {
        code(Action::Locked, "reason", reason.code());
    }
    for found in ["audit log", "key file", "store"] {
        code(Action::TamperingFound, "found", found);
    }
    note(Action::Searched, json!({ "has_more": false, "n_found": 0 }));
    note(Action::ThresholdChanged, json!({ "site": null }));
    // What a person typed is no code, and what another version wrote has no words.
    note(Action::GlassBroken, json!({ "reason": "asked" }));
    note(
        Action::Exported,
        json!({ "of_another_time": "as_it_stands" }),
    );
    raw
}

#[test]
fn the_page_of_the_log_speaks_chinese_to_the_last_code() {
    let folder = scratch("door-chinese");
    let (records, _recovery) = create_in(&folder);
    let raw = note_everything(&records);
    drop(records);
    let mut harness = window_of(&folder, &[]);
    enter(&mut harness, "Ada", PASSPHRASE);
    harness.get_by_label("Settings").click();
    harness.run_steps(3);
    harness.get_by_label("中文").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::J);
    harness.set_size(egui::vec2(1440.0, 3200.0));
    wait(&mut harness, "rows", |it| {
        !it.state().state().log.rows.is_empty()
    });
    harness.run_steps(3);
    let rows = rows(&harness);
    assert_eq!(rows.len(), harness.state().state().log.rows.len());
    let text = rows.join("\n");
    for it in &raw {
        let row = rows.iter().find(|row| row.contains(it));
        let is_typed = it == "：asked";
        assert!(is_typed || row.is_none(), "{it} has no words: {row:?}");
    }
    for said in [
        "权限：打开病例",
        "意见：撤回意见",
        "原因：无人使用窗口",
        "原因：主动锁定",
        "发现：审计日志不是最后写入的",
        "还有更多：否",
        "站点：无",
        "原因：asked",
        "of_another_time：as_it_stands",
    ] {
        assert!(text.contains(said), "{said} is not said:\n{text}");
    }
    wait(&mut harness, "the models", |it| {
        spoken(it).contains("个模型就绪")
    });
    let page = spoken(&harness);
    for said in [
        "返回阅片",
        "仅供研究使用，不用于诊断",
        "离线 · 无遥测",
        "解码进程：完全隔离",
    ] {
        assert!(page.contains(said), "{said} is not said:\n{page}");
    }
    type_over(&mut harness, "日期（UTC）", "last week");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("这不是日期");
    // A notice of its pages, and its buttons.
    let text = spoken(&harness);
    assert!(
        !text.contains("This is no day") && text.contains("原因"),
        "{text}"
    );
}

#[test]
fn a_refusal_is_told_in_the_language_of_the_window() {
    let folder = with_vic("door-refusal", &[Role::Viewer]);
    let mut harness = window_of(&folder, &[]);
    harness.get_by_label("中文").click();
    harness.run_steps(3);
    type_over(&mut harness, "姓名", "Vic");
    type_over(&mut harness, "口令", OTHER);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the door to open", |it| {
        stage(it) == DoorStage::Open
    });
    press(&mut harness, Modifiers::COMMAND, Key::J);
    harness.get_by_label("您的角色无权这样做");
    harness.get_by_label("关闭").click();
    harness.run_steps(3);
    assert!(harness.state().state().notices.is_empty());
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
fn a_viewer_takes_no_view_out_and_the_log_says_so() {
    let folder = with_vic("door-view", &[Role::Viewer]);
    let mut harness = window_of(&folder, &["chest.dcm"]);
    enter(&mut harness, "Vic", OTHER);
    wait_for_title(&mut harness, "open");
    for (modifiers, key) in [
        (Modifiers::COMMAND, Key::C),
        (Modifiers::COMMAND, Key::P),
        (Modifiers::COMMAND | Modifiers::SHIFT, Key::S),
    ] {
        press(&mut harness, modifiers, key);
        assert_eq!(harness.state().state().sheet, None);
    }
    harness.get_by_label_contains("Your role does not allow this");
    lock(&mut harness);
    let records = wait_for_records(&folder);
    let refused = entries(&records, Action::AccessRefused);
    assert_eq!(refused.len(), 3);
    let is_export = |it: &Entry| it.record.detail["right"] == "export";
    assert!(refused.iter().all(is_export));
    assert!(entries(&records, Action::Exported).is_empty());
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
