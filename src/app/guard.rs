//! What the window is watched with: input, clocks and desktop go in, a reason to lock comes out.

use std::{
    io::Write as _,
    process::Stdio,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread::Builder,
    time::Duration,
};

use egui::{Context, Event, Pos2};

use super::Safety;
use crate::{
    engine::WakeFn,
    journal::{Journal, Value},
    lock::{Alarm, Bus, Desktop, Heard, Moment, Reason, Seen, Watch},
    session::{Opened, State},
    store::{Error, RecoveryKey},
};

/// So long before it locks the window says so.
const NOTICE: Duration = Duration::from_secs(30);

/// Reads the two clocks; a test has its own.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// Watches over one window.
pub(super) struct Guard {
    clock: Clock,
    watch: Watch,
    alarm: Option<Alarm>,
    desktop: Option<Desktop>,
    journal: Journal,
    wake: WakeFn,
    printed: Option<Receiver<bool>>,
    pointer: Option<Pos2>,
    /// Time of the input that was looked at last.
    input_time: f64,
    /// For the notice before it locks.
    left: Option<Duration>,
}

impl Guard {
    /// Starts to watch. Without an alarm of the system the frames of the window are all that wakes it.
    pub(super) fn new(safety: Safety, minutes: u8, wake: WakeFn) -> Self {
        let Safety {
            clock,
            buses,
            journal,
            ..
        } = safety;
        journal.write("window-started", &[]);
        let now = clock();
        Self {
            watch: Watch::new(minutes, now),
            alarm: Alarm::start(wake.clone()).ok(),
            desktop: buses.map(|it| Desktop::start(it, wake.clone())),
            clock,
            journal,
            wake,
            printed: None,
            pointer: None,
            input_time: f64::NEG_INFINITY,
            left: None,
        }
    }

    /// Looks at what has happened since the last frame.
    pub(super) fn look(&mut self, ctx: &Context, state: &State) -> Option<Reason> {
        let now = (self.clock)();
        let heard = self.heard();
        let has_input = self.has_input(ctx);
        if !state.door.is_open() {
            return None;
        }
        self.watch.set_minutes(state.settings.lock_minutes);
        let mut reason = self.watch.tick(now);
        for seen in heard {
            reason = reason.or(self.watch.see(now, seen));
        }
        if has_input {
            reason = reason.or(self.watch.see(now, Seen::Input));
        }
        let due = self.watch.due();
        let left = due.saturating_sub(now.since_boot);
        self.left = (left <= NOTICE).then_some(left);
        if let Some(alarm) = &self.alarm {
            // First for the notice, then each second of it.
            let next = if left <= NOTICE {
                Duration::from_millis(u64::try_from(left.as_millis() % 1000).unwrap_or(0) + 1)
            } else {
                left - NOTICE
            };
            alarm.set(now.since_boot + next);
        }
        reason
    }

    /// Time that is left, in the last half minute.
    pub(super) const fn left(&self) -> Option<Duration> {
        self.left
    }

    /// The window has locked and is about to be blank.
    pub(super) fn locked(&mut self, reason: Reason, took: Duration) {
        self.left = None;
        let fields = [
            ("reason", Value::Code(reason.code())),
            ("took", Value::Took(took)),
        ];
        self.journal.write("locked", &fields);
    }

    /// The blank window has been drawn: a suspend need not wait for it any longer.
    pub(super) fn blanked(&self) {
        if let Some(desktop) = &self.desktop {
            desktop.blanked();
        }
    }

    /// Somebody may see again.
    pub(super) fn unlocked(&mut self) {
        self.watch.unlocked((self.clock)());
        self.journal.write("unlocked", &[]);
    }

    fn heard(&self) -> Vec<Seen> {
        let desktop = self.desktop.as_ref();
        let heard = std::iter::from_fn(|| desktop?.poll());
        heard
            .filter_map(|it| match it {
                Heard::Seen(seen) => Some(seen),
                Heard::Listening(bus, _) => {
                    let fields = [("bus", Value::Code(bus_code(bus)))];
                    self.journal.write("listening", &fields);
                    None
                }
                Heard::Silent(bus) => {
                    let fields = [("bus", Value::Code(bus_code(bus)))];
                    self.journal.write("not-listening", &fields);
                    None
                }
            })
            .collect()
    }

    /// Whether a person did something. A key that is held down by a book is nobody, and neither is a pointer that is
    /// told again where it lies. A hidden window is shown its last input again and again: that counts once.
    fn has_input(&mut self, ctx: &Context) -> bool {
        let (pointer, input_time) = (&mut self.pointer, &mut self.input_time);
        ctx.input(|it| {
            if it.time <= std::mem::replace(input_time, it.time) {
                return false;
            }
            let mut is_person = false;
            for event in &it.raw.events {
                is_person |= match event {
                    Event::Key {
                        pressed, repeat, ..
                    } => *pressed && !*repeat,
                    Event::PointerMoved(at) => pointer.replace(*at).is_some_and(|it| it != *at),
                    Event::PointerButton { .. }
                    | Event::MouseWheel { .. }
                    | Event::Touch { .. }
                    | Event::Zoom(_)
                    | Event::Ime(_)
                    | Event::Copy
                    | Event::Cut
                    | Event::Paste(_)
                    | Event::AccessKitActionRequest(_) => true,
                    // The letters of a key come beside it.
                    _ => false,
                };
            }
            is_person || !it.raw.dropped_files.is_empty()
        })
    }

    /// Writes down whether somebody came in.
    pub(super) fn answered(&self, answer: &Result<Opened, Error>) {
        let (event, code) = match answer {
            Ok(_) => ("signed-in", "ok"),
            Err(error) => ("not-signed-in", error_code(error)),
        };
        self.journal.write(event, &[("outcome", Value::Code(code))]);
    }

    /// Sends the recovery key to the printer through a pipe: it must not stand in a file.
    pub(super) fn print(&mut self, key: RecoveryKey) {
        let (sender, printed) = sync_channel(1);
        let wake = self.wake.clone();
        let work = move || {
            sender.send(try_print(&key).is_some()).ok();
            wake();
        };
        let started = Builder::new().name("print".to_owned()).spawn(work);
        self.printed = started.is_ok().then_some(printed);
    }

    /// Whether the printer took it, once.
    pub(super) fn printed(&mut self) -> Option<bool> {
        let printed = self.printed.as_ref()?.try_recv().ok()?;
        self.printed = None;
        Some(printed)
    }
}

fn try_print(key: &RecoveryKey) -> Option<()> {
    let mut lp = std::process::Command::new("lp")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = lp.stdin.take()?;
    // For the person's own safekeeping.
    let written = writeln!(input, "Wardlight\n\n{}", key.reveal());
    drop(input);
    let is_taken = lp.wait().is_ok_and(|it| it.success()) && written.is_ok();
    is_taken.then_some(())
}

const fn bus_code(bus: Bus) -> &'static str {
    match bus {
        Bus::System => "system",
        Bus::Session => "session",
    }
}

const fn error_code(error: &Error) -> &'static str {
    match error {
        Error::WrongNameOrPassphrase => "wrong",
        Error::Wait { .. } => "wait",
        Error::Newer { .. } => "newer",
        Error::Damaged { .. } => "damaged",
        Error::Tampered { .. } => "tampered",
        Error::InUse => "in-use",
        Error::Full => "full",
        Error::ReadOnly => "read-only",
        Error::Weak { .. } => "weak",
        _ => "storage",
    }
}
