//! The keyboard: the keys of `session::Keymap` as egui knows them.

use std::cmp::Reverse;

use egui::{
    Context, Event, Key, KeyboardShortcut, Modifiers, Popup, text_selection::LabelSelectionState,
};

use crate::session::{
    Action, Chord, Command, Group, KeyCommand, KeyEdit, Page, Refusal, Reserved, Sheet, State,
};

/// Turns pressed keys into commands. While text is typed, only keys with Ctrl, Escape and function keys count.
pub(super) fn listen(ctx: &Context, state: &State, commands: &mut Vec<Command>) {
    if state.door.is_open() && is_waiting_for_keys(state.key_edit) {
        capture(ctx, commands);
    }
    let is_typing = ctx.text_edit_focused() || state.sheet.is_some_and(|it| it != Sheet::Keys);
    let has_menu = Popup::is_any_open(ctx);
    let is_on_control = ctx.memory(|it| it.focused().is_some());
    let mut actions: Vec<Action> = Action::ALL.into_iter().chain([Action::Escape]).collect();
    if state.key_edit.is_some() {
        // Whatever else is pressed says something about keys.
        actions.retain(|it| *it == Action::Escape);
    }
    // Those with Shift first: egui lets Space be pressed with Shift.
    actions.sort_by_key(|it| Reverse(state.keys.chord(*it).is_some_and(|it| it.is_shift)));
    for action in actions {
        if !state.door.is_open() && !Command::Act(action).works_at_door() {
            continue;
        }
        let chord = state.keys.chord(action);
        let Some(shortcut) = chord.and_then(shortcut) else {
            continue;
        };
        let is_plain = !shortcut.modifiers.command
            && shortcut.logical_key != Key::Escape
            && !is_function(shortcut.logical_key);
        // Space and the arrows work the control that the keyboard is on.
        let is_for_control = is_on_control && shortcut.logical_key == Key::Space;
        // A text has an undo of its own, and is copied first.
        let is_of_text = chord.is_some_and(|it| it.reserved() == Some(Reserved::Text));
        let is_copy = is_of_text && action == Action::CopyView;
        let is_for_text = is_of_text && is_typing || is_copy && is_text_selected(ctx);
        let is_for_page = match state.page {
            Page::Worklist => action == Action::NextUnread,
            Page::About => action == Action::CopyView,
            _ => false,
        };
        let is_elsewhere =
            state.page != Page::Reading && !is_for_page && (is_plain || !works_anywhere(action));
        // A menu that is open is what Escape closes.
        let is_for_menu = has_menu && action == Action::Escape;
        if is_elsewhere || is_for_text || is_for_menu || is_plain && (is_typing || is_for_control) {
            continue;
        }
        if is_pressed(ctx, shortcut) || is_copy && is_copied(ctx) {
            commands.push(match state.page {
                // What is seen there is text.
                Page::About if action == Action::CopyView => Command::Copy(state.about_text()),
                _ => Command::Act(action),
            });
            if has_menu {
                Popup::close_all(ctx);
            }
        }
    }
}

/// Whether the next keys are those of an action. After a clash a person says first what becomes of it.
fn is_waiting_for_keys(edit: Option<KeyEdit>) -> bool {
    edit.is_some_and(|it| !matches!(it.refusal, Some(Refusal::Taken(..))))
}

/// Keys that no text needs.
fn is_function(key: Key) -> bool {
    let number = key.name().strip_prefix('F').unwrap_or_default();
    number.parse::<u8>().is_ok()
}

fn is_text_selected(ctx: &Context) -> bool {
    let selected = ctx.with_plugin(|it: &mut LabelSelectionState| it.has_selection());
    selected.unwrap_or(false)
}

/// The desktop has told of Ctrl+C as of a wish, not as of a key.
fn is_copied(ctx: &Context) -> bool {
    ctx.input_mut(|it| {
        let n_before = it.events.len();
        it.events.retain(|it| *it != Event::Copy);
        it.events.len() < n_before
    })
}

