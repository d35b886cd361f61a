//! DICOM: from the bytes of a file to its header and frames, in the worker.
//!
//! 1. [`parse`] walks the bytes once and builds a tree that borrows them; [`dataset`] reads values from it;
//! 2. [`pixels`] is the contract of the pixels, held before anything is decoded; [`frames`] finds the frames;
//! 3. [`codec`] undoes the compression of one frame at a time; [`stored`] makes one form of every layout;
//! 4. [`gray`] and [`colour`] turn stored numbers into what the scanner measured or showed;
//! 5. [`header`] says what the file tells about the patient, the study and the geometry;
//! 6. [`report`] reads a structured report, which has no pixels, as a note;
//! 7. [`presentation`] reads what says how images are shown: states, overlay planes, segmentations, parametric maps;
//! 8. [`directory`] reads a DICOMDIR, which names other files;
//! 9. [`object`] hands the tree to the engine that de-identifies, and [`deidentify`] masks pixels for it.
//!
//! The `dicom` crates give the dictionaries; their `to_dynamic_image` is wrong in ten measured cases and their
//! reader can be made to abort, so both are ours. Not here: windowing, which belongs to the display.

mod charset;
mod codec;
mod colour;
mod dataset;
mod deidentify;
mod directory;
mod frame_headers;
mod frames;
mod gray;
mod groups;
mod header;
mod inflate;
mod lut;
mod object;
mod parse;
mod pixels;
mod presentation;
mod report;
mod stored;

use std::{borrow::Cow, io::Write};

use dicom::{
    dictionary_std::{tags, uids},
    encoding::TransferSyntaxIndex as _,
    transfer_syntax::TransferSyntaxRegistry,
};

pub use self::deidentify::{Deidentified, Request, Task};
use self::{
    codec::{Codec, Colour},
    colour::Palette,
    dataset::{Dataset, Encoding},
    frames::Stored,
    gray::{Curve, Lookup},
    pixels::{Contract, Photometric},
};
use super::{
    Refusal, memory,
    wire::{Kind, Reply},
};
use crate::{
    case::Chart,
    disk::{Hasher, Sha256},
    warnings::{WarningKind, Warnings},
};

const PREAMBLE_BYTES: usize = 128;
const MAGIC: &[u8] = b"DICM";

/// Whether the file has the DICOM preamble and magic word, PS3.10 7.1.
pub(super) fn is_part10(bytes: &[u8]) -> bool {
    bytes
        .get(PREAMBLE_BYTES..)
        .is_some_and(|it| it.starts_with(MAGIC))
}

/// Whether the file begins with what can only be a DICOM element.
pub(super) fn is_without_preamble(bytes: &[u8]) -> bool {
    probed(bytes).is_some()
}

/// Builds the dictionaries, so that it is done when a file comes.
pub(super) fn warm_up() {
    parse::dictionary_vr(tags::PIXEL_DATA);
    syntax_name("");
}

pub(super) use self::{
    deidentify::deidentify,
    directory::{directory, is_directory},
};

/// A file that has been taken apart.
struct File<'a> {
    bytes: &'a [u8],
    set: &'a Dataset<'a>,
    /// Transfer syntax UID.
    syntax_uid: &'a str,
    codec: Codec,
    warnings: &'a Warnings,
}

