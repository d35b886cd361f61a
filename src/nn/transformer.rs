//! A BERT-style encoder (Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>) with Hugging Face's parameter
//! names: post-norm, learned positions, exact GELU.
//!
//! Attention is our own code in the plain form, so that the probabilities are nodes of the graph and can be
//! differentiated for [`Method::Chefer`](crate::prediction::Method::Chefer).

use tch::{Kind, Tensor, nn::Init};

use super::{
    Result,
    layer::{Activation, LayerNorm, Linear, Mode},
    params::Params,
};
use crate::{
    model::{
        Error,
        network::{self, Pool},
    },
    prediction::Form,
    prep::QuestionWindow,
};

/// BERT's start for every weight matrix.
const START: Init = Init::Randn {
    mean: 0.0,
    stdev: 0.02,
};

/// The number of the padding token in every vocabulary that we make.
pub const PAD: i64 = 0;

/// Stands for minus infinity in scores and maxima, finite so that no row can become NaN.
const MASKED: f64 = -1e30;

/// Token numbers of several windows, side by side.
pub struct Tokens {
    /// `[n, t]` i64, shorter windows filled up with [`PAD`].
    pub ids: Tensor,
    /// `[n, t]` bool, false for filling; `None` where there is none.
    pub is_token: Option<Tensor>,
}

/// The network: embeddings, encoder, pool, linear head.
pub struct Transformer {
    words: Tensor,
    positions: Tensor,
    token_types: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    /// For [`Pool::Pooler`].
    pooler: Option<Linear>,
    head: Linear,
    pool: Pool,
    kind: Kind,
}

struct Layer {
    attention: Attention,
    intermediate: Linear,
    output: Linear,
    norm: LayerNorm,
}

struct Attention {
    projections: Projections,
    output: Linear,
    norm: LayerNorm,
    heads: i64,
}

/// The layers that make queries, keys and values.
enum Projections {
    Plain([Linear; 3]),
    /// All three in one.
    Fused(Linear),
}

impl Tokens {
    /// Windows as one batch, as long as the longest.
    pub fn new<'a>(windows: impl IntoIterator<Item = &'a [i64]>) -> Result<Self> {
        let windows = windows.into_iter().collect::<Vec<_>>();
        let longest = windows.iter().map(|it| it.len()).max().unwrap_or(0);
        let n_filled = windows.iter().map(|it| longest - it.len()).sum::<usize>();
        let size = [windows.len() as i64, longest as i64];
        let fill = |it: &[i64]| {
            it.iter()
                .copied()
                .chain(std::iter::repeat(PAD))
                .take(longest)
                .collect::<Vec<_>>()
        };
        let ids = windows.iter().flat_map(|it| fill(it)).collect::<Vec<_>>();
        let is_token = windows
            .iter()
            .flat_map(|it| (0..longest).map(|idx| idx < it.len()))
            .collect::<Vec<_>>();
        let is_token = (0 < n_filled).then(|| Tensor::f_from_slice(&is_token)?.f_reshape(size));
        Ok(Self {
            ids: Tensor::f_from_slice(&ids)?.f_reshape(size)?,
            is_token: is_token.transpose()?,
        })
    }
}

impl Transformer {
    /// Builds the network.
    pub fn new(
        params: &Params<'_>,
        config: &network::Transformer,
        n_labels: usize,
    ) -> Result<Self> {
        let dim = config.dim as i64;
        let embeddings = params.sub("embeddings");
        let table = |name: &str, n_rows: i64| -> Result<Tensor> {
            Ok(embeddings
                .sub(name)
                .get("weight", &[n_rows, dim], START)?
                .f_to_kind(params.kind())?)
        };
        let n_features = if config.pool == Pool::MeanMax {
            2 * dim
        } else {
            dim
        };
        Ok(Self {
            words: table("word_embeddings", config.vocab as i64)?,
            positions: table("position_embeddings", config.max_tokens as i64)?,
            token_types: table("token_type_embeddings", 2)?,
            norm: LayerNorm::new(&embeddings.sub("LayerNorm"), dim, config.epsilon)?,
            layers: (0..config.layers)
                .map(|idx| Layer::new(&params.sub(&format!("encoder.layer.{idx}")), config))
                .collect::<Result<_>>()?,
            // Plain and float32, as the head is.
            pooler: (config.pool == Pool::Pooler)
                .then(|| Linear::head_from(&params.sub("pooler.dense"), dim, dim, START))
                .transpose()?,
            head: match config.pool {
                Pool::Tokens => Linear::head(&params.sub("qa_outputs"), dim, 2)?,
                _ => Linear::head(&params.sub("classifier"), n_features, n_labels as i64)?,
            },
            pool: config.pool,
            kind: params.kind(),
        })
    }

