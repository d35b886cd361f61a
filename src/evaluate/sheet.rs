//! A table as it stands in the file: comma-separated, with tabs between cells, or JSON lines; told by its name.

use std::path::Path;

use serde_json::{Map, Value};

use super::{Error, Result};
use crate::spreadsheet::{Odd, Spreadsheet};

/// The longest cell that a message may quote: a longer one may be the text of a note.
const N_QUOTED: usize = 40;

/// Columns and rows.
pub(super) struct Sheet {
    columns: Vec<String>,
    pub(super) rows: Vec<Record>,
}

/// A row.
pub(super) struct Record {
    /// In the file; the header of a spreadsheet is line 1.
    pub(super) line: usize,
    /// In the order of the columns; `None` for what JSON leaves out or calls null.
    cells: Vec<Option<String>>,
}

impl Record {
    /// What stands in a column, if anything does.
    pub(super) fn cell(&self, at: usize) -> Option<&str> {
        self.cells.get(at)?.as_deref()
    }
}

impl Sheet {
    /// Reads a table of this name.
    pub(super) fn parse(bytes: &[u8], name: &Path) -> Result<Self> {
        let ending = name.extension().and_then(|it| it.to_str());
        let sheet = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("jsonl" | "ndjson" | "json") => return Self::of_json(bytes),
            Some("tsv") => Spreadsheet::parse_tabs(bytes),
            _ => Spreadsheet::parse(bytes),
        };
        let sheet = sheet.map_err(|Odd { line, cause }| Error::Table { line, cause })?;
        let record = |(line, record): (usize, csv::StringRecord)| Record {
            line,
            cells: record.iter().map(|it| Some(it.to_owned())).collect(),
        };
        Ok(Self {
            columns: sheet.header.iter().map(str::to_owned).collect(),
            rows: sheet.rows.into_iter().map(record).collect(),
        })
    }

    /// One object a line; its texts and numbers are cells.
    fn of_json(bytes: &[u8]) -> Result<Self> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let odd = |line: usize, cause: &str| Error::Table {
            line,
            cause: cause.to_owned(),
        };
        let mut sheet = Self {
            columns: Vec::new(),
            rows: Vec::new(),
        };
        for (line, bytes) in (1..).zip(text.split(|it| *it == b'\n')) {
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            // What the parser says may quote the line.
            let object: Map<String, Value> =
                serde_json::from_slice(bytes).map_err(|_it| odd(line, "no JSON object"))?;
            let mut cells = vec![None; sheet.columns.len()];
            for (name, value) in object {
                let cell = match value {
                    Value::Null => continue,
                    Value::String(it) => it,
                    other => other.to_string(),
                };
                match sheet.column(&name) {
                    Some(at) => cells.splice(at..=at, [Some(cell)]).for_each(drop),
                    None => {
                        sheet.columns.push(name);
                        cells.push(Some(cell));
                    }
                }
            }
            sheet.rows.push(Record { line, cells });
        }
        Ok(sheet)
    }

    /// Where a column stands.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|it| it == name)
    }

    /// Where a column stands, or a refusal that names those that there are.
    pub(super) fn needed(&self, name: &str) -> Result<usize> {
        self.column(name).ok_or_else(|| self.without(name))
    }

    /// The refusal of a table that lacks a column.
    pub(super) fn without(&self, name: &str) -> Error {
        let found: Vec<String> = self.columns.iter().map(|it| quoted(it)).collect();
        Error::Column {
            want: name.to_owned(),
            found: found.join(", "),
        }
    }
}

/// A cell as a message may have it: without control characters, which a terminal would obey, and a long one not at all.
pub(super) fn quoted(cell: &str) -> String {
    if N_QUOTED < cell.chars().count() {
        return "a longer text".to_owned();
    }
    let shown = |it: char| {
        if it.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            it
        }
    };
    cell.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Sheet;
    use crate::evaluate::Error;

    #[test]
    fn json_lines_are_a_table_whose_columns_are_those_of_any_line() {
        let text = "{\"a\": \"x\", \"b\": 1.5}\n\n{\"c\": null, \"b\": \"y\", \"d\": true}\n";
        let sheet = Sheet::parse(text.as_bytes(), Path::new("t.jsonl")).unwrap();
        let cells = |row: usize| -> Vec<Option<&str>> {
            let columns = ["a", "b", "d"].map(|it| sheet.column(it).unwrap());
            columns.map(|it| sheet.rows[row].cell(it)).to_vec()
        };
        assert_eq!(sheet.rows[1].line, 3);
        assert_eq!(cells(0), [Some("x"), Some("1.5"), None]);
        assert_eq!(cells(1), [None, Some("y"), Some("true")]);
        assert_eq!(sheet.column("c"), None);
        let Err(Error::Table { line, cause }) = Sheet::parse(b"{}\n{oops", Path::new("t.jsonl"))
        else {
            panic!("it was read")
        };
        assert_eq!((line, cause.as_str()), (2, "no JSON object"));
    }
}
