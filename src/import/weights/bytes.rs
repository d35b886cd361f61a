//! The bytes of a pickle, read one after the other and never beyond their end.

use crate::import::Refusal;

/// Longest name in a line of its own.
const LINE_LIMIT: usize = 512;

/// What is left of the bytes.
pub(super) struct Bytes<'a> {
    all: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) const fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    pub(super) fn take(&mut self, n_bytes: usize) -> Result<&'a [u8], Refusal> {
        let left = self.all.len() - self.at;
        if left < n_bytes {
            return Err(Refusal::LengthBeyondEnd {
                tag: "a pickle".to_owned(),
                wanted_bytes: n_bytes as u64,
                left_bytes: left as u64,
            });
        }
        let piece = self.all.get(self.at..self.at + n_bytes);
        self.at += n_bytes;
        Ok(piece.unwrap_or_default())
    }

    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        let [byte] = self.array::<1>()?;
        Ok(byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// A line of text, as protocol 2 writes names.
    pub(super) fn line(&mut self) -> Result<String, Refusal> {
        let rest = self.all.get(self.at..).unwrap_or_default();
        let end = rest.iter().take(LINE_LIMIT).position(|it| *it == b'\n');
        let end = end.ok_or_else(|| {
            let wanted = format!("a pickle with names of at most {LINE_LIMIT} bytes");
            Refusal::malformed(wanted, "no end of one")
        })?;
        let line = String::from_utf8_lossy(self.take(end)?).into_owned();
        self.take(1)?;
        Ok(line)
    }
}
