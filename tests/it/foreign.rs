//! Models of other programs, from their file to a score: the answers are those of the Python originals on the same
//! weights and the same pictures (tests/fixtures/make_foreign.py), through the shipped program.

use std::{
    fs,
    io::{Cursor, Read as _},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use wardlight::{
    case::Samples,
    foreign::{self, Asked, Draft, Kind},
    import::{Dtype, ModelFile, NamedTensor, Opened},
    model::{Manifest, Network, manifest::Output, network::ResNetS},
    nn::{self, Options, params},
    prediction::Calibration,
    prep::{Filter, Fit, ImageSpec, Intensity, Spec, Step, prepare_scan},
    score::{self, Gate, Loaded, Target},
    warnings::Warnings,
};

use crate::{
    command::{run, scratch, wardlight},
    dicom::decoder,
    fake,
    made::Fields,
    model::image_manifest,
    pickles::{answers, fixture},
    prep::scan,
};

/// `grey` of tests/fixtures/foreign_picture.py.
fn grey(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        ((x * x / (97 + seed) + y * y / 61 + x * y / 113 + 3 * x + 7 * seed) % 256) as u8
    };
    (0..height)
        .flat_map(|y| (0..width).map(move |x| pixel(x, y)))
        .collect()
}

/// The two pictures that the originals were asked about.
fn pictures(folder: &Path) -> (PathBuf, PathBuf) {
    let (width, height) = (301, 277);
    let planes = [0, 1, 2].map(|it| grey(width, height, it));
    let (one, three) = (folder.join("grey.png"), folder.join("colour.png"));
    image::GrayImage::from_raw(width, height, planes[0].clone())
        .unwrap()
        .save(&one)
        .unwrap();
    let pixels = (0..planes[0].len()).flat_map(|idx| planes.each_ref().map(|it| it[idx]));
    image::RgbImage::from_raw(width, height, pixels.collect())
        .unwrap()
        .save(&three)
        .unwrap();
    (one, three)
}

fn fixture_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/foreign")
        .join(name)
}

/// Imports a model with the shipped program; what it says.
fn import(model: &Path, out: &Path, more: &[&str]) -> String {
    let (code, said, error) = run(wardlight()
        .args(["model", "import"])
        .arg(model)
        .arg("--out")
        .arg(out)
        .args(more));
    assert_eq!(code, 0, "{said}{error}");
    assert!(
        said.contains("known answer reproduced by both forms"),
        "{said}"
    );
    said
}

/// Scores a picture with the one bundle of a folder.
fn scored(models: &Path, picture: &Path) -> Value {
    let (code, out, error) = run(wardlight()
        .args(["score", "--json", "--beyond-scope"])
        .arg(picture)
        .arg("--models")
        .arg(models));
    assert_eq!(code, 0, "{error}");
    let report: Value = serde_json::from_str(&out).unwrap();
    report["results"][0]["prediction"].clone()
}

