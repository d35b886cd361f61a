//! Settings of the whole process: how many threads a network uses, and how large buffers are allocated.

use std::{collections::BTreeSet, fs, sync::Once, thread};

use super::shim;

/// The cores of this machine that this process may use, at most four: beyond that one image gains little,
/// and a workstation has other things to do.
pub fn default_threads() -> usize {
    let allowed = thread::available_parallelism().map_or(1, usize::from);
    physical_cores().unwrap_or(allowed).min(allowed).min(4)
}

/// Sets the number of threads of each operator. The last call counts, for the whole process.
pub fn set_threads(threads: usize) {
    tch::set_num_threads(i32::try_from(threads.clamp(1, 256)).unwrap_or(1));
}

/// Makes OpenMP threads wait with patience. By default each of them spins for milliseconds at every barrier, and
/// when other programs want the same cores, a thread spins while the one it waits for is off its core: a
/// network then takes ten times as long. libgomp spins a three-hundredth of that once the process has more
/// OpenMP threads than cores, so a thread that does nothing else holds a sleeping team of that size.
pub fn wait_with_patience() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let n_cores = thread::available_parallelism().map_or(1, usize::from);
        // Without it, all works as before, only less well beside other programs.
        let builder = thread::Builder::new().name("openmp-holder".to_owned());
        builder.spawn(move || hold_team(n_cores + 1)).ok();
    });
}

fn hold_team(n: usize) -> ! {
    shim::hold_team(n);
    loop {
        thread::park();
    }
}

/// Makes the allocator keep large buffers for reuse. A network asks for the same sizes again and again, and
/// mapping each one anew costs up to half the time at large batches. What is freed stays with the process
/// until [`release_buffers`].
pub fn keep_buffers() {
    shim::tune_allocator();
}

/// Gives unused memory back, after a job that needed much.
pub fn release_buffers() {
    shim::trim_allocator();
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
        "{}, {}; {} threads by default",
        with("oneDNN", tch::utils::has_mkldnn()),
        with("MKL", tch::utils::has_mkl()),
        default_threads()
    )
}
