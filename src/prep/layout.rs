//! The layout of a picture: how strong edges of each direction are in each part of it.
//!
//! Histograms of oriented gradients (Dalal and Triggs 2005, <https://doi.org/10.1109/CVPR.2005.177>) with soft
//! directions. Pictures of one kind (frontal chest X-rays, upright) have much the same layout whatever their
//! exposure; a negative, a turned picture, another body part or a photograph has another one. It is worked out from
//! what the model reads, so that it judges what the model would judge, and needs no network.
//!
//! 1. the mean of the channels, back to 0..1;
//! 2. a square of 48 pixels by area;
//! 3. central differences; each pixel votes for the directions within a right angle of its gradient;
//! 4. the mean of each direction in each cell, and its square root.

use std::f64::consts::TAU;

use super::{ImageInput, ImageSpec};

/// Pixels along each side of the square that edges are looked for in.
const SIDE: usize = 48;
/// Parts along each side.
const CELLS: usize = 6;
/// Directions of a gradient, from dark to bright, all around.
const DIRECTIONS: usize = 8;

/// Numbers in a layout.
pub const N_LAYOUT: usize = DIRECTIONS * CELLS * CELLS;

/// What is done to a picture to see whether it would fit then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Dark and bright exchanged.
    Negative,
    /// A quarter turn clockwise.
    Right,
    /// A quarter turn against the clock.
    Left,
    /// Half a turn.
    Half,
}

/// The layout of an input, direction by direction, row by row: [`N_LAYOUT`] numbers, 0 or more.
pub fn layout(image: &ImageInput, spec: &ImageSpec) -> Vec<f64> {
    let (width, height) = (image.width, image.height);
    let n_pixels = width * height;
    let plane: Vec<f64> = (0..n_pixels)
        .map(|idx| {
            let channels = image.values.chunks(n_pixels.max(1));
            let sum: f32 = channels.filter_map(|it| it.get(idx)).sum();
            let mean = sum / image.channels.max(1) as f32;
            f64::from(mean * spec.std + spec.mean)
        })
        .collect();
    of_plane(&shrink(&plane, (width, height), SIDE))
}

/// The input as it would be if its picture were turned; `None` where a quarter turn would change its shape.
pub fn turned(image: &ImageInput, spec: &ImageSpec, turn: Turn) -> Option<ImageInput> {
    let (width, height) = (image.width, image.height);
    let is_quarter = matches!(turn, Turn::Right | Turn::Left);
    if is_quarter && width != height {
        return None;
    }
    // The value in 0..1 is `v * std + mean`; its complement, normalised again.
    let complement = (1.0 - 2.0 * spec.mean) / spec.std;
    let mut values = Vec::with_capacity(image.values.len());
    for plane in image.values.chunks(width * height) {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let from = match turn {
                Turn::Negative => (y, x),
                Turn::Right => (height - 1 - x, y),
                Turn::Left => (x, width - 1 - y),
                Turn::Half => (height - 1 - y, width - 1 - x),
            };
            let value = plane.get(from.0 * width + from.1).copied()?;
            values.push(if turn == Turn::Negative {
                complement - value
            } else {
                value
            });
        }
    }
    Some(ImageInput {
        values,
        ..image.clone()
    })
}

/// `[SIDE, SIDE]` → `[DIRECTIONS, CELLS, CELLS]`
fn of_plane(plane: &[f64]) -> Vec<f64> {
    let at = |y: usize, x: usize| plane.get(y * SIDE + x).copied().unwrap_or(0.0);
    let inner = SIDE - 2;
    let mut votes = vec![Vec::new(); DIRECTIONS];
    for (y, x) in (1..=inner).flat_map(|y| (1..=inner).map(move |x| (y, x))) {
        let (down, right) = (at(y + 1, x) - at(y - 1, x), at(y, x + 1) - at(y, x - 1));
        let (strength, angle) = (down.hypot(right), down.atan2(right));
        for (idx, votes) in votes.iter_mut().enumerate() {
            let direction = TAU * idx as f64 / DIRECTIONS as f64;
            votes.push((angle - direction).cos().max(0.0).powi(4) * strength);
        }
    }
    let cells = votes.iter().map(|it| shrink(it, (inner, inner), CELLS));
    cells.flatten().map(f64::sqrt).collect()
}

/// The mean over `side` x `side` parts; parts share a pixel where the sizes do not divide (adaptive average pooling).
fn shrink(plane: &[f64], (width, height): (usize, usize), side: usize) -> Vec<f64> {
    let part = |idx: usize, n: usize| (idx * n / side, ((idx + 1) * n).div_ceil(side));
    let mut means = Vec::with_capacity(side * side);
    for (row, column) in (0..side).flat_map(|row| (0..side).map(move |column| (row, column))) {
        let ((top, bottom), (left, right)) = (part(row, height), part(column, width));
        let mut sum = 0.0;
        for y in top..bottom {
            let line = plane.get(y * width + left..y * width + right);
            sum += line.unwrap_or_default().iter().sum::<f64>();
        }
        means.push(sum / ((bottom - top) * (right - left)).max(1) as f64);
    }
    means
}
