//! What a DICOM picture must come out as, in each case where a library was measured to be silently wrong.
//! Every expected value is worked out by hand from the standard.

use wardlight::{
    case::{Samples, Scan, VoiFunction},
    import::{Error, Opened, Refusal},
};

use crate::{
    dicom::decoder,
    made::{DEFLATED, EXPLICIT_BE, Fields, IMPLICIT_LE, PIXEL_DATA},
};

const JPEG_BASELINE: &str = "1.2.840.10008.1.2.4.50";
const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
const RLE: &str = "1.2.840.10008.1.2.5";
const DEFLATED_FRAME: &str = "1.2.840.10008.1.2.8.1";
const PHOTOMETRIC: u32 = 0x0028_0004;
const PLANAR: u32 = 0x0028_0006;
const FRAMES: u32 = 0x0028_0008;
const SIGN: u32 = 0x0028_0103;
const PADDING: u32 = 0x0028_0120;
const CENTER: u32 = 0x0028_1050;
const WIDTH: u32 = 0x0028_1051;
const INTERCEPT: u32 = 0x0028_1052;
const SLOPE: u32 = 0x0028_1053;
const LUT_DESCRIPTOR: u32 = 0x0028_3002;
const LUT_DATA: u32 = 0x0028_3006;
const MODALITY_LUT: u32 = 0x0028_3000;
const SHARED: u32 = 0x5200_9229;
const PER_FRAME: u32 = 0x5200_9230;

#[track_caller]
fn open(bytes: &[u8]) -> Scan {
    match decoder().open_bytes(bytes) {
        Ok(Opened::Scan(scan)) => scan,
        other => panic!("wanted a scan, found {other:?}"),
    }
}

#[track_caller]
fn refusal(fields: &Fields) -> Refusal {
    match decoder().open_bytes(&fields.part10()) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("wanted a refusal, found {other:?}"),
    }
}

/// Checks the grey samples of all frames, one after the other. A missing one is `NaN`.
#[track_caller]
fn check(fields: &Fields, expected: &[f32]) {
    let scan = open(&fields.part10());
    let found: Vec<f32> = scan
        .frames()
        .iter()
        .flat_map(|it| gray(&it.samples))
        .collect();
    let is_same = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| found == expected || (found.is_nan() && expected.is_nan()));
    assert!(is_same, "wanted {expected:?}, found {found:?}");
}

#[track_caller]
fn check_rgb(fields: &Fields, expected: &[u8]) {
    let scan = open(&fields.part10());
    let found: Vec<u8> = scan
        .frames()
        .iter()
        .flat_map(|it| rgb(&it.samples))
        .collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn gray(samples: &Samples) -> Vec<f32> {
    match samples {
        Samples::Gray(samples) => samples.to_vec(),
        Samples::Rgb(_) => panic!("wanted grey, found colour"),
    }
}

#[track_caller]
fn rgb(samples: &Samples) -> Vec<u8> {
    match samples {
        Samples::Rgb(samples) => samples.to_vec(),
        Samples::Gray(_) => panic!("wanted colour, found grey"),
    }
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|it| it.to_le_bytes()).collect()
}

/// A 1 x 3 picture of 16 bits.
fn three(stored: [u16; 3]) -> Fields {
    let mut fields = Fields::gray(1, 3, 16);
    fields.pixels(words(&stored));
    fields
}

#[test]
fn signed_values_without_a_window_keep_their_sign() {
    let mut fields = three([0xFFFE, 0, 5]);
    fields.word(SIGN, 1);
    check(&fields, &[-2.0, 0.0, 5.0]);
}

#[test]
fn bits_above_the_stored_ones_are_cleared_or_follow_the_sign() {
    let mut fields = Fields::gray(1, 3, 12);
    fields.pixels(words(&[0xF123, 0x0FFF, 0x0800]));
    check(&fields, &[291.0, 4095.0, 2048.0]);
    fields.word(SIGN, 1);
    check(&fields, &[291.0, -1.0, -2048.0]);
}

