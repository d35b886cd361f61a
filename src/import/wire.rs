//! What the two processes say to each other, and the contract that both check.
//!
//! Request: one byte (what the file is to be read as), then two lengths as `u64`, each before its bytes: what the caller
//! knows of the file (`Hints` as JSON, or nothing), and the file. Answer:
//! messages of one byte (what it is), the length as `u64` and a payload. All integers are little-endian. A worker
//! answers `Hello`, then either `Chart`, or `Shape`, one `Frame` for each frame and `Header`, or `Model` and one
//! `Tensor` for each tensor, or for each array `Array` and one `Frame`, or `Deidentified` and `File`, or `Presentation`
//! and a `File` for each of its masks or a `Frame` for each of its pictures, or at any point `Refused`. To a request to
//! de-identify, the JSON before the file is that request.
//!
//! A worker that was given a file of several ([`Purpose::Given`]) answers `Aside` where the file is not for its place, or
//! `Directory`, or portions of `Rows` of which the last one is empty, or as above, an image with overlay planes after a `Presentation` of these, and takes the next request unless it refused. To an archive it answers `Member` and `File` for
//! each member that it unpacks, then `Tally`.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Error, Refusal, Sandbox, archive,
    dicom::Deidentified,
    scored,
    weights::{BYTES_LIMIT, Head, ModelFile, NamedTensor, TENSORS_LIMIT},
};
use crate::{
    case::{
        Chart, Frame, Samples,
        presentation::{Content, Piece, Planes, Presentation},
        scan::Header,
        worklist::Row,
    },
    privacy::Phi,
};

/// Largest payload that is JSON: a note of 16 MiB with every character escaped; half a million points have less.
const JSON_LIMIT_BYTES: u64 = 96 << 20;
/// Most samples in one frame: 11,585 x 11,585 grey.
const FRAME_SAMPLES_LIMIT: u64 = 1 << 27;
/// Most samples in one file: a gigabyte as `f32`, for instance 1,024 frames of 512 x 512.
const FILE_SAMPLES_LIMIT: u64 = 1 << 28;
/// Largest frame, in samples, that compressed bytes need not account for.
const FREE_SAMPLES: u64 = 1 << 24;
/// Samples for each compressed byte beyond that: an eighth of a bit a sample, below any diagnostic compression.
const SAMPLES_PER_BYTE_LIMIT: u64 = 64;
/// Most frames in one file.
const FRAMES_LIMIT: u64 = 1 << 16;
/// Largest de-identified file: pixels that were masked come back without compression.
const DEIDENTIFIED_LIMIT_BYTES: u64 = 4 << 30;
/// Most bytes of masks and pictures in one presentation object: twice as many as its file may have samples.
const PIECES_LIMIT_BYTES: u64 = 1 << 30;
const CHUNK_BYTES: usize = 1 << 16;

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Hello = b'H',
    Chart = b'N',
    Shape = b'S',
    Frame = b'F',
    Header = b'D',
    Model = b'M',
    Tensor = b'T',
    Array = b'A',
    Deidentified = b'I',
    Presentation = b'V',
    File = b'B',
    Aside = b'O',
    Directory = b'J',
    Member = b'P',
    Tally = b'Y',
    Rows = b'R',
    Refused = b'E',
}

impl Kind {
    fn parse(byte: u8) -> Option<Self> {
        [
            Self::Hello,
            Self::Chart,
            Self::Shape,
            Self::Frame,
            Self::Header,
            Self::Model,
            Self::Tensor,
            Self::Array,
            Self::Deidentified,
            Self::Presentation,
            Self::File,
            Self::Aside,
            Self::Directory,
            Self::Member,
            Self::Tally,
            Self::Rows,
            Self::Refused,
        ]
        .into_iter()
        .find(|it| *it as u8 == byte)
    }
}

/// What a worker is to read its file as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Purpose {
    /// What a clinician brings: a scan, or notes, series and sequences.
    Case = b'C',
    /// A model file of another program.
    Model = b'W',
    /// An archive of images and labels, to learn from.
    Arrays = b'A',
    /// A DICOM file, to come back without what identifies the patient.
    Deidentify = b'D',
    /// A DICOM file, for what it says of how images are shown.
    Presentation = b'P',
    /// One of several files that a person gave; what is known of it says whether only images are wanted.
    Given = b'G',
    /// An archive of files, to be unpacked; what is known of it says whether images or charts are wanted.
    Archive = b'Z',
}

