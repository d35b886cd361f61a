//! A second start hands its files to the window that runs: the bytes, the socket, the locked window, and the program itself.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::{
        ffi::OsStringExt as _,
        fs::PermissionsExt as _,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use egui::{ViewportCommand, ViewportId};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{self, App, Options, Safety},
    privacy::Phi,
    second_start::{
        self, Error, Meeting, Start, Visits,
        message::{self, Answer, Fault, N_BYTES_MAX, N_HEAD, N_PATHS_MAX},
    },
    session::DoorStage,
    store::Role,
};

use crate::{
    app::{built, options, wait, wait_for_title},
    command::scratch,
    door_store::{OTHER, enter, lock, with_vic},
    fake,
    lock::{kept_in, spoken, stage},
    store::PASSPHRASE,
    window::{self, Display},
};

const VERSION: &str = "1.2.3";

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

fn phi(paths: &[PathBuf]) -> Vec<Phi<PathBuf>> {
    paths.iter().cloned().map(Phi::new).collect()
}

/// Head and body of a frame.
fn cut(frame: &[u8]) -> ([u8; N_HEAD], &[u8]) {
    let (head, body) = frame.split_at(N_HEAD);
    (head.try_into().unwrap(), body)
}

fn meeting(folder: &Path) -> Meeting {
    Meeting::new(folder.to_owned(), OsStr::new(":7"))
}

fn nobody() -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(|| {})
}

/// The window that runs, without a window.
fn running(meeting: &Meeting) -> Visits {
    match second_start::start(meeting, VERSION, &[]).unwrap() {
        Start::First(host) => host.listen(VERSION, false, nobody()).unwrap(),
        Start::HandedOver { .. } => panic!("another window runs"),
    }
}

/// The one socket of a folder.
fn socket(folder: &Path) -> PathBuf {
    let all = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut sockets = all.filter(|it| it.extension() == Some(OsStr::new("socket")));
    sockets.next().unwrap()
}

#[test]
fn what_is_asked_and_answered_arrives_as_it_was() {
    // A file system knows bytes, not letters.
    let odd = PathBuf::from(OsString::from_vec(b"/scans/\xff \n.dcm".to_vec()));
    for files in [
        vec![],
        paths(&["/scans/a b.dcm", "/患者/胸片.dcm"]),
        vec![odd],
    ] {
        let frame = message::request(VERSION, &files).unwrap();
        let (head, body) = cut(&frame);
        assert_eq!(message::body_length(head), Ok(body.len()));
        assert_eq!(message::files(VERSION, body), Ok(phi(&files)));
    }
    for answer in [
        Answer::Opens,
        Answer::Waits,
        Answer::Full,
        Answer::NotUnderstood,
        Answer::OtherVersion("0.9.0-beta.1".to_owned()),
    ] {
        let frame = answer.to_frame();
        let (head, body) = cut(&frame);
        assert_eq!(message::body_length(head), Ok(body.len()));
        assert_eq!(message::answer(body), Ok(answer));
    }
}

#[test]
fn hostile_bytes_are_refused_with_their_reason() {
    let head = |letters: &[u8; 4], length: u32| {
        let bytes = [letters.as_slice(), &length.to_le_bytes()].concat();
        message::body_length(bytes.try_into().unwrap())
    };
    let most = u32::try_from(N_BYTES_MAX).unwrap();
    assert_eq!(head(b"WLS1", most), Ok(N_BYTES_MAX));
    let found = N_BYTES_MAX + 1;
    assert_eq!(head(b"WLS1", most + 1), Err(Fault::TooLong { found }));
    assert_eq!(head(b"GET ", 4), Err(Fault::NotAFrame));

    let other = Fault::OtherVersion {
        wanted: VERSION.to_owned(),
        found: "1.2.4".to_owned(),
    };
    let bodies: [(&[u8], Fault); 9] = [
        (b"", Fault::Cut),
        (b"1.2.3", Fault::Cut),
        (b"1.2.3\0/a.dcm\0/b.d", Fault::Cut),
        (b"1.2.3\0a.dcm\0", Fault::NotAbsolute),
        (b"1.2.3\0\0", Fault::NotAbsolute),
        (b"1.2\xff\0/a.dcm\0", Fault::NotAVersion),
        (b"1.2 \x1b[31m\0/a.dcm\0", Fault::NotAVersion),
        (b"\0/a.dcm\0", Fault::NotAVersion),
        // Whatever a later version may say after its name.
        (b"1.2.4\0{not paths}", other),
    ];
    for (body, fault) in bodies {
        assert_eq!(message::files(VERSION, body), Err(fault), "{body:?}");
    }
    let found = N_PATHS_MAX + 1;
    let many = [b"1.2.3\0".to_vec(), b"/a\0".repeat(found)].concat();
    assert_eq!(
        message::files(VERSION, &many),
        Err(Fault::TooMany { found })
    );
    for body in [b"".as_slice(), b"x", b"oo", b"v", b"v\xff"] {
        assert!(message::answer(body).is_err(), "{body:?}");
    }

    // Who asks keeps to the same limits.
    let ask = |files: &[PathBuf]| message::request(VERSION, files);
    assert_eq!(ask(&paths(&["a.dcm"])), Err(Fault::NotAbsolute));
    let many = vec![PathBuf::from("/a"); found];
    assert_eq!(ask(&many), Err(Fault::TooMany { found }));
    let long = PathBuf::from(format!("/{}", "a".repeat(N_BYTES_MAX)));
    assert!(matches!(ask(&[long]), Err(Fault::TooLong { .. })));
}

