//! A grid of values on the pixels of a picture, bilinear between its centres. A turn is by quarters, so a column of the picture
//! is always a column or a row of the grid: where it falls is worked out once for each, not for each pixel.

use std::ops::Range;

use super::Pose;
use crate::prediction::Heatmap;

/// Values of a grid, row by row, and where the columns and rows of a picture fall between them.
#[derive(Clone, Debug)]
pub struct Resampled<'a, T> {
    values: &'a [T],
    columns: Axis,
    rows: Axis,
}

/// Where the columns of a picture, or its rows, fall on a grid.
#[derive(Clone, Debug)]
struct Axis {
    /// Those that fall on the grid: they lie side by side.
    inside: Range<usize>,
    /// One for each of them.
    stops: Vec<Stop>,
}

/// Between two neighbours of a grid.
#[derive(Clone, Copy, Debug)]
struct Stop {
    /// What they add to the place of a value.
    before: usize,
    after: usize,
    /// Of the second one, 0..1.
    share: f32,
}

impl<'a, T> Resampled<'a, T> {
    /// `grid_from_scan` takes coordinates of the scan to those of the grid, both counted from the edges of pixels.
    pub fn new(
        values: &'a [T],
        (width, height): (usize, usize),
        grid_from_scan: impl Fn((f32, f32)) -> (f32, f32),
        pose: Pose,
        (n_columns, n_rows): (usize, usize),
    ) -> Self {
        let is_upright = pose.turn.scan_from_screen((1.0, 0.0)).0 != 0.0;
        let at = |column: f32, row: f32| grid_from_scan(pose.scan_at((column + 0.5, row + 0.5)));
        let across = (width, 1);
        let down = (height, width);
        let (columns, rows) = if is_upright {
            (
                Axis::new(n_columns, across, |it| at(it, 0.0).0),
                Axis::new(n_rows, down, |it| at(0.0, it).1),
            )
        } else {
            (
                Axis::new(n_columns, down, |it| at(it, 0.0).1),
                Axis::new(n_rows, across, |it| at(0.0, it).0),
            )
        };
        Self {
            values,
            columns,
            rows,
        }
    }

    /// Fills `out`, a row of the picture, with what `between` makes of the four neighbours of each pixel and of its shares
    /// of the second column and the second row; pixels that do not fall on the grid are left as they are.
    fn fill<P>(&self, row: usize, out: &mut [P], between: impl Fn([usize; 4], [f32; 2]) -> P) {
        let stop = row.checked_sub(self.rows.inside.start);
        let Some(down) = stop.and_then(|it| self.rows.stops.get(it)) else {
            return;
        };
        let inner = out.get_mut(self.columns.inside.clone()).into_iter();
        for (out, across) in inner.flatten().zip(&self.columns.stops) {
            let places = [
                down.before + across.before,
                down.before + across.after,
                down.after + across.before,
                down.after + across.after,
            ];
            *out = between(places, [across.share, down.share]);
        }
    }
}

impl Resampled<'_, f32> {
    /// A row of the picture, with NaN outside the grid. NaN neighbours are padding: they have no part in it.
    #[expect(
        clippy::indexing_slicing,
        reason = "the innermost loop of drawing; a stop lies between two values of the grid"
    )]
    pub fn row(&self, row: usize, out: &mut [f32]) {
        out.fill(f32::NAN);
        self.fill(row, out, |places, shares| {
            let corners = places.map(|it| self.values[it]);
            let value = bilinear(corners, shares);
            if value.is_nan() {
                without_padding(corners, shares)
            } else {
                value
            }
        });
    }
}

impl<'a> Resampled<'a, f32> {
    /// Raw influence on the pixels of a picture.
    pub fn heatmap(heatmap: &'a Heatmap, pose: Pose, size: (usize, usize)) -> Self {
        let heatmap_from_scan = heatmap.scan_from_heatmap.inverse();
        Self::new(
            &heatmap.values,
            (heatmap.width, heatmap.height),
            |it| heatmap_from_scan.apply(it),
            pose,
            size,
        )
    }
}

impl Resampled<'_, [u8; 3]> {
    /// A row of the picture: red, green and blue 0..1, with NaN outside the grid.
    #[expect(
        clippy::indexing_slicing,
        reason = "the innermost loop of drawing; a stop lies between two values of the grid"
    )]
    pub fn row(&self, row: usize, out: &mut [[f32; 3]]) {
        out.fill([f32::NAN; 3]);
        self.fill(row, out, |places, shares| {
            let corners = places.map(|it| self.values[it].map(f32::from));
            [0, 1, 2].map(|channel| bilinear(corners.map(|it| it[channel]), shares) / 255.0)
        });
    }
}

impl Axis {
    /// `length` values lie `stride` places apart; `at` tells where on the grid the middle of a column or row of the picture
    /// is.
    fn new(n: usize, (length, stride): (usize, usize), at: impl Fn(f32) -> f32) -> Self {
        let mut axis = Self {
            inside: 0..0,
            stops: Vec::with_capacity(n),
        };
        for idx in 0..n {
            let at = at(idx as f32);
            if !(0.0..length as f32).contains(&at) {
                continue;
            }
            if axis.stops.is_empty() {
                axis.inside.start = idx;
            }
            axis.inside.end = idx + 1;
            let at = (at - 0.5).clamp(0.0, (length - 1) as f32);
            let before = at as usize;
            axis.stops.push(Stop {
                before: before * stride,
                after: (before + 1).min(length - 1) * stride,
                share: at - before as f32,
            });
        }
        axis
    }
}

fn bilinear([a, b, c, d]: [f32; 4], [across, down]: [f32; 2]) -> f32 {
    let upper = a + (b - a) * across;
    let lower = c + (d - c) * across;
    upper + (lower - upper) * down
}

/// Between those of four neighbours that are not NaN; NaN where all are.
fn without_padding(corners: [f32; 4], [across, down]: [f32; 2]) -> f32 {
    let weights = [
        (1.0 - across) * (1.0 - down),
        across * (1.0 - down),
        (1.0 - across) * down,
        across * down,
    ];
    let (mut sum, mut total) = (0.0, 0.0);
    for (corner, weight) in corners.into_iter().zip(weights) {
        if !corner.is_nan() {
            sum += corner * weight;
            total += weight;
        }
    }
    sum / total
}
