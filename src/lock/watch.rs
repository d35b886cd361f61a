//! The decision to lock, without a clock, a screen or a bus: [`Watch`] is told moments and what was seen.
//!
//! The wall clock is not among what it is told, so no step of it can shorten or lengthen the time: KeePassXC's timer
//! stood still during a suspend because its clock did (keepassxreboot/keepassxc#2014).

use std::{ops::RangeInclusive, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Minutes without input after which the window may be told to lock; 45 CFR 164.312(a)(2)(iii) names no number.
pub const IDLE_MINUTES: RangeInclusive<u8> = 1..=15;
/// The clocks are read one after the other; a machine that slept was away for longer than this.
const SLEPT: Duration = Duration::from_secs(2);

/// A moment on two clocks that nobody can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since the machine started, suspends counted (`CLOCK_BOOTTIME`, clock_gettime(2)).
    pub since_boot: Duration,
    /// The same without suspends (`CLOCK_MONOTONIC`).
    pub awake: Duration,
}

/// What was seen since the last moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A key, a button, a wheel, a finger, or a pointer that moved: a person. A repaint is none, nor is work.
    Input,
    Suspending,
    SessionLocked,
    UserSwitched,
    /// The key or the menu.
    Asked,
}

/// Why the window locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    Idle,
    Suspended,
    SessionLocked,
    UserSwitched,
    Asked,
}

/// Decides when to lock.
#[derive(Clone, Debug)]
pub struct Watch {
    idle_after: Duration,
    last_input: Duration,
    last: Moment,
    is_locked: bool,
}

impl Moment {
    /// Now.
    pub fn now() -> Self {
        let read = |clock| {
            let time = clock_gettime(clock);
            // Neither clock is ever negative.
            Duration::new(
                u64::try_from(time.tv_sec).unwrap_or(0),
                u32::try_from(time.tv_nsec).unwrap_or(0),
            )
        };
        Self {
            since_boot: read(ClockId::Boottime),
            awake: read(ClockId::Monotonic),
        }
    }
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Idle,
        Self::Suspended,
        Self::SessionLocked,
        Self::UserSwitched,
        Self::Asked,
    ];

    /// A code for the journal.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Suspended => "suspended",
            Self::SessionLocked => "session-locked",
            Self::UserSwitched => "user-switched",
            Self::Asked => "asked",
        }
    }
}

impl Watch {
    /// Starts to count at `now`; minutes beyond [`IDLE_MINUTES`] become the nearest allowed.
    pub fn new(minutes: u8, now: Moment) -> Self {
        Self {
            idle_after: idle_after(minutes),
            last_input: now.since_boot,
            last: now,
            is_locked: false,
        }
    }

    /// Another time without input; it counts from the last input, not from now.
    pub fn set_minutes(&mut self, minutes: u8) {
        self.idle_after = idle_after(minutes);
    }

    /// Takes in what was seen, and says whether to lock. What comes after the time is up locks, whatever it is: the
    /// first key after a night must not open the day.
    pub fn see(&mut self, now: Moment, seen: Seen) -> Option<Reason> {
        if let Some(reason) = self.tick(now) {
            return Some(reason);
        }
        let reason = match seen {
            Seen::Input => {
                self.last_input = self.last_input.max(now.since_boot);
                return None;
            }
            Seen::Suspending => Reason::Suspended,
            Seen::SessionLocked => Reason::SessionLocked,
            Seen::UserSwitched => Reason::UserSwitched,
            Seen::Asked => Reason::Asked,
        };
        self.lock(reason)
    }

    /// Time has passed; says whether to lock.
    pub fn tick(&mut self, now: Moment) -> Option<Reason> {
        let asleep = |it: Moment| it.since_boot.saturating_sub(it.awake);
        let slept = asleep(now).saturating_sub(asleep(self.last));
        self.last = now;
        if SLEPT < slept {
            return self.lock(Reason::Suspended);
        }
        if self.due() <= now.since_boot {
            return self.lock(Reason::Idle);
        }
        None
    }

    /// The moment since boot at which [`Watch::tick`] will lock if nobody does anything.
    pub fn due(&self) -> Duration {
        self.last_input.saturating_add(self.idle_after)
    }

    /// Somebody may see again: counts from `now`.
    pub const fn unlocked(&mut self, now: Moment) {
        self.is_locked = false;
        self.last_input = now.since_boot;
        self.last = now;
    }

    /// Once, until it is unlocked.
    fn lock(&mut self, reason: Reason) -> Option<Reason> {
        (!std::mem::replace(&mut self.is_locked, true)).then_some(reason)
    }
}

