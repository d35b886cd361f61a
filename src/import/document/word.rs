//! WordprocessingML, ECMA-376 part 1 17: the text of one part, event by event, so that no part stands in memory.

use std::{borrow::Cow, io::BufRead};

use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::beside;
use crate::{
    import::{Refusal, note::LIMIT_BYTES},
    warnings::Warnings,
};

/// Elements inside elements beyond any real document.
const DEPTH_LIMIT: usize = 500;
/// Elements that hold nothing for the reader, with all that is in them. The second of two alternatives says the same
/// as the first for older programs.
const SILENT: &[&str] = &[
    "pPr",
    "sectPr",
    "tblPr",
    "tblGrid",
    "trPr",
    "tcPr",
    "sdtPr",
    "instrText",
    "Fallback",
];

/// Which notes a part holds: they are told apart by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notes {
    None,
    Footnotes,
    Endnotes,
}

/// Reads the text of a part.
pub(super) fn text(
    part: &mut impl BufRead,
    notes: Notes,
    warnings: &Warnings,
) -> Result<String, Refusal> {
    let mut reader = Reader::from_reader(part);
    let mut walker = Walker {
        text: String::new(),
        open: Vec::new(),
        n_cells: 0,
        is_hidden: false,
        notes,
        warnings,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) if walker.open.is_empty() => return Ok(walker.text),
            Ok(Event::Start(element)) => walker.start(&element)?,
            Ok(Event::Empty(element)) => {
                walker.start(&element)?;
                walker.end();
            }
            Ok(Event::End(_)) => walker.end(),
            Ok(Event::Text(text)) => walker.words(&text.xml10_content()),
            Ok(Event::CData(text)) => walker.words(&text.xml10_content()),
            Ok(Event::GeneralRef(entity)) => walker.words(&resolved(&entity)),
            Ok(Event::DocType(_)) => return Err(not_xml("a document type of its own")),
            Ok(Event::Eof) | Err(_) => return Err(not_xml("a part that is cut short or broken")),
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
        }
        if LIMIT_BYTES < walker.text.len() as u64 {
            return Err(Refusal::too_large(
                "the text of a document in bytes",
                LIMIT_BYTES,
                walker.text.len() as u64,
            ));
        }
    }
}

/// An attribute by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|it| it.key.local_name().as_ref() == name)
        .map(|it| it.value.into_owned())
}

/// What a reference stands for: a character, or one of the five entities of XML. There are no others without a
/// document type.
pub(super) fn resolved(entity: &BytesRef<'_>) -> Cow<'static, str> {
    match entity.resolve_char_ref() {
        Ok(Some(char)) => Cow::Owned(char.to_string()),
        _ => {
            Cow::Borrowed(resolve_predefined_entity(&entity.xml10_content()).unwrap_or("\u{fffd}"))
        }
    }
}

fn not_xml(found: &str) -> Refusal {
    Refusal::malformed("sound XML in the document", found)
}

/// What an open element means for the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// Nothing of its own.
    Plain,
    /// All that is in it is left out.
    Silent,
    Deleted,
    Words,
    Paragraph,
    Run,
    RunProperties,
    Cell,
    Row,
    Note,
}

struct Walker<'a> {
    text: String,
    open: Vec<Open>,
    /// Table cells that are open, one in the other.
    n_cells: usize,
    /// The run at hand has hidden text.
    is_hidden: bool,
    notes: Notes,
    warnings: &'a Warnings,
}

