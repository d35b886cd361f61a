//! The window that was first: it holds the lock, owns the socket and answers who comes, one after the other.

use std::{
    fs::{self, File},
    io,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, Builder},
    time::{Duration, Instant},
};

use super::{
    Error, Meeting,
    message::{self, Answer, Fault},
    system,
    wire::Wire,
};
use crate::{disk, privacy::Phi};

/// Visits that wait until the window takes them in.
const N_WAITING: usize = 64;
/// A visit may take so long.
const VISIT: Duration = Duration::from_secs(2);
/// After a visit that the operating system could not let in.
const REST: Duration = Duration::from_millis(100);

/// Called when somebody came.
type WakeFn = Arc<dyn Fn() + Send + Sync>;
/// What one start wants to be opened; nothing, if it only wants the window to come to the front.
type Files = Vec<Phi<PathBuf>>;

/// The right to be found. Who comes before [`Host::listen`] waits at the socket.
#[derive(Debug)]
pub struct Host {
    listener: UnixListener,
    place: Held,
}

/// Given back when it is dropped: the socket first, then the lock.
#[derive(Debug)]
struct Held {
    socket: PathBuf,
    _lock: File,
}

/// Who came.
pub struct Visits {
    files: Receiver<Files>,
    is_locked: Arc<AtomicBool>,
    is_ending: Arc<AtomicBool>,
    place: Held,
}

impl Host {
    /// Takes the place of the window that runs; whoever holds the lock may.
    pub(super) fn bind(meeting: &Meeting, lock: File) -> Result<Self, Error> {
        let socket = meeting.socket();
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(system("an old socket out of its way")(error));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&socket).map_err(system("a socket"))?;
        let place = Held {
            socket,
            _lock: lock,
        };
        // The folder keeps others out as well.
        disk::restrict(&place.socket, 0o600).ok();
        Ok(Self { listener, place })
    }

    /// Starts to answer, for a window of this version that may be locked.
    ///
    /// # Errors
    /// There is no thread for it.
    pub fn listen(
        self,
        version: &'static str,
        is_locked: bool,
        wake: WakeFn,
    ) -> Result<Visits, Error> {
        let Self { listener, place } = self;
        let (sender, files) = sync_channel(N_WAITING);
        let is_locked = Arc::new(AtomicBool::new(is_locked));
        let is_ending = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            version,
            sender,
            is_locked: is_locked.clone(),
            wake,
        };
        let ending = is_ending.clone();
        let work = move || {
            for visitor in listener.incoming() {
                match visitor {
                    _ if ending.load(Ordering::Acquire) => return,
                    Ok(it) => desk.serve(it),
                    Err(_) => thread::sleep(REST),
                }
            }
        };
        let started = Builder::new().name("second start".to_owned()).spawn(work);
        started.map_err(system("a thread"))?;
        Ok(Visits {
            files,
            is_locked,
            is_ending,
            place,
        })
    }
}

impl Visits {
    /// What the next start wants to be opened.
    pub fn poll(&self) -> Option<Files> {
        self.files.try_recv().ok()
    }

    /// Whether who comes is told that the files wait.
    pub fn set_locked(&self, is_locked: bool) {
        self.is_locked.store(is_locked, Ordering::Release);
    }
}

impl Drop for Visits {
    fn drop(&mut self) {
        self.is_ending.store(true, Ordering::Release);
        // The thread sleeps until somebody comes.
        UnixStream::connect(&self.place.socket).ok();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Whoever is first next time removes it as well.
        fs::remove_file(&self.socket).ok();
    }
}

/// What the thread needs to answer.
struct Desk {
    version: &'static str,
    sender: SyncSender<Files>,
    is_locked: Arc<AtomicBool>,
    wake: WakeFn,
}

impl Desk {
    /// The files go to the window before the answer goes out: should the answer get lost they may be seen twice, but
    /// never not at all.
    fn serve(&self, visitor: UnixStream) {
        let Ok(mut wire) = Wire::new(visitor, Instant::now() + VISIT) else {
            // Another user gets no word.
            return;
        };
        let asked = wire.receive();
        let answer = match asked.and_then(|it| Ok(message::files(self.version, &it)?)) {
            Ok(files) => self.hand_on(files),
            Err(Error::Message(Fault::OtherVersion { wanted, .. })) => Answer::OtherVersion(wanted),
            Err(_) => Answer::NotUnderstood,
        };
        wire.send(&answer.to_frame()).ok(); // whoever has gone need not be told
    }

    fn hand_on(&self, files: Files) -> Answer {
        if self.sender.try_send(files).is_err() {
            return Answer::Full;
        }
        (self.wake)();
        if self.is_locked.load(Ordering::Acquire) {
            Answer::Waits
        } else {
            Answer::Opens
        }
    }
}