fn idle_after(minutes: u8) -> Duration {
    let minutes = minutes.clamp(*IDLE_MINUTES.start(), *IDLE_MINUTES.end());
    Duration::from_secs(60 * u64::from(minutes))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{
        Just, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };

    use super::{Moment, Reason, Seen, Watch};

    /// What can happen to a machine.
    #[derive(Clone, Copy, Debug)]
    enum Happens {
        /// Nobody does anything, in milliseconds; frames are drawn meanwhile.
        Passes(u64),
        Sleeps(u64),
        Input,
        /// The wall clock is set, in seconds: a wrong battery, NTP, daylight saving.
        ClockSet(i64),
        Told(Seen),
    }

    /// A machine with its clocks; the wall clock is there to be wrong.
    struct Machine {
        now: Moment,
        wall_secs: i64,
    }

    impl Machine {
        const fn new() -> Self {
            let start = Duration::from_secs(1000);
            Self {
                now: Moment {
                    since_boot: start,
                    awake: start,
                },
                wall_secs: 1_795_000_000,
            }
        }

        fn passes(&mut self, ms: u64) {
            let by = Duration::from_millis(ms);
            self.now.since_boot += by;
            self.now.awake += by;
            self.wall_secs += by.as_secs().cast_signed();
        }
    }

    fn happens() -> impl Strategy<Value = Happens> {
        const YEAR: i64 = 31_556_952;
        prop_oneof![
            4 => (0_u64..400_000).prop_map(Happens::Passes),
            1 => (2_100_u64..50_000_000).prop_map(Happens::Sleeps),
            4 => Just(Happens::Input),
            2 => prop_oneof![-10 * YEAR..10 * YEAR, Just(3600), Just(-3600), Just(1), Just(-1)].prop_map(Happens::ClockSet),
            1 => prop_oneof![Just(Seen::Suspending), Just(Seen::SessionLocked), Just(Seen::UserSwitched), Just(Seen::Asked)].prop_map(Happens::Told),
        ]
    }

    /// When the story locks: index of what happened, reason.
    fn first_lock(minutes: u8, story: &[Happens]) -> Option<(usize, Reason)> {
        let mut machine = Machine::new();
        let mut watch = Watch::new(minutes, machine.now);
        for (idx, it) in story.iter().enumerate() {
            let locked = match *it {
                Happens::Passes(ms) => {
                    machine.passes(ms);
                    watch.tick(machine.now)
                }
                Happens::Sleeps(ms) => {
                    machine.now.since_boot += Duration::from_millis(ms);
                    watch.tick(machine.now)
                }
                Happens::Input => watch.see(machine.now, Seen::Input),
                Happens::ClockSet(by) => {
                    machine.wall_secs += by;
                    watch.tick(machine.now)
                }
                Happens::Told(seen) => watch.see(machine.now, seen),
            };
            if let Some(reason) = locked {
                return Some((idx, reason));
            }
        }
        None
    }

    /// The same by counting, without the machine of the program.
    fn counted(minutes: u8, story: &[Happens]) -> Option<(usize, Reason)> {
        let limit = 60_000 * u64::from(minutes);
        let mut idle_ms = 0;
        for (idx, it) in story.iter().enumerate() {
            match *it {
                Happens::Passes(ms) => idle_ms += ms,
                Happens::Sleeps(_) => return Some((idx, Reason::Suspended)),
                Happens::Input => idle_ms = 0,
                Happens::ClockSet(_) => {}
                Happens::Told(Seen::Suspending) => return Some((idx, Reason::Suspended)),
                Happens::Told(Seen::SessionLocked) => return Some((idx, Reason::SessionLocked)),
                Happens::Told(Seen::UserSwitched) => return Some((idx, Reason::UserSwitched)),
                Happens::Told(_) => return Some((idx, Reason::Asked)),
            }
            if limit <= idle_ms {
                return Some((idx, Reason::Idle));
            }
        }
        None
    }

    proptest! {
        #[test]
        fn it_locks_where_counting_says(minutes in 1_u8..=15, story in prop::collection::vec(happens(), 0..60)) {
            prop_assert_eq!(first_lock(minutes, &story), counted(minutes, &story));
        }

        #[test]
        fn no_step_of_the_wall_clock_moves_the_lock(minutes in 1_u8..=15, story in prop::collection::vec(happens(), 0..60)) {
            let still: Vec<_> = story.iter().map(|it| match it {
                Happens::ClockSet(_) => Happens::ClockSet(0),
                other => *other,
            }).collect();
            prop_assert_eq!(first_lock(minutes, &story), first_lock(minutes, &still));
        }

        #[test]
        fn it_locks_once_until_it_is_unlocked(minutes in 1_u8..=15, story in prop::collection::vec(happens(), 1..40)) {
            let mut machine = Machine::new();
            let mut watch = Watch::new(minutes, machine.now);
            prop_assert_eq!(watch.see(machine.now, Seen::Asked), Some(Reason::Asked));
            for it in &story {
                if let Happens::Passes(ms) | Happens::Sleeps(ms) = it {
                    machine.passes(*ms);
                }
                prop_assert_eq!(watch.see(machine.now, Seen::Suspending), None);
            }
            watch.unlocked(machine.now);
            prop_assert!(watch.tick(machine.now).is_none());
            machine.passes(60_000 * u64::from(minutes));
            prop_assert_eq!(watch.tick(machine.now), Some(Reason::Idle));
        }
    }

    #[test]
    fn the_first_key_after_a_night_does_not_open_the_day() {
        let mut machine = Machine::new();
        let mut watch = Watch::new(10, machine.now);
        machine.passes(8 * 3_600_000);
        assert_eq!(watch.see(machine.now, Seen::Input), Some(Reason::Idle));
        // A timer that stood still in a suspend, and no bus that told of it.
        let mut watch = Watch::new(10, machine.now);
        machine.now.since_boot += Duration::from_secs(8 * 3600);
        assert_eq!(watch.see(machine.now, Seen::Input), Some(Reason::Suspended));
    }

    #[test]
    fn minutes_beyond_the_rule_become_the_nearest() {
        let now = Machine::new().now;
        let due = |minutes| (Watch::new(minutes, now).due() - now.since_boot).as_secs() / 60;
        assert_eq!([0, 1, 10, 15, 200].map(due), [1, 1, 10, 15, 15]);
    }

    #[test]
    fn both_clocks_run() {
        let now = Moment::now();
        assert!(
            now.awake <= now.since_boot + Duration::from_millis(1) && Duration::ZERO < now.awake
        );
    }
}
