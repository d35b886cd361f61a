//! A bundle: a folder with `manifest.toml`, weights, tokenizer and card, read and checked in memory.

use super::Manifest;

/// A bundle whose files have the hashes that its manifest names.
pub struct Bundle {
    pub manifest: Manifest,
    /// The safetensors file.
    pub weights: Vec<u8>,
    /// `tokenizer.json`, for text models.
    pub tokenizer: Option<Vec<u8>>,
    /// `card.md`.
    pub card: String,
}
