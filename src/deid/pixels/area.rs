//! Upright boxes in pixels.

/// Pixels from `left` and `top` up to, but without, `right` and `bottom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rect {
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

/// A gap in a line is at most so many half heights wide, and in one that an edge cuts so many.
const GAP: usize = 3;
const CUT_GAP: usize = 16;
/// What is seen of a line that an edge cuts is at most so many pixels high; a higher one is large enough to be followed.
const CUT: usize = 24;

/// Where a network thinks that text is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) area: Rect,
    /// From 0 to 1.
    pub(super) confidence: f32,
    /// Found at another size, where boxes are coarser or less sure: it counts where nothing else was found.
    pub(super) is_coarse: bool,
}

impl Rect {
    /// Pixels in a row.
    pub const fn width(self) -> usize {
        self.right.saturating_sub(self.left)
    }

    /// Rows.
    pub const fn height(self) -> usize {
        self.bottom.saturating_sub(self.top)
    }

    /// Width or height, whichever is less: the height of a line, whichever way it runs.
    pub fn lesser_side(self) -> usize {
        self.width().min(self.height())
    }

    /// Whether it is a level line, too long for one letter. What stands upright is a line, the edge of a bone or a marker.
    pub(super) const fn is_level_line(self) -> bool {
        2 * self.height() <= self.width()
    }

    /// Pixels in all.
    pub const fn n_pixels(self) -> usize {
        self.width() * self.height()
    }

    /// The same with `x` more pixels on the left and the right and `y` above and below.
    pub const fn grown(self, x: usize, y: usize) -> Self {
        Self {
            top: self.top.saturating_sub(y),
            left: self.left.saturating_sub(x),
            bottom: self.bottom.saturating_add(y),
            right: self.right.saturating_add(x),
        }
    }

    /// What of it lies in a picture of that size.
    pub fn clipped(self, width: usize, height: usize) -> Self {
        Self {
            top: self.top.min(height),
            left: self.left.min(width),
            bottom: self.bottom.min(height),
            right: self.right.min(width),
        }
    }

    /// Whether that pixel is in it.
    pub const fn holds(self, x: usize, y: usize) -> bool {
        self.left <= x && x < self.right && self.top <= y && y < self.bottom
    }

    /// Whether it reaches an edge of a picture of that size.
    pub(super) const fn touches(self, width: usize, height: usize) -> bool {
        self.left == 0 || self.top == 0 || self.right >= width || self.bottom >= height
    }

    /// So many pixels to the right and down.
    pub(super) const fn moved(self, x: usize, y: usize) -> Self {
        Self {
            top: self.top + y,
            left: self.left + x,
            bottom: self.bottom + y,
            right: self.right + x,
        }
    }

    /// Rows and columns exchanged.
    pub(super) const fn turned(self) -> Self {
        Self {
            top: self.left,
            left: self.top,
            bottom: self.right,
            right: self.bottom,
        }
    }

