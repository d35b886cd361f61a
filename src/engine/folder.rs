//! What stands in a folder, and where files usually lie: for whoever chooses one.

use std::{
    ffi::OsString,
    fs,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
    sync::mpsc::Receiver,
};

use super::{
    Error, Event, Job,
    client::Ticket,
    work::{Outbox, finish, guarded},
};
use crate::{
    model::Task,
    privacy::{Phi, process},
};

/// Files and folders that are listed at most.
pub const N_ENTRIES: usize = 200_000;

/// A folder as it was when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub folder: Phi<PathBuf>,
    /// Folders first, numbers in names by their size.
    pub entries: Vec<Entry>,
    /// Whether there are more.
    pub is_cut: bool,
    pub places: Vec<Place>,
}

/// What stands in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: Phi<OsString>,
    pub is_folder: bool,
}

/// Where files usually lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub kind: PlaceKind,
    pub path: Phi<PathBuf>,
}

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    Home,
    Documents,
    Desktop,
    /// A disk, a stick or a share.
    Medium,
    /// The whole computer.
    Root,
}

/// Serves `ListFolder` until the queue closes. A folder on a share that does not answer keeps nothing else waiting.
pub(super) fn run_folders(jobs: &Receiver<Ticket>, outbox: &Outbox) {
    while let Ok(ticket) = jobs.recv() {
        let end = guarded(&ticket, || match &ticket.job {
            // For the file system.
            Job::ListFolder(folder) => list(folder.reveal(), &ticket.task)
                .map(|it| Some(Event::FolderListed(Box::new(it)))),
            _ => Ok(None),
        });
        if finish(&ticket, end, outbox).is_err() {
            return;
        }
        // Names of files lie on the stack.
        process::scrub_stack();
    }
}

/// Lists a folder: `~` is the person's own, and so is no path at all.
fn list(folder: &Path, task: &Task) -> Result<Listing, Error> {
    let folder = whole(folder);
    let refused = |source| Error::Folder {
        path: Phi::new(folder.clone()),
        source,
    };
    let mut entries = Vec::new();
    let mut is_cut = false;
    for entry in fs::read_dir(&folder).map_err(refused)? {
        is_cut = entries.len() == N_ENTRIES;
        if task.is_cancelled() || is_cut {
            break;
        }
        let entry = entry.map_err(refused)?;
        let kind = entry.file_type().map_err(refused)?;
        // A link that leads nowhere is listed as a file, and told when it is opened.
        let is_folder = kind.is_dir() || kind.is_symlink() && entry.path().is_dir();
        entries.push(Entry {
            name: Phi::new(entry.file_name()),
            is_folder,
        });
    }
    // For their order.
    entries.sort_by_cached_key(|it| (!it.is_folder, pieces(it.name.reveal().as_bytes())));
    let places = places();
    Ok(Listing {
        folder: Phi::new(folder),
        entries,
        is_cut,
        places,
    })
}

/// An absolute path of what a person typed.
fn whole(path: &Path) -> PathBuf {
    let home = || -> PathBuf {
        let own = directories::UserDirs::new();
        own.map_or_else(|| "/".into(), |it| it.home_dir().to_owned())
    };
    match path.strip_prefix("~") {
        Ok(rest) => home().join(rest),
        Err(_) if path.as_os_str().is_empty() => home(),
        // Without a working folder it stays as it was typed, and is refused.
        Err(_) => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// A name in pieces that sort as people count: `slice 9` before `slice 10`.
fn pieces(name: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut found: Vec<(u64, Vec<u8>)> = Vec::new();
    let runs = name.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    for run in runs {
        let number = std::str::from_utf8(run).ok().and_then(|it| it.parse().ok());
        found.push((number.unwrap_or(u64::MAX), run.to_ascii_lowercase()));
    }
    found
}

fn places() -> Vec<Place> {
    let place = |kind, path: &Path| Place {
        kind,
        path: Phi::new(path.to_owned()),
    };
    let mut found = Vec::new();
    if let Some(own) = directories::UserDirs::new() {
        let desktop = own.desktop_dir().map(|it| (PlaceKind::Desktop, it));
        let documents = own.document_dir().map(|it| (PlaceKind::Documents, it));
        let home = Some((PlaceKind::Home, own.home_dir()));
        let there = [home, documents, desktop].into_iter().flatten();
        found.extend(there.filter(|it| it.1.is_dir()).map(|it| place(it.0, it.1)));
    }
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let media = media(&mounts);
    found.extend(media.iter().map(|it| place(PlaceKind::Medium, it)));
    found.push(place(PlaceKind::Root, Path::new("/")));
    found
}

/// Where disks, sticks and shares are mounted, by `proc_pid_mountinfo(5)`.
fn media(mounts: &[u8]) -> Vec<PathBuf> {
    const ABOVE: [&str; 3] = ["/media", "/run/media", "/mnt"];
    let points = mounts.split(|it| *it == b'\n').filter_map(|line| {
        let point = line.split(|it| *it == b' ').nth(4)?;
        Some(PathBuf::from(OsString::from_vec(without_escapes(point))))
    });
    let mut found: Vec<PathBuf> = points
        .filter(|it| ABOVE.iter().any(|above| it.starts_with(above)))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// A blank stands there as `\040`.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let octal = after.get(..3).filter(|_| *first == b'\\');
        let octal = octal.and_then(|it| std::str::from_utf8(it).ok());
        match octal.and_then(|it| u8::from_str_radix(it, 8).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{media, pieces};

    #[test]
    fn numbers_in_names_sort_by_their_size() {
        let mut names = ["Slice 10", "slice 9", "a", "slice 9b", "9", "10"];
        names.sort_by_cached_key(|it| pieces(it.as_bytes()));
        assert_eq!(names, ["9", "10", "a", "slice 9", "slice 9b", "Slice 10"]);
    }

    #[test]
    fn a_stick_is_found_with_the_blank_in_its_name() {
        let mounts = b"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            40 22 8:17 / /media/ana/CT\\040disk rw - vfat /dev/sdb1 rw\n\
            41 22 8:18 / /mnt rw - ext4 /dev/sdc1 rw\n\
            42 22 8:18 / /mnture rw - ext4 /dev/sdc1 rw\n";
        let wanted: [PathBuf; 2] = ["/media/ana/CT disk".into(), "/mnt".into()];
        assert_eq!(media(mounts), wanted);
        assert!(media(b"").is_empty());
    }
}
