//! The memory of the real window: before it locks it holds what was planted in files, their names and their headers;
//! afterwards it does not, in no way of writing it.
//!
//! Needs Xvfb and the right to read another process's memory: skipped, with the reason, where either is missing.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use regex::bytes::RegexBuilder;

use wardlight::{
    privacy::Phi,
    store::{NewStore, Passphrase, Place},
};

use crate::{
    lock::Desk,
    store::{CHEAP, PASSPHRASE},
    window::{Display, Window, folder},
};

/// What is planted: where, and a word that no program contains.
const PLANTED: [(&str, &str); 4] = [
    ("name in the header", "QZVWXKJ^PLANTEDX"),
    ("number in the header", "QJ73914XZ"),
    ("name of the file", "kvartz7731pfad"),
    ("text of the note", "zwonkelfraktur"),
];
/// How long what runs may take to end after the window is blank.
const PATIENCE: Duration = Duration::from_secs(10);

/// A word as it may stand in memory, each way with its name.
fn ways(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let lower = word.to_lowercase();
    let hex = |it: &str| it.bytes().map(|it| format!("{it:02x}")).collect::<String>();
    let mut ways = vec![
        ("UTF-8", word.as_bytes().to_vec()),
        (
            "UTF-16LE",
            word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "UTF-32LE",
            word.chars()
                .flat_map(|it| u32::from(it).to_le_bytes())
                .collect(),
        ),
        ("hex", hex(word).into_bytes()),
        ("hex", hex(word).to_uppercase().into_bytes()),
    ];
    if lower != word {
        ways.push(("UTF-8", lower.into_bytes()));
    }
    for shift in 0..3 {
        let mut text = vec![b'x'; shift];
        text.extend(word.as_bytes());
        let code = STANDARD_NO_PAD.encode(&text);
        // The first and the last letters depend on what stands beside the word.
        let (from, to) = ([0, 2, 3][shift], code.len() - 2);
        ways.push(("base64", code.as_bytes()[from..to].to_vec()));
    }
    ways
}

/// Hits by what was planted and how it was written.
type Hits = BTreeMap<(&'static str, &'static str), usize>;

/// Looks through all memory of a process that it can write: heap, stacks, shared memory.
fn look_through(pid: u32) -> std::io::Result<(Hits, u64, Vec<String>)> {
    let words: BTreeMap<Vec<u8>, (&str, &str)> = PLANTED
        .into_iter()
        .flat_map(|(what, word)| {
            ways(word)
                .into_iter()
                .map(move |(way, it)| (it, (what, way)))
        })
        .collect();
    let patterns: Vec<String> = words
        .keys()
        .map(|it| it.iter().map(|it| format!("\\x{it:02x}")).collect())
        .collect();
    let finder = RegexBuilder::new(&patterns.join("|"))
        .unicode(false)
        .build()
        .unwrap();
    let mut memory = fs::File::open(format!("/proc/{pid}/mem"))?;
    let (mut hits, mut n_bytes, mut places) = (Hits::new(), 0, Vec::new());
    for line in fs::read_to_string(format!("/proc/{pid}/maps"))?.lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let number = |it| u64::from_str_radix(it, 16).unwrap();
        let (start, end) = (number(start), number(end));
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // A mapping of a driver, or one that has just gone.
        if memory.seek(SeekFrom::Start(start)).is_err() || memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        n_bytes += end - start;
        for found in finder.find_iter(&bytes) {
            let key = words[found.as_bytes()];
            *hits.entry(key).or_default() += 1;
            let (from, to) = (
                found.start().saturating_sub(24),
                (found.end() + 24).min(bytes.len()),
            );
            let around = bytes[from..to].escape_ascii();
            let kind = fields.clone().nth(3).unwrap_or("anonymous");
            places.push(format!("{key:?} in {kind} {range}: {around}"));
        }
    }
    Ok((hits, n_bytes, places))
}

/// The sample case with the planted words in it.
fn planted_files() -> Vec<PathBuf> {
    let sample = wardlight::sample::write(&folder("planted-source")).unwrap();
    let place = folder("planted").join(PLANTED[2].1);
    fs::create_dir_all(&place).unwrap();
    let mut dicom = fs::read(&sample.dicom).unwrap();
    replace(&mut dicom, b"SYNTHETIC^SAMPLE", PLANTED[0].1);
    // (0010,0020), LO, ten bytes: the number fills nine of them.
    replace(
        &mut dicom,
        b"\x10\x00\x20\x00LO\x0a\x00SYNTHETIC",
        PLANTED[1].1,
    );
    let scan = place.join("scan.dcm");
    wardlight::disk::write_atomic(&scan, &dicom).unwrap();
    let note = place.join(format!("{}.txt", PLANTED[2].1));
    let text = format!(
        "HISTORY: Cough and fever for four days. Old {} of the left hand.\n\nPLAN: Chest X-ray.\n",
        PLANTED[3].1
    );
    wardlight::disk::write_atomic(&note, text.as_bytes()).unwrap();
    vec![scan, note]
}

