//! Values that are valid for their representation and tell nothing, PS3.15 E.1.1 (action D).

use dicom::core::{PrimitiveValue, Tag, VR};
use dicom::dictionary_std::tags;

/// The word in place of a text.
pub(super) const REMOVED: &str = "REMOVED";

/// A dummy of a representation; none for sequences and UIDs, which have rules of their own.
pub(super) fn dummy(tag: Tag, vr: VR) -> PrimitiveValue {
    match vr {
        VR::DA => "19000101".into(),
        VR::DT => "19000101000000".into(),
        VR::TM => "000000".into(),
        VR::AS => "000Y".into(),
        VR::IS | VR::DS => "0".into(),
        // A code needs a scheme; one that begins with 99 is private (PS3.16 8.2).
        VR::SH if tag == tags::CODING_SCHEME_DESIGNATOR => "99REMOVED".into(),
        VR::US => PrimitiveValue::from(0_u16),
        VR::SS => PrimitiveValue::from(0_i16),
        VR::UL | VR::OL => PrimitiveValue::from(0_u32),
        VR::SL => PrimitiveValue::from(0_i32),
        VR::UV | VR::OV => PrimitiveValue::from(0_u64),
        VR::SV => PrimitiveValue::from(0_i64),
        VR::FL | VR::OF => PrimitiveValue::from(0_f32),
        VR::FD | VR::OD => PrimitiveValue::from(0_f64),
        VR::OW => PrimitiveValue::from(0_u16),
        VR::OB | VR::UN => PrimitiveValue::U8(dicom::core::smallvec::smallvec![0, 0]),
        VR::AT => PrimitiveValue::Tags(dicom::core::smallvec::smallvec![Tag(0, 0)]),
        _ => REMOVED.into(),
    }
}
