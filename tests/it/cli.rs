//! The command, end to end: score, inspect, models, doctor, and what it says to bad input.

use std::{fs, path::Path};

use serde_json::Value;
use wardlight::{
    model::{Bundle, Network, network::ResNetS},
    nn,
    prediction::Method,
};

use crate::{
    command::{run, scratch, shared_data, wardlight, write},
    model::{image_manifest, write_bundle_of},
};

#[test]
fn the_sample_case_is_scored_as_a_table_and_as_json_that_validates() {
    let folder = scratch("cli_sample");
    let (code, out, err) = run(wardlight().arg("samples").arg(&folder));
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().count(), 3);

    let (code, out, err) = run(wardlight()
        .arg("score")
        .args([folder.join("chest.dcm"), folder.join("chest.png")])
        .arg("--note")
        .arg(folder.join("note.txt"))
        .arg("--beyond-scope") // the sample is a drawing
        .arg("--overlay")
        .arg(folder.join("overlay")));
    assert_eq!(code, 0, "{err}");
    for wanted in [
        "pneumonia",
        "operating point",
        "weights",
        "Scope",
        "Influence on",
        "Research use only - not for diagnosis",
    ] {
        assert!(out.contains(wanted), "`{wanted}` is missing in:\n{out}");
    }
    let overlays: Vec<_> = fs::read_dir(folder.join("overlay"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    assert_eq!(overlays.len(), 2);
    for path in overlays {
        let head = fs::read(path).unwrap();
        assert_eq!(&head[1..4], b"PNG");
    }

    let report = score_json(
        &[&folder.join("chest.dcm")],
        &[
            "--beyond-scope",
            "--note",
            folder.join("note.txt").to_str().unwrap(),
        ],
    );
    assert_eq!(report["results"].as_array().unwrap().len(), 2);
    assert_eq!(report["results"][1]["kind"], "note");
}

#[test]
fn a_text_is_scored_by_the_model_for_its_form_and_refused_by_others() {
    let folder = scratch("cli_forms");
    let texts = [
        (
            "note-specialty",
            "PLAN: He walks home.\nFINDINGS: Cystoscopy shows a tumour of the bladder, which was resected.",
        ),
        (
            "dialogue-section",
            "Doctor: Are you allergic to anything?\nPatient: Yes, to penicillin. I get a rash.",
        ),
        ("assertion-status", "There is no «oedema» of the legs."),
    ];
    for (name, text) in texts {
        let file = folder.join(format!("{name}.txt"));
        write(&file, text);
        let report = score_json(&[], &["--faithful", "--note", file.to_str().unwrap()]);
        let answer = &report["results"][0];
        let prediction = &answer["prediction"];
        let taken = &answer["explanation"]["erasure"]["comprehensiveness"]["own"];
        assert!(taken.is_number(), "{answer}");
        assert_eq!(prediction["model"]["name"], name);
        assert_eq!(report["failures"].as_array().map(Vec::len), Some(0));
    }
    let file = folder.join("note-specialty.txt");
    let report = score_json(&[], &["--note", file.to_str().unwrap()]);
    let sections = &report["results"][0]["explanation"]["sections"];
    let share = |idx: usize| sections[idx]["share"].as_f64().unwrap();
    assert!(
        share(1) < share(0) && (share(0) + share(1) - 1.0).abs() < 1e-5,
        "{sections}"
    );
    assert_ne!(
        sections[0]["section"], "plan",
        "the bladder is spoken of elsewhere"
    );
    // The model of dialogues refuses a note, and says what it reads; told to, it answers all the same, with the reason.
    let note = folder.join("note-specialty.txt");
    let (code, _, err) = run(wardlight()
        .args(["score", "--model", "dialogue-section", "--note"])
        .arg(&note));
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("turns of a doctor and a patient"), "{err}");
    let note = note.to_str().unwrap();
    let args = [
        "--model",
        "dialogue-section",
        "--beyond-scope",
        "--note",
        note,
    ];
    let report = score_json(&[], &args);
    let reasons = &report["results"][0]["prediction"]["beyond_scope"];
    assert_eq!(reasons.as_array().map(Vec::len), Some(1), "{reasons}");
}

