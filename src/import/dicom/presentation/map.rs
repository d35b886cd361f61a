//! Parametric maps, PS3.3 A.75: a quantity for each pixel of images.

use std::io::Write;

use dicom::{core::Tag, dictionary_std::tags};

use super::{File, check_groups, finite, meaning, plane, segmentation, text};
use crate::{
    case::presentation::{Content, MapFrame, ParametricMap, RealWorld},
    import::{
        Refusal,
        dicom::{
            dataset::Dataset,
            groups,
            pixels::{Contract, Number},
        },
        wire::{Kind, Reply},
    },
};

/// Says the map, then the samples of each frame.
pub(super) fn say<W: Write>(file: &File<'_>, reply: &mut Reply<W>) -> Result<(), Refusal> {
    let set = file.set;
    let contract = Contract::parse(set, "Parametric Map")?;
    check_groups(set, contract.n_frames)?;
    let frame = |frame_idx| frame(set, frame_idx, &contract);
    let frames = (0..contract.n_frames)
        .map(frame)
        .collect::<Result<Vec<_>, _>>()?;
    let mappings: Vec<RealWorld> = frames.iter().map(|it| it.real_world.clone()).collect();
    let map = ParametricMap {
        width: contract.columns,
        height: contract.rows,
        label: text(set, set, tags::CONTENT_LABEL),
        frames,
    };
    let pixels = file.frames(&contract)?;
    reply.json(Kind::Presentation, &file.presentation(Content::Map(map))?)?;
    for (frame_idx, mapping) in mappings.iter().enumerate() {
        let (stored, _) = pixels.stored(frame_idx)?;
        let number = |bytes: &[u8]| number(bytes, contract.number);
        let samples = stored.chunks_exact(contract.sample_bytes());
        reply.gray(
            contract.n_samples(),
            samples.map(|it| mapping.value(number(it))),
        )?;
    }
    Ok(())
}

/// A stored number, little-endian.
fn number(bytes: &[u8], kind: Number) -> f64 {
    match (kind, bytes) {
        (Number::Float, [a, b, c, d]) => f64::from(f32::from_le_bytes([*a, *b, *c, *d])),
        (Number::Double, bytes) => bytes.try_into().map_or(f64::NAN, f64::from_le_bytes),
        (Number::Integer { is_signed: true }, [a, b]) => f64::from(i16::from_le_bytes([*a, *b])),
        (Number::Integer { .. }, [a, b]) => f64::from(u16::from_le_bytes([*a, *b])),
        _ => f64::NAN,
    }
}

fn frame(set: &Dataset<'_>, frame_idx: usize, contract: &Contract) -> Result<MapFrame, Refusal> {
    let is_known =
        !matches!(contract.number, Number::Integer { .. }) || contract.bits_allocated == 16;
    if !is_known || contract.samples != 1 || !contract.photometric.is_gray() {
        return Err(Refusal::unsupported(
            "a map of 16-bit integers, floats or doubles",
            format!("{} bits", contract.bits_allocated),
        ));
    }
    let sequence = tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE;
    let mapping = groups::group(set, frame_idx, sequence)
        .ok_or_else(|| Refusal::contract("a real world value mapping for each frame", "none"))?;
    Ok(MapFrame {
        sources: segmentation::sources(set, frame_idx)?,
        plane: plane(set, frame_idx),
        real_world: real_world(set, mapping, contract)?,
        samples: Box::default(),
    })
}

fn real_world(
    set: &Dataset<'_>,
    mapping: &Dataset<'_>,
    contract: &Contract,
) -> Result<RealWorld, Refusal> {
    if mapping.get(tags::REAL_WORLD_VALUE_LUT_DATA).is_some() {
        return Err(Refusal::unsupported(
            "a real world value mapping by slope and intercept",
            "one by a table",
        ));
    }
    let [slope] = finite(mapping, tags::REAL_WORLD_VALUE_SLOPE)?;
    let [intercept] = finite(mapping, tags::REAL_WORLD_VALUE_INTERCEPT)?;
    let unit = mapping.item(tags::MEASUREMENT_UNITS_CODE_SEQUENCE);
    let unit = unit.and_then(|it| it.first_text(tags::CODE_VALUE));
    let quantity = mapping.item(tags::QUANTITY_DEFINITION_SEQUENCE);
    let quantity = quantity.map(|it| meaning(set, it, tags::CONCEPT_CODE_SEQUENCE));
    Ok(RealWorld {
        label: text(set, mapping, tags::LUT_LABEL),
        quantity: quantity.filter(|it| *it != Default::default()),
        unit: unit.unwrap_or_default(),
        slope,
        intercept,
        range: range(mapping, contract)?,
    })
}

fn range(mapping: &Dataset<'_>, contract: &Contract) -> Result<Option<[f64; 2]>, Refusal> {
    let pair = |[low, high]: [Tag; 2]| {
        let is_there = mapping.bytes(low).is_some() && mapping.bytes(high).is_some();
        let read = |tag| finite::<1>(mapping, tag).map(|[it]| it);
        is_there
            .then(|| Ok::<_, Refusal>([read(low)?, read(high)?]))
            .transpose()
    };
    let doubles = pair([
        tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_FIRST_VALUE_MAPPED,
        tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_LAST_VALUE_MAPPED,
    ])?;
    let words = pair([
        tags::REAL_WORLD_VALUE_FIRST_VALUE_MAPPED,
        tags::REAL_WORLD_VALUE_LAST_VALUE_MAPPED,
    ])?;
    // Words cannot bound what is no integer; writers that put them there mean nothing by it.
    let words = words.filter(|_| matches!(contract.number, Number::Integer { .. }));
    // An implicit file does not say whether a word is signed: its pixels do.
    let signed = |it: f64| {
        if contract.is_signed() && 32_767.0 < it {
            it - 65_536.0
        } else {
            it
        }
    };
    Ok(doubles.or(words.map(|it| it.map(signed))))
}
