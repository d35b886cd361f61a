//! The walls around a decode worker: no file system, no network, no core dump, little memory, little time.
//!
//! A worker raises them itself before it reads a byte of the request, and says how far that went.
//! Not here: a filter of system calls. A worker holds two pipes and nothing that a call could reach with them.

use std::fmt;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetStatus, Scope,
};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};
use serde::{Deserialize, Serialize};

/// Address space of a worker until it has checked what the file promises, above twice the file's size.
const BASE_BYTES: u64 = 448 << 20;
/// Address space that no file can get beyond: a frame of 134 million samples and its codec.
const CEILING_BYTES: u64 = 6 << 30;
/// Samples of a frame whose decoding fits into [`BASE_BYTES`] with every codec.
const BASE_SAMPLES: u64 = 1 << 24;
/// Peak bytes that decoding takes for each further sample: codec planes, stored bytes and `f32`.
const BYTES_PER_SAMPLE: u64 = 20;
/// Processor seconds of a worker's life.
const CPU_SECS: u64 = 120;

/// How well a worker is confined, for `wardlight doctor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// The verdict.
    pub level: SandboxLevel,
    /// What holds, one short phrase each.
    pub holds: Vec<String>,
    /// What does not hold, and why.
    pub missing: Vec<String>,
}

/// How well a worker is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxLevel {
    /// Every wall stands.
    Full,
    /// Some walls stand.
    Partial,
    /// Only the separate process protects.
    None,
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            SandboxLevel::Full => "full sandbox",
            SandboxLevel::Partial => "partial sandbox",
            SandboxLevel::None => "no sandbox but a process of its own",
        };
        write!(f, "{level}")?;
        if !self.holds.is_empty() {
            write!(f, ": {}", self.holds.join(", "))?;
        }
        if !self.missing.is_empty() {
            write!(f, "; missing: {}", self.missing.join(", "))?;
        }
        Ok(())
    }
}

/// Raises the walls around this process. It must have one thread.
pub(super) fn enter() -> Sandbox {
    let mut holds = Vec::new();
    let mut missing = Vec::new();
    let mut note = |what: &str, result: Result<(), String>| match result {
        Ok(()) => holds.push(what.to_owned()),
        Err(why) => missing.push(format!("{what}: {why}")),
    };
    note("no core dump", limit(Resource::Core, 0, 0));
    note(
        "memory limit",
        limit(Resource::As, BASE_BYTES, CEILING_BYTES),
    );
    note(
        "processor time limit",
        limit(Resource::Cpu, CPU_SECS, CPU_SECS),
    );
    note("no new files by size", limit(Resource::Fsize, 0, 0));
    note(
        "not traceable",
        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|it| it.to_string()),
    );
    note(
        "no new privileges",
        rustix::thread::set_no_new_privs(true).map_err(|it| it.to_string()),
    );
    note("no file system, no TCP, no signals (Landlock)", landlock());
    let level = match (holds.is_empty(), missing.is_empty()) {
        (_, true) => SandboxLevel::Full,
        (false, false) => SandboxLevel::Partial,
        (true, false) => SandboxLevel::None,
    };
    Sandbox {
        level,
        holds,
        missing,
    }
}

/// Widens the memory limit for a file of `n_bytes`, of which none has been believed yet.
pub(super) fn allow_file(n_bytes: u64) {
    allow(BASE_BYTES.saturating_add(n_bytes.saturating_mul(2)));
}

/// Widens the memory limit for a frame of `n_samples` that the contract has passed.
pub(super) fn allow_frame(n_bytes: u64, n_samples: u64) {
    let more = n_samples
        .saturating_sub(BASE_SAMPLES)
        .saturating_mul(BYTES_PER_SAMPLE);
    allow(
        BASE_BYTES
            .saturating_add(n_bytes.saturating_mul(2))
            .saturating_add(more),
    );
}

fn allow(n_bytes: u64) {
    let hard = getrlimit(Resource::As).maximum.unwrap_or(u64::MAX);
    // A limit that stays too low ends in a refusal or a dead worker, which is told.
    limit(Resource::As, n_bytes.min(hard), hard).ok();
}

fn limit(resource: Resource, soft: u64, hard: u64) -> Result<(), String> {
    setrlimit(
        resource,
        Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        },
    )
    .map_err(|it| it.to_string())
}

/// Landlock without a single rule: everything that it can govern is denied.
fn landlock() -> Result<(), String> {
    let abi = ABI::V6;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(|it| it.handle_access(AccessNet::from_all(abi)))
        .and_then(|it| it.scope(Scope::from_all(abi)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|it| it.to_string())?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => {
            Err("this kernel enforces only a part of it".to_owned())
        }
        RulesetStatus::NotEnforced => Err("this kernel has no Landlock".to_owned()),
    }
}
