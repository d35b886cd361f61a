//! The rail and the study list: what is open, and what was open lately.

use egui::{
    Align, CornerRadius, CursorIcon, Frame, Image, Layout, Margin, Panel, Rect, Response,
    ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    Scene,
    controls::{focus_ring, muted, progress_line, section},
    icons::{Icon, icon_button, small_icon_button},
    pictures::Pictures,
    remember_width,
    theme::{self, BODY, RADIUS, RAIL, SMALL},
    words::{self, DOT},
};
use crate::session::{Action, Column, Command, Content, Item, Kind, Page};

/// The narrow column at the very left.
pub(super) fn rail_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let frame = Frame::new()
        .fill(scene.tokens.rail)
        .inner_margin(Margin::symmetric(8, 8));
    Panel::left("rail")
        .exact_size(RAIL)
        .resizable(false)
        .frame(frame)
        .show(ui, |ui| {
            let mut icon = |ui: &mut Ui, icon: Icon, action: Action, is_selected: bool| {
                let name = action.words(scene.words).name;
                let key = scene.key(action);
                let words = if key.is_empty() {
                    name
                } else {
                    format!("{name}{DOT}{key}")
                };
                if icon_button(ui, scene.tokens, icon, &words, is_selected).clicked() {
                    commands.push(Command::Act(action));
                }
            };
            icon(
                ui,
                Icon::Study,
                Action::ToggleStudyList,
                scene.is_study_list_shown,
            );
            let is_worklist = scene.state.page == Page::Worklist;
            icon(ui, Icon::Worklist, Action::Worklist, is_worklist);
            icon(ui, Icon::Folder, Action::OpenFiles, false);
            icon(ui, Icon::Search, Action::Palette, false);
            ui.add_space(12.0);
            let page = scene.state.page;
            let is_deidentify = page == Page::Deidentify;
            icon(ui, Icon::Deidentify, Action::Deidentify, is_deidentify);
            let is_evaluate = page == Page::Evaluate;
            icon(ui, Icon::Evaluate, Action::Evaluate, is_evaluate);
            icon(ui, Icon::Train, Action::Train, page == Page::Train);
            ui.with_layout(Layout::bottom_up(Align::Center), |ui| {
                icon(ui, Icon::About, Action::About, page == Page::About);
                icon(ui, Icon::Keys, Action::Keys, false);
                icon(ui, Icon::Theme, Action::ToggleTheme, false);
            });
        });
}

/// What is open, by kinds, then recent files.
pub(super) fn study_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    const WIDEST: f32 = 420.0;
    let frame = Frame::new().inner_margin(Margin::symmetric(10, 12));
    let column = Panel::left("study")
        .default_size(scene.state.settings.study_width)
        .size_range(180.0..=WIDEST)
        .frame(frame)
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                let state = scene.state;
                let words = scene.words;
                let rows = state.rows();
                for (kind, name) in [
                    (Kind::Scan, words.say("study-scans")),
                    (Kind::Note, words.say("study-notes")),
                    (Kind::Series, words.say("study-courses")),
                    (Kind::Sequence, words.say("study-sequences")),
                ] {
                    let items = rows.iter().filter(|it| it.content.kind() == kind);
                    let items: Vec<&Item> = items.copied().collect();
                    group(ui, scene, (&name, &items), pictures, commands);
                }
                opening_ui(ui, scene);
                recent(ui, scene, commands);
            });
        });
    let width = column.response.rect.width();
    remember_width(scene, Column::Study, (width, WIDEST), commands);
}

/// How far opening is.
pub(super) fn opening_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let Some(job) = scene.state.opening_job() else {
        return;
    };
    let words = scene.words;
    let counted = scene.progress.get(&job).filter(|it| 1 < it.1);
    let (told, share) = match counted {
        Some((done, total)) => {
            let parts = [("n", (*done).into()), ("all", (*total).into())];
            let share = *done as f32 / *total as f32;
            (words.say_with("opening-files", &parts), Some(share))
        }
        None => (words.say("opening"), None),
    };
    muted(ui, scene.tokens, &told);
    progress_line(ui, scene.tokens, share);
    ui.add_space(12.0);
}

fn group(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (name, items): (&str, &[&Item]),
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    if items.is_empty() {
        return;
    }
    section(ui, scene.tokens, name);
    ui.add_space(4.0);
    for item in items {
        item_ui(ui, scene, item, pictures, commands);
    }
    ui.add_space(16.0);
}

