//! The worklist in the window: by its keys, by what a screen reader says, with a hundred thousand rows, and in Chinese.

use std::path::PathBuf;

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use wardlight::{
    app::{App, Options},
    case::worklist::{Finding, Outcome, Row, uncertainty},
    engine::Parts,
    import::{Found, Origin},
    privacy::Phi,
    session::{Page, Source},
    settings::Settings,
    words::Language,
};

use crate::{
    app::{built, options, press, wait, window_with},
    command::scratch,
    door_store::scored,
    fake,
    lock::{spoken, type_over},
};

/// Answers to files, the later the less suspicious, and one refusal after each thousand.
fn rows(n: usize) -> Vec<Row> {
    let of = |number: usize| {
        let probability = 1.0 - number as f32 / n as f32;
        let row = Row {
            patient: Phi::new(format!("SYNTHETIC {number}")),
            file: Phi::new(PathBuf::from(format!("scan{number:06}.dcm"))),
            since_ms: Some(0),
            ..Row::default()
        };
        if number % 1_000 == 999 {
            let outcome = Outcome::Refused("it is no chest".to_owned());
            return Row { outcome, ..row };
        }
        Row {
            finding: Some(Finding {
                label: "pneumonia".to_owned(),
                probability,
                threshold: Some(0.4),
            }),
            uncertainty: Some(uncertainty(probability, None)),
            outcome: Outcome::InScope,
            ..row
        }
    };
    (0..n).map(of).collect()
}

/// Files of `fake`, and a report with so many rows.
fn parts(n: usize) -> Parts {
    let mut others = fake::parts().open;
    Parts {
        open: Box::new(move |paths, cancel, each| match &paths[0] {
            path if path.ends_with("report.json") => {
                let from = Origin::file(path.clone());
                let rows = rows(n);
                // Whoever broke off knows it.
                let _is_broken_off = each(Found::Listed { from, rows });
            }
            _ => others(paths, cancel, each),
        }),
        ..fake::parts()
    }
}

fn listed(n: usize) -> Harness<'static, App> {
    let mut harness = window_with([1440.0, 900.0], &["report.json"], parts(n));
    wait(&mut harness, "the rows", |it| {
        let state = it.state().state();
        state.worklist.of(Source::Scored).rows().len() == n && !state.is_opening()
    });
    harness.run_steps(3);
    harness
}

/// The rows of the table, as they are spoken.
fn spoken_rows(harness: &Harness<'static, App>) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    let rows = nodes.filter(|it| it.accesskit_node().role() == Role::Row);
    rows.filter_map(|it| it.accesskit_node().label()).collect()
}

fn place(harness: &Harness<'static, App>) -> Option<usize> {
    harness.state().state().worklist.list().place()
}

#[test]
fn of_a_hundred_thousand_rows_only_those_that_are_seen_are_laid_out() {
    let mut harness = listed(100_000);
    let bound = 900 / 28 + 2;
    let rows = spoken_rows(&harness);
    assert!(10 < rows.len() && rows.len() <= bound, "{}", rows.len());
    assert!(rows[0].contains("Refused: it is no chest"), "{}", rows[0]);
    harness.get_by_label("Refused \u{B7} 100");
    harness.get_by_label_contains("100 of all without an answer");
    press(&mut harness, Modifiers::NONE, Key::End);
    let rows = spoken_rows(&harness);
    assert!(10 < rows.len() && rows.len() <= bound, "{}", rows.len());
    assert!(rows.iter().any(|it| it.contains("SYNTHETIC 99998")));
    assert_eq!(place(&harness), Some(99_999));
    press(&mut harness, Modifiers::NONE, Key::PageUp);
    let page = 99_999 - place(&harness).unwrap();
    assert!(10 < page && page < bound, "{page}");
    press(&mut harness, Modifiers::NONE, Key::Home);
    assert_eq!(place(&harness), Some(0));
    assert!(spoken_rows(&harness)[0].contains("Refused"));
}

#[test]
fn a_head_sorts_and_what_is_looked_for_is_counted() {
    let mut harness = listed(3_000);
    let head = |harness: &mut Harness<'static, App>, name: &str| {
        harness
            .get_by_role_and_label(Role::ColumnHeader, name)
            .click();
        harness.run_steps(3);
    };
    head(&mut harness, "Patient");
    assert!(spoken_rows(&harness)[0].starts_with("SYNTHETIC 0,"));
    head(&mut harness, "Patient, small first");
    assert!(spoken_rows(&harness)[0].starts_with("SYNTHETIC 999,"));
    head(&mut harness, "Patient, great first");
    harness.get_by_role_and_label(Role::ColumnHeader, "Patient");
    harness.get_by_label("Refused \u{B7} 3").click();
    harness.run_steps(3);
    assert_eq!(spoken_rows(&harness).len(), 3);
    harness.get_by_label_contains("3 of 3");
    harness.get_by_label_contains("All \u{B7} 3").click();
    harness.run_steps(3);
    type_over(&mut harness, "Search", "synthetic 2998");
    assert_eq!(spoken_rows(&harness).len(), 1);
    harness.get_by_label_contains("1 of 3");
}

