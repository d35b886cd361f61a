//! Pure numbers: ranking, agreement, calibration, and the intervals around them. `f64` throughout.

mod auroc;
mod calibration;
mod classes;
mod conformal;
mod curve;
mod entropy;
mod gaussian;
mod interval;
mod isotonic;
mod logistic;
mod mcnemar;
mod plane;
mod platt;
mod spans;
mod special;
mod trees;

pub use self::{
    auroc::{Auroc, PairedAuroc, auroc, paired_auroc},
    calibration::{
        Bin, CalibrationLine, brier, calibration_line, equal_mass_bins, equal_width_bins,
        expected_calibration_error, expected_gap, fit_temperature, greatest_gap, mean_surprise,
        negative_log_likelihood, shift_prior, sigmoid, softmax,
    },
    classes::{
        Counts, accuracy, balanced_accuracy, confusion, f1, greatest, macro_f1, predictive_values,
        threshold_for_ppv, threshold_for_sensitivity, threshold_for_specificity,
        threshold_of_score1, threshold_of_youden,
    },
    conformal::{conformal_quantile, worst_coverage},
    curve::{CurvePoint, average_precision, precision_recall_curve, roc_curve},
    entropy::{EnsembleEntropy, ensemble_entropy},
    gaussian::Gaussian,
    interval::{
        Interval, Unit, bootstrap, bootstrap_all, clopper_pearson, folds_by_patient, wilson,
    },
    isotonic::{interpolate, isotonic, knots},
    logistic::Logistic,
    mcnemar::{McNemar, mcnemar},
    plane::{Plane, structural_similarity},
    platt::{Platt, fit_platt},
    spans::{exact_match, word_f1},
    trees::{Growth, Trees},
};
