//! The slices next to one, for a model that reads across slices: which they are, and how far away they lie.
//!
//! They are those of the stack, in its order, whether it lies in one file or in many. A slice that was sent twice is no
//! neighbour of itself.

use std::sync::Arc;

use super::{SAME_MM, Slice, SliceId, Stack, Stacks, finding::GAP};
use crate::case::Scan;

/// What lies next to a slice.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// Towards the feet where the slices say; else towards the first of the stack.
    pub before: Option<Neighbour>,
    pub behind: Option<Neighbour>,
    /// The usual distance of the slices of the stack, where they have positions.
    pub usual_mm: Option<f64>,
}

/// A slice next to another one.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub id: SliceId,
    /// The file that it lies in; `None` for that of the slice that it is next to.
    scan: Option<Arc<Scan>>,
    /// `None` where one of them has no position.
    pub away: Option<Away>,
}

/// How far away a slice lies, in mm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Away {
    /// Along the stack.
    pub along_mm: f64,
    /// Its left upper corner, sideways.
    pub aside_mm: f64,
}

/// Slices that are shifted sideways by more than this do not show the same place, in mm.
const ASIDE_MM: f64 = 1.0;

impl Neighbours {
    /// Among the frames of the scan's own file.
    pub fn within(scan: &Scan, frame_idx: usize) -> Self {
        let file = 0;
        let mut stacks = Stacks::default();
        stacks.insert(&scan.header, file);
        let id = SliceId { file, frame_idx };
        let mut found = stacks.iter().filter_map(|it| it.neighbours(id, |_| None));
        found.next().unwrap_or_default()
    }

    /// Their names, by which one set of neighbours is told from another.
    pub fn ids(&self) -> [Option<SliceId>; 2] {
        [&self.before, &self.behind].map(|it| it.as_ref().map(|it| it.id))
    }

    /// Those that there are.
    pub fn iter(&self) -> impl Iterator<Item = &Neighbour> {
        [&self.before, &self.behind].into_iter().flatten()
    }

    /// Whether slices are missing between the slice and a neighbour.
    pub fn is_beyond_gap(&self, neighbour: &Neighbour) -> bool {
        let away = neighbour.away.zip(self.usual_mm);
        away.is_some_and(|(away, usual_mm)| GAP * usual_mm < away.along_mm)
    }
}

impl Neighbour {
    /// The file that it lies in, next to a slice of `own`.
    pub fn scan<'a>(&'a self, own: &'a Scan) -> &'a Scan {
        self.scan.as_deref().unwrap_or(own)
    }

    /// Whether it lies in another file without either saying where: nothing tells that they are next to each other.
    pub const fn is_unplaced(&self) -> bool {
        self.scan.is_some() && self.away.is_none()
    }

    /// Whether it is shifted sideways so far that it does not show the same place.
    pub fn is_aside(&self) -> bool {
        self.away.is_some_and(|it| ASIDE_MM < it.aside_mm)
    }
}

impl Stack {
    /// The slices next to one of the stack; `scan_of` gives the file of a number. `None` for a slice of another stack.
    pub fn neighbours(
        &self,
        id: SliceId,
        scan_of: impl Fn(u64) -> Option<Arc<Scan>>,
    ) -> Option<Neighbours> {
        let at = self.idx_of(id)?;
        let (before, rest) = self.slices().split_at_checked(at)?;
        let (this, behind) = rest.split_first()?;
        let next = |slice: &Slice| {
            let away = self.away(this, slice);
            let is_apart = away.is_none_or(|it| SAME_MM < it.along_mm);
            let is_own = slice.id.file == id.file;
            let scan = if is_own { None } else { scan_of(slice.id.file) };
            (is_apart && (is_own || scan.is_some())).then_some(Neighbour {
                id: slice.id,
                scan,
                away,
            })
        };
        let (first, last) = (
            before.iter().rev().find_map(next),
            behind.iter().find_map(next),
        );
        // A stack of mirrored slices rises towards the feet.
        let is_mirrored = self.normal().is_some_and(|[_, _, z]| z < 0.0);
        let (before, behind) = if is_mirrored {
            (last, first)
        } else {
            (first, last)
        };
        Some(Neighbours {
            before,
            behind,
            usual_mm: self.spacing_mm(),
        })
    }

    fn away(&self, this: &Slice, other: &Slice) -> Option<Away> {
        let normal = self.normal()?;
        let (this, other) = (this.place?, other.place?);
        let along_mm = other.along_mm(normal) - this.along_mm(normal);
        let [a, b, c] = this.position_mm;
        let [d, e, f] = other.position_mm;
        let [x, y, z] = normal.map(|it| it * along_mm);
        let aside = [d - a - x, e - b - y, f - c - z];
        Some(Away {
            along_mm: along_mm.abs(),
            aside_mm: aside.into_iter().map(|it| it * it).sum::<f64>().sqrt(),
        })
    }
}
