//! Settings of the whole process: how many threads a network uses, and how large buffers are allocated.

use std::{collections::BTreeSet, fs, thread};

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
