//! Images damaged on purpose, as MedMNIST-C does (Di Salvo et al. 2024, <https://arxiv.org/abs/2406.17536>): six kinds in
//! five degrees that occur in practice, and whole changes that no answer should survive.
//!
//! Every damage works on the first frame, in units of its own range, before the model's preparation; on a picture in
//! colour it does the same to red, green and blue, which may be neighbouring slices.

use std::{f32::consts::TAU, io::Cursor, sync::Arc};

use image::{DynamicImage, GrayImage, ImageReader, codecs::jpeg::JpegEncoder};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::case::{Frame, Samples, Scan};

/// Degrees of each kind.
pub(super) const N_LEVELS: usize = 5;

/// A kind of damage that images suffer in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Noise,
    Blur,
    Jpeg,
    Contrast,
    Brightness,
    Rotation,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::Noise,
        Self::Blur,
        Self::Jpeg,
        Self::Contrast,
        Self::Brightness,
        Self::Rotation,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Blur => "blur",
            Self::Jpeg => "JPEG",
            Self::Contrast => "low contrast",
            Self::Brightness => "brightness",
            Self::Rotation => "rotation",
        }
    }

    /// What the numbers of [`Kind::levels`] are.
    pub(super) const fn parameter(self) -> &'static str {
        match self {
            Self::Noise => "deviation, part of the range",
            Self::Blur => "deviation, part of the shorter side",
            Self::Jpeg => "quality",
            Self::Contrast => "factor around the mean",
            Self::Brightness => "added, part of the range",
            Self::Rotation => "degrees clockwise",
        }
    }

    /// From slight to heavy.
    pub(super) const fn levels(self) -> [f32; N_LEVELS] {
        match self {
            Self::Noise => [0.02, 0.04, 0.08, 0.12, 0.2],
            Self::Blur => [0.002, 0.005, 0.01, 0.015, 0.025],
            Self::Jpeg => [50.0, 30.0, 15.0, 8.0, 4.0],
            Self::Contrast => [0.8, 0.6, 0.45, 0.3, 0.2],
            Self::Brightness => [0.1, 0.2, 0.3, 0.4, 0.5],
            Self::Rotation => [3.0, 6.0, 10.0, 15.0, 25.0],
        }
    }
}

/// A picture that is no longer what the model reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Negative,
    QuarterTurn,
    HalfTurn,
    OnlyNoise,
    Blank,
}

impl Change {
    pub(super) const ALL: [Self; 5] = [
        Self::Negative,
        Self::QuarterTurn,
        Self::HalfTurn,
        Self::OnlyNoise,
        Self::Blank,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Negative => "negatives of the images",
            Self::QuarterTurn => "the images turned by 90 degrees",
            Self::HalfTurn => "the images turned by 180 degrees",
            Self::OnlyNoise => "noise",
            Self::Blank => "blank pictures",
        }
    }
}

/// A plane, 0 to 1 between the least and the greatest value of the frame; padding is 0.
struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
    low: f32,
    scale: f32,
}

impl Plane {
    /// One plane, or red, green and blue.
    fn of(frame: &Frame) -> Vec<Self> {
        let (low, high) = frame.range();
        let scale = (high - low).max(f32::MIN_POSITIVE);
        let part = |it: f32| {
            if it.is_finite() {
                (it - low) / scale
            } else {
                0.0
            }
        };
        let plane = |values| Self {
            width: frame.width,
            height: frame.height,
            values,
            low,
            scale,
        };
        match &frame.samples {
            Samples::Gray(samples) => vec![plane(samples.iter().map(|it| part(*it)).collect())],
            Samples::Rgb(samples) => {
                let of = |channel| samples.iter().skip(channel).step_by(3);
                (0..3)
                    .map(|it| plane(of(it).map(|it| part(f32::from(*it))).collect()))
                    .collect()
            }
        }
    }

    /// Its values in the units of the frame.
    fn back(&self) -> impl Iterator<Item = f32> {
        let back = |it: &f32| it.clamp(0.0, 1.0).mul_add(self.scale, self.low);
        self.values.iter().map(back)
    }

    fn each(mut self, change: impl Fn(f32) -> f32) -> Self {
        self.values.iter_mut().for_each(|it| *it = change(*it));
        self
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
        self.values.get(y * self.width + x).copied().unwrap_or(0.0)
    }
}

