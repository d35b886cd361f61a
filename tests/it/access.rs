//! Everything by the keyboard and by ear: each control that the keyboard can be on has a name, and is seen to have it.

use std::collections::BTreeSet;

use egui::{
    Color32, Key, Modifiers, Shape, Stroke,
    accesskit::{Action as Asked, Role},
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use wardlight::{
    app::{App, Options, theme},
    engine::{self, Parts},
    session::{Action, DoorStage, Page, Sheet},
    settings::{Settings, Theme},
};

use crate::{
    app::{built, options, press, wait, wait_for_title, wait_until_ready},
    command::scratch,
    door_store::{enter, lock, window_of},
    fake,
    lock::{kept_in, stage},
    patient,
    store::{PASSPHRASE, create_in},
};

/// What the keyboard can be on, and its name.
fn controls(harness: &Harness<'static, App>) -> Vec<(Role, String)> {
    let nodes = harness.root().children_recursive();
    let focusable = nodes.filter(|it| {
        let node = it.accesskit_node();
        let is_hidden = node.is_hidden() || node.is_disabled();
        node.data().supports_action(Asked::Focus) && !is_hidden
    });
    focusable
        .map(|it| {
            let node = it.accesskit_node();
            (node.role(), node.label().unwrap_or_default())
        })
        .collect()
}

/// Each control of a page has a name; there are some of them.
#[track_caller]
fn check(harness: &Harness<'static, App>, page: &str, seen: &mut BTreeSet<String>) {
    let found = controls(harness);
    assert!(1 < found.len(), "{page}: {found:?}");
    let nameless: Vec<_> = found.iter().filter(|it| it.1.trim().is_empty()).collect();
    assert!(nameless.is_empty(), "{page}: {nameless:?} of {found:?}");
    assert!(seen.insert(page.to_owned()), "{page} twice");
}

fn window(files: &[&str], parts: Parts) -> Harness<'static, App> {
    let options = options(files.iter().map(Into::into).collect(), parts);
    let mut harness = built([1440.0, 1200.0], options);
    wait_until_ready(&mut harness, files.len());
    harness
}

#[test]
fn every_control_of_every_page_has_a_name() {
    let mut seen = BTreeSet::new();
    let harness = window(&[], fake::parts());
    check(&harness, "nothing open", &mut seen);
    let mut harness = window(&["stack.dcm", "note.txt"], fake::parts());
    check(&harness, "reading", &mut seen);
    press(&mut harness, Modifiers::NONE, Key::P);
    assert_eq!(harness.state().state().sheet, Some(Sheet::Together));
    check(&harness, "together", &mut seen);
    harness.get_by_label("Put on this page").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    check(&harness, "scored", &mut seen);
    press(&mut harness, Modifiers::NONE, Key::D);
    check(&harness, "disagreed", &mut seen);
    press(&mut harness, Modifiers::NONE, Key::G);
    check(&harness, "two viewports", &mut seen);
    press(&mut harness, Modifiers::COMMAND, Key::ArrowDown);
    check(&harness, "note", &mut seen);
    press(&mut harness, Modifiers::COMMAND, Key::ArrowUp);
    for (modifiers, key, sheet, name) in [
        (Modifiers::COMMAND, Key::K, Sheet::Palette, "palette"),
        (Modifiers::NONE, Key::F1, Sheet::Keys, "keys"),
        (
            Modifiers::COMMAND | Modifiers::SHIFT,
            Key::O,
            Sheet::Path,
            "chooser",
        ),
        (
            Modifiers::COMMAND | Modifiers::SHIFT,
            Key::S,
            Sheet::TakeOut,
            "taking out",
        ),
    ] {
        press(&mut harness, modifiers, key);
        assert_eq!(harness.state().state().sheet, Some(sheet), "{name}");
        if sheet == Sheet::Path {
            wait(&mut harness, "the folder", |it| {
                let chooser = it.state().state().chooser.as_ref();
                chooser.is_some_and(|it| it.listing.is_some())
            });
        }
        check(&harness, name, &mut seen);
        press(&mut harness, Modifiers::NONE, Key::Escape);
    }
    press(&mut harness, Modifiers::NONE, Key::F1);
    let name = Action::Invert.words(&harness.state().state().words).name;
    harness.get_by_label(&format!("{name} \u{B7} I")).click();
    harness.run_steps(3);
    check(&harness, "keys of an action", &mut seen);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label("Settings").click();
    harness.run_steps(3);
    assert_eq!(harness.state().state().sheet, Some(Sheet::Safety));
    check(&harness, "settings", &mut seen);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    for (key, page, name) in [
        (Key::G, Page::Worklist, "worklist"),
        (Key::E, Page::Evaluate, "evaluate"),
        (Key::T, Page::Train, "train"),
        (Key::D, Page::Deidentify, "copies"),
    ] {
        if page == Page::Deidentify {
            // A copy is made of what is in the middle of the reading page.
            press(&mut harness, Modifiers::NONE, Key::Escape);
        }
        press(&mut harness, Modifiers::COMMAND, key);
        assert_eq!(harness.state().state().page, page, "{name}");
        check(&harness, name, &mut seen);
    }
    assert_eq!(seen.len(), 17, "{seen:?}");
}

