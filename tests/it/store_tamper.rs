//! Tampering with a store: what is flipped, cut, swapped, put back or taken away is noticed or refused.
//!
//! A hundred and some in the ordinary run; `WARDLIGHT_FAULTS=all` does more than a thousand.

use std::path::{Path, PathBuf};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use wardlight::{disk, store::Error};

use crate::{
    command::scratch,
    store::{answer, identity, keep, patient, phi, sign_in, walk},
    store_child::prepare,
};

/// Opens the store as a person would, reads everything, and says what was wrong first.
fn look(folder: &Path) -> Result<(), Error> {
    let records = sign_in(folder)?;
    records.check(true)?;
    let found = records.search(&phi(""), 100)?;
    for row in found.rows {
        records.answers(&row.reference)?;
    }
    // A letter that was changed lets everybody in and is told in the log.
    let loud = wardlight::store::Filter {
        is_loud_only: true,
        ..Default::default()
    };
    match records.log(&loud, 1)?.first() {
        Some(_) => Err(Error::Tampered { what: "inbox" }),
        None => Ok(()),
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::remove_dir_all(to).ok();
    for path in walk(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(path, target).unwrap();
    }
    std::fs::create_dir_all(to.join("store/inbox")).unwrap();
}

/// A store with a second case, another sealed file and a letter that nobody read yet; and what it was before those.
fn stores(name: &str) -> (PathBuf, PathBuf, PathBuf) {
    let root = scratch(name);
    let (now, before, tried) = (root.join("now"), root.join("before"), root.join("tried"));
    prepare(&now);
    copy(&now, &before);
    let records = sign_in(&now).unwrap();
    let second = identity(patient("9", "Second"), 9);
    let item = keep(&records, &second).unwrap();
    records.keep_answer(&item, &answer(&second)).unwrap();
    records.keep_blob(&item, "overlay", &vec![3; 5000]).unwrap();
    records.keep_blob(&item, "overlay", &vec![4; 5000]).unwrap();
    drop(records);
    let inbox = wardlight::store::Inbox::of(&now.join("store")).unwrap();
    inbox
        .leave(&identity(patient("8", "Third"), 8), None)
        .unwrap();
    (now, before, tried)
}

/// Files that decide what the store is. `lock` says nothing, and `attempts.json` is not there without a failure.
fn files(store: &Path) -> Vec<PathBuf> {
    let mut files = walk(store);
    files.retain(|it| it.file_name().is_some_and(|it| it != "lock"));
    files
}

/// Does something to a copy of the store and looks at it.
fn tried(now: &Path, copy_at: &Path, tamper: impl FnOnce(&Path)) -> Result<(), Error> {
    copy(now, copy_at);
    tamper(copy_at);
    look(copy_at)
}

fn write(path: &Path, bytes: &[u8]) {
    disk::write_atomic(path, bytes).unwrap();
}

#[test]
fn a_store_that_nobody_touched_is_accepted() {
    let (now, _before, there) = stores("tamper-none");
    tried(&now, &there, |_folder| ()).unwrap();
    // The control: a file that decides nothing may change, so the harness can tell noticed from unnoticed.
    tried(&now, &there, |it| write(&it.join("store/lock"), b"x")).unwrap();
}

#[test]
fn flipped_and_cut_bytes_are_noticed() {
    let n_each = if std::env::var("WARDLIGHT_FAULTS").is_ok_and(|it| it == "all") {
        150
    } else {
        6
    };
    let (now, _before, there) = stores("tamper-flip");
    let mut random = StdRng::seed_from_u64(11);
    let (mut n_tried, mut unnoticed) = (0, Vec::new());
    for file in files(&now) {
        let name = file.strip_prefix(&now).unwrap().to_owned();
        let bytes = std::fs::read(&file).unwrap();
        for idx in 0..n_each {
            let at = random.random_range(0..bytes.len());
            let cuts = idx % 3 == 0;
            let found = tried(&now, &there, |it| {
                let mut bytes = bytes.clone();
                if cuts {
                    bytes.truncate(at);
                } else {
                    bytes[at] ^= 1 << random.random_range(0..8);
                }
                write(&it.join(&name), &bytes);
            });
            n_tried += 1;
            if found.is_ok() {
                unnoticed.push(format!(
                    "{} {} at {at}",
                    name.display(),
                    if cuts { "cut" } else { "flipped" }
                ));
            }
        }
    }
    println!("{n_tried} flips and cuts, {} unnoticed", unnoticed.len());
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
}

#[test]
fn what_is_put_back_swapped_or_taken_away_is_noticed() {
    let (now, before, there) = stores("tamper-swap");
    let mut n_tried = 0;
    let mut must_be_noticed = |what: String, tamper: &dyn Fn(&Path)| {
        n_tried += 1;
        assert!(
            tried(&now, &there, tamper).is_err(),
            "{what} went unnoticed"
        );
    };
    must_be_noticed("the whole older store".to_owned(), &|it| {
        copy(&before.join("store"), &it.join("store"));
    });
    must_be_noticed("the older database".to_owned(), &|it| {
        std::fs::copy(
            before.join("store/records-1.db"),
            it.join("store/records-1.db"),
        )
        .unwrap();
    });
    must_be_noticed("no head".to_owned(), &|it| {
        std::fs::remove_dir_all(it.join("state")).unwrap();
    });
    let all = files(&now.join("store"));
    let relative: Vec<PathBuf> = all
        .iter()
        .map(|it| it.strip_prefix(&now).unwrap().to_owned())
        .collect();
    for name in &relative {
        // A letter that is taken away before anybody read it leaves no trace: stated in the documents.
        if !name.starts_with("store/inbox") {
            must_be_noticed(format!("{} gone", name.display()), &|it| {
                std::fs::remove_file(it.join(name)).unwrap();
            });
        }
        for other in &relative {
            if name < other {
                must_be_noticed(
                    format!("{} swapped with {}", name.display(), other.display()),
                    &|it| {
                        let (a, b) = (
                            std::fs::read(it.join(name)).unwrap(),
                            std::fs::read(it.join(other)).unwrap(),
                        );
                        write(&it.join(name), &b);
                        write(&it.join(other), &a);
                    },
                );
            }
        }
    }
    println!("{n_tried} put back, swapped or taken away, 0 unnoticed");
}

#[test]
fn an_administrator_may_take_a_copy_as_it_is_and_that_is_told() {
    let (now, before, there) = stores("tamper-accept");
    copy(&now, &there);
    copy(&before.join("store"), &there.join("store"));
    assert!(matches!(sign_in(&there), Err(Error::Tampered { .. })));
    let passphrase = wardlight::store::Passphrase::typed(crate::store::PASSPHRASE);
    let records = crate::store::place(&there)
        .accept_copy(&phi("ada"), &passphrase)
        .unwrap();
    let entries = records.log(&Default::default(), 100).unwrap();
    let told = |action| entries.iter().any(|it| it.record.action == action);
    assert!(
        told(wardlight::store::Action::CopyAccepted)
            && told(wardlight::store::Action::TamperingFound)
    );
    drop(records);
    sign_in(&there).unwrap();
}
