//! `wardlight evaluate` on notes: figures worked out anew from the answers that it wrote, refusals, names of classes, and
//! that neither a text nor a name gets where it does harm.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::command::{run, scratch, wardlight, write};

const MODEL: &str = "note-specialty";
/// A name that stands in every note and must stand nowhere else.
const NAME: &str = "Quillfeather";
/// Notes of plain specialties; the last two have a label that is not theirs.
const NOTES: [(&str, &str); 8] = [
    (
        "Cataract of the left eye. Visual acuity 20/200. Phacoemulsification with an intraocular lens.",
        "Ophthalmology",
    ),
    (
        "Retinal detachment of the right eye; vitrectomy. The cornea and the iris were clear.",
        "Ophthalmology",
    ),
    (
        "MRI of the brain shows an infarct with hemiparesis and aphasia; seizures last year.",
        "Neurology",
    ),
    (
        "EEG for seizures and headache. Cranial nerves intact, tremor of the right hand.",
        "Neurology",
    ),
    (
        "Knee arthroplasty for osteoarthritis; the tibial component was cemented.",
        "Orthopedic",
    ),
    (
        "Open reduction of a femoral fracture with a plate and screws; the tourniquet was released.",
        "Orthopedic",
    ),
    (
        "Colonoscopy with polypectomy; the cecum was reached. Esophagogastroduodenoscopy was normal.",
        "Neurology",
    ),
    (
        "Coronary angiography with a stent in the left anterior descending artery; aortic stenosis.",
        "Orthopedic",
    ),
];

/// A run of the command, and where it wrote.
pub(crate) struct Evaluated {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    folder: PathBuf,
}

impl Evaluated {
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.file("evaluation.json")).unwrap()
    }

    /// `report.html`, `predictions.csv`, `evaluation.json`.
    pub(crate) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// What `predictions.csv` says.
    pub(crate) fn answers(&self) -> Answers {
        let mut reader =
            csv::Reader::from_reader(fs::File::open(self.folder.join("predictions.csv")).unwrap());
        let header = reader.headers().unwrap().clone();
        let labels: Vec<String> = header
            .iter()
            .filter_map(|it| Some(it.strip_suffix(": true")?.to_owned()))
            .collect();
        let mut answers = Answers {
            labels,
            ..Answers::default()
        };
        let n = answers.labels.len();
        for record in reader.records().map(Result::unwrap) {
            let line = record[0].parse().unwrap();
            if &record[2 * n + 4] == "ok" {
                let cell = |idx: usize| record[2 + idx].parse::<f64>().unwrap();
                answers.lines.push(line);
                answers
                    .truth
                    .push((0..n).map(|it| cell(2 * it) == 1.0).collect());
                answers.p.push((0..n).map(|it| cell(2 * it + 1)).collect());
            } else {
                answers.silent.push((line, record[2 * n + 5].to_owned()));
            }
        }
        answers
    }

    #[track_caller]
    pub(crate) fn refused(&self, wanted: &[&str]) {
        assert_eq!(self.code, 2, "{}{}", self.out, self.err);
        let is_told = wanted.iter().all(|it| self.err.contains(it));
        assert!(is_told, "wanted {wanted:?}, found {}", self.err);
    }
}

/// What is true and what was answered, row by row.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) labels: Vec<String>,
    pub(crate) lines: Vec<usize>,
    pub(crate) truth: Vec<Vec<bool>>,
    pub(crate) p: Vec<Vec<f64>>,
    /// Lines without an answer, and why.
    pub(crate) silent: Vec<(usize, String)>,
}

impl Answers {
    /// Probability and truth of one label.
    pub(crate) fn of(&self, label: usize) -> Vec<(f64, bool)> {
        let rows = self.p.iter().zip(&self.truth);
        rows.map(|(p, truth)| (p[label], truth[label])).collect()
    }

    /// The label with the greatest probability and the true one.
    fn choices(&self) -> Vec<(usize, usize)> {
        let chosen = |p: &Vec<f64>| (0..p.len()).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
        let rows = self.p.iter().zip(&self.truth);
        rows.map(|(p, truth)| (chosen(p), truth.iter().position(|it| *it).unwrap()))
            .collect()
    }
}

/// Runs the command on a table in `folder`, without damage.
pub(crate) fn evaluate(model: &str, table: &Path, more: &[&str]) -> Evaluated {
    let folder = table.with_extension("out");
    let (code, out, err) = run(wardlight()
        .args(["evaluate", model])
        .arg(table)
        .arg("--out")
        .arg(&folder)
        .args(["--damage", "0"])
        .args(more));
    Evaluated {
        code,
        out,
        err,
        folder,
    }
}