impl<'a> File<'a> {
    /// The pixels of the object, with memory for one frame.
    fn frames(&self, contract: &'a Contract) -> Result<Frames<'a>, Refusal> {
        let stored = frames::find(self.set, contract)?;
        memory::allow_frame(self.bytes.len() as u64, contract.n_samples() as u64);
        Ok(Frames {
            set: self.set,
            contract,
            stored,
            codec: self.codec,
            warnings: self.warnings,
        })
    }
}

/// Takes a file apart for whoever says what is in it.
fn taken_apart(
    bytes: &[u8],
    say: impl FnOnce(&File<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let warnings = Warnings::default();
    let (syntax, body) = syntax_and_body(bytes, &warnings)?;
    let codec = codec_of(&syntax)?;
    let body = inflated(&syntax, body)?;
    let encoding = encoding_of(&body, syntax.encoding, &warnings);
    let set = parse::dataset(&body, encoding, &warnings)?;
    say(&File {
        bytes,
        set: &set,
        syntax_uid: &syntax.uid,
        codec,
        warnings: &warnings,
    })
}

/// Reads a file and says its shape, its frames and its header, or the note that it is.
pub(super) fn read<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    taken_apart(bytes, |file| {
        presentation::warn_of_tables(file);
        say(file, reply)
    })
}

/// Reads a file that is to be looked at: as [`read`], but the overlay planes of an image come before it, and an object that
/// says how images are shown is said as such.
pub(super) fn read_to_show<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    taken_apart(bytes, |file| {
        if presentation::is_one(file) {
            return presentation::say(file, reply);
        }
        presentation::say_planes(file, reply)?;
        say(file, reply)
    })
}

/// Reads an object that says how images are shown, or what lies over an image.
pub(super) fn read_presentation<W: Write>(
    bytes: &[u8],
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    taken_apart(bytes, |file| presentation::say(file, reply))
}

fn say<W: Write>(file: &File<'_>, reply: &mut Reply<W>) -> Result<(), Refusal> {
    let (set, warnings) = (file.set, file.warnings);
    if report::is_report(set) {
        return reply.json(
            Kind::Chart,
            &Chart::from(report::note(set, Sha256::of(file.bytes), warnings)?),
        );
    }
    let contract = Contract::parse(set, &kind_of_object(set))?;
    let frames = file.frames(&contract)?;
    reply.json(Kind::Shape, &contract.shape())?;
    let pixel_sha256 = if contract.photometric.is_gray() {
        frames.gray(reply)?
    } else {
        frames.colour(reply)?
    };
    let header = header::header(
        set,
        &contract,
        file.syntax_uid,
        [Sha256::of(file.bytes), pixel_sha256],
        warnings,
    )?;
    reply.json(Kind::Header, &header)
}

fn codec_of(syntax: &Syntax) -> Result<Codec, Refusal> {
    Codec::of(&syntax.uid).ok_or_else(|| Refusal::UnsupportedTransferSyntax {
        uid: known_uid(&syntax.uid),
        name: syntax_name(&syntax.uid),
    })
}

fn inflated<'a>(syntax: &Syntax, body: &'a [u8]) -> Result<Cow<'a, [u8]>, Refusal> {
    Ok(if syntax.is_deflated {
        Cow::Owned(inflate::dataset(body)?)
    } else {
        Cow::Borrowed(body)
    })
}

/// How the data set is written.
struct Syntax {
    uid: String,
    encoding: Encoding,
    is_deflated: bool,
}

impl Syntax {
    fn of(uid: &str) -> Self {
        let encoding = match uid {
            "1.2.840.10008.1.2" => Encoding::IMPLICIT_LE,
            "1.2.840.10008.1.2.2" => Encoding::EXPLICIT_BE,
            _ => Encoding::EXPLICIT_LE,
        };
        Self {
            uid: uid.to_owned(),
            encoding,
            is_deflated: uid == "1.2.840.10008.1.2.1.99",
        }
    }
}

