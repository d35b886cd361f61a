//! The part of `wardlight score` that reads courses and sequences: the answer, its history and what speaks for it.

use serde::Serialize;

use super::explained::label_to_explain;
use crate::{
    batch::Silence,
    case::Variable,
    model::Task,
    prediction::{CourseWeights, Erasure, Method, Prediction},
    score::{self, AtHour, Gate, Loaded, Target},
};

/// Rows of an explanation that are printed.
const N_ROWS: usize = 8;

/// What the JSON says of a course or a sequence.
#[derive(Serialize)]
pub(super) struct CourseExplained {
    label: String,
    method: Method,
    /// How far the logit falls without each variable, in each cell of time and altogether.
    course: CourseWeights,
    /// For series: the answer as it was after each hour.
    running: Vec<AtHour>,
    /// Whether the answer follows what the explanation puts first.
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure: Option<Erasure>,
}

/// Scores and explains; checks the explanation if that was asked.
pub(super) fn answer(
    target: Target<'_>,
    is_checked: bool,
    loaded: &mut Loaded,
) -> Result<(Prediction, CourseExplained), Silence> {
    let told = |error: score::Error| Silence::from(&error);
    let prediction = score::score(target, loaded, Gate::Closed).map_err(told)?;
    let label = label_to_explain(&prediction, None)?;
    let task = Task::default();
    let why = score::explain(target, label, Method::Occlusion, loaded, &task).map_err(told)?;
    let running = match target {
        Target::Series(_) => score::running(target, label, loaded, &task).map_err(told)?,
        Target::Sequence(_) | Target::Scan { .. } | Target::Note(_) => Vec::new(),
    };
    let n_parts = why.course.as_ref().map_or(0, |it| it.rows.len());
    // A single part cannot be compared with others.
    let erasure = (is_checked && (1 < n_parts || matches!(target, Target::Sequence(_))))
        .then(|| score::check_parts(target, &why, loaded, &task))
        .transpose()
        .map_err(told)?;
    let explained = CourseExplained {
        label: why.label,
        method: why.method,
        course: why.course.unwrap_or_else(|| CourseWeights {
            cell_hours: 1,
            rows: Vec::new(),
            facts: Vec::new(),
        }),
        running,
        erasure,
    };
    Ok((prediction, explained))
}

impl CourseExplained {
    /// The lines of the table.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "  Left out, and how far the logit of {} falls ({}):",
            self.label,
            self.method.name()
        )];
        let rows = self.course.rows.iter().take(N_ROWS);
        lines.extend(rows.map(|row| {
            let name = Variable::of_key(&row.variable).map_or("all bases", Variable::name);
            format!("    {name:32} {:+.2}{}", row.whole, self.most(&row.cells))
        }));
        let facts = self.course.facts.iter().filter(|(_, fall)| *fall != 0.0);
        lines.extend(facts.map(|(name, fall)| format!("    {name:32} {fall:+.2}")));
        let parts = if self.running.is_empty() {
            "bases"
        } else {
            "variables"
        };
        let sentences = self.erasure.iter().flat_map(|it| it.sentences(parts));
        lines.extend(sentences.map(|it| format!("    {it}")));
        if !self.running.is_empty() {
            let step = self.running.len().div_ceil(N_ROWS).max(1);
            let last = self.running.len() - 1;
            let shown = self.running.iter().enumerate();
            let shown = shown.filter(|(idx, _)| idx % step == step - 1 || *idx == last);
            let words: Vec<String> = shown
                .map(|(_, it)| format!("{} h {:.1} %", it.hours, 100.0 * it.probability))
                .collect();
            lines.push(format!("  As it was: {}", words.join(", ")));
        }
        lines
    }

    /// Where in time the influence is greatest.
    fn most(&self, cells: &[f32]) -> String {
        let cells = cells.iter().enumerate();
        let most = cells.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
        let Some((cell, fall)) = most.filter(|(_, it)| **it != 0.0) else {
            return String::new();
        };
        let hours = self.course.cell_hours;
        let (from, to) = (cell * hours, (cell + 1) * hours);
        if self.running.is_empty() {
            format!("   most at position {to}: {fall:+.2}")
        } else {
            format!("   most in hours {from} to {to}: {fall:+.2}")
        }
    }
}
