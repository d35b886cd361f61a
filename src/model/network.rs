//! The networks that can be built, as data: kind and size. `nn` builds them.

use serde::{Deserialize, Serialize};

use crate::prediction::Method;

/// A network and its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Network {
    #[serde(rename = "resnet_s")]
    ResNetS(ResNetS),
    #[serde(rename = "resnet18")]
    ResNet18(ResNet18),
    #[serde(rename = "resnet34")]
    ResNet34(ResNet34),
    #[serde(rename = "resnet50")]
    ResNet50(ResNet50),
    #[serde(rename = "densenet121")]
    DenseNet121(DenseNet121),
    PlainCnn(PlainCnn),
    Transformer(Transformer),
    Recurrent(Recurrent),
    #[serde(rename = "torchscript")]
    TorchScript(TorchScript),
}

impl Network {
    /// The name of the kind, as in a manifest.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ResNetS(_) => "resnet_s",
            Self::ResNet18(_) => "resnet18",
            Self::ResNet34(_) => "resnet34",
            Self::ResNet50(_) => "resnet50",
            Self::DenseNet121(_) => "densenet121",
            Self::PlainCnn(_) => "plain_cnn",
            Self::Transformer(_) => "transformer",
            Self::Recurrent(_) => "recurrent",
            Self::TorchScript(_) => "torchscript",
        }
    }

    /// The methods that can explain it, in the order of a chooser; the first is the default.
    pub const fn methods(&self) -> &'static [Method] {
        match self {
            Self::ResNetS(_)
            | Self::ResNet18(_)
            | Self::ResNet34(_)
            | Self::ResNet50(_)
            | Self::DenseNet121(_) => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::LayerCam,
                Method::IntegratedGradients,
                Method::SmoothGrad,
                Method::Occlusion,
                Method::Rise,
            ],
            // What it answers is a place in the note already.
            Self::Transformer(Transformer {
                pool: Pool::Tokens, ..
            }) => &[],
            Self::Transformer(_) => &[Method::Chefer, Method::IntegratedGradients],
            Self::Recurrent(_) => &[Method::Occlusion],
            Self::TorchScript(TorchScript {
                has_features: true, ..
            }) => &[
                Method::GradCam,
                Method::GradCamPlusPlus,
                Method::HiResCam,
                Method::IntegratedGradients,
                Method::SmoothGrad,
                Method::Occlusion,
                Method::Rise,
            ],
            Self::PlainCnn(_) | Self::TorchScript(_) => &[
                Method::Occlusion,
                Method::IntegratedGradients,
                Method::SmoothGrad,
                Method::Rise,
            ],
        }
    }

    /// The name of the last layer, whose first dimension is the number of labels.
    pub const fn head_name(&self) -> &'static str {
        match self {
            Self::ResNetS(_)
            | Self::ResNet18(_)
            | Self::ResNet34(_)
            | Self::ResNet50(_)
            | Self::PlainCnn(_) => "fc",
            Self::Transformer(Transformer {
                pool: Pool::Tokens, ..
            }) => "qa_outputs",
            Self::DenseNet121(_) | Self::Transformer(_) | Self::Recurrent(_) => "classifier",
            Self::TorchScript(_) => "its own",
        }
    }
}

/// A small residual network at native resolution: 3x3 stem, stages of basic blocks with widths
/// `width`, 2 `width`, 4 `width`…, global average pool, linear head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNetS {
    pub in_channels: usize,
    pub width: usize,
    /// Basic blocks in each stage; every stage but the first halves the resolution.
    pub blocks: Vec<usize>,
    /// 1 or 2.
    pub stem_stride: usize,
}

/// ResNet-18 (He et al. 2015) with torchvision's parameter names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNet18 {
    pub in_channels: usize,
}

/// ResNet-34 (He et al. 2015) with torchvision's parameter names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNet34 {
    pub in_channels: usize,
}

/// ResNet-50 (He et al. 2015) with torchvision's parameter names, and its stride in the 3x3 convolution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResNet50 {
    pub in_channels: usize,
}

/// DenseNet-121 (Huang et al. 2017) with torchvision's parameter names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenseNet121 {
    pub in_channels: usize,
}

