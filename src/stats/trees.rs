//! Gradient boosting of symmetric trees for one yes-or-no question: every level of a tree asks one question of all its
//! leaves (Prokhorenkova et al. 2018, <https://arxiv.org/abs/1706.09516>), and leaves take Newton steps (Friedman 2001).

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde::{Deserialize, Serialize};

/// Places at which a column can be split, at most.
const MOST_CUTS: usize = 31;

/// How trees are grown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// The part of a tree's Newton step that is taken.
    pub rate: f64,
    /// On the squares of leaf values.
    pub penalty: f64,
    /// The part of the columns that each level chooses from.
    pub columns: f64,
    /// The part of the rows that each tree's questions are chosen on.
    pub rows: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self {
            rate: 0.03,
            penalty: 5.0,
            columns: 0.05,
            rows: 0.7,
        }
    }
}

/// Fitted trees. The answer of a tree is the leaf whose number has bit `level` set where the value of
/// the column of that level lies above its cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Trees {
    /// Levels of each tree.
    pub depth: usize,
    /// The log odds before the first tree.
    pub start: f64,
    /// Columns that are asked about, tree by tree, `depth` for each.
    pub columns: Vec<usize>,
    /// Beside them: above which value.
    pub cuts: Vec<f32>,
    /// Log odds, tree by tree, `2^depth` for each.
    pub leaves: Vec<f32>,
}

/// Rows in bins, column by column.
struct Binned {
    /// For each column, ascending; bin `i` lies above `i` of them.
    cuts: Vec<Vec<f32>>,
    /// For each column the bin of each row.
    bins: Vec<Vec<u8>>,
}

/// First and second derivatives of the loss, summed.
#[derive(Clone, Copy, Default)]
struct Slope {
    first: f64,
    second: f64,
}

/// A question of one level.
#[derive(Clone, Copy)]
struct Question {
    column: usize,
    cut_idx: usize,
}

impl Trees {
    /// Fits `n_trees` of `depth` levels (at most 8). The same seed gives the same trees.
    ///
    /// `None` without rows of both kinds, with rows of different lengths, or with a value that is not finite.
    pub fn fit(
        rows: &[Vec<f32>],
        is_true: &[bool],
        (n_trees, depth): (usize, usize),
        growth: &Growth,
        seed: u64,
    ) -> Option<Self> {
        let n_true = is_true.iter().filter(|it| **it).count();
        let n_columns = rows.first()?.len();
        let is_sound = |it: &Vec<f32>| it.len() == n_columns && it.iter().all(|it| it.is_finite());
        let is_usable = rows.len() == is_true.len() && rows.iter().all(is_sound);
        if !is_usable || n_true == 0 || n_true == rows.len() || !(1..=8).contains(&depth) {
            return None;
        }
        let binned = Binned::new(rows, n_columns);
        let mut random = StdRng::seed_from_u64(seed);
        let share = n_true as f64 / rows.len() as f64;
        let start = (share / (1.0 - share)).ln();
        let mut logits = vec![start; rows.len()];
        let mut fitted = Self {
            depth,
            start,
            columns: Vec::with_capacity(n_trees * depth),
            cuts: Vec::with_capacity(n_trees * depth),
            leaves: Vec::with_capacity(n_trees << depth),
        };
        for _ in 0..n_trees {
            let slopes = slopes(&logits, is_true);
            let (questions, leaf_of) = binned.tree(&slopes, depth, growth, &mut random)?;
            let values = leaf_values(&slopes, &leaf_of, 1 << depth, growth);
            for (logit, leaf) in logits.iter_mut().zip(&leaf_of) {
                *logit += f64::from(*values.get(*leaf)?);
            }
            for question in questions {
                let cut = binned.cuts.get(question.column)?.get(question.cut_idx)?;
                fitted.columns.push(question.column);
                fitted.cuts.push(*cut);
            }
            fitted.leaves.extend(values);
        }
        Some(fitted)
    }

    /// The log odds of a row that has as many columns as those the trees were fitted on.
    pub fn logit(&self, row: &[f32]) -> f64 {
        let depth = self.depth;
        let questions = self
            .columns
            .chunks(depth.max(1))
            .zip(self.cuts.chunks(depth.max(1)));
        let trees = questions.zip(self.leaves.chunks(1 << depth));
        let answer = |((columns, cuts), leaves): ((&[usize], &[f32]), &[f32])| {
            let is_above =
                |(column, cut): (&usize, &f32)| row.get(*column).is_some_and(|it| it > cut);
            let levels = columns.iter().zip(cuts).map(is_above).enumerate();
            let leaf = levels.fold(0_usize, |sum, (level, above)| {
                sum | (usize::from(above) << level)
            });
            leaves.get(leaf).copied().map_or(0.0, f64::from)
        };
        self.start + trees.map(answer).sum::<f64>()
    }
}

