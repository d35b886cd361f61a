//! The ends of a line: the network can lose letters where what lies behind them changes, and its spots are long enough
//! for letters that it hardly marks.

use super::{LARGE, area::Rect, drawn::is_drawn_beside, view::View};

/// A line is followed in steps of this part of its height, so many at most on each side.
const STEP: f32 = 0.5;
const N_STEPS: usize = 6;
/// In large letters strokes are too rare to compare. They are followed by their edges, on all four sides and to the last.
const LARGE_STEP: f32 = 0.25;
const N_LARGE_STEPS: usize = 12;
/// Between two letters it may pause for so many steps.
const N_EMPTY: usize = 1;
/// Strokes are as steep as this part of the line's steepest, which is the value that only `STEEPEST` exceed.
const STEEP: f32 = 0.4;
const STEEPEST: f32 = 0.01;
/// A step goes on if it has this part of the strokes that the line has.
const DENSE: f32 = 0.12;
/// A stroke is at least this part of the picture's range brighter or darker than what lies two pixels beside it.
const STROKE: f32 = 0.1;
/// A line that stands out by less is faint.
const FAINT: f32 = 0.5;
/// Bright letters are hidden where what lies behind them is no darker than so much below them.
const HIDDEN: f32 = 0.08;
/// A column has no stroke if nothing in it is as steep as this part of the line's steepest. Half of the largest value
/// that cut no ink of the pictures it was chosen on.
const QUIET: f32 = 0.15;
/// At most this part of the line's height is cut off at an end, and so many pixels are left for the soft edge of a stroke.
const CUT: f32 = 0.5;
/// The same above and below a line.
const CUT_ACROSS: f32 = 0.2;
const SOFT: usize = 1;
/// An end so many pixels from an edge of the picture is close to it.
const CLOSE: usize = 4;

/// `area` from one end of its line to the other: longer where strokes go on in one of the views, or where bright letters
/// could not be seen in any, and without what has none in any at its ends, above and below.
pub(super) fn from_end_to_end(views: &[View], area: Rect) -> Rect {
    let is_weak = may_lose_letters(views, area);
    let inks: Vec<Option<f32>> = views.iter().map(|it| bright_ink(it, area)).collect();
    let is_hidden = |strip: Rect| {
        let mut views = views.iter().zip(&inks);
        is_weak && views.all(|(it, ink)| ink.is_some_and(|ink| ink - HIDDEN <= middle(it, strip)))
    };
    let with_ends = views
        .iter()
        .map(|it| with_ends(it, area, (is_weak, &is_hidden)));
    let whole = with_ends.fold(area, Rect::around);
    let is_upright = is_upright(whole);
    let most = |part: f32| (part * whole.lesser_side() as f32) as usize;
    let from_end_to_end = without_empty_ends(views, whole, is_upright, most(CUT));
    without_empty_ends(views, from_end_to_end, !is_upright, most(CUT_ACROSS))
}

/// Whether anything in `area` stands out as a stroke does. The value is half of that of the faintest line of the
/// pictures it was chosen on.
pub(super) fn has_strokes(view: &View, area: Rect) -> bool {
    [false, true]
        .iter()
        .any(|is_upright| steepest(&slopes(view, area, *is_upright)) >= STROKE)
}

/// `area` with what follows on its line at either end, as long as strokes as steep as its own go on there.
fn with_ends(view: &View, area: Rect, (is_weak, is_hidden): (bool, &dyn Fn(Rect) -> bool)) -> Rect {
    let height = area.lesser_side();
    let step = |part: f32| ((height as f32 * part).ceil() as usize).max(4);
    if height > LARGE {
        let ends = [End::Left, End::Right, End::Top, End::Bottom];
        return followed(
            view,
            area,
            &ends,
            (step(LARGE_STEP), N_LARGE_STEPS, N_EMPTY),
            |it| is_drawn_beside(view, it),
        );
    }
    let is_upright = is_upright(area);
    let ends: &[End] = if is_upright {
        &[End::Top, End::Bottom]
    } else {
        &[End::Left, End::Right]
    };
    let own = slopes(view, area, is_upright);
    let steep = STEEP * steepest(&own);
    let dense = |slopes: &[f32]| {
        let n_steep = slopes.iter().filter(|it| **it >= steep).count();
        n_steep as f32 / slopes.len().max(1) as f32
    };
    let wanted = DENSE * dense(&own);
    let n_empty = if is_weak { N_EMPTY } else { 0 };
    followed(view, area, ends, (step(STEP), N_STEPS, n_empty), |it| {
        is_hidden(it) || steep > 0.0 && dense(&slopes(view, it, is_upright)) >= wanted
    })
}

/// Whether the network is weak on the ends of a line: a faint one, or one that an edge of the picture cuts. What is high
/// and narrow is a marker or the edge of a bone, and no such line.
pub(super) fn may_lose_letters(views: &[View], area: Rect) -> bool {
    let is_cut = |it: &View| {
        if is_upright(area) {
            area.left == 0 || it.width() <= area.right
        } else {
            area.top == 0 || it.height() <= area.bottom
        }
    };
    area.lesser_side() <= LARGE
        && (views.iter().any(is_cut) || area.is_level_line() && contrast(views, area) < FAINT)
}

