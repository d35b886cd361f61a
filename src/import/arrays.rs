//! Archives of arrays (NPZ) with images and labels, as MedMNIST has them (Yang et al. 2023).
//!
//! The worker reads the archive and says six arrays, in order; this process makes scans of them.

use std::{
    io::{Cursor, Read as _, Write},
    sync::Arc,
};

use npyz::{DType, NpyHeader, Order};
use zip::ZipArchive;

use super::{
    Refusal,
    wire::{Array, ArrayHeader, Reply},
};
use crate::{
    case::{
        Frame, LabelledScan, Modality, Samples, Scan, Subject,
        scan::{Format, Header, PixelHeader},
    },
    disk::Sha256,
    privacy::Phi,
};

/// The arrays of an archive, in the order in which they are said.
pub(super) const NAMES: [&str; 6] = [
    "train_images",
    "train_labels",
    "val_images",
    "val_labels",
    "test_images",
    "test_labels",
];
/// Dimensions of an array beyond which it holds no pictures.
const DIMENSIONS_LIMIT: usize = 5;

/// Reads an archive and says its arrays.
pub(super) fn read<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    if !bytes.starts_with(b"PK") {
        let wanted = "an archive of arrays (NPZ)";
        return Err(Refusal::malformed(wanted, "another kind of file"));
    }
    let broken = |_dropped| Refusal::malformed("a ZIP archive", "one that is broken or cut short");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    for name in NAMES {
        let mut file = archive
            .by_name(&format!("{name}.npy"))
            .map_err(|_dropped| Refusal::malformed(format!("an array {name}"), "none"))?;
        let odd = |_dropped| Refusal::malformed(format!("an array {name}"), "one that is broken");
        let header = NpyHeader::from_reader(&mut file).map_err(odd)?;
        let kind = match header.dtype() {
            DType::Plain(kind) => kind.to_string(),
            _ => "records".to_owned(),
        };
        let width = match (kind.as_str(), name.ends_with("_labels")) {
            ("|u1" | "<u1", _) => 1,
            ("<i8", true) => 8,
            _ => {
                let wanted = format!("numbers of 8 bits in {name}");
                return Err(Refusal::unsupported(wanted, "numbers of another kind"));
            }
        };
        let shape = header.shape().to_vec();
        if header.order() != Order::C || DIMENSIONS_LIMIT < shape.len() {
            let wanted = format!("{name} row by row in at most {DIMENSIONS_LIMIT} dimensions");
            return Err(Refusal::unsupported(wanted, "another layout"));
        }
        let header = ArrayHeader {
            name: name.to_owned(),
            shape,
            width,
        };
        reply.array(&header, &mut file)?;
        if file.read(&mut [0]).unwrap_or(1) != 0 {
            let found = "one with more numbers than its shape says";
            return Err(Refusal::malformed(format!("an array {name}"), found));
        }
    }
    Ok(())
}

/// Makes scans of the arrays: a frame for each image, and its label.
pub(super) fn scans(file: Sha256, arrays: &[Array]) -> Result<Vec<LabelledScan>, Refusal> {
    arrays
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[images, labels]| {
            let name = images.header.name.trim_end_matches("_images").to_owned();
            let (scan, labels) = (scan(file, images)?, numbers(labels)?);
            if scan.n_frames() != labels.len() {
                return Err(Refusal::contract(
                    format!("one label for each of {} images", scan.n_frames()),
                    labels.len().to_string(),
                ));
            }
            Ok(LabelledScan { name, scan, labels })
        })
        .collect()
}

/// `[n]` or `[n, 1]`
fn numbers(array: &Array) -> Result<Vec<i64>, Refusal> {
    let ArrayHeader { name, shape, width } = &array.header;
    if !matches!(shape.as_slice(), [_] | [_, 1]) {
        let found = format!("an array of {} dimensions: {shape:?}", shape.len());
        return Err(Refusal::contract(
            format!("one label for each image in {name}"),
            found,
        ));
    }
    Ok(match width {
        1 => array.bytes.iter().map(|it| i64::from(*it)).collect(),
        _ => {
            let (numbers, _) = array.bytes.as_chunks::<8>();
            numbers.iter().map(|it| i64::from_le_bytes(*it)).collect()
        }
    })
}

/// `[n, h, w]` or `[n, h, w, 3]`
fn scan(file: Sha256, images: &Array) -> Result<Scan, Refusal> {
    let ArrayHeader { name, shape, .. } = &images.header;
    let ([_, rows, columns], is_colour) = match shape.as_slice() {
        [n, rows, columns] => ([*n, *rows, *columns], false),
        [n, rows, columns, 3] => ([*n, *rows, *columns], true),
        _ => {
            return Err(Refusal::contract(
                format!("images of rows and columns, grey or RGB, in {name}"),
                format!("an array of {shape:?}"),
            ));
        }
    };
    let [rows, columns] = [rows, columns].map(|it| usize::try_from(it).unwrap_or(0));
    let n_samples = rows * columns * if is_colour { 3 } else { 1 };
    let frame = |samples: &[u8]| {
        let samples = if is_colour {
            Samples::Rgb(samples.into())
        } else {
            Samples::Gray(samples.iter().map(|it| f32::from(*it)).collect())
        };
        Arc::new(Frame {
            width: columns,
            height: rows,
            samples,
        })
    };
    let frames: Vec<Arc<Frame>> = images
        .bytes
        .chunks_exact(n_samples.max(1))
        .map(frame)
        .collect();
    if frames.is_empty() || n_samples == 0 {
        return Err(Refusal::contract(format!("images in {name}"), "none"));
    }
    let pixels = PixelHeader {
        rows,
        columns,
        n_frames: frames.len(),
        samples_per_pixel: if is_colour { 3 } else { 1 },
        bits_allocated: 8,
        bits_stored: 8,
        is_signed: false,
        photometric: if is_colour { "RGB" } else { "MONOCHROME2" }.to_owned(),
        is_lossy: false,
    };
    let header = header(file, Sha256::of(&images.bytes), pixels);
    Ok(Scan::new(header, frames))
}

/// An archive says nothing about a picture but its pixels.
fn header(file_sha256: Sha256, pixel_sha256: Sha256, pixels: PixelHeader) -> Header {
    Header {
        file_sha256,
        pixel_sha256,
        // The nearest of the formats: pixels without a patient and without loss.
        format: Format::Png,
        modality: Modality::Unknown,
        subject: Subject::default(),
        dicom: None,
        pixels,
        spacing: None,
        windows: Vec::new(),
        orientation: None,
        view: None,
        body_part: None,
        acquired: Phi::new(None),
        unit: None,
        warnings: Vec::new(),
    }
}
