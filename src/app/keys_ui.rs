//! The sheet of all keys, on which each action is given others.

use egui::{
    Align, Align2, CornerRadius, Frame, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, body, focus_ring, head, muted, section},
    theme::{self, BODY, RADIUS, SMALL},
    words::DOT,
};
use crate::{
    session::{Action, Command, Group, KeyCommand, KeyEdit, Refusal},
    words::Part,
};

/// Draws it.
pub(super) fn keys_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    let room = ui.ctx().content_rect().size();
    ui.set_width(760.0_f32.min(room.x - 96.0));
    head(ui, tokens, &scene.words.say("keys-title"));
    match scene.state.key_edit {
        Some(edit) => edit_ui(ui, scene, edit, commands),
        None => lead_ui(ui, scene, commands),
    }
    ui.add_space(6.0);
    let height = room.y - 190.0;
    ScrollArea::vertical()
        .auto_shrink([false, true])
        .min_scrolled_height(height)
        .max_height(height)
        .show(ui, |ui| {
            // The bar of the scroll area stands beside the keys.
            ui.set_width(ui.available_width() - 14.0);
            ui.spacing_mut().interact_size.y = 16.0;
            ui.spacing_mut().item_spacing = vec2(40.0, 3.0);
            ui.columns(2, |columns| {
                for group in Group::ALL {
                    let Some(ui) = columns.get_mut(usize::from(group == Group::Picture)) else {
                        continue;
                    };
                    keys_of_group_ui(ui, scene, group, commands);
                }
                let Some(ui) = columns.get_mut(1) else { return };
                let profile = scene.state.settings.mouse;
                let over = scene.words.say("keys-mouse");
                section(ui, tokens, &[over, profile.name(scene.words)].join(DOT));
                for (what, how) in profile.mouse().rows(scene.words) {
                    mouse_row(ui, scene, &what, &how);
                }
            });
        });
}

/// How keys are changed, and the way back to the program's.
fn lead_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let action = Action::UsualKeys;
            let name = action.words(scene.words).name;
            let button = Button {
                is_enabled: scene.state.keys.is_own(),
                ..Button::new(&name)
            };
            let is_enabled = button.is_enabled;
            if button.show(ui, scene.tokens).clicked() && is_enabled {
                commands.push(Command::Act(action));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                muted(ui, scene.tokens, &scene.words.say("keys-lead"));
            });
        });
    });
}

/// What is asked while an action is given keys, and what stands against those that were pressed.
fn edit_ui(ui: &mut Ui, scene: &Scene<'_>, edit: KeyEdit, commands: &mut Vec<Command>) {
    let (tokens, words) = (scene.tokens, scene.words);
    let frame = Frame::new()
        .fill(tokens.raised)
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(10);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let name = edit.action.words(words).name;
        let asked = words.say_with("keys-press", &[("name", Part::from(&name))]);
        body(ui, tokens, &asked);
        if let Some(refusal) = edit.refusal {
            body(ui, tokens, &refusal.words(words));
        }
        ui.horizontal(|ui| {
            let mut button = |ui: &mut Ui, name: &str, command: KeyCommand| {
                if Button::new(name).show(ui, tokens).clicked() {
                    commands.push(Command::OnKeys(command));
                }
            };
            if let Some(Refusal::Taken(_, other)) = edit.refusal {
                let other = other.words(words).name;
                let swap = words.say_with("keys-swap", &[("name", Part::from(&other))]);
                button(ui, &swap, KeyCommand::Swap);
            } else {
                button(ui, &words.say("keys-clear"), KeyCommand::Clear);
            }
            button(ui, &words.say("keys-leave"), KeyCommand::Leave);
        });
    });
}

fn keys_of_group_ui(ui: &mut Ui, scene: &Scene<'_>, group: Group, commands: &mut Vec<Command>) {
    section(ui, scene.tokens, &group.heading(scene.words));
    for action in Action::ALL {
        if action.info().group == group {
            action_row(ui, scene, action, commands);
        }
    }
    if group == Group::Window {
        let escape = Action::Escape;
        mouse_row(
            ui,
            scene,
            &escape.words(scene.words).name,
            &scene.key(escape),
        );
    }
    ui.add_space(12.0);
}

/// An action and its keys; a click on it asks for others.
fn action_row(ui: &mut Ui, scene: &Scene<'_>, action: Action, commands: &mut Vec<Command>) {
    const HEIGHT: f32 = 20.0;
    let tokens = scene.tokens;
    let words = action.words(scene.words);
    let key = scene.key(action);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    let is_chosen = scene.state.key_edit.is_some_and(|it| it.action == action);
    let spoken = if key.is_empty() {
        scene.words.say("keys-none")
    } else {
        key.clone()
    };
    let spoken = format!("{}{DOT}{spoken}", words.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &spoken));
    if is_chosen || response.hovered() {
        let around = rect.expand2(vec2(6.0, 0.0));
        ui.painter()
            .rect_filled(around, CornerRadius::same(4), tokens.raised);
    }
    focus_ring(ui, &response, tokens);
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    let painter = ui.painter();
    let of_key = painter.text(
        rect.right_center(),
        Align2::RIGHT_CENTER,
        &key,
        theme::regular(SMALL),
        tokens.muted,
    );
    let mut room = rect;
    room.set_right(of_key.left() - 8.0);
    painter.with_clip_rect(room.intersect(ui.clip_rect())).text(
        rect.left_center(),
        Align2::LEFT_CENTER,
        &words.name,
        theme::regular(BODY),
        tokens.text,
    );
    let response = response.on_hover_text(words.tooltip);
    if response.clicked() {
        // What is pressed next is for the action, not for the row.
        response.surrender_focus();
        commands.push(Command::OnKeys(KeyCommand::Choose(action)));
    }
}

fn mouse_row(ui: &mut Ui, scene: &Scene<'_>, what: &str, how: &str) {
    let tokens = scene.tokens;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(
            RichText::new(what)
                .font(theme::regular(BODY))
                .color(tokens.text),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(
                RichText::new(how)
                    .font(theme::regular(SMALL))
                    .color(tokens.muted),
            );
        });
    });
}
