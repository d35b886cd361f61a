//! Look-up tables of 16-bit entries, as the modality (PS3.3 C.11.1.1) and the palette (C.7.6.3.1.5) have them.

use dicom::core::Tag;

use super::dataset::Dataset;
use crate::import::Refusal;

/// What the descriptor of a table says.
pub(super) struct Descriptor {
    pub(super) n_entries: usize,
    /// The stored number that the first entry is for; its sign is that of the pixels.
    pub(super) first: u16,
    /// Of an entry.
    pub(super) bits: u16,
}

impl Descriptor {
    /// Reads the three numbers of `tag`; `table` is its name in messages.
    pub(super) fn read(set: &Dataset<'_>, tag: Tag, table: &str) -> Result<Self, Refusal> {
        let wrong = |found: &str| {
            let want = format!("{table} with a descriptor of three numbers");
            Refusal::malformed(want, found)
        };
        let words = set.words(tag).ok_or_else(|| wrong("none"))?;
        let [n_entries, first, bits] = words
            .try_into()
            .map_err(|_dropped| wrong("one of another length"))?;
        Ok(Self {
            n_entries: match n_entries {
                0 => 1 << 16,
                n => usize::from(n),
            },
            first,
            bits,
        })
    }

    /// One entry for each stored number; tables of 8 bits may be packed, two entries in a word.
    pub(super) fn entries(&self, words: Vec<u16>, table: &str) -> Result<Vec<u16>, Refusal> {
        let entries = if self.bits <= 8 && words.len() == self.n_entries.div_ceil(2) {
            let bytes = words.iter().flat_map(|it| it.to_le_bytes());
            bytes.map(u16::from).take(self.n_entries).collect()
        } else {
            words
        };
        if entries.len() == self.n_entries {
            return Ok(entries);
        }
        Err(Refusal::contract(
            format!("{} entries in {table}", self.n_entries),
            entries.len().to_string(),
        ))
    }
}
