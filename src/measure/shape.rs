//! Shapes on a frame: their handles and outline, what a pointer hits, and how they are moved. Each change makes a new value.

use serde::{Deserialize, Serialize};

/// A place on a frame in pixel edges: `x` to the right, `y` down; the first pixel's centre is at (0.5, 0.5).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// What a person draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// From one end to the other.
    Length([Point; 2]),
    /// The end of an arm, the corner, the end of the other arm.
    Angle([Point; 3]),
    /// Two lines, as along the end plates of vertebrae (Cobb 1948): their angle is the one below 90 degrees, so that it
    /// does not matter from which end a line was drawn. A greater curve shows the rest to 180.
    Cobb([[Point; 2]; 2]),
    /// The centre, and two half-diameters that make a circle of the ellipse: `center + axes[0] cos t + axes[1] sin t`.
    Ellipse { center: Point, axes: [[f64; 2]; 2] },
    /// Four corners in order round it. Upright on a turned view it is not so in the frame: see [`Shape::rectangle`].
    Rectangle([Point; 4]),
    /// At least three points round a freehand region; the last is joined to the first.
    Polygon(Vec<Point>),
    /// One pixel.
    Probe(Point),
    /// From its tail to its tip.
    Arrow([Point; 2]),
    /// Where words stand.
    Text(Point),
}

/// What a pointer hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The handle of this index in [`Shape::handles`].
    Handle(usize),
    /// The outline: the shape moves as a whole.
    Edge,
}

/// Straight pieces that stand for an ellipse when it is drawn or hit; they leave it by at most 0.13 % of a half-diameter.
const ELLIPSE_PIECES: u32 = 64;

impl Point {
    /// A place.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The place moved by a vector.
    pub fn moved(self, [x, y]: [f64; 2]) -> Self {
        Self::new(self.x + x, self.y + y)
    }

    /// The nearest place of a frame of `width` x `height` pixels.
    pub fn clamped(self, width: usize, height: usize) -> Self {
        Self::new(
            self.x.clamp(0.0, width as f64),
            self.y.clamp(0.0, height as f64),
        )
    }

    fn vector_to(self, other: Self) -> [f64; 2] {
        [other.x - self.x, other.y - self.y]
    }
}

impl Shape {
    /// The rectangle between two opposite corners whose sides lie along two vectors of the frame: `[1, 0]` and `[0, 1]`
    /// for a view that is not turned, else those that the view shows as right and down.
    pub fn rectangle(corner: Point, opposite: Point, sides: [[f64; 2]; 2]) -> Self {
        Self::Rectangle(corners(corner, opposite, sides))
    }

    /// The ellipse inside such a rectangle.
    pub fn ellipse(corner: Point, opposite: Point, sides: [[f64; 2]; 2]) -> Self {
        let [a, b, c, d] = corners(corner, opposite, sides);
        let half = |from: Point, to: Point| from.vector_to(to).map(|it| it / 2.0);
        Self::Ellipse {
            center: Point::new((a.x + c.x) / 2.0, (a.y + c.y) / 2.0),
            axes: [half(a, b), half(a, d)],
        }
    }

    /// The points that can be dragged.
    pub fn handles(&self) -> Vec<Point> {
        match self {
            Self::Length(points) | Self::Arrow(points) => points.to_vec(),
            Self::Angle(points) => points.to_vec(),
            Self::Cobb([first, second]) => [*first, *second].concat(),
            Self::Ellipse {
                center,
                axes: [a, b],
            } => [*a, *b, a.map(|it| -it), b.map(|it| -it)]
                .map(|it| center.moved(it))
                .to_vec(),
            Self::Rectangle(points) => points.to_vec(),
            Self::Polygon(points) => points.clone(),
            Self::Probe(at) | Self::Text(at) => vec![*at],
        }
    }

