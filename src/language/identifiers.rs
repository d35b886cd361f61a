//! What in a note may tell who the patient is: a preview for a person's eyes, made to find too much rather than too little.
//!
//! It guarantees nothing: a name without a title, a label or a common given name is not found. Eponyms of diseases are
//! not names.

use std::ops::Range;

use regex::Regex;

use super::patterns::{EPONYMS, NOT_A_NAME, PATTERNS};

/// What an identifier is, after the classes of HIPAA's safe harbour (45 CFR 164.514(b)(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    Name,
    Date,
    /// An age over 89 years.
    Age,
    Phone,
    /// The number of a record, an account, a person or a device.
    Number,
    Email,
    Url,
    Address,
    /// A hospital, practice or university.
    Institution,
}

impl IdentifierKind {
    /// Its word in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Date => "date",
            Self::Age => "age over 89",
            Self::Number => "number",
            Self::Phone => "phone",
            Self::Email => "e-mail",
            Self::Url => "web address",
            Self::Address => "address",
            Self::Institution => "institution",
        }
    }
}

/// Text that may identify the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    pub span: Range<usize>,
    pub kind: IdentifierKind,
}

/// What each kind looks like.
#[derive(Debug)]
pub struct Finder {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    kind: IdentifierKind,
    regex: Regex,
    /// Whether it begins and ends at the edge of a word.
    edges: (bool, bool),
}

/// The edge of a word in patterns. In Unicode, one letter beyond ASCII makes a whole search of the text ten times as slow
/// (`regex`, "Unicode isn't free"); so the search goes by ASCII, and what it finds is looked at again.
const EDGE: &str = r"\b";
const ASCII_EDGE: &str = r"(?-u:\b)";

impl Pattern {
    fn compile(kind: IdentifierKind, pattern: &str) -> Option<Self> {
        Some(Self {
            kind,
            regex: Regex::new(&pattern.replace(EDGE, ASCII_EDGE)).ok()?,
            edges: (pattern.starts_with(EDGE), pattern.ends_with(EDGE)),
        })
    }

    /// Whether a match begins and ends where the pattern says, by the letters of all scripts.
    fn is_whole(&self, text: &str, span: Range<usize>) -> bool {
        let is_letter = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
        let before = text.get(..span.start).and_then(|it| it.chars().next_back());
        let after = text.get(span.end..).and_then(|it| it.chars().next());
        let (starts_within, ends_within) = (is_letter(before), is_letter(after));
        match self.edges {
            (true, _) if starts_within => false,
            (_, true) if ends_within => false,
            _ => true,
        }
    }
}

impl Finder {
    /// Compiling takes some tens of milliseconds: build once.
    pub fn built_in() -> Self {
        let compiled = PATTERNS
            .iter()
            .filter_map(|(kind, it)| Pattern::compile(*kind, it));
        Self {
            patterns: compiled.collect(),
        }
    }

    /// Every identifier found, in order of the text, none over another.
    pub fn find(&self, text: &str) -> Vec<Identifier> {
        let mut found = Vec::new();
        for pattern in &self.patterns {
            let kind = pattern.kind;
            for groups in pattern.regex.captures_iter(text) {
                let whole = groups.get_match();
                // The group holds the identifier where the pattern has words around it.
                let part = groups.get(1).unwrap_or(whole);
                let span = trimmed(text, kind, part.range());
                if pattern.is_whole(text, whole.range())
                    && !span.is_empty()
                    && is_plausible(kind, text.get(span.clone()).unwrap_or_default())
                {
                    found.push(Identifier { span, kind });
                }
            }
        }
        apart(found)
    }
}

/// Without blanks and marks at its ends; a Chinese institution begins behind "at", "to" and the like.
fn trimmed(text: &str, kind: IdentifierKind, span: Range<usize>) -> Range<usize> {
    let raw = text.get(span.clone()).unwrap_or_default();
    let is_edge =
        |it: char| it.is_whitespace() || matches!(it, ',' | ';' | ':' | '，' | '：' | '-');
    let mut left = raw.trim_start_matches(is_edge);
    if kind == IdentifierKind::Institution
        && let Some(at) = left.rfind(['于', '在', '到', '至', '往', '赴'])
    {
        left = left.get(at + '于'.len_utf8()..).unwrap_or_default();
    }
    let start = span.end - left.len();
    start..start + left.trim_end_matches(is_edge).len()
}

