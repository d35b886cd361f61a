//! Small plots in a card: axes, curves, points with their intervals, columns. Drawn by hand: a plotting crate brings
//! panning and zooming that would catch the wheel of the page, and a look of its own.

use std::ops::Range;

use egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    Scene,
    controls::card,
    theme::{self, BODY, SECTION},
    words,
};
use crate::words::Part;

/// What is drawn.
pub(super) struct Plot {
    pub(super) title: String,
    /// What a screen reader says beside the title.
    pub(super) spoken: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Heights as shares of the plot, of equal width from left to right.
    pub(super) columns: Vec<f32>,
    pub(super) lines: Vec<Line>,
    pub(super) points: Vec<Point>,
}

/// One axis.
pub(super) struct Axis {
    pub(super) name: String,
    pub(super) range: Range<f64>,
}

/// A curve.
pub(super) struct Line {
    /// In the legend; empty for none.
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) ink: Color32,
    pub(super) look: Look,
}

/// How a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Solid,
    /// For what only helps the eye.
    Dashed,
    /// With a dot at each place.
    Dotted,
}

/// A place with its interval.
pub(super) struct Point {
    pub(super) at: (f64, f64),
    pub(super) interval: Option<(f64, f64)>,
    pub(super) ink: Color32,
}

const HEIGHT: f32 = 236.0;
/// Room for the numbers at the left and for numbers and name below.
const LEFT: f32 = 40.0;
const BELOW: f32 = 34.0;
/// For the name of the upright axis.
const ABOVE: f32 = 30.0;
const HEAD: f32 = 24.0;
const LEGEND: f32 = 16.0;

impl Axis {
    /// From 0 to 1.
    pub(super) const fn share(name: String) -> Self {
        Self {
            name,
            range: 0.0..1.0,
        }
    }

    fn place(&self, value: f64) -> f32 {
        let span = self.range.end - self.range.start;
        if span <= 0.0 {
            return 0.0;
        }
        ((value - self.range.start) / span) as f32
    }

    /// At most about six round numbers.
    fn ticks(&self) -> Vec<f64> {
        round_ticks(&self.range, 5.5)
    }
}

/// Round numbers in a range, at most about `most` and one.
pub(super) fn round_ticks(range: &Range<f64>, most: f64) -> Vec<f64> {
    let span = (range.end - range.start).max(1e-9);
    let power = 10.0_f64.powf((span / most).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|it| it * power)
        .find(|it| span / it <= most)
        .unwrap_or(span);
    let first = (range.start / step - 1e-6).ceil() as i64;
    let last = (range.end / step + 1e-6).floor() as i64;
    (first..=last).map(|it| it as f64 * step).collect()
}

