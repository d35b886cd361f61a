//! AdamW (Loshchilov and Hutter 2019) over named variables, with averaged weights, in a form that can be saved whole.

use std::{collections::BTreeMap, path::Path};

use safetensors::SafeTensors;
use tch::{Kind, Tensor, nn::VarStore, no_grad};

use super::{
    super::{Result, params::to_safetensors},
    Knobs,
};
use crate::{disk, model::Error};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// The largest checkpoint that is read.
const CHECKPOINT_LIMIT: u64 = 2 << 30;
/// The name under which a checkpoint counts.
const COUNTS: &str = "epochs and steps";

/// The trained variables with what AdamW and the average remember about each.
pub(super) struct Optimizer {
    trained: Vec<Trained>,
    /// Everything that a bundle holds, running statistics too.
    averaged: Vec<Averaged>,
    n_steps: i64,
    weight_decay: f64,
    average_decay: f64,
    clip_norm: f64,
}

struct Trained {
    name: String,
    variable: Tensor,
    /// Decayed means of the gradient and of its square.
    first: Tensor,
    second: Tensor,
    /// Only matrices and kernels; not biases and norms.
    is_decayed: bool,
}

struct Averaged {
    name: String,
    variable: Tensor,
    average: Tensor,
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
            });
        }
        Ok(Self {
            trained,
            averaged,
            n_steps: 0,
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
            let (unbias1, unbias2) = (1.0 - BETA1.powf(steps), 1.0 - BETA2.powf(steps));
            for it in &mut self.trained {
                let mut gradient = it.variable.f_grad()?;
                if !gradient.defined() {
                    continue;
                }
                let gradient = gradient.f_mul_scalar_(shrink)?;
                it.first = it.first.f_lerp_(&gradient, 1.0 - BETA1)?;
                it.second = it.second.f_lerp_(&gradient.f_square()?, 1.0 - BETA2)?;
                if it.is_decayed {
                    it.variable = it.variable.f_mul_scalar_(1.0 - lr * self.weight_decay)?;
                }
                let spread = it
                    .second
                    .f_div_scalar(unbias2)?
                    .f_sqrt()?
                    .f_add_scalar(EPSILON)?;
                it.variable = it
                    .variable
                    .f_sub_(&it.first.f_div(&spread)?.f_mul_scalar(lr / unbias1)?)?;
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

    /// What all gradients are multiplied with, so that together they are no longer than allowed.
    fn clip_factor(&self) -> Result<f64> {
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
            return Ok(1.0);
        }
        let norm = Tensor::f_stack(&norms, 0)?.f_norm()?.f_double_value(&[])?;
        Ok((self.clip_norm / (norm + 1e-6)).min(1.0))
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

    /// Everything that is needed to go on, written at once.
    pub(super) fn save(&self, path: &Path, n_epochs: usize) -> Result<()> {
        let counts = Tensor::f_from_slice(&[n_epochs as f32, self.n_steps as f32])?;
        let mut named: Vec<(String, Tensor)> = self
            .tensors()
            .map(|(name, it)| (name, it.shallow_clone()))
            .collect();
        named.push((COUNTS.to_owned(), counts));
        Ok(disk::write_atomic(path, &to_safetensors(&named)?)?)
    }

    /// Takes up what was saved, and gives the number of whole epochs behind it; 0 where there is no file.
    pub(super) fn load(&mut self, path: &Path) -> Result<usize> {
        if !path.exists() {
            return Ok(0);
        }
        let bytes = disk::read(path, CHECKPOINT_LIMIT)?;
        let file = SafeTensors::deserialize(&bytes).map_err(|it| odd(&it))?;
        let read = |name: &str, shape: &[i64]| -> Result<Tensor> {
            let view = file.tensor(name).map_err(|it| odd(&it))?;
            Ok(Tensor::f_from_data_size(view.data(), shape, Kind::Float)?)
        };
        for (name, tensor) in self.tensors() {
            let saved = read(&name, &tensor.size())?;
            no_grad(|| tensor.shallow_clone().f_copy_(&saved))?;
        }
        let counts = read(COUNTS, &[2])?;
        self.n_steps = counts.f_double_value(&[1])? as i64;
        Ok(counts.f_double_value(&[0])? as usize)
    }

    fn tensors(&self) -> impl Iterator<Item = (String, &Tensor)> {
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
        trained.chain(averaged)
    }
}

fn odd(error: &impl std::fmt::Display) -> Error {
    Error::Engine {
        cause: format!("a checkpoint could not be used: {error}"),
    }
}
