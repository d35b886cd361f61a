//! From bytes to a tree of elements, with every declared length held against what is there.
//!
//! The tree borrows the bytes: nothing is copied, and nothing is allocated because a file says so. This is the
//! prescan and the parser in one, so that the two cannot disagree (reliability E1, E2, E6). Not here: what an
//! element means ([`super::dataset`]).

use std::collections::BTreeMap;

use dicom::{
    core::{Tag, VR, dictionary::DataDictionary as _},
    dictionary_std::{StandardDataDictionary, tags},
};

use super::dataset::{Dataset, Element, Encoding, Value};
use crate::{
    import::Refusal,
    warnings::{WarningKind, Warnings},
};

/// Sequences inside sequences: as many as DCMTK takes.
const DEPTH_LIMIT: usize = 64;
/// Elements and items in one file. A 10,000-frame enhanced object has about 600,000.
const ELEMENTS_LIMIT: usize = 1 << 20;
const UNDEFINED: u32 = u32::MAX;
const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// Reads a whole data set.
pub(super) fn dataset<'a>(
    bytes: &'a [u8],
    encoding: Encoding,
    warnings: &Warnings,
) -> Result<Dataset<'a>, Refusal> {
    let mut reader = Reader {
        bytes,
        at: 0,
        end: bytes.len(),
        encoding,
        depth: 0,
        n_elements: 0,
        warnings,
    };
    reader.elements(None)
}

/// Reads the file meta group, which is explicit and little-endian whatever follows (PS3.10 7.1), from the
/// start of `bytes`, and says where it ends.
pub(super) fn meta<'a>(
    bytes: &'a [u8],
    warnings: &Warnings,
) -> Result<(Dataset<'a>, usize), Refusal> {
    let mut reader = Reader {
        bytes,
        at: 0,
        end: bytes.len(),
        encoding: Encoding::EXPLICIT_LE,
        depth: 0,
        n_elements: 0,
        warnings,
    };
    let group = reader.elements(Some(0x0002))?;
    Ok((group, reader.at))
}

/// Whether `bytes` begin with an element that could stand at the start of a data set in `encoding`.
pub(super) fn is_plausible_start(bytes: &[u8], encoding: Encoding) -> bool {
    let warnings = Warnings::default();
    let mut reader = Reader {
        bytes,
        at: 0,
        end: bytes.len(),
        encoding,
        depth: 0,
        n_elements: 0,
        warnings: &warnings,
    };
    let Ok(tag) = reader.tag() else { return false };
    let is_known = |tag: Tag| tag.1 == 0 || StandardDataDictionary.by_tag(tag).is_some();
    let Ok((vr, length)) = reader.head(tag) else {
        return false;
    };
    let is_short = length != UNDEFINED && (length as usize) <= reader.left() && length < 1 << 12;
    matches!(tag.0, 0x0002 | 0x0008)
        && is_known(tag)
        && is_short
        && (!encoding.is_explicit || vr != VR::SQ)
}

struct Reader<'a, 'w> {
    bytes: &'a [u8],
    at: usize,
    /// Where the innermost thing of known length ends.
    end: usize,
    encoding: Encoding,
    depth: usize,
    n_elements: usize,
    warnings: &'w Warnings,
}

