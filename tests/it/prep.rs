//! Frames and notes as the arrays a model reads.

use std::{sync::Arc, time::Instant};

use proptest::prelude::*;
use wardlight::{
    case::{
        Frame, Modality, Note, Samples, Scan, Subject,
        scan::{Format, Header, PixelHeader},
    },
    disk::Sha256,
    prep::{
        Error, Fit, ImageSpec, Intensity, TextForm, TextSpec, Tokenizer, prepare_note,
        prepare_scan, vocabulary::train_tokenizer, words::words,
    },
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// A scan of one frame with no file behind it.
pub(crate) fn scan(width: usize, height: usize, samples: Samples) -> Scan {
    let header = Header {
        file_sha256: Sha256::of(b"generated"),
        pixel_sha256: Sha256::of(b"generated"),
        format: Format::Png,
        modality: Modality::Unknown,
        subject: Subject::default(),
        dicom: None,
        pixels: PixelHeader {
            rows: height,
            columns: width,
            n_frames: 1,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 16,
            is_signed: false,
            photometric: "MONOCHROME2".to_owned(),
            is_lossy: false,
        },
        spacing: None,
        windows: Vec::new(),
        orientation: None,
        view: None,
        body_part: None,
        acquired: Phi::default(),
        unit: None,
        warnings: Vec::new(),
    };
    let frame = Frame {
        width,
        height,
        samples,
    };
    Scan::new(header, vec![Arc::new(frame)])
}

pub(crate) fn note(text: &str) -> Note {
    Note::plain(text)
}

fn gray(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Scan {
    let samples = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| value(x, y))
        .collect();
    scan(width, height, Samples::Gray(samples))
}

/// Scanner units as they are, so that only the geometry acts.
fn spec(width: usize, height: usize, fit: Fit) -> ImageSpec {
    let intensity = Intensity::Fixed {
        low: 0.0,
        high: 1.0,
    };
    ImageSpec {
        width,
        height,
        channels: 1,
        colour: false,
        margin: 0.0,
        fit,
        intensity,
        mean: 0.0,
        std: 1.0,
        steps: Vec::new(),
        crop: None,
    }
}

#[derive(serde::Deserialize)]
struct Golden {
    name: String,
    fit: Fit,
    source: (usize, usize),
    target: (usize, usize),
    values: Vec<f32>,
}

#[test]
fn resampling_equals_pillow() {
    // tests/data/resample.py
    let goldens: Vec<Golden> = serde_json::from_str(include_str!("../data/resample.json")).unwrap();
    for Golden {
        name,
        fit,
        source,
        target,
        values,
    } in goldens
    {
        let scan = gray(source.0, source.1, |x, y| {
            ((7 * x + 13 * y + x * y) % 97) as f32 / 97.0
        });
        let found = prepare_scan(
            &scan,
            0,
            &spec(target.0, target.1, fit),
            &Warnings::default(),
        )
        .unwrap()
        .values;
        assert_eq!(found.len(), values.len(), "{name}");
        let worst = found
            .iter()
            .zip(&values)
            .map(|(a, b)| (a * 97.0 - b).abs())
            .fold(0.0, f32::max);
        assert!(worst < 1e-3, "{name}: {worst}");
    }
}

#[test]
fn four_megapixels_are_prepared_at_once() {
    let scan = gray(2048, 2048, |x, y| ((x * 31 + y * 17) % 4096) as f32);
    let spec = ImageSpec {
        intensity: Intensity::Quantiles {
            low: 0.01,
            high: 0.99,
        },
        ..spec(112, 112, Fit::Stretch)
    };
    let best = (0..5).map(|_| {
        let start = Instant::now();
        prepare_scan(&scan, 0, &spec, &Warnings::default()).unwrap();
        start.elapsed()
    });
    let best = best.min().unwrap();
    // 4 ms on an idle core; the bound leaves room for a busy machine.
    assert!(best.as_millis() < 100, "{best:?}");
}

#[test]
fn padding_pixels_have_no_say() {
    // The left half is padding; the right half runs from 0 to 1 down the picture.
    let scan = gray(
        64,
        64,
        |x, y| if x < 32 { f32::NAN } else { 5.0 + y as f32 },
    );
    let spec = ImageSpec {
        intensity: Intensity::Quantiles {
            low: 0.0,
            high: 1.0,
        },
        ..spec(16, 16, Fit::Stretch)
    };
    let found = prepare_scan(&scan, 0, &spec, &Warnings::default())
        .unwrap()
        .values;
    for row in found.chunks(16) {
        assert_eq!(row[..8], [0.0; 8]);
        assert!(
            row[8..].iter().all(|it| (it - row[8]).abs() < 1e-5),
            "{row:?}"
        );
    }
    assert!((found[8]).abs() < 1e-6 && (found[15 * 16 + 8] - 1.0).abs() < 1e-6);
}

#[test]
fn quantiles_ignore_a_bright_marker() {
    let plain = gray(64, 64, |x, y| (x + y) as f32);
    let marked = gray(64, 64, |x, y| {
        if x < 3 && y < 3 {
            30_000.0
        } else {
            (x + y) as f32
        }
    });
    let spec = ImageSpec {
        intensity: Intensity::Quantiles {
            low: 0.02,
            high: 0.98,
        },
        ..spec(32, 32, Fit::Stretch)
    };
    let [plain, marked] = [plain, marked].map(|it| {
        prepare_scan(&it, 0, &spec, &Warnings::default())
            .unwrap()
            .values
    });
    let n_changed = plain
        .iter()
        .zip(&marked)
        .filter(|(a, b)| 0.05 < (**a - **b).abs())
        .count();
    assert!(n_changed < 12, "{n_changed} of {}", plain.len());
}

#[test]
fn what_is_no_radiograph_is_refused() {
    let spec = spec(32, 32, Fit::Stretch);
    let prepare = |scan: &Scan| prepare_scan(scan, 0, &spec, &Warnings::default());
    assert!(matches!(
        prepare(&gray(1, 1, |_, _| 1.0)),
        Err(Error::TooSmall {
            width: 1,
            height: 1,
            ..
        })
    ));
    assert!(matches!(
        prepare(&gray(64, 64, |_, _| 7.0)),
        Err(Error::Blank { .. })
    ));
    assert!(matches!(
        prepare(&gray(64, 64, |_, _| f32::NAN)),
        Err(Error::Blank { .. })
    ));
    assert!(matches!(
        prepare_scan(
            &gray(64, 64, |x, _| x as f32),
            1,
            &spec,
            &Warnings::default()
        ),
        Err(Error::NoSuchFrame {
            frame_idx: 1,
            n_frames: 1
        })
    ));
    let photo = [200_u8, 90, 40].repeat(64 * 64);
    assert!(matches!(
        prepare(&scan(64, 64, Samples::Rgb(photo.into()))),
        Err(Error::Colour { percent: 100 })
    ));
}

#[test]
fn a_grey_picture_in_three_channels_is_read_and_a_coloured_mark_is_told() {
    let value = |idx: usize| (idx % 200) as u8;
    let mut rgb: Vec<u8> = (0..64 * 64)
        .flat_map(|idx| [value(idx), value(idx) + 3, value(idx)])
        .collect();
    let read = |rgb: &[u8]| {
        let warnings = Warnings::default();
        prepare_scan(
            &scan(64, 64, Samples::Rgb(rgb.into())),
            0,
            &spec(32, 32, Fit::Stretch),
            &warnings,
        )
        .unwrap();
        warnings.list()
    };
    assert_eq!(read(&rgb), []);
    rgb[..64 * 3].copy_from_slice(&[255, 0, 0].repeat(64));
    assert_eq!(
        read(&rgb).iter().map(|it| it.kind).collect::<Vec<_>>(),
        [WarningKind::Scope]
    );
}

#[test]
fn three_channels_repeat_the_grey_value() {
    let scan = gray(40, 40, |x, y| (x * y) as f32 / 1600.0);
    let one = prepare_scan(&scan, 0, &spec(20, 20, Fit::Stretch), &Warnings::default()).unwrap();
    let three = ImageSpec {
        channels: 3,
        ..spec(20, 20, Fit::Stretch)
    };
    let three = prepare_scan(&scan, 0, &three, &Warnings::default()).unwrap();
    assert_eq!(three.values, one.values.repeat(3));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A bright square lands where the map says that it lands, whatever the fit and the margin.
    #[test]
    fn the_map_to_the_scan_tells_where_a_pixel_came_from(
        width in 60_usize..200, height in 60_usize..200, at in (0.45_f32..0.55, 0.45_f32..0.55),
        margin in 0.0_f32..0.2, fit in prop_oneof![Just(Fit::Stretch), Just(Fit::CenterCrop), Just(Fit::Pad)],
    ) {
        let center = ((at.0 * width as f32).floor(), (at.1 * height as f32).floor());
        let near = |x: usize, y: usize| (x as f32 - center.0).abs() <= 2.0 && (y as f32 - center.1).abs() <= 2.0;
        let scan = gray(width, height, |x, y| f32::from(u8::from(near(x, y))));
        let spec = ImageSpec { margin, ..spec(64, 64, fit) };
        let input = prepare_scan(&scan, 0, &spec, &Warnings::default()).unwrap();
        let weight: f32 = input.values.iter().sum();
        prop_assume!(0.0 < weight);
        let cells = input.values.iter().enumerate();
        let (x, y) = cells.fold((0.0, 0.0), |(x, y), (idx, it)| {
            (x + it * ((idx % 64) as f32 + 0.5), y + it * ((idx / 64) as f32 + 0.5))
        });
        let (x, y) = input.scan_from_input.apply((x / weight, y / weight));
        // Half an input pixel, in pixels of the scan.
        let (wide, high) = (0.5 * input.scan_from_input.scale_x.max(1.0), 0.5 * input.scan_from_input.scale_y.max(1.0));
        prop_assert!((x - center.0 - 0.5).abs() <= wide && (y - center.1 - 0.5).abs() <= high, "{x} {y} for {center:?}");
        let back = input.scan_from_input.then(input.scan_from_input.inverse()).apply((12.0, 34.0));
        prop_assert!((back.0 - 12.0).abs() < 1e-2 && (back.1 - 34.0).abs() < 1e-2);
    }

    #[test]
    fn words_stand_on_character_boundaries_in_any_text(text in any::<String>()) {
        let mut end = 0;
        for span in words(&text) {
            prop_assert!(end <= span.start && span.start < span.end);
            prop_assert!(text.get(span.clone()).is_some(), "{span:?} in {text:?}");
            end = span.end;
        }
    }

    #[test]
    fn tokens_know_their_words_in_any_text(text in any::<String>()) {
        let tokenizer = tokenizer();
        match prepare_note(&note(&text), &SPEC, &tokenizer, &Warnings::default()) {
            Ok(input) => {
                for window in &input.windows {
                    prop_assert_eq!(window.ids.len(), window.word_idx.len());
                    prop_assert!(window.ids.len() <= SPEC.max_tokens);
                    prop_assert!(window.word_idx.iter().flatten().all(|it| *it < input.words.len()));
                }
            }
            Err(error) => prop_assert!(matches!(error, Error::EmptyNote | Error::NoteTooLong { .. }), "{error}"),
        }
    }
}

const SPEC: TextSpec = TextSpec {
    max_tokens: 16,
    overlap: 4,
    max_windows: 8,
    form: TextForm::Any,
};

const TEXT: &str = "The patient denies chest pain. The patient's lungs are clear; the heart is regular. Chest pain: none.";

fn tokenizer() -> Tokenizer {
    Tokenizer::parse(&train_tokenizer(&[TEXT; 4], 120).unwrap()).unwrap()
}

#[test]
fn windows_overlap_and_cover_the_note() {
    let tokenizer = tokenizer();
    let text = TEXT.repeat(2);
    let whole = TextSpec {
        max_tokens: 1000,
        overlap: 0,
        max_windows: 1,
        form: TextForm::Any,
    };
    let whole = prepare_note(&note(&text), &whole, &tokenizer, &Warnings::default()).unwrap();
    let cut = prepare_note(&note(&text), &SPEC, &tokenizer, &Warnings::default()).unwrap();
    let all = &whole.windows[0].ids[1..whole.windows[0].ids.len() - 1];
    let mut joined: Vec<i64> = Vec::new();
    for (idx, window) in cut.windows.iter().enumerate() {
        let body = &window.ids[1..window.ids.len() - 1];
        assert_eq!(
            (window.ids[0], window.ids[window.ids.len() - 1]),
            (
                whole.windows[0].ids[0],
                *whole.windows[0].ids.last().unwrap()
            )
        );
        let shared = if idx == 0 { 0 } else { SPEC.overlap };
        assert!(joined.ends_with(&body[..shared]));
        joined.extend(&body[shared..]);
    }
    assert_eq!(joined, all);
    let named: std::collections::BTreeSet<usize> = cut
        .windows
        .iter()
        .flat_map(|it| it.word_idx.iter().flatten().copied())
        .collect();
    assert_eq!(named.len(), cut.words.len());
}

#[test]
fn a_note_without_words_and_a_note_of_a_megabyte_are_refused() {
    let tokenizer = tokenizer();
    let prepare = |text: &str| prepare_note(&note(text), &SPEC, &tokenizer, &Warnings::default());
    assert!(matches!(prepare(" \n -- "), Err(Error::EmptyNote)));
    let found = prepare(&"chest pain ".repeat(100_000)).unwrap_err();
    assert!(
        matches!(found, Error::NoteTooLong { limit: 84, found } if 200_000 <= found),
        "{found}"
    );
}

#[test]
fn a_note_in_unknown_words_is_told() {
    let warnings = Warnings::default();
    prepare_note(
        &note("肺炎 рентген πνεύμονας"),
        &SPEC,
        &tokenizer(),
        &warnings,
    )
    .unwrap();
    assert_eq!(
        warnings.list().iter().map(|it| it.kind).collect::<Vec<_>>(),
        [WarningKind::Scope]
    );
}

#[test]
fn a_damaged_tokenizer_is_refused() {
    assert!(matches!(
        Tokenizer::parse(b"{}"),
        Err(Error::Tokenizer { .. })
    ));
    assert!(matches!(
        Tokenizer::parse(&[0xff; 64]),
        Err(Error::Tokenizer { .. })
    ));
}
