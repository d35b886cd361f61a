//! What a number means, in words. Every figure comes from the model's own operating point; nothing is made up.

use crate::{
    prediction::{
        Adjusted, Calibration, Estimate, LabelSet, Ood, OperatingPoint, Prediction, Score,
        Uncertainty, as_entered, whole_percent,
    },
    render::caption,
    words::{Part, Words},
};

/// What stands under the bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(pub String);

/// What the answer for one label means: what its threshold did, whose threshold and whose calibration it is, what cannot
/// be excluded.
pub fn meaning(words: &Words, prediction: &Prediction, score: &Score) -> Vec<Sentence> {
    let mut said: Vec<String> = spread_sentence(words, prediction, score)
        .into_iter()
        .collect();
    match &score.operating_point {
        Some(point) => {
            said.extend(found_sentence(words, &score.label, point));
            said.push(threshold_sentence(words, prediction, point));
        }
        None => {
            let calibrated = calibrated(words, &prediction.calibration);
            let parts = [
                ("n", prediction.scores.len().into()),
                ("calibrated", Part::from(&calibrated)),
            ];
            said.push(words.say_with("meaning-exclusive", &parts));
        }
    }
    said.extend(set_sentence(words, prediction, score));
    said.into_iter().map(Sentence).collect()
}

/// Whose threshold, which, by what rule, and whose calibration.
fn threshold_sentence(words: &Words, prediction: &Prediction, point: &OperatingPoint) -> String {
    let threshold = percent(f64::from(point.threshold));
    let calibrated = calibrated(words, &prediction.calibration);
    let parts = [
        ("threshold", Part::from(&threshold)),
        // The bundle says it in its own words.
        ("rule", Part::from(point.chosen_by.trim_end_matches('.'))),
        ("calibrated", Part::from(&calibrated)),
    ];
    let Some(site) = &prediction.trust.site else {
        return words.say_with("meaning-threshold", &parts);
    };
    let of_site = [
        ("site", Part::from(&site.site)),
        ("date", Part::from(&site.date)),
        ("cases", site.n.into()),
    ];
    let parts: Vec<_> = parts.into_iter().chain(of_site).collect();
    words.say_with("meaning-threshold-site", &parts)
}

/// How far the networks of an ensemble lie apart, where it speaks of this label.
fn spread_sentence(words: &Words, prediction: &Prediction, score: &Score) -> Option<String> {
    let spread = prediction.uncertainty.as_ref()?;
    let who = networks(words, spread);
    let (low, high) = (spread.probability_low, spread.probability_high);
    let number = |it: f32| match prediction.calibration {
        Calibration::None => format!("{it:.2}"),
        _ => caption::percent(it),
    };
    let (low, high) = (number(low), number(high));
    let parts = [
        ("who", Part::from(&who)),
        ("low", Part::from(&low)),
        ("high", Part::from(&high)),
    ];
    let said = if low == high {
        words.say_with("spread-agree", &parts)
    } else {
        words.say_with("spread-between", &parts)
    };
    (spread.label == score.label).then_some(said)
}

/// `five networks`.
fn networks(words: &Words, spread: &Uncertainty) -> String {
    words.say_with("n-networks", &[("n", spread.n_members.into())])
}

fn calibrated(words: &Words, calibration: &Calibration) -> String {
    let n = [("n", calibration.n_cases().unwrap_or(0).into())];
    match calibration {
        Calibration::None => words.say("calibrated-not"),
        Calibration::Temperature { .. } => words.say_with("calibrated", &n),
        Calibration::Platt { .. } => words.say_with("calibrated-platt", &n),
        Calibration::Isotonic { .. } => words.say_with("calibrated-isotonic", &n),
    }
}

/// The set of the label (or of all) with its promise.
fn set_sentence(words: &Words, prediction: &Prediction, score: &Score) -> Option<String> {
    let mut sets = prediction.trust.sets.iter();
    let set = sets.find(|it| it.label.as_ref().is_none_or(|it| *it == score.label))?;
    Some(set_words(words, set))
}

fn set_words(words: &Words, set: &LabelSet) -> String {
    let (coverage, worst) = (
        whole_percent(set.coverage),
        whole_percent(set.worst_coverage),
    );
    let named = members(words, set);
    let parts = [
        ("coverage", Part::from(&coverage)),
        ("named", Part::from(&named)),
        ("worst", Part::from(&worst)),
        ("n", set.n.into()),
    ];
    if set.is_undecided {
        words.say_with("set-undecided", &parts)
    } else {
        words.say_with("set", &parts)
    }
}

/// What a set does not exclude.
fn members(words: &Words, set: &LabelSet) -> String {
    match (&set.label, set.members.as_slice()) {
        (_, []) => words.say("set-none"),
        (Some(label), [_, _]) => words.say_with("set-or-not", &[("label", label.into())]),
        // `not` and the name of the only label, in the bundle's own words.
        (Some(label), [one]) if one != label => {
            words.say_with("set-not", &[("label", label.into())])
        }
        (_, [first, rest @ ..]) => rest.iter().fold(first.clone(), |named, it| {
            let parts = [("first", Part::from(&named)), ("second", Part::from(it))];
            words.say_with("set-or", &parts)
        }),
    }
}

