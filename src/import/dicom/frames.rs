//! Where the frames stand in the file: one after the other, or in fragments; held against the contract.

use std::borrow::Cow;

use dicom::{core::VR, dictionary_std::tags};

use super::{
    dataset::{Dataset, Value},
    pixels::{Contract, Number, Photometric},
};
use crate::import::Refusal;

/// The frames as they stand in the file.
pub(super) enum Stored<'a> {
    /// All frames, one after the other, little-endian.
    Native(Cow<'a, [u8]>),
    /// One compressed stream for each frame, in fragments.
    Encapsulated(Vec<Vec<&'a [u8]>>),
}

/// Finds the frames. Native pixels must be exactly as long as the contract says.
pub(super) fn find<'a>(set: &Dataset<'a>, contract: &Contract) -> Result<Stored<'a>, Refusal> {
    let tag = match contract.number {
        Number::Integer { .. } => tags::PIXEL_DATA,
        Number::Float => tags::FLOAT_PIXEL_DATA,
        Number::Double => tags::DOUBLE_FLOAT_PIXEL_DATA,
    };
    let Some(element) = set.get(tag) else {
        return Err(Refusal::contract("pixels", "nothing"));
    };
    match &element.value {
        Value::Bytes(bytes) => {
            check_length(bytes.len() as u64, contract)?;
            // PS3.5 7.3: in big-endian files each number is turned round; bytes in OW stand swapped by pairs,
            // which run across the frames.
            let unit = match (set.is_big_endian(), element.vr, contract.sample_bytes()) {
                (false, _, _) | (true, VR::OB | VR::UN, 1) => 1,
                (true, _, n_bytes) => n_bytes.max(2),
            };
            Ok(Stored::Native(swapped(bytes, unit)))
        }
        Value::Fragments(fragments) => {
            by_frame(fragments, contract.n_frames, set).map(Stored::Encapsulated)
        }
        Value::Items(_) => Err(Refusal::contract("pixels", "a sequence")),
    }
}

fn swapped(bytes: &[u8], unit: usize) -> Cow<'_, [u8]> {
    if unit == 1 {
        return Cow::Borrowed(bytes);
    }
    let mut swapped = bytes.to_vec();
    swapped.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
    Cow::Owned(swapped)
}

/// Native pixels are as long as the contract says, and in a form that can be native.
fn check_length(found: u64, contract: &Contract) -> Result<(), Refusal> {
    // Only a codec of JPEG 2000 makes and undoes these two, PS3.3 C.7.6.3.1.2.
    if matches!(
        contract.photometric,
        Photometric::YbrRct | Photometric::YbrIct
    ) {
        return Err(Refusal::contract(
            "compressed pixels for YBR_RCT and YBR_ICT",
            "native ones",
        ));
    }
    let n_samples = contract.n_samples() as u64 * contract.n_frames as u64;
    let wanted = match (contract.bits_allocated, contract.photometric) {
        (1, _) => n_samples.div_ceil(8),
        (_, Photometric::YbrFull422) => n_samples / 3 * 2,
        _ => n_samples * contract.sample_bytes() as u64,
    };
    // PS3.5 8.1.1: a value has an even length, so one byte may follow.
    if found == wanted || found == wanted + wanted % 2 {
        return Ok(());
    }
    Err(Refusal::contract(
        format!("{wanted} bytes of pixel data"),
        found.to_string(),
    ))
}

/// Sorts fragments to frames, PS3.5 A.4: all to one; one to each; by offset table; else by start marker.
fn by_frame<'a>(
    fragments: &[&'a [u8]],
    n_frames: usize,
    set: &Dataset<'_>,
) -> Result<Vec<Vec<&'a [u8]>>, Refusal> {
    let Some((basic_table, fragments)) = fragments.split_first() else {
        return Err(Refusal::contract("an offset table", "nothing"));
    };
    if n_frames == 1 && !fragments.is_empty() {
        return Ok(vec![fragments.to_vec()]);
    }
    if fragments.len() == n_frames {
        return Ok(fragments.iter().map(|it| vec![*it]).collect());
    }
    let starts = match offsets(basic_table, set)? {
        Some(offsets) => starts_at(fragments, &offsets)?,
        None => fragments
            .iter()
            .enumerate()
            .filter(|(_, it)| is_stream_start(it))
            .map(|(idx, _)| idx)
            .collect(),
    };
    if starts.len() != n_frames || starts.first() != Some(&0) {
        return Err(Refusal::contract(
            format!("{n_frames} frames"),
            format!("{} fragments that make {}", fragments.len(), starts.len()),
        ));
    }
    let ends = starts.iter().skip(1).copied().chain([fragments.len()]);
    Ok(starts
        .iter()
        .zip(ends)
        .map(|(start, end)| fragments.get(*start..end).unwrap_or_default().to_vec())
        .collect())
}

/// The offset of each frame, counted from the first fragment's item; from the extended table if there is one.
fn offsets(basic_table: &[u8], set: &Dataset<'_>) -> Result<Option<Vec<u64>>, Refusal> {
    if let Some(extended) = set.bytes(tags::EXTENDED_OFFSET_TABLE) {
        return Ok(Some(
            extended
                .as_chunks::<8>()
                .0
                .iter()
                .map(|it| u64::from_le_bytes(*it))
                .collect(),
        ));
    }
    let (offsets, rest) = basic_table.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Refusal::contract(
            "an offset table of whole entries",
            format!("{} bytes", basic_table.len()),
        ));
    }
    Ok((!offsets.is_empty()).then(|| {
        offsets
            .iter()
            .map(|it| u64::from(u32::from_le_bytes(*it)))
            .collect()
    }))
}

fn starts_at(fragments: &[&[u8]], offsets: &[u64]) -> Result<Vec<usize>, Refusal> {
    let mut at = 0;
    let mut places = Vec::with_capacity(fragments.len());
    for fragment in fragments {
        places.push(at);
        // The item's tag and length stand before each fragment.
        at += 8 + fragment.len() as u64;
    }
    let wrong = || Refusal::contract("offsets at the start of fragments", "others");
    let found: Result<Vec<usize>, Refusal> = offsets
        .iter()
        .map(|it| places.binary_search(it).map_err(|_dropped| wrong()))
        .collect();
    let found = found?;
    if found.is_sorted_by(|before, after| before < after) {
        Ok(found)
    } else {
        Err(wrong())
    }
}

/// JPEG and JPEG-LS begin with SOI and another marker, JPEG 2000 with SOC and SIZ.
fn is_stream_start(fragment: &[u8]) -> bool {
    fragment.starts_with(b"\xff\xd8\xff") || fragment.starts_with(b"\xff\x4f\xff\x51")
}
