//! A picture as the networks see it: values from 0 to 1, at the size that is asked for.

use super::{
    area::Rect,
    picture::{Picture, Samples},
};

/// One grey plane, or blue, green and red: the networks learnt with the colours in that order.
pub(super) struct View {
    planes: Vec<Plane>,
}

/// Values in rows.
#[derive(Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    values: Vec<f32>,
}

/// Part of all pixels that the narrow window leaves out at each end.
const OUTSIDE: f64 = 0.01;
/// The narrow window is worth a second look when it is this much narrower than the full one.
const NARROW: f32 = 0.6;
/// Part of all pixels that are left out at each end once the shades are taken away.
const FLAT_OUTSIDE: f64 = 0.002;

/// The picture in its full range, and once more in the range of most pixels where that is much narrower:
/// letters as bright as the metal of an implant are lost in the second, faint ones in the first.
pub(super) fn views(picture: &Picture) -> Vec<View> {
    let (width, height) = (picture.width(), picture.height());
    let plane = |values| Plane {
        width,
        height,
        values,
    };
    match picture.samples() {
        Samples::Gray(samples) => {
            let mut sorted = samples.clone();
            sorted.sort_unstable_by(f32::total_cmp);
            let n_outside = (sorted.len() as f64 * OUTSIDE) as usize;
            let span = |n: usize| {
                let low = sorted.get(n).copied().unwrap_or_default();
                let high = sorted.get(sorted.len() - 1 - n).copied().unwrap_or(low);
                (low, high)
            };
            let (full, most) = (span(0), span(n_outside));
            let mut windows = vec![full];
            if most.1 > most.0 && most.1 - most.0 < NARROW * (full.1 - full.0) {
                windows.push(most);
            }
            windows
                .into_iter()
                .map(|(low, high)| View {
                    planes: vec![plane(in_window(samples, low, high))],
                })
                .collect()
        }
        Samples::Rgb(samples) => {
            let channel = |n: usize| {
                let values = samples.iter().skip(n).step_by(3);
                plane(values.map(|it| f32::from(*it) / 255.0).collect())
            };
            vec![View {
                planes: vec![channel(2), channel(1), channel(0)],
            }]
        }
    }
}

/// A flat picture becomes black.
fn in_window(samples: &[f32], low: f32, high: f32) -> Vec<f32> {
    // Halves, because the span of two finite numbers can be infinite.
    let span = high / 2.0 - low / 2.0;
    if span <= 0.0 {
        return vec![0.0; samples.len()];
    }
    let at = |it: &f32| ((it / 2.0 - low / 2.0) / span).clamp(0.0, 1.0);
    samples.iter().map(at).collect()
}

impl View {
    pub(super) fn width(&self) -> usize {
        self.planes.first().map_or(0, |it| it.width)
    }

    pub(super) fn height(&self) -> usize {
        self.planes.first().map_or(0, |it| it.height)
    }

    /// The three channels; grey is there three times.
    pub(super) fn channels(&self) -> [Option<&Plane>; 3] {
        [0, 1, 2].map(|it| self.planes.get(it).or(self.planes.first()))
    }

    /// The part in `area`, in a size of its own.
    pub(super) fn part(&self, area: Rect, width: usize, height: usize) -> Self {
        self.each(|it| it.part(area, width, height))
    }

    /// Turned by a quarter, clockwise.
    pub(super) fn turned(&self) -> Self {
        self.each(Plane::turned)
    }

    /// The whole in another size.
    pub(super) fn scaled(&self, scale: f32) -> Self {
        let size = |it: usize| ((it as f32 * scale).round() as usize).max(1);
        let (width, height) = (self.width(), self.height());
        let whole = Rect {
            top: 0,
            left: 0,
            bottom: height,
            right: width,
        };
        self.part(whole, size(width), size(height))
    }

    /// Without what changes slowly: from each pixel the mean of the square of so many pixels on each side is taken away, and
    /// most of what is left is brought to the whole range.
    pub(super) fn flattened(&self, reach: usize) -> Self {
        self.each(|it| it.flattened(reach))
    }

