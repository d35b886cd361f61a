//! De-identification in the worker: parse, let the engine clean the attributes, mask pixels, write.
//!
//! Pixels that need no mask are written byte for byte in their transfer syntax; else they are decoded as for a reader,
//! filled, and written native.

use std::io::Write;

use dicom::{
    core::{
        DataElement, PrimitiveValue, Tag, VR,
        value::{InMemFragment, PixelFragmentSequence, Value as DicomValue},
    },
    dictionary_std::tags,
    object::{InMemDicomObject, mem::InMemElement},
};
use serde::{Deserialize, Serialize};

use super::{
    Frames, Syntax, codec,
    codec::Colour,
    codec_of, colour,
    dataset::{Dataset, Value},
    encoding_of, frames, inflated, object, parse,
    pixels::{Contract, Number, Photometric},
    syntax_and_body,
};
use crate::{
    deid::{
        Policy, Secret,
        dicom::{self as engine, Change, Facts, Links, Mask, Means, Pixels, Plan},
    },
    import::{
        Refusal, memory,
        wire::{Kind, Reply},
    },
    language::Finder,
    warnings::Warnings,
};

const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
/// What stands in place of an identifier in a text.
const REMOVED: &str = "REMOVED";

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// It is de-identified; nobody has looked for text in its picture.
    Deidentify,
    /// It is de-identified; somebody looked for text in its picture, and the masks cover what was found.
    DeidentifyLookedAt,
    /// It is de-identified; a person has looked at its picture, and the masks cover what must not be seen.
    DeidentifySeen,
    /// It was de-identified here before, and now a person has looked at its picture.
    Confirm,
}

/// A request to de-identify one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub task: Task,
    pub policy: Policy,
    pub secret: Secret,
    /// To be filled.
    pub masks: Vec<Mask>,
    /// Whether what changes is listed, value by value.
    pub is_explained: bool,
}

/// A de-identified file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deidentified {
    pub facts: Facts,
    pub links: Links,
    /// Filled because of the kind of the picture and because of the request.
    pub masks: Vec<Mask>,
    /// Empty unless it was asked for.
    pub changes: Vec<Change>,
    /// The bytes of the file.
    #[serde(skip)]
    pub file: Vec<u8>,
    /// How many bytes it has.
    pub(in crate::import) n_bytes: u64,
}

/// De-identifies a file and says what became of it and its bytes.
pub(in crate::import) fn deidentify<W: Write>(
    bytes: &[u8],
    request: &Request,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    let warnings = Warnings::default();
    let (syntax, body) = syntax_and_body(bytes, &warnings)?;
    let body = inflated(&syntax, body)?;
    memory::allow_object(bytes.len().max(body.len()) as u64);
    let encoding = encoding_of(&body, syntax.encoding, &warnings);
    let set = parse::dataset(&body, encoding, &warnings)?;
    let mut answer = Source {
        set: &set,
        syntax: &syntax,
        warnings: &warnings,
        n_bytes: bytes.len() as u64,
    }
    .answer(request)?;
    answer.n_bytes = answer.file.len() as u64;
    reply.json(Kind::Deidentified, &answer)?;
    reply.file(&answer.file)
}

/// A parsed file.
struct Source<'a> {
    set: &'a Dataset<'a>,
    syntax: &'a Syntax,
    warnings: &'a Warnings,
    n_bytes: u64,
}

/// The attributes that hold pixels, and where in them frames begin.
const PIXELS: [Tag; 5] = [
    tags::EXTENDED_OFFSET_TABLE,
    tags::EXTENDED_OFFSET_TABLE_LENGTHS,
    tags::FLOAT_PIXEL_DATA,
    tags::DOUBLE_FLOAT_PIXEL_DATA,
    tags::PIXEL_DATA,
];