/// The transfer syntax, and the bytes of the data set after preamble and meta group, of which each may be missing.
fn syntax_and_body<'a>(
    bytes: &'a [u8],
    warnings: &Warnings,
) -> Result<(Syntax, &'a [u8]), Refusal> {
    let rest = if is_part10(bytes) {
        let preamble = bytes.get(..PREAMBLE_BYTES).unwrap_or_default();
        if preamble.iter().any(|it| *it != 0)
            && !preamble.starts_with(b"II")
            && !preamble.starts_with(b"MM")
        {
            warnings.add(
                WarningKind::File,
                "the preamble is not empty: the file may also be something other than DICOM",
            );
        }
        bytes
            .get(PREAMBLE_BYTES + MAGIC.len()..)
            .unwrap_or_default()
    } else {
        warnings.add(WarningKind::File, "the file has no DICOM preamble");
        bytes
    };
    if rest.starts_with(&[0x02, 0x00]) {
        let (meta, n_bytes) = parse::meta(rest, warnings)?;
        let uid = meta.text(tags::TRANSFER_SYNTAX_UID).ok_or_else(|| {
            Refusal::malformed("a transfer syntax in the file meta group", "none")
        })?;
        return Ok((Syntax::of(&uid), rest.get(n_bytes..).unwrap_or_default()));
    }
    let uid = probed(rest)
        .ok_or_else(|| Refusal::malformed("a first DICOM element", "something else"))?;
    warnings.add(
        WarningKind::File,
        format!("the file has no meta group: read as {}", syntax_name(uid)),
    );
    Ok((Syntax::of(uid), rest))
}

/// How the data set is really written: some files promise explicit elements and have implicit ones.
fn encoding_of(body: &[u8], promised: Encoding, warnings: &Warnings) -> Encoding {
    let makes_sense = |it| parse::is_plausible_start(body, it);
    let is_broken = promised == Encoding::EXPLICIT_LE && !makes_sense(promised);
    if !is_broken || !makes_sense(Encoding::IMPLICIT_LE) {
        return promised;
    }
    warnings.add(
        WarningKind::File,
        "the file promises explicit elements and has implicit ones: read as those",
    );
    Encoding::IMPLICIT_LE
}

/// The plain transfer syntax in which the first element makes sense.
fn probed(bytes: &[u8]) -> Option<&'static str> {
    let plain = [
        ("1.2.840.10008.1.2.1", Encoding::EXPLICIT_LE),
        ("1.2.840.10008.1.2", Encoding::IMPLICIT_LE),
        ("1.2.840.10008.1.2.2", Encoding::EXPLICIT_BE),
    ];
    plain
        .into_iter()
        .find(|(_, encoding)| parse::is_plausible_start(bytes, *encoding))
        .map(|(uid, _)| uid)
}

fn syntax_name(uid: &str) -> String {
    let known = TransferSyntaxRegistry
        .get(uid)
        .map(|it| it.name().to_owned());
    // PS3.6 A.4: processes 3, 5 to 13 and 15 to 29 of JPEG were retired in 2001.
    let last = uid
        .strip_prefix("1.2.840.10008.1.2.4.")
        .and_then(|it| it.parse::<u16>().ok());
    let retired = last
        .filter(|it| (52..=66).contains(it))
        .map(|_| "a retired JPEG process".to_owned());
    known
        .or(retired)
        .unwrap_or_else(|| "an unknown transfer syntax".to_owned())
}

/// A UID, repeated only if it is one.
fn known_uid(uid: &str) -> String {
    let is_uid = !uid.is_empty()
        && uid.len() <= 64
        && uid.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    if is_uid {
        uid.to_owned()
    } else {
        "not a UID".to_owned()
    }
}

/// Objects that hold no image, by SOP class, PS3.4 B.5.
const WITHOUT_PIXELS: &[(&str, &str)] = &[
    (
        uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE,
        "Key Object Selection",
    ),
    (uids::RT_STRUCTURE_SET_STORAGE, "RT Structure Set"),
    (uids::RT_PLAN_STORAGE, "RT Plan"),
    (
        uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE,
        "Grayscale Softcopy Presentation State",
    ),
    (
        uids::TWELVE_LEAD_ECG_WAVEFORM_STORAGE,
        "12-lead ECG Waveform",
    ),
    (uids::GENERAL_ECG_WAVEFORM_STORAGE, "General ECG Waveform"),
    (uids::ENCAPSULATED_PDF_STORAGE, "Encapsulated PDF"),
    (
        uids::MEDIA_STORAGE_DIRECTORY_STORAGE,
        "Media Storage Directory",
    ),
];