#[test]
fn the_window_that_runs_gets_what_a_second_start_names() {
    let folder = scratch("second-gets");
    let meeting = meeting(&folder);
    let visits = running(&meeting);
    let files = paths(&["/scans/chest.dcm", "/notes/note.txt"]);
    let again = || second_start::start(&meeting, VERSION, &files).unwrap();
    assert!(matches!(again(), Start::HandedOver { is_locked: false }));
    assert_eq!(visits.poll(), Some(phi(&files)));
    assert_eq!(visits.poll(), None);
    visits.set_locked(true);
    assert!(matches!(again(), Start::HandedOver { is_locked: true }));
    assert_eq!(visits.poll(), Some(phi(&files)));
    // Another version gets nothing in, and is told which one runs.
    let other = second_start::start(&meeting, "9.0.0", &files);
    assert!(
        matches!(&other, Err(Error::OtherVersion { running, own }) if running == VERSION && own == "9.0.0"),
        "{other:?}"
    );
    assert_eq!(visits.poll(), None);
    // What the window does not take in is not taken.
    let full = (0..200).find_map(|_| second_start::start(&meeting, VERSION, &files).err());
    assert!(matches!(full, Some(Error::Full)), "{full:?}");
    assert_eq!(std::iter::from_fn(|| visits.poll()).count(), 64);
    // A window that is wanted for itself does not take the place of the one that runs.
    assert!(second_start::claim(&meeting).unwrap().is_none());
    // Nobody else of this computer may come in.
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&socket(&folder))), (0o700, 0o600));
    drop(visits);
    assert!(second_start::claim(&meeting).unwrap().is_some());
}

#[test]
fn who_sends_rubbish_is_told_and_the_next_one_is_served() {
    let folder = scratch("second-rubbish");
    let meeting = meeting(&folder);
    let visits = running(&meeting);
    let socket = socket(&folder);
    let whole = message::request(VERSION, &paths(&["/a.dcm"])).unwrap();
    let long = [b"WLS1".as_slice(), &u32::MAX.to_le_bytes()].concat();
    let behind = [
        message::request("9.9.9", &[]).unwrap(),
        b"/c.dcm\0".to_vec(),
    ]
    .concat();
    for (rubbish, is_read_whole) in [
        (b"GET / HTTP/1.1\r\n\r\n".as_slice(), false),
        (long.as_slice(), true),
        (&whole[..whole.len() - 3], true),
        (&whole[..5], true),
        // What stands behind the frame is nobody's.
        (behind.as_slice(), false),
    ] {
        let mut visitor = UnixStream::connect(&socket).unwrap();
        visitor.write_all(rubbish).unwrap();
        // Or it has gone already.
        visitor.shutdown(Shutdown::Write).ok();
        let mut told = Vec::new();
        let end = visitor.read_to_end(&mut told);
        // What nobody reads breaks the connection, before the answer or after it.
        if is_read_whole {
            assert!(
                end.is_ok() && told == Answer::NotUnderstood.to_frame(),
                "{told:?}"
            );
        }
    }
    // One that says nothing is sent away when its time is up.
    let silent = UnixStream::connect(&socket).unwrap();
    let handed = second_start::start(&meeting, VERSION, &paths(&["/b.dcm"])).unwrap();
    assert!(matches!(handed, Start::HandedOver { is_locked: false }));
    assert_eq!(visits.poll(), Some(phi(&paths(&["/b.dcm"]))));
    assert_eq!(visits.poll(), None, "rubbish came in");
    drop(silent);
}

