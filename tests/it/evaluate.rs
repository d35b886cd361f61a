//! `wardlight evaluate`: figures of known answers, what is refused, the page, and the shipped model on real data.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wardlight::{
    case::Scan,
    evaluate::{
        self, Columns, Content, Error, Job, OnMissing, Outcome, Part, Progress, Words, page,
    },
    failure::Failure,
    import::{Decoder, Opened},
    model::{self, Attribution, Logits, Manifest, Model, Task, manifest::Output},
    prediction::{Calibration, Engine, LabelIdx, Method},
    prep::{ImageSpec, Input, Intensity, Spec},
    score::{Gate, Loaded},
};

use crate::{
    command::{run, scratch, shared_data, wardlight, write},
    fake,
};

/// The ten cases of `stats.rs`, worked out with numpy and scipy.
const SCORES: [f64; 10] = [0.1, 0.2, 0.35, 0.4, 0.8, 0.3, 0.55, 0.6, 0.7, 0.9];
const OTHER_SCORES: [f64; 10] = [0.2, 0.1, 0.5, 0.6, 0.7, 0.4, 0.3, 0.8, 0.65, 0.9];
const IS_POSITIVE: [bool; 10] = [
    false, false, false, false, false, true, true, true, true, true,
];
const SIDE: u32 = 32;

/// Answers with the log odds that the picture was made with: its left half for one model, its right half for another.
struct Reader {
    manifest: Manifest,
    half: Half,
}

#[derive(Clone, Copy)]
pub(crate) enum Half {
    Left,
    Right,
}

impl Model for Reader {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn engine(&self) -> Engine {
        fake::model(self.manifest.clone()).engine()
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>, model::Error> {
        let mean = |input: &Input| {
            let Input::Image(image) = input else {
                panic!("a reader of images was given text")
            };
            let is_wanted = |idx: &usize| {
                (idx % image.width < image.width / 2) == matches!(self.half, Half::Left)
            };
            let half: Vec<f32> = (0..image.values.len())
                .filter(is_wanted)
                .map(|it| image.values[it])
                .collect();
            half.iter().sum::<f32>() / half.len() as f32
        };
        // `picture` writes a probability p as 40 + 120 p, with a ramp that sums to nothing.
        let logit = |input: &Input| {
            let p = (mean(input) - 40.0) / 120.0;
            (p / (1.0 - p)).ln()
        };
        Ok(inputs
            .iter()
            .map(|it| Logits {
                values: vec![logit(it)],
                features: Vec::new(),
                members: Vec::new(),
            })
            .collect())
    }

    fn explain(
        &mut self,
        _: &Input,
        _: LabelIdx,
        method: Method,
        _: &Task,
    ) -> Result<Attribution, model::Error> {
        Err(model::Error::Method {
            found: method.name(),
        })
    }
}

pub(crate) fn reader(half: Half) -> Loaded {
    let mut manifest = fake::chest_manifest();
    manifest.output = Output::Sigmoid;
    manifest.labels.truncate(1);
    manifest.known_answer.logits = vec![0.0];
    manifest.calibration = Calibration::Temperature {
        temperature: 1.0,
        n: 10,
    };
    manifest.prep = Spec::Image(ImageSpec {
        width: SIDE as usize,
        height: SIDE as usize,
        intensity: Intensity::Fixed {
            low: 0.0,
            high: 255.0,
        },
        mean: 0.0,
        std: 1.0 / 255.0,
        crop: None,
        ..image_spec(&manifest)
    });
    Loaded {
        model: Box::new(Reader { manifest, half }),
        tokenizer: None,
        layout: None,
        warnings: Vec::new(),
    }
}

fn image_spec(manifest: &Manifest) -> ImageSpec {
    match &manifest.prep {
        Spec::Image(spec) => spec.clone(),
        other => panic!("the chest manifest reads images, not {other:?}"),
    }
}

/// A ramp in each half around the two scores.
pub(crate) fn picture(left: f64, right: f64) -> image::GrayImage {
    image::GrayImage::from_fn(SIDE, SIDE, |x, y| {
        let score = if x < SIDE / 2 { left } else { right };
        let ramp = f64::from(y) - f64::from(SIDE - 1) / 2.0;
        image::Luma([(40.0 + 120.0 * score + ramp).round() as u8])
    })
}

/// A folder with the ten pictures and a table of them; `row` gives the cells after the path.
fn made(name: &str, header: &str, row: impl Fn(usize) -> String) -> PathBuf {
    let folder = scratch(name);
    let mut table = format!("path,{header}\n");
    for (idx, (left, right)) in SCORES.iter().zip(OTHER_SCORES).enumerate() {
        picture(*left, right)
            .save(folder.join(format!("{idx}.png")))
            .unwrap();
        table += &format!("{idx}.png,{}\n", row(idx));
    }
    write(folder.join("table.csv"), table);
    folder.join("table.csv")
}

pub(crate) fn label(idx: usize) -> &'static str {
    if IS_POSITIVE[idx] { "1" } else { "0" }
}

