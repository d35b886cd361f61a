//! In which order rows stand.
//!
//! 1. what no model has answered: refused, failed and not yet scored, so that none is hidden behind a score;
//! 2. answers that nobody has read, by [`urgency`];
//! 3. what was read.
//!
//! Sorted by a column, rows that have nothing there stand first, whichever way it is sorted; rows that are equal there stand
//! by the order above. Keys are worked out once for each row, never in a comparison.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    case::worklist::{Outcome, Row},
    cores,
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
    let ranked = |number: usize| (rows.get(number).map(rank), number);
    let mut ranked = cores::collect(rows.len(), ranked);
    cores::sort(&mut ranked, Ord::cmp);
    let order: Vec<usize> = ranked.into_iter().map(|it| it.1).collect();
    let Some(ListSort { by, is_falling }) = sort else {
        return order;
    };
    let in_rank: Vec<&Row> = order.iter().filter_map(|it| rows.get(*it)).collect();
    let Keys { heads, tails } = Keys::of(&in_rank, by);
    let mut keyed: Vec<(Option<u128>, usize)> = heads.into_iter().zip(0..).collect();
    cores::sort(&mut keyed, |a, b| {
        let tails = || tails.get(a.1).cmp(&tails.get(b.1));
        // Equal rows stay as they are.
        by_value(a.0, b.0, tails, is_falling).then(a.1.cmp(&b.1))
    });
    let numbers = keyed.iter().filter_map(|it| order.get(it.1));
    numbers.copied().collect()
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
        let Keys { heads, tails } = Keys::of(&[one, other], by);
        let head = |it: usize| heads.get(it).copied().flatten();
        let tails = || tails.first().cmp(&tails.get(1));
        by_value(head(0), head(1), tails, is_falling)
    });
    by_column
        .then_with(|| rank(one).cmp(&rank(other)))
        .then(a.cmp(&b))
}

/// By heads, and by tails where those are equal. Rows without anything stand first, both ways.
fn by_value(
    one: Option<u128>,
    other: Option<u128>,
    tails: impl FnOnce() -> Ordering,
    is_falling: bool,
) -> Ordering {
    if one.is_none() || other.is_none() {
        return one.is_some().cmp(&other.is_some());
    }
    let by_value = one.cmp(&other).then_with(tails);
    if is_falling {
        by_value.reverse()
    } else {
        by_value
    }
}

/// What rows are compared by.
struct Keys {
    /// A number, or the first letters of a text; none where the row has nothing there.
    heads: Vec<Option<u128>>,
    /// Texts that are longer than their heads; empty for those that are not, and for numbers.
    tails: Vec<String>,
}

impl Keys {
    fn of(rows: &[&Row], by: ColumnName) -> Self {
        match by {
            // Compared in this process, and dropped with the keys.
            ColumnName::Patient => Self::texts(rows, |it| it.patient.reveal().into()),
            ColumnName::StudyDate => Self::texts(rows, |it| it.study_date.reveal().into()),
            ColumnName::File => Self::texts(rows, |it| {
                let name = it.file.reveal().file_name();
                name.unwrap_or_default().to_string_lossy()
            }),
            ColumnName::Kind => Self::few(
                rows,
                |it| (it.modality.as_str(), it.kind),
                |(modality, kind)| format!("{modality} {kind:?}"),
            ),
            ColumnName::Model => Self::few(
                rows,
                |it| it.model.as_ref(),
                |model| {
                    let named = model.map(|it| format!("{} {}", it.0, it.1));
                    named.unwrap_or_default().trim().to_owned()
                },
            ),
            ColumnName::Finding => Self::numbers(rows, |it| {
                let finding = it.finding.as_ref()?;
                Some(finding.probability - finding.threshold.unwrap_or(0.5))
            }),
            ColumnName::Suspicion => {
                Self::numbers(rows, |it| it.finding.as_ref().map(|it| it.suspicion()))
            }
            ColumnName::Uncertainty => Self::numbers(rows, |it| it.uncertainty),
            ColumnName::Scope => Self::numbers(rows, |it| scope(&it.outcome)),
            ColumnName::Word => Self::numbers(rows, |it| it.word.map(|it| f32::from(it as u8))),
            ColumnName::Since => Self::numbers(rows, |it| it.since_ms.map(|it| it as f64)),
        }
    }

    fn numbers<N: Into<f64>>(rows: &[&Row], number: impl Fn(&Row) -> Option<N>) -> Self {
        let head = |it: &&Row| number(it).map(|it| u128::from(in_order(it.into())));
        Self {
            heads: rows.iter().map(head).collect(),
            tails: Vec::new(),
        }
    }

    fn texts(rows: &[&Row], text: impl Fn(&Row) -> Cow<'_, str> + Sync) -> Self {
        let lowered = |it: usize| {
            rows.get(it)
                .map(|it| lowered(&text(it)))
                .unwrap_or_default()
        };
        let (heads, tails) = cores::collect(rows.len(), lowered).into_iter().unzip();
        Self { heads, tails }
    }

    /// Where many rows have the same text: that is made, and compared, once.
    fn few<'a, K: Ord + Copy>(
        rows: &[&'a Row],
        key: impl Fn(&'a Row) -> K,
        text: impl Fn(K) -> String,
    ) -> Self {
        let keys: BTreeSet<K> = rows.iter().map(|it| key(it)).collect();
        let mut texts: Vec<(String, K)> = keys
            .into_iter()
            .map(|it| (text(it).to_lowercase(), it))
            .collect();
        texts.sort();
        let mut places = BTreeMap::new();
        let mut place = 0;
        let mut before = "";
        for (text, key) in &texts {
            // Different keys may have equal texts.
            place += u128::from(text != before);
            before = text;
            places.insert(*key, (!text.is_empty()).then_some(place));
        }
        Self {
            heads: rows
                .iter()
                .map(|it| places.get(&key(it)).copied().flatten())
                .collect(),
            tails: Vec::new(),
        }
    }
}

/// What has no answer has no place among scopes, and so stands first.
fn scope(outcome: &Outcome) -> Option<f32> {
    match outcome {
        Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Unscored => None,
        Outcome::BeyondScope(_) => Some(0.0),
        Outcome::Outside => Some(1.0),
        Outcome::Unchecked => Some(2.0),
        Outcome::InScope => Some(3.0),
    }
}

/// A text in small letters: its first sixteen bytes, none of an empty one, and the whole where it is longer.
fn lowered(text: &str) -> (Option<u128>, String) {
    const N_BYTES: usize = 16;
    if text.is_ascii() && text.len() <= N_BYTES {
        return (
            head(text.bytes().map(|it| it.to_ascii_lowercase())),
            String::new(),
        );
    }
    let lower = text.to_lowercase();
    let head = head(lower.bytes());
    let is_whole = lower.len() <= N_BYTES;
    (head, if is_whole { String::new() } else { lower })
}

fn head(bytes: impl ExactSizeIterator<Item = u8>) -> Option<u128> {
    let is_empty = bytes.len() == 0;
    let mut first = [0; 16];
    first
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    (!is_empty).then(|| u128::from_be_bytes(first))
}

/// A number that is ordered as the other one is (IEEE 754, totalOrder).
const fn in_order(value: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}
