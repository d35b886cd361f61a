//! What `wardlight score` has written: one row of a worklist for each answer and for each file without one.
//!
//! The bytes are as untrusted as any other: the worker reads them, and says the rows in portions.

use std::{fmt, io::Write, marker::PhantomData, path::PathBuf};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};

use super::{
    Refusal,
    wire::{Kind, Reply},
};
use crate::{
    case::worklist::{Finding, Outcome, Row, RowKind, uncertainty},
    disk::Sha256,
    privacy::Phi,
};

/// Most rows of one report.
pub(super) const ROWS_LIMIT: usize = 500_000;
/// Rows that are said at once.
const PORTION: usize = 4_096;
/// Longest name and reason, in characters.
const TEXT_LIMIT: usize = 300;
/// The only form that there is so far.
pub const SCHEMA: &str = "wardlight-score-1";

/// Whether a file begins as a report of any version does.
pub(super) fn is_scored(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut rest = text;
    for wanted in [b"{".as_slice(), b"\"schema\"", b":"] {
        match rest.trim_ascii_start().strip_prefix(wanted) {
            Some(it) => rest = it,
            None => return false,
        }
    }
    rest.trim_ascii_start().starts_with(b"\"wardlight-score-")
}

/// Reads a report and says its rows: first what has no answer, then the answers; an empty portion is the end.
pub(super) fn read<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // What went wrong, not what stands there: names of files may be in it.
    let report: Report = serde_json::from_slice(text).map_err(|error| {
        let wanted = format!("a report of `wardlight score` of at most {ROWS_LIMIT} files");
        let found = format!("{:?} error in line {}", error.classify(), error.line());
        Refusal::malformed(wanted, found)
    })?;
    if report.schema != SCHEMA {
        let wanted = format!("a report of the form {SCHEMA}");
        return Err(Refusal::unsupported(wanted, "one of another version"));
    }
    for portion in [report.failures, report.results]
        .iter()
        .flat_map(|it| it.chunks(PORTION))
    {
        reply.json(Kind::Rows, &portion)?;
    }
    reply.json(Kind::Rows, &Vec::<Row>::new())
}

#[derive(Deserialize)]
struct Report {
    schema: String,
    #[serde(deserialize_with = "rows::<_, Answer>")]
    results: Vec<Row>,
    #[serde(deserialize_with = "rows::<_, Silence>")]
    failures: Vec<Row>,
}

/// Only what a row takes; the rest is passed over.
#[derive(Deserialize)]
struct Answer {
    file: PathBuf,
    kind: RowKind,
    prediction: Prediction,
}

#[derive(Deserialize)]
struct Prediction {
    about: About,
    model: Model,
    scores: Vec<Score>,
    uncertainty: Option<Uncertainty>,
    ood: Ood,
    beyond_scope: Vec<String>,
}

#[derive(Deserialize)]
struct About {
    file_sha256: Sha256,
    frame_idx: usize,
}

#[derive(Deserialize)]
struct Model {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Score {
    label: String,
    probability: f32,
    operating_point: Option<OperatingPoint>,
}

#[derive(Deserialize)]
struct OperatingPoint {
    threshold: f32,
}

#[derive(Deserialize)]
struct Uncertainty {
    total: f64,
}

#[derive(Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Ood {
    Unknown,
    Within,
    Outside,
}

/// A file without an answer.
#[derive(Deserialize)]
struct Silence {
    file: PathBuf,
    headline: String,
    cause: String,
    /// Absent in reports of the first versions.
    #[serde(default)]
    is_refused: bool,
}

impl From<Answer> for Row {
    fn from(answer: Answer) -> Self {
        let Answer {
            file,
            kind,
            prediction,
        } = answer;
        let finding = Finding::strongest(prediction.scores.into_iter().map(|it| Finding {
            label: line(&it.label),
            probability: it.probability,
            threshold: it.operating_point.map(|it| it.threshold),
        }));
        let of_ensemble = prediction.uncertainty.map(|it| it.total);
        Self {
            kind,
            file: Phi::new(file),
            file_sha256: Some(prediction.about.file_sha256),
            frame_idx: prediction.about.frame_idx,
            model: Some((
                line(&prediction.model.name),
                line(&prediction.model.version),
            )),
            uncertainty: finding
                .as_ref()
                .map(|it| uncertainty(it.probability, of_ensemble)),
            finding,
            outcome: match prediction.ood {
                _ if !prediction.beyond_scope.is_empty() => {
                    Outcome::BeyondScope(line(&prediction.beyond_scope.join("; ")))
                }
                Ood::Unknown => Outcome::Unchecked,
                Ood::Within => Outcome::InScope,
                Ood::Outside => Outcome::Outside,
            },
            ..Self::default()
        }
    }
}

impl From<Silence> for Row {
    fn from(silence: Silence) -> Self {
        let reason = line(&format!("{}: {}", silence.headline, silence.cause));
        Self {
            file: Phi::new(silence.file),
            outcome: if silence.is_refused {
                Outcome::Refused(reason)
            } else {
                Outcome::Failed(reason)
            },
            ..Self::default()
        }
    }
}

/// A text on one line, without signs that turn the writing round, and not too long.
fn line(text: &str) -> String {
    let is_odd = |it: &char| {
        it.is_control() || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|it| if it.is_whitespace() { ' ' } else { it })
        .filter(|it| !is_odd(it))
        .take(TEXT_LIMIT)
        .collect()
}

/// A list of which each element becomes a row before the next one is read.
fn rows<'de, D, T>(deserializer: D) -> Result<Vec<Row>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Into<Row>,
{
    deserializer.deserialize_seq(Rows(PhantomData::<T>))
}

struct Rows<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Into<Row>> Visitor<'de> for Rows<T> {
    type Value = Vec<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<Row>, A::Error> {
        let mut rows = Vec::new();
        while let Some(element) = elements.next_element::<T>()? {
            if rows.len() == ROWS_LIMIT {
                return Err(A::Error::custom("too many"));
            }
            rows.push(element.into());
        }
        Ok(rows)
    }
}
