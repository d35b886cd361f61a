//! What time it is, by two clocks: one that a person may set and one that nobody can.

use chrono::{SecondsFormat, TimeZone as _, Utc};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// A moment, as the audit log keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970 by the wall clock, which may be set.
    pub unix_ms: i64,
    /// Milliseconds since the computer started, sleep included (`CLOCK_BOOTTIME`); nobody can set it.
    pub boot_ms: i64,
}

impl Moment {
    /// Now.
    pub fn now() -> Self {
        Self {
            unix_ms: Utc::now().timestamp_millis(),
            boot_ms: boot_ms(),
        }
    }

    /// UTC in the form of RFC 3339, milliseconds kept.
    pub fn utc(self) -> String {
        utc(self.unix_ms)
    }
}

/// Milliseconds since 1970 as RFC 3339 in UTC; the number itself where no calendar has the year.
pub(super) fn utc(unix_ms: i64) -> String {
    Utc.timestamp_millis_opt(unix_ms).single().map_or_else(
        || unix_ms.to_string(),
        |it| it.to_rfc3339_opts(SecondsFormat::Millis, true),
    )
}

/// Milliseconds since the computer started, sleep included.
pub(super) fn boot_ms() -> i64 {
    let now = clock_gettime(ClockId::Boottime);
    now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

/// A name for this run of the computer: other after each start. Empty where the kernel does not tell.
pub(super) fn boot_id() -> String {
    let read = crate::disk::read(std::path::Path::new("/proc/sys/kernel/random/boot_id"), 64);
    String::from_utf8_lossy(&read.unwrap_or_default())
        .trim()
        .to_owned()
}
