//! Overlay planes: pictures of single bits over an image, PS3.3 C.9.2.

use serde::{Deserialize, Serialize};

use super::{Piece, VoiTable};
use crate::privacy::Phi;

/// What an image has besides its pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Planes {
    pub overlays: Vec<Overlay>,
    /// (0028,3010): curves as tables, of which a reader may choose one. For MONOCHROME1 they are not turned over.
    pub tables: Vec<VoiTable>,
}

/// An overlay plane of one or more frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// 6000 to 601E, even.
    pub group: u16,
    pub kind: OverlayKind,
    /// Upper left corner in pixel edges of the image; may lie outside it.
    pub corner: [i32; 2],
    /// The frame of the image that the first bitmap is for; `None` if the one bitmap is for every frame.
    pub first_frame_idx: Option<usize>,
    /// At least one.
    pub bitmaps: Vec<Bitmap>,
    /// (60xx,1500)
    pub label: Phi<String>,
    /// (60xx,0022)
    pub description: Phi<String>,
    /// In a presentation state: the layer that it is drawn on, (60xx,1001).
    pub layer_idx: Option<usize>,
}

/// (60xx,0040)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlayKind {
    /// Lines and text.
    Graphics,
    /// A region of interest.
    Roi,
}

/// One bit for each pixel, row by row, the first in the lowest bit of the first byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bitmap {
    pub width: usize,
    pub height: usize,
    /// `width * height` bits; travels beside the JSON.
    #[serde(skip)]
    pub bits: Box<[u8]>,
}

impl Overlay {
    /// What is drawn over a frame of the image.
    pub fn bitmap(&self, frame_idx: usize) -> Option<&Bitmap> {
        match self.first_frame_idx {
            None => self.bitmaps.first(),
            Some(first) => self.bitmaps.get(frame_idx.checked_sub(first)?),
        }
    }
}

impl Bitmap {
    /// Packs bits; `None` if they are not `width * height`.
    pub fn pack(width: usize, height: usize, bits: impl Iterator<Item = bool>) -> Option<Self> {
        let n_bits = width.checked_mul(height)?;
        let mut packed = Vec::with_capacity(n_bits.div_ceil(8));
        let mut n_found = 0_usize;
        for bit in bits.take(n_bits) {
            if n_found.is_multiple_of(8) {
                packed.push(0);
            }
            if let Some(last) = packed.last_mut() {
                *last |= u8::from(bit) << (n_found % 8);
            }
            n_found += 1;
        }
        (n_found == n_bits).then(|| Self {
            width,
            height,
            bits: packed.into(),
        })
    }

    /// Whether a pixel is set; none is beyond the edges.
    pub fn is_set(&self, x: usize, y: usize) -> bool {
        let at = y * self.width + x;
        let is_inside = x < self.width && y < self.height;
        is_inside
            && self
                .bits
                .get(at / 8)
                .is_some_and(|it| it >> (at % 8) & 1 == 1)
    }

    pub(super) fn piece(&mut self) -> Piece<'_> {
        Piece::Bytes {
            n: self.width.saturating_mul(self.height).div_ceil(8),
            into: &mut self.bits,
        }
    }
}

pub(super) fn pieces_mut(overlays: &mut [Overlay]) -> Vec<Piece<'_>> {
    let bitmaps = overlays.iter_mut().flat_map(|it| &mut it.bitmaps);
    bitmaps.map(Bitmap::piece).collect()
}
