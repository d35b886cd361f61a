//! DOCX: the parts of an office document in their ZIP archive, ECMA-376 parts 1 and 2, each read under a limit.

use std::io::{BufReader, Cursor, Read as _};

use quick_xml::{Reader, events::Event};
use zip::ZipArchive;

use super::{
    Draft, beside,
    word::{self, Notes, attribute},
};
use crate::{import::Refusal, warnings::Warnings};

/// Most bytes that a part unpacks to: a text of 16 MiB with three times as much mark-up.
const PART_LIMIT_BYTES: u64 = 64 << 20;
/// Most bytes that all parts of text unpack to.
const ALL_LIMIT_BYTES: u64 = 96 << 20;
/// Largest list of parts.
const CONTENT_TYPES_LIMIT_BYTES: u64 = 1 << 20;
const CONTENT_TYPES: &str = "[Content_Types].xml";

/// Reads the text: the body, then headers, footers and notes, each under a line that says so.
pub(super) fn read(bytes: &[u8], warnings: &Warnings) -> Result<Draft, Refusal> {
    let archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|_dropped| stranger("a ZIP archive that is cut short or broken"))?;
    let mut package = Package {
        archive,
        n_left: ALL_LIMIT_BYTES,
    };
    let parts = package.parts()?;
    let of = |kind: &'static str| parts.iter().filter(move |it| it.kind == kind);
    let main = of(MAIN)
        .next()
        .ok_or_else(|| stranger(package_kind(&parts)))?;
    let mut text = package.text(&main.name, Notes::None, warnings)?;
    for (kind, line, notes) in MARGINS {
        let mut margin = String::new();
        for part in of(kind) {
            let part = package.text(&part.name, *notes, warnings)?;
            // The same header stands in several parts: for the first page, for left and right.
            if !margin.contains(part.trim()) {
                margin.push_str(&part);
            }
        }
        beside::append(&mut text, line, &margin);
    }
    if of(COMMENTS).next().is_some() {
        beside::comments(warnings);
    }
    let (title, date) = match of(PROPERTIES).next() {
        Some(part) => package.properties(&part.name)?,
        None => (None, None),
    };
    Ok(Draft {
        text,
        title,
        date,
        encoding: "UTF-8".to_owned(),
        ..Draft::default()
    })
}

/// A part of the package, by the last piece of its content type.
struct Part {
    name: String,
    kind: String,
}

const MAIN: &str = "document.main+xml";
const COMMENTS: &str = "comments+xml";
const PROPERTIES: &str = "core-properties+xml";
/// Parts that stand beside the body, in the order in which they are told.
const MARGINS: &[(&str, &str, Notes)] = &[
    ("header+xml", beside::HEADER, Notes::None),
    ("footer+xml", beside::FOOTER, Notes::None),
    ("footnotes+xml", beside::FOOTNOTES, Notes::Footnotes),
    ("endnotes+xml", beside::ENDNOTES, Notes::Endnotes),
];

/// `application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml` and the macro-enabled likes of it.
fn kind(content_type: &str) -> Option<String> {
    const PREFIXES: [&str; 3] = [
        "application/vnd.openxmlformats-officedocument.wordprocessingml.",
        "application/vnd.openxmlformats-package.",
        "application/vnd.openxmlformats-officedocument.",
    ];
    if content_type == "application/vnd.ms-word.document.macroEnabled.main+xml" {
        return Some(MAIN.to_owned());
    }
    let last = PREFIXES
        .iter()
        .find_map(|it| content_type.strip_prefix(it))?;
    Some(last.replace("template.main", "document.main"))
}

/// What a package without a text document is, for a refusal.
fn package_kind(parts: &[Part]) -> &'static str {
    let has = |kind: &str| parts.iter().any(|it| it.kind.starts_with(kind));
    if has("spreadsheetml") {
        "a spreadsheet (XLSX)"
    } else if has("presentationml") {
        "a presentation (PPTX)"
    } else {
        "a ZIP archive or another office document"
    }
}

fn stranger(found: &str) -> Refusal {
    Refusal::NotRecognised {
        found: found.to_owned(),
    }
}

struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    n_left: u64,
}

