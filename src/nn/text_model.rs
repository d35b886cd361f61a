//! A Transformer as a [`Model`]. A note's features are the mean over its windows.

use tch::{Device, Kind, Tensor};

use super::{
    Net, Result,
    attribute::{self, Steps},
    layer::Mode,
    loaded::{Loaded, rows, values},
    transformer::{PAD, Tokens, Transformer},
    tuning,
};
use crate::{
    model::{
        Attribution, AttributionValues, Error, Logits, Manifest, Model, Network, SpanLogits, Task,
        network::Pool,
    },
    prediction::{Engine, LabelIdx, Method},
    prep::{Input, QuestionInput, QuestionWindow, TextInput, TokenWindow},
};

/// Windows that go through the network together.
const BATCH: usize = 8;
/// Steps of integrated gradients.
const N_STEPS: usize = 32;

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
            tuning::suit_the_load();
            let (features, logits) = tch::no_grad(|| self.forward(text))?;
            for (values, features) in rows(&logits)?.into_iter().zip(rows(&features)?) {
                answers.push(Logits::single(values, features)?);
            }
        }
        Ok(answers)
    }

    fn spans(&mut self, input: &QuestionInput) -> Result<Vec<SpanLogits>> {
        if self.fast.pooling() != Pool::Tokens {
            return Err(wrong("a span head", "another".to_owned()));
        }
        self.check_ids(input.windows.iter().map(|it| it.ids.as_slice()))?;
        tuning::suit_the_load();
        let mut answers = Vec::with_capacity(input.windows.len());
        for windows in input.windows.chunks(BATCH) {
            let windows: Vec<&QuestionWindow> = windows.iter().collect();
            let logits = tch::no_grad(|| self.fast.spans(&windows, Mode::Eval))?;
            let [start, end] = [0, 1].map(|it| logits.f_select(2, it)); // [n, t] each
            let pairs = rows(&start?)?.into_iter().zip(rows(&end?)?);
            for (window, (mut start, mut end)) in windows.iter().zip(pairs) {
                start.truncate(window.ids.len());
                end.truncate(window.ids.len());
                finite(start.iter().chain(&end))?;
                answers.push(SpanLogits { start, end });
            }
        }
        Ok(answers)
    }

    fn explain(
        &mut self,
        input: &Input,
        label: LabelIdx,
        method: Method,
        task: &Task,
    ) -> Result<Attribution> {
        self.loaded.manifest.check_label(label)?;
        let windows = self.text(input)?.windows.as_slice();
        let pool = self.fast.pooling();
        let plain = self.plain()?;
        match method {
            Method::Chefer => chefer(plain, pool, windows, label, task),
            Method::IntegratedGradients => integrated_gradients(plain, windows, label, task),
            Method::GradCam
            | Method::GradCamPlusPlus
            | Method::HiResCam
            | Method::LayerCam
            | Method::SmoothGrad
            | Method::Occlusion
            | Method::Rise => Err(Error::Method {
                found: method.name(),
            }),
        }
    }
}

impl TextModel {
    /// The text, if the network can read every token.
    fn text<'a>(&self, input: &'a Input) -> Result<&'a TextInput> {
        let Input::Text(text) = input else {
            return Err(wrong("text", "an image".to_owned()));
        };
        self.check_ids(text.windows.iter().map(|it| it.ids.as_slice()))?;
        Ok(text)
    }

    /// Refuses windows that the network cannot read.
    fn check_ids<'a>(&self, windows: impl Iterator<Item = &'a [i64]>) -> Result<()> {
        let Network::Transformer(network) = &self.loaded.manifest.network else {
            return Err(wrong("a Transformer", "another network".to_owned()));
        };
        let mut n_windows = 0;
        for ids in windows {
            let n_tokens = ids.len();
            if n_tokens == 0 {
                return Err(wrong("windows with tokens", "none".to_owned()));
            }
            if network.max_tokens < n_tokens {
                return Err(wrong(
                    "a window that fits the network",
                    format!("{n_tokens} tokens"),
                ));
            }
            let vocab = network.vocab as i64;
            if let Some(odd) = ids.iter().find(|it| !(0..vocab).contains(*it)) {
                return Err(wrong("tokens of the network's vocabulary", odd.to_string()));
            }
            n_windows += 1;
        }
        if n_windows == 0 {
            return Err(wrong("windows with tokens", "none".to_owned()));
        }
        Ok(())
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

    /// The form that has gradients.
    fn plain(&mut self) -> Result<&Transformer> {
        if self.plain.is_none() {
            let Net::Transformer(plain) = self.loaded.plain()? else {
                return Err(Error::Method { found: "images" });
            };
            self.plain = Some(plain);
        }
        Ok(self.plain.as_ref().unwrap_or(&self.fast))
    }
}

