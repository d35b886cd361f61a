//! TorchScript modules in their worker: who may run, what comes back, what is contained. Modules and Python's own answers
//! to them come from tests/fixtures/make_scripts.py (torch 2.13.0).

use std::{fs, path::Path, time::Duration};

use serde_json::Value;
use wardlight::{
    disk::Sha256,
    model::{
        Allowed, Attribution, AttributionValues, Bundle, Error, Manifest, Model, Network, Task,
        allowed::{Entry, Module},
        manifest::{FileRef, KnownAnswer, Label, Output},
        network::{Gives, TorchScript},
        sheet::WEIGHTS,
    },
    nn::{
        self, Options,
        script::{self, Settings},
    },
    prediction::{Affine2, Calibration, LabelIdx, Method},
    prep::{Fit, ImageInput, ImageSpec, Input, Intensity, Spec},
    warnings::Warnings,
};

use crate::command::{run, scratch, wardlight, write};

const SIDE: usize = 32;
/// The label that Python explained.
const LABEL: LabelIdx = LabelIdx(1);

fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

fn path(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/scripts");
    folder.join(format!("{name}.ts"))
}

/// What Python found for a module.
fn python(module: &str, what: &str) -> Vec<f32> {
    let text = include_str!("../fixtures/scripts.json");
    let answers: Value = serde_json::from_str(text).unwrap();
    let found = answers["modules"][module][what].as_array();
    let found = found.unwrap_or_else(|| panic!("the fixture has no {what} of {module}"));
    found.iter().map(|it| it.as_f64().unwrap() as f32).collect()
}

fn spec() -> ImageSpec {
    ImageSpec {
        width: SIDE,
        height: SIDE,
        channels: 1,
        colour: false,
        margin: 0.0,
        fit: Fit::Stretch,
        intensity: Intensity::Fixed {
            low: 0.0,
            high: 255.0,
        },
        mean: 0.45,
        std: 0.25,
        steps: Vec::new(),
        crop: None,
    }
}

fn manifest(name: &str, (gives, has_features): (Gives, bool), known: Vec<f32>) -> Manifest {
    let label = |name: &str| Label {
        name: name.to_owned(),
        operating_point: None,
    };
    Manifest {
        format: 1,
        name: name.replace('_', "-"),
        version: "1".to_owned(),
        title: "A module".to_owned(),
        intended_use: "Tests.".to_owned(),
        limits: Vec::new(),
        licence: "none".to_owned(),
        data: "none".to_owned(),
        trained: "2026-11-25".to_owned(),
        output: Output::Softmax,
        prevalence: None,
        labels: vec![label("first"), label("second")],
        network: Network::TorchScript(TorchScript {
            in_channels: 1,
            gives,
            axes_exchanged: false,
            has_features,
        }),
        prep: Spec::Image(spec()),
        weights: FileRef {
            file: WEIGHTS.to_owned(),
            sha256: Sha256::of(&bytes(name)),
        },
        members: Vec::new(),
        tokenizer: None,
        terms: None,
        naming: Vec::new(),
        calibration: Calibration::None,
        conformal: None,
        site: None,
        op_norm: Vec::new(),
        known_answer: KnownAnswer {
            logits: known,
            tolerance: 1e-5,
        },
        scope: None,
        explanations: Vec::new(),
        erasures: Vec::new(),
        metrics: Vec::new(),
    }
}

fn bundle(manifest: Manifest, weights: Vec<u8>) -> Bundle {
    Bundle {
        manifest,
        weights,
        members: Vec::new(),
        tokenizer: None,
        terms: None,
        layout: None,
        card: String::new(),
    }
}

fn allowing(bytes: &[u8]) -> Allowed {
    let mut allowed = Allowed::default();
    allowed.add(Entry {
        sha256: Sha256::of(bytes),
        name: None,
        allowed: "2026-11-25".to_owned(),
    });
    allowed
}

fn module(name: &str) -> Module {
    let bytes = bytes(name);
    allowing(&bytes).admit(bytes).unwrap()
}

fn settings() -> Settings {
    Settings {
        worker: Some(env!("CARGO_BIN_EXE_wardlight-script").into()),
        timeout: Duration::from_secs(60),
        threads: 1,
    }
}

fn load(name: &str, how: (Gives, bool)) -> Result<Box<dyn Model>, Error> {
    load_within(name, how, settings())
}

