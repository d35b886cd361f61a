//! In which order rows stand.
//!
//! 1. what no model has answered: refused, failed and not yet scored, so that none is hidden behind a score;
//! 2. answers that nobody has read, by [`urgency`];
//! 3. what was read.
//!
//! Sorted by a column, rows that have nothing there stand first, whichever way it is sorted; rows that are equal there stand
//! by the order above. Keys are worked out once for each row, never in a comparison.

use std::cmp::Ordering;

use crate::{
    case::worklist::{Outcome, Row},
    settings::{ColumnName, ListSort},
};

/// A row that has waited for so long stands above every newer one, whatever a model says of it.
///
/// Ordering a worklist by findings halves the mean wait of the sick and makes the longest wait of all longer by half; a limit
/// to the wait brings that back (Baltruschat et al., Eur Radiol 2021;31:3837-3845). It must lie well above what nearly all
/// cases wait without any ordering, or what is overdue starves what is urgent: in a day of 190 studies, the longest such wait
/// is just under twelve hours.
pub const LONGEST_WAIT_HOURS: f64 = 12.0;
const HOUR_MS: f64 = 3_600_000.0;

/// How far up an answer stands among those that nobody has read: suspicion times uncertainty, with ageing.
///
/// `suspicion * (1 + uncertainty) - 2 * since / LONGEST_WAIT_HOURS`. Suspicion is 0..1, with the operating point at one half.
/// Uncertainty, 0..1, makes it up to twice as much and never less: what a model is sure of must not fall behind. The first
/// part is at most 2, and the second grows by 2 in the longest wait, evenly: a delay-dependent priority (Kleinrock, Naval Res
/// Logist Q 1964;11:329-341). As all rows age alike, the order of two of them never changes while they wait, and needs no
/// clock.
pub fn urgency(suspicion: f32, uncertainty: f32, since_ms: i64) -> f64 {
    const MOST: f64 = 2.0;
    let suspicion = f64::from(suspicion).clamp(0.0, 1.0);
    let uncertainty = f64::from(uncertainty).clamp(0.0, 1.0);
    let since_hours = since_ms as f64 / HOUR_MS;
    suspicion * (1.0 + uncertainty) - MOST * since_hours / LONGEST_WAIT_HOURS
}

/// The group that a row stands in, by urgency.
pub(super) const fn group(row: &Row) -> u8 {
    match (&row.outcome, row.word) {
        (Outcome::Unscored | Outcome::Refused(_) | Outcome::Failed(_), _) => 0,
        (_, None) => 1,
        (_, Some(_)) => 2,
    }
}

/// Where a row stands by urgency, without its number.
fn rank(row: &Row) -> (u8, u64) {
    let suspicion = row.finding.as_ref().map_or(0.0, |it| it.suspicion());
    // Since when nobody knows is since ever.
    let since_ms = row.since_ms.unwrap_or(0);
    let urgency = urgency(suspicion, row.uncertainty.unwrap_or(0.0), since_ms);
    (group(row), !in_order(urgency))
}

/// The numbers of all rows, each once, in order.
pub(super) fn order(rows: &[Row], sort: Option<ListSort>) -> Vec<usize> {
    let ranked = rows.iter().enumerate();
    let mut ranked: Vec<((u8, u64), usize)> =
        ranked.map(|(number, row)| (rank(row), number)).collect();
    ranked.sort_unstable();
    let mut order: Vec<usize> = ranked.into_iter().map(|it| it.1).collect();
    if let Some(ListSort { by, is_falling }) = sort {
        let rows: Vec<&Row> = rows.iter().collect();
        let keys = Keys::of(&rows, by);
        // Stable: equal rows stay as they are.
        order.sort_by(|a, b| keys.compare(*a, *b, is_falling));
    }
    order
}

/// The same, where all rows but these stand in order already: each of these is looked for its place among them.
pub(super) fn order_more(
    rows: &[Row],
    ordered: &[usize],
    mut more: Vec<usize>,
    sort: Option<ListSort>,
) -> Vec<usize> {
    more.sort_by(|a, b| compare(rows, (*a, *b), sort));
    let mut all = Vec::with_capacity(ordered.len() + more.len());
    let mut rest = ordered;
    for number in more {
        let stands_before = |other: &usize| compare(rows, (*other, number), sort).is_le();
        let (before, after) = rest.split_at(rest.partition_point(stands_before));
        all.extend_from_slice(before);
        all.push(number);
        rest = after;
    }
    all.extend_from_slice(rest);
    all
}