#[test]
fn rescale_applies_also_from_an_element_of_unknown_representation() {
    let mut fields = three([0, 1, 1000]);
    fields
        .bytes(INTERCEPT, b"UN", *b"-1024 ")
        .bytes(SLOPE, b"UN", *b"2 ");
    check(&fields, &[-1024.0, -1022.0, 976.0]);
}

#[test]
fn a_rescale_that_makes_no_numbers_is_refused() {
    for slope in ["0", "NaN", "inf", "1e308", "abc"] {
        let mut fields = three([0, 1, 2]);
        fields.text(INTERCEPT, b"DS", "0").text(SLOPE, b"DS", slope);
        assert!(
            matches!(
                refusal(&fields),
                Refusal::PixelContract { .. } | Refusal::Malformed { .. }
            ),
            "{slope}"
        );
    }
}

#[test]
fn a_modality_table_maps_and_holds_its_end_values() {
    let mut table = Fields::default();
    // Three entries, the first for the stored number 10, of 16 bits.
    table
        .words(LUT_DESCRIPTOR, &[3, 10, 16])
        .words(LUT_DATA, &[500, 600, 65_535]);
    let mut fields = three([0, 11, 99]);
    fields.item(MODALITY_LUT, table);
    check(&fields, &[500.0, 600.0, 65_535.0]);
}

#[test]
fn monochrome1_is_turned_over_with_its_window() {
    let mut fields = Fields::gray(1, 2, 8);
    fields
        .text(PHOTOMETRIC, b"CS", "MONOCHROME1")
        .pixels(vec![0, 200]);
    fields.text(CENTER, b"DS", "100").text(WIDTH, b"DS", "50");
    check(&fields, &[255.0, 55.0]);
    // PS3.3 C.11.2.1.2: half a step off the middle, on the other side.
    let scan = open(&fields.part10());
    let window = &scan.header.windows[0];
    assert_eq!(
        (window.center, window.width, window.function),
        (156.0, 50.0, VoiFunction::Linear)
    );
    // Rescaled: from -10 to 500, which sum to 490.
    fields
        .text(INTERCEPT, b"DS", "-10")
        .text(SLOPE, b"DS", "2")
        .text(0x0028_1056, b"CS", "LINEAR_EXACT");
    check(&fields, &[500.0, 100.0]);
    assert_eq!(open(&fields.part10()).header.windows[0].center, 390.0);
}

#[test]
fn padding_is_missing_whatever_representation_its_element_has() {
    let mut fields = three([0xF830, 0, 7]);
    fields
        .word(SIGN, 1)
        .bytes(PADDING, b"US", 0xF830_u16.to_le_bytes());
    check(&fields, &[f32::NAN, 0.0, 7.0]);
    fields.bytes(0x0028_0121, b"SS", 0_i16.to_le_bytes());
    check(&fields, &[f32::NAN, f32::NAN, 7.0]);
}

#[test]
fn every_byte_order_gives_the_same_numbers() {
    let mut fields = three([1, 258, 65_535]);
    for syntax in [IMPLICIT_LE, EXPLICIT_BE, crate::made::EXPLICIT_LE] {
        fields.syntax = syntax.to_owned();
        check(&fields, &[1.0, 258.0, 65_535.0]);
    }
    let mut wide = Fields::gray(1, 2, 32);
    wide.bytes(PIXEL_DATA, b"OL", [0, 0, 0, 4, 1, 0, 0, 0]);
    let expected = [(1_u32 << 26) as f32, 1.0];
    check(&wide, &expected);
    // 32-bit numbers in a big-endian OW are turned round as a whole.
    wide.syntax = EXPLICIT_BE.to_owned();
    check(&wide, &expected);
    let mut file = wide.part10();
    let at = file.windows(2).rposition(|it| it == b"OL").unwrap();
    file[at..at + 2].copy_from_slice(b"OW");
    assert_eq!(gray(&open(&file).frames()[0].samples), expected);
}