fn item_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    item: &Item,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    const THUMB: f32 = 44.0;
    let state = scene.state;
    let row_id = state.row_of(item.id);
    let on_page = state.on_page(item.content.kind());
    let is_shown = on_page.is_some_and(|it| state.row_of(it.id) == row_id);
    let is_center = state.center.is_some_and(|it| state.row_of(it) == row_id);
    let (title, detail) = match &item.content {
        Content::Scan(scan) => (
            words::row_title(scene.words, &scan.scan),
            words::scan_detail(scene.words, &scan.scan, state.position(item.id).1),
        ),
        Content::Note(note) => (
            words::file_name(item).to_owned(),
            words::note_detail(scene.words, note),
        ),
        Content::Series(series) => (
            words::file_name(item).to_owned(),
            words::series_detail(scene.words, &series.series),
        ),
        Content::Sequence(sequence) => (
            words::file_name(item).to_owned(),
            words::sequence_detail(scene.words, &sequence.sequence),
        ),
    };
    let height = if matches!(item.content, Content::Scan(_)) {
        60.0
    } else {
        48.0
    };
    let (rect, response) = row(ui, scene, height, (is_center, is_shown), &title);
    let left = match &item.content {
        Content::Scan(scan) => {
            let place = Rect::from_min_size(rect.min + vec2(8.0, 8.0), vec2(THUMB, THUMB));
            ui.painter()
                .rect_filled(place, CornerRadius::same(4), theme::VIEWPORT);
            let texture = pictures.thumbnail(ui.ctx(), row_id, scan);
            let size = texture.size_vec2();
            let fitted = Rect::from_center_size(place.center(), size * (THUMB / size.max_elem()));
            Image::new(&texture)
                .corner_radius(CornerRadius::same(4))
                .paint_at(ui, fitted);
            place.right() + 10.0
        }
        Content::Note(_) | Content::Series(_) | Content::Sequence(_) => rect.left() + 10.0,
    };
    let right = rect.right() - 10.0;
    let texts = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
    two_lines(ui, scene, texts, &title, &detail);
    if response.hovered() || response.contains_pointer() {
        close_button(ui, scene, rect, item, commands);
    }
    // For the clinician's eyes.
    let response = response.on_hover_text(words::file_name(item));
    if response.clicked() {
        commands.push(Command::Activate(item.id));
    }
}

fn close_button(
    ui: &mut Ui,
    scene: &Scene<'_>,
    row: Rect,
    item: &Item,
    commands: &mut Vec<Command>,
) {
    let place =
        Rect::from_center_size(pos2(row.right() - 16.0, row.top() + 16.0), vec2(22.0, 22.0));
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(place)
            .id_salt(("close", item.id.0)),
    );
    let close = scene.words.say("close");
    if small_icon_button(&mut child, scene.tokens, Icon::Close, &close).clicked() {
        commands.push(Command::Close(item.id));
    }
}

fn row(
    ui: &mut Ui,
    scene: &Scene<'_>,
    height: f32,
    (is_center, is_shown): (bool, bool),
    title: &str,
) -> (Rect, Response) {
    let tokens = scene.tokens;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_shown, title));
    if is_center {
        ui.painter().rect(
            rect,
            CornerRadius::same(RADIUS),
            tokens.raised,
            Stroke::new(1.0, tokens.line_strong),
            StrokeKind::Inside,
        );
    } else if is_shown || response.hovered() {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(RADIUS), tokens.card);
    }
    focus_ring(ui, &response, tokens);
    (rect, response.on_hover_cursor(CursorIcon::PointingHand))
}

fn two_lines(ui: &Ui, scene: &Scene<'_>, rect: Rect, title: &str, detail: &str) {
    let tokens = scene.tokens;
    for (text, size, color, up) in [
        (title, BODY, tokens.text, -17.0),
        (detail, SMALL, tokens.muted, 1.0),
    ] {
        let mut job =
            egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::regular(size), color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
        let galley = ui.painter().layout_job(job);
        ui.painter()
            .galley(pos2(rect.left(), rect.center().y + up), galley, color);
    }
}

fn recent(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    if !scene.state.items.is_empty() || scene.state.settings.recent.is_empty() {
        return;
    }
    section(ui, scene.tokens, &scene.words.say("study-recent"));
    ui.add_space(4.0);
    for path in &scene.state.settings.recent {
        // For the clinician's eyes.
        let path = path.reveal();
        let name = path
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        let folder = path
            .parent()
            .and_then(|it| it.file_name())
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        let (rect, response) = row(ui, scene, 44.0, (false, false), &name);
        two_lines(ui, scene, rect.shrink2(vec2(10.0, 0.0)), &name, &folder);
        if response.clicked() {
            commands.push(Command::Open(vec![path.clone()]));
        }
    }
}
