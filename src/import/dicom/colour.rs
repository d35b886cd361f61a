//! Colour: YBR to RGB, palettes, and 16 bits to 8.

use std::borrow::Cow;

use dicom::{core::Tag, dictionary_std::tags};

use super::{dataset::Dataset, lut::Descriptor, pixels::Contract};
use crate::import::Refusal;

/// YBR_FULL to RGB, PS3.3 C.7.6.3.1.2, rounded to the nearest.
pub(super) fn rgb_from_ybr(mut ybr: Vec<u8>) -> Vec<u8> {
    let (pixels, _) = ybr.as_chunks_mut::<3>();
    for pixel in pixels {
        let [luma, blue, red] = pixel.map(f32::from);
        let (blue, red) = (blue - 128.0, red - 128.0);
        let rgb = [
            luma + 1.402 * red,
            luma - (0.114 * 1.772 / 0.587) * blue - (0.299 * 1.402 / 0.587) * red,
            luma + 1.772 * blue,
        ];
        *pixel = rgb.map(|it| (it + 0.5).floor().clamp(0.0, 255.0) as u8);
    }
    ybr
}

/// Samples of up to 32 bits as bytes of full range.
pub(super) fn bytes_of<'a>(samples: Cow<'a, [u8]>, contract: &Contract) -> Cow<'a, [u8]> {
    let full = (1_u64 << contract.bits_stored) - 1;
    let scaled = |it: u64| ((it.min(full) * 255 + full / 2) / full) as u8;
    let words = samples
        .as_chunks::<2>()
        .0
        .iter()
        .map(|it| u16::from_le_bytes(*it));
    let longs = samples
        .as_chunks::<4>()
        .0
        .iter()
        .map(|it| u32::from_le_bytes(*it));
    match (contract.sample_bytes(), contract.bits_stored) {
        (1, 8) => samples,
        (1, _) => samples.iter().map(|it| scaled(u64::from(*it))).collect(),
        (2, _) => words.map(|it| scaled(u64::from(it))).collect(),
        _ => longs.map(|it| scaled(u64::from(it))).collect(),
    }
}

/// Red, green and blue for each stored number, PS3.3 C.7.6.3.1.5.
pub(super) struct Palette {
    first: i64,
    channels: [Vec<u8>; 3],
}

impl Palette {
    /// Reads the three tables, plain or segmented.
    pub(super) fn parse(set: &Dataset<'_>, contract: &Contract) -> Result<Self, Refusal> {
        let channel = |descriptor, plain, segmented| channel(set, descriptor, plain, segmented);
        let (red_first, red) = channel(
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let (green_first, green) = channel(
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let (blue_first, blue) = channel(
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        if red_first != green_first || red_first != blue_first || contract.is_signed() {
            return Err(Refusal::contract(
                "three palettes that begin at one unsigned number",
                "others",
            ));
        }
        Ok(Self {
            first: i64::from(red_first),
            channels: [red, green, blue],
        })
    }

    /// The colours of a frame of indices.
    pub(super) fn apply(&self, stored: &[u8], contract: &Contract) -> Vec<u8> {
        let colour = |index: i64| {
            // Beyond its ends a palette holds its end colours.
            let idx = usize::try_from(index - self.first).unwrap_or(0);
            self.channels
                .each_ref()
                .map(|it| it.get(idx).or(it.last()).copied().unwrap_or(0))
        };
        match contract.sample_bytes() {
            1 => stored
                .iter()
                .flat_map(|it| colour(i64::from(*it)))
                .collect(),
            _ => stored
                .as_chunks::<2>()
                .0
                .iter()
                .flat_map(|it| colour(i64::from(u16::from_le_bytes(*it))))
                .collect(),
        }
    }
}

/// The first stored number and the entries, as bytes, of one channel.
fn channel(
    set: &Dataset<'_>,
    descriptor: Tag,
    plain: Tag,
    segmented: Tag,
) -> Result<(u16, Vec<u8>), Refusal> {
    const TABLE: &str = "a palette";
    let descriptor = Descriptor::read(set, descriptor, TABLE)?;
    let words = match (set.words(plain), set.words(segmented)) {
        (Some(words), _) => words,
        (None, Some(words)) => expanded(&words, descriptor.n_entries)?,
        (None, None) => return Err(Refusal::malformed("a palette with entries", "none")),
    };
    let entries = descriptor.entries(words, TABLE)?;
    // Tables that promise 16 bits and use 8 are common; a table of darkness is not.
    let is_wide = descriptor.bits == 16 && entries.iter().any(|it| 255 < *it);
    Ok((
        descriptor.first,
        entries
            .iter()
            .map(|it| if is_wide { it >> 8 } else { *it } as u8)
            .collect(),
    ))
}

/// Segmented tables, PS3.3 C.7.9.2: discrete, linear, and indirect segments.
fn expanded(words: &[u16], n_entries: usize) -> Result<Vec<u16>, Refusal> {
    let mut entries = Vec::with_capacity(n_entries);
    segments(words, words, usize::MAX, n_entries, &mut entries)?;
    if entries.len() == n_entries {
        return Ok(entries);
    }
    let (want, found) = (
        format!("segments of {n_entries} palette entries"),
        entries.len(),
    );
    Err(Refusal::contract(want, found.to_string()))
}

/// Appends the entries of up to `n_segments` segments of `words`; `all` is what indirect segments point into.
fn segments(
    all: &[u16],
    words: &[u16],
    n_segments: usize,
    n_entries: usize,
    entries: &mut Vec<u16>,
) -> Result<(), Refusal> {
    let wrong = || Refusal::malformed("a segmented palette", "segments that do not fit");
    let mut rest = words;
    for _ in 0..n_segments {
        let [opcode, length, after @ ..] = rest else {
            break;
        };
        let n_more = usize::from(*length);
        rest = match opcode {
            0 => {
                let (values, after) = after.split_at_checked(n_more).ok_or_else(wrong)?;
                entries.extend_from_slice(values);
                after
            }
            1 => {
                let (end, after) = after.split_first().ok_or_else(wrong)?;
                let start = f64::from(*entries.last().ok_or_else(wrong)?);
                let step = (f64::from(*end) - start) / f64::from(*length).max(1.0);
                entries
                    .extend((1..=*length).map(|it| (start + step * f64::from(it)).round() as u16));
                after
            }
            // An indirect segment: `length` segments at a byte offset; it must not point at another indirect one.
            2 if n_segments == usize::MAX => {
                let [low, high, after @ ..] = after else {
                    return Err(wrong());
                };
                let offset = (usize::from(*high) << 16 | usize::from(*low)) / 2;
                segments(
                    all,
                    all.get(offset..).ok_or_else(wrong)?,
                    n_more,
                    n_entries,
                    entries,
                )?;
                after
            }
            _ => return Err(wrong()),
        };
        if n_entries < entries.len() {
            return Err(wrong());
        }
    }
    Ok(())
}
