//! The rows of the table as answers: each case opened, scored and put beside what is true of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Job, Kind, N_DRAWS, Result, SEED, Steps,
    item::{Item, Source},
    n_draws,
    report::{RefusedRow, Unanswered},
    table::{Role, Row, Table},
    truth::Truths,
};
use crate::{
    case::{Frame, Samples},
    disk::Sha256,
    failure::Failure,
    model::{Manifest, calibration},
    prediction::{Estimate, LabelSet, Ood, Prediction},
    score::{self, Loaded},
    stats::{self, Interval, Unit},
};

/// Sides of the thumbnail that baselines learn from.
pub(super) const THUMBNAIL: usize = 16;

/// An evaluated row with its answer.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) row: Row,
    pub(super) file_sha256: Sha256,
    /// For each label that is asked about, whether it is there.
    pub(super) truth: Vec<bool>,
    /// Calibrated, one for each of them.
    pub(super) probabilities: Vec<f64>,
    /// Of the (first) label, before calibration.
    pub(super) logit: f64,
    /// What the model could not exclude.
    pub(super) sets: Vec<LabelSet>,
    /// Of the second model.
    pub(super) other: Option<Vec<f64>>,
    pub(super) ood: Ood,
    /// Why the model would rather not have answered.
    pub(super) beyond_scope: Vec<String>,
    pub(super) thumbnail: Vec<f64>,
}

/// A row that only baselines learn from.
#[derive(Clone, Debug)]
pub(super) struct Lesson {
    pub(super) source: Source,
    pub(super) truth: Vec<bool>,
    pub(super) thumbnail: Vec<f64>,
    pub(super) numbers: Vec<Option<f64>>,
}

/// Everything that was opened.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) cases: Vec<Case>,
    pub(super) lessons: Vec<Lesson>,
    pub(super) refused: Vec<RefusedRow>,
    /// Evaluated rows that the second model refused.
    pub(super) n_refused_by_other: usize,
    /// What the model remarked, and on how many cases.
    pub(super) remarks: BTreeMap<String, usize>,
}

impl Case {
    /// Whether the (first) label is there.
    pub(super) fn is_positive(&self) -> bool {
        self.truth.first() == Some(&true)
    }

    /// The probability of the (first) label.
    pub(super) fn probability(&self) -> f64 {
        self.probabilities.first().copied().unwrap_or(f64::NAN)
    }

    /// What the bootstrap draws: a patient, or where nobody knows, the case.
    pub(super) fn unit(&self, stratum: usize) -> Unit {
        Unit {
            stratum,
            patient: patient(&self.row),
        }
    }
}

fn patient(row: &Row) -> String {
    match &row.patient {
        // To tell patients apart; it goes nowhere else.
        Some(it) => it.reveal().clone(),
        None => format!("line {}", row.line),
    }
}

/// How many patients there are.
pub(super) fn n_patients(cases: &[Case]) -> usize {
    let all: BTreeSet<String> = cases.iter().map(|it| patient(&it.row)).collect();
    all.len()
}

/// Opens and scores the rows one after the other, so that no more than one image is in memory.
pub(super) fn gather(
    job: &Job<'_>,
    (table, truths): (&Table, &Truths),
    loaded: &mut Loaded,
    mut against: Option<&mut Loaded>,
    steps: &mut Steps<'_>,
) -> Result<Gathered> {
    steps.start("scoring");
    let kind = Kind::of(&loaded.model.manifest().prep)?;
    let asked = asked(job, loaded)?;
    let of_other = match &against {
        Some(other) => self::asked(job, other)?,
        None => Vec::new(),
    };
    let mut gathered = Gathered::default();
    for (idx, (row, truth)) in table.rows.iter().zip(truths).enumerate() {
        steps.advance(idx, table.rows.len())?;
        if row.role == Role::Learned {
            gathered.lessons.extend(lesson(job, kind, row, truth));
            continue;
        }
        let item = match row.source.open(kind, job.open) {
            Ok(item) => item,
            Err(failure) => {
                let refused = refused(row, Unanswered::Error, failure);
                gathered.refused.push(refused);
                continue;
            }
        };
        let prediction = match answer(&item, loaded, job.gate) {
            Ok(prediction) => prediction,
            Err(error) => {
                let is_out = matches!(error, score::Error::OutOfScope { .. });
                let why = if is_out {
                    Unanswered::Refused
                } else {
                    Unanswered::Error
                };
                let refused = refused(row, why, Failure::from(&error));
                gathered.refused.push(refused);
                continue;
            }
        };
        for warning in &prediction.warnings {
            *gathered.remarks.entry(warning.text.clone()).or_default() += 1;
        }
        let other = against.as_mut().and_then(|other| {
            let found = answer(&item, other, job.gate).ok();
            gathered.n_refused_by_other += usize::from(found.is_none());
            found.map(|it| probabilities(&it, other.model.manifest(), &of_other))
        });
        gathered.cases.push(Case {
            row: row.clone(),
            file_sha256: prediction.about.file_sha256,
            truth: truth.clone(),
            probabilities: probabilities(&prediction, loaded.model.manifest(), &asked),
            logit: logit(&prediction, &asked),
            sets: sets(&prediction, &asked),
            other,
            ood: prediction.ood,
            beyond_scope: prediction.beyond_scope,
            thumbnail: thumbnail_of(&item),
        });
    }
    Ok(gathered)
}

