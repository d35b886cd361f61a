//! Functional groups: what an enhanced multi-frame object says about each frame, or about all (PS3.3 C.7.6.16).

use dicom::{core::Tag, dictionary_std::tags};

use super::dataset::Dataset;

/// The macro `sequence` for a frame: its own, else the shared one.
pub(super) fn group<'s, 'a>(
    set: &'s Dataset<'a>,
    frame_idx: usize,
    sequence: Tag,
) -> Option<&'s Dataset<'a>> {
    let own = set
        .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)
        .get(frame_idx)
        .and_then(|it| it.item(sequence));
    own.or_else(|| {
        set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)
            .and_then(|it| it.item(sequence))
    })
}

/// The data set that says `tag` about a frame: a functional group, else the object itself.
pub(super) fn place<'s, 'a>(
    set: &'s Dataset<'a>,
    frame_idx: usize,
    sequence: Tag,
    tag: Tag,
) -> &'s Dataset<'a> {
    group(set, frame_idx, sequence)
        .filter(|it| it.get(tag).is_some())
        .unwrap_or(set)
}
