//! What we answer: a prediction, its explanation, and what they are about.

mod reply;
mod trust;

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{disk::Sha256, warnings::Warning};

pub use self::reply::{Choice, Reply, Span};
pub use self::trust::{Adjusted, Calibration, LabelSet, SiteRef, Trust, as_entered, whole_percent};

/// Position of a label in its model's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LabelIdx(pub usize);

/// What an answer is about. Screen and every writer refuse a mismatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// SHA-256 of the file that was scored.
    pub file_sha256: Sha256,
    /// Which frame of it; 0 for a note.
    pub frame_idx: usize,
    /// Where in the frame, for a model that reads the surroundings of a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pixel>,
}

impl Subject {
    /// A file that is scored whole.
    pub const fn file(file_sha256: Sha256) -> Self {
        Self {
            file_sha256,
            frame_idx: 0,
            at: None,
        }
    }
}

/// A pixel of a frame: column and row, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pixel {
    pub x: u32,
    pub y: u32,
}

impl Pixel {
    /// Its middle, in pixel-edge coordinates.
    pub const fn center(self) -> (f32, f32) {
        (self.x as f32 + 0.5, self.y as f32 + 0.5)
    }
}

/// Which model answered. Thresholds belong to the weights hash, never to the application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ModelRef {
    pub name: String,
    pub version: String,
    pub weights_sha256: Sha256,
    /// SHA-256 of the preprocessing specification.
    pub prep_sha256: Sha256,
}

/// One model's answer about one frame or note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    pub about: Subject,
    pub model: ModelRef,
    pub app_version: String,
    /// How it was computed: `float32` or `bfloat16`, plain or fused.
    pub engine: Engine,
    /// One for each label that the model was trained for, in the model's order.
    pub scores: Vec<Score>,
    pub calibration: Calibration,
    /// For notes: how much was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<NoteRead>,
    /// For ensembles.
    #[serde(default)]
    pub uncertainty: Option<Uncertainty>,
    /// What cannot be excluded, by whose cases, and at another prevalence.
    #[serde(default)]
    pub trust: Trust,
    pub ood: Ood,
    /// Why the model had refused before it was told to answer all the same; empty for an ordinary answer. Plain
    /// clauses that name no patient.
    pub beyond_scope: Vec<String>,
    pub warnings: Vec<Warning>,
    /// Milliseconds in the network.
    pub network_ms: f32,
}

impl Prediction {
    /// The label to speak of first: the one above its operating point, else the most probable.
    pub fn primary(&self) -> LabelIdx {
        let rank = |it: &Score| (it.call == Call::Above, it.probability);
        let ranked = self.scores.iter().map(rank).enumerate();
        let best = ranked.max_by(|(_, a), (_, b)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        LabelIdx(best.map_or(0, |(label_idx, _)| label_idx))
    }

    /// The scores, those first that lie farthest above their operating points.
    pub fn by_excess(&self) -> Vec<(LabelIdx, &Score)> {
        let scores = self.scores.iter().enumerate();
        let mut order: Vec<_> = scores.map(|(idx, it)| (LabelIdx(idx), it)).collect();
        order.sort_by(|(_, a), (_, b)| b.excess().total_cmp(&a.excess()));
        order
    }
}

impl Score {
    /// How far the probability lies above the operating point; that of a class without one counts from 0.5.
    pub fn excess(&self) -> f32 {
        let threshold = self.operating_point.as_ref().map_or(0.5, |it| it.threshold);
        self.probability - threshold
    }

    /// On which side of its operating point it lies; `None` where it has none.
    pub fn is_above(&self) -> Option<bool> {
        let has_point = self.operating_point.is_some();
        has_point.then_some(matches!(self.call, Call::Above | Call::Chosen))
    }
}

/// How much of a note a network read; all of it, or there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRead {
    /// Tokens of the note, each counted once.
    pub tokens: usize,
    /// Windows that they were read in; neighbours overlap.
    pub windows: usize,
}

