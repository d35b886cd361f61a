//! Calibration, label sets, a site's own fit and another prevalence: from the formulas to the shipped program.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use proptest::prelude::*;
use serde_json::Value;
use wardlight::{
    disk::Sha256,
    evaluate::{
        Columns, Error, Job, OnMissing, Words,
        site::{Aim, Outcome, Wish, calibrate},
    },
    model::{
        self, Manifest, Site, Task,
        calibration::{Method, fit, probabilities, probability},
        conformal::Conformal,
        manifest::Output,
        prevalence::adjusted,
    },
    prediction::{Calibration, Score},
    score::{Gate, Target, rescored, score},
    session::{Action, Command, meaning},
};

use crate::{
    cli::{assert_valid, score_json},
    command::{run, scratch, wardlight, write},
    evaluate::{Half, open, open_scan, picture, reader},
    fake,
    session::{press_score, ready},
};

#[track_caller]
fn check(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-6,
        "{found}, wanted {expected}"
    );
}

/// Knuth's MMIX generator, 53 bits each: the same cases in Rust and in the Python that made the golden values.
struct Lcg(u64);

impl Lcg {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Logits spread evenly over -4 to 4, and truth by the log odds `slope` x logit + `intercept`.
fn cases(n: usize, (slope, intercept): (f64, f64), seed: u64) -> (Vec<Vec<f64>>, Vec<usize>) {
    let mut random = Lcg(seed);
    let case = |_| {
        let logit = 8.0 * random.next() - 4.0;
        let p = 1.0 / (1.0 + (-(slope * logit + intercept)).exp());
        (vec![logit], usize::from(random.next() < p))
    };
    (0..n).map(case).unzip()
}

#[test]
fn the_temperature_equals_the_worked_example() {
    // methods 3.1: found by numpy's L-BFGS.
    let rows = [
        [4.0, 0.0, 0.0],
        [0.0, 3.0, 0.0],
        [0.0, 0.0, 5.0],
        [2.0, 1.0, 0.0],
        [3.0, 0.0, 0.0],
        [0.0, 4.0, 1.0],
    ]
    .map(|it| it.to_vec());
    let classes = [0, 1, 1, 0, 2, 1];
    let found = fit(Method::Temperature, Output::Softmax, &rows, &classes).unwrap();
    let Calibration::Temperature { temperature, n } = found else {
        panic!("{found:?}")
    };
    assert!((temperature - 3.359_467).abs() < 1e-5 && n == 6);
    let p = probabilities(&found, Output::Softmax, &rows[0]);
    let e = (4.0 / 3.359_467_f64).exp();
    assert!((p[0] - e / (e + 2.0)).abs() < 1e-6, "{p:?}");
}

#[test]
fn platt_equals_scikit_learn() {
    // sklearn 1.9.1: sklearn.calibration._sigmoid_calibration(x, y), sign turned, polished by scipy's BFGS on the same
    // loss to a gradient of 1e-12.
    let x = [
        -3.0, -2.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0, 2.0, 3.0, 4.0,
    ];
    let y = [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1];
    let rows: Vec<Vec<f64>> = x.iter().map(|it| vec![*it]).collect();
    let line = |rows: &[Vec<f64>], classes: &[usize]| match fit(
        Method::Platt,
        Output::Sigmoid,
        rows,
        classes,
    )
    .unwrap()
    {
        Calibration::Platt {
            slope, intercept, ..
        } => (slope, intercept),
        other => panic!("{other:?}"),
    };
    let (slope, intercept) = line(&rows, &y);
    check(slope, 0.371_362_794);
    check(intercept, -0.086_639_546);
    let (rows, classes) = cases(1200, (1.7, -0.6), 1);
    assert_eq!(classes.iter().sum::<usize>(), 532);
    let (slope, intercept) = line(&rows, &classes);
    check(slope, 1.719_322_678);
    check(intercept, -0.681_582_412);
    // Cases that part perfectly have a line too: Platt's targets are never 0 or 1.
    let apart: Vec<Vec<f64>> = [-2.0, -1.0, 1.0, 2.0].map(|it| vec![it]).to_vec();
    assert!(line(&apart, &[0, 0, 1, 1]).0.is_finite());
    let turned = fit(Method::Platt, Output::Sigmoid, &apart, &[1, 1, 0, 0]).unwrap_err();
    assert!(
        turned.to_string().contains("rise with the label"),
        "{turned}"
    );
}

#[test]
fn isotonic_calibration_equals_scikit_learn() {
    // sklearn 1.9.1: IsotonicRegression(y_min=1/1202, y_max=1 - 1/1202, out_of_bounds="clip").fit(x, y).predict(...)
    let (rows, classes) = cases(1200, (1.7, -0.6), 1);
    let found = fit(Method::Isotonic, Output::Sigmoid, &rows, &classes).unwrap();
    let Calibration::Isotonic { x, y, n } = &found else {
        panic!("{found:?}")
    };
    assert_eq!((x.len(), y.len(), *n), (46, 46, 1200));
    for (logit, wanted) in [
        (-5.0, 0.000_831_946_755),
        (-3.0, 0.000_831_946_755),
        (-1.5, 0.027_972_027_972),
        (-0.5, 0.126_042_703_831),
        (0.0, 0.333_333_333_333),
        (0.5, 0.571_428_571_429),
        (1.5, 0.92),
        (3.0, 0.982_142_857_143),
        (5.0, 0.999_168_053_245),
    ] {
        check(probability(&found, logit), wanted);
    }
    // The knots of the small example, with ties: sklearn's X_thresholds_ and y_thresholds_.
    let small = Calibration::Isotonic {
        x: vec![-3.0, -2.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0],
        y: [1.0, 3.5, 3.5, 7.0, 7.0, 28.0 / 3.0, 28.0 / 3.0, 13.0, 13.0]
            .map(|it| it / 14.0)
            .to_vec(),
        n: 12,
    };
    for (logit, wanted) in [
        (-10.0, 0.071_428_571),
        (-2.5, 0.160_714_286),
        (-0.25, 0.375),
        (0.75, 0.583_333_333),
        (2.5, 0.797_619_048),
        (9.0, 0.928_571_429),
    ] {
        check(probability(&small, logit), wanted);
    }
    let few = fit(
        Method::Isotonic,
        Output::Sigmoid,
        &rows[..999],
        &classes[..999],
    );
    let few = few.unwrap_err().to_string();
    assert!(
        few.contains("1000 cases") && few.contains("999; use Platt"),
        "{few}"
    );
}

proptest! {
    #[test]
    fn no_calibration_turns_a_ranking_round(seed in 1_u64..1000, slope in 0.2_f64..3.0) {
        let (rows, classes) = cases(1000, (slope, 0.3), seed);
        for method in [Method::Temperature, Method::Platt, Method::Isotonic] {
            let found = fit(method, Output::Sigmoid, &rows, &classes).unwrap();
            let mut pairs: Vec<(f64, f64)> =
                rows.iter().map(|it| (it[0], probability(&found, it[0]))).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            prop_assert!(pairs.is_sorted_by(|a, b| a.1 <= b.1), "{method:?}");
            let is_strict = method != Method::Isotonic;
            prop_assert!(!is_strict || pairs.is_sorted_by(|a, b| a.1 < b.1 || a.0 == b.0));
            prop_assert!(pairs.iter().all(|it| 0.0 < it.1 && it.1 < 1.0));
        }
    }
}

/// Within two standard errors, over 400 calibration sets of 100 and 500 new cases each; for each kind of case.
#[test]
fn label_sets_keep_their_promise_in_simulation() {
    let calibration = Calibration::Temperature {
        temperature: 1.0,
        n: 100,
    };
    let as_fitted = (&calibration, Output::Sigmoid);
    let mut covered: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut n_of_kind = Vec::new();
    // Far from each other, so that no two rounds share a stretch.
    let seed = |number: u64| (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for round in 0..400 {
        let (rows, classes) = cases(100, (1.0, -0.8), seed(2 * round));
        let sets = Conformal::fit(0.1, as_fitted, &rows, &classes).unwrap();
        n_of_kind.push(sets.labels[0].with.n);
        let (rows, classes) = cases(500, (1.0, -0.8), seed(2 * round + 1));
        let mut hits = [(0, 0); 2];
        for (row, class) in rows.iter().zip(classes) {
            let p = probabilities(&calibration, Output::Sigmoid, row);
            let set = &sets.sets(&["it"], &p)[0];
            let truth = ["not it", "it"][class];
            hits[class].0 += usize::from(set.members.iter().any(|it| it == truth));
            hits[class].1 += 1;
        }
        for (all, (k, n)) in covered.iter_mut().zip(hits) {
            all.push(f64::from(k as u32) / f64::from(n as u32));
        }
    }
    for coverage in covered {
        let n = coverage.len() as f64;
        let mean = coverage.iter().sum::<f64>() / n;
        let spread = coverage.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let two_errors = 2.0 * (spread / n).sqrt();
        // At least 0.9, and by theory at most 1 / (n + 1) more.
        let fewest = *n_of_kind.iter().min().unwrap() as f64;
        assert!(0.9 - two_errors < mean, "{mean} less than 0.9");
        assert!(mean < 0.9 + 1.0 / (fewest + 1.0) + two_errors, "{mean}");
    }
}

#[test]
fn the_worst_case_of_a_set_is_that_of_its_rarer_kind() {
    // methods 3.3: 5th percentiles of Beta(l, n + 1 - l).
    for (n, wanted) in [
        (50, 0.826),
        (100, 0.848),
        (200, 0.864),
        (500, 0.877),
        (1000, 0.884),
    ] {
        let rows: Vec<Vec<f64>> = (0..3 * n).map(|it| vec![it as f64 / 100.0]).collect();
        let classes: Vec<usize> = (0..3 * n).map(|it| usize::from(it % 3 == 0)).collect();
        let none = (&Calibration::None, Output::Sigmoid);
        let sets = Conformal::fit(0.1, none, &rows, &classes).unwrap();
        let set = &sets.sets(&["it"], &[0.5])[0];
        assert_eq!(set.n, n);
        assert!((set.worst_coverage - wanted).abs() < 6e-4, "{set:?}");
        let worst = format!("at worst {:.0} %", 100.0 * wanted);
        assert!(set.guarantee().contains(&worst), "{}", set.guarantee());
    }
}

#[test]
fn sets_say_what_cannot_be_excluded() {
    let rows: Vec<Vec<f64>> = (0..200)
        .map(|it| vec![f64::from(it) / 20.0 - 5.0])
        .collect();
    let classes: Vec<usize> = (0..200)
        .map(|it| usize::from(80 < it && it != 110))
        .collect();
    let as_fitted = (&Calibration::None, Output::Sigmoid);
    let words = |alpha: f64, p: f64| {
        let sets = Conformal::fit(alpha, as_fitted, &rows, &classes).unwrap();
        let set = sets.sets(&["pneumonia"], &[p]).remove(0);
        (set.to_string(), set.is_undecided)
    };
    let decided = |words: &str| (words.to_owned(), false);
    assert_eq!(words(0.1, 0.99), decided("at 90 %: pneumonia"));
    assert_eq!(words(0.1, 0.01), decided("at 90 %: not pneumonia"));
    let both = "at 99 %: pneumonia or not - undecided".to_owned();
    assert_eq!(words(0.01, 0.4), (both, true));
    let (none, is_undecided) = words(0.5, 0.4);
    assert!(is_undecided && none.contains("unlike every kind"), "{none}");
    // Eight cases exclude nothing at 90 %: n < 1 / alpha - 1.
    let few = Conformal::fit(0.1, as_fitted, &rows[76..92], &classes[76..92]).unwrap();
    assert!(few.sets(&["it"], &[0.999])[0].is_undecided, "{few:?}");
    // Labels that exclude each other share one quantile.
    let rows: Vec<Vec<f64>> = (0..60)
        .map(|it| vec![f64::from(it % 3), 0.5, 1.0])
        .collect();
    let classes: Vec<usize> = (0..60).map(|it| if it % 3 == 2 { 0 } else { 2 }).collect();
    let soft = (&Calibration::None, Output::Softmax);
    let sets = Conformal::fit(0.1, soft, &rows, &classes).unwrap();
    let p = probabilities(&Calibration::None, Output::Softmax, &[5.0, 0.0, 0.0]);
    let set = sets.sets(&["a", "b", "c"], &p).remove(0);
    assert_eq!((set.label, set.members), (None, vec!["a".to_owned()]));
}

fn manifest() -> Manifest {
    reader(Half::Left).model.manifest().clone()
}

#[test]
fn another_prevalence_is_bayes_rule_and_stands_beside_the_answer() {
    let mut manifest = manifest();
    manifest.prevalence = Some(0.74);
    let logit = (0.74_f32 / 0.26).ln();
    let score = Score {
        label: "pneumonia".to_owned(),
        logit,
        raw: 0.74,
        probability: 0.74,
        operating_point: manifest.labels[0].operating_point.clone(),
        call: wardlight::prediction::Call::Above,
    };
    // p(x | ill) / p(x | well) = odds / prior odds = 1 here, so that the answer is the prevalence itself.
    let found = adjusted(&manifest, std::slice::from_ref(&score), 0.05).unwrap();
    assert!((found.probability - 0.05).abs() < 1e-6, "{found:?}");
    assert!((found.as_trained - 0.74).abs() < 1e-6);
    // Sensitivity 0.951 and specificity 0.88 at 5 %: 0.04755 / (0.04755 + 0.114) and 0.836 / (0.836 + 0.00245).
    check(found.predictive_above.unwrap(), 0.294_336_119);
    check(found.predictive_below.unwrap(), 0.997_077_941);
    let words = found.to_string();
    assert!(
        words.starts_with("at a prevalence of 5 %: 0.05 (as trained, at 74 %: 0.74)"),
        "{words}"
    );
    for local in [0.0, 1.0, f64::NAN] {
        assert_eq!(
            adjusted(&manifest, std::slice::from_ref(&score), local),
            None
        );
    }
    manifest.prevalence = None;
    assert_eq!(adjusted(&manifest, &[score], 0.05), None);
}

#[test]
fn a_manifest_with_a_wrong_calibration_is_refused_and_an_old_one_is_not_changed() {
    let base = manifest();
    let refused = |change: &dyn Fn(&mut Manifest), wanted: &str| {
        let mut manifest = base.clone();
        change(&mut manifest);
        let error = manifest.to_toml().unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    };
    let platt = |slope: f64| Calibration::Platt {
        slope,
        intercept: 0.0,
        n: 100,
    };
    refused(&|it| it.calibration = platt(-1.0), "a positive slope");
    let knots = |x: &[f64], y: &[f64]| Calibration::Isotonic {
        x: x.to_vec(),
        y: y.to_vec(),
        n: 1000,
    };
    refused(
        &|it| it.calibration = knots(&[1.0, 1.0], &[0.1, 0.2]),
        "rising logits",
    );
    refused(
        &|it| it.calibration = knots(&[0.0, 1.0], &[0.3, 0.2]),
        "do not fall",
    );
    refused(&|it| it.calibration = knots(&[], &[]), "knots");
    refused(
        &|it| it.prevalence = Some(1.0),
        "a prevalence between 0 and 1",
    );
    let fitted = |alpha: f64| {
        let (rows, classes) = cases(100, (1.0, 0.0), 3);
        Conformal::fit(alpha, (&base.calibration, Output::Sigmoid), &rows, &classes)
    };
    assert!(fitted(1.5).is_none());
    let mut sets = base.clone();
    sets.conformal = fitted(0.1);
    sets.prevalence = Some(0.3);
    let read = Manifest::parse(&sets.to_toml().unwrap()).unwrap();
    assert_eq!(read, sets);
    refused(
        &|it| {
            it.conformal = fitted(0.1);
            it.output = Output::Softmax;
            it.labels.push(model::manifest::Label {
                name: "normal".to_owned(),
                operating_point: None,
            });
            it.known_answer.logits.push(0.0);
        },
        "quantiles of 0 labels",
    );
    for entry in fs::read_dir("models").unwrap() {
        let path = entry.unwrap().path().join("manifest.toml");
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        let read = Manifest::parse(&text).unwrap();
        let written = read.to_toml().unwrap();
        for name in ["prevalence", "[conformal]", "site"] {
            let is_there = |text: &str| text.lines().any(|it| it.starts_with(name));
            assert_eq!(
                is_there(&text),
                is_there(&written),
                "{name} in {}",
                read.name
            );
        }
        assert_eq!(Manifest::parse(&written).unwrap(), read);
    }
}

/// A folder of pictures that [`reader`] reads their log odds from, two of each patient, and a table of them.
fn made(name: &str, n: usize, line: (f64, f64)) -> PathBuf {
    let folder = scratch(name);
    let (rows, classes) = cases(n, line, 11);
    let mut table = "path,label,patient_id\n".to_owned();
    for (idx, (row, class)) in rows.iter().zip(&classes).enumerate() {
        let p = 1.0 / (1.0 + (-row[0]).exp());
        picture(p, 0.5)
            .save(folder.join(format!("{idx}.png")))
            .unwrap();
        table += &format!("{idx}.png,{class},secret-{}\n", idx / 2);
    }
    write(folder.join("table.csv"), table);
    folder.join("table.csv")
}

fn wish(method: Method, aim: Aim) -> Wish {
    Wish {
        site: "north".to_owned(),
        method,
        aim,
        alpha: 0.1,
    }
}

fn calibrated(table: &Path, wish: &Wish) -> Result<Outcome, Error> {
    let decoder = crate::dicom::decoder();
    let open = |path: &Path| open(&decoder, path);
    let job = Job {
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
        command: String::new(),
        date: "2026-11-25".to_owned(),
        open: &open,
        term_floor: None,
    };
    calibrate(
        &job,
        wish,
        &mut reader(Half::Left),
        &Task::default(),
        &mut |_| {},
    )
}

#[test]
fn a_site_gets_its_own_line_threshold_and_sets_measured_on_others() {
    // The site's truth follows half the model's log odds, less one: the model is over-sure and set for another prevalence.
    let table = made("trust_site", 480, (0.5, -1.0));
    let outcome = calibrated(&table, &wish(Method::Platt, Aim::Sensitivity(0.9))).unwrap();
    let site = &outcome.site;
    let Calibration::Platt {
        slope, intercept, ..
    } = site.calibration
    else {
        panic!("{:?}", site.calibration)
    };
    assert!(
        (slope - 0.5).abs() < 0.15 && (intercept + 1.0).abs() < 0.35,
        "{slope} {intercept}"
    );
    assert_eq!((site.n, site.n_patients), (480, Some(240)));
    let figure = |metrics: &[model::manifest::Metric], name: &str| {
        let found = metrics.iter().find(|it| it.name.starts_with(name));
        found.unwrap_or_else(|| panic!("no {name}")).estimate
    };
    let (before, after) = (
        figure(&outcome.before, "calibration error"),
        figure(&site.figures, "calibration error"),
    );
    assert!(after.value + 0.1 < before.value, "{before:?} {after:?}");
    let sensitivity = figure(&site.figures, "sensitivity");
    assert_eq!(sensitivity.n, site.n_positive);
    assert!((sensitivity.value - 0.9).abs() < 0.07, "{sensitivity:?}");
    for name in [
        "coverage of 90 % sets, with p",
        "coverage of 90 % sets, without",
    ] {
        let coverage = figure(&site.figures, name);
        assert!(coverage.low < 0.9 && 0.83 < coverage.value, "{coverage:?}");
    }
    // A temperature alone cannot move to the prevalence of the site, and says so.
    let warm = calibrated(&table, &wish(Method::Temperature, Aim::Sensitivity(0.9)));
    let warm = warm.unwrap().site.warnings.join(" ");
    assert!(warm.contains("Platt fits other patients"), "{warm}");
    let platt = site.warnings.join(" ");
    assert!(!platt.contains("Platt"), "{platt}");
    let prevalence = site.n_positive as f64 / 480.0;
    check(site.prevalence.unwrap(), prevalence);
    // On the cases that fitted it the threshold keeps what was asked for.
    let at = f64::from(site.operating_point.threshold);
    let (rows, classes) = cases(480, (0.5, -1.0), 11);
    let above = rows
        .iter()
        .zip(&classes)
        .filter(|(row, class)| **class == 1 && at <= probability(&site.calibration, row[0]) + 0.01);
    assert!(0.9 <= above.count() as f64 / site.n_positive as f64);
    let text = site.to_toml().unwrap();
    assert_eq!(Site::parse(&text).unwrap(), *site);
    for word in ["secret", ".png", "table.csv", "line "] {
        assert!(!text.contains(word), "{word} in\n{text}");
    }
}

#[test]
fn specificity_and_ppv_can_be_asked_for_and_a_temperature_keeps_the_prevalence() {
    let table = made("trust_aims", 400, (1.0, 0.0));
    let by = |aim| calibrated(&table, &wish(Method::Temperature, aim));
    let specific = by(Aim::Specificity(0.95)).unwrap().site;
    let found = specific.operating_point.specificity.unwrap();
    assert!((found.value - 0.95).abs() < 0.05, "{found:?}");
    assert_eq!(specific.prevalence, None);
    assert!(
        matches!(specific.calibration, Calibration::Temperature { temperature, .. } if (temperature - 1.0).abs() < 0.25)
    );
    let predictive = by(Aim::Ppv(0.9)).unwrap().site;
    assert!(predictive.operating_point.threshold < specific.operating_point.threshold + 0.2);
    let words = &predictive.operating_point.chosen_by;
    assert!(
        words.starts_with("90 % PPV on 400 cases of 200 patients, site north"),
        "{words}"
    );
    let error = calibrated(
        &made("trust_flat", 200, (0.0, 0.0)),
        &wish(Method::Temperature, Aim::Ppv(0.97)),
    );
    assert!(matches!(error, Err(Error::Aim { .. })));
}

#[test]
fn too_little_is_refused_with_what_is_needed() {
    let refused = |table: &Path, wish: &Wish, wanted: &str| {
        let error = calibrated(table, wish).err().unwrap().to_string();
        assert!(error.contains(wanted), "{error}");
    };
    let plain = wish(Method::Platt, Aim::Sensitivity(0.95));
    let few = made("trust_few", 50, (1.0, 0.0));
    refused(
        &few,
        &plain,
        "wanted at least 30 cases with the label and 30 without",
    );
    let table = made("trust_hundred", 120, (1.0, 0.0));
    refused(
        &table,
        &wish(Method::Isotonic, Aim::Sensitivity(0.9)),
        "at least 1000 cases",
    );
    let named = Wish {
        site: "North Ward".to_owned(),
        ..plain.clone()
    };
    refused(&table, &named, "a site named by");
    let rows = fs::read_to_string(&table).unwrap();
    // Everybody is one of two patients.
    let rows = rows
        .lines()
        .enumerate()
        .map(|(idx, it)| match it.split_once("secret-") {
            Some((before, _)) => format!("{before}secret-{}\n", idx % 2),
            None => format!("{it}\n"),
        });
    let one = table.with_file_name("one.csv");
    write(&one, rows.collect::<String>());
    refused(&one, &plain, "at least 5 patients");
    // Between 30 and 200 the file itself says that it is shaky.
    let outcome = calibrated(&table, &plain).unwrap();
    assert!(
        outcome.site.warnings[0].contains("shaky"),
        "{:?}",
        outcome.site.warnings
    );
}

#[test]
fn a_site_belongs_to_its_weights_and_reads_the_same_answer_anew() {
    let table = made("trust_weights", 200, (0.5, -1.0));
    let site = calibrated(&table, &wish(Method::Platt, Aim::Sensitivity(0.9)));
    let site = site.unwrap().site;
    let mut loaded = reader(Half::Left);
    let manifest = loaded.model.manifest().clone();
    let decoder = crate::dicom::decoder();
    let scan = open_scan(&decoder, &table.with_file_name("0.png"));
    let target = Target::Scan {
        scan: &scan,
        frame_idx: 0,
        at: None,
        neighbours: None,
    };
    let own = score(target, &mut loaded, Gate::Closed).unwrap();
    assert_eq!((&own.trust.site, own.trust.sets.len()), (&None, 0));
    let sited = site.over(&manifest).unwrap();
    let anew = rescored(&own, &sited);
    assert_eq!(anew.trust.site, Some(site.site_ref()));
    assert_eq!(
        (anew.scores[0].logit, anew.about),
        (own.scores[0].logit, own.about)
    );
    let wanted = probability(&site.calibration, f64::from(own.scores[0].logit));
    assert!((f64::from(anew.scores[0].probability) - wanted).abs() < 1e-6);
    assert_eq!(
        anew.scores[0].operating_point,
        Some(site.operating_point.clone())
    );
    assert_eq!(anew.trust.sets.len(), 1);
    // And back.
    assert_eq!(rescored(&anew, &manifest), own);
    let mut other = manifest;
    other.weights.sha256 = Sha256::of(b"others");
    let error = site.over(&other).unwrap_err().to_string();
    for hash in [site.weights_sha256, other.weights.sha256] {
        assert!(error.contains(&hash.to_string()), "{error}");
    }
    let damaged = site.to_toml().unwrap().replace("slope = ", "slope = -");
    assert!(matches!(
        Site::parse(&damaged),
        Err(model::Error::Site { .. })
    ));
}

/// Drawings with and without a bright patch; which of them the shipped model ranks higher does not matter here.
fn drawings(folder: &Path, n: usize) -> PathBuf {
    run(wardlight().arg("samples").arg(folder));
    let sample = image::open(folder.join("chest.png")).unwrap().into_luma8();
    let sample = image::imageops::thumbnail(&sample, 160, 160);
    let mut random = Lcg(5);
    let mut table = "path,label,patient_id\n".to_owned();
    for idx in 0..n {
        let mut drawing = sample.clone();
        let (x, y) = (40.0 + 60.0 * random.next(), 60.0 + 40.0 * random.next());
        for (px, py, pixel) in drawing.enumerate_pixels_mut() {
            let far = (f64::from(px) - x).hypot(f64::from(py) - y);
            let patch = if idx % 2 == 1 {
                90.0 * (-far * far / 200.0).exp()
            } else {
                0.0
            };
            let value = f64::from(pixel.0[0]) + patch + 6.0 * random.next();
            pixel.0[0] = value.clamp(0.0, 255.0) as u8;
        }
        drawing.save(folder.join(format!("{idx}.png"))).unwrap();
        table += &format!("{idx}.png,{},p{idx}\n", idx % 2);
    }
    write(folder.join("table.csv"), table);
    folder.join("table.csv")
}

#[test]
fn the_program_calibrates_for_a_site_and_scores_by_it() {
    let folder = scratch("trust_program");
    let table = drawings(&folder, 64);
    let home = folder.join("config");
    let program = || {
        let mut program = wardlight();
        program.env("XDG_CONFIG_HOME", &home);
        program
    };
    let calibrate = |more: &[&str]| {
        run(program()
            .args(["calibrate", "chest-pneumonia-paediatric"])
            .arg(&table)
            .args(more))
    };
    // The drawings are out of the model's scope, all of them.
    let (code, _, err) = calibrate(&["--site", "north"]);
    assert!(
        code == 2 && err.contains("outside the model's scope"),
        "{err}"
    );
    let (code, out, err) = calibrate(&["--site", "north", "--beyond-scope"]);
    assert_eq!(code, 0, "{out}{err}");
    for wanted in [
        "north for chest-pneumonia-paediatric",
        "32 of them with Pneumonia",
        "95 % sensitivity on 64 cases of 64 patients, site north",
        "coverage of 90 % sets, with Pneumonia",
        "note: only 32 cases of the rarer kind",
        "Research use only",
    ] {
        assert!(out.contains(wanted), "`{wanted}` is missing in:\n{out}");
    }
    let (_, out, _) = run(program().args(["calibrate", "--list"]));
    assert!(out.contains("north for chest-"), "{out}");
    let files: Vec<PathBuf> = fs::read_dir(home.join("wardlight/sites"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    let site = Site::open(&files[0]).unwrap();

    let score = |more: &[&str]| {
        let (code, out, err) = run(program()
            .args(["score", "--json", "--beyond-scope", "--model"])
            .arg("chest-pneumonia-paediatric")
            .arg(folder.join("1.png"))
            .args(more));
        let report: Value = serde_json::from_str(&out).unwrap_or_default();
        if code == 0 {
            assert_valid(&report);
        }
        (code, report["results"][0]["prediction"].clone(), out + &err)
    };
    let (_, own, _) = score(&[]);
    assert_eq!(own["trust"]["site"], Value::Null);
    for named in ["north", files[0].to_str().unwrap()] {
        let (code, found, words) = score(&["--site", named]);
        assert_eq!(code, 0, "{words}");
        assert_eq!(found["trust"]["site"]["site"], "north");
        let point = &found["scores"][0]["operating_point"];
        let threshold = point["threshold"].as_f64().unwrap();
        check(threshold, f64::from(site.operating_point.threshold));
        assert_eq!(found["scores"][0]["logit"], own["scores"][0]["logit"]);
        assert_eq!(found["trust"]["sets"][0]["label"], "Pneumonia");
    }
    // Another model's weights: refused with both hashes.
    let (code, out, _) = run(program()
        .args(["score", "--json", "--beyond-scope", "--site", "north"])
        .args(["--model", "chest-pneumonia-adult"])
        .arg(folder.join("1.png")));
    let refused: Value = serde_json::from_str(&out).unwrap();
    let cause = refused["failures"][0]["cause"].as_str().unwrap();
    let adult = include_str!("../../models/chest-pneumonia-adult/manifest.toml");
    let adult = Manifest::parse(adult).unwrap().model_ref();
    assert_eq!(code, 1);
    for hash in [site.weights_sha256, adult.weights_sha256] {
        assert!(cause.contains(&hash.to_string()), "{cause}");
    }
    let (code, _, words) = score(&["--site", "south"]);
    assert!(code == 2 && words.contains("there are: north"), "{words}");
    let (code, out, err) = run(program().args(["calibrate", "--remove", "north"]));
    assert!(code == 0 && out.contains("removed 1"), "{out}{err}");
    let (code, _, _) = run(program().args(["calibrate", "--remove", "north"]));
    assert_eq!(code, 2);
}

#[test]
fn a_prevalence_on_the_command_line_is_told_or_told_why_not() {
    let folder = scratch("trust_prevalence");
    run(wardlight().arg("samples").arg(&folder));
    let report = score_json(
        &[&folder.join("chest.dcm")],
        &[
            "--beyond-scope",
            "--prevalence",
            "0.05",
            "--note",
            folder.join("note.txt").to_str().unwrap(),
        ],
    );
    let scan = &report["results"][0]["prediction"];
    let name = scan["model"]["name"].as_str().unwrap();
    let manifest = fs::read_to_string(format!("models/{name}/manifest.toml")).unwrap();
    let tells = Manifest::parse(&manifest).unwrap().prevalence.is_some();
    assert_eq!(scan["trust"]["adjusted"].is_object(), tells);
    assert_eq!(
        scan["warnings"]
            .to_string()
            .contains("no answer at the prevalence"),
        !tells
    );
    let note = &report["results"][1]["prediction"];
    assert!(
        note["warnings"]
            .to_string()
            .contains("the model has several labels")
    );
    let (code, _, err) = run(wardlight()
        .args(["score", "--prevalence", "5"])
        .arg(folder.join("chest.dcm")));
    assert!(code == 2 && err.contains("between 0 and 1"), "{err}");
}

/// A site of the fake model for scans, which says 1.27 of pneumonia and -0.1 of nothing.
fn fake_site() -> (Manifest, Site) {
    let table = made("trust_fake", 120, (1.0, 0.0));
    let fitted = calibrated(&table, &wish(Method::Platt, Aim::Sensitivity(0.95)));
    let mut manifest = manifest();
    manifest.prevalence = Some(0.5);
    (manifest, fitted.unwrap().site)
}

#[test]
fn the_session_reads_answers_by_the_chosen_site_and_prevalence() {
    let (manifest, site) = fake_site();
    let mut state = ready();
    state.models = vec![Arc::new(manifest.clone())];
    state.sites = vec![Arc::new(site.clone())];
    let id = press_score(&mut state);
    let mut model = fake::model(manifest.clone());
    let scan = fake::scan(3);
    let logits = model
        .logits(&[model::known_answer::input(&manifest)])
        .unwrap();
    assert!((logits[0].values[0] - 1.27).abs() < 1e-6);
    let mut loaded = wardlight::score::Loaded {
        model,
        tokenizer: None,
        layout: None,
        warnings: Vec::new(),
    };
    let target = Target::Scan {
        scan: &scan,
        frame_idx: 0,
        at: None,
        neighbours: None,
    };
    let own = score(target, &mut loaded, Gate::Open).unwrap();
    state.on_event(id, wardlight::engine::Event::Scored(Box::new(own.clone())));
    let shown =
        |state: &wardlight::session::State| state.scan().unwrap().1.prediction().unwrap().clone();
    assert_eq!(shown(&state), own);
    let effects = state.apply(Command::ChooseSite(Some("north".to_owned())));
    assert_eq!(effects.len(), 1, "the choice is kept");
    let by_site = shown(&state);
    assert_eq!(by_site.trust.site, Some(site.site_ref()));
    let words: Vec<String> = meaning(&state.words, &by_site, &by_site.scores[0])
        .into_iter()
        .map(|it| it.0)
        .collect();
    let words = words.join(" ");
    for wanted in ["of site north", "Platt", "At 90 %: ", "void where"] {
        assert!(words.contains(wanted), "`{wanted}` is missing in {words}");
    }
    state.apply(Command::SetPrevalence(Some(0.05)));
    let adjusted = shown(&state).trust.adjusted.unwrap();
    check(adjusted.local, 0.05);
    check(adjusted.trained, site.prevalence.unwrap());
    assert!(adjusted.probability < by_site.scores[0].probability);
    assert_eq!(
        shown(&state).scores,
        by_site.scores,
        "the model's own answer stays"
    );
    state.apply(Command::SetPrevalence(Some(7.0)));
    state.apply(Command::ChooseSite(None));
    assert_eq!(shown(&state), own);
    assert_eq!(state.site_names(), ["north"]);
    state.apply(Command::Act(Action::Escape));
}
