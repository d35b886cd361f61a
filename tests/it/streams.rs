//! One small stream of each codec, inside a DICOM file: the numbers that went in come out.

use wardlight::{
    case::{Samples, Scan},
    import::{Error, Opened, Refusal},
};

use crate::{dicom::decoder, made::Fields};

const J2K: &str = "1.2.840.10008.1.2.4.90";
const HTJ2K: &str = "1.2.840.10008.1.2.4.201";
const JPEG_EXTENDED: &str = "1.2.840.10008.1.2.4.51";
const JPEG_LOSSLESS: &str = "1.2.840.10008.1.2.4.70";
const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
const JPEG_XL: &str = "1.2.840.10008.1.2.4.110";

pub(crate) fn stream(name: &str) -> Vec<u8> {
    let lines = include_str!("../fixtures/streams.txt").lines();
    let hex = lines
        .filter_map(|it| it.split_once(' '))
        .find(|it| it.0 == name)
        .expect("a stream of that name")
        .1;
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// A grey picture of 3 x 4 that holds the stream.
fn gray(name: &str, syntax: &str, bits: u16) -> Fields {
    let mut fields = Fields::gray(3, 4, bits);
    fields.fragments(syntax, vec![stream(name)]);
    fields
}

fn colour(name: &str, syntax: &str, photometric: &str) -> Fields {
    let mut fields = Fields::colour(3, 4, photometric);
    fields.fragments(syntax, vec![stream(name)]);
    fields
}

#[track_caller]
fn open(fields: &Fields) -> Scan {
    match decoder().open_bytes(&fields.part10()) {
        Ok(Opened::Scan(scan)) => scan,
        other => panic!("wanted a scan, found {other:?}"),
    }
}

/// Checks that the samples are 0, `step`, 2 `step`… from `first` on.
#[track_caller]
fn check(fields: &Fields, first: i32, step: i32) {
    let frames = open(fields).frames();
    let Samples::Gray(samples) = &frames[0].samples else {
        panic!("wanted grey")
    };
    let expected: Vec<f32> = (0..12).map(|it| (first + it * step) as f32).collect();
    assert_eq!(samples.to_vec(), expected);
}

#[track_caller]
fn check_rgb(fields: &Fields) {
    let frames = open(fields).frames();
    let Samples::Rgb(samples) = &frames[0].samples else {
        panic!("wanted colour")
    };
    let expected: Vec<u8> = (0..36).map(|it| it * 7).collect();
    assert_eq!(samples.to_vec(), expected);
}

#[test]
fn lossless_streams_give_back_their_numbers() {
    check(&gray("J2K_UNSIGNED", J2K, 16), 0, 300);
    check(&gray("J2K_12", J2K, 12), 0, 300);
    check(&gray("HTJ2K", HTJ2K, 16), 0, 300);
    check(&gray("JXL_16", JPEG_XL, 16), 0, 300);
    check(&gray("JXL_12", JPEG_XL, 12), 0, 300);
    check(&gray("LJPEG_12", JPEG_LOSSLESS, 12), 0, 300);
    check(&gray("LJPEG_16", JPEG_LOSSLESS, 16), 0, 5700);
}

#[test]
fn colour_streams_give_back_their_pixels() {
    check_rgb(&colour("J2K_MCT", J2K, "YBR_RCT"));
    check_rgb(&colour("J2K_NOMCT", J2K, "RGB"));
    check_rgb(&colour("JXL_RGB", JPEG_XL, "RGB"));
    check_rgb(&colour("JLS_PLANAR", JPEG_LS, "RGB"));
}

#[test]
fn twelve_bit_lossy_jpeg_decodes() {
    let mut fields = Fields::gray(8, 8, 12);
    fields.fragments(JPEG_EXTENDED, vec![stream("JPEG_12")]);
    let frames = open(&fields).frames();
    let Samples::Gray(samples) = &frames[0].samples else {
        panic!("wanted grey")
    };
    assert!(
        samples.iter().all(|it| (it - 2345.0).abs() <= 1.0),
        "{samples:?}"
    );
}

#[test]
fn a_stream_and_a_header_that_disagree_on_the_sign_are_reconciled_or_refused() {
    let mut agreed = gray("J2K_SIGNED", J2K, 16);
    agreed.word(0x0028_0103, 1);
    check(&agreed, -1500, 300);
    let refused = decoder().open_bytes(&gray("J2K_SIGNED", J2K, 16).part10());
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::PixelContract { .. }))),
        "{refused:?}"
    );
    // Twelve bits read as signed: 2100 and above become 2100 - 4096 and above.
    let mut signed = gray("J2K_12", J2K, 12);
    signed.word(0x0028_0103, 1);
    let scan = open(&signed);
    let frames = scan.frames();
    let Samples::Gray(samples) = &frames[0].samples else {
        panic!("wanted grey")
    };
    assert_eq!(samples[6..8], [1800.0, -1996.0]);
    assert!(
        scan.header
            .warnings
            .iter()
            .any(|it| it.text.contains("sign")),
        "{:?}",
        scan.header.warnings
    );
}

#[test]
fn a_colour_transform_that_the_header_does_not_expect_is_refused() {
    for (name, photometric) in [("J2K_NOMCT", "YBR_RCT"), ("J2K_MCT", "YBR_FULL")] {
        let refused = decoder().open_bytes(&colour(name, J2K, photometric).part10());
        assert!(
            matches!(refused, Err(Error::Refused(Refusal::PixelContract { .. }))),
            "{name} {photometric}: {refused:?}"
        );
    }
}

#[test]
fn every_stream_cut_short_is_refused() {
    let streams = [
        ("J2K_UNSIGNED", J2K, 16),
        ("HTJ2K", HTJ2K, 16),
        ("JXL_16", JPEG_XL, 16),
        ("LJPEG_12", JPEG_LOSSLESS, 12),
    ];
    let decoder = decoder();
    for (name, syntax, bits) in streams {
        let whole = stream(name);
        for n_bytes in [whole.len() / 4, whole.len() / 2, whole.len() * 3 / 4] {
            let mut fields = Fields::gray(3, 4, bits);
            fields.fragments(syntax, vec![whole[..n_bytes].to_vec()]);
            let refused = decoder.open_bytes(&fields.part10());
            assert!(
                matches!(refused, Err(Error::Refused(_))),
                "{name} cut to {n_bytes}: {refused:?}"
            );
        }
    }
}
