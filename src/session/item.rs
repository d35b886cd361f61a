//! One open scan, note or sequence, with what was asked about it and what came back.

use std::{cell::OnceCell, collections::BTreeMap, path::PathBuf, sync::Arc};

use super::{Kind, Loading, Marks, PatientId, SeriesItem, View, opinion::Answer};
use crate::{
    case::{
        Note, Scan, Sequence,
        stack::{SeriesKey, SliceId},
    },
    engine::{JobId, NoteParts, NoteReply, Running, Target, forms},
    failure::Failure,
    model::Manifest,
    prediction::{Call, Explanation, Faithfulness, LabelIdx, Method, Pixel, Prediction, Score},
    prep::TextForm,
    privacy::Phi,
    render::{Look, Pyramid, first_look, presets},
};

/// Names an open item; never used again after it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u64);

/// An open file.
#[derive(Debug)]
pub struct Item {
    pub id: ItemId,
    /// File name, for a clinician's eyes.
    pub name: Phi<String>,
    /// Where it was read.
    pub path: Phi<PathBuf>,
    /// What a person gave to have it opened: itself, a folder or an archive.
    pub(super) given: Phi<PathBuf>,
    /// Whose page it stands on.
    pub patient: PatientId,
    /// When it was opened, in milliseconds since 1970.
    pub(super) opened_ms: i64,
    /// Greater is later: when it was shown last.
    pub shown: u64,
    /// The records know of it.
    pub(super) is_told: bool,
    pub content: Content,
}

impl Item {
    /// What was asked about what is on screen of it.
    pub fn reading(&self) -> Option<&Reading> {
        match &self.content {
            Content::Scan(it) => it.reading(),
            Content::Note(it) => Some(&it.reading),
            Content::Series(it) => Some(&it.reading),
            Content::Sequence(it) => Some(&it.reading),
        }
    }

    /// The frames that the reader said something of; 0 where there is but one.
    pub(super) fn opinions(&self) -> Vec<(ItemId, usize)> {
        let of = |reading: &Reading| !reading.opinions.is_empty();
        let frames: Vec<usize> = match &self.content {
            Content::Scan(it) => {
                let said = it.readings.iter().chain(&it.beside);
                said.filter(|it| of(it.1)).map(|it| *it.0).collect()
            }
            Content::Note(it) => of(&it.reading).then_some(0).into_iter().collect(),
            Content::Series(it) => of(&it.reading).then_some(0).into_iter().collect(),
            Content::Sequence(it) => of(&it.reading).then_some(0).into_iter().collect(),
        };
        frames.into_iter().map(|it| (self.id, it)).collect()
    }

    /// The answer, if it is about what is on screen.
    pub fn prediction(&self) -> Option<&Prediction> {
        match &self.content {
            Content::Scan(it) => it.prediction(),
            Content::Note(it) => it.prediction(),
            Content::Series(it) => it.prediction(),
            Content::Sequence(it) => it.prediction(),
        }
    }
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    Scan(Box<ScanItem>),
    Note(Box<NoteItem>),
    Series(Box<SeriesItem>),
    Sequence(Box<SequenceItem>),
}

impl Content {
    /// What kind it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Scan(_) => Kind::Scan,
            Self::Note(_) => Kind::Note,
            Self::Series(_) => Kind::Series,
            Self::Sequence(_) => Kind::Sequence,
        }
    }
}

/// A scan and how it is looked at.
#[derive(Debug)]
pub struct ScanItem {
    pub scan: Arc<Scan>,
    /// Where it belongs, if it says so.
    pub(super) series: Option<SeriesKey>,
    pub view: View,
    /// Of the frame on screen, while it is.
    pyramid: OnceCell<Pyramid>,
    /// See [`Self::presets`].
    presets: OnceCell<Vec<Look>>,
    /// One for each frame that was scored.
    pub readings: BTreeMap<usize, Reading>,
    /// What another model was asked about a frame, to be held against the first.
    pub beside: BTreeMap<usize, Reading>,
    /// What was pointed at in each frame.
    pub points: BTreeMap<usize, Pixel>,
    /// What was drawn on each frame.
    pub marks: Marks,
}

/// A note.
#[derive(Debug)]
pub struct NoteItem {
    pub note: Arc<Note>,
    /// What it looks like; models for other texts are not offered first.
    pub forms: Vec<TextForm>,
    pub reading: Reading,
    /// What rules find in it.
    pub parts: Loading<Arc<NoteParts>>,
    /// To the last question that was asked of it.
    pub reply: Loading<Arc<NoteReply>>,
}

/// A nucleotide sequence.
#[derive(Debug)]
pub struct SequenceItem {
    pub sequence: Arc<Sequence>,
    pub reading: Reading,
}