impl Walker<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Refusal> {
        if DEPTH_LIMIT <= self.open.len() {
            let wanted = format!("elements nested at most {DEPTH_LIMIT} deep");
            return Err(Refusal::malformed(wanted, "more"));
        }
        let name = element.local_name();
        let open = match (self.open.last(), name.as_ref()) {
            (Some(Open::Silent), _) => Open::Silent,
            (Some(Open::Deleted), _) => Open::Deleted,
            (Some(Open::RunProperties), name) => {
                let is_off = matches!(
                    attribute(element, "val").as_deref(),
                    Some("0" | "false" | "off")
                );
                self.is_hidden |= name == "vanish" && !is_off;
                Open::Silent
            }
            (_, name) => self.opened(name, element),
        };
        if open == Open::Cell {
            self.n_cells += 1;
        }
        self.open.push(open);
        Ok(())
    }

    fn opened(&mut self, name: &str, element: &BytesStart<'_>) -> Open {
        match name {
            "t" => return Open::Words,
            "p" => return Open::Paragraph,
            "r" => {
                self.is_hidden = false;
                return Open::Run;
            }
            "rPr" => return Open::RunProperties,
            "tc" => return Open::Cell,
            "tr" => return Open::Row,
            "del" | "moveFrom" => return Open::Deleted,
            _ if SILENT.contains(&name) => return Open::Silent,
            "ins" | "moveTo" => beside::inserted(self.warnings),
            "tab" | "ptab" => self.put("\t"),
            "br" | "cr" => self.line_end(),
            "noBreakHyphen" => self.put("\u{2011}"),
            "sym" => self.symbol(element),
            "blip" | "imagedata" | "chart" => beside::pictures(self.warnings),
            "OLEObject" | "altChunk" => beside::objects(self.warnings),
            "footnoteReference" => self.mark(element, ""),
            "endnoteReference" => self.mark(element, "e"),
            "footnote" | "endnote" if self.notes != Notes::None => {
                // Separators have a type.
                if attribute(element, "type").is_some_and(|it| it != "normal") {
                    return Open::Silent;
                }
                let letter = if self.notes == Notes::Endnotes {
                    "e"
                } else {
                    ""
                };
                self.mark(element, letter);
                self.put(" ");
                return Open::Note;
            }
            _ => {}
        }
        Open::Plain
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::Paragraph) => self.line_end(),
            Some(Open::Run) => self.is_hidden = false,
            Some(Open::Cell) => {
                self.n_cells -= 1;
                self.trim_blanks();
                self.text.push('\t');
            }
            Some(Open::Row) => {
                if self.text.ends_with('\t') {
                    self.text.pop();
                }
                self.line_end();
            }
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        match self.open.last() {
            Some(Open::Words) if self.is_hidden => beside::hidden(self.warnings),
            Some(Open::Words) => self.text.push_str(words),
            Some(Open::Deleted) if !words.trim().is_empty() => beside::deleted(self.warnings),
            _ => {}
        }
    }

    /// A line ends; inside a cell that is a blank, so that a row stays a line.
    fn line_end(&mut self) {
        if self.n_cells == 0 {
            self.put("\n");
        } else {
            self.put(" ");
        }
    }

    fn put(&mut self, text: &str) {
        if !self.is_hidden {
            self.text.push_str(text);
        }
    }

    fn trim_blanks(&mut self) {
        let trimmed = self.text.trim_end_matches(' ').len();
        self.text.truncate(trimmed);
    }

    /// A character by its place in a font. Places from F000 are those of symbol fonts, which no standard maps.
    fn symbol(&mut self, element: &BytesStart<'_>) {
        let place = attribute(element, "char")
            .and_then(|it| u32::from_str_radix(&it, 16).ok())
            .and_then(char::from_u32)
            .filter(|it| !('\u{e000}'..='\u{f8ff}').contains(it));
        if place.is_none() {
            beside::loss(self.warnings);
        }
        let char = place.unwrap_or(char::REPLACEMENT_CHARACTER);
        self.put(char.encode_utf8(&mut [0; 4]));
    }

    fn mark(&mut self, element: &BytesStart<'_>, letter: &str) {
        let id = attribute(element, "id").unwrap_or_default();
        let number: String = id.chars().filter(char::is_ascii_digit).take(6).collect();
        self.put(&format!("[{letter}{number}]"));
    }
}
