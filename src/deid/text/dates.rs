//! A date shifted by days and written as it was.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
#[rustfmt::skip]
const ORDINALS: [&str; 31] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second",
    "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth", "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth",
    "thirty-first",
];
const HAN_DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// How the dates of one text are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habit {
    /// Whether a date of it has its day before its month in digits, so that all have.
    is_day_first: bool,
    /// Of its first complete date.
    year: Option<i32>,
    /// Whether it has a date in digits with a month or day of one digit.
    is_bare: bool,
}

impl Habit {
    pub(super) fn of(dates: &[&str]) -> Self {
        let plain = Self::default();
        let parsed = dates.iter().map(|it| (parse(it, &plain), numbers(it)));
        let mut habit = plain;
        for (pieces, numbers) in parsed {
            if let [a, b, c] = numbers.as_slice()
                && 12 < *a
                && *a < 32
                && *b < 13
                && (99 < *c || *c < 100 && pieces.is_some())
            {
                habit.is_day_first = true;
            }
            let parts = pieces.iter().flatten();
            let mut parts = parts.filter(|it| matches!(it.field, Field::Month | Field::Day));
            habit.is_bare |= parts.any(|it| it.written.len() == 1);
            let year = pieces.as_ref().and_then(|it| field(it, Field::Year));
            let is_whole = pieces
                .as_ref()
                .is_some_and(|it| field(it, Field::Day).is_some());
            habit.year = habit.year.or(year.filter(|_| is_whole));
        }
        habit
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    Day,
    Weekday,
    Text,
}

/// A part of a written date, and its value.
#[derive(Debug)]
struct Piece<'a> {
    field: Field,
    written: &'a str,
    value: i32,
}

fn field(pieces: &[Piece<'_>], wanted: Field) -> Option<i32> {
    pieces
        .iter()
        .find(|it| it.field == wanted)
        .map(|it| it.value)
}

/// The date `n_days` later, written as it was; `None` where it is no date that can be shifted.
pub(super) fn shifted(written: &str, n_days: i64, habit: &Habit) -> Option<String> {
    // The time of day stays.
    let (written, time) = written.split_at(time_at(written));
    let pieces = parse(written, habit)?;
    let year = field(&pieces, Field::Year).or(habit.year)?;
    // The middle of what a date leaves open.
    let month = field(&pieces, Field::Month).unwrap_or(7);
    let day = field(&pieces, Field::Day).unwrap_or(if field(&pieces, Field::Month).is_some() {
        15
    } else {
        1
    });
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    let by = Days::new(n_days.unsigned_abs());
    let date = match n_days < 0 {
        true => date.checked_sub_days(by),
        false => date.checked_add_days(by),
    }?;
    let is_padded = is_padded(&pieces, habit);
    let is_joined = pieces.iter().any(|it| it.written == "-");
    let mut text = String::new();
    for it in &pieces {
        match it.field {
            // "01-May-2024" is cut, whatever its length says.
            Field::Month if is_joined && it.written.len() == 3 => {
                let name = MONTHS.get(date.month0() as usize)?.get(..3)?;
                text.push_str(&like(it.written, name));
            }
            _ => text.push_str(&piece_of(it, date, is_padded)?),
        }
    }
    text.push_str(time);
    Some(text)
}

/// Whether a month or day below ten has a zero before it: where one has; else in a date of digits alone or with hyphens whose
/// parts have two, unless another date of the text has one of one.
fn is_padded(pieces: &[Piece<'_>], habit: &Habit) -> bool {
    let mut numbers = pieces.iter().filter(|it| {
        matches!(it.field, Field::Month | Field::Day)
            && it.written.bytes().all(|it| it.is_ascii_digit())
    });
    let is_long = numbers.clone().all(|it| it.written.len() == 2);
    let is_han = pieces.iter().any(|it| !it.written.is_ascii());
    let is_plain = numbers.clone().count() == 2 || pieces.iter().any(|it| it.written == "-");
    numbers.any(|it| it.written.len() == 2 && it.written.starts_with('0'))
        || is_long && is_plain && !is_han && !habit.is_bare
}

/// Where the time of day begins.
fn time_at(written: &str) -> usize {
    let Some(colon) = written.find(':') else {
        return written.len();
    };
    let before = written.get(..colon).unwrap_or_default();
    let hours = before.trim_end_matches(|it: char| it.is_ascii_digit());
    hours
        .trim_end_matches(['T', ' '])
        .trim_end_matches("at")
        .trim_end()
        .len()
}

fn numbers(written: &str) -> Vec<i32> {
    let written = written.get(..time_at(written)).unwrap_or_default();
    let runs = written.split(|it: char| !it.is_ascii_digit());
    runs.filter(|it| it.len() < 5)
        .filter_map(|it| it.parse().ok())
        .collect()
}

/// A date in its parts, whose written forms together are the date. `None` where it is not understood.
fn parse<'a>(written: &'a str, habit: &Habit) -> Option<Vec<Piece<'a>>> {
    const LUNAR: &[char] = &[
        '农', '阴', '旧', '初', '廿', '正', '冬', '腊', '闰', '甲', '乙', '丙', '丁', '戊', '己',
        '庚', '辛', '壬', '癸', '底', '末', '夕', '节', '元',
    ];
    let written = written.get(..time_at(written))?;
    if written.contains(LUNAR) {
        return None;
    }
    if written.len() == 8 && written.bytes().all(|it| it.is_ascii_digit()) {
        return compact(written);
    }
    let mut pieces = Vec::new();
    let mut rest = written;
    while let Some(first) = rest.chars().next() {
        let class = class(first);
        let len = rest
            .find(|it| class != self::class(it))
            .unwrap_or(rest.len());
        let (run, behind) = rest.split_at(len);
        pieces.push(piece(run, class, behind));
        rest = behind;
    }
    join_ordinals(written, &mut pieces);
    let n_unknown = pieces.iter().filter(|it| it.value == UNKNOWN).count();
    if n_unknown != 0 {
        return None;
    }
    place_digits(&mut pieces, habit)?;
    let n = |field| pieces.iter().filter(|it| it.field == field).count();
    let is_one_date = n(Field::Year) < 2 && n(Field::Month) < 2 && n(Field::Day) < 2;
    (is_one_date && 0 < n(Field::Year) + n(Field::Month)).then_some(pieces)
}

