//! One variable over time: band of reference, line, what lies outside, what was set aside, hours measured, influence.

use std::ops::Range;

use egui::{
    Color32, CornerRadius, Painter, Pos2, Rangef, Rect, Sense, Shape, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    course_ui::{Course, aside_words, frame_ui, names_ui, number_ui},
    plot_ui::round_ticks,
    words,
};
use crate::{
    case::series::{Channel, SetAside},
    prediction::CourseRow,
    render::heat_color,
    session::{KNOWN_HOURS, variable_name},
    words::Part,
};

const PLOT: f32 = 52.0;
const MEASURED: f32 = 3.0;
const INFLUENCE: f32 = 14.0;
const GAP: f32 = 3.0;
const BELOW: f32 = 9.0;
const POINT: f32 = 1.9;
/// A cross this near to the pointer tells its reason.
const NEAR: f32 = 9.0;

/// A variable with what belongs to it.
pub(super) struct Row<'a> {
    channel: &'a Channel,
    influence: Option<&'a CourseRow>,
}

impl<'a> Row<'a> {
    pub(super) fn new(course: &Course<'a>, channel: &'a Channel) -> Self {
        let rows = course.item.explanation().and_then(|it| it.course.as_ref());
        let mut rows = rows.into_iter().flat_map(|it| &it.rows);
        Self {
            channel,
            influence: rows.find(|it| it.variable == channel.variable.key()),
        }
    }
}

/// Every plot is as high as any other.
pub(super) fn height(course: &Course<'_>) -> f32 {
    let influence = if course.item.explanation().is_some() {
        INFLUENCE + GAP
    } else {
        0.0
    };
    PLOT + GAP + MEASURED + influence + BELOW
}

/// Draws it.
pub(super) fn plot_ui(ui: &mut Ui, course: &Course<'_>, row: &Row<'_>, rect: Rect) {
    let tokens = course.scene.tokens;
    let variable = row.channel.variable;
    let plot = Rect::from_x_y_ranges(course.axis.x, rect.top()..=rect.top() + PLOT);
    let range = range(row.channel);
    let scale = Scale {
        plot: plot.shrink2(vec2(0.0, 4.0)),
        range: range.clone(),
    };
    let ticks = round_ticks(&range, 3.0);
    let ticks: Vec<(f32, String)> = ticks
        .iter()
        .map(|it| (scale.y(*it), words::tick(*it)))
        .collect();
    let painter = ui.painter().clone();
    frame_ui(&painter, course, plot, &ticks);
    let words = course.scene.words;
    let unit = words::unit(words, variable.unit());
    let name = words::capital(&variable_name(words, variable));
    names_ui(&painter, course, rect, (&name, &unit));
    let (number, when) = told(course, row.channel);
    number_ui(&painter, course, rect, (&number, &when));
    let inside = painter.with_clip_rect(plot.expand2(vec2(3.0, 0.0)));
    if let Some(reference) = variable.reference() {
        let y = Rangef::new(
            scale.y(reference.interval.high),
            scale.y(reference.interval.low),
        );
        let band = Rect::from_x_y_ranges(plot.x_range(), y).intersect(plot);
        inside.rect_filled(band, CornerRadius::ZERO, tokens.teal.gamma_multiply(0.13));
    }
    curve(&inside, course, row.channel, &scale);
    let crosses = crosses(course, row.channel, plot);
    for (at, _) in &crosses {
        let stroke = Stroke::new(1.6, tokens.violet);
        inside.line_segment([*at + vec2(-3.5, -3.5), *at + vec2(3.5, 3.5)], stroke);
        inside.line_segment([*at + vec2(-3.5, 3.5), *at + vec2(3.5, -3.5)], stroke);
    }
    let top = plot.bottom() + GAP;
    measured(
        &painter,
        course,
        row.channel,
        Rangef::new(top, top + MEASURED),
    );
    if let Some(influence) = row.influence {
        let top = top + MEASURED + GAP;
        cells(
            &painter,
            course,
            influence,
            Rangef::new(top, top + INFLUENCE),
        );
    }
    hints(ui, course, row, (rect, &crosses));
}

