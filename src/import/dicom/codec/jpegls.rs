//! JPEG-LS, lossless and near-lossless, through CharLS.

use charls::CharLS;

use super::StreamShape;
use crate::import::{Refusal, dicom::pixels::Contract};

const NAME: &str = "JPEG-LS";

/// Decodes a frame.
pub(super) fn decode(stream: &[u8], contract: &Contract) -> Result<Vec<u8>, Refusal> {
    let failed =
        |error: charls::Error| Refusal::codec(NAME, format!("could not be decoded ({error})"));
    let info = CharLS::default().get_frame_info(stream).map_err(failed)?;
    let shape = StreamShape {
        rows: info.height as usize,
        columns: info.width as usize,
        samples: usize::try_from(info.component_count).unwrap_or(0),
        precision: u16::try_from(info.bits_per_sample).unwrap_or(0),
    };
    shape.check(contract, NAME)?;
    let bytes = CharLS::default().decode(stream).map_err(failed)?;
    let stored_bytes = shape.precision.div_ceil(8) as usize;
    if bytes.len() != contract.n_samples() * stored_bytes {
        return Err(Refusal::contract(
            format!("{} JPEG-LS samples", contract.n_samples()),
            format!("{} bytes", bytes.len()),
        ));
    }
    let interleaved = if is_planar(stream) && 1 < contract.samples {
        interleave(&bytes, contract.samples, stored_bytes)
    } else {
        bytes
    };
    Ok(widen(&interleaved, stored_bytes, contract.sample_bytes()))
}

/// Whether the components stand in scans of their own: the interleave mode of the first scan header, T.87 C.2.3.
fn is_planar(stream: &[u8]) -> bool {
    let mut rest = stream.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == 0xda {
            // Body: the number of components, two bytes each, NEAR, the mode, the point transform.
            return length.checked_sub(4).and_then(|it| after.get(it)) == Some(&0);
        }
        rest = length
            .checked_sub(2)
            .and_then(|it| after.get(it..))
            .unwrap_or_default();
    }
    false
}

fn interleave(planes: &[u8], n_planes: usize, sample_bytes: usize) -> Vec<u8> {
    let planes: Vec<&[u8]> = planes.chunks(planes.len() / n_planes).collect();
    let n_samples = planes.first().map_or(0, |it| it.len() / sample_bytes);
    let mut interleaved = Vec::with_capacity(n_planes * n_samples * sample_bytes);
    for idx in 0..n_samples {
        for plane in &planes {
            interleaved.extend_from_slice(
                plane
                    .get(idx * sample_bytes..(idx + 1) * sample_bytes)
                    .unwrap_or_default(),
            );
        }
    }
    interleaved
}

/// Little-endian samples of `from` bytes as samples of `to` bytes.
fn widen(bytes: &[u8], from: usize, to: usize) -> Vec<u8> {
    if from == to {
        return bytes.to_vec();
    }
    let zeros = vec![0; to.saturating_sub(from)];
    bytes
        .chunks_exact(from)
        .flat_map(|it| it.iter().chain(&zeros).copied())
        .collect()
}
