//! RLE, PS3.5 Annex G: each byte of each sample is a segment of its own, most significant first.

use crate::import::{Refusal, dicom::pixels::Contract};

/// The header: the number of segments and fifteen offsets.
const HEADER_BYTES: usize = 64;

/// Decodes a frame.
pub(super) fn decode(stream: &[u8], contract: &Contract) -> Result<Vec<u8>, Refusal> {
    if contract.bits_allocated == 1 {
        return packed_bits(stream, contract);
    }
    let n_bytes = contract.sample_bytes();
    let segments = segments(stream, contract.samples * n_bytes)?;
    let stride = contract.samples * n_bytes;
    let mut frame = vec![0; contract.frame_bytes()];
    for (idx, segment) in segments.into_iter().enumerate() {
        let plane = unpack(segment, contract.n_pixels())?;
        // Segment order: sample by sample, the most significant byte first.
        let offset = idx / n_bytes * n_bytes + (n_bytes - 1 - idx % n_bytes);
        for (pixel, byte) in frame.chunks_exact_mut(stride).zip(plane) {
            if let Some(place) = pixel.get_mut(offset) {
                *place = byte;
            }
        }
    }
    Ok(frame)
}

/// One segment of eight pixels a byte, the first in the lowest bit.
fn packed_bits(stream: &[u8], contract: &Contract) -> Result<Vec<u8>, Refusal> {
    let mut bits = Vec::with_capacity(contract.n_pixels());
    for segment in segments(stream, 1)? {
        let packed = unpack(segment, contract.n_pixels().div_ceil(8))?;
        bits.extend(
            packed
                .iter()
                .flat_map(|byte| (0..8).map(move |it| byte >> it & 1))
                .take(contract.n_pixels()),
        );
    }
    Ok(bits)
}

fn segments(stream: &[u8], n_wanted: usize) -> Result<Vec<&[u8]>, Refusal> {
    let header = stream
        .get(..HEADER_BYTES)
        .ok_or_else(|| Refusal::codec("RLE", "has no header"))?;
    let (words, _) = header.as_chunks::<4>();
    let mut words = words.iter().map(|it| u32::from_le_bytes(*it) as usize);
    let n_found = words.next().unwrap_or_default();
    if n_found != n_wanted || 15 < n_found {
        return Err(Refusal::contract(
            format!("{n_wanted} RLE segments"),
            n_found.to_string(),
        ));
    }
    let starts: Vec<usize> = words.take(n_found).collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let segment =
        |(start, end): (&usize, usize)| stream.get(*start..end).filter(|_| HEADER_BYTES <= *start);
    starts
        .iter()
        .zip(ends)
        .map(|it| segment(it).ok_or_else(|| Refusal::codec("RLE", "has offsets outside of it")))
        .collect()
}

/// PS3.5 G.3.2. What follows the last needed byte is padding.
fn unpack(segment: &[u8], n_wanted: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::with_capacity(n_wanted);
    let mut rest = segment;
    while bytes.len() < n_wanted {
        let short = || {
            Refusal::contract(
                format!("{n_wanted} bytes in an RLE segment"),
                bytes.len().to_string(),
            )
        };
        let (control, after) = rest.split_first().ok_or_else(short)?;
        rest = match control {
            0..=127 => {
                let (literal, after) = after
                    .split_at_checked(usize::from(*control) + 1)
                    .ok_or_else(short)?;
                bytes.extend_from_slice(literal);
                after
            }
            128 => after,
            129.. => {
                let (byte, after) = after.split_first().ok_or_else(short)?;
                bytes.extend(std::iter::repeat_n(*byte, 257 - usize::from(*control)));
                after
            }
        };
    }
    if bytes.len() == n_wanted {
        Ok(bytes)
    } else {
        Err(Refusal::contract(
            format!("{n_wanted} bytes in an RLE segment"),
            bytes.len().to_string(),
        ))
    }
}
