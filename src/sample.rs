//! A synthetic case for the first run: a chest-like phantom as DICOM and PNG, a made-up note and a made-up course.
//! Everything is drawn by formula; no patient stands behind it, and the picture says so.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use dicom::{
    core::{DataElement, PrimitiveValue, VR},
    dictionary_std::{tags, uids},
    object::{FileMetaTableBuilder, InMemDicomObject},
};

use crate::disk;

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Disk(#[from] disk::Error),
    #[error(
        "wanted a sample file that can be encoded, found an error of the {format} encoder: {cause}"
    )]
    Encode { format: &'static str, cause: String },
}

/// Where the files of the sample case lie.
#[derive(Clone, Debug)]
pub struct Sample {
    pub dicom: PathBuf,
    pub png: PathBuf,
    pub note: PathBuf,
    pub course: PathBuf,
}

const WIDTH: usize = 1024;
const HEIGHT: usize = 1024;
/// Stored values are 12 bits wide, as from a computed-radiography plate.
const MAX_VALUE: f32 = 4095.0;

const NOTE: &str = "\
SYNTHETIC NOTE - written for a demonstration, not about any person.

CHIEF COMPLAINT: Cough and fever for four days.

HISTORY OF PRESENT ILLNESS: The patient is a 4-year-old girl brought in by her mother with four days of fever and \
productive cough, worse at night. Breathing became faster this morning. No pleural effusion was seen on an outside \
ultrasound. She drinks well. There is no vomiting and no rash. Her mother had asthma as a child.

PAST MEDICAL HISTORY: Born at term. Immunizations are up to date. No known drug allergies.

PHYSICAL EXAMINATION: Temperature 38.9 C, heart rate 128, respiratory rate 36, oxygen saturation 94 % in room air. \
The child is alert. Crackles are heard at the right base; there is no wheeze and no stridor. The abdomen is soft. \
Ears and throat are normal.

ASSESSMENT AND PLAN: Lower respiratory tract infection, right base. Chest X-ray today, amoxicillin by mouth, fluids, \
and a visit in the pediatric clinic in two days.
";

/// Writes `chest.dcm`, `chest.png`, `note.txt` and `course.csv` into `folder`, which is made if need be.
pub fn write(folder: &Path) -> Result<Sample, Error> {
    disk::create_folder(folder)?;
    let pixels = phantom();
    let sample = Sample {
        dicom: folder.join("chest.dcm"),
        png: folder.join("chest.png"),
        note: folder.join("note.txt"),
        course: folder.join("course.csv"),
    };
    disk::write_atomic(&sample.dicom, &dicom(&pixels)?)?;
    disk::write_atomic(&sample.png, &png(&pixels)?)?;
    disk::write_atomic(&sample.note, NOTE.as_bytes())?;
    disk::write_atomic(&sample.course, course().as_bytes())?;
    Ok(sample)
}

/// A day of a child with a fever that falls, under the number that the scan carries; one value cannot be true.
fn course() -> String {
    let mut text = "patient_id,hours,variable,value,unit\n".to_owned();
    let mut add = |hours: f32, name: &str, value: f32, unit: &str| {
        text.push_str(&format!("SYNTHETIC,{hours},{name},{value:.1},{unit}\n"));
    };
    for hour in 0..=24_u8 {
        let at = f32::from(hour);
        let fever = 1.9 * (1.0 - smooth(6.0, 22.0, at));
        let wave = (at * 1.7).sin();
        add(at, "heart_rate", 100.0 + 15.0 * fever + 4.0 * wave, "/min");
        add(at, "respiratory_rate", 25.0 + 6.0 * fever + wave, "/min");
        add(at, "spo2", 97.0 - 1.6 * fever + 0.4 * wave, "%");
        if hour % 4 == 0 {
            add(at, "temperature", 37.0 + fever, "Cel");
        }
    }
    add(9.5, "heart_rate", 890.0, "/min");
    add(1.0, "white_cells", 17.2, "10*9/L");
    add(1.0, "crp", 88.0, "mg/L");
    add(20.0, "crp", 61.0, "mg/L");
    add(1.0, "sodium", 136.0, "mmol/L");
    text
}

/// The sample scan as the bytes of a DICOM file.
pub fn scan_as_dicom() -> Result<Vec<u8>, Error> {
    dicom(&phantom())
}

/// The phantom, row by row, 0..=4095: bright is dense.
pub fn phantom() -> Vec<u16> {
    let mut noise = Noise(0x5EED);
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
    for row in 0..HEIGHT {
        for column in 0..WIDTH {
            // Both coordinates run from -1 to 1.
            let x = 2.0 * (column as f32 + 0.5) / WIDTH as f32 - 1.0;
            let y = 2.0 * (row as f32 + 0.5) / HEIGHT as f32 - 1.0;
            let value = if is_mark(column, row) {
                0.95
            } else {
                density(x, y) + 0.012 * noise.next()
            };
            pixels.push((value.clamp(0.0, 1.0) * MAX_VALUE) as u16);
        }
    }
    pixels
}

