//! The store by its front door: people, rights, cases, answers, the log, erasure, backup, keys.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wardlight::{
    disk::Sha256,
    privacy::Phi,
    store::{
        Action, Answer, Cost, Error, Filter, Identity, Inbox, Kind, NewItem, NewStore, Opener,
        Passphrase, Patient, Place, REASON_CHARS, Records, RecoveryKey, Right, Role, Verdict,
        restore,
    },
};

use crate::command::scratch;

/// So cheap that a test may sign in often; never offered to a person.
pub(crate) const CHEAP: Cost = Cost {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};
pub(crate) const PASSPHRASE: &str = "lantern grove ox violin";

pub(crate) fn phi(text: &str) -> Phi<String> {
    Phi::new(text.to_owned())
}

pub(crate) fn place(folder: &Path) -> Place {
    Place::new(&folder.join("store"), &folder.join("state"))
}

/// A new store in an empty folder, with Ada signed in.
pub(crate) fn created(name: &str) -> (PathBuf, Records, RecoveryKey) {
    let folder = scratch(name);
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    let (records, recovery) = create_in(&folder);
    (folder, records, recovery)
}

pub(crate) fn create_in(folder: &Path) -> (Records, RecoveryKey) {
    let new = NewStore {
        name: &phi("Ada"),
        passphrase: &Passphrase::typed(PASSPHRASE),
        cost: CHEAP,
    };
    place(folder).create(&new).unwrap()
}

pub(crate) fn sign_in(folder: &Path) -> Result<Records, Error> {
    place(folder).sign_in(&phi("ada"), &Passphrase::typed(PASSPHRASE))
}

pub(crate) fn patient(number: &str, name: &str) -> Patient {
    Patient {
        number: phi(number),
        issuer: phi("HOSP"),
        name: phi(name),
        birth_date: phi("19700101"),
        sex: phi("F"),
    }
}

/// The file `idx` of a patient, with pixels of its own.
pub(crate) fn identity(patient: Patient, idx: usize) -> Identity {
    Identity {
        patient,
        study_uid: phi(&format!("1.2.{}", idx / 4)),
        series_uid: phi(&format!("1.2.{}.1", idx / 4)),
        instance_uid: phi(&format!("1.2.{}.1.{idx}", idx / 4)),
        file_sha256: Sha256::of(format!("file {idx}").as_bytes()),
        content_sha256: Sha256::of(format!("pixels {idx}").as_bytes()),
    }
}

pub(crate) fn keep(records: &Records, identity: &Identity) -> Result<String, Error> {
    records.keep_item(&NewItem {
        kind: Kind::Scan,
        identity,
        path: &phi("/scans/a.dcm"),
        study_date: &phi("20240131"),
        accession: &phi("A-17"),
        description: &phi("Chest PA"),
        thumbnail_png: None,
    })
}

pub(crate) fn answer(identity: &Identity) -> Answer {
    Answer {
        frame_idx: 0,
        file_sha256: identity.file_sha256,
        content_sha256: identity.content_sha256,
        model: "chest".to_owned(),
        model_version: "1.0".to_owned(),
        weights_sha256: Sha256::of(b"weights"),
        prep_sha256: Sha256::of(b"prep"),
        app_version: "0.1.0".to_owned(),
        body: json!({ "scores": [0.25, 0.75] }),
    }
}

fn actions(records: &Records) -> Vec<Action> {
    let entries = records.log(&Filter::default(), 1000).unwrap();
    entries.iter().rev().map(|it| it.record.action).collect()
}

