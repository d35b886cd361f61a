//! Warm decode workers: started ahead of need, each used for one file.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::Error;
use crate::privacy::Phi;

/// How long to wait before a failed start is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// A worker that has not been given a file yet.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) child: Child,
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
}

impl Worker {
    /// Starts a worker with an empty environment and nothing but two pipes.
    fn start(path: &PathBuf) -> Result<Self, Error> {
        let started = Command::new(path)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let with_pipes =
            started.and_then(
                |mut child| match (child.stdin.take(), child.stdout.take()) {
                    (Some(input), Some(output)) => Ok(Self {
                        child,
                        input,
                        output,
                    }),
                    _ => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
                },
            );
        with_pipes.map_err(|source| Error::NoWorker {
            path: Phi::new(path.clone()),
            source,
        })
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn stop(mut self) {
        // It may have ended by itself; either way it is waited for.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Idle workers and the thread that keeps their number up.
#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    shared: Arc<Shared>,
    refill: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: VecDeque<Worker>,
    is_closing: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// Starts one worker, to learn whether that works, and the thread that starts the others.
    pub(super) fn start(path: PathBuf, n_warm: usize) -> Result<Self, Error> {
        let first = Worker::start(&path)?;
        let state = State {
            idle: VecDeque::from([first]),
            is_closing: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let (for_thread, path_for_thread) = (Arc::clone(&shared), path.clone());
        let refill = thread::Builder::new()
            .name("decode pool".to_owned())
            .spawn(move || refill(&for_thread, &path_for_thread, n_warm))
            .map_err(|source| Error::NoWorker {
                path: Phi::new(path.clone()),
                source,
            })?;
        Ok(Self {
            path,
            shared,
            refill: Some(refill),
        })
    }

    /// A fresh worker: a warm one, else one that starts now.
    pub(super) fn take(&self) -> Result<Worker, Error> {
        loop {
            let Some(mut worker) = self.shared.lock().idle.pop_front() else {
                return Worker::start(&self.path);
            };
            self.shared.changed.notify_all();
            if worker.is_alive() {
                return Ok(worker);
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.changed.notify_all();
        if let Some(refill) = self.refill.take() {
            // The thread has nothing to say; a panic in it has been printed.
            refill.join().ok();
        }
        let idle = std::mem::take(&mut self.shared.lock().idle);
        idle.into_iter().for_each(Worker::stop);
    }
}

fn refill(shared: &Shared, path: &PathBuf, n_warm: usize) {
    let mut state = shared.lock();
    while !state.is_closing {
        if n_warm <= state.idle.len() {
            state = shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        drop(state);
        let started = Worker::start(path);
        state = shared.lock();
        match started {
            Ok(worker) => state.idle.push_back(worker),
            // `take` meets the same error and tells it.
            Err(_) => {
                state = shared
                    .changed
                    .wait_timeout(state, RETRY)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        }
    }
}
