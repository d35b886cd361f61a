//! `wardlight inspect`: what a file was recognised as, what of a series can be used, and hashes.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Decoder;
use crate::{
    case::{Chart, Note, Scan, Sequence, Series, scan::Header, series::Place},
    disk,
    failure::Failure,
    import::{Columns, Hints, Opened},
    privacy::Phi,
};

/// Largest file of columns.
const COLUMNS_LIMIT_BYTES: u64 = 1 << 20;

#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON lines, one for each file.
    #[arg(long)]
    json: bool,
    /// Say in a TOML file what the columns of a table of measurements mean.
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// Read the values of this patient where a table has several.
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
}

/// Tells of every file; one that fails is told and the others go on. The patient is not printed.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let hints = hints(args)?;
    let mut code = ExitCode::SUCCESS;
    for file in &args.files {
        let found = match decoder.open_with(file, &hints) {
            Ok(Opened::Scan(scan)) => of_scan(&scan),
            Ok(Opened::Chart(chart)) => of_chart(&chart),
            Err(error) => {
                code = ExitCode::FAILURE;
                let Failure {
                    headline,
                    remedy,
                    cause,
                } = Failure::from(&error);
                json!({ "kind": "refused", "headline": headline, "remedy": remedy, "cause": cause })
            }
        };
        if args.json {
            let mut line = json!({ "file": file });
            merge(&mut line, found);
            println!("{line}");
        } else {
            println!("{}", file.display());
            print_found(&found);
        }
    }
    Ok(code)
}

fn of_scan(scan: &Scan) -> Value {
    let Header {
        file_sha256,
        pixel_sha256,
        format,
        modality,
        dicom,
        pixels,
        spacing,
        windows,
        orientation,
        view,
        body_part,
        unit,
        warnings,
        ..
    } = &scan.header;
    json!({
        "kind": "scan",
        "format": format,
        "modality": modality,
        "transfer_syntax": dicom.as_ref().map(|it| &it.transfer_syntax),
        "transfer_syntax_name": dicom.as_ref().map(|it| &it.transfer_syntax_name),
        "sop_class": dicom.as_ref().map(|it| &it.sop_class),
        "pixels": pixels,
        "spacing": spacing,
        "windows": windows,
        "orientation": orientation,
        "view": view,
        "body_part": body_part,
        "unit": unit,
        "file_sha256": file_sha256,
        "pixel_sha256": pixel_sha256,
        "warnings": warnings,
    })
}

fn hints(args: &Args) -> anyhow::Result<Hints> {
    let columns = match &args.columns {
        None => None,
        Some(path) => {
            let bytes = disk::read(path, COLUMNS_LIMIT_BYTES)?;
            let text = String::from_utf8(bytes).context("the file of columns is not UTF-8")?;
            let columns = Columns::parse(&text).map_err(anyhow::Error::msg);
            Some(columns.context("could not read the file of columns")?)
        }
    };
    Ok(Hints {
        columns,
        patient: Phi::new(args.patient.clone()),
    })
}

/// A file with one thing in it is that thing; others list what they have.
fn of_chart(chart: &Chart) -> Value {
    let notes = chart.notes.iter().map(of_note);
    let series = chart.series.iter().map(of_series);
    let sequences = chart.sequences.iter().map(of_sequence);
    let mut all: Vec<Value> = notes.chain(series).chain(sequences).collect();
    match all.as_mut_slice() {
        [one] if chart.warnings.is_empty() => one.take(),
        _ => {
            json!({ "kind": "chart", "holds": chart.summary(), "parts": all, "warnings": chart.warnings })
        }
    }
}

