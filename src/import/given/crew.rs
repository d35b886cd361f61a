//! Several workers at once: as many as there are cores, each taking several files of one request in turn.
//!
//! They are of one trust domain: what a person gave together. A worker that refused a file, took a large one or worked for
//! long takes no other; a file on which a used worker died is tried again by a fresh one, so that no file is judged by what
//! came before it.

use std::{
    num::NonZero,
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::Origin;
use crate::{
    import::{
        Cancel, Decoder, Error, Refusal,
        archive::TOTAL_LIMIT_BYTES,
        shift::Shift,
        wire::{self, GivenAnswer, Member, Purpose, Tally, Unpacked, Wanted},
    },
    privacy::{Phi, process},
};

/// Workers at once: each may take gigabytes.
const CREW_LIMIT: usize = 8;
/// Files that one worker takes.
const FILES_LIMIT: usize = 64;
/// How long one worker works; its processor time is limited too (`memory::LIMITS`).
const BUSY_LIMIT: Duration = Duration::from_secs(20);
/// A larger file is the last one of its worker.
const LARGE_BYTES: usize = 32 << 20;

/// One file to decode.
pub(super) struct Piece {
    /// Which of the things that were given it belongs to.
    pub(super) given_idx: usize,
    pub(super) from: Origin,
    pub(super) wanted: Wanted,
    /// Of a member of an archive; else they are read from the disk.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Where the pieces come from.
pub(super) enum Source {
    Files(std::vec::IntoIter<Piece>),
    /// With the first member, which was read to see whether there is one.
    Archive(Box<Unpacking>, Option<Piece>),
}

/// An archive that a worker of its own unpacks.
pub(super) struct Unpacking {
    shift: Shift,
    given_idx: usize,
    given: Phi<PathBuf>,
    number: u64,
    n_bytes: u64,
    wanted: Wanted,
    end: Option<Result<Tally, Error>>,
    /// Members in all, as far as is told.
    pub(super) n_members: usize,
}

impl Unpacking {
    /// Hands an archive to a worker. `number` is that of its first member.
    pub(super) fn start(
        decoder: &Decoder,
        (given_idx, given, number): (usize, &Phi<PathBuf>, u64),
        wanted: Wanted,
        cancel: &Cancel,
    ) -> Result<(Self, Option<Piece>), Error> {
        // For the file system.
        let file = decoder.large_file(given.reveal())?;
        let mut shift = decoder.shift(cancel)?;
        let hints = json(wanted)?;
        let first = shift.ask_file((Purpose::Archive, &hints, file), wire::unpacked)?;
        let mut unpacking = Self {
            shift,
            given_idx,
            given: given.clone(),
            number,
            n_bytes: 0,
            wanted,
            end: None,
            n_members: 0,
        };
        let first = unpacking.take(Ok(first));
        Ok((unpacking, first))
    }

    fn next(&mut self) -> Option<Piece> {
        if self.end.is_some() {
            return None;
        }
        let heard = self.shift.hear(wire::unpacked);
        self.take(heard)
    }

    fn take(&mut self, heard: Result<Unpacked, Error>) -> Option<Piece> {
        let (
            Member {
                label,
                n_bytes,
                n_members,
            },
            bytes,
        ) = match heard {
            Ok(Unpacked::Member(member, bytes)) => (member, bytes),
            Ok(Unpacked::End(tally)) => {
                self.end = Some(Ok(tally));
                return None;
            }
            Err(error) => {
                self.end = Some(Err(error));
                return None;
            }
        };
        self.n_bytes = self.n_bytes.saturating_add(n_bytes);
        self.n_members = n_members;
        if TOTAL_LIMIT_BYTES < self.n_bytes {
            self.end = Some(Err(Error::Protocol {
                wanted: "an archive within its limit",
                found: format!("{} bytes", self.n_bytes),
            }));
            return None;
        }
        let from = Origin {
            given: self.given.clone(),
            path: self.given.clone(),
            member: Some(label),
            number: self.number,
        };
        self.number += 1;
        Some(Piece {
            given_idx: self.given_idx,
            from,
            wanted: match self.wanted {
                Wanted::Images => Wanted::Images,
                Wanted::Charts | Wanted::All => Wanted::All,
            },
            bytes: Some(bytes),
        })
    }

    /// What became of the members that did not come, and the number after that of the last member.
    pub(super) fn end(self) -> (Result<Tally, Error>, u64) {
        (self.end.unwrap_or(Err(Error::Cancelled)), self.number)
    }
}

impl Source {
    fn next(&mut self) -> Option<Piece> {
        match self {
            Self::Files(files) => files.next(),
            Self::Archive(unpacking, first) => first.take().or_else(|| unpacking.next()),
        }
    }
}

/// What came of a piece; first, which of the things that were given it belongs to.
pub(super) type Answered = (usize, Origin, Result<GivenAnswer, Error>);

/// Decodes all that a source gives. `each` is called in this thread, in about the order of the pieces.
pub(super) fn run(
    decoder: &Decoder,
    source: &mut Source,
    cancel: &Cancel,
    each: &mut dyn FnMut(Answered) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
    let n_workers = n_cores.min(CREW_LIMIT);
    let source = Mutex::new(source);
    let next = || source.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = |answers: SyncSender<Answered>| {
        let mut hand = Hand::default();
        while let (false, Some(piece)) = (cancel.is_cancelled(), next()) {
            let answer = hand.decode(decoder, &piece, cancel);
            let Piece {
                given_idx, from, ..
            } = piece;
            if answers.send((given_idx, from, answer)).is_err() {
                break;
            }
        }
        // The paths of files lie on it, and the system gives it to the next thread as it is.
        process::scrub_stack();
    };
    thread::scope(|scope| {
        // One answer waits, and each worker holds one more at most: decoded frames are large.
        let (answers, answered) = sync_channel(1);
        let work = &work;
        let mut n_started = 0;
        for _ in 0..n_workers {
            let answers = answers.clone();
            let thread = thread::Builder::new().name("decode crew".to_owned());
            let started = thread.spawn_scoped(scope, move || work(answers));
            n_started += usize::from(started.is_ok());
        }
        drop(answers);
        if n_started == 0 {
            return alone(decoder, &next, cancel, each);
        }
        for answer in answered {
            each(answer)?;
        }
        ControlFlow::Continue(())
    })
}

/// Slower, where the system gives no thread: one file after the other, in this one.
fn alone(
    decoder: &Decoder,
    next: &dyn Fn() -> Option<Piece>,
    cancel: &Cancel,
    each: &mut dyn FnMut(Answered) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut hand = Hand::default();
    while let (false, Some(piece)) = (cancel.is_cancelled(), next()) {
        let answer = hand.decode(decoder, &piece, cancel);
        each((piece.given_idx, piece.from, answer))?;
    }
    ControlFlow::Continue(())
}

/// One of the crew, with the worker that it has in hand.
#[derive(Default)]
struct Hand(Option<(Shift, usize, Duration)>);

impl Hand {
    fn decode(
        &mut self,
        decoder: &Decoder,
        piece: &Piece,
        cancel: &Cancel,
    ) -> Result<GivenAnswer, Error> {
        let read;
        let bytes = match &piece.bytes {
            Some(bytes) => bytes,
            None => {
                // For the file system.
                read = decoder.file(piece.from.path.reveal())?;
                &read
            }
        };
        let was_used = self.0.is_some();
        match self.ask(decoder, bytes, piece.wanted, cancel) {
            Err(Error::WorkerDied { .. }) if was_used => {
                self.ask(decoder, bytes, piece.wanted, cancel)
            }
            answer => answer,
        }
    }

    fn ask(
        &mut self,
        decoder: &Decoder,
        bytes: &[u8],
        wanted: Wanted,
        cancel: &Cancel,
    ) -> Result<GivenAnswer, Error> {
        let (mut shift, n_files, busy) = match self.0.take() {
            Some(in_hand) => in_hand,
            None => (decoder.shift(cancel)?, 0, Duration::ZERO),
        };
        let begun = Instant::now();
        let hints = json(wanted)?;
        let answer = shift.ask((Purpose::Given, &hints, bytes), wire::given)?;
        let (n_files, busy) = (n_files + 1, busy + begun.elapsed());
        if n_files < FILES_LIMIT && busy < BUSY_LIMIT && bytes.len() <= LARGE_BYTES {
            self.0 = Some((shift, n_files, busy));
        }
        Ok(answer)
    }
}

fn json(wanted: Wanted) -> Result<Vec<u8>, Error> {
    Ok(
        serde_json::to_vec(&wanted).map_err(|_dropped| Refusal::Defect {
            place: "crew".to_owned(),
        })?,
    )
}
