//! The network of the Keras tutorial (<https://www.tensorflow.org/tutorials/images/cnn>), started as Keras starts it:
//! Glorot's uniform weights (Glorot and Bengio 2010), biases of zero. The same operators in both forms.

use tch::{Kind, Tensor, nn::Init};

use super::{
    Cnn, Result,
    layer::{Linear, Mode},
    params::Params,
};
use crate::model::network;

/// Width and height of each kernel.
const KERNEL: i64 = 3;

/// Convolutions with poolings between them, a dense layer, a head.
pub struct PlainCnn {
    convolutions: Vec<Affine>,
    dense: Affine,
    head: Linear,
    /// Of weights and activations.
    kind: Kind,
}

/// Weight and bias of a layer that a ReLU follows.
struct Affine {
    weight: Tensor,
    bias: Tensor,
}

impl Affine {
    fn new(params: &Params<'_>, shape: &[i64], [fan_in, fan_out]: [i64; 2]) -> Result<Self> {
        let kind = params.kind();
        let bias = shape.first().copied().unwrap_or(0);
        Ok(Self {
            weight: params
                .get("weight", shape, glorot(fan_in, fan_out))?
                .f_to_kind(kind)?,
            bias: params
                .get("bias", &[bias], Init::Const(0.0))?
                .f_to_kind(kind)?,
        })
    }

    fn convolve(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.f_conv2d(&self.weight, Some(&self.bias), [1, 1], [0, 0], [1, 1], 1)?;
        Ok(x.f_relu()?)
    }
}

/// Even between the limits that keep the variance of values and of gradients.
fn glorot(fan_in: i64, fan_out: i64) -> Init {
    let up = (6.0 / (fan_in + fan_out).max(1) as f64).sqrt();
    Init::Uniform { lo: -up, up }
}

impl PlainCnn {
    /// Asks `params` for `conv1`, `conv2`…, `dense` and `fc`.
    pub fn new(params: &Params<'_>, config: &network::PlainCnn, n_labels: usize) -> Result<Self> {
        let mut width = config.in_channels as i64;
        let mut convolutions = Vec::new();
        for (idx, next) in config.widths.iter().enumerate() {
            let next = *next as i64;
            let params = params.sub(&format!("conv{}", idx + 1));
            let fans = [width, next].map(|it| it * KERNEL * KERNEL);
            convolutions.push(Affine::new(&params, &[next, width, KERNEL, KERNEL], fans)?);
            width = next;
        }
        let (n_flat, dense) = (
            width * (config.last_side() as i64).pow(2),
            config.dense as i64,
        );
        let n_labels = n_labels as i64;
        Ok(Self {
            convolutions,
            dense: Affine::new(&params.sub("dense"), &[dense, n_flat], [n_flat, dense])?,
            head: Linear::head_from(&params.sub("fc"), dense, n_labels, glorot(dense, n_labels))?,
            kind: params.kind(),
        })
    }
}

impl Cnn for PlainCnn {
    /// All convolutions but the last, each with its pooling. `[n, channels, h, w]` → `[n, k, h', w']`
    fn trunk(&self, x: &Tensor, _mode: Mode) -> Result<Tensor> {
        let mut x = x.f_to_kind(self.kind)?;
        for it in self.convolutions.iter().rev().skip(1).rev() {
            x = it
                .convolve(&x)?
                .f_max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false)?;
        }
        Ok(x)
    }

    /// The last convolution and the dense layer, whose values are maps of one pixel. `[n, k, h', w']` → `[n, dense, 1, 1]`
    fn last_stage(&self, maps: &Tensor, _mode: Mode) -> Result<Tensor> {
        let maps = match self.convolutions.last() {
            Some(it) => it.convolve(maps)?,
            None => maps.shallow_clone(),
        };
        // Row, column, channel, as Keras flattens; a view where the channels stand last in memory.
        let flat = maps.f_permute([0, 2, 3, 1])?.f_flatten(1, -1)?;
        let dense = flat
            .f_linear(&self.dense.weight, Some(&self.dense.bias))?
            .f_relu()?;
        Ok(dense.f_unsqueeze(-1)?.f_unsqueeze(-1)?)
    }

    fn head(&self) -> &Linear {
        &self.head
    }
}
