//! `wardlight score`: a table for people, or JSON for the next tool (`assets/score.schema.json`).

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;

use super::{
    Decoder, EngineArgs, NOTICE,
    explained::{ExplainArgs, Explained, explained_lines, label_to_explain, of_note},
    load, models_folder, options, print,
    score_course::{self, CourseExplained},
    sites::{self, Reader},
    slices,
};
use crate::{
    batch::{self, Models, Report, Silence},
    case::{Note, Scan, Sequence, Series, worklist::RowKind},
    disk,
    failure::Failure,
    import::Opened,
    model::{Task, bundle},
    prediction::{Call, LabelIdx, Method, NoteRead, Ood, Pixel, Prediction, Uncertainty},
    score::{self, Gate, Loaded, Target},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scans (DICOM, PNG, JPEG, TIFF, BMP), series (tables, PhysioNet, FHIR) and sequences (FASTA), told by content, not
    /// by name.
    #[arg(required_unless_present = "note")]
    files: Vec<PathBuf>,
    /// Notes: text (UTF-8, UTF-16, Windows-1252, GB18030), RTF, DOCX, PDF, FHIR or a DICOM report.
    #[arg(long, value_name = "FILE")]
    note: Vec<PathBuf>,
    /// Model to score with, by name; may be given once for scans and once for notes [default: the first that reads the file and is not for another kind of scan or text].
    #[arg(long, value_name = "NAME")]
    model: Vec<String>,
    /// Frame of a multi-frame scan, from 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    frame: usize,
    /// What the model reads around, for one that reads the surroundings of a point: column and row of a pixel, from 0.
    #[arg(long, value_name = "X,Y", value_parser = pixel)]
    at: Option<Pixel>,
    /// The other files of the series, whose slices next to the point are read as well.
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "at")]
    slices: Vec<PathBuf>,
    #[command(flatten)]
    explain: ExplainArgs,
    /// Score scans and notes that the model refuses as outside its scope all the same; the result carries the reasons.
    #[arg(long)]
    beyond_scope: bool,
    /// Read the answers for scans by the calibration and the thresholds of a site: its name, or a file that
    /// `wardlight calibrate` wrote.
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Tell as well what the answer would be where this part of the patients has the label: 0.05.
    #[arg(long, value_name = "PART", value_parser = super::part)]
    prevalence: Option<f64>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Write the JSON to this file as well.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn pixel(text: &str) -> Result<Pixel, String> {
    let numbers = text
        .split_once(',')
        .map(|(x, y)| (x.trim().parse(), y.trim().parse()));
    match numbers {
        Some((Ok(x), Ok(y))) => Ok(Pixel { x, y }),
        _ => Err(format!(
            "wanted column and row such as 212,148, found {text}"
        )),
    }
}

/// What `--json` prints of a case.
type Answer = batch::Answer<Explained, CourseExplained>;

