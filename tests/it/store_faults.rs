//! Kill -9 at random moments and failing disks: what was said to be saved is there afterwards, and nothing is torn.
//!
//! A hundred kills and a sample of the faults in the ordinary run; `WARDLIGHT_FAULTS=all` does a thousand and every one.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, Read as _},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use wardlight::store::{Opener, Passphrase, Records, restore};

use crate::{
    command::scratch,
    store::{PASSPHRASE, phi, place, sign_in},
    store_child::{Scenario, acknowledged, command, prepare},
};

fn does_all() -> bool {
    std::env::var("WARDLIGHT_FAULTS").is_ok_and(|it| it == "all")
}

/// What was missing or torn after one fault.
#[derive(Debug, Default)]
struct Harm {
    n_acknowledged: usize,
    lost: Vec<String>,
    torn: Vec<String>,
}

/// Opens what is left and compares it with what was acknowledged.
fn harm(scenario: Scenario, folder: &Path, saved: &[String]) -> Harm {
    let mut harm = Harm {
        n_acknowledged: saved.len(),
        ..Harm::default()
    };
    if scenario == Scenario::Upgrade {
        for line in saved {
            let path = PathBuf::from(line.split_once(' ').unwrap().1);
            match sign_in(&path) {
                Ok(records) => whole(&records, &mut harm),
                Err(_) => harm.lost.push(line.clone()),
            }
        }
        // One that was not acknowledged is a store or none, and can be made anew.
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let is_new = entry.file_name().to_string_lossy().starts_with("new-");
            if is_new && !place(&entry.path()).exists() {
                drop(crate::store::create_in(&entry.path()));
            }
        }
        return harm;
    }
    let records = match sign_in(folder) {
        Ok(records) => records,
        Err(why) => {
            harm.torn.push(format!("store: {why}"));
            return harm;
        }
    };
    whole(&records, &mut harm);
    let found = records.search(&phi(""), 1_000_000).unwrap();
    let files: BTreeSet<String> = found
        .rows
        .iter()
        .map(|it| it.identity.file_sha256.to_string())
        .collect();
    for line in saved {
        if !is_there(&records, folder, &files, line) {
            harm.lost.push(line.clone());
        }
    }
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let record = path.join("record.json");
        if let Ok(bytes) = std::fs::read(&record)
            && serde_json::from_slice::<serde_json::Value>(&bytes).is_err()
        {
            harm.torn.push(record.display().to_string());
        }
    }
    harm
}

fn whole(records: &Records, harm: &mut Harm) {
    if let Err(why) = records.check(true) {
        harm.torn.push(why.to_string());
    }
}

fn is_there(records: &Records, folder: &Path, files: &BTreeSet<String>, line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["case", hash] if hash.len() == 64 => files.contains(*hash),
        ["case", item] => records.item(item).is_ok(),
        ["answer", item, answer] => {
            let answers = records.answers(item).unwrap_or_default();
            answers.iter().any(|it| it.0 == *answer)
        }
        ["blob", blob] => records.blob(blob).is_ok_and(|it| it.len() == 20_000),
        ["letter", hash] => files.contains(*hash),
        ["export", path] => std::fs::read(Path::new(path).join("record.json"))
            .is_ok_and(|it| serde_json::from_slice::<serde_json::Value>(&it).is_ok()),
        ["backup", path] => {
            let there = folder.join("restored");
            std::fs::remove_dir_all(&there).ok();
            let opener = Opener::Person {
                name: &phi("ada"),
                passphrase: &Passphrase::typed(PASSPHRASE),
            };
            restore(Path::new(path), &place(&there), &opener).is_ok_and(|it| it.check(true).is_ok())
        }
        other => panic!("nobody acknowledges {other:?}"),
    }
}

/// Starts the scenario and kills it after a random while; says what it had acknowledged.
fn kill_at_random(scenario: Scenario, folder: &Path, random: &mut StdRng) -> Vec<String> {
    let mut child = command(scenario, folder, 1_000_000).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("READY") {
        line.clear();
        assert_ne!(
            out.read_line(&mut line).unwrap(),
            0,
            "the scenario did not start"
        );
    }
    std::thread::sleep(Duration::from_micros(random.random_range(0..400_000)));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    // A line that was cut by the kill was not heard.
    let heard = rest.rfind('\n').map_or("", |end| &rest[..end]);
    acknowledged(heard)
}