/// What the object is, for a refusal: its SOP class, else its modality.
fn kind_of_object(set: &Dataset<'_>) -> String {
    let class = set.text(tags::SOP_CLASS_UID);
    let known = WITHOUT_PIXELS
        .iter()
        .find(|(uid, _)| class.as_deref() == Some(uid))
        .map(|it| it.1.to_owned());
    known.unwrap_or_else(|| {
        format!(
            "modality {}",
            pixels::known_term(&set.first_text(tags::MODALITY).unwrap_or_default())
        )
    })
}

/// All that it takes to say the frames.
struct Frames<'a> {
    set: &'a Dataset<'a>,
    contract: &'a Contract,
    stored: Stored<'a>,
    codec: Codec,
    warnings: &'a Warnings,
}

impl Frames<'_> {
    /// Says grey frames; returns the hash of their stored numbers.
    fn gray<W: Write>(&self, reply: &mut Reply<W>) -> Result<Sha256, Refusal> {
        let mut hasher = Hasher::default();
        let mut last: Option<Lookup> = None;
        for frame_idx in 0..self.contract.n_frames {
            let curve = Curve::parse(self.set, frame_idx, self.contract, self.warnings)?;
            // Most files have one curve for all frames.
            let lookup = match last.take() {
                Some(same) if same.curve == curve => same,
                _ => Lookup::new(curve, self.contract),
            };
            let (stored, _) = self.stored(frame_idx)?;
            hasher.update(&stored);
            lookup.say(&stored, self.contract, reply)?;
            last = Some(lookup);
        }
        Ok(hasher.finish())
    }

    /// Says colour frames; returns the hash of their stored numbers: indices for a palette, else RGB.
    fn colour<W: Write>(&self, reply: &mut Reply<W>) -> Result<Sha256, Refusal> {
        let palette = if self.contract.photometric == Photometric::Palette {
            Some(Palette::parse(self.set, self.contract)?)
        } else {
            None
        };
        if palette.is_none() && self.contract.bits_stored != 8 {
            self.warnings.add(
                WarningKind::Pixels,
                format!(
                    "colours of {} bits were brought to 8",
                    self.contract.bits_stored
                ),
            );
        }
        let mut hasher = Hasher::default();
        for frame_idx in 0..self.contract.n_frames {
            let (stored, colour) = self.stored(frame_idx)?;
            let stored = match (&palette, colour) {
                (None, Colour::Ybr) => Cow::Owned(colour::rgb_from_ybr(stored.into_owned())),
                _ => stored,
            };
            hasher.update(&stored);
            match &palette {
                Some(palette) => reply.rgb(&palette.apply(&stored, self.contract))?,
                None => reply.rgb(&colour::bytes_of(stored, self.contract))?,
            }
        }
        Ok(hasher.finish())
    }

    /// The stored numbers of a frame, checked for size.
    fn stored(&self, frame_idx: usize) -> Result<(Cow<'_, [u8]>, Colour), Refusal> {
        let (bytes, colour) = match (&self.stored, self.codec) {
            (Stored::Native(all), Codec::Native) => {
                let colour = if self.contract.photometric == Photometric::Rgb {
                    Colour::Rgb
                } else {
                    Colour::Ybr
                };
                (stored::native(all, frame_idx, self.contract)?, colour)
            }
            (Stored::Native(_), _) => {
                return Err(Refusal::contract(
                    "encapsulated pixel data for its transfer syntax",
                    "native",
                ));
            }
            (Stored::Encapsulated(frames), codec) => {
                let fragments = frames.get(frame_idx).map(Vec::as_slice).unwrap_or_default();
                let decoded = codec::decode(codec, fragments, self.contract, self.warnings)?;
                (Cow::Owned(decoded.bytes), decoded.colour)
            }
        };
        self.contract.check_frame(bytes.len())?;
        Ok((stored::extended(bytes, self.contract), colour))
    }
}