/// Density of the phantom at a point: body, lungs, spine, heart, diaphragm, ribs, and a soft opacity at the right base.
fn density(x: f32, y: f32) -> f32 {
    let body = soft_ellipse(x, y - 0.15, 0.93, 1.25, 0.05);
    let shoulders = 0.16 * smooth(-0.45, -1.0, y + 0.35 * x.abs());
    let right_lung = soft_ellipse(x + 0.42, y - 0.02, 0.31, 0.68, 0.10);
    let left_lung = soft_ellipse(x - 0.44, y - 0.02, 0.29, 0.68, 0.10);
    let above_diaphragm = smooth(0.62, 0.54, y + 0.10 * (x.abs() - 0.42).powi(2) * 8.0);
    let air = (right_lung + left_lung).min(1.0) * above_diaphragm;
    let spine = 0.17 * smooth(0.13, 0.08, x.abs()) * (0.93 + 0.07 * (y * 42.0).cos());
    let heart = 0.13 * soft_ellipse(x - 0.15, y - 0.32, 0.33, 0.34, 0.16);
    let hilum = 0.07
        * (soft_ellipse(x + 0.19, y + 0.02, 0.12, 0.22, 0.8)
            + soft_ellipse(x - 0.21, y + 0.04, 0.12, 0.2, 0.8));
    let vessels = 0.025 * air * ((x * 31.0).sin() * (y * 23.0 + x * 9.0).sin()).abs();
    let opacity = 0.20 * soft_ellipse(x + 0.42, y - 0.30, 0.21, 0.19, 0.75);
    body * (0.50 + shoulders - 0.33 * air + spine + heart + hilum + vessels + ribs(x, y) + opacity)
}

/// Nine pairs of curved bands.
fn ribs(x: f32, y: f32) -> f32 {
    let side = x.abs();
    let arch = y + 0.55 * (side - 0.28).powi(2) - 0.16 * side;
    let phase = (arch * 6.6).rem_euclid(1.0);
    let band = smooth(0.16, 0.08, (phase - 0.5).abs());
    0.055 * band * smooth(0.10, 0.20, side) * smooth(0.88, 0.76, side) * smooth(0.72, 0.55, y.abs())
}

/// 1 inside the ellipse, 0 outside, with an edge of relative width `edge`.
fn soft_ellipse(x: f32, y: f32, radius_x: f32, radius_y: f32, edge: f32) -> f32 {
    smooth(
        1.0,
        1.0 - edge,
        ((x / radius_x).powi(2) + (y / radius_y).powi(2)).sqrt(),
    )
}

/// Goes smoothly from 0 at `from` to 1 at `to` (Hermite).
fn smooth(from: f32, to: f32, at: f32) -> f32 {
    let t = ((at - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Letters of 5 x 7 dots; the upper bit of five is the left dot.
const LETTERS: [(char, [u8; 7]); 8] = [
    (
        'S',
        [
            0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110,
        ],
    ),
    (
        'Y',
        [
            0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100,
        ],
    ),
    (
        'N',
        [
            0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001, 0b10001,
        ],
    ),
    (
        'T',
        [
            0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100,
        ],
    ),
    (
        'H',
        [
            0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001,
        ],
    ),
    (
        'E',
        [
            0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111,
        ],
    ),
    (
        'I',
        [
            0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110,
        ],
    ),
    (
        'C',
        [
            0b01111, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b01111,
        ],
    ),
];

/// Whether the word SYNTHETIC, burnt in above the lower edge, covers the pixel. At the edge itself the window writes its
/// legend and the letter of orientation.
fn is_mark(column: usize, row: usize) -> bool {
    const DOT: usize = 3;
    const WORD: &str = "SYNTHETIC";
    let (left, top) = ((WIDTH - WORD.len() * 6 * DOT) / 2, HEIGHT - 48 * DOT);
    let (Some(x), Some(y)) = (column.checked_sub(left), row.checked_sub(top)) else {
        return false;
    };
    let (cell, dot_x, dot_y) = (x / DOT / 6, x / DOT % 6, y / DOT);
    let Some(letter) = WORD.chars().nth(cell) else {
        return false;
    };
    let dots = LETTERS
        .iter()
        .find(|(name, _)| *name == letter)
        .and_then(|(_, rows)| rows.get(dot_y));
    dots.is_some_and(|it| dot_x < 5 && it >> (4 - dot_x) & 1 == 1)
}

/// Repeatable noise of roughly normal distribution: the sum of four uniform numbers of a linear congruential generator.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..4 {
            // Constants of MMIX (Knuth, The Art of Computer Programming 2, 3.3.4).
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 40) as f32 / (1_u64 << 24) as f32 - 0.5;
        }
        sum
    }
}