/// The scan with its first frame damaged; `seed` sets the noise. `None` for a scan without pixels.
pub(super) fn damaged(scan: &Scan, kind: Kind, level: f32, seed: u64) -> Option<Scan> {
    each_plane(scan, |plane| {
        Some(match kind {
            Kind::Noise => with_noise(plane, level, seed),
            Kind::Blur => blurred(&plane, level * plane.width.min(plane.height) as f32),
            Kind::Jpeg => through_jpeg(plane, level as u8)?,
            Kind::Contrast => {
                let n = plane.values.len().max(1) as f32;
                let mean = plane.values.iter().sum::<f32>() / n;
                plane.each(|it| (it - mean).mul_add(level, mean))
            }
            Kind::Brightness => plane.each(|it| it + level),
            Kind::Rotation => rotated(&plane, level.to_radians()),
        })
    })
}

/// The scan with its first frame made into something else.
pub(super) fn changed(scan: &Scan, change: Change, seed: u64) -> Option<Scan> {
    each_plane(scan, |mut plane| {
        Some(match change {
            Change::Negative => plane.each(|it| 1.0 - it),
            Change::HalfTurn => {
                plane.values.reverse();
                plane
            }
            Change::QuarterTurn => quarter_turned(&plane),
            Change::OnlyNoise => {
                let mut random = StdRng::seed_from_u64(seed);
                plane.values.fill_with(|| random.random::<f32>());
                plane
            }
            Change::Blank => plane.each(|_| 0.5),
        })
    })
}

/// The scan with the planes of its first frame changed and no other frame, everything else as it was.
fn each_plane(scan: &Scan, change: impl Fn(Plane) -> Option<Plane>) -> Option<Scan> {
    let frame = &*scan.frame(0)?;
    if frame.width.min(frame.height) == 0 {
        return None;
    }
    let planes = Plane::of(frame).into_iter().map(change);
    let planes: Vec<Plane> = planes.collect::<Option<_>>()?;
    let first = planes.first()?;
    let samples = match planes.as_slice() {
        [red, green, blue] => {
            let pixels = red.back().zip(green.back()).zip(blue.back());
            let bytes = pixels.flat_map(|((r, g), b)| [r, g, b].map(|it| it.round() as u8));
            Samples::Rgb(bytes.collect())
        }
        _ => Samples::Gray(first.back().collect()),
    };
    let frame = Frame {
        width: first.width,
        height: first.height,
        samples,
    };
    Some(Scan::new(scan.header.clone(), vec![Arc::new(frame)]))
}

/// Gaussian noise by Box and Muller's method.
fn with_noise(mut plane: Plane, deviation: f32, seed: u64) -> Plane {
    let mut random = StdRng::seed_from_u64(seed);
    for value in &mut plane.values {
        let (radius, angle) = (random.random::<f32>(), random.random::<f32>());
        let normal = (-2.0 * (1.0 - radius).ln()).sqrt() * (TAU * angle).cos();
        *value += deviation * normal;
    }
    plane
}

/// A Gaussian of `deviation` pixels, along rows and then along columns; the edges are repeated.
fn blurred(plane: &Plane, deviation: f32) -> Plane {
    let reach = (3.0 * deviation).ceil().max(1.0) as usize;
    let weight = |it: usize| {
        let distance = it as f32 - reach as f32;
        (-0.5 * (distance / deviation.max(1e-3)).powi(2)).exp()
    };
    let kernel: Vec<f32> = (0..=2 * reach).map(weight).collect();
    let total: f32 = kernel.iter().sum();
    let pass = |plane: &Plane, is_row: bool| -> Plane {
        let values = (0..plane.values.len()).map(|idx| {
            let (x, y) = (idx % plane.width, idx / plane.width);
            let near = |(step, weight): (usize, &f32)| {
                let from = |at: usize| (at + step).saturating_sub(reach);
                let (x, y) = if is_row { (from(x), y) } else { (x, from(y)) };
                weight * plane.at(x, y)
            };
            kernel.iter().enumerate().map(near).sum::<f32>() / total
        });
        Plane {
            values: values.collect(),
            ..*plane
        }
    };
    pass(&pass(plane, true), false)
}