    /// The pixels that both have.
    pub fn shared(self, other: Self) -> usize {
        Self {
            top: self.top.max(other.top),
            left: self.left.max(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.min(other.right),
        }
        .n_pixels()
    }

    /// The smallest box around both.
    pub(super) fn around(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }
}

/// Spots of which one lies in the other by half or more become one spot around both, until none do.
pub(super) fn merged(mut spots: Vec<Spot>) -> Vec<Spot> {
    loop {
        let before = spots.len();
        let mut kept: Vec<Spot> = Vec::with_capacity(before);
        for spot in spots {
            match kept.iter_mut().find(|it| belong(it.area, spot.area)) {
                Some(other) => {
                    other.area = other.area.around(spot.area);
                    other.confidence = other.confidence.max(spot.confidence);
                }
                None => kept.push(spot),
            }
        }
        spots = kept;
        if spots.len() == before {
            break;
        }
    }
    spots.sort_by_key(|it| it.area);
    spots
}

/// Boxes of one line grow to each other where the gap is so small that letters may have been lost in it, and to the edge
/// of a picture of that size where that is as near. On a line that an edge cuts, whose letters are higher than what is seen
/// of them, the gaps are longer.
pub(super) fn close_gaps(mut areas: Vec<&mut Rect>, width: usize, height: usize) {
    let before: Vec<Rect> = areas.iter().map(|it| **it).collect();
    for area in &mut areas {
        let is_cut = area.touches(width, height) && area.lesser_side() <= CUT;
        let gap = if is_cut { CUT_GAP } else { GAP };
        let most = gap * area.lesser_side() / 2;
        if area.height() > area.width() {
            let turned = before.iter().map(|it| it.turned());
            let (start, end) = closed(area.turned(), turned, most);
            let (start, end) = if is_cut {
                to_edges((start, end), most, height)
            } else {
                (start, end)
            };
            (area.top, area.bottom) = (start, end);
        } else {
            let (start, end) = closed(**area, before.iter().copied(), most);
            let (start, end) = if is_cut {
                to_edges((start, end), most, width)
            } else {
                (start, end)
            };
            (area.left, area.right) = (start, end);
        }
    }
}

/// From where to where a line runs once it has grown to the next box on it, at most so far away.
fn closed(area: Rect, others: impl Iterator<Item = Rect>, most: usize) -> (usize, usize) {
    let next = others
        .filter(|it| follows(area, *it, most))
        .map(|it| it.left);
    (
        area.left,
        next.min().map_or(area.right, |it| it.max(area.right)),
    )
}

/// The same up to the edges of the picture that are at most so far away.
fn to_edges((start, end): (usize, usize), most: usize, length: usize) -> (usize, usize) {
    let start = if start <= most { 0 } else { start };
    let end = if length <= end + most { length } else { end };
    (start, end)
}

/// Whether `b` stands to the right of `a` on its line, at most so many pixels away.
fn follows(a: Rect, b: Rect, most: usize) -> bool {
    let (low, high) = (a.height().min(b.height()), a.height().max(b.height()));
    let shared = a.bottom.min(b.bottom).saturating_sub(a.top.max(b.top));
    let is_ahead = a.right <= b.left && b.left - a.right <= most;
    is_ahead && high <= 2 * low && 3 * shared >= 2 * low
}

fn belong(a: Rect, b: Rect) -> bool {
    2 * a.shared(b) >= a.n_pixels().min(b.n_pixels())
}

#[cfg(test)]
mod tests {
    use super::{Rect, Spot, close_gaps, merged};

    fn spot(left: usize, right: usize) -> Spot {
        Spot {
            area: Rect {
                top: 0,
                left,
                bottom: 10,
                right,
            },
            confidence: 0.5,
            is_coarse: false,
        }
    }

    #[test]
    fn boxes_in_each_other_become_one_and_neighbours_stay_two() {
        let areas = |spots| {
            merged(spots)
                .iter()
                .map(|it| (it.area.left, it.area.right))
                .collect::<Vec<_>>()
        };
        assert_eq!(areas(vec![spot(0, 10), spot(4, 14)]), [(0, 14)]);
        assert_eq!(areas(vec![spot(0, 10), spot(8, 18)]), [(0, 10), (8, 18)]);
        // The third joins what the first two became.
        assert_eq!(
            areas(vec![spot(12, 20), spot(0, 10), spot(4, 16)]),
            [(0, 20)]
        );
    }

    #[test]
    fn a_gap_between_words_closes_and_one_between_columns_stays() {
        let ends = |rects: &[Rect]| {
            let mut rects = rects.to_vec();
            close_gaps(rects.iter_mut().collect(), 500, 500);
            rects.iter().map(|it| it.right).collect::<Vec<_>>()
        };
        let word = |left: usize, right: usize| Rect {
            top: 20,
            bottom: 30,
            ..spot(left, right).area
        };
        assert_eq!(ends(&[word(5, 30), word(45, 80)]), [45, 80]);
        assert_eq!(ends(&[word(45, 80), word(5, 30)]), [80, 45]);
        assert_eq!(ends(&[word(5, 30), word(46, 80)]), [30, 80]);
        // On a line that an edge cuts, letters are higher than what is seen of them.
        let cut = |left: usize, right: usize| Rect {
            top: 490,
            bottom: 500,
            ..word(left, right)
        };
        assert_eq!(ends(&[cut(40, 60), cut(140, 180)]), [140, 180]);
        assert_eq!(
            ends(&[cut(40, 60), cut(141, 180), cut(430, 450)]),
            [60, 180, 500]
        );
        // Another line, and letters of another size.
        let below = Rect {
            top: 28,
            bottom: 38,
            ..word(35, 80)
        };
        assert_eq!(ends(&[word(5, 30), below]), [30, 80]);
        let large = Rect {
            bottom: 41,
            ..word(35, 80)
        };
        assert_eq!(ends(&[word(5, 30), large]), [30, 80]);
    }

    #[test]
    fn a_box_is_cut_at_the_edge() {
        let area = spot(0, 10).area.grown(3, 3).clipped(12, 11);
        assert_eq!((area.left, area.right, area.bottom), (0, 12, 11));
        assert_eq!(spot(20, 30).area.clipped(12, 11).n_pixels(), 0);
    }
}
