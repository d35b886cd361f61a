//! The knobs of a run: all in one struct that is saved with the weights.

use serde::{Deserialize, Serialize};

use crate::prediction::Precision;

/// The knobs of a run, saved with the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knobs {
    pub seed: u64,
    pub epochs: usize,
    /// Cases in a step.
    pub batch: usize,
    /// Peak of the learning rate.
    pub max_lr: f64,
    /// Part of all steps in which the learning rate rises.
    pub warmup: f64,
    /// Matrices and kernels only. AdamW's decay (Loshchilov and Hutter 2019), or what SGD adds to the gradient.
    pub weight_decay: f64,
    /// Part of the target that is spread over all labels.
    pub label_smoothing: f64,
    pub dropout: f64,
    /// Decay of the averaged weights in each step; the average is what is kept. 0 keeps the last weights.
    pub average_decay: f64,
    /// Longest gradient in a step; 0 for any length.
    pub clip_norm: f64,
    /// Epochs without a better figure on the held-out cases after which a run stops; the best epoch is kept. The run
    /// on all folds, which holds nothing out, then takes as many epochs as the others did in the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<usize>,
    /// bfloat16 where libtorch gains by it; weights stay float32.
    #[serde(default, skip_serializing_if = "is_float32")]
    pub precision: Precision,
    #[serde(default, skip_serializing_if = "Schedule::is_one_cycle")]
    pub schedule: Schedule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<ClassWeights>,
    #[serde(default, skip_serializing_if = "Method::is_usual")]
    pub method: Method,
}

/// How a gradient becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Method {
    /// Loshchilov and Hutter 2019; without decay it is Adam (Kingma and Ba 2014).
    AdamW {
        #[serde(default = "usual_epsilon")]
        epsilon: f64,
    },
    /// With Nesterov's momentum (Sutskever et al. 2013).
    Sgd { momentum: f64 },
}

/// How the learning rate goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Up to the peak and down to nothing (Smith and Topin 2018).
    #[default]
    OneCycle,
    Constant,
}

/// How much a case of each class counts: one number for each, or `"balanced"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClassWeights {
    Rule(WeightRule),
    Given(Vec<f64>),
}

/// A rule for class weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightRule {
    /// All classes together count the same: a class of `n` of all `m` cases weighs `m / (n * classes)`.
    Balanced,
}

impl Knobs {
    /// How much a case of each class counts; `None` where all count the same.
    pub(super) fn class_weights(&self, labels: &[usize], n_classes: usize) -> Option<Vec<f64>> {
        let balanced = |class: usize| {
            let n = labels.iter().filter(|it| **it == class).count().max(1);
            labels.len() as f64 / (n * n_classes) as f64
        };
        match self.class_weights.as_ref()? {
            ClassWeights::Given(weights) => Some(weights.clone()),
            ClassWeights::Rule(WeightRule::Balanced) => {
                Some((0..n_classes).map(balanced).collect())
            }
        }
    }

    /// The same knobs with another seed; a shift of 0 changes nothing.
    pub fn with_seed_shift(&self, shift: u64) -> Self {
        Self {
            seed: self.seed.wrapping_add(shift),
            ..self.clone()
        }
    }

    /// The learning rate of a step of a run.
    pub(super) fn learning_rate(&self, step: usize, n_steps: usize) -> f64 {
        if self.schedule == Schedule::Constant {
            return self.max_lr;
        }
        let part = step as f64 / n_steps.max(1) as f64;
        // Half a cosine up to the peak, half a cosine down to nothing.
        let rise = |part: f64| 0.5 - 0.5 * (std::f64::consts::PI * part).cos();
        let height = if part < self.warmup {
            0.04 + 0.96 * rise(part / self.warmup)
        } else {
            rise((1.0 - part) / (1.0 - self.warmup).max(1e-9))
        };
        self.max_lr * height
    }

