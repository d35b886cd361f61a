//! One request from what was given to the last notice.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Read as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::{
    Found, LeftOut, Notice, Origin,
    crew::{self, Answered, Piece, Source, Unpacking},
    directory, walk,
};
use crate::{
    case::worklist::Row,
    import::{
        Cancel, Decoder, Error, Opened, archive,
        wire::{Aside, Directory, GivenAnswer, Tally, Wanted},
    },
    privacy::Phi,
};

/// Opens everything that a person gave. `each` hears of every file as it is decoded, and may break off.
pub(in crate::import) fn open(
    decoder: &Decoder,
    paths: &[PathBuf],
    cancel: &Cancel,
    each: &mut dyn FnMut(Found) -> ControlFlow<()>,
) {
    let mut request = Request {
        decoder,
        cancel,
        each,
        given: paths.iter().map(|it| Given::of(it)).collect(),
        n_done: 0,
        n_total: 0,
        number: 0,
    };
    // Whoever broke off knows it.
    let _is_broken_off: ControlFlow<()> = request.run();
}

struct Request<'a> {
    decoder: &'a Decoder,
    cancel: &'a Cancel,
    each: &'a mut dyn FnMut(Found) -> ControlFlow<()>,
    given: Vec<Given>,
    n_done: usize,
    n_total: usize,
    /// Of the next file.
    number: u64,
}

/// Something that was given, and what came of it so far.
struct Given {
    path: Phi<PathBuf>,
    kind: Kind,
    left_out: LeftOut,
    /// Documents, for when there is nothing else.
    /// With its number: workers answer in whatever order.
    charts: Vec<(u64, PathBuf)>,
    directories: Vec<(PathBuf, Directory)>,
    /// Files that a walk found.
    walked: Vec<PathBuf>,
    /// Files that were opened or refused.
    n_answers: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    /// Or a DICOMDIR, which stands for the files that it names.
    Folder,
    Archive,
}

impl Given {
    fn of(path: &Path) -> Self {
        let kind = if path.is_dir() {
            Kind::Folder
        } else if begins_like_zip(path) {
            Kind::Archive
        } else {
            Kind::File
        };
        Self {
            path: Phi::new(path.to_owned()),
            kind,
            left_out: LeftOut::default(),
            charts: Vec::new(),
            directories: Vec::new(),
            walked: Vec::new(),
            n_answers: 0,
        }
    }
}

/// Four bytes tell whom to ask; what is behind them is read by a worker.
fn begins_like_zip(path: &Path) -> bool {
    let mut magic = [0; 4];
    let is_read =
        path.is_file() && File::open(path).is_ok_and(|mut it| it.read_exact(&mut magic).is_ok());
    is_read && matches!(&magic, b"PK\x03\x04" | b"PK\x05\x06")
}

