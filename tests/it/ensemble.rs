//! Several networks in one bundle: the mean of their answers, how far they lie apart, and how they come to be.

use std::{fs, path::Path};

use serde_json::Value;
use wardlight::{
    disk::{self, Sha256},
    model::{
        self, Attribution, AttributionValues, Bundle, Manifest, Model, Network, Task, known_answer,
        manifest::FileRef,
        network::{Pool, ResNetS},
    },
    nn::{self, Options, params},
    prediction::{Form, LabelIdx, Method},
    prep::Input,
    sample,
    stats::ensemble_entropy,
    training::{
        self, Recipe,
        data::{self, Content},
    },
    warnings::Warnings,
};

use crate::{
    cli::assert_valid,
    command::{run, scratch, wardlight},
    model::{image_manifest, text_manifest},
    train,
};

/// The plain form on one thread: the same numbers each time.
fn plain() -> Options {
    Options {
        form: Form::Plain,
        threads: 1,
        ..Options::default()
    }
}

fn small_manifest() -> Manifest {
    let network = ResNetS {
        in_channels: 1,
        width: 4,
        blocks: vec![1, 1],
        stem_stride: 1,
    };
    image_manifest(&["a", "b"], Network::ResNetS(network))
}

/// Weights of some networks, each with its own random start.
fn random_weights(manifest: &Manifest, n_networks: u64) -> Vec<Vec<u8>> {
    let weights = |seed| {
        nn::train::seed(seed);
        let (vars, _) = nn::fresh(&manifest.network, manifest.labels.len()).unwrap();
        let named = vars.variables().into_iter().collect::<Vec<_>>();
        params::to_safetensors(&named).unwrap()
    };
    (1..=n_networks).map(weights).collect()
}

/// The manifest with these weights, and its answer to the known input.
fn with_weights(mut manifest: Manifest, files: &[Vec<u8>]) -> Manifest {
    let file = |(idx, bytes): (usize, &Vec<u8>)| FileRef {
        file: format!("weights-{idx}.safetensors"),
        sha256: Sha256::of(bytes),
    };
    let mut refs = files.iter().enumerate().map(file);
    manifest.weights = refs.next().unwrap();
    manifest.members = refs.collect();
    let mut model = nn::build_all(&manifest, (files, None), plain()).unwrap();
    let known = model.logits(&[known_answer::input(&manifest)]).unwrap();
    manifest.known_answer.logits = known[0].values.clone();
    manifest
}

fn write_bundle(folder: &Path, n_networks: u64) -> (Manifest, Vec<Vec<u8>>) {
    let manifest = small_manifest();
    let files = random_weights(&manifest, n_networks);
    let manifest = with_weights(manifest, &files);
    fs::create_dir_all(folder).unwrap();
    for (file, bytes) in manifest.networks().zip(&files) {
        disk::write_atomic(&folder.join(&file.file), bytes).unwrap();
    }
    disk::write_atomic(&folder.join("card.md"), b"# Several\n").unwrap();
    let text = manifest.to_toml().unwrap();
    disk::write_atomic(&folder.join("manifest.toml"), text.as_bytes()).unwrap();
    (manifest, files)
}

/// A model of one of the networks alone.
fn alone(manifest: &Manifest, weights: &[u8]) -> Box<dyn Model> {
    let manifest = Manifest {
        members: Vec::new(),
        ..manifest.clone()
    };
    nn::build(manifest, weights, plain()).unwrap()
}

fn mean_of(rows: &[Vec<f32>]) -> Vec<f32> {
    (0..rows[0].len())
        .map(|at| rows.iter().map(|it| it[at]).sum::<f32>() / rows.len() as f32)
        .collect()
}

fn assert_close(found: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(found.len(), want.len());
    for (found, want) in found.iter().zip(want) {
        assert!((found - want).abs() <= tolerance, "{found} for {want}");
    }
}

