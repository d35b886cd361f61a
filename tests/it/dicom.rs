//! The 61 DICOM files of the shared data: every one opens with the golden pixels, or is refused by name.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use wardlight::{
    case::{Samples, Scan},
    disk::Sha256,
    import::{Decoder, Error, Opened, Refusal, Settings},
};

/// Lossy files may differ by the rounding of the decoder: the greatest difference of minimum and maximum, and
/// of the mean, in stored units of an 8-bit picture; scaled by the range for deeper ones.
const EXTREME_TOLERANCE: f64 = 3.0;
const MEAN_TOLERANCE: f64 = 0.25;

/// A decoder that uses the worker of this build.
pub(crate) fn decoder() -> Decoder {
    let worker = Some(PathBuf::from(env!("CARGO_BIN_EXE_wardlight-decode")));
    Decoder::start(Settings {
        worker,
        ..Settings::default()
    })
    .unwrap()
}

/// The shared data, or `None` with the reason printed.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let folder = std::env::var_os("WARDLIGHT_DATA")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    if folder.join("dicom/index.csv").is_file() {
        return Some(folder);
    }
    println!(
        "skipped: no shared data at {} (WARDLIGHT_DATA names another folder)",
        folder.display()
    );
    None
}

type Row = BTreeMap<String, String>;

#[test]
fn every_file_opens_with_its_golden_pixels_or_is_refused_by_name() {
    let Some(data) = shared_data() else { return };
    let decoder = decoder();
    let mut table = String::from("file | syntax | result | pixels | reason\n");
    let mut wrong = Vec::new();
    for row in rows(&data.join("dicom/index.csv")) {
        let path = data.join("dicom").join(&row["file"]);
        let begun = Instant::now();
        let opened = decoder.open(&path);
        let ms = begun.elapsed().as_millis();
        let verdict = judge(&row, &opened);
        let (result, pixels, reason) = match &verdict {
            Ok((pixels, reason)) => (
                if opened.is_ok() { "opened" } else { "refused" },
                *pixels,
                reason.clone(),
            ),
            Err(reason) => ("WRONG", "", reason.clone()),
        };
        writeln!(
            table,
            "{} | {} | {result} in {ms} ms | {pixels} | {reason}",
            row["file"], row["transfer_syntax"]
        )
        .unwrap();
        if verdict.is_err() {
            wrong.push(row["file"].clone());
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:?}\n{table}");
}

/// What the row expects of what came out: how the pixels agree, and the reason of a refusal.
fn judge(row: &Row, opened: &Result<Opened, Error>) -> Result<(&'static str, String), String> {
    let has_golden = !row["pixel_sha256"].is_empty();
    match opened {
        // A structured report has no pixels, and is read as a note.
        Ok(Opened::Chart(_)) if row["modality"] == "SR" => Ok(("", "a note".to_owned())),
        Ok(Opened::Chart(_)) => Err("opened as text".to_owned()),
        Ok(Opened::Scan(scan)) => {
            let warnings: Vec<_> = scan
                .header
                .warnings
                .iter()
                .map(|it| it.text.as_str())
                .collect();
            let warnings = warnings.join("; ");
            if !has_golden {
                return Err(format!(
                    "opened, but the reference says: {} ({warnings})",
                    row["decode_error"]
                ));
            }
            agreement(row, scan)
                .map(|it| (it, warnings.clone()))
                .map_err(|it| format!("{it}; {warnings}"))
        }
        Err(Error::Refused(_)) if !has_golden => Ok(("", opened.as_ref().unwrap_err().to_string())),
        Err(error) => Err(error.to_string()),
    }
}

fn agreement(row: &Row, scan: &Scan) -> Result<&'static str, String> {
    let pixels = &scan.header.pixels;
    let shape: Vec<usize> = row["decoded_shape"]
        .split('x')
        .map(|it| it.parse().unwrap())
        .collect();
    let spp = if shape.len() > 2 && shape.last() == Some(&3) {
        3
    } else {
        1
    };
    assert_eq!(
        shape.iter().product::<usize>(),
        pixels.rows * pixels.columns * pixels.n_frames * spp
    );
    if Sha256::parse(&row["pixel_sha256"]) == Some(scan.header.pixel_sha256) {
        return Ok("hash equal");
    }
    if !pixels.is_lossy {
        return Err("another hash, and not lossy".to_owned());
    }
    let golden = ["pixel_min", "pixel_max", "pixel_mean"].map(|it| row[it].parse::<f64>().unwrap());
    let found = statistics(row, scan);
    let scale = f64::from(1_u32 << pixels.bits_stored.saturating_sub(8));
    let off: Vec<f64> = golden
        .iter()
        .zip(found)
        .map(|(golden, found)| (golden - found).abs() / scale)
        .collect();
    let is_near =
        off[0] <= EXTREME_TOLERANCE && off[1] <= EXTREME_TOLERANCE && off[2] <= MEAN_TOLERANCE;
    if is_near {
        Ok("within tolerance")
    } else {
        Err(format!("golden {golden:?}, found {found:?}"))
    }
}

