//! The life of a decode worker: raise the walls, read one file, answer, end; or read several that were given together.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read, Write, stdin, stdout},
    os::fd::AsFd as _,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::{Mutex, PoisonError},
};

use serde::de::DeserializeOwned;

use super::{
    Hints, Refusal, archive, arrays, dicom, document, fasta, memory, note, picture,
    recognise::{self, Content},
    scored, series, weights,
    wire::{Aside, Kind, Purpose, Reply, Wanted},
};
use crate::{
    case::Chart,
    sandbox,
    warnings::{Warning, WarningKind},
};

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
    loop {
        let request = request();
        let takes_more = matches!(request, Ok((Purpose::Given, ..)));
        let answered = request.and_then(|it| caught(|| answer(&it, &mut reply)));
        match answered {
            Ok(()) if takes_more => {}
            Ok(()) => return ExitCode::SUCCESS,
            // A worker that refused may be in any state: it takes nothing more.
            Err(refusal) => {
                return match reply.json(Kind::Refused, &refusal) {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(_) => ExitCode::FAILURE,
                };
            }
        }
    }
}

type Request = (Purpose, Vec<u8>, Vec<u8>);

fn answer<W: Write>(
    (purpose, hints, bytes): &Request,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    match purpose {
        Purpose::Case => read(bytes, &hints_of(hints)?, reply),
        Purpose::Model => weights::read(bytes, reply),
        Purpose::Arrays => arrays::read(bytes, reply),
        Purpose::Deidentify => dicom::deidentify(bytes, &json(hints)?, reply),
        Purpose::Presentation => dicom::read_presentation(bytes, reply),
        Purpose::Given => given(bytes, json(hints)?, reply),
        Purpose::Archive => archive::read(bytes, json(hints)?, reply),
    }
}

/// The pipe to the other process, without the line buffer of the standard output, and wide.
fn output() -> io::Result<File> {
    let out = File::from(stdout().as_fd().try_clone_to_owned()?);
    // A narrow pipe is only slower.
    rustix::pipe::fcntl_setpipe_size(&out, PIPE_BYTES).ok();
    Ok(out)
}

/// What the one file is to be read as, what the caller says to it, as JSON, and its bytes. A closed pipe means that no
/// file will come.
fn request() -> Result<Request, Refusal> {
    let mut input = stdin().lock();
    let mut purpose = [0];
    input.read_exact(&mut purpose)?;
    let [purpose] = purpose;
    let purpose = Purpose::parse(purpose).ok_or(Refusal::Abandoned)?;
    let n_hints = length(&mut input)?;
    let mut hints = Vec::new();
    (&mut input).take(n_hints).read_to_end(&mut hints)?;
    let n_bytes = length(&mut input)?;
    memory::allow_file(n_bytes);
    let mut bytes = Vec::new();
    let length = usize::try_from(n_bytes).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(length)
        .map_err(|_dropped| Refusal::too_large("a file", u64::from(u32::MAX), n_bytes))?;
    input.take(n_bytes).read_to_end(&mut bytes)?;
    if bytes.len() == length {
        Ok((purpose, hints, bytes))
    } else {
        Err(Refusal::Abandoned)
    }
}

/// What the caller knows of the file; it need not know anything.
fn hints_of(text: &[u8]) -> Result<Hints, Refusal> {
    if text.is_empty() {
        return Ok(Hints::default());
    }
    json(text)
}

fn json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(text).map_err(|_dropped| Refusal::Abandoned)
}

fn length(input: &mut impl Read) -> Result<u64, Refusal> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    Ok(u64::from_le_bytes(length))
}

/// Recognises and reads a file, and says the answer.
fn read<W: Write>(bytes: &[u8], hints: &Hints, reply: &mut Reply<W>) -> Result<(), Refusal> {
    match recognise::content(bytes)? {
        Content::Dicom => dicom::read(bytes, reply),
        Content::Picture(format) => picture::read(bytes, format, reply),
        Content::Document(format) => {
            reply.json(Kind::Chart, &Chart::from(document::read(bytes, format)?))
        }
        Content::Fhir => reply.json(Kind::Chart, &fhir(bytes, hints)?),
        Content::Text => reply.json(Kind::Chart, &chart(bytes, hints)?),
    }
}

/// Reads one of several files, or says what it is where it is not wanted.
fn given<W: Write>(bytes: &[u8], wanted: Wanted, reply: &mut Reply<W>) -> Result<(), Refusal> {
    if dicom::is_directory(bytes) {
        return reply.json(Kind::Directory, &dicom::directory(bytes)?);
    }
    if wanted != Wanted::Images && scored::is_scored(bytes) {
        return scored::read(bytes, reply);
    }
    let content = recognise::content(bytes);
    if wanted != Wanted::Images && !matches!(content, Ok(Content::Dicom)) {
        return read(bytes, &Hints::default(), reply);
    }
    let aside = match content {
        Ok(Content::Dicom) => match dicom::read_to_show(bytes, reply) {
            Err(Refusal::NoPixels { .. }) if wanted == Wanted::Images => Aside::WithoutPixels,
            answered => return answered,
        },
        Ok(Content::Picture(format)) => return picture::read(bytes, format, reply),
        other => recognise::aside(bytes, other.ok()),
    };
    reply.json(Kind::Aside, &aside)
}

/// What a text holds.
fn chart(bytes: &[u8], hints: &Hints) -> Result<Chart, Refusal> {
    let note = note::read(bytes)?;
    // For the parsers: the text stays in this process.
    let text = note.text.reveal();
    match series::recognise(text, hints) {
        Some(kind) => series::read(kind, &note, hints).map(Chart::from),
        None if fasta::is_fasta(text) => fasta::read(&note),
        None => Ok(note.into()),
    }
}

/// The documents and the measurements of a FHIR file; both must be of one patient.
fn fhir(bytes: &[u8], hints: &Hints) -> Result<Chart, Refusal> {
    const DOCUMENTS: [&str; 3] = [
        "\"DocumentReference\"",
        "\"DiagnosticReport\"",
        "\"Composition\"",
    ];
    memory::allow_json(bytes.len() as u64);
    let note = note::read(bytes)?;
    let text = note.text.reveal(); // for the parser
    let has_documents = DOCUMENTS.iter().any(|it| text.contains(it));
    let has_series = text.contains("\"Observation\"") || !has_documents;
    let mut chart = Chart::default();
    if has_documents {
        chart.notes = document::fhir_notes(bytes)?;
    }
    if has_series {
        match series::read(series::Kind::Fhir, &note, hints) {
            Ok(series) => chart.series.push(series),
            // A report may name observations that carry no numbers.
            Err(Refusal::Series { .. }) if !chart.notes.is_empty() => {
                chart.warnings.push(Warning {
                    kind: WarningKind::File,
                    text: "none of the observations of the file has a number that can be used"
                        .to_owned(),
                })
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let subjects = chart.notes.iter().map(|it| &it.subject.patient_id);
    let subjects = subjects.chain(chart.series.iter().map(|it| &it.subject.patient_id));
    let different: BTreeSet<_> = subjects.filter(|it| !it.reveal().is_empty()).collect();
    if 1 < different.len() {
        return Err(Refusal::series(
            "documents and measurements of one patient",
            format!("those of {} patients", different.len()),
        ));
    }
    Ok(chart)
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
