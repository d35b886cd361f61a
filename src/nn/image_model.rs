//! A convolutional network as a [`Model`].

use tch::Tensor;

use super::{
    Cnn, Net, Result,
    attribute::{Steps, first},
    black_box,
    layer::{self, Mode},
    loaded::{Loaded, black, checked_image, image_tensor, rows, stack},
    tuning,
};
use crate::{
    model::{Attribution, Error, Logits, Manifest, Model, Task},
    prediction::{Engine, LabelIdx, Method},
    prep::Input,
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
            let images = batch
                .iter()
                .map(|it| checked_image(&self.loaded.manifest, it))
                .collect::<Result<Vec<_>>>()?;
            tuning::suit_the_load();
            let (features, logits) = tch::no_grad(|| self.forward(&stack(&images)?))?;
            for (values, features) in rows(&logits)?.into_iter().zip(rows(&features)?) {
                answers.push(Logits::single(values, features)?);
            }
        }
        Ok(answers)
    }

    fn explain(
        &mut self,
        input: &Input,
        label: LabelIdx,
        method: Method,
        task: &Task,
    ) -> Result<Attribution> {
        self.loaded.manifest.check_label(label)?;
        let x = image_tensor(checked_image(&self.loaded.manifest, input)?)?;
        let black = black(&self.loaded.manifest);
        match method {
            Method::GradCam | Method::GradCamPlusPlus | Method::HiResCam => {
                let mut steps = Steps::new(task, 1);
                let (maps, gradients) = features_and_gradients(self.plain()?, &x, label)?;
                steps.advance(1)?;
                black_box::class_map(method, &maps, &gradients)
            }
            Method::IntegratedGradients | Method::SmoothGrad => {
                let plain = self.plain()?;
                black_box::explain(method, &x, black, task, |points| {
                    let features = layer::pool(&plain.features(points, Mode::Eval)?)?;
                    let logits = plain.head().forward(&features)?;
                    Ok(logits.f_select(1, label.0 as i64)?)
                })
            }
            // These need no gradient, so the fast form runs.
            Method::Occlusion | Method::Rise => {
                black_box::explain(method, &x, black, task, |batch| {
                    Ok(self.forward(batch)?.1.f_select(1, label.0 as i64)?)
                })
            }
            Method::Chefer => Err(Error::Method {
                found: method.name(),
            }),
        }
    }
}

impl ImageModel {
    /// `[n, c, h, w]` → features `[n, f]`, logits `[n, labels]`
    fn forward(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let features = layer::pool(&self.fast.features(&self.loaded.entry(x)?, Mode::Eval)?)?;
        let logits = self.fast.head().forward(&features)?;
        Ok((features, logits))
    }

    /// The form that has gradients.
    fn plain(&mut self) -> Result<&dyn Cnn> {
        if self.plain.is_none() {
            let Net::Cnn(plain) = self.loaded.plain()? else {
                return Err(Error::Method { found: "text" });
            };
            self.plain = Some(plain);
        }
        Ok(self.plain.as_ref().unwrap_or(&self.fast).as_ref())
    }
}

/// The last feature maps `[k, h, w]` and the gradient of one logit with respect to them.
fn features_and_gradients(net: &dyn Cnn, x: &Tensor, label: LabelIdx) -> Result<(Tensor, Tensor)> {
    let maps = tch::no_grad(|| net.features(x, Mode::Eval))?.set_requires_grad(true);
    let logit = net
        .head()
        .forward(&layer::pool(&maps)?)?
        .f_select(1, label.0 as i64)?;
    let gradients = first(Tensor::f_run_backward(&[&logit], &[&maps], false, false)?)?;
    Ok((maps.f_detach()?.f_get(0)?, gradients.f_get(0)?))
}
