//! What the labels of a table mean for a model.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Error, Job, Result,
    sheet::quoted,
    table::{Role, Row, Table},
};
use crate::model::{Manifest, manifest::Output};

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Has it this label or not.
    OneLabel(Asked),
    /// Which of labels that exclude each other.
    Exclusive,
    /// Which of labels that stand alone.
    Several,
}

/// The label that is asked about.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Position in the model's list.
    pub(super) idx: usize,
    pub(super) name: String,
    /// Where the bundle decides.
    pub(super) threshold: Option<f64>,
}

/// Words of the table for one label.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What means yes; then everything else means no, unless `negative` says what does.
    pub positive: Option<String>,
    /// What means no.
    pub negative: Vec<String>,
}

/// Between the names of labels that stand alone.
const BETWEEN: &[char] = &['|', ';'];
/// In place of names: there is none.
const NONE: &str = "none";

/// For each row of the table, for each label that is asked about, whether it is there.
pub(super) type Truths = Vec<Vec<bool>>;

impl Question {
    /// A model with one label asks about it; of several, `wanted` may name one.
    pub(super) fn of(manifest: &Manifest, wanted: Option<&str>) -> Result<Self> {
        let asked = |idx: usize| {
            let label = manifest.labels.get(idx)?;
            let point = label.operating_point.as_ref();
            Some(Self::OneLabel(Asked {
                idx,
                name: label.name.clone(),
                threshold: point.map(|it| f64::from(it.threshold)),
            }))
        };
        let found = match (wanted, manifest.output) {
            (Some(name), _) => {
                let mut labels = manifest.labels.iter();
                let idx = labels.position(|it| is_same(&it.name, name));
                idx.and_then(asked)
            }
            (None, _) if manifest.labels.len() == 1 => asked(0),
            (None, Output::Softmax) => Some(Self::Exclusive),
            (None, Output::Sigmoid) => Some(Self::Several),
        };
        found.ok_or_else(|| Error::NoSuchLabel {
            want: names(manifest).join(", "),
            found: wanted.unwrap_or_default().to_owned(),
        })
    }

    /// The labels that are asked about.
    pub(super) fn names(&self, manifest: &Manifest) -> Vec<String> {
        match self {
            Self::OneLabel(asked) => vec![asked.name.clone()],
            Self::Exclusive | Self::Several => names(manifest),
        }
    }
}

fn names(manifest: &Manifest) -> Vec<String> {
    manifest.labels.iter().map(|it| it.name.clone()).collect()
}

fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Reads the labels of all rows. A value that is not understood refuses the table, with the list of them.
pub(super) fn read(
    question: &Question,
    manifest: &Manifest,
    table: &mut Table,
    job: &Job<'_>,
) -> Result<Truths> {
    let labels = question.names(manifest);
    let called = Called::read(&job.columns.classes, question, names(manifest))?;
    let meaning = |cell: &str| match question {
        Question::OneLabel(asked) => {
            let is_true = match called.by_table(cell) {
                Some(label) => is_same(label, &asked.name),
                None => yes_or_no(cell, &asked.name, &job.words)?,
            };
            Some(vec![is_true])
        }
        Question::Exclusive => {
            let name = called.by_table(cell).unwrap_or(cell);
            let idx = labels.iter().position(|it| is_same(it, name))?;
            Some((0..labels.len()).map(|it| it == idx).collect())
        }
        Question::Several => several(cell, &labels, &called),
    };
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut truths = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        match meaning(&row.label) {
            Some(truth) => truths.push(truth),
            None => *unknown.entry(&row.label).or_default() += 1,
        }
    }
    if !unknown.is_empty() {
        return Err(Error::Labels {
            want: wanted(question, &labels, &job.words),
            found: listed(&unknown),
        });
    }
    if let Question::OneLabel(_) = question {
        check_kinds(table, &truths)?;
        warn_of_others(table, &job.words, &called);
    }
    for name in called.absent(question, table) {
        let warning = format!("no row has the label `{name}` that --class names");
        table.warnings.push(warning);
    }
    Ok(truths)
}

/// What the table calls the model's labels, where it calls them otherwise.
struct Called(BTreeMap<String, String>);

impl Called {
    /// Reads `FROM=TO`. Of several signs, the one with a label of the model behind it counts: names may hold it too.
    fn read(classes: &[String], question: &Question, mut labels: Vec<String>) -> Result<Self> {
        if let Question::Several = question {
            labels.push(NONE.to_owned());
        }
        let refused = |found: String| Error::NoSuchLabel {
            want: labels.join(", "),
            found,
        };
        let mut called: BTreeMap<String, String> = BTreeMap::new();
        for class in classes {
            let pair = |(at, _): (usize, &str)| {
                let (from, to) = (class.get(..at)?.trim(), class.get(at + 1..)?.trim());
                let label = labels.iter().find(|it| is_same(it, to))?;
                (!from.is_empty()).then(|| (from.to_lowercase(), label.clone()))
            };
            let found = class.match_indices('=').find_map(pair);
            let Some((from, label)) = found else {
                return Err(refused(format!(
                    "none of them in --class {}",
                    quoted(class)
                )));
            };
            if called.get(&from).is_some_and(|it| *it != label) {
                return Err(refused(format!(
                    "two of them for --class {}",
                    quoted(&from)
                )));
            }
            called.insert(from, label);
        }
        Ok(Self(called))
    }

