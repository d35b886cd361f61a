//! The pages that evaluate and train: what commands and answers do to them, and the window as a screen reader hears it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    engine::{self, Event, Gate, Job, JobId, Told, Tool},
    evaluate,
    failure::{Failure, Relayed},
    import::{Opened, Origin},
    privacy::Phi,
    session::{
        Action, Command, Curve, Effect, Field, Loading, Page, PageCommand, State, Switch, Tone,
    },
    settings::Settings,
    training,
};

use crate::{
    app::window_with,
    command::{scratch, write},
    fake,
    session::{ready, started},
    tool,
};

fn on_page(state: &mut State, command: PageCommand) -> Vec<Effect> {
    state.apply(Command::OnPage(command))
}

fn type_in(state: &mut State, field: Field, text: &str) {
    on_page(state, PageCommand::SetText(field, text.to_owned()));
}

/// A session whose evaluation runs.
fn evaluating() -> (State, JobId) {
    let mut state = ready();
    state.apply(Command::Act(Action::Evaluate));
    type_in(&mut state, Field::Table, "/data/set/labels.csv");
    let jobs = started(&on_page(&mut state, PageCommand::StartEvaluation));
    let [(id, Job::RunTool(Tool::Evaluate(_)))] = &jobs[..] else {
        panic!("a table is enough to start")
    };
    let id = *id;
    (state, id)
}

fn progress(stage: &str, done: usize) -> Event {
    Event::Told(Told::Evaluate(evaluate::Event::Progress {
        stage: stage.to_owned(),
        done,
        total: 531,
        seconds_left: Some(40.0),
    }))
}

/// What the report of a real evaluation looks like, from a run on generated pictures.
pub(crate) fn report(name: &str) -> (PathBuf, Box<evaluate::Report>) {
    let folder = scratch(name);
    let table = tool::labelled_pictures(&folder);
    let out = folder.join("report");
    let (code, _, err) = crate::command::run(
        crate::command::wardlight()
            .args(["evaluate", "chest-pneumonia-paediatric"])
            .arg(table)
            .arg("--out")
            .arg(&out)
            .args(["--beyond-scope", "--damage", "0"]),
    );
    assert_eq!(code, 0, "{err}");
    let bytes = fs::read(out.join("evaluation.json")).unwrap();
    (out, serde_json::from_slice(&bytes).unwrap())
}

#[test]
fn a_dropped_table_turns_to_the_evaluation_and_a_recipe_to_the_training() {
    let mut state = ready();
    // It may hold measurements; only what is in it tells.
    let jobs = started(&state.apply(Command::Drop(vec!["/data/set/Labels.CSV".into()])));
    let [(open, Job::Open(_))] = &jobs[..] else {
        panic!("a dropped table is opened")
    };
    let opened = Event::Opened {
        from: Origin::file("/data/set/Labels.CSV".into()),
        opened: Box::new(Opened::Chart(fake::note("image,label\na,1\n").into())),
    };
    state.on_event(*open, opened);
    assert_eq!(state.items.len(), 2, "a table of labels is no note");
    assert_eq!(state.page, Page::Evaluate);
    assert_eq!(state.evaluating.form.table, "/data/set/Labels.CSV");
    assert_eq!(
        state.evaluating.form.out,
        "/data/set/evaluation-chest-pneumonia-paediatric"
    );
    state.models_folder = Some("/models".into());
    state.apply(Command::Drop(vec!["/recipes/mine.toml".into()]));
    assert_eq!(state.page, Page::Train);
    assert_eq!(state.training.form.out, "/models/mine-own");
    let jobs = started(&state.apply(Command::Drop(vec!["chest.dcm".into()])));
    assert!(matches!(&jobs[..], [(_, Job::Open(paths))] if paths.len() == 1));
    assert_eq!(state.page, Page::Reading);
}

