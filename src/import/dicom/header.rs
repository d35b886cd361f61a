//! What a DICOM file says about patient, study and geometry, as a [`Header`].

use dicom::{core::Tag, dictionary_std::tags};

use super::{
    codec, dataset::Dataset, frame_headers, gray::Curve, groups, known_uid, pixels::Contract,
    syntax_name,
};
use crate::{
    case::{
        Modality, Spacing, SpacingSource, Subject, VoiFunction, Window,
        scan::{ASPECTS, DicomHeader, Format, Header, PixelHeader, Rescale},
        spacing::{self, Calibration, Told},
    },
    disk::Sha256,
    import::Refusal,
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// Collects the header. `hashes` are those of the file and of the stored numbers.
pub(super) fn header(
    set: &Dataset<'_>,
    contract: &Contract,
    syntax_uid: &str,
    hashes: [Sha256; 2],
    warnings: &Warnings,
) -> Result<Header, Refusal> {
    let [file_sha256, pixel_sha256] = hashes;
    let modality = Modality::parse(&set.first_text(tags::MODALITY).unwrap_or_default());
    let windows = windows(set, contract, warnings)?;
    let spacing = spacing(set, &modality, warnings);
    let pixel_aspect = match spacing {
        Some(_) => None,
        None => pixel_aspect(set, warnings),
    };
    let text = |tag| Phi::new(set.text(tag).unwrap_or_default());
    warn_of_what_is_left_out(set, warnings);
    Ok(Header {
        file_sha256,
        pixel_sha256,
        format: Format::Dicom,
        subject: subject(set),
        dicom: Some(DicomHeader {
            transfer_syntax: known_uid(syntax_uid),
            transfer_syntax_name: syntax_name(syntax_uid),
            sop_class: set.text(tags::SOP_CLASS_UID).unwrap_or_default(),
            study_uid: text(tags::STUDY_INSTANCE_UID),
            series_uid: text(tags::SERIES_INSTANCE_UID),
            instance_uid: text(tags::SOP_INSTANCE_UID),
            study_date: text(tags::STUDY_DATE),
            accession: text(tags::ACCESSION_NUMBER),
            description: text(tags::STUDY_DESCRIPTION),
            series_description: text(tags::SERIES_DESCRIPTION),
            series_number: whole(set, tags::SERIES_NUMBER),
            instance_number: whole(set, tags::INSTANCE_NUMBER),
            acquisition_time: Phi::new(
                set.first_text(tags::ACQUISITION_DATE_TIME)
                    .unwrap_or_else(|| moment(set, tags::ACQUISITION_DATE, tags::ACQUISITION_TIME)),
            ),
            content_time: Phi::new(moment(set, tags::CONTENT_DATE, tags::CONTENT_TIME)),
            frame_of_reference_uid: text(tags::FRAME_OF_REFERENCE_UID),
            slice_thickness_mm: slice_thickness(set),
            laterality: laterality(set),
            is_localizer: set
                .texts(tags::IMAGE_TYPE)
                .get(2)
                .is_some_and(|it| it == "LOCALIZER"),
            frames: frame_headers::read(set, contract, warnings),
            pixel_aspect,
        }),
        pixels: PixelHeader {
            rows: contract.rows,
            columns: contract.columns,
            n_frames: contract.n_frames,
            samples_per_pixel: contract.samples,
            bits_allocated: contract.bits_allocated,
            bits_stored: contract.bits_stored,
            is_signed: contract.is_signed(),
            photometric: set
                .first_text(tags::PHOTOMETRIC_INTERPRETATION)
                .unwrap_or_default(),
            is_lossy: codec::is_lossy(syntax_uid)
                || set.first_text(tags::LOSSY_IMAGE_COMPRESSION).as_deref() == Some("01"),
        },
        spacing,
        windows,
        orientation: orientation(set),
        view: set.first_text(tags::VIEW_POSITION),
        body_part: set.first_text(tags::BODY_PART_EXAMINED),
        acquired: Phi::new(acquired(set)),
        unit: unit(set, &modality),
        modality,
        warnings: warnings.list(),
    })
}

/// A number that orders; one that is broken or beyond 32 bits orders nothing.
fn whole(set: &Dataset<'_>, tag: Tag) -> Option<i32> {
    set.first_text(tag)?.parse().ok()
}

/// Date and time as one text, PS3.5 6.2, DT; a time without its date says nothing.
fn moment(set: &Dataset<'_>, date_tag: Tag, time_tag: Tag) -> String {
    let Some(date) = set.first_text(date_tag) else {
        return String::new();
    };
    date + &set.first_text(time_tag).unwrap_or_default()
}

/// PS3.3 C.7.6.2, or the pixel measures of the first frame (C.7.6.16.2.1).
fn slice_thickness(set: &Dataset<'_>) -> Option<f32> {
    let tag = tags::SLICE_THICKNESS;
    let place = groups::place(set, 0, tags::PIXEL_MEASURES_SEQUENCE, tag);
    let thickness_mm = place.number(tag).ok().flatten()? as f32;
    (0.0 < thickness_mm && thickness_mm < 1e4).then_some(thickness_mm)
}

/// Of the image, else of the frame's anatomy (PS3.3 C.7.6.16.2.8), else of the series.
fn laterality(set: &Dataset<'_>) -> Option<String> {
    let frame = groups::group(set, 0, tags::FRAME_ANATOMY_SEQUENCE)
        .and_then(|it| it.first_text(tags::FRAME_LATERALITY));
    set.first_text(tags::IMAGE_LATERALITY)
        .or(frame)
        .or_else(|| set.first_text(tags::LATERALITY))
}

pub(super) fn subject(set: &Dataset<'_>) -> Subject {
    Subject {
        patient_id: Phi::new(set.text(tags::PATIENT_ID).unwrap_or_default()),
        issuer: Phi::new(set.text(tags::ISSUER_OF_PATIENT_ID).unwrap_or_default()),
        name: Phi::new(set.text(tags::PATIENT_NAME).unwrap_or_default()),
        birth_date: Phi::new(set.first_text(tags::PATIENT_BIRTH_DATE).unwrap_or_default()),
        age_years: age(set),
        sex: set.first_text(tags::PATIENT_SEX),
    }
}

/// PS3.5 6.2, AS: three digits and a unit; else from the two dates.
fn age(set: &Dataset<'_>) -> Option<f32> {
    if let Some(text) = set.first_text(tags::PATIENT_AGE) {
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1))?;
        let per_year = match unit {
            "Y" => 1.0,
            "M" => 12.0,
            "W" => 52.1775,
            "D" => 365.2425,
            _ => return None,
        };
        return number.parse::<f32>().ok().map(|it| it / per_year);
    }
    let [born, seen] = [tags::PATIENT_BIRTH_DATE, tags::STUDY_DATE]
        .map(|it| set.first_text(it).and_then(|it| date(&it)));
    let (born, seen) = (born?, seen?);
    let days = |(year, month, day): (u16, u16, u16)| {
        f32::from(year) * 365.2425 + f32::from(month) * 30.436_876 + f32::from(day)
    };
    let years = (days(seen) - days(born)) / 365.2425;
    (0.0..=130.0).contains(&years).then_some(years)
}

