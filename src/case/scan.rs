//! A scan: frames of grey or colour samples in scanner units, with the geometry that goes with them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Subject, packed::Kept, plane::dot, presentation::Planes};
use crate::{disk::Sha256, privacy::Phi, warnings::Warning};

/// One opened image file: a radiograph, a slice, a cine or a multi-frame object.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The header of the scan: everything but its pixels.
    pub header: Header,
    /// At least one, all of one size and kind, in file order.
    frames: Vec<Kept>,
    /// What lies over its pixels; read only for a file that is to be looked at.
    pub planes: Planes,
}

impl Scan {
    /// A scan of frames, as they are.
    pub fn new(header: Header, frames: Vec<Arc<Frame>>) -> Self {
        let frames = frames.into_iter().map(Kept::Plain).collect();
        Self {
            header,
            frames,
            planes: Planes::default(),
        }
    }

    /// Keeps the frames at half their size where that loses nothing: in a series of thousands it counts.
    pub fn pack(&mut self) {
        let told = self.header.dicom.as_ref().map(|it| &it.frames);
        for (idx, kept) in self.frames.iter_mut().enumerate() {
            if let Kept::Plain(frame) = kept {
                let rescale = told.and_then(|it| it.get(idx)).and_then(|it| it.rescale);
                *kept = Kept::new(frame, rescale);
            }
        }
    }

    /// How many frames there are.
    pub const fn n_frames(&self) -> usize {
        self.frames.len()
    }

    /// A frame; unpacked by each call where it is kept packed.
    pub fn frame(&self, frame_idx: usize) -> Option<Arc<Frame>> {
        self.frames.get(frame_idx).map(Kept::frame)
    }

    /// All frames, see [`Self::frame`].
    pub fn frames(&self) -> Vec<Arc<Frame>> {
        self.frames.iter().map(Kept::frame).collect()
    }
}

/// Everything about a scan but its pixels. Plain data: it crosses the pipe from the decode worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// SHA-256 of the file as it was read: the identity of the scan.
    pub file_sha256: Sha256,
    /// SHA-256 of the stored pixel values as a little-endian array in frame, row, column, sample order,
    /// before rescale and inversion; indices for a palette, RGB for any other colour.
    pub pixel_sha256: Sha256,
    /// What kind of file it was found to be.
    pub format: Format,
    /// DICOM (0008,0060), or [`Modality::Unknown`] for a plain picture.
    pub modality: Modality,
    /// Whom the scan is of.
    pub subject: Subject,
    /// DICOM identity, when there is one.
    pub dicom: Option<DicomHeader>,
    /// Stored geometry and pixel description.
    pub pixels: PixelHeader,
    /// Distance between pixel centres, with the word on where it came from.
    pub spacing: Option<Spacing>,
    /// Windows the file proposes, in the units of the samples, already turned over for MONOCHROME1.
    pub windows: Vec<Window>,
    /// `R\L`-like patient directions of the row and the column, DICOM (0020,0020), or worked out from (0020,0037).
    pub orientation: Option<[String; 2]>,
    /// View position, DICOM (0018,5101): `PA`, `AP`, `LL`…
    pub view: Option<String>,
    /// Body part examined, DICOM (0018,0015).
    pub body_part: Option<String>,
    /// Study date and time as `YYYY-MM-DD HH:MM`, as far as known.
    pub acquired: Phi<Option<String>>,
    /// Unit of the samples: `HU`, `SUV`… when the file says so, DICOM (0028,1054).
    pub unit: Option<String>,
    /// What was odd about the file and how it was read.
    pub warnings: Vec<Warning>,
}

/// Pixels that are higher or wider than this, in the other direction, are taken for an error and drawn square.
pub(crate) const ASPECTS: std::ops::Range<f32> = 0.1..10.0;

impl Header {
    /// Height of a pixel for its width, as it is drawn: 1 is square.
    pub fn aspect(&self) -> f32 {
        let spaced = self.spacing.map(|it| it.row_mm / it.column_mm);
        let told = || self.dicom.as_ref()?.pixel_aspect;
        let aspect = spaced.or_else(told);
        aspect.filter(|it| ASPECTS.contains(it)).unwrap_or(1.0)
    }

