//! One window for each person and display: a second start hands its files to the window that runs, and ends.
//!
//! Who holds the lock file is the window that runs. The kernel lets go of it when that process ends, however it ends: two
//! starts at one moment cannot both be first, and a socket that a crash has left behind is nobody's.
//!
//! | file | what |
//! |---|---|
//! | `message` | what is asked and answered, as bytes: pure |
//! | `wire` | a frame through a socket, until a deadline, with the same user at the other end |
//! | `host` | the window that was first: its lock, its socket, the thread that answers |

mod host;
pub mod message;
mod wire;

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, TryLockError},
    io,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, OpenOptionsExt as _},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::disk::{self, Sha256};

use self::{
    message::{Answer, Fault},
    wire::Wire,
};

pub use self::host::{Host, Visits};

/// So long a start waits for the window that runs, which may be starting itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Where the windows of one person on one display meet: a folder that nobody else may enter, and a name in it.
#[derive(Clone, Debug)]
pub struct Meeting {
    folder: PathBuf,
    name: String,
}

/// What becomes of a start.
#[derive(Debug)]
pub enum Start {
    /// No window runs: this becomes the one.
    First(Host),
    /// The window that runs has the files; a locked one opens them once the person is back in.
    HandedOver { is_locked: bool },
}

/// Why a start that is not the first could not hand over its files.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("version {running} is running, and this is version {own}")]
    OtherVersion { running: String, own: String },
    #[error("the window that runs has too much to open at once")]
    Full,
    #[error("the window that runs did not understand")]
    NotUnderstood,
    #[error("the window that runs belongs to user number {found}")]
    Stranger { found: u32 },
    #[error("the window that runs did not answer ({0})")]
    Silent(io::ErrorKind),
    #[error(transparent)]
    Message(#[from] Fault),
    #[error("wanted {what} to meet other windows, found an error of the operating system ({kind})")]
    System {
        what: &'static str,
        kind: io::ErrorKind,
    },
}

impl Meeting {
    /// The meeting of the display that the environment names, in its folder for running programs, else in the folder of
    /// this program's own state; `None` where there is no display or no folder.
    pub fn of_environment(
        variable: impl Fn(&str) -> Option<OsString>,
        state_folder: Option<&Path>,
    ) -> Option<Self> {
        let named = |key| variable(key).filter(|it| !it.is_empty());
        let display = named("WAYLAND_DISPLAY").or_else(|| named("DISPLAY"))?;
        let runtime = named("XDG_RUNTIME_DIR").map(PathBuf::from);
        let runtime = runtime.filter(|it| it.is_absolute() && it.is_dir());
        let folder = match runtime {
            Some(it) => it.join("wardlight"),
            None => state_folder?.to_owned(),
        };
        Some(Self::new(folder, &display))
    }

    /// The meeting of a display in a folder.
    pub fn new(folder: PathBuf, display: &OsStr) -> Self {
        // A name of any length and any letters becomes one that a socket can have.
        let hash = Sha256::of(display.as_bytes()).to_string();
        Self {
            folder,
            name: hash.chars().take(16).collect(),
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join(format!("{}.socket", self.name))
    }

    /// The file whose lock says who is first. It is never removed: whoever opened it before would hold another one.
    fn lock_file(&self) -> Result<File, Error> {
        let failed = |error| Error::System {
            what: "a folder of its own",
            kind: match error {
                disk::Error::Io { source, .. } => source.kind(),
                _ => io::ErrorKind::Other,
            },
        };
        disk::create_folder(&self.folder).map_err(failed)?;
        disk::restrict(&self.folder, 0o700).map_err(failed)?;
        let owner = fs::metadata(&self.folder)
            .map_err(system("its folder"))?
            .uid();
        if owner != rustix::process::geteuid().as_raw() {
            return Err(Error::Stranger { found: owner });
        }
        let path = self.folder.join(format!("{}.lock", self.name));
        let mut options = File::options();
        options.create(true).truncate(false).write(true).mode(0o600);
        options.open(path).map_err(system("a lock file"))
    }
}

/// Becomes the window that runs on this display, or hands it the files. With an error the caller opens a window of its
/// own, which other starts do not find.
///
/// # Errors
/// A window runs that does not take the files, or there is no way to find out.
pub fn start(meeting: &Meeting, version: &str, files: &[PathBuf]) -> Result<Start, Error> {
    let deadline = Instant::now() + PATIENCE;
    let lock = meeting.lock_file()?;
    loop {
        if is_first(&lock)? {
            return Host::bind(meeting, lock).map(Start::First);
        }
        match ask(meeting, &message::request(version, files)?, deadline) {
            Ok(Answer::Opens) => return Ok(Start::HandedOver { is_locked: false }),
            Ok(Answer::Waits) => return Ok(Start::HandedOver { is_locked: true }),
            Ok(Answer::OtherVersion(running)) => {
                let own = version.to_owned();
                return Err(Error::OtherVersion { running, own });
            }
            Ok(Answer::Full) => return Err(Error::Full),
            Ok(Answer::NotUnderstood) => return Err(Error::NotUnderstood),
            // It is about to listen, or has just ended.
            Err(Error::Silent(_)) if Instant::now() < deadline => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
}

/// Becomes the window that other starts find, if there is none; else `None`.
///
/// # Errors
/// There is no way to find out.
pub fn claim(meeting: &Meeting) -> Result<Option<Host>, Error> {
    let lock = meeting.lock_file()?;
    if is_first(&lock)? {
        Host::bind(meeting, lock).map(Some)
    } else {
        Ok(None)
    }
}

fn is_first(lock: &File) -> Result<bool, Error> {
    match lock.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(system("a lock")(error)),
    }
}

fn ask(meeting: &Meeting, request: &[u8], deadline: Instant) -> Result<Answer, Error> {
    let stream = UnixStream::connect(meeting.socket()).map_err(|it| Error::Silent(it.kind()))?;
    let mut wire = Wire::new(stream, deadline)?;
    wire.send(request)?;
    Ok(message::answer(&wire.receive()?)?)
}

fn system(what: &'static str) -> impl Fn(io::Error) -> Error {
    move |error| Error::System {
        what,
        kind: error.kind(),
    }
}