/// The picture of a file.
pub(crate) fn open_scan(decoder: &Decoder, path: &Path) -> Scan {
    match open(decoder, path).unwrap() {
        Content::Scan(scan) => *scan,
        Content::Chart(_) => panic!("a picture was read as text"),
    }
}

pub(crate) fn open(decoder: &Decoder, path: &Path) -> Result<Content, Failure> {
    Ok(match decoder.open(path).map_err(|it| Failure::from(&it))? {
        Opened::Scan(scan) => Content::Scan(Box::new(scan)),
        Opened::Chart(chart) => Content::Chart(chart),
    })
}

/// Evaluates the left halves with what `change` makes of the plainest job.
fn evaluated(
    table: &Path,
    against: Option<&mut Loaded>,
    change: impl FnOnce(&mut Job<'_>),
) -> Result<Outcome, Error> {
    let decoder = crate::dicom::decoder();
    let open = |path: &Path| open(&decoder, path);
    let mut job = Job {
        table: table.to_owned(),
        images: None,
        measurements: Vec::new(),
        columns: Columns::default(),
        part: None,
        label: None,
        words: Words::default(),
        on_missing: OnMissing::Refuse,
        gate: Gate::Closed,
        n_damaged: 0,
        strangers: Vec::new(),
        command: "wardlight evaluate".to_owned(),
        date: "2026-11-25".to_owned(),
        open: &open,
        term_floor: None,
    };
    change(&mut job);
    let mut stages = Vec::new();
    let mut tell = |it: Progress| stages.push(it.stage);
    evaluate::run(
        &job,
        &mut reader(Half::Left),
        against,
        &Task::default(),
        &mut tell,
    )
}

fn json(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.report).unwrap()
}

#[track_caller]
fn check(found: &Value, wanted: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - wanted).abs() < 2e-3, "{found}, wanted {wanted}");
}

#[test]
fn known_answers_give_known_figures() {
    let table = made("evaluate_known", "label,patient_id", |idx| {
        format!("{},p{}", label(idx), idx / 2)
    });
    let outcome = evaluated(&table, None, |_| {}).unwrap();
    let report = json(&outcome);
    let found = &report["findings"];
    check(&found["auroc"]["value"], 0.76);
    check(&found["auroc_delong"]["low"], 0.321_838);
    check(&found["auroc_delong"]["high"], 0.954_813);
    // The mean over the positive cases of the precision at each: (1 + 2/3 + 3/4 + 4/5 + 5/8) / 5.
    check(&found["average_precision"]["value"], 0.768_333);
    check(&found["calibration"]["brier"]["value"], 0.192_5);
    assert_eq!(report["data"]["n_scored"], 10);
    assert_eq!(report["data"]["n_patients"], 5);
    // The model's own point, 0.41: 4 of 5 above with the label, 4 of 5 below without.
    let point = &found["points"][0];
    assert_eq!(point["true_above"], 4);
    assert_eq!(point["false_above"], 1);
    check(&point["sensitivity"]["wilson"]["low"], 0.375_5);
    assert_eq!(point["is_chosen_here"], false);
    // At a prevalence of 1 %: 0.01 x 0.8 / (0.01 x 0.8 + 0.99 x 0.2).
    check(&point["elsewhere"][0]["predictive_above"], 0.038_835);
    let lines = String::from_utf8(outcome.predictions).unwrap();
    assert_eq!(lines.lines().count(), 11);
    assert!(lines.contains("0.png,0,0.1"), "{lines}");
    assert!(!lines.contains("p0"), "{lines}");
}

