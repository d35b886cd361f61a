//! The keyboard: the keys of `session::Action` as egui knows them.

use std::cmp::Reverse;

use egui::{
    Context, Event, Key, KeyboardShortcut, Modifiers, Popup, text_selection::LabelSelectionState,
};

use crate::session::{Action, Command, Group, Page, Sheet, State};

/// Turns pressed keys into commands. While text is typed, only keys with Ctrl, Escape and function keys count.
pub(super) fn listen(ctx: &Context, state: &State, commands: &mut Vec<Command>) {
    let is_typing = ctx.text_edit_focused() || state.sheet.is_some_and(|it| it != Sheet::Keys);
    let has_menu = Popup::is_any_open(ctx);
    let is_on_control = ctx.memory(|it| it.focused().is_some());
    let mut actions: Vec<Action> = Action::ALL.into_iter().chain([Action::Escape]).collect();
    // Longest first: egui lets Space be pressed with Shift.
    actions.sort_by_key(|it| Reverse(it.info().key.len()));
    for action in actions {
        if !state.door.is_open() && !Command::Act(action).works_at_door() {
            continue;
        }
        let Some(shortcut) = shortcut(action) else {
            continue;
        };
        let is_plain =
            !shortcut.modifiers.command && !matches!(shortcut.logical_key, Key::Escape | Key::F1);
        // Space and the arrows work the control that the keyboard is on.
        let is_for_control = is_on_control && shortcut.logical_key == Key::Space;
        // A text has an undo of its own, and is copied first.
        let is_for_text = match action {
            Action::Undo | Action::Redo => is_typing,
            Action::CopyView => is_typing || is_text_selected(ctx),
            _ => false,
        };
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
        if is_pressed(ctx, shortcut) || action == Action::CopyView && is_copied(ctx) {
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

/// The key of an action.
pub(super) fn shortcut(action: Action) -> Option<KeyboardShortcut> {
    let key = action.info().key;
    let (modifiers, name) = match key.split_once('+') {
        Some(("Ctrl", name)) => match name.split_once('+') {
            Some(("Shift", name)) => (Modifiers::COMMAND | Modifiers::SHIFT, name),
            _ => (Modifiers::COMMAND, name),
        },
        Some(("Shift", name)) => (Modifiers::SHIFT, name),
        // The key `+` itself, and those that stand alone.
        _ => (Modifiers::NONE, key),
    };
    Some(KeyboardShortcut::new(modifiers, Key::from_name(name)?))
}

#[cfg(test)]
mod tests {
    use super::shortcut;
    use crate::session::Action;

    #[test]
    fn every_key_is_known_to_egui_and_used_once() {
        let mut seen = Vec::new();
        for action in Action::ALL.into_iter().chain([Action::Escape]) {
            let key = action.info().key;
            assert!(
                key.is_empty() || shortcut(action).is_some(),
                "{action:?}: egui knows no key {key}"
            );
            assert!(
                key.is_empty() || !seen.contains(&key),
                "{key} is used twice"
            );
            seen.push(key);
        }
    }
}
