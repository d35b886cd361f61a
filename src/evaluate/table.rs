//! The table of labelled cases, mapped to what an evaluation needs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use super::{
    Error, Job, Kind, OnMissing, Result,
    courses::{self, Courses},
    item::Source,
    report::{RefusedRow, Unanswered},
    sheet::{Record, Sheet},
};
use crate::{
    case::Variable,
    disk::{self, Sha256},
    privacy::Phi,
};

/// The largest table that is read.
const TABLE_LIMIT_BYTES: u64 = 1 << 30;
/// How many lines an error names.
const N_NAMED: usize = 10;
/// Columns that make subgroups where the table has them.
const GROUPS: [&str; 4] = ["age", "sex", "view", "subtype"];

/// The usual column of patients.
const PATIENT: &str = "patient_id";

/// Names of columns and of what stands in them; `None` takes the column of the usual name where there is one.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// `path`; needed where the cases are files.
    pub image: Option<String>,
    /// Texts of notes (`text`) or letters of sequences (`sequence`), where they stand in the table.
    pub text: Option<String>,
    /// `key`: which measurements belong to a row.
    pub key: Option<String>,
    /// What parameters of the measurements mean that are not known by their names, and their units if they are not canonical.
    pub parameters: BTreeMap<String, (Variable, Option<String>)>,
    /// `label`; needed.
    pub label: Option<String>,
    /// Other names of the model's labels: `CC=Chief complaint`.
    pub classes: Vec<String>,
    /// `patient_id`.
    pub patient: Option<String>,
    /// Numbers that a logistic regression is tried on beside the model: a diameter, an age.
    pub baselines: Vec<String>,
    /// More subgroups beside `age`, `sex`, `view` and `subtype`.
    pub groups: Vec<String>,
}

/// Which rows are evaluated, and which the baselines learn from.
#[derive(Clone, Debug)]
pub struct Part {
    /// The column that says so.
    pub column: String,
    pub test: String,
    pub train: String,
}

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Evaluated,
    /// The baselines learn from it.
    Learned,
}

/// One case of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// In the file; the header is line 1.
    pub(super) line: usize,
    pub(super) role: Role,
    /// The path, as the table has it; empty for a case that is no file.
    pub(super) shown: String,
    pub(super) source: Source,
    pub(super) label: String,
    pub(super) patient: Option<Phi<String>>,
    /// In the order of [`Columns::baselines`]; `None` for a cell that is no number.
    pub(super) numbers: Vec<Option<f64>>,
    /// Column and value, where there is a value.
    pub(super) groups: Vec<(String, String)>,
}

/// The rows that are used.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) sha256: Sha256,
    /// The column that says who is who.
    pub(super) groups: Option<String>,
    pub(super) warnings: Vec<String>,
}

impl Table {
    /// Reads the table; rows of other parts are left out, and rows without a label.
    pub(super) fn read(job: &Job<'_>, kind: Kind) -> Result<Self> {
        let bytes = disk::read(&job.table, TABLE_LIMIT_BYTES)?;
        let sha256 = Sha256::of(&bytes);
        let sheet = Sheet::parse(&bytes, &job.table)?;
        let mut places = Places::find(&sheet, job, kind)?;
        let own_folder = job.table.parent().unwrap_or(Path::new("."));
        let folder = job.images.as_deref().unwrap_or(own_folder);
        let rows = sheet
            .rows
            .iter()
            .filter_map(|it| places.row(it, folder, job.part.as_ref()));
        let rows: Vec<Option<Row>> = rows.collect();
        let n_unlabelled = rows.iter().filter(|it| it.is_none()).count();
        let mut table = Self {
            rows: rows.into_iter().flatten().collect(),
            sha256,
            groups: places.patient.as_ref().map(|(name, _)| name.clone()),
            warnings: Vec::new(),
        };
        if table.n_evaluated() == 0 {
            let part = job.part.as_ref();
            let part = part.map_or_else(String::new, |it| {
                format!(" with {} = {}", it.column, it.test)
            });
            return Err(Error::NoRows { part });
        }
        if 0 < n_unlabelled {
            let n = n_unlabelled;
            table
                .warnings
                .push(format!("{n} rows have no label and are left out"));
        }
        table.warnings.append(&mut places.warnings);
        table.warn(&places, job, kind);
        Ok(table)
    }

