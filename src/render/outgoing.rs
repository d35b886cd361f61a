//! A view that leaves the window: the picture, a margin with letters and a bar of known length, lines of words below.
//!
//! What a person or an object drew over the scan lies on the picture, as on screen. What is said of it stands outside, so
//! that nothing of the picture is covered.

use std::sync::Arc;

use super::{
    Curve, Overlay, Picture, Pose, Pyramid,
    caption::{self, AMBER, Align, LINE, MUTED, STRIP, TEXT, TEXT_PX, UNIT_WIDTH, write},
    compose,
    contour::Point,
    picture::dash,
};
use crate::prediction::Heatmap;

/// A view with everything that is drawn and said; nothing is looked up later.
#[derive(Clone)]
pub struct Outgoing {
    pub pyramid: Pyramid,
    pub curve: Curve,
    pub pose: Pose,
    /// Columns and rows of the picture.
    pub size: (usize, usize),
    pub heat: Option<Heat>,
    /// From below to on top.
    pub drawn: Vec<Drawn>,
    /// What lies at the left, right, top and bottom of the picture.
    pub letters: Option<[String; 4]>,
    pub ruler: Option<Ruler>,
    pub lines: Vec<Line>,
}

/// An influence map as it is shown.
#[derive(Clone)]
pub struct Heat {
    pub heatmap: Arc<Heatmap>,
    /// The raw value that is drawn as full strength.
    pub full: f32,
    /// 0..1.
    pub opacity: f32,
    /// Round the strongest regions, in coordinates of the scan.
    pub outlines: Arc<[Vec<Point>]>,
    /// Of the outlines, 0..1.
    pub outline_opacity: f32,
}

/// Makes a mask when it is needed.
pub type MakeMask = Arc<dyn Fn() -> Picture + Send + Sync>;

/// Something that lies over a scan, in its pixel edges.
#[derive(Clone)]
pub enum Drawn {
    Mask {
        make: MakeMask,
        /// Upper left, upper right, lower right, lower left of the mask.
        corners: [[f64; 2]; 4],
        opacity: f32,
    },
    Line {
        points: Vec<[f64; 2]>,
        color: [u8; 3],
        is_filled: bool,
    },
    Dot {
        at: [f64; 2],
        color: [u8; 3],
    },
    /// With its upper left corner at a point, and so many pixels to the right of it.
    Text {
        at: [f64; 2],
        gap: f32,
        text: String,
        color: [u8; 3],
    },
    Words {
        /// Beside the one that is seen farthest to the right.
        beside: Vec<[f64; 2]>,
        lines: Vec<String>,
        color: [u8; 3],
    },
}

/// A bar under the picture that says how large things are in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruler {
    /// In pixels of the picture.
    pub length: f32,
    pub words: String,
}

/// A line of words under the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub words: String,
    pub tone: Tone,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Quiet,
    /// What nobody may overlook.
    Warning,
    /// What the colour means in the picture.
    Legend([u8; 3]),
}

impl Tone {
    /// On a dark ground.
    pub(super) const fn color(self) -> [u8; 3] {
        match self {
            Self::Plain => TEXT,
            Self::Quiet => MUTED,
            Self::Warning => AMBER,
            Self::Legend(color) => color,
        }
    }
}

/// Sizes in pixels of a picture of [`UNIT_WIDTH`] or less; a wider one has larger letters, to be read at the same zoom.
const MARGIN: f32 = 28.0;
/// Lines of words are given at least this width, however narrow the picture.
const WORDS_WIDTH: f32 = 720.0;
const STROKE: f32 = 1.5;
const HALO: f32 = 3.5;
const HALO_ALPHA: f32 = 0.5;
const FILL_ALPHA: f32 = 0.35;
const DOT: f32 = 3.5;
const BLACK: [u8; 3] = [0; 3];

impl Outgoing {
    /// The picture alone, with what lies over the scan.
    pub fn picture(&self) -> Picture {
        let overlay = self
            .heat
            .as_ref()
            .map(|it| Overlay::new(&it.heatmap, it.full, it.opacity));
        let mut picture = compose(
            &self.pyramid,
            &self.curve,
            overlay.as_ref(),
            self.pose,
            self.size,
        );
        if let Some(heat) = &self.heat {
            for outline in heat.outlines.iter() {
                let points: Vec<_> = outline.iter().map(|it| self.pose.picture_at(*it)).collect();
                dash(&mut picture, &points, heat.outline_opacity);
            }
        }
        for it in &self.drawn {
            self.draw(&mut picture, it);
        }
        picture
    }

