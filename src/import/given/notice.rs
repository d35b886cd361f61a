//! What a person should know of a folder, a DICOMDIR or an archive beside its files.

use std::{fmt, path::PathBuf};

use crate::privacy::Phi;

/// One thing about the whole, told once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// Files that were not opened, because they are none that is looked for there.
    #[error("wanted DICOM and image files, found {0}, which were left out")]
    LeftOut(LeftOut),
    /// There is nothing to open at all.
    #[error("wanted files that can be opened, found none")]
    Nothing,
    /// A folder that the operating system does not let be read.
    #[error("wanted a folder that can be read, found one that cannot ({kind}): {path}")]
    Unreadable { kind: String, path: Phi<PathBuf> },
    /// The walk ended early.
    #[error("wanted at most {limit} files, found more, and opened the first ones")]
    TooMany { limit: usize },
    /// Folders inside of folders that were not entered.
    #[error(
        "wanted folders nested at most {limit} deep, found {n} deeper ones, which were left out"
    )]
    TooDeep { limit: usize, n: usize },
    /// Links to folders that were walked already.
    #[error("wanted each folder once, found {n} links to folders that had been read already")]
    Loops { n: usize },
    /// A DICOMDIR names files that are not there.
    #[error("wanted the {n_named} files that the DICOMDIR names, found that {n} are missing")]
    Missing { n: usize, n_named: usize },
    /// A DICOMDIR names files by paths that lead out of its folder, or that are none.
    #[error(
        "wanted names of files inside of the DICOMDIR's folder, found {n} others, which were refused"
    )]
    Outside { n: usize },
    /// Members of an archive that need a password.
    #[error("wanted an archive without a password, found {n} of its files locked by one")]
    Encrypted { n: usize },
    /// Members of an archive that do not unpack to what it says of them.
    #[error("wanted sound files in the archive, found {n} that are cut short or damaged")]
    Damaged { n: usize },
    /// Members that unpack to far more than they take, or than is taken.
    #[error(
        "wanted files in the archive that unpack to at most {limit_bytes} bytes and {ratio} times their size, found {n} others, which were refused"
    )]
    Bombs {
        n: usize,
        limit_bytes: u64,
        ratio: u64,
    },
    /// The members together are more than is taken.
    #[error(
        "wanted an archive that unpacks to at most {limit_bytes} bytes, found more, and opened the first files"
    )]
    ArchiveTooLarge { limit_bytes: u64 },
}

/// Files that were not opened, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Notes, tables and other documents.
    pub n_charts: usize,
    /// DICOM objects without pixels: plans, presentation states, indices.
    pub n_without_pixels: usize,
    /// Archives inside of a folder or an archive.
    pub n_archives: usize,
    /// Files whose names begin with a full stop.
    pub n_hidden: usize,
    pub n_empty: usize,
    /// Of no kind that is known.
    pub n_others: usize,
}

impl LeftOut {
    /// All together.
    pub const fn n(&self) -> usize {
        self.n_charts
            + self.n_without_pixels
            + self.n_archives
            + self.n_hidden
            + self.n_empty
            + self.n_others
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.n_charts, "documents"),
            (self.n_without_pixels, "DICOM objects without pixels"),
            (self.n_archives, "archives"),
            (self.n_hidden, "hidden files"),
            (self.n_empty, "empty files"),
            (self.n_others, "other files"),
        ];
        let told = counts.iter().filter(|it| 0 < it.0);
        let told: Vec<String> = told.map(|(n, what)| format!("{n} {what}")).collect();
        f.write_str(&told.join(", "))
    }
}
