//! Pictures that come with what is true of them, as archives for training have them.

use super::Scan;

/// A part of an archive: a frame for each picture, and a label for each frame.
#[derive(Clone, Debug)]
pub struct LabelledScan {
    /// `train`, `val` or `test`.
    pub name: String,
    pub scan: Scan,
    /// As many as there are frames.
    pub labels: Vec<i64>,
}
