//! The worklist: what is open, what the records keep, or what `wardlight score` has written, as one table to read from.

mod batch;
mod list;
mod order;
mod rows;
mod table;

use std::{path::PathBuf, sync::Arc};

use serde_json::json;

use super::{
    Command, Deed, Effect, ItemId, Page, Purpose, RECENT, Request, State, Tone, records::failure_of,
};
use crate::{
    case::worklist::Row,
    engine::{Job, JobId, TableFn},
    failure::Failure,
    import::Origin,
    privacy::Phi,
    settings::{ColumnName, ListColumn},
    store::{Action, Error, Right},
    words::Words,
};

pub use self::{
    batch::{BatchCommand, BatchForm, BatchPage},
    list::{Filter, List, Standing},
    order::{LONGEST_WAIT_HOURS, urgency},
    rows::row_of_kept,
    table::{cell, column_words, standing_words},
};

/// The page, with the rows and the place of each source.
#[derive(Debug, Default)]
pub struct Worklist {
    pub source: Source,
    open: List,
    /// What each row of it stands for.
    open_items: Vec<ItemId>,
    kept: List,
    scored: List,
    /// The report whose rows are shown, and the job that brings them.
    pub report: Option<Phi<PathBuf>>,
    report_job: Option<JobId>,
    /// The question to the records whose rows are on their way.
    asked: Option<u64>,
    /// Of the last question to the records, or of the export.
    pub failure: Option<Failure>,
    /// Where the table is written, as typed.
    pub out: String,
    pub batch: BatchPage,
}

/// Where rows come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// What is open in this window.
    #[default]
    Open,
    /// The encrypted records.
    Kept,
    /// What `wardlight score` has written.
    Scored,
}

/// What can be asked on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum WorklistCommand {
    Choose(Source),
    LookFor(Filter),
    SortBy(ColumnName),
    ByUrgency,
    ToggleColumn(ColumnName),
    Widen(ColumnName, f32),
    /// The place among the rows that are shown.
    GoTo(usize),
    MoveBy(isize),
    /// The row that the keyboard is on.
    Open,
    Export,
    StopExport,
    Batch(BatchCommand),
}

/// A portion of what the records keep.
#[derive(Debug)]
pub struct Kept {
    pub rows: Vec<Row>,
    /// What to ask for the next one, if there is one.
    pub next: Option<i64>,
}

impl Worklist {
    /// What is shown.
    pub const fn list(&self) -> &List {
        self.of(self.source)
    }

    /// The rows of a source.
    pub const fn of(&self, source: Source) -> &List {
        match source {
            Source::Open => &self.open,
            Source::Kept => &self.kept,
            Source::Scored => &self.scored,
        }
    }

    /// Whether rows of the records are on their way.
    pub const fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    const fn list_mut(&mut self) -> &mut List {
        match self.source {
            Source::Open => &mut self.open,
            Source::Kept => &mut self.kept,
            Source::Scored => &mut self.scored,
        }
    }
}

impl State {
    /// To the list, at the place where it was left; from the list back to reading.
    pub(super) fn toggle_worklist(&mut self) {
        if self.page == Page::Worklist {
            self.page = Page::Reading;
        } else {
            self.turn_to(Page::Worklist);
            self.refresh_worklist();
        }
    }

    /// Has the list say what is open now, and what the reader said since. Where nothing but words of the reader is new, every
    /// row stays in its place.
    fn refresh_worklist(&mut self) {
        if self.worklist.source != Source::Open {
            let words = self.words_given();
            let list = self.worklist.list_mut();
            list.edit(|(_, row)| rows::take_word(row, &words));
            return;
        }
        let (items, rows): (Vec<ItemId>, Vec<Row>) = self.open_rows().into_iter().unzip();
        let page = &mut self.worklist;
        if items == page.open_items && are_alike(&rows, page.open.rows()) {
            page.open
                .edit(|(number, row)| row.word = rows.get(number).and_then(|it| it.word));
            return;
        }
        let before = page.open.cursor();
        let before = before.and_then(|it| self.worklist.open_items.get(it));
        // Of a stack another slice may be shown by now.
        let before = before.map(|it| self.row_of(*it));
        let now = items.iter().position(|it| Some(self.row_of(*it)) == before);
        let sort = self.settings.worklist.sort;
        self.worklist.open_items = items;
        self.worklist.open.replace(rows, now, sort);
    }

