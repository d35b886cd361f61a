//! The planes of a stack, held against each other, and the ways between patient and slices.

use super::{Plane, Refused, added, dot, minus, times};

/// Slices nearer to each other than this lie at one place, in mm: positions are written with a few digits.
const SAME_MM: f64 = 0.01;
/// A distance above the usual one by this factor leaves room for a slice that is missing.
const GAP: f64 = 1.5;
/// Distances that differ by more than this fraction of the usual one are uneven.
const UNEVEN: f64 = 0.02;
/// A way from slice to slice that leaves the normal by more than this is a tilt.
const TILT_DEGREES: f64 = 0.5;
/// Directions that differ by more than this are not parallel.
const PARALLEL_DEGREES: f64 = 0.5;

/// Parallel planes in the order in which they lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// The first plane; the others have its directions and spacings.
    pub(super) first: Plane,
    /// Along which the slices follow each other: the first plane's normal, or its opposite.
    pub(super) way: [f64; 3],
    /// Of each slice, in mm along `way` from the first; rising.
    pub(super) along_mm: Vec<f64>,
    /// Of each slice: where its first pixel lies in the rows and columns of the first slice, in pixels.
    pub(super) shifts: Vec<[f64; 2]>,
    usual_mm: f64,
    oddities: Vec<Oddity>,
}

/// What a person should know of a stack before they measure across its slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Oddity {
    /// After this slice there is room for another: nothing is drawn between the two.
    Gap {
        after_idx: usize,
        gap_mm: f64,
        usual_mm: f64,
    },
    /// The distances differ; each slice is drawn where it lies.
    Uneven { least_mm: f64, greatest_mm: f64 },
    /// The slices are shifted sideways against each other, as with a tilted gantry; each is drawn where it lies.
    Tilted { degrees: f64 },
}

/// A place in the slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voxel {
    /// Counts from 0; between two slices it is a fraction.
    pub slice: f64,
    /// Across the slice in pixel edges.
    pub x: f64,
    /// Down the slice in pixel edges.
    pub y: f64,
}

impl Stack {
    /// Holds the planes against each other.
    ///
    /// # Errors
    /// If they are not sound, parallel, of one spacing and in order, or fewer than two.
    pub fn new(planes: &[Plane]) -> Result<Self, Refused> {
        let (Some(first), 2..) = (planes.first().copied(), planes.len()) else {
            return Err(Refused::TooFew {
                found: planes.len(),
            });
        };
        for (slice_idx, plane) in planes.iter().enumerate() {
            check(plane, &first, slice_idx)?;
        }
        let ways = planes
            .iter()
            .map(|it| minus(it.position_mm, first.position_mm));
        let ways: Vec<[f64; 3]> = ways.collect();
        let normal = first.normal();
        let is_forward = ways.get(1).is_some_and(|it| 0.0 <= dot(*it, normal));
        let way = times(normal, if is_forward { 1.0 } else { -1.0 });
        let along_mm: Vec<f64> = ways.iter().map(|it| dot(*it, way)).collect();
        let distances: Vec<f64> = along_mm.array_windows().map(|[a, b]| b - a).collect();
        if let Some(idx) = distances.iter().position(|it| *it <= SAME_MM) {
            return Err(Refused::NotInOrder { slice_idx: idx + 1 });
        }
        let mut sorted = distances.clone();
        sorted.sort_by(f64::total_cmp);
        let usual_mm = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
        let shift = |it: &[f64; 3]| {
            [
                dot(*it, first.row) / first.column_mm,
                dot(*it, first.column) / first.row_mm,
            ]
        };
        Ok(Self {
            first,
            way,
            shifts: ways.iter().map(shift).collect(),
            usual_mm,
            oddities: oddities(
                &distances,
                usual_mm,
                ways.last().copied().unwrap_or_default(),
                way,
            ),
            along_mm,
        })
    }

    /// How many slices.
    pub const fn n_slices(&self) -> usize {
        self.along_mm.len()
    }

    /// The usual distance of neighbouring slices in mm: the median.
    pub const fn usual_mm(&self) -> f64 {
        self.usual_mm
    }

    /// Everything that is odd.
    pub fn oddities(&self) -> &[Oddity] {
        &self.oddities
    }

    /// Whether nothing is drawn between a slice and the next.
    pub(super) fn is_gap(&self, distance_mm: f64) -> bool {
        GAP * self.usual_mm < distance_mm
    }