    /// How token features become one feature vector.
    pub fn pooling(&self) -> Pool {
        self.pool
    }

    /// Token numbers to word embeddings, where attribution starts. `[n, t]` → `[n, t, dim]`
    pub fn embed(&self, ids: &Tensor) -> Result<Tensor> {
        Ok(Tensor::f_embedding(&self.words, ids, -1, false, false)?)
    }

    /// Word embeddings to contextual features. `[n, t, dim]` → `[n, t, dim]`
    ///
    /// `probabilities` receives each layer's attention, `[n, heads, t, t]`.
    pub fn encode(
        &self,
        words: &Tensor,
        is_token: Option<&Tensor>,
        mode: Mode,
        probabilities: Option<&mut Vec<Tensor>>,
    ) -> Result<Tensor> {
        // Every token is of the first segment. [n, t, dim] + [dim]
        let x = words.f_add(&self.token_types.f_get(0)?)?;
        self.layers(&x, is_token, mode, probabilities)
    }

    /// Of every token, how far it speaks for being the first and the last of the answer; filling hardly speaks for
    /// anything. → `[n, t, 2]`
    pub fn spans(&self, windows: &[&QuestionWindow], mode: Mode) -> Result<Tensor> {
        let tokens = Tokens::new(windows.iter().map(|it| it.ids.as_slice()))?;
        let longest = tokens.ids.size2()?.1;
        let segments = windows.iter().flat_map(|it| {
            let n_filled = longest.unsigned_abs().saturating_sub(it.ids.len() as u64);
            it.segments()
                .chain((0..n_filled).map(|_| 0))
                .collect::<Vec<_>>()
        });
        let segments = Tensor::f_from_slice(&segments.collect::<Vec<_>>())?;
        let segments = segments.f_reshape([-1, longest])?;
        let segments = Tensor::f_embedding(&self.token_types, &segments, -1, false, false)?;
        let x = self.embed(&tokens.ids)?.f_add(&segments)?;
        let hidden = self.layers(&x, tokens.is_token.as_ref(), mode, None)?;
        let logits = self.head(&hidden.f_to_kind(Kind::Float)?, mode)?;
        Ok(match &tokens.is_token {
            Some(it) => logits.f_masked_fill(&it.f_logical_not()?.f_unsqueeze(-1)?, MASKED)?,
            None => logits,
        })
    }

    fn layers(
        &self,
        words: &Tensor,
        is_token: Option<&Tensor>,
        mode: Mode,
        mut probabilities: Option<&mut Vec<Tensor>>,
    ) -> Result<Tensor> {
        let n_tokens = words.size3()?.1;
        // [n, t, dim] + [t, dim]
        let x = words.f_add(&self.positions.f_narrow(0, 0, n_tokens)?)?;
        let mut x = mode.dropout(self.norm.forward(&x)?)?;
        let mask = is_token.map(|it| self.additive_mask(it)).transpose()?;
        for layer in &self.layers {
            x = layer.forward(&x, mask.as_ref(), mode, probabilities.as_deref_mut())?;
        }
        Ok(x)
    }

