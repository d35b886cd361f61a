//! What a second start asks and what the window that runs answers, as bytes: no socket, no thread, no clock.
//!
//! A frame is a head of eight bytes (four letters and the length of the body, little-endian) and the body. A question is
//! the version of who asks and the paths, each ended by a zero byte; an answer is one letter, and for another version its
//! name. Paths are bytes as the file system has them, and need not be UTF-8.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use crate::privacy::Phi;

/// Paths in one question.
pub const N_PATHS_MAX: usize = 20_000;
/// Bytes in the body of one frame.
pub const N_BYTES_MAX: usize = 4 << 20;
/// Bytes in the head of a frame.
pub const N_HEAD: usize = 8;

const LETTERS: [u8; 4] = *b"WLS1";
/// Bytes of the name of a version.
const N_VERSION_MAX: usize = 64;

/// What the window that runs does with the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Opens,
    /// It is locked, and opens them once the person is back in.
    Waits,
    /// It is of this version, and who asks is not.
    OtherVersion(String),
    /// Too much waits already.
    Full,
    NotUnderstood,
}

/// What is wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("wanted a frame, found other bytes")]
    NotAFrame,
    #[error("wanted at most {N_BYTES_MAX} bytes of paths, found {found}")]
    TooLong { found: usize },
    #[error("wanted at most {N_PATHS_MAX} paths, found {found}")]
    TooMany { found: usize },
    #[error("wanted whole paths from the root, found another")]
    NotAbsolute,
    #[error("wanted the end of a path, found the end of the frame")]
    Cut,
    #[error("wanted the name of a version, found other bytes")]
    NotAVersion,
    #[error("wanted version {wanted}, found {found}")]
    OtherVersion { wanted: String, found: String },
    #[error("wanted an answer, found other bytes")]
    NotAnAnswer,
}

/// The frame that asks to open files.
///
/// # Errors
/// More than one frame may carry, or a path that is not whole.
pub fn request(version: &str, files: &[PathBuf]) -> Result<Vec<u8>, Fault> {
    check_paths(files)?;
    let parts = std::iter::once(version.as_bytes());
    let parts = parts.chain(files.iter().map(|it| it.as_os_str().as_bytes()));
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(part);
        body.push(0);
    }
    if N_BYTES_MAX < body.len() {
        return Err(Fault::TooLong { found: body.len() });
    }
    Ok(frame(&body))
}

/// The files in the body of a question that came from the same version. The version stands first, so that what follows
/// may change with it.
///
/// # Errors
/// Another version, or bytes that no program of ours sends.
pub fn files(version: &str, body: &[u8]) -> Result<Vec<Phi<PathBuf>>, Fault> {
    let mut parts = body.split(|it| *it == 0);
    let name = parts
        .next()
        .filter(|_| body.contains(&0))
        .ok_or(Fault::Cut)?;
    let found = version_name(name)?;
    if found != version {
        let wanted = version.to_owned();
        return Err(Fault::OtherVersion { wanted, found });
    }
    // Behind the last zero byte stands nothing.
    let Some([]) = parts.next_back() else {
        return Err(Fault::Cut);
    };
    let paths = parts.map(|it| PathBuf::from(OsString::from_vec(it.to_vec())));
    let paths: Vec<PathBuf> = paths.take(N_PATHS_MAX + 1).collect();
    check_paths(&paths)?;
    Ok(paths.into_iter().map(Phi::new).collect())
}

/// The length of the body that follows a head.
///
/// # Errors
/// It is no head, or the body is longer than any of ours.
pub fn body_length(head: [u8; N_HEAD]) -> Result<usize, Fault> {
    let [a, b, c, d, length @ ..] = head;
    if [a, b, c, d] != LETTERS {
        return Err(Fault::NotAFrame);
    }
    let found = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if found <= N_BYTES_MAX {
        Ok(found)
    } else {
        Err(Fault::TooLong { found })
    }
}

/// Reads the body of an answer.
///
/// # Errors
/// Bytes that no program of ours sends.
pub fn answer(body: &[u8]) -> Result<Answer, Fault> {
    match body {
        b"o" => Ok(Answer::Opens),
        b"w" => Ok(Answer::Waits),
        b"f" => Ok(Answer::Full),
        b"n" => Ok(Answer::NotUnderstood),
        [b'v', name @ ..] => version_name(name).map(Answer::OtherVersion),
        _ => Err(Fault::NotAnAnswer),
    }
}

impl Answer {
    /// The frame that says it.
    pub fn to_frame(&self) -> Vec<u8> {
        match self {
            Self::Opens => frame(b"o"),
            Self::Waits => frame(b"w"),
            Self::Full => frame(b"f"),
            Self::NotUnderstood => frame(b"n"),
            Self::OtherVersion(name) => frame(format!("v{name}").as_bytes()),
        }
    }
}

fn check_paths(paths: &[PathBuf]) -> Result<(), Fault> {
    let is_whole = |it: &Path| it.is_absolute() && !it.as_os_str().as_bytes().contains(&0);
    if N_PATHS_MAX < paths.len() {
        return Err(Fault::TooMany { found: paths.len() });
    }
    if paths.iter().all(|it| is_whole(it)) {
        Ok(())
    } else {
        Err(Fault::NotAbsolute)
    }
}

/// A person reads it in a terminal: no other letters than those of a version.
fn version_name(bytes: &[u8]) -> Result<String, Fault> {
    let is_letter = |it: &u8| it.is_ascii_alphanumeric() || b".-+_".contains(it);
    let is_version = (1..=N_VERSION_MAX).contains(&bytes.len()) && bytes.iter().all(is_letter);
    let name = String::from_utf8(bytes.to_vec()).ok();
    name.filter(|_| is_version).ok_or(Fault::NotAVersion)
}

fn frame(body: &[u8]) -> Vec<u8> {
    // Every body is shorter than N_BYTES_MAX.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [LETTERS.as_slice(), &length.to_le_bytes(), body].concat()
}
