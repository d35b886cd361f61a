//! What in a note may tell who the patient is: a preview for a person's eyes, made to find too much rather than too little.
//!
//! It guarantees nothing. A name is found by a title, a label, a degree or a relation beside it, by a list of names, by being
//! a capital that no list of words knows, and wherever a name found so comes again. Eponyms of diseases are not names.

use std::ops::Range;

use regex::Regex;

use super::{names, patterns, patterns_zh, vocabulary::Vocabulary, words::is_han};

/// What an identifier is, after the classes of HIPAA's safe harbour (45 CFR 164.514(b)(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    Name,
    Date,
    /// An age over 89 years.
    Age,
    Phone,
    /// The number of a record, an account, a person, a vehicle or a device.
    Number,
    Email,
    /// A web address or the address of a machine.
    Url,
    Address,
    /// A hospital, practice, school or employer.
    Institution,
}

impl IdentifierKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Date,
        Self::Age,
        Self::Phone,
        Self::Number,
        Self::Email,
        Self::Url,
        Self::Address,
        Self::Institution,
    ];

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

/// What speaks for an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It looks like one.
    Form,
    /// A label before it, such as "MRN" or "seen by".
    Label,
    /// "Dr", "Mrs", 医生.
    Title,
    /// A degree behind it, such as "MD".
    Degree,
    /// Under a greeting at the end of a letter.
    Signature,
    /// A relative, friend or carer.
    Relation,
    /// A list of names.
    List,
    /// A capital that no list of words knows.
    UnknownWord,
    /// It is found elsewhere in the text.
    Repeated,
}

impl Why {
    /// Its words in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Label => "label",
            Self::Title => "title",
            Self::Degree => "degree",
            Self::Signature => "signature",
            Self::Relation => "relation",
            Self::List => "list of names",
            Self::UnknownWord => "unknown word",
            Self::Repeated => "repeated",
        }
    }
}

/// Text that may identify the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    pub span: Range<usize>,
    pub kind: IdentifierKind,
    pub why: Why,
}

/// What each kind looks like.
#[derive(Debug)]
pub struct Finder {
    patterns: Vec<Pattern>,
    vocabulary: Vocabulary,
}

#[derive(Debug)]
struct Pattern {
    kind: IdentifierKind,
    why: Why,
    regex: Regex,
    /// Whether it needs a text with ideographs.
    is_chinese: bool,
    /// Whether it begins and ends at the edge of a word.
    edges: (bool, bool),
}

/// The edge of a word in patterns. In Unicode, one letter beyond ASCII makes a whole search of the text ten times as slow
/// (`regex`, "Unicode isn't free"); so the search goes by ASCII, and what it finds is looked at again.
const EDGE: &str = r"\b";
const ASCII_EDGE: &str = r"(?-u:\b)";

/// Classes by their ranges. Those of Unicode have so many that compiling and searching take ten times as long; these hold
/// what names are written in: Latin with its extensions and combining accents, Greek and Cyrillic; and all Han.
const CLASSES: &[(&str, &str)] = &[
    (EDGE, ASCII_EDGE),
    (r"\d", "[0-9]"),
    (r"\w", "[0-9A-Z_a-zÀ-ÖØ-öø-ӿḀ-ỿ]"),
    (r"\p{Lu}", "[A-ZÀ-ÖØ-ÞĀ-ɏΑ-ЯḀ-ỿ]"),
    (r"\p{L}", "[A-Za-zÀ-ÖØ-öø-ӿḀ-ỿ]"),
    (r"\p{M}", "[\u{300}-\u{36f}]"),
    (
        r"\p{Han}",
        "[\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{20000}-\u{3ffff}〇]",
    ),
];

/// A regular expression as the lists have it, and its named parts.
fn whole_pattern(pattern: &str, parts: &[(&str, &str)]) -> String {
    let mut whole = pattern.to_owned();
    // A part may name parts that stand before it.
    for (name, part) in parts.iter().rev() {
        whole = whole.replace(name, part);
    }
    for (class, range) in CLASSES {
        whole = whole.replace(class, range);
    }
    whole
}

impl Pattern {
    fn compile(
        &(kind, why, pattern): &(IdentifierKind, Why, &str),
        parts: &[(&str, &str)],
        is_chinese: bool,
    ) -> Option<Self> {
        Some(Self {
            kind,
            why,
            regex: Regex::new(&whole_pattern(pattern, parts)).ok()?,
            is_chinese,
            edges: (pattern.starts_with(EDGE), pattern.ends_with(EDGE)),
        })
    }

