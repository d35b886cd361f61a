//! The window without a screen: found by what a screen reader would say, pressed by keys. A missing letter panics.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, Rect, accesskit::Role, pos2};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options},
    engine::Parts,
    model::{
        Manifest,
        conformal::{Conformal, OfLabel, Quantile},
        manifest::Output,
    },
    score::Loaded,
    session::Answer,
};

use crate::fake;

fn window(files: &[&str]) -> Harness<'static, App> {
    window_of([1440.0, 900.0], files)
}

fn window_of(size: [f32; 2], files: &[&str]) -> Harness<'static, App> {
    window_with(size, files, fake::parts())
}

/// A window that keeps nothing.
pub(crate) fn options(files: Vec<PathBuf>, parts: Parts) -> Options {
    Options {
        files,
        host: None,
        parts,
        sandbox: "full sandbox".to_owned(),
        sites: Vec::new(),
        settings_folder: None,
        models_folder: None,
        steps_aside: 0,
        safety: Default::default(),
    }
}

pub(crate) fn window_with(size: [f32; 2], files: &[&str], parts: Parts) -> Harness<'static, App> {
    let options = options(files.iter().map(Into::into).collect(), parts);
    built(size, options)
}

/// The window that options make.
pub(crate) fn built(size: [f32; 2], options: Options) -> Harness<'static, App> {
    Harness::builder()
        .with_size(size)
        .with_max_steps(64)
        .build_eframe(|cc| App::new(options, cc).unwrap())
}

/// Draws frames until so many files are open and every model is there.
pub(crate) fn wait_until_ready(harness: &mut Harness<'static, App>, n_files: usize) {
    wait(harness, "files and models", |it| {
        let state = it.state().state();
        n_files <= state.items.len() && !state.is_opening() && !state.are_models_loading()
    });
}

/// Draws frames until the condition holds.
pub(crate) fn wait(
    harness: &mut Harness<'static, App>,
    what: &str,
    is_there: impl Fn(&Harness<'static, App>) -> bool,
) {
    let start = Instant::now();
    while !is_there(harness) {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "waited for {what}; the title is {}",
            harness.state().state().title()
        );
        thread::sleep(Duration::from_millis(5));
        harness.step();
    }
    harness.step();
}

pub(crate) fn wait_for_title(harness: &mut Harness<'static, App>, end: &str) {
    wait(harness, end, |it| it.state().state().title().ends_with(end));
}

/// Puts the other open file on the page, as a person would.
fn put_together(harness: &mut Harness<'static, App>) {
    wait(harness, "two files", |it| {
        it.state().state().items.len() == 2
    });
    press(harness, Modifiers::NONE, Key::P);
    harness.get_by_label("Put on this page").click();
    harness.run_steps(3);
}

pub(crate) fn press(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

#[test]
fn nothing_open_shows_three_ways_and_the_sample() {
    let mut harness = window(&[]);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    for label in [
        "Choose files…",
        "Type or paste a path…",
        "Open the sample case",
    ] {
        harness.get_by_label(label);
    }
    harness.get_by_label_contains("Research use only");
    harness.get_by_label("Open the sample case").click();
    wait_for_title(&mut harness, "open");
    assert!(harness.state().state().scan().is_some() && harness.state().state().note().is_some());
}

#[test]
fn a_file_by_argument_is_scored_by_space_and_spoken() {
    let mut harness = window(&["chest.dcm", "note.txt"]);
    wait_for_title(&mut harness, "open");
    harness.get_by_label_contains("Chest AP, frame 1 of 1, not scored");
    put_together(&mut harness);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    harness.get_by_label("Chest AP, frame 1 of 1, pneumonia 78 %, normal 22 %");
    harness.get_by_label("not checked");
    harness.get_by_label_contains("Research use only");
    wait(&mut harness, "the note", |it| {
        it.state()
            .state()
            .note()
            .is_some_and(|(_, it)| it.explanation().is_some())
    });
}

#[test]
fn the_button_does_what_the_key_does() {
    let mut harness = window(&["chest.dcm"]);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading() && it.state().state().scan().is_some()
    });
    harness.get_by_role_and_label(Role::Button, "Score").click();
    wait_for_title(&mut harness, "scored and explained");
    harness.get_by_label("Agree").click();
    harness.run_steps(3);
    let answer = harness
        .state()
        .state()
        .scan()
        .and_then(|(_, it)| it.reading())
        .and_then(|it| it.opinion().map(|it| it.answer));
    assert_eq!(answer, Some(Answer::Agree));
}