#[test]
fn what_is_kept_is_found_again_after_the_next_sign_in() {
    let (folder, records, _recovery) = created("store-keep");
    let identity = identity(patient("4711", "Mustermann^Erika"), 1);
    let item = keep(&records, &identity).unwrap();
    let kept = records.keep_answer(&item, &answer(&identity)).unwrap();
    records
        .keep_reading(&kept, "pneumonia", Verdict::Disagree, &phi("an old scar"))
        .unwrap();
    let arrow = json!({ "arrow": [1, 2] });
    let drawn = records
        .keep_annotation(&item, &identity, 0, &arrow)
        .unwrap();
    let blob = records.keep_blob(&item, "overlay", b"picture").unwrap();
    records.set_setting("recent", &json!([item])).unwrap();
    records.sign_out().unwrap();

    let records = sign_in(&folder).unwrap();
    let found = records.search(&phi("must 47"), 10).unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].reference, item);
    assert!(found.rows[0].identity.agrees_with(&identity));
    assert_eq!(
        records.answers(&item).unwrap(),
        [(kept.clone(), answer(&identity))]
    );
    let readings = records.readings(&kept).unwrap();
    assert_eq!(readings[0].verdict, Verdict::Disagree);
    assert_eq!(readings[0].reason, phi("an old scar"));
    assert_eq!(records.annotations(&item).unwrap()[0].body, arrow);
    assert_eq!(records.blob(&blob).unwrap().as_slice(), b"picture");
    assert_eq!(records.setting("recent").unwrap(), Some(json!([item])));
    records.withdraw_annotation(&drawn).unwrap();
    assert!(records.annotations(&item).unwrap().is_empty());
    let checked = records.check(true).unwrap();
    assert_eq!(
        (
            checked.n_patients,
            checked.n_items,
            checked.n_answers,
            checked.n_blobs
        ),
        (1, 1, 1, 1)
    );
}

#[test]
fn a_word_holds_until_its_own_reader_says_another() {
    let (folder, mut records, _recovery) = created("store-words");
    let identity = identity(patient("4711", "Mustermann^Erika"), 1);
    let item = keep(&records, &identity).unwrap();
    let kept = records.keep_answer(&item, &answer(&identity)).unwrap();
    let passphrase = Passphrase::typed("copper lake wind organ");
    records
        .add_person(&phi("Ben"), &[Role::Reader].into(), &passphrase)
        .unwrap();
    let say = |records: &Records, label: &str, verdict, reason: &str| {
        records.keep_reading(&kept, label, verdict, &phi(reason))
    };
    let unknown = |it: Result<(), Error>| matches!(it, Err(Error::Unknown { what: "reading" }));
    assert!(unknown(say(&records, "x", Verdict::Withdrawn, "")));
    say(&records, "x", Verdict::Agree, "a shadow").unwrap();
    say(&records, "y", Verdict::Unsure, "").unwrap();
    drop(records);
    let ben = place(&folder).sign_in(&phi("Ben"), &passphrase).unwrap();
    // Nobody takes back what another said.
    assert!(unknown(say(&ben, "x", Verdict::Withdrawn, "")));
    say(&ben, "x", Verdict::Disagree, "").unwrap();
    drop(ben);
    let records = sign_in(&folder).unwrap();
    say(&records, "x", Verdict::Withdrawn, "").unwrap();
    assert!(unknown(say(&records, "x", Verdict::Withdrawn, "")));
    let long = "x".repeat(REASON_CHARS + 1);
    let refused = say(&records, "x", Verdict::Agree, &long).unwrap_err();
    assert!(refused.to_string().contains("at most 2,000"), "{refused}");
    assert!(!refused.to_string().contains("xx"));
    let found = records.readings(&kept).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.label.as_str(), it.verdict, it.holds))
        .collect();
    assert_eq!(
        found,
        [
            ("x", Verdict::Agree, false),
            ("y", Verdict::Unsure, true),
            ("x", Verdict::Disagree, true),
            ("x", Verdict::Withdrawn, false),
        ]
    );
}

