//! What is open and what a command does to it. No drawing: `app` draws [`State`], sends [`Command`]s and performs
//! [`Effect`]s; a test does the same without a window.

mod about;
mod action;
mod agreement;
mod allowed;
mod apply;
mod asking;
mod beside;
mod chooser;
mod course;
mod deed;
mod deidentify;
mod door;
mod early_warning;
mod ended;
mod evaluating;
mod failure;
mod finding;
mod identity;
mod item;
mod keymap;
mod layout;
mod leaving;
mod log;
mod marks;
mod meaning;
mod mouse;
mod naming;
mod open;
mod opinion;
mod over;
mod pages;
mod planes;
mod point;
mod reading;
mod records;
mod shown;
mod sitting;
mod slices;
mod take_out;
mod together;
mod training;
mod trust;
mod view;
mod wanted;
mod worklist;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use crate::{
    case::{Window, stack::Studies},
    engine::{Job, JobId, SaveJob, fits, reads_form},
    failure::Failure,
    model::{Manifest, Site},
    prediction::{LabelIdx, Method, ModelRef, Pixel},
    prep,
    privacy::Phi,
    render::{Picture, Strength, mpr::Axis, overlay::MapLook},
    settings::{MapForm, MouseProfile, Settings, Theme, WindowPlace},
    store::RecoveryKey,
    words::{Language, Words},
};

pub use self::{
    about::{About, AboutLine, Tested},
    action::{Action, ActionInfo, ActionWords, Group},
    agreement::Module,
    beside::{Pair, Sides},
    chooser::{Chooser, ChooserCommand, Pick, place_name},
    course::{CourseGroup, CourseView, SeriesItem},
    deed::{Deed, OpenedFile, RECENT, REPORTS, SITTING},
    deidentify::{
        CoverChoice, DeidentifyCommand, DeidentifyPage, Draft, FoundChoice, NoteDraft, PSEUDONYMS,
        ScanDraft,
    },
    door::{Door, DoorCommand, Stage as DoorStage},
    early_warning::{KNOWN_HOURS, WarningAt, answer_at, early_warnings, news2, refusal},
    identity::{Identity, Trait},
    item::{Content, Item, ItemId, NoteItem, Opinion, Reading, ScanItem, SequenceItem},
    keymap::{Chord, KeyCommand, KeyEdit, Keymap, Refusal, Reserved},
    layout::{Layout, Viewports},
    leaving::LongWork,
    log::{LOG_ROWS, LogCommand, LogPage},
    marks::{Mark, MarkEdit, MarkId, Marks, Tool},
    meaning::{Sentence, adjusted, meaning, scope_words},
    mouse::{Drag, LoneFrame, Mouse},
    naming::{
        Risk, group_name, news2_given, news2_item, news2_risk, risk, section_name, status_name,
        variable_name, verdict_name,
    },
    opinion::Answer,
    over::{Over, OverId},
    pages::{
        Curve, EvaluateForm, Evaluating, Field, Page, PageCommand, ShownReport, Stage, Switch,
        TrainForm, TrainStage, Training,
    },
    planes::{Cut, Planes},
    records::{Ask, Credentials, LogForm, LogRow, Opened, Request, Told},
    shown::Asked,
    sitting::Sitting,
    take_out::{Form, TakeOut, TakeOutCommand},
    together::{Bond, Consent, PatientId},
    view::View,
    wanted::{Choice, Wanted},
    worklist::{
        BatchCommand, BatchForm, BatchPage, Filter, Kept, LONGEST_WAIT_HOURS, List, Source,
        Standing, Worklist, WorklistCommand, cell, column_words, row_of_kept, standing_words,
        urgency,
    },
};
use self::{planes::PlaneMarks, together::Joining};

/// What the program is called, in every language.
pub const NAME: &str = "Wardlight";

