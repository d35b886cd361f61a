//! From samples to pixels: curves of the standard, pictures against golden values, and the overlay PNG.

use std::{fs, path::Path, sync::Arc};

use proptest::prelude::*;
use wardlight::{
    case::{Frame, Samples, Scan, VoiFunction, Window},
    disk::Sha256,
    prediction::{
        Affine2, Calibration, Call, Engine, Explanation, Form, Heatmap, Method, ModelRef, Ood,
        Precision, Prediction, Score, Subject, Trust,
    },
    render::{
        self, Curve, Look, Overlay, Picture, Pose, Pyramid, Turn, auto_window,
        caption::Caption,
        compose,
        overlay::{MapLook, cells, greatest, smooth},
        picture::{OverlayRequest, overlay_png},
        presets,
        resample::Resampled,
    },
};

use crate::fake;

fn window(center: f32, width: f32, function: VoiFunction) -> Window {
    Window {
        center,
        width,
        function,
        name: None,
    }
}

/// The pseudo-code of PS3.3 C.11.2.1.2.1 with an output of 0..1.
fn standard_linear(x: f32, c: f32, w: f32) -> f32 {
    if x <= c - 0.5 - (w - 1.0) / 2.0 {
        0.0
    } else if c - 0.5 + (w - 1.0) / 2.0 < x {
        1.0
    } else {
        (x - (c - 0.5)) / (w - 1.0) + 0.5
    }
}

#[test]
fn the_three_curves_are_those_of_the_standard() {
    for (c, w) in [
        (2048.0_f32, 4096.0_f32),
        (0.0, 1.0),
        (40.0, 400.0),
        (0.0, 100.0),
        (127.0, 1.0),
    ] {
        for step in -600..600 {
            let x = c + step as f32 * w.max(4.0) / 500.0;
            let linear = Curve::new(&window(c, w, VoiFunction::Linear), false).apply(x);
            assert!(
                (linear - standard_linear(x, c, w)).abs() < 1e-5,
                "linear {x} in {c} {w}: {linear}"
            );
            let exact = Curve::new(&window(c, w, VoiFunction::LinearExact), false).apply(x);
            assert!(
                (exact - ((x - c) / w + 0.5).clamp(0.0, 1.0)).abs() < 1e-5,
                "exact {x} in {c} {w}: {exact}"
            );
            let sigmoid = Curve::new(&window(c, w, VoiFunction::Sigmoid), false).apply(x);
            assert!((sigmoid - 1.0 / (1.0 + (-4.0 * (x - c) / w).exp())).abs() < 1e-6);
        }
    }
}

#[test]
fn inversion_turns_grey_values_over_but_padding_stays_black() {
    let curve = Curve::new(&window(50.0, 100.0, VoiFunction::LinearExact), true);
    assert_eq!((curve.apply(0.0), curve.apply(100.0)), (1.0, 0.0));
    assert_eq!(curve.apply(f32::NAN), 0.0);
}

#[test]
fn the_automatic_window_ignores_a_few_hot_pixels_and_padding() {
    let mut samples: Vec<f32> = (0..10_000).map(|it| (it % 1000) as f32).collect();
    samples[7] = 1e9;
    samples[8] = f32::NAN;
    let found = auto_window(&Frame {
        width: 100,
        height: 100,
        samples: Samples::Gray(samples.into()),
    });
    assert!(
        (450.0..550.0).contains(&found.center) && (900.0..1100.0).contains(&found.width),
        "{found:?}"
    );
    let flat = auto_window(&Frame {
        width: 2,
        height: 1,
        samples: Samples::Gray(Box::new([5.0, 5.0])),
    });
    assert!(0.0 < flat.width);
}

#[test]
fn digits_choose_the_windows_of_the_file_then_those_of_computed_tomography() {
    let mut scan = fake::scan(1);
    let [Look::Window(own)] = &presets(&scan)[..] else {
        panic!("a radiograph has no Hounsfield units")
    };
    assert_eq!(own.name.as_deref(), Some("normal"));
    scan.header.modality = wardlight::case::Modality::Ct;
    let Look::Window(lung) = &presets(&scan)[1] else {
        panic!("no table")
    };
    assert_eq!(
        (lung.name.as_deref(), lung.center, lung.width),
        (Some("lung"), -600.0, 1500.0)
    );
}

