//! What a person says of a table whose columns do not speak for themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{case::Variable, privacy::Phi};

/// What the caller knows of a file beyond its bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hints {
    /// What the columns of a table mean.
    pub columns: Option<Columns>,
    /// Whose values to read where a file has several patients.
    pub patient: Phi<Option<String>>,
}

/// What the columns of a table mean, as a small TOML file says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The column of times.
    pub time: Option<String>,
    /// `hours` or `minutes`, where times are numbers.
    pub time_unit: Option<TimeUnit>,
    /// The column of patients.
    pub patient: Option<String>,
    /// The column of encounters.
    pub encounter: Option<String>,
    /// The decimal mark: `.` or `,`.
    pub decimal: Option<char>,
    /// Columns (or, in a table with one value a row, names of variables) by how the file has them.
    #[serde(default)]
    pub columns: BTreeMap<String, Column>,
}

/// What times that are numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    Hours,
    Minutes,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub variable: Variable,
    /// UCUM or a common spelling; the canonical unit if it is not said.
    pub unit: Option<String>,
}

impl Columns {
    /// Reads the TOML file.
    ///
    /// # Errors
    /// What was wanted and found, with the line: a name that is no variable, a unit that the variable does not have,
    /// a decimal mark that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let columns: Self = toml::from_str(text).map_err(|it| it.to_string())?;
        for (name, Column { variable, unit }) in &columns.columns {
            if let Some(unit) = unit
                && variable.unit_of(unit).is_none()
            {
                let accepted: Vec<_> = variable.units().map(|it| it.code).collect();
                return Err(format!(
                    "wanted one of {} as the unit of `{name}`, found `{unit}`",
                    accepted.join(", ")
                ));
            }
        }
        match columns.decimal {
            None | Some('.' | ',') => Ok(columns),
            Some(other) => Err(format!(
                "wanted `.` or `,` as the decimal mark, found `{other}`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn a_mapping_says_what_it_means_or_is_refused() {
        let text = "time = \"Zeit\"\ndecimal = \",\"\n[columns]\n\"Puls\" = { variable = \"heart_rate\", unit = \"/min\" }\n";
        let columns = Columns::parse(text).unwrap();
        assert_eq!(columns.columns["Puls"].variable.key(), "heart_rate");
        for wrong in [
            "[columns]\nA = { variable = \"pulse_of_the_city\" }",
            "[columns]\nA = { variable = \"heart_rate\", unit = \"mmol/L\" }",
            "decimal = \";\"",
            "colums = 1",
        ] {
            assert!(Columns::parse(wrong).is_err(), "{wrong}");
        }
    }
}