/// Two rows by their numbers.
fn compare(rows: &[Row], (a, b): (usize, usize), sort: Option<ListSort>) -> Ordering {
    let (Some(one), Some(other)) = (rows.get(a), rows.get(b)) else {
        return a.cmp(&b);
    };
    let by_column = sort.map_or(Ordering::Equal, |ListSort { by, is_falling }| {
        Keys::of(&[one, other], by).compare(0, 1, is_falling)
    });
    by_column
        .then_with(|| rank(one).cmp(&rank(other)))
        .then(a.cmp(&b))
}

/// What rows are compared by.
struct Keys {
    /// A number, or the first letters of a text; none where the row has nothing there.
    heads: Vec<Option<u128>>,
    /// The whole text, for texts.
    tails: Vec<String>,
}

impl Keys {
    fn of(rows: &[&Row], by: ColumnName) -> Self {
        let texts = |text: fn(&Row) -> String| {
            let tails: Vec<String> = rows.iter().map(|it| text(it).to_lowercase()).collect();
            Self {
                heads: tails.iter().map(|it| head(it)).collect(),
                tails,
            }
        };
        let numbers = |number: fn(&Row) -> Option<f64>| Self {
            heads: rows
                .iter()
                .map(|it| number(it).map(|it| u128::from(in_order(it))))
                .collect(),
            tails: Vec::new(),
        };
        match by {
            // Compared in this process, and dropped with the keys.
            ColumnName::Patient => texts(|it| it.patient.reveal().clone()),
            ColumnName::StudyDate => texts(|it| it.study_date.reveal().clone()),
            ColumnName::File => texts(|it| {
                let name = it.file.reveal().file_name();
                name.unwrap_or_default().to_string_lossy().into_owned()
            }),
            ColumnName::Kind => texts(|it| format!("{} {:?}", it.modality, it.kind)),
            ColumnName::Model => texts(|it| {
                let model = it.model.clone().unwrap_or_default();
                format!("{} {}", model.0, model.1).trim().to_owned()
            }),
            ColumnName::Finding => numbers(|it| {
                let finding = it.finding.as_ref()?;
                Some(f64::from(
                    finding.probability - finding.threshold.unwrap_or(0.5),
                ))
            }),
            ColumnName::Suspicion => {
                numbers(|it| it.finding.as_ref().map(|it| f64::from(it.suspicion())))
            }
            ColumnName::Uncertainty => numbers(|it| it.uncertainty.map(f64::from)),
            ColumnName::Scope => numbers(|it| scope(&it.outcome)),
            ColumnName::Word => numbers(|it| it.word.map(|it| f64::from(it as u8))),
            ColumnName::Since => numbers(|it| it.since_ms.map(|it| it as f64)),
        }
    }

    fn compare(&self, a: usize, b: usize, is_falling: bool) -> Ordering {
        let head = |it: usize| self.heads.get(it).copied().flatten();
        let (Some(one), Some(other)) = (head(a), head(b)) else {
            // Rows without anything first, both ways.
            return head(a).is_some().cmp(&head(b).is_some());
        };
        let by_value = one
            .cmp(&other)
            .then_with(|| self.tails.get(a).cmp(&self.tails.get(b)));
        if is_falling {
            by_value.reverse()
        } else {
            by_value
        }
    }
}

/// What has no answer has no place among scopes, and so stands first.
fn scope(outcome: &Outcome) -> Option<f64> {
    match outcome {
        Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Unscored => None,
        Outcome::BeyondScope(_) => Some(0.0),
        Outcome::Outside => Some(1.0),
        Outcome::Unchecked => Some(2.0),
        Outcome::InScope => Some(3.0),
    }
}

/// The first sixteen bytes of a text, none of an empty one.
fn head(text: &str) -> Option<u128> {
    let mut first = [0; 16];
    for (to, from) in first.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    (!text.is_empty()).then(|| u128::from_be_bytes(first))
}

/// A number that is ordered as the other one is (IEEE 754, totalOrder).
const fn in_order(value: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}
