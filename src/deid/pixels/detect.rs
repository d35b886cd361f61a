//! Where text is: the network marks it in pieces of the picture, at several sizes.

use std::{path::Path, sync::Arc};

use rten::{Model, RunOptions, ThreadPool};
use rten_imageproc::{BoundingRect as _, Polygon, RetrievalMode, find_contours};
use rten_tensor::{AsView as _, Layout as _, NdTensor, NdTensorView};

use super::{
    DETECTOR, Error, LARGE,
    area::{Rect, Spot},
    read::load,
    view::View,
};

/// A picture is searched in pieces of at most so many pixels a side, each with so many of the next one. The
/// network weighs what it sees against the whole of its picture: on a black page of 704 pixels it finds one line
/// of 12, on one of 832 it does not.
const PIECE: usize = 576;
const SHARED: usize = 64;
/// A picture of more than one piece is searched in this size too, for letters that pieces would cut.
const SMALL: f32 = 0.375;
/// Every picture is searched in this size once more, for lines that the network did not see at full size: it loses black
/// letters on noise. Their boxes are coarser, so they count only where nothing else was found.
const AGAIN: f32 = 0.5;
/// A picture of at most so many pixels a side is searched in this size too, without what changes over more than so many
/// pixels, for small faint letters of scripts that the network did not learn. Only level lines so many times as long as high
/// count, of which it is as sure as this, and only where nothing else was found.
const CLOSER_MOST: usize = 2 * PIECE;
const CLOSER: f32 = 1.5;
const CLOSER_FLAT: usize = 8;
const CLOSER_LONG: usize = 3;
const CLOSER_SPOT: f32 = 0.95;
/// A line is looked at once more with so many of its heights at either end, without what changes over less than one.
const BESIDE: usize = 4;
const FLAT: f32 = 0.7;
/// What is seen there belongs to the line if it is so many half heights away at most, and no higher than so many.
const NEXT: usize = 3;
/// Pixels around the picture: the network is weak at an edge, and letters may touch it.
const BORDER: usize = 16;
/// The network halves its picture five times.
const MULTIPLE: usize = 32;
/// A pixel belongs to text from this probability on.
const PIXEL: f32 = 0.25;
/// Letters reach beyond their core by this part of its lesser side and so many pixels.
const REACH: f32 = 0.4;
const RIM: f32 = 1.5;
const END: f32 = 0.3;
const END_MOST: f32 = 10.0;
/// A spot is text if one of its pixels reaches this.
const SPOT: f32 = 0.45;

/// What stands around the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Border {
    /// The middle value of its edges.
    Even,
    /// The picture in a mirror: of letters that an edge cuts to a few rows, twice as much is seen.
    Mirror,
}

/// The network that finds text.
pub(super) struct Detector {
    model: Model,
    options: RunOptions,
}

/// How sure the network is, for each pixel of a picture of that size.
struct Map {
    width: usize,
    values: Vec<f32>,
}

impl Detector {
    pub(super) fn load(path: &Path, pool: Arc<ThreadPool>) -> Result<Self, Error> {
        Ok(Self {
            model: load(path, DETECTOR)?,
            options: RunOptions::default().with_thread_pool(Some(pool)),
        })
    }

    /// The spots at all sizes, in pixels of `view`; the same text may be there more than once.
    pub(super) fn find(&self, view: &View) -> Result<Vec<Spot>, Error> {
        let mut spots = self.map(view, Border::Even)?.spots();
        let again = self.map(&view.scaled(AGAIN), Border::Mirror)?.spots();
        spots.extend(again.into_iter().map(|it| Spot {
            area: scaled_back(it.area, AGAIN, view),
            is_coarse: true,
            ..it
        }));
        if view.width().max(view.height()) <= CLOSER_MOST {
            let closer = view.flattened(CLOSER_FLAT).scaled(CLOSER);
            let back = self.map(&closer, Border::Even)?.spots().into_iter();
            let back = back.map(|it| Spot {
                area: scaled_back(it.area, CLOSER, view),
                is_coarse: true,
                ..it
            });
            spots.extend(back.filter(|it| {
                let (width, height) = (it.area.width(), it.area.height());
                it.confidence >= CLOSER_SPOT && height <= LARGE && CLOSER_LONG * height <= width
            }));
        }
        if view.width().max(view.height()) > PIECE {
            let small = self.map(&view.scaled(SMALL), Border::Even)?.spots();
            let back = small.into_iter().map(|it| Spot {
                area: scaled_back(it.area, SMALL, view),
                ..it
            });
            spots.extend(back.filter(|it| it.area.lesser_side() > LARGE));
        }
        Ok(spots)
    }

