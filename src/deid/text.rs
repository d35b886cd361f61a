//! Clinical notes without what tells who the patient is: found by rules, shown for a person to correct, then replaced.
//!
//! 1. [`Cleaner::preview`] tells what would be replaced, why and by what;
//! 2. a person drops findings, or adds some by [`Found::marked`];
//! 3. [`consistent`] numbers the names and shifts the dates, if wanted;
//! 4. [`Cleaner::apply`] replaces. Everything else stays byte for byte.
//!
//! Rules miss what no rule foresaw. Figures on synthetic notes are no figures on clinical notes: a person reads the preview.

mod dates;
mod known;

use std::{collections::BTreeMap, fmt, ops::Range};

pub use self::known::Known;
use crate::language::{Finder, Identifier, IdentifierKind, Language, Why};

/// Why a part of a text is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Rule(Why),
    /// The record itself has it.
    Known,
    /// A person marked it.
    Marked,
}

impl Reason {
    /// Its words in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule(why) => why.name(),
            Self::Known => "in the record",
            Self::Marked => "marked by hand",
        }
    }
}

/// A part of a text that is to be replaced. It holds no word of the text, save a date that was shifted.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// In bytes of the text, on character boundaries.
    pub span: Range<usize>,
    pub kind: IdentifierKind,
    pub why: Reason,
    /// What stands in its place.
    pub replacement: String,
}

impl Found {
    /// What a person marked, with the label of its kind.
    pub fn marked(text: &str, span: Range<usize>, kind: IdentifierKind) -> Self {
        Self {
            replacement: label(kind, Language::of(text)).to_owned(),
            span,
            kind,
            why: Reason::Marked,
        }
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            span, kind, why, ..
        } = self;
        write!(f, "Found({span:?}, {kind:?}, {why:?})")
    }
}

/// A text with its identifiers replaced.
#[derive(Clone, PartialEq, Eq)]
pub struct Cleaned {
    pub text: String,
    /// How many were replaced of each kind.
    pub counts: BTreeMap<IdentifierKind, usize>,
}

impl fmt::Debug for Cleaned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What no rule found may still be in the text.
        write!(f, "Cleaned({:?})", self.counts)
    }
}

/// Finds and replaces.
#[derive(Debug)]
pub struct Cleaner {
    finder: Finder,
}

impl Cleaner {
    /// Compiling the rules takes some hundred milliseconds: build once.
    pub fn built_in() -> Self {
        Self {
            finder: Finder::built_in(),
        }
    }

    /// What would be replaced by the label of its kind, in order of the text, none over another. Labels of an earlier
    /// cleaning are left alone.
    pub fn preview(&self, text: &str, known: &Known) -> Vec<Found> {
        let language = Language::of(text);
        let from_record = known.find(&self.finder, text);
        let by_rules = self.finder.find(text);
        let found = from_record
            .into_iter()
            .map(|(span, kind)| (span, kind, Reason::Known))
            .chain(
                by_rules
                    .into_iter()
                    .map(|Identifier { span, kind, why }| (span, kind, Reason::Rule(why))),
            );
        let labels = labels_in(text);
        let found = found.map(|(span, kind, why)| Found {
            span,
            kind,
            why,
            replacement: label(kind, language).to_owned(),
        });
        let found = found.filter(|it| !is_in_label(&labels, &it.span));
        apart(text, found.collect())
    }

    /// Replaces what is given. A finding that lies outside the text, within a character or over an earlier one counts as
    /// far as it is sound.
    pub fn apply(&self, text: &str, found: &[Found]) -> Cleaned {
        let mut cleaned = String::with_capacity(text.len());
        let mut counts = BTreeMap::new();
        let mut end = 0;
        for it in apart(text, found.to_vec()) {
            cleaned.push_str(text.get(end..it.span.start).unwrap_or_default());
            cleaned.push_str(&it.replacement);
            *counts.entry(it.kind).or_insert(0) += 1;
            end = it.span.end;
        }
        cleaned.push_str(text.get(end..).unwrap_or_default());
        Cleaned {
            text: cleaned,
            counts,
        }
    }

    /// A short text such as a DICOM description or a text of a structured report, with labels.
    pub fn clean(&self, text: &str) -> String {
        let found = self.preview(text, &Known::default());
        self.apply(text, &found).text
    }
}

/// Names by number, one for each person as far as the text tells, and dates shifted by days where they are complete:
/// distances between them stay, and so does the way they are written. A date without a year is of the year of the first
/// complete one; a month alone is shifted from its middle, a year from its first of July. A date of the lunar calendar, a
/// holiday and a stretch of days keep their label.
pub fn consistent(text: &str, found: &mut [Found], shift_days: Option<i64>) {
    let language = Language::of(text);
    let mut persons = BTreeMap::new();
    let mut n_persons = 0;
    let as_written: Vec<&str> = found
        .iter()
        .filter(|it| it.kind == IdentifierKind::Date)
        .filter_map(|it| text.get(it.span.clone()))
        .collect();
    let habit = dates::Habit::of(&as_written);
    for it in found {
        let written = text.get(it.span.clone()).unwrap_or_default();
        match (it.kind, shift_days) {
            (IdentifierKind::Name, _) => {
                let n = person(written, &mut persons, &mut n_persons);
                it.replacement = match language {
                    Language::English => format!("[name {n}]"),
                    Language::Chinese => format!("[姓名{n}]"),
                };
            }
            (IdentifierKind::Date, Some(n_days)) => {
                it.replacement = dates::shifted(written, n_days, &habit)
                    .unwrap_or_else(|| label(IdentifierKind::Date, language).to_owned());
            }
            _ => {}
        }
    }
}

