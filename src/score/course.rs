//! What a model makes of a course: the influence by variables and hours, and the answer as it was at each hour.

use super::{Error, Loaded, Target, answer, no_answer, prepare};
use crate::{
    model::{AttributionValues, StepAttribution, Task},
    prediction::{CourseRow, CourseWeights, LabelIdx},
    prep::{Input, Spec},
    warnings::Warnings,
};

/// Courses that are answered between two looks at the task.
const TOGETHER: usize = 8;

/// An answer as it was when less was known.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct AtHour {
    /// Since the start of the series; everything up to here is known.
    pub hours: usize,
    /// Calibrated, as the answer to the whole course is.
    pub probability: f32,
}

/// The answer for a label after each step of a series, up to the whole of it.
///
/// # Errors
/// Anything but a series, or a model that fails.
pub fn running(
    target: Target<'_>,
    label: LabelIdx,
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Vec<AtHour>, Error> {
    let input = prepare(target, loaded, &Warnings::default())?;
    let (Input::Steps(whole), Spec::Series(spec)) = (&input, &loaded.model.manifest().prep) else {
        return Err(no_answer("no series"));
    };
    let (step_hours, n_steps) = (spec.step_hours, whole.n_steps);
    let inputs: Vec<Input> = (1..=n_steps)
        .map(|it| Input::Steps(whole.until(it)))
        .collect();
    let mut answers = Vec::with_capacity(n_steps);
    for part in inputs.chunks(TOGETHER) {
        if task.is_cancelled() {
            return Err(crate::model::Error::Cancelled.into());
        }
        for logits in loaded.model.logits(part)? {
            let probabilities = answer::calibrated(loaded.model.manifest(), &logits.values);
            let probability = probabilities.get(label.0).copied();
            answers.push(AtHour {
                hours: (answers.len() + 1) * step_hours,
                probability: probability.ok_or_else(|| no_answer("no such label"))?,
            });
        }
        task.report(answers.len(), n_steps);
    }
    Ok(answers)
}

/// Names for channels and facts; `None` for an influence over something else.
pub(super) fn weights(spec: &Spec, values: &AttributionValues) -> Option<CourseWeights> {
    let AttributionValues::Steps(StepAttribution {
        cell_steps,
        cells,
        channels,
        facts,
    }) = values
    else {
        return None;
    };
    Some(match spec {
        Spec::Series(spec) => {
            let each = spec.variables.iter().zip(cells).zip(channels);
            let mut rows: Vec<CourseRow> = each
                .filter(|((_, cells), whole)| **whole != 0.0 || cells.iter().any(|it| *it != 0.0))
                .map(|((variable, cells), whole)| CourseRow {
                    variable: variable.key().to_owned(),
                    whole: *whole,
                    cells: cells.clone(),
                })
                .collect();
            rows.sort_by(|a, b| b.whole.abs().total_cmp(&a.whole.abs()));
            let names = spec.facts.iter().map(|it| it.name().to_owned());
            CourseWeights {
                cell_hours: cell_steps * spec.step_hours,
                rows,
                facts: names.zip(facts.iter().copied()).collect(),
            }
        }
        Spec::Sequence(_) | Spec::Image(_) | Spec::Text(_) | Spec::Question(_) => {
            let cells = cells.first().cloned().unwrap_or_default();
            CourseWeights {
                cell_hours: 1,
                rows: vec![CourseRow {
                    variable: "sequence".to_owned(),
                    whole: cells.iter().sum(),
                    cells,
                }],
                facts: Vec::new(),
            }
        }
    })
}
