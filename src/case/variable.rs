//! The measured variables that we know: one row of one table each, with units, limits and the names that files give.
//!
//! A value is only ever kept in the canonical unit of its row, and only if it lies within the limits of the row.

mod table;
mod unit;

use std::{cmp::Ordering, fmt, hash};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use table::TABLE;

/// A measured variable: a row of the table. Ordered as the table is: vital signs, gases, chemistry, blood.
#[derive(Clone, Copy)]
pub struct Variable(&'static Row);

/// What is known of a variable.
struct Row {
    key: &'static str,
    name: &'static str,
    short: &'static str,
    /// The canonical unit in UCUM, and the others that are accepted.
    unit: &'static str,
    others: &'static [Unit],
    plausible: Interval,
    reference: Option<Reference>,
    loinc: &'static [&'static str],
    aliases: &'static [&'static str],
    physionet2012: Option<&'static str>,
    /// The variable that this one is counted as, and what it is multiplied by.
    becomes: Option<(&'static str, f64)>,
    is_volume: bool,
}

/// From where to where, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether a value lies in it; NaN lies in none.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// What most healthy adults have. Laboratories differ; it is for the eye, never for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// In the canonical unit; women's lower to men's upper limit where the sexes differ.
    pub interval: Interval,
    /// Who says so.
    pub source: &'static str,
}

/// A unit that is accepted: `canonical = written * factor + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// UCUM.
    pub code: &'static str,
    pub factor: f64,
    pub offset: f64,
    /// Where the factor comes from.
    pub source: &'static str,
}

impl Unit {
    /// A value in the canonical unit.
    pub fn to_canonical(self, value: f64) -> f64 {
        value * self.factor + self.offset
    }

    /// A value in this unit.
    pub fn of_canonical(self, value: f64) -> f64 {
        (value - self.offset) / self.factor
    }
}

/// What a variable is measured of, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    VitalSigns,
    Breathing,
    Chemistry,
    Inflammation,
    BloodCount,
}

impl Group {
    /// In the order of the table, each with the key of its first variable.
    const FIRST: [(Self, &'static str); 5] = [
        (Self::VitalSigns, "heart_rate"),
        (Self::Breathing, "mechanical_ventilation"),
        (Self::Chemistry, "sodium"),
        (Self::Inflammation, "crp"),
        (Self::BloodCount, "haemoglobin"),
    ];

    /// Its name for a person.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VitalSigns => "vital signs",
            Self::Breathing => "breathing and blood gases",
            Self::Chemistry => "chemistry",
            Self::Inflammation => "inflammation and clotting",
            Self::BloodCount => "blood count",
        }
    }
}

impl Variable {
    /// All, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }

    /// By our own name, such as `heart_rate`.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::all().find(|it| it.0.key == key)
    }

    /// By a LOINC code, such as `8867-4`.
    pub fn of_loinc(code: &str) -> Option<Self> {
        Self::all().find(|it| it.0.loinc.contains(&code.trim()))
    }

    /// By the name of a parameter of the PhysioNet challenge of 2012, such as `NISysABP`.
    pub fn of_physionet2012(parameter: &str) -> Option<Self> {
        Self::all().find(|it| it.0.physionet2012 == Some(parameter))
    }

    /// By what a table may call it: our key or name, an alias, a PhysioNet name or a LOINC code; capitals, spaces
    /// and punctuation do not matter.
    pub fn of_alias(written: &str) -> Option<Self> {
        let wanted = folded(written);
        let is_it = |it: &Self| {
            let own = [it.0.key, it.0.name, it.0.short];
            let names = own.iter().chain(it.0.aliases).chain(&it.0.physionet2012);
            names.into_iter().any(|name| folded(name) == wanted)
        };
        let found = Self::all().find(is_it).filter(|_| !wanted.is_empty());
        found.or_else(|| Self::of_loinc(written))
    }

    /// Our name of it, in files and programs.
    pub fn key(self) -> &'static str {
        self.0.key
    }

    /// Its English name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// A few letters for a plot.
    pub fn short(self) -> &'static str {
        self.0.short
    }

    /// The canonical unit in UCUM.
    pub fn unit(self) -> &'static str {
        self.0.unit
    }

    /// The canonical unit and all others that are accepted.
    pub fn units(self) -> impl Iterator<Item = Unit> {
        let canonical = Unit {
            code: self.0.unit,
            factor: 1.0,
            offset: 0.0,
            source: "canonical",
        };
        [canonical].into_iter().chain(self.0.others.iter().copied())
    }

    /// An accepted unit by its UCUM code or another common spelling (`mmHg`, `°C`, `K/µL`).
    pub fn unit_of(self, written: &str) -> Option<Unit> {
        // Codes are what programs write; spellings take longer.
        let exact = self.units().find(|it| it.code == written);
        exact.or_else(|| unit::find(self.units(), written))
    }

    /// In the canonical unit: outside of it a value cannot be true.
    pub fn plausible(self) -> Interval {
        self.0.plausible
    }

    /// In the canonical unit, for adults, where one is common.
    pub fn reference(self) -> Option<Reference> {
        self.0.reference
    }

    /// What it is measured of.
    pub fn group(self) -> Group {
        let mut starts = Group::FIRST.iter().rev();
        let found = starts.find(|(_, first)| Self::of_key(first).is_some_and(|it| it <= self));
        found.map_or(Group::VitalSigns, |it| it.0)
    }

    /// Its LOINC codes.
    pub fn loinc(self) -> &'static [&'static str] {
        self.0.loinc
    }

    /// Its name in the PhysioNet challenge of 2012.
    pub fn physionet2012(self) -> Option<&'static str> {
        self.0.physionet2012
    }

    /// The variable that a series counts it as, and the factor between the canonical units: urea is counted as
    /// urea nitrogen, which is the same measurement.
    pub fn counted_as(self) -> (Self, f64) {
        let other = self
            .0
            .becomes
            .and_then(|(key, factor)| Some((Self::of_key(key)?, factor)));
        other.unwrap_or((self, 1.0))
    }

    /// Whether two different values at one time are two volumes, which add up.
    pub fn is_volume(self) -> bool {
        self.0.is_volume
    }
}

/// Letters, digits, `%` and `#` only, in lower case.
fn folded(name: &str) -> String {
    let kept = |it: &char| it.is_alphanumeric() || matches!(it, '%' | '#');
    name.chars()
        .filter(kept)
        .flat_map(char::to_lowercase)
        .collect()
}

/// The rows are one static array, so that a row's address is its place.
impl Ord for Variable {
    fn cmp(&self, other: &Self) -> Ordering {
        std::ptr::from_ref(self.0).cmp(&std::ptr::from_ref(other.0))
    }
}

impl PartialOrd for Variable {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Variable {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Variable {}

impl hash::Hash for Variable {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.key.hash(state);
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.key)
    }
}

impl Serialize for Variable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.key)
    }
}