#[test]
fn a_second_model_is_compared_by_delong_and_mcnemar() {
    let table = made("evaluate_two", "label,patient_id", |idx| {
        format!("{},p{idx}", label(idx))
    });
    let mut other = reader(Half::Right);
    let report = json(&evaluated(&table, Some(&mut other), |_| {}).unwrap());
    let found = &report["against"];
    check(&found["auroc"]["value"], 0.72);
    check(&found["difference"]["value"], 0.04);
    check(&found["p"], 0.745_603);
    assert_eq!(found["n"], 10);
    // Decided at 0.41 each: right are 8 of the first; of the second 0.2, 0.1 | 0.8, 0.65, 0.9.
    assert_eq!(found["only_first_right"], 3);
    assert_eq!(found["only_second_right"], 0);
}

#[test]
fn a_baseline_column_and_subgroups_are_measured() {
    let table = made(
        "evaluate_groups",
        "label,patient_id,split,diameter,subtype,age",
        |idx| {
            let split = if idx % 2 == 0 { "test" } else { "train" };
            let subtype = if IS_POSITIVE[idx] { "bacteria" } else { "" };
            let diameter = if IS_POSITIVE[idx] { 20 + idx } else { idx };
            format!(
                "{},p{idx},{split},{diameter},{subtype},{}",
                label(idx),
                10 * idx
            )
        },
    );
    let outcome = evaluated(&table, None, |job| {
        job.columns.baselines = vec!["diameter".to_owned()];
        job.part = Some(Part {
            column: "split".to_owned(),
            test: "test".to_owned(),
            train: "train".to_owned(),
        });
    });
    let report = json(&outcome.unwrap());
    assert_eq!(report["data"]["n_scored"], 5);
    assert_eq!(report["baselines"]["n_train"], 5);
    let rows = report["baselines"]["rows"].as_array().unwrap();
    let diameter = rows
        .iter()
        .find(|it| it["name"].as_str().unwrap().contains("diameter"));
    check(&diameter.unwrap()["auroc"]["value"], 1.0);
    let groups = report["subgroups"].as_array().unwrap();
    let named = |group: &str, value: &str| {
        let found = groups
            .iter()
            .find(|it| it["group"] == group && it["value"] == value);
        found.unwrap_or_else(|| panic!("no {group} {value} in {groups:?}"))
    };
    // All of this subtype have the label, so they are ranked against everything without it.
    assert_eq!(named("subtype", "bacteria")["against"], "all_negative");
    assert_eq!(named("age", "18 to 39")["n"], 1);
}

#[test]
fn a_name_that_looks_like_a_formula_is_no_formula_in_the_answers() {
    let table = made("evaluate_formula", "label", |idx| label(idx).to_owned());
    let folder = table.parent().unwrap();
    fs::rename(folder.join("0.png"), folder.join("=1+1.png")).unwrap();
    let text = fs::read_to_string(&table).unwrap();
    write(&table, text.replace("\n0.png", "\n=1+1.png"));
    let outcome = evaluated(&table, None, |_| {}).unwrap();
    let lines = String::from_utf8(outcome.predictions).unwrap();
    assert!(lines.contains("\n2,'=1+1.png,0,"), "{lines}");
}

