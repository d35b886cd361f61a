//! HTML and the XHTML of FHIR narratives as text: a scanner of tags, which takes what browsers take.
//!
//! Not here: style. What a style sheet hides is read.

use quick_xml::escape::resolve_html5_entity;

use super::beside;
use crate::warnings::Warnings;

/// Elements whose content is no text, up to their end tag.
const SILENT: &[&str] = &["script", "style", "head", "title", "template", "noscript"];
/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "caption",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "address",
    "body",
];
/// Longest name of a character: `&CounterClockwiseContourIntegral;`.
const ENTITY_BYTES: usize = 40;

/// The text of a document or of a narrative.
pub(super) fn text(html: &str, warnings: &Warnings) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (words, after) = rest.split_at(at);
        page.words(words);
        rest = after.get(1..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |it| it.1);
            continue;
        }
        let is_tag = rest.starts_with(|it: char| it.is_ascii_alphabetic() || "/!?".contains(it));
        if !is_tag {
            page.words("<");
            continue;
        }
        let end = end_of_tag(rest);
        let (tag, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let name = name(tag);
        if SILENT.contains(&name.as_str()) && !tag.ends_with('/') {
            rest = after_end_tag(rest, &name);
        }
        if matches!(name.as_str(), "img" | "svg" | "object" | "picture") {
            beside::pictures(warnings);
        }
        page.tag(&name, tag.starts_with('/'));
    }
    page.words(rest);
    page.text
}

/// Where a tag ends: at a `>` that is in no quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn name(tag: &str) -> String {
    let name = tag
        .trim_start_matches('/')
        .split(|it: char| !it.is_ascii_alphanumeric())
        .next();
    name.unwrap_or_default().to_ascii_lowercase()
}

/// What follows the end tag of an element whose content is not read.
fn after_end_tag<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("</") {
        let is_it = after
            .get(..name.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(name));
        if is_it {
            return after.split_once('>').map_or("", |it| it.1);
        }
        rest = after;
    }
    ""
}

#[derive(Default)]
struct Page {
    text: String,
    is_preformatted: bool,
    /// White space stood before what comes, and counts if a word follows on the same line.
    has_blank: bool,
}

impl Page {
    fn tag(&mut self, name: &str, is_end: bool) {
        if name == "pre" {
            self.is_preformatted = !is_end;
        }
        match name {
            "br" => self.text.push('\n'),
            "li" if !is_end => {
                self.line();
                self.text.push_str("- ");
            }
            // Cells after the first stand behind a tabulator.
            "td" | "th" if is_end => self.text.push('\t'),
            "tr" if is_end => {
                if self.text.ends_with('\t') {
                    self.text.pop();
                }
                self.line();
            }
            _ if BLOCKS.contains(&name) && !self.text.ends_with('\t') => self.line(),
            _ => return,
        }
        self.has_blank = false;
    }

    /// Begins a line, if none has just begun.
    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Adds words: outside `pre` any run of white space is one blank.
    fn words(&mut self, words: &str) {
        let mut rest = words;
        while let Some(at) = rest.find('&') {
            let (plain, after) = rest.split_at(at);
            self.plain(plain);
            let entity = after
                .get(1..)
                .and_then(|it| it.split_once(';'))
                .filter(|it| it.0.len() <= ENTITY_BYTES);
            let known = entity.and_then(|(name, after)| Some((character(name)?, after)));
            match known {
                Some((character, after)) => {
                    self.characters(&character);
                    rest = after;
                }
                None => {
                    self.characters("&");
                    rest = after.get(1..).unwrap_or_default();
                }
            }
        }
        self.plain(rest);
    }

    fn plain(&mut self, words: &str) {
        if self.is_preformatted {
            return self.text.push_str(words);
        }
        let is_white = |it: char| matches!(it, ' ' | '\t' | '\n' | '\r' | '\x0c');
        for piece in words.split_inclusive(is_white) {
            let word = piece.trim_end_matches(is_white);
            if !word.is_empty() {
                self.characters(word);
            }
            self.has_blank |= word.len() < piece.len();
        }
    }

    fn characters(&mut self, characters: &str) {
        let is_in_line = !self.text.is_empty() && !self.text.ends_with(['\n', '\t', ' ']);
        if self.has_blank && is_in_line {
            self.text.push(' ');
        }
        self.has_blank = false;
        self.text.push_str(characters);
    }
}

/// What stands between `&` and `;` as a character, if it is one.
fn character(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return resolve_html5_entity(name).map(str::to_owned);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::warnings::Warnings;

    #[track_caller]
    fn check(html: &str, wanted: &str) {
        assert_eq!(text(html, &Warnings::default()), wanted);
    }

    #[test]
    fn narratives_read_as_they_are_seen() {
        check(
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Fi&egrave;vre\n  38.5&#160;&#xB0;C</p><p>No <b>effusion</b>.</p></div>",
            "Fièvre 38.5\u{a0}°C\nNo effusion.\n",
        );
        check(
            "<table><tr><th>Drug</th><th>Dose</th></tr>\n<tr><td>Amoxicillin</td> <td><p>1 g</p></td></tr></table>",
            "Drug\tDose\nAmoxicillin\t1 g\n",
        );
        check("<ul><li>one</li><li>two</li></ul>", "- one\n- two\n");
        check("<pre>a\n  b</pre>", "a\n  b\n");
    }

    #[test]
    fn what_is_no_mark_up_is_text_and_scripts_are_not() {
        check(
            "SpO2 < 92 & falling &unknown;",
            "SpO2 < 92 & falling &unknown;",
        );
        check(
            "<script>if (a < b) { '</p>' }</script>a<!-- <p>no</p> -->b<STYLE>p{}</STYLE >c",
            "abc",
        );
        check("<p title='a > b'>x</p", "x\n");
        check("<p", "");
        check("患者<br/>咳嗽", "患者\n咳嗽");
    }
}
