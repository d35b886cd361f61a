//! A frame at full, half, quarter… size, so that a small picture of a large frame neither flickers nor costs more.

use std::sync::Arc;

use crate::case::{Frame, Samples};

/// A frame and its halvings; the first level is the frame itself.
#[derive(Clone, Debug)]
pub struct Pyramid(Vec<Arc<Frame>>);

/// No level is made below this edge.
const SMALLEST_EDGE: usize = 128;

impl Pyramid {
    /// Halves the frame by averaging two by two, padding left out, until it is small.
    pub fn new(frame: Arc<Frame>) -> Self {
        let mut levels = vec![frame];
        while let Some(last) = levels.last()
            && 2 * SMALLEST_EDGE <= last.width.max(last.height)
        {
            levels.push(Arc::new(halve(last)));
        }
        Self(levels)
    }

    /// The smallest level that still has a pixel for every pixel of the picture, and its factor to the frame.
    pub fn level(&self, frame_px_per_picture_px: f32) -> (&Arc<Frame>, usize) {
        let wanted = frame_px_per_picture_px.max(1.0).log2().floor() as usize;
        let idx = wanted.min(self.0.len() - 1);
        #[expect(
            clippy::indexing_slicing,
            reason = "there is always a first level, and the index is clipped to the last"
        )]
        (&self.0[idx], idx)
    }

    /// The frame itself.
    pub fn frame(&self) -> &Arc<Frame> {
        self.level(1.0).0
    }
}

fn halve(frame: &Frame) -> Frame {
    let (width, height) = (frame.width.div_ceil(2), frame.height.div_ceil(2));
    let samples = match &frame.samples {
        Samples::Gray(samples) => Samples::Gray(halve_gray(samples, frame.width, (width, height))),
        Samples::Rgb(samples) => Samples::Rgb(halve_rgb(samples, frame.width, (width, height))),
    };
    Frame {
        width,
        height,
        samples,
    }
}

fn halve_gray(samples: &[f32], source_width: usize, (width, height): (usize, usize)) -> Box<[f32]> {
    let mut halved = Vec::with_capacity(width * height);
    for rows in samples.chunks(2 * source_width) {
        let (upper, lower) = rows.split_at(source_width.min(rows.len()));
        let lower = if lower.is_empty() { upper } else { lower };
        for (upper, lower) in upper.chunks(2).zip(lower.chunks(2)) {
            halved.push(mean(upper.iter().chain(lower)));
        }
    }
    halved.into_boxed_slice()
}

/// The mean of the values that are not padding; padding where all are.
fn mean<'a>(values: impl Iterator<Item = &'a f32>) -> f32 {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values.filter(|it| !it.is_nan()) {
        sum += value;
        n += 1.0;
    }
    sum / n
}

fn halve_rgb(samples: &[u8], source_width: usize, (width, height): (usize, usize)) -> Box<[u8]> {
    let mut halved = Vec::with_capacity(3 * width * height);
    for rows in samples.chunks(6 * source_width) {
        let (upper, lower) = rows.split_at((3 * source_width).min(rows.len()));
        let lower = if lower.is_empty() { upper } else { lower };
        for (upper, lower) in upper.chunks(6).zip(lower.chunks(6)) {
            for channel in 0..3 {
                let each = || upper.iter().chain(lower).skip(channel).step_by(3);
                let (sum, n) =
                    each().fold((0_usize, 0), |(sum, n), it| (sum + usize::from(*it), n + 1));
                halved.push((sum / n.max(1)) as u8);
            }
        }
    }
    halved.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Pyramid;
    use crate::case::{Frame, Samples};

    #[test]
    fn padding_and_odd_edges_do_not_darken_the_half_size() {
        let mut samples = vec![100.0; 257 * 255];
        samples[0] = f32::NAN;
        let pyramid = Pyramid::new(Arc::new(Frame {
            width: 257,
            height: 255,
            samples: Samples::Gray(samples.into()),
        }));
        let (half, level) = pyramid.level(2.5);
        assert_eq!((half.width, half.height, level), (129, 128, 1));
        let Samples::Gray(samples) = &half.samples else {
            panic!("grey stays grey")
        };
        assert!(samples.iter().all(|it| *it == 100.0));
    }
}