    /// Whether a match begins and ends where the pattern says, by the letters of all scripts.
    fn is_whole(&self, text: &str, span: Range<usize>) -> bool {
        // A date stands between ideographs as between blanks.
        let is_letter = |it: Option<char>| {
            it.is_some_and(|it| (it.is_alphanumeric() || it == '_') && !is_han(it))
        };
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
    /// Compiling takes some hundred milliseconds: build once.
    pub fn built_in() -> Self {
        let english = patterns::PATTERNS
            .iter()
            .filter_map(|it| Pattern::compile(it, patterns::PARTS, false));
        let chinese = patterns_zh::PATTERNS
            .iter()
            .filter_map(|it| Pattern::compile(it, patterns_zh::PARTS, true));
        Self {
            patterns: english.chain(chinese).collect(),
            vocabulary: Vocabulary::built_in(),
        }
    }

    /// Every identifier found, in order of the text, none over another.
    pub fn find(&self, text: &str) -> Vec<Identifier> {
        let has_han = text.contains(is_han);
        let mut found = Vec::new();
        for pattern in &self.patterns {
            if pattern.is_chinese && !has_han {
                continue;
            }
            self.find_by(pattern, text, &mut found);
        }
        found.extend(names::by_vocabulary(&self.vocabulary, text));
        let repeated = names::repeated(&self.vocabulary, text, &found);
        found.extend(repeated);
        apart(found)
    }

    /// Whether a word of a name is also a word of the language, so that alone it tells nothing.
    pub fn is_word(&self, part: &str) -> bool {
        self.vocabulary.is_word(part)
    }

    fn find_by(&self, pattern: &Pattern, text: &str, found: &mut Vec<Identifier>) {
        let kind = pattern.kind;
        for groups in pattern.regex.captures_iter(text) {
            let whole = groups.get_match();
            if !pattern.is_whole(text, whole.range()) {
                continue;
            }
            // The groups hold the identifiers where the pattern has words around them.
            let mut parts: Vec<_> = groups
                .iter()
                .skip(1)
                .flatten()
                .map(|it| it.range())
                .collect();
            if parts.is_empty() {
                parts.push(whole.range());
            }
            for part in parts {
                let span = trimmed(text, (kind, pattern.why), part);
                if !span.is_empty() && self.is_plausible(pattern, text, span.clone()) {
                    found.push(Identifier {
                        span,
                        kind,
                        why: pattern.why,
                    });
                }
            }
        }
    }

    fn is_plausible(&self, pattern: &Pattern, text: &str, span: Range<usize>) -> bool {
        let found = text.get(span.clone()).unwrap_or_default();
        match pattern.kind {
            IdentifierKind::Name => names::is_plausible(&self.vocabulary, found, pattern.why),
            IdentifierKind::Institution => self.vocabulary.is_institution(found),
            IdentifierKind::Address if pattern.why == Why::Label => self.vocabulary.is_place(found),
            // "Jane Doe, MD" lives nowhere.
            IdentifierKind::Address => !found.ends_with(", MD") && !found.ends_with(",MD"),
            IdentifierKind::Date => {
                // "2026" of "2026-03" is a part of something else.
                let goes_on = text
                    .get(span.end..)
                    .is_some_and(|it| it.starts_with(['-', '/', '.']))
                    && text
                        .get(span.end + 1..)
                        .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
                is_date(found) && !(goes_on && found.len() < 5)
            }
            IdentifierKind::Phone if pattern.why == Why::Form => {
                7 <= found.chars().filter(char::is_ascii_digit).count() && !is_measured(text, span)
            }
            IdentifierKind::Number if pattern.why == Why::Form => !is_measured(text, span),
            IdentifierKind::Number if !pattern.is_chinese => {
                3 <= found.chars().filter(char::is_ascii_alphanumeric).count()
            }
            _ => true,
        }
    }
}

/// Without blanks and marks at its ends; a Chinese institution begins behind "at", "to" and the like.
fn trimmed(text: &str, (kind, why): (IdentifierKind, Why), span: Range<usize>) -> Range<usize> {
    let raw = text.get(span.clone()).unwrap_or_default();
    let is_edge = |it: char| {
        it.is_whitespace() || matches!(it, ',' | ';' | ':' | '，' | '：' | '-' | '|' | '、')
    };
    let mut left = raw.trim_start_matches(is_edge);
    if kind == IdentifierKind::Institution {
        left = without_verb(left);
    }
    if kind == IdentifierKind::Name && left.contains(['·', '•', '・']) {
        left = without_neighbours(left);
        let at = raw.find(left).unwrap_or_default();
        return span.start + at..span.start + at + left.len();
    }
    if (kind, why) == (IdentifierKind::Name, Why::Title)
        && let Some(at) = left.rfind(BEFORE_TITLE)
    {
        let behind = left
            .get(at..)
            .unwrap_or_default()
            .trim_start_matches(BEFORE_TITLE);
        left = if behind.is_empty() { left } else { behind };
    }
    if kind == IdentifierKind::Name {
        left = without_prefix(left);
    }
    let start = span.end - left.len();
    if kind == IdentifierKind::Name {
        left = left.get(..names::end_of_name(left)).unwrap_or(left);
        let bare = left.strip_suffix("'s").or_else(|| left.strip_suffix("’s"));
        left = bare.unwrap_or(left);
    }
    let inner = left.trim_end_matches(is_edge);
    let is_open = inner.contains('(');
    let end = if is_open {
        inner
    } else {
        inner.trim_end_matches(')')
    };
    start..start + end.len()
}

/// What is said before the name of a Chinese doctor.
const BEFORE_TITLE: &[char] = &[
    '请', '由', '经', '与', '和', '及', '同', '向', '让', '叫', '嘱', '给', '找', '问', '是', '为',
    '按', '据', '遵', '见', '即', '询', '知', '被', '在', '对', '将', '把', '从', '示', '系', '予',
];

/// Words that stand before a Chinese name without a blank.
const BEFORE_NAME: &[&str] = &[
    "今晨",
    "今日",
    "今天",
    "昨日",
    "昨天",
    "昨晚",
    "今晚",
    "上午",
    "下午",
    "晨间",
    "护士",
    "医生",
    "医师",
    "家属",
    "患者",
    "病人",
    "患儿",
    "产妇",
    "丈夫",
    "妻子",
    "儿子",
    "女儿",
    "父亲",
    "母亲",
    "主任",
    "教授",
    "联系人",
    "姓名",
    "其子",
    "其女",
    "其妻",
    "其夫",
    "请",
    "由",
    "经",
    "与",
    "和",
    "及",
    "为",
];

fn without_prefix(name: &str) -> &str {
    let rest = BEFORE_NAME.iter().find_map(|it| name.strip_prefix(it));
    rest.filter(|it| !it.is_empty()).unwrap_or(name)
}

/// A name with a dot, as of Uyghurs and Tibetans, without the words before and behind it: no blank tells where it ends.
fn without_neighbours(name: &str) -> &str {
    let mut name = name;
    while without_prefix(name) != name {
        name = without_prefix(name);
    }
    const BEHIND: &[char] = &[
        '医', '主', '教', '护', '诉', '因', '于', '既', '今', '入', '以', '系', '一', '陪', '签',
        '代', '已', '的', '同', '先', '女', '患', '，', '在', '现', '住', '自', '老', '称', '送',
        '，', '神', '目', '拒', '要', '手', '电', '之', '说', '表', '协', '情', '病', '无', '有',
        '未', '曾', '查',
    ];
    let dot = name.rfind(['·', '•', '・']).unwrap_or_default();
    let tail = name.get(dot..).unwrap_or_default();
    let end = tail
        .char_indices()
        .skip(2)
        .find(|it| BEHIND.contains(&it.1));
    let end = end.map_or(name.len(), |it| dot + it.0);
    name.get(..end).unwrap_or(name)
}

/// What is said before a Chinese institution.
#[rustfmt::skip]
const BEFORE_INSTITUTION: &[&str] = &[
    "于", "在", "到", "至", "往", "赴", "由", "从", "就诊", "转入", "转自", "转院", "送至", "送入", "前往", "曾经", "经", "院外", "当地", "我院", "来自", "入住", "住", "去", "和", "及", "与", "为", "是", "入", "自",
];

fn without_verb(institution: &str) -> &str {
    // The first characters are the proper name; a word of motion stands before it.
    let is_name = |rest: &str| 4 <= rest.chars().count();
    let ends = BEFORE_INSTITUTION.iter().flat_map(|it| {
        institution
            .match_indices(it)
            .map(|(at, word)| at + word.len())
    });
    let end = ends
        .filter(|at| institution.get(*at..).is_some_and(is_name))
        .filter(|at| *at <= 24)
        .max();
    end.and_then(|it| institution.get(it..))
        .unwrap_or(institution)
}

/// Whether the numbers of a date in digits can be a month and a day. Letters are those that a scanner reads for digits.
fn is_date(found: &str) -> bool {
    let digits: String = found
        .chars()
        .map(|it| match it {
            'O' | 'o' => '0',
            'l' | 'I' => '1',
            _ => it,
        })
        .collect();
    let is_numeric = digits
        .chars()
        .all(|it| it.is_ascii_digit() || matches!(it, '/' | '-' | '.' | ' '));
    if !is_numeric {
        return true;
    }
    let n_digits = found.chars().filter(char::is_ascii_digit).count();
    let parts = digits.split(|it: char| !it.is_ascii_digit());
    let parts: Vec<u32> = parts.filter_map(|it| it.parse().ok()).collect();
    match parts.as_slice() {
        // As a scanner reads: the half at least are digits.
        [a, b, c] => {
            let n_days = 1..=31;
            let n_months = 1..=12;
            let is_pair = |a: &u32, b: &u32| {
                n_months.contains(a) && n_days.contains(b)
                    || n_days.contains(a) && n_months.contains(b)
            };
            2 < n_digits && (is_pair(a, b) || is_pair(b, c))
        }
        _ => true,
    }
}

/// Whether a number has a unit behind it or a word of measuring before it: it is no phone and no record.
fn is_measured(text: &str, span: Range<usize>) -> bool {
    const UNITS: &[&str] = &[
        "mg", "ml", "mcg", "kg", "mm", "cm", "mmol", "unit", "iu", "%", "cells", "k/ul", "bpm",
        "u/l", "ng", "pg", "g/", "/ul", "/mm", "x10", "×10", "cfu", "copies", "meq", "miu", "ui",
        "steps", "hz", "mhz", "grams", "g ", "ms", "cc", "次", "个", "copy",
    ];
    const BEFORE: &[&str] = &[
        "range",
        "ref",
        "reference",
        "normal",
        "between",
        "cpt",
        "icd",
        "icd-10",
        "ndc",
        "loinc",
        "snomed",
        "lot",
        "count",
        "load",
        "titer",
        "platelets",
        "plt",
        "wbc",
        "size",
        "model",
        "cat",
        "catalog",
    ];
    let after = text.get(span.end..).unwrap_or_default();
    let after: String = after.chars().take(10).collect::<String>().to_lowercase();
    let before = text.get(..span.start).unwrap_or_default();
    let before = before.trim_end_matches(|it: char| !it.is_alphanumeric());
    let word = before
        .rsplit(|it: char| !(it.is_alphanumeric() || it == '-'))
        .next();
    let word = word.unwrap_or_default().to_lowercase();
    let (blank, unit) = (
        after.starts_with([' ', '%', '/', 'x', '×', 'm', 'c']),
        after.trim_start(),
    );
    blank && UNITS.iter().any(|it| unit.starts_with(it)) || BEFORE.contains(&word.as_str())
}

/// Sorted, the longer first where two begin alike; what reaches beyond an earlier one is cut at its end.
fn apart(mut found: Vec<Identifier>) -> Vec<Identifier> {
    found.sort_by_key(|it| {
        // A label knows better than a form.
        let by_form = it.why == Why::Form;
        (
            it.span.start,
            std::cmp::Reverse(it.span.end),
            by_form,
            it.kind,
            it.why,
        )
    });
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
    use super::{Finder, IdentifierKind, patterns, patterns_zh};

    #[test]
    fn every_pattern_compiles() {
        let n = patterns::PATTERNS.len() + patterns_zh::PATTERNS.len();
        assert_eq!(Finder::built_in().patterns.len(), n);
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
    fn an_english_no_in_a_chinese_note_labels_a_number_and_no_finding() {
        use IdentifierKind::Number;
        check("患者发热。No pneumothorax. NO effusion.", &[]);
        check(
            "发票No：A20231145，收据No.4711-08",
            &[(Number, "A20231145"), (Number, "4711-08")],
        );
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
