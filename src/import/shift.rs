//! `Shift`: a worker process that gets requests in turn, each under a time limit, and is ended when dropped.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    process::{Child, ChildStdin, ChildStdout, ExitStatus},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    Error,
    decoder::Cancel,
    pool::{Pool, Worker},
    wire::{self, Purpose},
};
use crate::sandbox;

/// How often a running decode looks at its [`Cancel`].
const CANCEL_POLL: Duration = Duration::from_millis(20);
/// How long a worker that closed its pipe may take to end.
const DEATH: Duration = Duration::from_millis(500);

/// What a worker is asked: what to read the file as, what is known of it, and its bytes.
pub(super) type Request<'a> = (Purpose, &'a [u8], &'a [u8]);

/// A worker at work.
pub(super) struct Shift {
    /// None once it was closed behind the last file.
    input: Option<ChildStdin>,
    output: ChildStdout,
    watchdog: Watchdog,
    timeout: Duration,
    has_greeted: bool,
}

impl Shift {
    /// Takes a fresh worker.
    pub(super) fn start(pool: &Pool, timeout: Duration, cancel: &Cancel) -> Result<Self, Error> {
        let Worker {
            child,
            input,
            output,
        } = pool.take()?;
        Ok(Self {
            input: Some(input),
            output,
            watchdog: Watchdog::start(child, cancel.clone())?,
            timeout,
            has_greeted: false,
        })
    }

    /// Asks one thing and reads the answer. After an error the worker is gone.
    pub(super) fn ask<T>(
        &mut self,
        (purpose, hints, bytes): Request<'_>,
        read: impl FnOnce(&mut ChildStdout) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // A worker that ends early closes the pipe; what it said before that is the reason, so it is read.
        self.head(purpose, hints, bytes.len() as u64)
            .and_then(|mut input| input.write_all(bytes))
            .ok();
        self.answer(read)
    }

    /// Asks about a file of this length that is too large to stand in memory, as the last thing.
    pub(super) fn ask_file<T>(
        &mut self,
        (purpose, hints, (file, n_bytes)): (Purpose, &[u8], (File, u64)),
        read: impl FnOnce(&mut ChildStdout) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.head(purpose, hints, n_bytes)
            .and_then(|mut input| io::copy(&mut file.take(n_bytes), &mut input))
            .ok();
        // A worker must not wait for the rest of a file that became shorter meanwhile.
        self.input = None;
        self.answer(read)
    }

    /// Says all of a request but the file, whose time begins.
    fn head(&mut self, purpose: Purpose, hints: &[u8], n_bytes: u64) -> io::Result<&ChildStdin> {
        self.watchdog.until(Some(Instant::now() + self.timeout));
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let mut input = self.input.as_ref().ok_or_else(closed)?;
        input.write_all(&[purpose as u8])?;
        input.write_all(&(hints.len() as u64).to_le_bytes())?;
        input.write_all(hints)?;
        input.write_all(&n_bytes.to_le_bytes())?;
        Ok(input)
    }

    /// Reads the next part of an answer that comes in several, under a time limit of its own.
    pub(super) fn hear<T>(
        &mut self,
        read: impl FnOnce(&mut ChildStdout) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.watchdog.until(Some(Instant::now() + self.timeout));
        self.answer(read)
    }

    fn answer<T>(
        &mut self,
        read: impl FnOnce(&mut ChildStdout) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let answer = self.greeted().and_then(|()| read(&mut self.output));
        self.watchdog.until(None);
        match answer {
            Ok(_) if self.watchdog.cancel.is_cancelled() => Err(Error::Cancelled),
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.reason(error)),
        }
    }

    fn greeted(&mut self) -> Result<(), Error> {
        if !self.has_greeted {
            wire::hello(&mut self.output)?;
            self.has_greeted = true;
        }
        Ok(())
    }

    /// What stands behind an answer that did not come.
    fn reason(&mut self, error: Error) -> Error {
        let has_died = matches!(error, Error::WorkerDied { .. });
        match (error, self.watchdog.finish(has_died)) {
            (_, Some(Stop::Cancelled)) => Error::Cancelled,
            (_, Some(Stop::Timeout)) => Error::Timeout {
                limit_secs: self.timeout.as_secs(),
            },
            (Error::WorkerDied { .. }, Some(Stop::Ended(status))) => Error::WorkerDied {
                how: sandbox::how_it_ended(status),
            },
            (error, _) => error,
        }
    }
}

impl Drop for Shift {
    fn drop(&mut self) {
        self.watchdog.finish(false);
    }
}

/// How a worker came to its end.
enum Stop {
    Ended(ExitStatus),
    Timeout,
    Cancelled,
}

/// A thread that ends the worker when its time is over or nobody wants the answer any more.
struct Watchdog {
    child: Arc<Mutex<Child>>,
    deadline: Arc<Mutex<Option<Instant>>>,
    cancel: Cancel,
    done: SyncSender<()>,
    thread: Option<JoinHandle<Option<Stop>>>,
}

impl Watchdog {
    fn start(child: Child, cancel: Cancel) -> Result<Self, Error> {
        let child = Arc::new(Mutex::new(child));
        let deadline = Arc::new(Mutex::new(None));
        let (done, is_done) = sync_channel::<()>(1);
        let watched = (Arc::clone(&child), Arc::clone(&deadline), cancel.clone());
        let watch = move || {
            let (child, deadline, cancel) = watched;
            loop {
                match is_done.recv_timeout(CANCEL_POLL) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
                }
                let is_late = |it: Instant| it <= Instant::now();
                let stop = if cancel.is_cancelled() {
                    Some(Stop::Cancelled)
                } else {
                    locked(&deadline)
                        .is_some_and(is_late)
                        .then_some(Stop::Timeout)
                };
                if stop.is_some() {
                    // Not waited for yet, so the process id is still its own.
                    locked(&child).kill().ok();
                    return stop;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("decode watchdog".to_owned())
            .spawn(watch)
            .map_err(|source| {
                end(&child);
                Error::WorkerDied {
                    how: format!("no thread to watch it ({})", source.kind()),
                }
            })?;
        Ok(Self {
            child,
            deadline,
            cancel,
            done,
            thread: Some(thread),
        })
    }

    /// Sets the time until which the worker may be at work; none while nothing is asked of it.
    fn until(&self, deadline: Option<Instant>) {
        *locked(&self.deadline) = deadline;
    }

    /// Ends the worker and says how that came about; once. One that `has_died` gets a moment to show its status.
    fn finish(&mut self, has_died: bool) -> Option<Stop> {
        let thread = self.thread.take()?;
        // A full or closed channel means that the thread is about to end anyway.
        self.done.try_send(()).ok();
        let stop = thread.join().ok().flatten();
        let deadline = Instant::now() + if has_died { DEATH } else { Duration::ZERO };
        while Instant::now() < deadline && matches!(locked(&self.child).try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(1));
        }
        let status = end(&self.child);
        stop.or_else(|| status.map(Stop::Ended))
    }
}

/// Ends a worker, which may have ended by itself; either way it is waited for.
fn end(child: &Mutex<Child>) -> Option<ExitStatus> {
    let mut child = locked(child);
    child.kill().ok();
    child.wait().ok()
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
