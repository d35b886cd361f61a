//! Settings of the whole process: how many threads a network uses, and how large buffers are allocated.

use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Mutex, PoisonError,
        mpsc::{self, SyncSender},
    },
    thread,
};

use super::shim;

/// The cores of this machine that this process may use, at most four: beyond that one image gains little,
/// and a workstation has other things to do.
pub fn default_threads() -> usize {
    let allowed = n_cores();
    physical_cores().unwrap_or(allowed).min(allowed).min(4)
}

/// Sets the number of threads of each operator. The last call counts, for the whole process.
pub fn set_threads(threads: usize) {
    tch::set_num_threads(i32::try_from(threads.clamp(1, 256)).unwrap_or(1));
}

/// How OpenMP threads wait for one another between operators. By default each of them spins for milliseconds, which
/// is fastest on an idle machine; but when other programs want the same cores, a thread spins while the one it
/// waits for is off its core, and a network takes ten times as long. libgomp sleeps instead once the process
/// has more OpenMP threads than cores, so a thread that does nothing else holds a team of that size.
enum Wait {
    Spinning,
    /// Dropping the sender ends the thread, and its team with it.
    Patient {
        _team: SyncSender<()>,
    },
    /// For the whole life of the process.
    AlwaysPatient {
        _team: SyncSender<()>,
    },
}

/// The state of libgomp, which is one for the whole process; and the number of cores, which takes long to ask for.
static OPENMP: Mutex<(Wait, Option<usize>)> = Mutex::new((Wait::Spinning, None));

/// Chooses how the threads of the next operators wait: spinning while the cores are ours, patiently while others
/// want them. Takes some ten microseconds.
pub(super) fn suit_the_load() {
    let mut openmp = OPENMP.lock().unwrap_or_else(PoisonError::into_inner);
    let (wait, known_cores) = &mut *openmp;
    let n_threads = usize::try_from(tch::get_num_threads()).unwrap_or(1);
    let n_running_others = n_running().unwrap_or(1).saturating_sub(1);
    let is_crowded = *known_cores.get_or_insert_with(n_cores) < n_running_others + n_threads;
    match wait {
        Wait::Spinning if is_crowded && 1 < n_threads => {
            if let Some(team) = hold_team() {
                *wait = Wait::Patient { _team: team };
            }
        }
        Wait::Patient { .. } if !is_crowded => *wait = Wait::Spinning,
        _ => {}
    }
}

/// Makes the threads wait patiently from now on, for a process that draws while its networks run.
pub fn always_wait_patiently() {
    if let Some(team) = hold_team() {
        let mut openmp = OPENMP.lock().unwrap_or_else(PoisonError::into_inner);
        openmp.0 = Wait::AlwaysPatient { _team: team };
    }
}

/// Starts a thread that holds a sleeping team until the sender is dropped. Without it, all works as before, only
/// less well beside other programs.
fn hold_team() -> Option<SyncSender<()>> {
    let (sender, receiver) = mpsc::sync_channel::<()>(0);
    let hold = move || {
        shim::hold_team(n_cores() + 1);
        // Nothing is ever sent: this ends with the sender.
        receiver.recv().ok();
    };
    let builder = thread::Builder::new().name("openmp-holder".to_owned());
    builder.spawn(hold).ok().map(|_| sender)
}

/// Of those that this process may use.
fn n_cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads of the whole machine run or want to just now, the caller among them (proc_loadavg(5)).
fn n_running() -> Option<usize> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let (running, _) = text.split_whitespace().nth(3)?.split_once('/')?;
    running.parse().ok()
}

/// Makes the allocator keep large buffers for reuse: a network asks for the same sizes again and again, and mapping
/// each one anew costs up to half the time at large batches.
pub fn keep_buffers() {
    shim::tune_allocator();
}

/// Cores, not hardware threads: two threads of one core share its arithmetic units.
fn physical_cores() -> Option<usize> {
    let mut cores = BTreeSet::new();
    for entry in fs::read_dir("/sys/devices/system/cpu").ok()? {
        let path = entry.ok()?.path().join("topology/thread_siblings_list");
        if let Ok(siblings) = fs::read_to_string(path) {
            cores.insert(siblings);
        }
    }
    (!cores.is_empty()).then_some(cores.len())
}

/// What runs the networks, for people.
pub fn about() -> String {
    let with = |name: &str, has: bool| {
        let with = if has { "with" } else { "without" };
        format!("{with} {name}")
    };
    format!(
        "{} {}, {}; {} threads by default",
        shim::torch_version(),
        with("oneDNN", tch::utils::has_mkldnn()),
        with("MKL", tch::utils::has_mkl()),
        default_threads()
    )
}
