//! `wardlight bedside`: published scores and guideline cards from numbers that are typed in or stand in a file.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{NOTICE, print};
use crate::{
    bedside::{Answer, CARDS, Inputs, Item, Range, Reading, Unit},
    disk,
};

/// The longest file of inputs that is read.
const INPUT_LIMIT_BYTES: u64 = 1 << 20;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Inputs as JSON, `{"temperature_celsius": 38.4, "oxygen": true}`; an option overrules the file.
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
    /// None of dopamine, dobutamine, epinephrine and norepinephrine is given.
    #[arg(long, conflicts_with_all = ["dopamine", "dobutamine", "epinephrine", "norepinephrine"])]
    no_vasopressors: bool,
    /// Only these; even where nothing but age or sex was given [default: each that has another input].
    #[arg(
        long,
        value_name = "A,B,...",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(CARDS.iter().map(|it| it.name))
    )]
    only: Vec<String>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// An input for each field of [`Inputs`], by the same name.
#[derive(clap::Args, Serialize)]
struct Given {
    /// Breaths per minute.
    #[arg(long = "respiratory-rate", id = "respiratory-rate", value_name = "N", value_parser = decimal)]
    respiratory_rate_per_minute: Option<f64>,
    /// Oxygen saturation in %.
    #[arg(long = "spo2", id = "spo2", value_name = "N", value_parser = decimal)]
    spo2_percent: Option<f64>,
    /// NEWS2 scale for oxygen saturation; 2 only in confirmed hypercapnic respiratory failure, by decision of a clinician
    /// [default: 1].
    #[arg(long, value_name = "1|2", value_parser = clap::value_parser!(u8).range(1..=2))]
    spo2_scale: Option<u8>,
    /// Supplemental oxygen is given.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    oxygen: Option<bool>,
    /// Body temperature in °C.
    #[arg(long = "temperature", id = "temperature", value_name = "N", value_parser = decimal)]
    temperature_celsius: Option<f64>,
    /// Systolic blood pressure in mmHg.
    #[arg(long = "systolic", id = "systolic", value_name = "N", value_parser = decimal)]
    systolic_mmhg: Option<f64>,
    /// Diastolic blood pressure in mmHg.
    #[arg(long = "diastolic", id = "diastolic", value_name = "N", value_parser = decimal)]
    diastolic_mmhg: Option<f64>,
    /// Mean arterial pressure in mmHg.
    #[arg(long = "mean-arterial-pressure", id = "mean-arterial-pressure", value_name = "N", value_parser = decimal)]
    mean_arterial_pressure_mmhg: Option<f64>,
    /// Heart beats per minute.
    #[arg(long = "pulse", id = "pulse", value_name = "N", value_parser = decimal)]
    pulse_per_minute: Option<f64>,
    /// Level of consciousness (ACVPU).
    #[arg(long, value_parser = ["alert", "confusion", "voice", "pain", "unresponsive"])]
    consciousness: Option<String>,
    /// Glasgow coma scale, 3 to 15.
    #[arg(long = "glasgow", id = "glasgow", value_name = "N", value_parser = decimal)]
    glasgow_coma_scale: Option<f64>,
    /// Confusion by CURB-65: mental test score of 8 or less, or new disorientation.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    confusion: Option<bool>,
    /// Age in years.
    #[arg(long = "age", id = "age", value_name = "N", value_parser = decimal)]
    age_years: Option<f64>,
    /// Sex, as the sources of the models have it.
    #[arg(long, value_parser = ["female", "male"])]
    sex: Option<String>,
    /// Urea in mmol/L (blood urea nitrogen in mg/dL times 0.357).
    #[arg(long = "urea", id = "urea", value_name = "N", value_parser = decimal)]
    urea_mmol_per_l: Option<f64>,
    /// PaCO2 in mmHg.
    #[arg(long = "paco2", id = "paco2", value_name = "N", value_parser = decimal)]
    paco2_mmhg: Option<f64>,
    /// White blood cells in 10^9/L.
    #[arg(long = "white-cells", id = "white-cells", value_name = "N", value_parser = decimal)]
    white_cells_10e9_per_l: Option<f64>,
    /// Immature (band) forms in % of the white cells.
    #[arg(long = "band-forms", id = "band-forms", value_name = "N", value_parser = decimal)]
    band_forms_percent: Option<f64>,
    /// PaO2 in mmHg.
    #[arg(long = "pao2", id = "pao2", value_name = "N", value_parser = decimal)]
    pao2_mmhg: Option<f64>,
    /// Inspired oxygen as a fraction, 0.21 to 1.
    #[arg(long = "fio2", id = "fio2", value_name = "N", value_parser = decimal)]
    fio2_fraction: Option<f64>,
    /// Breathing is supported by a ventilator or continuous positive pressure.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    ventilatory_support: Option<bool>,
    /// Platelets in 10^9/L.
    #[arg(long = "platelets", id = "platelets", value_name = "N", value_parser = decimal)]
    platelets_10e9_per_l: Option<f64>,
    /// Bilirubin in mg/dL (µmol/L divided by 17.1).
    #[arg(long = "bilirubin", id = "bilirubin", value_name = "N", value_parser = decimal)]
    bilirubin_mg_per_dl: Option<f64>,
    /// Creatinine in mg/dL (µmol/L divided by 88.42).
    #[arg(long = "creatinine", id = "creatinine", value_name = "N", value_parser = decimal)]
    creatinine_mg_per_dl: Option<f64>,
    /// Urine in mL of 24 hours.
    #[arg(long = "urine", id = "urine", value_name = "N", value_parser = decimal)]
    urine_ml_per_day: Option<f64>,
    /// Dopamine in µg/kg/min, 0 for none.
    #[arg(long = "dopamine", id = "dopamine", value_name = "N", value_parser = decimal)]
    dopamine_ug_per_kg_per_min: Option<f64>,
    /// Dobutamine in µg/kg/min, 0 for none.
    #[arg(long = "dobutamine", id = "dobutamine", value_name = "N", value_parser = decimal)]
    dobutamine_ug_per_kg_per_min: Option<f64>,
    /// Epinephrine in µg/kg/min, 0 for none.
    #[arg(long = "epinephrine", id = "epinephrine", value_name = "N", value_parser = decimal)]
    epinephrine_ug_per_kg_per_min: Option<f64>,
    /// Norepinephrine in µg/kg/min, 0 for none.
    #[arg(long = "norepinephrine", id = "norepinephrine", value_name = "N", value_parser = decimal)]
    norepinephrine_ug_per_kg_per_min: Option<f64>,
    /// A relative had lung cancer.
    #[arg(long = "family-history", id = "family-history", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    family_history_of_lung_cancer: Option<bool>,
    /// There is emphysema.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    emphysema: Option<bool>,
    /// Current or former smoker.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    ever_smoker: Option<bool>,
    /// Years since quitting, 0 for a current smoker.
    #[arg(long, value_name = "N", value_parser = decimal)]
    years_since_quitting: Option<f64>,
    /// Longest diameter of the nodule in mm.
    #[arg(long = "nodule-long-axis", id = "nodule-long-axis", value_name = "N", value_parser = decimal)]
    nodule_long_axis_mm: Option<f64>,
    /// Diameter across it in the same plane, in mm.
    #[arg(long = "nodule-short-axis", id = "nodule-short-axis", value_name = "N", value_parser = decimal)]
    nodule_short_axis_mm: Option<f64>,
    /// How dense the nodule is; non-solid is ground glass only.
    #[arg(long, value_parser = ["solid", "part-solid", "non-solid"])]
    nodule_kind: Option<String>,
    /// How many nodules there are.
    #[arg(long, value_name = "N", value_parser = decimal)]
    nodule_count: Option<f64>,
    /// The nodule lies in an upper lobe.
    #[arg(long = "upper-lobe", id = "upper-lobe", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    nodule_in_upper_lobe: Option<bool>,
    /// The nodule is spiculated.
    #[arg(long = "spiculated", id = "spiculated", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    nodule_spiculated: Option<bool>,
    /// Risk of cancer as the Fleischner guideline means it.
    #[arg(long, value_parser = ["low", "high"])]
    nodule_risk: Option<String>,
    /// The patient is known to have a cancer.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    known_cancer: Option<bool>,
    /// The patient is immunosuppressed.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    immunosuppressed: Option<bool>,
    /// The scan was made to screen for lung cancer.
    #[arg(long = "screening", id = "screening", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    lung_cancer_screening: Option<bool>,
}

