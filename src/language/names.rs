//! Names of people by the words they stand among: capitals that no list of words knows, and what was once found by its
//! title or label wherever it comes again.

use std::ops::Range;

use super::{
    identifiers::{Identifier, IdentifierKind, Why},
    vocabulary::{Sort, Vocabulary},
    words::is_han,
};

/// Words that begin with a capital where a name might.
#[rustfmt::skip]
const NOT_A_NAME: &[&str] = &[
    "the", "a", "an", "is", "was", "are", "has", "had", "have", "and", "or", "not", "no", "none", "unknown", "normal",
    "see", "this", "that", "he", "she", "his", "her", "our", "at", "in", "on", "of", "to", "for", "with", "who",
    "states", "stated", "denies", "denied", "reports", "reported", "presents", "there", "they", "patient", "general", "emergency",
    "local", "outside", "community", "regional", "university", "hospital", "clinic", "as", "by", "from", "i", "it",
    "we", "you", "my", "very", "well", "today", "please", "also", "when", "well-developed", "pain", "chest", "name",
    "number", "date", "history", "notified", "agrees", "aware", "office", "called", "phone", "exam", "examination",
    "negative", "positive", "n/a", "na", "same", "self", "family", "primary", "if", "but", "then", "since", "after", "before",
    "cardiology", "surgery", "medicine", "oncology", "neurology", "radiology", "urology", "orthopedics", "psychiatry", "nursing",
    "infectious", "physical", "occupational", "social", "pharmacy", "anesthesia", "gastroenterology", "pulmonary", "renal", "vascular",
    "interventional", "internal", "hospice", "pathology", "pediatrics", "dermatology", "ophthalmology", "gynecology", "obstetrics",
    "department", "dept", "team", "service", "staff", "home", "protocol", "request", "report", "policy", "mother", "father", "wife", "husband",
    "son", "daughter", "parents", "sister", "brother", "attending", "resident", "nurse", "doctor", "physician", "age", "sex", "male", "female",
    "left", "right", "bilateral", "all", "new", "old", "per", "continue", "start", "stop", "take", "follow", "return", "will", "may", "status",
    "dob", "mrn", "id", "ct", "mri", "pt", "dr", "mr", "mrs", "ms", "md", "rn", "er", "ed", "icu", "or", "snf", "us", "am", "pm", "what", "how", "why",
    "where", "does", "did", "do", "can", "could", "would", "should", "any", "some", "diabetes", "cancer", "hypertension", "stroke", "alcohol", "tobacco",
    "deceased", "died", "alive", "healthy", "living", "significant", "noncontributory", "non-contributory", "currently", "now", "yes", "her", "both",
    "medical", "record", "center", "type", "plan", "assessment", "diagnosis", "procedure", "findings", "impression", "indication",
];

/// What a capital behind a name begins when it is no part of the name.
#[rustfmt::skip]
const NOT_A_SECOND_NAME: &[&str] = &[
    "hospital", "clinic", "street", "road", "avenue", "disease", "syndrome", "sign", "test", "catheter", "score", "scale", "criteria",
    "procedure", "operation", "fracture", "tube", "drain", "retractor", "clamp", "forceps", "suture", "stent", "graft", "patch", "maneuver",
    "position", "index", "classification", "lymphoma", "palsy", "chorea", "esophagus", "nodes", "cells", "incision", "repair", "needle",
];

/// What a person does: a capital before it that is also a word may be a name.
#[rustfmt::skip]
const DEEDS: &[&str] = &[
    "reports", "reported", "denies", "denied", "states", "stated", "performed", "agrees", "agreed", "called", "tolerated", "understands", "examined", "assisted", "presented",
    "presents", "saw", "complains", "complained", "underwent", "recommends", "recommended", "advised", "will", "was", "is", "has", "had", "and", "says", "said", "notes", "noted", "endorses", "feels", "lives",
    "works", "came", "returns", "returned", "reviewed", "dictated", "signed", "explained", "asked", "wants", "took", "takes", "would", "who", "verbalized", "declined", "refused", "admits",
];