#[test]
fn every_deed_stands_in_the_log_once() {
    let (folder, mut records, _recovery) = created("store-log");
    let identity = identity(patient("MRN 4711", "Mustermann^Erika"), 1);
    let item = keep(&records, &identity).unwrap();
    let kept = records.keep_answer(&item, &answer(&identity)).unwrap();
    records
        .keep_reading(&kept, "x", Verdict::Agree, &phi(""))
        .unwrap();
    records.search(&phi("erika"), 5).unwrap();
    records
        .note(
            Action::ThresholdChanged,
            wardlight::store::Outcome::Success,
            json!({ "to": 0.4 }),
        )
        .unwrap();
    records
        .add_person(
            &phi("Ben"),
            &[Role::Viewer].into(),
            &Passphrase::typed("copper lake wind organ"),
        )
        .unwrap();
    records.back_up(&folder.join("b.wardlight")).unwrap();
    records.renew_keys().unwrap();
    records
        .export_patient(&records.patient_of(&item).unwrap(), &folder.join("out"))
        .unwrap();
    records
        .erase_patient(&records.patient_of(&item).unwrap())
        .unwrap();
    records.check(false).unwrap();
    assert_eq!(
        actions(&records),
        [
            Action::StoreCreated,
            Action::SignedIn,
            Action::CaseOpened,
            Action::Scored,
            Action::ReadingRecorded,
            Action::Searched,
            Action::ThresholdChanged,
            Action::PersonAdded,
            Action::BackedUp,
            Action::KeysRenewed,
            Action::PatientExported,
            Action::PatientErased,
            Action::StoreChecked,
        ]
    );
    // Looking at the log is a deed too, and the log tells of no patient by name.
    let dicom = String::from_utf8(records.export_log_dicom(&Filter::default()).unwrap()).unwrap();
    let fhir = String::from_utf8(records.export_log_fhir(&Filter::default()).unwrap()).unwrap();
    assert_eq!(dicom.matches("<AuditMessage>").count(), 14);
    assert!(dicom.contains("csd-code=\"110105\"") && dicom.contains("UserName=\"Ada\""));
    let bundle: Value = serde_json::from_str(&fhir).unwrap();
    assert_eq!(bundle["entry"].as_array().unwrap().len(), 15);
    for text in [dicom, fhir] {
        assert!(!text.contains("MRN") && !text.contains("Erika"));
    }
    drop(records);
    let wrong = place(&folder).sign_in(&phi("ada"), &Passphrase::typed("not the passphrase"));
    assert!(matches!(wrong, Err(Error::WrongNameOrPassphrase)));
    let records = sign_in(&folder).unwrap();
    assert!(actions(&records).contains(&Action::SignInFailed));
}

#[test]
fn nobody_does_what_the_role_does_not_allow_and_the_attempt_is_kept() {
    let (folder, mut ada, _recovery) = created("store-rights");
    let identity = identity(patient("4711", "Mustermann^Erika"), 1);
    let item = keep(&ada, &identity).unwrap();
    let kept = ada.keep_answer(&item, &answer(&identity)).unwrap();
    let passphrase = Passphrase::typed("copper lake wind organ");
    for role in Role::ALL {
        ada.add_person(&phi(role.name()), &[role].into(), &passphrase)
            .unwrap();
    }
    drop(ada);
    for role in Role::ALL {
        let mut records = place(&folder)
            .sign_in(&phi(role.name()), &passphrase)
            .unwrap();
        let patient = records.patient_of(&item).unwrap();
        let out = folder.join(format!("out-{}", role.name()));
        // Every method that asks for a right, with the right that it must ask for.
        let tried: Vec<(Right, Result<(), Error>)> = vec![
            (Right::OpenCase, keep(&records, &identity).map(drop)),
            (Right::OpenCase, records.answers(&item).map(drop)),
            (Right::OpenCase, records.readings(&kept).map(drop)),
            (Right::OpenCase, records.annotations(&item).map(drop)),
            (Right::OpenCase, records.item(&item).map(drop)),
            (
                Right::OpenCase,
                records.keep_blob(&item, "x", b"x").map(drop),
            ),
            (Right::Search, records.search(&phi("e"), 1).map(drop)),
            (Right::Search, records.worklist("w").map(drop)),
            (
                Right::Score,
                records.keep_answer(&item, &answer(&identity)).map(drop),
            ),
            (
                Right::Read,
                records.keep_reading(&kept, "x", Verdict::Agree, &phi("")),
            ),
            (Right::Read, records.set_worklist("w", &[])),
            (
                Right::Annotate,
                records
                    .keep_annotation(&item, &identity, 0, &json!({}))
                    .map(drop),
            ),
            (
                Right::Deidentify,
                records.deidentification_secret().map(drop),
            ),
            (Right::ManagePeople, records.people().map(drop)),
            (Right::ManagePeople, records.new_recovery_key().map(drop)),
            (Right::Backup, records.back_up(&folder.join("b.wardlight"))),
            (Right::Check, records.check(false).map(drop)),
            (Right::Rekey, records.renew_keys()),
            (Right::ExportPatient, records.export_patient(&patient, &out)),
            (
                Right::ViewAudit,
                records.log(&Filter::default(), 1).map(drop),
            ),
            (
                Right::ExportAudit,
                records.export_log_fhir(&Filter::default()).map(drop),
            ),
            (Right::BreakGlass, records.break_glass("a child in shock")),
        ];
        for (idx, (right, result)) in tried.into_iter().enumerate() {
            let may = role.rights().contains(&right);
            match result {
                Ok(()) => assert!(may, "{role:?} did {right:?} ({idx})"),
                Err(Error::NotAllowed { right: refused }) => {
                    assert!(
                        !may && refused == right,
                        "{role:?} was refused {refused:?} ({idx})"
                    );
                }
                Err(other) => panic!("{role:?}, {right:?}: {other}"),
            }
        }
    }
    let records = sign_in(&folder).unwrap();
    assert!(actions(&records).contains(&Action::AccessRefused));
}

