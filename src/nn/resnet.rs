//! Residual networks (He et al. 2015, <https://arxiv.org/abs/1512.03385>) with torchvision's parameter names:
//! the small [`ResNetS`](crate::model::network::ResNetS), which keeps its input's resolution through the stem,
//! and ResNet-18.

use tch::Tensor;

use super::{
    Cnn, Result,
    layer::{Activation, Conv, ConvShape, Linear, Mode},
    params::Params,
};
use crate::model::network;

/// A residual network of basic blocks.
pub struct ResNet {
    stem: Conv,
    /// ResNet-18 halves the resolution once more behind the stem.
    has_stem_pool: bool,
    blocks: Vec<Block>,
    /// Blocks before the last stage.
    n_trunk: usize,
    head: Linear,
}

/// `relu(conv(conv(x)) + x)`
struct Block {
    conv1: Conv,
    conv2: Conv,
    /// Brings x to the size of the sum where it changes.
    downsample: Option<Conv>,
}

/// What tells one residual network from another.
struct Shape<'a> {
    in_channels: i64,
    width: i64,
    stem_kernel: i64,
    stem_stride: i64,
    blocks: &'a [usize],
}

impl ResNet {
    /// The small network for small pictures.
    pub fn small(params: &Params<'_>, config: &network::ResNetS, n_labels: usize) -> Result<Self> {
        let shape = Shape {
            in_channels: config.in_channels as i64,
            width: config.width as i64,
            stem_kernel: 3,
            stem_stride: config.stem_stride as i64,
            blocks: &config.blocks,
        };
        Self::new(params, &shape, n_labels)
    }

    /// ResNet-18.
    pub fn resnet18(
        params: &Params<'_>,
        config: &network::ResNet18,
        n_labels: usize,
    ) -> Result<Self> {
        let in_channels = config.in_channels as i64;
        let shape = Shape {
            in_channels,
            width: 64,
            stem_kernel: 7,
            stem_stride: 2,
            blocks: &[2, 2, 2, 2],
        };
        Ok(Self {
            has_stem_pool: true,
            ..Self::new(params, &shape, n_labels)?
        })
    }

    fn new(params: &Params<'_>, shape: &Shape<'_>, n_labels: usize) -> Result<Self> {
        let stem = ConvShape {
            in_channels: shape.in_channels,
            out_channels: shape.width,
            kernel: shape.stem_kernel,
            stride: shape.stem_stride,
            activation: Activation::Relu,
        };
        let stem = Conv::new(params, "conv1", Some("bn1"), stem)?;
        let mut blocks = Vec::new();
        let mut n_trunk = 0;
        let mut width = shape.width;
        for (stage_idx, n_blocks) in shape.blocks.iter().enumerate() {
            n_trunk = blocks.len();
            for block_idx in 0..*n_blocks {
                let starts_stage = block_idx == 0 && 0 < stage_idx;
                let next = if starts_stage { 2 * width } else { width };
                let params = params.sub(&format!("layer{}.{block_idx}", stage_idx + 1));
                blocks.push(Block::new(&params, width, next)?);
                width = next;
            }
        }
        let head = Linear::head(&params.sub("fc"), width, n_labels as i64)?;
        Ok(Self {
            stem,
            has_stem_pool: false,
            blocks,
            n_trunk,
            head,
        })
    }
}

impl Block {
    /// A block that widens also halves the resolution.
    fn new(params: &Params<'_>, width: i64, next: i64) -> Result<Self> {
        let stride = next / width;
        let conv1 = ConvShape {
            in_channels: width,
            out_channels: next,
            kernel: 3,
            stride,
            activation: Activation::Relu,
        };
        let conv2 = ConvShape {
            in_channels: next,
            stride: 1,
            ..conv1
        };
        let downsample = ConvShape {
            kernel: 1,
            activation: Activation::None,
            ..conv1
        };
        Ok(Self {
            conv1: Conv::new(params, "conv1", Some("bn1"), conv1)?,
            conv2: Conv::new(params, "conv2", Some("bn2"), conv2)?,
            downsample: (width != next)
                .then(|| Conv::new(params, "downsample.0", Some("downsample.1"), downsample))
                .transpose()?,
        })
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let y = self.conv1.forward(x, None, mode)?;
        match &self.downsample {
            Some(downsample) => {
                self.conv2
                    .forward(&y, Some(&downsample.forward(x, None, mode)?), mode)
            }
            None => self.conv2.forward(&y, Some(x), mode),
        }
    }
}

impl Cnn for ResNet {
    fn trunk(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let mut x = self.stem.forward(x, None, mode)?;
        if self.has_stem_pool {
            x = x.f_max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false)?;
        }
        for block in self.blocks.iter().take(self.n_trunk) {
            x = block.forward(&x, mode)?;
        }
        Ok(x)
    }

    fn last_stage(&self, maps: &Tensor, mode: Mode) -> Result<Tensor> {
        let mut x = maps.shallow_clone();
        for block in self.blocks.iter().skip(self.n_trunk) {
            x = block.forward(&x, mode)?;
        }
        Ok(x)
    }

    fn head(&self) -> &Linear {
        &self.head
    }
}
