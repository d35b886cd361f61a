//! The course of a patient: NEWS2, the running answer and the plots of all variables over one axis of time.

use egui::{
    Align, Align2, CornerRadius, Layout, Painter, Rangef, Rect, RichText, ScrollArea, Sense,
    Stroke, Ui, WidgetInfo, accesskit::Role, containers::scroll_area::ScrollSource, pos2, vec2,
};

use super::{
    Scene,
    controls::{focus_frame, muted},
    course_plot::{self, Row},
    course_strips::{running_ui, warning_ui},
    strip_ui::{label_ui, method_ui, method_width},
    theme::{self, SECTION, SMALL},
    time_axis::TimeAxis,
    words,
};
use crate::{
    session::{Command, CourseGroup, ItemId, SeriesItem, group_name, variable_name},
    words::{Part, Words},
};

/// Room for names at the left and numbers at the right; less in a narrow place.
const NAMES: f32 = 168.0;
const NUMBERS: f32 = 94.0;
const NARROW: f32 = 620.0;
/// The numbers of the upright axes, beside the names.
pub(super) const TICKS: f32 = 36.0;
const HEAD: f32 = 28.0;
const NEVER: f32 = 22.0;

/// What all rows share.
pub(super) struct Course<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) item: &'a SeriesItem,
    pub(super) id: ItemId,
    pub(super) axis: TimeAxis,
    /// From the edge of the names to that of the numbers.
    pub(super) x: Rangef,
    /// The hour that is told of: under the pointer, else the chosen one.
    pub(super) at: f64,
    /// The greatest influence of any cell.
    pub(super) strongest: f32,
}

/// Draws the course as large as its place.
pub(super) fn course_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, item): (ItemId, &SeriesItem),
    commands: &mut Vec<Command>,
) {
    if item.series.channels.is_empty() {
        return empty_ui(ui, scene, item);
    }
    header_ui(ui, scene, (id, item), commands);
    let rect = ui.available_rect_before_wrap();
    let (names, numbers) = if rect.width() < NARROW {
        (116.0, 64.0)
    } else {
        (NAMES, NUMBERS)
    };
    let time = Rangef::new(rect.left() + names + TICKS, rect.right() - numbers);
    let axis = TimeAxis::new(&item.series, &item.view, time);
    let over = Rect::from_x_y_ranges(time, rect.y_range());
    let course = Course {
        scene,
        item,
        id,
        at: touched(ui, (over, scene), (id, item), &axis, commands),
        axis,
        x: Rangef::new(rect.left() + 16.0, rect.right() - 12.0),
        strongest: strongest(item),
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    warning_ui(ui, &course);
    running_ui(ui, &course, commands);
    time_ui(ui, &course);
    rows_ui(ui, &course);
    let cross = ui.painter().with_clip_rect(over);
    let x = course.axis.place(course.at);
    cross.vline(x, over.y_range(), Stroke::new(1.0, scene.tokens.faint));
    if course.at != item.view.hour as f64 {
        // The numbers at the right are of this hour, not of the chosen one.
        let name = course.axis.name(course.at);
        let at = pos2(x + 4.0, over.top() + 4.0);
        let ink = scene.tokens.text;
        cross.text(at, Align2::LEFT_TOP, name, theme::regular(SECTION), ink);
    }
}

/// Nothing was measured, or nothing that could be true.
fn empty_ui(ui: &mut Ui, scene: &Scene<'_>, item: &SeriesItem) {
    let words = scene.words;
    let lead = match item.series.n_set_aside {
        0 => words.say("course-no-value"),
        n => words.say_with("course-all-aside", &[("n", n.into())]),
    };
    super::page_ui::empty_ui(ui, scene, &words.say("course-nothing"), &lead);
    ui.vertical_centered(|ui| {
        for it in item.series.set_aside.iter().take(5) {
            muted(ui, scene.tokens, &aside_words(words, it));
        }
    });
}

/// A value that was set aside, with its reason.
pub(super) fn aside_words(words: &Words, it: &crate::case::series::SetAside) -> String {
    let name = words::capital(&variable_name(words, it.variable));
    let reason = words.retell(&it.reason);
    let parts = [
        ("name", Part::from(&name)),
        ("found", Part::from(&it.found)),
        ("reason", Part::from(&reason)),
    ];
    words.say_with("course-aside", &parts)
}

/// The hour that is told of, what is explained, and how.
fn header_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, item): (ItemId, &SeriesItem),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    ui.horizontal(|ui| {
        ui.set_min_height(34.0);
        ui.add_space(16.0);
        let axis = TimeAxis::new(&item.series, &item.view, Rangef::new(0.0, 1.0));
        let hour = words::capital(&axis.full_name(scene.words, item.view.hour as f64));
        let text = RichText::new(hour).font(theme::semibold(SMALL));
        ui.label(text.color(tokens.text))
            .on_hover_text(scene.words.say("course-hour-tip"));
        if !item.series.warnings.is_empty() {
            let all: Vec<String> = item
                .series
                .warnings
                .iter()
                .map(|it| words::remark(scene.words, &it.text))
                .collect();
            let n = scene
                .words
                .say_with("n-remarks", &[("n", all.len().into())]);
            let text = RichText::new(n)
                .font(theme::regular(SMALL))
                .color(tokens.amber);
            ui.label(text).on_hover_text(all.join("\n"));
        }
        if item.explanation().is_none() {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(12.0);
            let asked = item.asked(id);
            ui.push_id("course", |ui| {
                let of_method = method_width(ui, &asked);
                method_ui(ui, scene, (&asked, of_method), commands);
                label_ui(ui, scene, (&asked, 130.0), commands);
            });
            let text =
                RichText::new(scene.words.say("course-influence")).font(theme::regular(SECTION));
            ui.label(text.color(tokens.muted));
        });
    });
}

