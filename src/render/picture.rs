//! Whole pictures: a frame through its curve with the influence over it, and the overlay PNG.

use super::{
    Curve, Error, Overlay, Pose, Pyramid, Resampled, blend,
    caption::Caption,
    contour::{Point, contours},
    overlay::{MapLook, greatest, smooth},
};
use crate::{
    case::{Frame, Samples, Scan},
    cores::in_bands,
    prediction::{Affine2, Explanation, Heatmap, Method, Prediction},
};

/// 8-bit RGBA, row by row, not multiplied; opaque, but for a mask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

/// Draws a frame with its overlay; what lies outside is black.
/// Colour frames keep their colours: a window is for grey values.
pub fn compose(
    pyramid: &Pyramid,
    curve: &Curve,
    overlay: Option<&Overlay<'_>>,
    pose: Pose,
    size: (usize, usize),
) -> Picture {
    if let Some(laid) = lay(pyramid, pose, size, Vec::new()) {
        return shade(&laid, curve, overlay, pose, size, Vec::new());
    }
    let (frame, level_from_scan) = seen(pyramid, pose);
    let Samples::Rgb(samples) = &frame.samples else {
        return Picture::default();
    };
    let (pixels, _) = samples.as_chunks();
    let grid = (frame.width, frame.height);
    let laid = Resampled::new(pixels, grid, level_from_scan, pose, size);
    let heat = Heat::new(overlay, pose, size);
    draw(size, Vec::new(), |row, out| {
        let mut colors = vec![[0.0; 3]; size.0];
        laid.row(row, &mut colors);
        put(&mut colors, heat.as_ref(), row, out);
    })
}

/// The level of a pyramid that a picture is drawn from, and the way to it from the scan.
fn seen(pyramid: &Pyramid, pose: Pose) -> (&Frame, impl Fn((f32, f32)) -> (f32, f32)) {
    let (frame, level) = pyramid.level(pose.scan_from_picture.scale_x);
    let shrink = (1.0 / f64::from(1_u32 << level)) as f32;
    (frame, move |(x, y)| (x * shrink, y * shrink))
}

/// The samples of a grey frame on the pixels of a picture, row by row; NaN outside and where the frame has padding. `None` for
/// colour. They are put into `laid`, whatever that holds.
pub fn lay(
    pyramid: &Pyramid,
    pose: Pose,
    size: (usize, usize),
    mut laid: Vec<f32>,
) -> Option<Vec<f32>> {
    let (frame, level_from_scan) = seen(pyramid, pose);
    let Samples::Gray(samples) = &frame.samples else {
        return None;
    };
    let grid = (frame.width, frame.height);
    let resampled = Resampled::new(samples, grid, level_from_scan, pose, size);
    laid.resize(size.0 * size.1, 0.0);
    in_bands(&mut laid, size.0, |first, band| {
        for (row, out) in (first..).zip(band.chunks_exact_mut(size.0)) {
            resampled.row(row, out);
        }
    });
    Some(laid)
}

/// Draws samples that lie on the pixels of a picture, as [`lay`] puts them there; into `rgba`, whatever that holds.
pub fn shade(
    laid: &[f32],
    curve: &Curve,
    overlay: Option<&Overlay<'_>>,
    pose: Pose,
    size: (usize, usize),
    rgba: Vec<u8>,
) -> Picture {
    let heat = Heat::new(overlay, pose, size);
    draw(size, rgba, |row, out| {
        let samples = laid.get(row * size.0..).unwrap_or_default();
        let mut levels = vec![0.0; size.0];
        curve.apply_to(samples, &mut levels);
        if heat.is_some() {
            let mut colors: Vec<_> = levels.into_iter().map(|it| [it; 3]).collect();
            return put(&mut colors, heat.as_ref(), row, out);
        }
        for (out, level) in out.iter_mut().zip(levels) {
            let grey = to_byte(level);
            *out = (0xFF00_0000 | grey << 16 | grey << 8 | grey).to_le_bytes();
        }
    })
}

/// Fills the rows of a picture.
fn draw(
    (width, height): (usize, usize),
    mut rgba: Vec<u8>,
    row: impl Fn(usize, &mut [[u8; 4]]) + Sync,
) -> Picture {
    rgba.resize(4 * width * height, 0);
    in_bands(&mut rgba, 4 * width, |first, band| {
        let (pixels, _) = band.as_chunks_mut();
        for (idx, out) in (first..).zip(pixels.chunks_exact_mut(width)) {
            row(idx, out);
        }
    });
    Picture {
        width,
        height,
        rgba,
    }
}

/// Influence on the pixels of a picture.
struct Heat<'a> {
    overlay: &'a Overlay<'a>,
    raw: Resampled<'a, f32>,
}

impl<'a> Heat<'a> {
    /// `None` where nothing of it is seen.
    fn new(overlay: Option<&'a Overlay<'a>>, pose: Pose, size: (usize, usize)) -> Option<Self> {
        let overlay = overlay.filter(|it| 0.0 < it.full && 0.0 < it.opacity)?;
        let raw = Resampled::heatmap(overlay.heatmap, pose, size);
        Some(Self { overlay, raw })
    }
}

/// Puts colours 0..1 into a row of a picture, with the influence over them. NaN, where there is nothing, is black.
fn put(colors: &mut [[f32; 3]], heat: Option<&Heat<'_>>, row: usize, out: &mut [[u8; 4]]) {
    if let Some(Heat { overlay, raw }) = heat {
        let mut influence = vec![0.0; colors.len()];
        raw.row(row, &mut influence);
        for (color, influence) in colors.iter_mut().zip(influence) {
            *color = blend(*color, overlay.strength(influence), overlay.opacity);
        }
    }
    for (out, color) in out.iter_mut().zip(colors) {
        let [red, green, blue] = color.map(to_byte);
        *out = (0xFF00_0000 | blue << 16 | green << 8 | red).to_le_bytes();
    }
}

/// The nearest of 256 levels of a brightness 0..1; NaN is the lowest. From 2^23 on a float counts ones: its last eight bits are the
/// level, and many of them are found at once.
const fn to_byte(bright: f32) -> u32 {
    const COUNTS_ONES: f32 = 8_388_608.0;
    (bright * 255.0 + COUNTS_ONES).to_bits() & 0xFF
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
