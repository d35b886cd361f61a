//! The layers that networks are made of, each in two forms: plain (ordinary operators, can be
//! differentiated) and fused (batch norm folded, weights packed for oneDNN, what follows in the same
//! operator; channels last).

use tch::{
    Kind, Tensor,
    nn::{
        Init,
        init::{FanInOut, NonLinearity, NormalOrUniform},
    },
};

use super::{Result, packed::PackedConv, params::Params, shim};
use crate::prediction::Form;

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

/// Convolution without bias, batch norm or none, activation.
pub struct Conv {
    form: ConvForm,
    shape: ConvShape,
}

enum ConvForm {
    Plain {
        weight: Tensor,
        norm: Option<BatchNorm>,
    },
    Fused(PackedConv),
}

/// The size of a convolution. The padding keeps the size at stride 1.
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
        let form = match params.form() {
            Form::Plain => ConvForm::Plain { weight, norm },
            Form::Fused => ConvForm::Fused(PackedConv::new(
                weight,
                norm.as_ref(),
                shape,
                params.kind(),
            )?),
        };
        Ok(Self { form, shape })
    }

    /// `activation(norm(conv(x)) + add)`. `[n, c, h, w]` → `[n, c', h', w']`
    pub fn forward(&self, x: &Tensor, add: Option<&Tensor>, mode: Mode) -> Result<Tensor> {
        let ConvShape {
            stride, activation, ..
        } = self.shape;
        let pad = self.shape.pad();
        match &self.form {
            ConvForm::Fused(conv) => conv.forward(x, add),
            ConvForm::Plain { weight, norm } => {
                let mut y = x.f_conv2d(weight, None::<Tensor>, [stride; 2], [pad; 2], [1, 1], 1)?;
                if let Some(norm) = norm {
                    y = norm.forward(&y, mode)?;
                }
                if let Some(add) = add {
                    y = y.f_add_(add)?;
                }
                activation.apply(y)
            }
        }
    }
}

impl ConvShape {
    pub(super) const fn pad(&self) -> i64 {
        self.kernel / 2
    }
}

/// Batch normalisation (Ioffe and Szegedy 2015), epsilon 1e-5, momentum 0.1.
pub(super) struct BatchNorm {
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
        let tensors = [&self.weight, &self.bias, &self.mean, &self.variance];
        let [weight, bias, mean, variance] = tensors.map(Some);
        let (momentum, epsilon) = (Self::MOMENTUM, Self::EPSILON);
        Ok(x.f_batch_norm(
            weight,
            bias,
            mean,
            variance,
            mode.is_train(),
            momentum,
            epsilon,
            false,
        )?)
    }

    /// The norm of [`Mode::Eval`] as `scale * x + shift`.
    pub(super) fn scale_and_shift(&self) -> Result<(Tensor, Tensor)> {
        let deviation = self.variance.f_add_scalar(Self::EPSILON)?.f_sqrt()?;
        let scale = self.weight.f_div(&deviation)?;
        let shift = self.bias.f_sub(&self.mean.f_mul(&scale)?)?;
        Ok((scale, shift))
    }
}

/// Maps side by side, then batch norm, then ReLU, as before each convolution of a DenseNet: one pass over
/// memory in the fused form.
pub struct JoinNormRelu(JoinForm);

enum JoinForm {
    Plain(BatchNorm),
    Fused { scale: Tensor, shift: Tensor },
}

impl JoinNormRelu {
    /// Asks `params` for the four tensors of a batch norm.
    pub fn new(params: &Params<'_>, channels: i64) -> Result<Self> {
        let norm = BatchNorm::new(params, channels)?;
        Ok(Self(match params.form() {
            Form::Plain => JoinForm::Plain(norm),
            Form::Fused => {
                let (scale, shift) = norm.scale_and_shift()?;
                JoinForm::Fused { scale, shift }
            }
        }))
    }

    /// `[n, c_i, h, w]` each → `[n, sum of c_i, h, w]`
    pub fn forward(&self, maps: &[Tensor], mode: Mode) -> Result<Tensor> {
        match &self.0 {
            JoinForm::Plain(norm) => {
                Activation::Relu.apply(norm.forward(&Tensor::f_cat(maps, 1)?, mode)?)
            }
            JoinForm::Fused { scale, shift } => shim::join_norm_relu(maps, scale, shift),
        }
    }
}

