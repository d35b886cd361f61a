//! The ends of a line: the network can lose letters where what lies behind them changes.

use super::{LARGE, area::Rect, drawn::is_drawn, view::View};

/// A line is followed in steps of this part of its height, so many at most on each side.
const STEP: f32 = 0.5;
const N_STEPS: usize = 6;
/// In large letters strokes are too rare to compare. They are followed by their edges, on all four sides.
const LARGE_STEP: f32 = 0.25;
/// Strokes are as steep as this part of the line's steepest, which is the value that only `STEEPEST` exceed.
const STEEP: f32 = 0.4;
const STEEPEST: f32 = 0.01;
/// A step goes on if it has this part of the strokes that the line has.
const DENSE: f32 = 0.12;

/// `area` with what follows on its line at either end, as long as strokes as steep as its own go on there.
pub(super) fn with_ends(view: &View, area: Rect) -> Rect {
    let height = area.lesser_side();
    let step = |part: f32| ((height as f32 * part).ceil() as usize).max(4);
    if height > LARGE {
        let ends = [End::Left, End::Right, End::Top, End::Bottom];
        return followed(view, area, &ends, step(LARGE_STEP), |it| {
            is_drawn(view, it, &[])
        });
    }
    let is_upright = area.height() > area.width();
    let ends = if is_upright {
        [End::Top, End::Bottom]
    } else {
        [End::Left, End::Right]
    };
    let own = slopes(view, area, is_upright);
    let steep = STEEP * steepest(&own);
    let dense = |slopes: &[f32]| {
        let n_steep = slopes.iter().filter(|it| **it >= steep).count();
        n_steep as f32 / slopes.len().max(1) as f32
    };
    let wanted = DENSE * dense(&own);
    followed(view, area, &ends, step(STEP), |it| {
        steep > 0.0 && dense(&slopes(view, it, is_upright)) >= wanted
    })
}

/// `area` and, at each of the `ends`, as many steps as `goes_on`.
fn followed(
    view: &View,
    area: Rect,
    ends: &[End],
    step: usize,
    goes_on: impl Fn(Rect) -> bool,
) -> Rect {
    let mut whole = area;
    for end in ends {
        for _ in 0..N_STEPS {
            let strip = beyond(whole, *end, step).clipped(view.width(), view.height());
            if strip.n_pixels() == 0 || !goes_on(strip) {
                break;
            }
            whole = whole.around(strip);
        }
    }
    whole
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
        Rect, with_ends,
    };

    /// Strokes from column 20 to 100 in rows 10 to 30; in rows and columns exchanged if `is_upright`.
    fn check(is_upright: bool, found: (usize, usize), wanted: (usize, usize)) {
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
        let line = |(start, end): (usize, usize)| {
            if is_upright {
                Rect {
                    top: start,
                    left: 8,
                    bottom: end,
                    right: 32,
                }
            } else {
                Rect {
                    top: 8,
                    left: start,
                    bottom: 32,
                    right: end,
                }
            }
        };
        let whole = with_ends(&views(&picture)[0], line(found));
        assert_eq!(whole, line(wanted), "{is_upright}");
    }

    #[test]
    fn a_line_that_was_cut_off_is_followed_to_both_ends() {
        for is_upright in [false, true] {
            // Steps of 12: what goes on is taken, what is empty is not.
            check(is_upright, (44, 92), (20, 104));
            check(is_upright, (18, 101), (18, 101));
        }
    }
}
