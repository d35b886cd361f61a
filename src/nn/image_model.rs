//! A convolutional network as a [`Model`].

use tch::{Kind, Tensor};

use super::{
    Cnn, Net, Result,
    attribute::{self, Steps, first},
    layer::{self, Mode},
    loaded::{Loaded, image_tensor, rows, stack, values},
    train, tuning,
};
use crate::{
    model::{Attribution, AttributionValues, Error, Logits, Manifest, Model, Task},
    prediction::{Engine, LabelIdx, Method},
    prep::{ImageInput, Input, Spec},
};

/// Images that go through the network together; more cost memory and gain nothing.
const BATCH: usize = 32;
/// Steps of integrated gradients.
const N_STEPS: usize = 32;
/// Masks of RISE.
const N_MASKS: usize = 2000;
/// What is random in an explanation is the same each time.
const SEED: u64 = 20_261_124;

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
                .map(|it| self.image(it))
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
        self.loaded.check_label(label)?;
        let x = image_tensor(self.image(input)?)?;
        match method {
            Method::GradCam | Method::GradCamPlusPlus | Method::HiResCam => {
                let mut steps = Steps::new(task, 1);
                let (activations, gradients) = self.features_and_gradients(&x, label)?;
                let map = match method {
                    // The published method keeps what speaks for the label only.
                    Method::GradCam => attribute::grad_cam(&activations, &gradients)?.f_relu()?,
                    Method::GradCamPlusPlus => {
                        attribute::grad_cam_plus_plus(&activations, &gradients)?.f_relu()?
                    }
                    _ => attribute::hires_cam(&activations, &gradients)?,
                };
                steps.advance(1)?;
                map_attribution(&map, None)
            }
            Method::LayerCam => {
                let mut steps = Steps::new(task, 1);
                let map = layer_cam(self.plain()?, &x, label)?;
                steps.advance(1)?;
                map_attribution(&map, None)
            }
            Method::IntegratedGradients => self.integrated_gradients(&x, label, task),
            Method::SmoothGrad => self.smooth_grad(&x, label, task),
            Method::Occlusion => self.occlusion(&x, label, task),
            Method::Rise => self.rise(&x, label, task),
            Method::Chefer => Err(Error::Method {
                found: method.name(),
            }),
        }
    }
}

impl ImageModel {
    /// The image, if it has the size that the manifest names.
    fn image<'a>(&self, input: &'a Input) -> Result<&'a ImageInput> {
        let (Spec::Image(spec), Input::Image(image)) = (&self.loaded.manifest.prep, input) else {
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

    /// From a black image; summed over the channels.
    fn integrated_gradients(
        &mut self,
        x: &Tensor,
        label: LabelIdx,
        task: &Task,
    ) -> Result<Attribution> {
        let baseline = x.f_full_like(self.black())?;
        let mut steps = Steps::new(task, N_STEPS);
        let plain = self.plain()?;
        let (values, change) =
            attribute::integrated_gradients(x, &baseline, N_STEPS, &mut steps, |points| {
                let features = layer::pool(&plain.features(points, Mode::Eval)?)?;
                Ok(plain
                    .head()
                    .forward(&features)?
                    .f_select(1, label.0 as i64)?)
            })?;
        let gap = (values.f_sum(Kind::Double)?.f_double_value(&[])? - change).abs();
        let map = values
            .f_get(0)?
            .f_sum_dim_intlist([0_i64].as_slice(), false, Kind::Float)?;
        map_attribution(&map, Some(gap as f32))
    }

    /// Squares of an eighth of the shorter side, moved by half their size. Needs no gradient, so the fast form runs.
    fn occlusion(&self, x: &Tensor, label: LabelIdx, task: &Task) -> Result<Attribution> {
        let (_, _, height, width) = x.size4()?;
        let size = (height.min(width) / 8).max(2);
        let map = tch::no_grad(|| {
            attribute::occlusion(x, self.black(), (size, size / 2), task, |batch| {
                Ok(self.forward(batch)?.1.f_select(1, label.0 as i64)?)
            })
        })?;
        map_attribution(&map, None)
    }

    /// How much each pixel matters: the length of the mean gradient over the channels. Noise of 15 % of the range.
    fn smooth_grad(&mut self, x: &Tensor, label: LabelIdx, task: &Task) -> Result<Attribution> {
        let range = x.f_max()?.f_double_value(&[])? - x.f_min()?.f_double_value(&[])?;
        let mut steps = Steps::new(task, N_STEPS);
        let plain = self.plain()?;
        train::seed(SEED);
        let values = attribute::smooth_grad(x, 0.15 * range, N_STEPS, &mut steps, |points| {
            let features = layer::pool(&plain.features(points, Mode::Eval)?)?;
            let logits = plain.head().forward(&features)?;
            Ok(logits.f_select(1, label.0 as i64)?)
        })?;
        let map = values
            .f_get(0)?
            .f_norm_scalaropt_dim(2.0, [0_i64].as_slice(), false)?;
        map_attribution(&map, None)
    }

    /// Needs no gradient, so the fast form runs.
    fn rise(&self, x: &Tensor, label: LabelIdx, task: &Task) -> Result<Attribution> {
        train::seed(SEED);
        let map = tch::no_grad(|| {
            attribute::rise(x, self.black(), N_MASKS, task, |batch| {
                Ok(self.forward(batch)?.1.f_select(1, label.0 as i64)?)
            })
        })?;
        map_attribution(&map, None)
    }

    /// The normalised value of black.
    fn black(&self) -> f64 {
        match &self.loaded.manifest.prep {
            Spec::Image(spec) => f64::from(-spec.mean / spec.std),
            Spec::Text(_) => 0.0,
        }
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

/// A map `[h, w]` over the whole input plane.
fn map_attribution(map: &Tensor, completeness_gap: Option<f32>) -> Result<Attribution> {
    let (height, width) = map.size2()?;
    let [width, height] = [width, height].map(|it| usize::try_from(it).unwrap_or(0));
    let values = values(map)?;
    Ok(Attribution {
        values: AttributionValues::Map {
            width,
            height,
            values,
        },
        completeness_gap,
    })
}
