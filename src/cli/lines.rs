//! JSON lines on stdout, for the window and for scripts, and what a command does when the window has started it.

use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal, setpriority_process};
use serde::Serialize;

use crate::{
    evaluate::{Event, Progress},
    failure::{LastLine, Relayed},
    model::Task,
};

/// How far long work steps back behind the window and everything else.
const NICENESS: i32 = 10;
/// Progress is told no more often.
const STEP: Duration = Duration::from_millis(120);
/// A rate that was measured for less says little about the time that is left.
const SHORTEST: Duration = Duration::from_millis(1500);

/// Says one line. Fails when the other end has closed.
pub(super) fn say(line: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(line).map_err(io::Error::other)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Says why there is no result.
pub(super) fn failed(error: &anyhow::Error) {
    // Whoever closed the other end does not want to know.
    say(&LastLine::Failed(Relayed::new(error))).ok();
}

/// Ends this process when its parent ends, and lets others go first. `false` if the parent has gone already.
pub(super) fn end_with(parent: u32) -> bool {
    let is_bound = set_parent_process_death_signal(Some(Signal::TERM)).is_ok();
    // It may have gone before the line above.
    let is_there = getppid().and_then(|it| u32::try_from(Pid::as_raw(Some(it))).ok());
    // Without the courtesy the work is only less polite.
    setpriority_process(None, NICENESS).ok();
    is_bound && is_there == Some(parent)
}

/// Tells the progress of an evaluation as lines: at the start of each stage, then now and then.
pub(super) struct Pace {
    stage: &'static str,
    start: Instant,
    told: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            stage: "",
            start: now,
            told: now,
        }
    }

    /// Cancels the task when nobody listens any more.
    pub(super) fn tell(&mut self, progress: &Progress, task: &Task) {
        let Progress { stage, done, total } = *progress;
        let is_new = stage != self.stage;
        if is_new {
            self.stage = stage;
            self.start = Instant::now();
        }
        if !is_new && self.told.elapsed() < STEP {
            return;
        }
        self.told = Instant::now();
        let spent = self.start.elapsed();
        let left = spent.as_secs_f64() * total.saturating_sub(done) as f64 / done.max(1) as f64;
        let line = Event::Progress {
            stage: stage.to_owned(),
            done,
            total,
            seconds_left: (0 < done && SHORTEST <= spent).then_some(left),
        };
        if say(&line).is_err() {
            task.cancel();
        }
    }
}
