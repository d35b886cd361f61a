//! What the desktop says by D-Bus: logind's suspend, session lock and change of user, and the screen savers'
//! `ActiveChanged`. A bus that is not there is no trouble: the clocks of [`super::Watch`] still count.
//!
//! org.freedesktop.login1(5); the idle inhibition protocol of freedesktop.org and GNOME for the screen savers.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use zbus::{
    Message,
    blocking::{Connection, MessageIterator},
    zvariant::{OwnedFd, OwnedObjectPath, OwnedValue},
};

use super::{Seen, WakeFn};

/// Things heard that may wait; more than a person could do between two frames.
const N_HEARD: usize = 64;
/// How long a suspend is held up at most until the window is blank.
const HOLD: Duration = Duration::from_secs(1);

const LOGIN: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const SAVERS: [&str; 2] = ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"];

/// One of the two buses of a desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    System,
    Session,
}

/// Where the buses are; `None` for where the environment says.
#[derive(Clone, Debug, Default)]
pub struct Buses {
    pub system: Option<String>,
    pub session: Option<String>,
}

/// What came by a bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Seen(Seen),
    /// The bus is there; what is heard by it, in words.
    Listening(Bus, &'static str),
    /// The bus is not there, or has gone.
    Silent(Bus),
}

/// The threads that listen, one for each bus.
pub struct Desktop {
    heard: Receiver<Heard>,
    blank: SyncSender<()>,
    connections: Arc<Mutex<Vec<Connection>>>,
    _threads: Vec<JoinHandle<()>>,
}

impl Desktop {
    /// Starts to listen; what is heard wakes the window. A thread that cannot be started hears nothing.
    pub fn start(buses: Buses, wake: WakeFn) -> Self {
        let (sender, heard) = sync_channel(N_HEARD);
        let (blank, blanked) = sync_channel(1);
        let connections = Arc::<Mutex<Vec<Connection>>>::default();
        let ear = || Ear {
            heard: sender.clone(),
            wake: wake.clone(),
            connections: connections.clone(),
        };
        let (system, session) = (ear(), ear());
        let (system_at, session_at) = (buses.system, buses.session);
        let threads = [
            Builder::new()
                .name("system bus".to_owned())
                .spawn(move || system.listen_to_logind(system_at.as_deref(), &blanked)),
            Builder::new()
                .name("session bus".to_owned())
                .spawn(move || session.listen_to_savers(session_at.as_deref())),
        ];
        Self {
            heard,
            blank,
            connections,
            _threads: threads.into_iter().filter_map(Result::ok).collect(),
        }
    }

    /// The next thing heard, if one waits.
    pub fn poll(&self) -> Option<Heard> {
        self.heard.try_recv().ok()
    }

    /// The window shows nothing any more: a suspend may go on.
    pub fn blanked(&self) {
        // A full queue says the same.
        self.blank.try_send(()).ok();
    }

    /// Waits until both buses have said whether they are there; for `wardlight doctor`.
    pub fn survey(&self, patience: Duration) -> Vec<Heard> {
        let mut found = Vec::new();
        while found.len() < 2 {
            match self.heard.recv_timeout(patience) {
                Ok(Heard::Seen(_)) => {}
                Ok(other) => found.push(other),
                Err(_) => break,
            }
        }
        found
    }
}

impl Drop for Desktop {
    /// Closes the buses, which ends the threads; one that still waits for its bus holds nothing and ends by itself.
    fn drop(&mut self) {
        let connections = std::mem::take(
            &mut *self
                .connections
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for connection in connections {
            connection.close().ok();
        }
    }
}

/// One thread's side.
struct Ear {
    heard: SyncSender<Heard>,
    wake: WakeFn,
    connections: Arc<Mutex<Vec<Connection>>>,
}

impl Ear {
    fn tell(&self, heard: Heard) {
        // Before a full queue the window has more than enough reasons to lock.
        self.heard.try_send(heard).ok();
        (self.wake)();
    }

    fn keep(&self, connection: &Connection) {
        let mut kept = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.push(connection.clone());
    }

    fn listen_to_logind(&self, at: Option<&str>, blanked: &Receiver<()>) {
        if self.try_logind(at, blanked).is_err() {
            self.tell(Heard::Silent(Bus::System));
        }
    }

