//! Where pictures of each modality carry text, and the rectangles that cover it.

use std::collections::BTreeMap;

use dicom::{core::Tag, dictionary_std::tags, object::InMemDicomObject};
use serde::{Deserialize, Serialize};

use super::Refused;

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rect {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Rect {
    /// Whether all of another lies in it.
    pub const fn holds(self, other: Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.x.saturating_add(other.width) <= self.x.saturating_add(self.width)
            && other.y.saturating_add(other.height) <= self.y.saturating_add(self.height)
    }
}

/// A rectangle to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mask {
    /// The frame, from zero; `None` for all of them.
    pub frame_idx: Option<usize>,
    pub rect: Rect,
}

/// What is done about text in pictures of a modality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Whoever looks for text decides.
    Look,
    /// All but the regions that the file calibrates is masked; then a person looks.
    KeepRegions,
    /// A person looks.
    Hold,
}

#[derive(Deserialize)]
struct Modalities {
    modalities: Vec<String>,
}

/// The rule of a modality; a person looks where there is none.
pub(super) fn rule(modality: &str) -> Rule {
    let table = toml::from_str::<BTreeMap<Rule, Modalities>>(include_str!("regions.toml"));
    let rules = table.unwrap_or_default();
    let mut of_modality = rules
        .into_iter()
        .filter(|(_, it)| it.modalities.iter().any(|it| it == modality));
    of_modality.next().map_or(Rule::Hold, |it| it.0)
}

/// What lies outside of the calibrated regions of an ultrasound picture, PS3.3 C.8.5.5; nothing if it names none.
pub(super) fn outside_regions(set: &InMemDicomObject) -> Result<Vec<Mask>, Refused> {
    let number = |set: &InMemDicomObject, tag: Tag| {
        let number = set.get(tag).and_then(|it| it.to_int::<i64>().ok());
        number.and_then(|it| usize::try_from(it).ok())
    };
    let items = set
        .get(tags::SEQUENCE_OF_ULTRASOUND_REGIONS)
        .and_then(|it| it.items())
        .unwrap_or_default();
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = || Refused::malformed("regions of ultrasound inside the picture", "others");
    let size = number(set, tags::COLUMNS).zip(number(set, tags::ROWS));
    let (columns, rows) = size.ok_or_else(wrong)?;
    let mut regions = Vec::with_capacity(items.len());
    for item in items {
        let sides = [
            tags::REGION_LOCATION_MIN_X0,
            tags::REGION_LOCATION_MIN_Y0,
            tags::REGION_LOCATION_MAX_X1,
            tags::REGION_LOCATION_MAX_Y1,
        ]
        .map(|it| number(item, it));
        let [Some(left), Some(top), Some(right), Some(bottom)] = sides else {
            return Err(wrong());
        };
        if right < left || bottom < top {
            return Err(wrong());
        }
        // One beyond the picture keeps nothing of it.
        if left < columns && top < rows {
            regions.push([left, top, right.min(columns - 1), bottom.min(rows - 1)]);
        }
    }
    if regions.is_empty() {
        return Ok(Vec::new());
    }
    Ok(outside(&regions, columns, rows))
}

/// Covers what no region has: band by band between the tops and bottoms of the regions.
fn outside(regions: &[[usize; 4]], columns: usize, rows: usize) -> Vec<Mask> {
    let mut edges: Vec<usize> = regions
        .iter()
        .flat_map(|[_, top, _, bottom]| [*top, bottom + 1])
        .chain([0, rows])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut masks = Vec::new();
    let mut cover = |x: usize, y: usize, right: usize, bottom: usize| {
        if x < right && y < bottom {
            let rect = Rect {
                x,
                y,
                width: right - x,
                height: bottom - y,
            };
            masks.push(Mask {
                frame_idx: None,
                rect,
            });
        }
    };
    for band in edges.windows(2) {
        let [top, bottom] = [band.first(), band.last()].map(|it| it.copied().unwrap_or(rows));
        let of_band = regions
            .iter()
            .filter(|[_, from, _, to]| *from <= top && bottom <= to + 1);
        let mut spans: Vec<(usize, usize)> = of_band
            .map(|[left, _, right, _]| (*left, right + 1))
            .collect();
        spans.sort_unstable();
        let mut at = 0;
        for (left, right) in spans {
            cover(at, top, left, bottom);
            at = at.max(right);
        }
        cover(at, top, columns, bottom);
    }
    masks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Rule, outside, rule};

    #[test]
    fn a_modality_that_nobody_listed_is_held() {
        assert_eq!(rule("DX"), Rule::Look);
        assert_eq!(rule("US"), Rule::KeepRegions);
        assert_eq!(rule("SC"), Rule::Hold);
        assert_eq!(rule("ZZ"), Rule::Hold);
        assert_eq!(rule(""), Rule::Hold);
    }

    proptest! {
        #[test]
        fn masks_cover_what_no_region_has_and_nothing_else(
            regions in prop::collection::vec((0_usize..12, 0_usize..9, 0_usize..12, 0_usize..9), 1..4)
        ) {
            let (columns, rows) = (12, 9);
            let regions: Vec<[usize; 4]> = regions
                .into_iter()
                .map(|(a, b, c, d)| [a.min(c), b.min(d), a.max(c), b.max(d)])
                .collect();
            let masks = outside(&regions, columns, rows);
            for y in 0..rows {
                for x in 0..columns {
                    let is_inside = regions
                        .iter()
                        .any(|[left, top, right, bottom]| {
                            (*left..=*right).contains(&x) && (*top..=*bottom).contains(&y)
                        });
                    let n_masks = masks
                        .iter()
                        .filter(|it| {
                            (it.rect.x..it.rect.x + it.rect.width).contains(&x)
                                && (it.rect.y..it.rect.y + it.rect.height).contains(&y)
                        })
                        .count();
                    prop_assert_eq!(n_masks, usize::from(!is_inside));
                }
            }
        }
    }
}
