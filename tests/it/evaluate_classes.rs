//! Tables that name classes or measurements otherwise than the model: `wardlight evaluate --class` and `--columns`.

use std::{fs, path::Path};

use crate::{
    command::{scratch, write},
    evaluate_notes::{Evaluated, evaluate},
};

const NOTES: [(&str, &str, &str); 4] = [
    (
        "Cataract of the left eye; visual acuity 20/200.",
        "Ophthalmology",
        "Eye",
    ),
    (
        "MRI of the brain shows an infarct with hemiparesis.",
        "Neurology",
        "=1+1",
    ),
    ("EEG for seizures and headache.", "Neurology", "Neurology"),
    ("Knee arthroplasty for osteoarthritis.", "Orthopedic", "EYE"),
];

fn notes(
    name: &str,
    label: fn(&(&'static str, &'static str, &'static str)) -> &'static str,
    more: &[&str],
) -> Evaluated {
    let mut table = "text,label\n".to_owned();
    for it in &NOTES {
        table += &format!("{},{}\n", it.0, label(it));
    }
    let path = scratch(&format!("evaluate-classes-{name}")).join("notes.csv");
    write(&path, table);
    evaluate("note-specialty", &path, more)
}

#[test]
fn classes_by_other_names_are_the_labels_that_they_stand_for() {
    let classes = [
        "--class",
        "eye=ophthalmology",
        "--class",
        "=1+1=Neurology",
        "--class",
        "Skin = Urology",
    ];
    let found = notes("named", |it| it.2, &classes);
    assert_eq!(found.code, 0, "{}", found.err);
    let answers = found.answers();
    let truth = |row: usize| {
        let idx = answers.truth[row].iter().position(|it| *it).unwrap();
        answers.labels[idx].as_str()
    };
    let labels: Vec<&str> = (0..4).map(truth).collect();
    assert_eq!(
        labels,
        ["Ophthalmology", "Neurology", "Neurology", "Ophthalmology"]
    );
    let report = found.report();
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("no row has the label `skin` that --class names"),
        "{warnings}"
    );
    assert!(!warnings.contains("`eye`"), "{warnings}");
    assert!(
        report["command"]
            .as_str()
            .unwrap()
            .contains("--class eye=ophthalmology")
    );
}

#[test]
fn a_class_of_the_model_that_is_none_is_refused_with_those_that_there_are() {
    let refused =
        |name: &str, more: &[&str], wanted: &[&str]| notes(name, |it| it.2, more).refused(wanted);
    refused(
        "unknown",
        &["--class", "Eye=Eyes"],
        &["Neurology, ", "found none of them in --class Eye=Eyes"],
    );
    refused(
        "no-sign",
        &["--class", "Eye"],
        &["found none of them in --class Eye"],
    );
    refused(
        "two",
        &["--class", "Eye=Neurology", "--class", "eye=Urology"],
        &["found two of them for --class eye"],
    );
    refused(
        "rest",
        &["--class", "Eye=Ophthalmology"],
        &["found `=1+1` in 1 rows; say what they mean with --class"],
    );
}

#[test]
fn one_label_of_several_is_asked_about_by_other_names_too() {
    let more = [
        "--label",
        "Neurology",
        "--positive",
        "Neurology",
        "--class",
        "=1+1=Neurology",
    ];
    let found = notes("one-label", |it| it.2, &more);
    assert_eq!(found.code, 0, "{}", found.err);
    let truth: Vec<bool> = found.answers().truth.iter().map(|it| it[0]).collect();
    assert_eq!(truth, [false, true, true, false]);
    let warnings = found.report()["warnings"].to_string();
    // What --class names is not among what was taken for no.
    assert!(
        warnings.contains("counted as not Neurology: `EYE` in 1 rows, `Eye` in 1 rows\""),
        "{warnings}"
    );
}

/// Two stays in words of a laboratory, glucose in a unit of its own.
fn stays(name: &str, rename: fn(&str) -> &str) -> std::path::PathBuf {
    let folder = scratch(&format!("evaluate-classes-{name}"));
    let mut values = "key,hours,parameter,value\n".to_owned();
    for (key, hr, glucose) in [("a", 70.0, 90.0), ("b", 130.0, 250.0)] {
        for hour in 0..6 {
            values += &format!("{key},{hour},{},{}\n", rename("HR"), hr + f64::from(hour));
            values += &format!("{key},{hour},{},{}\n", rename("Glucose"), glucose);
        }
    }
    write(folder.join("values.csv"), values);
    write(folder.join("stays.csv"), "key,label\na,0\nb,1\n");
    folder
}

fn courses(folder: &Path, more: &[&str]) -> Evaluated {
    let values = folder.join("values.csv");
    let more = [&["--measurements", values.to_str().unwrap()], more].concat();
    evaluate("icu-mortality", &folder.join("stays.csv"), &more)
}

#[test]
fn parameters_by_other_names_are_the_variables_that_a_file_says() {
    let known = courses(&stays("known", |it| it), &[]);
    assert_eq!(known.code, 0, "{}", known.err);
    let folder = stays("said", |it| if it == "HR" { "心率" } else { "BZ nüchtern" });
    let columns = folder.join("columns.toml");
    let said = "[columns]\n\"心率\" = { variable = \"heart_rate\" }\n\"BZ nüchtern\" = { variable = \"glucose\", unit = \"mg/dL\" }\n";
    write(&columns, said);
    let more = ["--columns", columns.to_str().unwrap()];
    let found = courses(&folder, &more);
    assert_eq!(found.code, 0, "{}", found.err);
    assert_eq!(found.answers().p, known.answers().p);
    assert!(!found.report()["warnings"].to_string().contains("not known"));
    // Without it they are unknown, and neither stay has a value.
    let unsaid = courses(&folder, &[]);
    unsaid.refused(&["too many rows without an answer"]);

    write(&columns, format!("time = \"Zeit\"\n{said}"));
    courses(&folder, &more).refused(&[
        "could not read the file of columns",
        "wanted only the names under [columns]",
    ]);
    write(
        &columns,
        "[columns]\nX = { variable = \"pulse_of_the_city\" }\n",
    );
    courses(&folder, &more).refused(&["could not read the file of columns", "pulse_of_the_city"]);
    fs::remove_file(&columns).unwrap();
    courses(&folder, &more).refused(&["could not read the file of columns"]);
}