fn found_sentence(words: &Words, label: &str, point: &OperatingPoint) -> Option<String> {
    let label = label.to_lowercase();
    let counted = |it: &Estimate| counted(words, it);
    let (found, passed) = (
        point.sensitivity.as_ref().map(counted),
        point.specificity.as_ref().map(counted),
    );
    let label = ("label", Part::from(&label));
    Some(match (&found, &passed) {
        (Some(found), Some(passed)) => {
            let parts = [label, ("found", found.into()), ("passed", passed.into())];
            words.say_with("found-both", &parts)
        }
        (Some(found), None) => words.say_with("found-above", &[label, ("found", found.into())]),
        (None, Some(passed)) => words.say_with("found-below", &[label, ("passed", passed.into())]),
        (None, None) => return None,
    })
}

/// The answer at another prevalence; PPV and NPV there, where they are known.
pub fn adjusted(words: &Words, adjusted: &Adjusted) -> String {
    let (local, trained) = (as_entered(adjusted.local), whole_percent(adjusted.trained));
    let (there, as_trained) = (
        format!("{:.2}", adjusted.probability),
        format!("{:.2}", adjusted.as_trained),
    );
    let parts = vec![
        ("local", Part::from(&local)),
        ("probability", Part::from(&there)),
        ("trained", Part::from(&trained)),
        ("own", Part::from(&as_trained)),
    ];
    let (Some(above), Some(below)) = (adjusted.predictive_above, adjusted.predictive_below) else {
        return words.say_with("adjusted", &parts);
    };
    let (above, below) = (whole_percent(above), whole_percent(below));
    let more = [("above", Part::from(&above)), ("below", Part::from(&below))];
    let parts: Vec<_> = parts.into_iter().chain(more).collect();
    words.say_with("adjusted-predictive", &parts)
}

/// "509 of 531 (96 %, 94–97)": whole cases, the share, its 95 % interval.
fn counted(words: &Words, estimate: &Estimate) -> String {
    let cases = (estimate.value * estimate.n as f64).round() as u64;
    let (low, high) = (estimate.low * 100.0, estimate.high * 100.0);
    let share = format!("{}, {low:.0}\u{2013}{high:.0}", percent(estimate.value));
    let parts = [
        ("cases", Part::Number(cases)),
        ("n", Part::Number(estimate.n as u64)),
        ("share", Part::from(&share)),
    ];
    words.say_with("found-counted", &parts)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Headline and detail of the scope verdict. Unknown is said, never drawn as fine.
pub fn scope_words(words: &Words, ood: &Ood) -> (String, String) {
    let (distance, limit) = match ood {
        Ood::Unknown => {
            return (
                words.say("scope-unknown"),
                words.say("scope-unknown-detail"),
            );
        }
        Ood::Within { distance, limit } | Ood::Outside { distance, limit } => {
            (format!("{distance:.2}"), format!("{limit:.2}"))
        }
    };
    let parts = [
        ("distance", Part::from(&distance)),
        ("limit", Part::from(&limit)),
    ];
    match ood {
        Ood::Outside { .. } => (
            words.say("scope-outside"),
            words.say_with("scope-outside-detail", &parts),
        ),
        Ood::Within { .. } | Ood::Unknown => (
            words.say("scope-within"),
            words.say_with("scope-within-detail", &parts),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{adjusted, set_words};
    use crate::{
        prediction::{Adjusted, LabelSet},
        words::{Language, Words},
    };

    /// The command line says the same by `Display`: in English the two must not part.
    #[test]
    fn the_window_and_the_command_line_say_the_same_of_sets_and_prevalence() {
        let words = Words::new(Language::English);
        for (label, members, is_undecided) in [
            (Some("pneumonia"), &["pneumonia"][..], false),
            (Some("pneumonia"), &["not pneumonia"], false),
            (Some("pneumonia"), &["not pneumonia", "pneumonia"], true),
            (Some("pneumonia"), &[], true),
            (None, &["one", "two", "three"], false),
        ] {
            let set = LabelSet {
                label: label.map(str::to_owned),
                members: members.iter().map(|it| (*it).to_owned()).collect(),
                is_undecided,
                coverage: 0.9,
                worst_coverage: 0.873,
                n: 1_200,
            };
            let wanted = format!("{set}. {}", set.guarantee());
            let said = set_words(&words, &set);
            let plain = said.replacen("At", "at", 1).replace('\u{A0}', "");
            assert_eq!(plain, wanted);
        }
        let mut it = Adjusted {
            label: "pneumonia".to_owned(),
            trained: 0.74,
            local: 0.05,
            as_trained: 0.74,
            probability: 0.31,
            predictive_above: None,
            predictive_below: None,
        };
        assert_eq!(adjusted(&words, &it), it.to_string());
        (it.predictive_above, it.predictive_below) = (Some(0.5), Some(0.99));
        assert_eq!(adjusted(&words, &it), it.to_string());
    }
}
