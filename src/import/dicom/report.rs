//! Structured reports as text, PS3.3 C.17.3: the content tree, one line for each item, nesting as indentation.
//!
//! Not here: the coordinates and the objects that an item refers to; a line says that they are there.

use dicom::{core::Tag, dictionary_std::tags};

use super::{charset, dataset::Dataset, header};
use crate::{
    case::{Note, note::Format},
    disk::Sha256,
    import::{
        Refusal,
        document::{self, Draft},
    },
    warnings::{WarningKind, Warnings},
};

/// Structured reports have SOP classes of this root, PS3.4 B.5.
const ROOT: &str = "1.2.840.10008.5.1.4.1.1.88.";
/// Key object selection: of the same root, and a list of images.
const KEY_OBJECTS: &str = "1.2.840.10008.5.1.4.1.1.88.59";
const INDENT: &str = "  ";

/// Whether the object is a report.
pub(super) fn is_report(set: &Dataset<'_>) -> bool {
    set.text(tags::SOP_CLASS_UID)
        .is_some_and(|it| it.starts_with(ROOT) && it != KEY_OBJECTS)
}

/// Reads the report.
pub(super) fn note(
    set: &Dataset<'_>,
    file_sha256: Sha256,
    warnings: &Warnings,
) -> Result<Note, Refusal> {
    let flag = |tag| set.first_text(tag).unwrap_or_default();
    if flag(tags::COMPLETION_FLAG) == "PARTIAL" {
        warnings.add(WarningKind::File, "the report is marked as partial");
    }
    if flag(tags::VERIFICATION_FLAG) == "UNVERIFIED" {
        warnings.add(WarningKind::File, "the report is marked as not verified");
    }
    let reader = Reader {
        terms: set.character_set(),
        warnings,
    };
    let mut text = String::new();
    reader.item(set, 0, &mut text)?;
    if text.contains(char::REPLACEMENT_CHARACTER) {
        warnings.add(
            WarningKind::Text,
            "some characters of the report could not be decoded",
        );
    }
    let date = moment(&flag(tags::CONTENT_DATE), &flag(tags::CONTENT_TIME));
    let draft = Draft {
        text,
        title: reader.concept(set, tags::CONCEPT_NAME_CODE_SEQUENCE),
        date: date.or_else(|| header::acquired(set)),
        subject: header::subject(set),
        ..Draft::default()
    };
    document::note(draft, Format::Sr, file_sha256, warnings)
}

struct Reader<'a> {
    /// The character set of the object, which its items have too unless they say otherwise, PS3.5 7.5.3.
    terms: String,
    warnings: &'a Warnings,
}