/// Clicks choose an hour, drags move, Ctrl and wheel zoom; gives the hour that is told of.
fn touched(
    ui: &Ui,
    (over, scene): (Rect, &Scene<'_>),
    (id, item): (ItemId, &SeriesItem),
    axis: &TimeAxis,
    commands: &mut Vec<Command>,
) -> f64 {
    let response = ui.interact(
        over,
        ui.scope_id().with(("course", id.0)),
        Sense::click_and_drag(),
    );
    let named = axis.full_name(scene.words, item.view.hour as f64);
    let n = words::n_variables(scene.words, &item.series);
    let parts = [("hour", Part::from(&named)), ("variables", Part::from(&n))];
    let spoken = scene.words.say_with("spoken-course", &parts);
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &spoken));
    focus_frame(ui.painter(), &response, scene.tokens.blue);
    let way = f64::from(response.drag_delta().x / axis.x.span().max(1.0));
    if way != 0.0 {
        let hours = axis.shown.end - axis.shown.start;
        commands.push(Command::PanCourse(-way * hours));
    }
    let pointer = ui.input(|it| it.pointer.hover_pos());
    let Some(pointer) = pointer.filter(|it| over.contains(*it) && ui.rect_contains_pointer(over))
    else {
        return item.view.hour as f64;
    };
    let at = axis.hours(pointer.x);
    if response.clicked() {
        commands.push(Command::ChooseHour(at.ceil() as i64));
    }
    let pinch = ui.input(|it| it.zoom_delta());
    if pinch != 1.0 {
        let factor = f64::from(pinch);
        commands.push(Command::ZoomCourse { factor, about: at });
    }
    at
}

/// The numbers of the axis of time, over the plots, where they stay.
fn time_ui(ui: &mut Ui, course: &Course<'_>) {
    let tokens = course.scene.tokens;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let painter = ui.painter();
    let y = rect.bottom() - 0.5;
    painter.hline(course.axis.x, y, Stroke::new(1.0, tokens.line_strong));
    let mut free = course.axis.x.min - 30.0;
    for (hours, name) in course.axis.ticks() {
        let x = course.axis.place(hours);
        painter.vline(
            x,
            Rangef::new(y - 4.0, y),
            Stroke::new(1.0, tokens.line_strong),
        );
        let galley = painter.layout_no_wrap(name, theme::regular(SECTION), tokens.muted);
        let left = x - galley.size().x / 2.0;
        if free < left {
            free = left + galley.size().x + 8.0;
            painter.galley(pos2(left, rect.top() + 1.0), galley, tokens.muted);
        }
    }
    let name = if course
        .axis
        .ticks()
        .first()
        .is_some_and(|it| it.1.ends_with(" h"))
    {
        course.scene.words.say("course-hours")
    } else {
        course.scene.words.say("course-time")
    };
    let at = pos2(course.x.min, rect.center().y);
    painter.text(
        at,
        Align2::LEFT_CENTER,
        name,
        theme::regular(SECTION),
        tokens.muted,
    );
}