/// Everything that is drawn.
#[derive(Debug)]
pub struct State {
    pub settings: Settings,
    /// What is told is told in the language of the window.
    pub words: Words,
    /// Who may see what is open.
    pub door: Door,
    pub page: Page,
    pub evaluating: Evaluating,
    pub training: Training,
    pub log: LogPage,
    pub about: About,
    pub worklist: Worklist,
    pub deidentify: DeidentifyPage,
    /// Where models are installed.
    pub models_folder: Option<PathBuf>,
    /// In the order in which they were opened.
    pub items: Vec<Item>,
    /// What lies over the images that it names, in the order in which it was opened.
    pub overs: Vec<Over>,
    pub are_overs_shown: bool,
    /// Which of the items are slices of one series.
    pub(crate) studies: Studies,
    /// In the middle of the window; a scan stands in the active viewport.
    pub center: Option<ItemId>,
    pub viewports: Viewports,
    /// In the place of the viewports, while a person looks at them.
    pub planes: Option<Planes>,
    /// Of the planes of a row that are not looked at now.
    plane_marks: BTreeMap<ItemId, PlaneMarks>,
    pub models: Vec<Arc<Manifest>>,
    /// The models chosen for scans and for notes, where several are installed.
    pub chosen: BTreeMap<Kind, ModelRef>,
    /// Fits of all sites; the settings name the one that counts.
    pub sites: Vec<Arc<Site>>,
    /// At which answers are shown as well, until the window is closed.
    pub prevalence: Option<f64>,
    pub is_overlay_shown: bool,
    pub are_texts_shown: bool,
    pub note_marks: NoteMarks,
    /// Under the scan or the note in the middle, where the page has a series.
    pub is_course_shown: bool,
    /// The next click on the scan sets the point that the model reads around.
    pub is_pointing: bool,
    /// The frames of the scan in the middle go on by themselves.
    pub is_playing: bool,
    pub is_magnified: bool,
    /// What the next stroke on a scan draws; else the mouse changes the view.
    pub tool: Option<Tool>,
    /// The one that the keyboard changes.
    pub chosen_mark: Option<MarkId>,
    /// As asked; a narrow window hides it all the same.
    pub is_study_list_shown: bool,
    pub sheet: Option<Sheet>,
    /// Whether the window closes over what runs.
    is_leaving: bool,
    /// What its sheet shows.
    pub chooser: Option<Chooser>,
    /// Where a path was chosen last.
    pub(crate) last_folder: Option<Phi<PathBuf>>,
    /// As the settings have them.
    pub keys: Keymap,
    /// While an action is given other keys.
    pub key_edit: Option<KeyEdit>,
    /// Of the settings, not taken and not yet told.
    pub(crate) ignored_keys: Vec<String>,
    /// As it was chosen last.
    pub take_out: TakeOut,
    /// The scan and the frame that the view to take out is of.
    take_out_of: Option<(ItemId, usize)>,
    /// What is saved once a place is found for it.
    to_save: Option<(ItemId, Box<SaveJob>)>,
    /// Not yet dismissed, oldest first.
    pub notices: Vec<Notice>,
    /// Jobs that have not ended, with what they are for.
    pub(crate) jobs: BTreeMap<JobId, Purpose>,
    pub(crate) is_score_wanted: bool,
    /// What a person put together, oldest first.
    pub(crate) joinings: Vec<Joining>,
    /// The page of the sample case that is being opened.
    pub(crate) sample: Option<PatientId>,
    /// Folders of the models that were loaded after the start, by name.
    pub(crate) added: BTreeMap<String, PathBuf>,
    pub(crate) sittings: sitting::Sittings,
    pub(crate) next_number: u64,
    /// Milliseconds since 1970, as the window has it: rows of the worklist wait since a time.
    pub now_ms: i64,
}

/// What a model reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Scan,
    Note,
    Series,
    Sequence,
}

/// What is marked in a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteMarks {
    /// Influence of words, and what the note says of each concept.
    #[default]
    All,
    Influence,
    Statuses,
    /// What would tell who the patient is.
    Identifiers,
}

/// What lies over the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// All actions, to search and choose.
    Palette,
    /// All keys.
    Keys,
    /// A file or folder to choose.
    Path,
    /// What could stand on this page.
    Together,
    /// Which part of a view leaves the window, and what of it.
    TakeOut,
    /// Settings.
    Safety,
    /// The reason for breaking the glass.
    Glass,
    /// Whether the window closes over what runs.
    Leaving,
}

/// A column whose width is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Study,
    Result,
    /// The course under the scan or note; its height.
    Course,
}

/// A question and its answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Loading<T> {
    #[default]
    Empty,
    Waiting(JobId),
    Ready(T),
    Failed(Failure),
}

