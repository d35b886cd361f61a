//! The asking end of a script worker: starts it, watches the clock, and starts another after one has died.

use std::{
    env, io,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tch::Tensor;

use super::{
    super::{Result, loaded::values},
    Settings,
    said::Said,
    wire::{self, Array, Ask, Say, Work},
};
use crate::{
    model::{Error, allowed::Module, manifest::Output},
    sandbox::{self, Sandbox},
};

/// The name of the worker binary, beside the running one.
const WORKER_NAME: &str = "wardlight-script";
/// Largest answer: the feature maps of one image and their gradients, or the gradient of a batch.
const ANSWER_LIMIT_BYTES: u64 = 1 << 30;
/// How long a worker may take to load libtorch; no module has its hand in that.
const START: Duration = Duration::from_secs(60);
/// How long a worker that closed its pipe may take to end.
const DEATH: Duration = Duration::from_millis(500);

/// One module in one worker.
pub(super) struct Client {
    module: Module,
    settings: Settings,
    said: Option<Said>,
    worker: Option<Worker>,
}

/// What came of a run.
pub(super) enum Outcome {
    Arrays(Vec<Array>),
    /// The module could not do it; the worker lives.
    Failed {
        cause: String,
        detail: String,
    },
}

impl Client {
    /// Starts a worker and has it load the module.
    pub(super) fn start(module: Module, settings: Settings) -> Result<Self> {
        let (worker, said) = Worker::start(&module, &settings)?;
        Ok(Self {
            module,
            settings,
            said,
            worker: Some(worker),
        })
    }

    /// What the module says of itself.
    pub(super) fn said(&self) -> Option<&Said> {
        self.said.as_ref()
    }

    /// Ends the worker, and with it what the module has seen; the next request starts another.
    pub(super) fn forget(&mut self) {
        self.worker = None;
    }

    /// What the module gives for a batch. A module that cannot do it is an error, told without what it says itself.
    pub(super) fn run(
        &mut self,
        work: Work,
        undo: Option<Output>,
        batch: &Tensor,
    ) -> Result<Vec<Array>> {
        match self.attempt(work, undo, batch)? {
            Outcome::Arrays(arrays) => Ok(arrays),
            Outcome::Failed { cause, .. } => Err(Error::Engine { cause }),
        }
    }

    /// The same, for a batch that is no patient's.
    pub(super) fn attempt(
        &mut self,
        work: Work,
        undo: Option<Output>,
        batch: &Tensor,
    ) -> Result<Outcome> {
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => Worker::start(&self.module, &self.settings)?.0,
        };
        let ask = Ask::Run {
            work,
            undo,
            shape: batch.size(),
        };
        let body = wire::bytes(&values(batch)?);
        // A worker that failed to answer is dropped here, and the next request starts another.
        let (say, body) = worker.exchange(&ask, &body, self.settings.timeout)?;
        let outcome = match say {
            Say::Arrays(shapes) => wire::arrays(&shapes, &body)
                .map(Outcome::Arrays)
                .map_err(|it| odd(&it))?,
            Say::Failed { cause, detail } => Outcome::Failed { cause, detail },
            Say::Hello(_) | Say::Loaded(_) => return Err(odd(&"another message")),
        };
        self.worker = Some(worker);
        Ok(outcome)
    }
}

/// How well a worker is confined: one is started, asked and ended.
///
/// # Errors
/// [`Error::NoScriptWorker`] and its kin.
pub fn confinement(settings: &Settings) -> Result<Sandbox> {
    Worker::greeted(settings).map(|(_, sandbox)| sandbox)
}

/// A process with a module in it. Dropped, it ends.
struct Worker {
    child: Arc<Mutex<Child>>,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    fn start(module: &Module, settings: &Settings) -> Result<(Self, Option<Said>)> {
        let (mut worker, sandbox) = Self::greeted(settings)?;
        if !sandbox.holds_a_program() {
            return Err(none(sandbox));
        }
        let ask = Ask::Load {
            threads: settings.threads,
            cpu_secs: (settings.timeout.as_secs() + 1) * settings.threads.max(1) as u64,
        };
        match worker.exchange(&ask, module.bytes(), settings.timeout)?.0 {
            Say::Loaded(said) => Ok((worker, said)),
            Say::Failed { cause, .. } => Err(Error::Script {
                want: "libtorch can load",
                found: cause,
            }),
            Say::Hello(_) | Say::Arrays(_) => Err(odd(&"another message")),
        }
    }

