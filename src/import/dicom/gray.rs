//! From stored numbers to scanner units: modality look-up table or rescale, padding, MONOCHROME1 turned over.

use std::{io::Write, ops::RangeInclusive};

use dicom::dictionary_std::tags;

use super::{
    dataset::Dataset,
    groups,
    lut::Descriptor,
    pixels::{Contract, Number, Photometric},
};
use crate::{
    import::{Refusal, wire::Reply},
    warnings::{WarningKind, Warnings},
};

/// What a stored number means, PS3.3 C.11.1.
#[derive(Clone, Debug, PartialEq)]
enum Modality {
    Linear { slope: f64, intercept: f64 },
    Table { first: i64, values: Vec<u16> },
}

/// The way from stored to said, for one frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    modality: Modality,
    /// Stored numbers that stand for no measurement, PS3.3 C.7.5.1.1.2.
    padding: Option<RangeInclusive<i64>>,
    /// For MONOCHROME1: least plus greatest value, from which a value is taken away.
    pub(super) turned_over: Option<f64>,
}

impl Curve {
    /// Reads the curve of a frame.
    pub(super) fn parse(
        set: &Dataset<'_>,
        frame_idx: usize,
        contract: &Contract,
        warnings: &Warnings,
    ) -> Result<Self, Refusal> {
        let modality = modality(set, frame_idx, contract)?;
        let mut curve = Self {
            modality,
            padding: padding(set, contract)?,
            turned_over: None,
        };
        let [low, high] = curve.range(contract);
        // Rounding to `f32` happens here and nowhere later.
        if ![low, high].iter().all(|it| (*it as f32).is_finite()) {
            return Err(Refusal::contract(
                "rescaled values that a number can hold",
                "greater ones",
            ));
        }
        if contract.photometric == Photometric::Monochrome1 {
            if !matches!(contract.number, Number::Integer { .. }) {
                return Err(Refusal::unsupported(
                    "integer pixels for MONOCHROME1",
                    "floating point",
                ));
            }
            curve.turned_over = Some(low + high);
        }
        if curve.padding.is_some() {
            warnings.add(
                WarningKind::Pixels,
                "the file has padding pixels; they count as missing",
            );
        }
        Ok(curve)
    }

    /// The values of the least and the greatest number that can be stored, in order.
    fn range(&self, contract: &Contract) -> [f64; 2] {
        let bits = u32::from(contract.bits_stored);
        let (low, high) = if contract.is_signed() {
            (
                -(1_i64 << (bits.min(63) - 1)),
                (1_i64 << (bits.min(63) - 1)) - 1,
            )
        } else {
            (0, (1_i64 << bits.min(62)) - 1)
        };
        match &self.modality {
            Modality::Linear { .. } => {
                let [low, high] = [low, high].map(|it| self.measured(it));
                [low.min(high), low.max(high)]
            }
            Modality::Table { values, .. } => [values.iter().min(), values.iter().max()]
                .map(|it| it.copied().map_or(0.0, f64::from)),
        }
    }

    fn measured(&self, stored: i64) -> f64 {
        match &self.modality {
            Modality::Linear { slope, intercept } => stored as f64 * slope + intercept,
            // Beyond its ends a table holds its end values, PS3.3 C.11.1.1.1.
            Modality::Table { first, values } => {
                let idx = usize::try_from(stored - first)
                    .unwrap_or(0)
                    .min(values.len().saturating_sub(1));
                values.get(idx).copied().map_or(0.0, f64::from)
            }
        }
    }

    fn value(&self, stored: i64) -> f32 {
        if self.padding.as_ref().is_some_and(|it| it.contains(&stored)) {
            return f32::NAN;
        }
        let measured = self.measured(stored);
        self.turned_over.map_or(measured, |it| it - measured) as f32
    }

    fn scaled(&self, stored: f64) -> f32 {
        match &self.modality {
            Modality::Linear { slope, intercept } => (stored * slope + intercept) as f32,
            Modality::Table { .. } => stored as f32,
        }
    }
}

/// A curve made ready for the pixels of a contract: a table for up to 16 bits.
pub(super) struct Lookup {
    pub(super) curve: Curve,
    /// One value for each pattern of bits; empty for wider pixels.
    table: Vec<f32>,
}

impl Lookup {
    pub(super) fn new(curve: Curve, contract: &Contract) -> Self {
        let patterns = match (contract.number, contract.sample_bytes()) {
            (Number::Integer { .. }, 1) => 0..=u16::from(u8::MAX),
            (Number::Integer { .. }, 2) => 0..=u16::MAX,
            _ => {
                return Self {
                    curve,
                    table: Vec::new(),
                };
            }
        };
        let stored = |it: u16| match (contract.is_signed(), contract.sample_bytes()) {
            (true, 1) => i64::from(it as u8 as i8),
            (true, _) => i64::from(it as i16),
            (false, _) => i64::from(it),
        };
        let table = patterns.map(|it| curve.value(stored(it))).collect();
        Self { curve, table }
    }