impl Binned {
    fn new(rows: &[Vec<f32>], n_columns: usize) -> Self {
        let column = |idx: usize| rows.iter().filter_map(move |it| it.get(idx).copied());
        let cuts: Vec<Vec<f32>> = (0..n_columns)
            .map(|it| cuts(column(it).collect()))
            .collect();
        let bins = cuts.iter().enumerate().map(|(idx, cuts)| {
            let bin = |value: f32| cuts.partition_point(|cut| *cut < value) as u8; // at most 31
            column(idx).map(bin).collect()
        });
        Self {
            bins: bins.collect(),
            cuts,
        }
    }

    /// The questions of the next tree, and the leaf that each row comes to. `None` where no column can be split.
    fn tree(
        &self,
        slopes: &[Slope],
        depth: usize,
        growth: &Growth,
        random: &mut StdRng,
    ) -> Option<(Vec<Question>, Vec<usize>)> {
        let draw = |part: f64, random: &mut StdRng| random.random_bool(part.clamp(0.0, 1.0));
        let sample: Vec<usize> = (0..slopes.len())
            .filter(|_| draw(growth.rows, random))
            .collect();
        let can_split: Vec<usize> = (0..self.cuts.len())
            .filter(|it| self.cuts.get(*it).is_some_and(|it| !it.is_empty()))
            .collect();
        let mut leaf_of = vec![0_usize; slopes.len()];
        let mut questions = Vec::with_capacity(depth);
        for level in 0..depth {
            let among: Vec<usize> = can_split
                .iter()
                .copied()
                .filter(|_| draw(growth.columns, random))
                .collect();
            // A draw that took nothing takes all.
            let among = if among.is_empty() { &can_split } else { &among };
            let best = among.iter().filter_map(|column| {
                self.best_cut(
                    *column,
                    (slopes, &leaf_of, &sample),
                    1 << level,
                    growth.penalty,
                )
            });
            let (_, question) = best.reduce(|a, b| if b.0 > a.0 { b } else { a })?;
            let bins = self.bins.get(question.column)?;
            for (leaf, bin) in leaf_of.iter_mut().zip(bins) {
                *leaf |= usize::from(question.cut_idx < usize::from(*bin)) << level;
            }
            questions.push(question);
        }
        Some((questions, leaf_of))
    }

    /// The cut of a column that lowers the loss most, if all leaves are split by it, and a measure of by how much.
    fn best_cut(
        &self,
        column: usize,
        (slopes, leaf_of, sample): (&[Slope], &[usize], &[usize]),
        n_leaves: usize,
        penalty: f64,
    ) -> Option<(f64, Question)> {
        let bins = self.bins.get(column)?;
        let n_bins = self.cuts.get(column)?.len() + 1;
        let mut sums = vec![Slope::default(); n_leaves * n_bins];
        for row in sample {
            let place = leaf_of.get(*row)? * n_bins + usize::from(*bins.get(*row)?);
            sums.get_mut(place)?.add(*slopes.get(*row)?);
        }
        let mut gains = vec![0.0; n_bins - 1];
        for leaf in sums.chunks(n_bins) {
            let whole = leaf.iter().fold(Slope::default(), |mut sum, it| {
                sum.add(*it);
                sum
            });
            let mut below = Slope::default();
            for (gain, bin) in gains.iter_mut().zip(leaf) {
                below.add(*bin);
                *gain += below.gain(penalty) + whole.less(below).gain(penalty);
            }
        }
        let best = gains
            .into_iter()
            .enumerate()
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        best.map(|(cut_idx, gain)| (gain, Question { column, cut_idx }))
    }
}

impl Slope {
    fn add(&mut self, other: Self) {
        self.first += other.first;
        self.second += other.second;
    }

    fn less(self, other: Self) -> Self {
        Self {
            first: self.first - other.first,
            second: self.second - other.second,
        }
    }

    /// Twice the loss that a Newton step takes away.
    fn gain(self, penalty: f64) -> f64 {
        self.first * self.first / (self.second + penalty).max(1e-12)
    }

    fn step(self, penalty: f64) -> f64 {
        -self.first / (self.second + penalty).max(1e-12)
    }
}

/// Midpoints between neighbouring values, evenly by rank where there are too many.
fn cuts(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let n = values.len();
    let midpoint = |at: usize| {
        let (low, high) = (*values.get(at.checked_sub(1)?)?, *values.get(at)?);
        (low < high).then_some(low + (high - low) / 2.0)
    };
    let all: Vec<f32> = (1..n).filter_map(midpoint).collect();
    if all.len() <= MOST_CUTS {
        return all;
    }
    let by_rank = (1..=MOST_CUTS).filter_map(|it| {
        let value = *values.get(it * n / (MOST_CUTS + 1))?;
        midpoint(values.partition_point(|it| *it < value))
    });
    let mut some: Vec<f32> = by_rank.collect();
    some.dedup();
    some
}

