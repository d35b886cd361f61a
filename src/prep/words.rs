//! Where the words of a text are: what attributions are merged to and what a mask hides.
//!
//! A word is a run of letters and digits with the joiners inside it (`patient's`, `follow-up`, `124/78`, `98.6`).
//! Scripts without spaces have one word for each character.

use std::ops::Range;

/// Byte ranges of the words, in text order, disjoint, on character boundaries.
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map_or(' ', |(_, it)| *it);
        if is_ideograph(c) {
            found.extend(open.take());
            found.push(at..end);
        } else if c.is_alphanumeric() || (open.is_some() && (is_mark(c) || joins(before, c, next)))
        {
            open.get_or_insert(at..end).end = end;
        } else {
            found.extend(open.take());
        }
        before = c;
    }
    found.extend(open);
    found
}

/// Whether a word is one of `naming` (lower case; a star stands for any ending): it names a label, and an answer that
/// rests on it has read a name, not a finding.
pub fn names_label(word: &str, naming: &[String]) -> bool {
    let word = word.to_lowercase();
    naming.iter().any(|it| {
        it.strip_suffix('*')
            .map_or(word == *it, |it| word.starts_with(it))
    })
}

/// The text without some of its words (ranges as [`words`] gives them, ascending); all else stays.
pub fn without<'a>(text: &str, left_out: impl IntoIterator<Item = &'a Range<usize>>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for span in left_out {
        kept.push_str(text.get(from..span.start).unwrap_or_default());
        from = span.end;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// Whether `c` holds the characters beside it together: apostrophe and hyphen in words; point, comma and slash in numbers.
fn joins(before: char, c: char, next: char) -> bool {
    let is_letter = |it: char| it.is_alphanumeric() && !is_ideograph(it);
    match c {
        '\'' | '’' | '-' | '\u{2010}' | '\u{2011}' => {
            (is_letter(before) || is_mark(before)) && is_letter(next)
        }
        '.' | ',' | '/' => before.is_ascii_digit() && next.is_ascii_digit(),
        _ => false,
    }
}

/// Combining marks and zero-width joiners, which belong to the character before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{200c}' | '\u{200d}')
}

/// Han characters and kana.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::{names_label, without, words};

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = words(text).into_iter().map(|it| &text[it]).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn words_that_name_a_label_are_left_out_whole() {
        let naming = ["cardiolog*".to_owned(), "ent".to_owned()];
        let text = "Seen by Cardiology, ENT; no entry.";
        let spans = words(text);
        let named = spans
            .iter()
            .filter(|it| names_label(&text[(*it).clone()], &naming));
        assert_eq!(without(text, named), "Seen by , ; no entry.");
        assert_eq!(without("", []), "");
    }

    #[test]
    fn words_keep_their_joiners_and_lose_their_punctuation() {
        check("", &[]);
        check(" -,. ", &[]);
        check(
            "The patient's follow-up: BP 124/78, temp. 98.6.",
            &[
                "The",
                "patient's",
                "follow-up",
                "BP",
                "124/78",
                "temp",
                "98.6",
            ],
        );
        check("a/b x- -y 'z'", &["a", "b", "x", "y", "z"]);
        check("cafe\u{301} noir", &["cafe\u{301}", "noir"]);
        check("肺炎 CT所见", &["肺", "炎", "CT", "所", "见"]);
        check("Пневмония у ребёнка", &["Пневмония", "у", "ребёнка"]);
    }
}
