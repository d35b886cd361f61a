//! One picture through a volume.

use super::{
    Axis, Plane, Volume, added, dot, minus, times,
    volume::{LEAST, MISSING},
};
use crate::case::{Frame, Samples, Spacing, SpacingSource};

/// Longest side of a picture.
const SIDE_LIMIT: f64 = 4096.0;

/// A picture through a volume, and where it lies in the patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Reformat {
    /// In the unit of the slices; `NaN` outside the volume, over gaps and next to padding.
    pub frame: Frame,
    /// Square pixels of the finest spacing of the volume.
    pub plane: Plane,
}

impl Reformat {
    /// The spacing to measure with.
    pub const fn spacing(&self) -> Spacing {
        Spacing {
            row_mm: self.plane.row_mm as f32,
            column_mm: self.plane.column_mm as f32,
            source: SpacingSource::Patient,
        }
    }
}

impl Volume {
    /// Between which places along the axis there are samples, in mm; the lower one first.
    pub fn range_mm(&self, axis: Axis) -> [f64; 2] {
        self.extent(axis.across())
    }

    /// How far along the axis the next samples lie, in mm: what a step through the pictures should be.
    pub fn step_mm(&self, axis: Axis) -> f64 {
        let (first, way) = (&self.stack.first, axis.across());
        let samples = [
            (self.stack.way, self.stack.usual_mm()),
            (first.row, first.column_mm),
            (first.column, first.row_mm),
        ];
        let share = |it: &([f64; 3], f64)| dot(it.0, way).abs();
        let nearest = samples
            .into_iter()
            .max_by(|a, b| share(a).total_cmp(&share(b)));
        nearest.map_or(1.0, |it| it.1)
    }

    /// The picture at a place along its axis: mm to the head, to the back or to the left.
    pub fn reformat(&self, axis: Axis, at_mm: f64) -> Reformat {
        let [row, column] = axis.directions();
        let [[left, right], [top, bottom]] = [row, column].map(|it| self.extent(it));
        let first = &self.stack.first;
        let finest = first.row_mm.min(first.column_mm).min(self.stack.usual_mm());
        let longest = (right - left).max(bottom - top);
        let step_mm = finest.max(longest / (SIDE_LIMIT - 1.0));
        // The directions are along axes: their parts do not touch each other.
        let corner = added(times(row, left), times(column, top));
        let plane = Plane {
            position_mm: added(corner, times(axis.across(), at_mm)),
            row,
            column,
            row_mm: step_mm,
            column_mm: step_mm,
        };
        // Both ends have a pixel, up to rounding.
        let n_pixels = |low: f64, high: f64| ((high - low) / step_mm + 1e-6).floor() as usize + 1;
        Reformat {
            frame: self.draw(&plane, n_pixels(left, right), n_pixels(top, bottom)),
            plane,
        }
    }

