//! Multiplanar reformats: axial, coronal and sagittal pictures through a stack of parallel slices.
//!
//! 1. [`Stack`] holds the planes of the slices against each other: positions decide, never the slice thickness;
//! 2. [`Volume`] keeps their samples as 16-bit codes;
//! 3. [`Volume::reformat`] interpolates between the eight nearest samples, each slice where it really lies, so that
//!    uneven distances and a tilted gantry are drawn right; over a gap nothing is drawn.
//!
//! Patient coordinates are those of PS3.3 C.7.6.2.1.1 in mm: x grows to the left, y to the back, z to the head.
//! Not here: which files make a stack, and the display window.

mod reformat;
mod stack;
mod volume;

pub use reformat::Reformat;
pub use stack::{Oddity, Stack, Voxel};
pub use volume::Volume;

/// Where a picture lies in the patient.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// The direction that a reformat is looked at along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// From the feet: the patient's left is on the right, the front on top.
    Axial,
    /// From the front: the patient's left is on the right, the head on top.
    Coronal,
    /// From the patient's left: the front is on the left, the head on top.
    Sagittal,
}

/// Why slices make no volume. Slices count from 0, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("wanted at least 2 slices, found {found}")]
    TooFew { found: usize },
    #[error(
        "wanted directions of length 1 at a right angle and spacings above 0, found others in slice {slice_idx}"
    )]
    BrokenPlane { slice_idx: usize },
    #[error("wanted slices of one direction, found slice {slice_idx} turned against the first")]
    NotParallel { slice_idx: usize },
    #[error("wanted slices of one pixel spacing, found another in slice {slice_idx}")]
    OtherSpacing { slice_idx: usize },
    #[error(
        "wanted slices in the order in which they lie, found slice {slice_idx} at or before the one before it"
    )]
    NotInOrder { slice_idx: usize },
    #[error(
        "wanted grey frames of {width} x {height} pixels, found none or another in slice {slice_idx}"
    )]
    OtherFrame {
        slice_idx: usize,
        width: usize,
        height: usize,
    },
    #[error("wanted memory for {n_voxels} voxels, at most {limit}, found less")]
    TooLarge { n_voxels: u64, limit: u64 },
}

impl Plane {
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

    fn is_sound(&self) -> bool {
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

impl Axis {
    /// The directions of a row and of a column.
    pub const fn directions(self) -> [[f64; 3]; 2] {
        const TO_LEFT: [f64; 3] = [1.0, 0.0, 0.0];
        const TO_BACK: [f64; 3] = [0.0, 1.0, 0.0];
        const TO_FEET: [f64; 3] = [0.0, 0.0, -1.0];
        match self {
            Self::Axial => [TO_LEFT, TO_BACK],
            Self::Coronal => [TO_LEFT, TO_FEET],
            Self::Sagittal => [TO_BACK, TO_FEET],
        }
    }

    /// The patient's axis across the pictures: where along it a picture lies is its place.
    pub const fn across(self) -> [f64; 3] {
        match self {
            Self::Axial => [0.0, 0.0, 1.0],
            Self::Coronal => [0.0, 1.0, 0.0],
            Self::Sagittal => [1.0, 0.0, 0.0],
        }
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

fn dot([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> f64 {
    a * d + b * e + c * f
}

fn minus([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [a - d, b - e, c - f]
}

fn added([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [a + d, b + e, c + f]
}

fn times(vector: [f64; 3], factor: f64) -> [f64; 3] {
    vector.map(|it| it * factor)
}
