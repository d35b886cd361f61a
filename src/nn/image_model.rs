//! A convolutional network as a [`Model`].

use tch::{Kind, Tensor};

use super::{
    Cnn, Net, Result,
    attribute::{self, Steps, first},
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
                let (maps, gradients) = self.features_and_gradients(&x, label)?;
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
            Method::LayerCam => {
                let mut steps = Steps::new(task, 1);
                let map = layer_cam(self.plain()?, &x, label)?;
                steps.advance(1)?;
                black_box::map_attribution(&map, None)
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

    /// The last feature maps `[k, h, w]` and the gradient of one logit with respect to them. The maps come from the fast
    /// form: only pool and head, which are plain in both, are differentiated.
    fn features_and_gradients(&self, x: &Tensor, label: LabelIdx) -> Result<(Tensor, Tensor)> {
        let maps = tch::no_grad(|| self.fast.features(&self.loaded.entry(x)?, Mode::Eval))?;
        let maps = maps.f_to_kind(Kind::Float)?.set_requires_grad(true);
        let head = self.fast.head();
        let logit = head
            .forward(&layer::pool(&maps)?)?
            .f_select(1, label.0 as i64)?;
        let gradients = first(Tensor::f_run_backward(&[&logit], &[&maps], false, false)?)?;
        Ok((maps.f_detach()?.f_get(0)?, gradients.f_get(0)?))
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

/// LayerCAM at the last stage and one stage earlier, as one map of the finer size. → `[h, w]`
fn layer_cam(net: &dyn Cnn, x: &Tensor, label: LabelIdx) -> Result<Tensor> {
    let trunk = tch::no_grad(|| net.trunk(x, Mode::Eval))?.set_requires_grad(true);
    let last = net.last_stage(&trunk, Mode::Eval)?;
    let logit = net
        .head()
        .forward(&layer::pool(&last)?)?
        .f_select(1, label.0 as i64)?;
    let gradients = Tensor::f_run_backward(&[&logit], &[&trunk, &last], false, false)?;
    let [of_trunk, of_last] = gradients.as_slice() else {
        return Err(Error::Engine {
            cause: format!("wanted two gradients, found {}", gradients.len()),
        });
    };
    let map = |maps: &Tensor, gradients: &Tensor| {
        attribute::layer_cam(&maps.f_detach()?.f_get(0)?, &gradients.f_get(0)?)
    };
    attribute::mean_of_stages(&map(&trunk, of_trunk)?, &map(&last, of_last)?)
}
