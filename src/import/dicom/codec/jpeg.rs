//! JPEG of every process that DICOM has not retired: baseline, extended (8 and 12 bit), lossless (2 to 16 bit).
//!
//! The photometric interpretation decides about colour, not the markers in the stream: with RGB the samples are
//! taken as they are, with YBR they are converted. The stream is given the marker that says so.

use super::{Colour, Decoded, StreamShape, pack, turbojpeg};
use crate::{
    import::{
        Refusal,
        dicom::pixels::{Contract, Photometric},
    },
    warnings::{WarningKind, Warnings},
};

const NAME: &str = "JPEG";
const APP0: u8 = 0xe0;
const APP14: u8 = 0xee;
const START_OF_SCAN: u8 = 0xda;
/// Baseline, extended, progressive, lossless; all with Huffman coding.
const FRAMES_DECODED: std::ops::RangeInclusive<u8> = 0xc0..=0xc3;
const LOSSLESS: u8 = 0xc3;

/// Complaints of libjpeg-turbo that leave the samples as they were meant: bytes between segments, and scan
/// parameters that a sequential process has no use for.
const HARMLESS: [&str; 2] = ["extraneous bytes", "Invalid SOS parameters"];

/// Decodes a frame.
pub(super) fn decode(
    stream: &[u8],
    contract: &Contract,
    warnings: &Warnings,
) -> Result<Decoded, Refusal> {
    let header = Header::parse(stream)?;
    header.shape.check(contract, NAME)?;
    if contract.bits_stored < header.shape.precision {
        warnings.add(
            WarningKind::Pixels,
            format!(
                "the JPEG stream has {} bits a sample, the header {}",
                header.shape.precision, contract.bits_stored
            ),
        );
    }
    let is_rgb = match contract.photometric {
        Photometric::Rgb => true,
        Photometric::YbrFull | Photometric::YbrFull422 => false,
        Photometric::YbrRct | Photometric::YbrIct => {
            return Err(Refusal::contract(
                "a photometric interpretation of JPEG",
                "one of JPEG 2000",
            ));
        }
        _ => {
            return plain(stream, contract, warnings).map(|bytes| Decoded {
                bytes,
                colour: Colour::Rgb,
            });
        }
    };
    if header.says_rgb.is_some_and(|it| it != is_rgb) {
        let (tag, marker) = if is_rgb {
            ("RGB", "YCbCr")
        } else {
            ("YBR", "RGB")
        };
        warnings.add(WarningKind::Pixels, format!("the photometric interpretation says {tag}, the JPEG stream says {marker}: followed the former"));
    }
    // A lossless process never converts, so the conversion is left to the caller.
    let is_lossless = header.process == LOSSLESS;
    let marked = with_transform(stream, u8::from(!is_rgb && !is_lossless))?;
    let bytes = plain(&marked, contract, warnings)?;
    Ok(Decoded {
        bytes,
        colour: if is_lossless && !is_rgb {
            Colour::Ybr
        } else {
            Colour::Rgb
        },
    })
}

fn plain(stream: &[u8], contract: &Contract, warnings: &Warnings) -> Result<Vec<u8>, Refusal> {
    let decoded = turbojpeg::decode(stream, contract.rows, contract.columns, contract.samples);
    let decoded =
        decoded.map_err(|found| Refusal::codec(NAME, format!("could not be decoded ({found})")))?;
    match decoded.complaint {
        // These do no harm; any other complaint means samples that were made up.
        Some(complaint) if HARMLESS.iter().any(|it| complaint.contains(it)) => warnings.add(
            WarningKind::File,
            "the JPEG stream is not quite as it should be, without harm to its samples",
        ),
        Some(complaint) => return Err(Refusal::codec(NAME, format!("is damaged ({complaint})"))),
        None => {}
    }
    Ok(pack(decoded.samples.into_iter().map(i32::from), contract))
}

/// What the segments before the first scan say.
struct Header {
    shape: StreamShape,
    /// The marker of the frame header, which names the process.
    process: u8,
    /// Whether the stream itself says that its samples are RGB, if it says anything.
    says_rgb: Option<bool>,
}