/// Something that a person is told and may dismiss.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: u64,
    pub tone: Tone,
    pub failure: Failure,
    /// The file that it is about.
    pub subject: Option<Phi<PathBuf>>,
    /// Files of a folder that were refused, which it tells of together.
    pub n_refused: usize,
    /// What "try again" would do.
    pub retry: Option<Command>,
}

/// Whether something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Failure,
    Done,
}

/// Why a job was started.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    Open(Command),
    LoadModels,
    Survey,
    Score {
        item: ItemId,
        frame_idx: usize,
    },
    Explain {
        item: ItemId,
        frame_idx: usize,
    },
    Check {
        item: ItemId,
        frame_idx: usize,
    },
    Run {
        item: ItemId,
    },
    ReadNote {
        item: ItemId,
    },
    AskNote {
        item: ItemId,
    },
    Save {
        item: ItemId,
    },
    TakeOut {
        item: ItemId,
        form: Form,
    },
    SaveWorklist {
        n_rows: usize,
    },
    /// Planes through the series of a row.
    Cut {
        row: ItemId,
    },
    AddModel(PathBuf),
    OpenReport,
    ListFolder,
    /// With the covers that stay as they are.
    Preview(Option<deidentify::Searched>),
    WriteCopy,
    Evaluate,
    Train,
    Batch,
}

/// What can be asked of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Anything that has a name and a key.
    Act(Action),
    Open(Vec<PathBuf>),
    /// Dropped on the window.
    Drop(Vec<PathBuf>),
    OnPage(PageCommand),
    Activate(ItemId),
    SetLayout(Layout),
    /// By its place, row by row.
    ActivateViewport(usize),
    Close(ItemId),
    ChooseModel(Kind, ModelRef),
    ChooseLabel(ItemId, LabelIdx),
    ChooseMethod(ItemId, Method),
    /// Read answers by the fit of a site, or by the bundle's own.
    ChooseSite(Option<String>),
    /// Show answers at this prevalence as well.
    SetPrevalence(Option<f64>),
    /// By its place among the slices of the scan in the middle, from 0.
    ShowSlice(usize),
    /// Of the file in the middle.
    ShowFrame(usize),
    /// Shows what lies over an image, or hides it.
    ToggleOver(OverId),
    /// The plane that keys and mouse change.
    ActivatePlane(Axis),
    /// Has the planes meet at a point of one of them, in pixel edges.
    MeetAt(Axis, [f64; 2]),
    /// The next frame of a scan that is played.
    PlayOn,
    /// Tell of an hour of the series.
    ChooseHour(i64),
    /// Zoom the series by a factor about an hour.
    ZoomCourse {
        factor: f64,
        about: f64,
    },
    /// Move the series by hours.
    PanCourse(f64),
    /// Put a file on the page in the middle.
    PutTogether(ItemId, Consent),
    MarkNotes(NoteMarks),
    /// Ask a note in words.
    AskNote(ItemId, Phi<String>),
    SetWindow(Window),
    /// By so many pixels of the scan.
    Pan {
        x: f32,
        y: f32,
    },
    /// By a factor, about a point of the scan.
    Zoom {
        factor: f32,
        about: (f32, f32),
    },
    SetOpacity(f32),
    /// What the model reads around, in the frame on screen.
    PointAt(ItemId, Pixel),
    /// Of a frame.
    EditMarks(ItemId, usize, MarkEdit),
    ChooseMark(Option<MarkId>),
    Answer(ItemId, Answer),
    /// What was typed so far of the reason for the word on a frame's answer.
    TypeReason(ItemId, usize, Phi<String>),
    /// The field of the reason was left.
    KeepReason(ItemId, usize),
    /// Where the overlay is to be written.
    SaveTo(PathBuf),
    OnTakeOut(TakeOutCommand),
    Dismiss(u64),
    Retry(u64),
    Copy(String),
    SetTheme(Theme),
    SetLanguage(Language),
    /// Minutes without input after which the window locks.
    SetLockMinutes(u8),
    /// Training and evaluation go on while the window is locked.
    SetGoesOn(bool),
    /// A model answers only when it is asked.
    SetReadFirst(bool),
    SetMouse(MouseProfile),
    OnKeys(KeyCommand),
    /// Files are always chosen in the window.
    SetOwnChooser(bool),
    /// In hundredths of the usual size.
    SetLetters(u16),
    AtDoor(DoorCommand),
    OnLog(LogCommand),
    OnWorklist(WorklistCommand),
    OnDeidentify(DeidentifyCommand),
    /// For this reason, in an emergency.
    BreakGlass(String),
    /// In points; kept when the window closes.
    SetWidth(Column, f32),
    /// Where the window stands; likewise.
    SetPlace(WindowPlace),
    CloseSheet,
    /// The window's own button.
    Leave,
    LeaveAllTheSame,
    OnChooser(ChooserCommand),
    /// No dialog of the desktop can be shown for this.
    NoDialog(Wanted),
}

