//! Nothing open yet: three ways to open, and the sample case.

use egui::{Align, Layout, Ui, vec2};

use super::{
    Scene,
    controls::{Button, body, card, muted, progress_line, strong},
    theme::TITLE,
};
use crate::session::{Action, Command};

/// Draws the empty middle of the window.
pub(super) fn empty_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    const WIDTH: f32 = 460.0;
    let (tokens, words) = (scene.tokens, scene.words);
    let top = (ui.available_height() * 0.5 - 190.0).max(24.0);
    ui.vertical_centered(|ui| {
        ui.add_space(top);
        ui.allocate_ui_with_layout(
            vec2(WIDTH.min(ui.available_width() - 32.0), 0.0),
            Layout::top_down(Align::LEFT),
            |ui| {
                ui.spacing_mut().item_spacing.y = 10.0;
                strong(ui, &words.say("empty-title"), TITLE, tokens.text);
                muted(ui, tokens, &words.say("empty-lead"));
                ui.add_space(6.0);
                if scene.state.is_opening() {
                    muted(ui, tokens, &words.say("opening"));
                    progress_line(ui, tokens, None);
                    return;
                }
                let width = ui.available_width();
                if scene.state.is_sitting_offered() {
                    let again = Action::OpenAgain.words(words).name;
                    way_ui(ui, scene, (&again, Action::OpenAgain, width), commands);
                }
                let (files, path) = (words.say("empty-files"), words.say("empty-path"));
                way_ui(ui, scene, (&files, Action::OpenFiles, width), commands);
                way_ui(ui, scene, (&path, Action::OpenPath, width), commands);
                muted(ui, tokens, &words.say("empty-drop"));
                ui.add_space(10.0);
                sample_ui(ui, scene, commands);
            },
        );
    });
}

fn way_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (words, action, width): (&str, Action, f32),
    commands: &mut Vec<Command>,
) {
    let button = Button::new(words)
        .key(&scene.key(action))
        .width(width)
        .show(ui, scene.tokens);
    if button
        .on_hover_text(action.words(scene.words).tooltip)
        .clicked()
    {
        commands.push(Command::Act(action));
    }
}

fn sample_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (tokens, words) = (scene.tokens, scene.words);
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            body(ui, tokens, &words.say("empty-new"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let open = Button::new(&words.say("action-open-sample"))
                    .primary()
                    .show(ui, tokens);
                commands.extend(open.clicked().then_some(Command::Act(Action::OpenSample)));
            });
        });
        muted(ui, tokens, &words.say("empty-sample"));
    });
}
