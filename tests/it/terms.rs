//! A bundle that answers by a network and by terms: trained from tables, loaded, asked, explained, checked.

use std::{fs, path::Path};

use wardlight::{
    case::Note,
    disk,
    model::{self, Bundle, Manifest, Task, manifest::Metric},
    nn,
    prediction::{Explanation, LabelIdx, Method},
    prep::{Input, Spec, prepare_note},
    score::{self, Gate, Loaded, Target},
    training::{self, Job},
    warnings::Warnings,
};

use crate::train::{folder, job, recipe};

const RECIPE: &str = r#"
name = "organ"
version = "1.0.0"
labels = ["Heart", "Knee"]
output = "softmax"
hold_out = ["0", "1"]
network = { kind = "transformer", vocab = 200, max_tokens = 16, layers = 1, dim = 16, heads = 2, ffn = 32, pool = "mean_max" }
prep = { kind = "text", max_tokens = 16, overlap = 4, max_windows = 8 }
[card]
title = "Organs"
intended_use = "Tests."
limits = ["Nothing else."]
failure_modes = ["All."]
licence = "MIT"
data = "Generated."
compare = ["Nothing."]
[source]
kind = "notes"
key = "id"
text = "said"
label = "organ"
mark = "finding"
test = "test"
folds = 2
tables = { "train.csv" = "train", "test.tsv" = "test" }
classes = { heart = 0, knee = 1 }
[external.elsewhere]
kind = "notes"
key = "id"
text = "said"
label = "organ"
mark = "finding"
test = "test"
folds = 2
tables = { "test.tsv" = "test" }
classes = { heart = 0, knee = 1 }
[learning]
kind = "text"
n_tokens = 200
naming = ["cardiolog*"]
windows = { tokens = 16, each = 2, hide = 0.1 }
terms = { kinds = { longest = 2 }, least_texts = 2, cost = 1.0 }
[learning.language]
kind = "notes"
table = "more.jsonl"
key = "id"
[learning.knobs]
KNOBS
[learning.pretrain]
tokens = 16
[learning.pretrain.knobs]
KNOBS
"#;

fn said(number: usize) -> (&'static str, &'static str, String) {
    let (organ, finding, words) = [
        (
            "heart",
            "pulse",
            "cardiology heard the pulse, which is regular,",
        ),
        ("knee", "joint", "the knee bends and the joint is stable"),
    ][number % 2];
    (
        organ,
        finding,
        format!("Today {words} in patient {number}."),
    )
}

/// Trains on commas and quotes, tests on tabs.
fn trained(name: &str) -> (std::path::PathBuf, Vec<Metric>) {
    nn::tuning::set_threads(1);
    let folder = folder(name);
    let write =
        |file: &str, text: String| disk::write_atomic(&folder.join(file), text.as_bytes()).unwrap();
    let row = |(number, parts): (usize, [&str; 2])| {
        let ((organ, finding, text), [quote, comma]) = (said(number), parts);
        format!("{number}{comma}{organ}{comma}{finding}{comma}{quote}{text}{quote}\n")
    };
    let commas: String = (0..40).map(|it| row((it, ["\"", ","]))).collect();
    let tabs: String = (0..16).map(|it| row((it, ["", "\t"]))).collect();
    write("train.csv", format!("id,organ,finding,said\n{commas}"));
    write("test.tsv", format!("id\torgan\tfinding\tsaid\n{tabs}"));
    write(
        "more.jsonl",
        "{\"id\": 1, \"text\": \"A foot is no knee.\"}\n".to_owned(),
    );
    let open = |_: &Path| Err("no images here".to_owned());
    let job: Job<'_> = job(recipe(RECIPE), &folder, &open);
    let metrics = training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    (job.out, metrics)
}

fn loaded(folder: &Path) -> Loaded {
    let bundle = Bundle::open(folder).unwrap();
    Loaded {
        tokenizer: bundle.tokenizer().unwrap(),
        model: nn::load(bundle, nn::Options::default(), &Warnings::default()).unwrap(),
        layout: None,
        warnings: Vec::new(),
    }
}

fn note(text: &str) -> Note {
    Note::plain(text)
}

#[test]
fn either_half_is_measured_alone_and_explanations_are_tested() {
    let (folder, metrics) = trained("terms-measured");
    let value = |name: &str, set: &str| {
        let found = metrics.iter().find(|it| it.name == name && it.set == set);
        found
            .unwrap_or_else(|| panic!("{name} on {set} among {metrics:?}"))
            .estimate
            .value
    };
    for set in ["test", "elsewhere", "held out (0, 1)"] {
        for who in ["", ", TF-IDF and linear SVM alone"] {
            let found = value("accuracy", &format!("{set}{who}"));
            assert!(0.9 <= found, "{set}{who}: {found}");
        }
        value("accuracy", &format!("{set}, network alone"));
    }
    assert!(0.9 < value("F1 of Knee", "test"));
    let manifest = Bundle::open(&folder).unwrap().manifest;
    let card = fs::read_to_string(folder.join("card.md")).unwrap();
    assert!(
        card.contains("## Two halves") && card.contains("comprehensiveness"),
        "{card}"
    );
    assert_eq!(manifest.erasures.len(), 2);
}

