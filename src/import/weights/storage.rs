//! Where the numbers of tensors lie, and the way from a view to them.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use super::{
    BYTES_LIMIT,
    torch::{Archive, beyond, entry},
    tree::printable,
    value::{Storage, View},
};
use crate::import::Refusal;

/// Where numbers lie.
pub(super) enum Storages<'a> {
    Archive {
        archive: Box<Archive<'a>>,
        prefix: String,
        n_bytes: usize,
    },
    Stream {
        bytes: &'a [u8],
        ranges: BTreeMap<String, Range<usize>>,
    },
}

impl Storages<'_> {
    /// The bytes of a storage: as many as it promises.
    pub(super) fn read(&mut self, storage: &Storage) -> Result<Cow<'_, [u8]>, Refusal> {
        let wanted = (storage.n_numbers as u64).saturating_mul(storage.dtype.n_bytes() as u64);
        let bytes = match self {
            Self::Archive {
                archive,
                prefix,
                n_bytes,
            } => {
                let name = format!("{prefix}data/{}", storage.key);
                Cow::Owned(entry(archive, &name, BYTES_LIMIT, *n_bytes)?)
            }
            Self::Stream { bytes, ranges } => {
                let range = ranges.get(&storage.key).cloned();
                let piece = range.and_then(|it| bytes.get(it));
                Cow::Borrowed(piece.ok_or_else(|| beyond("a storage", wanted, 0))?)
            }
        };
        if (bytes.len() as u64) < wanted {
            return Err(beyond("a storage", wanted, bytes.len()));
        }
        Ok(bytes)
    }
}

/// Whether a view lies inside its storage.
pub(super) fn check(name: &str, view: &View) -> Result<(), Refusal> {
    let odd = |found: &str| {
        let name = printable(name);
        Refusal::malformed(
            "tensors inside their storages",
            format!("{found} in {name}"),
        )
    };
    if view.shape.len() != view.stride.len() {
        return Err(odd("sizes without strides"));
    }
    if view.shape.contains(&0) {
        return Ok(());
    }
    let steps = view.shape.iter().zip(&view.stride);
    let last = steps
        .map(|(size, stride)| (size - 1).checked_mul(*stride))
        .try_fold(view.offset, |sum, it| sum.checked_add(it?));
    match last {
        Some(last) if last < view.storage.n_numbers => Ok(()),
        _ => Err(odd("numbers beyond the end")),
    }
}

/// The numbers of a view, row by row.
pub(super) fn gather<'a>(view: &View, storage: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let size = view.storage.dtype.n_bytes();
    let n_numbers: usize = view.shape.iter().product();
    let mut expected = 1;
    let mut is_plain = true;
    for (n, stride) in view.shape.iter().zip(&view.stride).rev() {
        is_plain &= *n == 1 || *stride == expected;
        expected *= n;
    }
    if is_plain || n_numbers == 0 {
        let start = view.offset * size;
        let n_bytes = n_numbers * size;
        let start = if n_numbers == 0 { 0 } else { start };
        return storage.get(start..start + n_bytes).map(Cow::Borrowed);
    }
    let mut numbers = Vec::with_capacity(n_numbers * size);
    let mut place = vec![0_usize; view.shape.len()];
    for _ in 0..n_numbers {
        let steps = place
            .iter()
            .zip(&view.stride)
            .map(|(at, stride)| at * stride);
        let at = (view.offset + steps.sum::<usize>()) * size;
        numbers.extend_from_slice(storage.get(at..at + size)?);
        for (at, n) in place.iter_mut().zip(&view.shape).rev() {
            *at += 1;
            if *at < *n {
                break;
            }
            *at = 0;
        }
    }
    Some(Cow::Owned(numbers))
}
