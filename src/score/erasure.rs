//! Whether the score of a note follows the words that an explanation names: they are taken away, or all others are, and
//! the score is watched (ERASER: DeYoung et al. 2020, <https://arxiv.org/abs/1911.03429>). Each figure stands beside the
//! same for random words.

use std::{collections::BTreeSet, ops::Range};

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use super::{Error, Loaded, Target, answer::scores, no_answer};
use crate::{
    case::Note,
    model::{self, Task},
    prediction::{Beside, Erasure, Explanation, LabelIdx},
    prep::{self, Input, Spec, prepare_note, words::without},
    privacy::Phi,
    warnings::Warnings,
};

/// Parts of the words that are taken away or left.
const PARTS: [f64; 5] = [0.01, 0.05, 0.1, 0.2, 0.5];
/// Random orders that an explanation is compared with.
const N_RANDOM: usize = 3;
/// Notes that are scored between two looks at the task.
const BATCH: usize = 10;
/// What is random in a check is the same each time.
const SEED: u64 = 20_261_126;

/// Checks the words of an explanation.
///
/// # Errors
/// An explanation of another case or model, or one over pixels; a note of fewer than two words; a model that fails; a
/// cancelled task.
pub fn check_words(
    target: Target<'_>,
    why: &Explanation,
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Erasure, Error> {
    let manifest = loaded.model.manifest();
    let label = manifest.labels.iter().position(|it| it.name == why.label);
    let is_of_this = why.about == target.subject() && why.model == manifest.model_ref();
    let (Some(label), Target::Note(note), true) = (label, target, is_of_this) else {
        return Err(no_answer("an explanation of something else"));
    };
    if why.words.len() < 2 {
        return Err(no_answer("an explanation of fewer than two words"));
    }
    let mut order: Vec<usize> = (0..why.words.len()).collect();
    let weight = |idx: &usize| why.words.get(*idx).map_or(0.0, |it| it.weight);
    order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let spans: Vec<Range<usize>> = why.words.iter().map(|it| it.span.clone()).collect();
    let mut eraser = Eraser {
        note,
        spans: &spans,
        label: LabelIdx(label),
        loaded,
        task,
        done: 0,
    };
    task.report(0, Eraser::N_SCORED);
    let whole = eraser.probabilities(vec![note.text.reveal().clone()])?;
    let whole = *whole.first().ok_or_else(|| no_answer("no row"))?;
    let [comprehensiveness, sufficiency] = eraser.losses(whole, &order)?;
    let mut random = [0.0; 2];
    let mut shuffler = StdRng::seed_from_u64(SEED);
    for _ in 0..N_RANDOM {
        order.shuffle(&mut shuffler);
        let found = eraser.losses(whole, &order)?;
        let sums = random.iter_mut().zip(found);
        sums.for_each(|(sum, it)| *sum += it / N_RANDOM as f32);
    }
    let beside = |own: f32, random: f32| Beside { own, random };
    Ok(Erasure {
        comprehensiveness: beside(comprehensiveness, random[0]),
        sufficiency: beside(sufficiency, random[1]),
    })
}

/// Scores one note without some of its words.
struct Eraser<'a> {
    note: &'a Note,
    spans: &'a [Range<usize>],
    label: LabelIdx,
    loaded: &'a mut Loaded,
    task: &'a Task,
    done: usize,
}

impl Eraser<'_> {
    /// Notes that are scored in one check.
    const N_SCORED: usize = 1 + 2 * PARTS.len() * (1 + N_RANDOM);

    /// Comprehensiveness and sufficiency of an order of the words.
    fn losses(&mut self, whole: f32, order: &[usize]) -> Result<[f32; 2], Error> {
        // The text goes to the model, not to a log.
        let text = self.note.text.reveal();
        let mut texts = Vec::with_capacity(2 * PARTS.len());
        for part in PARTS {
            let n = (part * order.len() as f64).ceil() as usize;
            let n = n.clamp(1, order.len() - 1);
            let first: BTreeSet<usize> = order.iter().take(n).copied().collect();
            let (named, others): (Vec<_>, Vec<_>) = self
                .spans
                .iter()
                .enumerate()
                .partition(|it| first.contains(&it.0));
            texts.extend([named, others].map(|it| without(text, it.into_iter().map(|it| it.1))));
        }
        let found = self.probabilities(texts)?;
        let mean = |skip: usize| {
            let losses = found.iter().skip(skip).step_by(2).map(|it| whole - it);
            losses.sum::<f32>() / PARTS.len() as f32
        };
        Ok([mean(0), mean(1)])
    }

    fn probabilities(&mut self, texts: Vec<String>) -> Result<Vec<f32>, Error> {
        let (Spec::Text(spec), Some(tokenizer)) =
            (&self.loaded.model.manifest().prep, &self.loaded.tokenizer)
        else {
            return Err(no_answer("no tokenizer"));
        };
        let prepare = |text: String| {
            let note = Note {
                text: Phi::new(text),
                ..self.note.clone()
            };
            prepare_note(&note, spec, tokenizer, &Warnings::default()).map(Input::Text)
        };
        let inputs = texts
            .into_iter()
            .map(prepare)
            .collect::<Result<Vec<_>, prep::Error>>()?;
        let mut found = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            if self.task.is_cancelled() {
                return Err(model::Error::Cancelled.into());
            }
            for logits in self.loaded.model.logits(batch)? {
                let scores = scores(self.loaded.model.manifest(), &logits)?;
                let score = scores.get(self.label.0);
                found.push(score.ok_or_else(|| no_answer("no such label"))?.probability);
            }
            self.done += batch.len();
            self.task.report(self.done, Self::N_SCORED);
        }
        Ok(found)
    }
}