    /// The lines to draw; a closed one ends where it began.
    pub fn outline(&self) -> Vec<Vec<Point>> {
        match self {
            Self::Length(points) | Self::Arrow(points) => vec![points.to_vec()],
            Self::Angle(points) => vec![points.to_vec()],
            Self::Cobb(lines) => lines.iter().map(|it| it.to_vec()).collect(),
            Self::Ellipse { center, axes } => vec![
                (0..=ELLIPSE_PIECES)
                    .map(|it| {
                        let turn = f64::from(it % ELLIPSE_PIECES) / f64::from(ELLIPSE_PIECES);
                        let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
                        let [[ax, ay], [bx, by]] = *axes;
                        center.moved([ax * cos + bx * sin, ay * cos + by * sin])
                    })
                    .collect(),
            ],
            Self::Rectangle(points) => vec![closed(points)],
            Self::Polygon(points) => vec![closed(points)],
            Self::Probe(_) | Self::Text(_) => Vec::new(),
        }
    }

    /// What lies nearest to `at` within `reach` pixels across and down: a handle before the outline. The two differ
    /// where pixels are shown wider than high.
    pub fn hit(&self, at: Point, reach: [f64; 2]) -> Option<Hit> {
        let [across, down] = reach;
        let scaled = |it: &Point| [(it.x - at.x) / across, (it.y - at.y) / down];
        let near = |distance: f64| distance <= 1.0;
        let handles = self.handles();
        let nearest = handles
            .iter()
            .map(|it| {
                let [x, y] = scaled(it);
                x.hypot(y)
            })
            .enumerate()
            .filter(|(_, distance)| near(*distance))
            .min_by(|left, right| left.1.total_cmp(&right.1));
        if let Some((idx, _)) = nearest {
            return Some(Hit::Handle(idx));
        }
        let outline = self.outline();
        let mut pieces = outline.iter().flat_map(|line| line.windows(2));
        let is_hit = |piece: &[Point]| match piece {
            [from, to] => near(distance_to_origin(scaled(from), scaled(to))),
            _ => false,
        };
        pieces.any(is_hit).then_some(Hit::Edge)
    }

    /// The shape with every point moved by a vector.
    #[must_use]
    pub fn moved(&self, by: [f64; 2]) -> Self {
        let mut moved = self.clone();
        match &mut moved {
            Self::Length(points) | Self::Arrow(points) => shift(points, by),
            Self::Angle(points) => shift(points, by),
            Self::Cobb(lines) => lines.iter_mut().for_each(|it| shift(it, by)),
            Self::Ellipse { center, .. } => *center = center.moved(by),
            Self::Rectangle(points) => shift(points, by),
            Self::Polygon(points) => shift(points, by),
            Self::Probe(at) | Self::Text(at) => *at = at.moved(by),
        }
        moved
    }

    /// The shape with one handle dragged to `to`. A rectangle keeps the opposite corner and the directions of its
    /// sides, an ellipse its centre and the directions of its axes. An index without a handle changes nothing.
    #[must_use]
    pub fn with_handle(&self, idx: usize, to: Point) -> Self {
        let mut changed = self.clone();
        let place = match &mut changed {
            Self::Length(points) | Self::Arrow(points) => points.get_mut(idx),
            Self::Angle(points) => points.get_mut(idx),
            Self::Cobb(lines) => lines.as_flattened_mut().get_mut(idx),
            Self::Polygon(points) => points.get_mut(idx),
            Self::Probe(at) | Self::Text(at) => (idx == 0).then_some(at),
            Self::Ellipse { center, axes } => {
                let sign = if idx < 2 { 1.0 } else { -1.0 };
                if let Some(axis) = axes.get_mut(idx % 2).filter(|_| idx < 4) {
                    *axis = along(*axis, center.vector_to(to)).map(|it| it * sign);
                }
                None
            }
            Self::Rectangle(points) => {
                if idx < 4 {
                    *points = with_corner(*points, idx, to);
                }
                None
            }
        };
        if let Some(place) = place {
            *place = to;
        }
        changed
    }

