//! `Decoder`: from a path to a `Scan`, a `Chart` or a `ModelFile`, through a worker process.

use std::{
    env,
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ChildStdout,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    Error, Found, Hints, Refusal, Sandbox, arrays,
    dicom::{Deidentified, Request},
    given,
    pool::Pool,
    shift::{self, Shift},
    weights::ModelFile,
    wire::{self, Answer, Purpose},
};
use crate::{
    case::{Chart, LabelledScan, Presentation, Scan, worklist::Row},
    disk::{self, Sha256},
    privacy::Phi,
};

/// The name of the worker binary, beside the running one.
const WORKER_NAME: &str = "wardlight-decode";

/// How to decode.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The worker binary; `None` looks beside the running one.
    pub worker: Option<PathBuf>,
    /// Idle workers to keep.
    pub n_warm: usize,
    /// Largest file.
    pub limit_bytes: u64,
    /// Longest time for one file.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            worker: None,
            n_warm: 2,
            limit_bytes: 1 << 30,
            timeout: Duration::from_secs(60),
        }
    }
}

/// What a file turned out to be.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one value for each opened file, never a list of them"
)]
pub enum Opened {
    Scan(Scan),
    /// Notes, series, sequences.
    Chart(Chart),
}

impl From<Answer> for Opened {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Chart(chart) => Self::Chart(chart),
            Answer::Scan(header, frames) => {
                let frames = frames.into_iter().map(Arc::new).collect();
                Self::Scan(Scan::new(header, frames))
            }
        }
    }
}

/// Stops a running [`Decoder::open_cancellable`] from another thread.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Opens files. Shared by reference between threads; each call uses a process of its own.
#[derive(Debug)]
pub struct Decoder {
    pool: Pool,
    limit_bytes: u64,
    timeout: Duration,
    sandbox: Sandbox,
}

impl Decoder {
    /// Starts the workers.
    ///
    /// # Errors
    /// [`Error::NoWorker`] if the worker binary is missing or does not start, [`Error::WorkerDied`] or
    /// [`Error::Protocol`] if it starts and does not greet.
    pub fn start(settings: Settings) -> Result<Self, Error> {
        let worker = match settings.worker {
            Some(path) => path,
            None => beside_this_binary()?,
        };
        let pool = Pool::start(worker, settings.n_warm)?;
        let mut first = pool.take()?;
        let sandbox = wire::hello(&mut first.output);
        // Its greeting is read; it is not used for a file.
        first.child.kill().ok();
        first.child.wait().ok();
        Ok(Self {
            pool,
            limit_bytes: settings.limit_bytes,
            timeout: settings.timeout,
            sandbox: sandbox?,
        })
    }

    /// How well the workers are confined.
    pub const fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Reads and decodes a file.
    ///
    /// # Errors
    /// As [`Error`] says; a file that is not understood in full is refused.
    pub fn open(&self, path: &Path) -> Result<Opened, Error> {
        self.open_cancellable(path, &Cancel::default())
    }

    /// Like [`Self::open`]; ends early, with [`Error::Cancelled`], when `cancel` says so.
    pub fn open_cancellable(&self, path: &Path, cancel: &Cancel) -> Result<Opened, Error> {
        let bytes = disk::read(path, self.limit_bytes)?;
        self.decode(&bytes, &[], cancel)
    }

    /// Opens what a person gave: files, folders, DICOMDIR, archives. `each` hears of every file as soon as it is decoded, in
    /// about the order in which they were found, and may break off.
    pub fn open_given(
        &self,
        paths: &[PathBuf],
        cancel: &Cancel,
        each: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        given::open(self, paths, cancel, each);
    }

    /// Reads the rows of what `wardlight score` has written: first those without an answer.
    ///
    /// # Errors
    /// As [`Self::open`]; any other file is refused.
    pub fn open_report(&self, path: &Path, cancel: &Cancel) -> Result<Vec<Row>, Error> {
        let (mut listed, mut refused) = (None, None);
        self.open_given(&[path.to_owned()], cancel, &mut |found| {
            match found {
                Found::Listed { rows, .. } => listed.get_or_insert_with(Vec::new).extend(rows),
                Found::Refused { error, .. } => refused = Some(error),
                Found::Progress { .. } | Found::Noticed { .. } => {}
                Found::Opened { .. } | Found::Presented { .. } => {
                    let wanted = "a report of `wardlight score`";
                    refused = Some(Refusal::unsupported(wanted, "another file").into());
                }
            }
            ControlFlow::Continue(())
        });
        match (listed, refused) {
            (_, Some(error)) => Err(error),
            (Some(rows), None) => Ok(rows),
            (None, None) => Err(Error::Cancelled),
        }
    }

    /// Like [`Self::open`], with what the caller knows of the file.
    pub fn open_with(&self, path: &Path, hints: &Hints) -> Result<Opened, Error> {
        self.open_bytes_with(&disk::read(path, self.limit_bytes)?, hints)
    }