/// Writes a word over the end of the bytes that are found.
fn replace(bytes: &mut [u8], found: &[u8], word: &str) {
    let at = bytes
        .windows(found.len())
        .position(|it| it == found)
        .unwrap();
    let end = at + found.len();
    bytes[end - word.len()..end].copy_from_slice(word.as_bytes());
}

fn table(title: &str, hits: &Hits) {
    println!("| {title} | UTF-8 | UTF-16LE | UTF-32LE | base64 | hex |\n|---|---|---|---|---|---|");
    for (what, _) in PLANTED {
        let n = |way| hits.get(&(what, way)).copied().unwrap_or(0);
        let (wide, wider) = (n("UTF-16LE"), n("UTF-32LE"));
        println!(
            "| {what} | {} | {wide} | {wider} | {} | {} |",
            n("UTF-8"),
            n("base64"),
            n("hex")
        );
    }
}

pub(crate) fn ada() -> Phi<String> {
    Phi::new("Ada".to_owned())
}

/// New records for the window, and where they lie.
pub(crate) fn store_of_ada(name: &str, state: &Path) -> (PathBuf, Place) {
    let records = folder(name);
    fs::remove_dir_all(&records).ok();
    let place = Place::new(&records, &state.join("wardlight/heads"));
    let new = NewStore {
        name: &ada(),
        passphrase: &Passphrase::typed(PASSPHRASE),
        cost: CHEAP,
    };
    drop(place.create(&new).unwrap());
    (records, place)
}

/// Signs in by the keyboard.
pub(crate) fn enter(display: &Display, window: &Window) {
    thread::sleep(Duration::from_secs(2));
    display.type_text(window, "Ada");
    display.key(window, "Tab");
    display.type_text(window, PASSPHRASE);
    display.key(window, "Return");
}

#[test]
fn the_memory_of_a_locked_window_holds_nothing_of_a_patient() {
    let Some(display) = Display::start() else {
        return;
    };
    let Some(desk) = Desk::start() else { return };
    let state = folder("state-memory");
    fs::remove_dir_all(&state).ok();
    let files = planted_files();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let (records, place) = store_of_ada("store-memory", &state);
    let envs = [
        ("WARDLIGHT_STORE", records.to_str().unwrap()),
        ("DBUS_SYSTEM_BUS_ADDRESS", desk.address.as_str()),
        ("DBUS_SESSION_BUS_ADDRESS", desk.address.as_str()),
        ("XDG_STATE_HOME", state.to_str().unwrap()),
    ];
    let window = display.open(&files, &envs);
    enter(&display, &window);
    display.wait_for_title(&window, "open");
    let pid = window.pid();
    if fs::File::open(format!("/proc/{pid}/mem")).is_err() {
        println!(
            "skipped: this user may not read the memory of another process, which is as it should be"
        );
        return;
    }
    // Both files are shown, scored, and a text is typed.
    display.key(&window, "space");
    display.wait_for_title(&window, "not scored");
    display.key(&window, "shift+space");
    display.wait_for_title(&window, "scored and explained");
    display.key(&window, "ctrl+Down");
    display.key(&window, "space");
    display.key(&window, "ctrl+p");
    display.type_text(&window, PLANTED[2].1);
    thread::sleep(Duration::from_secs(1));
    let (before, _, _) = look_through(pid).unwrap();
    table("before", &before);
    for (what, _) in PLANTED {
        assert!(
            before.contains_key(&(what, "UTF-8")),
            "{what} is not in memory: the control fails"
        );
    }
    let command_line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(
        !command_line.contains(PLANTED[2].1),
        "`ps` shows the file: {command_line}"
    );
    let start = Instant::now();
    desk.suspend();
    display.wait_for_title_now(&window, "locked");
    println!("locked after {} ms", start.elapsed().as_millis());
    assert!(start.elapsed() < Duration::from_secs(1));
    let blank = Instant::now();
    let (after, places) = loop {
        let (after, n_bytes, places) = look_through(pid).unwrap();
        if after.is_empty() || PATIENCE < blank.elapsed() {
            println!(
                "{n_bytes} bytes read, {} ms after the lock",
                blank.elapsed().as_millis()
            );
            break (after, places);
        }
        thread::sleep(Duration::from_millis(200));
    };
    table("after", &after);
    display.shoot("window-locked.png");
    assert!(after.is_empty(), "{}", places.join("\n"));
    // All of it went through the records, and is there.
    let opened = place.sign_in(&ada(), &Passphrase::typed(PASSPHRASE));
    let number = Phi::new(PLANTED[1].1.to_owned());
    assert_eq!(opened.unwrap().search(&number, 10).unwrap().rows.len(), 1);
    let journal = fs::read_to_string(state.join("wardlight/journal.jsonl")).unwrap();
    assert!(journal.contains("\"reason\":\"suspended\""), "{journal}");
    for (what, word) in PLANTED {
        assert!(!journal.contains(word), "{what} in the journal");
    }
}
