//! Settings of the whole process: how many threads a network uses.

use std::{collections::BTreeSet, fs, thread};

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
