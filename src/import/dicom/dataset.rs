//! A parsed data set, and what its elements say: text, numbers, items.
//!
//! A value is read by the representation that its element has; where that is UN or the file is implicit, by
//! the one that the standard gives its tag. So a rescale slope in a UN element is the number it spells.

use std::collections::BTreeMap;

use dicom::{
    core::{Tag, VR},
    dictionary_std::tags,
};

use super::{charset, parse};
use crate::import::Refusal;

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) is_explicit: bool,
    pub(super) is_big_endian: bool,
}

impl Encoding {
    pub(super) const EXPLICIT_LE: Self = Self {
        is_explicit: true,
        is_big_endian: false,
    };
    pub(super) const IMPLICIT_LE: Self = Self {
        is_explicit: false,
        is_big_endian: false,
    };
    pub(super) const EXPLICIT_BE: Self = Self {
        is_explicit: true,
        is_big_endian: true,
    };
}

/// One element.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) vr: VR,
    pub(super) value: Value<'a>,
}

/// What an element holds.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Bytes(&'a [u8]),
    Items(Vec<Dataset<'a>>),
    /// Encapsulated pixels; the first is the basic offset table.
    Fragments(Vec<&'a [u8]>),
}

/// The elements of a file or of an item.
#[derive(Debug)]
pub(super) struct Dataset<'a> {
    elements: BTreeMap<Tag, Element<'a>>,
    encoding: Encoding,
}

impl<'a> Dataset<'a> {
    pub(super) const fn new(elements: BTreeMap<Tag, Element<'a>>, encoding: Encoding) -> Self {
        Self { elements, encoding }
    }

    pub(super) const fn is_explicit(&self) -> bool {
        self.encoding.is_explicit
    }

    pub(super) const fn is_big_endian(&self) -> bool {
        self.encoding.is_big_endian
    }

    pub(super) fn get(&self, tag: Tag) -> Option<&Element<'a>> {
        self.elements.get(&tag)
    }

    /// The tags in order.
    pub(super) fn tags(&self) -> impl Iterator<Item = Tag> {
        self.elements.keys().copied()
    }

    /// The items of a sequence; none if it is absent.
    pub(super) fn items(&self, tag: Tag) -> &[Self] {
        match self.get(tag) {
            Some(Element {
                value: Value::Items(items),
                ..
            }) => items,
            _ => &[],
        }
    }

    /// The first item of a sequence.
    pub(super) fn item(&self, tag: Tag) -> Option<&Self> {
        self.items(tag).first()
    }

    /// The bytes of an element that is there and is not empty.
    pub(super) fn bytes(&self, tag: Tag) -> Option<&'a [u8]> {
        match self.get(tag)?.value {
            Value::Bytes(bytes) if !bytes.is_empty() => Some(bytes),
            _ => None,
        }
    }

    /// The defined terms of the character set that the data set itself names; empty if it names none.
    pub(super) fn character_set(&self) -> String {
        let terms = self.bytes(tags::SPECIFIC_CHARACTER_SET);
        terms
            .map(|it| String::from_utf8_lossy(it).into_owned())
            .unwrap_or_default()
    }

    /// The whole value as text in the data set's character set, without padding; `None` if empty.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        let bytes = self.bytes(tag)?;
        let text = charset::decode(bytes, &self.character_set());
        let text = text.trim_matches([' ', '\0']);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The values of an element of text, without padding.
    pub(super) fn texts(&self, tag: Tag) -> Vec<String> {
        self.text(tag)
            .map(|it| {
                it.split('\\')
                    .map(|it| it.trim_matches([' ', '\0']).to_owned())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// The first value of an element of text.
    pub(super) fn first_text(&self, tag: Tag) -> Option<String> {
        self.texts(tag)
            .into_iter()
            .next()
            .filter(|it| !it.is_empty())
    }

    /// The values of a numeric element; empty if it is absent or empty.
    ///
    /// # Errors
    /// If it is there and does not spell numbers. The error does not repeat what it spells.
    pub(super) fn numbers(&self, tag: Tag) -> Result<Vec<f64>, Refusal> {
        let Some(bytes) = self.bytes(tag) else {
            return Ok(Vec::new());
        };
        let own = self.get(tag).map_or(VR::UN, |it| it.vr);
        let vr = if own == VR::UN {
            parse::dictionary_vr(tag).unwrap_or(VR::UN)
        } else {
            own
        };
        // A UN element is little-endian whatever its surroundings, PS3.5 6.2.2.
        let is_big_endian = self.encoding.is_big_endian && own != VR::UN;
        let wrong =
            || Refusal::malformed(format!("numbers in {}", parse::name(tag)), "something else");
        let numbers = match vr {
            VR::DS | VR::IS => {
                let text = std::str::from_utf8(bytes).map_err(|_dropped| wrong())?;
                let spelt = text
                    .trim_matches(['\0', ' '])
                    .split('\\')
                    .map(|it| it.trim().parse().map_err(|_dropped| wrong()));
                return spelt.collect();
            }
            VR::US | VR::OW => words(bytes, is_big_endian, |it| f64::from(u16::from_le_bytes(it))),
            VR::SS => words(bytes, is_big_endian, |it| f64::from(i16::from_le_bytes(it))),
            VR::UL => words(bytes, is_big_endian, |it| f64::from(u32::from_le_bytes(it))),
            VR::SL => words(bytes, is_big_endian, |it| f64::from(i32::from_le_bytes(it))),
            VR::FL | VR::OF => words(bytes, is_big_endian, |it| f64::from(f32::from_le_bytes(it))),
            VR::FD | VR::OD => words(bytes, is_big_endian, f64::from_le_bytes),
            _ => None,
        };
        numbers.ok_or_else(wrong)
    }

    /// The first number of an element.
    pub(super) fn number(&self, tag: Tag) -> Result<Option<f64>, Refusal> {
        Ok(self.numbers(tag)?.first().copied())
    }

    /// The first number of an element, which must be a whole one from 0 to 2^32 - 1.
    pub(super) fn count(&self, tag: Tag) -> Result<Option<usize>, Refusal> {
        let Some(number) = self.number(tag)? else {
            return Ok(None);
        };
        if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
            return Ok(Some(number as usize));
        }
        Err(Refusal::malformed(
            format!("a count in {}", parse::name(tag)),
            "another number",
        ))
    }

    /// 16-bit words in the machine's order, as look-up tables are stored, whatever the representation says.
    pub(super) fn words(&self, tag: Tag) -> Option<Vec<u16>> {
        let bytes = self.bytes(tag)?;
        let is_swapped = self.encoding.is_big_endian
            && self
                .get(tag)
                .is_some_and(|it| !matches!(it.vr, VR::OB | VR::UN));
        let (words, rest) = bytes.as_chunks::<2>();
        let read = if is_swapped {
            u16::from_be_bytes
        } else {
            u16::from_le_bytes
        };
        rest.is_empty()
            .then(|| words.iter().map(|it| read(*it)).collect())
    }
}

/// Numbers of `N` bytes each; `None` where the bytes do not come out even.
pub(super) fn words<T, const N: usize>(
    bytes: &[u8],
    is_big_endian: bool,
    read: impl Fn([u8; N]) -> T,
) -> Option<Vec<T>> {
    let (words, rest) = bytes.as_chunks::<N>();
    let ordered = words.iter().map(|it| {
        let mut word = *it;
        if is_big_endian {
            word.reverse();
        }
        read(word)
    });
    rest.is_empty().then(|| ordered.collect())
}
