//! Two models on one picture: their answers class by class, side by side, and where they cross their operating points.

use egui::{Align, Layout, RichText, Sense, Ui, WidgetInfo, accesskit::Role};

use super::{
    Scene,
    controls::{Button, bar, body, card, muted, progress_line, strong},
    notice_ui::failure_words_ui,
    scores_ui::{side_words, value_words},
    theme::{self, BODY},
    words::{self, DOT},
};
use crate::{
    prediction::{Prediction, Score},
    session::{Action, Asked, Command, Loading, Pair, Sides, scope_words},
    words::Part,
};

/// Draws what the model beside says, next to the answer of the one in front.
pub(super) fn compare_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    first: &Prediction,
    commands: &mut Vec<Command>,
) {
    let Some(beside) = scene.state.asked_beside() else {
        return;
    };
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        strong(ui, &scene.words.say("compare-title"), BODY, tokens.text);
        match (&beside.reading.prediction, beside.prediction) {
            (Loading::Ready(_), Some(second)) => pairs_ui(ui, scene, [first, second]),
            (Loading::Failed(failure), _) => {
                muted(ui, tokens, &model_words(&beside));
                failure_words_ui(ui, scene, failure, commands);
            }
            _ => {
                muted(ui, tokens, &model_words(&beside));
                let job = beside.reading.prediction.waiting();
                let progress = job.and_then(|it| scene.progress.get(&it));
                let share = progress.map(|(done, total)| *done as f32 / (*total).max(1) as f32);
                progress_line(ui, tokens, share);
            }
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let swap = scene.words.say("compare-swap");
            button_ui(ui, scene, (swap.as_str(), Action::SwapModels), commands);
            let end = scene.words.say("compare-end");
            button_ui(ui, scene, (end.as_str(), Action::CompareModels), commands);
        });
    });
}

/// A quiet button for what the key sheet calls longer.
pub(super) fn button_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (name, action): (&str, Action),
    commands: &mut Vec<Command>,
) {
    let button = Button::new(name)
        .key(&scene.key(action))
        .quiet()
        .tight()
        .show(ui, scene.tokens);
    if button
        .on_hover_text(action.words(scene.words).tooltip)
        .clicked()
    {
        commands.push(Command::Act(action));
    }
}

fn model_words(asked: &Asked<'_>) -> String {
    let model = asked.reading.model.as_ref();
    model.map_or_else(String::new, |it| words::model_name(it))
}

fn pairs_ui(ui: &mut Ui, scene: &Scene<'_>, both: [&Prediction; 2]) {
    let tokens = scene.tokens;
    ui.columns(2, |columns| {
        for (ui, prediction) in columns.iter_mut().zip(both) {
            // Columns would stretch the letters of a name that takes two lines.
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                muted(ui, tokens, &answered_by(prediction));
                let (scope, _) = scope_words(scene.words, &prediction.ood);
                muted(ui, tokens, &scope);
            });
        }
    });
    for pair in Pair::all(both) {
        pair_ui(ui, scene, (both, &pair));
    }
    muted(ui, tokens, &scene.words.say("compare-no-blend"));
}

fn answered_by(prediction: &Prediction) -> String {
    let model = &prediction.model;
    format!("{} {}", model.name, model.version)
}

/// A class, the bar of each model with its own operating point, and the sides that they see it on.
fn pair_ui(ui: &mut Ui, scene: &Scene<'_>, (both, pair): ([&Prediction; 2], &Pair<'_>)) {
    let tokens = scene.tokens;
    let told = told(scene, both, pair);
    let drawn = ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        body(ui, tokens, &words::sentence_case(pair.label));
        ui.columns(2, |columns| {
            for (ui, (prediction, score)) in
                columns.iter_mut().zip(both.into_iter().zip(pair.scores))
            {
                score_ui(ui, scene, (prediction, score));
            }
        });
        muted(ui, tokens, &told);
    });
    let says = both.iter().zip(pair.scores);
    let says = says.map(|(it, score)| {
        let value = score.map_or_else(words::nothing, |score| {
            let side = side_words(scene.words, score).unwrap_or_default();
            format!("{} {side}", value_words(Some(&it.calibration), score))
        });
        let model = answered_by(it);
        let parts = [
            ("model", Part::from(&model)),
            ("value", Part::from(value.trim())),
        ];
        scene.words.say_with("compare-says", &parts)
    });
    let mut spoken = vec![words::sentence_case(pair.label)];
    spoken.extend(says);
    spoken.push(told);
    let spoken = spoken.join(DOT);
    let id = ui.scope_id().with(("pair", pair.label));
    let response = ui.interact(drawn.response.rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
}

fn score_ui(ui: &mut Ui, scene: &Scene<'_>, (prediction, score): (&Prediction, Option<&Score>)) {
    let tokens = scene.tokens;
    let Some(score) = score else {
        muted(ui, tokens, &words::nothing());
        return;
    };
    let is_above = score.is_above() == Some(true);
    let value = RichText::new(value_words(Some(&prediction.calibration), score));
    ui.label(if is_above {
        value.font(theme::semibold(BODY)).color(tokens.amber)
    } else {
        value.font(theme::regular(BODY)).color(tokens.muted)
    });
    let point = score.operating_point.as_ref().map(|it| it.threshold);
    let color = if is_above { tokens.amber } else { tokens.faint };
    bar(ui, tokens, score.probability, point, color);
}

/// On which sides of their operating points the two lie, and how far apart.
fn told(scene: &Scene<'_>, both: [&Prediction; 2], pair: &Pair<'_>) -> String {
    let words = scene.words;
    let [first, second] = both.map(answered_by);
    let one = |above: &str, below: &str| {
        let parts = [("above", Part::from(above)), ("below", Part::from(below))];
        words.say_with("compare-one", &parts)
    };
    let sides = match pair.sides {
        Sides::Above => words.say("compare-above"),
        Sides::Below => words.say("compare-below"),
        Sides::FirstAbove => one(&first, &second),
        Sides::SecondAbove => one(&second, &first),
        Sides::Open => words.say("compare-open"),
        Sides::Alone => {
            let [is_first, _] = pair.scores.map(|it| it.is_some());
            let model = if is_first { &first } else { &second };
            words.say_with("compare-alone", &[("model", model.into())])
        }
    };
    let apart = pair.apart.map(|it| {
        let points = format!("{:.0}", 100.0 * it);
        words.say_with("compare-apart", &[("points", Part::from(&points))])
    });
    [Some(sides), apart]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}