/// One line of the list of plots.
enum Place<'a> {
    Head(&'a CourseGroup),
    Plot(Row<'a>),
    Never(&'a CourseGroup),
}

/// All groups, of which only what is on screen is drawn.
fn rows_ui(ui: &mut Ui, course: &Course<'_>) {
    let height = course_plot::height(course);
    let mut places: Vec<(f32, Place<'_>)> = Vec::new();
    let mut bottom = 0.0;
    for group in &course.item.groups {
        places.push((bottom, Place::Head(group)));
        bottom += HEAD;
        for channel in group
            .measured
            .iter()
            .filter_map(|it| course.item.channel(*it))
        {
            places.push((bottom, Place::Plot(Row::new(course, channel))));
            bottom += height;
        }
        if !group.never.is_empty() {
            places.push((bottom, Place::Never(group)));
            bottom += NEVER;
        }
    }
    let area = ScrollArea::vertical()
        .id_salt(("plots", course.id.0))
        .auto_shrink(false)
        .scroll_source(ScrollSource::SCROLL_BAR | ScrollSource::MOUSE_WHEEL);
    area.show_viewport(ui, |ui, seen| {
        let (rect, _) =
            ui.allocate_exact_size(vec2(ui.available_width(), bottom + 12.0), Sense::hover());
        for (top, place) in &places {
            let tall = match place {
                Place::Head(_) => HEAD,
                Place::Plot(_) => height,
                Place::Never(_) => NEVER,
            };
            if top + tall < seen.top() || seen.bottom() < *top {
                continue;
            }
            let left_top = pos2(rect.left(), rect.top() + top);
            let row = Rect::from_min_size(left_top, vec2(rect.width(), tall));
            match place {
                Place::Head(group) => {
                    let name = group_name(course.scene.words, group.group);
                    head_ui(ui.painter(), course, row, &name);
                }
                Place::Plot(plot) => course_plot::plot_ui(ui, course, plot, row),
                Place::Never(group) => never_ui(ui, course, row, group),
            }
        }
    });
}

fn head_ui(painter: &Painter, course: &Course<'_>, row: Rect, name: &str) {
    let tokens = course.scene.tokens;
    let text = RichText::new(name.to_uppercase());
    let at = pos2(course.x.min, row.bottom() - 6.0);
    painter.text(
        at,
        Align2::LEFT_BOTTOM,
        text.text(),
        theme::regular(SECTION),
        tokens.muted,
    );
}

/// What of a group was never measured, in one line; all of it where the pointer is.
fn never_ui(ui: &mut Ui, course: &Course<'_>, row: Rect, group: &CourseGroup) {
    let tokens = course.scene.tokens;
    let words = course.scene.words;
    let all = |name: &dyn Fn(crate::case::Variable) -> String| {
        let names = group.never.iter().map(|it| name(*it));
        let names = names.collect::<Vec<_>>().join(&words.say("list-comma"));
        words.say_with("course-never", &[("variables", Part::from(&names))])
    };
    let line = all(&|it| it.short().to_owned());
    let mut job =
        egui::text::LayoutJob::simple_singleline(line.clone(), theme::regular(SMALL), tokens.faint);
    job.wrap = egui::text::TextWrapping::truncate_at_width(course.x.span());
    let galley = ui.painter().layout_job(job);
    ui.painter()
        .galley(pos2(course.x.min, row.top() + 2.0), galley, tokens.faint);
    let id = ui.scope_id().with(("never", group.group.name()));
    let names = Rect::from_x_y_ranges(course.x.min..=course.axis.x.min, row.y_range());
    let response = ui.interact(names, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &line));
    response.on_hover_text(all(&|it| variable_name(words, it)));
}

/// The greatest influence of any cell or of a whole variable.
fn strongest(item: &SeriesItem) -> f32 {
    let course = item.explanation().and_then(|it| it.course.as_ref());
    let rows = course.map_or(&[][..], |it| &it.rows);
    let cells = rows.iter().flat_map(|it| &it.cells);
    cells.map(|it| it.abs()).fold(0.0, f32::max)
}

/// A row of a strip: its name at the left, with a second, quieter line.
pub(super) fn names_ui(
    painter: &Painter,
    course: &Course<'_>,
    row: Rect,
    (name, more): (&str, &str),
) {
    let tokens = course.scene.tokens;
    let room = course.axis.x.min - TICKS - course.x.min;
    let mut y = row.top() + 8.0;
    for (text, size, ink) in [(name, SMALL, tokens.text), (more, SECTION, tokens.muted)] {
        let mut job =
            egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::regular(size), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        let galley = painter.layout_job(job);
        let tall = galley.size().y;
        painter.galley(pos2(course.x.min, y), galley, ink);
        y += tall + 1.0;
    }
}

/// The number at the right of a row.
pub(super) fn number_ui(
    painter: &Painter,
    course: &Course<'_>,
    row: Rect,
    (number, more): (&str, &str),
) {
    let tokens = course.scene.tokens;
    let x = course.axis.x.max + 10.0;
    let at = pos2(x, row.top() + 8.0);
    painter.text(
        at,
        Align2::LEFT_TOP,
        number,
        theme::semibold(SMALL),
        tokens.text,
    );
    let at = pos2(x, row.top() + 24.0);
    painter.text(
        at,
        Align2::LEFT_TOP,
        more,
        theme::regular(SECTION),
        tokens.muted,
    );
}

/// The frame of a plot: its ground, and numbers at the left.
pub(super) fn frame_ui(
    painter: &Painter,
    course: &Course<'_>,
    plot: Rect,
    ticks: &[(f32, String)],
) {
    let tokens = course.scene.tokens;
    painter.rect_filled(plot, CornerRadius::ZERO, tokens.card);
    for (y, name) in ticks {
        painter.hline(plot.x_range(), *y, Stroke::new(1.0, tokens.line));
        let at = pos2(plot.left() - 6.0, *y);
        painter.text(
            at,
            Align2::RIGHT_CENTER,
            name,
            theme::regular(SECTION),
            tokens.faint,
        );
    }
    for (hours, _) in course.axis.ticks() {
        let x = course.axis.place(hours);
        painter.vline(x, plot.y_range(), Stroke::new(1.0, tokens.line));
    }
}
