//! `wardlight train` as a person runs it: killed, interrupted, out of space, with numbers that blow up.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use image::{GrayImage, Luma};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use wardlight::{disk, model::Bundle};

use crate::{
    command::{run, scratch, wardlight},
    train::{IMAGE_RECIPE, KNOBS},
};

/// Augmentation draws from libtorch's random numbers in every step.
const AUGMENT: &str = "augment = { rotate = 5, scale = 0.05, translate = 0.03, gamma = 0.1, contrast = 0.1, brightness = 0.05, shade = 0.05, blur = 0.3, noise = 0.02, border = 0.05, erase = 0.1 }";

/// A folder with a recipe, a table and pictures whose class is where they are bright.
fn workplace(name: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let folder = scratch(name);
    fs::create_dir_all(folder.join("images")).unwrap();
    let mut table = String::from("file,label,patient,part,fold\n");
    for it in 0..48 {
        let picture = GrayImage::from_fn(32, 32, |x, y| {
            let is_bright = if it % 2 == 1 {
                18 < x && 18 < y
            } else {
                x < 12 && y < 12
            };
            let grain = (x * 31 + y * 17 + it * 7) % 11 * 10;
            Luma([(grain + if is_bright { 120 } else { 0 }) as u8])
        });
        picture
            .save(folder.join(format!("images/{it}.png")))
            .unwrap();
        let part = if it < 40 { "train" } else { "test" };
        let label = ["no", "yes"][it as usize % 2];
        let (patient, fold) = (it / 2, it / 2 % 2);
        table.push_str(&format!("{it}.png,{label},p{patient},{part},{fold}\n"));
    }
    disk::write_atomic(&folder.join("table.csv"), table.as_bytes()).unwrap();
    let (before, after) = IMAGE_RECIPE.split_once("augment = ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let knobs = train_knobs(12);
    let recipe = format!("{before}{AUGMENT}\n{after}")
        .replace("hold_out = [\"0\", \"1\"]", "hold_out = [\"0\"]")
        .replace("KNOBS", &knobs);
    disk::write_atomic(&folder.join("recipe.toml"), change(&recipe).as_bytes()).unwrap();
    folder
}

fn train_knobs(epochs: usize) -> String {
    let knobs = wardlight::nn::train::Knobs {
        epochs,
        // Many steps in an epoch, so that most stops fall within one.
        batch: 2,
        dropout: 0.1,
        ..KNOBS
    };
    toml::to_string(&knobs).unwrap()
}

/// The command, with one thread, its checkpoints in `work` and its bundle beside it.
fn train(folder: &Path, work: &str, checkpoint_secs: u64) -> Command {
    let mut command = wardlight();
    command
        .arg("train")
        .arg(folder.join("recipe.toml"))
        .arg("--data")
        .arg(folder)
        .arg("--out")
        .arg(folder.join(format!("{work}-bundle")))
        .arg("--work")
        .arg(folder.join(work))
        .args(["--threads", "1", "--checkpoint-secs"])
        .arg(checkpoint_secs.to_string());
    command
}

fn weights(folder: &Path, work: &str) -> String {
    let bundle = Bundle::open(&folder.join(format!("{work}-bundle"))).unwrap();
    bundle.manifest.weights.sha256.to_string()
}

/// Starts the command and reads until `n` lines of progress are there; whether it is still at work then.
fn started(command: &mut Command, n: usize) -> (Child, BufReader<ChildStdout>, bool) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut n_progress = 0;
    while n_progress < n {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 {
            return (child, lines, false);
        }
        n_progress += usize::from(line.contains("\"event\":\"progress\""));
    }
    (child, lines, true)
}

/// The state at the head of the newest checkpoint: whole epochs, and steps in the epoch that is under way.
fn state(folder: &Path, work: &str) -> Option<(u64, u64)> {
    let inner = fs::read_dir(folder.join(work)).ok()?.next()?.ok()?.path();
    let mut files: Vec<PathBuf> = fs::read_dir(inner)
        .ok()?
        .filter_map(|it| Some(it.ok()?.path()))
        .filter(|it| it.extension().is_some_and(|it| it == "safetensors"))
        .collect();
    files.sort_by_key(|it| fs::metadata(it).unwrap().modified().unwrap());
    let bytes = fs::read(files.last()?).ok()?;
    // "wardlight checkpoint 2\n", 64 digits, a length.
    let json = bytes.get(23 + 64 + 4..)?;
    let mut values = serde_json::Deserializer::from_slice(json).into_iter::<Value>();
    let state = values.next()?.ok()?;
    Some((state["epoch"].as_u64()?, state["batch"].as_u64()?))
}

