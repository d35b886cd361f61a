//! Stored samples: the bytes of a frame as unsigned or signed numbers of the promised width.
//!
//! The one form that every frame passes through: little-endian, interleaved, one bit in a byte of its own, bits
//! above the stored ones set by the sign (zero, or the sign bit). It is what the pixel hash is taken of.

use std::borrow::Cow;

use super::pixels::{Contract, Photometric};
use crate::import::Refusal;

/// The bytes of frame `frame_idx` of native pixel data.
pub(super) fn native<'a>(
    all: &'a [u8],
    frame_idx: usize,
    contract: &Contract,
) -> Result<Cow<'a, [u8]>, Refusal> {
    let lost = || {
        Refusal::contract(
            "a frame inside the pixel data",
            format!("frame {frame_idx} beyond it"),
        )
    };
    if contract.bits_allocated == 1 {
        // PS3.5 8.1.1: frames of single bits follow each other without a gap, the first pixel in the lowest bit.
        let bits = (frame_idx * contract.n_samples()..)
            .take(contract.n_samples())
            .map(|it| all.get(it / 8).map(|byte| byte >> (it % 8) & 1));
        return bits
            .collect::<Option<Vec<u8>>>()
            .map(Cow::Owned)
            .ok_or_else(lost);
    }
    let n_bytes = if contract.photometric == Photometric::YbrFull422 {
        contract.n_pixels() * 2
    } else {
        contract.frame_bytes()
    };
    let start = frame_idx * n_bytes;
    let frame = all.get(start..start + n_bytes).ok_or_else(lost)?;
    Ok(match contract.photometric {
        Photometric::YbrFull422 => Cow::Owned(spread_422(frame)),
        _ if contract.is_planar && 1 < contract.samples => Cow::Owned(interleaved(frame, contract)),
        _ => Cow::Borrowed(frame),
    })
}

/// Planar samples (all red, all green, all blue) as pixels, PS3.3 C.7.6.3.1.3.
fn interleaved(planes: &[u8], contract: &Contract) -> Vec<u8> {
    let n_bytes = contract.sample_bytes();
    let planes: Vec<&[u8]> = planes.chunks(contract.n_pixels() * n_bytes).collect();
    let mut pixels = Vec::with_capacity(contract.frame_bytes());
    for at in (0..contract.n_pixels() * n_bytes).step_by(n_bytes) {
        for plane in &planes {
            pixels.extend_from_slice(plane.get(at..at + n_bytes).unwrap_or_default());
        }
    }
    pixels
}

/// Two luminances and one pair of chrominances as two pixels, PS3.3 C.7.6.3.1.2.
fn spread_422(pairs: &[u8]) -> Vec<u8> {
    let (pairs, _) = pairs.as_chunks::<4>();
    pairs
        .iter()
        .flat_map(|[first, second, blue, red]| [*first, *blue, *red, *second, *blue, *red])
        .collect()
}

/// Clears the bits above the stored ones, or copies the sign bit into them, PS3.5 8.1.1.
pub(super) fn extended<'a>(bytes: Cow<'a, [u8]>, contract: &Contract) -> Cow<'a, [u8]> {
    let container_bits = contract.sample_bytes() as u32 * 8;
    let stored_bits = u32::from(contract.bits_stored);
    if container_bits == stored_bits || contract.bits_allocated == 1 {
        return bytes;
    }
    let shift = 32 - stored_bits;
    let is_signed = contract.is_signed();
    let extend = |bits: u32| {
        if is_signed {
            ((bits << shift) as i32 >> shift) as u32
        } else {
            bits << shift >> shift
        }
    };
    let mut bytes = bytes.into_owned();
    match contract.sample_bytes() {
        1 => bytes
            .iter_mut()
            .for_each(|it| *it = extend(u32::from(*it)) as u8),
        2 => {
            bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|it| {
                *it = (extend(u32::from(u16::from_le_bytes(*it))) as u16).to_le_bytes()
            })
        }
        _ => bytes
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .for_each(|it| *it = extend(u32::from_le_bytes(*it)).to_le_bytes()),
    }
    Cow::Owned(bytes)
}
