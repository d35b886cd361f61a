//! Learning to put notes into classes, from windows that are cut anew in each epoch.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use tch::{Tensor, no_grad};

use super::{
    super::{
        Result,
        layer::Mode,
        transformer::{Tokens, Transformer},
    },
    Knobs, Learner, Random,
};
use crate::{
    model::manifest::Output,
    prep::{TextInput, TokenWindow},
};

/// Windows in a forward pass without gradient.
const EVAL_BATCH: usize = 32;

/// How windows are cut from notes while training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// Tokens in a window, `[CLS]` and `[SEP]` included.
    pub tokens: usize,
    /// Windows from each note in an epoch.
    pub each: usize,
    /// Up to this part of the tokens is hidden behind `[MASK]`, in each window a different part.
    pub hide: f64,
}

/// Tokens with a meaning of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    pub cls: i64,
    pub sep: i64,
    pub mask: i64,
}

/// Whole notes to learn from.
pub struct Texts {
    /// The tokens of each note, without `[CLS]` and `[SEP]`.
    pub notes: Vec<Vec<i64>>,
    /// For each note the position of its label.
    pub labels: Vec<usize>,
    /// For each note the part of the epochs in which it is read.
    pub weights: Vec<f64>,
}

/// A network that learns from some notes and is tried on others.
pub struct TextLearner<'a> {
    pub net: &'a Transformer,
    pub train: Texts,
    pub held_out: Option<(Vec<TextInput>, Vec<usize>)>,
    pub windows: Windows,
    pub special: SpecialTokens,
    pub knobs: Knobs,
}

/// A stretch of the note that fits a window, anywhere in it, between `[CLS]` and `[SEP]`.
pub(super) fn cut(
    note: &[i64],
    n_tokens: usize,
    special: SpecialTokens,
    random: &mut Random,
) -> Vec<i64> {
    let n_body = n_tokens.saturating_sub(2);
    let start = random.random_range(0..=note.len().saturating_sub(n_body));
    let body = note.iter().skip(start).take(n_body).copied();
    [special.cls]
        .into_iter()
        .chain(body)
        .chain([special.sep])
        .collect()
}

/// Logits of prepared notes, one row for each: the mean over its windows.
pub fn logits(net: &Transformer, notes: &[TextInput]) -> Result<Vec<Vec<f64>>> {
    let windows: Vec<&TokenWindow> = notes.iter().flat_map(|it| &it.windows).collect();
    let mut rows = Vec::with_capacity(windows.len());
    for part in windows.chunks(EVAL_BATCH) {
        let tokens = Tokens::new(part.iter().map(|it| it.ids.as_slice()))?;
        let logits = no_grad(|| net.head(&net.features(&tokens, Mode::Eval)?, Mode::Eval))?;
        rows.extend(super::rows(&logits)?);
    }
    let mut rows = rows.into_iter();
    Ok(notes
        .iter()
        .map(|it| mean_row(rows.by_ref().take(it.windows.len())))
        .collect())
}

fn mean_row(rows: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
    let mut sum: Vec<f64> = Vec::new();
    let mut n_rows = 0.0_f64;
    for row in rows {
        sum.resize(row.len(), 0.0);
        sum.iter_mut().zip(row).for_each(|(sum, it)| *sum += it);
        n_rows += 1.0;
    }
    sum.iter().map(|it| it / n_rows).collect()
}

impl TextLearner<'_> {
    /// `None` where the note is not read this time.
    fn window(&self, case: usize, random: &mut Random) -> Option<(Vec<i64>, usize)> {
        let note_idx = case / self.windows.each.max(1);
        let Texts {
            notes,
            labels,
            weights,
        } = &self.train;
        let (note, label) = notes.get(note_idx).zip(labels.get(note_idx))?;
        let weight = weights.get(note_idx).copied().unwrap_or(1.0);
        if weight < 1.0 && !random.random_bool(weight) {
            return None;
        }
        let mut ids = cut(note, self.windows.tokens, self.special, random);
        let hidden = random.random_range(0.0..=self.windows.hide);
        for id in &mut ids {
            if random.random_bool(hidden) {
                *id = self.special.mask;
            }
        }
        Some((ids, *label))
    }
}

impl Learner for TextLearner<'_> {
    fn n_cases(&self) -> usize {
        self.train.notes.len() * self.windows.each.max(1)
    }

    fn loss(&mut self, cases: &[usize], random: &mut Random) -> Result<Tensor> {
        let (windows, labels): (Vec<_>, Vec<_>) = loop {
            let read = cases.iter().filter_map(|it| self.window(*it, random));
            let (windows, labels): (Vec<_>, Vec<_>) = read.unzip();
            // A batch of which nothing is read is drawn again.
            if !windows.is_empty() || cases.is_empty() {
                break (windows, labels);
            }
        };
        let tokens = Tokens::new(windows.iter().map(Vec::as_slice))?;
        let mode = Mode::Train {
            dropout: self.knobs.dropout,
        };
        let logits = self.net.head(&self.net.features(&tokens, mode)?, mode)?;
        let learned = (&self.knobs, self.train.labels.as_slice());
        super::classification_loss(&logits, (&labels, None), Output::Softmax, learned)
    }

    fn validate(&mut self) -> Result<Option<f64>> {
        let Some((notes, labels)) = &self.held_out else {
            return Ok(None);
        };
        Ok(super::figure(
            &logits(self.net, notes)?,
            labels,
            Output::Softmax,
        ))
    }
}
