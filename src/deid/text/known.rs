//! What the record itself says of the patient, found in a text in every form.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{
    language::{Finder, IdentifierKind},
    privacy::Phi,
};

/// What is known of a patient from the header or the store.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Of the patient, relatives and staff, as `DOE^JANE`, `Doe, Jane`, `Jane Doe` or 张三.
    pub names: Vec<Phi<String>>,
    /// Of records, accounts, examinations and phones.
    pub numbers: Vec<Phi<String>>,
    /// As `YYYYMMDD` (PS3.5 6.2, DA) or `YYYY-MM-DD`.
    pub dates: Vec<Phi<String>>,
}

/// A word of a text or of a name, in small letters without accents and inner marks.
struct Word {
    span: Range<usize>,
    folded: String,
    is_lower: bool,
}

impl Known {
    /// Where the text has any of it.
    pub(super) fn find(&self, finder: &Finder, text: &str) -> Vec<(Range<usize>, IdentifierKind)> {
        let mut found = Vec::new();
        // Each value is revealed to be looked for in the patient's own text; none is kept.
        let names: Vec<&str> = self.names.iter().map(|it| it.reveal().as_str()).collect();
        let words = if names.is_empty() {
            Vec::new()
        } else {
            words(text)
        };
        for name in names {
            found.extend(name_in(finder, text, &words, name));
            found.extend(han_name_in(text, name));
        }
        let found = found.into_iter().map(|it| (it, IdentifierKind::Name));
        let numbers = self.numbers.iter();
        let numbers = numbers.flat_map(|it| number_in(text, it.reveal()));
        let dates = self.dates.iter().flat_map(|it| forms_of_date(it.reveal()));
        let dates = dates.flat_map(|it| number_in(text, &it));
        found
            .chain(numbers.map(|it| (it, IdentifierKind::Number)))
            .chain(dates.map(|it| (it, IdentifierKind::Date)))
            .collect()
    }
}

