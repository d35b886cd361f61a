//! Our side of `make bench`; `bench.py` and `reading.py` drive it and say what is measured.
//!
//! - `ours time NETWORK FORM PRECISION BATCH THREADS`: for each line on stdin with a number of runs, the
//!   milliseconds of each run, by the clock and by the processor, on one line;
//! - `ours shipped FOLDER THREADS`: the same of a bundle;
//! - `ours bundle NETWORK FOLDER`: writes a bundle with the formula's weights;
//! - `ours cold FOLDER`: opens the bundle, predicts three times and tells the resident memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that goes wrong should stop at once; its output is data"
)]

#[path = "../it/formula.rs"]
mod formula;

use std::{env, fs, io, path::Path, time::Instant};

use rustix::time::{ClockId, clock_gettime};
use wardlight::{
    disk::{self, Sha256},
    model::{
        Bundle, Manifest, Model, Network, known_answer,
        manifest::{FileRef, KnownAnswer, Label, Output},
        network::{DenseNet121, Pool, Recurrent, ResNet18, Transformer},
    },
    nn::{self, Net, Options, params},
    prediction::{Calibration, Form, Precision},
    prep::{
        ImageSpec, Input, Spec, TextForm, TextSpec, TokenWindow,
        scan::{Fit, Intensity},
    },
    warnings::Warnings,
};

const N_LABELS: usize = 3;
const N_TOKENS: i64 = 512;

fn main() {
    let words = env::args().skip(1).collect::<Vec<_>>();
    match words
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["time", network, form, precision, batch, threads] => {
            let form = if *form == "fused" {
                Form::Fused
            } else {
                Form::Plain
            };
            let precision = if *precision == "bfloat16" {
                Precision::Bfloat16
            } else {
                Precision::Float32
            };
            let options = Options {
                form,
                precision,
                threads: threads.parse().unwrap(),
            };
            time(network, options, batch.parse().unwrap());
        }
        ["shipped", folder, threads] => {
            let options = Options {
                threads: threads.parse().unwrap(),
                ..Options::default()
            };
            let (input, model) = shipped(Path::new(folder), options);
            serve(model, &[input]);
        }
        ["bundle", network, folder] => write_bundle(network, Path::new(folder)),
        ["cold", folder] => cold(Path::new(folder)),
        // `cargo test` and `cargo bench` call every target; there is nothing to do without a question.
        _ => println!("wanted time, shipped, bundle or cold, found {words:?}"),
    }
}

fn time(network: &str, options: Options, batch: usize) {
    let manifest = manifest(network);
    let weights = weights(&manifest);
    let input = known_answer::input(&manifest);
    let model = match nn::build(manifest, &weights, options) {
        Ok(model) => model,
        Err(error) => return println!("{{\"error\": \"{error}\"}}"),
    };
    // A note of several windows is one batch, as several pictures are.
    let inputs = match input {
        Input::Image(_) | Input::Steps(_) => vec![input; batch],
        Input::Text(mut text) => {
            let ids = (0..N_TOKENS).map(|it| 1 + it * 7919 % 8191).collect();
            let window = TokenWindow {
                ids,
                word_idx: vec![None; N_TOKENS as usize],
            };
            text.windows = vec![window; batch];
            vec![Input::Text(text)]
        }
    };
    serve(model, &inputs);
}

/// Answers the questions on stdin.
fn serve(mut model: Box<dyn Model>, inputs: &[Input]) {
    let answer = model.logits(inputs).unwrap();
    println!(
        "{{\"ready\": true, \"logits\": {:?}}}",
        answer.first().unwrap().values
    );
    for line in io::stdin().lines() {
        let runs = (0..line.unwrap().trim().parse().unwrap()).map(|_| {
            let (start, cpu_start) = (Instant::now(), cpu_ms());
            model.logits(inputs).unwrap();
            [start.elapsed().as_secs_f64() * 1e3, cpu_ms() - cpu_start]
        });
        println!("{:?}", runs.collect::<Vec<_>>());
    }
}

/// Processor time of all threads so far.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// A bundle's model, and the input whose answer it names.
fn shipped(folder: &Path, options: Options) -> (Input, Box<dyn Model>) {
    let bundle = Bundle::open(folder).unwrap();
    let input = known_answer::input(&bundle.manifest);
    let warnings = Warnings::default();
    let model = nn::load(bundle, options, &warnings).unwrap();
    assert!(warnings.list().is_empty(), "{:?}", warnings.list());
    (input, model)
}

