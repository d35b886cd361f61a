//! The program's own file chooser: places at the left, the field for a name or a path, and what stands in the folder.

use egui::{
    Align, Align2, CornerRadius, EventFilter, Frame, Id, Key, Layout, Modifiers, Rect, ScrollArea,
    Sense, TextEdit, Ui, UiBuilder, WidgetInfo,
    accesskit::Role,
    pos2,
    text::{CCursor, CCursorRange},
    vec2,
};

use super::{
    Scene,
    controls::{Button, body, focus_ring, head, muted, section},
    icons::{Icon, draw},
    notice_ui::failure_words_ui,
    page_ui::folder_words,
    theme::{self, BODY, CONTROL},
};
use crate::{
    engine::N_ENTRIES,
    privacy::Phi,
    session::{Choice, Chooser, ChooserCommand, Command, Pick, place_name},
    words::Part,
};

const ROW: f32 = 26.0;
const PLACES: f32 = 168.0;
/// Rows that a page key goes.
const N_PAGE: isize = 12;

/// Draws it.
pub(super) fn chooser_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let Some(chooser) = &scene.state.chooser else {
        return;
    };
    let (tokens, words) = (scene.tokens, scene.words);
    let room = ui.ctx().content_rect().size();
    ui.set_width(820.0_f32.min(room.x - 96.0));
    let height = (room.y - 330.0).clamp(120.0, 440.0);
    let mut asked = Vec::new();
    head(ui, tokens, &chooser.wanted.title(words));
    way_ui(ui, scene, chooser, &mut asked);
    field_ui(ui, scene, chooser, &mut asked);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        let column = Layout::top_down(Align::Min);
        ui.allocate_ui_with_layout(vec2(PLACES, height), column, |ui| {
            ui.set_min_size(vec2(PLACES, height));
            places_ui(ui, scene, chooser, &mut asked);
        });
        ui.vertical(|ui| list_ui(ui, scene, (chooser, height), commands, &mut asked));
    });
    if chooser.question.is_some() {
        question_ui(ui, scene, &mut asked);
    }
    end_ui(ui, scene, chooser, commands, &mut asked);
    commands.extend(asked.into_iter().map(Command::OnChooser));
}

/// The folders from the root to the one that is listed.
fn way_ui(ui: &mut Ui, scene: &Scene<'_>, chooser: &Chooser, asked: &mut Vec<ChooserCommand>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let up = scene.words.say("chooser-up");
        let up = Button::new(&up).quiet().tight();
        if up.show(ui, scene.tokens).clicked() {
            asked.push(ChooserCommand::Up);
        }
        let Some(folder) = chooser.shown_folder() else {
            return;
        };
        let mut above: Vec<_> = folder.ancestors().collect();
        above.reverse();
        for folder in above {
            let name = folder_words(folder).0;
            let name = if name.is_empty() { "/" } else { &name };
            let step = Button::new(name).quiet().tight().show(ui, scene.tokens);
            if step.clicked() {
                asked.push(ChooserCommand::GoTo(Phi::new(folder.to_owned())));
            }
        }
    });
}

/// A name, or a path. The keyboard goes from here to the rows and back.
fn field_ui(ui: &mut Ui, scene: &Scene<'_>, chooser: &Chooser, asked: &mut Vec<ChooserCommand>) {
    let words = scene.words;
    let name = words.say("path-name");
    let id = Id::unique("path");
    let is_set = Id::unique("path was set");
    // For the person's eyes.
    let typed = chooser.typed.reveal();
    let mut text = typed.clone();
    let hint = match chooser.wanted.choice() {
        Choice::Files | Choice::File => words.say("chooser-find"),
        Choice::Folder => words.say("chooser-find-folder"),
        Choice::New => words.say("chooser-name"),
    };
    // Opened, or set otherwise than by typing.
    let frame = ui.ctx().cumulative_frame_nr();
    let before = ui.data(|it| it.get_temp::<(u64, u64)>(is_set));
    let is_new = before.is_none_or(|(n_set, at)| n_set != chooser.n_set || at + 1 < frame);
    // Before the field, which would take the keys for itself.
    let is_here = ui.memory(|it| it.has_focus(id));
    if is_here {
        keys(ui, chooser, asked);
    }
    let field = TextEdit::singleline(&mut text)
        .id(id)
        .hint_text(hint)
        .font(theme::regular(BODY))
        .margin(vec2(8.0, 6.0))
        .event_filter(EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            tab: chooser.completion().is_some(),
            ..EventFilter::default()
        })
        .desired_width(f32::INFINITY);
    let mut shown = field.show(ui);
    let response = &shown.response.response;
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
    let is_entered = response.lost_focus() && ui.input(|it| it.key_pressed(Key::Enter));
    if is_new || is_entered {
        response.request_focus();
    }
    if is_entered {
        asked.push(ChooserCommand::Enter);
    } else if response.changed() {
        asked.push(ChooserCommand::Type(Phi::new(text)));
    } else if is_new {
        // A proposed name is replaced by what is typed; what was completed goes on at its end.
        let end = CCursor::new(typed.chars().count());
        let is_name = chooser.wanted.choice() == Choice::New && !typed.contains('/');
        let start = if is_name { CCursor::new(0) } else { end };
        let range = CCursorRange::two(start, end);
        shown.state.cursor.set_char_range(Some(range));
        shown.state.store(ui.ctx(), id);
    }
    ui.data_mut(|it| it.insert_temp(is_set, (chooser.n_set, frame)));
}

