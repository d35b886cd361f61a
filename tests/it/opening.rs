//! Opening folders, DICOMDIR and archives, through the front door: what is in them comes, one by one, and the rest is told.

use std::{
    io::{Cursor, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

use wardlight::{
    case::{
        Scan,
        packed::Kept,
        scan::Rescale,
        stack::{Finding, Order, Studies},
        worklist::Row,
    },
    disk,
    import::{Cancel, Decoder, Error, Found, LeftOut, Notice, Opened, Origin, Refusal},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    dicom::{decoder, shared_data},
    made::{Content, Fields},
};

/// Everything that came of opening something.
#[derive(Default)]
struct Came {
    opened: Vec<(Origin, Opened)>,
    presented: Vec<Origin>,
    listed: Vec<(Origin, Vec<Row>)>,
    refused: Vec<(Origin, Error)>,
    notices: Vec<Notice>,
    progress: Vec<(usize, usize)>,
}

impl Came {
    fn scans(&self) -> Vec<(&Origin, &Scan)> {
        let scans = self
            .opened
            .iter()
            .filter_map(|(from, opened)| match opened {
                Opened::Scan(scan) => Some((from, scan)),
                Opened::Chart(_) => None,
            });
        scans.collect()
    }

    /// The names of what was opened, in the order of the files.
    fn names(&self) -> Vec<String> {
        let mut opened: Vec<&Origin> = self.opened.iter().map(|it| &it.0).collect();
        opened.sort_by_key(|it| it.number);
        opened.iter().map(|it| it.name().reveal().clone()).collect()
    }

    fn left_out(&self) -> LeftOut {
        let told = self.notices.iter().filter_map(|it| match it {
            Notice::LeftOut(left_out) => Some(*left_out),
            _ => None,
        });
        let told: Vec<LeftOut> = told.collect();
        assert!(told.len() < 2, "one line");
        told.first().copied().unwrap_or_default()
    }

    fn studies(&self) -> Studies {
        let mut studies = Studies::default();
        for (from, scan) in self.scans() {
            studies.insert(&scan.header, from.number);
        }
        studies
    }
}

fn open(decoder: &Decoder, paths: &[&Path]) -> Came {
    let paths: Vec<PathBuf> = paths.iter().map(|it| it.to_path_buf()).collect();
    let mut came = Came::default();
    decoder.open_given(&paths, &Cancel::default(), &mut |it| {
        match it {
            Found::Progress { done, total } => came.progress.push((done, total)),
            Found::Opened { from, opened } => came.opened.push((from, *opened)),
            Found::Presented { from, .. } => came.presented.push(from),
            Found::Listed { from, rows } => came.listed.push((from, rows)),
            Found::Refused { from, error } => came.refused.push((from, error)),
            Found::Noticed { notice, .. } => came.notices.push(notice),
        }
        ControlFlow::Continue(())
    });
    came
}

/// An empty folder of this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("opening")
        .join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    disk::create_folder(&folder).unwrap();
    folder
}

fn put(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    let path = path.as_ref();
    disk::create_folder(path.parent().unwrap()).unwrap();
    disk::write_atomic(path, bytes.as_ref()).unwrap();
}

/// A CT slice of `side` x `side` at a height in mm.
fn slice(side: u16, idx: u16, patient: &str) -> Fields {
    let mut fields = Fields::gray(side, side, 16);
    let z = -2.5 * f64::from(idx);
    fields
        .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.2")
        .text(0x0008_0018, b"UI", &format!("1.2.3.4.{idx}"))
        .text(0x0008_0060, b"CS", "CT")
        .text(0x0008_103E, b"LO", "Chest 2.5 mm")
        .text(0x0010_0010, b"PN", patient)
        .text(0x0010_0020, b"LO", "17")
        .text(0x0018_0050, b"DS", "2.5")
        .text(0x0020_000D, b"UI", "1.2.3")
        .text(0x0020_000E, b"UI", "1.2.3.4")
        .text(0x0020_0011, b"IS", "3")
        .text(0x0020_0013, b"IS", &(idx + 1).to_string())
        .text(0x0020_0032, b"DS", &format!("-180\\-170\\{z}"))
        .text(0x0020_0037, b"DS", "1\\0\\0\\0\\1\\0")
        .text(0x0020_0052, b"UI", "1.2.3.9")
        .text(0x0020_0062, b"CS", "U")
        .text(0x0008_0022, b"DA", "20240131")
        .text(0x0008_0032, b"TM", "101500.25")
        .text(0x0028_0030, b"DS", "0.7\\0.8")
        .text(0x0028_1052, b"DS", "-1024")
        .text(0x0028_1053, b"DS", "1");
    // A slope of grey and some noise, different in each slice.
    let noise = |it: u32| (it.wrapping_mul(2_654_435_761) >> 24) as u16;
    let seed = u32::from(idx) << 20;
    let samples =
        (0..u32::from(side) * u32::from(side)).map(|it| 900 + noise(it ^ seed) + (it % 64) as u16);
    fields.pixels(samples.flat_map(u16::to_le_bytes).collect());
    fields
}

fn series(folder: &Path, n: u16) {
    for idx in 0..n {
        put(
            folder.join(format!("IM{idx}")),
            slice(32, idx, "Mustermann^Erika").part10(),
        );
    }
}

#[test]
fn a_folder_opens_in_order_and_what_is_no_image_is_told_in_one_line() {
    let home = folder("tree");
    series(&home.join("a"), 12);
    put(home.join("a/README.txt"), "Burned by the scanner.");
    put(home.join("a/LICENSE"), "All rights reserved.");
    put(home.join("b/notes.rtf"), b"{\\rtf1 Cough.}");
    put(home.join("b/viewer.exe"), b"MZ\0\0 a viewer");
    put(home.join("b/more.zip"), zip(&[("IM1", b"x".as_slice())]));
    put(home.join("b/.DS_Store"), "hidden");
    put(home.join(".cache/IM99"), slice(32, 99, "Hidden").part10());
    put(home.join("b/empty.dcm"), b"");
    put(home.join("b/random.bin"), [7, 0, 1, 0, 9, 0, 200, 0]);
    // A loop, a second way to a file, and a link to nowhere.
    std::os::unix::fs::symlink(&home, home.join("b/loop")).unwrap();
    std::os::unix::fs::symlink(home.join("a/IM3"), home.join("b/IM3 again")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", home.join("b/nowhere")).unwrap();
    let came = open(&decoder(), &[&home]);
    assert!(came.refused.is_empty(), "{:?}", came.refused);
    let expected: Vec<String> = (0..12).map(|it| format!("IM{it}")).collect();
    assert_eq!(came.names(), expected, "as a person counts");
    let left_out = LeftOut {
        n_charts: 3,
        n_archives: 1,
        n_hidden: 2,
        n_empty: 1,
        n_others: 3,
        n_without_pixels: 0,
    };
    assert_eq!(came.left_out(), left_out);
    assert!(
        came.notices.contains(&Notice::Loops { n: 2 }),
        "{:?}",
        came.notices
    );
    assert_eq!(came.notices.len(), 2, "{:?}", came.notices);
    let last = came.progress.last().unwrap();
    assert!(
        last.0 == last.1 && came.progress.is_sorted(),
        "{:?}",
        came.progress
    );
    // What was told says no name of a file.
    let told = format!("{:?} {}", came.notices, came.notices[1]);
    assert!(!told.contains("IM3") && !told.contains("README"), "{told}");

    let studies = came.studies();
    let (_, head, stacks) = studies.iter().next().unwrap();
    assert_eq!(head.description.reveal(), "Chest 2.5 mm");
    assert_eq!(head.number, Some(3));
    let stack = stacks.iter().next().unwrap();
    assert_eq!((stacks.iter().len(), stack.order()), (1, Order::Position));
    let files: Vec<u64> = stack.slices().iter().map(|it| it.id.file).collect();
    assert_eq!(
        files,
        (0..12).rev().collect::<Vec<_>>(),
        "from the feet to the head"
    );
    assert_eq!(stack.distances_mm(), [2.5; 11]);
    let dicom = came.scans()[0].1.header.dicom.clone().unwrap();
    assert_eq!(dicom.acquisition_time.reveal(), "20240131101500.25");
    assert_eq!(dicom.slice_thickness_mm, Some(2.5));
    assert_eq!(dicom.laterality.as_deref(), Some("U"));
    assert_eq!(dicom.frame_of_reference_uid.reveal(), "1.2.3.9");
}

#[test]
fn a_folder_that_holds_only_documents_opens_them_and_an_empty_one_says_so() {
    let home = folder("documents");
    put(home.join("note.txt"), "Cough for three days.");
    put(home.join("second.txt"), "No fever.");
    let decoder = decoder();
    let came = open(&decoder, &[&home]);
    assert_eq!(came.names(), ["note.txt", "second.txt"]);
    assert_eq!(came.notices, []);
    // A file that is given by itself is opened whatever it is.
    let came = open(&decoder, &[&home.join("note.txt")]);
    assert!(matches!(came.opened[0].1, Opened::Chart(_)));
    let empty = folder("empty");
    assert_eq!(open(&decoder, &[&empty]).notices, [Notice::Nothing]);
    let came = open(&decoder, &[&empty.join("missing")]);
    assert!(matches!(
        came.refused[..],
        [(_, Error::Disk(disk::Error::Io { .. }))]
    ));
}

#[test]
fn folders_that_are_too_deep_or_closed_are_told_and_the_rest_opens() {
    let home = folder("deep");
    series(&home, 1);
    let deep = (0..40).fold(home.clone(), |it, _| it.join("d"));
    series(&deep, 1);
    let closed = home.join("closed");
    disk::create_folder(&closed).unwrap();
    disk::restrict(&closed, 0).unwrap();
    let came = open(&decoder(), &[&home]);
    disk::restrict(&closed, 0o700).unwrap();
    assert_eq!(came.names(), ["IM0"]);
    assert!(
        came.notices.contains(&Notice::TooDeep { limit: 32, n: 1 }),
        "{:?}",
        came.notices
    );
    // Whoever runs the tests as root may read everything.
    let n_closed = came
        .notices
        .iter()
        .filter(|it| matches!(it, Notice::Unreadable { .. }))
        .count();
    let is_root = std::fs::metadata("/proc/self")
        .is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    assert_eq!(n_closed, usize::from(!is_root));
}

#[test]
fn two_patients_in_one_folder_with_equal_uids_are_flagged_and_never_merged() {
    let home = folder("patients");
    for idx in 0..3 {
        put(
            home.join(format!("a{idx}")),
            slice(32, idx, "Mustermann^Erika").part10(),
        );
        put(
            home.join(format!("b{idx}")),
            slice(32, idx, "Mustermann^Max").part10(),
        );
    }
    let came = open(&decoder(), &[&home]);
    let mut studies = Studies::default();
    let mut n_flagged = 0;
    for (from, scan) in came.scans() {
        let inserted = studies.insert(&scan.header, from.number).unwrap();
        n_flagged += usize::from(!inserted.same_uid.is_empty());
    }
    assert_eq!(studies.iter().len(), 2);
    assert!((1..6).contains(&n_flagged), "{n_flagged}");
    for (_, head, stacks) in studies.iter() {
        let stack = stacks.iter().next().unwrap();
        assert_eq!((stacks.iter().len(), stack.slices().len()), (1, 3));
        assert_eq!(
            stack.findings(),
            [],
            "no slice of the other patient at the same place"
        );
        assert!(head.subject.name.reveal().starts_with("Mustermann^"));
    }
}

#[test]
fn a_file_that_is_refused_does_not_touch_its_neighbours() {
    let home = folder("neighbours");
    series(&home, 20);
    let mut cut = slice(32, 50, "Cut").part10();
    cut.truncate(cut.len() - 100);
    put(home.join("IM7"), &cut);
    put(home.join("IM13"), &cut);
    let came = open(&decoder(), &[&home]);
    assert_eq!(came.opened.len(), 18);
    let mut names: Vec<String> = came
        .refused
        .iter()
        .map(|it| it.0.name().reveal().clone())
        .collect();
    names.sort();
    assert_eq!(names, ["IM13", "IM7"]);
    assert!(
        came.refused
            .iter()
            .all(|it| matches!(it.1, Error::Refused(Refusal::LengthBeyondEnd { .. })))
    );
    // Each is what it is when it is opened alone.
    let decoder = decoder();
    for (from, scan) in came.scans() {
        let Ok(Opened::Scan(alone)) = decoder.open(from.path.reveal()) else {
            panic!("it opened in its folder")
        };
        assert_eq!(alone.header, scan.header);
        assert_eq!(alone.frames(), scan.frames());
    }
}

#[test]
fn opening_stops_between_files_when_nobody_listens_and_when_it_is_cancelled() {
    let home = folder("cancel");
    series(&home, 60);
    let decoder = decoder();
    let mut n_opened = 0;
    decoder.open_given(std::slice::from_ref(&home), &Cancel::default(), &mut |it| {
        n_opened += usize::from(matches!(it, Found::Opened { .. }));
        if n_opened == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(n_opened, 3);
    let cancel = Cancel::default();
    let mut n_opened = 0;
    decoder.open_given(&[home], &cancel, &mut |it| {
        n_opened += usize::from(matches!(it, Found::Opened { .. }));
        if n_opened == 3 {
            cancel.cancel();
        }
        assert!(
            !matches!(it, Found::Refused { .. } | Found::Noticed { .. }),
            "{it:?}"
        );
        ControlFlow::Continue(())
    });
    assert!((3..20).contains(&n_opened), "{n_opened}");
}

/// A DICOMDIR of one patient, study and series, whose records name these files.
fn dicomdir(names: &[&str]) -> Vec<u8> {
    let record = |kind: &str, name: Option<&str>| {
        let mut record = Fields::default();
        record
            .bytes(0x0004_1400, b"UL", vec![0; 4])
            .word(0x0004_1410, 0xFFFF)
            .bytes(0x0004_1420, b"UL", vec![0; 4])
            .text(0x0004_1430, b"CS", kind);
        if let Some(name) = name {
            record.text(0x0004_1500, b"CS", name);
        }
        record
    };
    let mut records = vec![
        record("PATIENT", None),
        record("STUDY", None),
        record("SERIES", None),
    ];
    records.extend(names.iter().map(|it| record("IMAGE", Some(it))));
    let mut set = Fields::default();
    crate::made::EXPLICIT_LE.clone_into(&mut set.syntax);
    set.text(0x0004_1130, b"CS", "DISC")
        .element(0x0004_1220, b"SQ", Content::Items(records));
    // The meta group of the helper has no SOP class: written here.
    let mut meta = Fields::default();
    meta.text(0x0002_0002, b"UI", "1.2.840.10008.1.3.10").text(
        0x0002_0010,
        b"UI",
        crate::made::EXPLICIT_LE,
    );
    crate::made::EXPLICIT_LE.clone_into(&mut meta.syntax);
    [
        vec![0; 128],
        b"DICM".to_vec(),
        meta.dataset(),
        set.dataset(),
    ]
    .concat()
}

#[test]
fn a_dicomdir_opens_the_files_that_it_names_and_no_others() {
    let home = folder("disc");
    let disc = home.join("disc");
    series(&disc.join("DICOM/S1"), 4);
    put(home.join("secret"), slice(32, 70, "Other^Patient").part10());
    put(
        disc.join("dicom2/im9"),
        slice(32, 9, "Mustermann^Erika").part10(),
    );
    put(
        disc.join("IGNORED"),
        slice(32, 71, "Mustermann^Erika").part10(),
    );
    std::os::unix::fs::symlink(home.join("secret"), disc.join("LINK")).unwrap();
    let absolute = home.join("secret").to_string_lossy().into_owned();
    let names = [
        "DICOM\\S1\\IM0",
        "DICOM\\S1\\IM1",
        "DICOM\\S1\\IM1",
        "DICOM\\S1\\IM3",
        // A disc that was copied by a system that likes small letters.
        "DICOM2\\IM9",
        "DICOM\\S1\\IM77",
        "DICOM\\S2\\IM0",
        "..\\secret",
        "DICOM\\..\\..\\secret",
        &absolute,
        "LINK",
        "a\\b\\c\\d\\e\\f\\g\\h\\i",
        "DICOM/S1/IM2",
    ];
    put(disc.join("DICOMDIR"), dicomdir(&names));
    let decoder = decoder();
    let came = open(&decoder, &[&disc.join("DICOMDIR")]);
    assert_eq!(came.names(), ["IM0", "IM1", "IM3", "im9"]);
    assert!(came.refused.is_empty(), "{:?}", came.refused);
    assert_eq!(
        came.notices,
        [
            Notice::Missing { n: 2, n_named: 12 },
            Notice::Outside { n: 6 }
        ]
    );
    assert!(
        came.opened
            .iter()
            .all(|it| it.0.given.reveal().ends_with("DICOMDIR"))
    );
    // The folder holds them all, and each is opened once; what the DICOMDIR lacks is told all the same. The link is a
    // person's own doing there.
    let came = open(&decoder, &[&disc]);
    let mut names = came.names();
    names.sort();
    assert_eq!(
        names,
        ["IGNORED", "IM0", "IM1", "IM2", "IM3", "LINK", "im9"]
    );
    assert!(
        came.notices
            .contains(&Notice::Missing { n: 2, n_named: 12 }),
        "{:?}",
        came.notices
    );
}

#[test]
fn a_dicomdir_that_is_broken_is_refused_and_an_empty_one_says_so() {
    let home = folder("broken-disc");
    let whole = dicomdir(&["IM0"]);
    put(home.join("DICOMDIR"), &whole[..whole.len() - 30]);
    let decoder = decoder();
    let came = open(&decoder, &[&home.join("DICOMDIR")]);
    assert!(
        came.opened.is_empty() && matches!(came.refused[..], [(_, Error::Refused(_))]),
        "{:?}",
        came.refused
    );
    put(home.join("DICOMDIR"), dicomdir(&[]));
    assert_eq!(
        open(&decoder, &[&home.join("DICOMDIR")]).notices,
        [Notice::Nothing]
    );
}

#[test]
fn a_dicomdir_of_dcmtk_opens() {
    let home = folder("dcmtk");
    for idx in 0..3 {
        put(
            home.join(format!("IM{idx}")),
            slice(32, idx, "Mustermann^Erika").part10(),
        );
    }
    let made = std::process::Command::new("dcmmkdir")
        .args(["+r", "+I", "--input-directory"])
        .arg(&home)
        .arg("+D")
        .arg(home.join("DICOMDIR"))
        .status();
    if !made.is_ok_and(|it| it.success()) {
        println!("skipped: no dcmmkdir (DCMTK) that would make a DICOMDIR");
        return;
    }
    let came = open(&decoder(), &[&home.join("DICOMDIR")]);
    assert_eq!(
        (came.names().len(), came.notices.len()),
        (3, 0),
        "{:?}",
        came.notices
    );
}

/// A ZIP archive, deflated.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_opens_member_by_member_and_names_lead_nowhere() {
    let home = folder("zip");
    let slices: Vec<Vec<u8>> = (0..12)
        .map(|it| slice(32, it, "Mustermann^Erika").part10())
        .collect();
    let names: Vec<String> = (0..12).map(|it| format!("study/IM{it}")).collect();
    let mut members: Vec<(&str, &[u8])> = names
        .iter()
        .map(String::as_str)
        .zip(slices.iter().map(Vec::as_slice))
        .collect();
    let escaped = slice(32, 20, "Mustermann^Erika").part10();
    let absolute = slice(32, 21, "Mustermann^Erika").part10();
    let inner = zip(&[("IM1", slices[0].as_slice())]);
    members.extend([
        ("../../../escaped", escaped.as_slice()),
        ("/tmp/absolute", absolute.as_slice()),
        ("study/README.txt", b"Hello."),
        ("study/inner.zip", inner.as_slice()),
        ("__MACOSX/study/._IM1", b"resource fork"),
        ("study/empty", b""),
        ("study/viewer.exe", b"MZ\0\0"),
    ]);
    let path = home.join("study.zip");
    put(&path, zip(&members));
    let came = open(&decoder(), &[&path]);
    assert!(came.refused.is_empty(), "{:?}", came.refused);
    let mut expected = vec!["escaped".to_owned(), "absolute".to_owned()];
    expected.extend((0..12).map(|it| format!("IM{it}")));
    assert_eq!(came.names(), expected);
    let labels: Vec<&str> = came
        .opened
        .iter()
        .map(|it| it.0.member.as_ref().unwrap().reveal().as_str())
        .collect();
    assert!(
        labels.contains(&"escaped") && labels.contains(&"tmp/absolute"),
        "{labels:?}"
    );
    assert!(came.opened.iter().all(|it| *it.0.path.reveal() == path));
    let left_out = LeftOut {
        n_charts: 1,
        n_archives: 1,
        n_hidden: 1,
        n_empty: 1,
        n_others: 1,
        n_without_pixels: 0,
    };
    assert_eq!((came.left_out(), came.notices.len()), (left_out, 1));
    assert_eq!(came.progress.last(), Some(&(19, 19)));
    // Only the archive lies in the folder.
    assert_eq!(std::fs::read_dir(&home).unwrap().count(), 1);
    let stack = came.studies();
    assert_eq!(
        stack
            .iter()
            .next()
            .unwrap()
            .2
            .iter()
            .next()
            .unwrap()
            .slices()
            .len(),
        14
    );
}

#[test]
fn an_archive_of_documents_opens_them_and_a_document_that_is_an_archive_opens_as_one() {
    let home = folder("zip-documents");
    let path = home.join("notes.zip");
    put(&path, zip(&[("a.txt", b"Cough."), ("b.txt", b"No fever.")]));
    let decoder = decoder();
    let came = open(&decoder, &[&path]);
    assert_eq!(
        (came.names(), came.notices.len()),
        (vec!["a.txt".to_owned(), "b.txt".to_owned()], 0)
    );
    let types = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    let text = br#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Chest pain.</w:t></w:r></w:p></w:body></w:document>"#;
    let path = home.join("letter.docx");
    put(
        &path,
        zip(&[
            ("[Content_Types].xml", types.as_slice()),
            ("word/document.xml", text.as_slice()),
        ]),
    );
    let came = open(&decoder, &[&path]);
    let [(from, Opened::Chart(chart))] = &came.opened[..] else {
        panic!("{:?} {:?}", came.refused, came.notices)
    };
    assert!(chart.notes[0].text.reveal().contains("Chest pain.") && from.member.is_none());
    let path = home.join("nothing.zip");
    put(&path, zip(&[]));
    assert_eq!(open(&decoder, &[&path]).notices, [Notice::Nothing]);
}

#[test]
fn archives_that_mean_harm_are_told_and_take_nothing_else_with_them() {
    let home = folder("zip-hostile");
    let decoder = decoder();
    let good = slice(32, 0, "Mustermann^Erika").part10();
    let path = home.join("hostile.zip");

    // A head that looks like DICOM, and 20 MB of zeros that pack to 20 kB.
    let mut bomb = good.clone();
    bomb.resize(20_000_000, 0);
    put(
        &path,
        zip(&[("IM1", good.as_slice()), ("bomb", bomb.as_slice())]),
    );
    let came = open(&decoder, &[&path]);
    assert_eq!(came.names(), ["IM1"]);
    assert!(
        matches!(came.notices[..], [Notice::Bombs { n: 1, .. }]),
        "{:?}",
        came.notices
    );

    // Zeros alone are no image and are not even unpacked.
    put(
        &path,
        zip(&[
            ("IM1", good.as_slice()),
            ("zeros", vec![0; 20_000_000].as_slice()),
        ]),
    );
    let came = open(&decoder, &[&path]);
    assert_eq!(
        (came.names(), came.left_out().n_others),
        (vec!["IM1".to_owned()], 1)
    );
}

#[test]
fn members_that_are_locked_or_damaged_are_told_and_so_is_an_archive_that_is_cut_or_endless() {
    let home = folder("zip-broken");
    let decoder = decoder();
    let good = slice(32, 0, "Mustermann^Erika").part10();
    let path = home.join("broken.zip");

    // Members that need a password: the flag of the first is set in both places.
    let mut locked = zip(&[("IM1", good.as_slice()), ("IM2", good.as_slice())]);
    locked[6] |= 1;
    let central = locked
        .windows(4)
        .position(|it| it == b"PK\x01\x02")
        .unwrap();
    locked[central + 8] |= 1;
    put(&path, &locked);
    let came = open(&decoder, &[&path]);
    assert_eq!(
        (came.names(), came.notices),
        (vec!["IM2".to_owned()], vec![Notice::Encrypted { n: 1 }])
    );

    // One byte of the packed data is wrong, and the checksum with it.
    let mut damaged = zip(&[("IM1", good.as_slice()), ("IM2", good.as_slice())]);
    damaged[400] ^= 0x55;
    put(&path, &damaged);
    let came = open(&decoder, &[&path]);
    assert_eq!(
        (came.names(), came.notices),
        (vec!["IM2".to_owned()], vec![Notice::Damaged { n: 1 }])
    );

    // Cut short: the list at the end is gone.
    let whole = zip(&[("IM1", good.as_slice())]);
    put(&path, &whole[..whole.len() - 40]);
    let came = open(&decoder, &[&path]);
    assert!(
        matches!(
            came.refused[..],
            [(_, Error::Refused(Refusal::Malformed { .. }))]
        ),
        "{:?}",
        came.refused
    );

    // 100,000 members.
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for idx in 0..100_000 {
        writer.start_file(idx.to_string(), options).unwrap();
    }
    put(&path, writer.finish().unwrap().into_inner());
    let came = open(&decoder, &[&path]);
    assert!(
        matches!(
            &came.refused[..],
            [(_, Error::Refused(Refusal::TooLarge { found: 100_000, .. }))]
        ),
        "{:?}",
        came.refused
    );
}

#[test]
fn the_shared_folder_opens_and_three_real_slices_make_a_stack() {
    let Some(data) = shared_data() else { return };
    let came = open(&decoder(), &[&data.join("dicom")]);
    let left_out = came.left_out();
    assert_eq!(
        (left_out.n_charts, left_out.n_without_pixels),
        (1, 4),
        "the index; two plans, an electrocardiogram and a file of names alone"
    );
    let refused: Vec<String> = came
        .refused
        .iter()
        .map(|it| it.0.name().reveal().clone())
        .collect();
    assert_eq!(
        came.opened.len() + came.presented.len() + came.listed.len() + refused.len() + left_out.n(),
        62,
        "{refused:?}"
    );
    let studies = came.studies();
    let of_file = |name: &str| {
        let (from, scan) = *came
            .scans()
            .iter()
            .find(|it| it.0.name().reveal() == name)
            .unwrap();
        let key = wardlight::case::stack::SeriesKey::of(&scan.header).unwrap();
        (from.number, key)
    };
    let [(first, key), (second, _), (third, _)] =
        [1, 2, 3].map(|it| of_file(&format!("ct_abdomen_ge_slice{it}.dcm")));
    let (_, stacks) = studies.get(&key).unwrap();
    let stack = stacks.iter().next().unwrap();
    let mut files: Vec<u64> = stack.slices().iter().map(|it| it.id.file).collect();
    println!(
        "{:?} {:?} {:?}",
        stack.distances_mm(),
        stack.findings(),
        stack.slices()
    );
    files.sort_unstable();
    assert_eq!(files, [first, second, third]);
    // One slice in fourteen syntaxes, of which the decoder reads thirteen: all at one position.
    let (_, key) = of_file("ct_chest_ge_ts_1.2.840.10008.1.2.dcm");
    let stack = studies.get(&key).unwrap().1.iter().next().unwrap();
    assert_eq!(stack.slices().len(), 13);
    assert_eq!(stack.findings().len(), 12);
    assert!(
        stack
            .findings()
            .iter()
            .all(|it| matches!(it, Finding::Duplicate { .. }))
    );
    // Every frame keeps its values in whichever form it is kept; a scanner's integers take half.
    let mut n_packed = 0;
    for (_, scan) in came.scans() {
        let frames = scan
            .header
            .dicom
            .as_ref()
            .map(|it| it.frames.clone())
            .unwrap_or_default();
        for (idx, frame) in scan.frames().iter().enumerate() {
            let rescale = frames.get(idx).and_then(|it| it.rescale);
            let kept = Kept::new(frame, rescale);
            n_packed += usize::from(matches!(kept, Kept::Packed(_)));
            assert!(is_same(&kept.frame().samples, &frame.samples));
        }
    }
    println!("{n_packed} frames packed");
}

/// Bit for bit: a missing value is equal to itself here.
fn is_same(a: &wardlight::case::Samples, b: &wardlight::case::Samples) -> bool {
    use wardlight::case::Samples;
    match (a, b) {
        (Samples::Gray(a), Samples::Gray(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        }
        (a, b) => a == b,
    }
}

/// Times a long series: `WARDLIGHT_SLICES=2000` makes as many slices of 512 x 512, else a few small ones.
#[test]
fn a_long_series_opens_progressively() {
    let n: Option<u16> = std::env::var("WARDLIGHT_SLICES")
        .ok()
        .and_then(|it| it.parse().ok());
    let (n, side) = n.map_or((80, 64), |it| (it, 512));
    let home = folder("long");
    for idx in 0..n {
        put(
            home.join(format!("IM{idx}")),
            slice(side, idx, "Mustermann^Erika").part10(),
        );
    }
    let decoder = decoder();
    let (begun, begun_cpu) = (Instant::now(), cpu_secs());
    let mut first = None;
    let mut studies = Studies::default();
    let mut kept = Vec::new();
    decoder.open_given(std::slice::from_ref(&home), &Cancel::default(), &mut |it| {
        let Found::Opened { from, opened } = it else {
            return ControlFlow::Continue(());
        };
        let Opened::Scan(scan) = *opened else {
            panic!("a slice")
        };
        first.get_or_insert((begun.elapsed(), from.number));
        studies.insert(&scan.header, from.number);
        let rescale = scan.header.dicom.as_ref().unwrap().frames[0].rescale;
        kept.push(Kept::new(&scan.frames()[0], rescale));
        ControlFlow::Continue(())
    });
    let (all, cpu) = (begun.elapsed(), cpu_secs() - begun_cpu);
    let (first, number) = first.unwrap();
    assert_eq!(kept.len(), usize::from(n));
    assert!(number < 8, "among the first files: {number}");
    let n_bytes: usize = kept.iter().map(Kept::n_bytes).sum();
    let n_pixels = usize::from(side) * usize::from(side);
    assert_eq!(n_bytes, kept.len() * n_pixels * 2, "two bytes a pixel");
    let (_, _, stacks) = studies.iter().next().unwrap();
    let stack = stacks.iter().next().unwrap();
    assert!(stack.slices().len() == kept.len() && stack.findings().is_empty());
    let peak = status("VmHWM");
    println!(
        "{n} slices of {side} x {side}: the first after {first:?}, all after {all:?}, {cpu:.2} s of processors; peak {peak}"
    );

    // What each part takes, over some of them.
    let some = 0..n.min(100);
    let begun = Instant::now();
    let frames: Vec<_> = kept[..some.len()].iter().map(Kept::frame).collect();
    let unpack = begun.elapsed() / u32::from(some.end);
    let begun = Instant::now();
    let line = Rescale {
        slope: 1.0,
        intercept: -1024.0,
    };
    assert!(
        frames
            .iter()
            .all(|it| matches!(Kept::new(it, Some(line)), Kept::Packed(_)))
    );
    let pack = begun.elapsed() / u32::from(some.end);
    let (begun, begun_cpu) = (Instant::now(), cpu_secs());
    for (idx, frame) in some.clone().zip(&frames) {
        let Ok(Opened::Scan(alone)) = decoder.open(&home.join(format!("IM{idx}"))) else {
            panic!("a slice")
        };
        // The order of arrival is about that of the files, not quite.
        assert!(alone.frames()[0].width == frame.width);
    }
    let (alone, cpu) = (
        begun.elapsed() / u32::from(some.end),
        cpu_secs() - begun_cpu,
    );
    println!(
        "pack {pack:?}, unpack {unpack:?} a slice; with a process for each file {alone:?} a slice, {:.4} s of processors",
        cpu / f64::from(some.end)
    );
}

/// Processor seconds of this process and of its workers that have ended, from proc(5).
fn cpu_secs() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    // utime, stime, cutime and cstime are fields 14 to 17; the first two stand before the bracket.
    let ticks: f64 = fields[11..15]
        .iter()
        .map(|it| it.parse::<f64>().unwrap())
        .sum();
    ticks / 100.0
}

fn status(name: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with(name));
    line.unwrap_or_default().to_owned()
}