fn wrong(want: &str, found: String) -> Error {
    Error::Input {
        want: want.to_owned(),
        found,
    }
}

/// Refuses NaN and infinity: a sick network must not answer.
fn finite<'a>(mut values: impl Iterator<Item = &'a f32>) -> Result<()> {
    values.find(|it| !it.is_finite()).map_or(Ok(()), |odd| {
        Err(Error::NotFinite {
            found: odd.to_string(),
        })
    })
}

/// Relevance of each token to the pooled features, window by window; `[CLS]` and `[SEP]` get none.
fn chefer(
    net: &Transformer,
    pool: Pool,
    windows: &[TokenWindow],
    label: LabelIdx,
    task: &Task,
) -> Result<Attribution> {
    let mut steps = Steps::new(task, windows.len());
    let mut weights = Vec::with_capacity(windows.len());
    for window in windows {
        let ids = Tensor::f_from_slice(&window.ids)?.f_unsqueeze(0)?;
        let words = net.embed(&ids)?.set_requires_grad(true);
        let mut attention = Vec::new();
        let hidden = net.encode(&words, None, Mode::Eval, Some(&mut attention))?;
        let logit = logit(net, &hidden, label)?;
        let gradients = Tensor::f_run_backward(&[&logit], &attention, false, false)?;
        let mut layers = Vec::with_capacity(attention.len());
        for (attention, gradient) in attention.iter().zip(&gradients) {
            layers.push((attention.f_detach()?.f_get(0)?, gradient.f_get(0)?));
        }
        let Some(relevance) = attribute::chefer(&layers)? else {
            continue;
        };
        // What flowed from elsewhere: without the identity, that is each token's own share.
        let n_tokens = relevance.size2()?.0;
        let flow = relevance.f_sub(&Tensor::f_eye(n_tokens, (Kind::Float, Device::Cpu))?)?;
        let to_features = match pool {
            Pool::Cls | Pool::Pooler => flow.f_get(0)?,
            Pool::Mean | Pool::MeanMax | Pool::Tokens => {
                flow.f_mean_dim([0_i64].as_slice(), false, Kind::Float)?
            }
        };
        weights.push(of_words(values(&to_features)?, window));
        steps.advance(1)?;
    }
    Ok(Attribution {
        values: AttributionValues::Tokens(weights),
        completeness_gap: None,
    })
}

/// Over word embeddings, from padding with `[CLS]` and `[SEP]` kept; positions stay.
fn integrated_gradients(
    net: &Transformer,
    windows: &[TokenWindow],
    label: LabelIdx,
    task: &Task,
) -> Result<Attribution> {
    let mut steps = Steps::new(task, windows.len() * N_STEPS);
    let mut weights = Vec::with_capacity(windows.len());
    let mut gap = 0.0;
    for window in windows {
        let kept = window.ids.iter().zip(&window.word_idx);
        let kept = kept
            .map(|(id, word)| if word.is_some() { PAD } else { *id })
            .collect::<Vec<_>>();
        let embed = |ids: &[i64]| net.embed(&Tensor::f_from_slice(ids)?.f_unsqueeze(0)?);
        let (input, baseline) = (embed(&window.ids)?, embed(&kept)?);
        let (parts, change) =
            attribute::integrated_gradients(&input, &baseline, N_STEPS, &mut steps, |words| {
                logit(net, &net.encode(words, None, Mode::Eval, None)?, label)
            })?;
        gap += parts.f_sum(Kind::Double)?.f_double_value(&[])? - change;
        let sums = parts
            .f_get(0)?
            .f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?;
        weights.push(values(&sums)?);
    }
    // A note's logit is the mean over its windows, and so is the gap.
    let gap = (gap / windows.len() as f64).abs() as f32;
    Ok(Attribution {
        values: AttributionValues::Tokens(weights),
        completeness_gap: Some(gap),
    })
}

/// `[m, t, dim]` → `[m]`
fn logit(net: &Transformer, hidden: &Tensor, label: LabelIdx) -> Result<Tensor> {
    Ok(net
        .head(&net.pool(hidden, None)?, Mode::Eval)?
        .f_select(1, label.0 as i64)?)
}

/// The weights of tokens that belong to words; 0 for the others.
fn of_words(weights: Vec<f32>, window: &TokenWindow) -> Vec<f32> {
    let pairs = weights.into_iter().zip(&window.word_idx);
    pairs
        .map(|(weight, word)| if word.is_some() { weight } else { 0.0 })
        .collect()
}