/// `YYYYMMDD` as numbers; the old form with full stops too.
fn date(text: &str) -> Option<(u16, u16, u16)> {
    let digits: String = text.chars().filter(|it| *it != '.').collect();
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u16>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    (digits.len() == 8 && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then_some((year, month, day))
}

pub(super) fn acquired(set: &Dataset<'_>) -> Option<String> {
    let (year, month, day) = date(&set.first_text(tags::STUDY_DATE)?)?;
    let time = set.first_text(tags::STUDY_TIME).unwrap_or_default();
    let digits: String = time.chars().filter(|it| *it != ':').take(4).collect();
    let clock = if digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit()) {
        format!(" {}:{}", &digits.get(..2)?, &digits.get(2..)?)
    } else {
        String::new()
    };
    Some(format!("{year:04}-{month:02}-{day:02}{clock}"))
}

/// The windows of the first frame. For MONOCHROME1 they are turned over with the values.
fn windows(
    set: &Dataset<'_>,
    contract: &Contract,
    warnings: &Warnings,
) -> Result<Vec<Window>, Refusal> {
    if !contract.photometric.is_gray() {
        return Ok(Vec::new());
    }
    let turned_over = Curve::parse(set, 0, contract, warnings)?.turned_over;
    let of_frame = |frame_idx| {
        windows_of(
            groups::place(
                set,
                frame_idx,
                tags::FRAME_VOILUT_SEQUENCE,
                tags::WINDOW_CENTER,
            ),
            turned_over,
        )
    };
    let windows = of_frame(0);
    if (1..contract.n_frames).any(|it| of_frame(it) != windows) {
        warnings.add(
            WarningKind::Pixels,
            "the frames have windows of their own: the first frame's are offered",
        );
    }
    // A broken window is no reason to refuse the pixels.
    Ok(windows.unwrap_or_else(|| {
        warnings.add(
            WarningKind::File,
            "the window in the file is broken and was left out",
        );
        Vec::new()
    }))
}

