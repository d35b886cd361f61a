//! What the window remembers: theme, language, mouse, keys, size of letters, its place, panel widths, when it locks, recent files,
//! the site by whose fit answers are read. Nothing clinical: thresholds belong to the model and the site, and stand in their files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, Serialize};

use crate::{disk, lock::IDLE_MINUTES, privacy::Phi, words::Language};

/// Kept between runs in one file that only its owner may read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    /// `None` for the system's.
    pub language: Option<Language>,
    /// What was chosen at the first start; `None` before, and where records cannot be kept.
    pub keep: Option<Keep>,
    /// Minutes without input after which the window locks, within [`IDLE_MINUTES`].
    pub lock_minutes: u8,
    /// Whether training and evaluation go on while the window is locked.
    pub goes_on_while_locked: bool,
    /// What the mouse does over a picture.
    pub mouse: MouseProfile,
    /// Keys that are not the program's own, by names of actions; empty for none. What they mean, `session` says.
    #[serde(deserialize_with = "texts")]
    pub keys: BTreeMap<String, String>,
    /// Whether files are always chosen in the window, even where the desktop has dialogs.
    pub is_chooser_own: bool,
    /// Size of letters and controls in hundredths of the usual one, one of [`LETTERS`].
    pub letters_percent: u16,
    /// Whether a model answers only when it is asked; else as soon as a scan is opened.
    pub is_read_first: bool,
    /// Strength of the overlay, 0..1.
    pub overlay_opacity: f32,
    /// Whether the overlay is as strong for a score below the operating point as for one above it.
    pub is_strength_even: bool,
    /// As the window stood when it was closed; `None` before.
    pub window: Option<WindowPlace>,
    /// What of an influence map is drawn.
    pub map_form: MapForm,
    /// Whether its own cells are drawn, as they were computed.
    pub is_map_raw: bool,
    /// Widths of the two columns, in points.
    pub study_width: f32,
    pub result_width: f32,
    /// Height of the course under a scan or note, in points.
    pub course_height: f32,
    /// What a view is printed on.
    pub paper: Paper,
    /// How a worklist is laid out.
    pub worklist: ListSettings,
    /// The site whose fit answers are read by, where it has one for the model; `None` for the bundle's own.
    pub site: Option<String>,
    /// Newest first. A path can name a patient: it is shown, and kept in the records where there are any; in this file
    /// only before a choice was made, or where records cannot be kept.
    pub recent: Vec<Phi<PathBuf>>,
    /// Folders of finished evaluations, newest first; likewise.
    pub reports: Vec<Phi<PathBuf>>,
}

/// Size and place of the window, in the desktop's points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Of its inside, while it is not maximised.
    pub size: [f32; 2],
    /// Of its frame, where the desktop tells.
    pub at: Option<[f32; 2]>,
    pub is_maximized: bool,
}

/// What of an influence map is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapForm {
    #[default]
    HeatAndOutline,
    /// A line round what has at least half the greatest influence.
    Outline,
    Heat,
}

impl MapForm {
    /// The one after it, round and round.
    pub const fn next(self) -> Self {
        match self {
            Self::HeatAndOutline => Self::Outline,
            Self::Outline => Self::Heat,
            Self::Heat => Self::HeatAndOutline,
        }
    }
}

/// How a worklist is laid out: nothing of what stands in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSettings {
    /// From left to right, each column once.
    pub columns: Vec<ListColumn>,
    /// By urgency where nothing else was asked for.
    pub sort: Option<ListSort>,
}

/// A column as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListColumn {
    pub name: ColumnName,
    /// In points.
    pub width: f32,
    pub is_shown: bool,
}

/// By which column a worklist is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSort {
    pub by: ColumnName,
    pub is_falling: bool,
}

/// What a column of a worklist tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnName {
    Patient,
    StudyDate,
    Kind,
    File,
    Model,
    Finding,
    Suspicion,
    Uncertainty,
    Scope,
    Word,
    Since,
}

