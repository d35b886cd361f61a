//! How long it takes to sign in, to find a case among many and to keep one. Nothing is asserted of time: the figures are printed.
//!
//! Two thousand rows in the ordinary run; `WARDLIGHT_ROWS=1000000` for the figures of the documents.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use wardlight::{
    app::{App, Options, Safety},
    disk,
    engine::Parts,
    sample,
    store::{Cost, Identity, Kind, NewItem, NewStore, Passphrase, Records},
};

use crate::{
    app::{options, press},
    command::scratch,
    dicom::decoder,
    door_store::enter,
    fake,
    lock::kept_in,
    store::{PASSPHRASE, create_in, identity, keep, patient, phi, place},
};

const FAMILY: [&str; 12] = [
    "Mustermann",
    "Nguyen",
    "Okafor",
    "Li",
    "Wang",
    "Garcia",
    "Schmidt",
    "Ivanova",
    "Haddad",
    "Silva",
    "王",
    "欧阳",
];
const GIVEN: [&str; 12] = [
    "Erika", "Minh", "Ada", "Wei", "Fang", "Maria", "Georg", "Olga", "Layla", "João", "小明",
    "建国",
];

fn name(random: &mut StdRng) -> String {
    let part =
        |from: &[&str], random: &mut StdRng| from[random.random_range(0..from.len())].to_owned();
    format!(
        "{}{}^{}",
        part(&FAMILY, random),
        random.random_range(0..500),
        part(&GIVEN, random)
    )
}

fn quantile(mut times: Vec<Duration>, part: f64) -> Duration {
    times.sort();
    times[((times.len() - 1) as f64 * part).round() as usize]
}

/// Keeps a case for each identity, and tells how long that took.
fn filled(records: &Records, identities: &[Identity]) -> Duration {
    let (path, date, description) = (phi("/scans/x.dcm"), phi("20240131"), phi("Chest PA"));
    let start = Instant::now();
    for (chunk, identities) in identities.chunks(5000).enumerate() {
        let accessions: Vec<_> = (0..identities.len())
            .map(|it| phi(&format!("A{chunk}x{it}")))
            .collect();
        let items: Vec<NewItem<'_>> = identities
            .iter()
            .zip(&accessions)
            .map(|(identity, accession)| NewItem {
                kind: Kind::Scan,
                identity,
                path: &path,
                study_date: &date,
                accession,
                description: &description,
                thumbnail_png: None,
            })
            .collect();
        assert_eq!(records.keep_items(&items).unwrap().len(), items.len());
    }
    start.elapsed()
}

#[test]
fn a_case_is_found_among_many() {
    let n_rows: usize = std::env::var("WARDLIGHT_ROWS").map_or(2000, |it| it.parse().unwrap());
    let folder = scratch("store-speed");
    let passphrase = Passphrase::typed(PASSPHRASE);
    let new = NewStore {
        name: &phi("Ada"),
        passphrase: &passphrase,
        cost: Cost::STANDARD,
    };
    let (records, _recovery) = place(&folder).create(&new).unwrap();
    let mut random = StdRng::seed_from_u64(3);
    let identities: Vec<Identity> = (0..n_rows)
        .map(|idx| {
            identity(
                patient(&format!("{}", 1_000_000 + idx / 2), &name(&mut random)),
                idx,
            )
        })
        .collect();
    let fill = filled(&records, &identities);
    drop(records);
    let start = Instant::now();
    let records = place(&folder).sign_in(&phi("Ada"), &passphrase).unwrap();
    let unlock = start.elapsed();

    let kinds = ["number", "name", "two letters", "two words"];
    let mut searches = [const { Vec::new() }; 4];
    for idx in 0..200 {
        let identity = &identities[random.random_range(0..n_rows)];
        let words = match idx % 4 {
            0 => identity.patient.number.reveal().clone(),
            1 => identity.patient.name.reveal().clone(),
            // What a person types first: the beginning of a common name, of a common number.
            2 => identity.patient.name.reveal().chars().take(2).collect(),
            _ => "1000 chest".to_owned(),
        };
        let start = Instant::now();
        let found = records.search(&phi(&words), 50).unwrap();
        searches[idx % 4].push(start.elapsed());
        assert!(!found.rows.is_empty(), "{words}");
        if idx % 4 == 0 {
            assert!(
                found
                    .rows
                    .iter()
                    .all(|it| it.identity.patient.number == identity.patient.number)
            );
            assert!(!found.has_more);
        }
    }
    let mut keeps = Vec::new();
    for idx in 0..100 {
        let identity = identity(patient(&format!("new {idx}"), "New^Patient"), n_rows + idx);
        let start = Instant::now();
        keep(&records, &identity).unwrap();
        keeps.push(start.elapsed());
    }
    println!("{n_rows} rows: filled in {fill:.1?}; unlock {unlock:.2?}");
    let all = ("all searches", searches.concat());
    let each = kinds.into_iter().zip(searches).chain([all]);
    for (what, times) in each.chain([("keep a case", keeps)]) {
        println!(
            "{what}: n = {}, median {:.1?}, p95 {:.1?}, longest {:.1?}",
            times.len(),
            quantile(times.clone(), 0.5),
            quantile(times.clone(), 0.95),
            quantile(times, 1.0),
        );
    }
    std::fs::remove_dir_all(folder).ok();
}