impl Purpose {
    pub(super) fn parse(byte: u8) -> Option<Self> {
        let all = [
            Self::Case,
            Self::Model,
            Self::Arrays,
            Self::Deidentify,
            Self::Presentation,
            Self::Given,
            Self::Archive,
        ];
        all.into_iter().find(|it| *it as u8 == byte)
    }
}

/// The contract: how many samples will come, and of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shape {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) n_frames: usize,
    /// Three bytes a pixel instead of one `f32`.
    pub(super) is_colour: bool,
}

impl Shape {
    /// Samples of one frame, if the shape is one that we take.
    pub(super) fn checked_samples(&self) -> Result<usize, Refusal> {
        let [rows, columns, n_frames] =
            [self.rows, self.columns, self.n_frames].map(|it| it as u64);
        if rows == 0 || columns == 0 || n_frames == 0 {
            return Err(Refusal::contract(
                "at least one row, column and frame",
                format!("{rows} x {columns} x {n_frames}"),
            ));
        }
        let samples = if self.is_colour { 3 } else { 1 };
        let frame = rows.saturating_mul(columns).saturating_mul(samples);
        let all = frame.saturating_mul(n_frames);
        for (what, limit, found) in [
            ("samples in a frame", FRAME_SAMPLES_LIMIT, frame),
            ("frames", FRAMES_LIMIT, n_frames),
            ("samples in a file", FILE_SAMPLES_LIMIT, all),
        ] {
            if limit < found {
                return Err(Refusal::too_large(
                    format!("a number of {what}"),
                    limit,
                    found,
                ));
            }
        }
        usize::try_from(frame).map_err(|_dropped| {
            Refusal::too_large("a number of samples", FRAME_SAMPLES_LIMIT, frame)
        })
    }
}

/// What is looked for among several files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Wanted {
    /// Everything: the file was given by itself.
    All,
    /// DICOM and pictures: it lies in a folder.
    Images,
    /// Notes, tables and other documents: there are no images.
    Charts,
}

/// What a file is that was not opened where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Aside {
    /// A note, a table or another document.
    Chart,
    /// A DICOM object that holds no image.
    WithoutPixels,
    Archive,
    /// Of no kind that is known.
    Other,
}

/// Files that a DICOMDIR names, each by the parts of its path, as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Directory {
    pub(super) files: Vec<Phi<Vec<String>>>,
}

/// A member of an archive, before its bytes come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    /// Cleaned, for a list.
    pub(super) label: Phi<String>,
    pub(super) n_bytes: u64,
    /// Members in all, folders left aside.
    pub(super) n_members: usize,
}

/// What became of the members that did not come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// It is a document after all (DOCX), to be opened as a file.
    pub(super) is_document: bool,
    pub(super) n_charts: usize,
    pub(super) n_archives: usize,
    pub(super) n_hidden: usize,
    pub(super) n_empty: usize,
    pub(super) n_others: usize,
    pub(super) n_encrypted: usize,
    pub(super) n_damaged: usize,
    pub(super) n_bombs: usize,
    /// The members together are more than is taken, and the rest did not come.
    pub(super) is_too_large: bool,
}

/// What a worker says to one of several files.
#[expect(
    clippy::large_enum_variant,
    reason = "one value for each opened file, never a list of them"
)]
pub(super) enum GivenAnswer {
    /// With the overlay planes of an image.
    Opened(Answer, Planes),
    Presentation(Box<Presentation>),
    Aside(Aside),
    Directory(Directory),
    /// Of a worklist.
    Rows(Vec<Row>),
}

/// The next of what a worker says to an archive.
pub(super) enum Unpacked {
    Member(Member, Vec<u8>),
    End(Tally),
}

/// What an array is, before its numbers come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ArrayHeader {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    /// Bytes of a number: 1 (unsigned) or 8 (signed, little-endian).
    pub(super) width: u64,
}

/// An array.
pub(super) struct Array {
    pub(super) header: ArrayHeader,
    pub(super) bytes: Vec<u8>,
}

