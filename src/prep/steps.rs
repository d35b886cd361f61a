//! What another program does to a picture before its network reads it, step by step and in its own order.
//!
//! A model that was trained elsewhere answers well only to what its own code would have shown it. So an imported
//! model carries that code's steps as data; each follows the original (named at the step) to the last digit.

use serde::{Deserialize, Serialize};

use super::{
    Error, ImageInput, ImageSpec,
    resize::{Filter, resize},
    scan::{gray, tell_enlarged},
};
use crate::{
    case::{Frame, Samples, scan::PixelHeader},
    prediction::Affine2,
    warnings::{WarningKind, Warnings},
};

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// One channel: the grey values; of a colour picture, its red (torchxrayvision).
    FirstChannel,
    /// One channel: the grey values; of a picture that is stored in colour but has none, its luma. Colour is refused.
    Luma,
    /// Three channels: red, green and blue; of a grey picture, its values three times.
    Rgb,
    /// 0 and the greatest value that the file can store become `low` and `high`. Other values are refused.
    Stored { low: f32, high: f32 },
    /// `low` and `high` become `to_low` and `to_high`; what lies outside is clipped, if so told.
    Range {
        low: f32,
        high: f32,
        to_low: f32,
        to_high: f32,
        clip: bool,
    },
    /// The least and the greatest value of all channels become `low` and `high`.
    Stretch { low: f32, high: f32 },
    /// Less the mean, over the deviation, channel by channel.
    Normalise { mean: Vec<f32>, std: Vec<f32> },
    /// The largest square in the middle (torchxrayvision's `XRayCenterCrop`).
    CentreSquare,
    /// The middle of the picture; an axis that is not longer stays as it is.
    CentreCrop {
        width: usize,
        height: usize,
        centre: Centre,
    },
    /// The shorter side becomes `size`, the longer one follows, rounded down (torchvision's `Resize`).
    ShorterSide { size: usize, filter: Filter },
    /// Both sides, each on its own.
    Resize {
        width: usize,
        height: usize,
        filter: Filter,
    },
}

/// Where the middle lies if it does not fall on a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Centre {
    /// `n // 2 - size // 2` (torchxrayvision, MONAI).
    Floor,
    /// `round((n - size) / 2)`, a half to the even number (torchvision).
    HalfEven,
}

/// Where black and white lie in what steps make, as the mean and the deviation that bring them back to 0 and 1; the
/// mean of the channels where they differ.
pub fn black_and_white(steps: &[Step]) -> (f32, f32) {
    let (mut black, mut white) = (0.0_f32, 255.0_f32);
    for step in steps {
        let mean_of = |it: &Vec<f32>| it.iter().sum::<f32>() / it.len().max(1) as f32;
        match step {
            Step::Stored { low, high } | Step::Stretch { low, high } => {
                (black, white) = (*low, *high);
            }
            Step::Range {
                low,
                high,
                to_low,
                to_high,
                clip,
            } => {
                let change = |it: f32| (it - low) / (high - low) * (to_high - to_low) + to_low;
                // Values in other units (HU) lie anywhere: what counts is the range that they become.
                (black, white) = if *clip {
                    (*to_low, *to_high)
                } else {
                    (change(black), change(white))
                };
            }
            Step::Normalise { mean, std } => {
                let (mean, std) = (mean_of(mean), mean_of(std));
                (black, white) = ((black - mean) / std, (white - mean) / std);
            }
            _ => {}
        }
    }
    let std = (white - black).recip();
    (-black * std, std)
}

/// A picture on its way.
struct Picture {
    /// One or three, row by row.
    planes: Vec<Vec<f32>>,
    width: usize,
    height: usize,
    /// Pixel-edge coordinates.
    scan_from_picture: Affine2,
    /// Whole numbers of 0 to 255, as they were stored.
    is_byte: bool,
    /// The greatest value that the file can store; `None` for signed numbers.
    greatest: Option<f32>,
}

