//! Resizing as other programs do it, to the last digit that matters: a model sees what it was trained on.

use serde::{Deserialize, Serialize};

use super::resample::Axis;

/// How another program resizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Pillow's `BILINEAR`: a triangle as wide as the new pixel. 8-bit pictures in its fixed-point arithmetic, rounded
    /// after each pass.
    Pillow,
    /// scikit-image's `resize` of order 1 with mode `constant`: Gaussian smoothing of half the new pixel's width, then
    /// linear, with zero beyond the edge; clipped to the range of the picture.
    Skimage,
    /// torch's `interpolate` with mode `bilinear`: between the two neighbours, without smoothing.
    Bilinear,
    /// torch's `interpolate` with mode `area`: the mean of the pixels that a new one covers.
    Area,
}

/// Bits behind the point of Pillow's weights.
const PILLOW_BITS: u32 = 22;
/// Where scipy cuts a Gaussian off, in deviations.
const TRUNCATE: f64 = 4.0;

/// The first source pixel and the weights of one target pixel.
type Taps = (usize, Vec<f64>);

/// Resizes a plane from one width and height to others.
pub(super) fn resize(
    plane: &[f32],
    from: (usize, usize),
    to: (usize, usize),
    (filter, is_byte): (Filter, bool),
) -> Vec<f32> {
    let taps: fn(usize, usize) -> Vec<Taps> = match filter {
        Filter::Pillow => triangle,
        Filter::Skimage => gaussian,
        Filter::Bilinear => linear,
        Filter::Area => area,
    };
    let (columns, rows) = (taps(from.0, to.0), taps(from.1, to.1));
    if filter == Filter::Pillow && is_byte {
        return bytes(plane, from, (&columns, &rows));
    }
    let mut resized = separable(plane, from.0, (&columns, &rows));
    if filter == Filter::Skimage {
        clip(plane, &mut resized);
    }
    resized
}

fn triangle(n_source: usize, n_target: usize) -> Vec<Taps> {
    let axis = Axis {
        n_source,
        start: 0.0,
        length: n_source as f32,
        n_target,
    };
    axis.triangles()
}

fn gaussian(n_source: usize, n_target: usize) -> Vec<Taps> {
    let factor = n_source as f64 / n_target as f64;
    let sigma = ((factor - 1.0) / 2.0).max(0.0);
    // scipy leaves an axis alone below this.
    let radius = if sigma <= 1e-15 {
        0
    } else {
        (TRUNCATE * sigma + 0.5) as i64
    };
    let bell = |step: i64| (-0.5 * (step as f64 / sigma.max(1e-15)).powi(2)).exp();
    let sum: f64 = (-radius..=radius).map(bell).sum();
    let last = n_source as i64 - 1;
    let smooth = |step: i64| {
        if step.abs() <= radius {
            bell(step) / sum
        } else {
            0.0
        }
    };
    let one = |idx: usize| {
        let center = (idx as f64 + 0.5) * factor - 0.5;
        let (left, share) = (center.floor() as i64, center - center.floor());
        let first = (left - radius).max(0);
        let end = (left + 1 + radius).min(last);
        // Where a picture is enlarged, a neighbour may lie beyond its edge; there is zero.
        let neighbours = [(left, 1.0 - share), (left + 1, share)];
        let inside = neighbours.map(|(at, part)| {
            let is_inside = (0..=last).contains(&at);
            (at, if is_inside { part } else { 0.0 })
        });
        let weight = |at: i64| -> f64 {
            let parts = inside.iter().map(|(from, part)| part * smooth(at - from));
            parts.sum()
        };
        let weights = (first..=end).map(weight).collect();
        (usize::try_from(first).unwrap_or(0), weights)
    };
    (0..n_target).map(one).collect()
}

fn linear(n_source: usize, n_target: usize) -> Vec<Taps> {
    let scale = n_source as f32 / n_target as f32;
    let one = |idx: usize| {
        let at = (scale * (idx as f32 + 0.5) - 0.5).max(0.0);
        let left = (at as usize).min(n_source - 1);
        let share = f64::from(at - left as f32);
        if left + 1 < n_source {
            (left, vec![1.0 - share, share])
        } else {
            (left, vec![1.0])
        }
    };
    (0..n_target).map(one).collect()
}

fn area(n_source: usize, n_target: usize) -> Vec<Taps> {
    let one = |idx: usize| {
        let first = idx * n_source / n_target;
        let end = ((idx + 1) * n_source).div_ceil(n_target);
        let n_pixels = end - first;
        (first, vec![1.0 / n_pixels as f64; n_pixels])
    };
    (0..n_target).map(one).collect()
}

