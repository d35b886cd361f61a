//! What engine, session and window are tested with: models that answer at once, and files made in code.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use wardlight::{
    batch::{self, Batch, DecodeFn, Models, Scorer},
    case::{
        Frame, Modality, Note, Samples, Scan, Spacing, SpacingSource, Subject, VoiFunction, Window,
        scan::{Format, Header, PixelHeader},
    },
    disk::{self, Sha256},
    engine::{self, Check, Installed, Parts},
    import::{self, Opened},
    model::{
        self, Attribution, AttributionValues, Logits, Manifest, Model, Network, Task,
        bundle::Listed,
        manifest::{FileRef, KnownAnswer, Label, Metric, Output},
        network::{Pool, ResNetS, Transformer},
    },
    prediction::{
        Calibration, Engine, Estimate, Form, LabelIdx, Method, OperatingPoint, Precision,
    },
    prep::{
        Fit, ImageSpec, Input, Intensity, Spec, TextForm, TextSpec, Tokenizer,
        vocabulary::train_tokenizer,
    },
    privacy::Phi,
    sample,
    score::Loaded,
    share::Copier,
};

use crate::dicom;

/// The text of the note that [`parts`] opens.
pub(crate) const NOTE: &str = "Four days of fever and productive cough, worse at night.\n\
    No pleural effusion on ultrasound. Crackles at the right base. Mother had asthma. \
    \u{60A3}\u{513F}\u{7CBE}\u{795E}\u{5C1A}\u{53EF}\u{FF0C}\u{53F3}\u{4E0B}\u{80BA}\u{547C}\u{5438}\u{97F3}\u{51CF}\u{4F4E}\u{3002}";

/// Answers from the mean of its input; explains with one warm spot.
pub(crate) struct FakeModel {
    manifest: Manifest,
}

impl Model for FakeModel {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn engine(&self) -> Engine {
        Engine {
            form: Form::Fused,
            precision: Precision::Float32,
            threads: 2,
        }
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>, model::Error> {
        let n_labels = self.manifest.labels.len();
        Ok(inputs
            .iter()
            .map(|_| {
                let values = (0..n_labels).map(|it| if it == 0 { 1.27 } else { -0.1 * it as f32 });
                Logits {
                    values: values.collect(),
                    features: Vec::new(),
                    members: Vec::new(),
                }
            })
            .collect())
    }

    fn explain(
        &mut self,
        input: &Input,
        _: LabelIdx,
        method: Method,
        task: &Task,
    ) -> Result<Attribution, model::Error> {
        for step in 0..8 {
            if task.is_cancelled() {
                return Err(model::Error::Cancelled);
            }
            task.report(step, 8);
            thread::sleep(Duration::from_millis(5));
        }
        let values = match input {
            Input::Image(_) => AttributionValues::Map {
                width: 14,
                height: 14,
                values: warm_spot(14),
            },
            Input::Steps(_) => {
                return Err(model::Error::Method {
                    found: method.name(),
                });
            }
            Input::Text(text) => AttributionValues::Tokens(
                text.windows
                    .iter()
                    .map(|it| it.ids.iter().map(|id| (id % 7) as f32 * 0.1).collect())
                    .collect(),
            ),
        };
        let completeness_gap = (method == Method::IntegratedGradients).then_some(0.013);
        Ok(Attribution {
            values,
            completeness_gap,
        })
    }
}

/// A fake with another manifest.
pub(crate) fn model(manifest: Manifest) -> Box<dyn Model> {
    Box::new(FakeModel { manifest })
}

/// A hill on the left, two thirds down.
pub(crate) fn warm_spot(edge: usize) -> Vec<f32> {
    let place = |idx: usize| {
        (
            (idx % edge) as f32 / edge as f32 - 0.3,
            (idx / edge) as f32 / edge as f32 - 0.64,
        )
    };
    (0..edge * edge)
        .map(|idx| {
            let (x, y) = place(idx);
            1.8 * (-(x * x + y * y) / 0.018).exp()
        })
        .collect()
}

/// `folder` names the kind: `chest`, `note`, or anything else for a broken one.
pub(crate) fn load(folder: &Path) -> Result<Loaded, model::Error> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    match name {
        "chest" => Ok(Loaded {
            model: Box::new(FakeModel {
                manifest: chest_manifest(),
            }),
            tokenizer: None,
            layout: None,
            warnings: Vec::new(),
        }),
        "note" => {
            let texts = vec![NOTE; 8];
            let tokenizer = Tokenizer::parse(&train_tokenizer(&texts, 400).unwrap()).unwrap();
            Ok(Loaded {
                model: Box::new(FakeModel {
                    manifest: note_manifest(),
                }),
                tokenizer: Some(tokenizer),
                layout: None,
                warnings: Vec::new(),
            })
        }
        _ => Err(model::Error::Hash {
            what: "weights",
            want: Sha256::of(b"a"),
            found: Sha256::of(b"b"),
        }),
    }
}

