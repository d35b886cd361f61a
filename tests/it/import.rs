//! The front door of `import`: recognised by content, one typed error for each kind of bad input.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use image::{DynamicImage, ImageFormat};
use wardlight::{
    case::{Note, Samples, Scan},
    disk,
    import::{Cancel, Decoder, Error, Opened, Refusal, SandboxLevel, Settings},
};

use crate::dicom::decoder;

fn scan(opened: Result<Opened, Error>) -> Scan {
    match opened {
        Ok(Opened::Scan(scan)) => scan,
        other => panic!("wanted a scan, found {other:?}"),
    }
}

fn note(opened: Result<Opened, Error>) -> Note {
    match opened {
        Ok(Opened::Chart(chart)) => chart.only_note().unwrap().clone(),
        other => panic!("wanted a note, found {other:?}"),
    }
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gray(scan: &Scan) -> Vec<f32> {
    match &scan.frames()[0].samples {
        Samples::Gray(samples) => samples.to_vec(),
        Samples::Rgb(_) => panic!("wanted grey, found colour"),
    }
}

#[test]
fn grey_pictures_of_every_format_give_their_numbers() {
    let decoder = decoder();
    let eight = DynamicImage::ImageLuma8(
        image::ImageBuffer::from_raw(3, 2, vec![0, 1, 2, 253, 254, 255]).unwrap(),
    );
    for format in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Bmp] {
        let scan = scan(decoder.open_bytes(&encoded(&eight, format)));
        assert_eq!(
            (scan.frames()[0].width, scan.frames()[0].height),
            (3, 2),
            "{format:?}"
        );
        assert_eq!(
            gray(&scan),
            [0.0, 1.0, 2.0, 253.0, 254.0, 255.0],
            "{format:?}"
        );
        assert_eq!(
            scan.header.pixel_sha256,
            disk::Sha256::of(&[0, 1, 2, 253, 254, 255]),
            "{format:?}"
        );
    }
    let sixteen = DynamicImage::ImageLuma16(
        image::ImageBuffer::from_raw(2, 1, vec![258_u16, 65_535]).unwrap(),
    );
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let scan = scan(decoder.open_bytes(&encoded(&sixteen, format)));
        assert_eq!(gray(&scan), [258.0, 65_535.0], "{format:?}");
        assert_eq!(
            scan.header.pixel_sha256,
            disk::Sha256::of(&[2, 1, 255, 255]),
            "{format:?}"
        );
    }
}

#[test]
fn a_colour_photograph_opens_as_colour_and_a_grey_one_as_grey() {
    let decoder = decoder();
    let colour = DynamicImage::ImageRgb8(
        image::ImageBuffer::from_raw(2, 1, vec![255, 0, 0, 9, 9, 9]).unwrap(),
    );
    let opened = scan(decoder.open_bytes(&encoded(&colour, ImageFormat::Png)));
    assert_eq!(
        opened.frames()[0].samples,
        Samples::Rgb(vec![255, 0, 0, 9, 9, 9].into())
    );
    let grey = DynamicImage::ImageRgb8(
        image::ImageBuffer::from_raw(2, 1, vec![7, 7, 7, 9, 9, 9]).unwrap(),
    );
    assert_eq!(
        gray(&scan(decoder.open_bytes(&encoded(&grey, ImageFormat::Png)))),
        [7.0, 9.0]
    );
    let see_through =
        DynamicImage::ImageLumaA8(image::ImageBuffer::from_raw(1, 1, vec![7, 128]).unwrap());
    let opened = scan(decoder.open_bytes(&encoded(&see_through, ImageFormat::Png)));
    assert_eq!(gray(&opened), [7.0]);
    assert_eq!(
        opened.header.warnings.len(),
        1,
        "the loss of the transparency is told"
    );
}

#[test]
fn a_note_opens_whatever_its_file_is_called() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("import-names");
    disk::create_folder(&folder).unwrap();
    let path = folder.join("actually_text.dcm");
    disk::write_atomic(&path, "Chief complaint: dyspnoea.\r\nNo fever.".as_bytes()).unwrap();
    let opened = note(decoder().open(&path));
    assert_eq!(
        opened.text.reveal(),
        "Chief complaint: dyspnoea.\nNo fever."
    );
    assert_eq!(opened.encoding, "UTF-8");
}

#[test]
fn a_note_of_a_megabyte_opens_and_a_much_longer_one_is_named_too_large() {
    let decoder = decoder();
    assert_eq!(
        note(decoder.open_bytes(&b"word ".repeat(200_000)))
            .text
            .reveal()
            .len(),
        1_000_000
    );
    let too_long = decoder.open_bytes(&b"word ".repeat(4_000_000));
    assert!(
        matches!(too_long, Err(Error::Refused(Refusal::TooLarge { .. }))),
        "{too_long:?}"
    );
}

