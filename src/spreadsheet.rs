//! Comma-separated tables as spreadsheets and scripts write them: with or without a byte order mark, with line ends of
//! any system, quoted cells of several lines, spaces around cells.

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

/// A table with a header.
pub(crate) struct Spreadsheet {
    pub(crate) header: StringRecord,
    /// Each with its line in the file; the header is line 1.
    pub(crate) rows: Vec<(usize, StringRecord)>,
}

/// Why it cannot be read, without a word of its content.
pub(crate) struct Odd {
    pub(crate) line: usize,
    pub(crate) cause: String,
}

impl Spreadsheet {
    /// Reads UTF-8.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Odd> {
        Self::read(bytes, &mut ReaderBuilder::new())
    }

    /// Reads UTF-8 with tabs between cells, where a quote is a letter like others.
    pub(crate) fn parse_tabs(bytes: &[u8]) -> Result<Self, Odd> {
        Self::read(bytes, ReaderBuilder::new().delimiter(b'\t').quoting(false))
    }

    fn read(bytes: &[u8], builder: &mut ReaderBuilder) -> Result<Self, Odd> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut lines = Lines {
            text,
            line: 1,
            at: 0,
        };
        let mut reader = builder.trim(Trim::All).from_reader(text);
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(odd(&error, &mut lines)),
        };
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|it| odd(&it, &mut lines))?;
            let byte = record.position().map_or(0, csv::Position::byte);
            rows.push((lines.of(byte), record));
        }
        Ok(Self { header, rows })
    }

    /// Where a column stands.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|it| it == name)
    }

    /// The columns that there are, for a refusal.
    pub(crate) fn columns(&self) -> String {
        self.header.iter().collect::<Vec<_>>().join(", ")
    }
}

/// Counts line ends. (The reader's own count stands before a line feed that it has not read yet.)
struct Lines<'a> {
    text: &'a [u8],
    line: usize,
    at: usize,
}

impl Lines<'_> {
    /// The line of the record that begins at a byte or after the line ends there.
    fn of(&mut self, byte: u64) -> usize {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(next) = self.text.get(self.at)
            && (self.at < byte || matches!(next, b'\r' | b'\n'))
        {
            self.line += usize::from(*next == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn odd(error: &csv::Error, lines: &mut Lines<'_>) -> Odd {
    let cause = match error.kind() {
        ErrorKind::Utf8 { .. } => "text that is not UTF-8".to_owned(),
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} cells where the header has {expected_len}"),
        _ => "a row that cannot be read".to_owned(),
    };
    let byte = error.position().map_or(0, csv::Position::byte);
    Odd {
        line: lines.of(byte),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::Spreadsheet;

    fn lines(text: &str) -> Vec<usize> {
        let Ok(table) = Spreadsheet::parse(text.as_bytes()) else {
            panic!("a table")
        };
        assert_eq!(table.column("b"), Some(1));
        table.rows.iter().map(|(line, _)| *line).collect()
    }

    #[test]
    fn rows_know_their_lines_whatever_ends_them() {
        assert_eq!(lines("a,b\n1,2\n3,4\n"), [2, 3]);
        assert_eq!(lines("\u{feff}a,b\r\n1,2\r\n\r\n3,4"), [2, 4]);
        assert_eq!(lines("a,b\n\"1\n\n1\",2\n3,4\n"), [2, 5]);
    }

    #[test]
    fn a_torn_row_is_told_by_its_line() {
        let Err(odd) = Spreadsheet::parse(b"a,b\r\n1,2\r\n1,2,3\r\n") else {
            panic!("it was read")
        };
        assert_eq!(
            (odd.line, odd.cause.as_str()),
            (3, "3 cells where the header has 2")
        );
    }
}
