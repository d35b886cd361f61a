//! A case as the arrays a model reads: [`Spec`] is data in the manifest, and one [`prepare_scan`] /
//! [`prepare_note`] / [`prepare_series`] / [`prepare_sequence`] serves training, window, command and service. Display windows never reach it.

mod crop;
pub mod layout;
pub mod note;
pub mod question;
mod resample;
mod resize;
pub mod scan;
pub mod sequence;
pub mod series;
pub mod steps;
pub mod terms;
pub mod vocabulary;
pub mod words;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::prediction::{Affine2, Pixel};

pub use self::{
    crop::Crop,
    note::{TextForm, TextSpec, Tokenizer, prepare_note},
    question::{QuestionInput, QuestionSpec, QuestionWindow, prepare_question},
    resize::Filter,
    scan::{Fit, ImageSpec, Intensity, prepare_at, prepare_scan},
    sequence::{SequenceSpec, prepare_sequence},
    series::{Fact, SeriesSpec, prepare_series},
    steps::{Centre, Step},
    terms::{Term, TermKind, Terms},
};

/// How a case becomes a model's input. Its canonical JSON is hashed into every result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Spec {
    Image(ImageSpec),
    Text(TextSpec),
    Question(QuestionSpec),
    Series(SeriesSpec),
    Sequence(SequenceSpec),
}

impl Spec {
    /// What is read around a point, by a model that reads no whole picture.
    pub const fn crop(&self) -> Option<Crop> {
        match self {
            Self::Image(spec) => spec.crop,
            Self::Text(_) | Self::Question(_) | Self::Series(_) | Self::Sequence(_) => None,
        }
    }

    /// Whether the slices next to one are read with it.
    pub fn reads_neighbours(&self) -> bool {
        self.crop().is_some_and(|it| it.neighbours)
    }
}

/// What a model reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Image(ImageInput),
    Text(TextInput),
    Steps(StepInput),
}

/// One picture as `[channels, height, width]`, normalised as the specification says; no NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageInput {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub values: Vec<f32>,
    /// Pixel-edge coordinates of the input to those of the scan.
    pub scan_from_input: Affine2,
}

/// One note as token windows of at most the model's length, in text order, with `[CLS]` and `[SEP]` in each.
#[derive(Clone, Debug, PartialEq)]
pub struct TextInput {
    pub windows: Vec<TokenWindow>,
    /// Byte ranges of the words of the note, in text order: what attributions are merged to.
    pub words: Vec<Range<usize>>,
    /// The terms that the model knows, for one that counts them; else empty.
    pub terms: Vec<Term>,
}

/// Something that goes on in steps: hours of a patient's course, bases of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct StepInput {
    pub n_steps: usize,
    pub n_channels: usize,
    /// Step by step, one for each channel; NaN where nothing was measured.
    pub values: Vec<f32>,
    /// What holds for all steps; NaN where it is not known.
    pub facts: Vec<f32>,
}

impl StepInput {
    /// The same, with steps at the end in which nothing is measured, or ended early.
    pub fn lasting(&self, n_steps: usize) -> Self {
        let mut input = self.until(n_steps);
        input.values.resize(n_steps * self.n_channels, f32::NAN);
        Self { n_steps, ..input }
    }

    /// The same, ended after `n_steps`.
    pub fn until(&self, n_steps: usize) -> Self {
        let n_steps = n_steps.min(self.n_steps);
        let n_values = n_steps * self.n_channels;
        Self {
            n_steps,
            values: self.values.iter().take(n_values).copied().collect(),
            ..self.clone()
        }
    }
}

/// One stretch of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWindow {
    pub ids: Vec<i64>,
    /// For each token the word it belongs to (position in [`TextInput::words`]); `None` for `[CLS]`, `[SEP]` and
    /// what belongs to no word, such as punctuation.
    pub word_idx: Vec<Option<usize>>,
}

/// Why a case cannot become an input.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted {want}, found {found}")]
    WrongKind {
        want: &'static str,
        found: &'static str,
    },
    #[error("wanted frame {frame_idx}, found {n_frames} frames")]
    NoSuchFrame { frame_idx: usize, n_frames: usize },
    #[error("wanted an image of at least {want} x {want} pixels, found {width} x {height}")]
    TooSmall {
        want: usize,
        width: usize,
        height: usize,
    },
    #[error("wanted a grey picture, found colour in {percent} % of its pixels")]
    Colour { percent: u32 },
    #[error("wanted grey values that differ, found {found}")]
    Blank { found: &'static str },
    #[error("wanted {want}, found {found}")]
    Values { want: String, found: String },
    #[error("wanted a point to read {side_mm} mm around, found none")]
    NoPoint { side_mm: f32 },
    #[error(
        "wanted a point within the {width} x {height} pixels of the frame, found column {}, row {}",
        at.x,
        at.y
    )]
    PointOutside {
        at: Pixel,
        width: usize,
        height: usize,
    },
    #[error("wanted the distance of pixels in the patient, in mm, found {found}")]
    NoSpacing { found: &'static str },
    #[error("wanted a note with words, found none")]
    EmptyNote,
    #[error("wanted a question with words, found none")]
    EmptyQuestion,
    #[error("wanted a question of at most {limit} tokens, found {found}")]
    QuestionTooLong { limit: usize, found: usize },
    #[error("wanted a note of at most {limit} tokens, found {found}")]
    NoteTooLong { limit: usize, found: usize },
    #[error("wanted a tokenizer file that the tokenizers crate reads: {cause}")]
    Tokenizer { cause: String },
    #[error("wanted a list of terms, found an error: {cause}")]
    Terms { cause: String },
}