/// What the window must do for the session.
#[derive(Clone)]
pub enum Effect {
    Start(JobId, Job),
    Cancel(JobId),
    /// Has a batch wait, or go on.
    Pause(JobId, bool),
    /// By the desktop's dialog, or the program's own.
    AskForPath(Wanted),
    /// What is on screen, as an answer to this question; to the clipboard where there is no path.
    TakeOut(JobId, TakeOut, Option<PathBuf>),
    CopyPicture(Phi<Picture>),
    /// By the desktop's own program for it.
    OpenOutside(PathBuf),
    Copy(String),
    /// The keyboard goes to the reason for what was said of this class of an answer.
    FocusReason(ItemId, usize, Box<ModelRef>, String),
    SaveSettings(Settings),
    /// Of the thread that owns the records.
    Records(Request),
    /// The recovery key.
    Print(RecoveryKey),
    /// Everything that the window remembers of what was open.
    Forget,
    /// Somebody may see again.
    Unlocked,
    Quit,
}

impl State {
    /// Nothing open. The first command to apply is [`State::start`].
    pub fn new(mut settings: Settings) -> Self {
        let (keys, ignored_keys) = Keymap::read(&settings.keys);
        settings.keys = keys.kept();
        Self {
            words: Words::new(settings.language.unwrap_or(Language::English)),
            settings,
            door: Door::default(),
            page: Page::default(),
            evaluating: Evaluating::default(),
            training: Training::default(),
            log: LogPage::default(),
            about: About::default(),
            worklist: Worklist::default(),
            deidentify: DeidentifyPage::default(),
            models_folder: None,
            items: Vec::new(),
            overs: Vec::new(),
            are_overs_shown: true,
            studies: Studies::default(),
            center: None,
            viewports: Viewports::default(),
            planes: None,
            plane_marks: BTreeMap::new(),
            models: Vec::new(),
            chosen: BTreeMap::new(),
            sites: Vec::new(),
            prevalence: None,
            is_overlay_shown: true,
            are_texts_shown: true,
            note_marks: NoteMarks::default(),
            is_course_shown: true,
            is_pointing: false,
            is_playing: false,
            is_magnified: false,
            tool: None,
            chosen_mark: None,
            is_study_list_shown: true,
            sheet: None,
            is_leaving: false,
            chooser: None,
            last_folder: None,
            keys,
            key_edit: None,
            ignored_keys,
            take_out: TakeOut::default(),
            take_out_of: None,
            to_save: None,
            notices: Vec::new(),
            jobs: BTreeMap::new(),
            is_score_wanted: false,
            joinings: Vec::new(),
            sample: None,
            added: BTreeMap::new(),
            sittings: sitting::Sittings::default(),
            next_number: 1,
            now_ms: 0,
        }
    }

    /// How strongly the map of a scan is drawn, 0..1.
    pub fn drawn_opacity(&self, scan: &ScanItem) -> f32 {
        let strength = if self.settings.is_strength_even {
            Strength::Even
        } else {
            Strength::ByScore
        };
        strength.opacity(self.settings.overlay_opacity, scan.explained_score())
    }

    /// What of a map is drawn.
    pub const fn look(&self) -> MapLook {
        MapLook {
            has_heat: !matches!(self.settings.map_form, MapForm::Outline),
            has_outline: !matches!(self.settings.map_form, MapForm::Heat),
            is_raw: self.settings.is_map_raw,
        }
    }

