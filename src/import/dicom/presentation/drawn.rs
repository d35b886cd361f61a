//! What a state draws: graphics and words, PS3.3 C.10.5.

use dicom::{core::Tag, dictionary_std::tags};

use super::{finite, reference, state, text};
use crate::{
    case::presentation::{
        Anchor, Annotation, Graphic, GraphicKind, Justification, Layer, Reference, TextBox,
        TextNote, Units,
    },
    import::{
        Refusal,
        dicom::{dataset::Dataset, pixels::known_term},
    },
};

/// All annotations of a state.
pub(super) fn annotations(
    set: &Dataset<'_>,
    layers: &[(f64, Layer)],
    all: &[Reference],
) -> Result<Vec<Annotation>, Refusal> {
    let annotation = |item: &Dataset<'_>| {
        let graphics = item
            .items(tags::GRAPHIC_OBJECT_SEQUENCE)
            .iter()
            .map(graphic);
        let texts = item.items(tags::TEXT_OBJECT_SEQUENCE).iter();
        Ok(Annotation {
            references: reference::among(item, all)?,
            layer_idx: state::layer_idx(layers, &text(set, item, tags::GRAPHIC_LAYER))?,
            graphics: graphics.collect::<Result<_, Refusal>>()?,
            texts: texts
                .map(|it| note(set, it))
                .collect::<Result<_, Refusal>>()?,
        })
    };
    let items = set.items(tags::GRAPHIC_ANNOTATION_SEQUENCE).iter();
    items.map(annotation).collect()
}

fn units(item: &Dataset<'_>, tag: Tag) -> Result<Units, Refusal> {
    match item.first_text(tag).as_deref() {
        Some("PIXEL") => Ok(Units::Pixel),
        Some("DISPLAY") => Ok(Units::Display),
        other => Err(Refusal::unsupported(
            "points in the units PIXEL or DISPLAY",
            known_term(other.unwrap_or_default()),
        )),
    }
}

fn graphic(item: &Dataset<'_>) -> Result<Graphic, Refusal> {
    let numbers = item.numbers(tags::GRAPHIC_DATA)?;
    let (points, rest) = numbers.as_chunks::<2>();
    let told = item.count(tags::NUMBER_OF_GRAPHIC_POINTS)?;
    let is_sound = rest.is_empty()
        && numbers.iter().all(|it| it.is_finite())
        && told.is_none_or(|it| it == points.len())
        && matches!(item.count(tags::GRAPHIC_DIMENSIONS)?, None | Some(2));
    if !is_sound {
        return Err(Refusal::contract(
            "as many points of two finite numbers as a graphic promises",
            format!("{} numbers", numbers.len()),
        ));
    }
    let term = item.first_text(tags::GRAPHIC_TYPE).unwrap_or_default();
    let kind = match (term.as_str(), points) {
        ("POINT", [at]) => GraphicKind::Point(*at),
        ("POLYLINE", [_, _, ..]) => GraphicKind::Polyline(points.to_vec()),
        ("INTERPOLATED", [_, _, ..]) => GraphicKind::Interpolated(points.to_vec()),
        ("CIRCLE", [center, on_it]) => GraphicKind::Circle {
            center: *center,
            on_it: *on_it,
        },
        ("ELLIPSE", [a, b, c, d]) => GraphicKind::Ellipse {
            long: [*a, *b],
            short: [*c, *d],
        },
        (other, _) => {
            let found = format!("{} of {} points", known_term(other), points.len());
            return Err(Refusal::unsupported("a graphic that is known", found));
        }
    };
    Ok(Graphic {
        kind,
        units: units(item, tags::GRAPHIC_ANNOTATION_UNITS)?,
        is_filled: item.first_text(tags::GRAPHIC_FILLED).as_deref() == Some("Y"),
    })
}

fn note(set: &Dataset<'_>, item: &Dataset<'_>) -> Result<TextNote, Refusal> {
    let inside = if item
        .bytes(tags::BOUNDING_BOX_TOP_LEFT_HAND_CORNER)
        .is_some()
    {
        Some(TextBox {
            corners: [
                finite(item, tags::BOUNDING_BOX_TOP_LEFT_HAND_CORNER)?,
                finite(item, tags::BOUNDING_BOX_BOTTOM_RIGHT_HAND_CORNER)?,
            ],
            units: units(item, tags::BOUNDING_BOX_ANNOTATION_UNITS)?,
            justification: justification(item),
        })
    } else {
        None
    };
    let anchor = if item.bytes(tags::ANCHOR_POINT).is_some() {
        Some(Anchor {
            at: finite(item, tags::ANCHOR_POINT)?,
            units: units(item, tags::ANCHOR_POINT_ANNOTATION_UNITS)?,
            is_visible: item.first_text(tags::ANCHOR_POINT_VISIBILITY).as_deref() == Some("Y"),
        })
    } else {
        None
    };
    if inside.is_none() && anchor.is_none() {
        return Err(Refusal::contract("a box or a point for words", "neither"));
    }
    Ok(TextNote {
        text: text(set, item, tags::UNFORMATTED_TEXT_VALUE),
        inside,
        anchor,
    })
}

fn justification(item: &Dataset<'_>) -> Justification {
    let term = item.first_text(tags::BOUNDING_BOX_TEXT_HORIZONTAL_JUSTIFICATION);
    match term.as_deref() {
        Some("CENTER") => Justification::Center,
        Some("RIGHT") => Justification::Right,
        _ => Justification::Left,
    }
}
