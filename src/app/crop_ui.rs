//! The point that a model reads around: the square of the patient that it will see, and how to choose it.

use egui::{Align2, CornerRadius, Painter, Rect, Stroke, StrokeKind, vec2};

use super::{
    Scene,
    corners_ui::{MARGIN, haloed},
    place::Place,
    theme::{self, AMBER_ON_PICTURE, BODY},
};
use crate::{
    prediction::Pixel,
    session::{Action, ScanItem},
    words::Part,
};

/// Height that the letters of the patient's sides take at the lower edge.
const LETTERS: f32 = 22.0;

/// Draws the square, and the hint while there is no point or another is being chosen.
pub(super) fn pointing_ui(painter: &Painter, scene: &Scene<'_>, scan: &ScanItem, place: &Place) {
    let Some(side_mm) = scene.state.crop_side_mm() else {
        return;
    };
    let point = scan.point();
    if let Some(square) = point.and_then(|it| square(scan, it, side_mm, place)) {
        let stroke = Stroke::new(1.5, AMBER_ON_PICTURE);
        painter.rect_stroke(square, CornerRadius::ZERO, stroke, StrokeKind::Middle);
    }
    let key = scene.state.press_words(Action::PointAt);
    let hint = match (scene.state.is_pointing, point) {
        (true, _) => scene.words.say("point-click"),
        (false, None) if scan.scan.header.spacing.is_some() => {
            let side = side_mm.to_string();
            let parts = [("key", Part::from(&key)), ("side", Part::from(&side))];
            scene.words.say_with("point-press", &parts)
        }
        (false, _) => return,
    };
    haloed(
        painter,
        place.rect.center_bottom() - vec2(0.0, MARGIN + LETTERS),
        Align2::CENTER_BOTTOM,
        &hint,
        theme::regular(BODY),
        AMBER_ON_PICTURE,
    );
}

/// What the model reads, on screen.
fn square(scan: &ScanItem, point: Pixel, side_mm: f32, place: &Place) -> Option<Rect> {
    let spacing = scan.scan.header.spacing?;
    let half = 0.5 * side_mm;
    let (x, y) = point.center();
    let way = (half / spacing.column_mm, half / spacing.row_mm);
    let square = Rect::from_two_pos(
        place.ui_from_scan((x - way.0, y - way.1)),
        place.ui_from_scan((x + way.0, y + way.1)),
    );
    square.is_finite().then_some(square)
}
