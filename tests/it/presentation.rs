//! Overlay planes, presentation states, segmentations and parametric maps, as pydicom and highdicom wrote and read them
//! (`tests/fixtures/make_presentation.py`), and objects that are wrong in one way.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use wardlight::{
    case::{
        VoiFunction,
        presentation::{
            Anchor, AreaSize, Content, GraphicKind, Justification, Layer, Overlay, OverlayKind,
            ParametricMap, Planes, Presentation, Segmentation, SegmentationKind, Shutter, State,
            TextBox, Units, VoiCurve, VoiTable,
        },
        scan::Rescale,
    },
    import::{Decoder, Error, Refusal},
    privacy::Phi,
    render::{Curve, Look, Table},
};

use crate::{
    dicom::{decoder, shared_data},
    made::{EXPLICIT_BE, EXPLICIT_LE, Fields},
};

const ROOT: &str = "1.2.826.0.1.3680043.10.999.";
const STATE: &str = "1.2.840.10008.5.1.4.1.1.11.1";
const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
const MAP: &str = "1.2.840.10008.5.1.4.1.1.30";

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new("tests/fixtures/presentation");
    std::fs::read(folder.join(format!("{name}.dcm"))).unwrap()
}

fn told(name: &str) -> Value {
    let all: Value =
        serde_json::from_str(include_str!("../fixtures/presentation/presentation.json")).unwrap();
    all[name].clone()
}

fn open(name: &str) -> Presentation {
    decoder().open_presentation_bytes(&fixture(name)).unwrap()
}

fn planes(presentation: Presentation) -> Planes {
    match presentation.content {
        Content::Planes(planes) => planes,
        other => panic!("{other:?}"),
    }
}

