//! What answers beside a recurrent network, from a summary of each channel: a logistic regression and boosted trees.
//! Both are fitted, not trained by steps.

use tch::{Kind, Tensor};

use super::{
    Result,
    params::Params,
    steps::{N_SUMMARIES, Steps},
};
use crate::{
    model::{Error, network::Trees as TreesConfig},
    stats::{Growth, Logistic, Trees},
};

/// Standardised values farther from the mean than this say no more.
const LIMIT: f64 = 5.0;
/// Where trees find what is not known: below everything.
const UNKNOWN: f64 = -6.0;

/// Mean and deviation of each channel over the training cases.
pub(super) struct Statistics {
    mean: Tensor,
    deviation: Tensor,
}

/// The models that read summaries.
pub(super) struct Summary {
    /// Of all summaries side by side.
    statistics: Statistics,
    weight: Tensor,
    bias: Tensor,
    forest: Option<Forest>,
}

/// Symmetric trees; see [`Trees`].
struct Forest {
    config: TreesConfig,
    /// `[trees * depth]`, as the next.
    columns: Tensor,
    cuts: Tensor,
    /// `[trees * 2^depth]`
    leaves: Tensor,
    start: Tensor,
}

/// How both are fitted.
pub struct Fitting<'a> {
    /// For which cases the only label holds.
    pub is_true: &'a [bool],
    /// That of [`Logistic::fit`].
    pub penalty: f64,
    pub growth: &'a Growth,
    pub seed: u64,
}

impl Statistics {
    pub(super) fn new(params: &Params<'_>, n: i64) -> Result<Self> {
        Ok(Self {
            mean: params.statistic("mean", n, 0.0)?,
            deviation: params.statistic("deviation", n, 1.0)?,
        })
    }

    /// Standardised, and 0 where `known` is 0. `[…, channels]` → the same
    pub(super) fn apply(&self, x: &Tensor, known: &Tensor) -> Result<Tensor> {
        let standard = x.f_sub(&self.mean)?.f_div(&self.deviation)?;
        Ok(standard.f_clamp(-LIMIT, LIMIT)?.f_mul(known)?)
    }

    /// Takes mean and deviation of what is known. `[m, channels]` twice
    pub(super) fn fit(&mut self, x: &Tensor, known: &Tensor) -> Result<()> {
        let sum = |it: &Tensor| it.f_sum_dim_intlist([0_i64].as_slice(), false, Kind::Double);
        let n = sum(known)?.f_clamp_min(1.0)?;
        let mean = sum(&x.f_mul(known)?)?.f_div(&n)?;
        let away = x.f_sub(&mean.f_to_kind(Kind::Float)?)?.f_mul(known)?;
        let variance = sum(&away.f_square()?)?.f_div(&n)?;
        // A channel that never changes says nothing, and must not be divided by nothing.
        let deviation = variance.f_sqrt()?.f_clamp_min(1e-3)?;
        tch::no_grad(|| -> Result<()> {
            self.mean.f_copy_(&mean)?;
            self.deviation.f_copy_(&deviation)?;
            Ok(())
        })
    }
}

impl Summary {
    pub(super) fn new(
        params: &Params<'_>,
        (channels, n_facts): (i64, i64),
        trees: Option<TreesConfig>,
    ) -> Result<Self> {
        let of_channels = N_SUMMARIES * channels;
        Ok(Self {
            statistics: Statistics::new(params, of_channels)?,
            weight: params.statistic("weight", of_channels + 2 * n_facts, 0.0)?,
            bias: params.statistic("bias", 1, 0.0)?,
            forest: trees
                .map(|it| Forest::new(&params.sub("trees"), it))
                .transpose()?,
        })
    }

    pub(super) fn n_models(&self) -> i64 {
        1 + i64::from(self.forest.is_some())
    }

    /// What each model says. → `[n, models]`
    pub(super) fn logits(&self, steps: &Steps, facts: Option<&Tensor>) -> Result<Tensor> {
        let (columns, known) = self.columns(steps, facts)?;
        let linear = columns
            .f_mv(&self.weight)?
            .f_add(&self.bias)?
            .f_unsqueeze(1)?;
        Ok(match &self.forest {
            Some(forest) => Tensor::f_cat(&[linear, forest.logit(&apart(&columns, &known)?)?], 1)?,
            None => linear,
        })
    }

    pub(super) fn fit(
        &mut self,
        steps: &Steps,
        facts: Option<&Tensor>,
        fitting: &Fitting<'_>,
    ) -> Result<()> {
        let (values, known) = flat(steps)?;
        self.statistics.fit(&values, &known)?;
        let (columns, known) = self.columns(steps, facts)?;
        let unfit = || Error::Unfit {
            want: "cases with and without the label for models of summaries".to_owned(),
            found: "others".to_owned(),
        };
        let doubles: Vec<Vec<f64>> = super::loaded::rows(&columns)?
            .into_iter()
            .map(|row| row.into_iter().map(f64::from).collect())
            .collect();
        let fitted = Logistic::fit(&doubles, fitting.is_true, fitting.penalty).ok_or_else(unfit)?;
        let (weight, bias) = fitted.line();
        fill(&mut self.weight, &weight)?;
        fill(&mut self.bias, &[bias])?;
        let Some(forest) = &mut self.forest else {
            return Ok(());
        };
        let rows = super::loaded::rows(&apart(&columns, &known)?)?;
        let TreesConfig { number, depth } = forest.config;
        let size = (number, depth);
        let trees = Trees::fit(&rows, fitting.is_true, size, fitting.growth, fitting.seed);
        forest.take(&trees.ok_or_else(unfit)?)
    }

