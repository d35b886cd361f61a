//! `wardlight calibrate`: calibration, threshold and label sets from a site's own labelled images.
//!
//! 1. read the table and score its images, as an evaluation does, with the same refusals;
//! 2. refuse too few cases;
//! 3. fit on all cases;
//! 4. measure by cross-validation that parts no patient: each case by fits to others (`crossed`);
//! 5. a [`Site`], which names no patient, no image and no table.

mod crossed;
mod figures;

use self::{
    crossed::Crossed,
    figures::{SENSITIVITY, SPECIFICITY},
};
use super::{
    Error, Job, Progress, Result, SEED, Steps,
    cases::{Case, n_patients, pick},
    report::RefusedRows,
    score_table,
    truth::Question,
};
use crate::{
    model::{
        Manifest, Site, Task,
        calibration::{self, Method},
        conformal::Conformal,
        manifest::{Metric, Output},
        site::is_name,
    },
    prediction::{Calibration, OperatingPoint},
    score::{Gate, Loaded},
    stats,
};

/// Cases of each kind below which nothing is fitted, and below which the fit is said to be shaky.
pub const FEWEST: usize = 30;
pub const FEW: usize = 200;
/// Patients of each kind below which nothing can be measured on others.
pub const FEWEST_PATIENTS: usize = 5;

/// A gain in the Brier score that is worth a word.
const WORTH_TELLING: f64 = 0.005;

/// What is to be fitted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Lower-case letters, digits, hyphens.
    pub site: String,
    pub method: Method,
    pub aim: Aim,
    /// Part of the cases, of each kind, that label sets may leave without what is true.
    pub alpha: f64,
}

/// What the threshold is chosen for: a figure at least this high on the site's cases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    Sensitivity(f64),
    Specificity(f64),
    Ppv(f64),
}

/// A fit with what is worth telling beside it.
pub struct Outcome {
    pub site: Site,
    /// The same figures with the bundle's own calibration and threshold.
    pub before: Vec<Metric>,
    pub refused: Vec<RefusedRows>,
    /// What was odd about the table.
    pub warnings: Vec<String>,
}

/// Logits and truth of the cases.
struct Answers<'a> {
    cases: &'a [Case],
    rows: Vec<Vec<f64>>,
    is_true: Vec<bool>,
}

impl<'a> Answers<'a> {
    fn new(cases: &'a [Case]) -> Self {
        Self {
            cases,
            rows: cases.iter().map(|it| vec![it.logit]).collect(),
            is_true: cases.iter().map(Case::is_positive).collect(),
        }
    }

    fn n_positive(&self) -> usize {
        self.is_true.iter().filter(|it| **it).count()
    }
}

/// What was fitted on some cases.
struct Fit {
    calibration: Calibration,
    threshold: f32,
    conformal: Conformal,
}

/// Fits a site's calibration, threshold and label sets for the only label of a model.
///
/// # Errors
/// As [`super::run`], and: a model with several labels, too few cases or patients, an aim that no threshold reaches.
pub fn calibrate(
    job: &Job<'_>,
    wish: &Wish,
    loaded: &mut Loaded,
    task: &Task,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    let manifest = loaded.model.manifest().clone();
    let question = Question::of(&manifest, None)?;
    let Question::OneLabel(asked) = &question else {
        return Err(Error::NotOneLabel {
            found: manifest.labels.len(),
        });
    };
    if !is_name(&wish.site) {
        return Err(Error::SiteName {
            found: wish.site.clone(),
        });
    }
    let mut steps = Steps {
        stage: "",
        task,
        tell,
    };
    let (table, gathered) = score_table(job, &question, loaded, None, &mut steps)?;
    steps.start("fitting");
    let answers = Answers::new(&gathered.cases);
    check_numbers(&answers)?;
    let all: Vec<usize> = (0..gathered.cases.len()).collect();
    let fit = fit(wish, &answers, &all)?;
    let crossed = crossed::measure(wish, &answers)?;
    let n_patients = table.groups.as_ref().map(|_| n_patients(&gathered.cases));
    let figures = figures::figures(&asked.name, &answers, &crossed);
    let mut warnings = warnings(job, &answers, n_patients, gathered.refused.len());
    warnings.extend(better_by_platt(wish, &answers, &crossed));
    let site = site(
        wish,
        &manifest,
        &answers,
        (fit, figures),
        (n_patients, warnings),
    );
    Ok(Outcome {
        before: figures::before(&manifest, &answers),
        site: Site {
            date: job.date.clone(),
            ..site
        },
        refused: RefusedRows::grouped(&gathered.refused),
        warnings: table.warnings,
    })
}

/// Fits on some of the cases.
fn fit(wish: &Wish, answers: &Answers<'_>, at: &[usize]) -> Result<Fit> {
    let rows: Vec<Vec<f64>> = at
        .iter()
        .filter_map(|it| answers.rows.get(*it).cloned())
        .collect();
    let is_true = pick(&answers.is_true, at);
    let classes: Vec<usize> = is_true.iter().map(|it| usize::from(*it)).collect();
    let is_all = at.len() == answers.rows.len();
    let fit = if is_all {
        calibration::fit
    } else {
        calibration::fit_part
    };
    let calibration = fit(wish.method, Output::Sigmoid, &rows, &classes)?;
    let conformal = Conformal::fit(wish.alpha, (&calibration, Output::Sigmoid), &rows, &classes);
    let conformal = conformal.ok_or(Error::Alpha { found: wish.alpha })?;
    let p: Vec<f64> = rows
        .iter()
        .flatten()
        .map(|it| as_answered(&calibration, *it))
        .collect();
    Ok(Fit {
        threshold: threshold(wish.aim, &p, &is_true)?,
        calibration,
        conformal,
    })
}

