//! The rows of one source: which are shown, in which order, and which one the keyboard is on.

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

use crate::{
    case::worklist::{Outcome, Row},
    privacy::Phi,
    settings::ListSort,
};

use super::order::{group, order, order_more};

/// Rows, and the choice of those that are shown.
#[derive(Debug, Default)]
pub struct List {
    /// As they came: a row keeps its number. Shared with whoever writes them.
    rows: Arc<Vec<Row>>,
    /// All rows by their numbers, in order.
    order: Vec<usize>,
    /// By what they stand so; `is_in_order` is false once rows were changed where they stood.
    sorted: Option<ListSort>,
    is_in_order: bool,
    /// Those of them that are shown.
    shown: Vec<usize>,
    filter: Filter,
    /// The number of the row that the keyboard is on.
    cursor: Option<usize>,
    tally: Tally,
    /// What is searched, in small letters; made when somebody searches.
    texts: OnceCell<Vec<String>>,
}

/// The rows that were shown at one moment.
pub(super) struct Shown {
    rows: Arc<Vec<Row>>,
    shown: Vec<usize>,
}

/// What all rows together are.
#[derive(Debug, Default)]
struct Tally {
    /// By standing, in its order.
    standings: [usize; 4],
    n_silent: usize,
    findings: BTreeSet<String>,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Beginnings or parts of words, all of which must be there.
    pub words: Phi<String>,
    pub standing: Option<Standing>,
    /// The strongest finding.
    pub finding: Option<String>,
}

/// Where a row stands in the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Answered or not yet scored, and no word of the reader.
    Unread,
    Read,
    Refused,
    Failed,
}

impl Standing {
    /// In the order of the filter.
    pub const ALL: [Self; 4] = [Self::Unread, Self::Read, Self::Refused, Self::Failed];

    /// Of a row.
    pub const fn of(row: &Row) -> Self {
        match (&row.outcome, row.word) {
            (Outcome::Refused(_), _) => Self::Refused,
            (Outcome::Failed(_), _) => Self::Failed,
            (_, Some(_)) => Self::Read,
            (_, None) => Self::Unread,
        }
    }
}

impl List {
    /// All rows, as they came.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The numbers of the rows that are shown, in order.
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// The row at a place of what is shown.
    pub fn at(&self, place: usize) -> Option<&Row> {
        self.rows.get(*self.shown.get(place)?)
    }

    /// What is looked for.
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// How many rows stand so, of all.
    pub fn count(&self, standing: Standing) -> usize {
        let counts = Standing::ALL.into_iter().zip(self.tally.standings);
        counts.filter(|it| it.0 == standing).map(|it| it.1).sum()
    }

    /// How many rows have no answer of a model, of all.
    pub const fn n_silent(&self) -> usize {
        self.tally.n_silent
    }

    /// The findings that there are, by name.
    pub const fn findings(&self) -> &BTreeSet<String> {
        &self.tally.findings
    }

    /// Puts other rows in the place of those that were there; the row of a number gets the keyboard.
    pub fn replace(&mut self, rows: Vec<Row>, cursor: Option<usize>, sort: Option<ListSort>) {
        self.rows = Arc::new(rows);
        // Where it is gone, the row in its place has it.
        self.cursor = cursor.or(self.cursor);
        self.take_in(sort);
    }

    /// Adds rows. Those that are there are not put in order again: a batch adds some in every other frame.
    pub fn extend(&mut self, rows: Vec<Row>, sort: Option<ListSort>) {
        let first = self.rows.len();
        Arc::make_mut(&mut self.rows).extend(rows);
        if !self.is_in_order || self.sorted != sort {
            return self.take_in(sort);
        }
        let more = self.rows.get(first..).unwrap_or_default();
        more.iter().for_each(|it| self.tally.count(it));
        if let Some(texts) = self.texts.get_mut() {
            texts.extend(more.iter().map(text));
        }
        let more = (first..self.rows.len()).collect();
        self.order = order_more(&self.rows, &self.order, more, sort);
        self.choose();
    }

    /// Puts rows in the place of those of these numbers; the others stay in their order.
    pub(super) fn put(&mut self, rows: Vec<(usize, Row)>) {
        if rows.is_empty() {
            return;
        }
        let own = Arc::make_mut(&mut self.rows);
        let mut changed = BTreeSet::new();
        for (number, row) in rows {
            if let Some(place) = own.get_mut(number) {
                *place = row;
                changed.insert(number);
            }
        }
        if !self.is_in_order {
            return self.take_in(self.sorted);
        }
        self.texts.take();
        self.count_up();
        self.order.retain(|it| !changed.contains(it));
        let changed = changed.into_iter().collect();
        self.order = order_more(&self.rows, &self.order, changed, self.sorted);
        self.choose();
    }

    /// The rows that are shown, to be written elsewhere.
    pub(super) fn copy(&self) -> Shown {
        Shown {
            rows: Arc::clone(&self.rows),
            shown: self.shown.clone(),
        }
    }