#[test]
fn damage_lowers_nothing_at_degree_zero_and_is_told_by_degree() {
    let table = made("evaluate_damage", "label", |idx| label(idx).to_owned());
    let report = json(&evaluated(&table, None, |job| job.n_damaged = 10).unwrap());
    let found = &report["robustness"];
    check(&found["clean"], 0.76);
    let kinds = found["kinds"].as_array().unwrap();
    assert_eq!(kinds.len(), 6);
    assert!(
        kinds
            .iter()
            .all(|it| it["levels"].as_array().unwrap().len() == 5)
    );
    // A blur keeps the mean of each half but for the seam.
    let blur = kinds.iter().find(|it| it["name"] == "blur").unwrap();
    check(&blur["levels"][0]["figure"], 0.76);
    assert!(report["warnings"].to_string().contains("names no patients"));
}

#[test]
fn the_page_stands_alone_and_escapes_what_a_table_says() {
    let table = made("evaluate_page", "label,patient_id,view", |idx| {
        format!("{},p{idx},<script>alert({})</script>", label(idx), idx % 2)
    });
    let outcome = evaluated(&table, None, |job| job.n_damaged = 4).unwrap();
    let html = page::html(&outcome.report);
    for wanted in [
        "0.760",
        "Calibration",
        "Research use only",
        "&lt;script&gt;",
        "<svg",
    ] {
        assert!(html.contains(wanted), "`{wanted}` is missing");
    }
    for unwanted in ["<script", "src=", "@import", "url("] {
        assert!(
            !html.contains(unwanted),
            "`{unwanted}` reaches out of the page"
        );
    }
}

#[test]
fn tables_that_cannot_be_evaluated_are_refused_with_what_is_wrong() {
    #[track_caller]
    fn refused(name: &str, header: &str, row: fn(usize) -> String, wanted: &[&str]) {
        let table = made(name, header, row);
        let part = header.contains("split").then(|| Part {
            column: "split".to_owned(),
            test: "test".to_owned(),
            train: "train".to_owned(),
        });
        let Err(error) = evaluated(&table, None, |job| job.part = part) else {
            panic!("{name} was evaluated")
        };
        let text = error.to_string();
        assert!(wanted.iter().all(|it| text.contains(it)), "{text}");
    }
    refused(
        "evaluate_leak",
        "label,patient_id,split",
        |idx| {
            let split = if idx % 2 == 0 { "test" } else { "train" };
            format!("{},p{},{split}", label(idx), idx / 2)
        },
        &["each patient in one part", "5 who are in both", "2, 3"],
    );
    refused(
        "evaluate_one_kind",
        "label",
        |_| "1".to_owned(),
        &["10 rows of one kind only: with the label"],
    );
    refused(
        "evaluate_words",
        "label",
        |idx| if IS_POSITIVE[idx] { "ill" } else { "well" }.to_owned(),
        &["`ill` in 5 rows", "`well` in 5 rows", "--positive"],
    );
    refused(
        "evaluate_column",
        "diagnosis",
        |idx| label(idx).to_owned(),
        &["wanted a column label", "path, diagnosis"],
    );
    refused(
        "evaluate_no_rows",
        "label,split",
        |idx| format!("{},validation", label(idx)),
        &["with split = test", "found none"],
    );
    refused(
        "evaluate_cells",
        "label",
        |idx| {
            if idx == 3 {
                "1,2".to_owned()
            } else {
                label(idx).to_owned()
            }
        },
        &["line 5", "3 cells where the header has 2"],
    );
}