    /// The picture with its margin.
    pub fn framed(&self) -> Picture {
        let (width, height) = self.size;
        let (left, top) = self.origin();
        let unit = self.unit();
        let mut all = blank(width + 2 * left, height + 2 * top);
        lay(&mut all, &self.picture(), (left, top));
        let (right, bottom) = ((left + width) as f32, (top + height) as f32);
        let size = TEXT_PX * unit;
        let gap = (MARGIN * unit - size) / 2.0;
        if let Some(letters) = &self.letters {
            let (middle_x, middle_y) = (all.width as f32 / 2.0, all.height as f32 / 2.0);
            let places = [
                (left as f32 / 2.0, middle_y - size / 2.0),
                (right + left as f32 / 2.0, middle_y - size / 2.0),
                (middle_x, gap),
                (middle_x, bottom + gap),
            ];
            for (letters, at) in letters.iter().zip(places) {
                write(&mut all, letters, at, (TEXT, Align::Middle, size));
            }
        }
        if let Some(ruler) = &self.ruler {
            let (from, to) = (right - ruler.length, right);
            let y = bottom + gap + size / 2.0;
            let tick = 4.0 * unit;
            for ends in [
                [(from, y), (to, y)],
                [(from, y - tick), (from, y + tick)],
                [(to, y - tick), (to, y + tick)],
            ] {
                stroke(&mut all, ends, (STROKE * unit, TEXT, 1.0));
            }
            let at = (from - 8.0 * unit, bottom + gap);
            write(&mut all, &ruler.words, at, (TEXT, Align::Right, size));
        }
        all
    }

    /// The picture with its margin, and the lines of words below.
    pub fn captioned(&self) -> Picture {
        let framed = self.framed();
        let unit = self.unit();
        let side = MARGIN * unit;
        let width = framed.width.max((WORDS_WIDTH * unit) as usize);
        let room = width as f32 - 2.0 * side;
        let size = TEXT_PX * unit;
        let lines: Vec<(String, [u8; 3])> = self
            .lines
            .iter()
            .flat_map(|it| {
                let words = caption::wrapped(&it.words, |it| caption::width(it, size) <= room);
                words.into_iter().map(|words| (words, it.tone.color()))
            })
            .collect();
        let height = framed.height + (lines.len() as f32 * LINE * unit + side / 2.0) as usize;
        let mut all = blank(width, height);
        lay(&mut all, &framed, (0, 0));
        for (idx, (words, color)) in lines.iter().enumerate() {
            let top = framed.height as f32 + idx as f32 * LINE * unit;
            write(&mut all, words, (side, top), (*color, Align::Left, size));
        }
        all
    }

    /// Where the first pixel of the picture lies in the framed and in the captioned one.
    pub fn origin(&self) -> (usize, usize) {
        let margin = (MARGIN * self.unit()) as usize;
        (margin, margin)
    }

    fn unit(&self) -> f32 {
        (self.size.0 as f32 / UNIT_WIDTH).max(1.0)
    }

    fn at(&self, [x, y]: [f64; 2]) -> (f32, f32) {
        self.pose.picture_at((x as f32, y as f32))
    }

    fn draw(&self, picture: &mut Picture, drawn: &Drawn) {
        let unit = self.unit();
        match drawn {
            Drawn::Mask {
                make,
                corners,
                opacity,
            } => self.lay_mask(picture, &make(), *corners, *opacity),
            Drawn::Line {
                points,
                color,
                is_filled,
            } => {
                let points: Vec<_> = points.iter().map(|it| self.at(*it)).collect();
                if *is_filled {
                    fill(picture, &points, *color);
                }
                let halo = (HALO * unit, BLACK, HALO_ALPHA);
                for pen in [halo, (STROKE * unit, *color, 1.0)] {
                    for (from, to) in points.iter().zip(points.iter().skip(1)) {
                        stroke(picture, [*from, *to], pen);
                    }
                }
            }
            Drawn::Dot { at, color } => {
                let at = self.at(*at);
                let halo = (2.0 * (DOT + 1.0) * unit, BLACK, HALO_ALPHA);
                for pen in [halo, (2.0 * DOT * unit, *color, 1.0)] {
                    stroke(picture, [at, at], pen);
                }
            }
            Drawn::Text {
                at,
                gap,
                text,
                color,
            } => {
                let (x, y) = self.at(*at);
                let at = (x + gap * unit, y);
                haloed(picture, text, at, (*color, Align::Left, unit));
            }
            Drawn::Words {
                beside,
                lines,
                color,
            } => self.write_beside(picture, beside, lines, *color),
        }
    }

    fn write_beside(
        &self,
        picture: &mut Picture,
        beside: &[[f64; 2]],
        lines: &[String],
        color: [u8; 3],
    ) {
        const ROOM: f32 = 160.0;
        let unit = self.unit();
        let anchors = beside.iter().map(|it| self.at(*it));
        let Some(anchor) = anchors.max_by(|one, other| one.0.total_cmp(&other.0)) else {
            return;
        };
        let (width, height) = (picture.width as f32, picture.height as f32);
        let is_left = width - ROOM * unit < anchor.0;
        let (align, step) = if is_left {
            (Align::Right, -10.0 * unit)
        } else {
            (Align::Left, 10.0 * unit)
        };
        let size = TEXT_PX * unit;
        let all = lines.len() as f32 * size * 1.2;
        let top = (anchor.1 - all / 2.0).clamp(0.0, (height - all).max(0.0));
        for (idx, line) in lines.iter().enumerate() {
            let at = (anchor.0 + step, top + idx as f32 * size * 1.2);
            haloed(picture, line, at, (color, align, unit));
        }
    }

