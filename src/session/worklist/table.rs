//! What the columns of a worklist say, on screen and in a file.

use crate::{
    case::worklist::{Outcome, Row, RowKind, Word},
    model::Task,
    privacy::Phi,
    session::Answer,
    settings::{ColumnName, ListColumn},
    words::{Part, Words},
};

use super::{Standing, list::Shown};

/// Rows between two looks at whether to stop.
const N_STEP: usize = 256;

/// The head of a column.
pub fn column_words(words: &Words, name: ColumnName) -> String {
    match name {
        ColumnName::Patient => words.say("list-patient"),
        ColumnName::StudyDate => words.say("list-study-date"),
        ColumnName::Kind => words.say("list-kind"),
        ColumnName::File => words.say("list-file"),
        ColumnName::Model => words.say("list-model"),
        ColumnName::Finding => words.say("list-finding"),
        ColumnName::Suspicion => words.say("list-suspicion"),
        ColumnName::Uncertainty => words.say("list-uncertainty"),
        ColumnName::Scope => words.say("list-scope"),
        ColumnName::Word => words.say("list-word"),
        ColumnName::Since => words.say("list-since"),
    }
}

/// What a filter by standing is called.
pub fn standing_words(words: &Words, standing: Standing) -> String {
    match standing {
        Standing::Unread => words.say("list-unread"),
        Standing::Read => words.say("list-read"),
        Standing::Refused => words.say("list-refused"),
        Standing::Failed => words.say("list-failed"),
    }
}

/// What a row says in a column, on one line; empty where it has nothing there. The patient is for whoever may open cases.
pub fn cell(words: &Words, row: &Row, name: ColumnName) -> String {
    match name {
        // For the eyes, or the file, of whoever may see cases.
        ColumnName::Patient => on_one_line(row.patient.reveal()),
        ColumnName::StudyDate => date(row.study_date.reveal()),
        ColumnName::Kind => kind(words, row),
        ColumnName::File => {
            let name = row.file.reveal().file_name().unwrap_or_default();
            on_one_line(&name.to_string_lossy())
        }
        ColumnName::Model => row
            .model
            .as_ref()
            .map_or_else(String::new, |(name, version)| format!("{name} {version}")),
        ColumnName::Finding => finding(words, row),
        ColumnName::Suspicion => part(row.finding.as_ref().map(|it| it.suspicion())),
        ColumnName::Uncertainty => part(row.uncertainty),
        ColumnName::Scope => outcome(words, &row.outcome),
        ColumnName::Word => row.word.map_or_else(String::new, |it| {
            let answer = match it {
                Word::Agree => Answer::Agree,
                Word::Disagree => Answer::Disagree,
                Word::Unsure => Answer::Unsure,
            };
            answer.name(words)
        }),
        ColumnName::Since => row.since_ms.and_then(time).unwrap_or_default(),
    }
}

fn kind(words: &Words, row: &Row) -> String {
    match row.kind {
        RowKind::Scan if !row.modality.is_empty() => on_one_line(&row.modality),
        RowKind::Scan => words.say("kind-scan"),
        RowKind::Note => words.say("kind-note"),
        RowKind::Series => words.say("kind-series"),
        RowKind::Sequence => words.say("kind-sequence"),
    }
}

fn finding(words: &Words, row: &Row) -> String {
    let Some(finding) = &row.finding else {
        return String::new();
    };
    let probability = percent(finding.probability);
    let threshold = finding.threshold.map(percent).unwrap_or_default();
    let parts = [
        ("label", Part::from(&finding.label)),
        ("probability", Part::from(&probability)),
        ("threshold", Part::from(&threshold)),
    ];
    match finding.threshold {
        None => format!("{} {probability}", finding.label),
        Some(it) if it <= finding.probability => words.say_with("list-finding-above", &parts),
        Some(_) => words.say_with("list-finding-below", &parts),
    }
}

fn outcome(words: &Words, outcome: &Outcome) -> String {
    let because = |what: String, reason: &str| {
        let parts = [("what", Part::from(&what)), ("reason", Part::Text(reason))];
        words.say_with("list-because", &parts)
    };
    match outcome {
        Outcome::Unscored => words.say("list-unscored"),
        Outcome::InScope => words.say("list-in-scope"),
        Outcome::Unchecked => words.say("list-unchecked"),
        Outcome::Outside => words.say("list-outside"),
        Outcome::BeyondScope(reason) => because(words.say("list-beyond-scope"), reason),
        Outcome::Refused(reason) => because(words.say("list-refused"), reason),
        Outcome::Failed(reason) => because(words.say("list-failed"), reason),
    }
}

fn percent(part: f32) -> String {
    format!("{:.0} %", 100.0 * part)
}

fn part(value: Option<f32>) -> String {
    value.map_or_else(String::new, |it| format!("{it:.2}"))
}

/// `20261128` as an ISO date; anything else as it stands.
fn date(text: &str) -> String {
    match (text.get(..4), text.get(4..6), text.get(6..8)) {
        (Some(year), Some(month), Some(day))
            if text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit()) =>
        {
            format!("{year}-{month}-{day}")
        }
        _ => on_one_line(text),
    }
}

/// To the minute, UTC.
fn time(unix_ms: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp_millis(unix_ms)?;
    Some(time.format("%Y-%m-%d %H:%M").to_string())
}

/// Without what breaks lines or turns the writing round.
fn on_one_line(text: &str) -> String {
    let is_odd = |it: char| {
        it.is_control() || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let letters = text.chars();
    letters
        .map(|it| if is_odd(it) { ' ' } else { it })
        .collect()
}

/// The rows that are shown, in the columns that are shown, as comma-separated values. Each line says what it is for. Half of
/// it, where it is cancelled.
pub(super) fn csv(
    words: &Words,
    rows: &Shown,
    columns: &[ListColumn],
    task: &Task,
) -> Phi<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let notice = words.say("research-use");
    let heads = columns.iter().map(|it| column_words(words, it.name));
    // Writing to memory cannot fail.
    writer
        .write_record(heads.chain([words.say("list-notice")]))
        .ok();
    for (number, row) in rows.iter().enumerate() {
        if number % N_STEP == 0 {
            task.report(number, rows.len());
            if task.is_cancelled() {
                break;
            }
        }
        let cells = columns.iter().map(|it| as_text(cell(words, row, it.name)));
        writer.write_record(cells.chain([notice.clone()])).ok();
    }
    Phi::new(writer.into_inner().unwrap_or_default())
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection").
fn as_text(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}
