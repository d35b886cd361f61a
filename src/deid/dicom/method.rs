//! What a de-identified object says about itself, PS3.15 E.1.1 and PS3.3 C.12.1.1, and the mark of a person who looked.

use dicom::{
    core::{DataElement, PrimitiveValue, VR},
    dictionary_std::tags,
    object::InMemDicomObject,
};

use super::{Refused, walk::sequence};
use crate::deid::{Dates, Policy};

/// The start of (0012,0063).
const NAME: &str = "Wardlight ";
/// Code of the Clean Pixel Data option, PS3.16 CID 7050.
const CLEAN_PIXELS: (&str, &str) = ("113101", "Clean Pixel Data Option");

/// Writes that the object is de-identified, how, and what became of its dates.
pub(super) fn mark(set: &mut InMemDicomObject, policy: &Policy, edition: &str) {
    set.put(DataElement::new(
        tags::PATIENT_IDENTITY_REMOVED,
        VR::CS,
        "YES",
    ));
    let method = [
        format!("{NAME}{}", env!("CARGO_PKG_VERSION")),
        format!("DICOM PS3.15 {edition} Annex E"),
    ];
    set.put(DataElement::new(
        tags::DEIDENTIFICATION_METHOD,
        VR::LO,
        PrimitiveValue::Strs(method.into_iter().collect()),
    ));
    let codes = codes(policy).into_iter().map(code_item).collect();
    set.put(sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, codes));
    let dates = match policy.dates {
        Dates::Remove => "REMOVED",
        Dates::Shift => "MODIFIED",
        Dates::Keep => "UNMODIFIED",
    };
    set.put(DataElement::new(
        tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
        VR::CS,
        dates,
    ));
}

/// Writes that somebody looked for text in the pixels and that there is none.
///
/// # Errors
/// If the object was not de-identified here.
pub(super) fn mark_looked_at(set: &mut InMemDicomObject) -> Result<(), Refused> {
    let text = |tag| {
        let value = set.get(tag).and_then(|it| it.to_multi_str().ok());
        value.map(|it| it.into_owned()).unwrap_or_default()
    };
    let is_ours = text(tags::PATIENT_IDENTITY_REMOVED)
        .first()
        .is_some_and(|it| it.trim() == "YES")
        && text(tags::DEIDENTIFICATION_METHOD)
            .first()
            .is_some_and(|it| it.starts_with(NAME));
    if !is_ours {
        return Err(Refused::malformed(
            "an object that was de-identified here",
            "another",
        ));
    }
    set.put(DataElement::new(tags::BURNED_IN_ANNOTATION, VR::CS, "NO"));
    let codes = set.take(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
    let codes = codes.and_then(|it| it.into_value().into_items());
    let mut codes = codes.map(|it| it.into_vec()).unwrap_or_default();
    let has_code = codes.iter().any(|it| {
        it.get(tags::CODE_VALUE)
            .and_then(|it| it.to_str().ok())
            .is_some_and(|it| it.trim() == CLEAN_PIXELS.0)
    });
    if !has_code {
        codes.push(code_item(CLEAN_PIXELS));
    }
    set.put(sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, codes));
    Ok(())
}

/// The profile and the options that were used, PS3.16 CID 7050. That pixels are clean is not said before somebody looked;
/// that features are clean is never said.
fn codes(policy: &Policy) -> Vec<(&'static str, &'static str)> {
    let options = [
        (true, "113100", "Basic Application Confidentiality Profile"),
        (policy.clean_graphics, "113103", "Clean Graphics Option"),
        (
            policy.clean_structured_content,
            "113104",
            "Clean Structured Content Option",
        ),
        (
            policy.clean_descriptors,
            "113105",
            "Clean Descriptors Option",
        ),
        (
            policy.dates == Dates::Keep,
            "113106",
            "Retain Longitudinal Temporal Information Full Dates Option",
        ),
        (
            policy.dates == Dates::Shift,
            "113107",
            "Retain Longitudinal Temporal Information Modified Dates Option",
        ),
        (
            policy.retain_patient_characteristics,
            "113108",
            "Retain Patient Characteristics Option",
        ),
        (
            policy.retain_device,
            "113109",
            "Retain Device Identity Option",
        ),
        (policy.retain_uids, "113110", "Retain UIDs Option"),
        (
            policy.retain_safe_private,
            "113111",
            "Retain Safe Private Option",
        ),
        (
            policy.retain_institution,
            "113112",
            "Retain Institution Identity Option",
        ),
    ];
    let chosen = options.into_iter().filter(|it| it.0);
    chosen.map(|(_, code, meaning)| (code, meaning)).collect()
}

fn code_item((code, meaning): (&str, &str)) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        DataElement::new(tags::CODE_VALUE, VR::SH, code),
        DataElement::new(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM"),
        DataElement::new(tags::CODE_MEANING, VR::LO, meaning),
    ])
}
