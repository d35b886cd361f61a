//! Whole pictures: a frame through its curve with the influence over it, and the overlay PNG.

use super::{
    Curve, Error, Overlay, Pose, Pyramid, blend,
    caption::Caption,
    contour::{Point, contours},
    overlay::{MapLook, greatest, smooth},
};
use crate::{
    case::{Frame, Samples, Scan},
    prediction::{Affine2, Explanation, Heatmap, Method, Prediction},
};

/// 8-bit RGBA, row by row, not multiplied; opaque, but for a mask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

/// The red, green and blue samples (grey: three times the same) at a point in pixel-edge coordinates, bilinear
/// between pixel centres; NaN outside the frame and where all neighbours are padding.
#[expect(
    clippy::indexing_slicing,
    reason = "the innermost loop of drawing; all indices are clipped to the frame just above"
)]
pub fn sample_at(frame: &Frame, x: f32, y: f32) -> [f32; 3] {
    let (width, height) = (frame.width, frame.height);
    if !(0.0..width as f32).contains(&x) || !(0.0..height as f32).contains(&y) {
        return [f32::NAN; 3];
    }
    let (x, y) = (
        (x - 0.5).clamp(0.0, (width - 1) as f32),
        (y - 0.5).clamp(0.0, (height - 1) as f32),
    );
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (share_x, share_y) = (x - left as f32, y - top as f32);
    let corners = [
        (top * width + left, (1.0 - share_x) * (1.0 - share_y)),
        (top * width + right, share_x * (1.0 - share_y)),
        (bottom * width + left, (1.0 - share_x) * share_y),
        (bottom * width + right, share_x * share_y),
    ];
    match &frame.samples {
        Samples::Gray(samples) => {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (idx, weight) in corners {
                if !samples[idx].is_nan() {
                    sum += samples[idx] * weight;
                    weights += weight;
                }
            }
            [sum / weights; 3]
        }
        Samples::Rgb(samples) => {
            let mut sums = [0.0; 3];
            for (idx, weight) in corners {
                for (sum, sample) in sums.iter_mut().zip(&samples[3 * idx..]) {
                    *sum += f32::from(*sample) * weight;
                }
            }
            sums
        }
    }
}

/// Draws a frame with its overlay; what lies outside is black.
/// Colour frames keep their colours: a window is for grey values.
pub fn compose(
    pyramid: &Pyramid,
    curve: &Curve,
    overlay: Option<&Overlay<'_>>,
    pose: Pose,
    (width, height): (usize, usize),
) -> Picture {
    let (frame, level) = pyramid.level(pose.scan_from_picture.scale_x);
    let shrink = (1.0 / f64::from(1_u32 << level)) as f32;
    let is_gray = matches!(frame.samples, Samples::Gray(_));
    let mut rgba = Vec::with_capacity(4 * width * height);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = pose.scan_at((column as f32 + 0.5, row as f32 + 0.5));
            let samples = sample_at(frame, x * shrink, y * shrink);
            let base = if is_gray {
                [curve.apply(samples[0]); 3]
            } else {
                samples.map(|it| it.max(0.0) / 255.0)
            };
            let color = match overlay {
                Some(overlay) if !samples[0].is_nan() => {
                    blend(base, overlay.strength_at(x, y), overlay.opacity)
                }
                _ => base,
            };
            rgba.extend(color.map(|it| (it * 255.0).round() as u8));
            rgba.push(255);
        }
    }
    Picture {
        width,
        height,
        rgba,
    }
}

/// A small picture of a frame whose pixels are `aspect` times as high as wide; `edge` is its longer side in pixels.
pub fn thumbnail(pyramid: &Pyramid, curve: &Curve, aspect: f32, edge: usize) -> Picture {
    let (scan_from_picture, size) = fitted(pyramid.frame(), aspect, |_| edge as f32);
    compose(pyramid, curve, None, Pose::upright(scan_from_picture), size)
}

