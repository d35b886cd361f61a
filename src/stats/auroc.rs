//! Area under the ROC curve with DeLong's variance (DeLong 1988, by mid-ranks: Sun and Xu 2014).

use super::interval::{Interval, Z};

/// The area and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auroc {
    pub value: f64,
    /// Of independent cases; it is too small where patients have several images.
    pub variance: f64,
}

/// The area under the ROC curve; ties count half. `None` without both kinds of cases or with a NaN.
pub fn auroc(scores: &[f64], is_positive: &[bool]) -> Option<Auroc> {
    let of = |kind: bool| -> Vec<f64> {
        let all = scores.iter().zip(is_positive);
        all.filter(|(_, it)| **it == kind)
            .map(|(score, _)| *score)
            .collect()
    };
    let (positive, negative) = (of(true), of(false));
    if positive.is_empty() || negative.is_empty() || scores.iter().any(|it| it.is_nan()) {
        return None;
    }
    let (m, n) = (positive.len() as f64, negative.len() as f64);
    let pooled = mid_ranks(&[positive.as_slice(), &negative].concat());
    let (of_positive, of_negative) = pooled.split_at(positive.len());
    let value = (of_positive.iter().sum::<f64>() / m - (m + 1.0) / 2.0) / n;
    let placement = |pooled: &[f64], own: &[f64], n: f64| -> Vec<f64> {
        pooled
            .iter()
            .zip(mid_ranks(own))
            .map(|(all, own)| (all - own) / n)
            .collect()
    };
    let variance = variance(&placement(of_positive, &positive, n)) / m
        + variance(&placement(of_negative, &negative, m)) / n;
    Some(Auroc { value, variance })
}

impl Auroc {
    /// The 95 % interval on the logit scale, which stays within 0 to 1; the point itself at an area of 0 or 1.
    pub fn interval(self) -> Interval {
        let spread = self.value * (1.0 - self.value);
        if spread <= 0.0 {
            return Interval {
                low: self.value,
                high: self.value,
            };
        }
        let (center, half) = (
            (self.value / (1.0 - self.value)).ln(),
            Z * self.variance.sqrt() / spread,
        );
        let back = |it: f64| 1.0 / (1.0 + (-it).exp());
        Interval {
            low: back(center - half),
            high: back(center + half),
        }
    }
}

/// Ranks from 1; equal values share the mean of their ranks.
fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|a, b| a.1 == b.1) {
        let rank = before as f64 + (tied.len() + 1) as f64 / 2.0;
        for (idx, _) in tied {
            if let Some(it) = ranks.get_mut(*idx) {
                *it = rank;
            }
        }
        before += tied.len();
    }
    ranks
}

/// Sample variance; 0 for a single value.
fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)
}