/// A word of the text: letters with the apostrophes, hyphens and a last dot of an initial within.
#[derive(Clone, Debug)]
struct Token {
    span: Range<usize>,
    case: Case,
    sort: Sort,
    /// Whether it stands where any word has a capital.
    begins: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Lower,
    /// Also `McX` and `O'X`.
    Capital,
    Upper,
    Initial,
}

fn is_inner(it: char) -> bool {
    matches!(it, '\'' | '’' | '-' | '`')
}

/// The words of a text in letters that have capitals.
fn tokens(vocabulary: &Vocabulary, text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut begins = true;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphabetic() || is_han(first) {
            begins = match first {
                '.' | '!' | '?' | ':' | '\n' | ';' | '•' | '*' | '|' | '。' => true,
                _ if first.is_whitespace() || matches!(first, '"' | '(' | '“' | '-') => begins,
                _ => false,
            };
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some((at, it)) = rest.peek().copied() {
            let next = text
                .get(at + it.len_utf8()..)
                .and_then(|it| it.chars().next());
            let joins = is_inner(it) && next.is_some_and(|it| it.is_alphabetic() && !is_han(it));
            if !joins && (!(it.is_alphanumeric() || is_mark(it)) || is_han(it)) {
                break;
            }
            end = at + it.len_utf8();
            rest.next();
        }
        let word = text.get(start..end).unwrap_or_default();
        let case = case(word);
        let sort = match case {
            Case::Initial => Sort::Word,
            _ if word.contains(|it: char| it.is_numeric()) => Sort::Word,
            _ => vocabulary.sort(word),
        };
        tokens.push(Token {
            span: start..end,
            case,
            sort,
            begins,
        });
        begins = false;
    }
    tokens
}

/// A combining accent.
fn is_mark(it: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&it)
}

fn case(word: &str) -> Case {
    let mut letters = word.chars().filter(|it| it.is_alphabetic());
    let first = letters.next().is_some_and(char::is_uppercase);
    let (mut n, mut n_upper) = (0, 0);
    for it in letters {
        n += 1;
        n_upper += usize::from(it.is_uppercase());
    }
    match (first, n) {
        (false, _) => Case::Lower,
        (true, 0) => Case::Initial,
        (true, _) if n == n_upper => Case::Upper,
        (true, _) => Case::Capital,
    }
}

/// Whether words at both ends of a gap may make one name.
fn is_gap(gap: &str) -> bool {
    matches!(gap, " " | "  " | ". " | "." | "\t") || gap == ".  "
}

/// Capitals that are names of people by the lists, or by being in none.
pub(super) fn by_vocabulary(vocabulary: &Vocabulary, text: &str) -> Vec<Identifier> {
    let mut tokens = tokens(vocabulary, text);
    // What the text also has in small letters is a word.
    let is_small = |it: &&Token| it.case == Case::Lower && it.sort == Sort::Unknown;
    let small = tokens
        .iter()
        .filter(is_small)
        .filter_map(|it| text.get(it.span.clone()));
    let mut small: Vec<&str> = small.collect();
    small.sort_unstable();
    for it in tokens.iter_mut().filter(|it| it.sort == Sort::Unknown) {
        let lower = text.get(it.span.clone()).unwrap_or_default().to_lowercase();
        if small.binary_search(&lower.as_str()).is_ok() {
            it.sort = Sort::Word;
        }
    }
    let mut found = Vec::new();
    let mut idx = 0;
    while let Some(it) = tokens.get(idx) {
        if !is_a_name(text, &tokens, idx, it) {
            idx += 1;
            continue;
        }
        let first = reach_left(text, &tokens, idx);
        let last = reach_right(text, &tokens, idx);
        let (Some(left), Some(right)) = (tokens.get(first), tokens.get(last)) else {
            break;
        };
        let why = match it.sort {
            Sort::Unknown => Why::UnknownWord,
            _ => Why::List,
        };
        found.push(Identifier {
            span: left.span.start..without_s(text, right.span.clone()).end,
            kind: IdentifierKind::Name,
            why,
        });
        idx = last + 1;
    }
    found
}

