//! What was measured of a patient over time: plain values in one unit each, and what was set aside.
//!
//! Every reader, and the code that learns, passes its values through [`Collector`], so that a value in training and a
//! value at the bedside went the same way:
//! 1. the unit becomes the canonical one, or the value is set aside;
//! 2. what cannot be true is set aside, with its reason, and is never repaired;
//! 3. values are sorted by time; of several at one time one is kept, the last that came (volumes are added up).

mod collector;

use serde::{Deserialize, Serialize};

pub use collector::{Collected, Collector};

use super::{Subject, Variable};
use crate::{disk::Sha256, privacy::Phi, warnings::Warning};

/// The measurements of one patient in one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// SHA-256 of the file as it was read.
    pub file_sha256: Sha256,
    /// What kind of file it was found to be.
    pub format: SeriesFormat,
    /// Whom it is of, with age and sex where the file has them.
    pub subject: Subject,
    /// The ward, where the file says (PhysioNet 2012 and 2019 do).
    pub icu_type: Option<IcuType>,
    /// One for each variable, sorted by variable; none is without a point.
    pub channels: Vec<Channel>,
    /// The first [`SET_ASIDE_LIMIT`] values that were not used, in the order of the file.
    pub set_aside: Vec<SetAside>,
    /// How many were set aside in all.
    pub n_set_aside: usize,
    /// The wall-clock time of hour 0 as ISO 8601, with the offset from UTC where the file has one.
    pub start: Phi<Option<String>>,
    /// The encounters that the values belong to, as the file names them.
    pub encounters: Phi<Vec<String>>,
    /// How the file was read.
    pub warnings: Vec<Warning>,
}

/// How many values that were set aside are kept one by one.
pub const SET_ASIDE_LIMIT: usize = 1000;

impl Series {
    /// A series of what was collected; times start where the collector's do.
    pub fn new(file_sha256: Sha256, format: SeriesFormat, collected: Collected) -> Self {
        let subject = Subject {
            age_years: collected.age_years,
            sex: collected.sex,
            ..Subject::default()
        };
        Self {
            file_sha256,
            format,
            subject,
            icu_type: collected.icu_type,
            channels: collected.channels,
            set_aside: collected.set_aside,
            n_set_aside: collected.n_set_aside,
            start: Phi::default(),
            encounters: Phi::default(),
            warnings: collected.warnings,
        }
    }

    /// The points of a variable; none if it was not measured.
    pub fn points(&self, variable: Variable) -> &[Point] {
        let found = self.channels.iter().find(|it| it.variable == variable);
        found.map_or(&[], |it| &it.points)
    }

    /// The first weight that was measured or stated.
    pub fn weight_kg(&self) -> Option<f64> {
        self.first("weight")
    }

    /// The first height that was measured or stated.
    pub fn height_cm(&self) -> Option<f64> {
        self.first("height")
    }

    /// The hours of the first and the last point.
    pub fn hours(&self) -> Option<(f64, f64)> {
        let all = || self.channels.iter().flat_map(|it| &it.points);
        let first = all().map(|it| it.hours).min_by(f64::total_cmp)?;
        let last = all().map(|it| it.hours).max_by(f64::total_cmp)?;
        Some((first, last))
    }

    /// How many points there are.
    pub fn n_points(&self) -> usize {
        self.channels.iter().map(|it| it.points.len()).sum()
    }

    fn first(&self, key: &str) -> Option<f64> {
        let points = self.points(Variable::of_key(key)?);
        points.first().map(|it| it.value)
    }
}

/// Kinds of file that hold a series, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesFormat {
    /// A table with one value a row.
    CsvLong,
    /// A table with one time a row and one variable a column.
    CsvWide,
    /// `Time,Parameter,Value`, the PhysioNet/CinC challenge of 2012.
    Physionet2012,
    /// Hourly columns between bars, the PhysioNet/CinC challenge of 2019.
    Physionet2019,
    /// A Bundle or an Observation of HL7 FHIR R4.
    Fhir,
}

impl SeriesFormat {
    /// Its name for a person.
    pub fn name(self) -> &'static str {
        match self {
            Self::CsvLong => "table, one value a row",
            Self::CsvWide => "table, one time a row",
            Self::Physionet2012 => "PhysioNet 2012",
            Self::Physionet2019 => "PhysioNet 2019",
            Self::Fhir => "FHIR R4",
        }
    }
}

/// The ward: the types 1 to 4 of the PhysioNet challenge of 2012, and the units of that of 2019.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IcuType {
    Coronary = 1,
    CardiacSurgery = 2,
    Medical = 3,
    Surgical = 4,
}

impl IcuType {
    /// By its number in the challenge of 2012.
    pub fn of_number(number: f64) -> Option<Self> {
        let all = [
            Self::Coronary,
            Self::CardiacSurgery,
            Self::Medical,
            Self::Surgical,
        ];
        all.into_iter().find(|it| f64::from(*it as u8) == number)
    }
}

/// The values of one variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub variable: Variable,
    /// Sorted by time, one for each time, at least one.
    pub points: Vec<Point>,
}

/// A value at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Since the start of the series; finite.
    pub hours: f64,
    /// In the canonical unit of the variable, and plausible.
    pub value: f64,
}

/// A value that is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    pub variable: Variable,
    /// The number with its unit, as it stood in the file; `text` for what was no number.
    pub found: String,
    pub place: Place,
    /// Since the start of the series, if the time could be read.
    pub hours: Option<f64>,
    /// Why, in lower case, without a full stop.
    pub reason: String,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    #[default]
    Unknown,
    /// The first line is 1.
    Line(usize),
    /// An entry of a Bundle; the first is 1.
    Entry(usize),
}