/// A model for scans with one operating point.
pub(crate) fn chest_manifest() -> Manifest {
    let estimate = |value, low, high, n| Estimate {
        value,
        low,
        high,
        n,
    };
    let point = OperatingPoint {
        threshold: 0.41,
        chosen_by: "95 % sensitivity on 524 images of 410 patients (out of fold)".to_owned(),
        sensitivity: Some(estimate(0.951, 0.92, 0.97, 390)),
        specificity: Some(estimate(0.88, 0.82, 0.93, 134)),
    };
    Manifest {
        format: 1,
        name: "chest-pneumonia-paediatric".to_owned(),
        version: "0.0.0-fake".to_owned(),
        title: "Pneumonia on chest X-rays of children".to_owned(),
        intended_use: "Estimates how likely a frontal chest X-ray of a child of 1 to 5 years shows pneumonia, to practise reading.".to_owned(),
        limits: vec![
            "Not for adults, lateral views or CT.".to_owned(),
            "Trained in one hospital: elsewhere the numbers will differ.".to_owned(),
            "Does not look for anything but pneumonia.".to_owned(),
        ],
        licence: "CC BY 4.0".to_owned(),
        data: "made-up data for tests".to_owned(),
        trained: "2026-11-23".to_owned(),
        output: Output::Softmax,
        labels: vec![
            Label { name: "pneumonia".to_owned(), operating_point: Some(point) },
            Label { name: "normal".to_owned(), operating_point: None },
        ],
        network: Network::ResNetS(ResNetS { in_channels: 1, width: 8, blocks: vec![1, 1], stem_stride: 1 }),
        prep: Spec::Image(ImageSpec {
            width: 64,
            height: 64,
            channels: 1,
            colour: false,
            margin: 0.0,
            fit: Fit::Stretch,
            intensity: Intensity::Quantiles { low: 0.0, high: 1.0 },
            mean: 0.5,
            std: 0.25,
            steps: Vec::new(),
            crop: None,
        }),
        weights: FileRef { file: "weights.safetensors".to_owned(), sha256: Sha256::of(b"chest") },
        members: Vec::new(),
        tokenizer: None,
        terms: None,
        naming: Vec::new(),
        calibration: Calibration::Temperature { temperature: 1.1, n: 524 },
        scope: None,
        prevalence: None,
        conformal: None,
        site: None,
        op_norm: Vec::new(),
        known_answer: KnownAnswer { logits: vec![0.0, 0.0], tolerance: 1e-3 },
        metrics: vec![Metric { name: "AUROC".to_owned(), set: "held-out children".to_owned(), estimate: estimate(0.97, 0.95, 0.98, 531) }],
        explanations: Vec::new(),
        erasures: Vec::new(),
    }
}

/// A model for notes that chooses one of seven.
pub(crate) fn note_manifest() -> Manifest {
    let names = [
        "pulmonology",
        "cardiology",
        "neurology",
        "surgery",
        "urology",
        "orthopaedics",
        "radiology",
    ];
    let label = |it: &&str| Label {
        name: (*it).to_owned(),
        operating_point: None,
    };
    Manifest {
        name: "note-specialty".to_owned(),
        title: "Specialty of a clinical note".to_owned(),
        intended_use: "Guesses which of seven specialties wrote a note in English.".to_owned(),
        limits: vec!["Not for any decision about a patient.".to_owned()],
        labels: names.iter().map(label).collect(),
        network: Network::Transformer(Transformer {
            vocab: 400,
            max_tokens: 32,
            layers: 1,
            dim: 8,
            heads: 1,
            ffn: 16,
            pool: Pool::Cls,
            epsilon: 1e-12,
        }),
        prep: Spec::Text(TextSpec {
            max_tokens: 32,
            overlap: 4,
            max_windows: 8,
            form: TextForm::Any,
        }),
        weights: FileRef {
            file: "weights.safetensors".to_owned(),
            sha256: Sha256::of(b"note"),
        },
        tokenizer: Some(FileRef {
            file: "tokenizer.json".to_owned(),
            sha256: Sha256::of(b"tokenizer"),
        }),
        metrics: Vec::new(),
        ..chest_manifest()
    }
}

