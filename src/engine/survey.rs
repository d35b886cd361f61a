//! What is told of an installation: its parts, and what was found of each.

/// A part of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    Libtorch,
    DecodeWorker,
    ScriptWorker,
    Fonts,
    Display,
    /// What the window would lock by.
    Lock,
    Settings,
    Journal,
    Records,
}

impl Installed {
    /// In the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Libtorch,
        Self::DecodeWorker,
        Self::ScriptWorker,
        Self::Fonts,
        Self::Display,
        Self::Lock,
        Self::Settings,
        Self::Journal,
        Self::Records,
    ];
}

/// What was found of a part, or what is wrong with it: for whoever looks after the computer, in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub part: Installed,
    pub found: Result<String, String>,
}

/// Looks at every part of this installation; takes seconds.
pub type SurveyFn = Box<dyn FnMut() -> Vec<Check> + Send>;
