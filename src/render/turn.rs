//! How a scan is turned and mirrored on screen. Only there: a model, an overlay that is saved and a measurement see the
//! scan as it is stored.

use crate::prediction::Affine2;

/// One of the eight ways to lay a picture on its sides: mirrored left to right or not, then turned clockwise by quarters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// 0..=3, clockwise, after mirroring.
    n_quarters: u8,
    is_mirrored: bool,
}

/// Where the pixels of a drawn picture come from in the scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// From pixel-edge coordinates of the picture to those of the scan, as if it were not turned.
    pub scan_from_picture: Affine2,
    pub turn: Turn,
    /// What it is turned about, in pixel-edge coordinates of the picture.
    pub middle: (f32, f32),
}

impl Turn {
    /// All eight.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|it| Self {
            n_quarters: it % 4,
            is_mirrored: 4 <= it,
        })
    }

    /// Turned clockwise by quarters first, and mirrored then, as a presentation state has it (PS3.3 C.10.6).
    pub const fn by_degrees(turned_degrees: u16, is_mirrored: bool) -> Self {
        let turned = Self {
            n_quarters: (turned_degrees / 90 % 4) as u8,
            is_mirrored: false,
        };
        if is_mirrored {
            turned.flipped_across()
        } else {
            turned
        }
    }

    /// A quarter clockwise on screen.
    #[must_use]
    pub const fn clockwise(self) -> Self {
        Self {
            n_quarters: (self.n_quarters + 1) % 4,
            ..self
        }
    }

    /// A quarter counter-clockwise on screen.
    #[must_use]
    pub const fn counter_clockwise(self) -> Self {
        Self {
            n_quarters: (self.n_quarters + 3) % 4,
            ..self
        }
    }

    /// Left and right exchanged on screen.
    #[must_use]
    pub const fn flipped_across(self) -> Self {
        Self {
            n_quarters: (4 - self.n_quarters) % 4,
            is_mirrored: !self.is_mirrored,
        }
    }

    /// Top and bottom exchanged on screen.
    #[must_use]
    pub const fn flipped_down(self) -> Self {
        Self {
            n_quarters: (6 - self.n_quarters) % 4,
            is_mirrored: !self.is_mirrored,
        }
    }

    /// Quarters clockwise, 0..=3.
    pub const fn n_quarters(self) -> u8 {
        self.n_quarters
    }

    /// Whether left and right are exchanged before it is turned.
    pub const fn is_mirrored(self) -> bool {
        self.is_mirrored
    }

    /// Whether rows of the scan stand upright on screen.
    pub const fn is_sideways(self) -> bool {
        self.n_quarters % 2 == 1
    }

    /// A way along columns and rows of the scan as a way on screen.
    pub const fn screen_from_scan(self, (x, y): (f32, f32)) -> (f32, f32) {
        let x = if self.is_mirrored { -x } else { x };
        match self.n_quarters {
            0 => (x, y),
            1 => (-y, x),
            2 => (-x, -y),
            _ => (y, -x),
        }
    }

    /// A way on screen as a way along columns and rows of the scan.
    pub const fn scan_from_screen(self, (x, y): (f32, f32)) -> (f32, f32) {
        let (x, y) = match self.n_quarters {
            0 => (x, y),
            1 => (y, -x),
            2 => (-x, -y),
            _ => (-y, x),
        };
        if self.is_mirrored { (-x, y) } else { (x, y) }
    }

    /// What stands at the left, right, top and bottom of the screen, from what stands there in the scan.
    pub fn sides<T: Clone>(self, [left, right, top, bottom]: [T; 4]) -> [T; 4] {
        // The side of the scan that a way on screen points to.
        let side = |way| match self.scan_from_screen(way) {
            (x, _) if x < -0.5 => left.clone(),
            (x, _) if 0.5 < x => right.clone(),
            (_, y) if y < 0.0 => top.clone(),
            _ => bottom.clone(),
        };
        [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)].map(side)
    }
}

impl Pose {
    /// Not turned.
    pub const fn upright(scan_from_picture: Affine2) -> Self {
        Self {
            scan_from_picture,
            turn: Turn {
                n_quarters: 0,
                is_mirrored: false,
            },
            middle: (0.0, 0.0),
        }
    }

    /// A picture of so many pixels with a point of the scan in its middle, and so many pixels for each of the scan's, across
    /// and down.
    pub fn about(
        (x, y): (f32, f32),
        (scale_x, scale_y): (f32, f32),
        turn: Turn,
        (width, height): (f32, f32),
    ) -> Self {
        let middle = (width / 2.0, height / 2.0);
        Self {
            scan_from_picture: Affine2 {
                scale_x: scale_x.recip(),
                scale_y: scale_y.recip(),
                offset_x: x - middle.0 / scale_x,
                offset_y: y - middle.1 / scale_y,
            },
            turn,
            middle,
        }
    }

    /// The point of the scan that is drawn at a point of the picture, both in pixel-edge coordinates.
    pub fn scan_at(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (middle_x, middle_y) = self.middle;
        let (way_x, way_y) = self.turn.scan_from_screen((x - middle_x, y - middle_y));
        self.scan_from_picture
            .apply((middle_x + way_x, middle_y + way_y))
    }

    /// The point of the picture where a point of the scan is drawn: the way back.
    pub fn picture_at(&self, scan: (f32, f32)) -> (f32, f32) {
        let (middle_x, middle_y) = self.middle;
        let (x, y) = self.scan_from_picture.inverse().apply(scan);
        let (way_x, way_y) = self.turn.screen_from_scan((x - middle_x, y - middle_y));
        (middle_x + way_x, middle_y + way_y)
    }
}

#[cfg(test)]
mod tests {
    use super::Turn;

    #[test]
    fn there_are_eight_and_each_has_its_way_back() {
        let ways = [(1.0, 0.0), (0.0, 1.0), (3.0, -2.0)];
        for turn in Turn::all() {
            for way in ways {
                assert_eq!(turn.scan_from_screen(turn.screen_from_scan(way)), way);
            }
        }
        let mut images: Vec<_> = Turn::all()
            .map(|it| it.screen_from_scan((3.0, -2.0)))
            .map(|(x, y)| (x as i32, y as i32))
            .collect();
        images.sort_unstable();
        images.dedup();
        assert_eq!(images.len(), 8);
    }

    #[test]
    fn what_is_done_on_screen_is_done_to_what_is_seen() {
        for turn in Turn::all() {
            let (x, y) = turn.screen_from_scan((3.0, -2.0));
            assert_eq!(turn.clockwise().screen_from_scan((3.0, -2.0)), (-y, x));
            assert_eq!(
                turn.counter_clockwise().screen_from_scan((3.0, -2.0)),
                (y, -x)
            );
            assert_eq!(turn.flipped_across().screen_from_scan((3.0, -2.0)), (-x, y));
            assert_eq!(turn.flipped_down().screen_from_scan((3.0, -2.0)), (x, -y));
        }
    }

    #[test]
    fn letters_stay_at_their_side_of_the_patient() {
        let stored = ["R", "L", "H", "F"];
        assert_eq!(Turn::default().sides(stored), stored);
        assert_eq!(
            Turn::default().clockwise().sides(stored),
            ["F", "H", "R", "L"]
        );
        assert_eq!(
            Turn::default().flipped_across().sides(stored),
            ["L", "R", "H", "F"]
        );
        let both = Turn::default().flipped_across().clockwise();
        assert_eq!(both.sides(stored), ["F", "H", "L", "R"]);
    }
}
