//! A Transformer as a [`Model`]. A note's features are the mean over its windows.

use tch::{Kind, Tensor};

use super::{
    Result,
    layer::Mode,
    loaded::{Loaded, rows},
    transformer::{Tokens, Transformer},
};
use crate::{
    model::{Attribution, Error, Logits, Manifest, Model, Network, Task},
    prediction::{Engine, LabelIdx, Method},
    prep::{Input, TextInput},
};

/// Windows that go through the network together.
const BATCH: usize = 8;

/// A Transformer with its weights.
pub(super) struct TextModel {
    pub(super) loaded: Loaded,
    /// In the form and precision of `loaded.engine`.
    pub(super) fast: Transformer,
    /// For gradients; built when first asked for.
    pub(super) plain: Option<Transformer>,
}

impl Model for TextModel {
    fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    fn engine(&self) -> Engine {
        self.loaded.engine
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>> {
        let mut answers = Vec::with_capacity(inputs.len());
        for input in inputs {
            let text = self.text(input)?;
            let (features, logits) = tch::no_grad(|| self.forward(text))?;
            for (values, features) in rows(&logits)?.into_iter().zip(rows(&features)?) {
                answers.push(Logits { values, features }.finite()?);
            }
        }
        Ok(answers)
    }

    fn explain(&mut self, input: &Input, label: LabelIdx, method: Method, task: &Task) -> Result<Attribution> {
        self.loaded.check_label(label)?;
        let _text = self.text(input)?;
        let _ = (task, &self.plain);
        Err(Error::Method { found: method.name() })
    }
}

impl TextModel {
    /// The text, if the network can read every token.
    fn text<'a>(&self, input: &'a Input) -> Result<&'a TextInput> {
        let wrong = |want: &str, found: String| Error::Input { want: want.to_owned(), found };
        let (Network::Transformer(network), Input::Text(text)) = (&self.loaded.manifest.network, input) else {
            return Err(wrong("text", "an image".to_owned()));
        };
        if text.windows.is_empty() || text.windows.iter().any(|it| it.ids.is_empty()) {
            return Err(wrong("windows with tokens", "none".to_owned()));
        }
        for window in &text.windows {
            let n_tokens = window.ids.len();
            if network.max_tokens < n_tokens {
                return Err(wrong("a window that fits the network", format!("{n_tokens} tokens")));
            }
            let vocab = network.vocab as i64;
            if let Some(odd) = window.ids.iter().find(|it| !(0..vocab).contains(*it)) {
                return Err(wrong("tokens of the network's vocabulary", odd.to_string()));
            }
        }
        Ok(text)
    }

    /// Features `[1, f]` and logits `[1, labels]` of a note.
    fn forward(&self, text: &TextInput) -> Result<(Tensor, Tensor)> {
        let mut features = Vec::new();
        for windows in text.windows.chunks(BATCH) {
            let tokens = Tokens::new(windows.iter().map(|it| it.ids.as_slice()))?;
            features.push(self.fast.features(&tokens, Mode::Eval)?);
        }
        let all = Tensor::f_cat(&features, 0)?; // [windows, f]
        let features = all.f_mean_dim([0_i64].as_slice(), true, Kind::Float)?;
        let logits = self.fast.head(&features, Mode::Eval)?;
        Ok((features, logits))
    }
}
