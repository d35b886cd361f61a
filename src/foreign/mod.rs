//! What a model file of another program means, and the bundle that it becomes.
//!
//! 1. `import` has read the file in its worker, as named tensors and plain attributes;
//! 2. [`draft`] tells whose model it is and maps its names, labels, outputs and preprocessing to ours (`xrv`,
//!    `torchvision`, `monai`, `bert`; `weights` for what all share);
//! 3. [`write()`] makes the bundle and has it answer its known question in both forms of the network;
//! 4. [`preview`] shows what the network will get of a sample.
//!
//! Not here: TorchScript, which is a program and no list of weights.

mod bert;
mod bundle;
mod monai;
mod preview;
mod torchvision;
mod weights;
mod xrv;

use crate::{
    disk,
    import::ModelFile,
    model::{
        self, Network,
        manifest::{Label, Output},
    },
    prep, render,
};

pub use self::{
    bert::TokenizerFile,
    bundle::{Written, write},
    preview::{Preview, preview},
};

/// Whose model it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// torchxrayvision.
    Xrv,
    /// torchvision, as trained on ImageNet or with its preprocessing.
    Torchvision,
    /// A MONAI bundle.
    Monai,
    /// A BERT of Hugging Face's Transformers.
    Bert,
}

/// What the person who imports says of the model; what is not said is taken from the file or refused.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub kind: Option<Kind>,
    /// The name of the bundle, as in a manifest.
    pub name: String,
    pub title: Option<String>,
    /// In the order of the outputs; an empty one hides its output.
    pub labels: Option<Vec<String>>,
    /// The file's name without folder and ending: published files are told by it.
    pub file_stem: String,
    /// For a BERT: what lies beside its weights.
    pub tokenizer: Option<TokenizerFile>,
}

/// A model of another program in our terms, not written yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: Kind,
    pub network: Network,
    pub output: Output,
    pub labels: Vec<Label>,
    /// For torchxrayvision only.
    pub op_norm: Vec<f32>,
    pub prep: prep::Spec,
    /// For text: the bytes of a `tokenizer.json`.
    pub tokenizer: Option<Vec<u8>>,
    /// What the file, or the program that it is from, says of itself.
    pub origin: Origin,
    /// What was decided on the way, one sentence each: for the card and the person who imports.
    pub notes: Vec<String>,
    tensors: weights::Tensors,
}

/// What is known of where a model comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub title: String,
    pub version: String,
    pub intended_use: String,
    pub licence: String,
    pub data: String,
}

/// Why a model cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted {want}, found {found}")]
    File { want: String, found: String },
    /// The model is sound, but its preprocessing cannot be done here as its own program does it.
    #[error("needs manual preprocessing: {transform} ({why})")]
    ManualPrep { transform: String, why: String },
    #[error(transparent)]
    Disk(#[from] disk::Error),
    #[error(transparent)]
    Model(#[from] model::Error),
    #[error(transparent)]
    Prep(#[from] prep::Error),
    #[error(transparent)]
    Render(#[from] render::Error),
}

/// What every function here returns.
pub type Result<T> = std::result::Result<T, Error>;

fn odd(want: impl Into<String>, found: impl Into<String>) -> Error {
    Error::File {
        want: want.into(),
        found: found.into(),
    }
}

/// Tells what a model file is and how it is to be used.
///
/// # Errors
/// A network that is not one of ours, labels that do not fit, preprocessing that cannot be done as the original does it,
/// or a file that does not say enough; the error names what is missing.
pub fn draft(file: ModelFile, asked: &Asked) -> Result<Draft> {
    let kind = match asked.kind {
        Some(kind) => kind,
        None => recognise(&file)?,
    };
    if file.tensors.is_empty() {
        return Err(odd("a model file with weights", "none in it"));
    }
    match kind {
        Kind::Xrv => xrv::draft(file, asked),
        Kind::Torchvision => torchvision::draft(file, asked),
        Kind::Monai => monai::draft(file, asked),
        Kind::Bert => bert::draft(file, asked),
    }
}

/// Whose model it is, if the file says so.
fn recognise(file: &ModelFile) -> Result<Kind> {
    let class = file.header.class.as_deref().unwrap_or_default();
    if file.header.configs.contains_key(monai::METADATA) {
        return Ok(Kind::Monai);
    }
    if file.header.configs.contains_key(bert::CONFIG) {
        return Ok(Kind::Bert);
    }
    if class.starts_with("torchxrayvision.")
        || file.tensors.iter().any(|it| it.name == xrv::THRESHOLDS)
    {
        return Ok(Kind::Xrv);
    }
    if class.starts_with("torchvision.") {
        return Ok(Kind::Torchvision);
    }
    let found = if class.is_empty() {
        "weights that do not say it".to_owned()
    } else {
        format!("the class {class}")
    };
    Err(odd(
        "a file that says whose model it is, or --kind xrv, torchvision, monai or bert",
        found,
    ))
}

/// Labels by name, in the order of the outputs, without operating points.
fn plain_labels(names: &[String]) -> Vec<Label> {
    let label = |name: &String| Label {
        name: name.clone(),
        operating_point: None,
    };
    names.iter().map(label).collect()
}
