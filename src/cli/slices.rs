//! `--slices`: the other files of a series, for a model that reads the slices next to the one that is pointed at.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::Decoder;
use crate::{
    case::{
        Scan,
        stack::{Neighbours, SeriesKey, SliceId, Studies},
    },
    failure::Failure,
    import::Opened,
};

/// The slices next to a frame among those of these files; the scan's own may be one of them.
pub(super) fn neighbours(
    scan: &Scan,
    frame_idx: usize,
    (files, decoder): (&[PathBuf], &Decoder),
) -> Result<Neighbours, Failure> {
    let key = SeriesKey::of(&scan.header).ok_or_else(|| other_series("none"))?;
    let mut studies = Studies::default();
    studies.insert(&scan.header, 0);
    let mut scans = BTreeMap::new();
    for (number, path) in (1..).zip(files) {
        let opened = decoder.open(path).map_err(|it| Failure::from(&it))?;
        let Opened::Scan(other) = opened else {
            return Err(other_series("no scan"));
        };
        if other.header.file_sha256 == scan.header.file_sha256 {
            continue;
        }
        if SeriesKey::of(&other.header).as_ref() != Some(&key) {
            return Err(other_series("a file of another one"));
        }
        studies.insert(&other.header, number);
        scans.insert(number, Arc::new(other));
    }
    let id = SliceId { file: 0, frame_idx };
    let stacks = studies.get(&key).into_iter().flat_map(|it| it.1.iter());
    let mut found = stacks.filter_map(|it| it.neighbours(id, |file| scans.get(&file).cloned()));
    Ok(found.next().unwrap_or_default())
}

fn other_series(found: &str) -> Failure {
    Failure {
        headline: "The slices beside it must be of its series".to_owned(),
        remedy: "Name the other files of the series of one patient with --slices.".to_owned(),
        cause: format!("wanted files of one series, found {found}"),
    }
}
