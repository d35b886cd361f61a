//! Icons of the rail, drawn as lines: sharp at every scale, no icon font.

use egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::theme::{RADIUS, Tokens};

/// What an icon stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Study,
    /// Lines of a table, the first of them marked.
    Worklist,
    Folder,
    Search,
    /// A sheet with a line blacked out.
    Deidentify,
    /// Columns of figures.
    Evaluate,
    /// A curve that falls.
    Train,
    Theme,
    Keys,
    /// The letter i in a circle.
    About,
    Close,
}

/// A square button with an icon.
pub(super) fn icon_button(
    ui: &mut Ui,
    tokens: &Tokens,
    icon: Icon,
    words: &str,
    is_selected: bool,
) -> Response {
    sized(ui, tokens, (icon, words), is_selected, 36.0)
}

/// A small one, for the end of a row.
pub(super) fn small_icon_button(ui: &mut Ui, tokens: &Tokens, icon: Icon, words: &str) -> Response {
    sized(ui, tokens, (icon, words), false, 22.0)
}

fn sized(
    ui: &mut Ui,
    tokens: &Tokens,
    (icon, words): (Icon, &str),
    is_selected: bool,
    edge: f32,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(edge), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, words));
    let fill = if is_selected || response.hovered() {
        tokens.raised
    } else {
        Color32::TRANSPARENT
    };
    let ink = match (is_selected, response.hovered()) {
        (true, _) => tokens.amber,
        (false, true) => tokens.text,
        (false, false) => tokens.muted,
    };
    ui.painter()
        .rect_filled(rect, CornerRadius::same(RADIUS), fill);
    super::controls::focus_ring(ui, &response, tokens);
    draw(ui.painter(), icon, rect.center(), ink);
    response
        .on_hover_text(words)
        .on_hover_cursor(egui::CursorIcon::PointingHand)
}

pub(super) fn draw(painter: &Painter, icon: Icon, at: Pos2, ink: Color32) {
    let stroke = Stroke::new(1.5, ink);
    let line = |points: &[(f32, f32)]| {
        painter.line(
            points.iter().map(|(x, y)| at + vec2(*x, *y)).collect(),
            stroke,
        );
    };
    let boxed = |min: (f32, f32), max: (f32, f32)| {
        Rect::from_min_max(
            pos2(at.x + min.0, at.y + min.1),
            pos2(at.x + max.0, at.y + max.1),
        )
    };
    match icon {
        Icon::Study => {
            painter.rect_stroke(
                boxed((-8.0, -7.0), (8.0, 7.0)),
                CornerRadius::same(2),
                stroke,
                StrokeKind::Middle,
            );
            painter.rect_filled(boxed((-8.0, -7.0), (-2.0, 7.0)), CornerRadius::same(1), ink);
        }
        Icon::Worklist => rows(painter, at, stroke),
        Icon::Folder => line(&[
            (-8.0, 6.5),
            (-8.0, -6.0),
            (-2.5, -6.0),
            (-0.5, -3.5),
            (8.0, -3.5),
            (8.0, 6.5),
            (-8.0, 6.5),
        ]),
        Icon::Search => {
            painter.circle_stroke(at + vec2(-1.5, -1.5), 5.5, stroke);
            line(&[(2.6, 2.6), (7.0, 7.0)]);
        }
        Icon::Deidentify => blacked_out(painter, at, stroke),
        Icon::Evaluate => {
            for (x, top) in [(-6.0, 1.0), (0.0, -3.0), (6.0, -7.0)] {
                let column = boxed((x - 1.75, top), (x + 1.75, 7.0));
                painter.rect_filled(column, CornerRadius::same(1), ink);
            }
        }
        Icon::Train => {
            line(&[(-8.0, -7.0), (-8.0, 7.0), (8.0, 7.0)]);
            let fall = (0..=12).map(|it| {
                let x = it as f32;
                (x - 4.5, 4.5 - 11.0 * (-x / 3.2).exp())
            });
            line(&fall.collect::<Vec<_>>());
        }
        Icon::Theme => {
            painter.circle_stroke(at, 7.0, stroke);
            let half = (0..=16).map(|it| {
                let angle = std::f32::consts::FRAC_PI_2 + std::f32::consts::PI * it as f32 / 16.0;
                at + 7.0 * vec2(angle.cos(), angle.sin())
            });
            painter.add(egui::Shape::convex_polygon(
                half.collect(),
                ink,
                Stroke::NONE,
            ));
        }
        Icon::Keys => keyboard(painter, at, stroke),
        Icon::About => {
            painter.circle_stroke(at, 7.5, stroke);
            painter.circle_filled(at + vec2(0.0, -3.5), 1.1, ink);
            line(&[(0.0, -0.75), (0.0, 4.0)]);
        }
        Icon::Close => {
            line(&[(-3.5, -3.5), (3.5, 3.5)]);
            line(&[(-3.5, 3.5), (3.5, -3.5)]);
        }
    }
}

/// Lines of a table, the first of them marked.
fn rows(painter: &Painter, at: Pos2, stroke: Stroke) {
    painter.circle_filled(at + vec2(-7.0, -5.5), 1.75, stroke.color);
    for y in [-5.5, 0.0, 5.5] {
        painter.hline((at.x - 3.5)..=(at.x + 8.0), at.y + y, stroke);
    }
}

fn keyboard(painter: &Painter, at: Pos2, stroke: Stroke) {
    let edge = Rect::from_center_size(at, vec2(18.0, 11.0));
    painter.rect_stroke(edge, CornerRadius::same(2), stroke, StrokeKind::Middle);
    for x in [-5.0, -1.7, 1.7, 5.0] {
        painter.circle_filled(at + vec2(x, -1.8), 1.0, stroke.color);
    }
    painter.hline((at.x - 4.0)..=(at.x + 4.0), at.y + 2.2, stroke);
}

/// A sheet with a line blacked out.
fn blacked_out(painter: &Painter, at: Pos2, stroke: Stroke) {
    let sheet = Rect::from_center_size(at, vec2(12.0, 16.0));
    painter.rect_stroke(sheet, CornerRadius::same(1), stroke, StrokeKind::Middle);
    let bar = Rect::from_center_size(at - vec2(0.0, 2.5), vec2(7.0, 4.0));
    painter.rect_filled(bar, CornerRadius::same(1), stroke.color);
    painter.hline((at.x - 3.0)..=(at.x + 3.0), at.y + 3.5, stroke);
}
