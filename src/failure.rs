//! `Failure`: trouble in words for a person: what did not happen, what to do, and the technical cause.
//!
//! One exhaustive `match` for each error: a new variant does not compile until it has words. The window tells them in its
//! language by [`InWords`]; the command line, and what it prints for programs, in English by `From`.

use serde::{Deserialize, Serialize};

use crate::{
    disk,
    import::{self, LeftOut},
    model, prep, score,
    words::{Language, Part, Words},
};

/// What a person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What did not happen.
    pub headline: String,
    /// What to do about it.
    pub remedy: String,
    /// The technical chain, to be copied into a report. Free of patient data.
    pub cause: String,
}

/// The last JSON line of a command that gave up, for whoever reads its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LastLine {
    Failed(Relayed),
}

/// A failure as another process tells it: in English for every reader, and in Chinese for a window that speaks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relayed {
    #[serde(flatten)]
    pub english: Failure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chinese: Option<Failure>,
}

impl Relayed {
    /// In all languages.
    pub fn new(error: &impl InWords) -> Self {
        Self {
            english: error.in_words(&Words::new(Language::English)),
            chinese: Some(error.in_words(&Words::new(Language::Chinese))),
        }
    }
}

impl InWords for Relayed {
    fn in_words(&self, words: &Words) -> Failure {
        let chinese = self.chinese.as_ref();
        let wanted = chinese.filter(|_| words.language() == Language::Chinese);
        wanted.unwrap_or(&self.english).clone()
    }
}

impl Failure {
    /// A failure with its words; the cause is the error's own text and those below it.
    pub fn new(
        headline: impl Into<String>,
        remedy: impl Into<String>,
        error: &dyn std::error::Error,
    ) -> Self {
        let mut cause = error.to_string();
        let mut below = error.source();
        while let Some(error) = below {
            let text = error.to_string();
            if !cause.contains(&text) {
                cause.push_str(": ");
                cause.push_str(&text);
            }
            below = error.source();
        }
        Self {
            headline: headline.into(),
            remedy: remedy.into(),
            cause,
        }
    }
}

/// Trouble that can be told in every language of the window. The cause stays in English: it is for whoever looks after the
/// computer.
pub trait InWords {
    /// Its headline and remedy in a language.
    fn in_words(&self, words: &Words) -> Failure;
}

impl<E: InWords> From<&E> for Failure {
    fn from(error: &E) -> Self {
        error.in_words(&Words::new(Language::English))
    }
}

