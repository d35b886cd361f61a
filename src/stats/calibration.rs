//! From logits to probabilities that mean what they say, and how far they are from it.

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

/// Expected calibration error over `n_bins` bins of equal width: mean distance between the mean probability
/// of a bin and the frequency in it. It depends on the number of bins; always state it.
pub fn expected_calibration_error(probabilities: &[f64], is_true: &[bool], n_bins: usize) -> f64 {
    let mut bins = vec![(0.0, 0.0); n_bins.max(1)];
    for (p, t) in probabilities.iter().zip(is_true) {
        let bin = ((p * n_bins as f64) as usize).min(n_bins.saturating_sub(1));
        if let Some((sum_p, sum_t)) = bins.get_mut(bin) {
            *sum_p += p;
            *sum_t += f64::from(u8::from(*t));
        }
    }
    bins.iter()
        .map(|(p, t): &(f64, f64)| (p - t).abs())
        .sum::<f64>()
        / probabilities.len().max(1) as f64
}
