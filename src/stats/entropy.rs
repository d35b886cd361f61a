//! What an ensemble knows and does not know, as entropies (Depeweg et al. 2018, <https://arxiv.org/abs/1710.07283>).

/// The uncertainty of several answers to one question, in bits. `total` is the sum of the two parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnsembleEntropy {
    /// Of the mean of the distributions.
    pub total: f64,
    /// The mean of the distributions' own: what they agree to be uncertain.
    pub aleatoric: f64,
    /// The rest, their mutual information: how far they disagree.
    pub epistemic: f64,
}

/// The entropies of distributions over the same answers. `None` without any, or with those of other lengths.
pub fn ensemble_entropy(members: &[Vec<f64>]) -> Option<EnsembleEntropy> {
    let n_answers = members.first()?.len();
    if members.iter().any(|it| it.len() != n_answers) {
        return None;
    }
    let n_members = members.len() as f64;
    let at = |idx: usize| members.iter().filter_map(|it| it.get(idx)).sum::<f64>();
    let mean: Vec<f64> = (0..n_answers).map(|it| at(it) / n_members).collect();
    let total = entropy(&mean);
    let aleatoric = members.iter().map(|it| entropy(it)).sum::<f64>() / n_members;
    Some(EnsembleEntropy {
        total,
        aleatoric,
        // Never below 0 but for rounding (Jensen).
        epistemic: (total - aleatoric).max(0.0),
    })
}

/// Shannon's, in bits; 0 log 0 is 0.
fn entropy(distribution: &[f64]) -> f64 {
    let terms = distribution.iter().filter(|it| 0.0 < **it);
    // `0.0 -` and not a sign, so that a sure answer has 0 and not -0.
    0.0 - terms.map(|it| it * it.log2()).sum::<f64>()
}