#[test]
fn what_is_typed_is_what_is_asked() {
    let mut state = ready();
    assert!(on_page(&mut state, PageCommand::StartEvaluation).is_empty());
    type_in(&mut state, Field::Table, " \"/data/a b/labels.csv\" ");
    type_in(&mut state, Field::Report, "/tmp/out");
    type_in(&mut state, Field::Part, "test");
    type_in(&mut state, Field::Positive, "ill");
    type_in(&mut state, Field::CaseColumn, "  ");
    // A place that was typed stays when the table changes.
    type_in(&mut state, Field::Table, "/data/a b/labels.csv");
    on_page(&mut state, PageCommand::Flip(Switch::BeyondScope));
    on_page(&mut state, PageCommand::Flip(Switch::Damage));
    let jobs = started(&on_page(&mut state, PageCommand::StartEvaluation));
    let [(_, Job::RunTool(Tool::Evaluate(asked)))] = &jobs[..] else {
        panic!("one process")
    };
    assert_eq!(asked.model, "chest-pneumonia-paediatric");
    assert_eq!(asked.table, Path::new("/data/a b/labels.csv"));
    assert_eq!(asked.out, Path::new("/tmp/out"));
    assert_eq!(asked.part.as_deref(), Some("test"));
    assert_eq!(asked.positive.as_deref(), Some("ill"));
    assert_eq!((&asked.image_column, &asked.images), (&None, &None));
    assert_eq!((asked.gate, asked.is_damaged), (Gate::Open, false));
    // One at a time.
    assert!(on_page(&mut state, PageCommand::StartEvaluation).is_empty());
}

#[test]
fn escape_leaves_the_page_while_the_work_goes_on() {
    let (mut state, id) = evaluating();
    state.on_event(id, progress("scoring", 120));
    let stage = state.evaluating.stage.clone().unwrap();
    assert_eq!((stage.name.as_str(), stage.done), ("scoring", 120));
    assert_eq!(state.title(), "Wardlight \u{B7} evaluating");
    assert!(state.apply(Command::Act(Action::Escape)).is_empty());
    assert_eq!(state.page, Page::Reading);
    // The second Escape has nothing to stop here either.
    assert!(state.apply(Command::Act(Action::Escape)).is_empty());
    assert_eq!(state.evaluating.job, Some(id));
    assert_eq!(state.busy_jobs().count(), 0);
}

#[test]
fn a_stopped_evaluation_can_be_started_again() {
    let (mut state, id) = evaluating();
    let effects = on_page(&mut state, PageCommand::StopEvaluation);
    assert!(matches!(&effects[..], [Effect::Cancel(it)] if *it == id));
    assert!(state.evaluating.is_stopping);
    state.on_event(id, Event::Cancelled);
    assert_eq!(state.evaluating.job, None);
    assert_eq!(state.evaluating.failure, None);
    assert_eq!(
        started(&on_page(&mut state, PageCommand::StartEvaluation)).len(),
        1
    );
}

#[test]
fn a_failed_evaluation_says_why_where_it_was_asked_and_elsewhere() {
    let failure = Failure {
        headline: "The table lacks a column".to_owned(),
        remedy: "Name it.".to_owned(),
        cause: "wanted a column path".to_owned(),
    };
    let relayed = Relayed {
        english: failure.clone(),
        chinese: None,
    };
    let failed = || Event::Failed(engine::Error::Tool(Box::new(relayed.clone())));
    let (mut state, id) = evaluating();
    state.on_event(id, failed());
    assert_eq!(state.evaluating.failure, Some(failure.clone()));
    assert!(state.notices.is_empty() && state.evaluating.job.is_none());
    let (mut state, id) = evaluating();
    state.apply(Command::Act(Action::Escape));
    state.on_event(id, failed());
    assert_eq!(state.notices.last().unwrap().failure, failure);
}

#[test]
fn a_finished_evaluation_opens_its_report_and_is_remembered() {
    let (folder, report) = report("pages_report");
    let (mut state, id) = evaluating();
    state.apply(Command::Act(Action::Escape));
    let written = evaluate::Event::Written {
        folder: folder.clone(),
    };
    state.on_event(id, Event::Told(Told::Evaluate(written)));
    let jobs = started(&state.on_event(id, Event::Done));
    let [(id, Job::OpenReport(asked))] = &jobs[..] else {
        panic!("the report is read")
    };
    assert_eq!(*asked, folder);
    let event = Event::ReportOpened {
        folder: Phi::new(folder.clone()),
        report,
    };
    let effects = state.on_event(*id, event);
    assert!(matches!(&effects[..], [Effect::SaveSettings(it)] if it.reports == [Phi::new(folder)]));
    assert!(matches!(state.evaluating.report, Loading::Ready(_)));
    let notice = state.notices.last().unwrap();
    assert_eq!(notice.tone, Tone::Done);
    assert!(
        notice.failure.remedy.contains("AUROC"),
        "{:?}",
        notice.failure
    );
}

