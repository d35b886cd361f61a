//! `wardlight evaluate` on courses: a table of stays and one of measurements; figures worked out anew from the answers that
//! it wrote, what is told of keys, and which courses are one course.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wardlight::model::Manifest;

use crate::{
    command::{scratch, write},
    evaluate_notes::{Evaluated, auroc, check, evaluate},
};

const MODEL: &str = "icu-mortality";
/// Of each stay, how ill the patient is from 0 to 1, and whether death is written down: not always of the most ill.
const STAYS: [(f64, bool); 10] = [
    (0.0, false),
    (0.1, false),
    (0.2, true),
    (0.3, false),
    (0.4, false),
    (0.6, true),
    (0.7, false),
    (0.8, true),
    (0.9, true),
    (1.0, true),
];

/// Two days of somebody, every four hours, in the names and units of the PhysioNet challenge of 2012.
fn course(key: &str, illness: f64, unit_hours: f64) -> String {
    let mut lines = String::new();
    for (name, value) in [
        ("Age", 45.0 + 40.0 * illness),
        ("Gender", 1.0),
        ("ICUType", 3.0),
    ] {
        writeln!(lines, "{key},0,{name},{value}").unwrap();
    }
    for step in 0..12 {
        let time = f64::from(4 * step) / unit_hours;
        for (name, well, ill) in [
            ("HR", 75.0, 125.0),
            ("RespRate", 14.0, 32.0),
            ("MAP", 88.0, 55.0),
            ("GCS", 15.0, 4.0),
            ("Urine", 160.0, 10.0),
            ("BUN", 14.0, 70.0),
            ("Creatinine", 0.8, 3.5),
            ("Lactate", 1.0, 8.0),
        ] {
            let value = well + (ill - well) * illness + f64::from(step % 3) / 10.0;
            writeln!(lines, "{key},{time},{name},{value:.2}").unwrap();
        }
    }
    lines
}

/// A folder with `stays.csv` (`key,label` and more) and `values.csv`.
fn made(name: &str, stays: &str, values: &str) -> PathBuf {
    let folder = scratch(name);
    write(folder.join("stays.csv"), stays);
    write(folder.join("values.csv"), values);
    folder
}

fn measured(folder: &Path, more: &[&str]) -> Evaluated {
    let values = folder.join("values.csv");
    let more = [&["--measurements", values.to_str().unwrap()], more].concat();
    evaluate(MODEL, &folder.join("stays.csv"), &more)
}

/// All ten stays.
fn ten(name: &str, time: &str, unit_hours: f64) -> PathBuf {
    let mut stays = "key,label,patient_id\n".to_owned();
    let mut values = format!("key,{time},parameter,value\n");
    for (idx, (illness, died)) in STAYS.iter().enumerate() {
        writeln!(stays, "s{idx},{},p{idx}", u8::from(*died)).unwrap();
        values += &course(&format!("s{idx}"), *illness, unit_hours);
    }
    made(name, &stays, &values)
}

#[test]
fn figures_of_courses_are_those_of_the_answers_that_are_written() {
    let found = measured(&ten("evaluate-courses", "minutes", 1.0 / 60.0), &[]);
    assert_eq!(found.code, 0, "{}", found.err);
    let (answers, report) = (found.answers(), found.report());
    let cases = answers.of(0);
    assert_eq!(
        cases.iter().map(|it| it.1).collect::<Vec<_>>(),
        STAYS.map(|it| it.1)
    );
    let findings = &report["findings"];
    let area = auroc(&cases);
    assert!(0.5 < area && area < 1.0, "{cases:?}");
    check(&findings["auroc"], area);
    // The mean over the deaths of the precision at each (Davis and Goadrich 2006).
    let above = |p: f64| cases.iter().filter(move |it| p <= it.0);
    let precision = |p: f64| above(p).filter(|it| it.1).count() as f64 / above(p).count() as f64;
    let deaths: Vec<f64> = cases.iter().filter(|it| it.1).map(|it| it.0).collect();
    let mean = deaths.iter().map(|it| precision(*it)).sum::<f64>() / deaths.len() as f64;
    check(&findings["average_precision"], mean);
    let squares = cases
        .iter()
        .map(|(p, died)| (p - f64::from(u8::from(*died))).powi(2));
    check(
        &findings["calibration"]["brier"],
        squares.sum::<f64>() / 10.0,
    );

    // Score 1 of the challenge: the lesser of sensitivity and positive predictive value.
    let manifest =
        Manifest::parse(include_str!("../../models/icu-mortality/manifest.toml")).unwrap();
    let own = manifest.labels[0]
        .operating_point
        .as_ref()
        .unwrap()
        .threshold;
    for (point, threshold) in [(0, f64::from(own)), (1, 0.5)] {
        let found: Vec<_> = above(threshold).collect();
        let n_right = found.iter().filter(|it| it.1).count() as f64;
        let score1 = (n_right / deaths.len() as f64).min(n_right / found.len() as f64);
        assert!(0.0 < score1 && score1 < 1.0, "{point}: {cases:?}");
        check(&findings["points"][point]["score1"], score1);
    }
    let page = found.file("report.html");
    assert!(
        page.contains("on 10 courses") && !page.contains("image"),
        "{page}"
    );
}

#[test]
fn hours_and_minutes_are_one_time() {
    let of = |folder: &Path| measured(folder, &[]).answers().p;
    let minutes = of(&ten("evaluate-courses-minutes", "minutes", 1.0 / 60.0));
    assert_eq!(minutes.len(), 10);
    assert_eq!(minutes, of(&ten("evaluate-courses-hours", "hours", 1.0)));
}

