//! A data set as the bytes of a file: empty preamble, our own meta group, the elements.

use dicom::{
    core::{DataElement, VR},
    dictionary_std::{tags, uids},
    encoding::{TransferSyntax, TransferSyntaxIndex as _},
    object::{FileMetaTableBuilder, InMemDicomObject},
    transfer_syntax::{TransferSyntaxRegistry, entries},
};

use super::Refused;

/// Names this program in the meta group; made once, from a random UUID (PS3.5 B.2).
const IMPLEMENTATION_CLASS_UID: &str = "2.25.227618204735909438463176231839571962093";
const PREAMBLE_BYTES: usize = 128;

/// The bytes of a file in the transfer syntax `syntax_uid`. Text is UTF-8 where it is not ASCII.
pub(super) fn bytes(set: &InMemDicomObject, syntax_uid: &str) -> Result<Vec<u8>, Refused> {
    let uid = |tag| {
        let value = set.get(tag).and_then(|it| it.to_str().ok());
        let value = value.map(|it| it.trim_matches([' ', '\0']).to_owned());
        value
            .filter(|it| !it.is_empty())
            .ok_or_else(|| Refused::malformed(super::name(tag), "none"))
    };
    let defect = || Refused::malformed("a data set that can be written", "another");
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(uid(tags::SOP_CLASS_UID)?)
        .media_storage_sop_instance_uid(uid(tags::SOP_INSTANCE_UID)?)
        .transfer_syntax(syntax_uid)
        .implementation_class_uid(IMPLEMENTATION_CLASS_UID)
        .implementation_version_name(format!("WARDLIGHT {}", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_dropped| defect())?;
    let mut bytes = vec![0; PREAMBLE_BYTES];
    bytes.extend_from_slice(b"DICM");
    meta.write(&mut bytes).map_err(|_dropped| defect())?;
    elements(set, syntax_uid, &mut bytes)?;
    Ok(bytes)
}

/// Appends the elements of a data set.
pub(super) fn elements(
    set: &InMemDicomObject,
    syntax_uid: &str,
    bytes: &mut Vec<u8>,
) -> Result<(), Refused> {
    let written = set.write_dataset_with_ts(bytes, &syntax(syntax_uid)?);
    written.map_err(|_dropped| Refused::malformed("a data set that can be written", "another"))
}

/// Names the character set, if there is a character that needs one.
pub(super) fn name_charset(set: &mut InMemDicomObject) {
    set.remove_element(tags::SPECIFIC_CHARACTER_SET);
    if has_wide_text(set) {
        set.put(DataElement::new(
            tags::SPECIFIC_CHARACTER_SET,
            VR::CS,
            "ISO_IR 192",
        ));
    }
}

fn has_wide_text(set: &InMemDicomObject) -> bool {
    set.iter().any(|element| match element.items() {
        Some(items) => items.iter().any(has_wide_text),
        None => {
            let is_text = element.value().primitive().is_some_and(|it| {
                use dicom::core::PrimitiveValue::{Str, Strs};
                matches!(it, Str(_) | Strs(_))
            });
            is_text && element.to_str().is_ok_and(|it| !it.is_ascii())
        }
    })
}

/// How elements are written: in all encapsulated syntaxes as in explicit little-endian, PS3.5 A.4.
fn syntax(uid: &str) -> Result<TransferSyntax, Refused> {
    let plain = match uid {
        uids::IMPLICIT_VR_LITTLE_ENDIAN => entries::IMPLICIT_VR_LITTLE_ENDIAN.erased(),
        "1.2.840.10008.1.2.2" => entries::EXPLICIT_VR_BIG_ENDIAN.erased(),
        _ if TransferSyntaxRegistry.get(uid).is_some() => {
            entries::EXPLICIT_VR_LITTLE_ENDIAN.erased()
        }
        _ => {
            return Err(Refused::malformed(
                "a transfer syntax that is known",
                "another",
            ));
        }
    };
    Ok(plain)
}