fn segmentation(presentation: &Presentation) -> &Segmentation {
    match &presentation.content {
        Content::Segmentation(segmentation) => segmentation,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn map(presentation: &Presentation) -> &ParametricMap {
    match &presentation.content {
        Content::Map(map) => map,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn slice(number: usize) -> Phi<String> {
    Phi::new(format!("{ROOT}1.{number}"))
}

/// Row and column of every set pixel, and the frame of the image, as the fixture tells them.
fn check_overlay(overlay: &Overlay, wanted: &Value, first_frame: usize) {
    let origin = [overlay.corner[1] + 1, overlay.corner[0] + 1];
    assert_eq!(serde_json::json!(origin), wanted["origin"]);
    let frames = wanted["frames"].as_array().unwrap();
    assert_eq!(overlay.bitmaps.len(), frames.len());
    for (idx, wanted) in frames.iter().enumerate() {
        let bitmap = overlay.bitmap(first_frame + idx).unwrap();
        let all =
            (0..bitmap.height).flat_map(|row| (0..bitmap.width).map(move |column| (row, column)));
        let set: Vec<_> = all
            .filter(|(row, column)| bitmap.is_set(*column, *row))
            .collect();
        assert_eq!(serde_json::json!(set), *wanted);
        assert!(!bitmap.is_set(bitmap.width, 0) && !bitmap.is_set(0, bitmap.height));
    }
    assert_eq!(overlay.bitmap(first_frame + frames.len()), None);
}

#[test]
fn an_overlay_plane_has_the_bits_that_pydicom_finds() {
    for name in ["overlay", "overlay_implicit"] {
        let found = planes(open(name));
        let [overlay] = found.overlays.as_slice() else {
            panic!("{found:?}");
        };
        check_overlay(overlay, &told("overlay"), 0);
        assert_eq!(
            (overlay.group, overlay.kind),
            (0x6002, OverlayKind::Graphics)
        );
        assert_eq!(overlay.label.reveal(), "own element");
        assert_eq!(overlay.description.reveal(), "Synthetic plane");
    }
    let found = planes(open("overlay_embedded"));
    let [overlay] = found.overlays.as_slice() else {
        panic!("{found:?}");
    };
    check_overlay(overlay, &told("overlay_embedded"), 0);
    assert_eq!(overlay.kind, OverlayKind::Roi);
}

/// A picture of 2 x 2 with an overlay of 3 x 3 in which the first, the fourth and the last pixel are set.
fn with_overlay(syntax: &str) -> Fields {
    let mut fields = Fields::gray(2, 2, 8);
    syntax.clone_into(&mut fields.syntax);
    fields.pixels(vec![1, 2, 3, 4]);
    fields
        .word(0x6000_0010, 3)
        .word(0x6000_0011, 3)
        .text(0x6000_0040, b"CS", "G");
    fields
        .bytes(0x6000_0050, b"SS", [1, 0, 1, 0])
        .word(0x6000_0100, 1)
        .word(0x6000_0102, 0);
    fields.bytes(0x6000_3000, b"OW", [0b0000_1001, 0b0000_0001]);
    fields
}

#[test]
fn an_overlay_plane_of_big_endian_words_is_the_same() {
    for syntax in [EXPLICIT_LE, EXPLICIT_BE] {
        let bytes = with_overlay(syntax).part10();
        let found = planes(decoder().open_presentation_bytes(&bytes).unwrap());
        let bitmap = found.overlays[0].bitmap(7).unwrap();
        let set: Vec<usize> = (0..9).filter(|it| bitmap.is_set(it % 3, it / 3)).collect();
        assert_eq!(set, [0, 3, 8], "{syntax}");
    }
}

#[test]
fn a_display_table_begins_below_zero_and_holds_its_ends() {
    let wanted = told("voi_table");
    let found = planes(open("voi_table"));
    let [table] = found.tables.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(i64::from(table.first), wanted["first"].as_i64().unwrap());
    assert_eq!(serde_json::json!(table.entries), wanted["entries"]);
    assert_eq!(u64::from(table.bits), wanted["bits"].as_u64().unwrap());
    // Entry i is i squared, of at most 4095.
    let curve = Curve::of(&Look::Table(Table::new(table, &Rescale::SAME)), false);
    assert_eq!(curve.apply(-5000.0), 0.0);
    assert_eq!(curve.apply(-924.0 + 30.0), 900.0 / 4095.0);
    assert_eq!(curve.apply(9999.0), 3969.0 / 4095.0);
    assert_eq!(curve.apply(f32::NAN), 0.0);
    // Between two entries, where pixels are: straight from one to the other.
    let between = curve.apply(-924.0 + 30.5) * 4095.0;
    assert!((between - 930.5).abs() < 0.01, "{between}");
}

fn state(presentation: &Presentation) -> &State {
    match &presentation.content {
        Content::State(state) => state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_presentation_state_says_what_highdicom_wrote() {
    let presentation = open("state");
    let state = state(&presentation);
    let wanted = told("state");
    let named: BTreeSet<&str> = presentation
        .instances()
        .into_iter()
        .map(|it| it.reveal().as_str())
        .collect();
    assert_eq!(serde_json::json!(named), wanted["instances"]);
    assert_eq!(
        (
            state.label.reveal().as_str(),
            state.description.reveal().as_str()
        ),
        ("FIXTURE", "synthetic")
    );
    assert_eq!(
        (state.turned_degrees, state.is_mirrored, state.is_inverted),
        (90, true, true)
    );
    let [area] = state.areas.as_slice() else {
        panic!("{:?}", state.areas);
    };
    assert_eq!(area.corners, [[2.0, 1.0], [14.0, 11.0]]);
    assert_eq!(area.size, AreaSize::Magnify(2.5));
    assert_eq!(area.pixel_mm, Some([0.8, 0.6]));
    let shutters = [
        Shutter::Rectangle([[1.0, 2.0], [15.0, 10.0]]),
        Shutter::Circle {
            center: [7.5, 5.5],
            radius: 5.0,
        },
        Shutter::Polygon(vec![[1.5, 1.5], [14.5, 1.5], [7.5, 10.5]]),
    ];
    assert_eq!(state.shutters, shutters);
    assert_eq!(state.shutter_brightness, 0.0);
    // Order 1 is drawn first.
    let layers: Vec<_> = state
        .layers
        .iter()
        .map(|it| it.name.reveal().as_str())
        .collect();
    assert_eq!(layers, ["NOTES", "FINDINGS"]);
    check_colour(state.layers[1].colour, &wanted["colour"]);
    let [_, Layer { description, .. }] = state.layers.as_slice() else {
        panic!("{:?}", state.layers);
    };
    assert_eq!(description.reveal(), "of interest");
}

#[test]
fn the_curves_of_a_state_are_for_the_images_that_they_name() {
    let presentation = open("state");
    let state = state(&presentation);
    let of = |number| state.of_frame(&state.vois, &slice(number), 0);
    let [first] = of(1)[..] else {
        panic!("{:?}", of(1));
    };
    let [VoiCurve::Window(window)] = first.curves.as_slice() else {
        panic!("{first:?}");
    };
    assert_eq!(
        (window.center, window.width, window.function),
        (40.0, 400.0, VoiFunction::Sigmoid)
    );
    assert_eq!(window.name.as_deref(), Some("soft"));
    let [second] = of(2)[..] else {
        panic!("{:?}", of(2));
    };
    let [
        VoiCurve::Table(VoiTable {
            first,
            entries,
            bits,
            name,
        }),
    ] = second.curves.as_slice()
    else {
        panic!("{second:?}");
    };
    assert_eq!(
        (*first, entries.len(), *bits, entries[255]),
        (0, 256, 16, 65_535)
    );
    assert_eq!(name.reveal(), "straight");
    assert!(of(3).is_empty(), "an image that the state does not name");
    assert!(presentation.names(&slice(1), 0) && !presentation.names(&slice(3), 0));
}

#[test]
fn the_drawings_and_words_of_a_state_stand_where_highdicom_put_them() {
    let presentation = open("state");
    let state = state(&presentation);
    let annotations = state.of_frame(&state.annotations, &slice(1), 0);
    assert_eq!(annotations.len(), 2);
    let findings = annotations[0];
    assert_eq!(state.layers[findings.layer_idx].name.reveal(), "FINDINGS");
    let kinds: Vec<&GraphicKind> = findings.graphics.iter().map(|it| &it.kind).collect();
    let wanted = [
        GraphicKind::Point([3.5, 4.5]),
        GraphicKind::Polyline(vec![[1.0, 1.0], [5.0, 1.0], [5.0, 6.0], [1.0, 1.0]]),
        GraphicKind::Interpolated(vec![[1.0, 2.0], [3.0, 4.0], [8.0, 2.25]]),
        GraphicKind::Circle {
            center: [8.0, 6.0],
            on_it: [10.0, 6.0],
        },
        GraphicKind::Ellipse {
            long: [[4.0, 6.0], [12.0, 6.0]],
            short: [[8.0, 4.0], [8.0, 8.0]],
        },
    ];
    assert_eq!(kinds[..5], wanted.iter().collect::<Vec<_>>());
    let display = &findings.graphics[5];
    let GraphicKind::Polyline(points) = &display.kind else {
        panic!("{display:?}");
    };
    assert!(
        points
            .iter()
            .flatten()
            .zip([0.1, 0.2, 0.9, 0.8])
            .all(|(found, wanted)| (found - wanted).abs() < 1e-6)
    );
    assert_eq!(display.units, Units::Display);
    let filled: Vec<bool> = findings.graphics.iter().map(|it| it.is_filled).collect();
    assert_eq!(filled, [false, true, false, false, false, false]);
    let [at, inside] = findings.texts.as_slice() else {
        panic!("{:?}", findings.texts);
    };
    assert_eq!(at.text.reveal(), "see here");
    assert_eq!(
        at.anchor,
        Some(Anchor {
            at: [3.5, 4.5],
            units: Units::Pixel,
            is_visible: true
        })
    );
    let Some(TextBox {
        corners: [[left, top], [right, bottom]],
        units,
        justification,
    }) = inside.inside
    else {
        panic!("{inside:?}");
    };
    assert_eq!(
        (units, justification),
        (Units::Display, Justification::Left)
    );
    for (found, wanted) in [(left, 0.1), (top, 0.1), (right, 0.5), (bottom, 0.25)] {
        assert!((found - wanted).abs() < 1e-6);
    }
    let both = state.of_frame(&state.annotations, &slice(2), 0);
    assert_eq!(both.len(), 1);
    assert!(!both[0].texts[0].anchor.unwrap().is_visible);
    assert!(
        !format!("{presentation:?}").contains("see here"),
        "words do not print"
    );
}

#[test]
fn a_share_of_the_displayed_area_lies_where_the_turned_and_mirrored_image_shows_it() {
    let presentation = open("state");
    let mut state = state(&presentation).clone();
    let area = state.areas[0].clone();
    // The area is from (2, 1) to (14, 11). What is seen in the upper left corner, spelt out for each way of showing it.
    for (degrees, is_mirrored, upper_left, upper_right) in [
        (0, false, [2.0, 1.0], [14.0, 1.0]),
        (0, true, [14.0, 1.0], [2.0, 1.0]),
        // Turned clockwise, the lower left comes to the upper left, and the upper left to the upper right.
        (90, false, [2.0, 11.0], [2.0, 1.0]),
        (90, true, [2.0, 1.0], [2.0, 11.0]),
        (180, false, [14.0, 11.0], [2.0, 11.0]),
        (270, false, [14.0, 1.0], [14.0, 11.0]),
    ] {
        (state.turned_degrees, state.is_mirrored) = (degrees, is_mirrored);
        let corners = [[0.0, 0.0], [1.0, 0.0]].map(|it| state.pixel_from_display(&area, it));
        assert_eq!(
            corners,
            [upper_left, upper_right],
            "{degrees} {is_mirrored}"
        );
    }
}

fn check_colour(found: Option<[u8; 3]>, wanted: &Value) {
    let found = found.unwrap();
    for (found, wanted) in found.iter().zip(wanted.as_array().unwrap()) {
        let off = i64::from(*found) - wanted.as_i64().unwrap();
        // Two roundings: to 16 bits of L*a*b* and to 8 of sRGB.
        assert!(off.abs() <= 1, "{found:?}, wanted {wanted}");
    }
}

#[test]
fn segments_have_the_pixels_the_colours_and_the_images_that_highdicom_wrote() {
    for (name, kind) in [
        ("segments_binary", SegmentationKind::Binary),
        ("segments_fractional", SegmentationKind::Probability(200)),
        ("segments_rle", SegmentationKind::Probability(255)),
    ] {
        let presentation = open(name);
        let found = segmentation(&presentation);
        let wanted = told(name);
        assert_eq!((found.kind, found.width, found.height), (kind, 16, 12));
        let labels: Vec<&str> = found
            .segments
            .iter()
            .map(|it| it.label.reveal().as_str())
            .collect();
        assert_eq!(serde_json::json!(labels), wanted["labels"]);
        for (segment, wanted) in found
            .segments
            .iter()
            .zip(wanted["colours"].as_array().unwrap())
        {
            check_colour(segment.colour, wanted);
            assert_eq!(
                (
                    segment.property.reveal().as_str(),
                    segment.algorithm.as_str()
                ),
                ("Organ", "MANUAL")
            );
        }
        let frames = wanted["frames"].as_array().unwrap();
        assert_eq!(found.frames.len(), frames.len());
        for (frame, wanted) in found.frames.iter().zip(frames) {
            assert_eq!(
                u64::from(found.segments[frame.segment_idx].number),
                wanted["segment"].as_u64().unwrap()
            );
            assert_eq!(
                frame.sources[0].instance_uid.reveal().as_str(),
                wanted["instance"].as_str().unwrap()
            );
            let plane = frame.plane.unwrap();
            assert_eq!(serde_json::json!(plane.position_mm), wanted["position"]);
            assert_eq!((plane.row_mm, plane.column_mm), (0.8, 0.6));
            let most = match kind {
                SegmentationKind::Binary => 1.0,
                SegmentationKind::Probability(most) | SegmentationKind::Occupancy(most) => {
                    f32::from(most)
                }
            };
            let all = (0..12).flat_map(|row| (0..16).map(move |column| (row, column)));
            let values = all.map(|(row, column)| {
                (
                    row,
                    column,
                    (found.share(frame, column, row) * most).round() as u32,
                )
            });
            let set: Vec<_> = values.filter(|it| 0 < it.2).collect();
            assert_eq!(serde_json::json!(set), wanted["values"], "{name}");
            assert_eq!(found.share(frame, 16, 0), 0.0);
        }
        // Nothing was found in the first slice, so that nothing is shown on it.
        assert!(!presentation.names(&slice(1), 0) && presentation.names(&slice(2), 0));
    }
}

#[test]
fn parametric_maps_say_the_values_of_the_real_world() {
    for name in ["map_float", "map_double", "map_integer"] {
        let presentation = open(name);
        let found = map(&presentation);
        let wanted = told(name);
        assert_eq!(found.frames.len(), 4);
        for (idx, frame) in found.frames.iter().enumerate() {
            assert_eq!(
                serde_json::json!(frame.sources[0].instance_uid),
                wanted["instances"][idx]
            );
            assert_eq!(
                (
                    frame.real_world.unit.as_str(),
                    frame.real_world.label.reveal().as_str()
                ),
                ("mm2/s", "ADC")
            );
            let values = wanted["values"][idx].as_array().unwrap();
            assert_eq!(frame.samples.len(), values.len());
            for (found, wanted) in frame.samples.iter().zip(values) {
                let off = f64::from(*found) - wanted.as_f64().unwrap();
                assert!(off.abs() < 1e-4, "{name}: {found}, wanted {wanted}");
            }
        }
        assert!(presentation.names(&slice(4), 0) && !presentation.names(&slice(5), 0));
    }
}

/// What pydicom 3.0 finds in the objects of scanners and of dcmqi in the shared data.
#[test]
fn real_objects_say_what_pydicom_finds_in_them() {
    let Some(data) = shared_data() else { return };
    let open = |name: &str| {
        let path = data.join("dicom").join(name);
        decoder().open_presentation(&path).unwrap()
    };
    let found = planes(open("mr_abdomen_siemens_overlay.dcm"));
    let overlay = &found.overlays[0];
    let bitmap = overlay.bitmap(0).unwrap();
    let all = (0..484).flat_map(|row| (0..484).map(move |column| (row, column)));
    let set: Vec<_> = all
        .filter(|(row, column)| bitmap.is_set(*column, *row))
        .collect();
    assert_eq!(
        (overlay.corner, set.len(), set[0]),
        ([0, 0], 323, (136, 420))
    );

    let presentation = open("seg_liver_of_ct_abdomen.dcm");
    let liver = segmentation(&presentation);
    assert_eq!(liver.segments[0].label.reveal(), "Liver");
    assert_eq!(liver.segments[0].colour, Some([221, 130, 101]));
    assert_eq!(presentation.instances().len(), 3);
    for (frame, (n_pixels, z_mm)) in
        liver
            .frames
            .iter()
            .zip([(36_233, -128.69), (35_645, -127.69), (35_220, -126.69)])
    {
        let n_set: u32 = frame.values.iter().map(|it| it.count_ones()).sum();
        let plane = frame.plane.unwrap();
        assert_eq!(
            (n_set, plane.position_mm),
            (n_pixels, [-235.2, -226.8, z_mm])
        );
        assert_eq!(liver.on(&frame.sources[0].instance_uid, 0), [frame]);
    }

    let presentation = open("parametric_map_float.dcm");
    let [frame] = map(&presentation).frames.as_slice() else {
        panic!("more frames");
    };
    let mean = frame.samples.iter().map(|it| f64::from(*it)).sum::<f64>() / 16_384.0;
    assert!((mean - 0.586_980_307_681_106).abs() < 1e-9, "{mean}");
    assert_eq!(frame.samples[64 * 128 + 64], 0.120_036_51);
    // Its frame names no image, and the object a single one.
    assert_eq!(presentation.instances().len(), 1);
}

fn refusal(decoder: &Decoder, bytes: &[u8]) -> Refusal {
    match decoder.open_presentation_bytes(bytes) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn refused(fields: &Fields, wanted: &str) {
    let found = refusal(&decoder(), &fields.part10()).to_string();
    assert!(found.contains(wanted), "{found}, wanted {wanted}");
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused_with_a_reason() {
    let decoder = decoder();
    for name in [
        "state",
        "segments_binary",
        "segments_rle",
        "map_double",
        "overlay_embedded",
    ] {
        let whole = fixture(name);
        for eighth in 1..8 {
            let cut = &whole[..whole.len() * eighth / 8];
            let error = decoder.open_presentation_bytes(cut).unwrap_err();
            assert!(
                matches!(error, Error::Refused(_)),
                "{name} at {eighth}/8: {error}"
            );
        }
    }
}

#[test]
fn an_overlay_that_promises_more_bits_than_it_has_is_refused() {
    let with = |change: &dyn Fn(&mut Fields)| {
        let mut fields = with_overlay(EXPLICIT_LE);
        change(&mut fields);
        fields
    };
    let huge = with(&|it| {
        it.word(0x6000_0010, 65_535).word(0x6000_0011, 65_535);
    });
    refused(
        &huge,
        "wanted 4294836225 bits, at least one, in an overlay plane, found 2 bytes",
    );
    let frames = with(&|it| {
        it.text(0x6000_0015, b"IS", "2147483647");
    });
    refused(
        &frames,
        "wanted a number of frames in an overlay plane of at most 65536, found 2147483647",
    );
    let empty = with(&|it| {
        it.word(0x6000_0010, 0);
    });
    refused(&empty, "in an overlay plane, found 2 bytes");
    let nowhere = with(&|it| {
        it.bytes(0x6000_0050, b"SS", [1, 0]);
    });
    refused(
        &nowhere,
        "wanted a row and a column in (6000,0050) OverlayOrigin, found 1 numbers",
    );
    let mut in_samples = Fields::gray(2, 2, 8);
    in_samples
        .pixels(vec![1, 2, 3, 4])
        .word(0x6000_0100, 8)
        .word(0x6000_0102, 3);
    refused(
        &in_samples,
        "a bit of the pixels that no sample uses, found bit 3 of 8",
    );
}

fn uid(fields: &mut Fields, tag: u32, uid: &str) {
    fields.text(tag, b"UI", uid);
}

fn explicit() -> Fields {
    let mut fields = Fields::default();
    EXPLICIT_LE.clone_into(&mut fields.syntax);
    fields
}

/// A state for one image.
fn small_state() -> Fields {
    let mut image = Fields::default();
    uid(&mut image, 0x0008_1155, "1.2.3");
    let mut series = Fields::default();
    series.item(0x0008_1140, image);
    let mut fields = explicit();
    uid(&mut fields, 0x0008_0016, STATE);
    uid(&mut fields, 0x0008_0018, "1.2.4");
    fields.item(0x0008_1115, series);
    fields
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|it| it.to_le_bytes()).collect()
}

/// A state with one graphic on a layer, for an image.
fn drawn(graphic: Fields, image: &str, layer: &str) -> Fields {
    let mut reference = Fields::default();
    uid(&mut reference, 0x0008_1155, image);
    let mut annotation = Fields::default();
    annotation
        .item(0x0008_1140, reference)
        .text(0x0070_0002, b"CS", layer)
        .item(0x0070_0009, graphic);
    let mut own = Fields::default();
    own.text(0x0070_0002, b"CS", "ONE")
        .text(0x0070_0062, b"IS", "1");
    let mut fields = small_state();
    fields.item(0x0070_0001, annotation).item(0x0070_0060, own);
    fields
}

fn graphic(kind: &str, units: &str, n_points: u16, numbers: &[f32]) -> Fields {
    let mut graphic = Fields::default();
    graphic
        .text(0x0070_0005, b"CS", units)
        .word(0x0070_0020, 2)
        .word(0x0070_0021, n_points);
    graphic
        .bytes(0x0070_0022, b"FL", floats(numbers))
        .text(0x0070_0023, b"CS", kind);
    graphic
}

#[test]
fn a_state_that_names_no_image_or_another_one_is_refused() {
    let decoder = decoder();
    assert!(
        decoder
            .open_presentation_bytes(&small_state().part10())
            .is_ok()
    );
    let mut alone = explicit();
    uid(&mut alone, 0x0008_0016, STATE);
    uid(&mut alone, 0x0008_0018, "1.2.4");
    refused(
        &alone,
        "wanted at least one image that the object is for, found none",
    );
    let point = || graphic("POINT", "PIXEL", 1, &[1.0, 2.0]);
    assert!(
        decoder
            .open_presentation_bytes(&drawn(point(), "1.2.3", "ONE").part10())
            .is_ok()
    );
    refused(
        &drawn(point(), "1.2.99", "ONE"),
        "references to the images that the object is for, found one to another",
    );
    refused(
        &drawn(point(), "not a UID", "ONE"),
        "wanted a UID in (0008,1155)",
    );
    refused(
        &drawn(point(), "1.2.3", "TWO"),
        "wanted a layer that the state has, found another",
    );
}

#[test]
fn drawings_turns_and_shutters_that_make_no_sense_are_refused() {
    for (odd, wanted) in [
        (
            graphic("POINT", "PIXEL", 65_535, &[1.0, 2.0]),
            "as many points of two finite numbers",
        ),
        (
            graphic("POINT", "PIXEL", 1, &[1.0, f32::NAN]),
            "as many points of two finite numbers",
        ),
        (
            graphic("POLYLINE", "PIXEL", 1, &[1.0, 2.0]),
            "wanted a graphic that is known, found POLYLINE of 1 points",
        ),
        (
            graphic("ELLIPSE", "PIXEL", 2, &[1.0, 2.0, 3.0, 4.0]),
            "found ELLIPSE of 2 points",
        ),
        (
            graphic("POINT", "MATRIX", 1, &[1.0, 2.0]),
            "in the units PIXEL or DISPLAY, found MATRIX",
        ),
    ] {
        refused(&drawn(odd, "1.2.3", "ONE"), wanted);
    }
    let mut turned = small_state();
    turned.word(0x0070_0042, 45);
    refused(
        &turned,
        "wanted a turn of 0, 90, 180 or 270 degrees, found 45",
    );
    let mut shut = small_state();
    shut.text(0x0018_1600, b"CS", "POLYGONAL")
        .text(0x0018_1620, b"IS", "1\\2\\3\\4");
    refused(&shut, "at least 3 corners of a shutter, found 4 numbers");
}

/// A segmentation of two frames of 4 x 4.
fn small_segmentation() -> Fields {
    let mut fields = Fields::gray(4, 4, 1);
    uid(&mut fields, 0x0008_0016, SEGMENTATION);
    fields.text(0x0062_0001, b"CS", "BINARY");
    let mut segment = Fields::default();
    segment.word(0x0062_0004, 1).text(0x0062_0005, b"LO", "one");
    fields.item(0x0062_0002, segment);
    let mut identity = Fields::default();
    identity.word(0x0062_000B, 1);
    let mut frame = Fields::default();
    frame.item(0x0062_000A, identity);
    fields.item(0x5200_9230, frame).pixels(vec![0xFF, 0x0F]);
    fields
}

#[test]
fn a_segmentation_that_contradicts_itself_is_refused() {
    assert!(
        decoder()
            .open_presentation_bytes(&small_segmentation().part10())
            .is_ok()
    );
    let with = |change: &dyn Fn(&mut Fields)| {
        let mut fields = small_segmentation();
        change(&mut fields);
        fields
    };
    let frames = with(&|it| {
        it.text(0x0028_0008, b"IS", "2000000000");
    });
    refused(
        &frames,
        "wanted a number of frames of at most 65536, found 2000000000",
    );
    let some = with(&|it| {
        it.text(0x0028_0008, b"IS", "65536");
    });
    refused(
        &some,
        "wanted 65536 items, one for each frame, in the per-frame functional groups, found 1",
    );
    let bits = with(&|it| {
        it.pixels(vec![0xFF]);
        it.text(0x0028_0008, b"IS", "1");
        it.word(0x0028_0010, 400);
    });
    refused(&bits, "bytes of pixel data, found");
    let stranger = with(&|it| {
        let mut identity = Fields::default();
        identity.word(0x0062_000B, 9);
        let mut frame = Fields::default();
        frame.item(0x0062_000A, identity);
        it.item(0x5200_9230, frame);
    });
    refused(
        &stranger,
        "wanted a segment that the object has, for each frame, found another or none",
    );
    let zero = with(&|it| {
        let mut segment = Fields::default();
        segment.word(0x0062_0004, 0);
        it.item(0x0062_0002, segment);
    });
    refused(&zero, "wanted segment numbers from 1 to 65535");
    let labels = with(&|it| {
        it.text(0x0062_0001, b"CS", "LABELMAP");
    });
    refused(
        &labels,
        "binary of 1 bit or fractional of 8, found LABELMAP of 1",
    );
}

#[test]
fn a_map_without_a_mapping_and_an_object_without_a_picture_are_refused() {
    let mut fields = Fields::gray(1, 2, 16);
    uid(&mut fields, 0x0008_0016, MAP);
    fields
        .pixels(vec![1, 0, 2, 0])
        .item(0x5200_9230, Fields::default());
    refused(
        &fields,
        "wanted a real world value mapping for each frame, found none",
    );
    let mut mapping = Fields::default();
    mapping.bytes(0x0040_9225, b"FD", 2.0_f64.to_le_bytes());
    mapping.bytes(0x0040_9224, b"FD", f64::NAN.to_le_bytes());
    let mut frame = Fields::default();
    frame.item(0x0040_9096, mapping);
    fields.item(0x5200_9230, frame);
    refused(&fields, "wanted 1 finite numbers in (0040,9224)");
    let mut nothing = explicit();
    uid(&mut nothing, 0x0008_0016, "1.2.840.10008.5.1.4.1.1.481.3");
    assert_eq!(
        refusal(&decoder(), &nothing.part10()),
        Refusal::NoPixels {
            sop_class: "RT Structure Set".to_owned()
        }
    );
    assert!(matches!(
        refusal(&decoder(), b"no DICOM at all, just words"),
        Refusal::Malformed { .. }
    ));
}
