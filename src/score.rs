//! One case, one model: a calibrated prediction, or the explanation of one of its labels.

mod answer;
mod course;
mod erase;
mod erasure;
mod faithful;
mod gate;
mod spread;

use std::time::Instant;

use crate::{
    case::{Note, Scan, Sequence, Series, stack::Neighbours},
    model::{self, Attribution, AttributionValues, Model, Task, span},
    prediction::{
        Affine2, Calibration, Explanation, Heatmap, LabelIdx, Method, NoteRead, Ood, Pixel,
        Prediction, Reply, Subject, WordWeight,
    },
    prep::{
        self, Input, Spec, TextInput, Tokenizer, prepare_at, prepare_note, prepare_question,
        prepare_sequence, prepare_series, words::names_label,
    },
    stats::Gaussian,
    warnings::{Warning, WarningKind, Warnings},
};

pub use self::{
    answer::{at_prevalence, rescored},
    course::{AtHour, running},
    erasure::check_parts,
    faithful::{check_map, faithfulness},
    gate::{Gate, fits, forms, reads_form},
};

/// A model that is ready to answer, with what its input needs.
pub struct Loaded {
    pub model: Box<dyn Model>,
    /// For text models.
    pub tokenizer: Option<Tokenizer>,
    /// For image models that tell unusual pictures.
    pub layout: Option<Gaussian>,
    /// What loading had to put up with; carried into every answer.
    pub warnings: Vec<Warning>,
}

impl Loaded {
    /// Lets go of what is left of the cases that were scored.
    pub fn forget(&mut self) {
        self.model.forget();
        if let Some(tokenizer) = &mut self.tokenizer {
            tokenizer.forget();
        }
    }
}

/// What is to be scored.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    Scan {
        scan: &'a Scan,
        frame_idx: usize,
        /// For a model that reads the surroundings of a point.
        at: Option<Pixel>,
        /// For one that reads the slices next to it; without them, those of its file.
        neighbours: Option<&'a Neighbours>,
    },
    Note(&'a Note),
    Series(&'a Series),
    Sequence(&'a Sequence),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Prep(#[from] prep::Error),
    #[error(transparent)]
    Model(#[from] model::Error),
    #[error("wanted a case within the model's scope, found that {}", reasons.join("; "))]
    OutOfScope {
        /// At least one.
        reasons: Vec<String>,
    },
    #[error("wanted a method that this model offers, found {}: {reason}", method.name())]
    NotOffered { method: Method, reason: String },
    #[error("wanted a model for {want}, found one for {found}")]
    WrongModel {
        want: &'static str,
        found: &'static str,
    },
}

impl Target<'_> {
    /// The identity that the answer will carry.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Scan {
                scan,
                frame_idx,
                at,
                ..
            } => Subject {
                file_sha256: scan.header.file_sha256,
                frame_idx: *frame_idx,
                at: *at,
            },
            Self::Note(note) => Subject::file(note.file_sha256),
            Self::Series(series) => Subject::file(series.file_sha256),
            Self::Sequence(sequence) => Subject::file(sequence.file_sha256),
        }
    }

    /// What it is, in the plural.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Scan { .. } => "scans",
            Self::Note(_) => "notes",
            Self::Series(_) => "series",
            Self::Sequence(_) => "sequences",
        }
    }

    fn warnings(&self) -> Vec<Warning> {
        match self {
            Self::Scan { scan, .. } => scan.header.warnings.clone(),
            Self::Note(note) => note.warnings.clone(),
            Self::Series(series) => series.warnings.clone(),
            Self::Sequence(_) => Vec::new(),
        }
    }
}