impl<'a> Reader<'a, '_> {
    /// Elements up to the end, an item delimiter, or the first one outside `only_group`.
    fn elements(&mut self, only_group: Option<u16>) -> Result<Dataset<'a>, Refusal> {
        let mut elements = BTreeMap::new();
        while self.at < self.end {
            let start = self.at;
            if self.depth == 0 && self.is_padding() {
                break;
            }
            let tag = self.tag()?;
            if only_group.is_some_and(|it| it != tag.0) {
                self.at = start;
                break;
            }
            if tag == ITEM_END && 0 < self.depth {
                self.u32()?;
                break;
            }
            if tag.0 == 0xFFFE {
                return Err(Refusal::malformed(
                    "an element",
                    format!("a delimiter {} out of place", name(tag)),
                ));
            }
            let element = self.element(tag)?;
            if elements.insert(tag, element).is_some() {
                self.warnings.add(
                    WarningKind::File,
                    format!("element {} occurs twice; the last one counts", name(tag)),
                );
            }
        }
        Ok(Dataset::new(elements, self.encoding))
    }

    fn element(&mut self, tag: Tag) -> Result<Element<'a>, Refusal> {
        self.count()?;
        let (vr, length) = self.head(tag)?;
        let is_pixels = matches!(tag, tags::PIXEL_DATA);
        let value = match (vr, length) {
            (_, UNDEFINED) if is_pixels => Value::Fragments(self.fragments()?),
            (VR::SQ, _) => self.sequence(tag, length, self.encoding)?,
            // PS3.5 6.2.2: an unknown sequence is encoded as implicit VR, little-endian.
            (VR::UN, UNDEFINED) => self.sequence(
                tag,
                length,
                if self.encoding.is_explicit {
                    Encoding::IMPLICIT_LE
                } else {
                    self.encoding
                },
            )?,
            (_, UNDEFINED) => {
                return Err(Refusal::malformed(
                    format!("a length for {}", name(tag)),
                    "an undefined one",
                ));
            }
            (VR::UN, _) if self.encoding.is_explicit && dictionary_vr(tag) == Some(VR::SQ) => {
                self.sequence(tag, length, Encoding::IMPLICIT_LE)?
            }
            _ => Value::Bytes(self.take(tag, length)?),
        };
        Ok(Element { vr, value })
    }

    /// The representation and the length, after the tag.
    fn head(&mut self, tag: Tag) -> Result<(VR, u32), Refusal> {
        if !self.encoding.is_explicit {
            return Ok((dictionary_vr(tag).unwrap_or(VR::UN), self.u32()?));
        }
        let [first, second] = self.array::<2>()?;
        let known = VR::from_binary([first, second]);
        if known.is_none() && !(first.is_ascii_uppercase() && second.is_ascii_uppercase()) {
            return Err(Refusal::malformed(
                format!("a value representation for {}", name(tag)),
                format!("the bytes {first:02x} {second:02x}"),
            ));
        }
        let is_long = match known {
            Some(vr) => matches!(
                vr,
                VR::OB
                    | VR::OD
                    | VR::OF
                    | VR::OL
                    | VR::OV
                    | VR::OW
                    | VR::SQ
                    | VR::SV
                    | VR::UC
                    | VR::UN
                    | VR::UR
                    | VR::UT
                    | VR::UV
            ),
            // PS3.5 7.1.2: representations that are yet to come have the long form.
            None => true,
        };
        let length = if is_long {
            self.array::<2>()?;
            self.u32()?
        } else {
            u32::from(self.u16()?)
        };
        Ok((known.unwrap_or(VR::UN), length))
    }

    /// The items of a sequence. One of known extent that makes no sense is kept as bytes, with a warning, unless
    /// it bears on the pixels: private sequences are often broken, and what they hold is not asked for.
    fn sequence(
        &mut self,
        tag: Tag,
        length: u32,
        encoding: Encoding,
    ) -> Result<Value<'a>, Refusal> {
        if length == UNDEFINED {
            return self.nested(self.end, encoding);
        }
        let bytes = self.take(tag, length)?;
        let after = self.at;
        self.at -= bytes.len();
        let items = self.nested(after, encoding);
        self.at = after;
        match items {
            Err(refusal @ (Refusal::NestedTooDeep { .. } | Refusal::TooLarge { .. })) => {
                Err(refusal)
            }
            Err(refusal) if bears_on_pixels(tag) => Err(refusal),
            Err(_) => {
                self.warnings.add(
                    WarningKind::File,
                    format!("sequence {} is broken and was skipped", name(tag)),
                );
                Ok(Value::Bytes(bytes))
            }
            Ok(items) => Ok(items),
        }
    }

    fn nested(&mut self, end: usize, encoding: Encoding) -> Result<Value<'a>, Refusal> {
        if self.depth == DEPTH_LIMIT {
            return Err(Refusal::NestedTooDeep { limit: DEPTH_LIMIT });
        }
        let outer = (self.end, self.encoding);
        (self.end, self.encoding) = (end, encoding);
        self.depth += 1;
        let items = self.items();
        self.depth -= 1;
        (self.end, self.encoding) = outer;
        items.map(Value::Items)
    }

    fn items(&mut self) -> Result<Vec<Dataset<'a>>, Refusal> {
        let mut items = Vec::new();
        while self.at < self.end {
            self.count()?;
            let tag = self.tag()?;
            let length = self.u32()?;
            match tag {
                SEQUENCE_END => break,
                ITEM if length == UNDEFINED => items.push(self.elements(None)?),
                ITEM => {
                    let n_bytes = self.take(tag, length)?.len();
                    let outer = self.end;
                    self.end = self.at;
                    self.at -= n_bytes;
                    let item = self.elements(None);
                    self.at = self.end;
                    self.end = outer;
                    items.push(item?);
                }
                _ => return Err(Refusal::malformed("an item of a sequence", name(tag))),
            }
        }
        Ok(items)
    }

    /// The fragments of encapsulated pixels, PS3.5 A.4; the first is the basic offset table.
    fn fragments(&mut self) -> Result<Vec<&'a [u8]>, Refusal> {
        let mut fragments = Vec::new();
        loop {
            self.count()?;
            let tag = self.tag()?;
            let length = self.u32()?;
            match tag {
                SEQUENCE_END => return Ok(fragments),
                ITEM => fragments.push(self.take(tag, length)?),
                _ => {
                    return Err(Refusal::malformed(
                        "a fragment of the pixel data",
                        name(tag),
                    ));
                }
            }
        }
    }

    fn count(&mut self) -> Result<(), Refusal> {
        self.n_elements += 1;
        let found = self.n_elements as u64;
        if self.n_elements <= ELEMENTS_LIMIT {
            Ok(())
        } else {
            Err(Refusal::too_large(
                "a number of elements",
                ELEMENTS_LIMIT as u64,
                found,
            ))
        }
    }

    /// Zeros up to the end of the file, which some writers leave behind.
    fn is_padding(&self) -> bool {
        let rest = self.bytes.get(self.at..self.end).unwrap_or_default();
        let is_padding = rest.iter().all(|it| *it == 0);
        if is_padding {
            self.warnings.add(
                WarningKind::File,
                format!("{} zero bytes after the last element", rest.len()),
            );
        }
        is_padding
    }

    fn left(&self) -> usize {
        self.end - self.at
    }

    fn take(&mut self, tag: Tag, length: u32) -> Result<&'a [u8], Refusal> {
        let beyond = || Refusal::LengthBeyondEnd {
            tag: name(tag),
            wanted_bytes: u64::from(length),
            left_bytes: self.left() as u64,
        };
        let end = self
            .at
            .checked_add(length as usize)
            .filter(|it| *it <= self.end)
            .ok_or_else(beyond)?;
        let bytes = self.bytes.get(self.at..end).ok_or_else(beyond)?;
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let end = self.at + N;
        let found = if end <= self.end {
            self.bytes
                .get(self.at..end)
                .and_then(|it| it.try_into().ok())
        } else {
            None
        };
        let array = found.ok_or_else(|| {
            Refusal::malformed(
                "another element",
                format!("the end after {} bytes", self.left()),
            )
        })?;
        self.at = end;
        Ok(array)
    }

    fn u16(&mut self) -> Result<u16, Refusal> {
        let bytes = self.array()?;
        Ok(if self.encoding.is_big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn u32(&mut self) -> Result<u32, Refusal> {
        let bytes = self.array()?;
        Ok(if self.encoding.is_big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn tag(&mut self) -> Result<Tag, Refusal> {
        Ok(Tag(self.u16()?, self.u16()?))
    }
}

/// Whether a sequence may change what a pixel means: the image groups and the functional groups.
const fn bears_on_pixels(tag: Tag) -> bool {
    matches!(tag.0, 0x0028 | 0x5200)
}

/// The representation that the standard gives a tag; for "either" the wider reading.
pub(super) fn dictionary_vr(tag: Tag) -> Option<VR> {
    StandardDataDictionary.by_tag(tag).map(|it| it.vr.relaxed())
}

/// `(gggg,eeee) Keyword`, for messages.
pub(super) fn name(tag: Tag) -> String {
    let number = format!("({:04X},{:04X})", tag.0, tag.1);
    StandardDataDictionary
        .by_tag(tag)
        .map_or_else(|| number.clone(), |it| format!("{number} {}", it.alias))
}
