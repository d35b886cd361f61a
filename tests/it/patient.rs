//! The page of one patient: courses, notes and scans beside each other, and who may stand there.

use std::path::Path;

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    case::{
        Chart, Series, Variable,
        series::{Collector, SeriesFormat},
    },
    disk::Sha256,
    engine::{self, Parts},
    import::{self, Opened},
    model::Bundle,
    nn::{self, Options},
    privacy::Phi,
    score::Loaded,
    session::{Command, Kind, early_warnings, refusal},
    warnings::Warnings,
    words::{Language, Words},
};

use crate::{
    app::{press, wait, wait_until_ready, window_with},
    fake,
};

const CHINESE: &str = "主诉：咳嗽3天。\n现病史：患者无发热。\n家族史：父亲患冠心病。";
const TALK: &str = "Doctor: Are you allergic to anything?\nPatient: Yes, to penicillin. I get a rash.\n\
                    Doctor: Do you have chest pain?\nPatient: No.";

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
pub(crate) fn open(path: &Path, cancel: &import::Cancel) -> Result<Opened, import::Error> {
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
        "talk.txt" => fake::note(TALK).into(),
        _ => return fake::open(path, cancel),
    };
    Ok(Opened::Chart(chart))
}

fn window(files: &[&str]) -> Harness<'static, App> {
    window_of(files, fake::parts())
}

fn window_of(files: &[&str], parts: Parts) -> Harness<'static, App> {
    let parts = Parts {
        open: engine::one_by_one(open),
        ..parts
    };
    let mut harness = window_with([1440.0, 900.0], files, parts);
    wait_until_ready(&mut harness, files.len());
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
    harness.get_by_label_contains("NEWS2 at hour 1: 3 to 17 points");
    harness.get_by_label_contains("Heart rate: 88 /min");
}

/// The bundle of intensive care as it ships, on the worker of the window.
#[test]
fn the_shipped_model_answers_a_course_hour_by_hour_and_shows_what_speaks_for_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/icu-mortality");
    let load = |folder: &Path| {
        Ok(Loaded {
            model: nn::load(
                Bundle::open(folder)?,
                Options::default(),
                &Warnings::default(),
            )?,
            tokenizer: None,
            layout: None,
            warnings: Vec::new(),
        })
    };
    let parts = Parts {
        load: Box::new(load),
        model_folders: vec![folder],
        ..fake::parts()
    };
    let mut harness = window_of(&["unnamed.csv"], parts);
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait(&mut harness, "the running answer and the influence", |it| {
        let state = it.state().state();
        let reading = state.series().map(|(_, it)| &it.reading);
        reading.is_some_and(|it| it.running.ready().is_some() && it.explanation.ready().is_some())
    });
    let reading = &harness.state().state().series().unwrap().1.reading;
    let last = reading.running.ready().unwrap().answers.last().unwrap();
    let whole = &reading.prediction.ready().unwrap().scores[0];
    assert!((last.probability - whole.probability).abs() < 1e-5);
    harness.get_by_label_contains("In-hospital death at hour 2:");
    let explanation = reading.explanation.ready().unwrap();
    let rows = &explanation.course.as_ref().unwrap().rows;
    assert!(rows.iter().any(|it| it.variable == "heart_rate"));
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

#[test]
fn a_talk_is_told_by_section_and_answers_in_its_own_words() {
    let mut harness = window(&["talk.txt"]);
    wait(&mut harness, "the history", |it| {
        it.query_by_label_contains("turn 4").is_some()
    });
    harness.get_by_label("Allergies");
    // A bare "no" is of what was asked.
    harness.get_by_label_contains("chest pain negated");
    // A line of the history leads to its turn.
    harness
        .get_by_label("Show in the note: Yes, to penicillin. I get a rash.")
        .click();
    harness.run_steps(3);

    let ask = |harness: &mut Harness<'static, App>, question: &str| {
        let field = |it: &Harness<'static, App>| {
            it.get_by_role_and_label(Role::TextInput, "Ask this note")
                .click();
        };
        field(harness);
        harness.run_steps(2);
        press(harness, Modifiers::COMMAND, Key::A);
        harness
            .get_by_role_and_label(Role::TextInput, "Ask this note")
            .type_text(question);
        harness.run_steps(2);
        press(harness, Modifiers::NONE, Key::Enter);
    };
    ask(&mut harness, "Does she have a rash?");
    wait(&mut harness, "the answer", |it| {
        it.query_by_label("Show in the note: rash").is_some()
    });
    harness.get_by_label("Yes");
    ask(&mut harness, "What is her blood pressure?");
    wait(&mut harness, "that there is none", |it| {
        it.query_by_label("The note does not say.").is_some()
    });
    assert!(harness.query_by_label("Show in the note: rash").is_none());
    // What was asked is not printed with the state.
    let command = Command::AskNote(
        harness.state().state().items[0].id,
        Phi::new("rash?".into()),
    );
    assert!(!format!("{command:?}").contains("rash"));
}

/// By the chart of RCP 2017: RR 25 is 3, SpO2 91 is 3, oxygen 2, SBP 100 is 2, pulse 111 is 2, confusion 3, 38.5 is 1.
#[test]
fn a_full_set_is_scored_as_the_chart_has_it_and_known_for_twelve_hours() {
    let found = early_warnings(&course(
        &[
            ("respiratory_rate", 0.0, 25.0),
            ("spo2", 0.0, 91.0),
            ("fio2", 0.0, 0.4),
            ("systolic_pressure", 0.0, 100.0),
            ("heart_rate", 0.0, 111.0),
            ("gcs", 0.0, 14.0),
            ("temperature", 0.0, 38.5),
            ("sodium", 13.0, 140.0),
        ],
        "",
    ));
    let total = |hour: i64| {
        let at = found.iter().find(|it| it.hour == hour)?;
        Some((at.total.least, at.total.greatest, at.missing.len()))
    };
    assert_eq!(total(0), Some((16.0, 16.0, 0)));
    assert_eq!(total(12), Some((16.0, 16.0, 0)));
    assert_eq!(total(13), None, "nothing is known any more");
}

#[test]
fn what_is_missing_is_named_and_leaves_a_range() {
    let found = early_warnings(&course(
        &[("heart_rate", 0.5, 80.0), ("gcs", 0.5, 15.0)],
        "",
    ));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].hour, found[0].total.least), (1, 0.0));
    assert!(
        found[0].missing.contains(&"spo2_percent"),
        "{:?}",
        found[0].missing
    );
    assert!(7.0 < found[0].total.greatest && 3 < found[0].says.len());
}

#[test]
fn the_last_of_cuff_and_line_counts() {
    let found = early_warnings(&course(
        &[
            ("systolic_pressure", 0.0, 85.0),
            ("systolic_pressure_arterial", 1.0, 120.0),
        ],
        "",
    ));
    assert_eq!(found[0].total.least, 3.0);
    assert_eq!(found[1].total.least, 0.0);
}

#[test]
fn children_are_refused_by_the_card_itself() {
    let words = Words::new(Language::English);
    let said = refusal(&words, Some(4.0)).unwrap();
    assert!(said.ends_with("the source is for 16 years and older, found 4 years"));
    assert_eq!(refusal(&words, Some(61.0)), None);
    assert_eq!(refusal(&words, None), None);
}
