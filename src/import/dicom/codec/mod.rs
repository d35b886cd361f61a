//! From a compressed frame to stored samples: little-endian, interleaved, unpacked, of exactly the promised size.

mod jpeg;
mod jpeg2000;
mod jpegls;
mod jpegxl;
mod rle;
#[expect(
    unsafe_code,
    reason = "the only safe binding of libjpeg-turbo lacks 12-bit and lossless JPEG; this file is the wrapper"
)]
mod turbojpeg;

use std::borrow::Cow;

use super::pixels::{Contract, Photometric};
use crate::{
    import::{Refusal, dicom::inflate, wire},
    warnings::Warnings,
};

/// Transfer syntaxes by what decodes them, PS3.6 A.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Native,
    Jpeg,
    JpegLs,
    Jpeg2000,
    JpegXl,
    Rle,
    Deflate,
}

impl Codec {
    /// The codec of a transfer syntax; `None` if nothing here decodes it.
    pub(super) fn of(uid: &str) -> Option<Self> {
        Some(match uid {
            "1.2.840.10008.1.2"
            | "1.2.840.10008.1.2.1"
            | "1.2.840.10008.1.2.1.99"
            | "1.2.840.10008.1.2.2"
            | "1.2.840.10008.1.2.1.98" => Self::Native,
            "1.2.840.10008.1.2.4.50"
            | "1.2.840.10008.1.2.4.51"
            | "1.2.840.10008.1.2.4.57"
            | "1.2.840.10008.1.2.4.70" => Self::Jpeg,
            "1.2.840.10008.1.2.4.80" | "1.2.840.10008.1.2.4.81" => Self::JpegLs,
            // The last three are high-throughput JPEG 2000.
            "1.2.840.10008.1.2.4.90"
            | "1.2.840.10008.1.2.4.91"
            | "1.2.840.10008.1.2.4.201"
            | "1.2.840.10008.1.2.4.202"
            | "1.2.840.10008.1.2.4.203" => Self::Jpeg2000,
            "1.2.840.10008.1.2.4.110" | "1.2.840.10008.1.2.4.111" | "1.2.840.10008.1.2.4.112" => {
                Self::JpegXl
            }
            "1.2.840.10008.1.2.5" => Self::Rle,
            "1.2.840.10008.1.2.8.1" => Self::Deflate,
            _ => return None,
        })
    }
}

/// Whether a transfer syntax may have lost something.
pub(super) fn is_lossy(uid: &str) -> bool {
    matches!(
        uid,
        "1.2.840.10008.1.2.4.50"
            | "1.2.840.10008.1.2.4.51"
            | "1.2.840.10008.1.2.4.81"
            | "1.2.840.10008.1.2.4.91"
            | "1.2.840.10008.1.2.4.111"
            | "1.2.840.10008.1.2.4.112"
            | "1.2.840.10008.1.2.4.203"
    )
}

/// What the samples of a decoded colour pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Rgb,
    Ybr,
}

/// A decoded frame.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// For pixels of three samples.
    pub(super) colour: Colour,
}

/// Decodes one frame.
pub(super) fn decode(
    codec: Codec,
    fragments: &[&[u8]],
    contract: &Contract,
    warnings: &Warnings,
) -> Result<Decoded, Refusal> {
    let stream: Cow<'_, [u8]> = match fragments {
        [one] => Cow::Borrowed(one),
        several => Cow::Owned(several.concat()),
    };
    wire::check_ratio(contract.n_samples() as u64, stream.len())?;
    let is_j2k_colour = matches!(
        contract.photometric,
        Photometric::YbrRct | Photometric::YbrIct
    );
    if is_j2k_colour && codec != Codec::Jpeg2000 {
        return Err(Refusal::contract(
            "JPEG 2000 for YBR_RCT and YBR_ICT",
            format!("{codec:?}"),
        ));
    }
    let as_told = if contract.photometric == Photometric::Rgb {
        Colour::Rgb
    } else {
        Colour::Ybr
    };
    let decoded = match codec {
        Codec::Jpeg => jpeg::decode(&stream, contract, warnings)?,
        Codec::JpegLs => Decoded {
            bytes: jpegls::decode(&stream, contract)?,
            colour: as_told,
        },
        Codec::Jpeg2000 => jpeg2000::decode(&stream, contract, warnings)?,
        // PS3.5 8.2.16: the codec undoes its own colour transform.
        Codec::JpegXl => Decoded {
            bytes: jpegxl::decode(&stream, contract)?,
            colour: Colour::Rgb,
        },
        Codec::Rle => Decoded {
            bytes: rle::decode(&stream, contract)?,
            colour: as_told,
        },
        Codec::Deflate => Decoded {
            bytes: inflate::exact(&stream, contract.frame_bytes())?,
            colour: as_told,
        },
        Codec::Native => {
            return Err(Refusal::contract(
                "native pixel data for its transfer syntax",
                "encapsulated",
            ));
        }
    };
    contract.check_frame(decoded.bytes.len())?;
    Ok(decoded)
}

/// What a stream says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StreamShape {
    rows: usize,
    columns: usize,
    samples: usize,
    precision: u16,
}

impl StreamShape {
    /// Holds a stream's own header against the contract, before the codec allocates by it.
    fn check(&self, contract: &Contract, codec: &str) -> Result<(), Refusal> {
        let wanted = (contract.rows, contract.columns, contract.samples);
        if (self.rows, self.columns, self.samples) != wanted {
            let text = |(rows, columns, samples): (usize, usize, usize)| {
                format!("{rows} x {columns} x {samples}")
            };
            return Err(Refusal::contract(
                format!("a {codec} stream of {}", text(wanted)),
                text((self.rows, self.columns, self.samples)),
            ));
        }
        if !(1..=contract.bits_allocated).contains(&self.precision) {
            return Err(Refusal::contract(
                format!(
                    "a {codec} stream of at most {} bits",
                    contract.bits_allocated
                ),
                self.precision.to_string(),
            ));
        }
        Ok(())
    }
}

/// Bytes of `samples` in containers of the contract's size.
fn pack(samples: impl Iterator<Item = i32>, contract: &Contract) -> Vec<u8> {
    match contract.sample_bytes() {
        1 => samples.map(|it| it as u8).collect(),
        2 => samples.flat_map(|it| (it as u16).to_le_bytes()).collect(),
        _ => samples.flat_map(i32::to_le_bytes).collect(),
    }
}