fn png(pixels: &[u16]) -> Result<Vec<u8>, Error> {
    let failed = |cause: &dyn fmt::Display| Error::Encode {
        format: "PNG",
        cause: cause.to_string(),
    };
    // 12 bits to the 16 that PNG has.
    let scaled = pixels.iter().map(|it| it << 4 | it >> 8).collect();
    let picture = image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_raw(
        WIDTH as u32,
        HEIGHT as u32,
        scaled,
    );
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .ok_or_else(|| failed(&"the size is wrong"))?
        .write_to(&mut bytes, image::ImageFormat::Png)
        .map_err(|error| failed(&error))?;
    Ok(bytes.into_inner())
}

/// A digital X-ray image, PS3.3 A.26, as far as a viewer needs it.
fn dicom(pixels: &[u16]) -> Result<Vec<u8>, Error> {
    // UIDs under 2.25 are made from a UUID (PS3.5 B.2); these are fixed, because the sample is.
    const STUDY: &str = "2.25.290153463411870346284915871043687205311";
    const SERIES: &str = "2.25.290153463411870346284915871043687205312";
    const INSTANCE: &str = "2.25.290153463411870346284915871043687205313";
    let size = |it: usize| PrimitiveValue::from(it as u16);
    let elements = [
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192".into()),
        (
            tags::IMAGE_TYPE,
            VR::CS,
            PrimitiveValue::Strs(
                ["DERIVED".to_owned(), "SECONDARY".to_owned()]
                    .into_iter()
                    .collect(),
            ),
        ),
        (
            tags::SOP_CLASS_UID,
            VR::UI,
            uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION.into(),
        ),
        (tags::SOP_INSTANCE_UID, VR::UI, INSTANCE.into()),
        (tags::STUDY_DATE, VR::DA, "20261120".into()),
        (tags::STUDY_TIME, VR::TM, "091400".into()),
        (tags::MODALITY, VR::CS, "DX".into()),
        (tags::MANUFACTURER, VR::LO, "Wardlight".into()),
        (tags::STUDY_DESCRIPTION, VR::LO, "Synthetic phantom".into()),
        (tags::PATIENT_NAME, VR::PN, "SYNTHETIC^SAMPLE".into()),
        (tags::PATIENT_ID, VR::LO, "SYNTHETIC".into()),
        (tags::PATIENT_SEX, VR::CS, "F".into()),
        (tags::PATIENT_AGE, VR::AS, "004Y".into()),
        (tags::BODY_PART_EXAMINED, VR::CS, "CHEST".into()),
        (tags::VIEW_POSITION, VR::CS, "AP".into()),
        (tags::STUDY_INSTANCE_UID, VR::UI, STUDY.into()),
        (tags::SERIES_INSTANCE_UID, VR::UI, SERIES.into()),
        (
            tags::PATIENT_ORIENTATION,
            VR::CS,
            PrimitiveValue::Strs(["L".to_owned(), "F".to_owned()].into_iter().collect()),
        ),
        (tags::IMAGER_PIXEL_SPACING, VR::DS, "0.25\\0.25".into()),
        (tags::BURNED_IN_ANNOTATION, VR::CS, "YES".into()),
        (tags::SAMPLES_PER_PIXEL, VR::US, 1_u16.into()),
        (
            tags::PHOTOMETRIC_INTERPRETATION,
            VR::CS,
            "MONOCHROME2".into(),
        ),
        (tags::ROWS, VR::US, size(HEIGHT)),
        (tags::COLUMNS, VR::US, size(WIDTH)),
        (tags::BITS_ALLOCATED, VR::US, 16_u16.into()),
        (tags::BITS_STORED, VR::US, 12_u16.into()),
        (tags::HIGH_BIT, VR::US, 11_u16.into()),
        (tags::PIXEL_REPRESENTATION, VR::US, 0_u16.into()),
        (tags::WINDOW_CENTER, VR::DS, "1900".into()),
        (tags::WINDOW_WIDTH, VR::DS, "3400".into()),
        (
            tags::PIXEL_DATA,
            VR::OW,
            PrimitiveValue::U16(pixels.iter().copied().collect()),
        ),
    ];
    let failed = |cause: &dyn fmt::Display| Error::Encode {
        format: "DICOM",
        cause: cause.to_string(),
    };
    let object = InMemDicomObject::from_element_iter(
        elements.map(|(tag, vr, value)| DataElement::new(tag, vr, value)),
    );
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION)
        .media_storage_sop_instance_uid(INSTANCE);
    let mut bytes = Vec::new();
    object
        .with_meta(meta)
        .map_err(|error| failed(&error))?
        .write_all(&mut bytes)
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}