    /// Rows that are evaluated.
    pub(super) fn evaluated(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|it| it.role == Role::Evaluated)
    }

    pub(super) fn n_evaluated(&self) -> usize {
        self.evaluated().count()
    }

    fn warn(&mut self, places: &Places, job: &Job<'_>, kind: Kind) {
        let mut lines: BTreeMap<Sha256, Vec<usize>> = BTreeMap::new();
        for row in self.evaluated() {
            if let Some(it) = row.source.identity() {
                lines.entry(it).or_default().push(row.line);
            }
        }
        let repeated: Vec<usize> = lines
            .into_values()
            .filter(|it| 1 < it.len())
            .flatten()
            .collect();
        if !repeated.is_empty() {
            self.warnings.push(format!(
                "{} rows hold {} that another row holds too: lines {}",
                repeated.len(),
                if kind == Kind::Images {
                    "an image"
                } else {
                    "a case"
                },
                named(&repeated)
            ));
        }
        if places.patient.is_none() {
            self.warnings.push(format!(
                "the table names no patients: each {} counts as a patient, and the intervals are too narrow where \
                 patients have several",
                kind.one()
            ));
        }
        if job.part.is_none() && places.has_usual_part {
            self.warnings.push(
                "the table has a column `split`, and all rows are evaluated together; choose with --split".to_owned(),
            );
        }
    }

    /// Neither a patient nor a case that the baselines learn from may be evaluated.
    pub(super) fn check_parts(&self, job: &Job<'_>) -> Result<()> {
        let Some(part) = &job.part else { return Ok(()) };
        let parts = || (part.test.clone(), part.train.clone());
        if let Some((n, lines)) = self.in_both(|it| it.patient.clone()) {
            let (test, train) = parts();
            return Err(Error::Leak {
                n,
                test,
                train,
                lines,
            });
        }
        if let Some((n, lines)) = self.in_both(|it| it.source.identity()) {
            let (test, train) = parts();
            return Err(Error::Copies {
                n,
                test,
                train,
                lines,
            });
        }
        Ok(())
    }

    /// How many values evaluated rows share with learned ones, and in which lines.
    fn in_both<T: Ord>(&self, value: impl Fn(&Row) -> Option<T>) -> Option<(usize, String)> {
        let of = |role: Role| -> BTreeSet<T> {
            let rows = self.rows.iter().filter(|it| it.role == role);
            rows.filter_map(&value).collect()
        };
        let (evaluated, learned) = (of(Role::Evaluated), of(Role::Learned));
        let both: BTreeSet<&T> = evaluated.intersection(&learned).collect();
        let is_in_both = |it: &&Row| value(it).is_some_and(|it| both.contains(&it));
        let rows = self.rows.iter().filter(is_in_both);
        let lines: Vec<usize> = rows.map(|it| it.line).collect();
        (!both.is_empty()).then(|| (both.len(), named(&lines)))
    }

    /// Takes out rows whose file is not there; gives those of them that should have been evaluated.
    pub(super) fn check_files(&mut self, job: &Job<'_>) -> Result<Vec<RefusedRow>> {
        let missing: Vec<Row> = self.rows.extract_if(.., |it| it.is_missing()).collect();
        if !missing.is_empty() && job.on_missing == OnMissing::Refuse {
            let lines: Vec<usize> = missing.iter().map(|it| it.line).collect();
            return Err(Error::Missing {
                n: lines.len(),
                lines: named(&lines),
            });
        }
        let refused = |it: Row| {
            (it.role == Role::Evaluated).then(|| RefusedRow {
                line: it.line,
                shown: it.shown.clone(),
                outcome: Unanswered::Error,
                headline: "There is no such file".to_owned(),
                cause: "wanted the file that the row names, found none".to_owned(),
            })
        };
        Ok(missing.into_iter().filter_map(refused).collect())
    }
}

