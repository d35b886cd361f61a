//! Markers that may stay in a picture: which side, which projection, how the patient was placed.

use super::{TextBox, area::Rect, read::Reading};

/// The whole list. They are put there by the radiographer so that a picture is not read the wrong way round,
/// say nothing of who it is, and are few enough that no name is among them but in initials, which is why a
/// marker must also stand alone. A full stop may follow. Anything else is blanked, small letters too: they
/// are rare on markers and easily misread.
pub const MARKERS: &[&str] = &[
    "R", "L", "RT", "LT", "RIGHT", "LEFT", // side
    "AP", "PA", "LAT", // projection
    "ERECT", "UPRIGHT", "SUPINE", "PRONE", "PORTABLE", // how it was taken
];

/// A marker is read with at least this confidence.
const SURE: f32 = 0.9;
/// No other text stands within so many heights of a marker on either side: `L. SMITH` can come as two boxes.
const ALONE: usize = 2;

pub(super) fn is_marker(reading: &Reading) -> bool {
    let text = reading.text.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    reading.confidence >= SURE && MARKERS.contains(&text)
}

/// A marker with other text beside it on its line is a part of that text.
pub(super) fn keep_only_alone(boxes: &mut [TextBox]) {
    let areas: Vec<Rect> = boxes.iter().map(|it| it.area).collect();
    for (idx, text_box) in boxes.iter_mut().enumerate() {
        let near = neighbourhood(text_box.area);
        text_box.is_marker &= areas
            .iter()
            .enumerate()
            .all(|(other, area)| other == idx || near.shared(*area) == 0);
    }
}

/// The box and what lies beside it on its line, whichever way that runs.
fn neighbourhood(area: Rect) -> Rect {
    let reach = ALONE * area.lesser_side();
    if area.height() > 2 * area.width() {
        area.grown(0, reach)
    } else {
        area.grown(reach, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::TextBox, Reading, Rect, is_marker, keep_only_alone};
    use crate::privacy::Phi;

    #[test]
    fn only_the_exact_words_are_markers() {
        let is = |text: &str, confidence| {
            is_marker(&Reading {
                text: text.to_owned(),
                confidence,
            })
        };
        for text in ["R", "L", "R.", " LEFT ", "PA", "SUPINE"] {
            assert!(is(text, 0.95), "{text}");
        }
        for text in [
            "", "r", "R L", "RA", "R..", "LEFT 1", "L. SMITH", "PAT", ".",
        ] {
            assert!(!is(text, 1.0), "{text}");
        }
        assert!(!is("R", 0.89));
    }

    #[test]
    fn a_marker_beside_other_text_does_not_stay() {
        let text_box = |top: usize, left: usize, width: usize, is_marker| TextBox {
            area: Rect {
                top,
                left,
                bottom: top + 20,
                right: left + width,
            },
            text: Phi::default(),
            confidence: 1.0,
            is_marker,
        };
        let mut boxes = [
            text_box(0, 0, 15, true),
            text_box(0, 40, 100, false),
            text_box(100, 0, 15, true),
            text_box(150, 0, 100, false),
        ];
        keep_only_alone(&mut boxes);
        assert_eq!(boxes.map(|it| it.is_marker), [false, false, true, false]);
    }
}
