//! What a new user and whoever looks after the computer meet: the first start, the page that tells of the program, and
//! the window as it was left.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use egui::{Key, Modifiers, OutputCommand, Rect, accesskit::Role, pos2, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{
        App, Options,
        window_place::{N_STEPS, mended, wanted},
    },
    engine::Parts,
    session::{DoorStage, Page},
    settings::{Settings, WindowPlace},
    words::Language,
};

use crate::{
    app::{built, options, press, wait, wait_for_title, window_with},
    command::scratch,
    fake,
    lock::{kept_in, stage},
};

fn wait_for_models(harness: &mut Harness<'static, App>) {
    wait(harness, "models", |it| {
        !it.state().state().are_models_loading()
    });
    harness.run_steps(3);
}

/// Opens the page by its key.
fn open_about(harness: &mut Harness<'static, App>) {
    press(harness, Modifiers::SHIFT, Key::F1);
    wait(harness, "the look at the installation", |it| {
        it.state().state().about.checks.ready().is_some()
    });
    harness.run_steps(3);
}

/// What Ctrl+C hands to the clipboard.
fn copied(harness: &mut Harness<'static, App>) -> String {
    harness.event(egui::Event::Copy);
    for _ in 0..20 {
        harness.step();
        let commands = &harness.output().platform_output.commands;
        let text = commands.iter().find_map(|it| match it {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = text {
            return text;
        }
    }
    panic!("nothing was copied")
}

#[test]
fn the_page_tells_models_installation_and_licence_and_is_copied_without_a_patient() {
    let parts = Parts {
        model_folders: vec!["chest".into(), "note".into(), "odd".into()],
        ..fake::parts()
    };
    let mut harness = window_with([1440.0, 900.0], &["chest.dcm"], parts);
    wait_for_title(&mut harness, "open");
    wait_for_models(&mut harness);
    open_about(&mut harness);
    assert_eq!(harness.state().state().page, Page::About);
    let version = concat!("Wardlight ", env!("CARGO_PKG_VERSION"));
    for label in [
        version,
        "wrong: 1 of 3 models failed and are not used",
        "chest-pneumonia-paediatric 0.0.0-fake",
        "Licence: CC BY 4.0",
        "libtorch of a test",
        "wrong: no sandbox in a test",
        "MIT OR Apache-2.0",
    ] {
        assert!(
            harness.query_all_by_label(label).next().is_some(),
            "{label} is not told"
        );
    }
    harness.get_by_label_contains("Not a medical device");
    let text = copied(&mut harness);
    for part in [
        version,
        "Research use only",
        "chest-pneumonia-paediatric 0.0.0-fake: files as its manifest says",
        "! odd: ",
        "libtorch: libtorch of a test",
        "! Decode worker: no sandbox in a test",
        "Journal: ~/journal.jsonl",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    for secret in ["SYNTHETIC", "chest.dcm"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().state().page, Page::Reading);
}

#[test]
fn a_model_that_fails_when_it_is_tested_again_is_used_no_more() {
    let n_loaded = Arc::new(AtomicUsize::new(0));
    let parts = Parts {
        // Its file is damaged after the start.
        load: Box::new(move |folder| {
            let is_chest = folder.ends_with("chest");
            let is_damaged = is_chest && 0 < n_loaded.fetch_add(1, Ordering::SeqCst);
            fake::load(if is_damaged { Path::new("odd") } else { folder })
        }),
        ..fake::parts()
    };
    let mut harness = window_with([1440.0, 900.0], &[], parts);
    wait_for_models(&mut harness);
    open_about(&mut harness);
    harness.get_by_label("all 2 models gave their known answers");
    harness
        .get_by_role_and_label(Role::Button, "Test the models")
        .click();
    harness.run_steps(3);
    wait_for_models(&mut harness);
    harness.get_by_label("wrong: 1 of 2 models failed and are not used");
    let state = harness.state().state();
    let names: Vec<&str> = state.models.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(!names.contains(&"chest-pneumonia-paediatric"));
}

/// A window with settings and a place for records in a folder.
pub(crate) fn start(folder: &Path, files: &[&str]) -> Harness<'static, App> {
    let options = Options {
        settings_folder: Some(folder.join("settings")),
        safety: kept_in(folder),
        ..options(files.iter().map(Into::into).collect(), fake::parts())
    };
    let mut harness = built([1440.0, 900.0], options);
    harness.run_steps(3);
    harness
}

#[test]
fn the_first_start_says_what_this_is_once_tests_the_models_and_opens_the_sample() {
    let folder = scratch("about-first");
    let mut harness = start(&folder, &[]);
    assert_eq!(stage(&harness), DoorStage::FirstRun);
    harness.get_by_label("Welcome to Wardlight");
    harness.get_by_label_contains("Not a medical device");
    wait_for_models(&mut harness);
    harness.get_by_label("all 2 models gave their known answers");
    harness.get_by_label("Then open the sample case").click();
    harness.run_steps(3);
    assert!(harness.state().state().items.is_empty(), "it opens later");
    harness.get_by_label("Keep nothing").click();
    wait_for_title(&mut harness, "open");
    let state = harness.state().state();
    assert!(state.scan().is_some() && state.note().is_some());
    let mut again = start(&folder, &[]);
    assert_eq!(stage(&again), DoorStage::Open);
    assert!(again.query_by_label("Welcome to Wardlight").is_none());
    wait_for_models(&mut again);
    open_about(&mut again);
    again.get_by_label_contains("Not a medical device");
}

#[test]
fn the_first_start_and_the_page_speak_chinese() {
    let folder = scratch("about-chinese");
    let settings = Settings {
        language: Some(Language::Chinese),
        ..Settings::default()
    };
    settings.save(&folder.join("settings")).unwrap();
    let mut harness = start(&folder, &[]);
    wait_for_models(&mut harness);
    for words in ["欢迎使用 Wardlight", "全部 2 个模型均给出已知答案"] {
        harness.get_by_label(words);
    }
    harness.get_by_label_contains("不是医疗器械");
    harness.get_by_label("不保存任何内容").click();
    harness.run_steps(3);
    open_about(&mut harness);
    for words in ["复制为文本", "测试模型", "解码进程", "本程序的许可证"] {
        harness.get_by_label(words);
    }
    harness.get_by_label_contains("不是医疗器械");
}

#[test]
fn the_size_of_the_window_is_kept_with_the_settings() {
    let folder = scratch("about-size");
    let options = Options {
        settings_folder: Some(folder.clone()),
        ..options(Vec::new(), fake::parts())
    };
    let mut harness = built([1200.0, 800.0], options);
    harness.run_steps(3);
    harness.get_by_label_contains("Light or dark").click();
    harness.run_steps(3);
    let kept = Settings::load(&folder).window.unwrap();
    assert_eq!((kept.size, kept.is_maximized), ([1200.0, 800.0], false));
}

#[test]
fn a_window_is_put_where_it_can_be_taken_hold_of_and_beside_another() {
    let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0));
    let right = Rect::from_min_size(pos2(1920.0, 0.0), vec2(1280.0, 1024.0));
    let place = |at| WindowPlace {
        size: [1000.0, 700.0],
        at,
        is_maximized: false,
    };
    let at = |x, y| place(Some([x, y]));
    assert_eq!(wanted(None, 0).size, [1440.0, 900.0]);
    assert_eq!(wanted(None, 1).at, None, "the desktop chooses");
    let small = WindowPlace {
        size: [300.0, f32::NAN],
        ..place(None)
    };
    assert_eq!(wanted(Some(&small), 0).size, [900.0, 560.0]);
    let kept = at(100.0, 50.0);
    assert_eq!(wanted(Some(&kept), 0), kept);
    assert_eq!(wanted(Some(&kept), 2).at, Some([164.0, 114.0]));
    let broken = at(f32::INFINITY, 50.0);
    assert_eq!(wanted(Some(&broken), 0).at, None);
    let full = WindowPlace {
        is_maximized: true,
        ..kept
    };
    assert!(wanted(Some(&full), 0).is_maximized);
    assert!(!wanted(Some(&full), 1).is_maximized);
    // On a screen, also where only the end of its top is.
    for it in [kept, at(-880.0, 0.0), at(1800.0, 1000.0), at(2500.0, 0.0)] {
        assert_eq!(mended(&it, &[screen, right]), None, "{it:?}");
    }
    // Off all screens: unplugged, above the top, below the bottom, too far left.
    for it in [
        at(2500.0, 0.0),
        at(100.0, -40.0),
        at(100.0, 1060.0),
        at(-990.0, 10.0),
    ] {
        let [left, top] = mended(&it, &[screen]).unwrap();
        assert!(screen.contains(pos2(left, top)), "{it:?}");
        let put = WindowPlace {
            at: Some([left, top]),
            ..it
        };
        assert_eq!(mended(&put, &[screen]), None);
    }
    assert_eq!(mended(&kept, &[]), None, "nobody tells the screens");
    assert_eq!(mended(&place(None), &[screen]), None);
    let lost = at(9000.0, 9000.0);
    let mut put: Vec<_> = (0..N_STEPS)
        .map(|it| mended(&wanted(Some(&lost), it), &[screen]).unwrap())
        .map(|it| it.map(|edge| edge as i32))
        .collect();
    put.sort_unstable();
    put.dedup();
    assert_eq!(put.len(), N_STEPS as usize, "two stand in one place");
}
