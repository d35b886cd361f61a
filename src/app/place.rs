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

/// A whole picture whose longer edge is shorter is enlarged.
const SMALLEST_EDGE: f32 = 512.0;
/// Of a picture that leaves the window.
const MOST_PIXELS: f32 = 64e6;

impl Place {
    pub(super) fn new(rect: Rect, pixels_per_point: f32, scan: &ScanItem) -> Self {
        let rect = on_pixels(rect, pixels_per_point);
        let frame = scan.pyramid().frame();
        let size = (frame.width as f32, frame.height as f32);
        let pixels = rect.size() * pixels_per_point;
        Self {
            rect,
            pixels_per_point,
            scale: Vec2::from(scan.scale_in(pixels.into())),
            center: (scan.view.center.0 * size.0, scan.view.center.1 * size.1),
            size,
            turn: scan.view.turn,
        }
    }

    /// A glass of `edge` points round a point on screen, through which the scan is `factor` times as large.
    pub(super) fn glass(&self, at: Pos2, edge: f32, factor: f32) -> Self {
        let (x, y) = self.share_from_ui(at);
        let rect = Rect::from_center_size(at, Vec2::splat(edge));
        Self {
            rect: on_pixels(rect, self.pixels_per_point),
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

    /// Where the scan lies in a picture of what is seen of it here, or of the whole: columns and rows of the picture, with a
    /// pixel at least for each of the scan's, as far as memory goes, and nothing beside the scan. `None` where nothing of it
    /// is seen.
    pub(super) fn picture(&self, is_whole: bool) -> Option<(Pose, (usize, usize))> {
        let least = self.scale.x.min(self.scale.y);
        let edge = self.size.0.max(self.size.1);
        let scale = if is_whole {
            // Small ones by a whole number, so that each of their pixels is a square of the same size.
            self.scale / least * (SMALLEST_EDGE / edge).floor().max(1.0)
        } else if least < 1.0 {
            self.scale / least
        } else {
            self.scale
        };
        let whole = self.outline(scale);
        let seen = self.rect.size() * self.pixels_per_point * (scale.x / self.scale.x);
        let seen = Rect::from_center_size(Pos2::ZERO, seen);
        let part = if is_whole {
            whole
        } else {
            whole.intersect(seen)
        };
        if !part.is_positive() {
            return None;
        }
        let too_large = (part.area() / MOST_PIXELS).sqrt().max(1.0);
        let (scale, part, whole) = (scale / too_large, part / too_large, whole / too_large);
        // On whole pixels, counted from the corner of the scan; a thousandth is no pixel. The last one is the nearest: less than
        // half a pixel would show nothing but what lies beside the scan.
        let first = (part.min - whole.min + Vec2::splat(1e-3)).floor();
        let last = (part.max - whole.min - Vec2::splat(0.5)).ceil();
        let (corner, size) = (whole.min + first, last - first);
        let middle = -corner.to_vec2();
        let pose = Pose {
            scan_from_picture: Affine2 {
                scale_x: scale.x.recip(),
                scale_y: scale.y.recip(),
                offset_x: self.center.0 - middle.x / scale.x,
                offset_y: self.center.1 - middle.y / scale.y,
            },
            turn: self.turn,
            middle: (middle.x, middle.y),
        };
        let edge = |it: f32| it.max(1.0) as usize;
        Some((pose, (edge(size.x), edge(size.y))))
    }

    /// The scan as it is turned, so many pixels for each of its own, about the point in the middle of the viewport.
    fn outline(&self, scale: Vec2) -> Rect {
        let corner = |x: f32, y: f32| {
            let way = vec2(x - self.center.0, y - self.center.1) * scale;
            Vec2::from(self.turn.screen_from_scan((way.x, way.y))).to_pos2()
        };
        Rect::from_two_pos(corner(0.0, 0.0), corner(self.size.0, self.size.1))
    }

    /// Where the screen pixels of the rectangle, counted from its left top, come from in the scan.
    pub(super) fn pose(&self) -> Pose {
        let pixels = self.rect.size() * self.pixels_per_point;
        Pose::about(self.center, self.scale.into(), self.turn, pixels.into())
    }
}

/// A rectangle with its edges on those of screen pixels.
pub(super) fn on_pixels(rect: Rect, pixels_per_point: f32) -> Rect {
    let snap = |it: Pos2| (it * pixels_per_point).round() / pixels_per_point;
    Rect::from_min_max(snap(rect.min), snap(rect.max))
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::{Place, Rect};
    use crate::{measure::Point, prediction::Pixel, render::Turn};

    /// What is drawn as a shape, what is drawn as a picture and what the mouse hits lie at one place, however the scan is
    /// turned, zoomed and stretched.
    #[test]
    fn shapes_pixels_and_the_mouse_agree_on_where_a_point_lies() {
        for turn in Turn::all() {
            for (scale, center) in [((8.0, 8.0), (12.0, 8.0)), ((6.0, 15.0), (3.0, 14.0))] {
                let place = Place {
                    rect: Rect::from_min_size(pos2(40.0, 24.0), vec2(300.0, 200.0)),
                    pixels_per_point: 1.5,
                    scale: scale.into(),
                    center,
                    size: (24.0, 16.0),
                    turn,
                };
                for (x, y) in [(3_u32, 2_u32), (8, 10), (0, 15), (23, 0)] {
                    let middle = (x as f32 + 0.5, y as f32 + 0.5);
                    let at = place.ui_from_scan(middle);
                    let way = (at - place.rect.min) * place.pixels_per_point;
                    let found = place.pose().scan_at((way.x, way.y));
                    let off = (found.0 - middle.0).hypot(found.1 - middle.1);
                    assert!(off < 1e-3, "{turn:?} {found:?} {middle:?}");
                    assert_eq!(place.pixel_from_ui(at), Some(Pixel { x, y }));
                    let point = Point::new(f64::from(middle.0), f64::from(middle.1));
                    assert!((place.ui_from_point(point) - at).length() < 1e-3);
                }
            }
        }
    }
}
