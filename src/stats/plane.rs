//! Numbers on a plane, row by row: resampling, and how alike two planes are.

/// Values row by row, `width` x `height` of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f64>,
}

/// Side of the square that similarity is measured in; scikit-image's default.
const SIDE: usize = 7;

impl Plane {
    /// A plane of raw values; what is not finite counts as 0.
    pub fn new((width, height): (usize, usize), values: &[f32]) -> Self {
        let finite = |it: &f32| if it.is_finite() { f64::from(*it) } else { 0.0 };
        Self {
            width,
            height,
            values: values.iter().map(finite).collect(),
        }
    }

    /// The same picture with another number of cells, bilinear between cell centres; the edge goes on outside.
    pub fn resampled(&self, width: usize, height: usize) -> Self {
        let place = |idx: usize, n: usize, of: usize| {
            let at = (idx as f64 + 0.5) * of as f64 / n.max(1) as f64 - 0.5;
            at.clamp(0.0, of.saturating_sub(1) as f64)
        };
        let mut values = Vec::with_capacity(width * height);
        for row in 0..height {
            let y = place(row, height, self.height);
            for column in 0..width {
                values.push(self.between(place(column, width, self.width), y));
            }
        }
        Self {
            width,
            height,
            values,
        }
    }

    fn between(&self, x: f64, y: f64) -> f64 {
        let (left, top) = (x as usize, y as usize);
        let at = |column: usize, row: usize| {
            let (column, row) = (
                column.min(self.width.saturating_sub(1)),
                row.min(self.height.saturating_sub(1)),
            );
            let found = self.values.get(row * self.width + column);
            found.copied().unwrap_or(0.0)
        };
        let (share_x, share_y) = (x.fract(), y.fract());
        let upper = at(left, top) * (1.0 - share_x) + at(left + 1, top) * share_x;
        let lower = at(left, top + 1) * (1.0 - share_x) + at(left + 1, top + 1) * share_x;
        upper * (1.0 - share_y) + lower * share_y
    }

    /// Moved and stretched to 0..1; `None` for a plane that is the same everywhere.
    pub fn in_unit_range(&self) -> Option<Self> {
        let (low, high) = self
            .values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
                (low.min(*it), high.max(*it))
            });
        let span = high - low;
        (0.0 < span && span.is_finite()).then(|| Self {
            values: self.values.iter().map(|it| (it - low) / span).collect(),
            ..*self
        })
    }
}

/// Structural similarity (Wang et al. 2004, <https://doi.org/10.1109/TIP.2003.819861>) of two planes of one size with
/// values in 0..1: the mean over all squares of 7 x 7, even weights, unbiased variances, K1 = 0.01 and K2 = 0.03. `None`
/// for planes of different size or smaller than a square.
pub fn structural_similarity(one: &Plane, other: &Plane) -> Option<f64> {
    const C1: f64 = 0.01 * 0.01;
    const C2: f64 = 0.03 * 0.03;
    let (width, height) = (one.width, one.height);
    let is_one_size = (width, height) == (other.width, other.height);
    if !is_one_size || width < SIDE || height < SIDE {
        return None;
    }
    let n = (SIDE * SIDE) as f64;
    let (mut sum, mut n_squares) = (0.0, 0.0);
    for top in 0..=height - SIDE {
        for left in 0..=width - SIDE {
            let Moments { a, b, aa, bb, ab } = moments(one, other, (left, top));
            let (mean_a, mean_b) = (a / n, b / n);
            let unbiased = |product: f64, means: f64| (product / n - means) * n / (n - 1.0);
            let variances = unbiased(aa, mean_a * mean_a) + unbiased(bb, mean_b * mean_b);
            let covariance = unbiased(ab, mean_a * mean_b);
            let above = (2.0 * mean_a * mean_b + C1) * (2.0 * covariance + C2);
            let below = (mean_a * mean_a + mean_b * mean_b + C1) * (variances + C2);
            sum += above / below;
            n_squares += 1.0;
        }
    }
    Some(sum / n_squares)
}

/// Sums over one square of two planes.
#[derive(Default)]
struct Moments {
    a: f64,
    b: f64,
    aa: f64,
    bb: f64,
    ab: f64,
}

fn moments(one: &Plane, other: &Plane, (left, top): (usize, usize)) -> Moments {
    let mut sums = Moments::default();
    for row in top..top + SIDE {
        let start = row * one.width + left;
        let rows = [one, other].map(|it| it.values.get(start..start + SIDE).unwrap_or_default());
        let [row_a, row_b] = rows;
        for (a, b) in row_a.iter().zip(row_b) {
            sums.a += a;
            sums.b += b;
            sums.aa += a * a;
            sums.bb += b * b;
            sums.ab += a * b;
        }
    }
    sums
}
