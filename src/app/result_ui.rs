//! The result column: model, bars, what they mean, scope, influence, the reader's own answer, limits; then the note.

use egui::{
    Align, ComboBox, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui, WidgetInfo,
    accesskit::Role,
};

use super::{
    Scene,
    compare_ui::{button_ui, compare_ui},
    controls::{Button, body, card, head, muted, progress_line, strong, swatch},
    map_ui::map_ui,
    modules_ui::{modules_ui, news2_card_ui},
    note_ui::note_section_ui,
    opinion_ui::opinion_ui,
    remember_width,
    scores_ui::{bullet, limits_ui, scope_ui, scores_ui, warnings_ui},
    theme::{self, BODY, SMALL},
    words,
};
use crate::{
    model::Manifest,
    session::{Action, Asked, Column, Command, Content, Kind, Loading, ScanItem},
    words::Part,
};

/// Why there is no result beside planes through many slices.
fn planes_card_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let words = scene.words;
    card(ui, scene.tokens, |ui| {
        let title = words.say("planes-no-result");
        strong(ui, &title, BODY, scene.tokens.text);
        body(ui, scene.tokens, &words.say("planes-no-result-why"));
        let back = Action::TogglePlanes;
        let button = words.say("planes-back");
        let button = Button::new(&button);
        if button
            .key(&scene.key(back))
            .show(ui, scene.tokens)
            .clicked()
        {
            commands.push(Command::Act(back));
        }
    });
}

/// Draws the column for what is in the middle.
pub(super) fn result_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let frame = Frame::new().inner_margin(Margin::symmetric(16, 14));
    let widest = (0.4 * ui.ctx().content_rect().width()).clamp(300.0, 520.0);
    let column = Panel::right("result")
        .default_size(scene.state.settings.result_width)
        .size_range(300.0..=widest)
        .frame(frame)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 12.0;
                let Some(item) = scene.state.center() else {
                    return nothing_ui(ui, scene);
                };
                let scan = match &item.content {
                    Content::Scan(scan) => Some(&**scan),
                    Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
                };
                match scene.state.asked() {
                    Some(asked) => reading_ui(ui, scene, (&asked, scan), commands),
                    None => planes_card_ui(ui, scene, commands),
                }
                if matches!(item.content.kind(), Kind::Scan | Kind::Series) {
                    note_section_ui(ui, scene, commands);
                }
                news2_card_ui(ui, scene);
                modules_ui(ui, scene);
            });
        });
    let width = column.response.rect.width();
    remember_width(scene, Column::Result, (width, widest), commands);
}

fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>) {
    head(ui, scene.tokens, &scene.words.say("models"));
    if scene.state.are_models_loading() {
        muted(ui, scene.tokens, &scene.words.say("models-testing"));
        progress_line(ui, scene.tokens, None);
    }
    for manifest in &scene.state.models {
        card(ui, scene.tokens, |ui| {
            body(ui, scene.tokens, &manifest.title);
            ui.add_space(2.0);
            muted(ui, scene.tokens, &manifest.intended_use);
            muted(ui, scene.tokens, &words::model_name(manifest));
        });
    }
}

/// `scan` is what is asked about, unless it is a note.
fn reading_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (asked, scan): (&Asked<'_>, Option<&ScanItem>),
    commands: &mut Vec<Command>,
) {
    let manifest = asked
        .reading
        .model
        .as_ref()
        .filter(|_| asked.prediction.is_some())
        .or_else(|| scene.state.model_for(asked.kind));
    header_ui(ui, scene, asked, manifest.map(AsRef::as_ref), commands);
    match (&asked.reading.prediction, asked.prediction, manifest) {
        (Loading::Ready(_), Some(prediction), Some(manifest)) => {
            scores_ui(ui, scene, asked, prediction, commands);
            if scan.is_some() {
                compare_ui(ui, scene, prediction, commands);
            }
            scope_ui(ui, scene, prediction);
            if let Some(scan) = scan {
                map_ui(ui, scene, (asked, scan), manifest, commands);
            }
            warnings_ui(ui, scene, asked, prediction);
            if let Loading::Failed(failure) = &asked.reading.explanation {
                card(ui, scene.tokens, |ui| {
                    super::notice_ui::failure_words_ui(ui, scene, failure, commands)
                });
            }
            opinion_ui(ui, scene, (asked.item, prediction, asked.reading), commands);
            limits_ui(ui, scene, manifest);
        }
        (Loading::Waiting(id), ..) => {
            waiting_ui(ui, scene, scene.progress.get(id).copied(), commands);
        }
        (Loading::Failed(failure), ..) => {
            card(ui, scene.tokens, |ui| {
                super::notice_ui::failure_words_ui(ui, scene, failure, commands);
                if asked.reading.is_refused {
                    beyond_scope_ui(ui, scene, commands);
                }
            });
        }
        (Loading::Empty | Loading::Ready(_), _, Some(manifest)) => {
            before_ui(ui, scene, asked, manifest, commands)
        }
        (Loading::Empty | Loading::Ready(_), _, None) => no_model_ui(ui, scene, asked.kind),
    }
}