/// What is told of a row where the pointer is on it, and what a screen reader says.
fn hints(
    ui: &Ui,
    course: &Course<'_>,
    row: &Row<'_>,
    (rect, crosses): (Rect, &[(Pos2, &SetAside)]),
) {
    let variable = row.channel.variable;
    let id = ui.scope_id().with(("row", course.id.0, variable.key()));
    // The plots themselves are for choosing hours.
    let names = Rect::from_x_y_ranges(rect.left()..=course.axis.x.min, rect.y_range());
    let response = ui.interact(names, id, Sense::hover());
    let (number, when) = told(course, row.channel);
    let words = course.scene.words;
    let unit = words::unit(words, variable.unit());
    let name = words::capital(&variable_name(words, variable));
    let parts = [
        ("name", Part::from(&name)),
        ("number", Part::from(&number)),
        ("unit", Part::from(&unit)),
        ("when", Part::from(&when)),
        ("n", row.channel.points.len().into()),
    ];
    let spoken = words.say_with("spoken-plot", &parts);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let reference = variable.reference().map(|it| {
        let (low, high) = (words::tick(it.interval.low), words::tick(it.interval.high));
        let parts = [
            ("low", Part::from(&low)),
            ("high", Part::from(&high)),
            ("unit", Part::from(&unit)),
            ("source", Part::from(it.source)),
        ];
        words.say_with("plot-band", &parts)
    });
    let all = [Some(name), reference];
    response.on_hover_text(all.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    let pointer = ui.input(|it| it.pointer.hover_pos());
    let near = |at: &Pos2| pointer.is_some_and(|it| it.distance(*at) < NEAR);
    let said: Vec<String> = crosses
        .iter()
        .filter(|it| near(&it.0))
        .map(|it| aside_words(words, it.1))
        .collect();
    if !said.is_empty() {
        egui::Tooltip::always_open(
            ui.ctx().clone(),
            ui.layer_id(),
            id.with("aside"),
            egui::PopupAnchor::Pointer,
        )
        .show(|ui| ui.label(said.join("\n")));
    }
}

/// From values to places.
struct Scale {
    plot: Rect,
    range: Range<f64>,
}

impl Scale {
    fn y(&self, value: f64) -> f32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start).max(1e-9);
        self.plot.bottom() - self.plot.height() * share as f32
    }
}

/// All values and, where it is not far off, the band of reference.
fn range(channel: &Channel) -> Range<f64> {
    let values = || channel.points.iter().map(|it| it.value);
    let (mut low, mut high) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(f64::NEG_INFINITY, f64::max),
    );
    if let Some(reference) = channel.variable.reference() {
        let it = reference.interval;
        let reach = (high - low).max(it.high - it.low);
        if it.low - reach < high && low < it.high + reach {
            low = low.min(it.low.max(high - 3.0 * reach));
            high = high.max(it.high.min(low + 3.0 * reach));
        }
    }
    let air = ((high - low) * 0.06).max(high.abs() * 0.01).max(1e-3);
    low - air..high + air
}

/// The last value up to the hour that is told of, and how old it is.
fn told(course: &Course<'_>, channel: &Channel) -> (String, String) {
    let words = course.scene.words;
    let n = channel
        .points
        .partition_point(|it| it.hours <= course.at + 1e-6);
    let last = n.checked_sub(1).and_then(|it| channel.points.get(it));
    last.map_or_else(
        || (words::nothing(), words.say("not-yet")),
        |it| {
            let age = course.at - it.hours;
            let whole = |it: f64| [("n", Part::Number(it.max(0.0).round() as u64))];
            let age = match age {
                _ if age < 1.0 => words.say_with("minutes-before", &whole(age * 60.0)),
                _ if age < 48.0 => words.say_with("hours-before", &whole(age)),
                _ => words.say_with("days-before", &whole(age / 24.0)),
            };
            (words::tick(it.value), age)
        },
    )
}

/// The line, thin over gaps in which a value does not count as known, and the points; those outside of the band are larger
/// and point to where they lie.
fn curve(painter: &Painter, course: &Course<'_>, channel: &Channel, scale: &Scale) {
    let tokens = course.scene.tokens;
    let points = course.axis.thinned(&channel.points);
    let place =
        |it: &crate::case::series::Point| pos2(course.axis.place(it.hours), scale.y(it.value));
    let is_near = |a: &crate::case::series::Point, b: &crate::case::series::Point| {
        b.hours - a.hours <= KNOWN_HOURS
    };
    for part in points.chunk_by(is_near) {
        let line: Vec<Pos2> = part.iter().map(place).collect();
        painter.line(line, Stroke::new(1.4, tokens.blue));
    }
    for pair in points.windows(2) {
        if let [a, b] = pair
            && !is_near(a, b)
        {
            let stroke = Stroke::new(1.0, tokens.blue.gamma_multiply(0.35));
            painter.extend(Shape::dashed_line(&[place(a), place(b)], stroke, 3.0, 4.0));
        }
    }
    let is_crowded = course.axis.x.span() < points.len() as f32 * 3.0;
    let band = channel.variable.reference().map(|it| it.interval);
    for it in &points {
        let at = place(it);
        match band {
            Some(band) if band.high < it.value => triangle(painter, at, -1.0, tokens.amber),
            Some(band) if it.value < band.low => triangle(painter, at, 1.0, tokens.amber),
            _ if is_crowded => {}
            _ => {
                painter.circle_filled(at, POINT, tokens.blue);
            }
        }
    }
}

