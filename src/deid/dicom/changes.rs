//! What de-identification changed in an object, attribute by attribute, for the person who decides on it.

use dicom::{
    core::{Tag, dictionary::DataDictionary as _, value::Value},
    dictionary_std::{StandardDataDictionary, tags},
    object::{InMemDicomObject, mem::InMemElement},
};
use serde::{Deserialize, Serialize};

use super::walk::is_text;
use crate::privacy::Phi;

/// Characters of a value that are shown.
const VALUE_CHARS: usize = 120;
/// Changes that are listed; an object with more has lists of numbers in it that nobody reads.
const LIMIT: usize = 5_000;

/// An attribute that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Keywords from the outermost sequence on, items counted from one: `ReferencedStudySequence[1].StudyDate`. An attribute
    /// that the standard does not name is called by its number.
    pub attribute: String,
    /// The value, cut off after 120 characters; `None` if it was not there.
    pub before: Option<Phi<String>>,
    /// `None` if it is gone.
    pub after: Option<Phi<String>>,
}

/// What differs between an object and what became of it, in order of the attributes.
pub(super) fn changes(before: &InMemDicomObject, after: &InMemDicomObject) -> Vec<Change> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found.truncate(LIMIT);
    found
}

fn compare(
    within: &str,
    before: &InMemDicomObject,
    after: &InMemDicomObject,
    found: &mut Vec<Change>,
) {
    let mut tags: Vec<Tag> = before.tags().chain(after.tags()).collect();
    tags.sort_unstable();
    tags.dedup();
    for tag in tags {
        // How long a group is and how letters are written, the writer decides.
        if tag.element() == 0 || tag == tags::SPECIFIC_CHARACTER_SET {
            continue;
        }
        let attribute = format!("{within}{}", keyword(tag));
        let (old, new) = (before.get(tag), after.get(tag));
        if let (Some(old), Some(new)) = (old, new) {
            if old.value() == new.value() || is_blank(old) && is_blank(new) {
                continue;
            }
            let items = old.items().zip(new.items());
            if let Some((old, new)) = items.filter(|(old, new)| old.len() == new.len()) {
                for (idx, (old, new)) in old.iter().zip(new).enumerate() {
                    compare(&format!("{attribute}[{}].", idx + 1), old, new, found);
                }
                continue;
            }
        }
        found.push(Change {
            attribute,
            before: old.map(shown),
            after: new.map(shown),
        });
    }
}

fn is_blank(element: &InMemElement) -> bool {
    element.items().is_none() && shown(element).reveal().is_empty()
}

fn shown(element: &InMemElement) -> Phi<String> {
    let text = match element.value() {
        Value::Sequence(items) => format!("{} items", items.items().len()),
        Value::PixelSequence(_) => String::new(),
        Value::Primitive(value) if is_text(element.vr()) => value.to_str().into_owned(),
        Value::Primitive(value) => match value.multiplicity() {
            n @ 17.. => format!("{n} values"),
            _ => value.to_str().into_owned(),
        },
    };
    // For the person who decides.
    Phi::new(
        text.trim_matches([' ', '\0'])
            .chars()
            .take(VALUE_CHARS)
            .collect(),
    )
}

fn keyword(tag: Tag) -> String {
    match StandardDataDictionary.by_tag(tag) {
        Some(it) => it.alias.to_owned(),
        None => format!("({:04X},{:04X})", tag.group(), tag.element()),
    }
}

#[cfg(test)]
mod tests {
    use dicom::{
        core::{DataElement, PrimitiveValue, Tag, VR},
        dictionary_std::tags,
        object::InMemDicomObject,
    };

    use super::{super::walk::sequence, changes};

    #[test]
    fn what_went_came_and_changed_is_told_at_every_depth() {
        let text = |tag, value: &str| DataElement::new(tag, VR::LO, value);
        let item =
            |name: &str| InMemDicomObject::from_element_iter([text(tags::PATIENT_NAME, name)]);
        let before = InMemDicomObject::from_element_iter([
            text(tags::PATIENT_ID, "4711"),
            text(tags::MODALITY, "CT"),
            text(tags::STUDY_DESCRIPTION, "zoo"),
            text(tags::SERIES_DESCRIPTION, " "),
            DataElement::new(Tag(0x0008, 0x0000), VR::UL, PrimitiveValue::from(88_u32)),
            sequence(
                tags::REFERENCED_STUDY_SEQUENCE,
                vec![item("A"), item("Muster")],
            ),
            DataElement::new(
                Tag(0x0009, 0x1001),
                VR::OB,
                PrimitiveValue::from(vec![7_u8; 40]),
            ),
        ]);
        let after = InMemDicomObject::from_element_iter([
            text(tags::PATIENT_ID, "P1"),
            text(tags::MODALITY, "CT"),
            text(tags::STUDY_DESCRIPTION, ""),
            text(tags::SERIES_DESCRIPTION, ""),
            sequence(tags::REFERENCED_STUDY_SEQUENCE, vec![item("A"), item("P")]),
            text(tags::PATIENT_SEX, "O"),
        ]);
        let found = changes(&before, &after);
        let told: Vec<_> = found
            .iter()
            .map(|it| {
                let of = |it: &Option<_>| {
                    it.as_ref()
                        .map(|it: &super::Phi<String>| it.reveal().clone())
                };
                (it.attribute.as_str(), of(&it.before), of(&it.after))
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("StudyDescription", some("zoo"), some("")),
                (
                    "ReferencedStudySequence[2].PatientName",
                    some("Muster"),
                    some("P")
                ),
                ("(0009,1001)", some("40 values"), None),
                ("PatientID", some("4711"), some("P1")),
                ("PatientSex", None, some("O")),
            ]
        );
        assert!(!format!("{found:?}").contains("4711"));
    }
}