/// Makes the input of a frame by the steps of a specification.
pub(super) fn run(
    frame: &Frame,
    header: &PixelHeader,
    spec: &ImageSpec,
    warnings: &Warnings,
) -> Result<ImageInput, Error> {
    let mut picture = Picture::new(frame, header);
    for step in &spec.steps {
        picture.apply(step, frame, warnings)?;
    }
    let Picture {
        planes,
        width,
        height,
        scan_from_picture,
        ..
    } = picture;
    let (want, found) = (
        [spec.channels, spec.height, spec.width],
        [planes.len(), height, width],
    );
    if want != found {
        return Err(Error::Values {
            want: format!("steps that end in channels, height and width of {want:?}"),
            found: format!("{found:?}"),
        });
    }
    let values: Vec<f32> = planes.into_iter().flatten().collect();
    let (least, greatest) = range(&values);
    if greatest - least <= 1e-5 * greatest.abs().max(least.abs()) {
        return Err(Error::Blank {
            found: "one value everywhere",
        });
    }
    if !least.is_finite() || !greatest.is_finite() {
        return Err(Error::Values {
            want: "finite values after the model's own steps".to_owned(),
            found: "another".to_owned(),
        });
    }
    tell_enlarged(
        scan_from_picture.scale_x.min(scan_from_picture.scale_y),
        warnings,
    );
    Ok(ImageInput {
        channels: spec.channels,
        height,
        width,
        values,
        scan_from_input: scan_from_picture,
    })
}

fn range(values: &[f32]) -> (f32, f32) {
    let start = (f32::INFINITY, f32::NEG_INFINITY);
    let finite = values.iter().filter(|it| !it.is_nan());
    finite.fold(start, |(low, high), it| (low.min(*it), high.max(*it)))
}

impl Picture {
    /// The frame as it is stored; padding becomes the lowest value.
    fn new(frame: &Frame, header: &PixelHeader) -> Self {
        let (planes, bits, is_signed) = match &frame.samples {
            Samples::Gray(samples) => {
                let (least, _) = frame.range();
                let value = |it: &f32| if it.is_nan() { least } else { *it };
                let plane = samples.iter().map(value).collect();
                (vec![plane], header.bits_stored, header.is_signed)
            }
            Samples::Rgb(samples) => {
                let (pixels, _) = samples.as_chunks::<3>();
                let plane = |channel: usize| {
                    let values = pixels.iter().map(|it| it.get(channel).copied());
                    values.map(|it| f32::from(it.unwrap_or(0))).collect()
                };
                ((0..3).map(plane).collect(), 8, false)
            }
        };
        Self {
            planes,
            width: frame.width,
            height: frame.height,
            scan_from_picture: Affine2::IDENTITY,
            is_byte: bits <= 8 && !is_signed,
            greatest: (!is_signed).then(|| (2.0_f64.powi(i32::from(bits)) - 1.0) as f32),
        }
    }