/// The network of the Keras tutorial on convolutions: 3x3 convolutions without padding, each with a ReLU, halved by a
/// maximum over 2x2 after each but the last, then a dense layer over all that is left, and a linear head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainCnn {
    pub in_channels: usize,
    /// Width and height of the input: the dense layer has a weight for each place.
    pub side: usize,
    /// Channels of each convolution.
    pub widths: Vec<usize>,
    pub dense: usize,
}

impl PlainCnn {
    /// Width and height of the maps that the dense layer reads; 0 if nothing is left of the input.
    pub fn last_side(&self) -> usize {
        let n_convolutions = self.widths.len();
        (0..n_convolutions).fold(self.side, |side, idx| {
            let convolved = side.saturating_sub(2);
            if idx + 1 < n_convolutions {
                convolved / 2
            } else {
                convolved
            }
        })
    }
}

/// A BERT-style encoder (Devlin et al. 2019; post-norm, learned positions, GELU) with a pooled linear head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transformer {
    pub vocab: usize,
    pub max_tokens: usize,
    pub layers: usize,
    pub dim: usize,
    pub heads: usize,
    /// Width of the feed-forward part.
    pub ffn: usize,
    pub pool: Pool,
    /// What every layer norm adds to the variance.
    #[serde(
        default = "Transformer::epsilon",
        skip_serializing_if = "Transformer::is_usual"
    )]
    pub epsilon: f64,
}

impl Transformer {
    /// BERT's own.
    pub const EPSILON: f64 = 1e-12;

    fn epsilon() -> f64 {
        Self::EPSILON
    }

    fn is_usual(epsilon: &f64) -> bool {
        *epsilon == Self::epsilon()
    }
}

/// A recurrent network over steps: hours of a patient's course, bases of a sequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrent {
    pub cell: Cell,
    /// Values in a step.
    pub channels: usize,
    /// Values that hold for all steps; they start the state.
    pub facts: usize,
    pub hidden: usize,
    /// A second cell reads from the end to the start. Not for GRU-D, which decays forwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub both_ways: bool,
    pub readout: Readout,
    /// For one label: a logistic regression on a summary of each channel answers beside the cell, and the logit is the mean
    /// of all. The summary is first, last, least, greatest and mean value, the means of the last quarter and of both
    /// halves, and in which part of the steps it was measured.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub summary: bool,
    /// Beside a summary: boosted trees on it, as a third model of the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trees: Option<Trees>,
}

/// Symmetric trees: each level asks one question of all its leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trees {
    pub number: usize,
    /// Levels, 1 to 8.
    pub depth: usize,
}

/// What carries the state from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Cho et al. 2014.
    Gru,
    /// Hochreiter and Schmidhuber 1997.
    Lstm,
    /// Che et al. 2018: what was not measured decays to the mean, and the state decays with it.
    GruD,
}

/// What of the states the head reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readout {
    /// The state after the last step.
    Last,
    /// Mean and maximum over all steps side by side.
    MeanMax,
    /// Every state by weights of its own, for inputs of exactly this many steps.
    Each(usize),
}

/// A network that is a program of its own: a TorchScript module, run in a worker process. `forward` maps `[n, c, h, w]` →
/// `[n, labels]`, each row for itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TorchScript {
    pub in_channels: usize,
    pub gives: Gives,
    /// It reads pictures by columns, `[n, c, w, h]`, as MONAI's reader of PNG and JPEG pictures gives them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub axes_exchanged: bool,
    /// Whether it exports `features`, `[n, c, h, w]` → `[n, k, h', w']`, and `head`, which maps those to what
    /// `forward` gives.
    pub has_features: bool,
}

/// What the rows of a TorchScript module are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gives {
    /// The softmax or sigmoid is still to be taken.
    Logits,
    /// It has been taken; the logits are worked out from it.
    Probabilities,
}

/// How token features become one feature vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// The `[CLS]` token.
    Cls,
    /// The mean over all tokens that are not padding.
    Mean,
    /// Mean and maximum side by side.
    MeanMax,
    /// BERT's own: a square layer and a tanh over the `[CLS]` token.
    Pooler,
    /// None: a span head gives each token two logits, of the answer's start and of its end. Where one vector stands for
    /// all (the known answer), the mean.
    Tokens,
}
