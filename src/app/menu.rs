//! Menus of actions: each entry with its key.

use egui::{Popup, Response, Ui};

use super::{
    Scene,
    controls::{Button, focus_ring},
};
use crate::session::{Action, Command};

/// A quiet button that opens a menu; `None` is a line between entries.
pub(super) fn menu_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    name: &str,
    entries: &[Option<Action>],
    commands: &mut Vec<Command>,
) -> Response {
    let button = Button::new(name).quiet().tight().show(ui, scene.tokens);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(200.0);
        for entry in entries {
            match entry {
                Some(action) => {
                    let name = action.words(scene.words).name;
                    entry_ui(ui, scene, (&name, *action), commands);
                }
                None => {
                    ui.separator();
                }
            }
        }
    });
    button
}

/// One entry; a click on it closes the menu.
pub(super) fn entry_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (words, action): (&str, Action),
    commands: &mut Vec<Command>,
) {
    let entry = egui::Button::new(words)
        .shortcut_text(scene.key(action))
        .frame(false);
    let entry = ui.add(entry);
    focus_ring(ui, &entry, scene.tokens);
    if entry.clicked() {
        commands.push(Command::Act(action));
        ui.close();
    }
}
