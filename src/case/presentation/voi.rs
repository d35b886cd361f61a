//! The curve from the values of the modality to the display, as a window or as a table, PS3.3 C.11.2.

use serde::{Deserialize, Serialize};

use super::Reference;
use crate::{case::Window, privacy::Phi};

/// Curves for images; a reader may choose one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voi {
    /// None means all that the object names.
    pub references: Vec<Reference>,
    /// At least one.
    pub curves: Vec<VoiCurve>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiCurve {
    Window(Window),
    Table(VoiTable),
}

/// A curve by its values, PS3.3 C.11.2.1.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiTable {
    /// The value of the modality (after rescale) that the first entry is for.
    pub first: i32,
    /// At least one.
    pub entries: Vec<u16>,
    /// Of an entry, 1 to 16: the brightest is `2^bits - 1`.
    pub bits: u16,
    /// (0028,3003)
    pub name: Phi<String>,
}
