//! Answers that carry in their numbers whom they were worked out for, and what is wrong with what the window draws of them.
//!
//! The check does not ask the session what belongs to what. It knows a file by the path that stands beside it, and works out
//! from file, frame, point, model, label and method on screen which numbers must be seen there.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use wardlight::{
    case::{
        Modality, Note, Presentation, Samples, Scan, Series, Spacing, SpacingSource, Subject as Of,
        Variable,
        presentation::{
            Content as Over, Reference, Segment, SegmentFrame, Segmentation, SegmentationKind,
        },
        scan::{DicomHeader, FrameHeader, Place},
        series::{Collector, SeriesFormat},
        stack::Neighbour,
        worklist::Row,
    },
    disk::Sha256,
    engine::{AtHour, JobId, NoteAnswer, NoteParts, NoteReply, Running, Spoken, Target},
    failure::Failure,
    import::Opened,
    language::{SectionKind, Status},
    measure::{Point, Shape},
    model::Manifest,
    prediction::{
        Affine2, Against, Call, CourseRow, CourseWeights, Engine, Explanation, Faithfulness, Form,
        Heatmap, LabelIdx, Method, Ood, Pixel, Precision, Prediction, Score, Subject, Trust,
        WordWeight,
    },
    prep::{Crop, SeriesSpec, Spec},
    privacy::Phi,
    session::{
        Answer, Asked, Content, Draft, Item, ItemId, Loading, Module, Page, Reading, ScanItem,
        Source, State,
    },
};

use crate::{fake, prep};

/// Every file that may be opened: films of one to three frames, slices of three series, notes, courses.
pub(crate) const FILES: [usize; 25] = [
    0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 40, 41, 42, 50, 51,
];
/// Objects that lie over slices, or over one frame of a film.
pub(crate) const OBJECTS: [usize; 3] = [60, 61, 62];
/// Width and height of every frame.
const EDGE: usize = 4;

