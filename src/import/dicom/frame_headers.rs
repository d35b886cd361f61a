//! What a DICOM file says of each of its frames: place, time, echo and rescale, from functional groups or the object.

use dicom::{core::Tag, dictionary_std::tags};

use super::{
    dataset::Dataset,
    gray::Curve,
    groups,
    pixels::{Contract, Photometric},
};
use crate::{
    case::scan::{FrameHeader, Place, Rescale},
    warnings::{WarningKind, Warnings},
};

/// Reads them in file order; none where the file says nothing of any frame.
pub(super) fn read(
    set: &Dataset<'_>,
    contract: &Contract,
    warnings: &Warnings,
) -> Vec<FrameHeader> {
    // One frame's words may stand on the object; of several frames only functional groups can tell, and what they share.
    let is_told_by_groups = set
        .item(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)
        .or_else(|| set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE))
        .is_some();
    if 1 < contract.n_frames && !is_told_by_groups {
        let each = FrameHeader {
            rescale: rescale(set, 0, contract),
            turned_over: turned_over(set, 0, contract, warnings),
            ..FrameHeader::default()
        };
        return told(vec![each; contract.n_frames]);
    }
    let frames = (0..contract.n_frames).map(|idx| FrameHeader {
        place: place(set, idx, warnings),
        time_idx: time_idx(set, idx),
        echo: echo(set, idx),
        rescale: rescale(set, idx, contract),
        turned_over: turned_over(set, idx, contract, warnings),
    });
    told(frames.collect())
}

/// None where nothing is said of any.
fn told(frames: Vec<FrameHeader>) -> Vec<FrameHeader> {
    let is_told = frames.iter().any(|it| *it != FrameHeader::default());
    if is_told { frames } else { Vec::new() }
}

fn turned_over(
    set: &Dataset<'_>,
    frame_idx: usize,
    contract: &Contract,
    warnings: &Warnings,
) -> Option<f64> {
    if contract.photometric != Photometric::Monochrome1 {
        return None;
    }
    // A curve that cannot be read has the frame refused, not its header.
    let curve = Curve::parse(set, frame_idx, contract, warnings).ok()?;
    curve.turned_over
}

/// PS3.3 C.7.6.2.1.1; C.7.6.16.2.3 and C.7.6.16.2.4 for frames.
fn place(set: &Dataset<'_>, frame_idx: usize, warnings: &Warnings) -> Option<Place> {
    let numbers = |sequence: Tag, tag: Tag| {
        let place = groups::place(set, frame_idx, sequence, tag);
        place.numbers(tag).ok().filter(|it| !it.is_empty())
    };
    let position = numbers(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT)?;
    let cosines = numbers(
        tags::PLANE_ORIENTATION_SEQUENCE,
        tags::IMAGE_ORIENTATION_PATIENT,
    )?;
    let place = match (position.try_into(), cosines.try_into()) {
        (Ok(position_mm), Ok(cosines)) => Place::parse(position_mm, cosines),
        _ => None,
    };
    if place.is_none() {
        warnings.add(
            WarningKind::Geometry,
            "the position or orientation in the file is broken: its slices are ordered by their numbers",
        );
    }
    place
}

/// The frame content (PS3.3 C.7.6.16.2.2) counts from 1.
fn time_idx(set: &Dataset<'_>, frame_idx: usize) -> Option<u32> {
    let of_frame = groups::group(set, frame_idx, tags::FRAME_CONTENT_SEQUENCE)
        .and_then(|it| count(it, tags::TEMPORAL_POSITION_INDEX));
    of_frame.or_else(|| count(set, tags::TEMPORAL_POSITION_IDENTIFIER))
}

/// PS3.3 C.8.3.1 and, for frames, C.8.13.5.4.
fn echo(set: &Dataset<'_>, frame_idx: usize) -> Option<u32> {
    let of_frame = groups::group(set, frame_idx, tags::MR_ECHO_SEQUENCE)
        .and_then(|it| it.number(tags::EFFECTIVE_ECHO_TIME).ok().flatten())
        // A longer echo time than an hour is none.
        .filter(|ms| (0.0..3.6e6).contains(ms))
        .map(|ms| (ms * 1000.0).round() as u32);
    of_frame.or_else(|| count(set, tags::ECHO_NUMBERS))
}

fn count(set: &Dataset<'_>, tag: Tag) -> Option<u32> {
    // A broken number is no reason to refuse the pixels.
    let found = set.count(tag).ok().flatten()?;
    u32::try_from(found).ok()
}

/// The line on which the samples lie, turned over with them for MONOCHROME1.
fn rescale(set: &Dataset<'_>, frame_idx: usize, contract: &Contract) -> Option<Rescale> {
    if !contract.photometric.is_gray() || set.item(tags::MODALITY_LUT_SEQUENCE).is_some() {
        return None;
    }
    let place = groups::place(
        set,
        frame_idx,
        tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
        tags::RESCALE_SLOPE,
    );
    let number = |set: &Dataset<'_>, tag| set.number(tag).ok().flatten();
    let slope = number(place, tags::RESCALE_SLOPE)
        .or_else(|| number(set, tags::DOSE_GRID_SCALING))
        .filter(|it| it.is_finite() && *it != 0.0)?;
    let intercept = number(place, tags::RESCALE_INTERCEPT).unwrap_or(0.0);
    intercept
        .is_finite()
        .then_some(Rescale { slope, intercept })
}