fn load_within(
    name: &str,
    how: (Gives, bool),
    settings: Settings,
) -> Result<Box<dyn Model>, Error> {
    let known = match name {
        "plain" | "maps" | "wrong_maps" | "chatty" | "moody" => python(name, "fixed"),
        "probabilities" => python(name, "fixed").iter().map(|it| it.ln()).collect(),
        _ => vec![0.0, 0.0],
    };
    let bytes = bytes(name);
    let allowed = allowing(&bytes);
    script::load(
        bundle(manifest(name, how, known), bytes),
        &allowed,
        settings,
    )
}

fn refusal(name: &str, settings: Settings) -> Error {
    match load_within(name, (Gives::Logits, false), settings) {
        Err(error) => error,
        Ok(_) => panic!("{name} was loaded"),
    }
}

/// Grey values that make_scripts.py draws too.
fn level(x: usize, y: usize) -> u8 {
    ((x * 7 + y * 5 + x * y / 8) % 256) as u8
}

fn picture(value: impl Fn(usize, usize) -> f32) -> Input {
    let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
    Input::Image(ImageInput {
        channels: 1,
        height: SIDE,
        width: SIDE,
        values: places.map(|(x, y)| value(x, y)).collect(),
        scan_from_input: Affine2::IDENTITY,
    })
}

fn drawn() -> Input {
    picture(|x, y| (f32::from(level(x, y)) / 255.0 - 0.45) / 0.25)
}

fn map(attribution: Attribution) -> Vec<f32> {
    match attribution.values {
        AttributionValues::Map { values, .. } => values,
        AttributionValues::Tokens(_) | AttributionValues::Steps(_) => {
            panic!("an explanation of something else")
        }
    }
}

fn assert_close(found: &[f32], want: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), want.len(), "{what}");
    let pairs = found.iter().zip(want);
    let worst = pairs.fold(0.0_f32, |so_far, (a, b)| so_far.max((a - b).abs()));
    println!("{what}: largest difference from Python {worst:.2e}");
    assert!(worst <= tolerance, "{what}: {worst} above {tolerance}");
}

#[test]
fn a_module_runs_only_if_its_own_bytes_are_allowed() {
    let bytes = bytes("plain");
    let known = python("plain", "fixed");
    let make = |weights: &[u8]| {
        let manifest = manifest("plain", (Gives::Logits, false), known.clone());
        bundle(manifest, weights.to_vec())
    };
    let sha256 = Sha256::of(&bytes);
    let refused = |error: Option<Error>, want: Sha256| match error {
        Some(Error::NotAllowed { sha256 }) => assert_eq!(sha256, want),
        other => panic!("wanted a refusal, found {other:?}"),
    };
    refused(
        script::load(make(&bytes), &Allowed::default(), settings()).err(),
        sha256,
    );
    refused(
        nn::load(make(&bytes), Options::default(), &Warnings::default()).err(),
        sha256,
    );
    // Allowed in name only: the manifest's hash is on the list, the bytes are others.
    let mut other = bytes.clone();
    let last = other.len() - 1;
    other[last] ^= 1;
    refused(
        script::load(make(&other), &allowing(&bytes), settings()).err(),
        Sha256::of(&other),
    );
    assert!(script::load(make(&bytes), &allowing(&bytes), settings()).is_ok());
}

#[test]
fn answers_equal_those_of_python() {
    for (name, how) in [
        ("plain", (Gives::Logits, false)),
        ("maps", (Gives::Logits, true)),
        // Prints a thousand lines for each answer.
        ("chatty", (Gives::Logits, false)),
    ] {
        let mut model = load(name, how).unwrap();
        let answers = model.logits(&[drawn(), drawn(), drawn()]).unwrap();
        assert_eq!(answers.len(), 3);
        for answer in answers {
            assert_close(&answer.values, &python(name, "png"), 1e-5, name);
        }
    }
    let mut model = load("probabilities", (Gives::Probabilities, false)).unwrap();
    let answer = model.logits(&[drawn()]).unwrap().remove(0);
    let probabilities: Vec<f32> = answer.values.iter().map(|it| it.exp()).collect();
    assert_close(
        &probabilities,
        &python("probabilities", "png"),
        1e-5,
        "probabilities",
    );
}