fn floats(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

/// One number of each score.
fn column(prediction: &Value, name: &str) -> Vec<f64> {
    let scores = prediction["scores"].as_array().unwrap();
    scores.iter().map(|it| it[name].as_f64().unwrap()).collect()
}

fn worst(found: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let pairs = found.iter().zip(wanted);
    pairs.fold(0.0, |so_far, (a, b)| so_far.max((a - b).abs()))
}

#[test]
fn a_torchxrayvision_model_scores_as_in_python() {
    let (folder, wanted) = (scratch("foreign_xrv"), &answers()["xrv"]);
    let (picture, _) = pictures(&folder);
    let models = folder.join("models");
    let out = models.join("xrv-toy");
    let more = [
        "--name",
        "densenet121-res224-all",
        "--sample",
        picture.to_str().unwrap(),
    ];
    let said = import(&fixture_path("xrv.pt"), &out, &more);
    assert!(said.contains("2 outputs were not trained"), "{said}");
    assert!(
        said.contains("cropped: 12 left, 12 right, 0 above, 0 below"),
        "{said}"
    );
    assert_eq!(
        &fs::read(out.join("import-preview.png")).unwrap()[1..4],
        b"PNG"
    );

    let prediction = scored(&models, &picture);
    let labels: Vec<&str> = prediction["scores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["label"].as_str().unwrap())
        .collect();
    assert_eq!(json!(labels), wanted["labels"]);
    let logits = worst(&column(&prediction, "logit"), &floats(&wanted["logits"]));
    let scores = worst(
        &column(&prediction, "probability"),
        &floats(&wanted["scores"]),
    );
    assert!(
        logits < 1e-4 && scores < 1e-4,
        "logits {logits}, scores {scores}"
    );
    for it in prediction["scores"].as_array().unwrap() {
        let is_above = 0.5 <= it["probability"].as_f64().unwrap();
        assert_eq!(it["call"], if is_above { "above" } else { "below" });
    }
    let warnings = prediction["warnings"].to_string();
    assert!(
        warnings.contains("scores are not probabilities"),
        "{warnings}"
    );
    let card = fs::read_to_string(out.join("card.md")).unwrap();
    assert!(
        card.contains("not measured here") && card.contains("Apache-2.0"),
        "{card}"
    );
    let manifest =
        Manifest::parse(&fs::read_to_string(out.join("manifest.toml")).unwrap()).unwrap();
    assert!(manifest.scope.is_none() && manifest.trained == "unknown");
    // A second import does not write over the first.
    let (code, _, error) = run(wardlight()
        .args(["model", "import"])
        .arg(fixture_path("xrv.pt"))
        .arg("--out")
        .arg(&out));
    assert!(
        code == 2 && error.contains("a folder without a bundle"),
        "{error}"
    );
}

#[test]
fn torchvision_models_score_as_in_python() {
    let (folder, wanted) = (scratch("foreign_torchvision"), &answers()["torchvision"]);
    let (_, picture) = pictures(&folder);
    for name in ["resnet18", "resnet34", "resnet50", "densenet121"] {
        let models = folder.join(name);
        let more = ["--kind", "torchvision", "--labels", "a,b,c,d,e"];
        import(
            &fixture_path(&format!("{name}.pth")),
            &models.join(name),
            &more,
        );
        let prediction = scored(&models, &picture);
        let found = worst(&column(&prediction, "logit"), &floats(&wanted[name]));
        assert!(found < 1e-4, "{name}: {found}");
    }
}

#[test]
fn a_monai_bundle_scores_as_in_python_zipped_or_not() {
    let (folder, wanted) = (scratch("foreign_monai"), floats(&answers()["monai"]));
    let (_, picture) = pictures(&folder);
    unzip(&folder);
    let said = import(&fixture_path("monai.zip"), &folder.join("zipped/toy"), &[]);
    assert!(
        said.contains("the kernels were transposed instead"),
        "{said}"
    );
    import(&folder.join("toy_bundle"), &folder.join("open/toy"), &[]);
    for models in ["zipped", "open"] {
        let prediction = scored(&folder.join(models), &picture);
        let found = worst(&column(&prediction, "logit"), &wanted);
        assert!(found < 1e-4, "{models}: {found}");
        assert_eq!(prediction["scores"][3]["label"], "D");
    }
}

fn unzip(folder: &Path) {
    let mut archive = zip::ZipArchive::new(Cursor::new(fixture("monai.zip"))).unwrap();
    for idx in 0..archive.len() {
        let mut entry = archive.by_index(idx).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let path = folder.join(entry.name().unwrap().as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        wardlight::disk::write_atomic(&path, &bytes).unwrap();
    }
}

fn asked(kind: Option<Kind>) -> Asked {
    Asked {
        kind,
        name: "toy".to_owned(),
        file_stem: "toy".to_owned(),
        ..Asked::default()
    }
}

/// The MONAI bundle with one change to its descriptions.
fn changed(change: impl FnOnce(&mut Value, &mut Value)) -> foreign::Result<Draft> {
    let mut file = decoder().open_model_bytes(&fixture("monai.zip")).unwrap();
    let mut take = |name: &str| file.header.configs.remove(name).unwrap();
    let (mut metadata, mut inference) = (take("metadata.json"), take("inference.json"));
    change(&mut metadata, &mut inference);
    file.header
        .configs
        .insert("metadata.json".to_owned(), metadata);
    file.header
        .configs
        .insert("inference.json".to_owned(), inference);
    foreign::draft(file, &asked(None))
}

/// Spoils a description, and what is said then.
type Spoilt<'a> = (fn(&mut Value, &mut Value), &'a str);

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "a table of everything that is refused"
)]
fn what_a_monai_bundle_asks_for_and_cannot_get_here_is_named() {
    assert!(changed(|_, _| {}).is_ok());
    let transform = |value: Value| {
        move |_: &mut Value, inference: &mut Value| {
            inference["preprocessing"]["transforms"]
                .as_array_mut()
                .unwrap()
                .push(value);
        }
    };
    let rows = [
        (
            json!({"_target_": "Orientationd", "keys": "image", "axcodes": "RAS"}),
            "Orientationd",
        ),
        (
            json!({"_target_": "monai.transforms.RandFlipd", "keys": "image"}),
            "RandFlipd",
        ),
        (
            json!({"_target_": "Lambdad", "keys": "image", "func": "$lambda x: x"}),
            "Lambdad",
        ),
        (
            json!({"_target_": "NormalizeIntensityd", "keys": "image"}),
            "NormalizeIntensityd",
        ),
        (
            json!({"_target_": "ScaleIntensityd", "keys": "image", "minv": "$__import__('os').system('ls')"}),
            "ScaleIntensityd",
        ),
        (
            json!({"_target_": "Resized", "keys": "image", "spatial_size": [96, 80], "mode": "nearest"}),
            "Resized",
        ),
        (
            json!({"_target_": "Resized", "keys": "image", "spatial_size": [96, 80], "anti_aliasing_sigma": 2}),
            "Resized",
        ),
        (json!("$import os"), "preprocessing"),
        (json!("@nowhere"), "preprocessing"),
    ];
    for (value, name) in rows {
        let said = changed(transform(value)).unwrap_err().to_string();
        assert!(
            said.starts_with(&format!("needs manual preprocessing: {name}")),
            "{said}"
        );
    }
    let rows: [Spoilt<'_>; 6] = [
        (
            |metadata, _| {
                metadata.as_object_mut().unwrap().remove("task");
            },
            "none of task",
        ),
        (
            |metadata, _| {
                metadata["network_data_format"]["inputs"]["image"]["num_channels"] = json!(1)
            },
            "1 channels",
        ),
        (
            |metadata, _| {
                metadata["network_data_format"]["inputs"]["image"]["spatial_shape"] =
                    json!([80, 96])
            },
            "80 pixels",
        ),
        (
            |_, inference| inference["network_def"]["_target_"] = json!("UNet"),
            "UNet",
        ),
        (
            |_, inference| inference["network_def"]["spatial_dims"] = json!(3),
            "spatial_dims",
        ),
        (
            |_, inference| inference["resized"]["spatial_size"] = json!("@resized#spatial_size"),
            "lead to each other",
        ),
    ];
    for (change, wanted) in rows {
        let said = changed(change).unwrap_err().to_string();
        assert!(said.contains(wanted), "wanted {wanted}, found {said}");
    }
}

