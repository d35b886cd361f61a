//! Decisions: counts at a threshold, thresholds, accuracy and macro-F1.

/// How many cases fell where at one threshold; a score equal to the threshold is above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub true_above: usize,
    pub true_below: usize,
    pub false_above: usize,
    pub false_below: usize,
}

impl Counts {
    /// Counts the cases.
    pub fn at(threshold: f64, scores: &[f64], is_positive: &[bool]) -> Self {
        let mut counts = Self::default();
        for (score, is_positive) in scores.iter().zip(is_positive) {
            *match (threshold <= *score, is_positive) {
                (true, true) => &mut counts.true_above,
                (true, false) => &mut counts.false_above,
                (false, true) => &mut counts.false_below,
                (false, false) => &mut counts.true_below,
            } += 1;
        }
        counts
    }

    /// Cases that have the finding.
    pub fn n_positive(self) -> usize {
        self.true_above + self.false_below
    }

    /// Cases that do not.
    pub fn n_negative(self) -> usize {
        self.true_below + self.false_above
    }

    /// Found among those that have it; NaN without any.
    pub fn sensitivity(self) -> f64 {
        self.true_above as f64 / self.n_positive() as f64
    }

    /// Cleared among those that do not have it; NaN without any.
    pub fn specificity(self) -> f64 {
        self.true_below as f64 / self.n_negative() as f64
    }

    /// Cases at or above the threshold.
    pub fn n_above(self) -> usize {
        self.true_above + self.false_above
    }

    /// Cases below it.
    pub fn n_below(self) -> usize {
        self.true_below + self.false_below
    }

    /// What part of those above has the finding (PPV); NaN without any. It moves with the prevalence.
    pub fn predictive_above(self) -> f64 {
        self.true_above as f64 / self.n_above() as f64
    }

    /// What part of those below does not have it (NPV); NaN without any. It moves with the prevalence.
    pub fn predictive_below(self) -> f64 {
        self.true_below as f64 / self.n_below() as f64
    }

    /// The smaller one of sensitivity and positive predictive value: Score1 of the PhysioNet/CinC Challenge 2012
    /// (Silva et al. 2012). 0 where nothing is above; NaN without a case that has the finding.
    pub fn score1(self) -> f64 {
        if self.n_positive() == 0 {
            return f64::NAN;
        }
        // `min` passes over the NaN of a PPV of nothing, which leaves a sensitivity of 0.
        self.sensitivity().min(self.predictive_above())
    }

    /// Mean of sensitivity and specificity.
    pub fn balanced_accuracy(self) -> f64 {
        f64::midpoint(self.sensitivity(), self.specificity())
    }

    /// Net benefit of acting on those above, where a patient would accept the odds of `threshold` (Vickers and
    /// Elkin 2006): true positives a case, less false positives a case at the exchange rate of the threshold.
    pub fn net_benefit(self, threshold: f64) -> f64 {
        let n = (self.n_positive() + self.n_negative()) as f64;
        self.true_above as f64 / n - self.false_above as f64 / n * threshold / (1.0 - threshold)
    }
}