/// Up (-1) for what is above the band, down (1) for what is below it.
fn triangle(painter: &Painter, at: Pos2, way: f32, ink: Color32) {
    let points = [
        vec2(0.0, 3.6 * way),
        vec2(-3.2, -2.2 * way),
        vec2(3.2, -2.2 * way),
    ];
    let points = points.map(|it| at + it).to_vec();
    painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
}

/// The values of a variable that were set aside, along the upper edge: they have no place on the axis.
fn crosses<'a>(course: &Course<'a>, channel: &Channel, plot: Rect) -> Vec<(Pos2, &'a SetAside)> {
    let item = course.item;
    let own = item
        .series
        .set_aside
        .iter()
        .filter(|it| it.variable == channel.variable);
    own.filter_map(|it| {
        let x = course.axis.place(it.hours?);
        plot.x_range()
            .contains(x)
            .then(|| (pos2(x, plot.top() + 6.0), it))
    })
    .collect()
}

/// The hours with a value; what is dark was not measured.
fn measured(painter: &Painter, course: &Course<'_>, channel: &Channel, y: Rangef) {
    let tokens = course.scene.tokens;
    let ground = Rect::from_x_y_ranges(course.axis.x, y);
    painter.rect_filled(ground, CornerRadius::ZERO, tokens.line);
    let points = course.axis.thinned(&channel.points);
    let hours = points.chunk_by(|a, b| b.hours.floor() <= a.hours.floor() + 1.0);
    for run in hours {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        let found = course
            .axis
            .column(first.hours.floor(), last.hours.floor() + 1.0, y);
        if let Some(column) = found {
            painter.rect_filled(column, CornerRadius::ZERO, tokens.blue.gamma_multiply(0.7));
        }
    }
}

/// How far the logit falls without the values of each cell of time: up and warm for the label, down and blue against it.
fn cells(painter: &Painter, course: &Course<'_>, row: &CourseRow, y: Rangef) {
    let tokens = course.scene.tokens;
    let ground = Rect::from_x_y_ranges(course.axis.x, y);
    painter.rect_filled(ground, CornerRadius::ZERO, tokens.rail);
    painter.hline(
        course.axis.x,
        y.center(),
        Stroke::new(1.0, tokens.line_strong),
    );
    let explained = course.item.explanation().and_then(|it| it.course.as_ref());
    let cell_hours = explained.map_or(1.0, |it| it.cell_hours as f64);
    if course.strongest <= 0.0 {
        return;
    }
    for (idx, fall) in row.cells.iter().enumerate().filter(|it| *it.1 != 0.0) {
        let share = fall.abs() / course.strongest;
        let half = y.span() / 2.0 * (0.15 + 0.85 * share);
        let (y, ink) = if *fall < 0.0 {
            (Rangef::new(y.center(), y.center() + half), tokens.blue)
        } else {
            let [r, g, b] = heat_color(0.35 + 0.65 * share);
            (
                Rangef::new(y.center() - half, y.center()),
                Color32::from_rgb(r, g, b),
            )
        };
        let from = idx as f64 * cell_hours;
        if let Some(column) = course.axis.column(from, from + cell_hours, y) {
            painter.rect_filled(column, CornerRadius::ZERO, ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::range;
    use crate::case::{
        Variable,
        series::{Channel, Point},
    };

    #[test]
    fn the_band_of_reference_is_seen_unless_it_is_far_off() {
        let channel = |key: &str, values: &[f64]| Channel {
            variable: Variable::of_key(key).unwrap(),
            points: values
                .iter()
                .map(|it| Point {
                    hours: 0.0,
                    value: *it,
                })
                .collect(),
        };
        let pulse = range(&channel("heart_rate", &[70.0, 75.0]));
        assert!(pulse.start < 51.0 && 90.0 < pulse.end, "{pulse:?}");
        let far = range(&channel("heart_rate", &[300.0, 301.0]));
        assert!(250.0 < far.start, "{far:?}");
        let one = range(&channel("sodium", &[140.0]));
        assert!(one.start < one.end);
    }
}
