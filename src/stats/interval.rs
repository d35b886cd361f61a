//! Intervals: Wilson or the exact one for a proportion, bootstrap by patient for everything else.

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde::{Deserialize, Serialize};

use super::special::beta_quantile;

/// The 97.5 % point of the normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// An interval that holds the true figure with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// What is drawn in a bootstrap: a patient, not an image. Strata are drawn each on their own, so that the
/// number of patients of each kind stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    pub stratum: usize,
    pub patient: String,
}

/// Wilson's score interval (1927) of `k` out of `n`; 0 to 1 for `n` = 0.
pub fn wilson(k: usize, n: usize) -> Interval {
    if n == 0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let (k, n) = (k as f64, n as f64);
    let part = k / n;
    let shrink = 1.0 + Z * Z / n;
    let center = (part + Z * Z / (2.0 * n)) / shrink;
    let half = Z * (part * (1.0 - part) / n + Z * Z / (4.0 * n * n)).sqrt() / shrink;
    Interval {
        low: (center - half).max(0.0),
        high: (center + half).min(1.0),
    }
}

/// The exact interval of `k` out of `n` (Clopper and Pearson 1934); 0 to 1 for `n` = 0.
pub fn clopper_pearson(k: usize, n: usize) -> Interval {
    let (wrong, right) = (k as f64, n.saturating_sub(k) as f64);
    Interval {
        low: match k {
            0 => 0.0,
            _ => beta_quantile(wrong, right + 1.0, 0.025),
        },
        high: match n.saturating_sub(k) {
            0 => 1.0,
            _ => beta_quantile(wrong + 1.0, right, 0.975),
        },
    }
}

/// Deals cases into `n_folds` folds of nearly one size, never parting a patient: for each case its fold. Patients of each
/// kind are dealt out on their own (a patient with cases of several goes by the highest), in an order drawn by `seed`.
pub fn folds_by_patient(units: &[Unit], n_folds: usize, seed: u64) -> Vec<usize> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in units {
        let kind = kinds.entry(&unit.patient).or_default();
        *kind = unit.stratum.max(*kind);
    }
    let mut strata: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (patient, kind) in kinds {
        strata.entry(kind).or_default().push(patient);
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mut folds: BTreeMap<&str, usize> = BTreeMap::new();
    for mut patients in strata.into_values() {
        patients.shuffle(&mut random);
        for patient in patients {
            let fold = folds.len() % n_folds.max(1);
            folds.insert(patient, fold);
        }
    }
    let fold = |it: &Unit| folds.get(it.patient.as_str()).copied().unwrap_or(0);
    units.iter().map(fold).collect()
}

/// Percentile bootstrap (Efron 1979) of `statistic`, which is given positions into `units` (each may come several times).
///
/// Whole patients are drawn with replacement within each stratum. Draws for which the statistic does not exist are
/// left out; `None` if that is more than half of them.
pub fn bootstrap(
    units: &[Unit],
    n_draws: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    let one = bootstrap_all(units, n_draws, seed, |at| vec![statistic(at)]);
    one.into_iter().next().flatten()
}

/// Like [`bootstrap`], of several statistics from the same draws. `statistics` gives as many figures each time.
pub fn bootstrap_all(
    units: &[Unit],
    n_draws: usize,
    seed: u64,
    statistics: impl Fn(&[usize]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let mut strata: BTreeMap<usize, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (idx, unit) in units.iter().enumerate() {
        strata
            .entry(unit.stratum)
            .or_default()
            .entry(&unit.patient)
            .or_default()
            .push(idx);
    }
    let strata: Vec<Vec<Vec<usize>>> = strata
        .into_values()
        .map(|it| it.into_values().collect())
        .collect();
    let mut random = StdRng::seed_from_u64(seed);
    let mut drawn = Vec::with_capacity(units.len());
    let mut found: Vec<Vec<f64>> = Vec::new();
    for _ in 0..n_draws {
        drawn.clear();
        for patients in &strata {
            for _ in patients {
                let patient = patients.get(random.random_range(0..patients.len()));
                drawn.extend(patient.into_iter().flatten());
            }
        }
        let figures = statistics(&drawn);
        found.resize_with(figures.len().max(found.len()), Vec::new);
        for (all, one) in found.iter_mut().zip(figures) {
            all.extend(one.filter(|it| !it.is_nan()));
        }
    }
    found
        .into_iter()
        .map(|it| percentiles(it, n_draws))
        .collect()
}

fn percentiles(mut found: Vec<f64>, n_draws: usize) -> Option<Interval> {
    if found.len() * 2 <= n_draws {
        return None;
    }
    found.sort_by(f64::total_cmp);
    let at = |part: f64| {
        found
            .get((part * (found.len() - 1) as f64).round() as usize)
            .copied()
    };
    Some(Interval {
        low: at(0.025)?,
        high: at(0.975)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{clopper_pearson, wilson};

    #[test]
    fn the_exact_interval_equals_the_worked_example() {
        // 8 of 106: scipy 1.17.1, `binomtest(8, 106).proportion_ci(method="exact")`.
        let found = clopper_pearson(8, 106);
        assert!(
            (found.low - 0.033_145_810_538_406_75).abs() < 1e-9
                && (found.high - 0.143_301_132_954_075_62).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(
            (clopper_pearson(0, 0).low, clopper_pearson(0, 0).high),
            (0.0, 1.0)
        );
        // No failure in 10: 1 - 0.025^(1/10).
        assert!((clopper_pearson(0, 10).high - 0.308_497_107_818_760_83).abs() < 1e-9);
    }

    #[test]
    fn wilson_equals_the_worked_example() {
        // 95 of 100: methods of Wilson 1927, computed with scipy 1.14 (`binomtest(95, 100).proportion_ci(method="wilson")`).
        let found = wilson(95, 100);
        assert!(
            (found.low - 0.888_249).abs() < 1e-5 && (found.high - 0.978_456).abs() < 1e-5,
            "{found:?}"
        );
        // At the ends the formula gives 0 and 1, up to the rounding of `f64`.
        assert!(wilson(0, 10).low < 1e-12 && 1.0 - wilson(10, 10).high < 1e-12);
        assert_eq!((wilson(0, 0).low, wilson(0, 0).high), (0.0, 1.0));
    }
}