#[test]
fn every_control_of_a_course_has_a_name() {
    let parts = Parts {
        open: engine::one_by_one(patient::open),
        ..fake::parts()
    };
    let harness = window(&["unnamed.csv"], parts);
    assert!(harness.state().state().series().is_some());
    check(&harness, "course", &mut BTreeSet::new());
}

#[test]
fn every_control_before_the_door_and_of_the_log_has_a_name() {
    let mut seen = BTreeSet::new();
    let folder = scratch("access-first");
    let options = Options {
        safety: kept_in(&folder),
        ..options(Vec::new(), fake::parts())
    };
    let mut harness = built([1440.0, 900.0], options);
    harness.run_steps(3);
    assert_eq!(stage(&harness), DoorStage::FirstRun);
    check(&harness, "first run", &mut seen);
    drop(harness);
    let folder = scratch("access-door");
    drop(create_in(&folder));
    let mut harness = window_of(&folder, &["chest.dcm"]);
    assert_eq!(stage(&harness), DoorStage::SignIn);
    check(&harness, "sign in", &mut seen);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait_for_title(&mut harness, "open");
    press(&mut harness, Modifiers::COMMAND, Key::J);
    assert_eq!(harness.state().state().page, Page::Log);
    check(&harness, "log", &mut seen);
    lock(&mut harness);
    check(&harness, "locked", &mut seen);
    assert_eq!(seen.len(), 4);
}

/// Colours of lines that are wide enough to show where the keyboard is, and how many there are of each.
fn rings(harness: &Harness<'static, App>, wanted: [Color32; 2]) -> usize {
    let is_ring = |stroke: &Stroke| 1.5 <= stroke.width && wanted.contains(&stroke.color);
    let shapes = harness.output().shapes.iter();
    let n = shapes.filter(|it| match &it.shape {
        Shape::Rect(rect) => is_ring(&rect.stroke),
        _ => false,
    });
    n.count()
}

#[test]
fn tab_shows_a_ring_round_each_control_that_it_comes_to() {
    for chosen in [Theme::Dark, Theme::Light] {
        let folder = scratch("access-ring");
        let settings = Settings {
            theme: chosen,
            ..Settings::default()
        };
        settings.save(&folder).unwrap();
        let options = Options {
            settings_folder: Some(folder),
            ..options(Vec::new(), fake::parts())
        };
        let mut harness = built([1440.0, 900.0], options);
        wait(&mut harness, "models", |it| {
            !it.state().state().are_models_loading()
        });
        harness.run_steps(3);
        let tokens = theme::tokens(chosen);
        let wanted = [tokens.blue, tokens.amber];
        let before = rings(&harness, wanted);
        let mut n_steps = 0;
        for _ in 0..10 {
            press(&mut harness, Modifiers::NONE, Key::Tab);
            n_steps += 1;
            assert!(before < rings(&harness, wanted), "{chosen:?}, {n_steps}");
        }
    }
}