/// The keys that go to the rows while the field is typed in.
fn keys(ui: &Ui, chooser: &Chooser, asked: &mut Vec<ChooserCommand>) {
    let take = |modifiers, key| ui.input_mut(|it| it.consume_key(modifiers, key));
    // Those with Shift first: egui takes a key with Shift for the one without.
    for (key, by) in [
        (Key::ArrowUp, -1),
        (Key::ArrowDown, 1),
        (Key::PageUp, -N_PAGE),
        (Key::PageDown, N_PAGE),
    ] {
        if take(Modifiers::SHIFT, key) {
            asked.push(ChooserCommand::Move(by, Pick::Through));
        } else if take(Modifiers::NONE, key) {
            asked.push(ChooserCommand::Move(by, Pick::Only));
        }
    }
    let is_empty = chooser.typed.reveal().is_empty();
    if is_empty && take(Modifiers::NONE, Key::Backspace) {
        asked.push(ChooserCommand::Up);
    }
    if chooser.completion().is_some() && take(Modifiers::NONE, Key::Tab) {
        asked.push(ChooserCommand::Complete);
    }
}

fn places_ui(ui: &mut Ui, scene: &Scene<'_>, chooser: &Chooser, asked: &mut Vec<ChooserCommand>) {
    let (tokens, words) = (scene.tokens, scene.words);
    ui.spacing_mut().item_spacing.y = 2.0;
    let listing = chooser.listing.as_ref();
    let places = listing.map(|it| it.places.as_slice()).unwrap_or_default();
    // For the person's eyes and for the file system.
    let places = places.iter().map(|it| {
        let path = it.path.reveal();
        (place_name(it.kind, path, words), path.as_path())
    });
    let recent = scene.state.recent_folders();
    let recent = recent.into_iter().map(|it| (folder_words(it).0, it));
    let groups = [
        (words.say("chooser-places"), places.collect::<Vec<_>>()),
        (words.say("chooser-recent"), recent.collect()),
    ];
    for (heading, places) in groups.iter().filter(|it| !it.1.is_empty()) {
        section(ui, tokens, heading);
        for (name, path) in places {
            let is_here = chooser.shown_folder() == Some(*path);
            let place = Button::new(name).quiet().tight().selected(is_here);
            let place = place.show(ui, tokens);
            if place.on_hover_text(path.to_string_lossy()).clicked() {
                asked.push(ChooserCommand::GoTo(Phi::new((*path).to_owned())));
            }
        }
        ui.add_space(8.0);
    }
}

/// What stands in the folder: only the rows that are seen are laid out.
fn list_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (chooser, height): (&Chooser, f32),
    commands: &mut Vec<Command>,
    asked: &mut Vec<ChooserCommand>,
) {
    let (tokens, words) = (scene.tokens, scene.words);
    if let Some(trouble) = &chooser.trouble {
        failure_words_ui(ui, scene, trouble, commands);
    } else if chooser.is_waiting() && chooser.listing.is_none() {
        muted(ui, tokens, &words.say("chooser-reading"));
    } else if chooser.rows.is_empty() {
        muted(ui, tokens, &words.say("chooser-empty"));
    }
    let id = Id::unique("chooser mark");
    let before = ui.data(|it| it.get_temp::<Option<usize>>(id)).flatten();
    let is_moved = chooser.mark != before;
    ui.data_mut(|it| it.insert_temp(id, chooser.mark));
    let n = chooser.rows.len();
    ScrollArea::vertical()
        .auto_shrink(false)
        .max_height(height)
        .show_viewport(ui, |ui, seen| {
            ui.set_height(ROW * n as f32);
            let top = ui.max_rect().top();
            let at = |row: usize| {
                let top = top + ROW * row as f32;
                let (left, right) = (ui.max_rect().left(), ui.max_rect().right() - 10.0);
                Rect::from_min_max(pos2(left, top), pos2(right, top + ROW))
            };
            if let Some(mark) = chooser.mark.filter(|_| is_moved) {
                ui.scroll_to_rect(at(mark), None);
            }
            let first = (seen.top() / ROW).floor().max(0.0) as usize;
            let last = ((seen.bottom() / ROW).ceil().max(0.0) as usize).min(n);
            let rects: Vec<(usize, Rect)> = (first..last).map(|it| (it, at(it))).collect();
            for (row, rect) in rects {
                row_ui(ui, scene, (chooser, row, rect), asked);
            }
        });
    if chooser.listing.as_ref().is_some_and(|it| it.is_cut) {
        let parts = [("n", Part::from(N_ENTRIES))];
        muted(ui, tokens, &words.say_with("chooser-cut", &parts));
    }
}

