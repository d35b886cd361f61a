//! The reader's own answer to what the model says, and why.

use egui::{Align, Id, Layout, Margin, RichText, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{
    Scene,
    controls::{Button, card, muted},
    theme::{self, BODY, CONTROL, SMALL},
};
use crate::{
    prediction::Prediction,
    privacy::Phi,
    session::{Action, Answer, Command, ItemId, Opinion, Reading},
    store::REASON_CHARS,
};

/// Draws the three answers and, once one is chosen, the field for its reason.
pub(super) fn opinion_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (item, prediction, reading): (ItemId, &Prediction, &Reading),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(scene.words.say("opinion"))
                    .font(theme::regular(BODY))
                    .color(tokens.text),
            );
            let lasts = if scene.state.door.user.is_some() {
                scene.words.say("opinion-kept")
            } else {
                scene.words.say("opinion-until")
            };
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(
                    RichText::new(lasts)
                        .font(theme::regular(SMALL))
                        .color(tokens.muted),
                );
            });
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let width = ((ui.available_width() - 12.0) / 3.0).floor();
            for (answer, action) in [
                (Answer::Agree, Action::Agree),
                (Answer::Disagree, Action::Disagree),
                (Answer::Unsure, Action::Unsure),
            ] {
                let words = action.words(scene.words);
                let chosen = reading.opinion.as_ref().map(|it| it.answer);
                let button = Button::new(&words.name)
                    .key(action.info().key)
                    .tight()
                    .width(width)
                    .selected(chosen == Some(answer))
                    .show(ui, tokens);
                if button.on_hover_text(words.tooltip).clicked() {
                    commands.push(Command::Answer(item, answer));
                }
            }
        });
        if let Some(opinion) = &reading.opinion {
            let frame_idx = prediction.about.frame_idx;
            reason_ui(ui, scene, (item, frame_idx, opinion), commands);
        }
    });
}

/// One line for the reason, told to the session when Enter is pressed or the field is left.
fn reason_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (item, frame_idx, opinion): (ItemId, usize, &Opinion),
    commands: &mut Vec<Command>,
) {
    // For the eyes of the reader who types it.
    let mut typed = opinion.reason.reveal().clone();
    let why = scene.words.say("opinion-why");
    let field = TextEdit::singleline(&mut typed)
        .id(Id::unique(("reason", item.0, frame_idx)))
        .hint_text(&why)
        .char_limit(REASON_CHARS)
        .font(theme::regular(BODY))
        .margin(Margin::symmetric(8, 6))
        .desired_width(ui.available_width())
        .min_size(vec2(0.0, CONTROL));
    let shown = ui.add(field);
    shown.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &why));
    if typed.chars().count() == REASON_CHARS {
        muted(ui, scene.tokens, &scene.words.say("opinion-full"));
    }
    if shown.changed() {
        commands.push(Command::TypeReason(item, frame_idx, Phi::new(typed)));
    }
    if shown.lost_focus() {
        commands.push(Command::KeepReason(item, frame_idx));
    }
}
