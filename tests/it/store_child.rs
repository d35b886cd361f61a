//! The other half of the fault tests: a process that works on a store and says what it was told is saved, until it is killed or
//! its disk fails. It is this test program, started again with the scenario in its environment.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::json;
use wardlight::store::{Error, Inbox, Passphrase, Records, Role};

use crate::store::{answer, create_in, identity, keep, patient, phi, sign_in};

/// What the process does, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// Keeps cases, answers and sealed files.
    Write,
    /// Leaves answers in the inbox, as a batch under lock does.
    Batch,
    /// Hands out a patient's record.
    Export,
    /// Renews the keys.
    Rekey,
    /// Backs up.
    Backup,
    /// Makes a store from nothing, through all versions of the database.
    Upgrade,
    /// Says that a case is saved before it is: the control that must be caught.
    Liar,
}

impl Scenario {
    pub(crate) const ALL: [Self; 6] = [
        Self::Write,
        Self::Batch,
        Self::Export,
        Self::Rekey,
        Self::Backup,
        Self::Upgrade,
    ];

    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

const SCENARIO: &str = "WARDLIGHT_TEST_SCENARIO";
const FOLDER: &str = "WARDLIGHT_TEST_FOLDER";
const ROUNDS: &str = "WARDLIGHT_TEST_ROUNDS";

/// The process for a scenario in a folder. It works `n_rounds` times, or until it is killed.
pub(crate) fn command(scenario: Scenario, folder: &Path, n_rounds: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "store_child::a_scenario_runs_where_it_is_told_to",
            "--nocapture",
        ])
        .env(SCENARIO, scenario.name())
        .env(FOLDER, folder)
        .env(ROUNDS, n_rounds.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// What the process said was saved, in the order in which it said it.
pub(crate) fn acknowledged(stdout: &str) -> Vec<String> {
    let lines = stdout.lines().filter_map(|it| it.split("SAVED ").nth(1));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_scenario_runs_where_it_is_told_to() {
    let Ok(name) = std::env::var(SCENARIO) else {
        return; // this is the ordinary run of the tests
    };
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let n_rounds: usize = std::env::var(ROUNDS).unwrap().parse().unwrap();
    let all = [Scenario::ALL.as_slice(), &[Scenario::Liar]].concat();
    let scenario = all.into_iter().find(|it| it.name() == name).unwrap();
    say("READY");
    // What fails is told and tried again with the next round: the disk may have room by then.
    match scenario {
        Scenario::Batch => batch(&folder, n_rounds),
        Scenario::Upgrade => upgrade(&folder, n_rounds),
        _ => match sign_in(&folder) {
            Ok(records) => work(scenario, records, &folder, n_rounds),
            Err(why) => told(&why),
        },
    }
    say("DONE");
    #[expect(
        clippy::exit,
        reason = "the test harness would write to a disk that fails"
    )]
    std::process::exit(0);
}

fn work(scenario: Scenario, mut records: Records, folder: &Path, n_rounds: usize) {
    for round in 0..n_rounds {
        let done = match scenario {
            Scenario::Write => write(&records, round),
            Scenario::Liar => {
                let identity = identity(patient("1", "Liar"), nonce(round));
                say(&format!("SAVED case {}", identity.file_sha256));
                std::thread::sleep(std::time::Duration::from_millis(20));
                keep(&records, &identity).map(drop)
            }
            Scenario::Export => export(&records, folder, round),
            Scenario::Rekey => write(&records, round).and_then(|()| records.renew_keys()),
            Scenario::Backup => {
                let path = folder.join(format!("backup-{}.wardlight", round % 3));
                write(&records, round)
                    .and_then(|()| records.back_up(&path))
                    .map(|()| {
                        say(&format!("SAVED backup {}", path.display()));
                    })
            }
            Scenario::Batch | Scenario::Upgrade => unreachable!("have no open store"),
        };
        if let Err(why) = done {
            told(&why);
        }
    }
}

/// Each process has files of its own.
fn nonce(round: usize) -> usize {
    std::process::id() as usize * 1_000_000 + round
}

fn write(records: &Records, round: usize) -> Result<(), Error> {
    let nonce = nonce(round);
    let identity = identity(patient(&format!("{}", nonce % 7), "Erika"), nonce);
    let item = keep(records, &identity)?;
    say(&format!("SAVED case {item}"));
    let answer = records.keep_answer(&item, &answer(&identity))?;
    say(&format!("SAVED answer {item} {answer}"));
    let blob = records.keep_blob(&item, "overlay", &vec![round as u8; 20_000])?;
    say(&format!("SAVED blob {blob}"));
    Ok(())
}

fn export(records: &Records, folder: &Path, round: usize) -> Result<(), Error> {
    let found = records.search(&phi(""), 1)?;
    let patient = records.patient_of(&found.rows[0].reference)?;
    let out = folder.join(format!("out-{}-{round}", std::process::id()));
    records.export_patient(&patient, &out)?;
    say(&format!("SAVED export {}", out.display()));
    Ok(())
}

fn batch(folder: &Path, n_rounds: usize) {
    let inbox = match Inbox::of(&folder.join("store")) {
        Ok(inbox) => inbox,
        Err(why) => return told(&why),
    };
    for round in 0..n_rounds {
        let nonce = nonce(round);
        let identity = identity(patient("batch", "Batch"), nonce);
        match inbox.leave(&identity, Some(&answer(&identity))) {
            Ok(()) => say(&format!("SAVED letter {}", identity.file_sha256)),
            Err(why) => told(&why),
        }
    }
}

fn upgrade(folder: &Path, n_rounds: usize) {
    for round in 0..n_rounds {
        let folder = folder.join(format!("new-{}-{round}", std::process::id()));
        let place = crate::store::place(&folder);
        let new = wardlight::store::NewStore {
            name: &phi("Ada"),
            passphrase: &Passphrase::typed(crate::store::PASSPHRASE),
            cost: crate::store::CHEAP,
        };
        let done = place.create(&new).and_then(|(mut records, _key)| {
            let ben = Passphrase::typed("copper lake wind organ");
            say(&format!("SAVED store {}", folder.display()));
            records.add_person(&phi("Ben"), &[Role::Reader].into(), &ben)?;
            say(&format!("SAVED person {}", folder.display()));
            Ok(())
        });
        if let Err(why) = done {
            told(&why);
        }
    }
}

/// A store to begin with: one case with an answer and a sealed file.
pub(crate) fn prepare(folder: &Path) {
    std::fs::remove_dir_all(folder).ok();
    std::fs::create_dir_all(folder).unwrap();
    let (records, _recovery) = create_in(folder);
    let identity = identity(patient("0", "First"), 0);
    let item = keep(&records, &identity).unwrap();
    records.keep_answer(&item, &answer(&identity)).unwrap();
    records.keep_blob(&item, "overlay", b"first").unwrap();
    records.set_setting("x", &json!(1)).unwrap();
}

/// One line, on its way before the next step begins, and by a system call that no fault is injected into.
fn say(line: &str) {
    let line = format!("{line}\n");
    let out = rustix::stdio::stdout();
    // Who does not listen any more needs not be told.
    rustix::io::writev(out, &[std::io::IoSlice::new(line.as_bytes())]).ok();
}

fn told(why: &Error) {
    say(&format!("TOLD {why}"));
}