/// The first lines, and how many more.
fn named(lines: &[usize]) -> String {
    let first: Vec<String> = lines.iter().take(N_NAMED).map(usize::to_string).collect();
    let n_more = lines.len().saturating_sub(N_NAMED);
    if n_more == 0 {
        first.join(", ")
    } else {
        format!("{} and {n_more} more", first.join(", "))
    }
}

impl Row {
    /// Whether it names a file that is not there.
    pub(super) fn is_missing(&self) -> bool {
        self.source.path().is_some_and(|it| !it.is_file())
    }
}

/// Where the columns stand, and what else rows are made of.
struct Places {
    content: Place,
    label: usize,
    patient: Option<(String, usize)>,
    part: Option<usize>,
    numbers: Vec<usize>,
    groups: Vec<(String, usize)>,
    has_usual_part: bool,
    warnings: Vec<String>,
}

/// The column of the cases, and what it holds.
enum Place {
    Paths(usize),
    Texts(usize),
    Letters(usize),
    Keys(usize, BTreeMap<String, Arc<crate::case::Series>>),
}

impl Places {
    fn find(sheet: &Sheet, job: &Job<'_>, kind: Kind) -> Result<Self> {
        let at = |name: &str| sheet.column(name);
        let columns = &job.columns;
        let mut groups = Vec::new();
        for name in GROUPS {
            groups.extend(at(name).map(|it| (name.to_owned(), it)));
        }
        for name in &columns.groups {
            groups.push((name.clone(), sheet.needed(name)?));
        }
        let patient = match &columns.patient {
            Some(name) => Some((name.clone(), sheet.needed(name)?)),
            None => at(PATIENT).map(|it| (PATIENT.to_owned(), it)),
        };
        let (content, warnings) = Place::find(sheet, job, kind)?;
        let part = job.part.as_ref();
        let numbers = columns.baselines.iter();
        Ok(Self {
            content,
            label: sheet.needed(columns.label.as_deref().unwrap_or("label"))?,
            patient,
            part: part.map(|it| sheet.needed(&it.column)).transpose()?,
            numbers: numbers.map(|it| sheet.needed(it)).collect::<Result<_>>()?,
            groups,
            has_usual_part: at("split").is_some(),
            warnings,
        })
    }

    /// `None` for a row of a part that is not used, `Some(None)` for one without a label.
    fn row(&self, record: &Record, folder: &Path, part: Option<&Part>) -> Option<Option<Row>> {
        let cell = |at: usize| record.cell(at).unwrap_or_default();
        let filled = |at: usize| Some(cell(at)).filter(|it| !it.is_empty());
        let role = match (part, self.part) {
            (Some(part), Some(at)) if cell(at) == part.test => Role::Evaluated,
            (Some(part), Some(at)) if cell(at) == part.train => Role::Learned,
            (Some(_), Some(_)) => return None,
            (None, _) | (_, None) => Role::Evaluated,
        };
        let Some(label) = record.cell(self.label) else {
            return Some(None);
        };
        let group = |(name, at): &(String, usize)| {
            let value = filled(*at)?;
            let value = if is_age(name) {
                age_band(value)
            } else {
                value.to_owned()
            };
            Some((name.clone(), value))
        };
        let patient = self.patient.as_ref().and_then(|(_, at)| filled(*at));
        Some(Some(Row {
            line: record.line,
            role,
            shown: self.content.shown(record),
            source: self.content.source(record, folder),
            label: label.to_owned(),
            patient: patient.map(|it| Phi::new(it.to_owned())),
            numbers: self
                .numbers
                .iter()
                .map(|it| cell(*it).parse().ok().filter(|it: &f64| it.is_finite()))
                .collect(),
            groups: self.groups.iter().filter_map(group).collect(),
        }))
    }
}