/// Which form of the network ran, and in which number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    pub form: Form,
    pub precision: Precision,
    pub threads: usize,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = match self.precision {
            Precision::Float32 => "float32",
            Precision::Bfloat16 => "bfloat16",
        };
        let form = match self.form {
            Form::Plain => "plain",
            Form::Fused => "fused",
        };
        let plural = if self.threads == 1 { "" } else { "s" };
        write!(f, "{precision} {form}, {} thread{plural}", self.threads)
    }
}

/// The two forms of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Ordinary operators; can be differentiated.
    Plain,
    /// Batch norm folded, channels last, prepacked oneDNN operators.
    Fused,
}

/// Number format of weights and activations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    #[default]
    Float32,
    Bfloat16,
}

/// The answer for one label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub label: String,
    /// The network's output before calibration.
    pub logit: f32,
    /// Softmax or sigmoid of the logit, as trained.
    pub raw: f32,
    /// After calibration; equal to `raw` where the model has none.
    pub probability: f32,
    /// Where the model was told to decide, if it was.
    pub operating_point: Option<OperatingPoint>,
    /// On which side of the operating point the probability lies; for one-of-many models, whether it is the most probable.
    pub call: Call,
}

/// A threshold on the calibrated probability, and how it was chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatingPoint {
    pub threshold: f32,
    /// For people: "95 % sensitivity on 935 images of 561 patients (out of fold)".
    pub chosen_by: String,
    /// Sensitivity there, with its 95 % interval.
    pub sensitivity: Option<Estimate>,
    /// Specificity there, with its 95 % interval.
    pub specificity: Option<Estimate>,
}

/// A measured figure with its 95 % interval and the number of cases behind it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub n: usize,
}

/// Above or below the operating point; never "positive" or "negative" for the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Call {
    Above,
    Below,
    /// The most probable of labels that exclude each other.
    Chosen,
    /// No operating point, or not chosen.
    None,
}

/// How far the networks of an ensemble lie apart. Entropies are in bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    pub n_members: usize,
    /// What the probabilities are of: the label to speak of first.
    pub label: String,
    /// The lowest calibrated probability of a network alone.
    pub probability_low: f32,
    /// The highest.
    pub probability_high: f32,
    /// Entropy of the networks' mean distribution: over the labels where they exclude each other, else over this label
    /// and its absence.
    pub total: f64,
    /// Mean entropy of the networks' own distributions: what they agree to be uncertain.
    pub aleatoric: f64,
    /// The rest: how far they disagree.
    pub epistemic: f64,
}

impl Uncertainty {
    /// `five networks`.
    pub fn networks(&self) -> String {
        const WORDS: [&str; 9] = [
            "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        ];
        let word = self.n_members.checked_sub(2).and_then(|it| WORDS.get(it));
        match word {
            Some(word) => format!("{word} networks"),
            None => format!("{} networks", self.n_members),
        }
    }
}

/// Whether the input looks like what the model was made for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Ood {
    /// The model brings no fit; never drawn as fine.
    Unknown,
    Within {
        distance: f32,
        limit: f32,
    },
    Outside {
        distance: f32,
        limit: f32,
    },
}

/// Why a label got its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub about: Subject,
    pub model: ModelRef,
    pub label: String,
    pub method: Method,
    /// For scans.
    pub heatmap: Option<Heatmap>,
    /// For notes: disjoint, in text order.
    pub words: Vec<WordWeight>,
    /// For series and sequences.
    pub course: Option<CourseWeights>,
    /// Integrated gradients: |sum of attributions - (logit - baseline logit)|.
    pub completeness_gap: Option<f32>,
    /// For scans: the part of the influence in favour of the label that lies in the outer tenth of what the model reads,
    /// on each side. An even map has [`EVEN_BORDER`]; much more hints at markers and borders instead of anatomy.
    pub border_share: Option<f32>,
}

