//! Files: bounded read, atomic write, content hash.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use zeroize::Zeroizing;

use crate::privacy::Phi;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path names a folder, a pipe, a device or a socket.
    #[error("wanted a regular file, found {found}: {path}")]
    NotAFile {
        found: &'static str,
        path: Phi<PathBuf>,
    },
    /// The file is larger than the caller can take.
    #[error("wanted at most {limit_bytes} bytes, found {found_bytes}: {path}")]
    TooLarge {
        limit_bytes: u64,
        found_bytes: u64,
        path: Phi<PathBuf>,
    },
    /// The operating system said no.
    #[error("could not {action} the file ({kind}): {path}", kind = source.kind())]
    Io {
        action: &'static str,
        path: Phi<PathBuf>,
        source: io::Error,
    },
    /// The file stands under its name, but the disk may not know it any more after a loss of power.
    #[error("wrote the file but could not flush its folder ({kind}): {path}", kind = source.kind())]
    Unflushed {
        path: Phi<PathBuf>,
        source: io::Error,
    },
}

/// A SHA-256, printed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The hash of several pieces, as if they stood in one buffer.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// A digest that was worked out before.
    pub const fn of_digest(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, idx) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(idx..idx + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The first eight bytes as a number: deals things out evenly, and the same way everywhere.
    pub fn number(&self) -> u64 {
        self.0
            .iter()
            .take(8)
            .fold(0, |so_far, byte| (so_far << 8) | u64::from(*byte))
    }

    /// The first eight digits, for people.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

/// HMAC-SHA-256 (RFC 2104) of several pieces, as if they stood in one buffer.
pub fn keyed_hash<'a>(key: &[u8; 32], parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    // A shorter key is padded with zeros to the block of the hash.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<sha2::Sha256>::new(&(*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A SHA-256 in the making, for data that come piece by piece.
#[derive(Clone, Default)]
pub struct Hasher(sha2::Sha256);

impl Hasher {
    /// Adds a piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("wanted 64 hexadecimal digits"))
    }
}

/// Reads a regular file of at most `limit_bytes`. The limit holds for what is read, not only for what
/// the directory entry says, so a file that grows meanwhile is refused too.
pub fn read(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, Error> {
    let (file, length) = open(path, limit_bytes)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(limit_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Io {
            action: "read",
            path: Phi::new(path.to_owned()),
            source,
        })?;
    let n_bytes = bytes.len() as u64;
    if limit_bytes < n_bytes {
        Err(too_large(path, limit_bytes, n_bytes))
    } else {
        Ok(bytes)
    }
}

/// Opens a regular file of at most `limit_bytes`, and says how long it is.
pub fn open(path: &Path, limit_bytes: u64) -> Result<(File, u64), Error> {
    let io = |source| Error::Io {
        action: "read",
        path: Phi::new(path.to_owned()),
        source,
    };
    let found = fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        let found = if found.is_dir() {
            "a folder"
        } else {
            "a device, a pipe or a socket"
        };
        return Err(Error::NotAFile {
            found,
            path: Phi::new(path.to_owned()),
        });
    }
    if limit_bytes < found.len() {
        return Err(too_large(path, limit_bytes, found.len()));
    }
    Ok((File::open(path).map_err(io)?, found.len()))
}

fn too_large(path: &Path, limit_bytes: u64, found_bytes: u64) -> Error {
    Error::TooLarge {
        limit_bytes,
        found_bytes,
        path: Phi::new(path.to_owned()),
    }
}

/// Writes beside the target, flushes to the disk, then renames: the target is old or new, never torn.
///
/// # Errors
/// [`Error::Unflushed`] where the target is the new one but may be the old one again after a loss of power; any other
/// error leaves the old one.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_atomic_by(path, |file| file.write_all(bytes)).map(|_file| ())
}

/// Like [`write_atomic`], for what comes piece by piece. The file that stands there now can be read.
///
/// # Errors
/// As [`write_atomic`] does, and what `write` fails with.
pub fn write_atomic_by(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<File, Error> {
    let io = |source| Error::Io {
        action: "write",
        path: Phi::new(path.to_owned()),
        source,
    };
    let folder = path
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path
        .file_name()
        .ok_or_else(|| io(io::Error::from(io::ErrorKind::InvalidInput)))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    let beside = folder.join(beside);
    let written = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)
        .and_then(|mut file| {
            write(&mut file)?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            Ok(file)
        });
    let file = written.map_err(|source| {
        // The first error is the one to tell; a part that is left behind is harmless.
        fs::remove_file(&beside).ok();
        io(source)
    })?;
    flush_folder(folder).map_err(|source| Error::Unflushed {
        path: Phi::new(path.to_owned()),
        source,
    })?;
    Ok(file)
}

/// Writes a file under the first free of the names `view.png`, `view-2.png`, and so on; says which. Nothing that is there is
/// written over.
///
/// # Errors
/// As [`write_atomic`] does.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<PathBuf, Error> {
    let mut free = path.to_owned();
    let mut number = 1_u32;
    // An empty file keeps the name until the whole one is there.
    while let Err(source) = File::create_new(&free) {
        if source.kind() != io::ErrorKind::AlreadyExists {
            return Err(Error::Io {
                action: "write",
                path: Phi::new(free),
                source,
            });
        }
        number += 1;
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        free = path.with_file_name(name);
    }
    match write_atomic(&free, bytes) {
        Err(error @ Error::Io { .. }) => {
            // The first error is the one to tell; an empty file that is left behind is harmless.
            fs::remove_file(&free).ok();
            Err(error)
        }
        Err(other) => Err(other),
        Ok(()) => Ok(free),
    }
}

/// Makes the disk keep the names in a folder.
pub fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder and those above it.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::Io {
        action: "create",
        path: Phi::new(path.to_owned()),
        source,
    })
}

/// Gives a file or folder these permission bits.
pub fn restrict(path: &Path, mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|source| Error::Io {
        action: "protect",
        path: Phi::new(path.to_owned()),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::{Sha256, keyed_hash};

    #[test]
    fn the_keyed_hash_equals_the_published_vector() {
        // RFC 4231, test case 1, whose key of 20 bytes is padded with zeros as HMAC does.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let hash = Sha256::of_digest(keyed_hash(&key, [b"Hi ".as_slice(), b"There"]));
        assert_eq!(
            hash.to_string(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }

    #[test]
    fn sha256_equals_the_published_vector() {
        // FIPS 180-4, example "abc".
        let hash = Sha256::of(b"abc");
        assert_eq!(
            hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(Sha256::parse(&hash.to_string()), Some(hash));
        assert_eq!(Sha256::of_parts([b"a".as_slice(), b"bc"]), hash);
        assert_eq!(Sha256::parse("00"), None);
        // Rust's own reader of digits would take a sign.
        assert_eq!(Sha256::parse(&"+f".repeat(32)), None);
    }
}
