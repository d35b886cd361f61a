//! Whether a score follows what an explanation names: words of a note, variables of a course, bases of a sequence. They
//! are taken away, or all others are, and the score is watched (ERASER: DeYoung et al. 2020,
//! <https://arxiv.org/abs/1911.03429>). Each figure stands beside the same for parts at random.

use std::ops::Range;

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use super::{Error, Loaded, Target, answer::scores, no_answer, prepare};
use crate::{
    case::{Note, Variable},
    model::{self, Task},
    prediction::{Beside, Erasure, Explanation, LabelIdx},
    prep::{Input, Spec, StepInput, words::without},
    privacy::Phi,
    warnings::Warnings,
};

/// How much is taken away or left.
const SHARES: [f64; 5] = [0.01, 0.05, 0.1, 0.2, 0.5];
/// Random orders that an explanation is compared with.
const N_RANDOM: usize = 3;
/// Inputs that are scored between two looks at the task.
const BATCH: usize = 10;
/// What is random in a check is the same each time.
const SEED: u64 = 20_261_126;

/// Checks an explanation by words, by variables and facts, or by bases.
///
/// # Errors
/// An explanation of another case or model, or one over pixels or of fewer than two parts; a model that fails; a cancelled
/// task.
pub fn check_parts(
    target: Target<'_>,
    why: &Explanation,
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Erasure, Error> {
    let manifest = loaded.model.manifest();
    let label = manifest.labels.iter().position(|it| it.name == why.label);
    let is_of_this = why.about == target.subject() && why.model == manifest.model_ref();
    let (Some(label), true) = (label, is_of_this) else {
        return Err(no_answer("an explanation of something else"));
    };
    let (whole, weights) = parts(target, why, loaded)?;
    if weights.len() < 2 {
        return Err(no_answer("an explanation of fewer than two parts"));
    }
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let weight = |idx: &usize| weights.get(*idx).copied().unwrap_or(0.0);
    order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut eraser = Eraser {
        whole,
        label: LabelIdx(label),
        loaded,
        task,
        done: 0,
    };
    task.report(0, Eraser::N_SCORED);
    let whole = eraser.probabilities(&[&[]])?;
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

/// A case that parts can be taken from.
enum Whole<'a> {
    Note {
        note: &'a Note,
        words: Vec<Range<usize>>,
    },
    Steps {
        input: StepInput,
        places: Vec<Place>,
    },
}

/// A part of a course or a sequence.
enum Place {
    Channel(usize),
    Fact(usize),
    Base(usize),
}

/// The parts that an explanation names, and the weight of each.
fn parts<'a>(
    target: Target<'a>,
    why: &Explanation,
    loaded: &Loaded,
) -> Result<(Whole<'a>, Vec<f32>), Error> {
    if let Target::Note(note) = target {
        let words = why.words.iter().map(|it| it.span.clone()).collect();
        let weights = why.words.iter().map(|it| it.weight).collect();
        return Ok((Whole::Note { note, words }, weights));
    }
    let input = prepare(target, loaded, &Warnings::default())?;
    let (Input::Steps(input), Some(course)) = (input, &why.course) else {
        return Err(no_answer("an explanation by parts of a picture"));
    };
    let (places, weights) = match &loaded.model.manifest().prep {
        Spec::Series(spec) => {
            let channel = |key: &str| {
                let variable = Variable::of_key(key)?;
                spec.variables.iter().position(|it| *it == variable)
            };
            let of_channels = course
                .rows
                .iter()
                .filter_map(|row| Some((Place::Channel(channel(&row.variable)?), row.whole)));
            let facts = course.facts.iter().enumerate();
            // What is not known cannot be taken away.
            let is_known = |idx: usize| input.facts.get(idx).is_some_and(|it| it.is_finite());
            let facts = facts.filter(|(idx, _)| is_known(*idx));
            let of_facts = facts.map(|(idx, (_, weight))| (Place::Fact(idx), *weight));
            of_channels.chain(of_facts).unzip()
        }
        _ => {
            let cells = course.rows.iter().flat_map(|it| &it.cells).enumerate();
            cells
                .map(|(idx, weight)| (Place::Base(idx), *weight))
                .unzip()
        }
    };
    Ok((Whole::Steps { input, places }, weights))
}

