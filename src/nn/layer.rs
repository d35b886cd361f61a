//! The layers that networks are made of.

use tch::{
    Kind, Tensor,
    nn::{
        Init,
        init::{FanInOut, NonLinearity, NormalOrUniform},
    },
};

use super::{Result, params::Params};

/// Torchvision's start for convolutions before a ReLU.
const KAIMING_FAN_OUT: Init = Init::Kaiming {
    dist: NormalOrUniform::Normal,
    fan: FanInOut::FanOut,
    non_linearity: NonLinearity::ReLU,
};

/// What a forward pass is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Batch norm uses the batch and moves its running statistics; dropout drops.
    Train { dropout: f64 },
    /// Nothing changes.
    Eval,
}

/// What follows a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    None,
    Relu,
    /// The exact form, x Φ(x).
    Gelu,
}

/// Convolution without bias, batch norm or none, activation: one operator in the fused form.
pub struct Conv {
    weight: Tensor,
    norm: Option<BatchNorm>,
    shape: ConvShape,
}

/// The size of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvShape {
    pub in_channels: i64,
    pub out_channels: i64,
    pub kernel: i64,
    pub stride: i64,
    pub activation: Activation,
}

impl Mode {
    fn is_train(self) -> bool {
        self != Self::Eval
    }

    /// Dropout while training.
    pub(super) fn dropout(self, x: Tensor) -> Result<Tensor> {
        match self {
            Self::Train { dropout } if 0.0 < dropout => Ok(x.f_dropout(dropout, true)?),
            Self::Train { .. } | Self::Eval => Ok(x),
        }
    }
}

impl Activation {
    fn apply(self, mut x: Tensor) -> Result<Tensor> {
        Ok(match self {
            Self::None => x,
            Self::Relu => x.f_relu_()?,
            Self::Gelu => x.f_gelu("none")?,
        })
    }
}

impl Conv {
    /// Asks `params` for `{conv}.weight` and, with a norm, for the four tensors of `{norm}`.
    /// The padding keeps the size at stride 1.
    pub fn new(
        params: &Params<'_>,
        conv: &str,
        norm: Option<&str>,
        shape: ConvShape,
    ) -> Result<Self> {
        let size = [
            shape.out_channels,
            shape.in_channels,
            shape.kernel,
            shape.kernel,
        ];
        let weight = params.sub(conv).get("weight", &size, KAIMING_FAN_OUT)?;
        let norm = norm
            .map(|it| BatchNorm::new(&params.sub(it), shape.out_channels))
            .transpose()?;
        Ok(Self {
            weight,
            norm,
            shape,
        })
    }

    /// `activation(norm(conv(x)) + add)`. `[n, c, h, w]` → `[n, c', h', w']`
    pub fn forward(&self, x: &Tensor, add: Option<&Tensor>, mode: Mode) -> Result<Tensor> {
        let (stride, pad) = ([self.shape.stride; 2], [self.shape.kernel / 2; 2]);
        let mut y = x.f_conv2d(&self.weight, None::<Tensor>, stride, pad, [1, 1], 1)?;
        if let Some(norm) = &self.norm {
            y = norm.forward(&y, mode)?;
        }
        if let Some(add) = add {
            y = y.f_add_(add)?;
        }
        self.shape.activation.apply(y)
    }
}

/// Batch normalisation (Ioffe and Szegedy 2015), epsilon 1e-5, momentum 0.1.
pub struct BatchNorm {
    weight: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
}

impl BatchNorm {
    const EPSILON: f64 = 1e-5;
    const MOMENTUM: f64 = 0.1;

    fn new(params: &Params<'_>, channels: i64) -> Result<Self> {
        Ok(Self {
            weight: params.get("weight", &[channels], Init::Const(1.0))?,
            bias: params.get("bias", &[channels], Init::Const(0.0))?,
            mean: params.statistic("running_mean", channels, 0.0)?,
            variance: params.statistic("running_var", channels, 1.0)?,
        })
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let tensors = [&self.weight, &self.bias, &self.mean, &self.variance].map(Some);
        let [weight, bias, mean, variance] = tensors;
        Ok(x.f_batch_norm(
            weight,
            bias,
            mean,
            variance,
            mode.is_train(),
            Self::MOMENTUM,
            Self::EPSILON,
            false,
        )?)
    }
}

/// Maps side by side, then batch norm, then ReLU, as before each convolution of a DenseNet.
pub struct JoinNormRelu {
    norm: BatchNorm,
}

impl JoinNormRelu {
    /// Asks `params` for the four tensors of a batch norm.
    pub fn new(params: &Params<'_>, channels: i64) -> Result<Self> {
        Ok(Self {
            norm: BatchNorm::new(params, channels)?,
        })
    }

    /// `[n, c_i, h, w]` each → `[n, sum of c_i, h, w]`
    pub fn forward(&self, parts: &[Tensor], mode: Mode) -> Result<Tensor> {
        let joined = Tensor::f_cat(parts, 1)?;
        Activation::Relu.apply(self.norm.forward(&joined, mode)?)
    }
}

/// An affine layer and what follows it.
pub struct Linear {
    weight: Tensor,
    bias: Tensor,
    activation: Activation,
}

impl Linear {
    /// Asks `params` for `weight` `[n_out, n_in]` and `bias`; starts as `start` and zero.
    pub fn new(
        params: &Params<'_>,
        n_in: i64,
        n_out: i64,
        activation: Activation,
        start: Init,
    ) -> Result<Self> {
        Ok(Self {
            weight: params.get("weight", &[n_out, n_in], start)?,
            bias: params.get("bias", &[n_out], Init::Const(0.0))?,
            activation,
        })
    }

    /// A classifier: small random start, so that the first predictions are near even.
    pub fn head(params: &Params<'_>, n_in: i64, n_labels: i64) -> Result<Self> {
        Self::new(
            params,
            n_in,
            n_labels,
            Activation::None,
            Init::Randn {
                mean: 0.0,
                stdev: 0.01,
            },
        )
    }

    /// `[…, n_in]` → `[…, n_out]`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.activation
            .apply(x.f_linear(&self.weight, Some(&self.bias))?)
    }
}

/// Layer normalisation (Ba et al. 2016) with BERT's epsilon, 1e-12.
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    dim: i64,
}

impl LayerNorm {
    /// Asks `params` for `weight` and `bias`.
    pub fn new(params: &Params<'_>, dim: i64) -> Result<Self> {
        let weight = params.get("weight", &[dim], Init::Const(1.0))?;
        let bias = params.get("bias", &[dim], Init::Const(0.0))?;
        Ok(Self {
            weight: weight.f_to_kind(params.kind())?,
            bias: bias.f_to_kind(params.kind())?,
            dim,
        })
    }

    /// `[…, dim]` → `[…, dim]`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.f_layer_norm(
            [self.dim],
            Some(&self.weight),
            Some(&self.bias),
            1e-12,
            false,
        )?)
    }
}

/// The mean over the image plane, in float32. `[n, c, h, w]` → `[n, c]`
pub fn pool(maps: &Tensor) -> Result<Tensor> {
    Ok(maps.f_mean_dim([2_i64, 3].as_slice(), false, Kind::Float)?)
}

/// The same values with the channels of a pixel side by side in memory. `[n, c, h, w]` → `[n, c, h, w]`
pub fn channels_last(x: &Tensor) -> Result<Tensor> {
    Ok(x.f_permute([0, 2, 3, 1])?
        .f_contiguous()?
        .f_permute([0, 3, 1, 2])?)
}