/// What was asked about one frame or note.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub model: Option<Arc<Manifest>>,
    /// As the chosen site and the entered prevalence have it.
    pub prediction: Loading<Prediction>,
    /// As the model gave it, to be read anew when another site is chosen.
    pub(crate) answered: Option<Prediction>,
    /// The model refused it as out of scope, and could be told to answer all the same.
    pub is_refused: bool,
    /// The label that is explained.
    pub label: Option<LabelIdx>,
    pub method: Option<Method>,
    pub explanation: Loading<Arc<Explanation>>,
    /// Whether the score follows the map that is shown, if that was asked.
    pub check: Loading<Faithfulness>,
    /// For a series: the answer as it was after each step.
    pub running: Loading<Running>,
    /// Of several places that the map holds, the one that the reader was led to.
    pub place: Option<usize>,
    /// The slices on both sides that the model read as well.
    pub(super) neighbours: Option<[Option<SliceId>; 2]>,
    /// The reader's own answers, by class.
    pub opinions: BTreeMap<String, Opinion>,
}

impl Reading {
    /// Whether something was asked that a job still answers.
    pub(super) fn waits_for(&self, id: JobId) -> bool {
        let waiting = [
            self.prediction.waiting(),
            self.explanation.waiting(),
            self.check.waiting(),
            self.running.waiting(),
        ];
        waiting.contains(&Some(id))
    }

    /// What is still being asked.
    pub(super) fn waiting(&self) -> Option<JobId> {
        let of_map = || self.explanation.waiting().or(self.check.waiting());
        self.prediction.waiting().or_else(of_map)
    }

    /// No answer will come to a question.
    pub(super) fn end(&mut self, id: JobId, failure: Option<&Failure>) {
        self.prediction.end(id, failure);
        self.explanation.end(id, failure);
        self.check.end(id, failure);
        self.running.end(id, failure);
    }

    /// The class that the reader sees explained, and that their word is about.
    pub fn class(&self) -> Option<&str> {
        let prediction = self.prediction.ready()?;
        let label = self.label.unwrap_or_else(|| prediction.primary());
        Some(&prediction.scores.get(label.0)?.label)
    }

    /// The reader's word on that class.
    pub fn opinion(&self) -> Option<&Opinion> {
        self.opinions.get(self.class()?)
    }
}

/// The reader's word on an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub answer: Answer,
    /// Why, as typed so far.
    pub reason: Phi<String>,
    /// Why, as the records were told.
    pub(super) kept: Phi<String>,
}

impl Opinion {
    /// Without a reason so far.
    pub(super) fn new(answer: Answer) -> Self {
        Self {
            answer,
            reason: Phi::default(),
            kept: Phi::default(),
        }
    }
}

impl ScanItem {
    /// A scan at its first frame, in its first window.
    pub fn new(scan: Scan) -> Option<Self> {
        if scan.n_frames() == 0 {
            return None;
        }
        Some(Self {
            series: SeriesKey::of(&scan.header),
            view: View::new(first_look(&scan, 0)),
            scan: Arc::new(scan),
            pyramid: OnceCell::new(),
            presets: OnceCell::new(),
            readings: BTreeMap::new(),
            beside: BTreeMap::new(),
            points: BTreeMap::new(),
            marks: Marks::default(),
        })
    }

    /// The SOP instance UID of an image that has one.
    pub fn instance_uid(&self) -> Option<&Phi<String>> {
        let uid = &self.scan.header.dicom.as_ref()?.instance_uid;
        // Only whether there is one.
        (!uid.reveal().is_empty()).then_some(uid)
    }

    /// Puts a frame on screen; the last one where there are fewer.
    pub(super) fn show_frame(&mut self, frame_idx: usize) {
        let frame_idx = frame_idx.min(self.scan.n_frames().saturating_sub(1));
        if frame_idx != self.view.frame_idx {
            self.view.frame_idx = frame_idx;
            self.rest();
        }
    }

    /// The frame on screen, at several sizes.
    pub fn pyramid(&self) -> &Pyramid {
        self.pyramid.get_or_init(|| {
            let frame = self.scan.frame(self.view.frame_idx);
            Pyramid::new(frame.unwrap_or_default())
        })
    }

    /// Screen pixels for each pixel of the scan, across and down, in a viewport of so many: they differ where the scan's
    /// pixels are not square.
    pub fn scale_in(&self, (width, height): (f32, f32)) -> (f32, f32) {
        let frame = self.pyramid().frame();
        let ratio = self.scan.header.aspect();
        let (across, down) = if self.view.turn.is_sideways() {
            (height, width)
        } else {
            (width, height)
        };
        let fit = (across / frame.width as f32).min(down / (frame.height as f32 * ratio));
        let scale = (fit * self.view.zoom).max(f32::MIN_POSITIVE);
        (scale, scale * ratio)
    }

