//! A grayscale softcopy presentation state: which part of which images is shown how, with what drawn on it.

use serde::{Deserialize, Serialize};

use super::{Overlay, Reference, Voi, any_names};
use crate::privacy::Phi;

/// PS3.3 A.33.1, as far as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// (0070,0080)
    pub label: Phi<String>,
    /// (0070,0081)
    pub description: Phi<String>,
    /// All images that the state is for; at least one.
    pub references: Vec<Reference>,
    pub areas: Vec<DisplayedArea>,
    /// Clockwise: 0, 90, 180 or 270. Turned first, then mirrored (PS3.3 C.10.6).
    pub turned_degrees: u16,
    /// Left and right change places.
    pub is_mirrored: bool,
    /// Slope and intercept that take the place of the image's, PS3.3 C.11.1.
    pub rescale: Option<[f64; 2]>,
    pub vois: Vec<Voi>,
    /// Dark and bright change places at the end: presentation LUT shape `INVERSE`, PS3.3 C.11.6.
    pub is_inverted: bool,
    /// What is outside any of them is covered, PS3.3 C.7.6.11.
    pub shutters: Vec<Shutter>,
    /// Brightness 0..1 of what is covered, (0018,1622).
    pub shutter_brightness: f32,
    /// In the order in which they are drawn.
    pub layers: Vec<Layer>,
    pub annotations: Vec<Annotation>,
    pub overlays: Vec<Overlay>,
}

/// The part of an image that is shown, PS3.3 C.10.4.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisplayedArea {
    /// None means all that the object names.
    pub references: Vec<Reference>,
    /// Least and greatest corner in pixel edges of the image, before it is turned; may lie outside it.
    pub corners: [[f64; 2]; 2],
    pub size: AreaSize,
    /// Down and across: millimetres of a pixel, or where the file tells only their ratio, that. `None`: square.
    pub pixel_mm: Option<[f64; 2]>,
}

/// How large an area is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaSize {
    ScaleToFit,
    /// A millimetre of the pixel spacing is a millimetre on the screen.
    TrueSize,
    /// Screen pixels for each pixel.
    Magnify(f64),
}

/// What is not covered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shutter {
    /// Least and greatest corner.
    Rectangle([[f64; 2]; 2]),
    Circle {
        center: [f64; 2],
        radius: f64,
    },
    Polygon(Vec<[f64; 2]>),
    /// Covered is what is set in the overlay of this group.
    Bitmap {
        group: u16,
    },
}

/// A layer that is shown or hidden as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// (0070,0002)
    pub name: Phi<String>,
    pub description: Phi<String>,
    /// sRGB.
    pub colour: Option<[u8; 3]>,
}

/// What is drawn on images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// None means all that the object names.
    pub references: Vec<Reference>,
    pub layer_idx: usize,
    pub graphics: Vec<Graphic>,
    pub texts: Vec<TextNote>,
}

/// What a point counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// Pixel edges of the image.
    Pixel,
    /// Shares of the displayed area as it is seen: (0, 0) upper left, (1, 1) lower right.
    Display,
}

/// A drawing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graphic {
    pub kind: GraphicKind,
    pub units: Units,
    pub is_filled: bool,
}

/// PS3.3 C.10.5.1.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphicKind {
    Point([f64; 2]),
    /// At least two points; closed where the last is the first.
    Polyline(Vec<[f64; 2]>),
    /// Points on a smooth curve.
    Interpolated(Vec<[f64; 2]>),
    Circle {
        center: [f64; 2],
        on_it: [f64; 2],
    },
    /// The ends of the long and of the short axis.
    Ellipse {
        long: [[f64; 2]; 2],
        short: [[f64; 2]; 2],
    },
}

/// Words on an image: in a box, at a point, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextNote {
    /// (0070,0006), lines apart.
    pub text: Phi<String>,
    pub inside: Option<TextBox>,
    pub anchor: Option<Anchor>,
}

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextBox {
    /// Upper left and lower right as the words are read.
    pub corners: [[f64; 2]; 2],
    pub units: Units,
    pub justification: Justification,
}

/// (0070,0012)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    Left,
    Center,
    Right,
}

/// What words are about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    pub at: [f64; 2],
    pub units: Units,
    /// Whether a line leads there.
    pub is_visible: bool,
}

/// Anything of a state that is for some of its images.
pub trait Placed {
    /// For which; none means all that the object names.
    fn references(&self) -> &[Reference];
}

impl Placed for DisplayedArea {
    fn references(&self) -> &[Reference] {
        &self.references
    }
}

impl Placed for Voi {
    fn references(&self) -> &[Reference] {
        &self.references
    }
}

impl Placed for Annotation {
    fn references(&self) -> &[Reference] {
        &self.references
    }
}

impl State {
    /// Those of the areas, curves or annotations that are for a frame; none on an image that the state does not name.
    pub fn of_frame<'a, T: Placed>(
        &self,
        all: &'a [T],
        instance_uid: &Phi<String>,
        frame_idx: usize,
    ) -> Vec<&'a T> {
        if !any_names(&self.references, instance_uid, frame_idx) {
            return Vec::new();
        }
        let is_for = |it: &&T| {
            it.references().is_empty() || any_names(it.references(), instance_uid, frame_idx)
        };
        all.iter().filter(is_for).collect()
    }

    /// The place in pixel edges of the image of a point that is a share of the displayed area as it is seen.
    pub fn pixel_from_display(&self, area: &DisplayedArea, [x, y]: [f64; 2]) -> [f64; 2] {
        let x = if self.is_mirrored { 1.0 - x } else { x };
        // Clockwise by 90 degrees the upper left goes to the upper right: (s, t) is seen at (1 - t, s).
        let [s, t] = match self.turned_degrees {
            90 => [y, 1.0 - x],
            180 => [1.0 - x, 1.0 - y],
            270 => [1.0 - y, x],
            _ => [x, y],
        };
        let [[left, top], [right, bottom]] = area.corners;
        [left + s * (right - left), top + t * (bottom - top)]
    }
}
