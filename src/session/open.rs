//! What is in the study list, and what stands in the middle.

use std::path::PathBuf;

use super::{
    Action, Command, Content, Effect, Field, Item, ItemId, Kind, NoteItem, Notice, Page, PatientId,
    Purpose, RECENT, ScanItem, SequenceItem, SeriesItem, State, Tone, together::subject_of,
};
use crate::{
    case::{Chart, Scan, stack::SeriesKey},
    engine::{Gate, JobId},
    failure::InWords as _,
    import::{self, Opened, Origin},
    privacy::Phi,
    store::Right,
    words::Words,
};

impl State {
    pub(super) fn take_in(
        &mut self,
        from: Origin,
        opened: Opened,
        purpose: &Purpose,
    ) -> Vec<Effect> {
        let name = from.name();
        // Slices by thousands come from folders and archives; what a person chose is shown, what came with it is listed.
        let is_one_of_many = from.is_one_of_many();
        let Origin { path, given, .. } = from;
        let is_alone = matches!(purpose, Purpose::Open(Command::Open(paths) | Command::Drop(paths)) if paths.len() == 1);
        let is_by_itself = is_alone && !is_one_of_many;
        let contents = match opened {
            Opened::Scan(scan) if let Some(id) = self.open_already(&scan, &path) => {
                if is_by_itself {
                    self.activate(id);
                }
                return Vec::new();
            }
            Opened::Scan(scan) => ScanItem::new(scan)
                .map(|it| Content::Scan(Box::new(it)))
                .into_iter()
                .collect(),
            Opened::Chart(chart) => {
                // A dropped table of labels reads as a note; what it is for is the evaluation.
                if was_dropped(purpose) && chart.only_note().is_some() && is_table(&path) {
                    return self.table_dropped(&path);
                }
                contents_of(chart)
            }
        };
        let is_sample =
            matches!(purpose, Purpose::Open(Command::Act(Action::OpenSample))).then_some(());
        let mut own = is_sample.and(self.sample);
        let mut effects = Vec::new();
        let mut first = None;
        let n_contents = contents.len();
        for (idx, content) in contents.into_iter().enumerate() {
            let called = Phi::new(called(
                &self.words,
                name.reveal(),
                (idx, n_contents),
                &content,
            ));
            let places = (path.clone(), given.clone());
            let id = self.add((called, places), content, &mut own);
            if self.stack_up(id) && !is_by_itself {
                // One more slice: the records hear of it when there is something to keep.
                continue;
            }
            let shown = self.number();
            if let Some(item) = self.item_mut(id) {
                item.shown = shown;
            }
            effects.extend(self.tell_opened(id));
            effects.extend(self.read_note(id));
            first = first.or(Some(id));
        }
        if is_sample.is_some() {
            self.sample = own;
        }
        let Some(id) = first else {
            return effects;
        };
        if !is_one_of_many || self.is_first_of(&given) {
            self.settle(id, is_alone);
            if !self.settings.is_read_first && self.center == Some(id) && self.may(Right::Score) {
                effects.extend(self.score(Gate::Closed));
            }
        }
        self.settings.remember(given.reveal());
        effects.extend(self.tell_paths(RECENT));
        effects.extend(self.save_settings());
        effects
    }

    /// Lists an item: on the page of its file unless its identifiers speak against it, else where they say.
    fn add(
        &mut self,
        (name, (path, given)): (Phi<String>, (Phi<PathBuf>, Phi<PathBuf>)),
        content: Content,
        own: &mut Option<PatientId>,
    ) -> ItemId {
        let id = ItemId(self.number());
        let mut item = Item {
            id,
            name,
            path,
            given,
            patient: PatientId(0),
            opened_ms: self.now_ms,
            shown: 0,
            is_told: false,
            content,
        };
        let subject = subject_of(&item);
        let is_welcome = |it: &PatientId| self.may_join(*it, &subject);
        item.patient = match (self.page_of_series(&item), own.filter(is_welcome)) {
            (Some(patient), _) | (None, Some(patient)) => patient,
            (None, None) => self.patient_for(&subject),
        };
        own.get_or_insert(item.patient);
        self.items.push(item);
        id
    }

    /// A scan takes the middle, and so does what a person opened by itself; other files do where the middle is free.
    fn settle(&mut self, id: ItemId, is_alone: bool) {
        let Some(item) = self.item(id) else { return };
        let is_on_page = self.center().is_some_and(|it| it.patient == item.patient);
        let is_scan = matches!(item.content, Content::Scan(_));
        if is_scan || self.center.is_none() || is_alone && !is_on_page {
            self.center = Some(id);
        }
    }

    pub(super) fn refuse(&mut self, from: Origin, error: &import::Error, purpose: &Purpose) {
        let is_one_of_many = from.is_one_of_many();
        let Origin { given, path, .. } = from;
        let failure = error.in_words(&self.words);
        let again = path.reveal().clone();
        let before = self
            .notices
            .iter_mut()
            .find(|it| is_one_of_many && 0 < it.n_refused && it.subject.as_ref() == Some(&given));
        if let Some(Notice {
            failure: told,
            n_refused,
            retry: Some(Command::Open(paths)),
            ..
        }) = before
        {
            // One card for a folder, however many of its files are refused.
            *n_refused += 1;
            if !paths.contains(&again) {
                paths.push(again);
            }
            if !told.cause.contains(&failure.cause) {
                told.cause = format!("{}; {}", told.cause, failure.cause);
            }
            let parts = [("n", (*n_refused).into())];
            told.headline = self.words.say_with("notice-refused", &parts);
            return;
        }
        let retry = matches!(purpose, Purpose::Open(_)).then(|| Command::Open(vec![again]));
        let subject = if is_one_of_many { given } else { path };
        self.tell(Tone::Failure, failure, Some(subject), retry);
        if let Some(notice) = self.notices.last_mut().filter(|_| is_one_of_many) {
            notice.n_refused = 1;
        }
    }