/// Where a whole frame lies in a picture in which its pixels have their aspect, and the size of that, on whole pixels. The
/// longer edge, with a pixel at least for each of the frame's, is made as long as `edge` says.
fn fitted(frame: &Frame, aspect: f32, edge: impl FnOnce(f32) -> f32) -> (Affine2, (usize, usize)) {
    let (wide, high) = (aspect.recip().max(1.0), aspect.max(1.0));
    let (width, height) = (frame.width as f32 * wide, frame.height as f32 * high);
    let longest = width.max(height).max(1.0);
    let scale = longest / edge(longest);
    let scan_from_picture = Affine2 {
        scale_x: scale / wide,
        scale_y: scale / high,
        ..Affine2::IDENTITY
    };
    let pixels = |it: f32| ((it / scale).round() as usize).max(1);
    (scan_from_picture, (pixels(width), pixels(height)))
}

/// What an overlay picture is made of.
#[derive(Clone, Copy)]
pub struct OverlayRequest<'a> {
    pub scan: &'a Scan,
    /// Not inverted: a map is read on the picture as it is.
    pub curve: &'a Curve,
    pub prediction: &'a Prediction,
    pub explanation: &'a Explanation,
    /// 0..1.
    pub opacity: f32,
    pub look: MapLook,
}

/// The longest edge of an overlay picture; a smaller scan keeps its own size, but not below [`SMALLEST_EDGE`].
const LONGEST_EDGE: f32 = 1600.0;
const SMALLEST_EDGE: f32 = 720.0;

/// The scan with the influence over it as a PNG, with method, scale, model and "Research use only" burnt in.
///
/// # Errors
/// The explanation or the prediction is not about a frame of this scan, or the encoder fails.
pub fn overlay_png(request: OverlayRequest<'_>) -> Result<Vec<u8>, Error> {
    let OverlayRequest {
        scan,
        explanation,
        prediction,
        ..
    } = request;
    if explanation.about.file_sha256 != scan.header.file_sha256
        || explanation.about != prediction.about
    {
        return Err(Error::OtherSubject);
    }
    let (Some(heatmap), frame_idx) = (&explanation.heatmap, explanation.about.frame_idx) else {
        return Err(Error::OtherSubject);
    };
    let no_frame = Error::NoSuchFrame {
        frame_idx,
        n_frames: scan.n_frames(),
    };
    let frame = scan.frame(frame_idx).ok_or(no_frame)?;
    let aspect = scan.header.aspect();
    let (scan_from_picture, size) =
        fitted(&frame, aspect, |it| it.clamp(SMALLEST_EDGE, LONGEST_EDGE));
    let (shown, full, look) = (request.look.drawn(heatmap), greatest(heatmap), request.look);
    let opacity = look.heat_opacity(request.opacity, explanation.method);
    let overlay = Overlay::new(&shown, full, opacity);
    let pyramid = Pyramid::new(frame.clone());
    let mut picture = compose(
        &pyramid,
        request.curve,
        Some(&overlay),
        Pose::upright(scan_from_picture),
        size,
    );
    let lines = outlines(explanation.method, &shown, full);
    for outline in lines.iter().filter(|_| look.has_outline) {
        let points: Vec<_> = outline
            .iter()
            .map(|it| scan_from_picture.inverse().apply(*it))
            .collect();
        dash(&mut picture, &points, 1.0);
    }
    let drawn = (full, request.opacity, look);
    let caption = Caption::new(explanation, prediction, drawn);
    encode(&caption.stretched(aspect).below(&picture))
}

/// Part of the greatest influence that the outline lies at.
pub const OUTLINE_LEVEL: f32 = 0.5;

/// Lines round what has at least half the greatest influence.
pub fn outlines(method: Method, heatmap: &Heatmap, full: f32) -> Vec<Vec<Point>> {
    if has_outline(method) {
        contours(heatmap, full * OUTLINE_LEVEL)
    } else {
        Vec::new()
    }
}

/// The middle of each region that an outline goes round, in coordinates of the scan, the largest first.
pub fn places(explanation: &Explanation) -> Vec<Point> {
    let Some(heatmap) = &explanation.heatmap else {
        return Vec::new();
    };
    let mut lines = outlines(explanation.method, &smooth(heatmap), greatest(heatmap));
    lines.sort_by(|a, b| area(b).total_cmp(&area(a)));
    let mut found: Vec<&Vec<Point>> = Vec::new();
    for line in &lines {
        // A line within another one goes round a hole.
        let is_within = |it: &&Vec<Point>| line.first().is_some_and(|at| holds(it, *at));
        if !found.iter().any(is_within) {
            found.push(line);
        }
    }
    found.into_iter().map(|it| middle(it)).collect()
}

