//! What the file itself says about who it is of: the words that must not stand anywhere in the result.
//!
//! [`Known::clean`] takes them out of texts that stay; [`Known::survivor`] looks for them in the bytes of the result and
//! is the last gate: it knows nothing of the rules, so that a gap in them does not become a leak.

use dicom::{
    core::{PrimitiveValue, Tag, VR},
    dictionary_std::tags,
    encoding::text::SpecificCharacterSet,
    object::InMemDicomObject,
};
use regex::bytes::{Regex, RegexBuilder};

use super::{
    Refused, name,
    table::{Action, Table},
};
use crate::deid::{Dates, Policy};

/// Attributes whose whole value is looked for.
const WHOLE: &[Tag] = &[
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    Tag(0x0010, 0x1000), // Other Patient IDs, retired
    Tag(0x0010, 0x1090), // Medical Record Locator, retired
    tags::PATIENT_ADDRESS,
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::ACCESSION_NUMBER,
    tags::STUDY_ID,
    tags::ADMISSION_ID,
    tags::REQUESTED_PROCEDURE_ID,
    tags::SCHEDULED_PROCEDURE_STEP_ID,
    tags::PERFORMED_PROCEDURE_STEP_ID,
    tags::PLACER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST,
    tags::FILLER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST,
    tags::REFERRING_PHYSICIAN_ADDRESS,
    tags::REFERRING_PHYSICIAN_TELEPHONE_NUMBERS,
    tags::PERSON_ADDRESS,
    tags::PERSON_TELEPHONE_NUMBERS,
    tags::INSTITUTION_NAME,
    tags::INSTITUTION_ADDRESS,
    tags::DEVICE_SERIAL_NUMBER,
];
/// Shortest part of a name, in letters; a single Han character is too common a word.
const NAME_MIN: usize = 3;
const HAN_NAME_MIN: usize = 2;
/// Shortest number or address, in characters.
const WHOLE_MIN: usize = 4;
/// Shortest word that is looked for in bytes that are no text; one fewer beyond ASCII.
const BYTES_MIN: usize = 5;
/// Largest number of different words; more are no person's.
const LIMIT: usize = 4_096;

/// One word and the attribute that it was found in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    text: String,
    tag: Tag,
}

/// The words of one file.
pub(super) struct Known {
    words: Vec<Word>,
    /// All of them at once, in UTF-8, longest first; `None` if there are none.
    pattern: Option<Regex>,
}

impl Known {
    /// Collects the words of a file, at every depth.
    ///
    /// # Errors
    /// If there are more than any file has.
    pub(super) fn of(
        set: &InMemDicomObject,
        policy: &Policy,
        table: &Table,
    ) -> Result<Self, Refused> {
        let mut words = Vec::new();
        collect(set, policy, table, &mut words);
        // Left by an earlier de-identification.
        words.retain(|it| it.text != super::dummy::REMOVED);
        words.sort();
        words.dedup_by(|later, earlier| later.text == earlier.text);
        words.sort_by_key(|it| std::cmp::Reverse(it.text.len()));
        if LIMIT < words.len() {
            return Err(Refused::malformed(
                format!("at most {LIMIT} different names and numbers"),
                format!("{} of them", words.len()),
            ));
        }
        let texts = words.iter().map(|it| regex::escape(&it.text));
        let texts: Vec<String> = texts.collect();
        let pattern = match texts.is_empty() {
            true => None,
            false => Some(compiled(&texts.join("|"), true)?),
        };
        Ok(Self { words, pattern })
    }

    /// A text without the words of the file.
    pub(super) fn clean(&self, text: &str) -> String {
        let Some(pattern) = &self.pattern else {
            return text.to_owned();
        };
        let mut cleaned = String::new();
        let (mut at, mut from) = (0, 0);
        while let Some(found) = pattern.find_at(text.as_bytes(), from) {
            if self.is_whole(text.as_bytes(), found.range()) {
                cleaned.push_str(text.get(at..found.start()).unwrap_or_default());
                cleaned.push_str(super::dummy::REMOVED);
                at = found.end();
                from = at;
            } else {
                // A shorter word may begin within it.
                let next = text.get(found.start()..).and_then(|it| it.chars().next());
                from = found.start() + next.map_or(1, char::len_utf8);
            }
        }
        cleaned.push_str(text.get(at..).unwrap_or_default());
        cleaned
    }