/// Scores a frame or a note, if it is in the model's scope or the gate is open.
///
/// # Errors
/// A case that cannot be read or is out of scope, or a model that fails.
pub fn score(target: Target<'_>, loaded: &mut Loaded, gate: Gate) -> Result<Prediction, Error> {
    let warnings = Warnings::default();
    warnings.extend(target.warnings());
    warnings.extend(loaded.warnings.clone());
    let input = prepare(target, loaded, &warnings)?;
    let (ood, reasons) = scope(target, &input, loaded, &warnings);
    if gate == Gate::Closed && !reasons.is_empty() {
        return Err(Error::OutOfScope { reasons });
    }
    let start = Instant::now();
    let logits = loaded.model.logits(std::slice::from_ref(&input))?;
    let network_ms = start.elapsed().as_secs_f32() * 1e3;
    let logits = logits
        .into_iter()
        .next()
        .ok_or_else(|| no_answer("no row"))?;
    let manifest = loaded.model.manifest();
    if manifest.calibration == Calibration::None {
        warnings.add(WarningKind::Model, answer::UNCALIBRATED);
    }
    let mut prediction = Prediction {
        about: target.subject(),
        model: manifest.model_ref(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: loaded.model.engine(),
        scores: answer::scores(manifest, &logits)?,
        calibration: manifest.calibration.clone(),
        read: read(&input, &manifest.prep),
        uncertainty: None,
        trust: answer::trust(manifest, &logits.values),
        ood,
        beyond_scope: reasons,
        warnings: warnings.list(),
        network_ms,
    };
    prediction.uncertainty = spread::uncertainty(manifest, &logits, prediction.primary());
    Ok(prediction)
}

/// How much of a note an input holds.
fn read(input: &Input, spec: &Spec) -> Option<NoteRead> {
    match (input, spec) {
        (Input::Text(text), Spec::Text(spec)) => Some(NoteRead {
            tokens: spec.n_tokens(text),
            windows: text.windows.len(),
        }),
        _ => None,
    }
}

/// Asks a question about a note: places in the note that may answer it, and whether one does.
///
/// # Errors
/// A question or a note that cannot be read, or a model that answers no questions.
pub fn ask(note: &Note, question: &str, loaded: &mut Loaded) -> Result<Reply, Error> {
    let manifest = loaded.model.manifest();
    let Spec::Question(spec) = manifest.prep.clone() else {
        return Err(Error::WrongModel {
            want: "questions",
            found: "other cases",
        });
    };
    let tokenizer = loaded.tokenizer.as_ref();
    let tokenizer = tokenizer.ok_or_else(|| no_answer("no tokenizer"))?;
    let input = prepare_question(note, question, &spec, tokenizer)?;
    let start = Instant::now();
    let logits = loaded.model.spans(&input)?;
    let network_ms = start.elapsed().as_secs_f32() * 1e3;
    let warnings = [note.warnings.as_slice(), loaded.warnings.as_slice()];
    Ok(Reply {
        about: Target::Note(note).subject(),
        model: loaded.model.manifest().model_ref(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: loaded.model.engine(),
        read: NoteRead {
            tokens: input.n_tokens,
            windows: input.windows.len(),
        },
        choice: span::choose(&input, &logits, &spec),
        warnings: warnings.concat(),
        network_ms,
    })
}

/// Whether the case is what the model was made for: how unusual it looks, and every reason against an answer.
fn scope(
    target: Target<'_>,
    input: &Input,
    loaded: &Loaded,
    warnings: &Warnings,
) -> (Ood, Vec<String>) {
    let manifest = loaded.model.manifest();
    if let (Target::Note(note), Spec::Text(spec)) = (target, &manifest.prep) {
        let reason = gate::of_form(note, spec.form).map(str::to_owned);
        return (Ood::Unknown, reason.into_iter().collect());
    }
    let (
        Target::Scan {
            scan,
            frame_idx,
            neighbours,
            ..
        },
        Input::Image(image),
    ) = (target, input)
    else {
        return (Ood::Unknown, Vec::new());
    };
    let frame = scan.frame(frame_idx);
    let mut reasons = frame.map(|it| gate::of_frame(&it)).unwrap_or_default();
    let is_picture = reasons.is_empty();
    if manifest.prep.reads_neighbours() {
        let own = neighbours
            .is_none()
            .then(|| Neighbours::within(scan, frame_idx));
        let lie = neighbours.or(own.as_ref());
        reasons.extend(lie.map(gate::of_neighbours).unwrap_or_default());
    }
    let Some(scope) = &manifest.scope else {
        return (Ood::Unknown, reasons);
    };
    reasons.extend(gate::of_header(scan, &scope.header, warnings));
    if let (Some(lung), Spec::Image(spec)) = (&scope.lung, &manifest.prep) {
        reasons.extend(gate::of_unit(scan, warnings));
        reasons.extend(gate::of_lung(image, spec, lung));
    }
    let test = scope.layout.as_ref().zip(loaded.layout.as_ref());
    let (Some(test), Spec::Image(spec)) = (test, &manifest.prep) else {
        return (Ood::Unknown, reasons);
    };
    let (ood, reason) = gate::of_layout(image, spec, test);
    // What is no picture at all has no layout worth a word.
    reasons.extend(reason.filter(|_| is_picture));
    (ood, reasons)
}

/// Explains one label of a frame or a note.
pub fn explain(
    target: Target<'_>,
    label: LabelIdx,
    method: Method,
    loaded: &mut Loaded,
    task: &Task,
) -> Result<Explanation, Error> {
    if let Some(reason) = loaded.model.manifest().why_not(method) {
        return Err(Error::NotOffered { method, reason });
    }
    let input = prepare(target, loaded, &Warnings::default())?;
    let attribution = loaded.model.explain(&input, label, method, task)?;
    let manifest = loaded.model.manifest();
    let labels = &manifest.labels;
    let name = labels.get(label.0).ok_or(model::Error::Label {
        n_labels: labels.len(),
        found: label.0,
    })?;
    let (heatmap, words) = match &input {
        Input::Image(image) => {
            let size = (image.width, image.height);
            (
                Some(heatmap(
                    &attribution,
                    target.subject().frame_idx,
                    size,
                    image.scan_from_input,
                )?),
                Vec::new(),
            )
        }
        Input::Text(text) => {
            let mut words = merge_to_words(text, &attribution)?;
            if let Target::Note(note) = target {
                // To compare its words with those that name a label.
                let text = note.text.reveal();
                for word in &mut words {
                    let it = text.get(word.span.clone()).unwrap_or_default();
                    word.names_label = names_label(it, &manifest.naming);
                }
            }
            (None, words)
        }
        Input::Steps(_) => (None, Vec::new()),
    };
    Ok(Explanation {
        about: target.subject(),
        model: manifest.model_ref(),
        label: name.name.clone(),
        method,
        heatmap,
        words,
        course: course::weights(&manifest.prep, &attribution.values),
        completeness_gap: attribution.completeness_gap,
        border_share: border_share(&attribution.values),
    })
}

fn prepare(target: Target<'_>, loaded: &Loaded, warnings: &Warnings) -> Result<Input, Error> {
    match (target, &loaded.model.manifest().prep, &loaded.tokenizer) {
        (
            Target::Scan {
                scan,
                frame_idx,
                at,
                neighbours,
            },
            Spec::Image(spec),
            _,
        ) => Ok(Input::Image(prepare_at(
            scan,
            (frame_idx, at, neighbours),
            spec,
            warnings,
        )?)),
        (Target::Note(note), Spec::Text(spec), Some(tokenizer)) => {
            Ok(Input::Text(prepare_note(note, spec, tokenizer, warnings)?))
        }
        (Target::Series(series), Spec::Series(spec), _) => {
            Ok(Input::Steps(prepare_series(series, spec, warnings)?))
        }
        (Target::Sequence(sequence), Spec::Sequence(spec), _) => {
            Ok(Input::Steps(prepare_sequence(&sequence.letters, spec)?))
        }
        (Target::Note(_), Spec::Text(_), None) => Err(no_answer("no tokenizer")),
        (target, spec, _) => Err(Error::WrongModel {
            want: target.kind(),
            found: read_by(spec),
        }),
    }
}

/// What a model with this specification reads, in the plural.
const fn read_by(spec: &Spec) -> &'static str {
    match spec {
        Spec::Image(_) => "scans",
        Spec::Text(_) => "notes",
        Spec::Question(_) => "questions about notes",
        Spec::Series(_) => "series",
        Spec::Sequence(_) => "sequences",
    }
}

fn no_answer(found: &str) -> Error {
    model::Error::Input {
        want: "a complete model".to_owned(),
        found: found.to_owned(),
    }
    .into()
}

fn heatmap(
    attribution: &Attribution,
    frame_idx: usize,
    size: (usize, usize),
    scan_from_input: Affine2,
) -> Result<Heatmap, Error> {
    let AttributionValues::Map {
        width,
        height,
        values,
    } = &attribution.values
    else {
        return Err(no_answer("an attribution over tokens"));
    };
    let input_from_heatmap = Affine2 {
        scale_x: size.0 as f32 / *width as f32,
        scale_y: size.1 as f32 / *height as f32,
        offset_x: 0.0,
        offset_y: 0.0,
    };
    Ok(Heatmap {
        frame_idx,
        width: *width,
        height: *height,
        values: values.clone().into_boxed_slice(),
        scan_from_heatmap: input_from_heatmap.then(scan_from_input),
    })
}

/// The part of the positive values of a map that lies in the outer tenth on each side; cells across its edge count in
/// part. `None` for tokens and for a map without positive values.
fn border_share(values: &AttributionValues) -> Option<f32> {
    let AttributionValues::Map {
        width,
        height,
        values,
    } = values
    else {
        return None;
    };
    let inner = |idx: usize, n: usize| {
        let n = n as f32;
        let (left, right) = (idx as f32 / n, (idx + 1) as f32 / n);
        (right.min(0.9) - left.max(0.1)).max(0.0) * n
    };
    let (mut all, mut outer) = (0.0, 0.0);
    for (idx, value) in values.iter().enumerate() {
        let value = value.max(0.0);
        let (x, y) = (idx % width.max(&1), idx / width.max(&1));
        all += value;
        outer += value * (1.0 - inner(x, *width) * inner(y, *height));
    }
    (0.0 < all).then_some(outer / all)
}

/// Sums the tokens of each word within a window, and takes the mean over the windows that hold the word.
fn merge_to_words(text: &TextInput, attribution: &Attribution) -> Result<Vec<WordWeight>, Error> {
    let AttributionValues::Tokens(windows) = &attribution.values else {
        return Err(no_answer("an attribution over pixels"));
    };
    let mut sums = vec![(0.0_f32, 0_usize); text.words.len()];
    for (window, weights) in text.windows.iter().zip(windows) {
        let mut before = None;
        for (word_idx, weight) in window.word_idx.iter().zip(weights) {
            let Some(word_idx) = *word_idx else { continue };
            let Some((sum, n_windows)) = sums.get_mut(word_idx) else {
                continue;
            };
            *sum += weight;
            *n_windows += usize::from(before != Some(word_idx));
            before = Some(word_idx);
        }
    }
    Ok(text
        .words
        .iter()
        .zip(sums)
        .map(|(span, (sum, n_windows))| WordWeight {
            span: span.clone(),
            weight: sum / n_windows.max(1) as f32,
            names_label: false,
        })
        .collect())
}
