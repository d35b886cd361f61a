//! `wardlight evaluate` on nucleotide sequences: letters in the table or FASTA files, figures worked out anew, refusals.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use wardlight::{model::Task, nn::train::Knobs, training};

use crate::{
    command::{scratch, write},
    evaluate_notes::{auroc, check, evaluate},
    train::{KNOBS, job, recipe},
};

const RECIPE: &str = r#"
name = "motif"
version = "1.0.0"
labels = ["Motif"]
output = "sigmoid"
hold_out = ["*"]
sensitivity = 0.9
network = { kind = "recurrent", cell = "gru", channels = 4, facts = 0, hidden = 4, readout = "mean_max" }
prep = { kind = "sequence", length = 12 }
[card]
title = "A motif"
intended_use = "Tests."
limits = ["Nothing else."]
failure_modes = ["All."]
licence = "MIT"
data = "Generated."
compare = ["Nothing."]
[source]
kind = "sequences"
table = "learned.data"
group_name = "sequences"
classes = { "+" = 1, "-" = 0 }
[learning]
kind = "steps"
[learning.knobs]
KNOBS
"#;
/// Some with `TATA` in the middle; the labels of two are wrong on purpose.
const SEQUENCES: [(&str, &str); 6] = [
    ("CGACTATAGCGA", "+"),
    ("GGACTATAGCCA", "+"),
    ("CGACCAGCGCGA", "-"),
    ("GCAGCAGCACGC", "-"),
    ("AGCCTATACGGA", "-"),
    ("GGCACAGCACCA", "+"),
];

/// A small model that was trained a little, below a new folder: how well it answers does not matter here.
fn bundle(name: &str) -> (PathBuf, String) {
    wardlight::nn::tuning::set_threads(1);
    let folder = scratch(name);
    let mut lines = String::new();
    for number in 0..6_usize {
        let around: String = (0..8)
            .map(|it| ['c', 'g', 'a'][(number * 5 + it * it) % 3])
            .collect();
        let (left, right) = around.split_at(4);
        let (sign, middle) = [("-", "cagc"), ("+", "tata")][number % 2];
        writeln!(lines, "{sign},S{number},\t\t{left}{middle}{right}").unwrap();
    }
    write(folder.join("learned.data"), lines);
    let knobs = toml::to_string(&Knobs {
        epochs: 10,
        ..KNOBS
    })
    .unwrap();
    let open = |_: &Path| Err("no images here".to_owned());
    let job = job(recipe(&RECIPE.replace("KNOBS", &knobs)), &folder, &open);
    training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let bundle = folder.join("bundle").to_str().unwrap().to_owned();
    (folder, bundle)
}

const WORDS: [&str; 4] = ["--positive", "+", "--negative", "-"];

#[test]
fn figures_of_sequences_are_those_of_the_answers_however_they_are_given() {
    let (folder, bundle) = bundle("evaluate-sequences");
    let (mut letters, mut files) = ("label,sequence\n".to_owned(), "label,path\n".to_owned());
    for (idx, (sequence, sign)) in SEQUENCES.iter().enumerate() {
        writeln!(
            letters,
            "{sign},{}",
            sequence.to_lowercase().replace('t', "u")
        )
        .unwrap();
        writeln!(files, "{sign},{idx}.fasta").unwrap();
        write(
            folder.join(format!("{idx}.fasta")),
            format!(">S{idx} made up\n{sequence}\n"),
        );
    }
    write(folder.join("letters.csv"), letters);
    write(folder.join("files.csv"), files);
    let found = evaluate(&bundle, &folder.join("letters.csv"), &WORDS);
    assert_eq!(found.code, 0, "{}", found.err);
    let (answers, report) = (found.answers(), found.report());
    let cases = answers.of(0);
    let signs: Vec<&str> = cases
        .iter()
        .map(|it| if it.1 { "+" } else { "-" })
        .collect();
    assert_eq!(signs, SEQUENCES.map(|it| it.1));
    check(&report["findings"]["auroc"], auroc(&cases));
    // At even odds, of the six.
    let point = &report["findings"]["points"][1];
    let n = |above: bool, label: bool| {
        cases
            .iter()
            .filter(|it| (0.5 <= it.0, it.1) == (above, label))
            .count()
    };
    for (name, above, label) in [
        ("true_above", true, true),
        ("false_above", true, false),
        ("false_below", false, true),
        ("true_below", false, false),
    ] {
        assert_eq!(point[name], n(above, label), "{name}");
    }
    assert_eq!(report["data"]["kind"], "sequences");
    let page = found.file("report.html");
    assert!(
        page.contains("on 6 sequences") && !page.contains("image"),
        "{page}"
    );

    let of_files = evaluate(&bundle, &folder.join("files.csv"), &WORDS);
    assert_eq!(of_files.code, 0, "{}", of_files.err);
    assert_eq!(of_files.answers().p, answers.p);
}

#[test]
fn letters_that_are_none_are_told_by_row_and_one_sequence_in_two_parts_is_refused() {
    let (folder, bundle) = bundle("evaluate-sequences-odd");
    let of = |name: &str, table: &str, more: &[&str]| {
        write(folder.join(name), table);
        evaluate(&bundle, &folder.join(name), &[&WORDS, more].concat())
    };
    let [(with, _), (other, _), (without, _), ..] = SEQUENCES;
    let table = format!("label,sequence\n+,{with}\n-,{without}\n-,CGAX\n-,CGA\n+,<script>\n");
    let found = of("odd.csv", &table, &[]);
    assert_eq!(found.code, 1, "{}", found.err);
    let answers = found.answers();
    assert_eq!(answers.lines, [2, 3]);
    let reason = |line: usize| {
        answers
            .silent
            .iter()
            .find(|it| it.0 == line)
            .unwrap()
            .1
            .as_str()
    };
    assert!(
        reason(4).contains("at position 4, found another"),
        "{}",
        reason(4)
    );
    assert!(
        reason(5).contains("wanted a sequence of 12 bases, found 3"),
        "{}",
        reason(5)
    );
    assert!(
        reason(6).contains("at position 1, found another"),
        "{}",
        reason(6)
    );
    assert!(!found.file("report.html").contains("script"));

    of("column.csv", "label,letters\n+,ACGT\n", &[])
        .refused(&["wanted a column sequence or path", "label, letters"]);
    // `U` is `T`, and lower case is upper case.
    let again = with.to_lowercase().replace('t', "u");
    let table = format!(
        "label,sequence,split\n+,{with},test\n-,{without},test\n+,{again},train\n+,{other},train\n"
    );
    of("copy.csv", &table, &["--split", "test"]).refused(&[
        "wanted each case in one part only",
        "found 1 that are in both test and train, in lines 2, 4",
    ]);
}