    /// The shape moved back, as little as it takes, into a frame of `width` x `height` pixels. One that is too large for
    /// it keeps its upper left.
    #[must_use]
    pub fn kept_inside(&self, width: usize, height: usize) -> Self {
        let [low, high] = self.bounds();
        let back = |low: f64, high: f64, n: usize| {
            let over = (high - n as f64).max(0.0);
            if low - over < 0.0 { -low } else { -over }
        };
        self.moved([back(low.x, high.x, width), back(low.y, high.y, height)])
    }

    /// The upper left and the lower right corner of the smallest upright box around the shape.
    pub fn bounds(&self) -> [Point; 2] {
        if let Self::Ellipse {
            center,
            axes: [[ax, ay], [bx, by]],
        } = self
        {
            let half = [ax.hypot(*bx), ay.hypot(*by)];
            return [center.moved(half.map(|it| -it)), center.moved(half)];
        }
        let none = [
            Point::new(f64::INFINITY, f64::INFINITY),
            Point::new(f64::NEG_INFINITY, f64::NEG_INFINITY),
        ];
        self.handles().iter().fold(none, |[low, high], it| {
            [
                Point::new(low.x.min(it.x), low.y.min(it.y)),
                Point::new(high.x.max(it.x), high.y.max(it.y)),
            ]
        })
    }
}

/// Corners in order: the first, the one along the first side, the opposite, the one along the second side.
fn corners(corner: Point, opposite: Point, [first, second]: [[f64; 2]; 2]) -> [Point; 4] {
    let diagonal = corner.vector_to(opposite);
    // Sides that do not span the plane are taken for those of an upright rectangle.
    let [first, second, along_first, along_second] = match parts(diagonal, first, second) {
        Some([u, v]) => [first, second, [u, u], [v, v]],
        None => {
            let [x, y] = diagonal;
            [[1.0, 0.0], [0.0, 1.0], [x, x], [y, y]]
        }
    };
    let times = |[x, y]: [f64; 2], [u, v]: [f64; 2]| [x * u, y * v];
    [
        corner,
        corner.moved(times(first, along_first)),
        opposite,
        corner.moved(times(second, along_second)),
    ]
}

/// The factors of two vectors that make `whole`; `None` where they lie on one line.
fn parts([x, y]: [f64; 2], [ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> Option<[f64; 2]> {
    let area = ax * by - ay * bx;
    let size = ax.hypot(ay) * bx.hypot(by);
    (1e-12 * size < area.abs()).then(|| [(x * by - y * bx) / area, (ax * y - ay * x) / area])
}

fn with_corner(points: [Point; 4], idx: usize, to: Point) -> [Point; 4] {
    let mut turned = points;
    turned.rotate_left(idx);
    let [corner, next, opposite, last] = turned;
    let sides = [corner.vector_to(next), corner.vector_to(last)];
    let mut changed = corners(to, opposite, sides);
    changed.rotate_right(idx);
    changed
}

/// The part of `vector` along `axis`; all of it where the axis has no direction yet.
fn along([ax, ay]: [f64; 2], [x, y]: [f64; 2]) -> [f64; 2] {
    let square = ax * ax + ay * ay;
    if square == 0.0 {
        return [x, y];
    }
    let share = (ax * x + ay * y) / square;
    [ax * share, ay * share]
}

fn shift(points: &mut [Point], by: [f64; 2]) {
    for it in points {
        *it = it.moved(by);
    }
}

fn closed(points: &[Point]) -> Vec<Point> {
    points.iter().chain(points.first()).copied().collect()
}

fn distance_to_origin([ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
    let [x, y] = [bx - ax, by - ay];
    let square = x * x + y * y;
    let share = if square == 0.0 {
        0.0
    } else {
        (-(ax * x + ay * y) / square).clamp(0.0, 1.0)
    };
    (ax + x * share).hypot(ay + y * share)
}
