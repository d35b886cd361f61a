//! What the modules of a page say beside each other, and NEWS2 in full with its source.

use egui::Ui;

use super::{
    Scene,
    controls::{body, card, muted, section},
    words,
};
use crate::{
    session::{KNOWN_HOURS, answer_at, news2, news2_given, news2_item, news2_risk, refusal},
    words::Part,
};

/// The published name of the score.
pub(super) const NEWS2: &str = "NEWS2";

/// NEWS2 at the chosen hour, item by item.
pub(super) fn news2_card_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let state = scene.state;
    let (Some((_, series)), Some(source)) = (state.series(), news2()) else {
        return;
    };
    let (tokens, words) = (scene.tokens, scene.words);
    section(ui, tokens, NEWS2);
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        if let Some(why) = refusal(words, state.age_years()) {
            body(ui, tokens, &why);
        } else if let (Some(at), Some(answer)) = (
            series.warning(),
            answer_at(&series.series, series.view.hour),
        ) {
            body(ui, tokens, &words::capital(&at.at_its_hour(words)));
            let risks = at.says.iter().map(|it| news2_risk(words, it));
            let risks: Vec<String> = risks.collect();
            muted(
                ui,
                tokens,
                &words::capital(&risks.join(&words.say("news2-or"))),
            );
            for item in &answer.items {
                let given = item
                    .inputs
                    .iter()
                    .filter_map(|it| Some(news2_given(words, it.given.as_ref()?)))
                    .collect::<Vec<_>>()
                    .join(&words.say("list-comma"));
                let given = if given.is_empty() {
                    words.say("news2-not-known")
                } else {
                    given
                };
                let name = words::capital(&news2_item(words, item.name));
                let parts = [("item", Part::from(&name)), ("given", Part::from(&given))];
                muted(ui, tokens, &words.say_with("news2-item", &parts));
            }
        } else {
            body(ui, tokens, &words.say("news2-none"));
        }
        ui.add_space(2.0);
        let hours = format!("{KNOWN_HOURS:.0}");
        let about = words.say_with("news2-about", &[("hours", Part::from(&hours))]);
        muted(ui, tokens, &about);
        muted(ui, tokens, source.source);
    });
}

/// Every module with its answer, what agrees, and that nothing is blended.
pub(super) fn modules_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let modules = scene.state.modules();
    if modules.len() < 2 {
        return;
    }
    let tokens = scene.tokens;
    section(ui, tokens, &scene.words.say("modules-title"));
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        for module in &modules {
            body(ui, tokens, &module.question);
            muted(ui, tokens, &words::capital(&module.says));
            ui.add_space(3.0);
        }
        for sentence in scene.state.agreements() {
            body(ui, tokens, &sentence);
        }
        muted(ui, tokens, &scene.words.say("modules-no-fusion"));
    });
}
