//! Numbers in cells: which decimal mark a file has, and what is no number.

use super::Refusal;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Missing,
    Number(f64),
    /// Why it is no number, in words.
    Odd(&'static str),
}

/// The decimal mark of a file, and whether it had to be found out.
pub(super) fn decimal<'a>(
    cells: impl Iterator<Item = &'a str>,
    said: Option<char>,
) -> Result<(char, bool), Refusal> {
    let (mut dots, mut commas, mut commas_that_are_no_thousands) = (0, 0, 0);
    for cell in cells.filter(|it| is_digits_and_marks(it)) {
        let n = |mark: char| cell.matches(mark).count();
        let (n_dots, n_commas) = (n('.'), n(','));
        if 1 < n_dots + n_commas {
            return Err(thousands("a number with several marks"));
        }
        dots += n_dots;
        commas += n_commas;
        let after = cell.split_once(',').map(|(_, after)| after.len());
        commas_that_are_no_thousands += usize::from(after.is_some_and(|it| it != 3));
    }
    match said {
        Some(',') if 0 < dots => Err(thousands("numbers with a point")),
        Some('.') if 0 < commas => Err(thousands("numbers with a comma")),
        Some(mark) => Ok((mark, false)),
        None if commas == 0 => Ok(('.', false)),
        None if 0 < dots => Err(thousands("points in some numbers and commas in others")),
        None if commas_that_are_no_thousands == 0 => Err(thousands(
            "commas before three digits only, which may be thousands (say decimal = \",\" with --columns)",
        )),
        None => Ok((',', true)),
    }
}

fn thousands(found: &str) -> Refusal {
    Refusal::series(
        "numbers with one decimal mark and no thousands separators",
        found,
    )
}

fn is_digits_and_marks(cell: &str) -> bool {
    let unsigned = cell.strip_prefix(['-', '+', '<', '>']).unwrap_or(cell);
    unsigned.starts_with(|it: char| it.is_ascii_digit())
        && unsigned
            .chars()
            .all(|it| it.is_ascii_digit() || matches!(it, '.' | ','))
}

/// Reads a cell.
pub(super) fn cell(text: &str, decimal: char) -> Cell {
    let text = text.trim();
    let folded = text.to_ascii_lowercase();
    if matches!(
        folded.as_str(),
        "" | "na" | "n/a" | "nan" | "null" | "none" | "-" | "--" | "." | "?"
    ) {
        return Cell::Missing;
    }
    if text.starts_with(['<', '>', '≤', '≥']) {
        return Cell::Odd("it is a limit, not a value");
    }
    let written = if decimal == ',' {
        text.replace(',', ".")
    } else {
        text.to_owned()
    };
    // Rust also reads `inf`, `infinity` and `nan`.
    let is_plain = written
        .chars()
        .all(|it| it.is_ascii_digit() || matches!(it, '.' | '-' | '+' | 'e' | 'E'));
    match written.parse::<f64>() {
        Ok(number) if is_plain && number.is_finite() => Cell::Number(number),
        _ => Cell::Odd("it is not a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, cell, decimal};

    #[test]
    fn the_decimal_mark_is_found_or_refused() {
        let of = |cells: &[&str], said| decimal(cells.iter().copied(), said).ok();
        assert_eq!(of(&["36.8", "120"], None), Some(('.', false)));
        assert_eq!(of(&["36,8", "1,234"], None), Some((',', true)));
        assert_eq!(of(&["1,234"], Some(',')), Some((',', false)));
        for refused in [
            &["1,234"][..],
            &["1,234.5"],
            &["1.234,5"],
            &["36,8", "36.8"],
            &["1,234,567"],
        ] {
            assert_eq!(of(refused, None), None, "{refused:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_told_from_what_is_missing() {
        assert_eq!(cell("36,8", ','), Cell::Number(36.8));
        assert_eq!(cell("1e-2", '.'), Cell::Number(0.01));
        assert_eq!(cell(" NA ", '.'), Cell::Missing);
        for odd in ["inf", "٣٦", "36,8", "<0.05", "1 234", "1e999", "hello"] {
            assert!(matches!(cell(odd, '.'), Cell::Odd(_)), "{odd}");
        }
    }
}
