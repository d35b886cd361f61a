//! The reader's own answer to what the model says, and why.

use egui::{
    Align, Id, Label, Layout, Margin, RichText, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, card, muted},
    theme::{self, BODY, CONTROL, SMALL},
};
use crate::{
    prediction::{ModelRef, Prediction},
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
    let class = reading.class().unwrap_or_default();
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        heading_ui(ui, scene, class);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let width = ((ui.available_width() - 12.0) / 3.0).floor();
            for (answer, action) in [
                (Answer::Agree, Action::Agree),
                (Answer::Disagree, Action::Disagree),
                (Answer::Unsure, Action::Unsure),
            ] {
                let words = action.words(scene.words);
                let chosen = reading.opinion().map(|it| it.answer);
                let button = Button::new(&words.name)
                    .key(&scene.key(action))
                    .tight()
                    .width(width)
                    .selected(chosen == Some(answer))
                    .show(ui, tokens);
                if button.on_hover_text(words.tooltip).clicked() {
                    commands.push(Command::Answer(item, answer));
                }
            }
        });
        if let Some(opinion) = reading.opinion() {
            reason_ui(ui, scene, (item, prediction), (class, opinion), commands);
        }
    });
}

/// What the word is about, and how long it lasts.
fn heading_ui(ui: &mut Ui, scene: &Scene<'_>, class: &str) {
    let tokens = scene.tokens;
    let lasts = if scene.state.door.user.is_some() {
        scene.words.say("opinion-kept")
    } else {
        scene.words.say("opinion-until")
    };
    let parts = [("class", class.into())];
    let heading = scene.words.say_with("opinion", &parts);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let lasts = RichText::new(lasts).font(theme::regular(SMALL));
            ui.label(lasts.color(tokens.muted));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let heading = RichText::new(heading).font(theme::regular(BODY));
                ui.add(Label::new(heading.color(tokens.text)).truncate());
            });
        });
    });
}

/// Of the field for the reason of what was said of this class.
pub(super) fn reason_id(item: ItemId, frame_idx: usize, model: &ModelRef, class: &str) -> Id {
    Id::unique(("reason", item.0, frame_idx, model, class))
}

/// One line for the reason, told to the session when Enter is pressed or the field is left.
fn reason_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (item, prediction): (ItemId, &Prediction),
    (class, opinion): (&str, &Opinion),
    commands: &mut Vec<Command>,
) {
    let (frame_idx, model) = (prediction.about.frame_idx, &prediction.model);
    // For the eyes of the reader who types it.
    let mut typed = opinion.reason.reveal().clone();
    let why = scene.words.say("opinion-why");
    let field = TextEdit::singleline(&mut typed)
        .id(reason_id(item, frame_idx, model, class))
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
    if shown.gained_focus() {
        shown.scroll_to_me(None);
    }
    if shown.changed() {
        commands.push(Command::TypeReason(item, frame_idx, Phi::new(typed)));
    }
    if shown.lost_focus() {
        commands.push(Command::KeepReason(item, frame_idx));
    }
}