pub(super) fn windows_of(place: &Dataset<'_>, turned_over: Option<f64>) -> Option<Vec<Window>> {
    let [centers, widths] =
        [tags::WINDOW_CENTER, tags::WINDOW_WIDTH].map(|it| place.numbers(it).ok());
    let names = place.texts(tags::WINDOW_CENTER_WIDTH_EXPLANATION);
    let function = match place.first_text(tags::VOILUT_FUNCTION).as_deref() {
        Some("SIGMOID") => VoiFunction::Sigmoid,
        Some("LINEAR_EXACT") => VoiFunction::LinearExact,
        _ => VoiFunction::Linear,
    };
    let window = |(idx, (center, width)): (usize, (f64, f64))| {
        let is_legal = center.is_finite()
            && width.is_finite()
            && if function == VoiFunction::Linear {
                1.0 <= width
            } else {
                0.0 < width
            };
        let name = names.get(idx).filter(|it| !it.is_empty()).cloned();
        let window = Window {
            center: center as f32,
            width: width as f32,
            function,
            name,
        };
        let turn_over = |intercept| {
            window.through(&Rescale {
                slope: -1.0,
                intercept,
            })
        };
        is_legal.then(|| turned_over.map_or_else(|| window.clone(), turn_over))
    };
    Some(
        centers?
            .into_iter()
            .zip(widths?)
            .enumerate()
            .filter_map(window)
            .collect(),
    )
}

fn spacing(set: &Dataset<'_>, modality: &Modality, warnings: &Warnings) -> Option<Spacing> {
    let place = groups::place(set, 0, tags::PIXEL_MEASURES_SEQUENCE, tags::PIXEL_SPACING);
    let is_projection = matches!(
        modality,
        Modality::Cr | Modality::Dx | Modality::Mg | Modality::Xa
    ) || matches!(modality.as_str(), "RF" | "RG" | "IO" | "PX");
    let calibration = set.first_text(tags::PIXEL_SPACING_CALIBRATION_TYPE);
    let factor = tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR;
    let told = Told {
        is_projection,
        pixel: pair(place, tags::PIXEL_SPACING),
        imager: pair(set, tags::IMAGER_PIXEL_SPACING),
        scanned: pair(set, tags::NOMINAL_SCANNED_PIXEL_SPACING),
        calibration: calibration.and_then(|it| Calibration::parse(&it)),
        magnification: set.number(factor).ok().flatten(),
    };
    let spacing = spacing::decide(&told);
    match spacing {
        None => {
            let is_there = set.get(tags::PIXEL_SPACING).is_some()
                || set.get(tags::IMAGER_PIXEL_SPACING).is_some();
            warnings.add(
                WarningKind::Geometry,
                if is_there {
                    "the pixel spacing in the file is no pair of lengths: nothing can be measured"
                } else {
                    "the file has no pixel spacing: nothing can be measured"
                },
            );
        }
        Some(it) if it.source == SpacingSource::Detector => warnings.add(
            WarningKind::Geometry,
            "the pixel spacing holds at the detector: lengths in the patient are smaller",
        ),
        Some(_) => {}
    }
    spacing
}

