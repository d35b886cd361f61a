//! A frame of a scan as a normalised `[channels, height, width]` array.
//!
//! 1. refuse what cannot be read: no such frame, too small, a colour picture;
//! 2. colour to luma, or apart into its channels for a model of colour pictures;
//! 3. cut the margin, fit, resample (`resample`);
//! 4. intensity to 0..1, padding to 0;
//! 5. subtract the mean, divide by the deviation, repeat a grey picture for each channel.
//!
//! For a model of another program, 2 to 5 are the steps of that program's own code instead (`steps`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{
    Crop, Error, ImageInput, crop,
    resample::{Axis, resample},
    steps::{self, Step},
};
use crate::{
    case::{Frame, Samples, Scan, stack::Neighbours},
    prediction::{Affine2, Pixel},
    warnings::{WarningKind, Warnings},
};

/// The shortest side that can still be called a picture of a chest.
const MIN_SIDE: usize = 16;
/// Difference between the largest and the smallest of red, green and blue above which a pixel is coloured;
/// below it lies the noise of lossy codecs.
const CHROMA: u8 = 40;
/// Part of coloured pixels above which a picture is no radiograph.
const COLOUR_LIMIT: f64 = 0.2;
/// Part of coloured pixels that is worth a word: a burnt-in scale, a marker.
const COLOUR_NOTED: f64 = 0.005;

/// How a frame becomes an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSpec {
    pub width: usize,
    pub height: usize,
    /// 1 (grey) or 3 (the grey value repeated).
    pub channels: usize,
    /// Red, green and blue are the three channels; without it a colour picture is refused. For photographs, not for
    /// radiographs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub colour: bool,
    /// Part of each side that is cut off before the fit, 0 to 0.4: borders carry markers, not lungs.
    #[serde(default)]
    pub margin: f32,
    pub fit: Fit,
    pub intensity: Intensity,
    /// Subtracted from the value in 0..1, then divided by `std`. With `steps`, which do that themselves, these two tell
    /// where black and white lie in what they make.
    pub mean: f32,
    pub std: f32,
    /// What another program does to a picture before its network reads it, in its order. In place of `margin`, `fit`,
    /// `intensity` and the mean and deviation; empty for models of this program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Read only the surroundings of a point; `margin` is 0 and `fit` has no say then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<Crop>,
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
    /// Linear between two quantiles (0..1 each) of what the model sees after resampling, clipped.
    Quantiles { low: f32, high: f32 },
    /// Linear between two fixed values in scanner units, clipped.
    Fixed { low: f32, high: f32 },
}

/// Makes the input of one frame as a whole, or of a crop that was cut before. Padding (`NaN` in the scan, or beside it) becomes the lowest value.
///
/// # Errors
/// A frame that is not there, is smaller than 16 pixels, is a colour picture or has one value everywhere.
pub fn prepare_scan(
    scan: &Scan,
    frame_idx: usize,
    spec: &ImageSpec,
    warnings: &Warnings,
) -> Result<ImageInput, Error> {
    prepare_at(scan, (frame_idx, None, None), spec, warnings)
}

/// Likewise, of the surroundings of a point where the specification asks for them; the slices next to the frame are those
/// of its file, unless others are given.
///
/// # Errors
/// As [`prepare_scan`]; besides, no point, a point beside the frame, or pixels of unknown size.
pub fn prepare_at(
    scan: &Scan,
    (frame_idx, at, neighbours): (usize, Option<Pixel>, Option<&Neighbours>),
    spec: &ImageSpec,
    warnings: &Warnings,
) -> Result<ImageInput, Error> {
    let no_frame = Error::NoSuchFrame {
        frame_idx,
        n_frames: scan.n_frames(),
    };
    let frame = &*scan.frame(frame_idx).ok_or(no_frame)?;
    let (width, height) = (frame.width, frame.height);
    if width.min(height) < MIN_SIDE {
        return Err(Error::TooSmall {
            want: MIN_SIDE,
            width,
            height,
        });
    }
    if let Some(crop) = &spec.crop {
        let place = (frame_idx, at, neighbours);
        return crop::prepare(scan, place, (spec, crop), warnings);
    }
    if !spec.steps.is_empty() {
        return steps::run(frame, &scan.header.pixels, spec, warnings);
    }
    let planes = if spec.colour {
        colours(frame)
    } else {
        vec![gray(frame, warnings)?]
    };
    let ([left, top], [box_width, box_height]) = source_box(frame, spec);
    let horizontal = Axis {
        n_source: width,
        start: left,
        length: box_width,
        n_target: spec.width,
    };
    let vertical = Axis {
        n_source: height,
        start: top,
        length: box_height,
        n_target: spec.height,
    };
    let [scale_x, scale_y] = [horizontal.scale(), vertical.scale()];
    tell_enlarged(scale_x.min(scale_y), warnings);
    let resampled = planes
        .iter()
        .flat_map(|it| resample(it, &horizontal, &vertical));
    let mut values: Vec<f32> = resampled.collect();
    normalise(&mut values, spec.intensity, warnings)?;
    standardise(&mut values, spec);
    let scan_from_input = Affine2 {
        scale_x,
        scale_y,
        offset_x: left,
        offset_y: top,
    };
    let values = values.repeat(spec.channels / planes.len().max(1));
    Ok(ImageInput {
        channels: spec.channels,
        height: spec.height,
        width: spec.width,
        values,
        scan_from_input,
    })
}