    /// Whether a text has one of the words.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.clean(text) != text
    }

    /// Refuses a result in whose texts one of the words still stands.
    pub(super) fn check_texts(&self, set: &InMemDicomObject) -> Result<(), Refused> {
        for element in set {
            for item in element.items().unwrap_or_default() {
                self.check_texts(item)?;
            }
            let texts = match element.value().primitive() {
                Some(PrimitiveValue::Str(_) | PrimitiveValue::Strs(_)) => element.to_multi_str(),
                _ => continue,
            };
            let found = texts
                .unwrap_or_default()
                .iter()
                .find_map(|it| self.found(it));
            if let Some(word) = found {
                let attribute = name(word.tag);
                return Err(Refused::Survived { attribute });
            }
        }
        Ok(())
    }

    /// The first word in a text.
    fn found(&self, text: &str) -> Option<&Word> {
        if !self.is_in(text) {
            return None;
        }
        let lower = text.to_lowercase();
        let mut words = self.words.iter();
        words.find(|it| lower.contains(&it.text.to_lowercase()))
    }

    /// The attribute of a word that stands in `bytes`, which are a data set without pixels: in UTF-8, in the character
    /// set of the file, or in UTF-16.
    pub(super) fn survivor(&self, bytes: &[u8], charset: &str) -> Result<Option<String>, Refused> {
        let set = SpecificCharacterSet::from_code(charset);
        for word in &self.words {
            let mut forms = vec![word.text.clone().into_bytes()];
            if !word.text.is_ascii()
                && let Some(set) = &set
                && let Ok(coded) = dicom::encoding::text::TextCodec::encode(set, &word.text)
            {
                forms.push(coded);
            }
            for unit in [u16::to_le_bytes, u16::to_be_bytes] {
                forms.push(word.text.encode_utf16().flat_map(unit).collect());
            }
            // In tables and curves a short word is a coincidence; in texts it was looked for by `clean`.
            let is_telling = |it: &&Vec<u8>| BYTES_MIN <= it.len() + usize::from(!it.is_ascii());
            for form in forms.iter().filter(is_telling) {
                let escaped: String = form.iter().map(|it| format!("\\x{it:02x}")).collect();
                let pattern = compiled(&escaped, false)?;
                let mut found = pattern.find_iter(bytes).map(|it| it.range());
                if found.any(|it| self.is_whole(bytes, it)) {
                    return Ok(Some(name(word.tag)));
                }
            }
        }
        Ok(None)
    }

    /// Whether a match is not part of a longer word or number.
    fn is_whole(&self, bytes: &[u8], range: std::ops::Range<usize>) -> bool {
        let found = bytes.get(range.clone()).unwrap_or_default();
        let is_number = found
            .iter()
            .all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-'));
        let joins = |it: Option<&u8>| {
            it.is_some_and(|it| {
                it.is_ascii_alphanumeric() || is_number && matches!(it, b'.' | b'-' | b'+')
            })
        };
        let before = range.start.checked_sub(1).and_then(|it| bytes.get(it));
        let is_ascii = found.iter().all(u8::is_ascii);
        !is_ascii || !joins(before) && !joins(bytes.get(range.end))
    }
}

fn compiled(pattern: &str, is_unicode: bool) -> Result<Regex, Refused> {
    RegexBuilder::new(pattern)
        .unicode(is_unicode)
        .case_insensitive(true)
        .size_limit(64 << 20)
        .build()
        .map_err(|_dropped| Refused::malformed("names and numbers of usual length", "others"))
}

fn collect(set: &InMemDicomObject, policy: &Policy, table: &Table, words: &mut Vec<Word>) {
    for element in set {
        let tag = element.header().tag;
        if let Some(items) = element.items() {
            for item in items {
                collect(item, policy, table, words);
            }
            continue;
        }
        let action = table.row(tag).map(|it| it.action(policy));
        if action == Some(Action::Keep) {
            continue;
        }
        let Ok(values) = element.to_multi_str() else {
            continue;
        };
        for value in values.iter().map(|it| it.trim_matches([' ', '\0'])) {
            let mut add = |text: &str| {
                words.push(Word {
                    text: text.to_owned(),
                    tag,
                });
            };
            if element.vr() == VR::PN || is_name(tag) {
                let parts = value.split(|it: char| !it.is_alphanumeric() && it != '\'');
                parts.filter(|it| is_long_enough(it)).for_each(&mut add);
            } else if WHOLE_MIN <= value.chars().count() && is_identifier(tag, action, policy) {
                add(value);
            }
        }
    }
}

/// Whether an attribute holds a name whatever its representation says.
fn is_name(tag: Tag) -> bool {
    matches!(
        tag,
        tags::PATIENT_NAME | tags::OTHER_PATIENT_NAMES | tags::PATIENT_BIRTH_NAME
    )
}

fn is_long_enough(part: &str) -> bool {
    let n_letters = part.chars().filter(|it| it.is_alphabetic()).count();
    let is_han = part
        .chars()
        .all(|it| ('\u{3400}'..='\u{9fff}').contains(&it));
    NAME_MIN <= n_letters || is_han && HAN_NAME_MIN <= n_letters
}

/// Whether the whole value tells who somebody is. The date of birth of a newborn is that of a study, which may be kept.
fn is_identifier(tag: Tag, action: Option<Action>, policy: &Policy) -> bool {
    action == Some(Action::Uid)
        || WHOLE.contains(&tag) && action != Some(Action::Clean)
        || tag == tags::PATIENT_BIRTH_DATE && policy.dates != Dates::Keep
}