#[test]
fn enter_opens_a_row_and_one_key_leads_back_to_its_place() {
    let mut harness = listed(500);
    for _ in 0..3 {
        press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    }
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(place(&harness), Some(2));
    let chosen = spoken_rows(&harness)[2].clone();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the file", |it| {
        it.state().state().page == Page::Reading && it.state().state().scan().is_some()
    });
    press(&mut harness, Modifiers::COMMAND, Key::G);
    assert_eq!(harness.state().state().page, Page::Worklist);
    assert_eq!(place(&harness), Some(2));
    assert_eq!(spoken_rows(&harness)[2], chosen);
    // The next unread one, on the list and from the reader.
    press(&mut harness, Modifiers::SHIFT, Key::N);
    assert_eq!(place(&harness), Some(3));
    press(&mut harness, Modifiers::COMMAND, Key::G);
    press(&mut harness, Modifiers::SHIFT, Key::N);
    wait(&mut harness, "another file", |it| {
        it.state().state().items.len() == 2
    });
    assert_eq!(place(&harness), Some(4));
    assert_eq!(harness.state().state().page, Page::Reading);
}

#[test]
fn a_click_chooses_a_row_and_what_is_open_has_rows_too() {
    let mut harness = window_with([1440.0, 900.0], &["chest.dcm", "note.txt"], parts(1));
    wait(&mut harness, "two files", |it| {
        it.state().state().items.len() == 2
    });
    press(&mut harness, Modifiers::COMMAND, Key::G);
    let rows = spoken_rows(&harness);
    assert_eq!(rows.len(), 2);
    assert!(
        rows[0].contains("SYNTHETIC SAMPLE, CR, chest.dcm, Not scored"),
        "{rows:?}"
    );
    harness.get_by_label(&rows[1]).click();
    harness.run_steps(3);
    assert_eq!(place(&harness), Some(1));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let state = harness.state().state();
    assert_eq!(state.center, Some(state.items[1].id));
}

#[test]
fn the_list_is_written_to_a_file_that_is_typed() {
    let folder = scratch("worklist-file");
    let file = folder.join("list.csv");
    let mut harness = listed(40);
    let field = file.to_string_lossy().into_owned();
    let typed = |it: &Harness<'static, App>| it.state().state().worklist.out.clone();
    harness
        .get_by_role_and_label(Role::TextInput, "Write this list to")
        .focus();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, "Write this list to")
        .type_text(&field);
    harness.run_steps(3);
    assert_eq!(typed(&harness), field);
    harness.get_by_label("Write CSV").click();
    harness.run_steps(3);
    wait(&mut harness, "the file", |it| {
        !it.state().state().notices.is_empty()
    });
    harness.get_by_label("The worklist is written");
    let mut reader = csv::Reader::from_path(&file).unwrap();
    assert_eq!(reader.records().map(Result::unwrap).count(), 40);
}

#[test]
fn the_records_list_what_was_read_and_open_it_again() {
    let folder = scratch("worklist-records");
    let mut harness = scored(&folder);
    press(&mut harness, Modifiers::NONE, Key::A);
    press(&mut harness, Modifiers::COMMAND, Key::W);
    press(&mut harness, Modifiers::COMMAND, Key::G);
    harness.get_by_label("Records").click();
    harness.run_steps(3);
    wait(&mut harness, "the records", |it| {
        it.state().state().worklist.of(Source::Kept).rows().len() == 1
    });
    harness.run_steps(3);
    let rows = spoken_rows(&harness);
    assert!(
        rows[0].contains("SYNTHETIC SAMPLE") && rows[0].contains("you agree"),
        "{rows:?}"
    );
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait(&mut harness, "the file", |it| {
        it.state().state().scan().is_some()
    });
}

#[test]
fn the_page_is_chinese_where_the_window_is() {
    let folder = scratch("worklist-chinese").join("settings");
    let settings = Settings {
        language: Some(Language::Chinese),
        ..Settings::default()
    };
    settings.save(&folder).unwrap();
    let options = Options {
        settings_folder: Some(folder),
        ..options(vec!["report.json".into()], parts(1_000))
    };
    let mut harness = built([1440.0, 900.0], options);
    wait(&mut harness, "the rows", |it| {
        it.state().state().worklist.of(Source::Scored).rows().len() == 1_000
    });
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::ColumnHeader, "可疑度");
    assert!(spoken_rows(&harness)[0].contains("已拒绝：it is no chest"));
    let spoken = spoken(&harness);
    for english in [
        "Worklist",
        "Unread",
        "Refused",
        "Suspicion",
        "Search",
        "Columns",
    ] {
        assert!(!spoken.contains(english), "{english}");
    }
}
