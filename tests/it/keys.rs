//! Keys of actions: chosen, refused with the reason, swapped, kept, given back, and told as they are.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options},
    session::{Action, Chord, Command, Effect, KeyCommand, Refusal, Reserved, State, Tone},
    settings::{Settings, Theme},
    words::{Language, Words},
};

use crate::{
    app::{built, options, press, wait_for_title},
    command::{scratch, write},
    fake,
    session::ready,
};

fn chord(text: &str) -> Chord {
    Chord::parse(text).unwrap()
}

fn ask(state: &mut State, command: KeyCommand) -> Vec<Effect> {
    state.apply(Command::OnKeys(command))
}

/// Chooses an action and presses keys.
fn give(state: &mut State, action: Action, keys: &str) -> Vec<Effect> {
    ask(state, KeyCommand::Choose(action));
    ask(state, KeyCommand::Press(Some(chord(keys))))
}

fn kept(effects: &[Effect]) -> &Settings {
    let [Effect::SaveSettings(settings)] = effects else {
        panic!("the settings are kept")
    };
    settings
}

#[test]
fn keys_are_changed_swapped_cleared_and_given_back() {
    let mut state = ready();
    assert_eq!(state.keys.words(Action::Invert), "I");
    let effects = give(&mut state, Action::Invert, "Ctrl+M");
    assert_eq!(kept(&effects).keys["Invert"], "Ctrl+M");
    assert_eq!(state.keys.words(Action::Invert), "Ctrl M");
    assert_eq!(state.key_edit, None);
    // A clash is told with the name of the other action, and changes nothing.
    assert!(give(&mut state, Action::Invert, "O").is_empty());
    let edit = state.key_edit.unwrap();
    let taken = Refusal::Taken(chord("O"), Action::ToggleOverlay);
    assert_eq!(edit.refusal, Some(taken));
    let name = Action::ToggleOverlay.words(&state.words).name;
    assert!(taken.words(&state.words).contains(&name));
    assert_eq!(state.keys.words(Action::Invert), "Ctrl M");
    assert_eq!(state.keys.words(Action::ToggleOverlay), "O");
    let effects = ask(&mut state, KeyCommand::Swap);
    assert_eq!(kept(&effects).keys["ToggleOverlay"], "Ctrl+M");
    assert_eq!(state.keys.words(Action::Invert), "O");
    assert_eq!(state.keys.words(Action::ToggleOverlay), "Ctrl M");
    ask(&mut state, KeyCommand::Choose(Action::Magnify));
    let effects = ask(&mut state, KeyCommand::Clear);
    assert_eq!(kept(&effects).keys["Magnify"], "");
    assert_eq!(state.keys.words(Action::Magnify), "");
    // What has no keys is said by its name.
    let name = Action::Magnify.words(&state.words).name;
    assert!(state.press_words(Action::Magnify).contains(&name));
    let effects = state.apply(Command::Act(Action::UsualKeys));
    assert!(kept(&effects).keys.is_empty());
    for action in Action::ALL {
        let usual = Chord::parse(action.info().key);
        assert_eq!(state.keys.chord(action), usual, "{action:?}");
    }
}

#[test]
fn a_swap_gives_nobody_keys_that_a_text_needs() {
    let mut state = ready();
    give(&mut state, Action::CopyView, "I");
    ask(&mut state, KeyCommand::Swap);
    assert_eq!(state.keys.words(Action::CopyView), "I");
    assert_eq!(state.keys.words(Action::Invert), "");
    // Its own it can have back.
    give(&mut state, Action::CopyView, "Ctrl+C");
    assert_eq!(state.keys.words(Action::CopyView), "Ctrl C");
}