    /// Like [`Self::open_with`], for the bytes of a file.
    pub fn open_bytes_with(&self, bytes: &[u8], hints: &Hints) -> Result<Opened, Error> {
        let hints = serde_json::to_vec(hints).map_err(|_dropped| Refusal::Defect {
            place: "decoder".to_owned(),
        })?;
        self.decode(bytes, &hints, &Cancel::default())
    }

    /// Decodes the bytes of a file.
    pub fn open_bytes(&self, bytes: &[u8]) -> Result<Opened, Error> {
        self.decode(bytes, &[], &Cancel::default())
    }

    /// Reads an archive of images and labels (NPZ), as MedMNIST has them.
    ///
    /// # Errors
    /// As [`Self::open`]; arrays of another shape are refused.
    pub fn open_arrays(&self, path: &Path) -> Result<Vec<LabelledScan>, Error> {
        let bytes = disk::read(path, self.limit_bytes)?;
        let request = (Purpose::Arrays, [].as_slice(), bytes.as_slice());
        let read = |output: &mut ChildStdout| wire::arrays(output, &arrays::NAMES);
        let arrays = self.ask(request, &Cancel::default(), read)?;
        Ok(arrays::scans(Sha256::of(&bytes), &arrays)?)
    }

    /// Reads a model file of another program: a torch file, safetensors, a zipped bundle or one of its JSON files.
    /// Nothing in it is executed.
    pub fn open_model(&self, path: &Path) -> Result<ModelFile, Error> {
        self.open_model_bytes(&disk::read(path, self.limit_bytes)?)
    }

    /// Like [`Self::open_model`], for the bytes of a file.
    pub fn open_model_bytes(&self, bytes: &[u8]) -> Result<ModelFile, Error> {
        let request = (Purpose::Model, [].as_slice(), bytes);
        self.ask(request, &Cancel::default(), wire::model)
    }

    /// Reads what a DICOM file says of how images are shown: a presentation state, a segmentation or a parametric map, or
    /// the overlay planes and display tables of an image.
    ///
    /// # Errors
    /// As [`Self::open`]; an object that names no image is refused.
    pub fn open_presentation(&self, path: &Path) -> Result<Presentation, Error> {
        self.open_presentation_bytes(&disk::read(path, self.limit_bytes)?)
    }

    /// Like [`Self::open_presentation`], for the bytes of a file.
    pub fn open_presentation_bytes(&self, bytes: &[u8]) -> Result<Presentation, Error> {
        let request = (Purpose::Presentation, [].as_slice(), bytes);
        self.ask(request, &Cancel::default(), wire::presentation)
    }

    /// De-identifies the bytes of a DICOM file, or marks one that was de-identified as looked at.
    ///
    /// # Errors
    /// [`Refusal::NotDeidentified`] where the policy or the file forbids it; else as [`Self::open`].
    pub fn deidentify(
        &self,
        bytes: &[u8],
        request: &Request,
        cancel: &Cancel,
    ) -> Result<Deidentified, Error> {
        let request = serde_json::to_vec(request).map_err(|_dropped| Refusal::Defect {
            place: "decoder".to_owned(),
        })?;
        // The secret is in it.
        let request = Zeroizing::new(request);
        let request = (Purpose::Deidentify, request.as_slice(), bytes);
        self.ask(request, cancel, wire::deidentified)
    }

    fn decode(&self, bytes: &[u8], hints: &[u8], cancel: &Cancel) -> Result<Opened, Error> {
        let request = (Purpose::Case, hints, bytes);
        Ok(self.ask(request, cancel, wire::answer)?.into())
    }

    /// Gives a fresh worker one file, and what is known of it, and reads its answer.
    fn ask<T>(
        &self,
        request: shift::Request<'_>,
        cancel: &Cancel,
        read: impl FnOnce(&mut ChildStdout) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.shift(cancel)?.ask(request, read)
    }

    /// A fresh worker, to be asked by the caller.
    pub(super) fn shift(&self, cancel: &Cancel) -> Result<Shift, Error> {
        Shift::start(&self.pool, self.timeout, cancel)
    }

    /// A file that is not too large, and its length, to be read piece by piece.
    pub(super) fn large_file(&self, path: &Path) -> Result<(File, u64), Error> {
        Ok(disk::open(path, self.limit_bytes)?)
    }

    /// The bytes of a file that is not too large.
    pub(super) fn file(&self, path: &Path) -> Result<Vec<u8>, Error> {
        Ok(disk::read(path, self.limit_bytes)?)
    }
}

fn beside_this_binary() -> Result<PathBuf, Error> {
    let this = env::current_exe().map_err(|source| Error::NoWorker {
        path: Phi::new(PathBuf::from(WORKER_NAME)),
        source,
    })?;
    Ok(this.with_file_name(WORKER_NAME))
}
