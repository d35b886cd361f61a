//! Split conformal prediction (Vovk et al. 2005): a quantile of calibration scores, and what it can promise.

/// The ⌈(n + 1)(1 - alpha)⌉-th smallest of `n` calibration scores (larger is stranger). Infinite where there are too few
/// cases to exclude anything: n < 1 / alpha - 1. `None` with a NaN, or an `alpha` outside 0 to 1.
pub fn conformal_quantile(scores: &[f64], alpha: f64) -> Option<f64> {
    let rank = rank(scores.len(), alpha)?;
    if scores.iter().any(|it| it.is_nan()) {
        return None;
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted.get(rank - 1).copied().unwrap_or(f64::INFINITY))
}

/// The worst plausible coverage after `n` calibration cases: the 5th percentile of Beta(l, n + 1 - l) with
/// l = ⌈(n + 1)(1 - alpha)⌉, which is how the true coverage of one calibration set scatters (Vovk 2012). 1 where the
/// quantile is infinite; `None` for an `alpha` outside 0 to 1. Void where new cases are unlike those of the calibration.
pub fn worst_coverage(n: usize, alpha: f64) -> Option<f64> {
    let rank = rank(n, alpha)?;
    if n < rank {
        return Some(1.0);
    }
    Some(super::special::beta_quantile(
        rank as f64,
        (n + 1 - rank) as f64,
        0.05,
    ))
}

/// From 1.
fn rank(n: usize, alpha: f64) -> Option<usize> {
    let is_part = 0.0 < alpha && alpha < 1.0;
    // A little less, because (n + 1)(1 - alpha) may be a whole number that rounding puts just above itself.
    is_part.then(|| ((n + 1) as f64 * (1.0 - alpha) - 1e-9).ceil().max(1.0) as usize)
}
