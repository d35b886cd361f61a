//! Bundles: what a valid one gives back, and what is said of each broken one.

use std::{fs, path::Path};

use wardlight::{
    disk::{self, Sha256},
    model::{
        self, Bundle, Manifest, Network, bundle, known_answer,
        manifest::{FileRef, KnownAnswer, Label, Output},
        network::{Pool, ResNetS, Transformer},
    },
    nn::{self, Options, params},
    prediction::{Calibration, Form, Precision},
    prep::{
        ImageSpec, Spec, TextForm, TextSpec,
        scan::{Fit, Intensity},
    },
    warnings::Warnings,
};

fn label(name: &str) -> Label {
    Label {
        name: name.to_owned(),
        operating_point: None,
    }
}

fn network(width: usize) -> Network {
    Network::ResNetS(ResNetS {
        in_channels: 1,
        width,
        blocks: vec![1, 1],
        stem_stride: 1,
    })
}

/// A valid manifest for a small Transformer on windows of 12 tokens.
pub(crate) fn text_manifest(labels: &[&str], pool: Pool) -> Manifest {
    let network = Transformer {
        vocab: 50,
        max_tokens: 12,
        layers: 2,
        dim: 16,
        heads: 4,
        ffn: 32,
        pool,
        epsilon: 1e-12,
    };
    Manifest {
        prep: Spec::Text(TextSpec {
            max_tokens: 12,
            overlap: 4,
            max_windows: 8,
            form: TextForm::Any,
        }),
        tokenizer: Some(FileRef {
            file: "tokenizer.json".to_owned(),
            sha256: Sha256::of(b""),
        }),
        ..image_manifest(labels, Network::Transformer(network))
    }
}

/// A valid manifest for a convolutional network on pictures of 24 x 16.
pub(crate) fn image_manifest(labels: &[&str], network: Network) -> Manifest {
    Manifest {
        format: 1,
        name: "small-chest".to_owned(),
        version: "1.0.0".to_owned(),
        title: "A small model".to_owned(),
        intended_use: "For tests.".to_owned(),
        limits: vec!["Not for people.".to_owned()],
        licence: "MIT".to_owned(),
        data: "random numbers".to_owned(),
        trained: "2026-11-23".to_owned(),
        output: Output::Softmax,
        labels: labels.iter().map(|it| label(it)).collect(),
        network,
        prep: Spec::Image(ImageSpec {
            width: 24,
            height: 16,
            channels: 1,
            colour: false,
            margin: 0.0,
            fit: Fit::Stretch,
            intensity: Intensity::Quantiles {
                low: 0.01,
                high: 0.99,
            },
            mean: 0.5,
            std: 0.25,
            steps: Vec::new(),
            crop: None,
        }),
        weights: FileRef {
            file: "weights.safetensors".to_owned(),
            sha256: Sha256::of(b""),
        },
        members: Vec::new(),
        tokenizer: None,
        terms: None,
        naming: Vec::new(),
        calibration: Calibration::Temperature {
            temperature: 1.3,
            n: 100,
        },
        scope: None,
        prevalence: None,
        conformal: None,
        site: None,
        op_norm: Vec::new(),
        known_answer: KnownAnswer {
            logits: vec![0.0; labels.len()],
            tolerance: 1e-3,
        },
        metrics: Vec::new(),
        explanations: Vec::new(),
        erasures: Vec::new(),
    }
}

/// A bundle as the trainer writes it: random weights, their hash and their answer to the known input.
pub(crate) fn write_bundle(folder: &Path, manifest: Manifest) -> Manifest {
    let (vars, _) = nn::fresh(&manifest.network, manifest.labels.len()).unwrap();
    write_bundle_of(folder, manifest, &vars)
}

