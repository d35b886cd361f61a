//! NEWS2 along a series, from the values that were known at each hour. Pure; the rules are those of `bedside`.

use crate::{
    bedside::{Answer, CARDS, Card, Consciousness, Inputs, Range},
    case::{Series, Variable},
    words::{Part, Words},
};

/// How long a value counts as known: the longest time between two observations that NEWS2 allows (RCP 2017, chart 4: a
/// score of 0 is taken again within 12 hours).
pub const KNOWN_HOURS: f64 = 12.0;
/// A longer series is told for its first hours only; 400 days.
const LONGEST_HOURS: i64 = 9_600;
/// Air has 20.9 % oxygen; the table of variables starts at 0.21.
const AIR: f64 = 0.21;

/// NEWS2 at the end of an hour.
#[derive(Clone, Debug, PartialEq)]
pub struct WarningAt {
    /// Hours since the start of the series; what was measured up to here, this hour included, is known.
    pub hour: i64,
    /// The least and the greatest total that is possible, of 20.
    pub total: Range,
    /// The risks that are not excluded, in the words of the source.
    pub says: Vec<&'static str>,
    /// Parts that are not known, by their names in `bedside`.
    pub missing: Vec<&'static str>,
}

/// NEWS2, with its source and whom it is for.
pub fn news2() -> Option<&'static Card> {
    CARDS.iter().find(|it| it.name == "news2")
}

/// NEWS2 at each hour at which any part of it is known.
pub fn early_warnings(series: &Series) -> Vec<WarningAt> {
    let Some((first, last)) = series.hours() else {
        return Vec::new();
    };
    let first = first.ceil() as i64;
    let last = (last.ceil() as i64).min(first.saturating_add(LONGEST_HOURS));
    (first..=last)
        .filter_map(|hour| {
            let answer = answer_at(series, hour)?;
            Some(WarningAt {
                hour,
                total: answer.total?.range,
                says: answer.says,
                missing: answer.missing,
            })
        })
        .collect()
}

/// NEWS2 with all its items as it was at an hour; `None` where nothing of it was known.
pub fn answer_at(series: &Series, hour: i64) -> Option<Answer> {
    let answer = news2()?.answer(&inputs_at(series, hour as f64));
    answer.is_computed().then_some(answer)
}

/// Why NEWS2 is not for a patient of this age.
pub fn refusal(words: &Words, age_years: Option<f32>) -> Option<String> {
    let (age, from) = (f64::from(age_years?), news2()?.from_years?);
    let (age, from) = (age < from).then(|| (age.to_string(), from.to_string()))?;
    let parts = [("from", Part::from(&from)), ("age", Part::from(&age))];
    Some(words.say_with("news2-not-for", &parts))
}

/// What was known then. Nothing is worked out but three things that the table of variables does not have by their own
/// names: oxygen is given where its fraction is above that of air or it flows; alert is 15 on the Glasgow coma scale, and
/// what is less is one of confusion, voice, pain and unresponsive, which score alike; the systolic pressure is the last of
/// cuff and arterial line.
fn inputs_at(series: &Series, hour: f64) -> Inputs {
    let known = |key: &str| last_known(series, key, hour).map(|it| it.1);
    let cuff = last_known(series, "systolic_pressure", hour);
    let line = last_known(series, "systolic_pressure_arterial", hour);
    let latest = [cuff, line].into_iter().flatten();
    let systolic = latest.max_by(|a, b| a.0.total_cmp(&b.0)).map(|it| it.1);
    let by_fraction = known("fio2").map(|it| AIR < it);
    let by_flow = known("oxygen_flow").map(|it| 0.0 < it);
    Inputs {
        respiratory_rate_per_minute: known("respiratory_rate"),
        spo2_percent: known("spo2"),
        oxygen: match (by_fraction, by_flow) {
            (Some(a), Some(b)) => Some(a || b),
            (a, b) => a.or(b),
        },
        systolic_mmhg: systolic,
        pulse_per_minute: known("heart_rate"),
        consciousness: known("gcs").map(|it| match it {
            15.0.. => Consciousness::Alert,
            _ => Consciousness::Confusion,
        }),
        temperature_celsius: known("temperature"),
        ..Inputs::default()
    }
}

/// The last value of a variable up to an hour, with its time, if it is not too old.
fn last_known(series: &Series, key: &str, hour: f64) -> Option<(f64, f64)> {
    let points = series.points(Variable::of_key(key)?);
    let n_before = points.partition_point(|it| it.hours <= hour);
    let last = points.get(n_before.checked_sub(1)?)?;
    (hour - last.hours <= KNOWN_HOURS).then_some((last.hours, last.value))
}
