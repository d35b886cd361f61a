//! Tables of cases: comma-separated image files, and notes as JSON lines.

use std::path::Path;

use super::{Case, Content, class, existing, group_of, known_labels, named_places, strs};
use crate::{
    disk::{self, Sha256},
    privacy::Phi,
    spreadsheet::{Odd, Spreadsheet},
    training::{Error, Result, recipe::Source},
};

/// The largest table that is read.
const TABLE_LIMIT: u64 = 1 << 30;

/// A row of a comma-separated table.
pub(super) struct Row {
    line: usize,
    pub(super) key: String,
    label: String,
    group: Option<String>,
    part: Option<String>,
    fold: Option<String>,
    degree: Option<f64>,
}

/// Image files below the source's folder.
pub(super) fn images(source: &Source, data: &Path) -> Result<Vec<Case>> {
    let folder = data.join(&source.folder);
    let cases = cases(source, &rows(source, data)?, |row| {
        Some(Content::File(
            folder.join(format!("{}{}", row.key, source.ending)),
        ))
    })?;
    existing(&cases)?;
    Ok(cases)
}

/// The cases of some rows; `content` says what the row's key names, or that nothing has this name.
pub(super) fn cases(
    source: &Source,
    rows: &[Row],
    content: impl Fn(&Row) -> Option<Content>,
) -> Result<Vec<Case>> {
    let (mut cases, mut unknown, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let place = format!("line {}", row.line);
        match (class(source, &row.label), content(row)) {
            (Err(()), _) => unknown.push(place),
            (Ok(None), _) if row.degree.is_none() => {}
            (Ok(_), None) => missing.push(place),
            (Ok(class), Some(content)) => {
                let group = row.group.clone().unwrap_or_else(|| {
                    let stem = Path::new(&row.key).file_stem();
                    group_of(source, &stem.unwrap_or_default().to_string_lossy())
                });
                cases.push(Case {
                    content,
                    class,
                    degree: row.degree,
                    is_test: row.part.as_ref().is_some_and(|it| *it == source.test),
                    fold: fold(source, &group, row.fold.as_deref()),
                    group,
                    place,
                });
            }
        }
    }
    known_labels(source, &unknown)?;
    if missing.is_empty() {
        return Ok(cases);
    }
    Err(Error::Missing {
        n: missing.len(),
        places: named_places(&strs(&missing)),
    })
}

/// The fold of a group: by a hash of its name where the source says so, else as the column has it.
fn fold(source: &Source, group: &str, column: Option<&str>) -> String {
    match source.folds {
        Some(n) => (Sha256::of(group.as_bytes()).number() % n.max(1) as u64).to_string(),
        None => column.unwrap_or_default().to_owned(),
    }
}

/// The rows of the source's table.
pub(super) fn rows(source: &Source, data: &Path) -> Result<Vec<Row>> {
    let bytes = disk::read(&data.join(&source.table), TABLE_LIMIT)?;
    let sheet =
        Spreadsheet::parse(&bytes).map_err(|Odd { line, cause }| Error::Table { line, cause })?;
    let needed = |column: &str| {
        sheet.column(column).ok_or_else(|| Error::Table {
            line: 1,
            cause: format!("wanted a column {column}, found none"),
        })
    };
    let asked = |column: &str| match column {
        "" => Ok(None),
        column => needed(column).map(Some),
    };
    let (key, label) = (needed(&source.key)?, needed(&source.label)?);
    let (group, part) = (asked(&source.group)?, asked(&source.split)?);
    let fold = asked(&source.fold)?;
    let degrees = source.degrees.as_ref();
    let degree = degrees.map(|it| needed(&it.column)).transpose()?;
    let mut rows = Vec::new();
    for (line, record) in &sheet.rows {
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        rows.push(Row {
            line: *line,
            key: cell(key),
            label: cell(label),
            group: group.map(cell),
            part: part.map(cell),
            fold: fold.map(cell),
            degree: degrees
                .zip(degree)
                .and_then(|(it, at)| it.values.get(&cell(at)).copied()),
        });
    }
    Ok(rows)
}

/// JSON lines with a field `text`.
pub(super) fn notes(source: &Source, data: &Path) -> Result<Vec<Case>> {
    let bytes = disk::read(&data.join(&source.table), TABLE_LIMIT)?;
    let text = String::from_utf8(bytes).map_err(|it| Error::Table {
        line: 0,
        cause: it.to_string(),
    })?;
    let (mut cases, mut unknown) = (Vec::new(), Vec::new());
    for (idx, line) in text.lines().enumerate() {
        let odd = |cause: String| Error::Table {
            line: idx + 1,
            cause,
        };
        let row: serde_json::Value =
            serde_json::from_str(line).map_err(|it| odd(it.to_string()))?;
        let cell = |column: &str| match row.get(column) {
            Some(serde_json::Value::String(it)) => Ok(it.clone()),
            Some(serde_json::Value::Number(it)) => Ok(it.to_string()),
            _ => Err(odd(format!("no field {column}"))),
        };
        let place = format!("line {}", idx + 1);
        // A note without a label still teaches language; so does one whose label is left out.
        let class = match cell(&source.label) {
            Ok(label) => class(source, &label).unwrap_or_else(|()| {
                unknown.push(place.clone());
                None
            }),
            Err(_) => None,
        };
        let group = cell(&source.group)?;
        cases.push(Case {
            content: Content::Text(Phi::new(cell("text")?)),
            class,
            degree: None,
            is_test: cell(&source.split)? == source.test,
            fold: match source.folds {
                Some(_) => fold(source, &group, None),
                None => cell(&source.fold)?,
            },
            group,
            place,
        });
    }
    known_labels(source, &unknown)?;
    Ok(cases)
}