#[test]
fn what_the_platform_or_a_text_needs_is_refused_with_the_reason() {
    for (keys, why) in [
        ("Escape", Reserved::Escape),
        ("Ctrl+Escape", Reserved::Escape),
        ("Tab", Reserved::Tab),
        ("Shift+Tab", Reserved::Tab),
        ("Enter", Reserved::Enter),
        ("Ctrl+Enter", Reserved::Enter),
        ("ArrowDown", Reserved::Arrow),
        ("Shift+ArrowLeft", Reserved::Arrow),
        ("Ctrl+C", Reserved::Text),
        ("Ctrl+V", Reserved::Text),
        ("Ctrl+A", Reserved::Text),
        ("Ctrl+Shift+Z", Reserved::Text),
        ("Backspace", Reserved::Text),
    ] {
        let mut state = ready();
        assert!(give(&mut state, Action::Invert, keys).is_empty(), "{keys}");
        let refusal = state.key_edit.unwrap().refusal.unwrap();
        assert_eq!(refusal, Refusal::Reserved(chord(keys), why), "{keys}");
        for language in [Language::English, Language::Chinese] {
            let said = refusal.words(&Words::new(language));
            assert!(said.contains(&chord(keys).words()), "{said}");
        }
        assert_eq!(state.keys.words(Action::Invert), "I");
    }
    let mut state = ready();
    ask(&mut state, KeyCommand::Choose(Action::Invert));
    ask(&mut state, KeyCommand::Press(None));
    let refusal = state.key_edit.unwrap().refusal;
    assert_eq!(refusal, Some(Refusal::Unknown));
    // Escape leaves the keys as they are, and the sheet open.
    state.apply(Command::Act(Action::Escape));
    assert_eq!(state.key_edit, None);
}

#[test]
fn keys_read_back_as_they_are_written() {
    for action in Action::ALL {
        let Some(chord) = Chord::parse(action.info().key) else {
            assert_eq!(action.info().key, "", "{action:?}");
            continue;
        };
        assert_eq!(Chord::parse(&chord.to_string()), Some(chord));
        assert_eq!(chord.to_string(), action.info().key);
    }
    for wrong in ["", "ctrl+o", "Ctrl+", "Alt+O", "Shift+Ctrl+O", "F99", "Oo"] {
        assert_eq!(Chord::parse(wrong), None, "{wrong}");
    }
    assert_eq!(chord("Ctrl++").words(), "Ctrl +");
    assert_eq!(chord("Shift+?"), chord("?"));
}

#[test]
fn a_file_written_by_hand_loses_what_is_wrong_in_it_and_says_so() {
    let folder = scratch("keys-by-hand");
    let text = r#"{
        "theme": "light",
        "keys": {
            "Invert": "O",
            "ToggleOverlay": "I",
            "Magnify": "Ctrl+M",
            "Score": "Ctrl+C",
            "Play": "Hyper+P",
            "NoSuchAction": "Ctrl+U",
            "ZoomIn": 7,
            "ResetView": "L"
        }
    }"#;
    write(folder.join("window.json"), text);
    let settings = Settings::load(&folder);
    assert_eq!(settings.theme, Theme::Light);
    let mut state = State::new(settings);
    state.start(Vec::new());
    let words = |action| state.keys.words(action);
    assert_eq!(words(Action::Invert), "O");
    assert_eq!(words(Action::ToggleOverlay), "I");
    assert_eq!(words(Action::Magnify), "Ctrl M");
    for usual in [
        Action::Score,
        Action::Play,
        Action::ZoomIn,
        Action::ResetView,
        Action::NextLabel,
    ] {
        assert_eq!(
            state.keys.chord(usual),
            Chord::parse(usual.info().key),
            "{usual:?}"
        );
    }
    let [notice] = &state.notices[..] else {
        panic!("one notice: {:?}", state.notices)
    };
    assert_eq!(notice.tone, Tone::Failure);
    let wrong = ["Score: Ctrl+C", "Play: Hyper+P", "NoSuchAction: Ctrl+U"];
    for entry in wrong.into_iter().chain(["ZoomIn: (7)", "ResetView: L"]) {
        assert!(notice.failure.cause.contains(entry), "{entry}");
    }
    assert!(!notice.failure.cause.contains("Magnify"));
    // What is kept from now on is what holds.
    assert_eq!(state.settings.keys.len(), 3);
    state.settings.save(&folder).unwrap();
    let again = State::new(Settings::load(&folder));
    assert_eq!(again.keys, state.keys);
    // Keys that are no table at all cost nothing else either.
    write(
        folder.join("window.json"),
        r#"{"theme":"light","keys":["O"]}"#,
    );
    assert_eq!(Settings::load(&folder).theme, Theme::Light);
}

