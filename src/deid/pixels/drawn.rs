//! Whether large letters were drawn over a picture: their ink is even, and ends at once.

use super::{area::Rect, view::View};

/// Pixels of even ink on one side of an edge.
const EVEN: usize = 5;
/// Neighbours in even ink differ by no more than this part of the picture's range (one step of 8 bits, rounded up).
const STEP: f32 = 1.5 / 255.0;
/// The edge lies within so many pixels and is at least this high.
const EDGE: usize = 3;
const HEIGHT: f32 = 0.2;
/// Part of the pixels that are such edges in drawn letters: bright ones, and dark ones, of which there must be
/// more, since the air around a body is even and dark as well.
const BRIGHT: f32 = 0.003;
const DARK: f32 = 0.015;

/// Beside drawn letters a part of them is enough, where a step cuts the next one.
const BESIDE: f32 = 0.7;

/// Whether `area`, but for what of it is `taken` by other text, has the edges of drawn letters, or this part of them.
pub(super) fn is_drawn(view: &View, area: Rect, taken: &[Rect], part: f32) -> bool {
    let (bright, dark) = edges(view, area, taken);
    bright >= part * BRIGHT || dark >= part * DARK
}

/// Whether the letters of a box go on in `area`, which lies beside it.
pub(super) fn is_drawn_beside(view: &View, area: Rect) -> bool {
    let (bright, dark) = edges(view, area, &[]);
    bright >= BESIDE * BRIGHT || dark >= BESIDE * DARK
}

/// The parts of the pixels that are edges of bright and of dark ink.
fn edges(view: &View, area: Rect, taken: &[Rect]) -> (f32, f32) {
    let [_, Some(plane), _] = view.channels() else {
        return (0.0, 0.0);
    };
    let (mut n, mut n_bright, mut n_dark) = (0, 0, 0);
    let mut row = Vec::with_capacity(area.width());
    for y in area.top..area.bottom {
        let is_taken = |x: usize| taken.iter().any(|it| it.holds(x, y));
        row.clear();
        // What is taken is no number: it is neither even nor an edge.
        row.extend((area.left..area.right).map(|x| match is_taken(x) {
            true => f32::NAN,
            false => plane.at(x, y),
        }));
        n += row.iter().filter(|it| !it.is_nan()).count();
        for ink_first in [true, false] {
            if !ink_first {
                row.reverse();
            }
            for window in row.windows(EVEN + EDGE) {
                let (ink, beyond) = window.split_at(EVEN);
                if let (true, Some(ink), Some(beyond)) = (is_even(ink), ink.last(), beyond.last()) {
                    n_bright += usize::from(ink - beyond >= HEIGHT);
                    n_dark += usize::from(beyond - ink >= HEIGHT);
                }
            }
        }
    }
    let part = |n_edges: usize| n_edges as f32 / n.max(1) as f32;
    (part(n_bright), part(n_dark))
}

fn is_even(ink: &[f32]) -> bool {
    ink.iter()
        .zip(ink.iter().skip(1))
        .all(|(one, next)| (one - next).abs() <= STEP)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            picture::{Picture, Samples},
            view::views,
        },
        Rect, is_drawn,
    };

    fn check(value: impl Fn(f32, f32) -> f32) -> bool {
        let (width, height) = (200, 120);
        let samples = (0..width * height)
            .map(|it| value((it % width) as f32, (it / width) as f32))
            .collect();
        let picture = Picture::parse(width, height, Samples::Gray(samples)).unwrap();
        let all = Rect {
            top: 0,
            left: 0,
            bottom: height,
            right: width,
        };
        is_drawn(&views(&picture)[0], all, &[], 1.0)
    }

    /// Uneven as anatomy is.
    fn grain(x: f32, y: f32) -> f32 {
        300.0 + 60.0 * ((12.9 * x + 78.2 * y).sin() * 43_758.547).fract()
    }

    #[test]
    fn bars_of_one_value_are_drawn_and_a_soft_or_grainy_disc_is_not() {
        let bar = |x: f32, ink: f32, y: f32| if x % 40.0 < 12.0 { ink } else { grain(x, y) };
        assert!(check(|x, y| bar(x, 1000.0, y)));
        assert!(check(|x, y| bar(x, 0.0, y)));
        let from_centre = |x: f32, y: f32| ((x - 100.0).powi(2) + (y - 60.0).powi(2)).sqrt();
        assert!(!check(|x, y| 1000.0 - 5.0 * from_centre(x, y)));
        assert!(!check(|x, y| {
            let disc = if from_centre(x, y) < 40.0 { 500.0 } else { 0.0 };
            grain(x, y) + disc
        }));
    }
}
