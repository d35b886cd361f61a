//! A parsed data set as an object of `dicom-object`, for the engine that de-identifies: texts decoded, pixels left out.

use dicom::{
    core::{
        DataElement, Length, PrimitiveValue, Tag, VR,
        dictionary::{DataDictionary as _, VirtualVr},
        value::{C, DataSetSequence},
    },
    dictionary_std::{StandardDataDictionary, tags},
    object::{InMemDicomObject, mem::InMemElement},
};

use super::{
    charset,
    dataset::{Dataset, Element, Value, words},
    parse,
};
use crate::import::Refusal;

/// The object of a whole file.
pub(super) fn of(set: &Dataset<'_>) -> Result<InMemDicomObject, Refusal> {
    let is_signed = set.count(tags::PIXEL_REPRESENTATION)? == Some(1);
    of_item(set, "", is_signed)
}

/// An item without a character set of its own has that of what it stands in, PS3.5 7.5.3.
fn of_item(
    set: &Dataset<'_>,
    outer_charset: &str,
    is_signed: bool,
) -> Result<InMemDicomObject, Refusal> {
    let own = set.character_set();
    let charset = if own.is_empty() { outer_charset } else { &own };
    let mut object = InMemDicomObject::new_empty();
    for tag in set.tags() {
        if tag.group() == tags::PIXEL_DATA.group() {
            continue;
        }
        let Some(element) = set.get(tag) else {
            continue;
        };
        let value = Place {
            tag,
            charset,
            is_big_endian: set.is_big_endian(),
            is_signed,
        };
        object.put(value.element(element)?);
    }
    Ok(object)
}

/// Where an element stands, as far as that tells how to read it.
struct Place<'a> {
    tag: Tag,
    charset: &'a str,
    is_big_endian: bool,
    /// Whether numbers that may be either are signed.
    is_signed: bool,
}

impl Place<'_> {
    fn element(&self, element: &Element<'_>) -> Result<InMemElement, Refusal> {
        match &element.value {
            Value::Items(items) => {
                let items: Result<Vec<_>, _> = items
                    .iter()
                    .map(|it| of_item(it, self.charset, self.is_signed))
                    .collect();
                let items = DataSetSequence::new(items?, Length::UNDEFINED);
                Ok(DataElement::new(self.tag, VR::SQ, items))
            }
            Value::Bytes(bytes) => self.primitive(element.vr, bytes),
            Value::Fragments(_) => Err(Refusal::malformed(
                format!("a value in {}", parse::name(self.tag)),
                "fragments",
            )),
        }
    }

    fn primitive(&self, found: VR, bytes: &[u8]) -> Result<InMemElement, Refusal> {
        let told = StandardDataDictionary.by_tag(self.tag).map(|it| it.vr);
        let vr = match (found, told) {
            // PS3.5 6.2.2: what a writer did not know, the dictionary may.
            (VR::UN, Some(told)) => told.relaxed(),
            (vr, _) => vr,
        };
        let vr = match (vr, told) {
            (VR::US, Some(VirtualVr::Xs)) if self.is_signed => VR::SS,
            _ => vr,
        };
        // PS3.5 6.2.2: such a value is little-endian whatever surrounds it.
        let is_big_endian = self.is_big_endian && found != VR::UN;
        let is_private = self.tag.group() % 2 == 1;
        match self.value(vr, bytes, is_big_endian) {
            Some(value) => Ok(DataElement::new(self.tag, vr, value)),
            // Nobody but its maker reads it; whether it stays is not decided by its form.
            None if is_private => {
                let value = PrimitiveValue::U8(bytes.into());
                Ok(DataElement::new(self.tag, VR::UN, value))
            }
            None => Err(Refusal::malformed(
                format!("a value of its kind in {}", parse::name(self.tag)),
                "another",
            )),
        }
    }

    /// The value in a representation; `None` if the bytes are none of it.
    fn value(&self, vr: VR, bytes: &[u8], is_big_endian: bool) -> Option<PrimitiveValue> {
        if bytes.is_empty() {
            return (vr != VR::SQ).then_some(PrimitiveValue::Empty);
        }
        Some(match vr {
            VR::SQ => return None,
            VR::OB | VR::UN => PrimitiveValue::U8(bytes.into()),
            VR::LT | VR::ST | VR::UT | VR::UR => {
                let text = charset::decode(bytes, self.charset);
                PrimitiveValue::Str(text.trim_end_matches([' ', '\0']).to_owned())
            }
            // Names stand in representations where the character set has no say, too.
            VR::LO
            | VR::PN
            | VR::SH
            | VR::UC
            | VR::AE
            | VR::AS
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::IS
            | VR::TM
            | VR::UI => self.texts(bytes),
            VR::AT => {
                let numbers = words(bytes, is_big_endian, u16::from_le_bytes)?;
                let (pairs, rest) = numbers.as_chunks::<2>();
                let tags: C<Tag> = pairs.iter().map(|[group, it]| Tag(*group, *it)).collect();
                return rest.is_empty().then_some(PrimitiveValue::Tags(tags));
            }
            VR::US | VR::OW => {
                PrimitiveValue::U16(words(bytes, is_big_endian, u16::from_le_bytes)?.into())
            }
            VR::SS => PrimitiveValue::I16(words(bytes, is_big_endian, i16::from_le_bytes)?.into()),
            VR::UL | VR::OL => {
                PrimitiveValue::U32(words(bytes, is_big_endian, u32::from_le_bytes)?.into())
            }
            VR::SL => PrimitiveValue::I32(words(bytes, is_big_endian, i32::from_le_bytes)?.into()),
            VR::UV | VR::OV => {
                PrimitiveValue::U64(words(bytes, is_big_endian, u64::from_le_bytes)?.into())
            }
            VR::SV => PrimitiveValue::I64(words(bytes, is_big_endian, i64::from_le_bytes)?.into()),
            VR::FL | VR::OF => {
                PrimitiveValue::F32(words(bytes, is_big_endian, f32::from_le_bytes)?.into())
            }
            VR::FD | VR::OD => {
                PrimitiveValue::F64(words(bytes, is_big_endian, f64::from_le_bytes)?.into())
            }
        })
    }

    fn texts(&self, bytes: &[u8]) -> PrimitiveValue {
        let text = charset::decode(bytes, self.charset);
        let values = text.split('\\').map(|it| it.trim_end_matches([' ', '\0']));
        PrimitiveValue::Strs(values.map(str::to_owned).collect())
    }
}
