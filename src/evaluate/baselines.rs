//! What can be had without a network: logistic regressions on things that should not suffice.

use super::{
    Job, Kind,
    cases::{Case, Gathered, Lesson, THUMBNAIL, estimate, pick},
    report::{Baseline, Baselines},
    truth::Question,
};
use crate::{
    prediction::Estimate,
    stats::{self, Logistic},
};

/// Of the L2 penalty; thumbnails have more inputs than a small table has rows.
const PENALTY: f64 = 10.0;

/// What a baseline looks at; `None` where a case lacks it.
type Look<'a> = Box<dyn Fn(&[f64], &[Option<f64>]) -> Option<Vec<f64>> + 'a>;

/// `None` where there is nothing to learn from, or more than one label is asked about.
pub(super) fn measure(
    question: &Question,
    (job, kind): (&Job<'_>, Kind),
    gathered: &Gathered,
) -> Option<Baselines> {
    let (Question::OneLabel(_), Some(part)) = (question, &job.part) else {
        return None;
    };
    if gathered.lessons.is_empty() {
        return None;
    }
    let mut looks = match kind {
        Kind::Images => of_thumbnails(),
        Kind::Notes | Kind::Courses | Kind::Sequences => Vec::new(),
    };
    for (idx, name) in job.columns.baselines.iter().enumerate() {
        let look: Look<'_> =
            Box::new(move |_, numbers| Some(vec![numbers.get(idx).copied().flatten()?]));
        looks.push((format!("the column {name} alone"), look));
    }
    if looks.is_empty() {
        return None;
    }
    let rows = looks
        .iter()
        .filter_map(|(name, look)| one(name, look, gathered))
        .collect();
    Some(Baselines {
        part: part.train.clone(),
        n_train: gathered.lessons.len(),
        penalty: PENALTY,
        rows,
    })
}

fn of_thumbnails<'a>() -> Vec<(String, Look<'a>)> {
    vec![
        (
            format!("thumbnail of {THUMBNAIL} x {THUMBNAIL} pixels"),
            Box::new(|thumbnail, _| Some(thumbnail.to_vec())),
        ),
        (
            "the border of that thumbnail alone".to_owned(),
            Box::new(|thumbnail, _| Some(border(thumbnail))),
        ),
        (
            "mean and deviation of its brightness".to_owned(),
            Box::new(|thumbnail, _| Some(moments(thumbnail))),
        ),
    ]
}

fn one(name: &str, look: &Look<'_>, gathered: &Gathered) -> Option<Baseline> {
    let learned = |it: &Lesson| {
        let inputs = look(&it.thumbnail, &it.numbers)?;
        Some((inputs, it.truth.first() == Some(&true)))
    };
    let (inputs, is_true): (Vec<Vec<f64>>, Vec<bool>) =
        gathered.lessons.iter().filter_map(learned).unzip();
    let fitted = Logistic::fit(&inputs, &is_true, PENALTY)?;
    let seen = |it: &Case| {
        let inputs = look(&it.thumbnail, &it.row.numbers)?;
        Some((it.clone(), fitted.logit(&inputs)))
    };
    let (cases, scores): (Vec<Case>, Vec<f64>) = gathered.cases.iter().filter_map(seen).unzip();
    let truth: Vec<bool> = cases.iter().map(Case::is_positive).collect();
    let own: Vec<f64> = cases.iter().map(Case::probability).collect();
    let paired = stats::paired_auroc(&own, &scores, &truth);
    Some(Baseline {
        name: name.to_owned(),
        n_inputs: inputs.first().map_or(0, Vec::len),
        n: cases.len(),
        auroc: estimate(&cases, |at| {
            stats::auroc(&pick(&scores, at), &pick(&truth, at)).map(|it| it.value)
        }),
        difference: paired.map(|it| Estimate {
            value: it.difference,
            low: it.interval.low,
            high: it.interval.high,
            n: cases.len(),
        }),
        p: paired.map(|it| it.p),
    })
}

/// The outermost cells.
fn border(thumbnail: &[f64]) -> Vec<f64> {
    let last = THUMBNAIL - 1;
    let is_outer = |idx: usize| {
        let (x, y) = (idx % THUMBNAIL, idx / THUMBNAIL);
        x == 0 || y == 0 || x == last || y == last
    };
    let cells = thumbnail.iter().enumerate();
    cells
        .filter(|(idx, _)| is_outer(*idx))
        .map(|(_, it)| *it)
        .collect()
}

fn moments(thumbnail: &[f64]) -> Vec<f64> {
    let n = thumbnail.len().max(1) as f64;
    let mean = thumbnail.iter().sum::<f64>() / n;
    let square = thumbnail.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / n;
    vec![mean, square.sqrt()]
}