/// The number of the person who has a part of this name already, or the next.
fn person(name: &str, persons: &mut BTreeMap<String, usize>, n_persons: &mut usize) -> usize {
    let parts: Vec<String> = match name
        .chars()
        .any(|it| ('\u{4e00}'..='\u{9fff}').contains(&it))
    {
        true => vec![name.chars().filter(|it| !it.is_whitespace()).collect()],
        false => name
            .split(|it: char| !it.is_alphanumeric())
            .filter(|it| 2 < it.chars().count())
            .map(str::to_lowercase)
            .collect(),
    };
    let known = parts.iter().rev().find_map(|it| persons.get(it)).copied();
    let n = known.unwrap_or_else(|| {
        *n_persons += 1;
        *n_persons
    });
    persons.extend(parts.into_iter().map(|it| (it, n)));
    n
}

/// What stands in the place of a kind.
fn label(kind: IdentifierKind, language: Language) -> &'static str {
    use IdentifierKind::{Address, Age, Date, Email, Institution, Name, Number, Phone, Url};
    let (english, chinese) = match kind {
        Name => ("[name]", "[姓名]"),
        Date => ("[date]", "[日期]"),
        Age => ("[age over 89]", "[89岁以上]"),
        Phone => ("[phone]", "[电话]"),
        Number => ("[number]", "[号码]"),
        Email => ("[e-mail]", "[邮箱]"),
        Url => ("[web address]", "[网址]"),
        Address => ("[address]", "[地址]"),
        Institution => ("[institution]", "[机构]"),
    };
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// Labels that stand in a text already, numbered or not.
fn labels_in(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('[') {
        let inner = text.get(start + 1..).unwrap_or_default();
        let Some(len) = inner.bytes().take(40).position(|it| it == b']') else {
            continue;
        };
        let inner = inner.get(..len).unwrap_or_default();
        let word = inner.trim_end_matches(|it: char| it.is_ascii_digit() || it == ' ');
        let is_label = IdentifierKind::ALL.iter().any(|kind| {
            [Language::English, Language::Chinese].iter().any(|it| {
                let label = label(*kind, *it).trim_matches(['[', ']']);
                label == inner || label == word
            })
        });
        if is_label {
            found.push(start..start + len + 2);
        }
    }
    found
}

/// Whether a part of the text touches one of the labels, which stand in order.
fn is_in_label(labels: &[Range<usize>], span: &Range<usize>) -> bool {
    let at = labels.partition_point(|it| it.end <= span.start);
    labels.get(at).is_some_and(|it| it.start < span.end)
}

/// In order, the longer first, what reaches over an earlier one cut at its end; without what is no part of the text.
fn apart(text: &str, mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|a, b| {
        let key = |it: &Found| {
            (
                it.span.start,
                std::cmp::Reverse(it.span.end),
                it.kind,
                it.why,
            )
        };
        key(a).cmp(&key(b))
    });
    let mut apart: Vec<Found> = Vec::new();
    for mut it in found {
        let end = apart.last().map_or(0, |before| before.span.end);
        it.span.start = it.span.start.max(end);
        let rest = text.get(it.span.clone()).unwrap_or_default();
        if rest.chars().any(char::is_alphanumeric) {
            apart.push(it);
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::{Cleaner, Found, Known, consistent};
    use crate::language::IdentifierKind;

    #[test]
    fn a_person_has_one_number_and_dates_keep_their_distance() {
        let cleaner = Cleaner::built_in();
        let text = "Seen 03/04/2026 by Dr. Tove Invented. On March 14, 2026 Dr. Invented called Mrs. Sample.";
        let mut found = cleaner.preview(text, &Known::default());
        consistent(text, &mut found, Some(-3));
        assert_eq!(
            cleaner.apply(text, &found).text,
            "Seen 03/01/2026 by Dr. [name 1]. On March 11, 2026 Dr. [name 1] called Mrs. [name 2]."
        );
    }

    #[test]
    fn what_a_person_marks_is_replaced_and_what_is_dropped_stays() {
        let cleaner = Cleaner::built_in();
        let text = "Dr. Invented saw the mayor.";
        let mut found = cleaner.preview(text, &Known::default());
        found.clear();
        found.push(Found::marked(text, 17..26, IdentifierKind::Name));
        let cleaned = cleaner.apply(text, &found);
        assert_eq!(cleaned.text, "Dr. Invented saw [name].");
        assert!(!format!("{cleaned:?} {found:?}").contains("Invented"));
    }

    #[test]
    fn a_short_description_keeps_its_words() {
        let cleaner = Cleaner::built_in();
        for it in [
            "CHEST PA AND LATERAL",
            "AX T2 FLAIR 5mm",
            "Sagittal MPRAGE +C",
            "US Abdomen RUQ",
            "胸部正侧位",
        ] {
            assert_eq!(cleaner.clean(it), it);
        }
        assert_eq!(
            cleaner.clean("Knee, ref. Dr. Invented"),
            "Knee, ref. Dr. [name]"
        );
    }
}