#[test]
fn keys_turn_overlay_texts_inversion_and_frames() {
    let mut harness = window(&["stack.dcm"]);
    wait_for_title(&mut harness, "open");
    press(&mut harness, Modifiers::NONE, Key::I);
    press(&mut harness, Modifiers::NONE, Key::O);
    press(&mut harness, Modifiers::NONE, Key::T);
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    let state = harness.state().state();
    let view = &state.scan().unwrap().1.view;
    assert!(view.is_inverted && !state.is_overlay_shown && !state.are_texts_shown);
    assert_eq!(view.frame_idx, 1);
    harness.get_by_label_contains("frame 2 of 5");
}

#[test]
fn a_refused_file_becomes_a_card_that_can_be_dismissed() {
    let mut harness = window(&["broken.dcm"]);
    wait(&mut harness, "a notice", |it| {
        !it.state().state().notices.is_empty()
    });
    harness.run_steps(3);
    harness.get_by_label("This is not a file");
    harness.get_by_label("Try again");
    harness.get_by_label("Dismiss").click();
    harness.run_steps(3);
    assert!(harness.state().state().notices.is_empty());
}

#[test]
fn the_palette_finds_an_action_and_runs_it() {
    let mut harness = window(&["chest.dcm"]);
    wait_for_title(&mut harness, "open");
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness
        .get_by_label("Search all actions")
        .type_text("invert");
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    assert!(harness.state().state().scan().unwrap().1.view.is_inverted);
    assert_eq!(harness.state().state().sheet, None);
}

#[test]
fn every_sheet_and_both_themes_have_all_their_letters() {
    let mut harness = window(&["chest.dcm", "note.txt"]);
    wait_for_title(&mut harness, "open");
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    press(&mut harness, Modifiers::NONE, Key::F1);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label_contains("Light or dark").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::COMMAND, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait(&mut harness, "the note", |it| {
        it.state()
            .state()
            .note()
            .is_some_and(|(_, it)| it.explanation().is_some())
    });
}

#[test]
fn a_path_can_be_typed_where_no_dialog_runs() {
    let mut harness = window(&[]);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    harness.get_by_label("Path").type_text("note.txt");
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait_for_title(&mut harness, "open");
    assert!(harness.state().state().note().is_some());
}

#[test]
fn the_bundled_fonts_have_every_script() {
    assert!(wardlight::app::fonts().is_ok());
}