#[test]
fn missing_files_refuse_the_table_or_are_left_out_and_told() {
    let table = made("evaluate_missing", "label", |idx| label(idx).to_owned());
    fs::remove_file(table.with_file_name("2.png")).unwrap();
    write(
        table.with_file_name("3.png"),
        b"\x89PNG\r\n\x1a\nnothing more",
    );
    let Err(error) = evaluated(&table, None, |_| {}) else {
        panic!("a table with a missing file was evaluated")
    };
    let text = error.to_string();
    assert!(
        text.contains("1 missing (lines 4)") && text.contains("--skip-missing"),
        "{text}"
    );
    let report = json(&evaluated(&table, None, |job| job.on_missing = OnMissing::Skip).unwrap());
    assert_eq!(report["data"]["n_scored"], 8);
    assert_eq!(report["data"]["n_rows"], 9);
    let refused = report["refused"].as_array().unwrap();
    let lines: Vec<&Value> = refused.iter().map(|it| &it["rows"]).collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(lines.contains(&&serde_json::json!([4])) && lines.contains(&&serde_json::json!([5])));
}

#[test]
fn the_command_writes_its_three_files_and_tells_bad_tables() {
    let folder = scratch("evaluate_command");
    let place = crate::tool::labelled_pictures(&folder);
    let evaluate = |more: &[&str]| {
        run(wardlight()
            .args(["evaluate", "chest-pneumonia-paediatric"])
            .arg(&place)
            .arg("--out")
            .arg(folder.join("out"))
            .args(["--damage", "2"])
            .args(more))
    };
    let (code, out, err) = evaluate(&["--beyond-scope", "--against", "chest-pneumonia-adult"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("AUROC") && out.contains("report.html"),
        "{out}"
    );
    for name in ["evaluation.json", "report.html", "predictions.csv"] {
        assert!(folder.join("out").join(name).is_file(), "no {name}");
    }
    // The drawing is refused by the model, all of it.
    let (code, _, err) = evaluate(&[]);
    assert!(
        code == 2 && err.contains("outside the model's scope"),
        "{err}"
    );
    let (code, _, err) = evaluate(&["--split", "test"]);
    assert!(code == 2 && err.contains("wanted a column split"), "{err}");
    let (code, _, err) = run(wardlight()
        .args(["evaluate", "no-such-model"])
        .arg(&place)
        .args(["--out", folder.join("out").to_str().unwrap()]));
    assert!(code == 2 && err.contains("wardlight models"), "{err}");
}

#[test]
fn the_shipped_model_measures_as_its_card_says() {
    let Some(data) = shared_data() else { return };
    let folder = scratch("evaluate_shipped");
    let set = data.join("cxr_pediatric_pneumonia");
    let rows = fs::read_to_string(set.join("labels.csv")).unwrap();
    let mut lines = rows.lines();
    let header = lines.next().unwrap().to_owned();
    let split = header.split(',').position(|it| it == "split").unwrap();
    let test: Vec<&str> = lines
        .filter(|it| it.split(',').nth(split) == Some("test"))
        .collect();
    write(
        folder.join("labels.csv"),
        format!("{header}\n{}\n", test.join("\n")),
    );
    let unpacked = std::process::Command::new("tar")
        .arg("xf")
        .arg(set.join("images.tar"))
        .arg("-C")
        .arg(&folder)
        .status();
    assert!(unpacked.unwrap().success());
    let (code, out, err) = run(wardlight()
        .args([
            "evaluate",
            "chest-pneumonia-paediatric",
            "--json",
            "--beyond-scope",
        ])
        .arg(folder.join("labels.csv"))
        .arg("--images")
        .arg(folder.join("images"))
        .args([
            "--image-column",
            "file",
            "--positive",
            "PNEUMONIA",
            "--damage",
            "0",
        ])
        .arg("--out")
        .arg(folder.join("out")));
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let manifest = include_str!("../../models/chest-pneumonia-paediatric/manifest.toml");
    let manifest = Manifest::parse(manifest).unwrap();
    let card = manifest
        .metrics
        .iter()
        .find(|it| it.name == "AUROC" && it.set == "test");
    assert_eq!(report["data"]["n_scored"], 531);
    check(
        &report["findings"]["auroc"]["value"],
        card.unwrap().estimate.value,
    );
}
