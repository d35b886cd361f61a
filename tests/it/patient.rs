//! The page of one patient: courses, notes and scans beside each other, and who may stand there.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    case::{
        Chart, Series, Variable,
        series::{Collector, SeriesFormat},
    },
    disk::Sha256,
    engine::Parts,
    import::{self, Opened},
    privacy::Phi,
    session::Kind,
};

use crate::{
    app::{press, wait, window_with},
    fake,
};

const CHINESE: &str = "主诉：咳嗽3天。\n现病史：患者无发热。\n家族史：父亲患冠心病。";

fn course(values: &[(&str, f64, f64)], patient: &str) -> Series {
    let mut collector = Collector::default();
    for (key, hours, value) in values {
        let variable = Variable::of_key(key).unwrap();
        collector.add(variable, *hours, *value, variable.unit());
    }
    let mut series = Series::new(
        Sha256::of(patient.as_bytes()),
        SeriesFormat::CsvLong,
        collector.finish(),
    );
    series.subject.patient_id = Phi::new(patient.to_owned());
    series
}

/// Files by their names.
fn open(path: &Path, cancel: &import::Cancel) -> Result<Opened, import::Error> {
    let values = [
        ("heart_rate", 0.2, 88.0),
        ("heart_rate", 1.2, 118.0),
        ("heart_rate", 1.4, 900.0),
        ("respiratory_rate", 0.5, 26.0),
        ("sodium", 0.5, 128.0),
    ];
    let chart = match path.to_str().unwrap() {
        "own.csv" => course(&values, "SYN-0001").into(),
        "other.csv" => course(&values, "SYN-0002").into(),
        "unnamed.csv" => course(&values, "").into(),
        "empty.csv" => course(&[("heart_rate", 1.0, 900.0)], "").into(),
        "two.json" => Chart {
            notes: vec![fake::note("No fever."), fake::note("Cough.")],
            ..Chart::default()
        },
        "zh.txt" => fake::note(CHINESE).into(),
        _ => return fake::open(path, cancel),
    };
    Ok(Opened::Chart(chart))
}

fn window(files: &[&str]) -> Harness<'static, App> {
    let parts = Parts {
        open: Box::new(open),
        ..fake::parts()
    };
    let mut harness = window_with([1440.0, 900.0], files, parts);
    let n = files.len();
    wait(&mut harness, "the files", |it| {
        let state = it.state().state();
        n <= state.items.len() && !state.is_opening() && !state.are_models_loading()
    });
    harness
}

#[test]
fn a_course_is_plotted_with_news2_and_without_a_model_the_page_says_so() {
    let mut harness = window(&["unnamed.csv"]);
    // Hour 2: pulse 118 gives 2, respiration 26 gives 3 (RCP 2017); the other five parts are missing.
    harness.get_by_label_contains("NEWS2 at hour 2: 5 to 19 points");
    harness.get_by_label_contains("Heart rate: 118 /min");
    harness.get_by_label_contains("Sodium: 128 mmol/L");
    harness.get_by_label_contains("Not measured: Temp");
    harness.get_by_label_contains("No model for series is installed: put a bundle");
    press(&mut harness, Modifiers::NONE, Key::Comma);
    harness.get_by_label_contains("NEWS2 at hour 1: 3 to 20 points");
    harness.get_by_label_contains("Heart rate: 88 /min");
}

#[test]
fn a_course_of_the_same_number_stands_under_the_scan_and_is_not_for_a_child() {
    let harness = window(&["chest.dcm", "own.csv"]);
    let state = harness.state().state();
    assert!(state.scan().is_some() && state.series().is_some());
    let refused =
        harness.get_all_by_label_contains("Not for this patient: the source is for 16 years");
    assert!(1 <= refused.count());
    harness.get_by_label_contains("no fusion model was trained on paired data");
}

#[test]
fn another_patient_needs_a_deliberate_word_and_it_can_be_undone() {
    let mut harness = window(&["chest.dcm", "other.csv"]);
    assert!(harness.state().state().series().is_none());
    harness.get_by_label_contains("another patient by its own words, patient number differs");
    press(&mut harness, Modifiers::NONE, Key::P);
    harness.get_by_label("Put on this page").click();
    harness.run_steps(3);
    assert!(
        harness.state().state().series().is_none(),
        "not without the tick"
    );
    harness
        .get_by_label_contains("I have compared both files")
        .click();
    harness.run_steps(3);
    harness.get_by_label("Put on this page").click();
    harness.run_steps(3);
    assert!(harness.state().state().series().is_some());
    press(&mut harness, Modifiers::SHIFT, Key::P);
    assert!(harness.state().state().series().is_none());
}

#[test]
fn all_notes_of_a_file_are_listed() {
    let harness = window(&["two.json"]);
    let state = harness.state().state();
    assert_eq!(state.items.len(), 2);
    assert_eq!(state.page_items().count(), 2);
}

#[test]
fn a_course_without_a_value_says_why() {
    let harness = window(&["empty.csv"]);
    harness.get_by_label("Nothing to plot");
    harness.get_by_label_contains("Heart rate 900 /min: plausible is");
}

#[test]
fn statuses_of_a_chinese_note_are_told_by_line_and_word() {
    let mut harness = window(&["zh.txt"]);
    wait(&mut harness, "the rules", |it| {
        it.query_by_label("negated 1").is_some()
    });
    harness.get_by_label("affirmed 1");
    harness.get_by_label("other person 1");
    press(&mut harness, Modifiers::NONE, Key::K);
    press(&mut harness, Modifiers::NONE, Key::K);
    press(&mut harness, Modifiers::NONE, Key::K);
    harness.get_by_label_contains("found that would identify the patient");
    let center = harness.state().state().on_page(Kind::Note);
    assert!(center.is_some());
}
