//! Table E.1-1 and Table E.3.4-1 of PS3.15: what is done to an attribute and to a content item under a policy.
//!
//! The tables are written by `packaging/annex_e.py` and are never typed. A compound action depends on the type that an
//! attribute has in its IOD. That is not known here, so it becomes the strictest that is valid for every type: `X/Z` an
//! empty value (types 2 and 3), everything with `D` a dummy (types 1, 2 and 3), `X/Z/U*` new UIDs in the sequence.

use std::collections::BTreeMap;

use dicom::core::Tag;

use crate::deid::{Dates, Policy};

/// What is done to an attribute, PS3.15 E.1.1, after compound actions have been resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// D: a value that tells nothing.
    Dummy,
    /// Z: no value.
    Empty,
    /// X.
    Remove,
    /// K: kept; a sequence is cleaned inside.
    Keep,
    /// C: what identifies is taken out of the value.
    Clean,
    /// U: another UID, the same for the same.
    Uid,
}

/// A row of either table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Under the Basic profile.
    pub(super) basic: Action,
    options: [Option<Action>; N_OPTIONS],
}

const N_OPTIONS: usize = 9;

impl Row {
    /// A row for dates that the table does not have: what is not known to be harmless is treated like a study date.
    pub(super) const DATE: Self = Self {
        basic: Action::Dummy,
        options: [
            None,
            None,
            None,
            None,
            Some(Action::Keep),
            Some(Action::Clean),
            None,
            None,
            None,
        ],
    };

    fn parse(basic: &str, options: &[&str]) -> Option<Self> {
        let basic = match basic {
            "X" => Action::Remove,
            "Z" | "X/Z" => Action::Empty,
            "D" | "Z/D" | "X/D" | "X/Z/D" => Action::Dummy,
            "U" | "X/Z/U*" => Action::Uid,
            _ => return None,
        };
        let mut row = Self {
            basic,
            options: [None; N_OPTIONS],
        };
        for (place, cell) in row.options.iter_mut().zip(options) {
            *place = match *cell {
                "" => None,
                "K" => Some(Action::Keep),
                "C" => Some(Action::Clean),
                _ => return None,
            };
        }
        Some(row)
    }

    /// What is done under a policy. Where two options differ, cleaning is stricter than keeping.
    pub(super) fn action(&self, policy: &Policy) -> Action {
        let is_chosen = [
            policy.retain_uids,
            policy.retain_device,
            policy.retain_institution,
            policy.retain_patient_characteristics,
            policy.dates == Dates::Keep,
            policy.dates == Dates::Shift,
            policy.clean_descriptors,
            policy.clean_structured_content,
            policy.clean_graphics,
        ];
        let chosen = self.options.iter().zip(is_chosen);
        let chosen: Vec<Action> = chosen
            .filter(|(_, is_chosen)| *is_chosen)
            .filter_map(|(it, _)| *it)
            .collect();
        if chosen.contains(&Action::Clean) {
            return Action::Clean;
        }
        chosen.first().copied().unwrap_or(self.basic)
    }
}

/// Both tables.
#[derive(Debug)]
pub(super) struct Table {
    edition: String,
    rows: BTreeMap<Tag, Row>,
    /// By coding scheme and code of the concept name, and the type of the value.
    content: BTreeMap<[String; 3], Row>,
    /// By private creator, group and the low byte of the element.
    safe_private: BTreeMap<(String, u16, u8), ()>,
}

impl Table {
    /// The tables that are compiled in.
    pub(super) fn built_in() -> Self {
        let text = include_str!("annex_e.tsv");
        let edition = text.split_once("PS3.15 ").map_or("", |it| it.1);
        let mut table = Self {
            edition: edition.chars().take(5).collect(),
            rows: BTreeMap::new(),
            content: BTreeMap::new(),
            safe_private: BTreeMap::new(),
        };
        for cells in cells(text) {
            if let [tag, basic, options @ .., _name] = cells.as_slice()
                // Groups 50xx and 60xx and private attributes have rules of their own.
                && let Some(tag) = parse_tag(tag)
                && let Some(row) = Row::parse(basic, options)
            {
                table.rows.insert(tag, row);
            }
        }
        for cells in cells(include_str!("annex_e_content.tsv")) {
            if let [scheme, code, kind, basic, options @ ..] = cells.as_slice()
                && let Some(row) = Row::parse(basic, options)
            {
                let key = [scheme, code, kind].map(|it| (*it).to_owned());
                table.content.insert(key, row);
            }
        }
        for cells in cells(include_str!("safe_private.tsv")) {
            if let [creator, group, element, _vr] = cells.as_slice()
                && let Ok(group) = u16::from_str_radix(group, 16)
                && let Ok(element) = u8::from_str_radix(element, 16)
            {
                let key = ((*creator).to_owned(), group, element);
                table.safe_private.insert(key, ());
            }
        }
        table
    }

