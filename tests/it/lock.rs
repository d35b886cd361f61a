//! The lock: in each awkward case it comes within a second and leaves nothing on the page, and the memory of the real
//! window holds nothing of a patient afterwards.
//!
//! The cases stand where others failed: a timer that slept with the machine (keepassxreboot/keepassxc#2014), a vault that
//! stayed open while text stood in a search field (bitwarden/clients discussion 22686).

use std::{
    fmt::Debug,
    io::{BufRead as _, BufReader},
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use wardlight::{
    app::{App, Options, Safety},
    journal::Journal,
    lock::{Buses, Moment, Reason},
    session::{DoorStage, Sheet},
    store::{Action, Filter},
};
use zbus::{
    blocking::{Connection, connection::Builder},
    interface,
    zvariant::OwnedObjectPath,
};

use crate::{
    app::{built, options, press, wait, wait_for_title},
    command::scratch,
    fake,
    store::{CHEAP, PASSPHRASE, create_in, place, sign_in},
};

/// Longest time from what happens to a blank page.
const LIMIT: Duration = Duration::from_secs(1);
const SESSION: &str = "/org/freedesktop/login1/session/_31";

/// A clock that a test sets.
#[derive(Clone, Default)]
struct Hands {
    awake_ms: Arc<AtomicU64>,
    asleep_ms: Arc<AtomicU64>,
}

impl Hands {
    fn pass(&self, secs: u64) {
        self.awake_ms.fetch_add(1000 * secs, Ordering::SeqCst);
    }

    fn sleep(&self, secs: u64) {
        self.asleep_ms.fetch_add(1000 * secs, Ordering::SeqCst);
    }

    fn read(&self) -> Moment {
        let awake = Duration::from_millis(3_600_000 + self.awake_ms.load(Ordering::SeqCst));
        let asleep = Duration::from_millis(self.asleep_ms.load(Ordering::SeqCst));
        Moment {
            since_boot: awake + asleep,
            awake,
        }
    }
}

/// A bus of its own, and on it a logind that this test plays.
pub(crate) struct Desk {
    daemon: Child,
    pub(crate) address: String,
    login: Connection,
    pub(crate) inhibitors: Arc<Mutex<Vec<OwnedFd>>>,
}

struct Manager {
    /// Our ends of the pipes; the other ends are held up by whoever delays a suspend.
    inhibitors: Arc<Mutex<Vec<OwnedFd>>>,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    #[zbus(name = "GetSession")]
    fn session(&self, _id: &str) -> OwnedObjectPath {
        SESSION.try_into().unwrap()
    }

    #[zbus(name = "GetSessionByPID")]
    fn session_by_pid(&self, _pid: u32) -> OwnedObjectPath {
        SESSION.try_into().unwrap()
    }

    fn inhibit(&self, _what: &str, _who: &str, _why: &str, _mode: &str) -> zbus::zvariant::OwnedFd {
        let (ours, theirs) = rustix::pipe::pipe_with(
            rustix::pipe::PipeFlags::NONBLOCK | rustix::pipe::PipeFlags::CLOEXEC,
        )
        .unwrap();
        self.inhibitors.lock().unwrap().push(ours);
        theirs.into()
    }
}

impl Desk {
    /// `None`, with the reason printed, where there is no D-Bus.
    pub(crate) fn start() -> Option<Self> {
        let started = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut daemon) = started else {
            println!("skipped: dbus-daemon is not installed");
            return None;
        };
        let mut address = String::new();
        BufReader::new(daemon.stdout.as_mut().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim().to_owned();
        let inhibitors = Arc::<Mutex<Vec<OwnedFd>>>::default();
        let manager = Manager {
            inhibitors: inhibitors.clone(),
        };
        let login = Builder::address(address.as_str())
            .unwrap()
            .serve_at("/org/freedesktop/login1", manager)
            .unwrap()
            .name("org.freedesktop.login1")
            .unwrap()
            .build()
            .unwrap();
        Some(Self {
            daemon,
            address,
            login,
            inhibitors,
        })
    }

    fn buses(&self) -> Buses {
        Buses {
            system: Some(self.address.clone()),
            session: Some(self.address.clone()),
        }
    }

    fn emit<B: serde::Serialize + zbus::zvariant::DynamicType + Debug>(
        &self,
        (path, interface, member): (&str, &str, &str),
        body: &B,
    ) {
        self.login
            .emit_signal(None::<&str>, path, interface, member, body)
            .unwrap();
    }

    pub(crate) fn suspend(&self) {
        let manager = "org.freedesktop.login1.Manager";
        self.emit(
            ("/org/freedesktop/login1", manager, "PrepareForSleep"),
            &true,
        );
    }

    /// Whether somebody still delays the suspend.
    fn is_delayed(&self) -> bool {
        let inhibitors = self.inhibitors.lock().unwrap();
        inhibitors.iter().any(|it| {
            // The end of a pipe that nobody holds any more reads as its end, not as "wait".
            rustix::io::read(it, &mut [0_u8; 1]).is_err()
        })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}

/// Guards records in a folder of their own, which Ada has made unless they are new.
pub(crate) fn kept_in(folder: &Path) -> Safety {
    Safety {
        place: Some(place(folder)),
        cost: CHEAP,
        ..Safety::default()
    }
}

pub(crate) fn window(files: &[&str], safety: Safety) -> Harness<'static, App> {
    let options = Options {
        safety,
        ..options(files.iter().map(Into::into).collect(), fake::parts())
    };
    built([1440.0, 900.0], options)
}

pub(crate) fn stage(harness: &Harness<'static, App>) -> DoorStage {
    harness.state().state().door.stage.clone()
}

/// All that a screen reader would say.
pub(crate) fn spoken(harness: &Harness<'static, App>) -> String {
    harness
        .root()
        .children_recursive()
        .map(|it| {
            let node = it.accesskit_node();
            format!("{:?} {:?}\n", node.label(), node.value())
        })
        .collect()
}

/// Draws until the window is locked and gives the time that took.
pub(crate) fn time_to_lock(harness: &mut Harness<'static, App>, want: Reason) -> Duration {
    let start = Instant::now();
    while stage(harness) == DoorStage::Open {
        assert!(start.elapsed() < Duration::from_secs(10), "it stays open");
        harness.step();
        thread::sleep(Duration::from_millis(2));
    }
    // The frame that shows it.
    harness.step();
    let took = start.elapsed();
    assert_eq!(stage(harness), DoorStage::Locked(want));
    let state = harness.state().state();
    assert!(state.items.is_empty() && state.sheet.is_none() && state.notices.is_empty());
    assert_eq!(state.busy_jobs().count(), 0);
    let spoken = spoken(harness);
    for secret in [
        "SYNTHETIC",
        "chest.dcm",
        "stack.dcm",
        "note.txt",
        "fever",
        "typed by",
    ] {
        assert!(
            !spoken.contains(secret),
            "{secret} is still spoken:\n{spoken}"
        );
    }
    took
}

/// One awkward case: its name, and what is done in an open window until something happens that must lock it.
type Case = (
    &'static str,
    Reason,
    fn(&mut Harness<'static, App>, &Hands, &Desk),
);

const CASES: [Case; 13] = [
    ("ten idle minutes", Reason::Idle, |_, hands, _| {
        hands.pass(600)
    }),
    (
        "suspend, told by logind",
        Reason::Suspended,
        |_, _, desk| desk.suspend(),
    ),
    (
        "suspend, told by nobody",
        Reason::Suspended,
        |_, hands, _| hands.sleep(30),
    ),
    ("session lock", Reason::SessionLocked, |_, _, desk| {
        desk.emit((SESSION, "org.freedesktop.login1.Session", "Lock"), &());
    }),
    ("screen saver", Reason::SessionLocked, |_, _, desk| {
        let saver = "org.gnome.ScreenSaver";
        desk.emit(("/org/gnome/ScreenSaver", saver, "ActiveChanged"), &true);
    }),
    ("change of user", Reason::UserSwitched, |_, _, desk| {
        let active = [("Active", zbus::zvariant::Value::from(false))];
        let changed = std::collections::HashMap::from(active);
        let none: [&str; 0] = [];
        desk.emit(
            (
                SESSION,
                "org.freedesktop.DBus.Properties",
                "PropertiesChanged",
            ),
            &("org.freedesktop.login1.Session", changed, &none[..]),
        );
    }),
    (
        "text in a search field",
        Reason::Idle,
        |harness, hands, _| {
            press(harness, Modifiers::COMMAND, Key::K);
            harness
                .get_by_label("Search all actions")
                .type_text("typed by a person");
            harness.run_steps(3);
            hands.pass(600);
        },
    ),
    ("a modal open", Reason::Idle, |harness, hands, _| {
        press(harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
        assert_eq!(harness.state().state().sheet, Some(Sheet::Path));
        hands.pass(600);
    }),
    (
        "a file dialog asked for",
        Reason::Idle,
        |harness, hands, _| {
            press(harness, Modifiers::COMMAND, Key::O);
            hands.pass(600);
        },
    ),
    ("a job running", Reason::Idle, |harness, hands, _| {
        press(harness, Modifiers::NONE, Key::Space);
        assert_ne!(harness.state().state().busy_jobs().count(), 0);
        hands.pass(600);
    }),
    (
        "frames drawn without end",
        Reason::Idle,
        |harness, hands, _| {
            // Ten minutes of film: frames, and not one input.
            for _ in 1..600 {
                hands.pass(1);
                harness.step();
            }
            assert_eq!(stage(harness), DoorStage::Open);
            hands.pass(1);
        },
    ),
    (
        "a key held down by a book",
        Reason::Idle,
        |harness, hands, _| {
            // It falls on the key after half a minute: that counts, what the key repeats does not.
            for _ in 0..20 {
                hands.pass(30);
                harness.event(egui::Event::Key {
                    key: Key::A,
                    physical_key: None,
                    pressed: true,
                    repeat: true,
                    modifiers: Modifiers::NONE,
                });
                harness.step();
            }
            assert_eq!(stage(harness), DoorStage::Open);
            hands.pass(30);
        },
    ),
    (
        "the key, while text is typed",
        Reason::Asked,
        |harness, _, _| {
            press(harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
            harness.get_by_label("Path").type_text("typed by a person");
            harness.run_steps(2);
            harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
        },
    ),
];

#[test]
fn every_awkward_case_locks_within_a_second() {
    let Some(desk) = Desk::start() else { return };
    println!("| case | reason | ms |\n|---|---|---|");
    for (name, reason, act) in CASES {
        let hands = Hands::default();
        let clock = hands.clone();
        let safety = Safety {
            clock: Arc::new(move || clock.read()),
            buses: Some(desk.buses()),
            ..Safety::default()
        };
        let n_before = desk.inhibitors.lock().unwrap().len();
        let mut harness = window(&["stack.dcm", "note.txt"], safety);
        wait(&mut harness, "two files", |it| {
            it.state().state().items.len() == 2 && !it.state().state().are_models_loading()
        });
        wait(&mut harness, "logind", |_| {
            n_before < desk.inhibitors.lock().unwrap().len()
        });
        // The other bus has no sign; its thread started with the first.
        thread::sleep(Duration::from_millis(50));
        assert!(
            spoken(&harness).contains("SYNTHETIC"),
            "the control sees nothing"
        );
        act(&mut harness, &hands, &desk);
        let took = time_to_lock(&mut harness, reason);
        println!("| {name} | {} | {} |", reason.code(), took.as_millis());
        assert!(took < LIMIT, "{name} took {took:?}");
        if name.contains("logind") {
            wait(&mut harness, "the suspend to go on", |_| !desk.is_delayed());
        }
        desk.inhibitors.lock().unwrap().clear();
    }
}

#[test]
fn input_keeps_it_open_and_the_countdown_is_shown() {
    let hands = Hands::default();
    let clock = hands.clone();
    let safety = Safety {
        clock: Arc::new(move || clock.read()),
        ..Safety::default()
    };
    let mut harness = window(&["chest.dcm"], safety);
    wait_for_title(&mut harness, "open");
    for _ in 0..5 {
        hands.pass(580);
        harness.step();
        harness.step();
        assert!(spoken(&harness).contains("Settings"));
        press(&mut harness, Modifiers::NONE, Key::I);
        assert_eq!(stage(&harness), DoorStage::Open);
    }
    hands.pass(601);
    // The first key after that does not open the day.
    harness.key_press(Key::I);
    time_to_lock(&mut harness, Reason::Idle);
}

#[test]
fn nothing_but_the_door_answers_while_it_is_locked() {
    let mut harness = window(&["chest.dcm"], Safety::default());
    wait_for_title(&mut harness, "open");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    time_to_lock(&mut harness, Reason::Asked);
    assert_eq!(harness.state().state().title(), "Wardlight · locked");
    for key in [Key::O, Key::K, Key::E, Key::T, Key::P] {
        press(&mut harness, Modifiers::COMMAND, key);
    }
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert_eq!(stage(&harness), DoorStage::Locked(Reason::Asked));
    assert!(harness.state().state().sheet.is_none());
    harness.get_by_label_contains("Nothing was kept");
    harness.get_by_label("Go on").click();
    harness.run_steps(3);
    assert_eq!(stage(&harness), DoorStage::Open);
    harness.get_by_label("Choose files…");
}

#[test]
fn a_first_start_asks_and_keeps_and_shows_the_key_once() {
    let folder = scratch("lock-first");
    let mut harness = window(&["chest.dcm"], kept_in(&folder));
    harness.run_steps(3);
    assert_eq!(stage(&harness), DoorStage::FirstRun);
    assert!(harness.state().state().items.is_empty());
    harness
        .get_by_label("Keep records on this computer, encrypted")
        .click();
    harness.run_steps(3);
    for (label, text) in [
        ("Name", "Ada"),
        ("Passphrase", PASSPHRASE),
        ("Passphrase again", PASSPHRASE),
    ] {
        harness.get_by_label(label).focus();
        harness.run_steps(2);
        harness.get_by_label(label).type_text(text);
        harness.run_steps(2);
    }
    harness.get_by_label_contains("Strength of the passphrase: Strong");
    harness.get_by_label("Create").click();
    wait(&mut harness, "the key", |it| {
        matches!(stage(it), DoorStage::RecoveryKey(_))
    });
    harness.get_by_label_contains("AGE-SECRET-KEY-1");
    harness.get_by_label("Go on").click();
    harness.run_steps(3);
    assert!(
        matches!(stage(&harness), DoorStage::RecoveryKey(_)),
        "not yet written down"
    );
    harness.get_by_label("I have written it down").click();
    harness.run_steps(3);
    harness.get_by_label("Go on").click();
    // What the command line named is opened now, and not before.
    wait_for_title(&mut harness, "open");
    assert!(!spoken(&harness).contains("AGE-SECRET"));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    time_to_lock(&mut harness, Reason::Asked);
    harness.get_by_label("Signed in: Ada");
    // The keys are gone, and with them the lock: another program may open it.
    let records = wait_for_records(&folder);
    let opened = Filter {
        action: Some(Action::CaseOpened),
        ..Filter::default()
    };
    assert_eq!(records.log(&opened, 10).unwrap().len(), 1);
}

/// Signs in once the window has let go of the records, which it does within a second.
pub(crate) fn wait_for_records(folder: &Path) -> wardlight::store::Records {
    let start = Instant::now();
    loop {
        match sign_in(folder) {
            Ok(records) => return records,
            Err(error) => assert!(start.elapsed() < LIMIT, "{error}"),
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_wrong_name_and_a_wrong_passphrase_are_told_in_the_same_words() {
    let folder = scratch("lock-wrong");
    drop(create_in(&folder));
    let mut harness = window(&["chest.dcm"], kept_in(&folder));
    harness.run_steps(3);
    assert_eq!(stage(&harness), DoorStage::SignIn);
    assert!(harness.state().state().items.is_empty(), "it starts locked");
    let mut told = Vec::new();
    for (name, passphrase) in [("Eve", PASSPHRASE), ("Ada", "wicket plum")] {
        type_over(&mut harness, "Name", name);
        type_over(&mut harness, "Passphrase", passphrase);
        press(&mut harness, Modifiers::NONE, Key::Enter);
        wait(&mut harness, "an answer", |it| {
            it.state().state().door.trouble.is_some()
        });
        told.push(
            harness
                .get_by_role(egui::accesskit::Role::Alert)
                .accesskit_node()
                .label(),
        );
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(
        told[0].as_deref(),
        Some("The name or the passphrase is wrong.")
    );
    type_over(&mut harness, "Passphrase", PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait_for_title(&mut harness, "open");
}

#[test]
fn a_deed_that_could_not_be_kept_is_told_at_once_or_after_the_next_sign_in() {
    let folder = scratch("lock-full");
    drop(create_in(&folder));
    let mut harness = window(&["chest.dcm"], kept_in(&folder));
    harness.run_steps(3);
    let sign_in = |harness: &mut Harness<'static, App>| {
        type_over(harness, "Passphrase", PASSPHRASE);
        press(harness, Modifiers::NONE, Key::Enter);
        wait(harness, "the door to open", |it| {
            stage(it) == DoorStage::Open
        });
    };
    type_over(&mut harness, "Name", "Ada");
    sign_in(&mut harness);
    wait_for_title(&mut harness, "open");
    drop_deeds(&mut harness, &folder, true);
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait(&mut harness, "the notice", |it| {
        spoken(it).contains("Not kept in the records")
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    time_to_lock(&mut harness, Reason::Asked);
    drop_deeds(&mut harness, &folder, false);
    sign_in(&mut harness);
    harness.run_steps(3);
    harness.get_by_label_contains("Not kept in the records");
}

/// Puts a file in the place of the folder of the log's head, where nothing can be written then; or takes it away again.
fn drop_deeds(harness: &mut Harness<'static, App>, folder: &Path, is_blocked: bool) {
    // What waits is written first.
    for _ in 0..20 {
        harness.step();
        thread::sleep(Duration::from_millis(10));
    }
    let (state, away) = (folder.join("state"), folder.join("away"));
    if is_blocked {
        std::fs::rename(&state, away).unwrap();
        crate::command::write(&state, b"");
    } else {
        std::fs::remove_file(&state).unwrap();
        std::fs::rename(away, state).unwrap();
    }
}

#[test]
fn the_pages_speak_chinese_when_told_to() {
    let folder = scratch("lock-chinese");
    drop(create_in(&folder));
    let mut harness = window(&[], kept_in(&folder));
    harness.run_steps(3);
    harness.get_by_label("中文").click();
    harness.run_steps(4);
    harness.get_by_label_contains("仅供研究使用");
    harness.get_by_label("口令");
    harness.get_by_label("English").click();
    harness.run_steps(4);
    harness.get_by_label("Passphrase");
}

/// Replaces what stands in a field.
pub(crate) fn type_over(harness: &mut Harness<'static, App>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run_steps(2);
    press(harness, Modifiers::COMMAND, Key::A);
    harness.get_by_label(label).type_text(text);
    harness.run_steps(2);
}

#[test]
fn the_journal_holds_codes_and_no_words_of_a_file() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("journal");
    std::fs::remove_dir_all(&folder).ok();
    let safety = Safety {
        journal: Journal::new(Some(folder.clone())),
        ..Safety::default()
    };
    let mut harness = window(&["chest.dcm", "note.txt", "broken.dcm"], safety);
    wait(&mut harness, "files", |it| {
        it.state().state().items.len() == 2
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    time_to_lock(&mut harness, Reason::Asked);
    drop(harness);
    let text = std::fs::read_to_string(Journal::file(&folder)).unwrap();
    assert!(
        text.contains("\"event\":\"locked\"") && text.contains("\"reason\":\"asked\""),
        "{text}"
    );
    for secret in ["SYNTHETIC", "chest", "note.txt", "broken", "fever"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