    /// Says the samples of a frame from its stored bytes.
    pub(super) fn say<W: Write>(
        &self,
        stored: &[u8],
        contract: &Contract,
        reply: &mut Reply<W>,
    ) -> Result<(), Refusal> {
        let n_samples = contract.n_samples();
        let value = |it: usize| self.table.get(it).copied().unwrap_or(f32::NAN);
        let words = stored
            .as_chunks::<2>()
            .0
            .iter()
            .map(|it| u16::from_le_bytes(*it));
        let longs = stored.as_chunks::<4>().0.iter();
        let doubles = stored.as_chunks::<8>().0.iter();
        let curve = &self.curve;
        match (contract.number, contract.sample_bytes()) {
            (Number::Float, _) => reply.gray(
                n_samples,
                longs.map(|it| curve.scaled(f64::from(f32::from_le_bytes(*it)))),
            ),
            (Number::Double, _) => reply.gray(
                n_samples,
                doubles.map(|it| curve.scaled(f64::from_le_bytes(*it))),
            ),
            (_, 1) => reply.gray(n_samples, stored.iter().map(|it| value(usize::from(*it)))),
            (_, 2) => reply.gray(n_samples, words.map(|it| value(usize::from(it)))),
            (Number::Integer { is_signed: true }, _) => reply.gray(
                n_samples,
                longs.map(|it| curve.value(i64::from(i32::from_le_bytes(*it)))),
            ),
            (Number::Integer { is_signed: false }, _) => reply.gray(
                n_samples,
                longs.map(|it| curve.value(i64::from(u32::from_le_bytes(*it)))),
            ),
        }
    }
}

fn modality(set: &Dataset<'_>, frame_idx: usize, contract: &Contract) -> Result<Modality, Refusal> {
    if let Some(table) = set.item(tags::MODALITY_LUT_SEQUENCE) {
        return if matches!(contract.number, Number::Integer { .. }) {
            table_of(table, contract)
        } else {
            Err(Refusal::unsupported(
                "integer pixels for a modality table",
                "floating point",
            ))
        };
    }
    let place = groups::place(
        set,
        frame_idx,
        tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
        tags::RESCALE_SLOPE,
    );
    // Dose grids carry their factor in an attribute of their own, PS3.3 C.8.8.3.
    let slope = place
        .number(tags::RESCALE_SLOPE)?
        .or(set.number(tags::DOSE_GRID_SCALING)?)
        .unwrap_or(1.0);
    let intercept = place.number(tags::RESCALE_INTERCEPT)?.unwrap_or(0.0);
    if !slope.is_finite() || slope == 0.0 || !intercept.is_finite() {
        return Err(Refusal::contract(
            "a rescale slope other than zero and a finite intercept",
            "others",
        ));
    }
    Ok(Modality::Linear { slope, intercept })
}

fn table_of(item: &Dataset<'_>, contract: &Contract) -> Result<Modality, Refusal> {
    const TABLE: &str = "a modality look-up table";
    let descriptor = Descriptor::read(item, tags::LUT_DESCRIPTOR, TABLE)?;
    let first = if contract.is_signed() {
        i64::from(descriptor.first as i16)
    } else {
        i64::from(descriptor.first)
    };
    let words = item
        .words(tags::LUT_DATA)
        .ok_or_else(|| Refusal::malformed("a modality look-up table with entries", "none"))?;
    let values = descriptor.entries(words, TABLE)?;
    Ok(Modality::Table { first, values })
}

fn padding(set: &Dataset<'_>, contract: &Contract) -> Result<Option<RangeInclusive<i64>>, Refusal> {
    let Number::Integer { is_signed } = contract.number else {
        return Ok(None);
    };
    let stored = |tag| -> Result<Option<i64>, Refusal> {
        let Some(number) = set.number(tag)? else {
            return Ok(None);
        };
        // The representation of the element and that of the pixels often disagree: the bits are what counts.
        let bits = number as i64;
        let width = 64 - u32::from(contract.bits_allocated.min(16)).max(8);
        Ok(Some(if contract.bits_allocated > 16 {
            bits
        } else if is_signed {
            bits << width >> width
        } else {
            ((bits as u64) << width >> width) as i64
        }))
    };
    let Some(value) = stored(tags::PIXEL_PADDING_VALUE)? else {
        return Ok(None);
    };
    let limit = stored(tags::PIXEL_PADDING_RANGE_LIMIT)?.unwrap_or(value);
    Ok(Some(value.min(limit)..=value.max(limit)))
}