/// Without the `'s` of its end.
fn without_s(text: &str, span: Range<usize>) -> Range<usize> {
    let word = text.get(span.clone()).unwrap_or_default();
    let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
    span.start..span.start + bare.unwrap_or(word).len()
}

fn is_a_name(text: &str, tokens: &[Token], idx: usize, it: &Token) -> bool {
    let word = text.get(it.span.clone()).unwrap_or_default();
    let n_letters = word.chars().count();
    let next = tokens.get(idx + 1).filter(|next| joined(text, it, next));
    let before = idx
        .checked_sub(1)
        .and_then(|at| tokens.get(at))
        .filter(|before| joined(text, before, it));
    let is_thing_next = next.is_some_and(|it| {
        let next = text.get(it.span.clone()).unwrap_or_default().to_lowercase();
        NOT_A_SECOND_NAME.contains(&next.as_str())
    });
    let is_name = |it: &Token| {
        matches!(it.sort, Sort::Given | Sort::Surname | Sort::Unknown) && it.case != Case::Lower
    };
    let lower = word.to_lowercase();
    let is_modal = it.begins && matches!(lower.as_str(), "will" | "may");
    if is_title(&lower) || NOT_A_NAME.contains(&lower.as_str()) && !is_modal {
        return false;
    }
    match (it.case, it.sort) {
        // "May Strong performed the biopsy."
        (Case::Capital, Sort::Word | Sort::Thing) => {
            let behind = tokens
                .get(idx + 2)
                .filter(|behind| next.is_some_and(|next| joined(text, next, behind)));
            let is_deed = |it: Option<&Token>| {
                let word = it
                    .and_then(|it| text.get(it.span.clone()))
                    .unwrap_or_default();
                DEEDS.iter().take(20).any(|it| *it == word)
            };
            let is_middle = next.is_some_and(|it| it.case == Case::Initial);
            let has_surname =
                next.is_some_and(|it| it.case == Case::Capital && it.sort == Sort::Word);
            !it.begins && is_deed(next)
                || it.begins
                    && (has_surname && is_deed(behind)
                        || is_middle
                            && behind.is_some_and(|it| it.case == Case::Capital)
                            && 2 < n_letters)
        }
        (Case::Capital, Sort::Given) => true,
        (Case::Capital, Sort::Surname | Sort::Unknown) => {
            !is_thing_next && 2 < n_letters && !is_code(word)
        }
        (Case::Capital, Sort::GivenWord) => {
            let deed = next
                .and_then(|it| text.get(it.span.clone()))
                .unwrap_or_default();
            let acts = DEEDS.contains(&deed);
            (!it.begins || acts) && next.is_none_or(|it| it.case == Case::Lower) && !is_thing_next
                || next.is_some_and(|it| {
                    matches!(it.case, Case::Capital | Case::Initial) && it.sort != Sort::Word
                })
        }
        (Case::Upper, Sort::Given | Sort::Surname) => {
            let company = next.is_some_and(is_name) || before.is_some_and(is_name);
            4 < n_letters && !is_thing_next
                || 2 < n_letters && company && next.is_none_or(|it| it.sort != Sort::Word)
        }
        (Case::Upper, Sort::Unknown) => {
            let is_given = |it: &Token| matches!(it.sort, Sort::Given | Sort::Surname);
            5 < n_letters && (next.is_some_and(is_given) || before.is_some_and(is_given))
        }
        _ => false,
    }
}

