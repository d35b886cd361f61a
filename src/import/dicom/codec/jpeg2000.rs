//! JPEG 2000 and its high-throughput form, through OpenJPEG.

use jpeg2k::{DecodeParameters, Image};

use super::{Colour, Decoded, StreamShape, pack};
use crate::{
    import::{
        Refusal,
        dicom::pixels::{Contract, Photometric},
    },
    warnings::{WarningKind, Warnings},
};

const NAME: &str = "JPEG 2000";

/// Decodes a frame.
pub(super) fn decode(
    stream: &[u8],
    contract: &Contract,
    warnings: &Warnings,
) -> Result<Decoded, Refusal> {
    let header = Header::parse(stream)?;
    header.shape.check(contract, NAME)?;
    let colour = colour(contract.photometric, header.has_transform)?;
    // Strict: a stream that was cut short is refused, not filled in.
    let image = Image::from_bytes_with(stream, DecodeParameters::new().strict(true))
        .map_err(|_dropped| Refusal::codec(NAME, "is broken or cut short"))?;
    let components = image.components();
    let is_whole = |it: &jpeg2k::ImageComponent| {
        it.width() as usize == contract.columns && it.height() as usize == contract.rows
    };
    if components.len() != contract.samples || !components.iter().all(is_whole) {
        return Err(Refusal::contract(
            format!("{} whole components", contract.samples),
            format!("{} of other sizes", components.len()),
        ));
    }
    check_sign(components, contract, warnings)?;
    let planes: Vec<&[i32]> = components
        .iter()
        .map(jpeg2k::ImageComponent::data)
        .collect();
    let bytes = match planes.as_slice() {
        [plane] => pack(plane.iter().copied(), contract),
        [red, green, blue] => pack(
            red.iter()
                .zip(*green)
                .zip(*blue)
                .flat_map(|((red, green), blue)| [*red, *green, *blue]),
            contract,
        ),
        _ => {
            return Err(Refusal::unsupported(
                "one or three components",
                planes.len().to_string(),
            ));
        }
    };
    Ok(Decoded { bytes, colour })
}

/// PS3.5 8.2.4: the codec undoes its own colour transform; without one the samples are what the header says.
fn colour(photometric: Photometric, has_transform: bool) -> Result<Colour, Refusal> {
    match (photometric, has_transform) {
        (Photometric::YbrRct | Photometric::YbrIct, false) => Err(Refusal::contract(
            "a JPEG 2000 stream with its colour transform",
            "one without",
        )),
        (Photometric::YbrFull | Photometric::YbrFull422, false) => Ok(Colour::Ybr),
        (Photometric::YbrFull | Photometric::YbrFull422, true) => Err(Refusal::contract(
            "a JPEG 2000 stream without a colour transform",
            "one with it",
        )),
        _ => Ok(Colour::Rgb),
    }
}

/// The stream and the header may disagree on the sign. The bits are then read as the header says (PS3.3
/// C.7.6.3.1.1), which is only sound if none of the values means something else.
fn check_sign(
    components: &[jpeg2k::ImageComponent],
    contract: &Contract,
    warnings: &Warnings,
) -> Result<(), Refusal> {
    for component in components {
        if component.is_signed()
            && !contract.is_signed()
            && component.data().iter().any(|it| *it < 0)
        {
            return Err(Refusal::contract(
                "unsigned values in the JPEG 2000 stream",
                "negative ones",
            ));
        }
        if component.is_signed() != contract.is_signed() {
            warnings.add(
                WarningKind::Pixels,
                "the JPEG 2000 stream and the header disagree on the sign: read as the header says",
            );
        }
        if component.precision() != u32::from(contract.bits_stored) {
            warnings.add(
                WarningKind::Pixels,
                format!(
                    "the JPEG 2000 stream has {} bits a sample, the header {}",
                    component.precision(),
                    contract.bits_stored
                ),
            );
        }
    }
    Ok(())
}

/// The main header of a codestream, T.800 Annex A.
struct Header {
    shape: StreamShape,
    has_transform: bool,
}

impl Header {
    fn parse(stream: &[u8]) -> Result<Self, Refusal> {
        let cut = || Refusal::codec(NAME, "has no main header");
        // Some writers wrap the codestream in boxes, which DICOM does not allow and OpenJPEG takes.
        let start = stream
            .windows(4)
            .take(1 << 12)
            .position(|it| it == b"\xff\x4f\xff\x51")
            .ok_or_else(cut)?;
        let mut rest = stream.get(start + 2..).ok_or_else(cut)?;
        let mut shape = None;
        while let [0xff, marker, high, low, after @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let body = length
                .checked_sub(2)
                .and_then(|it| after.get(..it))
                .ok_or_else(cut)?;
            match marker {
                0x51 => shape = Some(size(body).ok_or_else(cut)?),
                // Coding style: the fifth byte tells of a multiple component transform.
                0x52 => {
                    return Ok(Self {
                        shape: shape.ok_or_else(cut)?,
                        has_transform: body.get(4).ok_or_else(cut)? & 1 == 1,
                    });
                }
                _ => {}
            }
            rest = after.get(body.len()..).unwrap_or_default();
        }
        Err(cut())
    }
}

/// Image and tile size, T.800 A.5.1.
fn size(body: &[u8]) -> Option<StreamShape> {
    let word = |at: usize| {
        body.get(at..at + 4)
            .and_then(|it| it.try_into().ok())
            .map(|it| u32::from_be_bytes(it) as usize)
    };
    let n_components = body
        .get(34..36)
        .and_then(|it| it.try_into().ok())
        .map(u16::from_be_bytes)?;
    let precision = body.get(36).map(|it| u16::from(it & 0x7f) + 1)?;
    Some(StreamShape {
        rows: word(6)?.checked_sub(word(14)?)?,
        columns: word(2)?.checked_sub(word(10)?)?,
        samples: usize::from(n_components),
        precision,
    })
}