impl Source<'_> {
    fn answer(&self, request: &Request) -> Result<Deidentified, Refusal> {
        let has_pixels = PIXELS.iter().skip(2).any(|it| self.set.get(*it).is_some());
        if has_pixels && request.policy.clean_pixel_data {
            // Pixels that nobody can decode, nobody can look at.
            codec_of(self.syntax)?;
        }
        let object = object::of(self.set)?;
        if request.task == Task::Confirm {
            return self.confirmed(object, request);
        }
        let policy = &request.policy;
        // Where nobody asks for clean pixels, nobody says that they are.
        let is_looked_at = request.task == Task::DeidentifyLookedAt && policy.clean_pixel_data;
        let is_seen = request.task == Task::DeidentifySeen;
        let mut plan = engine::plan(&object, has_pixels, policy)?;
        plan.masks.extend(&request.masks);
        let facts = engine::facts(&object, &plan, &request.secret, policy);
        let pixels = Pixels {
            is_looked_at: has_pixels
                && (is_seen || is_looked_at && facts.hold(policy, true).is_none()),
            ..self.pixels(&plan)?
        };
        let finder = Finder::built_in();
        let means = Means {
            policy,
            secret: &request.secret,
            cleaner: &|text| without_identifiers(&finder, text),
        };
        let before = request.is_explained.then(|| object.clone());
        let done = engine::deidentify(object, &means)?;
        let links = done.links.clone();
        let changes = before.map(|it| done.changes(&it)).unwrap_or_default();
        Ok(Deidentified {
            facts,
            links,
            masks: plan.masks,
            changes,
            file: done.write(pixels, &self.set.character_set())?,
            n_bytes: 0,
        })
    }

    fn confirmed(
        &self,
        object: InMemDicomObject,
        request: &Request,
    ) -> Result<Deidentified, Refusal> {
        let plan = Plan {
            masks: request.masks.clone(),
            rule: None,
            has_bits_of_overlay: false,
            face: None,
        };
        let uid = self.set.text(tags::SOP_INSTANCE_UID).unwrap_or_default();
        let facts = Facts {
            instance_uid: uid,
            rule: None,
            says_burned_in: false,
            face: None,
            n_masks: plan.masks.len(),
        };
        Ok(Deidentified {
            facts,
            links: Links::default(),
            masks: Vec::new(),
            changes: Vec::new(),
            file: engine::confirm(object, self.pixels(&plan)?)?,
            n_bytes: 0,
        })
    }

    /// The pixels as they are, or masked.
    fn pixels(&self, plan: &Plan) -> Result<Pixels, Refusal> {
        if !plan.masks.is_empty() || plan.has_bits_of_overlay {
            return self.masked(&plan.masks);
        }
        let of = |tag: &Tag| self.set.get(*tag).map(|it| (*tag, it));
        let elements = PIXELS.iter().filter_map(of);
        let elements = elements.map(|(tag, element)| {
            let value = match &element.value {
                Value::Bytes(bytes) => {
                    DicomValue::Primitive(PrimitiveValue::U8(bytes.to_vec().into()))
                }
                Value::Fragments(fragments) => encapsulated(fragments)?,
                Value::Items(_) => return Err(Refusal::contract("pixels", "a sequence")),
            };
            let vr = match (element.vr, &element.value) {
                // The standard leaves no choice to compressed pixels, PS3.5 A.4.
                (_, Value::Fragments(_)) => VR::OB,
                (VR::UN, _) => VR::OW,
                (vr, _) => vr,
            };
            Ok(DataElement::new(tag, vr, value))
        });
        Ok(Pixels {
            syntax_uid: if self.syntax.is_deflated {
                EXPLICIT_LITTLE_ENDIAN.to_owned()
            } else {
                self.syntax_uid()
            },
            elements: elements.collect::<Result<_, _>>()?,
            is_looked_at: false,
        })
    }

    /// The transfer syntax that the elements really have: some files promise another.
    fn syntax_uid(&self) -> String {
        match (self.syntax.uid.as_str(), self.set.is_explicit()) {
            (EXPLICIT_LITTLE_ENDIAN, false) => "1.2.840.10008.1.2".to_owned(),
            (uid, _) => uid.to_owned(),
        }
    }

    /// Decodes every frame, fills the masks, and describes the native pixels that come of it.
    fn masked(&self, masks: &[Mask]) -> Result<Pixels, Refusal> {
        let contract = Contract::parse(self.set, "an object without pixels")?;
        if contract.bits_allocated == 1 || !matches!(contract.number, Number::Integer { .. }) {
            return Err(Refusal::unsupported(
                "whole numbers of 8 bits or more to mask a picture",
                "others",
            ));
        }
        let n_frame_bytes = contract.frame_bytes();
        // Codecs take most of their memory by the sample, of one frame at a time.
        let n_samples = 3 * contract.n_samples();
        memory::allow_object(self.n_bytes + (n_frame_bytes * contract.n_frames + n_samples) as u64);
        let frames = Frames {
            set: self.set,
            contract: &contract,
            stored: frames::find(self.set, &contract)?,
            codec: codec_of(self.syntax)?,
            warnings: self.warnings,
        };
        let mut all = Vec::with_capacity(n_frame_bytes * contract.n_frames);
        for frame_idx in 0..contract.n_frames {
            let (stored, colour) = frames.stored(frame_idx)?;
            let mut stored = stored.into_owned();
            if contract.samples == 3 && colour == Colour::Ybr {
                stored = colour::rgb_from_ybr(stored);
            }
            let of_frame = masks
                .iter()
                .filter(|it| it.frame_idx.is_none_or(|it| it == frame_idx));
            fill(&mut stored, &contract, of_frame);
            all.extend_from_slice(&stored);
        }
        let mut elements = vec![pixel_data(all, &contract)];
        if 1 < contract.samples {
            elements.push(DataElement::new(
                tags::PHOTOMETRIC_INTERPRETATION,
                VR::CS,
                "RGB",
            ));
            elements.push(DataElement::new(
                tags::PLANAR_CONFIGURATION,
                VR::US,
                PrimitiveValue::from(0_u16),
            ));
        }
        if codec::is_lossy(&self.syntax.uid) {
            elements.push(DataElement::new(
                tags::LOSSY_IMAGE_COMPRESSION,
                VR::CS,
                "01",
            ));
        }
        Ok(Pixels {
            syntax_uid: EXPLICIT_LITTLE_ENDIAN.to_owned(),
            elements,
            is_looked_at: false,
        })
    }
}