impl Header {
    fn parse(stream: &[u8]) -> Result<Self, Refusal> {
        let mut frame = None;
        let mut says_rgb = None;
        for (marker, body) in segments(stream)? {
            match (marker, body) {
                // DHT, JPG and DAC stand among the frame headers.
                (0xc4 | 0xc8 | 0xcc, _) => {}
                (
                    0xc0..=0xcf,
                    [
                        precision,
                        rows_high,
                        rows_low,
                        columns_high,
                        columns_low,
                        samples,
                        ..,
                    ],
                ) => {
                    let word = |high: &u8, low: &u8| usize::from(u16::from_be_bytes([*high, *low]));
                    let shape = StreamShape {
                        rows: word(rows_high, rows_low),
                        columns: word(columns_high, columns_low),
                        samples: usize::from(*samples),
                        precision: u16::from(*precision),
                    };
                    frame = Some((marker, shape));
                }
                (APP0, [b'J', b'F', b'I', b'F', 0, ..]) => says_rgb = Some(false),
                (
                    APP14,
                    [
                        b'A',
                        b'd',
                        b'o',
                        b'b',
                        b'e',
                        _,
                        _,
                        _,
                        _,
                        _,
                        _,
                        transform,
                        ..,
                    ],
                ) => says_rgb = says_rgb.or(Some(*transform == 0)),
                _ => {}
            }
        }
        let (process, shape) = frame.ok_or_else(|| Refusal::codec(NAME, "has no frame header"))?;
        if !FRAMES_DECODED.contains(&process) {
            return Err(Refusal::unsupported(
                "a JPEG process of baseline, extended, progressive or lossless with Huffman coding",
                format!("process marker {process:#04x}"),
            ));
        }
        Ok(Self {
            shape,
            process,
            says_rgb,
        })
    }
}

/// Marker segments up to and without the first scan, each with its body.
fn segments(stream: &[u8]) -> Result<Vec<(u8, &[u8])>, Refusal> {
    let mut segments = Vec::new();
    let mut rest = stream
        .strip_prefix(b"\xff\xd8")
        .ok_or_else(|| Refusal::codec(NAME, "does not begin with its marker"))?;
    loop {
        let cut = || Refusal::codec(NAME, "ends before its first scan");
        // Any number of 0xff may stand before a marker, T.81 B.1.1.2.
        let fill = rest.iter().take_while(|it| **it == 0xff).count();
        let (marker, after) = rest
            .get(fill..)
            .and_then(<[u8]>::split_first)
            .filter(|_| 0 < fill)
            .ok_or_else(cut)?;
        if *marker == START_OF_SCAN {
            return Ok(segments);
        }
        let (length, _) = after.split_first_chunk::<2>().ok_or_else(cut)?;
        let (segment, after) = after
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or_else(cut)?;
        segments.push((*marker, segment.get(2..).ok_or_else(cut)?));
        rest = after;
    }
}

/// The stream without what it says about colour, and with an Adobe marker that says `transform`: 0 for samples
/// that are RGB, 1 for YCbCr.
fn with_transform(stream: &[u8], transform: u8) -> Result<Vec<u8>, Refusal> {
    let mut marked = Vec::with_capacity(stream.len() + 16);
    marked.extend_from_slice(b"\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00");
    marked.push(transform);
    let mut n_head = 2;
    for (marker, body) in segments(stream)? {
        n_head += 4 + body.len();
        if marker != APP0 && marker != APP14 {
            let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
            marked.extend_from_slice(&[0xff, marker]);
            marked.extend_from_slice(&length.to_be_bytes());
            marked.extend_from_slice(body);
        }
    }
    // Fill bytes make the head longer than counted; the scan begins at the first marker after that.
    let rest = stream.get(n_head..).unwrap_or_default();
    let scan = rest
        .windows(2)
        .position(|it| it == [0xff, START_OF_SCAN])
        .and_then(|it| rest.get(it..));
    marked.extend_from_slice(scan.ok_or_else(|| Refusal::codec(NAME, "has no scan"))?);
    Ok(marked)
}