/// What baselines learn from a row; `None` for an image that cannot be opened. Of anything else they look at columns and
/// texts alone, which the row has.
fn lesson(job: &Job<'_>, kind: Kind, row: &Row, truth: &[bool]) -> Option<Lesson> {
    let thumbnail = match kind {
        Kind::Images => thumbnail_of(&row.source.open(kind, job.open).ok()?),
        Kind::Notes | Kind::Courses | Kind::Sequences => Vec::new(),
    };
    Some(Lesson {
        source: row.source.clone(),
        truth: truth.to_vec(),
        thumbnail,
        numbers: row.numbers.clone(),
    })
}

fn refused(row: &Row, outcome: Unanswered, failure: Failure) -> RefusedRow {
    RefusedRow {
        line: row.line,
        shown: row.shown.clone(),
        outcome,
        headline: failure.headline,
        cause: failure.cause,
    }
}

/// Positions of the labels that are asked about.
fn asked(job: &Job<'_>, loaded: &Loaded) -> Result<Vec<usize>> {
    let manifest = loaded.model.manifest();
    let question = super::Question::of(manifest, job.label.as_deref())?;
    Ok(match question {
        super::Question::OneLabel(it) => vec![it.idx],
        super::Question::Exclusive | super::Question::Several => {
            (0..manifest.labels.len()).collect()
        }
    })
}

/// As a user's case would be scored; of a scan, the first frame.
pub(super) fn answer(
    item: &Item,
    loaded: &mut Loaded,
    gate: score::Gate,
) -> std::result::Result<Prediction, score::Error> {
    score::score(item.target(), loaded, gate)
}

/// From the logits: the probability of a result is `f32`, which cannot tell 1 - 1e-9 from 1.
pub(super) fn probabilities(
    prediction: &Prediction,
    manifest: &Manifest,
    asked: &[usize],
) -> Vec<f64> {
    let logits = prediction.scores.iter().map(|it| f64::from(it.logit));
    let logits: Vec<f64> = logits.collect();
    let all = calibration::probabilities(&prediction.calibration, manifest.output, &logits);
    asked
        .iter()
        .filter_map(|it| all.get(*it).copied())
        .collect()
}

fn logit(prediction: &Prediction, asked: &[usize]) -> f64 {
    let first = asked.first().and_then(|it| prediction.scores.get(*it));
    first.map_or(f64::NAN, |it| f64::from(it.logit))
}

/// Those of the labels that are asked about; one for all where labels exclude each other.
fn sets(prediction: &Prediction, asked: &[usize]) -> Vec<LabelSet> {
    let scores = asked.iter().filter_map(|it| prediction.scores.get(*it));
    let names: Vec<&String> = scores.map(|it| &it.label).collect();
    let sets = prediction.trust.sets.iter();
    sets.filter(|it| it.label.as_ref().is_none_or(|it| names.contains(&it)))
        .cloned()
        .collect()
}

/// Empty for what is no image.
fn thumbnail_of(item: &Item) -> Vec<f64> {
    match item {
        Item::Scan(scan) => {
            let first = scan.frame(0);
            first.map(|it| thumbnail(&it)).unwrap_or_default()
        }
        Item::Note(_) | Item::Series(_) | Item::Sequence(_) => Vec::new(),
    }
}