    /// What digit keys choose, in order.
    pub fn presets(&self) -> &[Look] {
        self.presets.get_or_init(|| presets(&self.scan))
    }

    /// Offers what another scan offers.
    pub(super) fn offer(&mut self, presets: &[Look]) {
        self.presets = OnceCell::from(presets.to_vec());
    }

    /// Shows another picture of its size.
    pub(super) fn take(&mut self, scan: Scan) {
        self.scan = Arc::new(scan);
        self.pyramid.take();
    }

    /// Lets go of what is needed on screen only.
    pub(super) fn rest(&mut self) {
        self.pyramid.take();
        self.presets.take();
    }

    /// What was asked about the frame on screen. An answer about anything else is not returned.
    pub fn reading(&self) -> Option<&Reading> {
        self.readings.get(&self.view.frame_idx)
    }

    /// The frame on screen, as a question.
    pub fn target(&self) -> Target {
        self.target_of(self.view.frame_idx)
    }

    /// A frame, as a question.
    pub(super) fn target_of(&self, frame_idx: usize) -> Target {
        Target::Scan {
            scan: self.scan.clone(),
            frame_idx,
            at: self.points.get(&frame_idx).copied(),
            neighbours: None,
        }
    }

    /// The point on screen, for a model that reads around one.
    pub fn point(&self) -> Option<Pixel> {
        self.points.get(&self.view.frame_idx).copied()
    }

    /// The prediction about the frame on screen: its identity is checked once more where it is drawn.
    pub fn prediction(&self) -> Option<&Prediction> {
        let prediction = self.reading()?.prediction.ready()?;
        (prediction.about == self.target().subject()).then_some(prediction)
    }

    /// The answer of the other model about the frame on screen, likewise.
    pub(super) fn prediction_beside(&self) -> Option<&Prediction> {
        let reading = self.beside.get(&self.view.frame_idx)?;
        let prediction = reading.prediction.ready()?;
        (prediction.about == self.target().subject()).then_some(prediction)
    }

    /// The score of the label that is explained.
    pub fn explained_score(&self) -> Option<&Score> {
        let label = self.reading()?.label?;
        self.prediction()?.scores.get(label.0)
    }

    /// The explanation of the frame on screen, likewise.
    pub fn explanation(&self) -> Option<&Arc<Explanation>> {
        let explanation = self.reading()?.explanation.ready()?;
        (explanation.about == self.target().subject()).then_some(explanation)
    }
}

impl NoteItem {
    /// A note that nothing was asked about.
    pub fn new(note: Note) -> Self {
        Self {
            forms: forms(&note),
            note: Arc::new(note),
            reading: Reading::default(),
            parts: Loading::Empty,
            reply: Loading::Empty,
        }
    }

    /// The note, as a question.
    pub fn target(&self) -> Target {
        Target::Note(self.note.clone())
    }

    /// The prediction, if it is about this note.
    pub fn prediction(&self) -> Option<&Prediction> {
        self.reading
            .prediction
            .ready()
            .filter(|it| it.about == self.target().subject())
    }

    /// The explanation, if it is about this note.
    pub fn explanation(&self) -> Option<&Arc<Explanation>> {
        self.reading
            .explanation
            .ready()
            .filter(|it| it.about == self.target().subject())
    }
}

impl SequenceItem {
    /// A sequence that nothing was asked about.
    pub fn new(sequence: Sequence) -> Self {
        Self {
            sequence: Arc::new(sequence),
            reading: Reading::default(),
        }
    }

    /// The sequence, as a question.
    pub fn target(&self) -> Target {
        Target::Sequence(self.sequence.clone())
    }

    /// The prediction, if it is about this sequence.
    pub fn prediction(&self) -> Option<&Prediction> {
        let found = self.reading.prediction.ready();
        found.filter(|it| it.about == self.target().subject())
    }

    /// The explanation, if it is about this sequence.
    pub fn explanation(&self) -> Option<&Arc<Explanation>> {
        let found = self.reading.explanation.ready();
        found.filter(|it| it.about == self.target().subject())
    }
}

/// The label to explain first: the most probable above its operating point, else one that has an operating point,
/// else the most probable.
pub(crate) fn primary_label(prediction: &Prediction) -> Option<LabelIdx> {
    let best = |wanted: &dyn Fn(&crate::prediction::Score) -> bool| {
        let wanted = prediction
            .scores
            .iter()
            .enumerate()
            .filter(|(_, it)| wanted(it));
        wanted
            .max_by(|(_, a), (_, b)| a.probability.total_cmp(&b.probability))
            .map(|(idx, _)| LabelIdx(idx))
    };
    best(&|it| it.call == Call::Above)
        .or_else(|| best(&|it| it.operating_point.is_some()))
        .or_else(|| best(&|_| true))
}
