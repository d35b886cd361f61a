//! Explanations that need nothing of a network but its logit for a batch of images, and perhaps the gradient.

use tch::{Kind, Tensor};

use super::{
    Result,
    attribute::{self, Steps},
    loaded::values,
    train,
};
use crate::{
    model::{Attribution, AttributionValues, Error, Task},
    prediction::Method,
};

/// Steps of integrated gradients and of SmoothGrad.
const N_STEPS: usize = 32;
/// Masks of RISE.
const N_MASKS: usize = 2000;
/// What is random in an explanation is the same each time.
const SEED: u64 = 20_261_124;

/// Explains the logit of `x`, `[1, c, h, w]`. `logit` maps `[m, c, h, w]` → `[m]`, and can be differentiated where the
/// method asks for it; `black` is the normalised value of black.
pub(super) fn explain(
    method: Method,
    x: &Tensor,
    black: f64,
    task: &Task,
    logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Attribution> {
    match method {
        Method::IntegratedGradients => integrated_gradients(x, black, task, logit),
        Method::SmoothGrad => smooth_grad(x, task, logit),
        Method::Occlusion => {
            // Squares of an eighth of the shorter side, moved by half their size.
            let (_, _, height, width) = x.size4()?;
            let size = (height.min(width) / 8).max(2);
            let map =
                tch::no_grad(|| attribute::occlusion(x, black, (size, size / 2), task, logit))?;
            map_attribution(&map, None)
        }
        Method::Rise => {
            train::seed(SEED);
            let map = tch::no_grad(|| attribute::rise(x, black, N_MASKS, task, logit))?;
            map_attribution(&map, None)
        }
        _ => Err(Error::Method {
            found: method.name(),
        }),
    }
}

/// From a black image; summed over the channels.
fn integrated_gradients(
    x: &Tensor,
    black: f64,
    task: &Task,
    logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Attribution> {
    let baseline = x.f_full_like(black)?;
    let mut steps = Steps::new(task, N_STEPS);
    let (values, change) =
        attribute::integrated_gradients(x, &baseline, N_STEPS, &mut steps, logit)?;
    let gap = (values.f_sum(Kind::Double)?.f_double_value(&[])? - change).abs();
    let map = values
        .f_get(0)?
        .f_sum_dim_intlist([0_i64].as_slice(), false, Kind::Float)?;
    map_attribution(&map, Some(gap as f32))
}

/// How much each pixel matters: the length of the mean gradient over the channels. Noise of 15 % of the range.
fn smooth_grad(
    x: &Tensor,
    task: &Task,
    logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Attribution> {
    let range = x.f_max()?.f_double_value(&[])? - x.f_min()?.f_double_value(&[])?;
    let mut steps = Steps::new(task, N_STEPS);
    train::seed(SEED);
    let values = attribute::smooth_grad(x, 0.15 * range, N_STEPS, &mut steps, logit)?;
    let map = values
        .f_get(0)?
        .f_norm_scalaropt_dim(2.0, [0_i64].as_slice(), false)?;
    map_attribution(&map, None)
}

/// Grad-CAM and its kin: `[k, h, w]` twice → a map.
pub(super) fn class_map(
    method: Method,
    activations: &Tensor,
    gradients: &Tensor,
) -> Result<Attribution> {
    let map = match method {
        // The published methods keep what speaks for the label only.
        Method::GradCam => attribute::grad_cam(activations, gradients)?.f_relu()?,
        Method::GradCamPlusPlus => {
            attribute::grad_cam_plus_plus(activations, gradients)?.f_relu()?
        }
        Method::HiResCam => attribute::hires_cam(activations, gradients)?,
        _ => {
            return Err(Error::Method {
                found: method.name(),
            });
        }
    };
    map_attribution(&map, None)
}

/// A map `[h, w]` over the whole input plane.
pub(super) fn map_attribution(map: &Tensor, completeness_gap: Option<f32>) -> Result<Attribution> {
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
