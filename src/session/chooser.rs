//! The program's own file chooser: which folder is listed, what of it is shown, what is marked, and what Enter does.
//!
//! A folder is listed by the engine; until it has answered, what was accepted waits.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{Choice, Effect, Field, Purpose, Sheet, State, Wanted, evaluating::started};
use crate::{
    engine::{Entry, Job, JobId, Listing, PlaceKind},
    failure::Failure,
    privacy::Phi,
    words::Words,
};

/// Folders of recent files that are offered.
const N_RECENT: usize = 5;

/// The sheet on which a path is chosen.
#[derive(Debug)]
pub struct Chooser {
    pub wanted: Wanted,
    /// A name, or a path from the folder or from the root.
    pub typed: Phi<String>,
    /// How often that was set otherwise than by typing.
    pub n_set: u64,
    /// What was listed last.
    pub listing: Option<Listing>,
    /// Why nothing is listed, or a folder could not be entered.
    pub trouble: Option<Failure>,
    pub are_hidden_shown: bool,
    /// Places in the listing, as they are shown.
    pub rows: Vec<usize>,
    /// The row that the keyboard is on.
    pub mark: Option<usize>,
    /// Places in the listing of what is chosen, where several can be.
    pub chosen: BTreeSet<usize>,
    /// A file that stands there already and would be written over.
    pub question: Option<Phi<PathBuf>>,
    /// Where a person is.
    folder: Phi<PathBuf>,
    /// What the listing was asked for.
    listed: Phi<PathBuf>,
    asked: Option<Asked>,
    /// The mark was moved since something was typed.
    is_mark_moved: bool,
    /// The folder that was left upwards is marked there.
    left: Option<Phi<OsString>>,
}

/// A folder that is being listed.
#[derive(Clone, Debug)]
struct Asked {
    id: JobId,
    folder: Phi<PathBuf>,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// A person goes there.
    Enter,
    /// It is typed.
    Look,
    /// Enter was pressed before it was known what stands there.
    Accept,
}

/// How a row is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    Only,
    /// As well as the others, or no more.
    Also,
    /// All from the mark on.
    Through,
}

/// What can be asked of the chooser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChooserCommand {
    Type(Phi<String>),
    /// By so many rows.
    Move(isize, Pick),
    Pick(usize, Pick),
    /// Goes into a folder, or takes what is marked, chosen or typed.
    Enter,
    /// Takes the folder that is listed.
    TakeFolder,
    /// Types the rest of what is marked.
    Complete,
    GoTo(Phi<PathBuf>),
    Up,
    ToggleHidden,
    /// Writes over what is there.
    Replace,
    /// Another name will be typed.
    Keep,
}

