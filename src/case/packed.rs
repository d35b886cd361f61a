//! A frame kept at half its size: 16-bit codes on a line, from which every sample comes back bit for bit.

use std::sync::Arc;

use super::scan::{Frame, Rescale, Samples};

/// The code of a sample that is no measurement (`NaN`), in a frame that has such.
const MISSING: u16 = u16::MAX;
/// The values of most scanners are whole numbers.
const WHOLE: Rescale = Rescale {
    slope: 1.0,
    intercept: 0.0,
};

/// A grey frame as codes: sample = slope * (first + code) + intercept, rounded to `f32` once.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    width: usize,
    height: usize,
    codes: Box<[u16]>,
    /// The step on the line that code 0 stands for: a whole number.
    first: f64,
    line: Rescale,
    /// Whether [`MISSING`] stands for no measurement.
    has_missing: bool,
}

/// A frame in whichever form holds it exactly.
#[derive(Clone, Debug)]
pub enum Kept {
    /// Two bytes a pixel.
    Packed(Packed),
    /// As it was: colour, or samples that lie on no line of 16-bit steps.
    Plain(Arc<Frame>),
}

impl Kept {
    /// Packs a frame if that loses nothing. `rescale` is the line that its file tells of, if any.
    pub fn new(frame: &Arc<Frame>, rescale: Option<Rescale>) -> Self {
        Packed::pack(frame, rescale).map_or_else(|| Self::Plain(Arc::clone(frame)), Self::Packed)
    }

    /// The frame, bit for bit as it was.
    pub fn frame(&self) -> Arc<Frame> {
        match self {
            Self::Packed(packed) => Arc::new(packed.unpack()),
            Self::Plain(frame) => Arc::clone(frame),
        }
    }

    /// Bytes of its samples as they are kept.
    pub fn n_bytes(&self) -> usize {
        match self {
            Self::Packed(packed) => packed.codes.len() * 2,
            Self::Plain(frame) => match &frame.samples {
                Samples::Gray(samples) => samples.len() * 4,
                Samples::Rgb(samples) => samples.len(),
            },
        }
    }
}

impl Packed {
    /// Packs a grey frame whose samples are whole numbers or lie on `rescale`; `None` where that would not be exact.
    pub fn pack(frame: &Frame, rescale: Option<Rescale>) -> Option<Self> {
        let Samples::Gray(samples) = &frame.samples else {
            return None;
        };
        let lines = [Some(WHOLE), rescale].into_iter().flatten();
        let mut packed = lines.filter_map(|line| on_line(samples, line));
        let (codes, first, line, has_missing) = packed.next()?;
        Some(Self {
            width: frame.width,
            height: frame.height,
            codes,
            first,
            line,
            has_missing,
        })
    }

    /// The frame, bit for bit as it was packed.
    pub fn unpack(&self) -> Frame {
        let said = |code: &u16| sample(self.line, self.first + f64::from(*code));
        let samples = if self.has_missing {
            let measured = |code: &u16| {
                if *code == MISSING {
                    f32::NAN
                } else {
                    said(code)
                }
            };
            self.codes.iter().map(measured).collect()
        } else {
            self.codes.iter().map(said).collect()
        };
        Frame {
            width: self.width,
            height: self.height,
            samples: Samples::Gray(samples),
        }
    }
}

/// The sample of a step on a line. Rounding to `f32` happens here, as it did in the decoder.
fn sample(line: Rescale, step: f64) -> f32 {
    (step * line.slope + line.intercept) as f32
}

type Codes = (Box<[u16]>, f64, Rescale, bool);

fn on_line(samples: &[f32], line: Rescale) -> Option<Codes> {
    /// Steps further out are not exact as `f64` products, and no scanner has them.
    const STEP_LIMIT: f64 = 4e9;
    /// A frame that lies on no line is given up after this many samples.
    const CHUNK: usize = 1024;
    let (low, high, has_missing) = range(samples);
    // The step next to it: whether that is exact is seen when it is said again.
    let inverse = 1.0 / line.slope;
    let step = |it: f32| (f64::from(it) - line.intercept) * inverse;
    let (start, end) = if low <= high {
        (step(low).round(), step(high).round())
    } else {
        (0.0, 0.0)
    };
    let (first, last) = (start.min(end), start.max(end));
    let greatest = f64::from(MISSING) - f64::from(u8::from(has_missing));
    // Written so that what is not a number is none of them.
    if !(first.abs() < STEP_LIMIT && last.abs() < STEP_LIMIT && last - first <= greatest) {
        return None;
    }
    let mut codes = Vec::with_capacity(samples.len());
    for chunk in samples.chunks(CHUNK) {
        let mut is_exact = true;
        codes.extend(chunk.iter().map(|it| {
            let code = (step(*it) - first + 0.5) as u16;
            let said = sample(line, first + f64::from(code));
            // One pattern of bits stands for no measurement; another would not come back.
            let is_missing = it.to_bits() == f32::NAN.to_bits();
            is_exact &= is_missing | (said.to_bits() == it.to_bits());
            if is_missing { MISSING } else { code }
        }));
        if !is_exact {
            return None;
        }
    }
    Some((codes.into(), first, line, has_missing))
}