fn is_plausible(kind: IdentifierKind, found: &str) -> bool {
    let first = found
        .split(|it: char| !it.is_alphanumeric())
        .next()
        .unwrap_or_default();
    match kind {
        IdentifierKind::Name => {
            // The initial of a name may read like a word.
            let is_initial =
                found.starts_with(|it: char| it.is_uppercase()) && found.get(1..2) == Some(".");
            let first = first.to_lowercase();
            is_initial
                || !NOT_A_NAME.contains(&first.as_str()) && !EPONYMS.contains(&first.as_str())
        }
        IdentifierKind::Institution => {
            let words: Vec<_> = found.split_whitespace().collect();
            !(words.len() < 3 && NOT_A_NAME.contains(&first.to_lowercase().as_str()))
        }
        IdentifierKind::Phone => 7 <= found.chars().filter(char::is_ascii_digit).count(),
        _ => true,
    }
}

/// Sorted, the longer first where two begin alike; what reaches beyond an earlier one is cut at its end.
fn apart(mut found: Vec<Identifier>) -> Vec<Identifier> {
    found.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end), it.kind));
    let mut apart: Vec<Identifier> = Vec::new();
    for mut it in found {
        let end = apart.last().map_or(0, |before| before.span.end);
        it.span.start = it.span.start.max(end);
        if it.span.start < it.span.end {
            apart.push(it);
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::{Finder, IdentifierKind, PATTERNS};

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(Finder::built_in().patterns.len(), PATTERNS.len());
    }

    #[track_caller]
    fn check(text: &str, wanted: &[(IdentifierKind, &str)]) {
        let found = Finder::built_in().find(text);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.kind, &text[it.span.clone()]))
            .collect();
        assert_eq!(found, wanted, "{text}");
    }

    #[test]
    fn names_are_found_by_title_label_degree_and_given_name() {
        use IdentifierKind::Name;
        check("Seen by Dr. A. Example today.", &[(Name, "A. Example")]);
        check("Patient Name: Jane Q. Sample", &[(Name, "Jane Q. Sample")]);
        check("Mrs. O'Neil-Smith coughs", &[(Name, "O'Neil-Smith")]);
        check(
            "Ms Zoë Müller-Šťastná was admitted",
            &[(Name, "Zoë Müller-Šťastná")],
        );
        check("Dictated by Tom Invented, M.D.", &[(Name, "Tom Invented")]);
        check("患者姓名：张三", &[(Name, "张三")]);
        check("请王医生会诊", &[(Name, "王")]);
    }

    #[test]
    fn eponyms_are_not_names() {
        check(
            "Parkinson's disease, Crohn disease, Bell palsy, Alzheimer, Graves",
            &[],
        );
        check("Her mother Parkinson disease; Babinski negative", &[]);
    }

    #[test]
    fn dates_come_in_many_forms() {
        use IdentifierKind::Date;
        check(
            "on 3/4/2026, 2026-03-04, March 4, 2026, 4 Mar 2026, in 1998, seen on 3/4",
            &[
                (Date, "3/4/2026"),
                (Date, "2026-03-04"),
                (Date, "March 4, 2026"),
                (Date, "4 Mar 2026"),
                (Date, "1998"),
                (Date, "3/4"),
            ],
        );
        check(
            "于2026年3月4日入院，3月5日手术",
            &[(Date, "2026年3月4日"), (Date, "3月5日")],
        );
        check("strength 5/5, murmur 2/6, BP 120/80, 咳嗽3年", &[]);
        // No edge of a word: a letter of any script joins.
        check("é2026-03-04 and 2026-03-04é", &[]);
    }

    #[test]
    fn only_an_age_over_89_identifies() {
        use IdentifierKind::Age;
        check(
            "a 93-year-old man and an 89-year-old woman, 95岁",
            &[(Age, "93"), (Age, "95")],
        );
    }

    #[test]
    fn numbers_and_ways_to_reach_a_person() {
        use IdentifierKind::{Address, Email, Institution, Number, Phone, Url};
        check(
            "MRN: 123-45-67, SSN 123-45-6789",
            &[(Number, "123-45-67"), (Number, "123-45-6789")],
        );
        check(
            "call (555) 123-4567 or a.b@example.org",
            &[(Phone, "(555) 123-4567"), (Email, "a.b@example.org")],
        );
        check(
            "see https://example.org/x?y=1",
            &[(Url, "https://example.org/x?y=1")],
        );
        check(
            "lives at 12 Old Mill Road, Apt 4",
            &[(Address, "12 Old Mill Road, Apt 4")],
        );
        check(
            "at Invented Valley Hospital",
            &[(Institution, "Invented Valley Hospital")],
        );
        check(
            "身份证号：11010519491231002X 电话：13800000000",
            &[(Number, "11010519491231002X"), (Phone, "13800000000")],
        );
        check("转至虚构市第一医院", &[(Institution, "虚构市第一医院")]);
    }
}