/// All that `--json` prints.
#[derive(Serialize)]
struct Report {
    notice: &'static str,
    answers: Vec<Answer>,
}

/// Prints every score and card that has an input. The exit code is 1 if nothing could be worked out.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let inputs = inputs(args)?;
    let mut answers = Vec::new();
    for card in CARDS {
        let answer = card.answer(&inputs);
        let is_wanted = if args.only.is_empty() {
            answer.is_started()
        } else {
            answer.has_input() && args.only.iter().any(|it| it == card.name)
        };
        if is_wanted {
            answers.push(answer);
        }
    }
    let is_computed = answers.iter().any(Answer::is_computed);
    if args.json {
        let notice = NOTICE;
        let report = Report { notice, answers };
        print(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
    } else if !answers.is_empty() {
        let tables: String = answers.iter().map(table).collect();
        print(&format!("{tables}{NOTICE}\n"))?;
    }
    if !is_computed {
        eprintln!("wardlight: wanted an input that a score can use, found none");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// What the file says, overruled by what the options say.
fn inputs(args: &Args) -> anyhow::Result<Inputs> {
    let mut all = match &args.input {
        Some(path) => fields(&read(path)?)?,
        None => Map::new(),
    };
    all.extend(fields(&args.given)?);
    if args.no_vasopressors {
        for drug in ["dopamine", "dobutamine", "epinephrine", "norepinephrine"] {
            all.insert(format!("{drug}_ug_per_kg_per_min"), 0.into());
        }
    }
    serde_json::from_value(Value::Object(all)).context("could not take the inputs together")
}

fn read(path: &Path) -> anyhow::Result<Inputs> {
    let bytes = disk::read(path, INPUT_LIMIT_BYTES).context("could not read the inputs")?;
    serde_json::from_slice(&bytes).context("the inputs are not as wanted")
}

/// The fields that have a value.
fn fields(of: &impl Serialize) -> anyhow::Result<Map<String, Value>> {
    let mut fields = match serde_json::to_value(of)? {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.retain(|_, value| !value.is_null());
    Ok(fields)
}

fn decimal(text: &str) -> Result<f64, String> {
    let found = text.parse().ok().filter(|it: &f64| it.is_finite());
    found.ok_or_else(|| format!("wanted a decimal number, found {text}"))
}

/// One answer in words, with an empty line after it.
fn table(answer: &Answer) -> String {
    let unit = answer.total.map(|it| it.unit);
    let mut text = format!("{}\n", answer.title);
    for item in &answer.items {
        text.push_str(&rows(item, unit));
    }
    if let Some(total) = answer.total {
        let name = match total.unit {
            Unit::Points => "total points",
            Unit::Probability => "probability of cancer",
        };
        let range = range_text(total.range, Some(total.unit));
        text.push_str(&row([name, "", &range]));
    }
    let mut say = |label: &str, what: &str| {
        // Writing to a string does not fail.
        writeln!(text, "  {label:9} {what}").ok();
    };
    let is_open = answer.items.iter().any(|it| it.is_open);
    for line in &answer.says {
        say(if is_open { "possible" } else { "says" }, line);
    }
    if !answer.missing.is_empty() {
        say("missing", &answer.missing.join(", "));
    }
    for line in &answer.warnings {
        say("warning", line);
    }
    say("for", answer.audience);
    say("source", answer.source);
    text.push('\n');
    text
}

/// An item: a row for each input, the first with the points.
fn rows(item: &Item, unit: Option<Unit>) -> String {
    let points = item
        .points
        .map_or_else(String::new, |it| range_text(it, unit));
    let mut texts = item.inputs.iter().map(|it| match item.inputs.len() {
        1 => found(it).to_owned(),
        _ => format!("{}: {}", it.name, found(it)),
    });
    let first = texts.next().unwrap_or_default();
    let mut rows = row([item.name, &first, &points]);
    for more in texts {
        rows.push_str(&row(["", &more, ""]));
    }
    rows
}

fn row([name, input, points]: [&str; 3]) -> String {
    let row = format!("  {name:57} {input:44} {points}");
    format!("{}\n", row.trim_end())
}

fn found(reading: &Reading) -> &str {
    match (&reading.given, &reading.refused) {
        (None, _) => "missing",
        (Some(_), Some(_)) => "refused",
        (Some(given), None) => given,
    }
}

fn range_text(range: Range, unit: Option<Unit>) -> String {
    let number = |value: f64| match unit {
        Some(Unit::Probability) => format!("{value:.4}"),
        _ => value.to_string(),
    };
    if range.least < range.greatest {
        format!("{} to {}", number(range.least), number(range.greatest))
    } else {
        number(range.least)
    }
}
