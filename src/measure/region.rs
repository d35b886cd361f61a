//! Regions: their area, and the statistics of the pixels whose centres lie inside.

use serde::{Deserialize, Serialize};

use super::{Extent, Ruler, Shape, shape::Point};
use crate::case::{Frame, Samples};

/// What a closed shape encloses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Of the shape as drawn, mm² or square pixels, parts outside the frame included; `None` where its outline crosses
    /// itself.
    pub area: Option<Extent>,
    /// Pixels of the frame whose centre lies inside, padding left out.
    pub n_pixels: usize,
    /// Pixels inside that hold no measurement.
    pub n_padding: usize,
    /// `None` for colour, or where no pixel counts.
    pub statistics: Option<Statistics>,
    /// Whether a part of the shape lies outside the frame, where there is nothing to count.
    pub is_beyond_frame: bool,
}

/// Of the grey values inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    pub mean: f64,
    /// Of the pixels themselves, not of a sample of more: divided by their number.
    pub deviation: f64,
    pub min: f64,
    pub max: f64,
    /// `HU`, or that of the modality, as far as the file tells.
    pub unit: Option<String>,
}

/// Measures a closed shape.
pub(super) fn region(frame: &Frame, ruler: &Ruler, unit: Option<&str>, shape: &Shape) -> Region {
    let area = area_in_pixels(shape).map(|it| Extent {
        value: it * ruler.column * ruler.row,
        scale: ruler.scale,
    });
    let [low, high] = shape.bounds();
    let mut tally = Tally::default();
    let (first, last) = (
        clamped(low.y.floor(), frame.height),
        clamped(high.y.ceil(), frame.height),
    );
    for row in first..last {
        for [left, right] in spans(shape, row as f64 + 0.5) {
            let columns = clamped((left - 0.5).ceil(), frame.width)
                ..clamped((right - 0.5).ceil(), frame.width);
            tally.add(frame, row, columns);
        }
    }
    Region {
        area,
        n_pixels: tally.n_pixels,
        n_padding: tally.n_padding,
        statistics: tally.statistics(unit),
        is_beyond_frame: low.x < 0.0
            || low.y < 0.0
            || (frame.width as f64) < high.x
            || (frame.height as f64) < high.y,
    }
}

fn clamped(at: f64, n: usize) -> usize {
    at.clamp(0.0, n as f64) as usize
}

/// Square pixels inside a shape.
fn area_in_pixels(shape: &Shape) -> Option<f64> {
    match shape {
        Shape::Ellipse {
            axes: [[ax, ay], [bx, by]],
            ..
        } => Some(std::f64::consts::PI * (ax * by - ay * bx).abs()),
        Shape::Rectangle(points) => polygon_area(points),
        Shape::Polygon(points) => polygon_area(points),
        _ => None,
    }
}

/// The shoelace formula, about the first point so that a far-off polygon keeps its digits.
fn polygon_area(points: &[Point]) -> Option<f64> {
    if crosses_itself(points) {
        return None;
    }
    let origin = *points.first()?;
    let twice: f64 = pieces(points)
        .map(|[a, b]| (a.x - origin.x) * (b.y - origin.y) - (a.y - origin.y) * (b.x - origin.x))
        .sum();
    Some(twice.abs() / 2.0)
}

/// The sides of a polygon, the closing one last.
fn pieces(points: &[Point]) -> impl Iterator<Item = [Point; 2]> + Clone {
    points
        .iter()
        .zip(points.iter().cycle().skip(1))
        .map(|(a, b)| [*a, *b])
}

/// Whether two sides cross inside both. Sides that only touch do not count.
fn crosses_itself(points: &[Point]) -> bool {
    let side = |[a, b]: [Point; 2], c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let is_split = |line, [c, d]: [Point; 2]| side(line, c) * side(line, d) < 0.0;
    let sides: Vec<_> = pieces(points).collect();
    sides.iter().enumerate().any(|(idx, one)| {
        let others = sides.iter().skip(idx + 2);
        others
            .into_iter()
            .any(|other| is_split(*one, *other) && is_split(*other, *one))
    })
}

/// Where the row at height `y` runs inside a shape: from the left end up to, but not with, the right end.
fn spans(shape: &Shape, y: f64) -> Vec<[f64; 2]> {
    match shape {
        Shape::Ellipse { center, axes } => ellipse_span(*center, *axes, y).into_iter().collect(),
        Shape::Rectangle(points) => polygon_spans(points, y),
        Shape::Polygon(points) => polygon_spans(points, y),
        _ => Vec::new(),
    }
}

/// A side counts from its upper end up to, but not with, its lower end, so that a row through a corner counts it once.
fn polygon_spans(points: &[Point], y: f64) -> Vec<[f64; 2]> {
    let mut crossings: Vec<f64> = pieces(points)
        .filter(|[a, b]| (a.y <= y) != (b.y <= y))
        .map(|[a, b]| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
        .collect();
    crossings.sort_by(f64::total_cmp);
    crossings.as_chunks::<2>().0.to_vec()
}

/// A point is `center + u a + v b`; inside, u² + v² is at most 1. Along a row both are linear in x.
fn ellipse_span(center: Point, [[ax, ay], [bx, by]]: [[f64; 2]; 2], y: f64) -> Option<[f64; 2]> {
    let area = ax * by - ay * bx;
    let y = y - center.y;
    // u = (by x - bx y) / area, v = (ax y - ay x) / area; as a quadratic in x: p x² - 2 q x + r <= 0.
    let p = by * by + ay * ay;
    let q = (by * bx + ay * ax) * y;
    let r = (bx * bx + ax * ax) * y * y - area * area;
    let root = q * q - p * r;
    (0.0 < p && 0.0 < root).then(|| {
        let root = root.sqrt();
        [center.x + (q - root) / p, center.x + (q + root) / p]
    })
}

/// Sums over pixels, about the first value so that a small spread on a large mean keeps its digits.
#[derive(Default)]
struct Tally {
    n_pixels: usize,
    n_padding: usize,
    grays: Option<Grays>,
}

struct Grays {
    origin: f64,
    sum: f64,
    squares: f64,
    min: f32,
    max: f32,
}

impl Tally {
    fn add(&mut self, frame: &Frame, row: usize, columns: std::ops::Range<usize>) {
        let start = row * frame.width;
        let Samples::Gray(samples) = &frame.samples else {
            self.n_pixels += columns.len();
            return;
        };
        let inside = samples.get(start + columns.start..start + columns.end.max(columns.start));
        for sample in inside.unwrap_or_default() {
            if !sample.is_finite() {
                self.n_padding += 1;
                continue;
            }
            self.n_pixels += 1;
            let value = f64::from(*sample);
            let grays = self.grays.get_or_insert(Grays {
                origin: value,
                sum: 0.0,
                squares: 0.0,
                min: *sample,
                max: *sample,
            });
            let off = value - grays.origin;
            grays.sum += off;
            grays.squares += off * off;
            grays.min = grays.min.min(*sample);
            grays.max = grays.max.max(*sample);
        }
    }

    fn statistics(&self, unit: Option<&str>) -> Option<Statistics> {
        let grays = self.grays.as_ref()?;
        let n = self.n_pixels as f64;
        let mean_off = grays.sum / n;
        Some(Statistics {
            mean: grays.origin + mean_off,
            deviation: (grays.squares / n - mean_off * mean_off).max(0.0).sqrt(),
            min: f64::from(grays.min),
            max: f64::from(grays.max),
            unit: unit.map(str::to_owned),
        })
    }
}
