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

impl VoiTable {
    /// Brightness 0..1 of a value. Beyond its ends a table holds its end values; padding (NaN) is black.
    pub fn brightness(&self, value: f32) -> f32 {
        if value.is_nan() {
            return 0.0;
        }
        let last = self.entries.len().saturating_sub(1);
        let at = (value.round() - self.first as f32).max(0.0) as usize;
        let entry = self.entries.get(at.min(last)).copied().unwrap_or(0);
        let full = (1_u32 << self.bits.min(16)) - 1;
        (f32::from(entry) / full.max(1) as f32).min(1.0)
    }
}