/// Minimum, maximum and mean of the stored numbers, worked out back from the samples.
fn statistics(row: &Row, scan: &Scan) -> [f64; 3] {
    let number = |key: &str, default| row[key].parse::<f64>().unwrap_or(default);
    // The index has no rescale for this one: it stands in the shared functional group.
    let shared = if row["file"] == "ct_enhanced_fragmented_nobot_jpegext.dcm" {
        -1024.0
    } else {
        0.0
    };
    let (slope, intercept) = (
        number("rescale_slope", 1.0),
        number("rescale_intercept", shared),
    );
    let full = f64::from((1_u32 << scan.header.pixels.bits_stored) - 1);
    let stored = |it: &f32| {
        let measured = f64::from(*it);
        let stored = (measured - intercept) / slope;
        if row["photometric"] == "MONOCHROME1" {
            full - stored
        } else {
            stored
        }
    };
    let all: Vec<f64> = scan
        .frames()
        .iter()
        .flat_map(|it| match &it.samples {
            Samples::Gray(samples) => samples.iter().map(stored).collect::<Vec<_>>(),
            Samples::Rgb(samples) => samples.iter().map(|it| f64::from(*it)).collect(),
        })
        .collect();
    let finite = || all.iter().copied().filter(|it| it.is_finite());
    [
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
        finite().sum::<f64>() / finite().count() as f64,
    ]
}

#[test]
fn broken_and_unsupported_files_say_what_was_wanted_and_found() {
    let Some(data) = shared_data() else { return };
    let decoder = decoder();
    let refusal = |name: &str| match decoder.open(&data.join("dicom").join(name)) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{name}: {other:?}"),
    };
    let without_pixels = |kind: &str| Refusal::NoPixels {
        sop_class: kind.to_owned(),
    };
    assert_eq!(refusal("rtstruct.dcm"), without_pixels("RT Structure Set"));
    assert_eq!(refusal("rtplan.dcm"), without_pixels("RT Plan"));
    assert!(
        matches!(refusal("ct_chest_ge_ts_1.2.840.10008.1.2.4.53.dcm"), Refusal::UnsupportedTransferSyntax { uid, .. } if uid == "1.2.840.10008.1.2.4.53")
    );
    assert!(matches!(
        refusal("bad_truncated_pixeldata_mr.dcm"),
        Refusal::LengthBeyondEnd {
            wanted_bytes: 8192,
            left_bytes: 8130,
            ..
        }
    ));
    assert!(matches!(
        refusal("bad_meta_missing_tsyntax.dcm"),
        Refusal::Malformed { .. }
    ));
    assert!(matches!(refusal("bad_vr.dcm"), Refusal::Malformed { .. }));
}

/// Comma-separated values with quotes, as maps by column name.
fn rows(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(cells);
    let names = lines.next().unwrap();
    lines
        .map(|cells| names.iter().cloned().zip(cells).collect())
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for char in line.chars() {
        match char {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(char),
        }
    }
    cells
}