#[test]
fn remembered_reports_survive_a_restart_and_are_few() {
    let folder = scratch("pages_settings");
    let mut settings = Settings::default();
    for idx in 0..20 {
        settings.remember_report(Path::new(&format!("/reports/{idx}")));
    }
    settings.remember_report(Path::new("/reports/18"));
    settings.save(&folder).unwrap();
    let read = Settings::load(&folder);
    assert_eq!(read, settings);
    let names: Vec<_> = read.reports.iter().map(|it| it.reveal().clone()).collect();
    assert_eq!(names.len(), 8);
    assert_eq!(
        names[..2],
        [PathBuf::from("/reports/18"), "/reports/19".into()]
    );
    // Settings of an older version have none.
    write(folder.join("window.json"), r#"{"theme":"light"}"#);
    assert!(Settings::load(&folder).reports.is_empty());
}

fn learned(step: usize, loss: f64, held_out: Option<f64>) -> Event {
    let line = serde_json::json!({
        "event": "progress", "run": "fold-1", "epoch": step.div_ceil(10), "n_epochs": 4, "step": step, "n_steps": 40,
        "loss": loss, "held_out": held_out, "seconds_left": 12.5,
    });
    Event::Told(Told::Train(serde_json::from_value(line).unwrap()))
}

#[test]
fn a_training_is_drawn_epoch_by_epoch_and_goes_on_after_a_stop() {
    let mut state = ready();
    type_in(&mut state, Field::Recipe, "/recipes/mine.toml");
    assert!(on_page(&mut state, PageCommand::StartTraining).is_empty());
    type_in(&mut state, Field::Data, "/data");
    type_in(&mut state, Field::Bundle, "/models/mine");
    let jobs = started(&on_page(&mut state, PageCommand::StartTraining));
    let [(id, Job::RunTool(Tool::Train(_)))] = &jobs[..] else {
        panic!("one process")
    };
    for event in [
        learned(4, 0.9, None),
        learned(8, 0.8, None),
        learned(10, 0.7, Some(0.75)),
        learned(14, 0.6, None),
    ] {
        state.on_event(*id, event);
    }
    let curve = Curve {
        run: "fold-1".to_owned(),
        loss: vec![(1.0, 0.7), (1.4, 0.6)],
        held_out: vec![(1.0, 0.75)],
    };
    assert_eq!(state.training.curves, [curve]);
    on_page(&mut state, PageCommand::StopTraining);
    state.on_event(*id, Event::Cancelled);
    assert!(state.training.is_paused);
    // It goes on from the last whole epoch, with what was drawn.
    let jobs = started(&on_page(&mut state, PageCommand::StartTraining));
    state.on_event(jobs[0].0, learned(12, 0.65, None));
    assert_eq!(state.training.curves[0].loss, [(1.0, 0.7), (1.2, 0.65)]);
    let written = training::Event::Written {
        folder: "/models/mine".into(),
    };
    state.on_event(jobs[0].0, Event::Told(Told::Train(written)));
    state.on_event(jobs[0].0, Event::Done);
    assert!(!state.training.is_paused && state.training.job.is_none());
    let jobs = started(&on_page(&mut state, PageCommand::UseModel));
    let [(id, Job::AddModel(folder))] = &jobs[..] else {
        panic!("the model is loaded")
    };
    assert_eq!(folder, Path::new("/models/mine"));
    let mut manifest = fake::chest_manifest();
    manifest.name = "mine".to_owned();
    state.on_event(*id, Event::ModelLoaded(Arc::new(manifest)));
    assert_eq!(state.page, Page::Reading);
    assert_eq!(
        state
            .model_for(wardlight::session::Kind::Scan)
            .unwrap()
            .name,
        "mine"
    );
    // It is evaluated from where it lies, not by its name.
    on_page(&mut state, PageCommand::EvaluateModel("mine".to_owned()));
    type_in(&mut state, Field::Table, "/data/labels.csv");
    let jobs = started(&on_page(&mut state, PageCommand::StartEvaluation));
    assert!(
        matches!(&jobs[..], [(_, Job::RunTool(Tool::Evaluate(it)))] if it.model == "/models/mine")
    );
}

// The window.

fn window(size: [f32; 2], work: &Path) -> Harness<'static, App> {
    let mut harness = window_with(size, &["chest.dcm"], tool::parts(work));
    wait(&mut harness, "the models", |it| {
        !it.are_models_loading() && it.scan().is_some()
    });
    harness
}

