//! Text burned into pictures: where it stands, what it says, and which of it is a marker that may stay.
//!
//! 1. The picture is brought to grey or colour values from 0 to 1, in one window or two (`view`).
//! 2. A network marks what looks like text, piece by piece, in a large picture once more at a smaller size and in a small
//!    one at a larger; what it marked becomes upright boxes (`detect`).
//! 3. A large, thin, flat or doubtful box that does not look drawn and cannot be read is anatomy (`drawn`, `ends`).
//! 4. Boxes that lie in each other become one (`area`), which is made to reach from end to end of its line (`ends`), and
//!    small gaps between boxes of a line close.
//! 5. A second network reads each box (`read`).
//! 6. A box that says `R` or another marker, and stands alone, may stay (`marker`).
//!
//! The frames of a series are pictures of their own: search each, and mask each with the masks of all.
//! Nothing here changes a picture, and no finder finds everything: a person looks before a picture is shared.

mod area;
mod detect;
mod drawn;
mod ends;
mod marker;
mod picture;
mod read;
mod view;

use std::{path::Path, sync::Arc};

use rten::ThreadPool;

pub use self::{
    area::Rect,
    marker::MARKERS,
    picture::{Picture, Samples},
};
use self::{area::Spot, detect::Detector, read::Reader, view::View};
use crate::{disk, privacy::Phi};

/// The file of the network that finds text, PaddleOCR's PP-OCRv6 small (Apache-2.0).
pub const DETECTOR: &str = "PP-OCRv6_det_small.onnx";
/// The file of the network that reads it, of the same family.
pub const READER: &str = "PP-OCRv6_rec_small.onnx";

/// Beyond this many pixels, round anatomy looks like a letter too: such a box is text only if it can be
/// read or has the edges of drawn letters.
const LARGE: usize = 48;

/// What the network is less sure of than this is text only if it can be read or has the edges of drawn letters: edges of
/// ribs and skin look like lines of text. Every drawn line of the set that it was chosen on had 0.9 or more.
const SURE: f32 = 0.85;

/// What the network is as sure of as this needs half of these edges: large letters of one thin stroke have few.
const SUREST: f32 = 0.985;

/// A spot that is less high, away from the edges of the picture, has letters of fewer than 5 pixels: it is text only if
/// it can be read or has the edges of drawn letters. The network takes the texture of tissue and of metal for such lines.
const THIN: usize = 10;

/// A line so many pixels from an edge of the picture is cut by it, and so many more are its margin across.
const CLOSE: usize = 4;
const CUT: usize = 2;

