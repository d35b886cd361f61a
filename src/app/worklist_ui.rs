//! The page of the worklist: where its rows come from, what is looked for, the table, and the way out for other programs.

use egui::{
    CentralPanel, Color32, CursorIcon, FontId, Frame, Id, Key, Margin, Modifiers, Popup, Rect,
    ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, text::LayoutJob,
    text::TextWrapping, vec2,
};

use super::{
    Scene,
    batch_ui::{batch, batch_ui},
    controls::{Button, muted, progress_line},
    log_ui::{choice_ui, text_ui},
    notice_ui::failure_words_ui,
    page_ui::{FieldKind, TextField, empty_with_ui, field_ui, title_ui},
    study_ui::opening_ui,
    theme::{self, BODY, SMALL},
    words::part,
};
use crate::{
    case::worklist::{Outcome, Row},
    privacy::Phi,
    session::{
        Action, BatchCommand, Command, Field, Filter, Source, Standing, WorklistCommand, cell,
        column_words, standing_words,
    },
    settings::{ColumnName, ListColumn, ListSort},
    store::Right,
    words::Part,
};

const ROW: f32 = 28.0;
/// Between a text and the edge of its column.
const GAP: f32 = 8.0;
/// What of the edge between two heads can be dragged.
const HANDLE: f32 = 8.0;

/// What was seen of the table in the frame before.
#[derive(Clone, Copy, Default)]
struct Seen {
    cursor: Option<usize>,
    first: usize,
    n_whole: usize,
}

/// Draws the page.
pub(super) fn worklist_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let frame = Frame::new().inner_margin(Margin::symmetric(20, 14));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        let (words, page) = (scene.words, &scene.state.worklist);
        let key = scene.state.press_words(Action::Worklist);
        let lead = words.say_with("list-lead", &[("key", Part::from(&key))]);
        title_ui(ui, scene, &words.say("list-title"), &lead);
        sources_ui(ui, scene, commands);
        batch_ui(ui, scene, commands);
        filter_ui(ui, scene, commands);
        if scene.state.may(Right::Export) {
            export_ui(ui, scene, commands);
        }
        if let Some(failure) = &page.failure {
            failure_words_ui(ui, scene, failure, commands);
        }
        count_ui(ui, scene);
        opening_ui(ui, scene);
        if page.list().rows().is_empty() {
            nothing_ui(ui, scene, commands);
        } else {
            table_ui(ui, scene, commands);
        }
    });
}

fn sources_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let (words, page) = (scene.words, &scene.state.worklist);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        for (source, name) in [
            (Source::Open, words.say("list-source-open")),
            (Source::Kept, words.say("list-source-kept")),
            (Source::Scored, words.say("list-source-scored")),
        ] {
            let is_chosen = page.source == source;
            // What the records keep is counted once it was asked for.
            let n = match source {
                Source::Open => scene.state.rows().len(),
                Source::Kept | Source::Scored => page.of(source).rows().len(),
            };
            let is_clicked = if n == 0 && !is_chosen {
                let button = Button::new(&name).selected(false);
                button.show(ui, scene.tokens).clicked()
            } else {
                counted(ui, scene, (&name, n), is_chosen)
            };
            if is_clicked {
                commands.push(Command::OnWorklist(WorklistCommand::Choose(source)));
            }
        }
        let sort = scene.state.settings.worklist.sort;
        let by_urgency = words.say("list-by-urgency");
        let button = Button::new(&by_urgency).quiet().selected(sort.is_none());
        if button
            .show(ui, scene.tokens)
            .on_hover_text(words.say("list-by-urgency-tip"))
            .clicked()
        {
            commands.push(Command::OnWorklist(WorklistCommand::ByUrgency));
        }
        columns_ui(ui, scene, commands);
        if scene.state.may(Right::Score) && page.batch.job.is_none() {
            let name = words.say("batch-open");
            let button = Button::new(&name).quiet().selected(page.batch.is_shown);
            if button.show(ui, scene.tokens).clicked() {
                commands.push(batch(BatchCommand::ToggleForm));
            }
        }
    });
}

/// A choice with how many rows it has; whether it was clicked.
fn counted(ui: &mut Ui, scene: &Scene<'_>, (name, n): (&str, usize), is_chosen: bool) -> bool {
    let parts = [("name", Part::Text(name)), ("n", n.into())];
    let text = scene.words.say_with("list-counted", &parts);
    let button = Button::new(&text).selected(is_chosen);
    button.show(ui, scene.tokens).clicked()
}

