//! Test part and folds where no column tells them: patients are dealt by a seed, each kind of patient evenly.

use std::collections::BTreeMap;

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde::{Deserialize, Serialize};

use super::Case;
use crate::training::{Error, Result};

/// How patients are dealt into parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Folds of the training part, called "0", "1"…; 0 leaves the folds as the source has them.
    pub folds: usize,
    /// Part of the patients that is evaluated once, at the end; 0 leaves the test part as the source has it.
    pub test: f64,
    pub seed: u64,
}

impl Parts {
    /// Deals the patients of the cases. A patient counts with the class of the first case.
    pub(super) fn deal(&self, cases: &mut [Case]) -> Result<()> {
        if !(0.0..1.0).contains(&self.test) {
            return Err(Error::Recipe {
                cause: format!("wanted a test part from 0 to below 1, found {}", self.test),
            });
        }
        let mut class_of: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for case in cases.iter() {
            // With folds alone, the source's own test part stays.
            if 0.0 < self.test || !case.is_test {
                class_of.entry(case.group.clone()).or_insert(case.class);
            }
        }
        let mut of_class: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
        for (group, class) in class_of {
            of_class.entry(class).or_default().push(group);
        }
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut fold_of: BTreeMap<String, Option<usize>> = BTreeMap::new();
        let mut n_dealt = 0;
        for (_, mut groups) in of_class {
            groups.shuffle(&mut random);
            let n_test = (self.test * groups.len() as f64).round() as usize;
            for (idx, group) in groups.into_iter().enumerate() {
                let fold = (n_test <= idx).then(|| {
                    n_dealt += 1;
                    n_dealt % self.folds.max(1)
                });
                fold_of.insert(group, fold);
            }
        }
        for case in cases {
            let Some(fold) = fold_of.get(&case.group) else {
                continue;
            };
            // With folds alone, a patient of the source's own test part stays there, to be refused in training.
            if self.test <= 0.0 && case.is_test {
                continue;
            }
            case.is_test = fold.is_none();
            match fold {
                Some(fold) if 0 < self.folds => case.fold = fold.to_string(),
                _ => {}
            }
        }
        Ok(())
    }
}
