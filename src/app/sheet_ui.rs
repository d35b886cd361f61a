//! What lies over the window: the palette of all actions, the sheet of all keys, the field for a path.

use std::path::PathBuf;

use egui::{
    Align, CornerRadius, Id, Key, Layout, Modal, RichText, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, head, muted, section},
    lock_ui::{glass_ui, safety_ui},
    take_out_ui::take_out_ui,
    theme::{self, BODY, SMALL},
    together_ui::together_sheet_ui,
    words::DOT,
};
use crate::session::{Action, Command, Group, Sheet};

/// Draws the sheet that is asked for.
pub(super) fn sheet_ui(ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let Some(sheet) = scene.state.sheet else {
        return;
    };
    let frame = egui::Frame::popup(ui.style())
        .fill(scene.tokens.card)
        .corner_radius(theme::RADIUS + 4)
        .inner_margin(20);
    let shown = Modal::new(Id::unique("sheet"))
        .frame(frame)
        .backdrop_color(egui::Color32::from_black_alpha(150))
        .show(ui.ctx(), |ui| match sheet {
            Sheet::Palette => palette_ui(ui, scene, commands),
            Sheet::Keys => keys_ui(ui, scene),
            Sheet::Path => path_ui(ui, scene, commands),
            Sheet::TakeOut => take_out_ui(ui, scene, commands),
            Sheet::Safety => safety_ui(ui, scene, commands),
            Sheet::Glass => glass_ui(ui, scene, commands),
            Sheet::Together => together_sheet_ui(ui, scene, commands),
        });
    if shown.backdrop_response.clicked() {
        commands.push(Command::CloseSheet);
    }
}

/// What is typed, and which row is marked: kept by egui, because nobody else could ask about it.
#[derive(Clone, Default)]
struct Typed {
    text: String,
    row: usize,
}

/// Whether the keyboard is on a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    No,
    Yes,
    JustMoved,
}

fn palette_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    ui.set_width(460.0);
    let id = Id::unique("palette");
    let mut typed = ui.data(|it| it.get_temp::<Typed>(id)).unwrap_or_default();
    let field = ui.add(
        TextEdit::singleline(&mut typed.text)
            .hint_text(scene.words.say("palette-search"))
            .desired_width(f32::INFINITY)
            .font(theme::regular(theme::HEAD)),
    );
    let name = scene.words.say("palette-search");
    field.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, &name));
    field.request_focus();
    let wanted = typed.text.to_lowercase();
    let found: Vec<Action> = Action::ALL
        .into_iter()
        .filter(|it| {
            let name = || it.words(scene.words).name.to_lowercase();
            *it != Action::Palette && name().contains(&wanted)
        })
        .collect();
    let (up, down, enter) = ui.input(|it| {
        (
            it.key_pressed(Key::ArrowUp),
            it.key_pressed(Key::ArrowDown),
            it.key_pressed(Key::Enter),
        )
    });
    let last = found.len().saturating_sub(1);
    typed.row = if field.changed() {
        0
    } else {
        (typed.row + usize::from(down))
            .saturating_sub(usize::from(up))
            .min(last)
    };
    let mut chosen = if enter {
        found.get(typed.row).copied()
    } else {
        None
    };
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (row, action) in found.iter().enumerate() {
            let mark = match (row == typed.row, up || down) {
                (true, true) => Mark::JustMoved,
                (true, false) => Mark::Yes,
                (false, _) => Mark::No,
            };
            if action_row(ui, scene, *action, mark) {
                chosen = Some(*action);
            }
        }
        if found.is_empty() {
            muted(ui, scene.tokens, &scene.words.say("palette-none"));
        }
    });
    match chosen {
        Some(action) => {
            ui.data_mut(|it| it.remove::<Typed>(id));
            commands.extend([Command::CloseSheet, Command::Act(action)]);
        }
        None => {
            ui.data_mut(|it| it.insert_temp(id, typed));
        }
    }
}

