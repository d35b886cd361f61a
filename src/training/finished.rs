//! Measuring the finished bundle, loaded as anyone would: on the test part, with naming words hidden, on other sets.

use super::{
    Job, Result, Trainer,
    bundle::{self, Draft},
    data::{self, Case},
    evaluate::{self, Answers, Calibrated},
    images,
    recipe::Learning,
    scope, steps,
    terms::Half,
    text,
};
use crate::{
    case::Note,
    model::{Task, manifest::Metric},
    prep::{Input, Spec, prepare_note},
    score::Loaded,
    warnings::Warnings,
};

/// What is told of an answer before the course has ended.
const EARLY: [&str; 3] = ["AUROC", "AUPRC", "calibration error"];

/// A bundle that was written, loaded again.
pub(super) struct Finished<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) loaded: Loaded,
    pub(super) half: Option<&'a Half>,
    pub(super) task: &'a Task,
}

impl Finished<'_> {
    /// All figures on the held-out folds and on the test part, which is answered once (and once more with the words hidden
    /// that name a label).
    pub(super) fn test(
        &mut self,
        (cases, test): (&[Case], &[usize]),
        trainer: &dyn Trainer,
        (calibrated, held_out): (&Calibrated, &Answers),
    ) -> Result<Vec<Metric>> {
        let recipe = &self.job.recipe;
        let passes: &[bool] = match &recipe.learning {
            _ if test.is_empty() => &[],
            Learning::Text(text) if !text.naming.is_empty() => &[false, true],
            Learning::Text(_)
            | Learning::Image { .. }
            | Learning::Steps(_)
            | Learning::Questions { .. } => &[false],
        };
        let (mut all, mut alone) = (Vec::new(), Vec::new());
        for (hide_names, set) in passes.iter().zip(evaluate::TEST_SETS) {
            let notes = test.iter().filter_map(|it| trainer.note(*it, *hide_names));
            let notes: Vec<Note> = notes.collect();
            let inputs = match notes.is_empty() {
                true => test
                    .iter()
                    .map(|it| trainer.input(*it))
                    .collect::<Result<_>>()?,
                false => self.inputs(&notes)?,
            };
            let rows = bundle::answer(self.loaded.model.as_mut(), &inputs, self.task)?;
            let answers = Answers::new(cases, test, rows);
            alone.extend(self.alone(&answers, &notes, set));
            all.push(answers);
        }
        let mut metrics = evaluate::measure(recipe, calibrated, held_out, &all);
        metrics.extend(alone);
        Ok(metrics)
    }

    /// How good the answer is while a course still goes on: after each quarter of the window but the last, on the test
    /// part. Nothing for what is no course.
    pub(super) fn early(
        &mut self,
        (cases, test): (&[Case], &[usize]),
        trainer: &dyn Trainer,
        calibrated: &Calibrated,
    ) -> Result<Vec<Metric>> {
        let recipe = &self.job.recipe;
        let Spec::Series(spec) = &recipe.prep else {
            return Ok(Vec::new());
        };
        let mut metrics = Vec::new();
        for quarter in 1..4 {
            let n_steps = spec.n_steps() * quarter / 4;
            let mut inputs = Vec::with_capacity(test.len());
            for case_idx in test {
                if let Input::Steps(whole) = trainer.input(*case_idx)? {
                    inputs.push(Input::Steps(whole.until(n_steps)));
                }
            }
            if inputs.is_empty() || n_steps == 0 {
                continue;
            }
            let rows = bundle::answer(self.loaded.model.as_mut(), &inputs, self.task)?;
            let answers = Answers::new(cases, test, rows);
            let set = format!("test, the first {} h only", n_steps * spec.step_hours);
            let all = evaluate::of_set(recipe, calibrated, &answers, &set);
            let is_told = |it: &Metric| EARLY.iter().any(|name| it.name.starts_with(name));
            metrics.extend(all.into_iter().filter(is_told));
        }
        Ok(metrics)
    }

    /// Figures on the test parts of other sets, answered without regard to the scope: this is how far the model carries.
    pub(super) fn external(&mut self, calibrated: &Calibrated) -> Result<Vec<Metric>> {
        let recipe = &self.job.recipe;
        let mut metrics = Vec::new();
        for (name, source) in &recipe.external {
            let mut cases = data::read(source, self.job)?;
            cases.retain(|it| it.is_test && it.class.is_some());
            let texts = cases.iter().filter_map(text::text_of);
            let notes: Vec<Note> = texts.map(Note::plain).collect();
            let inputs = match &recipe.prep {
                Spec::Text(_) => self.inputs(&notes)?,
                Spec::Image(spec) => images::prepare_all(self.job, &cases, spec, self.task)?
                    .into_iter()
                    .map(Input::Image)
                    .collect(),
                spec => steps::prepare_all(&cases, spec)?
                    .into_iter()
                    .map(Input::Steps)
                    .collect(),
            };
            let rows = bundle::answer(self.loaded.model.as_mut(), &inputs, self.task)?;
            let positions: Vec<usize> = (0..cases.len()).collect();
            let answers = Answers::new(&cases, &positions, rows);
            metrics.extend(evaluate::of_set(recipe, calibrated, &answers, name));
            metrics.extend(self.alone(&answers, &notes, name));
        }
        Ok(metrics)
    }

    /// Puts the explanation methods to their test, on some cases; gives what the scope does to these.
    pub(super) fn explain(
        &mut self,
        cases: &[usize],
        trainer: &dyn Trainer,
        (draft, scope): (&mut Draft, Option<&scope::Fitted<'_>>),
    ) -> Result<Vec<Metric>> {
        let (job, task) = (self.job, self.task);
        let notes = cases.iter().filter_map(|it| trainer.note(*it, false));
        let notes: Vec<Note> = notes.collect();
        if !notes.is_empty() {
            draft.test_words(&notes, &mut self.loaded, task)?;
            return Ok(Vec::new());
        }
        // What a model of steps says is what happens when something is left out: there is nothing to test about it.
        if let Learning::Steps(_) = job.recipe.learning {
            return Ok(Vec::new());
        }
        let inputs = cases.iter().map(|it| trainer.input(*it));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        draft.test_explanations(&inputs, job.threads, task)?;
        match scope {
            Some(scope) => scope.measure(job, &inputs, task),
            None => Ok(Vec::new()),
        }
    }

    /// Notes as the bundle reads them.
    fn inputs(&self, notes: &[Note]) -> Result<Vec<Input>> {
        let (Spec::Text(spec), Some(tokenizer)) = (&self.job.recipe.prep, &self.loaded.tokenizer)
        else {
            return Ok(Vec::new());
        };
        let prepare = |note: &Note| {
            let text = prepare_note(note, spec, tokenizer, &Warnings::default())?;
            Ok(Input::Text(text))
        };
        notes.iter().map(prepare).collect()
    }

    /// The figures of either half alone.
    fn alone(&self, answers: &Answers, notes: &[Note], set: &str) -> Vec<Metric> {
        let Some(half) = self.half else {
            return Vec::new();
        };
        // The texts go to the linear model.
        let texts: Vec<&str> = notes.iter().map(|it| it.text.reveal().as_str()).collect();
        half.alone(&self.job.recipe, answers, half.rows(&texts), set)
    }
}