/// Small letters among capitals, as in abbreviations: `HbA1c`, `mRNA`, `PaCO`. Not `McX`, `DeX` or `O'X`.
fn is_code(word: &str) -> bool {
    let n_upper = word.chars().filter(|it| it.is_uppercase()).count();
    let n_parts = word.split(is_inner).count();
    // `DuraPrep` is a product, `DeVries` a name.
    let inner = word.char_indices().skip(1).filter(|it| it.1.is_uppercase());
    let mut inner = inner
        .filter_map(|it| word.get(..it.0))
        .filter(|it| !it.ends_with(is_inner));
    let is_product = inner.any(|it| {
        let part = it.rsplit(is_inner).next().unwrap_or(it).to_lowercase();
        !is_particle(&part)
            && !matches!(
                part.as_str(),
                "mc" | "mac" | "fitz" | "lo" | "san" | "d" | "o" | "vander"
            )
    });
    let n_lower = word.chars().filter(|it| it.is_lowercase()).count();
    is_product || n_parts + 1 < n_upper || n_lower < n_upper || word.ends_with("Ab") || n_lower < 2
}

fn joined(text: &str, left: &Token, right: &Token) -> bool {
    let gap = text.get(left.span.end..right.span.start).unwrap_or("\n");
    match left.case {
        Case::Initial => is_gap(gap),
        _ => matches!(gap, " " | "  "),
    }
}

fn is_particle(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "van"
            | "von"
            | "der"
            | "den"
            | "de"
            | "del"
            | "della"
            | "di"
            | "da"
            | "dos"
            | "du"
            | "la"
            | "le"
            | "bin"
            | "ibn"
            | "al"
            | "el"
            | "ter"
            | "ten"
            | "zu"
            | "af"
            | "av"
            | "st"
    )
}

/// The first word of a name: initials, particles and capitals before it that begin no sentence.
fn reach_left(text: &str, tokens: &[Token], idx: usize) -> usize {
    let mut first = idx;
    while let (Some(at), Some(it)) = (first.checked_sub(1), tokens.get(first)) {
        let Some(before) = tokens.get(at).filter(|before| joined(text, before, it)) else {
            break;
        };
        let word = text.get(before.span.clone()).unwrap_or_default();
        let lower = word.to_lowercase();
        let belongs = match before.case {
            Case::Initial => {
                !matches!(word, "A" | "I")
                    || it.case == Case::Capital
                        && text
                            .get(before.span.end..it.span.start)
                            .is_some_and(|it| it.starts_with('.'))
            }
            Case::Lower => is_particle(word),
            Case::Capital => {
                matches!(
                    before.sort,
                    Sort::GivenWord | Sort::Given | Sort::Surname | Sort::Unknown
                ) || !(NOT_A_NAME.contains(&lower.as_str())
                    || is_title(&lower)
                    || before.begins && opens_a_sentence(&lower))
            }
            Case::Upper => {
                it.case == Case::Upper && before.sort != Sort::Word && before.sort != Sort::Thing
            }
        };
        if !belongs || idx - at > 4 {
            break;
        }
        first = at;
    }
    // A particle of small letters begins a name only behind another part of it, or as `van der`.
    first
}

/// Words that begin a sentence before a name.
fn opens_a_sentence(lower: &str) -> bool {
    ["ed", "ly", "ing"].iter().any(|it| lower.ends_with(it))
        || matches!(
            lower,
            "spoke"
                | "saw"
                | "seen"
                | "thanks"
                | "thank"
                | "told"
                | "met"
                | "both"
                | "use"
                | "give"
                | "apply"
                | "prior"
                | "repeat"
                | "consult"
                | "ask"
                | "call"
                | "page"
                | "tell"
                | "only"
                | "while"
                | "because"
                | "although"
                | "until"
                | "once"
                | "next"
                | "last"
                | "during"
                | "following"
                | "against"
        )
}

fn is_title(lower: &str) -> bool {
    matches!(
        lower,
        "dr" | "mr"
            | "mrs"
            | "ms"
            | "miss"
            | "prof"
            | "professor"
            | "doctor"
            | "nurse"
            | "dear"
            | "sir"
    )
}

