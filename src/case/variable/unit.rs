//! How people write units, against the codes of UCUM.

use super::Unit;

/// Other spellings, folded, of codes, folded.
const SPELLINGS: &[(&str, &[&str])] = &[
    ("mm[hg]", &["mmhg", "torr"]),
    ("kpa", &["kilopascal"]),
    (
        "/min",
        &[
            "bpm",
            "1/min",
            "min-1",
            "/minute",
            "beats/min",
            "breaths/min",
            "beatsperminute",
            "breathsperminute",
        ],
    ),
    ("cel", &["°c", "c", "degc", "celsius", "degreescelsius"]),
    (
        "[degf]",
        &["°f", "f", "degf", "fahrenheit", "degreesfahrenheit"],
    ),
    ("k", &["kelvin"]),
    ("%", &["percent", "pct"]),
    ("1", &["fraction", "ratio"]),
    ("[ph]", &["ph", "phunits"]),
    ("{score}", &["score", "points"]),
    ("kg", &["kilogram", "kilograms"]),
    ("[lb_av]", &["lb", "lbs", "pound", "pounds"]),
    ("cm", &["centimetre", "centimeter"]),
    ("[in_i]", &["in", "inch", "inches"]),
    ("l/min", &["lpm", "liters/min", "litres/min"]),
    ("10*9/l", &["10e9/l", "giga/l", "109/l", "gpt/l"]),
    ("10*12/l", &["10e12/l", "tera/l", "1012/l", "tpt/l"]),
    (
        "10*3/ul",
        &[
            "10e3/ul",
            "k/ul",
            "k/mm3",
            "10*3/mm3",
            "thousand/ul",
            "thou/ul",
            "cells/nl",
            "/nl",
            "k/cumm",
        ],
    ),
    ("10*6/ul", &["10e6/ul", "m/ul", "10*6/mm3", "mill/ul"]),
    (
        "/ul",
        &["cells/ul", "1/ul", "/mm3", "cells/mm3", "cells/cumm"],
    ),
    ("u/l", &["iu/l", "[iu]/l", "units/l"]),
    ("ukat/l", &["mikrokat/l"]),
    ("ug{feu}/ml", &["ug/mlfeu", "ugfeu/ml"]),
    ("mg{feu}/l", &["mg/lfeu", "mgfeu/l"]),
    ("ng{feu}/ml", &["ng/mlfeu", "ngfeu/ml"]),
    ("ug{feu}/l", &["ug/lfeu", "ugfeu/l"]),
    ("ng{ddu}/ml", &["ng/mlddu", "ngddu/ml"]),
    ("ug{ddu}/l", &["ug/lddu", "ugddu/l"]),
    ("s", &["sec", "secs", "second", "seconds"]),
    ("mm/h", &["mm/hr", "mm/hour", "mm/1h"]),
    ("ml", &["cc", "millilitre", "milliliter"]),
];

/// The unit that is written, if it is one of these.
pub(super) fn find(mut units: impl Iterator<Item = Unit>, written: &str) -> Option<Unit> {
    let whole = folded(written);
    // `{beats}/min` is `/min`; but what `ng{FEU}/mL` says in braces is half of the unit.
    let bare = without_braces(&whole);
    let wanted = [code(&whole).to_owned(), code(&bare).to_owned()];
    units.find(|it| !whole.is_empty() && wanted.contains(&folded(it.code)))
}

fn code(spelling: &str) -> &str {
    let mut known = SPELLINGS.iter();
    let found = known.find(|(_, others)| others.contains(&spelling));
    found.map_or(spelling, |(code, _)| code)
}

/// Lower case, without spaces, both letters for micro as `u`, powers of ten as UCUM has them.
fn folded(written: &str) -> String {
    let mut text = String::new();
    for letter in written.chars().filter(|it| !it.is_whitespace()) {
        match letter {
            'µ' | 'μ' => text.push('u'),
            '^' => text.push('*'),
            '²' | '³' | '⁶' | '⁹' => {
                let digit = ["²2", "³3", "⁶6", "⁹9"]
                    .into_iter()
                    .find_map(|it| it.strip_prefix(letter));
                text.push('*');
                text.push_str(digit.unwrap_or_default());
            }
            '×' => text.push('x'),
            other => text.extend(other.to_lowercase()),
        }
    }
    let text = text.replace("mm*3", "mm3");
    text.strip_prefix("x10")
        .map_or(text.clone(), |it| format!("10{it}"))
}

fn without_braces(text: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            other if depth == 0 => kept.push(other),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{code, folded};

    #[test]
    fn spellings_come_to_one_code() {
        for (written, wanted) in [
            ("mmHg", "mm[hg]"),
            ("×10⁹/L", "10*9/l"),
            ("10^9 / l", "10*9/l"),
            ("K/µL", "10*3/ul"),
            ("°C", "cel"),
            ("cells/mm³", "/ul"),
            ("μmol/L", "umol/l"),
        ] {
            assert_eq!(code(&folded(written)), wanted);
        }
    }
}
