//! Slices of one series in the order in which they lie in the patient, and what is odd about them. Pure, no pixels.
//!
//! 1. [`Studies`] groups files by patient, study and series; two patients are never put together;
//! 2. [`Stacks`] splits the slices of a series into stacks that can be paged through and measured;
//! 3. [`Stack`] keeps its slices in order while they arrive one by one, in whatever order;
//! 4. [`Neighbours`] are the slices next to one.

mod finding;
mod neighbours;
mod series;
mod split;

pub use finding::{Finding, SAME_MM};
pub use neighbours::{Away, Neighbour, Neighbours};
pub use series::{Inserted, PatientKey, SeriesHead, SeriesKey, Studies};
pub use split::{Split, Stacks};

use std::cmp::Ordering;

use super::scan::Place;

/// Which frame of which file. The number of the file is whatever its opener gives, in the order of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SliceId {
    pub file: u64,
    pub frame_idx: usize,
}

/// One frame, as far as its order goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    pub id: SliceId,
    pub place: Option<Place>,
    /// (0020,0013)
    pub instance_number: Option<i32>,
}

/// What the order of a stack rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Position along the normal of the slices, rising: for axial slices from the feet to the head, PS3.3 C.7.6.2.1.1.
    Position,
    /// No positions: (0020,0013).
    InstanceNumber,
    /// Neither positions nor numbers.
    File,
}

/// Slices of one orientation, size and frame of reference, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    slices: Vec<Slice>,
    /// The slice of the lowest number, whose normal all are measured along: so the order does not depend on the arrival.
    reference: Slice,
}

impl Stack {
    fn new(slice: Slice) -> Self {
        Self {
            slices: vec![slice],
            reference: slice,
        }
    }

    /// The slices in order; at least one.
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// What the order rests on.
    pub fn order(&self) -> Order {
        if self.normal().is_some() {
            Order::Position
        } else if self.slices.iter().any(|it| it.instance_number.is_some()) {
            Order::InstanceNumber
        } else {
            Order::File
        }
    }

    /// The direction that the slices are stacked along, length 1; `None` where they have no positions.
    pub fn normal(&self) -> Option<[f64; 3]> {
        Some(self.reference.place?.normal())
    }

    /// The file and frame of the lowest number, which names the stack within its series.
    pub const fn first(&self) -> SliceId {
        self.reference.id
    }

    /// Where a slice stands.
    pub fn idx_of(&self, id: SliceId) -> Option<usize> {
        self.slices.iter().position(|it| it.id == id)
    }

    /// Distance in mm from each slice to the next along the normal; empty where there are no positions.
    pub fn distances_mm(&self) -> Vec<f64> {
        let Some(normal) = self.normal() else {
            return Vec::new();
        };
        let along = self.slices.iter().filter_map(|it| it.place);
        let along: Vec<f64> = along.map(|it| it.along_mm(normal)).collect();
        along.array_windows().map(|[a, b]| b - a).collect()
    }

    /// The slice that comes nearest to a place along the stack, in mm.
    pub fn nearest(&self, along_mm: f64) -> Option<usize> {
        let normal = self.normal()?;
        let away = |it: &Slice| Some((it.place?.along_mm(normal) - along_mm).abs());
        let slices = self.slices.iter().enumerate();
        let placed = slices.filter_map(|(at, it)| Some((at, away(it)?)));
        placed.min_by(|a, b| a.1.total_cmp(&b.1)).map(|it| it.0)
    }

    /// Puts a slice where it belongs.
    fn insert(&mut self, slice: Slice) {
        let turns = slice.id < self.reference.id;
        let normal = self.normal();
        if turns {
            self.reference = slice;
        }
        if self.normal() == normal {
            let at = self
                .slices
                .partition_point(|it| compare(it, &slice, normal).is_lt());
            self.slices.insert(at, slice);
        } else {
            self.slices.push(slice);
            self.sort();
        }
    }

    /// Takes in another stack that turned out to be a part of this one.
    fn merge(&mut self, other: Self) {
        if other.reference.id < self.reference.id {
            self.reference = other.reference;
        }
        self.slices.extend(other.slices);
        self.sort();
    }

    fn sort(&mut self) {
        let normal = self.normal();
        self.slices.sort_by(|a, b| compare(a, b, normal));
    }
}

/// Position, then instance number, then file and frame: no two slices are equal.
fn compare(a: &Slice, b: &Slice, normal: Option<[f64; 3]>) -> Ordering {
    let along = |it: &Slice| Some(it.place?.along_mm(normal?));
    let by_position = match (along(a), along(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Ordering::Equal,
    };
    // What has no number comes last.
    let number = |it: &Slice| (it.instance_number.is_none(), it.instance_number);
    by_position
        .then_with(|| number(a).cmp(&number(b)))
        .then_with(|| a.id.cmp(&b.id))
}
