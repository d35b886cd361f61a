//! How far a vector lies from a cloud of others: Mahalanobis distance with a shrunk covariance.

/// A cloud of vectors: its mean, and the matrix that makes it round.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    mean: Vec<f64>,
    /// The inverse of the Cholesky factor of the covariance, row by row; nothing above the diagonal.
    whitening: Vec<f64>,
}

impl Gaussian {
    /// Fits mean and covariance, the latter shrunk towards a sphere as far as Ledoit and Wolf 2004
    /// (<https://doi.org/10.1016/S0047-259X(03)00096-4>) find best, so that few vectors are enough.
    ///
    /// `None` for fewer than two vectors, vectors of different lengths, or a cloud without any spread.
    pub fn fit(rows: &[Vec<f64>]) -> Option<Self> {
        let n_values = rows.first()?.len();
        if rows.len() < 2 || n_values == 0 || rows.iter().any(|it| it.len() != n_values) {
            return None;
        }
        let n = rows.len() as f64;
        let mut mean = vec![0.0; n_values];
        for row in rows {
            mean.iter_mut()
                .zip(row)
                .for_each(|(sum, it)| *sum += it / n);
        }
        let centred: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| row.iter().zip(&mean).map(|(it, mean)| it - mean).collect())
            .collect();
        let whitening = inverse_of_lower(
            &cholesky(&shrunk_covariance(&centred, n_values), n_values)?,
            n_values,
        )?;
        Some(Self { mean, whitening })
    }

    /// Puts together what [`Gaussian::mean`] and [`Gaussian::whitening`] gave; `None` if the lengths do not fit or a
    /// number is not finite.
    pub fn from_parts(mean: Vec<f64>, whitening: Vec<f64>) -> Option<Self> {
        let fits = whitening.len() == mean.len() * mean.len() && !mean.is_empty();
        let is_finite = mean.iter().chain(&whitening).all(|it| it.is_finite());
        (fits && is_finite).then_some(Self { mean, whitening })
    }

    /// Mahalanobis distance over the square root of the number of values: about 1 within the cloud. `None` for a vector
    /// of another length.
    pub fn distance(&self, row: &[f64]) -> Option<f64> {
        let n_values = self.mean.len();
        if row.len() != n_values {
            return None;
        }
        let centred: Vec<f64> = row
            .iter()
            .zip(&self.mean)
            .map(|(it, mean)| it - mean)
            .collect();
        let squares = self
            .whitening
            .chunks(n_values)
            .enumerate()
            .map(|(idx, line)| {
                let dot: f64 = line
                    .iter()
                    .zip(&centred)
                    .take(idx + 1)
                    .map(|(a, b)| a * b)
                    .sum();
                dot * dot
            });
        Some((squares.sum::<f64>() / n_values as f64).sqrt())
    }

    /// The centre of the cloud.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The matrix whose product with a centred vector is as long as the vector is far, row by row.
    pub fn whitening(&self) -> &[f64] {
        &self.whitening
    }
}

/// The covariance of centred vectors, drawn towards a multiple of the identity. Row by row.
fn shrunk_covariance(centred: &[Vec<f64>], n_values: usize) -> Vec<f64> {
    let n = centred.len() as f64;
    let mut covariance = vec![0.0; n_values * n_values];
    for row in centred {
        for (line, left) in covariance.chunks_mut(n_values).zip(row) {
            line.iter_mut()
                .zip(row)
                .for_each(|(sum, right)| *sum += left * right / n);
        }
    }
    let trace: f64 = covariance.iter().step_by(n_values + 1).sum();
    let scale = trace / n_values as f64;
    let square = |values: &[f64]| values.iter().map(|it| it * it).sum::<f64>();
    // In the paper's words: d² is the distance to the sphere, b² how far the sample itself may be off.
    let of_covariance = square(&covariance);
    let to_sphere = of_covariance - n_values as f64 * scale * scale;
    let of_rows: f64 = centred.iter().map(|it| square(it).powi(2)).sum::<f64>() / n;
    let noise = ((of_rows - of_covariance) / n).clamp(0.0, to_sphere.max(0.0));
    let part = if 0.0 < to_sphere {
        noise / to_sphere
    } else {
        1.0
    };
    for (idx, value) in covariance.iter_mut().enumerate() {
        let is_diagonal = idx % (n_values + 1) == 0;
        *value = *value * (1.0 - part) + if is_diagonal { part * scale } else { 0.0 };
    }
    covariance
}

/// L with L Lᵀ = the matrix, row by row; `None` if it is not positive definite.
fn cholesky(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut lower = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..=row {
            let done = |line: usize| lower.get(line * n..line * n + column);
            let dot: f64 = done(row)?
                .iter()
                .zip(done(column)?)
                .map(|(a, b)| a * b)
                .sum();
            let rest = matrix.get(row * n + column)? - dot;
            let value = if row == column {
                (1e-12 < rest).then_some(rest.sqrt())?
            } else {
                rest / lower.get(column * n + column)?
            };
            *lower.get_mut(row * n + column)? = value;
        }
    }
    Some(lower)
}

/// The inverse of a lower triangular matrix, row by row.
fn inverse_of_lower(lower: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut inverse = vec![0.0; n * n];
    for row in 0..n {
        let line = lower.get(row * n..row * n + row + 1)?;
        let (diagonal, before) = line.split_last()?;
        for column in 0..=row {
            let dot: f64 = before
                .iter()
                .enumerate()
                .skip(column)
                .filter_map(|(idx, it)| Some(it * inverse.get(idx * n + column)?))
                .sum();
            let unit = if row == column { 1.0 } else { 0.0 };
            *inverse.get_mut(row * n + column)? = (unit - dot) / diagonal;
        }
    }
    Some(inverse)
}