    fn each(&self, change: impl Fn(&Plane) -> Plane) -> Self {
        Self {
            planes: self.planes.iter().map(change).collect(),
        }
    }
}

impl Plane {
    /// The value in that place; beyond an edge it is that of the edge.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        let x = x.min(self.width.saturating_sub(1));
        let y = y.min(self.height.saturating_sub(1));
        self.values
            .get(y * self.width + x)
            .copied()
            .unwrap_or_default()
    }

    /// The middle value along the four edges.
    pub(super) fn rim_median(&self) -> f32 {
        let (right, bottom) = (self.width.saturating_sub(1), self.height.saturating_sub(1));
        let mut rim: Vec<f32> = (0..self.width)
            .flat_map(|x| [self.at(x, 0), self.at(x, bottom)])
            .chain((0..self.height).flat_map(|y| [self.at(0, y), self.at(right, y)]))
            .collect();
        rim.sort_unstable_by(f32::total_cmp);
        rim.get(rim.len() / 2).copied().unwrap_or_default()
    }

    /// `area`, which has at least one pixel, drawn in another size: the mean of the pixels that come to lie
    /// in one, or a line between neighbours where it grows.
    fn part(&self, area: Rect, width: usize, height: usize) -> Self {
        if (area.width(), area.height()) == (self.width, self.height)
            && (width, height) == (self.width, self.height)
        {
            return self.clone();
        }
        let columns = weights(area.left, area.width(), width);
        let rows = weights(area.top, area.height(), height);
        // First along the rows that are needed, then across.
        let narrow: Vec<f32> = (area.top..area.bottom)
            .flat_map(|y| {
                columns.iter().map(move |column| {
                    let sum = |(n, weight): (usize, &f32)| weight * self.at(column.first + n, y);
                    column.weights.iter().enumerate().map(sum).sum::<f32>()
                })
            })
            .collect();
        let narrow = Self {
            width,
            height: area.height(),
            values: narrow,
        };
        let values = rows
            .iter()
            .flat_map(|row| {
                let narrow = &narrow;
                (0..width).map(move |x| {
                    let sum = |(n, weight): (usize, &f32)| {
                        weight * narrow.at(x, (row.first + n).saturating_sub(area.top))
                    };
                    row.weights.iter().enumerate().map(sum).sum::<f32>()
                })
            })
            .collect();
        Self {
            width,
            height,
            values,
        }
    }

    fn flattened(&self, reach: usize) -> Self {
        let means = self.means(reach);
        let flat: Vec<f32> = self
            .values
            .iter()
            .zip(means)
            .map(|(it, mean)| it - mean)
            .collect();
        let mut sorted = flat.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let n_outside = (sorted.len() as f64 * FLAT_OUTSIDE) as usize;
        let low = sorted.get(n_outside).copied().unwrap_or_default();
        let high = sorted.iter().rev().nth(n_outside).copied().unwrap_or(low);
        Self {
            values: in_window(&flat, low, high),
            ..*self
        }
    }

    /// The mean of the square around each pixel, of so many pixels on each side as there are.
    fn means(&self, reach: usize) -> Vec<f32> {
        // Along the rows first, then across.
        let along = |values: &[f32], length: usize| {
            let of_line = |line: &[f32]| {
                let mut sums = vec![0.0];
                sums.extend(line.iter().scan(0.0, |sum, it| {
                    *sum += f64::from(*it);
                    Some(*sum)
                }));
                let mean = |at: usize| {
                    let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(length));
                    let sum = |it: usize| sums.get(it).copied().unwrap_or_default();
                    ((sum(to) - sum(from)) / (to - from) as f64) as f32
                };
                (0..length).map(mean).collect::<Vec<f32>>()
            };
            values
                .chunks(length.max(1))
                .flat_map(of_line)
                .collect::<Vec<f32>>()
        };
        let rows = Self {
            values: along(&self.values, self.width),
            ..*self
        };
        let turned = rows.turned();
        let both = Self {
            values: along(&turned.values, turned.width),
            ..turned
        };
        both.turned().turned().turned().values
    }

    fn turned(&self) -> Self {
        let values = (0..self.width)
            .flat_map(|x| (0..self.height).rev().map(move |y| self.at(x, y)))
            .collect();
        Self {
            width: self.height,
            height: self.width,
            values,
        }
    }
}

