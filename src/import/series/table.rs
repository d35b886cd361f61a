//! Text as cells: which mark stands between them, and whether it is a table of measurements at all.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{CELLS_LIMIT, COLUMNS_LIMIT, Refusal, columns::TimeUnit, number};
use crate::case::Variable;

/// A table with a header.
pub(super) struct Table {
    pub(super) delimiter: char,
    pub(super) header: StringRecord,
    /// Each with its line; the header is line 1.
    pub(super) rows: Vec<(usize, StringRecord)>,
    /// Rows with fewer or more cells than the header.
    pub(super) n_torn: usize,
    /// Rows with something beyond the last column.
    n_over: usize,
}

impl Table {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let delimiter = delimiter(text);
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter as u8)
            .trim(Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let odd = |_: csv::Error| Refusal::malformed("a table", "a row that cannot be read");
        let header = reader.headers().map_err(odd)?.clone();
        if COLUMNS_LIMIT < header.len() {
            let (limit, found) = (COLUMNS_LIMIT as u64, header.len() as u64);
            return Err(Refusal::too_large("a number of columns", limit, found));
        }
        let (mut rows, mut n_torn, mut n_over, mut n_cells) = (Vec::new(), 0, 0, 0);
        for record in reader.records() {
            let record = record.map_err(odd)?;
            n_torn += usize::from(record.len() != header.len());
            let is_over = record.iter().skip(header.len()).any(|it| !it.is_empty());
            n_over += usize::from(is_over);
            n_cells += record.len().max(4);
            if CELLS_LIMIT < n_cells {
                return Err(Refusal::too_large(
                    "a number of cells",
                    CELLS_LIMIT as u64,
                    n_cells as u64,
                ));
            }
            let line = record.position().map_or(0, csv::Position::line);
            rows.push((usize::try_from(line).unwrap_or(usize::MAX), record));
        }
        Ok(Self {
            delimiter,
            header,
            rows,
            n_torn,
            n_over,
        })
    }

    /// Refuses a table with something beyond its last column: a decimal comma between commas would cut a value in two.
    pub(super) fn narrow(self) -> Result<Self, Refusal> {
        if self.n_over == 0 {
            return Ok(self);
        }
        Err(Refusal::series(
            "rows with no more cells than the header",
            format!(
                "{} rows with more (a decimal comma between commas?)",
                self.n_over
            ),
        ))
    }

    /// The first column with one of these names, folded.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        let found = |name: &&str| self.header.iter().position(|it| folded(it) == **name);
        names.iter().find_map(found)
    }
}

/// The mark that the first line has most of; a comma if it has none.
fn delimiter(text: &str) -> char {
    let first = text
        .lines()
        .find(|it| !it.trim().is_empty())
        .unwrap_or_default();
    let count = |mark: &char| first.matches(*mark).count();
    // The last of several equals wins.
    [',', '|', '\t', ';']
        .into_iter()
        .max_by_key(count)
        .filter(|it| 0 < count(it))
        .unwrap_or(',')
}

/// Lower case; letters and digits only.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|it| it.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Names of columns of times, folded.
pub(super) const TIMES: &[&str] = &[
    "time",
    "datetime",
    "timestamp",
    "charttime",
    "hours",
    "hour",
    "minutes",
    "minute",
    "hourssinceadmission",
    "minutessinceadmission",
    "timeh",
    "timehours",
    "timemin",
    "timeminutes",
    "zeit",
    "zeitpunkt",
    "effectivedatetime",
];
/// Of variables, in a table with one value a row.
pub(super) const NAMES: &[&str] = &[
    "code",
    "loinc",
    "variable",
    "parameter",
    "lab",
    "measurement",
    "name",
];
pub(super) const VALUES: &[&str] = &["value", "result", "wert"];
pub(super) const UNITS: &[&str] = &["unit", "units", "einheit", "uom"];
pub(super) const PATIENTS: &[&str] = &[
    "patient",
    "patientid",
    "subject",
    "subjectid",
    "record",
    "recordid",
    "pid",
    "mrn",
];
pub(super) const ENCOUNTERS: &[&str] = &[
    "encounter",
    "encounterid",
    "hadmid",
    "stayid",
    "icustayid",
    "visit",
    "visitid",
];

/// What numbers in a column of times count, by its name.
pub(super) fn time_unit(name: &str) -> Option<TimeUnit> {
    let name = folded(name);
    if name.contains("hour") || name.ends_with("timeh") {
        Some(TimeUnit::Hours)
    } else if name.contains("minute") || name.ends_with("timemin") {
        Some(TimeUnit::Minutes)
    } else {
        None
    }
}

/// The variable of a column, and the unit in brackets at the end of its name.
pub(super) fn named(name: &str) -> Option<(Variable, Option<&str>)> {
    if let Some(variable) = Variable::of_alias(name) {
        return Some((variable, None));
    }
    let name = name.trim();
    let (open, close) = if name.ends_with(']') {
        ('[', ']')
    } else {
        ('(', ')')
    };
    // `[degF]` in brackets: the outer pair is the header's.
    let inside = name.strip_suffix(close)?;
    let (before, unit) = inside.split_once(open)?;
    Some((Variable::of_alias(before)?, Some(unit.trim())))
}

/// Whether a text is a table of measurements.
pub(super) fn is_series(text: &str) -> bool {
    // What is far down decides nothing, and is not worth the time.
    let head: String = text
        .lines()
        .filter(|it| !it.trim().is_empty())
        .take(50)
        .collect::<Vec<_>>()
        .join("\n");
    let Ok(table) = Table::parse(&head) else {
        return false;
    };
    // Sentences below a first line with commas are not rows.
    let n_single = table.rows.iter().filter(|(_, it)| it.len() < 2).count();
    let has_rows = n_single * 2 <= table.rows.len();
    if table.header.len() < 2 || !has_rows || table.column(TIMES).is_none() {
        return false;
    }
    let is_long = table.column(NAMES).is_some() && table.column(VALUES).is_some();
    let knows_one = table.header.iter().any(|it| named(it).is_some());
    let cells = || table.rows.iter().flat_map(|(_, it)| it.iter().skip(1));
    let is_number = |it: &&str| {
        matches!(
            number::cell(&it.replace(',', "."), '.'),
            number::Cell::Number(_)
        )
    };
    let is_numbers = cells().count() < 2 * cells().filter(is_number).count();
    let is_even = table.n_torn * 2 <= table.rows.len();
    is_long || knows_one || (is_even && is_numbers)
}
