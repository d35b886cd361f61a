//! Model files of other programs as named tensors and plain attributes. Nothing in them is ever executed.
//!
//! 1. `read` tells the container by its content: torch's archive, its older stream of pickles, safetensors, a zipped
//!    MONAI bundle, or one of a bundle's JSON files;
//! 2. `pickle` runs the opcodes of a pickle into an arena of inert values, and refuses every name it does not know;
//! 3. `tree` walks modules and dictionaries to named views of storages;
//! 4. `torch` finds the storages, and `storage` copies each view out of them, checked against what is there.

mod bytes;
mod globals;
mod json;
mod pickle;
mod storage;
mod torch;
mod tree;
mod value;

use std::{collections::BTreeMap, io::Write};

use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Refusal,
    wire::{Kind, Reply},
};

/// Most tensors in one file.
pub(super) const TENSORS_LIMIT: usize = 1 << 16;
/// Most bytes of all tensors of one file.
pub(super) const BYTES_LIMIT: u64 = 2 << 30;

/// A model file of another program.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    pub header: ModelHeader,
    /// In file order, unique names.
    pub tensors: Vec<NamedTensor>,
}

/// Everything about a model file but its numbers. Plain data: it crosses the pipe from the decode worker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelHeader {
    /// What it was found to be.
    pub container: Container,
    /// The dotted class of a pickled module.
    pub class: Option<String>,
    /// Plain attributes of the module, or plain entries beside the weights: texts, numbers, lists of them.
    pub attributes: BTreeMap<String, Value>,
    /// JSON files of a bundle by file name.
    pub configs: BTreeMap<String, Value>,
}

/// Kinds of model files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// `torch.save` since 1.6: a ZIP archive with a pickle in it.
    #[default]
    TorchZip,
    /// `torch.save` before 1.6: a stream of pickles, then the storages.
    TorchStream,
    Safetensors,
    /// A MONAI bundle as a ZIP archive.
    Bundle,
    /// One JSON file, with the empty name in `configs`.
    Json,
}

/// A tensor, little-endian, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

/// Number formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    U8,
}

/// The head of a file on the wire.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) header: ModelHeader,
    pub(super) tensors: Vec<TensorHead>,
}

/// The head of one tensor on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TensorHead {
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
}

impl Dtype {
    /// Bytes of one number.
    pub const fn n_bytes(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::U8 => 1,
        }
    }
}

impl TensorHead {
    /// Bytes of the tensor, if a file may have as many.
    pub(super) fn n_bytes(&self) -> Result<usize, Refusal> {
        let n_bytes = self
            .shape
            .iter()
            .try_fold(self.dtype.n_bytes(), |product, it| product.checked_mul(*it))
            .filter(|it| *it as u64 <= BYTES_LIMIT);
        n_bytes.ok_or_else(|| Refusal::too_large("a tensor in bytes", BYTES_LIMIT, u64::MAX))
    }
}

/// Recognises and reads a model file, and says the answer.
pub(super) fn read<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return torch::read_zip(bytes, reply);
    }
    if torch::is_stream(bytes) {
        return torch::read_stream(bytes, reply);
    }
    if bytes.first() == Some(&b'{') {
        let configs = BTreeMap::from([(String::new(), json::parse(bytes)?)]);
        let header = ModelHeader {
            container: Container::Json,
            configs,
            ..ModelHeader::default()
        };
        return say_head(header, Vec::new(), reply);
    }
    if bytes.get(8) == Some(&b'{') {
        return read_safetensors(bytes, reply);
    }
    let found = match bytes {
        [0x80, ..] | [b'c' | b'(' | b']' | b'}', ..] => return Err(torch::refuse_bare(bytes)),
        _ => "none of them",
    };
    Err(Refusal::unsupported(
        "a torch file (.pt, .pth), a safetensors file or a zipped MONAI bundle",
        found,
    ))
}

/// Says what comes.
fn say_head<W: Write>(
    header: ModelHeader,
    tensors: Vec<TensorHead>,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    reply.json(Kind::Model, &Head { header, tensors })
}

fn read_safetensors<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|it| Refusal::malformed("a sound safetensors file", it.to_string()))?;
    let mut heads = Vec::new();
    let mut views = Vec::new();
    for (name, view) in file.tensors() {
        let dtype = match view.dtype() {
            safetensors::Dtype::F64 => Dtype::F64,
            safetensors::Dtype::F32 => Dtype::F32,
            safetensors::Dtype::F16 => Dtype::F16,
            safetensors::Dtype::BF16 => Dtype::Bf16,
            safetensors::Dtype::I64 => Dtype::I64,
            safetensors::Dtype::I32 => Dtype::I32,
            safetensors::Dtype::U8 | safetensors::Dtype::BOOL => Dtype::U8,
            other => {
                let found = format!("{other:?} in {}", tree::printable(&name));
                return Err(Refusal::unsupported("a plain number format", found));
            }
        };
        let shape = view.shape().to_vec();
        tree::check_name(&name)?;
        heads.push(TensorHead { name, dtype, shape });
        views.push(view);
    }
    if TENSORS_LIMIT < heads.len() {
        return Err(too_many(heads.len()));
    }
    let header = ModelHeader {
        container: Container::Safetensors,
        ..ModelHeader::default()
    };
    say_head(header, heads, reply)?;
    views.iter().try_for_each(|it| reply.tensor(it.data()))
}

fn too_many(found: usize) -> Refusal {
    Refusal::too_large("a number of tensors", TENSORS_LIMIT as u64, found as u64)
}
