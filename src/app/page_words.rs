//! What the page that evaluates says of each kind of input.

use crate::{
    evaluate::Kind as Evaluated,
    session::Kind,
    words::{Part, Words},
};

/// What the model reads.
fn many(words: &Words, kind: Kind) -> String {
    match kind {
        Kind::Scan => words.say("many-images"),
        Kind::Note => words.say("many-notes"),
        Kind::Series => words.say("many-courses"),
        Kind::Sequence => words.say("many-sequences"),
    }
}

pub(super) fn lead(words: &Words, kind: Kind) -> String {
    let many = many(words, kind);
    words.say_with("evaluate-lead", &[("many", Part::from(&many))])
}

pub(super) fn table(words: &Words, kind: Kind) -> String {
    let many = many(words, kind);
    words.say_with("evaluate-table", &[("many", Part::from(&many))])
}

pub(super) fn folder(words: &Words, kind: Kind) -> String {
    let many = many(words, kind);
    words.say_with("evaluate-folder-of", &[("many", Part::from(&many))])
}

pub(super) fn damage(words: &Words, kind: Kind) -> String {
    let many = many(words, kind);
    words.say_with("evaluate-damage", &[("many", Part::from(&many))])
}

pub(super) fn table_help(words: &Words, kind: Kind) -> String {
    match kind {
        Kind::Scan => words.say("table-help-images"),
        Kind::Note => words.say("table-help-notes"),
        Kind::Series => words.say("table-help-courses"),
        Kind::Sequence => words.say("table-help-sequences"),
    }
}

/// The column of the cases, and its usual name, which stands in the file.
pub(super) fn case_column(words: &Words, kind: Kind) -> (String, String) {
    match kind {
        Kind::Scan => (words.say("column-paths"), "path".to_owned()),
        Kind::Note => (words.say("column-texts"), words.say("column-texts-hint")),
        Kind::Series => (words.say("column-keys"), "key".to_owned()),
        Kind::Sequence => (
            words.say("column-letters"),
            words.say("column-letters-hint"),
        ),
    }
}

/// So many cases of a report.
pub(super) fn counted(words: &Words, kind: Evaluated, n: usize) -> String {
    let n = [("n", n.into())];
    match kind {
        Evaluated::Images => words.say_with("n-images", &n),
        Evaluated::Notes => words.say_with("n-notes", &n),
        Evaluated::Courses => words.say_with("n-courses", &n),
        Evaluated::Sequences => words.say_with("n-sequences", &n),
    }
}

/// What the intervals of a report are drawn from.
pub(super) fn intervals(words: &Words, kind: Evaluated, n_draws: usize) -> String {
    let n = [("n", n_draws.into())];
    match kind {
        Evaluated::Images => words.say_with("report-intervals-images", &n),
        Evaluated::Notes => words.say_with("report-intervals-notes", &n),
        Evaluated::Courses => words.say_with("report-intervals-courses", &n),
        Evaluated::Sequences => words.say_with("report-intervals-sequences", &n),
    }
}
