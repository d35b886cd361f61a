//! What stands beside the body of a document: the lines over margins and notes, and the warnings of what is left out.

use crate::warnings::{WarningKind, Warnings};

pub(super) const HEADER: &str = "[Page header]";
pub(super) const FOOTER: &str = "[Page footer]";
pub(super) const FOOTNOTES: &str = "[Footnotes]";
pub(super) const ENDNOTES: &str = "[Endnotes]";

/// Adds a part that does not stand in the body, under the line that says what it is.
pub(super) fn append(text: &mut String, line: &str, part: &str) {
    let part = part.trim_end();
    if !part.trim_start().is_empty() {
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
        text.push_str(line);
        text.push('\n');
        text.push_str(part);
        text.push('\n');
    }
}

pub(super) fn loss(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "some characters of the document could not be decoded",
    );
}

pub(super) fn pictures(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "the document has pictures, which were not read",
    );
}

pub(super) fn objects(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "the document has other documents embedded in it, which were not read",
    );
}

pub(super) fn comments(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "the comments in the margin were left out",
    );
}

pub(super) fn deleted(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "the document has tracked changes: deleted text was left out",
    );
}

pub(super) fn inserted(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "the document has tracked changes: inserted text was read as if accepted",
    );
}

pub(super) fn hidden(warnings: &Warnings) {
    warnings.add(
        WarningKind::Text,
        "text that the document hides was left out",
    );
}