/// The pixels that make up one of the new size, from `first` on.
struct Share {
    first: usize,
    weights: Vec<f32>,
}

/// `n` pixels from `first` on, shared among `n_new`: a triangle as wide as the larger of both pixels.
fn weights(first: usize, n: usize, n_new: usize) -> Vec<Share> {
    let step = n as f32 / n_new.max(1) as f32;
    let reach = step.max(1.0);
    (0..n_new)
        .map(|idx| {
            let centre = (idx as f32 + 0.5) * step - 0.5;
            let low = (centre - reach).ceil().max(0.0) as usize;
            let high = ((centre + reach).floor().max(0.0) as usize).min(n.saturating_sub(1));
            let mut weights: Vec<f32> = (low..=high.max(low))
                .map(|it| (1.0 - (it as f32 - centre).abs() / reach).max(0.0))
                .collect();
            let sum: f32 = weights.iter().sum();
            if sum > 0.0 {
                weights.iter_mut().for_each(|it| *it /= sum);
            } else {
                weights.iter_mut().take(1).for_each(|it| *it = 1.0);
            }
            Share {
                first: first + low,
                weights,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::picture::Picture, Plane, Samples, View, views};

    fn ramp(width: usize, height: usize) -> View {
        let values = (0..width * height)
            .map(|it| (it % width) as f32 / (width - 1) as f32)
            .collect();
        View {
            planes: vec![Plane {
                width,
                height,
                values,
            }],
        }
    }

    #[test]
    fn a_ramp_stays_a_ramp_in_another_size() {
        for scale in [0.5, 0.7, 1.0, 2.0] {
            let view = ramp(40, 8).scaled(scale);
            assert_eq!(view.width(), (40.0 * scale).round() as usize);
            let plane = view.channels()[0].unwrap();
            let middle = plane.at(plane.width / 2, plane.height / 2);
            let wanted = ((plane.width / 2) as f32 + 0.5) / plane.width as f32;
            assert!(
                (middle - wanted).abs() < 0.02,
                "{scale}: {middle}, {wanted}"
            );
        }
    }

    #[test]
    fn without_its_shades_a_stroke_on_bright_ground_is_as_bright_as_one_on_dark() {
        // A slope of grey with two strokes that stand out by a tenth.
        let mut slope = ramp(100, 40);
        for row in slope.planes[0].values.chunks_mut(100) {
            for stroke in [20..23, 80..83] {
                row[stroke].iter_mut().for_each(|it| *it += 0.1);
            }
        }
        let flat = slope.flattened(10);
        let plane = flat.channels()[0].unwrap();
        let (dark, bright, ground) = (plane.at(21, 20), plane.at(81, 20), plane.at(50, 20));
        assert!(
            (dark - bright).abs() < 0.02 && dark > ground + 0.3,
            "{dark} {bright} {ground}"
        );
    }

    #[test]
    fn four_quarter_turns_bring_a_picture_back() {
        let view = ramp(5, 3);
        let turned = view.turned();
        assert_eq!((turned.width(), turned.height()), (3, 5));
        assert_eq!(turned.planes[0].at(0, 4), 1.0);
        let back = turned.turned().turned().turned();
        assert_eq!(back.planes[0].values, view.planes[0].values);
    }

    #[test]
    fn a_few_very_bright_pixels_bring_a_second_window() {
        let n_views = |samples: Vec<f32>| {
            views(&Picture::parse(100, 10, Samples::Gray(samples)).unwrap()).len()
        };
        let ramp: Vec<f32> = (0..1000).map(|it| it as f32).collect();
        assert_eq!(n_views(ramp.clone()), 1);
        let mut bright = ramp;
        bright[7] = 60_000.0;
        assert_eq!(n_views(bright), 2);
        assert_eq!(n_views(vec![3.0; 1000]), 1);
        let mut widest = vec![0.0; 1000];
        (widest[0], widest[1]) = (f32::MIN, f32::MAX);
        assert_eq!(n_views(widest), 1);
    }
}