#[test]
fn the_socket_of_a_window_that_crashed_is_taken_over() {
    let folder = scratch("second-stale");
    let meeting = meeting(&folder);
    let visits = running(&meeting);
    let left = socket(&folder);
    drop(visits);
    assert!(!left.exists(), "a window that ends tidies up");
    // As a crash leaves it: the name is there, and nobody listens.
    drop(UnixListener::bind(&left).unwrap());
    assert!(left.exists() && UnixStream::connect(&left).is_err());
    let visits = running(&meeting);
    let handed = second_start::start(&meeting, VERSION, &paths(&["/a.dcm"])).unwrap();
    assert!(matches!(handed, Start::HandedOver { .. }));
    assert_eq!(visits.poll(), Some(phi(&paths(&["/a.dcm"]))));
}

#[test]
fn of_many_starts_at_once_one_is_first_and_has_the_files_of_all() {
    const N: usize = 8;
    let folder = scratch("second-race");
    let meeting = meeting(&folder);
    for round in 0..5 {
        let barrier = Barrier::new(N);
        let one = |idx: usize| {
            let file = PathBuf::from(format!("/{round}/{idx}"));
            barrier.wait();
            match second_start::start(&meeting, VERSION, &[file]).unwrap() {
                Start::First(host) => Some(host.listen(VERSION, false, nobody()).unwrap()),
                Start::HandedOver { .. } => None,
            }
        };
        let firsts: Vec<Visits> = thread::scope(|scope| {
            let one = &one;
            let starts: Vec<_> = (0..N).map(|idx| scope.spawn(move || one(idx))).collect();
            let ends = starts.into_iter().map(|it| it.join().unwrap());
            ends.flatten().collect()
        });
        let [visits] = &firsts[..] else {
            panic!("{} windows are first", firsts.len())
        };
        let mut came: Vec<_> = std::iter::from_fn(|| visits.poll()).flatten().collect();
        came.sort();
        came.dedup();
        assert_eq!(came.len(), N - 1);
    }
}

#[test]
fn each_display_has_a_window_of_its_own() {
    let folder = scratch("second-displays");
    let (runtime, state) = (folder.join("run"), folder.join("state"));
    fs::create_dir_all(&runtime).unwrap();
    let meeting = |set: &[(&str, &str)]| {
        let variable = |name: &str| {
            let found = set.iter().find(|it| it.0 == name);
            found.map(|it| OsString::from(it.1))
        };
        Meeting::of_environment(variable, Some(&state))
    };
    let run = ("XDG_RUNTIME_DIR", runtime.to_str().unwrap());
    assert!(meeting(&[run]).is_none(), "no display, no meeting");
    let different = [
        meeting(&[run, ("DISPLAY", ":0")]),
        meeting(&[run, ("DISPLAY", ":1")]),
        meeting(&[run, ("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")]),
        // Without the folder of the session it is the program's own.
        meeting(&[("DISPLAY", ":0")]),
        meeting(&[("DISPLAY", ":1"), ("XDG_RUNTIME_DIR", "/no/such/folder")]),
    ];
    let windows: Vec<Visits> = different
        .iter()
        .map(|it| running(it.as_ref().unwrap()))
        .collect();
    assert_eq!(windows.len(), 5);
    let n_sockets = |folder: &Path| {
        let all = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        all.filter(|it| it.extension() == Some(OsStr::new("socket")))
            .count()
    };
    assert_eq!(
        (n_sockets(&runtime.join("wardlight")), n_sockets(&state)),
        (3, 2)
    );
    let same = meeting(&[("DISPLAY", ":1"), run]).unwrap();
    let handed = second_start::start(&same, VERSION, &paths(&["/a.dcm"])).unwrap();
    assert!(matches!(handed, Start::HandedOver { .. }));
    let came: Vec<bool> = windows.iter().map(|it| it.poll().is_some()).collect();
    assert_eq!(came, [false, true, false, false, false]);
}

/// A window that other starts find.
fn found_window(meeting: &Meeting, safety: Safety) -> Harness<'static, App> {
    let options = Options {
        host: second_start::claim(meeting).unwrap(),
        safety,
        ..options(Vec::new(), fake::parts())
    };
    assert!(options.host.is_some());
    let mut harness = built([1440.0, 900.0], options);
    harness.run_steps(3);
    harness
}

/// Whether a start finds the window locked.
fn hand_over(meeting: &Meeting, files: &[&str]) -> bool {
    match second_start::start(meeting, app::VERSION, &paths(files)).unwrap() {
        Start::HandedOver { is_locked } => is_locked,
        Start::First(_) => panic!("no window runs"),
    }
}