/// A decoder and models without files: a path that ends in `.txt` is a note, `stack` has five frames, `broken` is refused.
pub(crate) fn parts() -> Parts {
    Parts {
        open: engine::one_by_one(open),
        load: Box::new(load),
        sample: Box::new(|| -> Result<Vec<PathBuf>, sample::Error> {
            Ok(vec!["chest.dcm".into(), "note.txt".into()])
        }),
        tool: Box::new(|_| std::process::Command::new("false")),
        copier: Box::new(|| {
            let networks = std::env::var_os("WARDLIGHT_OCR").unwrap_or(".deps/ocr".into());
            Ok(Copier::new(Arc::new(dicom::decoder()), networks.into()))
        }),
        survey: Box::new(|| {
            let of = |part, found: Result<&str, &str>| Check {
                part,
                found: found.map(str::to_owned).map_err(str::to_owned),
            };
            vec![
                of(Installed::Libtorch, Ok("libtorch of a test")),
                of(Installed::DecodeWorker, Err("no sandbox in a test")),
                of(Installed::Journal, Ok("~/journal.jsonl")),
            ]
        }),
        batch: Box::new(|asked| scorer(asked, Box::new(open))),
        model_folders: vec!["chest".into(), "note".into()],
    }
}

/// What a batch is scored with: these models, and files by whatever decodes them.
pub(crate) fn scorer(asked: &Batch, decode: DecodeFn) -> Result<Scorer, batch::Error> {
    let listed = [("chest", chest_manifest()), ("note", note_manifest())];
    let listed = listed.map(|(folder, manifest)| Listed {
        folder: folder.into(),
        manifest: Ok(manifest),
    });
    let wanted = asked.model.iter().cloned().collect();
    let decoder = dicom::decoder();
    Ok(Scorer {
        decode,
        rows: Box::new(move |report, cancel| decoder.open_report(report, cancel)),
        models: Models::new(listed.into(), wanted, Box::new(load))?,
    })
}

/// See [`parts`].
pub(crate) fn open(path: &Path, _: &import::Cancel) -> Result<Opened, import::Error> {
    let name = path.to_string_lossy();
    if name.contains("broken") {
        return Err(disk::Error::NotAFile {
            found: "a folder",
            path: Phi::new(path.to_owned()),
        }
        .into());
    }
    if name.ends_with(".txt") {
        return Ok(Opened::Chart(note(NOTE).into()));
    }
    Ok(Opened::Scan(scan(if name.contains("stack") {
        5
    } else {
        1
    })))
}

/// A note of a text.
pub(crate) fn note(text: &str) -> Note {
    Note::plain(text)
}

/// The phantom, at a quarter of its size, once for each frame.
pub(crate) fn scan(n_frames: usize) -> Scan {
    let (width, height) = (256, 256);
    let pixels = sample::phantom();
    let samples: Box<[f32]> = (0..width * height)
        .map(|it| f32::from(pixels[(it / width * 4) * 1024 + it % width * 4]))
        .collect();
    let frame = |idx: usize| {
        Arc::new(Frame {
            width,
            height,
            samples: Samples::Gray(samples.iter().map(|it| it + idx as f32).collect()),
        })
    };
    let header = header(n_frames, (width, height));
    Scan::new(header, (0..n_frames).map(frame).collect())
}

fn header(n_frames: usize, (columns, rows): (usize, usize)) -> Header {
    Header {
        file_sha256: Sha256::of(format!("scan of {n_frames}").as_bytes()),
        pixel_sha256: Sha256::of(b"pixels"),
        format: Format::Dicom,
        modality: Modality::Cr,
        subject: Subject {
            patient_id: Phi::new("SYN-0001".to_owned()),
            name: Phi::new("SYNTHETIC^SAMPLE".to_owned()),
            issuer: Phi::default(),
            birth_date: Phi::default(),
            age_years: Some(4.2),
            sex: Some("F".to_owned()),
        },
        dicom: None,
        pixels: PixelHeader {
            rows,
            columns,
            n_frames,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 12,
            is_signed: false,
            photometric: "MONOCHROME2".to_owned(),
            is_lossy: false,
        },
        spacing: Some(Spacing {
            row_mm: 0.143,
            column_mm: 0.143,
            source: SpacingSource::Detector,
        }),
        windows: vec![Window {
            center: 2048.0,
            width: 4096.0,
            function: VoiFunction::Linear,
            name: Some("normal".to_owned()),
        }],
        orientation: Some(["L".to_owned(), "F".to_owned()]),
        view: Some("AP".to_owned()),
        body_part: Some("CHEST".to_owned()),
        acquired: Phi::new(Some("2026-11-20 09:14".to_owned())),
        unit: None,
        warnings: Vec::new(),
    }
}