/// An affine layer and what follows it.
pub struct Linear {
    form: Form,
    /// `[n_out, n_in]`; packed in the fused form.
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
        let plain = Self {
            form: Form::Plain,
            weight: params.get("weight", &[n_out, n_in], start)?,
            bias: params.get("bias", &[n_out], Init::Const(0.0))?,
            activation,
        };
        match params.form() {
            Form::Plain => Ok(plain),
            Form::Fused => plain.fused(params.kind()),
        }
    }

    /// A classifier: small random start, so that the first predictions are near even. Plain and float32 in
    /// both forms: it is small, and its sums should be exact.
    pub fn head(params: &Params<'_>, n_in: i64, n_labels: i64) -> Result<Self> {
        let start = Init::Randn {
            mean: 0.0,
            stdev: 0.01,
        };
        Self::head_from(params, n_in, n_labels, start)
    }

    /// A classifier like [`Self::head`] with another start.
    pub fn head_from(params: &Params<'_>, n_in: i64, n_labels: i64, start: Init) -> Result<Self> {
        Ok(Self {
            form: Form::Plain,
            weight: params.get("weight", &[n_labels, n_in], start)?,
            bias: params.get("bias", &[n_labels], Init::Const(0.0))?,
            activation: Activation::None,
        })
    }

    /// Square layers that read the same input, as one fused layer.
    pub(super) fn joined(parts: &[Params<'_>], width: i64) -> Result<Self> {
        let join = |name: &str, shape: &[i64]| -> Result<Tensor> {
            let get = |it: &Params<'_>| it.get(name, shape, Init::Const(0.0));
            Ok(Tensor::f_cat(
                &parts.iter().map(get).collect::<Result<Vec<_>>>()?,
                0,
            )?)
        };
        let plain = Self {
            form: Form::Plain,
            weight: join("weight", &[width, width])?,
            bias: join("bias", &[width])?,
            activation: Activation::None,
        };
        plain.fused(parts.first().map_or(Kind::Float, Params::kind))
    }

    fn fused(self, kind: Kind) -> Result<Self> {
        if kind == Kind::Float && !packed_is_faster() {
            return Ok(self);
        }
        let weight = shim::pack_linear(&self.weight.f_to_kind(kind)?)?;
        Ok(Self {
            form: Form::Fused,
            weight,
            bias: self.bias.f_to_kind(kind)?,
            ..self
        })
    }

    /// `[…, n_in]` → `[…, n_out]`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.form {
            Form::Plain => self
                .activation
                .apply(x.f_linear(&self.weight, Some(&self.bias))?),
            Form::Fused => shim::linear(x, (&self.weight, &self.bias), self.activation),
        }
    }
}

/// Whether oneDNN's packed matrix product beats MKL's. On AMD's processors MKL has no AVX-512 path and reaches half
/// the peak; without AVX-512 both reach the same, and packing gains nothing.
fn packed_is_faster() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512f");
    #[cfg(not(target_arch = "x86_64"))]
    return true;
}

/// Layer normalisation (Ba et al. 2016).
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    dim: i64,
    epsilon: f64,
}

impl LayerNorm {
    /// Asks `params` for `weight` and `bias`.
    pub fn new(params: &Params<'_>, dim: i64, epsilon: f64) -> Result<Self> {
        let weight = params.get("weight", &[dim], Init::Const(1.0))?;
        let bias = params.get("bias", &[dim], Init::Const(0.0))?;
        let kind = params.kind();
        Ok(Self {
            weight: weight.f_to_kind(kind)?,
            bias: bias.f_to_kind(kind)?,
            dim,
            epsilon,
        })
    }

    /// `[…, dim]` → `[…, dim]`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (weight, bias) = (Some(&self.weight), Some(&self.bias));
        Ok(x.f_layer_norm([self.dim], weight, bias, self.epsilon, false)?)
    }
}

/// The mean over the image plane, in float32. `[n, c, h, w]` → `[n, c]`
pub fn pool(maps: &Tensor) -> Result<Tensor> {
    Ok(maps.f_mean_dim([2_i64, 3].as_slice(), false, Kind::Float)?)
}

/// The same values with the channels of a pixel side by side in memory. `[n, c, h, w]` → the same
pub fn channels_last(x: &Tensor) -> Result<Tensor> {
    Ok(x.f_permute([0, 2, 3, 1])?
        .f_contiguous()?
        .f_permute([0, 3, 1, 2])?)
}
