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
    let tokens = scene.tokens;
    let top = (ui.available_height() * 0.5 - 190.0).max(24.0);
    ui.vertical_centered(|ui| {
        ui.add_space(top);
        ui.allocate_ui_with_layout(vec2(WIDTH.min(ui.available_width() - 32.0), 0.0), Layout::top_down(Align::LEFT), |ui| {
            ui.spacing_mut().item_spacing.y = 10.0;
            strong(ui, "Open a scan, a note or a course", TITLE, tokens.text);
            muted(ui, tokens, "DICOM, PNG, JPEG, TIFF or BMP; notes as text, RTF, DOCX, PDF or FHIR; measurements as CSV, PhysioNet or FHIR. Files are told apart by what is in them; nothing leaves this computer.");
            ui.add_space(6.0);
            if scene.state.is_opening() {
                muted(ui, tokens, "Opening…");
                progress_line(ui, tokens, None);
                return;
            }
            let width = ui.available_width();
            way_ui(ui, scene, ("Choose files…", Action::OpenFiles, width), commands);
            way_ui(ui, scene, ("Type or paste a path…", Action::OpenPath, width), commands);
            muted(ui, tokens, "Or drop files anywhere on this window.");
            ui.add_space(10.0);
            sample_ui(ui, scene, commands);
        });
    });
}

fn way_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (words, action, width): (&str, Action, f32),
    commands: &mut Vec<Command>,
) {
    let button = Button::new(words)
        .key(&action.key_text())
        .width(width)
        .show(ui, scene.tokens);
    if button.on_hover_text(action.info().tooltip).clicked() {
        commands.push(Command::Act(action));
    }
}

fn sample_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            body(ui, tokens, "New here?");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let open = Button::new("Open the sample case")
                    .primary()
                    .show(ui, tokens);
                commands.extend(open.clicked().then_some(Command::Act(Action::OpenSample)));
            });
        });
        muted(
            ui,
            tokens,
            "A synthetic chest picture, a note and a course, made by this program.",
        );
    });
}
