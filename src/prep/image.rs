//! A frame of a scan as a normalised `[channels, height, width]` array.

use serde::{Deserialize, Serialize};

use super::{Error, ImageInput};
use crate::{case::Scan, warnings::Warnings};

/// How a frame becomes an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSpec {
    pub width: usize,
    pub height: usize,
    /// 1 (grey) or 3 (the grey value repeated).
    pub channels: usize,
    pub fit: Fit,
    pub intensity: Intensity,
    /// Subtracted from the value in 0..1, then divided by `std`.
    pub mean: f32,
    pub std: f32,
}

/// How the frame is brought to the input's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Each axis on its own: the aspect ratio changes.
    Stretch,
    /// The largest centred square.
    CenterCrop,
    /// Padded to a square with the lowest value.
    Pad,
}

/// How scanner units become 0..1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Intensity {
    /// Linear between two quantiles of the frame (0..1 each), clipped.
    Quantiles { low: f32, high: f32 },
    /// Linear between two fixed values in scanner units, clipped.
    Fixed { low: f32, high: f32 },
}

/// Makes the input of one frame.
pub fn prepare_scan(_scan: &Scan, _frame_idx: usize, _spec: &ImageSpec, _warnings: &Warnings) -> Result<ImageInput, Error> {
    todo!()
}
