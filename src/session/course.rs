//! A series and how it is looked at: the part of time on screen and the hour that is chosen. Pure, no pixels.

use std::{collections::BTreeSet, sync::Arc};

use super::{Reading, WarningAt, early_warnings};
use crate::{
    case::{Series, Variable, series::Channel, variable::Group},
    engine::{Running, Target},
    prediction::{Explanation, Prediction},
};

/// A series.
#[derive(Debug)]
pub struct SeriesItem {
    pub series: Arc<Series>,
    pub reading: Reading,
    pub view: CourseView,
    /// NEWS2 at each hour at which any part of it is known.
    pub warnings: Vec<WarningAt>,
    /// In the order of the table.
    pub groups: Vec<CourseGroup>,
}

/// The variables of one group.
#[derive(Debug)]
pub struct CourseGroup {
    pub group: Group,
    /// Places among the channels of the series.
    pub measured: Vec<usize>,
    pub never: Vec<Variable>,
}

/// The part of time on screen, and the hour of which is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CourseView {
    /// All of the series, in hours since its start.
    pub whole: (f64, f64),
    /// What is on screen.
    pub shown: (f64, f64),
    /// Of the chosen hour; what was known at its end counts.
    pub hour: i64,
}

/// The shortest time on screen.
const SHORTEST_HOURS: f64 = 1.0;

impl SeriesItem {
    /// A series that nothing was asked about, on screen as a whole, at its last hour.
    pub fn new(series: Series) -> Self {
        Self {
            view: CourseView::new(&series),
            warnings: early_warnings(&series),
            groups: groups(&series),
            series: Arc::new(series),
            reading: Reading::default(),
        }
    }

    /// The series, as a question.
    pub fn target(&self) -> Target {
        Target::Series(self.series.clone())
    }

    /// The prediction, if it is about this series.
    pub fn prediction(&self) -> Option<&Prediction> {
        let found = self.reading.prediction.ready();
        found.filter(|it| it.about == self.target().subject())
    }

    /// The explanation, if it is about this series.
    pub fn explanation(&self) -> Option<&Arc<Explanation>> {
        let found = self.reading.explanation.ready();
        found.filter(|it| it.about == self.target().subject())
    }

    /// The answers hour by hour, if they are about this series.
    pub fn running(&self) -> Option<&Running> {
        let found = self.reading.running.ready();
        found.filter(|it| it.about == self.target().subject())
    }

    /// The channel at a place.
    pub fn channel(&self, idx: usize) -> Option<&Channel> {
        self.series.channels.get(idx)
    }

    /// NEWS2 as it was at the chosen hour.
    pub fn warning(&self) -> Option<&WarningAt> {
        self.warnings.iter().find(|it| it.hour == self.view.hour)
    }

    /// The answer as it was at the chosen hour: the last one up to it.
    pub fn answer_then(&self) -> Option<f32> {
        let hour = usize::try_from(self.view.hour).ok()?;
        let answers = &self.running()?.answers;
        let known = answers.iter().take_while(|it| it.hours <= hour.max(1));
        known.last().map(|it| it.probability)
    }
}

impl CourseView {
    fn new(series: &Series) -> Self {
        let (first, last) = series.hours().unwrap_or((0.0, 1.0));
        // Whole hours, and never none.
        let first = first.floor();
        let last = last.ceil().max(first + SHORTEST_HOURS);
        Self {
            whole: (first, last),
            shown: (first, last),
            hour: last as i64,
        }
    }

    /// Zooms by a factor; the hour `about` stays where it is on screen.
    pub fn zoom_about(&mut self, factor: f64, about: f64) {
        let (from, to) = self.shown;
        let longest = self.whole.1 - self.whole.0;
        let length = ((to - from) / factor).clamp(SHORTEST_HOURS.min(longest), longest);
        let share = (about - from) / (to - from);
        self.show_from(about - share * length, length);
    }

    /// Moves by so many hours.
    pub fn pan(&mut self, by: f64) {
        let (from, to) = self.shown;
        self.show_from(from + by, to - from);
    }

    /// All of it again.
    pub const fn fit(&mut self) {
        self.shown = self.whole;
    }

    /// Chooses an hour, and brings it on screen.
    pub fn choose(&mut self, hour: i64) {
        self.hour = hour.clamp(self.whole.0.ceil() as i64, self.whole.1.ceil() as i64);
        let (from, to) = self.shown;
        let hour = self.hour as f64;
        if hour < from {
            self.pan(hour - from);
        } else if to < hour {
            self.pan(hour - to);
        }
    }

    fn show_from(&mut self, from: f64, length: f64) {
        let from = from.clamp(self.whole.0, (self.whole.1 - length).max(self.whole.0));
        self.shown = (from, from + length);
    }
}

/// What was measured and what never was, by groups; a variable that is counted as another is no variable of its own.
fn groups(series: &Series) -> Vec<CourseGroup> {
    let own = Variable::all().filter(|it| it.counted_as().0 == *it);
    let all: Vec<Variable> = own.collect();
    let groups: BTreeSet<Group> = all.iter().map(|it| it.group()).collect();
    let place = |wanted: &Variable| series.channels.iter().position(|it| it.variable == *wanted);
    let of = |group: Group| {
        let members = all.iter().filter(|it| it.group() == group);
        let (mut measured, mut never) = (Vec::new(), Vec::new());
        for variable in members {
            match place(variable) {
                Some(idx) => measured.push(idx),
                None => never.push(*variable),
            }
        }
        CourseGroup {
            group,
            measured,
            never,
        }
    };
    groups.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::CourseView;

    fn view() -> CourseView {
        CourseView {
            whole: (0.0, 48.0),
            shown: (0.0, 48.0),
            hour: 48,
        }
    }

    #[test]
    fn the_hour_under_the_pointer_stays_when_zooming() {
        let mut view = view();
        let share = |view: &CourseView| (12.0 - view.shown.0) / (view.shown.1 - view.shown.0);
        let before = share(&view);
        view.zoom_about(4.0, 12.0);
        assert!((share(&view) - before).abs() < 1e-9);
        assert_eq!(view.shown, (9.0, 21.0));
        view.zoom_about(1e9, 12.0);
        assert!((view.shown.1 - view.shown.0 - 1.0).abs() < 1e-9);
        view.zoom_about(1e-9, 12.0);
        assert_eq!(view.shown, view.whole);
    }

    #[test]
    fn a_chosen_hour_stays_within_and_comes_on_screen() {
        let mut view = view();
        view.zoom_about(4.0, 0.0);
        view.choose(40);
        assert_eq!((view.hour, view.shown), (40, (28.0, 40.0)));
        view.choose(900);
        assert_eq!((view.hour, view.shown), (48, (36.0, 48.0)));
        view.choose(-5);
        assert_eq!((view.hour, view.shown), (0, (0.0, 12.0)));
    }
}
