//! Inputs of steps as tensors: what was measured, what was measured last and how long ago, and a summary of each channel.

use tch::Tensor;

use super::Result;
use crate::{model::Error, prep::StepInput};

/// Values and counts in the summary of a channel.
pub(super) const N_SUMMARIES: i64 = N_VALUES as i64 + 1;
/// First, last, least, greatest, mean, mean of the last quarter, mean of the second half, mean of the first half.
const N_VALUES: usize = 8;

/// `n` inputs of `t` steps of `c` channels, `f` facts. Where something is not known, the value is 0 and its flag is 0.
pub struct Steps {
    /// `[n, t, c]`, as every tensor up to `since`.
    pub values: Tensor,
    /// 1 where there is a value.
    pub measured: Tensor,
    /// The last value up to and including this step.
    pub last: Tensor,
    /// 1 where there is one.
    pub seen: Tensor,
    /// Steps since the last value; 0 where there is one in this step, and counted from the start before the first.
    pub since: Tensor,
    /// `[n, summaries, c]`
    pub summary: Tensor,
    /// 1 where the summary has a value.
    pub summary_known: Tensor,
    /// The square root of the part of the steps in which each channel was measured. `[n, c]`
    pub counts: Tensor,
    /// `[n, f]`
    pub facts: Tensor,
    /// 1 where the fact is known.
    pub known: Tensor,
}

/// The same as plain numbers, filled input by input.
#[derive(Default)]
struct Rows {
    values: Vec<f32>,
    measured: Vec<f32>,
    last: Vec<f32>,
    seen: Vec<f32>,
    since: Vec<f32>,
    summary: Vec<f32>,
    summary_known: Vec<f32>,
    counts: Vec<f32>,
    facts: Vec<f32>,
    known: Vec<f32>,
}

impl Steps {
    /// Puts inputs of one size together.
    ///
    /// # Errors
    /// No input, or inputs of different sizes.
    pub fn new<'a>(inputs: impl IntoIterator<Item = &'a StepInput>) -> Result<Self> {
        let mut rows = Rows::default();
        let (mut size, mut n) = (None, 0_i64);
        for input in inputs {
            let found = (input.n_steps, input.n_channels, input.facts.len());
            let is_whole = input.values.len() == input.n_steps * input.n_channels;
            if !is_whole || found != *size.get_or_insert(found) {
                return Err(odd("several"));
            }
            rows.push(input);
            n += 1;
        }
        let (n_steps, n_channels, n_facts) = size
            .filter(|(n_steps, n_channels, _)| 0 < *n_steps && 0 < *n_channels)
            .ok_or_else(|| odd("none"))?;
        let [t, c, f] = [n_steps, n_channels, n_facts].map(|it| it as i64);
        let tensor = |values: &[f32], shape: &[i64]| -> Result<Tensor> {
            Ok(Tensor::f_from_slice(values)?.f_reshape(shape)?)
        };
        let (steps, summary) = ([n, t, c], [n, N_VALUES as i64, c]);
        Ok(Self {
            values: tensor(&rows.values, &steps)?,
            measured: tensor(&rows.measured, &steps)?,
            last: tensor(&rows.last, &steps)?,
            seen: tensor(&rows.seen, &steps)?,
            since: tensor(&rows.since, &steps)?,
            summary: tensor(&rows.summary, &summary)?,
            summary_known: tensor(&rows.summary_known, &summary)?,
            counts: tensor(&rows.counts, &[n, c])?,
            facts: tensor(&rows.facts, &[n, f])?,
            known: tensor(&rows.known, &[n, f])?,
        })
    }

    /// The inputs at these positions.
    pub fn select(&self, at: &[usize]) -> Result<Self> {
        let at = Tensor::f_from_slice(&at.iter().map(|it| *it as i64).collect::<Vec<_>>())?;
        let pick = |it: &Tensor| it.f_index_select(0, &at);
        Ok(Self {
            values: pick(&self.values)?,
            measured: pick(&self.measured)?,
            last: pick(&self.last)?,
            seen: pick(&self.seen)?,
            since: pick(&self.since)?,
            summary: pick(&self.summary)?,
            summary_known: pick(&self.summary_known)?,
            counts: pick(&self.counts)?,
            facts: pick(&self.facts)?,
            known: pick(&self.known)?,
        })
    }
}

fn odd(found: &str) -> Error {
    Error::Input {
        want: "inputs of one size".to_owned(),
        found: found.to_owned(),
    }
}

