//! The one axis of time that all plots of a course share, and what keeps many points quick to draw.

use std::ops::Range;

use chrono::{NaiveDateTime, TimeDelta, Timelike as _};
use egui::{Rangef, Rect};

use super::plot_ui::round_ticks;
use crate::{
    case::{Series, series::Point},
    session::CourseView,
    words::{Part, Words},
};

/// Where hours lie on screen, and what they are called.
pub(super) struct TimeAxis {
    pub(super) x: Rangef,
    pub(super) shown: Range<f64>,
    /// The wall-clock time of hour 0.
    start: Option<NaiveDateTime>,
}

/// Points nearer to each other than this, in points of the screen, are drawn as their first, last, least and greatest.
const COLUMN: f32 = 1.0;

impl TimeAxis {
    pub(super) fn new(series: &Series, view: &CourseView, x: Rangef) -> Self {
        // For the clinician's eyes: the hours of the day.
        let start = series.start.reveal().as_deref().and_then(parse);
        Self {
            x,
            shown: view.shown.0..view.shown.1,
            start,
        }
    }

    /// The place of an hour.
    pub(super) fn place(&self, hours: f64) -> f32 {
        let share = (hours - self.shown.start) / (self.shown.end - self.shown.start).max(1e-9);
        self.x.min + self.x.span() * share as f32
    }

    /// The hour at a place.
    pub(super) fn hours(&self, x: f32) -> f64 {
        let share = f64::from((x - self.x.min) / self.x.span().max(1.0));
        self.shown.start + share * (self.shown.end - self.shown.start)
    }

    /// The column between two hours, as far as it is on screen.
    pub(super) fn column(&self, from: f64, to: f64, y: Rangef) -> Option<Rect> {
        let left = self.place(from).max(self.x.min);
        let right = self.place(to).min(self.x.max);
        (left < right).then(|| Rect::from_x_y_ranges(left..=right, y))
    }

    /// Hours that are written at the axis; whole hours of the day where the day is known.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let n = f64::from((self.x.span() / 76.0).clamp(2.0, 16.0));
        let Some(start) = self.start else {
            let ticks = round_ticks(&self.shown, n).into_iter();
            return ticks.map(|it| (it, self.name(it))).collect();
        };
        let span = self.shown.end - self.shown.start;
        let steps = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 168.0, 336.0, 720.0];
        let step = steps.into_iter().find(|it| span / it <= n).unwrap_or(span);
        // From midnight on.
        let offset = f64::from(start.num_seconds_from_midnight()) / 3600.0;
        let first = ((self.shown.start + offset) / step).ceil() as i64;
        let last = ((self.shown.end + offset) / step).floor() as i64;
        let at = |it: i64| it as f64 * step - offset;
        (first..=last)
            .map(|it| (at(it), self.name(at(it))))
            .collect()
    }

    /// What an hour is called: `14:00`, at midnight `2026-11-21`; without a date `17 h`.
    pub(super) fn name(&self, hours: f64) -> String {
        match self.time(hours) {
            Some(time) if time.num_seconds_from_midnight() == 0 => {
                time.format("%Y-%m-%d").to_string()
            }
            Some(time) => time.format("%H:%M").to_string(),
            None => format!("{} h", super::words::tick((hours * 10.0).round() / 10.0)),
        }
    }

    /// An hour in full, for a sentence: `hour 17, 2026-11-21 14:00`.
    pub(super) fn full_name(&self, words: &Words, hours: f64) -> String {
        let hour = super::words::tick((hours * 10.0).round() / 10.0);
        let hour = ("hour", Part::from(&hour));
        match self.time(hours) {
            Some(time) => {
                let time = time.format("%Y-%m-%d %H:%M").to_string();
                words.say_with("course-hour-time", &[hour, ("time", Part::from(&time))])
            }
            None => words.say_with("course-hour", &[hour]),
        }
    }

    fn time(&self, hours: f64) -> Option<NaiveDateTime> {
        let minutes = (hours * 60.0).round();
        let moved = TimeDelta::try_minutes(minutes as i64)?;
        self.start?.checked_add_signed(moved)
    }

    /// The points on screen, and one beside them at each end, thinned out to what the screen can show.
    pub(super) fn thinned(&self, points: &[Point]) -> Vec<Point> {
        let first = points.partition_point(|it| it.hours < self.shown.start);
        let last = points.partition_point(|it| it.hours <= self.shown.end);
        let part = points.get(first.saturating_sub(1)..(last + 1).min(points.len()));
        let part = part.unwrap_or_default();
        if part.len() as f32 <= 2.0 * self.x.span() {
            return part.to_vec();
        }
        let mut kept: Vec<Point> = Vec::new();
        let column = |it: &Point| ((self.place(it.hours) - self.x.min) / COLUMN).floor();
        for group in part.chunk_by(|a, b| column(a) == column(b)) {
            let by_value = |a: &&Point, b: &&Point| a.value.total_cmp(&b.value);
            let ends = [group.first(), group.last()];
            let most = [group.iter().min_by(by_value), group.iter().max_by(by_value)];
            let mut of_group: Vec<Point> =
                ends.into_iter().chain(most).flatten().copied().collect();
            of_group.sort_by(|a, b| a.hours.total_cmp(&b.hours));
            of_group.dedup();
            kept.extend(of_group);
        }
        kept
    }
}

/// ISO 8601 as far as minutes or seconds; the offset from UTC says which clock it was, which is the one to show.
fn parse(text: &str) -> Option<NaiveDateTime> {
    let text = text.replace(' ', "T");
    let part = |n: usize, format: &str| NaiveDateTime::parse_from_str(text.get(..n)?, format).ok();
    part(19, "%Y-%m-%dT%H:%M:%S").or_else(|| part(16, "%Y-%m-%dT%H:%M"))
}

#[cfg(test)]
mod tests {
    use egui::Rangef;

    use super::{TimeAxis, parse};
    use crate::{
        case::series::Point,
        words::{Language, Words},
    };

    fn axis(start: Option<&str>) -> TimeAxis {
        TimeAxis {
            x: Rangef::new(100.0, 500.0),
            shown: 0.0..48.0,
            start: start.and_then(parse),
        }
    }

    #[test]
    fn places_and_hours_are_each_others_inverse_and_named_as_people_do() {
        let plain = axis(None);
        assert!((plain.hours(plain.place(17.25)) - 17.25).abs() < 1e-4);
        assert_eq!(plain.name(12.0), "12 h");
        let dated = axis(Some("2026-11-20T09:14:00+08:00"));
        let words = Words::new(Language::English);
        let full = dated.full_name(&words, 1.0);
        assert_eq!(full, "hour 1, 2026-11-20 10:14");
        let names: Vec<String> = dated.ticks().into_iter().map(|it| it.1).collect();
        assert_eq!(names, ["12:00", "2026-11-21", "12:00", "2026-11-22"]);
    }

    #[test]
    fn ten_thousand_points_become_a_few_for_each_column_and_keep_their_extremes() {
        let point = |it: usize| Point {
            hours: it as f64 * 48.0 / 20_000.0,
            value: if it == 7_777 { 900.0 } else { (it % 7) as f64 },
        };
        let points: Vec<Point> = (0..20_000).map(point).collect();
        let axis = axis(None);
        let kept = axis.thinned(&points);
        assert!(kept.len() <= 4 * 402, "{}", kept.len());
        assert!(kept.iter().any(|it| it.value == 900.0));
        assert!(kept.is_sorted_by(|a, b| a.hours <= b.hours));
        assert_eq!(axis.thinned(&points[..50]).len(), 50);
    }
}
