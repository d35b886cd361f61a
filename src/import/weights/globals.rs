//! The names that a pickle may use. Every other name is refused: an unpickler of Python would import and call it.

use super::{Dtype, tree::printable};
use crate::import::Refusal;

/// What a known name stands for. None of them is ever run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    Set,
    /// `torch.Size`: a tuple.
    Size,
    /// `torch._utils._rebuild_tensor_v2` and its forerunner: a view of a storage.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`: the tensor itself.
    RebuildParameter,
    Storage(Dtype),
    /// A module class, or a number format: it names something and does nothing.
    Inert(String),
}

/// Packages whose classes are taken as inert records.
const PACKAGES: [&str; 5] = [
    "torch.nn",
    "torchvision.models",
    "torchvision.ops",
    "torchxrayvision",
    "monai.networks",
];

/// Number formats as attributes of `torch`.
const FORMATS: [&str; 8] = [
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "uint8", "bool",
];

/// Looks a name up.
pub(super) fn lookup(module: &str, name: &str) -> Result<Global, Refusal> {
    let is_ident = |it: &str| {
        !it.is_empty()
            && it
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '.'))
    };
    let refused = || {
        Refusal::unsupported(
            "weights of torch only, which need no code,",
            format!(
                "a call of {}.{}",
                printable(module.trim()),
                printable(name.trim())
            ),
        )
    };
    if !is_ident(module) || !is_ident(name) {
        return Err(refused());
    }
    match (module, name) {
        ("collections", "OrderedDict") => return Ok(Global::OrderedDict),
        ("__builtin__" | "builtins", "set") => return Ok(Global::Set),
        ("torch", "Size") => return Ok(Global::Size),
        ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => {
            return Ok(Global::RebuildTensor);
        }
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
            return Ok(Global::RebuildParameter);
        }
        ("torch", _) => {
            if let Some(dtype) = storage(name) {
                return Ok(Global::Storage(dtype));
            }
            if FORMATS.contains(&name) {
                return Ok(Global::Inert(format!("torch.{name}")));
            }
        }
        _ => {}
    }
    let is_inside = |package: &&str| {
        module
            .strip_prefix(package)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if PACKAGES.iter().any(is_inside) {
        Ok(Global::Inert(format!("{module}.{name}")))
    } else {
        Err(refused())
    }
}

fn storage(name: &str) -> Option<Dtype> {
    Some(match name {
        "DoubleStorage" => Dtype::F64,
        "FloatStorage" => Dtype::F32,
        "HalfStorage" => Dtype::F16,
        "BFloat16Storage" => Dtype::Bf16,
        "LongStorage" => Dtype::I64,
        "IntStorage" => Dtype::I32,
        "ByteStorage" | "BoolStorage" => Dtype::U8,
        _ => return None,
    })
}