fn wait(harness: &mut Harness<'static, App>, what: &str, is_there: impl Fn(&State) -> bool) {
    let start = Instant::now();
    while !is_there(harness.state().state()) {
        assert!(
            start.elapsed() < Duration::from_secs(240),
            "waited for {what}: {:?}",
            harness.state().state().evaluating
        );
        thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    harness.run_steps(3);
}

fn press(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

fn fill(harness: &mut Harness<'static, App>, label: &str, text: &Path) {
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .click();
    harness.run_steps(2);
    press(harness, Modifiers::COMMAND, Key::A);
    let field = harness.get_by_role_and_label(Role::TextInput, label);
    field.type_text(text.to_str().unwrap());
    harness.run_steps(3);
}

/// As a screen reader does it: what is scrolled out of sight can be pressed too.
fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click_accesskit();
    harness.run_steps(3);
}

#[test]
fn an_evaluation_is_asked_for_on_the_page_and_its_auroc_is_read_off_it() {
    let folder = scratch("pages_window");
    let table = tool::labelled_pictures(&folder);
    let mut harness = window([1440.0, 1100.0], &folder);
    press(&mut harness, Modifiers::COMMAND, Key::E);
    harness.get_by_label("No report yet");
    fill(&mut harness, "Table of labelled images", &table);
    fill(
        &mut harness,
        "Folder for the report",
        &folder.join("report"),
    );
    click(&mut harness, "More");
    click(&mut harness, "Score what the model would refuse");
    click(&mut harness, "Test on damaged images as well");
    click(&mut harness, "Start evaluation");
    // The reading view is there meanwhile, and the footer leads back.
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label_contains("Chest AP, frame 1 of 1");
    wait(&mut harness, "a first line", |it| {
        it.evaluating.stage.is_some()
    });
    harness.get_by_label_contains("Evaluating").click();
    harness.run_steps(3);
    wait(&mut harness, "the report", |it| {
        it.evaluating.report.ready().is_some() || it.evaluating.failure.is_some()
    });
    let written: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("report/evaluation.json")).unwrap()).unwrap();
    let auroc = &written["findings"]["auroc"];
    let figure = |name: &str| format!("{:.3}", auroc[name].as_f64().unwrap());
    harness.get_by_label(&format!(
        "AUROC {}, 95 % interval {} to {}",
        figure("value"),
        figure("low"),
        figure("high")
    ));
    for plot in ["ROC curve", "Reliability", "Decision curve"] {
        harness.get_by_label_contains(plot);
    }
    harness.get_by_label("Open report.html");
    // The same in the light, and in the smallest window.
    harness.get_by_label_contains("Light or dark").click();
    harness.run_steps(3);
    harness.set_size(egui::vec2(900.0, 600.0));
    harness.run_steps(3);
    click(&mut harness, "New evaluation");
    harness.get_by_label("Start evaluation");
}

#[test]
fn a_model_is_trained_on_the_page() {
    let folder = scratch("pages_train");
    let asked = tool::training(&folder);
    let mut harness = window([1440.0, 900.0], &folder.join("work"));
    press(&mut harness, Modifiers::COMMAND, Key::T);
    fill(&mut harness, "Recipe", &asked.recipe);
    fill(&mut harness, "Folder of the data", &asked.data);
    fill(&mut harness, "Folder of the new model", &asked.out);
    click(&mut harness, "Start training");
    wait(&mut harness, "the end", |it| {
        it.training.job.is_none() && (it.training.bundle.is_some() || it.training.failure.is_some())
    });
    harness.get_by_label("Use this model now");
    harness.get_by_label_contains("Loss: ");
    harness.get_by_label_contains("AUROC ");
    assert!(harness.state().state().training.curves.len() == 3);
    assert!(asked.out.join("manifest.toml").is_file());
}

#[test]
fn keys_of_the_reading_view_wait_while_a_page_is_shown() {
    let folder = scratch("pages_keys");
    let mut harness = window([1440.0, 900.0], &folder);
    press(&mut harness, Modifiers::COMMAND, Key::E);
    press(&mut harness, Modifiers::NONE, Key::I);
    press(&mut harness, Modifiers::NONE, Key::Space);
    let state = harness.state().state();
    assert_eq!(state.page, Page::Evaluate);
    assert!(!state.scan().unwrap().1.view.is_inverted);
    assert!(state.scan().unwrap().1.reading().is_none());
    press(&mut harness, Modifiers::COMMAND, Key::T);
    assert_eq!(harness.state().state().page, Page::Train);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::I);
    assert!(harness.state().state().scan().unwrap().1.view.is_inverted);
}
