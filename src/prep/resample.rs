//! Antialiased resampling with a triangle filter: what Pillow calls `BILINEAR` with `reducing_gap=None`.
//!
//! Separable and vertical first, so that the large pass runs along rows in memory.

/// One axis of a resampling: `length` source pixels from `start` become `n_target` pixels.
/// The stretch may reach beyond the source; there, pixels are padding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) n_source: usize,
    pub(super) start: f32,
    pub(super) length: f32,
    pub(super) n_target: usize,
}

/// The weights of one target pixel: source pixels from `first` on. None at all beside the source.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Axis {
    /// Source pixels for each target pixel.
    pub(super) fn scale(&self) -> f32 {
        self.length / self.n_target as f32
    }

    fn taps(&self) -> Vec<Taps> {
        let rounded = |(first, weights): (usize, Vec<f64>)| Taps {
            first,
            weights: weights.into_iter().map(|it| it as f32).collect(),
        };
        self.triangles().into_iter().map(rounded).collect()
    }

    /// The first source pixel and the weights of each target pixel: a triangle as wide as the target pixel, or as the
    /// source pixel if that is wider.
    pub(super) fn triangles(&self) -> Vec<(usize, Vec<f64>)> {
        let scale = f64::from(self.length) / self.n_target as f64;
        let support = scale.max(1.0);
        let n_source = self.n_source as f64;
        let one = |idx: usize| {
            let center = f64::from(self.start) + (idx as f64 + 0.5) * scale;
            if !(0.0..n_source).contains(&center) {
                return (0, Vec::new());
            }
            let first = (center - support + 0.5).max(0.0) as usize;
            let end = ((center + support + 0.5) as usize).min(self.n_source);
            // In Pillow's order of operations: its fixed-point weights hang on the last digit.
            let triangle =
                |at: usize| (1.0 - ((at as f64 - center + 0.5) * support.recip()).abs()).max(0.0);
            let sum: f64 = (first..end).map(triangle).sum();
            (first, (first..end).map(|at| triangle(at) / sum).collect())
        };
        (0..self.n_target).map(one).collect()
    }
}

/// Resamples a plane of `vertical.n_source` rows of `horizontal.n_source` values, row by row.
///
/// A `NaN` is padding: it has no weight, and a target pixel that is more than half padding is `NaN`.
pub(super) fn resample(plane: &[f32], horizontal: &Axis, vertical: &Axis) -> Vec<f32> {
    if plane.iter().all(|it| it.is_finite()) {
        return filter(plane, horizontal, vertical);
    }
    let values: Vec<f32> = plane
        .iter()
        .map(|it| if it.is_finite() { *it } else { 0.0 })
        .collect();
    let weights: Vec<f32> = plane
        .iter()
        .map(|it| f32::from(u8::from(it.is_finite())))
        .collect();
    let mut resampled = filter(&values, horizontal, vertical);
    for (value, weight) in resampled
        .iter_mut()
        .zip(filter(&weights, horizontal, vertical))
    {
        *value = if weight < 0.5 {
            f32::NAN
        } else {
            *value / weight
        };
    }
    resampled
}

fn filter(plane: &[f32], horizontal: &Axis, vertical: &Axis) -> Vec<f32> {
    let n_columns = horizontal.n_source;
    let columns = horizontal.taps();
    let mut row = vec![0.0; n_columns];
    let mut resampled = Vec::with_capacity(horizontal.n_target * vertical.n_target);
    for taps in vertical.taps() {
        row.fill(0.0);
        let rows = plane.chunks_exact(n_columns).skip(taps.first);
        for (weight, source) in taps.weights.iter().zip(rows) {
            for (sum, value) in row.iter_mut().zip(source) {
                *sum += weight * value;
            }
        }
        let is_beside = taps.weights.is_empty();
        resampled.extend(
            columns
                .iter()
                .map(|it| if is_beside { f32::NAN } else { it.apply(&row) }),
        );
    }
    resampled
}

impl Taps {
    fn apply(&self, line: &[f32]) -> f32 {
        if self.weights.is_empty() {
            return f32::NAN;
        }
        self.weights
            .iter()
            .zip(line.iter().skip(self.first))
            .map(|(weight, value)| weight * value)
            .sum()
    }
}
