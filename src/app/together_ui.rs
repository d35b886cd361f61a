//! What stands on one page and what does not: the line over the middle, and the sheet on which a person puts together.

use egui::{
    Align, Checkbox, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui, WidgetInfo,
    accesskit::Role,
};

use super::{
    Scene,
    controls::{Button, body, card, head, muted},
    theme::{self, SMALL},
    words,
};
use crate::{
    session::{Action, Bond, Command, Consent, Identity, Item, Kind, Trait},
    words::{Part, Words},
};

/// Over the middle: why the page holds what it holds, and what could stand on it.
pub(super) fn bond_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let state = scene.state;
    let tokens = scene.tokens;
    let bond = state.bond();
    let apart: Vec<(&Item, Identity)> = state.apart();
    // Only what the page has none of yet is worth a line.
    let missing: Vec<&(&Item, Identity)> = apart
        .iter()
        .filter(|it| state.on_page(it.0.content.kind()).is_none())
        .collect();
    if bond != Bond::ByPerson && missing.is_empty() {
        return;
    }
    let frame = Frame::new()
        .fill(tokens.card)
        .inner_margin(Margin::symmetric(14, 3));
    Panel::top("bond")
        .exact_size(36.0)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if !missing.is_empty() {
                        action_ui(ui, scene, Action::PutTogether, commands);
                    }
                    if bond == Bond::ByPerson {
                        action_ui(ui, scene, Action::TakeApart, commands);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let (said, ink) = match missing.first() {
                            Some((item, identity)) => (
                                apart_words(scene.words, item, identity, missing.len()),
                                ink(scene, identity),
                            ),
                            None => (scene.words.say("bond-by-person"), tokens.muted),
                        };
                        let text = RichText::new(said).font(theme::regular(SMALL)).color(ink);
                        ui.add(Label::new(text).truncate());
                    });
                });
            });
        });
}

fn action_ui(ui: &mut Ui, scene: &Scene<'_>, action: Action, commands: &mut Vec<Command>) {
    let words = action.words(scene.words);
    let key = scene.key(action);
    let button = Button::new(&words.name).quiet().tight().key(&key);
    let shown = button.show(ui, scene.tokens);
    let shown = shown.on_hover_text(words.tooltip);
    commands.extend(shown.clicked().then_some(Command::Act(action)));
}

fn apart_words(words: &Words, item: &Item, identity: &Identity, n: usize) -> String {
    let why = match identity {
        Identity::Same => words.say("apart-same"),
        Identity::Unknown(_) => words.say("apart-unknown"),
        Identity::Different(traits) => {
            let n = traits.len();
            let names = traits.iter().map(|it: &Trait| it.name(words));
            let and = |rest: String, last: String| {
                let parts = [("rest", Part::from(&rest)), ("last", Part::from(&last))];
                words.say_with("list-and", &parts)
            };
            let named = names.reduce(and).unwrap_or_default();
            let parts = [("n", n.into()), ("traits", Part::from(&named))];
            words.say_with("apart-different", &parts)
        }
    };
    // For the clinician's eyes.
    let file = Part::from(words::file_name(item));
    let parts = [("file", file), ("why", Part::from(&why))];
    let said = match item.content.kind() {
        Kind::Scan => words.say_with("apart-scan", &parts),
        Kind::Note => words.say_with("apart-note", &parts),
        Kind::Series => words.say_with("apart-series", &parts),
        Kind::Sequence => words.say_with("apart-sequence", &parts),
    };
    match n {
        1 => said,
        n => {
            let parts = [("said", Part::from(&said)), ("n", (n - 1).into())];
            words.say_with("apart-more", &parts)
        }
    }
}

fn kind_words(words: &Words, kind: Kind) -> String {
    match kind {
        Kind::Scan => words.say("kind-scan"),
        Kind::Note => words.say("kind-note"),
        Kind::Series => words.say("kind-series"),
        Kind::Sequence => words.say("kind-sequence"),
    }
}

const fn ink(scene: &Scene<'_>, identity: &Identity) -> egui::Color32 {
    match identity {
        Identity::Different(_) => scene.tokens.amber,
        Identity::Same | Identity::Unknown(_) => scene.tokens.muted,
    }
}

/// All files that are not on the page, each with what a comparison says and the button that puts it there.
pub(super) fn together_sheet_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    ui.set_width(480.0);
    ui.spacing_mut().item_spacing.y = 8.0;
    head(ui, tokens, &scene.words.say("together-title"));
    muted(ui, tokens, &scene.words.say("together-lead"));
    ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        for (item, identity) in scene.state.apart() {
            card(ui, tokens, |ui| {
                ui.push_id(item.id.0, |ui| {
                    file_ui(ui, scene, (item, &identity), commands)
                });
            });
        }
    });
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let close = scene.words.say("close");
        if Button::new(&close).key("Esc").show(ui, tokens).clicked() {
            commands.push(Command::CloseSheet);
        }
    });
}

fn file_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (item, identity): (&Item, &Identity),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    ui.spacing_mut().item_spacing.y = 6.0;
    // For the clinician's eyes.
    let name = words::file_name(item);
    body(
        ui,
        tokens,
        &format!("{} {name}", kind_words(scene.words, item.content.kind())),
    );
    let said = RichText::new(identity.sentence(scene.words)).font(theme::regular(SMALL));
    ui.add(Label::new(said.color(ink(scene, identity))).wrap());
    let differs = matches!(identity, Identity::Different(_));
    let ticked = ui.scope_id().with("despite");
    let mut is_sure = ui.data(|it| it.get_temp::<bool>(ticked)).unwrap_or(false);
    if differs {
        let words = scene.words.say("together-sure");
        let text = RichText::new(&words)
            .font(theme::regular(SMALL))
            .color(tokens.text);
        let shown = ui.add(Checkbox::new(&mut is_sure, text));
        shown.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_sure, &words));
        ui.data_mut(|it| it.insert_temp(ticked, is_sure));
    }
    let put = scene.words.say("together-put");
    let mut button = Button::new(&put);
    button.is_enabled = !differs || is_sure;
    let is_enabled = button.is_enabled;
    if button.show(ui, tokens).clicked() && is_enabled {
        let consent = if differs {
            Consent::DespiteDifferences
        } else {
            Consent::Given
        };
        ui.data_mut(|it| it.remove::<bool>(ticked));
        commands.push(Command::PutTogether(item.id, consent));
    }
}
