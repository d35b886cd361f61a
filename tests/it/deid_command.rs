//! `wardlight deidentify` and `deidentify confirm`, as a person runs them.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use dicom::dictionary_std::tags;
use serde_json::Value;

use wardlight::deid::pixels::Samples;

use crate::{
    burned_in::Studio,
    command::{run, scratch, wardlight, write},
    deid_header::{named, object, simple, text},
    made::{EXPLICIT_LE, Fields},
};

const PASSPHRASE: &str = "correct horse battery staple";

/// A folder with two X-rays, a report, a document, a link and something else, under names that tell the patient.
fn inputs(folder: &Path) -> PathBuf {
    let inputs = folder.join("Muster");
    fs::create_dir_all(inputs.join("below")).unwrap();
    write(
        inputs.join("Erika1.dcm"),
        simple("1.3.77.2", "20200201").part10(),
    );
    write(
        inputs.join("below/Erika2.dcm"),
        simple("1.3.77.3", "20200301").part10(),
    );
    let mut report = Fields::default();
    report.syntax = EXPLICIT_LE.to_owned();
    report
        .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.88.11")
        .text(0x0008_0018, b"UI", "1.3.77.4")
        .text(0x0008_0060, b"CS", "SR")
        .text(0x0010_0010, b"PN", "Muster^Erika")
        .text(0x0010_0020, b"LO", "4711-08");
    write(inputs.join("report.dcm"), report.part10());
    let mut document = simple("1.3.77.5", "20200303");
    document.text(0x0042_0011, b"OB", "%PDF-1.7 Muster");
    write(inputs.join("letter.dcm"), document.part10());
    write(inputs.join("Erika.bin"), [0, 1, 2, 3]);
    symlink(inputs.join("Erika1.dcm"), inputs.join("link.dcm")).unwrap();
    inputs
}

fn command(inputs: &Path, out: &Path) -> Command {
    let mut command = looking(inputs, out);
    // Nobody looks for text in pictures.
    command.env("WARDLIGHT_OCR", out.join("none"));
    command
}

