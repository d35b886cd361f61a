//! Identifiers planted through every door of the store are nowhere on the disk in plain sight.

use std::path::{Path, PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use wardlight::{
    disk::Sha256,
    store::{Identity, Inbox, Kind, NewItem, Passphrase, Patient, Role, Verdict, WorklistRow},
};

use crate::{
    command::scratch,
    store::{answer, create_in, phi, place, sign_in, walk},
};

/// `n` words that stand nowhere else.
fn sentinels(n: usize) -> Vec<String> {
    (0..n)
        .map(|idx| {
            format!(
                "Zyx{}",
                &Sha256::of(format!("{idx}").as_bytes()).to_string()[..12]
            )
        })
        .collect()
}

/// A word as it may lie in a file: UTF-8, UTF-16 both ways, base64 at each of three offsets, hexadecimal.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = word.encode_utf16().collect();
    let mut forms = vec![
        word.as_bytes().to_vec(),
        utf16.iter().flat_map(|it| it.to_le_bytes()).collect(),
        utf16.iter().flat_map(|it| it.to_be_bytes()).collect(),
    ];
    let hex: String = word.bytes().map(|it| format!("{it:02x}")).collect();
    forms.push(hex.to_uppercase().into_bytes());
    forms.push(hex.into_bytes());
    for offset in 0..3 {
        let shifted = [&b"   "[..offset], word.as_bytes()].concat();
        let text = BASE64_STANDARD.encode(shifted);
        // The characters that depend on neighbours are left out.
        let first = (offset * 8).div_ceil(6);
        forms.push(text.as_bytes()[first..text.len() - 4].to_vec());
    }
    forms
}

fn hits(files: &[PathBuf], words: &[String]) -> Vec<(PathBuf, usize)> {
    let needles: Vec<(usize, Vec<u8>)> = words
        .iter()
        .enumerate()
        .flat_map(|(idx, it)| forms(it).into_iter().map(move |it| (idx, it)))
        .collect();
    let mut found = Vec::new();
    for path in files {
        let bytes = std::fs::read(path).unwrap();
        let lower = bytes.to_ascii_lowercase();
        for (idx, needle) in &needles {
            let is_there =
                contains(&bytes, needle) || contains(&lower, &needle.to_ascii_lowercase());
            if is_there {
                found.push((path.clone(), *idx));
            }
        }
    }
    found
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    memchr(bytes, needle)
}

/// Looks for the first byte first: most of a file is passed over quickly.
fn memchr(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, _rest)) = needle.split_first() else {
        return false;
    };
    let mut from = 0;
    while let Some(step) = bytes[from..].iter().position(|it| it == first) {
        let at = from + step;
        if bytes[at..].starts_with(needle) {
            return true;
        }
        from = at + 1;
    }
    false
}

/// Plants every word through a door of its own, and leaves the store open for a look at its log file.
fn plant(folder: &Path, words: &[String]) {
    let (mut records, _recovery) = create_in(folder);
    let mut words = words.iter();
    let mut next = || phi(words.next().unwrap());
    for idx in 0..15 {
        let identity = Identity {
            patient: Patient {
                number: next(),
                issuer: next(),
                name: next(),
                birth_date: next(),
                sex: next(),
            },
            study_uid: next(),
            series_uid: next(),
            instance_uid: next(),
            file_sha256: Sha256::of(format!("{idx}").as_bytes()),
            content_sha256: Sha256::of(b"pixels"),
        };
        let item = records
            .keep_item(&NewItem {
                kind: Kind::Note,
                identity: &identity,
                path: &next(),
                study_date: &next(),
                accession: &next(),
                description: &next(),
                thumbnail_png: Some(next().reveal().as_bytes()),
            })
            .unwrap();
        let mut answer = answer(&identity);
        answer.body = json!({ "note": next().reveal() });
        let answer = records.keep_answer(&item, &answer).unwrap();
        records
            .keep_reading(&answer, "x", Verdict::Unsure, &next())
            .unwrap();
        records
            .keep_annotation(&item, &identity, 0, &json!({ "text": next().reveal() }))
            .unwrap();
        records
            .keep_blob(&item, "text", next().reveal().as_bytes())
            .unwrap();
        records
            .set_setting(&format!("s{idx}"), &json!(next().reveal()))
            .unwrap();
        let row = WorklistRow {
            item: item.clone(),
            rank: 1.0,
            state: next().reveal().clone(),
        };
        records.set_worklist(&format!("w{idx}"), &[row]).unwrap();
        records.search(&next(), 5).unwrap();
        let passphrase = Passphrase::typed("copper lake wind organ");
        records
            .add_person(&next(), &[Role::Reader].into(), &passphrase)
            .unwrap();
        let mut other = identity.clone();
        other.patient.name = next();
        Inbox::of(&folder.join("store"))
            .unwrap()
            .leave(&other, None)
            .unwrap();
    }
    records.back_up(&folder.join("backup.wardlight")).unwrap();
    // Still open: the write-ahead log lies there too.
    std::mem::forget(records);
}

#[test]
fn three_hundred_identifiers_are_nowhere_in_plain_sight() {
    let folder = scratch("sentinels");
    let words = sentinels(15 * 22);
    plant(&folder, &words);
    let files = walk(&folder);
    assert!(
        files
            .iter()
            .any(|it| it.to_string_lossy().ends_with("-wal"))
    );
    let found = hits(&files, &words);
    println!(
        "{} words in 8 forms, {} files, {} hits",
        words.len(),
        files.len(),
        found.len()
    );
    assert!(found.is_empty(), "{found:?}");
    // The control: the same search finds each form of each word where it does stand.
    let plain = folder.join("plain");
    let all: Vec<u8> = words.iter().flat_map(|it| forms(it).join(&b' ')).collect();
    wardlight::disk::write_atomic(&plain, &all).unwrap();
    assert_eq!(hits(&[plain], &words).len(), words.len() * 8);
}

#[test]
fn what_was_planted_is_there_for_who_may_see_it() {
    let folder = scratch("sentinels-there");
    let words = sentinels(15 * 22);
    plant(&folder, &words);
    // The open store of the same process is forgotten, not closed: its lock is this process's.
    let refused = sign_in(&folder);
    assert!(matches!(refused, Err(wardlight::store::Error::InUse)));
    let there = folder.join("there");
    let opener = wardlight::store::Opener::Person {
        name: &phi("ada"),
        passphrase: &Passphrase::typed(crate::store::PASSPHRASE),
    };
    let records =
        wardlight::store::restore(&folder.join("backup.wardlight"), &place(&there), &opener)
            .unwrap();
    let found = records.search(&phi(&words[2]), 5).unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].identity.patient.name, phi(&words[2]));
}
