//! A convolution of the fused form: the norm folded into its weight, the weight packed for its input.

use std::cell::RefCell;

use tch::{Device, Kind, Tensor};

use super::{
    Result,
    layer::{BatchNorm, ConvShape},
    shim,
};

/// Input sizes whose packed weights are kept: one image, and one full batch.
const SIZES_KEPT: usize = 2;

/// The weight as trained, what the norm makes of it, and the packed weights of the last input sizes.
///
/// oneDNN chooses its layout by the size of the input. A weight that was packed for another size would be
/// reordered at every call, which can take longer than the convolution.
pub(super) struct PackedConv {
    weight: Tensor,
    scale: Option<Tensor>,
    bias: Tensor,
    kind: Kind,
    shape: ConvShape,
    packed: RefCell<Vec<(Vec<i64>, Tensor)>>,
}

impl PackedConv {
    /// Folds the norm. `kind` is the number format of the activations.
    pub(super) fn new(
        weight: Tensor,
        norm: Option<&BatchNorm>,
        shape: ConvShape,
        kind: Kind,
    ) -> Result<Self> {
        let (scale, bias) = match norm {
            Some(norm) => {
                let (scale, shift) = norm.scale_and_shift()?;
                (Some(scale.f_reshape([-1, 1, 1, 1])?), shift)
            }
            None => (
                None,
                Tensor::f_zeros([shape.out_channels], (Kind::Float, Device::Cpu))?,
            ),
        };
        let bias = bias.f_to_kind(kind)?;
        Ok(Self {
            weight,
            scale,
            bias,
            kind,
            shape,
            packed: RefCell::default(),
        })
    }

    /// `activation(conv(x) + bias + add)`. `[n, c, h, w]` → `[n, c', h', w']`
    pub(super) fn forward(&self, x: &Tensor, add: Option<&Tensor>) -> Result<Tensor> {
        let weight = self.packed_for(x)?;
        let ConvShape {
            stride, activation, ..
        } = self.shape;
        shim::conv(
            x,
            (&weight, &self.bias),
            add,
            (self.shape.pad(), stride),
            activation,
        )
    }

    fn packed_for(&self, x: &Tensor) -> Result<Tensor> {
        let size = x.size();
        let mut packed = self.packed.borrow_mut();
        if let Some((_, weight)) = packed.iter().find(|(packed_size, _)| *packed_size == size) {
            return Ok(weight.shallow_clone());
        }
        let folded = match &self.scale {
            Some(scale) => self.weight.f_mul(scale)?,
            None => self.weight.shallow_clone(),
        };
        let (pad, stride) = (self.shape.pad(), self.shape.stride);
        let size4 = <[i64; 4]>::from(x.size4()?);
        let weight = shim::pack_conv(&folded.f_to_kind(self.kind)?, size4, (pad, stride))?;
        if packed.len() == SIZES_KEPT {
            packed.drain(..1);
        }
        packed.push((size, weight.shallow_clone()));
        Ok(weight)
    }
}
