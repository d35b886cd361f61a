//! A run in words.

use std::path::Path;

use crate::{
    cli::print,
    share::{Report, Row, Status},
};

/// Rows that are told in words.
const TOLD_LIMIT: usize = 20;

/// Tells a run and where its report lies.
pub(super) fn tell(report: &Report, written: Option<&Path>, is_dry: bool) -> anyhow::Result<()> {
    let counts = Status::ALL.map(|status| {
        let n_rows = report.rows.iter().filter(|it| it.status == status).count();
        (n_rows, status)
    });
    let counts = counts.iter().filter(|it| 0 < it.0);
    let counts: Vec<String> = counts
        .map(|(n_rows, status)| format!("{n_rows} {}", status.word()))
        .collect();
    let mut text = format!("{} inputs", report.rows.len());
    if !counts.is_empty() {
        text.push_str(&format!(": {}", counts.join(", ")));
    }
    text.push('\n');
    let failed = report.rows.iter().filter(|it| it.status.is_failure());
    let failed: Vec<&Row> = failed.collect();
    for row in failed.iter().take(TOLD_LIMIT) {
        let reason = row.reason.as_deref().unwrap_or_default();
        let (input, word) = (row.input, row.status.word());
        text.push_str(&format!("  input {input} {word}: {reason}\n"));
    }
    if let Some(n_more) = failed.len().checked_sub(TOLD_LIMIT).filter(|it| 0 < *it) {
        text.push_str(&format!("  and {n_more} more\n"));
    }
    if !report.policy.clean_pixel_data {
        text.push_str("pictures were not held: nobody has looked for text in them\n");
    }
    if is_dry {
        text.push_str("nothing was written\n");
    }
    if let Some(written) = written {
        text.push_str(&format!("report: {}\n", written.display()));
    }
    print(&text)
}

/// Success if everything is done or held.
pub(super) fn exit_code(report: &Report) -> std::process::ExitCode {
    if report.rows.iter().any(|it| it.status.is_failure()) {
        std::process::ExitCode::FAILURE
    } else {
        std::process::ExitCode::SUCCESS
    }
}
