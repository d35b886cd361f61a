//! The result column: model, bars, what they mean, scope, influence, the reader's own answer, limits; then the note.

use egui::{
<<<<<<< HEAD
    Align, ComboBox, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Sense, Ui,
    WidgetInfo, accesskit::Role,
=======
    Align, ComboBox, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui, WidgetInfo,
    accesskit::Role,
>>>>>>> main
};

use super::{
    Scene,
<<<<<<< HEAD
    controls::{Button, bar, body, card, fold, head, muted, progress_line, strong, swatch},
    note_ui::note_section_ui,
=======
    controls::{Button, body, card, head, muted, progress_line, strong, swatch},
    note_ui::note_section_ui,
    scores_ui::{answer_ui, bullet, limits_ui, scope_ui, scores_ui, warnings_ui},
>>>>>>> main
    theme::{self, BODY, RESULT, SMALL},
    words,
};
use crate::{
    model::Manifest,
<<<<<<< HEAD
    prediction::{Calibration, Call, Ood, Prediction, Score},
    render::caption::percent,
    session::{
        Action, Answer, Command, Content, ItemId, Kind, Loading, Reading, meaning, scope_words,
    },
=======
    prediction::Prediction,
    session::{Action, Command, Content, ItemId, Kind, Loading, Reading},
>>>>>>> main
};

/// Draws the column for what is in the middle.
pub(super) fn result_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let frame = Frame::new()
        .fill(scene.tokens.background)
        .inner_margin(Margin::symmetric(16, 14));
    Panel::right("result")
        .default_size(RESULT)
        .size_range(300.0..=520.0)
        .frame(frame)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 12.0;
                let Some(item) = scene.state.center() else {
                    return nothing_ui(ui, scene);
                };
                match &item.content {
                    Content::Scan(scan) => {
                        let empty = Reading::default();
                        let asked = Asked {
                            item: item.id,
                            kind: Kind::Scan,
                            reading: scan.reading().unwrap_or(&empty),
                            prediction: scan.prediction(),
                        };
                        reading_ui(ui, scene, &asked, commands);
                        note_section_ui(ui, scene, commands);
                    }
                    Content::Note(note) => {
                        let asked = Asked {
                            item: item.id,
                            kind: Kind::Note,
                            reading: &note.reading,
                            prediction: note.prediction(),
                        };
                        reading_ui(ui, scene, &asked, commands);
                    }
                }
            });
        });
}

/// What was asked about one frame or note.
pub(super) struct Asked<'a> {
    pub(super) item: ItemId,
    pub(super) kind: Kind,
    pub(super) reading: &'a Reading,
    /// Only if it is about what is on screen.
    pub(super) prediction: Option<&'a Prediction>,
}

fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>) {
    head(ui, scene.tokens, "Models");
    if scene.state.are_models_loading() {
        muted(ui, scene.tokens, "Loading and testing the models…");
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

fn reading_ui(ui: &mut Ui, scene: &Scene<'_>, asked: &Asked<'_>, commands: &mut Vec<Command>) {
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
            scope_ui(ui, scene, prediction);
            warnings_ui(ui, scene, prediction);
            if let Loading::Failed(failure) = &asked.reading.explanation {
                card(ui, scene.tokens, |ui| {
                    super::notice_ui::failure_words_ui(ui, scene, failure, commands)
                });
            }
            answer_ui(ui, scene, asked, commands);
            limits_ui(ui, scene, manifest);
        }
        (Loading::Waiting(id), ..) => waiting_ui(
            ui,
            scene,
            scene.progress.get(id).copied(),
            "Scoring",
            commands,
        ),
        (Loading::Failed(failure), ..) => {
            card(ui, scene.tokens, |ui| {
                super::notice_ui::failure_words_ui(ui, scene, failure, commands)
            });
        }
        (Loading::Empty | Loading::Ready(_), _, Some(manifest)) => {
            before_ui(ui, scene, asked, manifest, commands)
        }
        (Loading::Empty | Loading::Ready(_), _, None) => no_model_ui(ui, scene, asked.kind),
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
            RichText::new("Result")
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
                ui.add(Label::new(name).truncate())
                    .on_hover_text(format!("weights {}", manifest.weights.sha256));
                return;
            }
            let chooser = ComboBox::from_id_salt("model")
                .selected_text(name)
                .width(210.0)
                .truncate();
            let shown = chooser.show_ui(ui, |ui| {
                for model in scene.state.models_for(asked.kind) {
<<<<<<< HEAD
                    if ui
                        .selectable_label(model.name == manifest.name, words::model_name(model))
                        .clicked()
                    {
                        commands.push(Command::ChooseModel(asked.kind, model.name.clone()));
                        commands.push(Command::Act(Action::Score));
                    }
=======
                    let is_chosen = model.name == manifest.name;
                    let row = ui.selectable_label(is_chosen, words::model_name(model));
                    let choose = Command::ChooseModel(asked.kind, model.name.clone());
                    commands.extend(row.clicked().then_some(choose));
                    commands.extend(row.clicked().then_some(Command::Act(Action::Score)));
>>>>>>> main
                }
            });
            shown
                .response
                .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Model"));
        });
    });
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
        let score = Button::new("Score")
            .key("Space")
            .primary()
            .width(width)
            .show(ui, tokens);
        if score.on_hover_text(Action::Score.info().tooltip).clicked() {
            commands.push(Command::Act(Action::Score));
        }
    });
    if asked.reading.prediction == Loading::Empty && scene.state.are_models_loading() {
        muted(ui, tokens, "Loading and testing the models…");
    }
}