    fn try_logind(&self, at: Option<&str>, blanked: &Receiver<()>) -> zbus::Result<()> {
        let bus = at.map_or_else(Connection::system, open)?;
        self.keep(&bus);
        watch(&bus, MANAGER, "PrepareForSleep")?;
        let session = own_session(&bus).ok();
        if session.is_some() {
            watch(&bus, SESSION, "Lock")?;
            watch(&bus, "org.freedesktop.DBus.Properties", "PropertiesChanged")?;
        }
        let words = match &session {
            Some(_) => "suspend, session lock, change of user",
            None => "suspend; this session is not known to logind",
        };
        let mut held = delay_sleep(&bus).ok();
        let messages = MessageIterator::from(&bus);
        self.tell(Heard::Listening(Bus::System, words));
        for message in messages {
            let message = message?;
            match from_logind(&message, session.as_ref()) {
                Some(Signal::Seen(seen)) => self.tell(Heard::Seen(seen)),
                Some(Signal::Sleep) => {
                    blanked.try_iter().for_each(drop);
                    self.tell(Heard::Seen(Seen::Suspending));
                    // Either the window is blank or it has had its time; the machine goes to sleep.
                    blanked.recv_timeout(HOLD).ok();
                    held = None;
                }
                Some(Signal::Woken) if held.is_none() => held = delay_sleep(&bus).ok(),
                Some(Signal::Woken) | None => {}
            }
        }
        self.tell(Heard::Silent(Bus::System));
        Ok(())
    }

    fn listen_to_savers(&self, at: Option<&str>) {
        if self.try_savers(at).is_err() {
            self.tell(Heard::Silent(Bus::Session));
        }
    }

    fn try_savers(&self, at: Option<&str>) -> zbus::Result<()> {
        let bus = at.map_or_else(Connection::session, open)?;
        self.keep(&bus);
        for saver in SAVERS {
            watch(&bus, saver, "ActiveChanged")?;
        }
        let messages = MessageIterator::from(&bus);
        self.tell(Heard::Listening(Bus::Session, "screen saver"));
        for message in messages {
            let message = message?;
            let is_active = || message.body().deserialize::<bool>().unwrap_or(false);
            let is_saver = SAVERS
                .into_iter()
                .any(|it| is_signal(&message, it, "ActiveChanged"));
            if is_saver && is_active() {
                self.tell(Heard::Seen(Seen::SessionLocked));
            }
        }
        self.tell(Heard::Silent(Bus::Session));
        Ok(())
    }
}

/// What a message of logind means.
enum Signal {
    Seen(Seen),
    Sleep,
    Woken,
}

fn from_logind(message: &Message, session: Option<&OwnedObjectPath>) -> Option<Signal> {
    if is_signal(message, MANAGER, "PrepareForSleep") {
        let is_start = message.body().deserialize::<bool>().ok()?;
        return Some(if is_start {
            Signal::Sleep
        } else {
            Signal::Woken
        });
    }
    let header = message.header();
    if header.path().map(|it| it.as_str()) != session.map(|it| it.as_str()) {
        return None;
    }
    if is_signal(message, SESSION, "Lock") {
        return Some(Signal::Seen(Seen::SessionLocked));
    }
    if is_signal(
        message,
        "org.freedesktop.DBus.Properties",
        "PropertiesChanged",
    ) {
        let body = message.body();
        let (interface, changed, _): (
            String,
            std::collections::HashMap<String, OwnedValue>,
            Vec<String>,
        ) = body.deserialize().ok()?;
        let active = changed.get("Active").map(bool::try_from);
        let is_left = interface == SESSION && matches!(active, Some(Ok(false)));
        return is_left.then_some(Signal::Seen(Seen::UserSwitched));
    }
    None
}

fn is_signal(message: &Message, interface: &str, member: &str) -> bool {
    let header = message.header();
    header.message_type() == zbus::message::Type::Signal
        && header.interface().is_some_and(|it| it == interface)
        && header.member().is_some_and(|it| it == member)
}

/// A bus at an address.
fn open(at: &str) -> zbus::Result<Connection> {
    zbus::blocking::connection::Builder::address(at)?.build()
}

/// Asks the bus for a signal.
fn watch(bus: &Connection, interface: &str, member: &str) -> zbus::Result<()> {
    let rule = format!("type='signal',interface='{interface}',member='{member}'");
    let (name, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
    bus.call_method(Some(name), path, Some(name), "AddMatch", &rule)
        .map(|_| ())
}

/// The session that this process belongs to.
fn own_session(bus: &Connection) -> zbus::Result<OwnedObjectPath> {
    let path = "/org/freedesktop/login1";
    let reply = match std::env::var("XDG_SESSION_ID") {
        Ok(id) => bus.call_method(Some(LOGIN), path, Some(MANAGER), "GetSession", &id)?,
        Err(_) => {
            let pid = std::process::id();
            bus.call_method(Some(LOGIN), path, Some(MANAGER), "GetSessionByPID", &pid)?
        }
    };
    reply.body().deserialize()
}

/// Makes logind wait with a suspend until this is dropped, five seconds at most by its own rule.
fn delay_sleep(bus: &Connection) -> zbus::Result<OwnedFd> {
    let body = ("sleep", "Wardlight", "blank the window", "delay");
    let path = "/org/freedesktop/login1";
    bus.call_method(Some(LOGIN), path, Some(MANAGER), "Inhibit", &body)?
        .body()
        .deserialize()
}