#[test]
fn op_norm_equals_its_goldens_and_puts_the_threshold_at_a_half() {
    // methods 1.4: t = 0.07422872.
    let network = Network::ResNetS(ResNetS {
        in_channels: 1,
        width: 4,
        blocks: vec![1],
        stem_stride: 1,
    });
    let mut manifest = image_manifest(&["finding"], network);
    manifest.output = Output::Sigmoid;
    manifest.calibration = Calibration::None;
    manifest.op_norm = vec![0.074_228_72];
    for (raw, wanted) in [
        (0.01_f32, 0.067_359),
        (0.2, 0.567_928),
        (0.5, 0.729_955),
        (0.9, 0.945_991),
        (0.074_228_72, 0.5),
    ] {
        let logit = (raw / (1.0 - raw)).ln();
        let found = answered(&manifest, logit);
        assert!((found - wanted).abs() < 2e-6, "{raw}: {found} for {wanted}");
    }
    manifest.op_norm = vec![1.5];
    assert!(
        manifest
            .to_toml()
            .unwrap_err()
            .to_string()
            .contains("op_norm")
    );
}

/// The score of a network whose last layer has nothing but a bias.
fn answered(manifest: &Manifest, logit: f32) -> f32 {
    let (vars, _) = nn::fresh(&manifest.network, 1).unwrap();
    let variables: std::collections::BTreeMap<_, _> = vars.variables().into_iter().collect();
    for (name, mut variable) in variables {
        if name.starts_with("fc.") {
            let value = if name == "fc.bias" {
                f64::from(logit)
            } else {
                0.0
            };
            drop(tch::no_grad(|| variable.fill_(value)));
        }
    }
    let named: Vec<_> = vars.variables().into_iter().collect();
    let weights = params::to_safetensors(&named).unwrap();
    let mut loaded = Loaded {
        model: nn::build(manifest.clone(), &weights, Options::default()).unwrap(),
        tokenizer: None,
        layout: None,
        warnings: Vec::new(),
    };
    let scan = scan(
        64,
        64,
        Samples::Gray((0..64 * 64).map(|it| it as f32).collect()),
    );
    let target = Target::Scan {
        scan: &scan,
        frame_idx: 0,
        at: None,
        neighbours: None,
    };
    let prediction = score::score(target, &mut loaded, Gate::Open).unwrap();
    prediction.scores[0].probability
}

