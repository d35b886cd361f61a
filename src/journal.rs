//! The journal: what happened, for whoever looks after the computer. It holds codes, counts, durations and versions;
//! there is no way to put text into it that was read from a file or typed by a person.
//!
//! One JSON object a line, newest last, in a file that only its owner may read; three old files are kept.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{SecondsFormat, Utc};

use crate::disk;

const FILE: &str = "journal.jsonl";
/// A file that has grown to this is put aside.
const LIMIT_BYTES: u64 = 1 << 20;
/// Old files that are kept.
const N_OLD: u32 = 3;

/// What may stand in a field. A word is one that this program was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// One of a fixed set, such as a reason or the kind of a job.
    Code(&'static str),
    Count(u64),
    Took(Duration),
}

/// Writes to the journal; without a folder it writes nothing.
#[derive(Debug)]
pub struct Journal {
    folder: Option<PathBuf>,
}

impl Journal {
    /// A journal in a folder of this user.
    pub const fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Where it is, under a folder.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Adds a line. A journal that cannot be written costs nothing else.
    pub fn write(&self, event: &'static str, fields: &[(&'static str, Value)]) {
        if let Some(folder) = &self.folder {
            let line = line(
                event,
                fields,
                &Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            );
            // Nobody can be told: this is where it would be told.
            append(folder, &line).ok();
        }
    }
}

fn line(event: &'static str, fields: &[(&'static str, Value)], time: &str) -> String {
    let mut object = serde_json::Map::new();
    object.insert("time".to_owned(), time.into());
    object.insert("event".to_owned(), event.into());
    for (name, value) in fields {
        let value = match value {
            Value::Code(code) => (*code).into(),
            Value::Count(count) => (*count).into(),
            Value::Took(took) => {
                let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                object.insert(format!("{name}_ms"), ms.into());
                continue;
            }
        };
        object.insert((*name).to_owned(), value);
    }
    let mut text = serde_json::Value::Object(object).to_string();
    text.push('\n');
    text
}

fn append(folder: &Path, line: &str) -> Result<(), disk::Error> {
    disk::create_folder(folder)?;
    disk::restrict(folder, 0o700)?;
    let path = folder.join(FILE);
    let action = |action| {
        let path = path.clone();
        move |source| disk::Error::Io {
            action,
            path: crate::privacy::Phi::new(path),
            source,
        }
    };
    if fs::metadata(&path).is_ok_and(|it| LIMIT_BYTES <= it.len()) {
        turn_over(folder);
    }
    let mut file = File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .map_err(action("open"))?;
    // One call, so that two windows do not mix their lines.
    file.write_all(line.as_bytes()).map_err(action("write"))
}

/// Moves each file to the next number; the last falls off.
fn turn_over(folder: &Path) {
    let old = |number: u32| match number {
        0 => folder.join(FILE),
        _ => folder.join(format!("{FILE}.{number}")),
    };
    for number in (0..N_OLD).rev() {
        // One that is not there has nothing to move.
        fs::rename(old(number), old(number + 1)).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

    use super::{Journal, LIMIT_BYTES, N_OLD, Value, line};

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::current_exe()
            .unwrap()
            .parent()
            .unwrap()
            .join(name);
        std::fs::remove_dir_all(&folder).ok();
        folder
    }

    #[test]
    fn a_line_is_one_object() {
        let fields = [
            ("reason", Value::Code("idle")),
            ("items", Value::Count(3)),
            ("took", Value::Took(Duration::from_millis(41))),
        ];
        let line = line("locked", &fields, "2026-11-27T12:00:00.000Z");
        assert_eq!(line.find('\n'), Some(line.len() - 1));
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            object,
            serde_json::json!({
                "event": "locked", "items": 3, "reason": "idle", "time": "2026-11-27T12:00:00.000Z", "took_ms": 41,
            })
        );
    }

    #[test]
    fn only_its_owner_reads_it_and_it_turns_over() {
        let folder = folder("journal-turns");
        let journal = Journal::new(Some(folder.clone()));
        let path = Journal::file(&folder);
        for round in 0..N_OLD + 2 {
            journal.write("started", &[("round", Value::Count(round.into()))]);
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::File::options()
                .append(true)
                .open(&path)
                .unwrap()
                .set_len(LIMIT_BYTES)
                .unwrap();
        }
        journal.write("ended", &[]);
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "journal.jsonl",
                "journal.jsonl.1",
                "journal.jsonl.2",
                "journal.jsonl.3"
            ]
        );
        Journal::new(None).write("started", &[]);
    }
}