    /// An open item.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        let at = self.items.binary_search_by_key(&id, |it| it.id).ok()?;
        self.items.get(at)
    }

    pub(super) fn item_mut(&mut self, id: ItemId) -> Option<&mut Item> {
        let at = self.items.binary_search_by_key(&id, |it| it.id).ok()?;
        self.items.get_mut(at)
    }

    /// The item in the middle.
    pub fn center(&self) -> Option<&Item> {
        self.item(self.center?)
    }

    /// The scan in the middle.
    pub fn scan(&self) -> Option<(ItemId, &ScanItem)> {
        let item = self.center()?;
        match &item.content {
            Content::Scan(scan) => Some((item.id, scan)),
            Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
        }
    }

    /// The scan of the page.
    pub fn page_scan(&self) -> Option<(ItemId, &ScanItem)> {
        match self.on_page(Kind::Scan)? {
            Item {
                id,
                content: Content::Scan(scan),
                ..
            } => Some((*id, scan)),
            _ => None,
        }
    }

    /// The note of the page.
    pub fn note(&self) -> Option<(ItemId, &NoteItem)> {
        match self.on_page(Kind::Note)? {
            Item {
                id,
                content: Content::Note(note),
                ..
            } => Some((*id, note)),
            _ => None,
        }
    }

    /// The series of the page.
    pub fn series(&self) -> Option<(ItemId, &SeriesItem)> {
        match self.on_page(Kind::Series)? {
            Item {
                id,
                content: Content::Series(series),
                ..
            } => Some((*id, series)),
            _ => None,
        }
    }

    /// The age of the patient, as the first file of the page that knows it has it.
    pub fn age_years(&self) -> Option<f32> {
        self.page_items()
            .find_map(|it| together::subject_of(it).age_years)
    }

    /// The models that read a kind of input.
    pub fn models_for(&self, kind: Kind) -> impl Iterator<Item = &Arc<Manifest>> {
        self.models
            .iter()
            .filter(move |it| Some(kind) == Kind::of(it))
    }

    /// The model that will read a kind of input: the chosen one, else the first that the header of the scan in the
    /// middle or the form of the note does not speak against, else the first.
    pub fn model_for(&self, kind: Kind) -> Option<&Arc<Manifest>> {
        let chosen = self.chosen.get(&kind);
        let chosen = chosen.and_then(|chosen| {
            let mut models = self.models_for(kind);
            models.find(|it| it.name == chosen.name && it.model_ref() == *chosen)
        });
        let scan = self.page_scan().filter(|_| kind == Kind::Scan);
        let note = self.note().filter(|_| kind == Kind::Note);
        let fitting = self.models_for(kind).find(|model| match (scan, note) {
            (Some((_, it)), _) => fits(&it.scan, model),
            (_, Some((_, it))) => reads_form(&it.forms, model),
            _ => false,
        });
        chosen.or(fitting).or_else(|| self.models_for(kind).next())
    }

    /// Whether models are still being read.
    pub fn are_models_loading(&self) -> bool {
        self.jobs
            .values()
            .any(|it| matches!(it, Purpose::LoadModels))
    }

    /// Whether files are being opened.
    pub fn is_opening(&self) -> bool {
        self.opening_job().is_some()
    }

    /// The job that opens files.
    pub fn opening_job(&self) -> Option<JobId> {
        let mut jobs = self.jobs.iter();
        jobs.find(|it| matches!(it.1, Purpose::Open(_)))
            .map(|it| *it.0)
    }

    /// Whether there is anything to list.
    pub fn has_study_list(&self) -> bool {
        !self.items.is_empty() || !self.settings.recent.is_empty() || self.is_opening()
    }

    /// Jobs that a person waits for; loading models and the long work of the pages are none of them.
    pub fn busy_jobs(&self) -> impl Iterator<Item = JobId> {
        let is_waited_for = |it: &Purpose| {
            !matches!(
                it,
                Purpose::LoadModels
                    | Purpose::Survey
                    | Purpose::Evaluate
                    | Purpose::Train
                    | Purpose::Batch
                    | Purpose::ReadNote { .. }
                    | Purpose::AskNote { .. }
                    | Purpose::ListFolder
            )
        };
        self.jobs
            .iter()
            .filter(move |(_, purpose)| is_waited_for(purpose))
            .map(|(id, _)| *id)
    }

    /// Whether long work runs that cannot say how far it is.
    pub fn is_progress_unknown(&self) -> bool {
        let (evaluating, training) = (&self.evaluating, &self.training);
        let stage = evaluating.stage.as_ref();
        evaluating.job.is_some() && stage.is_none_or(|it| it.total == 0)
            || training.job.is_some() && training.stage.is_none()
            || self.worklist.batch.job.is_some() && self.worklist.batch.stand.is_none()
    }

    /// A window title free of patient data: what is open, and how far it is.
    pub fn title(&self) -> String {
        let words = &self.words;
        let state = match self.page {
            _ if matches!(self.door.stage, DoorStage::Locked(_)) => words.say("title-locked"),
            _ if !self.door.is_open() => return NAME.to_owned(),
            Page::Reading => return self.reading_title(),
            Page::Evaluate if self.evaluating.job.is_some() => words.say("title-evaluating"),
            Page::Evaluate if self.evaluating.report.ready().is_some() => {
                words.say("title-evaluated")
            }
            Page::Evaluate => words.say("title-evaluation"),
            Page::Log => words.say("title-log"),
            Page::About => words.say("title-about"),
            Page::Worklist => words.say("title-worklist"),
            Page::Deidentify if self.deidentify.draft.waiting().is_some() => {
                words.say("title-looking")
            }
            Page::Deidentify if self.deidentify.written.is_some() => {
                words.say("title-copy-written")
            }
            Page::Deidentify => words.say("title-copy"),
            Page::Train if self.training.job.is_some() => words.say("title-training"),
            Page::Train if self.training.bundle.is_some() => words.say("title-trained"),
            Page::Train => words.say("title-train"),
        };
        format!("{NAME} \u{00B7} {state}")
    }

    fn reading_title(&self) -> String {
        let words = &self.words;
        let reading = self.center().and_then(Item::reading);
        let state = match reading.map(|it| (&it.prediction, &it.explanation)) {
            _ if self.items.is_empty() && self.is_opening() => words.say("title-opening"),
            _ if self.items.is_empty() => return NAME.to_owned(),
            Some((Loading::Waiting(_), _)) => words.say("title-scoring"),
            Some((Loading::Ready(_), Loading::Waiting(_))) => words.say("title-explaining"),
            Some((Loading::Ready(_), Loading::Ready(_))) => words.say("title-explained"),
            Some((Loading::Ready(_), _)) => words.say("title-scored"),
            Some((Loading::Failed(_), _)) => words.say("title-not-scored"),
            _ => words.say("title-open"),
        };
        format!("{NAME} \u{00B7} {state}")
    }
}