/// What was left out of a course or a sequence, and how far the logit fell by it: more than 0 speaks for the label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourseWeights {
    /// Length of a cell in hours; 1 for a base of a sequence.
    pub cell_hours: usize,
    /// One for each variable that was measured, the most influential first; one for a sequence.
    pub rows: Vec<CourseRow>,
    /// What is known of the patient beside the course, by name.
    pub facts: Vec<(String, f32)>,
}

/// A variable of a course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourseRow {
    /// The variable's key; `sequence` for a sequence.
    pub variable: String,
    /// Without all of its values. For a sequence the sum of its cells.
    pub whole: f32,
    /// Without those of one cell of time; 0 where there are none.
    pub cells: Vec<f32>,
}

/// Whether a map tells what a score rests on: what it names is taken away or put back, and the score is watched.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Faithfulness {
    /// Mean probability while the picture is blurred away, most influential part first (Petsiuk et al. 2018). Low is good.
    pub deletion: Against,
    /// Mean probability while the picture comes back, most influential part first, onto a blurred one. High is good.
    pub insertion: Against,
    /// ROAD (Rong et al. 2022): half of what the least influential part leaves of the probability more than the most
    /// influential part does, over 10 to 90 % of the picture. Above 0 is good.
    pub road: Against,
}

/// A figure of a map, and the mean of the same over random maps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    pub map: f32,
    pub random: f32,
}

impl Faithfulness {
    /// How many of the three figures are better than those of random maps.
    pub fn n_passed(&self) -> usize {
        let passed = [
            self.deletion.map < self.deletion.random,
            self.insertion.random < self.insertion.map,
            self.road.random.max(0.0) < self.road.map,
        ];
        passed.iter().filter(|it| **it).count()
    }

    /// Whether all three speak for the map.
    pub fn is_faithful(&self) -> bool {
        self.n_passed() == 3
    }

    /// What was found, in a few words.
    pub fn verdict(&self) -> &'static str {
        match self.n_passed() {
            3 => "the score follows this map",
            0 => "the score does not follow this map",
            _ => "the checks of this map disagree",
        }
    }

    /// The figures as sentences.
    pub fn sentences(&self) -> [String; 2] {
        let Self {
            deletion,
            insertion,
            road,
        } = self;
        let faster = if deletion.map < deletion.random {
            "lowers the score faster than"
        } else {
            "does not lower the score faster than"
        };
        let higher = if insertion.random < insertion.map {
            "brings it back faster than"
        } else {
            "does not bring it back faster than"
        };
        [
            format!(
                "Removing what the map names {faster} removing at random: {:.2} against {:.2}.",
                deletion.map, deletion.random
            ),
            format!(
                "Showing it alone {higher} showing parts at random: {:.2} against {:.2}. ROAD {:+.2} against {:+.2}.",
                insertion.map, insertion.random, road.map, road.random
            ),
        ]
    }
}

/// Whether an explanation by parts (words, variables, bases) tells what the score rests on (ERASER: DeYoung et al. 2020,
/// <https://arxiv.org/abs/1911.03429>): probability lost, mean over the 1, 5, 10, 20 and 50 % of the parts that it puts
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// When these parts are taken away. High is good.
    pub comprehensiveness: Beside,
    /// When nothing but these parts is left. Low is good.
    pub sufficiency: Beside,
}

/// A figure of an explanation, and the mean of the same over parts at random, as many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    pub own: f32,
    pub random: f32,
}

impl Erasure {
    /// Whether both figures are better than those of parts at random.
    pub fn is_faithful(&self) -> bool {
        let Self {
            comprehensiveness,
            sufficiency,
        } = self;
        comprehensiveness.random < comprehensiveness.own && sufficiency.own < sufficiency.random
    }

