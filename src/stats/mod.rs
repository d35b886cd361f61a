//! Pure numbers: ranking, agreement, calibration, and the intervals around them. `f64` throughout.

mod auroc;
mod calibration;
mod classes;
mod gaussian;
mod interval;

pub use self::{
    auroc::{Auroc, auroc},
    calibration::{
        brier, expected_calibration_error, fit_temperature, negative_log_likelihood, sigmoid,
        softmax,
    },
    classes::{
        Counts, accuracy, greatest, macro_f1, threshold_for_sensitivity, threshold_of_youden,
    },
    gaussian::Gaussian,
    interval::{Interval, Unit, bootstrap, wilson},
};
