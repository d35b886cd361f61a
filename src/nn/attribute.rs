//! Attribution methods as functions of activations and gradients, or of a function that gives logits.
//! None of them knows a network.

use std::f64::consts::PI;

use tch::{Kind, Tensor};

use super::Result;
use crate::model::{Error, Task};

/// Inputs that go through a network together with gradients.
const STEPS_TOGETHER: usize = 8;
/// Occluded images that go through a network together.
const PATCHES_TOGETHER: usize = 16;

/// How far long work is; stops it when its task is cancelled.
pub struct Steps<'a> {
    task: &'a Task,
    done: usize,
    total: usize,
}

impl<'a> Steps<'a> {
    /// Work of `total` steps.
    pub fn new(task: &'a Task, total: usize) -> Self {
        task.report(0, total);
        Self {
            task,
            done: 0,
            total,
        }
    }

    /// To be called between steps, with how many were done.
    pub fn advance(&mut self, n: usize) -> Result<()> {
        self.done += n;
        self.task.report(self.done, self.total);
        if self.task.is_cancelled() {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Grad-CAM (Selvaraju et al. 2017, <https://arxiv.org/abs/1610.02391>) before its ReLU: each map weighted with the
/// mean of its gradient. `[k, h, w]` twice → `[h, w]`
pub fn grad_cam(activations: &Tensor, gradients: &Tensor) -> Result<Tensor> {
    let weights = gradients.f_mean_dim([1_i64, 2].as_slice(), true, Kind::Float)?;
    sum_maps(&activations.f_mul(&weights)?)
}

/// HiResCAM (Draelos and Carin 2020, <https://arxiv.org/abs/2011.08891>): each map weighted with its gradient, place
/// by place. `[k, h, w]` twice → `[h, w]`
pub fn hires_cam(activations: &Tensor, gradients: &Tensor) -> Result<Tensor> {
    sum_maps(&activations.f_mul(gradients)?)
}

/// Grad-CAM++ (Chattopadhyay et al. 2018, <https://arxiv.org/abs/1710.11063>) before its last ReLU: each map weighted
/// with its positive gradients, those of several equal spots shared out among them. `[k, h, w]` twice → `[h, w]`
pub fn grad_cam_plus_plus(activations: &Tensor, gradients: &Tensor) -> Result<Tensor> {
    const SMALLEST: f64 = 1e-6;
    let squares = gradients.f_square()?;
    let mass = activations.f_sum_dim_intlist([1_i64, 2].as_slice(), true, Kind::Float)?;
    let below = squares
        .f_mul_scalar(2.0)?
        .f_add(&squares.f_mul(gradients)?.f_mul(&mass)?)?
        .f_add_scalar(SMALLEST)?;
    // 0 / SMALLEST is 0 where the gradient is.
    let weights = squares.f_div(&below)?.f_mul(&gradients.f_relu()?)?;
    let weights = weights.f_sum_dim_intlist([1_i64, 2].as_slice(), true, Kind::Float)?;
    sum_maps(&activations.f_mul(&weights)?)
}

/// LayerCAM (Jiang et al. 2021, <https://doi.org/10.1109/TIP.2021.3089943>): each map weighted with its positive
/// gradients, place by place. Also good for earlier, finer layers. `[k, h, w]` twice → `[h, w]`
pub fn layer_cam(activations: &Tensor, gradients: &Tensor) -> Result<Tensor> {
    Ok(sum_maps(&activations.f_mul(&gradients.f_relu()?)?)?.f_relu()?)
}

/// Two maps of one picture as one of the finer size: the mean, after the coarser one was spread over the smaller cells so
/// that its sum stays. `[h, w]` and `[h', w']` → the finer size
pub fn mean_of_stages(fine: &Tensor, coarse: &Tensor) -> Result<Tensor> {
    let ((height, width), (rows, columns)) = (fine.size2()?, coarse.size2()?);
    let shrink = (rows * columns) as f64 / (height * width).max(1) as f64;
    let spread = coarse
        .f_unsqueeze(0)?
        .f_unsqueeze(0)?
        .f_upsample_bilinear2d([height, width], false, None, None)?
        .f_reshape([height, width])?
        .f_mul_scalar(shrink)?;
    Ok(fine.f_add(&spread)?.f_mul_scalar(0.5)?)
}

fn sum_maps(maps: &Tensor) -> Result<Tensor> {
    Ok(maps.f_sum_dim_intlist([0_i64].as_slice(), false, Kind::Float)?)
}

/// Integrated gradients (Sundararajan et al. 2017, <https://arxiv.org/abs/1703.01365>) by Gauss-Legendre quadrature.
///
/// `input` and `baseline` are `[1, …]`; `logit` maps `[m, …]` → `[m]` and must not mix rows. Gives the
/// attribution, shaped as the input, and `logit(input) - logit(baseline)`, which its sum would equal without
/// the error of the quadrature.
pub fn integrated_gradients(
    input: &Tensor,
    baseline: &Tensor,
    n_steps: usize,
    steps: &mut Steps<'_>,
    mut logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<(Tensor, f64)> {
    let way = input.f_sub(baseline)?;
    let broadcast = std::iter::once(-1)
        .chain(way.size().iter().skip(1).map(|_| 1))
        .collect::<Vec<_>>();
    let column = |values: &[f32]| -> Result<Tensor> {
        Ok(Tensor::f_from_slice(values)?.f_reshape(&broadcast)?)
    };
    let mut mean_gradient = way.f_zeros_like()?;
    for nodes in gauss_legendre(n_steps).chunks(STEPS_TOGETHER) {
        let (at, weight): (Vec<f32>, Vec<f32>) = nodes
            .iter()
            .map(|it| (it.at as f32, it.weight as f32))
            .unzip();
        let points = baseline
            .f_add(&way.f_mul(&column(&at)?)?)?
            .f_detach()?
            .set_requires_grad(true);
        let sum = logit(&points)?.f_sum(Kind::Float)?;
        let gradients = first(Tensor::f_run_backward(&[&sum], &[&points], false, false)?)?;
        let weighted = gradients.f_mul(&column(&weight)?)?;
        mean_gradient = mean_gradient.f_add(&weighted.f_sum_dim_intlist(
            [0_i64].as_slice(),
            true,
            Kind::Float,
        )?)?;
        steps.advance(nodes.len())?;
    }
    let ends = tch::no_grad(|| logit(&Tensor::f_cat(&[input, baseline], 0)?))?;
    let change = ends.f_double_value(&[0])? - ends.f_double_value(&[1])?;
    Ok((way.f_mul(&mean_gradient)?, change))
}

/// SmoothGrad (Smilkov et al. 2017, <https://arxiv.org/abs/1706.03825>): the mean gradient over `n_steps` copies of the
/// input with noise of deviation `sigma`. `[1, …]` → `[1, …]`; `logit` maps `[m, …]` → `[m]` and must not mix rows.
/// The noise comes from libtorch's generator.
pub fn smooth_grad(
    input: &Tensor,
    sigma: f64,
    n_steps: usize,
    steps: &mut Steps<'_>,
    mut logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let mut sum = input.f_zeros_like()?;
    let mut n_left = n_steps;
    while 0 < n_left {
        let n = n_left.min(STEPS_TOGETHER);
        let mut size = input.size();
        if let Some(first) = size.first_mut() {
            *first = n as i64;
        }
        let noise = Tensor::f_randn(&size, (Kind::Float, input.device()))?;
        let points = noise.f_mul_scalar(sigma)?.f_add(input)?;
        let points = points.f_detach()?.set_requires_grad(true);
        let total = logit(&points)?.f_sum(Kind::Float)?;
        let gradients = first(Tensor::f_run_backward(&[&total], &[&points], false, false)?)?;
        sum = sum.f_add(&gradients.f_sum_dim_intlist([0_i64].as_slice(), true, Kind::Float)?)?;
        n_left -= n;
        steps.advance(n)?;
    }
    Ok(sum.f_div_scalar(n_steps.max(1) as f64)?)
}

/// RISE (Petsiuk et al. 2018, <https://arxiv.org/abs/1806.07421>): what the logit is on average, above its mean over
/// all masks, when a place is seen. `n_masks` random grids of `CELLS` x `CELLS`, each cell seen or covered with
/// `baseline`, enlarged smoothly and shifted. `[1, c, h, w]` → `[h, w]`; `logit` maps `[m, c, h, w]` → `[m]`. The grids
/// come from libtorch's generator.
pub fn rise(
    image: &Tensor,
    baseline: f64,
    n_masks: usize,
    task: &Task,
    mut logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    const CELLS: i64 = 7;
    let (_, _, height, width) = image.size4()?;
    let cell = [height, width].map(|it| (it + CELLS - 1) / CELLS);
    let enlarged = cell.map(|it| it * (CELLS + 1));
    let mut steps = Steps::new(task, n_masks);
    let seen = image.f_sub_scalar(baseline)?;
    let options = (Kind::Float, image.device());
    let (mut weighted, mut plain) = (
        Tensor::f_zeros([height, width], options)?,
        Tensor::f_zeros([height, width], options)?,
    );
    let mut total = 0.0;
    let mut n_left = n_masks;
    while 0 < n_left {
        let n = n_left.min(PATCHES_TOGETHER);
        let grids = Tensor::f_rand([n as i64, 1, CELLS + 1, CELLS + 1], options)?.f_lt(0.5)?;
        let large = grids
            .f_to_kind(Kind::Float)?
            .f_upsample_bilinear2d(enlarged, false, None, None)?;
        let shifts = Tensor::f_rand([n as i64, 2], options)?;
        let masks = (0..n as i64).map(|idx| {
            let shift = |axis: usize| -> Result<i64> {
                let part = shifts.f_double_value(&[idx, axis as i64])?;
                Ok((part * cell.get(axis).copied().unwrap_or(1) as f64) as i64)
            };
            Ok(large
                .f_get(idx)?
                .f_narrow(1, shift(0)?, height)?
                .f_narrow(2, shift(1)?, width)?)
        });
        let masks = Tensor::f_stack(&masks.collect::<Result<Vec<_>>>()?, 0)?; // [n, 1, h, w]
        let logits = logit(&seen.f_mul(&masks)?.f_add_scalar(baseline)?)?;
        let by_logit = masks.f_mul(&logits.f_view([-1, 1, 1, 1])?)?;
        let sum = |it: &Tensor| it.f_sum_dim_intlist([0_i64, 1].as_slice(), false, Kind::Float);
        weighted = weighted.f_add(&sum(&by_logit)?)?;
        plain = plain.f_add(&sum(&masks)?)?;
        total += logits.f_sum(Kind::Double)?.f_double_value(&[])?;
        n_left -= n;
        steps.advance(n)?;
    }
    let mean = total / n_masks.max(1) as f64;
    Ok(weighted
        .f_div(&plain.f_clamp_min(1e-6)?)?
        .f_sub_scalar(mean)?)
}

/// Occlusion (Zeiler and Fergus 2014, <https://arxiv.org/abs/1311.2901>): how far the logit falls when a square of
/// `size` pixels is covered with `baseline`. The square moves by `stride`, and each pixel gets the mean over the
/// squares that cover it. `[1, c, h, w]` → `[h, w]`; `logit` maps `[m, c, h, w]` → `[m]`.
pub fn occlusion(
    image: &Tensor,
    baseline: f64,
    (size, stride): (i64, i64),
    task: &Task,
    mut logit: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (_, _, height, width) = image.size4()?;
    let (rows, columns) = (offsets(height, size, stride), offsets(width, size, stride));
    let places = rows
        .iter()
        .flat_map(|y| columns.iter().map(move |x| (*y, *x)))
        .collect::<Vec<_>>();
    let mut steps = Steps::new(task, places.len());
    let whole = logit(image)?.f_double_value(&[0])?;
    let sum = Tensor::f_zeros([height, width], (Kind::Float, image.device()))?;
    let count = sum.f_zeros_like()?;
    let cover =
        |plane: &Tensor, (y, x): (i64, i64)| plane.f_narrow(-2, y, size)?.f_narrow(-1, x, size);
    for places in places.chunks(PATCHES_TOGETHER) {
        let batch = image.f_repeat([places.len() as i64, 1, 1, 1])?;
        for (idx, place) in places.iter().enumerate() {
            cover(&batch.f_get(idx as i64)?, *place)?
                .f_fill_(baseline)
                .map(drop)?;
        }
        let logits = logit(&batch)?;
        for (idx, place) in places.iter().enumerate() {
            let fall = whole - logits.f_double_value(&[idx as i64])?;
            cover(&sum, *place)?.f_add_scalar_(fall).map(drop)?;
            cover(&count, *place)?.f_add_scalar_(1.0).map(drop)?;
        }
        steps.advance(places.len())?;
    }
    Ok(sum.f_div(&count)?)
}

/// Relevance of tokens to tokens (Chefer et al. 2021, <https://arxiv.org/abs/2103.15679>): `R ← R + mean over heads of
/// (A ⊙ ∇A)⁺ · R`, layer by layer from the identity. Each layer brings its attention and its gradient,
/// `[heads, t, t]` → `[t, t]`
pub fn chefer(layers: &[(Tensor, Tensor)]) -> Result<Option<Tensor>> {
    let mut relevance: Option<Tensor> = None;
    for (attention, gradient) in layers {
        let weighted = attention.f_mul(gradient)?.f_clamp_min(0.0)?;
        let mean = weighted.f_mean_dim([0_i64].as_slice(), false, Kind::Float)?;
        let before = match relevance {
            Some(relevance) => relevance,
            None => Tensor::f_eye(mean.size2()?.0, (Kind::Float, mean.device()))?,
        };
        relevance = Some(before.f_add(&mean.f_matmul(&before)?)?);
    }
    Ok(relevance)
}

/// The one gradient that was asked for.
pub(super) fn first(gradients: Vec<Tensor>) -> Result<Tensor> {
    let found = gradients.into_iter().next();
    found.ok_or_else(|| Error::Engine {
        cause: "wanted a gradient, found none".to_owned(),
    })
}

/// Where squares start, so that the last one ends at the edge.
fn offsets(length: i64, size: i64, stride: i64) -> Vec<i64> {
    let last = (length - size).max(0);
    let mut offsets = (0..last)
        .step_by(usize::try_from(stride).unwrap_or(1).max(1))
        .collect::<Vec<_>>();
    offsets.push(last);
    offsets
}

/// A place in 0..1 and its weight.
struct Node {
    at: f64,
    weight: f64,
}

/// Gauss-Legendre nodes on 0..1; the weights sum to 1. Roots of the Legendre polynomial by Newton's method,
/// from the usual cosine start.
fn gauss_legendre(n: usize) -> Vec<Node> {
    let order = n as f64;
    (0..n)
        .map(|idx| {
            let mut x = -(PI * (idx as f64 + 0.75) / (order + 0.5)).cos();
            for _ in 0..100 {
                let (value, slope) = legendre(n, x);
                let step = value / slope;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            let (_, slope) = legendre(n, x);
            Node {
                at: 0.5 * (1.0 + x),
                weight: 1.0 / ((1.0 - x * x) * slope * slope),
            }
        })
        .collect()
}

/// The Legendre polynomial of degree `n` and its slope at `x`, |x| < 1.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for degree in 2..=n {
        let degree = degree as f64;
        (before, value) = (
            value,
            ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * before) / degree,
        );
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::{gauss_legendre, offsets};

    #[test]
    fn gauss_legendre_integrates_polynomials_exactly() {
        // Degree 2n - 1 at most: the integral of x^9 over 0..1 is 1/10 with five nodes.
        let nodes = gauss_legendre(5);
        let integral: f64 = nodes.iter().map(|it| it.weight * it.at.powi(9)).sum();
        assert!((integral - 0.1).abs() < 1e-14, "{integral}");
        let sum: f64 = gauss_legendre(50).iter().map(|it| it.weight).sum();
        assert!((sum - 1.0).abs() < 1e-13, "{sum}");
    }

    #[test]
    fn squares_reach_both_edges() {
        assert_eq!(offsets(10, 4, 3), [0, 3, 6]);
        assert_eq!(offsets(10, 4, 4), [0, 4, 6]);
        assert_eq!(offsets(4, 4, 2), [0]);
    }
}