/// Scores every file; one that fails is told and the others go on.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    let n_files = args.files.len();
    anyhow::ensure!(
        args.at.is_none() || n_files == 1,
        "wanted one scan with --at, found {n_files}"
    );
    let made = args.explain.create_folders();
    made.context("could not make the folder for the influence maps")?;
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let options = options(engine);
    let mut models = Models::new(
        bundle::list(&models_folder(engine)?)?,
        args.model.clone(),
        Box::new(move |folder: &Path| load(folder, options)),
    )?;
    let reader = Reader::new(args.site.as_deref(), args.prevalence)?;
    let mut report = Report::default();
    let notes = args.note.iter().map(|it| (it, RowKind::Note));
    let files = args.files.iter().map(|it| (it, RowKind::Scan));
    for (file, kind) in files.chain(notes) {
        for answer in all_of(file, kind, (args, &reader), &decoder, &mut models) {
            if !args.json {
                match &answer {
                    Ok((answer, text)) => print(&table(answer, text.as_ref()))?,
                    Err(silence) => eprintln!("{}", told(file, &silence.failure)),
                }
            }
            match answer {
                Ok((answer, _)) => report.results.push(answer),
                Err(silence) => report.failures.push(silence.of(file)),
            }
        }
    }
    let json = serde_json::to_string_pretty(&report)?;
    if let Some(path) = &args.report {
        disk::write_atomic(path, json.as_bytes()).context("could not write the report")?;
    }
    print(&if args.json {
        format!("{json}\n")
    } else {
        format!("{NOTICE}\n")
    })?;
    Ok(if report.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

type Scored = (Answer, Option<String>);

/// The answers to a file: one for a scan or a note, one for each series and sequence.
fn all_of(
    file: &Path,
    kind: RowKind,
    asked: (&Args, &Reader),
    decoder: &Decoder,
    models: &mut Models,
) -> Vec<Result<Scored, Silence>> {
    let opened = match decoder.open(file) {
        Ok(opened) => opened,
        Err(error) => return vec![Err(Silence::from(&error))],
    };
    match opened {
        Opened::Chart(chart)
            if kind == RowKind::Scan
                && !(chart.series.is_empty() && chart.sequences.is_empty()) =>
        {
            let series = chart.series.iter().map(Course::Series);
            let sequences = chart.sequences.iter().map(Course::Sequence);
            let courses = series.chain(sequences);
            courses
                .map(|it| score_course(file, it, asked, models))
                .collect()
        }
        Opened::Scan(scan) if kind == RowKind::Scan => {
            vec![score_scan(file, &scan, (asked, decoder), models)]
        }
        opened => vec![one(file, (opened, kind), asked, models)],
    }
}

/// What goes on in steps.
#[derive(Clone, Copy)]
enum Course<'a> {
    Series(&'a Series),
    Sequence(&'a Sequence),
}

fn score_course(
    file: &Path,
    course: Course<'_>,
    (args, reader): (&Args, &Reader),
    models: &mut Models,
) -> Result<Scored, Silence> {
    let (kind, target, record) = match course {
        Course::Series(series) => (RowKind::Series, Target::Series(series), None),
        Course::Sequence(sequence) => {
            let name = Some(sequence.name.clone()).filter(|it| !it.is_empty());
            (RowKind::Sequence, Target::Sequence(sequence), name)
        }
    };
    let loaded = match course {
        Course::Series(series) => models.for_series(series),
        Course::Sequence(sequence) => models.for_sequence(sequence),
    }?;
    let (prediction, explained) = score_course::answer(target, args.explain.faithful, loaded)?;
    let prediction = reader.read(prediction, loaded.model.manifest())?;
    let answer = Answer {
        file: file.to_owned(),
        kind,
        prediction,
        record,
        explanation: None,
        course: Some(explained),
    };
    Ok((answer, None))
}

fn one(
    file: &Path,
    (opened, kind): (Opened, RowKind),
    (args, reader): (&Args, &Reader),
    models: &mut Models,
) -> Result<Scored, Silence> {
    match (opened, kind) {
        (Opened::Chart(chart), RowKind::Note | RowKind::Series | RowKind::Sequence) => {
            match chart.only_note() {
                Some(note) => score_note(file, note, (args, reader), models.for_note(note)?),
                None => Err(Silence::refused(Failure {
                    headline: format!("This is {}, not a note", chart.summary()),
                    remedy: "`wardlight inspect` tells what is in it.".to_owned(),
                    cause: format!("wanted one note, found {}", chart.summary()),
                })),
            }
        }
        (Opened::Scan(_), _) => Err(Silence::refused(Failure {
            headline: "This is a scan, not a note".to_owned(),
            remedy: "Name it without --note.".to_owned(),
            cause: "wanted text, found an image".to_owned(),
        })),
        (Opened::Chart(chart), RowKind::Scan) => Err(Silence::refused(Failure {
            headline: format!("This is {}, not a scan", chart.found()),
            remedy: match chart.only_note() {
                Some(_) => "To score it as a note, name it with --note.".to_owned(),
                None => "`wardlight inspect` tells what is in it.".to_owned(),
            },
            cause: format!("wanted an image, found {}", chart.found()),
        })),
    }
}

fn score_scan(
    file: &Path,
    scan: &Scan,
    ((args, reader), decoder): ((&Args, &Reader), &Decoder),
    models: &mut Models,
) -> Result<Scored, Silence> {
    let frame_idx = args.frame.saturating_sub(1);
    let files = (args.slices.as_slice(), decoder);
    let has_files = !args.slices.is_empty();
    let neighbours = has_files.then(|| slices::neighbours(scan, frame_idx, files));
    let neighbours = neighbours.transpose()?;
    let loaded = models.for_scan(scan)?;
    let target = Target::Scan {
        scan,
        frame_idx,
        at: args.at,
        neighbours: neighbours.as_ref(),
    };
    let prediction = predict(target, (args, reader), loaded)?;
    let of_scan = (scan, target);
    let explanation = args
        .explain
        .explain_scan(file, of_scan, &prediction, loaded)?;
    Ok((
        Answer {
            file: file.to_owned(),
            kind: RowKind::Scan,
            prediction,
            record: None,
            explanation,
            course: None,
        },
        None,
    ))
}

/// The answer, as the site and the prevalence of the reader have it.
fn predict(
    target: Target<'_>,
    (args, reader): (&Args, &Reader),
    loaded: &mut Loaded,
) -> Result<Prediction, Silence> {
    let gate = if args.beyond_scope {
        Gate::Open
    } else {
        Gate::Closed
    };
    let prediction = score::score(target, loaded, gate).map_err(|error| {
        let mut silence = Silence::from(&error);
        if silence.is_refused {
            silence.failure.remedy +=
                " To score it all the same, add --beyond-scope; the result will say so.";
        }
        silence
    })?;
    Ok(reader.read(prediction, loaded.model.manifest())?)
}

/// The words of most influence by a method, and whether the score follows them.
fn explain_note(
    note: &Note,
    (label, method): (LabelIdx, Method),
    (args, loaded): (&Args, &mut Loaded),
) -> Result<Explained, Failure> {
    let (target, task) = (Target::Note(note), Task::default());
    let failed = |error: score::Error| Failure::from(&error);
    let why = score::explain(target, label, method, loaded, &task).map_err(failed)?;
    // A single word cannot be compared with others.
    let erasure = (args.explain.faithful && 1 < why.words.len())
        .then(|| score::check_parts(target, &why, loaded, &task))
        .transpose()
        .map_err(failed)?;
    let test = loaded.model.manifest().test_words(method);
    // To find the sections; nothing of it is kept.
    Ok(of_note(why, test, erasure, note.text.reveal()))
}

fn score_note(
    file: &Path,
    note: &Note,
    (args, reader): (&Args, &Reader),
    loaded: &mut Loaded,
) -> Result<Scored, Silence> {
    let target = Target::Note(note);
    let prediction = predict(target, (args, reader), loaded)?;
    let label = label_to_explain(&prediction, None)?;
    let methods = loaded.model.manifest().methods();
    let explanation = match methods.first() {
        Some(method) => Some(explain_note(note, (label, *method), (args, loaded))?),
        None => None,
    };
    // To print the words of most influence for the person who named the file.
    let text = note.text.reveal().clone();
    Ok((
        Answer {
            file: file.to_owned(),
            kind: RowKind::Note,
            prediction,
            record: None,
            explanation,
            course: None,
        },
        Some(text),
    ))
}

fn told(file: &Path, failure: &Failure) -> String {
    format!(
        "{}\n  {}\n  {}\n  Cause: {}",
        failure.headline,
        file.display(),
        failure.remedy,
        failure.cause
    )
}

fn table(answer: &Answer, text: Option<&String>) -> String {
    let prediction = &answer.prediction;
    let model = &prediction.model;
    let mut lines = vec![
        answer.file.display().to_string(),
        format!(
            "  {} {} · weights {} · {}",
            model.name,
            model.version,
            model.weights_sha256.short(),
            prediction.engine
        ),
        String::new(),
    ];
    let width = prediction
        .scores
        .iter()
        .map(|it| it.label.chars().count())
        .max()
        .unwrap_or(0)
        .max(5);
    lines.push(format!(
        "  {:width$}  {:>6}  {:>11}  {:>15}  call",
        "label", "score", "probability", "operating point"
    ));
    let mut scores: Vec<_> = prediction.scores.iter().collect();
    scores.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    for score in scores {
        let point = score
            .operating_point
            .as_ref()
            .map_or_else(|| "–".to_owned(), |it| percent(it.threshold));
        let call = match score.call {
            Call::Above => "above",
            Call::Below => "below",
            Call::Chosen => "most probable",
            Call::None => "–",
        };
        let probability = percent(score.probability);
        lines.push(format!(
            "  {:width$}  {:>6.3}  {probability:>11}  {point:>15}  {call}",
            score.label, score.raw
        ));
    }
    lines.push(String::new());
    lines.extend(prediction.uncertainty.as_ref().map(spread));
    let points = prediction.scores.iter().filter_map(|score| {
        let point = score.operating_point.as_ref()?;
        Some(format!(
            "  Operating point of {}: {}",
            score.label, point.chosen_by
        ))
    });
    lines.extend(points);
    let at = prediction.about.at;
    lines.extend(at.map(|it| format!("  Read around column {}, row {}", it.x, it.y)));
    lines.extend(prediction.read.map(read));
    lines.extend(sites::lines(prediction));
    lines.push(format!("  Scope: {}", scope(&prediction.ood)));
    lines.extend(
        prediction
            .beyond_scope
            .iter()
            .map(|it| format!("  Scored on request although {it}")),
    );
    lines.extend(
        prediction
            .warnings
            .iter()
            .map(|it| format!("  Note: {}", it.text)),
    );
    if let Some(explained) = &answer.explanation {
        let text = text.map_or("", String::as_str);
        lines.extend(explained_lines(explained, text));
    }
    lines.extend(answer.course.iter().flat_map(CourseExplained::lines));
    lines.push(String::new());
    lines.join("\n") + "\n"
}

fn read(read: NoteRead) -> String {
    let NoteRead { tokens, windows } = read;
    let plural = if windows == 1 { "" } else { "s" };
    format!("  Read: all {tokens} tokens of the note, in {windows} window{plural}")
}

fn spread(uncertainty: &Uncertainty) -> String {
    let networks = uncertainty.networks();
    let low = percent(uncertainty.probability_low);
    let high = percent(uncertainty.probability_high);
    let said = if low == high {
        format!("agree on {low}")
    } else {
        format!("lie between {low} and {high}")
    };
    format!(
        "  Ensemble: the {networks} {said} for {}",
        uncertainty.label
    )
}

fn percent(value: f32) -> String {
    format!("{:.1} %", 100.0 * value)
}

fn scope(ood: &Ood) -> String {
    match ood {
        Ood::Unknown => "not checked: the model brings no test of its scope".to_owned(),
        Ood::Within { distance, limit } => {
            format!("within what the model knows (distance {distance:.2} of {limit:.2})")
        }
        Ood::Outside { distance, limit } => {
            format!("outside what the model knows (distance {distance:.2}, limit {limit:.2})")
        }
    }
}