    /// Contextual features to one feature vector, float32. `[n, t, dim]` → `[n, dim]`, twice as wide for mean and maximum
    pub fn pool(&self, hidden: &Tensor, is_token: Option<&Tensor>) -> Result<Tensor> {
        let hidden = hidden.f_to_kind(Kind::Float)?;
        match self.pool {
            Pool::Cls => Ok(hidden.f_select(1, 0)?),
            Pool::Pooler => {
                let first = hidden.f_select(1, 0)?;
                match &self.pooler {
                    Some(pooler) => Ok(pooler.forward(&first)?.f_tanh()?),
                    None => Ok(first),
                }
            }
            Pool::Mean | Pool::Tokens => mean(&hidden, is_token),
            Pool::MeanMax => {
                let hidden_or_least = match is_token {
                    Some(it) => {
                        hidden.f_masked_fill(&it.f_logical_not()?.f_unsqueeze(-1)?, MASKED)?
                    }
                    None => hidden.shallow_clone(),
                };
                Ok(Tensor::f_cat(
                    &[
                        mean(&hidden, is_token)?,
                        hidden_or_least.f_amax([1], false)?,
                    ],
                    1,
                )?)
            }
        }
    }

    /// Pooled features of each window. `[n, t]` → `[n, features]`
    pub fn features(&self, tokens: &Tokens, mode: Mode) -> Result<Tensor> {
        let is_token = tokens.is_token.as_ref();
        let hidden = self.encode(&self.embed(&tokens.ids)?, is_token, mode, None)?;
        self.pool(&hidden, is_token)
    }

    /// Features to logits. A note's logits are the mean over its windows. `[n, features]` → `[n, labels]`
    pub fn head(&self, features: &Tensor, mode: Mode) -> Result<Tensor> {
        self.head.forward(&mode.dropout(features.shallow_clone())?)
    }

    /// `[n, t]` bool → `[n, 1, 1, t]`, added to the scores
    fn additive_mask(&self, is_token: &Tensor) -> Result<Tensor> {
        let filling = is_token.f_logical_not()?.f_unsqueeze(1)?.f_unsqueeze(1)?;
        Ok(filling.f_to_kind(self.kind)?.f_mul_scalar(MASKED)?)
    }
}

/// The mean over tokens that are not filling. `[n, t, dim]` → `[n, dim]`
fn mean(hidden: &Tensor, is_token: Option<&Tensor>) -> Result<Tensor> {
    let Some(is_token) = is_token else {
        return Ok(hidden.f_mean_dim([1_i64].as_slice(), false, Kind::Float)?);
    };
    let weight = is_token.f_to_kind(Kind::Float)?.f_unsqueeze(-1)?; // [n, t, 1]
    let sum = hidden
        .f_mul(&weight)?
        .f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?;
    Ok(sum.f_div(&weight.f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?)?)
}

