//! Logistic regression with an L2 penalty, by Newton's method: for baselines and for the calibration line.

/// Steps after which a fit that still moves is given up.
const MAX_STEPS: usize = 50;
/// A step this small is the end.
const TOLERANCE: f64 = 1e-9;

/// A fitted regression. It standardises its inputs itself, with the means and deviations of what it was fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    mean: Vec<f64>,
    /// 1 over the deviation; 0 for a column that does not vary.
    scale: Vec<f64>,
    /// One for each column, then the intercept.
    weights: Vec<f64>,
}

impl Logistic {
    /// Minimises sum of -ln p + `penalty` / 2 x |weights|² on standardised columns; the intercept goes free. With
    /// `penalty` 1 that is what scikit-learn does with `C=1`.
    ///
    /// `None` without rows of both kinds, with a value that is not finite, or where Newton's method does not come to
    /// an end (without a penalty, on classes that can be parted).
    pub fn fit(rows: &[Vec<f64>], is_true: &[bool], penalty: f64) -> Option<Self> {
        let n_true = is_true.iter().filter(|it| **it).count();
        if n_true == 0 || n_true == rows.len() || rows.len() != is_true.len() {
            return None;
        }
        let n_columns = rows.first()?.len();
        let is_sound =
            |row: &Vec<f64>| row.len() == n_columns && row.iter().all(|it| it.is_finite());
        if !rows.iter().all(is_sound) {
            return None;
        }
        let (mean, scale) = moments(rows, n_columns);
        let mut fitted = Self {
            mean,
            scale,
            weights: vec![0.0; n_columns + 1],
        };
        let standard: Vec<Vec<f64>> = rows.iter().map(|it| fitted.standardised(it)).collect();
        let mut loss = loss(&standard, is_true, penalty, &fitted.weights);
        for _ in 0..MAX_STEPS {
            let step = newton_step(&standard, is_true, penalty, &fitted.weights)?;
            // Halved until it helps: a full step may overshoot where the curve is flat.
            let (weights, next) = (0..30).map(|it| 0.5_f64.powi(it)).find_map(|part| {
                let weights: Vec<f64> = fitted
                    .weights
                    .iter()
                    .zip(&step)
                    .map(|(w, s)| w - part * s)
                    .collect();
                let next = self::loss(&standard, is_true, penalty, &weights);
                (next <= loss + 1e-12 * loss.abs()).then_some((weights, next))
            })?;
            (fitted.weights, loss) = (weights, next);
            if step.iter().all(|it| it.abs() < TOLERANCE) {
                return Some(fitted);
            }
        }
        None
    }

    /// The log odds of a row that has as many columns as those it was fitted on.
    pub fn logit(&self, row: &[f64]) -> f64 {
        dot(&self.standardised(row), &self.weights)
    }

    /// The same as weights for columns that are not standardised, and the intercept.
    pub fn line(&self) -> (Vec<f64>, f64) {
        let each = self.mean.iter().zip(&self.scale).zip(&self.weights);
        let (mut weights, mut intercept) = (
            Vec::with_capacity(self.mean.len()),
            self.weights.last().copied().unwrap_or(0.0),
        );
        for ((mean, scale), weight) in each {
            weights.push(weight * scale);
            intercept -= weight * scale * mean;
        }
        (weights, intercept)
    }

    /// Standardised, with a 1 for the intercept at the end. Columns that did not vary are 0.
    fn standardised(&self, row: &[f64]) -> Vec<f64> {
        let known = self.mean.iter().zip(&self.scale);
        let columns = row.iter().zip(known);
        columns
            .map(|(value, (mean, scale))| (value - mean) * scale)
            .chain([1.0])
            .collect()
    }
}

