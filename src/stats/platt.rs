//! Platt scaling (1999): a line from logits to log odds, fitted so that even cases that part perfectly have one.

/// Steps after which a fit that still moves is given up.
const MAX_STEPS: usize = 100;
/// A step this small is the end.
const TOLERANCE: f64 = 1e-10;

/// The log odds of a case are `slope` x logit + `intercept`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platt {
    pub slope: f64,
    pub intercept: f64,
}

/// Minimises the cross-entropy against Platt's softened targets, (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2), by Newton's
/// method. `None` without cases of both kinds, with a logit that is not finite, or where all logits are one.
pub fn fit_platt(logits: &[f64], is_true: &[bool]) -> Option<Platt> {
    let n_true = is_true.iter().filter(|it| **it).count() as f64;
    let n_false = is_true.len() as f64 - n_true;
    let is_sound = logits.len() == is_true.len() && logits.iter().all(|it| it.is_finite());
    if !is_sound || n_true == 0.0 || n_false == 0.0 {
        return None;
    }
    let (high, low) = ((n_true + 1.0) / (n_true + 2.0), 1.0 / (n_false + 2.0));
    let targets: Vec<f64> = is_true
        .iter()
        .map(|it| if *it { high } else { low })
        .collect();
    let mut line = Platt {
        slope: 0.0,
        intercept: ((n_true + 1.0) / (n_false + 1.0)).ln(),
    };
    let mut loss = cross_entropy(line, logits, &targets);
    for _ in 0..MAX_STEPS {
        let step = newton_step(line, logits, &targets)?;
        // Halved until it helps: a full step may overshoot where the curve is flat.
        let (next, next_loss) = (0..40).map(|it| 0.5_f64.powi(it)).find_map(|part| {
            let next = Platt {
                slope: line.slope - part * step.slope,
                intercept: line.intercept - part * step.intercept,
            };
            let next_loss = cross_entropy(next, logits, &targets);
            (next_loss <= loss + 1e-12 * loss.abs()).then_some((next, next_loss))
        })?;
        (line, loss) = (next, next_loss);
        if step.slope.abs().max(step.intercept.abs()) < TOLERANCE {
            return Some(line);
        }
    }
    None
}

fn cross_entropy(line: Platt, logits: &[f64], targets: &[f64]) -> f64 {
    let one = |(logit, target): (&f64, &f64)| {
        let log_odds = line.slope * logit + line.intercept;
        // ln(1 + e^x) - t x, safe against overflow.
        log_odds.max(0.0) + (-log_odds.abs()).exp().ln_1p() - target * log_odds
    };
    logits.iter().zip(targets).map(one).sum()
}

/// Hessian⁻¹ gradient, two by two. `None` where it cannot be inverted.
fn newton_step(line: Platt, logits: &[f64], targets: &[f64]) -> Option<Platt> {
    let (mut of_slope, mut of_intercept) = (0.0, 0.0);
    let (mut aa, mut ab, mut bb) = (0.0, 0.0, 0.0);
    for (logit, target) in logits.iter().zip(targets) {
        let p = super::sigmoid(line.slope * logit + line.intercept);
        let curvature = p * (1.0 - p);
        of_slope += (p - target) * logit;
        of_intercept += p - target;
        aa += curvature * logit * logit;
        ab += curvature * logit;
        bb += curvature;
    }
    let determinant = aa * bb - ab * ab;
    let is_sound = determinant.is_finite() && 1e-12 * aa * bb < determinant;
    is_sound.then(|| Platt {
        slope: (bb * of_slope - ab * of_intercept) / determinant,
        intercept: (aa * of_intercept - ab * of_slope) / determinant,
    })
}
