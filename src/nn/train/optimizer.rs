//! AdamW (Loshchilov and Hutter 2019) or SGD over named variables, with averaged weights, in a form that can be saved
//! whole.

use std::collections::BTreeMap;

use tch::{Tensor, nn::VarStore, no_grad};

use super::{
    super::Result,
    knobs::{Knobs, Method},
};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;

/// The trained variables with what the method and the average remember about each.
pub(super) struct Optimizer {
    trained: Vec<Trained>,
    /// Everything that a bundle holds, running statistics too.
    averaged: Vec<Averaged>,
    pub(super) n_steps: u64,
    method: Method,
    weight_decay: f64,
    average_decay: f64,
    clip_norm: f64,
}

struct Trained {
    name: String,
    variable: Tensor,
    /// AdamW's decayed means of the gradient and of its square; SGD's momentum and nothing.
    first: Tensor,
    second: Tensor,
    /// Only matrices and kernels; not biases and norms.
    is_decayed: bool,
}

struct Averaged {
    name: String,
    variable: Tensor,
    average: Tensor,
    /// The average at the best epoch, where one is looked for.
    best: Option<Tensor>,
}

impl Optimizer {
    pub(super) fn new(vars: &VarStore, knobs: &Knobs) -> Result<Self> {
        // In the order of their names, so that two runs add up in the same order.
        let variables: BTreeMap<String, Tensor> = vars.variables().into_iter().collect();
        let mut trained = Vec::new();
        let mut averaged = Vec::new();
        for (name, variable) in variables {
            let start = no_grad(|| variable.f_detach_copy())?;
            if variable.requires_grad() {
                let is_decayed = 1 < variable.dim();
                let (first, second) = (start.f_zeros_like()?, start.f_zeros_like()?);
                let variable = variable.shallow_clone();
                trained.push(Trained {
                    name: name.clone(),
                    variable,
                    first,
                    second,
                    is_decayed,
                });
            }
            averaged.push(Averaged {
                name,
                variable,
                average: start,
                best: None,
            });
        }
        Ok(Self {
            trained,
            averaged,
            n_steps: 0,
            method: knobs.method,
            weight_decay: knobs.weight_decay,
            average_decay: knobs.average_decay,
            clip_norm: knobs.clip_norm,
        })
    }

    /// One step down the gradients, which are set to zero.
    pub(super) fn step(&mut self, lr: f64) -> Result<()> {
        self.n_steps += 1;
        no_grad(|| {
            let shrink = self.clip_factor()?;
            let steps = self.n_steps as f64;
            let unbias = [BETA1, BETA2].map(|it| 1.0 - it.powf(steps));
            for it in &mut self.trained {
                let gradient = it.variable.f_grad()?;
                if !gradient.defined() {
                    continue;
                }
                let gradient = shrunk(gradient, shrink)?;
                let decay = if it.is_decayed {
                    self.weight_decay
                } else {
                    0.0
                };
                match self.method {
                    Method::AdamW { epsilon } => {
                        it.adam(&gradient, (lr, epsilon), decay, unbias)?
                    }
                    Method::Sgd { momentum } => it.sgd(gradient, lr, decay, momentum)?,
                }
                it.variable.zero_grad();
            }
            // Young averages forget fast, so that the start does not linger.
            let decay = self.average_decay.min((1.0 + steps) / (10.0 + steps));
            for it in &mut self.averaged {
                it.average = it.average.f_lerp_(&it.variable, 1.0 - decay)?;
            }
            Ok(())
        })
    }

    /// What all gradients are multiplied with, so that together they are no longer than allowed; `None` for any length.
    fn clip_factor(&self) -> Result<Option<f64>> {
        if self.clip_norm <= 0.0 {
            return Ok(None);
        }
        let gradients = self
            .trained
            .iter()
            .map(|it| it.variable.f_grad())
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let norms = gradients
            .iter()
            .filter(|it| it.defined())
            .map(Tensor::f_norm);
        let norms = norms.collect::<std::result::Result<Vec<_>, _>>()?;
        if norms.is_empty() {
            return Ok(None);
        }
        let norm = Tensor::f_stack(&norms, 0)?.f_norm()?.f_double_value(&[])?;
        Ok(Some((self.clip_norm / (norm + 1e-6)).min(1.0)))
    }