    /// What is wrong with the knobs, for `n_classes` classes.
    pub fn check(&self, n_classes: usize) -> Result<(), String> {
        let wanted = |is_so: bool, want: String, found: String| {
            if is_so {
                Ok(())
            } else {
                Err(format!("wanted {want}, found {found}"))
            }
        };
        for (name, value) in [("epochs", self.epochs), ("batch", self.batch)] {
            wanted(
                0 < value,
                format!("{name} of at least 1"),
                value.to_string(),
            )?;
        }
        let is_rate = self.max_lr.is_finite() && 0.0 < self.max_lr;
        wanted(
            is_rate,
            "a positive max_lr".to_owned(),
            self.max_lr.to_string(),
        )?;
        if let Some(ClassWeights::Given(weights)) = &self.class_weights {
            let is_list =
                weights.len() == n_classes && weights.iter().all(|it| it.is_finite() && 0.0 < *it);
            let want = format!("{n_classes} positive class weights");
            wanted(is_list, want, format!("{weights:?}"))?;
        }
        Ok(())
    }
}

impl Method {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Method {
    fn default() -> Self {
        Self::AdamW {
            epsilon: usual_epsilon(),
        }
    }
}

impl Schedule {
    fn is_one_cycle(&self) -> bool {
        *self == Self::OneCycle
    }
}

const fn usual_epsilon() -> f64 {
    1e-8
}

fn is_float32(precision: &Precision) -> bool {
    *precision == Precision::Float32
}

#[cfg(test)]
mod tests {
    use super::{ClassWeights, Knobs, Method, Precision, Schedule, WeightRule};

    const KNOBS: Knobs = Knobs {
        seed: 1,
        epochs: 1,
        batch: 1,
        max_lr: 2.0,
        warmup: 0.25,
        weight_decay: 0.0,
        label_smoothing: 0.0,
        dropout: 0.0,
        average_decay: 0.0,
        clip_norm: 1.0,
        patience: None,
        precision: Precision::Float32,
        schedule: Schedule::OneCycle,
        class_weights: None,
        method: Method::AdamW { epsilon: 1e-8 },
    };

    #[test]
    fn the_learning_rate_rises_and_falls_once() {
        let at = |step| KNOBS.learning_rate(step, 100);
        assert!((at(0) - 0.08).abs() < 1e-9 && (at(25) - 2.0).abs() < 1e-9 && at(99) < 0.01);
        assert!((0..25).all(|it| at(it) < at(it + 1)) && (25..99).all(|it| at(it + 1) < at(it)));
        let constant = Knobs {
            schedule: Schedule::Constant,
            ..KNOBS
        };
        assert!((0..100).all(|it| (constant.learning_rate(it, 100) - 2.0).abs() < 1e-12));
    }

    #[test]
    fn balanced_classes_count_the_same_together() {
        // scikit-learn: compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1, 1, 2])
        let balanced = Knobs {
            class_weights: Some(ClassWeights::Rule(WeightRule::Balanced)),
            ..KNOBS
        };
        let found = balanced.class_weights(&[0, 0, 0, 1, 1, 2], 3).unwrap();
        let want = [2.0 / 3.0, 1.0, 2.0];
        assert!(
            found.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12),
            "{found:?}"
        );
        assert_eq!(KNOBS.class_weights(&[0, 1], 2), None);
    }

    #[test]
    fn knobs_that_a_recipe_does_not_name_do_not_change_its_identity() {
        let json = serde_json::to_string(&KNOBS).unwrap();
        assert_eq!(
            json,
            "{\"seed\":1,\"epochs\":1,\"batch\":1,\"max_lr\":2.0,\"warmup\":0.25,\"weight_decay\":0.0,\
             \"label_smoothing\":0.0,\"dropout\":0.0,\"average_decay\":0.0,\"clip_norm\":1.0}"
        );
        let class_weights: ClassWeights = serde_json::from_str("\"balanced\"").unwrap();
        assert_eq!(class_weights, ClassWeights::Rule(WeightRule::Balanced));
    }
}