impl ArrayHeader {
    /// Bytes of all numbers, if the array is one that we take.
    pub(super) fn checked_bytes(&self) -> Result<u64, Refusal> {
        let numbers = self
            .shape
            .iter()
            .try_fold(1_u64, |all, it| all.checked_mul(*it));
        let found = numbers.unwrap_or(u64::MAX);
        if FILE_SAMPLES_LIMIT < found {
            let what = "a number of samples in an array".to_owned();
            return Err(Refusal::too_large(what, FILE_SAMPLES_LIMIT, found));
        }
        Ok(found * self.width.min(8))
    }
}

/// Refuses a frame that is large and would be made from next to nothing.
pub(super) fn check_ratio(n_samples: u64, n_compressed: usize) -> Result<(), Refusal> {
    let limit = FREE_SAMPLES.max((n_compressed as u64).saturating_mul(SAMPLES_PER_BYTE_LIMIT));
    if n_samples <= limit {
        return Ok(());
    }
    Err(Refusal::too_large(
        "a frame in samples, for compressed bytes as few as these,",
        limit,
        n_samples,
    ))
}

/// The worker's end: says one thing after the other.
pub(super) struct Reply<W> {
    out: W,
    buffer: Vec<u8>,
}

impl<W: Write> Reply<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            buffer: Vec::with_capacity(CHUNK_BYTES),
        }
    }

    /// Sends a value as JSON.
    pub(super) fn json<T: Serialize>(&mut self, kind: Kind, value: &T) -> Result<(), Refusal> {
        let text = serde_json::to_vec(value).map_err(|_dropped| Refusal::Defect {
            place: "wire".to_owned(),
        })?;
        self.head(kind, text.len())?;
        self.out.write_all(&text)?;
        Ok(self.out.flush()?)
    }

    /// Sends a grey frame of `n_samples`, piece by piece: it never stands in memory as a whole.
    pub(super) fn gray(
        &mut self,
        n_samples: usize,
        samples: impl Iterator<Item = f32>,
    ) -> Result<(), Refusal> {
        self.head(Kind::Frame, n_samples * 4)?;
        self.buffer.clear();
        let mut n_found = 0;
        for sample in samples {
            self.buffer.extend_from_slice(&sample.to_le_bytes());
            n_found += 1;
            if CHUNK_BYTES <= self.buffer.len() {
                self.out.write_all(&self.buffer)?;
                self.buffer.clear();
            }
        }
        self.out.write_all(&self.buffer)?;
        if n_found == n_samples {
            return Ok(self.out.flush()?);
        }
        Err(Refusal::Defect {
            place: "wire".to_owned(),
        })
    }

    /// Sends a colour frame.
    pub(super) fn rgb(&mut self, samples: &[u8]) -> Result<(), Refusal> {
        self.head(Kind::Frame, samples.len())?;
        self.out.write_all(samples)?;
        Ok(self.out.flush()?)
    }

    /// Sends the numbers of a tensor.
    pub(super) fn tensor(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.head(Kind::Tensor, bytes.len())?;
        self.out.write_all(bytes)?;
        Ok(self.out.flush()?)
    }

    /// Sends an array as it comes out of its archive: it never stands in memory as a whole.
    pub(super) fn array(
        &mut self,
        header: &ArrayHeader,
        numbers: &mut impl Read,
    ) -> Result<(), Refusal> {
        let n_bytes = header.checked_bytes()?;
        self.json(Kind::Array, header)?;
        self.head(Kind::Frame, usize::try_from(n_bytes).unwrap_or(usize::MAX))?;
        let mut left = n_bytes;
        self.buffer.resize(CHUNK_BYTES, 0);
        while 0 < left {
            let n = usize::try_from(left.min(CHUNK_BYTES as u64)).unwrap_or(CHUNK_BYTES);
            let Some(chunk) = self.buffer.get_mut(..n) else {
                break;
            };
            // The promise of the size is out: the only way to take it back is to end.
            numbers.read_exact(chunk)?;
            self.out.write_all(chunk)?;
            left -= n as u64;
        }
        Ok(self.out.flush()?)
    }

    /// Sends the bytes of a file.
    pub(super) fn file(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.head(Kind::File, bytes.len())?;
        self.out.write_all(bytes)?;
        Ok(self.out.flush()?)
    }

    fn head(&mut self, kind: Kind, n_bytes: usize) -> io::Result<()> {
        self.out.write_all(&[kind as u8])?;
        self.out.write_all(&(n_bytes as u64).to_le_bytes())
    }
}

