//! Failures as cards over the viewport: headline, remedy, cause (folded), copy, try again, dismiss.

use egui::{Align, Align2, Area, Frame, Id, Layout, Margin, Order, RichText, Stroke, Ui, vec2};

use super::{
    Scene,
    controls::{Button, fold, muted},
    theme::{self, BODY, FOOTER, RADIUS, STRIP},
};
use crate::{
    failure::Failure,
    session::{Command, Notice, Tone},
};

/// Cards that are shown at once; older ones come up when these are dismissed.
const N_CARDS: usize = 3;

/// Draws the newest notices, bottom left of the viewport, above the strip.
pub(super) fn notices_ui(ui: &Ui, scene: &Scene<'_>, left: f32, commands: &mut Vec<Command>) {
    let notices = &scene.state.notices;
    if notices.is_empty() {
        return;
    }
    let area = Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(
            Align2::LEFT_BOTTOM,
            vec2(left + 16.0, -FOOTER - STRIP - 12.0),
        );
    area.show(ui.ctx(), |ui| {
        ui.set_max_width(380.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        for notice in notices.iter().rev().take(N_CARDS) {
            notice_ui(ui, scene, notice, commands);
        }
    });
}

fn notice_ui(ui: &mut Ui, scene: &Scene<'_>, notice: &Notice, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    let frame = Frame::new()
        .fill(tokens.card)
        .stroke(Stroke::new(1.0, tokens.line_strong))
        .corner_radius(RADIUS)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::symmetric(16, 14));
    frame.show(ui, |ui| {
        ui.push_id(notice.id, |ui| {
            ui.set_width(348.0);
            ui.spacing_mut().item_spacing.y = 6.0;
            let color = match notice.tone {
                Tone::Failure => tokens.red,
                Tone::Done => tokens.teal,
            };
            ui.label(
                RichText::new(&notice.failure.headline)
                    .font(theme::semibold(BODY))
                    .color(color),
            );
            if let Some(path) = &notice.subject {
                // For the clinician's eyes: what was written is told with its place, what was read by its name.
                let path = path.reveal();
                let name = match notice.tone {
                    Tone::Done => path.as_os_str(),
                    Tone::Failure => path.file_name().unwrap_or_default(),
                };
                let name = RichText::new(name.to_string_lossy())
                    .font(theme::regular(BODY))
                    .color(tokens.text);
                let label = egui::Label::new(name);
                ui.add(match notice.tone {
                    Tone::Done => label.wrap(),
                    Tone::Failure => label.truncate(),
                });
            }
            muted(ui, tokens, &notice.failure.remedy);
            if !notice.failure.cause.is_empty() {
                fold(ui, tokens, "cause", &scene.words.say("cause"), |ui| {
                    muted(ui, tokens, &notice.failure.cause);
                });
            }
            ui.add_space(2.0);
            notice_buttons_ui(ui, scene, notice, commands);
        });
    });
}

fn notice_buttons_ui(ui: &mut Ui, scene: &Scene<'_>, notice: &Notice, commands: &mut Vec<Command>) {
    let (tokens, words) = (scene.tokens, scene.words);
    ui.horizontal(|ui| {
        let again = words.say("try-again");
        if notice.retry.is_some() && Button::new(&again).show(ui, tokens).clicked() {
            commands.push(Command::Retry(notice.id));
        }
        if !notice.failure.cause.is_empty()
            && Button::new(&words.say("copy"))
                .quiet()
                .show(ui, tokens)
                .on_hover_text(words.say("copy-hint"))
                .clicked()
        {
            commands.push(Command::Copy(whole_text(&notice.failure)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let dismiss = words.say("dismiss");
            if Button::new(&dismiss).quiet().show(ui, tokens).clicked() {
                commands.push(Command::Dismiss(notice.id));
            }
        });
    });
}

/// A failure in the place where its answer would have been.
pub(super) fn failure_words_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    failure: &Failure,
    commands: &mut Vec<Command>,
) {
    let (tokens, words) = (scene.tokens, scene.words);
    ui.spacing_mut().item_spacing.y = 6.0;
    ui.label(
        RichText::new(&failure.headline)
            .font(theme::semibold(BODY))
            .color(tokens.red),
    );
    muted(ui, tokens, &failure.remedy);
    fold(ui, tokens, "cause", &words.say("cause"), |ui| {
        muted(ui, tokens, &failure.cause);
        if Button::new(&words.say("copy"))
            .quiet()
            .show(ui, tokens)
            .clicked()
        {
            commands.push(Command::Copy(whole_text(failure)));
        }
    });
}

fn whole_text(failure: &Failure) -> String {
    format!(
        "{}\n{}\n{}",
        failure.headline, failure.remedy, failure.cause
    )
}
