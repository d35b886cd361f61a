//! Dates moved by days, in the two forms that have them: DA and DT (PS3.5 6.2). Times of the day stay as they are.

use chrono::{Datelike as _, Days, NaiveDate};

/// A date moved by `days`; `None` if it is no date. The old form with full stops comes back without them.
pub(super) fn moved_date(text: &str, days: i64) -> Option<String> {
    let digits: String = text.trim().chars().filter(|it| *it != '.').collect();
    if digits.len() != 8 {
        return None;
    }
    moved(&digits, days)
}

/// A date and time moved by `days`. What follows the day stays; a year or a month alone comes back as one.
pub(super) fn moved_datetime(text: &str, days: i64) -> Option<String> {
    let text = text.trim();
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (date, rest) = text.split_at_checked(n_digits.min(8))?;
    let full = match date.len() {
        4 => format!("{date}0101"),
        6 => format!("{date}01"),
        8 => date.to_owned(),
        _ => return None,
    };
    let is_rest = |it: u8| it.is_ascii_digit() || matches!(it, b'.' | b'+' | b'-');
    if !rest.bytes().all(is_rest) {
        return None;
    }
    let moved = moved(&full, days)?;
    Some(format!("{}{rest}", moved.get(..date.len())?))
}

fn moved(digits: &str, days: i64) -> Option<String> {
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(part(0..4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)?;
    let by = Days::new(days.unsigned_abs());
    let date = if days < 0 {
        date.checked_sub_days(by)?
    } else {
        date.checked_add_days(by)?
    };
    (1..=9999)
        .contains(&date.year())
        .then(|| date.format("%Y%m%d").to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{moved_date, moved_datetime};

    #[test]
    fn dates_move_and_what_is_no_date_does_not() {
        assert_eq!(moved_date("20240301", -1).as_deref(), Some("20240229"));
        assert_eq!(moved_date("2023.03.01", -1).as_deref(), Some("20230228"));
        assert_eq!(moved_date("20230229", -1), None);
        assert_eq!(moved_date("00010101", -1), None);
        assert_eq!(moved_date("yesterday", -1), None);
        let moved = moved_datetime("20240301120000.5+0100", -60);
        assert_eq!(moved.as_deref(), Some("20240101120000.5+0100"));
        assert_eq!(moved_datetime("202403", -1).as_deref(), Some("202402"));
        assert_eq!(moved_datetime("2024", -1).as_deref(), Some("2023"));
        assert_eq!(moved_datetime("2024-05-06 Doe", -1), None);
    }

    proptest! {
        #[test]
        fn intervals_are_kept(day in 0_i64..20_000, gap in 0_i64..5_000, shift in 1_i64..3_650) {
            let text = |days| moved_date("19600101", days).unwrap();
            let [first, second] = [text(day), text(day + gap)].map(|it| moved_date(&it, -shift).unwrap());
            prop_assert_eq!(moved_date(&first, gap), Some(second));
        }
    }
}