    /// Changes rows, none of which goes or comes, and leaves all of them where they are until they are put in order again:
    /// what a reader says of a row must not move it away.
    pub(super) fn edit(&mut self, edit: impl FnMut((usize, &mut Row))) {
        let rows = Arc::make_mut(&mut self.rows);
        rows.iter_mut().enumerate().for_each(edit);
        self.is_in_order = false;
        self.count_up();
    }

    fn take_in(&mut self, sort: Option<ListSort>) {
        self.texts.take();
        self.count_up();
        self.sort(sort);
    }

    fn count_up(&mut self) {
        self.tally = Tally::default();
        self.rows.iter().for_each(|it| self.tally.count(it));
    }

    /// Puts the rows in order. Who is on a row stays there.
    pub fn sort(&mut self, sort: Option<ListSort>) {
        self.order = order(&self.rows, sort);
        (self.sorted, self.is_in_order) = (sort, true);
        self.choose();
    }

    /// Looks for something else.
    pub fn look_for(&mut self, filter: Filter) {
        self.filter = filter;
        self.choose();
    }

    /// Shows what is looked for. Where the row that the keyboard was on is gone, the one in its place has it.
    fn choose(&mut self) {
        let place = self.place();
        // In this process; what was typed goes nowhere.
        let wanted = self.filter.words.reveal().to_lowercase();
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        let texts = (!wanted.is_empty()).then(|| {
            self.texts
                .get_or_init(|| self.rows.iter().map(text).collect())
        });
        let has_words = |number: usize| {
            texts.is_none_or(|it| {
                let text = it.get(number).map_or("", String::as_str);
                wanted.iter().all(|word| text.contains(*word))
            })
        };
        let filter = &self.filter;
        let is_wanted = |number: &&usize| {
            self.rows.get(**number).is_some_and(|row| {
                filter.standing.is_none_or(|it| it == Standing::of(row))
                    && filter
                        .finding
                        .as_ref()
                        .is_none_or(|it| row.finding.as_ref().is_some_and(|row| row.label == *it))
            }) && has_words(**number)
        };
        self.shown = self.order.iter().filter(is_wanted).copied().collect();
        if self.place().is_none() {
            self.go_to(place.unwrap_or(0));
        }
    }

    /// The place of the row that the keyboard is on, among what is shown.
    pub fn place(&self) -> Option<usize> {
        let cursor = self.cursor?;
        self.shown.iter().position(|it| *it == cursor)
    }

    /// The number of the row that the keyboard is on.
    pub const fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    /// Puts the keyboard on the row at a place; on the last one where there are fewer.
    pub fn go_to(&mut self, place: usize) {
        let last = self.shown.len().saturating_sub(1);
        self.cursor = self.shown.get(place.min(last)).copied();
    }

    /// Moves the keyboard by so many rows.
    pub fn move_by(&mut self, by: isize) {
        let place = self.place().unwrap_or(0);
        self.go_to(place.saturating_add_signed(by));
    }

    /// Puts the keyboard on the next row after it that was not read, round and round; whether there is one.
    pub fn next_unread(&mut self) -> bool {
        let start = self.place().map_or(0, |it| it + 1);
        let n = self.shown.len();
        let mut places = (start..n).chain(0..start.min(n));
        let is_unread = |place: &usize| {
            self.at(*place)
                .is_some_and(|it| Standing::of(it) == Standing::Unread)
        };
        let found = places.find(is_unread);
        if let Some(place) = found {
            self.go_to(place);
        }
        found.is_some()
    }
}

impl Tally {
    fn count(&mut self, row: &Row) {
        let standing = Standing::of(row);
        let counts = Standing::ALL.into_iter().zip(&mut self.standings);
        counts
            .filter(|it| it.0 == standing)
            .for_each(|it| *it.1 += 1);
        self.n_silent += usize::from(group(row) == 0);
        if let Some(finding) = &row.finding
            && !self.findings.contains(&finding.label)
        {
            self.findings.insert(finding.label.clone());
        }
    }
}

impl Shown {
    /// How many rows these are.
    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// In their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.shown.iter().filter_map(|it| self.rows.get(*it))
    }
}

/// What of a row is searched.
fn text(row: &Row) -> String {
    // For whoever searches, in this process.
    let (patient, date, file) = (
        row.patient.reveal(),
        row.study_date.reveal(),
        row.file.reveal(),
    );
    let file = file.file_name().unwrap_or_default().to_string_lossy();
    let reason = match &row.outcome {
        Outcome::BeyondScope(it) | Outcome::Refused(it) | Outcome::Failed(it) => it,
        _ => "",
    };
    let (model, version) = match &row.model {
        Some((name, version)) => (name.as_str(), version.as_str()),
        None => ("", ""),
    };
    let finding = row.finding.as_ref().map_or("", |it| it.label.as_str());
    let parts: [&str; 8] = [
        patient,
        date,
        &row.modality,
        &file,
        model,
        version,
        finding,
        reason,
    ];
    parts.join("\n").to_lowercase()
}
