//! What a person gives to open: files, folders, DICOMDIR and ZIP archives, and what comes of each.
//!
//! 1. [`walk`] lists the files of folders, by name alone;
//! 2. [`crew`] has several workers decode them, each taking several files of one request in turn;
//! 3. a DICOMDIR is read by a worker, and [`directory`] resolves the files that it names inside of its folder;
//! 4. a ZIP archive is unpacked by a worker, member by member, and each member is decoded like a file;
//! 5. [`request`] does this in turn for everything that was given, and says what is left.
//!
//! In a folder or an archive only DICOM and pictures are opened, and charts where there is nothing else.
//! Untrusted bytes are read by workers alone; here stand names and counts.

mod crew;
mod directory;
mod notice;
mod request;
mod walk;

pub use notice::{LeftOut, Notice};

pub(super) use request::open;
pub(super) use walk::natural_order;
pub use walk::{Walked, walk};

use std::path::PathBuf;

use super::{Error, Opened};
use crate::{
    case::{Presentation, worklist::Row},
    privacy::Phi,
};

/// Where something that was opened came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What the person gave: a file, a folder, a DICOMDIR or an archive. This is what can be opened again.
    pub given: Phi<PathBuf>,
    /// The file on the disk.
    pub path: Phi<PathBuf>,
    /// The name inside of an archive: a label, never a path to open or to write.
    pub member: Option<Phi<String>>,
    /// The number of the file in the order of folders and names, from 0 in each request. It rises within what was given,
    /// and orders slices that say nothing themselves.
    pub number: u64,
}

/// What comes of a request, piece by piece.
#[derive(Debug)]
pub enum Found {
    /// Files that are done, and files in all as far as is known by now.
    Progress {
        done: usize,
        total: usize,
    },
    Opened {
        from: Origin,
        opened: Box<Opened>,
    },
    /// An object that says how images are shown, or lies over them.
    Presented {
        from: Origin,
        presentation: Box<Presentation>,
    },
    /// Rows of a worklist.
    Listed {
        from: Origin,
        rows: Vec<Row>,
    },
    Refused {
        from: Origin,
        error: Error,
    },
    /// Something about the whole that a person should know.
    Noticed {
        given: Phi<PathBuf>,
        notice: Notice,
    },
}

impl Origin {
    /// A file that a person gave by itself.
    pub fn file(path: PathBuf) -> Self {
        Self {
            given: Phi::new(path.clone()),
            path: Phi::new(path),
            member: None,
            number: 0,
        }
    }

    /// Whether it came with others, from a folder, a DICOMDIR or an archive.
    pub fn is_one_of_many(&self) -> bool {
        self.path != self.given || self.member.is_some()
    }

    /// What to call it: the last part of its name.
    pub fn name(&self) -> Phi<String> {
        // For a list that a clinician reads.
        let name = match &self.member {
            Some(member) => member.reveal().rsplit('/').next().map(str::to_owned),
            None => self
                .path
                .reveal()
                .file_name()
                .map(|it| it.to_string_lossy().into_owned()),
        };
        Phi::new(name.unwrap_or_default())
    }
}
