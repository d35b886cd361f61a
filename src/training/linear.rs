//! A linear model of terms: TF-IDF, then for each class a support vector machine with squared hinge loss. It is the
//! floor that a network has to beat, and half of a bundle that answers by both.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde::{Deserialize, Serialize};

use crate::prep::terms::{TermKind, TermKinds, terms, tf_idf};

/// Passes over the cases after which a machine is taken as it is.
const MAX_PASSES: usize = 100;
/// Spread of the projected gradients at which it is done.
const TOLERANCE: f64 = 1e-2;
/// Cases are visited in an order of this seed.
const SEED: u64 = 20_261_126;

/// How terms are learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermLearning {
    pub kinds: TermKinds,
    /// A term is known if it stands in so many of the texts.
    pub least_texts: usize,
    /// LIBLINEAR's `C`: what a case on the wrong side costs.
    pub cost: f64,
    /// Cases of rare classes cost more, those of frequent ones less, so that all classes cost the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub balanced: bool,
}

/// How far some texts speak for each class, by words and word pairs as `learned` has them: the floor of a network on notes.
pub fn margins_of_terms(
    learned: &[&str],
    classes: &[usize],
    n_classes: usize,
    asked: &[&str],
) -> Vec<Vec<f64>> {
    let how = TermLearning {
        kinds: TermKinds {
            longest: 2,
            letters: 0,
            lengths: false,
        },
        least_texts: 2,
        cost: 1.0,
        balanced: false,
    };
    let weights = vec![1.0; learned.len()];
    Linear::fit(learned, (classes, &weights), n_classes, &how).rows(asked)
}

/// What was learned.
pub(super) struct Linear {
    /// Sorted.
    pub(super) terms: Vec<String>,
    /// For each term, ln((1 + texts) / (1 + texts with it)) + 1.
    pub(super) idf: Vec<f32>,
    /// For each class, one weight for each term.
    pub(super) weights: Vec<Vec<f32>>,
    /// For each class.
    pub(super) bias: Vec<f32>,
    pub(super) kinds: TermKinds,
}

/// A text as its terms' numbers and values, of length 1.
type Row = Vec<(usize, f32)>;

impl Linear {
    /// Learns from texts, the class of each, and how much each counts.
    pub(super) fn fit(
        texts: &[&str],
        (classes, weights): (&[usize], &[f64]),
        n_classes: usize,
        how: &TermLearning,
    ) -> Self {
        let mut texts_with: BTreeMap<String, usize> = BTreeMap::new();
        for text in texts {
            let once: HashSet<String> = terms(text, how.kinds).into_iter().collect();
            // The map is sorted by itself, so the order of the set does not matter.
            let mut once: Vec<String> = once.into_iter().collect();
            once.sort_unstable();
            for term in once {
                *texts_with.entry(term).or_default() += 1;
            }
        }
        texts_with.retain(|_, n| how.least_texts <= *n);
        let rare = |n: &usize| ((1.0 + texts.len() as f64) / (1.0 + *n as f64)).ln() + 1.0;
        let idf = texts_with.values().map(|it| rare(it) as f32).collect();
        let mut linear = Self {
            terms: texts_with.into_keys().collect(),
            idf,
            weights: Vec::new(),
            bias: Vec::new(),
            kinds: how.kinds,
        };
        let rows: Vec<Row> = texts
            .iter()
            .map(|it| linear.row(it, &linear.numbers()))
            .collect();
        let costs = costs((classes, weights), n_classes, how);
        for class in 0..n_classes {
            let signs: Vec<f64> = classes
                .iter()
                .map(|it| if *it == class { 1.0 } else { -1.0 })
                .collect();
            let (weights, bias) = machine(&rows, (&signs, &costs), linear.terms.len());
            linear.weights.push(weights);
            linear.bias.push(bias);
        }
        linear
    }

    /// The margin of each class, for each text.
    pub(super) fn rows(&self, texts: &[&str]) -> Vec<Vec<f64>> {
        let numbers = self.numbers();
        let margin = |row: &Row, (weights, bias): (&Vec<f32>, &f32)| {
            let products = row
                .iter()
                .map(|(idx, value)| weights.get(*idx).copied().unwrap_or(0.0) * value);
            f64::from(products.sum::<f32>() + bias)
        };
        let of_text = |text: &&str| {
            let row = self.row(text, &numbers);
            self.weights
                .iter()
                .zip(&self.bias)
                .map(|it| margin(&row, it))
                .collect()
        };
        texts.iter().map(of_text).collect()
    }

    fn numbers(&self) -> HashMap<&str, usize> {
        self.terms
            .iter()
            .enumerate()
            .map(|(idx, it)| (it.as_str(), idx))
            .collect()
    }

    fn row(&self, text: &str, numbers: &HashMap<&str, usize>) -> Row {
        let known = terms(text, self.kinds);
        let known = known
            .iter()
            .filter_map(|it| Some((*numbers.get(it.as_str())?, TermKind::of(it))));
        let row = tf_idf(known, &self.idf).unwrap_or_default(); // every term has its idf
        row.into_iter().collect()
    }
}

