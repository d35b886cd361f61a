//! `wardlight inspect`: what a file was recognised as, and the hash of its stored pixel values.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Decoder;
use crate::{
    case::{Note, Scan, scan::Header},
    failure::Failure,
    import::Opened,
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON lines, one for each file.
    #[arg(long)]
    json: bool,
}

/// Tells of every file; one that fails is told and the others go on. The patient is not printed.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let mut code = ExitCode::SUCCESS;
    for file in &args.files {
        let found = match decoder.open(file) {
            Ok(Opened::Scan(scan)) => of_scan(&scan),
            Ok(Opened::Note(note)) => of_note(&note),
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
            print_fields(&found);
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

fn print_fields(found: &Value) {
    let Value::Object(fields) = found else { return };
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::String(text) => println!("  {name:22}{text}"),
            other => println!("  {name:22}{other}"),
        }
    }
}