impl InWords for disk::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::NotAFile { .. } => (
                words.say("fail-disk-not-a-file"),
                words.say("fail-disk-not-a-file-remedy"),
            ),
            Self::TooLarge { .. } => (
                words.say("fail-disk-too-large"),
                words.say("fail-disk-too-large-remedy"),
            ),
            Self::Io { action: "read", .. } => (
                words.say("fail-disk-read"),
                words.say("fail-disk-read-remedy"),
            ),
            Self::Io { .. } | Self::Unflushed { .. } => (
                words.say("fail-disk-write"),
                words.say("fail-disk-write-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for prep::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::WrongKind { .. } => (
                words.say("fail-prep-wrong-kind"),
                words.say("fail-prep-wrong-kind-remedy"),
            ),
            Self::NoSuchFrame { .. } => (
                words.say("fail-prep-no-such-frame"),
                words.say("fail-prep-no-such-frame-remedy"),
            ),
            Self::TooSmall { .. } => (
                words.say("fail-prep-too-small"),
                words.say("fail-prep-too-small-remedy"),
            ),
            Self::Colour { .. } => (
                words.say("fail-prep-colour"),
                words.say("fail-prep-colour-remedy"),
            ),
            Self::Blank { .. } => (
                words.say("fail-prep-blank"),
                words.say("fail-prep-blank-remedy"),
            ),
            Self::NoPoint { side_mm } => {
                let side = side_mm.to_string();
                return Failure::new(
                    words.say("fail-prep-point"),
                    words.say_with("fail-prep-point-remedy", &[("side", Part::from(&side))]),
                    self,
                );
            }
            Self::PointOutside { .. } => (
                words.say("fail-prep-point-outside"),
                words.say("fail-prep-point-outside-remedy"),
            ),
            Self::NoSpacing { .. } => (
                words.say("fail-prep-no-spacing"),
                words.say("fail-prep-no-spacing-remedy"),
            ),
            Self::Values { .. } => (
                words.say("fail-prep-values"),
                words.say("fail-prep-values-remedy"),
            ),
            Self::EmptyNote => (
                words.say("fail-prep-empty-note"),
                words.say("fail-prep-empty-note-remedy"),
            ),
            Self::EmptyQuestion => (
                words.say("fail-prep-empty-question"),
                words.say("fail-prep-empty-question-remedy"),
            ),
            Self::QuestionTooLong { .. } => (
                words.say("fail-prep-question-too-long"),
                words.say("fail-prep-question-too-long-remedy"),
            ),
            Self::NoteTooLong { .. } => (
                words.say("fail-prep-note-too-long"),
                words.say("fail-prep-note-too-long-remedy"),
            ),
            Self::Tokenizer { .. } | Self::Terms { .. } => (
                words.say("fail-prep-tokenizer"),
                words.say("fail-prep-tokenizer-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for model::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let again = || words.say("fail-model-again");
        let (headline, remedy) = match self {
            Self::Disk(error) => return error.in_words(words),
            Self::Prep(error) => return error.in_words(words),
            Self::Manifest { .. } => (words.say("fail-model-manifest"), again()),
            Self::Site { .. } => (
                words.say("fail-model-site"),
                words.say("fail-model-site-remedy"),
            ),
            Self::OtherModel { .. } => (
                words.say("fail-model-other-model"),
                words.say("fail-model-other-model-remedy"),
            ),
            Self::Unfit { .. } => (
                words.say("fail-model-unfit"),
                words.say("fail-model-unfit-remedy"),
            ),
            Self::Hash { .. } => (words.say("fail-model-hash"), again()),
            Self::Weights { .. } => (words.say("fail-model-weights"), again()),
            Self::LabelCount { .. } => (words.say("fail-model-label-count"), again()),
            Self::KnownAnswer { .. } => (words.say("fail-model-known-answer"), again()),
            Self::Input { .. } => (
                words.say("fail-model-input"),
                words.say("fail-model-input-remedy"),
            ),
            Self::NotFinite { .. } => (
                words.say("fail-model-not-finite"),
                words.say("fail-model-not-finite-remedy"),
            ),
            Self::Checkpoint { .. } => (
                words.say("fail-model-checkpoint"),
                words.say("fail-model-checkpoint-remedy"),
            ),
            Self::Method { .. } => (
                words.say("fail-model-method"),
                words.say("fail-model-method-remedy"),
            ),
            Self::Label { .. } => (
                words.say("fail-model-label"),
                words.say("fail-model-label-remedy"),
            ),
            Self::Engine { .. } => (
                words.say("fail-model-engine"),
                words.say("fail-model-engine-remedy"),
            ),
            Self::NotAllowed { sha256 } => {
                let hash = sha256.to_string();
                return Failure::new(
                    words.say("fail-model-not-allowed"),
                    words.say_with(
                        "fail-model-not-allowed-remedy",
                        &[("hash", Part::from(&hash))],
                    ),
                    self,
                );
            }
            Self::AllowList { .. } => (
                words.say("fail-model-allow-list"),
                words.say("fail-model-allow-list-remedy"),
            ),
            Self::NoScriptWorker { .. } => (
                words.say("fail-model-no-script-worker"),
                words.say("fail-model-no-script-worker-remedy"),
            ),
            Self::ScriptTimeout { .. } => (
                words.say("fail-model-script-timeout"),
                words.say("fail-model-script-timeout-remedy"),
            ),
            Self::ScriptDied { .. } => (
                words.say("fail-model-script-died"),
                words.say("fail-model-script-died-remedy"),
            ),
            Self::Script { .. } => (words.say("fail-model-script"), again()),
            Self::Cancelled => (
                words.say("fail-model-cancelled"),
                words.say("fail-model-cancelled-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for score::Error {
    fn in_words(&self, words: &Words) -> Failure {
        match self {
            Self::Prep(error) => error.in_words(words),
            Self::Model(error) => error.in_words(words),
            Self::OutOfScope { reasons } => Failure::new(
                words.say("fail-scope"),
                capital(&words.retell(&reasons.join("; "))) + &words.say("full-stop"),
                self,
            ),
            Self::NotOffered { reason, .. } => Failure::new(
                words.say("fail-model-method"),
                words.say_with("fail-not-offered-remedy", &[("reason", Part::from(reason))]),
                self,
            ),
            Self::WrongModel { .. } => Failure::new(
                words.say("fail-prep-wrong-kind"),
                words.say("fail-prep-wrong-kind-remedy"),
                self,
            ),
        }
    }
}

impl InWords for import::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::Disk(error) => return error.in_words(words),
            Self::Refused(refusal) => return refusal.in_words(words),
            Self::Timeout { .. } => (
                words.say("fail-import-timeout"),
                words.say("fail-import-timeout-remedy"),
            ),
            Self::Cancelled => (
                words.say("fail-import-cancelled"),
                words.say("fail-import-cancelled-remedy"),
            ),
            Self::WorkerDied { .. } => (
                words.say("fail-import-worker-died"),
                words.say("fail-import-worker-died-remedy"),
            ),
            Self::Protocol { .. } => (
                words.say("fail-import-protocol"),
                words.say("fail-import-protocol-remedy"),
            ),
            Self::NoWorker { .. } => (
                words.say("fail-import-no-worker"),
                words.say("fail-import-no-worker-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for import::Refusal {
    fn in_words(&self, words: &Words) -> Failure {
        let damaged = || words.say("fail-file-damaged");
        let (headline, remedy) = match self {
            Self::Empty => (
                words.say("fail-file-empty"),
                words.say("fail-file-empty-remedy"),
            ),
            Self::NotRecognised { .. } => (
                words.say("fail-file-not-recognised"),
                words.say("fail-file-not-recognised-remedy"),
            ),
            Self::NoPixels { .. } => (
                words.say("fail-file-no-pixels"),
                words.say("fail-file-no-pixels-remedy"),
            ),
            Self::NoText { .. } => (
                words.say("fail-file-no-text"),
                words.say("fail-file-no-text-remedy"),
            ),
            Self::Locked => (
                words.say("fail-file-locked"),
                words.say("fail-file-locked-remedy"),
            ),
            Self::UnsupportedTransferSyntax { .. } => (
                words.say("fail-file-unsupported-transfer-syntax"),
                words.say("fail-file-unsupported-transfer-syntax-remedy"),
            ),
            Self::Unsupported { .. } => (
                words.say("fail-file-unsupported"),
                words.say("fail-file-unsupported-remedy"),
            ),
            Self::LengthBeyondEnd { .. } => (words.say("fail-file-length-beyond-end"), damaged()),
            Self::NestedTooDeep { .. } => (words.say("fail-file-nested-too-deep"), damaged()),
            Self::PixelContract { .. } => (words.say("fail-file-pixel-contract"), damaged()),
            Self::Series { .. } => (
                words.say("fail-file-series"),
                words.say("fail-file-series-remedy"),
            ),
            Self::TooLarge { .. } => (
                words.say("fail-file-too-large"),
                words.say("fail-file-too-large-remedy"),
            ),
            Self::Malformed { .. } => (words.say("fail-file-malformed"), damaged()),
            Self::Codec { .. } => (words.say("fail-file-codec"), damaged()),
            Self::NotDeidentified { .. } => (
                words.say("fail-file-not-deidentified"),
                words.say("fail-file-not-deidentified-remedy"),
            ),
            Self::Defect { .. } => (
                words.say("fail-file-defect"),
                words.say("fail-file-defect-remedy"),
            ),
            Self::Abandoned => (
                words.say("fail-file-abandoned"),
                words.say("fail-file-abandoned-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for import::Notice {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::LeftOut(left_out) => {
                let what = counted(left_out, words);
                (
                    words.say("notice-left-out"),
                    words.say_with("notice-left-out-remedy", &[("what", Part::from(&what))]),
                )
            }
            Self::Nothing => (
                words.say("notice-nothing"),
                words.say("notice-nothing-remedy"),
            ),
            Self::Unreadable { .. } => (
                words.say("notice-unreadable"),
                words.say("notice-unreadable-remedy"),
            ),
            Self::TooMany { limit } => (
                words.say("notice-too-many"),
                words.say_with("notice-too-many-remedy", &[("n", Part::from(*limit))]),
            ),
            Self::TooDeep { .. } => (
                words.say("notice-too-deep"),
                words.say("notice-too-deep-remedy"),
            ),
            Self::Loops { .. } => (words.say("notice-loops"), words.say("notice-loops-remedy")),
            Self::Missing { .. } => (
                words.say("notice-missing"),
                words.say("notice-missing-remedy"),
            ),
            Self::Outside { .. } => (
                words.say("notice-outside"),
                words.say("notice-outside-remedy"),
            ),
            Self::Encrypted { .. } => (
                words.say("notice-encrypted"),
                words.say("notice-encrypted-remedy"),
            ),
            Self::Damaged { .. } => (
                words.say("notice-damaged"),
                words.say("notice-damaged-remedy"),
            ),
            Self::Bombs { .. } => (words.say("notice-bombs"), words.say("notice-bombs-remedy")),
            Self::ArchiveTooLarge { .. } => (
                words.say("notice-archive-too-large"),
                words.say("notice-archive-too-large-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

/// What was left out, kind by kind.
fn counted(left_out: &LeftOut, words: &Words) -> String {
    let n = |n: usize| [("n", Part::from(n))];
    let LeftOut {
        n_charts,
        n_without_pixels,
        n_archives,
        n_hidden,
        n_empty,
        n_others,
    } = *left_out;
    let said = [
        (n_charts, words.say_with("left-out-documents", &n(n_charts))),
        (
            n_without_pixels,
            words.say_with("left-out-without-pixels", &n(n_without_pixels)),
        ),
        (
            n_archives,
            words.say_with("left-out-archives", &n(n_archives)),
        ),
        (n_hidden, words.say_with("left-out-hidden", &n(n_hidden))),
        (n_empty, words.say_with("left-out-empty", &n(n_empty))),
        (n_others, words.say_with("left-out-others", &n(n_others))),
    ];
    let found = said.into_iter().filter(|(n, _)| 0 < *n);
    let found: Vec<String> = found.map(|(_, said)| said).collect();
    found.join(&words.say("list-comma"))
}

/// The clause as a sentence.
fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}