/// A file that is dropped on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads by path".to_owned())
    }
}

/// Drops a file on the window, waits until its picture is there, closes it again.
fn open_once(harness: &mut Harness<'static, App>, file: &Path) -> Duration {
    let start = Instant::now();
    harness
        .input_mut()
        .dropped_files
        .push(Arc::new(Dropped(file.to_owned())));
    while harness.state().state().items.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20));
        harness.step();
    }
    let took = start.elapsed();
    press(harness, Modifiers::COMMAND, Key::W);
    assert!(harness.state().state().items.is_empty());
    took
}

/// A study of a megapixel, opened in turn by a window with records and by one without; `WARDLIGHT_ROWS` opens it more often.
#[test]
fn records_cost_little_when_a_study_is_opened() {
    let n_times: usize = if std::env::var_os("WARDLIGHT_ROWS").is_some() {
        100
    } else {
        3
    };
    let folder = scratch("store-opening");
    drop(create_in(&folder.join("records")));
    let file = folder.join("chest.dcm");
    disk::write_atomic(&file, &sample::scan_as_dicom().unwrap()).unwrap();
    let window = |safety: Safety| {
        let decoder = decoder();
        let parts = Parts {
            open: Box::new(move |paths, cancel, each| decoder.open_given(paths, cancel, each)),
            ..fake::parts()
        };
        let options = Options {
            safety,
            ..options(Vec::new(), parts)
        };
        let mut harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .build_eframe(|cc| App::new(options, cc).unwrap());
        harness.run_steps(3);
        harness
    };
    let mut without = window(Safety::default());
    let mut with = window(kept_in(&folder.join("records")));
    enter(&mut with, "Ada", PASSPHRASE);
    let (mut plain, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..n_times {
        plain.push(open_once(&mut without, &file));
        kept.push(open_once(&mut with, &file));
    }
    let mut ratios: Vec<f64> = plain
        .iter()
        .zip(&kept)
        .map(|(plain, kept)| kept.as_secs_f64() / plain.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    // A sign test's interval of the median: ranks of the binomial, near enough to normal.
    let rank = |it: f64| {
        let n = n_times as f64;
        let at = n / 2.0 + it * n.sqrt() / 2.0 * 1.96;
        ratios[(at.round().max(0.0) as usize).min(n_times - 1)]
    };
    println!(
        "opening n = {n_times}: without records median {:.1?}, with {:.1?}; median ratio {:.3} ({:.3} to {:.3})",
        quantile(plain, 0.5),
        quantile(kept, 0.5),
        ratios[n_times / 2],
        rank(-1.0),
        rank(1.0),
    );
}