impl<'a> Package<'a> {
    /// The parts by their content types, sorted by name.
    fn parts(&mut self) -> Result<Vec<Part>, Refusal> {
        if self.archive.index_for_name(CONTENT_TYPES).is_none() {
            let is_open_document = self.archive.index_for_name("mimetype").is_some();
            return Err(stranger(if is_open_document {
                "an OpenDocument file or an electronic book"
            } else {
                "a ZIP archive"
            }));
        }
        let xml = self.xml(CONTENT_TYPES, CONTENT_TYPES_LIMIT_BYTES)?;
        let mut parts = Vec::new();
        events(&xml, |event| {
            if let Event::Start(element) | Event::Empty(element) = event
                && element.local_name().as_ref() == "Override"
                && let (Some(name), Some(content_type)) = (
                    attribute(element, "PartName"),
                    attribute(element, "ContentType"),
                )
                && let Some(kind) = kind(&content_type)
            {
                let name = name.trim_start_matches('/').to_owned();
                parts.push(Part { name, kind });
            }
        })?;
        parts.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(parts)
    }

    /// A small part as a whole.
    fn xml(&mut self, name: &str, limit: u64) -> Result<String, Refusal> {
        let mut xml = Vec::new();
        let mut part = self.open(name, limit)?;
        part.read_to_end(&mut xml)
            .map_err(|_dropped| broken("is broken or larger than it says"))?;
        drop(part);
        self.n_left = self.n_left.saturating_sub(xml.len() as u64);
        String::from_utf8(xml).map_err(|_dropped| Refusal::malformed("XML in UTF-8", "other bytes"))
    }

    fn text(&mut self, name: &str, notes: Notes, warnings: &Warnings) -> Result<String, Refusal> {
        let limit = PART_LIMIT_BYTES.min(self.n_left);
        let mut part = self.open(name, PART_LIMIT_BYTES)?;
        let text = word::text(&mut BufReader::new(&mut part), notes, warnings);
        let n_left = part.limit();
        drop(part);
        self.n_left -= limit - n_left;
        // A part that is cut off is broken, but that is not the reason.
        if n_left == 0 {
            return Err(too_large(limit));
        }
        text
    }

    /// A part that is cut off where it becomes larger than it may: first by what it says, then by what it is.
    fn open(
        &mut self,
        name: &str,
        limit: u64,
    ) -> Result<std::io::Take<zip::read::ZipFile<'_, Cursor<&'a [u8]>>>, Refusal> {
        let limit = limit.min(self.n_left);
        let part = self
            .archive
            .by_name(name)
            .map_err(|_dropped| broken("lacks a part or has it in a form that is not read"))?;
        if limit <= part.size() {
            return Err(too_large(limit));
        }
        Ok(part.take(limit))
    }

    /// Title and date, ECMA-376 part 2 11.
    fn properties(&mut self, name: &str) -> Result<(Option<String>, Option<String>), Refusal> {
        let xml = self.xml(name, CONTENT_TYPES_LIMIT_BYTES)?;
        let (mut title, mut date, mut inside) = (None, None, String::new());
        events(&xml, |event| match event {
            Event::Start(element) => element.local_name().as_ref().clone_into(&mut inside),
            Event::End(_) => inside.clear(),
            Event::Text(text) if inside == "title" => {
                title
                    .get_or_insert_with(String::new)
                    .push_str(&text.xml10_content());
            }
            Event::GeneralRef(entity) if inside == "title" => title
                .get_or_insert_with(String::new)
                .push_str(&word::resolved(entity)),
            Event::Text(text) if inside == "created" => {
                let moment = text.xml10_content();
                date = moment
                    .get(..16)
                    .or(moment.get(..10))
                    .map(|it| it.replace('T', " "));
            }
            _ => {}
        })?;
        Ok((title, date))
    }
}

fn events(xml: &str, mut take: impl FnMut(&Event<'_>)) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => take(&event),
            Err(_) => return Err(broken("has a part that is not XML")),
        }
    }
}

fn broken(found: &str) -> Refusal {
    Refusal::malformed("a sound DOCX document", format!("one that {found}"))
}

fn too_large(limit: u64) -> Refusal {
    Refusal::too_large("an unpacked part of a document in bytes", limit, limit + 1)
}
