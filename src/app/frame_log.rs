//! A developer's log of frame times: one JSON object a line, without patient data. For `make bench-window`.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

/// What a frame has drawn.
pub(super) struct Drawn {
    /// The work of the frame before.
    pub(super) cpu_ms: Option<f32>,
    /// Scans that are open.
    pub(super) n_scans: usize,
    /// The one on screen, among its slices, from 0.
    pub(super) slice: usize,
    /// Whether an influence map lies over it.
    pub(super) has_map: bool,
}

/// Where times go, if anywhere.
pub(super) struct FrameLog(Option<BufWriter<File>>);

impl FrameLog {
    /// Appends to a new file; without a path, or where it cannot be made, nothing is logged.
    pub(super) fn new(path: Option<&Path>) -> Self {
        Self(
            path.and_then(|it| File::create(it).ok())
                .map(BufWriter::new),
        )
    }

    /// Whether anyone listens.
    pub(super) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Something happened now; of a frame, what it has drawn.
    pub(super) fn write(&mut self, event: &str, drawn: Option<&Drawn>) {
        self.write_line(match drawn {
            Some(Drawn {
                cpu_ms,
                n_scans,
                slice,
                has_map,
            }) => json!({
                "event": event, "unix_ms": unix_ms(), "cpu_ms": cpu_ms, "n_scans": n_scans, "slice": slice,
                "has_map": has_map
            }),
            None => json!({ "event": event, "unix_ms": unix_ms() }),
        });
    }

    /// Something was done, and took so long.
    pub(super) fn write_took(&mut self, event: &str, took: Duration) {
        let took_ms = took.as_secs_f64() * 1e3;
        self.write_line(json!({ "event": event, "unix_ms": unix_ms(), "took_ms": took_ms }));
    }

    fn write_line(&mut self, line: Value) {
        let Some(file) = &mut self.0 else { return };
        // A log that cannot be written must not disturb the reading.
        writeln!(file, "{line}").and_then(|()| file.flush()).ok();
    }
}

fn unix_ms() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |it| it.as_secs_f64() * 1e3)
}