#[test]
fn an_ensemble_answers_with_the_mean_of_its_networks_and_keeps_each() {
    let folder = scratch("ensemble_mean");
    let (manifest, files) = write_bundle(&folder, 3);
    let read = Bundle::open(&folder).unwrap();
    assert_eq!(read.manifest, manifest);
    let mut model = nn::load(read, Options::default(), &Warnings::default()).unwrap();
    let input = known_answer::input(&manifest);
    let answers = model.logits(&[input.clone(), input.clone()]).unwrap();
    let each: Vec<model::Logits> = files
        .iter()
        .map(|it| {
            alone(&manifest, it)
                .logits(std::slice::from_ref(&input))
                .unwrap()
                .remove(0)
        })
        .collect();
    assert!(each.iter().all(|it| it.members.is_empty()));
    let each: Vec<Vec<f32>> = each.into_iter().map(|it| it.values).collect();
    assert!(each[0] != each[1], "the networks differ");
    assert_eq!(answers.len(), 2);
    for answer in answers {
        assert_close(&answer.values, &mean_of(&each), 1e-4);
        assert_eq!(answer.members.len(), 3);
        for (found, want) in answer.members.iter().zip(&each) {
            assert_close(found, want, 1e-4);
        }
        assert_eq!(answer.features.len(), 3 * 8);
    }
}

#[test]
fn the_identity_of_a_bundle_changes_with_any_of_its_networks() {
    let manifest = small_manifest();
    let files = random_weights(&manifest, 3);
    let three = with_weights(manifest.clone(), &files);
    let swapped = [files[0].clone(), files[2].clone(), files[1].clone()];
    let two = with_weights(manifest.clone(), &files[..2]);
    let one = with_weights(manifest.clone(), &files[..1]);
    let mut ids: Vec<Sha256> = [&three, &with_weights(manifest, &swapped), &two, &one]
        .iter()
        .map(|it| it.model_ref().weights_sha256)
        .collect();
    assert_eq!(ids[3], Sha256::of(&files[0]), "one network is its file");
    let lines = files.iter().map(|it| format!("{}\n", Sha256::of(it)));
    let lines: String = lines.collect();
    assert_eq!(ids[0], Sha256::of(lines.as_bytes()));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    assert!(!one.to_toml().unwrap().contains("members"));
    let read = Manifest::parse(&three.to_toml().unwrap()).unwrap();
    assert_eq!(read, three);
}

#[test]
fn a_network_that_was_spoilt_or_named_twice_is_refused() {
    let folder = scratch("ensemble_spoilt");
    let (mut manifest, files) = write_bundle(&folder, 2);
    let mut bytes = files[1].clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    disk::write_atomic(&folder.join(&manifest.members[0].file), &bytes).unwrap();
    let error = Bundle::open(&folder).err().unwrap().to_string();
    assert!(error.starts_with("wanted weights with SHA-256 "), "{error}");
    let only_one = nn::build_all(&manifest, (&files[..1], None), plain());
    let error = only_one.err().unwrap().to_string();
    assert_eq!(error, "wanted 2 weights files, as in the manifest, found 1");
    manifest.members[0].file = manifest.weights.file.clone();
    let error = manifest.to_toml().unwrap_err().to_string();
    assert!(
        error.contains(
            "wanted a weights file for each network, found \"weights-0.safetensors\" twice"
        ),
        "{error}"
    );
    manifest.members[0].file = "../weights".to_owned();
    let error = manifest.to_toml().unwrap_err().to_string();
    assert!(error.contains("a file name without a folder"), "{error}");
}

fn explain(model: &mut dyn Model, input: &Input, method: Method, task: &Task) -> Attribution {
    model.explain(input, LabelIdx(1), method, task).unwrap()
}

fn map(attribution: Attribution) -> Vec<f32> {
    match attribution.values {
        AttributionValues::Map { values, .. } => values,
        AttributionValues::Tokens(windows) => windows.concat(),
        AttributionValues::Steps(steps) => steps.cells.concat(),
    }
}

