//! Overlay planes: in elements of their own, or in high bits of the pixels as files before 2004 have them (PS3.3 C.9.2).

use dicom::core::{Tag, VR};

use super::{File, text};
use crate::{
    case::presentation::{Bitmap, Overlay, OverlayKind},
    import::{
        Refusal,
        dicom::{
            codec::Codec,
            dataset::Dataset,
            parse,
            pixels::{Contract, Number},
            stored,
        },
    },
    warnings::WarningKind,
};

/// Most frames of a plane: as many as an image may have.
const FRAMES_LIMIT: usize = 1 << 16;
const GROUPS: std::ops::RangeInclusive<u16> = 0x6000..=0x601E;
const ROWS: u16 = 0x0010;
const COLUMNS: u16 = 0x0011;
const N_FRAMES: u16 = 0x0015;
const DESCRIPTION: u16 = 0x0022;
const TYPE: u16 = 0x0040;
const ORIGIN: u16 = 0x0050;
const FRAME_ORIGIN: u16 = 0x0051;
const BITS_ALLOCATED: u16 = 0x0100;
const BIT_POSITION: u16 = 0x0102;
const ACTIVATION_LAYER: u16 = 0x1001;
const LABEL: u16 = 0x1500;
const DATA: u16 = 0x3000;

/// The planes of an image.
pub(super) fn of_image(file: &File<'_>, contract: &Contract) -> Result<Vec<Overlay>, Refusal> {
    let mut overlays = Vec::new();
    for group in groups(file.set) {
        if file.set.bytes(Tag(group, DATA)).is_some() {
            overlays.push(own(file.set, group)?);
        } else if file.set.get(Tag(group, BIT_POSITION)).is_some() {
            overlays.extend(embedded(file, contract, group)?);
        }
    }
    Ok(overlays)
}

/// The planes of a state, which has no pixels that could hold them; and for each the name of its layer, if it has one.
pub(super) fn of_state(set: &Dataset<'_>) -> Result<Vec<(Overlay, Option<String>)>, Refusal> {
    let groups = groups(set).filter(|it| set.bytes(Tag(*it, DATA)).is_some());
    let overlay = |group| {
        let layer = set.text(Tag(group, ACTIVATION_LAYER));
        Ok((own(set, group)?, layer))
    };
    groups.map(overlay).collect()
}

/// The groups of the overlay planes.
pub(super) fn groups(set: &Dataset<'_>) -> impl Iterator<Item = u16> {
    let mut groups: Vec<u16> = set.tags().map(|it| it.group()).collect();
    groups.dedup();
    let is_overlay = |it: &u16| GROUPS.contains(it) && it.is_multiple_of(2);
    groups.into_iter().filter(is_overlay)
}

/// A plane in an element of its own.
fn own(set: &Dataset<'_>, group: u16) -> Result<Overlay, Refusal> {
    let tag = |element| Tag(group, element);
    let [width, height] = [wanted(set, tag(COLUMNS))?, wanted(set, tag(ROWS))?];
    let told = set.count(tag(N_FRAMES))?;
    let n_frames = told.unwrap_or(1).max(1);
    let bytes = set.bytes(tag(DATA)).unwrap_or_default();
    let n_bits = width.saturating_mul(height).saturating_mul(n_frames);
    if FRAMES_LIMIT < n_frames {
        let what = "a number of frames in an overlay plane";
        return Err(Refusal::too_large(
            what,
            FRAMES_LIMIT as u64,
            n_frames as u64,
        ));
    }
    if width == 0 || height == 0 || bytes.len().saturating_mul(8) < n_bits {
        return Err(Refusal::contract(
            format!("{n_bits} bits, at least one, in an overlay plane"),
            format!("{} bytes", bytes.len()),
        ));
    }
    // In big-endian files words stand turned round, PS3.5 8.1.2.
    let is_turned = set.is_big_endian() && set.get(tag(DATA)).is_some_and(|it| it.vr == VR::OW);
    let bit = |at: usize| {
        let place = if is_turned { (at / 8) ^ 1 } else { at / 8 };
        bytes.get(place).is_some_and(|it| it >> (at % 8) & 1 == 1)
    };
    let n_pixels = width * height;
    let bitmap = |frame: usize| {
        let bits = (frame * n_pixels..(frame + 1) * n_pixels).map(bit);
        Bitmap::pack(width, height, bits)
    };
    let bitmaps: Option<Vec<Bitmap>> = (0..n_frames).map(bitmap).collect();
    let first = set.count(tag(FRAME_ORIGIN))?.unwrap_or(1).max(1) - 1;
    Ok(Overlay {
        first_frame_idx: told.map(|_| first),
        bitmaps: bitmaps.unwrap_or_default(),
        ..empty(set, group)?
    })
}

