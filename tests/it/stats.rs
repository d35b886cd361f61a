//! Statistics against worked examples.

use wardlight::stats::{
    Counts, Unit, accuracy, auroc, bootstrap, brier, expected_calibration_error, fit_temperature,
    macro_f1, negative_log_likelihood, softmax, threshold_for_sensitivity, threshold_of_youden,
    wilson,
};

/// Ten cases whose figures were worked out with numpy and scipy (a DeLong implementation by mid-ranks).
const IS_POSITIVE: [bool; 10] = [
    false, false, false, false, false, true, true, true, true, true,
];
const SCORES: [f64; 10] = [0.1, 0.2, 0.35, 0.4, 0.8, 0.3, 0.55, 0.6, 0.7, 0.9];

/// Ten probabilities and what came true.
const PROBABILITIES: [f64; 10] = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95];
const CAME_TRUE: [bool; 10] = [
    false, false, true, false, false, true, false, true, true, true,
];

#[track_caller]
fn check(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-6,
        "{found}, wanted {expected}"
    );
}

#[test]
fn auroc_and_its_variance_equal_delong() {
    let found = auroc(&SCORES, &IS_POSITIVE).unwrap();
    check(found.value, 0.76);
    check(found.variance, 0.0312);
    check(found.interval().low, 0.321_838);
    check(found.interval().high, 0.954_813);
}

#[test]
fn auroc_counts_ties_half_and_needs_both_kinds() {
    check(
        auroc(&[1.0, 1.0, 1.0, 1.0], &[true, false, true, false])
            .unwrap()
            .value,
        0.5,
    );
    check(auroc(&[1.0, 2.0], &[false, true]).unwrap().value, 1.0);
    assert_eq!(auroc(&[1.0, 2.0], &[true, true]), None);
    assert_eq!(auroc(&[], &[]), None);
    assert_eq!(auroc(&[f64::NAN, 2.0], &[true, false]), None);
}

#[test]
fn calibration_figures_equal_the_worked_example() {
    check(
        expected_calibration_error(&PROBABILITIES, &CAME_TRUE, 5),
        0.12,
    );
    check(
        expected_calibration_error(&PROBABILITIES, &CAME_TRUE, 10),
        0.33,
    );
    check(brier(&PROBABILITIES, &CAME_TRUE), 0.1625);
    let rows: Vec<Vec<f64>> = PROBABILITIES
        .iter()
        .map(|p| vec![(p / (1.0 - p)).ln()])
        .collect();
    check(
        negative_log_likelihood(&rows, &CAME_TRUE.map(usize::from), 1.0),
        0.477_788,
    );
}

#[test]
fn temperature_equals_the_worked_example() {
    // Minimised with scipy's bounded Brent.
    let rows = [
        [4.0, 0.0, 0.0],
        [0.0, 3.0, 0.0],
        [0.0, 0.0, 5.0],
        [2.0, 1.0, 0.0],
        [3.0, 0.0, 0.0],
        [0.0, 4.0, 1.0],
    ];
    let rows = rows.map(|it| it.to_vec());
    let labels = [0, 1, 1, 0, 2, 1];
    let found = fit_temperature(&rows, &labels);
    check(found, 3.359_467);
    check(negative_log_likelihood(&rows, &labels, 1.0), 1.452_116);
    check(negative_log_likelihood(&rows, &labels, found), 0.965_687);
}

#[test]
fn softmax_survives_large_logits() {
    assert_eq!(softmax(&[1000.0, 0.0]), [1.0, 0.0]);
    check(softmax(&[-1000.0, -1000.0])[0], 0.5);
}

#[test]
fn wilson_holds_the_worked_example() {
    check((wilson(95, 100).low * 1e4).round(), 8882.0);
    check((wilson(95, 100).high * 1e4).round(), 9785.0);
}

#[test]
fn thresholds_give_what_they_promise() {
    // Four of five positive cases are needed; the fourth highest has 0.55.
    check(
        threshold_for_sensitivity(&SCORES, &IS_POSITIVE, 0.8).unwrap(),
        0.55,
    );
    check(
        threshold_for_sensitivity(&SCORES, &IS_POSITIVE, 0.81).unwrap(),
        0.3,
    );
    assert_eq!(threshold_for_sensitivity(&SCORES, &[false; 10], 0.8), None);
    // Above 0.475 are 4 of 5 positive and 1 of 5 negative cases.
    check(threshold_of_youden(&SCORES, &IS_POSITIVE).unwrap(), 0.475);
    let counts = Counts::at(0.55, &SCORES, &IS_POSITIVE);
    assert_eq!(
        counts,
        Counts {
            true_above: 4,
            true_below: 4,
            false_above: 1,
            false_below: 1
        }
    );
    check(counts.sensitivity(), 0.8);
    check(counts.specificity(), 0.8);
}

#[test]
fn accuracy_and_macro_f1_equal_the_worked_example() {
    // sklearn.metrics: labels 0,0,0,1,1,2 and chosen 0,0,1,1,2,2 give F1 0.8, 0.5, 2/3.
    let (labels, chosen) = ([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]);
    check(accuracy(&chosen, &labels), 4.0 / 6.0);
    check(macro_f1(&chosen, &labels, 3), (0.8 + 0.5 + 2.0 / 3.0) / 3.0);
    // A label that nobody has and nobody chose does not count.
    check(macro_f1(&chosen, &labels, 4), (0.8 + 0.5 + 2.0 / 3.0) / 3.0);
}

fn units(patients: &[usize]) -> Vec<Unit> {
    patients
        .iter()
        .map(|it| Unit {
            stratum: 0,
            patient: it.to_string(),
        })
        .collect()
}

#[test]
fn the_bootstrap_draws_whole_patients() {
    // Two patients with ten images each, all alike within a patient: the mean is 0, 0.5 or 1, never between.
    let values: Vec<f64> = (0..20).map(|it| f64::from(it / 10)).collect();
    let mean = |at: &[usize]| {
        let mean = at.iter().map(|it| values[*it]).sum::<f64>() / at.len() as f64;
        assert!([0.0, 0.5, 1.0].contains(&mean), "{mean}");
        Some(mean)
    };
    let found = bootstrap(&units(&[[0; 10], [1; 10]].concat()), 200, 7, mean).unwrap();
    assert_eq!((found.low, found.high), (0.0, 1.0));
    let other = bootstrap(&units(&[[0; 10], [1; 10]].concat()), 200, 7, mean).unwrap();
    assert_eq!(found, other);
    assert_eq!(bootstrap(&units(&[0, 1]), 50, 7, |_| None), None);
}

#[test]
fn the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error() {
    let values: Vec<f64> = (0..400).map(|it| f64::from(it % 20)).collect();
    let mean = |at: &[usize]| Some(at.iter().map(|it| values[*it]).sum::<f64>() / at.len() as f64);
    let patients: Vec<usize> = (0..400).collect();
    let found = bootstrap(&units(&patients), 2000, 7, mean).unwrap();
    // sd of 0..19 is 5.766; 2 x 1.96 x 5.766 / 20
    assert!(((found.high - found.low) - 1.130).abs() < 0.08, "{found:?}");
}