fn compact(written: &str) -> Option<Vec<Piece<'_>>> {
    let part = |from, to, field| {
        let written = written.get(from..to)?;
        Some(Piece {
            field,
            written,
            value: written.parse().ok()?,
        })
    };
    Some(vec![
        part(0, 4, Field::Year)?,
        part(4, 6, Field::Month)?,
        part(6, 8, Field::Day)?,
    ])
}

/// Letters that are no part of any date.
const UNKNOWN: i32 = -1;
/// Digits whose field is told by their place.
const OPEN: Field = Field::Text;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    HanDigit,
    Other,
}

fn class(it: char) -> Class {
    match it {
        _ if it.is_ascii_digit() => Class::Digit,
        _ if it.is_ascii_alphabetic() => Class::Letter,
        '零' | '○' | '十' => Class::HanDigit,
        _ if HAN_DIGITS.contains(&it) => Class::HanDigit,
        _ => Class::Other,
    }
}

fn piece<'a>(run: &'a str, class: Class, behind: &str) -> Piece<'a> {
    let (field, value) = match class {
        Class::Digit => {
            let field = match behind.trim_start().chars().next() {
                Some('年') => Field::Year,
                Some('月') => Field::Month,
                Some('日' | '号') => Field::Day,
                _ => OPEN,
            };
            let value = run.parse().unwrap_or(UNKNOWN);
            (
                field,
                if field == Field::Year {
                    full_year(value, run.len())
                } else {
                    value
                },
            )
        }
        Class::HanDigit => {
            let field = match behind.trim_start().chars().next() {
                Some('年') => Field::Year,
                Some('月') => Field::Month,
                _ => Field::Day,
            };
            (field, han_number(run, field).unwrap_or(UNKNOWN))
        }
        Class::Letter => word(run),
        Class::Other => (Field::Text, 0),
    };
    Piece {
        field,
        written: run,
        value,
    }
}

fn full_year(value: i32, n_digits: usize) -> i32 {
    match (n_digits, value) {
        (2, 0..50) => 2000 + value,
        (2, _) => 1900 + value,
        _ => value,
    }
}

fn han_number(run: &str, field: Field) -> Option<i32> {
    let digit = |it: char| match it {
        '零' | '○' => Some(0),
        _ => HAN_DIGITS
            .iter()
            .position(|digit| *digit == it)
            .and_then(|it| i32::try_from(it).ok()),
    };
    if field == Field::Year {
        let value = run
            .chars()
            .try_fold(0, |sum, it| Some(sum * 10 + digit(it)?))?;
        return Some(full_year(value, run.chars().count()));
    }
    match run.split_once('十') {
        Some((tens, ones)) => {
            let of = |it: &str, empty| it.chars().next().map_or(Some(empty), digit);
            Some(of(tens, 1)? * 10 + of(ones, 0)?)
        }
        None => run.chars().next().and_then(digit),
    }
}

