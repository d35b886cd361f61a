//! The walls around a worker process: no file system, no network, no programs, no core dump, little memory, little time.
//!
//! A worker raises them itself before it reads a byte that it does not trust, and says how far that went.

use std::{
    collections::BTreeMap, env, fmt, fs, os::unix::process::ExitStatusExt as _, process::ExitStatus,
};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetStatus, Scope,
};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use serde::{Deserialize, Serialize};

const FILES: &str = "no file system (Landlock)";
const CALLS: &str = "no sockets, no programs (seccomp)";
const MEMORY: &str = "memory limit";
const THREADS: &str = "one thread when the walls went up";

/// System calls that a worker has no use for, and that reach past the walls: other machines, other programs, rings
/// of calls that no filter sees.
const DENIED_CALLS: [i64; 11] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_io_uring_setup,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
];

/// What a worker may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Address space to begin with.
    pub memory_bytes: u64,
    /// Address space that [`allow_memory`] can give at most.
    pub memory_ceiling_bytes: u64,
    /// Processor seconds to begin with.
    pub cpu_secs: u64,
    /// Processor seconds that [`allow_cpu`] can give at most.
    pub cpu_ceiling_secs: u64,
}

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

impl Sandbox {
    /// Whether files, network, other programs and the machine's memory are out of reach: what a program of unknown
    /// intent must not run without.
    pub fn holds_a_program(&self) -> bool {
        let holds = |wall: &str| self.holds.iter().any(|it| it == wall);
        [FILES, CALLS, MEMORY, THREADS].into_iter().all(holds)
    }
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

/// Raises the walls around this process. It must have one thread: others that run already stay outside.
pub fn enter(limits: &Limits) -> Sandbox {
    let mut holds = Vec::new();
    let mut missing = Vec::new();
    let mut note = |what: &str, result: Result<(), String>| match result {
        Ok(()) => holds.push(what.to_owned()),
        Err(why) => missing.push(format!("{what}: {why}")),
    };
    note(THREADS, one_thread());
    note("no core dump", limit(Resource::Core, 0, 0));
    let (soft, hard) = (limits.memory_bytes, limits.memory_ceiling_bytes);
    note(MEMORY, limit(Resource::As, soft, hard));
    let (soft, hard) = (limits.cpu_secs, limits.cpu_ceiling_secs);
    note("processor time limit", limit(Resource::Cpu, soft, hard));
    note("no new files by size", limit(Resource::Fsize, 0, 0));
    note(
        "not traceable",
        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|it| it.to_string()),
    );
    note(
        "no new privileges",
        rustix::thread::set_no_new_privs(true).map_err(|it| it.to_string()),
    );
    let (files, rest) = landlock();
    note(FILES, files);
    note("no TCP, no signals (Landlock)", rest);
    note(CALLS, seccomp());
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

/// Sets the memory limit to `n_bytes` of address space, or to the ceiling if that is lower.
pub fn allow_memory(n_bytes: u64) {
    allow(Resource::As, n_bytes);
}

/// Sets the limit of processor time to `n_secs` of the process's whole life, or to the ceiling if that is lower.
pub fn allow_cpu(n_secs: u64) {
    allow(Resource::Cpu, n_secs);
}

/// How a worker came to its end, in words.
pub fn how_it_ended(status: ExitStatus) -> String {
    // signal(7)
    match (status.signal(), status.code()) {
        (Some(6), _) => "aborted: out of its memory, or a defect".to_owned(),
        (Some(9), _) => "killed: out of memory or of processor time".to_owned(),
        (Some(11), _) => "a memory fault".to_owned(),
        (Some(24), _) => "out of its processor time".to_owned(),
        (Some(signal), _) => format!("signal {signal}"),
        (None, code) => format!("exit status {}", code.unwrap_or_default()),
    }
}

fn allow(resource: Resource, soft: u64) {
    let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    // A limit that stays too low ends in a refusal or a dead worker, which is told.
    limit(resource, soft.min(hard), hard).ok();
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

/// Landlock and seccomp hold for the thread that asks and for those that it starts later.
fn one_thread() -> Result<(), String> {
    match fs::read_dir("/proc/self/task").map(Iterator::count) {
        Ok(1) => Ok(()),
        Ok(found) => Err(format!("wanted 1 thread, found {found}")),
        Err(error) => Err(error.kind().to_string()),
    }
}

/// Landlock without a single rule: everything that it can govern is denied. The file system must be governed; what
/// newer kernels add is told apart.
fn landlock() -> (Result<(), String>, Result<(), String>) {
    let newest = ABI::V6;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map(|it| it.set_compatibility(CompatLevel::BestEffort))
        .and_then(|it| it.handle_access(AccessFs::from_all(newest)))
        .and_then(|it| it.handle_access(AccessNet::from_all(newest)))
        .and_then(|it| it.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    let none = || "this kernel has no Landlock".to_owned();
    match status.map(|it| it.ruleset) {
        Ok(RulesetStatus::FullyEnforced) => (Ok(()), Ok(())),
        Ok(RulesetStatus::PartiallyEnforced) => (
            Ok(()),
            Err("this kernel enforces only a part of it".to_owned()),
        ),
        Ok(RulesetStatus::NotEnforced) => (Err(none()), Err(none())),
        Err(error) => (Err(error.to_string()), Err(none())),
    }
}

/// Every other call goes on as before; a denied one fails with "operation not permitted".
fn seccomp() -> Result<(), String> {
    // EPERM, errno(3)
    const NOT_PERMITTED: u32 = 1;
    let rules: BTreeMap<_, _> = DENIED_CALLS.iter().map(|it| (*it, Vec::new())).collect();
    let arch = env::consts::ARCH.try_into();
    let filter: BpfProgram = arch
        .and_then(|arch| {
            let denied = SeccompAction::Errno(NOT_PERMITTED);
            SeccompFilter::new(rules, SeccompAction::Allow, denied, arch)
        })
        .and_then(TryInto::try_into)
        .map_err(|it| it.to_string())?;
    seccompiler::apply_filter(&filter).map_err(|it| it.to_string())
}
