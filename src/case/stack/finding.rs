//! What is odd about the positions of a stack, for a person to know before measuring across slices.

use super::Stack;
use crate::case::plane::dot;

/// Slices nearer than this lie at one position, in mm: positions are written with a few digits.
pub const SAME_MM: f64 = 0.01;
/// A distance above the usual one by this factor leaves room for a slice that is missing.
pub(super) const GAP: f64 = 1.5;
/// Distances that differ by more than this fraction of the usual one are unequal.
const UNEVEN: f64 = 0.02;
/// A stack that leans by more than this, in degrees, does not lie along its normal.
const TILT_DEGREES: f64 = 0.5;

/// What is odd about a stack. Indices count in the order of its slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// After this slice the next one is further off than usual: slices may be missing.
    Gap {
        after_idx: usize,
        gap_mm: f64,
        usual_mm: f64,
    },
    /// The distances are not all equal, gaps and duplicates left aside.
    Uneven { least_mm: f64, greatest_mm: f64 },
    /// This slice lies where the one before it lies.
    Duplicate { idx: usize },
    /// The slices are shifted sideways against each other, as with a tilted gantry.
    Tilted { degrees: f64 },
    /// There are no positions: nothing can be measured across slices.
    Unplaced,
}

impl Stack {
    /// The usual distance of neighbouring slices in mm: the median, duplicates left aside.
    pub fn spacing_mm(&self) -> Option<f64> {
        let mut apart = self.distances_mm();
        apart.retain(|it| SAME_MM < *it);
        apart.sort_by(f64::total_cmp);
        apart.get(apart.len() / 2).copied()
    }

    /// Everything that is odd, in the order of the slices.
    pub fn findings(&self) -> Vec<Finding> {
        if self.normal().is_none() {
            return if 1 < self.slices.len() {
                vec![Finding::Unplaced]
            } else {
                Vec::new()
            };
        }
        let distances = self.distances_mm();
        let mut findings: Vec<Finding> = distances
            .iter()
            .enumerate()
            .filter(|(_, it)| **it <= SAME_MM)
            .map(|(idx, _)| Finding::Duplicate { idx: idx + 1 })
            .collect();
        let Some(usual_mm) = self.spacing_mm() else {
            return findings;
        };
        let (mut least_mm, mut greatest_mm) = (f64::INFINITY, 0.0_f64);
        for (after_idx, &gap_mm) in distances.iter().enumerate() {
            if GAP * usual_mm < gap_mm {
                findings.push(Finding::Gap {
                    after_idx,
                    gap_mm,
                    usual_mm,
                });
            } else if SAME_MM < gap_mm {
                least_mm = least_mm.min(gap_mm);
                greatest_mm = greatest_mm.max(gap_mm);
            }
        }
        if (UNEVEN * usual_mm).max(SAME_MM) < greatest_mm - least_mm {
            findings.push(Finding::Uneven {
                least_mm,
                greatest_mm,
            });
        }
        let tilt = self.tilt_degrees().filter(|it| TILT_DEGREES < *it);
        findings.extend(tilt.map(|degrees| Finding::Tilted { degrees }));
        findings
    }

    /// The angle between the normal and the way from the first slice to the last.
    fn tilt_degrees(&self) -> Option<f64> {
        let place = |it: Option<&super::Slice>| Some(it?.place?.position_mm);
        let [a, b, c] = place(self.slices.first())?;
        let [d, e, f] = place(self.slices.last())?;
        let way = [d - a, e - b, f - c];
        let length = dot(way, way).sqrt();
        let cosine = dot(way, self.normal()?) / length;
        (SAME_MM < length).then(|| cosine.clamp(-1.0, 1.0).acos().to_degrees())
    }
}