impl Place {
    /// Where cases of this kind stand, and what was odd about their measurements.
    fn find(sheet: &Sheet, job: &Job<'_>, kind: Kind) -> Result<(Self, Vec<String>)> {
        let columns = &job.columns;
        let text = match (&columns.text, kind) {
            (Some(name), Kind::Notes | Kind::Sequences) => Some(sheet.needed(name)?),
            // A column of paths that was named goes before one that only has the usual name.
            (None, Kind::Notes) if columns.image.is_none() => sheet.column("text"),
            (None, Kind::Sequences) if columns.image.is_none() => sheet.column("sequence"),
            _ => None,
        };
        if let Some(at) = text {
            let is_note = kind == Kind::Notes;
            return Ok((
                if is_note {
                    Self::Texts(at)
                } else {
                    Self::Letters(at)
                },
                Vec::new(),
            ));
        }
        if kind == Kind::Courses && !job.measurements.is_empty() {
            let key = columns.key.as_deref().unwrap_or("key");
            let at = sheet.needed(key)?;
            let Courses { by_key, warnings } =
                courses::read(&job.measurements, key, &columns.parameters)?;
            return Ok((Self::Keys(at, by_key), warnings));
        }
        let name = columns.image.as_deref();
        let want = match (name, kind) {
            (Some(name), _) => name,
            (None, Kind::Images) => "path",
            (None, Kind::Notes) => "text or path",
            (None, Kind::Courses) => "path, or measurements and a column key",
            (None, Kind::Sequences) => "sequence or path",
        };
        let at = sheet.column(name.unwrap_or("path"));
        let at = at.ok_or_else(|| sheet.without(want))?;
        Ok((Self::Paths(at), Vec::new()))
    }

    fn shown(&self, record: &Record) -> String {
        match self {
            Self::Paths(at) => record.cell(*at).unwrap_or_default().to_owned(),
            Self::Texts(_) | Self::Letters(_) | Self::Keys(..) => String::new(),
        }
    }

    fn source(&self, record: &Record, folder: &Path) -> Source {
        let cell = |at: &usize| record.cell(*at).unwrap_or_default();
        match self {
            Self::Paths(at) => Source::File(folder.join(cell(at))),
            Self::Texts(at) => Source::Text(Phi::new(cell(at).into())),
            Self::Letters(at) => Source::Letters(Phi::new(cell(at).into())),
            Self::Keys(at, by_key) => Source::Course(by_key.get(cell(at)).cloned()),
        }
    }
}

fn is_age(column: &str) -> bool {
    column == "age" || column == "age_years"
}

/// Years, or a DICOM age string (PS3.5 6.2: `045Y`, `006M`), as a band.
fn age_band(text: &str) -> String {
    let (number, unit) = match text.char_indices().last() {
        Some((at, unit)) if unit.is_ascii_alphabetic() => (text.get(..at).unwrap_or(""), unit),
        _ => (text, 'Y'),
    };
    let days = match unit.to_ascii_uppercase() {
        'Y' => Some(365.25),
        'M' => Some(30.44),
        'W' => Some(7.0),
        'D' => Some(1.0),
        _ => None,
    };
    let years = number
        .parse::<f64>()
        .ok()
        .zip(days)
        .map(|(it, days)| it * days / 365.25);
    years.map_or_else(|| "not understood".to_owned(), band_of_years)
}

/// The band of an age, in whole years.
pub(super) fn band_of_years(years: f64) -> String {
    const BANDS: [(f64, &str); 7] = [
        (1.0, "0"),
        (5.0, "1 to 4"),
        (18.0, "5 to 17"),
        (40.0, "18 to 39"),
        (60.0, "40 to 59"),
        (80.0, "60 to 79"),
        (150.0, "80 and over"),
    ];
    let found = BANDS.iter().find(|(end, _)| years < *end);
    match found {
        Some((_, name)) if 0.0 <= years => (*name).to_owned(),
        _ => "not understood".to_owned(),
    }
}
