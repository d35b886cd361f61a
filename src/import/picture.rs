//! Plain pictures (PNG, JPEG, TIFF, BMP) through the `image` crate, under limits, as a scan without a patient.

use std::io::{Cursor, Write};

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, metadata::Orientation,
};

use super::{
    Refusal, sandbox,
    wire::{Kind, Reply, Shape},
};
use crate::{
    case::{
        Modality, Subject,
        scan::{Format, Header, PixelHeader},
    },
    disk::Sha256,
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// Decoded size that no file needs to justify.
const FREE_BYTES: u64 = 64 << 20;
/// Decoded bytes for each byte of the file, beyond the free ones.
const RATIO_LIMIT: u64 = 200;

/// Reads a picture and says it.
pub(super) fn read<W: Write>(
    bytes: &[u8],
    format: Format,
    file_sha256: Sha256,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    let warnings = Warnings::default();
    let picture = decode(bytes, format, &warnings)?;
    let samples = Samples::from_picture(picture, &warnings)?;
    let shape = Shape {
        rows: samples.rows,
        columns: samples.columns,
        n_frames: 1,
        is_colour: samples.gray.is_none(),
    };
    let n_samples = shape.checked_samples()?;
    let n_found = samples.gray.as_ref().map_or(samples.rgb.len(), Vec::len);
    if n_found != n_samples {
        return Err(Refusal::contract(
            format!("{n_samples} samples"),
            format!("{n_found}"),
        ));
    }
    reply.json(Kind::Shape, &shape)?;
    match &samples.gray {
        Some(gray) => reply.gray(gray)?,
        None => reply.rgb(&samples.rgb)?,
    }
    let header = header(&samples, format, file_sha256, &warnings);
    reply.json(Kind::Header, &header)
}

fn decode(bytes: &[u8], format: Format, warnings: &Warnings) -> Result<DynamicImage, Refusal> {
    let (codec, name) = match format {
        Format::Png => (ImageFormat::Png, "PNG"),
        Format::Jpeg => (ImageFormat::Jpeg, "JPEG"),
        Format::Tiff => (ImageFormat::Tiff, "TIFF"),
        Format::Bmp | Format::Dicom => (ImageFormat::Bmp, "BMP"),
    };
    let failed = |error: image::ImageError| refused(name, &error);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(512 << 20);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), codec);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (columns, rows) = decoder.dimensions();
    let shape = Shape {
        rows: rows as usize,
        columns: columns as usize,
        n_frames: 1,
        is_colour: decoder.color_type().has_color(),
    };
    let n_samples = shape.checked_samples()? as u64;
    let n_bytes = bytes.len() as u64;
    let limit = FREE_BYTES.saturating_add(n_bytes.saturating_mul(RATIO_LIMIT));
    if limit < decoder.total_bytes() {
        return Err(Refusal::too_large(
            "a picture in decoded bytes, for a file of its size,",
            limit,
            decoder.total_bytes(),
        ));
    }
    sandbox::allow_frame(n_bytes, n_samples);
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    if orientation != Orientation::NoTransforms {
        picture.apply_orientation(orientation);
        warnings.add(
            WarningKind::Geometry,
            "the picture was turned as its EXIF orientation says",
        );
    }
    Ok(picture)
}

/// The words of the `image` crate name formats and numbers, never content; only the kind is passed on.
fn refused(name: &str, error: &image::ImageError) -> Refusal {
    match error {
        image::ImageError::Decoding(_) => Refusal::codec(name, "is broken or cut short"),
        image::ImageError::Limits(_) => {
            Refusal::codec(name, "would need more memory than a picture may")
        }
        image::ImageError::Unsupported(_) => {
            Refusal::codec(name, "uses a feature that is not supported")
        }
        image::ImageError::IoError(_) => Refusal::codec(name, "ends too early"),
        _ => Refusal::codec(name, "cannot be decoded"),
    }
}

/// Stored samples of a picture as the contract wants them.
struct Samples {
    rows: usize,
    columns: usize,
    bits: u16,
    gray: Option<Vec<f32>>,
    rgb: Vec<u8>,
    sha256: Sha256,
}

impl Samples {
    fn from_picture(picture: DynamicImage, warnings: &Warnings) -> Result<Self, Refusal> {
        let color = picture.color();
        if color.has_alpha() {
            warnings.add(
                WarningKind::Pixels,
                "the transparency of the picture was dropped",
            );
        }
        let (rows, columns) = (picture.height() as usize, picture.width() as usize);
        let is_wide = color.bytes_per_pixel() / color.channel_count() == 2;
        if is_wide && !color.has_color() {
            let gray = picture.into_luma16().into_raw();
            let sha256 = sha256_of_u16(&gray);
            return Ok(Self {
                rows,
                columns,
                bits: 16,
                gray: Some(gray.into_iter().map(f32::from).collect()),
                rgb: Vec::new(),
                sha256,
            });
        }
        if !color.has_color() {
            return Ok(Self::gray8(rows, columns, &picture.into_luma8().into_raw()));
        }
        if matches!(
            picture,
            DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_)
        ) {
            return Err(Refusal::unsupported(
                "integer samples in a picture",
                "floating point",
            ));
        }
        let sha256 = is_wide.then(|| sha256_of_u16(picture.to_rgb16().as_raw()));
        if is_wide {
            warnings.add(WarningKind::Pixels, "colours of 16 bits were reduced to 8");
        }
        let rgb = picture.into_rgb8().into_raw();
        let (pixels, _) = rgb.as_chunks::<3>();
        if pixels
            .iter()
            .all(|[red, green, blue]| red == green && green == blue)
        {
            let gray: Vec<u8> = pixels.iter().map(|[red, ..]| *red).collect();
            return Ok(Self::gray8(rows, columns, &gray));
        }
        let sha256 = sha256.unwrap_or_else(|| Sha256::of(&rgb));
        Ok(Self {
            rows,
            columns,
            bits: if is_wide { 16 } else { 8 },
            gray: None,
            rgb,
            sha256,
        })
    }

    fn gray8(rows: usize, columns: usize, gray: &[u8]) -> Self {
        let samples = gray.iter().map(|it| f32::from(*it)).collect();
        Self {
            rows,
            columns,
            bits: 8,
            gray: Some(samples),
            rgb: Vec::new(),
            sha256: Sha256::of(gray),
        }
    }
}

fn sha256_of_u16(samples: &[u16]) -> Sha256 {
    let bytes: Vec<u8> = samples.iter().flat_map(|it| it.to_le_bytes()).collect();
    Sha256::of(&bytes)
}

fn header(samples: &Samples, format: Format, file_sha256: Sha256, warnings: &Warnings) -> Header {
    let is_gray = samples.gray.is_some();
    Header {
        file_sha256,
        pixel_sha256: samples.sha256,
        format,
        modality: Modality::Unknown,
        subject: Subject::default(),
        dicom: None,
        pixels: PixelHeader {
            rows: samples.rows,
            columns: samples.columns,
            n_frames: 1,
            samples_per_pixel: if is_gray { 1 } else { 3 },
            bits_allocated: samples.bits,
            bits_stored: samples.bits,
            is_signed: false,
            photometric: if is_gray { "MONOCHROME2" } else { "RGB" }.to_owned(),
            is_lossy: format == Format::Jpeg,
        },
        spacing: None,
        windows: Vec::new(),
        orientation: None,
        view: None,
        body_part: None,
        acquired: Phi::new(None),
        unit: None,
        warnings: warnings.list(),
    }
}