/// Values are printed where they are not used, for the person to mend the file.
fn of_series(series: &Series) -> Value {
    let channels: Vec<Value> = series
        .channels
        .iter()
        .map(|it| {
            let values = || it.points.iter().map(|it| it.value);
            json!({
                "variable": it.variable,
                "name": it.variable.name(),
                "unit": it.variable.unit(),
                "count": it.points.len(),
                "first_hours": it.points.first().map(|it| it.hours),
                "last_hours": it.points.last().map(|it| it.hours),
                "least": values().min_by(f64::total_cmp),
                "greatest": values().max_by(f64::total_cmp),
            })
        })
        .collect();
    json!({
        "kind": "series",
        "format": series.format,
        "format_name": series.format.name(),
        "age_years": series.subject.age_years,
        "sex": series.subject.sex,
        "height_cm": series.height_cm(),
        "weight_kg": series.weight_kg(),
        "icu_type": series.icu_type,
        "hours": series.hours(),
        "values": series.n_points(),
        "variables": channels,
        "set_aside": series.set_aside,
        "set_aside_count": series.n_set_aside,
        "file_sha256": series.file_sha256,
        "warnings": series.warnings,
    })
}

fn of_sequence(sequence: &Sequence) -> Value {
    json!({
        "kind": "sequence",
        "name": sequence.name,
        "letters": sequence.letters.as_str().len(),
        "ambiguous": sequence.letters.n_ambiguous(),
        "file_sha256": sequence.file_sha256,
    })
}

fn of_note(note: &Note) -> Value {
    json!({
        "kind": "note",
        "format": note.format,
        "encoding": (!note.encoding.is_empty()).then_some(&note.encoding),
        "pages": (!note.pages.is_empty()).then_some(note.pages.len()),
        "has_title": note.title.reveal().is_some(),
        "characters": note.text.reveal().chars().count(),
        "file_sha256": note.file_sha256,
        "warnings": note.warnings,
    })
}

fn merge(line: &mut Value, found: Value) {
    if let (Value::Object(line), Value::Object(found)) = (line, found) {
        line.extend(found);
    }
}

/// The fields of one thing, or of each thing in the file.
fn print_found(found: &Value) {
    print_fields(found);
    let parts = found.get("parts").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        println!();
        print_fields(part);
    }
}

fn print_fields(found: &Value) {
    let Value::Object(fields) = found else { return };
    for (name, value) in fields {
        if let (Some(rows), "variables" | "set_aside" | "warnings") =
            (value.as_array(), name.as_str())
        {
            rows.iter().for_each(|it| print_row(name, it));
            continue;
        }
        match value {
            Value::Null => {}
            _ if name == "parts" => {}
            Value::Array(items) if items.is_empty() => {}
            Value::String(text) => println!("  {name:22}{text}"),
            Value::Array(items) if name == "hours" => {
                let ends = items.iter().filter_map(Value::as_f64).map(rounded);
                println!("  {name:22}{}", ends.collect::<Vec<_>>().join(" to "));
            }
            other => println!("  {name:22}{other}"),
        }
    }
}

/// A variable, a value that is not used or a warning, on one line.
fn print_row(name: &str, row: &Value) {
    let text = |field: &str| match row.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.as_f64().map_or_else(String::new, rounded),
        _ => "?".to_owned(),
    };
    match name {
        "variables" => println!(
            "  {:22}{}: {} {}, {}",
            "",
            text("name"),
            range(text("least"), text("greatest")),
            text("unit"),
            match text("count").as_str() {
                "1" => format!("once, at hour {}", text("first_hours")),
                n => format!(
                    "{n} values in hours {}",
                    range(text("first_hours"), text("last_hours"))
                ),
            },
        ),
        "set_aside" => println!(
            "  {:22}{} {} ({}, hour {}): {}",
            "set aside",
            text("variable"),
            text("found"),
            place(row),
            text("hours"),
            text("reason")
        ),
        _ => println!("  {:22}{}", "warning", text("text")),
    }
}

/// One number for two that are the same.
fn range(low: String, high: String) -> String {
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

/// Three decimals, without zeros at the end.
fn rounded(number: f64) -> String {
    ((number * 1000.0).round() / 1000.0).to_string()
}

fn place(row: &Value) -> String {
    let place = row.get("place").cloned().unwrap_or_default();
    match serde_json::from_value(place) {
        Ok(Place::Line(line)) => format!("line {line}"),
        Ok(Place::Entry(entry)) => format!("entry {entry}"),
        _ => "place unknown".to_owned(),
    }
}
