//! Special functions, in the words of statistics. The arithmetic is `statrs`'.

use statrs::function::{beta, erf};

/// The part of a normal distribution (mean 0, deviation 1) below `z`.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * erf::erfc(-z / std::f64::consts::SQRT_2)
}

/// Chance of at most `k` heads in `n` fair throws.
pub(super) fn at_most_heads(k: usize, n: usize) -> f64 {
    if n <= k {
        return 1.0;
    }
    beta::beta_reg((n - k) as f64, (k + 1) as f64, 0.5)
}

/// The value below which a part `part` of Beta(`a`, `b`) lies; both above 0.
pub(super) fn beta_quantile(a: f64, b: f64, part: f64) -> f64 {
    // Halving: the distribution function is monotone and 60 steps are exact to the last bits.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if beta::beta_reg(a, b, middle) < part {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
