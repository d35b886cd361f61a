//! Masks as pictures: overlay planes, segments, parametric maps and shutters, ready to be laid over an image.

use super::{colormap::heat_color, picture::Picture};
use crate::case::presentation::{
    Bitmap, MapFrame, ParametricMap, SegmentFrame, Segmentation, Shutter,
};

/// How opaque a pixel is that is wholly in a segment.
const SEGMENT_ALPHA: f32 = 0.45;
/// Longer side of a picture of shutters, in pixels.
const SHUTTER_EDGE: f64 = 2048.0;

/// An overlay plane in one colour; what is not set is clear.
pub fn of_bitmap(bitmap: &Bitmap, [red, green, blue]: [u8; 3]) -> Picture {
    let of_row = |y: usize| (0..bitmap.width).map(move |x| bitmap.is_set(x, y));
    let pixels = (0..bitmap.height).flat_map(of_row);
    let rgba = pixels.flat_map(|it| [red, green, blue, if it { 255 } else { 0 }]);
    Picture {
        width: bitmap.width,
        height: bitmap.height,
        rgba: rgba.collect(),
    }
}

/// The mask of a segment in one colour: the more of a pixel is in it, the less clear.
pub fn of_segment(
    segmentation: &Segmentation,
    frame: &SegmentFrame,
    [red, green, blue]: [u8; 3],
) -> Picture {
    let (width, height) = (segmentation.width, segmentation.height);
    let of_row = |y: usize| (0..width).map(move |x| segmentation.share(frame, x, y));
    let rgba = (0..height).flat_map(of_row).flat_map(|share| {
        let alpha = (share * SEGMENT_ALPHA * 255.0).round() as u8;
        [red, green, blue, alpha]
    });
    Picture {
        width,
        height,
        rgba: rgba.collect(),
    }
}

/// A picture of a map by the colours of influence, from the least of the values that are shown to the greatest; clear
/// where nothing was measured.
pub fn of_map(map: &ParametricMap, frame: &MapFrame, [low, high]: [f32; 2]) -> Picture {
    let span = (high - low).max(f32::MIN_POSITIVE);
    let rgba = frame.samples.iter().flat_map(|it| {
        let [red, green, blue] = heat_color(((it - low) / span).clamp(0.0, 1.0));
        [red, green, blue, if it.is_finite() { 255 } else { 0 }]
    });
    Picture {
        width: map.width,
        height: map.height,
        rgba: rgba.collect(),
    }
}

/// The least and the greatest value of a picture of a map; `None` where nothing was measured.
pub fn range_of(frame: &MapFrame) -> Option<[f32; 2]> {
    let finite = frame.samples.iter().filter(|it| it.is_finite());
    let start = (f32::INFINITY, f32::NEG_INFINITY);
    let (low, high) = finite.fold(start, |(low, high), it| (low.min(*it), high.max(*it)));
    (low <= high).then_some([low, high])
}

/// What shutters cover of an image of that size, in one brightness: whatever lies outside any of them (PS3.3 C.7.6.11).
/// `bitmap` is the overlay plane of a bitmap shutter, and its upper left corner.
pub fn of_shutters(
    shutters: &[Shutter],
    brightness: f32,
    (width, height): (usize, usize),
    bitmap: impl Fn(u16) -> Option<(Bitmap, [i32; 2])>,
) -> Picture {
    let scale = (width.max(height) as f64 / SHUTTER_EDGE).max(1.0);
    let size = |edge: usize| ((edge as f64 / scale).round() as usize).max(1);
    let (drawn_width, drawn_height) = (size(width), size(height));
    let masks: Vec<_> = shutters
        .iter()
        .map(|it| match it {
            Shutter::Bitmap { group } => (it, bitmap(*group)),
            _ => (it, None),
        })
        .collect();
    let gray = (brightness.clamp(0.0, 1.0) * 255.0).round() as u8;
    let alpha = |x: usize, y: usize| {
        let (x, y) = ((x as f64 + 0.5) * scale, (y as f64 + 0.5) * scale);
        let is_covered = masks.iter().any(|(shutter, mask)| match shutter {
            Shutter::Bitmap { .. } => mask.as_ref().is_some_and(|(bitmap, corner)| {
                let [left, top] = corner.map(f64::from);
                let (x, y) = (x.floor() - left, y.floor() - top);
                0.0 <= x && 0.0 <= y && bitmap.is_set(x as usize, y as usize)
            }),
            shutter => !is_inside(shutter, [x, y]),
        });
        if is_covered { 255 } else { 0 }
    };
    let of_row = |y: usize| (0..drawn_width).map(move |x| (x, y));
    let rgba = (0..drawn_height)
        .flat_map(of_row)
        .flat_map(|(x, y)| [gray, gray, gray, alpha(x, y)]);
    Picture {
        width: drawn_width,
        height: drawn_height,
        rgba: rgba.collect(),
    }
}

fn is_inside(shutter: &Shutter, [x, y]: [f64; 2]) -> bool {
    match shutter {
        Shutter::Rectangle([[left, top], [right, bottom]]) => {
            (*left..=*right).contains(&x) && (*top..=*bottom).contains(&y)
        }
        Shutter::Circle { center, radius } => {
            let [a, b] = [x - center[0], y - center[1]];
            a * a + b * b <= radius * radius
        }
        Shutter::Polygon(corners) => {
            // A ray to the right crosses the outline an odd number of times.
            let next = corners.iter().cycle().skip(1);
            let crossed = corners.iter().zip(next).filter(|([x1, y1], [x2, y2])| {
                (*y1 <= y) != (*y2 <= y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
            });
            crossed.count() % 2 == 1
        }
        Shutter::Bitmap { .. } => true,
    }
}