/// A row of the palette. Clicked?
fn action_row(ui: &mut Ui, scene: &Scene<'_>, action: Action, mark: Mark) -> bool {
    let tokens = scene.tokens;
    let words = action.words(scene.words);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
    let is_marked = mark != Mark::No;
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, is_marked, &words.name));
    if mark == Mark::JustMoved {
        response.scroll_to_me(None);
    }
    if is_marked || response.hovered() {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), tokens.raised);
    }
    let inner = rect.shrink2(vec2(10.0, 0.0));
    ui.painter().text(
        inner.left_center(),
        egui::Align2::LEFT_CENTER,
        &words.name,
        theme::regular(BODY),
        tokens.text,
    );
    ui.painter().text(
        inner.right_center(),
        egui::Align2::RIGHT_CENTER,
        action.key_text(),
        theme::regular(SMALL),
        tokens.muted,
    );
    response.on_hover_text(words.tooltip).clicked()
}

fn keys_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let tokens = scene.tokens;
    let room = ui.ctx().content_rect().size();
    ui.set_width(760.0_f32.min(room.x - 96.0));
    head(ui, tokens, &scene.words.say("keys-title"));
    ui.add_space(6.0);
    let height = room.y - 110.0;
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
                    keys_of_group_ui(ui, scene, group);
                }
                let Some(ui) = columns.get_mut(1) else { return };
                let profile = scene.state.settings.mouse;
                let over = scene.words.say("keys-mouse");
                section(ui, tokens, &[over, profile.name(scene.words)].join(DOT));
                for (what, how) in profile.mouse().rows(scene.words) {
                    key_row(ui, scene, &what, &how);
                }
            });
        });
}

fn keys_of_group_ui(ui: &mut Ui, scene: &Scene<'_>, group: Group) {
    section(ui, scene.tokens, &group.heading(scene.words));
    for action in Action::ALL.into_iter().chain([Action::Escape]) {
        let info = action.info();
        match action {
            _ if info.group != group || info.key.is_empty() => {}
            Action::Window(1) => {
                let windows = scene.words.say("keys-windows");
                key_row(ui, scene, &windows, "1 \u{2013} 6")
            }
            Action::Window(_) => {}
            _ => key_row(
                ui,
                scene,
                &action.words(scene.words).name,
                &action.key_text(),
            ),
        }
    }
    ui.add_space(12.0);
}

fn key_row(ui: &mut Ui, scene: &Scene<'_>, what: &str, how: &str) {
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

fn path_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    ui.set_width(560.0);
    head(ui, tokens, &scene.words.say("path-title"));
    muted(ui, tokens, &scene.words.say("path-lead"));
    let id = Id::unique("path");
    let mut text = ui.data(|it| it.get_temp::<String>(id)).unwrap_or_default();
    let field = ui.add(
        TextEdit::singleline(&mut text)
            .hint_text("/home/…/image.dcm")
            .desired_width(f32::INFINITY),
    );
    let name = scene.words.say("path-name");
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
    field.request_focus();
    let mut is_accepted = ui.input(|it| it.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            is_accepted |= Button::new(&scene.words.say("path-open"))
                .key("Enter")
                .primary()
                .show(ui, tokens)
                .clicked();
            if Button::new(&scene.words.say("cancel"))
                .key("Esc")
                .quiet()
                .show(ui, tokens)
                .clicked()
            {
                commands.push(Command::CloseSheet);
            }
        });
    });
    let paths: Vec<PathBuf> = text
        .split(['|', '\n'])
        .map(|it| it.trim().trim_matches('"'))
        .filter(|it| !it.is_empty())
        .map(PathBuf::from)
        .collect();
    if is_accepted && !paths.is_empty() {
        commands.push(Command::Open(paths));
        ui.data_mut(|it| it.remove::<String>(id));
    } else {
        ui.data_mut(|it| it.insert_temp(id, text));
    }
}