/// Whether a key was pressed. `+` is `=` with Shift on many keyboards, and is pressed without.
fn is_pressed(ctx: &Context, shortcut: KeyboardShortcut) -> bool {
    let bare = KeyboardShortcut {
        logical_key: Key::Equals,
        ..shortcut
    };
    let is_plus = shortcut.logical_key == Key::Plus;
    ctx.input_mut(|it| it.consume_shortcut(&shortcut) || is_plus && it.consume_shortcut(&bare))
}

/// Whether an action makes sense where neither picture nor result is seen.
fn works_anywhere(action: Action) -> bool {
    action.info().group == Group::Window || matches!(action, Action::OpenFiles | Action::OpenPath)
}

/// Keys as egui knows them.
fn shortcut(chord: Chord) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    if chord.is_ctrl {
        modifiers |= Modifiers::COMMAND;
    }
    if chord.is_shift {
        modifiers |= Modifiers::SHIFT;
    }
    let key = Key::from_name(chord.name())?;
    Some(KeyboardShortcut::new(modifiers, key))
}

/// What is pressed while an action waits for its keys goes to that action, and to no control. Tab, and what works the
/// control that it led to, stay what they are.
fn capture(ctx: &Context, commands: &mut Vec<Command>) {
    let is_on_control = ctx.memory(|it| it.focused().is_some());
    let is_for_action = |event: &Event| match event {
        Event::Copy | Event::Cut | Event::Paste(_) => true,
        Event::Key { key, pressed, .. } => {
            let works_control = matches!(key, Key::Enter | Key::Space) && is_on_control;
            *pressed && *key != Key::Escape && !works_control && !is_held(*key)
        }
        _ => false,
    };
    ctx.input_mut(|input| {
        for event in input.events.iter().filter(|it| is_for_action(it)) {
            commands.push(Command::OnKeys(KeyCommand::Press(chord_of(event))));
        }
        let stays = |it: &Event| matches!(it, Event::Key { key: Key::Tab, .. });
        let is_text = |it: &Event| matches!(it, Event::Text(_));
        input
            .events
            .retain(|it| stays(it) || !is_for_action(it) && !is_text(it));
    });
}

/// Whether a key does nothing alone.
const fn is_held(key: Key) -> bool {
    matches!(
        key,
        Key::ShiftLeft
            | Key::ShiftRight
            | Key::ControlLeft
            | Key::ControlRight
            | Key::AltLeft
            | Key::AltRight
            | Key::SuperLeft
            | Key::SuperRight
            | Key::CapsLock
            | Key::NumLock
            | Key::ScrollLock
            | Key::Fn
    )
}

/// The keys that an event tells of, if they can be kept.
fn chord_of(event: &Event) -> Option<Chord> {
    match event {
        Event::Copy => Chord::new((true, false), "C"),
        Event::Cut => Chord::new((true, false), "X"),
        Event::Paste(_) => Chord::new((true, false), "V"),
        Event::Key { key, modifiers, .. } if !modifiers.alt => {
            let mut names = Chord::NAMES.into_iter();
            let name = names.find(|it| Key::from_name(it) == Some(*key))?;
            Chord::new((modifiers.command, modifiers.shift), name)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use egui::{Event, Key, Modifiers};

    use super::{chord_of, shortcut};
    use crate::session::{Action, Chord};

    #[test]
    fn every_key_is_known_to_egui_and_used_once() {
        let mut seen = Vec::new();
        for action in Action::ALL.into_iter().chain([Action::Escape]) {
            let key = action.info().key;
            let known = Chord::parse(key).and_then(shortcut);
            assert!(
                key.is_empty() || known.is_some(),
                "{action:?}: egui knows no key {key}"
            );
            assert!(
                key.is_empty() || !seen.contains(&key),
                "{key} is used twice"
            );
            seen.push(key);
        }
    }

    #[test]
    fn every_name_is_a_key_of_its_own_and_comes_back_when_it_is_pressed() {
        let mut seen = Vec::new();
        for name in Chord::NAMES {
            let key = Key::from_name(name).unwrap();
            assert!(!seen.contains(&key), "{name} is there twice");
            seen.push(key);
            let pressed = Event::Key {
                key,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers: Modifiers::COMMAND,
            };
            assert_eq!(chord_of(&pressed), Chord::new((true, false), name));
        }
    }
}
