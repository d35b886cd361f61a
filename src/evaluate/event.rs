//! What `wardlight evaluate --lines` tells while it works: one JSON line each, read back by the window.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// How far the run is; now and then, and at the start of each stage.
    Progress {
        stage: String,
        /// Images of this stage.
        done: usize,
        total: usize,
        /// Of this stage, once that can be told.
        seconds_left: Option<f64>,
    },
    /// The report lies in this folder; the last line of a run that went well.
    Written { folder: PathBuf },
}