/// What a worker says to one file.
#[expect(
    clippy::large_enum_variant,
    reason = "one value for each opened file, never a list of them"
)]
pub(super) enum Answer {
    Chart(Chart),
    Scan(Header, Vec<Frame>),
}

/// Reads the greeting of a worker.
pub(super) fn hello(input: &mut impl Read) -> Result<Sandbox, Error> {
    let (kind, n_bytes) = head(input)?;
    if kind != Kind::Hello {
        return Err(broken("a greeting", format!("{kind:?}")));
    }
    json(input, n_bytes)
}

/// Reads the answer to one file, and holds it against the contract before anything is allocated.
pub(super) fn answer(input: &mut impl Read) -> Result<Answer, Error> {
    let head = head(input)?;
    answer_after(input, head)
}

/// Reads the answer to one of several files.
pub(super) fn given(input: &mut impl Read) -> Result<GivenAnswer, Error> {
    let (kind, n_bytes) = head(input)?;
    Ok(match kind {
        Kind::Aside => GivenAnswer::Aside(json(input, n_bytes)?),
        Kind::Directory => GivenAnswer::Directory(json(input, n_bytes)?),
        Kind::Rows => GivenAnswer::Rows(rows_after(input, n_bytes)?),
        Kind::Presentation => {
            let presentation = presentation_after(input, (kind, n_bytes))?;
            match presentation.content {
                Content::Planes(planes) => GivenAnswer::Opened(answer(input)?, planes),
                _ => GivenAnswer::Presentation(Box::new(presentation)),
            }
        }
        _ => {
            let answer = answer_after(input, (kind, n_bytes))?;
            GivenAnswer::Opened(answer, Planes::default())
        }
    })
}

/// Reads portions of rows until an empty one.
fn rows_after(input: &mut impl Read, mut n_bytes: u64) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    loop {
        let portion: Vec<Row> = json(input, n_bytes)?;
        if portion.is_empty() {
            return Ok(rows);
        }
        rows.extend(portion);
        // Answers, and files without one.
        if 2 * scored::ROWS_LIMIT < rows.len() {
            let found = format!("{} rows so far", rows.len());
            return Err(broken("a worklist that is not too long", found));
        }
        let kind;
        (kind, n_bytes) = head(input)?;
        match kind {
            Kind::Rows => {}
            Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
            _ => return Err(broken("more rows", format!("{kind:?}"))),
        }
    }
}

/// Reads the next of what a worker says to an archive.
pub(super) fn unpacked(input: &mut impl Read) -> Result<Unpacked, Error> {
    let (kind, n_bytes) = head(input)?;
    let member: Member = match kind {
        Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
        Kind::Tally => return Ok(Unpacked::End(json(input, n_bytes)?)),
        Kind::Member => json(input, n_bytes)?,
        _ => return Err(broken("a member of an archive", format!("{kind:?}"))),
    };
    if archive::MEMBER_LIMIT_BYTES < member.n_bytes {
        let found = format!("{} bytes", member.n_bytes);
        return Err(broken("a member that is not too large", found));
    }
    let bytes = promised(input, Kind::File, member.n_bytes)?;
    Ok(Unpacked::Member(member, bytes))
}

fn answer_after(input: &mut impl Read, (kind, n_bytes): (Kind, u64)) -> Result<Answer, Error> {
    let shape: Shape = match kind {
        Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
        Kind::Chart => return Ok(Answer::Chart(json(input, n_bytes)?)),
        Kind::Shape => json(input, n_bytes)?,
        _ => {
            return Err(broken(
                "a chart or the shape of a scan",
                format!("{kind:?}"),
            ));
        }
    };
    let n_samples = shape.checked_samples()?;
    let mut frames = Vec::with_capacity(shape.n_frames);
    for _ in 0..shape.n_frames {
        frames.push(frame(input, &shape, n_samples)?);
    }
    let (kind, n_bytes) = head(input)?;
    let header: Header = match kind {
        Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
        Kind::Header => json(input, n_bytes)?,
        _ => return Err(broken("the header of the scan", format!("{kind:?}"))),
    };
    let pixels = &header.pixels;
    if (pixels.rows, pixels.columns, pixels.n_frames) != (shape.rows, shape.columns, shape.n_frames)
    {
        return Err(broken(
            "a header that fits its frames",
            "another geometry".to_owned(),
        ));
    }
    Ok(Answer::Scan(header, frames))
}