#[test]
fn files_of_another_start_open_and_the_window_comes_to_the_front() {
    let meeting = meeting(&scratch("second-opens"));
    let mut harness = found_window(&meeting, Safety::default());
    assert!(!hand_over(&meeting, &["/scans/chest.dcm"]));
    let mut commands = Vec::new();
    let start = Instant::now();
    while harness.state().state().items.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20));
        harness.step();
        let output = &harness.output().viewport_output[&ViewportId::ROOT];
        commands.extend(output.commands.clone());
    }
    for wanted in [ViewportCommand::Minimized(false), ViewportCommand::Focus] {
        assert!(commands.contains(&wanted), "{commands:?}");
    }
    wait_for_title(&mut harness, "open");
    // A recipe turns to the page of training, as if it had been dropped.
    hand_over(&meeting, &["/recipes/mine.toml"]);
    wait(&mut harness, "the page of training", |it| {
        it.state().state().page == wardlight::session::Page::Train
    });
}

#[test]
fn a_locked_window_keeps_files_for_the_person_behind_the_lock() {
    let folder = with_vic("second-locked", &[Role::Reader]);
    let meeting = meeting(&folder.join("run"));
    let mut harness = found_window(&meeting, kept_in(&folder));
    assert_eq!(stage(&harness), DoorStage::SignIn);
    let n_items = |harness: &Harness<'static, App>| harness.state().state().items.len();
    // At the first sign in they wait for whoever comes, like those of the first start.
    assert!(hand_over(&meeting, &["/scans/chest.dcm"]));
    harness.run_steps(3);
    assert_eq!(n_items(&harness), 0);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait_for_title(&mut harness, "open");

    lock(&mut harness);
    harness.run_steps(3);
    assert!(hand_over(&meeting, &["/scans/stack.dcm"]));
    harness.run_steps(3);
    assert_eq!(n_items(&harness), 0);
    let said = spoken(&harness);
    assert!(said.contains("Files came meanwhile"), "{said}");
    assert!(!said.contains("stack"), "a path is read before the lock");
    enter(&mut harness, "Ada", PASSPHRASE);
    wait(&mut harness, "the file", |it| n_items(it) == 1);
    assert!(!hand_over(&meeting, &[]));

    // Somebody else is told, and does not get them.
    lock(&mut harness);
    harness.run_steps(3);
    assert!(hand_over(&meeting, &["/scans/withheld.dcm"]));
    harness.run_steps(3);
    harness.get_by_label("Sign in as someone else").click();
    harness.run_steps(3);
    enter(&mut harness, "Vic", OTHER);
    harness.run_steps(10);
    assert_eq!(n_items(&harness), 0);
    assert!(!harness.state().state().is_opening());
    let said = spoken(&harness);
    assert!(said.contains("came while the window was locked"), "{said}");
    assert!(
        !said.contains("withheld"),
        "a path is told to somebody else"
    );
    // And what comes now is theirs.
    assert!(!hand_over(&meeting, &["/scans/chest.dcm"]));
    wait(&mut harness, "the file", |it| n_items(it) == 1);
}

#[test]
fn the_program_started_twice_is_one_window_that_shows_the_file() {
    let Some(display) = Display::start() else {
        return;
    };
    let sample = wardlight::sample::write(&window::folder("sample-second")).unwrap();
    let from = sample.dicom.parent().unwrap();
    let runtime = scratch("second-run");
    let envs = [("XDG_RUNTIME_DIR", runtime.to_str().unwrap())];
    let first = display.open(&[], &envs);
    let n_windows = display.n_windows();
    // A name that only means something in the folder of the second start.
    let name = Path::new(sample.dicom.file_name().unwrap());
    let mut took = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        let mut second = display.spawn(from, &[name], &envs);
        assert_eq!(second.wait_for_end().code(), Some(0));
        took.push(start.elapsed());
    }
    println!("second starts took {took:.0?}");
    // The best of three: the others can have waited for the machine.
    assert!(
        *took.iter().min().unwrap() < Duration::from_secs(1),
        "{took:?}"
    );
    display.wait_for_title(&first, "open");
    display.shoot("window-second-start.png");
    assert_eq!(display.n_windows(), n_windows);

    // One that is asked for is a window, and so is one on another display.
    let own = display.spawn(from, &[Path::new("--new-window")], &envs);
    window::wait("a window of its own", || {
        (n_windows < display.n_windows()).then_some(())
    });
    drop(own);
    let other = Display::start().unwrap();
    drop(other.open(&[], &envs));

    // A window that is killed leaves its socket, and the next one takes it over.
    drop(first);
    assert!(socket(&runtime.join("wardlight")).exists());
    let next = display.open(&[], &envs);
    let mut second = display.spawn(from, &[name], &envs);
    assert_eq!(second.wait_for_end().code(), Some(0));
    display.wait_for_title(&next, "open");
}
