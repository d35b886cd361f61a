//! A grey frame as 16-bit codes, for a texture that any graphics driver takes.

use crate::case::{Frame, Samples};

/// `value = low + step * code`; [`PADDING`] stands for a pixel that is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    pub low: f32,
    pub step: f32,
    /// Row by row.
    pub codes: Vec<u16>,
}

/// The code of padding.
pub const PADDING: u16 = u16::MAX;
const GREATEST: f32 = (u16::MAX - 1) as f32;

impl Codes {
    /// Codes of a grey frame; `None` for colour. Whole numbers that span less than 65,535 are kept exactly; other
    /// values move by half a step at most.
    pub fn new(frame: &Frame) -> Option<Self> {
        let Samples::Gray(samples) = &frame.samples else {
            return None;
        };
        let (low, high) = frame.range();
        let is_whole =
            high - low <= GREATEST && samples.iter().all(|it| it.is_nan() || it.fract() == 0.0);
        let step = if is_whole {
            1.0
        } else {
            ((high - low) / GREATEST).max(f32::MIN_POSITIVE)
        };
        let code = |it: &f32| {
            if it.is_nan() {
                PADDING
            } else {
                ((it - low) / step).round().clamp(0.0, GREATEST) as u16
            }
        };
        Some(Self {
            low,
            step,
            codes: samples.iter().map(code).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Codes, PADDING};
    use crate::case::{Frame, Samples};

    #[test]
    fn whole_numbers_are_kept_and_padding_is_told() {
        let samples = Samples::Gray(Box::new([-1024.0, 3071.0, f32::NAN, 0.0]));
        let codes = Codes::new(&Frame {
            width: 2,
            height: 2,
            samples,
        })
        .unwrap();
        assert_eq!((codes.low, codes.step), (-1024.0, 1.0));
        assert_eq!(codes.codes, [0, 4095, PADDING, 1024]);
    }
}