#[test]
fn the_influence_on_an_ensemble_is_the_mean_of_the_influences_on_its_networks() {
    let images = small_manifest();
    let notes = text_manifest(&["a", "b"], Pool::Mean);
    for (manifest, methods) in [
        (images, [Method::GradCam, Method::IntegratedGradients]),
        (notes, [Method::Chefer, Method::IntegratedGradients]),
    ] {
        let files = random_weights(&manifest, 3);
        let manifest = with_weights(manifest, &files);
        let mut model = nn::build_all(&manifest, (&files, None), plain()).unwrap();
        let input = known_answer::input(&manifest);
        for method in methods {
            let task = Task::default();
            let found = explain(model.as_mut(), &input, method, &task);
            let (done, total) = task.progress();
            assert_eq!(done, total, "all steps of all networks were counted");
            assert_eq!(total % 3, 0);
            let mut gaps = Vec::new();
            let mut each = Vec::new();
            for file in &files {
                let mut model = alone(&manifest, file);
                let one = explain(model.as_mut(), &input, method, &Task::default());
                gaps.extend(one.completeness_gap);
                each.push(map(one));
            }
            let gap = (!gaps.is_empty()).then(|| gaps.iter().sum::<f32>() / 3.0);
            match (found.completeness_gap, gap) {
                (Some(found), Some(want)) => assert!((found - want).abs() < 1e-6),
                (found, want) => assert_eq!(found, want),
            }
            let want = mean_of(&each);
            assert!(want.iter().any(|it| *it != 0.0), "{method:?}");
            assert_close(&map(found), &want, 1e-5);
        }
    }
}

#[test]
fn a_cancelled_ensemble_stops_at_its_next_step() {
    let manifest = small_manifest();
    let files = random_weights(&manifest, 2);
    let manifest = with_weights(manifest, &files);
    let mut model = nn::build_all(&manifest, (&files, None), plain()).unwrap();
    let task = Task::default();
    task.cancel();
    let input = known_answer::input(&manifest);
    let found = model.explain(&input, LabelIdx(0), Method::Occlusion, &task);
    assert!(matches!(found, Err(model::Error::Cancelled)), "{found:?}");
}

#[test]
fn the_entropies_of_an_ensemble_are_those_of_their_definition() {
    // Python: H = lambda p: -sum(x * log2(x) for x in p if x), of the mean and the mean of it.
    let golden = [
        (
            vec![vec![0.9, 0.1], vec![0.6, 0.4], vec![0.75, 0.25]],
            [0.811_278_124_459_132_8, 0.750_408_104_167_694_2],
        ),
        (vec![vec![1.0, 0.0], vec![0.0, 1.0]], [1.0, 0.0]),
        (
            vec![vec![0.7, 0.2, 0.1], vec![0.1, 0.8, 0.1]],
            [1.360_964_047_443_681, 1.039_353_872_167_200_9],
        ),
        (vec![vec![1.0, 0.0], vec![1.0, 0.0]], [0.0, 0.0]),
    ];
    for (members, [total, aleatoric]) in golden {
        let found = ensemble_entropy(&members).unwrap();
        assert!((found.total - total).abs() < 1e-12, "{found:?}");
        assert!((found.aleatoric - aleatoric).abs() < 1e-12, "{found:?}");
        let epistemic = total - aleatoric;
        assert!((found.epistemic - epistemic).abs() < 1e-12, "{found:?}");
    }
    assert_eq!(ensemble_entropy(&[]), None);
    assert_eq!(ensemble_entropy(&[vec![0.5, 0.5], vec![1.0]]), None);
}

fn scored(models: &Path, picture: &Path, more: &[&str]) -> String {
    let mut command = wardlight();
    command
        .env("WARDLIGHT_MODELS", models)
        .arg("score")
        .arg(picture);
    let (code, out, err) = run(command.args(more));
    assert_eq!(code, 0, "{err}");
    out
}