    /// A line with what stands at its ends in a picture of its surroundings alone, whose shades are taken away: the network
    /// weighs what it sees against the whole of its picture, and loses the last letters of a faint line where what lies
    /// behind it turns bright.
    pub(super) fn whole_line(&self, views: &[View], area: Rect) -> Result<Rect, Error> {
        let height = area.lesser_side();
        let is_upright = area.height() > area.width();
        let (along, across) = (BESIDE * height, height);
        let mut whole = area;
        for view in views {
            let (x, y) = if is_upright {
                (across, along)
            } else {
                (along, across)
            };
            let around = area.grown(x, y).clipped(view.width(), view.height());
            let close = view.part(around, around.width(), around.height());
            let close = close.flattened((FLAT * height as f32) as usize);
            for spot in self.map(&close, Border::Mirror)?.spots() {
                let found = spot.area.moved(around.left, around.top);
                let is_next = if is_upright {
                    is_next(whole.turned(), found.turned(), height)
                } else {
                    is_next(whole, found, height)
                };
                if is_next && is_upright {
                    whole.top = whole.top.min(found.top);
                    whole.bottom = whole.bottom.max(found.bottom);
                } else if is_next {
                    whole.left = whole.left.min(found.left);
                    whole.right = whole.right.max(found.right);
                }
            }
        }
        Ok(whole)
    }

    /// The whole picture, piece by piece; where pieces overlap, the surer one counts.
    fn map(&self, view: &View, border: Border) -> Result<Map, Error> {
        let (width, height) = (view.width(), view.height());
        let mut map = Map {
            width,
            values: vec![0.0; width * height],
        };
        for (top, bottom) in pieces(height) {
            for (left, right) in pieces(width) {
                let piece = Rect {
                    top,
                    left,
                    bottom,
                    right,
                };
                let answer = self.run(view, piece, border)?;
                map.take(piece, &answer);
            }
        }
        Ok(map)
    }

    fn run(&self, view: &View, piece: Rect, border: Border) -> Result<NdTensor<f32, 4>, Error> {
        let padded = |it: usize| (it + 2 * BORDER).next_multiple_of(MULTIPLE);
        let (width, height) = (padded(piece.width()), padded(piece.height()));
        let channels = view.channels();
        let edge = channels.map(|it| it.map_or(0.0, |it| it.rim_median()));
        let input = NdTensor::from_fn([1, 3, height, width], |[_, c, y, x]| {
            let place = (
                within(x, piece.width(), border),
                within(y, piece.height(), border),
            );
            let value = match (channels.get(c), place) {
                (Some(Some(plane)), (Some(x), Some(y))) => plane.at(piece.left + x, piece.top + y),
                _ => edge.get(c).copied().unwrap_or_default(),
            };
            // As in the network's own preparation: from -1 to 1.
            2.0 * value - 1.0
        });
        let answer = self
            .model
            .run_one(input.view().into(), Some(self.options.clone()))
            .map_err(|it| Error::Answer {
                name: DETECTOR,
                wanted: "a map of probabilities",
                found: it.to_string(),
            })?;
        let shape = answer.shape().to_vec();
        if shape != [1, 1, height, width] {
            return Err(Error::Answer {
                name: DETECTOR,
                wanted: "one probability for each pixel",
                found: format!("the shape {shape:?}"),
            });
        }
        answer.try_into().map_err(|_unit| Error::Answer {
            name: DETECTOR,
            wanted: "probabilities",
            found: "another kind of number".to_owned(),
        })
    }
}

/// Whether `found` goes on with a `line` of that height.
fn is_next(line: Rect, found: Rect, height: usize) -> bool {
    let most = NEXT * height / 2;
    let lower = line.height().min(found.height());
    let shared = line
        .bottom
        .min(found.bottom)
        .saturating_sub(line.top.max(found.top));
    let is_level = 3 * shared >= 2 * lower && found.height() <= most;
    is_level && found.left <= line.right + most && line.left <= found.right + most
}

/// The pixel of a side of `length` that stands `at` pixels from the start of its border; none in an even border.
fn within(at: usize, length: usize, border: Border) -> Option<usize> {
    let end = BORDER + length;
    if (BORDER..end).contains(&at) {
        Some(at - BORDER)
    } else if border == Border::Even || end + BORDER <= at {
        None
    } else if at < BORDER {
        Some((BORDER - 1 - at).min(length - 1))
    } else {
        Some((length - 1).saturating_sub(at - end))
    }
}

/// Where pieces of a side begin and end: as few as can be, of one length.
fn pieces(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let n = length
        .saturating_sub(SHARED)
        .div_ceil(PIECE - SHARED)
        .max(1);
    let each = (length + (n - 1) * SHARED).div_ceil(n);
    (0..n).map(move |it| {
        let start = it * each.saturating_sub(SHARED);
        (start, length.min(start + each))
    })
}

fn scaled_back(area: Rect, scale: f32, view: &View) -> Rect {
    let low = |it: usize| (it as f32 / scale).floor() as usize;
    let high = |it: usize| (it as f32 / scale).ceil() as usize;
    Rect {
        top: low(area.top),
        left: low(area.left),
        bottom: high(area.bottom),
        right: high(area.right),
    }
    .clipped(view.width(), view.height())
}