    /// The table goes to the evaluation.
    fn table_dropped(&mut self, path: &Phi<PathBuf>) -> Vec<Effect> {
        self.turn_to(Page::Evaluate);
        // For the field, where a person reads it.
        let text = path.reveal().to_string_lossy().into_owned();
        self.set_text(Field::Table, text);
        Vec::new()
    }

    pub(super) fn activate(&mut self, id: ItemId) {
        let number = self.number();
        if let Some(item) = self.item_mut(id) {
            item.shown = number;
            self.center = Some(id);
        }
    }

    /// Closes a row: a stack with all its slices.
    pub(super) fn close(&mut self, id: ItemId) -> Vec<Effect> {
        let closed = self.files_of(id);
        let of_item = |purpose: &Purpose| {
            matches!(purpose,
                Purpose::Score { item, .. }
                | Purpose::Explain { item, .. }
                | Purpose::Check { item, .. }
                | Purpose::Run { item }
                | Purpose::ReadNote { item }
                | Purpose::AskNote { item } if closed.contains(item))
        };
        let stopped: Vec<JobId> = self
            .jobs
            .iter()
            .filter(|(_, it)| of_item(it))
            .map(|(id, _)| *id)
            .collect();
        self.jobs.retain(|id, _| !stopped.contains(id));
        let patient = self.item(id).map(|it| it.patient);
        self.items
            .retain(|it| closed.binary_search(&it.id).is_err());
        self.unstack();
        if self.center.is_some_and(|it| self.item(it).is_none()) {
            // What is left of the page comes first, and a scan before all else.
            let rank = |it: &&Item| {
                let is_scan = it.content.kind() == Kind::Scan;
                (Some(it.patient) == patient, is_scan)
            };
            let next = self.rows().into_iter().rev().max_by_key(rank);
            self.center = next.map(|it| it.id);
        }
        stopped.into_iter().map(Effect::Cancel).collect()
    }

    pub(super) fn step_item(&mut self, by: isize) {
        let mut rows = self.rows();
        // As the study list has them: scans, notes, courses, whatever came first.
        rows.sort_by_key(|it| it.content.kind());
        let rows: Vec<ItemId> = rows.iter().map(|it| it.id).collect();
        let row = self.center.map(|it| self.row_of(it));
        let at = rows.iter().position(|it| Some(self.row_of(*it)) == row);
        let last = rows.len().saturating_sub(1);
        let next = at.unwrap_or(0).saturating_add_signed(by).min(last);
        if let Some(id) = rows.get(next) {
            self.activate(*id);
        }
    }

    /// The slice that stands in its series already: the same file, not another one of its number.
    fn open_already(&self, scan: &Scan, path: &Phi<PathBuf>) -> Option<ItemId> {
        let key = SeriesKey::of(&scan.header)?;
        let found = self.items.iter().find(|it| match &it.content {
            Content::Scan(open) => {
                open.series.as_ref() == Some(&key)
                    && open.scan.header.file_sha256 == scan.header.file_sha256
                    && it.path == *path
            }
            _ => false,
        });
        found.map(|it| it.id)
    }

    /// Whether nothing of what was given is in the middle yet.
    fn is_first_of(&self, given: &Phi<PathBuf>) -> bool {
        // Only compared.
        let folder = given.reveal();
        let is_of_it = |it: &Item| it.path.reveal().starts_with(folder);
        !self.center().is_some_and(is_of_it)
    }
}

/// Everything that a chart holds, in its order; nothing is left out.
fn contents_of(chart: Chart) -> Vec<Content> {
    let Chart {
        notes,
        series,
        sequences,
        warnings,
    } = chart;
    let notes = notes.into_iter().map(|mut it| {
        it.warnings.extend(warnings.iter().cloned());
        Content::Note(Box::new(NoteItem::new(it)))
    });
    let series = series.into_iter().map(|mut it| {
        it.warnings.extend(warnings.iter().cloned());
        Content::Series(Box::new(SeriesItem::new(it)))
    });
    let sequences = sequences
        .into_iter()
        .map(|it| Content::Sequence(Box::new(SequenceItem::new(it))));
    notes.chain(series).chain(sequences).collect()
}

/// The name of an item: that of its record where it has one, else of its file, numbered where the file has several.
fn called(words: &Words, file: &str, (idx, n): (usize, usize), content: &Content) -> String {
    let own = match content {
        Content::Sequence(it) => it.sequence.name.clone(),
        // For the study list.
        Content::Note(it) => it.note.title.reveal().clone().unwrap_or_default(),
        Content::Scan(_) | Content::Series(_) => String::new(),
    };
    match (own.is_empty(), n) {
        (false, 2..) => format!("{file} \u{00B7} {own}"),
        (true, 2..) => {
            let number = (idx + 1).into();
            let parts = [("file", file.into()), ("number", number), ("all", n.into())];
            words.say_with("item-number", &parts)
        }
        _ => file.to_owned(),
    }
}

fn was_dropped(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::Open(Command::Drop(_)))
}

fn is_table(path: &Phi<PathBuf>) -> bool {
    // Only its ending.
    let ending = path.reveal().extension();
    ending.is_some_and(|it| it.eq_ignore_ascii_case("csv"))
}
