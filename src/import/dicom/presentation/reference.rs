//! Which images an object names, PS3.3 10.3 (image SOP instance reference macro).

use std::collections::BTreeSet;

use dicom::{core::Tag, dictionary_std::tags};

use crate::{
    case::presentation::Reference,
    import::{
        Refusal,
        dicom::{dataset::Dataset, parse},
    },
    privacy::Phi,
};

/// A UID that must be there.
pub(super) fn uid(set: &Dataset<'_>, tag: Tag) -> Result<Phi<String>, Refusal> {
    let text = set.text(tag).unwrap_or_default();
    let is_uid =
        (1..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    if is_uid {
        return Ok(Phi::new(text));
    }
    let wanted = format!("a UID in {}", parse::name(tag));
    Err(Refusal::malformed(wanted, "none or something else"))
}

/// The images that items name; frames count from 1 in the file.
pub(super) fn images(items: &[Dataset<'_>]) -> Result<Vec<Reference>, Refusal> {
    let image = |item: &Dataset<'_>| {
        let frames = item.numbers(tags::REFERENCED_FRAME_NUMBER)?;
        let frame_idxs: Result<Vec<u32>, Refusal> = frames.into_iter().map(idx).collect();
        Ok(Reference {
            instance_uid: uid(item, tags::REFERENCED_SOP_INSTANCE_UID)?,
            frame_idxs: frame_idxs?,
        })
    };
    items.iter().map(image).collect()
}

fn idx(number: f64) -> Result<u32, Refusal> {
    if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number) {
        return Ok(number as u32 - 1);
    }
    Err(Refusal::malformed(
        "frame numbers from 1 in a reference",
        "another number",
    ))
}

/// The images of all series that an object names; at least one.
pub(super) fn of_series(set: &Dataset<'_>) -> Result<Vec<Reference>, Refusal> {
    let mut all = Vec::new();
    for series in set.items(tags::REFERENCED_SERIES_SEQUENCE) {
        all.extend(images(series.items(tags::REFERENCED_IMAGE_SEQUENCE))?);
    }
    if all.is_empty() {
        return Err(Refusal::contract(
            "at least one image that the object is for",
            "none",
        ));
    }
    Ok(all)
}

/// The images that an item of an object is for, which must be among those of the object.
pub(super) fn among(item: &Dataset<'_>, all: &[Reference]) -> Result<Vec<Reference>, Refusal> {
    let found = images(item.items(tags::REFERENCED_IMAGE_SEQUENCE))?;
    let known: BTreeSet<&Phi<String>> = all.iter().map(|it| &it.instance_uid).collect();
    if found.iter().all(|it| known.contains(&it.instance_uid)) {
        return Ok(found);
    }
    Err(Refusal::contract(
        "references to the images that the object is for",
        "one to another image",
    ))
}
