//! Whether a map tells what the score rests on: the parts that it names are taken away or put back, and the score is
//! watched. Each figure stands beside the same for random maps, so that it means something.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    Error, Loaded, Target,
    answer::scores,
    erase::{blurred, imputed, order, patched},
    no_answer, prepare,
};
use crate::{
    model::{self, Model, Task},
    prediction::{Against, Explanation, Faithfulness, LabelIdx},
    prep::{ImageInput, Input},
    stats::Plane,
    warnings::Warnings,
};

/// Parts that a picture is taken away in.
const N_STEPS: usize = 10;
/// Random maps that a map is compared with.
const N_RANDOM: usize = 5;
/// A random map has at most so many cells on a side: single pixels here and there would hide nothing, and any map would
/// look good beside it.
const RANDOM_CELLS: usize = 16;
/// Pictures that are scored between two looks at the task.
const BATCH: usize = 12;
/// What is random in a check is the same each time.
const SEED: u64 = 20_261_125;

/// Checks the map of an explanation: the probability of its label while the picture is taken apart.
///
/// # Errors
/// An explanation of another case or model, or one over words; a model that fails; a cancelled task.
pub fn check_map(
    target: Target<'_>,
    explanation: &Explanation,
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Faithfulness, Error> {
    let manifest = loaded.model.manifest();
    let label = manifest
        .labels
        .iter()
        .position(|it| it.name == explanation.label);
    let is_of_this =
        explanation.about == target.subject() && explanation.model == manifest.model_ref();
    let (Some(label), Some(map), true) = (label, &explanation.heatmap, is_of_this) else {
        return Err(no_answer("an explanation of something else"));
    };
    let Input::Image(image) = prepare(target, loaded, &Warnings::default())? else {
        return Err(no_answer("an explanation over words"));
    };
    let plane = Plane::new((map.width, map.height), &map.values);
    faithfulness(&image, &plane, LabelIdx(label), loaded.model.as_mut(), task)
}

/// Deletion, insertion and ROAD of a map over the whole of `image`.
///
/// # Errors
/// A model that fails, or a cancelled task.
pub fn faithfulness(
    image: &ImageInput,
    map: &Plane,
    label: LabelIdx,
    model: &mut dyn Model,
    task: &Task,
) -> Result<Faithfulness, Error> {
    let per_map = 4 * (N_STEPS - 1);
    let mut scorer = Scorer {
        model,
        label,
        task,
        done: 0,
        total: 2 + per_map * (1 + N_RANDOM),
    };
    let blurred = blurred(image);
    let ends = scorer.probabilities(vec![image.clone(), blurred.clone()])?;
    let &[whole, nothing] = ends.as_slice() else {
        return Err(no_answer("no row"));
    };
    let mut of_map = |map: &Plane, seed: u64| {
        let random = &mut StdRng::seed_from_u64(seed);
        let order = order(map, (image.width, image.height), random);
        let pictures = pictures(image, &blurred, &order, random);
        let found = scorer.probabilities(pictures)?;
        Ok::<_, Error>(Figures::new(&found, (whole, nothing)))
    };
    let own = of_map(map, SEED)?;
    let mut random = Figures::default();
    for number in 1..=N_RANDOM as u64 {
        let found = of_map(&random_map(map, SEED + number), SEED + number)?;
        random.deletion += found.deletion / N_RANDOM as f32;
        random.insertion += found.insertion / N_RANDOM as f32;
        random.road += found.road / N_RANDOM as f32;
    }
    let against = |map: f32, random: f32| Against { map, random };
    Ok(Faithfulness {
        deletion: against(own.deletion, random.deletion),
        insertion: against(own.insertion, random.insertion),
        road: against(own.road, random.road),
    })
}

/// What one map gives.
#[derive(Default)]
struct Figures {
    deletion: f32,
    insertion: f32,
    road: f32,
}

impl Figures {
    /// From the probabilities of [`pictures`], and those of the whole picture and of the blurred one.
    fn new(found: &[f32], (whole, nothing): (f32, f32)) -> Self {
        let mut parts = found.chunks(N_STEPS - 1);
        let mut part = || parts.next().unwrap_or_default();
        let (deleted, inserted, most_first, least_first) = (part(), part(), part(), part());
        // Trapezoids: the two ends count half.
        let area =
            |inner: &[f32]| ((whole + nothing) / 2.0 + inner.iter().sum::<f32>()) / N_STEPS as f32;
        let gaps = least_first
            .iter()
            .zip(most_first)
            .map(|(least, most)| (least - most) / 2.0);
        Self {
            deletion: area(deleted),
            insertion: area(inserted),
            road: gaps.sum::<f32>() / most_first.len().max(1) as f32,
        }
    }
}

/// With 10, 20 … 90 % of the pixels taken: by blur, most influential first; put back onto the blurred picture; imputed, most
/// influential first; imputed, least influential first.
fn pictures(
    image: &ImageInput,
    blurred: &ImageInput,
    order: &[usize],
    random: &mut StdRng,
) -> Vec<ImageInput> {
    let least_first: Vec<usize> = order.iter().rev().copied().collect();
    let first = |order: &[usize], step: usize| -> Vec<usize> {
        order
            .iter()
            .take(order.len() * step / N_STEPS)
            .copied()
            .collect()
    };
    let steps = || 1..N_STEPS;
    let mut pictures = Vec::with_capacity(4 * N_STEPS);
    pictures.extend(steps().map(|it| patched(image, blurred, &first(order, it))));
    pictures.extend(steps().map(|it| patched(blurred, image, &first(order, it))));
    pictures.extend(steps().map(|it| imputed(image, &first(order, it), random)));
    pictures.extend(steps().map(|it| imputed(image, &first(&least_first, it), random)));
    pictures
}

/// Even random values, on cells as coarse as the map's own.
fn random_map(map: &Plane, seed: u64) -> Plane {
    let mut random = StdRng::seed_from_u64(seed);
    let (width, height) = (
        map.width.clamp(1, RANDOM_CELLS),
        map.height.clamp(1, RANDOM_CELLS),
    );
    Plane {
        width,
        height,
        values: (0..width * height).map(|_| random.random()).collect(),
    }
}

/// Asks for the probability of one label.
struct Scorer<'a> {
    model: &'a mut dyn Model,
    label: LabelIdx,
    task: &'a Task,
    done: usize,
    total: usize,
}

impl Scorer<'_> {
    fn probabilities(&mut self, pictures: Vec<ImageInput>) -> Result<Vec<f32>, Error> {
        let inputs: Vec<Input> = pictures.into_iter().map(Input::Image).collect();
        let mut found = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            if self.task.is_cancelled() {
                return Err(model::Error::Cancelled.into());
            }
            for logits in self.model.logits(batch)? {
                let scores = scores(self.model.manifest(), &logits)?;
                let score = scores
                    .get(self.label.0)
                    .ok_or_else(|| no_answer("no such label"))?;
                found.push(score.probability);
            }
            self.done += batch.len();
            self.task.report(self.done, self.total);
        }
        Ok(found)
    }
}