fn moments(rows: &[Vec<f64>], n_columns: usize) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len() as f64;
    let mut mean = vec![0.0; n_columns];
    let mut square = vec![0.0; n_columns];
    for row in rows {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += value / n;
        }
    }
    for row in rows {
        for ((sum, value), mean) in square.iter_mut().zip(row).zip(&mean) {
            *sum += (value - mean).powi(2) / n;
        }
    }
    let scale = |variance: f64| {
        if variance <= 1e-18 {
            0.0
        } else {
            variance.sqrt().recip()
        }
    };
    (mean, square.into_iter().map(scale).collect())
}

fn loss(rows: &[Vec<f64>], is_true: &[bool], penalty: f64, weights: &[f64]) -> f64 {
    let one = |(row, is_true): (&Vec<f64>, &bool)| {
        let logit = dot(row, weights);
        // ln(1 + e^x), safe against overflow; x is the logit of what did not happen.
        let wrong = if *is_true { -logit } else { logit };
        wrong.max(0.0) + (-wrong.abs()).exp().ln_1p()
    };
    let penalised = weights.split_last().map_or(&[] as &[f64], |(_, it)| it);
    rows.iter().zip(is_true).map(one).sum::<f64>()
        + 0.5 * penalty * penalised.iter().map(|it| it * it).sum::<f64>()
}

/// Hessian⁻¹ gradient. `None` where the Hessian cannot be inverted.
fn newton_step(
    rows: &[Vec<f64>],
    is_true: &[bool],
    penalty: f64,
    weights: &[f64],
) -> Option<Vec<f64>> {
    let n = weights.len();
    // The intercept (last) is not penalised; the touch on the diagonal keeps columns that do not vary invertible.
    let ridge = |idx: usize| {
        if idx + 1 == n { 0.0 } else { penalty.max(1e-9) }
    };
    let mut gradient: Vec<f64> = weights
        .iter()
        .enumerate()
        .map(|(idx, it)| if idx + 1 == n { 0.0 } else { penalty * it })
        .collect();
    let mut hessian: Vec<Vec<f64>> = (0..n)
        .map(|idx| {
            let mut row = vec![0.0; idx + 1];
            if let Some(last) = row.last_mut() {
                *last = ridge(idx);
            }
            row
        })
        .collect();
    for (row, is_true) in rows.iter().zip(is_true) {
        let p = super::sigmoid(dot(row, weights));
        let error = p - f64::from(u8::from(*is_true));
        let curvature = p * (1.0 - p);
        for ((sum, lower), value) in gradient.iter_mut().zip(&mut hessian).zip(row) {
            *sum += error * value;
            let factor = curvature * value;
            for (cell, other) in lower.iter_mut().zip(row) {
                *cell += factor * other;
            }
        }
    }
    solve(hessian, gradient)
}

/// Solves A x = b for a symmetric positive definite A, given as its lower triangle, by Cholesky's method.
fn solve(mut lower: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    for i in 0..lower.len() {
        let (above, rest) = lower.split_at_mut(i);
        let row = rest.first_mut()?;
        for (j, pivot_row) in above.iter().enumerate() {
            let sum = dot(row.get(..j)?, pivot_row.get(..j)?);
            let cell = row.get_mut(j)?;
            *cell = (*cell - sum) / pivot_row.get(j)?;
        }
        let sum = dot(row.get(..i)?, row.get(..i)?);
        let pivot = row.get_mut(i)?;
        let square = *pivot - sum;
        if square.is_nan() || square <= 0.0 {
            return None;
        }
        *pivot = square.sqrt();
        let done = dot(row.get(..i)?, b.get(..i)?);
        let it = b.get_mut(i)?;
        *it = (*it - done) / row.get(i)?;
    }
    // Back through the transpose, column by column.
    for i in (0..lower.len()).rev() {
        let row = lower.get(i)?;
        let (before, rest) = b.split_at_mut(i);
        let value = rest.first_mut()?;
        *value /= row.get(i)?;
        for (it, factor) in before.iter_mut().zip(row) {
            *it -= factor * *value;
        }
    }
    Some(b)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
