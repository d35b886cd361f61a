//! Split conformal sets: the labels that calibration cases do not exclude, with a promise about how often they are right.
//!
//! The score of a case is 1 - p of what is true of it (least ambiguous sets; Sadinle, Lei and Wasserman 2019). For a label
//! that stands alone the quantile is taken within each kind of case (Mondrian; Vovk 2012), so that the promise holds for
//! patients who have the label as well as for those who do not.

use serde::{Deserialize, Serialize};

use super::{calibration, manifest::Output};
use crate::{
    prediction::{Calibration, LabelSet},
    stats,
};

/// `[conformal]` of a manifest or of a site's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conformal {
    /// Part of the cases that may be left without what is true: 0.1.
    pub alpha: f64,
    /// For each label that stands alone, in the model's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<OfLabel>,
    /// For labels that exclude each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<Quantile>,
}

/// The quantiles of one label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfLabel {
    /// Of cases that do not have it.
    pub without: Quantile,
    /// Of cases that have it.
    pub with: Quantile,
}

/// A quantile of calibration scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantile {
    /// Cases behind it.
    pub n: usize,
    /// A greater score excludes; `None` where there are too few cases to exclude anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

impl Quantile {
    fn of(scores: &[f64], alpha: f64) -> Option<Self> {
        let score = stats::conformal_quantile(scores, alpha)?;
        Some(Self {
            n: scores.len(),
            score: Some(score).filter(|it| it.is_finite()),
        })
    }

    fn allows(self, score: f64) -> bool {
        self.score.is_none_or(|it| score <= it)
    }
}

impl Conformal {
    /// Fits the sets to calibrated answers for labelled cases; `classes` as for [`calibration::fit`]. `None` for an
    /// `alpha` outside 0 to 1, or for several labels that stand alone.
    pub fn fit(
        alpha: f64,
        (calibration, output): (&Calibration, Output),
        rows: &[Vec<f64>],
        classes: &[usize],
    ) -> Option<Self> {
        let cases = rows.iter().zip(classes);
        let answered =
            cases.map(|(row, class)| (calibration::probabilities(calibration, output, row), class));
        match output {
            Output::Softmax => {
                let score = |(p, class): (Vec<f64>, &usize)| p.get(*class).map(|it| 1.0 - it);
                let scores: Vec<f64> = answered.filter_map(score).collect();
                Some(Self {
                    alpha,
                    labels: Vec::new(),
                    together: Some(Quantile::of(&scores, alpha)?),
                })
            }
            Output::Sigmoid => {
                let (mut without, mut with) = (Vec::new(), Vec::new());
                for (p, class) in answered {
                    let [p] = p.as_slice() else { return None };
                    if *class == 1 {
                        with.push(1.0 - p);
                    } else {
                        without.push(*p);
                    }
                }
                let of_label = OfLabel {
                    without: Quantile::of(&without, alpha)?,
                    with: Quantile::of(&with, alpha)?,
                };
                Some(Self {
                    alpha,
                    labels: vec![of_label],
                    together: None,
                })
            }
        }
    }

    /// What is not excluded, given the calibrated probability of each label.
    pub fn sets(&self, names: &[&str], probabilities: &[f64]) -> Vec<LabelSet> {
        if let Some(quantile) = self.together {
            let named = names.iter().zip(probabilities);
            let kept = named.filter(|(_, p)| quantile.allows(1.0 - **p));
            let members: Vec<String> = kept.map(|(name, _)| (*name).to_owned()).collect();
            return vec![self.set(None, members, names.len(), quantile.n)];
        }
        let labels = names.iter().zip(probabilities).zip(&self.labels);
        labels
            .map(|((name, p), quantiles)| {
                let members = [
                    quantiles.with.allows(1.0 - p).then(|| (*name).to_owned()),
                    quantiles.without.allows(*p).then(|| format!("not {name}")),
                ];
                let n = quantiles.with.n.min(quantiles.without.n);
                let members = members.into_iter().flatten().collect();
                self.set(Some((*name).to_owned()), members, 2, n)
            })
            .collect()
    }

    fn set(
        &self,
        label: Option<String>,
        members: Vec<String>,
        n_kinds: usize,
        n: usize,
    ) -> LabelSet {
        LabelSet {
            label,
            is_undecided: members.is_empty() || members.len() == n_kinds,
            members,
            coverage: 1.0 - self.alpha,
            // A valid alpha lies between 0 and 1.
            worst_coverage: stats::worst_coverage(n, self.alpha).unwrap_or(0.0),
            n,
        }
    }
}
