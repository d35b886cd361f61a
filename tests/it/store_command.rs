//! `wardlight store`, end to end: made, used, locked out, recovered, backed up, erased.

use std::{path::Path, process::Command};

use crate::command::{run, scratch, wardlight, write};

/// The command with a home of its own.
fn store(home: &Path, user: &str, passphrase: &str) -> Command {
    let file = home.join(format!("{user}.txt"));
    write(&file, passphrase);
    let mut command = wardlight();
    command
        .arg("store")
        .args(["--user", user, "--passphrase-file"])
        .arg(file)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_STATE_HOME", home.join("state"));
    command
}

const ADA: &str = "lantern grove ox violin";
const BEN: &str = "copper lake wind organ";

#[test]
fn a_store_is_made_used_recovered_and_put_back() {
    let home = scratch("store-command");
    let ada = || store(&home, "Ada", ADA);
    let (code, _out, err) = run(ada().arg("check"));
    assert_eq!(code, 2);
    assert!(err.contains("wardlight store init"), "{err}");
    let (code, _out, err) = run(store(&home, "Ada", "password").arg("init"));
    assert_eq!(code, 2);
    assert!(err.contains("shorter than 15"), "{err}");
    let (code, recovery, err) = run(ada().arg("init"));
    assert_eq!(code, 0, "{err}");
    assert!(recovery.starts_with("AGE-SECRET-KEY-1"));
    assert_eq!(run(ada().arg("init")).0, 2);

    let (code, out, err) = run(ada().args(["check", "--read-data"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("whole: 0 patients"), "{out}");
    let passphrase = home.join("Ben.txt");
    write(&passphrase, BEN);
    let (code, _out, err) = run(ada()
        .args([
            "people",
            "add",
            "Ben",
            "--role",
            "auditor",
            "--new-passphrase-file",
        ])
        .arg(&passphrase));
    assert_eq!(code, 0, "{err}");
    let (_code, out, _err) = run(ada().args(["people", "list"]));
    assert!(out.contains("Ben\tauditor"), "{out}");

    auditor_sees_the_log_alone(&home);
    forgotten_passphrase_is_given_anew(&home, recovery.trim());
    backup_is_put_back_and_a_copy_refused(&home);
}

/// The auditor sees the log and nothing else.
fn auditor_sees_the_log_alone(home: &Path) {
    let ben = || store(home, "Ben", BEN);
    let (code, out, err) = run(ben().args(["log", "--action", "person_added"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Ada") && out.lines().count() == 1, "{out}");
    let (code, out, err) = run(ben().arg("search"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("the right to search cases"), "{err}");
    for format in ["dicom", "fhir"] {
        let file = home.join(format!("log.{format}"));
        let (code, _out, err) = run(ben()
            .arg("log")
            .arg("--out")
            .arg(&file)
            .args(["--format", format]));
        assert_eq!(code, 0, "{err}");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("110114") && text.contains("Ada"));
    }
}

fn forgotten_passphrase_is_given_anew(home: &Path, recovery: &str) {
    let key = home.join("key.txt");
    write(&key, recovery);
    let mut recover = wardlight();
    recover
        .args(["store", "--user", "Ada", "--passphrase-file"])
        .arg(&key)
        .args(["recover", "--new-passphrase-file"])
        .arg(home.join("Ben.txt"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_STATE_HOME", home.join("state"));
    let (code, _out, err) = run(&mut recover);
    assert_eq!(code, 0, "{err}");
    assert_eq!(run(store(home, "Ada", ADA).arg("check")).0, 2);
    assert_eq!(run(store(home, "Ada", BEN).arg("rekey")).0, 0);
}

fn backup_is_put_back_and_a_copy_refused(home: &Path) {
    let ada = || store(home, "Ada", BEN);
    let ben = || store(home, "Ben", BEN);
    let backup = home.join("all.wardlight");
    assert_eq!(run(ada().arg("backup").arg(&backup)).0, 0);
    std::fs::remove_dir_all(home.join("data/wardlight/store")).unwrap();
    let (code, _out, err) = run(ada().arg("restore").arg(&backup));
    assert_eq!(code, 0, "{err}");
    assert_eq!(run(ada().args(["check", "--read-data"])).0, 0);
    // An older copy, put back by other means, is refused until an administrator takes it.
    let store_folder = home.join("data/wardlight/store");
    let older = home.join("older");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(&store_folder)
        .arg(&older)
        .status()
        .unwrap();
    assert!(copied.success());
    assert_eq!(run(ada().arg("search")).0, 0);
    std::fs::remove_dir_all(&store_folder).unwrap();
    std::fs::rename(&older, &store_folder).unwrap();
    let (code, _out, err) = run(ada().arg("search"));
    assert_eq!(code, 2);
    assert!(err.contains("put back from an older copy"), "{err}");
    assert_eq!(run(ada().arg("accept-copy")).0, 0);
    let (code, out, _err) = run(ben().args(["log", "--loud"]));
    assert_eq!(code, 0);
    assert!(
        out.contains("copy_accepted") && out.contains("tampering_found"),
        "{out}"
    );
}