/// The command with the networks that find text, where they are installed.
fn looking(inputs: &Path, out: &Path) -> Command {
    let mut command = wardlight();
    command.arg("deidentify").arg(inputs).arg("--out").arg(out);
    command
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn report(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_folder_is_de_identified_held_confirmed_and_linked_back() {
    let folder = scratch("deid_command");
    let (inputs, out) = (inputs(&folder), folder.join("out"));
    let passphrase = folder.join("passphrase");
    write(&passphrase, PASSPHRASE);
    let [key, relink] = ["key", "relink.age"].map(|it| folder.join(it));
    let with_key = |relink: &Path| {
        let mut command = command(&inputs, &out);
        command.arg("--key").arg(&key).arg("--relink").arg(relink);
        command.arg("--passphrase-file").arg(&passphrase);
        command
    };
    let (code, told, err) = run(&mut with_key(&relink));
    assert_eq!(code, 1, "{told}{err}");
    assert!(
        told.contains("6 inputs: 1 done, 2 held, 3 refused"),
        "{told}"
    );
    let [done, held] = ["done", "held"].map(|it| out.join(it));
    assert_eq!((names(&done).len(), names(&held).len()), (1, 2));

    // Nothing of it tells the patient: neither names nor bytes.
    let written = fs::read(out.join("report.json")).unwrap();
    let mut all = vec![written, told.clone().into_bytes(), err.into_bytes()];
    for path in [&done, &held] {
        for name in names(path) {
            let is_uid = name.strip_suffix(".dcm").unwrap().starts_with("2.25.");
            assert!(is_uid, "{name}");
            all.push(fs::read(path.join(name)).unwrap());
        }
    }
    for bytes in all {
        let lower = bytes.to_ascii_lowercase();
        let has = |word: &[u8]| lower.windows(word.len()).any(|it| it == word);
        // The test's own folder is named in the report line.
        assert!(!has(b"erika") && !has(b"muster^") && !has(b"4711-08"));
    }

    // What leads back is sealed.
    let sealed = fs::read(&relink).unwrap();
    let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
    let secret = age::secrecy::SecretString::from(PASSPHRASE.to_owned());
    let identity = age::scrypt::Identity::new(secret);
    let mut opened = String::new();
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .unwrap();
    reader.read_to_string(&mut opened).unwrap();
    let links: Value = serde_json::from_str(&opened).unwrap();
    assert_eq!(links["inputs"].as_array().unwrap().len(), 3);
    assert!(opened.contains("4711-08") && opened.contains("Erika1.dcm"));

    // The same key gives the same results, and nothing is written over.
    let before = names(&held);
    let (_, told, _) = run(&mut with_key(&folder.join("relink2.age")));
    assert!(told.contains("1 done, 2 held, 3 refused"), "{told}");
    assert_eq!(names(&held), before);
    assert!(out.join("report-2.json").exists());

    confirm(&out, &before);
}

/// A person looks at both pictures, one after the other.
fn confirm(out: &Path, held: &[String]) {
    let confirm = || {
        let mut command = wardlight();
        command.args(["deidentify", "confirm"]).arg(out);
        command
    };
    let uids: Vec<&str> = held.iter().map(|it| it.trim_end_matches(".dcm")).collect();
    let (code, told, _) = run(&mut confirm());
    assert_eq!((code, told.lines().collect::<Vec<_>>()), (0, uids.clone()));
    let (code, _, err) = run(confirm().arg(uids[0]).args(["--mask", "0,0,1,1"]));
    assert_eq!(code, 0, "{err}");
    let path = out.join("done").join(&held[0]);
    let set = object(&fs::read(path).unwrap());
    assert_eq!(text(&set, tags::BURNED_IN_ANNOTATION), "NO");
    // The first of the pixels 1, 2, 3, 4 is as dark as the darkest; it was that before.
    assert_eq!(
        set.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap()[..4],
        [1, 2, 3, 4]
    );
    for wrong in ["2.25.1", "../report", "1.2/3", ""] {
        let (code, _, _) = run(confirm().arg(wrong));
        assert_eq!(code, 1, "{wrong}");
    }
    let (code, _, _) = run(confirm().arg("--all"));
    assert_eq!(code, 0);
    assert!(names(&out.join("held")).is_empty());
    assert_eq!(names(&out.join("done")).len(), 3);
}

/// A DX picture with the patient's name in its corner and a marker at its side, if there are fonts to draw them.
pub(crate) fn burned_in(file: &Path) -> Option<(usize, Vec<u8>)> {
    let (width, height) = (512, 384);
    let lines = [("MUSTER ERIKA 4711", 20, 20), ("R", 460, 180)];
    let page = Studio::open()?.page(width, height, 24.0, &lines);
    let Samples::Gray(samples) = page.samples() else {
        panic!("the page is grey");
    };
    let pixels: Vec<u8> = samples.iter().map(|it| (it * 255.0) as u8).collect();
    let mut fields = Fields::gray(height as u16, width as u16, 8);
    named(&mut fields);
    fields
        .pixels(pixels.clone())
        .text(0x0008_0018, b"UI", "1.3.77.9")
        .text(0x0008_0020, b"DA", "20200201")
        .text(0x0008_0060, b"CS", "DX")
        .text(0x0020_000D, b"UI", "1.3.77.1");
    write(file, fields.part10());
    Some((width, pixels))
}

/// Bright pixels in some rows.
pub(crate) fn ink(width: usize, bytes: &[u8], rows: std::ops::Range<usize>) -> usize {
    let rows = &bytes[rows.start * width..rows.end * width];
    rows.iter().filter(|it| 128 < **it).count()
}

#[test]
fn text_in_a_picture_is_covered_and_its_marker_stays() {
    let folder = scratch("deid_burned_in");
    let (inputs, out) = (folder.join("in"), folder.join("out"));
    fs::create_dir_all(&inputs).unwrap();
    let Some((width, pixels)) = burned_in(&inputs.join("a.dcm")) else {
        return;
    };
    let ink = |bytes: &[u8], rows| ink(width, bytes, rows);
    let (code, told, err) = run(&mut looking(&inputs, &out));
    assert_eq!(code, 0, "{told}{err}");
    if err.contains("not installed") {
        println!("skipped: {err}");
        return;
    }
    // Covered, and held until a person has seen that this was all.
    assert!(told.contains("1 inputs: 1 held"), "{told}");
    let row = &report(&out.join("report.json"))["rows"][0];
    assert!(1 <= row["n_masks"].as_u64().unwrap(), "{row}");
    let (code, _, err) = run(wardlight()
        .args(["deidentify", "confirm", "--all"])
        .arg(&out));
    assert_eq!(code, 0, "{err}");
    let done = out.join("done").join(&names(&out.join("done"))[0]);
    let set = object(&fs::read(done).unwrap());
    let masked = set.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap();
    assert!(500 < ink(&pixels, 0..100));
    assert_eq!(ink(&masked, 0..100), 0);
    assert_eq!(ink(&masked, 150..250), ink(&pixels, 150..250));
    assert_eq!(text(&set, tags::BURNED_IN_ANNOTATION), "NO");
    // What a person says is no text stays, and the picture is held all the same.
    let left = folder.join("left");
    let (code, told, err) = run(looking(&inputs, &left).args(["--leave", "0,0,512,100"]));
    assert_eq!(code, 0, "{told}{err}");
    assert!(told.contains("1 inputs: 1 held"), "{told}");
    let held = left.join("held").join(&names(&left.join("held"))[0]);
    let set = object(&fs::read(held).unwrap());
    let shown = set.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap();
    assert_eq!(ink(&shown, 0..100), ink(&pixels, 0..100));
    assert_ne!(text(&set, tags::BURNED_IN_ANNOTATION), "NO");
    burned_in(&inputs.join("b.dcm")).unwrap();
    let (code, _, err) = run(looking(&inputs, &left).args(["--leave", "0,0,9,9"]));
    assert!(code != 0 && err.contains("one picture"), "{err}");
}

#[test]
fn notes_are_cleaned_and_held_until_somebody_has_read_them() {
    let folder = scratch("deid_notes_batch");
    let (inputs, out) = (folder.join("in"), folder.join("out"));
    fs::create_dir_all(&inputs).unwrap();
    write(
        inputs.join("Erika.txt"),
        "Patient: Erika Mustermann, MRN 4711-08, seen 03/05/2021. No pneumothorax. Phone 555-201-3344.\n",
    );
    let (code, told, err) = run(&mut command(&inputs, &out));
    assert_eq!(code, 0, "{told}{err}");
    let held = names(&out.join("held"));
    assert_eq!(held.len(), 1);
    let text = fs::read_to_string(out.join("held").join(&held[0])).unwrap();
    assert!(text.contains("No pneumothorax."), "{text}");
    for word in ["Erika", "Mustermann", "4711", "2021", "555"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let uid = held[0].strip_suffix(".txt").unwrap();
    let (code, _, err) = run(wardlight()
        .args(["deidentify", "confirm"])
        .arg(&out)
        .arg(uid));
    assert_eq!(code, 0, "{err}");
    assert!(names(&out.join("held")).is_empty());
    assert_eq!(
        fs::read_to_string(out.join("done").join(&held[0])).unwrap(),
        text
    );
}

#[test]
fn a_dry_run_writes_nothing_and_another_secret_gives_other_names() {
    let folder = scratch("deid_dry");
    let (inputs, out) = (inputs(&folder), folder.join("out"));
    let (_, told, _) = run(command(&inputs, &out)
        .arg("--dry-run")
        .arg("--key")
        .arg(folder.join("key")));
    assert!(told.contains("nothing was written"), "{told}");
    assert!(!out.exists() && !folder.join("key").exists());
    let [first, second] = ["first", "second"].map(|it| {
        let out = folder.join(it);
        run(&mut command(&inputs, &out));
        names(&out.join("held"))
    });
    assert_eq!((first.len(), second.len()), (2, 2));
    assert_ne!(first, second);
    let basic = folder.join("basic");
    let (_, told, _) = run(command(&inputs, &basic).args(["--basic", "--retain", "uids"]));
    assert!(told.contains("3 done"), "{told}");
    assert!(told.contains("pictures were not held"), "{told}");
    assert!(names(&basic.join("done")).contains(&"1.3.77.2.dcm".to_owned()));
    let policy = &report(&basic.join("report.json"))["policy"];
    assert_eq!(policy["retain_uids"], true);
    let (code, _, err) =
        run(command(&inputs, &out).args(["--retain", "full-dates", "--retain", "modified-dates"]));
    assert_eq!(code, 2, "{err}");
}

#[test]
fn an_interrupted_run_leaves_whole_files_and_says_what_it_did_not_reach() {
    let folder = scratch("deid_stop");
    let (inputs, out) = (folder.join("in"), folder.join("out"));
    fs::create_dir_all(&inputs).unwrap();
    for number in 0..300 {
        let file = simple(&format!("1.3.77.{number}"), "20200201").part10();
        // Not flushed to the disk one by one, which takes longer than the test.
        let mut target = fs::File::create(inputs.join(format!("{number:03}.dcm"))).unwrap();
        target.write_all(&file).unwrap();
    }
    let mut child = command(&inputs, &out)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let held = out.join("held");
    let begun = Instant::now();
    while names(&held).is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "nothing was written"
        );
        thread::sleep(Duration::from_millis(5));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let report = report(&out.join("report.json"));
    let rows = report["rows"].as_array().unwrap();
    let count = |status: &str| rows.iter().filter(|it| it["status"] == status).count();
    assert_eq!(rows.len(), 300);
    assert!(
        0 < count("not_reached"),
        "all 300 were done before the signal"
    );
    assert_eq!(count("held"), names(&held).len());
    assert_eq!(count("held") + count("not_reached"), 300);
    for name in names(&held) {
        assert!(name.ends_with(".dcm"), "{name}");
        object(&fs::read(held.join(name)).unwrap());
    }
}