#[test]
fn the_edge_of_the_result_column_can_be_dragged_from_the_scan() {
    let mut harness = window(&["chest.dcm"]);
    wait_for_title(&mut harness, "open");
    let width = harness.state().state().settings.result_width;
    let edge = pos2(1440.0 - width - 2.0, 450.0);
    harness.hover_at(edge);
    harness.run_steps(2);
    harness.drag_at(edge);
    harness.run_steps(2);
    harness.hover_at(edge - egui::vec2(60.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(edge - egui::vec2(60.0, 0.0));
    harness.run_steps(3);
    let dragged = harness.state().state().settings.result_width;
    assert!((dragged - width - 60.0).abs() < 4.0, "{width} to {dragged}");
}

#[test]
fn a_map_is_checked_by_its_key_and_the_outcome_is_said() {
    let mut harness = window(&["chest.dcm"]);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading() && it.state().state().scan().is_some()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    harness.get_by_label_contains("Grad-CAM: not tested on this model");
    harness.get_by_label("Check this map");
    press(&mut harness, Modifiers::NONE, Key::C);
    // The fake answers the same to every picture: no map is better than another.
    wait(&mut harness, "the check", |it| {
        it.query_by_label("The score does not follow this map")
            .is_some()
    });
    harness.get_by_label_contains("does not lower the score faster than removing at random");
    press(&mut harness, Modifiers::NONE, Key::E);
    harness.get_by_label_contains("whatever the score");
}

#[test]
fn in_the_narrowest_window_nothing_in_the_strip_overlaps() {
    let mut harness = window_of([900.0, 560.0], &["chest.dcm"]);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading() && it.state().state().scan().is_some()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    let in_strip = |role| {
        let rects = harness.query_all_by_role(role).map(|it| it.rect());
        rects.filter(|it| 490.0 < it.top() && it.right() < 560.0)
    };
    let rects: Vec<Rect> = in_strip(Role::Button)
        .chain(in_strip(Role::ComboBox))
        .collect();
    // Window, overlay, label and method at least.
    assert!(4 <= rects.len(), "{rects:?}");
    for (idx, one) in rects.iter().enumerate() {
        let others = rects.iter().skip(idx + 1);
        for other in others {
            assert!(!one.shrink(0.5).intersects(*other), "{one:?} and {other:?}");
        }
    }
}

/// A model with one label, label sets and its own prevalence: everything that a result can say.
fn telling_manifest() -> Manifest {
    let mut manifest = fake::chest_manifest();
    manifest.output = Output::Sigmoid;
    manifest.labels.truncate(1);
    manifest.known_answer.logits.truncate(1);
    manifest.prevalence = Some(0.74);
    let quantile = |score: f64| Quantile {
        n: 134,
        score: Some(score),
    };
    let label = OfLabel {
        without: quantile(0.8),
        with: quantile(0.7),
    };
    manifest.conformal = Some(Conformal {
        alpha: 0.1,
        labels: vec![label],
        together: None,
    });
    manifest
}

fn telling_window() -> Harness<'static, App> {
    let parts = Parts {
        load: Box::new(|_| {
            Ok(Loaded {
                model: fake::model(telling_manifest()),
                tokenizer: None,
                layout: None,
                warnings: Vec::new(),
            })
        }),
        model_folders: vec!["chest".into()],
        ..fake::parts()
    };
    let mut harness = window_with([1440.0, 900.0], &["chest.dcm"], parts);
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading() && it.state().state().scan().is_some()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    harness.run_steps(3);
    harness
}

#[test]
fn at_1440_by_900_the_whole_answer_is_read_without_scrolling() {
    let harness = telling_window();
    let top = |words: &str| harness.get_by_label_contains(words).rect().top();
    let in_order = [
        top("Threshold of the bundle, 41 %"),
        top("At 90 %: pneumonia or not - undecided"),
        top("Within what the model knows"),
        top("Your reading"),
        top("The model and its limits"),
    ];
    assert!(in_order.is_sorted(), "{in_order:?}");
    let last = harness.get_by_label("The model and its limits").rect();
    // The footer takes the last 30 points; one more line, of an ensemble, has its place.
    assert!(last.bottom() + 20.0 < 870.0, "{last:?}");
}

#[test]
fn a_prevalence_is_typed_where_it_is_folded_away_and_told_where_it_is_not() {
    let mut harness = telling_window();
    harness.get_by_label("Prevalence and site").click();
    harness.run_steps(3);
    harness.get_by_label("Prevalence in per cent").focus();
    harness.run_steps(3);
    harness
        .get_by_label("Prevalence in per cent")
        .type_text("5");
    harness.run_steps(3);
    assert_eq!(harness.state().state().prevalence, Some(0.05));
    harness.get_by_label_contains("At a prevalence of 5 %: 0.0");
    harness.get_by_label_contains("(as trained, at 74 %: 0.76)");
    harness.get_by_label("Prevalence and site").click();
    harness.run_steps(3);
    harness.get_by_label_contains("At a prevalence of 5 %");
    // The bar and the threshold stay the model's own.
    let prediction = harness.state().state().scan().unwrap().1.prediction();
    assert!((prediction.unwrap().scores[0].probability - 0.760).abs() < 1e-3);
}
