//! Where a scan lies on screen: the one map between points of the window and pixels of the scan.

use egui::{Pos2, Rect, Vec2, vec2};

use crate::{
    measure::Point,
    prediction::{Affine2, Pixel},
    render::{Pose, Turn},
    session::ScanItem,
};

/// Where the scan lies on screen.
pub(super) struct Place {
    /// On whole screen pixels.
    pub(super) rect: Rect,
    pub(super) pixels_per_point: f32,
    /// Screen pixels for a pixel of the scan, across and down: they differ where the scan's pixels are not square.
    pub(super) scale: Vec2,
    /// The point of the scan in the middle of the viewport.
    pub(super) center: (f32, f32),
    pub(super) size: (f32, f32),
    turn: Turn,
}

impl Place {
    pub(super) fn new(rect: Rect, pixels_per_point: f32, scan: &ScanItem) -> Self {
        let rect = Rect::from_min_max(
            snap(rect.min, pixels_per_point),
            snap(rect.max, pixels_per_point),
        );
        let frame = scan.pyramid().frame();
        let size = (frame.width as f32, frame.height as f32);
        let ratio = scan
            .scan
            .header
            .spacing
            .map_or(1.0, |it| it.row_mm / it.column_mm);
        let ratio = if (0.1..10.0).contains(&ratio) {
            ratio
        } else {
            1.0
        };
        let turn = scan.view.turn;
        let (across, down) = if turn.is_sideways() {
            (rect.height(), rect.width())
        } else {
            (rect.width(), rect.height())
        };
        let fit = (across / size.0).min(down / (size.1 * ratio)) * pixels_per_point;
        let scale = (fit * scan.view.zoom).max(f32::MIN_POSITIVE);
        let center = (scan.view.center.0 * size.0, scan.view.center.1 * size.1);
        Self {
            rect,
            pixels_per_point,
            scale: vec2(scale, scale * ratio),
            center,
            size,
            turn,
        }
    }

    /// A glass of `edge` points round a point on screen, through which the scan is `factor` times as large.
    pub(super) fn glass(&self, at: Pos2, edge: f32, factor: f32) -> Self {
        let (x, y) = self.share_from_ui(at);
        let rect = Rect::from_center_size(at, Vec2::splat(edge));
        Self {
            rect: Rect::from_min_max(
                snap(rect.min, self.pixels_per_point),
                snap(rect.max, self.pixels_per_point),
            ),
            scale: self.scale * factor,
            center: (x * self.size.0, y * self.size.1),
            ..*self
        }
    }

    pub(super) fn ui_from_scan(&self, (x, y): (f32, f32)) -> Pos2 {
        let way = vec2(x - self.center.0, y - self.center.1) * self.scale / self.pixels_per_point;
        self.rect.center() + Vec2::from(self.turn.screen_from_scan((way.x, way.y)))
    }

    /// A point of a shape, on screen.
    pub(super) fn ui_from_point(&self, at: Point) -> Pos2 {
        self.ui_from_scan((at.x as f32, at.y as f32))
    }

    /// A point on screen, as one of a shape.
    pub(super) fn point_from_ui(&self, at: Pos2) -> Point {
        let (x, y) = self.share_from_ui(at);
        Point::new(f64::from(x * self.size.0), f64::from(y * self.size.1))
    }

    /// What the screen shows as right and as down, along columns and rows of the scan.
    pub(super) fn sides(&self) -> [[f64; 2]; 2] {
        [(1.0, 0.0), (0.0, 1.0)].map(|it| {
            let (x, y) = self.turn.scan_from_screen(it);
            [f64::from(x), f64::from(y)]
        })
    }

    /// So many points of the screen, in pixels of the scan across and down.
    pub(super) fn reach(&self, points: f32) -> [f64; 2] {
        let reach = Vec2::splat(points * self.pixels_per_point) / self.scale;
        [f64::from(reach.x), f64::from(reach.y)]
    }

    /// Shares of the scan's width and height at a point on screen.
    pub(super) fn share_from_ui(&self, at: Pos2) -> (f32, f32) {
        let moved = self.share_of(at - self.rect.center());
        (
            self.center.0 / self.size.0 + moved.x,
            self.center.1 / self.size.1 + moved.y,
        )
    }

    /// The pixel of the scan at a point on screen.
    pub(super) fn pixel_from_ui(&self, at: Pos2) -> Option<Pixel> {
        let (x, y) = self.share_from_ui(at);
        let (x, y) = ((x * self.size.0).floor(), (y * self.size.1).floor());
        let is_within = (0.0..self.size.0).contains(&x) && (0.0..self.size.1).contains(&y);
        is_within.then_some(Pixel {
            x: x as u32,
            y: y as u32,
        })
    }

    /// A way on screen as shares of the scan's width and height.
    pub(super) fn share_of(&self, way: Vec2) -> Vec2 {
        let way = Vec2::from(self.turn.scan_from_screen((way.x, way.y)));
        way * self.pixels_per_point / self.scale / vec2(self.size.0, self.size.1)
    }

    /// Where the screen pixels of the rectangle, counted from its left top, come from in the scan.
    pub(super) fn pose(&self) -> Pose {
        let middle = self.rect.size() * self.pixels_per_point / 2.0;
        Pose {
            scan_from_picture: Affine2 {
                scale_x: self.scale.x.recip(),
                scale_y: self.scale.y.recip(),
                offset_x: self.center.0 - middle.x / self.scale.x,
                offset_y: self.center.1 - middle.y / self.scale.y,
            },
            turn: self.turn,
            middle: (middle.x, middle.y),
        }
    }
}

fn snap(at: Pos2, pixels_per_point: f32) -> Pos2 {
    (at * pixels_per_point).round() / pixels_per_point
}