    /// How the samples of a frame follow from the values that the file says: as they are, or for MONOCHROME1 turned over.
    /// `None` where that is not known.
    pub fn sample_from_value(&self, frame_idx: usize) -> Option<Rescale> {
        if self.pixels.photometric != "MONOCHROME1" {
            return Some(Rescale::SAME);
        }
        let turned_over = self.frame(frame_idx)?.turned_over?;
        Some(Rescale {
            slope: -1.0,
            intercept: turned_over,
        })
    }

    /// What a DICOM file says of a frame.
    pub fn frame(&self, frame_idx: usize) -> Option<&FrameHeader> {
        self.dicom.as_ref()?.frames.get(frame_idx)
    }
}

/// File formats that can hold a scan, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Dicom,
    Png,
    Jpeg,
    Tiff,
    Bmp,
}

/// The kind of equipment, PS3.3 C.7.3.1.1.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Modality {
    /// Computed radiography.
    Cr,
    /// Digital radiography.
    Dx,
    Ct,
    Mr,
    /// Ultrasound.
    Us,
    /// Positron emission tomography.
    Pt,
    /// Nuclear medicine.
    Nm,
    /// Mammography.
    Mg,
    /// X-ray angiography.
    Xa,
    /// Any other defined term, as it stands in the file.
    Other(String),
    /// The file does not say.
    Unknown,
}

impl Modality {
    /// Reads a defined term.
    pub fn parse(term: &str) -> Self {
        match term.trim().to_ascii_uppercase().as_str() {
            "" | "UNKNOWN" => Self::Unknown,
            "CR" => Self::Cr,
            "DX" => Self::Dx,
            "CT" => Self::Ct,
            "MR" => Self::Mr,
            "US" => Self::Us,
            "PT" => Self::Pt,
            "NM" => Self::Nm,
            "MG" => Self::Mg,
            "XA" => Self::Xa,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The defined term, or `unknown`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cr => "CR",
            Self::Dx => "DX",
            Self::Ct => "CT",
            Self::Mr => "MR",
            Self::Us => "US",
            Self::Pt => "PT",
            Self::Nm => "NM",
            Self::Mg => "MG",
            Self::Xa => "XA",
            Self::Other(term) => term,
            Self::Unknown => "unknown",
        }
    }
}

impl From<String> for Modality {
    fn from(term: String) -> Self {
        Self::parse(&term)
    }
}

impl From<Modality> for String {
    fn from(modality: Modality) -> Self {
        modality.as_str().to_owned()
    }
}

/// What only a DICOM file has. What grouping and sorting need came later than the rest: a record that was written before
/// lacks it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DicomHeader {
    /// Transfer syntax UID.
    pub transfer_syntax: String,
    /// Its name in the standard.
    pub transfer_syntax_name: String,
    /// SOP class UID.
    pub sop_class: String,
    /// Study instance UID.
    pub study_uid: Phi<String>,
    /// Series instance UID.
    pub series_uid: Phi<String>,
    /// SOP instance UID.
    pub instance_uid: Phi<String>,
    /// (0008,0020), as it stands.
    pub study_date: Phi<String>,
    /// (0008,0050).
    pub accession: Phi<String>,
    /// Of the study, (0008,1030).
    pub description: Phi<String>,
    /// Of the series, (0008,103E).
    #[serde(default)]
    pub series_description: Phi<String>,
    /// (0020,0011).
    #[serde(default)]
    pub series_number: Option<i32>,
    /// (0020,0013).
    #[serde(default)]
    pub instance_number: Option<i32>,
    /// When the data were acquired, (0008,002A), else (0008,0022) and (0008,0032): `YYYYMMDDHHMMSS.FFFFFF` as far as told.
    #[serde(default)]
    pub acquisition_time: Phi<String>,
    /// When the pixels were made, (0008,0023) and (0008,0033), in the same form.
    #[serde(default)]
    pub content_time: Phi<String>,
    /// (0020,0052): positions of different frames of reference cannot be compared, PS3.3 C.7.4.1.
    #[serde(default)]
    pub frame_of_reference_uid: Phi<String>,
    /// (0018,0050), in mm.
    #[serde(default)]
    pub slice_thickness_mm: Option<f32>,
    /// Which of paired body parts: `L`, `R`, `U` (neither) or `B` (both), (0020,0062), else (0020,0060).
    #[serde(default)]
    pub laterality: Option<String>,
    /// Value 3 of (0008,0008) is `LOCALIZER`, PS3.3 C.8.2.1.1.1.
    #[serde(default)]
    pub is_localizer: bool,
    /// What is said of each frame, in file order; empty where nothing is.
    #[serde(default)]
    pub frames: Vec<FrameHeader>,
    /// Height of a pixel for its width where the file tells no length of either, (0028,0034).
    #[serde(default)]
    pub pixel_aspect: Option<f32>,
}