    /// The figures as sentences; `parts` is what they are of, in the plural.
    pub fn sentences(&self, parts: &str) -> [String; 2] {
        let Self {
            comprehensiveness,
            sufficiency,
        } = self;
        [
            format!(
                "Taking away the {parts} that it names costs {:.2} of the probability; taking away as many at random, {:.2}.",
                comprehensiveness.own, comprehensiveness.random
            ),
            format!(
                "Leaving only these {parts} costs {:.2}; leaving as many at random, {:.2}.",
                sufficiency.own, sufficiency.random
            ),
        ]
    }
}

/// The outer tenth on each side is this part of a picture.
pub const EVEN_BORDER: f32 = 0.36;

/// Attribution methods, by their published names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Selvaraju et al. 2017.
    GradCam,
    /// Chattopadhyay et al. 2018.
    GradCamPlusPlus,
    /// Draelos and Carin 2020.
    HiResCam,
    /// Jiang et al. 2021, at the last two stages.
    LayerCam,
    /// Sundararajan et al. 2017.
    IntegratedGradients,
    /// Smilkov et al. 2017.
    SmoothGrad,
    /// Zeiler and Fergus 2014.
    Occlusion,
    /// Petsiuk et al. 2018.
    Rise,
    /// Chefer et al. 2021, for Transformers.
    Chefer,
}

impl Method {
    /// The name in print.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GradCam => "Grad-CAM",
            Self::GradCamPlusPlus => "Grad-CAM++",
            Self::HiResCam => "HiResCAM",
            Self::LayerCam => "LayerCAM",
            Self::IntegratedGradients => "integrated gradients",
            Self::SmoothGrad => "SmoothGrad",
            Self::Occlusion => "occlusion",
            Self::Rise => "RISE",
            Self::Chefer => "Chefer relevance",
        }
    }
}

/// Influence on one logit over the model's input plane, at the method's own resolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Heatmap {
    pub frame_idx: usize,
    pub width: usize,
    pub height: usize,
    /// Row by row, raw: not normalised, so that a scale bar can tell how strong it is.
    pub values: Box<[f32]>,
    /// Where the map lies: pixel-edge coordinates (0..width, 0..height) of the map to those of the scan.
    pub scan_from_heatmap: Affine2,
}

/// Axis-aligned map between two images in pixel-edge coordinates: `x' = scale_x x + offset_x`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Affine2 {
    pub scale_x: f32,
    pub scale_y: f32,
    pub offset_x: f32,
    pub offset_y: f32,
}

impl Affine2 {
    /// The map that changes nothing.
    pub const IDENTITY: Self = Self {
        scale_x: 1.0,
        scale_y: 1.0,
        offset_x: 0.0,
        offset_y: 0.0,
    };

    /// A point through the map.
    pub fn apply(self, (x, y): (f32, f32)) -> (f32, f32) {
        (
            self.scale_x * x + self.offset_x,
            self.scale_y * y + self.offset_y,
        )
    }

    /// First `self`, then `next`.
    pub fn then(self, next: Self) -> Self {
        Self {
            scale_x: next.scale_x * self.scale_x,
            scale_y: next.scale_y * self.scale_y,
            offset_x: next.scale_x * self.offset_x + next.offset_x,
            offset_y: next.scale_y * self.offset_y + next.offset_y,
        }
    }

    /// The way back. Both scales must differ from 0, as they do for every map that `prep` makes.
    pub fn inverse(self) -> Self {
        Self {
            scale_x: self.scale_x.recip(),
            scale_y: self.scale_y.recip(),
            offset_x: -self.offset_x / self.scale_x,
            offset_y: -self.offset_y / self.scale_y,
        }
    }
}

/// Influence of one word of a note on a logit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordWeight {
    /// Byte range in the note's text, on character boundaries.
    pub span: Range<usize>,
    /// Signed for integrated gradients, never negative for Chefer relevance.
    pub weight: f32,
    /// It only names a label: an answer that rests on it has read a name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names_label: bool,
}