/// What each case on the wrong side costs.
fn costs((classes, weights): (&[usize], &[f64]), n_classes: usize, how: &TermLearning) -> Vec<f64> {
    let mut of_class = vec![0.0; n_classes];
    for (class, weight) in classes.iter().zip(weights) {
        if let Some(sum) = of_class.get_mut(*class) {
            *sum += weight;
        }
    }
    let even = weights.iter().sum::<f64>() / n_classes.max(1) as f64;
    let balance = |class: usize| match (how.balanced, of_class.get(class)) {
        (true, Some(sum)) => even / sum.max(f64::MIN_POSITIVE),
        _ => 1.0,
    };
    let pairs = classes.iter().zip(weights);
    pairs
        .map(|(class, weight)| how.cost * weight * balance(*class))
        .collect()
}

/// A support vector machine with squared hinge loss and a bias that is a feature of its own, by dual coordinate descent
/// (Hsieh et al. 2008, <https://doi.org/10.1145/1390156.1390208>, algorithm 3: cases that lie safely beyond the margin are
/// left out until the others are done). `signs` are 1 and -1, `costs` those of each case.
fn machine(rows: &[Row], (signs, costs): (&[f64], &[f64]), n_terms: usize) -> (Vec<f32>, f32) {
    let mut weights = vec![0.0_f64; n_terms];
    let mut bias = 0.0_f64;
    let mut alphas = vec![0.0_f64; rows.len()];
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut active = all.clone();
    let mut limit = f64::INFINITY;
    let mut random = StdRng::seed_from_u64(SEED);
    for _ in 0..MAX_PASSES {
        active.shuffle(&mut random);
        let (mut greatest, mut least) = (f64::NEG_INFINITY, f64::INFINITY);
        active.retain(|idx| {
            let (Some(row), Some(sign), Some(cost), Some(alpha)) = (
                rows.get(*idx),
                signs.get(*idx),
                costs.get(*idx),
                alphas.get_mut(*idx),
            ) else {
                return false;
            };
            let diagonal = 0.5 / cost;
            let products = row
                .iter()
                .map(|(idx, value)| weights.get(*idx).map_or(0.0, |it| it * f64::from(*value)));
            let gradient = sign * (products.sum::<f64>() + bias) - 1.0 + diagonal * *alpha;
            if *alpha == 0.0 && limit < gradient {
                return false;
            }
            let projected = if *alpha == 0.0 {
                gradient.min(0.0)
            } else {
                gradient
            };
            (greatest, least) = (greatest.max(projected), least.min(projected));
            // A text without a known term has only its bias.
            let square = row.iter().map(|it| f64::from(it.1 * it.1)).sum::<f64>() + 1.0 + diagonal;
            let next = (*alpha - gradient / square).max(0.0);
            let step = sign * (next - *alpha);
            *alpha = next;
            if step != 0.0 {
                add(&mut weights, row, step);
                bias += step;
            }
            true
        });
        limit = if 0.0 < greatest {
            greatest
        } else {
            f64::INFINITY
        };
        if greatest - least < TOLERANCE {
            if active.len() == all.len() {
                break;
            }
            // Done with those that are left: a last look at all.
            (active, limit) = (all.clone(), f64::INFINITY);
        }
    }
    (
        weights.into_iter().map(|it| it as f32).collect(),
        bias as f32,
    )
}

/// Moves the weights of the terms of a row.
fn add(weights: &mut [f64], row: &Row, step: f64) {
    for (idx, value) in row {
        if let Some(weight) = weights.get_mut(*idx) {
            *weight += step * f64::from(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Linear, TermLearning, costs};
    use crate::prep::terms::TermKinds;

    fn how(balanced: bool) -> TermLearning {
        TermLearning {
            kinds: TermKinds {
                longest: 2,
                letters: 0,
                lengths: false,
            },
            least_texts: 1,
            cost: 1.0,
            balanced,
        }
    }

    /// scikit-learn 1.9.1: `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` and `LinearSVC(C=1.0, tol=1e-10)`.
    #[test]
    fn margins_are_those_of_scikit_learn() {
        let texts = [
            "chest pain and cough",
            "cough with fever",
            "knee pain after a fall",
            "fracture of the knee",
            "blurred vision",
            "vision loss and eye pain",
        ];
        let linear = Linear::fit(&texts, (&[0, 0, 1, 1, 2, 2], &[1.0; 6]), 3, &how(false));
        assert_eq!(linear.terms.len(), 32);
        let found = linear.rows(&["pain and cough and cough", "the knee", "nothing known"]);
        let expected = [
            [0.41829, -0.7238, -0.62099],
            [-0.63363, 0.3816, -0.63439],
            [-0.26535, -0.24196, -0.26943],
        ];
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 5e-3, "{found} {expected}");
        }
    }

    /// scikit-learn: `class_weight="balanced"` is n / (classes * cases of the class).
    #[test]
    fn balanced_classes_cost_the_same() {
        let classes = [0, 0, 0, 1];
        assert_eq!(
            costs((&classes, &[1.0; 4]), 2, &how(true)),
            [2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 2.0]
        );
        assert_eq!(
            costs((&classes, &[1.0, 0.5, 0.5, 1.0]), 2, &how(false)),
            [1.0, 0.5, 0.5, 1.0]
        );
    }
}
