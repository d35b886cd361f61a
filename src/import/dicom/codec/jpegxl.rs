//! JPEG XL, through jxl-oxide.

use jxl_oxide::JxlImage;

use super::{StreamShape, pack};
use crate::import::{Refusal, dicom::pixels::Contract};

const NAME: &str = "JPEG XL";

/// Decodes a frame. The codec gives fractions of full scale; times full scale and rounded they are the stored
/// integers again, exactly so for the 16 bits that an `f32` has room for.
pub(super) fn decode(stream: &[u8], contract: &Contract) -> Result<Vec<u8>, Refusal> {
    let failed = |_| Refusal::codec(NAME, "is broken or cut short");
    let image = JxlImage::builder().read(stream).map_err(failed)?;
    let bits = image.image_header().metadata.bit_depth.bits_per_sample();
    let n_channels = image.pixel_format().channels();
    let shape = StreamShape {
        rows: image.height() as usize,
        columns: image.width() as usize,
        samples: n_channels,
        precision: u16::try_from(bits).unwrap_or(0),
    };
    shape.check(contract, NAME)?;
    if 16 < bits || contract.is_signed() {
        return Err(Refusal::unsupported(
            "JPEG XL of at most 16 bits, unsigned",
            format!("{bits} bits"),
        ));
    }
    let frame = image.render_frame(0).map_err(failed)?;
    let mut stream = frame.stream();
    let mut fractions = vec![0_f32; contract.n_samples()];
    let n_found = stream.write_to_buffer(&mut fractions);
    if n_found != fractions.len() || stream.channels() as usize != contract.samples {
        return Err(Refusal::contract(
            format!("{} JPEG XL samples", fractions.len()),
            n_found.to_string(),
        ));
    }
    let full = ((1_u32 << bits) - 1) as f32;
    Ok(pack(
        fractions
            .into_iter()
            .map(|it| (it.clamp(0.0, 1.0) * full).round() as i32),
        contract,
    ))
}