#[test]
fn both_halves_answer_and_explain() {
    let (folder, _) = trained("terms");
    // Which methods pass their test on so small a network is chance; here each is to be asked.
    let mut manifest = Bundle::open(&folder).unwrap().manifest;
    manifest.erasures.clear();
    let text = manifest.to_toml().unwrap();
    disk::write_atomic(&folder.join("manifest.toml"), text.as_bytes()).unwrap();
    let mut loaded = loaded(&folder);
    let manifest = loaded.model.manifest().clone();
    let part = manifest.terms.clone().unwrap();

    // The margins that are added are those of the formula, worked out here from the list and the weights alone.
    let text = "Cardiology: «pulse» regular, pulse.";
    let (Spec::Text(spec), tokenizer) = (&manifest.prep, loaded.tokenizer.as_ref().unwrap()) else {
        panic!("text");
    };
    let note = note(text);
    let input = prepare_note(&note, spec, tokenizer, &Warnings::default()).unwrap();
    let terms: Vec<usize> = input.terms.iter().map(|it| it.idx).collect();
    let input = [Input::Text(input)];
    let weights = fs::read(folder.join("weights.safetensors")).unwrap();
    let of_network = Manifest {
        terms: None,
        ..manifest.clone()
    };
    let network = nn::build(of_network, &weights, nn::Options::default()).unwrap();
    let mut alone = Loaded {
        model: network,
        tokenizer: Bundle::open(&folder).unwrap().tokenizer().unwrap(),
        layout: None,
        warnings: Vec::new(),
    };
    let both = loaded.model.logits(&input).unwrap().remove(0).values;
    let network = alone.model.logits(&input).unwrap().remove(0).values;
    let (with, without) = (margins(&folder, &terms), margins(&folder, &[]));
    for ((both, network), margin) in both.iter().zip(&network).zip(&with) {
        let found = both - network;
        assert!(
            (found - part.weight * margin).abs() < 1e-3,
            "{found} {margin}"
        );
    }

    // The influence of the terms is exact: to what the words have by the network it adds the margin without its bias.
    let (target, task) = (Target::Note(&note), Task::default());
    let explain = |loaded: &mut Loaded| {
        score::explain(
            target,
            LabelIdx(0),
            Method::IntegratedGradients,
            loaded,
            &task,
        )
        .unwrap()
    };
    let (why, by_network) = (explain(&mut loaded), explain(&mut alone));
    let sum = |why: &Explanation| why.words.iter().map(|it| it.weight).sum::<f32>();
    let found = sum(&why) - sum(&by_network);
    let expected = part.weight * (with[0] - without[0]);
    assert!((found - expected).abs() < 1e-2, "{found} {expected}");
    let named: Vec<&str> = why
        .words
        .iter()
        .filter(|it| it.names_label)
        .map(|it| &text[it.span.clone()])
        .collect();
    assert_eq!(named, ["Cardiology"]);
    let found = score::check_parts(target, &why, &mut loaded, &task).unwrap();
    let all = [found.comprehensiveness, found.sufficiency].map(|it| [it.own, it.random]);
    assert!(all.iter().flatten().all(|it| it.abs() <= 1.0), "{found:?}");
    assert!(score::score(target, &mut loaded, Gate::Closed).is_ok());
}

/// TF-IDF by the book: sublinear counts, idf, length 1; then the weights of each label and its bias.
fn margins(folder: &Path, terms: &[usize]) -> Vec<f32> {
    let bytes = fs::read(folder.join("terms.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let single = |name: &str| -> Vec<f32> {
        let data = file.tensor(name).unwrap().data().to_vec();
        data.chunks(4)
            .map(|it| f32::from_le_bytes(it.try_into().unwrap()))
            .collect()
    };
    let (idf, bias) = (single("idf"), single("bias"));
    let data = file.tensor("weight").unwrap().data().to_vec();
    let weight: Vec<f32> = data
        .chunks(2)
        .map(|it| half::f16::from_le_bytes(it.try_into().unwrap()).to_f32())
        .collect();
    let mut row = vec![0.0_f32; idf.len()];
    for term in terms {
        row[*term] += 1.0;
    }
    for (value, idf) in row.iter_mut().zip(&idf) {
        *value = if *value == 0.0 {
            0.0
        } else {
            (1.0 + value.ln()) * idf
        };
    }
    let length = row
        .iter()
        .map(|it| it * it)
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE);
    let product = |weights: &[f32]| {
        weights
            .iter()
            .zip(&row)
            .map(|(a, b)| a * b / length)
            .sum::<f32>()
    };
    weight
        .chunks(idf.len())
        .zip(&bias)
        .map(|(it, bias)| bias + product(it))
        .collect()
}

#[test]
fn a_list_or_weights_of_terms_that_were_changed_are_refused() {
    let (folder, _) = trained("terms-changed");
    for file in ["terms.txt", "terms.safetensors"] {
        let before = fs::read(folder.join(file)).unwrap();
        let mut bytes = before.clone();
        *bytes.last_mut().unwrap() ^= 1;
        disk::write_atomic(&folder.join(file), &bytes).unwrap();
        let found = Bundle::open(&folder).map(drop);
        assert!(matches!(found, Err(model::Error::Hash { .. })), "{found:?}");
        disk::write_atomic(&folder.join(file), &before).unwrap();
    }
    let text = fs::read_to_string(folder.join("manifest.toml")).unwrap();
    let longer = text.replace("longest = 2", "longest = 9");
    assert!(Manifest::parse(&longer).is_err());
    let fewer = Bundle::open(&folder).unwrap();
    let mut terms = fewer.manifest.terms.clone().unwrap();
    terms.n += 1;
    assert!(terms.parse(&fewer.terms.unwrap()[0]).is_err());
}