/// Which columns are shown.
fn columns_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let words = scene.words;
    let name = words.say("list-columns");
    let button = Button::new(&name).quiet().show(ui, scene.tokens);
    Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            for column in &scene.state.settings.worklist.columns {
                let mut is_shown = column.is_shown;
                let name = column_words(words, column.name);
                if ui.checkbox(&mut is_shown, name).changed() {
                    let command = WorklistCommand::ToggleColumn(column.name);
                    commands.push(Command::OnWorklist(command));
                }
            }
        });
}

fn filter_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let words = scene.words;
    let list = scene.state.worklist.list();
    let filter = list.filter();
    let mut look_for = |filter: Filter| {
        commands.push(Command::OnWorklist(WorklistCommand::LookFor(filter)));
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        let (label, hint) = (words.say("list-search"), words.say("list-search-hint"));
        // In the field in which it was typed.
        let typed = filter.words.reveal();
        let (field, typed) = text_ui(ui, scene, (&label, &hint), typed, 220.0);
        if field.changed() {
            look_for(Filter {
                words: Phi::new(typed),
                ..filter.clone()
            });
        }
        let all = words.say("list-all");
        if counted(
            ui,
            scene,
            (&all, list.rows().len()),
            filter.standing.is_none(),
        ) {
            look_for(Filter {
                standing: None,
                ..filter.clone()
            });
        }
        for standing in Standing::ALL {
            let name = standing_words(words, standing);
            let is_chosen = filter.standing == Some(standing);
            if counted(ui, scene, (&name, list.count(standing)), is_chosen) {
                look_for(Filter {
                    standing: Some(standing),
                    ..filter.clone()
                });
            }
        }
        let any = words.say("list-any");
        let chosen = filter.finding.as_ref().unwrap_or(&any);
        let found = list.findings().iter();
        let found = found.map(|it| (it.clone(), Some(it.clone())));
        let choices = std::iter::once((any.clone(), None)).chain(found).collect();
        let label = words.say("list-finding");
        if let Some(finding) = choice_ui(ui, scene, (&label, 150.0), chosen, choices) {
            look_for(Filter {
                finding,
                ..filter.clone()
            });
        }
    });
}

fn export_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    const FIELD: f32 = 420.0;
    let (words, page) = (scene.words, &scene.state.worklist);
    if let Some(job) = scene.state.export_job() {
        let counted = scene.progress.get(&job).copied();
        let share = counted.and_then(|(done, total)| part(done, total));
        ui.horizontal(|ui| {
            muted(ui, scene.tokens, &words.say("list-writing"));
            let stop = words.say("page-stop");
            if Button::new(&stop).show(ui, scene.tokens).clicked() {
                commands.push(Command::OnWorklist(WorklistCommand::StopExport));
            }
        });
        progress_line(ui, scene.tokens, share);
        return;
    }
    ui.horizontal(|ui| {
        let label = words.say("list-out");
        ui.allocate_ui(vec2(FIELD, 0.0), |ui| {
            let asked = TextField {
                field: Field::List,
                label: &label,
                hint: "",
                value: &page.out,
                kind: FieldKind::Path,
            };
            field_ui(ui, scene, &asked, commands);
        });
        ui.with_layout(egui::Layout::left_to_right(egui::Align::BOTTOM), |ui| {
            let export = words.say("list-export");
            let button = Button {
                is_enabled: !page.out.trim().is_empty() && !page.list().shown().is_empty(),
                ..Button::new(&export)
            };
            let is_enabled = button.is_enabled;
            if button.show(ui, scene.tokens).clicked() && is_enabled {
                commands.push(Command::OnWorklist(WorklistCommand::Export));
            }
        });
    });
}

fn count_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let (words, page) = (scene.words, &scene.state.worklist);
    let list = page.list();
    let parts = [
        ("n", list.shown().len().into()),
        ("all", list.rows().len().into()),
        ("silent", list.n_silent().into()),
    ];
    let text = if page.is_waiting() {
        words.say_with("list-reading", &parts)
    } else {
        words.say_with("list-shown", &parts)
    };
    muted(ui, scene.tokens, &text);
}

/// What would stand here, and how it comes here.
fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let words = scene.words;
    let (title, lead) = match scene.state.worklist.source {
        Source::Open => (
            words.say("list-none-open"),
            words.say("list-none-open-lead"),
        ),
        Source::Kept => (
            words.say("list-none-kept"),
            words.say("list-none-kept-lead"),
        ),
        Source::Scored => (
            words.say("list-none-scored"),
            words.say("list-none-scored-lead"),
        ),
    };
    empty_with_ui(ui, scene, (&title, &lead), |ui| {
        ui.add_space(6.0);
        let action = Action::OpenFiles;
        let (name, key) = (action.words(words).name, scene.key(action));
        if Button::new(&name)
            .key(&key)
            .show(ui, scene.tokens)
            .clicked()
        {
            commands.push(Command::Act(action));
        }
    });
}

