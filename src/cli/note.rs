//! `wardlight note`: what a clinical note says, by rules: sections, concepts and their status, identifiers, history, answers;
//! beside them the opinion of a model, if one was asked.

use std::{fmt::Write as _, iter, ops::Range, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::{
    Decoder, EngineArgs, NOTICE, lines, note_deidentify,
    note_opinion::{Opinion, SecondReader},
    print,
};
use crate::{
    case::Note,
    failure::Failure,
    import::Opened,
    language::{self, Basis, IntakeLine, Mention, Reading, Reply, Rules, Status},
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Also tell what may identify the patient; a preview that guarantees nothing.
    #[arg(long)]
    identifiers: bool,
    /// Also tell the history that a conversation of doctor and patient gives.
    #[arg(long)]
    intake: bool,
    /// Answer a question by the words of the note; without an answer the note does not say.
    #[arg(long, value_name = "QUESTION")]
    ask: Option<String>,
    /// Also ask a model whether each finding of an English note is negated, and tell where it differs from the rules.
    #[arg(
        long,
        value_name = "MODEL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "assertion-status"
    )]
    second_opinion: Option<String>,
    /// Print JSON lines, one for each file; places are in bytes of the text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    deidentify: note_deidentify::DeidentifyArgs,
}

/// Tells of every note; one that fails is told and the others go on.
pub(super) fn run(args: &Args, engine: &EngineArgs) -> anyhow::Result<ExitCode> {
    if args.deidentify.is_asked {
        return note_deidentify::run(&args.deidentify, &args.files);
    }
    let second = args.second_opinion.as_deref();
    let mut second = second
        .map(|it| SecondReader::load(it, engine))
        .transpose()?;
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let rules = Rules::built_in();
    let mut code = ExitCode::SUCCESS;
    for file in &args.files {
        let mut line = match decoder.open(file) {
            Ok(Opened::Chart(chart)) => match chart.only_note() {
                Some(note) => of_note(&rules, note, args, second.as_mut())
                    .unwrap_or_else(|it| refused(&it.headline, &it.remedy, &it.cause)),
                None => refused(
                    "This is not one note",
                    "`wardlight inspect` tells what is in it.",
                    &format!("wanted one note, found {}", chart.summary()),
                ),
            },
            Ok(Opened::Scan(_)) => refused(
                "This is not a note",
                "Choose a text file, or open the scan with `wardlight inspect`.",
                "wanted text, found a scan",
            ),
            Err(error) => {
                let it = Failure::from(&error);
                refused(&it.headline, &it.remedy, &it.cause)
            }
        };
        if line.kind == "refused" {
            code = ExitCode::FAILURE;
        }
        if args.json {
            if let Value::Object(fields) = &mut line.fields {
                fields.insert("file".to_owned(), json!(file));
                fields.insert("kind".to_owned(), json!(line.kind));
            }
            lines::say(&line.fields).context("could not print")?;
        } else {
            print(&format!("{}\n{}\n", file.display(), line.text))?;
        }
    }
    if !args.json {
        print(&format!("{NOTICE}\n"))?;
    }
    Ok(code)
}

/// What is told of a file, for programs and for people.
struct Told {
    kind: &'static str,
    fields: Value,
    text: String,
}

fn refused(headline: &str, remedy: &str, cause: &str) -> Told {
    Told {
        kind: "refused",
        fields: json!({ "headline": headline, "remedy": remedy, "cause": cause }),
        text: format!("  {headline}. {remedy}\n  ({cause})\n"),
    }
}

