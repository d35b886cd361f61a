//! A volume: the samples of a stack as 16-bit codes on one line.

use std::{borrow::Borrow, ops::RangeInclusive};

use super::{Plane, Refused, Stack};
use crate::case::{Frame, Samples};

/// Most voxels: 2 GiB of codes, four times 512 x 512 x 1,000.
const VOXELS_LIMIT: u64 = 1 << 30;
/// The code of a sample that is no measurement.
pub(super) const MISSING: u16 = 0;
/// The code of the least sample.
pub(super) const LEAST: u16 = 1;
const N_STEPS: f32 = 65_534.0;

/// Samples of equal, parallel slices. Sample = `low + slope * (code - LEAST)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    pub(super) stack: Stack,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Slice by slice, row by row.
    pub(super) codes: Vec<u16>,
    pub(super) slope: f32,
    pub(super) low: f32,
    is_exact: bool,
}

impl Volume {
    /// Makes a volume of slices in order. `frame_of` hands over the frame of a slice; each is asked for twice, one at a
    /// time, first for its range and then for its samples, so that they need not all be in memory.
    ///
    /// # Errors
    /// As [`Stack::new`], and for frames that are not grey or differ in size.
    pub fn new<F: Borrow<Frame>>(
        planes: &[Plane],
        mut frame_of: impl FnMut(usize) -> Option<F>,
    ) -> Result<Self, Refused> {
        let stack = Stack::new(planes)?;
        let (mut width, mut height) = (0, 0);
        let mut range = Range::default();
        for slice_idx in 0..stack.n_slices() {
            let frame = frame_of(slice_idx);
            let frame = frame.as_ref().map(Borrow::borrow);
            if let Some(frame) = frame.filter(|_| slice_idx == 0) {
                (width, height) = (frame.width, frame.height);
            }
            range.add(samples(frame, slice_idx, width, height)?);
        }
        let n_voxels = (width as u64 * height as u64).saturating_mul(stack.n_slices() as u64);
        let too_large = || Refused::TooLarge {
            n_voxels,
            limit: VOXELS_LIMIT,
        };
        if VOXELS_LIMIT < n_voxels {
            return Err(too_large());
        }
        let mut codes = Vec::new();
        codes
            .try_reserve_exact(n_voxels as usize)
            .map_err(|_dropped| too_large())?;
        let (low, slope) = (range.low(), range.slope());
        let code = |it: &f32| {
            if it.is_finite() {
                LEAST + ((it - low) / slope).round() as u16
            } else {
                MISSING
            }
        };
        for slice_idx in 0..stack.n_slices() {
            let frame = frame_of(slice_idx);
            let frame = frame.as_ref().map(Borrow::borrow);
            codes.extend(samples(frame, slice_idx, width, height)?.iter().map(code));
        }
        Ok(Self {
            stack,
            width,
            height,
            codes,
            slope,
            low,
            is_exact: range.is_exact(),
        })
    }

    /// Where its slices lie.
    pub const fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The greatest difference between a sample and what is kept of it: 0 for whole numbers that span less than 65,535.
    pub fn rounding(&self) -> f32 {
        if self.is_exact { 0.0 } else { self.slope / 2.0 }
    }
}

/// The samples of a frame that is grey and of the size of the first.
fn samples(
    frame: Option<&Frame>,
    slice_idx: usize,
    width: usize,
    height: usize,
) -> Result<&[f32], Refused> {
    let other = Refused::OtherFrame {
        slice_idx,
        width,
        height,
    };
    match frame.map(|it| (it.width, it.height, &it.samples)) {
        Some((w, h, Samples::Gray(samples)))
            if (w, h) == (width, height) && samples.len() == w * h && 2 <= w && 2 <= h =>
        {
            Ok(samples)
        }
        _ => Err(other),
    }
}

/// The least and the greatest finite sample, and whether all are whole.
struct Range {
    low: f32,
    high: f32,
    is_whole: bool,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            low: f32::INFINITY,
            high: f32::NEG_INFINITY,
            is_whole: true,
        }
    }
}

impl Range {
    fn add(&mut self, samples: &[f32]) {
        for it in samples.iter().filter(|it| it.is_finite()) {
            self.low = self.low.min(*it);
            self.high = self.high.max(*it);
            self.is_whole &= it.fract() == 0.0;
        }
    }

    fn span(&self) -> f32 {
        (self.high - self.low).max(0.0)
    }

    fn low(&self) -> f32 {
        if self.low.is_finite() { self.low } else { 0.0 }
    }

    fn is_exact(&self) -> bool {
        /// Greater whole numbers are not exact as `f32` sums.
        const WHOLE: RangeInclusive<f32> = -8_000_000.0..=8_000_000.0;
        let is_whole = self.is_whole && self.span() <= N_STEPS && WHOLE.contains(&self.low());
        is_whole || self.span() == 0.0
    }

    /// Between the samples of neighbouring codes.
    fn slope(&self) -> f32 {
        if self.is_exact() {
            1.0
        } else {
            (self.span() / N_STEPS).max(f32::MIN_POSITIVE)
        }
    }
}
