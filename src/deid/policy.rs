//! `Policy`: the profile and its options, as data that can be saved and shown.

use serde::{Deserialize, Serialize};

/// What becomes of dates and times, PS3.15 E.3.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dates {
    /// Removed or replaced, as the Basic profile says.
    Remove,
    /// Every date of a patient is moved by the same number of days, so that intervals are kept (modified dates).
    Shift,
    /// Kept (full dates).
    Keep,
}

/// What becomes of a picture of a head, from which a face can be rebuilt, PS3.15 E.3.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Faces {
    /// It is refused: nothing here removes a face.
    Refuse,
    /// A person takes the risk, for this reason, which is written into the report.
    Accept { reason: String },
}

/// The Basic Application Level Confidentiality Profile and its options, PS3.15 E.2 and E.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Pictures are held until somebody has looked for text in them (E.3.1).
    pub clean_pixel_data: bool,
    pub faces: Faces,
    /// Graphics are cleaned instead of replaced (E.3.3). Overlays and curves go in either case: their bits may be text.
    pub clean_graphics: bool,
    /// The content of reports is cleaned item by item instead of replaced (E.3.4).
    pub clean_structured_content: bool,
    /// Descriptions are cleaned instead of removed (E.3.5).
    pub clean_descriptors: bool,
    pub dates: Dates,
    /// Sex, age, size, weight and the like stay; an age over 89 becomes 90 (E.3.7).
    pub retain_patient_characteristics: bool,
    /// What tells the device stays (E.3.8).
    pub retain_device: bool,
    /// UIDs stay (E.3.9).
    pub retain_uids: bool,
    /// Private attributes that the standard lists as safe stay (E.3.10).
    pub retain_safe_private: bool,
    /// What tells the institution stays (E.3.11).
    pub retain_institution: bool,
}

impl Policy {
    /// The Basic profile alone.
    pub const BASIC: Self = Self {
        clean_pixel_data: false,
        faces: Faces::Refuse,
        clean_graphics: false,
        clean_structured_content: false,
        clean_descriptors: false,
        dates: Dates::Remove,
        retain_patient_characteristics: false,
        retain_device: false,
        retain_uids: false,
        retain_safe_private: false,
        retain_institution: false,
    };
}

impl Default for Policy {
    /// What research needs and no more: descriptions and reports are what a model is taught by, intervals between studies
    /// what a course is made of. Sex and age stay because a set that hides them hides its bias, and because a scope is
    /// judged by age; no single one of them tells who somebody is once dates, places and numbers are gone.
    fn default() -> Self {
        Self {
            clean_pixel_data: true,
            clean_graphics: true,
            clean_structured_content: true,
            clean_descriptors: true,
            dates: Dates::Shift,
            retain_patient_characteristics: true,
            ..Self::BASIC
        }
    }
}
