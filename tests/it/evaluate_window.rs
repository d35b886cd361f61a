//! The page that evaluates follows the kind of the model: what it is asked with, and what the window says.

use std::{path::Path, sync::Arc};

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    engine::{EvaluateTool, Event, Job, Tool},
    model::Manifest,
    session::{Command, Effect, Field, Kind, PageCommand, State},
    settings::Settings,
};

use crate::{app::window_with, fake};

/// A session with a model of notes and two of courses, and none of scans.
fn state() -> State {
    let mut state = State::new(Settings::default());
    let effects = state.start(Vec::new());
    let Some(Effect::Start(id, Job::LoadModels)) = effects.first() else {
        panic!("the start loads models")
    };
    let shipped = [
        include_str!("../../models/note-specialty/manifest.toml"),
        include_str!("../../models/icu-mortality/manifest.toml"),
        include_str!("../../models/wuhan-mortality/manifest.toml"),
    ];
    for text in shipped {
        let manifest = Arc::new(Manifest::parse(text).unwrap());
        state.on_event(*id, Event::ModelLoaded(manifest));
    }
    state.on_event(*id, Event::Done);
    state
}

fn on_page(state: &mut State, command: PageCommand) -> Vec<Effect> {
    state.apply(Command::OnPage(command))
}

/// What is asked of the model when everything is filled in.
fn asked(state: &mut State, model: &str) -> EvaluateTool {
    on_page(state, PageCommand::EvaluateModel(model.to_owned()));
    for (field, text) in [
        (Field::Table, "/data/table.csv"),
        (Field::Measurements, "/data/values.csv"),
        (Field::CaseColumn, "stay"),
    ] {
        on_page(state, PageCommand::SetText(field, text.to_owned()));
    }
    let effects = on_page(state, PageCommand::StartEvaluation);
    let [Effect::Start(id, Job::RunTool(Tool::Evaluate(tool)))] = &effects[..] else {
        panic!("a table is enough to start")
    };
    state.on_event(*id, Event::Cancelled);
    tool.as_ref().clone()
}

#[test]
fn a_model_is_asked_with_the_options_of_its_kind() {
    let mut state = state();
    // Without a model of scans, the first that there is.
    assert_eq!(state.evaluated_kind(), Kind::Note);
    let notes = asked(&mut state, "note-specialty");
    assert_eq!(notes.text_column.as_deref(), Some("stay"));
    assert_eq!(
        (&notes.image_column, &notes.key_column, &notes.measurements),
        (&None, &None, &None)
    );
    let courses = asked(&mut state, "icu-mortality");
    assert_eq!(courses.key_column.as_deref(), Some("stay"));
    assert_eq!(
        courses.measurements.as_deref(),
        Some(Path::new("/data/values.csv"))
    );
    assert_eq!(
        (&courses.image_column, &courses.text_column),
        (&None, &None)
    );
    // Without measurements the cases are files.
    on_page(
        &mut state,
        PageCommand::SetText(Field::Measurements, String::new()),
    );
    let effects = on_page(&mut state, PageCommand::StartEvaluation);
    let [Effect::Start(_, Job::RunTool(Tool::Evaluate(files)))] = &effects[..] else {
        panic!("a table is enough to start")
    };
    assert_eq!(
        (files.image_column.as_deref(), &files.key_column),
        (Some("stay"), &None)
    );
}

#[test]
fn a_second_model_and_a_column_are_forgotten_with_the_kind() {
    let mut state = state();
    on_page(
        &mut state,
        PageCommand::EvaluateModel("icu-mortality".to_owned()),
    );
    on_page(
        &mut state,
        PageCommand::Against(Some("wuhan-mortality".to_owned())),
    );
    on_page(
        &mut state,
        PageCommand::SetText(Field::CaseColumn, "stay".to_owned()),
    );
    on_page(
        &mut state,
        PageCommand::EvaluateModel("wuhan-mortality".to_owned()),
    );
    assert_eq!(
        state.evaluating.form.against, None,
        "no model is compared with itself"
    );
    assert_eq!(state.evaluating.form.case_column, "stay");
    on_page(
        &mut state,
        PageCommand::Against(Some("icu-mortality".to_owned())),
    );
    on_page(
        &mut state,
        PageCommand::EvaluateModel("note-specialty".to_owned()),
    );
    assert_eq!(state.evaluating.form.against, None);
    assert_eq!(state.evaluating.form.case_column, "");
}

#[test]
fn the_page_speaks_of_what_the_model_reads() {
    let mut harness = window_with([1440.0, 1100.0], &[], fake::parts());
    let start = std::time::Instant::now();
    while harness.state().state().are_models_loading() {
        assert!(start.elapsed().as_secs() < 60, "the models do not come");
        std::thread::sleep(std::time::Duration::from_millis(5));
        harness.step();
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::E);
    harness.run_steps(3);
    // A field and its words have one name.
    let is_named =
        |harness: &Harness<'_, App>, name: &str| harness.query_all_by_label(name).next().is_some();
    assert!(is_named(&harness, "Table of labelled images"));
    harness
        .get_by_role_and_label(Role::ComboBox, "Model")
        .click_accesskit();
    harness.run_steps(3);
    let name = fake::note_manifest();
    harness
        .get_by_label(&format!("{} {}", name.name, name.version))
        .click_accesskit();
    harness.run_steps(3);
    assert!(is_named(&harness, "Table of labelled notes"));
    harness.get_by_label("More").click_accesskit();
    harness.run_steps(3);
    for wanted in [
        "Folder of the notes",
        "Column of texts",
        "Test on damaged notes as well",
    ] {
        assert!(is_named(&harness, wanted), "{wanted}");
    }
    for unwanted in [
        "Table of measurements",
        "Folder of the images",
        "Column of paths",
    ] {
        assert!(harness.query_by_label(unwanted).is_none(), "{unwanted}");
    }
}