    fn apply(&mut self, step: &Step, frame: &Frame, warnings: &Warnings) -> Result<(), Error> {
        match step {
            Step::FirstChannel => {
                if 1 < self.planes.len() {
                    warnings.add(
                        WarningKind::Pixels,
                        "the picture is stored in colour; the model reads its red channel, as its own code does",
                    );
                }
                self.planes.truncate(1);
            }
            Step::Luma => {
                if 1 < self.planes.len() {
                    self.planes = vec![gray(frame, warnings)?.into_owned()];
                }
            }
            Step::Rgb => {
                if let [plane] = self.planes.as_slice() {
                    self.planes = vec![plane.clone(); 3];
                }
            }
            Step::Stored { low, high } => self.stored(*low, *high)?,
            Step::Range {
                low,
                high,
                to_low,
                to_high,
                clip,
            } => {
                let (bottom, top) = (to_low.min(*to_high), to_low.max(*to_high));
                self.map(|_, it| {
                    let value = (it - low) / (high - low) * (to_high - to_low) + to_low;
                    if *clip {
                        value.clamp(bottom, top)
                    } else {
                        value
                    }
                });
            }
            Step::Stretch { low, high } => {
                let ranges = self.planes.iter().map(|it| range(it));
                let (least, greatest) = ranges
                    .fold((f32::INFINITY, f32::NEG_INFINITY), |all, it| {
                        (all.0.min(it.0), all.1.max(it.1))
                    });
                if greatest <= least {
                    return Err(Error::Blank {
                        found: "one value everywhere",
                    });
                }
                self.map(|_, it| (it - least) / (greatest - least) * (high - low) + low);
            }
            Step::Normalise { mean, std } => self.map(|channel, it| {
                let mean = mean.get(channel).copied().unwrap_or(0.0);
                (it - mean) / std.get(channel).copied().unwrap_or(1.0)
            }),
            Step::CentreSquare => {
                let side = self.width.min(self.height);
                self.crop(side, side, Centre::Floor);
            }
            Step::CentreCrop {
                width,
                height,
                centre,
            } => self.crop(*width, *height, *centre),
            Step::ShorterSide { size, filter } => {
                let shorter = self.width.min(self.height).max(1);
                // `int(size * long / short)` of Python.
                let follow = |side: usize| (size * side) / shorter;
                self.resize((follow(self.width), follow(self.height)), *filter);
            }
            Step::Resize {
                width,
                height,
                filter,
            } => self.resize((*width, *height), *filter),
        }
        Ok(())
    }

    /// torchxrayvision's `normalize`, which refuses values beyond the greatest too.
    fn stored(&mut self, low: f32, high: f32) -> Result<(), Error> {
        let odd = |want: String, found: String| Error::Values { want, found };
        let Some(most) = self.greatest else {
            return Err(odd(
                "unsigned stored values, as the model's own code reads them".to_owned(),
                "signed ones".to_owned(),
            ));
        };
        let ranges = self.planes.iter().map(|it| range(it));
        for (least, greatest) in ranges {
            if least < 0.0 || most < greatest {
                let found = format!("{least} to {greatest}");
                return Err(odd(format!("values of 0 to {most}"), found));
            }
        }
        self.map(|_, it| it / most * (high - low) + low);
        Ok(())
    }

    fn map(&mut self, change: impl Fn(usize, f32) -> f32) {
        for (channel, plane) in self.planes.iter_mut().enumerate() {
            plane.iter_mut().for_each(|it| *it = change(channel, *it));
        }
        self.is_byte = false;
    }

    fn crop(&mut self, width: usize, height: usize, centre: Centre) {
        let start = |n: usize, size: usize| match centre {
            Centre::Floor => n / 2 - (size / 2).min(n / 2),
            Centre::HalfEven => {
                let twice = n - size;
                // Half of an odd number lies between two numbers; the even one of them is taken.
                twice / 2 + usize::from(twice % 4 == 3)
            }
        };
        let (width, height) = (width.min(self.width), height.min(self.height));
        let (left, top) = (start(self.width, width), start(self.height, height));
        for plane in &mut self.planes {
            let rows = plane.chunks_exact(self.width.max(1)).skip(top).take(height);
            *plane = rows
                .flat_map(|it| it.get(left..left + width).unwrap_or_default())
                .copied()
                .collect();
        }
        let crop = Affine2 {
            offset_x: left as f32,
            offset_y: top as f32,
            ..Affine2::IDENTITY
        };
        self.scan_from_picture = crop.then(self.scan_from_picture);
        (self.width, self.height) = (width, height);
    }

    fn resize(&mut self, to: (usize, usize), filter: Filter) {
        let from = (self.width, self.height);
        let is_byte = self.is_byte;
        for plane in &mut self.planes {
            *plane = resize(plane, from, to, (filter, is_byte));
        }
        let shrink = Affine2 {
            scale_x: from.0 as f32 / to.0.max(1) as f32,
            scale_y: from.1 as f32 / to.1.max(1) as f32,
            ..Affine2::IDENTITY
        };
        self.scan_from_picture = shrink.then(self.scan_from_picture);
        (self.width, self.height) = to;
        // Pillow's own result is one of whole numbers; any other filter leaves fractions.
        self.is_byte &= filter == Filter::Pillow;
    }
}
