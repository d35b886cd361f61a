//! Runs the shipped binaries as a person would.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The program, with the models of this checkout and without a display.
pub(crate) fn wardlight() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardlight"));
    command
        .env(
            "WARDLIGHT_MODELS",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("models"),
        )
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

/// Runs to the end; the exit code, what went to stdout and what went to stderr.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// A fresh folder for one test, under the build's own folder.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file.
pub(crate) fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    wardlight::disk::write_atomic(path.as_ref(), bytes.as_ref()).unwrap();
}

/// The shared data sets, where this machine has them; else says so and gives nothing.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let named = std::env::var_os("WARDLIGHT_DATA").map(PathBuf::from);
    let folder =
        named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    if folder.join("dicom/index.csv").exists() {
        return Some(folder);
    }
    println!("skipped: no data sets here; name their folder in WARDLIGHT_DATA");
    None
}
