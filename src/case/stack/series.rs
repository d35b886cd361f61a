//! Which files belong to one series: by patient, study and series, so that equal UIDs of two patients stay apart.

use std::collections::BTreeMap;

use super::Stacks;
use crate::{
    case::{Modality, Subject, scan::Header},
    privacy::Phi,
};

/// The patient as the file names them: number, who gave it, name and birth date. Files that differ in any are of two.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatientKey(Phi<[String; 4]>);

/// A series of one patient. Sorts by patient, then study, then series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    pub patient: PatientKey,
    /// (0020,000D)
    pub study_uid: Phi<String>,
    /// (0020,000E), never empty.
    pub series_uid: Phi<String>,
}

/// What a list says of a series, from the first of its files that arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesHead {
    pub subject: Subject,
    pub modality: Modality,
    /// (0008,1030)
    pub study_description: Phi<String>,
    /// Study date and time, see [`Header::acquired`].
    pub acquired: Phi<Option<String>>,
    /// (0008,103E)
    pub description: Phi<String>,
    /// (0020,0011)
    pub number: Option<i32>,
}

/// All series that are open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Studies(BTreeMap<SeriesKey, (SeriesHead, Stacks)>);

/// Where a file went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    pub key: SeriesKey,
    /// Series of other patients that carry the same study or series UID. One of the files is wrong; they stay apart.
    pub same_uid: Vec<SeriesKey>,
}

impl PatientKey {
    /// The patient of a file. Padding, and parts of a name that are empty, say nothing.
    pub fn of(subject: &Subject) -> Self {
        let Subject {
            patient_id,
            issuer,
            name,
            birth_date,
            ..
        } = subject;
        // To be compared, inside of a `Phi`.
        let texts = [patient_id, issuer, name, birth_date].map(|it| it.reveal().trim());
        Self(Phi::new(
            texts.map(|it| it.trim_end_matches(['^', '=', ' ']).to_owned()),
        ))
    }
}

impl SeriesKey {
    /// The series of a file; `None` where it names none, and then it stands alone.
    pub fn of(header: &Header) -> Option<Self> {
        let dicom = header.dicom.as_ref()?;
        // Only whether there is one.
        (!dicom.series_uid.reveal().is_empty()).then(|| Self {
            patient: PatientKey::of(&header.subject),
            study_uid: dicom.study_uid.clone(),
            series_uid: dicom.series_uid.clone(),
        })
    }
}

impl Studies {
    /// Takes in the frames of a file; `file` numbers it, see [`super::SliceId`]. `None` where it names no series.
    pub fn insert(&mut self, header: &Header, file: u64) -> Option<Inserted> {
        let key = SeriesKey::of(header)?;
        let same_uid = self.0.keys().filter(|it| it.is_mixed_up_with(&key));
        let same_uid = same_uid.cloned().collect();
        let (_, stacks) = self
            .0
            .entry(key.clone())
            .or_insert_with(|| (SeriesHead::of(header), Stacks::default()));
        stacks.insert(header, file);
        Some(Inserted { key, same_uid })
    }

    /// All series, by patient, study and series.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&SeriesKey, &SeriesHead, &Stacks)> {
        self.0
            .iter()
            .map(|(key, (head, stacks))| (key, head, stacks))
    }

    /// One series.
    pub fn get(&self, key: &SeriesKey) -> Option<(&SeriesHead, &Stacks)> {
        self.0.get(key).map(|(head, stacks)| (head, stacks))
    }

    /// Closes a series.
    pub fn remove(&mut self, key: &SeriesKey) {
        self.0.remove(key);
    }
}

impl SeriesKey {
    fn is_mixed_up_with(&self, other: &Self) -> bool {
        // Whether there is one at all.
        let is_same_study =
            self.study_uid == other.study_uid && !self.study_uid.reveal().is_empty();
        self.patient != other.patient && (self.series_uid == other.series_uid || is_same_study)
    }
}

impl SeriesHead {
    fn of(header: &Header) -> Self {
        let dicom = header.dicom.clone().unwrap_or_default();
        Self {
            subject: header.subject.clone(),
            modality: header.modality.clone(),
            study_description: dicom.description,
            acquired: header.acquired.clone(),
            description: dicom.series_description,
            number: dicom.series_number,
        }
    }
}