/// The probability as an answer has it and as it is held against a threshold: rounded to `f32`.
fn as_answered(calibration: &Calibration, logit: f64) -> f64 {
    f64::from(calibration::probability(calibration, logit) as f32)
}

fn threshold(aim: Aim, p: &[f64], is_true: &[bool]) -> Result<f32> {
    let found = match aim {
        Aim::Sensitivity(wanted) => stats::threshold_for_sensitivity(p, is_true, wanted),
        Aim::Specificity(wanted) => stats::threshold_for_specificity(p, is_true, wanted),
        Aim::Ppv(wanted) => stats::threshold_for_ppv(p, is_true, wanted, FEWEST),
    };
    let found = found.ok_or_else(|| Error::Aim {
        want: aim.to_string(),
        n: p.len(),
    })?;
    // A score itself, or just above the greatest: up, never down onto it.
    let rounded = found as f32;
    let is_below = f64::from(rounded) < found;
    Ok(if is_below { rounded.next_up() } else { rounded }.min(1.0))
}

impl std::fmt::Display for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (value, what) = match self {
            Self::Sensitivity(it) => (it, "sensitivity"),
            Self::Specificity(it) => (it, "specificity"),
            Self::Ppv(it) => (it, "PPV"),
        };
        write!(f, "{} % {what}", (1000.0 * value).round() / 10.0)
    }
}

fn check_numbers(answers: &Answers<'_>) -> Result<()> {
    let n_positive = answers.n_positive();
    let n_negative = answers.is_true.len() - n_positive;
    if n_positive.min(n_negative) < FEWEST {
        return Err(Error::TooFew {
            want: FEWEST,
            what: "cases",
            n_positive,
            n_negative,
        });
    }
    let patients_of = |kind: bool| {
        let of_kind = answers.cases.iter().filter(|it| it.is_positive() == kind);
        n_patients(&of_kind.cloned().collect::<Vec<_>>())
    };
    let (n_positive, n_negative) = (patients_of(true), patients_of(false));
    if n_positive.min(n_negative) < FEWEST_PATIENTS {
        return Err(Error::TooFew {
            want: FEWEST_PATIENTS,
            what: "patients",
            n_positive,
            n_negative,
        });
    }
    Ok(())
}

fn site(
    wish: &Wish,
    manifest: &Manifest,
    answers: &Answers<'_>,
    (fit, figures): (Fit, Vec<Metric>),
    (n_patients, warnings): (Option<usize>, Vec<String>),
) -> Site {
    let identity = manifest.model_ref();
    let (n, n_positive) = (answers.is_true.len(), answers.n_positive());
    let patients = n_patients.map_or_else(String::new, |it| format!(" of {it} patients"));
    let estimate = |name: &str| {
        let found = figures.iter().find(|it| it.name == name);
        found.map(|it| it.estimate)
    };
    let local = n_positive as f64 / n.max(1) as f64;
    Site {
        format: 1,
        site: wish.site.clone(),
        model: identity.name,
        version: identity.version,
        weights_sha256: identity.weights_sha256,
        prep_sha256: identity.prep_sha256,
        label: manifest
            .labels
            .first()
            .map_or_else(String::new, |it| it.name.clone()),
        date: String::new(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        n,
        n_positive,
        n_patients,
        // A temperature cannot move probabilities to another prevalence: they stay those of the training.
        prevalence: match wish.method {
            Method::Temperature => manifest.prevalence,
            Method::Platt | Method::Isotonic => Some(local),
        },
        warnings,
        calibration: fit.calibration,
        operating_point: OperatingPoint {
            threshold: fit.threshold,
            chosen_by: format!("{} on {n} cases{patients}, site {}", wish.aim, wish.site),
            sensitivity: estimate(SENSITIVITY),
            specificity: estimate(SPECIFICITY),
        },
        conformal: fit.conformal,
        figures,
    }
}

/// Where a line fits other patients better than a temperature, which cannot move probabilities to another prevalence.
fn better_by_platt(wish: &Wish, answers: &Answers<'_>, crossed: &Crossed) -> Option<String> {
    if wish.method != Method::Temperature {
        return None;
    }
    let by_platt = Wish {
        method: Method::Platt,
        ..wish.clone()
    };
    // A line that cannot be fitted is no better.
    let by_platt = crossed::measure(&by_platt, answers).ok()?;
    let brier = |p: &[f64]| stats::brier(p, &answers.is_true);
    let (own, platt) = (brier(&crossed.p), brier(&by_platt.p));
    (platt < own - WORTH_TELLING).then(|| {
        format!(
            "Platt fits other patients of the site better (Brier score {platt:.3} instead of {own:.3}): see --method"
        )
    })
}

/// What the file itself should tell; never a word of the table.
fn warnings(
    job: &Job<'_>,
    answers: &Answers<'_>,
    n_patients: Option<usize>,
    n_refused: usize,
) -> Vec<String> {
    let n_positive = answers.n_positive();
    let n_rarer = n_positive.min(answers.is_true.len() - n_positive);
    let mut warnings = Vec::new();
    if n_rarer < FEW {
        warnings.push(format!(
            "only {n_rarer} cases of the rarer kind: with fewer than {FEW}, threshold and calibration are shaky"
        ));
    }
    if n_patients.is_none() {
        warnings.push(
            "the table named no patients: each image counts as a patient, and figures are too kind where patients have \
             several"
                .to_owned(),
        );
    }
    if 0 < n_refused {
        warnings.push(format!(
            "{n_refused} rows got no answer and are not counted"
        ));
    }
    if job.gate == Gate::Open {
        warnings.push("images beyond the scope of the model were scored on request".to_owned());
    }
    warnings
}

/// So that the folds are the same each time, and not those of the bootstrap.
const FOLD_SEED: u64 = SEED + 1;
