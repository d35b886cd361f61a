//! The pixel contract: what the header promises about the pixels, checked before anything is decoded.
//!
//! Not here: whether the bytes keep the promise ([`super::frames`]).

use dicom::dictionary_std::tags;

use super::{dataset::Dataset, parse};
use crate::import::{Refusal, wire::Shape};

/// How the samples of a pixel make a colour, PS3.3 C.7.6.3.1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    Monochrome1,
    Monochrome2,
    Palette,
    Rgb,
    YbrFull,
    YbrFull422,
    YbrRct,
    YbrIct,
}

impl Photometric {
    fn parse(term: &str) -> Option<Self> {
        Some(match term {
            "MONOCHROME1" => Self::Monochrome1,
            "MONOCHROME2" => Self::Monochrome2,
            "PALETTE COLOR" => Self::Palette,
            "RGB" => Self::Rgb,
            "YBR_FULL" => Self::YbrFull,
            "YBR_FULL_422" => Self::YbrFull422,
            "YBR_RCT" => Self::YbrRct,
            "YBR_ICT" => Self::YbrIct,
            _ => return None,
        })
    }

    /// Whether a pixel is one sample.
    pub(super) const fn is_single(self) -> bool {
        matches!(self, Self::Monochrome1 | Self::Monochrome2 | Self::Palette)
    }

    /// Whether the picture is grey.
    pub(super) const fn is_gray(self) -> bool {
        matches!(self, Self::Monochrome1 | Self::Monochrome2)
    }
}

/// What a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Integer { is_signed: bool },
    Float,
    Double,
}

/// What the header promises, each part legal by itself and with the others.
#[derive(Clone, Debug)]
pub(super) struct Contract {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) n_frames: usize,
    pub(super) samples: usize,
    /// 1, 8, 16, 32 or, for doubles, 64.
    pub(super) bits_allocated: u16,
    pub(super) bits_stored: u16,
    pub(super) number: Number,
    pub(super) photometric: Photometric,
    pub(super) is_planar: bool,
}

impl Contract {
    /// Reads and checks the description of the pixels.
    pub(super) fn parse(set: &Dataset<'_>, sop_class: &str) -> Result<Self, Refusal> {
        let number = match [
            tags::PIXEL_DATA,
            tags::FLOAT_PIXEL_DATA,
            tags::DOUBLE_FLOAT_PIXEL_DATA,
        ]
        .map(|it| set.get(it).is_some())
        {
            [true, false, false] => Number::Integer {
                is_signed: wanted(set, tags::PIXEL_REPRESENTATION)? != 0,
            },
            [false, true, false] => Number::Float,
            [false, false, true] => Number::Double,
            [false, false, false] => {
                return Err(Refusal::NoPixels {
                    sop_class: sop_class.to_owned(),
                });
            }
            _ => return Err(Refusal::contract("one kind of pixel data", "several")),
        };
        let term = set
            .first_text(tags::PHOTOMETRIC_INTERPRETATION)
            .unwrap_or_default();
        let photometric = Photometric::parse(&term).ok_or_else(|| {
            Refusal::unsupported(
                "a photometric interpretation that is known",
                known_term(&term),
            )
        })?;
        let contract = Self {
            rows: wanted(set, tags::ROWS)?,
            columns: wanted(set, tags::COLUMNS)?,
            n_frames: set.count(tags::NUMBER_OF_FRAMES)?.unwrap_or(1),
            samples: wanted(set, tags::SAMPLES_PER_PIXEL)?,
            bits_allocated: wanted(set, tags::BITS_ALLOCATED)?
                .try_into()
                .unwrap_or(u16::MAX),
            bits_stored: bits_stored(set, number)?,
            number,
            photometric,
            is_planar: set.count(tags::PLANAR_CONFIGURATION)?.unwrap_or(0) == 1,
        };
        contract.check(set)?;
        Ok(contract)
    }