    /// Takes in what has changed while the list of what is open is looked at.
    pub(super) fn follow_worklist(&mut self) {
        let is_seen = self.page == Page::Worklist && self.worklist.source == Source::Open;
        // Files that come by thousands are told once all are there.
        if is_seen && !self.is_opening() {
            self.refresh_worklist();
        }
    }

    pub(super) fn apply_on_worklist(&mut self, command: WorklistCommand) -> Vec<Effect> {
        let page = &mut self.worklist;
        match command {
            WorklistCommand::Choose(source) => return self.choose_source(source),
            WorklistCommand::LookFor(filter) => page.list_mut().look_for(filter),
            WorklistCommand::SortBy(name) => {
                self.settings.worklist.sort_by(name);
                return self.sort_worklist();
            }
            WorklistCommand::ByUrgency => {
                self.settings.worklist.sort = None;
                return self.sort_worklist();
            }
            WorklistCommand::ToggleColumn(name) => {
                self.settings.worklist.toggle(name);
                return self.save_settings();
            }
            // Kept when the window closes, like the other widths.
            WorklistCommand::Widen(name, width) => self.settings.worklist.widen(name, width),
            WorklistCommand::GoTo(place) => page.list_mut().go_to(place),
            WorklistCommand::MoveBy(by) => page.list_mut().move_by(by),
            WorklistCommand::Open => return self.open_from_list(),
            WorklistCommand::Export => return self.export_worklist(),
            WorklistCommand::StopExport => {
                let running = self.export_job().map(Effect::Cancel);
                return running.into_iter().collect();
            }
            WorklistCommand::Batch(command) => return self.apply_on_batch(command),
        }
        Vec::new()
    }

    fn sort_worklist(&mut self) -> Vec<Effect> {
        let sort = self.settings.worklist.sort;
        let list = self.worklist.list_mut();
        list.sort(sort);
        // Who sorts wants to see what is first.
        list.go_to(0);
        self.save_settings()
    }

    fn choose_source(&mut self, source: Source) -> Vec<Effect> {
        self.worklist.source = source;
        self.worklist.failure = None;
        self.worklist.asked = None;
        if source != Source::Kept || self.door.user.is_none() {
            self.refresh_worklist();
            // Another source may have been sorted meanwhile.
            let sort = self.settings.worklist.sort;
            self.worklist.list_mut().sort(sort);
            return Vec::new();
        }
        let filter = self.worklist.kept.filter().clone();
        self.worklist.kept = List::default();
        self.worklist.kept.look_for(filter);
        let asked = self.number();
        self.worklist.asked = Some(asked);
        let before = None;
        vec![Effect::Records(Request::ListCases { asked, before })]
    }

    /// Takes in a portion of the records and asks for the next one, so that what else they are told comes in between. What
    /// an earlier question brings is not taken.
    pub(super) fn cases_came(&mut self, asked: u64, answer: Result<Kept, Error>) -> Vec<Effect> {
        if self.worklist.asked != Some(asked) {
            return Vec::new();
        }
        let kept = match answer {
            Ok(kept) => kept,
            Err(error) => {
                self.worklist.asked = None;
                self.worklist.failure = Some(failure_of(&self.words, &error));
                return Vec::new();
            }
        };
        let sort = self.settings.worklist.sort;
        self.worklist.kept.extend(kept.rows, sort);
        let Some(before) = kept.next else {
            self.worklist.asked = None;
            return Vec::new();
        };
        let before = Some(before);
        vec![Effect::Records(Request::ListCases { asked, before })]
    }

    /// Takes in rows of a report. The first ones of a job show the page and take the place of another report.
    pub(super) fn rows_came(&mut self, id: JobId, from: &Origin, rows: Vec<Row>) -> Vec<Effect> {
        let sort = self.settings.worklist.sort;
        let page = &mut self.worklist;
        let is_more = page.report_job == Some(id) && page.report.as_ref() == Some(&from.path);
        if is_more {
            page.scored.extend(rows, sort);
            return Vec::new();
        }
        page.report_job = Some(id);
        page.report = Some(from.path.clone());
        page.source = Source::Scored;
        page.failure = None;
        page.asked = None;
        page.scored = List::default();
        page.scored.extend(rows, sort);
        if page.batch.job != Some(id) {
            self.turn_to(Page::Worklist);
        }
        // To be opened again.
        self.settings.remember(from.given.reveal());
        let told = self.tell_paths(RECENT);
        told.into_iter().chain(self.save_settings()).collect()
    }

