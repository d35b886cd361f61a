//! JSON of a bundle, under count.

use serde_json::Value;

use crate::import::Refusal;

/// Larger than any configuration.
pub(super) const LIMIT_BYTES: usize = 4 << 20;

/// Reads a JSON file; serde_json refuses nesting beyond 128.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    if LIMIT_BYTES < bytes.len() {
        return Err(Refusal::too_large(
            "a JSON file in bytes",
            LIMIT_BYTES as u64,
            bytes.len() as u64,
        ));
    }
    serde_json::from_slice(bytes).map_err(|it| {
        Refusal::malformed(
            "JSON",
            format!("an error in line {}, column {}", it.line(), it.column()),
        )
    })
}