/// The largest threshold whose sensitivity on these cases is at least `wanted` (the point estimate, not its bound).
pub fn threshold_for_sensitivity(scores: &[f64], is_positive: &[bool], wanted: f64) -> Option<f64> {
    let mut positive: Vec<f64> = scores
        .iter()
        .zip(is_positive)
        .filter(|(_, it)| **it)
        .map(|(score, _)| *score)
        .collect();
    positive.sort_by(|a, b| b.total_cmp(a));
    let n_needed = (wanted * positive.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    positive.get(n_needed - 1).copied()
}

/// The smallest threshold whose specificity on these cases is at least `wanted` (the point estimate): one of the scores,
/// or just above the greatest of them.
pub fn threshold_for_specificity(scores: &[f64], is_positive: &[bool], wanted: f64) -> Option<f64> {
    let (mut sorted, mut negative): (Vec<f64>, Vec<f64>) = (scores.to_vec(), Vec::new());
    let cases = scores.iter().zip(is_positive);
    negative.extend(cases.filter(|(_, it)| !**it).map(|(score, _)| *score));
    negative.sort_by(f64::total_cmp);
    sorted.sort_by(f64::total_cmp);
    let n_needed = (wanted * negative.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    let highest_below = *negative.get(n_needed - 1)?;
    let above = sorted.iter().find(|it| highest_below < **it).copied();
    above.or_else(|| sorted.last().map(|it| it.next_up()))
}

/// The smallest threshold at which the part of the cases above that have the finding (PPV) is at least `wanted`, with
/// at least `n_least` cases above. `None` where no threshold has that.
pub fn threshold_for_ppv(
    scores: &[f64],
    is_positive: &[bool],
    wanted: f64,
    n_least: usize,
) -> Option<f64> {
    let mut thresholds = scores.to_vec();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    thresholds.into_iter().find(|it| {
        let counts = Counts::at(*it, scores, is_positive);
        n_least <= counts.n_above() && wanted <= counts.predictive_above() + 1e-9
    })
}

/// PPV and NPV of a sensitivity and a specificity at a prevalence, by Bayes' rule; `None` for a part of nothing.
pub fn predictive_values(
    sensitivity: f64,
    specificity: f64,
    prevalence: f64,
) -> (Option<f64>, Option<f64>) {
    let (ill, well) = (prevalence, 1.0 - prevalence);
    let part = |of: f64, other: f64| Some(of / (of + other)).filter(|it| it.is_finite());
    (
        part(ill * sensitivity, well * (1.0 - specificity)),
        part(well * specificity, ill * (1.0 - sensitivity)),
    )
}

/// The threshold with the greatest sensitivity + specificity (Youden 1950), halfway between the two scores that it parts.
pub fn threshold_of_youden(scores: &[f64], is_positive: &[bool]) -> Option<f64> {
    threshold_of_greatest(scores, is_positive, |it| {
        it.sensitivity() + it.specificity()
    })
}

/// The threshold with the greatest [`Counts::score1`], likewise.
pub fn threshold_of_score1(scores: &[f64], is_positive: &[bool]) -> Option<f64> {
    threshold_of_greatest(scores, is_positive, Counts::score1)
}

fn threshold_of_greatest(
    scores: &[f64],
    is_positive: &[bool],
    measure: impl Fn(Counts) -> f64,
) -> Option<f64> {
    let mut sorted: Vec<f64> = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let between = sorted
        .windows(2)
        .filter_map(|it| it.first().zip(it.last()))
        .map(|(a, b)| f64::midpoint(*a, *b));
    between
        .map(|it| (measure(Counts::at(it, scores, is_positive)), it))
        .filter(|(value, _)| !value.is_nan())
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it)
}

/// Part of the cases whose label was chosen.
pub fn accuracy(chosen: &[usize], labels: &[usize]) -> f64 {
    let n_right = chosen.iter().zip(labels).filter(|(a, b)| a == b).count();
    n_right as f64 / labels.len().max(1) as f64
}

/// Mean over the labels that occur in truth of the part that was recognised.
pub fn balanced_accuracy(chosen: &[usize], labels: &[usize], n_labels: usize) -> f64 {
    let recall = |row: &Vec<usize>, label: usize| {
        let n: usize = row.iter().sum();
        (0 < n).then(|| row.get(label).copied().unwrap_or(0) as f64 / n as f64)
    };
    let table = confusion(chosen, labels, n_labels);
    let all: Vec<f64> = table
        .iter()
        .enumerate()
        .filter_map(|(label, row)| recall(row, label))
        .collect();
    all.iter().sum::<f64>() / all.len().max(1) as f64
}

/// Cases by what is true (row) and what was chosen (column).
pub fn confusion(chosen: &[usize], labels: &[usize], n_labels: usize) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; n_labels]; n_labels];
    for (chosen, label) in chosen.iter().zip(labels) {
        if let Some(cell) = table.get_mut(*label).and_then(|row| row.get_mut(*chosen)) {
            *cell += 1;
        }
    }
    table
}

/// Mean over the labels that occur (in truth or among the chosen) of [`f1`].
pub fn macro_f1(chosen: &[usize], labels: &[usize], n_labels: usize) -> f64 {
    let of_label = |it| f1(chosen, labels, it);
    let all: Vec<f64> = (0..n_labels).filter_map(of_label).collect();
    all.iter().sum::<f64>() / all.len().max(1) as f64
}

/// Harmonic mean of precision and recall of one label; `None` where it is neither true nor chosen.
pub fn f1(chosen: &[usize], labels: &[usize], label: usize) -> Option<f64> {
    let count = |test: &dyn Fn(usize, usize) -> bool| {
        chosen
            .iter()
            .zip(labels)
            .filter(|(c, l)| test(**c, **l))
            .count()
    };
    let both = count(&|c, l| c == label && l == label);
    let either = count(&|c, _| c == label) + count(&|_, l| l == label);
    (0 < either).then(|| 2.0 * both as f64 / either as f64)
}

/// The position of the greatest value, the first of equals; 0 for none.
pub fn greatest(values: &[f64]) -> usize {
    let better = |best: (usize, f64), next: (usize, f64)| if best.1 < next.1 { next } else { best };
    values
        .iter()
        .copied()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), better)
        .0
}
