//! Curves to the display: windows and tables, PS3.3 C.11.2 and C.11.8.

use dicom::{core::VR, dictionary_std::tags};

use super::{reference, text};
use crate::{
    case::presentation::{Reference, Voi, VoiCurve, VoiTable},
    import::{
        Refusal,
        dicom::{dataset::Dataset, groups, header, lut::Descriptor},
    },
};

/// The curves of a state.
pub(super) fn of_state(set: &Dataset<'_>, all: &[Reference]) -> Result<Vec<Voi>, Refusal> {
    let voi = |item: &Dataset<'_>| {
        let windows = header::windows_of(item, None)
            .filter(|it| {
                it.iter()
                    .all(|it| it.center.is_finite() && it.width.is_finite())
            })
            .ok_or_else(|| Refusal::malformed("a window of numbers in the state", "another"))?;
        let tables = tables(set, item)?.into_iter().map(VoiCurve::Table);
        let curves: Vec<VoiCurve> = windows
            .into_iter()
            .map(VoiCurve::Window)
            .chain(tables)
            .collect();
        if curves.is_empty() {
            return Err(Refusal::contract("a window or a table in a curve", "none"));
        }
        Ok(Voi {
            references: reference::among(item, all)?,
            curves,
        })
    };
    set.items(tags::SOFTCOPY_VOILUT_SEQUENCE)
        .iter()
        .map(voi)
        .collect()
}

/// The tables of an image; those of its first frame where each has its own.
pub(super) fn of_image(set: &Dataset<'_>) -> Result<Vec<VoiTable>, Refusal> {
    let is_gray = set
        .first_text(tags::PHOTOMETRIC_INTERPRETATION)
        .is_some_and(|it| it.starts_with("MONOCHROME"));
    if !is_gray {
        return Ok(Vec::new());
    }
    tables(set, place(set))
}

/// Where an image says its tables.
pub(super) fn place<'s, 'a>(set: &'s Dataset<'a>) -> &'s Dataset<'a> {
    groups::place(set, 0, tags::FRAME_VOILUT_SEQUENCE, tags::VOILUT_SEQUENCE)
}

/// The tables in an item of `set`, or in `set` itself.
fn tables(set: &Dataset<'_>, item: &Dataset<'_>) -> Result<Vec<VoiTable>, Refusal> {
    let tables = item.items(tags::VOILUT_SEQUENCE).iter();
    tables.map(|it| table(set, it)).collect()
}

fn table(set: &Dataset<'_>, item: &Dataset<'_>) -> Result<VoiTable, Refusal> {
    const TABLE: &str = "a display table";
    let descriptor = Descriptor::read(item, tags::LUT_DESCRIPTOR, TABLE)?;
    if !(1..=16).contains(&descriptor.bits) {
        return Err(Refusal::contract(
            "1 to 16 bits in an entry of a display table",
            descriptor.bits.to_string(),
        ));
    }
    let words = item
        .words(tags::LUT_DATA)
        .ok_or_else(|| Refusal::malformed("a display table with entries", "none"))?;
    let first = descriptor.first;
    Ok(VoiTable {
        first: if is_signed(set, item)? {
            i32::from(first as i16)
        } else {
            i32::from(first)
        },
        bits: descriptor.bits,
        name: text(set, item, tags::LUT_EXPLANATION),
        entries: descriptor.entries(words, TABLE)?,
    })
}

/// Whether the first value of a table may be below zero: an explicit file says so, else the values of the image do.
fn is_signed(set: &Dataset<'_>, item: &Dataset<'_>) -> Result<bool, Refusal> {
    let vr = item.get(tags::LUT_DESCRIPTOR).map(|it| it.vr);
    if item.is_explicit() && matches!(vr, Some(VR::US | VR::SS)) {
        return Ok(vr == Some(VR::SS));
    }
    let intercept = set.number(tags::RESCALE_INTERCEPT)?.unwrap_or(0.0);
    Ok(set.count(tags::PIXEL_REPRESENTATION)? == Some(1) || intercept < 0.0)
}