fn frame() -> Arc<Frame> {
    let samples = (0..16)
        .map(|it| if it == 5 { f32::NAN } else { it as f32 * 10.0 })
        .collect();
    Arc::new(Frame {
        width: 4,
        height: 4,
        samples: Samples::Gray(samples),
    })
}

/// The raw value that is drawn at a point of the scan; NaN beside the map.
fn raw_at(heatmap: &Heatmap, x: f32, y: f32) -> f32 {
    let pose = Pose::upright(Affine2 {
        offset_x: x - 0.5,
        offset_y: y - 0.5,
        ..Affine2::IDENTITY
    });
    let mut found = [0.0];
    Resampled::heatmap(heatmap, pose, (1, 1)).row(0, &mut found);
    found[0]
}

fn heatmap() -> Heatmap {
    let scale = Affine2 {
        scale_x: 2.0,
        scale_y: 2.0,
        offset_x: 0.0,
        offset_y: 0.0,
    };
    Heatmap {
        frame_idx: 0,
        width: 2,
        height: 2,
        values: Box::new([0.0, 0.0, 0.0, 2.0]),
        scan_from_heatmap: scale,
    }
}

#[test]
fn at_its_own_size_a_frame_is_its_curve_and_padding_is_black() {
    let curve = Curve::new(&window(75.0, 150.0, VoiFunction::LinearExact), false);
    let picture = compose(
        &Pyramid::new(frame()),
        &curve,
        None,
        Pose::upright(Affine2::IDENTITY),
        (4, 4),
    );
    let grey: Vec<u8> = picture.rgba.chunks(4).map(|it| it[0]).collect();
    assert_eq!(
        grey,
        [
            0, 17, 34, 51, 68, 0, 102, 119, 136, 153, 170, 187, 204, 221, 238, 255
        ]
    );
}

#[test]
fn a_colour_frame_keeps_its_colours_and_is_black_beside_itself() {
    let samples = Samples::Rgb(Box::new([250, 10, 20, 30, 240, 40]));
    let frame = Arc::new(Frame {
        width: 2,
        height: 1,
        samples,
    });
    let curve = Curve::new(&window(10.0, 1.0, VoiFunction::LinearExact), true);
    let pose = Pose::upright(Affine2::IDENTITY);
    let picture = compose(&Pyramid::new(frame), &curve, None, pose, (3, 2));
    let (pixels, _) = picture.rgba.as_chunks::<4>();
    let black = [0, 0, 0, 255];
    let wanted = [[250, 10, 20, 255], [30, 240, 40, 255], black];
    assert_eq!(pixels[..3], wanted);
    assert_eq!(pixels[3..], [black; 3]);
}

#[test]
fn influence_is_drawn_where_it_lies_and_nowhere_else() {
    let curve = Curve::new(&window(75.0, 150.0, VoiFunction::LinearExact), false);
    let (pyramid, heat) = (Pyramid::new(frame()), heatmap());
    let plain = compose(
        &pyramid,
        &curve,
        None,
        Pose::upright(Affine2::IDENTITY),
        (4, 4),
    );
    let overlay = Overlay::new(&heat, greatest(&heat), 1.0);
    let drawn = compose(
        &pyramid,
        &curve,
        Some(&overlay),
        Pose::upright(Affine2::IDENTITY),
        (4, 4),
    );
    let differs = |it: usize| plain.rgba[4 * it..4 * it + 3] != drawn.rgba[4 * it..4 * it + 3];
    assert!(
        (0..4).all(|it| !differs(it)),
        "the upper row has no influence"
    );
    assert!(differs(15), "the corner has all of it");
    assert_eq!(&drawn.rgba[60..63], &render::heat_color(1.0));
    assert!(raw_at(&heat, -0.1, 0.0).is_nan());
}