impl ColumnName {
    /// From left to right, where nobody chose otherwise.
    pub const ALL: [Self; 11] = [
        Self::Patient,
        Self::StudyDate,
        Self::Kind,
        Self::File,
        Self::Finding,
        Self::Suspicion,
        Self::Uncertainty,
        Self::Scope,
        Self::Word,
        Self::Since,
        Self::Model,
    ];

    const fn usual(self) -> ListColumn {
        let width = match self {
            Self::Patient | Self::File => 120.0,
            Self::StudyDate => 100.0,
            Self::Kind => 72.0,
            Self::Finding => 208.0,
            Self::Model => 140.0,
            Self::Suspicion => 92.0,
            Self::Uncertainty => 100.0,
            Self::Scope => 130.0,
            Self::Word => 104.0,
            Self::Since => 144.0,
        };
        ListColumn {
            name: self,
            width,
            is_shown: true,
        }
    }
}

impl Default for ListSettings {
    fn default() -> Self {
        Self {
            columns: ColumnName::ALL.map(ColumnName::usual).to_vec(),
            sort: None,
        }
    }
}

impl ListSettings {
    /// Narrowest and widest column, in points.
    pub const WIDTHS: std::ops::RangeInclusive<f32> = 48.0..=800.0;

    /// Each column once, one at least to be seen, none too narrow to be found again.
    fn mend(&mut self) {
        let mut seen = Vec::new();
        self.columns.retain(|it| {
            let is_new = !seen.contains(&it.name);
            seen.push(it.name);
            is_new
        });
        let missing = ColumnName::ALL.iter().filter(|it| !seen.contains(it));
        self.columns.extend(missing.map(|it| it.usual()));
        for column in &mut self.columns {
            column.width = column
                .width
                .clamp(*Self::WIDTHS.start(), *Self::WIDTHS.end());
        }
        if self.shown().next().is_none() {
            *self = Self::default();
        }
    }

    /// The columns that are seen, from left to right.
    pub fn shown(&self) -> impl Iterator<Item = &ListColumn> {
        self.columns.iter().filter(|it| it.is_shown)
    }

    /// Shows a column or hides it; the last one stays.
    pub fn toggle(&mut self, name: ColumnName) {
        let n_shown = self.shown().count();
        if let Some(column) = self.columns.iter_mut().find(|it| it.name == name) {
            column.is_shown = !column.is_shown || n_shown == 1;
        }
    }

    /// Gives a column another width.
    pub fn widen(&mut self, name: ColumnName, width: f32) {
        if let Some(column) = self.columns.iter_mut().find(|it| it.name == name) {
            column.width = width.clamp(*Self::WIDTHS.start(), *Self::WIDTHS.end());
        }
    }

    /// Sorts by a column, small first; once more, great first; a third time, by urgency again.
    pub fn sort_by(&mut self, name: ColumnName) {
        self.sort = match self.sort {
            Some(ListSort {
                by,
                is_falling: true,
            }) if by == name => None,
            Some(ListSort {
                by,
                is_falling: false,
            }) if by == name => Some(ListSort {
                by: name,
                is_falling: true,
            }),
            _ => Some(ListSort {
                by: name,
                is_falling: false,
            }),
        };
    }
}

/// Whether records are kept on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Encrypted.
    Records,
    Nothing,
}

/// Dark for a reading room, light for a bright ward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    Dark,
    Light,
}

/// What a view is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    #[default]
    A4,
    Letter,
}

impl Paper {
    /// Width and height in points, upright.
    pub const fn size_pt(self) -> [f32; 2] {
        match self {
            Self::A4 => [595.28, 841.89],
            Self::Letter => [612.0, 792.0],
        }
    }
}

/// Whose way with the mouse a person is used to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MouseProfile {
    #[default]
    Wardlight,
    Ohif,
    Weasis,
    /// The right button changes the window, as on many workstations.
    RightWindow,
}

