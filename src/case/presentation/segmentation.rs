//! Segments and parametric maps: pictures that are laid over the images that they were worked out from.

use serde::{Deserialize, Serialize};

use super::{Piece, Reference, any_names};
use crate::{case::Plane, privacy::Phi};

/// PS3.3 A.51.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segmentation {
    pub kind: SegmentationKind,
    pub width: usize,
    pub height: usize,
    /// At least one.
    pub segments: Vec<Segment>,
    /// At least one, in file order.
    pub frames: Vec<SegmentFrame>,
}

/// What the value of a pixel means, PS3.3 C.8.20.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentationKind {
    /// In or out.
    Binary,
    /// How probable it is that the pixel is in, up to this value.
    Probability(u8),
    /// Which share of the pixel is in, up to this value.
    Occupancy(u8),
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// (0062,0004), from 1.
    pub number: u16,
    /// (0062,0005)
    pub label: Phi<String>,
    /// (0062,0006)
    pub description: Phi<String>,
    /// What it is, by the meaning of its code, (0062,000F).
    pub property: Phi<String>,
    /// Whether a person drew it, (0062,0008): `MANUAL`, `SEMIAUTOMATIC` or `AUTOMATIC`.
    pub algorithm: String,
    /// sRGB, from (0062,000D).
    pub colour: Option<[u8; 3]>,
}

/// The mask of one segment on one plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentFrame {
    pub segment_idx: usize,
    /// The image frames that it was worked out from, (0008,2112). It is shown on these alone.
    pub sources: Vec<Reference>,
    pub plane: Option<Plane>,
    /// Binary: a bit for each pixel as in a bitmap; else a byte. Travels beside the JSON.
    #[serde(skip)]
    pub values: Box<[u8]>,
}

impl Segmentation {
    /// The masks that may be shown on a frame of an image. Their size may be another than that of the image.
    pub fn on(&self, instance_uid: &Phi<String>, frame_idx: usize) -> Vec<&SegmentFrame> {
        let frames = self.frames.iter();
        frames
            .filter(|it| any_names(&it.sources, instance_uid, frame_idx))
            .collect()
    }

    /// How much of a pixel of a frame is in its segment, 0..1; none of it beyond the edges.
    pub fn share(&self, frame: &SegmentFrame, x: usize, y: usize) -> f32 {
        if self.width <= x || self.height <= y {
            return 0.0;
        }
        let at = y * self.width + x;
        let byte = |at: usize| frame.values.get(at).copied().unwrap_or(0);
        match self.kind {
            SegmentationKind::Binary => f32::from(byte(at / 8) >> (at % 8) & 1),
            SegmentationKind::Probability(most) | SegmentationKind::Occupancy(most) => {
                (f32::from(byte(at)) / f32::from(most.max(1))).min(1.0)
            }
        }
    }

    /// Bytes of the mask of a frame.
    const fn frame_bytes(&self) -> usize {
        let n_pixels = self.width.saturating_mul(self.height);
        match self.kind {
            SegmentationKind::Binary => n_pixels.div_ceil(8),
            SegmentationKind::Probability(_) | SegmentationKind::Occupancy(_) => n_pixels,
        }
    }

    pub(super) fn pieces_mut(&mut self) -> Vec<Piece<'_>> {
        let n = self.frame_bytes();
        let pieces = self.frames.iter_mut().map(|it| Piece::Bytes {
            n,
            into: &mut it.values,
        });
        pieces.collect()
    }
}

/// PS3.3 A.75.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParametricMap {
    pub width: usize,
    pub height: usize,
    /// (0070,0080)
    pub label: Phi<String>,
    /// At least one, in file order.
    pub frames: Vec<MapFrame>,
}

/// One picture of a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapFrame {
    /// The image frames that it was worked out from, (0008,2112). It is shown on these alone.
    pub sources: Vec<Reference>,
    pub plane: Option<Plane>,
    /// What its samples measure.
    pub real_world: RealWorld,
    /// In the unit of the real world, `NaN` where the mapping does not reach. Travels beside the JSON.
    #[serde(skip)]
    pub samples: Box<[f32]>,
}

/// What a number in a map means, PS3.3 C.7.6.16.2.11.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RealWorld {
    /// (0040,9210)
    pub label: Phi<String>,
    /// The quantity, by the meaning of its code, if told.
    pub quantity: Option<Phi<String>>,
    /// A UCUM code, such as `mm2/s`.
    pub unit: String,
    pub slope: f64,
    pub intercept: f64,
    /// Stored numbers from the least to the greatest that are mapped; `None`: all.
    pub range: Option<[f64; 2]>,
}

impl RealWorld {
    /// The value of a stored number.
    pub fn value(&self, stored: f64) -> f32 {
        let is_mapped = self
            .range
            .is_none_or(|[low, high]| low <= stored && stored <= high);
        if is_mapped {
            (stored * self.slope + self.intercept) as f32
        } else {
            f32::NAN
        }
    }
}

impl ParametricMap {
    /// The pictures that may be shown on a frame of an image. Their size may be another than that of the image.
    pub fn on(&self, instance_uid: &Phi<String>, frame_idx: usize) -> Vec<&MapFrame> {
        let frames = self.frames.iter();
        frames
            .filter(|it| any_names(&it.sources, instance_uid, frame_idx))
            .collect()
    }

    pub(super) fn pieces_mut(&mut self) -> Vec<Piece<'_>> {
        let n = self.width.saturating_mul(self.height);
        let pieces = self.frames.iter_mut().map(|it| Piece::Samples {
            n,
            into: &mut it.samples,
        });
        pieces.collect()
    }
}