fn of_note(
    rules: &Rules,
    note: &Note,
    args: &Args,
    second: Option<&mut SecondReader>,
) -> Result<Told, Failure> {
    // The words of the note are what was asked for, by the clinician who named the file.
    let text = note.text.reveal();
    let reading = language::read(rules, text);
    let opinions = match second {
        Some(second) => second.read(rules, text, &reading)?,
        None => Vec::new(),
    };
    let mut told = Told {
        kind: "note",
        fields: json!({ "language": reading.language.code(), "warnings": note.warnings, "notice": NOTICE }),
        text: String::new(),
    };
    for warning in &note.warnings {
        told.block("Warning", [warning.text.clone()]);
    }
    tell_sections(&mut told, text, &reading);
    tell_mentions(&mut told, rules, text, (&reading, &opinions));
    if args.identifiers {
        tell_identifiers(&mut told, rules, text);
    }
    if args.intake {
        tell_intake(&mut told, rules, text);
    }
    if let Some(question) = &args.ask {
        let reply = language::answer(rules, text, &reading, question);
        tell_reply(&mut told, text, &reading, &reply);
    }
    Ok(told)
}

impl Told {
    fn field(&mut self, name: &str, value: Value) {
        if let Value::Object(fields) = &mut self.fields {
            fields.insert(name.to_owned(), value);
        }
    }

    /// A headline with lines under it.
    fn block(&mut self, title: &str, lines: impl IntoIterator<Item = String>) {
        // Writing to a string cannot fail.
        writeln!(self.text, "  {title}").ok();
        for line in lines {
            writeln!(self.text, "    {line}").ok();
        }
    }
}

