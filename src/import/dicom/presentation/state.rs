//! Grayscale softcopy presentation states, PS3.3 A.33.1.

use dicom::dictionary_std::tags;

use super::{drawn, finite, lab, overlay, reference, text, voi};
use crate::{
    case::presentation::{AreaSize, DisplayedArea, Layer, Overlay, Reference, Shutter, State},
    import::{
        Refusal,
        dicom::{dataset::Dataset, pixels::known_term},
    },
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// Reads a state.
pub(super) fn state(set: &Dataset<'_>, warnings: &Warnings) -> Result<State, Refusal> {
    let references = reference::of_series(set)?;
    let layers = layers(set)?;
    let areas = set.items(tags::DISPLAYED_AREA_SELECTION_SEQUENCE).iter();
    let areas: Result<Vec<_>, _> = areas.map(|it| area(it, &references)).collect();
    warn_of_what_is_left_out(set, warnings);
    let overlays = overlay::of_state(set)?.into_iter();
    let placed = |(overlay, layer): (Overlay, Option<String>)| {
        let layer_idx = layer
            .map(|it| layer_idx(&layers, &Phi::new(it)))
            .transpose()?;
        Ok(Overlay {
            layer_idx,
            ..overlay
        })
    };
    Ok(State {
        label: text(set, set, tags::CONTENT_LABEL),
        description: text(set, set, tags::CONTENT_DESCRIPTION),
        areas: areas?,
        turned_degrees: turned(set)?,
        is_mirrored: set.first_text(tags::IMAGE_HORIZONTAL_FLIP).as_deref() == Some("Y"),
        rescale: rescale(set)?,
        vois: voi::of_state(set, &references)?,
        is_inverted: set.first_text(tags::PRESENTATION_LUT_SHAPE).as_deref() == Some("INVERSE"),
        shutters: shutters(set)?,
        shutter_brightness: shutter_brightness(set)?,
        annotations: drawn::annotations(set, &layers, &references)?,
        overlays: overlays.map(placed).collect::<Result<_, Refusal>>()?,
        layers: layers.into_iter().map(|(_, it)| it).collect(),
        references,
    })
}

/// Layers with their order, the lowest first, which is drawn first (PS3.3 C.10.7).
fn layers(set: &Dataset<'_>) -> Result<Vec<(f64, Layer)>, Refusal> {
    let layer = |item: &Dataset<'_>| {
        let [order] = finite(item, tags::GRAPHIC_LAYER_ORDER)?;
        let layer = Layer {
            name: text(set, item, tags::GRAPHIC_LAYER),
            description: text(set, item, tags::GRAPHIC_LAYER_DESCRIPTION),
            colour: lab::colour(item, tags::GRAPHIC_LAYER_RECOMMENDED_DISPLAY_CIE_LAB_VALUE),
        };
        Ok((order, layer))
    };
    let layers = set.items(tags::GRAPHIC_LAYER_SEQUENCE).iter().map(layer);
    let mut layers = layers.collect::<Result<Vec<_>, Refusal>>()?;
    layers.sort_by(|left, right| left.0.total_cmp(&right.0));
    Ok(layers)
}

/// Where the layer of a name stands.
pub(super) fn layer_idx(layers: &[(f64, Layer)], name: &Phi<String>) -> Result<usize, Refusal> {
    let found = layers.iter().position(|(_, it)| it.name == *name);
    found.ok_or_else(|| Refusal::contract("a layer that the state has", "another"))
}

/// Corners count pixels from 1, whole and inclusive; in which order depends on how the image is turned.
fn area(item: &Dataset<'_>, all: &[Reference]) -> Result<DisplayedArea, Refusal> {
    let [left, top] = finite(item, tags::DISPLAYED_AREA_TOP_LEFT_HAND_CORNER)?;
    let [right, bottom] = finite(item, tags::DISPLAYED_AREA_BOTTOM_RIGHT_HAND_CORNER)?;
    let span = |a: f64, b: f64| [a.min(b) - 1.0, a.max(b)];
    let ([left, right], [top, bottom]) = (span(left, right), span(top, bottom));
    let size = match item.first_text(tags::PRESENTATION_SIZE_MODE).as_deref() {
        Some("SCALE TO FIT") => AreaSize::ScaleToFit,
        Some("TRUE SIZE") => AreaSize::TrueSize,
        Some("MAGNIFY") => {
            let [ratio] = finite(item, tags::PRESENTATION_PIXEL_MAGNIFICATION_RATIO)?;
            AreaSize::Magnify(positive(ratio, "a magnification")?)
        }
        other => {
            let found = known_term(other.unwrap_or_default());
            return Err(Refusal::unsupported("a size mode that is known", found));
        }
    };
    let told = [
        tags::PRESENTATION_PIXEL_SPACING,
        tags::PRESENTATION_PIXEL_ASPECT_RATIO,
    ];
    let told = told.into_iter().find(|it| item.bytes(*it).is_some());
    let pixel_mm = told.map(|it| finite::<2>(item, it)).transpose()?;
    for side in pixel_mm.iter().flatten() {
        positive(*side, "the side of a pixel")?;
    }
    Ok(DisplayedArea {
        references: reference::among(item, all)?,
        corners: [[left, top], [right, bottom]],
        size,
        pixel_mm,
    })
}

