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
//!
//! [`script`] is for networks of others that come as programs: they never run in this process.

pub mod attribute;
mod black_box;
pub mod densenet;
mod ensemble;
mod image_model;
pub mod layer;
mod loaded;
mod packed;
pub mod params;
pub mod plain_cnn;
mod randomised;
pub mod resnet;
pub mod rnn;
pub mod script;
mod shim;
mod step_model;
mod steps;
mod summary;
mod terms;
mod text_model;
pub mod train;
pub mod transformer;
pub mod tuning;

pub use self::{randomised::test_explanations, summary::Fitting};
pub use tch::nn::VarStore;
use tch::{Device, TchError, Tensor};

use self::{
    densenet::DenseNet,
    ensemble::Ensemble,
    image_model::ImageModel,
    layer::{Linear, Mode},
    loaded::Loaded,
    params::{Params, Weights},
    plain_cnn::PlainCnn,
    resnet::ResNet,
    rnn::Recurrent,
    step_model::StepModel,
    terms::WithTerms,
    text_model::TextModel,
    transformer::Transformer,
};
use crate::{
    model::{Bundle, Error, Manifest, Model, Network, known_answer},
    prediction::{Engine, Form, Precision},
    warnings::{WarningKind, Warnings},
};

/// What every function here returns.
pub type Result<T> = std::result::Result<T, Error>;

/// A convolutional network: feature maps, their mean ([`layer::pool`]), a linear head.
pub trait Cnn: Send {
    /// All before the last stage; its maps are finer than the last ones. `[n, channels, h, w]` → `[n, k, h', w']`
    fn trunk(&self, x: &Tensor, mode: Mode) -> Result<Tensor>;
    /// The last stage, from the maps of [`Cnn::trunk`]. `[n, k, h', w']` → `[n, features, h'', w'']`
    fn last_stage(&self, maps: &Tensor, mode: Mode) -> Result<Tensor>;
    /// `[n, channels, h, w]` → `[n, features, h'', w'']`
    fn features(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        self.last_stage(&self.trunk(x, mode)?, mode)
    }
    /// `[n, features]` → `[n, labels]`
    fn head(&self) -> &Linear;
}

/// A network that was built.
pub enum Net {
    Cnn(Box<dyn Cnn>),
    Transformer(Transformer),
    Recurrent(Recurrent),
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
            Network::ResNet34(config) => {
                Self::Cnn(Box::new(ResNet::resnet34(params, config, n_labels)?))
            }
            Network::ResNet50(config) => {
                Self::Cnn(Box::new(ResNet::resnet50(params, config, n_labels)?))
            }
            Network::DenseNet121(config) => {
                Self::Cnn(Box::new(DenseNet::new(params, config, n_labels)?))
            }
            Network::PlainCnn(config) => {
                Self::Cnn(Box::new(PlainCnn::new(params, config, n_labels)?))
            }
            Network::Transformer(config) => {
                Self::Transformer(Transformer::new(params, config, n_labels)?)
            }
            Network::Recurrent(config) => {
                Self::Recurrent(Recurrent::new(params, config, n_labels)?)
            }
            Network::TorchScript(_) => {
                return Err(Error::Script {
                    want: "stays in its worker",
                    found: "a network to be built here".to_owned(),
                });
            }
        })
    }
}

/// How to run a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The form to try first.
    pub form: Form,
    pub precision: Precision,
    /// For the whole process; the last model to be loaded decides.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            form: Form::Fused,
            precision: Precision::Float32,
            threads: tuning::default_threads(),
        }
    }
}

/// Makes a model of a checked bundle and asks it for its known answer. Where a form or a precision does not work on
/// this machine, the next simpler one stands in, with a warning; [`Model::engine`] says what runs. A TorchScript module
/// is refused: [`script::load`] asks whether it may run.
pub fn load(bundle: Bundle, options: Options, warnings: &Warnings) -> Result<Box<dyn Model>> {
    let simpler = Options {
        precision: Precision::Float32,
        ..options
    };
    let plain = Options {
        form: Form::Plain,
        ..simpler
    };
    let Bundle {
        manifest,
        weights,
        members,
        terms,
        ..
    } = bundle;
    let terms = terms.map(|[_, weights]| weights);
    if matches!(manifest.network, Network::TorchScript(_)) {
        let sha256 = manifest.weights.sha256;
        return Err(Error::NotAllowed { sha256 });
    }
    // Each file's bytes are freed as soon as its tensors are made.
    let files = std::iter::once(weights).chain(members);
    let weights = files
        .map(|it| Weights::parse(&it))
        .collect::<Result<Vec<_>>>()?;
    let files = (weights.as_slice(), terms.as_deref());
    let error = match tested(&manifest, files, options) {
        Ok(model) => return Ok(model),
        Err(error) if options == plain => return Err(error),
        Err(error) => error,
    };
    // Wrong weights fail in every form, and the last error is the one to tell.
    let model = match tested(&manifest, files, simpler) {
        Ok(model) if options != simpler => model,
        _ => tested(&manifest, files, plain)?,
    };
    let Engine {
        form, precision, ..
    } = model.engine();
    let (form, precision) = (format!("{form:?}"), format!("{precision:?}"));
    let runs = format!("the network runs {form} in {precision}").to_lowercase();
    warnings.add(
        WarningKind::Model,
        format!("{runs}, because the faster way failed: {error}"),
    );
    Ok(model)
}