fn thresholds(values: &[f32]) -> NamedTensor {
    NamedTensor {
        name: "op_threshs".to_owned(),
        dtype: Dtype::F32,
        shape: vec![values.len()],
        bytes: values.iter().flat_map(|it| it.to_le_bytes()).collect(),
    }
}

/// torchvision's ResNet-50 with the one channel of torchxrayvision's.
fn xrv_resnet50() -> ModelFile {
    let mut file = decoder()
        .open_model_bytes(&fixture("resnet50.pth"))
        .unwrap();
    let stem = file
        .tensors
        .iter_mut()
        .find(|it| it.name == "conv1.weight")
        .unwrap();
    stem.shape[1] = 1;
    stem.bytes = stem
        .bytes
        .chunks(3 * 49 * 4)
        .flat_map(|it| it[..49 * 4].to_vec())
        .collect();
    file
}

#[test]
fn thresholds_of_a_double_sigmoid_are_not_used() {
    let asked = |labels: &[&str]| Asked {
        labels: Some(labels.iter().map(|it| (*it).to_owned()).collect()),
        ..asked(Some(Kind::Xrv))
    };
    let labels = ["a", "b", "c", "d", "e"];
    let mut file = xrv_resnet50();
    file.tensors
        .push(thresholds(&[0.5157, 0.5044, f32::NAN, 0.5379, 0.5]));
    let draft = foreign::draft(file, &asked(&labels)).unwrap();
    assert!(draft.op_norm.is_empty() && draft.labels.iter().all(|it| it.operating_point.is_none()));
    assert!(
        draft
            .notes
            .iter()
            .any(|it| it.starts_with("WARNING") && it.contains("sigmoid of a sigmoid"))
    );
    let names: Vec<&str> = draft.labels.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "d", "e"]);
    let Spec::Image(prep) = &draft.prep else {
        panic!("wanted an image")
    };
    assert_eq!((prep.width, prep.height), (512, 512));

    let mut file = xrv_resnet50();
    file.tensors.push(thresholds(&[0.1, 0.2, 0.3, 0.4, 0.6]));
    let draft = foreign::draft(file, &asked(&labels)).unwrap();
    assert_eq!(draft.op_norm, [0.1, 0.2, 0.3, 0.4, 0.6]);
    assert!(
        foreign::draft(xrv_resnet50(), &asked(&["a"]))
            .unwrap_err()
            .to_string()
            .contains("5 labels")
    );
}

