//! `Warnings`: partial trouble, passed down as a parameter and carried into the result.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// One thing that the reader of a result should know. Free of patient data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// What kind of trouble, for filters and for colour.
    pub kind: WarningKind,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// The file deviates from its standard, and how it was read.
    File,
    /// Something about the geometry is missing or assumed.
    Geometry,
    /// Grey values are lossy, clipped, padded or otherwise not what was measured.
    Pixels,
    /// The text was decoded with a guess or with loss.
    Text,
    /// The input is unlike what the model was made for.
    Scope,
    /// The model, its calibration or the engine.
    Model,
}

/// Collects warnings from a function and everything it calls; shared with child threads.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<Vec<Warning>>);

impl Warnings {
    /// Adds a warning, once.
    pub fn add(&self, kind: WarningKind, text: impl Into<String>) {
        let warning = Warning {
            kind,
            text: text.into(),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&warning) {
            all.push(warning);
        }
    }

    /// Adds those that came with a value from elsewhere.
    pub fn extend(&self, warnings: impl IntoIterator<Item = Warning>) {
        for warning in warnings {
            self.add(warning.kind, warning.text);
        }
    }

    /// All so far, in the order in which they came.
    pub fn list(&self) -> Vec<Warning> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