impl Chooser {
    fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            typed: Phi::new(wanted.name()),
            n_set: 1,
            listing: None,
            trouble: None,
            are_hidden_shown: false,
            rows: Vec::new(),
            mark: None,
            chosen: BTreeSet::new(),
            question: None,
            folder: Phi::default(),
            listed: Phi::default(),
            asked: None,
            is_mark_moved: false,
            left: None,
        }
    }

    /// Whether a folder is being listed.
    pub const fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    /// What a row shows.
    pub fn entry(&self, row: usize) -> Option<&Entry> {
        self.listing.as_ref()?.entries.get(*self.rows.get(row)?)
    }

    /// The folder that the listing is of.
    pub fn shown_folder(&self) -> Option<&Path> {
        // For the person's eyes and for the file system.
        Some(self.listing.as_ref()?.folder.reveal())
    }

    /// What was typed: the folder as a question to the engine, and the name in it.
    fn target(&self) -> (PathBuf, String) {
        // For the file system.
        let typed = self.typed.reveal().trim().trim_matches('"');
        match typed.rsplit_once('/') {
            None => (self.folder.reveal().clone(), typed.to_owned()),
            Some(("", name)) => ("/".into(), name.to_owned()),
            // The home of the person is no part of the folder.
            Some((above, name)) if above.starts_with('~') => (above.into(), name.to_owned()),
            Some((above, name)) => (self.folder.reveal().join(above), name.to_owned()),
        }
    }

    fn set_typed(&mut self, text: String) {
        self.typed = Phi::new(text);
        self.n_set += 1;
    }

    /// What of the listing is shown: what a person looks for by its name, those first that begin with it.
    fn filter(&mut self) {
        let marked = self.mark.filter(|_| self.is_mark_moved);
        let marked = marked.and_then(|it| self.rows.get(it).copied());
        let (_, name) = self.target();
        let is_new = self.wanted.choice() == Choice::New;
        // Of a new file only its place is looked for.
        let looked_for = if is_new {
            String::new()
        } else {
            name.to_lowercase()
        };
        let listing = self.listing.as_ref();
        let entries = listing.map(|it| it.entries.as_slice());
        let entries = entries.unwrap_or_default();
        let mut rows: Vec<(bool, usize)> = Vec::new();
        for (idx, entry) in entries.iter().enumerate() {
            // For the person's eyes.
            let name = entry.name.reveal().to_string_lossy().to_lowercase();
            let is_hidden = name.starts_with('.') && !looked_for.starts_with('.');
            if is_hidden && !self.are_hidden_shown || !self.can_be_shown(entry) {
                continue;
            }
            if name.contains(&looked_for) {
                rows.push((!name.starts_with(&looked_for), idx));
            }
        }
        // A stable order: folders stay first.
        rows.sort_by_key(|it| it.0);
        self.rows = rows.into_iter().map(|it| it.1).collect();
        let kept = marked.and_then(|idx| self.rows.iter().position(|it| *it == idx));
        let is_list = matches!(self.wanted.choice(), Choice::Files | Choice::File);
        let first = is_list && !self.rows.is_empty();
        self.is_mark_moved = kept.is_some();
        self.mark = kept.or(first.then_some(0));
    }

    fn can_be_shown(&self, entry: &Entry) -> bool {
        let has_ending = |ending: &str| {
            // Only its ending.
            let found = Path::new(entry.name.reveal()).extension();
            found.is_some_and(|it| it.eq_ignore_ascii_case(ending))
        };
        match self.wanted.choice() {
            Choice::Folder => entry.is_folder,
            _ => entry.is_folder || self.wanted.ending().is_none_or(has_ending),
        }
    }

    fn pick(&mut self, row: usize, pick: Pick) {
        let last = self.rows.len().saturating_sub(1);
        let row = row.min(last);
        let Some(idx) = self.rows.get(row).copied() else {
            return;
        };
        let from = self.mark.unwrap_or(row);
        self.is_mark_moved = true;
        self.mark = Some(row);
        if self.wanted.choice() != Choice::Files || pick == Pick::Only {
            self.chosen = BTreeSet::from([idx]);
            return;
        }
        match pick {
            Pick::Through => {
                let through = from.min(row)..=from.max(row);
                self.chosen
                    .extend(self.rows.get(through).unwrap_or_default());
            }
            _ if self.chosen.remove(&idx) => {}
            _ => drop(self.chosen.insert(idx)),
        }
    }

    /// What the typed beginning of a name may mean: what is marked, or the first that begins with it.
    pub fn completion(&self) -> Option<&Entry> {
        let name = self.target().1.to_lowercase();
        if name.is_empty() {
            return None;
        }
        let begins = |row: &usize| {
            let entry = self.entry(*row);
            // Only compared.
            let entry = entry.map(|it| it.name.reveal().to_string_lossy().to_lowercase());
            entry.is_some_and(|it| it.starts_with(&name) && it != name)
        };
        let first = || (0..self.rows.len()).find(begins);
        self.entry(self.mark.or_else(first)?)
    }

    /// Types the rest of a name; of a folder, what stands in it comes next.
    fn complete(&mut self) {
        let Some(Entry { name, is_folder }) = self.completion() else {
            return;
        };
        // Where a person types it.
        let name = name.reveal().to_string_lossy();
        let end = if *is_folder { "/" } else { "" };
        let typed = self.typed.reveal();
        let above = typed.rfind('/').and_then(|it| typed.get(..=it));
        let above = above.unwrap_or_default();
        let text = format!("{above}{name}{end}");
        self.is_mark_moved = false;
        self.set_typed(text);
    }

    /// What Enter takes, of what is listed.
    fn step(&self) -> Step {
        let (folder, name) = self.target();
        let listing = self.listing.as_ref();
        // For the file system.
        let folder = listing.map_or(folder, |it| it.folder.reveal().clone());
        let path = |entry: &Entry| folder.join(entry.name.reveal());
        let all = listing.map(|it| it.entries.as_slice());
        let all = all.unwrap_or_default();
        if 1 < self.chosen.len() {
            let chosen = self.chosen.iter().filter_map(|it| all.get(*it));
            return Step::Take(chosen.map(path).collect());
        }
        let is_way = name.is_empty() && !self.typed.reveal().is_empty();
        if is_way && !self.is_mark_moved && self.wanted.choice() != Choice::Folder {
            // A path to a folder, with the stroke at its end.
            return Step::GoTo(folder);
        }
        let marked = self.mark.and_then(|it| self.entry(it));
        let is_named = |it: &&Entry| it.name.reveal().as_os_str() == name.as_str();
        let exact = all.iter().find(is_named);
        let choice = self.wanted.choice();
        let entry = match (choice, exact) {
            _ if self.is_mark_moved => marked,
            (_, Some(exact)) => Some(exact),
            (Choice::Files | Choice::File, None) => marked,
            (Choice::Folder | Choice::New, None) => None,
        };
        match entry {
            Some(entry) if entry.is_folder => Step::GoTo(path(entry)),
            Some(entry) if choice == Choice::New && self.is_mark_moved => {
                Step::Name(entry.name.reveal().to_string_lossy().into_owned())
            }
            Some(entry) => self.take(path(entry), all),
            None if !name.is_empty() => self.take(folder.join(name), all),
            None if choice == Choice::Folder => Step::Take(vec![folder]),
            None => Step::Nothing,
        }
    }

    /// Takes a path; a new file gets its ending, and what it would write over is asked about.
    fn take(&self, mut path: PathBuf, all: &[Entry]) -> Step {
        if self.wanted.choice() != Choice::New {
            return Step::Take(vec![path]);
        }
        if let Some(ending) = self.wanted.ending().filter(|_| path.extension().is_none()) {
            path.set_extension(ending);
        }
        let is_there = |path: &Path| {
            let name = path.file_name();
            all.iter()
                .any(|it| Some(it.name.reveal().as_os_str()) == name)
        };
        let is_taken = match self.wanted {
            // Nothing is written over: a name that is taken is given a number, and a report that is there is gone on with.
            Wanted::View(_) | Wanted::Field(Field::BatchReport) => false,
            Wanted::Overlay => is_there(&path) || is_there(&path.with_extension("json")),
            _ => is_there(&path),
        };
        if is_taken {
            Step::Ask(path)
        } else {
            Step::Take(vec![path])
        }
    }
}