    /// A process that has raised its walls, and how far that went.
    fn greeted(settings: &Settings) -> Result<(Self, Sandbox)> {
        let mut worker = Self::spawn(settings).map_err(|it| none(it.kind()))?;
        let (say, _) = worker.within(START, |it| wire::receive::<Say>(&mut it.output, 0))?;
        match say {
            Say::Hello(sandbox) => Ok((worker, sandbox)),
            _ => Err(odd(&"no greeting")),
        }
    }

    /// Nothing of the environment goes in but how OpenMP waits: it must not spin for long on the cores that the
    /// asking process uses.
    fn spawn(settings: &Settings) -> io::Result<Self> {
        let path = settings
            .worker
            .clone()
            .map_or_else(beside_this_binary, Ok)?;
        let mut child = Command::new(path)
            .env_clear()
            .env("GOMP_SPINCOUNT", "10000")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self {
            child: Arc::new(Mutex::new(child)),
            input,
            output,
        })
    }

    fn exchange(&mut self, ask: &Ask, body: &[u8], timeout: Duration) -> Result<(Say, Vec<u8>)> {
        self.within(timeout, |it| {
            // A worker that ends early closes the pipe; what it said before that is the reason, so it is read.
            wire::send(&mut it.input, ask, &[body]).ok();
            wire::receive(&mut it.output, ANSWER_LIMIT_BYTES)
        })
    }

    /// Does something that waits for the worker, and kills the worker when its time is over.
    fn within<T>(
        &mut self,
        timeout: Duration,
        work: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> Result<T> {
        let watch = Watch::start(&self.child, timeout)?;
        let done = work(self);
        let is_late = watch.finish();
        done.map_err(|error| match error.kind() {
            _ if is_late => Error::ScriptTimeout {
                limit_secs: timeout.as_secs(),
            },
            io::ErrorKind::InvalidData => odd(&error),
            _ => Error::ScriptDied { how: self.end() },
        })
    }

    /// Ends the process, which gets a moment to show how it ended by itself, and says how.
    fn end(&self) -> String {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let deadline = Instant::now() + DEATH;
        while Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().ok();
        let status = child.wait();
        status.map_or_else(|it| it.kind().to_string(), sandbox::how_it_ended)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended by itself; either way it is waited for.
        child.kill().ok();
        child.wait().ok();
    }
}

/// A thread that kills a worker when its time is over.
struct Watch {
    done: SyncSender<()>,
    thread: JoinHandle<bool>,
}

impl Watch {
    fn start(child: &Arc<Mutex<Child>>, timeout: Duration) -> Result<Self> {
        let (done, is_done) = sync_channel::<()>(1);
        let child = Arc::clone(child);
        let watch = move || {
            let is_late = is_done.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout);
            if is_late {
                // Not waited for yet, so the process id is still its own.
                let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
                child.kill().ok();
            }
            is_late
        };
        let builder = thread::Builder::new().name("script watchdog".to_owned());
        let thread = builder.spawn(watch).map_err(|it| none(it.kind()))?;
        Ok(Self { done, thread })
    }

    /// Whether the time was over.
    fn finish(self) -> bool {
        // A full or closed channel means that the thread is about to end anyway.
        self.done.try_send(()).ok();
        self.thread.join().unwrap_or(false)
    }
}

fn beside_this_binary() -> io::Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(WORKER_NAME))
}

fn none(found: impl std::fmt::Display) -> Error {
    Error::NoScriptWorker {
        found: found.to_string(),
    }
}

fn odd(found: &dyn std::fmt::Display) -> Error {
    Error::Engine {
        cause: format!("wanted an answer of the script worker in the agreed form, found {found}"),
    }
}
