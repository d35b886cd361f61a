//! The surroundings of a point, in millimetres: what a model of small findings reads.
//!
//! 1. a colour picture of the input's own size, from a file without a DICOM header, is a crop that was cut before:
//!    red, green and blue are the slices before, at and behind the point, 0 to 255 over the specification's range;
//! 2. else refuse what cannot be cut: no point, a point beside the frame, pixels of unknown size;
//! 3. cut the square from the frame and, where wanted, from the slices next to it, whatever files they lie in; resample;
//! 4. intensity to 0..1, what lies beside the frame to 0; subtract the mean, divide by the deviation.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Error, ImageInput, ImageSpec, Intensity,
    resample::{Axis, resample},
    scan::{gray, normalise, standardise},
};
use crate::{
    case::{
        Frame, Samples, Scan, SpacingSource,
        stack::{Neighbour, Neighbours},
    },
    prediction::{Affine2, Pixel},
    warnings::{WarningKind, Warnings},
};

/// What is read around a point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    /// Side of the square, in the patient.
    pub side_mm: f32,
    /// Three channels: the slice before, the slice itself, the slice behind. Else the slice in each channel.
    #[serde(default)]
    pub neighbours: bool,
}

/// Distances to both sides that differ by more than this part of the greater are worth a word.
const UNEVEN: f64 = 0.02;
/// Slices that are shifted sideways by more than this are worth a word, in mm.
const TOLD_ASIDE_MM: f64 = 0.1;

/// Cuts and normalises.
pub(super) fn prepare(
    scan: &Scan,
    (frame_idx, at, neighbours): (usize, Option<Pixel>, Option<&Neighbours>),
    (spec, crop): (&ImageSpec, &Crop),
    warnings: &Warnings,
) -> Result<ImageInput, Error> {
    let (mut values, range, scan_from_input) = match cut_before(scan, frame_idx, spec, crop) {
        Some(values) => {
            warnings.add(
                WarningKind::Pixels,
                "the picture is taken for a crop that was cut before: red, green and blue are the slices before, at \
                 and behind the point",
            );
            let stored = Intensity::Fixed {
                low: 0.0,
                high: 255.0,
            };
            (values, stored, Affine2::IDENTITY)
        }
        None => {
            let square = Square::new(scan, (frame_idx, at), (spec, crop))?;
            let own = neighbours
                .is_none()
                .then(|| Neighbours::within(scan, frame_idx));
            let neighbours = neighbours.or(own.as_ref()).filter(|_| crop.neighbours);
            let mut values = Vec::with_capacity(spec.channels * spec.width * spec.height);
            for frame in slices(scan, (frame_idx, neighbours), spec) {
                values.extend(square.cut(&frame, warnings)?);
            }
            if let Some(neighbours) = neighbours {
                warn(neighbours, warnings);
            }
            if values.iter().any(|it| it.is_nan()) {
                warnings.add(
                    WarningKind::Pixels,
                    "part of what the model reads lies beside the picture or on padding; it counts as air",
                );
            }
            (values, spec.intensity, square.scan_from_input())
        }
    };
    normalise(&mut values, range, warnings)?;
    standardise(&mut values, spec);
    Ok(ImageInput {
        channels: spec.channels,
        height: spec.height,
        width: spec.width,
        values,
        scan_from_input,
    })
}

/// The frame of each channel; where there is none before or behind, the frame itself.
fn slices(
    scan: &Scan,
    (frame_idx, neighbours): (usize, Option<&Neighbours>),
    spec: &ImageSpec,
) -> Vec<Arc<Frame>> {
    let this = scan.frame(frame_idx);
    let frame = |it: &Option<Neighbour>| {
        let neighbour = it.as_ref()?;
        neighbour.scan(scan).frame(neighbour.id.frame_idx)
    };
    let channels = match neighbours {
        Some(it) => vec![
            frame(&it.before).or_else(|| this.clone()),
            this.clone(),
            frame(&it.behind).or(this),
        ],
        None => vec![this; spec.channels],
    };
    channels.into_iter().flatten().collect()
}