fn tested(
    manifest: &Manifest,
    (weights, terms): (&[Weights], Option<&[u8]>),
    options: Options,
) -> Result<Box<dyn Model>> {
    let weights = weights.iter().map(Weights::share).collect();
    let mut model = together(manifest, (weights, terms), options)?;
    let answers = model.logits(&[known_answer::input(manifest)])?;
    let known = &manifest.known_answer;
    let tolerance = match model.engine().precision {
        Precision::Float32 => known.tolerance,
        // bfloat16 has eight bits of mantissa; this tells a rounded network from a broken one.
        Precision::Bfloat16 => {
            known
                .logits
                .iter()
                .fold(1.0, |so_far: f32, it| so_far.max(it.abs()))
                * 0.05
        }
    };
    for answer in &answers {
        known_answer::check(manifest, answer, tolerance)?;
    }
    Ok(model)
}

/// Makes a model of a manifest and the bytes of its weights files, one for each network and one for its terms, if it
/// counts any, without asking for the known answer. bfloat16 needs the fused form; the plain form is always float32.
pub fn build_all(
    manifest: &Manifest,
    (files, terms): (&[Vec<u8>], Option<&[u8]>),
    options: Options,
) -> Result<Box<dyn Model>> {
    let weights = files
        .iter()
        .map(|it| Weights::parse(it))
        .collect::<Result<_>>()?;
    together(manifest, (weights, terms), options)
}

fn together(
    manifest: &Manifest,
    (weights, terms): (Vec<Weights>, Option<&[u8]>),
    options: Options,
) -> Result<Box<dyn Model>> {
    let networks = weights
        .into_iter()
        .map(|it| assemble(manifest.clone(), it, options))
        .collect::<Result<_>>()?;
    let network = Ensemble::of(manifest, networks)?;
    match (&manifest.terms, terms) {
        (None, None) => Ok(network),
        (Some(part), Some(file)) => Ok(Box::new(WithTerms::new(network, part, file)?)),
        (part, _) => {
            let (want, found) = if part.is_some() {
                ("", "none")
            } else {
                ("no ", "one")
            };
            Err(Error::Input {
                want: format!("{want}weights file of terms, as in the manifest"),
                found: found.to_owned(),
            })
        }
    }
}

/// As [`build_all`], for a model of one network.
pub fn build(manifest: Manifest, weights: &[u8], options: Options) -> Result<Box<dyn Model>> {
    assemble(manifest, Weights::parse(weights)?, options)
}

fn assemble(manifest: Manifest, weights: Weights, options: Options) -> Result<Box<dyn Model>> {
    tuning::set_threads(options.threads);
    tuning::keep_buffers();
    let Options { threads, .. } = options;
    // A recurrent network is small, and has only the form that can be differentiated.
    let form = match manifest.network {
        Network::Recurrent(_) => Form::Plain,
        _ => options.form,
    };
    let precision = match form {
        Form::Fused => options.precision,
        Form::Plain => Precision::Float32,
    };
    let (network, n_labels) = (&manifest.network, manifest.labels.len());
    let fast = Net::new(
        &Params::loaded(&weights, form, precision),
        network,
        n_labels,
    )?;
    weights.check(network.name(), network.head_name())?;
    let loaded = Loaded {
        manifest,
        weights,
        engine: Engine {
            form,
            precision,
            threads,
        },
    };
    Ok(match fast {
        Net::Cnn(fast) => Box::new(ImageModel {
            loaded,
            fast,
            plain: None,
        }),
        Net::Transformer(fast) => Box::new(TextModel {
            loaded,
            fast,
            plain: None,
        }),
        Net::Recurrent(network) => Box::new(StepModel { loaded, network }),
    })
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
