//! Failed sign-ins in a row, and the pause that they earn (NIST SP 800-63B-4, 3.2.2). The pause is told by the clock that
//! nobody can set; after a restart of the computer it begins anew.
//!
//! Who can change files can take the pause away; against them stands the cost of each guess ([`super::Cost`]).

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk;

use super::{Error, time};

const NAME: &str = "attempts.json";
/// Failures that cost nothing: everybody mistypes.
const N_FREE: u32 = 3;
/// The longest pause. With it a hundred guesses take most of a day.
const MOST_SECS: u64 = 900;

/// What is kept between attempts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Attempts {
    n_failed: u32,
    last_boot_ms: i64,
    boot: String,
}

impl Attempts {
    /// Reads them; a file that is not there or not readable counts as none.
    pub(super) fn load(folder: &Path) -> Self {
        let bytes = disk::read(&folder.join(NAME), 4096).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Fails while a pause lasts.
    pub(super) fn check(&self) -> Result<(), Error> {
        let wait_secs = self.wait_secs(time::boot_ms(), &time::boot_id());
        if wait_secs == 0 {
            Ok(())
        } else {
            Err(Error::Wait { wait_secs })
        }
    }

    fn wait_secs(&self, boot_ms: i64, boot: &str) -> u64 {
        let pause_secs = pause_secs(self.n_failed);
        let since_ms = if boot == self.boot {
            boot_ms - self.last_boot_ms
        } else {
            boot_ms
        };
        let since_secs = u64::try_from(since_ms / 1000).unwrap_or(0);
        pause_secs.saturating_sub(since_secs)
    }

    /// Counts a failure.
    pub(super) fn failed(mut self, folder: &Path) -> Result<(), Error> {
        self.n_failed = self.n_failed.saturating_add(1);
        self.last_boot_ms = time::boot_ms();
        self.boot = time::boot_id();
        // Plain numbers always have a JSON form.
        let bytes = serde_json::to_vec(&self).unwrap_or_default();
        Ok(disk::write_atomic(&folder.join(NAME), &bytes)?)
    }

    /// Forgets them after a success.
    pub(super) fn clear(folder: &Path) {
        // A file that stays costs the next person a pause and nothing else.
        std::fs::remove_file(folder.join(NAME)).ok();
    }
}

/// 0, 0, 0, then 1, 2, 4 … seconds, at most a quarter of an hour: one person's mischief must not shut out a department.
fn pause_secs(n_failed: u32) -> u64 {
    match n_failed.checked_sub(N_FREE + 1) {
        None => 0,
        Some(n_doublings) => 1_u64
            .checked_shl(n_doublings)
            .unwrap_or(MOST_SECS)
            .min(MOST_SECS),
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, MOST_SECS, pause_secs};

    #[test]
    fn guesses_get_slow() {
        let first: Vec<u64> = (0..8).map(pause_secs).collect();
        assert_eq!(first, [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(pause_secs(90), MOST_SECS);
        assert_eq!(pause_secs(u32::MAX), MOST_SECS);
        let hours_20 = 20 * 3600;
        assert!(hours_20 < (0..100).map(pause_secs).sum::<u64>());
    }

    #[test]
    fn a_restart_begins_the_pause_anew() {
        let attempts = Attempts {
            n_failed: 7,
            last_boot_ms: 50_000,
            boot: "a".to_owned(),
        };
        assert_eq!(attempts.wait_secs(52_000, "a"), 6);
        assert_eq!(attempts.wait_secs(60_000, "a"), 0);
        assert_eq!(attempts.wait_secs(2_000, "b"), 6);
    }
}
