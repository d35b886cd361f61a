//! Which of the spacings of a file holds, and in which plane, PS3.3 10.7.1 (basic pixel spacing calibration macro) and
//! C.8.11.7 (mammography).

use super::{Spacing, SpacingSource};

/// What a file says about the distance between pixel centres; each pair is rows (down), then columns (across), in mm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Told {
    /// Whether the picture is a projection: rays from a point magnify what is far from the detector.
    pub is_projection: bool,
    /// (0028,0030) Pixel Spacing: in the patient, or in a projection at the detector unless it was calibrated.
    pub pixel: Option<[f64; 2]>,
    /// (0018,1164) Imager Pixel Spacing: at the front of the detector, never corrected (PS3.3 C.8.11.4).
    pub imager: Option<[f64; 2]>,
    /// (0018,2010) Nominal Scanned Pixel Spacing: on the film or paper that was scanned (PS3.3 C.8.6.1).
    pub scanned: Option<[f64; 2]>,
    /// (0028,0A02) Pixel Spacing Calibration Type.
    pub calibration: Option<Calibration>,
    /// (0018,1114) Estimated Radiographic Magnification Factor: source to detector over source to object.
    pub magnification: Option<f64>,
}

/// How a spacing was calibrated, PS3.3 10.7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calibration {
    /// For an assumed or known magnification, at a depth that is not told.
    Geometry,
    /// By an object of known size in the picture.
    Fiducial,
}

impl Calibration {
    /// Reads an enumerated value.
    pub fn parse(term: &str) -> Option<Self> {
        match term.trim() {
            "GEOMETRY" => Some(Self::Geometry),
            "FIDUCIAL" => Some(Self::Fiducial),
            _ => None,
        }
    }
}

/// Decides. A pair that is not two lengths above zero counts as absent, and so does a magnification below 1, which no
/// projection has. `None` where nothing is left.
pub fn decide(told: &Told) -> Option<Spacing> {
    let legal =
        |pair: Option<[f64; 2]>| pair.filter(|it| it.iter().all(|it| 0.0 < *it && *it < 1e4));
    let (pixel, imager, scanned) = (legal(told.pixel), legal(told.imager), legal(told.scanned));
    if !told.is_projection {
        return pixel
            .map(|it| spacing(it, SpacingSource::Patient))
            .or_else(|| {
                imager
                    .or(scanned)
                    .map(|it| spacing(it, SpacingSource::Detector))
            });
    }
    let detector = imager.or(scanned);
    match (pixel, told.calibration) {
        (Some(own), Some(Calibration::Fiducial)) => {
            return Some(spacing(own, SpacingSource::Calibrated));
        }
        (Some(own), Some(Calibration::Geometry)) => {
            return Some(spacing(own, SpacingSource::Corrected));
        }
        // PS3.3 10.7.1: a spacing that differs from the detector's was calibrated, by means that are not told.
        (Some(own), None) if detector.is_some_and(|it| it != own) => {
            return Some(spacing(own, SpacingSource::Calibrated));
        }
        _ => {}
    }
    let magnification = told.magnification.filter(|it| (1.0..100.0).contains(it));
    match (imager, magnification) {
        (Some(at_detector), Some(factor)) => Some(spacing(
            at_detector.map(|it| it / factor),
            SpacingSource::Corrected,
        )),
        _ => pixel
            .or(detector)
            .map(|it| spacing(it, SpacingSource::Detector)),
    }
}

fn spacing([row_mm, column_mm]: [f64; 2], source: SpacingSource) -> Spacing {
    Spacing {
        row_mm: row_mm as f32,
        column_mm: column_mm as f32,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::{Calibration, Told, decide};
    use crate::case::SpacingSource;

    fn check(told: Told, wanted: Option<(f32, f32, SpacingSource)>) {
        let found = decide(&told).map(|it| (it.row_mm, it.column_mm, it.source));
        assert_eq!(found, wanted, "{told:?}");
    }

    #[test]
    fn a_cross_section_is_measured_in_the_patient() {
        let told = Told {
            pixel: Some([0.5, 0.25]),
            magnification: Some(1.5),
            ..Told::default()
        };
        check(told, Some((0.5, 0.25, SpacingSource::Patient)));
    }

    #[test]
    fn a_projection_is_measured_at_the_detector_unless_the_file_says_how_it_was_calibrated() {
        let projection = Told {
            is_projection: true,
            imager: Some([0.2, 0.2]),
            ..Told::default()
        };
        check(projection, Some((0.2, 0.2, SpacingSource::Detector)));
        let same = Told {
            pixel: Some([0.2, 0.2]),
            ..projection
        };
        check(same, Some((0.2, 0.2, SpacingSource::Detector)));
        let other = Told {
            pixel: Some([0.16, 0.16]),
            ..projection
        };
        check(other, Some((0.16, 0.16, SpacingSource::Calibrated)));
        let by = |calibration| Told {
            calibration: Some(calibration),
            ..other
        };
        check(
            by(Calibration::Fiducial),
            Some((0.16, 0.16, SpacingSource::Calibrated)),
        );
        check(
            by(Calibration::Geometry),
            Some((0.16, 0.16, SpacingSource::Corrected)),
        );
        let alone = Told {
            imager: None,
            pixel: Some([0.16, 0.16]),
            ..projection
        };
        check(alone, Some((0.16, 0.16, SpacingSource::Detector)));
    }

    #[test]
    fn an_estimated_magnification_makes_the_spacing_of_the_detector_smaller() {
        let told = Told {
            is_projection: true,
            imager: Some([0.1, 0.1]),
            magnification: Some(1.25),
            ..Told::default()
        };
        check(told, Some((0.08, 0.08, SpacingSource::Corrected)));
        // PS3.3 10.7.1: a spacing of its own takes the factor into account already.
        let with_own = Told {
            pixel: Some([0.09, 0.09]),
            calibration: Some(Calibration::Geometry),
            ..told
        };
        check(with_own, Some((0.09, 0.09, SpacingSource::Corrected)));
        for factor in [0.5, f64::NAN, 1e9] {
            let odd = Told {
                magnification: Some(factor),
                ..told
            };
            check(odd, Some((0.1, 0.1, SpacingSource::Detector)));
        }
    }

    #[test]
    fn lengths_that_are_none_count_as_absent() {
        for pair in [
            [0.0, 1.0],
            [-1.0, 1.0],
            [f64::NAN, 1.0],
            [1.0, f64::INFINITY],
        ] {
            let told = Told {
                pixel: Some(pair),
                ..Told::default()
            };
            check(told, None);
        }
    }
}
