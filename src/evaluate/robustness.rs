//! The headline figure on damaged cases.

use super::{
    Job, Kind, Result, SEED, Steps,
    cases::{Case, answer, probabilities},
    many_labels,
    report::{Damaged, Level, Robustness},
    stress::{self, Stress},
    truth::Question,
};
use crate::{
    score::{Gate, Loaded},
    stats::{self, Counts},
};

/// Answers to one degree of one kind of damage.
#[derive(Clone, Default)]
struct Answers {
    cases: Vec<Case>,
    n_refused: usize,
}

/// Opens up to [`Job::n_damaged`] of the cases again, spread evenly over the table, and scores each in every damage and degree. The gate
/// stands open, so that the figure is of the same images throughout; how many would be refused is told beside it.
/// `None` where nothing is to be damaged.
pub(super) fn measure(
    question: &Question,
    job: &Job<'_>,
    cases: &[Case],
    loaded: &mut Loaded,
    steps: &mut Steps<'_>,
) -> Result<Option<Robustness>> {
    if job.n_damaged == 0 {
        return Ok(None);
    }
    let manifest = loaded.model.manifest().clone();
    let kind = Kind::of(&manifest.prep)?;
    steps.start(match kind {
        Kind::Images => "damaged images",
        Kind::Notes | Kind::Courses | Kind::Sequences => "damaged cases",
    });
    let asked: Vec<usize> = match question {
        Question::OneLabel(it) => vec![it.idx],
        Question::Exclusive | Question::Several => (0..manifest.labels.len()).collect(),
    };
    let step = cases.len().div_ceil(job.n_damaged).max(1);
    let chosen: Vec<&Case> = cases.iter().step_by(step).collect();
    let degrees: Vec<(Stress, f32)> = stress::all(kind, &manifest)
        .into_iter()
        .flat_map(|stress| {
            stress
                .levels()
                .into_iter()
                .map(move |level| (stress, level))
        })
        .collect();
    let mut found = vec![Answers::default(); degrees.len()];
    for (idx, case) in chosen.iter().enumerate() {
        steps.advance(idx, chosen.len())?;
        // It was opened before; if it has gone since, it is left out everywhere.
        let Ok(item) = case.row.source.open(kind, job.open) else {
            continue;
        };
        for ((stress, level), answers) in degrees.iter().zip(&mut found) {
            let Some(item) = stress.apply(&item, *level, SEED + idx as u64, &manifest) else {
                continue;
            };
            let Ok(prediction) = answer(&item, loaded, Gate::Open) else {
                answers.n_refused += 1;
                continue;
            };
            answers.n_refused += usize::from(!prediction.beyond_scope.is_empty());
            answers.cases.push(Case {
                probabilities: probabilities(&prediction, &manifest, &asked),
                ..(*case).clone()
            });
        }
    }
    let clean: Vec<Case> = chosen.iter().map(|it| (*it).clone()).collect();
    let mut kinds: Vec<Damaged> = Vec::new();
    for ((stress, parameter), answers) in degrees.iter().zip(&found) {
        let level = level(question, f64::from(*parameter), answers, chosen.len());
        match kinds.last_mut().filter(|it| it.name == stress.name()) {
            Some(kind) => kind.levels.push(level),
            None => kinds.push(Damaged {
                name: stress.name().into(),
                parameter: stress.parameter().into(),
                levels: vec![level],
            }),
        }
    }
    Ok(Some(Robustness {
        metric: match question {
            Question::Exclusive => "accuracy".into(),
            Question::OneLabel(_) | Question::Several => "AUROC".into(),
        },
        n: chosen.len(),
        clean: figure(question, &clean),
        kinds,
    }))
}

fn level(question: &Question, parameter: f64, answers: &Answers, n: usize) -> Level {
    let threshold = match question {
        Question::OneLabel(it) => it.threshold,
        Question::Exclusive | Question::Several => None,
    };
    let counts = threshold.map(|threshold| {
        let (p, is_true) = pairs(&answers.cases);
        Counts::at(threshold, &p, &is_true)
    });
    let finite = |it: f64| it.is_finite().then_some(it);
    Level {
        parameter,
        figure: figure(question, &answers.cases),
        sensitivity: counts.and_then(|it| finite(it.sensitivity())),
        specificity: counts.and_then(|it| finite(it.specificity())),
        refused: answers.n_refused as f64 / n.max(1) as f64,
    }
}

fn figure(question: &Question, cases: &[Case]) -> Option<f64> {
    match question {
        Question::OneLabel(_) => {
            let (p, is_true) = pairs(cases);
            stats::auroc(&p, &is_true).map(|it| it.value)
        }
        Question::Exclusive => {
            let (chosen, truth) = (many_labels::chosen(cases), many_labels::truth(cases));
            (!cases.is_empty()).then(|| stats::accuracy(&chosen, &truth))
        }
        Question::Several => many_labels::mean_auroc(cases),
    }
}

fn pairs(cases: &[Case]) -> (Vec<f64>, Vec<bool>) {
    let pair = |it: &Case| (it.probability(), it.is_positive());
    cases.iter().map(pair).unzip()
}