/// A plane in a bit of the pixels that holds no part of a sample.
fn embedded(file: &File<'_>, contract: &Contract, group: u16) -> Result<Option<Overlay>, Refusal> {
    let set = file.set;
    let [allocated, position] =
        [BITS_ALLOCATED, BIT_POSITION].map(|it| wanted(set, Tag(group, it)));
    let (allocated, position) = (allocated?, position?);
    let is_free = usize::from(contract.bits_stored) <= position
        && position < usize::from(contract.bits_allocated);
    let is_plain = matches!(contract.number, Number::Integer { .. })
        && contract.samples == 1
        && allocated == usize::from(contract.bits_allocated);
    if !is_free || !is_plain {
        return Err(Refusal::contract(
            "an overlay plane in a bit of the pixels that no sample uses",
            format!("bit {position} of {allocated}"),
        ));
    }
    if file.codec != Codec::Native {
        file.warnings.add(
            WarningKind::Pixels,
            "an overlay plane in the pixels was lost when they were compressed",
        );
        return Ok(None);
    }
    let frames = file.frames(contract)?;
    let super::super::frames::Stored::Native(all) = &frames.stored else {
        return Ok(None);
    };
    let n_bytes = contract.sample_bytes();
    let bitmap = |frame_idx| {
        let bytes = stored::native(all, frame_idx, contract)?;
        let bit = |sample: &[u8]| {
            sample
                .get(position / 8)
                .is_some_and(|it| it >> (position % 8) & 1 == 1)
        };
        let bits = bytes.chunks_exact(n_bytes).map(bit);
        Bitmap::pack(contract.columns, contract.rows, bits)
            .ok_or_else(|| Refusal::contract("a bit for each pixel", "fewer"))
    };
    let bitmaps: Result<Vec<Bitmap>, Refusal> = (0..contract.n_frames).map(bitmap).collect();
    Ok(Some(Overlay {
        first_frame_idx: Some(0),
        bitmaps: bitmaps?,
        ..empty(set, group)?
    }))
}

/// What a plane has besides its bits.
fn empty(set: &Dataset<'_>, group: u16) -> Result<Overlay, Refusal> {
    let tag = |element| Tag(group, element);
    let kind = match set.first_text(tag(TYPE)).as_deref() {
        Some("R") => OverlayKind::Roi,
        _ => OverlayKind::Graphics,
    };
    // The file has row, then column, from 1.
    let corner = match set.numbers(tag(ORIGIN))?.as_slice() {
        [row, column] if [row, column].iter().all(|it| it.abs() <= 32_768.0) => {
            [*column as i32 - 1, *row as i32 - 1]
        }
        found => {
            return Err(Refusal::malformed(
                format!("a row and a column in {}", parse::name(tag(ORIGIN))),
                format!("{} numbers or greater ones", found.len()),
            ));
        }
    };
    Ok(Overlay {
        group,
        kind,
        corner,
        first_frame_idx: None,
        bitmaps: Vec::new(),
        label: text(set, set, tag(LABEL)),
        description: text(set, set, tag(DESCRIPTION)),
        layer_idx: None,
    })
}

fn wanted(set: &Dataset<'_>, tag: Tag) -> Result<usize, Refusal> {
    let found = set.count(tag)?;
    found.ok_or_else(|| Refusal::contract(parse::name(tag), "nothing"))
}
