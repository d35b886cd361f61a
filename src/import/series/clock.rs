//! Times as hours since the first of them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

use super::{Refusal, columns::TimeUnit, told};
use crate::warnings::Warning;

/// A time as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    /// Since a start that the file does not name.
    Elapsed {
        hours: f64,
        is_clock: bool,
    },
    /// On a wall clock that the file does not place in the world.
    Local {
        at: NaiveDateTime,
        is_day: bool,
    },
    Zoned(DateTime<FixedOffset>),
}

/// Reads a time; a bare number only if its unit is known.
pub(super) fn parse(text: &str, unit: Option<TimeUnit>) -> Option<Time> {
    let text = text.trim();
    if let Some(unit) = unit {
        let number: Option<f64> = text.replace(',', ".").parse().ok();
        if let Some(number) = number.filter(|it| it.is_finite()) {
            let hours = match unit {
                TimeUnit::Hours => number,
                TimeUnit::Minutes => number / 60.0,
            };
            return Some(Time::Elapsed {
                hours,
                is_clock: false,
            });
        }
    }
    elapsed(text).or_else(|| date(text))
}

/// `hh:mm` or `hh:mm:ss`; more than 24 hours are well.
fn elapsed(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let part = |it: Option<&str>| -> Option<f64> {
        let it = it?;
        let is_digits = (1..=5).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
        is_digits.then(|| it.parse().ok()).flatten()
    };
    let hours = part(parts.next())?;
    let minutes = part(parts.next()).filter(|it| *it < 60.0)?;
    let seconds = match parts.next() {
        None => 0.0,
        some => part(some).filter(|it| *it < 60.0)?,
    };
    let hours = hours + minutes / 60.0 + seconds / 3600.0;
    parts.next().is_none().then_some(Time::Elapsed {
        hours,
        is_clock: true,
    })
}

/// ISO 8601, with `T` or a space.
fn date(text: &str) -> Option<Time> {
    let text = text.replacen(' ', "T", 1);
    let zoned = [
        "%Y-%m-%dT%H:%M:%S%.f%:z",
        "%Y-%m-%dT%H:%M%:z",
        "%Y-%m-%dT%H:%M:%S%.f%z",
    ];
    // The formats know offsets, not the letter for none.
    let with_offset = text
        .strip_suffix(['Z', 'z'])
        .map_or_else(|| text.clone(), |it| format!("{it}+00:00"));
    let found = zoned
        .iter()
        .find_map(|it| DateTime::parse_from_str(&with_offset, it).ok());
    if let Some(at) = found {
        return Some(Time::Zoned(at));
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let found = local
        .iter()
        .find_map(|it| NaiveDateTime::parse_from_str(&text, it).ok());
    if let Some(at) = found {
        return Some(Time::Local { at, is_day: false });
    }
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
    Some(Time::Local {
        at: day.and_hms_opt(0, 0, 0)?,
        is_day: true,
    })
}

impl Time {
    /// The day on the clock that it was written by.
    pub(super) fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::Elapsed { .. } => None,
            Self::Local { at, .. } => Some(at.date()),
            Self::Zoned(at) => Some(at.date_naive()),
        }
    }

    fn seconds(&self) -> f64 {
        let of = |at: DateTime<chrono::Utc>| at.timestamp_millis() as f64 / 1000.0;
        match self {
            Self::Elapsed { hours, .. } => hours * 3600.0,
            Self::Local { at, .. } => of(at.and_utc()),
            Self::Zoned(at) => of(at.to_utc()),
        }
    }

    /// ISO 8601, if it is a time of the world or of a wall.
    fn iso(&self) -> Option<String> {
        match self {
            Self::Elapsed { .. } => None,
            Self::Local { at, .. } => Some(at.format("%Y-%m-%dT%H:%M:%S").to_string()),
            Self::Zoned(at) => Some(at.format("%Y-%m-%dT%H:%M:%S%:z").to_string()),
        }
    }
}

/// Where hour 0 is.
pub(super) struct Start {
    seconds: f64,
    /// ISO 8601, if the file says.
    pub(super) iso: Option<String>,
    pub(super) warnings: Vec<Warning>,
}