fn cold(folder: &Path) {
    let (input, mut model) = shipped(folder, Options::default());
    for _ in 0..3 {
        model.logits(std::slice::from_ref(&input)).unwrap();
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mib = |key: &str| {
        let line = status
            .lines()
            .find(|it| it.starts_with(key))
            .unwrap_or_default();
        line.split_whitespace()
            .nth(1)
            .and_then(|it| it.parse::<f64>().ok())
            .unwrap_or(f64::NAN)
            / 1024.0
    };
    println!(
        "{{\"rss_mib\": {:.0}, \"peak_mib\": {:.0}}}",
        mib("VmRSS"),
        mib("VmHWM")
    );
}

fn write_bundle(network: &str, folder: &Path) {
    let mut manifest = manifest(network);
    let weights = weights(&manifest);
    let plain = Options {
        form: Form::Plain,
        ..Options::default()
    };
    let mut model = nn::build(manifest.clone(), &weights, plain).unwrap();
    let answers = model.logits(&[known_answer::input(&manifest)]).unwrap();
    manifest
        .known_answer
        .logits
        .clone_from(&answers.first().unwrap().values);
    manifest.weights.sha256 = Sha256::of(&weights);
    fs::create_dir_all(folder).unwrap();
    let files = [
        ("weights.safetensors", weights),
        ("card.md", Vec::new()),
        ("manifest.toml", manifest.to_toml().unwrap().into()),
    ];
    for (name, bytes) in files {
        disk::write_atomic(&folder.join(name), &bytes).unwrap();
    }
}

fn weights(manifest: &Manifest) -> Vec<u8> {
    let none = params::Weights::none();
    let params = params::Params::loaded(&none, Form::Plain, Precision::Float32);
    Net::new(&params, &manifest.network, manifest.labels.len()).unwrap();
    formula::safetensors(&none.asked())
}

fn picture(channels: usize) -> Spec {
    Spec::Image(ImageSpec {
        width: 224,
        height: 224,
        channels,
        colour: false,
        margin: 0.0,
        fit: Fit::Stretch,
        intensity: Intensity::Quantiles {
            low: 0.0,
            high: 1.0,
        },
        mean: 0.5,
        std: 0.25,
        steps: Vec::new(),
        crop: None,
    })
}

/// The recurrent network of the model for intensive care, without what answers beside it.
fn course() -> Manifest {
    let mut manifest = Bundle::open(Path::new("models/icu-mortality"))
        .unwrap()
        .manifest;
    let Network::Recurrent(network) = &manifest.network else {
        panic!("wanted a recurrent network, found {:?}", manifest.network);
    };
    manifest.network = Network::Recurrent(Recurrent {
        summary: false,
        trees: None,
        ..network.clone()
    });
    manifest.members.clear();
    manifest
}

fn manifest(name: &str) -> Manifest {
    let (network, prep) = match name {
        "densenet121" => (
            Network::DenseNet121(DenseNet121 { in_channels: 1 }),
            picture(1),
        ),
        "resnet18" => (Network::ResNet18(ResNet18 { in_channels: 3 }), picture(3)),
        "encoder" => {
            let (vocab, max_tokens, layers, dim, heads, ffn) = (8192, 512, 4, 256, 4, 1024);
            let pool = Pool::Mean;
            let network = Transformer {
                vocab,
                max_tokens,
                layers,
                dim,
                heads,
                ffn,
                pool,
                epsilon: 1e-12,
            };
            (
                Network::Transformer(network),
                Spec::Text(TextSpec {
                    max_tokens,
                    overlap: 32,
                    max_windows: 64,
                    form: TextForm::Any,
                }),
            )
        }
        "gru_d" => return course(),
        _ => panic!("wanted densenet121, resnet18, encoder or gru_d, found {name}"),
    };
    let file = |name: &str| FileRef {
        file: name.to_owned(),
        sha256: Sha256::of(b""),
    };
    Manifest {
        format: 1,
        name: format!("bench-{name}"),
        version: "1".to_owned(),
        title: "A benchmark".to_owned(),
        intended_use: "To measure time.".to_owned(),
        limits: Vec::new(),
        licence: "MIT".to_owned(),
        data: "a formula".to_owned(),
        trained: "2026-11-23".to_owned(),
        output: Output::Softmax,
        labels: ["a", "b", "c"]
            .map(|it| Label {
                name: it.to_owned(),
                operating_point: None,
            })
            .to_vec(),
        network,
        tokenizer: matches!(prep, Spec::Text(_)).then(|| file("tokenizer.json")),
        prep,
        weights: file("weights.safetensors"),
        members: Vec::new(),
        terms: None,
        naming: Vec::new(),
        calibration: Calibration::None,
        scope: None,
        prevalence: None,
        conformal: None,
        site: None,
        op_norm: Vec::new(),
        known_answer: KnownAnswer {
            logits: vec![0.0; N_LABELS],
            tolerance: 1e-3,
        },
        metrics: Vec::new(),
        explanations: Vec::new(),
        erasures: Vec::new(),
    }
}
