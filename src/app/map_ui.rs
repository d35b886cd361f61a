//! The card of the influence map: how strongly it is drawn, whether its method was tested, and whether the score follows it.

use egui::{Align, Label, Layout, RichText, Ui};

use super::{
    Scene,
    controls::{Button, card, muted, progress_line, strong},
    map_words,
    notice_ui::failure_words_ui,
    theme::{self, BODY, SMALL},
};
use crate::{
    model::Manifest,
    prediction::Faithfulness,
    render::{caption::percent, picture::places},
    session::{Action, Asked, Command, Loading, ScanItem},
    words::Part,
};

/// Draws the card; `scan` is what is in the middle.
pub(super) fn map_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (asked, scan): (&Asked<'_>, &ScanItem),
    manifest: &Manifest,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    let Some(method) = asked.reading.method else {
        card(ui, tokens, |ui| {
            strong(ui, &scene.words.say("map-none"), BODY, tokens.text);
            muted(ui, tokens, &scene.words.say("map-none-why"));
        });
        return;
    };
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            let head = RichText::new(scene.words.say("map")).font(theme::regular(BODY));
            ui.label(head.color(tokens.text));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if asked.reading.check.waiting().is_none()
                    && asked.reading.explanation.ready().is_some()
                {
                    action_ui(ui, scene, Action::CheckMap, false, commands);
                }
            });
        });
        muted(
            ui,
            tokens,
            &map_words::tested(scene.words, manifest, method),
        );
        check_ui(ui, scene, asked, commands);
        place_ui(ui, scene, (asked, scan));
        // The words take what the button leaves, in two lines if need be.
        ui.horizontal(|ui| {
            let is_even = scene.state.settings.is_strength_even;
            let drawn = percent(scene.state.drawn_opacity(scan));
            let why = match scan
                .explained_score()
                .and_then(|it| Some((it, it.operating_point.as_ref()?)))
            {
                _ if is_even => scene.words.say("map-whatever"),
                Some((score, point)) if score.probability < point.threshold => {
                    scene.words.say("map-below")
                }
                _ => scene.words.say("map-by-score"),
            };
            let parts = [("percent", Part::from(&drawn)), ("why", Part::from(&why))];
            let drawn = RichText::new(scene.words.say_with("map-drawn", &parts))
                .font(theme::regular(SMALL));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                action_ui(ui, scene, Action::ToggleStrength, is_even, commands);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(drawn.color(tokens.muted)).wrap());
                });
            });
        });
    });
}

/// Which of the places of the map the reader was led to.
fn place_ui(ui: &mut Ui, scene: &Scene<'_>, (asked, scan): (&Asked<'_>, &ScanItem)) {
    let all = scan.explanation().map(|it| places(it).len());
    if let (Some(place), Some(all)) = (asked.reading.place, all) {
        let parts = [("number", (place + 1).into()), ("all", all.into())];
        muted(ui, scene.tokens, &scene.words.say_with("map-place", &parts));
    }
}

fn action_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    action: Action,
    is_selected: bool,
    commands: &mut Vec<Command>,
) {
    let words = action.words(scene.words);
    // The name says what the key sheet needs; here the row says the rest.
    let name = match action {
        Action::ToggleStrength => scene.words.say("map-same"),
        _ => words.name,
    };
    let button = Button::new(&name)
        .key(&scene.key(action))
        .quiet()
        .tight()
        .selected(is_selected)
        .show(ui, scene.tokens);
    if button.on_hover_text(words.tooltip).clicked() {
        commands.push(Command::Act(action));
    }
}

/// The check: how far it is, or what it found.
fn check_ui(ui: &mut Ui, scene: &Scene<'_>, asked: &Asked<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    match &asked.reading.check {
        Loading::Empty => {}
        Loading::Waiting(id) => {
            let progress = scene.progress.get(id).copied();
            let words = progress.map_or_else(
                || scene.words.say("map-checking"),
                |(done, total)| {
                    let parts = [("done", done.into()), ("total", total.into())];
                    scene.words.say_with("map-checking-of", &parts)
                },
            );
            muted(ui, tokens, &words);
            let share = progress.map(|(done, total)| done as f32 / total.max(1) as f32);
            progress_line(ui, tokens, share);
        }
        Loading::Ready(found) => found_ui(ui, scene, found),
        Loading::Failed(failure) => failure_words_ui(ui, scene, failure, commands),
    }
}

fn found_ui(ui: &mut Ui, scene: &Scene<'_>, found: &Faithfulness) {
    let tokens = scene.tokens;
    let color = if found.is_faithful() {
        tokens.teal
    } else {
        tokens.amber
    };
    strong(ui, &map_words::verdict(scene.words, found), BODY, color);
    for sentence in map_words::sentences(scene.words, found) {
        muted(ui, tokens, &sentence);
    }
}