/// Reads the answer to a model file, and holds it against its own head.
pub(super) fn model(input: &mut impl Read) -> Result<ModelFile, Error> {
    let (kind, n_bytes) = head(input)?;
    let Head { header, tensors } = match kind {
        Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
        Kind::Model => json(input, n_bytes)?,
        _ => return Err(broken("the head of a model file", format!("{kind:?}"))),
    };
    let sizes: Vec<u64> = tensors
        .iter()
        .map(|it| it.n_bytes().map(|it| it as u64))
        .collect::<Result<_, _>>()?;
    let n_all = sizes.iter().fold(0_u64, |sum, it| sum.saturating_add(*it));
    if TENSORS_LIMIT < tensors.len() || BYTES_LIMIT < n_all {
        let found = format!("{} tensors of {n_all} bytes", tensors.len());
        return Err(broken("a model file that is not too large", found));
    }
    let mut named = Vec::with_capacity(tensors.len());
    for (head_of, wanted) in tensors.into_iter().zip(sizes) {
        named.push(NamedTensor {
            bytes: promised(input, Kind::Tensor, wanted)?,
            name: head_of.name,
            dtype: head_of.dtype,
            shape: head_of.shape,
        });
    }
    Ok(ModelFile {
        header,
        tensors: named,
    })
}

/// Reads arrays of these names, in this order, and holds each against the contract before anything is allocated.
pub(super) fn arrays(input: &mut impl Read, names: &[&str]) -> Result<Vec<Array>, Error> {
    let mut arrays = Vec::with_capacity(names.len());
    for name in names {
        let (kind, n_bytes) = head(input)?;
        let header: ArrayHeader = match kind {
            Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
            Kind::Array => json(input, n_bytes)?,
            _ => return Err(broken("the header of an array", format!("{kind:?}"))),
        };
        if header.name != *name {
            return Err(broken("arrays in the agreed order", "others".to_owned()));
        }
        let wanted = header.checked_bytes()?;
        let bytes = promised(input, Kind::Frame, wanted)?;
        arrays.push(Array { header, bytes });
    }
    Ok(arrays)
}

/// Reads a de-identified file: what became of it, and its bytes.
pub(super) fn deidentified(input: &mut impl Read) -> Result<Deidentified, Error> {
    let (kind, n_bytes) = head(input)?;
    let mut answer: Deidentified = match kind {
        Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
        Kind::Deidentified => json(input, n_bytes)?,
        _ => return Err(broken("what became of the file", format!("{kind:?}"))),
    };
    if DEIDENTIFIED_LIMIT_BYTES < answer.n_bytes {
        let found = format!("{} bytes", answer.n_bytes);
        return Err(broken("a file that is not too large", found));
    }
    answer.file = promised(input, Kind::File, answer.n_bytes)?;
    Ok(answer)
}

/// Reads a presentation object: its head, then its masks or pictures, of which the head tells the sizes.
pub(super) fn presentation(input: &mut impl Read) -> Result<Presentation, Error> {
    let head = head(input)?;
    presentation_after(input, head)
}

fn presentation_after(
    input: &mut impl Read,
    (kind, n_bytes): (Kind, u64),
) -> Result<Presentation, Error> {
    let mut presentation: Presentation = match kind {
        Kind::Refused => return Err(json::<Refusal>(input, n_bytes)?.into()),
        Kind::Presentation => json(input, n_bytes)?,
        _ => return Err(broken("a presentation object", format!("{kind:?}"))),
    };
    let pieces = presentation.pieces_mut();
    let n_all = pieces.iter().fold(0_u64, |sum, it| {
        sum.saturating_add(match it {
            Piece::Bytes { n, .. } => *n as u64,
            Piece::Samples { n, .. } => (*n as u64).saturating_mul(4),
        })
    });
    if PIECES_LIMIT_BYTES < n_all {
        let found = format!("{n_all} bytes");
        return Err(broken("masks and pictures that are not too large", found));
    }
    for piece in pieces {
        match piece {
            Piece::Bytes { n, into } => *into = promised(input, Kind::File, n as u64)?.into(),
            Piece::Samples { n, into } => {
                let bytes = promised(input, Kind::Frame, (n as u64).saturating_mul(4))?;
                let numbers = bytes.as_chunks::<4>().0.iter();
                *into = numbers.map(|it| f32::from_le_bytes(*it)).collect();
            }
        }
    }
    Ok(presentation)
}

