//! The report of a batch on the disk. It is whole at every moment: each time, all of it is written beside the old one, which
//! then goes. What is written is the text of `serde_json::to_string_pretty`, in which a line break is never part of a string:
//! so answers that are there already are copied as they stand, and no byte of them is read as anything.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{Error, Refusal, Report};
use crate::{
    case::worklist::{Outcome, Row},
    disk,
    privacy::Phi,
};

/// The largest report that is gone on with: the largest file that the decoder takes.
const LIMIT_BYTES: u64 = 1 << 30;
/// Time between two writings: at least the first, at most the last, and so much that writing takes a twentieth.
const PERIOD: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
const RATIO: u32 = 20;

const RESULTS: &[u8] = b"\n  \"results\": [";
const BETWEEN: &[u8] = b"],\n  \"failures\": [";
const ELEMENT: &[u8] = b"\n    {";
const LIST_END: &[u8] = b"\n  ";
const END: &[u8] = b"]\n}";

pub(super) struct Ledger {
    path: PathBuf,
    /// Up to where the answers begin.
    head: Vec<u8>,
    /// The report as it was written or found last, and how many bytes of answers follow its head.
    kept: Option<File>,
    n_kept_bytes: u64,
    /// Answers that are not written so far.
    fresh: Vec<u8>,
    /// Files without an answer.
    failures: BTreeMap<PathBuf, Vec<u8>>,
    is_changed: bool,
    written: Instant,
    period: Duration,
}

impl Ledger {
    /// A report where there is none so far.
    pub(super) fn new(path: &Path) -> Self {
        let blank = serde_json::to_vec_pretty(&Report::<()>::default()).unwrap_or_default(); // plain fields have a JSON form
        let end = find(&blank, RESULTS).map_or(0, |it| it + RESULTS.len());
        Self {
            path: path.to_owned(),
            head: blank.get(..end).unwrap_or_default().to_vec(),
            kept: None,
            n_kept_bytes: 0,
            fresh: Vec::new(),
            failures: BTreeMap::new(),
            is_changed: true,
            written: Instant::now(),
            period: PERIOD.0,
        }
    }

    /// The report that is there, of which a worker has said these rows.
    pub(super) fn of(path: &Path, rows: &[Row]) -> Result<Self, Error> {
        let (file, _) = disk::open(path, LIMIT_BYTES)?;
        let mut bytes = Vec::new();
        let read = (&file).take(LIMIT_BYTES).read_to_end(&mut bytes);
        read.map_err(|source| disk::Error::Io {
            action: "read",
            path: Phi::new(path.to_owned()),
            source,
        })?;
        let layout = |found| Error::Layout { found };
        let start = find(&bytes, RESULTS).ok_or(layout("no list of answers"))? + RESULTS.len();
        let (head, rest) = bytes
            .split_at_checked(start)
            .ok_or(layout("no list of answers"))?;
        let end = find(rest, BETWEEN).ok_or(layout("no list of failures"))?;
        let (answers, rest) = rest
            .split_at_checked(end)
            .ok_or(layout("no list of failures"))?;
        let answers = answers.strip_suffix(LIST_END).unwrap_or(answers);
        let failures = rest
            .strip_prefix(BETWEEN)
            .and_then(|it| it.trim_ascii_end().strip_suffix(END))
            .ok_or(layout("another end"))?;
        let failures = elements(failures.strip_suffix(LIST_END).unwrap_or(failures));
        let (silent, answered): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|it| is_silent(it));
        if failures.len() != silent.len() || elements(answers).len() != answered.len() {
            return Err(layout("another number of files"));
        }
        let mut ledger = Self {
            head: head.to_vec(),
            n_kept_bytes: answers.len() as u64,
            is_changed: false,
            ..Self::new(path)
        };
        for (row, element) in silent.into_iter().zip(failures) {
            // For the report.
            ledger.add_failure(row.file.reveal(), element);
        }
        ledger.kept = Some(file);
        Ok(ledger)
    }

    /// What an earlier run said of a file does not count any more.
    pub(super) fn forget(&mut self, file: &Path) {
        self.is_changed |= self.failures.remove(file).is_some();
    }

    pub(super) fn answer(&mut self, answer: &impl Serialize) {
        if 0 < self.n_kept_bytes + self.fresh.len() as u64 {
            self.fresh.push(b',');
        }
        self.fresh.extend(element(answer));
        self.is_changed = true;
    }

    pub(super) fn fail(&mut self, file: &Path, refusal: &Refusal) {
        let element = element(refusal);
        self.add_failure(file, &element);
        self.is_changed = true;
    }

    fn add_failure(&mut self, file: &Path, element: &[u8]) {
        let of_file = self.failures.entry(file.to_owned()).or_default();
        if !of_file.is_empty() {
            of_file.push(b',');
        }
        of_file.extend_from_slice(element);
    }

    /// Writes what has come, where enough time has passed.
    pub(super) fn write_in_time(&mut self) -> Result<(), Error> {
        if self.written.elapsed() < self.period {
            return Ok(());
        }
        self.write()
    }

    /// Writes what has come.
    pub(super) fn write(&mut self) -> Result<(), Error> {
        if !self.is_changed {
            return Ok(());
        }
        let start = Instant::now();
        let place = self.head.len() as u64;
        let (head, fresh, failures) = (&self.head, &self.fresh, &self.failures);
        let (kept, n_kept_bytes) = (&mut self.kept, self.n_kept_bytes);
        let file = disk::write_atomic_by(&self.path, |to| {
            to.write_all(head)?;
            if let Some(kept) = kept {
                kept.seek(SeekFrom::Start(place))?;
                let n_copied = io::copy(&mut kept.take(n_kept_bytes), to)?;
                if n_copied != n_kept_bytes {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            to.write_all(fresh)?;
            to.write_all(close(0 < n_kept_bytes + fresh.len() as u64))?;
            to.write_all(BETWEEN)?;
            for (number, of_file) in failures.values().enumerate() {
                to.write_all(if number == 0 { b"" } else { b"," })?;
                to.write_all(of_file)?;
            }
            to.write_all(close(!failures.is_empty()))?;
            to.write_all(END)
        })?;
        self.kept = Some(file);
        self.n_kept_bytes += self.fresh.len() as u64;
        self.fresh.clear();
        self.is_changed = false;
        self.written = Instant::now();
        self.period = (start.elapsed() * RATIO).clamp(PERIOD.0, PERIOD.1);
        Ok(())
    }
}

/// What stands before the bracket that closes a list.
const fn close(has_elements: bool) -> &'static [u8] {
    if has_elements { LIST_END } else { b"" }
}

/// Whether a row tells of a file without an answer.
pub(super) const fn is_silent(row: &Row) -> bool {
    matches!(row.outcome, Outcome::Refused(_) | Outcome::Failed(_))
}

/// A value as an element of a list of the report.
fn element(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default(); // plain fields have a JSON form
    format!("\n    {}", text.replace('\n', "\n    ")).into_bytes()
}

/// The elements of a list, each with the line break before it.
fn elements(list: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        // The first bytes are those of the element itself.
        let next = rest.get(1..).and_then(|it| find(it, ELEMENT));
        let (element, others) = match next.and_then(|it| rest.split_at_checked(it + 1)) {
            Some((element, others)) => (element.strip_suffix(b",").unwrap_or(element), others),
            None => (rest, [].as_slice()),
        };
        found.push(element);
        rest = others;
    }
    found
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|it| it == wanted)
}
