//! The ends of a line: the network can lose letters where what lies behind them changes.

use super::{area::Rect, view::View};

/// A line is followed in steps of this part of its height, so many at most on each side.
const STEP: f32 = 0.5;
const N_STEPS: usize = 6;
/// Strokes are as steep as this part of the line's steepest, which is the value that only `STEEPEST` exceed.
const STEEP: f32 = 0.4;
const STEEPEST: f32 = 0.04;
/// A step goes on if it has this part of the strokes that the line has.
const DENSE: f32 = 0.12;

/// `area` with what follows on its line at either end, as long as strokes as steep as its own go on there.
pub(super) fn with_ends(view: &View, area: Rect) -> Rect {
    let is_upright = area.height() > area.width();
    let height = area.width().min(area.height());
    let step = ((height as f32 * STEP).ceil() as usize).max(4);
    let mut own = slopes(view, area, is_upright);
    let idx = own.len() - (own.len() as f32 * STEEPEST) as usize;
    own.sort_unstable_by(f32::total_cmp);
    let Some(steep) = own
        .get(idx.min(own.len().saturating_sub(1)))
        .map(|it| STEEP * it)
    else {
        return area;
    };
    let dense = |slopes: &[f32]| {
        slopes.iter().filter(|it| **it >= steep).count() as f32 / slopes.len().max(1) as f32
    };
    let wanted = DENSE * dense(&own);
    let goes_on =
        |strip: Rect| strip.n_pixels() > 0 && dense(&slopes(view, strip, is_upright)) >= wanted;
    let mut whole = area;
    for (from_start, _) in [true, false]
        .into_iter()
        .flat_map(|it| (0..N_STEPS).map(move |n| (it, n)))
    {
        let (strip, grown) = stepped(whole, step, is_upright, from_start);
        let strip = strip.clipped(view.width(), view.height());
        if steep > 0.0 && goes_on(strip) {
            whole = grown.clipped(view.width(), view.height());
        }
    }
    whole
}

/// The next strip at the start or the end of a line, and the line with it.
fn stepped(area: Rect, step: usize, is_upright: bool, from_start: bool) -> (Rect, Rect) {
    let (mut strip, mut grown) = (area, area);
    match (is_upright, from_start) {
        (false, true) => {
            grown.left = area.left.saturating_sub(step);
            (strip.left, strip.right) = (grown.left, area.left);
        }
        (false, false) => {
            grown.right = area.right + step;
            (strip.left, strip.right) = (area.right, grown.right);
        }
        (true, true) => {
            grown.top = area.top.saturating_sub(step);
            (strip.top, strip.bottom) = (grown.top, area.top);
        }
        (true, false) => {
            grown.bottom = area.bottom + step;
            (strip.top, strip.bottom) = (area.bottom, grown.bottom);
        }
    }
    (strip, grown)
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