    fn by_table(&self, name: &str) -> Option<&str> {
        self.0.get(&name.to_lowercase()).map(String::as_str)
    }

    /// Names that no row has.
    fn absent(&self, question: &Question, table: &Table) -> Vec<String> {
        let marks: &[char] = match question {
            Question::OneLabel(_) | Question::Exclusive => &[],
            Question::Several => BETWEEN,
        };
        let cells = table.rows.iter().flat_map(|it| it.label.split(marks));
        let present: BTreeSet<String> = cells.map(|it| it.trim().to_lowercase()).collect();
        let absent = self.0.keys().filter(|it| !present.contains(*it));
        absent.map(|it| quoted(it)).collect()
    }
}

/// `None` for a word that is not understood.
fn yes_or_no(cell: &str, name: &str, words: &Words) -> Option<bool> {
    let is = |it: &str| is_same(cell, it);
    if let Some(positive) = &words.positive {
        if is(positive) {
            return Some(true);
        }
        let is_no = if words.negative.is_empty() {
            !cell.is_empty()
        } else {
            words.negative.iter().any(|it| is(it))
        };
        return is_no.then_some(false);
    }
    if words.negative.iter().any(|it| is(it)) {
        return Some(false);
    }
    if is(name) || ["1", "1.0", "true", "yes", "positive"].into_iter().any(is) {
        return Some(true);
    }
    let no = ["0", "0.0", "false", "no", "negative", "not"];
    let is_no = no.into_iter().any(is) || is(&format!("not {name}")) || is(&format!("no {name}"));
    is_no.then_some(false)
}

/// Names with `|` or `;` between them; an empty cell or `none` for no label.
fn several(cell: &str, labels: &[String], called: &Called) -> Option<Vec<bool>> {
    let mut truth = vec![false; labels.len()];
    let names = cell.split(BETWEEN).map(str::trim);
    let names = names.map(|it| called.by_table(it).unwrap_or(it));
    let names: Vec<&str> = names.filter(|it| !it.is_empty()).collect();
    if let [one] = names.as_slice()
        && is_same(one, NONE)
    {
        return Some(truth);
    }
    for name in names {
        let idx = labels.iter().position(|it| is_same(it, name))?;
        *truth.get_mut(idx)? = true;
    }
    Some(truth)
}

fn wanted(question: &Question, labels: &[String], words: &Words) -> String {
    match (question, &words.positive) {
        (Question::OneLabel(_), Some(positive)) => {
            format!("{positive} or {}", words.negative.join(", "))
        }
        (Question::OneLabel(asked), None) => format!("{} or not (1 or 0)", asked.name),
        _ => labels.join(", "),
    }
}

/// The first ten values with the number of rows.
fn listed(values: &BTreeMap<&str, usize>) -> String {
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    for (value, n) in values {
        *shown.entry(quoted(value)).or_default() += n;
    }
    let first: Vec<String> = shown
        .iter()
        .take(10)
        .map(|(value, n)| format!("`{value}` in {n} rows"))
        .collect();
    let n_more = shown.len().saturating_sub(10);
    if n_more == 0 {
        first.join(", ")
    } else {
        format!("{} and {n_more} more", first.join(", "))
    }
}

fn check_kinds(table: &Table, truths: &Truths) -> Result<()> {
    let rows = table.rows.iter().zip(truths);
    let evaluated = rows.filter(|(row, _)| row.role == Role::Evaluated);
    let n_positive = evaluated
        .filter(|(_, truth)| truth.first() == Some(&true))
        .count();
    let n = table.n_evaluated();
    let kind = match n_positive {
        0 => "without the label",
        it if it == n => "with the label",
        _ => return Ok(()),
    };
    Err(Error::OneKind {
        n,
        kind: kind.to_owned(),
    })
}

/// With one word for yes, says what was taken for no.
fn warn_of_others(table: &mut Table, words: &Words, called: &Called) {
    let Some(positive) = &words.positive else {
        return;
    };
    if !words.negative.is_empty() {
        return;
    }
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    let is_other =
        |it: &&Row| !is_same(&it.label, positive) && called.by_table(&it.label).is_none();
    for row in table.evaluated().filter(is_other) {
        *others.entry(&row.label).or_default() += 1;
    }
    let warning = format!("counted as not {positive}: {}", listed(&others));
    table.warnings.push(warning);
}