fn kills(scenario: Scenario, n_kills: usize) -> Harm {
    let folder = scratch(&format!("kill-{}", scenario.name()));
    prepare(&folder);
    let mut random = StdRng::seed_from_u64(5);
    let mut total = Harm::default();
    for _ in 0..n_kills {
        let saved = kill_at_random(scenario, &folder, &mut random);
        let harm = harm(scenario, &folder, &saved);
        total.n_acknowledged += harm.n_acknowledged;
        total.lost.extend(harm.lost);
        total.torn.extend(harm.torn);
    }
    println!(
        "{}: {n_kills} kills, {} acknowledged, {} lost, {} torn",
        scenario.name(),
        total.n_acknowledged,
        total.lost.len(),
        total.torn.len()
    );
    std::fs::remove_dir_all(folder).ok();
    total
}

fn survives(scenario: Scenario) {
    let n_kills = if does_all() { 167 } else { 17 };
    let harm = kills(scenario, n_kills);
    assert!(0 < harm.n_acknowledged);
    assert!(harm.lost.is_empty() && harm.torn.is_empty(), "{harm:?}");
}

#[test]
fn kill_while_writing() {
    survives(Scenario::Write);
}

#[test]
fn kill_while_a_batch_leaves_answers() {
    survives(Scenario::Batch);
}

#[test]
fn kill_while_exporting() {
    survives(Scenario::Export);
}

#[test]
fn kill_while_renewing_keys() {
    survives(Scenario::Rekey);
}

#[test]
fn kill_while_backing_up() {
    survives(Scenario::Backup);
}

#[test]
fn kill_while_making_a_store() {
    survives(Scenario::Upgrade);
}

#[test]
fn a_store_that_lies_is_caught_by_the_kills() {
    let harm = kills(Scenario::Liar, 17);
    assert!(!harm.lost.is_empty(), "the control must fail: {harm:?}");
}

/// The calls by which the store changes the disk, and what each may be told by a failing one.
const CALLS: [&str; 7] = [
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "unlink",
    "openat",
];
const FAULTS: [&str; 3] = ["ENOSPC", "EIO", "EROFS"];

/// Whether strace may look at other processes here.
fn can_trace() -> bool {
    let tried = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    let can = tried.is_ok_and(|it| it.success());
    if !can {
        println!("skipped: strace cannot trace here");
    }
    can
}

/// The scenario, once, under strace.
fn strace(scenario: Scenario, folder: &Path, options: &[String], log: &Path) -> String {
    prepare(folder);
    // A letter that a fault has cost is followed by others.
    let n_rounds = if scenario == Scenario::Batch { 4 } else { 1 };
    let child = command(scenario, folder, n_rounds);
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "--seccomp-bpf", "-o"])
        .arg(log)
        .args(options);
    strace.arg(child.get_program()).args(child.get_args());
    for (key, value) in child.get_envs() {
        strace.env(key, value.unwrap());
    }
    let output = strace.stdin(Stdio::null()).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    // No fault may take the program down, once it has begun.
    assert!(
        output.status.success() || !stdout.contains("READY"),
        "{options:?}: {stdout}"
    );
    stdout
}

/// Which calls one thread of the scenario makes once it has begun, when nothing fails: strace counts for each thread, and
/// what was called before is the loader's.
fn count_calls(
    scenario: Scenario,
    folder: &Path,
    log: &Path,
) -> Vec<(&'static str, RangeInclusive<usize>)> {
    let trace = format!("--trace=writev,{}", CALLS.join(","));
    strace(scenario, folder, &[trace], log);
    let lines = std::fs::read_to_string(log).unwrap();
    let count = |call: &str| {
        let mut threads = BTreeMap::<&str, usize>::new();
        let (mut first, mut last) = (usize::MAX, 0);
        let mut has_begun = false;
        for line in lines.lines() {
            has_begun |= line.contains("READY");
            if line.contains(&format!(" {call}(")) {
                let thread = line.split(' ').next().unwrap_or_default();
                let nth = threads.entry(thread).or_default();
                *nth += 1;
                if has_begun {
                    (first, last) = (first.min(*nth), last.max(*nth));
                }
            }
        }
        first..=last
    };
    CALLS.iter().map(|it| (*it, count(it))).collect()
}

