//! What a number means, in words. Every figure comes from the model's own operating point; nothing is made up.

use crate::{
    prediction::{Calibration, Estimate, Ood, OperatingPoint, Prediction, Score},
    render::caption,
};

/// What stands under the bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(pub String);

/// What the answer for one label means: what its threshold did, whose threshold and whose calibration it is, what cannot
/// be excluded.
pub fn meaning(prediction: &Prediction, score: &Score) -> Vec<Sentence> {
    let mut said: Vec<String> = spread_sentence(prediction, score).into_iter().collect();
    let owner = match &prediction.trust.site {
        Some(site) => format!("of {site}"),
        None => "of the bundle".to_owned(),
    };
    match &score.operating_point {
        Some(point) => {
            said.extend(found_sentence(&score.label, point));
            said.push(format!(
                "Threshold {owner}, {}: {}. {}",
                percent(f64::from(point.threshold)),
                point.chosen_by.trim_end_matches('.'),
                calibrated(&prediction.calibration)
            ));
        }
        None => {
            said.push(format!(
                "The {} labels exclude each other; there is no threshold. {}",
                prediction.scores.len(),
                calibrated(&prediction.calibration)
            ));
        }
    }
    said.extend(set_sentence(prediction, score));
    said.into_iter().map(Sentence).collect()
}

/// How far the networks of an ensemble lie apart, where it speaks of this label.
fn spread_sentence(prediction: &Prediction, score: &Score) -> Option<String> {
    let spread = prediction.uncertainty.as_ref()?;
    let who = spread.networks();
    let (low, high) = (spread.probability_low, spread.probability_high);
    let number = |it: f32| match prediction.calibration {
        Calibration::None => format!("{it:.2}"),
        _ => caption::percent(it),
    };
    let (low, high) = (number(low), number(high));
    let said = if low == high {
        format!("The {who} agree on {low}.")
    } else {
        format!("The {who} lie between {low} and {high}.")
    };
    (spread.label == score.label).then_some(said)
}

fn calibrated(calibration: &Calibration) -> String {
    let method = match calibration {
        Calibration::None => return "Not calibrated: a score, not a probability.".to_owned(),
        Calibration::Temperature { .. } => "",
        Calibration::Platt { .. } => " by Platt's line",
        Calibration::Isotonic { .. } => " by isotonic regression",
    };
    let n = calibration.n_cases().unwrap_or(0);
    format!("Calibrated{method} on {n} held-out cases.")
}

/// The set of the label (or of all) with its promise.
fn set_sentence(prediction: &Prediction, score: &Score) -> Option<String> {
    let mut sets = prediction.trust.sets.iter();
    let set = sets.find(|it| it.label.as_ref().is_none_or(|it| *it == score.label))?;
    let words = set.to_string().replacen("at", "At", 1);
    Some(format!("{words}. {}", set.guarantee()))
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