impl Map {
    fn take(&mut self, piece: Rect, answer: &NdTensor<f32, 4>) {
        for y in piece.top..piece.bottom {
            let row = self.values.iter_mut().skip(y * self.width + piece.left);
            for (x, value) in row.take(piece.width()).enumerate() {
                let place = [0, 0, y - piece.top + BORDER, x + BORDER];
                let found = answer.get(place).copied().unwrap_or_default();
                *value = value.max(found);
            }
        }
    }

    /// Each connected piece of text, as large as the letters are: the network marks only their core.
    fn spots(&self) -> Vec<Spot> {
        let height = self.values.len() / self.width.max(1);
        let mask: Vec<bool> = self.values.iter().map(|it| *it >= PIXEL).collect();
        let mask = NdTensorView::from_data([height, self.width], mask.as_slice());
        let mut spots = Vec::new();
        for contour in find_contours(mask, RetrievalMode::External).iter() {
            let bounds = Polygon::new(contour).bounding_rect();
            let at = |it: i32| usize::try_from(it).unwrap_or_default();
            let core = Rect {
                top: at(bounds.top()),
                left: at(bounds.left()),
                bottom: at(bounds.bottom()) + 1,
                right: at(bounds.right()) + 1,
            };
            let confidence = self.surest(core);
            if confidence >= SPOT {
                let area = around_core(core).clipped(self.width, height);
                spots.push(Spot {
                    area,
                    confidence,
                    is_coarse: false,
                });
            }
        }
        spots
    }

    fn surest(&self, area: Rect) -> f32 {
        (area.top..area.bottom)
            .flat_map(|y| {
                let row = self.values.iter().skip(y * self.width + area.left);
                row.take(area.width())
            })
            .copied()
            .fold(0.0, f32::max)
    }
}

/// The letters around their core: it was trained smaller than they are, in proportion (Liao et al. 2020,
/// "Real-time scene text detection with differentiable binarization", section 3.4). How much smaller was
/// measured on drawn lines; most at the ends of a line, where a last thin letter may be left out.
fn around_core(core: Rect) -> Rect {
    let least = core.lesser_side() as f32;
    let across = (REACH * least + RIM).ceil() as usize;
    let along = across + (END * least).min(END_MOST).ceil() as usize;
    let (x, y) = if core.width() >= core.height() {
        (along, across)
    } else {
        (across, along)
    };
    core.grown(x, y)
}

#[cfg(test)]
mod tests {
    use super::{BORDER, Border, PIECE, Rect, SHARED, pieces, within};

    #[test]
    fn what_stands_next_on_a_line_belongs_to_it_and_what_is_higher_or_further_does_not() {
        let at = |left: usize, right: usize, top: usize, bottom: usize| Rect {
            top,
            left,
            bottom,
            right,
        };
        let line = at(40, 100, 20, 40);
        let is_next = |it: Rect| super::is_next(line, it, 20);
        assert!(is_next(at(130, 150, 22, 40)) && is_next(at(0, 10, 18, 36)));
        assert!(!is_next(at(131, 150, 22, 40)), "too far away");
        assert!(!is_next(at(110, 150, 34, 54)), "another line");
        assert!(!is_next(at(110, 150, 10, 41)), "no letters of this line");
    }

    #[test]
    fn a_mirror_repeats_the_pixels_at_an_edge_and_an_even_border_none() {
        let side = |border| {
            let all = (0..BORDER + 20 + BORDER + 3).map(|it| within(it, 20, border));
            all.collect::<Vec<_>>()
        };
        let mirrored = side(Border::Mirror);
        assert_eq!(mirrored[..2], [Some(15), Some(14)]);
        assert_eq!(mirrored[15..18], [Some(0), Some(0), Some(1)]);
        assert_eq!(mirrored[35..38], [Some(19), Some(19), Some(18)]);
        assert_eq!(mirrored[51..53], [Some(4), None]);
        let even = side(Border::Even);
        assert!(even[..16].iter().chain(&even[36..]).all(Option::is_none));
        assert_eq!(even[16..36], mirrored[16..36]);
    }

    #[test]
    fn pieces_cover_the_side_overlap_and_are_not_too_large() {
        for length in [1, 20, PIECE, PIECE + 1, 2 * PIECE - SHARED, 1024, 5000] {
            let pieces: Vec<_> = pieces(length).collect();
            assert_eq!((pieces[0].0, pieces.last().unwrap().1), (0, length));
            assert!(
                pieces
                    .iter()
                    .all(|(start, end)| start < end && end - start <= PIECE)
            );
            assert!(
                pieces.windows(2).all(|it| it[1].0 + SHARED <= it[0].1),
                "{length}"
            );
        }
        assert_eq!(pieces(PIECE).count(), 1);
        assert_eq!(pieces(PIECE + 1).count(), 2);
    }
}