fn pair(set: &Dataset<'_>, tag: Tag) -> Option<[f64; 2]> {
    match set.numbers(tag).ok()?.as_slice() {
        [row, column, ..] => Some([*row, *column]),
        _ => None,
    }
}

/// PS3.3 C.7.6.3.1.7: it may stand where there is no spacing.
fn pixel_aspect(set: &Dataset<'_>, warnings: &Warnings) -> Option<f32> {
    let [down, across] = pair(set, tags::PIXEL_ASPECT_RATIO)?;
    if down == across {
        return None;
    }
    let aspect = Some((down / across) as f32).filter(|it| ASPECTS.contains(it));
    warnings.add(
        WarningKind::Geometry,
        match aspect {
            Some(_) => {
                "the pixels are not square, and are drawn in the proportion that the file tells"
            }
            None => "the pixels are not square, and are drawn square: shapes are out of proportion",
        },
    );
    aspect
}

/// Directions of the row and the column: as told, else from the direction cosines (PS3.3 C.7.6.1.1.1).
fn orientation(set: &Dataset<'_>) -> Option<[String; 2]> {
    if let [row, column] = set.texts(tags::PATIENT_ORIENTATION).as_slice()
        && !row.is_empty()
        && !column.is_empty()
    {
        return Some([row.clone(), column.clone()]);
    }
    let place = groups::place(
        set,
        0,
        tags::PLANE_ORIENTATION_SEQUENCE,
        tags::IMAGE_ORIENTATION_PATIENT,
    );
    let cosines = place.numbers(tags::IMAGE_ORIENTATION_PATIENT).ok()?;
    let [a, b, c, d, e, f] = cosines.try_into().ok()?;
    Some([letters([a, b, c]), letters([d, e, f])])
}

/// The main directions of a vector, the strongest first: left, posterior and head are positive.
fn letters(vector: [f64; 3]) -> String {
    let mut named: Vec<(f64, char)> = vector
        .into_iter()
        .zip([('L', 'R'), ('P', 'A'), ('H', 'F')])
        .map(|(it, (plus, minus))| (it.abs(), if it < 0.0 { minus } else { plus }))
        .collect();
    named.sort_by(|left, right| right.0.total_cmp(&left.0));
    named
        .into_iter()
        .filter(|it| 1e-4 < it.0)
        .map(|it| it.1)
        .collect()
}

/// The unit of the samples, if the file says so. CT without a word is in Hounsfield units, PS3.3 C.8.2.1.1.
fn unit(set: &Dataset<'_>, modality: &Modality) -> Option<String> {
    let place = groups::place(
        set,
        0,
        tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
        tags::RESCALE_TYPE,
    );
    let told = place
        .first_text(tags::RESCALE_TYPE)
        .or_else(|| set.first_text(tags::UNITS))
        .or_else(|| set.first_text(tags::DOSE_UNITS));
    let is_rescaled =
        place.get(tags::RESCALE_SLOPE).is_some() || set.get(tags::RESCALE_SLOPE).is_some();
    told.filter(|it| it != "US")
        .or_else(|| (*modality == Modality::Ct && is_rescaled).then(|| "HU".to_owned()))
}

fn warn_of_what_is_left_out(set: &Dataset<'_>, warnings: &Warnings) {
    if set.tags().any(|it| it.0 & 0xFF00 == 0x6000) {
        warnings.add(
            WarningKind::Pixels,
            "the file has overlay planes, which are not drawn",
        );
    }
    if set.first_text(tags::PIXEL_PRESENTATION).as_deref() == Some("COLOR") {
        warnings.add(
            WarningKind::Pixels,
            "the file offers a colour presentation of its grey values, which is not used",
        );
    }
    if set.first_text(tags::BURNED_IN_ANNOTATION).as_deref() == Some("YES") {
        warnings.add(
            WarningKind::Pixels,
            "the picture has text burnt into it, which may name the patient",
        );
    }
    if set.first_text(tags::LOSSY_IMAGE_COMPRESSION).as_deref() == Some("01") {
        warnings.add(
            WarningKind::Pixels,
            "the pixels went through lossy compression",
        );
    }
}
