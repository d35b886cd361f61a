//! Nucleotide sequences as the UCI repository has them: lines of class, name and letters, parted by commas and tabs.

use std::path::Path;

use super::{Case, Content, class, known_labels};
use crate::{
    case::sequence::Letters,
    disk,
    training::{Error, Result, recipe::Source},
};

/// The largest file that is read.
const FILE_LIMIT: u64 = 1 << 28;

/// One case for each line; each is a fold and a group of its own.
pub(super) fn read(source: &Source, data: &Path) -> Result<Vec<Case>> {
    let bytes = disk::read(&data.join(&source.table), FILE_LIMIT)?;
    let text = String::from_utf8_lossy(&bytes);
    let (mut cases, mut unknown) = (Vec::new(), Vec::new());
    for (idx, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("line {}", idx + 1);
        let mut cells = line.splitn(3, ',').map(str::trim);
        let (Some(label), Some(name), Some(letters)) = (cells.next(), cells.next(), cells.next())
        else {
            return Err(Error::Table {
                line: idx + 1,
                cause: "wanted class, name and sequence".to_owned(),
            });
        };
        let Ok(class) = class(source, label) else {
            unknown.push(place);
            continue;
        };
        let letters = Letters::parse(letters).map_err(|it| Error::Table {
            line: idx + 1,
            cause: it.to_string(),
        })?;
        let number = cases.len() + 1;
        cases.push(Case {
            content: Content::Sequence(letters),
            class,
            degree: None,
            group: format!("{number} {name}"),
            is_test: false,
            fold: number.to_string(),
            place,
        });
    }
    known_labels(source, &unknown)?;
    Ok(cases)
}
