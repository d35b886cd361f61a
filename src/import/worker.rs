//! The life of a decode worker: raise the walls, read one file, answer, end.

use std::{
    fs::File,
    io::{self, Read as _, Write, stdin, stdout},
    os::fd::AsFd as _,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::{Mutex, PoisonError},
};

use super::{
    Refusal, arrays, dicom, document, memory, note, picture,
    recognise::{self, Content},
    weights,
    wire::{Kind, Purpose, Reply},
};
use crate::sandbox;

const PIPE_BYTES: usize = 1 << 20;

/// Runs this process as a decode worker, from the first wall to the end.
pub fn serve() -> ExitCode {
    let sandbox = sandbox::enter(&memory::LIMITS);
    dicom::warm_up();
    let Ok(out) = output() else {
        return ExitCode::FAILURE;
    };
    let mut reply = Reply::new(out);
    if reply.json(Kind::Hello, &sandbox).is_err() {
        return ExitCode::FAILURE;
    }
    let refused = match request() {
        Ok((Purpose::Case, bytes)) => caught(|| read(&bytes, &mut reply)),
        Ok((Purpose::Model, bytes)) => caught(|| weights::read(&bytes, &mut reply)),
        Ok((Purpose::Arrays, bytes)) => caught(|| arrays::read(&bytes, &mut reply)),
        Err(refusal) => Err(refusal),
    };
    match refused {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => match reply.json(Kind::Refused, &refusal) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
    }
}

/// The pipe to the other process, without the line buffer of the standard output, and wide.
fn output() -> io::Result<File> {
    let out = File::from(stdout().as_fd().try_clone_to_owned()?);
    // A narrow pipe is only slower.
    rustix::pipe::fcntl_setpipe_size(&out, PIPE_BYTES).ok();
    Ok(out)
}

/// What the one file is to be read as, and its bytes. A closed pipe means that no file will come.
fn request() -> Result<(Purpose, Vec<u8>), Refusal> {
    let mut input = stdin().lock();
    let mut purpose = [0];
    input.read_exact(&mut purpose)?;
    let [purpose] = purpose;
    let purpose = Purpose::parse(purpose).ok_or(Refusal::Abandoned)?;
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let n_bytes = u64::from_le_bytes(length);
    memory::allow_file(n_bytes);
    let mut bytes = Vec::new();
    let length = usize::try_from(n_bytes).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(length)
        .map_err(|_dropped| Refusal::too_large("a file", u64::from(u32::MAX), n_bytes))?;
    input.take(n_bytes).read_to_end(&mut bytes)?;
    if bytes.len() == length {
        Ok((purpose, bytes))
    } else {
        Err(Refusal::Abandoned)
    }
}

/// Recognises and reads a file, and says the answer.
fn read<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    match recognise::content(bytes)? {
        Content::Dicom => dicom::read(bytes, reply),
        Content::Picture(format) => picture::read(bytes, format, reply),
        Content::Document(format) => reply.json(Kind::Note, &document::read(bytes, format)?),
        Content::Fhir => match document::fhir_notes(bytes)?.as_slice() {
            [note] => reply.json(Kind::Note, note),
            notes => Err(Refusal::unsupported(
                "a FHIR file with one document",
                format!("one with {}", notes.len()),
            )),
        },
        Content::Text => reply.json(Kind::Note, &note::read(bytes)?),
    }
}

/// A panic in a codec is a refusal that says where; its message may hold patient data and is dropped.
fn caught(work: impl FnOnce() -> Result<(), Refusal>) -> Result<(), Refusal> {
    let place = std::sync::Arc::new(Mutex::new(String::new()));
    let written = std::sync::Arc::clone(&place);
    panic::set_hook(Box::new(move |info| {
        let place = info
            .location()
            .map_or_else(String::new, |it| format!("{}:{}", it.file(), it.line()));
        *written.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
    let place = || {
        let place = place.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Only the file's own name: the folder it was built in is nobody's business.
        place.rsplit('/').next().unwrap_or_default().to_owned()
    };
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Refusal::Defect { place: place() }))
}
