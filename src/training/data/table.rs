//! Tables of cases: comma-separated image files, and notes as JSON lines.

use std::{collections::BTreeMap, path::Path};

use super::{Case, Content, class, existing, group_of, known_labels, named_places, strs};
use crate::{
    disk::{self, Sha256},
    prep::terms::MARKS,
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

/// Texts of one table, or of several that are a part each.
pub(super) fn notes(source: &Source, data: &Path) -> Result<Vec<Case>> {
    let (mut cases, mut unknown) = (Vec::new(), Vec::new());
    let single = [(&source.table, None)];
    let several = source
        .tables
        .iter()
        .map(|(table, part)| (table, Some(part)));
    let tables: Vec<_> = match source.tables.is_empty() {
        true => single.to_vec(),
        false => several.collect(),
    };
    for (table, part) in tables {
        for row in note_rows(&data.join(table))? {
            let (case, is_known) = note(source, (table, part), &row)?;
            if !is_known {
                unknown.push(case.place.clone());
            }
            cases.push(case);
        }
    }
    known_labels(source, &unknown)?;
    Ok(cases)
}

/// One text; and whether its label is known or left out.
fn note(
    source: &Source,
    (table, part): (&String, Option<&String>),
    row: &NoteRow,
) -> Result<(Case, bool)> {
    let cell = |column: &str| {
        row.cells.get(column).cloned().ok_or_else(|| Error::Table {
            line: row.line,
            cause: format!("no field {column}"),
        })
    };
    // A note without a label still teaches language; so does one whose label is left out.
    let class = match cell(&source.label) {
        Ok(label) if !source.classes.is_empty() => class(source, &label),
        _ => Ok(None),
    };
    let group = match source.group.as_str() {
        "" => cell(&source.key)?,
        column => cell(column)?,
    };
    let (line, name) = (row.line, Path::new(table).file_name().unwrap_or_default());
    let (group, place) = match part {
        None => (group, format!("line {line}")),
        // Each table counts its notes from 0.
        Some(_) => (
            format!("{table}: {group}"),
            format!("line {line} of {}", name.display()),
        ),
    };
    let of_column = |column: &str| match (part, column) {
        (Some(part), _) => Ok(part.clone()),
        (None, "") => Ok(String::new()),
        (None, column) => cell(column),
    };
    let text = cell(&source.text)?;
    let text = match source.mark.as_str() {
        "" => text,
        column => marked(&text, &cell(column)?),
    };
    let is_known = class.is_ok();
    let case = Case {
        content: Content::Text(Phi::new(text)),
        class: class.unwrap_or(None),
        degree: None,
        is_test: source.has_test() && of_column(&source.split)? == source.test,
        fold: match source.folds {
            Some(_) => fold(source, &group, None),
            None => of_column(&source.fold)?,
        },
        group,
        place,
    };
    Ok((case, is_known))
}

/// The text with some words of it in marks: where they stand first, in whatever case, else before it.
fn marked(text: &str, words: &str) -> String {
    let [open, close] = MARKS;
    let words = words.trim();
    // ASCII letters alone change case without changing the length.
    let found = text.to_ascii_lowercase().find(&words.to_ascii_lowercase());
    let parts = found.and_then(|at| {
        let (before, rest) = text.split_at_checked(at)?;
        let (inside, after) = rest.split_at_checked(words.len())?;
        Some((before, inside, after))
    });
    match parts {
        Some((before, inside, after)) => format!("{before}{open}{inside}{close}{after}"),
        None => format!("{open}{words}{close} {text}"),
    }
}

/// One row: its line, and what stands in each column.
struct NoteRow {
    line: usize,
    cells: BTreeMap<String, String>,
}

/// The rows of a table of texts; what it is is told by its name.
fn note_rows(path: &Path) -> Result<Vec<NoteRow>> {
    let bytes = disk::read(path, TABLE_LIMIT)?;
    let odd = |Odd { line, cause }| Error::Table { line, cause };
    let ending = path
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    let sheet = match ending {
        "csv" => Spreadsheet::parse(&bytes).map_err(odd)?,
        "tsv" => Spreadsheet::parse_tabs(&bytes).map_err(odd)?,
        _ => return json_rows(bytes),
    };
    let row = |(line, record): &(usize, csv::StringRecord)| NoteRow {
        line: *line,
        cells: sheet
            .header
            .iter()
            .zip(record)
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect(),
    };
    Ok(sheet.rows.iter().map(row).collect())
}

/// JSON lines: texts and numbers.
fn json_rows(bytes: Vec<u8>) -> Result<Vec<NoteRow>> {
    let text = String::from_utf8(bytes).map_err(|it| Error::Table {
        line: 0,
        cause: it.to_string(),
    })?;
    let mut rows = Vec::new();
    for (idx, line) in text.lines().enumerate() {
        let row: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|it| Error::Table {
                line: idx + 1,
                cause: it.to_string(),
            })?;
        let cell = |(name, value)| match value {
            serde_json::Value::String(it) => Some((name, it)),
            serde_json::Value::Number(it) => Some((name, it.to_string())),
            _ => None,
        };
        rows.push(NoteRow {
            line: idx + 1,
            cells: row.into_iter().filter_map(cell).collect(),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn words_are_marked_where_they_stand_in_any_case() {
        assert_eq!(marked("No EDEMA. Edema", "edema"), "No «EDEMA». Edema");
        assert_eq!(marked("Supple.", "neck supple"), "«neck supple» Supple.");
        assert_eq!(marked("Ödem. No rash", "rash "), "Ödem. No «rash»");
    }
}