impl Layer {
    fn new(params: &Params<'_>, config: &network::Transformer) -> Result<Self> {
        let (dim, ffn) = (config.dim as i64, config.ffn as i64);
        Ok(Self {
            attention: Attention::new(&params.sub("attention"), config)?,
            intermediate: Linear::new(
                &params.sub("intermediate.dense"),
                dim,
                ffn,
                Activation::Gelu,
                START,
            )?,
            output: Linear::new(
                &params.sub("output.dense"),
                ffn,
                dim,
                Activation::None,
                START,
            )?,
            norm: LayerNorm::new(&params.sub("output.LayerNorm"), dim, config.epsilon)?,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        mask: Option<&Tensor>,
        mode: Mode,
        probabilities: Option<&mut Vec<Tensor>>,
    ) -> Result<Tensor> {
        let x = self.attention.forward(x, mask, mode, probabilities)?;
        let y = mode.dropout(self.output.forward(&self.intermediate.forward(&x)?)?)?;
        self.norm.forward(&y.f_add(&x)?)
    }
}

impl Attention {
    fn new(params: &Params<'_>, config: &network::Transformer) -> Result<Self> {
        let dim = config.dim as i64;
        let parts = ["query", "key", "value"].map(|it| params.sub("self").sub(it));
        let square = |params: &Params<'_>| Linear::new(params, dim, dim, Activation::None, START);
        let projections = match (params.form(), &parts) {
            (Form::Plain, [query, key, value]) => {
                Projections::Plain([square(query)?, square(key)?, square(value)?])
            }
            (Form::Fused, parts) => Projections::Fused(Linear::joined(parts, dim)?),
        };
        Ok(Self {
            projections,
            output: square(&params.sub("output.dense"))?,
            norm: LayerNorm::new(&params.sub("output.LayerNorm"), dim, config.epsilon)?,
            heads: config.heads as i64,
        })
    }

    /// `[n, t, dim]` → `[n, t, dim]`
    fn forward(
        &self,
        x: &Tensor,
        mask: Option<&Tensor>,
        mode: Mode,
        probabilities: Option<&mut Vec<Tensor>>,
    ) -> Result<Tensor> {
        let (n, t, dim) = x.size3()?;
        let head_dim = dim / self.heads;
        let mixed = match &self.projections {
            Projections::Plain(projections) => {
                let mut parts = Vec::with_capacity(3);
                for projection in projections {
                    // [n, t, dim] → [n, heads, t, head_dim]
                    let part = projection
                        .forward(x)?
                        .f_reshape([n, t, self.heads, head_dim])?;
                    parts.push(part.f_transpose(1, 2)?);
                }
                plain_attention(&parts, mask, probabilities)?
            }
            Projections::Fused(projection) => {
                // [n, t, 3 dim] → [3, n, heads, t, head_dim]
                let parts = projection
                    .forward(x)?
                    .f_reshape([n, t, 3, self.heads, head_dim])?;
                let parts = parts.f_permute([2, 0, 3, 1, 4])?;
                let (query, key, value) = (parts.f_get(0)?, parts.f_get(1)?, parts.f_get(2)?);
                Tensor::f_scaled_dot_product_attention(
                    &query, &key, &value, mask, 0.0, false, None, false,
                )?
            }
        };
        let mixed = mixed.f_transpose(1, 2)?.f_reshape([n, t, dim])?;
        let y = mode.dropout(self.output.forward(&mixed)?)?;
        self.norm.forward(&y.f_add(x)?)
    }
}

/// Attention whose probabilities are nodes of the graph. `[n, heads, t, head_dim]` three times → the same
fn plain_attention(
    parts: &[Tensor],
    mask: Option<&Tensor>,
    probabilities: Option<&mut Vec<Tensor>>,
) -> Result<Tensor> {
    let [query, key, value] = parts else {
        return Err(Error::Engine {
            cause: "wanted query, key and value".to_owned(),
        });
    };
    let head_dim = query.size4()?.3;
    let scaled = query.f_mul_scalar((head_dim as f64).sqrt().recip())?;
    let mut scores = scaled.f_matmul(&key.f_transpose(-1, -2)?)?; // [n, heads, t, t]
    if let Some(mask) = mask {
        scores = scores.f_add(mask)?;
    }
    let attention = scores.f_softmax(-1, None::<Kind>)?;
    if let Some(probabilities) = probabilities {
        probabilities.push(attention.shallow_clone());
    }
    // No dropout here: a random number for each pair of tokens would cost more than the layer itself.
    Ok(attention.f_matmul(value)?)
}

/// The masked-language head for pre-training; its output matrix is the word embedding. Not part of a bundle.
pub struct MaskedHead {
    dense: Linear,
    norm: LayerNorm,
    bias: Tensor,
}

impl MaskedHead {
    /// All its parameter names start with this.
    pub const PREFIX: &str = "cls.predictions";

    /// Builds the head.
    pub fn new(params: &Params<'_>, config: &network::Transformer) -> Result<Self> {
        let params = params.sub(Self::PREFIX);
        let dim = config.dim as i64;
        Ok(Self {
            dense: Linear::new(
                &params.sub("transform.dense"),
                dim,
                dim,
                Activation::Gelu,
                START,
            )?,
            norm: LayerNorm::new(&params.sub("transform.LayerNorm"), dim, config.epsilon)?,
            bias: params.get("bias", &[config.vocab as i64], Init::Const(0.0))?,
        })
    }

    /// Contextual features of chosen tokens to logits over the vocabulary. `[m, dim]` → `[m, vocab]`
    pub fn forward(&self, hidden: &Tensor, encoder: &Transformer) -> Result<Tensor> {
        let x = self.norm.forward(&self.dense.forward(hidden)?)?;
        Ok(x.f_linear(&encoder.words, Some(&self.bias))?)
    }
}