/// The last word of a name.
fn reach_right(text: &str, tokens: &[Token], idx: usize) -> usize {
    let mut last = idx;
    let mut n_words = 0;
    while let (Some(it), Some(next)) = (tokens.get(last), tokens.get(last + 1)) {
        if !joined(text, it, next) {
            break;
        }
        let word = text.get(next.span.clone()).unwrap_or_default();
        let lower = word.to_lowercase();
        let is_word = matches!(next.sort, Sort::Word | Sort::Thing);
        let belongs = match next.case {
            Case::Initial => tokens
                .get(last + 2)
                .is_some_and(|after| joined(text, next, after) && after.case == Case::Capital),
            Case::Lower => {
                is_particle(word)
                    && tokens
                        .get(last + 2)
                        .is_some_and(|it| it.case != Case::Lower)
            }
            Case::Capital if is_word => {
                n_words += 1;
                n_words < 2
                    && !NOT_A_NAME.contains(&lower.as_str())
                    && !NOT_A_SECOND_NAME.contains(&lower.as_str())
                    && tokens.get(idx).is_some_and(|it| it.case == Case::Capital)
            }
            Case::Capital => true,
            Case::Upper => tokens.get(idx).is_some_and(|it| it.case == Case::Upper) && !is_word,
        };
        if !belongs || last - idx > 4 {
            break;
        }
        last += 1;
    }
    last
}

/// What is found once as a name, wherever it comes again, in capitals or in part. `seeds` are names by title, label and list.
pub(super) fn repeated(
    vocabulary: &Vocabulary,
    text: &str,
    seeds: &[Identifier],
) -> Vec<Identifier> {
    let mut parts: Vec<String> = Vec::new();
    let mut companions: Vec<String> = Vec::new();
    for seed in seeds.iter().filter(|it| it.kind == IdentifierKind::Name) {
        let name = text.get(seed.span.clone()).unwrap_or_default();
        for part in name.split(|it: char| !(it.is_alphabetic() || is_mark(it) || is_inner(it))) {
            let lower = part.to_lowercase();
            if part.chars().count() < 3
                || part.contains(is_han)
                || NOT_A_NAME.contains(&lower.as_str())
            {
                continue;
            }
            let by_cue = !matches!(seed.why, Why::UnknownWord | Why::List | Why::Form);
            match vocabulary.sort(part) {
                // What only stood beside an unknown word is no name by that.
                Sort::Thing if !by_cue => {}
                Sort::Word if seed.why == Why::UnknownWord => {}
                Sort::Word | Sort::Thing | Sort::GivenWord => companions.push(lower),
                _ => parts.push(lower),
            }
        }
    }
    for list in [&mut parts, &mut companions] {
        list.sort();
        list.dedup();
    }
    if parts.is_empty() && companions.is_empty() {
        return han_repeated(text, seeds);
    }
    let tokens = tokens(vocabulary, text);
    let lower: Vec<String> = tokens
        .iter()
        .map(|it| {
            text.get(without_s(text, it.span.clone()))
                .unwrap_or_default()
                .to_lowercase()
        })
        .collect();
    let is_part = |idx: usize| {
        lower
            .get(idx)
            .is_some_and(|it| parts.binary_search(it).is_ok())
    };
    let mut found = Vec::new();
    for (idx, it) in tokens.iter().enumerate() {
        let before = idx
            .checked_sub(1)
            .filter(|at| is_part(*at))
            .and_then(|at| tokens.get(at));
        let beside = before.is_some_and(|before| joined(text, before, it))
            || is_part(idx + 1)
                && tokens
                    .get(idx + 1)
                    .is_some_and(|next| joined(text, it, next));
        let is_companion = lower
            .get(idx)
            .is_some_and(|it| companions.binary_search(it).is_ok());
        let next = tokens.get(idx + 1).filter(|next| joined(text, it, next));
        let is_thing = next.is_some_and(|it| {
            let next = text.get(it.span.clone()).unwrap_or_default().to_lowercase();
            NOT_A_SECOND_NAME.contains(&next.as_str())
        }) || without_s(text, it.span.clone()) != it.span && it.sort == Sort::Thing;
        // A word that is also a name is one beside the rest of the name, or with a capital within a sentence.
        let deed = next.and_then(|it| text.get(it.span.clone()));
        let acts = deed.is_some_and(|it| DEEDS.contains(&it.to_lowercase().as_str()));
        let is_capital = match it.case {
            Case::Capital => (!it.begins || acts) && !is_thing,
            Case::Upper => acts,
            _ => false,
        };
        let counts = is_companion && (beside || is_capital);
        if is_part(idx) || counts {
            found.push(Identifier {
                span: without_s(text, it.span.clone()),
                kind: IdentifierKind::Name,
                why: Why::Repeated,
            });
        }
    }
    found.extend(han_repeated(text, seeds));
    found
}

