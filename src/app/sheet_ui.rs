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
    theme::{self, BODY, SMALL},
    together_ui::together_sheet_ui,
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
            .hint_text("Search all actions")
            .desired_width(f32::INFINITY)
            .font(theme::regular(theme::HEAD)),
    );
    field.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search all actions"));
    field.request_focus();
    let wanted = typed.text.to_lowercase();
    let found: Vec<Action> = Action::ALL
        .into_iter()
        .filter(|it| *it != Action::Palette && it.info().name.to_lowercase().contains(&wanted))
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
            muted(ui, scene.tokens, "No action has this in its name.");
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
    let info = action.info();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
    let is_marked = mark != Mark::No;
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, is_marked, info.name));
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
        info.name,
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
    response.on_hover_text(info.tooltip).clicked()
}

fn keys_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let tokens = scene.tokens;
    let room = ui.ctx().content_rect().size();
    ui.set_width(760.0_f32.min(room.x - 96.0));
    head(ui, tokens, "Keys and mouse");
    ui.add_space(6.0);
    ScrollArea::vertical()
        .max_height(room.y - 140.0)
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            ui.spacing_mut().item_spacing = vec2(40.0, 3.0);
            ui.columns(2, |columns| {
                for (group, name) in Group::ALL {
                    let Some(ui) = columns.get_mut(usize::from(group == Group::Picture)) else {
                        continue;
                    };
                    keys_of_group_ui(ui, scene, group, name);
                }
                let Some(ui) = columns.get_mut(1) else { return };
                section(ui, tokens, "Mouse over the picture");
                for (what, how) in MOUSE {
                    key_row(ui, scene, what, how);
                }
            });
        });
}

fn keys_of_group_ui(ui: &mut Ui, scene: &Scene<'_>, group: Group, name: &str) {
    section(ui, scene.tokens, name);
    for action in Action::ALL.into_iter().chain([Action::Escape]) {
        let info = action.info();
        match action {
            _ if info.group != group || info.key.is_empty() => {}
            Action::Window(1) => {
                key_row(ui, scene, "Windows of the file, or presets", "1 \u{2013} 6")
            }
            Action::Window(_) => {}
            _ => key_row(ui, scene, info.name, &action.key_text()),
        }
    }
    ui.add_space(12.0);
}

/// What the mouse does over the picture.
const MOUSE: [(&str, &str); 6] = [
    ("Window", "left drag"),
    ("Move", "middle or Shift drag"),
    ("Zoom", "right or Ctrl drag, Ctrl wheel"),
    ("Frames", "wheel"),
    ("Menu", "right click"),
    ("Reset", "double click"),
];

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
    head(ui, tokens, "Open a path");
    muted(
        ui,
        tokens,
        "The path of a scan or a note; several are separated by line breaks or by |",
    );
    let id = Id::unique("path");
    let mut text = ui.data(|it| it.get_temp::<String>(id)).unwrap_or_default();
    let field = ui.add(
        TextEdit::singleline(&mut text)
            .hint_text("/home/…/image.dcm")
            .desired_width(f32::INFINITY),
    );
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Path"));
    field.request_focus();
    let mut is_accepted = ui.input(|it| it.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            is_accepted |= Button::new("Open")
                .key("Enter")
                .primary()
                .show(ui, tokens)
                .clicked();
            if Button::new("Cancel")
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
