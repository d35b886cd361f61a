//! The content items of a structured report under the Clean Structured Content option, PS3.15 E.3.4.

use dicom::{
    core::{DataElement, Tag, VR},
    dictionary_std::tags,
    object::InMemDicomObject,
};

use super::{
    dummy::REMOVED,
    table::{Action, Row},
    walk::{Walk, sequence},
};

/// The attributes that hold the value of a content item, PS3.3 C.17.3.
pub(super) const fn is_value(tag: Tag) -> bool {
    matches!(
        tag,
        tags::TEXT_VALUE
            | tags::PERSON_NAME
            | tags::DATE
            | tags::TIME
            | tags::DATE_TIME
            | tags::UID
            | tags::MEASURED_VALUE_SEQUENCE
            | tags::CONCEPT_CODE_SEQUENCE
            | tags::REFERENCED_SOP_SEQUENCE
    )
}

/// A content item by the row of its concept, else by the kind of its value; `None` if it goes.
pub(super) fn item(walk: &mut Walk<'_>, item: InMemDicomObject) -> Option<InMemDicomObject> {
    let text = |set: &InMemDicomObject, tag| {
        let value = set.get(tag).and_then(|it| it.to_str().ok());
        value.map(|it| it.trim_matches([' ', '\0']).to_owned())
    };
    let kind = text(&item, tags::VALUE_TYPE).unwrap_or_default();
    let concept = item.get(tags::CONCEPT_NAME_CODE_SEQUENCE);
    let concept = concept.and_then(|it| it.items()).and_then(<[_]>::first);
    let concept = concept.and_then(|it| {
        let scheme = text(it, tags::CODING_SCHEME_DESIGNATOR)?;
        Some((scheme, text(it, tags::CODE_VALUE)?))
    });
    let row = concept.and_then(|(scheme, code)| walk.table.content(&scheme, &code, &kind));
    let (action, basic) = match row {
        Some(row) => (row.action(walk.policy), row.basic),
        None => by_kind(walk, &kind),
    };
    match action {
        Action::Remove if !walk.has_references_by_place => None,
        // Its place is needed, not its value.
        Action::Remove => Some(walk.dataset_with(item, Some((Action::Dummy, Action::Dummy)))),
        // References are dummies once their UIDs are new.
        Action::Dummy if matches!(kind.as_str(), "IMAGE" | "COMPOSITE" | "WAVEFORM") => {
            Some(walk.dataset(item))
        }
        Action::Dummy if kind == "CONTAINER" => Some(walk.dataset(item)),
        _ => Some(walk.dataset_with(item, Some((action, basic)))),
    }
}

/// What is done with the value of an item whose concept the table does not have.
fn by_kind(walk: &Walk<'_>, kind: &str) -> (Action, Action) {
    let keep_or = |is_kept, action| if is_kept { Action::Keep } else { action };
    let action = match kind {
        "PNAME" => Action::Dummy,
        "DATE" | "TIME" | "DATETIME" => Row::DATE.action(walk.policy),
        "UIDREF" => keep_or(walk.policy.retain_uids, Action::Uid),
        "TEXT" => Action::Clean,
        _ => Action::Keep,
    };
    (action, Action::Dummy)
}

/// What stands in place of the content of a report under the Basic profile: one item that says so.
pub(super) fn placeholder() -> InMemDicomObject {
    let comment = InMemDicomObject::from_element_iter([
        DataElement::new(tags::CODE_VALUE, VR::SH, "121106"),
        DataElement::new(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM"),
        DataElement::new(tags::CODE_MEANING, VR::LO, "Comment"),
    ]);
    InMemDicomObject::from_element_iter([
        DataElement::new(tags::RELATIONSHIP_TYPE, VR::CS, "CONTAINS"),
        DataElement::new(tags::VALUE_TYPE, VR::CS, "TEXT"),
        sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![comment]),
        DataElement::new(tags::TEXT_VALUE, VR::UT, REMOVED),
    ])
}
