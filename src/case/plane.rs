//! Where a picture lies in the patient, and the ways between the two.
//!
//! Patient coordinates are those of PS3.3 C.7.6.2.1.1 in mm: x grows to the left, y to the back, z to the head.

use serde::{Deserialize, Serialize};

use super::{Spacing, scan::Place};

/// Where a picture lies in the patient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// Centre of the first pixel.
    pub position_mm: [f64; 3],
    /// Direction of a row, towards higher columns: length 1.
    pub row: [f64; 3],
    /// Direction of a column, towards higher rows: length 1, at a right angle to `row`.
    pub column: [f64; 3],
    /// Between the centres of neighbouring rows (down).
    pub row_mm: f64,
    /// Between the centres of neighbouring columns (across).
    pub column_mm: f64,
}

impl Plane {
    /// Of a slice.
    pub fn of(place: &Place, spacing: &Spacing) -> Self {
        Self {
            position_mm: place.position_mm,
            row: place.row,
            column: place.column,
            row_mm: f64::from(spacing.row_mm),
            column_mm: f64::from(spacing.column_mm),
        }
    }

    /// The patient's place of a point of the picture in pixel edges: the first pixel's centre is at (0.5, 0.5).
    pub fn patient_from_pixel(&self, [x, y]: [f64; 2]) -> [f64; 3] {
        let (across, down) = ((x - 0.5) * self.column_mm, (y - 0.5) * self.row_mm);
        added(
            self.position_mm,
            added(times(self.row, across), times(self.column, down)),
        )
    }

    /// The point of the picture, in pixel edges, that lies nearest to a place in the patient.
    pub fn pixel_from_patient(&self, place_mm: [f64; 3]) -> [f64; 2] {
        let way = minus(place_mm, self.position_mm);
        [
            dot(way, self.row) / self.column_mm + 0.5,
            dot(way, self.column) / self.row_mm + 0.5,
        ]
    }

    /// Row times column: away from the viewer.
    pub fn normal(&self) -> [f64; 3] {
        let ([a, b, c], [d, e, f]) = (self.row, self.column);
        [b * f - c * e, c * d - a * f, a * e - b * d]
    }

    /// What to write at the left, right, upper and lower edge: the main direction of the patient there.
    pub fn letters(&self) -> [char; 4] {
        let back = |it: [f64; 3]| it.map(|it| -it);
        [back(self.row), self.row, back(self.column), self.column].map(letter)
    }

    /// Whether directions and distances are such.
    pub fn is_sound(&self) -> bool {
        /// Cosines are written with a few digits: 0.01 is half a degree.
        const TOLERANCE: f64 = 0.01;
        let is_unit = |it: [f64; 3]| (dot(it, it).sqrt() - 1.0).abs() < TOLERANCE;
        is_unit(self.row)
            && is_unit(self.column)
            && dot(self.row, self.column).abs() < TOLERANCE
            && self.position_mm.iter().all(|it| it.abs() < 1e6)
            && [self.row_mm, self.column_mm]
                .iter()
                .all(|it| 0.0 < *it && *it < 1e4)
    }
}

/// Left and right, anterior and posterior, head and feet, PS3.3 C.7.6.1.1.1.
fn letter([x, y, z]: [f64; 3]) -> char {
    let pick = |it: f64, plus, minus| if 0.0 <= it { plus } else { minus };
    if y.abs() <= x.abs() && z.abs() <= x.abs() {
        pick(x, 'L', 'R')
    } else if z.abs() <= y.abs() {
        pick(y, 'P', 'A')
    } else {
        pick(z, 'H', 'F')
    }
}

/// The scalar product.
pub(crate) fn dot([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> f64 {
    a * d + b * e + c * f
}

/// The difference.
pub(crate) fn minus([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [a - d, b - e, c - f]
}

/// The sum.
pub(crate) fn added([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [a + d, b + e, c + f]
}

/// The vector made longer.
pub(crate) fn times(vector: [f64; 3], factor: f64) -> [f64; 3] {
    vector.map(|it| it * factor)
}
