//! The privacy of a whole process: no core dump, no look from outside, no arguments to read in `ps`, no words of a
//! panic, and no leftovers on a stack.

use std::{
    fs::{self, File},
    hint::black_box,
    io::{Seek as _, SeekFrom, Write as _},
    panic,
};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Bytes of stack that [`scrub_stack`] overwrites: deeper than a frame of the window or a job reaches.
const SCRUBBED: usize = 512 << 10;

/// No core dump, and no other process of the same user may look into this one (prctl(2), `PR_SET_DUMPABLE`).
/// The first thing that a program of ours does.
pub fn close() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Both can only be forbidden by a sandbox around us, which then has its own rules for dumps.
    setrlimit(Resource::Core, none).ok();
    set_dumpable_behavior(DumpableBehavior::NotDumpable).ok();
}

/// A panic is told by place and code; its words may hold what a file held.
pub fn silence_panics() {
    panic::set_hook(Box::new(|info| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("unnamed");
        let place = info.location().map_or_else(String::new, |it| {
            format!("{}:{}:{}", it.file(), it.line(), it.column())
        });
        // A program that has lost its error output has nobody to tell.
        writeln!(
            std::io::stderr(),
            "wardlight: failure W1 at {place} in thread {name}"
        )
        .ok();
    }));
}

/// Wipes the arguments that this process was started with, where `ps` and a look at its memory would find the paths
/// of files. To be called before [`close`], after which the kernel refuses a process its own memory file.
///
/// The arguments stand where the kernel has put them (proc(5): `arg_start` and `arg_end` of `/proc/self/stat`); those
/// after the first are wiped, so that the program keeps its name.
pub fn wipe_arguments() {
    // Without /proc they stay: nothing else depends on it.
    try_wipe_arguments();
}

fn try_wipe_arguments() -> Option<()> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program is in brackets and may hold anything; field 3 follows.
    let (_, fields) = stat.rsplit_once(')')?;
    let field = |number: usize| {
        fields
            .split_whitespace()
            .nth(number - 3)?
            .parse::<u64>()
            .ok()
    };
    let (start, end) = (field(48)?, field(49)?);
    let first = fs::read("/proc/self/cmdline")
        .ok()?
        .iter()
        .position(|it| *it == 0)?;
    let start = start + u64::try_from(first).ok()? + 1;
    let length = usize::try_from(end.checked_sub(start)?).ok()?;
    let mut memory = File::options().write(true).open("/proc/self/mem").ok()?;
    memory.seek(SeekFrom::Start(start)).ok()?;
    memory.write_all(&vec![0; length]).ok()
}

/// Overwrites the part of this thread's stack that is not in use: what a function left there stays until another
/// takes its place. Paths go through it on their way to the kernel.
#[inline(never)]
pub fn scrub_stack() {
    #[expect(
        clippy::large_stack_frames,
        clippy::large_stack_arrays,
        reason = "the frame is the point: it is zeroed and given back"
    )]
    fn overwrite() {
        let mut frame = [0_u8; SCRUBBED];
        black_box(&mut frame);
    }
    black_box(overwrite as fn())();
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::scrub_stack;

    #[test]
    fn it_returns_and_takes_less_than_a_frame() {
        let start = std::time::Instant::now();
        black_box(scrub_stack as fn())();
        assert!(start.elapsed().as_millis() < 50);
    }
}