/// Written as 8-bit JPEG and read again.
fn through_jpeg(mut plane: Plane, quality: u8) -> Option<Plane> {
    let bytes = plane
        .values
        .iter()
        .map(|it| (it.clamp(0.0, 1.0) * 255.0).round() as u8);
    let (width, height) = (plane.width as u32, plane.height as u32);
    let picture = GrayImage::from_raw(width, height, bytes.collect())?;
    let mut file = Vec::new();
    DynamicImage::from(picture)
        .write_with_encoder(JpegEncoder::new_with_quality(&mut file, quality))
        .ok()?;
    let reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .ok()?;
    let read = reader.decode().ok()?.into_luma8();
    plane.values = read.iter().map(|it| f32::from(*it) / 255.0).collect();
    Some(plane)
}

/// Around the centre, bilinear; what comes from outside is black.
fn rotated(plane: &Plane, angle: f32) -> Plane {
    let (sin, cos) = angle.sin_cos();
    let (center_x, center_y) = (
        (plane.width as f32 - 1.0) / 2.0,
        (plane.height as f32 - 1.0) / 2.0,
    );
    let value = |idx: usize| {
        let (x, y) = (
            (idx % plane.width) as f32 - center_x,
            (idx / plane.width) as f32 - center_y,
        );
        let from_x = cos.mul_add(x, sin * y) + center_x;
        let from_y = cos.mul_add(y, -sin * x) + center_y;
        let is_inside = 0.0 <= from_x
            && 0.0 <= from_y
            && from_x <= (plane.width - 1) as f32
            && from_y <= (plane.height - 1) as f32;
        if !is_inside {
            return 0.0;
        }
        let (left, top) = (from_x as usize, from_y as usize);
        let (right_part, lower_part) = (from_x.fract(), from_y.fract());
        let row = |y: usize| {
            let (a, b) = (plane.at(left, y), plane.at(left + 1, y));
            (b - a).mul_add(right_part, a)
        };
        let (upper, lower) = (row(top), row(top + 1));
        (lower - upper).mul_add(lower_part, upper)
    };
    Plane {
        values: (0..plane.values.len()).map(value).collect(),
        ..*plane
    }
}

/// Clockwise.
fn quarter_turned(plane: &Plane) -> Plane {
    let (width, height) = (plane.height, plane.width);
    let value = |idx: usize| {
        let (x, y) = (idx % width, idx / width);
        plane.at(y, plane.height - 1 - x)
    };
    Plane {
        width,
        height,
        values: (0..plane.values.len()).map(value).collect(),
        ..*plane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane() -> Plane {
        Plane {
            width: 3,
            height: 2,
            values: vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
            low: 0.0,
            scale: 1.0,
        }
    }

    #[test]
    fn a_quarter_turn_is_clockwise() {
        let turned = quarter_turned(&plane());
        assert_eq!((turned.width, turned.height), (2, 3));
        assert_eq!(turned.values, [0.3, 0.0, 0.4, 0.1, 0.5, 0.2]);
    }

    #[test]
    fn a_rotation_by_half_a_turn_is_a_half_turn() {
        let turned = rotated(&plane(), std::f32::consts::PI);
        // The outermost pixels may fall outside by rounding.
        assert!((turned.at(1, 0) - 0.4).abs() < 1e-4 && (turned.at(1, 1) - 0.1).abs() < 1e-4);
    }

    #[test]
    fn a_blur_keeps_the_mean_and_flattens() {
        let blurred = blurred(&plane(), 2.0);
        let spread = |it: &[f32]| {
            it.iter().copied().fold(0.0, f32::max) - it.iter().copied().fold(1.0, f32::min)
        };
        assert!(spread(&blurred.values) < spread(&plane().values));
        let mean = blurred.values.iter().sum::<f32>() / 6.0;
        assert!((mean - 0.25).abs() < 1e-4, "{mean}");
    }

    #[test]
    fn noise_has_the_deviation_that_was_asked_for() {
        let flat = Plane {
            width: 100,
            height: 100,
            values: vec![0.5; 10_000],
            low: 0.0,
            scale: 1.0,
        };
        let noisy = with_noise(flat, 0.1, 3);
        let square: f32 = noisy.values.iter().map(|it| (it - 0.5).powi(2)).sum();
        assert!(((square / 10_000.0).sqrt() - 0.1).abs() < 0.005);
    }

    #[test]
    fn jpeg_changes_little_at_high_quality() {
        let ramp = Plane {
            width: 16,
            height: 16,
            values: (0..256).map(|it| it as f32 / 255.0).collect(),
            low: 0.0,
            scale: 1.0,
        };
        let before = ramp.values.clone();
        let after = through_jpeg(ramp, 95).unwrap().values;
        let worst = before
            .iter()
            .zip(&after)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(worst < 0.05, "{worst}");
    }
}
