//! From logits to probabilities that mean what they say, and how far they are from it.

use super::logistic::Logistic;

/// 1 / (1 + e^-x).
pub fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Softmax of a row of logits, safe against overflow.
pub fn softmax(logits: &[f64]) -> Vec<f64> {
    let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.iter().map(|it| (it - greatest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|it| it / sum).collect()
}

/// Mean of -ln p of what came true; `rows` are logits. One logit is the sigmoid of label 1 against label 0.
pub fn negative_log_likelihood(rows: &[Vec<f64>], labels: &[usize], temperature: f64) -> f64 {
    let one = |(row, label): (&Vec<f64>, &usize)| {
        let scaled: Vec<f64> = row.iter().map(|it| it / temperature).collect();
        let logits: &[f64] = if let [only] = scaled.as_slice() {
            &[0.0, *only]
        } else {
            &scaled
        };
        let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = greatest
            + logits
                .iter()
                .map(|it| (it - greatest).exp())
                .sum::<f64>()
                .ln();
        log_sum - logits.get(*label).copied().unwrap_or(f64::NEG_INFINITY)
    };
    rows.iter().zip(labels).map(one).sum::<f64>() / rows.len().max(1) as f64
}

/// The temperature with the least negative log-likelihood (Guo et al. 2017), by golden section on its logarithm
/// between 0.05 and 20. The order of the scores stays.
pub fn fit_temperature(rows: &[Vec<f64>], labels: &[usize]) -> f64 {
    let loss = |log: f64| negative_log_likelihood(rows, labels, log.exp());
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (0.05_f64.ln(), 20.0_f64.ln());
    let mut inner = [high - ratio * (high - low), low + ratio * (high - low)];
    let mut losses = inner.map(loss);
    for _ in 0..80 {
        if losses[0] < losses[1] {
            high = inner[1];
            inner = [high - ratio * (high - low), inner[0]];
            losses = [loss(inner[0]), losses[0]];
        } else {
            low = inner[0];
            inner = [inner[1], low + ratio * (high - low)];
            losses = [losses[1], loss(inner[1])];
        }
    }
    f64::midpoint(low, high).exp()
}

/// Mean squared distance of a probability from what happened.
pub fn brier(probabilities: &[f64], is_true: &[bool]) -> f64 {
    let squared = |(p, t): (&f64, &bool)| (p - f64::from(u8::from(*t))).powi(2);
    probabilities.iter().zip(is_true).map(squared).sum::<f64>() / probabilities.len().max(1) as f64
}

/// Mean of -ln p of what happened; a probability that was 0 and happened counts as 1e-9.
pub fn mean_surprise(probabilities: &[f64], is_true: &[bool]) -> f64 {
    let one = |(p, t): (&f64, &bool)| -(if *t { *p } else { 1.0 - p }).max(1e-9).ln();
    probabilities.iter().zip(is_true).map(one).sum::<f64>() / probabilities.len().max(1) as f64
}

/// Expected calibration error over `n_bins` bins of equal width: mean distance between the mean probability
/// of a bin and the frequency in it. It depends on the number of bins; always state it.
pub fn expected_calibration_error(probabilities: &[f64], is_true: &[bool], n_bins: usize) -> f64 {
    expected_gap(&equal_width_bins(probabilities, is_true, n_bins))
}

/// Cases of similar probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    pub n: usize,
    pub n_true: usize,
    pub sum_of_probabilities: f64,
}

impl Bin {
    /// Mean probability; NaN for an empty bin.
    pub fn predicted(self) -> f64 {
        self.sum_of_probabilities / self.n as f64
    }

    /// What part came true; NaN for an empty bin.
    pub fn observed(self) -> f64 {
        self.n_true as f64 / self.n as f64
    }

    fn add(&mut self, probability: f64, is_true: bool) {
        self.n += 1;
        self.n_true += usize::from(is_true);
        self.sum_of_probabilities += probability;
    }
}

/// `n_bins` bins of one width between 0 and 1; some may be empty.
pub fn equal_width_bins(probabilities: &[f64], is_true: &[bool], n_bins: usize) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); n_bins.max(1)];
    for (probability, is_true) in probabilities.iter().zip(is_true) {
        let at = ((probability * n_bins as f64) as usize).min(n_bins.saturating_sub(1));
        if let Some(bin) = bins.get_mut(at) {
            bin.add(*probability, *is_true);
        }
    }
    bins
}

/// `n_bins` bins of as nearly one size as can be, the larger ones first; equal probabilities may be parted.
pub fn equal_mass_bins(probabilities: &[f64], is_true: &[bool], n_bins: usize) -> Vec<Bin> {
    let mut cases: Vec<(f64, bool)> = probabilities
        .iter()
        .copied()
        .zip(is_true.iter().copied())
        .collect();
    // By truth as well, so that the order of the cases does not matter.
    cases.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let n_bins = n_bins.max(1);
    let (size, n_larger) = (cases.len() / n_bins, cases.len() % n_bins);
    let mut rest = cases.as_slice();
    (0..n_bins)
        .map(|idx| {
            let (these, others) =
                rest.split_at((size + usize::from(idx < n_larger)).min(rest.len()));
            rest = others;
            let mut bin = Bin::default();
            these.iter().for_each(|(p, t)| bin.add(*p, *t));
            bin
        })
        .collect()
}

/// Mean distance of mean probability and frequency, weighted by the size of the bins.
pub fn expected_gap(bins: &[Bin]) -> f64 {
    let n: usize = bins.iter().map(|it| it.n).sum();
    let gaps = bins
        .iter()
        .map(|it| (it.sum_of_probabilities - it.n_true as f64).abs());
    gaps.sum::<f64>() / n.max(1) as f64
}

/// The greatest distance of mean probability and frequency of any bin.
pub fn greatest_gap(bins: &[Bin]) -> f64 {
    let gap = |it: &Bin| (it.predicted() - it.observed()).abs();
    bins.iter()
        .filter(|it| 0 < it.n)
        .map(gap)
        .fold(0.0, f64::max)
}

/// How observed log odds depend on predicted ones: ideally slope 1 and intercept 0 (Cox 1958).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationLine {
    pub slope: f64,
    pub intercept: f64,
}

/// Logistic regression of what came true on the logit. `None` if there is none: one kind only, or parted perfectly.
pub fn calibration_line(logits: &[f64], is_true: &[bool]) -> Option<CalibrationLine> {
    let rows: Vec<Vec<f64>> = logits.iter().map(|it| vec![*it]).collect();
    let fitted = Logistic::fit(&rows, is_true, 0.0)?;
    let intercept = fitted.logit(&[0.0]);
    Some(CalibrationLine {
        slope: fitted.logit(&[1.0]) - intercept,
        intercept,
    })
}

/// A logit under another prevalence (Bayes; both in 0 to 1, ends excluded): the odds change by the same factor.
pub fn shift_prior(logit: f64, trained: f64, local: f64) -> f64 {
    let log_odds = |part: f64| (part / (1.0 - part)).ln();
    logit + log_odds(local) - log_odds(trained)
}