#[test]
fn a_model_gives_a_second_opinion_on_what_is_negated() {
    let folder = scratch("cli_opinion");
    let file = folder.join("note.txt");
    write(
        &file,
        "She denies fever. She has chest pain.\n\nAspirin 100 mg daily.",
    );
    let note = |more: &[&str]| run(wardlight().args(["note", "--json"]).args(more).arg(&file));
    let (code, out, err) = note(&["--second-opinion"]);
    assert_eq!(code, 0, "{err}");
    let told: Value = serde_json::from_str(&out).unwrap();
    let opinion = |concept: &str| {
        let mut mentions = told["mentions"].as_array().unwrap().iter();
        let found = mentions.find(|it| it["concept"] == concept);
        found.unwrap_or_else(|| panic!("{concept} in {told}"))["second_opinion"].clone()
    };
    let negated = |concept: &str| opinion(concept)["negated"].as_f64().unwrap();
    assert!(
        0.5 < negated("fever") && negated("chest pain") < 0.5,
        "{told}"
    );
    assert_eq!(opinion("fever")["differs"], false);
    assert!(opinion("aspirin").is_null(), "a drug is no finding: {told}");

    let (_, out, _) = note(&[]);
    assert!(!out.contains("second_opinion"), "only if asked");
    // A model that reads whole notes has no opinion on a finding.
    let (code, _, err) = note(&["--second-opinion=note-specialty"]);
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("wanted a model that reads a marked finding"),
        "{err}"
    );
}

