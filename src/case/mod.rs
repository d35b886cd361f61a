//! What the clinician brought, as plain values: a scan, notes, measurements over time, and whom they are about.

mod chart;
mod labelled;
pub mod note;
pub mod packed;
pub mod plane;
pub mod presentation;
pub mod scan;
pub mod sequence;
pub mod series;
pub mod spacing;
pub mod stack;
pub mod variable;
pub mod worklist;

pub use crate::disk::Sha256;
pub use chart::Chart;
pub use labelled::LabelledScan;
pub use note::Note;
pub use plane::Plane;
pub use presentation::Presentation;
pub use scan::{Frame, Modality, Samples, Scan, Spacing, SpacingSource, VoiFunction, Window};
pub use sequence::Sequence;
pub use series::Series;
pub use variable::Variable;

use serde::{Deserialize, Serialize};

use crate::privacy::Phi;

/// The patient, as far as the file tells. Nothing here is ever printed, logged or put in a file name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// DICOM (0010,0020).
    pub patient_id: Phi<String>,
    /// DICOM (0010,0021): who gave the number.
    pub issuer: Phi<String>,
    /// DICOM (0010,0010), alphabetic group first, as decoded with the file's character set.
    pub name: Phi<String>,
    /// DICOM (0010,0030), `YYYYMMDD`; empty where the file does not tell.
    pub birth_date: Phi<String>,
    /// DICOM (0010,1010), or worked out from birth and study date.
    pub age_years: Option<f32>,
    /// DICOM (0010,0040): `F`, `M` or `O`.
    pub sex: Option<String>,
}