/// Chinese names of two or more characters wherever they come again.
fn han_repeated(text: &str, seeds: &[Identifier]) -> Vec<Identifier> {
    let names = seeds.iter().filter(|it| it.kind == IdentifierKind::Name);
    let mut names: Vec<&str> = names.filter_map(|it| text.get(it.span.clone())).collect();
    names.retain(|it| {
        2 <= it.chars().count()
            && it
                .chars()
                .all(|it| is_han(it) || matches!(it, '·' | '•' | '・'))
    });
    names.sort_unstable();
    names.dedup();
    let mut lengths: Vec<usize> = names.iter().map(|it| it.len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut found = Vec::new();
    let places = text
        .char_indices()
        .filter(|it| is_han(it.1) && !names.is_empty());
    for (at, _) in places {
        let ends = lengths.iter().rev().map(|it| at + it);
        let is_name = |end: &usize| {
            let part = text.get(at..*end);
            part.is_some_and(|it| names.binary_search(&it).is_ok())
        };
        if let Some(end) = ends.clone().find(is_name) {
            found.push(Identifier {
                span: at..end,
                kind: IdentifierKind::Name,
                why: Why::Repeated,
            });
        }
    }
    found
}

/// Whether a name found by a pattern can be one: not a pronoun, a specialty, a disease or its eponym.
pub(super) fn is_plausible(vocabulary: &Vocabulary, found: &str, why: Why) -> bool {
    let mut words = found
        .split(|it: char| !(it.is_alphanumeric() || is_mark(it) || is_inner(it) || it == '.'))
        .filter(|it| !it.is_empty());
    let Some(first) = words.next() else {
        return false;
    };
    if first.contains(is_han) {
        return is_plausible_han(found);
    }
    let is_initial = first.trim_end_matches('.').chars().count() == 1;
    if is_initial {
        return true;
    }
    let lower = first.trim_end_matches('.').to_lowercase();
    if NOT_A_NAME.contains(&lower.as_str()) && why != Why::Title && why != Why::Degree {
        // "Will Young" is a name where a label says so, and a son may be called Will.
        let is_modal = matches!(lower.as_str(), "will" | "may");
        let has_more = words.any(|it| {
            !NOT_A_NAME.contains(&it.to_lowercase().as_str()) && it.starts_with(char::is_uppercase)
        });
        let is_capital = first.starts_with(char::is_uppercase);
        return is_modal && is_capital && (why == Why::Relation || why == Why::Label && has_more);
    }
    // "Per GI".
    if why == Why::Label && found.len() < 4 && first.chars().all(char::is_uppercase) {
        return false;
    }
    match why {
        // "LEFT KNEE, PT": a title in capitals.
        Why::Degree => found.contains(|it: char| it.is_lowercase()) || !vocabulary.is_word(first),
        Why::Relation => {
            vocabulary.sort(first) != Sort::Thing
                && (vocabulary.sort(first) != Sort::Word || !first.starts_with(char::is_lowercase))
        }
        Why::Title => {
            !NOT_A_NAME.contains(&lower.as_str())
                || matches!(lower.as_str(), "will" | "may")
                || words.next().is_some()
        }
        _ => true,
    }
}

/// How much of a name found by a pattern comes before a word that begins the next sentence: "Dr. X.  She".
pub(super) fn end_of_name(found: &str) -> usize {
    let mut at = 0;
    for word in found.split_inclusive([' ', '\t', '\n']) {
        let bare = word.trim().to_lowercase();
        let opens = matches!(
            bare.as_str(),
            "she"
                | "he"
                | "the"
                | "this"
                | "we"
                | "i"
                | "they"
                | "her"
                | "his"
                | "on"
                | "in"
                | "it"
                | "at"
                | "patient"
                | "there"
                | "please"
                | "if"
                | "and"
                | "also"
                | "continue"
                | "thank"
                | "a"
                | "an"
                | "for"
                | "to"
                | "after"
                | "who"
        );
        if 0 < at && opens {
            break;
        }
        at += word.len();
    }
    at
}

/// Words of Chinese notes that stand where a name might.
#[rustfmt::skip]
const NOT_A_HAN_NAME: &[&str] = &[
    "患者", "病人", "家属", "医生", "医师", "护士", "主任", "上级", "住院", "门诊", "科室", "目前", "今日", "昨日", "无明", "自述", "否认", "一般", "神志", "意识", "诊断",
    "治疗", "手术", "检查", "入院", "出院", "因为", "由于", "于是", "男性", "女性", "未婚", "已婚", "汉族", "本人", "不详", "无名", "值班", "会诊", "经治", "主治", "责任",
    "麻醉", "外科", "内科", "急诊", "妇科", "儿科", "骨科", "眼科", "病情", "建议", "完善", "给予", "行急", "术后", "术前", "心内", "神经", "呼吸", "消化", "副主", "请假", "陪护",
    "审核", "报告", "送检", "申请", "操作", "记录", "执行", "带教", "质控", "接诊", "首诊", "经管", "姓名", "性别", "年龄", "主诉", "签名", "签字", "日期", "电话", "同意", "拒绝", "方面", "体健", "健在", "去世", "已故", "患有", "均体", "和妹", "平素", "何时", "何种", "高血", "全身", "双侧", "主管",
    "上述", "家人", "亲属", "老年", "中年", "青年", "每日", "严重", "温和", "金属", "石膏", "黄疸", "黄染", "余无", "余未", "余各", "余均", "常规", "方案", "方可", "程度", "汤药", "曾因", "曾有", "曾行", "曾在", "向上", "向家", "向患", "任何", "单纯", "单位", "毛发", "牛奶",
];

fn is_plausible_han(found: &str) -> bool {
    let name = found.trim();
    !NOT_A_HAN_NAME
        .iter()
        .any(|it| name.starts_with(it) || name.ends_with(it))
        && !name.contains([
            '手', '治', '疗', '查', '诉', '告', '签', '拒', '绝', '求', '示', '不', '无', '有',
            '是', '被', '已', '予', '给', '行', '做', '需', '应', '将', '再', '未', '否', '认',
            '陪', '护', '代', '同', '在', '场', '要', '联', '系', '表', '对', '我', '你', '他',
            '她', '我', '的', '了', '者', '科', '院', '室', '病', '症', '痛', '咳', '：', '区',
            '省',
        ])
}

#[cfg(test)]
mod tests {
    use super::{Case, case};

    #[test]
    fn a_word_has_its_case() {
        for (word, wanted) in [
            ("pain", Case::Lower),
            ("Pain", Case::Capital),
            ("McNab", Case::Capital),
            ("O'Neill", Case::Capital),
            ("PAIN", Case::Upper),
            ("O’NEILL", Case::Upper),
            ("J", Case::Initial),
        ] {
            assert_eq!(case(word), wanted, "{word}");
        }
    }
}
