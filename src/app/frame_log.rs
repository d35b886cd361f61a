//! A developer's log of frame times: one JSON object a line, without patient data. For `make bench-window`.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

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

    /// Something happened now. `cpu_ms` is the work of the frame before.
    pub(super) fn write(&mut self, event: &str, cpu_ms: Option<f32>) {
        let Some(file) = &mut self.0 else { return };
        let unix_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |it| it.as_secs_f64() * 1e3);
        let line = serde_json::json!({ "event": event, "unix_ms": unix_ms, "cpu_ms": cpu_ms });
        // A log that cannot be written must not disturb the reading.
        writeln!(file, "{line}").and_then(|()| file.flush()).ok();
    }
}