/// The sides of a closed line.
fn sides(line: &[Point]) -> impl Iterator<Item = (&Point, &Point)> {
    line.iter().zip(line.iter().cycle().skip(1))
}

/// Of a closed line (Gauss's formula).
fn area(line: &[Point]) -> f32 {
    let doubled: f32 = sides(line).map(|((a, b), (c, d))| a * d - c * b).sum();
    doubled.abs() / 2.0
}

/// Whether a closed line goes round a point, by the sides that a ray to the right crosses.
fn holds(line: &[Point], (x, y): Point) -> bool {
    let crossed = sides(line).filter(|((from_x, from_y), (to_x, to_y))| {
        (y < *from_y) != (y < *to_y)
            && x < from_x + (to_x - from_x) * (y - from_y) / (to_y - from_y)
    });
    crossed.count() % 2 == 1
}

/// The middle of the box round a line.
fn middle(line: &[Point]) -> Point {
    let span = |part: fn(&Point) -> f32| {
        let values = line.iter().map(part);
        let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), it| {
            (low.min(it), high.max(it))
        });
        (low + high) / 2.0
    };
    (span(|it| it.0), span(|it| it.1))
}

/// A map of single pixels (integrated gradients, SmoothGrad) has no regions, and gets no outline.
pub const fn has_outline(method: Method) -> bool {
    match method {
        Method::GradCam
        | Method::GradCamPlusPlus
        | Method::HiResCam
        | Method::LayerCam
        | Method::Occlusion
        | Method::Rise => true,
        Method::IntegratedGradients | Method::SmoothGrad | Method::Chefer => false,
    }
}

/// A dashed amber line, two pixels wide.
pub(super) fn dash(picture: &mut Picture, points: &[(f32, f32)], alpha: f32) {
    const DASH: f32 = 7.0;
    const GAP: f32 = 5.0;
    const STEP: f32 = 0.4;
    let color = heat_amber();
    let mut travelled = 0.0;
    for pair in points.windows(2) {
        let &[(x0, y0), (x1, y1)] = pair else {
            continue;
        };
        let length = (x1 - x0).hypot(y1 - y0);
        let n_steps = (length / STEP).ceil().max(1.0) as usize;
        for step in 0..n_steps {
            let share = step as f32 / n_steps as f32;
            if (travelled + share * length) % (DASH + GAP) < DASH {
                let (x, y) = (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
                for (dx, dy) in [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)] {
                    picture.put((x + dx, y + dy), color, alpha);
                }
            }
        }
        travelled += length;
    }
}

const fn heat_amber() -> [u8; 3] {
    [0xF2, 0xB4, 0x41]
}

impl Picture {
    /// Mixes a colour into the pixel at a point; nothing happens outside.
    pub(super) fn put(&mut self, (x, y): (f32, f32), color: [u8; 3], alpha: f32) {
        if !(0.0..self.width as f32).contains(&x) || !(0.0..self.height as f32).contains(&y) {
            return;
        }
        let at = 4 * (y as usize * self.width + x as usize);
        for (channel, new) in self.rgba.iter_mut().skip(at).take(3).zip(color) {
            *channel = (f32::from(*channel) + (f32::from(new) - f32::from(*channel)) * alpha)
                .round() as u8;
        }
    }
}

/// A picture as PNG.
///
/// # Errors
/// The encoder fails.
pub fn encode(picture: &Picture) -> Result<Vec<u8>, Error> {
    use image::ImageEncoder as _;
    let png = |cause: String| Error::Png { cause };
    let edge = |it: usize| u32::try_from(it).map_err(|it| png(it.to_string()));
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(
            &picture.rgba,
            edge(picture.width)?,
            edge(picture.height)?,
            image::ExtendedColorType::Rgba8,
        )
        .map_err(|it| png(it.to_string()))?;
    Ok(bytes)
}