/// A month, a weekday, an ordinal or a word between them.
fn word(run: &str) -> (Field, i32) {
    let lower = run.to_lowercase();
    let idx = |list: &[&str]| {
        let found = list
            .iter()
            .position(|it| *it == lower || 2 < lower.len() && it.starts_with(&lower));
        found.and_then(|it| i32::try_from(it).ok())
    };
    if let Some(it) = idx(&MONTHS) {
        return (Field::Month, it + 1);
    }
    if let Some(it) = idx(&WEEKDAYS) {
        return (Field::Weekday, it);
    }
    if let Some(it) = ORDINALS.iter().position(|it| *it == lower) {
        return (Field::Day, i32::try_from(it + 1).unwrap_or(UNKNOWN));
    }
    match lower.as_str() {
        "sept" => (Field::Month, 9),
        "tues" => (Field::Weekday, 1),
        "thurs" | "thur" => (Field::Weekday, 3),
        "the" | "of" | "day" | "st" | "nd" | "rd" | "th" | "twenty" | "thirty" => (Field::Text, 0),
        _ => (Field::Text, UNKNOWN),
    }
}

/// "Twenty" and "third", with a hyphen or a blank between, are one day.
fn join_ordinals<'a>(written: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let tens = |it: &str| match it.to_lowercase().as_str() {
        "twenty" => Some(20),
        "thirty" => Some(30),
        _ => None,
    };
    let Some((idx, ten)) = pieces
        .iter()
        .enumerate()
        .find_map(|(idx, it)| Some((idx, tens(it.written)?)))
    else {
        return;
    };
    let Some(day) = pieces
        .get(idx + 2)
        .filter(|it| it.field == Field::Day && it.value < 10)
        .map(|it| it.value)
    else {
        return;
    };
    let before: usize = pieces.iter().take(idx).map(|it| it.written.len()).sum();
    let len: usize = pieces
        .iter()
        .skip(idx)
        .take(3)
        .map(|it| it.written.len())
        .sum();
    let joined = Piece {
        field: Field::Day,
        written: written.get(before..before + len).unwrap_or_default(),
        value: ten + day,
    };
    pieces.splice(idx..idx + 3, [joined]);
}