impl Rows {
    fn push(&mut self, input: &StepInput) {
        let n_channels = input.n_channels;
        let mut last = vec![f32::NAN; n_channels];
        let mut since = vec![0.0_f32; n_channels];
        for row in input.values.chunks(n_channels.max(1)) {
            for ((value, last), since) in row.iter().zip(&mut last).zip(&mut since) {
                let is_measured = value.is_finite();
                // `since` counts up to this step from the last value before it.
                *since = if is_measured { 0.0 } else { *since + 1.0 };
                if is_measured {
                    *last = *value;
                }
                push(&mut self.values, &mut self.measured, *value);
                push(&mut self.last, &mut self.seen, *last);
                self.since.push(*since);
            }
        }
        let summaries: Vec<Summary> = (0..n_channels).map(|it| Summary::of(input, it)).collect();
        for idx in 0..N_VALUES {
            for summary in &summaries {
                let value = summary.values.get(idx).copied().unwrap_or(f32::NAN);
                push(&mut self.summary, &mut self.summary_known, value);
            }
        }
        let count = |it: &Summary| (it.n_measured as f32 / input.n_steps.max(1) as f32).sqrt();
        self.counts.extend(summaries.iter().map(count));
        for fact in &input.facts {
            push(&mut self.facts, &mut self.known, *fact);
        }
    }
}

fn push(values: &mut Vec<f32>, flags: &mut Vec<f32>, value: f32) {
    let is_known = value.is_finite();
    values.push(if is_known { value } else { 0.0 });
    flags.push(f32::from(u8::from(is_known)));
}

/// A channel over all steps; NaN where nothing was measured.
struct Summary {
    values: [f32; N_VALUES],
    n_measured: usize,
}

impl Summary {
    fn of(input: &StepInput, channel: usize) -> Self {
        let of_channel = input.values.iter().skip(channel);
        let all: Vec<f32> = of_channel
            .step_by(input.n_channels.max(1))
            .copied()
            .collect();
        let measured = || all.iter().copied().filter(|it| it.is_finite());
        let mean = |from: usize, to: usize| {
            let part = all.get(from..to).unwrap_or_default();
            let (sum, n) = part
                .iter()
                .filter(|it| it.is_finite())
                .fold((0.0_f32, 0.0_f32), |(sum, n), it| (sum + it, n + 1.0));
            sum / n // NaN where there is none
        };
        let n = all.len();
        let (half, three_quarters) = (n / 2, n - n / 4);
        Self {
            values: [
                measured().next().unwrap_or(f32::NAN),
                measured().next_back().unwrap_or(f32::NAN),
                measured().fold(f32::NAN, f32::min),
                measured().fold(f32::NAN, f32::max),
                mean(0, n),
                mean(three_quarters, n),
                mean(half, n),
                mean(0, half),
            ],
            n_measured: measured().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Steps, Summary};
    use crate::prep::StepInput;

    const NONE: f32 = f32::NAN;

    fn input() -> StepInput {
        StepInput {
            n_steps: 4,
            n_channels: 2,
            values: vec![NONE, 1.0, 5.0, NONE, NONE, NONE, 3.0, NONE],
            facts: vec![NONE, 60.0],
        }
    }

    fn numbers(tensor: &tch::Tensor) -> Vec<f32> {
        Vec::try_from(tensor.flatten(0, -1)).unwrap()
    }

    #[test]
    fn what_was_measured_last_and_how_long_ago_is_kept() {
        let steps = Steps::new([&input()]).unwrap();
        assert_eq!(
            numbers(&steps.measured),
            [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        );
        assert_eq!(
            numbers(&steps.last),
            [0.0, 1.0, 5.0, 1.0, 5.0, 1.0, 3.0, 1.0]
        );
        assert_eq!(
            numbers(&steps.seen),
            [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        );
        assert_eq!(
            numbers(&steps.since),
            [1.0, 0.0, 0.0, 1.0, 1.0, 2.0, 0.0, 3.0]
        );
        assert_eq!(numbers(&steps.known), [0.0, 1.0]);
    }

    #[test]
    fn a_channel_is_summarised_over_what_was_measured() {
        let Summary { values, n_measured } = Summary::of(&input(), 0);
        assert_eq!(values, [5.0, 3.0, 3.0, 5.0, 4.0, 3.0, 3.0, 5.0]);
        assert_eq!(n_measured, 2);
    }

    #[test]
    fn inputs_of_different_lengths_are_refused() {
        assert!(Steps::new([&input(), &input().until(3)]).is_err());
        assert!(Steps::new(std::iter::empty()).is_err());
    }
}