#[test]
fn broken_glass_lets_a_viewer_read_until_the_next_sign_in_and_is_loud() {
    let (folder, mut ada, _recovery) = created("store-glass");
    let passphrase = Passphrase::typed("copper lake wind organ");
    ada.add_person(&phi("Vic"), &[Role::Viewer].into(), &passphrase)
        .unwrap();
    let identity = identity(patient("4711", "Mustermann^Erika"), 1);
    let item = keep(&ada, &identity).unwrap();
    drop(ada);
    let mut vic = place(&folder).sign_in(&phi("vic"), &passphrase).unwrap();
    assert!(vic.keep_answer(&item, &answer(&identity)).is_err());
    assert!(vic.break_glass("  ").is_err());
    vic.break_glass("a child in shock").unwrap();
    vic.keep_answer(&item, &answer(&identity)).unwrap();
    assert!(vic.erase_patient(&vic.patient_of(&item).unwrap()).is_err());
    drop(vic);
    let vic = place(&folder).sign_in(&phi("vic"), &passphrase).unwrap();
    assert!(vic.keep_answer(&item, &answer(&identity)).is_err());
    drop(vic);
    let ada = sign_in(&folder).unwrap();
    let loud = Filter {
        is_loud_only: true,
        ..Filter::default()
    };
    let entries = ada.log(&loud, 10).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].record.detail["reason"], "a child in shock");
}

#[test]
fn guesses_get_slow_and_tell_nothing() {
    let (folder, records, _recovery) = created("store-throttle");
    drop(records);
    let place = place(&folder);
    let guess = |name: &str| {
        place
            .sign_in(&phi(name), &Passphrase::typed("guess"))
            .unwrap_err()
            .to_string()
    };
    // The same words for a name that is there and one that is not.
    assert_eq!(guess("ada"), guess("nobody"));
    guess("ada");
    guess("ada");
    assert!(guess("ada").contains("pause") || guess("ada").contains("pause"));
    // The right passphrase waits too, or a pause would tell a right guess from a wrong one.
    assert!(matches!(sign_in(&folder), Err(Error::Wait { .. })));
}

#[test]
fn a_forgotten_passphrase_is_given_anew_by_the_recovery_key() {
    let (folder, records, recovery) = created("store-recover");
    let ada = records.person().id.clone();
    drop(records);
    let wrong = RecoveryKey::typed(&recovery.reveal().replace('Q', "P").replace('Z', "Y"));
    assert!(place(&folder).recover(&wrong).is_err());
    let spaced = RecoveryKey::typed(&format!(" {} ", recovery.reveal().to_lowercase()));
    let mut records = place(&folder).recover(&spaced).unwrap();
    // It gives passphrases, and sees no case.
    assert!(records.search(&phi("x"), 1).is_err());
    let new = Passphrase::typed("copper lake wind organ");
    records.reset_passphrase(&ada, &new).unwrap();
    let next = records.new_recovery_key().unwrap();
    drop(records);
    assert!(matches!(
        sign_in(&folder),
        Err(Error::WrongNameOrPassphrase)
    ));
    place(&folder).sign_in(&phi("Ada"), &new).unwrap();
    assert!(place(&folder).recover(&recovery).is_err());
    place(&folder).recover(&next).unwrap();
}