    /// The next case that nobody has read: on the list the keyboard goes there, elsewhere it is opened.
    pub(super) fn next_unread(&mut self) -> Vec<Effect> {
        self.refresh_worklist();
        if !self.worklist.list_mut().next_unread() {
            self.tell_all_read();
        } else if self.page != Page::Worklist {
            return self.open_from_list();
        }
        Vec::new()
    }

    fn tell_all_read(&mut self) {
        let failure = Failure {
            headline: self.words.say("list-all-read"),
            remedy: self.words.say("list-all-read-remedy"),
            cause: String::new(),
        };
        if self.notices.iter().all(|it| it.failure != failure) {
            self.tell(Tone::Done, failure, None, None);
        }
    }

    fn open_from_list(&mut self) -> Vec<Effect> {
        let list = self.worklist.list();
        let Some(number) = list.place().and(list.cursor()) else {
            return Vec::new();
        };
        let Some(row) = list.rows().get(number) else {
            return Vec::new();
        };
        let open = match self.worklist.source {
            Source::Open => self.worklist.open_items.get(number).copied(),
            Source::Kept | Source::Scored => self.opened_as(row),
        };
        if let Some(id) = open {
            self.turn_to(Page::Reading);
            self.activate(id);
            return Vec::new();
        }
        // To open it.
        let path = row.file.reveal().clone();
        self.apply(Command::Open(vec![path]))
    }

    /// The item that is open of a file.
    fn opened_as(&self, row: &Row) -> Option<ItemId> {
        let is_it = |it: &&super::Item| it.path == row.file;
        self.items.iter().find(is_it).map(|it| it.id)
    }

    /// Writes what is shown. Patients are in it where their column is shown and the person may open cases.
    fn export_worklist(&mut self) -> Vec<Effect> {
        let Some(to) = whole_path(&self.worklist.out) else {
            self.worklist.failure = Some(Failure {
                headline: self.words.say("list-where"),
                remedy: self.words.say("notice-where-remedy"),
                cause: "wanted an absolute path, found another".to_owned(),
            });
            return Vec::new();
        };
        if self.export_job().is_some() {
            return Vec::new();
        }
        self.worklist.failure = None;
        let (columns, language) = (self.list_columns(), self.words.language());
        let rows = self.worklist.list().copy();
        let n_rows = rows.len();
        let table: TableFn = Arc::new(move |task| {
            // A catalogue is for one thread.
            table::csv(&Words::new(language), &rows, &columns, task)
        });
        let purpose = Purpose::SaveWorklist { n_rows };
        vec![self.ask(purpose, Job::SaveTable { table, to })]
    }

    /// The job that writes the table.
    pub fn export_job(&self) -> Option<JobId> {
        let mut jobs = self.jobs.iter();
        let is_export = |it: &Purpose| matches!(it, Purpose::SaveWorklist { .. });
        jobs.find(|it| is_export(it.1)).map(|it| *it.0)
    }

    /// The columns that are shown to whoever is inside, from left to right.
    pub fn list_columns(&self) -> Vec<ListColumn> {
        let is_seen = |it: &&ListColumn| {
            let names_patient = matches!(it.name, ColumnName::Patient | ColumnName::File);
            !names_patient || self.may(Right::OpenCase)
        };
        let columns = self.settings.worklist.shown();
        columns.filter(is_seen).copied().collect()
    }

    /// The list has left the window.
    pub(super) fn worklist_exported(&self, n_rows: usize) -> Vec<Effect> {
        let detail = json!({ "what": "worklist", "n_rows": n_rows });
        let deed = Deed::noted(Action::Exported, detail);
        self.tell_records(deed).into_iter().collect()
    }
}

/// A whole path, as people paste it.
fn whole_path(typed: &str) -> Option<PathBuf> {
    let path = PathBuf::from(typed.trim().trim_matches('"'));
    path.is_absolute().then_some(path)
}

/// Whether rows are the same but for what the reader says.
fn are_alike(rows: &[Row], others: &[Row]) -> bool {
    let is_alike = |(one, other): (&Row, &Row)| {
        one.outcome == other.outcome
            && one.finding == other.finding
            && one.model == other.model
            && one.file == other.file
    };
    rows.len() == others.len() && rows.iter().zip(others).all(is_alike)
}
