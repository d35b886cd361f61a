//! Lengths, angles, regions and single pixels on one frame: what a shape that a person drew measures.
//!
//! Everything here is a pure function of its arguments. Coordinates are those of the frame in pixel edges: `x` to the
//! right, `y` down, the upper left corner of the first pixel at (0, 0) and its centre at (0.5, 0.5). Lengths, areas and
//! angles are worked out in millimetres where the spacing is known, rows and columns each with their own.
//!
//! Not here: drawing, and the words of an annotation, which may name the patient and stand beside its shape.

mod region;
mod shape;

use serde::{Deserialize, Serialize};

use crate::case::{Frame, Samples, Spacing, SpacingSource, scan::Header};

pub use region::{Region, Statistics};
pub use shape::{Hit, Point, Shape};

/// What a shape measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Of a [`Shape::Length`]: mm or pixels.
    Length(Extent),
    /// Of a [`Shape::Angle`], 0 to 180, or a [`Shape::Cobb`], 0 to 90: degrees.
    Angle {
        /// `None` where an arm has no length.
        degrees: Option<f64>,
        /// Without millimetres the angle is that of square pixels.
        scale: Scale,
    },
    /// Of a closed shape.
    Region(Region),
    /// Of a [`Shape::Probe`]; `None` outside the frame.
    Pixel(Option<Pixel>),
    /// An arrow or a place for text measures nothing.
    Nothing,
}

/// A length or an area, and what its number means.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// mm or pixels; squared for an area.
    pub value: f64,
    pub scale: Scale,
}

/// The unit of an extent, with the word on where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Millimetres; the source says in which plane.
    Millimetres(SpacingSource),
    /// Pixels, and why.
    Pixels(NoMillimetres),
}

/// Why there are no millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoMillimetres {
    /// The file gives no pixel spacing.
    NoSpacing,
    /// The file tells only how high pixels are for their width: angles are right, lengths are in pixels.
    OnlyAspect,
    /// A distance between pixels is not greater than zero.
    BrokenSpacing,
}

/// One pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pixel {
    /// From 0.
    pub column: usize,
    /// From 0.
    pub row: usize,
    pub value: PixelValue,
}

/// What a pixel holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixelValue {
    /// In the unit of the frame.
    Gray(f32),
    /// The file says that there is no measurement here.
    Padding,
    Rgb([u8; 3]),
}

/// Measures a shape. `unit` is that of the grey values: `HU`, or the unit of the modality.
pub fn measure(
    frame: &Frame,
    spacing: Option<Spacing>,
    unit: Option<&str>,
    shape: &Shape,
) -> Measured {
    measured(frame, &Ruler::new(spacing), unit, shape)
}

/// Measures a shape on a frame by all that its header says of the size of pixels.
pub fn measure_on(frame: &Frame, header: &Header, shape: &Shape) -> Measured {
    let mut ruler = Ruler::new(header.spacing);
    let aspect = header.aspect();
    if header.spacing.is_none() && aspect != 1.0 {
        ruler.aspect = f64::from(aspect);
        ruler.scale = Scale::Pixels(NoMillimetres::OnlyAspect);
    }
    measured(frame, &ruler, header.unit.as_deref(), shape)
}

fn measured(frame: &Frame, ruler: &Ruler, unit: Option<&str>, shape: &Shape) -> Measured {
    match shape {
        Shape::Length([start, end]) => Measured::Length(Extent {
            value: ruler.length(*start, *end),
            scale: ruler.scale,
        }),
        Shape::Angle([first, corner, second]) => Measured::Angle {
            degrees: angle(
                ruler.direction(*corner, *first),
                ruler.direction(*corner, *second),
            ),
            scale: ruler.scale,
        },
        Shape::Cobb([[a, b], [c, d]]) => Measured::Angle {
            degrees: angle(ruler.direction(*a, *b), ruler.direction(*c, *d))
                .map(|it| it.min(180.0 - it)),
            scale: ruler.scale,
        },
        Shape::Ellipse { .. } | Shape::Rectangle(_) | Shape::Polygon(_) => {
            Measured::Region(region::region(frame, ruler, unit, shape))
        }
        Shape::Probe(at) => Measured::Pixel(pixel(frame, *at)),
        Shape::Arrow(_) | Shape::Text(_) => Measured::Nothing,
    }
}

/// Millimetres for each pixel across and down, or one pixel for each.
struct Ruler {
    column: f64,
    row: f64,
    /// What a step down is longer than one across, where that alone is known.
    aspect: f64,
    scale: Scale,
}

impl Ruler {
    fn new(spacing: Option<Spacing>) -> Self {
        let pixels = |why| Self {
            column: 1.0,
            row: 1.0,
            aspect: 1.0,
            scale: Scale::Pixels(why),
        };
        let Some(spacing) = spacing else {
            return pixels(NoMillimetres::NoSpacing);
        };
        let sides = [spacing.column_mm, spacing.row_mm];
        if !sides.iter().all(|it| it.is_finite() && 0.0 < *it) {
            return pixels(NoMillimetres::BrokenSpacing);
        }
        Self {
            column: f64::from(spacing.column_mm),
            row: f64::from(spacing.row_mm),
            aspect: 1.0,
            scale: Scale::Millimetres(spacing.source),
        }
    }

    fn vector(&self, from: Point, to: Point) -> [f64; 2] {
        [(to.x - from.x) * self.column, (to.y - from.y) * self.row]
    }

    /// A vector whose length says nothing.
    fn direction(&self, from: Point, to: Point) -> [f64; 2] {
        let [x, y] = self.vector(from, to);
        [x, y * self.aspect]
    }

    fn length(&self, from: Point, to: Point) -> f64 {
        let [x, y] = self.vector(from, to);
        x.hypot(y)
    }
}

/// Degrees between two vectors, 0 to 180; the arc tangent keeps its digits near both ends, where a cosine loses them.
fn angle([ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> Option<f64> {
    let (cross, dot) = (ax * by - ay * bx, ax * bx + ay * by);
    let has_arms = 0.0 < ax.hypot(ay) && 0.0 < bx.hypot(by);
    has_arms.then(|| cross.abs().atan2(dot).to_degrees())
}

fn pixel(frame: &Frame, at: Point) -> Option<Pixel> {
    let inside = |it: f64, n: usize| (0.0 <= it && it < n as f64).then_some(it as usize);
    let (column, row) = (inside(at.x, frame.width)?, inside(at.y, frame.height)?);
    let idx = row * frame.width + column;
    let value = match &frame.samples {
        Samples::Gray(samples) => match *samples.get(idx)? {
            it if it.is_finite() => PixelValue::Gray(it),
            _ => PixelValue::Padding,
        },
        Samples::Rgb(samples) => PixelValue::Rgb(*samples.as_chunks::<3>().0.get(idx)?),
    };
    Some(Pixel { column, row, value })
}