    /// How far the centres of the voxels reach along a direction.
    fn extent(&self, direction: [f64; 3]) -> [f64; 2] {
        let first = &self.stack.first;
        let across = dot(first.row, direction) * first.column_mm * (self.width - 1) as f64;
        let down = dot(first.column, direction) * first.row_mm * (self.height - 1) as f64;
        let slice = |(along, [x, y]): (&f64, &[f64; 2])| {
            let shift = added(
                times(first.row, x * first.column_mm),
                times(first.column, y * first.row_mm),
            );
            dot(
                added(
                    first.position_mm,
                    added(shift, times(self.stack.way, *along)),
                ),
                direction,
            )
        };
        let starts = self
            .stack
            .along_mm
            .iter()
            .zip(&self.stack.shifts)
            .map(slice);
        starts.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], it| {
            [
                low.min(it + across.min(0.0) + down.min(0.0)),
                high.max(it + across.max(0.0) + down.max(0.0)),
            ]
        })
    }

    fn draw(&self, plane: &Plane, width: usize, height: usize) -> Frame {
        let first = &self.stack.first;
        // What one pixel to the right, and one down, is in slices' mm and pixels.
        let steps = |way: [f64; 3]| {
            [
                dot(way, self.stack.way),
                dot(way, first.row) / first.column_mm,
                dot(way, first.column) / first.row_mm,
            ]
        };
        let cut = Cut {
            start: steps(minus(plane.position_mm, first.position_mm)),
            right: steps(times(plane.row, plane.column_mm)),
            down: steps(times(plane.column, plane.row_mm)),
            width,
            height,
        };
        let samples = if cut.is_upright() {
            self.upright(&cut)
        } else {
            self.slanted(&cut)
        };
        Frame {
            width,
            height,
            samples: Samples::Gray(samples.into()),
        }
    }

    /// Pixel by pixel.
    fn slanted(&self, cut: &Cut) -> Vec<f32> {
        let mut samples = Vec::with_capacity(cut.width * cut.height);
        for row in 0..cut.height {
            let mut pair = Pair::default();
            samples.extend((0..cut.width).map(|column| {
                let [along, x, y] = cut.place(column, row);
                if !pair.holds(along) {
                    pair = self.pair(along);
                }
                self.sample(pair.code(self, along, x, y))
            }));
        }
        samples
    }

    /// Line by line, for a picture that meets each slice in one line, whatever its row: each line is read once, and a
    /// row lies between two of them. The same values as pixel by pixel, with less to
    /// read.
    fn upright(&self, cut: &Cut) -> Vec<f32> {
        let mut lines: Vec<Vec<f32>> = vec![Vec::new(); self.stack.n_slices()];
        let mut samples = Vec::with_capacity(cut.width * cut.height);
        let n = self.width * self.height;
        for row in 0..cut.height {
            let [along, ..] = cut.place(0, row);
            let Some(pair) = self.try_pair(along) else {
                samples.resize(samples.len() + cut.width, f32::NAN);
                continue;
            };
            for (idx, [x, y]) in [pair.idx, pair.idx + 1].into_iter().zip(pair.shifts) {
                let codes = self.codes.get(idx * n..(idx + 1) * n).unwrap_or_default();
                let Some(line) = lines.get_mut(idx).filter(|it| it.is_empty()) else {
                    continue;
                };
                line.extend((0..cut.width).map(|column| {
                    let [_, at_x, at_y] = cut.place(column, 0);
                    Corner::new(self, at_x - x, at_y - y).map_or(f32::NAN, |it| it.code(codes))
                }));
            }
            let line = |idx: usize| lines.get(idx).map(Vec::as_slice).unwrap_or_default();
            let both = line(pair.idx).iter().zip(line(pair.idx + 1));
            let share = pair.share(along);
            samples.extend(
                both.map(|(before, after)| self.sample(pair.between(*before, *after, share))),
            );
        }
        samples
    }

    /// The sample of a code or of what lies between two.
    #[inline]
    fn sample(&self, code: f32) -> f32 {
        self.low + self.slope * (code - f32::from(LEAST))
    }

    /// The two slices around a place along the stack.
    fn pair(&self, along: f64) -> Pair<'_> {
        self.try_pair(along).unwrap_or(Pair {
            low: f64::NAN,
            ..Pair::default()
        })
    }

    fn try_pair(&self, along: f64) -> Option<Pair<'_>> {
        let (idx, _) = self.stack.between(along)?;
        let (low, high) = (
            *self.stack.along_mm.get(idx)?,
            *self.stack.along_mm.get(idx + 1)?,
        );
        let shifts = [
            *self.stack.shifts.get(idx)?,
            *self.stack.shifts.get(idx + 1)?,
        ];
        let n = self.width * self.height;
        let slice = |idx: usize| self.codes.get(idx * n..(idx + 1) * n);
        Some(Pair {
            idx,
            low,
            high,
            slices: [slice(idx)?, slice(idx + 1)?],
            shifts,
            is_straight: is_near(shifts),
            is_gap: self.stack.is_gap(high - low),
        })
    }
}

/// Whether two shifts differ by nothing but rounding, in pixels.
fn is_near([[ax, ay], [bx, by]]: [[f64; 2]; 2]) -> bool {
    (ax - bx).abs() < 1e-6 && (ay - by).abs() < 1e-6
}

/// The way of a picture through the stack: mm along it, then pixels across and down the first slice.
struct Cut {
    start: [f64; 3],
    right: [f64; 3],
    down: [f64; 3],
    width: usize,
    height: usize,
}

impl Cut {
    #[inline]
    fn place(&self, column: usize, row: usize) -> [f64; 3] {
        let left = added(self.start, times(self.down, row as f64));
        added(left, times(self.right, column as f64))
    }

    /// Whether rows run along the slices and columns along the stack.
    fn is_upright(&self) -> bool {
        let is_none = |it: f64| it.abs() < 1e-9;
        let ([right, _, _], [_, x, y]) = (self.right, self.down);
        [right, x, y].into_iter().all(is_none)
    }
}

