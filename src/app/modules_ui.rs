//! What the modules of a page say beside each other, and NEWS2 in full with its source.

use egui::Ui;

use super::{
    Scene,
    controls::{body, card, muted, section},
    words,
};
use crate::session::{KNOWN_HOURS, NO_FUSION, answer_at, news2, refusal};

/// NEWS2 at the chosen hour, item by item.
pub(super) fn news2_card_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let state = scene.state;
    let (Some((_, series)), Some(source)) = (state.series(), news2()) else {
        return;
    };
    let tokens = scene.tokens;
    section(ui, tokens, "NEWS2");
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        if let Some(why) = refusal(state.age_years()) {
            body(ui, tokens, &format!("Not for this patient: {why}"));
        } else if let (Some(at), Some(answer)) = (
            series.warning(),
            answer_at(&series.series, series.view.hour),
        ) {
            body(
                ui,
                tokens,
                &format!("{} at hour {}", words::capital(&at.words()), at.hour),
            );
            muted(ui, tokens, &words::capital(&at.says.join("; or ")));
            for item in &answer.items {
                let given = item
                    .inputs
                    .iter()
                    .filter_map(|it| it.given.clone())
                    .collect::<Vec<_>>()
                    .join(", ");
                let given = if given.is_empty() {
                    "not known".to_owned()
                } else {
                    given
                };
                muted(
                    ui,
                    tokens,
                    &format!("{}: {given}", words::capital(item.name)),
                );
            }
        } else {
            body(ui, tokens, "No part of it was known at this hour");
        }
        ui.add_space(2.0);
        muted(
            ui,
            tokens,
            &format!(
                "A value counts as known for {KNOWN_HOURS:.0} hours. Oxygen is given where its fraction is above that of air or it flows; 15 on the Glasgow coma scale is alert, less is not; saturation by scale 1."
            ),
        );
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
    section(ui, tokens, "Side by side");
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
        muted(ui, tokens, NO_FUSION);
    });
}
