//! What a model refuses: the layout of pictures, the header of files, and the way around a refusal.

use std::{fs, path::Path, sync::Arc};

use proptest::prelude::*;
use serde_json::Value;
use wardlight::{
    case::{Modality, Samples, Scan},
    engine::{self, Event, Gate, Job},
    model::scope::{HeaderScope, LayoutScope, Scope, read_layout, write_layout},
    prediction::{Affine2, Ood},
    prep::{
        Fit, ImageInput, ImageSpec, Intensity, Spec,
        layout::{N_LAYOUT, Turn, layout, turned},
        prepare_scan,
    },
    score::{self, Error, Loaded, Target},
    session::{Action, Command, Loading},
    stats::Gaussian,
    warnings::Warnings,
};

use crate::{
    command::{run, scratch, shared_data, wardlight},
    fake, prep, session,
};

const SPEC: ImageSpec = ImageSpec {
    width: 70,
    height: 50,
    channels: 1,
    colour: false,
    margin: 0.0,
    fit: Fit::Stretch,
    intensity: Intensity::Fixed {
        low: 0.0,
        high: 1.0,
    },
    mean: 0.4,
    std: 0.3,
    steps: Vec::new(),
    crop: None,
};

fn golden() -> Value {
    serde_json::from_str(include_str!("../data/layout.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_f64().unwrap())
        .collect()
}

fn input(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> ImageInput {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    ImageInput {
        channels: 1,
        height,
        width,
        values: places
            .map(|(x, y)| (value(x, y) - SPEC.mean) / SPEC.std)
            .collect(),
        scan_from_input: Affine2::IDENTITY,
    }
}

fn is_close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance)
}

#[test]
fn the_layout_is_that_of_numpy() {
    // tests/data/layout.py
    let image = input(70, 50, |x, y| ((7 * x + 13 * y + x * y) % 97) as f32 / 96.0);
    let found = layout(&image, &SPEC);
    assert_eq!(found.len(), N_LAYOUT);
    let some: Vec<f64> = found.into_iter().step_by(7).collect();
    assert!(
        is_close(&some, &numbers(&golden()["layout"]), 2e-5),
        "{some:?}"
    );
}

#[test]
fn distances_are_those_of_scikit_learns_ledoit_wolf() {
    // tests/data/layout.py
    let golden = golden();
    let rows: Vec<Vec<f64>> = golden["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let fit = Gaussian::fit(&rows).unwrap();
    let found: Vec<f64> = rows.iter().map(|it| fit.distance(it).unwrap()).collect();
    assert!(
        is_close(&found, &numbers(&golden["distances"]), 2e-5),
        "{found:?}"
    );
}

#[test]
fn a_cloud_without_spread_or_with_uneven_rows_is_no_fit() {
    assert_eq!(Gaussian::fit(&[vec![1.0, 2.0]]), None);
    assert_eq!(Gaussian::fit(&[vec![1.0], vec![1.0, 2.0]]), None);
    assert_eq!(Gaussian::fit(&[vec![3.0, 3.0], vec![3.0, 3.0]]), None);
    let fit = Gaussian::fit(&[vec![0.0], vec![2.0], vec![1.0]]).unwrap();
    assert_eq!(fit.distance(&[1.0, 1.0]), None);
}

proptest! {
    #[test]
    fn turns_undo_each_other(seed in 0_usize..1000, edge in 3_usize..12) {
        let image = input(edge, edge, |x, y| ((seed + 31 * x + 17 * y) % 23) as f32 / 22.0);
        let twice = |a, b| turned(&turned(&image, &SPEC, a).unwrap(), &SPEC, b).unwrap();
        for (a, b) in [
            (Turn::Right, Turn::Left),
            (Turn::Half, Turn::Half),
            (Turn::Negative, Turn::Negative),
        ] {
            let back = twice(a, b);
            let far = back.values.iter().zip(&image.values).map(|(a, b)| (a - b).abs());
            prop_assert!(far.fold(0.0, f32::max) < 1e-5);
        }
        prop_assert_eq!(twice(Turn::Right, Turn::Right), turned(&image, &SPEC, Turn::Half).unwrap());
    }
}

#[test]
fn a_picture_that_is_no_square_cannot_be_turned_by_a_quarter() {
    let image = input(6, 4, |x, _| x as f32);
    assert!(turned(&image, &SPEC, Turn::Right).is_none());
    assert!(turned(&image, &SPEC, Turn::Half).is_some());
}

/// The fake chest model with a scope.
fn with_scope(scope: Scope) -> Loaded {
    let mut loaded = fake::load(Path::new("chest")).unwrap();
    let mut manifest = fake::chest_manifest();
    manifest.scope = Some(scope);
    loaded.model = fake::model(manifest);
    loaded
}

fn header() -> HeaderScope {
    HeaderScope {
        modalities: vec!["CR".to_owned(), "DX".to_owned()],
        body_parts: vec!["CHEST".to_owned()],
        views: vec!["PA".to_owned(), "AP".to_owned()],
        age_years: Some([1.0, 5.0]),
    }
}

fn reasons(scan: &Scan, loaded: &mut Loaded) -> Vec<String> {
    let target = Target::Scan {
        scan,
        frame_idx: 0,
        at: None,
        neighbours: None,
    };
    match score::score(target, loaded, Gate::Closed) {
        Ok(prediction) => {
            assert!(prediction.beyond_scope.is_empty());
            Vec::new()
        }
        Err(Error::OutOfScope { reasons }) => {
            let open = score::score(target, loaded, Gate::Open).unwrap();
            assert_eq!(open.beyond_scope, reasons, "the answer carries the reasons");
            reasons
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_the_header_says_against_the_model_is_a_reason() {
    let mut loaded = with_scope(Scope {
        header: header(),
        ..Scope::default()
    });
    let fits = fake::scan(1);
    let check = |wanted: &[&str], loaded: &mut Loaded, change: &dyn Fn(&mut Scan)| {
        let mut scan = fits.clone();
        change(&mut scan);
        let found = reasons(&scan, loaded);
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        assert!(
            found
                .iter()
                .zip(wanted)
                .all(|(found, wanted)| found.contains(wanted)),
            "{found:?}"
        );
    };
    check(&[], &mut loaded, &|_| {});
    check(&[], &mut loaded, &|it| {
        it.header.body_part = Some("port chest".to_owned())
    });
    check(&[], &mut loaded, &|it| {
        it.header.subject.age_years = Some(5.9)
    });
    check(&["outside 1 to 5 years"], &mut loaded, &|it| {
        it.header.subject.age_years = Some(6.0)
    });
    check(&["modality is MR"], &mut loaded, &|it| {
        it.header.modality = Modality::Mr
    });
    check(&["body part is SKULL", "view is LL"], &mut loaded, &|it| {
        it.header.body_part = Some("SKULL".to_owned());
        it.header.view = Some("LL".to_owned());
    });
}

#[test]
fn what_the_header_leaves_open_is_told_and_not_held_against_the_file() {
    let mut loaded = with_scope(Scope {
        header: header(),
        ..Scope::default()
    });
    let mut scan = fake::scan(1);
    scan.header.subject.age_years = None;
    scan.header.view = None;
    let target = Target::Scan {
        scan: &scan,
        frame_idx: 0,
        at: None,
        neighbours: None,
    };
    let prediction = score::score(target, &mut loaded, Gate::Closed).unwrap();
    assert!(
        prediction
            .warnings
            .iter()
            .any(|it| it.text.contains("does not tell view, age"))
    );
}

#[test]
fn strips_noise_and_pictures_of_one_value_are_refused_by_every_model() {
    let mut loaded = fake::load(Path::new("chest")).unwrap();
    let strip = prep::scan(
        100,
        20,
        Samples::Gray((0..2000).map(|it| it as f32).collect()),
    );
    assert!(reasons(&strip, &mut loaded)[0].contains("strip"));
    let noise = (0..2500_u32).map(|it| (it.wrapping_mul(2_654_435_761) >> 24) as f32);
    let noise = prep::scan(50, 50, Samples::Gray(noise.collect()));
    assert!(reasons(&noise, &mut loaded)[0].contains("noise"));
    let flat = (0..2500).map(|it| if it < 200 { it as f32 } else { 7.0 });
    let flat = prep::scan(50, 50, Samples::Gray(flat.collect()));
    assert!(reasons(&flat, &mut loaded)[0].contains("92 % of it has one value"));
}

#[test]
fn an_unusual_layout_is_refused_and_a_turned_or_negative_picture_is_named() {
    // Bright towards the lower right corner, each picture a little differently.
    let picture = |number: usize| {
        let values = (0..64 * 64).map(move |idx| {
            let (x, y) = (idx % 64, idx / 64);
            let grain = ((number * 31 + x * 17 + y * 7 + x * y) % 13) as f32;
            (x * x) as f32 + 60.0 * y as f32 + 12.0 * grain
        });
        prep::scan(64, 64, Samples::Gray(values.collect()))
    };
    let Spec::Image(spec) = fake::chest_manifest().prep else {
        panic!("the fake reads images")
    };
    let prepared = |scan: &Scan| prepare_scan(scan, 0, &spec, &Warnings::default()).unwrap();
    let layouts: Vec<_> = (0..40)
        .map(|it| layout(&prepared(&picture(it)), &spec))
        .collect();
    let fit = Gaussian::fit(&layouts).unwrap();
    // Through the file, as a bundle has it.
    let fit = read_layout(&write_layout(&fit).unwrap()).unwrap();
    let far = (40..60).map(|it| {
        fit.distance(&layout(&prepared(&picture(it)), &spec))
            .unwrap()
    });
    let limit = 1.5 * far.fold(0.0, f64::max) as f32;
    let mut loaded = with_scope(Scope {
        header: HeaderScope::default(),
        layout: Some(LayoutScope {
            limit,
            n_fitted: 40,
            n_held_out: 20,
            refused: 0.0,
            fit: fake::chest_manifest().weights,
        }),
        lung: None,
    });
    loaded.layout = Some(fit);
    let fits = picture(77);
    assert!(reasons(&fits, &mut loaded).is_empty());
    let target = Target::Scan {
        scan: &fits,
        frame_idx: 0,
        at: None,
        neighbours: None,
    };
    let found = score::score(target, &mut loaded, Gate::Closed).unwrap();
    assert!(matches!(found.ood, Ood::Within { .. }));
    let moved = |place: &dyn Fn(usize, usize) -> (usize, usize), sign: f32| {
        let frames = fits.frames();
        let Samples::Gray(values) = &frames[0].samples else {
            panic!("the picture is grey")
        };
        let at = |idx: usize| {
            let (x, y) = place(idx % 64, idx / 64);
            sign * values[y * 64 + x]
        };
        prep::scan(64, 64, Samples::Gray((0..64 * 64).map(at).collect()))
    };
    for (scan, wanted) in [
        (moved(&|x, y| (x, y), -1.0), "negative"),
        (moved(&|x, y| (63 - x, 63 - y), 1.0), "on its head"),
        (moved(&|x, y| (63 - y, x), 1.0), "quarter turn clockwise"),
        (
            moved(&|x, y| (y, 63 - x), 1.0),
            "quarter turn against the clock",
        ),
        (
            moved(&|x, y| (x ^ y, (7 * x + y) % 64), 1.0),
            "does not look like",
        ),
    ] {
        let found = reasons(&scan, &mut loaded);
        assert!(
            found.len() == 1 && found[0].contains(wanted),
            "wanted {wanted}, found {found:?}"
        );
    }
}

#[test]
fn a_damaged_layout_file_is_an_error() {
    let rows: Vec<Vec<f64>> = (0..9)
        .map(|row| {
            (0..N_LAYOUT)
                .map(|it| ((row * 7 + it * 3) % 11) as f64)
                .collect()
        })
        .collect();
    let bytes = write_layout(&Gaussian::fit(&rows).unwrap()).unwrap();
    assert!(read_layout(&bytes).is_ok());
    for end in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
        assert!(read_layout(&bytes[..end]).is_err());
    }
    let mut odd = bytes;
    let end = odd.len();
    odd[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(read_layout(&odd).is_err());
}

#[test]
fn the_command_refuses_a_drawing_and_scores_it_on_request() {
    let folder = scratch("scope_command");
    run(wardlight().arg("samples").arg(&folder));
    let scan = folder.join("chest.dcm");
    let (code, out, err) = run(wardlight()
        .arg("score")
        .arg(&scan)
        .arg("--overlay")
        .arg(&folder));
    assert_eq!(code, 1, "{out}");
    assert!(
        err.contains("No result: outside the model's scope"),
        "{err}"
    );
    assert!(
        err.contains("--beyond-scope") && !out.contains('%'),
        "{out}{err}"
    );
    assert!(
        !fs::read_dir(&folder)
            .unwrap()
            .any(|it| it.unwrap().path().ends_with("chest-"))
    );
    let (code, out, err) = run(wardlight().arg("score").arg(&scan).arg("--beyond-scope"));
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("Scored on request although it does not look like"),
        "{out}"
    );
    let (_, out, _) = run(wardlight()
        .arg("score")
        .arg(&scan)
        .args(["--beyond-scope", "--json"]));
    let report: Value = serde_json::from_str(&out).unwrap();
    let prediction = &report["results"][0]["prediction"];
    assert_eq!(prediction["ood"]["verdict"], "outside");
    assert_eq!(prediction["beyond_scope"].as_array().unwrap().len(), 1);
}

#[test]
fn the_model_is_chosen_by_what_the_header_says() {
    let folder = scratch("scope_choice");
    run(wardlight().arg("samples").arg(&folder));
    // The sample says that the patient is four years old; a PNG says nothing.
    let (_, _, err) = run(wardlight().arg("score").arg(folder.join("chest.dcm")));
    assert!(!err.contains("age"), "{err}");
    let adult = ["--model", "chest-pneumonia-adult"];
    let (code, _, err) = run(wardlight()
        .arg("score")
        .arg(folder.join("chest.dcm"))
        .args(adult));
    assert!(
        code == 1 && err.contains("age lies outside 16 to 120 years"),
        "{err}"
    );
}

#[test]
fn no_real_file_of_another_kind_gets_a_probability() {
    let Some(data) = shared_data() else { return };
    let files = fs::read_dir(data.join("dicom"))
        .unwrap()
        .map(|it| it.unwrap().path());
    let others: Vec<_> = files
        .filter(|it| !it.to_string_lossy().contains("cr_chest") && it.extension().unwrap() == "dcm")
        .collect();
    let (code, out, err) = run(wardlight().arg("score").arg("--json").args(&others));
    assert_eq!(code, 1, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["results"].as_array().unwrap().len(), 0, "{out}");
    let failures = report["failures"].as_array().unwrap();
    assert_eq!(failures.len(), others.len());
    let refused = failures
        .iter()
        .filter(|it| it["headline"].as_str().unwrap().contains("outside"));
    assert!(20 < refused.count(), "{out}");
}

#[test]
fn a_refused_scan_is_scored_all_the_same_when_asked_twice() {
    let mut state = session::ready();
    let id = session::press_score(&mut state);
    assert!(
        session::started(&state.apply(Command::Act(Action::ScoreBeyondScope))).is_empty(),
        "nothing was refused yet"
    );
    let reasons = vec!["its modality is MR".to_owned()];
    let error = engine::Error::Score(Error::OutOfScope { reasons });
    state.on_event(id, Event::Failed(error));
    let reading = state.scan().unwrap().1.reading().unwrap();
    assert!(reading.is_refused && matches!(reading.prediction, Loading::Failed(_)));
    let jobs = session::started(&state.apply(Command::Act(Action::ScoreBeyondScope)));
    assert!(
        matches!(
            &jobs[..],
            [(
                _,
                Job::Score {
                    gate: Gate::Open,
                    ..
                }
            )]
        ),
        "the scan alone"
    );
    assert!(!Arc::ptr_eq(&state.models[0], &state.models[1]));
}
