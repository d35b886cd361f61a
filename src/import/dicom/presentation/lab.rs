//! Colours of the CIE for the screen: L*a*b* of the profile connection space (PS3.3 C.10.7.1.1) to sRGB (IEC 61966-2-1).

use dicom::core::Tag;

use crate::import::dicom::dataset::Dataset;

/// White of the connection space, D50 (ICC.1 7.2.16).
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];
/// From XYZ under D50 to linear sRGB, adapted to D65 by the method of Bradford (Lindbloom).
const RGB_FROM_XYZ: [[f64; 3]; 3] = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454_0],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
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

    /// The corners of sRGB in L*a*b* under D50, as Lindbloom's calculator prints them.
    #[test]
    fn the_corners_of_srgb_come_back() {
        assert_eq!(srgb(100.0, 0.0, 0.0), [255, 255, 255]);
        assert_eq!(srgb(0.0, 0.0, 0.0), [0, 0, 0]);
        assert_eq!(srgb(53.389, 0.0, 0.0), [128, 128, 128].map(|it: u8| it - 1));
        assert_eq!(srgb(54.29, 80.81, 69.89), [255, 0, 0]);
        assert_eq!(srgb(87.82, -79.29, 80.99), [0, 255, 0]);
        assert_eq!(srgb(29.57, 68.30, -112.03), [0, 0, 255]);
    }
}