/// A sample of a frame at a point, straight from the words: between the middles of the four nearest pixels, by the shares of
/// those that are not padding.
fn sample_at(frame: &Frame, x: f32, y: f32) -> f32 {
    let Samples::Gray(samples) = &frame.samples else {
        panic!("grey");
    };
    let (width, height) = (frame.width as f32, frame.height as f32);
    if !(0.0..width).contains(&x) || !(0.0..height).contains(&y) {
        return f32::NAN;
    }
    let (mut sum, mut total) = (0.0, 0.0);
    let middle = |at: f32, last: f32| (at - 0.5).clamp(0.0, last);
    let (x, y) = (middle(x, width - 1.0), middle(y, height - 1.0));
    for row in 0..frame.height {
        for column in 0..frame.width {
            let share = |at: f32, idx: usize| (1.0 - (at - idx as f32).abs()).max(0.0);
            let (weight, sample) = (
                share(x, column) * share(y, row),
                samples[row * frame.width + column],
            );
            if !sample.is_nan() {
                sum += weight * sample;
                total += weight;
            }
        }
    }
    sum / total
}

proptest! {
    /// However a frame is turned, moved, stretched and full of padding, each pixel of a picture holds the sample at its place.
    #[test]
    fn a_pixel_is_the_sample_at_its_place(
        (width, height) in (1_usize..9, 1_usize..9),
        values in prop::collection::vec(prop_oneof![4 => (-50_i32..50).prop_map(|it| it as f32), 1 => Just(f32::NAN)], 64),
        turn in prop::sample::select(Turn::all().collect::<Vec<_>>()),
        (scale_x, scale_y) in (0.21_f32..1.9, 0.21_f32..1.9),
        (x, y) in (-3.0_f32..12.0, -3.0_f32..12.0),
        (n_columns, n_rows) in (1_usize..24, 1_usize..24),
    ) {
        let samples = values[..width * height].iter().copied().collect();
        let frame = Arc::new(Frame { width, height, samples: Samples::Gray(samples) });
        let size = (n_columns as f32, n_rows as f32);
        let pose = Pose::about((x, y), (scale_x.recip(), scale_y.recip()), turn, size);
        let laid = render::lay(&Pyramid::new(frame.clone()), pose, (n_columns, n_rows), Vec::new()).unwrap();
        for (idx, found) in laid.into_iter().enumerate() {
            let (column, row) = (idx % n_columns, idx / n_columns);
            let (x, y) = pose.scan_at((column as f32 + 0.5, row as f32 + 0.5));
            let wanted = sample_at(&frame, x, y);
            prop_assert!(
                (found - wanted).abs() < 1e-3 || found.is_nan() && wanted.is_nan(),
                "{found} for {wanted} at {x}, {y}"
            );
        }
    }
}

/// Every way to lay a picture: each pixel, and its influence, goes where the turn says, and to no neighbour of that place.
#[test]
fn a_turned_picture_holds_the_same_pixels_in_their_new_places() {
    let curve = Curve::new(&window(75.0, 150.0, VoiFunction::LinearExact), false);
    let (pyramid, heat) = (Pyramid::new(frame()), heatmap());
    let overlay = Overlay::new(&heat, greatest(&heat), 1.0);
    let draw = |turn| {
        let pose = Pose {
            scan_from_picture: Affine2::IDENTITY,
            turn,
            middle: (2.0, 2.0),
        };
        compose(&pyramid, &curve, Some(&overlay), pose, (4, 4)).rgba
    };
    let upright = draw(Turn::default());
    for turn in Turn::all() {
        let turned = draw(turn);
        for (idx, pixel) in upright.chunks(4).enumerate() {
            let way = ((idx % 4) as f32 - 1.5, (idx / 4) as f32 - 1.5);
            let (x, y) = turn.screen_from_scan(way);
            let at = ((y + 1.5) * 4.0 + x + 1.5) as usize;
            assert_eq!(&turned[4 * at..4 * at + 4], pixel, "{turn:?} {idx}");
        }
    }
}