/// The least and the greatest sample, and whether there are some that are no number.
fn range(samples: &[f32]) -> (f32, f32, bool) {
    let (mut low, mut high, mut has_missing) = (f32::INFINITY, f32::NEG_INFINITY, false);
    for it in samples {
        has_missing |= it.is_nan();
        // A comparison with what is no number is false.
        low = if *it < low { *it } else { low };
        high = if high < *it { *it } else { high };
    }
    (low, high, has_missing)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::{Strategy as _, any, prop, proptest};

    use super::{Kept, Packed};
    use crate::case::scan::{Frame, Rescale, Samples};

    fn frame(samples: Vec<f32>) -> Frame {
        Frame {
            width: samples.len(),
            height: 1,
            samples: Samples::Gray(samples.into()),
        }
    }

    fn bits(frame: &Frame) -> Vec<u32> {
        match &frame.samples {
            Samples::Gray(samples) => samples.iter().map(|it| it.to_bits()).collect(),
            Samples::Rgb(_) => Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn what_lies_on_a_line_of_16_bits_is_packed_and_comes_back_bit_for_bit(
            slope in prop::sample::select(vec![1.0, -1.0]).prop_flat_map(|sign| (1e-6_f64..1e4).prop_map(move |it| it * sign)),
            intercept in -1e5_f64..1e5,
            stored in prop::collection::vec(any::<i16>(), 1..200),
            missing in prop::collection::vec(any::<bool>(), 200),
        ) {
            // As the decoder says them; 32,768 is left out so that a code is free for what is missing.
            let said = stored.iter().zip(&missing).map(|(it, is_missing)| {
                if *is_missing { f32::NAN } else { (f64::from((*it).max(-32_767)) * slope + intercept) as f32 }
            });
            let original = frame(said.collect());
            let rescale = Rescale { slope, intercept };
            if let Some(packed) = Packed::pack(&original, Some(rescale)) {
                assert_eq!(bits(&packed.unpack()), bits(&original));
            } else {
                // Only where steps are finer than the `f32` of their values may it decline.
                let finest = (slope * 32_768.0).abs().max(intercept.abs()) * f64::from(f32::EPSILON);
                assert!(slope.abs() < 4.0 * finest, "{slope} {intercept}");
            }
        }

        #[test]
        fn whatever_the_samples_what_comes_back_is_what_went_in(
            patterns in prop::collection::vec(any::<u32>(), 0..50),
            slope in any::<f64>(), intercept in any::<f64>(),
        ) {
            let original = Arc::new(frame(patterns.iter().map(|it| f32::from_bits(*it)).collect()));
            let kept = Kept::new(&original, Some(Rescale { slope, intercept }));
            assert_eq!(bits(&kept.frame()), bits(&original));
        }
    }

    #[test]
    fn hounsfield_units_with_padding_take_two_bytes_and_other_values_stay_as_they_are() {
        let ct = Arc::new(frame(vec![-1024.0, f32::NAN, 0.0, 3071.0]));
        let kept = Kept::new(&ct, None);
        assert!(matches!(kept, Kept::Packed(_)) && kept.n_bytes() == 8);
        assert_eq!(bits(&kept.frame()), bits(&ct));
        // All 65,536 codes are values: nothing is left for padding.
        let mut all: Vec<f32> = (0..=65_535_u16).map(f32::from).collect();
        assert!(Packed::pack(&frame(all.clone()), None).is_some());
        all.push(f32::NAN);
        assert!(Packed::pack(&frame(all), None).is_none());
        for odd in [
            vec![0.5],
            vec![-0.0],
            vec![f32::INFINITY],
            vec![0.0, 65_536.0],
        ] {
            let original = Arc::new(frame(odd));
            let kept = Kept::new(&original, None);
            assert!(matches!(kept, Kept::Plain(_)), "{original:?}");
            assert_eq!(bits(&kept.frame()), bits(&original));
        }
    }
}