/// What comes of Enter.
enum Step {
    GoTo(PathBuf),
    Take(Vec<PathBuf>),
    /// The name of a file that is there.
    Name(String),
    Ask(PathBuf),
    Nothing,
}

/// What a place is called.
pub fn place_name(kind: PlaceKind, path: &Path, words: &Words) -> String {
    match kind {
        PlaceKind::Home => words.say("place-home"),
        PlaceKind::Documents => words.say("place-documents"),
        PlaceKind::Desktop => words.say("place-desktop"),
        PlaceKind::Root => words.say("place-root"),
        PlaceKind::Medium => path
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default(),
    }
}

impl State {
    /// Folders of what was opened lately, newest first.
    pub fn recent_folders(&self) -> Vec<&Path> {
        let mut found = Vec::new();
        for path in &self.settings.recent {
            // For the person's eyes and for the file system.
            let folder = path.reveal().parent();
            if let Some(folder) = folder.filter(|it| it.is_absolute() && !found.contains(it)) {
                found.push(folder);
            }
        }
        found.truncate(N_RECENT);
        found
    }

    pub(super) fn open_chooser(&mut self, wanted: Wanted) -> Vec<Effect> {
        let typed = match wanted {
            Wanted::Field(field) => PathBuf::from(self.text(field)),
            Wanted::Files | Wanted::Overlay | Wanted::View(_) => PathBuf::new(),
        };
        let above = typed.parent().filter(|it| it.is_absolute());
        let last = self.last_folder.as_ref().map(|it| it.reveal().as_path());
        let from = above.or(last).or(self.recent_folders().first().copied());
        let from = from.map(Path::to_owned).unwrap_or_default();
        self.chooser = Some(Chooser::new(wanted));
        self.sheet = Some(Sheet::Path);
        self.list_folder(from, Why::Enter)
    }