#[test]
fn a_score_tells_how_far_the_networks_lie_apart() {
    let folder = scratch("ensemble_score");
    let picture = &sample::write(&folder.join("case")).unwrap().png;
    write_bundle(&folder.join("five/one"), 5);
    write_bundle(&folder.join("single/one"), 1);
    let json = |models: &str| -> Value {
        let out = scored(&folder.join(models), picture, &["--json"]);
        let report = serde_json::from_str(&out).unwrap();
        assert_valid(&report);
        report
    };
    let report = json("five");
    let prediction = &report["results"][0]["prediction"];
    let spread = &prediction["uncertainty"];
    let number = |name: &str| spread[name].as_f64().unwrap();
    assert_eq!(spread["n_members"], 5);
    let scores = prediction["scores"].as_array().unwrap();
    let score = scores
        .iter()
        .find(|it| it["label"] == spread["label"])
        .unwrap();
    assert_eq!(score["call"], "chosen", "the label to speak of first");
    let probability = score["probability"].as_f64().unwrap();
    let (low, high) = (number("probability_low"), number("probability_high"));
    assert!(low < probability && probability < high, "{spread}");
    let (total, aleatoric) = (number("total"), number("aleatoric"));
    assert!(
        (total - aleatoric - number("epistemic")).abs() < 1e-9,
        "{spread}"
    );
    assert!(0.0 < number("epistemic") && total <= 1.0, "{spread}");
    let table = scored(&folder.join("five"), picture, &[]);
    let want = format!(
        "  Ensemble: the five networks lie between {:.1} % and {:.1} % for {}",
        100.0 * low,
        100.0 * high,
        spread["label"].as_str().unwrap()
    );
    assert!(table.contains(&want), "wanted {want}, found {table}");
    let single = json("single");
    assert!(single["results"][0]["prediction"]["uncertainty"].is_null());
    assert!(!scored(&folder.join("single"), picture, &[]).contains("Ensemble"));
}

/// The recipe of tests/it/train.rs for an ensemble of its two folds, with a scope.
fn recipe_of_folds() -> Recipe {
    let text = train::IMAGE_RECIPE
        .replace("sensitivity = 0.9", "sensitivity = 0.9\nships = \"folds\"")
        .replace("[source]", "[scope]\nrefuse = 0.1\n[source]");
    train::recipe(&text)
}

#[test]
fn the_networks_of_the_folds_ship_without_another_run() {
    nn::tuning::set_threads(1);
    let folder = scratch("ensemble_training");
    train::write_table(&folder);
    let job = train::job(recipe_of_folds(), &folder, &train::open);
    let metrics = training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let on = |set: &str| metrics.iter().any(|it| it.name == "AUROC" && it.set == set);
    assert!(
        on("test") && on("held out (0, 1), single networks"),
        "{metrics:?}"
    );
    let work = fs::read_dir(&job.work)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert!(work.join("fold-0.safetensors").exists());
    assert!(!work.join("all.safetensors").exists());
    let bundle = Bundle::open(&job.out).unwrap();
    let files: Vec<&str> = bundle
        .manifest
        .networks()
        .map(|it| it.file.as_str())
        .collect();
    assert_eq!(files, ["weights.safetensors", "weights-2.safetensors"]);
    assert!(bundle.weights != bundle.members[0]);
    let said = "What ships is the mean of the logits of these 2 networks";
    assert!(bundle.card.contains(said), "{}", bundle.card);
    assert!(bundle.card.contains("ships = \"folds\""));
    let layout = bundle
        .manifest
        .scope
        .as_ref()
        .unwrap()
        .layout
        .as_ref()
        .unwrap();
    assert_eq!((layout.n_fitted, layout.n_held_out), (24, 24));
    assert!(layout.refused <= 0.1 && 0.0 < layout.limit, "{layout:?}");

    // Another model may begin with either network of the ensemble, told by its hash.
    let (first, second) = (Sha256::of(&bundle.weights), Sha256::of(&bundle.members[0]));
    for (sha256, is_there) in [(first, true), (second, true), (Sha256::of(b""), false)] {
        let mut recipe = recipe_of_folds();
        recipe.start_from = Some(training::recipe::StartFrom {
            bundle: "bundle".to_owned(),
            sha256: Some(sha256),
        });
        let mut job = train::job(recipe, &folder, &train::open);
        job.out = folder.join("next");
        let found = training::train(&job, &Task::default(), &mut |_| {});
        assert_eq!(found.is_ok(), is_there, "{:?}", found.err());
    }
    // A recipe that names no hash begins with the first, and says so in the card.
    let mut recipe = recipe_of_folds();
    recipe.start_from = Some(training::recipe::StartFrom {
        bundle: "bundle".to_owned(),
        sha256: None,
    });
    let recipe = recipe.pinned(&folder.join("next")).unwrap();
    let mut job = train::job(recipe, &folder, &train::open);
    job.out = folder.join("next");
    training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let card = Bundle::open(&job.out).unwrap().card;
    assert!(card.contains(&first.to_string()), "{card}");
}