/// Of the logistic loss.
fn slopes(logits: &[f64], is_true: &[bool]) -> Vec<Slope> {
    let one = |(logit, is_true): (&f64, &bool)| {
        let p = super::sigmoid(*logit);
        Slope {
            first: p - f64::from(u8::from(*is_true)),
            second: p * (1.0 - p),
        }
    };
    logits.iter().zip(is_true).map(one).collect()
}

fn leaf_values(slopes: &[Slope], leaf_of: &[usize], n_leaves: usize, growth: &Growth) -> Vec<f32> {
    let mut sums = vec![Slope::default(); n_leaves];
    for (slope, leaf) in slopes.iter().zip(leaf_of) {
        if let Some(sum) = sums.get_mut(*leaf) {
            sum.add(*slope);
        }
    }
    sums.iter()
        .map(|it| (growth.rate * it.step(growth.penalty)) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Growth, Trees, cuts};
    use crate::stats::auroc;

    /// Whether two columns agree: neither alone tells anything. The third never changes.
    fn agreement() -> (Vec<Vec<f32>>, Vec<bool>) {
        let row = |it: usize| vec![(it % 2) as f32, (it / 2 % 2) as f32, 1.0];
        let rows: Vec<Vec<f32>> = (0..280).map(row).collect();
        let is_true = rows.iter().map(|it| it[0] == it[1]).collect();
        (rows, is_true)
    }

    const ALL: Growth = Growth {
        rate: 0.5,
        penalty: 1.0,
        columns: 1.0,
        rows: 1.0,
    };

    #[test]
    fn two_levels_learn_what_no_single_column_tells() {
        let (rows, is_true) = agreement();
        let area = |depth: usize| {
            // Rows are drawn, so that the first question is not a tie.
            let growth = Growth { rows: 0.8, ..ALL };
            let trees = Trees::fit(&rows, &is_true, (20, depth), &growth, 3).unwrap();
            let scores: Vec<f64> = rows.iter().map(|it| trees.logit(it)).collect();
            auroc(&scores, &is_true).unwrap().value
        };
        assert!(area(1) < 0.8, "{}", area(1));
        assert!(0.99 < area(2), "{}", area(2));
    }

    /// By hand: 4 rows, start 0, slopes ±1/2 and 1/4 each; a leaf of two rows moves by 1 / (1/2 + 1).
    #[test]
    fn a_leaf_takes_the_newton_step() {
        let rows: Vec<Vec<f32>> = [1.0, 2.0, 3.0, 4.0].map(|it| vec![it]).to_vec();
        let growth = Growth { rate: 1.0, ..ALL };
        let trees = Trees::fit(&rows, &[false, false, true, true], (1, 1), &growth, 0).unwrap();
        assert_eq!(
            (trees.columns.as_slice(), trees.cuts.as_slice()),
            ([0].as_slice(), [2.5].as_slice())
        );
        let step = 1.0 / 1.5;
        assert!((trees.logit(&[1.0]) + step).abs() < 1e-6);
        assert!((trees.logit(&[9.0]) - step).abs() < 1e-6);
    }

    #[test]
    fn the_same_seed_grows_the_same_trees() {
        let (rows, is_true) = agreement();
        let fit = |seed| Trees::fit(&rows, &is_true, (5, 2), &Growth::default(), seed);
        assert_eq!(fit(1), fit(1));
        assert_ne!(fit(1), fit(2));
    }

    #[test]
    fn rows_that_teach_nothing_are_refused() {
        let fit = |rows: &[Vec<f32>], is_true: &[bool]| Trees::fit(rows, is_true, (1, 1), &ALL, 0);
        assert_eq!(fit(&[vec![1.0], vec![2.0]], &[true, true]), None);
        assert_eq!(fit(&[vec![1.0], vec![f32::NAN]], &[true, false]), None);
        assert_eq!(fit(&[vec![1.0], vec![1.0]], &[true, false]), None);
        assert_eq!(fit(&[vec![1.0]], &[true, false]), None);
        assert_eq!(fit(&[], &[]), None);
    }

    #[test]
    fn many_values_are_cut_evenly_and_few_between_each() {
        assert_eq!(cuts(vec![3.0, 1.0, 1.0, 2.0]), [1.5, 2.5]);
        let many = cuts((0..3200).map(|it| it as f32).collect());
        assert_eq!(many.len(), 31);
        assert_eq!(many.first(), Some(&99.5));
    }
}