#[test]
fn people_come_and_go_but_the_last_administrator_stays() {
    let (folder, mut ada, _recovery) = created("store-people");
    let passphrase = Passphrase::typed("copper lake wind organ");
    let id = ada.person().id.clone();
    assert!(ada.remove_person(&id).is_err());
    assert!(ada.set_roles(&id, &[Role::Reader].into()).is_err());
    assert!(
        ada.add_person(&phi("ADA"), &[Role::Reader].into(), &passphrase)
            .is_err()
    );
    assert!(
        ada.add_person(&phi("Ben"), &[].into(), &passphrase)
            .is_err()
    );
    let weak = ada.add_person(
        &phi("Ben"),
        &[Role::Reader].into(),
        &Passphrase::typed("password"),
    );
    assert!(matches!(weak, Err(Error::Weak { .. })));
    let ben = ada
        .add_person(&phi("Ben"), &[Role::Administrator].into(), &passphrase)
        .unwrap();
    ada.set_roles(&id, &[Role::Reader].into()).unwrap();
    assert!(ada.people().is_err());
    let old = Passphrase::typed(PASSPHRASE);
    let new = Passphrase::typed("thistle ink harbour nine");
    assert!(ada.change_passphrase(&new, &old).is_err());
    ada.change_passphrase(&old, &new).unwrap();
    drop(ada);
    let mut records = place(&folder).sign_in(&phi("ben"), &passphrase).unwrap();
    records.remove_person(&id).unwrap();
    assert_eq!(records.people().unwrap().len(), 1);
    assert_eq!(records.people().unwrap()[0].id, ben);
    records.renew_keys().unwrap();
    drop(records);
    assert!(place(&folder).sign_in(&phi("ada"), &new).is_err());
    place(&folder).sign_in(&phi("ben"), &passphrase).unwrap();
}

#[test]
fn look_alikes_are_two_patients_and_a_resent_instance_stands_beside() {
    let (_folder, records, _recovery) = created("store-alike");
    let one = identity(patient("4711", "Li^Wei"), 1);
    let mut resent = one.clone();
    resent.file_sha256 = Sha256::of(b"other file");
    let mut changed = resent.clone();
    changed.content_sha256 = Sha256::of(b"other pixels");
    changed.file_sha256 = Sha256::of(b"third file");
    let twin = identity(patient("4711", "Li^Min"), 2);
    let first = keep(&records, &one).unwrap();
    assert_eq!(first, keep(&records, &one).unwrap());
    let same_pixels = keep(&records, &resent).unwrap();
    assert!(!records.item(&same_pixels).unwrap().is_conflicting);
    let conflicting = keep(&records, &changed).unwrap();
    let other = keep(&records, &twin).unwrap();
    assert!(records.item(&first).unwrap().is_conflicting);
    assert!(records.item(&conflicting).unwrap().is_conflicting);
    assert!(records.item(&first).unwrap().resembles && records.item(&other).unwrap().resembles);
    assert_ne!(
        records.patient_of(&first).unwrap(),
        records.patient_of(&other).unwrap()
    );
    assert_eq!(
        records.patient_of(&first).unwrap(),
        records.patient_of(&conflicting).unwrap()
    );
    // An answer or a mark goes to its own file only.
    assert!(matches!(
        records.keep_answer(&first, &answer(&changed)),
        Err(Error::Mismatch { .. })
    ));
    assert!(matches!(
        records.keep_answer(&first, &answer(&twin)),
        Err(Error::Mismatch { .. })
    ));
    let drawn = records.keep_annotation(&first, &changed, 0, &json!({}));
    assert!(matches!(drawn, Err(Error::Mismatch { .. })));
}

#[test]
fn an_erased_patient_is_nowhere_and_stays_away_after_a_restore() {
    let (folder, records, recovery) = created("store-erase");
    let erika = identity(patient("SENTINEL4711", "Sentinelmann^Erika"), 1);
    let other = identity(patient("0815", "Ohm^Georg"), 2);
    let item = keep(&records, &erika).unwrap();
    keep(&records, &other).unwrap();
    let kept = records.keep_answer(&item, &answer(&erika)).unwrap();
    records
        .keep_reading(&kept, "x", Verdict::Agree, &phi("SENTINEL reason"))
        .unwrap();
    let blob = records
        .keep_blob(&item, "overlay", b"SENTINEL picture")
        .unwrap();
    let backup = folder.join("before.wardlight");
    records.back_up(&backup).unwrap();
    let reference = records.patient_of(&item).unwrap();
    let out = folder.join("handed-out");
    records.export_patient(&reference, &out).unwrap();
    let record: Value =
        serde_json::from_slice(&std::fs::read(out.join("record.json")).unwrap()).unwrap();
    assert_eq!(record["patient"][0]["name"], "Sentinelmann^Erika");
    assert_eq!(record["readings"][0]["reason"], "SENTINEL reason");
    assert_eq!(record["answers"][0]["body"]["scores"][1], 0.75);
    assert_eq!(std::fs::read(out.join(&blob)).unwrap(), b"SENTINEL picture");

    records.erase_patient(&reference).unwrap();
    assert!(records.blob(&blob).is_err());
    assert!(
        records
            .search(&phi("sentinelmann"), 5)
            .unwrap()
            .rows
            .is_empty()
    );
    assert_eq!(records.search(&phi("ohm"), 5).unwrap().rows.len(), 1);
    records.check(true).unwrap();
    drop(records);
    let files: Vec<_> = walk(&folder.join("store"));
    assert!(!files.iter().any(|it| it.to_string_lossy().contains(&blob)));

    std::fs::remove_dir_all(folder.join("store")).unwrap();
    let opener = Opener::Recovery(&recovery);
    drop(restore(&backup, &place(&folder), &opener).unwrap());
    let records = sign_in(&folder).unwrap();
    assert!(
        records
            .search(&phi("sentinelmann"), 5)
            .unwrap()
            .rows
            .is_empty()
    );
    assert_eq!(records.search(&phi("ohm"), 5).unwrap().rows.len(), 1);
    records.check(true).unwrap();
}

pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(walk(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn a_backup_is_whole_or_refused() {
    let (folder, records, _recovery) = created("store-backup");
    let identity = identity(patient("4711", "Mustermann^Erika"), 1);
    let item = keep(&records, &identity).unwrap();
    let blob = records
        .keep_blob(&item, "overlay", &vec![7; 200_000])
        .unwrap();
    let backup = folder.join("b.wardlight");
    records.back_up(&backup).unwrap();
    drop(records);
    let ada = phi("Ada");
    let passphrase = Passphrase::typed(PASSPHRASE);
    let opener = Opener::Person {
        name: &ada,
        passphrase: &passphrase,
    };
    assert!(matches!(
        restore(&backup, &place(&folder), &opener),
        Err(Error::AlreadyThere)
    ));
    let bytes = std::fs::read(&backup).unwrap();
    let there = folder.join("there");
    for len in (0..bytes.len()).step_by(bytes.len() / 40) {
        std::fs::remove_dir_all(&there).ok();
        let cut = folder.join("cut.wardlight");
        wardlight::disk::write_atomic(&cut, &bytes[..len]).unwrap();
        assert!(
            restore(&cut, &place(&there), &opener).is_err(),
            "cut at {len}"
        );
        assert!(!place(&there).exists());
    }
    std::fs::remove_dir_all(&there).ok();
    let records = restore(&backup, &place(&there), &opener).unwrap();
    assert_eq!(records.blob(&blob).unwrap().len(), 200_000);
    records.check(true).unwrap();
    drop(records);
    let wrong = Opener::Person {
        name: &ada,
        passphrase: &Passphrase::typed("wrong"),
    };
    assert!(matches!(
        restore(&backup, &place(&folder.join("x")), &wrong),
        Err(Error::WrongNameOrPassphrase)
    ));
}

#[test]
fn one_program_at_a_time_has_the_store() {
    let (folder, records, _recovery) = created("store-lock");
    assert!(matches!(sign_in(&folder), Err(Error::InUse)));
    drop(records);
    sign_in(&folder).unwrap();
}

#[test]
fn a_service_adds_and_reads_nothing() {
    let (folder, records, _recovery) = created("store-inbox");
    drop(records);
    let inbox = Inbox::of(&folder.join("store")).unwrap();
    let mine = identity(patient("4711", "Mustermann^Erika"), 1);
    let other = identity(patient("0815", "Ohm^Georg"), 2);
    assert!(matches!(
        inbox.leave(&mine, Some(&answer(&other))),
        Err(Error::Mismatch { .. })
    ));
    inbox.leave(&mine, Some(&answer(&mine))).unwrap();
    inbox.leave(&other, None).unwrap();
    let records = sign_in(&folder).unwrap();
    assert_eq!(records.search(&phi(""), 10).unwrap().rows.len(), 2);
    let found = records.search(&phi("erika"), 10).unwrap();
    assert_eq!(records.answers(&found.rows[0].reference).unwrap().len(), 1);
    assert_eq!(
        std::fs::read_dir(folder.join("store/inbox"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let (folder, records, _recovery) = created("store-newer");
    drop(records);
    let path = folder.join("store/keys.json");
    let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
    let newer = text.replace("\"format\":1", "\"format\":2");
    assert_ne!(newer, text);
    wardlight::disk::write_atomic(&path, newer.as_bytes()).unwrap();
    assert!(matches!(
        sign_in(&folder),
        Err(Error::Newer { known: 1, found: 2 })
    ));
    wardlight::disk::write_atomic(&path, text.as_bytes()).unwrap();
    sign_in(&folder).unwrap();
}
