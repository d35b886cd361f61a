//! Segmentations, PS3.3 A.51: which pixels of which images belong to what.

use std::io::Write;

use dicom::dictionary_std::tags;

use super::{File, check_groups, lab, meaning, plane, reference, text};
use crate::{
    case::presentation::{
        Bitmap, Content, Reference, Segment, SegmentFrame, Segmentation, SegmentationKind,
    },
    import::{
        Refusal,
        dicom::{
            dataset::Dataset,
            groups,
            pixels::{Contract, Number, Photometric, known_term},
        },
        wire::{Kind, Reply},
    },
};

/// Says the segmentation, then the mask of each frame.
pub(super) fn say<W: Write>(file: &File<'_>, reply: &mut Reply<W>) -> Result<(), Refusal> {
    let set = file.set;
    let contract = Contract::parse(set, "Segmentation")?;
    let kind = kind(set, &contract)?;
    check_groups(set, contract.n_frames)?;
    let segments = segments(set)?;
    let frame = |frame_idx| frame(set, frame_idx, &segments);
    let frames: Result<Vec<_>, _> = (0..contract.n_frames).map(frame).collect();
    let segmentation = Segmentation {
        kind,
        width: contract.columns,
        height: contract.rows,
        frames: frames?,
        segments,
    };
    let pixels = file.frames(&contract)?;
    let presentation = file.presentation(Content::Segmentation(segmentation))?;
    reply.json(Kind::Presentation, &presentation)?;
    for frame_idx in 0..contract.n_frames {
        let (stored, _) = pixels.stored(frame_idx)?;
        match kind {
            SegmentationKind::Binary => {
                let bits = stored.iter().map(|it| *it != 0);
                let packed = Bitmap::pack(contract.columns, contract.rows, bits);
                reply.file(&packed.unwrap_or_default().bits)?;
            }
            SegmentationKind::Probability(most) | SegmentationKind::Occupancy(most) => {
                if stored.iter().any(|it| most < *it) {
                    return Err(Refusal::contract(
                        format!("fractions up to {most}"),
                        "greater ones",
                    ));
                }
                reply.file(&stored)?;
            }
        }
    }
    Ok(())
}

fn kind(set: &Dataset<'_>, contract: &Contract) -> Result<SegmentationKind, Refusal> {
    let is_plain = contract.number == (Number::Integer { is_signed: false })
        && contract.photometric == Photometric::Monochrome2;
    let term = set.first_text(tags::SEGMENTATION_TYPE).unwrap_or_default();
    match (term.as_str(), contract.bits_allocated) {
        ("BINARY", 1) if is_plain => Ok(SegmentationKind::Binary),
        ("FRACTIONAL", 8) if is_plain => {
            let most = set.count(tags::MAXIMUM_FRACTIONAL_VALUE)?.unwrap_or(0);
            let most = u8::try_from(most).ok().filter(|it| 0 < *it);
            let most = most.ok_or_else(|| {
                Refusal::contract("a greatest fraction from 1 to 255", "another or none")
            })?;
            let term = set.first_text(tags::SEGMENTATION_FRACTIONAL_TYPE);
            match term.as_deref() {
                Some("PROBABILITY") => Ok(SegmentationKind::Probability(most)),
                Some("OCCUPANCY") => Ok(SegmentationKind::Occupancy(most)),
                other => Err(Refusal::unsupported(
                    "fractions that are probabilities or occupancies",
                    known_term(other.unwrap_or_default()),
                )),
            }
        }
        (other, bits) => Err(Refusal::unsupported(
            "a segmentation that is binary of 1 bit or fractional of 8",
            format!("{} of {bits}", known_term(other)),
        )),
    }
}

fn segments(set: &Dataset<'_>) -> Result<Vec<Segment>, Refusal> {
    let segment = |item: &Dataset<'_>| {
        let number = item.count(tags::SEGMENT_NUMBER)?.unwrap_or(0);
        let number = u16::try_from(number).ok().filter(|it| 0 < *it);
        Ok(Segment {
            number: number.ok_or_else(|| {
                Refusal::contract("segment numbers from 1 to 65535", "another or none")
            })?,
            label: text(set, item, tags::SEGMENT_LABEL),
            description: text(set, item, tags::SEGMENT_DESCRIPTION),
            property: meaning(set, item, tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE),
            algorithm: known_term(
                &item
                    .first_text(tags::SEGMENT_ALGORITHM_TYPE)
                    .unwrap_or_default(),
            ),
            colour: lab::colour(item, tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE),
        })
    };
    let segments = set.items(tags::SEGMENT_SEQUENCE).iter().map(segment);
    let segments = segments.collect::<Result<Vec<_>, Refusal>>()?;
    let mut numbers: Vec<u16> = segments.iter().map(|it| it.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if segments.is_empty() || numbers.len() != segments.len() {
        return Err(Refusal::contract(
            "at least one segment, each with a number of its own",
            format!("{} with {} numbers", segments.len(), numbers.len()),
        ));
    }
    Ok(segments)
}

fn frame(
    set: &Dataset<'_>,
    frame_idx: usize,
    segments: &[Segment],
) -> Result<SegmentFrame, Refusal> {
    let group = groups::group(set, frame_idx, tags::SEGMENT_IDENTIFICATION_SEQUENCE);
    let number = group
        .map(|it| it.count(tags::REFERENCED_SEGMENT_NUMBER))
        .transpose()?;
    let number = number.flatten();
    let segment_idx = segments
        .iter()
        .position(|it| Some(usize::from(it.number)) == number);
    Ok(SegmentFrame {
        segment_idx: segment_idx.ok_or_else(|| {
            Refusal::contract(
                "a segment that the object has, for each frame",
                "another or none",
            )
        })?,
        sources: sources(set, frame_idx)?,
        plane: plane(set, frame_idx),
        values: Box::default(),
    })
}

/// The images that a frame was worked out from, PS3.3 C.7.6.16.2.6. Where it names none and the object names a single
/// image (PS3.3 C.12.2), it is that.
pub(super) fn sources(set: &Dataset<'_>, frame_idx: usize) -> Result<Vec<Reference>, Refusal> {
    let derivation = groups::group(set, frame_idx, tags::DERIVATION_IMAGE_SEQUENCE);
    let own = derivation.map(|it| it.items(tags::SOURCE_IMAGE_SEQUENCE));
    let own = own.unwrap_or_default();
    if !own.is_empty() {
        return reference::images(own);
    }
    let series = set.items(tags::REFERENCED_SERIES_SEQUENCE).iter();
    let mut named = series.map(|it| it.items(tags::REFERENCED_INSTANCE_SEQUENCE));
    match (named.next(), named.next()) {
        (Some([image]), None) => reference::images(std::slice::from_ref(image)),
        _ => Ok(Vec::new()),
    }
}