fn no_model_ui(ui: &mut Ui, scene: &Scene<'_>, kind: Kind) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        if scene.state.are_models_loading() {
            body(ui, tokens, "Loading and testing the models…");
            ui.add_space(6.0);
            progress_line(ui, tokens, None);
            return;
        }
        let what = match kind {
            Kind::Scan => "scans",
            Kind::Note => "notes",
        };
        body(ui, tokens, &format!("No model for {what} is installed"));
        muted(
            ui,
            tokens,
            "Put a model bundle into the models folder and start Wardlight again.",
        );
    });
}

fn waiting_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    progress: Option<(usize, usize)>,
    doing: &str,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        let share = progress.map(|(done, total)| done as f32 / total.max(1) as f32);
        ui.horizontal(|ui| {
            let text = progress.map_or_else(
                || format!("{doing}…"),
                |(done, total)| format!("{doing}… {done} of {total}"),
            );
            ui.label(
                RichText::new(text)
                    .font(theme::regular(BODY))
                    .color(tokens.text),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::new("Cancel")
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

<<<<<<< HEAD
/// Rows that are shown before "more".
const N_ROWS: usize = 5;

fn scores_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    prediction: &Prediction,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let mut order: Vec<(usize, &Score)> = prediction.scores.iter().enumerate().collect();
        if N_ROWS < order.len() {
            order.sort_by(|(_, a), (_, b)| b.probability.total_cmp(&a.probability));
        }
        let (first, rest) = order.split_at(order.len().min(N_ROWS));
        for (idx, score) in first {
            score_ui(ui, scene, asked, (*idx, score), commands);
        }
        if !rest.is_empty() {
            fold(
                ui,
                tokens,
                "more labels",
                &format!("{} more", rest.len()),
                |ui| {
                    for (idx, score) in rest {
                        score_ui(ui, scene, asked, (*idx, score), commands);
                    }
                },
            );
        }
        let label = asked
            .reading
            .label
            .and_then(|it| prediction.scores.get(it.0));
        let primary = label.filter(|it| it.operating_point.is_some()).or_else(|| {
            prediction
                .scores
                .iter()
                .find(|it| it.operating_point.is_some())
        });
        ui.add_space(2.0);
        for sentence in primary
            .or(label)
            .map(|it| meaning(prediction, it))
            .unwrap_or_default()
        {
            muted(ui, tokens, &sentence.0);
        }
    });
}

/// A label with its bar; a click explains it.
fn score_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    (idx, score): (usize, &Score),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    let is_above = matches!(score.call, Call::Above | Call::Chosen);
    let value = match &asked.prediction.map(|it| &it.calibration) {
        Some(Calibration::None) => format!("{:.2}", score.probability),
        Some(Calibration::Temperature { .. }) | None => percent(score.probability),
    };
    let side = score.operating_point.as_ref().map(|it| {
        let side = if is_above { "above" } else { "below" };
        format!("{side} {}", percent(it.threshold))
    });
    let spoken = format!(
        "{} {value} {}",
        score.label,
        side.as_deref().unwrap_or_default()
    );
    let is_explained = asked.reading.label.is_some_and(|it| it.0 == idx);
    let drawn = ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            let color = if is_explained || is_above {
                tokens.text
            } else {
                tokens.muted
            };
            ui.label(
                RichText::new(words::sentence_case(&score.label))
                    .font(theme::regular(BODY))
                    .color(color),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                if let Some(side) = &side {
                    ui.label(
                        RichText::new(side)
                            .font(theme::regular(SMALL))
                            .color(tokens.muted),
                    );
                }
                let text = RichText::new(&value);
                ui.label(if is_above {
                    text.font(theme::semibold(BODY)).color(tokens.amber)
                } else {
                    text.font(theme::regular(BODY)).color(tokens.muted)
                });
            });
        });
        let color = if is_above { tokens.amber } else { tokens.faint };
        bar(
            ui,
            tokens,
            score.probability,
            score.operating_point.as_ref().map(|it| it.threshold),
            color,
        );
    });
    let response = ui.interact(
        drawn.response.rect,
        ui.scope_id().with(("score", asked.item.0, idx)),
        Sense::click(),
    );
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_explained, &spoken));
    super::controls::focus_ring(ui, &response, tokens);
    let response = response.on_hover_text("Show the influence on this label");
    if response.clicked() {
        commands.push(Command::ChooseLabel(
            asked.item,
            crate::prediction::LabelIdx(idx),
        ));
    }
}

