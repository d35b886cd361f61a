//! Statistics against worked examples.

use proptest::prelude::*;
use wardlight::stats::{
    Counts, Logistic, Plane, Unit, accuracy, auroc, average_precision, balanced_accuracy,
    bootstrap, bootstrap_all, brier, calibration_line, conformal_quantile, confusion,
    equal_mass_bins, equal_width_bins, expected_calibration_error, expected_gap, fit_temperature,
    greatest_gap, isotonic, macro_f1, mcnemar, negative_log_likelihood, paired_auroc,
    precision_recall_curve, roc_curve, shift_prior, softmax, structural_similarity,
    threshold_for_sensitivity, threshold_of_score1, threshold_of_youden, wilson, worst_coverage,
};

/// Ten cases whose figures were worked out with numpy and scipy (a DeLong implementation by mid-ranks).
const IS_POSITIVE: [bool; 10] = [
    false, false, false, false, false, true, true, true, true, true,
];
const SCORES: [f64; 10] = [0.1, 0.2, 0.35, 0.4, 0.8, 0.3, 0.55, 0.6, 0.7, 0.9];
/// A second score for the same ten.
const OTHER_SCORES: [f64; 10] = [0.2, 0.1, 0.5, 0.6, 0.7, 0.4, 0.3, 0.8, 0.65, 0.9];

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

/// scikit-image 0.26: `structural_similarity(a, b, data_range=1.0)`.
#[test]
fn structural_similarity_equals_that_of_scikit_image() {
    let plane = |value: &dyn Fn(f64, f64) -> f64| Plane {
        width: 20,
        height: 14,
        values: (0..280)
            .map(|it| value(f64::from(it % 20), f64::from(it / 20)))
            .collect(),
    };
    let one = plane(&|x, y| 0.5 + 0.5 * (0.7 * x + 0.3 * y).sin());
    let other = plane(&|x, y| 0.5 + 0.5 * (0.6 * x - 0.2 * y).cos());
    let found = structural_similarity(&one, &other).unwrap();
    assert!((found + 0.172_771_209_525_538_1).abs() < 1e-9, "{found}");
    assert!((structural_similarity(&one, &one).unwrap() - 1.0).abs() < 1e-12);
    assert_eq!(structural_similarity(&one, &one.resampled(6, 6)), None);
}

#[test]
fn auroc_and_its_variance_equal_delong() {
    let found = auroc(&SCORES, &IS_POSITIVE).unwrap();
    check(found.value, 0.76);
    check(found.variance, 0.0312);
    check(found.interval().low, 0.321_838);
    check(found.interval().high, 0.954_813);
    check(found.wald().low, 0.413_801);
    check(found.wald().high, 1.0);
}

#[test]
fn two_scores_are_compared_as_delong_does() {
    let found = paired_auroc(&SCORES, &OTHER_SCORES, &IS_POSITIVE).unwrap();
    check(found.difference, 0.04);
    check(found.z, 0.324_443);
    check(found.p, 0.745_603);
    check((found.interval.low + found.interval.high) / 2.0, 0.04);
    // The same order is no difference, not an endless one.
    let doubled = SCORES.map(|it| 2.0 * it);
    let same = paired_auroc(&SCORES, &doubled, &IS_POSITIVE).unwrap();
    check(same.z, 0.0);
    check(same.p, 1.0);
    assert!(paired_auroc(&SCORES, &OTHER_SCORES, &[true; 10]).is_none());
}

