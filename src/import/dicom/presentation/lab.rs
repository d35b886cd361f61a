//! Colours of the CIE for the screen: L*a*b* as objects hold it (PS3.3 C.10.7.1.1) to sRGB (IEC 61966-2-1).
//!
//! The standard speaks of the profile connection space, whose white is D50. The writers that are in use (DCMTK, dcmqi,
//! highdicom, dcmjs) take the white D65, and so does this: a colour comes out as the one that was chosen.

use dicom::core::Tag;

use crate::import::dicom::dataset::Dataset;

/// D65 of the two-degree observer.
const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];
/// From XYZ to linear sRGB.
const RGB_FROM_XYZ: [[f64; 3]; 3] = [
    [3.240_454_2, -1.537_138_5, -0.498_531_4],
    [-0.969_266_0, 1.876_010_8, 0.041_556_0],
    [0.055_643_4, -0.204_025_9, 1.057_225_2],
];

/// The colour in an element of three words, if there is one.
pub(super) fn colour(set: &Dataset<'_>, tag: Tag) -> Option<[u8; 3]> {
    let words: [f64; 3] = set.numbers(tag).ok()?.try_into().ok()?;
    let [l, a, b] = words.map(|it| it / 65_535.0);
    Some(srgb(l * 100.0, a * 255.0 - 128.0, b * 255.0 - 128.0))
}

fn srgb(l: f64, a: f64, b: f64) -> [u8; 3] {
    let middle = (l + 16.0) / 116.0;
    let xyz = [middle + a / 500.0, middle, middle - b / 200.0].map(|it| {
        if 6.0 / 29.0 < it {
            it * it * it
        } else {
            (116.0 * it - 16.0) * 27.0 / 24_389.0
        }
    });
    let [x, y, z] = [0, 1, 2].map(|it| xyz.get(it).unwrap_or(&0.0) * WHITE.get(it).unwrap_or(&1.0));
    RGB_FROM_XYZ.map(|[r, g, b]| {
        let linear = (r * x + g * y + b * z).clamp(0.0, 1.0);
        let curved = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * linear.powf(1.0 / 2.4) - 0.055
        };
        (curved * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::srgb;

    /// The corners of sRGB in L*a*b* under D65, as Lindbloom's calculator prints them.
    #[test]
    fn the_corners_of_srgb_come_back() {
        assert_eq!(srgb(100.0, 0.0, 0.0), [255, 255, 255]);
        assert_eq!(srgb(0.0, 0.0, 0.0), [0, 0, 0]);
        assert_eq!(srgb(53.585, 0.0, 0.0), [128, 128, 128]);
        assert_eq!(srgb(53.2408, 80.0925, 67.2032), [255, 0, 0]);
        assert_eq!(srgb(87.7347, -86.1827, 83.1793), [0, 255, 0]);
        assert_eq!(srgb(32.2970, 79.1875, -107.8602), [0, 0, 255]);
    }
}
