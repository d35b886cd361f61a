//! Mix-ups: fifty patients who look alike, and a long random walk in which nothing may end up with another's.
//!
//! Ten thousand steps in the ordinary run; `WARDLIGHT_STEPS=1000000` sets their number. In memory where the system has a folder
//! there, because this is not about the disk.

use std::{collections::BTreeMap, path::Path};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use wardlight::{
    disk::Sha256,
    store::{Error, Identity, Patient, Records, Verdict},
};

use crate::{
    command::scratch,
    store::{answer, create_in, keep, phi},
};

/// Two names, two numbers, two issuers, two birth dates, two sexes and some with a blank: 50 of their combinations.
fn look_alikes() -> Vec<Patient> {
    let mut patients = Vec::new();
    for number in ["4711", "47 11", ""] {
        for issuer in ["H1", ""] {
            for name in ["Li^Wei", "Li^Min", "LI^WEI"] {
                for birth_date in ["19700101", "19710101", ""] {
                    patients.push(Patient {
                        number: phi(number),
                        issuer: phi(issuer),
                        name: phi(name),
                        birth_date: phi(birth_date),
                        sex: phi("F"),
                    });
                }
            }
        }
    }
    patients.truncate(50);
    patients
}

/// One of four files of a patient. Two of them have one instance UID and other pixels; and the twins' files are the same.
fn file(patients: &[Patient], random: &mut StdRng) -> Identity {
    let idx = random.random_range(0..patients.len());
    let which = random.random_range(0..4);
    // Every second patient has the very bytes of the one before: the same file under two names.
    let bytes = format!("{} {which}", idx / 2);
    Identity {
        patient: patients[idx].clone(),
        study_uid: phi(&format!("1.2.{idx}")),
        series_uid: phi("1.2.3"),
        instance_uid: phi(&format!("1.2.3.{}", which / 2)),
        file_sha256: Sha256::of(bytes.as_bytes()),
        content_sha256: Sha256::of(format!("pixels {bytes}").as_bytes()),
    }
}

/// What one walk did.
#[derive(Debug, Default)]
struct Walked {
    n_items: usize,
    n_answers: usize,
    n_refused: usize,
    n_mixed: usize,
}

fn walk(records: &Records, seed: u64, n_steps: usize) -> Walked {
    let patients = look_alikes();
    let mut random = StdRng::seed_from_u64(seed);
    // What the walk knows: whose each item is, and which answer belongs to which item.
    let mut items = BTreeMap::<String, Identity>::new();
    let mut answers = Vec::<(String, String)>::new();
    let mut patient_of = BTreeMap::<String, Identity>::new();
    let (mut n_refused, mut n_mixed) = (0, 0);
    for step in 0..n_steps {
        let identity = file(&patients, &mut random);
        let any = items
            .keys()
            .nth(random.random_range(0..items.len().max(1)))
            .cloned();
        match random.random_range(0..5) {
            0 => {
                let item = keep(records, &identity).unwrap();
                let patient = records.patient_of(&item).unwrap();
                let first = patient_of
                    .entry(patient)
                    .or_insert_with(|| identity.clone());
                n_mixed += usize::from(
                    first.patient != identity.patient
                        || first.study_uid != identity.study_uid && !first.patient.is_known(),
                );
                let known = items.entry(item).or_insert_with(|| identity.clone());
                n_mixed += usize::from(!known.agrees_with(&identity));
            }
            1 | 2 => {
                // An answer about some file, offered to some item: only its own may take it.
                let Some(item) = any else { continue };
                let known = &items[&item];
                let about = if random.random_bool(0.5) {
                    known.clone()
                } else {
                    identity
                };
                let mut answer = answer(&about);
                answer.body = json!({ "step": step, "file": about.file_sha256 });
                let fits = about.file_sha256 == known.file_sha256;
                match records.keep_answer(&item, &answer) {
                    Ok(reference) => {
                        n_mixed += usize::from(!fits);
                        answers.push((reference, item));
                    }
                    Err(Error::Mismatch { .. }) => n_refused += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            3 => {
                // A mark is bound to the whole identity, patient included.
                let Some(item) = any else { continue };
                let fits = items[&item].agrees_with(&identity);
                match records.keep_annotation(&item, &identity, 0, &json!({})) {
                    Ok(_) => n_mixed += usize::from(!fits),
                    Err(Error::Mismatch { .. }) => n_refused += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            _ => {
                let Some((reference, item)) =
                    answers.get(random.random_range(0..answers.len().max(1)))
                else {
                    continue;
                };
                records
                    .keep_reading(reference, "x", Verdict::Agree, &phi(""))
                    .unwrap();
                let row = records.item(item).unwrap();
                n_mixed += usize::from(!row.identity.agrees_with(&items[item]));
                for (_reference, answer) in records.answers(item).unwrap() {
                    n_mixed += usize::from(answer.body["file"] != json!(items[item].file_sha256));
                }
            }
        }
    }
    Walked {
        n_items: items.len(),
        n_answers: answers.len(),
        n_refused,
        n_mixed,
    }
}

#[test]
fn nothing_ends_up_with_another_patient() {
    let n_steps: usize = std::env::var("WARDLIGHT_STEPS").map_or(10_000, |it| it.parse().unwrap());
    let memory = Path::new("/dev/shm").join(format!("wardlight-test-{}", std::process::id()));
    let folder = match std::fs::create_dir_all(&memory) {
        Ok(()) => memory,
        Err(_) => scratch("mixups"),
    };
    let mut total = Walked::default();
    // A walk of its own on a new store, each time, so that no list grows without end.
    let n_each = 5000;
    for seed in 0..n_steps.div_ceil(n_each) {
        std::fs::remove_dir_all(&folder).unwrap();
        let (records, _recovery) = create_in(&folder);
        let walked = walk(&records, seed as u64, n_each.min(n_steps));
        total.n_items += walked.n_items;
        total.n_answers += walked.n_answers;
        total.n_refused += walked.n_refused;
        total.n_mixed += walked.n_mixed;
    }
    std::fs::remove_dir_all(&folder).ok();
    println!("{n_steps} steps: {total:?}");
    assert_eq!(total.n_mixed, 0);
    assert!(n_steps / 20 < total.n_refused);
}
