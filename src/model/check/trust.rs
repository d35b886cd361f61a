//! What makes calibration, label sets and a site's file valid.

use super::{Check, is_date, wanted};
use crate::{
    model::{
        Manifest, Site,
        conformal::{Conformal, Quantile},
        manifest::Output,
        site::is_name,
    },
    prediction::Calibration,
};

/// Calibration, label sets and prevalence of a manifest.
pub(super) fn manifest(manifest: &Manifest) -> Check {
    let n_alone = match manifest.output {
        Output::Softmax => 0,
        Output::Sigmoid => manifest.labels.len(),
    };
    calibration(&manifest.calibration, n_alone)?;
    if let Some(it) = &manifest.conformal {
        conformal(it, n_alone)?;
    }
    if let Some(prevalence) = manifest.prevalence {
        wanted(
            n_alone == 1,
            "a prevalence for one label that stands alone",
            n_alone,
        )?;
        is_part(prevalence, "a prevalence")?;
    }
    Ok(())
}

/// Everything in a site's file.
pub(in crate::model) fn site(site: &Site) -> Check {
    wanted(site.format == 1, "format 1", site.format)?;
    wanted(
        is_name(&site.site),
        "a site named by 1 to 64 lower-case letters, digits and hyphens",
        format!("{:?}", site.site),
    )?;
    wanted(
        is_date(&site.date),
        "a date as YYYY-MM-DD",
        format!("{:?}", site.date),
    )?;
    wanted(
        0 < site.n_positive && site.n_positive < site.n,
        "cases of both kinds",
        format!("{} of {}", site.n_positive, site.n),
    )?;
    let threshold = site.operating_point.threshold;
    wanted(
        (0.0..=1.0).contains(&threshold),
        "a threshold in 0..1",
        threshold,
    )?;
    if let Some(prevalence) = site.prevalence {
        is_part(prevalence, "a prevalence")?;
    }
    calibration(&site.calibration, 1)?;
    conformal(&site.conformal, 1)
}

/// `n_alone` labels stand alone; 0 where they exclude each other.
fn calibration(calibration: &Calibration, n_alone: usize) -> Check {
    match calibration {
        Calibration::None => Ok(()),
        Calibration::Temperature { temperature, .. } => {
            let is_positive = temperature.is_finite() && 0.0 < *temperature;
            wanted(is_positive, "a positive temperature", temperature)
        }
        Calibration::Platt {
            slope, intercept, ..
        } => {
            wanted(
                n_alone == 1,
                "Platt for one label that stands alone",
                n_alone,
            )?;
            let is_rising = slope.is_finite() && 0.0 < *slope;
            wanted(is_rising, "a positive slope", slope)?;
            wanted(intercept.is_finite(), "a finite intercept", intercept)
        }
        Calibration::Isotonic { x, y, .. } => {
            wanted(
                n_alone == 1,
                "isotonic regression for one label that stands alone",
                n_alone,
            )?;
            let is_finite = x.iter().all(|it| it.is_finite());
            let is_rising = is_finite && x.is_sorted_by(|a, b| a < b);
            wanted(
                is_rising && !x.is_empty() && x.len() == y.len(),
                "knots at rising logits, each with a probability",
                format!("{} and {}", x.len(), y.len()),
            )?;
            let is_probability = y.iter().all(|it| (0.0..=1.0).contains(it));
            wanted(
                is_probability && y.is_sorted(),
                "probabilities that do not fall",
                "others",
            )
        }
    }
}

fn conformal(conformal: &Conformal, n_alone: usize) -> Check {
    is_part(conformal.alpha, "an alpha")?;
    wanted(
        conformal.labels.len() == n_alone,
        format!("quantiles of {n_alone} labels"),
        conformal.labels.len(),
    )?;
    wanted(
        conformal.together.is_some() == (n_alone == 0),
        "a quantile of all labels where they exclude each other, and only there",
        if n_alone == 0 { "none" } else { "one" },
    )?;
    let of_labels = conformal.labels.iter().flat_map(|it| [it.without, it.with]);
    of_labels.chain(conformal.together).try_for_each(quantile)
}

fn quantile(quantile: Quantile) -> Check {
    let is_score = quantile.score.is_none_or(|it| (0.0..=1.0).contains(&it));
    wanted(
        is_score,
        "a quantile in 0..1",
        quantile.score.unwrap_or_default(),
    )
}

fn is_part(value: f64, what: &str) -> Check {
    wanted(
        0.0 < value && value < 1.0,
        format!("{what} between 0 and 1"),
        value,
    )
}