#[test]
fn a_key_without_measurements_and_one_that_stands_twice_are_told() {
    let values = format!(
        "stay,hours,parameter,value\n{}{}{}s1,1,Aura,3\n",
        course("s1", 0.1, 1.0),
        course("s2", 0.8, 1.0),
        course("s3", 0.9, 1.0)
    );
    let stays = "stay,label\ns1,0\ns2,1\ns2,1\nnobody,0\n";
    let folder = made("evaluate-courses-keys", stays, &values);
    let found = measured(&folder, &["--key-column", "stay"]);
    assert_eq!(found.code, 1, "a row has no answer: {}", found.err);
    let report = found.report();
    assert_eq!(
        report["refused"][0]["headline"],
        "There are no measurements of this case"
    );
    assert_eq!(report["refused"][0]["rows"], serde_json::json!([5]));
    let answers = found.answers();
    assert_eq!(answers.lines, [2, 3, 4]);
    assert!(
        answers.silent[0]
            .1
            .contains("wanted a measurement with the key of the row")
    );
    let warnings = report["warnings"].to_string();
    for wanted in [
        "2 rows hold a case that another row holds too: lines 3, 4",
        "1 measurements are of parameters that are not known, and are not read: Aura",
    ] {
        assert!(warnings.contains(wanted), "{warnings}");
    }
}

#[test]
fn tables_of_courses_are_refused_with_what_is_wrong() {
    let well = course("s1", 0.1, 1.0) + &course("s2", 0.9, 1.0);
    let values = format!("key,hours,parameter,value\n{well}");
    let of = |name: &str, stays: &str, values: &str| {
        measured(
            &made(&format!("evaluate-courses-{name}"), stays, values),
            &[],
        )
    };
    let stays = "key,label\ns1,0\ns2,1\n";
    of("no-label", "key,died\ns1,0\n", &values).refused(&["wanted a column label", "key, died"]);
    of("no-key", "stay,label\ns1,0\n", &values).refused(&["wanted a column key", "stay, label"]);
    of("no-rows", "key,label\n", &values).refused(&["wanted rows, found none"]);
    of("word", "key,label\ns1,alive\ns2,1\n", &values).refused(&[
        "in-hospital death or not",
        "`alive` in 1 rows",
        "--positive",
    ]);
    of("no-value", stays, "key,hours,parameter\n").refused(&["wanted a column value"]);
    of("no-time", stays, "key,parameter,value\n").refused(&["wanted a column minutes"]);
    let worded = format!("{values}s1,3,HR,fast\n");
    let line = worded.lines().count();
    of("no-number", stays, &worded).refused(&[
        &format!("line {line}"),
        "no number for time or value in values.csv",
    ]);
    let alone = made("evaluate-courses-alone", stays, &values);
    evaluate(MODEL, &alone.join("stays.csv"), &[])
        .refused(&["wanted a column path, or measurements and a column key"]);
}

#[test]
fn one_course_in_two_parts_is_told_and_two_without_a_value_are_not_one() {
    let stays = "key,label,split\na,0,test\nb,1,test\nc,0,test\nd,0,train\ne,1,train\n";
    let of = |name: &str, of_c: &str, of_d: &str| {
        let values = format!(
            "key,hours,parameter,value\n{}{}{of_c}{of_d}{}",
            course("a", 0.1, 1.0),
            course("b", 0.9, 1.0),
            course("e", 0.8, 1.0)
        );
        measured(&made(name, stays, &values), &["--split", "test"])
    };
    of(
        "evaluate-courses-copy",
        &course("c", 0.3, 1.0),
        &course("d", 0.3, 1.0),
    )
    .refused(&[
        "wanted each case in one part only",
        "found 1 that are in both test and train, in lines 4, 5",
    ]);
    // Of neither anything is known but age and sex, which many share.
    let bare = |key: &str| format!("{key},0,Age,61\n{key},0,Gender,1\n");
    let found = of("evaluate-courses-bare", &bare("c"), &bare("d"));
    assert_eq!(found.code, 1, "the model needs values: {}", found.err);
    let answers = found.answers();
    assert_eq!((answers.lines, answers.silent[0].0), (vec![2, 3], 4));
    assert_eq!(found.report()["refused"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_formula_for_a_key_or_a_parameter_reaches_neither_page_nor_answers() {
    let script = "<script>alert(1)</script>";
    let key = "=HYPERLINK(1)";
    let values = format!(
        "key,hours,parameter,value\n{}{}s2,1,{script},3\ns2,1,\x1b[31m,3\n",
        course(key, 0.1, 1.0),
        course("s2", 0.8, 1.0)
    );
    let folder = made(
        "evaluate-courses-hostile",
        &format!("key,label\n{key},0\ns2,1\n"),
        &values,
    );
    let found = measured(&folder, &[]);
    assert_eq!(found.code, 0, "{}", found.err);
    let page = found.file("report.html");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
    for text in [
        &page,
        &found.file("predictions.csv"),
        &found.out,
        &found.err,
    ] {
        assert!(
            !text.contains("HYPERLINK") && !text.contains('\x1b'),
            "{text}"
        );
    }
    let warnings: Vec<Value> = found.report()["warnings"].as_array().unwrap().clone();
    assert!(
        warnings
            .iter()
            .any(|it| it.as_str().unwrap().contains("2 measurements"))
    );
}