/// Two neighbouring slices.
#[derive(Default)]
struct Pair<'a> {
    /// Of the first.
    idx: usize,
    low: f64,
    high: f64,
    slices: [&'a [u16]; 2],
    shifts: [[f64; 2]; 2],
    is_gap: bool,
    /// Both lie one above the other.
    is_straight: bool,
}

impl Pair<'_> {
    fn holds(&self, along: f64) -> bool {
        self.low <= along && along <= self.high && self.low < self.high
    }

    /// Of the way from the first to the second. Rounding next to a slice counts as on it.
    #[inline]
    fn share(&self, along: f64) -> f64 {
        const ON_IT: f64 = 1e-6;
        let share = (along - self.low) / (self.high - self.low);
        if share < ON_IT {
            0.0
        } else if 1.0 - ON_IT < share {
            1.0
        } else {
            share
        }
    }

    /// What lies at a share between the codes of the two. What has no share need not be known; over a gap nothing is.
    #[inline]
    fn between(&self, before: f32, after: f32, share: f64) -> f32 {
        if share == 0.0 {
            before
        } else if share == 1.0 {
            after
        } else if self.is_gap {
            f32::NAN
        } else {
            before + share as f32 * (after - before)
        }
    }

    /// The code at a place, on each slice between its four nearest pixels.
    #[inline]
    fn code(&self, volume: &Volume, along: f64, x: f64, y: f64) -> f32 {
        let [before, after] = self.slices;
        let [[ax, ay], [bx, by]] = self.shifts;
        let corner = Corner::new(volume, x - ax, y - ay);
        let other = if self.is_straight {
            corner
        } else {
            Corner::new(volume, x - bx, y - by)
        };
        let code = |corner: Option<Corner>, codes| corner.map_or(f32::NAN, |it| it.code(codes));
        self.between(code(corner, before), code(other, after), self.share(along))
    }
}

/// The upper left of the four pixels around a place of a slice, and the shares of the right and the lower ones.
#[derive(Clone, Copy)]
struct Corner {
    at: usize,
    below: usize,
    shares: [f32; 2],
}

impl Corner {
    /// `x` and `y` count pixels from the centre of the first; `None` beyond the slice.
    #[inline]
    fn new(volume: &Volume, x: f64, y: f64) -> Option<Self> {
        let (left, right_share) = place(x, volume.width)?;
        let (top, lower_share) = place(y, volume.height)?;
        let at = top * volume.width + left;
        Some(Self {
            at,
            below: at + volume.width,
            shares: [right_share, lower_share],
        })
    }

    /// The code between the four; `NaN` next to padding.
    #[inline]
    fn code(self, codes: &[u16]) -> f32 {
        let two = |at: usize| codes.get(at..at + 2);
        let (Some([a, b]), Some([c, d])) = (two(self.at), two(self.below)) else {
            return f32::NAN;
        };
        let four = [*a, *b, *c, *d];
        if four.contains(&MISSING) {
            return beside_padding(four, self.shares);
        }
        mixed(four.map(f32::from), self.shares)
    }
}

/// Straight between upper left, upper right, lower left and lower right.
#[inline]
fn mixed([a, b, c, d]: [f32; 4], [right, lower]: [f32; 2]) -> f32 {
    let upper = a + right * (b - a);
    let below = c + right * (d - c);
    upper + lower * (below - upper)
}

/// Padding that has no share in a sample does not count.
#[cold]
fn beside_padding(codes: [u16; 4], [right, lower]: [f32; 2]) -> f32 {
    const NO_SHARE: f32 = 1e-5;
    let shares = [
        (1.0 - right) * (1.0 - lower),
        right * (1.0 - lower),
        (1.0 - right) * lower,
        right * lower,
    ];
    let is_known = codes
        .iter()
        .zip(shares)
        .all(|(code, share)| *code != MISSING || share < NO_SHARE);
    if is_known {
        codes
            .iter()
            .zip(shares)
            .filter(|(code, _)| **code != MISSING)
            .map(|(code, share)| f32::from(*code) * share)
            .sum()
    } else {
        f32::NAN
    }
}

/// The pixel at or before a place, of which there is one after it, and the share of the way to that.
#[inline]
fn place(at: f64, n: usize) -> Option<(usize, f32)> {
    const SLACK: f64 = 1e-6;
    let last = (n - 1) as f64;
    if !(-SLACK <= at && at <= last + SLACK) {
        return None;
    }
    let at = at.clamp(0.0, last);
    let idx = (at as usize).min(n - 2);
    Some((idx, (at - idx as f64) as f32))
}