impl<'de> Deserialize<'de> for Variable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        Self::of_key(&key).ok_or_else(|| serde::de::Error::custom("wanted the key of a variable"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Group, Variable, folded};

    #[track_caller]
    fn check(alias: &str, value: f64, unit: &str, wanted: f64) {
        let variable = Variable::of_alias(alias).unwrap();
        let found = variable.unit_of(unit).unwrap().to_canonical(value);
        let (_, factor) = variable.counted_as();
        let is_near = (found * factor - wanted).abs() < 5e-3 * wanted.abs().max(0.01);
        assert!(is_near, "{alias}: {found} instead of {wanted}");
    }

    /// Pairs as tables of both systems print them (ABIM 2024 prints conventional and SI).
    #[test]
    fn units_convert_as_reference_tables_print_them() {
        check("creatinine", 114.9, "µmol/L", 1.3);
        check("Total bilirubin", 17.1, "umol/l", 1.0);
        check("glucose", 5.5, "mmol/L", 99.1);
        check("BUN", 7.1, "mmol/L", 19.9);
        check("urea", 7.1, "mmol/L", 19.9);
        check("urea", 42.8, "mg/dL", 20.0);
        check("temp", 98.6, "°F", 37.0);
        check("temperature", 310.15, "K", 37.0);
        check("paco2", 5.33, "kPa", 40.0);
        check("fio2", 40.0, "%", 0.4);
        check("weight", 154.3, "lb", 70.0);
        check("height", 70.0, "in", 177.8);
        check("Hgb", 8.7, "mmol/L", 14.0);
        check("hemoglobin", 140.0, "g/L", 14.0);
        check("albumin", 40.0, "g/L", 4.0);
        check("WBC", 7.5, "K/µL", 7.5);
        check("WBC", 7500.0, "/uL", 7.5);
        check("WBC", 7.5, "10⁹/L", 7.5);
        check("platelets", 200.0, "x10^9/L", 200.0);
        check("hs-CRP", 1.2, "mg/dL", 12.0);
        check("Lactate", 18.0, "mg/dL", 2.0);
        check("calcium", 2.5, "mmol/L", 10.0);
        check("magnesium", 1.0, "mmol/L", 2.43);
        check("d-dimer", 500.0, "ng/mL FEU", 0.5);
        check("d-dimer", 250.0, "ng{DDU}/mL", 0.5);
        check("troponin i", 40.0, "ng/L", 0.04);
        check("heart rate", 70.0, "{beats}/min", 70.0);
    }

    #[test]
    fn a_name_means_one_variable() {
        let mut names = BTreeSet::new();
        for it in Variable::all() {
            let row = it.0;
            let own: BTreeSet<String> = [row.key, row.name, row.short]
                .iter()
                .chain(row.aliases)
                .chain(&row.physionet2012)
                .map(|it| folded(it))
                .chain(row.loinc.iter().map(|it| (*it).to_owned()))
                .collect();
            for name in own {
                assert!(names.insert(name.clone()), "{name} of {} is taken", row.key);
            }
        }
        assert_eq!(
            Variable::of_alias("pulse ox"),
            Variable::of_loinc("59408-5")
        );
        assert_eq!(Variable::of_alias(" "), None);
    }

    #[test]
    fn rows_are_sound() {
        for it in Variable::all() {
            let plausible = it.plausible();
            assert!(plausible.low < plausible.high, "{it:?}");
            if let Some(reference) = it.reference() {
                let ends = [reference.interval.low, reference.interval.high];
                let is_inside = ends.into_iter().all(|it| plausible.contains(it));
                assert!(is_inside && ends[0] < ends[1], "{it:?}");
            }
            let codes: Vec<_> = it.units().map(|it| it.code).collect();
            for unit in it.units() {
                assert_eq!(it.unit_of(unit.code), Some(unit), "{it:?}");
                assert!(unit.factor.is_finite() && 0.0 < unit.factor);
            }
            let distinct: BTreeSet<_> = codes.iter().collect();
            assert_eq!(distinct.len(), codes.len(), "{it:?}");
            if let Some((key, _)) = it.0.becomes {
                assert_ne!(it.counted_as().0, it, "{key} is no variable");
            }
            let text = serde_json::to_string(&it).unwrap();
            assert_eq!(serde_json::from_str::<Variable>(&text).unwrap(), it);
        }
    }

    #[test]
    fn groups_follow_the_table() {
        assert!(
            Group::FIRST
                .iter()
                .all(|it| Variable::of_key(it.1).is_some())
        );
        let groups: Vec<Group> = Variable::all().map(Variable::group).collect();
        assert!(groups.is_sorted());
        let group = |key| Variable::of_key(key).unwrap().group();
        assert_eq!(group("height"), Group::VitalSigns);
        assert_eq!(group("lactate"), Group::Breathing);
        assert_eq!(group("nt_probnp"), Group::Chemistry);
        assert_eq!(group("aptt"), Group::Inflammation);
        assert_eq!(group("white_cells"), Group::BloodCount);
    }

    #[test]
    fn every_check_digit_of_loinc_is_right() {
        // The check digit of LOINC is that of Luhn, modulus 10. Inhaled oxygen concentration was published with
        // another (US Core has it so), and is the only one here.
        let codes = Variable::all().flat_map(Variable::loinc);
        for code in codes.filter(|it| **it != "3150-6") {
            let (body, check) = code.split_once('-').unwrap();
            let sum: u32 = body
                .chars()
                .rev()
                .enumerate()
                .map(|(idx, it)| {
                    let digit = it.to_digit(10).unwrap();
                    let doubled = if idx % 2 == 0 { digit * 2 } else { digit };
                    doubled / 10 + doubled % 10
                })
                .sum();
            let check: u32 = check.parse().unwrap();
            assert_eq!((10 - sum % 10) % 10, check, "{code}");
        }
    }
}