/// How often a case with the label has the higher probability, ties half (Hanley and McNeil 1982).
pub(crate) fn auroc(cases: &[(f64, bool)]) -> f64 {
    let of = |wanted: bool| cases.iter().filter(move |it| it.1 == wanted);
    let pairs = of(true).flat_map(|a| of(false).map(move |b| (a.0, b.0)));
    let wins: Vec<f64> = pairs
        .map(|(a, b)| {
            if a == b {
                0.5
            } else {
                f64::from(u8::from(b < a))
            }
        })
        .collect();
    wins.iter().sum::<f64>() / wins.len() as f64
}

#[track_caller]
pub(crate) fn check(found: &Value, wanted: f64) {
    let found = found["value"].as_f64().unwrap();
    assert!((found - wanted).abs() < 1e-6, "{found}, wanted {wanted}");
}

/// A table of notes with a header of `text`, `label` and more cells.
fn table(name: &str, header: &str, rows: &[(&str, &str, &str)]) -> PathBuf {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    writer.write_record(header.split(',')).unwrap();
    for (text, label, more) in rows {
        let more = more.split(',').filter(|it| !it.is_empty());
        writer
            .write_record([*text, *label].into_iter().chain(more))
            .unwrap();
    }
    let path = scratch(name).join("notes.csv");
    write(&path, writer.into_inner().unwrap());
    path
}

/// The notes, each with the patient's name.
fn texts() -> Vec<String> {
    NOTES
        .iter()
        .map(|(text, _)| format!("{text} {NAME} agreed."))
        .collect()
}

fn rows<'a>(texts: &'a [String], more: &'a [String]) -> Vec<(&'a str, &'a str, &'a str)> {
    let rows = texts.iter().zip(NOTES).zip(more);
    rows.map(|((text, (_, label)), more)| (text.as_str(), label, more.as_str()))
        .collect()
}

#[test]
fn figures_of_notes_are_those_of_the_answers_that_are_written() {
    let (texts, patients) = (
        texts(),
        (0..8).map(|it| format!("p{it}")).collect::<Vec<_>>(),
    );
    let table = table(
        "evaluate-notes",
        "text,label,patient_id",
        &rows(&texts, &patients),
    );
    let found = evaluate(MODEL, &table, &[]);
    assert_eq!(found.code, 0, "{}", found.err);
    let (answers, report) = (found.answers(), found.report());
    assert_eq!(answers.lines, (2..10).collect::<Vec<_>>());
    assert_eq!(answers.labels.len(), 11);
    let choices = answers.choices();
    let names: Vec<&str> = choices
        .iter()
        .map(|it| answers.labels[it.1].as_str())
        .collect();
    assert_eq!(names, NOTES.map(|it| it.1));

    let figures = report["findings"]["figures"].as_array().unwrap();
    let figure = |name: &str| &figures.iter().find(|it| it[0] == name).unwrap()[1];
    let n_right = choices
        .iter()
        .filter(|(chosen, truth)| chosen == truth)
        .count();
    // The labels of the last two are wrong on purpose.
    assert!((4..=6).contains(&n_right), "{choices:?}");
    check(figure("accuracy"), n_right as f64 / 8.0);
    // F1 = 2 TP / (2 TP + FP + FN), over the labels that are true or chosen anywhere.
    let occurring: BTreeSet<usize> = choices.iter().flat_map(|it| [it.0, it.1]).collect();
    let f1 = |label: usize| {
        let n = |test: fn(bool, bool) -> bool| {
            let rows = choices
                .iter()
                .filter(|it| test(it.0 == label, it.1 == label));
            rows.count() as f64
        };
        2.0 * n(|c, t| c && t) / (2.0 * n(|c, t| c && t) + n(|c, t| c != t))
    };
    let all: Vec<f64> = occurring.iter().map(|it| f1(*it)).collect();
    check(
        figure("macro-F1"),
        all.iter().sum::<f64>() / all.len() as f64,
    );
    let true_labels: BTreeSet<usize> = choices.iter().map(|it| it.1).collect();
    let areas: Vec<f64> = true_labels
        .iter()
        .map(|it| auroc(&answers.of(*it)))
        .collect();
    check(
        figure("mean AUROC"),
        areas.iter().sum::<f64>() / areas.len() as f64,
    );
    for (label, area) in true_labels.iter().zip(areas) {
        check(&report["findings"]["labels"][label]["auroc"], area);
    }

    // A text goes into no file and onto no stream.
    for place in ["evaluation.json", "report.html", "predictions.csv"] {
        assert!(!found.file(place).contains(NAME), "{place}");
    }
    assert!(
        !found.out.contains(NAME) && !found.err.contains(NAME),
        "{}",
        found.err
    );
    assert!(found.file("report.html").contains("on 8 notes"));
}

