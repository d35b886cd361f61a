//! The cards of an answer: bars with what they mean, scope, warnings, the model's limits.

use egui::{Align, Layout, RichText, Sense, Ui, WidgetInfo, accesskit::Role};

use super::{
    Scene,
    controls::{bar, body, card, focus_ring, fold, muted},
    map_words::not_offered,
    theme::{self, BODY, SMALL},
    trust_ui::trust_ui,
    words,
};
use crate::{
    model::Manifest,
    prediction::{Calibration, Call, LabelIdx, Ood, Prediction, Score},
    render::caption::percent,
    session::{Asked, Command, meaning, scope_words},
    words::{Part, Words},
};

/// Rows that are shown before "more".
const N_ROWS: usize = 5;
/// Part of the influence at the border of the picture that is worth a word; an even map has 0.36.
const MUCH_BORDER: f32 = 0.5;

pub(super) fn scores_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    prediction: &Prediction,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let order = prediction.by_excess();
        let (first, rest) = order.split_at(order.len().min(N_ROWS));
        for it in first {
            score_ui(ui, scene, asked, *it, commands);
        }
        if !rest.is_empty() {
            fold(
                ui,
                tokens,
                "more labels",
                &scene
                    .words
                    .say_with("scores-more", &[("n", rest.len().into())]),
                |ui| {
                    for it in rest {
                        score_ui(ui, scene, asked, *it, commands);
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
            .map(|it| meaning(scene.words, prediction, it))
            .unwrap_or_default()
        {
            muted(ui, tokens, &sentence.0);
        }
        if let Some(manifest) = &asked.reading.model {
            trust_ui(ui, scene, (prediction, manifest), commands);
        }
    });
}

/// A probability, or a number between 0 and 1 that is none.
pub(super) fn value_words(calibration: Option<&Calibration>, score: &Score) -> String {
    match calibration {
        Some(Calibration::None) => format!("{:.2}", score.probability),
        Some(_) | None => percent(score.probability),
    }
}

/// On which side of its operating point it lies.
pub(super) fn side_words(words: &Words, score: &Score) -> Option<String> {
    let threshold = percent(score.operating_point.as_ref()?.threshold);
    let parts = [("threshold", Part::from(&threshold))];
    Some(if score.is_above()? {
        words.say_with("score-above", &parts)
    } else {
        words.say_with("score-below", &parts)
    })
}

/// A label with its bar; a click explains it.
fn score_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    (label, score): (LabelIdx, &Score),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    let is_above = matches!(score.call, Call::Above | Call::Chosen);
    let calibration = asked.prediction.map(|it| &it.calibration);
    let value = value_words(calibration, score);
    let side = side_words(scene.words, score);
    let opinion = asked.reading.opinions.get(&score.label);
    let opinion = opinion.map(|it| it.answer.name(scene.words));
    let spoken = [
        score.label.as_str(),
        &value,
        side.as_deref().unwrap_or_default(),
        opinion.as_deref().unwrap_or_default(),
    ];
    let spoken = spoken.join(" ");
    let is_explained = asked.reading.label == Some(label);
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
                for (told, color) in [(&opinion, tokens.teal), (&side, tokens.muted)] {
                    let told = RichText::new(told.as_deref().unwrap_or_default());
                    ui.label(told.font(theme::regular(SMALL)).color(color));
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
        ui.scope_id().with(("score", asked.item.0, label.0)),
        Sense::click(),
    );
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_explained, &spoken));
    focus_ring(ui, &response, tokens);
    let response = response.on_hover_text(scene.words.say("score-tip"));
    if response.clicked() {
        commands.push(Command::ChooseLabel(asked.item, label));
    }
}

pub(super) fn scope_ui(ui: &mut Ui, scene: &Scene<'_>, prediction: &Prediction) {
    let tokens = scene.tokens;
    let (verdict, detail) = scope_words(scene.words, &prediction.ood);
    let color = match prediction.ood {
        Ood::Unknown => tokens.muted,
        Ood::Within { .. } => tokens.teal,
        Ood::Outside { .. } => tokens.amber,
    };
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(scene.words.say("scope"))
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
        if !prediction.beyond_scope.is_empty() {
            muted(ui, tokens, &scene.words.say("scope-although"));
        }
        for reason in &prediction.beyond_scope {
            bullet(ui, scene, &scene.words.retell(reason));
        }
    });
}

pub(super) fn warnings_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    prediction: &Prediction,
) {
    let explanation = asked.reading.explanation.ready();
    let border = explanation
        .and_then(|it| it.border_share)
        .filter(|it| MUCH_BORDER < *it);
    if prediction.warnings.is_empty() && border.is_none() {
        return;
    }
    card(ui, scene.tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        body(ui, scene.tokens, &scene.words.say("keep-in-mind"));
        if let Some(share) = border {
            let share = percent(share);
            let parts = [("share", Part::from(&share))];
            let words = scene.words.say_with("keep-border", &parts);
            bullet(ui, scene, &words);
        }
        for warning in &prediction.warnings {
            bullet(ui, scene, &words::remark(scene.words, &warning.text));
        }
    });
}

pub(super) fn limits_ui(ui: &mut Ui, scene: &Scene<'_>, manifest: &Manifest) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let (words, name) = (scene.words, scene.words.say("limits"));
        fold(ui, tokens, "limits", &name, |ui| {
            muted(ui, tokens, &manifest.intended_use);
            muted(ui, tokens, &words.say("limits-influence"));
            for limit in &manifest.limits {
                bullet(ui, scene, limit);
            }
            for method in manifest.network.methods() {
                if let Some(why) = not_offered(words, manifest, *method) {
                    bullet(ui, scene, &why);
                }
            }
            for metric in manifest.headlines() {
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
            let parts = [
                ("when", Part::from(&manifest.trained)),
                ("data", Part::from(&manifest.data)),
            ];
            muted(ui, tokens, &words.say_with("limits-trained", &parts));
            let hash = manifest.weights_sha256().short();
            let parts = [
                ("licence", Part::from(&manifest.licence)),
                ("hash", Part::from(&hash)),
            ];
            muted(ui, tokens, &words.say_with("limits-licence", &parts));
        });
    });
}

pub(super) fn bullet(ui: &mut Ui, scene: &Scene<'_>, words: &str) {
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
