//! What a model was made for: what a file may say of itself, and what its pictures look like.

use safetensors::{Dtype, SafeTensors, View, serialize};
use serde::{Deserialize, Serialize};

use super::{Error, manifest::FileRef};
use crate::{prep::layout::N_LAYOUT, stats::Gaussian};

const MEAN: &str = "mean";
const WHITENING: &str = "whitening";

/// The scope of an image model, `[scope]` of a manifest. What a file does not say is not held against it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default)]
    pub header: HeaderScope,
    /// How unusual a picture may look.
    pub layout: Option<LayoutScope>,
    /// For a crop in Hounsfield units: what must lie in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lung: Option<LungScope>,
}

/// What a crop of a lung must hold, as parts of its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LungScope {
    /// Below this it is air or lung.
    pub air_below_hu: f32,
    /// Least part of air and lung.
    pub least_air: f32,
    /// Above this it is tissue, a hazy nodule included.
    pub tissue_above_hu: f32,
    /// Least part of tissue.
    pub least_tissue: f32,
}

/// What the header of a file may say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderScope {
    /// DICOM (0008,0060); empty for any.
    #[serde(default)]
    pub modalities: Vec<String>,
    /// DICOM (0018,0015): one of these is part of what the file says; empty for any.
    #[serde(default)]
    pub body_parts: Vec<String>,
    /// DICOM (0018,5101); empty for any.
    #[serde(default)]
    pub views: Vec<String>,
    /// Youngest and oldest patient, both included: 1 to 5 takes in a child until its sixth birthday.
    pub age_years: Option<[f32; 2]>,
}

/// The test of a picture's [layout](crate::prep::layout): its distance to those that the model was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutScope {
    /// A picture farther than this is refused.
    pub limit: f32,
    /// Pictures that the distance was fitted on.
    pub n_fitted: usize,
    /// Pictures of the same kind that the limit was set by, each measured by a fit that had not seen its patient.
    pub n_held_out: usize,
    /// Part of those that the limit refuses.
    pub refused: f32,
    pub fit: FileRef,
}

/// A fitted distance as a safetensors file (float32).
///
/// # Errors
/// Never with a sound [`Gaussian`].
pub fn write_layout(fit: &Gaussian) -> Result<Vec<u8>, Error> {
    let n = fit.mean().len();
    let tensors = [
        (MEAN, Plain::new(fit.mean(), vec![n])),
        (WHITENING, Plain::new(fit.whitening(), vec![n, n])),
    ];
    serialize(tensors, None).map_err(|it| odd(&it.to_string()))
}

/// Reads what [`write_layout`] wrote.
///
/// # Errors
/// Bytes that are no such file.
pub fn read_layout(bytes: &[u8]) -> Result<Gaussian, Error> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|it| odd(&it.to_string()))?;
    let values = |name: &str, n_values: usize| -> Result<Vec<f64>, Error> {
        let tensor = tensors.tensor(name).map_err(|it| odd(&it.to_string()))?;
        if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * n_values {
            return Err(odd(&format!("another type or size of {name}")));
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        Ok(numbers
            .iter()
            .map(|it| f64::from(f32::from_le_bytes(*it)))
            .collect())
    };
    let (mean, whitening) = (
        values(MEAN, N_LAYOUT)?,
        values(WHITENING, N_LAYOUT * N_LAYOUT)?,
    );
    Gaussian::from_parts(mean, whitening).ok_or_else(|| odd("numbers that are not finite"))
}

fn odd(found: &str) -> Error {
    Error::Input {
        want: "a layout file of this program".to_owned(),
        found: found.to_owned(),
    }
}

/// Numbers in the form that the safetensors crate writes.
struct Plain {
    bytes: Vec<u8>,
    shape: Vec<usize>,
}

impl Plain {
    fn new(values: &[f64], shape: Vec<usize>) -> Self {
        let bytes = values.iter().flat_map(|it| (*it as f32).to_le_bytes());
        Self {
            bytes: bytes.collect(),
            shape,
        }
    }
}

impl View for Plain {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        (&self.bytes).into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