/// Sizes that letters can have, in hundredths of the usual one.
pub const LETTERS: [u16; 5] = [90, 100, 115, 130, 150];
/// The size of the design.
pub const USUAL_LETTERS: u16 = 100;

/// Recent files and reports that are kept, each.
const N_RECENT: usize = 8;
const FILE: &str = "window.json";
const LIMIT_BYTES: u64 = 1 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            language: None,
            keep: None,
            lock_minutes: 10,
            goes_on_while_locked: false,
            mouse: MouseProfile::Wardlight,
            keys: BTreeMap::new(),
            is_chooser_own: false,
            letters_percent: USUAL_LETTERS,
            is_read_first: true,
            overlay_opacity: 0.45,
            is_strength_even: false,
            window: None,
            map_form: MapForm::default(),
            is_map_raw: false,
            study_width: 232.0,
            result_width: 348.0,
            course_height: 248.0,
            paper: Paper::A4,
            worklist: ListSettings::default(),
            site: None,
            recent: Vec::new(),
            reports: Vec::new(),
        }
    }
}

impl Settings {
    /// Where they are, under a folder.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Reads the settings; without a file, or with one that cannot be read, they are the defaults.
    pub fn load(folder: &Path) -> Self {
        let bytes = disk::read(&Self::file(folder), LIMIT_BYTES).unwrap_or_default();
        let mut settings: Self = serde_json::from_slice(&bytes).unwrap_or_default();
        settings.overlay_opacity = settings.overlay_opacity.clamp(0.0, 1.0);
        settings.lock_minutes = settings
            .lock_minutes
            .clamp(*IDLE_MINUTES.start(), *IDLE_MINUTES.end());
        if !LETTERS.contains(&settings.letters_percent) {
            settings.letters_percent = USUAL_LETTERS;
        }
        settings.worklist.mend();
        settings.recent.truncate(N_RECENT);
        settings.reports.truncate(N_RECENT);
        settings
    }

    /// Writes the settings into a folder that only its owner may enter. Once a choice was made there are no paths among
    /// them: the records have them, or nobody does.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), disk::Error> {
        disk::create_folder(folder)?;
        disk::restrict(folder, 0o700)?;
        let bytes = if self.keep.is_some() {
            serde_json::to_vec_pretty(&self.without_paths())
        } else {
            serde_json::to_vec_pretty(self)
        };
        // Plain fields always have a JSON form.
        disk::write_atomic(&Self::file(folder), &bytes.unwrap_or_default())?;
        disk::restrict(&Self::file(folder), 0o600)
    }

    /// Puts a path at the top of the recent files, unless nothing is to be kept.
    pub fn remember(&mut self, path: &Path) {
        if self.keep != Some(Keep::Nothing) {
            put_first(&mut self.recent, path);
        }
    }

    /// Puts a folder at the top of the finished evaluations, likewise.
    pub fn remember_report(&mut self, folder: &Path) {
        if self.keep != Some(Keep::Nothing) {
            put_first(&mut self.reports, folder);
        }
    }

    /// The same without what may name a patient.
    pub fn without_paths(&self) -> Self {
        Self {
            recent: Vec::new(),
            reports: Vec::new(),
            ..self.clone()
        }
    }
}

/// Texts by their names; what is none stands in brackets, and nobody can take it for keys.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let read = serde_json::Value::deserialize(from)?;
    let entries = match read {
        serde_json::Value::Object(entries) => entries,
        other => [(String::new(), other)].into_iter().collect(),
    };
    let text = |it: serde_json::Value| match it {
        serde_json::Value::String(text) => text,
        other => format!("({other})"),
    };
    Ok(entries
        .into_iter()
        .map(|(name, it)| (name, text(it)))
        .collect())
}

fn put_first(kept: &mut Vec<Phi<PathBuf>>, path: &Path) {
    let path = Phi::new(path.to_owned());
    kept.retain(|it| *it != path);
    kept.insert(0, path);
    kept.truncate(N_RECENT);
}
