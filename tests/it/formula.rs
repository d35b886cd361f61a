//! Weights from a formula, so that Rust and Python have the same ones without a file: an integer hash of
//! name and position, scaled by the size of the layer. `tests/fixtures/formula.py` is its twin.

use std::collections::BTreeMap;

/// The safetensors file of parameters with the given names and shapes.
pub(crate) fn safetensors(shapes: &BTreeMap<String, Vec<i64>>) -> Vec<u8> {
    let buffers = shapes.iter().map(|(name, shape)| {
        let shape = shape.iter().map(|it| *it as usize).collect::<Vec<_>>();
        let bytes = weights(name, &shape)
            .iter()
            .flat_map(|it| it.to_le_bytes())
            .collect::<Vec<_>>();
        (name, shape, bytes)
    });
    let buffers = buffers.collect::<Vec<_>>();
    let views = buffers.iter().map(|(name, shape, bytes)| {
        let view =
            safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes)
                .unwrap();
        (name.as_str(), view)
    });
    safetensors::serialize(views.collect::<Vec<_>>(), None).unwrap()
}

/// One parameter, in order.
fn weights(name: &str, shape: &[usize]) -> Vec<f32> {
    let fan_in = shape.iter().skip(1).product::<usize>() as f64;
    let (offset, scale) = match (name, shape.len()) {
        (_, 1) if name.ends_with("running_var") => (1.0, 0.5),
        (_, 1) if name.ends_with("weight") => (1.0, 0.25),
        (_, 1) => (0.0, 0.25),
        _ if name.contains("embeddings") => (0.0, 0.5),
        // A uniform number in -1..1 has variance 1/3; this keeps the size of what passes through a ReLU.
        _ => (0.0, (6.0 / fan_in).sqrt()),
    };
    let seed = hash(name);
    (0..shape.iter().product::<usize>())
        .map(|it| (offset + scale * uniform(seed, it as u64)) as f32)
        .collect()
}

/// FNV-1a, 64 bits.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A number in -1..1: SplitMix64's output function, 24 bits of it.
fn uniform(seed: u64, idx: u64) -> f64 {
    let mut z = seed.wrapping_add((idx + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 40) as f64 / f64::from(1 << 23) - 1.0
}