#[test]
fn bytes_in_a_big_endian_ow_stand_swapped() {
    let mut fields = Fields::gray(1, 4, 8);
    fields.pixels(vec![1, 2, 3, 4]);
    fields.syntax = EXPLICIT_BE.to_owned();
    check(&fields, &[1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn swapped_bytes_run_across_frames_of_odd_size() {
    let mut fields = Fields::gray(1, 3, 8);
    fields
        .text(FRAMES, b"IS", "3")
        .pixels(vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    fields.syntax = EXPLICIT_BE.to_owned();
    check(&fields, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
}

#[test]
fn implicit_elements_under_an_explicit_promise_are_read_with_a_warning() {
    let mut fields = three([1, 2, 3]);
    fields.syntax = IMPLICIT_LE.to_owned();
    let mut file = crate::made::head(crate::made::EXPLICIT_LE);
    file.extend(fields.dataset());
    let scan = open(&file);
    assert_eq!(gray(&scan.frames()[0].samples), [1.0, 2.0, 3.0]);
    assert!(
        scan.header
            .warnings
            .iter()
            .any(|it| it.text.contains("implicit")),
        "{:?}",
        scan.header.warnings
    );
}

#[test]
fn deep_colours_are_brought_to_8_bits() {
    let mut fields = Fields::colour(1, 1, "RGB");
    fields
        .word(0x0028_0100, 16)
        .word(0x0028_0101, 12)
        .word(0x0028_0102, 11)
        .pixels(words(&[0, 2048, 4095]));
    check_rgb(&fields, &[0, 128, 255]);
    fields
        .word(0x0028_0100, 32)
        .word(0x0028_0101, 32)
        .word(0x0028_0102, 31);
    fields.bytes(
        PIXEL_DATA,
        b"OL",
        [0, u32::MAX / 2, u32::MAX]
            .iter()
            .flat_map(|it| it.to_le_bytes())
            .collect::<Vec<_>>(),
    );
    check_rgb(&fields, &[0, 127, 255]);
}

#[test]
fn frames_of_single_bits_follow_each_other_without_a_gap() {
    let mut fields = Fields::gray(3, 3, 1);
    // Eighteen bits, the first in the lowest: a cross, then its opposite.
    fields
        .text(FRAMES, b"IS", "2")
        .pixels(vec![0b1011_1010, 0b1000_1010, 0b10]);
    check(
        &fields,
        &[
            0., 1., 0., 1., 1., 1., 0., 1., 0., 1., 0., 1., 0., 0., 0., 1., 0., 1.,
        ],
    );
}

#[test]
fn floating_point_pixels_come_as_they_are() {
    let mut fields = Fields::gray(1, 2, 32);
    fields.bytes(
        0x7FE0_0008,
        b"OF",
        [0.25_f32, -1.5]
            .iter()
            .flat_map(|it| it.to_le_bytes())
            .collect::<Vec<_>>(),
    );
    check(&fields, &[0.25, -1.5]);
    let mut double = Fields::gray(1, 1, 32);
    double
        .word(0x0028_0100, 64)
        .bytes(0x7FE0_0009, b"OD", 0.125_f64.to_le_bytes());
    check(&double, &[0.125]);
}

#[test]
fn each_frame_has_its_own_rescale_and_the_first_its_window() {
    let frame = |slope: &str, center: &str| {
        let mut transformation = Fields::default();
        transformation
            .text(INTERCEPT, b"DS", "1")
            .text(SLOPE, b"DS", slope);
        let mut window = Fields::default();
        window
            .text(CENTER, b"DS", center)
            .text(WIDTH, b"DS", "10")
            .text(0x0028_1056, b"CS", "SIGMOID");
        let mut groups = Fields::default();
        groups
            .item(0x0028_9145, transformation)
            .item(0x0028_9132, window);
        groups
    };
    let mut fields = Fields::gray(1, 1, 16);
    fields.text(FRAMES, b"IS", "2").pixels(words(&[10, 10]));
    fields.element(
        PER_FRAME,
        b"SQ",
        crate::made::Content::Items(vec![frame("2", "5"), frame("3", "6")]),
    );
    check(&fields, &[21.0, 31.0]);
    let header = open(&fields.part10()).header;
    assert_eq!(
        (header.windows[0].center, header.windows[0].function),
        (5.0, VoiFunction::Sigmoid)
    );
    assert!(
        header
            .warnings
            .iter()
            .any(|it| it.text.contains("windows of their own")),
        "{:?}",
        header.warnings
    );
}

#[test]
fn a_broken_group_that_bears_on_the_pixels_is_refused_and_a_private_one_is_skipped() {
    let broken = [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0x00, 0x00, 1, 2];
    let mut fields = three([1, 2, 3]);
    fields.bytes(0x0009_1001, b"SQ", broken);
    check(&fields, &[1.0, 2.0, 3.0]);
    assert_eq!(
        open(&fields.part10())
            .header
            .warnings
            .iter()
            .filter(|it| it.text.contains("skipped"))
            .count(),
        1
    );
    let mut fields = three([1, 2, 3]);
    fields.bytes(SHARED, b"SQ", broken);
    assert!(matches!(refusal(&fields), Refusal::LengthBeyondEnd { .. }));
}

#[test]
fn a_palette_gives_its_colours() {
    let mut fields = Fields::gray(1, 4, 8);
    fields
        .text(PHOTOMETRIC, b"CS", "PALETTE COLOR")
        .pixels(vec![0, 1, 2, 9]);
    for (channel, table) in [[0x1000_u16, 0xFF00], [0x2000, 0], [0x3000, 0x80FF]]
        .iter()
        .enumerate()
    {
        let channel = channel as u32;
        fields.words(0x0028_1101 + channel, &[2, 1, 16]).bytes(
            0x0028_1201 + channel,
            b"OW",
            words(table),
        );
    }
    // The first entry is for the stored number 1; beyond the ends the end entries hold.
    check_rgb(
        &fields,
        &[
            0x10, 0x20, 0x30, 0x10, 0x20, 0x30, 0xFF, 0, 0x80, 0xFF, 0, 0x80,
        ],
    );
}

#[test]
fn a_segmented_palette_is_expanded() {
    let mut fields = Fields::gray(1, 5, 8);
    fields
        .text(PHOTOMETRIC, b"CS", "PALETTE COLOR")
        .pixels(vec![0, 1, 2, 3, 4]);
    for channel in 0..3 {
        // One discrete entry of 0, then a line of four steps to 1024.
        fields.words(0x0028_1101 + channel, &[5, 0, 16]).bytes(
            0x0028_1221 + channel,
            b"OW",
            words(&[0, 1, 0, 1, 4, 1024]),
        );
    }
    check_rgb(&fields, &[0, 1, 2, 3, 4].map(|it| [it; 3]).concat());
}

#[test]
fn ybr_becomes_rgb() {
    let mut fields = Fields::colour(1, 2, "YBR_FULL");
    // 76 + 1.402 * 127 = 254.05; 76 + 0.344 * 43 - 0.714 * 127 = 0.1; 76 - 1.772 * 43 = -0.2.
    fields.pixels(vec![76, 85, 255, 90, 128, 128]);
    check_rgb(&fields, &[254, 0, 0, 90, 90, 90]);
    let mut halved = Fields::colour(1, 2, "YBR_FULL_422");
    halved.pixels(vec![76, 90, 128, 128]);
    check_rgb(&halved, &[76, 76, 76, 90, 90, 90]);
}

#[test]
fn planes_become_pixels() {
    let mut fields = Fields::colour(1, 2, "RGB");
    fields.word(PLANAR, 1).pixels(vec![1, 4, 2, 5, 3, 6]);
    check_rgb(&fields, &[1, 2, 3, 4, 5, 6]);
    fields.word(PLANAR, 0);
    check_rgb(&fields, &[1, 4, 2, 5, 3, 6]);
}

/// An evenly coloured JPEG, marked as JFIF and so as YCbCr, with the colour that comes out of it as RGB.
fn jpeg(colour: [u8; 3]) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb(colour));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 100)
        .encode_image(&picture)
        .unwrap();
    bytes
}

#[test]
fn the_header_decides_whether_a_jpeg_is_converted() {
    let stream = jpeg([200, 100, 50]);
    let near = |fields: &Fields, expected: [u8; 3]| {
        let found = rgb(&open(&fields.part10()).frames()[0].samples);
        let is_near = found
            .as_chunks::<3>()
            .0
            .iter()
            .flatten()
            .zip(expected.iter().cycle())
            .all(|(found, expected)| found.abs_diff(*expected) <= 2);
        assert!(is_near, "wanted {expected:?}, found {:?}", &found[..3]);
    };
    let mut fields = Fields::colour(8, 8, "YBR_FULL");
    fields.fragments(JPEG_BASELINE, vec![stream.clone()]);
    near(&fields, [200, 100, 50]);
    // The samples as they stand: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124; 128 + 0.564 * (50 - 124) = 86;
    // 128 + 0.713 * (200 - 124) = 182.
    fields.text(PHOTOMETRIC, b"CS", "RGB");
    near(&fields, [124, 86, 182]);
    let warnings = open(&fields.part10()).header.warnings;
    assert!(
        warnings.iter().any(|it| it.text.contains("YCbCr")),
        "{warnings:?}"
    );
}

#[test]
fn a_stream_of_another_size_or_cut_short_is_refused() {
    let stream = jpeg([1, 2, 3]);
    let mut larger = Fields::colour(8, 16, "YBR_FULL");
    larger.fragments(JPEG_BASELINE, vec![stream.clone()]);
    assert!(matches!(refusal(&larger), Refusal::PixelContract { .. }));
    let mut cut = Fields::colour(8, 8, "YBR_FULL");
    cut.fragments(JPEG_BASELINE, vec![stream[..stream.len() - 6].to_vec()]);
    assert!(
        matches!(refusal(&cut), Refusal::Codec { .. }),
        "{:?}",
        refusal(&cut)
    );
}

fn jpeg_ls(samples: &[u8], columns: u32, components: i32, mode: charls::InterleaveMode) -> Vec<u8> {
    let info = charls::FrameInfo {
        width: columns,
        height: 1,
        bits_per_sample: 8,
        component_count: components,
    };
    let mut codec = charls::CharLS::default();
    codec.set_interleave_mode(mode).ok();
    codec.encode(info, 0, samples).unwrap()
}

#[test]
fn fragments_are_sorted_to_frames() {
    let stream = jpeg_ls(&[9, 8, 7, 6], 4, 1, charls::InterleaveMode::None);
    let (first, rest) = stream.split_at(10);
    let (second, third) = rest.split_at(10);
    let mut one = Fields::gray(1, 4, 8);
    one.fragments(JPEG_LS, [first, second, third].map(<[u8]>::to_vec).to_vec());
    check(&one, &[9.0, 8.0, 7.0, 6.0]);
    // Two frames in three fragments, without an offset table: a frame begins where a stream does.
    let mut two = Fields::gray(1, 4, 8);
    two.text(FRAMES, b"IS", "2")
        .fragments(JPEG_LS, vec![first.to_vec(), rest.to_vec(), stream.clone()]);
    check(&two, &[9.0, 8.0, 7.0, 6.0, 9.0, 8.0, 7.0, 6.0]);
    two.text(FRAMES, b"IS", "3")
        .fragments(JPEG_LS, vec![stream.clone(), stream]);
    assert!(matches!(refusal(&two), Refusal::PixelContract { .. }));
}

#[test]
fn jpeg_ls_in_colour_has_its_pixels_together() {
    let mut fields = Fields::colour(1, 2, "RGB");
    fields.fragments(
        JPEG_LS,
        vec![jpeg_ls(
            &[1, 4, 2, 5, 3, 6],
            2,
            3,
            charls::InterleaveMode::None,
        )],
    );
    check_rgb(&fields, &[1, 2, 3, 4, 5, 6]);
}

/// RLE segments behind their header, each as one literal run.
fn rle(segments: &[&[u8]]) -> Vec<u8> {
    let mut header = vec![segments.len() as u32];
    let mut body = Vec::new();
    for segment in segments {
        header.push(64 + body.len() as u32);
        body.push(segment.len() as u8 - 1);
        body.extend_from_slice(segment);
    }
    header.resize(16, 0);
    header
        .iter()
        .flat_map(|it| it.to_le_bytes())
        .chain(body)
        .collect()
}

#[test]
fn rle_of_every_width_puts_its_bytes_together() {
    let mut wide = Fields::gray(1, 2, 32);
    wide.fragments(RLE, vec![rle(&[&[0, 1], &[0, 2], &[1, 3], &[44, 4]])]);
    check(&wide, &[300.0, 16_909_060.0]);
    let mut colour = Fields::colour(1, 2, "RGB");
    colour.fragments(RLE, vec![rle(&[&[1, 4], &[2, 5], &[3, 6]])]);
    check_rgb(&colour, &[1, 2, 3, 4, 5, 6]);
    let mut bits = Fields::gray(1, 10, 1);
    bits.fragments(RLE, vec![rle(&[&[0b101, 0b10]])]);
    check(&bits, &[1., 0., 1., 0., 0., 0., 0., 0., 0., 1.]);
    let mut short = Fields::gray(1, 3, 8);
    short.fragments(RLE, vec![rle(&[&[1, 2]])]);
    assert!(matches!(refusal(&short), Refusal::PixelContract { .. }));
}

/// Raw deflate without compression, RFC 1951 3.2.4: one stored block.
fn stored_block(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    [
        &[1],
        length.to_le_bytes().as_slice(),
        (!length).to_le_bytes().as_slice(),
        bytes,
    ]
    .concat()
}

#[test]
fn deflated_files_and_deflated_frames_open() {
    let mut fields = three([1, 2, 3]);
    let mut file = crate::made::head(DEFLATED);
    file.extend(stored_block(&fields.dataset()));
    assert_eq!(gray(&open(&file).frames()[0].samples), [1.0, 2.0, 3.0]);
    fields.fragments(DEFLATED_FRAME, vec![stored_block(&words(&[4, 5, 6]))]);
    check(&fields, &[4.0, 5.0, 6.0]);
}

#[test]
fn files_without_preamble_or_meta_group_open_with_a_warning() {
    for syntax in [crate::made::EXPLICIT_LE, IMPLICIT_LE] {
        let mut fields = three([1, 2, 3]);
        fields.syntax = syntax.to_owned();
        let scan = open(&fields.dataset());
        assert_eq!(gray(&scan.frames()[0].samples), [1.0, 2.0, 3.0], "{syntax}");
        assert_eq!(scan.header.dicom.unwrap().transfer_syntax, syntax);
        let with_meta = fields.part10().split_off(132);
        assert_eq!(
            gray(&open(&with_meta).frames()[0].samples),
            [1.0, 2.0, 3.0],
            "{syntax}"
        );
    }
}

#[test]
fn a_preamble_that_is_another_program_is_told() {
    let mut file = three([1, 2, 3]).part10();
    file[..4].copy_from_slice(b"\x7fELF");
    let warnings = open(&file).header.warnings;
    assert!(
        warnings.iter().any(|it| it.text.contains("preamble")),
        "{warnings:?}"
    );
}

#[test]
fn a_wrong_high_bit_and_a_wrong_length_are_refused() {
    let mut fields = three([1, 2, 3]);
    fields.word(0x0028_0102, 11);
    assert_eq!(
        refusal(&fields).to_string(),
        "wanted high bit 15, found 11: the pixels do not fit their description"
    );
    let mut fields = Fields::gray(4096, 4096, 16);
    fields.pixels(vec![0; 200]);
    assert_eq!(
        refusal(&fields).to_string(),
        "wanted 33554432 bytes of pixel data, found 200: the pixels do not fit their description"
    );
}

#[test]
fn the_header_tells_patient_time_and_geometry() {
    let mut fields = three([1, 2, 3]);
    fields
        .text(0x0008_0005, b"CS", "ISO_IR 192")
        .text(0x0010_0010, b"PN", "Wang^XiaoDong=王^小东")
        .text(0x0010_0020, b"LO", "4711");
    fields
        .text(0x0010_1010, b"AS", "018M")
        .text(0x0010_0040, b"CS", "F")
        .text(0x0008_0060, b"CS", "DX");
    fields
        .text(0x0008_0020, b"DA", "20260229")
        .text(0x0008_0030, b"TM", "134501.5");
    fields
        .text(0x0018_5101, b"CS", "PA")
        .text(0x0018_0015, b"CS", "CHEST")
        .text(0x0018_1164, b"DS", "0.143\\0.144");
    fields
        .text(0x0020_0037, b"DS", "1\\0\\0\\0\\0\\-1")
        .text(CENTER, b"DS", "40\\300")
        .text(WIDTH, b"DS", "400\\0");
    fields.text(0x0028_1055, b"LO", "LUNG\\BONE");
    let header = open(&fields.part10()).header;
    assert_eq!(header.subject.name.reveal(), "Wang^XiaoDong=王^小东");
    assert_eq!(header.subject.patient_id.reveal(), "4711");
    assert_eq!(
        (header.subject.age_years, header.subject.sex.as_deref()),
        (Some(1.5), Some("F"))
    );
    assert_eq!(
        header.acquired.reveal().as_deref(),
        Some("2026-02-29 13:45")
    );
    assert_eq!(
        (header.view.as_deref(), header.body_part.as_deref()),
        (Some("PA"), Some("CHEST"))
    );
    assert_eq!(header.orientation, Some(["L".to_owned(), "F".to_owned()]));
    let spacing = header.spacing.unwrap();
    assert_eq!(
        (spacing.row_mm, spacing.column_mm, spacing.source),
        (0.143, 0.144, wardlight::case::SpacingSource::Detector)
    );
    assert_eq!(header.windows.len(), 1, "a window of width 0 is none");
    assert_eq!(header.windows[0].name.as_deref(), Some("LUNG"));
    assert!(
        !format!("{header:?}").contains("Wang"),
        "a header that is printed names nobody"
    );
}

#[test]
fn the_spacing_of_a_projection_says_how_it_came_about() {
    use wardlight::case::SpacingSource;
    const IMAGER: u32 = 0x0018_1164;
    const FACTOR: u32 = 0x0018_1114;
    const PIXEL: u32 = 0x0028_0030;
    const CALIBRATION: u32 = 0x0028_0A02;
    let found = |elements: &[(u32, &[u8; 2], &str)]| {
        let mut fields = Fields::gray(1, 1, 8);
        fields.pixels(vec![1]).text(0x0008_0060, b"CS", "MG");
        for (tag, vr, text) in elements {
            fields.text(*tag, vr, text);
        }
        let spacing = open(&fields.part10()).header.spacing.unwrap();
        (spacing.row_mm, spacing.source)
    };
    let imager = (IMAGER, b"DS", "0.1\\0.1");
    assert_eq!(found(&[imager]), (0.1, SpacingSource::Detector));
    assert_eq!(
        found(&[imager, (FACTOR, b"DS", "1.25")]),
        (0.08, SpacingSource::Corrected)
    );
    assert_eq!(
        found(&[imager, (FACTOR, b"DS", "nonsense")]),
        (0.1, SpacingSource::Detector)
    );
    let own = (PIXEL, b"DS", "0.09\\0.09");
    assert_eq!(found(&[imager, own]), (0.09, SpacingSource::Calibrated));
    for (term, wanted) in [
        ("FIDUCIAL", SpacingSource::Calibrated),
        ("GEOMETRY", SpacingSource::Corrected),
    ] {
        let calibrated = [imager, own, (CALIBRATION, b"CS", term)];
        assert_eq!(found(&calibrated), (0.09, wanted));
    }
}