#[test]
fn outside_the_scan_a_picture_is_black() {
    let curve = Curve::new(&window(0.0, 1.0, VoiFunction::LinearExact), true);
    let far = Affine2 {
        offset_x: 100.0,
        ..Affine2::IDENTITY
    };
    let picture = compose(
        &Pyramid::new(frame()),
        &curve,
        None,
        Pose::upright(far),
        (3, 3),
    );
    assert!(picture.rgba.chunks(4).all(|it| it == [0, 0, 0, 255]));
}

fn answer() -> (Prediction, Explanation) {
    let about = Subject {
        file_sha256: fake::scan(1).header.file_sha256,
        frame_idx: 0,
        at: None,
    };
    let model = ModelRef {
        name: "chest".to_owned(),
        version: "1.0.0".to_owned(),
        weights_sha256: Sha256::of(b"weights"),
        prep_sha256: Sha256::of(b"prep"),
    };
    let score = Score {
        label: "pneumonia".to_owned(),
        logit: 1.0,
        raw: 0.7,
        probability: 0.78,
        operating_point: None,
        call: Call::Chosen,
    };
    let prediction = Prediction {
        about,
        model: model.clone(),
        app_version: "0.1.0".to_owned(),
        engine: Engine {
            form: Form::Plain,
            precision: Precision::Float32,
            threads: 1,
        },
        scores: vec![score],
        calibration: Calibration::None,
        read: None,
        uncertainty: None,
        trust: Trust::default(),
        ood: Ood::Unknown,
        beyond_scope: Vec::new(),
        warnings: Vec::new(),
        network_ms: 1.0,
    };
    let heatmap = Heatmap {
        frame_idx: 0,
        width: 14,
        height: 14,
        values: fake::warm_spot(14).into(),
        scan_from_heatmap: Affine2 {
            scale_x: 256.0 / 14.0,
            scale_y: 256.0 / 14.0,
            offset_x: 0.0,
            offset_y: 0.0,
        },
    };
    let explanation = Explanation {
        about,
        model,
        label: "pneumonia".to_owned(),
        method: Method::GradCam,
        heatmap: Some(heatmap),
        words: Vec::new(),
        course: None,
        completeness_gap: None,
        border_share: None,
    };
    (prediction, explanation)
}

/// What is to be drawn of an answer, by the window of the file.
fn request<'a>(
    (scan, curve): (&'a Scan, &'a Curve),
    (prediction, explanation): &'a (Prediction, Explanation),
    look: MapLook,
) -> OverlayRequest<'a> {
    OverlayRequest {
        scan,
        curve,
        prediction,
        explanation,
        opacity: 0.45,
        look,
    }
}

#[test]
fn the_overlay_png_equals_the_golden_picture() {
    let (scan, answer) = (fake::scan(1), answer());
    let curve = Curve::new(&scan.header.windows[0], false);
    let request = request((&scan, &curve), &answer, MapLook::default());
    let bytes = overlay_png(request).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/overlay.png");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        wardlight::disk::write_atomic(&golden, &bytes).unwrap();
    }
    let found = image::load_from_memory(&bytes).unwrap().into_rgba8();
    let wanted = image::open(&golden).unwrap().into_rgba8();
    assert_eq!(found.dimensions(), wanted.dimensions());
    let worst = found
        .iter()
        .zip(wanted.iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(
        worst <= Some(1),
        "the picture differs by {worst:?} from tests/golden/overlay.png; look, then UPDATE_GOLDEN=1"
    );
}

#[test]
fn an_explanation_of_another_picture_is_never_drawn() {
    let (scan, mut answer) = (fake::scan(1), answer());
    answer.1.about.file_sha256 = Sha256::of(b"another");
    let curve = Curve::new(&scan.header.windows[0], false);
    let request = request((&scan, &curve), &answer, MapLook::default());
    assert!(matches!(
        overlay_png(request),
        Err(render::Error::OtherSubject)
    ));
}