/// How far the letters of a line stand out from what lies behind them, in the view in which they do most.
fn contrast(views: &[View], area: Rect) -> f32 {
    let of = |view: &View| {
        let sorted = sorted(view, area);
        let at = |part: f32| {
            let at = (sorted.len() as f32 * part) as usize;
            sorted.get(at).copied().unwrap_or_default()
        };
        (at(0.95) - at(0.5)).max(at(0.5) - at(0.05))
    };
    views.iter().map(of).fold(0.0, f32::max)
}

/// How bright the letters of a line are, if they are the brighter part of it and stand out.
fn bright_ink(view: &View, area: Rect) -> Option<f32> {
    let sorted = sorted(view, area);
    let at = |part: f32| sorted.get((sorted.len() as f32 * part) as usize).copied();
    let (dark, middle, bright) = (at(0.05)?, at(0.5)?, at(0.95)?);
    (2.0 * HIDDEN < bright - middle && middle - dark < bright - middle).then_some(bright)
}

/// The middle value.
fn middle(view: &View, area: Rect) -> f32 {
    let sorted = sorted(view, area);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn sorted(view: &View, area: Rect) -> Vec<f32> {
    let [_, Some(plane), _] = view.channels() else {
        return Vec::new();
    };
    let of_row = |y: usize| (area.left..area.right).map(move |x| plane.at(x, y));
    let mut values: Vec<f32> = (area.top..area.bottom).flat_map(of_row).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// `area` and, at each of the `ends`, as many steps as `goes_on`, which may pause between letters.
fn followed(
    view: &View,
    area: Rect,
    ends: &[End],
    (step, n_steps, n_empty): (usize, usize, usize),
    goes_on: impl Fn(Rect) -> bool,
) -> Rect {
    let mut whole = area;
    for end in ends {
        let (mut reached, mut n_since) = (whole, 0);
        for _ in 0..n_steps {
            let strip = beyond(reached, *end, step).clipped(view.width(), view.height());
            if strip.n_pixels() == 0 || n_empty < n_since {
                break;
            }
            reached = reached.around(strip);
            n_since += 1;
            if goes_on(strip) {
                (whole, n_since) = (reached, 0);
            }
        }
    }
    whole
}

/// `area` without what has no strokes at its top and bottom, or at its left and right; at most so many pixels. An end close to an edge of the picture is put there: letters
/// may be cut by the edge, and the network is weak beside it.
fn without_empty_ends(views: &[View], area: Rect, is_upright: bool, most: usize) -> Rect {
    let steep: Vec<f32> = views
        .iter()
        .map(|it| QUIET * steepest(&slopes(it, area, is_upright)))
        .collect();
    let is_empty = |at: &usize| {
        // A slope belongs to the pixel between the two that it is taken of.
        let column = placed(area, is_upright, at.saturating_sub(1), *at);
        let is_quiet = |(view, steep): (&View, &f32)| {
            slopes(view, column, is_upright).iter().all(|it| it < steep)
        };
        views.iter().zip(&steep).all(is_quiet)
    };
    let (start, end, edge) = match (is_upright, views.first()) {
        (_, None) => return area,
        (true, Some(view)) => (area.top, area.bottom, view.height()),
        (false, Some(view)) => (area.left, area.right, view.width()),
    };
    let most = most.min(end - start);
    let n_first = (start..start + most).take_while(is_empty).count();
    let n_last = (end - most..end).rev().take_while(is_empty).count();
    let cut_start = start + n_first.saturating_sub(SOFT);
    let cut_end = end - n_last.saturating_sub(SOFT);
    let start = if start == 0 || cut_start <= CLOSE {
        0
    } else {
        cut_start
    };
    let end = if end == edge || cut_end + CLOSE >= edge {
        edge
    } else {
        cut_end
    };
    placed(area, is_upright, start, end)
}

/// `area` from `start` to `end` of its line.
fn placed(area: Rect, is_upright: bool, start: usize, end: usize) -> Rect {
    if is_upright {
        Rect {
            top: start,
            bottom: end,
            ..area
        }
    } else {
        Rect {
            left: start,
            right: end,
            ..area
        }
    }
}

/// Whether the line runs up or down.
fn is_upright(area: Rect) -> bool {
    area.height() > area.width()
}

/// The value that only a few exceed.
fn steepest(slopes: &[f32]) -> f32 {
    let mut sorted = slopes.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let n_above = (sorted.len() as f32 * STEEPEST) as usize;
    let idx = sorted.len().saturating_sub(1 + n_above);
    sorted.get(idx).copied().unwrap_or_default()
}

#[derive(Clone, Copy)]
enum End {
    Left,
    Right,
    Top,
    Bottom,
}

/// The next `step` pixels at that end.
fn beyond(area: Rect, end: End, step: usize) -> Rect {
    match end {
        End::Left => Rect {
            left: area.left.saturating_sub(step),
            right: area.left,
            ..area
        },
        End::Right => Rect {
            left: area.right,
            right: area.right + step,
            ..area
        },
        End::Top => Rect {
            top: area.top.saturating_sub(step),
            bottom: area.top,
            ..area
        },
        End::Bottom => Rect {
            top: area.bottom,
            bottom: area.bottom + step,
            ..area
        },
    }
}

/// How much each pixel of `area` differs from the one two further along the line.
fn slopes(view: &View, area: Rect, is_upright: bool) -> Vec<f32> {
    let [_, Some(plane), _] = view.channels() else {
        return Vec::new();
    };
    let (dx, dy) = if is_upright { (0, 2) } else { (2, 0) };
    (area.top..area.bottom)
        .flat_map(|y| {
            (area.left..area.right).map(move |x| (plane.at(x + dx, y + dy) - plane.at(x, y)).abs())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            picture::{Picture, Samples},
            view::views,
        },
        Rect, from_end_to_end, has_strokes,
    };

    /// Strokes from column 24 to 98 in rows 10 to 30; in rows and columns exchanged if `is_upright`.
    /// Found and wanted along the line; `found_across` across it, where 8 to 32 is wanted.
    fn check(
        is_upright: bool,
        found: (usize, usize),
        found_across: (usize, usize),
        wanted: (usize, usize),
    ) {
        let (width, height) = if is_upright { (40, 160) } else { (160, 40) };
        let samples = (0..width * height)
            .map(|it| {
                let (x, y) = (it % width, it / width);
                let (along, across) = if is_upright { (y, x) } else { (x, y) };
                let is_ink =
                    (20..100).contains(&along) && (10..30).contains(&across) && along % 6 < 2;
                f32::from(u8::from(is_ink))
            })
            .collect();
        let picture = Picture::parse(width, height, Samples::Gray(samples)).unwrap();
        let line = |(start, end): (usize, usize), (first, last): (usize, usize)| {
            if is_upright {
                Rect {
                    top: start,
                    left: first,
                    bottom: end,
                    right: last,
                }
            } else {
                Rect {
                    top: first,
                    left: start,
                    bottom: last,
                    right: end,
                }
            }
        };
        let whole = from_end_to_end(&views(&picture), line(found, found_across));
        assert_eq!(whole, line(wanted, (8, 32)), "{is_upright}");
    }

    #[test]
    fn a_line_reaches_from_its_first_stroke_to_its_last() {
        for is_upright in [false, true] {
            // Ink from 24 to 98, and two pixels for its soft edge.
            check(is_upright, (44, 92), (8, 32), (22, 100));
            check(is_upright, (12, 110), (8, 32), (22, 100));
            // Rows without ink go as well, to the pixels for its soft edge.
            check(is_upright, (22, 100), (4, 36), (22, 100));
        }
    }

    #[test]
    fn an_end_in_grain_stays_and_one_close_to_the_edge_of_the_picture_is_put_there() {
        let ends = |grain: f32, left: usize, right: usize| {
            let samples = (0..160 * 40)
                .map(|it| {
                    let (x, y) = (it % 160, it / 160);
                    // The first stroke is cut by the edge, and so broad that it looks empty.
                    let is_ink =
                        (10..30).contains(&y) && (x < 12 || (24..100).contains(&x) && x % 6 < 2);
                    let grain =
                        grain * ((12.9 * x as f32 + 78.2 * y as f32).sin() * 43_758.547).fract();
                    f32::from(u8::from(is_ink)) + grain
                })
                .collect();
            let picture = Picture::parse(160, 40, Samples::Gray(samples)).unwrap();
            let area = Rect {
                top: 8,
                left,
                bottom: 32,
                right,
            };
            let whole = from_end_to_end(&views(&picture), area);
            (whole.left, whole.right)
        };
        assert_eq!(ends(0.0, 0, 108), (0, 100));
        assert_eq!(ends(0.2, 0, 108), (0, 108));
        // An edge that is close is the end.
        assert_eq!(ends(0.2, 4, 156), (0, 160));
        assert_eq!(ends(0.2, 5, 155), (5, 155));
    }

    #[test]
    fn faint_letters_have_strokes_and_grain_has_none() {
        let has = |contrast: f32| {
            let samples = (0..160 * 40).map(|it| {
                let (x, y) = (it % 160, it / 160);
                let is_ink = (20..100).contains(&x) && (10..30).contains(&y) && x % 6 < 2;
                // The first pixels span the range.
                let base = if it == 0 {
                    1.0
                } else if it == 1 {
                    0.0
                } else {
                    0.5
                };
                base + if is_ink { contrast } else { 0.0 }
            });
            let picture = Picture::parse(160, 40, Samples::Gray(samples.collect())).unwrap();
            let area = Rect {
                top: 8,
                left: 10,
                bottom: 32,
                right: 110,
            };
            has_strokes(&views(&picture)[0], area)
        };
        assert!(has(0.15) && has(-0.15));
        assert!(!has(0.05) && !has(0.0));
    }
}
