//! When the window must lock: what is watched and what follows from it. What locking does stands in `session` and `app`.
//!
//! | file | what |
//! |---|---|
//! | `watch` | the decision: a pure machine, fed with moments and what was seen |
//! | `alarm` | a thread that wakes the window when the time is up, also after a suspend |
//! | `desktop` | what the desktop says by D-Bus: suspend, session lock, user switch, screen saver |

mod alarm;
mod desktop;
mod watch;

use std::sync::Arc;

pub use self::{
    alarm::Alarm,
    desktop::{Bus, Buses, Desktop, Heard},
    watch::{IDLE_MINUTES, Moment, Reason, Seen, Watch},
};

/// Called from the threads here when there is something to look at.
pub type WakeFn = Arc<dyn Fn() + Send + Sync>;

/// Why nothing is watched for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wanted {what} for the lock, found an error of the operating system: {cause}")]
    System { what: &'static str, cause: String },
}