#[test]
fn the_same_notes_in_any_form_of_table_get_the_same_answers() {
    let texts = texts();
    let folder = scratch("evaluate-notes-forms");
    let (mut tabs, mut lines) = ("label\ttext\n".to_owned(), String::new());
    let mut paths = "path,label\n".to_owned();
    for (idx, (text, (_, label))) in texts.iter().zip(NOTES).enumerate() {
        writeln!(tabs, "{label}\t{text}").unwrap();
        writeln!(
            lines,
            "{}",
            serde_json::json!({"note": text, "label": label})
        )
        .unwrap();
        writeln!(paths, "{idx}.txt,{label}").unwrap();
        write(folder.join(format!("{idx}.txt")), text);
    }
    for (name, content) in [
        ("tabs.tsv", &tabs),
        ("lines.jsonl", &lines),
        ("paths.csv", &paths),
    ] {
        write(folder.join(name), content);
    }
    let of = |name: &str, more: &[&str]| {
        let found = evaluate(MODEL, &folder.join(name), more);
        assert_eq!(found.code, 0, "{name}: {}", found.err);
        found.answers().p
    };
    let tabs = of("tabs.tsv", &[]);
    assert_eq!(tabs.len(), 8);
    assert_eq!(tabs, of("lines.jsonl", &["--text-column", "note"]));
    assert_eq!(tabs, of("paths.csv", &[]));
}

#[test]
fn floors_are_learned_from_the_other_part_alone() {
    // Learned from: four of Neurology, one of Ophthalmology. Evaluated: the eight notes.
    let (mut texts, mut parts) = (texts(), vec!["test".to_owned(); 8]);
    let known = ["gait", "ataxia", "migraine", "neuropathy", "glaucoma"];
    texts.extend(known.map(|it| format!("{it}, seen again")));
    parts.extend(vec!["train".to_owned(); 5]);
    let labels = NOTES.iter().map(|it| it.1);
    let learned = [
        "Neurology",
        "Neurology",
        "Neurology",
        "Neurology",
        "Ophthalmology",
    ];
    let rows: Vec<_> = texts
        .iter()
        .zip(labels.chain(learned))
        .zip(&parts)
        .map(|((text, label), part)| (text.as_str(), label, part.as_str()))
        .collect();
    let table = table("evaluate-notes-floors", "text,label,split", &rows);
    let found = evaluate(MODEL, &table, &["--split", "test"]);
    assert_eq!(found.code, 0, "{}", found.err);
    let floors = &found.report()["findings"]["floors"];
    assert_eq!(
        floors[0]["name"],
        "always the most frequent label, Neurology"
    );
    assert_eq!(floors[0]["n_train"], 5);
    // Three of the eight are called Neurology: precision 3/8, recall 1, F1 6/11; the two other true labels have 0.
    check(&floors[0]["accuracy"], 3.0 / 8.0);
    check(&floors[0]["macro_f1"], 6.0 / 11.0 / 3.0);
    assert_eq!(floors[1]["n_train"], 5);
    assert_eq!(found.answers().lines.len(), 8);
}

#[test]
fn tables_of_notes_are_refused_with_what_is_wrong_and_without_their_texts() {
    let texts = texts();
    let long = texts[0].as_str();
    let of = |name: &str, header: &str, rows: &[(&str, &str, &str)], more: &[&str]| {
        let found = evaluate(
            MODEL,
            &table(&format!("evaluate-notes-{name}"), header, rows),
            more,
        );
        assert!(
            !found.err.contains(NAME) && !found.out.contains(NAME),
            "{name}: {}",
            found.err
        );
        assert!(!found.err.contains('\x1b'), "{name}: {:?}", found.err);
        found
    };
    let two = [
        (long, "Ophthalmology", ""),
        (texts[2].as_str(), "Neurology", ""),
    ];
    of("no-label", "text,class", &two, &[]).refused(&["wanted a column label", "text, class"]);
    of("no-text", "body,label", &two, &[])
        .refused(&["wanted a column text or path", "body, label"]);
    of("no-rows", "text,label", &[], &[]).refused(&["wanted rows, found none"]);
    // Without a header the first note would be taken for one.
    let header = format!("{},label", long.replace(',', ";"));
    of("no-header", &header, &two, &[]).refused(&["found the columns a longer text, label"]);
    of(
        "texts-for-labels",
        "text,label",
        &two,
        &["--label-column", "text"],
    )
    .refused(&["found `a longer text` in 2 rows"]);
    let odd = [
        (long, "\x1b[31mEye", ""),
        (texts[2].as_str(), "Neurology", ""),
    ];
    of("class", "text,label", &odd, &[])
        .refused(&["Ophthalmology, Orthopedic", "`\u{FFFD}[31mEye` in 1 rows"]);
    let path = scratch("evaluate-notes-nothing").join("notes.csv");
    write(&path, "");
    evaluate(MODEL, &path, &[]).refused(&["wanted a column text or path"]);
}