fn pixel_data(mut bytes: Vec<u8>, contract: &Contract) -> InMemElement {
    if !bytes.len().is_multiple_of(2) {
        bytes.push(0);
    }
    let vr = if contract.sample_bytes() == 1 {
        VR::OB
    } else {
        VR::OW
    };
    DataElement::new(tags::PIXEL_DATA, vr, PrimitiveValue::U8(bytes.into()))
}

fn encapsulated(
    fragments: &[&[u8]],
) -> Result<DicomValue<InMemDicomObject, InMemFragment>, Refusal> {
    let Some((table, fragments)) = fragments.split_first() else {
        return Err(Refusal::contract("an offset table", "nothing"));
    };
    let (offsets, rest) = table.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Refusal::contract(
            "an offset table of whole entries",
            format!("{} bytes", table.len()),
        ));
    }
    let offsets: Vec<u32> = offsets.iter().map(|it| u32::from_le_bytes(*it)).collect();
    let fragments: Vec<InMemFragment> = fragments.iter().map(|it| it.to_vec()).collect();
    Ok(DicomValue::PixelSequence(PixelFragmentSequence::new(
        offsets, fragments,
    )))
}

/// Fills rectangles with what is shown black: the least number of the frame, or the greatest where that is black. What
/// reaches beyond the picture is cut off.
fn fill<'a>(frame: &mut [u8], contract: &Contract, masks: impl Iterator<Item = &'a Mask>) {
    let n_bytes = contract.sample_bytes();
    let black = black(frame, contract);
    for Mask { rect, .. } in masks {
        let right = rect.x.saturating_add(rect.width).min(contract.columns);
        let bottom = rect.y.saturating_add(rect.height).min(contract.rows);
        for y in rect.y..bottom {
            let at = |x: usize| (y * contract.columns + x) * contract.samples * n_bytes;
            let row = frame.get_mut(at(rect.x.min(right))..at(right));
            for sample in row.unwrap_or_default().chunks_exact_mut(n_bytes) {
                sample.copy_from_slice(black.get(..n_bytes).unwrap_or_default());
            }
        }
    }
}

/// The bytes of the darkest sample of a frame.
fn black(frame: &[u8], contract: &Contract) -> [u8; 4] {
    if !contract.photometric.is_gray() {
        return [0; 4];
    }
    let n_bytes = contract.sample_bytes();
    let shift = 32 - 8 * n_bytes as u32;
    let number = |sample: &[u8]| {
        let bytes = [0, 1, 2, 3].map(|it| sample.get(it).copied().unwrap_or(0));
        let raised = u32::from_le_bytes(bytes) << shift;
        if contract.is_signed() {
            i64::from(raised as i32) >> shift
        } else {
            i64::from(raised >> shift)
        }
    };
    let numbers = frame.chunks_exact(n_bytes).map(number);
    let black = if contract.photometric == Photometric::Monochrome1 {
        numbers.max()
    } else {
        numbers.min()
    };
    (black.unwrap_or(0) as u32).to_le_bytes()
}

/// A text without what [`Finder`] takes for an identifier.
fn without_identifiers(finder: &Finder, text: &str) -> String {
    let mut cleaned = String::new();
    let mut at = 0;
    for found in finder.find(text) {
        cleaned.push_str(text.get(at..found.span.start).unwrap_or_default());
        cleaned.push_str(REMOVED);
        at = found.span.end;
    }
    cleaned.push_str(text.get(at..).unwrap_or_default());
    cleaned
}