impl NoteMarks {
    /// In the order of the chooser.
    pub const ALL: [Self; 4] = [
        Self::All,
        Self::Influence,
        Self::Statuses,
        Self::Identifiers,
    ];

    /// Its name in the chooser.
    pub fn name(self, words: &Words) -> String {
        match self {
            Self::All => words.say("marks-all"),
            Self::Influence => words.say("marks-influence"),
            Self::Statuses => words.say("marks-statuses"),
            Self::Identifiers => words.say("marks-identifiers"),
        }
    }

    /// The one after it, round and round.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        let next = Self::ALL.get((at + 1) % Self::ALL.len());
        next.copied().unwrap_or(self)
    }
}

impl Kind {
    /// That no model reads it.
    pub fn no_model(self, words: &Words) -> String {
        match self {
            Self::Scan => words.say("no-model-scan"),
            Self::Note => words.say("no-model-note"),
            Self::Series => words.say("no-model-series"),
            Self::Sequence => words.say("no-model-sequence"),
        }
    }

    /// What a model reads by itself; a question is asked elsewhere.
    pub fn of(manifest: &Manifest) -> Option<Self> {
        match manifest.prep {
            prep::Spec::Image(_) => Some(Self::Scan),
            prep::Spec::Text(_) => Some(Self::Note),
            prep::Spec::Question(_) => None,
            prep::Spec::Series(_) => Some(Self::Series),
            prep::Spec::Sequence(_) => Some(Self::Sequence),
        }
    }
}

impl<T> Loading<T> {
    /// The answer, if it is there.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Empty | Self::Waiting(_) | Self::Failed(_) => None,
        }
    }

    /// No answer will come to a question, for a reason or because nobody wants one any more.
    fn end(&mut self, id: JobId, failure: Option<&Failure>) {
        if self.waiting() == Some(id) {
            *self = failure.cloned().map_or(Self::Empty, Self::Failed);
        }
    }

    /// The question, while there is no answer.
    pub fn waiting(&self) -> Option<JobId> {
        match self {
            Self::Waiting(id) => Some(*id),
            Self::Empty | Self::Ready(_) | Self::Failed(_) => None,
        }
    }
}