#[test]
fn a_map_is_checked_and_written_for_the_next_tool() {
    let folder = scratch("cli_map");
    run(wardlight().arg("samples").arg(&folder));
    let maps = folder.join("maps");
    let more = [
        "--beyond-scope",
        "--faithful",
        "--method",
        "layercam",
        "--map-out",
    ];
    let more: Vec<&str> = more.into_iter().chain([maps.to_str().unwrap()]).collect();
    let report = score_json(&[&folder.join("chest.png")], &more);
    let explanation = &report["results"][0]["explanation"];
    assert_eq!(explanation["method"], "layer_cam");
    assert_eq!(explanation["overlay"], Value::Null);
    for figure in ["deletion", "insertion", "road"] {
        let found = &explanation["faithfulness"][figure];
        assert!(
            found["map"].is_number() && found["random"].is_number(),
            "{found}"
        );
    }
    let tiff = Path::new(explanation["map"].as_str().unwrap());
    let header: Value =
        serde_json::from_slice(&fs::read(tiff.with_extension("json")).unwrap()).unwrap();
    let mut map = tiff::decoder::Decoder::new(fs::File::open(tiff).unwrap()).unwrap();
    let [width, height] = ["width", "height"].map(|it| header[it].as_u64().unwrap() as u32);
    assert_eq!(map.dimensions().unwrap(), (width, height));
    // The map covers the sample of 1024 pixels but for the margin that the model cuts off.
    let across = header["scan_from_map"]["scale_x"].as_f64().unwrap() * f64::from(width);
    assert!((0.8 * 1024.0..=1024.5).contains(&across), "{header}");
    let tiff::decoder::DecodingResult::F32(values) = map.read_image().unwrap() else {
        panic!("wanted 32-bit floats")
    };
    assert!(values.iter().any(|it| 0.0 < *it), "raw values are there");
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the first command to the last"
)]
fn explanation_methods_are_tested_for_a_bundle_that_is_there() {
    let folder = scratch("cli_check");
    let network = Network::ResNetS(ResNetS {
        in_channels: 1,
        width: 4,
        blocks: vec![1, 1],
        stem_stride: 1,
    });
    let models = folder.join("models");
    let bundle = models.join("small-chest");
    // What is bright speaks for the first label, so that no map of it is blank.
    nn::train::seed(1);
    let (vars, _) = nn::fresh(&network, 2).unwrap();
    tch::no_grad(|| {
        for mut weight in vars.variables().into_values() {
            if weight.dim() == 4 {
                weight.copy_(&weight.abs());
            }
        }
        let mut head = vars.variables()["fc.weight"].shallow_clone();
        let speaks = head.abs() * tch::Tensor::from_slice(&[1.0_f32, -1.0]).view([2, 1]);
        head.copy_(&speaks);
    });
    let before = write_bundle_of(&bundle, image_manifest(&["a", "b"], network), &vars);
    let mut table = "path,split\n".to_owned();
    for number in 0..8_u32 {
        let picture = image::GrayImage::from_fn(96, 64, |x, y| {
            let (x, y) = (f64::from(x) * 0.1, f64::from(y) * 0.1 + f64::from(number));
            image::Luma([(127.0 + 60.0 * (x + y).sin() + 60.0 * (x * y * 0.3).cos()) as u8])
        });
        picture.save(folder.join(format!("{number}.png"))).unwrap();
        table += &format!(
            "{number}.png,{}\n",
            if number < 6 { "test" } else { "train" }
        );
    }
    let path = folder.join("table.csv");
    wardlight::disk::write_atomic(&path, table.as_bytes()).unwrap();
    let check = |more: &[&str]| {
        let mut command = wardlight();
        command
            .args(["model", "check"])
            .arg(&bundle)
            .arg(&path)
            .args(more);
        run(&mut command)
    };
    let (code, _, err) = check(&["--image-column", "file"]);
    assert!(
        code == 2 && err.contains("wanted a column file, found the columns path, split"),
        "{err}"
    );
    let (code, out, err) = check(&["--split", "test", "--dry-run"]);
    assert!(
        code < 2 && out.contains("Grad-CAM++") && out.contains("between pictures"),
        "{out}{err}"
    );
    assert_eq!(Bundle::open(&bundle).unwrap().manifest, before);
    let (code, _, err) = check(&["--split", "test"]);
    assert!(code < 2, "{err}");
    let after = Bundle::open(&bundle).unwrap();
    let tested: Vec<_> = after
        .manifest
        .explanations
        .iter()
        .map(|it| (it.method.name(), it.n))
        .collect();
    assert_eq!(tested.len(), 8, "{tested:?}");
    assert!(
        after
            .manifest
            .explanations
            .iter()
            .all(|it| 0 < it.n && it.n <= 6)
    );
    assert_eq!(
        after.manifest.model_ref(),
        before.model_ref(),
        "the identity stays"
    );
    assert!(after.card.starts_with("# A small model") && after.card.contains("## Explanations"));

    // A method that failed is not offered, and the reason is told.
    let mut failed = after.manifest;
    let mut test = failed.explanations[0].clone();
    test.method = Method::GradCam;
    (test.ssim, test.baseline, test.passes) = (0.8, 0.5, false);
    failed.explanations = vec![test]; // the others count as untested, and are offered
    let text = failed.to_toml().unwrap();
    wardlight::disk::write_atomic(&bundle.join("manifest.toml"), text.as_bytes()).unwrap();
    let score = |method: &[&str]| {
        let mut command = wardlight();
        command
            .arg("score")
            .arg(folder.join("0.png"))
            .arg("--models")
            .arg(&models);
        run(command
            .args(["--json", "--overlay"])
            .arg(folder.join("overlay"))
            .args(method))
    };
    let (code, out, _) = score(&["--method", "grad-cam"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let failure = &report["failures"][0];
    assert_eq!(
        failure["headline"],
        "The model does not offer this explanation"
    );
    let remedy = failure["remedy"].as_str().unwrap();
    assert!(
        code == 1 && remedy.contains("hardly change when the weights are made random"),
        "{remedy}"
    );
    let (code, out, err) = score(&[]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0, "{out}{err}");
    let chosen = report["results"][0]["explanation"]["method"].clone();
    assert_ne!(chosen, "grad_cam");
}

#[test]
fn the_same_picture_as_dicom_and_as_png_gets_the_same_score() {
    let folder = scratch("cli_same");
    run(wardlight().arg("samples").arg(&folder));
    let files = [folder.join("chest.dcm"), folder.join("chest.png")];
    let model = ["--beyond-scope", "--model", "chest-pneumonia-paediatric"];
    let report = score_json(&[&files[0], &files[1]], &model);
    let logit = |idx: usize| {
        report["results"][idx]["prediction"]["scores"][0]["logit"]
            .as_f64()
            .unwrap()
    };
    assert!(
        (logit(0) - logit(1)).abs() < 0.02,
        "{} and {}",
        logit(0),
        logit(1)
    );
}

#[test]
fn real_radiographs_are_scored_or_refused_by_what_they_say() {
    let Some(data) = shared_data() else { return };
    let files = [
        "cr_chest_rsna_jpegbaseline.dcm",
        "cr_chest_philips_J2Klossy_mono1.dcm",
    ]
    .map(|it| data.join("dicom").join(it));
    let report = score_json(&[&files[0], &files[1]], &[]);
    for result in report["results"].as_array().unwrap() {
        assert_eq!(
            result["prediction"]["model"]["name"],
            "chest-pneumonia-adult"
        );
        assert_eq!(result["prediction"]["ood"]["verdict"], "within");
    }
    // Both are of adults, but only the second says so.
    let children = ["--model", "chest-pneumonia-paediatric"];
    let report = score_json(&[&files[0]], &children);
    let warnings = report["results"][0]["prediction"]["warnings"].to_string();
    assert!(warnings.contains("does not tell age"), "{warnings}");
    let (code, out, err) = run(wardlight().arg("score").arg(&files[1]).args(children));
    assert!(code == 1 && !out.contains('%'), "{out}");
    assert!(err.contains("age lies outside 1 to 5 years"), "{err}");
}

#[test]
fn one_bad_file_does_not_cost_the_others() {
    let folder = scratch("cli_one_bad");
    run(wardlight().arg("samples").arg(&folder));
    let (code, out, _) = run(wardlight()
        .args(["score", "--json", "--beyond-scope"])
        .args([folder.join("missing.dcm"), folder.join("chest.png")]));
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_valid(&report);
    assert_eq!(report["results"].as_array().unwrap().len(), 1);
    assert_eq!(
        report["failures"][0]["headline"],
        "The file could not be read"
    );
}

/// Every kind of bad input: headline, remedy and cause on stderr, nothing on stdout but the notice, exit code 1.
#[test]
fn bad_input_is_refused_in_words() {
    let folder = scratch("cli_bad");
    let write = |name: &str, bytes: &[u8]| {
        wardlight::disk::write_atomic(&folder.join(name), bytes).unwrap();
        folder.join(name)
    };
    let mut photograph = image::RgbImage::new(320, 240);
    for (x, y, pixel) in photograph.enumerate_pixels_mut() {
        *pixel = image::Rgb([(x % 256) as u8, (y % 256) as u8, ((x * y) % 256) as u8]);
    }
    let photo = folder.join("photo.jpg");
    photograph.save(&photo).unwrap();
    let dot = folder.join("dot.png");
    image::GrayImage::from_pixel(1, 1, image::Luma([7]))
        .save(&dot)
        .unwrap();
    let blank = folder.join("blank.png");
    image::GrayImage::from_pixel(300, 300, image::Luma([7]))
        .save(&blank)
        .unwrap();

    let rows = [
        (folder.clone(), "This is not a file"),
        (write("empty.dcm", b""), "The file is empty"),
        (
            write("text.dcm", b"Cough and fever for four days.\n"),
            "This is text, not a scan",
        ),
        (
            write("noise.bin", &noise(4096)),
            "The file was not recognised",
        ),
        (photo, "The picture is in colour"),
        (dot, "The image is too small to be scored"),
        (blank, "The image is blank"),
    ];
    for (file, headline) in rows {
        refused(&["score", file.to_str().unwrap()], headline);
    }
    refused(
        &[
            "score",
            "--note",
            write("binary.txt", &noise(4096)).to_str().unwrap(),
        ],
        "The file was not recognised",
    );
    refused(
        &[
            "score",
            "--note",
            write("spaces.txt", b"   \n\t\n").to_str().unwrap(),
        ],
        "The note has no words",
    );
    let long = "Cough and fever for four days. ".repeat(1_048_576 / 31);
    refused(
        &[
            "score",
            "--note",
            write("long.txt", long.as_bytes()).to_str().unwrap(),
        ],
        "The note is too long for the model",
    );
}

#[test]
fn objects_without_pixels_are_refused_by_name() {
    let Some(data) = shared_data() else { return };
    let index = fs::read_to_string(data.join("dicom/index.csv")).unwrap();
    let mut n_tried = 0;
    for line in index
        .lines()
        .filter(|it| it.contains(",RTSTRUCT,") || it.contains(",RTPLAN,"))
    {
        let file = data.join("dicom").join(line.split(',').next().unwrap());
        refused(
            &["score", file.to_str().unwrap()],
            "The file holds no image",
        );
        n_tried += 1;
    }
    assert!(0 < n_tried, "the index names no object without pixels");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_any_work() {
    let folder = scratch("cli_no_write");
    run(wardlight().arg("samples").arg(&folder));
    let (code, out, err) = run(wardlight()
        .arg("score")
        .arg(folder.join("chest.png"))
        .args(["--overlay", "/proc/wardlight"]));
    assert_eq!(code, 2);
    assert_eq!(out, "");
    assert!(
        err.contains("could not make the folder for the influence maps"),
        "{err}"
    );
}

#[test]
fn without_a_display_the_window_says_what_to_do() {
    let (code, _, err) = run(&mut wardlight());
    assert_eq!(code, 2);
    assert!(
        err.contains("display") && err.contains("wardlight score"),
        "{err}"
    );
}

#[test]
fn inspect_tells_the_geometry_and_not_the_patient() {
    let folder = scratch("cli_inspect");
    run(wardlight().arg("samples").arg(&folder));
    let (code, out, err) = run(wardlight()
        .args(["inspect", "--json"])
        .args([folder.join("chest.dcm"), folder.join("note.txt")]));
    assert_eq!(code, 0, "{err}");
    let lines: Vec<Value> = out
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(lines[0]["modality"], "DX");
    assert_eq!(lines[0]["transfer_syntax"], "1.2.840.10008.1.2.1");
    assert_eq!(lines[0]["pixels"]["rows"], 1024);
    assert_eq!(lines[0]["pixels"]["bits_stored"], 12);
    assert_eq!(lines[0]["spacing"]["source"], "detector");
    assert_eq!(lines[1]["encoding"], "UTF-8");
    assert!(
        !out.contains("SYNTHETIC"),
        "the patient's name or number is printed:\n{out}"
    );
}

#[test]
fn models_doctor_time_version_completions_and_man_page() {
    let (code, out, _) = run(wardlight().arg("models"));
    assert_eq!(code, 0);
    assert!(
        out.contains("chest-pneumonia-paediatric")
            && out.contains("chest-pneumonia-adult")
            && out.contains("on chest X-rays of adults (NIH), test part")
            && !out.contains("noise"),
        "{out}"
    );
    let (code, out, _) = run(wardlight().arg("doctor"));
    assert_eq!(code, 0, "{out}");
    assert!(
        !out.contains("FAILED") && out.contains("known answer reproduced"),
        "{out}"
    );
    let time = ["model", "time", "nodule-malignancy", "--threads", "1"];
    let (code, out, err) = run(wardlight().args(time));
    assert!(
        code == 0 && out.contains("Grad-CAM++") && !out.contains("adult"),
        "{out}{err}"
    );
    let (_, out, _) = run(wardlight().arg("--version"));
    assert_eq!(out.trim(), concat!("wardlight ", env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = run(wardlight().args(["completions", shell]));
        assert!(code == 0 && out.contains("inspect"), "{shell}");
    }
    let (code, out, _) = run(wardlight().arg("man"));
    assert!(code == 0 && out.contains(".TH wardlight"), "{out}");
}

#[test]
fn an_unknown_model_is_named_with_those_there_are() {
    let folder = scratch("cli_unknown_model");
    run(wardlight().arg("samples").arg(&folder));
    let (code, _, err) = run(wardlight()
        .arg("score")
        .arg(folder.join("chest.png"))
        .args(["--model", "nonesuch"]));
    assert_eq!(code, 2);
    assert!(
        err.contains("nonesuch") && err.contains("chest-pneumonia-paediatric"),
        "{err}"
    );
}

#[test]
fn a_changed_bundle_is_refused() {
    let folder = scratch("cli_bundle");
    run(wardlight().arg("samples").arg(&folder));
    let scan = folder.join("chest.png");
    let tampered = |name: &str, change: &dyn Fn(&Path)| {
        let models = folder.join(name);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/chest-pneumonia-paediatric");
        let to = models.join("chest-pneumonia-paediatric");
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        change(&to);
        let (code, out, err) = run(wardlight()
            .arg("score")
            .arg(&scan)
            .arg("--models")
            .arg(&models));
        assert_ne!(code, 0, "{name}: {out}");
        assert!(!out.contains("probability"), "{name}: {out}");
        err
    };
    let flipped = tampered("flipped", &|bundle| {
        let path = bundle.join("weights.safetensors");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        wardlight::disk::write_atomic(&path, &bytes).unwrap();
    });
    assert!(
        flipped.contains("A file of the model was changed or damaged"),
        "{flipped}"
    );
    let no_label = tampered("no_label", &|bundle| {
        let path = bundle.join("manifest.toml");
        let text = fs::read_to_string(&path).unwrap();
        let start = text.rfind("[[labels]]").unwrap();
        let rest = text[start + 1..]
            .find("\n[")
            .map_or(text.len(), |it| start + 2 + it);
        let text = format!("{}{}", &text[..start], &text[rest..]);
        wardlight::disk::write_atomic(&path, text.as_bytes()).unwrap();
    });
    assert!(no_label.contains("Cause:"), "{no_label}");
}

fn refused(args: &[&str], headline: &str) {
    let (code, out, err) = run(wardlight().args(args));
    assert_eq!(code, 1, "{args:?}: {out}{err}");
    assert!(
        err.starts_with(headline),
        "{args:?}: wanted `{headline}`, found:\n{err}"
    );
    let lines: Vec<_> = err.lines().collect();
    assert_eq!(
        lines.len(),
        4,
        "wanted headline, file, remedy and cause, found:\n{err}"
    );
    assert!(
        lines[2].ends_with('.') && lines[3].starts_with("  Cause: "),
        "{err}"
    );
}

pub(crate) fn score_json(files: &[&Path], more: &[&str]) -> Value {
    let (code, out, err) = run(wardlight().args(["score", "--json"]).args(files).args(more));
    assert_eq!(code, 0, "{err}");
    let report = serde_json::from_str(&out).unwrap();
    assert_valid(&report);
    report
}

pub(crate) fn assert_valid(report: &Value) {
    let schema = serde_json::from_str(include_str!("../../assets/score.schema.json")).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(report)
        .map(|it| it.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// Bytes that are neither text nor a picture (xorshift64).
fn noise(n_bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..n_bytes).map(|_| next()).collect()
}

#[test]
fn a_moved_program_finds_what_lies_beside_it() {
    let folder = scratch("cli_moved");
    let built = Path::new(env!("CARGO_BIN_EXE_wardlight")).parent().unwrap();
    for name in ["wardlight", "wardlight-decode", "wardlight-script"] {
        fs::copy(built.join(name), folder.join(name)).unwrap();
    }
    let libtorch = fs::canonicalize(built.join("lib")).unwrap();
    std::os::unix::fs::symlink(libtorch, folder.join("lib")).unwrap();
    std::os::unix::fs::symlink(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("models"),
        folder.join("models"),
    )
    .unwrap();
    let mut moved = std::process::Command::new(folder.join("wardlight"));
    moved.env_clear().current_dir("/").arg("doctor");
    let (code, out, err) = run(&mut moved);
    assert_eq!(code, 0, "{out}{err}");
}