impl Start {
    /// Hour 0 is the first of the times; elapsed times keep the start that they have.
    ///
    /// # Errors
    /// Times that cannot be told against each other.
    pub(super) fn of(times: &[Time]) -> Result<Self, Refusal> {
        let count = |is: fn(&Time) -> bool| times.iter().filter(|it| is(it)).count();
        let n_elapsed = count(|it| matches!(it, Time::Elapsed { .. }));
        let n_clock = count(|it| matches!(it, Time::Elapsed { is_clock: true, .. }));
        let n_local = count(|it| matches!(it, Time::Local { .. }));
        let n_days = count(|it| matches!(it, Time::Local { is_day: true, .. }));
        let n_zoned = count(|it| matches!(it, Time::Zoned(_)));
        if [n_elapsed, n_local, n_zoned]
            .iter()
            .filter(|it| 0 < **it)
            .count()
            > 1
        {
            return Err(Refusal::series(
                "times that are all elapsed, all local or all with a zone",
                format!("{n_elapsed} elapsed, {n_local} local and {n_zoned} with a zone"),
            ));
        }
        let mut offsets: Vec<i32> = times.iter().filter_map(offset_secs).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let said = [
            (
                0 < n_local,
                "times have no zone: read as one local clock without change of summer time"
                    .to_owned(),
            ),
            (
                0 < n_days,
                format!("{n_days} times are days without an hour: read as midnight"),
            ),
            (
                1 < offsets.len(),
                format!(
                    "times have {} different offsets from UTC: compared in UTC",
                    offsets.len()
                ),
            ),
            (
                0 < n_clock,
                "times of the form hh:mm are read as time since the start".to_owned(),
            ),
        ];
        let warnings = said
            .into_iter()
            .filter(|it| it.0)
            .map(|it| told(it.1))
            .collect();
        let first = times
            .iter()
            .min_by(|a, b| a.seconds().total_cmp(&b.seconds()));
        let first = first.filter(|_| n_elapsed == 0);
        Ok(Self {
            seconds: first.map_or(0.0, Time::seconds),
            iso: first.and_then(Time::iso),
            warnings,
        })
    }

    /// Hours since hour 0.
    pub(super) fn hours(&self, time: &Time) -> f64 {
        match time {
            Time::Elapsed { hours, .. } => *hours,
            other => (other.seconds() - self.seconds) / 3600.0,
        }
    }
}

fn offset_secs(time: &Time) -> Option<i32> {
    match time {
        Time::Zoned(at) => Some(at.offset().local_minus_utc()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Start, TimeUnit, parse};

    #[test]
    fn zones_are_compared_in_utc_and_kinds_do_not_mix() {
        let hours = |texts: &[&str]| -> Option<Vec<f64>> {
            let times: Vec<_> = texts.iter().map(|it| parse(it, None).unwrap()).collect();
            let start = Start::of(&times).ok()?;
            Some(times.iter().map(|it| start.hours(it)).collect())
        };
        let zoned = [
            "2026-03-29T01:30:00+01:00",
            "2026-03-29T03:30:00+02:00",
            "2026-03-29 02:30Z",
        ];
        assert_eq!(hours(&zoned), Some(vec![0.0, 1.0, 2.0]));
        assert_eq!(
            hours(&["2026-01-02 10:00", "2026-01-01 10:00"]),
            Some(vec![24.0, 0.0])
        );
        assert_eq!(hours(&["01:30", "47:15:00"]), Some(vec![1.5, 47.25]));
        assert_eq!(hours(&["2026-01-02 10:00", "2026-01-02T10:00Z"]), None);
    }

    #[test]
    fn a_number_needs_a_unit_and_odd_times_are_none() {
        assert!(parse("3", None).is_none());
        assert!(parse("90", Some(TimeUnit::Minutes)).is_some());
        for odd in [
            "",
            "12:75",
            "2026-02-30",
            "29.02.2026 10:00",
            "1:2:3:4",
            "nan",
        ] {
            assert!(parse(odd, Some(TimeUnit::Hours)).is_none(), "{odd}");
        }
    }
}