/// What the model is given for the slices that it was made with, and in their place.
fn warn(neighbours: &Neighbours, warnings: &Warnings) {
    let Neighbours { before, behind, .. } = neighbours;
    let told = match (before, behind) {
        (Some(before), Some(behind)) => match (before.away, behind.away) {
            (Some(before), Some(behind)) => format!(
                "the slices before and behind lie {:.2} and {:.2} mm away",
                before.along_mm, behind.along_mm
            ),
            _ => "the frames before and behind are taken for the neighbouring slices".to_owned(),
        },
        _ => {
            "there is no slice on both sides of this one; the model reads this one in the place of what is missing"
                .to_owned()
        }
    };
    warnings.add(WarningKind::Pixels, told);
    let away = |it: &Option<Neighbour>| Some(it.as_ref()?.away?.along_mm);
    if let (Some(before), Some(behind)) = (away(before), away(behind))
        && UNEVEN * before.max(behind) < (before - behind).abs()
    {
        warnings.add(
            WarningKind::Pixels,
            "the slices before and behind are not equally far away",
        );
    }
    let aside = neighbours.iter().filter_map(|it| Some(it.away?.aside_mm));
    let aside = aside.fold(0.0, f64::max);
    if TOLD_ASIDE_MM < aside {
        warnings.add(
            WarningKind::Pixels,
            format!("the slices are shifted sideways against each other, by up to {aside:.2} mm"),
        );
    }
}

/// The channels of a crop that was cut before, 0 to 255, one after the other.
fn cut_before(scan: &Scan, frame_idx: usize, spec: &ImageSpec, crop: &Crop) -> Option<Vec<f32>> {
    let frame = scan.frame(frame_idx)?;
    let is_own_size = (frame.width, frame.height) == (spec.width, spec.height);
    let (Samples::Rgb(rgb), true, None) = (
        &frame.samples,
        is_own_size && crop.neighbours,
        &scan.header.dicom,
    ) else {
        return None;
    };
    let channel = |idx: usize| rgb.iter().skip(idx).step_by(3).copied().map(f32::from);
    Some((0..3).flat_map(channel).collect())
}

/// A square of the frame in pixel-edge coordinates.
struct Square {
    horizontal: Axis,
    vertical: Axis,
}

impl Square {
    fn new(
        scan: &Scan,
        (frame_idx, at): (usize, Option<Pixel>),
        (spec, crop): (&ImageSpec, &Crop),
    ) -> Result<Self, Error> {
        let (n_frames, side_mm) = (scan.n_frames(), crop.side_mm);
        let frame = scan.frame(frame_idx);
        let frame = frame.ok_or(Error::NoSuchFrame {
            frame_idx,
            n_frames,
        })?;
        let (width, height) = (frame.width, frame.height);
        let spacing = scan.header.spacing;
        let spacing = spacing.ok_or(Error::NoSpacing { found: "none" })?;
        if spacing.source == SpacingSource::Detector {
            return Err(Error::NoSpacing {
                found: "that at the detector",
            });
        }
        let is_size = |it: f32| it.is_finite() && 0.0 < it;
        if !is_size(spacing.row_mm) || !is_size(spacing.column_mm) {
            return Err(Error::NoSpacing {
                found: "no positive number",
            });
        }
        let at = at.ok_or(Error::NoPoint { side_mm })?;
        if width <= at.x as usize || height <= at.y as usize {
            return Err(Error::PointOutside { at, width, height });
        }
        let (x, y) = at.center();
        let axis = |center: f32, spacing_mm: f32, (n_source, n_target): (usize, usize)| Axis {
            n_source,
            start: center - 0.5 * side_mm / spacing_mm,
            length: side_mm / spacing_mm,
            n_target,
        };
        Ok(Self {
            horizontal: axis(x, spacing.column_mm, (width, spec.width)),
            vertical: axis(y, spacing.row_mm, (height, spec.height)),
        })
    }

    fn cut(&self, frame: &Frame, warnings: &Warnings) -> Result<Vec<f32>, Error> {
        Ok(resample(
            &gray(frame, warnings)?,
            &self.horizontal,
            &self.vertical,
        ))
    }

    fn scan_from_input(&self) -> Affine2 {
        Affine2 {
            scale_x: self.horizontal.scale(),
            scale_y: self.vertical.scale(),
            offset_x: self.horizontal.start,
            offset_y: self.vertical.start,
        }
    }
}