/// A number of anything.
pub(crate) fn code(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The same as a share of 1, which an `f32` holds exactly.
fn share(of: impl Hash) -> f32 {
    (code(of) >> 40) as f32 / (1_u32 << 24) as f32
}

/// The same as words of a failure.
pub(crate) fn mark(of: impl Hash) -> String {
    format!("mark {:016x}", code(of))
}

/// The identity of a file.
pub(crate) fn sha(number: usize) -> Sha256 {
    Sha256::of(format!("file {number}").as_bytes())
}

/// The folder that a file lies in.
pub(crate) fn folder(number: usize) -> PathBuf {
    let name = match number {
        0..=9 => "films",
        10..=15 | 33 => "one",
        20..=25 => "two",
        30..=32 => "other",
        40..=49 => "notes",
        50..=59 => "courses",
        _ => "objects",
    };
    Path::new("/files").join(name)
}

/// Where a file lies.
pub(crate) fn path(number: usize) -> PathBuf {
    folder(number).join(number.to_string())
}

/// The file that lies at a path.
pub(crate) fn number(path: &Path) -> usize {
    path.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

/// What every pixel of a frame is.
fn pixel(number: usize, frame_idx: usize) -> f32 {
    match number {
        // The first slice of the first series, sent again.
        33 => 155.0,
        _ => (10 * number + frame_idx) as f32,
    }
}

/// The least and the greatest pixel of the series of a slice.
fn band(number: usize) -> [f32; 2] {
    match number {
        10..=15 | 33 => [100.0, 155.0],
        20..=25 => [200.0, 250.0],
        _ => [300.0, 320.0],
    }
}

/// The SOP instance UID of a file.
fn instance(number: usize) -> Phi<String> {
    let number = if number == 33 { 10 } else { number };
    Phi::new(format!("1.2.3.{number}"))
}

/// Two patients who share a number and a name; another hospital gave the number of the second.
fn patient(is_second: bool) -> Of {
    let text = |it: &str| Phi::new(it.to_owned());
    Of {
        patient_id: text("4711"),
        name: text("LI^WEI"),
        issuer: text(if is_second { "H2" } else { "H1" }),
        birth_date: text(if is_second { "19710101" } else { "19700101" }),
        ..Of::default()
    }
}

/// What the decoder makes of a file.
pub(crate) fn opened(number: usize) -> Opened {
    match number {
        40..=49 => Opened::Chart(note(number).into()),
        50..=59 => Opened::Chart(course(number).into()),
        _ => Opened::Scan(scan(number)),
    }
}

fn note(number: usize) -> Note {
    Note {
        file_sha256: sha(number),
        ..Note::plain(format!("Note {number}. No fever."))
    }
}

fn course(number: usize) -> Series {
    let mut collector = Collector::default();
    let variable = Variable::of_key("heart_rate").unwrap();
    for hours in [0.5, 3.5, 7.5] {
        collector.add(variable, hours, 80.0, variable.unit());
    }
    let mut series = Series::new(sha(number), SeriesFormat::CsvLong, collector.finish());
    series.subject = patient(number == 51);
    series
}

fn scan(number: usize) -> Scan {
    let n_frames = match number {
        0 | 3 => 3,
        2 => 2,
        _ => 1,
    };
    let frame = |idx: usize| {
        let samples = Samples::Gray(vec![pixel(number, idx); EDGE * EDGE].into());
        prep::scan(EDGE, EDGE, samples)
    };
    let mut header = frame(0).header;
    header.file_sha256 = sha(number);
    header.pixels.n_frames = n_frames;
    header.subject = patient(matches!(number, 2 | 30..=32));
    header.spacing = Some(Spacing {
        row_mm: 1.0,
        column_mm: 1.0,
        source: SpacingSource::Patient,
    });
    let (date, slice) = match number {
        1 => ("2025-01-05", None),
        3 => ("2026-10-20", None),
        33 => ("2026-11-21", Some(("1", 0.0))),
        10..=15 => ("2026-11-21", Some(("1", 2.0 * (number - 10) as f64))),
        20..=25 => ("2026-09-01", Some(("2", 2.0 * (number - 20) as f64 + 1.0))),
        // The second patient's carry the numbers of the first one's series.
        30..=32 => ("2026-11-21", Some(("1", 2.0 * (number - 30) as f64))),
        _ => ("2026-11-20", None),
    };
    header.acquired = Phi::new(Some(format!("{date} 09:00")));
    let mut dicom = DicomHeader {
        instance_uid: instance(number),
        ..DicomHeader::default()
    };
    header.modality = Modality::Cr;
    if let Some((series, z_mm)) = slice {
        header.modality = Modality::Ct;
        dicom.series_uid = Phi::new(format!("1.2.3.{series}"));
        dicom.frame_of_reference_uid = Phi::new("1.2.3.9".to_owned());
        dicom.frames = vec![FrameHeader {
            place: Place::parse([0.0, 0.0, z_mm], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            ..FrameHeader::default()
        }];
    }
    header.dicom = Some(dicom);
    let frames = (0..n_frames).filter_map(|it| frame(it).frame(0));
    let frames = frames.collect();
    Scan::new(header, frames)
}

/// An object that lies over two slices, or over the second frame of a film; each of its segments says over what.
pub(crate) fn object(number: usize) -> Presentation {
    let over = match number {
        60 => vec![(10, None), (12, None)],
        61 => vec![(21, None), (30, None)],
        _ => vec![(0, Some(1))],
    };
    let segment = |(idx, (of, frame_idx)): (usize, &(usize, Option<u32>))| Segment {
        number: idx as u16 + 1,
        label: Phi::new(over_name(*of, *frame_idx)),
        description: Phi::default(),
        property: Phi::default(),
        algorithm: String::new(),
        colour: None,
    };
    let frame = |(segment_idx, (of, frame_idx)): (usize, &(usize, Option<u32>))| SegmentFrame {
        segment_idx,
        sources: vec![Reference {
            instance_uid: instance(*of),
            frame_idxs: frame_idx.iter().copied().collect(),
        }],
        plane: None,
        values: vec![0xFF; EDGE * EDGE / 8].into(),
    };
    Presentation {
        file_sha256: sha(number),
        instance_uid: instance(number),
        content: Over::Segmentation(Segmentation {
            kind: SegmentationKind::Binary,
            width: EDGE,
            height: EDGE,
            segments: over.iter().enumerate().map(segment).collect(),
            frames: over.iter().enumerate().map(frame).collect(),
        }),
        warnings: Vec::new(),
    }
}

fn over_name(number: usize, frame_idx: Option<u32>) -> String {
    // For the walk alone: no patient has this number.
    let uid = instance(number).reveal().clone();
    format!("over {uid}, frame {frame_idx:?}")
}

/// A stroke that says on which frame it was drawn.
pub(crate) fn stroke(number: usize, frame_idx: usize, salt: u64) -> Shape {
    let place = |of: u64| 4.0 * f64::from(share(of));
    let [a, b] = stroke_ends(number, frame_idx);
    Shape::Length([Point::new(a, place(salt)), Point::new(b, place(salt + 1))])
}

fn stroke_ends(number: usize, frame_idx: usize) -> [f64; 2] {
    ["from", "to"].map(|it| 4.0 * f64::from(share((number, frame_idx, it))))
}

/// A point that says in which frame it was set.
pub(crate) fn point(number: usize, frame_idx: usize, salt: u32) -> Pixel {
    Pixel {
        x: number as u32,
        y: 8 * frame_idx as u32 + salt % 8,
    }
}

/// Models of every kind; their names tell them apart.
pub(crate) fn models() -> Vec<Arc<Manifest>> {
    let scan = fake::chest_manifest;
    let mut at_point = scan();
    if let Spec::Image(spec) = &mut at_point.prep {
        spec.crop = Some(Crop {
            side_mm: 2.0,
            neighbours: true,
        });
    }
    let mut of_courses = scan();
    of_courses.prep = Spec::Series(SeriesSpec {
        hours: 8,
        step_hours: 1,
        variables: vec![Variable::of_key("heart_rate").unwrap()],
        logarithms: Vec::new(),
        facts: Vec::new(),
    });
    let note = fake::note_manifest;
    let named = [
        ("scan one", scan()),
        ("scan two", scan()),
        ("scan at a point", at_point),
        ("note one", note()),
        ("note two", note()),
        ("course", of_courses),
    ];
    let named = named.map(|(name, mut manifest)| {
        name.clone_into(&mut manifest.name);
        name.clone_into(&mut manifest.title);
        manifest.weights.sha256 = Sha256::of(name.as_bytes());
        Arc::new(manifest)
    });
    named.to_vec()
}

/// The files of the slices on both sides that a model read as well.
type Near = Option<[Option<usize>; 2]>;

/// Those that a question names.
pub(crate) fn near_ids(target: &Target) -> Near {
    let Target::Scan {
        scan,
        neighbours: Some(neighbours),
        ..
    } = target
    else {
        return None;
    };
    let file = |it: &Neighbour| {
        let found = it.scan(scan).header.file_sha256;
        FILES.into_iter().find(|it| sha(*it) == found).unwrap()
    };
    Some([&neighbours.before, &neighbours.behind].map(|it| it.as_ref().map(file)))
}

/// Those that a model looks at.
pub(crate) fn near(target: &Target, model: &Manifest) -> Near {
    near_ids(target).filter(|_| model.prep.reads_neighbours())
}

/// The series of a slice, and where it lies along it.
fn height(number: usize) -> Option<(u8, f64)> {
    match number {
        33 => Some((1, 0.0)),
        10..=15 => Some((1, 2.0 * (number - 10) as f64)),
        20..=25 => Some((2, 2.0 * (number - 20) as f64)),
        30..=32 => Some((3, 2.0 * (number - 30) as f64)),
        _ => None,
    }
}

/// An answer; `run` tells one from another about the same.
pub(crate) fn prediction((about, near): (Subject, Near), model: &Manifest, run: u32) -> Prediction {
    let scores = model.labels.iter().map(|it| {
        let probability = share((about, near, &model.name, &it.name, "score"));
        let point = it.operating_point.as_ref().map(|it| it.threshold);
        Score {
            label: it.name.clone(),
            logit: 0.0,
            raw: probability,
            probability,
            operating_point: it.operating_point.clone(),
            call: if point.is_some_and(|it| it <= probability) {
                Call::Above
            } else {
                Call::None
            },
        }
    });
    Prediction {
        about,
        model: model.model_ref(),
        app_version: "0.1.0".to_owned(),
        engine: Engine {
            form: Form::Fused,
            precision: Precision::Float32,
            threads: 2,
        },
        scores: scores.collect(),
        calibration: model.calibration.clone(),
        read: None,
        uncertainty: None,
        trust: Trust::default(),
        ood: Ood::Unknown,
        beyond_scope: Vec::new(),
        warnings: Vec::new(),
        network_ms: run as f32,
    }
}

/// An influence map, or what takes its place for notes and courses.
pub(crate) fn explanation(
    about: Subject,
    model: &Manifest,
    label: LabelIdx,
    method: Method,
) -> Explanation {
    let label = model.labels[label.0].name.clone();
    let weight = share((about, &model.name, &label, method, "map"));
    Explanation {
        about,
        model: model.model_ref(),
        method,
        heatmap: matches!(model.prep, Spec::Image(_)).then(|| Heatmap {
            frame_idx: about.frame_idx,
            width: 2,
            height: 2,
            values: Box::new([weight, 0.0, 0.0, 1.0]),
            scan_from_heatmap: Affine2::IDENTITY,
        }),
        words: vec![WordWeight {
            span: 0..4,
            weight,
            names_label: false,
        }],
        course: matches!(model.prep, Spec::Series(_)).then(|| CourseWeights {
            cell_hours: 1,
            rows: vec![CourseRow {
                variable: "heart_rate".to_owned(),
                whole: weight,
                cells: Vec::new(),
            }],
            facts: Vec::new(),
        }),
        label,
        completeness_gap: None,
        border_share: None,
    }
}

/// Whether the score follows a map.
pub(crate) fn checked(about: Subject, model: &str, label: &str, method: Method) -> Faithfulness {
    let against = Against {
        map: share((about, model, label, method, "check")),
        random: 0.5,
    };
    Faithfulness {
        deletion: against,
        insertion: against,
        road: against,
    }
}

/// The answer hour by hour.
pub(crate) fn running(about: Subject, model: &Manifest, label: LabelIdx) -> Running {
    let label = model.labels[label.0].name.clone();
    Running {
        about,
        model: model.model_ref(),
        answers: vec![AtHour {
            hours: 1,
            probability: share((about, &model.name, &label, "hour")),
        }],
        label,
    }
}

/// What rules find in a note.
pub(crate) fn parts(file: Sha256) -> NoteParts {
    let at = place(file, "");
    NoteParts {
        about: Subject::file(file),
        sections: Vec::new(),
        mentions: vec![Spoken {
            span: at..at + 1,
            status: Status::Affirmed,
            term: "fever",
        }],
        identifiers: Vec::new(),
        history: Vec::new(),
    }
}

/// What a note answers to a question.
pub(crate) fn reply(file: Sha256, question: &str) -> NoteReply {
    let at = place(file, question);
    NoteReply {
        about: Subject::file(file),
        verdict: None,
        answers: vec![NoteAnswer {
            span: at..at + 1,
            section: SectionKind::Opening,
        }],
    }
}

fn place(file: Sha256, question: &str) -> usize {
    (code((file, question)) % 1_000_000) as usize
}

/// What the walk knows beside the session.
#[derive(Default)]
pub(crate) struct Known {
    /// The reader's words, by file, frame, model and class.
    pub(crate) said: BTreeMap<(ItemId, usize, (String, String)), Said>,
    /// The last question to each note.
    pub(crate) questions: BTreeMap<ItemId, String>,
    /// Jobs that have not ended.
    pub(crate) running: BTreeSet<JobId>,
}

/// A word of the reader on a class of one answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) answer: Answer,
    pub(crate) run: u32,
    pub(crate) reason: String,
}

/// How often something was on screen when the check looked; what was never seen proves nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) pictures: usize,
    pub(crate) answers: usize,
    pub(crate) maps: usize,
    pub(crate) checks: usize,
    pub(crate) strokes: usize,
    pub(crate) points: usize,
    pub(crate) objects: usize,
    pub(crate) words: usize,
    pub(crate) failures: usize,
    pub(crate) parts: usize,
    pub(crate) replies: usize,
    pub(crate) hours: usize,
    pub(crate) planes: usize,
    pub(crate) covers: usize,
    pub(crate) locked: usize,
    pub(crate) beside: usize,
    pub(crate) neighbours: usize,
    pub(crate) batch_rows: usize,
}

impl Seen {
    /// By name.
    pub(crate) const fn all(&self) -> [(&'static str, usize); 18] {
        [
            ("pictures", self.pictures),
            ("answers", self.answers),
            ("maps", self.maps),
            ("checks", self.checks),
            ("strokes", self.strokes),
            ("points", self.points),
            ("objects", self.objects),
            ("words", self.words),
            ("failures", self.failures),
            ("parts", self.parts),
            ("replies", self.replies),
            ("hours", self.hours),
            ("planes", self.planes),
            ("covers", self.covers),
            ("locked", self.locked),
            ("beside", self.beside),
            ("neighbours", self.neighbours),
            ("rows of a batch", self.batch_rows),
        ]
    }
}

/// Looks at what the window would draw, counts it, and says what of it is wrong.
pub(crate) fn faults(state: &State, known: &Known, seen: &mut Seen) -> Vec<String> {
    let mut witness = Witness {
        state,
        known,
        seen,
        faults: Vec::new(),
    };
    witness.look();
    witness.faults
}

struct Witness<'a> {
    state: &'a State,
    known: &'a Known,
    seen: &'a mut Seen,
    faults: Vec<String>,
}

impl Witness<'_> {
    fn hold(&mut self, is_right: bool, fault: &str) {
        if !is_right {
            self.faults.push(fault.to_owned());
        }
    }

    fn look(&mut self) {
        let state = self.state;
        if !state.door.is_open() {
            self.seen.locked += 1;
            let is_blank = state.items.is_empty()
                && state.overs.is_empty()
                && state.notices.is_empty()
                && state.planes.is_none()
                && state.center.is_none()
                && state.worklist.of(Source::Scored).rows().is_empty();
            return self.hold(is_blank, "something is left behind the closed door");
        }
        for id in state.busy_jobs() {
            self.waits(Some(id), "the window");
        }
        for item in &state.items {
            self.kept(item);
        }
        self.notices();
        self.batch();
        match state.page {
            Page::Reading => self.reading_page(),
            Page::Deidentify => self.copies_page(),
            Page::Evaluate | Page::Train | Page::Log | Page::Worklist | Page::About => {}
        }
    }

    fn waits(&mut self, id: Option<JobId>, who: &str) {
        let is_running = id.is_none_or(|it| self.known.running.contains(&it));
        self.hold(is_running, &format!("{who} waits for a job that has ended"));
    }

    /// What is not on screen now and would be after a turn of the wheel.
    fn kept(&mut self, item: &Item) {
        let readings: Vec<(usize, &Reading)> = match &item.content {
            Content::Scan(it) => {
                let all = it.readings.iter().chain(&it.beside);
                all.map(|it| (*it.0, it.1)).collect()
            }
            Content::Note(it) => {
                self.waits(it.parts.waiting(), "the marks of a note");
                self.waits(it.reply.waiting(), "a question");
                vec![(0, &it.reading)]
            }
            Content::Series(it) => vec![(0, &it.reading)],
            Content::Sequence(it) => vec![(0, &it.reading)],
        };
        for (frame_idx, reading) in readings {
            self.waits(reading.prediction.waiting(), "an answer");
            self.waits(reading.explanation.waiting(), "a map");
            self.waits(reading.check.waiting(), "a check");
            self.waits(reading.running.waiting(), "a course");
            for (class, opinion) in &reading.opinions {
                // A word on no answer was never said.
                let model = reading.model.as_ref().map(|it| it.name.clone());
                let model = model.unwrap_or_default();
                let key = (item.id, frame_idx, (model, class.clone()));
                let said = self.known.said.get(&key);
                let is_it = said.is_some_and(|it| {
                    it.answer == opinion.answer && it.reason == *opinion.reason.reveal()
                });
                self.hold(is_it, "a word that was said of something else");
            }
        }
    }

    /// Each row tells of its own file, and all are of one batch, whose number their answers carry as the frame.
    fn batch(&mut self) {
        let page = &self.state.worklist;
        self.waits(page.batch.job, "a batch");
        let rows = page.of(Source::Scored).rows();
        let is_own = |it: &Row| it.file_sha256 == Some(sha(number(it.file.reveal())));
        self.hold(
            rows.iter().all(is_own),
            "a row with the answer to another file",
        );
        let is_one = rows.windows(2).all(|it| it[0].frame_idx == it[1].frame_idx);
        self.hold(is_one, "rows of two batches in one table");
        self.seen.batch_rows += usize::from(!rows.is_empty());
    }

    /// A failure about files names only files that its card is about.
    fn notices(&mut self) {
        let state = self.state;
        for notice in &state.notices {
            let Some(subject) = &notice.subject else {
                continue;
            };
            let named = notice.failure.cause.split("file ").skip(1);
            let mut numbers = named.filter_map(|it| {
                let digits: String = it.chars().take_while(char::is_ascii_digit).collect();
                digits.parse::<usize>().ok()
            });
            let are_below = numbers.all(|it| path(it).starts_with(subject.reveal()));
            self.hold(are_below, "a card that tells of another file");
        }
    }

    fn reading_page(&mut self) {
        let state = self.state;
        if state.scan().is_some() {
            match &state.planes {
                Some(planes) => {
                    let number = number(state.center().unwrap().path.reveal());
                    for cut in &planes.cuts {
                        self.cut(&cut.scan, band(number));
                    }
                    let speaks = |it: &Module| it.question.starts_with("scan ");
                    let is_silent = !state.modules().iter().any(speaks);
                    self.hold(is_silent, "a result of a slice beside planes");
                }
                None => self.viewports(),
            }
        }
        if let Some(asked) = state.asked() {
            self.hold(Some(asked.item) == state.center, "a result of another file");
            self.asked(&asked);
        }
        if let Some(beside) = state.asked_beside() {
            self.seen.beside += usize::from(beside.prediction.is_some());
            self.hold(
                Some(beside.item) == state.center,
                "an answer beside another file",
            );
            let first = state.asked().and_then(|it| it.reading.model.as_ref());
            let is_other =
                first.map(|it| &it.name) != beside.reading.model.as_ref().map(|it| &it.name);
            self.hold(is_other, "a model beside itself");
            self.asked(&beside);
        }
        if let Some((id, note)) = state.note() {
            self.asked(&note.asked(id));
            let file = sha(number(state.item(id).unwrap().path.reveal()));
            if let Loading::Ready(found) = &note.parts {
                self.seen.parts += 1;
                self.hold(**found == parts(file), "marks of another note");
            }
            if let Loading::Ready(found) = &note.reply {
                self.seen.replies += 1;
                let question = self.known.questions.get(&id).map_or("", String::as_str);
                let is_it = **found == reply(file, question);
                self.hold(is_it, "a reply of another note or to another question");
            }
        }
        if let Some((id, series)) = state.series() {
            self.asked(&series.asked(id));
        }
    }

    /// A plane shows its own series; no model reads it.
    fn cut(&mut self, cut: &ScanItem, [low, high]: [f32; 2]) {
        self.seen.planes += 1;
        let samples = gray(cut);
        let is_of_it = |it: &f32| it.is_nan() || (low - 0.5..=high + 0.5).contains(it);
        let is_own = samples.iter().all(is_of_it);
        self.hold(is_own, "a plane through another series");
        let is_bare = cut.prediction().is_none()
            && self.state.map_over(cut).is_none()
            && cut.marks.of(0).is_empty();
        self.hold(is_bare, "a result or a mark over a plane");
    }

    fn viewports(&mut self) {
        let state = self.state;
        let shown: Vec<ItemId> = state.viewports.shown().flatten().collect();
        let is_there = state.center.is_some_and(|it| shown.contains(&it));
        self.hold(is_there, "a result beside a picture that is not drawn");
        let mut rows: Vec<ItemId> = shown.iter().map(|it| state.row_of(*it)).collect();
        rows.sort_unstable();
        rows.dedup();
        self.hold(rows.len() == shown.len(), "a scan in two viewports");
        for item in shown.iter().filter_map(|it| state.item(*it)) {
            match &item.content {
                Content::Scan(scan) => self.picture(item, scan),
                _ => self.hold(false, "no scan in a viewport"),
            }
        }
    }

    fn picture(&mut self, item: &Item, scan: &ScanItem) {
        self.seen.pictures += 1;
        let (number, frame_idx) = (number(item.path.reveal()), scan.view.frame_idx);
        let value = pixel(number, frame_idx);
        let is_it = gray(scan).iter().all(|it| *it == value);
        self.hold(is_it, "the pixels of another frame");
        if let Some(map) = self.state.map_over(scan) {
            self.map(&scan.asked(item.id), map);
        }
        for mark in scan.marks.of(frame_idx) {
            self.seen.strokes += 1;
            let ends = match &mark.shape {
                Shape::Length([a, b]) => [a.x, b.x],
                _ => [f64::NAN; 2],
            };
            let is_own = ends == stroke_ends(number, frame_idx);
            self.hold(is_own, "a stroke of another frame");
        }
        if let Some(at) = scan.point() {
            self.seen.points += 1;
            let is_own = at == point(number, frame_idx, at.y % 8);
            self.hold(is_own, "a point of another frame");
        }
        let state = self.state;
        for over in state.overs_on(scan) {
            if over.is_shown && state.are_overs_shown {
                self.object(&over.presentation, (scan, number));
            }
        }
    }

    fn object(&mut self, object: &Presentation, (scan, number): (&ScanItem, usize)) {
        self.seen.objects += 1;
        let (Over::Segmentation(found), Some(uid)) = (&object.content, scan.instance_uid()) else {
            return self.hold(false, "an object of no kind");
        };
        let frame_idx = scan.view.frame_idx;
        let shown = found.on(uid, frame_idx);
        self.hold(
            !shown.is_empty(),
            "an object over an image that it does not name",
        );
        let named = [None, Some(frame_idx as u32)].map(|it| over_name(number, it));
        for frame in shown {
            let label = found.segments[frame.segment_idx].label.reveal();
            self.hold(named.contains(label), "a segment over another image");
        }
    }

    /// What must stand beside an item, by its path and what of it is on screen.
    fn subject(&self, id: ItemId) -> Subject {
        let item = self.state.item(id).unwrap();
        let (frame_idx, at) = match &item.content {
            Content::Scan(it) => (it.view.frame_idx, it.point()),
            _ => (0, None),
        };
        Subject {
            file_sha256: sha(number(item.path.reveal())),
            frame_idx,
            at,
        }
    }

    /// The files that lie next to the slice on screen now, for a model that reads them.
    fn near_now(&self, id: ItemId, model: &Manifest) -> Near {
        let item = self.state.item(id).unwrap();
        let is_pointed = matches!(&item.content, Content::Scan(it) if it.point().is_some());
        let own = height(number(item.path.reveal()));
        let (series, own_mm) = own.filter(|_| is_pointed && model.prep.reads_neighbours())?;
        let mut others: Vec<(f64, ItemId, usize)> = Vec::new();
        for item in &self.state.items {
            let number = number(item.path.reveal());
            let lies = height(number).filter(|it| it.0 == series);
            others.extend(lies.map(|it| (it.1, item.id, number)));
        }
        others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let before = others.iter().rfind(|it| it.0 < own_mm);
        let behind = others.iter().find(|it| own_mm < it.0);
        Some([before, behind].map(|it| it.map(|it| it.2)))
    }

    fn asked(&mut self, asked: &Asked<'_>) {
        let about = self.subject(asked.item);
        let reading = asked.reading;
        let Some(model) = &reading.model else {
            return self.hold(asked.prediction.is_none(), "an answer of no model");
        };
        if let Loading::Failed(failure) = &reading.prediction {
            self.failure(failure, &mark((about, &model.name, "score")));
        }
        let label = reading.label.and_then(|it| model.labels.get(it.0));
        let label = label.map_or("", |it| it.name.as_str());
        match &reading.running {
            Loading::Ready(found) => {
                self.seen.hours += 1;
                let wanted = share((about, &model.name, label, "hour"));
                let is_it = found.answers[0].probability == wanted && found.label == label;
                self.hold(is_it, "hours of another course, model or label");
            }
            Loading::Failed(failure) => {
                self.failure(failure, &mark((about, &model.name, label, "hour")));
            }
            Loading::Empty | Loading::Waiting(_) => {}
        }
        let Some(prediction) = asked.prediction else {
            return;
        };
        self.seen.answers += 1;
        let near = self.near_now(asked.item, model);
        self.seen.neighbours += usize::from(near.is_some_and(|it| it != [None, None]));
        self.hold(
            prediction.model.name == model.name,
            "the name of another model",
        );
        for score in &prediction.scores {
            let wanted = share((about, near, &model.name, &score.label, "score"));
            self.hold(
                score.probability == wanted,
                "a probability of something else",
            );
        }
        self.words(asked, (about, prediction));
        self.explained(asked, about);
    }

    /// The reader's words are those that were said of this answer, and none is missing.
    fn words(&mut self, asked: &Asked<'_>, (about, prediction): (Subject, &Prediction)) {
        let run = prediction.network_ms as u32;
        let opinions = &asked.reading.opinions;
        self.seen.words += opinions.len();
        for label in prediction.scores.iter().map(|it| &it.label) {
            let model = prediction.model.name.clone();
            let key = (asked.item, about.frame_idx, (model, label.clone()));
            let said = self.known.said.get(&key).filter(|it| it.run == run);
            let wanted = said.map(|it| (it.answer, it.reason.as_str()));
            let found = opinions.get(label);
            let found = found.map(|it| (it.answer, it.reason.reveal().as_str()));
            self.hold(found == wanted, "another word than was said of this answer");
        }
    }

    fn explained(&mut self, asked: &Asked<'_>, about: Subject) {
        let reading = asked.reading;
        match &reading.explanation {
            Loading::Ready(found) => self.map(asked, found),
            Loading::Failed(failure) => self.failed_map(asked, (failure, about, "map")),
            Loading::Empty | Loading::Waiting(_) => {}
        }
        match &reading.check {
            Loading::Ready(found) => {
                self.seen.checks += 1;
                let wanted = named(reading);
                let wanted = wanted.map(|(model, label, method)| {
                    let has_map = reading.explanation.ready().is_some();
                    (checked(about, model, label, method), has_map)
                });
                self.hold(wanted == Some((*found, true)), "a check of another map");
            }
            Loading::Failed(failure) => self.failed_map(asked, (failure, about, "check")),
            Loading::Empty | Loading::Waiting(_) => {}
        }
    }

    fn failed_map(&mut self, asked: &Asked<'_>, (failure, about, what): (&Failure, Subject, &str)) {
        if let Some((model, label, method)) = named(asked.reading) {
            self.failure(failure, &mark((about, model, label, method, what)));
        }
    }

    fn map(&mut self, asked: &Asked<'_>, found: &Explanation) {
        self.seen.maps += 1;
        let about = self.subject(asked.item);
        let wanted = named(asked.reading).map(|(model, label, method)| {
            let weight = share((about, model, label, method, "map"));
            (weight, label, method)
        });
        let map = found.heatmap.as_ref().map(|it| it.values[0]);
        let hours = found.course.as_ref().map(|it| it.rows[0].whole);
        let weight = map.or(hours).unwrap_or(found.words[0].weight);
        let is_it = wanted == Some((weight, found.label.as_str(), found.method));
        self.hold(is_it, "a map of another picture, model, label or method");
    }

    /// A failure that carries a mark carries this one.
    fn failure(&mut self, failure: &Failure, wanted: &str) {
        self.seen.failures += 1;
        let is_marked = failure.cause.contains("mark ");
        let is_own = !is_marked || failure.cause.contains(wanted);
        self.hold(is_own, "the failure of another job");
    }

    fn copies_page(&mut self) {
        let state = self.state;
        let page = &state.deidentify;
        self.hold(page.item == state.center, "the copy of another file");
        self.waits(page.draft.waiting(), "a copy");
        let (Some(item), Loading::Ready(Draft::Scan(draft))) = (state.center(), &page.draft) else {
            return;
        };
        let number = number(item.path.reveal());
        for choice in &draft.covers {
            self.seen.covers += 1;
            self.hold(choice.cover.rect.x == number, "a cover of another picture");
        }
    }
}

/// What is named beside a map: model, label and method.
fn named(reading: &Reading) -> Option<(&str, &str, Method)> {
    let model = reading.model.as_ref()?;
    let label = model.labels.get(reading.label?.0)?;
    Some((model.name.as_str(), label.name.as_str(), reading.method?))
}

/// The samples that are drawn.
fn gray(scan: &ScanItem) -> Vec<f32> {
    match &scan.pyramid().frame().samples {
        Samples::Gray(samples) => samples.to_vec(),
        Samples::Rgb(_) => panic!("grey"),
    }
}
