//! Where sentences begin and end in clinical text: abbreviations, decimals, numbered lists, wrapped lines, Chinese.

use std::ops::Range;

/// A line at least this long was wrapped by its width, unless it ends a sentence.
const WRAPPED_BYTES: usize = 60;

/// Words that end in a full stop without ending a sentence.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "approx", "no", "pt", "pts", "q.d",
    "b.i.d", "t.i.d", "q.i.d", "p.o", "p.r.n", "q.h.s", "h.s", "a.m", "p.m", "etc", "dept", "fig",
    "jr", "sr", "temp", "resp", "wt", "ht", "hx", "dx", "tx", "rx", "neg", "pos", "abd", "ext",
    "neuro", "yr", "yrs", "mo", "wk", "wks", "hr", "hrs", "min", "sec", "cf", "al", "u.s", "m.d",
    "d.o", "ph.d", "i.v", "i.m", "q", "w", "c", "s", "o.d", "o.s", "n.p.o", "ave", "blvd", "rd",
];

/// The sentences of a part of a text, without the blanks around them; a head and its body are told apart by the caller.
pub fn sentences(text: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let Some(inside) = text.get(part.clone()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut push = |from: usize, to: usize| {
        let raw = inside.get(from..to).unwrap_or_default();
        let left = raw.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
        let sentence = left.trim_end();
        let from = part.start + from + raw.len() - left.len();
        // A mark without a word is no sentence.
        if sentence.chars().any(char::is_alphanumeric) {
            found.push(from..from + sentence.len());
        }
    };
    for (at, char) in inside.char_indices() {
        let after = at + char.len_utf8();
        if after <= start {
            continue;
        }
        let ends = match char {
            '。' | '；' | '！' | '？' => true,
            '.' => full_stop_ends(inside, start, at),
            '!' | '?' => inside.get(after..).is_some_and(begins_blank),
            '\n' => line_break_ends(inside, at),
            _ => false,
        };
        if ends {
            push(start, after);
            start = after;
        }
    }
    push(start, inside.len());
    found
}

fn begins_blank(rest: &str) -> bool {
    rest.chars()
        .next()
        .is_none_or(|it| it.is_whitespace() || matches!(it, ',' | '"' | ')' | '”' | '\''))
}

/// Whether the full stop at `at` ends the sentence that began at `start`.
fn full_stop_ends(text: &str, start: usize, at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default();
    if !begins_blank(rest) {
        return false;
    }
    let before = text.get(start..at).unwrap_or_default();
    let word = before
        .rsplit(|it: char| it.is_whitespace() || matches!(it, '(' | ',' | '/' | '-'))
        .next()
        .unwrap_or_default();
    let next = rest.trim_start_matches(|it: char| {
        it.is_whitespace() || matches!(it, ',' | '"' | ')' | '”' | '\'')
    });
    if next.is_empty() {
        return true;
    }
    // `1. Hypertension`: the number of an item.
    if before
        .trim()
        .trim_start_matches(',')
        .trim()
        .chars()
        .all(|it| it.is_ascii_digit())
        && word.len() < 3
    {
        return false;
    }
    // The initial of a name.
    if word.len() == 1
        && word.chars().all(|it| it.is_ascii_uppercase())
        && rest.starts_with(' ')
        && !rest.starts_with("  ")
    {
        return false;
    }
    let lower = word.to_lowercase();
    if rest.starts_with(',')
        && next.starts_with(|it: char| it.is_uppercase() || it.is_ascii_digit())
    {
        return true;
    }
    if ABBREVIATIONS.contains(&lower.as_str()) {
        // After a dose or a unit the next sentence may begin; a title never ends one.
        let may_end = lower.contains('.') || matches!(lower.as_str(), "etc" | "no");
        return may_end && next.starts_with(char::is_uppercase);
    }
    !next.starts_with(char::is_lowercase)
}

/// Whether the line break at `at` ends a sentence, or only the width of the page was used up.
fn line_break_ends(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let next = text.get(at + 1..).unwrap_or_default();
    let next_line = next.split('\n').next().unwrap_or_default();
    if line.trim().is_empty() || next_line.trim().is_empty() {
        return true;
    }
    let next_line = next_line.trim_start();
    let is_item = next_line.starts_with(['-', '*', '•', '#', '+'])
        || (next_line.starts_with(|it: char| it.is_ascii_digit())
            && next_line
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .starts_with(['.', ')', '、', '．']));
    if is_item || line.trim_end().ends_with([':', ';', '：', '；']) {
        return true;
    }
    let is_wrapped = WRAPPED_BYTES <= line.trim_end().len() || line.trim_end().ends_with(',');
    !(is_wrapped || next_line.starts_with(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[track_caller]
    fn check(text: &str, wanted: &[&str]) {
        let found: Vec<_> = sentences(text, 0..text.len())
            .into_iter()
            .map(|it| &text[it])
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn titles_decimals_and_initials_do_not_end_a_sentence() {
        check(
            "Dr. J. Stone saw him. Potassium was 3.5 today. He takes it q.d. Return if worse.",
            &[
                "Dr. J. Stone saw him.",
                "Potassium was 3.5 today.",
                "He takes it q.d.",
                "Return if worse.",
            ],
        );
    }

    #[test]
    fn items_are_sentences_and_keep_their_number() {
        check(
            "1. Hypertension.\n2. Gout.",
            &["1. Hypertension.", "2. Gout."],
        );
        check(
            "1.  Hypertension.,2.  Gout.",
            &["1.  Hypertension.", "2.  Gout."],
        );
        check("- cough\n- fever", &["- cough", "- fever"]);
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_short_line_does_not() {
        check(
            "She has no history of stroke, diabetes, seizures or of any other\nParkinson disease.\nMarried\nTwo children",
            &[
                "She has no history of stroke, diabetes, seizures or of any other\nParkinson disease.",
                "Married",
                "Two children",
            ],
        );
    }

    #[test]
    fn chinese_marks_end_sentences() {
        check(
            "无发热。咳嗽3天；胸痛？",
            &["无发热。", "咳嗽3天；", "胸痛？"],
        );
    }
}
