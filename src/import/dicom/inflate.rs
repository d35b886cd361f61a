//! Raw deflate under count: no stream becomes more than it can justify (reliability E3).

use std::io::Read as _;

use flate2::read::DeflateDecoder;

use crate::import::Refusal;

/// Output that no stream needs to justify: the black surround of a picture compresses a thousandfold.
const FREE_BYTES: u64 = 16 << 20;
/// Output bytes for each input byte, beyond the free ones.
const RATIO_LIMIT: u64 = 100;
/// Most output.
const LIMIT_BYTES: u64 = 256 << 20;
const STEP_BYTES: usize = 1 << 18;

/// Inflates a data set, PS3.5 A.5.
pub(super) fn dataset(stream: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut decoder = DeflateDecoder::new(stream);
    let mut bytes = Vec::new();
    let mut step = vec![0; STEP_BYTES];
    loop {
        let n_bytes = decoder
            .read(&mut step)
            .map_err(|_dropped| Refusal::codec("deflate", "is broken or cut short"))?;
        let Some(piece) = step.get(..n_bytes).filter(|it| !it.is_empty()) else {
            return Ok(bytes);
        };
        bytes.extend_from_slice(piece);
        let found = bytes.len() as u64;
        let limit = LIMIT_BYTES
            .min(FREE_BYTES.saturating_add(decoder.total_in().saturating_mul(RATIO_LIMIT)));
        if limit < found {
            return Err(Refusal::too_large(
                "an inflated data set in bytes, for a stream of its size,",
                limit,
                found,
            ));
        }
    }
}

/// Inflates a frame that must have `n_wanted` bytes.
pub(super) fn exact(stream: &[u8], n_wanted: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let decoder = DeflateDecoder::new(stream);
    decoder
        .take(n_wanted as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|_dropped| Refusal::codec("deflate", "is broken or cut short"))?;
    Ok(bytes)
}