impl Reader<'_> {
    /// Writes an item and what is under it. The parser has bounded the depth.
    fn item(&self, item: &Dataset<'_>, depth: usize, text: &mut String) -> Result<(), Refusal> {
        let name = self.concept(item, tags::CONCEPT_NAME_CODE_SEQUENCE);
        let value = self.value(item)?;
        let line = match (name, value) {
            (Some(name), Some(value)) => Some(format!("{name}: {value}")),
            (name, value) => name.or(value),
        };
        // A container without a name is only a bracket.
        let inner = if line.is_some() { depth + 1 } else { depth };
        if let Some(line) = line {
            for (idx, line) in line.split(['\n', '\r']).enumerate() {
                // The second line of a value stands under its name.
                let level = depth + usize::from(0 < idx);
                if idx == 0 || !line.is_empty() {
                    text.push_str(&INDENT.repeat(level));
                    text.push_str(line.trim_end());
                    text.push('\n');
                }
            }
        }
        for child in item.items(tags::CONTENT_SEQUENCE) {
            self.item(child, inner, text)?;
        }
        Ok(())
    }

    /// What an item says, by its value type, PS3.3 table C.17.3-7.
    fn value(&self, item: &Dataset<'_>) -> Result<Option<String>, Refusal> {
        let Some(kind) = item.first_text(tags::VALUE_TYPE) else {
            let is_reference = item.get(tags::REFERENCED_CONTENT_ITEM_IDENTIFIER).is_some();
            return Ok(is_reference.then(|| "[another item of this report]".to_owned()));
        };
        Ok(match kind.as_str() {
            "CONTAINER" => None,
            "TEXT" => self.words(item, tags::TEXT_VALUE),
            "CODE" => self.concept(item, tags::CONCEPT_CODE_SEQUENCE),
            "NUM" => Some(self.number(item)?),
            "PNAME" => self.words(item, tags::PERSON_NAME).map(|it| person(&it)),
            "DATE" => self.words(item, tags::DATE).map(|it| date(&it)),
            "TIME" => self.words(item, tags::TIME).map(|it| time(&it)),
            "DATETIME" => self.words(item, tags::DATE_TIME).map(|it| {
                let (day, clock) = it.split_at_checked(8).unwrap_or((&it, ""));
                format!("{} {}", date(day), time(clock))
                    .trim_end()
                    .to_owned()
            }),
            "UIDREF" => self.words(item, tags::UID),
            "IMAGE" => Some("[an image]".to_owned()),
            "WAVEFORM" => Some("[a waveform]".to_owned()),
            "COMPOSITE" => Some("[another object]".to_owned()),
            "SCOORD" | "SCOORD3D" | "TCOORD" => Some("[coordinates]".to_owned()),
            _ => {
                self.warnings.add(
                    WarningKind::File,
                    "the report has items of a kind that is not read",
                );
                Some("[an item of another kind]".to_owned())
            }
        })
    }

    /// A number with its unit, or why there is none, PS3.3 C.18.1.
    fn number(&self, item: &Dataset<'_>) -> Result<String, Refusal> {
        let Some(measured) = item.item(tags::MEASURED_VALUE_SEQUENCE) else {
            let why = self.concept(item, tags::NUMERIC_VALUE_QUALIFIER_CODE_SEQUENCE);
            return Ok(why.unwrap_or_else(|| "[no value]".to_owned()));
        };
        let number = self
            .words(measured, tags::NUMERIC_VALUE)
            .ok_or_else(|| Refusal::malformed("a number in a measurement", "none"))?;
        let unit = measured.item(tags::MEASUREMENT_UNITS_CODE_SEQUENCE);
        let code = unit.and_then(|it| self.words(it, tags::CODE_VALUE));
        let is_ucum = unit.is_some_and(|it| {
            self.words(it, tags::CODING_SCHEME_DESIGNATOR).as_deref() == Some("UCUM")
        });
        Ok(match code {
            // UCUM: 1 is "no units", and braces hold a remark.
            Some(code) if is_ucum && code == "1" => number,
            Some(code) if is_ucum && !code.contains('{') => format!("{number} {code}"),
            _ => match self.concept(measured, tags::MEASUREMENT_UNITS_CODE_SEQUENCE) {
                Some(meaning) => format!("{number} {meaning}"),
                None => number,
            },
        })
    }

    /// The meaning of a code, or the code itself.
    fn concept(&self, item: &Dataset<'_>, tag: Tag) -> Option<String> {
        let code = item.item(tag)?;
        self.words(code, tags::CODE_MEANING)
            .or_else(|| self.words(code, tags::CODE_VALUE))
    }

    fn words(&self, item: &Dataset<'_>, tag: Tag) -> Option<String> {
        let own = item.character_set();
        let terms = if own.is_empty() { &self.terms } else { &own };
        let text = charset::decode(item.bytes(tag)?, terms);
        let text = text.trim_matches([' ', '\0', '\n', '\r']);
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// The first group of a name, PS3.5 6.2.1, without the marks between its parts.
fn person(name: &str) -> String {
    let first = name.split('=').find(|it| !it.is_empty());
    let parts: Vec<&str> = first.unwrap_or_default().split('^').collect();
    let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    parts.join(" ")
}

/// `YYYYMMDD` with hyphens; anything else as it is.
fn date(text: &str) -> String {
    match (text.get(..4), text.get(4..6), text.get(6..)) {
        (Some(year), Some(month), Some(day)) if text.len() == 8 => format!("{year}-{month}-{day}"),
        _ => text.to_owned(),
    }
}

/// `HHMMSS.FFFFFF` as hours, minutes and seconds; anything else as it is.
fn time(text: &str) -> String {
    match (text.get(..2), text.get(2..4), text.get(4..6)) {
        (Some(hour), Some(minute), Some(second)) => format!("{hour}:{minute}:{second}"),
        (Some(hour), Some(minute), None) => format!("{hour}:{minute}"),
        _ => text.to_owned(),
    }
}

fn moment(day: &str, clock: &str) -> Option<String> {
    (day.len() == 8).then(|| {
        let clock = time(clock.get(..4).unwrap_or_default());
        format!("{} {clock}", date(day)).trim_end().to_owned()
    })
}