fn positive(number: f64, what: &str) -> Result<f64, Refusal> {
    if 0.0 < number {
        return Ok(number);
    }
    Err(Refusal::contract(
        format!("{what} above zero"),
        "another number",
    ))
}

fn turned(set: &Dataset<'_>) -> Result<u16, Refusal> {
    match set.count(tags::IMAGE_ROTATION)?.unwrap_or(0) {
        degrees @ (0 | 90 | 180 | 270) => Ok(degrees as u16),
        other => Err(Refusal::contract(
            "a turn of 0, 90, 180 or 270 degrees",
            other.to_string(),
        )),
    }
}

fn rescale(set: &Dataset<'_>) -> Result<Option<[f64; 2]>, Refusal> {
    if set.bytes(tags::RESCALE_SLOPE).is_none() {
        return Ok(None);
    }
    let [slope] = finite(set, tags::RESCALE_SLOPE)?;
    let [intercept] = finite(set, tags::RESCALE_INTERCEPT)?;
    Ok(Some([slope, intercept]))
}

/// A P-value of 16 bits, black if none is told.
fn shutter_brightness(set: &Dataset<'_>) -> Result<f32, Refusal> {
    let value = set.count(tags::SHUTTER_PRESENTATION_VALUE)?.unwrap_or(0);
    Ok(value.min(0xFFFF) as f32 / 65_535.0)
}

/// Edges and centres count pixels from 1: a pixel's centre is half a pixel before its number in edges.
fn shutters(set: &Dataset<'_>) -> Result<Vec<Shutter>, Refusal> {
    let number = |tag| finite::<1>(set, tag).map(|[it]| it);
    let mut shutters = Vec::new();
    for shape in set.texts(tags::SHUTTER_SHAPE) {
        shutters.push(match shape.as_str() {
            "RECTANGULAR" => Shutter::Rectangle([
                [
                    number(tags::SHUTTER_LEFT_VERTICAL_EDGE)? - 1.0,
                    number(tags::SHUTTER_UPPER_HORIZONTAL_EDGE)? - 1.0,
                ],
                [
                    number(tags::SHUTTER_RIGHT_VERTICAL_EDGE)?,
                    number(tags::SHUTTER_LOWER_HORIZONTAL_EDGE)?,
                ],
            ]),
            "CIRCULAR" => {
                let [row, column] = finite(set, tags::CENTER_OF_CIRCULAR_SHUTTER)?;
                let radius = number(tags::RADIUS_OF_CIRCULAR_SHUTTER)?;
                Shutter::Circle {
                    center: [column - 0.5, row - 0.5],
                    radius: positive(radius, "the radius of a shutter")?,
                }
            }
            "POLYGONAL" => Shutter::Polygon(vertices(set)?),
            other => {
                let found = known_term(other);
                return Err(Refusal::unsupported("a shutter that is known", found));
            }
        });
    }
    // A state names a bitmap by its group, PS3.3 C.7.6.15.
    if let Some(group) = set.count(tags::SHUTTER_OVERLAY_GROUP)? {
        let group = u16::try_from(group).unwrap_or(u16::MAX);
        shutters.push(Shutter::Bitmap { group });
    }
    Ok(shutters)
}

fn vertices(set: &Dataset<'_>) -> Result<Vec<[f64; 2]>, Refusal> {
    let numbers = set.numbers(tags::VERTICES_OF_THE_POLYGONAL_SHUTTER)?;
    let (pairs, rest) = numbers.as_chunks::<2>();
    if pairs.len() < 3 || !rest.is_empty() || numbers.iter().any(|it| !it.is_finite()) {
        return Err(Refusal::malformed(
            "rows and columns of at least 3 corners of a shutter",
            format!("{} numbers", numbers.len()),
        ));
    }
    Ok(pairs
        .iter()
        .map(|[row, column]| [column - 0.5, row - 0.5])
        .collect())
}

fn warn_of_what_is_left_out(set: &Dataset<'_>, warnings: &Warnings) {
    for (tag, what) in [
        (
            tags::MODALITY_LUT_SEQUENCE,
            "the state has a table for the values of the modality, which is not used",
        ),
        (
            tags::PRESENTATION_LUT_SEQUENCE,
            "the state has a table for the screen, which is not used",
        ),
        (
            tags::MASK_SUBTRACTION_SEQUENCE,
            "the state asks for a mask to be subtracted, which is not done",
        ),
    ] {
        if set.item(tag).is_some() {
            warnings.add(WarningKind::Pixels, what);
        }
    }
}