#[test]
fn a_recipe_that_cannot_become_an_ensemble_says_why() {
    let folder = scratch("ensemble_recipe");
    let refused = |spoil: &dyn Fn(&mut Recipe)| {
        let mut recipe = recipe_of_folds();
        spoil(&mut recipe);
        let job = train::job(recipe, &folder, &train::open);
        let found = training::train(&job, &Task::default(), &mut |_| {});
        found.err().unwrap().to_string()
    };
    let one = refused(&|it| it.hold_out.truncate(1));
    assert!(
        one.ends_with("wanted at least 2 folds held out for an ensemble, found 1"),
        "{one}"
    );
    let twice = refused(&|it| it.hold_out.push("0".to_owned()));
    assert!(
        twice.ends_with("wanted each fold held out once, found one twice"),
        "{twice}"
    );
    let none = refused(&|it| it.source.fold.clear());
    assert!(
        none.ends_with("wanted a column of folds, found none"),
        "{none}"
    );
    let few = refused(&|it| it.source.folds = Some(1));
    assert!(few.ends_with("wanted 2 to 100 folds, found 1"), "{few}");
}

#[test]
fn folds_that_are_dealt_keep_patients_together_and_differ_in_nothing_else() {
    let folder = scratch("ensemble_folds");
    let row = |it: usize| format!("{it}.png,no,p{},train,x\n", it / 3);
    let rows: String = (0..600).map(row).collect();
    let table = format!("file,label,patient,part,fold\n{rows}");
    disk::write_atomic(&folder.join("table.csv"), table.as_bytes()).unwrap();
    let mut source = recipe_of_folds().source;
    source.folds = Some(5);
    train::files(&folder, 600);
    let job = train::job(recipe_of_folds(), &folder, &train::open);
    let cases = data::read(&source, &job).unwrap();
    assert_eq!(cases.len(), 600);
    let mut n_of_fold = [0; 5];
    for case in &cases {
        let fold: usize = case.fold.parse().unwrap();
        n_of_fold[fold] += 1;
        let same = cases.iter().filter(|it| it.group == case.group);
        assert!(same.clone().count() == 3 && same.clone().all(|it| it.fold == case.fold));
        assert!(matches!(case.content, Content::File(_)) && !case.is_test);
    }
    assert!(
        n_of_fold.iter().all(|it| (75..165).contains(it)),
        "{n_of_fold:?}"
    );
    // hashlib.sha256(b"p0").digest()[:8] as a big-endian number, modulo 5.
    assert_eq!(cases[0].fold, "4");
}