/// Why text could not be looked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A network's file could not be read.
    #[error(transparent)]
    File(#[from] disk::Error),
    /// The file is no network, or has parts that are unknown here.
    #[error("wanted the network {name}, found a file that does not load: {reason}")]
    Network { name: &'static str, reason: String },
    /// A network answered in another form than it should.
    #[error("wanted {wanted} from the network {name}, found {found}")]
    Answer {
        name: &'static str,
        wanted: &'static str,
        found: String,
    },
    /// Width, height and number of samples do not fit.
    #[error("wanted a picture of {wanted} samples, found {found}")]
    Shape { wanted: String, found: usize },
    /// A sample is no number.
    #[error("wanted finite samples, found one that is not a number or infinite")]
    NotFinite,
}

/// A piece of text in a picture.
#[derive(Clone, Debug)]
pub struct TextBox {
    /// Where it stands, in pixels.
    pub area: Rect,
    /// What it says, as far as the network can read: Latin and Chinese; other scripts come out wrong.
    pub text: Phi<String>,
    /// How sure it is that text stands here, from 0 to 1.
    pub confidence: f32,
    /// It says one of [`MARKERS`] and nothing else, and no other text stands beside it.
    pub is_marker: bool,
}

/// The two networks.
pub struct TextFinder {
    detector: Detector,
    reader: Reader,
}

impl TextFinder {
    /// Loads [`DETECTOR`] and [`READER`] from `folder`. They run on one thread of their own, while the caller waits.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self {
            detector: Detector::load(&folder.join(DETECTOR), Arc::clone(&pool))?,
            reader: Reader::load(&folder.join(READER), pool)?,
        })
    }

    /// All text in `picture`, from top to bottom.
    pub fn find(&self, picture: &Picture) -> Result<Vec<TextBox>, Error> {
        let views = view::views(picture);
        let mut found = Vec::new();
        for view in &views {
            found.extend(self.detector.find(view)?);
        }
        let mut boxes = Vec::new();
        for spot in area::merged(self.letters(&views, found)?) {
            let area = if ends::may_lose_letters(&views, spot.area) {
                self.detector.whole_line(&views, spot.area)?
            } else {
                spot.area
            };
            let area = ends::from_end_to_end(&views, area);
            let reading = self.reader.read_best(&views, area)?;
            boxes.push(TextBox {
                area,
                is_marker: marker::is_marker(&reading),
                text: Phi::new(reading.text),
                confidence: spot.confidence,
            });
        }
        marker::keep_only_alone(&mut boxes);
        let areas = boxes.iter_mut().map(|it| &mut it.area).collect();
        area::close_gaps(areas, picture.width(), picture.height());
        Ok(boxes)
    }

    /// The spots without anatomy, which is neither read nor drawn. Smaller spots come first, because a
    /// large one must look drawn apart from them.
    fn letters(&self, views: &[View], mut spots: Vec<Spot>) -> Result<Vec<Spot>, Error> {
        // What was found at full size goes before what was found again in a smaller picture.
        spots.sort_by_key(|it| (it.is_coarse, it.area.n_pixels(), it.area));
        let mut kept: Vec<Spot> = Vec::new();
        let mut taken: Vec<Rect> = Vec::new();
        for spot in spots {
            let overlaps = |it: &Spot| {
                4 * it.area.shared(spot.area) >= it.area.n_pixels().min(spot.area.n_pixels())
            };
            if spot.is_coarse && kept.iter().any(|it| !it.is_coarse && overlaps(it)) {
                continue;
            }
            let is_known = |it: &Spot| 2 * it.area.shared(spot.area) >= spot.area.n_pixels();
            // No line is as high as half the picture; the round field of a scanner is, and its edge is as sharp as ink.
            let is_line = |it: &View| 2 * spot.area.lesser_side() <= it.width().min(it.height());
            let part = if spot.confidence >= SUREST { 0.5 } else { 1.0 };
            let is_drawn = |it: &View| is_line(it) && drawn::is_drawn(it, spot.area, &taken, part);
            let has_strokes = |it: &View| {
                let is_thin =
                    spot.area.lesser_side() < THIN && !spot.area.touches(it.width(), it.height());
                !is_thin && ends::has_strokes(it, spot.area)
            };
            let is_sure = spot.area.lesser_side() <= LARGE && spot.confidence >= SURE;
            let is_text = is_sure && views.iter().any(has_strokes)
                || kept.iter().any(is_known)
                || views.iter().any(is_drawn)
                || self.reader.read_best(views, spot.area)?.is_word();
            if is_text {
                taken.push(spot.area);
                kept.push(spot);
            }
        }
        Ok(kept)
    }
}

/// The areas to blank: every box but the markers, wider by a margin for the soft edge of the strokes,
/// and cut at the edges of a picture of `width` and `height`.
pub fn masks(boxes: &[TextBox], width: usize, height: usize) -> Vec<Rect> {
    boxes
        .iter()
        .filter(|it| !it.is_marker)
        .map(|it| with_margin(it.area, width, height))
        .map(|it| it.clipped(width, height))
        .filter(|it| it.n_pixels() > 0)
        .collect()
}

/// The box with a margin. Of a line that an edge of the picture cuts, the network loses letters at the ends: they get
/// one and a half times its height.
fn with_margin(area: Rect, width: usize, height: usize) -> Rect {
    let (across, along) = (
        margin(area) + CUT,
        margin(area) + 3 * area.lesser_side() / 2,
    );
    let is_close = |near: usize, far: usize, edge: usize| near <= CLOSE || far + CLOSE >= edge;
    let is_upright = area.height() > area.width();
    if is_upright && is_close(area.left, area.right, width) {
        area.grown(across, along)
    } else if !is_upright && is_close(area.top, area.bottom, height) {
        area.grown(along, across)
    } else if is_upright {
        area.grown(margin(area), end_margin(area))
    } else {
        area.grown(end_margin(area), margin(area))
    }
}

/// Pixels on each side: a soft edge is wider in larger letters.
fn margin(area: Rect) -> usize {
    1 + area.lesser_side() / 40
}

/// Pixels at each end of a line: the network can begin within the stem of a first letter.
fn end_margin(area: Rect) -> usize {
    let part = if area.lesser_side() > LARGE { 4 } else { 16 };
    margin(area) + area.lesser_side() / part
}