/// A part of the text on one line.
fn quote(text: &str, span: &Range<usize>) -> String {
    let words = text
        .get(span.clone())
        .unwrap_or_default()
        .split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

fn place(span: &Range<usize>) -> Value {
    json!([span.start, span.end])
}

fn tell_sections(told: &mut Told, text: &str, reading: &Reading) {
    let fields = reading.sections.iter().map(|it| {
        json!({
            "section": it.kind.name(),
            "loinc": it.kind.loinc(),
            "title": place(&it.title),
            "body": place(&it.body),
        })
    });
    told.field("sections", fields.collect());
    let lines = reading.sections.iter().map(|it| {
        let code = it
            .kind
            .loinc()
            .map_or(String::new(), |it| format!(" (LOINC {it})"));
        format!(
            "{}{}{code}",
            padded(&quote(text, &it.title), 32),
            it.kind.name()
        )
    });
    told.block("Sections", lines);
}

fn mention_fields(rules: &Rules, it: &Mention) -> Value {
    let concept = rules.lexicon.concept(it.concept_idx);
    json!({
        "concept": concept.map(|it| it.term),
        "kind": concept.map(|it| it.kind.name()),
        "icd10": concept.and_then(|it| it.icd10),
        "status": it.status().name(),
        "is_negated": it.assertion.says(Status::Negated),
        "span": place(&it.span),
        "cue": it.cue().map(|it| place(&it)),
    })
}

/// Filled with blanks to a width of the terminal, where an ideograph takes two places.
fn padded(text: &str, width: usize) -> String {
    let n_blanks = width.saturating_sub(text.width());
    format!("{text}{:n_blanks$}", "")
}

fn mention_line(rules: &Rules, text: &str, it: &Mention) -> String {
    let concept = rules.lexicon.concept(it.concept_idx);
    let mut line = format!(
        "{}{:11}{:14}",
        padded(concept.map_or("", |it| it.term), 34),
        concept.map_or("", |it| it.kind.name()),
        it.status().name(),
    );
    write!(line, "\"{}\"", quote(text, &it.span)).ok();
    if let Some(cue) = it.cue() {
        write!(line, " by \"{}\"", quote(text, &cue)).ok();
    }
    // "No diabetes in the family" is not a relative's diabetes.
    if it.status() == Status::OtherPerson && it.assertion.says(Status::Negated) {
        line.push_str(", negated");
    }
    line
}

fn tell_mentions(
    told: &mut Told,
    rules: &Rules,
    text: &str,
    (reading, opinions): (&Reading, &[Option<Opinion>]),
) {
    let opinions = opinions.iter().copied().chain(iter::repeat(None));
    let mentions = reading.mentions.iter().zip(opinions);
    let fields = mentions.clone().map(|(it, opinion)| {
        let mut fields = mention_fields(rules, it);
        if let Value::Object(map) = &mut fields {
            map.insert("section".to_owned(), json!(it.section_idx));
            if let Some(it) = opinion {
                let opinion = json!({ "negated": it.negated, "differs": it.differs });
                map.insert("second_opinion".to_owned(), opinion);
            }
        }
        fields
    });
    told.field("mentions", fields.collect());
    let lines = mentions.map(|(it, opinion)| {
        let mut line = mention_line(rules, text, it);
        if let Some(it) = opinion {
            let differs = if it.differs { ", which differs" } else { "" };
            write!(
                line,
                "; model: negated {:.0} %{differs}",
                100.0 * it.negated
            )
            .ok();
        }
        line
    });
    told.block("Mentions", lines);
}

fn tell_identifiers(told: &mut Told, rules: &Rules, text: &str) {
    let found = rules.identifiers.find(text);
    let fields = found
        .iter()
        .map(|it| json!({ "kind": it.kind.name(), "span": place(&it.span) }));
    told.field("identifiers", fields.collect());
    let lines = found
        .iter()
        .map(|it| format!("{:16}{}", it.kind.name(), quote(text, &it.span)));
    told.block("Identifiers (a preview; there may be more)", lines);
}

fn tell_intake(told: &mut Told, rules: &Rules, text: &str) {
    let found = language::intake(rules, text);
    let fields = found.iter().map(|it| {
        let mentions: Vec<Value> = it
            .mentions
            .iter()
            .map(|it| mention_fields(rules, it))
            .collect();
        json!({
            "section": it.section.name(),
            "turn": it.turn_idx,
            "question": it.question_idx,
            "span": place(&it.span),
            "mentions": mentions,
        })
    });
    told.field("intake", fields.collect());
    if found.is_empty() {
        told.block(
            "History",
            ["no conversation of doctor and patient was found".to_owned()],
        );
    }
    let mut sections: Vec<_> = found.iter().map(|it| it.section).collect();
    sections.sort();
    sections.dedup();
    for section in sections {
        let of_section: Vec<&IntakeLine> =
            found.iter().filter(|it| it.section == section).collect();
        let lines = of_section.iter().flat_map(|it| {
            let said = format!("turn {}: \"{}\"", it.turn_idx + 1, quote(text, &it.span));
            let named = it
                .mentions
                .iter()
                .map(|it| format!("  {}", mention_line(rules, text, it)));
            [said].into_iter().chain(named)
        });
        told.block(&format!("History: {}", section.name()), lines);
    }
}

fn tell_reply(told: &mut Told, text: &str, reading: &Reading, reply: &Reply) {
    let section = |idx: usize| reading.sections.get(idx).map_or("", |it| it.kind.name());
    let answers = reply.answers.iter().map(|it| {
        json!({
            "span": place(&it.span),
            "text": quote(text, &it.span),
            "sentence": place(&it.sentence),
            "section": section(it.section_idx),
            "basis": basis(it.basis),
        })
    });
    let answers: Vec<Value> = answers.collect();
    told.field(
        "answer",
        json!({ "verdict": reply.verdict.map(|it| it.name()), "answers": answers }),
    );
    let mut lines = Vec::new();
    lines.extend(reply.verdict.map(|it| it.name().to_owned()));
    if reply.answers.is_empty() {
        lines.push("no answer in this note".to_owned());
    }
    for it in &reply.answers {
        lines.push(format!(
            "{} ({}; {})",
            quote(text, &it.span),
            section(it.section_idx),
            basis(it.basis)
        ));
        if it.sentence != it.span {
            lines.push(format!("  \"{}\"", quote(text, &it.sentence)));
        }
    }
    told.block("Answer", lines);
}

fn basis(basis: Basis) -> String {
    match basis {
        Basis::Status(status) => status.name().to_owned(),
        Basis::Section => "by its section".to_owned(),
        Basis::Form => "by its form".to_owned(),
        Basis::Words(part) => format!("{:.0} % of the question's words", part * 100.0),
    }
}