/// Subtracts the mean and divides by the deviation.
pub(super) fn standardise(values: &mut [f32], spec: &ImageSpec) {
    for value in values {
        *value = (*value - spec.mean) / spec.std;
    }
}

/// Left and top, width and height of the part that is read, in pixel-edge coordinates of the frame.
fn source_box(frame: &Frame, spec: &ImageSpec) -> ([f32; 2], [f32; 2]) {
    let cut = |n: usize| (n as f32 * spec.margin.clamp(0.0, 0.4)).round();
    let (left, top) = (cut(frame.width), cut(frame.height));
    let (width, height) = (
        frame.width as f32 - 2.0 * left,
        frame.height as f32 - 2.0 * top,
    );
    let square = match spec.fit {
        Fit::Stretch => return ([left, top], [width, height]),
        Fit::CenterCrop => width.min(height),
        Fit::Pad => width.max(height),
    };
    (
        [
            left + ((width - square) / 2.0).floor(),
            top + ((height - square) / 2.0).floor(),
        ],
        [square; 2],
    )
}

/// A word on a frame that was enlarged; `scale` is in pixels of the frame for each pixel of the input.
pub(super) fn tell_enlarged(scale: f32, warnings: &Warnings) {
    if scale < 0.5 {
        warnings.add(
            WarningKind::Pixels,
            "the frame has less than half the pixels that the model reads; it was enlarged",
        );
    }
}

/// The grey values, or the luma of a picture that is stored in colour but has (almost) none.
pub(super) fn gray<'a>(frame: &'a Frame, warnings: &Warnings) -> Result<Cow<'a, [f32]>, Error> {
    let rgb = match &frame.samples {
        Samples::Gray(samples) => return Ok(Cow::Borrowed(samples)),
        Samples::Rgb(samples) => samples,
    };
    let (pixels, _) = rgb.as_chunks::<3>();
    let is_coloured = |[r, g, b]: &[u8; 3]| CHROMA < r.max(g).max(b) - r.min(g).min(b);
    let n_coloured = pixels.iter().filter(|it| is_coloured(it)).count();
    let part = n_coloured as f64 / pixels.len().max(1) as f64;
    if COLOUR_LIMIT < part {
        return Err(Error::Colour {
            percent: (100.0 * part).round() as u32,
        });
    }
    if COLOUR_NOTED < part {
        warnings.add(
            WarningKind::Scope,
            "the picture has coloured parts; the model reads their brightness only",
        );
    }
    // ITU-R BT.601, as JPEG has it.
    let luma =
        |[r, g, b]: &[u8; 3]| 0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b);
    Ok(pixels.iter().map(luma).collect())
}

/// Red, green and blue apart; a grey picture is one plane still.
fn colours(frame: &Frame) -> Vec<Cow<'_, [f32]>> {
    match &frame.samples {
        Samples::Gray(samples) => vec![Cow::Borrowed(samples)],
        Samples::Rgb(samples) => (0..3)
            .map(|channel| {
                let values = samples.iter().skip(channel).step_by(3);
                Cow::Owned(values.map(|it| f32::from(*it)).collect())
            })
            .collect(),
    }
}

/// Scanner units to 0..1, in place; `NaN` becomes 0.
pub(super) fn normalise(
    plane: &mut [f32],
    intensity: Intensity,
    warnings: &Warnings,
) -> Result<(), Error> {
    let mut sorted: Vec<f32> = plane.iter().copied().filter(|it| it.is_finite()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let (Some(least), Some(greatest)) = (sorted.first().copied(), sorted.last().copied()) else {
        return Err(Error::Blank {
            found: "padding only",
        });
    };
    // Resampling one value everywhere leaves the rounding of its weights.
    if greatest - least <= 1e-5 * greatest.abs().max(least.abs()) {
        return Err(Error::Blank {
            found: "one value everywhere",
        });
    }
    let (low, high) = match intensity {
        Intensity::Fixed { low, high } => (low, high),
        Intensity::Quantiles { low, high } => (quantile(&sorted, low), quantile(&sorted, high)),
    };
    let (low, high) = if low < high {
        (low, high)
    } else {
        warnings.add(
            WarningKind::Pixels,
            "almost all pixels have one value; the few others set the contrast",
        );
        (least, greatest)
    };
    for value in plane {
        *value = if value.is_finite() {
            ((*value - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            0.0
        };
    }
    Ok(())
}

/// The quantile with linear interpolation between neighbours (Hyndman and Fan 1996, type 7) of sorted values.
fn quantile(sorted: &[f32], part: f32) -> f32 {
    let at = part.clamp(0.0, 1.0) * sorted.len().saturating_sub(1) as f32;
    let value = |idx: f32| sorted.get(idx as usize).copied().unwrap_or(0.0);
    value(at.floor()) + (value(at.ceil()) - value(at.floor())) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_interpolate() {
        // numpy.quantile([1, 2, 4, 8], [0, .5, .9, 1])
        let sorted = [1.0, 2.0, 4.0, 8.0];
        let found = [0.0, 0.5, 0.9, 1.0].map(|it| quantile(&sorted, it));
        assert!(
            found
                .iter()
                .zip([1.0, 3.0, 6.8, 8.0])
                .all(|(a, b)| (a - b).abs() < 1e-5),
            "{found:?}"
        );
    }
}