/// Draws a plot in a card as wide as its place.
pub(super) fn plot_ui(ui: &mut Ui, scene: &Scene<'_>, plot: &Plot) {
    card(ui, scene.tokens, |ui| {
        let named = plot.lines.iter().filter(|it| !it.name.is_empty());
        let rows = legend_rows(ui, named.collect(), ui.available_width());
        let height = HEIGHT + HEAD + ABOVE + rows.len() as f32 * LEGEND;
        let size = vec2(ui.available_width(), height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let parts = [
            ("title", Part::from(&plot.title)),
            ("spoken", Part::from(&plot.spoken)),
        ];
        let words = scene.words.say_with("spoken-graph", &parts);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        if ui.is_rect_visible(rect) {
            draw(ui, scene, plot, (rect, &rows));
        }
    });
}

fn draw(ui: &Ui, scene: &Scene<'_>, plot: &Plot, (rect, rows): (Rect, &[Vec<&Line>])) {
    let tokens = scene.tokens;
    let painter = ui.painter();
    painter.text(
        rect.left_top(),
        Align2::LEFT_TOP,
        &plot.title,
        theme::regular(BODY),
        tokens.text,
    );
    legend(painter, scene, rows, rect.left_top() + vec2(0.0, HEAD));
    let top = rect.top() + HEAD + rows.len() as f32 * LEGEND + ABOVE;
    let inner = Rect::from_min_max(
        pos2(rect.left() + LEFT, top),
        pos2(rect.right() - 6.0, rect.bottom() - BELOW),
    );
    axes(painter, scene, plot, inner);
    // A curve that leaves the range ends at the edge.
    let painter = painter.with_clip_rect(inner.expand(4.0));
    let place = |(x, y): (f64, f64)| {
        pos2(
            inner.left() + inner.width() * plot.x.place(x),
            inner.bottom() - inner.height() * plot.y.place(y),
        )
    };
    let width = inner.width() / plot.columns.len().max(1) as f32;
    for (idx, height) in plot.columns.iter().enumerate() {
        let left = inner.left() + idx as f32 * width;
        let column = Rect::from_min_max(
            pos2(left + 1.0, inner.bottom() - height * inner.height()),
            pos2(left + width - 1.0, inner.bottom()),
        );
        painter.rect_filled(column, CornerRadius::ZERO, tokens.line_strong);
    }
    for line in &plot.lines {
        curve(&painter, line, place);
    }
    for point in &plot.points {
        if let Some((low, high)) = point.interval {
            let ends = [place((point.at.0, low)), place((point.at.0, high))];
            painter.line_segment(ends, Stroke::new(1.2, point.ink));
        }
        painter.circle_filled(place(point.at), 3.0, point.ink);
    }
}

fn curve(painter: &Painter, line: &Line, place: impl Fn((f64, f64)) -> Pos2) {
    let points: Vec<Pos2> = line.points.iter().map(|it| place(*it)).collect();
    match line.look {
        Look::Dashed => {
            painter.extend(Shape::dashed_line(
                &points,
                Stroke::new(1.2, line.ink),
                5.0,
                4.0,
            ));
        }
        Look::Solid | Look::Dotted => {
            if line.look == Look::Dotted {
                for at in &points {
                    painter.circle_filled(*at, 2.4, line.ink);
                }
            }
            painter.line(points, Stroke::new(1.6, line.ink));
        }
    }
}

fn axes(painter: &Painter, scene: &Scene<'_>, plot: &Plot, inner: Rect) {
    let tokens = scene.tokens;
    let small = theme::regular(SECTION);
    let faint = Stroke::new(1.0, tokens.line);
    for tick in plot.x.ticks() {
        let x = inner.left() + inner.width() * plot.x.place(tick);
        painter.vline(x, inner.y_range(), faint);
        let at = pos2(x, inner.bottom() + 3.0);
        let text = words::tick(tick);
        painter.text(at, Align2::CENTER_TOP, text, small.clone(), tokens.muted);
    }
    for tick in plot.y.ticks() {
        let y = inner.bottom() - inner.height() * plot.y.place(tick);
        painter.hline(inner.x_range(), y, faint);
        let at = pos2(inner.left() - 6.0, y);
        let text = words::tick(tick);
        painter.text(at, Align2::RIGHT_CENTER, text, small.clone(), tokens.muted);
    }
    let strong = Stroke::new(1.0, tokens.line_strong);
    painter.hline(inner.x_range(), inner.bottom(), strong);
    painter.vline(inner.left(), inner.y_range(), strong);
    let at = pos2(inner.right(), inner.bottom() + 18.0);
    let name = &plot.x.name;
    painter.text(at, Align2::RIGHT_TOP, name, small.clone(), tokens.muted);
    // Over the axis, where no curve comes.
    let at = pos2(inner.left() - LEFT, inner.top() - 8.0);
    painter.text(at, Align2::LEFT_BOTTOM, &plot.y.name, small, tokens.muted);
}

/// The names of the curves in as many rows as they need.
fn legend_rows<'a>(ui: &Ui, lines: Vec<&'a Line>, room: f32) -> Vec<Vec<&'a Line>> {
    let mut rows: Vec<Vec<&Line>> = Vec::new();
    let mut left = 0.0;
    for line in lines {
        let width = name_width(ui.painter(), &line.name);
        if rows.is_empty() || room < left + width {
            rows.push(Vec::new());
            left = 0.0;
        }
        left += width;
        if let Some(row) = rows.last_mut() {
            row.push(line);
        }
    }
    rows
}

const SAMPLE: f32 = 14.0;
const GAP: f32 = 16.0;

fn name_width(painter: &Painter, name: &str) -> f32 {
    let font = theme::regular(SECTION);
    let galley = painter.layout_no_wrap(name.to_owned(), font, Color32::PLACEHOLDER);
    SAMPLE + 6.0 + galley.size().x + GAP
}

fn legend(painter: &Painter, scene: &Scene<'_>, rows: &[Vec<&Line>], from: Pos2) {
    for (row_idx, row) in rows.iter().enumerate() {
        let mut at = from + vec2(0.0, row_idx as f32 * LEGEND + LEGEND / 2.0);
        for line in row {
            let sample = vec![at, at + vec2(SAMPLE, 0.0)];
            let stroke = Stroke::new(2.0, line.ink);
            if line.look == Look::Dashed {
                painter.extend(Shape::dashed_line(&sample, stroke, 4.0, 3.0));
            } else {
                painter.line(sample, stroke);
            }
            painter.text(
                at + vec2(SAMPLE + 6.0, 0.0),
                Align2::LEFT_CENTER,
                &line.name,
                theme::regular(SECTION),
                scene.tokens.muted,
            );
            at.x += name_width(painter, &line.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        let ticks = |range: std::ops::Range<f64>| {
            let name = String::new();
            Axis { name, range }.ticks()
        };
        assert_eq!(
            ticks(0.0..1.0),
            [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
        );
        assert_eq!(ticks(0.0..12.0), [0.0, 2.5, 5.0, 7.5, 10.0]);
        assert!(ticks(0.3..0.3).len() <= 6);
        let all = ticks(-0.1..0.57);
        assert!(
            all.len() <= 7 && all.iter().all(|it| (-0.11..0.58).contains(it)),
            "{all:?}"
        );
    }
}