/// Fails each call of the scenario in turn, in each way, once or from then on.
fn faults(scenario: Scenario) {
    let folder = scratch(&format!("fault-{}", scenario.name()));
    let log = folder.with_extension("strace");
    if !can_trace() {
        return;
    }
    let mut wanted = Vec::new();
    for (call, calls) in count_calls(scenario, &folder, &log) {
        for nth in calls {
            for fault in FAULTS {
                wanted.extend(
                    ["", "+"].map(|it| (call, format!("{call}:error={fault}:when={nth}{it}"))),
                );
            }
        }
    }
    wanted.shuffle(&mut StdRng::seed_from_u64(7));
    let (mut n_faults, mut n_acknowledged) = (0, 0);
    for (call, inject) in wanted {
        if !does_all() && 17 <= n_faults {
            break;
        }
        let options = [format!("--trace={call}"), format!("--inject={inject}")];
        let stdout = strace(scenario, &folder, &options, &log);
        let hit = std::fs::read_to_string(&log)
            .unwrap()
            .contains("(INJECTED)");
        if !hit || !stdout.contains("READY") {
            continue; // threads took another turn
        }
        let harm = harm(scenario, &folder, &acknowledged(&stdout));
        n_faults += 1;
        n_acknowledged += harm.n_acknowledged;
        assert!(
            harm.lost.is_empty() && harm.torn.is_empty(),
            "{inject}: {harm:?}\n{stdout}"
        );
    }
    println!(
        "{}: {n_faults} faults survived, {n_acknowledged} acknowledged, 0 lost, 0 torn",
        scenario.name()
    );
    assert!(0 < n_faults);
    std::fs::remove_dir_all(folder).ok();
    std::fs::remove_file(log).ok();
}

#[test]
fn a_store_that_lies_is_caught_by_a_failing_disk() {
    let folder = scratch("fault-liar");
    let log = folder.with_extension("strace");
    if !can_trace() {
        return;
    }
    let (_, calls) = count_calls(Scenario::Liar, &folder, &log)[1].clone();
    let is_caught = calls.rev().any(|nth| {
        let inject = format!("--inject=pwrite64:error=ENOSPC:when={nth}+");
        let options = ["--trace=pwrite64".to_owned(), inject];
        let stdout = strace(Scenario::Liar, &folder, &options, &log);
        !harm(Scenario::Liar, &folder, &acknowledged(&stdout))
            .lost
            .is_empty()
    });
    assert!(is_caught, "the control must fail");
}

#[test]
fn a_failing_disk_while_writing() {
    faults(Scenario::Write);
}

#[test]
fn a_failing_disk_while_a_batch_leaves_answers() {
    faults(Scenario::Batch);
}

#[test]
fn a_failing_disk_while_exporting() {
    faults(Scenario::Export);
}

#[test]
fn a_failing_disk_while_renewing_keys() {
    faults(Scenario::Rekey);
}

/// After the new key file has its name, its folder may fail to be flushed: then the new key holds and both databases stay.
#[test]
fn a_folder_that_is_not_flushed_costs_no_key() {
    let folder = scratch("unflushed");
    let log = folder.with_extension("strace");
    if !can_trace() {
        return;
    }
    let store = folder.join("store").display().to_string();
    let mut n_unflushed = 0;
    for nth in 1.. {
        let options = [
            format!("--trace-path={store}"),
            format!("--inject=fsync:error=EIO:when={nth}"),
        ];
        let stdout = strace(Scenario::Rekey, &folder, &options, &log);
        if !std::fs::read_to_string(&log)
            .unwrap()
            .contains("(INJECTED)")
        {
            break;
        }
        n_unflushed += usize::from(stdout.contains("may lose it with the power"));
        let harm = harm(Scenario::Rekey, &folder, &acknowledged(&stdout));
        assert!(
            harm.lost.is_empty() && harm.torn.is_empty(),
            "{nth}: {harm:?}\n{stdout}"
        );
    }
    assert!(0 < n_unflushed);
    std::fs::remove_dir_all(folder).ok();
    std::fs::remove_file(log).ok();
}

#[test]
fn a_failing_disk_while_backing_up() {
    faults(Scenario::Backup);
}

#[test]
fn a_failing_disk_while_making_a_store() {
    faults(Scenario::Upgrade);
}