/// Gives digits without a sign behind them their field by their place: ISO 8601, or the day first, or the month first.
fn place_digits(pieces: &mut [Piece<'_>], habit: &Habit) -> Option<()> {
    let is_digits =
        |it: &Piece<'_>| it.field == OPEN && it.written.bytes().all(|it| it.is_ascii_digit());
    let open: Vec<(usize, i32, usize)> = pieces
        .iter()
        .enumerate()
        .filter(|(_, it)| is_digits(it))
        .map(|(idx, it)| (idx, it.value, it.written.len()))
        .collect();
    let has_month = pieces.iter().any(|it| it.field == Field::Month);
    let has_day = pieces.iter().any(|it| it.field == Field::Day);
    let has_dots = pieces.iter().any(|it| it.written == ".");
    use Field::{Day, Month, Year};
    let fields: &[Field] = match open.as_slice() {
        [] => &[],
        [(_, _, 4)] => &[Year],
        [_] if has_month && has_day => &[Year],
        [_] if has_month => &[Day],
        [(_, _, 4), _] if has_month => &[Year, Day],
        [_, (_, _, 2 | 4)] if has_month => &[Day, Year],
        [_, _] if has_month => return None,
        [(_, _, 4), _] => &[Year, Month],
        [_, (_, _, 4)] => &[Month, Year],
        [(_, first, _), _] if 12 < *first || habit.is_day_first => &[Day, Month],
        [_, _] => &[Month, Day],
        [(_, _, 4), _, _] => &[Year, Month, Day],
        [(_, first, _), (_, second, _), _]
            if 12 < *first || (has_dots || habit.is_day_first) && *second < 13 =>
        {
            &[Day, Month, Year]
        }
        [_, _, _] => &[Month, Day, Year],
        _ => return None,
    };
    for ((idx, value, len), field) in open.iter().zip(fields) {
        if let Some(it) = pieces.get_mut(*idx) {
            it.field = *field;
            it.value = match field {
                Field::Year => full_year(*value, *len),
                _ => *value,
            };
        }
    }
    Some(())
}

fn piece_of(it: &Piece<'_>, date: NaiveDate, is_padded: bool) -> Option<String> {
    let is_word = it.written.starts_with(|it: char| it.is_ascii_alphabetic());
    let is_han = !it.written.is_ascii();
    let number = match it.field {
        Field::Text => {
            let suffixes = ["st", "nd", "rd", "th"];
            let is_suffix = suffixes.contains(&it.written.to_lowercase().as_str());
            let suffix = suffix(date.day());
            return Some(if is_suffix {
                like(it.written, suffix)
            } else {
                it.written.to_owned()
            });
        }
        Field::Weekday => return Some(named(it.written, WEEKDAYS.get(weekday(date.weekday()))?)),
        Field::Month if is_word => {
            return Some(named(it.written, MONTHS.get(date.month0() as usize)?));
        }
        Field::Day if is_word => {
            let day = ORDINALS.get(date.day0() as usize)?;
            return Some(like(it.written, day));
        }
        Field::Year if is_han => return Some(han_year(it.written, date.year())),
        Field::Month if is_han => return Some(han_small(date.month())),
        Field::Day if is_han => return Some(han_small(date.day())),
        Field::Year if it.written.len() == 2 => {
            return Some(format!("{:02}", date.year().rem_euclid(100)));
        }
        Field::Year => return Some(date.year().to_string()),
        Field::Month => date.month(),
        Field::Day => date.day(),
    };
    Some(if is_padded {
        format!("{number:02}")
    } else {
        number.to_string()
    })
}

fn weekday(it: Weekday) -> usize {
    it.num_days_from_monday() as usize
}

fn suffix(day: u32) -> &'static str {
    match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// A name as long as the one written, if that was cut, in its case.
fn named(written: &str, name: &str) -> String {
    let is_cut =
        written.len() < 5 && !["may", "june", "july"].contains(&written.to_lowercase().as_str());
    like(
        written,
        if is_cut {
            name.get(..3).unwrap_or(name)
        } else {
            name
        },
    )
}

/// In the case of what was written.
fn like(written: &str, word: &str) -> String {
    let is_upper = 1 < written.len() && written.chars().all(|it| !it.is_lowercase());
    let is_capital = written.starts_with(char::is_uppercase);
    let mut letters = word.chars();
    match letters.next() {
        _ if is_upper => word.to_uppercase(),
        Some(first) if is_capital => format!("{}{}", first.to_uppercase(), letters.as_str()),
        _ => word.to_owned(),
    }
}

fn han_digit(value: u32) -> char {
    HAN_DIGITS.get(value as usize).copied().unwrap_or('〇')
}

fn han_year(written: &str, year: i32) -> String {
    let zero = written
        .chars()
        .find(|it| matches!(it, '零' | '○'))
        .unwrap_or('〇');
    let digits = year.to_string();
    let n_left = digits.len().saturating_sub(written.chars().count());
    let digits = digits.chars().skip(n_left).filter_map(|it| it.to_digit(10));
    digits
        .map(|it| if it == 0 { zero } else { han_digit(it) })
        .collect()
}

fn han_small(value: u32) -> String {
    let (tens, ones) = (value / 10, value % 10);
    let mut text = String::new();
    if 1 < tens {
        text.push(han_digit(tens));
    }
    if 0 < tens {
        text.push('十');
    }
    if 0 < ones {
        text.push(han_digit(ones));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Habit, shifted};

    #[test]
    fn a_date_is_written_as_it_was() {
        let habit = Habit::of(&["3/4/2026"]);
        for (written, wanted) in [
            ("2026-02-27", "2026-03-09"),
            ("02/27/2026", "03/09/2026"),
            ("2/27/26", "3/9/26"),
            ("27.2.2026", "9.3.2026"),
            ("20260227", "20260309"),
            ("2026-02-27T08:05:00Z", "2026-03-09T08:05:00Z"),
            ("February 27, 2026", "March 9, 2026"),
            ("Friday, February 27th, 2026", "Monday, March 9th, 2026"),
            ("Feb 27", "Mar 9"),
            ("27-FEB-2026", "9-MAR-2026"),
            (
                "the 27th of February".trim_start_matches("the "),
                "9th of March",
            ),
            ("twenty-seventh of February 2026", "ninth of March 2026"),
            ("2/27", "3/9"),
            ("2026年2月27日", "2026年3月9日"),
            ("二〇二六年二月二十七日", "二〇二六年三月九日"),
            ("2月27日", "3月9日"),
            ("February 2026", "February 2026"),
        ] {
            assert_eq!(
                shifted(written, 10, &habit).as_deref(),
                Some(wanted),
                "{written}"
            );
        }
    }

    #[test]
    fn what_is_no_plain_date_is_not_shifted() {
        let habit = Habit::of(&["3/4/2026"]);
        for it in [
            "农历正月初五",
            "Christmas 2025",
            "March 4-7",
            "丙午年三月",
            "31/31/2026",
            "2O26-O3-O4",
        ] {
            assert_eq!(shifted(it, 10, &habit), None, "{it}");
        }
    }

    #[test]
    fn one_day_above_twelve_tells_the_order_of_all() {
        let habit = Habit::of(&["25/12/2025", "03/04/2026"]);
        assert_eq!(
            shifted("03/04/2026", 30, &habit).as_deref(),
            Some("03/05/2026")
        );
    }
}
