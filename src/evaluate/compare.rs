//! A second model on the same rows.

use super::{
    Error, Job, Kind, Result,
    cases::{Case, Gathered, estimate, pick},
    many_labels,
    report::Comparison,
    truth::{Asked, Question},
};
use crate::{model::Manifest, prediction::Estimate, score::Loaded, stats};

/// Where a model without an operating point decides.
const EVEN: f64 = 0.5;

/// The second model must read the same cases and answer the same question: one label, or one of the same labels.
pub(super) fn check(
    question: &Question,
    (first, other): (&Manifest, &Manifest),
    job: &Job<'_>,
) -> Result<()> {
    let refuse = |found: String| Err(Error::Incomparable { found });
    let (kind, read) = (Kind::of(&first.prep)?, Kind::of(&other.prep)?);
    if read != kind {
        let (want, found) = (kind.many(), read.many());
        return refuse(format!("one that reads {want} and one that reads {found}"));
    }
    match (question, Question::of(other, job.label.as_deref())?) {
        (Question::OneLabel(_), Question::OneLabel(_)) => Ok(()),
        (Question::Exclusive, Question::Exclusive) => {
            let names = |it: &Manifest| question.names(it);
            if names(first) == names(other) {
                return Ok(());
            }
            refuse("models that choose among other labels".to_owned())
        }
        _ => refuse(
            "a model that is asked about several labels at once; name one with --label".to_owned(),
        ),
    }
}

/// On the rows that both answered. `None` if there are none.
pub(super) fn measure(
    question: &Question,
    gathered: &Gathered,
    first: &Loaded,
    second: &Loaded,
) -> Option<Comparison> {
    let answered = |it: &Case| Some((it.clone(), it.other.clone()?));
    let (cases, theirs): (Vec<Case>, Vec<Vec<f64>>) =
        gathered.cases.iter().filter_map(answered).unzip();
    if cases.is_empty() {
        return None;
    }
    let found = match question {
        Question::OneLabel(asked) => of_label(asked, &cases, &theirs, (first, second)),
        Question::Exclusive => of_choice(&cases, &theirs, second),
        Question::Several => return None,
    };
    Some(Comparison {
        n_refused: gathered.n_refused_by_other,
        ..found
    })
}

fn of_label(
    asked: &Asked,
    cases: &[Case],
    theirs: &[Vec<f64>],
    (first, second): (&Loaded, &Loaded),
) -> Comparison {
    let own: Vec<f64> = cases.iter().map(Case::probability).collect();
    let theirs = theirs.iter().map(|it| it.first().copied().unwrap_or(0.0));
    let theirs: Vec<f64> = theirs.collect();
    let truth: Vec<bool> = cases.iter().map(Case::is_positive).collect();
    let paired = stats::paired_auroc(&own, &theirs, &truth);
    let threshold = |loaded: &Loaded| {
        let labels = &loaded.model.manifest().labels;
        let label = labels
            .iter()
            .find(|it| it.name == asked.name)
            .or(labels.first());
        let point = label.and_then(|it| it.operating_point.as_ref());
        point.map_or(EVEN, |it| f64::from(it.threshold))
    };
    let thresholds = (threshold(first), threshold(second));
    let right = |scores: &[f64], threshold: f64| -> Vec<bool> {
        let pairs = scores.iter().zip(&truth);
        pairs
            .map(|(score, it)| (threshold <= *score) == *it)
            .collect()
    };
    let rights = (right(&own, thresholds.0), right(&theirs, thresholds.1));
    Comparison {
        auroc: estimate(cases, |at| {
            stats::auroc(&pick(&theirs, at), &pick(&truth, at)).map(|it| it.value)
        }),
        difference: paired.map(|it| Estimate {
            value: it.difference,
            low: it.interval.low,
            high: it.interval.high,
            n: cases.len(),
        }),
        p: paired.map(|it| it.p),
        thresholds,
        ..by_rights(second, &rights.0, &rights.1)
    }
}

fn of_choice(cases: &[Case], theirs: &[Vec<f64>], second: &Loaded) -> Comparison {
    let truth = many_labels::truth(cases);
    let right = |chosen: Vec<usize>| -> Vec<bool> {
        chosen.iter().zip(&truth).map(|(a, b)| a == b).collect()
    };
    let own = right(many_labels::chosen(cases));
    let theirs = right(theirs.iter().map(|it| stats::greatest(it)).collect());
    let part = |rights: &[bool], at: &[usize]| {
        let n_right = pick(rights, at).iter().filter(|it| **it).count();
        n_right as f64 / at.len().max(1) as f64
    };
    Comparison {
        accuracy: estimate(cases, |at| Some(part(&theirs, at))),
        accuracy_difference: estimate(cases, |at| Some(part(&own, at) - part(&theirs, at))),
        ..by_rights(second, &own, &theirs)
    }
}

/// McNemar's test; the rest is still to be told.
fn by_rights(second: &Loaded, own: &[bool], theirs: &[bool]) -> Comparison {
    let test = stats::mcnemar(own, theirs);
    Comparison {
        model: second.model.manifest().model_ref(),
        n: own.len(),
        n_refused: 0,
        auroc: None,
        difference: None,
        p: None,
        accuracy: None,
        accuracy_difference: None,
        thresholds: (EVEN, EVEN),
        only_first_right: test.only_first_right,
        only_second_right: test.only_second_right,
        mcnemar_p: test.p,
    }
}
