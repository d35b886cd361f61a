//! A thread that sleeps on `CLOCK_BOOTTIME` and wakes the window when it may have to lock. A timer of the event loop
//! would sleep longer by as much as the machine did.

use std::{
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use super::{Error, WakeFn};

/// Wakes the window at a moment since boot.
pub struct Alarm {
    timer: Arc<OwnedFd>,
    is_ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Alarm {
    /// Starts the thread; nothing is set.
    ///
    /// # Errors
    /// The operating system gives no timer or no thread.
    pub fn start(wake: WakeFn) -> Result<Self, Error> {
        let failed = |what| move |cause: String| Error::System { what, cause };
        let timer = timerfd_create(TimerfdClockId::Boottime, TimerfdFlags::CLOEXEC)
            .map_err(|it| failed("a timer")(it.to_string()))?;
        let timer = Arc::new(timer);
        let is_ending = Arc::new(AtomicBool::new(false));
        let (waited, ending) = (timer.clone(), is_ending.clone());
        let wait = move || {
            // How often it went off; nobody asks.
            let mut count = [0; 8];
            while rustix::io::read(&waited, &mut count).is_ok() && !ending.load(Ordering::Acquire) {
                wake();
            }
        };
        let thread = Builder::new()
            .name("lock alarm".to_owned())
            .spawn(wait)
            .map_err(|it| failed("a thread")(it.to_string()))?;
        Ok(Self {
            timer,
            is_ending,
            thread: Some(thread),
        })
    }

    /// Goes off at this moment since boot, or at once where it has passed; what was set before is forgotten.
    pub fn set(&self, since_boot: Duration) {
        // A time of zero would switch it off.
        let at = since_boot.max(Duration::from_nanos(1));
        let spec = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: Timespec {
                tv_sec: i64::try_from(at.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: at.subsec_nanos().into(),
            },
        };
        // It fails only for what is no timer or no time.
        timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &spec).ok();
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.is_ending.store(true, Ordering::Release);
        self.set(Duration::ZERO);
        if let Some(thread) = self.thread.take() {
            // It has nothing to say.
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, mpsc::sync_channel},
        time::{Duration, Instant},
    };

    use super::Alarm;
    use crate::lock::Moment;

    #[test]
    fn it_goes_off_when_set_and_again_when_set_again() {
        let (sender, woken) = sync_channel(8);
        let alarm = Alarm::start(Arc::new(move || {
            sender.try_send(Instant::now()).ok();
        }))
        .unwrap();
        let start = Instant::now();
        alarm.set(Moment::now().since_boot + Duration::from_secs(3600));
        alarm.set(Moment::now().since_boot + Duration::from_millis(30));
        let first = woken.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(Duration::from_millis(30) <= first - start);
        alarm.set(Duration::ZERO);
        woken.recv_timeout(Duration::from_secs(5)).unwrap();
    }
}