/// What a DICOM file says of one frame: functional groups (PS3.3 C.7.6.16), else the object itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameHeader {
    /// Where the frame lies, if the file says so in full.
    pub place: Option<Place>,
    /// Temporal position, (0020,0100) or (0020,9128); counts from 1.
    pub time_idx: Option<u32>,
    /// Tells echoes apart: (0018,0086), or the effective echo time (0018,9082) in microseconds.
    pub echo: Option<u32>,
    /// From stored to said values, unless a table does that.
    pub rescale: Option<Rescale>,
    /// For MONOCHROME1: least plus greatest value that can be said, from which a value was taken away to give its sample.
    #[serde(default)]
    pub turned_over: Option<f64>,
}

/// Where a frame lies in the patient, PS3.3 C.7.6.2.1.1; x grows to the left, y to the back, z to the head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Centre of the first pixel in mm, (0020,0032).
    pub position_mm: [f64; 3],
    /// Direction of a row, towards higher columns: length 1, (0020,0037).
    pub row: [f64; 3],
    /// Direction of a column, towards higher rows: length 1, at a right angle to `row`.
    pub column: [f64; 3],
}

impl Place {
    /// Checks position and direction cosines as a file has them; the directions come out with length 1.
    pub fn parse(position_mm: [f64; 3], cosines: [f64; 6]) -> Option<Self> {
        /// Cosines are written with a few digits: 0.01 is half a degree.
        const TOLERANCE: f64 = 0.01;
        let [a, b, c, d, e, f] = cosines;
        let unit = |it: [f64; 3]| {
            let length = dot(it, it).sqrt();
            ((length - 1.0).abs() < TOLERANCE).then(|| it.map(|it| it / length))
        };
        let (row, column) = (unit([a, b, c])?, unit([d, e, f])?);
        let is_sound = dot(row, column).abs() < TOLERANCE
            && position_mm
                .iter()
                .all(|it| it.is_finite() && it.abs() < 1e6);
        is_sound.then_some(Self {
            position_mm,
            row,
            column,
        })
    }

    /// The normal of the frame: row times column, length 1.
    pub fn normal(&self) -> [f64; 3] {
        let ([a, b, c], [d, e, f]) = (self.row, self.column);
        [b * f - c * e, c * d - a * f, a * e - b * d]
    }

    /// How far along `normal` the frame lies, in mm.
    pub fn along_mm(&self, normal: [f64; 3]) -> f64 {
        dot(self.position_mm, normal)
    }
}

/// Said value = slope * stored value + intercept, PS3.3 C.11.1.1.2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rescale {
    /// Not zero.
    pub slope: f64,
    pub intercept: f64,
}

impl Rescale {
    /// Nothing is changed.
    pub const SAME: Self = Self {
        slope: 1.0,
        intercept: 0.0,
    };

    /// What it makes of a value.
    pub fn of(&self, value: f64) -> f64 {
        self.slope * value + self.intercept
    }

