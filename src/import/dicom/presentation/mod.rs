//! Objects that say how images are shown, and what lies over them, as a [`Presentation`].
//!
//! 1. [`reference`] reads which images an object names: an object that names none is refused;
//! 2. [`overlay`] and [`voi`] read what images and states share, [`state`] and [`drawn`] what is a state's own;
//! 3. [`segmentation`] and [`map`] read pictures that are laid over others; their frames follow the object one by one.
//!
//! Not here: structured reports ([`super::report`]), and colour, blending and volumetric presentation states.

mod drawn;
mod lab;
mod map;
mod overlay;
mod reference;
mod segmentation;
mod state;
mod voi;

use std::io::Write;

use dicom::{
    core::Tag,
    dictionary_std::{tags, uids},
};

use super::{File, dataset::Dataset, kind_of_object, parse, pixels::Contract};
use crate::{
    case::{
        Plane,
        presentation::{Content, Overlay, Piece, Planes, Presentation},
    },
    disk::Sha256,
    import::{
        Refusal,
        wire::{Kind, Reply},
    },
    privacy::Phi,
    warnings::WarningKind,
};

/// Whether an object says how other images are shown, or lies over them.
pub(super) fn is_one(file: &File<'_>) -> bool {
    let class = file.set.text(tags::SOP_CLASS_UID).unwrap_or_default();
    [
        uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE,
        uids::SEGMENTATION_STORAGE,
        uids::PARAMETRIC_MAP_STORAGE,
    ]
    .contains(&class.as_str())
}

/// Says the object, then its masks or samples.
pub(super) fn say<W: Write>(file: &File<'_>, reply: &mut Reply<W>) -> Result<(), Refusal> {
    let class = file.set.text(tags::SOP_CLASS_UID).unwrap_or_default();
    match class.as_str() {
        uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE => {
            let state = state::state(file.set, file.warnings)?;
            file.say_whole(Content::State(Box::new(state)), reply)
        }
        uids::SEGMENTATION_STORAGE => segmentation::say(file, reply),
        uids::PARAMETRIC_MAP_STORAGE => map::say(file, reply),
        _ => file.say_whole(Content::Planes(planes(file)?), reply),
    }
}

/// Says the overlay planes and display tables of an image, if it has any. One whose planes or tables are damaged is shown
/// without them.
pub(super) fn say_planes<W: Write>(file: &File<'_>, reply: &mut Reply<W>) -> Result<(), Refusal> {
    let has_overlays = overlay::groups(file.set).next().is_some();
    let overlays = has_overlays.then(|| overlays(file)).transpose();
    let planes = Planes {
        overlays: overlays
            .map(Option::unwrap_or_default)
            .unwrap_or_else(|refusal| {
                let what = format!("the overlay planes are not shown: {refusal}");
                file.warnings.add(WarningKind::File, what);
                Vec::new()
            }),
        tables: voi::of_image(file.set).unwrap_or_else(|refusal| {
            let what = format!("the display tables (VOI LUT) are not offered: {refusal}");
            file.warnings.add(WarningKind::File, what);
            Vec::new()
        }),
    };
    if planes == Planes::default() {
        return Ok(());
    }
    file.say_whole(Content::Planes(planes), reply)
}

/// Tells that a reader who wants the values alone takes no display table.
pub(super) fn warn_of_tables(file: &File<'_>) {
    if voi::place(file.set).item(tags::VOILUT_SEQUENCE).is_some() {
        file.warnings.add(
            WarningKind::Pixels,
            "the file has a display table (VOI LUT), which is not used",
        );
    }
}

fn planes(file: &File<'_>) -> Result<Planes, Refusal> {
    Ok(Planes {
        overlays: overlays(file)?,
        tables: voi::of_image(file.set)?,
    })
}

fn overlays(file: &File<'_>) -> Result<Vec<Overlay>, Refusal> {
    let contract = Contract::parse(file.set, &kind_of_object(file.set))?;
    overlay::of_image(file, &contract)
}

impl File<'_> {
    fn presentation(&self, content: Content) -> Result<Presentation, Refusal> {
        Ok(Presentation {
            file_sha256: Sha256::of(self.bytes),
            instance_uid: reference::uid(self.set, tags::SOP_INSTANCE_UID)?,
            content,
            warnings: self.warnings.list(),
        })
    }

    /// Says an object that has its masks already.
    fn say_whole<W: Write>(&self, content: Content, reply: &mut Reply<W>) -> Result<(), Refusal> {
        let mut presentation = self.presentation(content)?;
        reply.json(Kind::Presentation, &presentation)?;
        for piece in presentation.pieces_mut() {
            match piece {
                Piece::Bytes { into, .. } => reply.file(into)?,
                Piece::Samples { n, into } => reply.gray(n, into.iter().copied())?,
            }
        }
        Ok(())
    }
}

/// What is said of each frame: as many groups as there are frames.
fn check_groups(set: &Dataset<'_>, n_frames: usize) -> Result<(), Refusal> {
    let found = set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).len();
    if found == n_frames {
        return Ok(());
    }
    Err(Refusal::contract(
        format!("{n_frames} items, one for each frame, in the per-frame functional groups"),
        found.to_string(),
    ))
}

/// Where a frame lies, if the object says so in full.
fn plane(set: &Dataset<'_>, frame_idx: usize) -> Option<Plane> {
    let numbers = |sequence, tag| {
        super::groups::place(set, frame_idx, sequence, tag)
            .numbers(tag)
            .ok()
    };
    let position = numbers(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT)?;
    let cosines = numbers(
        tags::PLANE_ORIENTATION_SEQUENCE,
        tags::IMAGE_ORIENTATION_PATIENT,
    )?;
    let spacing = numbers(tags::PIXEL_MEASURES_SEQUENCE, tags::PIXEL_SPACING)?;
    let [a, b, c, d, e, f] = cosines.try_into().ok()?;
    let [row_mm, column_mm] = spacing.try_into().ok()?;
    let plane = Plane {
        position_mm: position.try_into().ok()?,
        row: [a, b, c],
        column: [d, e, f],
        row_mm,
        column_mm,
    };
    plane.is_sound().then_some(plane)
}

/// Text of an item in the character set of the object, unless the item has its own (PS3.5 7.5.3).
fn text(set: &Dataset<'_>, item: &Dataset<'_>, tag: Tag) -> Phi<String> {
    let own = item.character_set();
    let terms = if own.is_empty() {
        set.character_set()
    } else {
        own
    };
    let bytes = item.bytes(tag).unwrap_or_default();
    let text = super::charset::decode(bytes, &terms);
    Phi::new(text.trim_matches([' ', '\0']).to_owned())
}

/// The meaning of the first code of a sequence.
fn meaning(set: &Dataset<'_>, item: &Dataset<'_>, sequence: Tag) -> Phi<String> {
    let code = item.item(sequence);
    code.map_or_else(Phi::default, |it| text(set, it, tags::CODE_MEANING))
}

/// Exactly `N` finite numbers.
fn finite<const N: usize>(set: &Dataset<'_>, tag: Tag) -> Result<[f64; N], Refusal> {
    let numbers = set.numbers(tag)?;
    let found = numbers.len();
    let array: Option<[f64; N]> = numbers.try_into().ok();
    let array = array.filter(|it| it.iter().all(|it| it.is_finite()));
    array.ok_or_else(|| {
        Refusal::malformed(
            format!("{N} finite numbers in {}", parse::name(tag)),
            format!("{found} or others"),
        )
    })
}
