//! The table of labelled images: comma-separated values with a header, mapped to what an evaluation needs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{Error, Job, OnMissing, Result, report::RefusedRow};
use crate::{
    disk::{self, Sha256},
    privacy::Phi,
    spreadsheet::{Odd, Spreadsheet},
};

/// The largest table that is read.
const TABLE_LIMIT_BYTES: u64 = 1 << 30;
/// How many lines an error names.
const N_NAMED: usize = 10;
/// Columns that make subgroups where the table has them.
const GROUPS: [&str; 4] = ["age", "sex", "view", "subtype"];

/// Names of columns; `None` takes the column of the usual name where there is one.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// `path`; needed.
    pub image: Option<String>,
    /// `label`; needed.
    pub label: Option<String>,
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

/// One image of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// In the file; the header is line 1.
    pub(super) line: usize,
    pub(super) role: Role,
    /// As the table has it.
    pub(super) shown: String,
    pub(super) path: PathBuf,
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
    /// Whether a column says who is who.
    pub(super) has_patients: bool,
    pub(super) warnings: Vec<String>,
}

impl Table {
    /// Reads the table; rows of other parts are left out.
    pub(super) fn read(job: &Job<'_>) -> Result<Self> {
        let bytes = disk::read(&job.table, TABLE_LIMIT_BYTES)?;
        let sha256 = Sha256::of(&bytes);
        let sheet = Spreadsheet::parse(&bytes)
            .map_err(|Odd { line, cause }| Error::Table { line, cause })?;
        let places = Places::find(&sheet, job)?;
        let own_folder = job.table.parent().unwrap_or(Path::new("."));
        let folder = job.images.as_deref().unwrap_or(own_folder);
        let row = |it| places.row(it, folder, job.part.as_ref());
        let mut table = Self {
            rows: sheet.rows.iter().filter_map(row).collect(),
            sha256,
            has_patients: places.patient.is_some(),
            warnings: Vec::new(),
        };
        if table.n_evaluated() == 0 {
            let part = job.part.as_ref();
            let part = part.map_or_else(String::new, |it| {
                format!("with {} = {}", it.column, it.test)
            });
            return Err(Error::NoRows { part });
        }
        table.warn(&places, job);
        Ok(table)
    }

    /// Rows that are evaluated.
    pub(super) fn evaluated(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|it| it.role == Role::Evaluated)
    }

    pub(super) fn n_evaluated(&self) -> usize {
        self.evaluated().count()
    }

    fn warn(&mut self, places: &Places, job: &Job<'_>) {
        let mut lines: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        for row in self.evaluated() {
            lines.entry(&row.path).or_default().push(row.line);
        }
        let repeated: Vec<usize> = lines
            .into_values()
            .filter(|it| 1 < it.len())
            .flatten()
            .collect();
        if !repeated.is_empty() {
            self.warnings.push(format!(
                "{} rows name a file that another row names too: lines {}",
                repeated.len(),
                named(&repeated)
            ));
        }
        if places.patient.is_none() {
            self.warnings.push(
                "the table names no patients: each image counts as a patient, and the intervals are too narrow where \
                 patients have several"
                    .to_owned(),
            );
        }
        if job.part.is_none() && places.has_usual_part {
            self.warnings.push(
                "the table has a column `split`, and all rows are evaluated together; choose with --split".to_owned(),
            );
        }
    }

    /// A patient that the baselines learn from may not be evaluated.
    pub(super) fn check_parts(&self, job: &Job<'_>) -> Result<()> {
        let Some(part) = &job.part else { return Ok(()) };
        let of = |role: Role| -> BTreeSet<&Phi<String>> {
            let rows = self.rows.iter().filter(|it| it.role == role);
            rows.filter_map(|it| it.patient.as_ref()).collect()
        };
        let both: BTreeSet<_> = of(Role::Evaluated)
            .intersection(&of(Role::Learned))
            .copied()
            .collect();
        if both.is_empty() {
            return Ok(());
        }
        let is_in_both = |it: &&Row| it.patient.as_ref().is_some_and(|it| both.contains(it));
        let lines: Vec<usize> = self
            .rows
            .iter()
            .filter(is_in_both)
            .map(|it| it.line)
            .collect();
        Err(Error::Leak {
            n: both.len(),
            test: part.test.clone(),
            train: part.train.clone(),
            lines: named(&lines),
        })
    }

    /// Takes out rows whose file is not there; gives those of them that should have been evaluated.
    pub(super) fn check_files(&mut self, job: &Job<'_>) -> Result<Vec<RefusedRow>> {
        let missing: Vec<Row> = self.rows.extract_if(.., |it| !it.path.is_file()).collect();
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

/// Where the columns stand.
struct Places {
    image: usize,
    label: usize,
    patient: Option<usize>,
    part: Option<usize>,
    numbers: Vec<usize>,
    groups: Vec<(String, usize)>,
    has_usual_part: bool,
}

impl Places {
    fn find(sheet: &Spreadsheet, job: &Job<'_>) -> Result<Self> {
        let at = |name: &str| sheet.column(name);
        let needed = |name: &str| {
            at(name).ok_or_else(|| Error::Column {
                want: name.to_owned(),
                found: sheet.columns(),
            })
        };
        let usual = |named: Option<&String>, name: &str| match named {
            Some(it) => needed(it).map(Some),
            None => Ok(at(name)),
        };
        let columns = &job.columns;
        let name_or = |named: &Option<String>, name: &str| named.clone().unwrap_or(name.to_owned());
        let mut groups = Vec::new();
        for name in GROUPS {
            groups.extend(at(name).map(|it| (name.to_owned(), it)));
        }
        for name in &columns.groups {
            groups.push((name.clone(), needed(name)?));
        }
        Ok(Self {
            image: needed(&name_or(&columns.image, "path"))?,
            label: needed(&name_or(&columns.label, "label"))?,
            patient: usual(columns.patient.as_ref(), "patient_id")?,
            part: job.part.as_ref().map(|it| needed(&it.column)).transpose()?,
            numbers: columns
                .baselines
                .iter()
                .map(|it| needed(it))
                .collect::<Result<_>>()?,
            groups,
            has_usual_part: at("split").is_some(),
        })
    }

    /// `None` for a row of a part that is not used.
    fn row(
        &self,
        (line, record): &(usize, csv::StringRecord),
        folder: &Path,
        part: Option<&Part>,
    ) -> Option<Row> {
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let filled = |at: usize| Some(cell(at)).filter(|it| !it.is_empty());
        let role = match (part, self.part) {
            (Some(part), Some(at)) if cell(at) == part.test => Role::Evaluated,
            (Some(part), Some(at)) if cell(at) == part.train => Role::Learned,
            (Some(_), Some(_)) => return None,
            (None, _) | (_, None) => Role::Evaluated,
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
        Some(Row {
            line: *line,
            role,
            shown: cell(self.image).to_owned(),
            path: folder.join(cell(self.image)),
            label: cell(self.label).to_owned(),
            patient: self
                .patient
                .and_then(filled)
                .map(|it| Phi::new(it.to_owned())),
            numbers: self
                .numbers
                .iter()
                .map(|it| cell(*it).parse().ok().filter(|it: &f64| it.is_finite()))
                .collect(),
            groups: self.groups.iter().filter_map(group).collect(),
        })
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