#[test]
fn a_training_that_was_killed_and_interrupted_gives_the_same_weights() {
    let folder = workplace("train-killed", str::to_owned);
    let log = folder.join("log.jsonl");
    let (code, out, err) = run(train(&folder, "whole", 60).arg("--log").arg(&log));
    assert_eq!(code, 0, "{err}");
    // The log is what was printed.
    assert_eq!(fs::read_to_string(&log).unwrap(), out);
    let want = weights(&folder, "whole");

    let mut random = StdRng::seed_from_u64(20_261_125);
    let (mut n_killed, mut n_within) = (0, 0);
    for attempt in 0..8 {
        // Lines of progress come after ten steps and after each epoch; the process goes on while they are read.
        let n_lines = random.random_range(1..14);
        let (mut child, lines, is_at_work) = started(&mut train(&folder, "killed", 0), n_lines);
        assert!(is_at_work, "attempt {attempt} came to its end");
        if attempt == 4 {
            let id = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
            for _ in lines.lines() {} // until it has stopped
            let done = child.wait_with_output().unwrap();
            let err = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(1), "{err}");
            assert!(
                err.contains("stopping at the next step")
                    && err.contains("The same command goes on from here"),
                "{err}"
            );
        } else {
            child.kill().unwrap(); // SIGKILL
            child.wait().unwrap();
            n_killed += 1;
        }
        let state = state(&folder, "killed");
        n_within += usize::from(state.is_some_and(|(_, batch)| 0 < batch));
        println!("attempt {attempt}: stopped at {state:?} (whole epochs, steps within the next)");
    }
    let (code, _, err) = run(&mut train(&folder, "killed", 0));
    assert_eq!(code, 0, "{err}");
    println!("killed {n_killed} times, {n_within} of 8 stops within an epoch; weights {want}");
    assert!(7 <= n_killed && 3 <= n_within, "{n_killed} {n_within}");
    assert_eq!(weights(&folder, "killed"), want);
}

/// Files of at most `kib` can be written, as on a disk that is full.
pub(crate) fn with_little_room(command: &Command, kib: usize) -> Command {
    // By its path: whoever is started may be given another PATH.
    let mut shell = Command::new("/bin/bash");
    shell
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f $1; shift; exec \"$@\"",
            "bash",
        ])
        .arg(kib.to_string())
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell
}

#[test]
fn a_full_disk_is_told_with_its_remedy_and_the_checkpoint_before_is_kept() {
    let folder = workplace("train-full", |it| {
        it.replace(&train_knobs(40), &train_knobs(4))
    });
    let (code, _, err) = run(&mut train(&folder, "whole", 60));
    assert_eq!(code, 0, "{err}");
    let (mut child, _, is_at_work) = started(&mut train(&folder, "full", 0), 1);
    assert!(is_at_work);
    child.kill().unwrap();
    child.wait().unwrap();
    let before = state(&folder, "full").unwrap();
    let (code, _, err) = run(&mut with_little_room(&train(&folder, "full", 0), 40));
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("the checkpoint fold-0.safetensors could not be saved: file too large")
            && err.contains("make room on the disk and run the same command"),
        "{err}"
    );
    assert_eq!(state(&folder, "full"), Some(before));
    let (code, _, err) = run(&mut train(&folder, "full", 0));
    assert_eq!(code, 0, "{err}");
    assert_eq!(weights(&folder, "full"), weights(&folder, "whole"));
}

#[test]
fn a_training_that_blows_up_stops_and_names_its_last_good_checkpoint() {
    let folder = workplace("train-nan", |it| {
        it.replace("max_lr = 0.01", "max_lr = 1e30")
            .replace("clip_norm = 5.0", "clip_norm = 0.0")
    });
    let (code, _, err) = run(&mut train(&folder, "nan", 0));
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("wanted finite numbers from the network, found")
            && err.contains("fold-0.safetensors, is kept and has step")
            && err.contains("a lower max_lr"),
        "{err}"
    );
    assert!(state(&folder, "nan").is_some());
    assert!(!folder.join("nan-bundle/manifest.toml").exists());
}

#[test]
fn a_corrupt_checkpoint_is_told_and_starts_anew_when_it_is_deleted() {
    let folder = workplace("train-corrupt", |it| {
        it.replace(&train_knobs(40), &train_knobs(2))
    });
    let (code, _, err) = run(&mut train(&folder, "work", 60));
    assert_eq!(code, 0, "{err}");
    let want = weights(&folder, "work");
    let inner = fs::read_dir(folder.join("work"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let file = inner.path().join("all.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    disk::write_atomic(&file, &bytes).unwrap();
    let (code, _, err) = run(&mut train(&folder, "work", 60));
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("the checkpoint all.safetensors is damaged")
            && err.contains("delete it and run the same command"),
        "{err}"
    );
    fs::remove_file(&file).unwrap();
    let (code, _, err) = run(&mut train(&folder, "work", 60));
    assert_eq!(code, 0, "{err}");
    assert_eq!(weights(&folder, "work"), want);
}