/// Mean grey values of a grid of 16 x 16, 0 to 1 between the least and the greatest value of the frame.
fn thumbnail(frame: &Frame) -> Vec<f64> {
    let (low, high) = frame.range();
    let scale = f64::from((high - low).max(f32::MIN_POSITIVE));
    let mut sums = [(0.0, 0.0); THUMBNAIL * THUMBNAIL];
    let mut add = |idx: usize, value: f32| {
        let (x, y) = (idx % frame.width.max(1), idx / frame.width.max(1));
        let cell = |at: usize, n: usize| (at * THUMBNAIL / n.max(1)).min(THUMBNAIL - 1);
        let place = cell(y, frame.height) * THUMBNAIL + cell(x, frame.width);
        if let Some((sum, n)) = sums.get_mut(place).filter(|_| value.is_finite()) {
            *sum += f64::from(value - low) / scale;
            *n += 1.0;
        }
    };
    match &frame.samples {
        Samples::Gray(samples) => samples.iter().enumerate().for_each(|(at, it)| add(at, *it)),
        Samples::Rgb(samples) => {
            let (pixels, _) = samples.as_chunks::<3>();
            let green = |(at, [_, it, _]): (usize, &[u8; 3])| add(at, f32::from(*it));
            pixels.iter().enumerate().for_each(green);
        }
    }
    sums.iter()
        .map(|(sum, n)| if 0.0 < *n { sum / n } else { 0.0 })
        .collect()
}

/// A figure of all cases with its interval over draws of patients, within each kind of case.
pub(super) fn estimate(
    cases: &[Case],
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Estimate> {
    let all: Vec<usize> = (0..cases.len()).collect();
    let value = statistic(&all).filter(|it| it.is_finite())?;
    let Interval { low, high } =
        stats::bootstrap(&units(cases), n_draws(cases.len()), SEED, statistic)?;
    Some(Estimate {
        value,
        low,
        high,
        n: cases.len(),
    })
}

/// The patients, apart for each kind of case.
pub(super) fn units(cases: &[Case]) -> Vec<Unit> {
    let stratum = |it: &Case| {
        it.truth
            .iter()
            .position(|is_true| *is_true)
            .unwrap_or(N_DRAWS)
    };
    cases.iter().map(|it| it.unit(stratum(it))).collect()
}

/// Values at some positions.
pub(super) fn pick<T: Copy>(values: &[T], at: &[usize]) -> Vec<T> {
    at.iter()
        .filter_map(|it| values.get(*it).copied())
        .collect()
}

/// One line for each evaluated row: the line of the table, what is true and what was answered, or why there is no answer.
/// No name of a patient and no text of a note.
pub(super) fn predictions_csv(
    labels: &[String],
    cases: &[Case],
    refused: &[RefusedRow],
) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = vec!["line".to_owned(), "path".to_owned()];
    for name in labels {
        let columns = ["true", "probability"].map(|it| as_text(&format!("{name}: {it}")));
        header.extend(columns);
    }
    header.extend(["layout distance", "beyond scope", "outcome", "reason"].map(str::to_owned));
    let answered = cases.iter().map(|it| (it.row.line, answered(it)));
    let silent = refused
        .iter()
        .map(|it| (it.line, unanswered(it, labels.len())));
    let records: BTreeMap<usize, Vec<String>> = answered.chain(silent).collect();
    // Writing to memory cannot fail.
    writer.write_record(&header).ok();
    for record in records.values() {
        writer.write_record(record).ok();
    }
    writer.into_inner().unwrap_or_default()
}

fn answered(case: &Case) -> Vec<String> {
    let mut record = vec![case.row.line.to_string(), as_text(&case.row.shown)];
    for (truth, probability) in case.truth.iter().zip(&case.probabilities) {
        record.extend([u8::from(*truth).to_string(), format!("{probability:.6}")]);
    }
    let distance = distance(&case.ood).map_or_else(String::new, |it| format!("{it:.4}"));
    record.extend([distance, case.beyond_scope.join("; ")]);
    record.extend(["ok".to_owned(), String::new()]);
    record
}

fn unanswered(row: &RefusedRow, n_labels: usize) -> Vec<String> {
    let mut record = vec![row.line.to_string(), as_text(&row.shown)];
    record.extend(vec![String::new(); 2 * n_labels + 2]);
    let outcome = match row.outcome {
        Unanswered::Refused => "refused",
        Unanswered::Error => "error",
    };
    record.extend([
        outcome.to_owned(),
        as_text(&format!("{}: {}", row.headline, row.cause)),
    ]);
    record
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection").
fn as_text(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// How unusual an image looked, if the model can tell.
pub(super) fn distance(ood: &Ood) -> Option<f64> {
    match ood {
        Ood::Unknown => None,
        Ood::Within { distance, .. } | Ood::Outside { distance, .. } => Some(f64::from(*distance)),
    }
}
