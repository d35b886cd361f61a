//! The outline of the strongest region of an influence map: marching squares, joined to lines.

use crate::prediction::Heatmap;

/// A point of the scan in pixel-edge coordinates.
pub type Point = (f32, f32);

/// The lines at which a map passes `level`, in coordinates of the scan. The map counts as 0 outside its edge,
/// so that every line is closed.
pub fn contours(heatmap: &Heatmap, level: f32) -> Vec<Vec<Point>> {
    if level <= 0.0 || level.is_nan() {
        return Vec::new();
    }
    let map = |it: &Point| heatmap.scan_from_heatmap.apply(*it);
    join(segments(heatmap, level))
        .iter()
        .map(|line| line.iter().map(map).collect())
        .collect()
}

/// One piece of line for each cell that the level crosses, in pixel-edge coordinates of the map.
fn segments(heatmap: &Heatmap, level: f32) -> Vec<[Point; 2]> {
    let value = |column: isize, row: isize| -> f32 {
        let (Ok(column), Ok(row)) = (usize::try_from(column), usize::try_from(row)) else {
            return 0.0;
        };
        if heatmap.width <= column || heatmap.height <= row {
            return 0.0;
        }
        heatmap
            .values
            .get(row * heatmap.width + column)
            .copied()
            .unwrap_or(0.0)
    };
    let mut found = Vec::new();
    for row in -1..heatmap.height as isize {
        for column in -1..heatmap.width as isize {
            let corners = [
                value(column, row),
                value(column + 1, row),
                value(column + 1, row + 1),
                value(column, row + 1),
            ];
            let is_above = corners.map(|it| level <= it);
            if is_above.iter().all(|it| *it) || !is_above.iter().any(|it| *it) {
                continue;
            }
            cut_cell(
                (column as f32 + 0.5, row as f32 + 0.5),
                corners,
                level,
                &mut found,
            );
        }
    }
    found
}

/// The crossings of a cell whose corners are the centres of four neighbours, clockwise from the left top.
fn cut_cell((left, top): Point, corners: [f32; 4], level: f32, found: &mut Vec<[Point; 2]>) {
    let places = [
        (left, top),
        (left + 1.0, top),
        (left + 1.0, top + 1.0),
        (left, top + 1.0),
    ];
    let mut crossings = Vec::with_capacity(4);
    let edges = corners
        .iter()
        .zip(&places)
        .zip(corners.iter().zip(&places).cycle().skip(1));
    for ((from, from_at), (to, to_at)) in edges {
        if (level <= *from) != (level <= *to) {
            let share = (level - from) / (to - from);
            crossings.push((
                from_at.0 + (to_at.0 - from_at.0) * share,
                from_at.1 + (to_at.1 - from_at.1) * share,
            ));
        }
    }
    for pair in crossings.chunks(2) {
        if let &[from, to] = pair {
            found.push([from, to]);
        }
    }
}

/// Puts pieces with a common end behind each other.
fn join(mut segments: Vec<[Point; 2]>) -> Vec<Vec<Point>> {
    const NEAR: f32 = 1e-3;
    let meets = |a: &Point, b: &Point| (a.0 - b.0).abs() < NEAR && (a.1 - b.1).abs() < NEAR;
    let mut lines = Vec::new();
    while let Some([first, mut end]) = segments.pop() {
        let mut line = vec![first, end];
        while let Some(idx) = segments
            .iter()
            .position(|[from, to]| meets(from, &end) || meets(to, &end))
        {
            let [from, to] = segments.swap_remove(idx);
            end = if meets(&from, &end) { to } else { from };
            line.push(end);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::contours;
    use crate::prediction::{Affine2, Heatmap};

    #[test]
    fn a_hill_has_one_closed_outline_around_its_top() {
        let values = (0..49).map(|it| if it == 24 { 1.0 } else { 0.0 }).collect();
        let scale = Affine2 {
            scale_x: 10.0,
            scale_y: 10.0,
            offset_x: 0.0,
            offset_y: 0.0,
        };
        let heatmap = Heatmap {
            frame_idx: 0,
            width: 7,
            height: 7,
            values,
            scan_from_heatmap: scale,
        };
        let lines = contours(&heatmap, 0.5);
        assert_eq!(lines.len(), 1);
        let (first, last) = (lines[0][0], lines[0][lines[0].len() - 1]);
        assert!(
            (first.0 - last.0).abs() < 0.1 && (first.1 - last.1).abs() < 0.1,
            "{first:?} {last:?}"
        );
        assert!(
            lines[0]
                .iter()
                .all(|(x, y)| (x - 35.0).hypot(y - 35.0) < 6.0)
        );
        assert!(contours(&heatmap, 0.0).is_empty());
    }
}