    /// Standardised summaries, then the facts; and which are known. → `[n, k]` twice
    fn columns(&self, steps: &Steps, facts: Option<&Tensor>) -> Result<(Tensor, Tensor)> {
        let (values, known) = flat(steps)?;
        let columns = self.statistics.apply(&values, &known)?;
        Ok(match facts {
            // Unknown facts are told by columns of their own.
            Some(facts) => (
                Tensor::f_cat(&[&columns, facts], 1)?,
                Tensor::f_cat(&[known, facts.f_ones_like()?], 1)?,
            ),
            None => (columns, known),
        })
    }
}

/// All summaries of an input in one row, and which are known; that nothing was measured is known too.
fn flat(steps: &Steps) -> Result<(Tensor, Tensor)> {
    let counts = steps.counts.f_unsqueeze(1)?;
    let ones = counts.f_ones_like()?;
    let flat = |a: &Tensor, b: &Tensor| Tensor::f_cat(&[a, b], 1)?.f_flatten(1, 2);
    Ok((
        flat(&steps.summary, &counts)?,
        flat(&steps.summary_known, &ones)?,
    ))
}

/// The columns with what is not known apart from what is average.
fn apart(columns: &Tensor, known: &Tensor) -> Result<Tensor> {
    Ok(columns.f_masked_fill(&known.f_eq(0.0)?, UNKNOWN)?)
}

fn fill(tensor: &mut Tensor, values: &[f64]) -> Result<()> {
    tch::no_grad(|| Ok(tensor.f_copy_(&Tensor::f_from_slice(values)?)?))
}

impl Forest {
    fn new(params: &Params<'_>, config: TreesConfig) -> Result<Self> {
        let [number, depth] = [config.number, config.depth].map(|it| it as i64);
        Ok(Self {
            config,
            columns: params.statistic("columns", number * depth, 0.0)?,
            cuts: params.statistic("cuts", number * depth, 0.0)?,
            leaves: params.statistic("leaves", number << depth, 0.0)?,
            start: params.statistic("start", 1, 0.0)?,
        })
    }

    fn take(&mut self, trees: &Trees) -> Result<()> {
        let columns: Vec<f64> = trees.columns.iter().map(|it| *it as f64).collect();
        let doubles = |it: &[f32]| -> Vec<f64> { it.iter().copied().map(f64::from).collect() };
        fill(&mut self.columns, &columns)?;
        fill(&mut self.cuts, &doubles(&trees.cuts))?;
        fill(&mut self.leaves, &doubles(&trees.leaves))?;
        fill(&mut self.start, &[trees.start])
    }

    /// `[n, k]` → `[n, 1]`
    fn logit(&self, columns: &Tensor) -> Result<Tensor> {
        let [number, depth] = [self.config.number, self.config.depth].map(|it| it as i64);
        let asked = columns.f_index_select(1, &self.columns.f_to_kind(Kind::Int64)?)?;
        let above = asked.f_gt_tensor(&self.cuts)?.f_view([-1, number, depth])?;
        let bits: Vec<i64> = (0..depth).map(|level| 1 << level).collect();
        let leaf = above
            .f_to_kind(Kind::Int64)?
            .f_mul(&Tensor::f_from_slice(&bits)?)?
            .f_sum_dim_intlist([2_i64].as_slice(), false, Kind::Int64)?; // [n, trees]
        let first: Vec<i64> = (0..number).map(|tree| tree << depth).collect();
        let place = leaf.f_add(&Tensor::f_from_slice(&first)?)?;
        let values = self.leaves.f_take(&place)?;
        let sum = values.f_sum_dim_intlist([1_i64].as_slice(), true, Kind::Float)?;
        Ok(sum.f_add(&self.start)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Forest, Growth, Trees, TreesConfig};
    use crate::nn::params::Params;

    #[test]
    fn a_forest_answers_what_its_trees_answer() {
        let value = |row: usize, column: usize| ((row * 31 + column * 17) % 23) as f32 - 11.0;
        let rows: Vec<Vec<f32>> = (0..200)
            .map(|row| (0..5).map(|column| value(row, column)).collect())
            .collect();
        let is_true: Vec<bool> = rows.iter().map(|it| it[1] > 2.0 && it[3] < 4.0).collect();
        let growth = Growth {
            rate: 0.1,
            penalty: 1.0,
            columns: 0.5,
            rows: 0.8,
        };
        let config = TreesConfig {
            number: 20,
            depth: 3,
        };
        let trees = Trees::fit(&rows, &is_true, (20, 3), &growth, 1).unwrap();
        let vars = tch::nn::VarStore::new(tch::Device::Cpu);
        let mut forest = Forest::new(&Params::fresh(&vars), config).unwrap();
        forest.take(&trees).unwrap();
        let columns = tch::Tensor::from_slice2(&rows);
        let answers = Vec::<f32>::try_from(forest.logit(&columns).unwrap().squeeze_dim(1)).unwrap();
        for (row, answer) in rows.iter().zip(answers) {
            assert!((f64::from(answer) - trees.logit(row)).abs() < 1e-4);
        }
    }
}
