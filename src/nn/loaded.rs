//! What every loaded model has: manifest, weights, engine; and the way of numbers into tensors and back.

use tch::{Kind, Tensor};

use super::{
    Net, Result,
    layer::channels_last,
    params::{Params, Weights},
};
use crate::{
    model::{Error, Logits, Manifest},
    prediction::{Engine, Form, Precision},
    prep::{ImageInput, Input, Spec},
};

/// A manifest, the weights that belong to it and how they are used.
pub(super) struct Loaded {
    pub(super) manifest: Manifest,
    pub(super) weights: Weights,
    pub(super) engine: Engine,
}

impl Loaded {
    /// The input as the form that runs wants it in memory. `[n, c, h, w]` → the same
    pub(super) fn entry(&self, x: &Tensor) -> Result<Tensor> {
        match (self.engine.form, self.engine.precision) {
            (Form::Plain, _) => Ok(x.shallow_clone()),
            (Form::Fused, Precision::Float32) => channels_last(x),
            (Form::Fused, Precision::Bfloat16) => channels_last(&x.f_to_kind(Kind::BFloat16)?),
        }
    }

    /// The plain form of the network, for gradients.
    pub(super) fn plain(&self) -> Result<Net> {
        let params = Params::loaded(&self.weights, Form::Plain, Precision::Float32);
        Net::new(&params, &self.manifest.network, self.manifest.labels.len())
    }
}

/// The image, if it has the size that the manifest names.
pub(super) fn checked_image<'a>(manifest: &Manifest, input: &'a Input) -> Result<&'a ImageInput> {
    let (Spec::Image(spec), Input::Image(image)) = (&manifest.prep, input) else {
        return Err(Error::Input {
            want: "an image".to_owned(),
            found: "text".to_owned(),
        });
    };
    let (want, found) = (
        [spec.channels, spec.height, spec.width],
        [image.channels, image.height, image.width],
    );
    if want != found || image.values.len() != want.iter().product::<usize>() {
        let (want, found) = (format!("an image of {want:?}"), format!("{found:?}"));
        return Err(Error::Input { want, found });
    }
    Ok(image)
}

/// The normalised value of black.
pub(super) fn black(manifest: &Manifest) -> f64 {
    match &manifest.prep {
        Spec::Image(spec) => f64::from(-spec.mean / spec.std),
        Spec::Text(_) | Spec::Series(_) | Spec::Sequence(_) | Spec::Question(_) => 0.0,
    }
}

/// Images as one batch. → `[n, c, h, w]`
pub(super) fn stack(images: &[&ImageInput]) -> Result<Tensor> {
    let rows = images
        .iter()
        .map(|it| image_tensor(it))
        .collect::<Result<Vec<_>>>()?;
    Ok(Tensor::f_cat(&rows, 0)?)
}

/// → `[1, c, h, w]`
pub(super) fn image_tensor(image: &ImageInput) -> Result<Tensor> {
    let size = [
        1,
        image.channels as i64,
        image.height as i64,
        image.width as i64,
    ];
    Ok(Tensor::f_from_slice(&image.values)?.f_reshape(size)?)
}

/// All numbers of a tensor, in order.
pub(super) fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    let flat = tensor.f_detach()?.f_to_kind(Kind::Float)?.f_contiguous()?;
    let mut values = vec![0.0; flat.numel()];
    flat.f_copy_data(&mut values, flat.numel())?;
    Ok(values)
}

/// The rows of `[n, m]`.
pub(super) fn rows(tensor: &Tensor) -> Result<Vec<Vec<f32>>> {
    let (_, width) = tensor.size2()?;
    let width = usize::try_from(width).unwrap_or(0).max(1);
    Ok(values(tensor)?.chunks(width).map(<[f32]>::to_vec).collect())
}

impl Logits {
    /// The answer of one network. Refuses NaN and infinity: a sick network must not answer.
    pub(super) fn single(values: Vec<f32>, features: Vec<f32>) -> Result<Self> {
        match values.iter().find(|it| !it.is_finite()) {
            Some(odd) => Err(Error::NotFinite {
                found: odd.to_string(),
            }),
            None => Ok(Self {
                values,
                features,
                members: Vec::new(),
            }),
        }
    }
}