/// Rows first, so that the large pass runs along rows in memory.
fn separable(plane: &[f32], n_columns: usize, (columns, rows): (&[Taps], &[Taps])) -> Vec<f32> {
    let mut line = vec![0.0_f64; n_columns];
    let mut resized = Vec::with_capacity(columns.len() * rows.len());
    for (first, weights) in rows {
        line.fill(0.0);
        let sources = plane.chunks_exact(n_columns).skip(*first);
        for (weight, source) in weights.iter().zip(sources) {
            for (sum, value) in line.iter_mut().zip(source) {
                *sum += weight * f64::from(*value);
            }
        }
        resized.extend(columns.iter().map(|(first, weights)| {
            let values = line.iter().skip(*first);
            let products = weights.iter().zip(values).map(|(weight, it)| weight * it);
            products.sum::<f64>() as f32
        }));
    }
    resized
}

/// Taps whose weights are in fixed point.
type FixedTaps = (usize, Vec<i64>);

/// Along one axis and rounded, then along the other and rounded, as Pillow's `Resample.c` has it for 8-bit pictures.
fn bytes(
    plane: &[f32],
    (width, height): (usize, usize),
    (columns, rows): (&[Taps], &[Taps]),
) -> Vec<f32> {
    let fixed = |taps: &[Taps]| -> Vec<FixedTaps> {
        let one = |it: &f64| (it * f64::from(1_u32 << PILLOW_BITS) + 0.5) as i64;
        let all = taps.iter();
        all.map(|(first, weights)| (*first, weights.iter().map(one).collect()))
            .collect()
    };
    let lost = |from: usize, to: usize| from as i64 - to as i64;
    let lost_rows = lost(height, rows.len());
    // Since Pillow 13 the axis that shortens the picture most goes first.
    let is_down_first = 0 < lost_rows && 2 * lost(width, columns.len()) < lost_rows;
    let source: Vec<i64> = plane.iter().map(|it| *it as i64).collect();
    let resized = if is_down_first {
        across(&down(&source, width, &fixed(rows)), width, &fixed(columns))
    } else {
        let narrow = across(&source, width, &fixed(columns));
        down(&narrow, columns.len(), &fixed(rows))
    };
    resized.into_iter().map(|it| it as f32).collect()
}

fn across(plane: &[i64], width: usize, columns: &[FixedTaps]) -> Vec<i64> {
    let mut narrow = Vec::with_capacity(plane.len() / width.max(1) * columns.len());
    for line in plane.chunks_exact(width.max(1)) {
        narrow.extend(columns.iter().map(|(first, weights)| {
            let values = line.iter().skip(*first);
            rounded(
                weights
                    .iter()
                    .zip(values)
                    .map(|(weight, it)| weight * it)
                    .sum(),
            )
        }));
    }
    narrow
}

fn down(plane: &[i64], width: usize, rows: &[FixedTaps]) -> Vec<i64> {
    let mut low = Vec::with_capacity(width * rows.len());
    let mut sums = vec![0_i64; width];
    for (first, weights) in rows {
        sums.fill(0);
        let sources = plane.chunks_exact(width.max(1)).skip(*first);
        for (weight, source) in weights.iter().zip(sources) {
            for (sum, value) in sums.iter_mut().zip(source) {
                *sum += weight * value;
            }
        }
        low.extend(sums.iter().map(|it| rounded(*it)));
    }
    low
}

/// Back from fixed point to 8 bits.
fn rounded(sum: i64) -> i64 {
    let half = 1_i64 << (PILLOW_BITS - 1);
    ((sum + half) >> PILLOW_BITS).clamp(0, 255)
}

/// scikit-image's `_clip_warp_output`: to the range of the source, and zero, if zero was put beyond its edge.
fn clip(source: &[f32], resized: &mut [f32]) {
    let range = |values: &[f32]| {
        let start = (f32::INFINITY, f32::NEG_INFINITY);
        let widen = |(low, high): (f32, f32), it: &f32| (low.min(*it), high.max(*it));
        values.iter().fold(start, widen)
    };
    let (mut low, mut high) = range(source);
    let (least, greatest) = range(resized);
    let has_zero = |low: f32, high: f32| (low..=high).contains(&0.0);
    if !has_zero(low, high) && has_zero(least, greatest) {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    if low <= high {
        resized.iter_mut().for_each(|it| *it = it.clamp(low, high));
    }
}