#[test]
fn bad_input_is_one_typed_error_each() {
    let decoder = decoder();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("import-bad");
    disk::create_folder(&folder).unwrap();
    assert!(matches!(
        decoder.open(&folder),
        Err(Error::Disk(disk::Error::NotAFile {
            found: "a folder",
            ..
        }))
    ));
    assert!(matches!(
        decoder.open(&folder.join("none")),
        Err(Error::Disk(disk::Error::Io { .. }))
    ));
    assert!(matches!(
        decoder.open(Path::new("/dev/null")),
        Err(Error::Disk(disk::Error::NotAFile { .. }))
    ));
    assert!(matches!(
        decoder.open_bytes(b""),
        Err(Error::Refused(Refusal::Empty))
    ));
    assert!(matches!(
        decoder.open_bytes(b"%PDF-1.4 ..."),
        Err(Error::Refused(Refusal::Malformed { .. }))
    ));
    let strangers: [&[u8]; 4] = [
        b"GIF89a...",
        b"PK\x03\x04....",
        b"\x7fELF....",
        b"\x00\x01\x02\x03",
    ];
    for bytes in strangers {
        assert!(matches!(
            decoder.open_bytes(bytes),
            Err(Error::Refused(Refusal::NotRecognised { .. }))
        ));
    }
    let pixel = DynamicImage::ImageLuma8(image::ImageBuffer::from_raw(1, 1, vec![7]).unwrap());
    assert_eq!(
        gray(&scan(
            decoder.open_bytes(&encoded(&pixel, ImageFormat::Png))
        )),
        [7.0],
        "a picture of one pixel is a picture"
    );
    let whole = encoded(&pixel, ImageFormat::Png);
    assert!(matches!(
        decoder.open_bytes(&whole[..whole.len() - 20]),
        Err(Error::Refused(Refusal::Codec { .. }))
    ));
}

#[test]
fn the_path_in_an_error_does_not_print() {
    let error = decoder()
        .open(Path::new("/nowhere/Erika Mustermann.dcm"))
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Erika"), "{error}");
}

#[test]
fn a_file_beyond_the_limit_is_refused_before_it_is_read() {
    let worker = Some(PathBuf::from(env!("CARGO_BIN_EXE_wardlight-decode")));
    let decoder = Decoder::start(Settings {
        worker,
        limit_bytes: 10,
        ..Settings::default()
    })
    .unwrap();
    let opened = decoder.open(Path::new("Cargo.toml"));
    assert!(
        matches!(
            opened,
            Err(Error::Disk(disk::Error::TooLarge {
                limit_bytes: 10,
                ..
            }))
        ),
        "{opened:?}"
    );
}

#[test]
fn a_missing_or_foreign_worker_is_told_and_a_silent_one_is_stopped() {
    let start = |worker: &str, timeout| {
        Decoder::start(Settings {
            worker: Some(PathBuf::from(worker)),
            timeout,
            ..Settings::default()
        })
    };
    assert!(matches!(
        start("/nowhere/wardlight-decode", Duration::from_secs(1)),
        Err(Error::NoWorker { .. })
    ));
    assert!(matches!(
        start("/bin/true", Duration::from_secs(1)),
        Err(Error::WorkerDied { .. })
    ));
    assert!(matches!(
        start("/bin/echo", Duration::from_secs(1)),
        Err(Error::WorkerDied { .. } | Error::Protocol { .. })
    ));
}

#[test]
fn a_decode_that_nobody_wants_or_that_takes_too_long_is_stopped() {
    let worker = Some(PathBuf::from(env!("CARGO_BIN_EXE_wardlight-decode")));
    let picture = encoded(&DynamicImage::new_luma8(4000, 4000), ImageFormat::Png);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("slow.png");
    disk::write_atomic(&path, &picture).unwrap();
    let hasty = Decoder::start(Settings {
        worker: worker.clone(),
        timeout: Duration::from_millis(1),
        ..Settings::default()
    })
    .unwrap();
    assert!(matches!(hasty.open(&path), Err(Error::Timeout { .. })));
    let patient = Decoder::start(Settings {
        worker,
        ..Settings::default()
    })
    .unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    assert!(matches!(
        patient.open_cancellable(&path, &cancel),
        Err(Error::Cancelled)
    ));
    assert_eq!(
        scan(patient.open(&path)).frames()[0].width,
        4000,
        "and the next one opens"
    );
}

#[test]
fn many_threads_share_one_decoder() {
    let decoder = decoder();
    std::thread::scope(|scope| {
        for number in 0..8_u8 {
            let decoder = &decoder;
            scope.spawn(move || {
                let text = format!("note {number}");
                assert_eq!(
                    note(decoder.open_bytes(text.as_bytes())).text.reveal(),
                    &text
                );
            });
        }
    });
}

#[test]
fn workers_are_confined() {
    let sandbox = decoder().sandbox().clone();
    println!("{sandbox:?}");
    assert_ne!(sandbox.level, SandboxLevel::None);
}

#[test]
fn four_megapixels_of_16_bits_open_quickly() {
    let samples: Vec<u16> = (0..2048_u32 * 2048)
        .map(|it| (it.wrapping_mul(2_654_435_761) >> 20) as u16)
        .collect();
    let mut fields = crate::made::Fields::gray(2048, 2048, 16);
    fields.pixels(samples.iter().flat_map(|it| it.to_le_bytes()).collect());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("four_megapixels.dcm");
    disk::write_atomic(&path, &fields.part10()).unwrap();
    let decoder = decoder();
    let mut millis: Vec<u128> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            assert_eq!(gray(&scan(decoder.open(&path))).len(), 2048 * 2048);
            begun.elapsed().as_millis()
        })
        .collect();
    millis.sort_unstable();
    println!("4-megapixel 16-bit DICOM, path to scan: {millis:?} ms");
    assert!(millis[0] < 200, "{millis:?}");
    fs::remove_file(path).unwrap();
}
