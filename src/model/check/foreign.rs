//! What only models of other programs have: steps of preprocessing, and torchxrayvision's output step.

use super::{Check, wanted, within};
use crate::{
    model::{Manifest, manifest::Output},
    prediction::Calibration,
    prep::{ImageSpec, Step},
};

/// Thresholds that belong to the labels, behind a plain sigmoid.
pub(super) fn op_norm(manifest: &Manifest) -> Check {
    let (thresholds, n_labels) = (&manifest.op_norm, manifest.labels.len());
    if thresholds.is_empty() {
        return Ok(());
    }
    wanted(
        thresholds.len() == n_labels,
        format!("{n_labels} thresholds of op_norm, one for each label"),
        thresholds.len(),
    )?;
    let odd = thresholds.iter().find(|it| !(**it > 0.0 && **it < 1.0));
    wanted(
        odd.is_none(),
        "thresholds of op_norm between 0 and 1",
        odd.copied().unwrap_or_default(),
    )?;
    wanted(
        manifest.output == Output::Sigmoid && manifest.calibration == Calibration::None,
        "op_norm after a sigmoid without calibration",
        "another output",
    )
}

/// Steps that can be taken, on any picture, and end in the size that is named.
pub(super) fn steps(spec: &ImageSpec) -> Check {
    within(spec.steps.len(), 0..=16, "a number of steps")?;
    let Some(first) = spec.steps.first() else {
        return Ok(());
    };
    let n_channels = match first {
        Step::FirstChannel | Step::Luma => 1,
        Step::Rgb => 3,
        _ => return wanted(false, "steps that begin with the channels", "another step"),
    };
    wanted(
        n_channels == spec.channels,
        format!("steps that make {} channels", spec.channels),
        n_channels,
    )?;
    let mut size = None;
    for step in &spec.steps {
        match step {
            Step::Normalise { mean, std } => {
                let fits = mean.len() == n_channels && std.len() == n_channels;
                wanted(fits, "a mean and a deviation for each channel", "others")?;
                let is_sound = mean.iter().all(|it| it.is_finite())
                    && std.iter().all(|it| it.is_finite() && *it > 0.0);
                wanted(is_sound, "finite means and positive deviations", "others")?;
            }
            Step::Range {
                low,
                high,
                to_low,
                to_high,
                ..
            } => range(&[*low, *high], &[*to_low, *to_high])?,
            Step::Stored { low, high } | Step::Stretch { low, high } => {
                range(&[*low, *high], &[])?;
            }
            Step::CentreCrop { width, height, .. } | Step::Resize { width, height, .. } => {
                within(*width, 8..=2048, "a width of a step")?;
                within(*height, 8..=2048, "a height of a step")?;
                size = Some((*width, *height));
            }
            Step::ShorterSide { size: side, .. } => {
                within(*side, 8..=2048, "a side of a step")?;
                size = None;
            }
            Step::CentreSquare => size = None,
            Step::FirstChannel | Step::Luma | Step::Rgb => {}
        }
    }
    let wanted_size = format!("steps that end in {} x {} pixels", spec.width, spec.height);
    wanted(
        size == Some((spec.width, spec.height)),
        wanted_size,
        "another size",
    )
}

fn range(source: &[f32; 2], target: &[f32]) -> Check {
    let [low, high] = source;
    let is_sound = low < high && source.iter().chain(target).all(|it| it.is_finite());
    wanted(
        is_sound,
        "a range from low to high",
        format!("{low}..{high}"),
    )
}
