//! The main story, by the keyboard alone, on a display of its own: a study with the one before it, an answer and its map, a word
//! with its reason, a note, the worklist, and what leaves the window. What was done stands in the records afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::GenericImageView as _;
use wardlight::{
    privacy::Phi,
    store::{Action, Filter, Passphrase, Records, Verdict},
};

use crate::{
    command::scratch,
    lock_memory::{ada, enter, store_of_ada},
    store::{PASSPHRASE, walk},
    window::{Display, Window, difference, folder, viewport, wait},
};

const REASON: &str = "old scar at the base QZREASON";

/// The synthetic case, and the same drawing as an image of a year before.
fn files(place: &Path) -> [PathBuf; 3] {
    let sample = wardlight::sample::write(place).unwrap();
    let mut bytes = fs::read(&sample.dicom).unwrap();
    // Study, series and instance have numbers of their own; they end in 1, 2 and 3.
    for (from, to) in [
        ("20261120", "20251118"),
        ("043687205311", "043687205321"),
        ("043687205312", "043687205322"),
        ("043687205313", "043687205323"),
    ] {
        swap(&mut bytes, from.as_bytes(), to.as_bytes());
    }
    let prior = place.join("prior.dcm");
    wardlight::disk::write_atomic(&prior, &bytes).unwrap();
    [sample.dicom, prior, sample.note]
}

/// Writes words of one length over each other, everywhere.
fn swap(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|at| bytes[*at..].starts_with(from))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

fn n_of(records: &Records, action: Action) -> usize {
    let filter = Filter {
        action: Some(action),
        ..Filter::default()
    };
    records.log(&filter, 100).unwrap().len()
}

#[test]
fn a_case_is_read_from_opening_to_export_by_the_keyboard() {
    let Some(display) = Display::start() else {
        return;
    };
    let state = folder("state-story");
    fs::remove_dir_all(&state).ok();
    let [current, prior, note] = files(&folder("story"));
    let (records, place) = store_of_ada("store-story", &state);
    let out = folder("story-out");
    let (picture, page) = (out.join("view.png"), out.join("page.pdf"));
    for it in [&picture, &page] {
        fs::remove_file(it).ok();
    }
    let (runtime, log) = (scratch("story-run"), folder("log").join("story.jsonl"));
    let envs = [
        ("XDG_RUNTIME_DIR", runtime.to_str().unwrap()),
        ("WARDLIGHT_FRAME_LOG", log.to_str().unwrap()),
        ("WARDLIGHT_STORE", records.to_str().unwrap()),
        ("XDG_STATE_HOME", state.to_str().unwrap()),
        // No desktop's dialogs: paths are typed.
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"),
        ("PATH", "/nonexistent"),
    ];
    let mut window = display.open(&[&current, &note], &envs);
    enter(&display, &window);
    display.wait_for_title(&window, "open");
    // A second start hands the image of the year before to the window.
    let mut second = display.spawn(Path::new("."), &[&prior], &envs);
    assert!(second.wait_for_end().success());
    wait("the prior", || {
        let told = fs::read_to_string(&log).unwrap();
        told.contains("\"n_scans\":2").then_some(())
    });
    read(&display, &window);
    take_out(
        &display,
        &window,
        &[
            ("ctrl+shift+s", picture.as_path()),
            ("ctrl+p", page.as_path()),
        ],
    );
    go_on(&display, &window);
    display.key(&window, "ctrl+q");
    assert!(window.wait_for_end().success());

    let (width, height) = image::open(&picture).unwrap().dimensions();
    assert!(300 < width && 300 < height, "{width} x {height}");
    let page = fs::read(&page).unwrap();
    assert!(page.starts_with(b"%PDF-") && 10_000 < page.len());
    let records = place
        .sign_in(&ada(), &Passphrase::typed(PASSPHRASE))
        .unwrap();
    check(&records);
    // Beside the records nothing tells whose they are, or what was thought.
    for file in walk(&state) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for word in ["SYNTHETIC", "QZREASON", "prior.dcm"] {
            assert!(!text.contains(word), "{word} in {}", file.display());
        }
    }
}

/// Compares, has the model answer, looks under its map, and disagrees.
fn read(display: &Display, window: &Window) {
    // The scan that came last is in the middle; the one of today stands before it.
    display.key(window, "ctrl+Up");

    // The image of the year before comes beside it.
    let alone = display.shoot("story-open.png");
    display.key(window, "b");
    display.shoot_when("story-prior.png", "the prior beside it", |it| {
        0.2 < difference(&viewport(&alone), &viewport(it), 8)
    });

    // A drawing is refused until it is told otherwise; then there is an answer, and a map that comes and goes.
    display.key(window, "space");
    display.wait_for_title(window, "not scored");
    display.key(window, "shift+space");
    display.wait_for_title(window, "scored and explained");
    let with = display.shoot("story-scored.png");
    display.key(window, "o");
    display.shoot_when("story-without.png", "the map to go", |it| {
        0.002 < difference(&viewport(&with), &viewport(it), 8)
    });
    display.key(window, "o");

    // A word of one's own, and why.
    display.key(window, "d");
    display.key(window, "shift+d");
    display.type_text(window, REASON);
    display.key(window, "Return");
    display.shoot("story-reason.png");
}

/// What is seen leaves the window, each time by its key.
fn take_out(display: &Display, window: &Window, ways: &[(&str, &Path)]) {
    for (key, path) in ways {
        display.key(window, key);
        display.key(window, "Return");
        display.type_text(window, path.to_str().unwrap());
        display.shoot(&format!("story-{}.png", key.replace('+', "-")));
        display.key(window, "Return");
        wait("what was written", || path.exists().then_some(()));
    }
}

/// The note, and from the worklist what is next.
fn go_on(display: &Display, window: &Window) {
    // The note has an answer of its own.
    for _ in 0..2 {
        display.key(window, "ctrl+Down");
    }
    display.key(window, "space");
    display.wait_for_title(window, "scored and explained");
    display.shoot("story-note.png");

    // In the worklist the one without an answer stands first.
    display.key(window, "ctrl+g");
    display.wait_for_title(window, "worklist");
    display.shoot("story-worklist.png");
    display.key(window, "Home");
    display.key(window, "Return");
    display.wait_for_title(window, "open");
    display.shoot("story-next.png");
}

/// All of it stands in the records.
fn check(records: &Records) {
    let found = records.search(&Phi::new("SYNTHETIC".to_owned()), 10);
    assert_eq!(found.unwrap().rows.len(), 2, "one patient, two images");
    assert_eq!(n_of(records, Action::CaseOpened), 3);
    assert_eq!(n_of(records, Action::Exported), 2);
    let read = Filter {
        action: Some(Action::ReadingRecorded),
        ..Filter::default()
    };
    let of = records.log(&read, 1).unwrap()[0].record.item.clone();
    let answers = records.answers(&of.unwrap()).unwrap();
    let readings = records.readings(&answers[0].0).unwrap();
    let held: Vec<_> = readings.iter().filter(|it| it.holds).collect();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].verdict, Verdict::Disagree);
    assert_eq!(held[0].reason.reveal(), REASON);
}
