//! Plain pictures (PNG, JPEG, TIFF, BMP) through the `image` crate, under limits, as a scan without a patient.

use std::io::{Cursor, Write};

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, metadata::Orientation,
};

use super::{
    Refusal, memory,
    wire::{self, Kind, Reply, Shape},
};
use crate::{
    case::{
        Modality, Subject,
        scan::{Format, Header, PixelHeader},
    },
    disk::{Hasher, Sha256},
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// Reads a picture and says it.
pub(super) fn read<W: Write>(
    bytes: &[u8],
    format: Format,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    let warnings = Warnings::default();
    let picture = decode(bytes, format, &warnings)?;
    let (rows, columns) = (picture.height() as usize, picture.width() as usize);
    let stored = Stored::from_picture(picture, &warnings)?;
    let shape = Shape {
        rows,
        columns,
        n_frames: 1,
        is_colour: stored.is_colour(),
    };
    let n_samples = shape.checked_samples()?;
    if stored.len() != n_samples {
        return Err(Refusal::contract(
            format!("{n_samples} samples"),
            stored.len().to_string(),
        ));
    }
    reply.json(Kind::Shape, &shape)?;
    stored.say(reply)?;
    reply.json(
        Kind::Header,
        &header(bytes, &stored, shape, format, &warnings),
    )
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
    wire::check_ratio(n_samples, bytes.len())?;
    memory::allow_frame(bytes.len() as u64, n_samples);
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

/// Stored samples of a picture, row by row.
enum Stored {
    Gray8(Vec<u8>),
    Gray16(Vec<u16>),
    /// Interleaved, and the hash of what stood in the file if that was wider.
    Rgb(Vec<u8>, Option<Sha256>),
}

impl Stored {
    fn from_picture(picture: DynamicImage, warnings: &Warnings) -> Result<Self, Refusal> {
        let color = picture.color();
        if color.has_alpha() {
            warnings.add(
                WarningKind::Pixels,
                "the transparency of the picture was dropped",
            );
        }
        let is_wide = match color.bytes_per_pixel() / color.channel_count() {
            1 => false,
            2 => true,
            _ => {
                return Err(Refusal::unsupported(
                    "integer samples in a picture",
                    "floating point",
                ));
            }
        };
        match (color.has_color(), is_wide) {
            (false, false) => Ok(Self::Gray8(picture.into_luma8().into_raw())),
            (false, true) => Ok(Self::Gray16(picture.into_luma16().into_raw())),
            (true, false) => Ok(Self::from_rgb(picture.into_rgb8().into_raw())),
            (true, true) => {
                warnings.add(WarningKind::Pixels, "colours of 16 bits were brought to 8");
                let wide = sha256_of_u16(picture.to_rgb16().as_raw());
                Ok(Self::Rgb(picture.into_rgb8().into_raw(), Some(wide)))
            }
        }
    }

    /// A picture whose three channels are the same is grey.
    fn from_rgb(rgb: Vec<u8>) -> Self {
        let (pixels, _) = rgb.as_chunks::<3>();
        if pixels
            .iter()
            .all(|[red, green, blue]| red == green && green == blue)
        {
            return Self::Gray8(pixels.iter().map(|[red, ..]| *red).collect());
        }
        Self::Rgb(rgb, None)
    }

    const fn len(&self) -> usize {
        match self {
            Self::Gray8(samples) | Self::Rgb(samples, _) => samples.len(),
            Self::Gray16(samples) => samples.len(),
        }
    }

    const fn is_colour(&self) -> bool {
        matches!(self, Self::Rgb(..))
    }

    const fn bits(&self) -> u16 {
        match self {
            Self::Gray8(_) | Self::Rgb(_, None) => 8,
            Self::Gray16(_) | Self::Rgb(_, Some(_)) => 16,
        }
    }

    fn sha256(&self) -> Sha256 {
        match self {
            Self::Rgb(_, Some(wide)) => *wide,
            Self::Gray8(samples) | Self::Rgb(samples, None) => Sha256::of(samples),
            Self::Gray16(samples) => sha256_of_u16(samples),
        }
    }

    fn say<W: Write>(&self, reply: &mut Reply<W>) -> Result<(), Refusal> {
        match self {
            Self::Gray8(samples) => {
                reply.gray(samples.len(), samples.iter().map(|it| f32::from(*it)))
            }
            Self::Gray16(samples) => {
                reply.gray(samples.len(), samples.iter().map(|it| f32::from(*it)))
            }
            Self::Rgb(samples, _) => reply.rgb(samples),
        }
    }
}

fn sha256_of_u16(samples: &[u16]) -> Sha256 {
    let mut hasher = Hasher::default();
    for piece in samples.chunks(1 << 15) {
        let bytes: Vec<u8> = piece.iter().flat_map(|it| it.to_le_bytes()).collect();
        hasher.update(&bytes);
    }
    hasher.finish()
}

fn header(
    bytes: &[u8],
    stored: &Stored,
    shape: Shape,
    format: Format,
    warnings: &Warnings,
) -> Header {
    let is_colour = shape.is_colour;
    Header {
        file_sha256: Sha256::of(bytes),
        pixel_sha256: stored.sha256(),
        format,
        modality: Modality::Unknown,
        subject: Subject::default(),
        dicom: None,
        pixels: PixelHeader {
            rows: shape.rows,
            columns: shape.columns,
            n_frames: 1,
            samples_per_pixel: if is_colour { 3 } else { 1 },
            bits_allocated: stored.bits(),
            bits_stored: stored.bits(),
            is_signed: false,
            photometric: if is_colour { "RGB" } else { "MONOCHROME2" }.to_owned(),
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
