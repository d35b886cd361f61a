//! Area under the ROC curve with DeLong's variance (DeLong 1988, by mid-ranks: Sun and Xu 2014).

use super::{
    interval::{Interval, Z},
    special::normal_cdf,
};

/// The area and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auroc {
    pub value: f64,
    /// Of independent cases; it is too small where patients have several images.
    pub variance: f64,
}

/// Two scores for the same cases, compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedAuroc {
    /// First area minus second area.
    pub difference: f64,
    pub interval: Interval,
    /// The difference over its standard error; 0 for scores that rank alike.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// The area under the ROC curve; ties count half. `None` without both kinds of cases or with a NaN.
pub fn auroc(scores: &[f64], is_positive: &[bool]) -> Option<Auroc> {
    let Placements {
        value,
        positive,
        negative,
    } = placements(scores, is_positive)?;
    let variance = covariance(&positive, &positive) / positive.len() as f64
        + covariance(&negative, &negative) / negative.len() as f64;
    Some(Auroc { value, variance })
}

/// DeLong's test of two scores on the same cases (DeLong 1988). `None` where either has no area.
pub fn paired_auroc(first: &[f64], second: &[f64], is_positive: &[bool]) -> Option<PairedAuroc> {
    let (a, b) = (
        placements(first, is_positive)?,
        placements(second, is_positive)?,
    );
    let of = |a: &Placements, b: &Placements| {
        covariance(&a.positive, &b.positive) / a.positive.len() as f64
            + covariance(&a.negative, &b.negative) / a.negative.len() as f64
    };
    let difference = a.value - b.value;
    let error = (of(&a, &a) + of(&b, &b) - 2.0 * of(&a, &b)).max(0.0).sqrt();
    // Scores that rank alike differ by nothing, with no error: no evidence, not infinite evidence.
    let z = if error < 1e-12 {
        0.0
    } else {
        difference / error
    };
    Some(PairedAuroc {
        difference,
        interval: Interval {
            low: difference - Z * error,
            high: difference + Z * error,
        },
        z,
        p: 2.0 * normal_cdf(-z.abs()),
    })
}

/// For each case, the part of the other kind that it stands on the right side of.
struct Placements {
    value: f64,
    positive: Vec<f64>,
    negative: Vec<f64>,
}

fn placements(scores: &[f64], is_positive: &[bool]) -> Option<Placements> {
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
    Some(Placements {
        value,
        positive: placement(of_positive, &positive, n),
        // Turned round, so that both grow with the score that is right.
        negative: placement(of_negative, &negative, m)
            .into_iter()
            .map(|it| 1.0 - it)
            .collect(),
    })
}

impl Auroc {
    /// The 95 % interval as the normal distribution has it, cut at 0 and 1.
    pub fn wald(self) -> Interval {
        let half = Z * self.variance.sqrt();
        Interval {
            low: (self.value - half).max(0.0),
            high: (self.value + half).min(1.0),
        }
    }

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

/// Sample covariance of values in pairs; 0 for a single pair.
fn covariance(first: &[f64], second: &[f64]) -> f64 {
    let n = first.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(first), mean(second));
    let products = first
        .iter()
        .zip(second)
        .map(|(a, b)| (a - mean_a) * (b - mean_b));
    products.sum::<f64>() / (n - 1.0).max(1.0)
}