/// The same of these weights.
pub(crate) fn write_bundle_of(
    folder: &Path,
    mut manifest: Manifest,
    vars: &nn::VarStore,
) -> Manifest {
    let named = vars.variables().into_iter().collect::<Vec<_>>();
    let weights = params::to_safetensors(&named).unwrap();
    manifest.weights.sha256 = Sha256::of(&weights);
    let plain = Options {
        form: Form::Plain,
        ..Options::default()
    };
    let mut model = nn::build(manifest.clone(), &weights, plain).unwrap();
    manifest.known_answer.logits = model.logits(&[known_answer::input(&manifest)]).unwrap()[0]
        .values
        .clone();
    fs::create_dir_all(folder).unwrap();
    write(&folder.join("weights.safetensors"), &weights);
    write(&folder.join("card.md"), b"# A small model\n");
    write_manifest(folder, &manifest);
    manifest
}

fn write(path: &Path, bytes: &[u8]) {
    disk::write_atomic(path, bytes).unwrap();
}

fn write_manifest(folder: &Path, manifest: &Manifest) {
    write(
        &folder.join("manifest.toml"),
        manifest.to_toml().unwrap().as_bytes(),
    );
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("model")
        .join(name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn load(folder: &Path) -> Result<Box<dyn model::Model>, model::Error> {
    nn::load(
        Bundle::open(folder)?,
        Options::default(),
        &Warnings::default(),
    )
}

fn error(folder: &Path) -> String {
    match load(folder) {
        Ok(_) => panic!("wanted an error"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_bundle_comes_back_as_it_was_written() {
    let models = folder("good");
    let written = write_bundle(&models.join("one"), image_manifest(&["a", "b"], network(4)));
    let warnings = Warnings::default();
    let read = Bundle::open(&models.join("one")).unwrap();
    assert_eq!(read.manifest, written);
    assert_eq!(read.card, "# A small model\n");
    let mut model = nn::load(read, Options::default(), &warnings).unwrap();
    let answers = model
        .logits(&[known_answer::input(&written), known_answer::input(&written)])
        .unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].features.len(), 8);
    assert!(warnings.list().is_empty(), "{:?}", warnings.list());
}

#[test]
fn a_precision_that_the_processor_lacks_gives_way_with_a_warning() {
    let folder = folder("precision");
    write_bundle(&folder, image_manifest(&["a", "b"], network(4)));
    let warnings = Warnings::default();
    let options = Options {
        precision: Precision::Bfloat16,
        ..Options::default()
    };
    let model = nn::load(Bundle::open(&folder).unwrap(), options, &warnings).unwrap();
    let engine = model.engine();
    assert_eq!(engine.form, Form::Fused);
    match engine.precision {
        Precision::Bfloat16 => assert!(warnings.list().is_empty()),
        Precision::Float32 => {
            let text = &warnings.list()[0].text;
            assert!(
                text.starts_with("the network runs fused in float32, because"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_flipped_byte_is_found_before_it_is_used() {
    let folder = folder("flipped");
    write_bundle(&folder, image_manifest(&["a", "b"], network(4)));
    let path = folder.join("weights.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    write(&path, &bytes);
    let text = error(&folder);
    assert!(text.starts_with("wanted weights with SHA-256 "), "{text}");
}

#[test]
fn a_missing_label_is_named() {
    let folder = folder("label");
    let written = write_bundle(&folder, image_manifest(&["a", "b", "c"], network(4)));
    let mut fewer = written.clone();
    fewer.labels.pop();
    assert_eq!(
        fewer.to_toml().unwrap_err().to_string(),
        "the manifest is not valid: wanted 2 known logits, one for each label, found 3"
    );
    fewer.known_answer.logits.pop();
    write_manifest(&folder, &fewer);
    assert_eq!(
        error(&folder),
        "wanted weights for 2 labels as in the manifest, found weights for 3"
    );
}

#[test]
fn weights_of_another_network_are_refused() {
    let (one, other) = (folder("network-one"), folder("network-other"));
    write_bundle(&one, image_manifest(&["a", "b"], network(4)));
    let deeper = Network::ResNetS(ResNetS {
        in_channels: 1,
        width: 4,
        blocks: vec![1, 2],
        stem_stride: 1,
    });
    write_bundle(&other, image_manifest(&["a", "b"], deeper));
    let weights = fs::read(other.join("weights.safetensors")).unwrap();
    write(&one.join("weights.safetensors"), &weights);
    let text = fs::read_to_string(one.join("manifest.toml")).unwrap();
    let mut manifest = Manifest::parse(&text).unwrap();
    manifest.weights.sha256 = Sha256::of(&weights);
    write_manifest(&one, &manifest);
    assert_eq!(
        error(&one),
        "wanted weights named and shaped as the network resnet_s, found 10 not part of it: layer2.1.bn1.bias, \
         layer2.1.bn1.running_mean, layer2.1.bn1.running_var and 7 more"
    );
    manifest.network = network(8);
    write_manifest(&one, &manifest);
    assert!(
        error(&one).contains("mis-shaped: bn1.bias [4] for [8]"),
        "{}",
        error(&one)
    );
}

#[test]
fn a_wrong_known_answer_stops_the_model() {
    let folder = folder("known");
    let mut written = write_bundle(&folder, image_manifest(&["a", "b"], network(4)));
    written.known_answer.logits[1] += 0.01;
    write_manifest(&folder, &written);
    assert!(
        error(&folder).starts_with("wanted the known answer ["),
        "{}",
        error(&folder)
    );
}

#[test]
fn weights_that_are_not_a_number_give_no_answer() {
    let manifest = image_manifest(&["a", "b"], network(4));
    let (vars, _) = nn::fresh(&manifest.network, 2).unwrap();
    let mut variables = vars.variables();
    let mut bias = variables.remove("fc.bias").unwrap().detach();
    drop(bias.fill_(f64::NAN));
    variables.insert("fc.bias".to_owned(), bias);
    let weights = params::to_safetensors(&variables.into_iter().collect::<Vec<_>>()).unwrap();
    let input = known_answer::input(&manifest);
    let mut model = nn::build(manifest, &weights, Options::default()).unwrap();
    let error = model.logits(&[input]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "wanted finite numbers from the network, found NaN"
    );
}

#[test]
fn a_list_of_models_keeps_the_broken_ones_with_their_reason() {
    let models = folder("list");
    write_bundle(
        &models.join("b-good"),
        image_manifest(&["a", "b"], network(4)),
    );
    fs::create_dir(models.join("a-broken")).unwrap();
    write(
        &models.join("a-broken/manifest.toml"),
        b"format = 1\ncolour = 3\n",
    );
    fs::create_dir(models.join("not-a-bundle")).unwrap();
    let listed = bundle::list(&models).unwrap();
    assert_eq!(listed.len(), 2);
    let text = listed[0].manifest.as_ref().unwrap_err().to_string();
    assert!(
        text.starts_with("the manifest is not valid: line 2: unknown field `colour`"),
        "{text}"
    );
    assert_eq!(listed[1].manifest.as_ref().unwrap().name, "small-chest");
}

/// Makes one value of a manifest wrong.
type Spoil = fn(&mut Manifest);

#[test]
fn a_manifest_with_a_bad_value_names_it() {
    let bad: [(&str, Spoil); 9] = [
        ("wanted format 1, found 2", |it| it.format = 2),
        ("a name of 1 to 64", |it| it.name = "../x".to_owned()),
        ("a file name without a folder", |it| {
            it.weights.file = "../x".to_owned()
        }),
        ("labels that differ", |it| {
            it.labels[1].name = "a".to_owned()
        }),
        ("a positive temperature", |it| {
            it.calibration = Calibration::Temperature {
                temperature: 0.0,
                n: 9,
            }
        }),
        ("finite known logits", |it| {
            it.known_answer.logits[0] = f32::NAN
        }),
        ("a date of training", |it| {
            it.trained = "yesterday".to_owned()
        }),
        ("1 channels", |it| {
            let Spec::Image(spec) = &mut it.prep else {
                return;
            };
            spec.channels = 3;
        }),
        ("a number of stages", |it| {
            it.network = Network::ResNetS(ResNetS {
                in_channels: 1,
                width: 4,
                blocks: vec![],
                stem_stride: 1,
            });
        }),
    ];
    for (want, spoil) in bad {
        let mut manifest = image_manifest(&["a", "b"], network(4));
        spoil(&mut manifest);
        let text = manifest.to_toml().unwrap_err().to_string();
        assert!(text.contains(want), "wanted {want}, found {text}");
    }
}