#[test]
fn weights_that_are_not_those_of_a_network_are_refused_by_name() {
    let open = |name: &str| decoder().open_model_bytes(&fixture(name)).unwrap();
    let said = |file: ModelFile, kind| foreign::draft(file, &asked(kind)).unwrap_err().to_string();
    assert!(said(open("resnet18.pth"), None).contains("--kind xrv, torchvision, monai or bert"));
    let mut file = open("toy.pt");
    let refused = said(open("toy.pt"), Some(Kind::Torchvision));
    assert!(refused.contains("floating point numbers"), "{refused}");
    file.tensors.retain(|it| it.name != "counts");
    let refused = said(file, Some(Kind::Torchvision));
    assert!(refused.contains("ResNet-18"), "{refused}");
    assert!(said(open("resnet18.pth"), Some(Kind::Xrv)).contains("1 channel"));
    let mut file = open("resnet18.pth");
    file.tensors.retain(|it| !it.name.starts_with("layer3.1."));
    assert!(said(file, Some(Kind::Torchvision)).contains("[2, 2, 1, 2]"));
    let mut file = open("resnet18.pth");
    file.tensors[0].bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(said(file, Some(Kind::Torchvision)).contains("finite weights"));
    // A name too many is found when the network is built.
    let mut file = open("resnet18.pth");
    let mut more = file.tensors[0].clone();
    more.name = "fc2.weight".to_owned();
    file.tensors.push(more);
    let draft = foreign::draft(file, &asked(Some(Kind::Torchvision))).unwrap();
    let out = scratch("foreign_extra").join("bundle");
    let Err(error) = foreign::write(&draft, &asked(None), &out) else {
        panic!("it was written")
    };
    assert!(error.to_string().contains("fc2.weight"), "{error}");
    assert!(!out.join("manifest.toml").exists());
}

/// A specification of steps on one grey channel.
fn spec(steps: Vec<Step>, width: usize, height: usize) -> ImageSpec {
    ImageSpec {
        width,
        height,
        channels: 1,
        colour: false,
        margin: 0.0,
        fit: Fit::Stretch,
        intensity: Intensity::Fixed {
            low: 0.0,
            high: 1.0,
        },
        mean: 0.0,
        std: 1.0,
        steps,
        crop: None,
    }
}

#[test]
fn resizing_equals_pillow_scikit_image_and_torch() {
    for golden in answers()["resizes"].as_array().unwrap() {
        let size = |name: &str| {
            let [width, height]: [usize; 2] = serde_json::from_value(golden[name].clone()).unwrap();
            (width, height)
        };
        let ((width, height), to) = (size("from"), size("to"));
        let filter: Filter = serde_json::from_value(golden["filter"].clone()).unwrap();
        let values = grey(width as u32, height as u32, 0);
        let mut scan = scan(
            width,
            height,
            Samples::Gray(values.iter().map(|it| f32::from(*it)).collect()),
        );
        scan.header.pixels.bits_stored = 8;
        let resize = Step::Resize {
            width: to.0,
            height: to.1,
            filter,
        };
        // scikit-image puts zero beyond the edge, so where zero lies matters; the golden was made 100 lower.
        let shift = |by: f32| Step::Range {
            low: 0.0,
            high: 1.0,
            to_low: by,
            to_high: 1.0 + by,
            clip: false,
        };
        let steps = if filter == Filter::Skimage {
            vec![Step::FirstChannel, shift(-100.0), resize, shift(100.0)]
        } else {
            vec![Step::FirstChannel, resize]
        };
        let found = prepare_scan(&scan, 0, &spec(steps, to.0, to.1), &Warnings::default()).unwrap();
        let found: Vec<f64> = found.values.iter().map(|it| f64::from(*it)).collect();
        let worst = worst(&found, &floats(&golden["values"]));
        assert!(
            worst < 2e-4,
            "{filter:?} {width} x {height} to {to:?}: {worst}"
        );
        if filter == Filter::Pillow {
            assert!(worst < 1e-9, "Pillow's numbers are whole: {worst}");
        }
    }
}