    /// Pixel by pixel of the picture, the pixel of the mask that lies there.
    fn lay_mask(
        &self,
        picture: &mut Picture,
        mask: &Picture,
        [origin, right, _, below]: [[f64; 2]; 4],
        opacity: f32,
    ) {
        let way = |to: [f64; 2]| [to[0] - origin[0], to[1] - origin[1]];
        let ([a, b], [c, d]) = (way(right), way(below));
        let area = a * d - b * c;
        if area == 0.0 || !area.is_finite() {
            return;
        }
        for row in 0..picture.height {
            for column in 0..picture.width {
                let at = (column as f32 + 0.5, row as f32 + 0.5);
                let (x, y) = self.pose.scan_at(at);
                let [x, y] = way([f64::from(x), f64::from(y)]);
                let across = ((x * d - y * c) / area * mask.width as f64).floor();
                let down = ((y * a - x * b) / area * mask.height as f64).floor();
                let is_inside = (0.0..mask.width as f64).contains(&across)
                    && (0.0..mask.height as f64).contains(&down);
                if !is_inside {
                    continue;
                }
                let pixel = 4 * (down as usize * mask.width + across as usize);
                if let Some(&[red, green, blue, alpha]) = mask.rgba.get(pixel..pixel + 4) {
                    picture.put(at, [red, green, blue], f32::from(alpha) / 255.0 * opacity);
                }
            }
        }
    }
}

fn blank(width: usize, height: usize) -> Picture {
    let [red, green, blue] = STRIP;
    Picture {
        width,
        height,
        rgba: [red, green, blue, 255].repeat(width * height),
    }
}

/// Lays a picture on a larger one.
fn lay(all: &mut Picture, picture: &Picture, (left, top): (usize, usize)) {
    for (idx, row) in picture
        .rgba
        .chunks_exact(4 * picture.width.max(1))
        .enumerate()
    {
        let start = 4 * ((idx + top) * all.width + left);
        if let Some(target) = all.rgba.get_mut(start..start + row.len()) {
            target.copy_from_slice(row);
        }
    }
}

/// Text that can be read on bright and on dark anatomy.
fn haloed(
    picture: &mut Picture,
    text: &str,
    (x, y): (f32, f32),
    (color, align, unit): ([u8; 3], Align, f32),
) {
    let size = TEXT_PX * unit;
    for (dx, dy) in [(-unit, 0.0), (unit, 0.0), (0.0, -unit), (0.0, unit)] {
        write(picture, text, (x + dx, y + dy), (BLACK, align, size));
    }
    write(picture, text, (x, y), (color, align, size));
}

/// A stroke with round ends and soft edges.
fn stroke(
    picture: &mut Picture,
    [from, to]: [(f32, f32); 2],
    (width, color, alpha): (f32, [u8; 3], f32),
) {
    let (way_x, way_y) = (to.0 - from.0, to.1 - from.1);
    let length = way_x * way_x + way_y * way_y;
    let reach = width / 2.0 + 1.0;
    let span = |one: f32, other: f32, edge: usize| {
        let first = (one.min(other) - reach).clamp(0.0, edge as f32);
        let last = (one.max(other) + reach).clamp(0.0, edge as f32);
        first as usize..last.ceil() as usize
    };
    for row in span(from.1, to.1, picture.height) {
        for column in span(from.0, to.0, picture.width) {
            let at = (column as f32 + 0.5, row as f32 + 0.5);
            let (x, y) = (at.0 - from.0, at.1 - from.1);
            let share = if length == 0.0 {
                0.0
            } else {
                ((x * way_x + y * way_y) / length).clamp(0.0, 1.0)
            };
            let away = (x - share * way_x).hypot(y - share * way_y);
            let covered = (width / 2.0 + 0.5 - away).clamp(0.0, 1.0);
            if 0.0 < covered {
                picture.put(at, color, covered * alpha);
            }
        }
    }
}

/// The inside of an outline: a ray to the right crosses it an odd number of times.
fn fill(picture: &mut Picture, points: &[(f32, f32)], color: [u8; 3]) {
    for row in 0..picture.height {
        let y = row as f32 + 0.5;
        let next = points.iter().cycle().skip(1);
        let mut crossed: Vec<f32> = points
            .iter()
            .zip(next)
            .filter(|((_, y1), (_, y2))| (*y1 <= y) != (*y2 <= y))
            .map(|((x1, y1), (x2, y2))| x1 + (y - y1) / (y2 - y1) * (x2 - x1))
            .collect();
        crossed.sort_by(f32::total_cmp);
        for pair in crossed.chunks_exact(2) {
            let &[from, to] = pair else { continue };
            let first = (from - 0.5).ceil().clamp(0.0, picture.width as f32) as usize;
            let last = (to - 0.5).ceil().clamp(0.0, picture.width as f32) as usize;
            for column in first..last {
                picture.put((column as f32 + 0.5, y), color, FILL_ALPHA);
            }
        }
    }
}
