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

pub use crate::case::Plane;
use crate::case::plane::{added, dot, minus, times};

pub use reformat::Reformat;
pub use stack::{Oddity, Stack, Voxel};
pub use volume::Volume;

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