fn window(folder: &Path) -> Harness<'static, App> {
    let options = Options {
        settings_folder: Some(folder.to_owned()),
        ..options(vec!["chest.dcm".into()], fake::parts())
    };
    let mut harness = built([1440.0, 1000.0], options);
    wait_for_title(&mut harness, "open");
    harness
}

fn is_inverted(harness: &Harness<'static, App>) -> bool {
    harness.state().state().scan().unwrap().1.view.is_inverted
}

#[test]
fn an_action_is_given_other_keys_on_the_sheet_and_answers_to_them() {
    let folder = scratch("keys-sheet");
    let mut harness = window(&folder);
    press(&mut harness, Modifiers::NONE, Key::F1);
    harness.get_by_label("Invert \u{B7} I").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Press the new keys for “Invert”");
    // Pressed for the action, not for what they do else.
    press(&mut harness, Modifiers::COMMAND, Key::L);
    harness.get_by_label_contains("Ctrl L is already the key of");
    harness.get_by_label("Leave it").click();
    harness.run_steps(3);
    harness.get_by_label("Invert \u{B7} I").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label_contains("Enter cannot be chosen: it confirms");
    press(&mut harness, Modifiers::COMMAND, Key::M);
    harness.get_by_label("Invert \u{B7} Ctrl M");
    assert_eq!(Settings::load(&folder).keys["Invert"], "Ctrl+M");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().state().sheet, None);
    press(&mut harness, Modifiers::NONE, Key::I);
    assert!(!is_inverted(&harness));
    press(&mut harness, Modifiers::COMMAND, Key::M);
    assert!(is_inverted(&harness));
    // The next start knows them, and one action gives all back.
    drop(harness);
    let mut harness = window(&folder);
    press(&mut harness, Modifiers::COMMAND, Key::M);
    assert!(is_inverted(&harness));
    press(&mut harness, Modifiers::NONE, Key::F1);
    harness.get_by_label("Give all keys back").click();
    harness.run_steps(3);
    harness.get_by_label("Invert \u{B7} I");
    assert!(Settings::load(&folder).keys.is_empty());
}

#[test]
fn a_clash_on_the_sheet_is_swapped_where_a_person_wants_that() {
    let folder = scratch("keys-swap");
    let mut harness = window(&folder);
    press(&mut harness, Modifiers::NONE, Key::F1);
    harness.get_by_label("Invert \u{B7} I").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::T);
    let state = harness.state().state();
    let name = Action::ToggleTexts.words(&state.words).name;
    assert!(state.are_texts_shown, "the key was for the action");
    harness.get_by_label(&format!("Swap with “{name}”")).click();
    harness.run_steps(3);
    harness.get_by_label("Invert \u{B7} T");
    harness.get_by_label(&format!("{name} \u{B7} I"));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::T);
    assert!(is_inverted(&harness));
    press(&mut harness, Modifiers::NONE, Key::I);
    assert!(!harness.state().state().are_texts_shown);
}

#[test]
fn tooltips_and_buttons_tell_the_keys_as_they_are() {
    let folder = scratch("keys-told");
    let settings = Settings {
        keys: [("Worklist".to_owned(), "F7".to_owned())].into(),
        ..Settings::default()
    };
    settings.save(&folder).unwrap();
    let mut harness = window(&folder);
    let name = Action::Worklist.words(&harness.state().state().words).name;
    // In the rail, whose name is its tooltip.
    harness.get_by_label(&format!("{name} \u{B7} F7"));
    press(&mut harness, Modifiers::NONE, Key::F7);
    harness.get_by_label_contains("F7 leads back");
}