fn row_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (chooser, row, rect): (&Chooser, usize, Rect),
    asked: &mut Vec<ChooserCommand>,
) {
    let tokens = scene.tokens;
    let Some(entry) = chooser.entry(row) else {
        return;
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(("row", row)));
    let response = child.allocate_rect(rect, Sense::click());
    // For the person's eyes.
    let name = entry.name.reveal().to_string_lossy();
    let place = chooser.rows.get(row);
    let is_chosen = place.is_some_and(|it| chooser.chosen.contains(it));
    let is_marked = chooser.mark == Some(row);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_chosen, &*name));
    let painter = ui.painter();
    if is_chosen || is_marked || response.hovered() {
        painter.rect_filled(rect, CornerRadius::same(6), tokens.raised);
    }
    if is_marked {
        let edge = Rect::from_min_size(rect.min, vec2(2.0, ROW));
        painter.rect_filled(edge, CornerRadius::ZERO, tokens.amber);
    }
    if entry.is_folder {
        draw(
            painter,
            Icon::Folder,
            rect.left_center() + vec2(18.0, 0.0),
            tokens.muted,
        );
    }
    let ink = if is_chosen { tokens.amber } else { tokens.text };
    painter.with_clip_rect(rect.intersect(ui.clip_rect())).text(
        rect.left_center() + vec2(36.0, 0.0),
        Align2::LEFT_CENTER,
        &name,
        theme::regular(BODY),
        ink,
    );
    focus_ring(ui, &response, tokens);
    if response.double_clicked() {
        asked.push(ChooserCommand::Pick(row, Pick::Only));
        asked.push(ChooserCommand::Enter);
    } else if response.clicked() {
        let held = ui.input(|it| it.modifiers);
        let pick = match (held.command, held.shift) {
            (true, _) => Pick::Also,
            (false, true) => Pick::Through,
            (false, false) => Pick::Only,
        };
        asked.push(ChooserCommand::Pick(row, pick));
    }
}

/// There is already a file of this name.
fn question_ui(ui: &mut Ui, scene: &Scene<'_>, asked: &mut Vec<ChooserCommand>) {
    let (tokens, words) = (scene.tokens, scene.words);
    let frame = Frame::new()
        .fill(tokens.raised)
        .corner_radius(8)
        .inner_margin(10);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        body(ui, tokens, &words.say("chooser-taken"));
        ui.horizontal(|ui| {
            let (replace, keep) = (words.say("chooser-replace"), words.say("chooser-keep"));
            if Button::new(&replace).show(ui, tokens).clicked() {
                asked.push(ChooserCommand::Replace);
            }
            if Button::new(&keep).show(ui, tokens).clicked() {
                asked.push(ChooserCommand::Keep);
            }
        });
    });
}

fn end_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    chooser: &Chooser,
    commands: &mut Vec<Command>,
    asked: &mut Vec<ChooserCommand>,
) {
    let (tokens, words) = (scene.tokens, scene.words);
    let choice = chooser.wanted.choice();
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), CONTROL),
        Layout::right_to_left(Align::Center),
        |ui| {
            let take = match choice {
                Choice::Files => words.say("path-open"),
                Choice::File | Choice::Folder => words.say("chooser-choose"),
                Choice::New => words.say("chooser-save"),
            };
            let take = Button::new(&take).key("Enter").primary();
            if take.show(ui, tokens).clicked() {
                asked.push(ChooserCommand::Enter);
            }
            let cancel = words.say("cancel");
            let cancel = Button::new(&cancel).key("Esc").quiet().show(ui, tokens);
            if cancel.clicked() {
                commands.push(Command::CloseSheet);
            }
            if matches!(choice, Choice::Files | Choice::Folder) {
                let folder = if choice == Choice::Files {
                    words.say("chooser-open-folder")
                } else {
                    words.say("chooser-this-folder")
                };
                if Button::new(&folder).show(ui, tokens).clicked() {
                    asked.push(ChooserCommand::TakeFolder);
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let mut are_shown = chooser.are_hidden_shown;
                let hidden = words.say("chooser-hidden");
                if ui.checkbox(&mut are_shown, hidden).changed() {
                    asked.push(ChooserCommand::ToggleHidden);
                }
            });
        },
    );
}
