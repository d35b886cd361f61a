//! A second model on the same rows.

use super::{
    Error, Job, Result,
    cases::{Case, Gathered, estimate, pick},
    report::Comparison,
    truth::Question,
};
use crate::{model::Manifest, prediction::Estimate, score::Loaded, stats};

/// Where a model without an operating point decides.
const EVEN: f64 = 0.5;

/// The second model must answer about one label too.
pub(super) fn check(question: &Question, other: &Manifest, job: &Job<'_>) -> Result<()> {
    let theirs = Question::of(other, job.label.as_deref())?;
    match (question, theirs) {
        (Question::OneLabel(_), Question::OneLabel(_)) => Ok(()),
        _ => Err(Error::Incomparable {
            found: "a model that is asked about several labels at once; name one with --label"
                .to_owned(),
        }),
    }
}

/// On the rows that both answered. `None` if there are none.
pub(super) fn measure(
    question: &Question,
    gathered: &Gathered,
    first: &Loaded,
    second: &Loaded,
) -> Option<Comparison> {
    let Question::OneLabel(asked) = question else {
        return None;
    };
    let answered = |it: &Case| Some((it.clone(), it.other?));
    let (cases, theirs): (Vec<Case>, Vec<f64>) = gathered.cases.iter().filter_map(answered).unzip();
    let own: Vec<f64> = cases.iter().map(Case::probability).collect();
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
    let test = stats::mcnemar(&right(&own, thresholds.0), &right(&theirs, thresholds.1));
    (!cases.is_empty()).then(|| Comparison {
        model: second.model.manifest().model_ref(),
        n: cases.len(),
        n_refused: gathered.n_refused_by_other,
        auroc: estimate(&cases, |at| {
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
        only_first_right: test.only_first_right,
        only_second_right: test.only_second_right,
        mcnemar_p: test.p,
    })
}
