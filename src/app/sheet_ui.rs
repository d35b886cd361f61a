//! What lies over the window: the palette of all actions here, each other sheet in a file of its own.

use egui::{
    CornerRadius, Id, Key, Modal, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, accesskit::Role,
    vec2,
};

use super::{
    Scene,
    chooser_ui::chooser_ui,
    controls::{focus_ring, muted},
    keys_ui::keys_ui,
    leaving_ui::leaving_ui,
    lock_ui::{glass_ui, safety_ui},
    take_out_ui::take_out_ui,
    theme::{self, BODY, SMALL},
    together_ui::together_sheet_ui,
};
use crate::session::{Action, Command, Sheet};

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
            Sheet::Keys => keys_ui(ui, scene, commands),
            Sheet::Path => chooser_ui(ui, scene, commands),
            Sheet::TakeOut => take_out_ui(ui, scene, commands),
            Sheet::Safety => safety_ui(ui, scene, commands),
            Sheet::Glass => glass_ui(ui, scene, commands),
            Sheet::Together => together_sheet_ui(ui, scene, commands),
            Sheet::Leaving => leaving_ui(ui, scene, commands),
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
    focus_ring(ui, &response, tokens);
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
        scene.key(action),
        theme::regular(SMALL),
        tokens.muted,
    );
    response.on_hover_text(words.tooltip).clicked()
}