    /// The slice of a place in the patient, and where on it; `None` before the first and after the last.
    pub fn voxel_from_patient(&self, place_mm: [f64; 3]) -> Option<Voxel> {
        let from_first = minus(place_mm, self.first.position_mm);
        let along = dot(from_first, self.way);
        let (idx, share) = self.between(along)?;
        let [x, y] = self.shift_at(idx, share)?;
        Some(Voxel {
            slice: idx as f64 + share,
            x: dot(from_first, self.first.row) / self.first.column_mm - x + 0.5,
            y: dot(from_first, self.first.column) / self.first.row_mm - y + 0.5,
        })
    }

    /// The patient's place of a place in the slices; `None` before the first slice and after the last.
    pub fn patient_from_voxel(&self, voxel: Voxel) -> Option<[f64; 3]> {
        let last = self.along_mm.len().checked_sub(2)?;
        if !(0.0..=(last + 1) as f64).contains(&voxel.slice) {
            return None;
        }
        let idx = (voxel.slice as usize).min(last);
        let share = voxel.slice - idx as f64;
        let [x, y] = self.shift_at(idx, share)?;
        let (low, high) = (self.along_mm.get(idx)?, self.along_mm.get(idx + 1)?);
        let across = times(self.first.row, (voxel.x - 0.5 + x) * self.first.column_mm);
        let down = times(self.first.column, (voxel.y - 0.5 + y) * self.first.row_mm);
        let along = times(self.way, low + share * (high - low));
        Some(added(
            self.first.position_mm,
            added(across, added(down, along)),
        ))
    }

    /// The slice at or before a distance along the stack, and the share of the way to the next. Rounding at either end
    /// counts as on it.
    pub(super) fn between(&self, along_mm: f64) -> Option<(usize, f64)> {
        let slack = self.usual_mm * 1e-6;
        let last = self.along_mm.last()?;
        if !(-slack <= along_mm && along_mm <= last + slack) {
            return None;
        }
        let after = self.along_mm.partition_point(|it| *it <= along_mm);
        let idx = after
            .saturating_sub(1)
            .min(self.along_mm.len().checked_sub(2)?);
        let (low, high) = (self.along_mm.get(idx)?, self.along_mm.get(idx + 1)?);
        Some((idx, ((along_mm - low) / (high - low)).clamp(0.0, 1.0)))
    }

    fn shift_at(&self, idx: usize, share: f64) -> Option<[f64; 2]> {
        let ([ax, ay], [bx, by]) = (self.shifts.get(idx)?, self.shifts.get(idx + 1)?);
        Some([ax + share * (bx - ax), ay + share * (by - ay)])
    }
}

fn check(plane: &Plane, first: &Plane, slice_idx: usize) -> Result<(), Refused> {
    if !plane.is_sound() {
        return Err(Refused::BrokenPlane { slice_idx });
    }
    let cosine = PARALLEL_DEGREES.to_radians().cos();
    if dot(plane.row, first.row) < cosine || dot(plane.column, first.column) < cosine {
        return Err(Refused::NotParallel { slice_idx });
    }
    let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-4 * b;
    if is_near(plane.row_mm, first.row_mm) && is_near(plane.column_mm, first.column_mm) {
        Ok(())
    } else {
        Err(Refused::OtherSpacing { slice_idx })
    }
}

fn oddities(distances: &[f64], usual_mm: f64, whole: [f64; 3], way: [f64; 3]) -> Vec<Oddity> {
    let mut oddities = Vec::new();
    let (mut least_mm, mut greatest_mm) = (f64::INFINITY, 0.0_f64);
    for (after_idx, &gap_mm) in distances.iter().enumerate() {
        if GAP * usual_mm < gap_mm {
            oddities.push(Oddity::Gap {
                after_idx,
                gap_mm,
                usual_mm,
            });
        } else {
            least_mm = least_mm.min(gap_mm);
            greatest_mm = greatest_mm.max(gap_mm);
        }
    }
    if (UNEVEN * usual_mm).max(SAME_MM) < greatest_mm - least_mm {
        oddities.push(Oddity::Uneven {
            least_mm,
            greatest_mm,
        });
    }
    let cosine = dot(whole, way) / dot(whole, whole).sqrt();
    let degrees = cosine.clamp(-1.0, 1.0).acos().to_degrees();
    if TILT_DEGREES < degrees {
        oddities.push(Oddity::Tilted { degrees });
    }
    oddities
}
