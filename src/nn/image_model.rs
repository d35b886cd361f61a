//! A convolutional network as a [`Model`].

use tch::Tensor;

use super::{
    Cnn, Result,
    layer::{self, Mode},
    loaded::{Loaded, rows},
};
use crate::{
    model::{Attribution, Error, Logits, Manifest, Model, Task},
    prediction::{Engine, LabelIdx, Method},
    prep::{ImageInput, Input, Spec},
};

/// Images that go through the network together; more cost memory and gain nothing.
const BATCH: usize = 32;

/// A convolutional network with its weights.
pub(super) struct ImageModel {
    pub(super) loaded: Loaded,
    /// In the form and precision of `loaded.engine`.
    pub(super) fast: Box<dyn Cnn>,
    /// For gradients; built when first asked for.
    pub(super) plain: Option<Box<dyn Cnn>>,
}

impl Model for ImageModel {
    fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    fn engine(&self) -> Engine {
        self.loaded.engine
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>> {
        let mut answers = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            let images = batch.iter().map(|it| self.image(it)).collect::<Result<Vec<_>>>()?;
            let (features, logits) = tch::no_grad(|| self.forward(&self.loaded.stack(&images)?))?;
            for (values, features) in rows(&logits)?.into_iter().zip(rows(&features)?) {
                answers.push(Logits { values, features }.finite()?);
            }
        }
        Ok(answers)
    }

    fn explain(&mut self, input: &Input, label: LabelIdx, method: Method, task: &Task) -> Result<Attribution> {
        self.loaded.check_label(label)?;
        let _image = self.image(input)?;
        let _ = (task, &self.plain);
        Err(Error::Method { found: method.name() })
    }
}

impl ImageModel {
    /// The image, if it has the size that the manifest names.
    fn image<'a>(&self, input: &'a Input) -> Result<&'a ImageInput> {
        let (Spec::Image(spec), Input::Image(image)) = (&self.loaded.manifest.prep, input) else {
            return Err(Error::Input { want: "an image".to_owned(), found: "text".to_owned() });
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

    /// `[n, c, h, w]` → features `[n, f]`, logits `[n, labels]`
    fn forward(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let features = layer::pool(&self.fast.features(x, Mode::Eval)?)?;
        let logits = self.fast.head().forward(&features)?;
        Ok((features, logits))
    }
}