/// Scores one case without some of its parts.
struct Eraser<'a> {
    whole: Whole<'a>,
    label: LabelIdx,
    loaded: &'a mut Loaded,
    task: &'a Task,
    done: usize,
}

impl Eraser<'_> {
    /// Inputs that are scored in one check.
    const N_SCORED: usize = 1 + 2 * SHARES.len() * (1 + N_RANDOM);

    /// Comprehensiveness and sufficiency of an order of the parts.
    fn losses(&mut self, whole: f32, order: &[usize]) -> Result<[f32; 2], Error> {
        let mut gone = Vec::with_capacity(2 * SHARES.len());
        for share in SHARES {
            let n = (share * order.len() as f64).ceil() as usize;
            let (named, others) = order.split_at(n.clamp(1, order.len() - 1));
            gone.extend([named, others]);
        }
        let found = self.probabilities(&gone)?;
        let mean = |skip: usize| {
            let losses = found.iter().skip(skip).step_by(2).map(|it| whole - it);
            losses.sum::<f32>() / SHARES.len() as f32
        };
        Ok([mean(0), mean(1)])
    }

    /// The probability without each of these parts.
    fn probabilities(&mut self, gone: &[&[usize]]) -> Result<Vec<f32>, Error> {
        let mut found = Vec::with_capacity(gone.len());
        for batch in gone.chunks(BATCH) {
            if self.task.is_cancelled() {
                return Err(model::Error::Cancelled.into());
            }
            let inputs = batch.iter().map(|it| self.without(it));
            let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
            for logits in self.loaded.model.logits(&inputs)? {
                let scores = scores(self.loaded.model.manifest(), &logits)?;
                let score = scores.get(self.label.0);
                found.push(score.ok_or_else(|| no_answer("no such label"))?.probability);
            }
            self.done += batch.len();
            self.task.report(self.done, Self::N_SCORED);
        }
        Ok(found)
    }

    /// The input that is left.
    fn without(&self, gone: &[usize]) -> Result<Input, Error> {
        match &self.whole {
            Whole::Note { note, words } => {
                let mut gone: Vec<_> = gone.iter().filter_map(|it| words.get(*it)).collect();
                gone.sort_by_key(|it| it.start);
                // The text goes to the model, not to a log.
                let text = without(note.text.reveal(), gone);
                let note = Note {
                    text: Phi::new(text),
                    ..(*note).clone()
                };
                prepare(Target::Note(&note), self.loaded, &Warnings::default())
            }
            Whole::Steps { input, places } => {
                let gone = gone.iter().filter_map(|it| places.get(*it));
                Ok(Input::Steps(left(input, gone)))
            }
        }
    }
}

/// What is left of a course: nothing measured, nothing known; of a sequence: a base that may be any.
fn left<'a>(input: &StepInput, gone: impl Iterator<Item = &'a Place>) -> StepInput {
    let mut left = input.clone();
    let n = input.n_channels.max(1);
    for place in gone {
        let (cells, value): (Vec<&mut f32>, f32) = match place {
            Place::Channel(channel) => (
                left.values.iter_mut().skip(*channel).step_by(n).collect(),
                f32::NAN,
            ),
            Place::Fact(fact) => (left.facts.get_mut(*fact).into_iter().collect(), f32::NAN),
            Place::Base(base) => (
                left.values.iter_mut().skip(base * n).take(n).collect(),
                1.0 / n as f32,
            ),
        };
        cells.into_iter().for_each(|it| *it = value);
    }
    left
}