    /// The edition of the standard, such as `2026d`.
    pub(super) fn edition(&self) -> &str {
        &self.edition
    }

    /// The row of an attribute.
    pub(super) fn row(&self, tag: Tag) -> Option<&Row> {
        self.rows.get(&tag)
    }

    /// The row of a content item; where it has another type than the standard says, that of its concept.
    pub(super) fn content(&self, scheme: &str, code: &str, kind: &str) -> Option<&Row> {
        let key = [scheme, code, kind].map(str::to_owned);
        let of_concept = || {
            let first = [scheme.to_owned(), code.to_owned(), String::new()];
            let (found, row) = self.content.range(first..).next()?;
            (found.iter().zip(&key).take(2).all(|(it, key)| it == key)).then_some(row)
        };
        self.content.get(&key).or_else(of_concept)
    }

    /// Whether the standard lists a private attribute as safe.
    pub(super) fn is_safe_private(&self, creator: &str, tag: Tag) -> bool {
        let [_, low] = tag.element().to_be_bytes();
        let key = (creator.to_owned(), tag.group(), low);
        self.safe_private.contains_key(&key)
    }

    /// The tables without the row of an attribute, to see whether that is noticed.
    #[cfg(test)]
    pub(super) fn without(mut self, tag: Tag) -> Self {
        self.rows.remove(&tag);
        self
    }
}

fn cells(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|it| !it.starts_with('#'));
    lines.map(|it| it.split('\t').collect())
}

fn parse_tag(text: &str) -> Option<Tag> {
    let number = u32::from_str_radix(text, 16).ok()?;
    Some(Tag((number >> 16) as u16, (number & 0xffff) as u16))
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::{Action, Table};
    use crate::deid::{Dates, Policy};

    #[test]
    fn the_tables_are_those_of_the_edition() {
        let table = Table::built_in();
        assert_eq!(table.edition(), "2026d");
        // 657 rows, less curve data, overlay data, overlay comments and private attributes.
        assert_eq!(table.rows.len(), 653);
        assert_eq!(table.content.len(), 214);
        assert_eq!(table.safe_private.len(), 87);
    }

    #[test]
    fn options_change_the_action_and_cleaning_is_stricter_than_keeping() {
        let table = Table::built_in();
        let action = |tag, policy: &Policy| table.row(tag).map(|it| it.action(policy));
        let basic = Policy::BASIC;
        let with = |dates, retain_device| Policy {
            dates,
            retain_device,
            ..Policy::BASIC
        };
        assert_eq!(action(tags::PATIENT_NAME, &basic), Some(Action::Empty));
        assert_eq!(action(tags::PATIENT_ID, &basic), Some(Action::Dummy));
        assert_eq!(
            action(tags::SERIES_DESCRIPTION, &basic),
            Some(Action::Remove)
        );
        assert_eq!(action(tags::STUDY_DATE, &basic), Some(Action::Empty));
        let shifted = with(Dates::Shift, false);
        assert_eq!(action(tags::STUDY_DATE, &shifted), Some(Action::Clean));
        let kept = with(Dates::Keep, false);
        assert_eq!(action(tags::STUDY_DATE, &kept), Some(Action::Keep));
        // Date of Last Detector Calibration: kept with the device, moved with the dates.
        let both = with(Dates::Shift, true);
        let calibrated = tags::DATE_OF_LAST_DETECTOR_CALIBRATION;
        assert_eq!(action(calibrated, &both), Some(Action::Clean));
        assert_eq!(action(tags::ROWS, &basic), None);
    }
}
