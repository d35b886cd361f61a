//! What a number means, in words. Every figure comes from the model's own operating point; nothing is made up.

use crate::{
    prediction::{Calibration, Estimate, Ood, OperatingPoint, Prediction, Score},
    render::caption,
};

/// What stands under the bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(pub String);

/// What the answer for one label means.
pub fn meaning(prediction: &Prediction, score: &Score) -> Vec<Sentence> {
    let mut said: Vec<String> = spread_sentence(prediction, score).into_iter().collect();
    let calibrated = match &prediction.calibration {
        Calibration::None => "Not calibrated: a score, not a probability.".to_owned(),
        Calibration::Temperature { n, .. } => format!("Calibrated on {n} held-out cases."),
    };
    match &score.operating_point {
        Some(point) => {
            said.extend(found_sentence(&score.label, point));
            said.push(format!(
                "Threshold {}: {}. {calibrated}",
                percent(f64::from(point.threshold)),
                point.chosen_by.trim_end_matches('.')
            ));
        }
        None => {
            said.push(format!(
                "The {} labels exclude each other; there is no threshold. {calibrated}",
                prediction.scores.len()
            ));
        }
    }
    said.into_iter().map(Sentence).collect()
}

/// How far the networks of an ensemble lie apart, where it speaks of this label.
fn spread_sentence(prediction: &Prediction, score: &Score) -> Option<String> {
    let spread = prediction.uncertainty.as_ref()?;
    let who = spread.networks();
    let (low, high) = (spread.probability_low, spread.probability_high);
    let number = |it: f32| match prediction.calibration {
        Calibration::None => format!("{it:.2}"),
        Calibration::Temperature { .. } => caption::percent(it),
    };
    let (low, high) = (number(low), number(high));
    let said = if low == high {
        format!("The {who} agree on {low}.")
    } else {
        format!("The {who} lie between {low} and {high}.")
    };
    (spread.label == score.label).then_some(said)
}

fn found_sentence(label: &str, point: &OperatingPoint) -> Option<String> {
    let label = label.to_lowercase();
    Some(match (&point.sensitivity, &point.specificity) {
        (Some(found), Some(passed)) => format!(
            "There, {} with {label} were above the threshold, and {} without it were below.",
            counted(found),
            counted(passed),
        ),
        (Some(found), None) => format!(
            "There, {} with {label} were above the threshold.",
            counted(found)
        ),
        (None, Some(passed)) => format!(
            "There, {} without {label} were below the threshold.",
            counted(passed)
        ),
        (None, None) => return None,
    })
}

/// "509 of 531 (96 %, 94–97)": whole cases, the share, its 95 % interval.
fn counted(estimate: &Estimate) -> String {
    let cases = (estimate.value * estimate.n as f64).round();
    let (low, high) = (estimate.low * 100.0, estimate.high * 100.0);
    format!(
        "{cases:.0} of {} ({}, {low:.0}\u{2013}{high:.0})",
        estimate.n,
        percent(estimate.value)
    )
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Headline and detail of the scope verdict. Unknown is said, never drawn as fine.
pub fn scope_words(ood: &Ood) -> (&'static str, String) {
    match ood {
        Ood::Unknown => (
            "not checked",
            "The model brings no test for unusual input.".to_owned(),
        ),
        Ood::Within { distance, limit } => {
            ("in scope", format!("distance {distance:.2} of {limit:.2}"))
        }
        Ood::Outside { distance, limit } => (
            "out of scope",
            format!("distance {distance:.2}, limit {limit:.2}"),
        ),
    }
}
