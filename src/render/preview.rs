//! Two pictures side by side with lines of text under them: what is shown, and what a network gets of it.

use super::{
    Curve, Error, Picture, Pose, Pyramid,
    caption::{self, RESEARCH_USE},
    compose, first_look,
};
use crate::{case::Scan, prediction::Affine2};

/// The side of each square that a picture is fitted into.
const SIDE: usize = 512;
const GAP: usize = 16;
const LINE: usize = 26;
const BACKGROUND: [u8; 3] = [0x0B, 0x0E, 0x12];
const AMBER: [u8; 3] = [0xF2, 0xB4, 0x41];

/// One of the two pictures, at its final size.
pub struct Panel(Picture);

impl Panel {
    /// The first frame of a scan as displayed at first, with a frame round the box that is read: left, top, right and
    /// bottom in its pixels.
    ///
    /// # Errors
    /// A scan without frames.
    pub fn of_scan(scan: &Scan, [left, top, right, bottom]: [f32; 4]) -> Result<Self, Error> {
        let frame = scan.frame(0).ok_or(Error::NoSuchFrame {
            frame_idx: 0,
            n_frames: 0,
        })?;
        let (size, scale) = fitted(frame.width, frame.height);
        let scan_from_picture = Affine2 {
            scale_x: scale,
            scale_y: scale,
            ..Affine2::IDENTITY
        };
        let curve = Curve::of(&first_look(scan, 0), false);
        let pyramid = Pyramid::new(frame.clone());
        let mut picture = compose(
            &pyramid,
            &curve,
            None,
            Pose::upright(scan_from_picture),
            size,
        );
        let to_picture = scan_from_picture.inverse();
        let (left, top) = to_picture.apply((left, top));
        let (right, bottom) = to_picture.apply((right, bottom));
        // Inside the picture, so that a box as large as the picture is seen as well.
        let (right, bottom) = (right - 2.0, bottom - 2.0);
        for step in 0..2 * SIDE {
            let (x, y) = (left + step as f32, top + step as f32);
            for edge in [0.5, 1.5] {
                if x < right {
                    picture.put((x, top + edge), AMBER, 1.0);
                    picture.put((x, bottom + edge), AMBER, 1.0);
                }
                if y < bottom {
                    picture.put((left + edge, y), AMBER, 1.0);
                    picture.put((right + edge, y), AMBER, 1.0);
                }
            }
        }
        Ok(Self(picture))
    }

    /// Colours of 0..1 in rows of `width`, each pixel as a square.
    pub fn of_plane(pixels: &[[f32; 3]], (width, height): (usize, usize)) -> Self {
        let ((columns, rows), scale) = fitted(width, height);
        let mut rgba = Vec::with_capacity(4 * columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let at = |it: usize, n: usize| {
                    (((it as f32 + 0.5) * scale) as usize).min(n.saturating_sub(1))
                };
                let idx = at(row, height) * width + at(column, width);
                let color = pixels.get(idx).copied().unwrap_or_default();
                rgba.extend(color.map(|it| (it * 255.0).round() as u8));
                rgba.push(255);
            }
        }
        Self(Picture {
            width: columns,
            height: rows,
            rgba,
        })
    }
}

/// The size that fits, and the source pixels for each of its pixels.
fn fitted(width: usize, height: usize) -> ((usize, usize), f32) {
    let scale = width.max(height).max(1) as f32 / SIDE as f32;
    let side = |it: usize| ((it as f32 / scale).round() as usize).max(1);
    ((side(width), side(height)), scale)
}

/// The two panels, the lines under them, and "Research use only".
pub fn side_by_side(left: &Panel, right: &Panel, lines: &[String]) -> Picture {
    let (width, height) = (
        2 * SIDE + 3 * GAP,
        SIDE + 2 * GAP + (lines.len() + 1) * LINE + GAP,
    );
    let [red, green, blue] = BACKGROUND;
    let mut all = Picture {
        width,
        height,
        rgba: [red, green, blue, 255].repeat(width * height),
    };
    for (panel, x) in [(left, GAP), (right, SIDE + 2 * GAP)] {
        for (row, line) in panel
            .0
            .rgba
            .chunks_exact(4 * panel.0.width.max(1))
            .enumerate()
        {
            let start = 4 * ((row + GAP) * width + x);
            if let Some(target) = all.rgba.get_mut(start..start + line.len()) {
                target.copy_from_slice(line);
            }
        }
    }
    let top = |line: usize| (SIDE + 2 * GAP + line * LINE) as f32;
    for (idx, line) in lines.iter().enumerate() {
        caption::line(&mut all, line, (GAP as f32, top(idx)), false);
    }
    caption::line(&mut all, RESEARCH_USE, (GAP as f32, top(lines.len())), true);
    all
}
