//! DenseNet-121 (Huang et al. 2017, <https://arxiv.org/abs/1608.06993>) with torchvision's parameter names,
//! which TorchXRayVision shares.

use tch::Tensor;

use super::{
    Cnn, Result,
    layer::{Activation, Conv, ConvShape, JoinNormRelu, Linear, Mode},
    params::Params,
};
use crate::model::network;

/// Maps that each dense layer adds.
const GROWTH: i64 = 32;
/// Width of the 1x1 convolution in a dense layer.
const BOTTLENECK: i64 = 4 * GROWTH;
/// Dense layers in each block.
const BLOCKS: [usize; 4] = [6, 12, 24, 16];
const STEM_WIDTH: i64 = 64;

/// The network.
pub struct DenseNet {
    stem: Conv,
    blocks: Vec<Block>,
    norm5: JoinNormRelu,
    head: Linear,
}

/// Dense layers, then (but for the last block) a transition that halves width and resolution.
struct Block {
    layers: Vec<DenseLayer>,
    transition: Option<(JoinNormRelu, Conv)>,
}

struct DenseLayer {
    norm1: JoinNormRelu,
    conv1: Conv,
    conv2: Conv,
}

impl DenseNet {
    /// Builds the network.
    pub fn new(
        params: &Params<'_>,
        config: &network::DenseNet121,
        n_labels: usize,
    ) -> Result<Self> {
        let features = params.sub("features");
        let stem = ConvShape {
            in_channels: config.in_channels as i64,
            out_channels: STEM_WIDTH,
            kernel: 7,
            stride: 2,
            activation: Activation::Relu,
        };
        let stem = Conv::new(&features, "conv0", Some("norm0"), stem)?;
        let mut width = STEM_WIDTH;
        let mut blocks = Vec::with_capacity(BLOCKS.len());
        for (idx, n_layers) in BLOCKS.iter().enumerate() {
            let mut layers = Vec::with_capacity(*n_layers);
            for layer_idx in 0..*n_layers {
                let name = format!("denseblock{}.denselayer{}", idx + 1, layer_idx + 1);
                layers.push(DenseLayer::new(&features.sub(&name), width)?);
                width += GROWTH;
            }
            let mut transition = None;
            if idx + 1 < BLOCKS.len() {
                let params = features.sub(&format!("transition{}", idx + 1));
                let norm = JoinNormRelu::new(&params.sub("norm"), width)?;
                transition = Some((
                    norm,
                    Conv::new(&params, "conv", None, pointwise(width, width / 2))?,
                ));
                width /= 2;
            }
            blocks.push(Block { layers, transition });
        }
        let norm5 = JoinNormRelu::new(&features.sub("norm5"), width)?;
        let head = Linear::head(&params.sub("classifier"), width, n_labels as i64)?;
        Ok(Self {
            stem,
            blocks,
            norm5,
            head,
        })
    }
}

fn pointwise(in_channels: i64, out_channels: i64) -> ConvShape {
    ConvShape {
        in_channels,
        out_channels,
        kernel: 1,
        stride: 1,
        activation: Activation::None,
    }
}

impl DenseLayer {
    fn new(params: &Params<'_>, width: i64) -> Result<Self> {
        let conv1 = ConvShape {
            activation: Activation::Relu,
            ..pointwise(width, BOTTLENECK)
        };
        let conv2 = ConvShape {
            kernel: 3,
            ..pointwise(BOTTLENECK, GROWTH)
        };
        Ok(Self {
            norm1: JoinNormRelu::new(&params.sub("norm1"), width)?,
            conv1: Conv::new(params, "conv1", Some("norm2"), conv1)?,
            conv2: Conv::new(params, "conv2", None, conv2)?,
        })
    }

    /// All maps so far → the maps to add.
    fn forward(&self, maps: &[Tensor], mode: Mode) -> Result<Tensor> {
        let x = self.norm1.forward(maps, mode)?;
        let x = self.conv1.forward(&x, None, mode)?;
        self.conv2.forward(&x, None, mode)
    }
}

impl Block {
    /// Every layer adds its maps to those so far.
    fn forward(&self, x: Tensor, mode: Mode) -> Result<Vec<Tensor>> {
        let mut maps = vec![x];
        for layer in &self.layers {
            maps.push(layer.forward(&maps, mode)?);
        }
        Ok(maps)
    }
}

/// The published order is convolution, then mean pooling. Both are linear and a 1x1 convolution does not mix pixels,
/// so they commute: pooling first costs a quarter.
fn halve(maps: &Tensor, conv: &Conv, mode: Mode) -> Result<Tensor> {
    let pooled = maps.f_avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None)?;
    conv.forward(&pooled, None, mode)
}

impl Cnn for DenseNet {
    /// Up to the norm of the last transition, before it halves the resolution.
    fn trunk(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let x = self.stem.forward(x, None, mode)?;
        let mut x = x.f_max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false)?;
        let transitions = self
            .blocks
            .iter()
            .filter_map(|it| Some((it, it.transition.as_ref()?)));
        let n_transitions = transitions.clone().count();
        for (idx, (block, (norm, conv))) in transitions.enumerate() {
            x = norm.forward(&block.forward(x, mode)?, mode)?;
            if idx + 1 < n_transitions {
                x = halve(&x, conv, mode)?;
            }
        }
        Ok(x)
    }

    fn last_stage(&self, maps: &Tensor, mode: Mode) -> Result<Tensor> {
        let last_transition = self
            .blocks
            .iter()
            .rev()
            .find_map(|it| it.transition.as_ref());
        let mut maps = match last_transition {
            Some((_, conv)) => vec![halve(maps, conv, mode)?],
            None => vec![maps.shallow_clone()],
        };
        if let Some(block) = self.blocks.last().filter(|it| it.transition.is_none()) {
            maps = block.forward(maps.swap_remove(0), mode)?;
        }
        self.norm5.forward(&maps, mode)
    }

    fn head(&self) -> &Linear {
        &self.head
    }
}