/// The table: only the rows that are seen are laid out.
fn table_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.worklist;
    let list = page.list();
    let mut columns = scene.state.list_columns();
    let source = page.source as u8;
    let id = Id::unique(("list", source));
    let seen: Seen = ui.data(|it| it.get_temp(id)).unwrap_or_default();
    keys(ui, scene, seen, commands);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    ui.spacing_mut().item_spacing.y = 0.0;
    let place = list.place();
    let mut area = ScrollArea::both()
        .id_salt(("rows", source))
        .auto_shrink(false);
    // Not where it only changed its place: rows that arrive must not carry the view away.
    let moved = place.filter(|_| list.cursor() != seen.cursor);
    if let Some(offset) = moved.and_then(|it| offset_to(it, seen)) {
        area = area.vertical_scroll_offset(offset);
    }
    let stretch = stretched(&mut columns, head.width());
    let width: f32 = columns.iter().map(|it| it.width).sum();
    let drawn = area.show_rows(ui, ROW, list.shown().len(), |ui, shown| {
        let width = width.max(ui.available_width());
        for at in shown {
            if let Some(row) = list.at(at) {
                let is_here = place == Some(at);
                row_ui(ui, scene, (row, at, is_here), (&columns, width), commands);
            }
        }
    });
    let offset = drawn.state.clamped_offset();
    let now = Seen {
        cursor: list.cursor(),
        first: (offset.y / ROW).ceil() as usize,
        n_whole: (drawn.inner_rect.height() / ROW) as usize,
    };
    ui.data_mut(|it| it.insert_temp(id, now));
    // Last: it goes sideways with the rows.
    let mut head_ui = ui.new_child(UiBuilder::new().max_rect(head));
    head_ui.set_clip_rect(head.intersect(ui.clip_rect()));
    let columns = (columns.as_slice(), stretch);
    heads_ui(&mut head_ui, scene, (head, offset.x), columns, commands);
}

/// Has columns that leave room share it, each as it is wide; says how much wider each has become.
fn stretched(columns: &mut [ListColumn], room: f32) -> f32 {
    let width: f32 = columns.iter().map(|it| it.width).sum();
    let stretch = (room / width.max(1.0)).max(1.0);
    for column in columns {
        column.width *= stretch;
    }
    stretch
}

/// Where to scroll so that the row that the keyboard has come to is seen.
fn offset_to(place: usize, seen: Seen) -> Option<f32> {
    let last = (seen.first + seen.n_whole).checked_sub(1);
    if place < seen.first || last.is_none() {
        Some(place as f32 * ROW)
    } else if last.is_some_and(|it| it < place) {
        Some((place + 1).saturating_sub(seen.n_whole) as f32 * ROW)
    } else {
        None
    }
}

/// The keys of the list, where nothing else has the keyboard.
fn keys(ui: &Ui, scene: &Scene<'_>, seen: Seen, commands: &mut Vec<Command>) {
    let ctx = ui.ctx();
    let is_taken = ctx.memory(|it| it.focused().is_some())
        || scene.state.sheet.is_some()
        || Popup::is_any_open(ctx);
    if is_taken {
        return;
    }
    let page = isize::try_from(seen.n_whole.saturating_sub(1).max(1)).unwrap_or(1);
    for (key, command) in [
        (Key::ArrowDown, WorklistCommand::MoveBy(1)),
        (Key::ArrowUp, WorklistCommand::MoveBy(-1)),
        (Key::PageDown, WorklistCommand::MoveBy(page)),
        (Key::PageUp, WorklistCommand::MoveBy(-page)),
        (Key::Home, WorklistCommand::MoveBy(isize::MIN)),
        (Key::End, WorklistCommand::MoveBy(isize::MAX)),
        (Key::Enter, WorklistCommand::Open),
    ] {
        if ui.input_mut(|it| it.consume_key(Modifiers::NONE, key)) {
            commands.push(Command::OnWorklist(command));
        }
    }
}

