//! How much memory a decode worker may use for the file that it was given.

use crate::sandbox::{Limits, allow_memory};

/// Address space of a worker until it has checked what the file promises, above twice the file's size.
const BASE_BYTES: u64 = 448 << 20;
/// Address space that no file can get beyond: a frame of 134 million samples and its codec.
const CEILING_BYTES: u64 = 6 << 30;
/// Samples of a frame whose decoding fits into [`BASE_BYTES`] with every codec.
const BASE_SAMPLES: u64 = 1 << 24;
/// Peak bytes that decoding takes for each further sample: codec planes, stored bytes and `f32`.
const BYTES_PER_SAMPLE: u64 = 20;
/// Processor seconds of a worker's life.
const CPU_SECS: u64 = 120;

/// What a worker starts with.
pub(super) const LIMITS: Limits = Limits {
    memory_bytes: BASE_BYTES,
    memory_ceiling_bytes: CEILING_BYTES,
    cpu_secs: CPU_SECS,
    cpu_ceiling_secs: CPU_SECS,
};

/// Widens the memory limit for a file of `n_bytes`, of which none has been believed yet.
pub(super) fn allow_file(n_bytes: u64) {
    allow_memory(BASE_BYTES.saturating_add(n_bytes.saturating_mul(2)));
}

/// Widens the memory limit for the tree that the smallest objects of a JSON text become: 92 bytes for each of its own.
pub(super) fn allow_json(n_bytes: u64) {
    allow_memory(BASE_BYTES.saturating_add(n_bytes.saturating_mul(128)));
}

/// Widens the memory limit for an object of `n_bytes` that is taken apart, changed and written again.
pub(super) fn allow_object(n_bytes: u64) {
    allow_memory(BASE_BYTES.saturating_add(n_bytes.saturating_mul(6)));
}

/// Widens the memory limit for an archive of `n_bytes` and one unpacked member, which grows by doubling.
pub(super) fn allow_archive(n_bytes: u64, n_member_bytes: u64) {
    allow_memory(
        BASE_BYTES
            .saturating_add(n_bytes.saturating_mul(2))
            .saturating_add(3 * n_member_bytes),
    );
}

/// Widens the memory limit for a frame of `n_samples` that the contract has passed.
pub(super) fn allow_frame(n_bytes: u64, n_samples: u64) {
    let more = n_samples
        .saturating_sub(BASE_SAMPLES)
        .saturating_mul(BYTES_PER_SAMPLE);
    allow_memory(
        BASE_BYTES
            .saturating_add(n_bytes.saturating_mul(2))
            .saturating_add(more),
    );
}