    /// This after the other.
    pub fn after(&self, other: &Self) -> Self {
        Self {
            slope: self.slope * other.slope,
            intercept: self.of(other.intercept),
        }
    }

    /// The way back.
    pub fn inverse(&self) -> Self {
        Self {
            slope: self.slope.recip(),
            intercept: -self.intercept / self.slope,
        }
    }
}

/// How the pixels stand in the file, PS3.3 C.7.6.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelHeader {
    pub rows: usize,
    pub columns: usize,
    pub n_frames: usize,
    pub samples_per_pixel: usize,
    pub bits_allocated: u16,
    pub bits_stored: u16,
    pub is_signed: bool,
    /// Photometric interpretation, or `RGB`/`MONOCHROME2` for a plain picture.
    pub photometric: String,
    /// Whether the stored values went through a lossy codec at any time.
    pub is_lossy: bool,
}

/// One picture of `height` x `width` samples, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub width: usize,
    pub height: usize,
    pub samples: Samples,
}

impl Default for Frame {
    /// Without a pixel.
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            samples: Samples::Gray(Box::default()),
        }
    }
}

/// The samples of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// In scanner units: modality LUT or rescale applied, MONOCHROME1 turned over (so that more is brighter),
    /// never windowed. `NaN` where the file says the pixel is padding.
    Gray(Box<[f32]>),
    /// Interleaved red, green, blue.
    Rgb(Box<[u8]>),
}

impl Frame {
    /// The least and the greatest finite sample; (0, 255) for colour, (0, 1) for a frame without values.
    pub fn range(&self) -> (f32, f32) {
        let Samples::Gray(samples) = &self.samples else {
            return (0.0, 255.0);
        };
        let finite = samples.iter().filter(|it| it.is_finite());
        let (low, high) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), it| {
            (low.min(*it), high.max(*it))
        });
        if low <= high { (low, high) } else { (0.0, 1.0) }
    }
}

/// Distance between pixel centres in millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spacing {
    /// Between rows (down).
    pub row_mm: f32,
    /// Between columns (across).
    pub column_mm: f32,
    /// What the number means.
    pub source: SpacingSource,
}

/// What a pixel spacing means, PS3.3 10.7.1: only the patient's own plane may be measured without a caveat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpacingSource {
    /// In the patient: the plane of a cross-section.
    Patient,
    /// A projection, calibrated by an object of known size (`FIDUCIAL`), or by means that the file does not name: right
    /// near the central ray and at the depth of that object.
    Calibrated,
    /// A projection, corrected for an assumed magnification (`GEOMETRY`, or an estimated factor): right near the central
    /// ray and at one depth, which the file does not name.
    Corrected,
    /// At the detector, or on scanned film: magnified by an unknown factor, so that lengths in the patient are smaller.
    Detector,
}

/// A grey-level window, PS3.3 C.11.2.1.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub center: f32,
    /// At least 1 for `Linear`, greater than 0 otherwise.
    pub width: f32,
    pub function: VoiFunction,
    /// (0028,1055), or the name of a preset.
    pub name: Option<String>,
}

impl Window {
    /// The window that shows what this one showed, for values that went through a line; a falling line turns it over with
    /// them. The middle of a linear window lies half a step off its centre, PS3.3 C.11.2.1.2.1.
    #[must_use]
    pub fn through(&self, line: &Rescale) -> Self {
        let off = match self.function {
            VoiFunction::Linear => [0.5, 1.0],
            VoiFunction::LinearExact | VoiFunction::Sigmoid => [0.0, 0.0],
        };
        let middle = line.of(f64::from(self.center) - off[0]);
        let span = line.slope.abs() * (f64::from(self.width) - off[1]);
        Self {
            center: (middle + off[0]) as f32,
            width: (span + off[1]) as f32,
            ..self.clone()
        }
    }
}

/// The shape of the curve from sample to display, PS3.3 C.11.2.1.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiFunction {
    #[default]
    Linear,
    LinearExact,
    Sigmoid,
}
