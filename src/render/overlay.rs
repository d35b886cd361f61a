//! Influence over the picture: strength at a point, and how it is laid over the grey value.

use super::{heat_color, picture::has_outline};
use crate::prediction::{Affine2, Heatmap, Method, Score};

/// An influence map to draw, with what its strength is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Overlay<'a> {
    pub heatmap: &'a Heatmap,
    /// The raw value that is drawn as full strength: the greatest of the map.
    pub full: f32,
    /// 0..1.
    pub opacity: f32,
}

/// What the opacity of a map depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strength {
    /// A map of a score that decides nothing must not look like one that does.
    #[default]
    ByScore,
    /// The same for every score.
    Even,
}

/// What of a map is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapLook {
    pub has_heat: bool,
    /// Round the strongest regions.
    pub has_outline: bool,
    /// Its own cells as they were computed, not smoothed.
    pub is_raw: bool,
}

impl Default for MapLook {
    fn default() -> Self {
        Self {
            has_heat: true,
            has_outline: true,
            is_raw: false,
        }
    }
}

impl MapLook {
    /// The map as it is laid over a picture.
    pub fn drawn(self, heatmap: &Heatmap) -> Heatmap {
        if self.is_raw {
            cells(heatmap)
        } else {
            smooth(heatmap)
        }
    }

    /// The opacity of the colours. A map that has no outline is never left out for one.
    pub fn heat_opacity(self, opacity: f32, method: Method) -> f32 {
        if self.has_heat || !has_outline(method) {
            opacity
        } else {
            0.0
        }
    }
}

/// Part of the opacity that is left below the operating point.
const FAINT: f32 = 0.15;
/// Part of the opacity at the operating point itself.
const AT_POINT: f32 = 0.5;

impl Strength {
    /// The opacity that a map of `score` is drawn with, of the `opacity` that a person chose. With the probability p and the
    /// operating point t: below t, 0.15 of it; from t on, (0.5 + 0.5 (p - t) / (1 - t)) of it; without an operating point, p
    /// of it, but at least 0.15.
    pub fn opacity(self, opacity: f32, score: Option<&Score>) -> f32 {
        let (Self::ByScore, Some(score)) = (self, score) else {
            return opacity;
        };
        let point = score.operating_point.as_ref().map(|it| it.threshold);
        let share = match point {
            Some(point) if score.probability < point => FAINT,
            Some(point) if point < 1.0 => {
                AT_POINT + (1.0 - AT_POINT) * (score.probability - point) / (1.0 - point)
            }
            Some(_) => 1.0,
            None => score.probability.max(FAINT),
        };
        opacity * share
    }
}

/// Below this strength nothing is drawn: the anatomy stays as it is.
pub const FADE_FROM: f32 = 0.15;
/// From this strength on the colour has its full opacity.
pub const FADE_TO: f32 = 0.75;

impl<'a> Overlay<'a> {
    /// A map drawn against `full`, the greatest value of the map before it was made [`smooth`]. Negative influence is
    /// not drawn.
    pub const fn new(heatmap: &'a Heatmap, full: f32, opacity: f32) -> Self {
        Self {
            heatmap,
            full,
            opacity: opacity.clamp(0.0, 1.0),
        }
    }

    /// Strength 0..1 of a raw value; 0 for NaN, which is beside the map.
    pub const fn strength(&self, raw: f32) -> f32 {
        (raw / self.full).max(0.0).min(1.0)
    }
}

/// The greatest raw value of a map, at least 0: the upper end of its scale bar.
pub fn greatest(heatmap: &Heatmap) -> f32 {
    heatmap
        .values
        .iter()
        .copied()
        .filter(|it| it.is_finite())
        .fold(0.0, f32::max)
}

/// Maps with more cells than this on an edge are drawn as they are.
const COARSE: usize = 64;
/// A coarse map is drawn with about this many cells on its longer edge.
const FINE: usize = 128;

/// A coarse map with more cells, so that its hills are round: cubic between the cells (Catmull and Rom 1974), never
/// beyond the least and the greatest value of the map. For drawing only.
pub fn smooth(heatmap: &Heatmap) -> Heatmap {
    let (low, high) = heatmap
        .values
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), it| {
            (low.min(*it), high.max(*it))
        });
    finer(heatmap, |x, y| cubic_at(heatmap, x, y).clamp(low, high))
}

/// A coarse map with more cells, each as one of its own is, so that its grid is seen. For drawing only.
pub fn cells(heatmap: &Heatmap) -> Heatmap {
    finer(heatmap, |x, y| cell(heatmap, x.round(), y.round()))
}

/// A coarse map with more cells; `value` takes a point that counts cell centres.
fn finer(heatmap: &Heatmap, value: impl Fn(f32, f32) -> f32) -> Heatmap {
    let factor = FINE.div_ceil(heatmap.width.max(heatmap.height).max(1));
    if COARSE < heatmap.width.max(heatmap.height) || heatmap.values.is_empty() {
        return heatmap.clone();
    }
    let (width, height) = (heatmap.width * factor, heatmap.height * factor);
    let place = |idx: usize| (idx as f32 + 0.5) / factor as f32 - 0.5;
    let values = (0..width * height).map(|idx| value(place(idx % width), place(idx / width)));
    let shrink = Affine2 {
        scale_x: (factor as f32).recip(),
        scale_y: (factor as f32).recip(),
        ..Affine2::IDENTITY
    };
    let scan_from_heatmap = shrink.then(heatmap.scan_from_heatmap);
    Heatmap {
        frame_idx: heatmap.frame_idx,
        width,
        height,
        values: values.collect(),
        scan_from_heatmap,
    }
}

/// The value of a cell; the edge goes on outside.
fn cell(heatmap: &Heatmap, column: f32, row: f32) -> f32 {
    let column = column.clamp(0.0, (heatmap.width - 1) as f32) as usize;
    let row = row.clamp(0.0, (heatmap.height - 1) as f32) as usize;
    let at = row * heatmap.width + column;
    heatmap.values.get(at).copied().unwrap_or(0.0)
}

/// The value at a point that counts cell centres; the edge goes on outside.
fn cubic_at(heatmap: &Heatmap, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let row_at = |row: f32| {
        catmull_rom(
            [-1.0, 0.0, 1.0, 2.0].map(|it| cell(heatmap, left + it, row)),
            x - left,
        )
    };
    catmull_rom([-1.0, 0.0, 1.0, 2.0].map(|it| row_at(top + it)), y - top)
}

fn catmull_rom([a, b, c, d]: [f32; 4], share: f32) -> f32 {
    let curve = 2.0 * a - 5.0 * b + 4.0 * c - d + (3.0 * (b - c) + d - a) * share;
    b + 0.5 * share * (c - a + share * curve)
}

/// A colour 0..1 with the influence laid over it.
pub fn blend(base: [f32; 3], strength: f32, opacity: f32) -> [f32; 3] {
    let alpha = opacity * smoothstep(FADE_FROM, FADE_TO, strength);
    if alpha <= 0.0 {
        return base;
    }
    let heat = heat_color(strength).map(|it| f32::from(it) / 255.0);
    let mut mixed = base;
    for (mixed, heat) in mixed.iter_mut().zip(heat) {
        *mixed += (heat - *mixed) * alpha;
    }
    mixed
}

/// 0 up to `from`, 1 beyond `to`, an S between; as GLSL defines it.
fn smoothstep(from: f32, to: f32, x: f32) -> f32 {
    let share = ((x - from) / (to - from)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}