#[test]
fn a_map_as_it_was_computed_keeps_its_cells() {
    let scale = Affine2 {
        scale_x: 10.0,
        scale_y: 10.0,
        ..Affine2::IDENTITY
    };
    let map = Heatmap {
        frame_idx: 0,
        width: 7,
        height: 7,
        values: (0..49).map(|it| if it == 24 { 2.0 } else { 0.0 }).collect(),
        scan_from_heatmap: scale,
    };
    let (raw, smoothed) = (cells(&map), smooth(&map));
    let is_own = |it: &&f32| [0.0, 2.0].contains(*it);
    assert_eq!(raw.values.iter().filter(is_own).count(), raw.values.len());
    assert!(smoothed.values.iter().filter(is_own).count() < smoothed.values.len());
    // The cell reaches from 30 to 40 in both directions.
    for (x, y) in [(31.0, 31.0), (39.0, 31.0), (35.0, 35.0)] {
        assert_eq!(raw_at(&raw, x, y), 2.0);
    }
    assert_eq!(
        (raw_at(&raw, 29.0, 35.0), raw_at(&raw, 41.0, 35.0)),
        (0.0, 0.0)
    );
    assert!(raw_at(&smoothed, 31.0, 31.0) < 1.0);
}

#[test]
fn only_what_is_asked_for_of_a_map_is_drawn() {
    let (scan, answer) = (fake::scan(1), answer());
    let curve = Curve::new(&scan.header.windows[0], false);
    let drawn = |has_heat: bool, has_outline: bool| {
        let look = MapLook {
            has_heat,
            has_outline,
            is_raw: false,
        };
        let bytes = overlay_png(request((&scan, &curve), &answer, look)).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().into_rgba8();
        let rows = picture.height() - 96;
        let is_coloured = |it: &&image::Rgba<u8>| it[0].abs_diff(it[2]) > 8;
        let pixels = picture.pixels().take((picture.width() * rows) as usize);
        pixels.filter(is_coloured).count()
    };
    let (both, outline, heat) = (drawn(true, true), drawn(false, true), drawn(true, false));
    assert_eq!(drawn(false, false), 0);
    assert!(
        0 < outline && outline < heat && heat <= both,
        "{outline} {heat} {both}"
    );
}

#[test]
fn a_picture_is_encoded_as_it_is() {
    let picture = Picture {
        width: 1,
        height: 2,
        rgba: vec![1, 2, 3, 255, 4, 5, 6, 255],
    };
    let bytes = render::picture::encode(&picture).unwrap();
    assert_eq!(
        image::load_from_memory(&bytes)
            .unwrap()
            .into_rgba8()
            .into_raw(),
        picture.rgba
    );
}

#[test]
fn the_strip_under_a_picture_grows_with_it() {
    let (prediction, explanation) = answer();
    let caption = Caption::new(&explanation, &prediction, (1.0, 0.4, MapLook::default()));
    for (width, strip) in [(720, 96), (2048, 192)] {
        let picture = Picture {
            width,
            height: 10,
            rgba: vec![0; 4 * width * 10],
        };
        let all = caption.below(&picture);
        assert_eq!((all.width, all.height), (width, 10 + strip));
        assert_eq!(all.rgba.len(), 4 * all.width * all.height);
    }
}

#[test]
fn smoothing_keeps_place_and_range() {
    let map = Heatmap {
        frame_idx: 0,
        width: 7,
        height: 7,
        values: (0..49).map(|it| if it == 24 { 2.0 } else { 0.0 }).collect(),
        scan_from_heatmap: Affine2 {
            scale_x: 10.0,
            scale_y: 20.0,
            offset_x: 5.0,
            offset_y: 0.0,
        },
    };
    let fine = smooth(&map);
    assert!(greatest(&fine) <= 2.0 && 1.9 < raw_at(&fine, 40.0, 70.0));
    assert!(raw_at(&fine, 5.5, 1.0).abs() < 1e-6);
    assert!(raw_at(&fine, 0.0, 70.0).is_nan(), "beside the map");
}