/// Reads a payload whose kind and size were agreed.
fn promised(input: &mut impl Read, wanted: Kind, n_wanted: u64) -> Result<Vec<u8>, Error> {
    let (kind, n_bytes) = head(input)?;
    if kind == Kind::Refused {
        return Err(json::<Refusal>(input, n_bytes)?.into());
    }
    if kind != wanted || n_bytes != n_wanted {
        let found = format!("{kind:?} of {n_bytes} bytes");
        return Err(broken("numbers of the promised size", found));
    }
    let mut bytes = Vec::new();
    input.take(n_bytes).read_to_end(&mut bytes).map_err(cut)?;
    if bytes.len() as u64 != n_wanted {
        return Err(cut(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

fn frame(input: &mut impl Read, shape: &Shape, n_samples: usize) -> Result<Frame, Error> {
    let (kind, n_bytes) = head(input)?;
    if kind == Kind::Refused {
        return Err(json::<Refusal>(input, n_bytes)?.into());
    }
    let wanted = n_samples * if shape.is_colour { 1 } else { 4 };
    if kind != Kind::Frame || n_bytes != wanted as u64 {
        return Err(broken(
            "a frame of the promised size",
            format!("{kind:?} of {n_bytes} bytes"),
        ));
    }
    let samples = if shape.is_colour {
        let mut samples = vec![0; n_samples].into_boxed_slice();
        input.read_exact(&mut samples).map_err(cut)?;
        Samples::Rgb(samples)
    } else {
        Samples::Gray(gray(input, n_samples)?)
    };
    Ok(Frame {
        width: shape.columns,
        height: shape.rows,
        samples,
    })
}

fn gray(input: &mut impl Read, n_samples: usize) -> Result<Box<[f32]>, Error> {
    let mut samples = Vec::with_capacity(n_samples);
    let mut buffer = vec![0; CHUNK_BYTES];
    while samples.len() < n_samples {
        let n_bytes = ((n_samples - samples.len()) * 4).min(CHUNK_BYTES);
        let Some(chunk) = buffer.get_mut(..n_bytes) else {
            break;
        };
        input.read_exact(chunk).map_err(cut)?;
        samples.extend(
            chunk
                .as_chunks::<4>()
                .0
                .iter()
                .map(|it| f32::from_le_bytes(*it)),
        );
    }
    Ok(samples.into_boxed_slice())
}

fn head(input: &mut impl Read) -> Result<(Kind, u64), Error> {
    let mut bytes = [0; 9];
    input.read_exact(&mut bytes).map_err(cut)?;
    let [kind, length @ ..] = bytes;
    let kind =
        Kind::parse(kind).ok_or_else(|| broken("a message", format!("a byte {kind:#04x}")))?;
    Ok((kind, u64::from_le_bytes(length)))
}

fn json<T: DeserializeOwned>(input: &mut impl Read, n_bytes: u64) -> Result<T, Error> {
    if JSON_LIMIT_BYTES < n_bytes {
        return Err(broken("a short message", format!("{n_bytes} bytes")));
    }
    let mut text = Vec::new();
    input.take(n_bytes).read_to_end(&mut text).map_err(cut)?;
    serde_json::from_slice(&text)
        .map_err(|_dropped| broken("a message in the agreed form", "another".to_owned()))
}

fn broken(wanted: &'static str, found: String) -> Error {
    Error::Protocol { wanted, found }
}

/// The pipe ended before the message did: the process behind it is gone.
fn cut(source: io::Error) -> Error {
    Error::WorkerDied {
        how: source.kind().to_string(),
    }
}
