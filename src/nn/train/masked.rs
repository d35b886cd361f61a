//! Learning the language of the notes before their classes: guess hidden tokens (Devlin et al. 2019).

use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use tch::{Kind, Reduction, Tensor};

use super::{
    super::{
        Result,
        layer::Mode,
        transformer::{MaskedHead, Tokens, Transformer},
    },
    Knobs, Learner, Random,
    text::{SpecialTokens, cut},
};

/// Part of the tokens that is to be guessed; of these, BERT's shares are masked and replaced, the rest stays.
const GUESSED: f64 = 0.15;
const MASKED: f64 = 0.8;
const REPLACED: f64 = 0.1;

/// The pre-training of a text model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretrain {
    /// Tokens in a window, `[CLS]` and `[SEP]` included.
    pub tokens: usize,
    pub knobs: Knobs,
}

/// An encoder that guesses tokens of notes that need no label.
pub struct MaskedLearner<'a> {
    encoder: &'a Transformer,
    head: &'a MaskedHead,
    notes: &'a [Vec<i64>],
    /// The note of each case: long notes come several times, so that an epoch sees about every token once.
    note_of: Vec<usize>,
    special: SpecialTokens,
    n_vocab: i64,
    pretrain: &'a Pretrain,
}

impl<'a> MaskedLearner<'a> {
    /// `n_vocab` tokens are known, the first few of which are special.
    pub fn new(
        encoder: &'a Transformer,
        head: &'a MaskedHead,
        notes: &'a [Vec<i64>],
        (special, n_vocab): (SpecialTokens, usize),
        pretrain: &'a Pretrain,
    ) -> Self {
        let body = pretrain.tokens.saturating_sub(2).max(1);
        let times =
            |(idx, note): (usize, &Vec<i64>)| std::iter::repeat_n(idx, note.len().div_ceil(body));
        let note_of = notes.iter().enumerate().flat_map(times).collect();
        Self {
            encoder,
            head,
            notes,
            note_of,
            special,
            n_vocab: n_vocab as i64,
            pretrain,
        }
    }

    /// Hides tokens of a window in place; gives positions and true tokens of those to be guessed.
    fn hide(&self, ids: &mut [i64], random: &mut Random) -> Vec<(usize, i64)> {
        let mut guessed = Vec::new();
        for (at, id) in ids.iter_mut().enumerate() {
            if *id == self.special.cls || *id == self.special.sep || !random.random_bool(GUESSED) {
                continue;
            }
            guessed.push((at, *id));
            let lot: f64 = random.random();
            if lot < MASKED {
                *id = self.special.mask;
            } else if lot < MASKED + REPLACED {
                *id = random.random_range(0..self.n_vocab);
            }
        }
        guessed
    }
}

impl Learner for MaskedLearner<'_> {
    fn n_cases(&self) -> usize {
        self.note_of.len()
    }

    fn loss(&mut self, cases: &[usize], random: &mut Random) -> Result<Tensor> {
        let notes = cases
            .iter()
            .filter_map(|it| self.notes.get(*self.note_of.get(*it)?));
        let mut windows: Vec<Vec<i64>> = notes
            .map(|it| cut(it, self.pretrain.tokens, self.special, random))
            .collect();
        let longest = windows.iter().map(Vec::len).max().unwrap_or(0);
        let (mut places, mut truth) = (Vec::new(), Vec::new());
        for (row, window) in windows.iter_mut().enumerate() {
            for (at, id) in self.hide(window, random) {
                places.push((row * longest + at) as i64);
                truth.push(id);
            }
        }
        let tokens = Tokens::new(windows.iter().map(Vec::as_slice))?;
        let mode = Mode::Train {
            dropout: self.pretrain.knobs.dropout,
        };
        let words = self.encoder.embed(&tokens.ids)?;
        let hidden = self
            .encoder
            .encode(&words, tokens.is_token.as_ref(), mode, None)?; // [n, t, dim]
        let dim = hidden.size3()?.2;
        let chosen = hidden
            .f_reshape([-1, dim])?
            .f_index_select(0, &Tensor::f_from_slice(&places)?)?; // [m, dim]
        let logits = self.head.forward(&chosen, self.encoder)?;
        if truth.is_empty() {
            // A batch of tiny windows may hide nothing: no loss, but one with a gradient.
            return Ok(hidden.f_sum(Kind::Float)?.f_mul_scalar(0.0)?);
        }
        let truth = Tensor::f_from_slice(&truth)?;
        Ok(logits.f_cross_entropy_loss(&truth, None::<Tensor>, Reduction::Mean, -100, 0.0)?)
    }

    fn validate(&mut self) -> Result<Option<f64>> {
        Ok(None)
    }
}