#[test]
fn average_precision_and_the_curves_equal_scikit_learn() {
    // sklearn.metrics 1.9.1: average_precision_score, roc_curve(drop_intermediate=False), precision_recall_curve.
    check(
        average_precision(&SCORES, &IS_POSITIVE).unwrap(),
        0.768_333_333,
    );
    check(
        average_precision(&OTHER_SCORES, &IS_POSITIVE).unwrap(),
        0.789_285_714,
    );
    let tied = [0.0, 0.25, 0.25, 0.5, 0.75, 0.25, 0.5, 0.5, 0.75, 1.0];
    check(
        average_precision(&tied, &IS_POSITIVE).unwrap(),
        0.711_111_111,
    );
    assert_eq!(average_precision(&SCORES, &[false; 10]), None);
    let roc = roc_curve(&SCORES, &IS_POSITIVE);
    let places: Vec<(f64, f64)> = roc.iter().map(|it| (it.x, it.y)).collect();
    let wanted = [
        (0.0, 0.0),
        (0.0, 0.2),
        (0.2, 0.2),
        (0.2, 0.4),
        (0.2, 0.6),
        (0.2, 0.8),
        (0.4, 0.8),
        (0.6, 0.8),
        (0.6, 1.0),
        (0.8, 1.0),
        (1.0, 1.0),
    ];
    assert_eq!(places, wanted);
    assert!(roc_curve(&SCORES, &[true; 10]).is_empty());
    let precision: Vec<f64> = precision_recall_curve(&SCORES, &IS_POSITIVE)
        .iter()
        .map(|it| it.y)
        .collect();
    let wanted = [
        1.0,
        0.5,
        2.0 / 3.0,
        0.75,
        0.8,
        2.0 / 3.0,
        4.0 / 7.0,
        0.625,
        5.0 / 9.0,
        0.5,
    ];
    for (found, wanted) in precision.iter().zip(wanted) {
        check(*found, wanted);
    }
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
    let [five, ten] = [5, 10].map(|it| equal_width_bins(&PROBABILITIES, &CAME_TRUE, it));
    check(greatest_gap(&five), 0.2);
    check(greatest_gap(&ten), 0.75);
    // numpy.array_split after a sort.
    let three = equal_mass_bins(&PROBABILITIES, &CAME_TRUE, 3);
    assert_eq!(three.iter().map(|it| it.n).collect::<Vec<_>>(), [4, 3, 3]);
    check(expected_gap(&three), 0.13);
    check(expected_gap(&[]), 0.0);
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
fn the_calibration_line_equals_a_logistic_regression() {
    // sklearn.linear_model.LogisticRegression(C=inf) on the logits.
    let logits = PROBABILITIES.map(|p| (p / (1.0 - p)).ln());
    let found = calibration_line(&logits, &CAME_TRUE).unwrap();
    check(found.slope, 1.127_958_43);
    check(found.intercept, 0.0);
    assert_eq!(calibration_line(&[-1.0, 1.0], &[true, true]), None);
    // Parted perfectly: the slope would be infinite.
    assert_eq!(
        calibration_line(&[-2.0, -1.0, 1.0, 2.0], &[false, false, true, true]),
        None
    );
}

#[test]
fn a_logistic_regression_equals_scikit_learn() {
    // sklearn.linear_model.LogisticRegression(C=1) on standardised columns s, s2 and s * s2.
    let rows: Vec<Vec<f64>> = SCORES
        .iter()
        .zip(OTHER_SCORES)
        .map(|(a, b)| vec![*a, b, a * b])
        .collect();
    let fitted = Logistic::fit(&rows, &IS_POSITIVE, 1.0).unwrap();
    for (row, wanted) in rows
        .iter()
        .zip([-1.228_717_74, -1.086_817_15, -0.392_045_09])
    {
        check(fitted.logit(row), wanted);
    }
    // A column that never varies says nothing, and with a penalty even parted classes have an answer.
    let rows: Vec<Vec<f64>> = (0..6).map(|it| vec![f64::from(it), 7.0]).collect();
    let kinds = [false, false, false, true, true, true];
    let fitted = Logistic::fit(&rows, &kinds, 1.0).unwrap();
    assert!(fitted.logit(&rows[0]) < 0.0 && 0.0 < fitted.logit(&rows[5]));
    assert_eq!(Logistic::fit(&rows, &[true; 6], 1.0), None);
    assert_eq!(
        Logistic::fit(&[vec![f64::NAN], vec![1.0]], &[true, false], 1.0),
        None
    );
    assert_eq!(Logistic::fit(&[], &[], 1.0), None);
}

#[test]
fn another_prevalence_moves_the_odds_by_one_factor() {
    // Half as trained, a tenth here: odds of 1 become odds of 1/9.
    check(shift_prior(0.0, 0.5, 0.1), -(9.0_f64).ln());
    check(shift_prior(1.3, 0.74, 0.74), 1.3);
}

#[test]
fn net_benefit_equals_the_worked_example() {
    // Of 1000 cases with a prevalence of 10 %.
    let at = |true_above, false_above| Counts {
        true_above,
        false_below: 100 - true_above,
        false_above,
        true_below: 900 - false_above,
    };
    check(at(80, 120).net_benefit(0.1), 0.066_667);
    check(at(60, 40).net_benefit(0.2), 0.05);
    // Acting on all.
    check(at(100, 900).net_benefit(0.1), 0.0);
    check(at(100, 900).net_benefit(0.2), -0.125);
}

#[test]
fn conformal_quantiles_and_their_promise_equal_the_worked_examples() {
    let scores: Vec<f64> = (1..20).map(|it| f64::from(it) / 20.0).collect();
    check(conformal_quantile(&scores, 0.1).unwrap(), 0.9);
    // Eight cases cannot exclude anything at 10 %.
    assert_eq!(conformal_quantile(&scores[..8], 0.1), Some(f64::INFINITY));
    assert_eq!(conformal_quantile(&[f64::NAN], 0.1), None);
    assert_eq!(conformal_quantile(&scores, 1.0), None);
    // scipy.stats.beta(l, n + 1 - l).ppf(0.05)
    for (n, wanted) in [
        (50, 0.826_208_842),
        (100, 0.848_204_571),
        (200, 0.863_722_235),
        (500, 0.877_320_714),
        (1000, 0.884_075_489),
    ] {
        check(worst_coverage(n, 0.1).unwrap(), wanted);
    }
    check(worst_coverage(8, 0.1).unwrap(), 1.0);
    assert_eq!(worst_coverage(100, 0.0), None);
}

#[test]
fn isotonic_regression_equals_scikit_learn() {
    // sklearn.isotonic.IsotonicRegression().fit(x, y).predict(x)
    let x: Vec<f64> = (1..9).map(f64::from).collect();
    let values = |x: &[f64], y: &[f64]| -> Vec<f64> {
        isotonic(x, y).unwrap().into_iter().map(|it| it.1).collect()
    };
    assert_eq!(
        values(&x, &[1.0, 2.0, 2.5, 1.5, 3.0, 2.0, 4.0, 3.5]),
        [1.0, 2.0, 2.0, 2.0, 2.5, 2.5, 3.75, 3.75]
    );
    let truth = CAME_TRUE.map(|it| f64::from(u8::from(it)));
    let third = 1.0 / 3.0;
    let wanted = [0.0, 0.0, third, third, third, 0.5, 0.5, 1.0, 1.0, 1.0];
    for (found, wanted) in values(&PROBABILITIES, &truth).into_iter().zip(wanted) {
        check(found, wanted);
    }
    // Equal x share one value.
    assert_eq!(
        isotonic(&[1.0, 1.0, 2.0], &[0.0, 1.0, 1.0]).unwrap(),
        [(1.0, 0.5), (2.0, 1.0)]
    );
    assert_eq!(isotonic(&[f64::NAN], &[0.0]), None);
    assert_eq!(isotonic(&[], &[]), Some(Vec::new()));
}

#[test]
fn mcnemar_is_exact() {
    // statsmodels.stats.contingency_tables.mcnemar([[0, 3], [10, 0]], exact=True)
    let pairs: Vec<(bool, bool)> = [
        vec![(true, false); 3],
        vec![(false, true); 10],
        vec![(true, true); 5],
    ]
    .concat();
    let (first, second): (Vec<bool>, Vec<bool>) = pairs.into_iter().unzip();
    let found = mcnemar(&first, &second);
    assert_eq!((found.only_first_right, found.only_second_right), (3, 10));
    check(found.p, 0.092_285_156_25);
    check(mcnemar(&first, &first).p, 1.0);
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
    // There sensitivity and PPV are both 4 of 5, and no threshold gives more of both.
    check(threshold_of_score1(&SCORES, &IS_POSITIVE).unwrap(), 0.475);
    check(Counts::at(0.475, &SCORES, &IS_POSITIVE).score1(), 0.8);
    check(Counts::at(2.0, &SCORES, &IS_POSITIVE).score1(), 0.0);
    assert!(Counts::at(0.5, &SCORES, &[false; 10]).score1().is_nan());
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

#[test]
fn the_confusion_table_and_balanced_accuracy_equal_scikit_learn() {
    let (labels, chosen) = ([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]);
    assert_eq!(
        confusion(&chosen, &labels, 3),
        [vec![2, 1, 0], vec![0, 1, 1], vec![0, 0, 1]]
    );
    check(balanced_accuracy(&chosen, &labels, 3), 0.722_222_222);
    check(balanced_accuracy(&[], &[], 3), 0.0);
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

#[test]
fn several_statistics_come_from_the_same_draws() {
    let values: Vec<f64> = (0..50).map(f64::from).collect();
    let patients: Vec<usize> = (0..50).map(|it| it / 2).collect();
    let mean = |at: &[usize]| at.iter().map(|it| values[*it]).sum::<f64>() / at.len() as f64;
    let alone = bootstrap(&units(&patients), 300, 3, |at| Some(mean(at))).unwrap();
    let both = bootstrap_all(&units(&patients), 300, 3, |at| {
        vec![None, Some(mean(at)), Some(2.0 * mean(at))]
    });
    assert_eq!(both[0], None);
    assert_eq!(both[1], Some(alone));
    check(both[2].unwrap().low, 2.0 * alone.low);
    let other_seed = bootstrap(&units(&patients), 300, 4, |at| Some(mean(at))).unwrap();
    assert_ne!(alone, other_seed);
}

/// Scores on a coarse grid, so that ties occur, each with its truth.
fn cases() -> impl Strategy<Value = Vec<(i8, bool)>> {
    proptest::collection::vec((-20_i8..20, any::<bool>()), 2..60)
}

proptest! {
    #[test]
    fn the_area_depends_on_the_order_only(cases in cases()) {
        let (scores, truth): (Vec<f64>, Vec<bool>) =
            cases.iter().map(|(s, t)| (f64::from(*s) / 10.0, *t)).unzip();
        let bent: Vec<f64> = scores.iter().map(|it| (3.0 * it).exp() + 7.0).collect();
        let turned: Vec<f64> = scores.iter().map(|it| -it).collect();
        match (auroc(&scores, &truth), auroc(&bent, &truth), auroc(&turned, &truth)) {
            (Some(plain), Some(bent), Some(turned)) => {
                prop_assert!((plain.value - bent.value).abs() < 1e-9);
                prop_assert!((plain.variance - bent.variance).abs() < 1e-9);
                prop_assert!((plain.value + turned.value - 1.0).abs() < 1e-9);
                // The area under the drawn curve is the same number.
                let curve = roc_curve(&scores, &truth);
                let area: f64 = curve
                    .windows(2)
                    .map(|it| (it[1].x - it[0].x) * (it[0].y + it[1].y) / 2.0)
                    .sum();
                prop_assert!((plain.value - area).abs() < 1e-9);
            }
            (None, None, None) => prop_assert!(truth.iter().all(|it| *it == truth[0])),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn isotonic_values_never_fall_and_keep_the_mean(cases in cases()) {
        let (x, y): (Vec<f64>, Vec<f64>) =
            cases.iter().map(|(x, y)| (f64::from(*x), f64::from(u8::from(*y)))).unzip();
        let found = isotonic(&x, &y).unwrap();
        prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1 + 1e-12));
        let value = |x: f64| found.iter().find(|it| it.0 == x).unwrap().1;
        let (fitted, seen): (f64, f64) = (x.iter().map(|it| value(*it)).sum(), y.iter().sum());
        prop_assert!((fitted - seen).abs() < 1e-9);
    }

    #[test]
    fn the_expected_gap_lies_between_nothing_and_the_greatest(cases in cases(), n_bins in 1_usize..20) {
        let (p, truth): (Vec<f64>, Vec<bool>) =
            cases.iter().map(|(s, t)| ((f64::from(*s) + 20.0) / 40.0, *t)).unzip();
        for bins in [equal_width_bins(&p, &truth, n_bins), equal_mass_bins(&p, &truth, n_bins)] {
            prop_assert_eq!(bins.iter().map(|it| it.n).sum::<usize>(), p.len());
            prop_assert!(expected_gap(&bins) <= greatest_gap(&bins) + 1e-12);
        }
    }
}