#[test]
fn one_note_in_two_parts_is_told_and_two_empty_ones_are_not_one() {
    let texts = texts();
    let of = |name: &str, first: &str, second: &str| {
        let rows = [
            (texts[0].as_str(), "Ophthalmology", "test"),
            (first, "Neurology", "test"),
            (second, "Neurology", "train"),
            (texts[4].as_str(), "Orthopedic", "train"),
        ];
        evaluate(
            MODEL,
            &table(name, "text,label,split", &rows),
            &["--split", "test"],
        )
    };
    of("evaluate-notes-copy", &texts[2], &texts[2]).refused(&[
        "wanted each case in one part only",
        "found 1 that are in both test and train, in lines 3, 4",
    ]);
    let found = of("evaluate-notes-empty", " ", " ");
    assert_eq!(found.code, 1, "an empty note has no answer: {}", found.err);
    let answers = found.answers();
    assert_eq!((answers.lines, answers.silent[0].0), (vec![2], 3));
}

/// The shipped model under other names of its labels.
fn renamed(folder: &Path, names: &[(&str, &str)]) -> PathBuf {
    let bundle = folder.join("bundle");
    fs::create_dir_all(&bundle).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(MODEL);
    for entry in fs::read_dir(&shipped).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, bundle.join(path.file_name().unwrap())).unwrap();
    }
    let manifest = bundle.join("manifest.toml");
    let mut text = fs::read_to_string(&manifest).unwrap();
    for (from, to) in names {
        let (from, to) = (format!("name = \"{from}\""), format!("name = '{to}'"));
        assert!(text.contains(&from), "{from}");
        text = text.replace(&from, &to);
    }
    write(manifest, text);
    bundle
}

#[test]
fn names_that_a_browser_or_a_spreadsheet_would_obey_are_only_text() {
    let script = "<script>alert(1)</script>";
    let folder = scratch("evaluate-notes-hostile");
    let names = [
        ("Neurology", "=1+1"),
        ("Ophthalmology", script),
        ("Orthopedic", "\"><b>, \"quoted\""),
    ];
    let bundle = renamed(&folder, &names);
    let new = |old: &str| names.iter().find(|it| it.0 == old).unwrap().1;
    let texts: Vec<String> = texts()
        .iter()
        .map(|it| format!("{script} =1+1 \x07\x1b[31m {it}"))
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(["path", "label", "ward", "patient_id"])
        .unwrap();
    for (idx, (text, (_, label))) in texts.iter().zip(NOTES).enumerate() {
        let file = ["=1+1.txt".to_owned(), format!("{idx}<b>.txt")][usize::from(0 < idx)].clone();
        // A bell is no sign of a note; a colour of the terminal is taken for text.
        let text = if idx == 7 {
            text.clone()
        } else {
            text.replace('\x07', "")
        };
        write(folder.join(&file), text);
        writer
            .write_record([
                &file,
                new(label),
                &format!("{script}{}", idx % 2),
                &format!("={idx}"),
            ])
            .unwrap();
    }
    let table = folder.join("notes.csv");
    write(&table, writer.into_inner().unwrap());
    let found = evaluate(bundle.to_str().unwrap(), &table, &["--group", "ward"]);
    assert_eq!(
        found.code, 1,
        "the note with a bell has no answer: {}{}",
        found.out, found.err
    );
    assert!(
        !found.err.contains(NAME) && !found.err.contains('\x1b'),
        "{}",
        found.err
    );

    let page = found.file("report.html");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for unwanted in ["<script", "<b>", NAME, "\x1b"] {
        assert!(!page.contains(unwanted), "`{unwanted}` is in the page");
    }
    let answers = found.file("predictions.csv");
    assert!(!answers.contains(NAME), "{answers}");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(answers.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 9);
    for cell in records.iter().flatten() {
        assert!(
            !cell.starts_with(['=', '+', '-', '@']),
            "{cell} is a formula"
        );
    }
    let header: Vec<&str> = records[0].iter().collect();
    assert!(header.contains(&"'=1+1: true") && header.contains(&"\"><b>, \"quoted\": probability"));
    assert_eq!(&records[1][1], "'=1+1.txt");
}
