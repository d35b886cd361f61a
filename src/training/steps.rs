//! Training a model of courses or sequences.

use super::{
    Assets, Error, Fitted, Recipe, Result, Split, Steps, Trainer,
    data::{Case, Content},
    recipe::StepLearning,
};
use crate::{
    nn::{
        self, Fitting, Net, rnn,
        train::steps::{Courses, StepLearner, logits},
    },
    prep::{Input, Spec, StepInput, prepare_sequence, prepare_series},
    warnings::Warnings,
};

/// Every case as steps.
pub(super) struct StepTrainer<'a> {
    recipe: &'a Recipe,
    learning: &'a StepLearning,
    inputs: Vec<StepInput>,
    classes: Vec<usize>,
}

impl<'a> StepTrainer<'a> {
    pub(super) fn new(
        recipe: &'a Recipe,
        cases: &[Case],
        learning: &'a StepLearning,
    ) -> Result<Self> {
        Ok(Self {
            recipe,
            learning,
            inputs: prepare_all(cases, &recipe.prep)?,
            classes: cases.iter().map(|it| it.class.unwrap_or(0)).collect(),
        })
    }

    fn courses(&self, cases: &[usize]) -> Courses<'_> {
        Courses {
            inputs: cases.iter().filter_map(|it| self.inputs.get(*it)).collect(),
            labels: cases
                .iter()
                .filter_map(|it| self.classes.get(*it).copied())
                .collect(),
        }
    }
}

/// Every case as steps, in their order.
pub(super) fn prepare_all(cases: &[Case], spec: &Spec) -> Result<Vec<StepInput>> {
    let prepared = cases.iter().map(|case| {
        prepare(&case.content, spec).map_err(|cause| Error::Unread {
            n: 1,
            places: case.place.clone(),
            cause,
        })
    });
    prepared.collect()
}

/// A case as steps.
fn prepare(content: &Content, spec: &Spec) -> std::result::Result<StepInput, String> {
    let prepared = match (content, spec) {
        (Content::Series(series), Spec::Series(spec)) => {
            prepare_series(series, spec, &Warnings::default())
        }
        (Content::Sequence(letters), Spec::Sequence(spec)) => prepare_sequence(letters, spec),
        _ => return Err("wanted a series or a sequence, as `prep` says".to_owned()),
    };
    prepared.map_err(|it| it.to_string())
}

impl Trainer for StepTrainer<'_> {
    fn fit(&self, run: &str, cases: Split<'_>, steps: &mut Steps<'_>) -> Result<Fitted> {
        let StepLearning {
            knobs,
            endings,
            summary_penalty,
            trees,
        } = self.learning;
        let knobs = knobs.with_seed_shift(cases.seed_shift);
        nn::train::seed(knobs.seed);
        let (mut vars, mut net) = nn::fresh(&self.recipe.network, self.recipe.labels.len())?;
        let Net::Recurrent(net) = &mut net else {
            return Err(Error::Recipe {
                cause: "series and sequences need a recurrent network".to_owned(),
            });
        };
        let train = self.courses(cases.train);
        let longest = train.inputs.iter().map(|it| it.n_steps).max().unwrap_or(0);
        let whole: Vec<StepInput> = train.inputs.iter().map(|it| it.lasting(longest)).collect();
        let is_true: Vec<bool> = train.labels.iter().map(|it| *it == 1).collect();
        let fitting = Fitting {
            is_true: &is_true,
            penalty: *summary_penalty,
            growth: trees,
            seed: knobs.seed,
        };
        net.fit(&rnn::Steps::new(&whole)?, &fitting)?;
        drop(whole);
        let held_out = (!cases.held_out.is_empty()).then(|| self.courses(cases.held_out));
        let mut learner = StepLearner {
            net,
            train,
            held_out,
            output: self.recipe.output,
            endings: endings.clone(),
            knobs: knobs.clone(),
        };
        let epoch = steps.run((run, cases.last_epoch), &vars, &mut learner, &knobs)?;
        let weights = nn::train::to_half(&mut vars)?;
        let rows = match &learner.held_out {
            Some(it) => logits(learner.net, &it.inputs)?,
            None => Vec::new(),
        };
        Ok(Fitted {
            weights,
            rows,
            of_terms: Vec::new(),
            epoch,
        })
    }

    fn input(&self, case_idx: usize) -> Result<Input> {
        let missing = || Error::NoCases {
            part: format!("row {case_idx}"),
        };
        Ok(Input::Steps(
            self.inputs.get(case_idx).ok_or_else(missing)?.clone(),
        ))
    }

    fn assets(&self) -> Assets {
        Assets {
            network: self.recipe.network.clone(),
            tokenizer: None,
        }
    }
}