/// The way around a refusal, quiet on purpose: the result will carry the reasons.
fn beyond_scope_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let action = Action::ScoreBeyondScope;
    let words = action.words(scene.words);
    ui.add_space(2.0);
    let button = Button::new(&words.name)
        .key(&scene.key(action))
        .show(ui, scene.tokens);
    if button.on_hover_text(words.tooltip).clicked() {
        commands.push(Command::Act(action));
    }
}

fn header_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    manifest: Option<&Manifest>,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(scene.words.say("result"))
                .font(theme::semibold(theme::HEAD))
                .color(tokens.text),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let Some(manifest) = manifest else { return };
            let name = words::model_name(manifest);
            if scene.state.models_for(asked.kind).count() < 2 {
                let name = RichText::new(&name)
                    .font(theme::regular(SMALL))
                    .color(tokens.muted);
                let weights = manifest.weights_sha256().to_string();
                let parts = [("hash", Part::from(&weights))];
                ui.add(Label::new(name).truncate())
                    .on_hover_text(scene.words.say_with("result-weights", &parts));
                return;
            }
            let chooser = ComboBox::from_id_salt("model")
                .selected_text(name)
                .width((ui.available_width() - 8.0).clamp(60.0, 210.0))
                .truncate();
            let shown = chooser.show_ui(ui, |ui| {
                for model in scene.state.models_for(asked.kind) {
                    let is_chosen = **model == *manifest;
                    let row = ui.selectable_label(is_chosen, words::model_name(model));
                    let choose = Command::ChooseModel(asked.kind, model.model_ref());
                    commands.extend(row.clicked().then_some(choose));
                    commands.extend(row.clicked().then_some(Command::Act(Action::Score)));
                }
            });
            let name = scene.words.say("model");
            shown
                .response
                .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
        });
    });
    let has_others = 1 < scene.state.models_for(asked.kind).count();
    let is_compared = scene.state.asked_beside().is_some();
    if asked.kind == Kind::Scan && asked.prediction.is_some() && has_others && !is_compared {
        // Below the name of the model, which wants its room.
        let compare = scene.words.say("compare-button");
        let compare = (compare.as_str(), Action::CompareModels);
        button_ui(ui, scene, compare, commands);
    }
}

/// Before scoring: what the model is for, what it is not for, and the one button.
fn before_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    manifest: &Manifest,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        strong(ui, &manifest.title, BODY, tokens.text);
        muted(ui, tokens, &manifest.intended_use);
        for limit in &manifest.limits {
            bullet(ui, scene, limit);
        }
        ui.add_space(4.0);
        let width = ui.available_width();
        let words = Action::Score.words(scene.words);
        let score = Button::new(&words.name)
            .key(&scene.key(Action::Score))
            .primary()
            .width(width)
            .show(ui, tokens);
        if score.on_hover_text(words.tooltip).clicked() {
            commands.push(Command::Act(Action::Score));
        }
    });
    if asked.reading.prediction == Loading::Empty && scene.state.are_models_loading() {
        muted(ui, tokens, &scene.words.say("models-testing"));
    }
}

fn no_model_ui(ui: &mut Ui, scene: &Scene<'_>, kind: Kind) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        if scene.state.are_models_loading() {
            body(ui, tokens, &scene.words.say("models-testing"));
            ui.add_space(6.0);
            progress_line(ui, tokens, None);
            return;
        }
        body(ui, tokens, &kind.no_model(scene.words));
        muted(ui, tokens, &scene.words.say("no-model-remedy"));
    });
}

fn waiting_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    progress: Option<(usize, usize)>,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        let share = progress.map(|(done, total)| done as f32 / total.max(1) as f32);
        ui.horizontal(|ui| {
            let text = progress.map_or_else(
                || scene.words.say("scoring"),
                |(done, total)| {
                    let parts = [("done", done.into()), ("total", total.into())];
                    scene.words.say_with("scoring-of", &parts)
                },
            );
            ui.label(
                RichText::new(text)
                    .font(theme::regular(BODY))
                    .color(tokens.text),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::new(&scene.words.say("cancel"))
                    .key("Esc")
                    .quiet()
                    .show(ui, tokens)
                    .clicked()
                {
                    commands.push(Command::Act(Action::Escape));
                }
            });
        });
        progress_line(ui, tokens, share);
    });
}

/// A mark and its word, for legends.
pub(super) fn legend_entry(ui: &mut Ui, scene: &Scene<'_>, color: egui::Color32, words: &str) {
    ui.spacing_mut().item_spacing.x = 6.0;
    swatch(ui, color);
    ui.label(
        RichText::new(words)
            .font(theme::regular(SMALL))
            .color(scene.tokens.muted),
    );
}
