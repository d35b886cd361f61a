//! The only code that knows libtorch: networks, their two forms, attribution, training.
//!
//! A network is written once, of the layers in [`layer`], and takes its parameters from [`params::Params`]:
//! fresh ones of a `VarStore` (training), or those of a weights file, in the plain form (ordinary operators,
//! can be differentiated) or the fused form (batch norm folded, prepacked oneDNN operators, no gradient).
//! Every network is `features`, then `head`; nothing stores the last activation.
//!
//! For training: [`fresh`] gives a `VarStore` and a [`Net`]; forward with [`layer::Mode::Train`];
//! [`params::to_safetensors`] makes the weights file; [`build`] makes a [`Model`] of it, whose answer to
//! `model::known_answer::input` goes into the manifest.

pub mod densenet;
pub mod layer;
pub mod params;
pub mod resnet;
pub mod transformer;

use tch::{Device, TchError, Tensor, nn::VarStore};

use self::{
    densenet::DenseNet,
    layer::{Linear, Mode},
    params::Params,
    resnet::ResNet,
    transformer::Transformer,
};
use crate::model::{Error, Network};

/// What every function here returns.
pub type Result<T> = std::result::Result<T, Error>;

/// A convolutional network: feature maps, their mean ([`layer::pool`]), a linear head.
pub trait Cnn: Send {
    /// `[n, channels, h, w]` → `[n, features, h', w']`
    fn features(&self, x: &Tensor, mode: Mode) -> Result<Tensor>;
    /// `[n, features]` → `[n, labels]`
    fn head(&self) -> &Linear;
}

/// A network that was built.
pub enum Net {
    Cnn(Box<dyn Cnn>),
    Transformer(Transformer),
}

impl Net {
    /// Builds `network` of `params`.
    pub fn new(params: &Params<'_>, network: &Network, n_labels: usize) -> Result<Self> {
        Ok(match network {
            Network::ResNetS(config) => {
                Self::Cnn(Box::new(ResNet::small(params, config, n_labels)?))
            }
            Network::ResNet18(config) => {
                Self::Cnn(Box::new(ResNet::resnet18(params, config, n_labels)?))
            }
            Network::DenseNet121(config) => {
                Self::Cnn(Box::new(DenseNet::new(params, config, n_labels)?))
            }
            Network::Transformer(config) => {
                Self::Transformer(Transformer::new(params, config, n_labels)?)
            }
        })
    }
}

/// A network with random weights, to be trained. The `VarStore` holds its variables under their names.
pub fn fresh(network: &Network, n_labels: usize) -> Result<(VarStore, Net)> {
    let vars = VarStore::new(Device::Cpu);
    let net = Net::new(&Params::fresh(&vars), network, n_labels)?;
    Ok((vars, net))
}

impl From<TchError> for Error {
    fn from(error: TchError) -> Self {
        // libtorch's message goes on with a C++ stack trace.
        let text = error.to_string();
        Self::Engine {
            cause: text.lines().next().unwrap_or_default().to_owned(),
        }
    }
}