/// The heads: a click sorts, the edge between two is dragged.
fn heads_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (rect, offset): (Rect, f32),
    (columns, stretch): (&[ListColumn], f32),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    let sort = scene.state.settings.worklist.sort;
    let line = Stroke::new(1.0, tokens.line_strong);
    ui.painter().hline(rect.x_range(), rect.bottom(), line);
    let mut left = rect.left() - offset;
    for column in columns {
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(column.width, ROW));
        left = place.right();
        let name = column_words(scene.words, column.name);
        let sorted = sort.filter(|it| it.by == column.name);
        let parts = [("name", Part::Text(&name))];
        let spoken = match sorted {
            Some(ListSort {
                is_falling: true, ..
            }) => scene.words.say_with("list-falling", &parts),
            Some(_) => scene.words.say_with("list-rising", &parts),
            None => name.clone(),
        };
        let body = place.with_max_x(place.right() - HANDLE);
        let head = ui.interact(body, Id::unique(("list head", column.name)), Sense::click());
        head.widget_info(|| {
            WidgetInfo::selected(Role::ColumnHeader, true, sorted.is_some(), &spoken)
        });
        super::controls::focus_ring(ui, &head, tokens);
        let is_hot = head.hovered() || sorted.is_some();
        let color = if is_hot { tokens.text } else { tokens.muted };
        let text = body.with_max_x(body.right() - 6.0);
        text_in(ui, text, &name, (theme::semibold(SMALL), color));
        if let Some(sorted) = sorted {
            arrow(ui, pos2(body.right() - 2.0, body.center().y), sorted, color);
        }
        if head
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_text(&spoken)
            .clicked()
        {
            let command = WorklistCommand::SortBy(column.name);
            commands.push(Command::OnWorklist(command));
        }
        let edge = place.with_min_x(place.right() - HANDLE);
        let edge = ui.interact(edge, Id::unique(("list edge", column.name)), Sense::DRAG);
        let way = edge.drag_delta().x;
        if way != 0.0 {
            let width = (column.width + way) / stretch;
            let command = WorklistCommand::Widen(column.name, width);
            commands.push(Command::OnWorklist(command));
        }
        edge.on_hover_cursor(CursorIcon::ResizeHorizontal);
    }
}

/// Up for small first, down for great first.
fn arrow(ui: &Ui, at: egui::Pos2, sort: ListSort, color: Color32) {
    let tip = if sort.is_falling { 3.0 } else { -3.0 };
    let corners = [
        vec2(-3.0, -0.6 * tip),
        vec2(0.0, tip),
        vec2(3.0, -0.6 * tip),
    ];
    let corners = corners.map(|it| at + it).to_vec();
    ui.painter().line(corners, Stroke::new(1.4, color));
}

fn row_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (row, at, is_here): (&Row, usize, bool),
    (columns, width): (&[ListColumn], f32),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    // The keyboard goes from row to row by the list's own keys.
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::CLICK);
    if is_here {
        ui.painter().rect_filled(rect, 0.0, tokens.raised);
        let mark = rect.with_max_x(rect.left() + 2.0);
        ui.painter().rect_filled(mark, 0.0, tokens.amber);
    }
    let line = Stroke::new(1.0, tokens.line);
    ui.painter().hline(rect.x_range(), rect.bottom(), line);
    let cells: Vec<String> = columns
        .iter()
        .map(|it| cell(scene.words, row, it.name))
        .collect();
    let mut left = rect.left();
    for (column, text) in columns.iter().zip(&cells) {
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(column.width, ROW));
        left = place.right();
        let color = match (column.name, &row.outcome) {
            (ColumnName::Scope, Outcome::Failed(_)) => tokens.red,
            (ColumnName::Scope, Outcome::Refused(_) | Outcome::BeyondScope(_)) => tokens.text,
            (ColumnName::Finding, _) if is_above(row) => tokens.amber,
            (ColumnName::Patient | ColumnName::Finding | ColumnName::Word, _) => tokens.text,
            _ => tokens.muted,
        };
        text_in(ui, place, text, (theme::regular(BODY), color));
    }
    let said: Vec<&str> = cells.iter().map(String::as_str).collect();
    let said: Vec<&str> = said.into_iter().filter(|it| !it.is_empty()).collect();
    let spoken = said.join(", ");
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_here, &spoken));
    if response.clicked() {
        commands.push(Command::OnWorklist(WorklistCommand::GoTo(at)));
    }
    if response.double_clicked() {
        commands.push(Command::OnWorklist(WorklistCommand::Open));
    }
    let has_reason = matches!(
        row.outcome,
        Outcome::BeyondScope(_) | Outcome::Refused(_) | Outcome::Failed(_)
    );
    if has_reason {
        response.on_hover_text(cell(scene.words, row, ColumnName::Scope));
    }
}

fn is_above(row: &Row) -> bool {
    let finding = row.finding.as_ref();
    finding.is_some_and(|it| it.threshold.is_some_and(|at| at <= it.probability))
}

/// A text in its column, cut off at its end.
fn text_in(ui: &Ui, place: Rect, text: &str, (font, color): (FontId, Color32)) {
    let place = place.shrink2(vec2(GAP, 0.0));
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(place.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(place.left(), place.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}