impl Request<'_> {
    fn run(&mut self) -> ControlFlow<()> {
        let mut pieces = Vec::new();
        for idx in 0..self.given.len() {
            self.list(idx, &mut pieces)?;
        }
        self.decode(pieces)?;
        for idx in 0..self.given.len() {
            self.directories(idx)?;
            if self
                .given
                .get(idx)
                .is_some_and(|it| it.kind == Kind::Archive)
            {
                self.archive(idx, Wanted::Images)?;
            }
            self.charts(idx)?;
            self.close(idx)?;
        }
        ControlFlow::Continue(())
    }

    /// The files of a folder, or the file itself; archives come later.
    fn list(&mut self, idx: usize, pieces: &mut Vec<Piece>) -> ControlFlow<()> {
        let Some(given) = self.given.get_mut(idx) else {
            return ControlFlow::Continue(());
        };
        // For the file system.
        let path = given.path.reveal().clone();
        match given.kind {
            Kind::Archive => {}
            Kind::File => {
                let piece = self.piece(idx, path, Wanted::All);
                pieces.extend(piece);
            }
            Kind::Folder => {
                let walked = walk::walk(&path, self.cancel);
                given.left_out = walked.left_out;
                given.walked.clone_from(&walked.files);
                for notice in walked.notices {
                    self.notice(idx, notice)?;
                }
                let files = walked.files.into_iter();
                pieces.extend(files.filter_map(|it| self.piece(idx, it, Wanted::Images)));
            }
        }
        ControlFlow::Continue(())
    }

    fn piece(&mut self, idx: usize, path: PathBuf, wanted: Wanted) -> Option<Piece> {
        let from = Origin {
            given: self.given.get(idx)?.path.clone(),
            path: Phi::new(path),
            member: None,
            number: self.number,
        };
        self.number += 1;
        Some(Piece {
            given_idx: idx,
            from,
            wanted,
            bytes: None,
        })
    }

    fn decode(&mut self, pieces: Vec<Piece>) -> ControlFlow<()> {
        if pieces.is_empty() {
            return ControlFlow::Continue(());
        }
        self.n_total += pieces.len();
        self.progress()?;
        let (decoder, cancel) = (self.decoder, self.cancel);
        let mut source = Source::Files(pieces.into_iter());
        crew::run(decoder, &mut source, cancel, &mut |it| {
            self.take(it)?;
            self.n_done += 1;
            self.progress()
        })
    }

    /// Tells what came of a file, or keeps it in mind.
    fn take(&mut self, (idx, from, answer): Answered) -> ControlFlow<()> {
        let Some(given) = self.given.get_mut(idx) else {
            return ControlFlow::Continue(());
        };
        let found = match answer {
            Ok(GivenAnswer::Aside(aside)) => {
                // To be opened by it later.
                let path = from.path.reveal();
                if aside == Aside::Chart && from.member.is_none() {
                    given.charts.push((from.number, path.clone()));
                }
                given.left_out.count(aside);
                return ControlFlow::Continue(());
            }
            Ok(GivenAnswer::Directory(directory)) => {
                // To be looked up beside it.
                let path = from.path.reveal().clone();
                given.directories.push((path, directory));
                given.kind = Kind::Folder;
                return ControlFlow::Continue(());
            }
            Ok(GivenAnswer::Presentation(presentation)) => Found::Presented { from, presentation },
            Ok(GivenAnswer::Rows(rows)) => Found::Listed {
                rows: placed(rows, &from),
                from,
            },
            Ok(GivenAnswer::Opened(answer, planes)) => {
                let mut opened = Opened::from(answer);
                if let Opened::Scan(scan) = &mut opened {
                    scan.pack();
                    scan.planes = planes;
                }
                let opened = Box::new(opened);
                Found::Opened { from, opened }
            }
            Err(Error::Cancelled) => return ControlFlow::Break(()),
            Err(error) => Found::Refused { from, error },
        };
        given.n_answers += 1;
        (self.each)(found)
    }

    /// Opens the files that the DICOMDIRs of something name, as far as they are not opened by now.
    fn directories(&mut self, idx: usize) -> ControlFlow<()> {
        let Some(given) = self.given.get_mut(idx) else {
            return ControlFlow::Continue(());
        };
        let directories = std::mem::take(&mut given.directories);
        if directories.is_empty() {
            return ControlFlow::Continue(());
        }
        let walked = given.walked.iter();
        let mut known: BTreeSet<PathBuf> =
            walked.filter_map(|it| fs::canonicalize(it).ok()).collect();
        let mut pieces = Vec::new();
        for (path, directory) in directories {
            let resolved = directory::resolve(&path, &directory, &known);
            known.extend(
                resolved
                    .files
                    .iter()
                    .filter_map(|it| fs::canonicalize(it).ok()),
            );
            let files = resolved.files.into_iter();
            pieces.extend(files.filter_map(|it| self.piece(idx, it, Wanted::Images)));
            for notice in resolved.notices {
                self.notice(idx, notice)?;
            }
        }
        self.decode(pieces)
    }

    /// Unpacks an archive and decodes its members.
    fn archive(&mut self, idx: usize, wanted: Wanted) -> ControlFlow<()> {
        let Some(path) = self.given.get(idx).map(|it| it.path.clone()) else {
            return ControlFlow::Continue(());
        };
        let (decoder, cancel) = (self.decoder, self.cancel);
        let started = Unpacking::start(decoder, (idx, &path, self.number), wanted, cancel);
        let (unpacking, first) = match started {
            Ok(started) => started,
            Err(error) => return self.refuse(idx, error),
        };
        let n_before = self.n_total;
        self.n_total += unpacking.n_members.max(1);
        let n_done = self.n_done;
        let mut source = Source::Archive(Box::new(unpacking), first);
        crew::run(decoder, &mut source, cancel, &mut |it| {
            self.take(it)?;
            self.n_done = (self.n_done + 1).min(self.n_total);
            self.progress()
        })?;
        let Source::Archive(unpacking, _) = source else {
            return ControlFlow::Continue(());
        };
        // What was left out is done as well.
        self.n_done = n_done + (self.n_total - n_before);
        self.progress()?;
        let (end, number) = unpacking.end();
        self.number = number;
        match end {
            Ok(tally) if tally.is_document => self.as_file(idx),
            Ok(tally) => self.tell(idx, &tally, wanted),
            Err(error) => self.refuse(idx, error),
        }
    }

    /// A ZIP archive that is a document is opened as a file.
    fn as_file(&mut self, idx: usize) -> ControlFlow<()> {
        // For the file system.
        let path = self.given.get_mut(idx).map(|it| {
            it.kind = Kind::File;
            it.path.reveal().clone()
        });
        let piece = path.and_then(|it| self.piece(idx, it, Wanted::All));
        self.decode(piece.into_iter().collect())
    }

    fn tell(&mut self, idx: usize, tally: &Tally, wanted: Wanted) -> ControlFlow<()> {
        if let Some(given) = self.given.get_mut(idx) {
            let left_out = &mut given.left_out;
            left_out.n_charts += tally.n_charts;
            left_out.n_archives += tally.n_archives;
            left_out.n_hidden += tally.n_hidden;
            left_out.n_empty += tally.n_empty;
            left_out.n_others += tally.n_others;
        }
        if wanted == Wanted::Charts {
            // It was told when images were looked for.
            return ControlFlow::Continue(());
        }
        let some = |n: usize, notice: Notice| (0 < n).then_some(notice);
        let told = [
            some(
                tally.n_encrypted,
                Notice::Encrypted {
                    n: tally.n_encrypted,
                },
            ),
            some(tally.n_damaged, Notice::Damaged { n: tally.n_damaged }),
            some(
                tally.n_bombs,
                Notice::Bombs {
                    n: tally.n_bombs,
                    limit_bytes: archive::MEMBER_LIMIT_BYTES,
                    ratio: archive::RATIO_LIMIT,
                },
            ),
            some(
                usize::from(tally.is_too_large),
                Notice::ArchiveTooLarge {
                    limit_bytes: archive::TOTAL_LIMIT_BYTES,
                },
            ),
        ];
        for notice in told.into_iter().flatten() {
            self.notice(idx, notice)?;
        }
        ControlFlow::Continue(())
    }

    /// Opens the documents of a folder or an archive that has nothing else.
    fn charts(&mut self, idx: usize) -> ControlFlow<()> {
        let Some(given) = self.given.get_mut(idx) else {
            return ControlFlow::Continue(());
        };
        if 0 < given.n_answers || given.left_out.n_charts == 0 {
            return ControlFlow::Continue(());
        }
        let mut charts = std::mem::take(&mut given.charts);
        charts.sort_unstable();
        if given.kind == Kind::Archive {
            // The rest is counted again.
            given.left_out = LeftOut {
                n_without_pixels: given.left_out.n_without_pixels,
                ..LeftOut::default()
            };
            return self.archive(idx, Wanted::Charts);
        }
        given.left_out.n_charts = 0;
        let pieces = charts.into_iter();
        let pieces = pieces.filter_map(|it| self.piece(idx, it.1, Wanted::All));
        let pieces = pieces.collect();
        self.decode(pieces)
    }

    /// Tells what was left out, in one line.
    fn close(&mut self, idx: usize) -> ControlFlow<()> {
        let Some(given) = self
            .given
            .get(idx)
            .filter(|it| it.kind != Kind::File || 0 < it.left_out.n())
        else {
            return ControlFlow::Continue(());
        };
        let (left_out, is_nothing) = (given.left_out, given.n_answers == 0);
        if 0 < left_out.n() {
            self.notice(idx, Notice::LeftOut(left_out))?;
        }
        if is_nothing && !self.cancel.is_cancelled() {
            self.notice(idx, Notice::Nothing)?;
        }
        ControlFlow::Continue(())
    }

    /// Refuses what was given as a whole.
    fn refuse(&mut self, idx: usize, error: Error) -> ControlFlow<()> {
        let Some(given) = self.given.get_mut(idx) else {
            return ControlFlow::Continue(());
        };
        if matches!(error, Error::Cancelled) {
            return ControlFlow::Break(());
        }
        given.n_answers += 1;
        // As the name of what was given.
        let from = Origin::file(given.path.reveal().clone());
        (self.each)(Found::Refused { from, error })
    }

    fn notice(&mut self, idx: usize, notice: Notice) -> ControlFlow<()> {
        let Some(given) = self.given.get(idx).map(|it| it.path.clone()) else {
            return ControlFlow::Continue(());
        };
        (self.each)(Found::Noticed { given, notice })
    }

    fn progress(&mut self) -> ControlFlow<()> {
        let (done, total) = (self.n_done, self.n_total);
        (self.each)(Found::Progress { done, total })
    }
}

/// Rows with their files where the report says: a path that is not absolute begins where the report lies. They wait since the
/// report was written.
fn placed(mut rows: Vec<Row>, from: &Origin) -> Vec<Row> {
    // To be opened by it, and for the time of the file.
    let report = from.path.reveal();
    let folder = report.parent().unwrap_or(report);
    let written = fs::metadata(report).and_then(|it| it.modified()).ok();
    let since = written.and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    let since_ms = since.and_then(|it| i64::try_from(it.as_millis()).ok());
    for row in &mut rows {
        row.file = Phi::new(folder.join(row.file.reveal()));
        row.since_ms = row.since_ms.or(since_ms);
    }
    rows
}

impl LeftOut {
    const fn count(&mut self, aside: Aside) {
        let counter = match aside {
            Aside::Chart => &mut self.n_charts,
            Aside::WithoutPixels => &mut self.n_without_pixels,
            Aside::Archive => &mut self.n_archives,
            Aside::Other => &mut self.n_others,
        };
        *counter += 1;
    }
}