    fn list_folder(&mut self, folder: PathBuf, why: Why) -> Vec<Effect> {
        let folder = Phi::new(folder);
        let effect = self.ask(Purpose::ListFolder, Job::ListFolder(folder.clone()));
        let id = started(&effect);
        let chooser = self.chooser.as_mut();
        let asked = id.map(|id| Asked { id, folder, why });
        let before = chooser.and_then(|it| std::mem::replace(&mut it.asked, asked));
        let stopped = before.map(|it| Effect::Cancel(it.id));
        stopped.into_iter().chain([effect]).collect()
    }

    pub(super) fn apply_on_chooser(&mut self, command: ChooserCommand) -> Vec<Effect> {
        let Some(chooser) = &mut self.chooser else {
            return Vec::new();
        };
        match command {
            ChooserCommand::Type(text) => {
                chooser.typed = text;
                chooser.is_mark_moved = false;
                return self.typed_on_chooser();
            }
            ChooserCommand::Complete => {
                chooser.complete();
                return self.typed_on_chooser();
            }
            ChooserCommand::Move(by, pick) => {
                let row = match chooser.mark {
                    Some(mark) => mark.saturating_add_signed(by),
                    None if by < 0 => usize::MAX,
                    None => 0,
                };
                chooser.pick(row, pick);
            }
            ChooserCommand::Pick(row, pick) => chooser.pick(row, pick),
            ChooserCommand::Enter => return self.enter_chosen(),
            ChooserCommand::TakeFolder => {
                let folder = chooser.shown_folder().map(Path::to_owned);
                return folder.map_or_else(Vec::new, |it| self.take_paths(vec![it]));
            }
            ChooserCommand::GoTo(folder) => {
                // For the file system.
                return self.list_folder(folder.reveal().clone(), Why::Enter);
            }
            ChooserCommand::Up => {
                let folder = chooser.shown_folder();
                let above = folder.and_then(Path::parent).map(Path::to_owned);
                let name = folder.and_then(Path::file_name);
                chooser.left = name.map(|it| Phi::new(it.to_owned()));
                return above.map_or_else(Vec::new, |it| self.list_folder(it, Why::Enter));
            }
            ChooserCommand::ToggleHidden => {
                chooser.are_hidden_shown = !chooser.are_hidden_shown;
                chooser.filter();
            }
            ChooserCommand::Replace => {
                let path = chooser.question.take();
                let path = path.map(|it| it.reveal().clone());
                return path.map_or_else(Vec::new, |it| self.take_paths(vec![it]));
            }
            ChooserCommand::Keep => chooser.question = None,
        }
        Vec::new()
    }

    /// Something else is typed: its folder is listed, and shown is what it may mean.
    fn typed_on_chooser(&mut self) -> Vec<Effect> {
        let Some(chooser) = &mut self.chooser else {
            return Vec::new();
        };
        chooser.question = None;
        chooser.chosen.clear();
        if chooser.listing.is_some() {
            chooser.trouble = None;
        }
        let (folder, _) = chooser.target();
        let asked = chooser.asked.as_ref().map(|it| &it.folder);
        let coming = asked.unwrap_or(&chooser.listed);
        // Only compared.
        if *coming.reveal() == folder {
            chooser.filter();
            return Vec::new();
        }
        self.list_folder(folder, Why::Look)
    }

    fn enter_chosen(&mut self) -> Vec<Effect> {
        let Some(chooser) = &mut self.chooser else {
            return Vec::new();
        };
        let (folder, _) = chooser.target();
        // Only compared.
        if chooser.is_waiting() || *chooser.listed.reveal() != folder {
            return self.list_folder(folder, Why::Accept);
        }
        match chooser.step() {
            Step::GoTo(folder) => self.list_folder(folder, Why::Enter),
            Step::Take(paths) => self.take_paths(paths),
            Step::Name(name) => {
                chooser.is_mark_moved = false;
                chooser.set_typed(name);
                Vec::new()
            }
            Step::Ask(path) => {
                chooser.question = Some(Phi::new(path));
                Vec::new()
            }
            Step::Nothing => Vec::new(),
        }
    }

