//! The table of labelled cases.

use std::path::{Path, PathBuf};

use super::{
    Error, Result,
    recipe::{Source, SourceKind},
};
use crate::{
    disk::{self, Sha256},
    privacy::Phi,
};

/// The largest table that is read.
const TABLE_LIMIT: u64 = 1 << 30;

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Case {
    pub content: Content,
    /// Position of the answer; `None` for a note without a label, which only teaches language.
    pub class: Option<usize>,
    /// How far it speaks for the label, where the recipe names degrees.
    pub degree: Option<f64>,
    pub group: String,
    pub is_test: bool,
    pub fold: String,
}

/// What is learned from.
#[derive(Clone, Debug)]
pub enum Content {
    File(PathBuf),
    Text(Phi<String>),
}

/// Reads the table below the folder `data`.
///
/// # Errors
/// A table that cannot be read, or a row that lacks a column.
pub fn read(source: &Source, data: &Path) -> Result<Vec<Case>> {
    let path = data.join(&source.table);
    let bytes = disk::read(&path, TABLE_LIMIT)?;
    let text = String::from_utf8(bytes).map_err(|it| Error::Table {
        line: 0,
        cause: it.to_string(),
    })?;
    match source.kind {
        SourceKind::Images => images(source, &data.join(&source.folder), &text),
        SourceKind::Notes => notes(source, &text),
    }
}

fn images(source: &Source, folder: &Path, text: &str) -> Result<Vec<Case>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut cases = Vec::new();
    for (idx, line) in lines.enumerate() {
        let odd = |cause: &str| Error::Table {
            line: idx + 2,
            cause: cause.to_owned(),
        };
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != header.len() || line.contains('"') {
            return Err(odd("another number of cells than the header, or quotes"));
        }
        let cell = |column: &str| {
            let at = header.iter().position(|it| *it == column);
            at.and_then(|it| cells.get(it))
                .map(|it| (*it).to_owned())
                .ok_or_else(|| odd(&format!("no column {column}")))
        };
        let content = Content::File(folder.join(cell(&source.key)? + &source.ending));
        cases.push(case(source, content, Some(cell(&source.label)?), &cell)?);
    }
    Ok(cases)
}

fn notes(source: &Source, text: &str) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
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
        let content = Content::Text(Phi::new(cell("text")?));
        cases.push(case(source, content, cell(&source.label).ok(), &cell)?);
    }
    Ok(cases)
}

fn case(
    source: &Source,
    content: Content,
    label: Option<String>,
    cell: &dyn Fn(&str) -> Result<String>,
) -> Result<Case> {
    let group = cell(&source.group)?;
    let fold = match source.folds {
        Some(n) => (Sha256::of(group.as_bytes()).number() % n.max(1) as u64).to_string(),
        None => cell(&source.fold)?,
    };
    let degree = match &source.degrees {
        Some(degrees) => degrees.values.get(&cell(&degrees.column)?).copied(),
        None => None,
    };
    Ok(Case {
        content,
        degree,
        class: label.and_then(|it| source.classes.get(&it).copied()),
        group,
        is_test: cell(&source.split)? == source.test,
        fold,
    })
}