fn scope_ui(ui: &mut Ui, scene: &Scene<'_>, prediction: &Prediction) {
    let tokens = scene.tokens;
    let (verdict, detail) = scope_words(&prediction.ood);
    let color = match prediction.ood {
        Ood::Unknown => tokens.muted,
        Ood::Within { .. } => tokens.teal,
        Ood::Outside { .. } => tokens.amber,
    };
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            ui.label(
                RichText::new("Within what the model knows")
                    .font(theme::regular(BODY))
                    .color(tokens.text),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                ui.label(
                    RichText::new(verdict)
                        .font(theme::regular(BODY))
                        .color(color),
                );
                let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(9.0), Sense::hover());
                match prediction.ood {
                    // Hollow: nobody looked.
                    Ood::Unknown => ui.painter().circle_stroke(
                        rect.center(),
                        4.0,
                        egui::Stroke::new(1.4, color),
                    ),
                    Ood::Within { .. } | Ood::Outside { .. } => {
                        ui.painter().circle_filled(rect.center(), 4.5, color)
                    }
                };
            });
        });
        muted(ui, tokens, &detail);
    });
}

fn warnings_ui(ui: &mut Ui, scene: &Scene<'_>, prediction: &Prediction) {
    if prediction.warnings.is_empty() {
        return;
    }
    card(ui, scene.tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        body(ui, scene.tokens, "To keep in mind");
        for warning in &prediction.warnings {
            bullet(ui, scene, &words::capital(&warning.text));
        }
    });
}

fn answer_ui(ui: &mut Ui, scene: &Scene<'_>, asked: &Asked<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.horizontal(|ui| {
            ui.label(
                RichText::new("Your reading")
                    .font(theme::regular(BODY))
                    .color(tokens.text),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(
                    RichText::new("until you close it")
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
                let info = action.info();
                let is_selected = asked.reading.answer == Some(answer);
                let button = Button::new(info.name)
                    .key(info.key)
                    .tight()
                    .width(width)
                    .selected(is_selected)
                    .show(ui, tokens);
                if button.on_hover_text(info.tooltip).clicked() {
                    commands.push(Command::Answer(asked.item, answer));
                }
            }
        });
    });
}

fn limits_ui(ui: &mut Ui, scene: &Scene<'_>, manifest: &Manifest) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        fold(ui, tokens, "limits", "The model and its limits", |ui| {
            muted(ui, tokens, &manifest.intended_use);
            muted(
                ui,
                tokens,
                "Influence shows what moved the score. It is not an outline of disease.",
            );
            for limit in &manifest.limits {
                bullet(ui, scene, limit);
            }
            for metric in &manifest.metrics {
                let (value, low, high) = (
                    metric.estimate.value,
                    metric.estimate.low,
                    metric.estimate.high,
                );
                let text = format!(
                    "{} {value:.3} ({low:.3}\u{2013}{high:.3}), n = {}: {}",
                    metric.name, metric.estimate.n, metric.set
                );
                muted(ui, tokens, &text);
            }
            muted(
                ui,
                tokens,
                &format!("Trained {} on {}", manifest.trained, manifest.data),
            );
            muted(
                ui,
                tokens,
                &format!(
                    "Licence: {}. Weights {}.",
                    manifest.licence,
                    manifest.weights.sha256.short()
                ),
            );
        });
    });
}

fn bullet(ui: &mut Ui, scene: &Scene<'_>, words: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.add_space(1.0);
        ui.vertical(|ui| {
            ui.add_space(6.0);
            let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(4.0), Sense::hover());
            ui.painter()
                .circle_filled(rect.center(), 1.8, scene.tokens.faint);
        });
        muted(ui, scene.tokens, words);
    });
}

=======
>>>>>>> main
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