    /// Closes the chooser and does what the paths were wanted for.
    fn take_paths(&mut self, paths: Vec<PathBuf>) -> Vec<Effect> {
        let Some(chooser) = self.chooser.take() else {
            return Vec::new();
        };
        self.sheet = None;
        let above = paths.first().and_then(|it| it.parent());
        self.last_folder = above.map(|it| Phi::new(it.to_owned()));
        let answer = chooser.wanted.answer(paths);
        answer.map_or_else(Vec::new, |it| self.apply(it))
    }

    /// A folder was listed. One that nobody looks at any more changes nothing.
    pub(super) fn folder_listed(&mut self, id: JobId, listing: Listing) -> Vec<Effect> {
        let Some(chooser) = &mut self.chooser else {
            return Vec::new();
        };
        let Some(asked) = chooser.asked.take_if(|it| it.id == id) else {
            return Vec::new();
        };
        chooser.trouble = None;
        chooser.chosen.clear();
        chooser.mark = None;
        chooser.is_mark_moved = false;
        chooser.listed = asked.folder;
        let is_first = chooser.listing.is_none();
        if asked.why == Why::Enter || chooser.folder == Phi::default() {
            chooser.folder = listing.folder.clone();
            chooser.listed = listing.folder.clone();
        }
        chooser.listing = Some(listing);
        if asked.why == Why::Enter && !is_first {
            // A name that is to be given stays, the way to it has been gone.
            let is_new = chooser.wanted.choice() == Choice::New;
            let name = if is_new {
                chooser.target().1
            } else {
                String::new()
            };
            chooser.set_typed(name);
        }
        chooser.filter();
        let left = chooser.left.take();
        let is_left = |it: usize| chooser.entry(it).map(|it| &it.name) == left.as_ref();
        if left.is_some()
            && let Some(row) = (0..chooser.rows.len()).find(|it| is_left(*it))
        {
            chooser.mark = Some(row);
            chooser.is_mark_moved = true;
        }
        match asked.why {
            Why::Accept => self.enter_chosen(),
            // What was typed meanwhile may name another folder.
            Why::Enter | Why::Look => {
                let (folder, _) = chooser.target();
                let is_other = *chooser.listed.reveal() != folder;
                let other = is_other.then(|| self.list_folder(folder, Why::Look));
                other.unwrap_or_default()
            }
        }
    }

    /// A folder cannot be listed. What is to be opened is tried all the same, and told of by what opens it.
    pub(super) fn folder_refused(&mut self, id: JobId, failure: Failure) -> Vec<Effect> {
        let Some(chooser) = &mut self.chooser else {
            return Vec::new();
        };
        let Some(asked) = chooser.asked.take_if(|it| it.id == id) else {
            return Vec::new();
        };
        let (folder, name) = chooser.target();
        if asked.why == Why::Accept && chooser.wanted == Wanted::Files && !name.is_empty() {
            return self.take_paths(vec![folder.join(name)]);
        }
        chooser.left = None;
        let is_home = *asked.folder.reveal() == PathBuf::new();
        match asked.why {
            // The folder of the last time may be gone: the person's own is there.
            Why::Enter if chooser.listing.is_none() && !is_home => {
                return self.list_folder(PathBuf::new(), Why::Enter);
            }
            Why::Enter => {}
            Why::Look | Why::Accept => {
                chooser.listing = None;
                chooser.listed = asked.folder;
                chooser.filter();
            }
        }
        chooser.trouble = Some(failure);
        Vec::new()
    }

    /// With its sheet goes the chooser, and what it has listed.
    pub(super) fn close_chooser(&mut self) -> Option<Effect> {
        let asked = self.chooser.take()?.asked?;
        Some(Effect::Cancel(asked.id))
    }

    /// What is typed in a field for a path.
    fn text(&self, field: Field) -> &str {
        match field {
            Field::Copies => &self.deidentify.folder,
            Field::List => &self.worklist.out,
            Field::BatchFolder => &self.worklist.batch.form.folder,
            Field::BatchReport => &self.worklist.batch.form.report,
            Field::Recipe => &self.training.form.recipe,
            Field::Data => &self.training.form.data,
            Field::Bundle => &self.training.form.out,
            Field::Table => &self.evaluating.form.table,
            Field::Report => &self.evaluating.form.out,
            Field::Images => &self.evaluating.form.images,
            Field::Measurements => &self.evaluating.form.measurements,
            Field::CaseColumn | Field::LabelColumn | Field::Part | Field::Positive => "",
        }
    }
}