#[test]
fn explanations_equal_those_of_python() {
    let task = Task::default();
    for (name, has_features) in [("plain", false), ("maps", true)] {
        let mut model = load(name, (Gives::Logits, has_features)).unwrap();
        let mut explain = |method| model.explain(&drawn(), LABEL, method, &task);
        let occlusion = map(explain(Method::Occlusion).unwrap());
        assert_close(&occlusion, &python(name, "occlusion"), 1e-5, "occlusion");
        let gradients = explain(Method::IntegratedGradients).unwrap();
        let gap = gradients.completeness_gap.unwrap();
        assert!(
            gap < 0.05,
            "the attributions miss the change of the logit by {gap}"
        );
        let want = python(name, "integrated_gradients");
        assert_close(&map(gradients), &want, 1e-5, "integrated gradients");
        for method in [Method::SmoothGrad, Method::Rise] {
            let values = map(explain(method).unwrap());
            assert_eq!(values.len(), SIDE * SIDE);
            assert!(values.iter().all(|it| it.is_finite()) && values.iter().any(|it| *it != 0.0));
        }
        let cam = [
            (Method::GradCam, "grad_cam"),
            (Method::HiResCam, "hires_cam"),
        ];
        for (method, what) in cam {
            match (explain(method), has_features) {
                (Ok(found), true) => assert_close(&map(found), &python(name, what), 1e-5, what),
                (Err(Error::Method { .. }), false) => {}
                (other, _) => panic!("{what} of {name}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_module_that_reads_by_columns_gets_columns_and_its_maps_lie_right() {
    let mut manifest = manifest(
        "maps",
        (Gives::Logits, true),
        python("maps", "fixed_by_columns"),
    );
    let Network::TorchScript(network) = &mut manifest.network else {
        panic!("another network");
    };
    network.axes_exchanged = true;
    let weights = bytes("maps");
    let allowed = allowing(&weights);
    let mut model = script::load(bundle(manifest, weights), &allowed, settings()).unwrap();
    let answer = model.logits(&[drawn()]).unwrap().remove(0);
    assert_close(
        &answer.values,
        &python("maps", "png_by_columns"),
        1e-5,
        "by columns",
    );
    for (method, what) in [
        (Method::GradCam, "grad_cam_by_columns"),
        (
            Method::IntegratedGradients,
            "integrated_gradients_by_columns",
        ),
    ] {
        let found = model.explain(&drawn(), LABEL, method, &Task::default());
        assert_close(&map(found.unwrap()), &python("maps", what), 1e-5, what);
    }
}

#[test]
fn a_module_says_by_itself_whether_it_can_be_explained_by_its_maps() {
    let probe = |name| script::probe(module(name), &spec(), false, settings()).unwrap();
    assert_eq!(probe("maps").has_features, Ok(()));
    assert_eq!(probe("maps").shape, [1, 2]);
    let why = probe("plain").has_features.unwrap_err();
    assert!(why.contains("features"), "{why}");
    let why = probe("wrong_maps").has_features.unwrap_err();
    assert!(why.contains("does not give what `forward` gives"), "{why}");
    // A manifest that claims the maps all the same.
    let claimed = load("wrong_maps", (Gives::Logits, true)).err();
    assert!(
        matches!(claimed, Some(Error::KnownAnswer { .. })),
        "{claimed:?}"
    );
}

#[test]
fn what_is_no_answer_is_no_result() {
    let error = refusal("three_labels", settings());
    assert!(
        matches!(error, Error::LabelCount { want: 2, found: 3 }),
        "{error}"
    );
    let error = refusal("pictures", settings());
    assert!(error.to_string().contains("[1, 8, 16, 16]"), "{error}");
    let error = refusal("pair", settings());
    assert!(matches!(error, Error::Engine { .. }), "{error}");
    let error = refusal("not_finite", settings());
    assert!(matches!(error, Error::NotFinite { .. }), "{error}");
    let mut model = load("plain", (Gives::Logits, false)).unwrap();
    let small = Input::Image(ImageInput {
        channels: 1,
        height: 8,
        width: 8,
        values: vec![0.0; 64],
        scan_from_input: Affine2::IDENTITY,
    });
    assert!(matches!(model.logits(&[small]), Err(Error::Input { .. })));
}

#[test]
fn a_module_that_does_not_come_back_is_ended_and_the_next_request_starts_anew() {
    let short = || Settings {
        timeout: Duration::from_secs(3),
        ..settings()
    };
    for name in ["endless", "endless_load"] {
        let error = refusal(name, short());
        assert!(
            matches!(error, Error::ScriptTimeout { limit_secs: 3 }),
            "{error}"
        );
    }
    let mut model = load_within("moody", (Gives::Logits, false), short()).unwrap();
    let bright = picture(|_, _| 2.0);
    for _ in 0..2 {
        let late = model.logits(std::slice::from_ref(&bright));
        assert!(matches!(late, Err(Error::ScriptTimeout { .. })), "{late:?}");
        let answer = model.logits(&[drawn()]).unwrap().remove(0);
        assert_close(
            &answer.values,
            &python("moody", "png"),
            1e-5,
            "after a restart",
        );
    }
}

#[test]
fn a_module_that_wants_all_memory_gets_an_error() {
    let error = refusal("greedy", settings());
    assert!(
        matches!(error, Error::Engine { .. } | Error::ScriptDied { .. }),
        "{error}"
    );
}

#[test]
fn a_worker_that_is_none_is_told() {
    let with = |worker: &str| Settings {
        worker: Some(worker.into()),
        timeout: Duration::from_secs(10),
        ..settings()
    };
    let error = refusal("plain", with("/no/such/worker"));
    assert!(matches!(error, Error::NoScriptWorker { .. }), "{error}");
    let error = refusal("plain", with("/bin/true"));
    assert!(error.to_string().contains("exit status 0"), "{error}");
    let error = refusal("plain", with(env!("CARGO_BIN_EXE_wardlight-decode")));
    assert!(
        matches!(error, Error::Engine { .. } | Error::ScriptDied { .. }),
        "{error}"
    );
}

#[test]
fn cut_and_changed_modules_are_refused_or_fail_their_known_answer() {
    let whole = bytes("plain");
    let try_it = |bytes: Vec<u8>| {
        let manifest = manifest("plain", (Gives::Logits, false), python("plain", "fixed"));
        let allowed = allowing(&bytes);
        script::load(bundle(manifest, bytes), &allowed, settings()).err()
    };
    for part in [0, 1, 25, 50, 90, 99] {
        let error = try_it(whole[..whole.len() * part / 100].to_vec());
        assert!(
            matches!(error, Some(Error::Script { .. })),
            "{part} %: {error:?}"
        );
    }
    // The exponent of one weight of the first convolution; torch lays data on multiples of 64 bytes behind their name.
    let name = whole
        .windows(14)
        .position(|it| it == b"archive/data/0")
        .unwrap();
    let at = (name + 14).next_multiple_of(64) + 3;
    let mut changed = whole.clone();
    changed[at] ^= 0x40;
    let error = try_it(changed);
    assert!(
        matches!(
            error,
            Some(Error::KnownAnswer { .. } | Error::NotFinite { .. } | Error::Script { .. })
        ),
        "{error:?}"
    );
}

/// The same programs do harm where there are no walls, or the test would prove nothing.
#[test]
fn modules_that_write_and_read_files_are_contained() {
    let written = [
        "/tmp/wardlight-script-loaded.bin",
        "/tmp/wardlight-script-asked.bin",
    ];
    let there = || written.map(|it| Path::new(it).exists());
    let clear = || written.iter().for_each(|it| drop(fs::remove_file(it)));
    let x = tch::Tensor::zeros([1, 1, 32, 32], (tch::Kind::Float, tch::Device::Cpu));
    let without_walls = |name: &str| {
        let module = tch::CModule::load_data(&mut bytes(name).as_slice()).unwrap();
        module.forward_ts(&[&x])
    };

    clear();
    drop(without_walls("writer").unwrap());
    drop(without_walls("late_writer").unwrap());
    assert_eq!(there(), [true, true]);
    let letters = without_walls("reader").unwrap();
    let passwd = fs::read("/etc/passwd").unwrap();
    assert_eq!(letters.double_value(&[0, 0]), f64::from(passwd[0]));
    clear();

    let walled = |name: &str| script::probe(module(name), &spec(), false, settings());
    let error = walled("reader").unwrap_err().to_string();
    assert!(error.contains("takes a picture"), "{error}");
    // libtorch does not look whether its write went through, so the modules may answer; but nothing was written.
    for name in ["writer", "late_writer"] {
        println!("{name}: {:?}", walled(name));
    }
    assert_eq!(there(), [false, false]);
}

#[test]
fn the_walls_stand() {
    let sandbox = script::confinement(&settings()).unwrap();
    println!("{sandbox}");
    assert!(sandbox.holds_a_program(), "{sandbox}");
}

/// From a stranger's file to a score, with the shipped binary.
#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the first command to the last"
)]
fn a_module_is_allowed_described_imported_scored_and_taken_back() {
    let folder = scratch("script_cli");
    let config = folder.join("config");
    let at = |name: &str| folder.join(name);
    let program = || {
        let mut command = wardlight();
        command.env("WARDLIGHT_CONFIG", &config);
        command.env("WARDLIGHT_MODELS", at("models"));
        command
    };
    let file = at("module.ts");
    fs::copy(path("plain"), &file).unwrap();
    let sha256 = Sha256::of(&bytes("plain")).to_string();
    let wizard = || {
        let mut command = program();
        command.args(["model", "wizard"]).arg(&file);
        command.arg("--out").arg(at("sheet.toml"));
        command.args(["--size", "32x32", "--fit", "stretch", "--stored", "0,255"]);
        command.args([
            "--normalise",
            "0.45,0.25",
            "--name",
            "toy",
            "--title",
            "A toy",
        ]);
        command
    };
    let allow = |arguments: &[&str]| run(program().args(["model", "allow"]).args(arguments));

    let (code, out, err) = run(wizard().args(["--labels", "a,b"]));
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(
        err.contains(&format!("wardlight model allow {sha256}")),
        "{err}"
    );
    let (code, out, err) = allow(&[file.to_str().unwrap()]);
    assert!(code == 0 && out.contains(&sha256), "{out}{err}");
    let (_, out, _) = allow(&["--list"]);
    assert!(out.contains(&sha256) && out.contains("module.ts"), "{out}");

    let (code, _, err) = run(wizard().args(["--labels", "a,b,c"]));
    assert!(code == 2 && err.contains("3 labels"), "{err}");
    let (code, _, err) = run(&mut wizard());
    assert!(code == 2 && err.contains("wanted --labels"), "{err}");
    let png = at("drawn.png");
    let drawing =
        image::GrayImage::from_fn(32, 32, |x, y| image::Luma([level(x as usize, y as usize)]));
    drawing.save(&png).unwrap();
    let (code, out, err) = run(wizard().args(["--labels", "a,b", "--sample"]).arg(&png));
    assert_eq!(code, 0, "{err}");
    for wanted in [
        "[1, 2]",
        "no Grad-CAM",
        "stretched to 32 x 32",
        "The sample: 32 x 32",
    ] {
        assert!(out.contains(wanted), "`{wanted}` is missing in:\n{out}");
    }

    let import = || {
        let mut command = program();
        command.args(["model", "import"]).arg(&file);
        command.arg("--manifest").arg(at("sheet.toml"));
        command.arg("--out").arg(at("models/toy"));
        command
    };
    let (code, out, err) = run(&mut import());
    assert!(
        code == 0 && out.contains("known answer reproduced"),
        "{out}{err}"
    );
    let score = |arguments: &[&str]| run(program().arg("score").arg(&png).args(arguments));
    let maps = at("maps");
    let (code, out, err) = score(&["--json", "--overlay", maps.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let result = &report["results"][0];
    assert_eq!(result["explanation"]["method"], "occlusion");
    let scores = result["prediction"]["scores"].as_array().unwrap();
    let logits: Vec<f32> = scores
        .iter()
        .map(|it| it["logit"].as_f64().unwrap() as f32)
        .collect();
    assert_close(&logits, &python("plain", "png"), 1e-5, "the command");
    let (code, out, _) = score(&["--overlay", maps.to_str().unwrap(), "--method", "grad-cam"]);
    assert!(code == 1 && !out.contains("  a "), "{out}");

    let (code, out, err) = allow(&["--remove", &sha256]);
    assert!(code == 0 && out.contains("no longer allowed"), "{out}{err}");
    let (code, _, err) = score(&[]);
    assert!(code == 1 && err.contains(&sha256), "{err}");
    let (code, _, err) = run(&mut import());
    assert!(code == 2 && err.contains("nobody has allowed"), "{err}");
    let (code, _, err) = allow(&["--remove", &sha256]);
    assert!(
        code == 2 && err.contains("wanted a module that is allowed"),
        "{err}"
    );
}

/// MONAI writes a description into the archive; the range -1.8 to 2.2 is the mean 0.45 and the deviation 0.25.
#[test]
fn a_module_of_monai_describes_itself() {
    let folder = scratch("script_monai");
    let program = || {
        let mut command = wardlight();
        command.env("WARDLIGHT_CONFIG", folder.join("config"));
        command.env("WARDLIGHT_MODELS", folder.join("models"));
        command
    };
    let (code, _, err) = run(program().args(["model", "allow"]).arg(path("monai")));
    assert_eq!(code, 0, "{err}");
    let sheet = folder.join("sheet.toml");
    let (code, out, err) = run(program()
        .args([
            "model", "wizard", "--fit", "stretch", "--stored", "0,255", "--out",
        ])
        .arg(&sheet)
        .arg(path("monai")));
    assert!(
        code == 0 && out.contains("Grad-CAM can be offered"),
        "{out}{err}"
    );
    let text = fs::read_to_string(&sheet).unwrap();
    for wanted in ["stripes", "arcs", "A toy that tells", "0.3.1", "width = 32"] {
        assert!(text.contains(wanted), "`{wanted}` is missing in:\n{text}");
    }
    let (code, out, err) = run(program()
        .args(["model", "import", "--manifest"])
        .arg(&sheet)
        .arg("--out")
        .arg(folder.join("models/monai"))
        .arg(path("monai")));
    assert!(
        code == 0 && out.contains("Explained by Grad-CAM"),
        "{out}{err}"
    );
    let png = folder.join("drawn.png");
    let drawing =
        image::GrayImage::from_fn(32, 32, |x, y| image::Luma([level(x as usize, y as usize)]));
    drawing.save(&png).unwrap();
    let maps = folder.join("maps");
    let (code, out, err) = run(program()
        .args(["score", "--json", "--overlay"])
        .args([&maps, &png]));
    assert_eq!(code, 0, "{out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let result = &report["results"][0];
    assert_eq!(result["explanation"]["method"], "grad_cam");
    let scores = result["prediction"]["scores"].as_array().unwrap();
    assert_eq!(scores[1]["label"], "arcs");
    let logits: Vec<f32> = scores
        .iter()
        .map(|it| it["logit"].as_f64().unwrap() as f32)
        .collect();
    assert_close(&logits, &python("maps", "png"), 1e-5, "MONAI's");
}

#[test]
fn a_swapped_module_is_refused_though_the_bundle_agrees_with_itself() {
    let folder = scratch("script_swapped");
    let program = || {
        let mut command = wardlight();
        command.env("WARDLIGHT_CONFIG", folder.join("config"));
        command.env("WARDLIGHT_MODELS", folder.join("models"));
        command
    };
    let toy = folder.join("models/toy");
    fs::create_dir_all(&toy).unwrap();
    let install = |name: &str, declared: &str| {
        let mut manifest = manifest(declared, (Gives::Logits, false), python("plain", "fixed"));
        manifest.name = "toy".to_owned();
        write(toy.join("manifest.toml"), manifest.to_toml().unwrap());
        write(toy.join("card.md"), "# A toy");
        write(toy.join(WEIGHTS), bytes(name));
    };
    let png = folder.join("drawn.png");
    let drawing =
        image::GrayImage::from_fn(32, 32, |x, y| image::Luma([level(x as usize, y as usize)]));
    drawing.save(&png).unwrap();
    let (code, _, err) = run(program().args(["model", "allow"]).arg(path("plain")));
    assert_eq!(code, 0, "{err}");

    install("plain", "plain");
    assert_eq!(run(program().arg("score").arg(&png)).0, 0);
    install("late_writer", "plain");
    let (code, _, err) = run(program().arg("score").arg(&png));
    assert!(code == 1 && err.contains("was changed or damaged"), "{err}");
    install("late_writer", "late_writer");
    let (code, _, err) = run(program().arg("score").arg(&png));
    assert!(code == 1 && err.contains("nobody has allowed"), "{err}");

    let (code, _, err) = run(program().args(["model", "allow"]).arg(path("endless")));
    assert_eq!(code, 0, "{err}");
    install("endless", "endless");
    let mut impatient = program();
    impatient.env("WARDLIGHT_SCRIPT_TIMEOUT", "3");
    let (code, _, err) = run(impatient.arg("score").arg(&png));
    assert!(code == 1 && err.contains("took too long"), "{err}");

    write(folder.join("config/allowed-models.toml"), "module = 7");
    let (code, _, err) = run(program().arg("score").arg(&png));
    assert!(
        code == 1 && err.contains("list of allowed models cannot be read"),
        "{err}"
    );
}