    fn check(&self, set: &Dataset<'_>) -> Result<(), Refusal> {
        let wanted = if self.photometric.is_single() { 1 } else { 3 };
        if self.samples != wanted {
            return Err(Refusal::contract(
                format!("{wanted} samples per pixel for its photometric interpretation"),
                self.samples.to_string(),
            ));
        }
        let legal: &[u16] = match self.number {
            Number::Integer { .. } if self.photometric.is_gray() => &[1, 8, 16, 32],
            Number::Integer { .. } if self.photometric == Photometric::Palette => &[8, 16],
            Number::Integer { .. } => &[8, 16, 32],
            Number::Float => &[32],
            Number::Double => &[64],
        };
        if !legal.contains(&self.bits_allocated) {
            return Err(Refusal::contract(
                format!("bits allocated of {legal:?}"),
                self.bits_allocated.to_string(),
            ));
        }
        if !(1..=self.bits_allocated).contains(&self.bits_stored) {
            return Err(Refusal::contract(
                format!("bits stored from 1 to {}", self.bits_allocated),
                self.bits_stored.to_string(),
            ));
        }
        // PS3.5 8.1.1: the high bit is one less than the bits stored.
        if let (Number::Integer { .. }, Some(high_bit)) = (self.number, set.count(tags::HIGH_BIT)?)
            && high_bit + 1 != usize::from(self.bits_stored)
        {
            return Err(Refusal::contract(
                format!("high bit {}", self.bits_stored - 1),
                high_bit.to_string(),
            ));
        }
        if !matches!(set.count(tags::PIXEL_REPRESENTATION)?, None | Some(0 | 1)) {
            return Err(Refusal::contract(
                "pixel representation 0 or 1",
                "another number",
            ));
        }
        let is_gray = self.photometric.is_gray();
        if !is_gray && self.number != (Number::Integer { is_signed: false }) {
            return Err(Refusal::contract(
                "unsigned integers for a colour picture",
                "others",
            ));
        }
        if self.photometric == Photometric::YbrFull422 && !self.columns.is_multiple_of(2) {
            return Err(Refusal::contract(
                "an even number of columns for YBR_FULL_422",
                self.columns.to_string(),
            ));
        }
        if !matches!(self.photometric, Photometric::Rgb)
            && !self.photometric.is_single()
            && (self.bits_allocated, self.bits_stored) != (8, 8)
        {
            return Err(Refusal::unsupported(
                "8 bits a sample for a YBR picture",
                format!("{} of {}", self.bits_stored, self.bits_allocated),
            ));
        }
        self.shape().checked_samples().map(|_| ())
    }

    /// The shape of what will be said.
    pub(super) const fn shape(&self) -> Shape {
        Shape {
            rows: self.rows,
            columns: self.columns,
            n_frames: self.n_frames,
            is_colour: !self.photometric.is_gray(),
        }
    }

    /// Pixels of a frame.
    pub(super) const fn n_pixels(&self) -> usize {
        self.rows * self.columns
    }

    /// Samples of a frame.
    pub(super) const fn n_samples(&self) -> usize {
        self.n_pixels() * self.samples
    }

    /// Bytes of one sample once it has been unpacked: one bit takes a byte.
    pub(super) const fn sample_bytes(&self) -> usize {
        self.bits_allocated.div_ceil(8) as usize
    }

    /// Bytes of an unpacked frame.
    pub(super) const fn frame_bytes(&self) -> usize {
        self.n_samples() * self.sample_bytes()
    }

    pub(super) const fn is_signed(&self) -> bool {
        matches!(self.number, Number::Integer { is_signed: true })
    }

    /// Holds an unpacked frame against the contract.
    pub(super) fn check_frame(&self, n_bytes: usize) -> Result<(), Refusal> {
        let wanted = self.frame_bytes();
        if n_bytes == wanted {
            Ok(())
        } else {
            Err(Refusal::contract(
                format!("{wanted} bytes in a frame"),
                n_bytes.to_string(),
            ))
        }
    }
}

fn wanted(set: &Dataset<'_>, tag: dicom::core::Tag) -> Result<usize, Refusal> {
    set.count(tag)?
        .ok_or_else(|| Refusal::contract(parse::name(tag), "nothing"))
}

fn bits_stored(set: &Dataset<'_>, number: Number) -> Result<u16, Refusal> {
    match number {
        Number::Integer { .. } => Ok(wanted(set, tags::BITS_STORED)?
            .try_into()
            .unwrap_or(u16::MAX)),
        Number::Float => Ok(32),
        Number::Double => Ok(64),
    }
}

/// A defined term, repeated only if it looks like one.
pub(super) fn known_term(term: &str) -> String {
    let is_term = !term.is_empty()
        && term.len() <= 16
        && term
            .bytes()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || matches!(it, b' ' | b'_'));
    if is_term {
        term.to_owned()
    } else {
        "none or an unknown one".to_owned()
    }
}
