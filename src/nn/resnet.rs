//! Residual networks (He et al. 2015, <https://arxiv.org/abs/1512.03385>) with torchvision's parameter names:
//! the small [`ResNetS`](crate::model::network::ResNetS), which keeps its input's resolution through the stem,
//! ResNet-18, ResNet-34 and ResNet-50.

use tch::Tensor;

use super::{
    Cnn, Result,
    layer::{Activation, Conv, ConvShape, Linear, Mode},
    params::Params,
};
use crate::model::network;

/// A residual network.
pub struct ResNet {
    stem: Conv,
    /// The larger networks halve the resolution once more behind the stem.
    has_stem_pool: bool,
    blocks: Vec<Block>,
    /// Blocks before the last stage.
    n_trunk: usize,
    head: Linear,
}

/// `relu(conv(… conv(x)) + x)`
struct Block {
    /// All but the last are followed by a ReLU of their own.
    convs: Vec<Conv>,
    /// Brings x to the size of the sum where it changes.
    downsample: Option<Conv>,
}

/// What tells one residual network from another.
struct Shape<'a> {
    in_channels: i64,
    width: i64,
    stem_kernel: i64,
    stem_stride: i64,
    has_stem_pool: bool,
    blocks: &'a [usize],
    kind: BlockKind,
}

/// The two kinds of blocks.
#[derive(Clone, Copy, PartialEq)]
enum BlockKind {
    /// Two 3x3 convolutions.
    Basic,
    /// 1x1, 3x3, and 1x1 to four times the width.
    Bottleneck,
}

/// How wide a block's input is, how wide its inside, and how far it steps.
struct BlockShape {
    from: i64,
    inside: i64,
    stride: i64,
    kind: BlockKind,
}

impl ResNet {
    /// The small network for small pictures.
    pub fn small(params: &Params<'_>, config: &network::ResNetS, n_labels: usize) -> Result<Self> {
        let shape = Shape {
            in_channels: config.in_channels as i64,
            width: config.width as i64,
            stem_kernel: 3,
            stem_stride: config.stem_stride as i64,
            has_stem_pool: false,
            blocks: &config.blocks,
            kind: BlockKind::Basic,
        };
        Self::new(params, &shape, n_labels)
    }

    /// ResNet-18.
    pub fn resnet18(
        params: &Params<'_>,
        config: &network::ResNet18,
        n_labels: usize,
    ) -> Result<Self> {
        let shape = Shape::large(config.in_channels, &[2, 2, 2, 2], BlockKind::Basic);
        Self::new(params, &shape, n_labels)
    }

    /// ResNet-34.
    pub fn resnet34(
        params: &Params<'_>,
        config: &network::ResNet34,
        n_labels: usize,
    ) -> Result<Self> {
        let shape = Shape::large(config.in_channels, &[3, 4, 6, 3], BlockKind::Basic);
        Self::new(params, &shape, n_labels)
    }

    /// ResNet-50.
    pub fn resnet50(
        params: &Params<'_>,
        config: &network::ResNet50,
        n_labels: usize,
    ) -> Result<Self> {
        let shape = Shape::large(config.in_channels, &[3, 4, 6, 3], BlockKind::Bottleneck);
        Self::new(params, &shape, n_labels)
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
        let (mut from, mut inside) = (shape.width, shape.width);
        for (stage_idx, n_blocks) in shape.blocks.iter().enumerate() {
            n_trunk = blocks.len();
            for block_idx in 0..*n_blocks {
                let starts_stage = block_idx == 0 && 0 < stage_idx;
                let stride = if starts_stage { 2 } else { 1 };
                inside *= stride;
                let params = params.sub(&format!("layer{}.{block_idx}", stage_idx + 1));
                let block = BlockShape {
                    from,
                    inside,
                    stride,
                    kind: shape.kind,
                };
                blocks.push(Block::new(&params, &block)?);
                from = block.to();
            }
        }
        let head = Linear::head(&params.sub("fc"), from, n_labels as i64)?;
        Ok(Self {
            stem,
            has_stem_pool: shape.has_stem_pool,
            blocks,
            n_trunk,
            head,
        })
    }
}

impl<'a> Shape<'a> {
    /// The networks of the paper, for pictures of 224 pixels.
    const fn large(in_channels: usize, blocks: &'a [usize], kind: BlockKind) -> Self {
        Self {
            in_channels: in_channels as i64,
            width: 64,
            stem_kernel: 7,
            stem_stride: 2,
            has_stem_pool: true,
            blocks,
            kind,
        }
    }
}

impl BlockShape {
    fn to(&self) -> i64 {
        match self.kind {
            BlockKind::Basic => self.inside,
            BlockKind::Bottleneck => 4 * self.inside,
        }
    }
}

impl Block {
    fn new(params: &Params<'_>, shape: &BlockShape) -> Result<Self> {
        let BlockShape {
            from,
            inside,
            stride,
            kind,
        } = *shape;
        let conv = |in_channels: i64, out_channels: i64, kernel: i64, stride: i64| ConvShape {
            in_channels,
            out_channels,
            kernel,
            stride,
            activation: Activation::Relu,
        };
        let shapes = match kind {
            BlockKind::Basic => vec![conv(from, inside, 3, stride), conv(inside, inside, 3, 1)],
            BlockKind::Bottleneck => vec![
                conv(from, inside, 1, 1),
                conv(inside, inside, 3, stride),
                conv(inside, shape.to(), 1, 1),
            ],
        };
        let mut convs = Vec::with_capacity(shapes.len());
        for (idx, shape) in (1..).zip(shapes) {
            let (name, norm) = (format!("conv{idx}"), format!("bn{idx}"));
            convs.push(Conv::new(params, &name, Some(&norm), shape)?);
        }
        let downsample = ConvShape {
            activation: Activation::None,
            ..conv(from, shape.to(), 1, stride)
        };
        Ok(Self {
            convs,
            downsample: (from != shape.to() || stride != 1)
                .then(|| Conv::new(params, "downsample.0", Some("downsample.1"), downsample))
                .transpose()?,
        })
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let Some((last, first)) = self.convs.split_last() else {
            return Ok(x.shallow_clone());
        };
        let mut y = x.shallow_clone();
        for conv in first {
            y = conv.forward(&y, None, mode)?;
        }
        match &self.downsample {
            Some(downsample) => last.forward(&y, Some(&downsample.forward(x, None, mode)?), mode),
            None => last.forward(&y, Some(x), mode),
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