fn is_han(it: char) -> bool {
    matches!(it, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// Small letters without accents and marks; the digits that a scanner reads for letters are letters.
fn folded(word: &str) -> String {
    let letters = word.nfd().filter(|it| !is_combining_mark(*it));
    let letters = letters.flat_map(char::to_lowercase);
    let letters = letters
        .filter(|it| it.is_alphanumeric())
        .map(|it| match it {
            'ø' => 'o',
            'ł' => 'l',
            'đ' => 'd',
            'ı' => 'i',
            '0' => 'o',
            '1' => 'l',
            '5' => 's',
            _ => it,
        });
    letters.collect()
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let is_word = |it: char| {
        (it.is_alphanumeric() || is_combining_mark(it) || matches!(it, '\'' | '’' | '-' | '`'))
            && !is_han(it)
    };
    for (at, it) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_word(it)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let raw = text.get(from..at).unwrap_or_default();
                let is_mark = |it: char| !it.is_alphanumeric();
                let bare = raw.trim_matches(is_mark);
                let bare = bare
                    .strip_suffix("'s")
                    .or(bare.strip_suffix("’s"))
                    .unwrap_or(bare);
                let begin = from + raw.len() - raw.trim_start_matches(is_mark).len();
                if bare.contains(char::is_alphabetic) {
                    words.push(Word {
                        span: begin..begin + bare.len(),
                        folded: folded(bare),
                        is_lower: bare.starts_with(char::is_lowercase),
                    });
                }
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// The parts of a Latin name in a text: as written, in any case, without accents, with one letter wrong; a part that is also
/// a word of the language with a capital or beside another part; initials beside a part.
fn name_in(finder: &Finder, text: &str, words: &[Word], name: &str) -> Vec<Range<usize>> {
    let parts = name.split(|it: char| it.is_whitespace() || matches!(it, '^' | '=' | ',' | '·'));
    let parts: Vec<(String, bool)> = parts
        .filter(|it| it.contains(char::is_alphabetic) && !it.contains(is_han))
        .map(|it| (folded(it), finder.is_word(it)))
        .filter(|it| !it.0.is_empty())
        .collect();
    let initial = |it: &Word| {
        it.folded.chars().count() == 1
            && !it.is_lower
            && parts.iter().any(|part| part.0.starts_with(&it.folded))
    };
    let is_sure = |it: &Word| {
        parts.iter().any(|(part, is_word)| {
            let n = part.chars().count();
            let is_part = it.folded == *part || joined_by_hyphen(text, it, part);
            let is_near = 4 < n && !*is_word && is_near(&it.folded, part);
            1 < n && !*is_word && (is_part || is_near && !finder.is_word(&it.folded))
        })
    };
    let is_maybe = |it: &Word| {
        parts
            .iter()
            .any(|(part, _)| *part == it.folded && 1 < part.len())
    };
    let mut taken: Vec<bool> = words.iter().map(is_sure).collect();
    let near = |left: usize, right: usize| {
        let gap = words.get(left).zip(words.get(right));
        let gap = gap.and_then(|(a, b)| text.get(a.span.end..b.span.start));
        gap.is_some_and(|it| {
            it.len() < 4
                && it
                    .chars()
                    .all(|it| matches!(it, ' ' | '.' | ',' | '\t' | '^'))
        })
    };
    // A word beside a part of the name is a part too; from left to right and back, for "Hope van der Will".
    let order: Vec<usize> = (0..words.len()).chain((0..words.len()).rev()).collect();
    for idx in order {
        let Some(it) = words.get(idx).filter(|_| taken.get(idx) == Some(&false)) else {
            continue;
        };
        let is_beside = |other: usize, left, right| {
            near(left, right)
                && (taken.get(other) == Some(&true)
                    || words
                        .get(other)
                        .is_some_and(|other| is_maybe(other) && other.folded != it.folded))
        };
        let beside = idx.checked_sub(1).is_some_and(|at| is_beside(at, at, idx))
            || is_beside(idx + 1, idx, idx + 1);
        let alone = is_maybe(it) && !it.is_lower && begins_no_sentence(text, it.span.start);
        if beside && (is_maybe(it) || initial(it)) || alone {
            taken.iter_mut().skip(idx).take(1).for_each(|it| *it = true);
        }
    }
    let taken = words.iter().zip(taken).filter(|it| it.1);
    taken.map(|it| it.0.span.clone()).collect()
}

/// `Smith-Jones` has the part `smith`.
fn joined_by_hyphen(text: &str, word: &Word, part: &str) -> bool {
    let raw = text.get(word.span.clone()).unwrap_or_default();
    raw.contains('-') && 2 < part.chars().count() && raw.split('-').any(|it| folded(it) == part)
}

fn begins_no_sentence(text: &str, at: usize) -> bool {
    let before = text
        .get(..at)
        .unwrap_or_default()
        .trim_end_matches([' ', '"', '(']);
    before.ends_with(|it: char| it.is_alphanumeric() || matches!(it, ',' | ':' | ';'))
}

/// Whether one letter is wrong, missing, added or swapped with the next.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if 1 < a.len().abs_diff(b.len()) {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let rest = |list: &[char], n: usize| {
        list.get(same + n..)
            .map(<[char]>::to_vec)
            .unwrap_or_default()
    };
    let (swapped_a, swapped_b) = (a.get(same..same + 2), b.get(same..same + 2));
    let is_swap = swapped_a
        .zip(swapped_b)
        .is_some_and(|(a, b)| a.iter().eq(b.iter().rev()));
    rest(&a, 1) == rest(&b, 1)
        || rest(&a, 1) == rest(&b, 0)
        || rest(&a, 0) == rest(&b, 1)
        || is_swap && rest(&a, 2) == rest(&b, 2)
}

/// A Chinese name with or without blanks between its characters, its given name of two, and its family name with a title.
fn han_name_in(text: &str, name: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for part in name.split(['=', '/', '(', ')']) {
        let is_dot = |it: char| ['·', '•', '・'].contains(&it);
        let han: String = part
            .chars()
            .filter(|it| is_han(*it) || is_dot(*it))
            .collect();
        let n = han.chars().count();
        if n < 2 {
            continue;
        }
        found.extend(spread(text, &han));
        let pieces: Vec<&str> = han
            .split(is_dot)
            .filter(|it| 2 <= it.chars().count())
            .collect();
        if 1 < pieces.len() {
            found.extend(pieces.iter().flat_map(|it| spread(text, it)));
            continue;
        }
        let n_family = if n == 4 { 2 } else { 1 };
        let at = han
            .char_indices()
            .nth(n_family)
            .map_or(han.len(), |it| it.0);
        let (family, given) = (
            han.get(..at).unwrap_or_default(),
            han.get(at..).unwrap_or_default(),
        );
        if given.chars().count() == 2 {
            found.extend(spread(text, given));
        }
        let titles = [
            "先生", "女士", "某", "同志", "小姐", "太太", "老师", "大爷", "阿姨", "奶奶", "爷爷",
        ];
        for title in titles {
            let called = format!("{family}{title}");
            let places = text.match_indices(&called).map(|it| it.0);
            found.extend(places.map(|at| at..at + family.len()));
        }
    }
    found
}

/// Where a text has these characters in their order, with blanks between at most.
fn spread(text: &str, wanted: &str) -> Vec<Range<usize>> {
    let mut chars = wanted.chars();
    let (Some(first), rest) = (chars.next(), chars.as_str()) else {
        return Vec::new();
    };
    let ends = |at: usize| {
        let mut left = text.get(at + first.len_utf8()..)?;
        for it in rest.chars() {
            left = left
                .trim_start_matches([' ', '\u{3000}', '\t'])
                .strip_prefix(it)?;
        }
        Some(at..text.len() - left.len())
    };
    text.match_indices(first)
        .filter_map(|it| ends(it.0))
        .collect()
}

/// Where a text has a number, its letters and digits parted by blanks and marks or not, with or without zeros before.
fn number_in(text: &str, number: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = number
        .chars()
        .filter(|it| it.is_ascii_alphanumeric())
        .map(|it| it.to_ascii_uppercase())
        .collect();
    let n_zeros = wanted.iter().take_while(|it| **it == '0').count();
    let wanted = wanted.get(n_zeros..).unwrap_or_default();
    let Some(first) = wanted.first().filter(|_| 3 < wanted.len()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, it) in text.char_indices() {
        if it.to_ascii_uppercase() != *first {
            continue;
        }
        let before = text.get(..at).unwrap_or_default();
        // Zeros before it are its own.
        let rest = before.trim_end_matches(['0', ' ', '-']);
        let zeros = before.get(rest.len()..).and_then(|it| it.find('0'));
        let zeros = zeros.map_or(0, |it| before.len() - rest.len() - it);
        let is_within = before
            .get(..before.len() - zeros)
            .is_some_and(|it| it.ends_with(|it: char| it.is_ascii_alphanumeric()));
        if !is_within && let Some(end) = end_of(text, at, wanted) {
            found.push(at - zeros..end);
        }
    }
    found
}

fn end_of(text: &str, at: usize, wanted: &[char]) -> Option<usize> {
    let mut rest = text.get(at..)?;
    for it in wanted {
        let next = rest.trim_start_matches([' ', '-', '/', '.', '(', ')', '–']);
        // No more than two marks between.
        let is_close = rest.len() - next.len() < 3 || rest.len() == text.len() - at;
        let first = next
            .chars()
            .next()
            .filter(|next| is_close && next.to_ascii_uppercase() == *it)?;
        rest = next.get(first.len_utf8()..)?;
    }
    (!rest.starts_with(|it: char| it.is_ascii_alphanumeric())).then_some(text.len() - rest.len())
}

/// A date in digits, in the orders and lengths that people write.
fn forms_of_date(date: &str) -> Vec<String> {
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let (Some(year), Some(month), Some(day)) =
        (digits.get(..4), digits.get(4..6), digits.get(6..8))
    else {
        return Vec::new();
    };
    let short = year.get(2..).unwrap_or_default();
    let bare = |it: &str| it.trim_start_matches('0').to_owned();
    let mut forms = vec![digits.get(..8).unwrap_or_default().to_owned()];
    for year in [year, short] {
        forms.push(format!("{month}{day}{year}"));
        forms.push(format!("{day}{month}{year}"));
        forms.push(format!("{year}{month}{day}"));
        forms.push(format!("{}{}{year}", bare(month), bare(day)));
        forms.push(format!("{}{}{year}", bare(day), bare(month)));
        forms.push(format!("{year}{}{}", bare(month), bare(day)));
    }
    forms.sort();
    forms.dedup();
    forms.retain(|it| 5 < it.len());
    forms
}

#[cfg(test)]
mod tests {
    use super::{Known, is_near};
    use crate::{
        language::{Finder, IdentifierKind},
        privacy::Phi,
    };

    #[track_caller]
    fn check(known: &Known, text: &str, wanted: &[&str]) {
        let found = known.find(&Finder::built_in(), text);
        let mut found: Vec<_> = found.iter().map(|it| &text[it.0.clone()]).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, wanted, "{text}");
    }

    fn of(names: &[&str], numbers: &[&str], dates: &[&str]) -> Known {
        let all = |list: &[&str]| list.iter().map(|it| Phi::new((*it).to_owned())).collect();
        Known {
            names: all(names),
            numbers: all(numbers),
            dates: all(dates),
        }
    }

    #[test]
    fn a_known_name_is_found_in_every_form() {
        let known = of(&["OKWUOSA^HOPE^Q"], &[], &[]);
        check(
            &known,
            "okwuosa, Hope Q. OKWUOSA and Okwousa; we hope for Hope",
            &["Hope", "OKWUOSA", "Okwousa", "Q", "okwuosa"],
        );
        check(
            &of(&["Šťastná^Zoë"], &[], &[]),
            "Zoe STASTNA",
            &["STASTNA", "Zoe"],
        );
        check(
            &of(&["仝卓然"], &[], &[]),
            "仝 卓然，卓然，仝女士",
            &["仝", "仝 卓然", "卓然"],
        );
    }

    #[test]
    fn a_known_number_is_found_however_it_is_parted() {
        check(
            &of(&[], &["00123456"], &[]),
            "MRN 123-456, 00 12 34 56, 91234567",
            &["00 12 34 56", "123-456"],
        );
    }

    #[test]
    fn a_known_date_is_found_in_digits() {
        check(
            &of(&[], &[], &["19310203"]),
            "020331 and 3.2.1931 and 1931-2-3",
            &["020331", "1931-2-3", "3.2.1931"],
        );
        assert_eq!(
            of(&[], &[], &["19310203"]).find(&Finder::built_in(), "020331")[0].1,
            IdentifierKind::Date
        );
    }

    #[test]
    fn one_letter_may_be_wrong() {
        for (a, b, wanted) in [
            ("okafor", "okafro", true),
            ("okafor", "okafr", true),
            ("okafor", "okkafor", true),
            ("okafor", "okefor", true),
            ("okafor", "okeffor", false),
        ] {
            assert_eq!(is_near(a, b), wanted, "{a} {b}");
        }
    }
}