    /// Exchanges the variables and their averages.
    pub(super) fn swap_average(&mut self) -> Result<()> {
        no_grad(|| {
            for it in &mut self.averaged {
                let held = it.variable.f_detach_copy()?;
                it.variable.f_copy_(&it.average)?;
                it.average.f_copy_(&held)?;
            }
            Ok(())
        })
    }

    /// Remembers the averages as the best so far.
    pub(super) fn keep_best(&mut self) -> Result<()> {
        for it in &mut self.averaged {
            it.best = Some(no_grad(|| it.average.f_detach_copy())?);
        }
        Ok(())
    }

    /// Gives the variables the best averages, or the last ones where none were kept.
    pub(super) fn finish(&mut self) -> Result<()> {
        no_grad(|| {
            for it in &mut self.averaged {
                it.variable
                    .f_copy_(it.best.as_ref().unwrap_or(&it.average))?;
            }
            Ok(())
        })
    }

    /// Whether every number that a checkpoint would hold is one.
    pub(super) fn is_finite(&self) -> Result<bool> {
        for (_, tensor) in self.tensors() {
            if tensor.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Everything that is needed to go on, by name.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (String, &Tensor)> {
        let trained = self.trained.iter().flat_map(|it| {
            [
                (format!("first {}", it.name), &it.first),
                (format!("second {}", it.name), &it.second),
            ]
        });
        let averaged = self.averaged.iter().flat_map(|it| {
            [
                (format!("variable {}", it.name), &it.variable),
                (format!("average {}", it.name), &it.average),
            ]
        });
        let best = self.averaged.iter().filter_map(|it| {
            let best = it.best.as_ref()?;
            Some((format!("best {}", it.name), best))
        });
        trained.chain(averaged).chain(best)
    }
}

impl Trained {
    fn adam(
        &mut self,
        gradient: &Tensor,
        (lr, epsilon): (f64, f64),
        decay: f64,
        [unbias1, unbias2]: [f64; 2],
    ) -> Result<()> {
        self.first = self.first.f_lerp_(gradient, 1.0 - BETA1)?;
        self.second = self.second.f_lerp_(&gradient.f_square()?, 1.0 - BETA2)?;
        if 0.0 < decay {
            self.variable = self.variable.f_mul_scalar_(1.0 - lr * decay)?;
        }
        let spread = self
            .second
            .f_div_scalar(unbias2)?
            .f_sqrt()?
            .f_add_scalar(epsilon)?;
        self.variable = self
            .variable
            .f_sub_(&self.first.f_div(&spread)?.f_mul_scalar(lr / unbias1)?)?;
        Ok(())
    }

    /// As `torch.optim.SGD(nesterov=True)`.
    fn sgd(&mut self, gradient: Tensor, lr: f64, decay: f64, momentum: f64) -> Result<()> {
        let gradient = if 0.0 < decay {
            gradient.f_add(&self.variable.f_mul_scalar(decay)?)?
        } else {
            gradient
        };
        self.first = self.first.f_mul_scalar_(momentum)?.f_add_(&gradient)?;
        let step = gradient.f_add(&self.first.f_mul_scalar(momentum)?)?;
        self.variable = self.variable.f_sub_(&step.f_mul_scalar(lr)?)?;
        Ok(())
    }
}

fn shrunk(mut gradient: Tensor, shrink: Option<f64>) -> Result<Tensor> {
    match shrink {
        Some(shrink) => Ok(gradient.f_mul_scalar_(shrink)?),
        None => Ok(gradient),
    }
}