#[test]
fn twelve_bits_and_monochrome1_lie_where_torchxrayvision_puts_them() {
    // (2 x / 4095 - 1) * 1024, and of MONOCHROME1, 4095 - x.
    let steps = || {
        vec![
            Step::FirstChannel,
            Step::Stored {
                low: -1024.0,
                high: 1024.0,
            },
            Step::CentreSquare,
            Step::Resize {
                width: 16,
                height: 16,
                filter: Filter::Skimage,
            },
        ]
    };
    for photometric in ["MONOCHROME2", "MONOCHROME1"] {
        let mut fields = Fields::gray(16, 20, 12);
        let stored = |idx: usize| (idx * 12) as u16;
        fields.text(0x0028_0004, b"CS", photometric);
        fields.pixels((0..320).flat_map(|it| stored(it).to_le_bytes()).collect());
        let Opened::Scan(scan) = decoder().open_bytes(&fields.part10()).unwrap() else {
            panic!("wanted a scan")
        };
        let found = prepare_scan(&scan, 0, &spec(steps(), 16, 16), &Warnings::default()).unwrap();
        // Columns 2 to 17 of 20 are read; the size stays.
        for (row, column) in [(0, 0), (3, 7), (15, 15)] {
            let stored = f32::from(stored(row * 20 + column + 2));
            let value = if photometric == "MONOCHROME1" {
                4095.0 - stored
            } else {
                stored
            };
            let wanted = (2.0 * (value / 4095.0) - 1.0) * 1024.0;
            let found = found.values[row * 16 + column];
            assert!(
                (found - wanted).abs() < 1e-3,
                "{photometric}: {found} for {wanted}"
            );
        }
        assert_eq!(found.scan_from_input.apply((0.0, 0.0)), (2.0, 0.0));
    }
    // Values that the file cannot store come from a rescale: the original would have read other numbers.
    let mut scan = scan(
        32,
        32,
        Samples::Gray((0..1024).map(|it| it as f32 - 1000.0).collect()),
    );
    scan.header.pixels.bits_stored = 12;
    let refused = prepare_scan(&scan, 0, &spec(steps(), 16, 16), &Warnings::default()).unwrap_err();
    assert!(
        refused.to_string().contains("values of 0 to 4095"),
        "{refused}"
    );
}

#[test]
fn steps_that_cannot_be_taken_are_refused_in_the_manifest() {
    let manifest = |steps: Vec<Step>| {
        let mut manifest = fake::chest_manifest();
        manifest.prep = Spec::Image(spec(steps, 64, 64));
        manifest.to_toml()
    };
    let resize = Step::Resize {
        width: 64,
        height: 64,
        filter: Filter::Area,
    };
    assert!(manifest(vec![Step::Luma, resize.clone()]).is_ok());
    let text = manifest(vec![
        Step::Luma,
        Step::Stretch {
            low: 0.0,
            high: 1.0,
        },
        resize.clone(),
    ])
    .unwrap();
    let Spec::Image(read) = Manifest::parse(&text).unwrap().prep else {
        panic!("wanted an image")
    };
    assert_eq!(read.steps.len(), 3);
    let wrong = [
        (vec![resize.clone()], "begin with the channels"),
        (vec![Step::Rgb, resize.clone()], "1 channels"),
        (
            vec![Step::Luma, resize.clone(), Step::CentreSquare],
            "64 x 64",
        ),
        (
            vec![
                Step::Luma,
                Step::Stretch {
                    low: 1.0,
                    high: 0.0,
                },
                resize.clone(),
            ],
            "from low to high",
        ),
        (
            vec![
                Step::Luma,
                Step::Normalise {
                    mean: vec![],
                    std: vec![],
                },
                resize,
            ],
            "for each channel",
        ),
    ];
    for (steps, wanted) in wrong {
        let said = manifest(steps).unwrap_err().to_string();
        assert!(said.contains(wanted), "wanted {wanted}, found {said}");
    }
}

#[test]
fn specifications_without_steps_keep_their_hash() {
    // Results carry the hash of this text: a new field must not change it for the models that are there.
    let Spec::Image(spec) = fake::chest_manifest().prep else {
        panic!("wanted an image")
    };
    let text = serde_json::to_string(&Spec::Image(spec)).unwrap();
    assert!(text.ends_with(r#""mean":0.5,"std":0.25}"#), "{text}");
}
