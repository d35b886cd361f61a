//! Below the bars: the answer at another prevalence, and the choice of prevalence and site.

use egui::{ComboBox, RichText, TextEdit, Ui, WidgetInfo, accesskit::Role};

use super::{
    Scene,
    controls::{fold, muted},
    theme::{self, BODY, SMALL},
    words,
};
use crate::{
    model::Manifest,
    prediction::Prediction,
    session::{Command, adjusted},
};

/// What is set is always told; where to set it is folded away.
pub(super) fn trust_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (prediction, manifest): (&Prediction, &Manifest),
    commands: &mut Vec<Command>,
) {
    let state = scene.state;
    let words = scene.words;
    if let Some(it) = &prediction.trust.adjusted {
        let end = words.say("full-stop");
        let words = words::capital(&adjusted(words, it)) + &end;
        ui.label(
            RichText::new(words)
                .font(theme::regular(SMALL))
                .color(scene.tokens.text),
        );
    } else if state.prevalence.is_some() {
        muted(ui, scene.tokens, &words.say("trust-no-adjusted"));
    }
    let chosen = state.settings.site.as_deref();
    if let Some(site) = chosen.filter(|_| state.site_for(manifest).is_none()) {
        let said = words.say_with("trust-no-fit", &[("site", site.into())]);
        muted(ui, scene.tokens, &said);
    }
    fold(
        ui,
        scene.tokens,
        "prevalence",
        &words.say("trust-title"),
        |ui| {
            prevalence_ui(ui, scene, commands);
            site_ui(ui, scene, commands);
        },
    );
}

fn prevalence_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let id = ui.make_persistent_id("prevalence text");
    let shown = scene.state.prevalence.map(|it| (1e4 * it).round() / 100.0);
    let shown = shown.map_or_else(String::new, |it| it.to_string());
    let typed = ui.data(|it| it.get_temp::<String>(id));
    let mut text = typed.unwrap_or(shown);
    ui.horizontal(|ui| {
        muted(ui, scene.tokens, &scene.words.say("trust-prevalence"));
        let field = TextEdit::singleline(&mut text)
            .font(theme::regular(BODY))
            .desired_width(60.0);
        let response = ui.add(field);
        let name = scene.words.say("trust-prevalence-name");
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if response.changed() {
            commands.push(Command::SetPrevalence(part(&text)));
            ui.data_mut(|it| it.insert_temp(id, text.clone()));
        }
    });
    if !text.trim().is_empty() && part(&text).is_none() {
        muted(
            ui,
            scene.tokens,
            &scene.words.say("trust-prevalence-wanted"),
        );
    }
}

fn site_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    let names = state.site_names();
    if names.is_empty() {
        muted(ui, scene.tokens, &scene.words.say("trust-no-site"));
        return;
    }
    ui.horizontal(|ui| {
        muted(ui, scene.tokens, &scene.words.say("trust-calibration"));
        let chosen = state.settings.site.as_deref();
        let own = scene.words.say("trust-own");
        let chooser = ComboBox::from_id_salt("site")
            .selected_text(chosen.unwrap_or(&own))
            .truncate();
        let shown = chooser.show_ui(ui, |ui| {
            let own = (own.as_str(), None);
            let sites = names.iter().map(|it| (*it, Some((*it).to_owned())));
            for (name, site) in [own].into_iter().chain(sites) {
                let is_chosen = chosen == site.as_deref();
                if ui.selectable_label(is_chosen, name).clicked() {
                    commands.push(Command::ChooseSite(site));
                }
            }
        });
        let name = scene.words.say("trust-site");
        shown
            .response
            .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    });
}

/// A decimal comma is a decimal point.
fn part(text: &str) -> Option<f64> {
    let number: f64 = text
        .trim()
        .trim_end_matches('%')
        .trim()
        .replace(',', ".")
        .parse()
        .ok()?;
    (0.0 < number && number < 100.0).then_some(number / 100.0)
}
