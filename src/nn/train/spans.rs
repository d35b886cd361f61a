//! Learning to mark answers: for each window the token that the answer begins with and the one that it ends with, or
//! `[CLS]` for both where the window has none (Devlin et al. 2019, 4.2 and 4.3).

use tch::{Reduction, Tensor};

use super::{
    super::{Result, layer::Mode, transformer::Transformer},
    Knobs, Learner, Random,
};
use crate::prep::QuestionWindow;

/// A window and where its answer stands.
pub struct Example {
    pub window: QuestionWindow,
    /// Positions in the window of the answer's first and last token; 0 and 0, which is `[CLS]`, for no answer.
    pub ends: [i64; 2],
}

/// A network that learns from examples.
pub struct SpanLearner<'a> {
    pub net: &'a Transformer,
    pub examples: &'a [Example],
    pub knobs: Knobs,
}

impl Learner for SpanLearner<'_> {
    fn n_cases(&self) -> usize {
        self.examples.len()
    }

    fn loss(&mut self, cases: &[usize], _: &mut Random) -> Result<Tensor> {
        let examples: Vec<&Example> = cases
            .iter()
            .filter_map(|it| self.examples.get(*it))
            .collect();
        let windows: Vec<&QuestionWindow> = examples.iter().map(|it| &it.window).collect();
        let mode = Mode::Train {
            dropout: self.knobs.dropout,
        };
        let logits = self.net.spans(&windows, mode)?; // [n, t, 2]
        let [starts, ends] = [0, 1].map(|end: usize| {
            let truth: Vec<i64> = examples
                .iter()
                .filter_map(|it| it.ends.get(end).copied())
                .collect();
            let truth = Tensor::f_from_slice(&truth)?;
            let logits = logits.f_select(2, end as i64)?;
            logits.f_cross_entropy_loss(&truth, None::<Tensor>, Reduction::Mean, -100, 0.0)
        });
        Ok(starts?.f_add(&ends?)?.f_mul_scalar(0.5)?)
    }

    fn validate(&mut self) -> Result<Option<f64>> {
        Ok(None)
    }
}
